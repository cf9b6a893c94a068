/* What the page of a witness shows. */
#pragma once
#include "http/response.h"

struct witness_line {
	struct str origin, size, when, datetime; /* size "" nothing was cosigned yet */
	const struct str *keys;
	size_t keys_n;
};
struct witness_page {
	struct str name, key, style, icon;
	const struct witness_line *lines;
	size_t n;
};

/* What its handlers find: rq->app is this, rq->worker the worker's struct db. */
struct witness;
struct throttle;
struct witness_app {
	struct witness *witness;
	struct throttle *throttle;
	int64_t limit; /* checkpoints a minute of one address; 0: no limit */
};
extern const struct route witness_routes[];
