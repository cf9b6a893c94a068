/* Answers as a body. */
#include "form.h"

#include "desk/forms/value.h"
#include "desk/forms/words.h"

enum { KEPT_BYTES = 8 << 20, VALUES = 2000, PARTS = 4 };

/* What came for one pointer. Children hang in the order in which they came first. */
struct node {
	struct str key;            /* unescaped */
	int64_t index;             /* -1: no number */
	struct node *first, *last, *next;
	struct str value, kept, order, map_key;
	struct str parts[PARTS];   /* date, time, zone */
	bool has_value, has_parts, dropped;
	struct str *values;        /* several of the same name */
	size_t values_n, values_room;
};

struct reading_answers {
	struct filled *f;
	struct arena *a;
	struct map nodes;          /* pointer as it came → struct node * */
	struct node *root;
};

/* ---- errors ---- */

void form_error(struct filled *f, struct str where, struct str sentence) {
	if (!f->errors) f->errors = arena_array(f->a, FORM_ERRORS, sizeof *f->errors);
	if (f->errors && f->errors_n < FORM_ERRORS) f->errors[f->errors_n++] = (struct form_error){where, sentence};
}

static void keep_raw(struct filled *f, const char *prefix, struct str pointer, struct str text) {
	struct str *copy = arena_new_of(f->a, struct str);
	void **at = copy ? map_at(&f->raw, arena_cat(f->a, str_of(prefix), pointer)) : NULL;
	if (!at) return;
	*copy = text;
	*at = copy;
}

/* ---- a tree from names ---- */

static struct str unescaped(struct arena *a, struct str part) {
	if (str_find_char(part, '~') == STR_NONE) return part;
	char *p = arena_alloc(a, part.n + 1);
	size_t n = 0;
	for (size_t i = 0; p && i < part.n; i++) {
		if (part.p[i] == '~' && i + 1 < part.n) p[n++] = part.p[++i] == '1' ? '/' : '~';
		else p[n++] = part.p[i];
	}
	return str_n(p, n);
}

struct str form_escaped(struct arena *a, struct str key) {
	if (str_find_char(key, '~') == STR_NONE && str_find_char(key, '/') == STR_NONE) return key;
	autobuf struct buf out = BUF(4000);
	for (size_t i = 0; i < key.n; i++) {
		if (key.p[i] == '~') buf_add(&out, S("~0"));
		else if (key.p[i] == '/') buf_add(&out, S("~1"));
		else buf_add_char(&out, key.p[i]);
	}
	return arena_str(a, buf_str(&out));
}

static int64_t index_of(struct str part) {
	int64_t n;
	bool plain = part.n && part.n <= 6 && (part.n == 1 || part.p[0] != '0') && str_int(part, &n) && n >= 0 && n < FORM_INDEX;
	return plain ? n : -1;
}

/* The node of a pointer, made when it is not there; NULL for what is none or goes too deep. */
static struct node *node_at(struct reading_answers *x, struct str pointer) {
	struct node *at = x->root;
	if (!pointer.n || pointer.p[0] != '/') return NULL;
	struct node *known = map_get(&x->nodes, pointer);
	if (known) return known;
	size_t depth = 0;
	for (size_t start = 1; start <= pointer.n; depth++) {
		size_t end = start;
		while (end < pointer.n && pointer.p[end] != '/') end++;
		struct str part = str_sub(pointer, start, end - start), way = str_sub(pointer, 0, end);
		start = end + 1;
		if (depth == FORM_NESTING || !part.n) return NULL;
		void **slot = map_at(&x->nodes, way);
		if (!slot) return NULL;
		struct node *next = *slot;
		if (!next) {
			next = arena_new_of(x->a, struct node);
			if (!next) return NULL;
			*next = (struct node){.key = unescaped(x->a, part), .index = index_of(part), .value = STR_EMPTY, .kept = STR_EMPTY,
				.order = STR_EMPTY, .map_key = STR_EMPTY};
			for (size_t i = 0; i < PARTS; i++) next->parts[i] = STR_EMPTY;
			*slot = next;
			if (at->last) at->last->next = next;
			else at->first = next;
			at->last = next;
		}
		at = next;
	}
	return at;
}

static void add_value(struct reading_answers *x, struct node *n, struct str value) {
	if (n->values_n == VALUES) return;
	if (n->values_n == n->values_room) {
		size_t room = n->values_room ? 2 * n->values_room : 4;
		struct str *more = arena_array(x->a, room, sizeof *more);
		if (!more) return;
		if (n->values_n) memcpy(more, n->values, n->values_n * sizeof *more);
		n->values = more;
		n->values_room = room;
	}
	n->values[n->values_n++] = value;
	n->value = value;
	n->has_value = true;
}

static bool is_page(struct str name) {
	return (name.n && name.p[0] == '_') || str_is(name, "csrf") || !name.n;
}

static void open_place(struct filled *f, struct map *m, struct str pointer) {
	(void)f;
	void **at = map_at(m, pointer);
	if (at) *at = m;
}

static void take_answer(struct reading_answers *x, const struct answer *answer) {
	static const char *const prefixes[] = {"kept:", "order:", "key:", "date:", "time:", "zone:", "open:"};
	struct str name = answer->name;
	size_t which = 0;
	if (is_page(name)) return;
	while (which < lengthof(prefixes) && !str_starts(name, str_of(prefixes[which]))) which++;
	struct str pointer = which < lengthof(prefixes) ? str_from(name, strlen(prefixes[which])) : name;
	bool text = str_utf8(answer->value) && str_utf8(name) && str_find_char(answer->value, 0) == STR_NONE;
	struct node *n = text && name.n <= 2000 ? node_at(x, arena_str(x->a, pointer)) : NULL;
	if (!n) {
		bool shown = str_utf8(name);
		form_error(x->f, STR_EMPTY, words_with(x->a, form_words.unknown_place, shown ? str_cut_utf8(name, 100) : S("…")));
		return;
	}
	switch (which) {
	case 0: n->kept = answer->value; break;
	case 1: n->order = answer->value; break;
	case 2: n->map_key = answer->value; break;
	case 3: case 4: case 5:
		n->parts[which - 3] = answer->value;
		n->has_parts = true;
		break;
	case 6: open_place(x->f, &x->f->open, arena_str(x->a, pointer)); break;
	default: add_value(x, n, answer->value); break;
	}
}

/* ---- the action ---- */

static struct node *parent_of(struct reading_answers *x, struct str pointer) {
	size_t slash = str_rfind_char(pointer, '/');
	return slash == STR_NONE || slash == 0 ? x->root : map_get(&x->nodes, str_sub(pointer, 0, slash));
}

static void move_row(struct node *parent, struct node *n, bool up) {
	struct node *other = NULL;
	for (struct node *c = parent->first; c; c = c->next) {
		if (c == n || c->index < 0) continue;
		bool beside = up ? c->index < n->index : c->index > n->index;
		if (beside && (!other || (up ? c->index > other->index : c->index < other->index))) other = c;
	}
	if (!other) return;
	int64_t index = n->index;
	n->index = other->index;
	other->index = index;
}

static void act(struct reading_answers *x, struct str action) {
	size_t colon = str_find_char(action, ':');
	if (colon == STR_NONE) return;
	struct str verb = str_sub(action, 0, colon), pointer = arena_str(x->a, str_from(action, colon + 1));
	if (!pointer.n || pointer.n > 2000 || !str_utf8(pointer)) return;
	struct node *n = map_get(&x->nodes, pointer);
	if (str_is(verb, "add")) {
		open_place(x->f, &x->f->blank, pointer);
		x->f->acted = pointer;
	} else if (str_is(verb, "open") && n) {
		open_place(x->f, &x->f->open, pointer);
		x->f->acted = pointer;
	} else if ((str_is(verb, "remove") || str_is(verb, "drop")) && n) {
		n->dropped = true;
		size_t slash = str_rfind_char(pointer, '/');
		x->f->acted = str_is(verb, "remove") && slash != STR_NONE ? str_sub(pointer, 0, slash) : pointer;
	} else if ((str_is(verb, "up") || str_is(verb, "down")) && n && n->index >= 0 && parent_of(x, pointer)) {
		move_row(parent_of(x, pointer), n, str_is(verb, "up"));
		size_t slash = str_rfind_char(pointer, '/');
		x->f->acted = slash == STR_NONE ? pointer : str_sub(pointer, 0, slash);
	}
}

/* ---- values from the tree ---- */

static const struct json *build(struct reading_answers *x, const struct node *n, const struct place *at, const struct node *parent,
	struct str pointer);

static struct str below(struct arena *a, struct str pointer, struct str key) {
	return arena_fmt(a, "%.*s/%.*s", STR_ARG(pointer), STR_ARG(form_escaped(a, key)));
}

/* A place of an earlier position may have been opened; it goes along when rows move. */
static const struct json *kept_value(struct reading_answers *x, const struct node *n, const struct place *at, struct str pointer) {
	const struct json *v;
	if (!n->kept.n) return NULL;
	if (!json_parse(x->a, n->kept, &(struct json_limits){.bytes = KEPT_BYTES}, &v, NULL)) return v;
	form_error(x->f, pointer, words_with(x->a, form_words.kept_damaged, place_title(x->a, at, n->key)));
	return NULL;
}

static void wrong_value(struct reading_answers *x, struct str pointer, struct str text, struct str sentence) {
	keep_raw(x->f, "", pointer, text);
	form_error(x->f, pointer, sentence);
}

static const struct json *build_moment(struct reading_answers *x, const struct node *n, const struct place *at, const struct node *parent,
	struct str pointer) {
	struct moment_text t = {n->parts[0], n->parts[1], n->parts[2]};
	const struct json *v;
	struct str sentence;
	for (const struct node *c = parent ? parent->first : NULL; c && !t.zone.n; c = c->next)
		if (str_is(c->key, "time_zone")) t.zone = c->value;
	switch (value_read_moment(x->a, at, &t, &v, &sentence)) {
	case VALUE_GOOD: return v;
	case VALUE_ABSENT: return NULL;
	case VALUE_WRONG: break;
	}
	keep_raw(x->f, "date:", pointer, t.date);
	keep_raw(x->f, "time:", pointer, t.time);
	keep_raw(x->f, "zone:", pointer, n->parts[2]);
	form_error(x->f, pointer, sentence);
	return NULL;
}

static const struct json *build_scalar(struct reading_answers *x, const struct node *n, const struct place *at, const struct node *parent,
	struct str pointer) {
	const struct json *v;
	struct str sentence;
	if (n->has_parts && place_is_moment(at)) return build_moment(x, n, at, parent, pointer);
	if (!n->has_value) return kept_value(x, n, at, pointer);
	switch (value_read(x->a, at, n->value, &v, &sentence)) {
	case VALUE_GOOD: return v;
	case VALUE_ABSENT: return kept_value(x, n, at, pointer);
	case VALUE_WRONG: break;
	}
	wrong_value(x, pointer, n->value, sentence);
	return NULL;
}

/* Those that were there before stand first, in their order. */
static const struct json *build_choices(struct reading_answers *x, const struct node *n) {
	struct json_builder out = json_array_of(x->a);
	struct map chosen = {.arena = x->a};
	const struct json *order = NULL;
	size_t count = 0;
	for (size_t i = 0; i < n->values_n; i++) {
		void **at = n->values[i].n ? map_at(&chosen, n->values[i]) : NULL;
		if (at) *at = x;
	}
	if (n->order.n && json_parse(x->a, n->order, &(struct json_limits){.bytes = 1 << 16, .depth = 2}, &order, NULL)) order = NULL;
	for (size_t i = 0; i < json_count(order); i++) {
		struct str s = json_string(json_at(order, i));
		if (!map_get(&chosen, s)) continue;
		*map_at(&chosen, s) = NULL;
		json_add(&out, json_str(x->a, s));
		count++;
	}
	for (size_t i = 0; i < n->values_n; i++) {
		struct str s = n->values[i];
		if (!s.n || !map_get(&chosen, s)) continue;
		*map_at(&chosen, s) = NULL;
		json_add(&out, json_str(x->a, s));
		count++;
	}
	return count ? json_built(&out) : NULL;
}

static int by_index(const void *a, const void *b) {
	const struct node *x = *(const struct node *const *)a, *y = *(const struct node *const *)b;
	return x->index < y->index ? -1 : x->index > y->index;
}

static struct node **rows_of(struct reading_answers *x, const struct node *n, struct str pointer, size_t *count) {
	size_t most = 0;
	for (struct node *c = n->first; c; c = c->next) most++;
	struct node **rows = arena_array(x->a, most + 1, sizeof *rows);
	*count = 0;
	for (struct node *c = n->first; rows && c; c = c->next) {
		if (c->index >= 0) rows[(*count)++] = c;
		else form_error(x->f, STR_EMPTY, words_with(x->a, form_words.unknown_place, str_cut_utf8(below(x->a, pointer, c->key), 100)));
	}
	if (rows) qsort(rows, *count, sizeof *rows, by_index);
	return rows;
}

static void carry_open(struct reading_answers *x, const struct node *n, struct str from_pointer, struct str pointer) {
	(void)n;
	if (map_get(&x->f->open, from_pointer) && !str_eq(from_pointer, pointer)) open_place(x->f, &x->f->open, pointer);
}

static const struct json *build_rows(struct reading_answers *x, const struct node *n, const struct place *at, struct str pointer) {
	struct json_builder out = json_array_of(x->a);
	struct place item = place_item(x->f->plan, x->a, at, NULL, false);
	size_t rows, count = 0;
	struct node **list = rows_of(x, n, pointer, &rows);
	for (size_t i = 0; list && i < rows; i++) {
		struct str place = arena_fmt(x->a, "%.*s/%zu", STR_ARG(pointer), count);
		if (list[i]->dropped) continue;
		carry_open(x, list[i], arena_fmt(x->a, "%.*s/%.*s", STR_ARG(pointer), STR_ARG(list[i]->key)), place);
		size_t raw = x->f->raw.count;
		const struct json *v = build(x, list[i], &item, NULL, place);
		if (!v && x->f->raw.count == raw) continue;
		/* A row that only holds what can't be read yet keeps its place. */
		struct json_builder empty = json_object_of(x->a);
		json_add(&out, v ? v : place_types(&item) == PLACE_OBJECT ? json_built(&empty) : json_str(x->a, STR_EMPTY));
		count++;
	}
	return count ? json_built(&out) : NULL;
}

static const struct json *build_list(struct reading_answers *x, const struct node *n, const struct place *at, struct str pointer) {
	struct place item = place_item(x->f->plan, x->a, at, NULL, false);
	const struct json *v;
	struct str sentence;
	if (n->first) return build_rows(x, n, at, pointer);
	if (!n->has_value) return kept_value(x, n, at, pointer);
	if (place_choices(&item)) return build_choices(x, n);
	item.title = at->title;
	switch (value_read_list(x->a, &item, n->value, place_takes_commas(at), &v, &sentence)) {
	case VALUE_GOOD: return v;
	case VALUE_ABSENT: return NULL;
	case VALUE_WRONG: break;
	}
	wrong_value(x, pointer, n->value, sentence);
	return NULL;
}

static const struct json *build_map(struct reading_answers *x, const struct node *n, const struct place *at, struct str pointer) {
	struct json_builder out = json_object_of(x->a);
	struct map seen = {.arena = x->a};
	size_t rows, count = 0;
	struct node **list = rows_of(x, n, pointer, &rows);
	for (size_t i = 0; list && i < rows; i++) {
		struct str key = list[i]->map_key, place = below(x->a, pointer, key);
		if (list[i]->dropped) continue;
		struct place value = place_member(x->f->plan, x->a, at, key, NULL, false);
		const struct json *v = build(x, list[i], &value, NULL, place);
		if (!v && !key.n) continue;
		void **slot = map_at(&seen, key);
		if (!slot) return NULL;
		if (!key.n || *slot) {
			struct str sentence = key.n ? words_with(x->a, form_words.same_key, str_cut_utf8(key, 60)) : str_of(form_words.no_key);
			form_error(x->f, pointer, sentence);
			if (*slot) continue;
		}
		*slot = x;
		json_set(&out, key, v ? v : json_str(x->a, STR_EMPTY));
		count++;
	}
	return count ? json_built(&out) : NULL;
}

static const struct json *build_object(struct reading_answers *x, const struct node *n, const struct place *at, struct str pointer) {
	struct json_builder out = json_object_of(x->a);
	size_t count = 0;
	for (const struct node *c = n->first; c; c = c->next) {
		struct str place = below(x->a, pointer, c->key);
		struct place member = place_member(x->f->plan, x->a, at, c->key, NULL, false);
		if (c->dropped) continue;
		if (!member.exists && !c->kept.n) {
			form_error(x->f, STR_EMPTY, words_with(x->a, form_words.unknown_place, str_cut_utf8(place, 100)));
			continue;
		}
		const struct json *v = build(x, c, &member, n, place);
		if (!v) continue;
		json_set(&out, c->key, v);
		count++;
	}
	return count ? json_built(&out) : NULL;
}

static const struct json *build(struct reading_answers *x, const struct node *n, const struct place *at, const struct node *parent,
	struct str pointer) {
	unsigned types = place_types(at);
	if (!at->exists || (!n->first && !n->has_value && !n->has_parts)) return kept_value(x, n, at, pointer);
	const struct json *v = NULL;
	if (types == PLACE_ARRAY) v = build_list(x, n, at, pointer);
	else if (place_is_map(at)) v = n->first ? build_map(x, n, at, pointer) : NULL;
	else if (types == PLACE_OBJECT) v = n->first ? build_object(x, n, at, pointer) : NULL;
	if (types == PLACE_ARRAY || types == PLACE_OBJECT) return v ? v : kept_value(x, n, at, pointer);
	if (!(types & ~(unsigned)PLACE_SCALAR)) {
		if (n->first)
			form_error(x->f, STR_EMPTY, words_with(x->a, form_words.unknown_place, str_cut_utf8(below(x->a, pointer, n->first->key), 100)));
		return build_scalar(x, n, at, parent, pointer);
	}
	return kept_value(x, n, at, pointer);
}

static const struct json *canonical(struct arena *a, const struct json *body) {
	const struct json *sorted;
	return json_parse(a, json_canonical(a, body), NULL, &sorted, NULL) ? NULL : sorted;
}

enum err_code form_begin(const struct plan *p, struct arena *a, const struct json *body, struct filled *out, struct err *e) {
	struct json_builder empty = json_object_of(a);
	*out = (struct filled){.plan = p, .a = a, .raw = {.arena = a}, .open = {.arena = a}, .blank = {.arena = a}, .acted = STR_EMPTY};
	const struct json *start = body ? body : json_built(&empty);
	if (json_is(start, JSON_OBJECT)) out->body = canonical(a, start);
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "the form is too large");
	return out->body ? ERR_OK : err_set(e, ERR_INVALID, "the body is no object");
}

enum err_code form_read(const struct plan *p, struct arena *a, const struct answer *answers, size_t n, struct str action,
	struct filled *out, struct err *e) {
	struct filled f = {.plan = p, .a = a, .raw = {.arena = a}, .open = {.arena = a}, .blank = {.arena = a}, .acted = STR_EMPTY};
	struct reading_answers x = {.f = &f, .a = a, .nodes = {.arena = a}};
	x.root = arena_new_of(a, struct node);
	if (!x.root) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) take_answer(&x, &answers[i]);
	act(&x, action);
	struct place root = place_root(p, a, NULL, false);
	const struct json *body = build_object(&x, x.root, &root, STR_EMPTY);
	struct json_builder empty = json_object_of(a);
	f.body = arena_failed(a) ? NULL : canonical(a, body ? body : json_built(&empty));
	if (arena_failed(a) || !f.body) return err_set(e, ERR_MEMORY, "the form is too large");
	*out = f;
	return ERR_OK;
}
