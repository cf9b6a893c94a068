/* Rows that were read are written with every field quoted, and read again: the same. */
#include "fuzz.h"
#include "lib/csv/csv.h"

static void add_quoted(struct buf *out, struct str s) {
	buf_add_char(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"') buf_add_char(out, '"');
		buf_add_char(out, s.p[i]);
	}
	buf_add_char(out, '"');
}

static const struct csv_limits limits = {1 << 20, 64, 1 << 16};

/* All rows, written; the number of rows. A table that is refused halfway gives its rows up to there. */
static size_t copy(struct arena *a, struct str text, struct buf *out, enum err_code *code) {
	struct csv c;
	struct csv_row row;
	struct err e = {.code = ERR_OK};
	size_t n = 0, width = 0;
	*code = csv_open(&c, a, text, &limits, &e);
	while (!*code) {
		*code = csv_next(&c, &row, &e);
		if (*code || !row.n) break;
		MUST(row.number == ++n && row.line >= n && row.n <= limits.columns && (!width || row.n == width));
		width = row.n;
		for (size_t i = 0; i < row.n; i++) {
			MUST(row.fields[i].n <= limits.field && str_utf8(row.fields[i]));
			if (i) buf_add_char(out, ',');
			add_quoted(out, row.fields[i]);
		}
		buf_add(out, S("\r\n"));
	}
	if (*code) MUST(*code == e.code && e.message[0]);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)64 << 20);
	autobuf struct buf first = BUF((size_t)8 << 20), second = BUF((size_t)8 << 20);
	if (!a || size > limits.bytes) return 0;
	enum err_code code;
	size_t n = copy(a, str_n(data, size), &first, &code);
	MUST(copy(a, buf_str(&first), &second, &code) == n);
	MUST(!code && !first.failed && str_eq(buf_str(&first), buf_str(&second)));

	struct csv c;
	struct csv_row header;
	if (!csv_open(&c, a, str_n(data, size), &limits, NULL) && !csv_header(&c, &header, NULL))
		for (size_t i = 0; i < header.n; i++) MUST(csv_column(&header, header.fields[i]) == i);
	return 0;
}
