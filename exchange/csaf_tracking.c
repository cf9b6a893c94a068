#include "csaf.h"

/* ---- versions ---- */

/* A number without leading zeros in front of s. */
static bool eat_number(struct str *s, int64_t *out) {
	size_t n = 0;
	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9') n++;
	if (!n || (n > 1 && s->p[0] == '0') || !str_int(str_sub(*s, 0, n), out)) return false;
	*s = str_from(*s, n);
	return true;
}

static bool eat(struct str *s, char c) {
	if (!s->n || s->p[0] != c) return false;
	*s = str_from(*s, 1);
	return true;
}

/* Identifiers of letters, digits and hyphens with dots between; numbers without leading zeros where they count. */
static bool identifiers_fit(struct str s, bool zeros) {
	struct str part;
	if (!s.n) return false;
	while (str_split(&s, '.', &part)) {
		bool number = true;
		for (size_t i = 0; i < part.n; i++) {
			char c = part.p[i];
			bool digit = c >= '0' && c <= '9';
			if (!digit && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c != '-') return false;
			number &= digit;
		}
		if (!part.n || (number && !zeros && part.n > 1 && part.p[0] == '0')) return false;
	}
	return true;
}

bool csaf_version_read(struct str s, struct csaf_version *out) {
	struct csaf_version v = {.pre = STR_EMPTY};
	if (!eat_number(&s, &v.major)) return false;
	if (s.n) {
		v.semantic = true;
		if (!eat(&s, '.') || !eat_number(&s, &v.minor) || !eat(&s, '.') || !eat_number(&s, &v.patch)) return false;
		size_t plus = str_find_char(s, '+');
		if (plus != STR_NONE && !identifiers_fit(str_from(s, plus + 1), true)) return false;
		s = str_sub(s, 0, plus);
		if (s.n) {
			if (!eat(&s, '-') || !identifiers_fit(s, false)) return false;
			v.pre = s;
		}
	}
	*out = v;
	return true;
}

static int compare_numbers(int64_t a, int64_t b) {
	return (a > b) - (a < b);
}

/* Semantic Versioning 2.0, section 11: numbers by value and before words, a shorter list first. */
static int compare_pre(struct str a, struct str b) {
	struct str x, y;
	if (!a.n || !b.n) return (a.n == 0) - (b.n == 0);
	while (a.p && b.p) {
		int64_t i, k;
		str_split(&a, '.', &x);
		str_split(&b, '.', &y);
		bool number_x = str_int(x, &i) && x.p[0] != '-', number_y = str_int(y, &k) && y.p[0] != '-';
		int order = number_x && number_y ? compare_numbers(i, k) : number_x != number_y ? (number_x ? -1 : 1) : str_cmp(x, y);
		if (order) return order;
	}
	return (a.p != NULL) - (b.p != NULL);
}

static int compare_versions(const struct csaf_version *a, const struct csaf_version *b) {
	int order = compare_numbers(a->major, b->major);
	if (!order) order = compare_numbers(a->minor, b->minor);
	if (!order) order = compare_numbers(a->patch, b->patch);
	return order ? order : compare_pre(a->pre, b->pre);
}

/* ---- the revision history ---- */

struct revision {
	moment date;
	struct csaf_version version;
	struct str number;
};

static int by_date(const void *a, const void *b) {
	const struct revision *x = a, *y = b;
	int order = (x->date > y->date) - (x->date < y->date);
	return order ? order : compare_versions(&x->version, &y->version);
}

/* All revisions, sorted by date and then by number. */
static struct revision *history(struct csaf *c, size_t *n) {
	const struct json *list = json_get_lit(c->tracking, "revision_history");
	struct revision *all = arena_array(c->a, json_count(list) + 1, sizeof *all);
	*n = 0;
	for (size_t i = 0; all && i < json_count(list); i++) {
		struct revision r = {.number = json_get_str(json_at(list, i), S("number"))};
		if (moment_parse(json_get_str(json_at(list, i), S("date")), &r.date) && csaf_version_read(r.number, &r.version))
			all[(*n)++] = r;
	}
	if (all) qsort(all, *n, sizeof *all, by_date);
	return all;
}

static void test_order(struct csaf *c, const struct revision *all, size_t n) {
	struct map seen = {.arena = c->a};
	for (size_t i = 0; i < n; i++) {
		const struct csaf_version *v = &all[i].version;
		if (i && compare_versions(&all[i - 1].version, v) > 0)
			csaf_fail(c, "6.1.14", "revision %.*s is older than %.*s", STR_ARG(all[i - 1].number), STR_ARG(all[i].number));
		void **slot = map_at(&seen, all[i].number);
		if (slot && *slot) csaf_fail(c, "6.1.22", "revision %.*s stands twice in the history", STR_ARG(all[i].number));
		if (slot) *slot = c;
		if (!i && v->major > 1) csaf_fail(c, "6.1.21", "the history begins with revision %.*s", STR_ARG(all[i].number));
		if (i && v->major - all[i - 1].version.major > 1)
			csaf_fail(c, "6.1.21", "between revisions %.*s and %.*s one is missing", STR_ARG(all[i - 1].number),
				STR_ARG(all[i].number));
	}
}

void csaf_test_tracking(struct csaf *c) {
	struct str number = json_get_str(c->tracking, S("version")), status = json_get_str(c->tracking, S("status"));
	struct csaf_version version;
	size_t n;
	const struct revision *all = history(c, &n);
	if (!all || !csaf_version_read(number, &version)) return;
	bool draft = str_is(status, "draft");
	test_order(c, all, n);
	if (n) {
		struct csaf_version last = all[n - 1].version, document = version;
		if (draft) last.pre = document.pre = STR_EMPTY;
		if (compare_versions(&last, &document) || last.semantic != document.semantic)
			csaf_fail(c, "6.1.16", "the version is %.*s, the latest revision %.*s", STR_ARG(number), STR_ARG(all[n - 1].number));
	}
	if ((version.major == 0 || version.pre.n) && !draft)
		csaf_fail(c, "6.1.17", "version %.*s is a draft, the status is %.*s", STR_ARG(number), STR_ARG(status));
	if (version.pre.n && !draft)
		csaf_fail(c, "6.1.20", "version %.*s is a pre-release, the status is %.*s", STR_ARG(number), STR_ARG(status));
	for (size_t i = 0; i < n; i++) {
		const struct csaf_version *v = &all[i].version;
		if (v->major == 0 && !draft)
			csaf_fail(c, "6.1.18", "a %.*s document has a revision %.*s", STR_ARG(status), STR_ARG(all[i].number));
		if (v->pre.n) csaf_fail(c, "6.1.19", "revision %.*s is a pre-release", STR_ARG(all[i].number));
		if (v->semantic != version.semantic)
			csaf_fail(c, "6.1.30", "versions %.*s and %.*s are of different sorts", STR_ARG(number), STR_ARG(all[i].number));
	}
}
