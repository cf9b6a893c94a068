#include "pages.h"

#include "desk/identify.h"
#include "desk/site/words.h"
#include "routes.h"
#include "statistics.t.h"

enum { BAR = 300, DRAWN = 20 };

#define TABLE {"table", .length = 60, .help = "one table, by its name; without it all"}

/* Not cached by the hub's changes: these are worked out on a day's hour, which changes no record. */
const struct route statistics_routes[] = {
	{"/statistics", show_statistics, ROUTE_PUBLIC, .name = "statistics", .gives = GIVES_HTML, .help = "What the disclosure desk does, in numbers.",
		.params = PARAMS({"done", .type = PARAM_BOOL, .help = "they were just worked out"})},
	{"/statistics", renew_statistics, MAY_COORDINATE, HTTP_POST, CSRF_TOKEN, .name = "statistics-renew", .gives = GIVES_REDIRECT, .body_max = 4 << 10,
		.help = "Works them out as things stand now.", .params = PARAMS({"csrf", PARAM_FORM, .length = 100, .help = "the form's proof"})},
	{"/statistics.csv", show_statistics_csv, ROUTE_PUBLIC, .name = "statistics-csv", .gives = GIVES_FILE, .flags = ROUTE_ANY_ORIGIN,
		.help = "The same as CSV: one table, or a row for each value of all. What is not told is empty.", .params = PARAMS(TABLE)},
	ROUTE_END
};

/* ---- over quarters: columns ---- */

static void fill_column(struct arena *a, const struct statistics_table *t, const struct statistics_row *row, bool beside, struct chart_column *out) {
	out->label = row->title;
	for (size_t i = 0; i < t->columns_n; i++) {
		int64_t n = row->values[i];
		out->said[i] = statistics_words(a, t->columns[i].unit, n);
		if (n == STATISTICS_NONE) continue;
		out->n[i] = t->columns[i].unit == STATISTICS_HOURS ? (n + 23) / 24 : n;
		out->total = !beside ? out->total + out->n[i] : out->n[i] > out->total ? out->n[i] : out->total;
	}
}

static struct str address(struct arena *a, const char *path, const struct statistics_table *t) {
	return arena_fmt(a, "%s?table=%.*s", path, STR_ARG(t->name));
}

static void describe_columns(struct arena *a, struct chart *c) {
	const struct chart_column *most = &c->columns[c->n - 1];
	int64_t all = 0;
	for (size_t i = 0; i < c->n; i++) {
		all += c->columns[i].total;
		if (c->columns[i].total > most->total) most = &c->columns[i];
	}
	c->description = c->beside
		? words_with(a, words.statistics_longest, c->columns[0].label, c->columns[c->n - 1].label, most->label, number_words(a, most->total))
		: words_with(a, words.chart_description, number_words(a, all), c->columns[0].label, c->columns[c->n - 1].label, most->label, number_words(a, most->total));
}

/* The newest quarters as columns; all of them in the table, the newest first, and behind them the sum. */
static struct chart chart_of(struct arena *a, const struct statistics_table *t) {
	struct chart c = {.id = arena_cstr(a, t->name), .title = t->title, .label_head = t->label, .series_n = t->columns_n,
		.csv = address(a, "/statistics.csv", t), .json = address(a, "/api/v1/statistics", t)};
	struct chart_column *columns = arena_array(a, t->rows_n + 1, sizeof *columns), *rows = arena_array(a, t->rows_n + 1, sizeof *rows);
	if (!columns || !rows || !t->rows_n || !t->columns_n || t->columns_n > CHART_SERIES) return c;
	bool summed = str_is(t->rows[t->rows_n - 1].name, "all");
	size_t n = t->rows_n - summed;
	c.beside = t->columns[0].unit != STATISTICS_COUNT;
	if (c.beside) c.title = words_with(a, words.in_days, t->title);
	for (size_t i = 0; i < t->columns_n; i++) c.series[i] = t->columns[i].title;
	for (size_t i = 0; i < n; i++) {
		fill_column(a, t, &t->rows[i], c.beside, &columns[i]);
		rows[n - 1 - i] = columns[i];
	}
	if (summed) fill_column(a, t, &t->rows[n], c.beside, &rows[n]);
	c.rows = rows;
	c.rows_n = t->rows_n;
	c.columns = n > DRAWN ? columns + n - DRAWN : columns;
	c.n = n > DRAWN ? DRAWN : n;
	if (c.n) describe_columns(a, &c);
	return c;
}

/* ---- all others: rows with bars ---- */

/* Terms are parts of a whole; elsewhere the first number is drawn, where it is what the table is about. */
static size_t segments_of(const struct statistics_table *t) {
	size_t counts = 0;
	bool times = false;
	for (size_t i = 0; i < t->columns_n; i++) {
		counts += t->columns[i].unit == STATISTICS_COUNT;
		times |= t->columns[i].unit == STATISTICS_HOURS || t->columns[i].unit == STATISTICS_DAYS;
	}
	if (times) return counts > 1 && counts <= STATISTICS_SEGMENTS ? counts : 0;
	return counts ? 1 : 0;
}

static int64_t value_of(const struct statistics_row *row, size_t column) {
	return row->values[column] == STATISTICS_NONE ? 0 : row->values[column];
}

static int64_t longest_bar(const struct statistics_table *t, size_t segments) {
	int64_t most = 1;
	for (size_t r = 0; r < t->rows_n; r++) {
		int64_t sum = 0;
		for (size_t i = 0; i < segments; i++) sum += value_of(&t->rows[r], i);
		most = sum > most ? sum : most;
	}
	return most;
}

/* False where the row tells nothing. */
static bool fill_row(struct arena *a, const struct statistics_table *t, const struct statistics_row *row, size_t segments, int64_t most, struct statistic_row *out) {
	struct str *said = arena_array(a, t->columns_n + 1, sizeof *said);
	bool *told = arena_array(a, t->columns_n + 1, sizeof *told), any = false;
	*out = (struct statistic_row){.title = row->title, .words = said, .told = told};
	for (size_t i = 0; said && told && i < t->columns_n; i++) {
		said[i] = statistics_words(a, t->columns[i].unit, row->values[i]);
		any |= told[i] = row->values[i] != STATISTICS_NONE;
	}
	for (size_t i = 0; i < segments; i++) {
		out->width[i] = (int)(value_of(row, i) * BAR / most);
		out->drawn |= out->width[i] > 0;
	}
	return any;
}

static void list_title(struct buf *list, struct str title) {
	if (list->n) buf_add(list, S("; "));
	buf_add(list, title);
}

static void fill_rows(struct arena *a, struct statistic_shown *one) {
	const struct statistics_table *t = one->t;
	struct statistic_row *rows = arena_array(a, t->rows_n + 1, sizeof *rows);
	autobuf struct buf untold = BUF(16 << 10);
	one->segments = segments_of(t);
	int64_t most = longest_bar(t, one->segments);
	for (size_t r = 0; rows && r < t->rows_n; r++) {
		if (fill_row(a, t, &t->rows[r], one->segments, most, &rows[one->rows_n])) one->rows_n++;
		else list_title(&untold, t->rows[r].title);
	}
	one->rows = rows;
	one->untold = arena_str(a, buf_str(&untold));
}

/* ---- the page ---- */

/* Headings, before the first table of a group that is shown. */
static const char *group_of(const struct statistics_table *t) {
	static const char *const cases[] = {"cases-by-state", "embargo-ends", "embargo-length", "parties", "answer-times"};
	if (str_starts(t->name, S("report"))) return words.statistics_reports;
	if (str_starts(t->name, S("dispute"))) return words.statistics_disputes;
	for (size_t i = 0; i < lengthof(cases); i++)
		if (str_is(t->name, cases[i])) return words.statistics_cases;
	return words.statistics_terms;
}

/* Tables that tell something; of the others the titles. */
static void fill_page(struct arena *a, const struct statistics *s, struct statistics_page *page) {
	struct statistic_shown *items = arena_array(a, s->n + 1, sizeof *items);
	autobuf struct buf untold = BUF(16 << 10);
	const char *group = "";
	for (size_t i = 0; items && i < s->n; i++) {
		const struct statistics_table *t = &s->tables[i];
		struct statistic_shown one = {.t = t};
		if (!t->rows_n) {
			list_title(&untold, t->title);
			continue;
		}
		if (t->quarters) one.chart = chart_of(a, t);
		if (!one.chart.n) fill_rows(a, &one);
		if (strcmp(group, group_of(t)) != 0) one.group = str_of(group = group_of(t));
		items[page->n++] = one;
	}
	page->items = items;
	page->untold = arena_str(a, buf_str(&untold));
}

enum err_code show_statistics(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct statistics s;
	enum err_code code = disclose_statistics(&d, &s, e);
	if (code) return code;
	struct statistics_page page = {.at = s.as_of ? moment_words(d.a, s.as_of) : STR_EMPTY, .renewed = request_bool(rq, "done")};
	if (d.viewer.roles & ROLE_COORDINATOR) page.csrf = desk_csrf(rq);
	fill_page(d.a, &s, &page);
	if (arena_failed(d.a)) return err_set(e, ERR_MEMORY, "out of memory");
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(words.statistics), .canonical = S("/statistics"), .api = S("/api/v1/statistics"),
		.description = str_of(words.statistics_description)});
	statistics_body(out, &page);
	return site_end(rq, rs);
}

enum err_code renew_statistics(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	enum err_code code = statistics_renew(desk_hub(rq), &d, request_stopped(rq), e);
	if (!code) response_redirect(rs, 303, S("/statistics?done=true"));
	return code;
}

enum err_code show_statistics_csv(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct statistics s;
	enum err_code code = disclose_statistics_table(&d, request_str(rq, "table"), &s, e);
	if (code) return code;
	struct buf *out = response_buf(rs, "text/csv; charset=utf-8; header=present");
	if (request_str(rq, "table").n) statistics_csv(out, s.tables);
	else statistics_csv_all(out, &s);
	desk_public(rq, rs);
	return ERR_OK;
}
