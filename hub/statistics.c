#include "statistics.h"

#include "hub/writer.h"
#include "lib/json/json.h"

enum { COMPUTE_CAP = 256 << 20, TEXT_CAP = 8 << 20 };

static const char *const units[] = {"count", "hours", "days", "percent"};

const char *statistics_unit_name(enum statistics_unit unit) { return units[unit]; }

const struct statistics_table *statistics_find(const struct statistics *s, struct str table) {
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->tables[i].name, table)) return &s->tables[i];
	return NULL;
}

static struct str counted(struct arena *a, int64_t n, const char *one, const char *more) {
	return arena_fmt(a, "%lld %s", (long long)n, n == 1 ? one : more);
}

struct str statistics_words(struct arena *a, enum statistics_unit unit, int64_t value) {
	if (value == STATISTICS_NONE) return S("–");
	if (unit == STATISTICS_PERCENT) return arena_fmt(a, "%lld %%", (long long)value);
	if (unit == STATISTICS_COUNT) return arena_fmt(a, "%lld", (long long)value);
	if (unit == STATISTICS_HOURS && (value < 72 || value % 24)) return counted(a, value, "hour", "hours");
	return counted(a, unit == STATISTICS_HOURS ? value / 24 : value, "day", "days");
}

/* ---- as data ---- */

static void table_json(struct json_writer *w, const struct statistics_table *t) {
	jw_object(w);
	jw_field_str(w, S("table"), t->name);
	jw_field_str(w, S("title"), t->title);
	jw_field_str(w, S("text"), t->text);
	jw_field_str(w, S("label"), t->label);
	jw_field_bool(w, S("quarters"), t->quarters);
	jw_name(w, S("columns"));
	jw_array(w);
	for (size_t i = 0; i < t->columns_n; i++) {
		jw_object(w);
		jw_field_str(w, S("name"), t->columns[i].name);
		jw_field_str(w, S("title"), t->columns[i].title);
		jw_field_str(w, S("unit"), str_of(units[t->columns[i].unit]));
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_name(w, S("rows"));
	jw_array(w);
	for (size_t i = 0; i < t->rows_n; i++) {
		jw_object(w);
		jw_field_str(w, S("name"), t->rows[i].name);
		jw_field_str(w, S("title"), t->rows[i].title);
		jw_name(w, S("values"));
		jw_array(w);
		for (size_t j = 0; j < t->columns_n; j++) {
			if (t->rows[i].values[j] == STATISTICS_NONE) jw_null(w);
			else jw_int(w, t->rows[i].values[j]);
		}
		jw_array_end(w);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

void statistics_json(struct json_writer *w, const struct statistics *s) {
	char at[MOMENT_TEXT];
	jw_object(w);
	jw_name(w, S("as_of"));
	if (s->as_of) jw_str(w, moment_text(s->as_of, at));
	else jw_null(w);
	jw_field_int(w, S("in_steps_of"), 5);
	jw_name(w, S("tables"));
	jw_array(w);
	for (size_t i = 0; i < s->n; i++) table_json(w, &s->tables[i]);
	jw_array_end(w);
	jw_object_end(w);
}

/* A name may be an organization's: it is no formula of a spreadsheet. */
static void csv_cell(struct buf *out, struct str s) {
	buf_add_char(out, '"');
	if (s.n && strchr("=+-@\t\r", s.p[0])) buf_add_char(out, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"') buf_add_char(out, '"');
		buf_add_char(out, s.p[i]);
	}
	buf_add_char(out, '"');
}

void statistics_csv(struct buf *out, const struct statistics_table *t) {
	csv_cell(out, t->label);
	for (size_t i = 0; i < t->columns_n; i++) {
		buf_add_char(out, ',');
		csv_cell(out, t->columns[i].title);
	}
	buf_add(out, S("\r\n"));
	for (size_t i = 0; i < t->rows_n; i++) {
		csv_cell(out, t->rows[i].title);
		for (size_t j = 0; j < t->columns_n; j++) {
			buf_add_char(out, ',');
			if (t->rows[i].values[j] != STATISTICS_NONE) buf_add_int(out, t->rows[i].values[j]);
		}
		buf_add(out, S("\r\n"));
	}
}

void statistics_csv_all(struct buf *out, const struct statistics *s) {
	buf_add(out, S("table,row,title,column,unit,value\r\n"));
	for (size_t i = 0; i < s->n; i++) {
		const struct statistics_table *t = &s->tables[i];
		for (size_t r = 0; r < t->rows_n; r++)
			for (size_t c = 0; c < t->columns_n; c++) {
				const struct str cells[] = {t->name, t->rows[r].name, t->rows[r].title, t->columns[c].name, str_of(units[t->columns[c].unit])};
				for (size_t k = 0; k < lengthof(cells); k++) {
					csv_cell(out, cells[k]);
					buf_add_char(out, ',');
				}
				if (t->rows[r].values[c] != STATISTICS_NONE) buf_add_int(out, t->rows[r].values[c]);
				buf_add(out, S("\r\n"));
			}
	}
}

/* ---- read back ---- */

static void read_table(struct arena *a, const struct json *v, struct statistics_table *t) {
	const struct json *columns = json_get_lit(v, "columns"), *rows = json_get_lit(v, "rows");
	*t = (struct statistics_table){.name = json_get_str(v, S("table")), .title = json_get_str(v, S("title")), .text = json_get_str(v, S("text")),
		.label = json_get_str(v, S("label")), .quarters = json_true(json_get_lit(v, "quarters")), .columns = arena_array(a, json_count(columns) + 1, sizeof *t->columns),
		.rows = arena_array(a, json_count(rows) + 1, sizeof *t->rows)};
	if (!t->columns || !t->rows) return;
	for (; t->columns_n < json_count(columns); t->columns_n++) {
		const struct json *c = json_at(columns, t->columns_n);
		struct statistics_column *one = &t->columns[t->columns_n];
		*one = (struct statistics_column){.name = json_get_str(c, S("name")), .title = json_get_str(c, S("title"))};
		for (size_t u = 0; u < lengthof(units); u++)
			if (str_is(json_get_str(c, S("unit")), units[u])) one->unit = (enum statistics_unit)u;
	}
	for (; t->rows_n < json_count(rows); t->rows_n++) {
		const struct json *r = json_at(rows, t->rows_n), *values = json_get_lit(r, "values");
		struct statistics_row *one = &t->rows[t->rows_n];
		*one = (struct statistics_row){json_get_str(r, S("name")), json_get_str(r, S("title")), arena_array(a, t->columns_n + 1, sizeof *one->values)};
		for (size_t i = 0; one->values && i < t->columns_n; i++) one->values[i] = json_integer(json_at(values, i), STATISTICS_NONE);
	}
}

static enum err_code read_stored(struct db *db, struct arena *a, moment *as_of, struct str *body, struct err *e) {
	struct db_query q = db_query(db, "SELECT as_of, body FROM statistic WHERE name = 'all'");
	bool found = db_row(&q);
	*as_of = found ? db_int(&q, 0) : 0;
	if (body) *body = found ? arena_str(a, db_str(&q, 1)) : STR_EMPTY;
	return db_done(&q, e);
}

enum err_code disclose_statistics(const struct disclosing *d, struct statistics *out, struct err *e) {
	struct statistics s = {0};
	struct str body;
	const struct json *v = NULL;
	enum err_code code = read_stored(d->db, d->a, &s.as_of, &body, e);
	if (!code && body.n) code = json_parse(d->a, body, NULL, &v, e);
	if (code) return code;
	const struct json *tables = json_get_lit(v, "tables");
	s.tables = arena_array(d->a, json_count(tables) + 1, sizeof *s.tables);
	for (; s.tables && s.n < json_count(tables); s.n++) read_table(d->a, json_at(tables, s.n), &s.tables[s.n]);
	if (arena_failed(d->a)) return err_set(e, ERR_MEMORY, "out of memory");
	*out = s;
	return ERR_OK;
}

static enum err_code narrow(struct statistics *s, struct str table, struct err *e) {
	const struct statistics_table *one = statistics_find(s, table);
	if (!one) return err_set(e, ERR_NOT_FOUND, "there is no such table of statistics");
	s->tables += one - s->tables;
	s->n = 1;
	return ERR_OK;
}

enum err_code disclose_statistics_table(const struct disclosing *d, struct str table, struct statistics *out, struct err *e) {
	struct statistics s;
	enum err_code code = disclose_statistics(d, &s, e);
	if (!code && table.n) code = narrow(&s, table, e);
	if (!code) *out = s;
	return code;
}

/* ---- worked out and kept ---- */

struct keeping {
	moment as_of;
	struct str body;
};

static enum err_code keep(struct db *db, void *arg, struct err *e) {
	const struct keeping *k = arg;
	struct db_query q = db_query(db,
		"INSERT INTO statistic (name, as_of, body) VALUES ('all', $1, $2) ON CONFLICT (name) DO UPDATE SET as_of = excluded.as_of, body = excluded.body");
	db_bind_int(&q, 1, k->as_of);
	db_bind_str(&q, 2, k->body);
	return db_run(&q, e);
}

/* The long part reads alone; the writer is held for one row. */
static enum err_code work_out(struct hub *h, struct db *db, moment as_of, const atomic_bool *stop, struct err *e) {
	autoarena struct arena *a = arena_new(COMPUTE_CAP);
	autobuf struct buf text = BUF(TEXT_CAP);
	struct statistics s;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = db_read_begin(db, e);
	if (code) return code;
	code = disclose_aggregates(h, db, a, as_of, stop, &s, e);
	db_read_end(db);
	if (code) return code;
	struct json_writer w = json_writer(&text);
	statistics_json(&w, &s);
	if (text.failed) return err_set(e, ERR_TOO_LARGE, "the statistics are too large");
	struct keeping k = {as_of, buf_str(&text)};
	return writer_run(h->writer, keep, &k, e);
}

enum err_code statistics_run(struct hub *h, struct db *db, const atomic_bool *stop, struct err *e) {
	moment at = now(), hour = at - at % DAY + STATISTICS_HOUR * HOUR, kept;
	if (hour > at) hour -= DAY;
	enum err_code code = read_stored(db, NULL, &kept, NULL, e);
	/* One of a time to come was made while the clock was wrong. */
	if (code || (kept >= hour && kept <= at)) return code;
	return work_out(h, db, hour, stop, e);
}

enum err_code statistics_renew(struct hub *h, const struct disclosing *d, const atomic_bool *stop, struct err *e) {
	if (!(d->viewer.roles & ROLE_COORDINATOR)) return err_set(e, ERR_FORBIDDEN, "statistics are worked out anew by coordinators");
	return work_out(h, d->db, now(), stop, e);
}
