#include "case_open.h"

#include "hub/disclose.h"

struct opening {
	struct hub *hub;
	struct db *db;
	struct arena *a;
	const struct actor *actor;
	struct disclosing d;
	struct disclosed report;
	struct str a_case;
	struct err *e;
};

static enum err_code begin(struct opening *o, struct str report) {
	o->d = (struct disclosing){o->hub, o->db, {o->actor->name, o->actor->roles}, o->a};
	enum err_code code = disclose_record(&o->d, report, &o->report, o->e);
	if (!code && !str_is(o->report.line.kind->name, "report"))
		code = err_set(o->e, ERR_INVALID, "%.*s is no report: a case begins with one", STR_ARG(o->report.line.id));
	if (!code && !(o->report.audiences & COORDINATORS)) code = err_set(o->e, ERR_FORBIDDEN, "cases are opened from reports by coordinators");
	return code;
}

static enum err_code act(struct opening *o, const char *name, const struct json *args) {
	struct change_result result;
	struct change c = {.op = CHANGE_ACT, .actor = *o->actor, .record = o->a_case, .act = str_of(name), .args = args};
	return change_apply(o->hub, o->db, &c, &result, o->e);
}

/* The finder, by whatever they are called here; whoever imported or typed a report for somebody is none. */
static enum err_code ask_finder(struct opening *o) {
	struct json_builder args = json_object_of(o->a);
	struct str finder = disclose_owner(&o->d, &o->report);
	if (!str_starts(finder, S("U-")) && !str_starts(finder, S("A-"))) return ERR_OK;
	json_set_str(&args, S("subject"), finder);
	json_set_str(&args, S("part"), S("reporter"));
	enum err_code code = act(o, "participant.ask", json_built(&args));
	return code == ERR_CONFLICT ? ERR_OK : code; /* takes part already */
}

/* What they wish for, in their name. */
static enum err_code propose_embargo(struct opening *o) {
	const struct json *wish = json_get_lit(o->report.body, "disclosure");
	struct str finder = disclose_owner(&o->d, &o->report), until = json_get_str(wish, S("embargo_until"));
	moment end;
	if (!json_true(json_get_lit(wish, "embargo_wanted")) || !moment_parse(until, &end) || end <= now()) return ERR_OK;
	struct json_builder args = json_object_of(o->a);
	if (str_starts(finder, S("U-")) || str_starts(finder, S("A-"))) json_set_str(&args, S("for"), finder);
	json_set_str(&args, S("until"), until);
	json_set_str(&args, S("time_zone"), json_get_str(wish, S("time_zone")));
	json_put_str(&args, S("reason"), str_cut_utf8(json_get_str(wish, S("embargo_reason")), 2000));
	return act(o, "embargo.propose", json_built(&args));
}

static enum err_code handling_case(struct opening *o, struct str *uid) {
	struct disclosed_links *groups;
	size_t n;
	enum err_code code = disclose_links(&o->d, &o->report, 5, &groups, &n, o->e);
	*uid = STR_EMPTY;
	for (size_t i = 0; i < n && !code; i++)
		if (groups[i].inverse && str_is(groups[i].rel, "handles") && groups[i].n) *uid = arena_str(o->a, groups[i].items[0].uid);
	return code;
}

static enum err_code create(struct opening *o, struct str title, struct change_result *out) {
	struct disclosed_links *groups;
	size_t n, used = 0;
	enum { LINKS = 210 };
	struct change_link *links = arena_array(o->a, LINKS, sizeof *links);
	enum err_code code = disclose_links(&o->d, &o->report, 100, &groups, &n, o->e);
	if (code) return code;
	if (!links) return err_set(o->e, ERR_MEMORY, "out of memory");
	links[used++] = (struct change_link){S("handles"), o->report.line.uid};
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < groups[i].n && used < LINKS; j++)
			if (!groups[i].inverse && (str_is(groups[i].rel, "affects") || str_is(groups[i].rel, "concerns")))
				links[used++] = (struct change_link){groups[i].rel, groups[i].items[j].uid};
	static const char *const taken[] = {"severity", "harm_types", "language"};
	struct json_builder body = json_object_of(o->a);
	const struct json *classification = json_get_lit(o->report.body, "classification");
	struct str type = json_get_str(classification, S("type"));
	if (!title.n) title = arena_fmt(o->a, "Case of the report %.*s", STR_ARG(o->report.line.uid));
	json_set_str(&body, S("title"), title);
	json_put_str(&body, S("type"), type);
	for (size_t i = 0; i < lengthof(taken); i++) json_put(&body, str_of(taken[i]), json_get(o->report.body, str_of(taken[i])));
	struct change c = {.op = CHANGE_CREATE, .actor = *o->actor, .kind = S("case"), .body = json_built(&body), .links = links, .links_n = used};
	return change_apply(o->hub, o->db, &c, out, o->e);
}

enum err_code case_open(struct hub *h, struct db *db, const struct actor *actor, struct str report, struct str title, struct change_result *out,
	struct err *e) {
	autoarena struct arena *a = arena_new(64 << 20);
	struct opening o = {.hub = h, .db = db, .a = a, .actor = actor, .e = e};
	struct json_builder none = json_object_of(a);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = begin(&o, report);
	if (!code) code = handling_case(&o, &o.a_case);
	if (code) return code;
	if (o.a_case.n) {
		*out = (struct change_result){0};
		snprintf(out->uid, sizeof out->uid, "%.*s", STR_ARG(o.a_case));
		snprintf(out->public_id, sizeof out->public_id, "%.*s", STR_ARG(o.a_case));
		return ERR_OK;
	}
	code = create(&o, str_trim(title), out);
	if (code) return code;
	o.a_case = str_of(out->uid);
	code = ask_finder(&o);
	if (!code) code = propose_embargo(&o);
	if (!code) code = act(&o, "chain.propose", json_built(&none));
	return code;
}

enum err_code case_join(struct hub *h, struct db *db, const struct actor *actor, struct str report, struct str a_case, struct change_result *out,
	struct err *e) {
	autoarena struct arena *a = arena_new(64 << 20);
	struct opening o = {.hub = h, .db = db, .a = a, .actor = actor, .a_case = a_case, .e = e};
	struct json_builder none = json_object_of(a);
	struct str handled;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = begin(&o, report);
	if (!code) code = handling_case(&o, &handled);
	if (code) return code;
	if (handled.n && !str_eq(handled, a_case)) return err_set(e, ERR_CONFLICT, "the report is in the case %.*s already", STR_ARG(handled));
	struct change c = {.op = CHANGE_LINK, .actor = *actor, .record = a_case, .rel = S("handles"), .target = o.report.line.uid};
	code = change_apply(h, db, &c, out, e);
	if (!code) code = ask_finder(&o);
	/* Vendors who take part read this report too; what it affects may bring in more of them. */
	if (!code) code = act(&o, "reports.share", json_built(&none));
	if (!code) code = act(&o, "chain.propose", json_built(&none));
	return code;
}
