/* Kinds: what docs/KINDS.md describes, read and compiled once when a hub is opened.
 *
 * Invariant: a kind that was loaded is consistent: its schema compiles, its lifecycle's states and moves exist, its pointers are
 * well formed. Everything in it lives as long as the `struct kinds` and never changes, so threads share it. */
#pragma once
#include "lib/json/json.h"
#include "lib/schema/schema.h"

/* Who may read a field. A viewer holds a set of these for a record; a field shows when its set and the viewer's meet. */
enum audience {
	PUBLIC = 1 << 0,
	PARTIES = 1 << 1,
	OWNER = 1 << 2,
	COORDINATORS = 1 << 3,
	PANEL = 1 << 4,
	REGULATOR = 1 << 5,
	DOWNSTREAM = 1 << 6,
	SEALED = 1 << 7,
	INVITED = 1 << 8, /* asked in, and not yet a party: an embargo waits for their consent */
};
/* 0 when there is no such audience. */
unsigned audience_of(struct str name);
struct str audience_name(enum audience one);

/* Who may make a move. An actor holds some of these for the hub and some for a record. */
enum role {
	ROLE_ANYONE = 1 << 0,
	ROLE_MEMBER = 1 << 1,
	ROLE_OWNER = 1 << 2,
	ROLE_PARTY = 1 << 3,
	ROLE_COORDINATOR = 1 << 4,
	ROLE_ADJUDICATOR = 1 << 5,
	ROLE_PANEL = 1 << 6,
	ROLE_ADMINISTRATOR = 1 << 7, /* of the hub: accounts and settings; reads nothing by it */
	ROLE_GUEST = 1 << 8,
	ROLE_INVITED = 1 << 9,
	ROLE_SEATED = 1 << 10, /* sits on a panel about this record: reads what its parties read, and speaks for none */
};
unsigned role_of(struct str name);
/* "owner or coordinator" */
struct str role_words(struct arena *a, unsigned roles);

struct kind_pointers {
	const struct str *items;
	size_t n;
};

struct kind_state {
	struct str name, title, description;
	bool is_public;
	bool withdrawn;     /* who moves it here takes back what it says: the log tells it as that */
	struct str follows; /* relation: it is public where what that leads to is, and under no embargo ("public": "with:REL"); "" none */
};

struct kind_move {
	struct str name, title, description, to;
	struct kind_pointers from; /* names of states */
	struct kind_pointers requires_;
	unsigned who;
	bool reason;
	bool carried_out; /* what it decides is done first; only who does that makes it (hub/proposal.h) */
};

struct kind_link {
	struct str rel, title, inverse;
	struct kind_pointers to; /* names of kinds; none: any kind */
	unsigned audiences;
	int64_t max;
};

struct kind_facet {
	struct str name, title, pointer;
};

struct kind_clock {
	struct str name, title, description, start, limit, who;
	struct kind_pointers stop, cancel; /* names of states; cancel: nothing is left to be done */
	struct kind_pointers promise;      /* words with which commitments of a policy begin that are about this */
	const struct json *by_tier; /* tier → limit; NULL: the same for all */
	bool business;
};

/* A level of redaction that a record may be given by one choice: what is taken from whom. */
struct kind_redaction {
	struct str name, title, description;
	unsigned from;                   /* set of enum audience */
	struct kind_pointers hide, show; /* these are hidden from them; or all that the public reads but these */
};

/* A record that an organization says something of another record with: pointers to members of the body; by "" where the kind says nothing of others. */
struct kind_says {
	struct str by;        /* {organization, name}: who says it, filled in by the door in */
	struct str about;     /* {record, hub?}: of what; and what it is said to be the same as: */
	struct str duplicate;
	struct str link;      /* the relation to the organization, made by the door in alone; "" none */
};

struct visibility; /* hub/visibility.h */

struct kind {
	struct str name, title, plural, path, description, area;
	const struct json *definition; /* the whole file */
	const struct json *schema_document;
	struct schema *schema;
	struct str headline, summary, date;    /* pointers; "" where the kind has none */
	struct str number_form;                /* "" without numbers */
	struct str leaf;                       /* what the log calls it when it becomes public: publish, assert, dispute */
	struct kind_says says;
	const struct visibility *visibility;
	const struct kind_link *links;
	size_t links_n;
	struct str initial, imported;
	unsigned create, revise, comment; /* roles */
	const struct kind_state *states;
	size_t states_n;
	const struct kind_move *moves;
	size_t moves_n;
	const struct kind_clock *clocks;
	size_t clocks_n;
	const struct kind_redaction *redactions;
	size_t redactions_n;
	bool amend_note;              /* what is public is revised with a note that says why, as amendments of it */
	struct kind_pointers search_title, search_high, search_text;
	const struct kind_facet *facets;
	size_t facets_n;
	const struct json *form;
	struct schema *refuse_files; /* a body for which this holds takes no attachment, whoever sends it; NULL: none such */
	struct str refuse_files_reason;
	struct str follows;          /* the relation that its states follow; "" none. Who is a party of what it leads to is one of this too */
	struct str answers_to;       /* relation: who owns what it leads to owns this one too, and nobody else is asked in; "" none */
	bool confidential; /* of what nobody but those concerned may know before it is published: persons are called by what they are in it, and a record that
	                    * does not begin in public is encrypted with a key of its own */
	bool builtin;
};

struct kinds {
	struct arena *arena;
	const struct kind *items; /* in the order of areas, then names */
	size_t n;
	const struct json *common; /* kinds/common.json */
	struct map by_name;
	struct map inverse; /* rel → the title of its other end */
	struct kind_pointers followed; /* relations that states of some kind follow */
};

/* The built-in kinds, then those of the folder (NULL or missing: none), which replace built-in ones by name. ERR_INVALID names file,
 * place and reason. */
enum err_code kinds_load(struct kinds **out, const char *folder, struct err *e) must_use;
void kinds_free(struct kinds *k);

const struct kind *kind_find(const struct kinds *k, struct str name);
/* By the last part of its address ("incidents"). */
const struct kind *kind_by_path(const struct kinds *k, struct str path);
const struct kind_state *kind_state(const struct kind *k, struct str name);
const struct kind_move *kind_move(const struct kind *k, struct str name);
const struct kind_link *kind_link(const struct kind *k, struct str rel);
const struct kind_redaction *kind_redaction(const struct kind *k, struct str name);
bool kind_move_from(const struct kind_move *m, struct str state);

/* The value at a pointer that may hold `*`: calls fn for each value found. */
void kind_each(const struct json *body, struct str pointer, void (*fn)(const struct json *v, void *arg), void *arg);
/* True when the pointer leads to something that is not null, "", [] or {}. */
bool kind_has_value(const struct json *body, struct str pointer);

/* ---- for whoever reads files like these (hub/act.h) ---- */
/* The strings of a list, or the one string. */
struct kind_pointers kind_strings(struct arena *a, const struct json *list);
/* Sets of enum role and enum audience by name; `otherwise` where there is no list. ERR_INVALID names what is unknown. */
enum err_code kind_role_set(struct arena *a, const struct json *list, unsigned otherwise, unsigned *out, struct err *e) must_use;
enum err_code kind_audience_set(struct arena *a, const struct json *list, unsigned otherwise, unsigned *out, struct err *e) must_use;
/* A schema that may refer to what kinds share (common.json); formats are asserted. */
enum err_code kind_compile(const struct kinds *k, struct arena *a, const struct json *document, struct schema **out, struct err *e)
	must_use; /* it lives as long as the arena */
