/* What the tools on a record's page send: each is one change through the door in. */
#include "pages.h"

#include "desk/forms/words.h"
#include "desk/identify.h"
#include "http/form.h"
#include "hub/act.h"
#include "hub/attachment.h"
#include "hub/erase.h"
#include "hub/proposal.h"
#include "hub/search.h"
#include "tools.t.h"

enum { HITS = 20 };

/* Back to the record, by the name that it has now: a move may have given it a number. */
static enum err_code done(struct request *rq, struct response *rs, const struct change_result *result, const char *what) {
	struct glimpse g = {.uid = str_of(result->uid), .id = str_of(result->public_id)};
	response_redirect(rs, 303, arena_fmt(rq->arena, "%.*s?done=%s", STR_ARG(record_path(rq->arena, &g)), what));
	return ERR_OK;
}

static enum err_code apply(struct request *rq, struct response *rs, struct change *c, const char *what, struct err *e) {
	struct change_result result;
	c->actor = desk_actor(rq);
	c->record = request_str(rq, "id");
	enum err_code code = change_apply(desk_hub(rq), rq->worker, c, &result, e);
	return code ? code : done(rq, rs, &result, what);
}

static unsigned audiences_of(struct str name) {
	if (str_is(name, "public")) return PUBLIC | PARTIES | OWNER | COORDINATORS;
	if (str_is(name, "parties")) return PARTIES | OWNER | COORDINATORS;
	return OWNER | COORDINATORS;
}

/* Accepting a proposal carries it out. */
static enum err_code accept_proposal(struct request *rq, struct response *rs, struct err *e) {
	struct change_result result;
	struct actor actor = desk_actor(rq);
	enum err_code code = proposal_accept(desk_hub(rq), rq->worker, &actor, request_str(rq, "id"), request_str(rq, "reason"), &result, e);
	return code ? code : done(rq, rs, &result, "moved");
}

static bool is_proposal(struct request *rq) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	return !disclose_record(&d, request_str(rq, "id"), &r, NULL) && str_is(r.line.kind->name, "proposal");
}

enum err_code take_move(struct request *rq, struct response *rs, struct err *e) {
	if (str_is(request_str(rq, "move"), "accept") && is_proposal(rq)) return accept_proposal(rq, rs, e);
	struct change c = {.op = CHANGE_MOVE, .move = request_str(rq, "move"), .reason = request_str(rq, "reason")};
	return apply(rq, rs, &c, "moved", e);
}

/* Persons are called by their login name, organizations by whatever they are called here. Addresses are looked up for coordinators alone:
 * others could learn so who has an account. */
enum err_code find_subject(struct request *rq, struct str name, struct str *out, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct account account;
	struct disclosed r;
	bool address = str_find_char(name, '@') != STR_NONE;
	if ((!address || (d.viewer.roles & ROLE_COORDINATOR)) && !account_find(rq->worker, name, d.a, &account, NULL)) return *out = account.uid, ERR_OK;
	if (!disclose_record(&d, name, &r, NULL) && str_is(r.line.kind->name, "organization")) return *out = r.line.uid, ERR_OK;
	return err_set(e, ERR_NOT_FOUND, "%s", form_words.no_such_party);
}

enum err_code take_invite(struct request *rq, struct response *rs, struct err *e) {
	struct change c = {.op = CHANGE_INVITE, .role = request_str(rq, "role")};
	enum err_code code = find_subject(rq, str_trim(request_str(rq, "subject")), &c.subject, e);
	return code ? code : apply(rq, rs, &c, "invited", e);
}

enum err_code take_dismiss(struct request *rq, struct response *rs, struct err *e) {
	struct change c = {.op = CHANGE_DISMISS, .subject = request_str(rq, "subject"), .role = STR_EMPTY};
	return apply(rq, rs, &c, "dismissed", e);
}

enum err_code take_link(struct request *rq, struct response *rs, struct err *e) {
	struct change c = {.op = CHANGE_LINK, .rel = request_str(rq, "rel"), .target = request_str(rq, "target")};
	return apply(rq, rs, &c, "linked", e);
}

enum err_code take_unlink(struct request *rq, struct response *rs, struct err *e) {
	struct change c = {.op = CHANGE_UNLINK, .rel = request_str(rq, "rel"), .target = request_str(rq, "target")};
	return apply(rq, rs, &c, "unlinked", e);
}

enum err_code take_comment(struct request *rq, struct response *rs, struct err *e) {
	struct change c = {.op = CHANGE_COMMENT, .reason = request_str(rq, "text"), .audiences = audiences_of(request_str(rq, "audience"))};
	return apply(rq, rs, &c, "commented", e);
}

/* Back to the record: its page says that it was erased. What is left to be done is done here, or by the server within the hour. */
enum err_code take_erase(struct request *rq, struct response *rs, struct err *e) {
	struct change c = {.op = CHANGE_ERASE, .reason = request_str(rq, "reason"), .basis = request_str(rq, "basis")};
	c.fields = request_strs(rq, "field", &c.fields_n);
	/* Who came to erase fields and chose none does not erase everything. */
	if (str_is(request_str(rq, "what"), "fields") && !c.fields_n) return err_set(e, ERR_INVALID, "%s", form_words.no_field_chosen);
	enum err_code code = apply(rq, rs, &c, c.fields_n ? "struck" : "erased", e);
	if (!code) (void)!erase_finish(desk_hub(rq), NULL);
	return code;
}

enum err_code take_attach(struct request *rq, struct response *rs, struct err *e) {
	const struct form_field *fields, *file = NULL;
	size_t n;
	enum err_code code = request_form(rq, &fields, &n, e);
	if (code) return code;
	for (size_t i = 0; i < n && !file; i++)
		if (fields[i].is_file && str_is(fields[i].name, "file") && fields[i].file_name.n) file = &fields[i];
	if (!file) return err_set(e, ERR_INVALID, "%s", form_words.no_file_chosen);
	/* What the browser says of its type is worth less than the name's ending, which says at least what it was made for. */
	struct str type = attachment_media_type(file->file_name);
	struct change c = {.op = CHANGE_ATTACH, .file_name = file->file_name, .media_type = type, .bytes = file->value,
		.audiences = audiences_of(form_value(fields, n, "audience"))};
	return apply(rq, rs, &c, "attached", e);
}

/* To the form of what was drafted: it is to be looked through. */
enum err_code take_draft(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	struct disclosed_event *events;
	struct change_result result;
	size_t n;
	struct str name = str_is(request_str(rq, "what"), "lesson") ? S("lesson.draft") : S("advisory.draft");
	struct change c = {.op = CHANGE_ACT, .actor = desk_actor(rq), .record = request_str(rq, "id"), .act = name};
	enum err_code code = change_apply(desk_hub(rq), rq->worker, &c, &result, e);
	if (!code) code = disclose_record(&d, str_of(result.uid), &r, e);
	if (!code) code = disclose_history(&d, &r, &events, &n, e);
	if (code) return code;
	for (size_t i = n; i > 0; i--) {
		struct str made = json_get_str(events[i - 1].detail, S("record"));
		if (!events[i - 1].act || !str_eq(events[i - 1].act->name, name) || !made.n) continue;
		response_redirect(rs, 303, arena_fmt(d.a, "/r/%.*s?done=drafted", STR_ARG(made)));
		return ERR_OK;
	}
	return done(rq, rs, &result, "drafted");
}

/* ---- the other end of a link, without a script ---- */

static bool may_be(const struct kind_link *l, const struct kind *kind) {
	for (size_t i = 0; i < l->to.n; i++)
		if (str_eq(l->to.items[i], kind->name)) return true;
	return !l->to.n;
}

static enum err_code find_hits(const struct disclosing *d, const struct disclosed *r, const struct kind_link *l, struct link_page *page, struct err *e) {
	struct link_hit *hits = arena_array(d->a, HITS + 1, sizeof *hits);
	struct disclosed named;
	if (!hits) return err_set(e, ERR_MEMORY, "out of memory");
	page->hits = hits;
	if (!disclose_record(d, page->query, &named, NULL) && may_be(l, named.line.kind) && named.line.record != r->line.record)
		hits[page->n++] = (struct link_hit){line_of(d->a, &named.line), named.line.uid};
	for (size_t k = 0; k < d->hub->kinds->n && page->n < HITS; k++) {
		const struct kind *kind = &d->hub->kinds->items[k];
		struct list_filter filter = {S("kind"), kind->name};
		struct search_request request = {.query = page->query, .filters = &filter, .filters_n = 1, .limit = HITS / 2};
		struct search_result found;
		if (!may_be(l, kind)) continue;
		enum err_code code = disclose_search(d, &request, &found, e);
		if (code == ERR_INVALID) return ERR_OK;
		if (code) return code;
		for (size_t i = 0; i < found.n && page->n < HITS; i++)
			if (found.items[i].line.record != r->line.record)
				hits[page->n++] = (struct link_hit){line_of(d->a, &found.items[i].line), found.items[i].line.uid};
	}
	return ERR_OK;
}

enum err_code show_link(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	enum err_code code = disclose_record(&d, request_str(rq, "id"), &r, e);
	if (code) return code;
	const struct kind_link *l = kind_link(r.line.kind, request_str(rq, "rel"));
	if (!l) return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	struct str path = record_path(d.a, &r.line);
	struct link_page page = {.csrf = desk_csrf(rq), .back = path, .action = arena_cat(d.a, path, S("/link")), .headline = r.line.headline,
		.rel = l->rel, .rel_title = l->title, .query = str_trim(request_str(rq, "q"))};
	if (page.query.n) code = find_hits(&d, &r, l, &page, e);
	if (code) return code;
	if (page.query.n && !page.n) page.wrong = str_of(form_words.find_nothing);
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = l->title, .here = SITE_NOWHERE});
	link_body(out, &page);
	return site_end(rq, rs);
}
