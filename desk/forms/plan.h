/* What is known of the forms of all kinds before anybody fills one in: layouts, and the conditions in schemas, compiled.
 *
 * A place is a spot in a body together with all that the schema says of it: the member's own schema, what its references
 * lead to, what an allOf adds, and what an if/then/else adds for the body at hand. */
#pragma once
#include "hub/hub.h"
#include "hub/visibility.h"

struct layout_entry {
	struct str pointer;        /* in the body; inside a table or group from there on, with '*' for any row */
	struct str widget;
	struct schema *when;       /* over the whole body; NULL: always */
	const struct layout_entry *inside;
	size_t n;
};

struct layout_part {
	struct str title, help, id;
	struct schema *when;       /* asked once it holds, and as long as something is in it */
	unsigned who;              /* roles that are asked; 0: everybody */
	bool folded;
	const struct layout_entry *entries;
	size_t n;
};

struct plans;
struct plan {
	const struct plans *all;
	const struct kind *kind;
	const struct kinds *kinds;
	const struct layout_part *parts;
	size_t n;
	const struct layout_entry *flat; /* the entries of all parts, for a form that stands inside another's */
	size_t flat_n;
	struct map conditions;     /* the bytes of a pointer to an `if` → struct schema * */
	const char *const *deciding; /* names of members that conditions look at */
	size_t deciding_n;
};

struct plans {
	const struct kinds *kinds;
	const struct plan *items;  /* one a kind, in their order */
	const struct plan *acts;   /* one an act, in their order: what it needs, asked as a body is */
	const struct acts *of;
};

/* Lives in the arena and as long as the kinds. ERR_INVALID for a `when` that is no schema. */
enum err_code plans_new(struct arena *a, const struct kinds *kinds, struct plans **out, struct err *e) must_use;
const struct plan *plan_of(const struct plans *p, const struct kind *kind);
/* The forms of acts (hub/act.h): one section with all that the schema lists but on whose behalf, and what only a link can name. */
struct acts;
struct act;
enum err_code plans_add_acts(struct arena *a, struct plans *p, const struct acts *acts, struct err *e) must_use;
const struct plan *plan_of_act(const struct plans *p, const struct act *act);
/* True when conditions look at a member of this name, so that the form may change with it. */
bool plan_decides(const struct plan *p, struct str member);

/* ---- places ---- */

enum { PLACE_PARTS = 16, PLACE_DEPTH = 12 };

enum place_types {
	PLACE_NULL = 1, PLACE_BOOL = 2, PLACE_INTEGER = 4, PLACE_NUMBER = 8, PLACE_STRING = 16, PLACE_ARRAY = 32, PLACE_OBJECT = 64,
	PLACE_SCALAR = PLACE_NULL | PLACE_BOOL | PLACE_INTEGER | PLACE_NUMBER | PLACE_STRING,
};

struct place {
	struct str title, description;
	struct str def;            /* name of the common definition that it leads to; "" none */
	const struct json *parts[PLACE_PARTS]; /* what holds here; the first is the member's own schema */
	size_t n;
	bool required;             /* by what it is a member of */
	bool forbidden;            /* nothing may stand here now */
	bool exists;               /* the schema has such a place */
};

/* value: what stands there, for conditions; with_conditions false: as if no if/then/else were there. */
struct place place_root(const struct plan *p, struct arena *a, const struct json *body, bool with_conditions);
struct place place_member(const struct plan *p, struct arena *a, const struct place *at, struct str name, const struct json *value,
	bool with_conditions);
struct place place_item(const struct plan *p, struct arena *a, const struct place *at, const struct json *value, bool with_conditions);

/* The kind whose body stands here ("x-record-kind"); NULL: none. */
const struct kind *place_kind(const struct plan *p, const struct place *at);
unsigned place_types(const struct place *at);  /* enum place_types; all when the schema does not say */
const struct json *place_choices(const struct place *at); /* enum, or NULL */
const struct json *place_keyword(const struct place *at, struct str keyword); /* of the first part that has it */
bool place_is_map(const struct place *at);     /* an object whose members are named by the writer */
/* The names of the members that the schema lists, in its order. */
struct str *place_members(const struct place *at, struct arena *a, size_t *n);
