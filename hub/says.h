/* What is said of a record by others (kinds with "says", docs/KINDS.md): found from the record that it is about. The door in is hub/change_says.c.
 *
 * A record is called by the hub that it is of and its name there. Of this hub the hub is "". A copy of another hub's record is of that hub, and so is what a copied assertion says
 * of "this hub". Only what everybody may read is found: what is withdrawn too, which its state says. */
#pragma once
#include "hub/disclose.h"

struct said {
	struct glimpse line;       /* of the record that says it */
	struct str says, by, organization; /* organization: "" it has no record here that everybody may know of */
	struct str justification, action, statement;
	struct str systems;        /* in a line: "Shop assistant (2.1 to 2.4), Desk helper"; "" all */
	struct str hub, hub_name;  /* where it was said; "" here */
	struct str other_hub, other; /* the record that the other end names: what this one is said to be the same as, or what is said to be the same as it; "" none */
	bool inverse;              /* another record is said to be the same as this one */
	bool withdrawn;
	moment at;                 /* when it became public here */
};
enum { SAID_MOST = 200 };
/* Those that stand first, newest first; then what was withdrawn. At most SAID_MOST of each name that the record has. */
enum err_code disclose_said(const struct disclosing *d, const struct disclosed *r, struct said **out, size_t *n, struct err *e) must_use;

/* How a record's own "about" or duplicate is reached: a path on this site ("/r/…" of a record that everybody may read here, "/hubs/ORIGIN/…"), or "" where its hub is not
 * listed. hub "": this hub's; headline, which may be NULL: of one that is here, else "". */
enum err_code disclose_said_path(const struct disclosing *d, struct str hub, struct str name, struct str *path, struct str *headline, struct err *e) must_use;
/* The same for what a record says of another by a pointer of its kind ("" the kind has none). from: the record that says it. */
enum err_code disclose_said_of(const struct disclosing *d, const struct disclosed *from, struct str pointer, struct str *hub, struct str *name, struct err *e) must_use;
