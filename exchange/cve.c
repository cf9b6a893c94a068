/* CVE records, format 5.x. One record is one advisory.
 *
 * A record is made of containers: one of the numbering authority (cna) and any number of others (adp) that enrich it.
 * What they contribute goes to the same lists of ours, with `by` saying who gave it. */
#include "cve.h"

/* ---- texts: {lang, value, supportingMedia} ---- */

static void read_media(struct cve_reading *c, const struct json *text, struct str field, struct str language) {
	const struct json *media = json_get_lit(text, "supportingMedia");
	for (size_t i = 0; i < json_count(media); i++) {
		const struct json *m = json_at(media, i);
		struct str value = take_str(&c->t, m, S("value"));
		if (!value.n) continue;
		struct json_builder r = json_object_of(c->a);
		json_set_str(&r, S("field"), field);
		json_put_str(&r, S("language"), language);
		json_put_str(&r, S("media_type"), take_str(&c->t, m, S("type")));
		json_put(&r, S("base64"), take_bool(&c->t, m, S("base64")));
		json_set_str(&r, S("text"), value);
		add_object(&c->renditions, &r);
	}
}

/* One remedy, threat or note: an object with text, language and perhaps category. */
static void read_texts(struct cve_reading *c, const struct json *container, struct str name, struct json_builder *list,
	struct str category, struct str field) {
	const struct json *texts = json_get(container, name);
	for (size_t i = 0; i < json_count(texts); i++) {
		const struct json *text = json_at(texts, i);
		struct str value = take_str(&c->t, text, S("value"));
		if (!value.n) continue;
		struct str language = take_str_if(&c->t, text, S("lang"), language_fits);
		read_media(c, text, arena_fmt(c->a, "%.*s/%zu/text", STR_ARG(field), (size_t)list->n), language);
		struct json_builder o = json_object_of(c->a);
		json_set_str(&o, S("category"), category);
		json_set_str(&o, S("text"), value);
		json_put_str(&o, S("language"), language);
		add_object(list, &o);
	}
}

static bool english(struct str language) {
	if (!str_eq_ascii_case(str_sub(language, 0, 2), S("en"))) return false;
	return language.n == 2 || language.p[2] == '-' || language.p[2] == '_' || str_eq_ascii_case(language, S("eng"));
}

/* The text for the plain field: the first in English, else the first. */
static size_t plain_text(const struct json *texts) {
	for (size_t i = 0; i < json_count(texts); i++)
		if (json_get_str(json_at(texts, i), S("value")).n && english(json_get_str(json_at(texts, i), S("lang")))) return i;
	return 0;
}

/* The plain text of a field; the others, and the media of all, become renditions. */
static struct str read_translations(struct cve_reading *c, const struct json *texts, struct str field, bool has_plain) {
	struct str plain = STR_EMPTY;
	size_t chosen = has_plain ? json_count(texts) : plain_text(texts);
	for (size_t i = 0; i < json_count(texts); i++) {
		const struct json *text = json_at(texts, i);
		struct str value = take_str(&c->t, text, S("value"));
		struct str language = take_str_if(&c->t, text, S("lang"), language_fits);
		if (i == chosen) {
			plain = value;
			if (!c->language.n) c->language = language;
		}
		if (value.n && (i != chosen || !str_eq(language, c->language))) {
			struct json_builder r = json_object_of(c->a);
			json_set_str(&r, S("field"), field);
			json_put_str(&r, S("language"), language);
			json_set_str(&r, S("text"), value);
			add_object(&c->renditions, &r);
		}
		read_media(c, text, field, language);
	}
	return plain;
}

/* ---- affected products ---- */

/* Words that stand for a name that is not known. */
static bool no_name(struct str name) {
	static const char *const words[] = {"n/a", "na", "unknown", "[unknown]", "unspecified", "none", "-", "*"};
	name = str_trim(name);
	for (size_t i = 0; i < lengthof(words); i++)
		if (str_eq_ascii_case(name, str_of(words[i]))) return true;
	return !name.n;
}

static struct str vendor_target(struct cve_reading *c, struct str vendor, bool provisional) {
	if (no_name(vendor)) return STR_EMPTY;
	if (!c->vendors.arena) c->vendors.arena = c->a;
	void **slot = map_at(&c->vendors, vendor);
	if (!slot) return STR_EMPTY;
	if (!*slot) {
		struct str *target = arena_new_of(c->a, struct str);
		if (!target) return STR_EMPTY;
		*target = draft_organization(c->d, vendor, provisional);
		draft_link(c->d, c->draft, S("developer"), *target);
		*slot = target;
	}
	return *(struct str *)*slot;
}

/* provisional: the names are those of a CPE dictionary. */
static void link_product(struct cve_reading *c, struct str vendor, struct str product, bool provisional) {
	struct str developer = vendor_target(c, vendor, provisional);
	if (no_name(product)) return;
	if (!c->products.arena) c->products.arena = c->a;
	void **slot = map_at(&c->products, arena_fmt(c->a, "%.*s\n%.*s", STR_ARG(vendor), STR_ARG(product)));
	if (!slot || *slot) return;
	*slot = c;
	draft_link(c->d, c->draft, S("affects"),
		draft_system(c->d, no_name(vendor) ? STR_EMPTY : vendor, product, S("application"), developer));
}

static struct str status_of(struct str theirs) {
	if (str_is(theirs, "affected")) return S("affected");
	if (str_is(theirs, "unaffected")) return S("not-affected");
	return str_is(theirs, "unknown") ? S("unknown") : STR_EMPTY;
}

static bool status_fits(struct str s) {
	return status_of(s).n > 0;
}

static void read_ranges(struct cve_reading *c, const struct json *item, struct json_builder *out) {
	const struct json *versions = json_get_lit(item, "versions");
	struct json_builder ranges = json_array_of(c->a);
	for (size_t i = 0; i < json_count(versions); i++) {
		const struct json *v = json_at(versions, i), *changes = json_get_lit(v, "changes");
		struct json_builder r = json_object_of(c->a), points = json_array_of(c->a);
		json_put_str(&r, S("status"), status_of(take_str_if(&c->t, v, S("status"), status_fits)));
		json_put_str(&r, S("type"), take_str(&c->t, v, S("versionType")));
		json_put_str(&r, S("from"), take_str(&c->t, v, S("version")));
		json_put_str(&r, S("before"), take_str(&c->t, v, S("lessThan")));
		json_put_str(&r, S("through"), take_str(&c->t, v, S("lessThanOrEqual")));
		for (size_t k = 0; k < json_count(changes); k++) {
			const struct json *change = json_at(changes, k);
			if (!json_get_str(change, S("at")).n || !status_fits(json_get_str(change, S("status")))) continue;
			struct json_builder p = json_object_of(c->a);
			json_set_str(&p, S("at"), take_str(&c->t, change, S("at")));
			json_set_str(&p, S("status"), status_of(take_str(&c->t, change, S("status"))));
			add_object(&points, &p);
		}
		put_list(&r, S("changes"), &points);
		add_object(&ranges, &r);
	}
	put_list(out, S("ranges"), &ranges);
}

static void add_paths(struct cve_reading *c, const struct json *item, struct str name,
	struct json_builder *components) {
	const struct json *paths = take_strings(&c->t, item, name);
	for (size_t i = 0; i < json_count(paths); i++) {
		struct json_builder part = json_object_of(c->a);
		json_set(&part, S("path"), json_at(paths, i));
		add_object(components, &part);
	}
}

static void read_components(struct cve_reading *c, const struct json *item, struct json_builder *out) {
	struct json_builder components = json_array_of(c->a), symbols = json_array_of(c->a), routines = json_object_of(c->a);
	add_paths(c, item, S("modules"), &components);
	add_paths(c, item, S("programFiles"), &components);
	const struct json *list = json_get_lit(item, "programRoutines");
	for (size_t i = 0; i < json_count(list); i++) {
		struct str name = take_str(&c->t, json_at(list, i), S("name"));
		if (name.n) json_add(&symbols, json_str(c->a, name));
	}
	put_list(&routines, S("symbols"), &symbols);
	add_object(&components, &routines);
	put_list(out, S("components"), &components);
}

/* True when a product was named. */
static bool read_affected(struct cve_reading *c, const struct json *container, bool link) {
	const struct json *items = json_get_lit(container, "affected");
	bool named = false;
	for (size_t i = 0; i < json_count(items); i++) {
		const struct json *item = json_at(items, i);
		struct json_builder o = json_object_of(c->a), identifiers = json_array_of(c->a);
		struct str vendor = take_str(&c->t, item, S("vendor")), product = take_str(&c->t, item, S("product"));
		struct str package = take_str(&c->t, item, S("packageName"));
		json_put_str(&o, S("name"), product);
		json_put_str(&o, S("vendor"), vendor);
		json_put_str(&o, S("package"), package);
		json_put_str(&o, S("collection_url"), take_str(&c->t, item, S("collectionURL")));
		json_put_str(&o, S("repository"), take_str(&c->t, item, S("repo")));
		json_put(&o, S("platforms"), take_strings(&c->t, item, S("platforms")));
		json_put_str(&o, S("default_status"), status_of(take_str_if(&c->t, item, S("defaultStatus"), status_fits)));
		const struct json *cpes = take_strings(&c->t, item, S("cpes"));
		for (size_t k = 0; k < json_count(cpes); k++) {
			struct json_builder cpe = json_object_of(c->a);
			json_set_str(&cpe, S("scheme"), S("cpe"));
			json_set(&cpe, S("id"), json_at(cpes, k));
			add_object(&identifiers, &cpe);
		}
		put_list(&o, S("identifiers"), &identifiers);
		read_components(c, item, &o);
		read_ranges(c, item, &o);
		if (!o.n) continue;
		json_put_str(&o, S("by"), c->by);
		add_object(&c->affected, &o);
		struct str name = product.n ? product : package;
		named |= !no_name(name);
		if (link) link_product(c, vendor, name, !c->cna);
	}
	return named;
}

/* ---- the rest of a container ---- */

static void read_weaknesses(struct cve_reading *c, const struct json *container) {
	const struct json *types = json_get_lit(container, "problemTypes");
	for (size_t i = 0; i < json_count(types); i++) {
		const struct json *descriptions = json_get_lit(json_at(types, i), "descriptions");
		for (size_t k = 0; k < json_count(descriptions); k++) {
			const struct json *p = json_at(descriptions, k);
			struct str id = take_str(&c->t, p, S("cweId")), label = take_str(&c->t, p, S("description"));
			struct str type = json_get_str(p, S("type"));
			if (!id.n && !label.n) continue;
			bool cwe = str_eq_ascii_case(type, S("CWE"));
			if (cwe || !id.n) take_str(&c->t, p, S("type"));
			struct json_builder w = json_object_of(c->a);
			json_put_str(&w, S("scheme"), cwe || id.n ? S("CWE") : type);
			json_put_str(&w, S("id"), id);
			json_put_str(&w, S("label"), label);
			json_put_str(&w, S("language"), take_str_if(&c->t, p, S("lang"), language_fits));
			json_put_str(&w, S("by"), c->by);
			add_object(&c->weaknesses, &w);
		}
	}
}

static void read_attack_patterns(struct cve_reading *c, const struct json *container) {
	const struct json *impacts = json_get_lit(container, "impacts");
	for (size_t i = 0; i < json_count(impacts); i++) {
		const struct json *impact = json_at(impacts, i), *descriptions = json_get_lit(impact, "descriptions");
		struct str id = take_str(&c->t, impact, S("capecId"));
		for (size_t k = 0; k < json_count(descriptions) || (k == 0 && id.n); k++) {
			const struct json *text = json_at(descriptions, k);
			struct str label = take_str(&c->t, text, S("value"));
			if (!id.n && !label.n) continue;
			struct str language = take_str_if(&c->t, text, S("lang"), language_fits);
			read_media(c, text, arena_fmt(c->a, "attack_patterns/%zu/label", (size_t)c->patterns.n), language);
			struct json_builder p = json_object_of(c->a);
			if (id.n) json_set_str(&p, S("scheme"), S("CAPEC"));
			json_put_str(&p, S("id"), id);
			json_put_str(&p, S("label"), label);
			json_put_str(&p, S("language"), language);
			json_put_str(&p, S("by"), c->by);
			add_object(&c->patterns, &p);
		}
	}
}

static void read_references(struct cve_reading *c, const struct json *container) {
	const struct json *references = json_get_lit(container, "references");
	for (size_t i = 0; i < json_count(references); i++) {
		const struct json *ref = json_at(references, i);
		struct json_builder r = json_object_of(c->a);
		json_put_str(&r, S("url"), take_str(&c->t, ref, S("url")));
		json_put_str(&r, S("title"), take_str(&c->t, ref, S("name")));
		if (!r.n) continue;
		json_put(&r, S("tags"), take_strings(&c->t, ref, S("tags")));
		json_put_str(&r, S("by"), c->by);
		add_object(&c->references, &r);
	}
}

static void read_timeline(struct cve_reading *c, const struct json *container) {
	const struct json *events = json_get_lit(container, "timeline");
	for (size_t i = 0; i < json_count(events); i++) {
		const struct json *event = json_at(events, i);
		struct str text = take_str(&c->t, event, S("value"));
		if (!text.n) continue;
		struct json_builder o = json_object_of(c->a);
		json_put_str(&o, S("date"), take_str_if(&c->t, event, S("time"), when_fits));
		json_set_str(&o, S("text"), text);
		json_put_str(&o, S("language"), take_str_if(&c->t, event, S("lang"), language_fits));
		add_object(&c->timeline, &o);
	}
}

static bool role_fits(struct str type) {
	static const char *const roles[] = {"finder", "reporter", "analyst", "coordinator", "remediation developer",
		"remediation reviewer", "remediation verifier", "tool", "sponsor", "other"};
	for (size_t i = 0; i < lengthof(roles); i++)
		if (str_is(type, roles[i])) return true;
	return false;
}

enum { CREDIT_NAME = 1000 };

static void read_credit(struct cve_reading *c, const struct json *credit) {
	struct str value = take_str(&c->t, credit, S("value"));
	if (!value.n) return;
	struct json_builder o = json_object_of(c->a);
	json_set_str(&o, value.n <= CREDIT_NAME ? S("name") : S("note"), value);
	json_put_str(&o, S("role"), respelled(c->a, take_str_if(&c->t, credit, S("type"), role_fits), false, ' ', '-'));
	json_put_str(&o, S("id"), take_str(&c->t, credit, S("user")));
	json_put_str(&o, S("language"), take_str_if(&c->t, credit, S("lang"), language_fits));
	add_object(&c->credits, &o);
}

static void add_tracking(struct cve_reading *c, struct str scheme, struct str id) {
	if (!id.n) return;
	struct json_builder o = json_object_of(c->a);
	json_set_str(&o, S("scheme"), scheme);
	json_set_str(&o, S("id"), id);
	add_object(&c->tracking, &o);
}

static bool discovery_fits(struct str s) {
	return str_is(s, "EXTERNAL") || str_is(s, "INTERNAL") || str_is(s, "USER") || str_is(s, "UNKNOWN");
}

/* `source` is free in the schema; these members are in use. Some issuers put the finder there. */
static void read_source(struct cve_reading *c, const struct json *container) {
	const struct json *source = json_get_lit(container, "source");
	static const struct str defects[] = {S_INIT("defect"), S_INIT("defects")};
	add_tracking(c, S("advisory"), take_str(&c->t, source, S("advisory")));
	for (size_t i = 0; i < lengthof(defects); i++) {
		add_tracking(c, S("defect"), take_str(&c->t, source, defects[i]));
		const struct json *list = take_strings(&c->t, source, defects[i]);
		for (size_t k = 0; k < json_count(list); k++) add_tracking(c, S("defect"), json_string(json_at(list, k)));
	}
	if (!c->discovery.n)
		c->discovery = respelled(c->a, take_str_if(&c->t, source, S("discovery"), discovery_fits), false, ' ', ' ');
	read_credit(c, source);
}

static void read_taxonomies(struct cve_reading *c, const struct json *container) {
	const struct json *mappings = json_get_lit(container, "taxonomyMappings");
	for (size_t i = 0; i < json_count(mappings); i++) {
		const struct json *mapping = json_at(mappings, i), *relations = json_get_lit(mapping, "taxonomyRelations");
		struct str scheme = take_str(&c->t, mapping, S("taxonomyName"));
		struct str version = take_str(&c->t, mapping, S("taxonomyVersion"));
		for (size_t k = 0; k < json_count(relations); k++) {
			const struct json *relation = json_at(relations, k);
			struct str id = take_str(&c->t, relation, S("taxonomyId"));
			if (!id.n) continue;
			struct str name = take_str(&c->t, relation, S("relationshipName"));
			struct str value = take_str(&c->t, relation, S("relationshipValue"));
			struct json_builder o = json_object_of(c->a);
			json_put_str(&o, S("scheme"), scheme);
			json_put_str(&o, S("version"), version);
			json_set_str(&o, S("id"), id);
			json_put_str(&o, S("note"), name.n && value.n ? arena_fmt(c->a, "%.*s %.*s", STR_ARG(name), STR_ARG(value)) :
				name.n ? name : value);
			json_put_str(&o, S("by"), c->by);
			add_object(&c->classifications, &o);
		}
	}
}

static void add_contributor(struct cve_reading *c, struct str name, struct str id, struct str role, struct str title,
	struct str date) {
	if (!name.n && !id.n) return;
	struct json_builder o = json_object_of(c->a);
	json_put_str(&o, S("name"), name);
	json_put_str(&o, S("id"), id);
	json_set_str(&o, S("role"), role);
	json_put_str(&o, S("title"), title);
	json_put_str(&o, S("date"), date);
	add_object(&c->contributors, &o);
}

/* True when the affected products have names; link: whether they are made into systems. */
static bool read_container(struct cve_reading *c, const struct json *container, bool cna, bool link) {
	const struct json *provider = json_get_lit(container, "providerMetadata");
	c->cna = cna;
	c->by = take_str(&c->t, provider, S("shortName"));
	struct str id = take_str(&c->t, provider, S("orgId"));
	add_contributor(c, c->by, id, cna ? S("numbering-authority") : S("enricher"),
		cna ? STR_EMPTY : take_str(&c->t, container, S("title")), take_str_if(&c->t, provider, S("dateUpdated"), when_fits));
	struct str text = read_translations(c, json_get_lit(container, "descriptions"), S("description"),
		c->description.n > 0);
	if (!c->description.n) c->description = text;
	bool named = read_affected(c, container, link);
	read_weaknesses(c, container);
	read_attack_patterns(c, container);
	cve_read_metrics(c, container);
	read_references(c, container);
	read_texts(c, container, S("solutions"), &c->remediations, S("vendor fix"), S("remediations"));
	read_texts(c, container, S("workarounds"), &c->remediations, S("workaround"), S("remediations"));
	read_texts(c, container, S("exploits"), &c->threats, S("exploit status"), S("threats"));
	read_texts(c, container, S("configurations"), &c->notes, S("configuration"), S("notes"));
	read_timeline(c, container);
	const struct json *credits = json_get_lit(container, "credits");
	for (size_t i = 0; i < json_count(credits); i++) read_credit(c, json_at(credits, i));
	read_source(c, container);
	read_taxonomies(c, container);
	const struct json *tags = take_strings(&c->t, container, S("tags"));
	for (size_t i = 0; i < json_count(tags); i++) {
		json_add(&c->tags, json_at(tags, i));
		c->disputed |= str_is(json_string(json_at(tags, i)), "disputed");
	}
	return named;
}

/* ---- the record ---- */

static bool cve_id_fits(struct str s) {
	if (!str_starts(s, S("CVE-")) || s.n < 13 || s.n > 28 || s.p[8] != '-') return false;
	for (size_t i = 4; i < s.n; i++)
		if (i != 8 && (s.p[i] < '0' || s.p[i] > '9')) return false;
	return true;
}

static void put_lists(struct cve_reading *c, struct json_builder *body) {
	put_list(body, S("tracking_ids"), &c->tracking);
	json_put_str(body, S("severity"), c->severity);
	put_list(body, S("scores"), &c->scores);
	put_list(body, S("affected"), &c->affected);
	put_list(body, S("weaknesses"), &c->weaknesses);
	put_list(body, S("attack_patterns"), &c->patterns);
	put_list(body, S("classifications"), &c->classifications);
	put_list(body, S("remediations"), &c->remediations);
	put_list(body, S("threats"), &c->threats);
	json_put_str(body, S("exploitation"), c->exploitation);
	put_list(body, S("notes"), &c->notes);
	put_list(body, S("references"), &c->references);
	put_list(body, S("credits"), &c->credits);
	put_list(body, S("contributors"), &c->contributors);
	put_list(body, S("timeline"), &c->timeline);
	json_put_str(body, S("discovery"), c->discovery);
	put_list(body, S("tags"), &c->tags);
	json_put_str(body, S("language"), c->language);
	put_list(body, S("renditions"), &c->renditions);
}

static void put_dates(struct cve_reading *c, const struct json *metadata, const struct json *cna,
	struct json_builder *body) {
	json_put_str(body, S("reserved"), take_str_if(&c->t, metadata, S("dateReserved"), when_fits));
	json_put_str(body, S("assigned"), take_str_if(&c->t, cna, S("dateAssigned"), when_fits));
	json_put_str(body, S("made_public"), take_str_if(&c->t, cna, S("datePublic"), when_fits));
	json_put_str(body, S("published"), take_str_if(&c->t, metadata, S("datePublished"), when_fits));
	json_put_str(body, S("modified"), take_str_if(&c->t, metadata, S("dateUpdated"), when_fits));
	if (c->rejected) json_put_str(body, S("withdrawn"), take_str_if(&c->t, metadata, S("dateRejected"), when_fits));
}

static void put_rejection(struct cve_reading *c, const struct json *cna, struct json_builder *body) {
	json_put_str(body, S("withdrawn_reason"), c->withdrawn_reason);
	const struct json *replaced_by = take_strings(&c->t, cna, S("replacedBy"));
	json_put(body, S("replaced_by"), replaced_by);
	if (json_count(replaced_by) == 1) draft_link(c->d, c->draft, S("replaced-by"), json_string(json_at(replaced_by, 0)));
}

/* The words for a record that can't be taken; "" when it can. */
static const char *refusal(const struct json *doc, const struct json *metadata, const struct json *containers) {
	struct str state = json_get_str(metadata, S("state"));
	if (!str_starts(json_get_str(doc, S("dataVersion")), S("5.")))
		return "dataVersion: expected 5.x, this is another version of the format";
	if (!cve_id_fits(json_get_str(metadata, S("cveId"))))
		return "cveMetadata.cveId: expected an identifier such as CVE-2024-0001";
	if (!str_is(state, "PUBLISHED") && !str_is(state, "REJECTED"))
		return "cveMetadata.state: expected PUBLISHED or REJECTED";
	if (!json_is(json_get_lit(containers, "cna"), JSON_OBJECT)) return "containers.cna: expected an object";
	const struct json *adp = json_get_lit(containers, "adp");
	if (adp && adp->type != JSON_ARRAY) return "containers.adp: expected an array";
	if (json_count(json_get_lit(json_get_lit(containers, "cna"), "affected")) > AFFECTED_MOST)
		return "containers.cna.affected: more than 10000 products";
	return "";
}

static void read_record(struct drafts *d, const struct json *doc, struct str bytes) {
	const struct json *metadata = json_get_lit(doc, "cveMetadata"), *containers = json_get_lit(doc, "containers");
	const struct json *cna = json_get_lit(containers, "cna"), *adp = json_get_lit(containers, "adp");
	const char *no = refusal(doc, metadata, containers);
	if (no[0]) {
		draft_reject(d, STR_EMPTY, json_get_str(metadata, S("cveId")), "%s", no);
		return;
	}
	struct arena *a = d->a;
	struct json_builder list = json_array_of(a), body = json_object_of(a);
	struct cve_reading c = {
		.d = d, .a = a, .t = {.a = a}, .draft = draft_new(d, S("advisory")), .affected = list, .scores = list,
		.references = list, .weaknesses = list, .patterns = list, .remediations = list, .threats = list, .notes = list,
		.timeline = list, .credits = list, .renditions = list, .contributors = list, .classifications = list,
		.tracking = list, .tags = list,
	};
	if (!c.draft) return;
	take_is(&c.t, doc, S("dataType"), S("CVE_RECORD"));
	struct str version = take_str(&c.t, doc, S("dataVersion"));
	c.id = take_str(&c.t, metadata, S("cveId"));
	c.rejected = str_is(take_str(&c.t, metadata, S("state")), "REJECTED");
	struct str assigner = take_str(&c.t, metadata, S("assignerShortName"));
	add_contributor(&c, assigner, take_str(&c.t, metadata, S("assignerOrgId")), S("assigner"), STR_EMPTY, STR_EMPTY);
	add_contributor(&c, STR_EMPTY, take_str(&c.t, metadata, S("requesterUserId")), S("requester"), STR_EMPTY, STR_EMPTY);
	if (c.rejected)
		c.withdrawn_reason = read_translations(&c, json_get_lit(cna, "rejectedReasons"), S("withdrawn_reason"), false);
	struct str title = take_str(&c.t, cna, S("title"));
	bool named = read_container(&c, cna, true, true);
	for (size_t i = 0; i < json_count(adp); i++) {
		bool more = read_container(&c, json_at(adp, i), false, !named);
		named |= more;
	}

	json_set_str(&body, S("title"), headline(a, title, c.description, c.id));
	json_put_str(&body, S("description"), c.description);
	struct json_builder aliases = json_array_of(a);
	json_add(&aliases, json_str(a, c.id));
	put_list(&body, S("aliases"), &aliases);
	put_lists(&c, &body);
	put_dates(&c, metadata, cna, &body);
	if (c.rejected) put_rejection(&c, cna, &body);
	if (c.rejected)
		c.draft->state = S("rejected");
	else if (c.disputed)
		c.draft->state = S("disputed");
	struct origin o = {.system = S("CVE"), .id = c.id, .version = version, .licence = S("CVE-TOU"),
		.extra = take_rest(&c.t, doc)};
	o.url = arena_cat(a, S("https://www.cve.org/CVERecord?id="), c.id);
	draft_finish(d, c.draft, &body, &o, bytes);
}

static enum err_code read_cve(const struct import_file *files, size_t n, struct drafts *d, struct err *e) {
	for (size_t i = 0; i < n; i++) {
		const struct json *doc = NULL;
		enum err_code code = json_parse(d->a, files[i].bytes, NULL, &doc, e);
		if (code) return code;
		if (!json_is(json_get_lit(doc, "dataType"), JSON_STRING))
			return err_set(e, ERR_INVALID, "no CVE record: dataType is missing");
		if (!str_is(json_get_str(doc, S("dataType")), "CVE_RECORD"))
			return err_set(e, ERR_INVALID, "no CVE record: dataType is not CVE_RECORD");
		read_record(d, doc, files[i].bytes);
	}
	return arena_failed(d->a) ? err_set(e, ERR_MEMORY, "memory is out") : ERR_OK;
}

static bool wants_cve(struct str file_name) {
	return str_starts(file_name, S("CVE-"));
}

const struct format format_cve = {
	.name = "cve", .title = "CVE records, format 5", .suffix = ".json", .mapping = 1, .wants = wants_cve, .read = read_cve,
};
