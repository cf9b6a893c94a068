/* What a table says of a route of the API besides what the router needs; route.more points to it. From this and the route come the OpenAPI
 * document and the page /api; and a body is checked against the very schema that they show.
 *
 *	{"/api/v1/records/{id}/moves", api_move, MAY_SIGNED_IN, HTTP_POST, CSRF_API, …,
 *		.more = OPERATION(.takes = "NewMove", .gives = "Written", .example = "/api/v1/records/CUE-0001/moves",
 *			.body = "{\"move\":\"publish\"}")},
 *
 * A route without one is documented by its path and parameters alone. */
#pragma once
#include "http/route.h"

struct operation {
	const char *takes;      /* the schema of a JSON body: a name in schemas.json; NULL: the route takes none */
	const char *gives;      /* of the answer: likewise; NULL: not JSON, or nothing */
	const char *media_type; /* of the body, where it is not application/json */
	int status;             /* of the answer when all goes well; 0: 200 */
	bool or_200;            /* what was to be made may be there already */
	bool facets;            /* takes the facets of the hub's kinds as parameters */
	bool conditional;       /* changes a version that If-Match must name: 412, 428 */
	bool conflicts;         /* the record's state may forbid it: 409 */
	bool forbids;           /* its answer may be that somebody may not: 403 */
	const char *text;       /* more than route.help has room for */
	const char *example;    /* path and query of an example; NULL: the path */
	const char *body;       /* of the example */
};
#define OPERATION(...) (&(const struct operation){__VA_ARGS__})

static inline const struct operation *operation_of(const struct route *r) { return r->more; }
