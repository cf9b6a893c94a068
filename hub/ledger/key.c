/* The log's name and keys. */
#include <errno.h>
#include <unistd.h>

#include "hub/key_file.h"
#include "hub/ledger/ledger.h"

enum { KEYS = 100, ROTATE_CAP = 1 << 20 };

const char *ledger_folder(struct arena *a, const struct hub *h) {
	return file_join(a, h->dir, "log");
}

static enum err_code setting(struct db *db, struct arena *a, const char *name, struct str *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT value FROM setting WHERE name = $1");
	db_bind_str(&q, 1, str_of(name));
	*out = db_row(&q) ? arena_str(a, db_str(&q, 0)) : STR_EMPTY;
	return db_done(&q, e);
}

enum err_code ledger_held(struct db *db, struct arena *a, struct str *out, struct err *e) {
	return setting(db, a, "log.held", out, e);
}

/* Of the address without its scheme, as logs are called; without one, of the hub's uid. */
static struct str fresh_origin(const struct hub *h, struct arena *a) {
	if (h->log.origin.n) return h->log.origin;
	size_t scheme = str_find(h->base_url, S("://"));
	if (scheme == STR_NONE) return arena_cat(a, S("polder/"), h->uid);
	return arena_cat(a, str_from(h->base_url, scheme + 3), S("/log"));
}

enum err_code ledger_origin(const struct hub *h, struct db *db, struct arena *a, struct str *out, struct err *e) {
	enum err_code code = setting(db, a, "log.origin", out, e);
	if (!code && !out->n) *out = fresh_origin(h, a);
	if (!code && !tlog_name_valid(*out)) code = err_set(e, ERR_INVALID, "[log] origin: a log's name has no white space and no \"+\"");
	return code;
}

static const char *key_path(struct arena *a, const struct hub *h) {
	return file_join(a, h->dir, "log.key");
}
static const char *old_path(struct arena *a, const struct hub *h) {
	return file_join(a, h->dir, "log.key.old");
}

enum err_code ledger_signer(const struct hub *h, struct arena *a, struct str origin, struct tlog_signer *out, struct err *e) {
	struct str seed = STR_EMPTY;
	enum err_code code = key_file_read(a, key_path(a, h), TLOG_KEY_BYTES, &seed, e);
	if (!code) code = tlog_signer_make(origin, TLOG_ED25519, (const unsigned char *)seed.p, out, e);
	if (seed.n) key_file_forget(seed);
	return code;
}

/* The key before it, as long as its file is there. */
static enum err_code old_signer(const struct hub *h, struct arena *a, struct str origin, struct tlog_signer *out, bool *found, struct err *e) {
	struct str seed = STR_EMPTY;
	*found = false;
	if (!file_exists(old_path(a, h))) return ERR_OK;
	enum err_code code = key_file_peek(a, old_path(a, h), TLOG_KEY_BYTES, &seed, e);
	if (code == ERR_NOT_FOUND) return ERR_OK; /* it went a moment ago */
	if (!code) code = tlog_signer_make(origin, TLOG_ED25519, (const unsigned char *)seed.p, out, e);
	if (seed.n) key_file_forget(seed);
	*found = !code;
	return code;
}

/* What the log said last of its key, below a leaf. */
struct said {
	struct str key, replaces; /* "" it says nothing */
	moment at;
};

static enum err_code said_below(struct db *db, struct arena *a, uint64_t under, struct said *out, struct err *e) {
	const struct json *v = NULL;
	struct db_query q = db_query(db, "SELECT statement FROM entry WHERE type = 9 AND statement IS NOT NULL AND leaf < $1 ORDER BY id DESC LIMIT 1");
	db_bind_int(&q, 1, (int64_t)under);
	*out = (struct said){.key = STR_EMPTY, .replaces = STR_EMPTY};
	enum err_code code = db_row(&q) ? json_parse(a, db_str(&q, 0), NULL, &v, e) : ERR_OK;
	enum err_code ended = db_done(&q, code ? NULL : e);
	if (code || ended || !v) return code ? code : ended;
	out->key = arena_str(a, json_get_str(v, S("key")));
	out->replaces = arena_str(a, json_get_str(v, S("replaces")));
	return moment_parse(json_get_str(v, S("at")), &out->at) ? ERR_OK : err_set(e, ERR_CORRUPT, "the log's entry of its key has no time");
}

static bool is_key(struct arena *a, struct str text, const struct tlog_signer *s) {
	return str_eq(text, tlog_key_text(a, &s->key));
}

enum err_code ledger_signers(const struct hub *h, struct db *db, struct arena *a, struct str origin, uint64_t under, struct ledger_signers *out, struct err *e) {
	struct tlog_signer now_signs = {0}, before = {0};
	struct said said;
	bool old = false;
	*out = (struct ledger_signers){.n = 0};
	enum err_code code = ledger_signer(h, a, origin, &now_signs, e);
	if (!code) code = old_signer(h, a, origin, &before, &old, e);
	if (!code) code = said_below(db, a, under, &said, e);
	if (!code) {
		bool present = is_key(a, said.key, &now_signs);
		/* The old one goes on until the log says the new one, and for the overlap after that. */
		bool overlaps = old && (is_key(a, said.key, &before) || (present && is_key(a, said.replaces, &before) && now() < said.at + h->log.overlap));
		if (present) out->list[out->n++] = now_signs;
		if (overlaps && !tlog_key_eq(&before.key, &now_signs.key)) out->list[out->n++] = before;
		if (overlaps && present) out->until = said.at + h->log.overlap;
		if (arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	}
	tlog_signer_wipe(&now_signs);
	tlog_signer_wipe(&before);
	if (code) ledger_signers_wipe(out);
	return code;
}

void ledger_signers_wipe(struct ledger_signers *s) {
	for (size_t i = 0; i < lengthof(s->list); i++) tlog_signer_wipe(&s->list[i]);
}

enum err_code ledger_key_status(const struct hub *h, struct db *db, struct arena *a, struct ledger_key_status *out, struct err *e) {
	struct said said;
	struct str origin;
	struct ledger_signers signers;
	*out = (struct ledger_key_status){.key = STR_EMPTY, .before = STR_EMPTY};
	enum err_code code = said_below(db, a, (uint64_t)INT64_MAX, &said, e);
	if (code || !said.key.n) return code;
	*out = (struct ledger_key_status){.key = said.key, .since = said.at, .before = STR_EMPTY};
	code = ledger_origin(h, db, a, &origin, e);
	if (!code) code = ledger_signers(h, db, a, origin, (uint64_t)INT64_MAX, &signers, e);
	if (code) return code;
	if (signers.n > 1) {
		out->before = tlog_key_text(a, &signers.list[1].key);
		out->until = signers.until;
	}
	ledger_signers_wipe(&signers);
	return ERR_OK;
}

/* ---- from one key to the next ---- */

/* Under the log's lock. The old key's file goes when its time is over, or where a rotation did not get further than to its copy. */
enum err_code ledger_retire(const struct hub *h, struct db *db, struct arena *a, struct str origin, struct err *e) {
	struct tlog_signer present = {0}, before = {0};
	struct said said;
	bool old = false;
	if (!file_exists(old_path(a, h))) return ERR_OK;
	enum err_code code = ledger_signer(h, a, origin, &present, e);
	if (!code) code = old_signer(h, a, origin, &before, &old, e);
	if (!code) code = said_below(db, a, (uint64_t)INT64_MAX, &said, e);
	if (!code && old) {
		bool settled = is_key(a, said.key, &present), same = tlog_key_eq(&present.key, &before.key);
		bool over = settled && (!is_key(a, said.replaces, &before) || now() >= said.at + h->log.overlap);
		if ((same || over) && unlink(old_path(a, h)) != 0 && errno != ENOENT) code = err_errno(e, errno, "%s", old_path(a, h));
	}
	tlog_signer_wipe(&present);
	tlog_signer_wipe(&before);
	return code;
}

static enum err_code rotate_locked(const struct hub *h, struct db *db, struct arena *a, struct str origin, struct err *e) {
	struct ledger_signers signers;
	struct tlog_signer present = {0};
	struct str seed = STR_EMPTY;
	enum err_code code = ledger_retire(h, db, a, origin, e);
	if (!code) code = ledger_signers(h, db, a, origin, (uint64_t)INT64_MAX, &signers, e);
	if (code) return code;
	code = ledger_signer(h, a, origin, &present, e);
	bool ready = !code && signers.n && tlog_key_eq(&signers.list[0].key, &present.key);
	if (!code && signers.n > 1)
		code = err_set(e, ERR_CONFLICT, "the key before this one signs until %.*s, so that others can follow: the next change is possible then", STR_ARG(moment_str(a, signers.until)));
	else if (!code && !ready)
		code = err_set(e, ERR_CONFLICT, "the log does not say its present key yet: `polder log run` first");
	tlog_signer_wipe(&present);
	ledger_signers_wipe(&signers);
	/* Killed between the two, both files hold one key, and ledger_retire takes the copy away. */
	if (!code) code = key_file_peek(a, key_path(a, h), TLOG_KEY_BYTES, &seed, e);
	if (!code) code = key_file_keep(old_path(a, h), seed, e);
	if (seed.n) key_file_forget(seed);
	return code ? code : key_file_replace(key_path(a, h), TLOG_KEY_BYTES, e);
}

enum err_code ledger_rotate(struct hub *h, struct db *db, struct err *e) {
	autoarena struct arena *a = arena_new(ROTATE_CAP);
	autofd int locked = -1;
	struct str origin, held;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = ledger_run(h, db, e); /* so that the log has begun, and says the key that is to go */
	if (!code) code = ledger_held(db, a, &held, e);
	if (!code && held.n) code = err_set(e, ERR_CONFLICT, "the hub was restored from a backup: `polder log resume` comes first");
	if (!code) code = ledger_origin(h, db, a, &origin, e);
	if (!code) code = ledger_lock(h, a, &locked, e);
	if (!code) code = rotate_locked(h, db, a, origin, e);
	if (locked >= 0) close(locked);
	locked = -1;
	return code ? code : ledger_run(h, db, e);
}

/* ---- all that there were ---- */

enum err_code ledger_keys(struct db *db, struct arena *a, struct tlog_key **out, size_t *n, struct err *e) {
	struct tlog_key *keys = arena_array(a, KEYS, sizeof *keys);
	if (!keys) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = ERR_OK;
	*n = 0;
	struct db_query q = db_query(db, "SELECT statement FROM entry WHERE type = 9 AND statement IS NOT NULL ORDER BY id DESC LIMIT 100");
	while (!code && *n < KEYS && db_row(&q)) {
		const struct json *said;
		code = json_parse(a, db_str(&q, 0), NULL, &said, e);
		if (!code) code = tlog_key_parse(json_get_str(said, S("key")), &keys[*n], e);
		if (!code) (*n)++;
	}
	enum err_code ended = db_done(&q, code ? NULL : e);
	*out = keys;
	return code ? code : ended;
}
