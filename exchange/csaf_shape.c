#include "csaf.h"

enum sort { TEXT, MOMENT, VERSION, TEXTS, OBJECT, OBJECTS };

struct shape {
	const char *name;
	enum sort sort;
	bool required;
	const struct shape *members; /* of the object, or of each */
	const char *words;           /* of a TEXT: the ones allowed, between spaces */
};

#define WANT(name, sort)             {name, sort, true, NULL, NULL}
#define MAY(name, sort)              {name, sort, false, NULL, NULL}
#define WANT_OF(name, sort, members) {name, sort, true, members, NULL}
#define MAY_OF(name, sort, members)  {name, sort, false, members, NULL}
#define WANT_WORD(name, words)       {name, TEXT, true, NULL, words}
#define MAY_WORD(name, words)        {name, TEXT, false, NULL, words}
#define END                          {NULL, TEXT, false, NULL, NULL}

static const struct shape hash[] = {WANT("algorithm", TEXT), WANT("value", TEXT), END};
static const struct shape hashes[] = {WANT("filename", TEXT), WANT_OF("file_hashes", OBJECTS, hash), END};
static const struct shape uri[] = {WANT("namespace", TEXT), WANT("uri", TEXT), END};
static const struct shape helper[] = {
	MAY("cpe", TEXT), MAY("purl", TEXT), MAY_OF("hashes", OBJECTS, hashes), MAY("model_numbers", TEXTS),
	MAY("sbom_urls", TEXTS), MAY("serial_numbers", TEXTS), MAY("skus", TEXTS), MAY_OF("x_generic_uris", OBJECTS, uri),
	END};
static const struct shape product[] = {
	WANT("name", TEXT), WANT("product_id", TEXT), MAY_OF("product_identification_helper", OBJECT, helper), END};
static const struct shape branch[5] = {
	WANT_WORD("category",
		" architecture host_name language legacy patch_level product_family product_name product_version "
		"product_version_range service_pack specification vendor "),
	WANT("name", TEXT), MAY_OF("branches", OBJECTS, branch), MAY_OF("product", OBJECT, product), END};
static const struct shape group[] = {WANT("group_id", TEXT), WANT("product_ids", TEXTS), MAY("summary", TEXT), END};
static const struct shape relationship[] = {
	WANT_WORD("category",
		" default_component_of external_component_of installed_on installed_with optional_component_of "),
	WANT_OF("full_product_name", OBJECT, product), WANT("product_reference", TEXT),
	WANT("relates_to_product_reference", TEXT), END};
static const struct shape tree[] = {
	MAY_OF("branches", OBJECTS, branch), MAY_OF("full_product_names", OBJECTS, product),
	MAY_OF("product_groups", OBJECTS, group), MAY_OF("relationships", OBJECTS, relationship), END};
static const struct shape note[] = {
	WANT_WORD("category", " description details faq general legal_disclaimer other summary "), WANT("text", TEXT),
	MAY("title", TEXT), MAY("audience", TEXT), END};
static const struct shape reference[] = {
	MAY_WORD("category", " external self "), WANT("summary", TEXT), WANT("url", TEXT), END};
static const struct shape acknowledgment[] = {
	MAY("names", TEXTS), MAY("organization", TEXT), MAY("summary", TEXT), MAY("urls", TEXTS), END};
static const struct shape tlp[] = {WANT_WORD("label", " AMBER GREEN RED WHITE "), MAY("url", TEXT), END};
static const struct shape distribution[] = {MAY("text", TEXT), MAY_OF("tlp", OBJECT, tlp), END};
static const struct shape severity[] = {MAY("namespace", TEXT), WANT("text", TEXT), END};
static const struct shape publisher[] = {
	WANT_WORD("category", " coordinator discoverer other translator user vendor "), WANT("name", TEXT),
	WANT("namespace", TEXT), MAY("contact_details", TEXT), MAY("issuing_authority", TEXT), END};
static const struct shape revision[] = {
	WANT("date", MOMENT), WANT("number", VERSION), WANT("summary", TEXT), MAY("legacy_version", TEXT), END};
static const struct shape engine[] = {WANT("name", TEXT), MAY("version", TEXT), END};
static const struct shape generator[] = {MAY("date", MOMENT), WANT_OF("engine", OBJECT, engine), END};
static const struct shape tracking[] = {
	WANT("id", TEXT), MAY("aliases", TEXTS), WANT("current_release_date", MOMENT), WANT("initial_release_date", MOMENT),
	WANT_OF("revision_history", OBJECTS, revision), WANT_WORD("status", " draft final interim "),
	WANT("version", VERSION), MAY_OF("generator", OBJECT, generator), END};
static const struct shape document[] = {
	WANT("category", TEXT), WANT_WORD("csaf_version", " 2.0 "), WANT("title", TEXT), MAY("lang", TEXT),
	MAY("source_lang", TEXT), WANT_OF("publisher", OBJECT, publisher), WANT_OF("tracking", OBJECT, tracking),
	MAY_OF("distribution", OBJECT, distribution), MAY_OF("aggregate_severity", OBJECT, severity),
	MAY_OF("notes", OBJECTS, note), MAY_OF("references", OBJECTS, reference),
	MAY_OF("acknowledgments", OBJECTS, acknowledgment), END};
static const struct shape cwe[] = {WANT("id", TEXT), WANT("name", TEXT), END};
static const struct shape flag[] = {
	WANT_WORD("label",
		" component_not_present inline_mitigations_already_exist "
		"vulnerable_code_cannot_be_controlled_by_adversary vulnerable_code_not_in_execute_path "
		"vulnerable_code_not_present "),
	MAY("date", MOMENT), MAY("product_ids", TEXTS), MAY("group_ids", TEXTS), END};
static const struct shape id[] = {WANT("system_name", TEXT), WANT("text", TEXT), END};
static const struct shape involvement[] = {
	WANT_WORD("party", " coordinator discoverer other user vendor "),
	WANT_WORD("status", " completed contact_attempted disputed in_progress not_contacted open "), MAY("date", MOMENT),
	MAY("summary", TEXT), END};
static const struct shape status[] = {
	MAY("first_affected", TEXTS), MAY("first_fixed", TEXTS), MAY("fixed", TEXTS), MAY("known_affected", TEXTS),
	MAY("known_not_affected", TEXTS), MAY("last_affected", TEXTS), MAY("recommended", TEXTS),
	MAY("under_investigation", TEXTS), END};
static const struct shape restart[] = {
	WANT_WORD("category", " connected dependencies machine none parent service system vulnerable_component zone "),
	MAY("details", TEXT), END};
static const struct shape remediation[] = {
	WANT_WORD("category", " mitigation no_fix_planned none_available vendor_fix workaround "), WANT("details", TEXT),
	MAY("date", MOMENT), MAY("url", TEXT), MAY("product_ids", TEXTS), MAY("group_ids", TEXTS),
	MAY("entitlements", TEXTS), MAY_OF("restart_required", OBJECT, restart), END};
static const struct shape score[] = {WANT("products", TEXTS), MAY("cvss_v2", OBJECT), MAY("cvss_v3", OBJECT), END};
static const struct shape threat[] = {
	WANT_WORD("category", " exploit_status impact target_set "), WANT("details", TEXT), MAY("date", MOMENT),
	MAY("product_ids", TEXTS), MAY("group_ids", TEXTS), END};
static const struct shape vulnerability[] = {
	MAY("title", TEXT), MAY("cve", TEXT), MAY_OF("cwe", OBJECT, cwe), MAY("discovery_date", MOMENT),
	MAY("release_date", MOMENT), MAY_OF("flags", OBJECTS, flag), MAY_OF("ids", OBJECTS, id),
	MAY_OF("involvements", OBJECTS, involvement), MAY_OF("notes", OBJECTS, note),
	MAY_OF("product_status", OBJECT, status), MAY_OF("references", OBJECTS, reference),
	MAY_OF("remediations", OBJECTS, remediation), MAY_OF("scores", OBJECTS, score), MAY_OF("threats", OBJECTS, threat),
	MAY_OF("acknowledgments", OBJECTS, acknowledgment), END};
static const struct shape whole[] = {
	WANT_OF("document", OBJECT, document), MAY_OF("product_tree", OBJECT, tree),
	MAY_OF("vulnerabilities", OBJECTS, vulnerability), END};

static struct str wrong(struct arena *a, struct str place, const char *expected) {
	return arena_fmt(a, "%.*s: %s", STR_ARG(place), expected);
}

static bool is_word(const struct shape *s, struct str text) {
	if (!s->words) return true;
	if (str_find_char(text, ' ') != STR_NONE) return false;
	struct str all = str_of(s->words);
	size_t at = str_find(all, text);
	return at != STR_NONE && at > 0 && all.p[at - 1] == ' ' && all.p[at + text.n] == ' ';
}

static struct str members(struct arena *a, const struct json *v, const struct shape *shapes);

static struct str text(struct arena *a, const struct json *v, const struct shape *s, struct str place) {
	moment t;
	struct csaf_version version;
	if (!json_is(v, JSON_STRING) || !v->string.n) return wrong(a, place, "expected a text");
	if (s->sort == MOMENT && !moment_parse(v->string, &t)) return wrong(a, place, "expected a date and time with a zone");
	if (s->sort == VERSION && !csaf_version_read(v->string, &version))
		return wrong(a, place, "expected a version such as 1 or 1.0.0");
	if (is_word(s, v->string)) return STR_EMPTY;
	struct str words = STR_EMPTY, rest = str_trim(str_of(s->words)), word;
	while (str_split(&rest, ' ', &word))
		words = arena_fmt(a, "%.*s%s%.*s", STR_ARG(words), words.n ? ", " : "", STR_ARG(word));
	const char *one_of_them = str_find_char(words, ',') == STR_NONE ? "" : "one of ";
	return arena_fmt(a, "%.*s: expected %s%.*s", STR_ARG(place), one_of_them, STR_ARG(words));
}

static struct str list(struct arena *a, const struct json *v, const struct shape *s, struct str place) {
	if (!json_is(v, JSON_ARRAY)) return wrong(a, place, "expected an array");
	if (!v->n) return wrong(a, place, "expected at least one item");
	for (size_t i = 0; i < v->n; i++) {
		const struct json *item = &v->items[i];
		if (s->sort == TEXTS && (item->type != JSON_STRING || !item->string.n))
			return arena_fmt(a, "%.*s.%zu: expected a text", STR_ARG(place), i);
		if (s->sort == TEXTS) continue;
		if (item->type != JSON_OBJECT) return arena_fmt(a, "%.*s.%zu: expected an object", STR_ARG(place), i);
		struct str no = members(a, item, s->members);
		if (no.n) return arena_fmt(a, "%.*s.%zu.%.*s", STR_ARG(place), i, STR_ARG(no));
	}
	return STR_EMPTY;
}

static struct str member(struct arena *a, const struct json *v, const struct shape *s, struct str place) {
	switch (s->sort) {
	case OBJECT:
		if (!json_is(v, JSON_OBJECT)) return wrong(a, place, "expected an object");
		struct str no = s->members ? members(a, v, s->members) : STR_EMPTY;
		return no.n ? arena_fmt(a, "%.*s.%.*s", STR_ARG(place), STR_ARG(no)) : STR_EMPTY;
	case OBJECTS:
	case TEXTS: return list(a, v, s, place);
	case TEXT:
	case MOMENT:
	case VERSION: break;
	}
	return text(a, v, s, place);
}

static struct str members(struct arena *a, const struct json *v, const struct shape *shapes) {
	for (const struct shape *s = shapes; s->name; s++) {
		const struct json *m = json_get(v, str_of(s->name));
		if (!m && !s->required) continue;
		struct str no = m ? member(a, m, s, str_of(s->name)) : wrong(a, str_of(s->name), "is missing");
		if (no.n) return no;
	}
	return STR_EMPTY;
}

struct str csaf_misshapen(struct arena *a, const struct json *doc) {
	return members(a, doc, whole);
}
