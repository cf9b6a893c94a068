/* What was done with accounts, memberships, tokens, invitations and settings, by whom, from where: a log that is only added to. Sign-ins that failed are
 * in it too. Passwords, codes and tokens never are. */
#pragma once
#include "hub/account/account.h"

struct audit_line {
	int64_t seq;
	moment at;
	struct str actor, address;
	struct str action;         /* "account.create", "session.begin", "session.fail", "token.create", "member.set" … */
	struct str subject;        /* uid of the account or organization that it is about */
	struct str detail;         /* canonical JSON object or "" */
};
/* In a transaction of the writer; for hub/account, hub/webhook and hub/peer alone. */
enum err_code audit_write(struct db *db, const struct by *by, const char *action, struct str subject, struct str detail, struct err *e)
	must_use;
/* Newest first. subject: only what is about it or done by it; "" all. before: seq to begin below; 0 the newest. */
enum err_code audit_list(struct db *db, struct str subject, int64_t before, size_t limit, struct arena *a, struct audit_line **out,
	size_t *n, struct err *e) must_use;
