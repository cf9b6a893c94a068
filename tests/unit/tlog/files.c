/* Proof files, and what a log and a witness say to each other. */
#include "lib/tlog/proof_file.h"
#include "lib/tlog/witness.h"
#include "signed.h"

/* ---- proof files ---- */
static struct tlog_proof_file proof_of(struct arena *a, uint64_t size, uint64_t index, const struct tlog_signer *s) {
	struct memory_log m = {0};
	struct tlog_head head = make_log(&m, false, size);
	struct tlog_reader r = reader_of(&m);
	struct tlog_proof_file f = {.index = index, .checkpoint = sign_head(a, &head, s)};
	struct err e;
	must(tlog_prove_inclusion(&r, &head, index, &f.proof, NULL, &e), &e);
	log_free(&m);
	return f;
}

static void a_proof_file_is_read_as_it_was_written_and_holds(void **state) {
	struct tlog_signer s = signer_named("example.org/log", TLOG_ED25519, 1);
	struct tlog_policy p = {.log_keys = &s.key, .log_keys_n = 1};
	const uint64_t places[][2] = {{1, 0}, {2, 1}, {15, 7}, {300, 299}, {300, 0}};
	for (size_t i = 0; i < lengthof(places); i++)
		for (int with_extra = 0; with_extra < 2; with_extra++) {
			struct tlog_proof_file f = proof_of(*state, places[i][0], places[i][1], &s), again;
			struct sha256 leaf = leaf_of(f.index), other = leaf_of(f.index + 1);
			struct str bytes, twice;
			struct err e;
			if (with_extra) f.extra = S("any \0 bytes");
			must(tlog_proof_write(*state, &f, &bytes, &e), &e);
			must(tlog_proof_parse(*state, bytes, &again, &e), &e);
			assert_true(str_eq(again.extra, f.extra));
			assert_int_equal(again.index, f.index);
			must(tlog_proof_verify(&again, &leaf, &p, NULL, &e), &e);
			assert_int_equal(tlog_proof_verify(&again, &other, &p, NULL, &e), ERR_FORBIDDEN);
			must(tlog_proof_write(*state, &again, &twice, &e), &e);
			assert_true(str_eq(bytes, twice));
		}
}

static void a_proof_file_has_the_lines_of_its_specification(void **state) {
	struct tlog_proof_file f = {.extra = S("x"), .index = 1, .proof = {.n = 1}, .checkpoint = checkpoint_of(*state, S(LOG_CHECKPOINT))};
	struct str bytes;
	assert_int_equal(tlog_proof_write(*state, &f, &bytes, NULL), ERR_OK);
	assert_text(bytes, "c2sp.org/tlog-proof@v1\nextra eA==\nindex 1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n" LOG_CHECKPOINT);
}

/* But for the extra data, which nobody vouches for. */
static void a_flipped_bit_is_found_anywhere_in_a_proof_file(void **state) {
	struct tlog_signer s = signer_named("example.org/log", TLOG_ED25519, 1);
	struct tlog_policy p = {.origin = S("example.org/log"), .log_keys = &s.key, .log_keys_n = 1};
	struct tlog_proof_file f = proof_of(*state, 15, 7, &s);
	struct sha256 leaf = leaf_of(7);
	struct str bytes;
	assert_int_equal(tlog_proof_write(*state, &f, &bytes, NULL), ERR_OK);
	char *changed = arena_raw(*state, bytes.n);
	for (size_t bit = 0; bit < 8 * bytes.n; bit++) {
		struct tlog_proof_file again;
		memcpy(changed, bytes.p, bytes.n);
		changed[bit / 8] ^= (char)(1 << bit % 8);
		if (tlog_proof_parse(*state, str_n(changed, bytes.n), &again, NULL) == ERR_OK) assert_int_equal(tlog_proof_verify(&again, &leaf, &p, NULL, NULL), ERR_FORBIDDEN);
	}
	for (size_t n = 0; n < bytes.n; n++) {
		struct tlog_proof_file again;
		assert_int_equal(tlog_proof_parse(*state, str_sub(bytes, 0, n), &again, NULL), ERR_INVALID);
	}
}

#define FIRST "c2sp.org/tlog-proof@v1\n"
#define HASH "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
static void other_spellings_of_a_proof_file_are_none(void **state) {
	static const char *const heads[] = {"", "\n", "c2sp.org/tlog-proof@v2\nindex 1\n\n", FIRST "\n", FIRST "index 01\n\n", FIRST "index -1\n\n", FIRST "index\n\n", FIRST "index 1 \n\n",
		FIRST "extra \nindex 1\n\n", FIRST "extra eA\nindex 1\n\n", FIRST "index 1\nextra eA==\n\n", FIRST "extra eA==\nextra eA==\nindex 1\n\n", FIRST "index 1\nAAAA\n\n",
		FIRST "index 1\n" HASH, FIRST "index 15\n" HASH "\n", FIRST "index 1\r\n" HASH "\n"};
	struct tlog_proof_file f;
	for (size_t i = 0; i < lengthof(heads); i++)
		if (tlog_proof_parse(*state, arena_cat(*state, str_of(heads[i]), S(LOG_CHECKPOINT)), &f, NULL) != ERR_INVALID) fail_msg("taken for a proof: %s", heads[i]);
	struct str hashes = S(FIRST "index 14\n");
	for (int i = 0; i < TLOG_PROOF_HASHES; i++) hashes = arena_cat(*state, hashes, S(HASH));
	assert_int_equal(tlog_proof_parse(*state, arena_cat(*state, hashes, S("\n" LOG_CHECKPOINT)), &f, NULL), ERR_OK);
	assert_int_equal(f.proof.n, TLOG_PROOF_HASHES);
	assert_int_equal(tlog_proof_parse(*state, arena_cat(*state, hashes, S(HASH "\n" LOG_CHECKPOINT)), &f, NULL), ERR_INVALID);
}

static void extra_data_have_a_bound(void **state) {
	struct tlog_proof_file f = {.index = 1, .checkpoint = checkpoint_of(*state, S(LOG_CHECKPOINT))}, again;
	struct str bytes;
	char *large = arena_alloc(*state, TLOG_EXTRA_BYTES + 1);
	f.extra = str_n(large, TLOG_EXTRA_BYTES);
	assert_int_equal(tlog_proof_write(*state, &f, &bytes, NULL), ERR_OK);
	assert_int_equal(tlog_proof_parse(*state, bytes, &again, NULL), ERR_OK);
	assert_int_equal(again.extra.n, TLOG_EXTRA_BYTES);
	f.extra.n++;
	assert_int_equal(tlog_proof_write(*state, &f, &bytes, NULL), ERR_TOO_LARGE);
}

/* ---- the witness ---- */
struct world {
	struct tlog_signer log, witness;
	struct memory_log tiles;
	struct tlog_head heads[41];
	struct tlog_witnessed known;
};
static struct world new_world(void) {
	struct world w = {.log = signer_named("example.org/log", TLOG_ED25519, 1), .witness = signer_named("witness", TLOG_COSIGNATURE, 2)};
	struct tlog_builder *b = new_builder(false);
	for (uint64_t size = 0; size < lengthof(w.heads); size++) {
		grow(b, &w.tiles, size);
		w.heads[size] = tlog_frontier_head(&b->frontier);
	}
	drop_builder(b);
	return w;
}
static struct tlog_witnessed *knows(struct world *w, uint64_t size) {
	w->known = (struct tlog_witnessed){.origin = w->log.key.name, .keys = &w->log.key, .keys_n = 1, .head = size ? w->heads[size] : (struct tlog_head){.size = 0}};
	return &w->known;
}
/* What the log of the world sends to get from one size to another, through its written form. */
static struct tlog_add_checkpoint request(struct arena *a, struct world *w, uint64_t from, uint64_t to) {
	struct tlog_add_checkpoint r = {.old = from, .checkpoint = sign_head(a, &w->heads[to], &w->log)}, again = {.old = 0};
	struct tlog_reader reader = reader_of(&w->tiles);
	struct str body;
	struct err e;
	must(tlog_prove_consistency(&reader, &w->heads[to], from, &r.proof, NULL, &e), &e);
	must(tlog_add_checkpoint_write(a, &r, &body, &e), &e);
	must(tlog_add_checkpoint_parse(a, body, &again, &e), &e);
	assert_int_equal(again.old, from);
	assert_int_equal(again.proof.n, r.proof.n);
	return again;
}
static struct tlog_witness_answer decided(struct arena *a, struct world *w, const struct tlog_add_checkpoint *r, const struct tlog_witnessed *known) {
	struct tlog_witness_answer answer = {.status = 0};
	struct err e;
	must(tlog_witness_decide(a, r, known, &w->witness, 1, WITNESS_TIME, &answer, &e), &e);
	return answer;
}

static void every_step_of_a_log_that_only_grows_is_cosigned(void **state) {
	struct world w = new_world();
	struct tlog_policy p = {.log_keys = &w.log.key, .log_keys_n = 1, .witnesses = &w.witness.key, .witnesses_n = 1, .quorum = 1};
	for (uint64_t from = 0; from < lengthof(w.heads); from++)
		for (uint64_t to = from; to < lengthof(w.heads); to++) {
			struct tlog_add_checkpoint r = request(*state, &w, from, to);
			struct tlog_witness_answer a = decided(*state, &w, &r, knows(&w, from));
			struct str joined;
			struct err e;
			assert_int_equal(a.status, 200);
			assert_int_equal(a.head.size, to);
			assert_hash(a.head.root, w.heads[to].root);
			must(tlog_checkpoint_join(*state, &r.checkpoint, a.body, &w.witness.key, 1, &joined, &e), &e);
			struct tlog_checkpoint c = checkpoint_of(*state, joined);
			must(tlog_checkpoint_verify(&c, &p, NULL, &e), &e);
		}
	log_free(&w.tiles);
}

static void a_witness_that_knows_another_size_says_which(void **state) {
	struct world w = new_world();
	struct tlog_add_checkpoint r = request(*state, &w, 10, 20);
	const uint64_t sizes[] = {0, 9, 11, 20, 30};
	for (size_t i = 0; i < lengthof(sizes); i++) {
		struct tlog_witness_answer a = decided(*state, &w, &r, knows(&w, sizes[i]));
		uint64_t said = 77;
		assert_int_equal(a.status, 409);
		assert_string_equal(a.content_type, TLOG_SIZE_TYPE);
		assert_true(tlog_witness_size(a.body, &said));
		assert_int_equal(said, sizes[i]);
	}
	uint64_t size;
	assert_false(tlog_witness_size(S("12"), &size));
	assert_false(tlog_witness_size(S("\n"), &size));
	assert_false(tlog_witness_size(S("012\n"), &size));
	assert_false(tlog_witness_size(STR_EMPTY, &size));
	log_free(&w.tiles);
}

static void a_history_that_was_changed_is_not_cosigned(void **state) {
	struct world w = new_world();
	struct tlog_add_checkpoint r = request(*state, &w, 10, 20), same = request(*state, &w, 10, 10), first = request(*state, &w, 0, 10);
	struct tlog_witnessed *known = knows(&w, 10);
	known->head.root.byte[31] ^= 1;
	assert_int_equal(decided(*state, &w, &r, known).status, 422);
	assert_int_equal(decided(*state, &w, &same, known).status, 409);
	for (size_t bit = 0; bit < 256 * r.proof.n; bit += 5) {
		r.proof.hash[bit / 256].byte[bit / 8 % 32] ^= (unsigned char)(1 << bit % 8);
		assert_int_equal(decided(*state, &w, &r, knows(&w, 10)).status, 422);
		r.proof.hash[bit / 256].byte[bit / 8 % 32] ^= (unsigned char)(1 << bit % 8);
	}
	r.proof.n--;
	assert_int_equal(decided(*state, &w, &r, knows(&w, 10)).status, 422);
	same.proof.n = first.proof.n = 1;
	assert_int_equal(decided(*state, &w, &same, knows(&w, 10)).status, 422);
	assert_int_equal(decided(*state, &w, &first, knows(&w, 0)).status, 422);
	log_free(&w.tiles);
}

static void who_is_not_the_log_is_turned_away(void **state) {
	struct world w = new_world();
	struct tlog_add_checkpoint r = request(*state, &w, 10, 20);
	struct tlog_signer impostor = signer_named("example.org/log", TLOG_ED25519, 9), other = signer_named("example.org/other", TLOG_ED25519, 1);
	assert_int_equal(decided(*state, &w, &r, NULL).status, 404);
	r.checkpoint = sign_head(*state, &w.heads[20], &other);
	assert_int_equal(decided(*state, &w, &r, knows(&w, 10)).status, 404);
	r.checkpoint = sign_head(*state, &w.heads[20], &impostor);
	assert_int_equal(decided(*state, &w, &r, knows(&w, 10)).status, 403);
	r = request(*state, &w, 10, 20);
	r.old = 21;
	assert_int_equal(decided(*state, &w, &r, knows(&w, 10)).status, 400);
	log_free(&w.tiles);
}

static void a_witness_signs_with_cosignature_keys_alone(void **state) {
	struct world w = new_world();
	struct tlog_add_checkpoint r = request(*state, &w, 10, 20);
	struct tlog_witness_answer a;
	assert_int_equal(tlog_witness_decide(*state, &r, knows(&w, 10), &w.log, 1, 1, &a, NULL), ERR_INVALID);
	assert_int_equal(tlog_witness_decide(*state, &r, knows(&w, 10), NULL, 0, 1, &a, NULL), ERR_INVALID);
	log_free(&w.tiles);
}

static void what_is_not_written_like_a_request_is_answered_400(void **state) {
	static const char *const heads[] = {"", "\n", "old\n\n", "old \n\n", "old 01\n\n", "old -1\n\n", "old 1", "old 1\nAAAA\n\n", "old 1\n" HASH, "Old 1\n\n", "old 1\r\n\n", "old 1\n" HASH " \n"};
	struct tlog_add_checkpoint r;
	struct err e;
	for (size_t i = 0; i < lengthof(heads); i++) {
		if (tlog_add_checkpoint_parse(*state, arena_cat(*state, str_of(heads[i]), S(LOG_CHECKPOINT)), &r, &e) != ERR_INVALID) fail_msg("taken for a request: %s", heads[i]);
		struct tlog_witness_answer a = tlog_witness_refuse(*state, &e);
		assert_int_equal(a.status, 400);
		assert_true(a.body.n > 1 && str_ends(a.body, S("\n")));
	}
	struct str hashes = S("old 1\n");
	for (int i = 0; i < TLOG_PROOF_HASHES; i++) hashes = arena_cat(*state, hashes, S(HASH));
	assert_int_equal(tlog_add_checkpoint_parse(*state, arena_cat(*state, hashes, S("\n" LOG_CHECKPOINT)), &r, &e), ERR_OK);
	assert_int_equal(tlog_add_checkpoint_parse(*state, arena_cat(*state, hashes, S(HASH "\n" LOG_CHECKPOINT)), &r, &e), ERR_INVALID);
	r.old = 16;
	struct str body;
	assert_int_equal(tlog_add_checkpoint_write(*state, &r, &body, &e), ERR_INVALID);
}

/* Whatever bit of a request is changed: it is refused, or what is signed is the very checkpoint that the log signed. */
static void a_flipped_bit_gets_no_other_checkpoint_cosigned(void **state) {
	struct world w = new_world();
	struct tlog_add_checkpoint r = request(*state, &w, 10, 20);
	struct str body;
	assert_int_equal(tlog_add_checkpoint_write(*state, &r, &body, NULL), ERR_OK);
	char *changed = arena_raw(*state, body.n);
	for (size_t bit = 0; bit < 8 * body.n; bit++) {
		struct tlog_add_checkpoint again;
		memcpy(changed, body.p, body.n);
		changed[bit / 8] ^= (char)(1 << bit % 8);
		if (tlog_add_checkpoint_parse(*state, str_n(changed, body.n), &again, NULL)) continue;
		assert_int_not_equal(decided(*state, &w, &again, knows(&w, 10)).status, 200);
	}
	log_free(&w.tiles);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		arena_test(a_proof_file_is_read_as_it_was_written_and_holds),
		arena_test(a_proof_file_has_the_lines_of_its_specification),
		arena_test(a_flipped_bit_is_found_anywhere_in_a_proof_file),
		arena_test(other_spellings_of_a_proof_file_are_none),
		arena_test(extra_data_have_a_bound),
		arena_test(every_step_of_a_log_that_only_grows_is_cosigned),
		arena_test(a_witness_that_knows_another_size_says_which),
		arena_test(a_history_that_was_changed_is_not_cosigned),
		arena_test(who_is_not_the_log_is_turned_away),
		arena_test(a_witness_signs_with_cosignature_keys_alone),
		arena_test(what_is_not_written_like_a_request_is_answered_400),
		arena_test(a_flipped_bit_gets_no_other_checkpoint_cosigned),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
