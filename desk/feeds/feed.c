/* Which records a feed holds. Its form follows from the ending of its address. */
#include "feeds.h"

#include "desk/registry/lines.h"
#include "desk/site/words.h"

static const char atom[] = "/feed.atom", json[] = "/feed.json";

static bool is_atom(const struct request *rq) {
	return str_ends(str_of(rq->route->path), str_of(atom));
}

static struct str ending(const struct request *rq) {
	return str_of(is_atom(rq) ? atom : json);
}

static struct feed feed_of(struct request *rq, struct str title, struct str subtitle) {
	return (struct feed){.hub = desk_hub(rq), .db = rq->worker, .a = rq->arena, .origin = feeds_origin(rq), .title = title, .subtitle = subtitle};
}

static enum err_code send(struct request *rq, struct response *rs, struct feed *f) {
	/* The page without its path's host: what a reader knows the feed by must not change with the address. */
	f->id = arena_fmt(f->a, "urn:polder:%.*s:feed:%.*s", STR_ARG(f->hub->uid), STR_ARG(f->page));
	for (size_t i = 0; i < f->n; i++)
		if (f->items[i].updated > f->updated) f->updated = f->items[i].updated;
	if (is_atom(rq)) atom_write(response_buf(rs, "application/atom+xml; charset=utf-8"), f);
	else json_feed_write(response_buf(rs, "application/feed+json; charset=utf-8"), f);
	rs->last_modified = f->updated;
	if (f->next.n) response_link(rs, "next", f->next);
	return feeds_finish(rs, &f->origin);
}

/* Fills the feed from a list and sets its own addresses, given that of its first page. */
static enum err_code fill(struct request *rq, struct feed *f, struct list_request *r, struct str first, struct err *e) {
	struct disclosing d = feeds_disclosing(rq);
	struct listed list;
	r->order = LIST_BY_CHANGE;
	r->limit = FEED_PAGE;
	r->cursor = request_str(rq, "cursor");
	enum err_code code = disclose_list(&d, r, &list, e);
	if (code) return code;
	const char *joint = str_find_char(first, '?') == STR_NONE ? "?" : "&";
	f->items = list.items;
	f->n = list.n;
	f->self = first;
	if (r->cursor.n) {
		f->first = first;
		f->self = arena_fmt(d.a, "%.*s%scursor=%.*s", STR_ARG(first), joint, STR_ARG(r->cursor));
	}
	if (list.next.n) f->next = arena_fmt(d.a, "%.*s%scursor=%.*s", STR_ARG(first), joint, STR_ARG(list.next));
	return ERR_OK;
}

/* The filters' own words, for a feed's title: "Incidents: Privacy, 2023". */
static struct str narrowed_title(const struct filters *f, struct str title) {
	autobuf struct buf out = BUF(4096);
	buf_add(&out, title);
	for (size_t i = 0; i < f->n; i++) {
		struct disclosing d = feeds_disclosing(f->rq);
		struct str name = f->items[i].name, label = STR_EMPTY;
		struct disclosed r;
		bool record = str_is(name, "use") || str_is(name, "system") || str_is(name, "organization");
		if (record && !disclose_record(&d, f->items[i].value, &r, NULL)) label = r.line.headline;
		buf_add(&out, i ? S(", ") : S(": "));
		buf_add(&out, str_cut_utf8(filter_value_words(d.hub, d.a, f->kind, name, f->items[i].value, label), 200));
	}
	return arena_str(f->rq->arena, buf_str(&out));
}

enum err_code feed_all(struct request *rq, struct response *rs, struct err *e) {
	struct feed f = feed_of(rq, desk_hub(rq)->name, str_of(words.home_description));
	f.page = S("/");
	enum err_code code = fill(rq, &f, &(struct list_request){0}, ending(rq), e);
	return code ? code : send(rq, rs, &f);
}

enum err_code feed_kind(struct request *rq, struct response *rs, struct err *e) {
	const struct kind *kind = kind_by_path(desk_hub(rq)->kinds, request_str(rq, "path"));
	if (!kind) return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	struct filters filters;
	if (filters_read(rq, kind, false, &filters, e)) return filters_refuse(rs, e);
	struct feed f = feed_of(rq, STR_EMPTY, kind->description);
	f.title = arena_fmt(rq->arena, "%.*s · %.*s", STR_ARG(narrowed_title(&filters, kind->plural)), STR_ARG(f.hub->name));
	struct str first = filters_url_at(&filters, NULL, STR_EMPTY);
	filters.path = arena_cat(rq->arena, S("/browse/"), kind->path);
	f.page = filters_url_at(&filters, NULL, STR_EMPTY);
	struct list_request r = {.kind = kind, .filters = filters.items, .filters_n = filters.n};
	enum err_code code = fill(rq, &f, &r, first, e);
	if (code == ERR_INVALID) return filters_refuse(rs, e);
	return code ? code : send(rq, rs, &f);
}

/* ---- searches ---- */

static enum err_code fill_hits(struct request *rq, struct feed *f, const struct filters *filters, struct err *e) {
	struct disclosing d = feeds_disclosing(rq);
	int64_t page = request_int(rq, "page");
	struct list_filter list[FILTERS + 1];
	struct search_request r = {.query = filters->query, .filters = list, .order = LIST_BY_CHANGE, .offset = (size_t)(page - 1) * FEED_PAGE,
		.limit = FEED_PAGE};
	if (filters->kind) list[r.filters_n++] = (struct list_filter){S("kind"), filters->kind->name};
	for (size_t i = 0; i < filters->n; i++) list[r.filters_n++] = filters->items[i];
	struct search_result result;
	enum err_code code = disclose_search(&d, &r, &result, e);
	if (code) return code;
	struct glimpse *items = arena_array(d.a, result.n + 1, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < result.n; i++) items[i] = result.items[i].line;
	f->items = items;
	f->n = result.n;
	f->self = f->first = filters_url_at(filters, NULL, STR_EMPTY);
	if (page > 1) f->self = filters_url_at(filters, "page", arena_fmt(d.a, "%lld", (long long)page));
	else f->first = STR_EMPTY;
	if (result.total > page * FEED_PAGE && page < SEARCH_CANDIDATES / FEED_PAGE)
		f->next = filters_url_at(filters, "page", arena_fmt(d.a, "%lld", (long long)page + 1));
	return ERR_OK;
}

enum err_code feed_search(struct request *rq, struct response *rs, struct err *e) {
	struct filters filters;
	if (filters_read(rq, NULL, true, &filters, e)) return filters_refuse(rs, e);
	struct str title = filters.query.n ? words_with(rq->arena, words.search_for, filters.query) : str_of(words.search);
	struct feed f = feed_of(rq, STR_EMPTY, STR_EMPTY);
	f.title = arena_fmt(rq->arena, "%.*s · %.*s", STR_ARG(narrowed_title(&filters, title)), STR_ARG(f.hub->name));
	struct filters page = filters;
	page.path = S("/search");
	f.page = filters_url_at(&page, NULL, STR_EMPTY);
	/* Without words there is nothing to rank: what fits the filters. */
	struct list_request r = {.kind = filters.kind, .filters = filters.items, .filters_n = filters.n};
	enum err_code code = filters.query.n ? fill_hits(rq, &f, &filters, e) :
		fill(rq, &f, &r, filters_url_at(&filters, NULL, STR_EMPTY), e);
	if (code == ERR_INVALID) {
		if (!e->where[0]) err_where(e, "q");
		return filters_refuse(rs, e);
	}
	return code ? code : send(rq, rs, &f);
}

/* ---- what concerns a record ---- */

enum err_code feed_record(struct request *rq, struct response *rs, struct err *e) {
	struct disclosed r;
	bool done;
	enum err_code code = feeds_record(rq, rs, ending(rq).p, &r, &done, e);
	if (code || done) return code;
	if (!gathers(r.line.kind)) return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	struct feed f = feed_of(rq, arena_fmt(rq->arena, "%.*s · %.*s", STR_ARG(r.line.headline), STR_ARG(desk_hub(rq)->name)),
		words_with(rq->arena, words.what_concerns, r.line.headline));
	f.page = record_path(rq->arena, &r.line);
	struct list_filter filter = {r.line.kind->name, r.line.uid};
	struct list_request list = {.filters = &filter, .filters_n = 1, .itself = true};
	code = fill(rq, &f, &list, arena_cat(rq->arena, f.page, ending(rq)), e);
	return code ? code : send(rq, rs, &f);
}

/* ---- what the forms say of a record ---- */

struct str feed_record_id(struct arena *a, const struct glimpse *g) {
	return arena_cat(a, S("urn:polder:"), g->uid);
}

struct str feed_record_url(const struct feed *f, const struct glimpse *g) {
	return arena_cat(f->a, f->origin.base, record_path(f->a, g));
}

struct str feed_words(const struct feed *f, const struct glimpse *g) {
	struct str state = unusual_state(g->kind, g->state);
	struct disclosing d = {f->hub, f->db, viewer_public, f->a};
	struct str amended = state.n ? STR_EMPTY : disclose_amendment(&d, g);
	if (amended.n) return words_with(f->a, words.amended, amended, g->summary);
	if (!state.n) return g->summary;
	return arena_fmt(f->a, "%.*s. %.*s", STR_ARG(state), STR_ARG(g->summary.n ? g->summary : g->state->description));
}
