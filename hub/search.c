#include "search.h"

#include "hub/disclose_private.h"
#include "hub/fold.h"
#include "hub/search_query.h"

enum { SNIPPET = 220, SNIPPET_PARTS = 40, FACET_VALUES = 12, RANKED = SEARCH_CANDIDATES };

struct candidate {
	int64_t record;
	double score;
};

struct candidates {
	struct candidate *items;
	size_t n;
	bool more;
};

/* ---- candidates ---- */

static int by_record(const void *x, const void *y) {
	const struct candidate *a = x, *b = y;
	return (a->record < b->record) - (a->record > b->record);
}

static int by_score(const void *x, const void *y) {
	const struct candidate *a = x, *b = y;
	return a->score != b->score ? (a->score < b->score) - (a->score > b->score) : by_record(x, y);
}

static const char by_title[] =
	"SELECT rowid, rank_fields(search_title, 10.0, 8.0, 6.0, 8.0) FROM search_title WHERE search_title MATCH $1 ORDER BY rowid DESC LIMIT $2";
static const char by_text[] =
	"SELECT rowid, rank_fields(search, 10.0, 8.0, 3.0, 40.0, 1.0, 150.0, 6.0, 8.0) FROM search WHERE search MATCH $1 ORDER BY rowid DESC LIMIT $2";

/* Newest first, so that where a word is common the newest are ranked. */
static enum err_code collect(const struct disclosing *d, const char *sql, struct str expression, size_t limit, struct candidates *c,
	struct err *e) {
	struct db_query q = db_query(d->db, sql);
	db_bind_str(&q, 1, expression);
	db_bind_int(&q, 2, (int64_t)limit);
	size_t before = c->n;
	while (db_row(&q)) c->items[c->n++] = (struct candidate){db_int(&q, 0), db_real(&q, 1)};
	enum err_code code = db_done(&q, e);
	c->more = c->n - before == limit; /* the last of the passes finds all that the others do */
	return code;
}

static void unique(struct candidates *c) {
	if (c->n == 0) return;
	qsort(c->items, c->n, sizeof *c->items, by_record);
	size_t kept = 0;
	for (size_t i = 1; i < c->n; i++) {
		if (c->items[i].record != c->items[kept].record)
			c->items[++kept] = c->items[i];
		else if (c->items[i].score > c->items[kept].score)
			c->items[kept].score = c->items[i].score;
	}
	c->n = kept + 1;
}

static bool in_index(struct str name) {
	return str_is(name, "kind") || str_is(name, "state") || str_is(name, "year");
}

/* Filters that are no words of the index. */
static enum err_code narrow(const struct disclosing *d, const struct search_request *r, struct candidates *c, struct err *e) {
	for (size_t i = 0; i < r->filters_n; i++) {
		if (in_index(r->filters[i].name)) continue;
		struct str value;
		enum err_code code = disclose_filter_value(d, &r->filters[i], &value, e);
		size_t kept = 0;
		for (size_t j = 0; j < c->n && !code; j++) {
			struct db_query q = db_query(d->db, "SELECT 1 FROM facet WHERE record = $1 AND name = $2 AND value = $3");
			db_bind_int(&q, 1, c->items[j].record);
			db_bind_str(&q, 2, r->filters[i].name);
			db_bind_str(&q, 3, value);
			if (db_row(&q)) c->items[kept++] = c->items[j];
			code = db_done(&q, e);
		}
		if (code) return code;
		c->n = kept;
	}
	return ERR_OK;
}

/* Somebody who types an identifier wants that record first. */
static enum err_code named(const struct disclosing *d, const struct search_request *r, struct candidates *c, struct err *e) {
	struct disclosing as_public = *d;
	as_public.viewer = viewer_public;
	int64_t id;
	enum err_code code = disclose_resolve(&as_public, r->query, &id, e);
	if (code) return code == ERR_NOT_FOUND ? ERR_OK : code;
	for (size_t i = 0; i < c->n; i++) {
		if (c->items[i].record != id) continue;
		c->items[i].score += 1000;
		return ERR_OK;
	}
	if (r->filters_n == 0) c->items[c->n++] = (struct candidate){id, 1000};
	return ERR_OK;
}

/* What is called just so comes before what only speaks of it. */
static enum err_code raise_exact(const struct disclosing *d, const struct search_query *q, struct candidates *c, struct err *e) {
	enum { FIRST = 60, RAISED = 100 };
	autobuf struct buf title = BUF(1 << 16);
	for (size_t i = 0; i < c->n && i < FIRST; i++) {
		struct db_query row = db_query(d->db, "SELECT headline FROM public WHERE record = $1");
		db_bind_int(&row, 1, c->items[i].record);
		buf_clear(&title);
		if (db_row(&row)) fold_words(&title, db_str(&row, 0));
		if (str_eq(str_trim(buf_str(&title)), q->words)) c->items[i].score += RAISED;
		enum err_code code = db_done(&row, e);
		if (code) return code;
	}
	if (c->n) qsort(c->items, c->n, sizeof *c->items, by_score);
	return ERR_OK;
}

static enum err_code find(const struct disclosing *d, const struct search_request *r, const struct search_query *q, struct candidates *c,
	struct err *e) {
	c->items = arena_array(d->a, 2 * RANKED + 1, sizeof *c->items);
	if (!c->items) return err_set(e, ERR_MEMORY, "out of memory");
	struct str expression;
	enum err_code code = search_query_fts5(d->a, q, r->filters, r->filters_n, &expression, e);
	/* A word that must not be there may stand in the text: of that the titles alone know nothing. */
	bool excludes = false;
	for (size_t i = 0; i < q->n; i++) excludes |= q->terms[i].exclude;
	if (!code && q->words.n && !excludes) code = collect(d, by_title, expression, RANKED / 2, c, e);
	if (!code) code = collect(d, by_text, expression, RANKED, c, e);
	if (code) return code;
	unique(c);
	code = narrow(d, r, c, e);
	if (!code) code = named(d, r, c, e);
	if (!code && c->n) qsort(c->items, c->n, sizeof *c->items, by_score);
	if (!code && q->words.n) code = raise_exact(d, q, c, e);
	if (c->n > RANKED) {
		c->n = RANKED;
		c->more = true;
	}
	return code;
}

/* The score becomes the moment: a double holds microseconds exactly for the next two centuries. */
static enum err_code by_change(const struct disclosing *d, struct candidates *c, struct err *e) {
	for (size_t i = 0; i < c->n; i++) {
		struct db_query q = db_query(d->db, "SELECT updated FROM public WHERE record = $1");
		db_bind_int(&q, 1, c->items[i].record);
		c->items[i].score = db_row(&q) ? (double)db_int(&q, 0) : 0;
		enum err_code code = db_done(&q, e);
		if (code) return code;
	}
	if (c->n) qsort(c->items, c->n, sizeof *c->items, by_score);
	return ERR_OK;
}

/* ---- facets ---- */

struct counted {
	struct str name, value;
	int64_t n;
};

static int by_count(const void *x, const void *y) {
	const struct counted *a = *(const struct counted *const *)x, *b = *(const struct counted *const *)y;
	int c = str_cmp(a->name, b->name);
	if (!c && str_is(a->name, "year")) c = str_cmp(b->value, a->value); /* the newest, not the most frequent */
	if (!c) c = (a->n < b->n) - (a->n > b->n);
	return c ? c : str_cmp(a->value, b->value);
}

static void tally(struct arena *a, struct map *m, struct str name, struct str value) {
	char key[400];
	int n = snprintf(key, sizeof key, "%.*s\n%.*s", STR_ARG(name), STR_ARG(value));
	if (n < 0 || (size_t)n >= sizeof key) return;
	struct counted *c = map_get(m, str_n(key, (size_t)n));
	if (!c) {
		struct str kept = arena_str(a, str_n(key, (size_t)n));
		void **at = map_at(m, kept);
		c = arena_new_of(a, struct counted);
		if (!at || !c) return;
		*c = (struct counted){str_sub(kept, 0, name.n), str_from(kept, name.n + 1), 0};
		*at = c;
	}
	c->n++;
}

static enum err_code facets_of(const struct disclosing *d, const struct candidates *c, struct search_result *out, struct err *e) {
	struct map m = {.arena = d->a};
	for (size_t i = 0; i < c->n; i++) {
		struct db_query q = db_query(d->db, "SELECT name, value, kind FROM facet WHERE record = $1");
		db_bind_int(&q, 1, c->items[i].record);
		bool first = true;
		while (db_row(&q)) {
			if (first) tally(d->a, &m, S("kind"), db_str(&q, 2));
			first = false;
			tally(d->a, &m, db_str(&q, 0), db_str(&q, 1));
		}
		enum err_code code = db_done(&q, e);
		if (code) return code;
	}
	struct counted **all = arena_array(d->a, m.count + 1, sizeof *all);
	struct facet_group *groups = arena_array(d->a, m.count + 1, sizeof *groups);
	if (!all || !groups) return err_set(e, ERR_MEMORY, "out of memory");
	size_t n = 0, used = 0, at = 0;
	for (struct map_slot *s; (s = map_next(&m, &at));) all[n++] = s->value;
	if (n) qsort(all, n, sizeof *all, by_count);
	for (size_t i = 0; i < n; i++) {
		struct facet_group *g = used ? &groups[used - 1] : NULL;
		if (!g || !str_eq(g->name, all[i]->name)) {
			g = &groups[used++];
			g->name = all[i]->name;
			g->values = arena_array(d->a, FACET_VALUES, sizeof *g->values);
			if (!g->values) return err_set(e, ERR_MEMORY, "out of memory");
		}
		g->distinct++;
		if (g->n < FACET_VALUES) g->values[g->n++] = (struct facet_value){all[i]->value, STR_EMPTY, all[i]->n};
	}
	const struct facet_group *kinds = NULL;
	for (size_t i = 0; i < used; i++)
		if (str_is(groups[i].name, "kind")) kinds = &groups[i];
	disclose_order_facets(d, kinds && kinds->distinct == 1 ? kind_find(d->hub->kinds, kinds->values[0].value) : NULL, groups, used);
	out->facets = groups;
	out->facets_n = used;
	return ERR_OK;
}

/* ---- snippets ---- */

/* Where the part to show begins: the first place with as many matches close together as the query has words, else with the most. What
 * is said in sentences stands first in an excerpt, so the first is the best to read. */
static bool best_window(struct arena *a, const struct search_query *q, struct str text, size_t *start) {
	enum { MATCHES = 64 };
	size_t places[MATCHES], n = 0, at = 0, from, to;
	autobuf struct buf word = BUF(1 << 12);
	while (n < MATCHES && at < text.n && fold_next(text, &at, &word, &from, &to)) {
		if (search_query_matches(a, q, buf_str(&word))) places[n++] = from;
		if (word.failed) break;
	}
	if (!n) return false;
	size_t best = 0, best_n = 0, wanted = 0;
	for (size_t i = 0; i < q->n; i++) wanted += !q->terms[i].exclude;
	for (size_t i = 0; i < n && best_n < wanted; i++) {
		size_t count = 0;
		for (size_t j = i; j < n && places[j] < places[i] + SNIPPET; j++) count++;
		if (count > best_n) {
			best = i;
			best_n = count;
		}
	}
	*start = places[best];
	return true;
}

static void part(struct snippet_part *parts, size_t *n, struct str text, bool match) {
	if (text.n && *n < SNIPPET_PARTS) parts[(*n)++] = (struct snippet_part){text, match};
}

static size_t mark_up(struct arena *a, const struct search_query *q, struct str text, struct snippet_part *parts) {
	size_t n = 0, at = 0, from, to, done = 0;
	autobuf struct buf word = BUF(1 << 12);
	while (at < text.n && n + 3 < SNIPPET_PARTS && fold_next(text, &at, &word, &from, &to)) {
		if (!search_query_matches(a, q, buf_str(&word))) continue;
		part(parts, &n, str_sub(text, done, from - done), false);
		part(parts, &n, str_sub(text, from, to - from), true);
		done = to;
	}
	part(parts, &n, str_from(text, done), false);
	return n;
}

static bool boundary(char c) {
	return c == ' ' || c == '\n' || c == '\t';
}

static struct str window(struct str text, size_t start, bool *cut_before, bool *cut_after) {
	size_t from = start > SNIPPET / 4 ? start - SNIPPET / 4 : 0;
	while (from > 0 && from < start && !boundary(text.p[from - 1])) from++;
	size_t end = from + SNIPPET < text.n ? from + SNIPPET : text.n;
	if (end < text.n) {
		size_t back = end;
		while (back > start && !boundary(text.p[back])) back--;
		if (back > start) end = back;
		else end = from + str_cut_utf8(str_from(text, from), SNIPPET).n;
	}
	*cut_before = from > 0;
	*cut_after = end < text.n;
	return str_sub(text, from, end - from);
}

static enum err_code snippet(const struct disclosing *d, const struct search_query *q, struct search_hit *hit, struct err *e) {
	struct db_query row = db_query(d->db, "SELECT excerpt FROM public WHERE record = $1");
	db_bind_int(&row, 1, hit->line.record);
	struct str text = db_row(&row) ? arena_str(d->a, db_str(&row, 0)) : STR_EMPTY;
	enum err_code code = db_done(&row, e);
	if (code) return code;
	size_t start = 0;
	if (!best_window(d->a, q, text, &start) && hit->line.summary.n) text = hit->line.summary;
	bool before, after;
	struct str part_of = window(text, start, &before, &after);
	hit->snippet = arena_array(d->a, SNIPPET_PARTS + 2, sizeof *hit->snippet);
	hit->title = arena_array(d->a, SNIPPET_PARTS, sizeof *hit->title);
	if (!hit->snippet || !hit->title) return err_set(e, ERR_MEMORY, "out of memory");
	if (before) hit->snippet[hit->snippet_n++] = (struct snippet_part){S("… "), false};
	hit->snippet_n += mark_up(d->a, q, part_of, hit->snippet + hit->snippet_n);
	if (after) hit->snippet[hit->snippet_n++] = (struct snippet_part){S(" …"), false};
	hit->title_n = mark_up(d->a, q, hit->line.headline, hit->title);
	return ERR_OK;
}

/* ---- the whole ---- */

enum err_code disclose_search(const struct disclosing *d, const struct search_request *r, struct search_result *out, struct err *e) {
	struct search_query q;
	struct candidates c = {0};
	struct search_result result = {0};
	if (r->limit < 1 || r->limit > 100) return err_set(e, ERR_INVALID, "limit: expected 1 to 100");
	if (r->offset > RANKED) return err_set(e, ERR_INVALID, "only the first %d hits can be paged through: narrow the search", RANKED);
	enum err_code code = search_query_read(d->a, r->query, &q, e);
	if (!code) code = find(d, r, &q, &c, e);
	if (!code && r->order == LIST_BY_CHANGE) code = by_change(d, &c, e);
	if (!code) code = facets_of(d, &c, &result, e);
	if (code) return code;
	result.items = arena_array(d->a, r->limit, sizeof *result.items);
	if (!result.items) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = r->offset; i < c.n && result.n < r->limit && !code; i++) {
		struct search_hit *hit = &result.items[result.n];
		struct disclosing as_public = *d;
		as_public.viewer = viewer_public;
		code = disclose_glimpse(&as_public, c.items[i].record, &hit->line, e);
		if (code == ERR_NOT_FOUND) {
			code = ERR_OK;
			continue;
		}
		hit->score = c.items[i].score;
		if (!code) code = snippet(d, &q, hit, e);
		result.n++;
	}
	if (!code && arena_failed(d->a)) code = err_set(e, ERR_MEMORY, "the result is too large");
	if (code) return code;
	result.total = (int64_t)c.n;
	result.at_least = c.more;
	result.words = q.words;
	*out = result;
	return ERR_OK;
}
