/* The witness's page, its key, and what logs ask. */
#include "pages.h"

#include "desk/api/limits.h"
#include "desk/site/site.h"
#include "desk/site/words.h"
#include "hub/account/throttle.h"
#include "hub/witness/witness.h"
#include "witness.t.h"

static struct witness_app *app_of(const struct request *rq) {
	return rq->app;
}

static struct witness_line line_of_log(struct arena *a, const struct witness_log *log) {
	struct witness_line l = {.origin = log->origin, .keys = log->keys, .keys_n = log->keys_n};
	if (!log->at) return l;
	l.size = number_words(a, (int64_t)log->head.size);
	l.when = moment_words(a, log->at);
	l.datetime = moment_str(a, log->at);
	return l;
}

static void page_json(struct json_writer *w, struct arena *a, const struct tlog_key *key, const struct witness_log *logs, size_t n) {
	jw_object(w);
	jw_field_str(w, S("name"), key->name);
	jw_field_str(w, S("key"), tlog_key_text(a, key));
	jw_name(w, S("logs"));
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		jw_object(w);
		jw_field_str(w, S("origin"), logs[i].origin);
		jw_name(w, S("keys"));
		jw_array(w);
		for (size_t j = 0; j < logs[i].keys_n; j++) jw_str(w, logs[i].keys[j]);
		jw_array_end(w);
		jw_field_int(w, S("size"), (int64_t)logs[i].head.size);
		if (logs[i].at) jw_field_str(w, S("cosigned"), moment_str(a, logs[i].at));
		if (logs[i].at) jw_field_str(w, S("checkpoint"), logs[i].checkpoint);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

static enum err_code show_witness(struct request *rq, struct response *rs, struct err *e) {
	struct arena *a = rq->arena;
	const struct tlog_key *key = witness_key(app_of(rq)->witness);
	struct witness_page page = {.name = key->name, .key = tlog_key_text(a, key), .style = site_static(a, S("style.css")), .icon = site_static(a, S("favicon.svg"))};
	struct witness_log *logs;
	enum err_code code = witness_logs(rq->worker, a, &logs, &page.n, e);
	if (code) return code;
	response_public(rs, 0);
	if (request_wants_json(rq)) {
		struct json_writer w = json_writer(response_json(rs));
		page_json(&w, a, key, logs, page.n);
		return ERR_OK;
	}
	struct witness_line *lines = arena_array(a, page.n + 1, sizeof *lines);
	if (!lines) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < page.n; i++) lines[i] = line_of_log(a, &logs[i]);
	page.lines = lines;
	witness_body(response_html(rs), &page);
	return ERR_OK;
}

static enum err_code show_key(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	response_bytes(rs, S("text/plain; charset=utf-8"), arena_cat(rq->arena, tlog_key_text(rq->arena, witness_key(app_of(rq)->witness)), S("\n")));
	response_public(rs, 0);
	return ERR_OK;
}

static enum err_code show_cosigned(struct request *rq, struct response *rs, struct err *e) {
	struct witness_log log;
	enum err_code code = witness_log(rq->worker, rq->arena, request_str(rq, "origin"), &log, e);
	if (!code && !log.at) code = err_set(e, ERR_NOT_FOUND, "nothing of the log was cosigned yet");
	if (code) return code;
	response_bytes(rs, S("text/plain; charset=utf-8"), log.checkpoint);
	response_public(rs, 0);
	return ERR_OK;
}

static bool admit(struct request *rq, struct response *rs) {
	const struct witness_app *app = app_of(rq);
	moment wait = 0;
	if (!app->limit) return true;
	struct throttle_rule rule = {"checkpoints", (double)app->limit, MINUTE / app->limit};
	if (throttle_take(app->throttle, &rule, api_address_key(rq->arena, request_remote(rq)), &wait)) return true;
	char seconds[24];
	snprintf(seconds, sizeof seconds, "%lld", (long long)(wait / SECOND + 1));
	response_problem(rs, &(struct problem){.status = 429, .type = S("too-many-requests"),
		.detail = arena_fmt(rq->arena, "No more than %lld checkpoints a minute.", (long long)app->limit)});
	response_header_once(rs, "Retry-After", str_of(seconds));
	return false;
}

static enum err_code take_checkpoint(struct request *rq, struct response *rs, struct err *e) {
	struct str body;
	struct tlog_witness_answer answer;
	if (!admit(rq, rs)) return ERR_OK;
	enum err_code code = request_body(rq, TLOG_WITNESS_BYTES, &body, e);
	if (!code) code = witness_answer(app_of(rq)->witness, rq->worker, rq->arena, body, &answer, e);
	if (code) return code;
	rs->status = answer.status;
	response_bytes(rs, str_of(answer.content_type), answer.body);
	return ERR_OK;
}

const struct route witness_routes[] = {
	{"/", show_witness, ROUTE_PUBLIC, .name = "witness", .gives = GIVES_HTML | GIVES_JSON, .help = "Who it is, and which logs it witnesses."},
	{"/key", show_key, ROUTE_PUBLIC, .name = "witness-key", .gives = GIVES_FILE, .flags = ROUTE_ANY_ORIGIN, .help = "Its verifier key."},
	{"/checkpoint", show_cosigned, ROUTE_PUBLIC, .name = "witness-checkpoint", .gives = GIVES_FILE, .flags = ROUTE_ANY_ORIGIN,
		.help = "The newest checkpoint of a log that it cosigned.", .params = PARAMS({"origin", PARAM_QUERY, .required = true, .length = TLOG_ORIGIN_BYTES, .help = "the log's"})},
	{"/add-checkpoint", take_checkpoint, ROUTE_PUBLIC, HTTP_POST, CSRF_API, .name = "add-checkpoint", .gives = GIVES_FILE, .body_max = TLOG_WITNESS_BYTES,
		.help = "A log's newer checkpoint (c2sp.org/tlog-witness)."},
	ROUTE_END
};
