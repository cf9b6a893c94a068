/* Notices by mail, and what may stand in one.
 *
 * The rule: a mail holds nothing that the public may not read. It says in general words of what sort the notice is, by what uid the record goes, and
 * where it can be read by whoever may; never a title, a name, a text or a state of a record that is not public. Of a record that is public it adds the
 * headline that the public is shown, and nothing of what happened. The door out decides what the public is shown, and whether the reader may still know of
 * what happened: what they may no longer see is not mailed either. The same holds for digests, which count by record. What stands on a reader's own
 * account page ("Your password was changed") is said as it is.
 *
 * A notice that is to be mailed is marked so by the transaction that writes it (notice.h). The mail is queued and the mark taken away in one
 * transaction too: whatever stops in between, a mail is neither lost nor written twice. What waited longer than two days for an immediate mail, since the hub
 * was down, is not mailed at once any more; a digest that became due meanwhile comes late and whole. */
#pragma once
#include <stdatomic.h>

#include "hub/account/notice.h"

/* Queues (hub/mail.h) what is to be mailed at once, and digests that are due. Without a mail server the marks are taken away. Ends soon once *cancelled
 * (may be NULL) is true. */
enum err_code notice_mail_due(struct hub *h, struct db *db, const atomic_bool *cancelled, struct err *e) must_use;

/* ---- no more of them, without signing in (RFC 8058) ---- */

#define UNSUBSCRIBE_PATH "/unsubscribe/"
/* The last part of such an address: sealed with the hub's key (hub/seal.h), so nobody makes one or reads it; it holds until the key is changed. sort:
 * NOTICE_SORTS for the digests. */
enum err_code unsubscribe_make(const struct hub *h, struct str uid, enum notice_sort sort, struct arena *a, struct str *out, struct err *e) must_use;
/* ERR_NOT_FOUND for what is none. */
enum err_code unsubscribe_read(const struct hub *h, struct str text, struct arena *a, struct str *uid, enum notice_sort *sort, struct err *e) must_use;
/* Does that, and nothing else. */
enum err_code unsubscribe_use(struct hub *h, struct str text, enum notice_sort *sort, struct err *e) must_use;
