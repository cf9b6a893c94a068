/* That something happened to a record which concerns somebody: their own, one that they or their organization are a party to, one that they were
 * invited to. Written by the door in with the event itself (hub/change_notice.c), for whoever may see it, and asked of the door out again when it is
 * shown: what somebody may no longer see is not shown any more. */
#pragma once
#include "hub/account/notice_setting.h"

enum { NOTICE_PAGE = 200, NOTICES_COUNTED = 100 };

struct notice {
	int64_t id;
	bool read;
	moment at;
	enum notice_sort sort;
	struct str what;           /* about the account: an action of the audit log or "webhook.off"; "" it is about a record: */
	struct glimpse record;
	struct disclosed_event event;
};
struct notice_request {
	int64_t before;            /* id to begin below; 0 the newest */
	size_t limit;              /* at most NOTICE_PAGE */
	bool unread;               /* those alone */
	enum notice_sort sort;     /* that alone; NOTICE_SORTS all */
};
/* The viewer's, newest first. *next: what to give as `before` for more, 0 at the end; a page may hold fewer than limit and still have a next. */
enum err_code notice_list(const struct disclosing *d, const struct notice_request *r, struct notice **out, size_t *n, int64_t *next,
	struct err *e) must_use;
/* How many were not read, counted up to NOTICES_COUNTED. */
enum err_code notice_unread(struct db *db, struct str uid, int64_t *out, struct err *e) must_use;
enum err_code notice_mark_read(struct hub *h, struct str uid, int64_t id, struct err *e) must_use; /* ERR_NOT_FOUND */
/* All up to one that was shown; 0: all. */
enum err_code notice_mark_all_read(struct hub *h, struct str uid, int64_t up_to, struct err *e) must_use;
/* All about one record, up to that id. */
enum err_code notice_mark_record_read(struct hub *h, struct str uid, int64_t record, int64_t up_to, struct err *e) must_use;
/* All about the account itself, likewise. */
enum err_code notice_mark_account_read(struct hub *h, struct str uid, int64_t up_to, struct err *e) must_use;

/* ---- for the door in, in a transaction of the writer ---- */
/* Marks it for mail as its reader set it: what is marked is mailed by notice_mail.h, from the same row, so that nothing is lost between. */
enum err_code notice_write(struct db *db, struct str uid, enum notice_sort sort, int64_t record, int64_t event, moment at, struct err *e) must_use;
/* About the account itself. */
enum err_code notice_write_account(struct db *db, struct str uid, struct str what, struct err *e) must_use;
/* What was done with an account, as the audit log calls it: whether its owner is told, and in which words; "" they are not. */
struct str notice_account_words(struct str what);
/* All about a record. */
/* All of a record. */
enum err_code notice_forget_record(struct db *db, int64_t record, struct err *e) must_use;
enum err_code notice_forget(struct db *db, struct str uid, int64_t record, struct err *e) must_use;
