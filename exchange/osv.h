/* Between the two halves of the OSV format: osv.c reads, osv_tell.c writes. */
#pragma once
#include "pieces.h"

/* A range of ours that has no end has `before` "*", as in CVE records: one without says its `from` alone. */
#define NO_END S("*")

/* Whether a name that stands in a Go import's goos or goarch is an operating system. */
bool osv_is_goos(struct str name);
/* The events of this collection stand under ecosystem_specific.custom_ranges where they are not of the sort that it
 * itself uses. */
bool osv_is_custom(struct str ecosystem, struct str range_type);

/* The body of an advisory as an OSV record. id: for a body that did not come from OSV. */
const struct json *osv_tell(struct arena *a, struct str id, const struct json *body);
