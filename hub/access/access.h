/* Requests for access as the door in works on them. Faces read them through hub/access.h. */
#pragma once
#include "hub/access.h"
#include "hub/access/form.h"
#include "hub/act_private.h"

struct access_row {
	int64_t record, release, event;
	struct str account, state;
	moment asked, decided, until;
	bool tell;
};
/* ---- row.c ---- */
enum err_code access_row_read(struct db *db, struct arena *a, int64_t record, struct access_row *out, struct err *e) must_use; /* ERR_NOT_FOUND */
enum err_code access_row_add(struct store *s, const struct access_row *row) must_use;
enum err_code access_row_state(struct store *s, int64_t record, struct str state, moment until, int64_t event) must_use;
enum err_code access_row_told(struct store *s, int64_t record) must_use;
/* What somebody has of a release by having asked: their newest request that is pending, accepted, rejected or revoked. record 0: none. */
enum err_code access_row_of(struct db *db, struct arena *a, int64_t release, struct str account, struct access_row *out, struct err *e) must_use;
/* The same of whatever state, the newest. */
enum err_code access_row_newest(struct db *db, struct arena *a, int64_t release, struct str account, struct access_row *out, struct err *e) must_use;

/* ---- for the door in ---- */
/* After a record was created; nothing for other kinds. Refuses what may not be asked. */
/* When access that is given now ends, by what the release says; 0 never. */
enum err_code access_default_end(struct store *s, const struct stored *release, moment *until) must_use;
enum err_code access_asked(struct store *s, struct stored *r, const struct change *c) must_use;
/* The release went back or ended: those who have access will be told (access_run). */
enum err_code access_tell_all(struct store *s, int64_t release) must_use;
/* The request was erased: it gives nothing any more. One that was refused stays refused. */
enum err_code access_erased(struct store *s, int64_t record) must_use;

/* ---- act.c: which act leads from which state, by whom ---- */
enum access_by { ACCESS_BY_OWNER, ACCESS_BY_HOLDER, ACCESS_BY_HUB };
struct access_step {
	const char *act, *move;
	enum access_by by;
	const char *from[3];
};
/* NULL: there is no such act. */
const struct access_step *access_step(struct str act);
/* NULL: it may be. Else why not. */
const char *access_refusal(const struct access_step *step, struct str state, enum access_by by);
