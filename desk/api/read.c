/* The API for reading: the same functions as the pages, as JSON. */
#include "api.h"

#include "desk/api/fields.h"
#include "desk/registry/pages.h"
#include "desk/site/words.h"
#include "lib/digest/digest.h"

enum { RECORD_CAP = 128 << 20, ANSWER_MOST = 24 << 20 };

static const char *const line_members[] = {"id", "uid", "kind", "state", "title", "summary", "date", "updated", "url", "in_dispute", NULL};
static const char *const record_members[] = {"id", "uid", "kind", "state", "title", "summary", "date", "updated", "url", "published", "etag",
	"public", "audiences", "body", "links", "files", "disputed", "said", NULL};
static const char *const hit_members[] = {"id", "uid", "kind", "state", "title", "summary", "date", "updated", "url", "score", "snippet",
	"highlights", NULL};

static enum err_code finish(struct request *rq, struct response *rs) {
	desk_public(rq, rs);
	return ERR_OK;
}

/* ---- where things are ---- */

enum err_code api_index(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	const struct hub *hub = desk_hub(rq);
	static const char *const addresses[][2] = {
		{"kinds", "/kinds"},
		{"kind", "/kinds/{kind}"},
		{"schema", "/kinds/{kind}/schema"},
		{"common", "/schemas/common"},
		{"records", "/records{?kind,cursor,limit,fields}"},
		{"record", "/records/{id}"},
		{"history", "/records/{id}/history"},
		{"moves", "/records/{id}/moves"},
		{"search", "/search{?q,kind,page,limit}"},
		{"facets", "/facets{?kind}"},
		{"log", "/log"},
		{"health", "/health"},
		{"openapi", "/openapi.json"},
	};
	struct json_writer w = json_writer_pretty(response_json(rs));
	jw_object(&w);
	jw_field_str(&w, S("hub"), hub->name);
	jw_field_str(&w, S("prefix"), hub->prefix);
	jw_field_str(&w, S("software"), S("Polder"));
	jw_name(&w, S("addresses"));
	jw_object(&w);
	for (size_t i = 0; i < lengthof(addresses); i++)
		jw_field_str(&w, str_of(addresses[i][0]),
			arena_fmt(rq->arena, "%.*s/api/v1%s", STR_ARG(hub->base_url), addresses[i][1]));
	jw_object_end(&w);
	jw_object_end(&w);
	return finish(rq, rs);
}

enum err_code api_health(struct request *rq, struct response *rs, struct err *e) {
	/* That the database answers; what it says would tell of changes that nobody may know of. */
	int64_t sequence;
	enum err_code code = hub_sequence(rq->worker, &sequence, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_field_str(&w, S("status"), S("ok"));
	jw_object_end(&w);
	return ERR_OK;
}

/* ---- kinds ---- */

enum err_code api_kinds(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct kind_card *cards;
	size_t n;
	int64_t total;
	enum err_code code = kind_cards(&d, &cards, &n, &total, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_name(&w, S("items"));
	jw_array(&w);
	for (size_t i = 0; i < n; i++) kind_json(&w, d.hub, cards[i].kind, cards[i].n);
	jw_array_end(&w);
	jw_object_end(&w);
	return finish(rq, rs);
}

static enum err_code kind_by_path_name(struct request *rq, const struct kind **out, struct err *e) {
	struct str name = request_str(rq, "kind");
	*out = kind_find(desk_hub(rq)->kinds, name);
	if (*out) return ERR_OK;
	return err_set(
		e, ERR_NOT_FOUND, "%.*s", STR_ARG(words_with(rq->arena, words.no_such_kind, str_cut_utf8(name, 80))));
}

enum err_code api_kind(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	const struct kind *k;
	struct listed list;
	enum err_code code = kind_by_path_name(rq, &k, e);
	if (!code) code = disclose_list(&d, &(struct list_request){.kind = k, .limit = 1}, &list, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	kind_json(&w, d.hub, k, list.total > 0 ? list.total : 0);
	return finish(rq, rs);
}

static enum err_code send_schema(struct request *rq, struct response *rs, const struct json *schema) {
	struct json_writer w = json_writer_pretty(response_schema(rs));
	jw_value(&w, schema);
	return finish(rq, rs);
}

enum err_code api_schema(struct request *rq, struct response *rs, struct err *e) {
	const struct kind *k;
	enum err_code code = kind_by_path_name(rq, &k, e);
	return code ? code : send_schema(rq, rs, k->schema_document);
}

enum err_code api_common(struct request *rq, struct response *rs, struct err *e) {
	const struct json *common = desk_hub(rq)->kinds->common;
	if (!common) return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	return send_schema(rq, rs, common);
}

/* ---- records ---- */

static enum err_code too_large(struct err *e) {
	return err_set(e, ERR_TOO_LARGE, "the answer would be too large: choose fewer fields, or a smaller limit");
}

/* What was chosen of a value that stands as text in `full`. */
static enum err_code add_chosen(struct json_writer *w, struct arena *a, const struct fields *f, struct str full, struct err *e) {
	const struct json *v;
	enum err_code code = json_parse(a, full, NULL, &v, e);
	if (!code) jw_value(w, fields_of(a, f, v));
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "the record is too large to choose from");
	return code;
}

/* One record of a list with members that a line does not have; each in memory of its own, given back behind it. */
static enum err_code add_record(struct json_writer *w, const struct disclosing *d, const struct glimpse *g, const struct fields *f, struct err *e) {
	autoarena struct arena *a = arena_new(RECORD_CAP);
	autobuf struct buf full = BUF(ANSWER_MOST);
	struct disclosing own = *d;
	struct disclosed r;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	own.a = a;
	enum err_code code = disclose_record(&own, g->uid, &r, e);
	if (code) return code == ERR_NOT_FOUND ? ERR_OK : code; /* hidden since the list was read */
	struct json_writer whole = json_writer(&full);
	code = record_json(&whole, &own, &r, e);
	if (!code && full.failed) code = too_large(e);
	if (!code) code = add_chosen(w, a, f, buf_str(&full), e);
	if (!code && w->out->n > ANSWER_MOST) code = too_large(e);
	return code;
}

static enum err_code chosen_list(struct json_writer *w, const struct disclosing *d, const struct listed *l, const struct fields *f, struct err *e) {
	bool whole = fields_beyond(f, line_members);
	enum err_code code = ERR_OK;
	jw_object(w);
	if (l->total >= 0) jw_field_int(w, S("total"), l->total);
	jw_name(w, S("items"));
	jw_array(w);
	for (size_t i = 0; i < l->n && !code; i++) {
		if (whole) {
			code = add_record(w, d, &l->items[i], f, e);
			continue;
		}
		autobuf struct buf line = BUF(1 << 20);
		struct json_writer one = json_writer(&line);
		glimpse_json(&one, d->hub, &l->items[i]);
		code = add_chosen(w, d->a, f, buf_str(&line), e);
	}
	jw_array_end(w);
	if (l->next.n) jw_field_str(w, S("next"), l->next);
	jw_object_end(w);
	return code;
}

enum err_code api_records(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct filters f;
	struct listed list;
	struct fields fields;
	if (filters_read(rq, NULL, false, &f, e) || fields_read(rq, record_members, &fields, e)) return filters_refuse(rs, e);
	struct list_request request = {.kind = f.kind,
		.filters = f.items,
		.filters_n = f.n,
		.cursor = request_str(rq, "cursor"),
		.limit = (size_t)request_int(rq, "limit")};
	enum err_code code = disclose_list(&d, &request, &list, e);
	if (code == ERR_INVALID) return filters_refuse(rs, e);
	if (code) return code;
	if (list.next.n) response_link(rs, "next", request_url_with(rq, "cursor", list.next));
	struct json_writer w = json_writer(response_json(rs));
	if (fields.n) code = chosen_list(&w, &d, &list, &fields, e);
	else list_json(&w, d.hub, &list);
	return code ? code : finish(rq, rs);
}

static enum err_code choose_from(struct request *rq, struct response *rs, const struct fields *f, struct err *e) {
	struct arena *a = api_memory(rq, RECORD_CAP);
	const struct json *v;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = json_parse(a, buf_str(&rs->body.b), NULL, &v, e);
	if (!code) response_json_value(rs, fields_of(a, f, v));
	return code;
}

/* The version of state and body, which a change may be made from, and behind a dot what this answer is besides: links and files that others
 * made, the fields that were chosen. */
static void version_tag(struct request *rq, struct response *rs, const struct disclosed *r) {
	char hex[SHA256_HEX];
	struct sha256 digest = sha256(buf_str(&rs->body.b));
	rs->etag = arena_fmt(rq->arena, "%.*s.%.*s", STR_ARG(r->etag), STR_ARG(str_sub(sha256_hex(&digest, hex), 0, 12)));
}

enum err_code api_record(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	struct fields fields;
	if (fields_read(rq, record_members, &fields, e)) return filters_refuse(rs, e);
	enum err_code code = disclose_record(&d, request_str(rq, "id"), &r, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	code = record_json(&w, &d, &r, e);
	if (!code && fields.n) code = choose_from(rq, rs, &fields, e);
	if (code) return code;
	version_tag(rq, rs, &r);
	struct str page = record_path(d.a, &r.line);
	response_link(rs, "canonical", arena_cat(d.a, S("/api/v1/records/"), str_from(page, 3)));
	response_link(rs, "alternate", page);
	response_link(rs, "describedby", arena_fmt(d.a, "/api/v1/kinds/%.*s/schema", STR_ARG(r.line.kind->name)));
	return finish(rq, rs);
}

enum err_code api_history(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	struct disclosed_event *events;
	size_t n;
	enum err_code code = disclose_record(&d, request_str(rq, "id"), &r, e);
	if (!code) code = disclose_history(&d, &r, &events, &n, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_field_str(&w, S("id"), r.line.id);
	jw_name(&w, S("items"));
	history_json(&w, d.hub, events, n);
	jw_object_end(&w);
	return finish(rq, rs);
}

enum err_code api_moves(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	struct disclosed_move *moves;
	size_t n;
	enum err_code code = disclose_record(&d, request_str(rq, "id"), &r, e);
	if (!code) code = disclose_moves(&d, &r, &moves, &n, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	moves_json(&w, &r, moves, n);
	return finish(rq, rs);
}

/* ---- search and facets ---- */

/* Hits with chosen members only; the rest of the answer as it is. */
static enum err_code choose_hits(struct request *rq, struct response *rs, const struct fields *f, struct err *e) {
	struct arena *a = api_memory(rq, RECORD_CAP);
	const struct json *v;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = json_parse(a, buf_str(&rs->body.b), NULL, &v, e);
	if (!code) response_json_value(rs, json_with(a, v, S("items"), fields_of(a, f, json_get_lit(v, "items"))));
	return code;
}

enum err_code api_search(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct filters f;
	struct list_filter filters[FILTERS + 1];
	struct fields fields;
	if (filters_read(rq, NULL, true, &f, e) || fields_read(rq, hit_members, &fields, e)) return filters_refuse(rs, e);
	int64_t page = request_int(rq, "page"), limit = request_int(rq, "limit");
	struct search_request request = {.query = f.query, .filters = filters, .offset = (size_t)((page - 1) * limit),
		.limit = (size_t)limit};
	if (f.kind) filters[request.filters_n++] = (struct list_filter){S("kind"), f.kind->name};
	for (size_t i = 0; i < f.n; i++) filters[request.filters_n++] = f.items[i];
	struct search_result r;
	enum err_code code = disclose_search(&d, &request, &r, e);
	if (code == ERR_INVALID) {
		if (!e->where[0]) err_where(e, "q");
		return filters_refuse(rs, e);
	}
	if (code) return code;
	if (page * limit < r.total)
		response_link(rs, "next", request_url_with(rq, "page", arena_fmt(d.a, "%lld", (long long)page + 1)));
	struct json_writer w = json_writer(response_json(rs));
	search_json(&w, d.hub, &r);
	if (fields.n) code = choose_hits(rq, rs, &fields, e);
	return code ? code : finish(rq, rs);
}

enum err_code api_facets(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	const struct kind *k = NULL;
	struct facet_group *groups;
	size_t n;
	enum err_code code = request_has(rq, "kind") ? kind_by_path_name(rq, &k, e) : ERR_OK;
	if (code) {
		err_where(e, "kind");
		return filters_refuse(rs, e);
	}
	code = disclose_facets(&d, k, &groups, &n, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	facets_json(&w, groups, n);
	return finish(rq, rs);
}
