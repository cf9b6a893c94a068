#include "years.h"

#include "desk/site/words.h"
#include "lib/json/json.h"

enum { DRAWN = 20, OLDEST = 1900, COLUMNS = 400 };

/* What is counted, ordered by year, a place in `n` for each kind. */
struct years {
	const struct disclosing *d;
	const struct kind *kinds[CHART_SERIES]; /* NULL in the last place: all others together */
	size_t kinds_n;
	struct chart_column *columns;
	int *numbers;
	size_t n;
	int64_t undated, early;
	struct str query;                       /* the filters as they stand in an address, behind "?"; no year */
	struct str year;                        /* that the page is narrowed to; "" none */
};

struct kind_total {
	const struct kind *kind;
	int64_t n;
};

static int by_total(const void *x, const void *y) {
	const struct kind_total *a = x, *b = y;
	return a->n != b->n ? (a->n < b->n) - (a->n > b->n) : str_cmp(a->kind->name, b->kind->name);
}

/* The most frequent kinds have a series each. */
static void choose_kinds(struct years *y, const struct year_counts *counts) {
	struct kind_total *totals = arena_array(y->d->a, counts->n + 1, sizeof *totals);
	size_t n = 0;
	for (size_t i = 0; totals && i < counts->n; i++) {
		size_t at = 0;
		while (at < n && totals[at].kind != counts->items[i].kind) at++;
		if (at == n) totals[n++] = (struct kind_total){counts->items[i].kind, 0};
		totals[at].n += counts->items[i].n;
	}
	if (n) qsort(totals, n, sizeof *totals, by_total);
	bool rest = n > CHART_SERIES;
	for (size_t i = 0; i < n && y->kinds_n < CHART_SERIES; i++)
		y->kinds[y->kinds_n++] = rest && i == CHART_SERIES - 1 ? NULL : totals[i].kind;
}

static size_t series_of(const struct years *y, const struct kind *kind) {
	for (size_t i = 0; i < y->kinds_n; i++)
		if (y->kinds[i] == kind) return i;
	return y->kinds_n - 1;
}

static void write_query(struct years *y, const struct years_request *r) {
	autobuf struct buf out = BUF(16 << 10);
	for (size_t i = 0; i < r->filters_n; i++) {
		if (str_is(r->filters[i].name, "year")) {
			y->year = r->filters[i].value;
			continue;
		}
		if (out.n) buf_add_char(&out, '&');
		url_encode(&out, r->filters[i].name);
		buf_add_char(&out, '=');
		url_encode(&out, r->filters[i].value);
	}
	y->query = arena_str(y->d->a, buf_str(&out));
}

/* Where the records behind a column are: a list of the kind, or a search over all. */
static struct str url_of(const struct years *y, const struct kind *kind, struct str year) {
	const char *joint = y->query.n && year.n ? "&" : "";
	struct str narrowed = year.n ? arena_fmt(y->d->a, "year=%.*s", STR_ARG(year)) : STR_EMPTY;
	const char *mark = y->query.n || narrowed.n ? "?" : "";
	if (kind)
		return arena_fmt(y->d->a, "/browse/%.*s%s%.*s%s%.*s", STR_ARG(kind->path), mark, STR_ARG(y->query), joint, STR_ARG(narrowed));
	return arena_fmt(y->d->a, "/search%s%.*s%s%.*s", mark, STR_ARG(y->query), joint, STR_ARG(narrowed));
}

static enum err_code read_years(const struct disclosing *d, const struct years_request *r, struct years *out, struct err *e) {
	/* Counts are of what is public; a viewer with more rights sees the same. */
	struct disclosing as_public = *d;
	as_public.viewer = viewer_public;
	struct list_filter filters[FILTERS];
	size_t n = 0;
	for (size_t i = 0; i < r->filters_n && n < FILTERS; i++)
		if (!str_is(r->filters[i].name, "year")) filters[n++] = r->filters[i];
	struct year_counts counts;
	enum err_code code = disclose_years(&as_public, r->kind, filters, n, &counts, e);
	if (code) return code;
	struct years y = {.d = d, .undated = counts.undated, .columns = arena_array(d->a, COLUMNS, sizeof *y.columns),
		.numbers = arena_array(d->a, COLUMNS, sizeof *y.numbers)};
	if (!y.columns || !y.numbers) return err_set(e, ERR_MEMORY, "out of memory");
	write_query(&y, r);
	choose_kinds(&y, &counts);
	for (size_t i = 0; i < counts.n; i++) {
		const struct year_count *c = &counts.items[i];
		if (!y.n || y.numbers[y.n - 1] != c->year) {
			if (y.n == COLUMNS) break;
			y.numbers[y.n] = c->year;
			y.columns[y.n++].label = arena_fmt(d->a, "%04d", c->year);
		}
		struct chart_column *column = &y.columns[y.n - 1];
		column->n[series_of(&y, c->kind)] += c->n;
		column->total += c->n;
	}
	*out = y;
	return ERR_OK;
}

static void fill_urls(const struct years *y, const struct years_request *r, struct chart_column *c) {
	c->here = str_eq(c->label, y->year);
	/* The year that the page shows is taken away by what would choose it again. */
	struct str year = c->here ? STR_EMPTY : c->label;
	for (size_t i = 0; i < y->kinds_n; i++) c->urls[i] = url_of(y, y->kinds[i], year);
	c->url = url_of(y, r->kind, year);
}

static void describe(const struct years *y, const struct years_request *r, struct chart *c) {
	struct arena *a = y->d->a;
	const struct chart_column *most = c->columns;
	int64_t total = 0, drawn = 0;
	for (size_t i = 0; i < c->n; i++) {
		drawn += c->columns[i].total;
		if (c->columns[i].total > most->total) most = &c->columns[i];
	}
	for (size_t i = 0; i < y->n; i++) total += y->columns[i].total;
	struct str what = r->kind ? r->kind->plural : str_of(words.records);
	c->title = r->title.n ? r->title : words_with(a, words.by_year, what);
	c->description = words_with(a, words.chart_description, number_words(a, drawn), c->columns[0].label, c->columns[c->n - 1].label,
		most->label, number_words(a, most->total));
	struct str early = total > drawn ? words_with(a, words.chart_early, number_words(a, total - drawn), c->columns[0].label) : STR_EMPTY;
	struct str undated = y->undated && r->kind ? words_with(a, words.chart_undated, number_words(a, y->undated)) : STR_EMPTY;
	c->note = early.n && undated.n ? arena_fmt(a, "%.*s; %.*s", STR_ARG(early), STR_ARG(undated)) : early.n ? early : undated;
	struct str kind = r->kind ? arena_fmt(a, "kind=%.*s", STR_ARG(r->kind->name)) : STR_EMPTY;
	struct str query = arena_fmt(a, "%s%.*s%s%.*s", kind.n || y->query.n ? "?" : "", STR_ARG(kind), kind.n && y->query.n ? "&" : "",
		STR_ARG(y->query));
	c->csv = arena_cat(a, S("/charts/by-year.csv"), query);
	c->json = arena_cat(a, S("/charts/by-year.json"), query);
}

/* The newest years without gaps; a year that cannot be one of AI's is in the table alone. */
static void draw(const struct years *y, const struct years_request *r, struct chart *c) {
	int last = 0, first = 0;
	for (size_t i = 0; i < y->n; i++)
		if (y->numbers[i] >= OLDEST) {
			if (!first) first = y->numbers[i];
			last = y->numbers[i];
		}
	if (last - first < 1) return;
	if (first < last - DRAWN + 1) first = last - DRAWN + 1;
	struct chart_column *columns = arena_array(y->d->a, DRAWN, sizeof *columns), *rows = arena_array(y->d->a, y->n, sizeof *rows);
	if (!columns || !rows) return;
	for (int year = first; year <= last; year++) columns[year - first].label = arena_fmt(y->d->a, "%04d", year);
	for (size_t i = 0; i < y->n; i++) {
		if (y->numbers[i] >= first) columns[y->numbers[i] - first] = y->columns[i];
		rows[y->n - 1 - i] = y->columns[i];
		fill_urls(y, r, &rows[y->n - 1 - i]);
	}
	c->columns = columns;
	c->n = (size_t)(last - first + 1);
	for (size_t i = 0; i < c->n; i++) fill_urls(y, r, &columns[i]);
	c->rows = rows;
	c->rows_n = y->n;
	describe(y, r, c);
}

static struct str series_title(const struct years *y, size_t i) {
	return y->kinds[i] ? y->kinds[i]->plural : str_of(words.other_kinds);
}

enum err_code years_chart(const struct disclosing *d, const struct years_request *r, struct chart *out, struct err *e) {
	struct years y;
	enum err_code code = read_years(d, r, &y, e);
	if (code) return code;
	struct chart c = {.id = r->id, .label_head = str_of(words.year), .series_n = y.kinds_n};
	for (size_t i = 0; i < y.kinds_n; i++) c.series[i] = series_title(&y, i);
	draw(&y, r, &c);
	*out = c;
	return ERR_OK;
}

/* ---- as data ---- */

static enum err_code read_request(struct request *rq, struct response *rs, struct years *out, bool *done, struct err *e) {
	struct filters f;
	struct disclosing d = {.hub = desk_hub(rq), .db = rq->worker, .viewer = viewer_public, .a = rq->arena};
	struct disclosing *kept = arena_new_of(rq->arena, struct disclosing);
	if (!kept) return err_set(e, ERR_MEMORY, "out of memory");
	*kept = d;
	*done = false;
	if (filters_read(rq, NULL, false, &f, e)) {
		*done = true;
		return filters_refuse(rs, e);
	}
	struct years_request r = {.kind = f.kind, .filters = f.items, .filters_n = f.n};
	return read_years(kept, &r, out, e);
}

/* RFC 4180. */
static void csv_cell(struct buf *out, struct str s) {
	bool quote = false;
	for (size_t i = 0; i < s.n; i++) quote |= s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\n' || s.p[i] == '\r';
	if (!quote) {
		buf_add(out, s);
		return;
	}
	buf_add_char(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"') buf_add_char(out, '"');
		buf_add_char(out, s.p[i]);
	}
	buf_add_char(out, '"');
}

enum err_code show_years_csv(struct request *rq, struct response *rs, struct err *e) {
	struct years y;
	bool done;
	enum err_code code = read_request(rq, rs, &y, &done, e);
	if (code || done) return code;
	struct buf *out = response_buf(rs, "text/csv; charset=utf-8; header=present");
	csv_cell(out, str_of(words.year));
	for (size_t i = 0; i < y.kinds_n; i++) {
		buf_add_char(out, ',');
		csv_cell(out, series_title(&y, i));
	}
	buf_add(out, S("\r\n"));
	for (size_t i = 0; i < y.n; i++) {
		buf_add(out, y.columns[i].label);
		for (size_t j = 0; j < y.kinds_n; j++) {
			buf_add_char(out, ',');
			buf_add_int(out, y.columns[i].n[j]);
		}
		buf_add(out, S("\r\n"));
	}
	response_public(rs, 0);
	return ERR_OK;
}

enum err_code show_years_json(struct request *rq, struct response *rs, struct err *e) {
	struct years y;
	bool done;
	enum err_code code = read_request(rq, rs, &y, &done, e);
	if (code || done) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_name(&w, S("series"));
	jw_array(&w);
	for (size_t i = 0; i < y.kinds_n; i++) {
		jw_object(&w);
		if (y.kinds[i]) jw_field_str(&w, S("kind"), y.kinds[i]->name);
		jw_field_str(&w, S("title"), series_title(&y, i));
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_name(&w, S("years"));
	jw_array(&w);
	for (size_t i = 0; i < y.n; i++) {
		jw_object(&w);
		jw_field_int(&w, S("year"), y.numbers[i]);
		jw_name(&w, S("counts"));
		jw_array(&w);
		for (size_t j = 0; j < y.kinds_n; j++) jw_int(&w, y.columns[i].n[j]);
		jw_array_end(&w);
		jw_field_int(&w, S("total"), y.columns[i].total);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_field_int(&w, S("undated"), y.undated);
	jw_object_end(&w);
	response_public(rs, 0);
	return ERR_OK;
}
