#include "csv.h"

#include <stdarg.h>

static size_t limit_or(size_t limit, size_t otherwise) {
	return limit ? limit : otherwise;
}

enum err_code csv_open(struct csv *c, struct arena *a, struct str text, const struct csv_limits *limits, struct err *e) {
	struct csv_limits l = limits ? *limits : (struct csv_limits){0};
	l = (struct csv_limits){
		limit_or(l.bytes, CSV_BYTES), limit_or(l.columns, CSV_COLUMNS), limit_or(l.field, CSV_FIELD),
	};
	if (text.n > l.bytes) return err_set(e, ERR_TOO_LARGE, "a table of %zu bytes; at most %zu are read", text.n, l.bytes);
	if (!str_utf8(text)) return err_set(e, ERR_INVALID, "the table is not UTF-8 text");
	if (str_find_char(text, 0) != STR_NONE) return err_set(e, ERR_INVALID, "the table holds a NUL character");
	if (str_starts(text, S("\xEF\xBB\xBF"))) text = str_from(text, 3);
	*c = (struct csv){.a = a, .limits = l, .at = text.p, .end = text.p + text.n, .line = 1};
	return ERR_OK;
}

static enum err_code printf_like(4, 5) wrong(struct csv *c, enum err_code code, struct err *e, const char *fmt, ...) {
	char words[160];
	va_list args;
	va_start(args, fmt);
	vsnprintf(words, sizeof words, fmt, args);
	va_end(args);
	c->at = c->end;
	err_set(e, code, "%s", words);
	err_where(e, "row %zu, line %zu", c->number, c->line);
	return code;
}

static enum err_code add(struct csv *c, struct str field, struct err *e) {
	if (c->n >= c->limits.columns) return wrong(c, ERR_TOO_LARGE, e, "too many fields in a row");
	if (field.n > c->limits.field) return wrong(c, ERR_TOO_LARGE, e, "a field is too long");
	if (c->n == c->room) {
		size_t room = c->room ? c->room * 2 : 16;
		struct str *bigger = arena_array(c->a, room, sizeof *bigger);
		if (!bigger) return wrong(c, ERR_MEMORY, e, "out of memory");
		if (c->n) memcpy(bigger, c->fields, c->n * sizeof *bigger);
		c->fields = bigger;
		c->room = room;
	}
	c->fields[c->n++] = field;
	return ERR_OK;
}

/* The text between the quotes with each pair of quotes made one. */
static struct str undouble(struct arena *a, struct str s, size_t pairs) {
	char *to = arena_alloc(a, s.n - pairs + 1);
	if (!to) return STR_EMPTY;
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		to[n++] = s.p[i];
		if (s.p[i] == '"') i++;
	}
	return str_n(to, n);
}

static enum err_code quoted(struct csv *c, struct err *e) {
	const char *from = ++c->at;
	size_t pairs = 0, line = c->line;
	for (;; c->at++) {
		if (c->at == c->end) return wrong(c, ERR_INVALID, e, "a quoted field has no closing quote");
		if (*c->at == '\n') line++;
		if (*c->at != '"') continue;
		if (c->at + 1 == c->end || c->at[1] != '"') break;
		pairs++;
		c->at++;
	}
	struct str s = str_n(from, (size_t)(c->at - from));
	c->at++;
	if (pairs) s = undouble(c->a, s, pairs);
	if (arena_failed(c->a)) return wrong(c, ERR_MEMORY, e, "out of memory");
	enum err_code code = add(c, s, e);
	c->line = line;
	return code;
}

static enum err_code plain(struct csv *c, struct err *e) {
	const char *from = c->at;
	while (c->at < c->end && *c->at != ',' && *c->at != '\n' && *c->at != '\r') {
		if (*c->at == '"') return wrong(c, ERR_INVALID, e, "a quote stands inside a field that does not begin with one");
		c->at++;
	}
	return add(c, str_n(from, (size_t)(c->at - from)), e);
}

/* One line of fields up to and with its line break. */
static enum err_code line_of_fields(struct csv *c, struct err *e) {
	c->n = 0;
	for (;;) {
		enum err_code code = c->at < c->end && *c->at == '"' ? quoted(c, e) : plain(c, e);
		if (code) return code;
		if (c->at == c->end) return ERR_OK;
		char next = *c->at++;
		if (next == ',') continue;
		if (next == '\r' && c->at < c->end && *c->at == '\n') next = *c->at++;
		if (next == '\r') return wrong(c, ERR_INVALID, e, "a carriage return without a line feed stands outside quotes");
		if (next != '\n') return wrong(c, ERR_INVALID, e, "behind a closing quote only a comma or the end of the row may stand");
		c->line++;
		return ERR_OK;
	}
}

enum err_code csv_next(struct csv *c, struct csv_row *row, struct err *e) {
	while (c->at < c->end) {
		size_t line = c->line;
		c->number++;
		enum err_code code = line_of_fields(c, e);
		if (code) return code;
		bool empty = c->n == 1 && !c->fields[0].n;
		if (empty && c->width != 1) {
			c->number--;
			continue;
		}
		if (!c->width) c->width = c->n;
		if (c->n != c->width) {
			c->line = line;
			return wrong(c, ERR_INVALID, e, "row %zu has %zu fields, the first has %zu", c->number, c->n, c->width);
		}
		*row = (struct csv_row){c->fields, c->n, c->number, line};
		return ERR_OK;
	}
	*row = (struct csv_row){.number = c->number, .line = c->line};
	return ERR_OK;
}

enum err_code csv_header(struct csv *c, struct csv_row *header, struct err *e) {
	struct csv_row row;
	enum err_code code = csv_next(c, &row, e);
	if (code) return code;
	if (!row.n) return err_set(e, ERR_INVALID, "the table is empty");
	struct map seen = {.arena = c->a};
	for (size_t i = 0; i < row.n; i++) {
		if (!row.fields[i].n) return err_set(e, ERR_INVALID, "column %zu has no name", i + 1);
		void **at = map_at(&seen, row.fields[i]);
		if (!at) return err_set(e, ERR_MEMORY, "out of memory");
		if (*at) return err_set(e, ERR_INVALID, "two columns are named \"%.*s\"", STR_ARG(str_cut_utf8(row.fields[i], 100)));
		*at = c;
	}
	c->fields = NULL; /* the header keeps its own */
	c->n = c->room = 0;
	*header = row;
	return ERR_OK;
}

size_t csv_column(const struct csv_row *header, struct str name) {
	for (size_t i = 0; i < header->n; i++)
		if (str_eq(header->fields[i], name)) return i;
	return STR_NONE;
}
