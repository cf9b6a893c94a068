#include "profile.h"

#include "profile.inc"

struct py2_name {
	const char *from_module, *from, *to_module, *to; /* from NULL: the whole module */
};
static const struct py2_name py2_names[] = {
#include "profile_py2.inc"
};

unsigned scan_profile_of(struct str name) {
	for (unsigned i = 0; 1u << i < SCAN_ALL_PROFILES; i++)
		if (str_is(name, scan_profile_name(1u << i))) return 1u << i;
	return 0;
}

const char *scan_profile_name(unsigned profile) {
	switch (profile) {
	case SCAN_PLAIN: return "plain";
	case SCAN_NUMPY: return "numpy";
	case SCAN_TORCH: return "torch";
	case SCAN_SKLEARN: return "sklearn";
	case SCAN_PANDAS: return "pandas";
	case SCAN_XGBOOST: return "xgboost";
	default: return "";
	}
}

void profile_python3(struct str *module, struct str *name) {
	const struct py2_name *whole = NULL;
	for (size_t i = 0; i < lengthof(py2_names); i++) {
		const struct py2_name *n = &py2_names[i];
		if (!str_is(*module, n->from_module)) continue;
		if (!n->from) whole = n;
		else if (str_is(*name, n->from)) {
			*module = str_of(n->to_module);
			*name = str_of(n->to);
			return;
		}
	}
	if (whole) *module = str_of(whole->to_module);
}

/* "sklearn.tree.*" is sklearn.tree and all below it. */
static bool module_matches(struct str module, const char *pattern) {
	struct str p = str_of(pattern);
	if (!str_ends(p, S(".*"))) return str_eq(module, p);
	p.n -= 2;
	return str_starts(module, p) && (module.n == p.n || module.p[p.n] == '.');
}

/* The private module of newer NumPy is the older one; SciPy and others put a private module of the same names below the public one. */
static struct str numpy1(struct str module, char to[128]) {
	if (!str_starts(module, S("numpy._core")) || module.n >= 120) return module;
	struct str rest = str_from(module, 11);
	int n = snprintf(to, 128, "numpy.core%.*s", STR_ARG(rest));
	return str_n(to, (size_t)n);
}

static bool is_identifier(struct str s) {
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		if (!letter && !(i && c >= '0' && c <= '9')) return false;
	}
	return s.n > 0;
}

/* A class by its shape: Capital, after at most one underscore, and not ALL_CAPITALS. */
static bool is_class_name(struct str s) {
	if (!is_identifier(s)) return false;
	size_t i = s.p[0] == '_';
	if (i >= s.n || s.p[i] < 'A' || s.p[i] > 'Z') return false;
	for (; i < s.n; i++)
		if (s.p[i] >= 'a' && s.p[i] <= 'z') return true;
	return s.n <= 8 && str_find_char(s, '_') == STR_NONE; /* "PCA", "HDBSCAN" */
}

static bool has_word(const char *words, struct str word) {
	struct str rest = str_of(words), one;
	while (str_split(&rest, ' ', &one)) {
		if (one.n == 0) continue;
		if (str_is(one, "<Class>") ? is_class_name(word) : str_is(one, "<pyx>") ? str_starts(word, S("__pyx_unpickle_")) && is_identifier(word) : str_eq(one, word)) return true;
	}
	return false;
}

/* Tests and helpers of a package are no part of what a model needs, whatever a pattern says. */
static bool has_part(struct str module, const char *part) {
	struct str rest = module, one;
	while (str_split(&rest, '.', &one))
		if (str_is(one, part)) return true;
	return false;
}

bool profile_allows(unsigned profiles, struct str module, struct str name, struct allowed *out) {
	char buffer[128];
	profile_python3(&module, &name);
	module = numpy1(module, buffer);
	if (has_part(module, "tests") || has_part(module, "_testing") || has_part(module, "testing") || has_part(module, "conftest")) return false;
	for (size_t i = 0; i < lengthof(allow_rows); i++) {
		const struct allow_row *row = &allow_rows[i];
		if (!(row->profile & profiles) || !module_matches(module, row->module) || !has_word(row->names, name)) continue;
		*out = (struct allowed){row->flags, row->check, row->width};
		return true;
	}
	return false;
}

bool profile_denies(struct str module, struct str name) {
	profile_python3(&module, &name);
	for (size_t i = 0; i < lengthof(deny_rows); i++)
		if (module_matches(module, deny_rows[i].module) && (!deny_rows[i].names || has_word(deny_rows[i].names, name))) return true;
	/* A dotted name reaches through an object: judged by its parts too. */
	struct str rest = name, one;
	while (name.n && str_find_char(name, '.') != STR_NONE && str_split(&rest, '.', &one))
		if (has_word(deny_anywhere, one)) return true;
	return false;
}
