/* Votes of a panel, and the ruling that comes of them. */
#include "dispute.h"

#include "hub/account/account.h"

/* ---- voting ---- */

static bool offered(const struct json *body, struct str choice) {
	const struct json *choices = json_get_lit(body, "choices");
	if (str_is(choice, "uphold") || str_is(choice, "reject")) return true;
	for (size_t i = 0; i < json_count(choices); i++)
		if (str_eq(json_string(json_at(choices, i)), choice)) return true;
	return false;
}

static enum err_code wrong(struct acting *x, const char *where, const char *words) {
	err_set(x->s->e, ERR_INVALID, "%s", words);
	err_where(x->s->e, "%s", where);
	return ERR_INVALID;
}

/* By the vector where the procedure has one: the choice follows from it. */
static enum err_code read_vote(struct disputing *g, struct str *choice, struct str *vector) {
	struct acting *x = g->x;
	struct vector v;
	*choice = str_trim(act_arg(x, "choice"));
	*vector = STR_EMPTY;
	if (!g->z.grt2) {
		if (act_arg(x, "vector").n) return wrong(x, "vector", "this dispute is decided by choices, not by a vector");
		return offered(g->body, *choice) ? ERR_OK : wrong(x, "choice", "expected uphold, reject, or one of the dispute's choices");
	}
	if (!vector_parse(act_arg(x, "vector"), &v)) return wrong(x, "vector", "expected a vector such as C:U/S:V/E:A");
	if (choice->n) return wrong(x, "choice", "the choice follows from the vector");
	*vector = act_arg(x, "vector");
	*choice = vector_accepted(v) ? S("uphold") : S("reject");
	return ERR_OK;
}

/* Nobody is told of a vote's event: what members may read of each other's is given out by the door itself, after their own. */
static enum err_code vote(struct acting *x) {
	struct disputing g;
	struct str choice, vector, dissent = act_arg(x, "dissent");
	enum err_code code = dispute_begin(x, PANEL_VOTE, &g);
	if (!code) code = read_vote(&g, &choice, &vector);
	if (code) return code;
	json_set_str(&x->detail, S("reasons"), str_trim(act_arg(x, "reasons")));
	x->audiences = 0;
	struct db_query q = db_query(x->s->db,
		"INSERT INTO panel_vote (panel, account, choice, vector, dissent, event, at) VALUES ($1, $2, $3, $4, $5, $6, $7)");
	db_bind_int(&q, 1, g.p.id);
	db_bind_str(&q, 2, x->s->actor.name);
	db_bind_str(&q, 3, choice);
	db_bind_str(&q, 4, vector);
	db_bind_str(&q, 5, dissent.n ? dissent : S("unnamed"));
	db_bind_int(&q, 6, x->event);
	db_bind_int(&q, 7, x->s->at);
	code = db_run(&q, x->s->e);
	return code ? code : panel_count(x->s, x->r, &g.d, false);
}

/* ---- counting ---- */

/* More than half of the votes cast; else what is stands. */
static struct str majority(const struct panel_vote *votes, size_t n) {
	for (size_t i = 0; i < n; i++) {
		size_t same = 0;
		for (size_t j = 0; j < n; j++) same += str_eq(votes[i].choice, votes[j].choice);
		if (same * 2 > n) return votes[i].choice;
	}
	return S("reject");
}

static struct str outcome_of(struct arena *a, const struct panel_vote *votes, size_t n, struct str *vector) {
	struct vector *all = arena_array(a, n + 1, sizeof *all);
	char text[VECTOR_TEXT];
	size_t m = 0;
	for (size_t i = 0; all && i < n; i++) m += vector_parse(votes[i].vector, &all[m]);
	if (!m) return majority(votes, n);
	struct vector v = vector_together(all, m);
	*vector = arena_str(a, vector_text(v, text));
	return vector_accepted(v) ? S("uphold") : S("reject");
}

/* Whoever was asked and has not declared yet may still come in, so all must have answered. */
static bool all_voted(const struct panel_member *all, size_t n) {
	for (size_t i = 0; i < n; i++)
		if (str_is(all[i].state, "asked") || (str_is(all[i].state, "sitting") && !all[i].voted)) return false;
	return true;
}

enum err_code panel_count(struct store *s, const struct stored *r, const struct dispute *d, bool must) {
	struct panel p;
	struct panel_member *all;
	struct panel_vote *votes;
	size_t members = 0, n = 0;
	struct str vector = STR_EMPTY;
	(void)r;
	enum err_code code = panel_read(s->db, s->a, d->panel, &p, s->e);
	if (!code) code = panel_members(s->db, s->a, d->panel, &all, &members, s->e);
	if (!code) code = panel_votes(s->db, s->a, d->panel, &votes, &n, s->e);
	if (code || p.closed || (int64_t)n < p.quorum || (!must && !all_voted(all, members))) return code;
	struct str outcome = outcome_of(s->a, votes, n, &vector);
	struct db_query q = db_query(s->db, "UPDATE panel SET closed = $2, outcome = $3, vector = $4 WHERE id = $1");
	db_bind_int(&q, 1, p.id);
	db_bind_int(&q, 2, s->at);
	db_bind_str(&q, 3, outcome);
	db_bind_str(&q, 4, vector);
	return db_run(&q, s->e);
}

/* ---- ruling ---- */

static enum err_code reasons_of(struct store *s, int64_t event, struct str *out) {
	struct disclosing d = {.hub = s->hub, .db = s->db, .a = s->a};
	return vote_reasons(&d, event, out, s->e);
}

static const struct json *tally(struct arena *a, const struct panel_vote *votes, size_t n) {
	struct json_builder all = json_array_of(a);
	for (size_t i = 0; i < n; i++) {
		int64_t same = 0;
		bool first = true;
		for (size_t j = 0; j < n; j++) {
			same += str_eq(votes[i].choice, votes[j].choice);
			if (j < i) first &= !str_eq(votes[i].choice, votes[j].choice);
		}
		if (!first) continue;
		struct json_builder one = json_object_of(a);
		json_set_str(&one, S("choice"), votes[i].choice);
		json_set_int(&one, S("n"), same);
		json_add(&all, json_built(&one));
	}
	return json_built(&all);
}

/* Reasons of the members who prevailed, one behind the other, and dissents of those who did not and want them published. */
static enum err_code gather(struct store *s, const struct panel *p, const struct panel_vote *votes, size_t n, struct str *prevailing,
	const struct json **dissents) {
	autobuf struct buf text = BUF(20000);
	struct json_builder all = json_array_of(s->a);
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < n && !code; i++) {
		struct str reasons;
		code = reasons_of(s, votes[i].event, &reasons);
		if (code) break;
		if (str_eq(votes[i].choice, p->outcome)) {
			if (text.n && !text.failed) buf_add(&text, S("\n\n"));
			if (text.n + reasons.n < 19000) buf_add(&text, reasons);
		} else if (!str_is(votes[i].dissent, "none")) {
			struct json_builder one = json_object_of(s->a);
			if (str_is(votes[i].dissent, "named")) json_put_str(&one, S("name"), account_actor_name(s->db, s->a, votes[i].account));
			json_set_str(&one, S("text"), reasons);
			json_add(&all, json_built(&one));
		}
	}
	*prevailing = text.n ? arena_str(s->a, buf_str(&text)) : S("No choice had more than half of the votes: the record stands as it is.");
	*dissents = json_built(&all);
	return code;
}

enum err_code panel_rule(struct store *s, struct stored *r, struct dispute *d, struct str reasons) {
	struct panel p;
	struct panel_vote *votes;
	size_t n = 0;
	struct str prevailing;
	struct ruling what = {.level = str_is(r->state, "appealed") ? S("appeal") : S("panel")};
	enum err_code code = panel_read(s->db, s->a, d->panel, &p, s->e);
	if (!code) code = panel_votes(s->db, s->a, d->panel, &votes, &n, s->e);
	if (!code) code = gather(s, &p, votes, n, &prevailing, &what.dissents);
	if (code) return code;
	what.outcome = p.outcome;
	what.vector = p.vector;
	what.reasons = reasons.n ? reasons : prevailing;
	what.votes = tally(s->a, votes, n);
	return dispute_rule(s, r, d, &what);
}

static enum err_code rule(struct acting *x) {
	struct disputing g;
	enum err_code code = dispute_begin(x, PANEL_RULE, &g);
	if (code) return code;
	json_set_str(&x->detail, S("outcome"), g.p.outcome);
	x->audiences |= PUBLIC;
	return panel_rule(x->s, x->r, &g.d, str_trim(act_arg(x, "reasons")));
}

const struct act_function vote_functions[] = {{"panel.vote", vote}, {"panel.rule", rule}};
const size_t vote_functions_n = lengthof(vote_functions);
