/* Measures the engine: searches and reads in a hub of a given size, made from the real records that are in it.
 *
 *     bench_hub fill HUB N     copies what is public, with words of other records mixed in, until there are N public records
 *     bench_hub search HUB     one- and two-word queries over words from the most common to the rarest
 *     bench_hub read HUB       reads by identifier
 *
 * Prints one JSON object; times in microseconds, with three places. */
#include <time.h>

#include "hub/change.h"
#include "hub/fold.h"
#include "hub/search.h"

enum { CAP = 1 << 30, WORDS = 400000, SAMPLES = 4000, BATCH = 500 };

static struct err e;

static void die(void) {
	fprintf(stderr, "bench_hub: %s (%s)\n", e.message, e.detail);
	exit(3);
}

/* Small and repeatable: xorshift64*. */
static uint64_t state = 0x9E3779B97F4A7C15;
static uint64_t draw(uint64_t below) {
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * 0x2545F4914F6CDD1D >> 11) % below;
}

struct sample {
	struct str uid, kind;
	const struct json *body;
	struct change_link links[8];
	size_t links_n;
};

static int64_t count_public(struct hub *h, struct db *db, struct arena *a) {
	struct disclosing d = {h, db, viewer_public, a};
	struct facet_group *g;
	size_t n;
	int64_t all = 0;
	if (disclose_facets(&d, NULL, &g, &n, &e)) die();
	for (size_t i = 0; i < g->n; i++) all += g->values[i].n;
	return all;
}

static size_t take_samples(struct hub *h, struct db *db, struct arena *a, struct sample *out, size_t max) {
	static const char *const kinds[] = {"advisory", "report", "incident"};
	struct disclosing d = {h, db, viewer_public, a};
	size_t n = 0;
	for (size_t k = 0; k < lengthof(kinds); k++) {
		struct list_request request = {.kind = kind_find(h->kinds, str_of(kinds[k])), .limit = 200};
		size_t of_kind = 0;
		do {
			struct listed list;
			if (disclose_list(&d, &request, &list, &e)) die();
			for (size_t i = 0; i < list.n && n < max; i++, of_kind++) {
				struct disclosed r;
				struct disclosed_links *links;
				size_t links_n;
				if (disclose_record(&d, list.items[i].uid, &r, &e) || disclose_links(&d, &r, 4, &links, &links_n, &e)) die();
				struct sample *s = &out[n++];
				*s = (struct sample){.uid = r.line.uid, .kind = r.line.kind->name, .body = json_with(a, json_with(a, r.body, S("aliases"), NULL), S("source"), NULL)};
				for (size_t j = 0; j < links_n; j++)
					for (size_t m = 0; !links[j].inverse && m < links[j].n && s->links_n < lengthof(s->links); m++)
						s->links[s->links_n++] = (struct change_link){links[j].rel, links[j].items[m].uid};
			}
			request.cursor = list.next;
		} while (request.cursor.n && n < max && of_kind < max / 3 + 200);
	}
	return n;
}

static void fill(struct hub *h, struct db *db, int64_t wanted) {
	struct arena *kept = arena_new(CAP);
	if (!kept) exit(3);
	struct sample *samples = arena_array(kept, SAMPLES, sizeof *samples);
	size_t n = take_samples(h, db, kept, samples, SAMPLES);
	int64_t have = count_public(h, db, kept), began = stopwatch(), first = have;
	if (!n) {
		fprintf(stderr, "bench_hub: there is nothing to copy; import something first\n");
		exit(2);
	}
	while (have < wanted) {
		autoarena struct arena *a = arena_new(CAP);
		struct prepared *list[BATCH];
		static struct change_result results[BATCH];
		size_t m = 0;
		for (; m < BATCH && have < wanted; m++, have++) {
			const struct sample *s = &samples[draw(n)], *other = &samples[draw(n)];
			struct change *c = arena_new_of(a, struct change);
			if (!c) exit(3);
			/* A title of its own, so that titles are as varied as in life. */
			struct str title = arena_fmt(a, "%.*s: %.*s %llu", STR_ARG(str_cut_utf8(json_get_str(other->body, S("title")), 80)),
				STR_ARG(str_cut_utf8(json_get_str(s->body, S("title")), 80)), (unsigned long long)draw(1000000));
			*c = (struct change){.op = CHANGE_CREATE, .actor = actor_operator, .kind = s->kind, .imported = true, .links = s->links,
				.links_n = s->links_n, .body = json_with(a, s->body, S("title"), json_str(a, title))};
			if (change_prepare(h, db, c, a, &list[m], &e)) die();
		}
		if (change_commit(h, list, m, results, &e)) die();
		for (size_t i = 0; i < m; i++)
			if (results[i].code) {
				e = results[i].err;
				die();
			}
	}
	double seconds = (double)(stopwatch() - began) / SECOND;
	printf("{\"records\": %lld, \"made\": %lld, \"seconds\": %.2f}\n", (long long)have, (long long)(have - first), seconds);
	arena_free(kept);
}

static int by_value(const void *x, const void *y) {
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return (a > b) - (a < b);
}

/* Nanoseconds: a read takes some twenty microseconds, and ratios are taken of them. */
static int64_t nanoseconds(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void tell(const char *name, int64_t *times, size_t n, const char *end) {
	qsort(times, n, sizeof *times, by_value);
	printf("\"%s\": {\"n\": %zu, \"median\": %.3f, \"p99\": %.3f, \"max\": %.3f}%s", name, n, (double)times[n / 2] / 1000,
		(double)times[n * 99 / 100] / 1000, (double)times[n - 1] / 1000, end);
}

struct word {
	struct str text;
	int64_t n;
};

static int by_count(const void *x, const void *y) {
	const struct word *a = x, *b = y;
	return (a->n < b->n) - (a->n > b->n);
}

/* Words of titles and summaries of what the lists show, most common first. */
static size_t vocabulary(struct hub *h, struct db *db, struct arena *a, struct word *out, size_t max) {
	struct disclosing d = {h, db, viewer_public, a};
	struct list_request request = {.limit = 200};
	struct map seen = {.arena = a};
	size_t n = 0, read = 0;
	autobuf struct buf folded = BUF(1 << 20);
	do {
		struct listed list;
		if (disclose_list(&d, &request, &list, &e)) die();
		for (size_t i = 0; i < list.n; i++, read++) {
			struct disclosed r;
			if (disclose_record(&d, list.items[i].uid, &r, &e)) die();
			buf_clear(&folded);
			fold_words(&folded, r.line.headline);
			fold_words(&folded, json_get_str(r.body, S("description")));
			struct str rest = buf_str(&folded), word;
			while (str_split(&rest, ' ', &word)) {
				if (word.n < 2) continue;
				struct word *w = map_get(&seen, word);
				if (!w && n < max) {
					struct str kept = arena_str(a, word);
					w = &out[n++];
					*w = (struct word){kept, 0};
					void **at = map_at(&seen, kept);
					if (!at) exit(3);
					*at = w;
				}
				if (w) w->n++;
			}
		}
		request.cursor = list.next;
	} while (request.cursor.n && read < 5000);
	struct word *sorted = out;
	qsort(sorted, n, sizeof *sorted, by_count);
	return n;
}

static void one_search(struct hub *h, struct db *db, struct arena *a, struct str query, int64_t *time, int64_t *hits) {
	arena_clear(a);
	struct disclosing d = {h, db, viewer_public, a};
	struct search_request request = {.query = query, .limit = 20};
	struct search_result result;
	int64_t began = nanoseconds();
	if (disclose_search(&d, &request, &result, &e)) die();
	*time = nanoseconds() - began;
	*hits += result.total;
}

static void search(struct hub *h, struct db *db) {
	enum { N = 1500 };
	struct arena *kept = arena_new(CAP), *a = arena_new(CAP);
	if (!kept || !a) exit(3);
	struct word *words = arena_array(kept, WORDS, sizeof *words);
	static int64_t common[N], one[N], two[N], prefix[N];
	int64_t hits = 0;
	size_t n = vocabulary(h, db, kept, words, WORDS);
	/* The first few hundred warm the page cache, as a running server has it. */
	for (size_t i = 0; i < 300; i++) one_search(h, db, a, words[draw(n)].text, &one[0], &hits);
	hits = 0;
	for (size_t i = 0; i < N; i++) {
		size_t top = n < 100 ? n : 100;
		struct str first = words[draw(top)].text, any = words[draw(draw(n) + 1)].text, second = words[draw(draw(n) + 1)].text;
		struct str pair = arena_fmt(kept, "%.*s %.*s", STR_ARG(i % 3 ? any : first), STR_ARG(i % 2 ? second : first));
		one_search(h, db, a, first, &common[i], &hits);
		one_search(h, db, a, any, &one[i], &hits);
		one_search(h, db, a, pair, &two[i], &hits);
		one_search(h, db, a, arena_fmt(kept, "%.*s*", STR_ARG(str_cut_utf8(any, 3))), &prefix[i], &hits);
	}
	printf("{\"records\": %lld, \"words\": %zu, \"hits\": %lld, ", (long long)count_public(h, db, kept), n, (long long)hits);
	tell("one_of_the_100_commonest", common, N, ", ");
	tell("one_word", one, N, ", ");
	tell("two_words", two, N, ", ");
	tell("prefix_of_three", prefix, N, "}\n");
	arena_free(a);
	arena_free(kept);
}

static void read_records(struct hub *h, struct db *db) {
	enum { N = 20000 };
	struct arena *kept = arena_new(CAP), *a = arena_new(CAP);
	if (!kept || !a) exit(3);
	struct disclosing d = {h, db, viewer_public, kept};
	struct list_request request = {.limit = 200};
	static struct str uids[N];
	static int64_t alone[N], whole[N];
	size_t n = 0;
	do {
		struct listed list;
		if (disclose_list(&d, &request, &list, &e)) die();
		for (size_t i = 0; i < list.n && n < N; i++) uids[n++] = list.items[i].uid;
		request.cursor = list.next;
	} while (request.cursor.n && n < N);
	d.a = a;
	for (size_t i = 0; i < N; i++) {
		struct disclosed r;
		struct disclosed_links *links;
		size_t links_n;
		struct str uid = uids[draw(n)];
		arena_clear(a);
		int64_t began = nanoseconds();
		if (disclose_record(&d, uid, &r, &e)) die();
		alone[i] = nanoseconds() - began;
		if (disclose_links(&d, &r, 20, &links, &links_n, &e)) die();
		whole[i] = nanoseconds() - began;
	}
	printf("{\"records\": %lld, ", (long long)count_public(h, db, kept));
	tell("record", alone, N, ", ");
	tell("record_and_links", whole, N, "}\n");
	arena_free(a);
	arena_free(kept);
}

int main(int argc, char **argv) {
	struct hub *h;
	struct db *db;
	if (argc < 3) {
		fprintf(stderr, "bench_hub fill HUB N | search HUB | read HUB\n");
		return 2;
	}
	if (hub_open(&h, argv[2], &e) || hub_reader(h, &db, &e)) die();
	int64_t wanted = 0;
	if (strcmp(argv[1], "fill") == 0 && argc == 4 && str_int(str_of(argv[3]), &wanted))
		fill(h, db, wanted);
	else if (strcmp(argv[1], "search") == 0)
		search(h, db);
	else if (strcmp(argv[1], "read") == 0)
		read_records(h, db);
	db_close(db);
	hub_close(h);
	return 0;
}
