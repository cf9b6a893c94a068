/* What every handler finds: rq->app is a struct desk_app, rq->worker the worker's struct db, rq->user a struct desk_user
 * or NULL for the public.
 *
 * identify.h sets rq->user before any handler runs; every page and address of the API then shows what that viewer may
 * see, since all of them ask disclose_* through desk_disclosing. */
#pragma once
#include "hub/account/account.h"
#include "http/response.h"

struct api;
struct desk_copy;
struct plans;
struct reading;
struct router;
struct throttle;

struct desk_app {
	struct hub *hub;
	const struct reading *reading;  /* how records of each kind are laid out: desk/registry/present.h */
	const struct plans *plans;      /* the forms of each kind: desk/forms/plan.h */
	const char *const *facets;      /* names of the filters that lists and searches take */
	size_t facets_n;
	const struct router *router;    /* of all tables: for OpenAPI, robots and the like */
	struct api *api;                /* desk/api: schemas of bodies, the OpenAPI document */
	struct throttle *throttle;      /* requests, by address and account */
	bool https;                     /* viewers come by https */
	const struct desk_copy *copy;   /* what this is a copy of, to be read alone (desk/copy/copy.h); NULL: it is a hub */
};

/* Who may use a route; route.permission. The rights over a record are its kind's and are checked behind the doors; this
 * is only who gets that far. */
enum desk_permission {
	MAY_SIGNED_IN = ROUTE_PERMISSION, /* anybody with an account */
	MAY_CONTRIBUTE,                   /* members of the hub, and those with more */
	MAY_COORDINATE,                   /* coordinators of the hub */
	MAY_ADMINISTER,                   /* owners of the hub */
	MAY_HALF_SIGNED_IN,               /* also who has still to give the second factor */
};

struct desk_user {
	struct viewer viewer;   /* what the doors are asked with; the public's while `pending` */
	struct account account;
	struct str session;     /* the token of the browser's session; "" when a token of the API was given */
	unsigned scopes;        /* enum scope, of the API's token; all for a session */
	bool pending;           /* the second factor is still to be given */
	moment proven;          /* when the password or second factor was last given; 0 with a token of the API */
	int64_t unread;         /* notices that were not read yet */
};

static inline const struct desk_user *desk_user(const struct request *rq) { return rq->user; }

static inline struct hub *desk_hub(const struct request *rq) {
	return ((const struct desk_app *)rq->app)->hub;
}

static inline struct disclosing desk_disclosing(const struct request *rq) {
	return (struct disclosing){
		.hub = desk_hub(rq),
		.db = rq->worker,
		.viewer = rq->user ? desk_user(rq)->viewer : viewer_public,
		.a = rq->arena,
	};
}

/* Who a change is made by. */
static inline struct actor desk_actor(const struct request *rq) {
	return rq->user ? (struct actor){desk_user(rq)->viewer.name, desk_user(rq)->viewer.roles} : (struct actor){S(""), ROLE_ANYONE};
}

/* The same, for accounts and their audit log. */
static inline struct by desk_by(struct request *rq) {
	const struct desk_user *u = desk_user(rq);
	return (struct by){
		.actor = u ? u->account.uid : S(""),
		.address = request_remote(rq),
		.administrator = u && !u->pending && (u->account.hub_roles & 1u << MEMBER_OWNER),
	};
}

/* An answer that the public gets may be kept by anyone and is asked for again by its ETag; a viewer's is its own. */
static inline void desk_public(const struct request *rq, struct response *rs) {
	if (rq->user) rs->cache = CACHE_PRIVATE;
	else response_public(rs, 0);
}
