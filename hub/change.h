/* The one door in: every change to a record goes through here, and nobody else writes those tables.
 *
 * A change is checked against the kind's schema, its lifecycle and the actor's right; then revision, event, what the log commits to (hub/ledger/), names, links,
 * public projection, facets and search are written in one transaction. Changes group: those that wait while another is being written
 * go into one transaction together, each in a savepoint of its own, with one durable commit; each is answered after it.
 *
 * Two steps, so that the costly part runs outside the writer: change_prepare checks and computes (any thread, any number at once),
 * change_commit writes. change_apply does both. */
#pragma once
#include "hub/hub.h"
#include "hub/identifier.h"
#include "hub/ledger/entry.h"

struct receipt_row;

struct actor {
	struct str name;  /* "operator", "import:cve", later a person's uid */
	unsigned roles;   /* enum role, for the whole hub */
};
/* Whoever may read the hub's folder: coordinator, and owner of everything. */
extern const struct actor actor_operator;

enum change_op {
	CHANGE_CREATE,
	CHANGE_REVISE,  /* a new body */
	CHANGE_MOVE,    /* a move of the lifecycle */
	CHANGE_LINK,
	CHANGE_UNLINK,
	CHANGE_COMMENT, /* a line in the timeline */
	CHANGE_ATTACH,
	CHANGE_INVITE,  /* makes a person or organization a party, or an owner */
	CHANGE_DISMISS, /* and takes that away */
	CHANGE_ACT,     /* what a desk keeps beside the body: hub/act.h */
	CHANGE_ERASE,   /* what it said, or some fields of it, goes for good; that it was and why it went stays: hub/erase.h */
	CHANGE_REVEAL,  /* what was sealed of it is shown to everybody: hub/reveal.h */
};

struct change_link {
	struct str rel;
	struct str target; /* any name; one that nobody has yet is awaited */
};
struct change_name {
	struct str role, name; /* "source", "alias", "key" */
};

/* Where it comes from, for records of other systems. */
struct change_origin {
	struct str system, source_id;
	int64_t mapping;      /* version of the importer's reading */
	struct str fetched;   /* as it came */
	struct str licence;
};

/* A public record of another hub, as its log says it is: for hub/follow/ alone. Such a record has the state, the body and the uid that it has there, and nobody
 * but who copies it changes it. What it names of itself finds nothing here, takes over no link, and no number is given to it. */
struct change_copied {
	int64_t peer;                  /* row of the hub that it was copied from */
	struct str hub;                /* the name of the log of the hub whose it is; "" in a copy of that very hub (hub/follow/view.h), where all is as it is there */
	int64_t leaf;                  /* of the log, that says so */
	struct str id;                 /* what it is called there */
	struct str left_out;           /* members that its kind does not know here, with commas between; "" none */
	const struct change_link *links; /* targets are uids; what is not here is awaited; those that the public may not see are passed over */
	size_t links_n;
	bool unlinks;                  /* links that it was copied with before and has not any more go */
	moment published, updated;     /* in a copy of that very hub: when the public could read it first, and this; else 0 */
};

struct change {
	enum change_op op;
	struct actor actor;
	struct str record;             /* all but create: any name the record has */
	int64_t expected;              /* revision that the actor saw; another is ERR_CONFLICT; 0: any */

	/* create, revise */
	struct str kind;               /* create */
	const struct json *body;
	const struct json *visibility; /* rules of its own, or NULL: none (create), as before (revise) */
	bool imported;                 /* create: starts in the state that the kind gives to what is public elsewhere */
	struct str state;              /* create by an importer or from a backup: this state instead; "" as above */
	struct str number;             /* create: a number fixed beforehand ("CUE-0001"); "" none */
	struct str uid;                /* create: the uid that it has in another hub; "" or one that is taken: a new one */
	struct str public_id;          /* create: what it is called, when its source named it; "" its uid */
	struct str if_absent;          /* create: a name; when somebody has it, that record is the result and nothing is changed */
	struct str organization;       /* create: uid of the organization on whose behalf, which then owns it; the actor is a member or more. "" none */
	const struct change_name *names;
	size_t names_n;
	const struct change_link *links; /* links that must be there; others stay */
	size_t links_n;
	const struct change_origin *origin;
	const struct change_copied *copied; /* create, revise (state and body; body NULL: as it was), erase */

	const struct receipt_row *receipt; /* create: by which its maker, who has no account, comes back (hub/receipt.h); written with it; NULL none */

	struct str move;               /* move; create: made at once after it, as its owner; "" none */
	bool carried_out;              /* move: what it decides was done (kind_move.carried_out) */
	struct str reason;             /* move, erase; comment's text, note of a revision */
	struct str basis;              /* erase: the law or rule by which; "" none said */
	const struct str *fields;      /* erase: these alone ("/description"), of all revisions; the record lives on without them */
	size_t fields_n;               /* 0: the whole record; reveal: those that are shown */
	int64_t version;               /* reveal: of which, as disclosed.revision counts them */
	struct str rel, target;        /* link, unlink */
	struct str subject;            /* invite, dismiss: uid of a person ("U-…") or of an organization */
	struct str role;               /* invite: "party" or "owner"; dismiss: likewise, or "" for whatever it has */

	struct str file_name, media_type, bytes; /* attach */
	unsigned audiences;            /* attach, comment; 0: coordinators; an owner who writes it sees it in any case */
	int64_t parent;                /* comment: the message that it answers (hub/message.h); 0: it begins a thread */
	const struct str *to;          /* comment: subjects with a role on the record who alone read it, beside its author and coordinators */
	size_t to_n;

	struct str act;                /* act: its name; */
	const struct json *args;       /* what it needs, by its own schema; NULL: {} */

	struct schema_errors *told;    /* where all that is wrong with a body goes, in the arena of change_prepare; NULL: the first alone, in err */
};

/* What the log commits to of a change: of the record's creation, else of its last event. */
struct change_sealed {
	moment at;             /* 0: nothing happened */
	enum entry_type type;  /* of its leaf */
	struct sha256 commitment;
};

struct change_result {
	enum err_code code;
	struct err err;
	bool changed;                  /* false: it was so already */
	char uid[UID_SIZE];
	char public_id[128];
	char state[48];
	int64_t record, revision;
	struct change_sealed sealed;
};

struct prepared; /* lives in the arena given to change_prepare */

/* Who may erase: coordinators, and administrators of the hub, who see nothing by it; whoever asked for something (kind.answers_to) their own request; never for want of a reason. Of a record that was erased everything is ERR_GONE, to
 * those who could see it. */

/* Who may invite and dismiss: owners of the record, and coordinators. What a party may see and do follows from its role; who else is one is told to
 * parties and coordinators alone. Each change but these tells those whom it concerns (hub/account/notice.h), in the same transaction.
 *
 * db: a connection of the calling thread, for looking up what a revision or move starts from; may be NULL for a creation.
 * ERR_INVALID (schema; e->where is the pointer), ERR_FORBIDDEN, ERR_NOT_FOUND, ERR_CONFLICT (no such move from here), ERR_MEMORY. The
 * change's strings must live as long as the arena. */
enum err_code change_prepare(struct hub *h, struct db *db, const struct change *c, struct arena *a, struct prepared **out,
	struct err *e) must_use;

/* Writes them in order, each wholly or not at all; results[i] says how it went. What is returned is of the whole: ERR_STORAGE or ERR_BUSY
 * when nothing could be written. */
enum err_code change_commit(struct hub *h, struct prepared *const *list, size_t n, struct change_result *results, struct err *e)
	must_use;

/* Lists can be narrowed by whose records are meant from now on: marks this hub's own, once others come in. For hub/follow/ alone. */
enum err_code change_mark_own(struct hub *h, struct err *e) must_use;

/* Both, for one change; tries again when the record changed in between and the actor did not say which revision was meant. */
enum err_code change_apply(struct hub *h, struct db *db, const struct change *c, struct change_result *result, struct err *e) must_use;
