/* What the targets of the transparency log know: keys whose private halves are not here, and the texts that they signed. */
#pragma once
#include "fuzz.h"
#include "lib/tlog/checkpoint.h"

#define PETER "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define PETER_TEXT "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
#define LOG "example.com/log/testdata"
#define LOG_KEY LOG "+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
#define WITNESS "witness.example.org/w1+943db5a3+BHm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk"
/* A checkpoint of 15 leaves, as published. */
#define LOG_TEXT LOG "\n15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n"
#define LOG_CHECKPOINT \
	LOG_TEXT "\n\xE2\x80\x94 " LOG " M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=\n"

static inline struct tlog_key known_key(const char *text) {
	struct tlog_key k;
	if (tlog_key_parse(str_of(text), &k, NULL)) abort();
	return k;
}
