/* Trees and proofs, held against the definitions of RFC 6962. */
#include "test_tlog.h"

/* The leaves and roots that implementations of certificate transparency test with. */
static const struct str known_leaves[] = {S_INIT(""), S_INIT("\0"), S_INIT("\x10"), S_INIT("\x20\x21"), S_INIT("\x30\x31"), S_INIT("\x40\x41\x42\x43"),
	S_INIT("\x50\x51\x52\x53\x54\x55\x56\x57"), S_INIT("\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f")};
static const char *const known_roots[] = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

static void known_trees_have_their_roots(void **unused) {
	(void)unused;
	struct tlog_frontier f;
	struct sha256 leaves[lengthof(known_leaves)];
	f.size = 0;
	for (size_t n = 0; n < lengthof(known_roots); n++) {
		assert_hex(tlog_frontier_root(&f), known_roots[n]);
		assert_hex(tlog_root(leaves, n), known_roots[n]);
		if (n == lengthof(known_leaves)) break;
		leaves[n] = tlog_leaf_hash(known_leaves[n]);
		tlog_append(&f, &leaves[n]);
	}
}

static void an_entry_is_no_node(void **unused) {
	(void)unused;
	struct sha256 a = leaf_of(0), b = leaf_of(1), both[2] = {a, b}, node = tlog_node_hash(&a, &b), leaf = tlog_leaf_hash(str_n(both, sizeof both));
	assert_false(tlog_hash_eq(&node, &leaf));
}

enum { SIZES = 600 };

static void every_root_is_that_of_the_definition(void **unused) {
	(void)unused;
	struct defined_tree d = defined_new(SIZES);
	struct tlog_frontier f;
	f.size = 0;
	for (uint64_t size = 0; size <= SIZES; size++) {
		struct tlog_head head = tlog_frontier_head(&f);
		assert_int_equal(head.size, size);
		assert_hash(head.root, defined_hash(&d, 0, size));
		struct sha256 leaf = leaf_of(size);
		tlog_append(&f, &leaf);
	}
	defined_free(&d);
}

static void assert_proof(const struct tlog_proof *have, const struct tlog_proof *want) {
	assert_int_equal(have->n, want->n);
	if (want->n) assert_memory_equal(have->hash, want->hash, want->n * sizeof *want->hash);
}

/* The tiles of the largest tree serve the smaller ones: a reader gives the beginning of a tile that is wider now. */
static enum err_code read_beginning(void *ctx, struct tlog_tile t, struct buf *to, struct err *e) {
	struct memory_log *m = ctx;
	for (size_t i = 0; i < m->n; i++) {
		const struct kept_file *f = &m->files[i];
		if (f->tile.level != t.level || f->tile.index != t.index || f->tile.width < t.width) continue;
		buf_add(to, str_n(f->bytes, t.width * SHA256_SIZE));
		return ERR_OK;
	}
	return err_set(e, ERR_NOT_FOUND, "there is no such tile");
}

static void inclusion_of(const struct tlog_reader *r, const struct defined_tree *d, const struct tlog_head *head, uint64_t index) {
	struct tlog_proof made, want = {.n = 0};
	struct sha256 leaf;
	struct err e;
	must(tlog_prove_inclusion(r, head, index, &made, &leaf, &e), &e);
	defined_path(d, index, 0, head->size, &want);
	assert_proof(&made, &want);
	assert_hash(leaf, d->complete[0][index]);
	assert_true(tlog_verify_inclusion(head, index, &leaf, made.hash, made.n));
}

static void consistency_of(const struct tlog_reader *r, const struct defined_tree *d, const struct tlog_head *head, uint64_t old_size) {
	struct tlog_head old = defined_head(d, old_size);
	struct tlog_proof made, want = {.n = 0};
	struct sha256 root;
	struct err e;
	must(tlog_prove_consistency(r, head, old_size, &made, &root, &e), &e);
	if (old_size) defined_subproof(d, old_size, 0, head->size, true, &want);
	assert_proof(&made, &want);
	assert_hash(root, old.root);
	assert_int_equal(tlog_verify_consistency(&old, head, made.hash, made.n), old_size > 0);
}

/* Of every tree up to SIZES: the inclusion of each leaf, the consistency with each smaller tree. */
static void every_proof_of_the_definition_holds(void **unused) {
	(void)unused;
	struct defined_tree d = defined_new(SIZES);
	for (uint64_t size = 1; size <= SIZES; size++) {
		struct tlog_head head = defined_head(&d, size);
		for (uint64_t i = 0; i < size; i++) {
			struct tlog_head old = defined_head(&d, i + 1);
			struct tlog_proof path = {.n = 0}, steps = {.n = 0};
			defined_path(&d, i, 0, size, &path);
			defined_subproof(&d, i + 1, 0, size, true, &steps);
			assert_true(tlog_verify_inclusion(&head, i, &d.complete[0][i], path.hash, path.n));
			assert_true(tlog_verify_consistency(&old, &head, steps.hash, steps.n));
		}
	}
	defined_free(&d);
}

/* The same trees; where they are larger than a tile, every fifth leaf, a different fifth in each tree. */
static void every_proof_that_is_made_is_that_of_the_definition(void **unused) {
	(void)unused;
	struct memory_log m = {0};
	struct defined_tree d = defined_new(SIZES);
	(void)make_log(&m, false, SIZES);
	struct tlog_reader r = {read_beginning, &m, NULL};
	for (uint64_t size = 1; size <= SIZES; size++) {
		struct tlog_head head = defined_head(&d, size);
		uint64_t step = size <= TLOG_TILE_WIDTH + 4 ? 1 : 5;
		for (uint64_t i = size % step; i < size; i += step) {
			inclusion_of(&r, &d, &head, i);
			consistency_of(&r, &d, &head, i);
		}
		consistency_of(&r, &d, &head, size);
	}
	defined_free(&d);
	log_free(&m);
}

static void proofs_in_trees_of_three_levels_are_those_of_the_definition(void **unused) {
	(void)unused;
	enum { LARGE = 150000, TRIES = 400 };
	struct memory_log m = {0};
	struct defined_tree d = defined_new(LARGE);
	(void)make_log(&m, false, LARGE);
	struct tlog_reader r = {read_beginning, &m, NULL};
	uint64_t state = 20260801;
	for (int i = 0; i < TRIES; i++) {
		struct tlog_head head = defined_head(&d, i ? 1 + chance(&state) % LARGE : 131072);
		inclusion_of(&r, &d, &head, chance(&state) % head.size);
		consistency_of(&r, &d, &head, chance(&state) % (head.size + 1));
	}
	defined_free(&d);
	log_free(&m);
}

/* Each bit of leaf, root and hashes; index and size by one; a hash too many or too few. */
static void a_changed_inclusion_proof_does_not_hold(void **unused) {
	(void)unused;
	struct defined_tree d = defined_new(100);
	for (uint64_t size = 1; size <= 100; size += 9)
		for (uint64_t index = 0; index < size; index += 3) {
			struct tlog_head head = defined_head(&d, size);
			struct sha256 leaf = d.complete[0][index];
			struct tlog_proof p = {.n = 0};
			defined_path(&d, index, 0, size, &p);
			unsigned char *changed[] = {leaf.byte, head.root.byte, p.hash[0].byte};
			size_t bytes[] = {SHA256_SIZE, SHA256_SIZE, p.n * SHA256_SIZE};
			for (size_t part = 0; part < lengthof(changed); part++)
				for (size_t bit = 0; bit < 8 * bytes[part]; bit++) {
					changed[part][bit / 8] ^= (unsigned char)(1 << bit % 8);
					assert_false(tlog_verify_inclusion(&head, index, &leaf, p.hash, p.n));
					changed[part][bit / 8] ^= (unsigned char)(1 << bit % 8);
				}
			assert_true(tlog_verify_inclusion(&head, index, &leaf, p.hash, p.n));
			assert_false(tlog_verify_inclusion(&head, index + 1, &leaf, p.hash, p.n));
			assert_false(tlog_verify_inclusion(&head, index - 1, &leaf, p.hash, p.n));
			p.hash[p.n] = leaf;
			assert_false(tlog_verify_inclusion(&head, index, &leaf, p.hash, p.n + 1));
			if (p.n) assert_false(tlog_verify_inclusion(&head, index, &leaf, p.hash, p.n - 1));
			if (p.n) assert_false(tlog_verify_inclusion(&head, index, &leaf, p.hash + 1, p.n - 1));
		}
	defined_free(&d);
}

static void a_changed_consistency_proof_does_not_hold(void **unused) {
	(void)unused;
	struct defined_tree d = defined_new(100);
	for (uint64_t size = 1; size <= 100; size += 9)
		for (uint64_t old_size = 1; old_size <= size; old_size += 3) {
			struct tlog_head old = defined_head(&d, old_size), head = defined_head(&d, size);
			struct tlog_proof p = {.n = 0};
			defined_subproof(&d, old_size, 0, size, true, &p);
			unsigned char *changed[] = {old.root.byte, head.root.byte, p.hash[0].byte};
			size_t bytes[] = {SHA256_SIZE, SHA256_SIZE, p.n * SHA256_SIZE};
			for (size_t part = 0; part < lengthof(changed); part++)
				for (size_t bit = 0; bit < 8 * bytes[part]; bit++) {
					changed[part][bit / 8] ^= (unsigned char)(1 << bit % 8);
					assert_false(tlog_verify_consistency(&old, &head, p.hash, p.n));
					changed[part][bit / 8] ^= (unsigned char)(1 << bit % 8);
				}
			assert_true(tlog_verify_consistency(&old, &head, p.hash, p.n));
			p.hash[p.n] = head.root;
			assert_false(tlog_verify_consistency(&old, &head, p.hash, p.n + 1));
			if (p.n) assert_false(tlog_verify_consistency(&old, &head, p.hash, p.n - 1));
			if (old_size < size) assert_false(tlog_verify_consistency(&head, &old, p.hash, p.n));
		}
	defined_free(&d);
}

static void the_empty_tree_proves_nothing(void **unused) {
	(void)unused;
	struct tlog_head none = {0, tlog_empty_root()}, one = {1, leaf_of(0)};
	assert_false(tlog_verify_consistency(&none, &one, NULL, 0));
	assert_false(tlog_verify_consistency(&none, &none, NULL, 0));
	assert_false(tlog_verify_inclusion(&none, 0, &one.root, NULL, 0));
}

static void sizes_beyond_the_largest_tree_do_not_hold(void **unused) {
	(void)unused;
	struct tlog_head head = {TLOG_SIZE_MOST + 1, leaf_of(0)}, old = {1, leaf_of(0)};
	struct sha256 hashes[64] = {0};
	struct tlog_proof p;
	struct memory_log m = {0};
	struct tlog_reader r = reader_of(&m);
	assert_false(tlog_verify_inclusion(&head, 0, &old.root, hashes, 64));
	assert_false(tlog_verify_consistency(&old, &head, hashes, 64));
	assert_int_equal(tlog_prove_inclusion(&r, &head, 0, &p, NULL, NULL), ERR_INVALID);
	assert_int_equal(tlog_prove_consistency(&r, &head, 1, &p, NULL, NULL), ERR_INVALID);
}

static void a_proof_of_what_the_tree_does_not_have_is_refused(void **unused) {
	(void)unused;
	struct memory_log m = {0};
	struct tlog_proof p;
	struct tlog_head head = make_log(&m, false, 10);
	struct tlog_reader r = reader_of(&m);
	assert_int_equal(tlog_prove_inclusion(&r, &head, 10, &p, NULL, NULL), ERR_INVALID);
	assert_int_equal(tlog_prove_consistency(&r, &head, 11, &p, NULL, NULL), ERR_INVALID);
	log_free(&m);
}

static void the_reader_is_told_of_each_tile_before_any_is_read(void **unused) {
	(void)unused;
	struct memory_log m = {0};
	struct tlog_head head = make_log(&m, false, 70000);
	struct tlog_reader r = reader_of(&m);
	struct tlog_proof p;
	for (uint64_t i = 0; i < head.size; i += 997) {
		for (size_t f = 0; f < m.n; f++) m.files[f].expected = m.files[f].read = 0;
		assert_int_equal(tlog_prove_inclusion(&r, &head, i, &p, NULL, NULL), ERR_OK);
		for (size_t f = 0; f < m.n; f++) assert_int_equal(m.files[f].expected > 0, m.files[f].read > 0);
	}
	/* One that is read is told of once or, where the way down comes back to it, twice. */
	for (size_t f = 0; f < m.n; f++) assert_in_range(m.files[f].expected, 0, 2);
	log_free(&m);
}

/* Whichever hash is damaged: a proof that needs it is not given out. */
static void a_damaged_tile_gives_no_proof(void **unused) {
	(void)unused;
	struct memory_log m = {0};
	struct tlog_head head = make_log(&m, false, 300);
	struct tlog_reader r = reader_of(&m);
	struct tlog_proof p;
	struct err e;
	size_t refused = 0;
	for (size_t f = 0; f < m.n; f++)
		for (size_t byte = 0; byte < m.files[f].n; byte += SHA256_SIZE) {
			m.files[f].bytes[byte] ^= 1;
			for (uint64_t i = 0; i < 300; i += 37) {
				enum err_code code = tlog_prove_inclusion(&r, &head, i, &p, NULL, &e);
				if (code) refused++;
				if (code) assert_int_equal(code, ERR_CORRUPT);
			}
			m.files[f].bytes[byte] ^= 1;
		}
	assert_true(refused > 1000);
	for (unsigned width = 1; width <= 2; width++) {
		m.files[0].n = SHA256_SIZE * width - width % 2;
		assert_int_equal(tlog_prove_inclusion(&r, &head, 0, &p, NULL, &e), ERR_CORRUPT);
	}
	m.n = 0;
	assert_int_equal(tlog_prove_inclusion(&r, &head, 0, &p, NULL, &e), ERR_NOT_FOUND);
	m.n = 3;
	log_free(&m);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_trees_have_their_roots),
		cmocka_unit_test(an_entry_is_no_node),
		cmocka_unit_test(every_root_is_that_of_the_definition),
		cmocka_unit_test(every_proof_of_the_definition_holds),
		cmocka_unit_test(every_proof_that_is_made_is_that_of_the_definition),
		cmocka_unit_test(proofs_in_trees_of_three_levels_are_those_of_the_definition),
		cmocka_unit_test(a_changed_inclusion_proof_does_not_hold),
		cmocka_unit_test(a_changed_consistency_proof_does_not_hold),
		cmocka_unit_test(the_empty_tree_proves_nothing),
		cmocka_unit_test(sizes_beyond_the_largest_tree_do_not_hold),
		cmocka_unit_test(a_proof_of_what_the_tree_does_not_have_is_refused),
		cmocka_unit_test(the_reader_is_told_of_each_tile_before_any_is_read),
		cmocka_unit_test(a_damaged_tile_gives_no_proof),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
