/* What the fuzz targets of the scanner have in common: bytes go to one parser, and to all of them by what they are; whatever they are, the account of bytes adds up and nothing passes that isn't understood. */
#pragma once
#include "fuzz.h"
#include "lib/scan/formats.h"
#include "lib/scan/pickle.h"
#include "lib/scan/template.h"

static const struct scan_options fuzz_options = {.limits = {.unpacked = 8 << 20, .memory = 4 << 20, .opcodes = 1 << 20, .memo = 1 << 18, .members = 2000, .seconds = 5}};

static inline void scan_whole(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)256 << 20);
	struct scan_file f;
	if (!a || scan_bytes(a, &fuzz_options, str_n(data, size), &f, NULL)) return;
	MUST(f.parsed + f.opaque + f.unaccounted == f.size && f.size == size && f.format);
	MUST(f.verdict > SCAN_REVIEW || !f.unaccounted);
	MUST((f.verdict == SCAN_PASS) == (f.findings_n == 0));
	for (size_t i = 0; i < f.findings_n; i++) {
		MUST(f.findings[i].rule->verdict <= f.verdict && str_utf8(f.findings[i].message) && str_utf8(f.findings[i].member));
		MUST(!i || f.findings[i - 1].rule->verdict >= f.findings[i].rule->verdict);
	}
}

static inline void scan_by(void (*parse)(struct scan *, struct reader *, struct tally *), const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)256 << 20);
	autoarena struct arena *scratch = arena_new((size_t)256 << 20);
	struct scan_file file = {.format = "unknown", .size = size};
	if (!a || !scratch) return;
	struct scan s = {.a = a, .scratch = scratch, .options = &fuzz_options, .limits = fuzz_options.limits, .file = &file, .member = STR_EMPTY, .deadline = stopwatch() + 5 * SECOND};
	s.limits.ratio = 1000;
	s.limits.depth = 8;
	struct reader r = reader_memory(str_n(data, size));
	struct tally t = {0};
	parse(&s, &r, &t);
	MUST(t.parsed + t.opaque <= size);
}
