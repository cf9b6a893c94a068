/* Outgoing mail: a table of messages that wait (written in the transaction of what they tell of), and one thread of the server that sends
 * them by the program polder-net (libcurl). A hub without a mail server keeps nothing: mail_queue does nothing and mail_configured says so.
 *
 *     [mail]
 *     server = smtp://127.0.0.1:25      smtps:// or smtp:// (STARTTLS where it is offered)
 *     from = Example hub <hub@example.org>
 *     user, password_file               where the server wants them
 */
#pragma once
#include <stdatomic.h>

#include "hub/hub.h"

struct mail {
	struct str to, subject, text; /* text: plain UTF-8, lines of any length */
	/* of notices: */
	bool of_list;      /* it is one of the hub's notices: List-Id (RFC 2919) */
	struct str thread; /* mails with the same belong together: a digest of it stands in References, so nothing is told by it; "" none */
	struct str stop;   /* the address that ends them by one request (RFC 8058); "" none */
};
bool mail_configured(const struct hub *h);
/* In a transaction of the writer. Sealed (hub/seal.h), since it may hold a code: neither the table nor a backup can be read for one. */
enum err_code mail_queue(const struct hub *h, struct db *db, const struct mail *m, struct err *e) must_use;
/* Sends what is due. Where the server can't be reached, or says that it may work later (a reply that begins with 4, RFC 5321 section 4.2.1), it tries again
 * after 1, 5, 30 minutes, 2 and 12 hours, then gives up; where it refuses the message or its recipient for good (5), it gives up at once. Both are said in
 * the log. Returns how many are left waiting. */
enum err_code mail_send_due(struct hub *h, struct db *db, int64_t *left, struct err *e) must_use;
/* The same, ending soon once *cancelled is true (may be NULL). */
enum err_code mail_send_until(struct hub *h, struct db *db, const atomic_bool *cancelled, int64_t *left, struct err *e) must_use;
/* For hub/keys.c, in a transaction of the writer: what was sealed with an older key of the hub is sealed with the one in force; *n counts them. a is cleared. */
enum err_code mail_seal_again(struct hub *h, struct db *db, struct arena *a, int64_t *n, struct err *e) must_use;
