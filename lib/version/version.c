#include "version.h"

enum { NUMBERS = 16, DIGITS = 18 };

struct parsed {
	uint64_t numbers[NUMBERS];
	size_t n;
	struct str pre; /* "" none */
	bool date, all; /* all: "5.10.*" */
};

static bool digit(char c) { return c >= '0' && c <= '9'; }
static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static bool take_number(struct str *s, uint64_t *out) {
	size_t n = 0;
	*out = 0;
	while (n < s->n && digit(s->p[n])) {
		if (n == DIGITS) return false;
		*out = *out * 10 + (uint64_t)(s->p[n++] - '0');
	}
	*s = str_from(*s, n);
	return n > 0;
}

static bool is_date(struct str s) {
	for (size_t i = 0; i < s.n; i++)
		if (i == 4 || i == 7 ? s.p[i] != '-' : !digit(s.p[i])) return false;
	return s.n == 10;
}

/* Dot-separated identifiers of letters, digits and hyphens. */
static bool is_pre(struct str s) {
	bool empty = true;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.' ? empty : !digit(s.p[i]) && !letter(s.p[i]) && s.p[i] != '-') return false;
		empty = s.p[i] == '.';
	}
	return !empty;
}

/* PEP 440's spellings of what comes before a release; what comes after it ("post1") is no pre-release, and no SemVer. */
static bool is_python_pre(struct str s) {
	static const char *const names[] = {"a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "dev", "m"};
	size_t letters = 0, n;
	while (letters < s.n && letter(s.p[letters])) letters++;
	for (n = letters; n < s.n; n++)
		if (!digit(s.p[n])) return false;
	for (size_t i = 0; i < lengthof(names); i++)
		if (str_eq_ascii_case(str_sub(s, 0, letters), str_of(names[i]))) return true;
	return false;
}

static bool parse(struct str s, struct parsed *out) {
	*out = (struct parsed){.pre = STR_EMPTY};
	s = str_trim(s);
	out->date = is_date(s);
	if (s.n && (s.p[0] == 'v' || s.p[0] == 'V')) s = str_from(s, 1);
	for (;;) {
		if (out->n == NUMBERS || !take_number(&s, &out->numbers[out->n])) return false;
		out->n++;
		if (str_is(s, ".*") || str_is(s, ".x")) return out->all = true;
		if (!s.n || (s.p[0] != '.' && !(out->date && s.p[0] == '-'))) break;
		if (s.n > 1 && letter(s.p[1])) { /* 1.0.dev1 */
			s = str_from(s, 1);
			break;
		}
		s = str_from(s, 1);
	}
	size_t build = str_find_char(s, '+');
	if (build != STR_NONE) s = str_sub(s, 0, build);
	if (!s.n) return true;
	bool semver = s.p[0] == '-';
	out->pre = semver ? str_from(s, 1) : s;
	return semver ? is_pre(out->pre) : is_python_pre(s);
}

static bool is_number(struct str s, uint64_t *out) {
	return take_number(&s, out) && !s.n;
}

/* SemVer 11.4: numeric identifiers by number and before words, words by ASCII, fewer identifiers first. "rc1" and "rc.1" are not the same there either. */
static int compare_pre(struct str a, struct str b) {
	if (!a.n || !b.n) return !a.n - !b.n;
	struct str x, y;
	while (a.n && b.n && a.p && b.p) {
		uint64_t m, n;
		(void)str_split(&a, '.', &x);
		(void)str_split(&b, '.', &y);
		bool left = is_number(x, &m), right = is_number(y, &n);
		int order = left && right ? (m > n) - (m < n) : left != right ? right - left : str_cmp(x, y);
		if (order) return order;
		if (!a.p || !b.p) break;
	}
	return (a.p && a.n) - (b.p && b.n);
}

static int compare_numbers(const struct parsed *x, const struct parsed *y, size_t most) {
	for (size_t i = 0; i < most && (i < x->n || i < y->n); i++) {
		uint64_t m = i < x->n ? x->numbers[i] : 0, n = i < y->n ? y->numbers[i] : 0;
		if (m != n) return m < n ? -1 : 1;
	}
	return 0;
}

/* "rc1" and "rc10" have words with numbers in them, whose order by ASCII would be wrong: told apart only where their letters differ. */
static bool pre_unsure(struct str a, struct str b) {
	if (!a.n || !b.n || str_eq(a, b)) return false;
	size_t i = 0;
	while (i < a.n && i < b.n && a.p[i] == b.p[i]) i++;
	bool left = i < a.n && digit(a.p[i]), right = i < b.n && digit(b.p[i]);
	return (left || right) && i > 0 && a.p[i - 1] != '.';
}

/* A number that ends a word: rc2 before rc10. */
static bool compare_counted(struct str a, struct str b, int *order) {
	size_t x = a.n, y = b.n;
	uint64_t m, n;
	while (x && digit(a.p[x - 1])) x--;
	while (y && digit(b.p[y - 1])) y--;
	if (!str_eq_ascii_case(str_sub(a, 0, x), str_sub(b, 0, y)) || !is_number(str_from(a, x), &m) || !is_number(str_from(b, y), &n)) return false;
	*order = (m > n) - (m < n);
	return true;
}

static bool compare(const struct parsed *x, const struct parsed *y, int *order) {
	if (x->date != y->date) return false;
	*order = compare_numbers(x, y, NUMBERS);
	if (*order) return true;
	if (pre_unsure(x->pre, y->pre)) return compare_counted(x->pre, y->pre, order);
	*order = compare_pre(x->pre, y->pre);
	return true;
}

bool version_compare(struct str a, struct str b, int *order) {
	struct parsed x, y;
	*order = 0;
	if (str_eq(str_trim(a), str_trim(b))) return true;
	return parse(a, &x) && parse(b, &y) && !x.all && !y.all && compare(&x, &y, order);
}

/* ---- ranges ---- */

static bool is_beginning(struct str s) {
	static const char *const words[] = {"", "0", "*", "n/a", "unspecified", "-"};
	s = str_trim(s);
	for (size_t i = 0; i < lengthof(words); i++)
		if (str_eq_ascii_case(s, str_of(words[i]))) return true;
	return false;
}

/* Not after the end: *known false where that can't be said. */
static bool up_to(struct str end, bool included, struct str version, bool *known) {
	struct parsed x, y;
	int order;
	if (str_is(str_trim(end), "*")) return true;
	if (included && parse(end, &x) && x.all && parse(version, &y) && !x.date && !y.date) return compare_numbers(&y, &x, x.n) <= 0;
	if (!version_compare(version, end, &order)) *known = false;
	return order < 0 || (included && order == 0);
}

enum version_within version_within(const struct version_range *r, struct str version) {
	bool known = true, single = !r->before.n && !r->through.n;
	int order;
	if (!version.n) return VERSION_UNSURE;
	if (single) {
		if (str_eq(str_trim(r->from), str_trim(version))) return VERSION_INSIDE;
		if (r->text || !version_compare(version, r->from, &order)) return VERSION_UNSURE;
		return order == 0 ? VERSION_INSIDE : VERSION_OUTSIDE;
	}
	if (r->text) return str_eq(r->through, version) || (r->from.n && str_eq(r->from, version)) ? VERSION_INSIDE : VERSION_UNSURE;
	if (!is_beginning(r->from)) {
		if (!version_compare(version, r->from, &order)) return VERSION_UNSURE;
		if (order < 0) return VERSION_OUTSIDE;
	}
	bool inside = (!r->before.n || up_to(r->before, false, version, &known)) && (!r->through.n || up_to(r->through, true, version, &known));
	return !known ? VERSION_UNSURE : inside ? VERSION_INSIDE : VERSION_OUTSIDE;
}
