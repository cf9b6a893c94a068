/* What programs fetch of the log: the same bytes for everybody. */
#include "pages.h"

#include "desk/site/words.h"
#include "lib/tlog/bundle.h"

enum { STATEMENTS = TLOG_TILE_WIDTH };

static enum err_code nothing_there(struct err *e) {
	return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
}

enum err_code show_checkpoint(struct request *rq, struct response *rs, struct err *e) {
	struct str bytes;
	enum err_code code = ledger_checkpoint(desk_hub(rq), rq->arena, &bytes, e);
	if (code == ERR_NOT_FOUND) return nothing_there(e);
	if (code) return code;
	response_bytes(rs, S("text/plain; charset=utf-8"), bytes);
	response_public(rs, 0);
	return ERR_OK;
}

enum err_code show_cosigned(struct request *rq, struct response *rs, struct err *e) {
	struct str bytes;
	enum err_code code = cosign_checkpoint(desk_hub(rq), rq->arena, &bytes, e);
	if (code == ERR_NOT_FOUND) return nothing_there(e);
	if (code) return code;
	response_bytes(rs, S("text/plain; charset=utf-8"), bytes);
	response_public(rs, 0);
	return ERR_OK;
}

/* Only what is under the signed head, whatever was written already. */
enum err_code show_tile(struct request *rq, struct response *rs, struct err *e) {
	struct ledger_signed head;
	struct tlog_tile t;
	struct tlog_folder folder = {.path = ledger_folder(rq->arena, desk_hub(rq))};
	struct tlog_reader reader = tlog_folder_reader(&folder);
	if (!tlog_tile_parse(arena_cat(rq->arena, S("tile/"), request_str(rq, "path")), &t)) return nothing_there(e);
	enum err_code code = ledger_signed(desk_hub(rq), rq->arena, &head, e);
	if (!code && !tlog_tile_exists(t, head.head.size)) code = ERR_NOT_FOUND;
	autobuf struct buf bytes = BUF(t.level == TLOG_ENTRIES ? (size_t)TLOG_BUNDLE_BYTES : (size_t)TLOG_TILE_BYTES);
	if (!code) code = reader.read(reader.ctx, t, &bytes, e);
	if (code) return code == ERR_NOT_FOUND ? nothing_there(e) : code;
	response_bytes(rs, S("application/octet-stream"), arena_str(rq->arena, buf_str(&bytes)));
	rs->cache = CACHE_IMMUTABLE;
	return ERR_OK;
}

enum err_code show_statements(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = {.hub = desk_hub(rq), .db = rq->worker, .viewer = viewer_public, .a = rq->arena};
	struct ledger_signed head;
	const struct json **items;
	size_t n;
	int64_t from = request_int(rq, "n") * STATEMENTS;
	enum err_code code = ledger_signed(d.hub, d.a, &head, e);
	if (code == ERR_NOT_FOUND || (!code && (uint64_t)from >= head.head.size)) return nothing_there(e);
	int64_t until = from + STATEMENTS;
	if (!code && (uint64_t)until > head.head.size) until = (int64_t)head.head.size;
	if (!code) code = disclose_log(&d, NULL, from, until, STATEMENTS, &items, &n, e);
	if (code) return code;
	struct buf *out = response_buf(rs, "application/jsonl; charset=utf-8");
	for (size_t i = 0; i < n; i++) {
		struct json_writer w = json_writer(out);
		jw_value(&w, items[i]);
		buf_add_char(out, '\n');
	}
	response_public(rs, 0);
	return ERR_OK;
}

/* A public record by its uid, as the log's statements are of it: all that is shown of its body, and nothing beside. */
enum err_code show_logged_record(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = {.hub = desk_hub(rq), .db = rq->worker, .viewer = viewer_public, .a = rq->arena};
	struct disclosed r;
	enum err_code code = disclose_record(&d, request_str(rq, "uid"), &r, e);
	if (!code && !str_eq(r.line.uid, request_str(rq, "uid"))) code = nothing_there(e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_field_str(&w, S("uid"), r.line.uid);
	jw_field_str(&w, S("id"), r.line.id);
	jw_field_str(&w, S("kind"), r.line.kind->name);
	jw_field_str(&w, S("state"), r.line.state->name);
	jw_field(&w, S("body"), r.body);
	jw_object_end(&w);
	response_public(rs, 0);
	return ERR_OK;
}

enum err_code send_receipt(struct response *rs, const struct disclosing *d, const struct disclosed *r, int64_t event, struct err *e) {
	const struct json *receipt;
	enum err_code code = disclose_receipt(d, r, event, &receipt, e);
	if (code) return code;
	response_bytes(rs, S("application/json"), arena_cat(d->a, json_pretty(d->a, receipt), S("\n")));
	response_header(rs, "Content-Disposition", S("attachment; filename=\"receipt.json\""));
	rs->cache = CACHE_NO_STORE;
	return arena_failed(d->a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}
