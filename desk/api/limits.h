/* How many requests the API, and forms, take of one caller: token buckets by account and token, and by address where nobody is known
 * (struct hub_limits).
 *
 * An answer from the cache of the polling thread costs nothing, is not counted and says nothing of limits. */
#pragma once
#include "desk/app.h"

/* Counts a request whose caller is known (rq->user) and says in headers of the API what is left. False: it is one too many, and refused. */
bool api_admit(struct request *rq, struct response *rs);
/* What stands for an address where callers are counted: a network of IPv6 (/64) is one. */
struct str api_address_key(struct arena *a, struct str address);
