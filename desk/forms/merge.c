/* Two who changed the same record: by top-level member, what it was, what the other made of it, what was typed here. */
#include "pages.h"

#include "desk/forms/value.h"
#include "desk/forms/words.h"

enum { SHOWN = 4000, LINE_ITEMS = 40 };

static bool same(const struct json *a, const struct json *b) {
	return a && b ? json_equal(a, b) : !a && !b;
}

/* A value as lines that a reader can compare: texts as they are, the rest item by item. */
static void add_lines(struct arena *a, struct buf *out, const struct json *v, int depth) {
	switch (json_type(v)) {
	case JSON_NULL: break;
	case JSON_BOOL: buf_add(out, str_of(v->boolean ? words.yes : words.no)); break;
	case JSON_INT: case JSON_REAL: buf_add(out, json_text(a, v)); break;
	case JSON_STRING: buf_add(out, v->string); break;
	case JSON_ARRAY: case JSON_OBJECT:
		for (size_t i = 0; i < v->n && i < LINE_ITEMS && depth < 6 && out->n < SHOWN; i++) {
			if (i) buf_add(out, depth < 2 ? S("\n") : S(", "));
			if (v->type == JSON_OBJECT) buf_fmt(out, "%.*s: ", STR_ARG(name_words(a, v->members[i].name)));
			add_lines(a, out, v->type == JSON_ARRAY ? &v->items[i] : &v->members[i].value, depth + 1);
		}
		break;
	}
}

static struct str lines_of_value(struct arena *a, const struct json *v) {
	autobuf struct buf out = BUF(64 << 10);
	if (!v) return str_of(form_words.merge_nothing);
	add_lines(a, &out, v, 0);
	struct str s = buf_str(&out);
	return s.n <= SHOWN ? arena_str(a, s) : arena_cat(a, str_cut_utf8(s, SHOWN), S(" …"));
}

static struct str json_or_none(struct arena *a, const struct json *v) {
	return v ? json_canonical(a, v) : STR_EMPTY;
}

static void add_name(struct str *names, size_t *n, const struct json *body, size_t room) {
	for (size_t i = 0; i < json_count(body) && *n < room; i++) {
		struct str name = json_member_at(body, i)->name;
		bool known = false;
		for (size_t j = 0; j < *n && !known; j++) known = str_eq(names[j], name);
		if (!known) names[(*n)++] = name;
	}
}

static void keep_member(struct arena *a, struct form_extra *kept, size_t *n, struct str name, const struct json *v) {
	if (v) kept[(*n)++] = (struct form_extra){arena_cat(a, S("kept:/"), form_escaped(a, name)), json_canonical(a, v)};
}

enum err_code merge_fields(const struct plan *p, struct arena *a, const struct json *before, const struct json *theirs,
	const struct json *yours, struct merge_page *out, struct err *e) {
	size_t room = json_count(before) + json_count(theirs) + json_count(yours) + 1, names_n = 0;
	struct str *names = arena_array(a, room, sizeof *names);
	struct merge_field *fields = arena_array(a, room, sizeof *fields);
	struct form_extra *kept = arena_array(a, room, sizeof *kept);
	if (!names || !fields || !kept) return err_set(e, ERR_MEMORY, "out of memory");
	struct place root = place_root(p, a, NULL, false);
	add_name(names, &names_n, yours, room);
	add_name(names, &names_n, theirs, room);
	add_name(names, &names_n, before, room);
	out->fields = fields;
	out->kept = kept;
	for (size_t i = 0; i < names_n; i++) {
		const struct json *b = json_get(before, names[i]), *t = json_get(theirs, names[i]), *y = json_get(yours, names[i]);
		if (same(t, y)) {
			keep_member(a, kept, &out->kept_n, names[i], y);
			continue;
		}
		struct place at = place_member(p, a, &root, names[i], NULL, false);
		struct merge_field *f = &fields[out->n++];
		*f = (struct merge_field){
			.name = form_escaped(a, names[i]),
			.title = place_title(a, &at, names[i]),
			.before = lines_of_value(a, b),
			.theirs = lines_of_value(a, t),
			.yours = lines_of_value(a, y),
			.theirs_json = json_or_none(a, t),
			.yours_json = json_or_none(a, y),
			.choose = !same(b, t) && !same(b, y),
			.chosen_theirs = same(b, y),
		};
		struct word_part *parts;
		diff_words(a, f->before, f->theirs, &parts, &f->their_n);
		f->their_parts = parts;
		diff_words(a, f->before, f->yours, &parts, &f->your_n);
		f->your_parts = parts;
		out->conflicts += f->choose;
	}
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

static struct str value_of(const struct answer *in, size_t n, struct str name) {
	for (size_t i = 0; i < n; i++)
		if (str_eq(in[i].name, name)) return in[i].value;
	return STR_EMPTY;
}

/* "_choice/title" is "theirs" or "yours"; "_theirs/title" and "_yours/title" hold both as JSON. Without a choice what was typed stays. */
enum err_code merge_answers(struct arena *a, const struct answer *in, size_t n, struct answer **out, size_t *out_n, struct err *e) {
	struct answer *list = arena_array(a, n + 1, sizeof *list);
	size_t used = 0, choices = 0;
	if (!list) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		if (!str_starts(in[i].name, S("_yours/"))) {
			list[used++] = in[i];
			continue;
		}
		if (++choices > 500) return err_set(e, ERR_TOO_LARGE, "too many choices");
		struct str name = str_from(in[i].name, 7);
		bool theirs = str_is(value_of(in, n, arena_cat(a, S("_choice/"), name)), "theirs");
		struct str value = theirs ? value_of(in, n, arena_cat(a, S("_theirs/"), name)) : in[i].value;
		if (value.n) list[used++] = (struct answer){arena_cat(a, S("kept:/"), name), value};
	}
	*out = list;
	*out_n = used;
	return ERR_OK;
}
