#include "inside.h"

#include <stdarg.h>

enum { NAME_BYTES = 60, KEY_BYTES = 12, TITLE_BYTES = 200, TEXT_BYTES = 8000, KINDS = 20 };

enum err_code decide_wrong(struct err *e, struct str pointer, const char *fmt, ...) {
	char message[400];
	va_list args;
	va_start(args, fmt);
	vsnprintf(message, sizeof message, fmt, args);
	va_end(args);
	struct str whole = str_cut_utf8(str_of(message), sizeof message - 1);
	err_set(e, ERR_INVALID, "%.*s", STR_ARG(whole));
	err_where(e, "%.*s", STR_ARG(str_cut_utf8(pointer, 90)));
	return ERR_INVALID;
}

struct reader {
	struct arena *a;
	struct err *e;
};

/* ---- small parts ---- */

static bool lower(char c) { return c >= 'a' && c <= 'z'; }
static bool digit(char c) { return c >= '0' && c <= '9'; }
static bool upper(char c) { return c >= 'A' && c <= 'Z'; }

static bool is_name(struct str s) {
	if (!s.n || s.n > NAME_BYTES || !(lower(s.p[0]) || digit(s.p[0])) || s.p[s.n - 1] == '-') return false;
	for (size_t i = 0; i < s.n; i++)
		if (!lower(s.p[i]) && !digit(s.p[i]) && s.p[i] != '-') return false;
	return true;
}

static bool is_key(struct str s) {
	if (!s.n || s.n > KEY_BYTES) return false;
	for (size_t i = 0; i < s.n; i++)
		if (!lower(s.p[i]) && !upper(s.p[i]) && !digit(s.p[i]) && !(i && s.p[i] == '*')) return false;
	return true;
}

bool decide_version(struct str s) {
	struct str rest = s, part;
	size_t parts = 0;
	while (rest.p && str_split(&rest, '.', &part)) {
		if (!part.n || part.n > 6 || (part.n > 1 && part.p[0] == '0')) return false;
		for (size_t i = 0; i < part.n; i++)
			if (!digit(part.p[i])) return false;
		parts++;
	}
	return parts == 3;
}

static struct str below(struct reader *r, struct str at, const char *member) { return arena_fmt(r->a, "%.*s/%s", STR_ARG(at), member); }
static struct str item(struct reader *r, struct str at, size_t i) { return arena_fmt(r->a, "%.*s/%zu", STR_ARG(at), i); }

/* Nothing but these members: a word that is misspelt is not passed over. */
static enum err_code only(struct reader *r, const struct json *object, struct str at, const char *const *names) {
	if (!json_is(object, JSON_OBJECT)) return decide_wrong(r->e, at, "expected an object");
	for (size_t i = 0; i < object->n; i++) {
		const char *const *name = names;
		while (*name && !str_is(object->members[i].name, *name)) name++;
		if (!*name) return decide_wrong(r->e, at, "\"%.*s\" means nothing here", STR_ARG(str_cut_utf8(object->members[i].name, 60)));
	}
	return ERR_OK;
}

/* A string; where it is optional, "" for none. */
static enum err_code text(struct reader *r, const struct json *object, struct str at, const char *name, size_t most, bool needed, struct str *out) {
	const struct json *v = json_get(object, str_of(name));
	*out = STR_EMPTY;
	if (!v && !needed) return ERR_OK;
	if (!json_is(v, JSON_STRING) || !str_trim(v->string).n) return decide_wrong(r->e, below(r, at, name), "expected text");
	if (v->string.n > most) return decide_wrong(r->e, below(r, at, name), "is longer than %zu bytes", most);
	for (size_t i = 0; i < v->string.n; i++)
		if ((unsigned char)v->string.p[i] < ' ' && v->string.p[i] != '\n')
			return decide_wrong(r->e, below(r, at, name), "holds a control character");
	*out = v->string;
	return ERR_OK;
}

static enum err_code named(struct reader *r, const struct json *object, struct str at, struct str *name, struct str *key) {
	enum err_code code = text(r, object, at, "name", NAME_BYTES, true, name);
	if (!code && !is_name(*name)) code = decide_wrong(r->e, below(r, at, "name"), "expected small letters, digits and hyphens");
	if (!code && key) code = text(r, object, at, "key", TITLE_BYTES, true, key);
	if (!code && key && !is_key(*key)) code = decide_wrong(r->e, below(r, at, "key"), "expected 1 to %d letters and digits", KEY_BYTES);
	return code;
}

static enum err_code version(struct reader *r, const struct json *object, struct str at, struct str *out) {
	enum err_code code = text(r, object, at, "version", NAME_BYTES, true, out);
	if (!code && !decide_version(*out)) code = decide_wrong(r->e, below(r, at, "version"), "expected a version such as 1.0.0");
	return code;
}

/* ---- points and their values ---- */

static enum err_code read_value(struct reader *r, const struct json *v, struct str at, bool outcome, struct decide_value *out) {
	static const char *const of_point[] = {"key", "name", "title", "description", NULL};
	static const char *const of_outcome[] = {"key", "name", "title", "description", "follows", "tier", NULL};
	enum err_code code = only(r, v, at, outcome ? of_outcome : of_point);
	if (!code) code = named(r, v, at, &out->name, &out->key);
	if (!code) code = text(r, v, at, "title", TITLE_BYTES, true, &out->title);
	if (!code) code = text(r, v, at, "description", TEXT_BYTES, true, &out->description);
	if (!code) code = text(r, v, at, "follows", TEXT_BYTES, false, &out->follows);
	if (!code) code = text(r, v, at, "tier", NAME_BYTES, false, &out->tier);
	if (!code && out->tier.n && !is_name(out->tier)) code = decide_wrong(r->e, below(r, at, "tier"), "expected small letters, digits and hyphens");
	return code;
}

static bool same_name(struct str name, struct str key, struct str other_name, struct str other_key) {
	return str_eq(name, other_name) || str_eq(name, other_key) || str_eq(key, other_name) || str_eq(key, other_key);
}

static enum err_code read_values(struct reader *r, const struct json *list, struct str at, bool outcome, struct decide_point *out) {
	if (!json_is(list, JSON_ARRAY) || list->n < 2) return decide_wrong(r->e, at, "expected at least two values, from least to most");
	if (list->n > DECIDE_VALUES) return decide_wrong(r->e, at, "more than %d values", DECIDE_VALUES);
	struct decide_value *values = arena_array(r->a, list->n, sizeof *values);
	if (!values) return err_set(r->e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < list->n; i++) {
		enum err_code code = read_value(r, &list->items[i], item(r, at, i), outcome, &values[i]);
		if (code) return code;
		for (size_t j = 0; j < i; j++)
			if (same_name(values[i].name, values[i].key, values[j].name, values[j].key))
				return decide_wrong(r->e, item(r, at, i), "\"%.*s\" and \"%.*s\" share a name or key", STR_ARG(values[j].name),
					STR_ARG(values[i].name));
	}
	out->values = values;
	out->n = list->n;
	return ERR_OK;
}

static enum err_code read_point(struct reader *r, const struct json *v, struct str at, bool outcome, struct decide_point *out) {
	static const char *const members[] = {"key", "name", "version", "title", "description", "table", "values", NULL};
	enum err_code code = only(r, v, at, members);
	if (!code) code = named(r, v, at, &out->name, &out->key);
	if (!code) code = version(r, v, at, &out->version);
	if (!code) code = text(r, v, at, "title", TITLE_BYTES, true, &out->title);
	if (!code) code = text(r, v, at, "description", TEXT_BYTES, true, &out->description);
	if (!code) code = text(r, v, at, "table", NAME_BYTES, false, &out->table);
	if (!code && out->table.n && (outcome || !is_name(out->table)))
		code = decide_wrong(r->e, below(r, at, "table"), "expected the name of a table whose outcome this is");
	return code ? code : read_values(r, json_get_lit(v, "values"), below(r, at, "values"), outcome, out);
}

static enum err_code read_points(struct reader *r, const struct json *list, struct decide_table *t) {
	struct str at = S("/points");
	if (!json_is(list, JSON_ARRAY) || !list->n) return decide_wrong(r->e, at, "expected at least one decision point");
	if (list->n > DECIDE_POINTS) return decide_wrong(r->e, at, "more than %d decision points", DECIDE_POINTS);
	struct decide_point *points = arena_array(r->a, list->n, sizeof *points);
	if (!points) return err_set(r->e, ERR_MEMORY, "out of memory");
	t->combinations = 1;
	for (size_t i = 0; i < list->n; i++) {
		enum err_code code = read_point(r, &list->items[i], item(r, at, i), false, &points[i]);
		if (code) return code;
		for (size_t j = 0; j < i; j++)
			if (same_name(points[i].name, points[i].key, points[j].name, points[j].key))
				return decide_wrong(r->e, item(r, at, i), "\"%.*s\" and \"%.*s\" share a name or key", STR_ARG(points[j].name),
					STR_ARG(points[i].name));
		t->combinations *= points[i].n;
		if (t->combinations > DECIDE_COMBINATIONS)
			return decide_wrong(r->e, item(r, at, i), "with this point there are more than %d combinations", DECIDE_COMBINATIONS);
	}
	t->points = points;
	t->points_n = list->n;
	return ERR_OK;
}

/* All outcomes are tiers, or none. */
static enum err_code check_tiers(struct reader *r, struct decide_table *t) {
	t->tiers = t->outcome.values[0].tier.n > 0;
	for (size_t i = 1; i < t->outcome.n; i++)
		if ((t->outcome.values[i].tier.n > 0) != t->tiers)
			return decide_wrong(r->e, item(r, S("/outcome/values"), i), "all outcomes give a tier, or none does");
	return ERR_OK;
}

/* ---- the rest ---- */

static enum err_code read_source(struct reader *r, const struct json *v, struct decide_table *t) {
	static const char *const members[] = {"title", "address", "licence", NULL};
	if (!v) return ERR_OK;
	enum err_code code = only(r, v, S("/source"), members);
	if (!code) code = text(r, v, S("/source"), "title", TITLE_BYTES, true, &t->source);
	if (!code) code = text(r, v, S("/source"), "address", 500, false, &t->source_address);
	if (!code && t->source_address.n && !str_starts(t->source_address, S("https://")))
		code = decide_wrong(r->e, S("/source/address"), "expected an address that begins with https://");
	return code ? code : text(r, v, S("/source"), "licence", TITLE_BYTES, false, &t->source_licence);
}

static enum err_code read_kinds(struct reader *r, const struct json *list, struct decide_table *t) {
	struct str at = S("/kinds");
	if (!list) return ERR_OK;
	if (!json_is(list, JSON_ARRAY) || list->n > KINDS) return decide_wrong(r->e, at, "expected a list of at most %d names", KINDS);
	struct str *kinds = arena_array(r->a, list->n + 1, sizeof *kinds);
	if (!kinds) return err_set(r->e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < list->n; i++) {
		kinds[i] = json_string(&list->items[i]);
		if (!is_name(kinds[i])) return decide_wrong(r->e, item(r, at, i), "expected a name");
	}
	t->kinds = kinds;
	t->kinds_n = list->n;
	return ERR_OK;
}

static enum err_code read_exceptions(struct reader *r, const struct json *list, struct decide_table *t) {
	static const char *const members[] = {"point", "reason", NULL};
	struct str at = S("/exceptions");
	if (!list) return ERR_OK;
	if (!json_is(list, JSON_ARRAY) || list->n > DECIDE_POINTS) return decide_wrong(r->e, at, "expected a list of points with reasons");
	struct decide_exception *all = arena_array(r->a, list->n + 1, sizeof *all);
	if (!all) return err_set(r->e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < list->n; i++) {
		struct str point, here = item(r, at, i);
		enum err_code code = only(r, &list->items[i], here, members);
		if (!code) code = text(r, &list->items[i], here, "point", NAME_BYTES, true, &point);
		if (!code) code = text(r, &list->items[i], here, "reason", TEXT_BYTES, true, &all[i].reason);
		if (code) return code;
		all[i].point = decide_point_find(t, point);
		if (all[i].point == DECIDE_NONE)
			return decide_wrong(r->e, below(r, here, "point"), "there is no point \"%.*s\"", STR_ARG(str_cut_utf8(point, 60)));
	}
	t->exceptions = all;
	t->exceptions_n = list->n;
	return ERR_OK;
}

static enum err_code read_table(struct reader *r, struct decide_table *t) {
	static const char *const members[] = {"table", "version", "title", "description", "source", "kinds", "points", "outcome", "rules",
		"exceptions", NULL};
	const struct json *v = t->document;
	enum err_code code = only(r, v, S(""), members);
	if (!code) code = text(r, v, S(""), "table", NAME_BYTES, true, &t->name);
	if (!code && !is_name(t->name)) code = decide_wrong(r->e, S("/table"), "expected small letters, digits and hyphens");
	if (!code) code = version(r, v, S(""), &t->version);
	if (!code) code = text(r, v, S(""), "title", TITLE_BYTES, true, &t->title);
	if (!code) code = text(r, v, S(""), "description", TEXT_BYTES, true, &t->description);
	if (!code) code = read_source(r, json_get_lit(v, "source"), t);
	if (!code) code = read_kinds(r, json_get_lit(v, "kinds"), t);
	if (!code) code = read_points(r, json_get_lit(v, "points"), t);
	if (!code) code = read_point(r, json_get_lit(v, "outcome"), S("/outcome"), true, &t->outcome);
	if (!code) code = check_tiers(r, t);
	if (!code) code = read_exceptions(r, json_get_lit(v, "exceptions"), t);
	return code ? code : decide_read_rules(r->a, t, r->e);
}

enum err_code decide_load(struct arena *a, struct str bytes, const struct decide_table **out, struct err *e) {
	struct decide_table *t = arena_new_of(a, struct decide_table);
	if (!t) return err_set(e, ERR_MEMORY, "out of memory");
	struct reader r = {a, e};
	enum err_code code = json_parse(a, bytes, &(struct json_limits){.bytes = DECIDE_BYTES, .depth = 16}, &t->document, e);
	if (!code) code = read_table(&r, t);
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "the table is too large");
	if (!code) *out = t;
	return code;
}
