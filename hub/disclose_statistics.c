/* Works statistics out (hub/statistics.h). Bodies of reports and disputes are opened here, and nothing of them leaves but what they add to a count. */
#include "statistics.h"

#include "hub/clock_rows.h"
#include "hub/disclose_private.h"
#include "hub/erasures.h"
#include "hub/fives.h"
#include "hub/intake.h"
#include "hub/table.h"

enum { SCRATCH = 64 << 20, CHOICES = 24, TABLES = 24, TERMS = 200, ORGANIZATIONS = 500, LEAST_FOR_MEDIAN = 5, LEAST_FOR_P90 = 10, TIERS = 12, QUARTERS = 4 * 60 };

struct choice {
	struct str name, title;
};

/* A report that was received. */
struct received {
	int64_t record;
	moment received, acknowledged, decided, published; /* 0: not */
	struct str state;
	size_t type, severity, tier; /* of the choices below */
};

struct gathering {
	struct hub *hub;
	struct db *db;
	struct arena *a;
	moment as_of;
	const atomic_bool *stop;
	struct statistics *out;
	struct err *e;
	struct received *reports;
	size_t n;
	int64_t first;     /* quarter of the first report */
	size_t quarters;   /* until as_of */
	struct choice tiers[TIERS];
	size_t tiers_n;
};

static const struct choice types[] = {{S_INIT("security-incident"), S_INIT("Security incident")}, {S_INIT("real-world-incident"), S_INIT("Real-world incident")},
	{S_INIT("vulnerability"), S_INIT("Vulnerability")}, {S_INIT("hazard"), S_INIT("Hazard")}};
static const struct choice severities[] = {{S_INIT("negligible"), S_INIT("Negligible")}, {S_INIT("low"), S_INIT("Low")}, {S_INIT("medium"), S_INIT("Medium")},
	{S_INIT("high"), S_INIT("High")}, {S_INIT("critical"), S_INIT("Critical")}};

/* n where none fits: such are not told (hub/statistics.h). */
static size_t choice_of(const struct choice *all, size_t n, struct str name) {
	size_t i = 0;
	while (i < n && !str_eq(all[i].name, name)) i++;
	return i;
}

/* ---- quarters ---- */

static int64_t quarter_of(moment at) {
	int64_t year;
	int month, day;
	date_from_days(at / DAY - (at % DAY < 0), &year, &month, &day);
	return year * 4 + (month - 1) / 3;
}

static struct str quarter_name(struct arena *a, int64_t quarter) {
	return arena_fmt(a, "%04d-Q%d", (int)(quarter / 4), (int)(quarter % 4) + 1);
}

/* ---- tables ---- */

static struct statistics_table *add_table(struct gathering *g, const char *name, const char *title, const char *text, const char *label, size_t rows) {
	struct statistics_table *t = &g->out->tables[g->out->n];
	if (g->out->n == TABLES) arena_fail(g->a);
	else g->out->n++;
	*t = (struct statistics_table){.name = str_of(name), .title = str_of(title), .text = str_of(text), .label = str_of(label),
		.columns = arena_array(g->a, CHOICES, sizeof *t->columns), .rows = arena_array(g->a, rows + 1, sizeof *t->rows)};
	return t;
}

static void add_column(struct gathering *g, struct statistics_table *t, struct str name, struct str title, enum statistics_unit unit) {
	if (!t->columns || t->columns_n == CHOICES) arena_fail(g->a);
	else t->columns[t->columns_n++] = (struct statistics_column){name, title, unit};
}

static int64_t *add_row(struct gathering *g, struct statistics_table *t, struct str name, struct str title) {
	int64_t *values = arena_array(g->a, CHOICES, sizeof *values);
	if (!t->rows || !values) return NULL;
	for (size_t i = 0; i < CHOICES; i++) values[i] = STATISTICS_NONE;
	t->rows[t->rows_n++] = (struct statistics_row){name, title, values};
	return values;
}

static int64_t told(int64_t in_fives) { return in_fives ? in_fives : STATISTICS_NONE; }

/* Quarters before the first that tells something are left out: when the first report came is nobody's business. */
static void drop_leading(struct statistics_table *t) {
	size_t from = 0;
	for (; from < t->rows_n; from++) {
		bool tells = false;
		for (size_t i = 0; i < t->columns_n; i++) tells |= t->rows[from].values[i] != STATISTICS_NONE;
		if (tells) break;
	}
	t->rows += from;
	t->rows_n -= from;
}

/* Reports of each quarter by what `which` says of them. */
static void by_quarter(struct gathering *g, struct statistics_table *t, const struct choice *choices, size_t n, size_t (*which)(const struct received *r)) {
	t->quarters = true;
	for (size_t i = 0; i < n; i++) add_column(g, t, choices[i].name, choices[i].title, STATISTICS_COUNT);
	int64_t *counts = arena_array(g->a, (g->quarters + 1) * n, sizeof *counts);
	for (size_t q = 0; q < g->quarters; q++) {
		struct str name = quarter_name(g->a, g->first + (int64_t)q);
		if (!add_row(g, t, name, name)) return;
	}
	int64_t *all = add_row(g, t, S("all"), S("In all"));
	if (!counts || !all) return;
	for (size_t i = 0; i < g->n; i++)
		if (which(&g->reports[i]) < n) counts[which(&g->reports[i]) * g->quarters + (size_t)(quarter_of(g->reports[i].received) - g->first)]++;
	for (size_t c = 0; c < n; c++) {
		int64_t *own = counts + c * g->quarters;
		all[c] = told(fives_carry(own, g->quarters, own));
		for (size_t q = 0; q < g->quarters; q++) t->rows[q].values[c] = told(own[q]);
	}
	drop_leading(t);
}

/* One count a choice, in fives, and beside it its share of all that are told. */
static void by_choice(struct gathering *g, struct statistics_table *t, const struct choice *choices, size_t n, const int64_t *counts) {
	int64_t sum = 0;
	add_column(g, t, S("count"), S("Number"), STATISTICS_COUNT);
	add_column(g, t, S("share"), S("Share of what is told"), STATISTICS_PERCENT);
	for (size_t i = 0; i < n; i++) sum += fives(counts[i]);
	for (size_t i = 0; i < n && sum; i++) {
		int64_t *values = add_row(g, t, choices[i].name, choices[i].title);
		if (!values) return;
		values[0] = told(fives(counts[i]));
		if (values[0] != STATISTICS_NONE) values[1] = (200 * values[0] + sum) / (2 * sum);
	}
}

/* ---- spans of time ---- */

struct spans {
	moment *items;
	size_t n, room;
};

static void span_add(struct gathering *g, struct spans *s, moment from, moment to) {
	if (s->n == s->room) {
		size_t room = s->room ? 2 * s->room : 64;
		moment *more = arena_array(g->a, room, sizeof *more);
		if (!more) return;
		if (s->n) memcpy(more, s->items, s->n * sizeof *more);
		s->items = more;
		s->room = room;
	}
	s->items[s->n++] = to > from ? to - from : 0;
}

static int by_length(const void *x, const void *y) {
	moment a = *(const moment *)x, b = *(const moment *)y;
	return (a > b) - (a < b);
}

/* The nearest rank (the ceil(n p / 100)th), rounded up to a step; NONE where there are too few. */
static int64_t percentile(struct spans *s, size_t p, size_t least, enum statistics_unit unit) {
	static const int64_t hours[] = {1, 2, 4, 8, 12, 24, 48, 72, 96, 120, 144, 168, 240, 336, 504, 720, 1080, 1440, 2160, 2880, 4320, 6480};
	static const int64_t days[] = {1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270};
	if (s->n < least) return STATISTICS_NONE;
	qsort(s->items, s->n, sizeof *s->items, by_length);
	moment value = s->items[(s->n * p + 99) / 100 - 1], one = unit == STATISTICS_DAYS ? DAY : HOUR;
	const int64_t *steps = unit == STATISTICS_DAYS ? days : hours;
	size_t n = unit == STATISTICS_DAYS ? lengthof(days) : lengthof(hours);
	for (size_t i = 0; i < n; i++)
		if (value <= steps[i] * one) return steps[i];
	int64_t year = unit == STATISTICS_DAYS ? 365 : 365 * 24;
	return (value + year * one - 1) / (year * one) * year;
}

static void add_span_columns(struct gathering *g, struct statistics_table *t, enum statistics_unit unit) {
	add_column(g, t, S("count"), S("Number"), STATISTICS_COUNT);
	add_column(g, t, S("median"), S("Half of them within"), unit);
	add_column(g, t, S("p90"), S("Nine of ten within"), unit);
}

static void add_span_row(struct gathering *g, struct statistics_table *t, struct str name, struct str title, struct spans *s, enum statistics_unit unit) {
	if (s->n < FIVE) return;
	int64_t *values = add_row(g, t, name, title);
	if (!values) return;
	values[0] = told(fives((int64_t)s->n));
	values[1] = percentile(s, 50, LEAST_FOR_MEDIAN, unit);
	values[2] = percentile(s, 90, LEAST_FOR_P90, unit);
}

/* ---- reading reports ---- */

static bool stopped(const struct gathering *g) { return g->stop && atomic_load(g->stop); }

static enum err_code cancelled(struct gathering *g) { return err_set(g->e, ERR_CANCELLED, "stopped"); }

static struct received *report_of(struct gathering *g, int64_t record) {
	size_t low = 0, high = g->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (g->reports[middle].record < record) low = middle + 1;
		else high = middle;
	}
	return low < g->n && g->reports[low].record == record ? &g->reports[low] : NULL;
}

/* Event by event; the same few names of states again and again. */
static void follow(struct received *r, struct str state, moment at) {
	r->state = state;
	if (str_is(state, "received") && !r->received) r->received = at;
	if (!r->received) return;
	bool decided = str_is(state, "valid") || str_is(state, "invalid");
	if ((decided || str_is(state, "acknowledged")) && !r->acknowledged) r->acknowledged = at;
	if (decided && !r->decided) r->decided = at;
	if (str_is(state, "published") && !r->published) r->published = at;
}

/* Reports that came in: those that a source brought as they stand there were never received here. */
static enum err_code read_events(struct gathering *g) {
	const struct kind *kind = kind_find(g->hub->kinds, S("report"));
	size_t room = 0;
	struct received one = {0};
	struct db_query q = db_query(g->db, "SELECT e.record, e.state, e.at FROM record r JOIN event e ON e.record = r.id WHERE r.kind = 'report' AND e.at < $1 "
		"AND NOT EXISTS (SELECT 1 FROM origin o WHERE o.record = r.id) ORDER BY e.record, e.seq");
	db_bind_int(&q, 1, g->as_of);
	for (bool more = true; more;) {
		more = kind && db_row(&q);
		int64_t record = more ? db_int(&q, 0) : 0;
		if (record != one.record) {
			if (one.received && g->n == room) {
				room = room ? 2 * room : 256;
				struct received *grown = arena_array(g->a, room, sizeof *grown);
				if (!grown) break;
				if (g->n) memcpy(grown, g->reports, g->n * sizeof *grown);
				g->reports = grown;
			}
			if (one.received) g->reports[g->n++] = one;
			one = (struct received){.record = record, .type = lengthof(types), .severity = lengthof(severities), .tier = TIERS};
		}
		const struct kind_state *state = more ? kind_state(kind, db_str(&q, 1)) : NULL;
		if (state) follow(&one, state->name, db_int(&q, 2));
	}
	enum err_code code = db_done(&q, g->e);
	return code || !arena_failed(g->a) ? code : err_set(g->e, ERR_MEMORY, "out of memory");
}

/* NULL where it can't be read any more: it was erased, or its key is not here. */
static enum err_code open_body(struct gathering *g, struct arena *scratch, int64_t record, const struct json **out) {
	struct stored r;
	*out = NULL;
	enum err_code code = store_read(g->hub, g->db, scratch, record, &r, g->e);
	if (!code && !r.erased) code = store_body(g->hub, g->db, scratch, &r, out, g->e);
	if (code == ERR_UNSUPPORTED || code == ERR_GONE) {
		*out = NULL;
		code = ERR_OK;
	}
	return code;
}

static enum err_code read_bodies(struct gathering *g) {
	autoarena struct arena *scratch = arena_new(SCRATCH);
	if (!scratch) return err_set(g->e, ERR_MEMORY, "out of memory");
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < g->n && !code; i++) {
		struct received *r = &g->reports[i];
		const struct json *body;
		if (stopped(g)) return cancelled(g);
		code = open_body(g, scratch, r->record, &body);
		if (code) break;
		r->type = choice_of(types, lengthof(types), intake_type(body));
		r->severity = choice_of(severities, lengthof(severities), json_get_str(body, S("severity")));
		arena_clear(scratch);
	}
	return code;
}

/* The tiers that the hub's tables give, in their order. */
static void name_tiers(struct gathering *g) {
	for (size_t i = 0; i < tables_n(g->hub->tables); i++) {
		const struct decide_table *t = tables_at(g->hub->tables, i);
		if (!t->tiers) continue;
		for (size_t v = 0; v < t->outcome.n; v++) {
			const struct decide_value *value = &t->outcome.values[v];
			bool known = !value->tier.n;
			for (size_t k = 0; k < g->tiers_n; k++) known |= str_eq(g->tiers[k].name, value->tier);
			if (!known && g->tiers_n < TIERS) g->tiers[g->tiers_n++] = (struct choice){value->tier, value->title};
		}
	}
}

static enum err_code read_tiers(struct gathering *g) {
	name_tiers(g);
	struct db_query q = db_query(g->db, "SELECT record, tier FROM decision WHERE tier <> '' AND at < $1 ORDER BY event");
	db_bind_int(&q, 1, g->as_of);
	while (db_row(&q)) {
		struct received *r = report_of(g, db_int(&q, 0));
		if (r) r->tier = choice_of(g->tiers, g->tiers_n, db_str(&q, 1));
	}
	return db_done(&q, g->e);
}

/* ---- reports ---- */

static size_t type_of(const struct received *r) { return r->type; }
static size_t severity_of(const struct received *r) { return r->severity; }
static size_t tier_of(const struct received *r) { return r->tier; }

static void report_states(struct gathering *g) {
	const struct kind *kind = kind_find(g->hub->kinds, S("report"));
	struct choice states[CHOICES];
	int64_t counts[CHOICES] = {0};
	size_t n = 0;
	for (size_t i = 0; kind && i < kind->states_n && n < CHOICES; i++) {
		if (str_eq(kind->states[i].name, kind->initial) || str_is(kind->states[i].name, "withdrawn")) continue;
		for (size_t r = 0; r < g->n; r++) counts[n] += str_eq(g->reports[r].state, kind->states[i].name);
		states[n++] = (struct choice){kind->states[i].name, kind->states[i].title};
	}
	by_choice(g, add_table(g, "reports-by-state", "Reports by state", "Where the reports that were received stand; those that their finders took back are left out.", "State", n), states, n, counts);
}

/* The three ways of a report: what it ends with, and when. */
struct way {
	struct choice choice;
	size_t at; /* offset in struct received */
};
static const struct way ways[] = {{{S_INIT("acknowledged"), S_INIT("Acknowledged")}, offsetof(struct received, acknowledged)},
	{{S_INIT("decided"), S_INIT("Found valid or not")}, offsetof(struct received, decided)}, {{S_INIT("published"), S_INIT("Published")}, offsetof(struct received, published)}};

static moment end_of(const struct received *r, const struct way *w) { return *(const moment *)(const void *)((const char *)r + w->at); }

static void report_times(struct gathering *g) {
	struct statistics_table *t = add_table(g, "report-times", "From received to …", "How long reports took from their arrival on, of those that got so far.", "Until", lengthof(ways));
	struct statistics_table *q = add_table(g, "report-times-by-quarter", "Half of the reports within",
		"The same by the quarter in which a report was received: the time within which half of those that got so far did.", "Quarter received", g->quarters);
	struct spans *each = arena_array(g->a, g->quarters + 1, lengthof(ways) * sizeof *each);
	if (!each) return;
	q->quarters = true;
	add_span_columns(g, t, STATISTICS_HOURS);
	for (size_t w = 0; w < lengthof(ways); w++) {
		struct spans spans = {0};
		add_column(g, q, ways[w].choice.name, ways[w].choice.title, STATISTICS_HOURS);
		for (size_t i = 0; i < g->n; i++) {
			const struct received *r = &g->reports[i];
			if (!end_of(r, &ways[w])) continue;
			span_add(g, &spans, r->received, end_of(r, &ways[w]));
			span_add(g, &each[(size_t)(quarter_of(r->received) - g->first) * lengthof(ways) + w], r->received, end_of(r, &ways[w]));
		}
		add_span_row(g, t, ways[w].choice.name, ways[w].choice.title, &spans, STATISTICS_HOURS);
	}
	for (size_t i = 0; i < g->quarters; i++) {
		struct str name = quarter_name(g->a, g->first + (int64_t)i);
		int64_t *values = add_row(g, q, name, name);
		for (size_t w = 0; values && w < lengthof(ways); w++) values[w] = percentile(&each[i * lengthof(ways) + w], 50, LEAST_FOR_MEDIAN, STATISTICS_HOURS);
	}
	drop_leading(q);
}

static enum err_code reports(struct gathering *g) {
	enum err_code code = read_events(g);
	if (!code) code = read_bodies(g);
	if (!code) code = read_tiers(g);
	if (code) return code;
	int64_t last = quarter_of(g->as_of);
	g->first = last;
	for (size_t i = 0; i < g->n; i++)
		if (quarter_of(g->reports[i].received) < g->first) g->first = quarter_of(g->reports[i].received);
	/* Nothing here is older than some decades; a clock that was wrong must not make a million rows. */
	if (last - g->first >= QUARTERS) g->first = last - QUARTERS + 1;
	for (size_t i = 0; i < g->n;) {
		if (quarter_of(g->reports[i].received) >= g->first) i++;
		else g->reports[i] = g->reports[--g->n];
	}
	g->quarters = (size_t)(last - g->first + 1);
	by_quarter(g, add_table(g, "reports-by-type", "Reports received, by type", "Reports by the quarter in which they were received.", "Quarter", g->quarters + 1), types,
		lengthof(types), type_of);
	by_quarter(g, add_table(g, "reports-by-severity", "Reports received, by severity", "How bad those who reported found it.", "Quarter", g->quarters + 1), severities,
		lengthof(severities), severity_of);
	by_quarter(g, add_table(g, "reports-by-tier", "Reports received, by tier", "As coordinators decided by a table that gives tiers; the newest decision counts.", "Quarter",
		g->quarters + 1), g->tiers, g->tiers_n, tier_of);
	report_states(g);
	report_times(g);
	return ERR_OK;
}

/* ---- what no open embargo covers ---- */

/* Records that an open embargo covers: cases, and what they are linked with. */
#define COVERED \
	"WITH embargoed AS (SELECT record FROM case_state WHERE embargo IN ('P', 'A', 'R')), covered AS (SELECT record FROM embargoed UNION SELECT l.target FROM embargoed e JOIN " \
	"link l ON l.source = e.record UNION SELECT l.source FROM embargoed e JOIN link l ON l.target = e.record) "

static enum err_code case_states(struct gathering *g) {
	const struct kind *kind = kind_find(g->hub->kinds, S("case"));
	struct choice states[CHOICES];
	int64_t counts[CHOICES] = {0};
	size_t n = 0;
	for (size_t i = 0; kind && i < kind->states_n && n < CHOICES; i++)
		if (!str_is(kind->states[i].name, "merged")) states[n++] = (struct choice){kind->states[i].name, kind->states[i].title};
	struct db_query q = db_query(g->db, COVERED "SELECT state, count(*) FROM record WHERE kind = 'case' AND created < $1 AND id NOT IN (SELECT record FROM covered) GROUP BY state");
	db_bind_int(&q, 1, g->as_of);
	while (db_row(&q))
		for (size_t i = 0; i < n; i++)
			if (str_eq(states[i].name, db_str(&q, 0))) counts[i] = db_int(&q, 1);
	by_choice(g, add_table(g, "cases-by-state", "Cases by state", "Cases that no embargo holds, without those that were merged into others.", "State", n), states, n, counts);
	return db_done(&q, g->e);
}

static enum err_code embargoes(struct gathering *g) {
	static const struct choice ends[] = {{S_INIT("reached"), S_INIT("At the hour agreed")}, {S_INIT("agreed"), S_INIT("Earlier, as agreed")},
		{S_INIT("public"), S_INIT("It was public")}, {S_INIT("exploit-public"), S_INIT("A way to exploit it was public")},
		{S_INIT("attacks"), S_INIT("Attacks were seen")}, {S_INIT("breach"), S_INIT("The embargo was broken")}};
	int64_t counts[lengthof(ends)] = {0};
	struct spans spans = {0};
	struct db_query q = db_query(g->db, COVERED
		"SELECT exit_reason, since, until FROM case_state WHERE embargo = 'X' AND since > 0 AND exited < $1 AND record NOT IN (SELECT record FROM covered)");
	db_bind_int(&q, 1, g->as_of);
	while (db_row(&q)) {
		size_t end = choice_of(ends, lengthof(ends), db_str(&q, 0));
		if (end < lengthof(ends)) counts[end]++;
		if (db_int(&q, 2)) span_add(g, &spans, db_int(&q, 1), db_int(&q, 2));
	}
	by_choice(g, add_table(g, "embargo-ends", "How embargoes ended", "Embargoes that were in force and are over; those that ended otherwise are left out.", "End",
		lengthof(ends)), ends, lengthof(ends), counts);
	struct statistics_table *t = add_table(g, "embargo-length", "Length of embargoes", "From the day on which all had agreed to the hour that they last agreed to, of embargoes that are over.", "Length", 1);
	add_span_columns(g, t, STATISTICS_DAYS);
	add_span_row(g, t, S("agreed"), S("As agreed"), &spans, STATISTICS_DAYS);
	return db_done(&q, g->e);
}

static enum err_code parties(struct gathering *g) {
	static const struct choice choices[] = {{S_INIT("answered"), S_INIT("Answered")}, {S_INIT("silent"), S_INIT("Not yet, or never")}};
	int64_t counts[lengthof(choices)] = {0};
	struct spans spans = {0};
	/* What somebody of it first did in the case after it was asked in. */
	struct db_query q = db_query(g->db, COVERED
		"SELECT p.asked, p.answered, (SELECT min(e.at) FROM event e WHERE e.record = p.record AND e.at > p.asked AND (e.actor = p.subject OR e.actor IN "
		"(SELECT account FROM membership m WHERE m.organization = p.subject))) FROM participant p WHERE p.asked > 0 AND p.asked < $1 AND p.part <> 'reporter' AND p.record NOT IN "
		"(SELECT record FROM covered)");
	db_bind_int(&q, 1, g->as_of);
	while (db_row(&q)) {
		moment first = db_is_null(&q, 2) ? db_int(&q, 1) : db_int(&q, 2);
		bool answered = db_int(&q, 1) > 0 && first < g->as_of;
		counts[answered ? 0 : 1]++;
		if (answered) span_add(g, &spans, db_int(&q, 0), first);
	}
	by_choice(g, add_table(g, "parties", "Parties that were asked in", "Developers, hosts, deployers and others who were asked into a case that no embargo holds.", "Answer",
		lengthof(choices)), choices, lengthof(choices), counts);
	struct statistics_table *t = add_table(g, "answer-times", "Time to the first answer", "Of parties that answered: from being asked in to the first thing they did in the case.", "Answer", 1);
	add_span_columns(g, t, STATISTICS_HOURS);
	add_span_row(g, t, S("answer"), S("First answer"), &spans, STATISTICS_HOURS);
	return db_done(&q, g->e);
}

/* ---- terms ---- */

struct term_sort {
	struct str kind, name;
	int64_t met, late, running, overdue;
	struct spans took;
};

static struct term_sort *term_of(struct gathering *g, struct term_sort *list, size_t *n, struct str kind, struct str name) {
	struct term_sort *last = *n ? &list[*n - 1] : NULL; /* they come in order */
	if (last && str_eq(last->kind, kind) && str_eq(last->name, name)) return last;
	if (*n == TERMS) return NULL;
	list[*n] = (struct term_sort){.kind = arena_str(g->a, kind), .name = arena_str(g->a, name)};
	return &list[(*n)++];
}

static void add_term(struct gathering *g, struct statistics_table *t, struct term_sort *term) {
	const struct kind *kind = kind_find(g->hub->kinds, term->kind);
	const struct kind_clock *clock = kind ? kind_clock_named(kind, term->name) : NULL;
	struct str title = clock ? clock->title : str_is(term->name, DUTY_TO_AUTHORITY) ? S("Notice to an authority") : term->name;
	int64_t over = fives(term->met) + fives(term->late);
	/* Nothing is told: nor that there is such a term. */
	if (!over && !fives(term->running) && !fives(term->overdue)) return;
	int64_t *values = add_row(g, t, arena_fmt(g->a, "%.*s/%.*s", STR_ARG(term->kind), STR_ARG(term->name)),
		arena_fmt(g->a, "%.*s: %.*s", STR_ARG(kind ? kind->title : term->kind), STR_ARG(title)));
	if (!values) return;
	values[0] = told(fives(term->met));
	values[1] = told(fives(term->late));
	values[2] = told(fives(term->running));
	values[3] = told(fives(term->overdue));
	/* By what is told of the two, not by what they are: that there is a median says nothing that the numbers don't. */
	if (over >= LEAST_FOR_MEDIAN) values[4] = percentile(&term->took, 50, LEAST_FOR_MEDIAN, STATISTICS_HOURS);
	if (over >= LEAST_FOR_P90) values[5] = percentile(&term->took, 90, LEAST_FOR_P90, STATISTICS_HOURS);
}

static enum err_code all_terms(struct gathering *g) {
	struct term_sort *list = arena_array(g->a, TERMS, sizeof *list);
	size_t n = 0;
	if (!list) return err_set(g->e, ERR_MEMORY, "out of memory");
	struct statistics_table *t = add_table(g, "terms", "How terms are kept", "Terms of reports, cases and disputes that no embargo holds; what fell away is left out.", "Term", TERMS);
	add_column(g, t, S("met"), S("Met in time"), STATISTICS_COUNT);
	add_column(g, t, S("late"), S("Met late"), STATISTICS_COUNT);
	add_column(g, t, S("running"), S("Running"), STATISTICS_COUNT);
	add_column(g, t, S("overdue"), S("Overdue"), STATISTICS_COUNT);
	add_column(g, t, S("median"), S("Half of them within"), STATISTICS_HOURS);
	add_column(g, t, S("p90"), S("Nine of ten within"), STATISTICS_HOURS);
	struct db_query q = db_query(g->db, COVERED
		"SELECT r.kind, c.name, c.started, c.due, c.stopped FROM clock c JOIN record r ON r.id = c.record WHERE c.state <> 'cancelled' AND c.started < $1 "
		"AND c.record NOT IN (SELECT record FROM covered) ORDER BY r.kind, c.name");
	db_bind_int(&q, 1, g->as_of);
	while (db_row(&q)) {
		struct term_sort *term = term_of(g, list, &n, db_str(&q, 0), db_str(&q, 1));
		if (!term) continue;
		moment started = db_int(&q, 2), due = db_int(&q, 3), stopped = db_int(&q, 4);
		bool ended = stopped && stopped < g->as_of, over = clock_over(due, ended ? stopped : g->as_of);
		++*(ended ? over ? &term->late : &term->met : over ? &term->overdue : &term->running);
		if (ended) span_add(g, &term->took, started, stopped);
	}
	for (size_t i = 0; i < n; i++) add_term(g, t, &list[i]);
	return db_done(&q, g->e);
}

/* ---- organizations ---- */

/* Of whom fewer than five are overdue, not even the name is told. In the order of their names: one by number would tell more than the numbers do. */
static enum err_code overdue(struct gathering *g) {
	struct statistics_table *t = add_table(g, "overdue-by-organization", "Overdue by organization",
		"Cases that no embargo holds whose term for a fix is over while an organization that supplies what is affected has none ready. Only organizations with a public record here and at least five such cases are named.",
		"Organization", ORGANIZATIONS);
	add_column(g, t, S("overdue"), S("Cases overdue"), STATISTICS_COUNT);
	struct db_query q = db_query(g->db, COVERED
		"SELECT o.uid, p.headline, count(*) FROM participant t JOIN record o ON o.uid = t.subject JOIN public p ON p.record = o.id "
		"WHERE o.kind = 'organization' AND t.supplies = 1 AND t.access = 'in' AND (t.fix_ready = 0 OR t.fix_ready >= $1) AND t.record NOT IN (SELECT record FROM covered) AND EXISTS "
		"(SELECT 1 FROM clock k WHERE k.record = t.record AND k.name = 'fix' AND k.state = 'running' AND k.due + 1000000 <= $1) "
		"GROUP BY o.uid, p.headline HAVING count(*) >= 5 ORDER BY p.headline, o.uid LIMIT 500");
	db_bind_int(&q, 1, g->as_of);
	while (t->rows_n < ORGANIZATIONS && db_row(&q)) {
		int64_t *values = add_row(g, t, arena_str(g->a, db_str(&q, 0)), arena_str(g->a, db_str(&q, 1)));
		if (!values) break;
		values[0] = told(fives(db_int(&q, 2)));
	}
	return db_done(&q, g->e);
}

static enum err_code unanswered(struct gathering *g) {
	struct statistics_table *t = add_table(g, "unanswered-by-organization", "Never answered, by organization",
		"Cases that no embargo holds into which an organization was asked, and in which it has not done anything. Only organizations with a public record here that left at least five unanswered are named.",
		"Organization", ORGANIZATIONS);
	add_column(g, t, S("unanswered"), S("Not answered"), STATISTICS_COUNT);
	add_column(g, t, S("asked"), S("Asked into"), STATISTICS_COUNT);
	struct db_query q = db_query(g->db, COVERED
		"SELECT o.uid, p.headline, sum(CASE WHEN t.answered = 0 THEN 1 ELSE 0 END), count(*) FROM participant t JOIN record o ON o.uid = t.subject JOIN public p ON p.record = o.id "
		"WHERE o.kind = 'organization' AND t.asked > 0 AND t.asked < $1 AND t.access <> 'out' AND t.record NOT IN (SELECT record FROM covered) "
		"GROUP BY o.uid, p.headline HAVING sum(CASE WHEN t.answered = 0 THEN 1 ELSE 0 END) >= 5 ORDER BY p.headline, o.uid LIMIT 500");
	db_bind_int(&q, 1, g->as_of);
	while (t->rows_n < ORGANIZATIONS && db_row(&q)) {
		int64_t *values = add_row(g, t, arena_str(g->a, db_str(&q, 0)), arena_str(g->a, db_str(&q, 1)));
		if (!values) break;
		values[0] = told(fives(db_int(&q, 2)));
		values[1] = told(fives(db_int(&q, 3)));
	}
	return db_done(&q, g->e);
}

/* ---- disputes ---- */

static struct str last_outcome(const struct json *body) {
	const struct json *rulings = json_get_lit(body, "rulings");
	return json_get_str(json_at(rulings, json_count(rulings) - 1), S("outcome"));
}

static enum err_code disputes(struct gathering *g) {
	static const struct choice outcomes[] = {{S_INIT("uphold"), S_INIT("Upheld: it is as who disputed said")}, {S_INIT("reject"), S_INIT("Rejected: the record stands")},
		{S_INIT("other"), S_INIT("Another of the choices")}, {S_INIT("withdrawn"), S_INIT("Taken back")}, {S_INIT("open"), S_INIT("Not decided yet")}};
	enum { OTHER = 2, WITHDRAWN, OPEN };
	autoarena struct arena *scratch = arena_new(SCRATCH);
	int64_t counts[lengthof(outcomes)] = {0};
	struct buf ended = BUF(64 << 20);
	if (!scratch) return err_set(g->e, ERR_MEMORY, "out of memory");
	/* Neither the dispute nor what it is about is covered. */
	struct db_query q = db_query(g->db, COVERED
		"SELECT r.id, CASE WHEN r.updated < $1 THEN r.state ELSE '' END FROM record r WHERE r.kind = 'dispute' AND r.created < $1 AND r.id NOT IN (SELECT record FROM covered) "
		"AND NOT EXISTS (SELECT 1 FROM link l WHERE l.source = r.id AND l.target IN (SELECT record FROM covered))");
	db_bind_int(&q, 1, g->as_of);
	while (db_row(&q)) {
		int64_t id = db_int(&q, 0);
		if (str_is(db_str(&q, 1), "withdrawn")) counts[WITHDRAWN]++;
		else if (!str_is(db_str(&q, 1), "final")) counts[OPEN]++;
		else buf_add(&ended, str_n(&id, sizeof id));
	}
	enum err_code code = db_done(&q, g->e);
	for (size_t i = 0; i < ended.n && !code; i += sizeof(int64_t)) {
		const struct json *body;
		int64_t id;
		memcpy(&id, ended.p + i, sizeof id);
		code = stopped(g) ? cancelled(g) : open_body(g, scratch, id, &body);
		struct str outcome = code ? STR_EMPTY : last_outcome(body);
		/* A choice of the dispute's own may be called as one of ours is. */
		size_t known = choice_of(outcomes, OTHER, outcome);
		if (outcome.n) counts[known]++;
		arena_clear(scratch);
	}
	if (!code && ended.failed) code = err_set(g->e, ERR_MEMORY, "out of memory");
	buf_free(&ended);
	by_choice(g, add_table(g, "dispute-outcomes", "How disputes ended", "Disputes about what no embargo holds: decided for good, taken back, or still open.", "Outcome", lengthof(outcomes)), outcomes,
		lengthof(outcomes), counts);
	return code;
}

/* ---- erasures ---- */

/* By quarter and by the sort of law; of which none was said are not told. */
static void erasures_of(struct gathering *g, const struct erasure *list, size_t n, bool fields, struct statistics_table *t) {
	static const struct choice bases[] = {{S_INIT("privacy"), S_INIT("Data protection")}, {S_INIT("court"), S_INIT("Order of a court")}, {S_INIT("rights"), S_INIT("Copyright, trade secrets")},
		{S_INIT("minors"), S_INIT("Protection of minors")}, {S_INIT("other"), S_INIT("Another law or rule")}};
	int64_t last = quarter_of(g->as_of), first = n ? quarter_of(list[0].at) : last;
	if (last - first >= QUARTERS) first = last - QUARTERS + 1;
	size_t quarters = (size_t)(last - first + 1);
	int64_t *counts = arena_array(g->a, quarters * lengthof(bases), sizeof *counts);
	t->quarters = true;
	for (size_t i = 0; i < lengthof(bases); i++) add_column(g, t, bases[i].name, bases[i].title, STATISTICS_COUNT);
	for (size_t q = 0; q < quarters; q++) {
		struct str name = quarter_name(g->a, first + (int64_t)q);
		if (!add_row(g, t, name, name)) return;
	}
	int64_t *all = add_row(g, t, S("all"), S("In all"));
	if (!counts || !all) return;
	for (size_t i = 0; i < n; i++)
		if (list[i].fields == fields && list[i].basis < lengthof(bases) && quarter_of(list[i].at) >= first)
			counts[list[i].basis * quarters + (size_t)(quarter_of(list[i].at) - first)]++;
	for (size_t c = 0; c < lengthof(bases); c++) {
		int64_t *own = counts + c * quarters;
		all[c] = told(fives_carry(own, quarters, own));
		for (size_t q = 0; q < quarters; q++) t->rows[q].values[c] = told(own[q]);
	}
	drop_leading(t);
}

static enum err_code erasures(struct gathering *g) {
	struct erasure *list;
	size_t n;
	enum err_code code = disclose_erasures(g->hub, g->db, g->a, g->as_of, &list, &n, g->e);
	if (code) return code;
	erasures_of(g, list, n, false, add_table(g, "erasures", "Records that were erased, by law", "Whole records that say nothing any more, by the law or rule that was named; those for which none "
		"was named, and what an embargo holds, are left out.", "Quarter", QUARTERS + 1));
	erasures_of(g, list, n, true, add_table(g, "field-erasures", "Fields that were erased, by law", "Erasures of fields of records that live on, likewise.", "Quarter", QUARTERS + 1));
	return ERR_OK;
}

enum err_code disclose_aggregates(struct hub *h, struct db *db, struct arena *a, moment as_of, const atomic_bool *stop, struct statistics *out, struct err *e) {
	struct statistics s = {.as_of = as_of, .tables = arena_array(a, TABLES + 1, sizeof *s.tables)};
	struct gathering g = {.hub = h, .db = db, .a = a, .as_of = as_of, .stop = stop, .out = &s, .e = e};
	if (!s.tables) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = reports(&g);
	if (!code) code = case_states(&g);
	if (!code) code = embargoes(&g);
	if (!code) code = parties(&g);
	if (!code) code = all_terms(&g);
	if (!code) code = overdue(&g);
	if (!code) code = unanswered(&g);
	if (!code) code = disputes(&g);
	if (!code) code = erasures(&g);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (!code) *out = s;
	return code;
}
