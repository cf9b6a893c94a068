/* What the tests of http/ share. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/base.h"

#define assert_str(actual, expected) assert_str_(actual, expected, __FILE__, __LINE__)
static inline void assert_str_(struct str actual, const char *expected, const char *file, int line) {
	if (str_is(actual, expected)) return;
	print_error("got:      \"%.*s\"\nexpected: \"%s\"\n", STR_ARG(actual), expected);
	_fail(file, line);
}
#define assert_has(text, what) assert_has_(text, what, __FILE__, __LINE__)
static inline void assert_has_(struct str text, const char *what, const char *file, int line) {
	if (str_find(text, str_of(what)) != STR_NONE) return;
	print_error("\"%s\" is not in:\n%.*s\n", what, STR_ARG(text));
	_fail(file, line);
}
#define assert_lacks(text, what) assert_lacks_(text, what, __FILE__, __LINE__)
static inline void assert_lacks_(struct str text, const char *what, const char *file, int line) {
	if (str_find(text, str_of(what)) == STR_NONE) return;
	print_error("\"%s\" is in:\n%.*s\n", what, STR_ARG(text));
	_fail(file, line);
}
