#include "decision.h"

#include "hub/disclose_private.h"

enum { DECISIONS = 200 };

static const struct decide_value *value_named(const struct decide_point *p, struct str name) {
	size_t i = p ? decide_value_find(p, name) : DECIDE_NONE;
	return i == DECIDE_NONE ? NULL : &p->values[i];
}

/* By today's table as far as it still knows them. */
static void put_words(struct arena *a, struct decision *one) {
	const struct decide_table *t = one->now;
	const struct decide_value *outcome = value_named(t ? &t->outcome : NULL, one->outcome);
	struct decision_answer *answers = arena_array(a, json_count(one->values) + 1, sizeof *answers);
	one->title = t ? t->title : one->table;
	one->outcome_title = outcome ? outcome->title : one->outcome;
	/* In the order of the table, and then what it asks no more. */
	for (size_t i = 0; answers && t && i < t->points_n; i++) {
		struct str given = json_get_str(one->values, t->points[i].name);
		const struct decide_value *v = value_named(&t->points[i], given);
		if (given.n) answers[one->answers_n++] = (struct decision_answer){t->points[i].title, v ? v->title : given};
	}
	for (size_t i = 0; answers && i < json_count(one->values); i++) {
		const struct json_member *m = json_member_at(one->values, i);
		if (t && decide_point_find(t, m->name) != DECIDE_NONE) continue;
		answers[one->answers_n++] = (struct decision_answer){m->name, json_string(&m->value)};
	}
	one->answers = answers;
}

static bool told(const struct disclosed *r) { return (r->audiences & (PARTIES | OWNER | COORDINATORS)) != 0; }

/* The note, from the event. */
static enum err_code put_note(const struct disclosing *d, struct decision *one, struct err *e) {
	struct event_row v;
	enum err_code code = event_read(d, one->id, &v, e);
	if (!code) one->note = json_get_str(json_get_lit(v.detail, "private"), S("note"));
	return code;
}

enum err_code disclose_decisions(const struct disclosing *d, const struct disclosed *r, struct decision **out, size_t *n, struct err *e) {
	struct arena *a = d->a;
	struct decision *items = arena_array(a, DECISIONS, sizeof *items);
	*n = 0;
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	*out = items;
	if (!told(r)) return ERR_OK;
	struct map seen = {.arena = a};
	size_t used = 0;
	struct db_query q = db_query(d->db,
		"SELECT event, by_table, version, answers, vector, outcome, tier, decided_by, at FROM decision WHERE record = $1 ORDER BY event DESC LIMIT 200");
	db_bind_int(&q, 1, r->line.record);
	while (used < DECISIONS && db_row(&q)) {
		struct decision *one = &items[used++];
		*one = (struct decision){.id = db_int(&q, 0), .table = arena_str(a, db_str(&q, 1)), .version = arena_str(a, db_str(&q, 2)),
			.vector = arena_str(a, db_str(&q, 4)), .outcome = arena_str(a, db_str(&q, 5)), .tier = arena_str(a, db_str(&q, 6)),
			.by = arena_str(a, db_str(&q, 7)), .at = db_int(&q, 8)};
		if (json_parse(a, db_str(&q, 3), NULL, &one->values, NULL)) one->values = NULL;
	}
	enum err_code code = db_done(&q, e);
	for (size_t i = 0; i < used && !code; i++) {
		struct decision *one = &items[i];
		void **at = map_at(&seen, one->table);
		if (!at) return err_set(e, ERR_MEMORY, "out of memory");
		one->current = !*at;
		*at = one;
		one->now = table_find(d->hub->tables, one->table);
		one->outdated = !one->now || !str_eq(one->now->version, one->version);
		one->by = disclose_name_on(d, r->line.kind, r->line.record, r->audiences, one->by);
		put_words(a, one);
		if (r->audiences & COORDINATORS) code = put_note(d, one, e);
	}
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (!code) *n = used;
	return code;
}

const struct decision *decision_of_tier(const struct decision *all, size_t n) {
	for (size_t i = 0; i < n; i++)
		if (all[i].tier.n) return &all[i];
	return NULL;
}

/* ---- suggestions ---- */

struct hint {
	const char *field, *says, *point, *value; /* field: a pointer; says: its text, or an item of its list */
};

/* Of what the words of a report mean in a table, if it has such a point and value. The first that fits counts. */
static const struct hint hints[] = {
	{"/severity", "negligible", "severity", "slight"}, {"/severity", "low", "severity", "slight"}, {"/severity", "medium", "severity", "considerable"},
	{"/severity", "high", "severity", "grave"}, {"/severity", "critical", "severity", "extreme"},
	{"/prevalence", "isolated", "spread", "isolated"}, {"/prevalence", "rare", "spread", "repeatable"}, {"/prevalence", "occasional", "spread", "repeatable"},
	{"/prevalence", "common", "spread", "repeatable"}, {"/prevalence", "widespread", "spread", "systemic"},
	{"/prevalence", "isolated", "people", "few"}, {"/prevalence", "widespread", "people", "masses"}, {"/prevalence", "common", "people", "thousands"},
	{"/classification/type", "security-incident", "exploitation", "active"},
	{"/reproducible", "always", "report-credibility", "credible"}, {"/reproducible", "often", "report-credibility", "credible"},
	{"/disclosure/intent", "already", "report-public", "yes"},
	{"/severity", "negligible", "public-safety-impact", "minimal"}, {"/severity", "low", "public-safety-impact", "minimal"},
	{"/harm_types", "physical", "public-safety-impact", "significant"}, {"/severity", "critical", "public-safety-impact", "significant"},
};

static bool says(const struct json *v, const char *text) {
	if (json_is(v, JSON_STRING)) return str_is(v->string, text);
	for (size_t i = 0; json_is(v, JSON_ARRAY) && i < v->n; i++)
		if (str_is(json_string(&v->items[i]), text)) return true;
	return false;
}

/* Makers that a report names: one, or several. */
static void suggest_cardinality(struct decide_given *g, const struct decide_table *t, const struct json *body) {
	const struct json *systems = json_get_lit(body, "systems");
	struct str first = json_get_str(json_at(systems, 0), S("developer"));
	if (!first.n) return;
	for (size_t i = 1; i < json_count(systems); i++) {
		struct str other = json_get_str(json_at(systems, i), S("developer"));
		if (!other.n || str_eq_ascii_case(other, first)) continue;
		if (decide_set(t, g, S("supplier-cardinality"), S("multiple"), NULL)) return;
		return;
	}
}

const struct json *decision_suggestions(struct arena *a, const struct decide_table *t, const struct json *body) {
	struct decide_given g = decide_nothing();
	for (size_t i = 0; i < lengthof(hints); i++) {
		size_t point = decide_point_find(t, str_of(hints[i].point));
		if (point == DECIDE_NONE || g.values[point] != DECIDE_OPEN || !says(json_pointer(body, str_of(hints[i].field)), hints[i].says)) continue;
		size_t value = decide_value_find(&t->points[point], str_of(hints[i].value));
		if (value != DECIDE_NONE) g.values[point] = (uint8_t)value;
	}
	suggest_cardinality(&g, t, body);
	const struct json *values = decide_given_json(a, t, &g);
	return json_count(values) ? values : NULL;
}
