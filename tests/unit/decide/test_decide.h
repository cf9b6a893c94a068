/* What the tests of decision tables share. */
#pragma once
#include "lib/decide/decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct arena *arena;
static struct err err;

static inline int start(void **state) {
	(void)state;
	arena = arena_new((size_t)64 << 20);
	return arena ? 0 : -1;
}
static inline int end(void **state) {
	(void)state;
	arena_free(arena);
	return 0;
}

static inline const struct decide_table *load(struct str text) {
	const struct decide_table *t = NULL;
	if (decide_load(arena, text, &t, &err)) fail_msg("%s (%s)", err.message, err.where);
	return t;
}

/* A table of the project: tables/NAME.json. */
static inline const struct decide_table *project_table(const char *name) {
	struct str text;
	const char *path = arena_fmt(arena, "%s/tables/%s.json", getenv("POLDER_SOURCE"), name).p;
	if (file_read(arena, path, DECIDE_BYTES, &text, &err)) fail_msg("%s", err.message);
	return load(text);
}

static inline struct decide_answer answer(const struct decide_table *t, const struct decide_given *g) {
	struct decide_answer out;
	decide_answer(t, g, &out);
	return out;
}

/* ' stands for ". */
static inline struct str quoted(const char *text) {
	struct str s = arena_str(arena, str_of(text));
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\'') ((char *)(uintptr_t)s.p)[i] = '"';
	return s;
}
