/* What a leaf of the hub's log says, and what it commits to. Pure.
 *
 *     leaf       = 01 ‖ type (1 byte) ‖ commitment (32 bytes)
 *     commitment = SHA-256("polder/entry/v1" ‖ 00 ‖ E ‖ S)
 *     E          = SHA-256("polder/event/v1" ‖ 00 ‖ salt("event") ‖ event), or 32 zero bytes where there is none
 *     S          = SHA-256("polder/statement/v1" ‖ 00 ‖ salt("statement") ‖ statement), likewise
 *     salt(part) = SHA-256("polder/entry-salt/v1" ‖ 00 ‖ part ‖ 00 ‖ seed)
 *
 * The seed is 32 random bytes of the entry's own. Event and statement are canonical JSON (RFC 8785). Who is given one of them, its salt and the digest of the
 * other computes the leaf and learns nothing of the other. Without the salts nobody can try what a leaf may mean, and an entry whose seed and text were
 * destroyed stays in the log and says nothing.
 *
 * An event is what happened to a record, for those who may know of it:
 *     actor, at, record, revision, state, type
 *     detail   hexadecimal SHA-256("polder/detail/v1" ‖ 00 ‖ salt("detail") ‖ detail), where the event has one
 *     root     hexadecimal commitment to the fields of the body (hub/commitment.h), where the event is of a body
 *     prev     hexadecimal SHA-256("polder/prev/v1" ‖ 00 ‖ salt("prev") ‖ commitment of the entry before it of the same record): so none of them can be
 *              left out later, and who holds a receipt finds no leaf but their own
 *
 * A statement is what everybody may read:
 *     at, type
 *     record, kind, id, state
 *     root     hexadecimal commitment to the fields of the public projection, its seed being salt("public")
 *     prev     of the statement before it of the same record
 * and of a reveal of, {commitment, leaf} of what was sealed, and fields, the names of those that are shown (hub/reveal.h); of a tombstone basis, and fields, the names of those that were erased while the record stays (without it, all of it was); of a key the verifier key (lib/tlog/key.h) and the one that it replaces; of a delegation what hub/peer/peer.h says. */
#pragma once
#include "lib/digest/digest.h"
#include "lib/json/json.h"

enum entry_type {
	ENTRY_COMMIT = 1, /* says nothing: what is confidential, and what fills up (hub/ledger/ledger.h) */
	ENTRY_REVEAL,     /* what was committed to before is shown */
	ENTRY_PUBLISH,    /* a record became public */
	ENTRY_AMEND,      /* what the public reads of it changed */
	ENTRY_ASSERT,     /* what an organization says of a record, here or in another hub, became public */
	ENTRY_DISPUTE,    /* a dispute became public */
	ENTRY_WITHDRAW,   /* it is withdrawn, or public no more */
	ENTRY_TOMBSTONE,  /* it was erased */
	ENTRY_KEY,        /* the log's key */
	ENTRY_DELEGATION, /* another hub in the directory: listed, changed, removed */
	ENTRY_CLOCK,      /* the time by this hub, where an epoch ends */
	ENTRY_TYPES
};
/* "commit"; by its name 0 when there is none. */
struct str entry_type_name(enum entry_type t);
enum entry_type entry_type_of(struct str name);

enum { ENTRY_SEED = 32, ENTRY_LEAF = 34 };

struct sha256 entry_salt(struct str seed, const char *part);
/* All salts of an entry: from its seed, or as they were written down when that was destroyed, so that what was erased can't be tried (hub/change_strike.c). */
struct entry_salts {
	struct sha256 event, statement, prev;
	struct sha256 detail, open;  /* open: salt("public") */
	bool has_detail, has_public; /* false: gone with what they were of */
	struct sha256 detail_digest; /* where the detail's salt is gone: its digest, as the event has it */
};
struct entry_salts entry_salts_of(struct str seed);
/* As they are written down: canonical JSON. ERR_CORRUPT when read. */
struct str entry_salts_text(struct arena *a, const struct entry_salts *s);
enum err_code entry_salts_read(struct arena *a, struct str text, struct entry_salts *out, struct err *e) must_use;
/* The digest of an event or a statement; part is "event", "statement", "detail" or "prev". */
struct sha256 entry_part(const char *part, const struct sha256 *salt, struct str text);
struct sha256 entry_commitment(const struct sha256 *event, const struct sha256 *statement);
/* Both digests from the texts; "" stands for none. */
struct sha256 entry_commitment_of(struct str seed, struct str event, struct str statement);
struct sha256 entry_commitment_salted(const struct entry_salts *s, struct str event, struct str statement);

/* ENTRY_LEAF bytes, in `to`. */
struct str entry_leaf(enum entry_type t, const struct sha256 *commitment, unsigned char to[ENTRY_LEAF]);
/* ERR_UNSUPPORTED: of another version; ERR_INVALID. */
enum err_code entry_leaf_parse(struct str leaf, enum entry_type *type, struct sha256 *commitment, struct err *e) must_use;

struct entry_event {
	struct str record, type, actor, state;
	moment at;
	int64_t revision;
	struct str detail; /* canonical JSON; "" none */
	struct str root;   /* 32 bytes; "" the event is of no body */
	struct str prev;   /* 32 bytes; "" the first of its record */
};
struct str entry_event_text(struct arena *a, const struct entry_event *v, struct str seed);
struct str entry_event_salted(struct arena *a, const struct entry_event *v, const struct entry_salts *s);

struct entry_statement {
	enum entry_type type;
	moment at;
	struct str record, kind, id, state; /* each may be "" */
	struct str root, prev;              /* as above */
	struct str basis;                   /* tombstone; "" none said */
	const struct json *fields;          /* likewise: names of those that were erased; NULL: all of it was; reveal: of those that are shown */
	const struct json *of;              /* reveal: {commitment, leaf} of what was sealed */
	struct str key, replaces;           /* key, delegation: its text, and that of the one before it */
	struct str origin, name, url, prefix, reason; /* delegation: hub/peer/peer.h */
};
struct str entry_statement_text(struct arena *a, const struct entry_statement *v);

struct str entry_hex(struct arena *a, struct str bytes);
/* ERR_INVALID unless it is that many bytes in lowercase hexadecimal. */
enum err_code entry_unhex(struct str hex, unsigned char *to, size_t n, struct err *e) must_use;
