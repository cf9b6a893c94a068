/* Published vectors of inclusion and consistency proofs, and a published log of 15 entries with every one of its checkpoints. */
#include "lib/json/json.h"
#include "lib/tlog/folder.h"
#include "lib/tlog/text.h"
#include "lib/tlog/verify.h"
#include "signed.h"

static const char *data_folder(void) {
	const char *folder = getenv("POLDER_DATA");
	if (!folder || !file_is_dir(folder)) fail_msg("POLDER_DATA does not name the folder of test data");
	return folder;
}

static struct str read_data(struct arena *a, const char *path) {
	struct str text = STR_EMPTY;
	struct err e;
	must(file_read(a, path, 1 << 20, &text, &e), &e);
	return text;
}

/* The vectors' sizes go up to 2^64 − 1, which lib/json does not read: such a one is over every tree. */
static struct str without_huge_numbers(struct arena *a, struct str text) {
	struct str huge = S("18446744073709551615");
	size_t at = str_find(text, huge);
	return at == STR_NONE ? text : arena_cat(a, arena_cat(a, str_sub(text, 0, at), S("9223372036854775807")), str_from(text, at + huge.n));
}

struct vector {
	const struct json *json;
	struct tlog_proof proof;
	bool well_formed; /* every hash has 32 bytes */
};

static struct sha256 hash_in(struct vector *v, struct str text) {
	struct sha256 h = {{0}};
	if (!tlog_hash_read(text, &h)) v->well_formed = false;
	return h;
}

static uint64_t number_in(const struct vector *v, struct str name) {
	int64_t n = json_integer(json_get(v->json, name), -1);
	assert_true(n >= 0);
	return (uint64_t)n;
}

/* Vectors with what is no hash where one is due are refused when they are read; that is enough where they must not verify. */
static struct vector read_vector(struct arena *a, const char *path) {
	struct vector v = {.well_formed = true};
	struct err e;
	must(json_parse(a, without_huge_numbers(a, read_data(a, path)), NULL, &v.json, &e), &e);
	const struct json *proof = json_get(v.json, S("proof"));
	assert_true(json_count(proof) <= TLOG_PROOF_HASHES);
	for (; v.proof.n < json_count(proof); v.proof.n++) v.proof.hash[v.proof.n] = hash_in(&v, json_string(json_at(proof, v.proof.n)));
	return v;
}

static bool inclusion_holds(struct vector *v) {
	struct tlog_head head = {number_in(v, S("treeSize")), hash_in(v, json_get_str(v->json, S("root")))};
	struct sha256 leaf = hash_in(v, json_get_str(v->json, S("leafHash")));
	return v->well_formed && tlog_verify_inclusion(&head, number_in(v, S("leafIdx")), &leaf, v->proof.hash, v->proof.n);
}

/* Some that hold have roots of another length than ours, equal ones: they are compared as they are. */
static bool consistency_holds(struct vector *v) {
	struct str one = json_get_str(v->json, S("root1")), two = json_get_str(v->json, S("root2"));
	struct tlog_head old = {number_in(v, S("size1")), hash_in(v, one)}, head = {number_in(v, S("size2")), hash_in(v, two)};
	if (!v->well_formed) old.root.byte[0] = head.root.byte[0] = 0, head.root.byte[1] = !str_eq(one, two);
	return tlog_verify_consistency(&old, &head, v->proof.hash, v->proof.n);
}

static void check_vectors(struct arena *a, const char *folder, bool (*holds)(struct vector *), size_t must_hold, size_t must_not) {
	struct file_list files;
	struct err e;
	must(file_walk(a, file_join(a, data_folder(), folder), ".json", &files, &e), &e);
	for (size_t i = 0; i < files.n; i++) {
		struct vector v = read_vector(a, files.paths[i]);
		bool wanted = !json_true(json_get(v.json, S("wantErr")));
		if (holds(&v) != wanted) fail_msg("%s: %s", files.paths[i], wanted ? "must hold" : "must not hold");
		if (wanted) must_hold--;
		else must_not--;
	}
	assert_int_equal(must_hold, 0);
	assert_int_equal(must_not, 0);
}

static void the_vectors_of_inclusion_agree(void **state) {
	check_vectors(*state, "tlog/inclusion", inclusion_holds, 6, 92);
}
static void the_vectors_of_consistency_agree(void **state) {
	check_vectors(*state, "tlog/consistency", consistency_holds, 6, 92);
}

/* ---- the published log ---- */
enum { ENTRIES = 15 };
struct published {
	struct tlog_key key;
	struct tlog_folder folder;
	struct tlog_checkpoint checkpoints[ENTRIES + 1];
};
static struct published *open_published(struct arena *a) {
	struct published *p = arena_new_of(a, struct published);
	p->key = key_of(LOG_KEY);
	p->folder.path = file_join(a, data_folder(), "tlog/tessera-log");
	for (size_t size = 0; size <= ENTRIES; size++) p->checkpoints[size] = checkpoint_of(a, read_data(a, arena_fmt(a, "%s/checkpoint.%zu", p->folder.path, size).p));
	return p;
}

static void the_published_log_verifies_at_each_checkpoint_alone_and_at_all_together(void **state) {
	struct published *p = open_published(*state);
	struct tlog_policy policy = {.log_keys = &p->key, .log_keys_n = 1};
	struct tlog_log log = {tlog_folder_reader(&p->folder), true, &policy, p->checkpoints, ENTRIES + 1};
	struct tlog_verified v;
	struct err e;
	must(tlog_verify_log(&log, &v, &e), &e);
	assert_int_equal(v.leaves, ENTRIES);
	log.checkpoints_n = 1;
	for (size_t size = 0; size <= ENTRIES; size++) {
		log.checkpoints = &p->checkpoints[size];
		must(tlog_verify_log(&log, &v, &e), &e);
		assert_int_equal(v.leaves, size);
	}
}

static void the_published_log_gives_proofs_between_all_its_checkpoints(void **state) {
	struct published *p = open_published(*state);
	struct tlog_reader r = tlog_folder_reader(&p->folder);
	struct tlog_proof proof;
	struct sha256 root;
	struct err e;
	for (uint64_t size = 1; size <= ENTRIES; size++)
		for (uint64_t i = 0; i < size; i++) {
			must(tlog_prove_inclusion(&r, &p->checkpoints[size].head, i, &proof, NULL, &e), &e);
			must(tlog_prove_consistency(&r, &p->checkpoints[size].head, i, &proof, &root, &e), &e);
			assert_hash(root, p->checkpoints[i].head.root);
		}
}

static void our_builder_makes_the_published_log(void **state) {
	struct published *p = open_published(*state);
	struct tlog_reader r = tlog_folder_reader(&p->folder);
	struct memory_log m = {0};
	struct tlog_builder *b = new_builder(true);
	struct tlog_writer w = writer_to(&m);
	autobuf struct buf bytes = BUF(TLOG_BUNDLE_BYTES), theirs = BUF(TLOG_BUNDLE_BYTES);
	struct str entries[TLOG_TILE_WIDTH];
	struct err e;
	must(tlog_read_bundle(&r, (struct tlog_tile){TLOG_ENTRIES, ENTRIES, 0}, &bytes, entries, &e), &e);
	for (size_t i = 0; i < ENTRIES; i++) {
		must(tlog_builder_add(b, entries[i], &w, &e), &e);
		must(tlog_builder_flush(b, &w, &e), &e);
		assert_hash(tlog_frontier_root(&b->frontier), p->checkpoints[i + 1].head.root);
	}
	assert_int_equal(m.n, 2 * ENTRIES);
	for (size_t i = 0; i < m.n; i++) {
		buf_clear(&theirs);
		must(r.read(r.ctx, m.files[i].tile, &theirs, &e), &e);
		assert_int_equal(theirs.n, m.files[i].n);
		assert_memory_equal(theirs.p, m.files[i].bytes, theirs.n);
	}
	drop_builder(b);
	log_free(&m);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		arena_test(the_vectors_of_inclusion_agree),
		arena_test(the_vectors_of_consistency_agree),
		arena_test(the_published_log_verifies_at_each_checkpoint_alone_and_at_all_together),
		arena_test(the_published_log_gives_proofs_between_all_its_checkpoints),
		arena_test(our_builder_makes_the_published_log),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
