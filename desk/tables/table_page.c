/* A decision table for whoever wants to understand it. */
#include "answers.h"
#include "desk/site/words.h"
#include "pages.h"
#include "tables.t.h"

enum { CSV_MOST = 4 << 20 };

static enum err_code find(struct request *rq, const struct decide_table **out, struct err *e) {
	*out = table_find(desk_hub(rq)->tables, request_str(rq, "table"));
	return *out ? ERR_OK : err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
}

/* "any", "None or Public PoC" */
static struct str set_words(struct arena *a, const struct decide_point *p, unsigned set) {
	if (set == (1u << p->n) - 1) return S("any");
	autobuf struct buf out = BUF(4000);
	for (size_t i = 0; i < p->n; i++) {
		if (!(set & 1u << i)) continue;
		if (out.n) buf_add(&out, S(" or "));
		buf_add(&out, p->values[i].title);
	}
	return arena_str(a, buf_str(&out));
}

static enum err_code read_rules(struct arena *a, const struct decide_table *t, struct table_page *page, struct err *e) {
	struct table_rule *rules = arena_array(a, t->rules_n, sizeof *rules);
	if (!rules) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < t->rules_n; i++) {
		struct str *cells = arena_array(a, t->points_n, sizeof *cells);
		if (!cells) return err_set(e, ERR_MEMORY, "out of memory");
		for (size_t p = 0; p < t->points_n; p++) cells[p] = set_words(a, &t->points[p], t->rules[i].sets[p]);
		rules[i] = (struct table_rule){cells, t->outcome.values[t->rules[i].outcome].title};
	}
	page->rules = rules;
	page->rules_n = t->rules_n;
	return ERR_OK;
}

static void read_monotony(struct arena *a, const struct decide_table *t, struct table_page *page) {
	decide_monotone(t, &page->monotony);
	page->falls = arena_array(a, page->monotony.first_n + 1, sizeof *page->falls);
	for (size_t i = 0; page->falls && i < page->monotony.first_n; i++) {
		const struct decide_fall *f = &page->monotony.first[i];
		page->falls[i] = arena_fmt(a, "%.*s, at %.*s%s", STR_ARG(t->points[f->point].title), STR_ARG(decide_vector(a, t, &f->from)),
			f->declared ? "; the table says so itself" : "");
	}
}

static struct str kinds_words(struct arena *a, const struct hub *h, const struct decide_table *t) {
	autobuf struct buf out = BUF(2000);
	for (size_t i = 0; i < t->kinds_n; i++) {
		const struct kind *k = kind_find(h->kinds, t->kinds[i]);
		if (!k) continue;
		if (out.n) buf_add(&out, S(", "));
		buf_add(&out, k->plural);
	}
	return arena_str(a, buf_str(&out));
}

enum err_code show_table(struct request *rq, struct response *rs, struct err *e) {
	struct arena *a = rq->arena;
	const struct hub *h = desk_hub(rq);
	struct table_page page = {0};
	struct decide_given given = decide_nothing();
	bool any, asked_wrong;
	enum err_code code = find(rq, &page.t, e);
	if (code) return code;
	code = answers_read(rq, page.t, &given, &any, e);
	asked_wrong = code == ERR_INVALID;
	if (asked_wrong) page.q.wrong = sentence_words(a, arena_str(a, str_of(e->message)));
	if (code && !asked_wrong) return code;
	code = asked_of(a, h, page.t, &given, NULL, &page.q, e);
	if (!code) code = read_rules(a, page.t, &page, e);
	if (code) return code;
	read_monotony(a, page.t, &page);
	page.builtin = table_is_builtin(h->tables, page.t);
	page.kinds = kinds_words(a, h, page.t);
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = page.t->title, .here = SITE_KINDS, .description = page.t->description,
		.canonical = arena_cat(a, S("/tables/"), page.t->name), .api = arena_cat(a, S("/api/v1/tables/"), page.t->name)});
	table_body(out, &page);
	code = site_end(rq, rs);
	if (asked_wrong) rs->status = err_http_status(ERR_INVALID);
	return code;
}

enum err_code show_tables(struct request *rq, struct response *rs, struct err *e) {
	struct tables *all = desk_hub(rq)->tables;
	struct arena *a = rq->arena;
	size_t n = tables_n(all);
	struct table_card *cards = arena_array(a, n + 1, sizeof *cards);
	if (!cards) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		const struct decide_table *t = tables_at(all, i);
		struct str asks = STR_EMPTY;
		for (size_t p = 0; p < t->points_n; p++)
			asks = arena_fmt(a, "%.*s%s%.*s", STR_ARG(asks), p ? ", " : "", STR_ARG(t->points[p].title));
		cards[i] = (struct table_card){t, table_is_builtin(all, t), asks};
	}
	struct tables_page page = {cards, n};
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Decision tables"), .here = SITE_KINDS, .canonical = S("/tables"),
		.api = S("/api/v1/tables")});
	tables_body(out, &page);
	return site_end(rq, rs);
}

/* Names hold nothing that CSV would want in quotes. */
enum err_code send_table(struct request *rq, struct response *rs, struct err *e) {
	const struct decide_table *t;
	enum err_code code = find(rq, &t, e);
	if (code) return code;
	autobuf struct buf out = BUF(CSV_MOST);
	for (size_t p = 0; p < t->points_n; p++) buf_fmt(&out, "%.*s,", STR_ARG(t->points[p].name));
	buf_fmt(&out, "%.*s\r\n", STR_ARG(t->outcome.name));
	for (size_t c = 0; c < t->combinations; c++) {
		struct decide_given g = decide_combination(t, c);
		for (size_t p = 0; p < t->points_n; p++) buf_fmt(&out, "%.*s,", STR_ARG(t->points[p].values[g.values[p]].name));
		buf_fmt(&out, "%.*s\r\n", STR_ARG(t->outcome.values[t->map[c]].name));
	}
	if (out.failed) return err_set(e, ERR_TOO_LARGE, "the table is too large");
	response_bytes(rs, S("text/csv; charset=utf-8"), arena_str(rq->arena, buf_str(&out)));
	desk_public(rq, rs);
	return ERR_OK;
}
