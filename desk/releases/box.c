/* What a release's page says of its stages; and a request's page of what came of it. */
#include "pages.h"

#include "desk/identify.h"
#include "desk/registry/pages.h"
#include "desk/site/words.h"

enum { LINKS = 12, GATES = 40 };

struct str release_who_words(struct str who) {
	if (str_is(who, "everybody")) return S("Everybody");
	return str_is(who, "gated") ? S("Whoever asks and is accepted") : S("Named organizations and persons");
}

/* ---- decisions ---- */

static struct str decision_words(struct str decision) {
	static const struct {
		const char *name;
		struct str words;
	} all[] = {{"proceed", S_INIT("Proceed")}, {"modify", S_INIT("Modify first")}, {"delay", S_INIT("Delay")}, {"cancel", S_INIT("Cancel")},
		{"roll-back", S_INIT("Go back")}, {"withdraw", S_INIT("Withdraw")}};
	for (size_t i = 0; i < lengthof(all); i++)
		if (str_is(decision, all[i].name)) return all[i].words;
	return decision;
}

static struct str moment_in_words(struct arena *a, struct str text, bool exact) {
	moment t;
	return !moment_parse(text, &t) ? date_words(a, text) : exact ? moment_words(a, t) : day_words(a, t);
}

static void read_decisions(struct arena *a, struct release_box *b) {
	size_t n = json_count(b->v->decisions);
	struct release_decision *all = arena_array(a, n + 1, sizeof *all);
	for (size_t i = n; all && i > 0; i--) {
		const struct json *d = json_at(b->v->decisions, i - 1);
		struct str stage = json_get_str(d, S("stage"));
		const struct json *named = plan_stage_at(b->v->r.body, plan_stage(b->v->r.body, stage));
		all[b->decisions_n++] = (struct release_decision){.title = decision_words(json_get_str(d, S("decision"))), .stage = named ? plan_title(named) : stage,
			.at = moment_in_words(a, json_get_str(d, S("at")), false), .until = moment_in_words(a, json_get_str(d, S("until")), true), .by = json_get_str(d, S("by")),
			.rationale = json_get_str(d, S("rationale")), .advice = json_get_str(d, S("advice")), .signed_ = json_get_lit(d, "signed"), .met = json_get_lit(d, "met")};
	}
	b->decisions = all;
}

/* ---- what the viewer may do ---- */

static void add(struct release_box *b, struct release_link *links, bool may, struct str href, struct str text, bool strong) {
	if (may && b->links_n < LINKS) links[b->links_n++] = (struct release_link){href, text, strong};
}

static void read_links(struct arena *a, struct release_box *b) {
	const struct release_view *v = b->v;
	struct release_link *links = arena_array(a, LINKS, sizeof *links);
	if (!links) return;
	bool ready = b->next && b->next->met == b->next->n;
	for (size_t i = 0; i < v->may_sign_n; i++) {
		const struct json *part = b->next ? plan_part(b->next->stage, "signoffs", v->may_sign[i]) : NULL;
		add(b, links, true, arena_fmt(a, "%.*s/act/release.sign-off?name=%.*s", STR_ARG(b->path), STR_ARG(v->may_sign[i])),
			arena_cat(a, S("Sign off as "), part ? plan_title(part) : v->may_sign[i]), true);
	}
	add(b, links, v->may & 1u << RELEASE_PROCEED, arena_fmt(a, "%.*s/act/release.decide%s", STR_ARG(b->path), ready ? "?decision=proceed" : ""), S("Decide on the next stage"), ready);
	add(b, links, v->may & 1u << RELEASE_CANCEL && !(v->may & 1u << RELEASE_PROCEED), arena_fmt(a, "%.*s/act/release.decide?decision=cancel", STR_ARG(b->path)), S("Cancel"), false);
	add(b, links, v->may & 1u << RELEASE_OBJECT, arena_cat(a, b->path, S("/act/release.object")), S("Object"), false);
	add(b, links, v->may & 1u << RELEASE_ROLL_BACK, arena_cat(a, b->path, S("/act/release.roll-back")), S("Go back to an earlier stage"), false);
	add(b, links, v->may & 1u << RELEASE_WITHDRAW, arena_cat(a, b->path, S("/act/release.withdraw")), S("Withdraw"), false);
	b->links = links;
}

static void read_gates(struct arena *a, struct release_box *b) {
	struct str *names = arena_array(a, GATES, sizeof *names);
	if (!names || !(b->v->may & 1u << RELEASE_GATE)) return;
	for (size_t i = 0; i < b->v->stages_n; i++) {
		const struct json *gates = b->v->stages[i].at > 0 ? json_get_lit(b->v->stages[i].stage, "gates") : NULL;
		for (size_t j = 0; j < json_count(gates) && b->gates_n < GATES; j++) {
			struct str name = json_get_str(json_at(gates, j), S("name"));
			size_t k = 0;
			while (k < b->gates_n && !str_eq(names[k], name)) k++;
			if (k == b->gates_n) names[b->gates_n++] = name;
		}
	}
	b->gates = names;
}

static enum err_code read_access(const struct disclosing *d, struct release_box *b, struct err *e) {
	struct access_counts counts;
	struct str why_not;
	enum err_code code = disclose_access(d, &b->v->r, STR_EMPTY, &b->held, e);
	if (!code) code = disclose_may_ask(d, &b->v->r, &why_not, e);
	if (code) return code;
	b->until = b->held.until ? moment_words(d->a, b->held.until) : STR_EMPTY;
	if (!why_not.n || str_is(why_not, "sign in to ask")) {
		b->ask = arena_cat(d->a, b->path, S("/access"));
		b->ask_words = why_not.n ? S("Sign in and ask for access") : S("Ask for access");
	}
	if (!b->v->may_review) return ERR_OK;
	b->requests = arena_cat(d->a, b->path, S("/requests"));
	code = disclose_access_counts(d, &b->v->r, &counts, e);
	b->pending = code ? 0 : counts.pending;
	return code;
}

static enum err_code box_of_release(struct request *rq, const struct disclosed *r, struct release_box *b, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct release_view *v = arena_new_of(d.a, struct release_view);
	if (!v) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = disclose_release(&d, r->line.uid, v, e);
	if (code) return code;
	b->v = v;
	b->since = v->since ? day_words(d.a, v->since) : STR_EMPTY;
	b->observed = v->observed ? moment_words(d.a, v->observed) : STR_EMPTY;
	for (size_t i = 0; i < v->stages_n; i++)
		if (v->stages[i].at > 0 && v->stages[i].n && !b->next) b->next = &v->stages[i];
	for (size_t i = 0; b->next && i < b->next->n; i++) {
		const struct release_check *c = &b->next->checks[i];
		b->timed |= !c->met && (c->need == NEED_OBSERVED || c->need == NEED_NO_HOLD);
	}
	read_decisions(d.a, b);
	read_links(d.a, b);
	read_gates(d.a, b);
	code = read_access(&d, b, e);
	b->timed |= b->held.until != 0;
	return code;
}

/* ---- a request ---- */

static enum err_code box_of_request(struct request *rq, const struct disclosed *r, struct release_box *b, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	static const struct str titles[ACCESS_MAYS] = {[ACCESS_MAY_ACCEPT] = S_INIT("Accept"), [ACCESS_MAY_REJECT] = S_INIT("Reject"), [ACCESS_MAY_REVOKE] = S_INIT("Revoke"),
		[ACCESS_MAY_REOPEN] = S_INIT("Reopen"), [ACCESS_MAY_RETRACT] = S_INIT("Take it back")};
	struct access_line *l = arena_new_of(d.a, struct access_line);
	struct release_link *links = arena_array(d.a, LINKS, sizeof *links);
	if (!l || !links) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = disclose_access_line(&d, r, l, e);
	if (code == ERR_NOT_FOUND) return ERR_OK; /* from elsewhere: its words are all that there is */
	if (code) return code;
	b->request = l;
	b->asked = day_words(d.a, l->asked);
	b->decided = l->decided ? day_words(d.a, l->decided) : STR_EMPTY;
	b->until = l->until ? moment_words(d.a, l->until) : STR_EMPTY;
	for (int i = 0; i < ACCESS_MAYS && r->audiences & OWNER; i++)
		add(b, links, l->may & 1u << i, arena_fmt(d.a, "%.*s/act/%s", STR_ARG(b->path), access_may_act((enum access_may)i)), titles[i], i == ACCESS_MAY_ACCEPT);
	b->links = links;
	if (l->release.uid.n) {
		b->release = l->release.headline;
		b->release_href = record_path(d.a, &l->release);
	}
	b->timed = l->until != 0;
	return ERR_OK;
}

enum err_code release_box(struct request *rq, const struct disclosed *r, const struct release_box **out, struct err *e) {
	bool release = str_is(r->line.kind->name, "release");
	*out = NULL;
	if (!release && !str_is(r->line.kind->name, "access-request")) return ERR_OK;
	struct release_box *b = arena_new_of(rq->arena, struct release_box);
	if (!b) return err_set(e, ERR_MEMORY, "out of memory");
	b->a = rq->arena;
	b->path = record_path(rq->arena, &r->line);
	b->csrf = desk_csrf(rq);
	enum err_code code = release ? box_of_release(rq, r, b, e) : box_of_request(rq, r, b, e);
	if (!code) *out = b->v || b->request ? b : NULL;
	return code;
}
