#include "csaf.h"

/* ---- 6.1.12, 6.1.15, 6.1.28: languages ---- */

/* ISO 639-1, with the five that were withdrawn and are still registered. */
static const char languages[] =
	" aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee "
	"el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik in io "
	"is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk "
	"ml mn mo mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc "
	"sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve "
	"vi vo wa wo xh yi yo za zh zu ";

/* A tag of BCP 47 whose language of two letters exists; longer ones are not looked up. */
static bool is_language(struct csaf *c, struct str tag) {
	if (!language_fits(tag)) return false;
	struct str first;
	str_split(&tag, '-', &first);
	if (first.n == 1) return one_of(first.p[0], "iIxX");
	if (first.n > 2) return true;
	struct str small = respelled(c->a, first, false, ' ', ' ');
	return str_find(str_of(languages), arena_fmt(c->a, " %.*s ", STR_ARG(small))) != STR_NONE;
}

static void test_languages(struct csaf *c) {
	const struct json *lang = json_get_lit(c->document, "lang"), *source = json_get_lit(c->document, "source_lang");
	if (lang && !is_language(c, json_string(lang)))
		csaf_fail(c, "6.1.12", "lang: %.*s is no language", STR_ARG(str_cut_utf8(json_string(lang), 60)));
	if (source && !is_language(c, json_string(source)))
		csaf_fail(c, "6.1.12", "source_lang: %.*s is no language", STR_ARG(str_cut_utf8(json_string(source), 60)));
	if (!source && str_is(json_string(json_pointer(c->document, S("/publisher/category"))), "translator"))
		csaf_fail(c, "6.1.15", "a translator must give the source_lang");
	if (lang && source && str_eq_ascii_case(json_string(lang), json_string(source)))
		csaf_fail(c, "6.1.28", "lang and source_lang are both %.*s", STR_ARG(str_cut_utf8(json_string(lang), 60)));
}

/* ---- 6.1.26: names of categories ---- */

static struct str without_separators(struct arena *a, struct str s) {
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; p && i < s.n; i++)
		if (!one_of(s.p[i], "-_ \t\r\n")) p[n++] = s.p[i];
	return respelled(a, str_n(p, n), false, ' ', ' ');
}

static void test_category(struct csaf *c, struct str category) {
	static const char *const profiles[] = {"csaf_base", "csaf_security_incident_response", "csaf_informational_advisory",
		"csaf_security_advisory", "csaf_vex"};
	for (size_t i = 0; i < lengthof(profiles); i++)
		if (str_is(category, profiles[i])) return;
	struct str bare = without_separators(c->a, category);
	bool reserved = str_eq_ascii_case(str_sub(category, 0, 5), S("csaf_"));
	for (size_t i = 1; i < lengthof(profiles); i++) {
		struct str profile = without_separators(c->a, str_of(profiles[i]));
		reserved |= str_eq(bare, profile) || str_eq(bare, str_from(profile, 4));
	}
	if (reserved) csaf_fail(c, "6.1.26", "%.*s is too like the name of a profile", STR_ARG(str_cut_utf8(category, 80)));
}

/* ---- 6.1.27: what profiles demand ---- */

static bool has_category(const struct json *list, const char *words, struct str otherwise) {
	for (size_t i = 0; i < json_count(list); i++) {
		struct str category = json_get_str(json_at(list, i), S("category"));
		if (!category.n) category = otherwise;
		if (category.n && str_find(str_of(words), category) != STR_NONE) return true;
	}
	return false;
}

static void add_names(struct csaf *c, const struct json *list, struct str category, struct map *into) {
	struct str id;
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *item = json_at(list, i);
		if (category.n && !str_eq(json_get_str(item, S("category")), category)) continue;
		for (struct csaf_names n = csaf_names(c, item); csaf_name(&n, &id);) {
			void **slot = map_at(into, id);
			if (slot) *slot = c;
		}
	}
}

static void want_statements(struct csaf *c, const struct json *ids, const struct map *stated, const char *test,
	const char *what) {
	for (size_t i = 0; i < json_count(ids); i++)
		if (!map_get(stated, json_string(json_at(ids, i))))
			csaf_fail(c, test, "the product %.*s has no %s statement", STR_ARG(json_string(json_at(ids, i))), what);
}

static void test_vex(struct csaf *c, const struct json *v, size_t i) {
	static const char *const needed[] = {"fixed", "known_affected", "known_not_affected", "under_investigation"};
	const struct json *status = json_get_lit(v, "product_status");
	bool has = false;
	for (size_t k = 0; k < lengthof(needed); k++) has |= json_get(status, str_of(needed[k])) != NULL;
	if (!has) csaf_fail(c, "6.1.27.7", "vulnerabilities.%zu has no status that VEX knows", i);
	if (!json_get_lit(v, "cve") && !json_get_lit(v, "ids"))
		csaf_fail(c, "6.1.27.8", "vulnerabilities.%zu has neither cve nor ids", i);
	struct map impact = {.arena = c->a}, action = {.arena = c->a};
	add_names(c, json_get_lit(v, "flags"), STR_EMPTY, &impact);
	add_names(c, json_get_lit(v, "threats"), S("impact"), &impact);
	add_names(c, json_get_lit(v, "remediations"), STR_EMPTY, &action);
	want_statements(c, json_get_lit(status, "known_not_affected"), &impact, "6.1.27.9", "impact");
	want_statements(c, json_get_lit(status, "known_affected"), &action, "6.1.27.10", "action");
}

void csaf_test_profile(struct csaf *c) {
	struct str category = json_get_str(c->document, S("category"));
	bool informational = str_is(category, "csaf_informational_advisory"), vex = str_is(category, "csaf_vex");
	bool security = str_is(category, "csaf_security_advisory");
	test_languages(c);
	test_category(c, category);
	if (informational || str_is(category, "csaf_security_incident_response")) {
		if (!has_category(json_get_lit(c->document, "notes"), "description details general summary", STR_EMPTY))
			csaf_fail(c, "6.1.27.1", "no note of the category description, details, general or summary");
		if (!has_category(json_get_lit(c->document, "references"), "external", S("external")))
			csaf_fail(c, "6.1.27.2", "no external reference");
	}
	if (informational && c->vulnerabilities) csaf_fail(c, "6.1.27.3", "an informational advisory has no vulnerabilities");
	if (!security && !vex) return;
	if (!c->tree) csaf_fail(c, "6.1.27.4", "product_tree is missing");
	if (!c->vulnerabilities) csaf_fail(c, "6.1.27.11", "vulnerabilities are missing");
	for (size_t i = 0; i < json_count(c->vulnerabilities); i++) {
		const struct json *v = json_at(c->vulnerabilities, i);
		if (!json_get_lit(v, "notes")) csaf_fail(c, "6.1.27.5", "vulnerabilities.%zu has no notes", i);
		if (security && !json_get_lit(v, "product_status"))
			csaf_fail(c, "6.1.27.6", "vulnerabilities.%zu has no product_status", i);
		if (vex) test_vex(c, v, i);
	}
}
