/* What is done to a release: signing, objecting, attaching reports. Decisions: decide.c. */
#include "release.h"

#include "hub/account/member.h"
#include "hub/attachment.h"
#include "releasing.h"

enum { REPORT = 4 << 20, REPORT_CAP = 96 << 20 };

enum err_code release_begin(struct acting *x, enum release_act act, struct releasing *out) {
	struct releasing y = {.x = x};
	enum err_code code = store_body(x->s->hub, x->s->db, x->s->a, x->r, &y.body, x->s->e);
	if (!code) code = release_facts(x->s->hub, x->s->db, x->s->a, x->r, y.body, x->s->at, &y.f, x->s->e);
	if (code) return code;
	y.z = release_standing(&y.f);
	const char *why = release_refusal(act, &y.z);
	if (why) return err_set(x->s->e, ERR_CONFLICT, "%s", why);
	*out = y;
	return ERR_OK;
}

enum err_code release_wrong(struct acting *x, const char *where, struct str words) {
	err_set(x->s->e, ERR_INVALID, "%.*s", STR_ARG(words));
	err_where(x->s->e, "%s", where);
	return ERR_INVALID;
}

/* ---- signing ---- */

static struct str names_of(struct arena *a, const struct json *list) {
	struct str words = STR_EMPTY;
	for (size_t i = 0; i < json_count(list); i++)
		words = arena_fmt(a, "%.*s%s%.*s", STR_ARG(words), words.n ? ", " : "", STR_ARG(json_get_str(json_at(list, i), S("name"))));
	return words.n ? words : S("none");
}

bool release_may_sign(struct db *db, const struct json *part, struct str account, unsigned roles) {
	struct str subject = json_get_str(part, S("subject"));
	if (subject.n) return str_eq(subject, account) || member_role(db, subject, account) >= MEMBER_MEMBER;
	return (roles & role_of(json_get_str(part, S("role")))) != 0;
}

/* The stage that is meant: one that is to come. */
static enum err_code coming(struct releasing *y, int *out) {
	struct str name = act_arg(y->x, "stage");
	int i = name.n ? plan_stage(y->body, name) : y->z.stage + 1;
	if (name.n && i < 0)
		return release_wrong(y->x, "stage", arena_fmt(y->x->s->a, "there is no such stage; there are: %.*s", STR_ARG(names_of(y->x->s->a, json_get_lit(y->body, "stages")))));
	if (i <= y->z.stage || i >= y->z.stages) return release_wrong(y->x, "stage", S("that stage has begun already: sign for one that is to come"));
	*out = i;
	return ERR_OK;
}

static enum err_code not_twice(struct releasing *y, struct str stage, struct str name) {
	struct acting *x = y->x;
	const struct release_word *there = release_signed(&y->f, stage, name);
	if (there && str_eq(there->account, x->s->actor.name)) {
		x->changed = false;
		return ERR_OK;
	}
	if (there) return err_set(x->s->e, ERR_CONFLICT, "that is signed already, by somebody else");
	for (size_t i = 0; i < y->f.words_n; i++) {
		const struct release_word *w = &y->f.words[i];
		if (!release_is_objection(w) && str_eq(w->stage, stage) && str_eq(w->account, x->s->actor.name) && release_holds(&y->f, w))
			return err_set(x->s->e, ERR_CONFLICT, "you signed for this stage as \"%.*s\" already: each sign-off is another person's", STR_ARG(w->name));
	}
	return ERR_OK;
}

static enum err_code sign_off(struct acting *x) {
	struct releasing y;
	int i = 0;
	enum err_code code = release_begin(x, RELEASE_SIGN, &y);
	if (!code) code = coming(&y, &i);
	if (code) return code;
	const struct json *stage = plan_stage_at(y.body, i);
	struct str at = json_get_str(stage, S("name")), name = act_arg(x, "name");
	const struct json *part = plan_part(stage, "signoffs", name);
	if (!part)
		return release_wrong(x, "name", arena_fmt(x->s->a, "the plan asks for no such sign-off at this stage; it asks for: %.*s", STR_ARG(names_of(x->s->a, json_get_lit(stage, "signoffs")))));
	if (!release_may_sign(x->s->db, part, x->s->actor.name, x->roles))
		return err_set(x->s->e, ERR_FORBIDDEN, "that sign-off is for somebody else: %.*s", STR_ARG(plan_title(part)));
	code = not_twice(&y, at, name);
	if (code || !x->changed) return code;
	bool named = json_true(json_get_lit(x->args, "named"));
	struct release_row row;
	code = release_row_read(x->s->db, x->s->a, x->r->id, &row, x->s->e);
	if (!code)
		code = release_word_add(x->s, x->r->id, &(struct release_word){.stage = at, .name = name, .account = x->s->actor.name, .named = named, .plan = y.f.plan,
			.artifacts = y.f.artifacts, .revision = row.revision, .event = x->event});
	json_set_str(&x->detail, S("stage"), at);
	json_set_str(&x->detail, S("name"), name);
	json_set_str(&x->detail, S("title"), plan_title(part));
	json_set_str(&x->detail, S("plan"), y.f.plan);
	json_set_str(&x->detail, S("artifacts"), y.f.artifacts);
	json_put_str(&x->detail, S("reason"), str_trim(act_arg(x, "note")));
	return code;
}

/* ---- objecting ---- */

static enum err_code object(struct acting *x) {
	struct releasing y;
	struct str reason = str_trim(act_arg(x, "reason"));
	if (!reason.n) return release_wrong(x, "reason", S("say why"));
	enum err_code code = release_begin(x, RELEASE_OBJECT, &y);
	if (!code)
		code = release_word_add(x->s, x->r->id, &(struct release_word){.account = x->s->actor.name, .plan = y.f.plan, .artifacts = y.f.artifacts, .revision = x->r->revision,
			.event = x->event});
	if (!code) json_set_int(&x->detail, S("objection"), db_last_id(x->s->db));
	json_set_str(&x->detail, S("reason"), reason);
	return code;
}

static enum err_code open_objection(struct releasing *y, const struct release_word **out) {
	int64_t id = json_integer(json_get_lit(y->x->args, "objection"), 0);
	for (size_t i = 0; i < y->f.words_n; i++) {
		const struct release_word *w = &y->f.words[i];
		if (w->id != id || !release_is_objection(w)) continue;
		if (w->over) return err_set(y->x->s->e, ERR_CONFLICT, "that objection is not open any more");
		*out = w;
		return ERR_OK;
	}
	return release_wrong(y->x, "objection", S("there is no such objection"));
}

static enum err_code answer(struct acting *x) {
	struct releasing y;
	const struct release_word *w;
	struct str text = str_trim(act_arg(x, "text"));
	if (!text.n) return release_wrong(x, "text", S("say what was done, or why it does not hold"));
	enum err_code code = release_begin(x, RELEASE_ANSWER, &y);
	if (!code) code = open_objection(&y, &w);
	if (!code && str_eq(w->account, x->s->actor.name)) code = err_set(x->s->e, ERR_FORBIDDEN, "who objects does not answer themselves; give it up instead");
	if (!code) code = release_word_over(x->s, w->id, x->event);
	if (code) return code;
	json_set_int(&x->detail, S("objection"), w->id);
	json_set_str(&x->detail, S("reason"), text);
	return ERR_OK;
}

static enum err_code relent(struct acting *x) {
	struct releasing y;
	const struct release_word *w;
	enum err_code code = release_begin(x, RELEASE_RELENT, &y);
	if (!code) code = open_objection(&y, &w);
	if (!code && !str_eq(w->account, x->s->actor.name)) code = err_set(x->s->e, ERR_FORBIDDEN, "only who objects gives it up");
	if (!code) code = release_word_over(x->s, w->id, 0);
	if (code) return code;
	json_set_int(&x->detail, S("objection"), w->id);
	json_put_str(&x->detail, S("reason"), str_trim(act_arg(x, "reason")));
	return ERR_OK;
}

/* ---- gates ---- */

static bool asks_for_gate(const struct json *body, struct str name) {
	for (int i = 0; i < plan_stages(body); i++)
		if (plan_part(plan_stage_at(body, i), "gates", name)) return true;
	return false;
}

static enum err_code read_report(struct acting *x, struct arena *a, struct str sha256, const struct json **out) {
	struct str bytes;
	enum err_code code = store_file(x->s, x->r, sha256, REPORT, a, &bytes);
	if (!code) code = json_parse(a, bytes, &(struct json_limits){.bytes = REPORT}, out, x->s->e);
	return code == ERR_INVALID || code == ERR_TOO_LARGE ? (err_prefix(x->s->e, "the report"), ERR_INVALID) : code;
}

static enum err_code gate(struct acting *x) {
	struct releasing y;
	struct release_report report;
	const struct json *text;
	struct str name = act_arg(x, "gate"), file = act_arg(x, "file");
	autoarena struct arena *a = arena_new(REPORT_CAP);
	if (!a) return err_set(x->s->e, ERR_MEMORY, "out of memory");
	enum err_code code = release_begin(x, RELEASE_GATE, &y);
	if (code) return code;
	if (!asks_for_gate(y.body, name)) return release_wrong(x, "gate", S("no stage of the plan asks for a gate of this name"));
	const struct release_gate *there = release_gate_result(&y.f, name);
	if (there && str_eq(there->sha256, file)) {
		x->changed = false;
		return ERR_OK;
	}
	code = read_report(x, a, file, &text);
	if (!code) code = release_report_read(a, text, y.body, &report, x->s->e);
	if (code == ERR_INVALID) err_where(x->s->e, "file");
	if (!code)
		code = release_gate_add(x->s, x->r->id, &(struct release_gate){.name = name, .verdict = report.verdict, .files = (int64_t)report.files, .artifacts = y.f.artifacts,
			.sha256 = file, .event = x->event});
	json_set_str(&x->detail, S("gate"), name);
	json_set_str(&x->detail, S("file"), file);
	if (!code) json_set_str(&x->detail, S("verdict"), str_of(report_verdict_name(report.verdict)));
	json_set_str(&x->detail, S("artifacts"), y.f.artifacts);
	return code;
}

const struct act_function release_functions[] = {
	{"release.sign-off", sign_off}, {"release.object", object}, {"release.answer", answer}, {"release.relent", relent}, {"release.gate", gate},
};
const size_t release_functions_n = lengthof(release_functions);
