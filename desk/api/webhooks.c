/* Webhooks over the API: hub/webhook.h says who may what. */
#include "api.h"

#include "hub/account/token.h"
#include "hub/webhook.h"

static const char of_the_hub[] = "hub"; /* what the API calls the hub as an owner */

/* The hub's are managed by an administrator with a token for that. */
static struct by by_of(struct request *rq) {
	struct by by = desk_by(rq);
	by.administrator &= (desk_user(rq)->scopes & SCOPE_ADMIN) != 0;
	return by;
}

static void names_json(struct json_writer *w, struct str name, struct str list) {
	struct str one;
	jw_name(w, name);
	jw_array(w);
	while (list.n && str_split(&list, ',', &one)) jw_str(w, one);
	jw_array_end(w);
}

static void moment_json(struct json_writer *w, struct str name, moment t) {
	char text[MOMENT_TEXT];
	if (t) jw_field_str(w, name, moment_text(t, text));
}

static void members(struct json_writer *w, const struct webhook *v) {
	jw_field_str(w, S("id"), v->id);
	jw_field_str(w, S("owner"), v->owner.n ? v->owner : str_of(of_the_hub));
	jw_field_str(w, S("owner_name"), v->owner_name);
	jw_field_str(w, S("url"), v->url);
	jw_field_str(w, S("note"), v->note);
	names_json(w, S("types"), v->types);
	names_json(w, S("kinds"), v->kinds);
	jw_field_bool(w, S("enabled"), v->enabled);
	if (v->problem.n) jw_field_str(w, S("problem"), v->problem);
	moment_json(w, S("failing_since"), v->failing);
	moment_json(w, S("old_secret_ends"), v->old_secret_ends);
	jw_field_int(w, S("waiting"), v->waiting);
	jw_field_int(w, S("missed"), v->missed);
	moment_json(w, S("created"), v->created);
}

static void webhook_json(struct json_writer *w, const struct webhook *v) {
	jw_object(w);
	members(w, v);
	jw_object_end(w);
}

/* As it stands now; secret "" where none was made. */
static enum err_code answer(struct request *rq, struct response *rs, struct str id, struct str secret, struct err *e) {
	struct webhook v;
	struct by by = by_of(rq);
	enum err_code code = webhook_find(desk_hub(rq), rq->worker, &by, id, rq->arena, &v, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	members(&w, &v);
	if (secret.n) jw_field_str(&w, S("secret"), secret);
	jw_object_end(&w);
	return ERR_OK;
}

enum err_code api_webhooks(struct request *rq, struct response *rs, struct err *e) {
	struct webhook *list;
	size_t n;
	struct by by = by_of(rq);
	enum err_code code = webhook_list(desk_hub(rq), rq->worker, &by, rq->arena, &list, &n, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_name(&w, S("items"));
	jw_array(&w);
	for (size_t i = 0; i < n; i++) webhook_json(&w, &list[i]);
	jw_array_end(&w);
	jw_object_end(&w);
	return ERR_OK;
}

enum err_code api_webhook(struct request *rq, struct response *rs, struct err *e) {
	return answer(rq, rs, request_str(rq, "id"), STR_EMPTY, e);
}

static struct str list_of(struct arena *a, const struct json *names) {
	struct str out = STR_EMPTY;
	for (size_t i = 0; i < json_count(names); i++) {
		struct str one = json_string(json_at(names, i));
		out = i ? arena_fmt(a, "%.*s,%.*s", STR_ARG(out), STR_ARG(one)) : one;
	}
	return out;
}

/* Not kept under an Idempotency-Key: its answer holds a secret. */
enum err_code api_webhook_new(struct request *rq, struct response *rs, struct err *e) {
	const struct json *v;
	struct arena *memory;
	if (!api_body(rq, rs, &v, &memory, e)) return ERR_OK;
	struct str id, owner = json_get_str(v, S("owner"));
	char secret[WEBHOOK_SECRET];
	struct by by = by_of(rq);
	struct webhook_new n = {.owner = str_is(owner, of_the_hub) ? STR_EMPTY : owner.n ? owner : by.actor, .url = json_get_str(v, S("url")),
		.note = json_get_str(v, S("note")), .types = list_of(memory, json_get_lit(v, "types")), .kinds = list_of(memory, json_get_lit(v, "kinds"))};
	enum err_code code = webhook_create(desk_hub(rq), rq->worker, &by, &n, rq->arena, &id, secret, e);
	if (code) return code;
	rs->status = 201;
	response_header(rs, "Location", arena_fmt(rq->arena, "/api/v1/webhooks/%.*s", STR_ARG(id)));
	return answer(rq, rs, id, arena_str(rq->arena, str_of(secret)), e);
}

enum err_code api_webhook_edit(struct request *rq, struct response *rs, struct err *e) {
	const struct json *v, *one;
	struct arena *memory;
	if (!api_body(rq, rs, &v, &memory, e)) return ERR_OK;
	struct by by = by_of(rq);
	struct str url = json_get_str(v, S("url")), note = json_get_str(v, S("note")), types = list_of(memory, json_get_lit(v, "types")),
		kinds = list_of(memory, json_get_lit(v, "kinds"));
	bool enabled = (one = json_get_lit(v, "enabled")) && json_true(one);
	struct webhook_edit edit = {.url = json_get_lit(v, "url") ? &url : NULL, .note = json_get_lit(v, "note") ? &note : NULL,
		.types = json_get_lit(v, "types") ? &types : NULL, .kinds = json_get_lit(v, "kinds") ? &kinds : NULL, .enabled = one ? &enabled : NULL};
	enum err_code code = webhook_edit(desk_hub(rq), rq->worker, &by, request_str(rq, "id"), &edit, e);
	return code ? code : answer(rq, rs, request_str(rq, "id"), STR_EMPTY, e);
}

enum err_code api_webhook_remove(struct request *rq, struct response *rs, struct err *e) {
	struct by by = by_of(rq);
	struct webhook v;
	enum err_code code = webhook_find(desk_hub(rq), rq->worker, &by, request_str(rq, "id"), rq->arena, &v, e);
	if (!code) code = webhook_remove(desk_hub(rq), rq->worker, &by, v.id, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	webhook_json(&w, &v);
	return ERR_OK;
}

enum err_code api_webhook_secret(struct request *rq, struct response *rs, struct err *e) {
	char secret[WEBHOOK_SECRET];
	struct by by = by_of(rq);
	enum err_code code = webhook_rotate(desk_hub(rq), rq->worker, &by, request_str(rq, "id"), secret, e);
	return code ? code : answer(rq, rs, request_str(rq, "id"), arena_str(rq->arena, str_of(secret)), e);
}

/* ---- calls ---- */

static void delivery_json(struct json_writer *w, const struct delivery *d) {
	jw_object(w);
	jw_field_str(w, S("id"), d->id);
	jw_field_str(w, S("type"), d->type);
	if (d->record.n) jw_field_str(w, S("record"), d->record);
	jw_field_str(w, S("state"), d->state);
	moment_json(w, S("created"), d->created);
	if (str_is(d->state, "waiting")) moment_json(w, S("due"), d->due);
	moment_json(w, S("at"), d->at);
	jw_field_int(w, S("attempts"), d->attempts);
	if (d->status) jw_field_int(w, S("status"), d->status);
	if (d->at) jw_field_int(w, S("took"), d->took);
	if (d->problem.n) jw_field_str(w, S("problem"), d->problem);
	if (d->answer.n) jw_field_str(w, S("answer"), d->answer);
	jw_field_str(w, S("payload"), d->payload);
	jw_object_end(w);
}

enum err_code api_webhook_deliveries(struct request *rq, struct response *rs, struct err *e) {
	struct delivery *list;
	size_t n;
	struct by by = by_of(rq);
	moment before = 0;
	if (request_has(rq, "before") && !moment_parse(request_str(rq, "before"), &before)) {
		err_set(e, ERR_INVALID, "before is a moment, as in 2026-11-23T10:00:00Z");
		err_where(e, "before");
		return ERR_INVALID;
	}
	size_t limit = (size_t)request_int(rq, "limit");
	enum err_code code = webhook_deliveries(desk_hub(rq), rq->worker, &by, request_str(rq, "id"), request_str(rq, "state"), before, limit, rq->arena, &list, &n, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_name(&w, S("items"));
	jw_array(&w);
	for (size_t i = 0; i < n; i++) delivery_json(&w, &list[i]);
	jw_array_end(&w);
	if (n == limit) moment_json(&w, S("next"), list[n - 1].created);
	jw_object_end(&w);
	return ERR_OK;
}

static enum err_code waiting(struct response *rs, struct str id) {
	struct json_writer w = json_writer(response_json(rs));
	rs->status = 202;
	jw_object(&w);
	jw_field_str(&w, S("id"), id);
	jw_object_end(&w);
	return ERR_OK;
}

enum err_code api_webhook_test(struct request *rq, struct response *rs, struct err *e) {
	struct str id;
	struct by by = by_of(rq);
	enum err_code code = webhook_test(desk_hub(rq), rq->worker, &by, request_str(rq, "id"), rq->arena, &id, e);
	return code ? code : waiting(rs, id);
}

enum err_code api_webhook_resend(struct request *rq, struct response *rs, struct err *e) {
	struct by by = by_of(rq);
	enum err_code code = webhook_resend(desk_hub(rq), rq->worker, &by, request_str(rq, "id"), request_str(rq, "delivery"), e);
	return code ? code : waiting(rs, request_str(rq, "delivery"));
}
