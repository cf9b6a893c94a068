#include "idempotency.h"

#include "hub/account/inside.h"
#include "hub/seal.h"

struct request {
	struct str uid, key;
	struct sealed_digests digest; /* of the request; keyed, since it may be a report */
	int status;
	struct str answer;
	struct arena *a;
	struct stored_answer stored;
	bool at_work;                /* the first request with this key, which has not ended */
};

static enum err_code insert(struct db *db, const struct request *c, moment at, struct err *e) {
	struct db_query q = db_query(db,
		"INSERT INTO idempotency (account, key, digest, status, answer, at) VALUES ($1, $2, $3, 0, NULL, $4) "
		"ON CONFLICT (account, key) DO UPDATE SET digest = excluded.digest, status = 0, answer = NULL, at = excluded.at");
	db_bind_str(&q, 1, c->uid);
	db_bind_str(&q, 2, c->key);
	db_bind_bytes(&q, 3, sha256_str(&c->digest.items[0]));
	db_bind_int(&q, 4, at);
	return db_run(&q, e);
}

static enum err_code begin(struct db *db, void *arg, struct err *e) {
	struct request *c = arg;
	moment at = now(), then = 0;
	bool same = false;
	struct db_query q = db_query(db, "SELECT digest, status, answer, at FROM idempotency WHERE account = $1 AND key = $2");
	db_bind_str(&q, 1, c->uid);
	db_bind_str(&q, 2, c->key);
	bool found = db_row(&q);
	if (found) {
		for (size_t i = 0; i < c->digest.n; i++) same |= str_eq(db_str(&q, 0), sha256_str(&c->digest.items[i]));
		then = db_int(&q, 3);
		c->stored = (struct stored_answer){db_int(&q, 1) != 0, (int)db_int(&q, 1), arena_str(c->a, db_str(&q, 2))};
	}
	enum err_code code = db_done(&q, e);
	if (code) return code;
	bool old = found && then <= at - (c->stored.there ? IDEMPOTENCY_LASTS : IDEMPOTENCY_ABANDONED);
	if (!found || old) {
		c->stored = (struct stored_answer){0};
		return insert(db, c, at, e);
	}
	if (!same) return err_set(e, ERR_CONFLICT, "this Idempotency-Key was used for another request; each request wants its own");
	c->at_work = !c->stored.there; /* no error here: it would take back the transaction, which may be the first one's */
	return ERR_OK;
}

enum err_code idempotency_begin(struct hub *h, struct str uid, struct str key, const struct sha256 *request, struct arena *a,
	struct stored_answer *out, struct err *e) {
	bool ok = key.n >= 1 && key.n <= IDEMPOTENCY_KEY;
	for (size_t i = 0; i < key.n; i++) ok &= key.p[i] >= 32 && key.p[i] < 127;
	if (!ok) return err_set(e, ERR_INVALID, "an Idempotency-Key has 1 to %d printable ASCII characters", IDEMPOTENCY_KEY);
	struct request c = {.uid = uid, .key = key, .a = a};
	enum err_code code = seal_digest(h, request, &c.digest, e);
	if (!code) code = account_write(h, begin, &c, e);
	if (!code && c.stored.there) code = unseal(h, c.stored.answer, a, &c.stored.answer, e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (!code && c.at_work)
		code = err_set(e, ERR_BUSY, "the first request with this Idempotency-Key is still being worked on");
	if (!code) *out = c.stored;
	return code;
}

static enum err_code finish(struct db *db, void *arg, struct err *e) {
	const struct request *c = arg;
	struct db_query q = db_query(db, "UPDATE idempotency SET status = $4, answer = $5 WHERE account = $1 AND key = $2 AND digest = $3");
	db_bind_str(&q, 1, c->uid);
	db_bind_str(&q, 2, c->key);
	db_bind_bytes(&q, 3, sha256_str(&c->digest.items[0]));
	db_bind_int(&q, 4, c->status);
	db_bind_bytes(&q, 5, c->answer);
	return db_run(&q, e);
}

static enum err_code drop(struct db *db, void *arg, struct err *e) {
	const struct request *c = arg;
	struct db_query q = db_query(db, "DELETE FROM idempotency WHERE account = $1 AND key = $2 AND digest = $3");
	db_bind_str(&q, 1, c->uid);
	db_bind_str(&q, 2, c->key);
	db_bind_bytes(&q, 3, sha256_str(&c->digest.items[0]));
	return db_run(&q, e);
}

enum err_code idempotency_drop(struct hub *h, struct str uid, struct str key, const struct sha256 *request, struct err *e) {
	struct request c = {.uid = uid, .key = key};
	enum err_code code = seal_digest(h, request, &c.digest, e);
	return code ? code : account_write(h, drop, &c, e);
}

enum err_code idempotency_finish(struct hub *h, struct str uid, struct str key, const struct sha256 *request, int status, struct str answer,
	struct err *e) {
	if (answer.n > IDEMPOTENCY_ANSWER) {
		enum err_code code = idempotency_drop(h, uid, key, request, e);
		return code ? code : err_set(e, ERR_TOO_LARGE, "the answer is too large to keep");
	}
	autoarena struct arena *a = arena_new(IDEMPOTENCY_ANSWER + (1 << 16));
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct request c = {.uid = uid, .key = key, .status = status};
	enum err_code code = seal_digest(h, request, &c.digest, e);
	if (!code) code = seal(h, answer, a, &c.answer, e);
	return code ? code : account_write(h, finish, &c, e);
}
