/* Checkpoints, cosignatures and whose word is enough. */
#include "signed.h"

static void the_published_checkpoint_is_read_and_holds(void **state) {
	struct tlog_key log = key_of(LOG_KEY), witness = key_of(WITNESS);
	struct tlog_checkpoint c = checkpoint_of(*state, S(LOG_CHECKPOINT WITNESS_LINE));
	struct tlog_policy p = {.log_keys = &log, .log_keys_n = 1, .witnesses = &witness, .witnesses_n = 1, .quorum = 1};
	struct tlog_trust t;
	struct err e;
	assert_text(c.origin, "example.com/log/testdata");
	assert_int_equal(c.head.size, 15);
	assert_hex(c.head.root, "aca6c38a90af86e5f5199ee0e4105ef2c03a05b27b8daff59e4e36eefdfcddcb");
	must(tlog_checkpoint_verify(&c, &p, &t, &e), &e);
	assert_int_equal(t.witnesses, 1);
	assert_int_equal(t.first, WITNESS_TIME);
	assert_int_equal(t.latest, WITNESS_TIME);
}

static void a_checkpoint_is_read_as_it_was_signed(void **state) {
	struct tlog_signer s[] = {signer_named("example.org/log", TLOG_ED25519, 1), signer_named("example.org/log", TLOG_COSIGNATURE, 1)};
	struct tlog_head heads[] = {{0, tlog_empty_root()}, {1, leaf_of(0)}, {TLOG_SIZE_MOST, leaf_of(1)}};
	for (size_t i = 0; i < lengthof(heads); i++) {
		struct str bytes;
		struct err e;
		struct tlog_key keys[] = {s[0].key, s[1].key};
		struct tlog_policy p = {.log_keys = keys, .log_keys_n = 2};
		must(tlog_checkpoint_sign(*state, s[0].key.name, &heads[i], s, 2, WITNESS_TIME, &bytes, &e), &e);
		struct tlog_checkpoint c = checkpoint_of(*state, bytes);
		assert_true(str_eq(c.bytes, bytes));
		assert_int_equal(c.head.size, heads[i].size);
		assert_hash(c.head.root, heads[i].root);
		assert_int_equal(c.note.n, 2);
		must(tlog_checkpoint_verify(&c, &p, NULL, &e), &e);
	}
}

#define ROOT "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n"
static void what_is_not_written_like_a_checkpoint_is_none(void **state) {
	static const char *const texts[] = {"\n15\n" ROOT, "a\n\n" ROOT, "a\n015\n" ROOT, "a\n-1\n" ROOT, "a\n+1\n" ROOT, "a\n 1\n" ROOT, "a\n9223372036854775808\n" ROOT, "a\n1\n", "a\n",
		"a\n1\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383c==\n", "a\n1\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs\n", "a\n1\nAAAA\n"};
	struct tlog_checkpoint c;
	for (size_t i = 0; i < lengthof(texts); i++) {
		struct str bytes = tlog_note_make(*state, str_of(texts[i]), S(LOG_LINE));
		if (tlog_checkpoint_parse(*state, bytes, &c, NULL) != ERR_INVALID) fail_msg("taken for a checkpoint: %s", texts[i]);
	}
	assert_int_equal(tlog_checkpoint_parse(*state, tlog_note_make(*state, S("a\n1\n" ROOT "extension\n"), S(LOG_LINE)), &c, NULL), ERR_UNSUPPORTED);
	assert_int_equal(tlog_checkpoint_parse(*state, tlog_note_make(*state, S("an origin of others\n1\n" ROOT), S(LOG_LINE)), &c, NULL), ERR_OK);
	assert_int_equal(tlog_checkpoint_parse(*state, S("a\n1\n" ROOT), &c, NULL), ERR_INVALID);
	struct str text;
	assert_int_equal(tlog_checkpoint_text(*state, S("a b"), &c.head, &text, NULL), ERR_INVALID);
	assert_int_equal(tlog_checkpoint_text(*state, S("a"), &(struct tlog_head){.size = TLOG_SIZE_MOST + 1}, &text, NULL), ERR_INVALID);
	assert_int_equal(tlog_checkpoint_sign(*state, S("a"), &c.head, NULL, 0, 0, &text, NULL), ERR_INVALID);
}

static void a_flipped_bit_is_found_anywhere_in_a_checkpoint(void **state) {
	struct tlog_key log = key_of(LOG_KEY), witness = key_of(WITNESS);
	struct tlog_policy p = {.origin = S("example.com/log/testdata"), .log_keys = &log, .log_keys_n = 1, .witnesses = &witness, .witnesses_n = 1, .quorum = 1};
	struct str whole = S(LOG_CHECKPOINT WITNESS_LINE);
	for (size_t bit = 0; bit < 8 * whole.n; bit++) {
		struct tlog_checkpoint c;
		char bytes[sizeof LOG_CHECKPOINT WITNESS_LINE];
		memcpy(bytes, whole.p, whole.n);
		bytes[bit / 8] ^= (char)(1 << bit % 8);
		if (tlog_checkpoint_parse(*state, str_n(bytes, whole.n), &c, NULL) == ERR_OK) assert_int_equal(tlog_checkpoint_verify(&c, &p, NULL, NULL), ERR_FORBIDDEN);
	}
}

static void a_checkpoint_of_another_log_is_not_taken(void **state) {
	struct tlog_signer one = signer_named("example.org/one", TLOG_ED25519, 1), two = signer_named("example.org/two", TLOG_ED25519, 2);
	struct tlog_head head = {1, leaf_of(0)};
	struct tlog_checkpoint of_one = sign_head(*state, &head, &one), of_two = sign_head(*state, &head, &two);
	struct tlog_key keys[] = {one.key, two.key};
	struct tlog_policy p = {.log_keys = keys, .log_keys_n = 2};
	assert_int_equal(tlog_checkpoint_verify(&of_one, &p, NULL, NULL), ERR_OK);
	assert_int_equal(tlog_checkpoint_verify(&of_two, &p, NULL, NULL), ERR_FORBIDDEN);
	p.origin = two.key.name;
	assert_int_equal(tlog_checkpoint_verify(&of_two, &p, NULL, NULL), ERR_OK);
	p.log_keys_n = 1;
	assert_int_equal(tlog_checkpoint_verify(&of_two, &p, NULL, NULL), ERR_FORBIDDEN);
	p.log_keys_n = 0;
	assert_int_equal(tlog_checkpoint_verify(&of_two, &p, NULL, NULL), ERR_INVALID);
}

/* Three witnesses' cosignatures on a checkpoint, joined one by one. */
static void cosignatures_are_counted_up_to_the_quorum(void **state) {
	struct tlog_signer log = signer_named("example.org/log", TLOG_ED25519, 1);
	struct tlog_checkpoint c = sign_head(*state, &(struct tlog_head){1, leaf_of(0)}, &log);
	struct tlog_signer w[3] = {signer_named("w1", TLOG_COSIGNATURE, 2), signer_named("w2", TLOG_COSIGNATURE, 3), signer_named("w3", TLOG_COSIGNATURE, 4)};
	struct tlog_key keys[3] = {w[0].key, w[1].key, w[2].key};
	struct tlog_policy p = {.log_keys = &log.key, .log_keys_n = 1, .witnesses = keys, .witnesses_n = 3};
	struct tlog_trust t;
	struct err e;
	for (size_t n = 0; n <= 3; n++) {
		for (p.quorum = 0; p.quorum <= 3; p.quorum++)
			assert_int_equal(tlog_checkpoint_verify(&c, &p, &t, &e), p.quorum <= n ? ERR_OK : ERR_FORBIDDEN);
		p.quorum = n;
		must(tlog_checkpoint_verify(&c, &p, &t, &e), &e);
		assert_int_equal(t.witnesses, n);
		assert_int_equal(t.first, n ? 100 : 0);
		assert_int_equal(t.latest, n ? 99 + n : 0);
		if (n == 3) break;
		struct str line, joined;
		must(tlog_cosign(*state, &c, &w[n], (int64_t)(100 + n), &line, &e), &e);
		must(tlog_checkpoint_join(*state, &c, line, keys, 3, &joined, &e), &e);
		c = checkpoint_of(*state, joined);
	}
	p.quorum = 4;
	assert_int_equal(tlog_checkpoint_verify(&c, &p, &t, &e), ERR_INVALID);
}

static void a_public_key_counts_once_under_however_many_names(void **state) {
	struct tlog_signer log = signer_named("example.org/log", TLOG_ED25519, 1);
	struct tlog_checkpoint c = sign_head(*state, &(struct tlog_head){1, leaf_of(0)}, &log);
	struct tlog_signer w[2] = {signer_named("w1", TLOG_COSIGNATURE, 2), signer_named("w2", TLOG_COSIGNATURE, 2)};
	struct tlog_key keys[2] = {w[0].key, w[1].key};
	struct tlog_policy p = {.log_keys = &log.key, .log_keys_n = 1, .witnesses = keys, .witnesses_n = 2};
	struct tlog_trust t;
	struct err e;
	struct str one, two, joined;
	must(tlog_cosign(*state, &c, &w[0], 100, &one, &e), &e);
	must(tlog_cosign(*state, &c, &w[1], 101, &two, &e), &e);
	must(tlog_checkpoint_join(*state, &c, arena_cat(*state, one, two), keys, 2, &joined, &e), &e);
	c = checkpoint_of(*state, joined);
	must(tlog_checkpoint_verify(&c, &p, &t, &e), &e);
	assert_int_equal(t.witnesses, 1);
	p.quorum = 2;
	assert_int_equal(tlog_checkpoint_verify(&c, &p, &t, &e), ERR_INVALID);
}

static void of_an_answer_only_right_lines_of_known_witnesses_are_kept(void **state) {
	struct tlog_signer log = signer_named("example.org/log", TLOG_ED25519, 1), known = signer_named("w1", TLOG_COSIGNATURE, 2), other = signer_named("w2", TLOG_COSIGNATURE, 3);
	struct tlog_checkpoint c = sign_head(*state, &(struct tlog_head){1, leaf_of(0)}, &log), another = sign_head(*state, &(struct tlog_head){1, leaf_of(1)}, &log);
	struct str by_known, by_other, of_another, joined, again;
	struct err e;
	must(tlog_cosign(*state, &c, &known, 100, &by_known, &e), &e);
	must(tlog_cosign(*state, &c, &other, 100, &by_other, &e), &e);
	must(tlog_cosign(*state, &another, &known, 100, &of_another, &e), &e);
	struct str lines = arena_cat(*state, arena_cat(*state, by_other, of_another), by_known);
	must(tlog_checkpoint_join(*state, &c, lines, &known.key, 1, &joined, &e), &e);
	assert_true(str_eq(joined, arena_cat(*state, c.bytes, by_known)));
	/* What is there already is not added again. */
	struct tlog_checkpoint more = checkpoint_of(*state, joined);
	must(tlog_checkpoint_join(*state, &more, by_known, &known.key, 1, &again, &e), &e);
	assert_true(str_eq(again, joined));
	assert_int_equal(tlog_checkpoint_join(*state, &c, by_other, &known.key, 1, &joined, &e), ERR_NOT_FOUND);
	assert_int_equal(tlog_checkpoint_join(*state, &c, S("no line\n"), &known.key, 1, &joined, &e), ERR_INVALID);
	assert_int_equal(tlog_checkpoint_join(*state, &c, STR_EMPTY, &known.key, 1, &joined, &e), ERR_INVALID);
}

/* A witness that signed a longer text can't have its line put under ours. */
static void an_answer_that_makes_another_text_is_refused(void **state) {
	struct tlog_signer log = signer_named("example.org/log", TLOG_ED25519, 1), witness = signer_named("w1", TLOG_COSIGNATURE, 2);
	struct tlog_checkpoint c = sign_head(*state, &(struct tlog_head){1, leaf_of(0)}, &log);
	struct str line, joined;
	struct err e;
	must(tlog_note_sign(*state, arena_cat(*state, c.note.text, S("\nmore\n")), &witness, 100, &line, &e), &e);
	assert_int_equal(tlog_checkpoint_join(*state, &c, arena_cat(*state, S("more\n\n"), line), &witness.key, 1, &joined, &e), ERR_INVALID);
}

static void keys_of_other_types_neither_cosign_nor_witness(void **state) {
	struct tlog_signer log = signer_named("example.org/log", TLOG_ED25519, 1);
	struct tlog_checkpoint c = sign_head(*state, &(struct tlog_head){1, leaf_of(0)}, &log);
	struct tlog_policy p = {.log_keys = &log.key, .log_keys_n = 1, .witnesses = &log.key, .witnesses_n = 1};
	struct str line;
	assert_int_equal(tlog_cosign(*state, &c, &log, 100, &line, NULL), ERR_INVALID);
	assert_int_equal(tlog_checkpoint_verify(&c, &p, NULL, NULL), ERR_INVALID);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		arena_test(the_published_checkpoint_is_read_and_holds),
		arena_test(a_checkpoint_is_read_as_it_was_signed),
		arena_test(what_is_not_written_like_a_checkpoint_is_none),
		arena_test(a_flipped_bit_is_found_anywhere_in_a_checkpoint),
		arena_test(a_checkpoint_of_another_log_is_not_taken),
		arena_test(cosignatures_are_counted_up_to_the_quorum),
		arena_test(a_public_key_counts_once_under_however_many_names),
		arena_test(of_an_answer_only_right_lines_of_known_witnesses_are_kept),
		arena_test(an_answer_that_makes_another_text_is_refused),
		arena_test(keys_of_other_types_neither_cosign_nor_witness),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
