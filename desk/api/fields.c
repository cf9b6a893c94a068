#include "fields.h"

#include "lib/json/json.h"

static bool is_one_of(struct str name, const char *const *names) {
	for (size_t i = 0; names[i]; i++)
		if (str_is(name, names[i])) return true;
	return false;
}

static enum err_code add(struct fields *f, struct str path, const char *const *known, struct err *e) {
	if (f->n == FIELDS_MOST) return err_set(e, ERR_INVALID, "fields may name at most %d members", FIELDS_MOST);
	struct str *parts = f->paths[f->n], part;
	size_t n = 0;
	for (struct str rest = path; rest.p && str_split(&rest, '.', &part); n++) {
		if (n == FIELDS_DEPTH || !part.n)
			return err_set(e, ERR_INVALID, "\"%.*s\" is no path: names with dots between them, at most %d",
				STR_ARG(str_cut_utf8(path, 80)), FIELDS_DEPTH);
		parts[n] = part;
	}
	if (n < FIELDS_DEPTH) parts[n] = STR_EMPTY;
	if (!is_one_of(parts[0], known))
		return err_set(e, ERR_INVALID, "there is no member \"%.*s\" in this answer", STR_ARG(str_cut_utf8(parts[0], 80)));
	f->n++;
	return ERR_OK;
}

enum err_code fields_read(struct request *rq, const char *const *known, struct fields *out, struct err *e) {
	struct str list = request_str(rq, "fields"), path;
	out->n = 0;
	if (!request_has(rq, "fields")) return ERR_OK;
	enum err_code code = ERR_OK;
	while (!code && list.p && str_split(&list, ',', &path)) code = add(out, str_trim(path), known, e);
	if (code) err_where(e, "fields");
	return code;
}

bool fields_beyond(const struct fields *f, const char *const *names) {
	for (size_t i = 0; i < f->n; i++)
		if (!is_one_of(f->paths[i][0], names)) return true;
	return false;
}

/* Paths of which `depth` parts lead to v. */
struct choice {
	const struct fields *f;
	const unsigned char *which;
	size_t n, depth;
};

static const struct json *choose(struct arena *a, const struct choice *c, const struct json *v) {
	if (json_is(v, JSON_ARRAY)) {
		struct json_builder b = json_array_of(a);
		for (size_t i = 0; i < json_count(v); i++) {
			const struct json *item = choose(a, c, json_at(v, i));
			if (item) json_add(&b, item);
		}
		return json_built(&b);
	}
	if (!json_is(v, JSON_OBJECT)) return NULL;
	struct json_builder b = json_object_of(a);
	for (size_t i = 0; i < json_count(v); i++) {
		const struct json_member *m = json_member_at(v, i);
		unsigned char which[FIELDS_MOST];
		struct choice below = {c->f, which, 0, c->depth + 1};
		bool whole = false;
		for (size_t j = 0; j < c->n; j++) {
			const struct str *parts = c->f->paths[c->which[j]];
			if (!str_eq(parts[c->depth], m->name)) continue;
			which[below.n++] = c->which[j];
			whole |= below.depth == FIELDS_DEPTH || !parts[below.depth].n;
		}
		if (!below.n) continue;
		const struct json *chosen = whole ? &m->value : choose(a, &below, &m->value);
		if (chosen) json_set(&b, m->name, chosen);
	}
	return json_built(&b);
}

const struct json *fields_of(struct arena *a, const struct fields *f, const struct json *v) {
	unsigned char which[FIELDS_MOST];
	if (!f->n) return v;
	for (size_t i = 0; i < f->n; i++) which[i] = (unsigned char)i;
	return choose(a, &(struct choice){f, which, f->n, 0}, v);
}
