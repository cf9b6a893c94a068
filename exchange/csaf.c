/* Common Security Advisory Framework 2.0, VEX profile included. One document is one advisory.
 *
 * A document is taken only if it passes the mandatory tests of the standard. A document with one vulnerability has its
 * details at the top of the body; with several, each has its own under /vulnerabilities, and the top holds what is
 * needed to find them. */
#include "csaf.h"

struct reading {
	struct drafts *d;
	struct arena *a;
	struct take t;
	struct draft *draft;
	struct csaf doc;
	struct json_builder body;
	/* lists of the top */
	struct json_builder aliases, notes, references, credits, scores, weaknesses, tracking_ids;
	int severity_version;
	struct str severity, self;
	struct map facts;  /* product_id → struct facts, of all vulnerabilities */
	bool has_statuses; /* any at all */
};

/* What is said of a product. */
struct facts {
	struct json_builder statuses, justifications, groups;
	bool listed;
};

/* ---- words ---- */

/* CSAF joins the words of a label with underscores. */
static struct str words(struct reading *c, const struct json *v, struct str name) {
	return respelled(c->a, take_str(&c->t, v, name), false, '_', ' ');
}

static void put_moment(struct reading *c, struct json_builder *o, struct str ours, const struct json *v,
	struct str theirs) {
	json_put_str(o, ours, take_str_if(&c->t, v, theirs, when_fits));
}

static void read_notes(struct reading *c, const struct json *list, struct json_builder *out) {
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *note = json_at(list, i);
		struct json_builder o = json_object_of(c->a);
		json_put_str(&o, S("category"), words(c, note, S("category")));
		json_put_str(&o, S("title"), take_str(&c->t, note, S("title")));
		json_put_str(&o, S("text"), take_str(&c->t, note, S("text")));
		json_put_str(&o, S("audience"), take_str(&c->t, note, S("audience")));
		add_object(out, &o);
	}
}

static void read_references(struct reading *c, const struct json *list, struct json_builder *out) {
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *ref = json_at(list, i);
		struct str url = take_str(&c->t, ref, S("url")), category = take_str(&c->t, ref, S("category"));
		struct json_builder o = json_object_of(c->a);
		json_put_str(&o, S("type"), category);
		json_put_str(&o, S("title"), take_str(&c->t, ref, S("summary")));
		json_put_str(&o, S("url"), url);
		add_object(out, &o);
		if (str_is(category, "self") && !c->self.n) c->self = url;
	}
}

/* One credit for each name. */
static void read_acknowledgments(struct reading *c, const struct json *list, struct json_builder *out) {
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *thanks = json_at(list, i), *names = take_strings(&c->t, thanks, S("names"));
		struct str organization = take_str(&c->t, thanks, S("organization")), summary = take_str(&c->t, thanks, S("summary"));
		if (!names && !organization.n && !summary.n) continue;
		const struct json *urls = take_strings(&c->t, thanks, S("urls"));
		for (size_t k = 0; k < json_count(names) || k == 0; k++) {
			struct json_builder o = json_object_of(c->a);
			json_put_str(&o, S("name"), json_string(json_at(names, k)));
			json_put_str(&o, S("organization"), organization);
			json_put(&o, S("contact"), urls);
			json_put_str(&o, S("note"), summary);
			add_object(out, &o);
		}
	}
}

/* ---- the document ---- */

static void read_publisher(struct reading *c) {
	const struct json *publisher = json_get_lit(c->doc.document, "publisher");
	struct json_builder o = json_object_of(c->a);
	struct str name = take_str(&c->t, publisher, S("name"));
	json_put_str(&o, S("name"), name);
	json_put_str(&o, S("category"), take_str(&c->t, publisher, S("category")));
	json_put_str(&o, S("url"), take_str(&c->t, publisher, S("namespace")));
	json_put_str(&o, S("contact"), take_str(&c->t, publisher, S("contact_details")));
	json_put_str(&o, S("authority"), take_str(&c->t, publisher, S("issuing_authority")));
	put_list(&c->body, S("publisher"), &o);
	draft_link(c->d, c->draft, S("issued-by"), draft_organization(c->d, name, false));
}

/* What may not be passed on to everyone, or is not finished, does not become public by being read in. */
static void read_distribution(struct reading *c) {
	const struct json *distribution = json_get_lit(c->doc.document, "distribution");
	const struct json *tlp = json_get_lit(distribution, "tlp");
	struct json_builder o = json_object_of(c->a);
	struct str label = take_str(&c->t, tlp, S("label"));
	json_put_str(&o, S("tlp"), label);
	json_put_str(&o, S("text"), take_str(&c->t, distribution, S("text")));
	json_put_str(&o, S("url"), take_str(&c->t, tlp, S("url")));
	put_list(&c->body, S("distribution"), &o);
	if (label.n && !str_is(label, "WHITE")) c->draft->state = S("draft");
}

static void read_tracking(struct reading *c) {
	const struct json *tracking = c->doc.tracking, *history = json_get_lit(tracking, "revision_history");
	const struct json *generator = json_get_lit(tracking, "generator"), *engine = json_get_lit(generator, "engine");
	struct json_builder revisions = json_array_of(c->a), made = json_object_of(c->a);
	struct str status = take_str(&c->t, tracking, S("status"));
	put_moment(c, &c->body, S("published"), tracking, S("initial_release_date"));
	put_moment(c, &c->body, S("modified"), tracking, S("current_release_date"));
	json_put_str(&c->body, S("document_status"), status);
	json_put_str(&c->body, S("document_version"), take_str(&c->t, tracking, S("version")));
	for (size_t i = 0; i < json_count(history); i++) {
		struct json_builder o = json_object_of(c->a);
		json_put_str(&o, S("version"), take_str(&c->t, json_at(history, i), S("number")));
		json_put_str(&o, S("legacy"), take_str(&c->t, json_at(history, i), S("legacy_version")));
		put_moment(c, &o, S("date"), json_at(history, i), S("date"));
		json_put_str(&o, S("summary"), take_str(&c->t, json_at(history, i), S("summary")));
		add_object(&revisions, &o);
	}
	put_list(&c->body, S("revisions"), &revisions);
	json_put_str(&made, S("name"), take_str(&c->t, engine, S("name")));
	json_put_str(&made, S("version"), take_str(&c->t, engine, S("version")));
	put_moment(c, &made, S("date"), generator, S("date"));
	put_list(&c->body, S("generator"), &made);
	if (str_is(status, "draft")) c->draft->state = S("draft");
}

static void read_document(struct reading *c) {
	const struct json *document = c->doc.document, *severity = json_get_lit(document, "aggregate_severity");
	json_set_str(&c->body, S("title"), headline(c->a, take_str(&c->t, document, S("title")), STR_EMPTY, STR_EMPTY));
	json_put_str(&c->body, S("profile"), take_str(&c->t, document, S("category")));
	json_put_str(&c->body, S("language"), take_str_if(&c->t, document, S("lang"), language_fits));
	json_put_str(&c->body, S("translated_from"), take_str_if(&c->t, document, S("source_lang"), language_fits));
	const struct json *aliases = take_strings(&c->t, c->doc.tracking, S("aliases"));
	for (size_t i = 0; i < json_count(aliases); i++) json_add(&c->aliases, json_at(aliases, i));
	read_publisher(c);
	read_distribution(c);
	read_tracking(c);
	read_notes(c, json_get_lit(document, "notes"), &c->notes);
	read_references(c, json_get_lit(document, "references"), &c->references);
	read_acknowledgments(c, json_get_lit(document, "acknowledgments"), &c->credits);
	struct str text = take_str(&c->t, severity, S("text")), scheme = take_str(&c->t, severity, S("namespace"));
	if (!text.n) return;
	struct json_builder o = json_object_of(c->a);
	json_set_str(&o, S("system"), scheme.n ? scheme : S("aggregate"));
	json_set_str(&o, S("label"), text);
	add_object(&c->scores, &o);
	c->severity = severity_of_word(text);
}

/* ---- statuses ---- */

static struct facts *facts_of(struct reading *c, struct map *map, struct str id) {
	void **slot = map_at(map, id);
	if (!slot) return NULL;
	if (!*slot) {
		struct facts *f = arena_new_of(c->a, struct facts);
		if (!f) return NULL;
		*f = (struct facts){json_array_of(c->a), json_array_of(c->a), json_array_of(c->a), false};
		*slot = f;
	}
	return *slot;
}

static void read_statuses(struct reading *c, const struct json *vulnerability, struct map *facts) {
	static const struct {
		struct str theirs, ours;
	} lists[] = {
		{S_INIT("known_affected"), S_INIT("affected")}, {S_INIT("first_affected"), S_INIT("first-affected")},
		{S_INIT("last_affected"), S_INIT("last-affected")}, {S_INIT("known_not_affected"), S_INIT("not-affected")},
		{S_INIT("first_fixed"), S_INIT("first-fixed")}, {S_INIT("fixed"), S_INIT("fixed")},
		{S_INIT("under_investigation"), S_INIT("under-investigation")}, {S_INIT("recommended"), S_INIT("recommended")}};
	const struct json *status = json_get_lit(vulnerability, "product_status");
	for (size_t l = 0; l < lengthof(lists); l++) {
		const struct json *ids = take_strings(&c->t, status, lists[l].theirs);
		for (size_t i = 0; i < json_count(ids); i++) {
			struct facts *f = facts_of(c, facts, json_string(json_at(ids, i)));
			if (f) json_add(&f->statuses, json_str(c->a, lists[l].ours));
			c->has_statuses = true;
		}
	}
}

static void read_flags(struct reading *c, const struct json *vulnerability, struct map *facts) {
	const struct json *flags = json_get_lit(vulnerability, "flags");
	for (size_t i = 0; i < json_count(flags); i++) {
		const struct json *flag = json_at(flags, i);
		struct str id;
		struct json_builder o = json_object_of(c->a);
		json_put_str(&o, S("label"), words(c, flag, S("label")));
		put_moment(c, &o, S("date"), flag, S("date"));
		const struct json *why = json_built(&o);
		for (struct csaf_names n = csaf_names(&c->doc, flag); csaf_name(&n, &id);) {
			struct facts *f = facts_of(c, facts, id);
			if (f) json_add(&f->justifications, why);
		}
		take_strings(&c->t, flag, S("product_ids"));
		take_strings(&c->t, flag, S("group_ids"));
	}
}

/* ---- lists of a vulnerability ---- */

static void put_names(struct reading *c, const struct json *item, struct json_builder *o) {
	json_put(o, S("products"), take_strings(&c->t, item, S("product_ids")));
	json_put(o, S("groups"), take_strings(&c->t, item, S("group_ids")));
}

static void read_remediations(struct reading *c, const struct json *list, struct json_builder *out) {
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *r = json_at(list, i), *restart = json_get_lit(r, "restart_required");
		struct json_builder o = json_object_of(c->a), again = json_object_of(c->a);
		json_put_str(&o, S("category"), words(c, r, S("category")));
		json_put_str(&o, S("text"), take_str(&c->t, r, S("details")));
		put_moment(c, &o, S("date"), r, S("date"));
		json_put_str(&o, S("url"), take_str(&c->t, r, S("url")));
		put_names(c, r, &o);
		json_put_str(&again, S("category"), words(c, restart, S("category")));
		json_put_str(&again, S("text"), take_str(&c->t, restart, S("details")));
		put_list(&o, S("restart"), &again);
		json_put(&o, S("entitlements"), take_strings(&c->t, r, S("entitlements")));
		add_object(out, &o);
	}
}

static void read_threats(struct reading *c, const struct json *list, struct json_builder *out) {
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *threat = json_at(list, i);
		struct json_builder o = json_object_of(c->a);
		json_put_str(&o, S("category"), words(c, threat, S("category")));
		json_put_str(&o, S("text"), take_str(&c->t, threat, S("details")));
		put_moment(c, &o, S("date"), threat, S("date"));
		put_names(c, threat, &o);
		add_object(out, &o);
	}
}

static void read_involvements(struct reading *c, const struct json *list, struct json_builder *out) {
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *part = json_at(list, i);
		struct json_builder o = json_object_of(c->a);
		json_put_str(&o, S("party"), take_str(&c->t, part, S("party")));
		json_put_str(&o, S("status"), words(c, part, S("status")));
		put_moment(c, &o, S("date"), part, S("date"));
		json_put_str(&o, S("text"), take_str(&c->t, part, S("summary")));
		add_object(out, &o);
	}
}

static void read_score(struct reading *c, const struct json *score, const struct json *cvss, struct json_builder *out) {
	if (!json_count(cvss)) return;
	struct json_builder o = cvss_score(c->a, &c->t, cvss);
	json_put(&o, S("products"), take_strings(&c->t, score, S("products")));
	add_object(out, &o);
	struct cvss vector;
	if (!cvss_read(json_get_str(cvss, S("vectorString")), &vector) || vector.version < c->severity_version) return;
	struct str severity = severity_of_word(cvss_severity(vector.version, json_number(json_get_lit(cvss, "baseScore"), 0)));
	static const char *const order[] = {"", "negligible", "low", "medium", "high", "critical"};
	size_t old = 0, new = 0;
	for (size_t i = 0; i < lengthof(order); i++) {
		if (str_is(c->severity, order[i])) old = i;
		if (str_is(severity, order[i])) new = i;
	}
	/* Of the newest version the worst. */
	if (vector.version > c->severity_version || new > old) c->severity = severity;
	c->severity_version = vector.version;
}

static void read_scores(struct reading *c, const struct json *list, struct json_builder *out) {
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *score = json_at(list, i);
		read_score(c, score, json_get_lit(score, "cvss_v3"), out);
		read_score(c, score, json_get_lit(score, "cvss_v2"), out);
	}
}

static void read_ids(struct reading *c, const struct json *list, struct json_builder *out) {
	for (size_t i = 0; i < json_count(list); i++) {
		struct json_builder o = json_object_of(c->a);
		json_put_str(&o, S("scheme"), take_str(&c->t, json_at(list, i), S("system_name")));
		json_put_str(&o, S("id"), take_str(&c->t, json_at(list, i), S("text")));
		add_object(out, &o);
	}
}

static void read_cwe(struct reading *c, const struct json *cwe, struct json_builder *out) {
	if (!cwe) return;
	struct json_builder o = json_object_of(c->a);
	json_set_str(&o, S("scheme"), S("CWE"));
	json_put_str(&o, S("id"), take_str(&c->t, cwe, S("id")));
	json_put_str(&o, S("label"), take_str(&c->t, cwe, S("name")));
	add_object(out, &o);
}

static void add_alias(struct json_builder *list, struct str id) {
	if (id.n) json_add(list, json_str(list->a, id));
}

/* Adds a list as json_built gives it to another. */
static void add_all(struct json_builder *list, const struct json *items) {
	for (size_t i = 0; i < json_count(items); i++) json_add(list, json_at(items, i));
}

/* ---- vulnerabilities ---- */

/* Its lists that the top never gathers. */
static void put_own_lists(struct reading *c, const struct json *v, struct json_builder *o) {
	struct json_builder remediations = json_array_of(c->a), threats = remediations, involvements = remediations;
	read_remediations(c, json_get_lit(v, "remediations"), &remediations);
	read_threats(c, json_get_lit(v, "threats"), &threats);
	read_involvements(c, json_get_lit(v, "involvements"), &involvements);
	put_list(o, S("remediations"), &remediations);
	put_list(o, S("threats"), &threats);
	put_list(o, S("involvements"), &involvements);
	put_moment(c, o, S("discovered"), v, S("discovery_date"));
}

static void read_only(struct reading *c, const struct json *v) {
	json_put_str(&c->body, S("summary"), take_str(&c->t, v, S("title")));
	add_alias(&c->aliases, take_str(&c->t, v, S("cve")));
	read_ids(c, json_get_lit(v, "ids"), &c->tracking_ids);
	read_cwe(c, json_get_lit(v, "cwe"), &c->weaknesses);
	read_scores(c, json_get_lit(v, "scores"), &c->scores);
	read_notes(c, json_get_lit(v, "notes"), &c->notes);
	read_references(c, json_get_lit(v, "references"), &c->references);
	read_acknowledgments(c, json_get_lit(v, "acknowledgments"), &c->credits);
	read_statuses(c, v, &c->facts);
	read_flags(c, v, &c->facts);
	put_own_lists(c, v, &c->body);
	put_moment(c, &c->body, S("made_public"), v, S("release_date"));
}

/* The products of one of several vulnerabilities, in the order of the product tree. */
static void put_affected(struct reading *c, struct map *facts, struct json_builder *out) {
	struct json_builder list = json_array_of(c->a);
	for (size_t i = 0; i < c->doc.n; i++) {
		struct str id = json_get_str(c->doc.products[i]->name, S("product_id"));
		struct facts *f = map_get(facts, id);
		if (!f || f->listed) continue;
		f->listed = true;
		struct json_builder o = json_object_of(c->a);
		json_set_str(&o, S("id"), id);
		put_list(&o, S("statuses"), &f->statuses);
		put_list(&o, S("justifications"), &f->justifications);
		add_object(&list, &o);
	}
	put_list(out, S("affected"), &list);
}

static const struct json *read_one_of_several(struct reading *c, const struct json *v) {
	struct json_builder o = json_object_of(c->a), none = json_array_of(c->a);
	struct json_builder aliases = none, ids = none, weaknesses = none, scores = none, notes = none, references = none,
		credits = none;
	struct map facts = {.arena = c->a};
	json_put_str(&o, S("title"), take_str(&c->t, v, S("title")));
	add_alias(&aliases, take_str(&c->t, v, S("cve")));
	read_ids(c, json_get_lit(v, "ids"), &ids);
	read_cwe(c, json_get_lit(v, "cwe"), &weaknesses);
	read_scores(c, json_get_lit(v, "scores"), &scores);
	read_notes(c, json_get_lit(v, "notes"), &notes);
	read_references(c, json_get_lit(v, "references"), &references);
	read_acknowledgments(c, json_get_lit(v, "acknowledgments"), &credits);
	read_statuses(c, v, &facts);
	read_flags(c, v, &facts);
	const struct json *all_aliases = json_built(&aliases), *all_scores = json_built(&scores);
	const struct json *all_weaknesses = json_built(&weaknesses);
	json_put(&o, S("aliases"), all_aliases);
	put_list(&o, S("identifiers"), &ids);
	json_put(&o, S("weaknesses"), all_weaknesses);
	put_affected(c, &facts, &o);
	json_put(&o, S("scores"), all_scores);
	put_list(&o, S("notes"), &notes);
	put_list(&o, S("references"), &references);
	put_list(&o, S("credits"), &credits);
	put_own_lists(c, v, &o);
	put_moment(c, &o, S("published"), v, S("release_date"));
	add_all(&c->aliases, all_aliases);
	add_all(&c->weaknesses, all_weaknesses);
	add_all(&c->scores, all_scores);
	/* For the links of products. */
	read_statuses(c, v, &c->facts);
	return json_built(&o);
}

static void read_vulnerabilities(struct reading *c) {
	const struct json *list = c->doc.vulnerabilities;
	if (json_count(list) == 1) read_only(c, json_at(list, 0));
	if (json_count(list) < 2) return;
	struct json_builder out = json_array_of(c->a);
	for (size_t i = 0; i < list->n; i++) json_add(&out, read_one_of_several(c, &list->items[i]));
	put_list(&c->body, S("vulnerabilities"), &out);
}

/* ---- the product tree ---- */

static void add_identifiers(struct reading *c, const struct json *helper, struct str name, struct str scheme,
	struct json_builder *list) {
	const struct json *many = take_strings(&c->t, helper, name);
	struct str one = take_str(&c->t, helper, name);
	for (size_t i = 0; i < json_count(many) || (i == 0 && one.n); i++) {
		struct json_builder o = json_object_of(c->a);
		json_set_str(&o, S("scheme"), scheme);
		json_set_str(&o, S("id"), one.n ? one : json_string(json_at(many, i)));
		add_object(list, &o);
	}
}

enum { SCHEME = 100 };

static void read_helper(struct reading *c, const struct json *helper, struct json_builder *out) {
	struct json_builder identifiers = json_array_of(c->a), digests = json_array_of(c->a);
	const struct json *hashes = json_get_lit(helper, "hashes"), *uris = json_get_lit(helper, "x_generic_uris");
	add_identifiers(c, helper, S("cpe"), S("cpe"), &identifiers);
	add_identifiers(c, helper, S("purl"), S("purl"), &identifiers);
	add_identifiers(c, helper, S("skus"), S("sku"), &identifiers);
	add_identifiers(c, helper, S("model_numbers"), S("model number"), &identifiers);
	add_identifiers(c, helper, S("serial_numbers"), S("serial number"), &identifiers);
	add_identifiers(c, helper, S("sbom_urls"), S("sbom"), &identifiers);
	for (size_t i = 0; i < json_count(uris); i++) {
		if (json_get_str(json_at(uris, i), S("namespace")).n > SCHEME) continue;
		struct json_builder o = json_object_of(c->a);
		json_put_str(&o, S("scheme"), take_str(&c->t, json_at(uris, i), S("namespace")));
		json_put_str(&o, S("id"), take_str(&c->t, json_at(uris, i), S("uri")));
		add_object(&identifiers, &o);
	}
	for (size_t i = 0; i < json_count(hashes); i++) {
		const struct json *list = json_get_lit(json_at(hashes, i), "file_hashes");
		struct str file = take_str(&c->t, json_at(hashes, i), S("filename"));
		for (size_t k = 0; k < json_count(list); k++) {
			struct json_builder o = json_object_of(c->a);
			json_put_str(&o, S("file"), file);
			json_put_str(&o, S("algorithm"), take_str(&c->t, json_at(list, k), S("algorithm")));
			json_put_str(&o, S("value"), take_str(&c->t, json_at(list, k), S("value")));
			add_object(&digests, &o);
		}
	}
	put_list(out, S("identifiers"), &identifiers);
	put_list(out, S("digests"), &digests);
}

/* From the vendor down; gives the names of vendor and product on the way. */
static void read_path(struct reading *c, const struct csaf_branch *branch, struct json_builder *path,
	struct str *vendor, struct str *product) {
	const struct csaf_branch *stack[JSON_NEST];
	size_t n = 0;
	for (; branch && n < lengthof(stack); branch = branch->above) stack[n++] = branch;
	while (n--) {
		struct json_builder o = json_object_of(c->a);
		struct str category = words(c, stack[n]->branch, S("category")), name = take_str(&c->t, stack[n]->branch, S("name"));
		if (str_is(category, "vendor")) *vendor = name;
		if (str_is(category, "product name")) *product = name;
		json_put_str(&o, S("category"), category);
		json_put_str(&o, S("name"), name);
		add_object(path, &o);
	}
}

/* A product that is known not to be affected, and nothing else, is not linked. */
static bool is_concerned(const struct reading *c, const struct json *statuses) {
	for (size_t i = 0; i < json_count(statuses); i++)
		if (!str_is(json_string(json_at(statuses, i)), "not-affected")) return true;
	return !json_count(statuses) && !c->has_statuses;
}

static void link_product(struct reading *c, struct str vendor, struct str product) {
	struct str developer = draft_organization(c->d, vendor, false);
	draft_link(c->d, c->draft, S("developer"), developer);
	draft_link(c->d, c->draft, S("affects"), draft_system(c->d, vendor, product, S("application"), developer));
}

static void read_product(struct reading *c, const struct csaf_product *p, struct json_builder *out) {
	struct json_builder o = json_object_of(c->a), path = json_array_of(c->a), relation = json_object_of(c->a);
	struct str id = take_str(&c->t, p->name, S("product_id")), name = take_str(&c->t, p->name, S("name"));
	struct str vendor = STR_EMPTY, product = STR_EMPTY;
	struct facts *f = facts_of(c, &c->facts, id);
	json_put_str(&o, S("id"), id);
	json_put_str(&o, S("name"), name);
	read_path(c, p->branch, &path, &vendor, &product);
	json_put_str(&o, S("vendor"), vendor);
	put_list(&o, S("path"), &path);
	read_helper(c, json_get_lit(p->name, "product_identification_helper"), &o);
	if (p->relationship) {
		json_put_str(&relation, S("category"), words(c, p->relationship, S("category")));
		json_put_str(&relation, S("product"), take_str(&c->t, p->relationship, S("product_reference")));
		json_put_str(&relation, S("to"), take_str(&c->t, p->relationship, S("relates_to_product_reference")));
		put_list(&o, S("relation"), &relation);
	}
	const struct json *statuses = f ? json_built(&f->statuses) : NULL;
	if (f && json_count(c->doc.vulnerabilities) == 1) {
		json_put(&o, S("statuses"), statuses);
		put_list(&o, S("justifications"), &f->justifications);
	}
	if (f) put_list(&o, S("groups"), &f->groups);
	add_object(out, &o);
	if (!p->relationship && is_concerned(c, statuses)) link_product(c, vendor, product.n ? product : name);
}

static void read_groups(struct reading *c) {
	const struct json *groups = json_get_lit(c->doc.tree, "product_groups");
	struct json_builder list = json_array_of(c->a);
	for (size_t i = 0; i < json_count(groups); i++) {
		struct json_builder o = json_object_of(c->a);
		struct str id = take_str(&c->t, json_at(groups, i), S("group_id"));
		const struct json *ids = take_strings(&c->t, json_at(groups, i), S("product_ids"));
		json_put_str(&o, S("id"), id);
		json_put_str(&o, S("summary"), take_str(&c->t, json_at(groups, i), S("summary")));
		json_put(&o, S("products"), ids);
		add_object(&list, &o);
		for (size_t k = 0; k < json_count(ids); k++) {
			struct facts *f = facts_of(c, &c->facts, json_string(json_at(ids, k)));
			if (f) json_add(&f->groups, json_str(c->a, id));
		}
	}
	put_list(&c->body, S("product_groups"), &list);
}

static void read_products(struct reading *c) {
	struct json_builder affected = json_array_of(c->a);
	read_groups(c);
	for (size_t i = 0; i < c->doc.n; i++) read_product(c, c->doc.products[i], &affected);
	put_list(&c->body, S("affected"), &affected);
}

/* ---- whole documents ---- */

static struct str source_id(struct arena *a, const struct json *doc) {
	struct str space = json_string(json_pointer(doc, S("/document/publisher/namespace")));
	struct str id = json_string(json_pointer(doc, S("/document/tracking/id")));
	return id.n ? arena_fmt(a, "%.*s#%.*s", STR_ARG(space), STR_ARG(id)) : STR_EMPTY;
}

static void map_document(struct drafts *d, const struct json *doc, struct str bytes) {
	struct json_builder list = json_array_of(d->a);
	struct reading c = {.d = d, .a = d->a, .t = {.a = d->a}, .body = json_object_of(d->a), .facts = {.arena = d->a},
		.aliases = list, .notes = list, .references = list, .credits = list, .scores = list, .weaknesses = list,
		.tracking_ids = list};
	struct str no = csaf_misshapen(d->a, doc), id = source_id(d->a, doc);
	if (no.n) {
		draft_reject(d, STR_EMPTY, id, "%.*s", STR_ARG(no));
		return;
	}
	if (!csaf_gather(&c.doc, d->a, doc)) return;
	if (c.doc.n > AFFECTED_MOST) {
		draft_reject(d, STR_EMPTY, id, "product_tree: more than %d products", AFFECTED_MOST);
		return;
	}
	if (!csaf_tests(&c.doc)) {
		draft_reject(d, STR_EMPTY, id, "fails mandatory tests of CSAF 2.0: %.*s", STR_ARG(c.doc.reasons));
		return;
	}
	c.draft = draft_new(d, S("advisory"));
	if (!c.draft) return;
	struct str tracking_id = take_str(&c.t, c.doc.tracking, S("id"));
	add_alias(&c.aliases, tracking_id);
	read_document(&c);
	read_vulnerabilities(&c);
	read_products(&c);
	put_list(&c.body, S("aliases"), &c.aliases);
	put_list(&c.body, S("notes"), &c.notes);
	put_list(&c.body, S("references"), &c.references);
	put_list(&c.body, S("credits"), &c.credits);
	put_list(&c.body, S("scores"), &c.scores);
	put_list(&c.body, S("weaknesses"), &c.weaknesses);
	put_list(&c.body, S("tracking_ids"), &c.tracking_ids);
	json_put_str(&c.body, S("severity"), c.severity);
	struct origin o = {.system = S("CSAF"), .id = tracking_id, .url = c.self};
	o.version = take_str(&c.t, c.doc.document, S("csaf_version"));
	o.extra = take_rest(&c.t, doc);
	c.draft->source_id = id;
	draft_finish(d, c.draft, &c.body, &o, bytes);
}

static enum err_code read_csaf(const struct import_file *files, size_t n, struct drafts *d, struct err *e) {
	for (size_t i = 0; i < n; i++) {
		const struct json *doc = NULL;
		enum err_code code = json_parse(d->a, files[i].bytes, NULL, &doc, e);
		if (code) return code;
		if (!json_pointer(doc, S("/document/csaf_version")))
			return err_set(e, ERR_INVALID, "no CSAF document: document.csaf_version is missing");
		map_document(d, doc, files[i].bytes);
	}
	return arena_failed(d->a) ? err_set(e, ERR_MEMORY, "memory is out") : ERR_OK;
}

/* Others' advisories are told by themselves. */
static bool csaf_fits(struct str kind, struct str source_system) {
	return str_is(kind, "advisory") && !source_system.n;
}

const struct format format_csaf = {
	.name = "csaf", .title = "CSAF 2.0 advisories and VEX documents", .suffix = ".json", .mapping = 1, .read = read_csaf, .kind_fits = csaf_fits,
	.write = csaf_tell, .dispute_notes = true,
};
