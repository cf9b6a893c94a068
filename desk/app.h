/* What every handler finds: rq->app is a struct desk_app, rq->worker the worker's struct db, rq->user a struct viewer
 * or NULL for the public.
 *
 * This is the seam for accounts: a server that signs people in sets rq->user in its `authorize`, and every page and
 * address of the API then shows what that viewer may see, since all of them ask disclose_* through desk_disclosing. */
#pragma once
#include "hub/disclose.h"
#include "http/response.h"

struct reading;

struct desk_app {
	struct hub *hub;
	const struct reading *reading;  /* how records of each kind are laid out: desk/registry/present.h */
	const char *const *facets;      /* names of the filters that lists and searches take */
	size_t facets_n;
};

static inline const struct hub *desk_hub(const struct request *rq) {
	return ((const struct desk_app *)rq->app)->hub;
}

static inline struct disclosing desk_disclosing(const struct request *rq) {
	return (struct disclosing){
		.hub = desk_hub(rq),
		.db = rq->worker,
		.viewer = rq->user ? *(const struct viewer *)rq->user : viewer_public,
		.a = rq->arena,
	};
}

/* An answer that the public gets may be kept by anyone and is asked for again by its ETag; a viewer's is its own. */
static inline void desk_public(const struct request *rq, struct response *rs) {
	if (rq->user) rs->cache = CACHE_PRIVATE;
	else response_public(rs, 0);
}
