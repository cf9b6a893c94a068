/* Looking after a hub: that its stored data agree with each other, and making anew what follows from bodies. */
#pragma once
#include "hub/hub.h"

struct hub_findings {
	int64_t records;
	struct str *items; /* in words; at most 1,000 */
	size_t n;
};

/* The database itself; every record's body against commitment, kind and schema; public projections against bodies; the search index
 * against its text; attachments against their digests. */
enum err_code maintain_check(struct hub *h, struct db *db, struct arena *a, struct hub_findings *out, struct err *e) must_use;

/* Public projections, facets and search from the bodies, as the kinds are now. In parts, so that a served hub goes on. */
enum err_code change_rebuild(struct hub *h, struct db *db, int64_t *records, struct err *e) must_use;
