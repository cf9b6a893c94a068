/* What the tests of the scanner have in common: scanning bytes, and asking what was found. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/scan/inside.h"

static struct arena *arena;
static struct scan_options options;
static struct scan_file file;

static inline int make_arena(void **state) {
	(void)state;
	options = (struct scan_options){0};
	arena = arena_new(256 << 20);
	return arena ? 0 : -1;
}
static inline int drop_arena(void **state) {
	(void)state;
	arena_free(arena);
	return 0;
}

static inline enum scan_verdict scan_it(struct str bytes) {
	assert_int_equal(scan_bytes(arena, &options, bytes, &file, NULL), ERR_OK);
	assert_int_equal(file.parsed + file.opaque + file.unaccounted, bytes.n);
	return file.verdict;
}
static inline bool found_rule(enum rule rule) {
	for (size_t i = 0; i < file.findings_n; i++)
		if (file.findings[i].rule == &scan_rule_table[rule]) return true;
	return false;
}
static inline void print_findings(void) {
	print_error("%s, %s\n", scan_verdict_name(file.verdict), file.format);
	for (size_t i = 0; i < file.findings_n; i++)
		print_error("  %s @%llu %.*s\n", file.findings[i].rule->id, (unsigned long long)file.findings[i].offset, STR_ARG(file.findings[i].message));
}
static inline void passes(struct str bytes) {
	if (scan_it(bytes) != SCAN_PASS) print_findings();
	assert_int_equal(file.verdict, SCAN_PASS);
}
static inline void is_found(struct str bytes, enum rule rule) {
	scan_it(bytes);
	if (!found_rule(rule)) print_findings();
	assert_true(found_rule(rule));
	assert_true(file.verdict >= scan_rule_table[rule].verdict);
}
#define PASSES(literal)      passes(S(literal))
#define FOUND(rule, literal) is_found(S(literal), RULE_##rule)
#define T(fn) cmocka_unit_test_setup_teardown(fn, make_arena, drop_arena)
