#include "json.h"

/* The way from the root to the place at work, kept on the stack and written out only where something differs. */
struct step {
	const struct step *up;
	struct str name;
	size_t item; /* where name.p is NULL */
};

static void add_path(struct buf *out, const struct step *at) {
	if (!at) return;
	add_path(out, at->up);
	buf_add_char(out, '/');
	if (!at->name.p) {
		buf_add_int(out, (int64_t)at->item);
		return;
	}
	for (size_t i = 0; i < at->name.n; i++) {
		char c = at->name.p[i];
		if (c == '~')
			buf_add(out, S("~0"));
		else if (c == '/')
			buf_add(out, S("~1"));
		else
			buf_add_char(out, c);
	}
}

enum { PATH_MOST = 1 << 20 };

static void note(struct json_builder *list, const struct step *at, const struct json *from, const struct json *to) {
	struct arena *a = list->a;
	autobuf struct buf path = BUF(PATH_MOST);
	add_path(&path, at);
	if (path.failed) arena_fail(a);
	struct json_builder entry = json_object_of(a);
	json_set_str(&entry, S("op"), !from ? S("add") : !to ? S("remove") : S("replace"));
	json_set_str(&entry, S("path"), arena_str(a, buf_str(&path)));
	if (from) json_set(&entry, S("from"), from);
	if (to) json_set(&entry, S("to"), to);
	json_add(list, json_built(&entry));
}

static void compare(struct json_builder *list, const struct step *at, const struct json *from, const struct json *to,
	int depth) {
	if (arena_failed(list->a) || from == to) return;
	bool objects = from->type == JSON_OBJECT && to->type == JSON_OBJECT;
	bool arrays = from->type == JSON_ARRAY && to->type == JSON_ARRAY && from->n == to->n;
	if (depth == 0 || (!objects && !arrays)) {
		if (!json_equal(from, to)) note(list, at, from, to);
		return;
	}
	for (size_t i = 0; arrays && i < from->n; i++)
		compare(list, &(struct step){at, {NULL, 0}, i}, &from->items[i], &to->items[i], depth - 1);
	if (!objects) return;
	for (size_t i = 0; i < from->n; i++) {
		const struct json_member *m = &from->members[i];
		const struct json *other = json_get(to, m->name);
		struct step here = {at, str_n(m->name.p, m->name.n), 0};
		if (other)
			compare(list, &here, &m->value, other, depth - 1);
		else
			note(list, &here, &m->value, NULL);
	}
	for (size_t i = 0; i < to->n; i++) {
		const struct json_member *m = &to->members[i];
		if (!json_get(from, m->name)) note(list, &(struct step){at, str_n(m->name.p, m->name.n), 0}, NULL, &m->value);
	}
}

const struct json *json_diff(struct arena *a, const struct json *from, const struct json *to) {
	struct json_builder list = json_array_of(a);
	if (from && to)
		compare(&list, NULL, from, to, JSON_NEST);
	else if (from || to)
		note(&list, NULL, from, to);
	return json_built(&list);
}
