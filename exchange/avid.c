/* The AI Vulnerability Database: reports and vulnerabilities, all versions of its data model.
 *
 * Documents that break the model are common (lists that are null, names that are empty, members of older versions), so
 * nothing but the identifier is demanded: what does not fit our fields is in the residue (residue.h), from which the
 * original can be told again. */
#include "avid.h"
#include "residue.h"

struct reading {
	struct drafts *d;
	struct arena *a;
	struct draft *draft;
	const struct json *doc;
	struct json_builder body, classifications, scores, related;
	struct map relatives; /* identifiers in related */
	bool advisory;
	struct str id, severity;
};

struct str avid_language(struct str theirs) {
	if (str_is(theirs, "eng")) return S("en");
	return language_fits(theirs) ? theirs : STR_EMPTY;
}

bool avid_identifier(struct str id, char letter) {
	return str_starts(id, S("AVID-")) && id.n > 10 && id.p[9] == '-' && id.p[10] == letter;
}

static const struct json *at(const struct json *v, const char *pointer) {
	return json_pointer(v, str_of(pointer));
}

static struct str text_at(const struct json *v, const char *pointer) {
	return json_string(at(v, pointer));
}

/* ---- whom it affects ---- */

static struct str system_type(struct str artifact) {
	if (str_eq_ascii_case(artifact, S("Model"))) return S("model");
	return str_eq_ascii_case(artifact, S("Dataset")) ? S("dataset") : S("application");
}

/* "Mistral Mistral Large", a maker before a name that says it already, is the system that others call "Mistral Large". */
static struct str said_once(struct str name) {
	size_t n = str_find_char(name, ' ');
	if (n == STR_NONE) return name;
	struct str rest = str_from(name, n + 1);
	bool again = str_eq_ascii_case(str_sub(rest, 0, n), str_sub(name, 0, n)) && rest.n > n && one_of(rest.p[n], " -");
	return again ? rest : name;
}

/* Of several systems, one that is called by its developer's name ("OpenAI GPT-4o") is known to be theirs. */
static struct str developer_by_name(struct reading *c, const struct json *developers, struct str system) {
	for (size_t i = 0; i < json_count(developers); i++) {
		struct str name = str_trim(json_string(json_at(developers, i)));
		if (name.n && name.n < system.n && str_eq_ascii_case(str_sub(system, 0, name.n), name) && system.p[name.n] == ' ')
			return draft_organization(c->d, name, false);
	}
	return STR_EMPTY;
}

/* Links to the organizations of a list. Gives the target of its only one. */
static struct str link_organizations(struct reading *c, const struct json *names, struct str rel) {
	struct str target = STR_EMPTY;
	for (size_t i = 0; i < json_count(names); i++) {
		target = draft_organization(c->d, json_string(json_at(names, i)), false);
		draft_link(c->d, c->draft, rel, target);
	}
	return json_count(names) == 1 ? target : STR_EMPTY;
}

static void read_affects(struct reading *c) {
	const struct json *artifacts = at(c->doc, "/affects/artifacts");
	const struct json *developers = strings_of(c->a, at(c->doc, "/affects/developer"));
	const struct json *deployers = strings_of(c->a, at(c->doc, "/affects/deployer"));
	bool one = json_is(artifacts, JSON_ARRAY) && artifacts->n == 1;
	/* What stands for a CVE record has vendor and products of that, and names them as it does. */
	bool of_cve = str_is(text_at(c->doc, "/problemtype/classof"), "CVE Entry") && json_count(developers) == 1;
	struct str developer = link_organizations(c, developers, S("developer"));
	link_organizations(c, deployers, S("deployer"));
	struct json_builder list = json_array_of(c->a);
	for (size_t i = 0; json_is(artifacts, JSON_ARRAY) && i < artifacts->n; i++) {
		const struct json *artifact = json_at(artifacts, i);
		struct str name = json_get_str(artifact, S("name")), type = json_get_str(artifact, S("type"));
		struct json_builder o = json_object_of(c->a);
		json_put_str(&o, S("name"), name);
		json_put_str(&o, S("type"), respelled(c->a, type, false, ' ', ' '));
		if (one && json_count(developers) == 1) json_set(&o, S("developer"), json_at(developers, 0));
		if (one && json_count(deployers) == 1) json_set(&o, S("deployer"), json_at(deployers, 0));
		add_object(&list, &o);
		struct str maker = one || of_cve ? developer : developer_by_name(c, developers, name);
		struct str vendor = of_cve && developer.n ? json_string(json_at(developers, 0)) : STR_EMPTY;
		draft_link(c->d, c->draft, S("affects"), draft_system(c->d, vendor, said_once(name), system_type(type), maker));
	}
	put_list(&c->body, c->advisory ? S("affected") : S("systems"), &list);
}

/* ---- metrics ---- */

enum { ROWS = 10000, CELLS = 200, CELL = 4000, TABLES = 50 };

/* Rows of named plain values. */
static bool is_table(const struct json *rows) {
	if (!json_is(rows, JSON_ARRAY) || !rows->n || rows->n > ROWS) return false;
	for (size_t i = 0; i < rows->n; i++) {
		const struct json *row = &rows->items[i];
		if (row->type != JSON_OBJECT || row->n > CELLS) return false;
		for (size_t k = 0; k < row->n; k++) {
			const struct json *cell = &row->members[k].value;
			if (row->members[k].name.n > CELLS || cell->type == JSON_ARRAY || cell->type == JSON_OBJECT) return false;
			if (cell->type == JSON_STRING && cell->string.n > CELL) return false;
		}
	}
	return true;
}

static void put_tables(struct reading *c, const struct json *results, struct json_builder *out) {
	struct json_builder tables = json_array_of(c->a);
	for (size_t i = 0; json_is(results, JSON_OBJECT) && i < results->n && tables.n < TABLES; i++) {
		const struct json_member *m = &results->members[i];
		if (!m->name.n || !is_table(&m->value)) continue;
		struct json_builder table = json_object_of(c->a);
		json_set_str(&table, S("name"), m->name);
		json_set(&table, S("rows"), &m->value);
		add_object(&tables, &table);
	}
	put_list(out, S("tables"), &tables);
}

static void put_pair(struct json_builder *out, struct str name, const struct json *from, struct str first,
	struct str second) {
	struct json_builder o = json_object_of(out->a);
	json_put_str(&o, first, json_get_str(from, first));
	json_put_str(&o, second, json_get_str(from, second));
	put_list(out, name, &o);
}

static void read_metrics(struct reading *c) {
	const struct json *metrics = at(c->doc, "/metrics");
	struct json_builder list = json_array_of(c->a);
	for (size_t i = 0; json_is(metrics, JSON_ARRAY) && i < metrics->n; i++) {
		const struct json *m = json_at(metrics, i);
		struct json_builder o = json_object_of(c->a);
		json_put_str(&o, S("name"), json_get_str(m, S("name")));
		json_put_str(&o, S("metric"), json_get_str(m, S("metrics")));
		json_put(&o, S("value"), number_of(m, S("value")));
		json_put_str(&o, S("scorer"), json_get_str(m, S("scorer")));
		put_pair(&o, S("method"), json_get_lit(m, "detection_method"), S("name"), S("type"));
		put_pair(&o, S("features"), json_get_lit(m, "features"), S("measured"), S("sensitive"));
		put_tables(c, json_get_lit(m, "results"), &o);
		add_object(&list, &o);
	}
	put_list(&c->body, S("measurements"), &list);
}

/* ---- impact ---- */

static void read_views(struct reading *c) {
	const struct json *avid = at(c->doc, "/impact/avid");
	const struct json *sep = strings_of(c->a, json_get_lit(avid, "sep_view"));
	const struct json *stages = strings_of(c->a, json_get_lit(avid, "lifecycle_view"));
	struct str version = json_get_str(avid, S("taxonomy_version"));
	json_put(&c->body, S("domains"), strings_of(c->a, json_get_lit(avid, "risk_domain")));
	for (size_t i = 0; i < json_count(sep); i++) {
		struct json_builder o = classified(c->a, AVID_TAXONOMY, json_string(json_at(sep, i)));
		json_put_str(&o, S("version"), version);
		const struct json *view = json_built(&o);
		json_add(&c->classifications, view);
		draft_link(c->d, c->draft, S("concerns"), draft_crosswalk(c->d, AVID_TAXONOMY, json_get_str(view, S("id"))));
	}
	struct json_builder list = json_array_of(c->a);
	for (size_t i = 0; i < json_count(stages); i++) {
		struct json_builder o = classified(c->a, AVID_LIFECYCLE, json_string(json_at(stages, i)));
		json_put_str(&o, S("version"), version);
		add_object(&list, &o);
	}
	put_list(&c->body, S("lifecycle_stages"), &list);
}

static void read_odin(struct reading *c) {
	const struct json *taxonomy = at(c->doc, "/impact/odin/JailbreakTaxonomy");
	for (size_t i = 0; json_is(taxonomy, JSON_ARRAY) && i < taxonomy->n; i++) {
		static const struct str levels[] = {S_INIT("Category"), S_INIT("Strategy"), S_INIT("Technique")};
		struct json_builder path = json_array_of(c->a), o = json_object_of(c->a);
		for (size_t k = 0; k < lengthof(levels); k++) {
			struct str name = json_get_str(json_at(taxonomy, i), levels[k]);
			if (name.n) json_add(&path, json_str(c->a, name));
		}
		if (path.n != lengthof(levels)) continue;
		json_set_str(&o, S("scheme"), ODIN_TAXONOMY);
		put_list(&o, S("path"), &path);
		add_object(&c->classifications, &o);
	}
	struct str label = text_at(c->doc, "/impact/odin/SocialImpactScore");
	if (!label.n) return;
	struct json_builder o = json_object_of(c->a);
	json_set_str(&o, S("system"), ODIN_IMPACT);
	json_set_str(&o, S("label"), label);
	add_object(&c->scores, &o);
}

static void read_impact(struct reading *c) {
	read_views(c);
	const struct json *cvss = at(c->doc, "/impact/cvss"), *cwe = at(c->doc, "/impact/cwe");
	if (json_is(cvss, JSON_OBJECT) && cvss->n) {
		struct json_builder o = cvss_score(c->a, NULL, cvss);
		add_object(&c->scores, &o);
		c->severity = severity_of_word(json_get_str(cvss, S("baseSeverity")));
	}
	read_odin(c);
	struct json_builder list = json_array_of(c->a);
	for (size_t i = 0; json_is(cwe, JSON_ARRAY) && i < cwe->n; i++) {
		const struct json *w = json_at(cwe, i);
		struct str id = json_get_str(w, S("cweId")), label = json_get_str(w, S("description"));
		if (!id.n && !label.n) continue;
		struct json_builder o = json_object_of(c->a);
		json_set_str(&o, S("scheme"), S("CWE"));
		json_put_str(&o, S("id"), id);
		json_put_str(&o, S("label"), label);
		json_put_str(&o, S("language"), avid_language(json_get_str(w, S("lang"))));
		add_object(&list, &o);
	}
	put_list(&c->body, S("weaknesses"), &list);
}

/* ---- what it stands beside ---- */

/* As many as the schema allows. */
enum { RELATED_MOST = 500 };

static void relate(struct reading *c, struct str rel, struct str id) {
	void **seen = c->related.n < RELATED_MOST ? map_at(&c->relatives, id) : NULL;
	if (!seen || *seen) return;
	*seen = c;
	json_add(&c->related, json_str(c->a, id));
	draft_link(c->d, c->draft, rel, id);
}

/* An entry that stands for a record of another collection names it by the address of a reference. */
static void relate_by_address(struct reading *c, struct str url) {
	struct str id = identifier_at(c->a, url), class = text_at(c->doc, "/problemtype/classof");
	if (!id.n || str_eq(id, c->id)) return;
	bool of_incident = str_is(class, "AIID Incident") || str_is(class, "ATLAS Case Study");
	bool incident = str_starts(id, S("AIID-")) || str_starts(id, S("AML.CS"));
	relate(c, !incident || !of_incident ? S("related-to") : c->advisory ? S("about") : S("describes"), id);
}

static void read_relations(struct reading *c) {
	struct str vulnerability = text_at(c->doc, "/impact/avid/vuln_id");
	const struct json *reports = at(c->doc, "/reports");
	if (!c->advisory && identifier_fits(vulnerability)) relate(c, S("related-to"), vulnerability);
	for (size_t i = 0; c->advisory && json_is(reports, JSON_ARRAY) && i < reports->n; i++) {
		struct str id = json_get_str(json_at(reports, i), S("report_id"));
		if (identifier_fits(id)) relate(c, S("evidenced-by"), id);
	}
}

static void read_references(struct reading *c) {
	const struct json *references = at(c->doc, "/references");
	struct json_builder list = json_array_of(c->a);
	for (size_t i = 0; json_is(references, JSON_ARRAY) && i < references->n; i++) {
		const struct json *r = json_at(references, i);
		struct str url = json_get_str(r, S("url"));
		struct json_builder o = json_object_of(c->a);
		json_put_str(&o, S("url"), url);
		json_put_str(&o, S("title"), json_get_str(r, S("label")));
		if (!o.n) continue;
		json_put_str(&o, S("type"), json_get_str(r, S("type")));
		add_object(&list, &o);
		relate_by_address(c, url);
	}
	put_list(&c->body, S("references"), &list);
}

static void read_credits(struct reading *c) {
	const struct json *credits = at(c->doc, "/credit");
	struct json_builder list = json_array_of(c->a);
	for (size_t i = 0; json_is(credits, JSON_ARRAY) && i < credits->n; i++) {
		struct json_builder o = json_object_of(c->a);
		json_put_str(&o, S("name"), json_get_str(json_at(credits, i), S("value")));
		if (!o.n) continue;
		json_put_str(&o, S("language"), avid_language(json_get_str(json_at(credits, i), S("lang"))));
		add_object(&list, &o);
	}
	put_list(&c->body, S("credits"), &list);
}

/* ---- the document ---- */

static void put_date(struct reading *c, struct str ours, const char *pointer) {
	struct str date = text_at(c->doc, pointer);
	if (when_fits(date)) json_set_str(&c->body, ours, date);
}

static void read_words(struct reading *c) {
	struct str description = text_at(c->doc, "/description/value");
	struct str language = avid_language(text_at(c->doc, "/description/lang"));
	struct str problem = text_at(c->doc, "/problemtype/description/value");
	json_set_str(&c->body, S("title"), headline(c->a, problem, description, c->id));
	json_put_str(&c->body, S("description"), description);
	if (!language.n) language = avid_language(text_at(c->doc, "/problemtype/description/lang"));
	json_put_str(&c->body, S("language"), language);
	json_put_str(&c->body, S("basis"), text_at(c->doc, "/problemtype/classof"));
	json_put_str(&c->body, S("finding"), respelled(c->a, text_at(c->doc, "/problemtype/type"), false, ' ', ' '));
	struct json_builder aliases = json_array_of(c->a);
	json_add(&aliases, json_str(c->a, c->id));
	put_list(&c->body, S("aliases"), &aliases);
}

static void read_document(struct drafts *d, const struct json *doc, struct str bytes) {
	struct arena *a = d->a;
	struct str report = text_at(doc, "/metadata/report_id"), vulnerability = text_at(doc, "/metadata/vuln_id");
	struct str id = report.n ? report : vulnerability;
	if (!report.n == !vulnerability.n) {
		draft_reject(d, STR_EMPTY, id, "metadata: expected a report_id or a vuln_id, and not both");
		return;
	}
	if (!identifier_fits(id)) {
		draft_reject(d, STR_EMPTY, STR_EMPTY, "metadata.%s: expected an identifier such as AVID-2023-%s",
			report.n ? "report_id" : "vuln_id", report.n ? "R0001" : "V001");
		return;
	}
	if (json_count(at(doc, "/affects/artifacts")) > AFFECTED_MOST) {
		draft_reject(d, STR_EMPTY, id, "affects.artifacts: more than %d artifacts", AFFECTED_MOST);
		return;
	}
	struct json_builder list = json_array_of(a);
	struct reading c = {
		.d = d, .a = a, .draft = draft_new(d, report.n ? S("report") : S("advisory")), .doc = doc, .body = json_object_of(a),
		.relatives.arena = a, .classifications = list, .scores = list, .related = list, .advisory = !report.n, .id = id,
	};
	if (!c.draft) return;
	read_words(&c);
	read_affects(&c);
	read_metrics(&c);
	read_impact(&c);
	read_relations(&c);
	read_references(&c);
	read_credits(&c);
	put_list(&c.body, S("classifications"), &c.classifications);
	put_list(&c.body, S("scores"), &c.scores);
	put_list(&c.body, S("related_ids"), &c.related);
	json_put_str(&c.body, S("severity"), c.severity);
	if (c.advisory) {
		put_date(&c, S("published"), "/published_date");
		put_date(&c, S("modified"), "/last_modified_date");
	} else {
		put_date(&c, S("reported"), "/reported_date");
	}
	struct origin o = {.system = S("AVID"), .id = id, .version = json_get_str(doc, S("data_version")),
		.licence = S("MIT")};
	draft_finish(d, c.draft, &c.body, &o, bytes);
	/* Told once as it will be at an export: what comes out otherwise than it came in is kept. */
	if (c.draft->body) draft_extra(d, c.draft, residue_of(a, doc, avid_tell(a, c.advisory, id, c.draft->body)));
}

static enum err_code read_avid(const struct import_file *files, size_t n, struct drafts *d, struct err *e) {
	for (size_t i = 0; i < n; i++) {
		const struct json *doc = NULL;
		enum err_code code = json_parse(d->a, files[i].bytes, NULL, &doc, e);
		if (code) return code;
		if (!json_get_lit(doc, "data_type")) return err_set(e, ERR_INVALID, "no AVID document: data_type is missing");
		if (!str_is(json_get_str(doc, S("data_type")), "AVID"))
			return err_set(e, ERR_INVALID, "no AVID document: data_type is not AVID");
		read_document(d, doc, files[i].bytes);
	}
	return arena_failed(d->a) ? err_set(e, ERR_MEMORY, "memory is out") : ERR_OK;
}

/* ---- writing ---- */

static bool kind_fits(struct str kind, struct str source_system) {
	return (str_is(kind, "report") || str_is(kind, "advisory")) && (!source_system.n || str_is(source_system, "AVID"));
}

static enum err_code write_avid(struct arena *a, struct str kind, struct str id, const struct json *body,
	const struct json **out, struct err *e) {
	const struct json *source = json_get_lit(body, "source");
	if (!kind_fits(kind, json_get_str(source, S("system"))))
		return err_set(e, ERR_UNSUPPORTED, "AVID holds reports and advisories, its own or those that were written here");
	const struct json *told = avid_tell(a, str_is(kind, "advisory"), id, body);
	if (told && source) told = residue_over(a, told, json_get_lit(source, "extra"));
	if (!told || arena_failed(a)) return err_set(e, ERR_MEMORY, "memory is out");
	*out = told;
	return ERR_OK;
}

const struct format format_avid = {
	.name = "avid", .title = "AI Vulnerability Database reports and vulnerabilities", .suffix = ".json", .mapping = 2,
	.read = read_avid, .kind_fits = kind_fits, .write = write_avid,
};
