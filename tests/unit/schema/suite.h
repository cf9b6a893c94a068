/* The public JSON Schema test suite, where the tests find it. */
#pragma once
#include "lib/schema/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* The folder of real data; the test fails without it. */
static inline const char *data_folder(void) {
	const char *folder = getenv("POLDER_DATA");
	if (!folder || !file_is_dir(folder)) fail_msg("POLDER_DATA does not name the folder of test data");
	return folder;
}

static inline const struct json *read_json(struct arena *a, const char *path) {
	struct err e = {.code = ERR_OK};
	struct str text;
	const struct json *v = NULL;
	if (file_read(a, path, 64 << 20, &text, &e) || json_parse(a, text, NULL, &v, &e))
		fail_msg("%s: %s %s", path, e.message, e.where);
	return v;
}

/* All remote documents of the suite, under the addresses that it serves them at. */
static inline struct schema_source *read_remotes(struct arena *a, size_t *n) {
	struct file_list files;
	const char *folder = file_join(a, data_folder(), "json/schema-remotes");
	assert_int_equal(file_walk(a, folder, ".json", &files, NULL), ERR_OK);
	struct schema_source *sources = arena_array(a, files.n + 1, sizeof *sources);
	assert_non_null(sources);
	for (size_t i = 0; i < files.n; i++) {
		const char *below = files.paths[i] + strlen(folder) + 1;
		sources[i] =
			(struct schema_source){arena_fmt(a, "http://localhost:1234/%s", below), read_json(a, files.paths[i])};
	}
	*n = files.n;
	return sources;
}

static inline const struct json *parse_json(struct arena *a, const char *text) {
	struct err e = {.code = ERR_OK};
	const struct json *v = NULL;
	if (json_parse(a, str_of(text), NULL, &v, &e)) fail_msg("%s: %s %s", text, e.message, e.where);
	return v;
}

/* The schema of a text that must compile. */
static inline struct schema *compiled(const char *text, const struct schema_options *options) {
	autoarena struct arena *a = arena_new(64 << 20);
	struct err e = {.code = ERR_OK};
	struct schema *s = NULL;
	if (schema_compile(&s, parse_json(a, text), options, &e)) fail_msg("%s: %s %s", text, e.message, e.where);
	return s;
}
