/* What the tests of formats share: the real data, kinds' schemas, and looking into drafts. */
#pragma once
#include "exchange/format.h"
#include "lib/schema/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct arena *arena;

static inline int set_up(void **state) {
	(void)state;
	arena = arena_new((size_t)512 << 20);
	return arena ? 0 : -1;
}

static inline int tear_down(void **state) {
	(void)state;
	arena_free(arena);
	return 0;
}
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* A file of the real data; the test fails where it is missing. */
static inline struct import_file real_file(const char *name) {
	const char *data = getenv("POLDER_DATA");
	struct import_file f = {.path = file_join(arena, data ? data : "../shared/data", name)};
	struct err e = {0};
	if (file_read(arena, f.path, 64 << 20, &f.bytes, &e)) fail_msg("the real data are needed here: %s", e.message);
	return f;
}

static inline struct import_file source_file(const char *name) {
	const char *root = getenv("POLDER_SOURCE");
	struct import_file f = {.path = file_join(arena, root ? root : ".", name)};
	struct err e = {0};
	if (file_read(arena, f.path, 64 << 20, &f.bytes, &e)) fail_msg("%s", e.message);
	return f;
}

static inline struct import_file text_file(const char *name, const char *text) {
	return (struct import_file){name, str_of(text)};
}

static inline struct drafts read_all(const struct format *format, const struct import_file *files, size_t n) {
	struct drafts d = {.a = arena};
	struct err e = {0};
	if (format->read(files, n, &d, &e)) fail_msg("%s (%s)", e.message, e.where);
	return d;
}

static inline void refused_whole(const struct format *format, const char *text, const char *message) {
	struct drafts d = {.a = arena};
	struct err e = {0};
	struct import_file f = text_file("x", text);
	assert_int_equal(format->read(&f, 1, &d, &e), ERR_INVALID);
	assert_string_equal(e.message, message);
}

/* Read in arenas of growing size until one is large enough: before, it must say that memory is out. */
static inline void survives_full_arenas(const struct format *format, const struct import_file *files, size_t n) {
	for (size_t cap = 0; cap < (size_t)1 << 30; cap += cap / 3 + 4096) {
		autoarena struct arena *small = arena_new(cap);
		struct drafts d = {.a = small};
		struct err e = {0};
		enum err_code code = format->read(files, n, &d, &e);
		if (!code) return;
		assert_int_equal(code, ERR_MEMORY);
	}
	fail_msg("never read");
}

/* The kind's file, and its schema; the schema goes with the arena. */
static inline const struct json *kind_file(const char *kind) {
	struct err e = {0};
	const struct json *v;
	if (json_parse(arena, source_file(arena_fmt(arena, "kinds/%s.json", kind).p).bytes, NULL, &v, &e)) fail_msg("%s: %s", kind, e.message);
	return v;
}

static inline void free_schema(void *s) {
	schema_free(s);
}

static inline const struct schema *kind_schema(const char *kind) {
	struct err e = {0};
	struct schema_source common = {S("urn:polder:common"), kind_file("common")};
	struct schema *s;
	if (schema_compile(&s, json_get_lit(kind_file(kind), "schema"), &(struct schema_options){&common, 1, true}, &e))
		fail_msg("%s: %s (%s)", kind, e.message, e.where);
	assert_true(arena_defer(arena, free_schema, s));
	return s;
}

static inline void must_validate(const struct schema *s, struct str name, const struct json *body) {
	struct schema_errors errors;
	if (schema_valid(s, body, arena, &errors)) return;
	struct schema_error *first = &errors.items[0];
	fail_msg("%.*s: %.*s: %.*s", STR_ARG(name), STR_ARG(first->instance), STR_ARG(first->message));
}

/* Every draft and party validates, and every link is one that its kind has. */
static inline void all_validate(const struct drafts *d) {
	struct map schemas = {.arena = arena}, kinds = {.arena = arena};
	for (size_t i = 0; i < d->n + d->parties_n; i++) {
		bool party = i >= d->n;
		const struct draft *r = party ? NULL : d->items[i];
		const struct draft_party *p = party ? d->parties[i - d->n] : NULL;
		if (r && r->rejected.n) fail_msg("%.*s: %.*s", STR_ARG(r->place), STR_ARG(r->rejected));
		struct str kind = party ? p->kind : r->kind, name = party ? p->key : r->source_id;
		void **schema = map_at(&schemas, kind), **file = map_at(&kinds, kind);
		assert_true(schema && file);
		if (!*schema) *schema = (void *)(uintptr_t)kind_schema(arena_cstr(arena, kind));
		if (!*file) *file = (void *)(uintptr_t)kind_file(arena_cstr(arena, kind));
		must_validate(*schema, name, party ? p->body : r->body);
		size_t n = party ? p->links_n : r->links_n;
		for (size_t k = 0; k < n; k++) {
			struct str rel = (party ? p->links : r->links)[k].rel;
			if (!json_get(json_get_lit(*file, "links"), rel)) fail_msg("%.*s: no link %.*s", STR_ARG(name), STR_ARG(rel));
		}
		if (r && r->state.n && !json_get(json_pointer(*file, S("/lifecycle/states")), r->state))
			fail_msg("%.*s: no state %.*s", STR_ARG(name), STR_ARG(r->state));
	}
}

static inline const struct draft *draft_of(const struct drafts *d, const char *source_id) {
	for (size_t i = 0; i < d->n; i++)
		if (!d->items[i]->rejected.n && str_is(d->items[i]->source_id, source_id)) return d->items[i];
	fail_msg("no draft %s", source_id);
	return NULL;
}

static inline const struct draft_party *party_of(const struct drafts *d, const char *key) {
	const struct draft_party *p = map_get(&d->party_by_key, str_of(key));
	if (!p) fail_msg("no party %s", key);
	return p;
}

static inline bool links_to(const struct draft *r, const char *rel, const char *target) {
	for (size_t i = 0; i < r->links_n; i++)
		if (str_is(r->links[i].rel, rel) && str_is(r->links[i].target, target)) return true;
	return false;
}

static inline size_t links_of(const struct draft *r, const char *rel) {
	size_t n = 0;
	for (size_t i = 0; i < r->links_n; i++) n += str_is(r->links[i].rel, rel);
	return n;
}

/* The value at the pointer, as text: compact JSON. */
static inline void body_has(const struct draft *r, const char *pointer, const char *expected) {
	const struct json *v = json_pointer(r->body, str_of(pointer));
	assert_string_equal(v ? json_text(arena, v).p : "nothing", expected);
}

/* The only rejection among the drafts. */
static inline void rejects(const struct drafts *d, size_t nth, const char *place, const char *reason) {
	for (size_t i = 0; i < d->n; i++) {
		if (!d->items[i]->rejected.n || nth--) continue;
		assert_string_equal(arena_cstr(arena, d->items[i]->place), place);
		assert_string_equal(arena_cstr(arena, d->items[i]->rejected), reason);
		return;
	}
	fail_msg("nothing more was rejected");
}

static inline size_t rejected(const struct drafts *d) {
	size_t n = 0;
	for (size_t i = 0; i < d->n; i++) n += d->items[i]->rejected.n > 0;
	return n;
}
