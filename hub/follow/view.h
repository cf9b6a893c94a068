/* A mirror as a hub of its own, to be read: made in DIR/view/ from the mirror's folder, by the same code that follows other hubs, with ids, numbers and names as
 * they are there. It holds nothing that is not in the mirror, so it may be taken away at any time and is made again.
 *
 * Invariant: what it shows was held against the log, and the whole log against its signature. Where the mirror is damaged nothing of it is shown. */
#pragma once
#include "hub/hub.h"

struct view_state {
	struct str hub, origin, key, url; /* url without a slash at the end; "" none that can stand in a link */
	int64_t size, records, kept_out;
	moment as_of;                     /* when the mirror last asked the hub */
};
/* Opens the view of a mirror's folder, and makes it where there is none, or one of another log. ERR_NOT_FOUND: there is no mirror; ERR_CORRUPT, ERR_FORBIDDEN,
 * ERR_INVALID: the mirror is damaged, and how. */
enum err_code view_open(const char *dir, struct hub **out, struct err *e) must_use;
/* Brings it up to what the folder holds now; nothing where that is so already. *broken: what is said is of the mirror, and not that something else failed. */
enum err_code view_refresh(struct hub *h, struct db *db, bool *broken, struct err *e) must_use;
enum err_code view_state(const struct hub *h, struct db *db, struct arena *a, struct view_state *out, struct err *e) must_use;
/* The mirror's folder. */
const char *view_mirror(struct arena *a, const struct hub *h);
