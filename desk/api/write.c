/* Changing one record. What may be done is decided behind the door in; here a request becomes a change, and what came of it an answer. */
#include "api.h"

#include "desk/site/words.h"
#include "hub/erase.h"
#include "lib/schema/schema.h"

enum { CHANGE_CAP = 256 << 20, DISCLOSED_CAP = 64 << 20, ATTEMPTS = 5 };

static const char no_version[] = "Say with If-Match which version you mean to change: the ETag under which you read the record.";
static const char other_version[] = "The record is not at the version that If-Match names: read it again before you change it.";

/* ---- versions ---- */

static void refuse(struct outcome *o, int status, const char *type, const char *detail) {
	o->refusal = (struct refusal){.status = status, .type = str_of(type), .detail = str_of(detail)};
}

/* The version that the change starts from, as this viewer sees it; the body of a patch is made from it. */
static enum err_code start_from(struct request *rq, struct asked *q, struct arena *a, struct str *version, struct outcome *o, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	*version = STR_EMPTY;
	if (q->change.op == CHANGE_CREATE || (!q->versioned && !q->has_version)) return ERR_OK;
	d.a = a;
	enum err_code code = disclose_record(&d, q->change.record, &r, e);
	if (code) return code;
	if (!q->has_version) {
		refuse(o, 428, "precondition-required", no_version);
	} else if (!version_listed(q->version, r.etag)) {
		refuse(o, 412, "precondition-failed", other_version);
	} else {
		*version = r.etag;
		if (q->patch) q->change.body = json_merge_patch(a, r.body, q->patch);
	}
	return ERR_OK;
}

static enum err_code still(struct request *rq, const struct asked *q, struct arena *a, struct str version, bool *same, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	*same = true;
	if (!version.n) return ERR_OK;
	d.a = a;
	enum err_code code = disclose_record(&d, q->change.record, &r, e);
	if (!code) *same = str_eq(r.etag, version);
	return code;
}

/* ---- the two steps ---- */

/* The version is looked at before the preparation, which may start from it, and after it: what was prepared is committed only if the record is
 * still as it was at the preparation, so between them nothing can slip in. A change that does not show to this viewer is no reason to refuse. */
static struct prepared *prepare_once(struct request *rq, struct asked *q, struct arena *a, struct outcome *o, bool *again) {
	struct err e = {0};
	struct str version;
	struct prepared *p = NULL;
	bool same = true;
	*again = false;
	q->told = (struct schema_errors){0};
	q->change.told = &q->told;
	enum err_code code = start_from(rq, q, a, &version, o, &e);
	if (o->refusal.status) return NULL;
	if (!code) code = change_prepare(desk_hub(rq), rq->worker, &q->change, a, &p, &e);
	if (!code) code = still(rq, q, a, version, &same, &e);
	if (!code && same) return p;
	if (!code) *again = true;
	else refusal_from(&o->refusal, rq->arena, &e, &q->told, q->place);
	return NULL;
}

struct prepared *api_prepare(struct request *rq, struct asked *q, struct arena *a, struct outcome *o) {
	*o = (struct outcome){0};
	bool again = true;
	struct prepared *p = NULL;
	for (int i = 0; again && i < ATTEMPTS; i++) p = prepare_once(rq, q, a, o, &again);
	if (again) refuse(o, 412, "precondition-failed", other_version);
	return p;
}

static bool may_try_again(const struct asked *q) {
	return q->change.op == CHANGE_REVISE || q->change.op == CHANGE_MOVE;
}

enum err_code api_change(struct request *rq, struct asked *q, struct outcome *o, struct err *e) {
	for (int i = 0;; i++) {
		autoarena struct arena *a = arena_new(CHANGE_CAP);
		if (!a) return err_set(e, ERR_MEMORY, "out of memory");
		struct prepared *p = api_prepare(rq, q, a, o);
		if (!p) return ERR_OK;
		enum err_code code = change_commit(desk_hub(rq), &p, 1, &o->result, e);
		if (code) return code;
		if (o->result.code == ERR_CONFLICT && may_try_again(q) && i < ATTEMPTS) continue;
		if (o->result.code) refusal_from(&o->refusal, rq->arena, &o->result.err, NULL, q->place);
		return ERR_OK;
	}
}

/* ---- answers ---- */

static struct str record_address(struct request *rq, const struct outcome *o) {
	return arena_fmt(rq->arena, "/api/v1/records/%s", o->result.uid);
}

struct str written_json(struct json_writer *w, struct request *rq, const struct outcome *o, const struct disclosed_file *file) {
	autoarena struct arena *a = arena_new(DISCLOSED_CAP);
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	d.a = a;
	bool seen = a && !disclose_record(&d, str_of(o->result.uid), &r, NULL);
	struct str etag = seen ? arena_str(rq->arena, r.etag) : STR_EMPTY, promise = api_promise(rq, &o->result.sealed);
	jw_object(w);
	jw_field_str(w, S("id"), str_of(o->result.public_id));
	jw_field_str(w, S("uid"), str_of(o->result.uid));
	if (seen) jw_field_str(w, S("kind"), r.line.kind->name);
	jw_field_str(w, S("state"), str_of(o->result.state));
	jw_field_bool(w, S("changed"), o->result.changed);
	jw_field_str(w, S("url"), arena_cat(rq->arena, desk_hub(rq)->base_url, record_address(rq, o)));
	if (etag.n) jw_field_str(w, S("etag"), etag);
	if (promise.n) jw_field_str(w, S("promise"), promise);
	if (file) {
		jw_name(w, S("file"));
		file_json(w, file);
	}
	jw_object_end(w);
	return etag;
}

/* made: something new. */
static enum err_code answer(struct request *rq, struct response *rs, const struct outcome *o, bool made) {
	if (o->refusal.status) return api_refuse(rs, &o->refusal);
	struct json_writer w = json_writer(response_json(rs));
	rs->etag = written_json(&w, rq, o, NULL);
	if (made) {
		rs->status = 201;
		response_header(rs, "Location", record_address(rq, o));
	}
	return ERR_OK;
}

enum err_code api_made(struct request *rq, struct response *rs, enum err_code code, struct outcome *o, const struct err *e) {
	if (code) refusal_from(&o->refusal, rq->arena, e, NULL, STR_EMPTY);
	return answer(rq, rs, o, true);
}

static enum err_code change(struct request *rq, struct response *rs, struct asked *q, bool made, struct err *e) {
	struct outcome o;
	q->change.actor = desk_actor(rq);
	enum err_code code = api_change(rq, q, &o, e);
	return code ? code : answer(rq, rs, &o, made && (o.result.changed || q->change.op == CHANGE_CREATE));
}

static struct asked asked_of(struct request *rq, enum change_op op) {
	return (struct asked){.change = {.op = op, .record = request_str(rq, "id")},
		.has_version = request_has(rq, "if-match"), .version = request_str(rq, "if-match"), .place = STR_EMPTY};
}

/* ---- handlers ---- */

bool asked_create(struct request *rq, const struct json *v, struct asked *q, struct refusal *r) {
	*q = (struct asked){.version = STR_EMPTY, .place = S("/body")};
	q->change = (struct change){.op = CHANGE_CREATE, .kind = json_get_str(v, S("kind")), .body = json_get(v, S("body")),
		.visibility = json_get(v, S("visibility")), .organization = json_get_str(v, S("organization"))};
	if (kind_find(desk_hub(rq)->kinds, q->change.kind)) return true;
	struct str detail = words_with(rq->arena, words.no_such_kind, str_cut_utf8(q->change.kind, 80));
	*r = (struct refusal){.status = 422, .type = S("invalid"), .detail = detail, .errors = {{S("/kind"), detail}}, .n = 1};
	return false;
}

static enum err_code create(struct request *rq, struct response *rs, struct err *e) {
	const struct json *body;
	struct arena *memory;
	struct asked q;
	struct refusal r;
	if (!api_body(rq, rs, &body, &memory, e)) return ERR_OK;
	return asked_create(rq, body, &q, &r) ? change(rq, rs, &q, true, e) : api_refuse(rs, &r);
}
enum err_code api_create(struct request *rq, struct response *rs, struct err *e) {
	return api_once(rq, rs, create, e);
}

enum err_code api_revise(struct request *rq, struct response *rs, struct err *e) {
	struct asked q = asked_of(rq, CHANGE_REVISE);
	struct arena *memory;
	if (!api_body(rq, rs, &q.change.body, &memory, e)) return ERR_OK;
	q.change.reason = request_str(rq, "note");
	q.versioned = true;
	return change(rq, rs, &q, false, e);
}

enum err_code api_patch(struct request *rq, struct response *rs, struct err *e) {
	struct asked q = asked_of(rq, CHANGE_REVISE);
	struct arena *memory;
	if (!api_body(rq, rs, &q.patch, &memory, e)) return ERR_OK;
	q.change.reason = request_str(rq, "note");
	q.versioned = true;
	return change(rq, rs, &q, false, e);
}

static enum err_code move(struct request *rq, struct response *rs, struct err *e) {
	struct asked q = asked_of(rq, CHANGE_MOVE);
	const struct json *body;
	struct arena *memory;
	if (!api_body(rq, rs, &body, &memory, e)) return ERR_OK;
	q.change.move = json_get_str(body, S("move"));
	q.change.reason = json_get_str(body, S("reason"));
	return change(rq, rs, &q, false, e);
}
enum err_code api_move(struct request *rq, struct response *rs, struct err *e) {
	return api_once(rq, rs, move, e);
}

static enum err_code link_or_unlink(struct request *rq, struct response *rs, enum change_op op, struct err *e) {
	struct asked q = asked_of(rq, op);
	const struct json *body;
	struct arena *memory;
	if (!api_body(rq, rs, &body, &memory, e)) return ERR_OK;
	q.change.rel = json_get_str(body, S("rel"));
	q.change.target = json_get_str(body, S("target"));
	return change(rq, rs, &q, op == CHANGE_LINK, e);
}

static enum err_code make_link(struct request *rq, struct response *rs, struct err *e) {
	return link_or_unlink(rq, rs, CHANGE_LINK, e);
}
enum err_code api_link(struct request *rq, struct response *rs, struct err *e) {
	return api_once(rq, rs, make_link, e);
}

enum err_code api_unlink(struct request *rq, struct response *rs, struct err *e) {
	return link_or_unlink(rq, rs, CHANGE_UNLINK, e);
}

unsigned api_audiences(const struct json *list) {
	unsigned set = 0;
	for (size_t i = 0; i < json_count(list); i++) set |= audience_of(json_string(json_at(list, i)));
	return set;
}

static enum err_code comment(struct request *rq, struct response *rs, struct err *e) {
	struct asked q = asked_of(rq, CHANGE_COMMENT);
	const struct json *body;
	struct arena *memory;
	if (!api_body(rq, rs, &body, &memory, e)) return ERR_OK;
	q.change.reason = json_get_str(body, S("text"));
	q.change.audiences = api_audiences(json_get(body, S("audiences")));
	q.change.parent = json_integer(json_get_lit(body, "parent"), 0);
	const struct json *to = json_get_lit(body, "to");
	struct str *subjects = arena_array(rq->arena, json_count(to) + 1, sizeof *subjects);
	if (!subjects) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < json_count(to); i++) subjects[q.change.to_n++] = json_string(json_at(to, i));
	q.change.to = subjects;
	return change(rq, rs, &q, true, e);
}
enum err_code api_comment(struct request *rq, struct response *rs, struct err *e) {
	return api_once(rq, rs, comment, e);
}

static enum err_code act(struct request *rq, struct response *rs, struct err *e) {
	struct asked q = asked_of(rq, CHANGE_ACT);
	const struct json *body;
	struct arena *memory;
	if (!api_body(rq, rs, &body, &memory, e)) return ERR_OK;
	q.change.act = json_get_str(body, S("act"));
	q.change.args = json_get_lit(body, "args");
	q.place = S("/args");
	return change(rq, rs, &q, false, e);
}
enum err_code api_act(struct request *rq, struct response *rs, struct err *e) {
	return api_once(rq, rs, act, e);
}

static enum err_code reveal(struct request *rq, struct response *rs, struct err *e) {
	struct asked q = asked_of(rq, CHANGE_REVEAL);
	const struct json *body;
	struct arena *memory;
	if (!api_body(rq, rs, &body, &memory, e)) return ERR_OK;
	const struct json *fields = json_get_lit(body, "fields");
	struct str *names = arena_array(rq->arena, json_count(fields) + 1, sizeof *names);
	if (!names) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < json_count(fields); i++) names[q.change.fields_n++] = json_string(json_at(fields, i));
	q.change.fields = names;
	q.change.version = json_integer(json_get_lit(body, "revision"), 0);
	return change(rq, rs, &q, false, e);
}
enum err_code api_reveal(struct request *rq, struct response *rs, struct err *e) {
	return api_once(rq, rs, reveal, e);
}

/* What is left to be done outside the transaction is done here, or by the server within the hour. */
static enum err_code erase(struct request *rq, struct response *rs, struct err *e) {
	struct asked q = asked_of(rq, CHANGE_ERASE);
	const struct json *body;
	struct arena *memory;
	struct outcome o;
	if (!api_body(rq, rs, &body, &memory, e)) return ERR_OK;
	q.change.actor = desk_actor(rq);
	q.change.reason = json_get_str(body, S("reason"));
	q.change.basis = json_get_str(body, S("basis"));
	const struct json *fields = json_get_lit(body, "fields");
	struct str *names = arena_array(rq->arena, json_count(fields) + 1, sizeof *names);
	if (!names) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < json_count(fields); i++) names[q.change.fields_n++] = json_string(json_at(fields, i));
	q.change.fields = names;
	enum err_code code = api_change(rq, &q, &o, e);
	if (code) return code;
	if (o.refusal.status) return api_refuse(rs, &o.refusal);
	bool complete = !erase_finish(desk_hub(rq), NULL);
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_field_str(&w, S("id"), str_of(o.result.public_id));
	jw_field_str(&w, S("uid"), str_of(o.result.uid));
	jw_field_bool(&w, S("complete"), complete);
	jw_object_end(&w);
	return ERR_OK;
}
enum err_code api_erase(struct request *rq, struct response *rs, struct err *e) {
	return api_once(rq, rs, erase, e);
}
