/* Receipts: how somebody without an account comes back to what they reported.
 *
 * A receipt code is 120 random bits, written as 24 letters of Crockford's base 32 in groups of four and a check letter: K7QM-2XWD-…-H. It is given
 * out once and is the only credential. The hub keeps a keyed digest of it (BLAKE2b with a key that follows from the hub's own) and what it cannot read
 * without it: the finder's draft that was not sent yet, sealed with a second key that follows from the code and the hub's key together. A copy of the
 * database alone gives neither; with 120 random bits there is nothing to guess, so no slow hash is used (docs/DECISIONS.md).
 *
 * Invariant: a row names no person, address, browser or hour. The subject A-XXXX-XXXX stands for the finder as the actor of what they do; it owns the
 * report as a person would and is the same in no two reports. */
#pragma once
#include "hub/disclose.h"
#include "hub/identifier.h"
#include "lib/digest/digest.h"

enum { RECEIPT_BYTES = 15, RECEIPT_TEXT = 32, RECEIPT_ID = 32, RECEIPT_DRAFT = 1 << 20, RECEIPT_DRAFTS = 20000, RECEIPT_DRAFT_DAYS = 90 };

struct receipt_code {
	unsigned char byte[RECEIPT_BYTES];
};
/* A new one. */
struct receipt_code receipt_make(void);
/* "K7QM-2XWD-9F3T-H8RA-5ZNB-YC4E-7" and a NUL. */
struct str receipt_text(const struct receipt_code *code, char out[RECEIPT_TEXT]);
/* Reads one as people type it: small letters, O for 0, I and L for 1, hyphens and spaces anywhere. ERR_INVALID with what is wrong: letters that are missing or
 * too many, one that no code has, or one that is mistaken (the check letter: any single mistake and any two letters that changed places). */
enum err_code receipt_parse(struct str typed, struct receipt_code *out, struct err *e) must_use;
/* The code that belongs to a request which may come again: follows from the hub's key and the name that the client gave the request, so that the answer can be
 * given again though it is stored nowhere. Whoever knows the name has the code: it must be as hard to guess. ERR_INVALID under RECEIPT_NAME bytes. */
enum { RECEIPT_NAME = 16 };
enum err_code receipt_of_request(const struct hub *h, struct str name, struct receipt_code *out, struct err *e) must_use;

struct receipt {
	unsigned char id[RECEIPT_ID];
	char subject[UID_SIZE];
	struct str record;      /* uid of the report; "" while there is only a draft */
	struct str request;     /* digest of what was sent */
};
/* ERR_NOT_FOUND in the same words for a code that never was and for one whose draft was thrown away. */
enum err_code receipt_find(const struct hub *h, struct db *db, const struct receipt_code *code, struct arena *a, struct receipt *out,
	struct err *e) must_use;
/* For reading through the door out, and for changing through the door in. */
static inline struct viewer receipt_viewer(const struct receipt *r) {
	return (struct viewer){str_of(r->subject), 0};
}
static inline struct actor receipt_actor(const struct receipt *r) {
	return (struct actor){str_of(r->subject), ROLE_ANYONE};
}

/* ---- tries ---- */

/* How often codes may be tried from an address: in memory alone, under a hash, and forgotten with the process. ERR_BUSY. "" is not counted. */
enum err_code receipt_try(struct hub *h, struct str address, struct err *e) must_use;
void receipt_forgive(struct hub *h, struct str address);

/* ---- drafts ---- */

/* Keeps what was typed, sealed; a code that is new gets its row. ERR_TOO_LARGE; ERR_BUSY when the hub keeps RECEIPT_DRAFTS already; ERR_CONFLICT when its report
 * was sent. Drafts that nobody touched for RECEIPT_DRAFT_DAYS are thrown away on the way. */
enum err_code receipt_draft_save(struct hub *h, const struct receipt_code *code, struct str text, struct err *e) must_use;
/* ERR_NOT_FOUND where there is none. */
enum err_code receipt_draft_load(const struct hub *h, struct db *db, const struct receipt_code *code, struct arena *a, struct str *out,
	struct err *e) must_use;
/* The row goes too: the code is none any more. Not for one whose report was sent. */
enum err_code receipt_draft_drop(struct hub *h, const struct receipt_code *code, struct err *e) must_use;

/* ---- sending ---- */

/* A row as it is to become with the report, for change.receipt; change_commit writes both or neither. */
struct receipt_row {
	unsigned char id[RECEIPT_ID];
	char subject[UID_SIZE];
	struct sha256 request;
};
/* For a code that is new or has a draft: takes over the draft's subject. ERR_EXISTS when its report was sent: `before` is what there is. */
enum err_code receipt_row_for(const struct hub *h, struct db *db, const struct receipt_code *code, struct str sent, struct arena *a,
	struct receipt_row *out, struct receipt *before, struct err *e) must_use;
/* True when the same was sent. */
bool receipt_same(const struct receipt *r, const struct receipt_row *row);
/* For hub/change.c, in its transaction. ERR_EXISTS when the code's report is there already. */
enum err_code receipt_put(struct db *db, const struct receipt_row *row, int64_t record, struct err *e) must_use;

/* ---- the browser's part ---- */

/* What a browser holds while somebody follows a report: the code, sealed with the hub's key, good for RECEIPT_IDLE from now; text for a cookie. Nothing of it is
 * stored here. */
#define RECEIPT_IDLE (30 * MINUTE)
enum err_code receipt_ticket(const struct hub *h, const struct receipt_code *code, struct arena *a, struct str *out, struct err *e) must_use;
/* False for one that is over, damaged or of another hub. */
bool receipt_of_ticket(const struct hub *h, struct str ticket, struct arena *a, struct receipt_code *out);
/* The proof that a form comes from a page that was shown to the ticket's holder. */
struct str receipt_csrf(const struct hub *h, const struct receipt_code *code, struct arena *a);
