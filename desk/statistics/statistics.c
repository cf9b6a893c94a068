#include "pages.h"

#include "desk/api/operation.h"
#include "desk/site/words.h"
#include "routes.h"
#include "statistics.t.h"

enum { BAR = 300 };

const struct route statistics_routes[] = {
	{"/statistics", show_statistics, ROUTE_PUBLIC, .name = "statistics", .gives = GIVES_HTML, .flags = ROUTE_CACHEABLE,
		.help = "What the disclosure desk does, in numbers."},
	{"/statistics.csv", show_statistics_csv, ROUTE_PUBLIC, .name = "statistics-csv", .gives = GIVES_FILE, .flags = ROUTE_CACHEABLE | ROUTE_ANY_ORIGIN,
		.help = "The same as CSV: table, label, number; an empty number is withheld."},
	ROUTE_END
};

static struct statistic_row *rows_of(struct arena *a, const struct statistic *s) {
	struct statistic_row *rows = arena_array(a, s->n + 1, sizeof *rows);
	int64_t most = 1;
	for (size_t i = 0; i < s->n; i++) most = s->cells[i].n > most ? s->cells[i].n : most;
	for (size_t i = 0; rows && i < s->n; i++) {
		int64_t n = s->cells[i].n;
		rows[i] = (struct statistic_row){value_words(a, s->cells[i].label), n < 0 ? S("withheld") : number_words(a, n), n < 0 ? 0 : (int)(n * BAR / most), n < 0};
		if (s->unit.n) rows[i].number = arena_fmt(a, "%.*s %.*s", STR_ARG(rows[i].number), STR_ARG(s->unit));
	}
	return rows;
}

enum err_code show_statistics(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct statistic *list;
	size_t n;
	moment at;
	struct statistics_page page = {0};
	enum err_code code = disclose_statistics(&d, &list, &n, &at, e);
	struct statistic_shown *items = arena_array(d.a, n + 1, sizeof *items);
	if (!code && !items) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	for (size_t i = 0; i < n; i++)
		if (list[i].n) items[page.n++] = (struct statistic_shown){&list[i], rows_of(d.a, &list[i])};
	page.items = items;
	page.desk = (d.viewer.roles & ROLE_COORDINATOR) != 0;
	page.at = at ? moment_words(d.a, at) : STR_EMPTY;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Statistics"), .canonical = S("/statistics"), .api = S("/api/v1/statistics"),
		.description = S("Reports, terms, embargoes and disputes of this hub, in numbers.")});
	statistics_body(out, &page);
	return site_end(rq, rs);
}

static void csv_field(struct buf *out, struct str s) {
	buf_add_char(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"') buf_add_char(out, '"');
		buf_add_char(out, s.p[i]);
	}
	buf_add_char(out, '"');
}

enum err_code show_statistics_csv(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct statistic *list;
	size_t n;
	moment at;
	enum err_code code = disclose_statistics(&d, &list, &n, &at, e);
	if (code) return code;
	autobuf struct buf csv = BUF(1 << 20);
	buf_add(&csv, S("table,label,number,unit\r\n"));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < list[i].n; j++) {
			csv_field(&csv, list[i].name);
			buf_add_char(&csv, ',');
			csv_field(&csv, list[i].cells[j].label);
			if (list[i].cells[j].n < 0) buf_add(&csv, S(","));
			else buf_fmt(&csv, ",%lld", (long long)list[i].cells[j].n);
			buf_fmt(&csv, ",%.*s\r\n", STR_ARG(list[i].unit));
		}
	response_bytes(rs, S("text/csv; charset=utf-8"), arena_str(d.a, buf_str(&csv)));
	desk_public(rq, rs);
	return ERR_OK;
}

enum err_code api_statistics(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct statistic *list;
	size_t n;
	moment at;
	char text[MOMENT_TEXT];
	enum err_code code = disclose_statistics(&d, &list, &n, &at, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	if (at) jw_field_str(&w, S("at"), moment_text(at, text));
	jw_name(&w, S("items"));
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		jw_object(&w);
		jw_field_str(&w, S("name"), list[i].name);
		jw_field_str(&w, S("title"), list[i].title);
		if (list[i].unit.n) jw_field_str(&w, S("unit"), list[i].unit);
		jw_name(&w, S("cells"));
		jw_array(&w);
		for (size_t j = 0; j < list[i].n; j++) {
			jw_object(&w);
			jw_field_str(&w, S("label"), list[i].cells[j].label);
			if (list[i].cells[j].n < 0) jw_field_bool(&w, S("withheld"), true);
			else jw_field_int(&w, S("n"), list[i].cells[j].n);
			jw_object_end(&w);
		}
		jw_array_end(&w);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	desk_public(rq, rs);
	return ERR_OK;
}
