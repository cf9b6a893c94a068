/* A copy of another hub that is shown and searched, and changes nothing: polder serve --mirror.
 *
 * Invariants: every address that would change something, or belongs to people with an account, is answered by a sentence that says where the hub itself is; each
 * page says that it is a copy, of what and as of when; the log under /log/ is the mirror's files, so that a copy can be made of the copy. While the mirror is
 * found to be damaged every answer says so and nothing else. */
#pragma once
#include <stdatomic.h>

#include "desk/app.h"
#include "hub/follow/view.h"

struct desk_copy {
	const char *dir;           /* the mirror's folder */
	struct view_state of;      /* what does not change: hub, origin, key, url */
	atomic_llong size, as_of;  /* of the mirror, as it was last taken over */
	atomic_bool broken;        /* it is damaged: */
	char words[480];           /* how; written before `broken` is */
};

struct copy_keeper;
/* Looks every two seconds whether the mirror has changed, in a thread of its own. */
enum err_code copy_start(struct hub *h, struct desk_copy *c, struct copy_keeper **out, struct err *e) must_use;
void copy_stop(struct copy_keeper *k);

/* The tables as a copy answers them. */
enum err_code copy_routes(struct arena *a, const struct route *const *tables, size_t n, const struct route *const **out, struct err *e) must_use;
/* True where there is nothing but the damage to tell. */
bool copy_refuses(const struct desk_copy *c, struct response *rs);

static inline const struct desk_copy *desk_copied(const struct request *rq) {
	return ((const struct desk_app *)rq->app)->copy;
}
/* The address of the same in the hub itself; "" not known. */
struct str copy_address(struct arena *a, const struct desk_copy *c, struct str path);

/* ---- log.c: what answers instead of the hub's own log ---- */
extern const struct route copy_log_routes[];
