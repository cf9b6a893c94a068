#include "disclose_similar.h"

#include "hub/disclose_private.h"
#include "hub/fold.h"
#include "hub/search.h"

enum { WORDS = 400, TEXT = 1500, LEAST_WORDS = 8, LETTERS = 3, SYSTEMS = 20, TERMS = 40, TOLD = 6, CANDIDATE = 32 << 20 };

/* ---- what is compared ---- */

struct words {
	struct str items[WORDS];
	size_t n;
	struct map known;
};
struct traits {
	struct words text, systems[SYSTEMS], terms;
	size_t systems_n;
};

static bool is_known(const struct words *w, struct str word) {
	return map_get(&w->known, word) != NULL;
}

static void add_word(struct words *w, struct str word) {
	if (w->n == WORDS || is_known(w, word)) return;
	void **place = map_at(&w->known, word);
	if (!place) return;
	w->items[w->n] = word;
	*place = &w->items[w->n++];
}

/* English words that tell nothing apart; others' are rarer than their share in a text makes of them. */
static bool is_empty(struct str word) {
	static const char *const empty[] = {"about", "after", "again", "also", "and", "any", "are", "because", "been", "but", "can", "could", "did", "does", "for", "from", "had", "has",
		"have", "how", "into", "its", "may", "more", "not", "off", "one", "only", "other", "out", "she", "should", "some", "than", "that", "the", "their", "them", "then",
		"there", "these", "they", "this", "was", "were", "what", "when", "which", "who", "will", "with", "would", "you", "your"};
	for (size_t i = 0; i < lengthof(empty); i++)
		if (str_is(word, empty[i])) return true;
	return false;
}

static void add_words(struct arena *a, struct words *w, struct str text, size_t letters) {
	autobuf struct buf folded = BUF(4 * TEXT);
	w->known.arena = a;
	fold_words(&folded, str_cut_utf8(text, TEXT));
	struct str rest = arena_str(a, buf_str(&folded)), word;
	while (rest.n && str_split(&rest, ' ', &word))
		if (word.n && (word.n >= letters || (unsigned char)word.p[0] >= 128) && !(letters > 1 && is_empty(word))) add_word(w, word);
}

struct adding {
	struct arena *a;
	struct traits *t;
};
static void add_term(const struct json *v, void *arg) {
	struct adding *x = arg;
	struct str s = json_string(v);
	x->t->terms.known.arena = x->a;
	if (s.n && s.n < 200) add_word(&x->t->terms, s);
}
static void add_system(const struct json *v, void *arg) {
	struct adding *x = arg;
	if (x->t->systems_n < SYSTEMS && json_string(v).n) add_words(x->a, &x->t->systems[x->t->systems_n++], json_string(v), 1);
}

static void read_traits(struct arena *a, const struct json *body, struct traits *t) {
	struct adding x = {a, t};
	add_words(a, &t->text, json_get_str(body, S("title")), LETTERS);
	add_words(a, &t->text, json_get_str(body, S("summary")), LETTERS);
	add_words(a, &t->text, json_get_str(body, S("description")), LETTERS);
	kind_each(body, S("/systems/*/name"), add_system, &x);
	kind_each(body, S("/harm_types/*"), add_term, &x);
	kind_each(body, S("/weaknesses/*/id"), add_term, &x);
}

/* ---- how alike ---- */

static size_t shared(const struct words *x, const struct words *y) {
	size_t n = 0;
	for (size_t i = 0; i < x->n; i++) n += is_known(y, x->items[i]);
	return n;
}

static double word_likeness(const struct words *x, const struct words *y) {
	size_t least = x->n < y->n ? x->n : y->n;
	if (least < LEAST_WORDS) least = LEAST_WORDS;
	double likeness = (double)shared(x, y) / (double)least;
	return likeness > 1 ? 1 : likeness;
}

static double system_likeness(const struct traits *x, const struct traits *y) {
	double best = 0;
	for (size_t i = 0; i < x->systems_n; i++)
		for (size_t j = 0; j < y->systems_n; j++) {
			size_t n = shared(&x->systems[i], &y->systems[j]);
			size_t most = x->systems[i].n > y->systems[j].n ? x->systems[i].n : y->systems[j].n;
			double one = n && n == most ? 1 : most && 2 * n >= most ? 0.5 : 0;
			if (one > best) best = one;
		}
	return best;
}

static double term_likeness(const struct words *x, const struct words *y) {
	size_t both = shared(x, y), either = x->n + y->n - both;
	return either ? (double)both / (double)either : 0;
}

static struct str shared_words(struct arena *a, const struct words *x, const struct words *y) {
	autobuf struct buf out = BUF(2000);
	size_t n = 0;
	for (size_t i = 0; i < x->n && n < TOLD; i++) {
		if (x->items[i].n < 4 || !is_known(y, x->items[i])) continue;
		buf_fmt(&out, "%s%.*s", n++ ? ", " : "", STR_ARG(x->items[i]));
	}
	return arena_str(a, buf_str(&out));
}

static bool compare(struct arena *a, const struct traits *x, const struct traits *y, struct similar *out) {
	double w = word_likeness(&x->text, &y->text), s = system_likeness(x, y), h = term_likeness(&x->terms, &y->terms);
	*out = (struct similar){.likeness = 0.55 * w + 0.35 * s + 0.10 * h, .same_system = s > 0, .same_harm = h > 0};
	if (out->likeness < SIMILAR_LEAST) return false;
	out->words = shared_words(a, &x->text, &y->text);
	return true;
}

/* ---- over what there is ---- */

static void place(struct similar out[SIMILAR], size_t *n, const struct similar *one) {
	size_t at = *n;
	while (at > 0 && out[at - 1].likeness < one->likeness) at--;
	if (at >= SIMILAR) return;
	if (*n < SIMILAR) (*n)++;
	for (size_t i = *n - 1; i > at; i--) out[i] = out[i - 1];
	out[at] = *one;
}

struct candidate {
	int64_t id;
	struct str uid;
};

static enum err_code newest(const struct disclosing *d, int64_t but, struct candidate *out, size_t *n, struct err *e) {
	struct db_query q = db_query(d->db,
		"SELECT id, uid FROM record WHERE kind IN ('report', 'case', 'incident') AND state NOT IN ('draft', 'withdrawn') AND id <> $1 "
		"AND id NOT IN (SELECT target FROM link WHERE source = $1 AND rel = 'duplicate-of' UNION SELECT source FROM link WHERE target = $1 AND rel = 'duplicate-of') "
		"ORDER BY id DESC LIMIT 2000");
	db_bind_int(&q, 1, but);
	*n = 0;
	while (*n < SIMILAR_RANGE && db_row(&q)) {
		out[*n] = (struct candidate){db_int(&q, 0), arena_str(d->a, db_str(&q, 1))};
		(*n)++;
	}
	return db_done(&q, e);
}

enum err_code disclose_similar(const struct disclosing *d, const struct disclosed *r, struct similar out[SIMILAR], size_t *n, struct err *e) {
	*n = 0;
	if (!(d->viewer.roles & ROLE_COORDINATOR)) return ERR_OK;
	struct traits *mine = arena_new_of(d->a, struct traits);
	struct candidate *ids = arena_array(d->a, SIMILAR_RANGE, sizeof *ids);
	size_t ids_n;
	autoarena struct arena *own = arena_new(CANDIDATE);
	if (!mine || !ids || !own) return err_set(e, ERR_MEMORY, "out of memory");
	read_traits(d->a, r->body, mine);
	enum err_code code = newest(d, r->line.record, ids, &ids_n, e);
	for (size_t i = 0; i < ids_n && !code; i++) {
		struct disclosing each = *d;
		struct disclosed other;
		struct similar one;
		each.a = own;
		arena_clear(own);
		struct traits *theirs = arena_new_of(own, struct traits);
		if (!theirs) return err_set(e, ERR_MEMORY, "out of memory");
		struct err passed = {0};
		if (disclose_record(&each, ids[i].uid, &other, &passed)) continue; /* hidden, gone meanwhile, or of a kind that is none any more: it is not spoken of */
		read_traits(own, other.body, theirs);
		if (!compare(d->a, mine, theirs, &one)) continue;
		one.line = (struct glimpse){.record = ids[i].id};
		place(out, n, &one);
	}
	for (size_t i = 0; i < *n && !code; i++) code = disclose_glimpse(d, out[i].line.record, &out[i].line, e);
	return code;
}

/* ---- what is public, by the search index ---- */

static enum err_code add_alike(const struct disclosing *d, struct str query, struct glimpse out[ALIKE], size_t *n, struct err *e) {
	static const char *const kinds[] = {"report", "incident", "advisory"};
	for (size_t k = 0; k < lengthof(kinds) && *n < ALIKE; k++) {
		struct list_filter filter = {S("kind"), str_of(kinds[k])};
		struct search_request request = {.query = query, .filters = &filter, .filters_n = 1, .limit = ALIKE};
		struct search_result found = {0};
		enum err_code code = disclose_search(d, &request, &found, e);
		if (code == ERR_INVALID) return ERR_OK;
		if (code) return code;
		for (size_t i = 0; i < found.n && *n < ALIKE; i++) {
			bool known = false;
			for (size_t j = 0; j < *n; j++) known |= out[j].record == found.items[i].line.record;
			if (!known) out[(*n)++] = found.items[i].line;
		}
	}
	return ERR_OK;
}

/* The longest words, which tell things apart, in the order of their length. */
static struct str telling_words(struct arena *a, struct str text, size_t most) {
	struct words *all = arena_new_of(a, struct words);
	struct str best[8];
	size_t n = 0;
	autobuf struct buf out = BUF(2000);
	if (!all) return STR_EMPTY;
	add_words(a, all, text, 4);
	for (size_t i = 0; i < all->n; i++) {
		size_t at = n;
		while (at > 0 && best[at - 1].n < all->items[i].n) at--;
		if (at >= most || at >= lengthof(best)) continue;
		if (n < most && n < lengthof(best)) n++;
		for (size_t j = n - 1; j > at; j--) best[j] = best[j - 1];
		best[at] = all->items[i];
	}
	for (size_t i = 0; i < n; i++) buf_fmt(&out, "%s%.*s", i ? " " : "", STR_ARG(best[i]));
	return arena_str(a, buf_str(&out));
}

/* A title's words are rarely all in another's: the index is asked with fewer of them until enough is found. */
enum err_code disclose_alike(const struct disclosing *d, const struct json *body, struct glimpse out[ALIKE], size_t *n, struct err *e) {
	struct str title = json_get_str(body, S("title")), system = json_string(json_pointer(body, S("/systems/0/name")));
	struct str few = telling_words(d->a, title, 2), its = telling_words(d->a, system, 2);
	struct str harm = telling_words(d->a, json_string(json_pointer(body, S("/harm_types/0"))), 1);
	struct str queries[] = {
		telling_words(d->a, title, 4),
		few.n && its.n ? arena_fmt(d->a, "%.*s %.*s", STR_ARG(its), STR_ARG(few)) : STR_EMPTY,
		few,
		harm.n && its.n ? arena_fmt(d->a, "%.*s %.*s", STR_ARG(its), STR_ARG(harm)) : STR_EMPTY,
	};
	*n = 0;
	for (size_t i = 0; i < lengthof(queries) && *n < ALIKE; i++) {
		if (!queries[i].n) continue;
		enum err_code code = add_alike(d, queries[i], out, n, e);
		if (code) return code;
	}
	return arena_failed(d->a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

/* ---- what a duplicate's finder learns ---- */

enum err_code disclose_joined(const struct disclosing *d, const struct disclosed *r, const struct kind_state **out, struct err *e) {
	*out = NULL;
	if (!(r->audiences & OWNER)) return ERR_OK;
	struct db_query q = db_query(d->db,
		"SELECT t.kind, t.state FROM link l JOIN record t ON t.id = l.target WHERE l.source = $1 AND l.rel = 'duplicate-of' ORDER BY l.id LIMIT 1");
	db_bind_int(&q, 1, r->line.record);
	if (db_row(&q)) {
		const struct kind *k = kind_find(d->hub->kinds, db_str(&q, 0));
		*out = k ? kind_state(k, db_str(&q, 1)) : NULL;
	}
	return db_done(&q, e);
}
