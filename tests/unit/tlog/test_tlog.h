/* What the tests of lib/tlog share: a log in memory, whose bytes a test may change; hashes of a tree by the definition; repeatable chance. */
#pragma once
#include "lib/tlog/builder.h"
#include "lib/tlog/proof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static inline void assert_hash(struct sha256 have, struct sha256 want) {
	assert_memory_equal(have.byte, want.byte, SHA256_SIZE);
}
static inline void assert_hex(struct sha256 have, const char *want) {
	char hex[SHA256_HEX];
	(void)sha256_hex(&have, hex);
	assert_string_equal(hex, want);
}
static inline void assert_text(struct str have, const char *want) {
	if (!str_is(have, want)) fail_msg("expected %.*s, found %.*s", STR_ARG(str_of(want)), STR_ARG(have));
}

/* xorshift64: the same in every run. */
static inline uint64_t chance(uint64_t *state) {
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Entry i of every log here. */
static inline struct str entry_of(uint64_t i, char out[32]) {
	return str_n(out, (size_t)snprintf(out, 32, "entry %llu", (unsigned long long)i));
}
static inline struct sha256 leaf_of(uint64_t i) {
	char text[32];
	return tlog_leaf_hash(entry_of(i, text));
}

/* ---- a log in memory ---- */
struct kept_file {
	struct tlog_tile tile;
	char *bytes;
	size_t n;
	int expected, read; /* how often */
};
struct memory_log {
	struct kept_file *files;
	size_t n, room, writes;
	size_t fail_at; /* the write of this number fails; 0: none does */
};

static inline struct kept_file *log_file(const struct memory_log *m, struct tlog_tile t) {
	for (size_t i = m->n; i-- > 0;)
		if (m->files[i].tile.level == t.level && m->files[i].tile.index == t.index && m->files[i].tile.width == t.width) return &m->files[i];
	return NULL;
}

static inline enum err_code memory_write(void *ctx, struct tlog_tile t, struct str bytes, struct err *e) {
	struct memory_log *m = ctx;
	if (++m->writes == m->fail_at) return err_set(e, ERR_STORAGE, "the disk is full");
	assert_int_equal(tlog_tile_path(t, (char[TLOG_PATH]){0}).n > 0, 1);
	struct kept_file *f = log_file(m, t);
	if (!f) {
		if (m->n == m->room) {
			m->room = m->room ? 2 * m->room : 64;
			m->files = realloc(m->files, m->room * sizeof *m->files);
			assert_non_null(m->files);
		}
		f = &m->files[m->n++];
		*f = (struct kept_file){.tile = t};
	}
	free(f->bytes);
	f->n = bytes.n;
	f->bytes = malloc(bytes.n ? bytes.n : 1);
	assert_non_null(f->bytes);
	if (bytes.n) memcpy(f->bytes, bytes.p, bytes.n);
	return ERR_OK;
}

static inline enum err_code memory_read(void *ctx, struct tlog_tile t, struct buf *to, struct err *e) {
	struct kept_file *f = log_file(ctx, t);
	char path[TLOG_PATH];
	if (!f) return err_set(e, ERR_NOT_FOUND, "there is no %s", (tlog_tile_path(t, path), path));
	f->read++;
	buf_add(to, str_n(f->bytes, f->n));
	return ERR_OK;
}
static inline void memory_expect(void *ctx, struct tlog_tile t) {
	struct kept_file *f = log_file(ctx, t);
	if (f) f->expected++;
}

static inline struct tlog_writer writer_to(struct memory_log *m) {
	return (struct tlog_writer){memory_write, m};
}
static inline struct tlog_reader reader_of(struct memory_log *m) {
	return (struct tlog_reader){memory_read, m, memory_expect};
}
static inline void log_free(struct memory_log *m) {
	for (size_t i = 0; i < m->n; i++) free(m->files[i].bytes);
	free(m->files);
	*m = (struct memory_log){0};
}

static inline struct tlog_builder *new_builder(bool bundles) {
	struct tlog_builder *b = malloc(sizeof *b);
	assert_non_null(b);
	tlog_builder_init(b, bundles);
	return b;
}
static inline void drop_builder(struct tlog_builder *b) {
	tlog_builder_free(b);
	free(b);
}
static inline void must(enum err_code code, const struct err *e) {
	if (code) fail_msg("%s: %s", err_name(code), e->message);
}

/* Adds entries up to a size, and flushes. */
static inline void grow(struct tlog_builder *b, struct memory_log *m, uint64_t size) {
	struct tlog_writer w = writer_to(m);
	struct err e;
	while (b->frontier.size < size) {
		char text[32];
		if (b->bundles) {
			must(tlog_builder_add(b, entry_of(b->frontier.size, text), &w, &e), &e);
		} else {
			struct sha256 leaf = leaf_of(b->frontier.size);
			must(tlog_builder_add_hash(b, &leaf, &w, &e), &e);
		}
	}
	must(tlog_builder_flush(b, &w, &e), &e);
}
static inline struct tlog_head make_log(struct memory_log *m, bool bundles, uint64_t size) {
	struct tlog_builder *b = new_builder(bundles);
	grow(b, m, size);
	struct tlog_head head = tlog_frontier_head(&b->frontier);
	drop_builder(b);
	return head;
}

/* ---- a tree by the definition: RFC 6962 section 2.1, MTH ---- */
struct defined_tree {
	struct sha256 *complete[24]; /* [h][i]: the i-th complete subtree of height h */
	uint64_t size;
};
static inline struct defined_tree defined_new(uint64_t size) {
	struct defined_tree d = {.size = size};
	for (unsigned h = 0; h < lengthof(d.complete) && size >> h; h++) {
		d.complete[h] = malloc((size >> h) * sizeof *d.complete[h]);
		assert_non_null(d.complete[h]);
		for (uint64_t i = 0; i < size >> h; i++)
			d.complete[h][i] = h ? tlog_node_hash(&d.complete[h - 1][2 * i], &d.complete[h - 1][2 * i + 1]) : leaf_of(i);
	}
	return d;
}
static inline void defined_free(struct defined_tree *d) {
	for (unsigned h = 0; h < lengthof(d->complete); h++) free(d->complete[h]);
}
/* k of the definition: the largest power of two below n. */
static inline uint64_t power_below(uint64_t n) {
	uint64_t k = 1;
	while (2 * k < n) k *= 2;
	return k;
}
static inline struct sha256 defined_hash(const struct defined_tree *d, uint64_t from, uint64_t to) {
	uint64_t n = to - from;
	if (!n) return tlog_empty_root();
	if (!(n & (n - 1)) && from % n == 0) return d->complete[__builtin_ctzll(n)][from / n];
	uint64_t k = power_below(n);
	struct sha256 left = defined_hash(d, from, from + k), right = defined_hash(d, from + k, to);
	return tlog_node_hash(&left, &right);
}
static inline struct tlog_head defined_head(const struct defined_tree *d, uint64_t size) {
	return (struct tlog_head){size, defined_hash(d, 0, size)};
}
/* PATH(m, D[n]) of section 2.1.1 for the leaves from … to. */
static inline void defined_path(const struct defined_tree *d, uint64_t m, uint64_t from, uint64_t to, struct tlog_proof *p) {
	if (to - from == 1) return;
	uint64_t k = power_below(to - from);
	if (m < k) {
		defined_path(d, m, from, from + k, p);
		p->hash[p->n++] = defined_hash(d, from + k, to);
	} else {
		defined_path(d, m - k, from + k, to, p);
		p->hash[p->n++] = defined_hash(d, from, from + k);
	}
}
/* SUBPROOF(m, D[n], b) of section 2.1.2. */
static inline void defined_subproof(const struct defined_tree *d, uint64_t m, uint64_t from, uint64_t to, bool whole, struct tlog_proof *p) {
	if (m == to - from) {
		if (!whole) p->hash[p->n++] = defined_hash(d, from, to);
		return;
	}
	uint64_t k = power_below(to - from);
	if (m <= k) {
		defined_subproof(d, m, from, from + k, whole, p);
		p->hash[p->n++] = defined_hash(d, from + k, to);
	} else {
		defined_subproof(d, m - k, from + k, to, false, p);
		p->hash[p->n++] = defined_hash(d, from, from + k);
	}
}
