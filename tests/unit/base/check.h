/* What every test of this floor includes. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"

/* A view equals a C string, byte for byte. */
#define assert_str(s, expected) \
	do { \
		struct str got_ = (s); \
		const char *expected_ = (expected); \
		if (!str_is(got_, expected_)) fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(got_), expected_); \
	} while (0)
