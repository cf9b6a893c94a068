/* Releases as the door in works on them. Faces read them through hub/release.h. */
#pragma once
#include "hub/act_private.h"
#include "hub/release/rules.h"

struct release_row {
	struct str plan, artifacts, planner, hold, hold_plan;
	int64_t revision;
	moment hold_until;
};
/* ---- row.c ---- */
/* ERR_NOT_FOUND. */
enum err_code release_row_read(struct db *db, struct arena *a, int64_t record, struct release_row *out, struct err *e) must_use;
enum err_code release_hold(struct store *s, int64_t record, const char *hold, struct str plan, moment until) must_use;
enum err_code release_words(struct db *db, struct arena *a, int64_t record, struct release_word **out, size_t *n, struct err *e) must_use;
enum err_code release_word_add(struct store *s, int64_t record, const struct release_word *w) must_use;
/* answer: event that answers an objection; 0 none. */
enum err_code release_word_over(struct store *s, int64_t id, int64_t answer) must_use;
/* Sign-offs of a stage: they are void. */
enum err_code release_stage_void(struct store *s, int64_t record, struct str stage) must_use;
enum err_code release_gates(struct db *db, struct arena *a, int64_t record, struct release_gate **out, size_t *n, struct err *e) must_use;
enum err_code release_gate_add(struct store *s, int64_t record, const struct release_gate *g) must_use;
/* After a record was made or revised; nothing for other kinds. Another plan voids what was signed. */
enum err_code release_follow(struct store *s, const struct stored *r, struct str body) must_use;

/* ---- facts.c ---- */
/* All that the rules go by. body: the whole. */
enum err_code release_facts(const struct hub *h, struct db *db, struct arena *a, const struct stored *r, const struct json *body, moment at,
	struct release_facts *out, struct err *e) must_use;

/* ---- for change.c ---- */
/* What may not stand in a body that this change writes; nothing for other kinds. old NULL: a new record. */
enum err_code release_check_body(const struct kind *kind, const struct json *old, const struct json *fresh, const struct change *c, struct err *e) must_use;
