/* A whole form: sections, what stands in none, errors where they belong; and the answers that a browser would send. */
#include "ask.h"

#include "desk/forms/words.h"

enum { ANSWERS = 20000 };

/* ---- what the next moves will ask ---- */

/* Some moves need a question answered with yes ("confirmed"), upon which the schema asks for more. */
static void look_ahead(struct asker *m) {
	const struct plan *p = m->f->plan;
	m->would = m->f->body;
	m->needs = STR_EMPTY;
	for (size_t i = 0; i < p->kind->moves_n; i++) {
		const struct kind_move *move = &p->kind->moves[i];
		if (!kind_move_from(move, m->as->state)) continue;
		for (size_t j = 0; j < move->requires_.n; j++) {
			struct str pointer = move->requires_.items[j];
			struct place root = place_root(p, m->a, m->would, true);
			size_t slash = str_rfind_char(pointer, '/');
			if (slash != 0 || str_find_char(pointer, '~') != STR_NONE) continue;
			struct place at = place_member(p, m->a, &root, str_from(pointer, 1), NULL, false);
			if (place_types(&at) != PLACE_BOOL) continue;
			if (json_get(m->would, str_from(pointer, 1))) continue;
			m->would = json_with(m->a, m->would, str_from(pointer, 1), json_bool(m->a, true));
			if (!m->needs.n) m->needs = move->title;
		}
	}
}

/* ---- sections ---- */

static struct str part_of(struct str *rest) {
	struct str part = STR_EMPTY;
	str_split(rest, '/', &part);
	return part;
}

static struct str unescape(struct arena *a, struct str s) {
	autobuf struct buf out = BUF(4000);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '~' && i + 1 < s.n) buf_add_char(&out, s.p[++i] == '1' ? '/' : '~');
		else buf_add_char(&out, s.p[i]);
	}
	return arena_str(a, buf_str(&out));
}

static struct spot spot_at(struct asker *m, const struct layout_entry *entry) {
	const struct plan *p = m->f->plan;
	struct spot s = {.v = m->f->body, .would_v = m->would, .audiences = PUBLIC, .name = entry->pointer, .place = entry->pointer, .entry = entry,
		.below = STR_EMPTY, .member = STR_EMPTY};
	s.at = m->root;
	s.would_at = m->would_root;
	struct str rest = entry->pointer.n ? str_from(entry->pointer, 1) : STR_EMPTY;
	while (rest.p && rest.n) {
		struct str member = unescape(m->a, part_of(&rest));
		s.v = json_get(s.v, member);
		s.would_v = json_get(s.would_v, member);
		s.at = place_member(p, m->a, &s.at, member, s.v, true);
		s.would_at = place_member(p, m->a, &s.would_at, member, s.would_v, true);
		s.member = member;
	}
	return s;
}

static bool holds_something(const struct asker *m, const struct layout_part *part) {
	for (size_t i = 0; i < part->n; i++)
		if (json_pointer(m->f->body, part->entries[i].pointer) || map_get(&m->f->raw, part->entries[i].pointer)) return true;
	return false;
}

static bool is_wrong(const struct asker *m, const struct layout_part *part) {
	for (size_t i = 0; i < part->n; i++)
		for (size_t j = 0; j < m->f->errors_n; j++)
			if (str_starts(m->f->errors[j].where, part->entries[i].pointer)) return true;
	return false;
}

static bool is_asked(struct asker *m, const struct layout_part *part, bool *more) {
	bool now = !part->when || schema_valid(part->when, m->f->body, m->a, NULL);
	bool of_this_writer = !part->who || (part->who & m->as->roles);
	if (!now && of_this_writer) *more = true;
	return (now && of_this_writer) || holds_something(m, part) || is_wrong(m, part);
}

static bool only_empty(const struct question *q, size_t n);

static bool is_empty(const struct question *q) {
	switch (q->sort) {
	case ASK_GROUP: return only_empty(q->items, q->n);
	case ASK_ROWS: case ASK_MAP: return !q->n;
	case ASK_KEPT: case ASK_FIXED: return false;
	case ASK_MOMENT: return !q->date.n && !q->time.n;
	case ASK_CHOICE: case ASK_SELECT: case ASK_CHOICES:
		for (size_t i = 0; i < q->choices_n; i++)
			if (q->choices[i].chosen && q->choices[i].value.n) return false;
		return true;
	case ASK_TEXT: case ASK_URL: case ASK_EMAIL: case ASK_DATE: case ASK_NUMBER: case ASK_ZONE: case ASK_LINES: case ASK_MARKDOWN:
	case ASK_LIST: case ASK_BOOLEAN: case ASK_TICK:
		return !q->value.n;
	}
	return true;
}

static bool only_empty(const struct question *q, size_t n) {
	for (size_t i = 0; i < n; i++)
		if (!is_empty(&q[i])) return false;
	return true;
}

/* Who reads it is told in full once; what follows and is read by the same says only that it is not public. */
static void say_readers_once(struct question_section *s) {
	struct str last = STR_EMPTY;
	for (size_t i = 0; i < s->n; i++) {
		struct str readers = s->items[i].readers;
		if (readers.n && str_eq(readers, last)) s->items[i].readers = str_of(form_words.not_public);
		if (readers.n) last = readers;
	}
}

static void ask_section(struct asker *m, const struct layout_part *part, struct question_section *out) {
	*out = (struct question_section){.title = part->title, .help = part->help, .id = part->id, .folded = part->folded};
	out->items = arena_array(m->a, part->n + 1, sizeof *out->items);
	for (size_t i = 0; out->items && i < part->n; i++) {
		struct spot s = spot_at(m, &part->entries[i]);
		struct question *q = &out->items[out->n];
		*q = (struct question){.zone_name = STR_EMPTY};
		if (map_get(&m->asked, s.place)) continue; /* a layout that names a place twice */
		if (ask_place(m, &s, q)) out->n++;
	}
	out->folded &= only_empty(out->items, out->n);
	say_readers_once(out);
}

/* ---- what stands in no section ---- */

struct resting {
	struct asker *m;
	struct question *items;
	size_t n, room;
};

static bool something_below(const struct asker *m, struct str place) {
	size_t i = 0;
	for (struct map_slot *s; (s = map_next(&m->asked, &i));)
		if (str_starts(s->key, place) && s->key.n > place.n && s->key.p[place.n] == '/') return true;
	return false;
}

static void keep_rest(struct resting *r, const struct json *v, struct str place, int depth) {
	struct asker *m = r->m;
	for (size_t i = 0; i < json_count(v) && r->n < r->room; i++) {
		const struct json_member *member = json_member_at(v, i);
		struct str at = arena_fmt(m->a, "%.*s/%.*s", STR_ARG(place), STR_ARG(form_escaped(m->a, member->name)));
		if (map_get(&m->asked, at)) continue;
		if (depth < 8 && member->value.type == JSON_OBJECT && something_below(m, at)) {
			keep_rest(r, &member->value, at, depth + 1);
			continue;
		}
		struct spot s = {.v = &member->value, .name = at, .place = at, .member = member->name};
		s.at.title = s.at.def = STR_EMPTY;
		keep_value(m, &s, &r->items[r->n]);
		r->items[r->n++].silent = true;
	}
}

/* ---- errors ---- */

static struct question *nearest(struct asker *m, struct str where) {
	while (where.n) {
		struct question *q = map_get(&m->asked, where);
		if (q && !(q->sort == ASK_KEPT && q->silent)) return q;
		where = str_sub(where, 0, str_rfind_char(where, '/'));
	}
	return NULL;
}

static void add_id(struct buf *out, struct str id, const char *end, bool there) {
	if (!there) return;
	if (out->n) buf_add_char(out, ' ');
	buf_add(out, id);
	buf_add(out, str_of(end));
}

static struct str description_of(struct arena *a, const struct question *q) {
	autobuf struct buf out = BUF(4000);
	add_id(&out, q->id, ".help", q->help.n > 0);
	add_id(&out, q->id, ".readers", q->readers.n > 0);
	add_id(&out, q->id, ".error", q->error.n > 0);
	return arena_str(a, buf_str(&out));
}

static bool spread_wrong(struct arena *a, struct question *q) {
	q->wrong = q->error.n > 0;
	q->described = description_of(a, q);
	for (size_t i = 0; i < q->n; i++)
		if (spread_wrong(a, &q->items[i])) q->wrong = true;
	if (q->wrong) q->folded = false;
	return q->wrong;
}

/* Where the summary's link leads: the control itself. */
static struct str target_of(struct asker *m, const struct question *q) {
	if (q->sort == ASK_MOMENT) return arena_cat(m->a, q->id, S(".date"));
	if (q->sort == ASK_GROUP || q->sort == ASK_ROWS || q->sort == ASK_MAP || q->sort == ASK_KEPT) return arena_cat(m->a, q->id, S(".group"));
	return q->id;
}

static struct form_error *place_errors(struct asker *m, struct questions *out) {
	const struct filled *f = m->f;
	struct form_error *errors = arena_array(m->a, f->errors_n + 1, sizeof *errors);
	for (size_t i = 0; errors && i < f->errors_n; i++) {
		struct question *q = f->errors[i].where.n ? nearest(m, f->errors[i].where) : NULL;
		errors[i] = (struct form_error){q ? target_of(m, q) : STR_EMPTY, f->errors[i].words};
		if (!q) continue;
		bool said = str_find(q->error, f->errors[i].words) != STR_NONE;
		if (!said) q->error = q->error.n ? arena_fmt(m->a, "%.*s %.*s", STR_ARG(q->error), STR_ARG(f->errors[i].words)) : f->errors[i].words;
	}
	for (size_t i = 0; i < out->n; i++)
		for (size_t j = 0; j < out->sections[i].n; j++)
			if (spread_wrong(f->a, &out->sections[i].items[j])) out->sections[i].wrong = true;
	for (size_t i = 0; i < out->n; i++) out->sections[i].folded &= !out->sections[i].wrong;
	return errors;
}

enum err_code form_questions(struct filled *f, const struct asking *as, struct questions *out, struct err *e) {
	const struct plan *p = f->plan;
	struct asking state = *as;
	if (!state.state.n) state.state = p->kind->initial;
	struct asker m = {.f = f, .a = f->a, .as = &state, .asked = {.arena = f->a}};
	struct questions q = {0};
	look_ahead(&m);
	m.root = place_root(p, f->a, f->body, true);
	m.would_root = place_root(p, f->a, m.would, true);
	q.sections = arena_array(f->a, p->n + 1, sizeof *q.sections);
	for (size_t i = 0; q.sections && i < p->n; i++) {
		if (!is_asked(&m, &p->parts[i], &q.more)) continue;
		ask_section(&m, &p->parts[i], &q.sections[q.n]);
		if (q.sections[q.n].n) q.n++;
	}
	struct resting r = {.m = &m, .room = 2000};
	r.items = arena_array(f->a, r.room, sizeof *r.items);
	if (r.items) keep_rest(&r, f->body, STR_EMPTY, 0);
	q.rest = r.items;
	q.rest_n = r.n;
	q.zones = m.zones;
	q.errors = place_errors(&m, &q);
	q.errors_n = f->errors_n;
	if (arena_failed(f->a)) return err_set(e, ERR_MEMORY, "the form is too large");
	if (r.n == r.room) return err_set(e, ERR_TOO_LARGE, "the record has too many fields for a form");
	*out = q;
	return ERR_OK;
}

/* ---- answers ---- */

struct answering {
	struct arena *a;
	struct answer *items;
	size_t n, room;
};

static void add(struct answering *x, struct str name, struct str value) {
	if (x->n == x->room) {
		size_t room = x->room ? 2 * x->room : 64;
		struct answer *more = arena_array(x->a, room, sizeof *more);
		if (!more) return;
		if (x->n) memcpy(more, x->items, x->n * sizeof *more);
		x->items = more;
		x->room = room;
	}
	x->items[x->n++] = (struct answer){name, value};
}

static void add_question(struct answering *x, const struct question *q) {
	if (q->map_row) add(x, arena_cat(x->a, S("key:"), q->name), q->key);
	if (q->hollow.n) add(x, arena_cat(x->a, S("kept:"), q->name), q->hollow);
	switch (q->sort) {
	case ASK_KEPT: case ASK_FIXED: add(x, arena_cat(x->a, S("kept:"), q->name), q->json); break;
	case ASK_GROUP: case ASK_ROWS: case ASK_MAP: break;
	case ASK_MOMENT:
		add(x, arena_cat(x->a, S("date:"), q->name), q->date);
		add(x, arena_cat(x->a, S("time:"), q->name), q->time);
		add(x, q->zone_name, q->zone);
		break;
	case ASK_CHOICES:
		if (q->json.n) add(x, arena_cat(x->a, S("order:"), q->name), q->json);
		for (size_t i = 0; i < q->choices_n; i++)
			if (q->choices[i].chosen) add(x, q->name, q->choices[i].value);
		break;
	case ASK_CHOICE: case ASK_SELECT:
		for (size_t i = 0; i < q->choices_n; i++)
			if (q->choices[i].chosen) add(x, q->name, q->choices[i].value);
		break;
	case ASK_TICK:
		if (q->value.n) add(x, q->name, q->value);
		break;
	case ASK_TEXT: case ASK_URL: case ASK_EMAIL: case ASK_DATE: case ASK_NUMBER: case ASK_ZONE: case ASK_LINES: case ASK_MARKDOWN:
	case ASK_LIST: case ASK_BOOLEAN:
		add(x, q->name, q->value);
		break;
	}
	for (size_t i = 0; i < q->n; i++) add_question(x, &q->items[i]);
}

enum err_code form_answers(const struct questions *q, struct arena *a, struct answer **out, size_t *n, struct err *e) {
	struct answering x = {.a = a};
	for (size_t i = 0; i < q->n; i++)
		for (size_t j = 0; j < q->sections[i].n; j++) add_question(&x, &q->sections[i].items[j]);
	for (size_t i = 0; i < q->rest_n; i++) add_question(&x, &q->rest[i]);
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "the form is too large");
	*out = x.items;
	*n = x.n;
	return x.n > ANSWERS ? err_set(e, ERR_TOO_LARGE, "the form has more answers than can be sent") : ERR_OK;
}
