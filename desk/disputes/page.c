/* One dispute. */
#include "pages.h"

#include "desk/registry/pages.h"
#include "desk/site/words.h"
#include "dispute.t.h"

enum { RULINGS = 12, LINKS = 16 };

/* ---- words ---- */

struct str question_words(struct str question) {
	if (str_is(question, "valid")) return S("Is it valid?");
	if (str_is(question, "scope")) return S("Is it in scope?");
	if (str_is(question, "tier")) return S("Is its tier (how grave it is) right?");
	if (str_is(question, "credit")) return S("Is the right person credited?");
	if (str_is(question, "good-faith")) return S("Was it in good faith?");
	return S("Another question");
}

struct str outcome_words(struct str outcome) {
	if (str_is(outcome, "uphold")) return S("The dispute is upheld");
	if (str_is(outcome, "reject")) return S("The record stands as it is");
	return outcome;
}

struct str level_words(struct str level) {
	if (str_is(level, "owner")) return S("Whoever answers for the record");
	if (str_is(level, "hub")) return S("The hub’s coordinators");
	if (str_is(level, "panel")) return S("The panel");
	return str_is(level, "appeal") ? S("The panel of appeal") : STR_EMPTY;
}

struct str sector_words(struct arena *a, struct str sector) {
	return value_words(a, sector);
}

/* ---- on a record's page ---- */

enum err_code disputed_read(const struct disclosing *d, const struct disclosed *r, struct disputed *out, struct err *e) {
	struct dispute_line *lines;
	const struct str *questions;
	size_t n, may = 0;
	enum err_code code = disclose_disputes_of(d, r->line.record, &lines, &n, e);
	if (!code) code = disclose_may_dispute(d, r, &questions, &may, e);
	struct disputed_one *items = arena_array(d->a, n + 1, sizeof *items);
	if (!code && !items) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	struct disputed all = {.items = items};
	for (int open = 1; open >= 0; open--)
		for (size_t i = 0; i < n; i++) {
			if (lines[i].open != open) continue;
			items[all.n++] = (struct disputed_one){.d = &lines[i], .href = record_path(d->a, &lines[i].line), .question = question_words(lines[i].question),
				.state = lines[i].line.state->title, .outcome = outcome_words(lines[i].outcome),
				.due = lines[i].due && open ? day_words(d->a, lines[i].due) : STR_EMPTY};
			all.open += (size_t)open;
		}
	if (may) all.file = arena_cat(d->a, record_path(d->a, &r->line), S("/dispute"));
	*out = all;
	return ERR_OK;
}

/* ---- the page ---- */

static struct str votes_words(struct arena *a, const struct json *votes) {
	struct str said = STR_EMPTY;
	for (size_t i = 0; i < json_count(votes); i++) {
		struct str choice = json_get_str(json_at(votes, i), S("choice"));
		said = arena_fmt(a, "%.*s%s%.*s: %lld", STR_ARG(said), i ? ", " : "",
			STR_ARG(str_is(choice, "uphold") ? S("to uphold") : str_is(choice, "reject") ? S("to reject") : choice),
			(long long)json_integer(json_get_lit(json_at(votes, i), "n"), 0));
	}
	return said;
}

static struct str carried_words(struct str how) {
	if (str_is(how, "moved")) return S("Carried out: the record was moved.");
	if (str_is(how, "noted")) return S("Noted on the record.");
	if (str_is(how, "task")) return S("Handed to the coordinators as a task.");
	return STR_EMPTY;
}

static void read_rulings(struct arena *a, struct dispute_page *p) {
	size_t n = json_count(p->v->rulings);
	struct dispute_ruling *all = arena_array(a, n + 1, sizeof *all);
	for (size_t i = n; all && i > 0; i--) {
		const struct json *r = json_at(p->v->rulings, i - 1), *card = json_get_lit(r, "card");
		moment at = 0;
		if (!moment_parse(json_get_str(r, S("at")), &at)) at = 0;
		all[p->rulings_n++] = (struct dispute_ruling){.by = level_words(json_get_str(r, S("level"))), .outcome = outcome_words(json_get_str(r, S("outcome"))),
			.reasons = json_get_str(r, S("reasons")), .vector = json_get_str(r, S("vector")), .at = at ? day_words(a, at) : STR_EMPTY,
			.carried_out = carried_words(json_get_str(r, S("carried_out"))), .votes = votes_words(a, json_get_lit(r, "votes")),
			.dissents = json_get_lit(r, "dissents"), .card = json_get_str(card, S("url")), .commit = json_get_str(card, S("commit")),
			.before = json_get_str(card, S("before")), .after = json_get_str(card, S("after"))};
	}
	p->rulings = all;
}

static void add_link(struct arena *a, struct dispute_page *p, struct dispute_link *links, enum dispute_act act, const char *text, bool strong) {
	if (!(p->v->may & 1u << act) || p->links_n == LINKS) return;
	/* Those have pages of their own. */
	struct str href = act == PANEL_VOTE ? arena_cat(a, p->path, S("/vote")) : act == DISPUTE_DECIDE ? arena_cat(a, p->path, S("/decide")) :
		arena_fmt(a, "%.*s/act/%s", STR_ARG(p->path), dispute_act_name(act));
	links[p->links_n++] = (struct dispute_link){href, str_of(text), strong};
}

static void read_links(struct arena *a, struct dispute_page *p) {
	struct dispute_link *links = arena_array(a, LINKS, sizeof *links);
	if (!links) return;
	add_link(a, p, links, SEAT_DECLARE, p->v->asked ? "Declare whether you have a conflict of interest" : "Declare a conflict of interest", p->v->asked);
	add_link(a, p, links, PANEL_VOTE, "Vote", true);
	add_link(a, p, links, PANEL_RULE, "Write the ruling", true);
	add_link(a, p, links, DISPUTE_ACKNOWLEDGE, "Acknowledge", true);
	add_link(a, p, links, DISPUTE_STATE, p->v->is_claimant ? "Change your statement" : p->v->answer.n ? "Change your answer" : "Answer", !p->v->is_claimant && !p->v->answer.n);
	add_link(a, p, links, DISPUTE_DECIDE, "Decide", true);
	add_link(a, p, links, DISPUTE_ACCEPT, "Accept the ruling", false);
	add_link(a, p, links, DISPUTE_ESCALATE, "Take it to the next level", false);
	add_link(a, p, links, DISPUTE_APPEAL, "Appeal", false);
	add_link(a, p, links, DISPUTE_EXTEND, "Extend the term", false);
	add_link(a, p, links, DISPUTE_CARD, "Note the change to the card", false);
	add_link(a, p, links, DISPUTE_WITHDRAW, "Withdraw the dispute", false);
	p->links = links;
	if (p->v->may & 1u << SEAT_CHALLENGE) p->challenge = arena_fmt(a, "%.*s/act/seat.challenge?member=", STR_ARG(p->path));
	if (p->v->may & 1u << SEAT_JUDGE) p->judge = arena_fmt(a, "%.*s/act/seat.judge?member=", STR_ARG(p->path));
}

/* Where it stands: what was passed over is behind too. */
static void read_steps(struct dispute_page *p) {
	static const char *const titles[] = {"Who answers for it", "The hub", "A panel", "Appeal", "Final"};
	struct str state = p->v->r.line.state->name, level = p->v->level;
	int here = str_is(level, "hub") ? 1 : str_is(level, "panel") ? 2 : str_is(level, "appeal") ? 3 : 0;
	if (p->v->settled) here = str_is(state, "final") ? 4 : -1;
	for (int i = 0; i < 5; i++) p->steps[i] = (struct dispute_step){titles[i], here < 0 ? 1 : i < here ? -1 : i > here};
}

enum err_code dispute_page_read(const struct disclosing *d, const struct dispute_view *v, struct str path, bool with_links, struct dispute_page *out,
	struct err *e) {
	struct dispute_page page = {.v = v, .path = path, .question = question_words(v->question), .state = v->r.line.state->title,
		.due = v->due ? moment_words(d->a, v->due) : STR_EMPTY, .filed = v->filed ? day_words(d->a, v->filed) : STR_EMPTY, .overdue = v->due && v->due < now(),
		.procedure = str_is(v->procedure, "grt2") ? S("By the vector of GRT2: consistency, significance, evidence") : STR_EMPTY};
	if (v->target.uid.n) {
		page.target = v->target.headline;
		page.target_href = record_path(d->a, &v->target);
	}
	read_rulings(d->a, &page);
	if (with_links) {
		page.history = arena_cat(d->a, page.path, S("/history"));
		read_links(d->a, &page);
	}
	read_steps(&page);
	struct str *sectors = arena_array(d->a, v->members_n + 1, sizeof *sectors);
	if (!sectors) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < v->members_n; i++) sectors[i] = sector_words(d->a, v->members[i].sector);
	page.sectors = sectors;
	*out = page;
	return ERR_OK;
}

enum err_code show_dispute(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct dispute_view v;
	struct dispute_page page;
	enum err_code code = disclose_dispute(&d, request_str(rq, "id"), &v, e);
	if (!code) code = dispute_page_read(&d, &v, record_path(d.a, &v.r.line), true, &page, e);
	if (code) return code;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = v.r.line.headline, .here = SITE_NOWHERE, .canonical = page.path,
		.api = arena_fmt(d.a, "/api/v1/records/%.*s/dispute", STR_ARG(str_from(page.path, 3)))});
	dispute_body(out, &page, d.a);
	return site_end(rq, rs);
}
