/* Whether a reader loses anything: every plain value of the source document must stand in the body (source.extra
 * included), as it is or as the format's table says that it is told there. */
#pragma once
#include "reading.h"

/* All files of a folder of the real data with the ending. */
static inline struct import_file *real_files(const char *folder, size_t *n) {
	const char *data = getenv("POLDER_DATA");
	struct file_list list;
	struct err e = {0};
	if (file_walk(arena, file_join(arena, data ? data : "../shared/data", folder), ".json", &list, &e))
		fail_msg("the real data are needed here: %s", e.message);
	struct import_file *files = arena_array(arena, list.n + 1, sizeof *files);
	assert_non_null(files);
	for (size_t i = 0; i < list.n; i++) {
		files[i].path = list.paths[i];
		if (file_read(arena, list.paths[i], 64 << 20, &files[i].bytes, &e)) fail_msg("%s", e.message);
	}
	*n = list.n;
	return files;
}

static inline const struct json *parsed(struct str text) {
	struct err e = {0};
	const struct json *v = NULL;
	if (json_parse(arena, text, NULL, &v, &e)) fail_msg("%s (%s)", e.message, e.where);
	return v;
}

/* "" for what can't be lost: null and empty strings. */
static inline struct str scalar_text(const struct json *v) {
	return v->type == JSON_STRING ? v->string : v->type == JSON_NULL ? STR_EMPTY : json_text(arena, v);
}

static inline void gather_scalars(const struct json *v, struct map *into) {
	if (v->type == JSON_ARRAY || v->type == JSON_OBJECT) {
		for (size_t i = 0; i < v->n; i++)
			gather_scalars(v->type == JSON_ARRAY ? &v->items[i] : &v->members[i].value, into);
		return;
	}
	struct str text = scalar_text(v);
	void **slot = text.n ? map_at(into, text) : NULL;
	if (slot) *slot = into;
}

/* How a value is told otherwise: at members of this name, `theirs` (NULL: any, in small letters with hyphens or
 * spaces) is `ours` (NULL: nowhere in the body). */
struct retelling {
	const char *member, *theirs, *ours;
};

static inline bool is_retold(struct str member, struct str text, const struct retelling *table,
	const struct map *told) {
	for (; table->member; table++) {
		if (!str_is(member, table->member) || (table->theirs && !str_is(text, table->theirs))) continue;
		if (table->theirs && (!table->ours || map_get(told, str_of(table->ours)))) return true;
		static const char between[][2] = {{' ', ' '}, {' ', '-'}, {'_', ' '}, {'_', '-'}};
		for (size_t k = 0; k < lengthof(between); k++) {
			char *p = arena_alloc(arena, text.n + 1);
			assert_non_null(p);
			for (size_t i = 0; i < text.n; i++) {
				char c = text.p[i] == between[k][0] ? between[k][1] : text.p[i];
				p[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
			}
			if (map_get(told, str_n(p, text.n))) return true;
		}
	}
	return false;
}

static inline void check_scalars(struct str name, struct str member, const struct json *v,
	const struct retelling *table, const struct map *told) {
	if (v->type == JSON_ARRAY || v->type == JSON_OBJECT) {
		for (size_t i = 0; i < v->n; i++)
			check_scalars(name, v->type == JSON_ARRAY ? member : v->members[i].name,
				v->type == JSON_ARRAY ? &v->items[i] : &v->members[i].value, table, told);
		return;
	}
	struct str text = scalar_text(v);
	if (text.n && !map_get(told, text) && !is_retold(member, text, table, told))
		fail_msg("%.*s: lost %.*s: %.*s", STR_ARG(name), STR_ARG(member), STR_ARG(str_sub(text, 0, 100)));
}

static inline void nothing_is_lost(const struct draft *r, const struct retelling *table) {
	struct map told = {.arena = arena};
	gather_scalars(r->body, &told);
	check_scalars(r->source_id, STR_EMPTY, parsed(r->fetched), table, &told);
}

/* The body as it comes back from a hub: canonical text, read again. */
static inline const struct json *stored(const struct json *body) {
	return parsed(json_canonical(arena, body));
}

static inline const struct json *written(const struct format *format, const char *kind, const char *id,
	const struct json *body) {
	const struct json *out = NULL;
	struct err e = {0};
	if (format->write(arena, str_of(kind), str_of(id), body, &out, &e)) fail_msg("%s", e.message);
	return out;
}

/* What comes out is what came in. */
static inline void comes_back(const struct format *format, const struct draft *r) {
	const struct json *out = written(format, arena_cstr(arena, r->kind), "POL-2026-0001", stored(r->body));
	if (json_equal(out, parsed(r->fetched))) return;
	fail_msg("%.*s: %s", STR_ARG(r->source_id), json_text(arena, json_diff(arena, parsed(r->fetched), out)).p);
}

static inline struct drafts read_text(const struct format *format, const char *text) {
	struct import_file f = text_file("file.json", text);
	return read_all(format, &f, 1);
}

static inline void refuses(const struct format *format, const char *text, const char *reason) {
	struct drafts d = read_text(format, text);
	assert_int_equal(d.n, 1);
	rejects(&d, 0, "", reason);
}
