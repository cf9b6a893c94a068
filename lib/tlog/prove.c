#include "proof.h"

/* A proof walks down one path and looks at the tree's right edge, so two tiles of a level are all that it goes back to. */
enum { KEPT = 2 };

struct kept {
	struct buf bytes;
	const struct sha256 *hashes; /* NULL: nothing is kept here */
	bool expected;               /* the reader was told of it */
	uint64_t index;
};

/* A tree as its tiles tell it. */
struct tree {
	const struct tlog_reader *reader;
	uint64_t size;
	struct kept kept[TLOG_LEVELS][KEPT];
	int next[TLOG_LEVELS]; /* which of the two goes next */
	bool expecting;        /* the reader is only told what will be read */
	struct err *e;
};

static struct tree *tree_new(const struct tlog_reader *r, uint64_t size, struct err *e) {
	struct tree *t = size > TLOG_SIZE_MOST ? NULL : calloc(1, sizeof *t);
	if (!t) return NULL;
	t->reader = r;
	t->size = size;
	t->e = e;
	for (int level = 0; level < TLOG_LEVELS; level++)
		for (int i = 0; i < KEPT; i++) t->kept[level][i].bytes = BUF(TLOG_TILE_BYTES);
	return t;
}

static enum err_code no_tree(uint64_t size, struct err *e) {
	return size > TLOG_SIZE_MOST ? err_set(e, ERR_INVALID, "no tree has that many leaves") : err_set(e, ERR_MEMORY, "out of memory");
}

static void tree_free(struct tree **to) {
	struct tree *t = *to;
	if (!t) return;
	for (int level = 0; level < TLOG_LEVELS; level++)
		for (int i = 0; i < KEPT; i++) buf_free(&t->kept[level][i].bytes);
	free(t);
}

/* Each tile once: that the same is asked for again after another of its level costs nothing but the call. */
static void expect_tile(struct tree *t, int level, uint64_t index) {
	struct kept *k = &t->kept[level][0];
	if (k->expected && k->index == index) return;
	k->expected = true;
	k->index = index;
	t->reader->expect(t->reader->ctx, (struct tlog_tile){level, tlog_tile_width(level, index, t->size), index});
}

static enum err_code tile_at(struct tree *t, int level, uint64_t index, const struct sha256 **out) {
	for (int i = 0; i < KEPT; i++) {
		struct kept *k = &t->kept[level][i];
		if (!k->hashes || k->index != index) continue;
		t->next[level] = !i;
		*out = k->hashes;
		return ERR_OK;
	}
	struct kept *k = &t->kept[level][t->next[level]];
	t->next[level] = !t->next[level];
	k->hashes = NULL;
	k->index = index;
	struct tlog_tile tile = {level, tlog_tile_width(level, index, t->size), index};
	enum err_code code = tlog_read_tile(t->reader, tile, &k->bytes, &k->hashes, t->e);
	if (!code) *out = k->hashes;
	return code;
}

/* The hash of a complete subtree: the index-th of its height. */
static enum err_code node_at(struct tree *t, unsigned height, uint64_t index, struct sha256 *out) {
	unsigned level = height / 8, above = height % 8; /* 2^above hashes of the tile are under it */
	uint64_t first = index << above;
	const struct sha256 *hashes;
	if (t->expecting) return expect_tile(t, (int)level, first / TLOG_TILE_WIDTH), ERR_OK;
	enum err_code code = tile_at(t, (int)level, first / TLOG_TILE_WIDTH, &hashes);
	if (!code) *out = tlog_root(hashes + first % TLOG_TILE_WIDTH, (size_t)1 << above);
	return code;
}

/* The hash of the leaves from `from` up to `to`, as one tree. `from` is a multiple of a power of two that is at least as large as the range. */
static enum err_code range_hash(struct tree *t, uint64_t from, uint64_t to, struct sha256 *out) {
	uint64_t left = to - from;
	struct sha256 hash = {{0}};
	bool some = false;
	for (unsigned height = 0; left; height++) {
		struct sha256 part;
		if (!(left >> height & 1)) continue;
		left -= (uint64_t)1 << height;
		enum err_code code = node_at(t, height, (from + left) >> height, &part);
		if (code) return code;
		if (t->expecting) continue;
		hash = some ? tlog_node_hash(&part, &hash) : part;
		some = true;
	}
	*out = some ? hash : tlog_empty_root();
	return ERR_OK;
}

/* The largest power of two below n; n is at least 2. */
static uint64_t split(uint64_t n) {
	return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

static enum err_code add(struct tree *t, uint64_t from, uint64_t to, struct tlog_proof *p) {
	if (p->n == TLOG_PROOF_HASHES) return err_set(t->e, ERR_INTERNAL, "a proof grew too long");
	return range_hash(t, from, to, &p->hash[p->n++]);
}

/* Both recursions of the RFC go down from the root; a proof is written from the bottom up. */
static void turn_round(struct tlog_proof *p) {
	for (size_t i = 0; i < p->n / 2; i++) {
		struct sha256 hash = p->hash[i];
		p->hash[i] = p->hash[p->n - 1 - i];
		p->hash[p->n - 1 - i] = hash;
	}
}

/* PATH(m, D[n]) of RFC 6962 section 2.1.1. */
static enum err_code inclusion(struct tree *t, uint64_t index, struct tlog_proof *p) {
	uint64_t from = 0, to = t->size;
	enum err_code code = ERR_OK;
	while (!code && to - from > 1) {
		uint64_t middle = from + split(to - from);
		if (index < middle) {
			code = add(t, middle, to, p);
			to = middle;
		} else {
			code = add(t, from, middle, p);
			from = middle;
		}
	}
	turn_round(p);
	return code;
}

static enum err_code leaf_and_path(struct tree *t, uint64_t index, struct sha256 *leaf, struct tlog_proof *p) {
	p->n = 0;
	enum err_code code = node_at(t, 0, index, leaf);
	return code ? code : inclusion(t, index, p);
}

/* PROOF(m, D[n]) of RFC 6962 section 2.1.2. */
static enum err_code consistency(struct tree *t, uint64_t old_size, struct tlog_proof *p) {
	uint64_t from = 0, to = t->size;
	bool whole = true; /* the old tree's subtree is the whole old tree: b of the RFC */
	enum err_code code = ERR_OK;
	while (!code && to != old_size) {
		uint64_t middle = from + split(to - from);
		if (old_size <= middle) {
			code = add(t, middle, to, p);
			to = middle;
		} else {
			code = add(t, from, middle, p);
			from = middle;
			whole = false;
		}
	}
	if (!code && !whole) code = add(t, from, to, p);
	turn_round(p);
	return code;
}

static enum err_code astray(struct err *e) {
	return err_set(e, ERR_CORRUPT, "the log's tiles don't lead to the root of its head");
}

enum err_code tlog_prove_inclusion(
	const struct tlog_reader *r, const struct tlog_head *head, uint64_t index, struct tlog_proof *out, struct sha256 *leaf, struct err *e) {
	struct tlog_proof p = {.n = 0};
	struct sha256 hash;
	if (index >= head->size)
		return err_set(e, ERR_INVALID, "a tree of %llu leaves has no leaf %llu", (unsigned long long)head->size, (unsigned long long)index);
	scoped(tree_free) struct tree *t = tree_new(r, head->size, e);
	if (!t) return no_tree(head->size, e);
	t->expecting = r->expect != NULL;
	enum err_code code = leaf_and_path(t, index, &hash, &p);
	if (t->expecting) {
		t->expecting = false;
		code = leaf_and_path(t, index, &hash, &p);
	}
	if (!code && !tlog_verify_inclusion(head, index, &hash, p.hash, p.n)) code = astray(e);
	if (code) return code;
	*out = p;
	if (leaf) *leaf = hash;
	return ERR_OK;
}

enum err_code tlog_prove_consistency(
	const struct tlog_reader *r, const struct tlog_head *head, uint64_t old_size, struct tlog_proof *out, struct sha256 *old_root, struct err *e) {
	struct tlog_proof p = {.n = 0};
	struct tlog_head old = {.size = old_size};
	if (old_size > head->size)
		return err_set(e, ERR_INVALID, "a tree of %llu leaves never had %llu", (unsigned long long)head->size, (unsigned long long)old_size);
	scoped(tree_free) struct tree *t = tree_new(r, head->size, e);
	if (!t) return no_tree(head->size, e);
	enum err_code code = range_hash(t, 0, old_size, &old.root);
	if (!code && old_size) code = consistency(t, old_size, &p);
	if (!code && old_size && !tlog_verify_consistency(&old, head, p.hash, p.n)) code = astray(e);
	if (code) return code;
	*out = p;
	if (old_root) *old_root = old.root;
	return ERR_OK;
}
