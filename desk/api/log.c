/* The log over the API: how it stands, what it says of a record, receipts, and checking one. */
#include "api.h"
#include "desk/log/pages.h"
#include "hub/ledger/cosign.h"

enum { OF_RECORD = 100 };

/* Why one gave no cosignature is the operator's alone; that it knows another history is everybody's. */
static void witnesses_json(struct json_writer *w, struct arena *a, const struct cosign_status *s) {
	jw_name(w, S("witnesses"));
	jw_object(w);
	jw_field_int(w, S("quorum"), s->quorum);
	jw_field_bool(w, S("holds"), s->holds);
	jw_field_int(w, S("size"), (int64_t)s->cosigned.head.size);
	if (s->cosigned.head.size) jw_field_str(w, S("checkpoint"), s->cosigned.bytes);
	jw_name(w, S("items"));
	jw_array(w);
	for (size_t i = 0; i < s->n; i++) {
		const struct cosign_witness *one = &s->items[i];
		jw_object(w);
		jw_field_str(w, S("key"), one->witness->text);
		jw_field_str(w, S("url"), one->witness->url);
		jw_field_bool(w, S("newest"), one->newest);
		jw_field_int(w, S("size"), (int64_t)one->size);
		if (one->size) jw_field_str(w, S("at"), moment_str(a, one->at));
		if (one->refused) jw_field_str(w, S("refused"), moment_str(a, one->refused));
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

enum err_code api_log(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct ledger_signed head = {.head = {0, tlog_empty_root()}};
	struct tlog_key *keys;
	struct cosign_status cosigned;
	struct str origin;
	size_t n;
	enum err_code code = ledger_origin(d.hub, d.db, d.a, &origin, e);
	if (!code) code = ledger_keys(d.db, d.a, &keys, &n, e);
	if (!code) code = cosign_status(d.hub, d.db, d.a, &cosigned, e);
	if (!code) code = ledger_signed(d.hub, d.a, &head, e);
	if (code && code != ERR_NOT_FOUND) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_field_str(&w, S("origin"), origin);
	jw_name(&w, S("keys"));
	jw_array(&w);
	for (size_t i = 0; i < n; i++) jw_str(&w, tlog_key_text(d.a, &keys[i]));
	jw_array_end(&w);
	jw_field_int(&w, S("size"), (int64_t)head.head.size);
	jw_field_str(&w, S("root"), entry_hex(d.a, sha256_str(&head.head.root)));
	if (head.at) jw_field_str(&w, S("signed"), moment_str(d.a, head.at));
	if (head.bytes.n) jw_field_str(&w, S("checkpoint"), head.bytes);
	if (cosigned.n) witnesses_json(&w, d.a, &cosigned);
	jw_object_end(&w);
	desk_public(rq, rs);
	return ERR_OK;
}

/* With the proof of each: it is there for all leaves under the signed head. */
static enum err_code proved_json(struct json_writer *w, const struct disclosing *d, const struct json *said, struct err *e) {
	struct str proof;
	enum err_code code = ledger_proof(d->hub, d->a, json_integer(json_get_lit(said, "leaf"), 0), NULL, &proof, e);
	if (!code) jw_value(w, json_with(d->a, said, S("proof"), json_str(d->a, proof)));
	return code;
}

enum err_code api_record_log(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	struct ledger_signed head = {0};
	const struct json **items = NULL;
	size_t n;
	enum err_code code = api_find(rq, &d, &r, e);
	if (code) return code;
	code = ledger_signed(d.hub, d.a, &head, e);
	if (!code || code == ERR_NOT_FOUND) code = disclose_log(&d, &r, 0, (int64_t)head.head.size, OF_RECORD, &items, &n, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	api_items(&w, &r);
	for (size_t i = 0; i < n && !code; i++) code = proved_json(&w, &d, items[i], e);
	jw_array_end(&w);
	jw_object_end(&w);
	desk_public(rq, rs);
	return code;
}

/* ---- receipts ---- */

struct str api_promise(struct request *rq, const struct change_sealed *sealed) {
	struct str note = STR_EMPTY;
	if (!sealed->at || ledger_promise(desk_hub(rq), rq->worker, rq->arena, sealed, &note, NULL, NULL)) return STR_EMPTY;
	return note;
}

enum err_code api_receipts(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	struct disclosed_receipt *items;
	size_t n;
	enum err_code code = api_find(rq, &d, &r, e);
	if (!code) code = disclose_receipts(&d, &r, &items, &n, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	api_items(&w, &r);
	for (size_t i = 0; i < n; i++) {
		jw_object(&w);
		jw_field_int(&w, S("event"), items[i].event);
		jw_field_str(&w, S("type"), items[i].type);
		jw_field_str(&w, S("at"), moment_str(d.a, items[i].at));
		if (items[i].leaf >= 0) jw_field_int(&w, S("leaf"), items[i].leaf);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	return ERR_OK;
}

enum err_code api_one_receipt(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	enum err_code code = api_find(rq, &d, &r, e);
	return code ? code : send_receipt(rs, &d, &r, request_int(rq, "event"), e);
}

static void names_json(struct json_writer *w, const struct str *names, size_t n) {
	jw_name(w, S("fields"));
	jw_array(w);
	for (size_t i = 0; i < n; i++) jw_str(w, names[i]);
	jw_array_end(w);
}

/* What is revealed, and beside it what the caller could reveal. */
enum err_code api_reveals(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	struct disclosed_reveal *items;
	struct disclosed_sealed_version *versions = NULL;
	size_t n, versions_n = 0;
	enum err_code code = api_find(rq, &d, &r, e);
	if (!code) code = disclose_reveals(&d, &r, &items, &n, e);
	if (!code) code = disclose_revealable(&d, &r, &versions, &versions_n, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	api_items(&w, &r);
	for (size_t i = 0; i < n; i++) {
		jw_object(&w);
		jw_field_str(&w, S("at"), moment_str(d.a, items[i].at));
		jw_field_str(&w, S("sealed"), moment_str(d.a, items[i].sealed));
		jw_field_int(&w, S("of"), items[i].of);
		names_json(&w, items[i].fields, items[i].fields_n);
		if (items[i].leaf >= 0) jw_field_int(&w, S("leaf"), items[i].leaf);
		if (items[i].leaf >= 0) jw_field_str(&w, S("url"), arena_fmt(d.a, "%.*s/log/revealed/%lld", STR_ARG(d.hub->base_url), (long long)items[i].leaf));
		jw_object_end(&w);
	}
	jw_array_end(&w);
	if (versions_n) {
		jw_name(&w, S("may_reveal"));
		jw_array(&w);
		for (size_t i = 0; i < versions_n; i++) {
			jw_object(&w);
			jw_field_int(&w, S("revision"), versions[i].number);
			jw_field_str(&w, S("at"), moment_str(d.a, versions[i].at));
			jw_field_int(&w, S("leaf"), versions[i].leaf);
			names_json(&w, versions[i].fields, versions[i].fields_n);
			jw_object_end(&w);
		}
		jw_array_end(&w);
	}
	jw_object_end(&w);
	return ERR_OK;
}

enum err_code api_log_check(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct log_checked checked;
	const struct json *v;
	if (!api_body(rq, rs, &v, &d.a, e)) return ERR_OK;
	enum err_code code = log_check(&d, json_text(d.a, v), &checked, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	checked_json(&w, d.a, &checked);
	return ERR_OK;
}
