#include "present.h"

#include "desk/site/words.h"

enum { LINE = 160, CELL = 280, COLUMNS = 6, CHIP = 40, WORDY = 60, ADDRESS = 64 };

struct maker {
	const struct describing *d;
	struct arena *a;
	int depth;
};

static struct shown value_of(struct maker *m, const struct described *of, const struct json *v);

static bool present_has_value(const struct json *v) {
	switch (json_type(v)) {
	case JSON_NULL: return false;
	case JSON_STRING: return v->string.n > 0;
	case JSON_ARRAY:
	case JSON_OBJECT:
		for (size_t i = 0; i < v->n; i++)
			if (present_has_value(v->type == JSON_ARRAY ? &v->items[i] : &v->members[i].value)) return true;
		return false;
	case JSON_BOOL: case JSON_INT: case JSON_REAL: return true;
	}
	return false;
}

/* ---- single values ---- */

static bool is_web_address(struct str s) {
	if (!str_starts(s, S("https://")) && !str_starts(s, S("http://"))) return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ') return false;
	return true;
}

/* Without scheme and "www.", and not longer than a line needs. */
static struct str address_words(struct arena *a, struct str url) {
	size_t scheme = str_find(url, S("://"));
	struct str s = scheme == STR_NONE ? url : str_from(url, scheme + 3);
	if (str_starts(s, S("www."))) s = str_from(s, 4);
	if (str_ends(s, S("/"))) s.n--;
	return s.n <= ADDRESS ? s : arena_cat(a, str_cut_utf8(s, ADDRESS - 3), S("…"));
}

static struct str host_of(struct arena *a, struct str url) {
	struct str s = address_words(a, url);
	size_t slash = str_find_char(s, '/');
	return slash == STR_NONE ? s : str_sub(s, 0, slash);
}

static bool is_date(const struct described *of) {
	struct str format = json_get_str(of->schema, S("format"));
	return str_is(of->def, "when") || str_is(of->def, "moment") || str_is(of->def, "partial-date")
		|| str_is(format, "date") || str_is(format, "date-time");
}

static struct shown string_of(struct maker *m, const struct described *of, struct str s) {
	struct shown out = {.as = SHOWN_TEXT, .text = s, .in_line = true};
	if (of->choices) {
		out.text = choice_words(m->a, json_get_lit(of->schema, "x-choices"), s);
	} else if (is_date(of)) {
		out.as = SHOWN_DATE;
		out.text = date_words(m->a, s);
		out.url = s;
	} else if (is_web_address(s)) {
		out.as = SHOWN_LINK;
		out.text = address_words(m->a, s);
		out.url = s;
	} else if (s.n > LINE || str_find_char(s, '\n') != STR_NONE) {
		out.as = SHOWN_LONG;
		out.in_line = false;
	}
	return out;
}

static struct str number_of(struct arena *a, const struct json *v) {
	if (v->type == JSON_INT) return number_words(a, v->integer);
	char text[JSON_REAL_TEXT];
	return arena_str(a, json_real_text(v->real, text));
}

/* ---- arrays ---- */

static bool is_short(const struct shown *s) {
	if (s->as != SHOWN_TEXT) return s->as == SHOWN_DATE;
	return s->text.n <= CHIP && !str_ends(s->text, S("."));
}

static struct shown list_of(struct maker *m, const struct described *of, const struct json *v) {
	struct described item = describe_item(m->d, of);
	struct shown *items = arena_array(m->a, v->n, sizeof *items);
	struct shown out = {.as = SHOWN_CHIPS, .items = items, .in_line = true};
	for (size_t i = 0; items && i < v->n; i++) {
		if (!present_has_value(json_at(v, i))) continue;
		if (out.n == PRESENT_ITEMS) {
			out.more++;
			continue;
		}
		items[out.n] = value_of(m, &item, json_at(v, i));
		items[out.n].label = STR_EMPTY;
		if (!is_short(&items[out.n])) out.as = SHOWN_LIST;
		out.n++;
	}
	if (out.as == SHOWN_LIST) out.in_line = out.n == 1 && items[0].in_line;
	return out;
}

/* The names of the members that any row has, in the order of the schema, then of the rows. */
static struct str *names_of(struct maker *m, const struct described *item, const struct json *rows, size_t *n) {
	struct map seen = {.arena = m->a};
	size_t most = json_count(json_get_lit(item->schema, "properties"));
	for (size_t i = 0; i < rows->n; i++) most += json_count(json_at(rows, i));
	struct str *names = arena_array(m->a, most + 1, sizeof *names);
	*n = 0;
	for (size_t i = 0; names && i < rows->n; i++) {
		for (const struct json_member *x = json_at(rows, i)->members, *end = x + json_at(rows, i)->n; x < end; x++) {
			if (!present_has_value(&x->value)) continue;
			void **at = map_at(&seen, x->name);
			if (at) *at = (void *)(uintptr_t)x;
		}
	}
	const struct json *properties = json_get_lit(item->schema, "properties");
	for (size_t i = 0; names && i < json_count(properties); i++) {
		struct str name = json_member_at(properties, i)->name;
		if (map_get(&seen, name)) names[(*n)++] = name;
	}
	for (size_t i = 0; names && i < rows->n; i++) {
		const struct json *row = json_at(rows, i);
		for (size_t j = 0; j < row->n; j++) {
			struct str name = row->members[j].name;
			if (!map_get(&seen, name) || json_get(properties, name)) continue;
			names[(*n)++] = name;
			*map_at(&seen, name) = NULL;
		}
	}
	return names;
}

static bool fits_cell(const struct shown *s) {
	switch (s->as) {
	case SHOWN_TEXT: return s->text.n <= WORDY || str_find_char(s->text, ' ') != STR_NONE; /* a digest breaks nowhere */
	case SHOWN_LINK: case SHOWN_DATE: return true;
	case SHOWN_LONG: return s->text.n <= CELL;
	case SHOWN_CHIPS: return s->n <= 8;
	case SHOWN_LIST: return s->n <= 3;
	case SHOWN_MARKUP: case SHOWN_TABLE: case SHOWN_GROUP: case SHOWN_CARDS: case SHOWN_FOLDED: case SHOWN_REFERENCES:
	case SHOWN_TIMELINE: case SHOWN_CLASSES: return false;
	}
	return false;
}

/* A table where all cells are small and the columns few, else a card a row. */
static struct shown rows_of(struct maker *m, const struct described *of, const struct json *v) {
	struct described item = describe_item(m->d, of);
	size_t columns;
	struct str *names = names_of(m, &item, v, &columns);
	size_t rows = v->n < PRESENT_ITEMS ? v->n : PRESENT_ITEMS;
	struct shown *cells = arena_array(m->a, rows * columns + 1, sizeof *cells);
	struct str *titles = arena_array(m->a, columns + 1, sizeof *titles);
	struct shown out = {.as = SHOWN_TABLE, .items = cells, .n = rows * columns, .columns = titles, .columns_n = columns,
		.more = v->n - rows};
	if (!names || !cells || !titles) return (struct shown){.nothing = true};
	bool small = columns <= COLUMNS;
	for (size_t j = 0; j < columns; j++) {
		struct described member = describe_member(m->d, &item, names[j]);
		titles[j] = str_eq(member.title, names[j]) ? name_words(m->a, names[j]) : member.title;
		for (size_t i = 0; i < rows; i++) {
			const struct json *value = json_get(json_at(v, i), names[j]);
			struct shown *cell = &cells[i * columns + j];
			*cell = present_has_value(value) ? value_of(m, &member, value) : (struct shown){.nothing = true};
			cell->label = titles[j];
			small &= cell->nothing || fits_cell(cell);
			out.wordy |= columns > 1 && !cell->nothing && cell->text.n > WORDY;
		}
	}
	if (small && (rows > 1 || columns > 1)) return out;
	struct shown *cards = arena_array(m->a, rows + 1, sizeof *cards);
	for (size_t i = 0; cards && i < rows; i++)
		cards[i] = (struct shown){.as = SHOWN_GROUP, .items = cells + i * columns, .n = columns};
	return (struct shown){.as = SHOWN_CARDS, .items = cards, .n = cards ? rows : 0, .more = out.more};
}

static bool all_objects(const struct json *v) {
	for (size_t i = 0; i < v->n; i++)
		if (v->items[i].type != JSON_OBJECT) return false;
	return v->n > 0;
}

/* ---- what the common definitions stand for ---- */

static struct str joined(struct arena *a, const struct str *parts, size_t n) {
	autobuf struct buf out = BUF(4000);
	for (size_t i = 0; i < n; i++) {
		if (!parts[i].n) continue;
		if (out.n) buf_add(&out, S(" · "));
		buf_add(&out, parts[i]);
	}
	return arena_str(a, buf_str(&out));
}

static struct str names_joined(struct arena *a, const struct json *names) {
	autobuf struct buf out = BUF(1000);
	for (size_t i = 0; i < json_count(names) && i < 6; i++) {
		if (i) buf_add(&out, S(", "));
		buf_add(&out, json_string(json_at(names, i)));
	}
	if (json_count(names) > 6) buf_add(&out, S(" …"));
	return arena_str(a, buf_str(&out));
}

static struct shown reference_of(struct maker *m, const struct json *v) {
	struct str url = json_get_str(v, S("url")), title = json_get_str(v, S("title"));
	struct str parts[] = {
		names_joined(m->a, json_get_lit(v, "authors")),
		json_get_str(v, S("publisher")),
		date_words(m->a, json_get_str(v, S("date"))),
		value_words(m->a, json_get_str(v, S("type"))),
		str_is(json_get_str(v, S("language")), words.language) ? STR_EMPTY : json_get_str(v, S("language")),
		title.n && is_web_address(url) ? host_of(m->a, url) : STR_EMPTY,
	};
	struct shown out = {.as = is_web_address(url) ? SHOWN_LINK : SHOWN_TEXT,
		.text = title.n ? title : address_words(m->a, url),
		.url = url,
		.note = joined(m->a, parts, lengthof(parts)),
		.help = json_get_str(v, S("summary"))};
	struct str archived = json_get_str(v, S("archived"));
	if (is_web_address(archived)) {
		struct shown *copy = arena_new_of(m->a, struct shown);
		if (copy) *copy = (struct shown){.as = SHOWN_LINK, .url = archived};
		out.items = copy;
		out.n = copy != NULL;
	}
	return out;
}

static struct shown event_of(struct maker *m, const struct json *v) {
	struct str date = json_get_str(v, S("date")), url = json_get_str(v, S("url"));
	struct str parts[] = {value_words(m->a, json_get_str(v, S("type"))), json_get_str(v, S("by"))};
	return (struct shown){.as = SHOWN_TEXT,
		.label = date_words(m->a, date),
		.note = date,
		.text = json_get_str(v, S("text")),
		.help = joined(m->a, parts, lengthof(parts)),
		.url = is_web_address(url) ? url : STR_EMPTY};
}

static struct shown each_of(struct maker *m, const struct json *v, enum shown_as as,
	struct shown (*fn)(struct maker *m, const struct json *v)) {
	size_t n = v->n < PRESENT_ITEMS ? v->n : PRESENT_ITEMS;
	struct shown *items = arena_array(m->a, n + 1, sizeof *items);
	for (size_t i = 0; items && i < n; i++) items[i] = fn(m, json_at(v, i));
	return (struct shown){.as = as, .items = items, .n = items ? n : 0, .more = v->n - n};
}

static struct shown class_of(struct maker *m, const struct json *v) {
	struct str id = json_get_str(v, S("id")), label = json_get_str(v, S("label")), url = json_get_str(v, S("url"));
	const struct json *path = json_get_lit(v, "path");
	if (!label.n && json_count(path)) {
		autobuf struct buf out = BUF(2000);
		for (size_t i = 0; i < path->n; i++) {
			if (i) buf_add(&out, S(" › "));
			buf_add(&out, json_string(json_at(path, i)));
		}
		label = arena_str(m->a, buf_str(&out));
	}
	struct str relation = json_get_str(v, S("relation")), confidence = json_get_str(v, S("confidence"));
	struct str parts[] = {value_words(m->a, relation), value_words(m->a, confidence), json_get_str(v, S("by")),
		json_get_str(v, S("note"))};
	return (struct shown){.label = str_eq(id, label) ? STR_EMPTY : id, .text = label.n ? label : id,
		.url = is_web_address(url) ? url : STR_EMPTY, .note = joined(m->a, parts, lengthof(parts))};
}

/* Gathered by scheme, in the order in which schemes first come. */
static struct shown classes_of(struct maker *m, const struct json *v) {
	size_t n = v->n < PRESENT_ITEMS ? v->n : PRESENT_ITEMS, groups_n = 0;
	struct shown *groups = arena_array(m->a, n + 1, sizeof *groups), *items = arena_array(m->a, n + 1, sizeof *items);
	if (!groups || !items) return (struct shown){.nothing = true};
	size_t used = 0;
	for (size_t i = 0; i < n; i++) {
		struct str scheme = json_get_str(json_at(v, i), S("scheme"));
		bool known = false;
		for (size_t g = 0; g < groups_n; g++) known |= str_eq(groups[g].label, scheme);
		if (known) continue;
		struct shown *group = &groups[groups_n++];
		*group = (struct shown){.as = SHOWN_CHIPS, .label = scheme, .items = items + used};
		for (size_t j = i; j < n; j++) {
			if (!str_eq(json_get_str(json_at(v, j), S("scheme")), scheme)) continue;
			items[used++] = class_of(m, json_at(v, j));
			group->n++;
		}
	}
	return (struct shown){.as = SHOWN_CLASSES, .items = groups, .n = groups_n, .more = v->n - n};
}

static struct shown group_without(
	struct maker *m, const struct described *of, const struct json *v, struct str without);

/* Long things under a heading of their own words: an annotator's answers, a text in another language. */
static struct shown folded_of(
	struct maker *m, const struct described *item, const struct json *v, const char *const heads[3]) {
	size_t n = v->n < PRESENT_ITEMS ? v->n : PRESENT_ITEMS;
	struct shown *items = arena_array(m->a, n + 1, sizeof *items);
	for (size_t i = 0; items && i < n; i++) {
		struct str parts[3];
		for (size_t j = 0; j < 3; j++)
			parts[j] = heads[j] ? value_words(m->a, json_get_str(json_at(v, i), str_of(heads[j]))) : STR_EMPTY;
		items[i] = group_without(m, item, json_at(v, i), heads[0] ? str_of(heads[0]) : STR_EMPTY);
		items[i].label = joined(m->a, parts, 3);
	}
	return (struct shown){.as = SHOWN_FOLDED, .items = items, .n = items ? n : 0, .more = v->n - n};
}

/* Who is affected, a line each, where the items say no more than fits one: their reasons become the statement. NULL where they do. */
static const struct json *status_lines(struct maker *m, const struct json *v) {
	static const char *const simple[] = {"id", "name", "vendor", "versions", "statuses", "statement", "justifications"};
	struct json_builder lines = json_array_of(m->a);
	for (size_t i = 0; i < v->n; i++) {
		const struct json *one = &v->items[i], *why = json_get_lit(one, "justifications");
		struct str said = json_get_str(one, S("statement")), name = json_get_str(one, S("name"));
		for (size_t j = 0, known; j < one->n; j++) {
			for (known = 0; known < lengthof(simple) && !str_is(one->members[j].name, simple[known]); known++) continue;
			if (known == lengthof(simple)) return NULL;
		}
		if (!name.n || json_count(why) > 1 || (said.n && json_count(why))) return NULL;
		const struct json *line = json_with(m->a, json_with(m->a, one, S("id"), NULL), S("justifications"), NULL);
		struct str reason = json_get_str(json_at(why, 0), S("text"));
		if (!reason.n) reason = json_get_str(json_at(why, 0), S("label"));
		json_add(&lines, reason.n ? json_with(m->a, line, S("statement"), json_str(m->a, reason)) : line);
	}
	return json_built(&lines);
}

static struct shown array_of(struct maker *m, const struct described *of, const struct json *v) {
	if (!all_objects(v)) return list_of(m, of, v);
	struct described item = describe_item(m->d, of);
	if (str_is(item.def, "reference")) return each_of(m, v, SHOWN_REFERENCES, reference_of);
	if (str_is(item.def, "timeline-entry")) return each_of(m, v, SHOWN_TIMELINE, event_of);
	if (str_is(item.def, "classification") || str_is(item.def, "crosswalk")) return classes_of(m, v);
	const struct json *lines = str_is(item.def, "affected") ? status_lines(m, v) : NULL;
	if (lines) {
		struct shown table = rows_of(m, of, lines);
		table.wordy = table.columns_n > 3;
		return table;
	}
	if (str_is(item.def, "annotation"))
		return folded_of(m, &item, v, (const char *const[3]){"scheme", "version", "status"});
	if (str_is(item.def, "rendition"))
		return folded_of(m, &item, v, (const char *const[3]){"field", "language", "media_type"});
	return rows_of(m, of, v);
}

/* ---- objects ---- */

static struct shown group_without(
	struct maker *m, const struct described *of, const struct json *v, struct str without) {
	struct json rows = {.type = JSON_ARRAY, .n = 1, .items = v};
	size_t n;
	struct str *names = names_of(m, of, &rows, &n);
	struct shown *items = arena_array(m->a, n + 1, sizeof *items);
	struct shown out = {.as = SHOWN_GROUP, .items = items};
	for (size_t i = 0; names && items && i < n; i++) {
		if (without.n && str_eq(names[i], without)) continue;
		struct described member = describe_member(m->d, of, names[i]);
		struct shown *item = &items[out.n++];
		*item = value_of(m, &member, json_get(v, names[i]));
		/* Members of a map are called what they are called. */
		bool map = !json_get(json_get_lit(of->schema, "properties"), names[i]);
		item->label = map ? names[i] : member.title;
	}
	return out;
}

/* A class that stands alone is a link or a chip. */
static struct shown class_alone(struct maker *m, const struct json *v) {
	struct shown c = class_of(m, v);
	c.as = c.url.n ? SHOWN_LINK : SHOWN_TEXT;
	c.in_line = true;
	if (c.label.n) c.text = arena_fmt(m->a, "%.*s %.*s", STR_ARG(c.label), STR_ARG(c.text));
	return c;
}

static struct shown value_of(struct maker *m, const struct described *of, const struct json *v) {
	struct shown out = {.nothing = true};
	if (m->depth >= PRESENT_DEPTH) {
		out = (struct shown){.as = SHOWN_LONG, .text = str_cut_utf8(json_text(m->a, v), CELL)};
	} else {
		m->depth++;
		switch (json_type(v)) {
		case JSON_NULL: break;
		case JSON_BOOL: out = (struct shown){.text = str_of(v->boolean ? words.yes : words.no), .in_line = true}; break;
		case JSON_INT:
		case JSON_REAL: out = (struct shown){.text = number_of(m->a, v), .in_line = true}; break;
		case JSON_STRING: out = string_of(m, of, v->string); break;
		case JSON_ARRAY: out = array_of(m, of, v); break;
		case JSON_OBJECT:
			out = str_is(of->def, "classification") ? class_alone(m, v) : group_without(m, of, v, STR_EMPTY);
			break;
		}
		m->depth--;
	}
	out.label = of->title;
	out.help = out.help.n ? out.help : of->description;
	return out;
}

struct shown present_value(
	const struct describing *d, struct arena *a, const struct described *of, const struct json *v) {
	struct maker m = {.d = d, .a = a};
	return value_of(&m, of, v);
}

struct str present_line(struct arena *a, const struct described *of, const struct json *v, size_t most) {
	struct str s = STR_EMPTY;
	switch (json_type(v)) {
	case JSON_NULL: break;
	case JSON_BOOL: s = str_of(v->boolean ? words.yes : words.no); break;
	case JSON_INT: case JSON_REAL: s = number_of(a, v); break;
	case JSON_STRING:
		s = of->choices ? value_words(a, v->string) : is_date(of) ? date_words(a, v->string) : v->string;
		break;
	case JSON_ARRAY: case JSON_OBJECT: s = json_text(a, v); break;
	}
	return s.n <= most ? s : arena_cat(a, str_cut_utf8(s, most), S(" …"));
}
