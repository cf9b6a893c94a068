#include "lib/csv/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct arena *arena;

static int set_up(void **state) {
	(void)state;
	arena = arena_new(16 << 20);
	return arena ? 0 : -1;
}

static int tear_down(void **state) {
	(void)state;
	arena_free(arena);
	return 0;
}

/* All rows as text: fields between brackets, rows on lines. */
static struct str rows(struct str text) {
	struct csv c;
	struct err e = {0};
	assert_int_equal(csv_open(&c, arena, text, NULL, &e), ERR_OK);
	struct buf out = BUF(1 << 16);
	for (;;) {
		struct csv_row row;
		if (csv_next(&c, &row, &e)) fail_msg("%s (%s)", e.message, e.where);
		if (!row.n) break;
		for (size_t i = 0; i < row.n; i++) buf_fmt(&out, "[%.*s]", STR_ARG(row.fields[i]));
		buf_add_char(&out, '\n');
	}
	struct str s = arena_str(arena, buf_str(&out));
	buf_free(&out);
	return s;
}

static void reads_as(const char *text, const char *expected) {
	assert_string_equal(rows(str_of(text)).p, expected);
}

static void refused(struct str text, const struct csv_limits *limits, enum err_code code, const char *message, const char *where) {
	struct csv c;
	struct err e = {0};
	enum err_code got = csv_open(&c, arena, text, limits, &e);
	struct csv_row row = {.n = 1};
	while (!got && row.n) got = csv_next(&c, &row, &e);
	assert_int_equal(got, code);
	assert_string_equal(e.message, message);
	assert_string_equal(e.where, where);
}

static void fields_are_split_at_commas(void **state) {
	(void)state;
	reads_as("a,b,c\r\n1,,3\r\n", "[a][b][c]\n[1][][3]\n");
	reads_as("a, b \n", "[a][ b ]\n");
}

static void rows_may_end_in_lf_and_the_last_one_in_nothing(void **state) {
	(void)state;
	reads_as("a,b\n1,2", "[a][b]\n[1][2]\n");
	reads_as("a,b\n1,", "[a][b]\n[1][]\n");
}

static void quotes_protect_commas_quotes_and_line_breaks(void **state) {
	(void)state;
	reads_as("a,b\r\n\"x, \"\"y\"\"\",\"one\r\ntwo\n\"\r\n", "[a][b]\n[x, \"y\"][one\r\ntwo\n]\n");
	reads_as("\"\",\"\"\"\"\n", "[][\"]\n");
}

static void a_byte_order_mark_at_the_start_is_passed_over(void **state) {
	(void)state;
	reads_as("\xEF\xBB\xBF" "a,b\n", "[a][b]\n");
	reads_as("\xEF\xBB\xBF\"a\",b\n", "[a][b]\n");
}

static void an_empty_text_has_no_rows(void **state) {
	(void)state;
	reads_as("", "");
	reads_as("\r\n\n", "");
}

static void empty_lines_are_passed_over_except_in_a_table_of_one_column(void **state) {
	(void)state;
	reads_as("a,b\n\n1,2\n\r\n", "[a][b]\n[1][2]\n");
	reads_as("a\n\n1\n", "[a]\n[]\n[1]\n");
}

static void a_ragged_row_is_refused_with_its_number(void **state) {
	(void)state;
	refused(S("a,b\n1,2\n1,2,3\n"), NULL, ERR_INVALID, "row 3 has 3 fields, the first has 2", "row 3, line 3");
	refused(S("a,b\n\"x\ny\",2\n1\n"), NULL, ERR_INVALID, "row 3 has 1 fields, the first has 2", "row 3, line 4");
}

static void stray_quotes_are_refused(void **state) {
	(void)state;
	refused(S("a,b\"\n"), NULL, ERR_INVALID, "a quote stands inside a field that does not begin with one", "row 1, line 1");
	refused(S("a,\"b\" \n"), NULL, ERR_INVALID, "behind a closing quote only a comma or the end of the row may stand", "row 1, line 1");
	refused(S("a\n\"b\n"), NULL, ERR_INVALID, "a quoted field has no closing quote", "row 2, line 2");
}

static void a_lone_carriage_return_is_refused(void **state) {
	(void)state;
	refused(S("a\rb\r"), NULL, ERR_INVALID, "a carriage return without a line feed stands outside quotes", "row 1, line 1");
}

static void text_that_is_not_utf8_or_holds_nul_is_refused(void **state) {
	(void)state;
	refused(S("a\xFF\n"), NULL, ERR_INVALID, "the table is not UTF-8 text", "");
	refused(S("a\0b\n"), NULL, ERR_INVALID, "the table holds a NUL character", "");
}

static void limits_hold(void **state) {
	(void)state;
	refused(S("a,b\n"), &(struct csv_limits){.bytes = 3}, ERR_TOO_LARGE, "a table of 4 bytes; at most 3 are read", "");
	refused(S("a,b\n"), &(struct csv_limits){.columns = 1}, ERR_TOO_LARGE, "too many fields in a row", "row 1, line 1");
	refused(S("a,\"bcd\"\n"), &(struct csv_limits){.field = 2}, ERR_TOO_LARGE, "a field is too long", "row 1, line 1");
}

static void an_arena_that_is_full_is_an_error_and_no_crash(void **state) {
	(void)state;
	for (size_t cap = 0; cap < 9000; cap += 4096) {
		autoarena struct arena *small = arena_new(cap);
		autobuf struct buf text = BUF(1 << 20);
		for (int i = 0; i < 3000; i++) buf_add(&text, S("\"a\"\"b\","));
		buf_add(&text, S("x\n"));
		struct csv c;
		struct csv_row row;
		struct err e = {0};
		assert_int_equal(csv_open(&c, small, buf_str(&text), NULL, &e), ERR_OK);
		assert_int_equal(csv_next(&c, &row, &e), ERR_MEMORY);
	}
}

static void a_header_has_names_that_are_told_apart(void **state) {
	(void)state;
	struct csv c;
	struct csv_row header, row;
	struct err e = {0};
	assert_int_equal(csv_open(&c, arena, S("id,title,Title\n1,x,y\n"), NULL, &e), ERR_OK);
	assert_int_equal(csv_header(&c, &header, &e), ERR_OK);
	assert_int_equal(csv_next(&c, &row, &e), ERR_OK);
	assert_int_equal(csv_column(&header, S("Title")), 2);
	assert_true(csv_column(&header, S("none")) == STR_NONE);
	assert_true(str_is(row.fields[csv_column(&header, S("title"))], "x"));

	assert_int_equal(csv_open(&c, arena, S("a,b,a\n"), NULL, &e), ERR_OK);
	assert_int_equal(csv_header(&c, &header, &e), ERR_INVALID);
	assert_string_equal(e.message, "two columns are named \"a\"");
	assert_int_equal(csv_open(&c, arena, S("a,,b\n"), NULL, &e), ERR_OK);
	assert_int_equal(csv_header(&c, &header, &e), ERR_INVALID);
	assert_string_equal(e.message, "column 2 has no name");
	assert_int_equal(csv_open(&c, arena, S(""), NULL, &e), ERR_OK);
	assert_int_equal(csv_header(&c, &header, &e), ERR_INVALID);
}

static void the_tables_of_the_incident_database_are_read_whole(void **state) {
	(void)state;
	static const struct {
		const char *name;
		size_t columns, rows;
	} tables[] = {
		{"incidents.csv", 9, 639}, {"classifications_CSETv1.csv", 64, 214}, {"classifications_GMF.csv", 21, 319},
		{"classifications_MIT.csv", 8, 639}, {"duplicates.csv", 2, 12},
	};
	const char *data = getenv("POLDER_DATA");
	for (size_t i = 0; i < lengthof(tables); i++) {
		struct err e = {0};
		struct str text;
		const char *path = file_join(arena, file_join(arena, data ? data : "../shared/data", "aiid"), tables[i].name);
		if (file_read(arena, path, 8 << 20, &text, &e)) fail_msg("the real data are needed here: %s", e.message);
		struct csv c;
		struct csv_row row;
		assert_int_equal(csv_open(&c, arena, text, NULL, &e), ERR_OK);
		assert_int_equal(csv_header(&c, &row, &e), ERR_OK);
		assert_int_equal(row.n, tables[i].columns);
		size_t n = 0;
		for (;;) {
			if (csv_next(&c, &row, &e)) fail_msg("%s: %s (%s)", tables[i].name, e.message, e.where);
			if (!row.n) break;
			n++;
		}
		assert_int_equal(n, tables[i].rows);
	}
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(fields_are_split_at_commas),
		TEST(rows_may_end_in_lf_and_the_last_one_in_nothing),
		TEST(quotes_protect_commas_quotes_and_line_breaks),
		TEST(a_byte_order_mark_at_the_start_is_passed_over),
		TEST(an_empty_text_has_no_rows),
		TEST(empty_lines_are_passed_over_except_in_a_table_of_one_column),
		TEST(a_ragged_row_is_refused_with_its_number),
		TEST(stray_quotes_are_refused),
		TEST(a_lone_carriage_return_is_refused),
		TEST(text_that_is_not_utf8_or_holds_nul_is_refused),
		TEST(limits_hold),
		TEST(an_arena_that_is_full_is_an_error_and_no_crash),
		TEST(a_header_has_names_that_are_told_apart),
		TEST(the_tables_of_the_incident_database_are_read_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
