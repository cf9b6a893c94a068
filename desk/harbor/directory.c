/* All public policies, the most protective first, narrowed by what a finder looks for. */
#include "pages.h"

#include "desk/api/json.h"
#include "desk/registry/filters.h"
#include "desk/site/words.h"
#include "directory.t.h"

/* ---- what there is ---- */

struct gathered {
	struct policy_record **items;
	size_t n;
};

static enum err_code take(const struct disclosing *d, struct gathered *g, const struct glimpse *line, struct err *e) {
	struct policy_record *p = arena_new_of(d->a, struct policy_record);
	if (!p) return err_set(e, ERR_MEMORY, "out of memory");
	if (g->n == DIRECTORY_MOST) return ERR_OK;
	enum err_code code = policy_record(d, line->uid, p, e);
	if (!code) g->items[g->n++] = p;
	return code == ERR_NOT_FOUND ? ERR_OK : code;
}

static enum err_code gather_hits(const struct disclosing *d, struct gathered *g, struct str query, const struct list_filter *filters, size_t n,
	struct err *e) {
	enum { EACH = 100 };
	enum err_code code = ERR_OK;
	struct search_result found = {.total = EACH};
	for (size_t from = 0; !code && from < DIRECTORY_MOST && (int64_t)from < found.total && from + EACH <= SEARCH_CANDIDATES; from += EACH) {
		struct search_request request = {.query = query, .filters = filters, .filters_n = n, .limit = EACH, .offset = from};
		code = disclose_search(d, &request, &found, e);
		for (size_t i = 0; !code && i < found.n; i++) code = take(d, g, &found.items[i].line, e);
	}
	return code;
}

static enum err_code gather(const struct disclosing *d, const struct directory_query *asked, struct gathered *g, struct err *e) {
	struct list_filter filters[3] = {{S("kind"), S("policy")}};
	size_t n = 1;
	if (asked->harbor.n) filters[n++] = (struct list_filter){S("harbor"), asked->harbor};
	if (asked->organization.n) filters[n++] = (struct list_filter){S("organization"), asked->organization};
	g->items = arena_array(d->a, DIRECTORY_MOST, sizeof *g->items);
	if (!g->items) return err_set(e, ERR_MEMORY, "out of memory");
	if (asked->q.n) return gather_hits(d, g, asked->q, filters, n, e);
	struct list_request request = {.kind = kind_find(d->hub->kinds, S("policy")), .filters = filters + 1, .filters_n = n - 1, .limit = 200};
	struct listed list = {0};
	enum err_code code = ERR_OK;
	if (!request.kind) return ERR_OK;
	do {
		code = disclose_list(d, &request, &list, e);
		for (size_t i = 0; !code && i < list.n; i++) code = take(d, g, &list.items[i], e);
		request.cursor = list.next;
	} while (!code && list.next.n && g->n < DIRECTORY_MOST);
	return code;
}

static int by_protection(const void *x, const void *y) {
	const struct policy_record *a = *(struct policy_record *const *)x, *b = *(struct policy_record *const *)y;
	if (a->in_force != b->in_force) return a->in_force ? -1 : 1;
	if (a->assessment.level != b->assessment.level) return b->assessment.level - a->assessment.level;
	if (a->assessment.technical_met != b->assessment.technical_met) return b->assessment.technical_met - a->assessment.technical_met;
	return str_cmp(a->r.line.headline, b->r.line.headline);
}

/* Those that fit, in their order; *all: how many there are without the level asked for. */
static enum err_code find(struct request *rq, const struct disclosing *d, struct directory_query *asked, struct gathered *g, size_t *all, struct err *e) {
	int64_t level = 0;
	*asked = (struct directory_query){request_str(rq, "q"), request_str(rq, "level"), request_str(rq, "harbor"), request_str(rq, "organization")};
	(void)str_int(asked->level, &level);
	enum err_code code = gather(d, asked, g, e);
	if (code) return code;
	*all = g->n;
	size_t kept = 0;
	for (size_t i = 0; i < g->n; i++)
		if (g->items[i]->assessment.level >= level) g->items[kept++] = g->items[i];
	g->n = kept;
	qsort(g->items, g->n, sizeof *g->items, by_protection);
	return ERR_OK;
}

/* ---- the page ---- */

struct str issuers_words(struct arena *a, const struct policy_record *p) {
	autobuf struct buf out = BUF(8192);
	for (size_t i = 0; i < p->issuers_n; i++) buf_fmt(&out, "%s%.*s", i ? ", " : "", STR_ARG(p->issuers[i].name));
	return arena_str(a, buf_str(&out));
}

static struct str acknowledged(struct arena *a, const struct json *body) {
	const struct json *list = json_get_lit(body, "commitments");
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *one = json_at(list, i);
		if (str_starts(json_get_str(one, S("what")), S("acknowledge")))
			return duration_words(a, json_get_str(one, S("within")), json_get_str(one, S("days")));
	}
	return STR_EMPTY;
}

static struct directory_row row_of(struct arena *a, const struct policy_record *p) {
	return (struct directory_row){
		.policy = p,
		.line = line_of(a, &p->r.line),
		.issuers = issuers_words(a, p),
		.acknowledge = acknowledged(a, p->r.body),
		.publication = duration_words(a, json_string(json_pointer(p->r.body, S("/disclosure/default"))), STR_EMPTY),
		.reward = value_words(a, json_string(json_pointer(p->r.body, S("/recognition/reward")))),
	};
}

static struct str at_page(struct request *rq, int64_t page) {
	return request_url_with(rq, "page", arena_fmt(rq->arena, "%lld", (long long)page));
}

enum err_code show_directory(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct directory_page page = {0};
	struct gathered g = {0};
	enum err_code code = find(rq, &d, &page.query, &g, &page.all, e);
	if (code) return code;
	int64_t number = request_int(rq, "page");
	size_t from = (size_t)(number - 1) * DIRECTORY_PAGE, to = from + DIRECTORY_PAGE < g.n ? from + DIRECTORY_PAGE : g.n;
	struct directory_row *rows = arena_array(d.a, DIRECTORY_PAGE, sizeof *rows);
	if (!rows) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = from; i < to; i++) rows[page.n++] = row_of(d.a, g.items[i]);
	page.rows = rows;
	page.total = g.n;
	page.narrowed = page.query.q.n || page.query.level.n || page.query.harbor.n || page.query.organization.n;
	if (to < g.n) page.next = at_page(rq, number + 1);
	if (number > 1) page.previous = at_page(rq, number - 1);
	page.api = S("/api/v1/policies");
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(words.policies), .here = SITE_BROWSE, .own_search = true,
		.description = str_of(words.policies_description), .canonical = page.narrowed || number > 1 ? STR_EMPTY : S("/policies"), .api = page.api,
		.next = page.next, .previous = page.previous});
	directory_body(out, &page);
	return site_end(rq, rs);
}

/* ---- the same as JSON ---- */

enum err_code api_policies(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = feeds_disclosing(rq);
	struct directory_query asked;
	struct gathered g = {0};
	size_t all;
	enum err_code code = find(rq, &d, &asked, &g, &all, e);
	if (code == ERR_INVALID) {
		if (!e->where[0]) err_where(e, "q");
		return filters_refuse(rs, e);
	}
	if (code) return code;
	int64_t number = request_int(rq, "page"), limit = request_int(rq, "limit");
	size_t from = (size_t)((number - 1) * limit);
	if ((int64_t)from + limit < (int64_t)g.n) response_link(rs, "next", at_page(rq, number + 1));
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_field_int(&w, S("total"), (int64_t)g.n);
	jw_name(&w, S("items"));
	jw_array(&w);
	for (size_t i = from; i < g.n && i < from + (size_t)limit; i++) assessment_json(&w, d.a, d.hub, g.items[i], &g.items[i]->assessment, false);
	jw_array_end(&w);
	jw_object_end(&w);
	response_public(rs, 0);
	return ERR_OK;
}
