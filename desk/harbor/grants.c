/* Grants as finders show them, and what their forms send. */
#include "pages.h"

#include "desk/registry/present.h"
#include "desk/site/words.h"
#include "grants.t.h"

/* ---- accepting, and saying that one is threatened: acts, through the door in ---- */

static enum err_code act(struct request *rq, struct response *rs, const char *name, const char *argument, const char *what, struct err *e) {
	struct change_result result;
	struct json_builder args = json_object_of(rq->arena);
	json_set_str(&args, str_of(argument), request_str(rq, argument));
	struct change c = {.op = CHANGE_ACT, .actor = desk_actor(rq), .record = request_str(rq, "id"), .act = str_of(name), .args = json_built(&args)};
	enum err_code code = change_apply(desk_hub(rq), rq->worker, &c, &result, e);
	if (code) return code;
	struct glimpse g = {.uid = str_of(result.uid), .id = str_of(result.public_id)};
	response_redirect(rs, 303, arena_fmt(rq->arena, "%.*s?done=%s#harbor", STR_ARG(record_path(rq->arena, &g)), what));
	return ERR_OK;
}

enum err_code take_accept(struct request *rq, struct response *rs, struct err *e) {
	return act(rq, rs, "harbor.accept", "policy", "accepted", e);
}
enum err_code take_threatened(struct request *rq, struct response *rs, struct err *e) {
	return act(rq, rs, "harbor.threatened", "text", "told", e);
}
enum err_code take_settled(struct request *rq, struct response *rs, struct err *e) {
	return act(rq, rs, "harbor.settled", "note", "settled", e);
}

/* ---- the page of a grant ---- */

static const char *now_words(enum harbor_policy_now now_) {
	switch (now_) {
	case HARBOR_SAME: return words.policy_same;
	case HARBOR_CHANGED: return words.policy_changed;
	case HARBOR_ENDED: return words.policy_ended;
	case HARBOR_WITHDRAWN: return words.policy_withdrawn;
	case HARBOR_GONE: return words.policy_gone;
	}
	return "";
}

static struct str names_of(struct arena *a, const struct json *issuers) {
	autobuf struct buf out = BUF(8192);
	for (size_t i = 0; i < json_count(issuers); i++)
		buf_fmt(&out, "%s%.*s", i ? ", " : "", STR_ARG(json_get_str(json_at(issuers, i), S("name"))));
	return arena_str(a, buf_str(&out));
}

/* Its address is all that protects it: nobody keeps it, nobody lists it. */
static enum err_code finish(struct response *rs) {
	rs->cache = CACHE_NO_STORE;
	response_header(rs, "X-Robots-Tag", S("noindex, nofollow"));
	return ERR_OK;
}

static enum err_code read_grant(struct request *rq, const struct disclosing *d, struct harbor_grant *g, const struct json **file, struct err *e) {
	enum err_code code = harbor_grant(d, request_str(rq, "id"), g, e);
	return code ? code : harbor_file(desk_hub(rq), d, g, file, e);
}

enum err_code show_grant(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = feeds_disclosing(rq);
	const struct desk_app *app = rq->app;
	struct harbor_grant *g = arena_new_of(d.a, struct harbor_grant);
	struct grant_page *page = arena_new_of(d.a, struct grant_page);
	const struct json *file;
	struct harbor_check check;
	enum harbor_policy_now now_;
	if (!g || !page) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = read_grant(rq, &d, g, &file, e);
	if (!code) code = harbor_check(d.a, file, json_get_lit(file, "hub"), &check, e);
	if (!code) code = harbor_policy_now(&d, g, &now_, e);
	if (code) return code;
	const struct kind *kind = kind_find(d.hub->kinds, S("policy"));
	struct shown_section *sections = NULL;
	if (kind) present_body(app->reading, kind, g->policy, d.a, &sections, &page->sections_n);
	page->sections = sections;
	page->grant = g;
	page->good = check.verdict == HARBOR_VALID;
	page->signature_words = arena_cstr(d.a, check.words);
	page->id = g->id;
	page->day = date_words(d.a, json_get_str(g->said, S("accepted")));
	page->policy_title = json_string(json_pointer(g->said, S("/policy/title")));
	page->policy_href = now_ == HARBOR_GONE ? STR_EMPTY : arena_cat(d.a, S("/r/"), json_string(json_pointer(g->said, S("/policy/uid"))));
	page->issuers = names_of(d.a, json_get_lit(g->said, "issuers"));
	page->hub_name = json_string(json_pointer(g->said, S("/hub/name")));
	page->json_href = arena_fmt(d.a, "/harbor/%.*s.json", STR_ARG(g->id));
	page->key_id = g->key_id;
	page->sha256 = json_string(json_pointer(g->said, S("/policy/sha256")));
	page->revision = json_integer(json_pointer(g->said, S("/policy/revision")), 1);
	page->now_words = str_of(now_words(now_));
	page->changed = now_ != HARBOR_SAME;
	policy_assess(g->policy, &page->assessment);
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(words.grant_title)});
	grant_body(out, page);
	code = site_end(rq, rs);
	return code ? code : finish(rs);
}

enum err_code show_grant_json(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = feeds_disclosing(rq);
	struct harbor_grant g;
	const struct json *file;
	enum err_code code = read_grant(rq, &d, &g, &file, e);
	if (code) return code;
	response_bytes(rs, S("application/json"), json_pretty(d.a, file));
	response_header(rs, "Content-Disposition", S("attachment; filename=\"grant.json\""));
	return finish(rs);
}

/* ---- for who made the report ---- */

enum err_code send_opening(struct response *rs, const struct disclosing *d, const struct disclosed *r, struct str id, struct err *e) {
	struct harbor_grant *grants;
	size_t n;
	enum err_code code = harbor_grants_of(d, r, &grants, &n, e);
	if (code) return code;
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(grants[i].id, id)) continue;
		response_bytes(rs, S("application/json"), json_pretty(d->a, harbor_opening(d->a, &grants[i], r->line.uid)));
		response_header(rs, "Content-Disposition", S("attachment; filename=\"opening.json\""));
		rs->cache = CACHE_NO_STORE;
		return ERR_OK;
	}
	return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_grant);
}

enum err_code show_opening(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	enum err_code code = disclose_record(&d, request_str(rq, "id"), &r, e);
	return code ? code : send_opening(rs, &d, &r, request_str(rq, "grant"), e);
}

enum err_code api_grants(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	struct harbor_grant *grants;
	struct policy_record *offers;
	size_t n, offers_n;
	struct disclosed_rights rights;
	enum err_code code = disclose_record(&d, request_str(rq, "id"), &r, e);
	if (!code) code = harbor_grants_of(&d, &r, &grants, &n, e);
	if (!code) code = disclose_rights(&d, &r, &rights, e);
	if (!code) code = policy_records_for(&d, &r, &offers, &offers_n, e);
	if (code) return code;
	if (!(rights.roles & ROLE_OWNER)) offers_n = 0;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_name(&w, S("grants"));
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		jw_object(&w);
		jw_field_str(&w, S("id"), grants[i].id);
		jw_field_str(&w, S("url"), arena_fmt(d.a, "%.*s/harbor/%.*s", STR_ARG(d.hub->base_url), STR_ARG(grants[i].id)));
		jw_field(&w, S("statement"), grants[i].said);
		jw_field(&w, S("opening"), harbor_opening(d.a, &grants[i], r.line.uid));
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_name(&w, S("policies"));
	jw_array(&w);
	for (size_t i = 0; i < offers_n; i++) assessment_json(&w, d.a, d.hub, &offers[i], &offers[i].assessment, false);
	jw_array_end(&w);
	jw_object_end(&w);
	return ERR_OK;
}

/* ---- for coordinators ---- */

enum err_code show_threats(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct harbor_threat *threats;
	struct threats_page page = {0};
	enum err_code code = harbor_threats(&d, &threats, &page.n, e);
	if (code) return code;
	page.items = threat_lines(d.a, threats, page.n);
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(words.threats), .here = SITE_DESK});
	threats_body(out, &page);
	return site_end(rq, rs);
}

const struct threat_line *threat_lines(struct arena *a, const struct harbor_threat *threats, size_t n) {
	struct threat_line *lines = arena_array(a, n + 1, sizeof *lines);
	for (size_t i = 0; lines && i < n; i++)
		lines[i] = (struct threat_line){line_of(a, &threats[i].report), moment_words(a, threats[i].at), threats[i].text, threats[i].settled != 0};
	return lines;
}
