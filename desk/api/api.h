/* What the files of desk/api share. */
#pragma once
#include "desk/app.h"
#include "desk/api/json.h"
#include "desk/api/operation.h"
#include "lib/schema/schema.h"

struct api_schema {
	const char *name; /* as in operation.takes */
	struct schema *schema;
};
/* Made when the hub is opened, the same for all requests. */
struct api {
	const struct json *schemas; /* schemas.json */
	struct api_schema *bodies;
	size_t bodies_n;
	struct str document;        /* OpenAPI */
	const struct json *openapi;
};

/* The record that {id} names, as the request's viewer reads it. */
static inline enum err_code api_find(struct request *rq, struct disclosing *d, struct disclosed *r, struct err *e) {
	*d = desk_disclosing(rq);
	return disclose_record(d, request_str(rq, "id"), r, e);
}
/* The log's promise of what was just done; "" where nothing was, or it can't be signed now: the receipt has it later. */
struct str api_promise(struct request *rq, const struct change_sealed *sealed);
/* The beginning of {"id", "items": […]}, of things that belong to a record; array and object are the caller's to end. */
static inline void api_items(struct json_writer *w, const struct disclosed *r) {
	jw_object(w);
	jw_field_str(w, S("id"), r->line.id);
	jw_name(w, S("items"));
	jw_array(w);
}

/* ---- body.c ---- */

/* The request's JSON body, valid by the schema that the route's operation names; *memory holds it and lives as long as the request. False:
 * the answer is a refusal already, with everything that is wrong in it. */
bool api_body(struct request *rq, struct response *rs, const struct json **out, struct arena **memory, struct err *e) must_use;
/* The compiled schema of that name; NULL when no route takes it. */
const struct schema *api_schema_of(const struct request *rq, const char *name);
/* The media type of the body, without its parameters. */
struct str api_media_type(struct request *rq);
/* Memory of the request besides its arena, for what is larger. NULL when there is none. */
struct arena *api_memory(struct request *rq, size_t cap);

/* ---- refusals ---- */

enum { API_ERRORS = 32 };
struct refusal {
	int status; /* 0: none */
	struct str type, detail;
	struct problem_item errors[API_ERRORS];
	size_t n;
};
/* From an error; told (may be NULL) are all errors of a body that stands at `place` ("", "/body") in the request. The strings are copied to the
 * arena. */
void refusal_from(struct refusal *r, struct arena *a, const struct err *e, const struct schema_errors *told, struct str place);
struct problem refusal_problem(const struct refusal *r);
/* Answers with it. */
enum err_code api_refuse(struct response *rs, const struct refusal *r);

/* ---- write.c ---- */

/* A change as somebody asked for it over the API. */
struct asked {
	struct change change;
	const struct json *patch;  /* of the body: RFC 7396; NULL: none */
	bool versioned;            /* needs a version to start from: 428 without */
	bool has_version;
	struct str version;        /* entity tags, as in If-Match */
	struct schema_errors told; /* of the body */
	struct str place;          /* of a record's body in the request: "", "/body" */
};
struct outcome {
	struct refusal refusal;    /* status 0: it was done */
	struct change_result result;
};
/* Prepares it in the arena; *out is NULL when it was refused (out->refusal). */
struct prepared *api_prepare(struct request *rq, struct asked *q, struct arena *a, struct outcome *out);
/* Both steps, again when somebody else was faster without that it showed. */
enum err_code api_change(struct request *rq, struct asked *q, struct outcome *out, struct err *e) must_use;
/* `Written`; file may be NULL. Gives the version that this viewer sees of the record now, "" when it sees none. */
struct str written_json(struct json_writer *w, struct request *rq, const struct outcome *o, const struct disclosed_file *file);
/* The answer to a creation that was done past api_change: 201 with what was made, or (code) why it was not. */
enum err_code api_made(struct request *rq, struct response *rs, enum err_code code, struct outcome *o, const struct err *e);
/* From a body like NewRecord. False: refused. */
bool asked_create(struct request *rq, const struct json *v, struct asked *q, struct refusal *r) must_use;
/* A list of names of audiences; 0 when it is not one. */
unsigned api_audiences(const struct json *list);

/* ---- file.c ---- */

struct upload {
	struct str name, media_type, bytes;
	struct str audiences; /* names with commas; "" the usual */
};
/* One file, sent as a form or as it is; the route declares the parameters name and audiences. False: refused. */
bool api_upload(struct request *rq, struct response *rs, struct upload *u, struct err *e) must_use;

/* ---- once.c ---- */

/* Does the work unless a request with the same Idempotency-Key was answered already: then that answer. */
enum err_code api_once(struct request *rq, struct response *rs, route_fn *work, struct err *e) must_use;

/* ---- handlers ---- */

/* read.c */
route_fn api_index, api_kinds, api_kind, api_schema, api_common, api_records, api_record, api_history, api_search, api_facets, api_health,
	api_moves;
/* notices.c */
route_fn api_notices, api_notices_set;
/* statistics.c */
route_fn api_statistics, api_statistics_renew;
/* log.c */
route_fn api_hubs;
route_fn api_log, api_record_log, api_receipts, api_one_receipt, api_reveals, api_reveal, api_log_check;
/* webhooks.c */
route_fn api_webhooks, api_webhook_new, api_webhook, api_webhook_edit, api_webhook_remove, api_webhook_secret, api_webhook_test, api_webhook_deliveries,
	api_webhook_resend;
/* room.c */
route_fn api_acts, api_record_acts, api_room, api_messages, api_mark_read, api_open_case, api_record_clocks, api_clocks;
/* dispute.c */
route_fn api_disputes, api_dispute, api_file_dispute;
/* release.c */
route_fn api_releases, api_one_release, api_release_access, api_release_check, api_access_requests, api_access_mine, api_access_export, api_access_ask, api_access_decide;
/* tables.c */
route_fn api_tables, api_table, api_table_decide, api_decisions;
/* report.c */
route_fn api_report, api_receipt, api_finder_receipt, api_receipt_patch, api_receipt_message, api_receipt_file, api_receipt_move;
/* write.c, file.c, bulk.c, me.c, openapi.c, docs.c */
route_fn api_act, api_create, api_revise, api_patch, api_move, api_link, api_unlink, api_comment, api_erase, api_attach, api_bulk, api_me, api_openapi, api_docs;
/* redaction.c */
route_fn api_visibility, api_preview, api_set_visibility;
