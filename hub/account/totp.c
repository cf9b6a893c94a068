/* The second factor: a secret that a telephone keeps too, and recovery codes for the day when it is lost. */
#include "hub/account/inside.h"
#include "hub/account/session.h"
#include "hub/seal.h"
#include "lib/otp/otp.h"

#include <sodium.h>

enum { CODES = 10, RECOVERY_BYTES = 10, AROUND = 1 };

static enum err_code own(const struct by *by, struct str uid, struct err *e) {
	if (by->actor.n && str_eq(by->actor, uid)) return ERR_OK;
	return err_set(e, ERR_FORBIDDEN, "a second factor is set up by its owner");
}

/* ---- setting up ---- */

struct setting_up {
	struct hub *hub;
	const struct by *by;
	struct str uid, sealed;
	struct arena *a;
	struct account account;
};

static enum err_code write_pending(struct db *db, void *arg, struct err *e) {
	struct setting_up *c = arg;
	enum err_code code = account_by_uid(db, c->uid, c->a, &c->account, e);
	if (code) return code;
	struct db_query q = db_query(db, "UPDATE account SET totp_pending = $2 WHERE uid = $1");
	db_bind_str(&q, 1, c->uid);
	db_bind_bytes(&q, 2, c->sealed);
	code = db_run(&q, e);
	return code ? code : audit_write(db, c->by, "totp.begin", c->uid, STR_EMPTY, e);
}

enum err_code totp_begin(struct hub *h, const struct by *by, struct str uid, struct arena *a, struct str *secret, struct str *uri,
	struct err *e) {
	unsigned char random[OTP_SECRET];
	struct setting_up c = {.hub = h, .by = by, .uid = uid, .a = a};
	enum err_code code = own(by, uid, e);
	if (code) return code;
	random_bytes(random, sizeof random);
	struct str bytes = str_n(random, sizeof random);
	code = seal(h, bytes, a, &c.sealed, e);
	if (!code) code = account_write(h, write_pending, &c, e);
	if (!code) {
		*secret = base32_encode(a, bytes);
		*uri = otp_address(a, h->name, c.account.login, bytes);
		if (arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	}
	sodium_memzero(random, sizeof random);
	return code;
}

struct confirming {
	struct hub *hub;
	const struct by *by;
	struct str uid, code;
	struct str *codes;
};

static enum err_code wrong_code(struct err *e) {
	err_set(e, ERR_INVALID, "that is not the code that it shows now; is the telephone's clock right?");
	err_where(e, "code");
	return ERR_INVALID;
}

static enum err_code read_sealed(struct db *db, const char *sql, struct str uid, struct arena *a, struct str *sealed, int64_t *step,
	struct err *e) {
	struct db_query q = db_query(db, sql);
	db_bind_str(&q, 1, uid);
	bool found = db_row(&q);
	*sealed = found ? arena_str(a, db_str(&q, 0)) : STR_EMPTY;
	*step = found ? db_int(&q, 1) : 0;
	return db_done(&q, e);
}

/* The code's spelling does not count: small letters, blanks, hyphens. */
static struct sha256 recovery_digest(struct arena *a, struct str code) {
	char *p = arena_alloc(a, code.n + 1);
	size_t n = 0;
	for (size_t i = 0; p && i < code.n; i++) {
		char c = code.p[i];
		if (c == ' ' || c == '-') continue;
		p[n++] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
	}
	return sha256(str_n(p, n));
}

static enum err_code write_recovery(struct db *db, struct str uid, const struct str codes[CODES], struct arena *a, struct err *e) {
	struct db_query q = db_query(db, "DELETE FROM recovery WHERE account = $1");
	db_bind_str(&q, 1, uid);
	enum err_code code = db_run(&q, e);
	for (size_t i = 0; codes && i < CODES && !code; i++) {
		struct sha256 digest = recovery_digest(a, codes[i]);
		q = db_query(db, "INSERT INTO recovery (account, digest, used) VALUES ($1, $2, 0)");
		db_bind_str(&q, 1, uid);
		db_bind_bytes(&q, 2, sha256_str(&digest));
		code = db_run(&q, e);
	}
	return code;
}

static enum err_code confirm(struct db *db, void *arg, struct err *e) {
	struct confirming *c = arg;
	autoarena struct arena *a = arena_new(1 << 18);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct str sealed, secret;
	int64_t used;
	enum err_code code = read_sealed(db, "SELECT totp_pending, totp_step FROM account WHERE uid = $1 AND totp_pending IS NOT NULL", c->uid, a,
		&sealed, &used, e);
	if (!code && !sealed.n) code = err_set(e, ERR_CONFLICT, "there is no second factor that waits for its first code; begin again");
	if (!code) code = unseal(c->hub, sealed, a, &secret, e);
	if (code) return code;
	int64_t step = otp_find(secret, c->code, otp_step(now(), OTP_PERIOD), AROUND, -1);
	if (step < 0) return wrong_code(e);
	struct db_query q = db_query(db, "UPDATE account SET totp = totp_pending, totp_pending = NULL, totp_step = $2 WHERE uid = $1");
	db_bind_str(&q, 1, c->uid);
	db_bind_int(&q, 2, step);
	code = db_run(&q, e);
	if (!code) code = write_recovery(db, c->uid, c->codes, a, e);
	return code ? code : audit_write(db, c->by, "totp.set", c->uid, STR_EMPTY, e);
}

enum err_code totp_confirm(struct hub *h, const struct by *by, struct str uid, struct str code_text, struct arena *a, struct str codes[10],
	struct err *e) {
	struct str fresh[CODES];
	enum err_code code = own(by, uid, e);
	if (code) return code;
	for (size_t i = 0; i < CODES; i++) {
		unsigned char random[RECOVERY_BYTES];
		random_bytes(random, sizeof random);
		struct str t = base32_encode(a, str_n(random, sizeof random));
		if (t.n != 16) return err_set(e, ERR_MEMORY, "out of memory");
		fresh[i] = arena_fmt(a, "%.4s-%.4s-%.4s-%.4s", t.p, t.p + 4, t.p + 8, t.p + 12);
	}
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	struct confirming c = {h, by, uid, code_text, fresh};
	code = account_write(h, confirm, &c, e);
	if (!code) memcpy(codes, fresh, sizeof fresh);
	return code;
}

/* ---- removing ---- */

struct removing {
	const struct by *by;
	struct str uid;
};

static enum err_code take_away(struct db *db, void *arg, struct err *e) {
	const struct removing *c = arg;
	struct db_query q = db_query(db, "UPDATE account SET totp = NULL, totp_pending = NULL WHERE uid = $1");
	db_bind_str(&q, 1, c->uid);
	enum err_code code = db_run(&q, e);
	if (!code && db_changes(db) == 0) code = account_no_such(e);
	if (!code) code = write_recovery(db, c->uid, NULL, NULL, e);
	return code ? code : audit_write(db, c->by, "totp.remove", c->uid, STR_EMPTY, e);
}

enum err_code totp_remove(struct hub *h, const struct by *by, struct str uid, struct err *e) {
	enum err_code code = by->administrator ? ERR_OK : own(by, uid, e);
	struct removing c = {by, uid};
	return code ? code : account_write(h, take_away, &c, e);
}

enum err_code totp_recovery_left(struct db *db, struct str uid, int64_t *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT count(*) FROM recovery WHERE account = $1 AND used = 0");
	db_bind_str(&q, 1, uid);
	int64_t n = db_row(&q) ? db_int(&q, 0) : 0;
	enum err_code code = db_done(&q, e);
	if (!code) *out = n;
	return code;
}

/* ---- using ---- */

static enum err_code refused(struct err *e) {
	return err_set(e, ERR_FORBIDDEN, "that code is not right, or was used before");
}

static enum err_code take_recovery(struct db *db, struct str uid, struct str code_text, struct arena *a, struct str *how, struct err *e) {
	struct sha256 digest = recovery_digest(a, code_text);
	struct db_query q = db_query(db, "UPDATE recovery SET used = $3 WHERE account = $1 AND digest = $2 AND used = 0");
	db_bind_str(&q, 1, uid);
	db_bind_bytes(&q, 2, sha256_str(&digest));
	db_bind_int(&q, 3, now());
	enum err_code code = db_run(&q, e);
	if (!code && db_changes(db) == 0) code = refused(e);
	if (!code) *how = S("recovery");
	return code;
}

static bool is_recovery(struct str code) {
	size_t signs = 0;
	for (size_t i = 0; i < code.n; i++) signs += code.p[i] != ' ' && code.p[i] != '-';
	return signs == 16;
}

enum err_code totp_take(struct hub *h, struct db *db, struct str uid, struct str code_text, struct str *how, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	code_text = str_trim(str_sub(code_text, 0, 100));
	if (is_recovery(code_text)) return take_recovery(db, uid, code_text, a, how, e);
	struct str sealed, secret;
	int64_t used;
	enum err_code code = read_sealed(db, "SELECT totp, totp_step FROM account WHERE uid = $1 AND totp IS NOT NULL", uid, a, &sealed, &used, e);
	if (!code && !sealed.n) code = refused(e);
	if (code) return code;
	code = unseal(h, sealed, a, &secret, e);
	if (code == ERR_UNSUPPORTED)
		return err_set(e, code, "the second factor can't be checked, since this hub has another key than before (secret.key): use a recovery code, or "
			"ask an administrator to reset it");
	if (code) return code;
	int64_t step = otp_find(secret, code_text, otp_step(now(), OTP_PERIOD), AROUND, used);
	if (step < 0) return refused(e);
	struct db_query q = db_query(db, "UPDATE account SET totp_step = $2 WHERE uid = $1");
	db_bind_str(&q, 1, uid);
	db_bind_int(&q, 2, step);
	code = db_run(&q, e);
	if (!code) *how = S("totp");
	return code;
}
