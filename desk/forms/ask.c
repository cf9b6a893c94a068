#include "ask.h"

#include "desk/forms/words.h"
#include "desk/registry/present.h"

enum { TEXT_LINE = 2000, RADIOS = 5, ROW_FIRST = 5, ROW_MOST = 7, SUMMARY = 110, KEPT_WORDS = 200 };

/* ---- the page's names ---- */

struct str form_id(struct arena *a, struct str pointer) {
	char *p = arena_alloc(a, pointer.n + 2);
	if (!p) return S("f");
	p[0] = 'f';
	for (size_t i = 0; i < pointer.n; i++) {
		char c = pointer.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
		p[i + 1] = plain ? c : '.';
	}
	return str_n(p, pointer.n + 1);
}

/* ---- small questions about places ---- */

bool value_is_hollow(const struct json *v) {
	switch (json_type(v)) {
	case JSON_NULL: return v != NULL;
	case JSON_STRING: return v->string.n == 0;
	case JSON_ARRAY: case JSON_OBJECT: return v->n == 0;
	case JSON_BOOL: case JSON_INT: case JSON_REAL: return false;
	}
	return false;
}

static struct str raw_of(const struct asker *m, const char *prefix, struct str place) {
	const struct str *raw = map_get(&m->f->raw, arena_cat(m->a, str_of(prefix), place));
	return raw ? *raw : STR_EMPTY;
}

static bool is_below(struct str place, struct str top) {
	return str_starts(place, top) && (place.n == top.n || place.p[top.n] == '/');
}

static bool is_wrong(const struct asker *m, struct str place) {
	for (size_t i = 0; i < m->f->errors_n; i++)
		if (m->f->errors[i].where.n && is_below(m->f->errors[i].where, place)) return true;
	return false;
}

static bool is_open(const struct asker *m, struct str place) {
	return map_get(&m->f->open, place) || is_wrong(m, place);
}

static size_t longest(const struct place *at) {
	int64_t most = json_integer(place_keyword(at, S("maxLength")), 0);
	return most > 0 ? (size_t)most : 0;
}

static const struct str *deciding_move(const struct asker *m, struct str place) {
	const struct kind *kind = m->f->plan->kind;
	for (size_t i = 0; i < kind->moves_n; i++) {
		const struct kind_move *move = &kind->moves[i];
		if (!kind_move_from(move, m->as->state)) continue;
		for (size_t j = 0; j < move->requires_.n; j++)
			if (str_eq(move->requires_.items[j], place)) return &move->title;
	}
	return NULL;
}

static void mark_needed(const struct asker *m, const struct spot *s, struct question *q) {
	q->required = s->at.required;
	if (q->required) return;
	const struct str *move = deciding_move(m, s->place);
	if (move) q->needed = *move;
	else if (s->would_at.required) q->needed = m->needs;
}

/* ---- who reads it ---- */

static struct str audiences_words(struct arena *a, unsigned audiences) {
	const struct {
		unsigned bit;
		const char *words;
	} all[] = {{PARTIES, words.audience_parties}, {OWNER, words.audience_owner}, {COORDINATORS, words.audience_coordinators},
		{PANEL, words.audience_panel}, {REGULATOR, words.audience_regulator}, {DOWNSTREAM, words.audience_downstream},
		{SEALED, words.audience_sealed}};
	autobuf struct buf out = BUF(1000);
	size_t left = 0;
	for (size_t i = 0; i < lengthof(all); i++) left += (audiences & all[i].bit) != 0;
	if (!left) return str_of(words.audience_nobody);
	for (size_t i = 0, said = 0; i < lengthof(all); i++) {
		if (!(audiences & all[i].bit)) continue;
		if (said) buf_fmt(&out, said + 1 == left ? " %s " : ", ", form_words.and_);
		buf_add(&out, str_of(all[i].words));
		said++;
	}
	return arena_str(a, buf_str(&out));
}

static unsigned mark_readers(const struct asker *m, const struct spot *s, struct question *q) {
	unsigned audiences = visibility_of(m->f->plan->kind->visibility, s->place);
	if (!(audiences & PUBLIC) && audiences != s->audiences)
		q->readers = words_with(m->a, form_words.read_by, audiences_words(m->a, audiences));
	return audiences;
}

/* ---- kept ---- */

/* The first words of a value, for a reader. */
static void add_words(struct asker *m, struct buf *out, const struct json *v, int depth) {
	if (out->n > KEPT_WORDS || depth > 3) return;
	switch (json_type(v)) {
	case JSON_NULL: break;
	case JSON_BOOL: buf_add(out, str_of(v->boolean ? words.yes : words.no)); break;
	case JSON_INT: case JSON_REAL: buf_add(out, json_text(m->a, v)); break;
	case JSON_STRING: buf_add(out, str_cut_utf8(v->string, KEPT_WORDS)); break;
	case JSON_ARRAY: case JSON_OBJECT:
		for (size_t i = 0; i < v->n && out->n < KEPT_WORDS; i++) {
			size_t before = out->n;
			if (i) buf_add(out, S(", "));
			size_t start = out->n;
			add_words(m, out, v->type == JSON_ARRAY ? &v->items[i] : &v->members[i].value, depth + 1);
			if (out->n == start) out->n = before;
		}
		break;
	}
}

static struct str short_words(struct asker *m, const struct json *v, size_t most) {
	autobuf struct buf out = BUF(16 << 10);
	add_words(m, &out, v, 0);
	struct str s = arena_str(m->a, buf_str(&out));
	for (size_t i = 0; i < s.n && s.n; i++)
		if (s.p[i] == '\n') s.n = i;
	return s.n <= most ? s : arena_cat(m->a, str_cut_utf8(s, most), S(" …"));
}

void keep_value(struct asker *m, const struct spot *s, struct question *q) {
	*q = (struct question){
		.sort = ASK_KEPT,
		.name = s->name,
		.place = s->place,
		.id = form_id(m->a, s->name),
		.title = place_title(m->a, &s->at, s->member),
		.value = short_words(m, s->v, KEPT_WORDS),
		.json = json_canonical(m->a, s->v),
	};
	m->controls++;
	void **at = map_at(&m->asked, s->place);
	if (at) *at = q;
}

/* ---- choices ---- */

static void set_choices(struct asker *m, const struct spot *s, struct question *q, const struct json *choices, bool with_none) {
	const struct json *v = json_is(s->v, JSON_STRING) ? s->v : NULL;
	bool known = !v || !v->string.n;
	for (size_t i = 0; i < json_count(choices) && !known; i++) known = json_equal(json_at(choices, i), v);
	size_t n = json_count(choices);
	struct question_choice *list = arena_array(m->a, n + 2, sizeof *list);
	if (!list) return;
	q->choices = list;
	for (size_t i = 0; i < n; i++) {
		struct str value = json_string(json_at(choices, i));
		list[q->choices_n++] = (struct question_choice){value, choice_words(m->a, place_keyword(&s->at, S("x-choices")), value), STR_EMPTY, v && str_eq(v->string, value)};
	}
	if (!known) list[q->choices_n++] = (struct question_choice){v->string, v->string, STR_EMPTY, true};
	if (with_none) list[q->choices_n++] = (struct question_choice){STR_EMPTY, str_of(form_words.not_said), STR_EMPTY, !v || !v->string.n};
	for (size_t i = 0; i < q->choices_n; i++)
		list[i].id = i ? arena_fmt(m->a, "%.*s.%zu", STR_ARG(q->id), i) : q->id;
}

static bool ask_choices(struct asker *m, const struct spot *s, struct question *q, const struct json *choices) {
	size_t n = json_count(choices), chosen = 0, last = 0;
	bool in_order = true;
	struct question_choice *list = arena_array(m->a, n + 1, sizeof *list);
	if (!list) return false;
	for (size_t i = 0; i < n; i++) {
		struct str value = json_string(json_at(choices, i));
		list[i] = (struct question_choice){value, choice_words(m->a, place_keyword(&s->at, S("x-choices")), value), i ? arena_fmt(m->a, "%.*s.%zu", STR_ARG(q->id), i) : q->id, false};
	}
	for (size_t i = 0; i < json_count(s->v); i++) {
		const struct json *item = json_at(s->v, i);
		size_t at = 0;
		while (at < n && !(json_is(item, JSON_STRING) && str_eq(list[at].value, item->string))) at++;
		if (at == n || list[at].chosen) return false;
		in_order &= at >= last;
		last = at;
		list[at].chosen = true;
		chosen++;
	}
	q->sort = ASK_CHOICES;
	q->choices = list;
	q->choices_n = n;
	if (!in_order) q->json = json_canonical(m->a, s->v);
	m->controls += n;
	return chosen || !json_count(s->v);
}

/* ---- single values ---- */

static enum question_sort sort_of_text(const struct spot *s, struct str widget, struct str value) {
	const struct place *at = &s->at;
	struct str format = json_string(place_keyword(at, S("format")));
	bool tall = str_find_char(value, '\n') != STR_NONE;
	if (str_is(widget, "markdown")) return ASK_MARKDOWN;
	if (str_is(widget, "lines") || tall) return ASK_LINES;
	if (str_is(at->def, "time-zone")) return ASK_ZONE;
	if (str_is(at->def, "partial-date") || str_is(at->def, "when") || str_is(format, "date")) return ASK_DATE;
	if (str_is(at->def, "url") || str_is(at->def, "web-address") || str_is(format, "uri") || str_is(widget, "url")) return ASK_URL;
	if (str_is(format, "email")) return ASK_EMAIL;
	if (str_is(widget, "text")) return ASK_TEXT;
	size_t most = longest(at);
	return !most || most > TEXT_LINE ? ASK_LINES : ASK_TEXT;
}

static bool ask_moment(struct asker *m, const struct spot *s, struct question *q) {
	struct moment_text t = {raw_of(m, "date:", s->place), raw_of(m, "time:", s->place), raw_of(m, "zone:", s->place)};
	if (json_is(s->v, JSON_STRING) && s->v->string.n && !value_moment_text(m->a, &s->at, s->v->string, q->zone, &t)) {
		/* Not in the zone that stands beside it: then in the one that it says itself. */
		if (!q->zone.n || !value_moment_text(m->a, &s->at, s->v->string, STR_EMPTY, &t)) return false;
		q->zone_name = STR_EMPTY;
	}
	q->sort = ASK_MOMENT;
	q->date = t.date;
	q->time = t.time;
	if (t.zone.n) q->zone = t.zone;
	q->as_text = (t.date.n && !date_full(t.date)) || (t.time.n && t.time.n != 5 && t.time.n != 8) || (t.time.n > 2 && t.time.p[2] != ':');
	m->zones = true;
	m->controls += 3;
	return true;
}

static bool ask_scalar(struct asker *m, const struct spot *s, struct question *q) {
	struct str widget = s->entry ? s->entry->widget : STR_EMPTY;
	unsigned types = place_types(&s->at);
	const struct json *choices = place_choices(&s->at);
	struct str raw = raw_of(m, "", s->place), text = raw;
	bool hollow = value_is_hollow(s->v);
	if (place_is_moment(&s->at)) {
		if (!q->zone_name.n) q->zone_name = arena_cat(m->a, S("zone:"), s->name);
		bool asked = ask_moment(m, s, q);
		if (asked && !q->zone_name.n) q->zone_name = arena_cat(m->a, S("zone:"), s->name);
		return asked;
	}
	if (s->v && !hollow && !value_text(m->a, &s->at, s->v, &text)) {
		/* Line ends of another sort and the like: may be written anew, but only when somebody means to. */
		if (!json_is(s->v, JSON_STRING) || !is_open(m, s->place)) return false;
		text = value_lines(m->a, s->v->string);
	}
	m->controls++;
	q->value = text;
	q->most = longest(&s->at);
	if (types == PLACE_BOOL) {
		q->sort = str_is(widget, "tick") && !str_is(text, "false") ? ASK_TICK : ASK_BOOLEAN;
	} else if (choices && !raw.n) {
		q->sort = (json_count(choices) <= RADIOS && !str_is(widget, "select")) || str_is(widget, "radio") ? ASK_CHOICE : ASK_SELECT;
		set_choices(m, s, q, choices, !s->at.required || !text.n);
	} else if (!(types & (PLACE_STRING | PLACE_BOOL | PLACE_NULL))) {
		q->sort = ASK_NUMBER;
	} else if (types == PLACE_STRING) {
		q->sort = sort_of_text(s, widget, text);
		m->zones |= q->sort == ASK_ZONE;
	} else {
		q->sort = str_find_char(text, '\n') == STR_NONE ? ASK_TEXT : ASK_LINES;
	}
	return true;
}

/* ---- groups, rows, maps ---- */

static const struct layout_entry *entry_inside(const struct spot *s, struct str relative) {
	for (size_t i = 0; i < s->inside_n; i++)
		if (str_eq(s->inside[i].pointer, relative)) return &s->inside[i];
	return NULL;
}

static struct spot spot_below(struct asker *m, const struct spot *s, struct str member, struct str step, unsigned audiences) {
	struct spot c = {.member = member, .audiences = audiences, .depth = s->depth + 1};
	const struct kind *kind = place_kind(m->f->plan, &s->at);
	const struct plan *embedded = kind ? plan_of(m->f->plan->all, kind) : NULL;
	bool anew = embedded || (s->entry && s->entry->n);
	const struct layout_entry *list = embedded ? embedded->flat : anew ? s->entry->inside : s->inside;
	size_t n = embedded ? embedded->flat_n : anew ? s->entry->n : s->inside_n;
	struct str below = anew ? STR_EMPTY : s->below;
	c.inside = list;
	c.inside_n = n;
	c.below = arena_fmt(m->a, "%.*s/%.*s", STR_ARG(below), STR_ARG(step));
	c.entry = n ? entry_inside(&c, c.below) : NULL;
	return c;
}

static struct spot member_spot(struct asker *m, const struct spot *s, struct str name, unsigned audiences) {
	struct str step = form_escaped(m->a, name);
	struct spot c = spot_below(m, s, name, step, audiences);
	const struct plan *p = m->f->plan;
	c.v = json_get(s->v, name);
	c.would_v = json_get(s->would_v, name);
	c.at = place_member(p, m->a, &s->at, name, c.v, true);
	c.would_at = place_member(p, m->a, &s->would_at, name, c.would_v, true);
	c.name = arena_fmt(m->a, "%.*s/%.*s", STR_ARG(s->name), STR_ARG(step));
	c.place = arena_fmt(m->a, "%.*s/%.*s", STR_ARG(s->place), STR_ARG(step));
	return c;
}

/* A choice that conditions make for the writer. */
static bool is_derived(const struct place *parent, struct str name) {
	for (size_t i = 0; i < parent->n; i++) {
		const struct json *all = json_get_lit(parent->parts[i], "allOf");
		for (size_t j = 0; j < json_count(all); j++) {
			const struct json *then = json_get_lit(json_at(all, j), "then");
			if (json_is(json_get_lit(json_get(json_get_lit(then, "properties"), name), "const"), JSON_STRING)) return true;
		}
	}
	return false;
}

/* A moment and the zone that stands beside it are one question. */
static bool takes_zone_along(struct asker *m, const struct spot *parent, const struct spot *c, struct question *q) {
	struct place zone = place_member(m->f->plan, m->a, &parent->at, S("time_zone"), NULL, true);
	if (!zone.exists || !str_is(zone.def, "time-zone")) return false;
	struct str place = arena_cat(m->a, parent->place, S("/time_zone"));
	struct str value = raw_of(m, "", place);
	const struct json *v = json_get_lit(parent->v, "time_zone");
	struct moment_text t;
	if (v && !value_text(m->a, &zone, v, &value)) return false;
	bool fits = !json_string(c->v).n || (value.n && value_moment_text(m->a, &c->at, c->v->string, value, &t));
	if (!fits) return false;
	q->zone_name = arena_cat(m->a, parent->name, S("/time_zone"));
	q->zone = value;
	return true;
}

static bool is_asked(struct asker *m, const struct spot *s) {
	if (s->at.forbidden || !s->at.exists) return false;
	return !s->entry || !s->entry->when || schema_valid(s->entry->when, m->f->body, m->a, NULL);
}

static bool ask_group(struct asker *m, const struct spot *s, struct question *q, unsigned audiences) {
	size_t n;
	struct str *names = place_members(&s->at, m->a, &n);
	q->items = arena_array(m->a, n + json_count(s->v) + 1, sizeof *q->items);
	q->sort = ASK_GROUP;
	if (!names || !q->items) return false;
	bool zone_taken = false;
	size_t zone_of = n;
	struct question with_zone = {.zone_name = STR_EMPTY};
	for (size_t i = 0; i < n && !zone_taken; i++) {
		struct spot c = member_spot(m, s, names[i], audiences);
		if (!place_is_moment(&c.at) || !is_asked(m, &c)) continue;
		zone_taken = takes_zone_along(m, s, &c, &with_zone);
		zone_of = i;
	}
	for (size_t i = 0; i < n; i++) {
		struct spot c = member_spot(m, s, names[i], audiences);
		struct question *item = &q->items[q->n];
		*item = zone_taken && zone_of == i ? with_zone : (struct question){.zone_name = STR_EMPTY};
		if (zone_taken && str_is(names[i], "time_zone")) {
			/* Errors about the zone belong to the moment. */
			for (size_t j = 0; j < q->n; j++)
				if (q->items[j].sort == ASK_MOMENT && str_eq(q->items[j].zone_name, c.name)) *map_at(&m->asked, c.place) = &q->items[j];
			continue;
		}
		if (is_derived(&s->at, names[i]) && place_choices(&c.at)) {
			const struct json *fixed = place_keyword(&c.at, S("const"));
			if (!c.v && !fixed) continue;
			if (fixed && (!c.v || json_equal(fixed, c.v))) {
				struct spot told = c;
				if (!c.v) continue; /* form_settle fills it in */
				keep_value(m, &told, item);
				item->sort = ASK_FIXED;
				item->value = value_words(m->a, json_string(c.v));
				item->help = c.at.description;
				q->n++;
				continue;
			}
		}
		if (ask_place(m, &c, item)) q->n++;
	}
	/* Members that the schema does not list: nothing asks for them, nothing loses them. */
	for (size_t i = 0; i < json_count(s->v); i++) {
		const struct json_member *member = json_member_at(s->v, i);
		bool known = false;
		for (size_t j = 0; j < n && !known; j++) known = str_eq(names[j], member->name);
		if (known) continue;
		struct spot c = member_spot(m, s, member->name, audiences);
		keep_value(m, &c, &q->items[q->n]);
		q->items[q->n++].silent = true;
	}
	if (s->in_row && q->n > ROW_MOST) q->rare = ROW_FIRST;
	return true;
}

static struct str article(struct str noun) {
	return noun.n && strchr("aeiouAEIOU", noun.p[0]) ? S("an ") : S("a ");
}

struct str small_first(struct arena *a, struct str s) {
	if (s.n < 2 || s.p[0] < 'A' || s.p[0] > 'Z' || (s.p[1] >= 'A' && s.p[1] <= 'Z')) return s;
	char *p = arena_alloc(a, s.n + 1);
	if (!p) return s;
	memcpy(p, s.p, s.n);
	p[0] = (char)(p[0] - 'A' + 'a');
	return str_n(p, s.n);
}

/* "Systems" → "System", "Entries" → "Entry"; "" where it can't be told. */
static struct str singular(struct arena *a, struct str title) {
	if (str_find_char(title, ' ') != STR_NONE) return STR_EMPTY;
	if (str_ends(title, S("ies")) && title.n > 4) return arena_cat(a, str_sub(title, 0, title.n - 3), S("y"));
	if (str_ends(title, S("s")) && !str_ends(title, S("ss")) && !str_ends(title, S("us"))) return str_sub(title, 0, title.n - 1);
	return STR_EMPTY;
}

static void name_rows(struct asker *m, struct question *q, const struct place *item) {
	struct str one = singular(m->a, q->title);
	if (!one.n) one = item->title;
	q->add = one.n ? words_with(m->a, form_words.add, arena_cat(m->a, article(one), small_first(m->a, one)))
				   : words_with(m->a, form_words.add_to, q->title);
	q->row = one.n ? one : q->title;
}

static void mark_row(struct asker *m, struct question *q, struct question *row, size_t i, size_t n, const struct json *v) {
	row->is_row = true;
	row->first = i == 0;
	row->last = i + 1 == n;
	row->title = words_with(m->a, form_words.row, q->row, arena_fmt(m->a, "%zu", i + 1));
	row->help = STR_EMPTY;
	row->required = false;
	row->needed = STR_EMPTY;
	if (row->sort == ASK_GROUP || row->sort == ASK_KEPT) row->value = short_words(m, v, SUMMARY);
	row->folded = row->sort == ASK_GROUP && n > 3 && v && !is_open(m, row->place) && !str_eq(m->f->acted, row->place);
	row->blank = !v;
}

static bool ask_rows(struct asker *m, const struct spot *s, struct question *q, unsigned audiences) {
	const struct plan *p = m->f->plan;
	size_t n = json_count(s->v), most_open = m->as->rows ? m->as->rows : FORM_ROWS_OPEN;
	struct place item = place_item(p, m->a, &s->at, NULL, true);
	bool blank = map_get(&m->f->blank, s->name) || (!n && (q->required || q->needed.n) && s->depth < 2);
	int64_t most = json_integer(place_keyword(&s->at, S("maxItems")), INT64_MAX);
	blank &= (int64_t)n < most;
	q->sort = ASK_ROWS;
	q->items = arena_array(m->a, n + 2, sizeof *q->items);
	if (!q->items) return false;
	name_rows(m, q, &item);
	if ((int64_t)(n + blank) >= most) q->add = STR_EMPTY;
	for (size_t i = 0; i < n + blank; i++) {
		struct question *row = &q->items[q->n];
		struct str step = arena_fmt(m->a, "%zu", i);
		struct spot c = spot_below(m, s, step, S("*"), audiences);
		c.v = json_at(s->v, i);
		c.would_v = json_at(s->would_v, i);
		c.at = place_item(p, m->a, &s->at, c.v, true);
		c.would_at = place_item(p, m->a, &s->would_at, c.would_v, true);
		c.name = arena_fmt(m->a, "%.*s/%zu", STR_ARG(s->name), i);
		c.place = arena_fmt(m->a, "%.*s/%zu", STR_ARG(s->place), i);
		c.in_row = true;
		bool closed = c.v && (i >= most_open || m->controls > FORM_CONTROLS) && !is_open(m, c.place);
		*row = (struct question){.zone_name = STR_EMPTY};
		if (closed) {
			keep_value(m, &c, row);
			row->can_open = m->controls < 3 * FORM_CONTROLS;
		} else if (!ask_place(m, &c, row)) {
			continue;
		}
		mark_row(m, q, row, i, n + blank, c.v);
		q->n++;
	}
	return true;
}

static bool ask_map(struct asker *m, const struct spot *s, struct question *q, unsigned audiences) {
	size_t n = json_count(s->v);
	bool blank = map_get(&m->f->blank, s->name) != NULL;
	q->sort = ASK_MAP;
	q->items = arena_array(m->a, n + 2, sizeof *q->items);
	if (!q->items) return false;
	struct place none = {.title = STR_EMPTY};
	name_rows(m, q, &none);
	for (size_t i = 0; i < n + blank; i++) {
		struct question *row = &q->items[q->n];
		const struct json_member *member = json_member_at(s->v, i);
		struct str key = member ? member->name : STR_EMPTY, again;
		struct json name = {.type = JSON_STRING, .string = key};
		struct place text = {.title = STR_EMPTY};
		struct spot c = member_spot(m, s, key, audiences);
		c.name = arena_fmt(m->a, "%.*s/%zu", STR_ARG(s->name), i);
		if (member && (!key.n || !value_text(m->a, &text, &name, &again) || str_find_char(key, '\n') != STR_NONE)) return false;
		*row = (struct question){.zone_name = STR_EMPTY};
		if (!ask_place(m, &c, row)) continue;
		mark_row(m, q, row, i, n + blank, c.v);
		row->map_row = true;
		row->key = key;
		q->n++;
	}
	return true;
}

static bool ask_list(struct asker *m, const struct spot *s, struct question *q, unsigned audiences) {
	struct place item = place_item(m->f->plan, m->a, &s->at, NULL, false);
	unsigned types = place_types(&item);
	const struct json *choices = types == PLACE_STRING ? place_choices(&item) : NULL;
	if (choices) return ask_choices(m, s, q, choices);
	bool single = !(types & ~(unsigned)PLACE_SCALAR) && longest(&item) <= 2 * TEXT_LINE && !place_is_moment(&item);
	bool commas = place_takes_commas(&s->at);
	q->value = raw_of(m, "", s->place);
	if (single && (!s->v || value_is_hollow(s->v) || value_list_text(m->a, &item, s->v, commas, &q->value))) {
		q->sort = ASK_LIST;
		q->tags = commas;
		m->controls++;
		return true;
	}
	q->value = STR_EMPTY;
	return ask_rows(m, s, q, audiences);
}

/* ---- one place ---- */

static bool type_holds(unsigned types, const struct json *v) {
	switch (json_type(v)) {
	case JSON_NULL: return true;
	case JSON_BOOL: case JSON_INT: case JSON_REAL: case JSON_STRING: return !(types & (PLACE_ARRAY | PLACE_OBJECT));
	case JSON_ARRAY: return types == PLACE_ARRAY;
	case JSON_OBJECT: return types == PLACE_OBJECT;
	}
	return false;
}

static bool ask_value(struct asker *m, const struct spot *s, struct question *q, unsigned audiences) {
	unsigned types = place_types(&s->at);
	if (s->v && !value_is_hollow(s->v) && !type_holds(types, s->v)) return false;
	if (s->depth >= FORM_NESTING) return false;
	if (m->controls > 2 * FORM_CONTROLS && s->v && !is_open(m, s->place)) return false;
	if (!(types & ~(unsigned)PLACE_SCALAR)) return ask_scalar(m, s, q);
	if (types == PLACE_ARRAY) return ask_list(m, s, q, audiences);
	if (place_is_map(&s->at)) return ask_map(m, s, q, audiences);
	if (types == PLACE_OBJECT && json_count(place_keyword(&s->at, S("properties")))) return ask_group(m, s, q, audiences);
	return false;
}

bool ask_place(struct asker *m, const struct spot *s, struct question *q) {
	bool asked = is_asked(m, s) && !(s->entry && str_is(s->entry->widget, "hidden"));
	if (!asked && !s->v) return false;
	struct question zone = *q;
	*q = (struct question){
		.name = s->name,
		.place = s->place,
		.id = form_id(m->a, s->name),
		.title = place_title(m->a, &s->at, s->member),
		.help = s->at.description,
		.zone_name = zone.zone_name,
		.zone = zone.zone,
	};
	void **slot = map_at(&m->asked, s->place);
	if (slot) *slot = q;
	if (asked) {
		mark_needed(m, s, q);
		unsigned audiences = mark_readers(m, s, q);
		q->decides = plan_decides(m->f->plan, s->member);
		q->help_id = arena_cat(m->a, q->id, S(".help"));
		q->error_id = arena_cat(m->a, q->id, S(".error"));
		if (ask_value(m, s, q, audiences)) {
			if (value_is_hollow(s->v)) q->hollow = json_canonical(m->a, s->v);
			return true;
		}
	}
	if (!s->v) return false;
	struct str readers = q->readers;
	keep_value(m, s, q);
	q->readers = readers;
	q->not_asked = !asked && !(s->entry && str_is(s->entry->widget, "hidden"));
	q->silent = s->entry && str_is(s->entry->widget, "hidden");
	q->can_open = asked && json_is(s->v, JSON_STRING);
	return true;
}
