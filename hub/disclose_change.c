/* What became public or changed for the public, in that order; what falls into which year; and all addresses, for those who read a hub
 * as a whole. Made of public projections alone. */
#include "disclose.h"

#include "hub/disclose_private.h"

/* Up to so many records that fit, they are sorted; of more, the newest changes are walked until enough of them fit. */
enum { FEW = 5000, FILTERS = 8, YEAR_COUNTS = 4000 };

void disclose_has_facet(struct buf *sql, const char *record, size_t first) {
	buf_fmt(sql, "EXISTS (SELECT 1 FROM facet x WHERE x.record = %s AND x.name = $%zu AND x.value = $%zu)", record, first, first + 1);
}

/* ---- cursors: "MICROSECONDS_UID"; a record that is hidden is as unknown as one that never was ---- */

static enum err_code cursor_read(const struct disclosing *d, struct str cursor, moment *at, int64_t *record, struct err *e) {
	size_t line = str_rfind_char(cursor, '_');
	char uid[UID_SIZE];
	bool found = false;
	if (line != STR_NONE && str_int(str_sub(cursor, 0, line), at) && uid_parse(str_from(cursor, line + 1), uid)) {
		struct db_query q = db_query(d->db, "SELECT r.id FROM record r JOIN public p ON p.record = r.id WHERE r.uid = $1");
		db_bind_str(&q, 1, str_of(uid));
		if ((found = db_row(&q))) *record = db_int(&q, 0);
		enum err_code code = db_done(&q, e);
		if (code) return code;
	}
	return found ? ERR_OK : err_set(e, ERR_INVALID, "cursor: not one that this hub gave");
}

/* ---- filters ---- */

struct values {
	struct str items[FILTERS];
};

static enum err_code read_values(
	const struct disclosing *d, const struct list_filter *filters, size_t n, struct values *out, struct err *e) {
	if (n > FILTERS) return err_set(e, ERR_INVALID, "at most %d filters at once", FILTERS);
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < n && !code; i++) code = disclose_filter_value(d, &filters[i], &out->items[i], e);
	return code;
}

static void bind_filters(struct db_query *q, int first, const struct list_filter *filters, size_t n, const struct values *v) {
	for (size_t i = 0; i < n; i++) {
		db_bind_str(q, first + 2 * (int)i, filters[i].name);
		db_bind_str(q, first + 1 + 2 * (int)i, v->items[i]);
	}
}

/* How many records have the first filter's value (all of the kind without a filter). */
static enum err_code count(const struct disclosing *d, const struct kind *kind, struct str name, struct str value, int64_t *out,
	struct err *e) {
	struct db_query q = kind ?
		db_query(d->db, "SELECT coalesce(sum(n), 0) FROM facet_count WHERE kind = $3 AND name = $1 AND value = $2") :
		db_query(d->db, "SELECT coalesce(sum(n), 0) FROM facet_count WHERE name = $1 AND value = $2");
	db_bind_str(&q, 1, name);
	db_bind_str(&q, 2, value);
	if (kind) db_bind_str(&q, 3, kind->name);
	*out = db_row(&q) ? db_int(&q, 0) : 0;
	return db_done(&q, e);
}

/* The filters with the one that fewest records have first, since it is what the others are looked up for. *n: how many have it, or how
 * many there are of the kind when there is no filter. */
static enum err_code order_filters(const struct disclosing *d, const struct kind *kind, struct list_filter *filters, size_t filters_n,
	struct values *values, int64_t *n, struct err *e) {
	size_t least = 0;
	for (size_t i = 0; i < filters_n; i++) {
		int64_t here;
		enum err_code code = count(d, kind, filters[i].name, values->items[i], &here, e);
		if (code) return code;
		if (i && here >= *n) continue;
		*n = here;
		least = i;
	}
	if (!filters_n) return count(d, kind, STR_EMPTY, STR_EMPTY, n, e);
	struct list_filter filter = filters[0];
	struct str value = values->items[0];
	filters[0] = filters[least];
	values->items[0] = values->items[least];
	filters[least] = filter;
	values->items[least] = value;
	return ERR_OK;
}

/* ---- lists by change ---- */

/* $1 and $2 are the place to go on from, $3 the kind, $4 … the filters. */
static void write_sql(struct buf *sql, const struct list_request *r, bool few) {
	bool facet = r->filters_n > 0, itself = facet && r->itself;
	buf_add(sql, S("SELECT " GLIMPSE_COLUMNS));
	if (few && facet) {
		buf_add(sql, S(" FROM (SELECT record FROM facet WHERE name = $4 AND value = $5"));
		if (r->kind) buf_add(sql, S(" AND kind = $3"));
		if (itself) buf_add(sql, S(" UNION SELECT id FROM record WHERE uid = $5"));
		buf_add(sql, S(") f JOIN public p ON p.record = f.record JOIN record r ON r.id = f.record WHERE (p.updated, p.record) < ($1, $2)"));
	} else {
		buf_add(sql, S(" FROM public p JOIN record r ON r.id = p.record WHERE (p.updated, p.record) < ($1, $2)"));
		/* Not the kind's index, when it holds many: the one of the changes gives their order. */
		if (r->kind) buf_add(sql, few ? S(" AND p.kind = $3") : S(" AND p.kind || '' = $3"));
		if (facet) {
			buf_add(sql, S(" AND ("));
			disclose_has_facet(sql, "p.record", 4);
			buf_add(sql, itself ? S(" OR r.uid = $5)") : S(")"));
		}
	}
	for (size_t i = 1; i < r->filters_n; i++) {
		buf_add(sql, S(" AND "));
		disclose_has_facet(sql, "p.record", 4 + 2 * i);
	}
	buf_add(sql, S(" ORDER BY p.updated DESC, p.record DESC LIMIT "));
	buf_add_int(sql, (int64_t)r->limit + 1);
}

enum err_code disclose_by_change(const struct disclosing *d, const struct list_request *given, struct listed *out, struct err *e) {
	struct list_request request = *given, *r = &request;
	struct list_filter filters[FILTERS];
	moment at = INT64_MAX;
	int64_t before = INT64_MAX;
	struct values values;
	struct listed list = {.items = arena_array(d->a, r->limit + 1, sizeof *list.items)};
	if (!list.items) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = r->cursor.n ? cursor_read(d, r->cursor, &at, &before, e) : ERR_OK;
	if (!code) code = read_values(d, r->filters, r->filters_n, &values, e);
	if (code) return code;
	if (r->filters_n) memcpy(filters, r->filters, r->filters_n * sizeof *filters);
	r->filters = filters;
	r->itself &= r->filters_n == 1;
	code = order_filters(d, r->kind, filters, r->filters_n, &values, &list.total, e);
	if (code) return code;
	autobuf struct buf sql = BUF(4096);
	write_sql(&sql, r, (r->filters_n || r->kind) && list.total <= FEW);
	struct db_query q = db_query_once(d->db, buf_str(&sql));
	db_bind_int(&q, 1, at);
	db_bind_int(&q, 2, before);
	if (r->kind) db_bind_str(&q, 3, r->kind->name);
	bind_filters(&q, 4, r->filters, r->filters_n, &values);
	/* A row whose kind's file is gone is passed over, and still counts as a row: the next page begins behind it. */
	struct glimpse last = {0};
	for (size_t rows = 0; db_row(&q); rows++) {
		if (rows == r->limit) {
			list.next = arena_fmt(d->a, "%lld_%.*s", (long long)last.updated, STR_ARG(last.uid));
			break;
		}
		last = (struct glimpse){.uid = arena_str(d->a, db_str(&q, 1)), .updated = db_int(&q, 8)};
		list.n += glimpse_read(d, &q, 0, &list.items[list.n]);
	}
	code = db_done(&q, e);
	if (code) return code;
	if (given->filters_n > 1 || given->itself) list.total = -1;
	*out = list;
	return ERR_OK;
}

/* ---- years ---- */

/* Without filters the counts are there already; with them the years of the records that have the first filter's value are counted. */
static void write_years_sql(struct buf *sql, const struct kind *kind, size_t filters_n, bool all_dated) {
	if (!filters_n) {
		buf_add(sql, S("SELECT value, kind, n FROM facet_count WHERE name = $2 AND n > 0"));
		if (kind) buf_add(sql, S(" AND kind = $1"));
		buf_add(sql, S(" ORDER BY value, kind"));
		return;
	}
	/* Where each record has a date of its own, the order of lists holds the year. */
	if (all_dated)
		buf_add(sql, S("SELECT substr(f.sort, 1, 4) AS year, f.kind, count(*) FROM facet f WHERE $2 <> '' AND f.name = $3 AND f.value = $4"));
	else
		buf_add(sql, S("SELECT y.value AS year, f.kind, count(*) FROM facet f LEFT JOIN facet y ON y.record = f.record AND y.name = $2 "
					   "WHERE f.name = $3 AND f.value = $4"));
	if (kind) buf_add(sql, S(" AND f.kind = $1"));
	for (size_t i = 1; i < filters_n; i++) {
		buf_add(sql, S(" AND "));
		disclose_has_facet(sql, "f.record", 3 + 2 * i);
	}
	buf_add(sql, S(" GROUP BY 1, f.kind ORDER BY 1, f.kind"));
}

static enum err_code are_dated(const struct disclosing *d, const struct kind *kind, bool *out, struct err *e) {
	*out = false;
	if (!kind) return ERR_OK;
	struct db_query q = db_query(d->db, "SELECT coalesce(sum(CASE name WHEN 'year' THEN -n ELSE n END), 0) FROM facet_count WHERE kind = $1 "
		"AND (name = 'year' OR (name = '' AND value = ''))");
	db_bind_str(&q, 1, kind->name);
	*out = db_row(&q) && db_int(&q, 0) == 0;
	return db_done(&q, e);
}

enum err_code disclose_years(const struct disclosing *d, const struct kind *kind, const struct list_filter *given, size_t filters_n,
	struct year_counts *out, struct err *e) {
	struct values values;
	struct list_filter filters[FILTERS];
	int64_t least;
	bool all_dated;
	enum err_code code = read_values(d, given, filters_n, &values, e);
	if (code) return code;
	if (filters_n) memcpy(filters, given, filters_n * sizeof *filters);
	code = order_filters(d, kind, filters, filters_n, &values, &least, e);
	if (!code) code = are_dated(d, kind, &all_dated, e);
	if (code) return code;
	struct year_counts counts = {.items = arena_array(d->a, YEAR_COUNTS, sizeof *counts.items)};
	if (!counts.items) return err_set(e, ERR_MEMORY, "out of memory");
	autobuf struct buf sql = BUF(4096);
	write_years_sql(&sql, kind, filters_n, all_dated);
	struct db_query q = db_query_once(d->db, buf_str(&sql));
	if (kind) db_bind_str(&q, 1, kind->name);
	db_bind_str(&q, 2, S("year"));
	bind_filters(&q, 3, filters, filters_n, &values);
	int64_t dated = 0, year;
	while (counts.n < YEAR_COUNTS && db_row(&q)) {
		const struct kind *k = kind_find(d->hub->kinds, db_str(&q, 1));
		if (!k) continue;
		if (!db_str(&q, 0).n) counts.undated += db_int(&q, 2);
		else if (str_int(db_str(&q, 0), &year) && year >= 0 && year <= 9999) {
			counts.items[counts.n++] = (struct year_count){(int)year, k, db_int(&q, 2)};
			dated += db_int(&q, 2);
		}
	}
	code = db_done(&q, e);
	int64_t all = 0;
	if (!code && !filters_n) code = count(d, kind, STR_EMPTY, STR_EMPTY, &all, e);
	if (code) return code;
	if (!filters_n) counts.undated = all > dated ? all - dated : 0;
	*out = counts;
	return ERR_OK;
}

/* ---- roles ---- */

enum err_code disclose_roles(const struct disclosing *d, const struct disclosed *r, const struct glimpse *others, size_t n,
	struct str *out, struct err *e) {
	for (size_t i = 0; i < n; i++) {
		autobuf struct buf words = BUF(4096);
		struct db_query q = db_query(d->db, "SELECT rel FROM link WHERE source = $1 AND target = $2 ORDER BY id");
		db_bind_int(&q, 1, others[i].record);
		db_bind_int(&q, 2, r->line.record);
		while (db_row(&q)) {
			const struct kind_link *l = kind_link(others[i].kind, db_str(&q, 0));
			if (!l || !(l->audiences & PUBLIC)) continue;
			if (words.n) buf_add(&words, S(", "));
			buf_add(&words, l->inverse);
		}
		enum err_code code = db_done(&q, e);
		if (code) return code;
		out[i] = arena_str(d->a, buf_str(&words));
	}
	return ERR_OK;
}

/* ---- all of them ---- */

enum err_code disclose_addresses(const struct disclosing *d, int64_t skip, int64_t limit,
	void (*fn)(const struct disclosed_address *one, void *arg), void *arg, struct err *e) {
	/* The order is cut first, in its own index: a body is never read for its address. */
	struct db_query q = db_query(d->db,
		"SELECT r.public_id, r.uid, p.updated, r.kind, r.state FROM (SELECT p.record, p.updated FROM public p JOIN record o ON o.id = p.record WHERE o.hub IS NULL ORDER BY p.updated, p.record LIMIT $2 "
		"OFFSET $1) p JOIN record r ON r.id = p.record ORDER BY p.updated, p.record");
	db_bind_int(&q, 1, skip);
	db_bind_int(&q, 2, limit);
	while (db_row(&q)) {
		const struct kind *k = kind_find(d->hub->kinds, db_str(&q, 3));
		const struct kind_state *s = k ? kind_state(k, db_str(&q, 4)) : NULL;
		if (s && (s->is_public || s->follows.n)) fn(&(struct disclosed_address){db_str(&q, 0), db_str(&q, 1), db_int(&q, 2)}, arg);
	}
	return db_done(&q, e);
}

enum err_code disclose_changes(const struct disclosing *d, void (*fn)(moment updated, void *arg), void *arg, struct err *e) {
	struct db_query q = db_query(d->db, "SELECT p.updated FROM public p JOIN record r ON r.id = p.record WHERE r.hub IS NULL ORDER BY p.updated, p.record");
	while (db_row(&q)) fn(db_int(&q, 0), arg);
	return db_done(&q, e);
}
