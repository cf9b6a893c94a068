/* The one door out: whatever leaves a hub is projected here for its viewer, field by field. Nobody else reads bodies.
 *
 * The public is shown the stored projection; any other viewer's is computed from body, kind and the record's own rules. A record that a
 * viewer may not know of is ERR_NOT_FOUND, in the same words as one that does not exist. */
#pragma once
#include "hub/change.h"
#include "hub/hub.h"

struct viewer {
	struct str name;
	unsigned roles; /* enum role, for the whole hub; 0: the public */
};
extern const struct viewer viewer_public;
extern const struct viewer viewer_operator;

/* What one call of this door needs; `a` holds the results. */
struct disclosing {
	const struct hub *hub;
	struct db *db;
	struct viewer viewer;
	struct arena *a;
};

/* A line about a record, as lists and links show it. */
struct glimpse {
	int64_t record;
	const struct kind *kind;
	const struct kind_state *state;
	struct str id, uid, headline, summary;
	struct str sort;    /* date that matters, or the day of publication; "" when not public */
	bool dated;         /* it is a date that matters */
	moment updated;     /* of the last change that shows */
	moment published;   /* when it became public; 0: it isn't */
	bool disputed;      /* an open dispute is about it that this viewer may know of: hub/dispute.h */
};

struct disclosed {
	struct glimpse line;
	struct str body_text;      /* canonical JSON */
	const struct json *body;
	struct str etag;
	bool is_public;
	moment published;          /* 0: it isn't */
	unsigned audiences;        /* that the viewer belongs to, for this record */
	int64_t revision;          /* the stored one, for saying what a change starts from; 0 for the public */
	bool overridden;           /* it has visibility rules of its own (told to coordinators and owners only) */
};

/* By uid, number, source's identifier or alias. */
enum err_code disclose_record(const struct disclosing *d, struct str name, struct disclosed *out, struct err *e) must_use;

/* What the public calls a record, by its uid: the headline of its public projection; the uid itself where there is none. For whoever has no kinds at
 * hand. */
struct str disclose_public_name(struct db *db, struct arena *a, struct str uid);

/* Who made it ("U-…", "A-…", "import:avid"), for coordinators; "" for others. */
struct str disclose_owner(const struct disclosing *d, const struct disclosed *r);

/* ---- what a viewer may do ---- */

struct disclosed_rights {
	unsigned roles;            /* that the viewer has on the record, the hub's included */
	bool revise, comment, erase; /* revise: also links and files */
	struct str no_files;       /* why the record takes none; "" it does */
};
enum err_code disclose_rights(const struct disclosing *d, const struct disclosed *r, struct disclosed_rights *out, struct err *e) must_use;
/* The body at a stored revision (disclosed.revision), as this viewer may see it by today's rules. ERR_NOT_FOUND. */
enum err_code disclose_revision(const struct disclosing *d, const struct disclosed *r, int64_t number, const struct json **out,
	struct err *e) must_use;

/* ---- who reads which field: for owners and coordinators ---- */

struct disclosed_visibility {
	const struct json *rules; /* of its own (hub/redaction.h); an empty object: as its kind */
	struct str level;         /* of the kind, that these are; "" none of them */
	bool may_change;
};
/* ERR_FORBIDDEN for others who know of the record. */
enum err_code disclose_visibility(const struct disclosing *d, const struct disclosed *r, struct disclosed_visibility *out, struct err *e) must_use;
/* The body as somebody of these audiences reads it once it is published, by the rules that stand or by these (NULL: those that stand). ERR_FORBIDDEN where
 * that is more than the viewer may read, or where the viewer may not set such rules. */
enum err_code disclose_as(const struct disclosing *d, const struct disclosed *r, const struct json *rules, unsigned as, const struct json **out,
	struct err *e) must_use;

/* ---- links ---- */

struct disclosed_link {
	struct glimpse other;
};
struct disclosed_links {
	struct str rel, title; /* title reads from the record that was asked for */
	bool inverse;          /* it is the other end that has the link */
	struct glimpse *items;
	size_t n;
	int64_t total;
};
/* Grouped by relation and direction, each group at most `each` long, newest first. */
enum err_code disclose_links(const struct disclosing *d, const struct disclosed *r, size_t each, struct disclosed_links **out, size_t *n,
	struct err *e) must_use;

/* ---- history ---- */

struct act;
struct disclosed_event {
	moment at;
	struct str type;           /* published, revised, moved, linked, unlinked, commented, attached, created, invited, dismissed, acted */
	struct str actor;          /* "" for viewers who may not know */
	struct str actor_name;     /* as the viewer is told it; "" likewise, and for owners of what is not confidential */
	int64_t revision;          /* counted among those that this viewer can tell apart */
	const struct kind_state *state;
	struct str move, reason;
	const struct json *diff;   /* json_diff of the viewer's projections; NULL where the body is the same */
	struct str rel;
	struct glimpse other;      /* of a link */
	struct str subject, subject_name, role; /* who was invited or dismissed, as what ("" as whatever it was); whom an act is about or was done for */
	const struct act *act;     /* what was done (hub/act.h); NULL: one that this Polder no longer knows */
	const struct json *detail; /* of an act, without what is for coordinators alone unless the viewer is one */
	bool untold;               /* disclose_event: the viewer is told that a term is over and nothing of the record, whose line holds no name */
};
/* Oldest first, at most the newest 500. Only what the viewer can see the effect of. */
enum err_code disclose_history(const struct disclosing *d, const struct disclosed *r, struct disclosed_event **out, size_t *n,
	struct err *e) must_use;

/* Why a record was last amended, as the public is told; "" where it was not, or its kind does not speak of amendments. For lines of what is public. */
struct str disclose_amendment(const struct disclosing *d, const struct glimpse *line);
/* The newest that show, newest first, without comments and without differences: looks at no more than the last 200 events. limit: 1 … 100. */
enum err_code disclose_latest(const struct disclosing *d, const struct disclosed *r, size_t limit, struct disclosed_event **out, size_t *n,
	struct err *e) must_use;

/* ---- moves ---- */

struct disclosed_move {
	const struct kind_move *move;
	const struct kind_state *to;
	const struct str *missing; /* pointers that it requires and that, as far as this viewer can see, hold nothing yet */
	size_t missing_n;
};
/* The moves that this viewer may make from the present state, in the order of the kind. */
enum err_code disclose_moves(const struct disclosing *d, const struct disclosed *r, struct disclosed_move **out, size_t *n, struct err *e)
	must_use;

/* One event of whatever record, as the viewer may know it, and the record's line: for notices. No difference and no revision is told. ERR_NOT_FOUND
 * where its effect does not show to the viewer. An overdue term that went up the ladder to a role that the viewer has shows in any case: without the record
 * (untold) where they may not read that. */
enum err_code disclose_event(const struct disclosing *d, int64_t seq, struct disclosed_event *out, struct glimpse *record, struct err *e)
	must_use;

/* ---- the log ---- */

/* Of what the viewer did to a record, newest first, at most 500. */
struct disclosed_receipt {
	int64_t event, leaf;       /* event: which of those they did to the record it is, from 1 on; leaf -1: it waits */
	moment at;
	struct str type;
};
enum err_code disclose_receipts(const struct disclosing *d, const struct disclosed *r, struct disclosed_receipt **out, size_t *n, struct err *e) must_use;
/* Whether there are any, beside those of links: for a page that says so. */
enum err_code disclose_has_receipts(const struct disclosing *d, const struct disclosed *r, bool *out, struct err *e) must_use;
/* The receipt of one of those (hub/ledger/receipt.h); number 0: that of the record's creation, where it is the viewer's, else of the last that they did. A
 * promise is signed for it; a proof is in it where there is one. ERR_NOT_FOUND, ERR_GONE (it was erased), ERR_UNSUPPORTED. */
enum err_code disclose_receipt(const struct disclosing *d, const struct disclosed *r, int64_t number, const struct json **out, struct err *e) must_use;
/* What was sealed when the viewer made it, else by the last that they did: to promise it once more. ERR_NOT_FOUND, ERR_GONE, ERR_UNSUPPORTED. */
enum err_code disclose_sealed(const struct disclosing *d, const struct disclosed *r, struct change_sealed *out, struct err *e) must_use;
/* What the log says to everybody in the leaves from … until - 1, of the whole hub in their order (r NULL) or of one record, newest first: {leaf, type,
 * commitment, statement, statement_salt, event? (hexadecimal E), fields_seed? (of the newest statement of a record that is public)} (hub/ledger/entry.h). */
enum err_code disclose_log(const struct disclosing *d, const struct disclosed *r, int64_t from, int64_t until, size_t limit, const struct json ***out, size_t *n,
	struct err *e) must_use;

/* The newest of those that are of records, in leaves before `until`, newest first. */
enum err_code disclose_log_newest(const struct disclosing *d, int64_t until, size_t limit, const struct json ***out, size_t *n, struct err *e) must_use;
/* The leaf of the newest of one record; or: */
enum { LOG_WAITS = -1, LOG_NOTHING = -2 };
enum err_code disclose_logged(const struct disclosing *d, const struct disclosed *r, int64_t *leaf, struct err *e) must_use;

/* ---- what was sealed and is shown: hub/reveal.h ---- */

/* Of a public record, oldest first. */
struct disclosed_reveal {
	int64_t leaf, of;          /* of the reveal (-1: it waits for the log), and of what was sealed */
	moment at, sealed;
	const struct str *fields;
	size_t fields_n;
};
enum err_code disclose_reveals(const struct disclosing *d, const struct disclosed *r, struct disclosed_reveal **out, size_t *n, struct err *e) must_use;
/* What is shown by the reveal in that leaf: a receipt, the same for everybody. ERR_NOT_FOUND: none, or of a record that is public no more; ERR_GONE. */
enum err_code disclose_revealed(const struct disclosing *d, int64_t leaf, const struct json **out, struct err *e) must_use;

/* Versions of the record of which this viewer may reveal something, and what. */
struct disclosed_sealed_version {
	int64_t number, leaf;
	moment at;
	struct str actor;
	const struct str *fields;
	size_t fields_n;
};
enum err_code disclose_revealable(const struct disclosing *d, const struct disclosed *r, struct disclosed_sealed_version **out, size_t *n, struct err *e) must_use;
/* What everybody would read. Errors as reveal_check. */
enum err_code disclose_reveal_preview(const struct disclosing *d, const struct disclosed *r, int64_t version, const struct str *fields, size_t n,
	const struct json **out, struct err *e) must_use;

/* ---- parties ---- */

struct disclosed_party {
	struct str subject;  /* uid of a person or an organization; "" of a person whom this viewer does not know by it */
	struct str name;     /* a person's name, or what they are called here where that is confidential, an organization's headline as the viewer reads it, else the uid */
	struct str role;     /* owner, party */
	bool organization;
	moment at;
};
/* Owners first, at most 500. For parties and coordinators; nobody else is told that there is anybody. Whoever made a record owns it too and is no party. */
enum err_code disclose_parties(const struct disclosing *d, const struct disclosed *r, struct disclosed_party **out, size_t *n,
	struct err *e) must_use;

/* ---- files ---- */

struct disclosed_file {
	struct str name, media_type, sha256; /* of the file itself */
	int64_t size;
	moment at;
	struct str stored;   /* for disclose_file_open */
	bool encrypted;
};
enum err_code disclose_files(const struct disclosing *d, const struct disclosed *r, struct disclosed_file **out, size_t *n,
	struct err *e) must_use;
/* Its bytes, from the start; fd is the caller's. One that is encrypted is decrypted into memory. ERR_UNSUPPORTED (the key is not here), ERR_CORRUPT,
 * ERR_STORAGE, ERR_NOT_FOUND (the bytes). */
enum err_code disclose_file_open(const struct disclosing *d, const struct disclosed *r, const struct disclosed_file *f, int *fd, uint64_t *size,
	struct err *e) must_use;

/* ---- lists ---- */

struct list_filter {
	struct str name, value; /* a facet; of use, system and organization any name of the record */
};
enum list_order {
	LIST_BY_DATE,   /* the date that matters, newest first */
	LIST_BY_CHANGE, /* when it became public or last changed for the public, newest first; of what is public alone, whoever asks */
};
struct list_request {
	enum list_order order;
	const struct kind *kind;   /* NULL: all */
	const struct list_filter *filters;
	size_t filters_n;
	struct str cursor;         /* from an earlier answer; "" the beginning */
	size_t limit;              /* 1 … 200 */
	bool itself;               /* by change: the use, system or organization that the first filter names is in the list too */
};
struct listed {
	struct glimpse *items;
	size_t n;
	struct str next;           /* cursor; "" at the end */
	int64_t total;             /* -1: not counted */
};
/* ERR_INVALID for a cursor that isn't one. A cursor is good for the order that gave it. */
enum err_code disclose_list(const struct disclosing *d, const struct list_request *r, struct listed *out, struct err *e) must_use;

struct facet_value {
	struct str value, label;
	int64_t n;
};
struct facet_group {
	struct str name, title;
	struct facet_value *values;  /* most frequent first (of years the newest), at most 12 */
	size_t n, distinct;
};
/* Facets of a kind, over all its public records; kind NULL: how many of each kind (one group, "kind"). */
enum err_code disclose_facets(const struct disclosing *d, const struct kind *kind, struct facet_group **out, size_t *n, struct err *e)
	must_use;
/* "Kind", "Year", or what the kind calls its own. */
struct str facet_title(const struct hub *h, const struct kind *kind, struct str name);

/* How many public records fall into each year, kind by kind; a record without a date of its own falls into none. Oldest year first. */
struct year_count {
	int year;
	const struct kind *kind;
	int64_t n;
};
struct year_counts {
	struct year_count *items;
	size_t n;
	int64_t undated;           /* public records that fit and have no date */
};
enum err_code disclose_years(const struct disclosing *d, const struct kind *kind, const struct list_filter *filters, size_t filters_n,
	struct year_counts *out, struct err *e) must_use;

/* By which relations records lead to r: for each of the others the titles that a reader of r sees ("Developer in", "Harmed in"), joined
 * with commas; "" where there is none that the public may see. */
enum err_code disclose_roles(const struct disclosing *d, const struct disclosed *r, const struct glimpse *others, size_t n,
	struct str *out, struct err *e) must_use;

/* Every public record in the order of its last public change, oldest first, passing over `skip` of them and giving at most `limit`:
 * name is what its address is made of. Streams: nothing is kept. */
struct disclosed_address {
	struct str id, uid;
	moment updated;
};
enum err_code disclose_addresses(const struct disclosing *d, int64_t skip, int64_t limit,
	void (*fn)(const struct disclosed_address *one, void *arg), void *arg, struct err *e) must_use;
/* The moments alone, for saying where parts of such a list end: cheap for hundreds of thousands. */
enum err_code disclose_changes(const struct disclosing *d, void (*fn)(moment updated, void *arg), void *arg, struct err *e) must_use;

/* The children of a record by an inverse relation, all of them at once: for trees. parents[i] of items[i] is 0 at the root. */
struct disclosed_tree {
	struct glimpse *items;
	int64_t *parents;
	size_t n;
};
enum err_code disclose_tree(const struct disclosing *d, const struct kind *kind, struct str rel, struct disclosed_tree *out,
	struct err *e) must_use;

/* For importers and exporters: where a record came from, found by what its source calls it. The operator's alone. */
struct disclosed_origin {
	int64_t record, mapping;
	struct str uid, system, source_id, fetched;
	unsigned char digest[32];
};
enum err_code disclose_origin(const struct disclosing *d, struct str system, struct str source_id, bool with_fetched,
	struct disclosed_origin *out, struct err *e) must_use;
/* What importers last said of each field, changes made here left out (NULL when no importer wrote the record), and the whole body as it stands.
 * The operator's alone. */
enum err_code disclose_imported(const struct disclosing *d, int64_t record, const struct json **imported, const struct json **whole,
	struct err *e) must_use;
