/* Acts: what is done to a record beside its body and state, in tables of its desk: asking somebody into a case, proposing an embargo, deciding by a
 * table, casting a vote.
 *
 * An act is declared as data, in a file of hub/acts/: title and help for people, kinds of records that it is done to, roles that may do it, audiences that
 * are told of it, and the JSON Schema of what it needs. Its doing is a function in C, bound by name in act_table.c. CHANGE_ACT of the door in
 * (hub/change.h) checks all that the file says, calls the function within the transaction, and writes the act's event, whose detail is what the function
 * leaves in `detail`; so pages, API and command line do the same thing by the same words, and OpenAPI shows the very schema that is checked.
 *
 * Members of a detail that the door out knows: "audiences" (a set of enum audience), "to" (subjects that alone are told, beside coordinators), "reason",
 * "subject" and "role" (as with invitations). */
#pragma once
#include "hub/kind.h"

struct acting;

struct act {
	struct str name;               /* "embargo.propose": what it is about, and what is done */
	struct str title, help;
	struct kind_pointers kinds;    /* names; "clocks" in the file: all kinds whose lifecycle has clocks */
	unsigned who;                  /* set of enum role; that of the record's machines is the function's matter */
	unsigned audiences;            /* told of it, unless the function says otherwise */
	bool by_hub;                   /* only the hub itself does it, when a term ends */
	const struct json *schema_document;
	struct schema *schema;
	enum err_code (*fn)(struct acting *x);
};

struct acts {
	struct arena *arena;
	const struct act *items;       /* in the order of files and of what stands in them */
	size_t n;
	struct map by_name;
};

/* Reads what is embedded. ERR_INVALID names file, act and reason: also for one that no function does, and for a function that nobody declares. */
enum err_code acts_load(struct acts **out, const struct kinds *kinds, struct err *e) must_use;
void acts_free(struct acts *a);
/* NULL where a record of that kind knows no such act. */
const struct act *act_find(const struct acts *a, const struct kind *kind, struct str name);
bool act_fits(const struct act *act, const struct kind *kind);
