/* That something happened to a record which concerns somebody: their own, one that they or their organization are a party to, one that they were
 * invited to. Written by the door in with the event itself (hub/change_notice.c), for whoever may see it, and asked of the door out again when it is
 * shown: what somebody may no longer see is not shown any more. */
#pragma once
#include "hub/disclose.h"

enum { NOTICE_PAGE = 200, NOTICES_COUNTED = 100 };

struct notice {
	int64_t id;
	bool read;
	struct glimpse record;
	struct disclosed_event event;
};
/* The viewer's, newest first. before: id to begin below; 0 the newest. *next: what to give as `before` for more, 0 at the end; a page may hold fewer than
 * limit and still have a next. */
enum err_code notice_list(const struct disclosing *d, int64_t before, size_t limit, struct notice **out, size_t *n, int64_t *next,
	struct err *e) must_use;
/* How many were not read, counted up to NOTICES_COUNTED. */
enum err_code notice_unread(struct db *db, struct str uid, int64_t *out, struct err *e) must_use;
enum err_code notice_mark_read(struct hub *h, struct str uid, int64_t id, struct err *e) must_use; /* ERR_NOT_FOUND */
/* All up to one that was shown; 0: all. */
enum err_code notice_mark_all_read(struct hub *h, struct str uid, int64_t up_to, struct err *e) must_use;

/* ---- for the door in, in a transaction of the writer ---- */
enum err_code notice_write(struct db *db, struct str uid, int64_t record, int64_t event, moment at, struct err *e) must_use;
/* All about a record. */
/* All of a record. */
enum err_code notice_forget_record(struct db *db, int64_t record, struct err *e) must_use;
enum err_code notice_forget(struct db *db, struct str uid, int64_t record, struct err *e) must_use;
