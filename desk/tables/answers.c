#include "answers.h"

enum { QUESTIONS = 400, ANSWER = 60 };

/* Each name once, over all tables. */
static size_t questions_of(struct arena *a, const struct hub *h, const char **names) {
	size_t n = 0;
	struct map seen = {.arena = a};
	for (size_t i = 0; i < tables_n(h->tables); i++) {
		const struct decide_table *t = tables_at(h->tables, i);
		for (size_t p = 0; p < t->points_n && n < QUESTIONS; p++) {
			void **at = map_at(&seen, t->points[p].name);
			if (!at || *at) continue;
			*at = (void *)(uintptr_t)t;
			names[n++] = arena_cstr(a, t->points[p].name);
		}
	}
	return n;
}

static const struct param *vector_of(const struct route *r) {
	for (const struct param *p = r->params; p && p->name; p++)
		if (strcmp(p->name, "vector") == 0) return p;
	return NULL;
}

static const struct param *extended(struct arena *a, const struct route *r, const char *const *names, size_t n) {
	size_t own = 0;
	enum param_in in = vector_of(r)->in;
	while (r->params[own].name) own++;
	struct param *all = arena_array(a, own + n + 1, sizeof *all);
	if (!all) return r->params;
	memcpy(all, r->params, own * sizeof *all);
	for (size_t i = 0; i < n; i++)
		all[own + i] = (struct param){names[i], .in = in, .length = ANSWER, .help = "an answer, where the table asks this"};
	return all;
}

const struct route *with_questions(struct arena *a, const struct hub *h, const struct route *table) {
	const char **names = arena_array(a, QUESTIONS, sizeof *names);
	size_t routes = 0, n = names ? questions_of(a, h, names) : 0;
	while (table[routes].path) routes++;
	struct route *copy = arena_array(a, routes + 1, sizeof *copy);
	if (!copy) return table;
	for (size_t i = 0; i < routes; i++) {
		copy[i] = table[i];
		if (vector_of(&table[i])) copy[i].params = extended(a, &table[i], names, n);
	}
	return copy;
}

enum err_code answers_read(struct request *rq, const struct decide_table *t, struct decide_given *out, bool *any, struct err *e) {
	struct decide_given g = decide_nothing();
	struct str vector = str_trim(request_str(rq, "vector"));
	enum err_code code = vector.n ? decide_vector_read(t, vector, &g, e) : ERR_OK;
	*any = vector.n > 0;
	if (code == ERR_UNSUPPORTED) code = err_set(e, ERR_INVALID, "the vector is of another version of %.*s than %.*s", STR_ARG(t->name), STR_ARG(t->version));
	if (code == ERR_INVALID) err_where(e, "vector");
	for (size_t i = 0; i < t->points_n && !code; i++) {
		const char *name = arena_cstr(rq->arena, t->points[i].name);
		struct str value = request_str(rq, name);
		if (!value.n) continue;
		*any = true;
		code = decide_set(t, &g, t->points[i].name, value, e);
	}
	if (!code) *out = g;
	return code;
}
