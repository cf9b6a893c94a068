/* What the tests of lib/calendar share. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/calendar/calendar.h"

static struct arena *arena;
static inline int start(void **state) {
	(void)state;
	arena = arena_new(64 << 20);
	return arena ? 0 : -1;
}
static inline int end(void **state) {
	(void)state;
	arena_free(arena);
	return 0;
}
#define calendar_test(fn) cmocka_unit_test_setup_teardown(fn, start, end)

static inline const struct zone *zone_of(const char *name) {
	const struct zone *z = NULL;
	assert_true(zone_open(arena, str_of(name), &z));
	return z;
}
static inline moment at(const char *text) {
	moment t = 0;
	if (!moment_parse(str_of(text), &t)) fail_msg("%s is no moment", text);
	return t;
}
/* Numbers that are the same in every run. */
static inline uint64_t random_next(uint64_t *state) {
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}
static inline int64_t random_between(uint64_t *state, int64_t least, int64_t most) {
	return least + (int64_t)(random_next(state) % (uint64_t)(most - least + 1));
}
