/* Duties to authorities, as a case's body tells them: /regulatory. */
#include "clock_rows.h"

#include "hub/visibility.h"
#include "hub/working_days.h"

enum { DUTIES = 100, PLACE = 16 };

struct duties {
	struct store *s;
	const struct stored *r;
	struct calendar calendar;
	struct str seen[DUTIES];
	size_t n;
};

/* An entry is the same one while it is about the same law, party, authority and country; of several alike, by their order. */
static struct str place_of(struct duties *x, const struct json *duty) {
	struct str zero = str_n("", 1);
	struct str parts[] = {json_get_str(duty, S("regime")), zero, json_get_str(duty, S("who")), zero, json_get_str(duty, S("authority")), zero,
		json_get_str(duty, S("country"))};
	struct sha256 digest = sha256_parts(parts, lengthof(parts));
	char hex[SHA256_HEX];
	struct str place = arena_str(x->s->a, str_sub(sha256_hex(&digest, hex), 0, PLACE));
	int64_t alike = 1;
	for (size_t i = 0; i < x->n; i++) alike += str_starts(x->seen[i], place);
	return alike == 1 ? place : arena_fmt(x->s->a, "%.*s/%lld", STR_ARG(place), (long long)alike);
}

static bool of_the_ai_act(struct str regime) {
	return str_find(regime, S("AI Act")) != STR_NONE || str_find(regime, S("2024/1689")) != STR_NONE;
}

static const struct article_73 {
	const char *class, *span, *basis;
} article_73[] = {{"general", "P15D", "law:73(2)"}, {"death", "P10D", "law:73(4)"}, {"widespread", "P2D", "law:73(3)"},
	{"critical-infrastructure", "P2D", "law:73(3)"}};

/* Takes an end where it is the sooner one. */
static void sooner(struct term candidate, moment end, struct term *term, moment *due, bool *counted) {
	if (*counted && end >= *due) return;
	*term = candidate;
	*due = end;
	*counted = true;
}

/* The law's term by class, and the term and the end that stand in the entry: the soonest of them. What an entry says never lengthens the law's. False where
 * nothing says how long. */
static bool duty_due(const struct duties *x, const struct json *duty, moment aware, struct term *term, moment *due) {
	struct str class = json_get_str(duty, S("class")), own = json_get_str(duty, S("limit"));
	bool counted = false;
	moment end = 0;
	if (!class.n && of_the_ai_act(json_get_str(duty, S("regime")))) class = S("general");
	for (size_t i = 0; i < lengthof(article_73); i++) {
		struct term law = {str_of(article_73[i].span), "legal", str_of(article_73[i].basis)};
		if (str_is(class, article_73[i].class) && term_due(&x->calendar, aware, &law, &end)) sooner(law, end, term, due, &counted);
	}
	struct term entry = {own, "legal", S("entry")};
	if (own.n && term_due(&x->calendar, aware, &entry, &end)) sooner(entry, end, term, due, &counted);
	if (moment_parse(json_get_str(duty, S("due")), &end)) sooner((struct term){STR_EMPTY, "", S("entry")}, end, term, due, &counted);
	return counted;
}

static bool first_notice(const struct json *duty, moment *out) {
	return moment_parse(json_get_str(duty, S("initial")), out) || moment_parse(json_get_str(duty, S("complete")), out);
}

static enum err_code follow_duty(struct duties *x, const struct json *duty, struct str place) {
	struct store *s = x->s;
	moment aware, given, due = 0;
	struct term term;
	struct clock_row c;
	bool found;
	enum err_code code = clock_find(s, x->r->id, S(DUTY_TO_AUTHORITY), place, &c, &found);
	if (code) return code;
	bool applies = str_is(json_get_str(duty, S("applies")), "yes") && moment_parse(json_get_str(duty, S("aware")), &aware) && duty_due(x, duty, aware, &term, &due);
	if (!applies) return found && c.running ? clock_end(s, &c, s->at, true) : ERR_OK;
	if (!found) {
		c = (struct clock_row){.record = x->r->id, .name = S(DUTY_TO_AUTHORITY), .place = place, .started = aware, .due = due,
			.audiences = visibility_of(x->r->kind->visibility, S("/regulatory")) & ~(unsigned)PUBLIC};
		code = clock_insert(s, &c, &term);
		if (!code) code = clock_find(s, x->r->id, S(DUTY_TO_AUTHORITY), place, &c, &found);
	} else if (c.started != aware || (!c.put_off && c.due != due) || (!c.running && !first_notice(duty, &given))) {
		code = clock_reset(s, &c, aware, due, &term, false);
		c.due = due;
		c.running = true;
	}
	return !code && first_notice(duty, &given) ? clock_end(s, &c, given, false) : code;
}

/* What stands in the body no more is no duty any more. */
static enum err_code drop_others(struct duties *x) {
	struct str places[DUTIES];
	size_t n = 0;
	struct db_query q = db_query(x->s->db, "SELECT place FROM clock WHERE record = $1 AND name = '" DUTY_TO_AUTHORITY "' AND state = 'running' ORDER BY id LIMIT 100");
	db_bind_int(&q, 1, x->r->id);
	while (n < DUTIES && db_row(&q)) places[n++] = arena_str(x->s->a, db_str(&q, 0));
	enum err_code code = db_done(&q, x->s->e);
	for (size_t i = 0; i < n && !code; i++) {
		bool stands = false;
		for (size_t j = 0; j < x->n; j++) stands |= str_eq(places[i], x->seen[j]);
		if (!stands) code = clock_stop(x->s, x->r, S(DUTY_TO_AUTHORITY), places[i], true);
	}
	return code;
}

enum err_code clock_follow_body(struct store *s, const struct stored *r, struct str body) {
	const struct json *v = NULL;
	struct duties x = {.s = s, .r = r};
	if (!str_is(r->kind->name, "case")) return ERR_OK;
	bool some = str_find(body, S("\"regulatory\"")) != STR_NONE;
	enum err_code code = some ? json_parse(s->a, body, NULL, &v, s->e) : ERR_OK;
	if (!code && some) code = working_days(s->hub, s->db, s->a, &x.calendar, s->e);
	const struct json *list = code ? NULL : json_get_lit(v, "regulatory");
	for (size_t i = 0; i < json_count(list) && x.n < DUTIES && !code; i++) {
		struct str place = place_of(&x, json_at(list, i));
		code = follow_duty(&x, json_at(list, i), place);
		x.seen[x.n++] = place;
	}
	return code ? code : drop_others(&x);
}
