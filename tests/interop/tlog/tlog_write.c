/* Writes a log as the hub would, for a verifier that is not ours to read; and verifies it with ours.
 *
 *	tlog_write write FOLDER SIZE…    grows a log to each size; prints the log's key and its witness's
 *	tlog_write verify FOLDER         everything that was written, at every checkpoint
 *
 * Besides tiles and bundles the folder gets for each size checkpoint.SIZE, which one witness cosigned; proof/SIZE-INDEX.tlog-proof for some entries; and
 * request/OLD-SIZE, what the log asks a witness that knows the size before. */
#include "lib/tlog/folder.h"
#include "lib/tlog/proof_file.h"
#include "lib/tlog/verify.h"
#include "lib/tlog/witness.h"

enum { SIZES_MOST = 32, PROOFS = 7, TIME = 1767225600 };

struct world {
	struct arena *arena;
	const char *path;
	struct tlog_folder folder;
	struct tlog_signer log, witness;
	struct tlog_policy policy;
	struct tlog_checkpoint checkpoints[SIZES_MOST];
	size_t n;
};

static void stop_on(enum err_code code, const struct err *e) {
	if (!code) return;
	fprintf(stderr, "%s: %s\n", e->where[0] ? e->where : err_name(code), e->message);
	exit(1);
}

static struct tlog_signer signer(const char *name, enum tlog_key_type type, unsigned char first) {
	unsigned char seed[TLOG_KEY_BYTES] = {first};
	struct tlog_signer s;
	struct err e;
	stop_on(tlog_signer_make(str_of(name), type, seed, &s, &e), &e);
	return s;
}

static void open_world(struct world *w, const char *path) {
	*w = (struct world){.arena = arena_new((size_t)256 << 20), .path = path, .folder = {.path = path}};
	if (!w->arena) exit(1);
	w->log = signer("example.org/polder", TLOG_ED25519, 1);
	w->witness = signer("witness.example.org", TLOG_COSIGNATURE, 2);
	w->policy = (struct tlog_policy){
		.log_keys = &w->log.key, .log_keys_n = 1, .witnesses = &w->witness.key, .witnesses_n = 1, .quorum = 1};
}

static const char *name_of(struct world *w, const char *kind, uint64_t a, uint64_t b) {
	return arena_cstr(w->arena, arena_fmt(w->arena, "%s/%s/%llu-%llu", w->path, kind, (unsigned long long)a, (unsigned long long)b));
}
static const char *checkpoint_name(struct world *w, uint64_t size) {
	return arena_cstr(w->arena, arena_fmt(w->arena, "%s/checkpoint.%llu", w->path, (unsigned long long)size));
}
static void put(const char *path, struct str bytes) {
	struct err e;
	stop_on(file_put(path, bytes, 0644, &e), &e);
}
static struct str get(struct world *w, const char *path) {
	struct str bytes = STR_EMPTY;
	struct err e;
	stop_on(file_read(w->arena, path, TLOG_PROOF_FILE_BYTES, &bytes, &e), &e);
	return bytes;
}

/* Of lengths from 0 to some hundred bytes. */
static struct str entry_of(struct arena *a, uint64_t i) {
	return i % 50 == 3 ? STR_EMPTY : arena_fmt(a, "entry %0*llu", (int)(i * 7 % 300), (unsigned long long)i);
}

/* The index of the k-th of PROOFS entries that a tree's proofs are about. */
static uint64_t index_of(uint64_t size, uint64_t k) {
	return k * (size - 1) / (PROOFS - 1);
}

static struct tlog_checkpoint parse_checkpoint(struct world *w, struct str bytes) {
	struct tlog_checkpoint c;
	struct err e;
	stop_on(tlog_checkpoint_parse(w->arena, bytes, &c, &e), &e);
	return c;
}

/* ---- writing ---- */
/* The log asks, the witness answers, the log keeps the answer. */
static struct tlog_checkpoint cosigned(struct world *w, struct str bytes, const struct tlog_head *known) {
	struct tlog_add_checkpoint r = {.old = known->size, .checkpoint = parse_checkpoint(w, bytes)};
	struct tlog_witnessed state = {.origin = w->log.key.name, .keys = &w->log.key, .keys_n = 1, .head = *known};
	struct tlog_reader reader = tlog_folder_reader(&w->folder);
	struct tlog_witness_answer answer;
	struct str body, joined = STR_EMPTY;
	struct err e;
	stop_on(tlog_prove_consistency(&reader, &r.checkpoint.head, known->size, &r.proof, NULL, &e), &e);
	stop_on(tlog_add_checkpoint_write(w->arena, &r, &body, &e), &e);
	put(name_of(w, "request", known->size, r.checkpoint.head.size), body);
	stop_on(tlog_witness_decide(w->arena, &r, &state, &w->witness, 1, TIME, &answer, &e), &e);
	if (answer.status != 200) {
		fprintf(stderr, "the witness answers %d: %.*s", answer.status, STR_ARG(answer.body));
		exit(1);
	}
	stop_on(tlog_checkpoint_join(w->arena, &r.checkpoint, answer.body, &w->witness.key, 1, &joined, &e), &e);
	return parse_checkpoint(w, joined);
}

static void write_proofs(struct world *w, const struct tlog_checkpoint *c) {
	struct tlog_reader reader = tlog_folder_reader(&w->folder);
	for (uint64_t k = 0; c->head.size && k < PROOFS; k++) {
		struct tlog_proof_file f = {.index = index_of(c->head.size, k), .checkpoint = *c};
		struct str bytes;
		struct err e;
		stop_on(tlog_prove_inclusion(&reader, &c->head, f.index, &f.proof, NULL, &e), &e);
		stop_on(tlog_proof_write(w->arena, &f, &bytes, &e), &e);
		put(name_of(w, "proof", c->head.size, f.index), bytes);
	}
}

static void grow(struct world *w, struct tlog_head *head, uint64_t size) {
	struct tlog_builder *b = malloc(sizeof *b);
	struct tlog_reader reader = tlog_folder_reader(&w->folder);
	struct tlog_writer writer = tlog_folder_writer(&w->folder);
	struct str bytes = STR_EMPTY;
	struct err e;
	if (!b) exit(1);
	stop_on(tlog_builder_open(b, true, &reader, head, &e), &e);
	while (b->frontier.size < size) stop_on(tlog_builder_add(b, entry_of(w->arena, b->frontier.size), &writer, &e), &e);
	stop_on(tlog_builder_flush(b, &writer, &e), &e);
	struct tlog_head now = tlog_frontier_head(&b->frontier);
	tlog_builder_free(b);
	free(b);
	stop_on(tlog_checkpoint_sign(w->arena, w->log.key.name, &now, &w->log, 1, 0, &bytes, &e), &e);
	struct tlog_checkpoint c = cosigned(w, bytes, head);
	put(checkpoint_name(w, size), c.bytes);
	write_proofs(w, &c);
	*head = now;
}

static void write_log(struct world *w, char **sizes) {
	struct tlog_head head = {0, tlog_empty_root()};
	struct err e;
	stop_on(file_make_dir(file_join(w->arena, w->path, "proof"), &e), &e);
	stop_on(file_make_dir(file_join(w->arena, w->path, "request"), &e), &e);
	for (; *sizes; sizes++) {
		int64_t size;
		if (!str_int(str_of(*sizes), &size) || size < (int64_t)head.size) exit(2);
		grow(w, &head, (uint64_t)size);
	}
	printf("%.*s\n%.*s\n", STR_ARG(tlog_key_text(w->arena, &w->log.key)), STR_ARG(tlog_key_text(w->arena, &w->witness.key)));
}

/* ---- verifying ---- */
static void read_checkpoints(struct world *w) {
	for (uint64_t size = 0; size < 100000 && w->n < SIZES_MOST; size++)
		if (file_exists(checkpoint_name(w, size))) w->checkpoints[w->n++] = parse_checkpoint(w, get(w, checkpoint_name(w, size)));
}

static void verify_proofs(struct world *w, const struct tlog_checkpoint *c) {
	for (uint64_t k = 0; c->head.size && k < PROOFS; k++) {
		struct tlog_proof_file f;
		struct err e;
		uint64_t index = index_of(c->head.size, k);
		struct sha256 leaf = tlog_leaf_hash(entry_of(w->arena, index));
		stop_on(tlog_proof_parse(w->arena, get(w, name_of(w, "proof", c->head.size, index)), &f, &e), &e);
		stop_on(tlog_proof_verify(&f, &leaf, &w->policy, NULL, &e), &e);
	}
}

/* Whoever knew the old size takes the new one. */
static void verify_request(struct world *w, const struct tlog_head *old, const struct tlog_head *head) {
	struct tlog_add_checkpoint r;
	struct tlog_witnessed state = {.origin = w->log.key.name, .keys = &w->log.key, .keys_n = 1, .head = *old};
	struct tlog_witness_answer answer;
	struct err e;
	stop_on(tlog_add_checkpoint_parse(w->arena, get(w, name_of(w, "request", old->size, head->size)), &r, &e), &e);
	stop_on(tlog_witness_decide(w->arena, &r, &state, &w->witness, 1, TIME, &answer, &e), &e);
	if (answer.status == 200) return;
	fprintf(stderr, "request: %.*s", STR_ARG(answer.body));
	exit(1);
}

static void verify_log(struct world *w) {
	struct tlog_log log = {tlog_folder_reader(&w->folder), true, &w->policy, w->checkpoints, 0};
	struct tlog_verified v = {.leaves = 0};
	struct tlog_head old = {.size = 0};
	struct err e;
	read_checkpoints(w);
	/* Up to each, so that partial tiles of smaller trees are read too. */
	for (log.checkpoints_n = 1; log.checkpoints_n <= w->n; log.checkpoints_n++) {
		const struct tlog_checkpoint *last = &w->checkpoints[log.checkpoints_n - 1];
		stop_on(tlog_verify_log(&log, &v, &e), &e);
		verify_proofs(w, last);
		verify_request(w, &old, &last->head);
		old = last->head;
	}
	printf("%llu leaves, %zu checkpoints\n", (unsigned long long)v.leaves, w->n);
}

int main(int argc, char **argv) {
	struct world w;
	if (argc < 3) return 2;
	open_world(&w, argv[2]);
	if (strcmp(argv[1], "write") == 0 && argc > 3) write_log(&w, argv + 3);
	else if (strcmp(argv[1], "verify") == 0) verify_log(&w);
	else return 2;
	arena_free(w.arena);
	return 0;
}
