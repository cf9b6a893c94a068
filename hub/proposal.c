#include "proposal.h"

#include "hub/visibility.h"

struct accepting {
	struct hub *hub;
	struct db *db;
	struct disclosing d;
	struct disclosed proposal;
	const struct kind *use;
	struct str reason;
	struct str target;         /* the use that it is about, or that was made */
	struct actor actor;
	struct err *e;
};

static enum err_code apply(struct accepting *x, struct change *c, struct change_result *result) {
	c->actor = x->actor;
	return change_apply(x->hub, x->db, c, result, x->e);
}

static enum err_code lacks(struct accepting *x, struct str pointer, const char *words) {
	enum err_code code = err_set(x->e, ERR_INVALID, "%s", words);
	err_where(x->e, "%.*s", STR_ARG(pointer));
	return code;
}

/* The use that an "about" link leads to. */
static enum err_code find_target(struct accepting *x) {
	struct disclosed_links *groups;
	size_t n;
	enum err_code code = disclose_links(&x->d, &x->proposal, 4, &groups, &n, x->e);
	for (size_t i = 0; !code && i < n; i++)
		if (!groups[i].inverse && str_is(groups[i].rel, "about") && groups[i].n) x->target = groups[i].items[0].uid;
	if (!code && !x->target.n) code = err_set(x->e, ERR_INVALID, "the proposal is linked to no use that it is about");
	return code;
}

static enum err_code check_proposed(struct accepting *x, const struct json *body) {
	const struct kind_move *publish = kind_move(x->use, S("publish"));
	struct err e = {.code = ERR_OK};
	if (!json_count(body)) return lacks(x, S("/proposed"), "the proposal does not say how the use would stand");
	if (schema_check(x->use->schema, body, x->d.a, &e)) return lacks(x, arena_fmt(x->d.a, "/proposed%s", e.where), e.message);
	for (size_t i = 0; publish && i < publish->requires_.n; i++)
		if (!kind_has_value(body, publish->requires_.items[i]))
			return lacks(x, arena_cat(x->d.a, S("/proposed"), publish->requires_.items[i]), "the use as proposed lacks what every use must have");
	return ERR_OK;
}

static enum err_code make_new(struct accepting *x) {
	struct change_result result;
	const struct json *body = json_get_lit(x->proposal.body, "proposed");
	struct str key = arena_cat(x->d.a, S("proposal:"), x->proposal.line.uid);
	struct change_name name = {S("key"), key};
	struct change create = {.op = CHANGE_CREATE, .kind = x->use->name, .body = body, .if_absent = key, .names = &name, .names_n = 1};
	enum err_code code = check_proposed(x, body);
	if (!code) code = apply(x, &create, &result);
	if (code) return code;
	x->target = arena_str(x->d.a, str_of(result.uid));
	/* Made by an attempt that got no further: it may have been worded otherwise then. */
	struct change revise = {.op = CHANGE_REVISE, .record = x->target, .body = body};
	if (!result.changed) code = apply(x, &revise, &result);
	struct change publish = {.op = CHANGE_MOVE, .record = x->target, .move = S("publish"), .reason = x->reason};
	const struct kind_move *move = kind_move(x->use, publish.move);
	if (!code && move && kind_move_from(move, str_of(result.state))) code = apply(x, &publish, &result);
	return code;
}

/* What the public may read becomes as proposed; what it may not read was not shown to who proposed it, and stays. */
static enum err_code change_words(struct accepting *x) {
	struct disclosed now_there;
	struct change_result result;
	const struct json *proposed = json_get_lit(x->proposal.body, "proposed"), *body;
	enum err_code code = check_proposed(x, proposed);
	if (!code) code = disclose_record(&x->d, x->target, &now_there, x->e);
	if (code) return code;
	body = now_there.body;
	for (size_t i = 0; i < json_count(now_there.body); i++) {
		struct str name = json_member_at(now_there.body, i)->name;
		struct str pointer = arena_cat(x->d.a, S("/"), name);
		if ((visibility_of(x->use->visibility, pointer) & PUBLIC) && !json_get(proposed, name)) body = json_with(x->d.a, body, name, NULL);
	}
	for (size_t i = 0; i < json_count(proposed); i++) {
		const struct json_member *m = json_member_at(proposed, i);
		/* Where it came from is not a matter of words. */
		if (!str_is(m->name, "source")) body = json_with(x->d.a, body, m->name, &m->value);
	}
	struct change c = {.op = CHANGE_REVISE, .record = x->target, .body = body, .expected = now_there.revision, .reason = x->reason};
	return arena_failed(x->d.a) ? err_set(x->e, ERR_MEMORY, "out of memory") : apply(x, &c, &result);
}

static enum err_code make_move(struct accepting *x, struct str name) {
	struct disclosed use;
	struct change_result result;
	enum err_code code = disclose_record(&x->d, x->target, &use, x->e);
	const struct kind_move *move = kind_move(x->use, name);
	if (!code && move && str_eq(use.line.state->name, move->to)) return ERR_OK;
	struct change c = {.op = CHANGE_MOVE, .record = x->target, .move = name, .reason = x->reason};
	return code ? code : apply(x, &c, &result);
}

static enum err_code merge(struct accepting *x) {
	struct change_result result;
	struct str into = json_get_str(x->proposal.body, S("into"));
	if (!into.n) return lacks(x, S("/into"), "the proposal does not say which use takes this one up");
	struct change link = {.op = CHANGE_LINK, .record = x->target, .rel = S("replaced-by"), .target = into};
	enum err_code code = apply(x, &link, &result);
	return code ? code : make_move(x, S("merge"));
}

static enum err_code carry_out(struct accepting *x) {
	struct str what = json_get_str(x->proposal.body, S("what"));
	if (str_is(what, "new")) return make_new(x);
	enum err_code code = find_target(x);
	if (code) return code;
	if (str_is(what, "change")) return change_words(x);
	if (str_is(what, "deprecate")) return make_move(x, S("deprecate"));
	if (str_is(what, "merge")) return merge(x);
	return lacks(x, S("/what"), "the proposal does not say what it is about");
}

static enum err_code note_decision(struct accepting *x) {
	struct change_result result;
	char at[MOMENT_TEXT];
	struct json_builder decision = json_object_of(x->d.a);
	json_set_str(&decision, S("date"), arena_str(x->d.a, str_sub(moment_text(now(), at), 0, 10)));
	json_set_str(&decision, S("reasons"), x->reason);
	struct change note = {.op = CHANGE_REVISE, .record = x->proposal.line.uid,
		.body = json_with(x->d.a, x->proposal.body, S("decision"), json_built(&decision))};
	struct change link = {.op = CHANGE_LINK, .record = x->proposal.line.uid, .rel = S("led-to"), .target = x->target};
	enum err_code code = apply(x, &note, &result);
	return code ? code : apply(x, &link, &result);
}

static enum err_code accept_open(struct accepting *x, struct change_result *result) {
	const struct kind *kind = x->proposal.line.kind;
	const struct kind_move *move = kind_move(kind, S("accept"));
	x->use = kind_find(x->hub->kinds, S("use"));
	if (!str_is(kind->name, "proposal") || !move || !x->use) return err_set(x->e, ERR_INVALID, "the record is no proposal");
	if (!(move->who & x->actor.roles)) return err_set(x->e, ERR_FORBIDDEN, "proposals are decided by coordinators");
	if (!kind_move_from(move, x->proposal.line.state->name)) return err_set(x->e, ERR_CONFLICT, "the proposal is not open");
	if (!x->reason.n) return err_set(x->e, ERR_INVALID, "a decision needs its reasons");
	enum err_code code = carry_out(x);
	if (!code) code = note_decision(x);
	struct change accept = {.op = CHANGE_MOVE, .record = x->proposal.line.uid, .move = S("accept"), .carried_out = true, .reason = x->reason};
	return code ? code : apply(x, &accept, result);
}

enum err_code proposal_accept(struct hub *h, struct db *db, const struct actor *actor, struct str name, struct str reason,
	struct change_result *result, struct err *e) {
	autoarena struct arena *a = arena_new(64 << 20);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct accepting x = {.hub = h, .db = db, .d = {.hub = h, .db = db, .viewer = {actor->name, actor->roles}, .a = a}, .reason = str_trim(reason),
		.target = STR_EMPTY, .actor = *actor, .e = e};
	enum err_code code = disclose_record(&x.d, name, &x.proposal, e);
	return code ? code : accept_open(&x, result);
}
