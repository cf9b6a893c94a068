#include "receipt.h"

#include <sodium.h>

#include "hub/account/throttle.h"
#include "hub/root.h"
#include "hub/seal.h"
#include "hub/writer.h"

enum { LETTERS = 24, KEY = ROOT_DERIVED };
enum derived { FOR_ID = 1, FOR_DRAFT, FOR_REQUEST, FOR_CSRF, FOR_SENT };
static const char context[] = "receipt1";
static const char base32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* ---- the code ---- */

/* In the field of 32 elements (x^5 + x^2 + 1), whose element 2 generates all but 0: a letter weighs by its place, no two places weigh the same, so a mistaken
 * letter and two that changed places both change the sum. */
static unsigned twice(unsigned x) {
	return (x << 1 & 31) ^ (x & 16 ? 5 : 0);
}
static unsigned times(unsigned x, unsigned y) {
	unsigned out = 0;
	for (; y; y >>= 1, x = twice(x))
		if (y & 1) out ^= x;
	return out;
}
static unsigned check_of(const unsigned letters[LETTERS]) {
	unsigned weight = 2, sum = 0;
	for (size_t i = 0; i < LETTERS; i++, weight = twice(weight)) sum ^= times(letters[i], weight);
	return sum;
}

struct receipt_code receipt_make(void) {
	struct receipt_code code;
	random_bytes(code.byte, sizeof code.byte);
	return code;
}

static void letters_of(const struct receipt_code *code, unsigned out[LETTERS]) {
	for (size_t i = 0; i < LETTERS; i++) {
		size_t bit = 5 * i;
		unsigned two = (unsigned)code->byte[bit / 8] << 8 | (bit / 8 + 1 < RECEIPT_BYTES ? code->byte[bit / 8 + 1] : 0u);
		out[i] = two >> (11 - bit % 8) & 31;
	}
}

struct str receipt_text(const struct receipt_code *code, char out[RECEIPT_TEXT]) {
	unsigned letters[LETTERS];
	char *p = out;
	letters_of(code, letters);
	for (size_t i = 0; i < LETTERS; i++) {
		*p++ = base32[letters[i]];
		if (i % 4 == 3) *p++ = '-';
	}
	*p++ = base32[check_of(letters)];
	*p = 0;
	return str_n(out, (size_t)(p - out));
}

enum err_code receipt_parse(struct str typed, struct receipt_code *out, struct err *e) {
	unsigned letters[LETTERS + 1];
	size_t n = 0;
	typed = str_trim(typed);
	for (size_t i = 0; i < typed.n; i++) {
		unsigned char c = (unsigned char)typed.p[i];
		if (c == '-' || c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;
		if (c >= 'a' && c <= 'z') c = (unsigned char)(c - 32);
		if (c == 'O') c = '0';
		if (c == 'I' || c == 'L') c = '1';
		const char *at = c ? strchr(base32, c) : NULL;
		if (!at) return err_set(e, ERR_INVALID, "a receipt code has only digits and letters, and never a U; look at it once more");
		if (n == LETTERS + 1) return err_set(e, ERR_INVALID, "this is longer than a receipt code: one has %d letters, six groups of four and one more", LETTERS + 1);
		letters[n++] = (unsigned)(at - base32);
	}
	if (n < LETTERS + 1)
		return err_set(e, ERR_INVALID, "a receipt code has %d letters, six groups of four and one more; here are %zu", LETTERS + 1, n);
	if (check_of(letters) != letters[LETTERS])
		return err_set(e, ERR_INVALID, "there is a typing error in this receipt code: its last letter does not fit the others");
	struct receipt_code code = {{0}};
	for (size_t i = 0; i < 5 * LETTERS; i++) code.byte[i / 8] |= (unsigned char)((letters[i / 5] >> (4 - i % 5) & 1) << (7 - i % 8));
	*out = code;
	return ERR_OK;
}

/* ---- what follows from it ---- */

static enum err_code digest_of(const struct hub *h, enum derived purpose, struct str of, unsigned char *out, size_t n, struct err *e) {
	unsigned char key[KEY];
	enum err_code code = root_derive(h, context, purpose, key, e);
	if (code) return code;
	crypto_generichash(out, n, (const unsigned char *)of.p, of.n, key, sizeof key);
	sodium_memzero(key, sizeof key);
	return ERR_OK;
}

static struct str code_bytes(const struct receipt_code *code) {
	return str_n(code->byte, sizeof code->byte);
}

static enum err_code id_of(const struct hub *h, const struct receipt_code *code, unsigned char id[RECEIPT_ID], struct err *e) {
	return digest_of(h, FOR_ID, code_bytes(code), id, RECEIPT_ID, e);
}

enum err_code receipt_of_request(const struct hub *h, struct str name, struct receipt_code *out, struct err *e) {
	if (name.n < RECEIPT_NAME)
		return err_set(e, ERR_INVALID, "the name of a request that gives a receipt must be hard to guess: at least %d random letters", RECEIPT_NAME);
	unsigned char digest[crypto_generichash_BYTES_MIN]; /* one byte longer than a code */
	enum err_code failed = digest_of(h, FOR_REQUEST, name, digest, sizeof digest, e);
	if (!failed) memcpy(out->byte, digest, sizeof out->byte);
	return failed;
}

/* ---- rows ---- */

static enum err_code unknown(struct err *e) {
	return err_set(e, ERR_NOT_FOUND, "there is no report with this receipt code");
}

static enum err_code find_by_id(struct db *db, const unsigned char id[RECEIPT_ID], struct arena *a, struct receipt *out, struct err *e) {
	struct db_query q = db_query(db,
		"SELECT r.subject, o.uid, r.request FROM receipt r LEFT JOIN record o ON o.id = r.record WHERE r.id = $1");
	db_bind_bytes(&q, 1, str_n(id, RECEIPT_ID));
	struct receipt r = {.record = STR_EMPTY};
	bool found = db_row(&q);
	if (found) {
		snprintf(r.subject, sizeof r.subject, "%.*s", STR_ARG(db_str(&q, 0)));
		r.record = arena_str(a, db_str(&q, 1));
		r.request = arena_str(a, db_str(&q, 2));
		memcpy(r.id, id, RECEIPT_ID);
	}
	enum err_code code = db_done(&q, e);
	if (!code && !found) code = unknown(e);
	if (!code) *out = r;
	return code;
}

enum err_code receipt_find(const struct hub *h, struct db *db, const struct receipt_code *code, struct arena *a, struct receipt *out,
	struct err *e) {
	unsigned char id[RECEIPT_ID];
	enum err_code failed = id_of(h, code, id, e);
	return failed ? failed : find_by_id(db, id, a, out, e);
}

/* Work in the writer that keeps its own refusals to itself. */
struct job {
	unsigned char id[RECEIPT_ID];
	char subject[UID_SIZE];
	struct str draft;
	enum err_code code;
	struct err err;
};

static enum err_code run(struct hub *h, enum err_code (*fn)(struct db *, void *, struct err *), struct job *job, struct err *e) {
	enum err_code code = writer_run(h->writer, fn, job, e);
	if (!code && job->code && e) *e = job->err;
	return code ? code : job->code;
}

static void make_subject(char out[UID_SIZE]) {
	uid_make(out);
	out[0] = 'A';
}

/* ---- tries ---- */

static const struct throttle_rule tries = {"receipt codes from an address", 20, 15 * MINUTE / 20};

enum err_code receipt_try(struct hub *h, struct str address, struct err *e) {
	moment wait;
	if (!address.n || !h->throttle || throttle_take(h->throttle, &tries, address, &wait)) return ERR_OK;
	return err_set(e, ERR_BUSY, "too many codes were tried; try again in %lld minutes", (long long)(wait / MINUTE + 1));
}

void receipt_forgive(struct hub *h, struct str address) {
	if (address.n && h->throttle) throttle_forgive(h->throttle, &tries, address);
}

/* ---- drafts ---- */

static int64_t today(void) {
	return now() / DAY;
}

/* The key needs the code and the hub: neither a copy of the database nor the hub's key alone gives it. */
static enum err_code draft_key(const struct hub *h, const struct receipt_code *code, unsigned char key[KEY], struct err *e) {
	return digest_of(h, FOR_DRAFT, code_bytes(code), key, KEY, e);
}

static enum err_code save(struct db *db, void *arg, struct err *e) {
	struct job *job = arg;
	struct db_query q = db_query(db, "DELETE FROM receipt WHERE record IS NULL AND day < $1");
	db_bind_int(&q, 1, today() - RECEIPT_DRAFT_DAYS);
	enum err_code code = db_run(&q, e);
	int64_t drafts = 0;
	bool there = false, sent = false;
	if (code) return code;
	q = db_query(db, "SELECT record FROM receipt WHERE id = $1");
	db_bind_bytes(&q, 1, str_n(job->id, RECEIPT_ID));
	if ((there = db_row(&q))) sent = !db_is_null(&q, 0);
	code = db_done(&q, e);
	if (code) return code;
	if (sent) return job->code = err_set(&job->err, ERR_CONFLICT, "this report was sent already"), ERR_OK;
	if (!there) {
		q = db_query(db, "SELECT count(*) FROM receipt WHERE record IS NULL");
		if (db_row(&q)) drafts = db_int(&q, 0);
		code = db_done(&q, e);
	}
	if (!code && drafts >= RECEIPT_DRAFTS) return job->code = err_set(&job->err, ERR_BUSY, "the hub keeps no more drafts for now"), ERR_OK;
	if (code) return code;
	q = db_query(db,
		"INSERT INTO receipt (id, subject, record, request, draft, day) VALUES ($1, $2, NULL, NULL, $3, $4) "
		"ON CONFLICT (id) DO UPDATE SET draft = excluded.draft, day = excluded.day");
	db_bind_bytes(&q, 1, str_n(job->id, RECEIPT_ID));
	db_bind_str(&q, 2, str_of(job->subject));
	db_bind_bytes(&q, 3, job->draft);
	db_bind_int(&q, 4, today());
	return db_run(&q, e);
}

enum err_code receipt_draft_save(struct hub *h, const struct receipt_code *code, struct str text, struct err *e) {
	enum { NONCE = crypto_secretbox_NONCEBYTES, MAC = crypto_secretbox_MACBYTES };
	unsigned char key[KEY];
	struct job job = {0};
	if (text.n > RECEIPT_DRAFT) return err_set(e, ERR_TOO_LARGE, "a draft may have at most %d MB", RECEIPT_DRAFT >> 20);
	autofree unsigned char *sealed = malloc(NONCE + MAC + text.n);
	if (!sealed) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code failed = id_of(h, code, job.id, e);
	if (!failed) failed = draft_key(h, code, key, e);
	if (failed) return failed;
	random_bytes(sealed, NONCE);
	(void)crypto_secretbox_easy(sealed + NONCE, (const unsigned char *)text.p, text.n, sealed, key);
	sodium_memzero(key, sizeof key);
	make_subject(job.subject);
	job.draft = str_n(sealed, NONCE + MAC + text.n);
	return run(h, save, &job, e);
}

enum err_code receipt_draft_load(const struct hub *h, struct db *db, const struct receipt_code *code, struct arena *a, struct str *out,
	struct err *e) {
	enum { NONCE = crypto_secretbox_NONCEBYTES, MAC = crypto_secretbox_MACBYTES };
	unsigned char id[RECEIPT_ID], key[KEY];
	enum err_code failed = id_of(h, code, id, e);
	if (!failed) failed = draft_key(h, code, key, e);
	if (failed) return failed;
	struct db_query q = db_query(db, "SELECT draft FROM receipt WHERE id = $1 AND record IS NULL AND draft IS NOT NULL");
	db_bind_bytes(&q, 1, str_n(id, RECEIPT_ID));
	struct str sealed = db_row(&q) ? arena_str(a, db_str(&q, 0)) : STR_EMPTY;
	failed = db_done(&q, e);
	unsigned char *to = arena_alloc(a, sealed.n + 1);
	const unsigned char *from = (const unsigned char *)sealed.p;
	bool opened = !failed && to && sealed.n >= NONCE + MAC && crypto_secretbox_open_easy(to, from + NONCE, sealed.n - NONCE, from, key) == 0;
	sodium_memzero(key, sizeof key);
	if (failed) return failed;
	if (!opened) return unknown(e);
	*out = str_n(to, sealed.n - NONCE - MAC);
	return ERR_OK;
}

static enum err_code drop(struct db *db, void *arg, struct err *e) {
	const struct job *job = arg;
	struct db_query q = db_query(db, "DELETE FROM receipt WHERE id = $1 AND record IS NULL");
	db_bind_bytes(&q, 1, str_n(job->id, RECEIPT_ID));
	return db_run(&q, e);
}

enum err_code receipt_draft_drop(struct hub *h, const struct receipt_code *code, struct err *e) {
	struct job job = {0};
	enum err_code failed = id_of(h, code, job.id, e);
	return failed ? failed : run(h, drop, &job, e);
}

/* ---- sending ---- */

enum err_code receipt_row_for(const struct hub *h, struct db *db, const struct receipt_code *code, struct str sent, struct arena *a,
	struct receipt_row *out, struct receipt *before, struct err *e) {
	struct receipt_row row = {.subject = ""};
	struct receipt r = {.record = STR_EMPTY};
	enum err_code failed = id_of(h, code, row.id, e);
	if (!failed) failed = digest_of(h, FOR_SENT, sent, row.request.byte, sizeof row.request.byte, e);
	if (failed) return failed;
	failed = find_by_id(db, row.id, a, &r, e);
	if (failed && failed != ERR_NOT_FOUND) return failed;
	if (failed) make_subject(row.subject);
	else memcpy(row.subject, r.subject, sizeof row.subject);
	*out = row;
	*before = r;
	return r.record.n ? err_set(e, ERR_EXISTS, "this report was sent already") : ERR_OK;
}

bool receipt_same(const struct receipt *r, const struct receipt_row *row) {
	return str_eq(r->request, sha256_str(&row->request));
}

enum err_code receipt_put(struct db *db, const struct receipt_row *row, int64_t record, struct err *e) {
	struct db_query q = db_query(db,
		"INSERT INTO receipt (id, subject, record, request, draft, day) VALUES ($1, $2, $3, $4, NULL, $5) "
		"ON CONFLICT (id) DO UPDATE SET record = excluded.record, request = excluded.request, draft = NULL, day = excluded.day "
		"WHERE receipt.record IS NULL AND receipt.subject = excluded.subject");
	db_bind_bytes(&q, 1, str_n(row->id, RECEIPT_ID));
	db_bind_str(&q, 2, str_of(row->subject));
	db_bind_int(&q, 3, record);
	db_bind_bytes(&q, 4, sha256_str(&row->request));
	db_bind_int(&q, 5, today());
	enum err_code code = db_run(&q, e);
	return code || db_changes(db) ? code : err_set(e, ERR_EXISTS, "this report was sent already");
}

/* ---- the browser's part ---- */

enum { TICKET = RECEIPT_BYTES + sizeof(int64_t), TICKET_TEXT = 200 };

enum err_code receipt_ticket(const struct hub *h, const struct receipt_code *code, struct arena *a, struct str *out, struct err *e) {
	unsigned char plain[TICKET];
	int64_t until = now() + RECEIPT_IDLE;
	struct str sealed;
	memcpy(plain, code->byte, RECEIPT_BYTES);
	memcpy(plain + RECEIPT_BYTES, &until, sizeof until);
	enum err_code failed = seal(h, str_n(plain, sizeof plain), a, &sealed, e);
	sodium_memzero(plain, sizeof plain);
	char text[TICKET_TEXT];
	if (failed) return failed;
	if (sodium_base64_encoded_len(sealed.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING) > sizeof text) return err_set(e, ERR_INTERNAL, "a ticket is too long");
	sodium_bin2base64(text, sizeof text, (const unsigned char *)sealed.p, sealed.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	*out = arena_str(a, str_of(text));
	return ERR_OK;
}

bool receipt_of_ticket(const struct hub *h, struct str ticket, struct arena *a, struct receipt_code *out) {
	unsigned char sealed[TICKET_TEXT];
	size_t n;
	struct str plain;
	int64_t until;
	if (!ticket.n || ticket.n >= TICKET_TEXT) return false;
	if (sodium_base642bin(sealed, sizeof sealed, ticket.p, ticket.n, NULL, &n, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) return false;
	if (unseal(h, str_n(sealed, n), a, &plain, NULL) || plain.n != TICKET) return false;
	memcpy(&until, plain.p + RECEIPT_BYTES, sizeof until);
	if (until < now()) return false;
	memcpy(out->byte, plain.p, RECEIPT_BYTES);
	return true;
}

struct str receipt_csrf(const struct hub *h, const struct receipt_code *code, struct arena *a) {
	unsigned char digest[16];
	char hex[2 * sizeof digest + 1];
	if (digest_of(h, FOR_CSRF, code_bytes(code), digest, sizeof digest, NULL)) return STR_EMPTY;
	sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
	return arena_str(a, str_of(hex));
}
