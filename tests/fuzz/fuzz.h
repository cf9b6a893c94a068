/* A fuzz target is one function. It is built twice: with driver.c as a test that runs over the corpus, and, under clang
 *with -Dfuzz=true, as a libFuzzer program. Under libFuzzer the libraries must be built for it too:
 *
 *	CC=clang meson setup build-fuzz -Dtests=true -Dfuzz=true --buildtype=debugoptimized \
 *		-Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fsanitize=fuzzer-no-link
 *	build-fuzz/tests/fuzz/libfuzzer_json -max_len=4096 NEW-CORPUS tests/fuzz/corpus/json */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a target holds to be true. */
#define MUST(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)
