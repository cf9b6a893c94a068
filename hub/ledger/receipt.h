/* Receipts: that a hub took in what somebody did, so that it can't be denied later. A file of JSON that is checked without the hub (`polder receipt check`).
 *
 *     polder      "receipt"
 *     version     1
 *     hub         {origin, name?, url?, key}: the log's name, and its key as a verifier key of signed notes
 *     type        of the leaf: "commit", "publish", …
 *     event       what was done (hub/ledger/entry.h), with event_salt
 *     statement   hexadecimal S of the entry: what the public reads of it, of which nothing is told here; left out where there is none
 *     detail      text, with detail_salt; left out where there is none, or it is kept back
 *     fields      of the body, in the order of its tree: {name, salt, value}, or {leaf} of one that is kept back, {leaf, erased: true} where the hub has erased it
 *                 since; left out where the event is of no body
 *     promise     a signed note by the hub's key: that the leaf will be in its log
 *     proof       a tlog-proof, as soon as it is
 *
 * The note's text:
 *     polder/promise/v1
 *     <origin>
 *     <hexadecimal of the leaf>
 *     by <RFC 3339>
 *
 * What is checked: fields give the root in the event; event, salt and statement the commitment; promise and proof are of the leaf of that type with it and by the key.
 * Whether the key is the hub's is for who checks to know: it stands in the receipt only so that a check can say which. Pure. */
#pragma once
#include "hub/ledger/entry.h"
#include "lib/tlog/proof_file.h"

enum { RECEIPT_FILE_BYTES = 8 << 20 };
#define RECEIPT_PROMISE "polder/promise/v1"

/* What a receipt is made of. */
struct receipt_parts {
	struct str origin, name, url, key;
	enum entry_type type;
	struct str seed;               /* of the entry */
	struct str event, statement;   /* texts; "" none */
	struct str detail;             /* "" none */
	const struct json *body;       /* NULL: the event is of none */
	struct str body_seed;
	const struct json *body_salts; /* in its place, where a field was erased (hub/commitment.h); NULL: the seed */
	const struct entry_salts *salts; /* in the place of the entry's seed; NULL: the seed */
	struct str promise, proof;     /* "" none yet */
};
/* ERR_MEMORY, ERR_TOO_LARGE. */
enum err_code receipt_write(struct arena *a, const struct receipt_parts *p, const struct json **out, struct err *e) must_use;
/* The same receipt with only these fields of the body, and the detail only with `detail`. ERR_INVALID: it is no receipt, or has no such field to show. */
enum err_code receipt_redact(struct arena *a, const struct json *receipt, const struct str *keep, size_t keep_n, bool detail, const struct json **out,
	struct err *e) must_use;

/* The text that is promised. */
struct str receipt_promise_text(struct arena *a, struct str origin, enum entry_type type, const struct sha256 *commitment, moment by);

struct receipt_checked {
	struct str origin, key;        /* as the receipt says */
	bool trusted;                  /* the key is one of those given, or one of those signed the checkpoint of the proof too */
	struct str record, actor, event, state, at;
	int64_t revision;
	size_t shown, hidden, erased;  /* fields; erased: of those hidden, that the hub says it has erased */
	const struct json *fields;     /* those that are shown: {name: value} */
	bool promised;
	struct str by;                 /* by when it should be in the log */
	bool logged;
	uint64_t leaf, size;           /* its number; of the tree that the checkpoint is of */
	size_t witnesses;              /* that cosigned the checkpoint, of those given */
	struct sha256 commitment;
};
/* ERR_INVALID with what is wrong in words: it is no receipt, or does not fit together; ERR_FORBIDDEN: a signature is wrong, or not by a key that is trusted
 * where keys are given; ERR_UNSUPPORTED: of a later version, or a key of another type. */
enum err_code receipt_check(struct arena *a, struct str text, const struct tlog_key *trusted, size_t trusted_n, const struct tlog_key *witnesses,
	size_t witnesses_n, struct receipt_checked *out, struct err *e) must_use;
