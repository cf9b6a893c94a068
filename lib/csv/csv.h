/* Tables as comma-separated values (RFC 4180), read row by row.
 *
 * Read as RFC 4180 has it, with three liberties: rows may end in LF alone, a UTF-8 byte order mark may stand at the start, and the last
 * row may end without a line break. Everything else is refused with the number of the row: a quote inside a field that does not begin
 * with one, anything but a comma or the end of the row behind a closing quote, a quote that is never closed, a lone CR outside quotes, a
 * row with more or fewer fields than the first. The text must be UTF-8 without NUL. An empty line is passed over where rows have more
 * than one field.
 *
 * Fields are views into the text; only one that holds doubled quotes is copied into the arena. */
#pragma once
#include "base/base.h"

enum { CSV_BYTES = 64 << 20, CSV_COLUMNS = 4096, CSV_FIELD = 4 << 20 };

struct csv_limits {
	size_t bytes;   /* of the text; 0: CSV_BYTES */
	size_t columns; /* 0: CSV_COLUMNS */
	size_t field;   /* bytes of a field; 0: CSV_FIELD */
};

struct csv_row {
	const struct str *fields; /* until the next row is read */
	size_t n;                 /* 0 behind the last row */
	size_t number;            /* 1 is the first */
	size_t line;              /* on which it begins; 1 is the first */
};

struct csv {
	struct arena *a;
	struct csv_limits limits;
	const char *at, *end;
	struct str *fields;
	size_t n, room;
	size_t width;  /* fields of the first row; 0 before */
	size_t number, line;
};

/* text must live as long as the rows are used. limits may be NULL. ERR_TOO_LARGE, ERR_INVALID for text that is no UTF-8 or holds a NUL. */
enum err_code csv_open(struct csv *c, struct arena *a, struct str text, const struct csv_limits *limits, struct err *e) must_use;
/* The next row; n is 0 behind the last one. ERR_INVALID (e->where: "row 12, line 20"), ERR_TOO_LARGE, ERR_MEMORY; after an error nothing
 * more can be read. */
enum err_code csv_next(struct csv *c, struct csv_row *row, struct err *e) must_use;
/* The first row as names of columns, in the arena: ERR_INVALID when there is none, or a name is empty or stands twice. */
enum err_code csv_header(struct csv *c, struct csv_row *header, struct err *e) must_use;
/* The column of this name, or STR_NONE. */
size_t csv_column(const struct csv_row *header, struct str name);
