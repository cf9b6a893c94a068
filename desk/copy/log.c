/* The log of the hub that this is a copy of, from the mirror's files. */
#include "copy.h"

#include "desk/log/pages.h"
#include "desk/registry/pages.h"
#include "desk/site/words.h"
#include "hub/mirror/said.h"
#include "lib/tlog/bundle.h"
#include "log.t.h"

enum { FILE_MOST = 32 << 20, NEWEST = 20 };

static enum err_code nothing_there(struct err *e) {
	return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
}

static enum err_code send(struct request *rq, struct response *rs, const char *path, struct str media_type, struct err *e) {
	struct str bytes;
	enum err_code code = file_read(rq->arena, path, FILE_MOST, &bytes, NULL);
	if (code == ERR_NOT_FOUND) return nothing_there(e);
	if (code) return err_set(e, code, "the mirror's file can't be read");
	response_bytes(rs, media_type, bytes);
	response_public(rs, 0);
	return ERR_OK;
}

/* ---- files ---- */

static enum err_code checkpoint(struct request *rq, struct response *rs, struct err *e) {
	return send(rq, rs, file_join(rq->arena, desk_copied(rq)->dir, "log/checkpoint"), S("text/plain; charset=utf-8"), e);
}

static enum err_code cosigned(struct request *rq, struct response *rs, struct err *e) {
	return send(rq, rs, file_join(rq->arena, desk_copied(rq)->dir, "log/checkpoint.cosigned"), S("text/plain; charset=utf-8"), e);
}

static enum err_code tile(struct request *rq, struct response *rs, struct err *e) {
	struct mirror_folder f;
	struct tlog_tile t;
	if (!tlog_tile_parse(arena_cat(rq->arena, S("tile/"), request_str(rq, "path")), &t)) return nothing_there(e);
	enum err_code code = mirror_open(rq->arena, desk_copied(rq)->dir, &f, e);
	if (!code && !tlog_tile_exists(t, f.checkpoint.head.size)) return nothing_there(e);
	struct tlog_reader reader = tlog_folder_reader(&f.log);
	autobuf struct buf bytes = BUF(t.level == TLOG_ENTRIES ? (size_t)TLOG_BUNDLE_BYTES : (size_t)TLOG_TILE_BYTES);
	if (!code) code = reader.read(reader.ctx, t, &bytes, e);
	if (code) return code == ERR_NOT_FOUND ? nothing_there(e) : code;
	response_bytes(rs, S("application/octet-stream"), arena_str(rq->arena, buf_str(&bytes)));
	rs->cache = CACHE_IMMUTABLE;
	return ERR_OK;
}

static enum err_code statements(struct request *rq, struct response *rs, struct err *e) {
	return send(rq, rs, arena_fmt(rq->arena, "%s/log/statements/%lld", desk_copied(rq)->dir, (long long)request_int(rq, "n")).p, S("application/jsonl; charset=utf-8"), e);
}

static enum err_code record(struct request *rq, struct response *rs, struct err *e) {
	char uid[UID_SIZE];
	if (!uid_parse(request_str(rq, "uid"), uid)) return nothing_there(e);
	return send(rq, rs, arena_fmt(rq->arena, "%s/log/records/%s", desk_copied(rq)->dir, uid).p, S("application/json"), e);
}

static enum err_code revealed(struct request *rq, struct response *rs, struct err *e) {
	return send(rq, rs, arena_fmt(rq->arena, "%s/log/revealed/%lld", desk_copied(rq)->dir, (long long)request_int(rq, "leaf")).p, S("application/json"), e);
}

/* ---- pages ---- */

static struct log_line line_from(struct arena *a, struct db *db, const struct mirror_said *one) {
	struct log_line l = {.what = statement_words(a, entry_type_name(one->type)), .name = disclose_public_name(db, a, one->uid), .state = value_words(a, arena_str(a, one->state)),
		.leaf = number_words(a, (int64_t)one->leaf), .root = one->root.n ? entry_hex(a, one->root) : STR_EMPTY, .datetime = moment_str(a, one->at),
		.when = moment_words(a, one->at)};
	l.name = arena_str(a, l.name);
	if (str_eq(l.state, l.what)) l.state = STR_EMPTY;
	if (!str_eq(l.name, one->uid)) l.href = arena_cat(a, S("/r/"), one->uid);
	return l;
}

struct newest {
	struct arena *a;
	struct db *db;
	struct log_line lines[NEWEST];
	size_t n;
};

static enum err_code keep_newest(const struct mirror_said *one, void *arg, struct err *e) {
	struct newest *x = arg;
	(void)e;
	if (!one->uid.n) return ERR_OK;
	if (x->n == NEWEST) memmove(x->lines, x->lines + 1, (NEWEST - 1) * sizeof *x->lines), x->n--;
	x->lines[x->n++] = line_from(x->a, x->db, one);
	return ERR_OK;
}

/* Newest first, from the last two bundles. */
static enum err_code read_newest(struct request *rq, const struct mirror_folder *f, struct log_page *page, struct err *e) {
	struct newest *x = arena_new_of(rq->arena, struct newest);
	struct log_line *lines = arena_array(rq->arena, NEWEST, sizeof *lines);
	if (!x || !lines) return err_set(e, ERR_MEMORY, "out of memory");
	*x = (struct newest){.a = rq->arena, .db = rq->worker};
	uint64_t bundle = f->said / TLOG_TILE_WIDTH, from = bundle ? (bundle - 1) * TLOG_TILE_WIDTH : 0;
	enum err_code code = mirror_walk(f, from, f->said, keep_newest, x, e);
	for (size_t i = 0; i < x->n; i++) lines[i] = x->lines[x->n - 1 - i];
	page->lines = lines;
	page->n = x->n;
	return code;
}

static enum err_code page(struct request *rq, struct response *rs, struct err *e) {
	const struct desk_copy *c = desk_copied(rq);
	struct mirror_folder f;
	moment as_of = atomic_load(&c->as_of);
	struct log_page p = {.hub = c->of.hub, .origin = c->of.origin, .address = c->of.url, .copy = true, .signed_at = moment_str(rq->arena, as_of),
		.signed_words = moment_words(rq->arena, as_of)};
	enum err_code code = mirror_open(rq->arena, c->dir, &f, e);
	if (!code) code = read_newest(rq, &f, &p, e);
	if (code) return code;
	p.size = number_words(rq->arena, (int64_t)f.checkpoint.head.size);
	p.key = f.key;
	p.before = f.before;
	p.before_n = f.before_n;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(words.log), .description = str_of(words.log_description), .canonical = S("/log"),
		.api = S("/api/v1/log")});
	log_body(out, &p);
	return site_end(rq, rs);
}

/* What the log said of a record last. */
static enum err_code said_of(struct request *rq, const struct disclosed *r, struct mirror_folder *f, struct mirror_said *said, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed_copy copy;
	enum err_code code = disclose_copy(&d, r, &copy, e);
	if (!code) code = mirror_open(rq->arena, desk_copied(rq)->dir, f, e);
	return code ? code : mirror_statement(rq->arena, f, (uint64_t)copy.leaf, said, e);
}

static enum err_code record_page(struct request *rq, struct response *rs, struct err *e) {
	struct mirror_folder f;
	struct mirror_said said;
	struct disclosed r;
	bool done;
	enum err_code code = record_by_path(rq, rs, "/log", &r, &done, e);
	if (code || done) return code;
	code = said_of(rq, &r, &f, &said, e);
	if (code) return code;
	struct log_line line = line_from(rq->arena, rq->worker, &said);
	struct record_log_page p = {.line = line_of(rq->arena, &r.line), .lines = &line, .n = 1};
	p.api = arena_fmt(rq->arena, "/api/v1/records/%.*s/log", STR_ARG(str_from(p.line.href, 3)));
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = words_with(rq->arena, words.log_of, r.line.headline), .canonical = rq->path, .api = p.api});
	record_log_body(out, &p);
	return site_end(rq, rs);
}

/* ---- the API ---- */

static enum err_code api_page(struct request *rq, struct response *rs, struct err *e) {
	const struct desk_copy *c = desk_copied(rq);
	struct mirror_folder f;
	enum err_code code = mirror_open(rq->arena, c->dir, &f, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_field_str(&w, S("origin"), f.origin);
	jw_name(&w, S("keys"));
	jw_array(&w);
	jw_str(&w, f.key);
	for (size_t i = 0; i < f.before_n; i++) jw_str(&w, f.before[i]);
	jw_array_end(&w);
	jw_field_int(&w, S("size"), (int64_t)f.checkpoint.head.size);
	jw_field_str(&w, S("root"), entry_hex(rq->arena, sha256_str(&f.checkpoint.head.root)));
	jw_field_str(&w, S("signed"), moment_str(rq->arena, atomic_load(&c->as_of)));
	jw_field_str(&w, S("checkpoint"), f.checkpoint.bytes);
	jw_object_end(&w);
	desk_public(rq, rs);
	return ERR_OK;
}

static enum err_code api_record(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct mirror_folder f;
	struct mirror_said said;
	struct disclosed r;
	struct str proof;
	enum err_code code = disclose_record(&d, request_str(rq, "id"), &r, e);
	if (!code) code = said_of(rq, &r, &f, &said, e);
	if (!code) code = mirror_proof(rq->arena, &f, said.leaf, &proof, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_field_str(&w, S("id"), r.line.id);
	jw_name(&w, S("items"));
	jw_array(&w);
	jw_value(&w, json_with(rq->arena, said.line, S("proof"), json_str(rq->arena, proof)));
	jw_array_end(&w);
	jw_object_end(&w);
	desk_public(rq, rs);
	return ERR_OK;
}

const struct route copy_log_routes[] = {
	{.path = "/log", .run = page}, {.path = "/log/checkpoint", .run = checkpoint}, {.path = "/log/checkpoint.cosigned", .run = cosigned}, {.path = "/log/tile/{path...}", .run = tile}, {.path = "/log/statements/{n}", .run = statements}, {.path = "/log/records/{uid}", .run = record}, {.path = "/log/revealed/{leaf}", .run = revealed},
	{.path = "/r/{id}/log", .run = record_page}, {.path = "/api/v1/log", .run = api_page}, {.path = "/api/v1/records/{id}/log", .run = api_record},
	ROUTE_END
};
