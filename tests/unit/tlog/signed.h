/* Keys and checkpoints for the tests. */
#pragma once
#include "lib/tlog/checkpoint.h"
#include "test_tlog.h"

/* The key pair and the note that Go's package note documents. */
#define PETER "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define PETER_SECRET "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
#define PETER_TEXT "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
#define PETER_LINE "\xE2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

/* A published log's last checkpoint, and a cosignature of it that another program made from the seed 01 02 … 20. */
#define LOG_KEY "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
#define LOG_TEXT "example.com/log/testdata\n15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n"
#define LOG_LINE "\xE2\x80\x94 example.com/log/testdata M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=\n"
#define LOG_CHECKPOINT LOG_TEXT "\n" LOG_LINE
#define WITNESS "witness.example.org/w1+943db5a3+BHm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk"
#define WITNESS_SECRET "PRIVATE+KEY+witness.example.org/w1+943db5a3+BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
#define WITNESS_LINE \
	"\xE2\x80\x94 witness.example.org/w1 lD21owAAAABlU/EAAkGqcCpROSe4urn9ZSn5Y8rdaUWt+z1BOyOJJfqDUIu3xPl1YPa7zHJDBikJP2+yGrxKD1OFVNA7gM6NlFCpDg==\n"
enum { WITNESS_TIME = 1700000000 };

static inline struct tlog_key key_of(const char *text) {
	struct tlog_key k = {.id = 0};
	struct err e;
	must(tlog_key_parse(str_of(text), &k, &e), &e);
	return k;
}
static inline struct tlog_signer signer_of(const char *text) {
	struct tlog_signer s = {.key = {.id = 0}};
	struct err e;
	must(tlog_signer_parse(str_of(text), &s, &e), &e);
	return s;
}
/* A signer whose seed is this byte 32 times. */
static inline struct tlog_signer signer_named(const char *name, enum tlog_key_type type, int seed) {
	unsigned char bytes[TLOG_KEY_BYTES];
	struct tlog_signer s = {.key = {.id = 0}};
	struct err e;
	memset(bytes, seed, sizeof bytes);
	must(tlog_signer_make(str_of(name), type, bytes, &s, &e), &e);
	return s;
}
static inline struct tlog_note note_of(struct arena *a, struct str bytes) {
	struct tlog_note n = {.n = 0};
	struct err e;
	must(tlog_note_parse(a, bytes, &n, &e), &e);
	return n;
}
static inline struct tlog_checkpoint checkpoint_of(struct arena *a, struct str bytes) {
	struct tlog_checkpoint c = {.head = {.size = 0}};
	struct err e;
	must(tlog_checkpoint_parse(a, bytes, &c, &e), &e);
	return c;
}
/* Of a log with one signer, whose name is the origin. */
static inline struct tlog_checkpoint sign_head(struct arena *a, const struct tlog_head *head, const struct tlog_signer *s) {
	struct str bytes = STR_EMPTY;
	struct err e;
	must(tlog_checkpoint_sign(a, s->key.name, head, s, 1, 0, &bytes, &e), &e);
	return checkpoint_of(a, bytes);
}

static inline int start_arena(void **state) {
	*state = arena_new((size_t)64 << 20);
	return *state ? 0 : -1;
}
static inline int end_arena(void **state) {
	arena_free(*state);
	return 0;
}
#define arena_test(f) cmocka_unit_test_setup_teardown(f, start_arena, end_arena)
