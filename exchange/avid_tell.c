#include "avid.h"

/* The other way round of avid_language. */
static struct str their_language(struct str ours) {
	return !ours.n || str_is(ours, "en") ? S("eng") : ours;
}

static const struct json *lang_value(struct arena *a, struct str language, struct str value) {
	struct json_builder o = json_object_of(a);
	json_set_str(&o, S("lang"), their_language(language));
	json_set_str(&o, S("value"), value);
	return json_built(&o);
}

static struct str capitalised(struct arena *a, struct str word) {
	struct str first = respelled(a, str_sub(word, 0, 1), true, ' ', ' ');
	return arena_cat(a, first, str_from(word, 1));
}

static bool is_scheme(const struct json *item, struct str name, struct str scheme) {
	return str_eq(json_get_str(item, name), scheme);
}

/* ---- affects ---- */

static struct str artifact_type(struct str ours) {
	if (str_is(ours, "model")) return S("Model");
	return str_is(ours, "dataset") ? S("Dataset") : S("System");
}

/* The names that items of the list give to a member, each once. */
static const struct json *names(struct arena *a, const struct json *items, struct str member) {
	struct json_builder list = json_array_of(a);
	struct map seen = {.arena = a};
	for (size_t i = 0; i < json_count(items); i++) {
		struct str name = json_get_str(json_at(items, i), member);
		void **slot = name.n ? map_at(&seen, name) : NULL;
		if (!slot || *slot) continue;
		*slot = &seen;
		json_add(&list, json_str(a, name));
	}
	return json_built(&list);
}

static const struct json *tell_affects(struct arena *a, const struct json *items) {
	struct json_builder affects = json_object_of(a), artifacts = json_array_of(a);
	for (size_t i = 0; i < json_count(items); i++) {
		struct json_builder o = json_object_of(a);
		json_set_str(&o, S("type"), artifact_type(json_get_str(json_at(items, i), S("type"))));
		json_set_str(&o, S("name"), json_get_str(json_at(items, i), S("name")));
		add_object(&artifacts, &o);
	}
	json_set(&affects, S("developer"), names(a, items, S("developer")));
	json_set(&affects, S("deployer"), names(a, items, S("deployer")));
	json_set(&affects, S("artifacts"), json_built(&artifacts));
	return json_built(&affects);
}

/* ---- metrics ---- */

static const struct json *tell_results(struct arena *a, const struct json *tables) {
	struct json_builder results = json_object_of(a);
	for (size_t i = 0; i < json_count(tables); i++) {
		struct str name = json_get_str(json_at(tables, i), S("name"));
		json_set(&results, name.n ? name : arena_fmt(a, "table %zu", i + 1), json_get_lit(json_at(tables, i), "rows"));
	}
	return results.n ? json_built(&results) : NULL;
}

static const struct json *tell_metrics(struct arena *a, const struct json *measurements) {
	struct json_builder list = json_array_of(a);
	for (size_t i = 0; i < json_count(measurements); i++) {
		const struct json *m = json_at(measurements, i);
		struct str name = json_get_str(m, S("name")), metric = json_get_str(m, S("metric"));
		struct json_builder o = json_object_of(a);
		/* Metrics with a method of detection have a name, be it empty; those of a scorer have none. */
		if (name.n || !metric.n) json_set_str(&o, S("name"), name);
		json_put_str(&o, S("metrics"), metric);
		json_put(&o, S("value"), json_get_lit(m, "value"));
		json_put_str(&o, S("scorer"), json_get_str(m, S("scorer")));
		json_put(&o, S("detection_method"), json_get_lit(m, "method"));
		json_put(&o, S("features"), json_get_lit(m, "features"));
		json_put(&o, S("results"), tell_results(a, json_get_lit(m, "tables")));
		add_object(&list, &o);
	}
	return list.n ? json_built(&list) : NULL;
}

/* ---- impact ---- */

static const struct json *tell_views(struct arena *a, const struct json *classes, struct str scheme,
	struct str *version) {
	struct json_builder list = json_array_of(a);
	for (size_t i = 0; i < json_count(classes); i++) {
		const struct json *c = json_at(classes, i);
		if (!is_scheme(c, S("scheme"), scheme)) continue;
		struct str id = json_get_str(c, S("id")), label = json_get_str(c, S("label"));
		if (!version->n) *version = json_get_str(c, S("version"));
		struct str view = id.n ? id : label;
		if (id.n && label.n) view = arena_fmt(a, "%.*s: %.*s", STR_ARG(id), STR_ARG(label));
		json_add(&list, json_str(a, view));
	}
	return json_built(&list);
}

static struct str related_vulnerability(const struct json *body) {
	const struct json *related = json_get_lit(body, "related_ids");
	for (size_t i = 0; i < json_count(related); i++)
		if (avid_identifier(json_string(json_at(related, i)), 'V')) return json_string(json_at(related, i));
	return STR_EMPTY;
}

static const struct json *tell_taxonomy(struct arena *a, bool advisory, const struct json *body) {
	struct json_builder o = json_object_of(a);
	struct str version = STR_EMPTY, vulnerability = advisory ? STR_EMPTY : related_vulnerability(body);
	const struct json *domains = strings_of(a, json_get_lit(body, "domains"));
	const struct json *sep = tell_views(a, json_get_lit(body, "classifications"), AVID_TAXONOMY, &version);
	const struct json *stages = tell_views(a, json_get_lit(body, "lifecycle_stages"), AVID_LIFECYCLE, &version);
	if (!domains && !json_count(sep) && !json_count(stages) && !vulnerability.n) return NULL;
	struct json_builder none = json_array_of(a);
	json_put_str(&o, S("vuln_id"), vulnerability);
	json_set(&o, S("risk_domain"), domains ? domains : json_built(&none));
	json_set(&o, S("sep_view"), sep);
	json_set(&o, S("lifecycle_view"), stages);
	json_set_str(&o, S("taxonomy_version"), version);
	return json_built(&o);
}

static const struct json *tell_cvss(struct arena *a, const struct json *scores) {
	const struct json *s = NULL;
	for (size_t i = 0; i < json_count(scores) && !s; i++)
		if (is_scheme(json_at(scores, i), S("system"), S("CVSS"))) s = json_at(scores, i);
	if (!s) return NULL;
	struct json_builder o = json_object_of(a);
	json_put_str(&o, S("version"), json_get_str(s, S("version")));
	json_put_str(&o, S("vectorString"), json_get_str(s, S("vector")));
	json_put(&o, S("baseScore"), json_get_lit(s, "value"));
	json_put_str(&o, S("baseSeverity"), json_get_str(s, S("label")));
	const struct json *values = json_get_lit(s, "values");
	for (size_t i = 0; i < json_count(values); i++)
		if (json_member_at(values, i)) json_set(&o, json_member_at(values, i)->name, &json_member_at(values, i)->value);
	return json_built(&o);
}

static const struct json *tell_cwe(struct arena *a, const struct json *weaknesses) {
	struct json_builder list = json_array_of(a);
	for (size_t i = 0; i < json_count(weaknesses); i++) {
		const struct json *w = json_at(weaknesses, i);
		if (!is_scheme(w, S("scheme"), S("CWE"))) continue;
		struct str language = json_get_str(w, S("language"));
		struct json_builder o = json_object_of(a);
		json_put_str(&o, S("cweId"), json_get_str(w, S("id")));
		json_set_str(&o, S("description"), json_get_str(w, S("label")));
		json_set_str(&o, S("lang"), language.n ? language : S("en"));
		add_object(&list, &o);
	}
	return list.n ? json_built(&list) : NULL;
}

static const struct json *tell_odin(struct arena *a, const struct json *body) {
	static const struct str levels[] = {S_INIT("Category"), S_INIT("Strategy"), S_INIT("Technique")};
	const struct json *classes = json_get_lit(body, "classifications"), *scores = json_get_lit(body, "scores");
	struct json_builder odin = json_object_of(a), list = json_array_of(a);
	for (size_t i = 0; i < json_count(scores); i++)
		if (is_scheme(json_at(scores, i), S("system"), ODIN_IMPACT))
			json_put_str(&odin, S("SocialImpactScore"), json_get_str(json_at(scores, i), S("label")));
	for (size_t i = 0; i < json_count(classes); i++) {
		const struct json *path = json_get_lit(json_at(classes, i), "path");
		if (!is_scheme(json_at(classes, i), S("scheme"), ODIN_TAXONOMY)) continue;
		struct json_builder o = json_object_of(a);
		for (size_t k = 0; k < lengthof(levels); k++) json_put_str(&o, levels[k], json_string(json_at(path, k)));
		add_object(&list, &o);
	}
	put_list(&odin, S("JailbreakTaxonomy"), &list);
	return odin.n ? json_built(&odin) : NULL;
}

static const struct json *tell_impact(struct arena *a, bool advisory, const struct json *body) {
	struct json_builder o = json_object_of(a);
	json_put(&o, S("avid"), tell_taxonomy(a, advisory, body));
	json_put(&o, S("cvss"), tell_cvss(a, json_get_lit(body, "scores")));
	json_put(&o, S("cwe"), tell_cwe(a, json_get_lit(body, "weaknesses")));
	json_put(&o, S("odin"), tell_odin(a, body));
	return o.n ? json_built(&o) : NULL;
}

/* ---- the rest ---- */

static const struct json *tell_references(struct arena *a, const struct json *references) {
	struct json_builder list = json_array_of(a);
	for (size_t i = 0; i < json_count(references); i++) {
		const struct json *r = json_at(references, i);
		struct json_builder o = json_object_of(a);
		json_put_str(&o, S("type"), json_get_str(r, S("type")));
		json_set_str(&o, S("label"), json_get_str(r, S("title")));
		json_set_str(&o, S("url"), json_get_str(r, S("url")));
		add_object(&list, &o);
	}
	return json_built(&list);
}

static const struct json *tell_credits(struct arena *a, const struct json *credits) {
	struct json_builder list = json_array_of(a);
	for (size_t i = 0; i < json_count(credits); i++) {
		const struct json *c = json_at(credits, i);
		struct str name = json_get_str(c, S("name"));
		if (!name.n) name = json_get_str(c, S("organization"));
		if (!name.n) name = json_get_str(c, S("note"));
		if (name.n) json_add(&list, lang_value(a, json_get_str(c, S("language")), name));
	}
	return list.n ? json_built(&list) : NULL;
}

static const struct json *tell_reports(struct arena *a, const struct json *related) {
	struct json_builder list = json_array_of(a);
	for (size_t i = 0; i < json_count(related); i++) {
		struct str id = json_string(json_at(related, i));
		if (!avid_identifier(id, 'R')) continue;
		struct json_builder o = json_object_of(a);
		json_set_str(&o, S("report_id"), id);
		add_object(&list, &o);
	}
	return json_built(&list);
}

static const struct json *tell_problem(struct arena *a, const struct json *body) {
	struct json_builder o = json_object_of(a);
	struct str basis = json_get_str(body, S("basis"));
	json_set_str(&o, S("classof"), basis.n ? basis : S("Undefined"));
	json_put_str(&o, S("type"), capitalised(a, json_get_str(body, S("finding"))));
	json_set(&o, S("description"), lang_value(a, json_get_str(body, S("language")), json_get_str(body, S("title"))));
	return json_built(&o);
}

const struct json *avid_tell(struct arena *a, bool advisory, struct str id, const struct json *body) {
	const struct json *source = json_get_lit(body, "source");
	bool theirs = str_is(json_get_str(source, S("system")), "AVID");
	struct str version = theirs ? json_get_str(source, S("version")) : S("0.3.3");
	struct str their_id = theirs ? json_get_str(source, S("id")) : STR_EMPTY, text = json_get_str(body, S("description"));
	struct json_builder doc = json_object_of(a), metadata = json_object_of(a);
	json_set_str(&metadata, advisory ? S("vuln_id") : S("report_id"), their_id.n ? their_id : id);
	json_set_str(&doc, S("data_type"), S("AVID"));
	json_put_str(&doc, S("data_version"), version);
	json_set(&doc, S("metadata"), json_built(&metadata));
	json_set(&doc, S("affects"), tell_affects(a, json_get(body, advisory ? S("affected") : S("systems"))));
	json_set(&doc, S("problemtype"), tell_problem(a, body));
	json_put(&doc, S("metrics"), tell_metrics(a, json_get_lit(body, "measurements")));
	json_set(&doc, S("references"), tell_references(a, json_get_lit(body, "references")));
	if (!text.n) text = json_get_str(body, S("summary"));
	json_set(&doc, S("description"), lang_value(a, json_get_str(body, S("language")), text));
	if (advisory) json_set(&doc, S("reports"), tell_reports(a, json_get_lit(body, "related_ids")));
	json_put(&doc, S("impact"), tell_impact(a, advisory, body));
	json_put(&doc, S("credit"), tell_credits(a, json_get_lit(body, "credits")));
	if (advisory) {
		json_put_str(&doc, S("published_date"), json_get_str(body, S("published")));
		json_put_str(&doc, S("last_modified_date"), json_get_str(body, S("modified")));
	} else {
		json_put_str(&doc, S("reported_date"), json_get_str(body, S("reported")));
	}
	return json_built(&doc);
}
