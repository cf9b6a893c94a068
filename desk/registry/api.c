/* The API for reading: the same functions as the pages, as JSON. */
#include "pages.h"

#include "desk/registry/json.h"
#include "desk/site/words.h"

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
		{"records", "/records{?kind,cursor,limit}"},
		{"record", "/records/{id}"},
		{"history", "/records/{id}/history"},
		{"search", "/search{?q,kind,page,limit}"},
		{"facets", "/facets{?kind}"},
		{"health", "/health"},
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
	int64_t sequence;
	enum err_code code = hub_sequence(rq->worker, &sequence, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_field_str(&w, S("status"), S("ok"));
	jw_field_int(&w, S("sequence"), sequence);
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

enum err_code api_records(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct filters f;
	struct listed list;
	if (filters_read(rq, NULL, false, &f, e)) return filters_refuse(rs, e);
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
	list_json(&w, d.hub, &list);
	return finish(rq, rs);
}

enum err_code api_record(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	enum err_code code = disclose_record(&d, request_str(rq, "id"), &r, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	code = record_json(&w, &d, &r, e);
	if (code) return code;
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

/* ---- search and facets ---- */

enum err_code api_search(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct filters f;
	struct list_filter filters[FILTERS + 1];
	if (filters_read(rq, NULL, true, &f, e)) return filters_refuse(rs, e);
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
	return finish(rq, rs);
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
