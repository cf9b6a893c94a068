/* The transparency log on this machine. Every command prints one JSON object.
 *
 *	bench_tlog append FOLDER BATCHES BATCH journal|files   a signed checkpoint a batch, durable before the next begins. journal: one fdatasync of a file
 *	                                                       that holds what tiles are made from again; files: each file is synced itself
 *	bench_tlog recover FOLDER TO BATCH                     the log of a journal, made again
 *	bench_tlog make FOLDER ENTRIES BYTES                   a log with bundles; BYTES 0: tiles alone. Nothing is synced
 *	bench_tlog verify FOLDER bundles|tiles                 the whole log, up to its checkpoint
 *	bench_tlog limit ENTRIES BYTES                         the same number of bytes through libcrypto's SHA-256 and nothing else
 *	bench_tlog prove FOLDER PROOFS warm|cold               inclusion of random entries; cold: the tiles that it reads are dropped from memory before
 *	bench_tlog sign COUNT                                  checkpoints signed, verified */
#define OPENSSL_SUPPRESS_DEPRECATED /* the limit is that of the fastest calls there are */
#include "lib/tlog/folder.h"
#include "lib/tlog/proof.h"
#include "lib/tlog/verify.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <time.h>

enum { ENTRY = 128 };

static void stop_on(enum err_code code, const struct err *e) {
	if (!code) return;
	fprintf(stderr, "%s %s\n", e->message, e->where);
	exit(1);
}
static double since(moment from) {
	return (double)(stopwatch() - from) / (double)SECOND;
}
/* Seconds of processor time of this process: what one core does, whoever else is at work on the machine. */
static double core(void) {
	struct timespec t;
	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0) exit(1);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
static uint64_t number(const char *text) {
	int64_t n = 0;
	if (!str_int(str_of(text), &n) || n < 0) exit(2);
	return (uint64_t)n;
}
static int by_size(const void *a, const void *b) {
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}
static void print_times(double *seconds, size_t n) {
	qsort(seconds, n, sizeof *seconds, by_size);
	printf("\"p50_ms\":%.4f,\"p99_ms\":%.4f,\"max_ms\":%.4f", seconds[n / 2] * 1e3, seconds[n * 99 / 100] * 1e3, seconds[n - 1] * 1e3);
}

static struct tlog_signer signer(void) {
	static const unsigned char seed[TLOG_KEY_BYTES] = {7};
	struct tlog_signer s;
	struct err e;
	stop_on(tlog_signer_make(S("example.org/bench"), TLOG_ED25519, seed, &s, &e), &e);
	return s;
}
static struct tlog_builder *empty_log(bool bundles) {
	struct tlog_builder *b = malloc(sizeof *b);
	if (!b) exit(1);
	tlog_builder_init(b, bundles);
	return b;
}
/* No two are alike; the rest of the bytes costs the same whatever they are. */
static struct str entry_of(uint64_t i, unsigned char bytes[ENTRY], size_t n) {
	memcpy(bytes, &i, sizeof i);
	return str_n(bytes, n);
}
static struct str sign(struct arena *a, const struct tlog_builder *b, const struct tlog_signer *s) {
	struct tlog_head head = tlog_frontier_head(&b->frontier);
	struct str bytes;
	struct err e;
	stop_on(tlog_checkpoint_sign(a, s->key.name, &head, s, 1, 0, &bytes, &e), &e);
	return bytes;
}

/* ---- append ---- */
/* The journal: entries of each batch and the checkpoint over them, each after its length as in a bundle. What it begins with can be made again after a crash,
 * whatever became of tiles and bundles. */
static void append(const char *path, uint64_t batches, uint64_t batch, bool journal) {
	autoarena struct arena *a = arena_new(1 << 20);
	struct tlog_folder folder = {.path = path, .durable = !journal};
	struct tlog_writer w = tlog_folder_writer(&folder);
	struct tlog_builder *b = empty_log(true);
	struct tlog_signer s = signer();
	unsigned char bytes[ENTRY] = {0};
	autofree double *times = calloc(batches, sizeof *times);
	autobuf struct buf written = BUF(batch * (2 + ENTRY) + 4096); /* of the journal, for this batch */
	uint64_t syncs = 0;
	struct err e;
	if (!a || !times) exit(1);
	stop_on(file_make_dir(path, &e), &e);
	autofd int fd = open(file_join(a, path, "journal"), O_CREAT | O_WRONLY | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	const char *checkpoint = arena_cstr(a, arena_fmt(a, "%s/checkpoint", path));
	moment began = stopwatch();
	for (uint64_t i = 0; i < batches; i++) {
		moment from = stopwatch();
		autoarena struct arena *one = arena_new(1 << 16);
		buf_clear(&written);
		for (uint64_t k = 0; k < batch; k++) {
			struct str entry = entry_of(b->frontier.size, bytes, ENTRY);
			if (journal && !tlog_bundle_add(&written, entry)) exit(1);
			stop_on(tlog_builder_add(b, entry, &w, &e), &e);
		}
		stop_on(tlog_builder_flush(b, &w, &e), &e);
		struct str note = sign(one, b, &s);
		if (journal) {
			if (!tlog_bundle_add(&written, note)) exit(1);
			stop_on(fd_write_all(fd, buf_str(&written), &e), &e);
			if (fdatasync(fd) != 0) exit(1);
			syncs++;
		}
		stop_on((journal ? file_put : file_write)(checkpoint, note, 0644, &e), &e);
		times[i] = since(from);
	}
	double seconds = since(began);
	printf("{\"entries\":%llu,\"seconds\":%.4f,\"entries_s\":%.0f,\"batches\":%llu,\"fdatasyncs\":%llu,", (unsigned long long)(batches * batch), seconds,
		(double)(batches * batch) / seconds, (unsigned long long)batches, (unsigned long long)syncs);
	print_times(times, batches);
	printf("}\n");
	tlog_builder_free(b);
	free(b);
}

/* ---- recover ---- */
static struct str next_item(struct str *rest) {
	size_t n = rest->n < 2 ? 0 : (size_t)(unsigned char)rest->p[0] << 8 | (unsigned char)rest->p[1];
	struct str item = str_sub(*rest, 2, n);
	if (item.n != n || !n) exit(1);
	*rest = str_from(*rest, 2 + n);
	return item;
}

/* The log from its journal alone, which must give each checkpoint's root. */
static void recover(const char *path, const char *to, uint64_t batch) {
	autoarena struct arena *a = arena_new((size_t)1 << 30), *one = arena_new(1 << 16);
	struct tlog_folder folder = {.path = to};
	struct tlog_writer w = tlog_folder_writer(&folder);
	struct tlog_builder *b = empty_log(true);
	struct str rest = STR_EMPTY;
	struct err e;
	if (!a || !one) exit(1);
	stop_on(file_read(a, file_join(a, path, "journal"), (size_t)1 << 29, &rest, &e), &e);
	moment from = stopwatch();
	while (rest.n) {
		struct tlog_checkpoint c;
		for (uint64_t i = 0; i < batch; i++) stop_on(tlog_builder_add(b, next_item(&rest), &w, &e), &e);
		arena_clear(one);
		stop_on(tlog_checkpoint_parse(one, next_item(&rest), &c, &e), &e);
		struct tlog_head head = tlog_frontier_head(&b->frontier);
		if (head.size != c.head.size || !tlog_hash_eq(&head.root, &c.head.root)) exit(1);
	}
	stop_on(tlog_builder_flush(b, &w, &e), &e);
	printf("{\"entries\":%llu,\"seconds\":%.3f}\n", (unsigned long long)b->frontier.size, since(from));
	tlog_builder_free(b);
	free(b);
}

/* ---- make ---- */
static void make(const char *path, uint64_t entries, size_t n) {
	autoarena struct arena *a = arena_new(1 << 20);
	struct tlog_folder folder = {.path = path};
	struct tlog_writer w = tlog_folder_writer(&folder);
	struct tlog_builder *b = empty_log(n > 0);
	struct tlog_signer s = signer();
	unsigned char bytes[ENTRY] = {0};
	struct err e;
	if (!a || n > ENTRY) exit(2);
	stop_on(file_make_dir(path, &e), &e);
	moment from = stopwatch();
	for (uint64_t i = 0; i < entries; i++) {
		struct sha256 leaf;
		if (!n) leaf = tlog_leaf_hash(entry_of(i, bytes, sizeof i));
		stop_on(n ? tlog_builder_add(b, entry_of(i, bytes, n), &w, &e) : tlog_builder_add_hash(b, &leaf, &w, &e), &e);
	}
	stop_on(tlog_builder_flush(b, &w, &e), &e);
	stop_on(file_put(arena_cstr(a, arena_fmt(a, "%s/checkpoint", path)), sign(a, b, &s), 0644, &e), &e);
	printf("{\"entries\":%llu,\"seconds\":%.3f}\n", (unsigned long long)entries, since(from));
	tlog_builder_free(b);
	free(b);
}

static struct tlog_checkpoint read_checkpoint(struct arena *a, const char *path) {
	struct tlog_checkpoint c = {.head = {.size = 0}};
	struct str bytes = STR_EMPTY;
	struct err e;
	stop_on(file_read(a, file_join(a, path, "checkpoint"), TLOG_NOTE_BYTES, &bytes, &e), &e);
	stop_on(tlog_checkpoint_parse(a, bytes, &c, &e), &e);
	return c;
}

/* ---- verify ---- */
static void verify(const char *path, bool bundles) {
	autoarena struct arena *a = arena_new(1 << 20);
	struct tlog_folder folder = {.path = path};
	struct tlog_signer s = signer();
	struct tlog_policy policy = {.log_keys = &s.key, .log_keys_n = 1};
	struct tlog_verified v = {.leaves = 0};
	struct err e;
	if (!a) exit(1);
	struct tlog_checkpoint c = read_checkpoint(a, path);
	struct tlog_log log = {tlog_folder_reader(&folder), bundles, &policy, &c, 1};
	double from = core();
	stop_on(tlog_verify_log(&log, &v, &e), &e);
	double seconds = core() - from;
	printf("{\"leaves\":%llu,\"tiles\":%llu,\"bundles\":%llu,\"seconds\":%.3f,\"leaves_s\":%.0f}\n", (unsigned long long)v.leaves, (unsigned long long)v.tiles,
		(unsigned long long)v.bundles, seconds, (double)v.leaves / seconds);
}

static void raw_hash(unsigned char *bytes, size_t n) {
	SHA256_CTX c;
	SHA256_Init(&c);
	SHA256_Update(&c, bytes, n);
	SHA256_Final(bytes, &c);
}

/* A leaf and a node for each entry; without bytes, nodes alone. */
static void limit(uint64_t entries, size_t n) {
	unsigned char bytes[1 + ENTRY] = {0};
	if (n > ENTRY) exit(2);
	double from = core();
	for (uint64_t i = 0; i < entries; i++) {
		if (n) raw_hash(bytes, 1 + n);
		raw_hash(bytes, 1 + 2 * SHA256_SIZE);
	}
	double seconds = core() - from;
	printf("{\"leaves_s\":%.0f,\"last\":%u}\n", (double)entries / seconds, bytes[0]);
}

/* ---- prove ---- */
/* Takes the tiles on the way to an entry, and at the right edge, out of the page cache. */
static void forget(struct arena *a, const char *path, uint64_t size, uint64_t index) {
	for (int level = 0; level < TLOG_LEVELS; level++) {
		const uint64_t tiles[] = {index >> 8 * level >> 8, size >> 8 * level >> 8};
		for (size_t i = 0; i < lengthof(tiles); i++) {
			char below[TLOG_PATH];
			struct tlog_tile t = {level, tlog_tile_width(level, tiles[i], size), tiles[i]};
			if (!t.width) continue;
			(void)tlog_tile_path(t, below);
			autofd int fd = open(file_join(a, path, below), O_RDONLY | O_CLOEXEC);
			if (fd < 0 || fdatasync(fd) != 0 || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0) exit(1);
		}
	}
}

static void prove(const char *path, uint64_t proofs, bool cold) {
	autoarena struct arena *a = arena_new(64 << 20);
	struct tlog_folder folder = {.path = path};
	struct tlog_reader r = tlog_folder_reader(&folder);
	autofree double *times = calloc(proofs, sizeof *times);
	uint64_t state = 88172645463325252u;
	size_t hashes = 0;
	struct err e;
	if (!a || !times || !proofs) exit(1);
	struct tlog_head head = read_checkpoint(a, path).head;
	for (uint64_t i = 0; i < proofs; i++) {
		struct tlog_proof p;
		state ^= state << 13, state ^= state >> 7, state ^= state << 17;
		if (cold) forget(a, path, head.size, state % head.size);
		moment from = stopwatch();
		stop_on(tlog_prove_inclusion(&r, &head, state % head.size, &p, NULL, &e), &e);
		times[i] = since(from);
		hashes += p.n;
	}
	printf("{\"size\":%llu,\"proofs\":%llu,\"hashes\":%.1f,", (unsigned long long)head.size, (unsigned long long)proofs, (double)hashes / (double)proofs);
	print_times(times, proofs);
	printf("}\n");
}

/* ---- sign ---- */
static void signatures(uint64_t count) {
	autoarena struct arena *a = arena_new(1 << 20);
	struct tlog_signer s = signer();
	struct tlog_policy policy = {.log_keys = &s.key, .log_keys_n = 1};
	struct tlog_head head = {1, tlog_empty_root()};
	struct tlog_checkpoint c;
	struct str bytes = STR_EMPTY;
	struct err e;
	if (!a) exit(1);
	double from = core();
	for (uint64_t i = 0; i < count; i++) {
		arena_clear(a);
		stop_on(tlog_checkpoint_sign(a, s.key.name, &head, &s, 1, 0, &bytes, &e), &e);
	}
	double signing = core() - from;
	stop_on(tlog_checkpoint_parse(a, bytes, &c, &e), &e);
	from = core();
	for (uint64_t i = 0; i < count; i++) stop_on(tlog_checkpoint_verify(&c, &policy, NULL, &e), &e);
	double verifying = core() - from;
	printf("{\"signed_s\":%.0f,\"verified_s\":%.0f}\n", (double)count / signing, (double)count / verifying);
}

int main(int argc, char **argv) {
	const char *command = argc > 1 ? argv[1] : "";
	if (strcmp(command, "append") == 0 && argc == 6) append(argv[2], number(argv[3]), number(argv[4]), strcmp(argv[5], "journal") == 0);
	else if (strcmp(command, "recover") == 0 && argc == 5) recover(argv[2], argv[3], number(argv[4]));
	else if (strcmp(command, "make") == 0 && argc == 5) make(argv[2], number(argv[3]), number(argv[4]));
	else if (strcmp(command, "verify") == 0 && argc == 4) verify(argv[2], strcmp(argv[3], "bundles") == 0);
	else if (strcmp(command, "limit") == 0 && argc == 4) limit(number(argv[2]), number(argv[3]));
	else if (strcmp(command, "prove") == 0 && argc == 5) prove(argv[2], number(argv[3]), strcmp(argv[4], "cold") == 0);
	else if (strcmp(command, "sign") == 0 && argc == 3) signatures(number(argv[2]));
	else return 2;
	return 0;
}
