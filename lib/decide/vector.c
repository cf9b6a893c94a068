#include "decide.h"

struct str decide_vector(struct arena *a, const struct decide_table *t, const struct decide_given *g) {
	struct buf out = BUF(DECIDE_VECTOR);
	buf_fmt(&out, "%.*s/%.*s", STR_ARG(t->name), STR_ARG(t->version));
	for (size_t i = 0; i < t->points_n; i++)
		if (g->values[i] != DECIDE_OPEN)
			buf_fmt(&out, "/%.*s:%.*s", STR_ARG(t->points[i].key), STR_ARG(t->points[i].values[g->values[i]].key));
	struct str s = arena_str(a, buf_str(&out));
	if (out.failed) arena_fail(a);
	buf_free(&out);
	return s;
}

bool decide_vector_head(struct str vector, struct str *name, struct str *version, struct str *rest) {
	struct str left = vector, one, two;
	if (vector.n > DECIDE_VECTOR || !str_split(&left, '/', &one) || !left.p || !str_split(&left, '/', &two)) return false;
	if (!one.n || !decide_version(two)) return false;
	*name = one;
	*version = two;
	*rest = left;
	return true;
}

enum err_code decide_vector_read(const struct decide_table *t, struct str vector, struct decide_given *out, struct err *e) {
	struct str name, version, rest, part;
	if (!decide_vector_head(vector, &name, &version, &rest))
		return err_set(e, ERR_INVALID, "a vector looks like %.*s/%.*s/%.*s:%.*s", STR_ARG(t->name), STR_ARG(t->version),
			STR_ARG(t->points[0].key), STR_ARG(t->points[0].values[0].key));
	if (!str_eq(name, t->name))
		return err_set(e, ERR_INVALID, "the vector is of the table \"%.*s\", not of %.*s", STR_ARG(str_cut_utf8(name, 60)), STR_ARG(t->name));
	if (!str_eq(version, t->version))
		return err_set(e, ERR_UNSUPPORTED, "the vector is of version %.*s; this is version %.*s of %.*s", STR_ARG(version), STR_ARG(t->version),
			STR_ARG(t->name));
	struct decide_given g = decide_nothing();
	while (rest.p && str_split(&rest, '/', &part)) {
		size_t colon = str_find_char(part, ':');
		if (colon == STR_NONE) return err_set(e, ERR_INVALID, "\"%.*s\" is no answer; one looks like %.*s:%.*s",
			STR_ARG(str_cut_utf8(part, 40)), STR_ARG(t->points[0].key), STR_ARG(t->points[0].values[0].key));
		struct str point = str_sub(part, 0, colon);
		size_t i = decide_point_find(t, point);
		if (i != DECIDE_NONE && g.values[i] != DECIDE_OPEN)
			return err_set(e, ERR_INVALID, "%.*s stands twice in the vector", STR_ARG(t->points[i].key));
		enum err_code code = decide_set(t, &g, point, str_from(part, colon + 1), e);
		if (code) return code;
	}
	*out = g;
	return ERR_OK;
}
