/* What the tests of accounts share: a hub as in tests/unit/hub/test.h, a clock that is moved, and people. */
#pragma once
#include "../hub/test.h"
#include "hub/account/audit.h"
#include "hub/account/draft.h"
#include "hub/account/idempotency.h"
#include "hub/account/inside.h"
#include "hub/account/limits.h"
#include "hub/account/member.h"
#include "hub/account/saved_search.h"
#include "hub/account/session.h"
#include "hub/account/throttle.h"
#include "hub/account/token.h"

#define GOOD S("tulips over the dike")

static moment clock_now __attribute__((unused));
static inline moment test_clock(void) {
	return clock_now;
}
static inline int start_accounts(void **state) {
	clock_now = now();
	now_replace(test_clock);
	return start_hub(state);
}
static inline int end_accounts(void **state) {
	now_replace(NULL);
	return end_hub(state);
}
#define account_test(fn) cmocka_unit_test_setup_teardown(fn, start_accounts, end_accounts)

static inline struct account person(const char *login, enum member_role role) {
	struct account a;
	struct account_new n = {.login = str_of(login), .name = arena_fmt(arena, "Name of %s", login),
		.email = arena_fmt(arena, "%s@example.org", login), .password = GOOD, .role = role};
	ok(account_create(hub, &by_operator, &n, arena, &a, &test_err));
	return a;
}
static inline struct account again(struct str uid) {
	struct account a;
	ok(account_find(db, uid, arena, &a, &test_err));
	return a;
}
static inline struct by as_person(struct account a) {
	return (struct by){.actor = a.uid, .address = S("192.0.2.7"), .administrator = (a.hub_roles & 1u << MEMBER_OWNER) != 0};
}
static inline enum err_code sign_in(struct str login, struct str password, char token[SESSION_TOKEN], struct session *s) {
	struct sign_in in = {.login = login, .password = password, .address = S("192.0.2.1"), .agent = S("Firefox on Linux")};
	return session_begin(hub, db, &in, arena, token, s, &test_err);
}
static inline bool is_session(struct str token) {
	struct session s;
	enum err_code code = session_find(hub, db, token, arena, &s, &test_err);
	if (code != ERR_NOT_FOUND) ok(code);
	return !code;
}
/* How often an action stands in the audit log of somebody. */
static inline size_t audited(struct str subject, const char *action) {
	struct audit_line *lines;
	size_t n, found = 0;
	ok(audit_list(db, subject, 0, 1000, arena, &lines, &n, &test_err));
	for (size_t i = 0; i < n; i++) found += str_is(lines[i].action, action);
	return found;
}
/* True when the bytes stand anywhere in the database or its log. */
static inline bool stored_anywhere(struct str what) {
	static const char *const names[] = {"hub.db", "hub.db-wal"};
	bool found = false;
	for (size_t i = 0; i < lengthof(names); i++) {
		struct str bytes;
		const char *path = file_join(arena, folder, names[i]);
		if (!file_exists(path)) continue;
		ok(file_read(arena, path, (size_t)64 << 20, &bytes, &test_err));
		found |= memmem(bytes.p, bytes.n, what.p, what.n) != NULL;
	}
	return found;
}
