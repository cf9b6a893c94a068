/* A request that comes again, since its answer was lost, is answered as it was the first time and does nothing (Idempotency-Key,
 * draft-ietf-httpapi-idempotency-key-header). By account: a key of one says nothing about another's. The answer is
 * sealed (hub/seal.h).
 *
 *     begin: nothing stored → do the work → finish, or drop where it failed in a way that may pass
 *            something stored → answer with that */
#pragma once
#include "hub/account/account.h"
#include "lib/digest/digest.h"

#define IDEMPOTENCY_LASTS DAY
#define IDEMPOTENCY_ABANDONED (2 * MINUTE) /* who began and did not finish by then is given up */
enum { IDEMPOTENCY_KEY = 255, IDEMPOTENCY_ANSWER = 1 << 20 };

struct stored_answer {
	bool there;         /* false: the work is to be done */
	int status;
	struct str answer;
};
/* request: the digest of what is asked (method, path, body). ERR_INVALID (the key), ERR_CONFLICT (another request had this key), ERR_BUSY (the first
 * one is still at work). */
enum err_code idempotency_begin(struct hub *h, struct str uid, struct str key, const struct sha256 *request, struct arena *a,
	struct stored_answer *out, struct err *e) must_use;
/* ERR_TOO_LARGE for an answer over IDEMPOTENCY_ANSWER; then it is dropped. */
enum err_code idempotency_finish(struct hub *h, struct str uid, struct str key, const struct sha256 *request, int status, struct str answer,
	struct err *e) must_use;
enum err_code idempotency_drop(struct hub *h, struct str uid, struct str key, const struct sha256 *request, struct err *e) must_use;
