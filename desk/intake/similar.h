/* What a coordinator sees beside a report: others that may tell of the same. */
#pragma once
#include "desk/registry/lines.h"
#include "desk/site/site.h"
#include "hub/disclose_similar.h"

struct similar_line {
	struct line line;
	struct str uid, reasons; /* "same system; same words: refund, airline" */
	int percent;
	bool joins;              /* it is a report or a case: this one can be said to be its duplicate */
};
struct similar_box {
	struct str csrf, path;   /* of the record */
	const struct similar_line *lines;
	size_t n;
};
/* NULL in *out where there is nothing to show, or nobody to show it to. */
enum err_code similar_box(struct request *rq, const struct disclosed *r, const struct similar_box **out, struct err *e) must_use;
route_fn take_duplicate;
