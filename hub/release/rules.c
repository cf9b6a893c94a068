#include "rules.h"

enum { FIXED_ITEMS = 8 };

/* ---- what may be done ---- */

enum { DRAFT = 1, RUNNING = 2, PUBLISHED = 4, ENDED = 8 };
enum { BEGUN = 1, GOES_ON = 2, CAN_GO_BACK = 4 }; /* a stage has begun; there is a next one; there is one before */

static unsigned state_bit(struct str state) {
	return str_is(state, "draft") ? DRAFT : str_is(state, "running") ? RUNNING : str_is(state, "published") ? PUBLISHED : ENDED;
}

static const struct {
	unsigned states, needs;
} table[RELEASE_ACTS] = {
	[RELEASE_SIGN] = {RUNNING | PUBLISHED, 0},
	[RELEASE_OBJECT] = {RUNNING | PUBLISHED, 0},
	[RELEASE_ANSWER] = {RUNNING | PUBLISHED, 0},
	[RELEASE_RELENT] = {RUNNING | PUBLISHED, 0},
	[RELEASE_GATE] = {DRAFT | RUNNING | PUBLISHED, 0},
	[RELEASE_PROCEED] = {RUNNING | PUBLISHED, GOES_ON},
	[RELEASE_MODIFY] = {RUNNING | PUBLISHED, GOES_ON},
	[RELEASE_DELAY] = {RUNNING | PUBLISHED, GOES_ON},
	[RELEASE_CANCEL] = {RUNNING | PUBLISHED, 0},
	[RELEASE_ROLL_BACK] = {RUNNING | PUBLISHED, CAN_GO_BACK},
	[RELEASE_WITHDRAW] = {RUNNING | PUBLISHED, BEGUN},
};

const char *release_refusal(enum release_act act, const struct release_standing *s) {
	unsigned bit = state_bit(s->state), needs = table[act].needs;
	if (!(table[act].states & bit)) return bit == DRAFT ? "the plan is still a draft: start the release first" : "this release has ended: nothing more is done about it";
	if (needs & BEGUN && s->stage < 0) return "no stage has begun yet: there is nothing to withdraw";
	if (needs & GOES_ON && s->stage + 1 >= s->stages) return s->stages ? "it is at its last stage" : "the plan has no stages";
	if (needs & CAN_GO_BACK && s->stage < 1) return "there is no earlier stage to go back to";
	return NULL;
}

enum release_act release_decision_of(struct str name) {
	static const struct {
		const char *name;
		enum release_act act;
	} names[] = {{"proceed", RELEASE_PROCEED}, {"modify", RELEASE_MODIFY}, {"delay", RELEASE_DELAY}, {"cancel", RELEASE_CANCEL}};
	for (size_t i = 0; i < lengthof(names); i++)
		if (str_is(name, names[i].name)) return names[i].act;
	return RELEASE_ACTS;
}

/* ---- evidence ---- */

void release_evidence(struct arena *a, const struct json *safeguard, moment at, struct release_safeguard *out) {
	const struct json *list = json_get_lit(safeguard, "evidence");
	struct str today = str_sub(moment_str(a, at), 0, 10), newest = STR_EMPTY;
	for (size_t i = 0; i < json_count(list); i++) {
		struct str day = str_sub(json_get_str(json_at(list, i), S("date")), 0, 10);
		if (!day.n || !str_trim(json_get_str(json_at(list, i), S("text"))).n || str_cmp(day, str_sub(today, 0, day.n)) > 0) continue;
		out->pieces++;
		if (str_cmp(day, newest) > 0) newest = day;
	}
	out->evidence = newest;
}

const struct release_word *release_signed(const struct release_facts *f, struct str stage, struct str name) {
	for (size_t i = f->words_n; i > 0; i--) {
		const struct release_word *w = &f->words[i - 1];
		if (name.n && str_eq(w->name, name) && str_eq(w->stage, stage) && release_holds(f, w)) return w;
	}
	return NULL;
}

const struct release_gate *release_gate_result(const struct release_facts *f, struct str name) {
	for (size_t i = f->gates_n; i > 0; i--)
		if (str_eq(f->gates[i - 1].name, name) && str_eq(f->gates[i - 1].artifacts, f->artifacts)) return &f->gates[i - 1];
	return NULL;
}

/* ---- the checklist ---- */

struct listing {
	struct arena *a;
	const struct release_facts *f;
	const struct json *stage;
	struct str name;
	struct release_item *items;
	size_t n;
};

static struct release_item *add(struct listing *l, enum release_need need, size_t i, struct str title) {
	struct release_item *item = &l->items[l->n++];
	*item = (struct release_item){.need = need, .i = i, .title = title};
	return item;
}

static void met(struct release_item *item, struct str evidence) {
	item->met = true;
	item->evidence = evidence;
}

static struct str day(struct arena *a, moment t) {
	return str_sub(moment_str(a, t), 0, 10);
}

static void artifacts(struct listing *l) {
	struct release_item *item = add(l, NEED_ARTIFACTS, 0, S("It is said which files are released, by their digests"));
	size_t n = json_count(json_get_lit(l->f->body, "artifacts"));
	if (plan_has_artifacts(l->f->body)) met(item, n ? arena_fmt(l->a, "%zu %s", n, n == 1 ? "file" : "files") : S("a manifest"));
	else item->missing = S("list the artifacts, or a manifest, with SHA-256");
}

/* Whoever is to ask, or to get it freely, must be able to read what it is. */
static void is_public(struct listing *l) {
	if (str_is(json_get_str(l->stage, S("who")), "named")) return;
	struct release_item *item = add(l, NEED_PUBLIC, 0, S("The release is published, so that people can read of it"));
	if (str_is(l->f->state, "published")) met(item, S("published"));
	else item->missing = S("publish the record");
}

static const struct release_safeguard *safeguard_called(const struct release_facts *f, struct str name) {
	for (size_t i = 0; i < f->safeguards_n; i++)
		if (str_eq(f->safeguards[i].name, name)) return &f->safeguards[i];
	return NULL;
}

static void safeguards(struct listing *l) {
	static const char *const missing[] = {
		[SAFEGUARD_UNKNOWN] = "no published record of it is here", [SAFEGUARD_OTHER_KIND] = "that record is no safeguard",
		[SAFEGUARD_NOT_IN_FORCE] = "it is no longer in force (defeated or withdrawn)", [SAFEGUARD_NO_EVIDENCE] = "it has no dated evidence of its effect",
	};
	const struct json *list = json_get_lit(l->stage, "safeguards");
	for (size_t i = 0; i < json_count(list); i++) {
		struct str name = json_get_str(json_at(list, i), S("record"));
		const struct release_safeguard *g = safeguard_called(l->f, name);
		struct release_item *item = add(l, NEED_SAFEGUARD, i, arena_cat(l->a, S("Safeguard: "), g && g->headline.n ? g->headline : name));
		item->safeguard = g;
		if (g && g->is == SAFEGUARD_COUNTS)
			met(item, arena_fmt(l->a, "%zu %s of evidence, the newest of %.*s", g->pieces, g->pieces == 1 ? "piece" : "pieces", STR_ARG(g->evidence)));
		else item->missing = str_of(missing[g ? g->is : SAFEGUARD_UNKNOWN]);
	}
}

static void gates(struct listing *l) {
	const struct json *list = json_get_lit(l->stage, "gates");
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *one = json_at(list, i);
		const struct release_gate *g = release_gate_result(l->f, json_get_str(one, S("name")));
		struct release_item *item = add(l, NEED_GATE, i, arena_cat(l->a, S("Gate: "), plan_title(one)));
		item->gate = g;
		if (!g) item->missing = S("no report about these very artifacts is attached");
		else if (report_lets_through(json_get_str(one, S("accepts")), g->verdict))
			met(item, arena_fmt(l->a, "%s, report of %.*s about %lld %s", report_verdict_name(g->verdict), STR_ARG(day(l->a, g->at)), (long long)g->files, g->files == 1 ? "file" : "files"));
		else item->missing = arena_fmt(l->a, "the report of %.*s says %s", STR_ARG(day(l->a, g->at)), report_verdict_name(g->verdict));
	}
}

/* A sign-off of an earlier plan explains more than that there is none. */
static struct str why_unsigned(const struct release_facts *f, struct str stage, struct str name) {
	for (size_t i = 0; i < f->words_n; i++)
		if (str_eq(f->words[i].name, name) && str_eq(f->words[i].stage, stage)) return S("what was signed is not what stands here now: it must be signed again");
	return S("nobody has signed");
}

static void signoffs(struct listing *l) {
	const struct json *list = json_get_lit(l->stage, "signoffs");
	bool other = false;
	for (size_t i = 0; i < json_count(list); i++) {
		struct str name = json_get_str(json_at(list, i), S("name"));
		const struct release_word *w = release_signed(l->f, l->name, name);
		struct release_item *item = add(l, NEED_SIGNOFF, i, arena_cat(l->a, S("Sign-off: "), plan_title(json_at(list, i))));
		item->word = w;
		/* Of one person's sign-offs for a stage the first counts. */
		for (size_t j = 0; w && j < i; j++) {
			const struct release_word *before = release_signed(l->f, l->name, json_get_str(json_at(list, j), S("name")));
			if (before && str_eq(before->account, w->account)) w = NULL;
		}
		if (!w) {
			item->missing = item->word ? S("the same person signed for another part of this stage") : why_unsigned(l->f, l->name, name);
			item->word = NULL;
			continue;
		}
		other |= !str_eq(w->account, l->f->maker) && !str_eq(w->account, l->f->planner);
		met(item, arena_fmt(l->a, "signed on %.*s", STR_ARG(day(l->a, w->at))));
	}
	if (!json_count(list)) return;
	struct release_item *item = add(l, NEED_SEPARATION, 0, S("Somebody signed who did not make the plan"));
	if (other) met(item, S("yes"));
	else item->missing = S("whoever made the release can't sign alone");
}

static void risks(struct listing *l) {
	const struct json *list = json_get_lit(l->stage, "risks");
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *one = json_at(list, i);
		struct release_item *item = add(l, NEED_RISK, i, arena_cat(l->a, S("Risk: "), json_get_str(one, S("name"))));
		if (!json_get_lit(one, "residual")) item->missing = S("what remains is not assessed");
		else if (!str_trim(json_get_str(one, S("statement"))).n) item->missing = S("it is not said how it was assessed");
		else if (plan_risk_managed(one)) met(item, S("threshold less margin is at least what remains"));
		else item->missing = S("what remains is above the threshold less its margin");
	}
}

static void observed(struct listing *l) {
	if (!l->f->observed) return;
	struct release_item *item = add(l, NEED_OBSERVED, 0, S("The present stage was observed long enough"));
	struct str until = moment_str(l->a, l->f->observed);
	if (l->f->at > l->f->observed) met(item, arena_cat(l->a, S("since "), until));
	else item->missing = arena_cat(l->a, S("it is observed until "), until);
}

static void objections(struct listing *l) {
	const struct release_word *open = NULL;
	size_t n = 0, all = 0;
	for (size_t i = 0; i < l->f->words_n; i++) {
		if (!release_is_objection(&l->f->words[i])) continue;
		all++;
		if (l->f->words[i].over) continue;
		if (!open) open = &l->f->words[i];
		n++;
	}
	struct release_item *item = add(l, NEED_NO_OBJECTION, 0, S("No objection is open"));
	item->word = open;
	if (!n) met(item, all ? S("all were answered or given up") : S("there was none"));
	else item->missing = n == 1 ? S("an objection is not answered") : arena_fmt(l->a, "%zu objections are not answered", n);
}

static void hold(struct listing *l) {
	const struct release_facts *f = l->f;
	if (str_is(f->hold, "modify")) {
		struct release_item *item = add(l, NEED_NO_HOLD, 0, S("The plan was modified, as was decided"));
		if (!str_eq(f->plan, f->hold_plan)) met(item, S("it is another since"));
		else item->missing = S("it is the same plan");
	} else if (str_is(f->hold, "delay")) {
		struct release_item *item = add(l, NEED_NO_HOLD, 0, S("The delay that was decided is over"));
		struct str until = moment_str(l->a, f->hold_until);
		if (f->at >= f->hold_until) met(item, arena_cat(l->a, S("since "), until));
		else item->missing = arena_cat(l->a, S("it is delayed until "), until);
	}
}

enum err_code release_checklist(struct arena *a, const struct release_facts *f, int stage, struct release_item **out, size_t *n, struct err *e) {
	const struct json *at = plan_stage_at(f->body, stage);
	size_t most = FIXED_ITEMS;
	static const char *const lists[] = {"safeguards", "gates", "signoffs", "risks"};
	for (size_t i = 0; i < lengthof(lists); i++) most += json_count(json_get(at, str_of(lists[i])));
	struct listing l = {a, f, at, json_get_str(at, S("name")), arena_array(a, most, sizeof *l.items), 0};
	if (!l.items) return err_set(e, ERR_MEMORY, "out of memory");
	if (at) {
		artifacts(&l);
		is_public(&l);
		safeguards(&l);
		gates(&l);
		risks(&l);
		signoffs(&l);
		observed(&l);
		objections(&l);
		hold(&l);
	}
	*out = l.items;
	*n = l.n;
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

const char *release_need_name(enum release_need n) {
	static const char *const names[] = {"artifacts", "public", "safeguard", "gate", "signoff", "separation", "risk", "observed", "no-objection", "no-hold"};
	return names[n];
}
