/* What the tests of lib/json share. */
#pragma once
#include "lib/json/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* The folder of real data; the test fails without it. */
static inline const char *data_folder(void) {
	const char *folder = getenv("POLDER_DATA");
	if (!folder || !file_is_dir(folder)) fail_msg("POLDER_DATA does not name the folder of test data");
	return folder;
}

static inline struct str read_data(struct arena *a, const char *below) {
	struct str text = STR_EMPTY;
	struct err e = {.code = ERR_OK};
	if (file_read(a, file_join(a, data_folder(), below), 64 << 20, &text, &e)) fail_msg("%s", e.message);
	return text;
}

/* The value of a text that must be JSON. */
static inline const struct json *parsed(struct arena *a, const char *text) {
	const struct json *v = NULL;
	struct err e = {.code = ERR_OK};
	if (json_parse(a, str_of(text), NULL, &v, &e)) fail_msg("%s: %s %s", text, e.message, e.where);
	return v;
}

static inline struct str name_at(const struct json *object, size_t i) {
	const struct json_member *m = json_member_at(object, i);
	return m ? m->name : STR_EMPTY;
}

static inline void assert_str(struct str s, const char *want) {
	if (!str_is(s, want)) fail_msg("expected %s, found %.*s", want, STR_ARG(s));
}

/* The text is refused: code, words that the message holds, and the place. */
static inline void assert_refused(struct str text, enum err_code code, const char *words, const char *where) {
	autoarena struct arena *a = arena_new(64 << 20);
	const struct json *v = NULL;
	struct err e = {.code = ERR_OK};
	assert_int_equal(json_parse(a, text, NULL, &v, &e), code);
	assert_null(v);
	assert_int_equal(e.code, code);
	if (str_find(str_of(e.message), str_of(words)) == STR_NONE) fail_msg("%s does not speak of: %s", e.message, words);
	assert_string_equal(e.where, where);
}
