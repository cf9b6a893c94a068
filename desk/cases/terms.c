/* Terms: beside a record, in a case's room, and all that run. */
#include "pages.h"

#include "desk/forms/pages.h"
#include "desk/site/words.h"
#include "hub/clocks.h"
#include "lib/calendar/zone.h"
#include "desk.t.h"

struct str moment_in_zone(struct arena *a, moment t, struct str zone) {
	const struct zone *z;
	if (!t) return STR_EMPTY;
	if (!zone_open(a, zone.n ? zone : S("UTC"), &z)) return moment_words(a, t);
	char text[MOMENT_TEXT];
	struct str at = moment_text(t + (moment)zone_offset_at(z, t / SECOND) * SECOND, text);
	return arena_fmt(a, "%.*s, %.*s (%.*s)", STR_ARG(date_words(a, arena_str(a, str_sub(at, 0, 10)))), STR_ARG(str_sub(at, 11, 5)), STR_ARG(zone.n ? zone : S("UTC")));
}

struct str span_words(struct arena *a, moment span) {
	moment n = span < 0 ? -span : span;
	int64_t days = n / DAY, hours = n / HOUR, minutes = n / MINUTE;
	if (days >= 2) return arena_fmt(a, "%lld days", (long long)days);
	if (hours >= 2) return arena_fmt(a, "%lld hours", (long long)hours);
	return arena_fmt(a, "%lld minutes", (long long)minutes);
}

/* What gives a term its length, where it is not the kind's file. */
static struct str why_words(struct arena *a, const struct disclosed_clock *c) {
	struct str why = STR_EMPTY, basis = c->basis;
	if (str_starts(basis, S("tier:"))) why = arena_cat(a, S("tier "), str_from(basis, 5));
	if (c->policy.n) why = arena_fmt(a, "promised by “%.*s”", STR_ARG(c->policy));
	if (str_starts(basis, S("law:"))) why = arena_cat(a, S("Regulation (EU) 2024/1689, Article "), str_from(basis, 4));
	if (!c->put_off) return why;
	return why.n ? arena_cat(a, why, S(", put off")) : S("put off");
}

/* Coordinators' are not told of: they are whom the desk is for. */
static struct str whose_words(const struct disclosed_clock *c) {
	static const struct {
		const char *who;
		struct str words;
	} all[] = {{"owner", S_INIT("for the owner")}, {"party", S_INIT("for the parties")}, {"panel", S_INIT("for the panel")}, {"adjudicator", S_INIT("for adjudicators")}};
	if (c->whose.n) return c->whose;
	for (size_t i = 0; i < lengthof(all); i++)
		if (str_is(c->who, all[i].who)) return all[i].words;
	return STR_EMPTY;
}

static struct term_line line_of_clock(struct disclosing *d, struct str zone, const struct disclosed_clock *c, struct str path, bool may_extend) {
	static const char *const rungs[] = {"", "reminded", "coordinators were told", "the hub’s owners were told", "adjudicators were told"};
	moment left = c->due + SECOND - now();
	struct term_line t = {.title = c->title, .description = c->description, .whose = whose_words(c), .due = moment_in_zone(d->a, c->due, zone), .overdue = c->overdue,
		.running = c->running, .late = str_is(c->state, "late"), .rung = str_of(rungs[c->rung]), .why = why_words(d->a, c)};
	t.left = c->overdue ? arena_cat(d->a, S("overdue by "), span_words(d->a, left)) : arena_cat(d->a, S("in "), span_words(d->a, left));
	if (!c->running) t.left = arena_cat(d->a, t.late ? S("met late, ") : S("met "), day_words(d->a, c->stopped));
	if (may_extend && c->running) t.extend = arena_fmt(d->a, "%.*s/act/clock.extend?clock=%lld", STR_ARG(path), (long long)c->id);
	return t;
}

enum err_code terms_part(struct request *rq, const struct disclosed *r, const struct terms_part **out, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed_clock *clocks;
	size_t n;
	*out = NULL;
	if (!desk_user(rq)) return ERR_OK;
	enum err_code code = disclose_clocks(&d, r, &clocks, &n, e);
	if (code || !n) return code;
	struct terms_part *part = arena_new_of(d.a, struct terms_part);
	struct term_line *lines = arena_array(d.a, n, sizeof *lines);
	if (!part || !lines) return err_set(e, ERR_MEMORY, "out of memory");
	struct str path = record_path(d.a, &r->line), zone = desk_user(rq)->account.time_zone;
	for (size_t i = 0; i < n; i++) lines[i] = line_of_clock(&d, zone, &clocks[i], path, (r->audiences & COORDINATORS) != 0);
	*part = (struct terms_part){lines, n};
	*out = part;
	return ERR_OK;
}

enum err_code show_clocks(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed_clock *clocks;
	size_t n;
	static const char *const names[] = {[TERMS_ALL] = "all", [TERMS_OVERDUE] = "overdue", [TERMS_WEEK] = "week", [TERMS_MINE] = "mine"};
	enum terms_shown shown = TERMS_ALL;
	for (size_t i = 0; i < lengthof(names); i++)
		if (str_is(request_str(rq, "show"), names[i])) shown = (enum terms_shown)i;
	struct running_request asked = {shown == TERMS_OVERDUE, shown == TERMS_WEEK ? now() + 7 * DAY : 0, shown == TERMS_MINE};
	enum err_code code = disclose_running(&d, &asked, &clocks, &n, e);
	struct term_line *lines = arena_array(d.a, n + 1, sizeof *lines);
	if (!code && !lines) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	for (size_t i = 0; i < n; i++) {
		struct str path = record_path(d.a, &clocks[i].record);
		lines[i] = line_of_clock(&d, desk_user(rq)->account.time_zone, &clocks[i], path, true);
		lines[i].href = act_return(d.a, &clocks[i].record);
		lines[i].record = clocks[i].record.headline;
		lines[i].kind = clocks[i].record.kind->title;
	}
	struct clocks_page page = {lines, n, shown, n == CLOCKS_MOST};
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Terms"), .here = SITE_DESK, .api = S("/api/v1/clocks")});
	clocks_body(out, &page);
	return site_end(rq, rs);
}
