/* How many requests the API takes of one caller: token buckets by token, and by address where there is none (struct hub_limits).
 *
 * An answer from the cache of the polling thread costs nothing, is not counted and says nothing of limits. */
#pragma once
#include "desk/app.h"

/* Counts a request to the API whose caller is known (rq->user) and says in headers what is left. False: it is one too many, and refused. */
bool api_admit(struct request *rq, struct response *rs);
