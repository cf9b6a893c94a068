/* The statements by which the door in writes; for change*.c alone. */
#pragma once
#include "hub/change.h"
#include "hub/cipher.h"
#include "hub/ledger/note.h"
#include "hub/project.h"

/* What the writer needs to know of a record before it changes it. */
struct stored {
	int64_t id, revision;
	const struct kind *kind;
	struct str uid, state, public_id, number, created_by;
	struct str visibility; /* canonical JSON or "" */
	struct str key_id;     /* with which it is encrypted; "" it stands in the clear */
	struct str hub;        /* the name of the log of the hub that it was copied from; "" this hub's own */
	moment erased;         /* 0: it was not */
	bool was_public;       /* of one that was erased */
	struct str struck;     /* names of fields that were erased: a JSON array; "" none */
	moment updated;
	bool is_public;        /* it has a public projection, and then: */
	struct str sort;
	moment published;
};

/* Changes to facet_count, written together at the end. */
struct counts;

struct store {
	struct hub *hub;
	struct db *db;
	struct arena *a;
	struct counts *counts;
	struct actor actor;
	moment at;
	int64_t fresh;           /* the record that was made just now: nothing is stored for the public of it yet, and it has no links */
	struct json_builder *erased; /* SHA-256 of files whose bytes go after the commit */
	bool anew;               /* also what seems to be up to date is made again */
	struct ledger_notes noted;  /* hub/ledger/note.h */
	struct sha256 root;         /* of the last revision that was stored: the event that follows is of it */
	const struct change_copied *copied; /* of the change under way */
	struct json_builder *links; /* where links made are noted instead of in events of their own; NULL: events */
	struct err *e;
};

/* By any name; folded is found through `name`. ERR_NOT_FOUND. */
enum err_code store_resolve(struct db *db, struct arena *a, struct str name, int64_t *id, struct err *e) must_use;
enum err_code store_read(const struct hub *h, struct db *db, struct arena *a, int64_t id, struct stored *out, struct err *e) must_use;
/* The body of r's revision. Of one that is encrypted, ERR_UNSUPPORTED where this hub lacks the key, ERR_GONE where that was destroyed. */
enum err_code store_body(const struct hub *h, struct db *db, struct arena *a, const struct stored *r, const struct json **out, struct err *e) must_use;
struct stored_text {
	struct str body, root, seed; /* canonical JSON; hub/commitment.h */
	struct str salts;            /* in the seed's place, where a field was erased; "" none */
};
enum err_code store_text(const struct hub *h, struct db *db, struct arena *a, const struct stored *r, struct stored_text *out, struct err *e) must_use;
/* The detail of an event of r, as it is stored; NULL where it is "". */
enum err_code store_detail(const struct hub *h, struct arena *a, const struct stored *r, int64_t seq, struct str stored, const struct json **out,
	struct err *e) must_use;
/* What stands in a column of a record with this key ("" none: it is given back as it is). */
enum err_code store_open(const struct hub *h, struct arena *a, struct str key_id, const struct cipher_place *at, struct str stored, struct str *out,
	struct err *e) must_use;
/* The other way, for r; without a key both leave what they are given. */
enum err_code store_close(struct store *s, const struct stored *r, const char *purpose, int64_t number, struct str plain, struct str *out) must_use;
enum err_code store_digest(struct store *s, const struct stored *r, const char *purpose, struct sha256 *digest) must_use;
/* Whether anybody may read it in the state that it is in. */
bool store_is_open(const struct stored *r);
/* Roles that the actor has on this record over those for the whole hub. */
enum err_code store_roles(struct db *db, const struct stored *r, struct actor actor, unsigned *out, struct err *e) must_use;

/* It is encrypted, and the public is shown nothing of it: nothing that it says may stand in the clear, nor names that it gives. */
static inline bool store_hides(const struct stored *r) { return r->key_id.n && !r->is_public; }

/* ERR_NOT_FOUND in the words for a record that does not exist: so that nobody learns that a hidden one does. */
enum err_code store_unknown(struct str name, struct err *e);
/* Audiences that somebody with these roles belongs to for a record; 0 when they may not even know of it. */
unsigned store_audiences(const struct stored *r, unsigned roles);

enum err_code store_new_record(struct store *s, const struct change *c, const struct kind *kind, struct str state, struct str key_id,
	struct stored *out) must_use;
enum err_code store_update_record(struct store *s, const struct stored *r) must_use;
enum err_code store_revision(struct store *s, const struct stored *r, const struct projection *p) must_use;
enum err_code store_event(struct store *s, const struct stored *r, const char *type, struct str detail, const struct sha256 *before,
	const struct sha256 *after) must_use;
/* An event whose detail is known only after what it tells of was written: begun without one, then ended, or dropped. */
enum err_code store_event_begin(struct store *s, const struct stored *r, const char *type, int64_t *seq) must_use;
enum err_code store_event_end(struct store *s, const struct stored *r, int64_t seq, const char *type, struct str detail) must_use;
enum err_code store_event_drop(struct store *s, int64_t seq) must_use;
/* change.c: a further change within the same transaction, by the actor that it names: for acts that make records. */
enum err_code store_apply(struct store *s, const struct change *c, struct change_result *out) must_use;
/* change_message.c: a comment's event and its row as a message. ERR_NOT_FOUND for a parent that the actor can't read, ERR_INVALID for a recipient without
 * a role on the record. */
enum { MESSAGE_TO = 50 };
enum err_code store_message(struct store *s, const struct stored *r, const struct change *c, struct str detail, unsigned audiences) must_use;
/* A name, and the links that waited for it. */
enum err_code store_name(struct store *s, const struct stored *r, struct str role, struct str name, bool shown) must_use;
/* Those that stand in a body; of a record that hides, none. */
enum err_code store_body_names(struct store *s, const struct stored *r, const struct projection *p) must_use;
enum err_code store_forget_names(struct store *s, const struct stored *r) must_use;
/* Other records of the same kind that a source, alias or number names too become linked, "same-as". */
enum err_code store_link_aliases(struct store *s, const struct stored *r) must_use;
/* By name; awaited when nobody has it. changed may be NULL. */
enum err_code store_link(struct store *s, const struct stored *r, struct str rel, struct str target, bool *changed) must_use;
enum err_code store_unlink(struct store *s, const struct stored *r, struct str rel, struct str target, bool *changed) must_use;
enum err_code store_origin(struct store *s, const struct stored *r, const struct change_origin *o, struct str compressed,
	const struct sha256 *digest) must_use;
enum err_code store_number_taken(struct store *s, struct str number, bool *taken) must_use;
/* True when a record that came from no source of its own, only by being named, has this natural key. */
enum err_code store_key_taken(struct store *s, struct str key, bool *taken) must_use;
/* Gives the record its number, if its kind has numbers and it is this hub's own. */
enum err_code store_number(struct store *s, struct stored *r) must_use;

/* change_attach.c: a file as it is stored. The bytes come before the row: what a row names is always there. */
struct attached {
	struct str sha256;           /* of what lies in files/, in hexadecimal: its name there */
	struct str digest;           /* of the file itself */
	struct str name, media_type; /* for the row */
	struct str sealed;
};
enum err_code store_attach_bytes(struct hub *h, const struct stored *r, const struct change *c, struct arena *a, struct attached *out, struct err *e)
	must_use;
/* The bytes of a file of r by their SHA-256, at most `most`. ERR_INVALID where r has no such file. */
enum err_code store_file(struct store *s, const struct stored *r, struct str sha256, size_t most, struct arena *a, struct str *out) must_use;
enum err_code store_attach(struct store *s, const struct stored *r, const struct attached *f, int64_t size, unsigned audiences, struct str detail,
	bool *changed) must_use;

/* change_erase.c: the record's row and one event with the detail stay. hub/erase.h. */
enum err_code store_erase(struct store *s, struct stored *r, struct str basis, struct str detail) must_use;
/* change_strike.c: erasing fields, as it was prepared. */
enum { STRIKE_FIELDS = 20 };
struct struck_file {
	int64_t id;                          /* of its row */
	struct str sha256, name, sealed;     /* encrypted with the new key */
};
struct strike {
	struct str fields[STRIKE_FIELDS];
	bool stays[STRIKE_FIELDS];           /* its kind asks for a text: COMMITMENT_ERASED stands there */
	size_t n;
	struct str basis, reason;
	struct str key_id;                   /* the record's new key; "" it has none */
	struct struck_file *files;
	size_t files_n;
};
/* A record's files encrypted with out->key_id, before the transaction. */
enum err_code store_strike_files(struct hub *h, struct db *db, const struct stored *r, struct arena *a, struct strike *out, struct err *e) must_use;
/* p is of the body without them. ERR_INVALID: there is nothing there. r becomes what it is then. */
enum err_code store_strike(struct store *s, struct stored *r, const struct strike *k, const struct projection *p) must_use;
/* ERR_GONE, with the day. */
enum err_code store_gone(const struct stored *r, struct err *e);

/* change_party.c: who has a role on a record. ERR_FORBIDDEN where the actor is no member of the organization. */
enum err_code store_on_behalf(struct store *s, const struct stored *r, struct str organization) must_use;
enum err_code store_invite(struct store *s, const struct stored *r, struct str subject, struct str role, struct str detail, bool *changed)
	must_use;
enum err_code store_dismiss(struct store *s, const struct stored *r, struct str subject, struct str role, struct str detail, bool *changed)
	must_use;
/* The row alone, without an event. Taking one away forgets what its subject was told by it. */
enum err_code store_put_party(struct store *s, const struct stored *r, struct str subject, struct str role, bool *changed) must_use;
enum err_code store_take_party(struct store *s, const struct stored *r, struct str subject, struct str role, bool *changed) must_use;
/* A record that the actor may know of. ERR_NOT_FOUND. */
enum err_code store_known(struct store *s, struct str name, int64_t *id) must_use;
/* ERR_NOT_FOUND or ERR_INVALID unless it is a person who can sign in, an anonymous finder, or an organization that the actor may know of, by uid. */
enum err_code store_subject(struct store *s, struct str subject) must_use;
/* ERR_NOT_FOUND unless there is such a person, who can sign in. */
enum err_code store_person(struct store *s, struct str uid) must_use;
/* Tells of the event just written those whom the record concerns and who may see it: its owner, its parties, members of organizations that are
 * parties; at most NOTICES, and not the actor. */
enum err_code store_notices(struct store *s, const struct stored *r, int64_t event, struct str type, struct str detail) must_use;
enum { NOTICES = 500 };

/* change_files.c: whether a body takes no file; the refusal in words; what is asked again in the transaction that attaches. */
bool store_refuses(const struct kind *k, const struct json *body, struct arena *a);
enum err_code store_refusal(const struct kind *k, struct err *e) must_use;
enum err_code store_may_attach(struct store *s, const struct stored *r, struct str sha256) must_use;
/* Takes all files of a record away and lets its earlier revisions say what this one says; erased: the SHA-256 of at most `room` of them, for
 * store_unlink_files once that is durable. */
enum { FILES_ERASED = 1000 };
enum err_code store_erase_files(struct store *s, const struct stored *r, struct str *erased, size_t room, size_t *n) must_use;
enum err_code store_unlink_files(struct hub *h, const struct str *erased, size_t n, struct err *e) must_use;

/* change_says.c: a record that says something of another on behalf of an organization (kind_says): who says it is filled in, and what it is about is called by the
 * name that it keeps. old NULL: a new one. For other kinds the body as it is. ERR_INVALID, ERR_FORBIDDEN, ERR_NOT_FOUND. */
enum err_code store_says(const struct hub *h, struct db *db, struct arena *a, const struct kind *kind, const struct change *c, const struct json *old,
	const struct json *body, const struct json **out, struct err *e) must_use;
/* ERR_FORBIDDEN where the actor does not belong (any more) to the organization that says what the body says: it can't be changed, published or taken back by them. */
enum err_code store_may_say(struct db *db, const struct kind *kind, struct actor actor, const struct json *body, struct err *e) must_use;
/* ERR_FORBIDDEN for the link to the organization that says it, which follows from that alone; */
enum err_code store_may_link(const struct kind *kind, struct str rel, struct err *e) must_use;
/* and that link. */
enum err_code store_said_by(struct store *s, const struct stored *r, const struct change *c) must_use;

/* change_public.c: brings the public projection, facets and search to what p says; takes them away where it is not public. */
enum err_code store_public(struct store *s, struct stored *r, const struct projection *p) must_use;
/* Marks what is this hub's own as that, once there are others' records too. */
enum err_code store_own_hub_facets(struct store *s) must_use;
/* A link was made, or taken away: facets of its source. */
enum err_code store_link_facet(struct store *s, const struct stored *source, const struct stored *target, struct str rel) must_use;
enum err_code store_unlink_facet(struct store *s, const struct stored *source, const struct stored *target) must_use;
/* change_follow.c: records that are as public as another. Whether one whose state follows is public now; and those that follow a record are brought up to
 * date after it, or an embargo over it, changed. */
enum err_code store_followed_open(struct db *db, const struct stored *r, bool *out, struct err *e) must_use;
enum err_code store_follow(struct store *s, int64_t target) must_use;
/* One that follows; nothing for others. */
enum err_code store_follow_again(struct store *s, int64_t id) must_use;
/* All that follow what a case is about. */
enum err_code store_follow_case(struct store *s, int64_t record) must_use;
/* What it leads to by the relation that its kind answers to, likewise. */
enum err_code store_answers_to(struct db *db, const struct stored *r, int64_t *target, struct err *e) must_use;
/* What it leads to by the relation that its kind follows; 0: nothing. */
enum err_code store_followed(struct db *db, const struct stored *r, int64_t *target, struct err *e) must_use;
/* change_within.c: for acts, in the transaction that they run in. A new body (NULL: as it is), a move ("": none; it must lead from the present state; who may
 * make it is the act's matter), each with an event of its own; r is brought up to date. ERR_INVALID (schema), ERR_CONFLICT (no such move from here, or
 * an embargo). */
enum err_code store_rewrite(struct store *s, struct stored *r, const struct json *body, struct str move, struct str reason) must_use;
/* change_copy.c: records of other hubs. ERR_FORBIDDEN for what only their own hub does. */
enum err_code store_may_change(const struct stored *r, const struct change *c, struct err *e) must_use;
/* The row that says where it was copied from, its links, and those of others that waited for it. */
enum err_code store_copied(struct store *s, const struct stored *r) must_use;
/* It was given a number, or a better name, in its own hub. */
enum err_code store_copied_rename(struct store *s, struct stored *r, const struct change *c) must_use;
/* Names that stand in its body. */
enum err_code store_copied_names(struct store *s, const struct stored *r, const struct projection *p) must_use;
enum err_code store_copied_forget(struct store *s, const struct stored *r) must_use;
struct counts *counts_new(struct arena *a);
size_t counts_mark(const struct counts *c);
void counts_back_to(struct counts *c, size_t mark);
enum err_code counts_write(struct store *s) must_use;
