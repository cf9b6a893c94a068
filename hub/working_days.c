#include "working_days.h"

#include "hub/writer.h"

enum { HOLIDAYS = 5000 };

static bool day_of(struct str s, int64_t *out) {
	int64_t year, month, day;
	if (s.n != 10 || !date_valid(s) || !str_int(str_sub(s, 0, 4), &year) || !str_int(str_sub(s, 5, 2), &month) || !str_int(str_sub(s, 8, 2), &day)) return false;
	*out = days_from_date(year, (int)month, (int)day);
	return true;
}

enum err_code holiday_list(struct db *db, struct arena *a, struct holiday **out, size_t *n, struct err *e) {
	struct holiday *items = arena_array(a, HOLIDAYS, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(db, "SELECT day, title FROM holiday ORDER BY day LIMIT 5000");
	*n = 0;
	while (*n < HOLIDAYS && db_row(&q)) items[(*n)++] = (struct holiday){arena_str(a, db_str(&q, 0)), arena_str(a, db_str(&q, 1))};
	*out = items;
	return db_done(&q, e);
}

enum err_code working_days(const struct hub *h, struct db *db, struct arena *a, struct calendar *out, struct err *e) {
	struct holiday *list;
	size_t n;
	struct calendar c = {0};
	enum err_code code = holiday_list(db, a, &list, &n, e);
	int64_t *days = code ? NULL : arena_array(a, n + 1, sizeof *days);
	if (!code && !days) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	for (size_t i = 0; i < n; i++) c.holidays_n += day_of(list[i].day, &days[c.holidays_n]);
	c.holidays = days;
	if (!zone_open(a, h->time_zone.n ? h->time_zone : S("UTC"), &c.zone) && !zone_open(a, S("UTC"), &c.zone))
		return err_set(e, ERR_MEMORY, "out of memory");
	*out = c;
	return ERR_OK;
}

struct writing {
	struct str day, title;
	bool found;
};

static enum err_code add(struct db *db, void *arg, struct err *e) {
	const struct writing *w = arg;
	struct db_query q = db_query(db, "INSERT INTO holiday (day, title) VALUES ($1, $2) ON CONFLICT (day) DO UPDATE SET title = excluded.title");
	db_bind_str(&q, 1, w->day);
	db_bind_str(&q, 2, w->title);
	return db_run(&q, e);
}

static enum err_code take_away(struct db *db, void *arg, struct err *e) {
	struct writing *w = arg;
	struct db_query q = db_query(db, "DELETE FROM holiday WHERE day = $1");
	db_bind_str(&q, 1, w->day);
	enum err_code code = db_run(&q, e);
	w->found = !code && db_changes(db) > 0;
	return code;
}

enum err_code holiday_add(struct hub *h, struct str day, struct str title, struct err *e) {
	int64_t number;
	struct writing w = {day, str_cut_utf8(title, 200), false};
	if (!day_of(day, &number) || !str_utf8(title)) return err_set(e, ERR_INVALID, "a holiday is a day such as 2026-12-25, not \"%.*s\"", STR_ARG(str_cut_utf8(day, 40)));
	return writer_run(h->writer, add, &w, e);
}

enum err_code holiday_remove(struct hub *h, struct str day, struct err *e) {
	struct writing w = {day, STR_EMPTY, false};
	enum err_code code = writer_run(h->writer, take_away, &w, e);
	return code || w.found ? code : err_set(e, ERR_NOT_FOUND, "%.*s is no holiday of this hub", STR_ARG(str_cut_utf8(day, 40)));
}
