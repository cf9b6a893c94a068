#include "hub/clocks.h"
#include "hub/disclose_private.h"
#include "hub/statistics.h"
#include "hub/writer.h"

enum { CELLS = 60, RECORDS_CAP = 64 << 20, VALUES = 100000 };

/* ---- tables in the making ---- */

struct counted {
	const char *name, *title, *unit;
	struct str labels[CELLS];
	int64_t counts[CELLS];
	size_t n;
};

/* In the order of the page. Each label is put in beforehand, so that a count of nothing shows too, or as it comes. */
enum which { BY_TYPE, BY_SEVERITY, BY_TIER, BY_STATE, BY_QUARTER, TIME_ACKNOWLEDGE, TIME_DECIDE, TIME_PUBLISH, TERMS, CASES, EMBARGOES, ANSWERS, UNANSWERED, OVERDUE,
	DISPUTES, TABLES };

struct gathering {
	struct hub *hub;
	struct db *db;
	struct arena *a;           /* what is kept */
	struct counted *tables;
	struct err *e;
};

static int64_t *cell(struct gathering *g, enum which w, struct str label) {
	struct counted *t = &g->tables[w];
	for (size_t i = 0; i < t->n; i++)
		if (str_eq(t->labels[i], label)) return &t->counts[i];
	if (t->n == CELLS) return &t->counts[CELLS - 1];
	t->labels[t->n] = arena_str(g->a, label);
	return &t->counts[t->n++];
}

static void add(struct gathering *g, enum which w, struct str label) {
	++*cell(g, w, label);
}

static void names(struct gathering *g) {
	static const struct {
		enum which which;
		const char *name, *title, *unit;
	} all[] = {
		{BY_TYPE, "reports-by-type", "Reports by type", ""}, {BY_SEVERITY, "reports-by-severity", "Reports by severity, as finders judge it", ""},
		{BY_TIER, "reports-by-tier", "Reports by tier, as coordinators decided", ""}, {BY_STATE, "reports-by-state", "Reports by state", ""},
		{BY_QUARTER, "reports-by-quarter", "Reports received", ""}, {TIME_ACKNOWLEDGE, "time-to-acknowledge", "From receipt to acknowledgement", "days"},
		{TIME_DECIDE, "time-to-decide", "From receipt to a decision whether it holds", "days"}, {TIME_PUBLISH, "time-to-publish", "From receipt to publication", "days"},
		{TERMS, "terms", "Terms", ""}, {CASES, "cases-by-state", "Cases by state", ""}, {EMBARGOES, "embargoes", "How embargoes ended", ""},
		{ANSWERS, "answers", "Parties that were asked in", ""}, {OVERDUE, "overdue-by-organization", "Overdue by organization: cases whose term for a fix is over without one", ""},
		{UNANSWERED, "unanswered-by-organization", "Cases never answered in, by organization that was asked in five or more", ""},
		{DISPUTES, "disputes-by-state", "Disputes by state", ""},
	};
	for (size_t i = 0; i < lengthof(all); i++)
		g->tables[all[i].which] = (struct counted){.name = all[i].name, .title = all[i].title, .unit = all[i].unit};
}

/* ---- withholding ---- */

void statistics_withhold(const int64_t *counts, size_t n, bool *hidden) {
	int64_t sum = 0;
	size_t cells = 0;
	for (size_t i = 0; i < n; i++) {
		hidden[i] = counts[i] > 0 && counts[i] < STATISTIC_LEAST;
		sum += hidden[i] ? counts[i] : 0;
		cells += hidden[i];
	}
	while (cells && (cells < 2 || sum < STATISTIC_LEAST)) {
		size_t least = n;
		for (size_t i = 0; i < n; i++)
			if (!hidden[i] && counts[i] > 0 && (least == n || counts[i] < counts[least])) least = i;
		if (least == n) break;
		hidden[least] = true;
		sum += counts[least];
		cells++;
	}
	/* Nothing was left to hide it behind: not even which cells are empty is told. */
	if (cells && (cells < 2 || sum < STATISTIC_LEAST))
		for (size_t i = 0; i < n; i++) hidden[i] = true;
}

/* ---- gathering ---- */

static struct str title_of_state(struct gathering *g, const char *kind, struct str state) {
	const struct kind *k = kind_find(g->hub->kinds, str_of(kind));
	const struct kind_state *s = k ? kind_state(k, state) : NULL;
	return s ? s->title : state;
}

/* Bodies are read one by one, whatever keeps one from being read. */
static enum err_code read_reports(struct gathering *g) {
	autoarena struct arena *one = arena_new(RECORDS_CAP);
	if (!one) return err_set(g->e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(g->db,
		"SELECT r.id, r.state, r.created FROM record r WHERE r.kind = 'report' AND r.state <> 'draft' AND r.erased IS NULL AND NOT EXISTS "
		"(SELECT 1 FROM origin o WHERE o.record = r.id) ORDER BY r.id");
	while (db_row(&q)) {
		struct stored r;
		const struct json *body;
		int64_t year;
		int month, day;
		date_from_days(db_int(&q, 2) / DAY, &year, &month, &day);
		add(g, BY_QUARTER, arena_fmt(one, "%lld, quarter %d", (long long)year, (month - 1) / 3 + 1));
		add(g, BY_STATE, title_of_state(g, "report", db_str(&q, 1)));
		if (!store_read(g->hub, g->db, one, db_int(&q, 0), &r, NULL) && !store_body(g->hub, g->db, one, &r, &body, NULL)) {
			struct str type = json_get_str(json_get_lit(body, "classification"), S("type")), severity = json_get_str(body, S("severity"));
			add(g, BY_TYPE, type.n ? type : S("not said"));
			add(g, BY_SEVERITY, severity.n ? severity : S("not said"));
		}
		arena_clear(one);
	}
	return db_done(&q, g->e);
}

/* A query that gives labels and counts. */
static enum err_code count(struct gathering *g, enum which w, const char *kind, const char *sql) {
	struct db_query q = db_query_once(g->db, str_of(sql));
	while (db_row(&q)) {
		struct str label = kind ? title_of_state(g, kind, db_str(&q, 0)) : db_str(&q, 0);
		*cell(g, w, label) += db_int(&q, 1);
	}
	return db_done(&q, g->e);
}

static int by_size(const void *x, const void *y) {
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return a < b ? -1 : a > b;
}

/* Between the first time in one state and the first in another. */
static enum err_code times(struct gathering *g, enum which w, const char *sql) {
	int64_t *values = arena_array(g->a, VALUES, sizeof *values);
	size_t n = 0;
	if (!values) return err_set(g->e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query_once(g->db, str_of(sql));
	while (n < VALUES && db_row(&q)) values[n++] = db_int(&q, 0);
	enum err_code code = db_done(&q, g->e);
	if (code || n < STATISTIC_LEAST) return code;
	qsort(values, n, sizeof *values, by_size);
	*cell(g, w, S("half of them within")) = (values[n / 2] + DAY - 1) / DAY;
	*cell(g, w, S("nine of ten within")) = (values[n * 9 / 10 < n ? n * 9 / 10 : n - 1] + DAY - 1) / DAY;
	return ERR_OK;
}

#define FIRST(state) "(SELECT min(v.at) FROM event v WHERE v.record = r.id AND v.state IN (" state "))"
#define BETWEEN(to) "SELECT " FIRST(to) " - " FIRST("'received'") " AS span FROM record r WHERE r.kind = 'report' AND " FIRST(to) " IS NOT NULL AND " \
	FIRST("'received'") " IS NOT NULL AND NOT EXISTS (SELECT 1 FROM origin o WHERE o.record = r.id) LIMIT 100000"

static enum err_code read_terms(struct gathering *g) {
	struct clock_tally *list;
	size_t n;
	enum err_code code = clock_tallies(g->db, g->a, &list, &n, g->e);
	for (size_t i = 0; i < n && !code; i++) {
		*cell(g, TERMS, S("met in time")) += list[i].met;
		*cell(g, TERMS, S("met late")) += list[i].late;
		*cell(g, TERMS, S("running")) += list[i].running - list[i].overdue;
		*cell(g, TERMS, S("overdue")) += list[i].overdue;
	}
	return code;
}

/* Public organizations alone, and cases that no embargo covers. Of whom fewer than five are overdue, not even the name is told. */
static enum err_code read_organizations(struct gathering *g) {
	struct db_query q = db_query(g->db,
		"SELECT p.headline, count(*) FROM participant t JOIN record o ON o.uid = t.subject JOIN public p ON p.record = o.id "
		"WHERE t.supplies = 1 AND t.access = 'in' AND t.fix_ready = 0 AND t.record NOT IN (SELECT record FROM case_state WHERE embargo IN ('P', 'A', 'R')) AND EXISTS "
		"(SELECT 1 FROM clock k WHERE k.record = t.record AND k.name = 'fix' AND k.state = 'running' AND k.due < $1) GROUP BY o.id, p.headline "
		"HAVING count(*) >= 5 ORDER BY 2 DESC, 1 LIMIT 50");
	db_bind_int(&q, 1, now() - SECOND);
	while (db_row(&q)) *cell(g, OVERDUE, db_str(&q, 0)) = db_int(&q, 1);
	enum err_code code = db_done(&q, g->e);
	if (code) return code;
	q = db_query(g->db,
		"SELECT p.headline, sum(CASE WHEN t.answered = 0 THEN 1 ELSE 0 END) FROM participant t JOIN record o ON o.uid = t.subject JOIN public p ON p.record = o.id "
		"WHERE t.asked > 0 AND t.access <> 'out' AND t.record NOT IN (SELECT record FROM case_state WHERE embargo IN ('P', 'A', 'R')) GROUP BY o.id, p.headline "
		"HAVING count(*) >= 5 ORDER BY 2 DESC, 1 LIMIT 50");
	while (db_row(&q)) *cell(g, UNANSWERED, db_str(&q, 0)) = db_int(&q, 1);
	return db_done(&q, g->e);
}

static enum err_code gather(struct gathering *g) {
	static const char *const types[] = {"security-incident", "real-world-incident", "vulnerability", "hazard"};
	for (size_t i = 0; i < lengthof(types); i++) cell(g, BY_TYPE, str_of(types[i]));
	enum err_code code = read_reports(g);
	if (!code) code = count(g, BY_TIER, NULL,
		"SELECT d.tier, count(*) FROM decision d JOIN record r ON r.id = d.record WHERE r.kind = 'report' AND d.tier <> '' AND d.event = (SELECT max(x.event) FROM "
		"decision x WHERE x.record = d.record AND x.tier <> '') GROUP BY d.tier ORDER BY d.tier");
	if (!code) code = times(g, TIME_ACKNOWLEDGE, BETWEEN("'acknowledged', 'valid', 'invalid'"));
	if (!code) code = times(g, TIME_DECIDE, BETWEEN("'valid', 'invalid'"));
	if (!code) code = times(g, TIME_PUBLISH, BETWEEN("'published'"));
	if (!code) code = read_terms(g);
	if (!code) code = count(g, CASES, "case", "SELECT state, count(*) FROM record WHERE kind = 'case' AND erased IS NULL GROUP BY state ORDER BY state");
	if (!code) code = count(g, EMBARGOES, NULL,
		"SELECT exit_reason, count(*) FROM case_state WHERE embargo = 'X' AND exit_reason <> '' GROUP BY exit_reason ORDER BY exit_reason");
	if (!code) code = count(g, ANSWERS, NULL,
		"SELECT CASE WHEN answered > 0 THEN 'answered' ELSE 'never answered' END, count(*) FROM participant WHERE asked > 0 AND access <> 'out' AND "
		"part <> 'reporter' AND record NOT IN (SELECT record FROM case_state WHERE embargo IN ('P', 'A', 'R')) GROUP BY 1 ORDER BY 1");
	if (!code) code = read_organizations(g);
	if (!code) code = count(g, DISPUTES, "dispute", "SELECT state, count(*) FROM record WHERE kind = 'dispute' AND erased IS NULL GROUP BY state ORDER BY state");
	return code;
}

/* ---- keeping ---- */

static enum err_code store_one(struct db *db, const struct counted *t, struct err *e) {
	bool hidden[CELLS] = {false};
	if (!t->unit[0]) statistics_withhold(t->counts, t->n, hidden);
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < t->n && !code; i++) {
		struct db_query q = db_query(db, "INSERT INTO statistic (name, position, label, n) VALUES ($1, $2, $3, $4)");
		db_bind_str(&q, 1, str_of(t->name));
		db_bind_int(&q, 2, (int64_t)i);
		db_bind_str(&q, 3, t->labels[i]);
		db_bind_int(&q, 4, hidden[i] ? -1 : t->counts[i]);
		code = db_run(&q, e);
	}
	return code;
}

static enum err_code store_all(struct db *db, void *arg, struct err *e) {
	const struct counted *tables = arg;
	struct db_query q = db_query(db, "DELETE FROM statistic");
	enum err_code code = db_run(&q, e);
	for (size_t i = 0; i < TABLES && !code; i++) code = store_one(db, &tables[i], e);
	if (code) return code;
	q = db_query(db, "INSERT INTO setting (name, value) VALUES ('statistics', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value");
	char text[MOMENT_TEXT];
	db_bind_str(&q, 1, moment_text(now(), text));
	return db_run(&q, e);
}

static enum err_code worked_out(struct db *db, moment *at, struct err *e) {
	struct db_query q = db_query(db, "SELECT value FROM setting WHERE name = 'statistics'");
	*at = 0;
	if (db_row(&q) && !moment_parse(db_str(&q, 0), at)) *at = 0;
	return db_done(&q, e);
}

enum err_code statistics_run(struct hub *h, struct db *db, bool anyway, struct err *e) {
	moment at;
	enum err_code code = worked_out(db, &at, e);
	/* A clock that was set back must not stop them for ever. */
	if (code || (!anyway && at && now() - at < DAY && at <= now() + HOUR)) return code;
	autoarena struct arena *a = arena_new(RECORDS_CAP);
	struct counted *tables = a ? arena_array(a, TABLES, sizeof *tables) : NULL;
	if (!tables) return err_set(e, ERR_MEMORY, "out of memory");
	struct gathering g = {h, db, a, tables, e};
	names(&g);
	code = gather(&g);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	return code ? code : writer_run(h->writer, store_all, tables, e);
}

/* ---- reading ---- */

enum err_code disclose_statistics(const struct disclosing *d, struct statistic **out, size_t *n, moment *at, struct err *e) {
	struct counted *tables = arena_array(d->a, TABLES, sizeof *tables);
	struct statistic *items = arena_array(d->a, TABLES, sizeof *items);
	if (!tables || !items) return err_set(e, ERR_MEMORY, "out of memory");
	struct gathering g = {.a = d->a, .tables = tables};
	names(&g);
	enum err_code code = worked_out(d->db, at, e);
	for (size_t i = 0; i < TABLES && !code; i++) {
		struct statistic *s = &items[i];
		*s = (struct statistic){str_of(tables[i].name), str_of(tables[i].title), str_of(tables[i].unit), arena_array(d->a, CELLS, sizeof *s->cells), 0, false};
		if (!s->cells) return err_set(e, ERR_MEMORY, "out of memory");
		struct db_query q = db_query(d->db, "SELECT label, n FROM statistic WHERE name = $1 ORDER BY position");
		db_bind_str(&q, 1, s->name);
		while (s->n < CELLS && db_row(&q)) {
			s->cells[s->n++] = (struct statistic_cell){arena_str(d->a, db_str(&q, 0)), db_int(&q, 1)};
			s->withheld |= s->cells[s->n - 1].n < 0;
		}
		code = db_done(&q, e);
	}
	if (code) return code;
	*out = items;
	*n = TABLES;
	return ERR_OK;
}
