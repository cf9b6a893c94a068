#include "csaf.h"

#include <stdarg.h>

enum { REASONS = 400 };

void csaf_fail(struct csaf *c, const char *test, const char *fmt, ...) {
	char name[16], words[200];
	snprintf(name, sizeof name, "%s (", test);
	if (c->reasons.n > REASONS || str_find(c->reasons, str_of(name)) != STR_NONE) return;
	va_list args;
	va_start(args, fmt);
	vsnprintf(words, sizeof words, fmt, args);
	va_end(args);
	c->reasons = arena_fmt(c->a, "%.*s%s%s%s)", STR_ARG(c->reasons), c->reasons.n ? ", " : "", name, words);
}

/* ---- gathering ---- */

static void add_product(struct csaf *c, const struct json *name, const struct json *relationship,
	const struct csaf_branch *branch) {
	if (!name) return;
	if (c->n == c->room) {
		size_t room = c->room ? c->room * 2 : 16;
		struct csaf_product **more = arena_array(c->a, room, sizeof(struct csaf_product *));
		if (!more) return;
		if (c->n) memcpy(more, c->products, c->n * sizeof(struct csaf_product *));
		c->products = more;
		c->room = room;
	}
	struct csaf_product *p = arena_new_of(c->a, struct csaf_product);
	void **slot = map_at(&c->by_id, json_get_str(name, S("product_id")));
	if (!p || !slot) return;
	*p = (struct csaf_product){.name = name, .relationship = relationship, .branch = branch, .again = *slot != NULL};
	if (!*slot) *slot = p;
	c->products[c->n++] = p;
}

/* As deep as the document is nested, which the JSON reader bounds. */
static void gather_branches(struct csaf *c, const struct json *branches, const struct csaf_branch *above) {
	for (size_t i = 0; i < json_count(branches); i++) {
		struct csaf_branch *b = arena_new_of(c->a, struct csaf_branch);
		if (!b) return;
		*b = (struct csaf_branch){.branch = json_at(branches, i), .above = above, .before = c->branches};
		c->branches = b;
		add_product(c, json_get_lit(b->branch, "product"), NULL, b);
		gather_branches(c, json_get_lit(b->branch, "branches"), b);
	}
}

bool csaf_gather(struct csaf *c, struct arena *a, const struct json *doc) {
	*c = (struct csaf){.a = a, .doc = doc, .document = json_get_lit(doc, "document"),
		.tree = json_get_lit(doc, "product_tree"), .vulnerabilities = json_get_lit(doc, "vulnerabilities"),
		.by_id = {.arena = a}, .groups = {.arena = a}};
	c->tracking = json_get_lit(c->document, "tracking");
	gather_branches(c, json_get_lit(c->tree, "branches"), NULL);
	const struct json *names = json_get_lit(c->tree, "full_product_names");
	const struct json *relations = json_get_lit(c->tree, "relationships");
	for (size_t i = 0; i < json_count(names); i++) add_product(c, json_at(names, i), NULL, NULL);
	for (size_t i = 0; i < json_count(relations); i++)
		add_product(c, json_get_lit(json_at(relations, i), "full_product_name"), json_at(relations, i), NULL);
	const struct json *groups = json_get_lit(c->tree, "product_groups");
	for (size_t i = 0; i < json_count(groups); i++) {
		struct str id = json_get_str(json_at(groups, i), S("group_id"));
		void **slot = map_at(&c->groups, id);
		if (!slot) return false;
		if (*slot) csaf_fail(c, "6.1.5", "the product group %.*s is defined twice", STR_ARG(id));
		*slot = (void *)(uintptr_t)json_at(groups, i);
	}
	return !arena_failed(a);
}

struct csaf_names csaf_names(const struct csaf *c, const struct json *item) {
	const struct json *ids = json_get_lit(item, "product_ids");
	if (!ids) ids = json_get_lit(item, "products");
	return (struct csaf_names){.c = c, .ids = ids, .groups = json_get_lit(item, "group_ids")};
}

bool csaf_name(struct csaf_names *n, struct str *id) {
	if (n->i < json_count(n->ids)) {
		*id = json_string(json_at(n->ids, n->i++));
		return true;
	}
	for (; n->group < json_count(n->groups); n->group++, n->within = 0) {
		const struct json *group = map_get(&n->c->groups, json_string(json_at(n->groups, n->group)));
		const struct json *ids = json_get_lit(group, "product_ids");
		if (n->within < json_count(ids)) {
			*id = json_string(json_at(ids, n->within++));
			return true;
		}
	}
	return false;
}

/* ---- 6.1.1 to 6.1.4: definitions ---- */

static void want_product(struct csaf *c, struct str id) {
	if (!map_get(&c->by_id, id)) csaf_fail(c, "6.1.1", "the product %.*s is not defined", STR_ARG(id));
}

static void want_products(struct csaf *c, const struct json *ids) {
	for (size_t i = 0; i < json_count(ids); i++) want_product(c, json_string(json_at(ids, i)));
}

static void want_groups(struct csaf *c, const struct json *ids) {
	for (size_t i = 0; i < json_count(ids); i++) {
		struct str id = json_string(json_at(ids, i));
		if (!map_get(&c->groups, id)) csaf_fail(c, "6.1.4", "the product group %.*s is not defined", STR_ARG(id));
	}
}

static void test_definitions(struct csaf *c) {
	const struct json *groups = json_get_lit(c->tree, "product_groups");
	for (size_t i = 0; i < c->n; i++) {
		const struct csaf_product *p = c->products[i];
		if (p->again)
			csaf_fail(c, "6.1.2", "the product %.*s is defined twice", STR_ARG(json_get_str(p->name, S("product_id"))));
		if (!p->relationship) continue;
		want_product(c, json_get_str(p->relationship, S("product_reference")));
		want_product(c, json_get_str(p->relationship, S("relates_to_product_reference")));
	}
	for (size_t i = 0; i < json_count(groups); i++) want_products(c, json_get_lit(json_at(groups, i), "product_ids"));
	for (size_t i = 0; i < json_count(c->vulnerabilities); i++) {
		static const char *const lists[] = {"flags", "remediations", "scores", "threats"};
		const struct json *v = json_at(c->vulnerabilities, i), *status = json_get_lit(v, "product_status");
		for (size_t k = 0; k < json_count(status); k++) want_products(c, &status->members[k].value);
		for (size_t l = 0; l < lengthof(lists); l++) {
			const struct json *list = json_get(v, str_of(lists[l]));
			for (size_t k = 0; k < json_count(list); k++) {
				want_products(c, json_get_lit(json_at(list, k), "product_ids"));
				want_products(c, json_get_lit(json_at(list, k), "products"));
				want_groups(c, json_get_lit(json_at(list, k), "group_ids"));
			}
		}
	}
}

/* Whether the definition of p leads back to p. An iterative search: a chain of relationships may be long. */
static void test_circles(struct csaf *c) {
	enum { NEW, AT_FIRST, AT_SECOND, DONE }; /* which of the two references is being followed */
	struct csaf_product **stack = arena_array(c->a, c->n + 1, sizeof(struct csaf_product *));
	for (size_t i = 0; stack && i < c->n; i++) {
		size_t depth = 0;
		if (c->products[i]->visit == NEW) stack[depth++] = c->products[i];
		while (depth) {
			struct csaf_product *p = stack[depth - 1];
			if (!p->relationship || p->visit == AT_SECOND) p->visit = DONE;
			if (p->visit == DONE) {
				depth--;
				continue;
			}
			struct str to = json_get_str(p->relationship,
				p->visit == NEW ? S("product_reference") : S("relates_to_product_reference"));
			struct csaf_product *next = map_get(&c->by_id, to);
			p->visit++;
			if (next && (next->visit == AT_FIRST || next->visit == AT_SECOND)) {
				csaf_fail(c, "6.1.3", "the definition of %.*s leads back to itself", STR_ARG(to));
				return;
			}
			if (next && next->visit == NEW) stack[depth++] = next;
		}
	}
}

/* ---- 6.1.6, 6.1.33: one product, two statements ---- */

static void test_status(struct csaf *c, const struct json *vulnerability) {
	static const struct status {
		struct str name;
		char group; /* affected, not affected, fixed, under investigation */
	} lists[] = {
		{S_INIT("first_affected"), 'a'}, {S_INIT("known_affected"), 'a'}, {S_INIT("last_affected"), 'a'},
		{S_INIT("known_not_affected"), 'n'}, {S_INIT("first_fixed"), 'f'}, {S_INIT("fixed"), 'f'},
		{S_INIT("under_investigation"), 'u'}};
	struct map seen = {.arena = c->a};
	for (size_t l = 0; l < lengthof(lists); l++) {
		const struct json *ids = json_get(json_get_lit(vulnerability, "product_status"), lists[l].name);
		for (size_t i = 0; i < json_count(ids); i++) {
			struct str id = json_string(json_at(ids, i));
			void **slot = map_at(&seen, id);
			if (!slot) return;
			const struct status *earlier = *slot;
			if (earlier && earlier->group != lists[l].group)
				csaf_fail(c, "6.1.6", "the product %.*s is %.*s and %.*s", STR_ARG(id), STR_ARG(earlier->name),
					STR_ARG(lists[l].name));
			*slot = (void *)(uintptr_t)&lists[l];
		}
	}
}

static void test_flags(struct csaf *c, const struct json *vulnerability) {
	const struct json *flags = json_get_lit(vulnerability, "flags");
	struct map seen = {.arena = c->a};
	struct str id;
	for (size_t i = 0; i < json_count(flags); i++) {
		const struct json *flag = json_at(flags, i);
		if (!json_get_lit(flag, "product_ids") && !json_get_lit(flag, "group_ids"))
			csaf_fail(c, "6.1.32", "flags.%zu names no product", i);
		for (struct csaf_names n = csaf_names(c, flag); csaf_name(&n, &id);) {
			void **slot = map_at(&seen, id);
			if (!slot) return;
			if (*slot && *slot != (const void *)flag) csaf_fail(c, "6.1.33", "the product %.*s has several flags", STR_ARG(id));
			*slot = (void *)(uintptr_t)flag;
		}
	}
}

/* ---- 6.1.23, 6.1.24, 6.1.29: lists of a vulnerability ---- */

static void test_involvements(struct csaf *c, const struct json *vulnerability) {
	const struct json *list = json_get_lit(vulnerability, "involvements");
	struct map seen = {.arena = c->a};
	for (size_t i = 0; i < json_count(list); i++) {
		struct str date = json_get_str(json_at(list, i), S("date")), party = json_get_str(json_at(list, i), S("party"));
		moment t;
		if (!moment_parse(date, &t)) continue;
		void **slot = map_at(&seen, arena_fmt(c->a, "%.*s %lld", STR_ARG(party), (long long)t));
		if (!slot) return;
		if (*slot) csaf_fail(c, "6.1.24", "two involvements of one %.*s at one moment", STR_ARG(party));
		*slot = c;
	}
}

static void test_remediations(struct csaf *c, const struct json *vulnerability) {
	const struct json *list = json_get_lit(vulnerability, "remediations");
	for (size_t i = 0; i < json_count(list); i++)
		if (!json_get_lit(json_at(list, i), "product_ids") && !json_get_lit(json_at(list, i), "group_ids"))
			csaf_fail(c, "6.1.29", "remediations.%zu names no product", i);
}

/* ---- 6.1.13, 6.1.25, 6.1.31: how products are identified ---- */

/* Package URL specification: pkg:type/namespace/name@version?qualifiers#subpath, type and name required. */
static bool purl_fits(struct str s) {
	if (!str_starts(s, S("pkg:"))) return false;
	s = str_from(s, 4);
	while (s.n && s.p[0] == '/') s = str_from(s, 1);
	size_t end = str_find_char(s, '#');
	if (end != STR_NONE) s = str_sub(s, 0, end);
	end = str_find_char(s, '?');
	if (end != STR_NONE) s = str_sub(s, 0, end);
	size_t slash = str_find_char(s, '/');
	if (slash == STR_NONE || slash == 0) return false;
	for (size_t i = 0; i < slash; i++) {
		bool digit = s.p[i] >= '0' && s.p[i] <= '9';
		bool letter = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z');
		if (!letter && !(i && digit) && !one_of(s.p[i], ".+-")) return false;
	}
	s = str_from(s, slash + 1);
	size_t at = str_rfind_char(s, '@'), last = str_rfind_char(s, '/');
	if (at != STR_NONE && (last == STR_NONE || at > last)) s = str_sub(s, 0, at);
	while (s.n && s.p[s.n - 1] == '/') s.n--;
	last = str_rfind_char(s, '/');
	if (last != STR_NONE) s = str_from(s, last + 1);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '%' && (i + 2 >= s.n || !one_of(s.p[i + 1], "0123456789abcdefABCDEF") ||
			!one_of(s.p[i + 2], "0123456789abcdefABCDEF"))) return false;
	return s.n > 0;
}

static void test_helper(struct csaf *c, const struct csaf_product *p) {
	const struct json *helper = json_get_lit(p->name, "product_identification_helper");
	const struct json *purl = json_get_lit(helper, "purl"), *hashes = json_get_lit(helper, "hashes");
	if (purl && !purl_fits(json_string(purl)))
		csaf_fail(c, "6.1.13", "%.*s is no package URL", STR_ARG(str_cut_utf8(json_string(purl), 80)));
	for (size_t i = 0; i < json_count(hashes); i++) {
		const struct json *list = json_get_lit(json_at(hashes, i), "file_hashes");
		struct map seen = {.arena = c->a};
		for (size_t k = 0; k < json_count(list); k++) {
			struct str algorithm = json_get_str(json_at(list, k), S("algorithm"));
			void **slot = map_at(&seen, algorithm);
			if (!slot) return;
			if (*slot) csaf_fail(c, "6.1.25", "two %.*s hashes of one file", STR_ARG(algorithm));
			*slot = c;
		}
	}
}

/* Words and signs that make a name a range of versions. */
static bool is_range(struct str name) {
	static const char *const words[] = {"after", "all", "before", "earlier", "later", "prior", "versions"};
	struct str word;
	if (str_find_char(name, '<') != STR_NONE || str_find_char(name, '>') != STR_NONE) return true;
	while (str_split(&name, ' ', &word))
		for (size_t i = 0; i < lengthof(words); i++)
			if (str_eq_ascii_case(word, str_of(words[i]))) return true;
	return false;
}

void csaf_test_products(struct csaf *c) {
	struct map cves = {.arena = c->a};
	test_definitions(c);
	test_circles(c);
	for (size_t i = 0; i < json_count(c->vulnerabilities); i++) {
		const struct json *v = json_at(c->vulnerabilities, i);
		struct str cve = json_get_str(v, S("cve"));
		void **slot = cve.n ? map_at(&cves, cve) : NULL;
		if (slot && *slot) csaf_fail(c, "6.1.23", "%.*s stands for two vulnerabilities", STR_ARG(cve));
		if (slot) *slot = c;
		test_status(c, v);
		test_flags(c, v);
		test_involvements(c, v);
		test_remediations(c, v);
	}
	for (size_t i = 0; i < c->n; i++) test_helper(c, c->products[i]);
	for (const struct csaf_branch *b = c->branches; b; b = b->before) {
		struct str name = json_get_str(b->branch, S("name"));
		if (str_is(json_get_str(b->branch, S("category")), "product_version") && is_range(name))
			csaf_fail(c, "6.1.31", "the product_version %.*s is a range", STR_ARG(str_cut_utf8(name, 80)));
	}
}

bool csaf_tests(struct csaf *c) {
	csaf_test_products(c);
	csaf_test_scores(c);
	csaf_test_tracking(c);
	csaf_test_profile(c);
	return !c->reasons.n;
}
