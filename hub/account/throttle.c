#include "throttle.h"

#include <pthread.h>

#include "lib/digest/digest.h"

/* Buckets in a table of fixed size, chained by hash and in the order of their use. A key is kept as half of a SHA-256 that is salted anew in each
 * process, so that a row has one size and an address or login that somebody typed stands nowhere in memory, nor can be found by trying all of them. */
struct bucket {
	uint64_t key[2];
	double tokens;
	moment at;                  /* when tokens was true */
	uint32_t chain;             /* next of the same hash; 0 none: numbers begin with 1 */
	uint32_t newer, older;
};

struct throttle {
	pthread_mutex_t lock;
	uint32_t *heads;
	struct bucket *buckets;     /* [0] is the ring's head: newer is the oldest, older the newest */
	uint32_t size, used, mask;
	unsigned char salt[16];
};

enum err_code throttle_new(struct throttle **out, size_t entries, struct err *e) {
	struct throttle *t = calloc(1, sizeof *t);
	if (entries < 1) entries = 1;
	if (entries > 1 << 24) entries = 1 << 24;
	uint32_t slots = 1;
	while (slots < entries) slots *= 2;
	if (t) {
		t->size = (uint32_t)entries;
		t->mask = slots - 1;
		random_bytes(t->salt, sizeof t->salt);
		t->heads = calloc(slots, sizeof *t->heads);
		t->buckets = calloc(entries + 1, sizeof *t->buckets);
	}
	if (!t || !t->heads || !t->buckets || pthread_mutex_init(&t->lock, NULL) != 0) {
		if (t) free(t->heads);
		if (t) free(t->buckets);
		free(t);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	*out = t;
	return ERR_OK;
}

void throttle_free(struct throttle *t) {
	if (!t) return;
	pthread_mutex_destroy(&t->lock);
	free(t->heads);
	free(t->buckets);
	free(t);
}

static void key_of(const struct throttle *t, const struct throttle_rule *rule, struct str key, uint64_t out[2]) {
	struct str parts[] = {str_n(t->salt, sizeof t->salt), str_n(rule->name, strlen(rule->name) + 1), key};
	struct sha256 digest = sha256_parts(parts, lengthof(parts));
	memcpy(out, digest.byte, 2 * sizeof *out);
}

static void leave_ring(struct throttle *t, uint32_t i) {
	struct bucket *b = &t->buckets[i];
	t->buckets[b->newer].older = b->older;
	t->buckets[b->older].newer = b->newer;
}

static void enter_ring(struct throttle *t, uint32_t i) {
	struct bucket *b = &t->buckets[i], *head = &t->buckets[0];
	b->older = head->older;
	b->newer = 0;
	t->buckets[head->older].newer = i;
	head->older = i;
}

static uint32_t find(const struct throttle *t, const uint64_t key[2]) {
	uint32_t i = t->heads[key[0] & t->mask];
	while (i && (t->buckets[i].key[0] != key[0] || t->buckets[i].key[1] != key[1])) i = t->buckets[i].chain;
	return i;
}

static void unchain(struct throttle *t, uint32_t i) {
	uint32_t *at = &t->heads[t->buckets[i].key[0] & t->mask];
	while (*at != i) at = &t->buckets[*at].chain;
	*at = t->buckets[i].chain;
}

/* A full one under this key; the table's longest unused gives way. */
static uint32_t make(struct throttle *t, const uint64_t key[2], double burst, moment at) {
	uint32_t i;
	if (t->used < t->size) {
		i = ++t->used;
	} else {
		i = t->buckets[0].newer;
		leave_ring(t, i);
		unchain(t, i);
	}
	struct bucket *b = &t->buckets[i];
	uint32_t *head = &t->heads[key[0] & t->mask];
	*b = (struct bucket){.key = {key[0], key[1]}, .tokens = burst, .at = at, .chain = *head};
	*head = i;
	enter_ring(t, i);
	return i;
}

static double filled(const struct bucket *b, const struct throttle_rule *rule, moment at) {
	double tokens = b->tokens + (double)(at - b->at) / (double)(rule->refill > 0 ? rule->refill : 1);
	return tokens < rule->burst ? tokens : rule->burst;
}

bool throttle_take(struct throttle *t, const struct throttle_rule *rule, struct str key, moment *wait) {
	uint64_t k[2];
	key_of(t, rule, key, k);
	moment at = stopwatch();
	pthread_mutex_lock(&t->lock);
	uint32_t i = find(t, k);
	if (i) {
		leave_ring(t, i);
		enter_ring(t, i);
	} else {
		i = make(t, k, rule->burst, at);
	}
	struct bucket *b = &t->buckets[i];
	b->tokens = filled(b, rule, at);
	b->at = at;
	bool granted = b->tokens >= 1;
	if (granted) b->tokens -= 1;
	moment missing = granted ? 0 : (moment)((1 - b->tokens) * (double)rule->refill) + 1;
	pthread_mutex_unlock(&t->lock);
	if (wait) *wait = missing;
	return granted;
}

double throttle_left(struct throttle *t, const struct throttle_rule *rule, struct str key) {
	uint64_t k[2];
	key_of(t, rule, key, k);
	moment at = stopwatch();
	pthread_mutex_lock(&t->lock);
	uint32_t i = find(t, k);
	double left = i ? filled(&t->buckets[i], rule, at) : rule->burst;
	pthread_mutex_unlock(&t->lock);
	return left;
}

void throttle_forgive(struct throttle *t, const struct throttle_rule *rule, struct str key) {
	uint64_t k[2];
	key_of(t, rule, key, k);
	moment at = stopwatch();
	pthread_mutex_lock(&t->lock);
	uint32_t i = find(t, k);
	if (i) {
		double tokens = filled(&t->buckets[i], rule, at) + 1;
		t->buckets[i].tokens = tokens < rule->burst ? tokens : rule->burst;
		t->buckets[i].at = at;
	}
	pthread_mutex_unlock(&t->lock);
}
