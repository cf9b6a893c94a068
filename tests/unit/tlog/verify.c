/* The verifier of whole logs: it passes what was made right, and names the first thing that was not. */
#include "lib/tlog/verify.h"
#include "signed.h"

enum { CHECKPOINTS = 8 };

/* A log of 600 entries (or fewer) in memory, with checkpoints on the way. */
struct world {
	struct arena *arena;
	struct memory_log files;
	struct tlog_signer signer;
	struct tlog_policy policy;
	struct tlog_checkpoint checkpoints[CHECKPOINTS];
	struct tlog_log log;
};

static struct world *new_world(struct arena *a, bool bundles, const uint64_t *sizes, size_t n) {
	struct world *w = arena_new_of(a, struct world);
	struct tlog_builder *b = new_builder(bundles);
	w->arena = a;
	w->signer = signer_named("example.org/log", TLOG_ED25519, 1);
	w->policy = (struct tlog_policy){.log_keys = &w->signer.key, .log_keys_n = 1};
	for (size_t i = 0; i < n; i++) {
		grow(b, &w->files, sizes[i]);
		struct tlog_head head = tlog_frontier_head(&b->frontier);
		w->checkpoints[i] = sign_head(a, &head, &w->signer);
	}
	drop_builder(b);
	w->log = (struct tlog_log){reader_of(&w->files), bundles, &w->policy, w->checkpoints, n};
	return w;
}
static const uint64_t steps[] = {0, 1, 200, 256, 256, 300, 512, 600};
static struct world *usual_world(struct arena *a) {
	return new_world(a, true, steps, lengthof(steps));
}

/* That the log is found wrong, at this place, with words that hold these. */
static void assert_found(struct world *w, const char *where, const char *words) {
	struct tlog_verified v = {.leaves = 7};
	struct err e;
	assert_int_equal(tlog_verify_log(&w->log, &v, &e), ERR_CORRUPT);
	assert_int_equal(v.leaves, 7);
	assert_string_equal(e.where, where);
	if (!strstr(e.message, words)) fail_msg("%s does not speak of: %s", e.message, words);
}
static void assert_right(struct world *w, uint64_t leaves) {
	struct tlog_verified v;
	struct err e;
	must(tlog_verify_log(&w->log, &v, &e), &e);
	assert_int_equal(v.leaves, leaves);
}

static void a_log_of_any_size_verifies_at_all_its_checkpoints(void **state) {
	for (int bundles = 0; bundles < 2; bundles++)
		for (uint64_t size = 0; size <= 600; size += size < 20 || (size > 250 && size < 260) ? 1 : 10) {
			const uint64_t sizes[] = {size / 3, size / 2, size, size};
			struct world *w = new_world(*state, bundles, sizes, lengthof(sizes));
			assert_right(w, size);
			log_free(&w->files);
			arena_clear(*state);
		}
}

static void it_counts_what_it_read(void **state) {
	struct world *w = usual_world(*state);
	struct tlog_verified v;
	struct err e;
	must(tlog_verify_log(&w->log, &v, &e), &e);
	assert_int_equal(v.leaves, 600);
	assert_int_equal(v.bundles, 3);
	assert_int_equal(v.tiles, 4); /* three of level 0, one of level 1 */
	log_free(&w->files);
}

static void a_large_log_verifies(void **state) {
	const uint64_t sizes[] = {65535, 65536, 65537, 131072, 200000};
	struct world *w = new_world(*state, false, sizes, lengthof(sizes));
	assert_right(w, 200000);
	log_file(&w->files, (struct tlog_tile){2, 3, 0})->bytes[40] ^= 1;
	assert_found(w, "tile/2/000.p/3", "hash 1 of the tile");
	log_free(&w->files);
}

/* One bit in each byte of each file that the last tree has. */
static void a_flipped_bit_is_found_in_any_tile_or_bundle_and_named(void **state) {
	const uint64_t sizes[] = {200, 300};
	struct world *w = new_world(*state, true, sizes, lengthof(sizes));
	for (size_t f = 0; f < w->files.n; f++) {
		struct kept_file *file = &w->files.files[f];
		char path[TLOG_PATH];
		if (file->tile.width != tlog_tile_width(file->tile.level, file->tile.index, 300)) continue;
		for (size_t byte = 0; byte < file->n; byte++) {
			struct err e;
			struct tlog_verified v;
			struct tlog_tile bundle = {TLOG_ENTRIES, file->tile.width, file->tile.index};
			file->bytes[byte] ^= (char)(1 << byte % 8);
			assert_int_equal(tlog_verify_log(&w->log, &v, &e), ERR_CORRUPT);
			/* A leaf hash that is not that of its entry: it is the entry that is named, since hashes are what is signed. */
			assert_string_equal(e.where, (tlog_tile_path(file->tile.level ? file->tile : bundle, path), path));
			file->bytes[byte] ^= (char)(1 << byte % 8);
		}
	}
	assert_right(w, 300);
	log_free(&w->files);
}

static void every_bit_of_a_small_log_counts(void **state) {
	const uint64_t sizes[] = {9};
	struct world *w = new_world(*state, true, sizes, 1);
	for (size_t f = 0; f < w->files.n; f++)
		for (size_t bit = 0; bit < 8 * w->files.files[f].n; bit++) {
			struct tlog_verified v;
			w->files.files[f].bytes[bit / 8] ^= (char)(1 << bit % 8);
			assert_int_equal(tlog_verify_log(&w->log, &v, NULL), ERR_CORRUPT);
			w->files.files[f].bytes[bit / 8] ^= (char)(1 << bit % 8);
		}
	log_free(&w->files);
}

static void the_first_entry_that_differs_is_named(void **state) {
	struct world *w = usual_world(*state);
	struct kept_file *bundle = log_file(&w->files, (struct tlog_tile){TLOG_ENTRIES, 256, 1});
	bundle->bytes[bundle->n - 1] ^= 1;
	assert_found(w, "tile/entries/001", "entry 511 ");
	bundle->bytes[2] ^= 1;
	assert_found(w, "tile/entries/001", "entry 256 ");
	log_free(&w->files);
}

/* Who changes an entry and all hashes above it meets the first checkpoint behind it. */
static void a_history_written_anew_meets_the_next_checkpoint(void **state) {
	struct world *w = usual_world(*state);
	struct tlog_builder *b = new_builder(true);
	struct tlog_writer writer = writer_to(&w->files);
	struct err e;
	char text[32];
	while (b->frontier.size < 600) {
		struct str entry = b->frontier.size == 257 ? S("another") : entry_of(b->frontier.size, text);
		must(tlog_builder_add(b, entry, &writer, &e), &e);
	}
	must(tlog_builder_flush(b, &writer, &e), &e);
	assert_found(w, "checkpoint 300", "the first 256 are as they were signed");
	/* Signed anew: the older checkpoints tell. */
	struct tlog_head head = tlog_frontier_head(&b->frontier);
	w->checkpoints[7] = sign_head(w->arena, &head, &w->signer);
	assert_found(w, "checkpoint 300", "the first 256 are as they were signed");
	w->log.checkpoints = &w->checkpoints[7];
	w->log.checkpoints_n = 1;
	assert_right(w, 600);
	drop_builder(b);
	log_free(&w->files);
}

static void two_heads_of_one_size_are_a_fork(void **state) {
	struct world *w = usual_world(*state);
	w->checkpoints[4] = sign_head(w->arena, &(struct tlog_head){256, leaf_of(3)}, &w->signer);
	assert_found(w, "checkpoint 256", "the first 256 entries don't hash");
	log_free(&w->files);
}

static void an_empty_log_has_the_empty_root(void **state) {
	const uint64_t sizes[] = {0};
	struct world *w = new_world(*state, true, sizes, 1);
	assert_right(w, 0);
	w->checkpoints[0] = sign_head(w->arena, &(struct tlog_head){0, leaf_of(0)}, &w->signer);
	assert_found(w, "checkpoint 0", "the first 0 entries don't hash");
}

static void a_file_that_is_missing_or_cut_is_named(void **state) {
	struct world *w = usual_world(*state);
	for (size_t f = 0; f < w->files.n; f++) {
		struct kept_file *file = &w->files.files[f];
		char path[TLOG_PATH];
		struct err e;
		struct tlog_verified v;
		if (file->tile.width != tlog_tile_width(file->tile.level, file->tile.index, 600)) continue;
		(void)tlog_tile_path(file->tile, path);
		file->n--;
		assert_found(w, path, "");
		file->n++;
		file->tile.level += 20;
		assert_int_equal(tlog_verify_log(&w->log, &v, &e), ERR_NOT_FOUND);
		assert_string_equal(e.where, path);
		file->tile.level -= 20;
	}
	log_free(&w->files);
}

static void a_checkpoint_that_the_log_did_not_sign_is_not_followed(void **state) {
	struct world *w = usual_world(*state);
	struct tlog_signer other = signer_named("example.org/log", TLOG_ED25519, 2);
	struct tlog_checkpoint right = w->checkpoints[5];
	struct tlog_verified v;
	struct err e;
	w->checkpoints[5] = sign_head(w->arena, &right.head, &other);
	assert_int_equal(tlog_verify_log(&w->log, &v, &e), ERR_FORBIDDEN);
	assert_string_equal(e.where, "checkpoint 300");
	w->checkpoints[5] = w->checkpoints[2];
	assert_int_equal(tlog_verify_log(&w->log, &v, &e), ERR_INVALID);
	w->log.checkpoints_n = 0;
	assert_int_equal(tlog_verify_log(&w->log, &v, &e), ERR_INVALID);
	log_free(&w->files);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		arena_test(a_log_of_any_size_verifies_at_all_its_checkpoints),
		arena_test(it_counts_what_it_read),
		arena_test(a_large_log_verifies),
		arena_test(a_flipped_bit_is_found_in_any_tile_or_bundle_and_named),
		arena_test(every_bit_of_a_small_log_counts),
		arena_test(the_first_entry_that_differs_is_named),
		arena_test(a_history_written_anew_meets_the_next_checkpoint),
		arena_test(two_heads_of_one_size_are_a_fork),
		arena_test(an_empty_log_has_the_empty_root),
		arena_test(a_file_that_is_missing_or_cut_is_named),
		arena_test(a_checkpoint_that_the_log_did_not_sign_is_not_followed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
