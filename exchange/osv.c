/* Open Source Vulnerability records: packages, and in which versions they are affected.
 *
 * What our fields don't hold, or hold otherwise, is in the residue (residue.h), from which the original can be told
 * again. */
#include "osv.h"
#include "residue.h"

/* Links are searched for doubles one by one; no schema allows that many. */
enum { RELATIVES = 500 };

struct reading {
	struct drafts *d;
	struct arena *a;
	struct draft *draft;
	struct json_builder body;
	int severity_version; /* of the CVSS vector that gave the severity */
	struct str severity;
};

bool osv_is_goos(struct str name) {
	static const char *const systems[] = {"aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios",
		"js", "linux", "nacl", "netbsd", "openbsd", "plan9", "solaris", "wasip1", "windows", "zos"};
	for (size_t i = 0; i < lengthof(systems); i++)
		if (str_is(name, systems[i])) return true;
	return false;
}

bool osv_is_custom(struct str ecosystem, struct str range_type) {
	return str_is(ecosystem, "Go") && str_is(range_type, "ecosystem");
}

/* ---- severity ---- */

static void rate(struct reading *c, const struct cvss *vector, struct json_builder *score) {
	double base = cvss_base(vector);
	if (base < 0) return;
	struct str word = cvss_severity(vector->version, base);
	json_set(score, S("value"), json_real(c->a, base));
	json_set_str(score, S("label"), word);
	if (vector->version <= c->severity_version) return;
	c->severity_version = vector->version;
	c->severity = severity_of_word(word);
}

static const struct json *read_severity(struct reading *c, const struct json *severity) {
	struct json_builder list = json_array_of(c->a);
	for (size_t i = 0; json_is(severity, JSON_ARRAY) && i < severity->n; i++) {
		struct str type = json_get_str(json_at(severity, i), S("type"));
		struct str score = json_get_str(json_at(severity, i), S("score"));
		if (!type.n || !score.n) continue;
		struct json_builder o = json_object_of(c->a);
		struct cvss vector;
		if (str_starts(type, S("CVSS_V"))) {
			bool known = cvss_read(score, &vector);
			json_set_str(&o, S("system"), S("CVSS"));
			json_set_str(&o, S("version"), known ? arena_fmt(c->a, "%d.%d", vector.version / 10, vector.version % 10) :
				str_from(type, 6));
			json_set_str(&o, S("vector"), score);
			if (known) rate(c, &vector, &o);
		} else {
			json_set_str(&o, S("system"), type);
			json_set_str(&o, S("label"), score);
		}
		add_object(&list, &o);
	}
	return list.n ? json_built(&list) : NULL;
}

/* ---- ranges ---- */

/* The only member of an event, when it is a string. */
static bool event_is(const struct json *event, struct str *name, struct str *value) {
	const struct json_member *m = json_count(event) == 1 ? json_member_at(event, 0) : NULL;
	if (!m || !json_string(&m->value).n) return false;
	*name = m->name;
	*value = m->value.string;
	return true;
}

struct span {
	struct str from, before, through, limit;
	bool open; /* nothing has ended it */
};

/* A range that begins as `common`: type and repository. */
static struct json_builder new_range(struct arena *a, const struct json *common) {
	struct json_builder r = json_object_of(a);
	for (size_t i = 0; i < json_count(common); i++) json_set(&r, common->members[i].name, &common->members[i].value);
	return r;
}

static void add_span(struct json_builder *ranges, const struct json *common, const struct span *s) {
	struct json_builder r = new_range(ranges->a, common);
	json_set_str(&r, S("status"), S("affected"));
	json_set_str(&r, S("from"), s->from);
	json_put_str(&r, S("before"), s->open ? NO_END : s->before);
	json_put_str(&r, S("through"), s->through);
	json_put_str(&r, S("limit"), s->limit);
	add_object(ranges, &r);
}

/* True when every event after an `introduced` ends it once; then each such pair is a range of its own. */
static bool read_spans(const struct json *events, const struct json *common, struct json_builder *ranges) {
	struct json_builder out = json_array_of(ranges->a);
	struct span s = {0};
	struct str name, value;
	for (size_t i = 0; i < json_count(events); i++) {
		if (!event_is(json_at(events, i), &name, &value)) return false;
		if (str_is(name, "introduced")) {
			if (s.from.n) add_span(&out, common, &s);
			s = (struct span){.from = value, .open = true};
			continue;
		}
		struct str *end = str_is(name, "fixed") ? &s.before : str_is(name, "last_affected") ? &s.through :
			str_is(name, "limit") ? &s.limit : NULL;
		if (!end || !s.from.n || end->n) return false;
		*end = value;
		s.open = false;
	}
	if (s.from.n) add_span(&out, common, &s);
	const struct json *spans = json_built(&out);
	for (size_t i = 0; i < json_count(spans); i++) json_add(ranges, json_at(spans, i));
	return true;
}

/* Commits on several branches don't pair up: one range in which the status changes. */
static void read_changes(const struct json *events, const struct json *common, struct json_builder *ranges) {
	struct json_builder r = new_range(ranges->a, common), changes = json_array_of(ranges->a);
	struct str name, value;
	for (size_t i = 0; i < json_count(events); i++) {
		if (!event_is(json_at(events, i), &name, &value)) return;
		bool introduced = str_is(name, "introduced");
		if (!introduced && !str_is(name, "fixed")) return;
		struct json_builder o = json_object_of(ranges->a);
		json_set_str(&o, S("at"), value);
		json_set_str(&o, S("status"), introduced ? S("affected") : S("not-affected"));
		add_object(&changes, &o);
	}
	put_list(&r, S("changes"), &changes);
	add_object(ranges, &r);
}

static void read_ranges(struct reading *c, const struct json *list, bool custom, struct str ecosystem,
	struct json_builder *ranges) {
	for (size_t i = 0; json_is(list, JSON_ARRAY) && i < list->n; i++) {
		const struct json *range = json_at(list, i), *events = json_get_lit(range, "events");
		struct str type = respelled(c->a, json_get_str(range, S("type")), false, ' ', ' ');
		if (!json_is(events, JSON_ARRAY) || !events->n || custom != osv_is_custom(ecosystem, type)) continue;
		struct json_builder o = json_object_of(c->a);
		json_put_str(&o, S("type"), type);
		json_put_str(&o, S("repository"), json_get_str(range, S("repo")));
		const struct json *common = json_built(&o);
		if (!read_spans(events, common, ranges)) read_changes(events, common, ranges);
	}
}

/* ---- affected packages ---- */

static void read_imports(struct reading *c, const struct json *imports, struct json_builder *out) {
	struct json_builder list = json_array_of(c->a);
	for (size_t i = 0; json_is(imports, JSON_ARRAY) && i < imports->n; i++) {
		const struct json *import = json_at(imports, i);
		const struct json *systems = strings_of(c->a, json_get_lit(import, "goos"));
		const struct json *machines = strings_of(c->a, json_get_lit(import, "goarch"));
		struct json_builder o = json_object_of(c->a), platforms = json_array_of(c->a);
		json_put_str(&o, S("path"), json_get_str(import, S("path")));
		json_put(&o, S("symbols"), strings_of(c->a, json_get_lit(import, "symbols")));
		for (size_t k = 0; k < json_count(systems); k++) json_add(&platforms, json_at(systems, k));
		for (size_t k = 0; k < json_count(machines); k++) json_add(&platforms, json_at(machines, k));
		put_list(&o, S("platforms"), &platforms);
		add_object(&list, &o);
	}
	put_list(out, S("components"), &list);
}

static void link_package(struct reading *c, struct str ecosystem, struct str name) {
	struct str collection = ecosystem;
	size_t colon = str_find_char(collection, ':'); /* "Debian:12" */
	if (colon != STR_NONE) collection = str_sub(collection, 0, colon);
	draft_link(c->d, c->draft, S("affects"), draft_system(c->d, collection, name, S("package"), STR_EMPTY));
}

static void read_affected(struct reading *c, const struct json *affected) {
	struct json_builder list = json_array_of(c->a);
	for (size_t i = 0; json_is(affected, JSON_ARRAY) && i < affected->n; i++) {
		const struct json *item = json_at(affected, i), *package = json_get_lit(item, "package");
		const struct json *specific = json_get_lit(item, "ecosystem_specific");
		struct str ecosystem = json_get_str(package, S("ecosystem")), name = json_get_str(package, S("name"));
		struct str purl = json_get_str(package, S("purl"));
		struct json_builder o = json_object_of(c->a), ranges = json_array_of(c->a), identifiers = json_array_of(c->a);
		json_put_str(&o, S("name"), name);
		json_put_str(&o, S("package"), name);
		json_put_str(&o, S("ecosystem"), ecosystem);
		if (purl.n) {
			struct json_builder p = json_object_of(c->a);
			json_set_str(&p, S("scheme"), S("purl"));
			json_set_str(&p, S("id"), purl);
			add_object(&identifiers, &p);
			put_list(&o, S("identifiers"), &identifiers);
		}
		json_put(&o, S("scores"), read_severity(c, json_get_lit(item, "severity")));
		read_ranges(c, json_get_lit(item, "ranges"), false, ecosystem, &ranges);
		read_ranges(c, json_get_lit(specific, "custom_ranges"), true, ecosystem, &ranges);
		put_list(&o, S("ranges"), &ranges);
		json_put(&o, S("versions"), strings_of(c->a, json_get_lit(item, "versions")));
		read_imports(c, json_get_lit(specific, "imports"), &o);
		json_set_str(&o, S("type"), S("package"));
		add_object(&list, &o);
		if (name.n) link_package(c, ecosystem, name);
	}
	put_list(&c->body, S("affected"), &list);
}

/* ---- the rest ---- */

static void read_references(struct reading *c, const struct json *references) {
	struct json_builder list = json_array_of(c->a);
	for (size_t i = 0; json_is(references, JSON_ARRAY) && i < references->n; i++) {
		struct json_builder o = json_object_of(c->a);
		json_put_str(&o, S("url"), json_get_str(json_at(references, i), S("url")));
		if (!o.n) continue;
		json_put_str(&o, S("type"), respelled(c->a, json_get_str(json_at(references, i), S("type")), false, ' ', ' '));
		add_object(&list, &o);
	}
	put_list(&c->body, S("references"), &list);
}

static bool role_fits(struct str role) {
	static const char *const roles[] = {"FINDER", "REPORTER", "ANALYST", "COORDINATOR", "REMEDIATION_DEVELOPER",
		"REMEDIATION_REVIEWER", "REMEDIATION_VERIFIER", "TOOL", "SPONSOR", "OTHER"};
	for (size_t i = 0; i < lengthof(roles); i++)
		if (str_is(role, roles[i])) return true;
	return false;
}

static void read_credits(struct reading *c, const struct json *credits) {
	struct json_builder list = json_array_of(c->a);
	for (size_t i = 0; json_is(credits, JSON_ARRAY) && i < credits->n; i++) {
		const struct json *credit = json_at(credits, i);
		struct str role = json_get_str(credit, S("type"));
		struct json_builder o = json_object_of(c->a);
		json_put_str(&o, S("name"), json_get_str(credit, S("name")));
		if (!o.n) continue;
		json_put(&o, S("contact"), strings_of(c->a, json_get_lit(credit, "contact")));
		if (role_fits(role)) json_set_str(&o, S("role"), respelled(c->a, role, false, '_', '-'));
		add_object(&list, &o);
	}
	put_list(&c->body, S("credits"), &list);
}

/* GitHub's and Python's records name weaknesses and a severity here; others have nothing that we know. */
static void read_database_specific(struct reading *c, const struct json *specific) {
	struct json_builder list = json_array_of(c->a);
	const struct json *cwes = strings_of(c->a, json_get_lit(specific, "cwe_ids"));
	json_put_str(&c->body, S("review_status"), json_get_str(specific, S("review_status")));
	for (size_t i = 0; i < json_count(cwes); i++) {
		struct json_builder o = json_object_of(c->a);
		json_set_str(&o, S("scheme"), S("CWE"));
		json_set(&o, S("id"), json_at(cwes, i));
		add_object(&list, &o);
	}
	put_list(&c->body, S("weaknesses"), &list);
	if (!c->severity.n) c->severity = severity_of_word(json_get_str(specific, S("severity")));
}

static void read_relatives(struct reading *c, const struct json *doc, struct str theirs, struct str ours) {
	const struct json *ids = strings_of(c->a, json_get(doc, theirs));
	json_put(&c->body, ours, ids);
	for (size_t i = 0; i < json_count(ids) && i < RELATIVES; i++)
		if (identifier_fits(json_string(json_at(ids, i)))) draft_link(c->d, c->draft, S("related-to"), json_string(json_at(ids, i)));
}

/* The year 1 is how programs in Go say that they do not know: no date, and kept as it came. */
static void put_date(struct reading *c, const struct json *doc, struct str name) {
	struct str date = json_get_str(doc, name);
	if (when_fits(date) && !str_starts(date, S("0001-"))) json_set_str(&c->body, name, date);
}

/* The licence of a database, where it is known by the prefix of its identifiers. */
static struct str licence_of(struct str id) {
	static const struct str by[] = {S_INIT("GO-"), S_INIT("GHSA-"), S_INIT("PYSEC-")};
	for (size_t i = 0; i < lengthof(by); i++)
		if (str_starts(id, by[i])) return S("CC-BY-4.0");
	return STR_EMPTY;
}

static void read_record(struct drafts *d, const struct json *doc, struct str bytes) {
	struct arena *a = d->a;
	struct str id = json_get_str(doc, S("id"));
	if (!identifier_fits(id)) {
		draft_reject(d, STR_EMPTY, STR_EMPTY, "id: expected an identifier such as GO-2024-0001");
		return;
	}
	if (json_count(json_get_lit(doc, "affected")) > AFFECTED_MOST) {
		draft_reject(d, STR_EMPTY, id, "affected: more than %d packages", AFFECTED_MOST);
		return;
	}
	struct reading c = {.d = d, .a = a, .draft = draft_new(d, S("advisory")), .body = json_object_of(a)};
	if (!c.draft) return;
	struct str summary = json_get_str(doc, S("summary")), details = json_get_str(doc, S("details"));
	const struct json *aliases = strings_of(a, json_get_lit(doc, "aliases"));
	const struct json *specific = json_get_lit(doc, "database_specific");
	struct json_builder known = json_array_of(a);
	json_set_str(&c.body, S("title"), headline(a, summary, details, id));
	json_put_str(&c.body, S("summary"), summary);
	json_put_str(&c.body, S("description"), details);
	json_add(&known, json_str(a, id));
	for (size_t i = 0; i < json_count(aliases); i++) json_add(&known, json_at(aliases, i));
	put_list(&c.body, S("aliases"), &known);
	read_relatives(&c, doc, S("related"), S("related_ids"));
	read_relatives(&c, doc, S("upstream"), S("upstream_ids"));
	json_put(&c.body, S("scores"), read_severity(&c, json_get_lit(doc, "severity")));
	read_affected(&c, json_get_lit(doc, "affected"));
	read_references(&c, json_get_lit(doc, "references"));
	read_credits(&c, json_get_lit(doc, "credits"));
	read_database_specific(&c, specific);
	put_date(&c, doc, S("published"));
	put_date(&c, doc, S("modified"));
	put_date(&c, doc, S("withdrawn"));
	json_put_str(&c.body, S("severity"), c.severity);
	if (json_get_str(doc, S("withdrawn")).n) c.draft->state = S("withdrawn");

	struct origin o = {.system = S("OSV"), .id = id, .version = json_get_str(doc, S("schema_version")),
		.url = json_get_str(specific, S("url")), .licence = licence_of(id)};
	draft_finish(d, c.draft, &c.body, &o, bytes);
	if (c.draft->body) draft_extra(d, c.draft, residue_of(a, doc, osv_tell(a, id, c.draft->body)));
}

static enum err_code read_osv(const struct import_file *files, size_t n, struct drafts *d, struct err *e) {
	for (size_t i = 0; i < n; i++) {
		const struct json *doc = NULL;
		enum err_code code = json_parse(d->a, files[i].bytes, NULL, &doc, e);
		if (code) return code;
		if (!json_get_lit(doc, "modified")) return err_set(e, ERR_INVALID, "no OSV record: modified is missing");
		read_record(d, doc, files[i].bytes);
	}
	return arena_failed(d->a) ? err_set(e, ERR_MEMORY, "memory is out") : ERR_OK;
}

/* ---- writing ---- */

static bool kind_fits(struct str kind, struct str source_system) {
	(void)source_system;
	return str_is(kind, "advisory");
}

static enum err_code write_osv(struct arena *a, struct str kind, struct str id, const struct json *body,
	const struct json **out, struct err *e) {
	const struct json *source = json_get_lit(body, "source");
	if (!kind_fits(kind, STR_EMPTY)) return err_set(e, ERR_UNSUPPORTED, "OSV holds advisories");
	const struct json *told = osv_tell(a, id, body);
	if (told && str_is(json_get_str(source, S("system")), "OSV"))
		told = residue_over(a, told, json_get_lit(source, "extra"));
	if (!told || arena_failed(a)) return err_set(e, ERR_MEMORY, "memory is out");
	*out = told;
	return ERR_OK;
}

const struct format format_osv = {
	.name = "osv", .title = "Open Source Vulnerability records", .suffix = ".json", .mapping = 3,
	.read = read_osv, .kind_fits = kind_fits, .write = write_osv, .disputes = "database_specific",
};
