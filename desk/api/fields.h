/* ?fields=title,body.summary: which members of an answer are given. A path goes through arrays by itself (links.items.id). */
#pragma once
#include "desk/app.h"

enum { FIELDS_MOST = 50, FIELDS_DEPTH = 8, FIELDS_LENGTH = 1000 };
#define FIELDS_PARAM {"fields", .length = FIELDS_LENGTH, .help = "only these members of a record, as in title,body.summary"}

struct fields {
	struct str paths[FIELDS_MOST][FIELDS_DEPTH]; /* "" behind the last */
	size_t n; /* 0: all of it */
};
/* Reads the parameter. `known` are the members that there are, ending with NULL. ERR_INVALID with e->where. */
enum err_code fields_read(struct request *rq, const char *const *known, struct fields *out, struct err *e) must_use;
/* True when one of them begins with none of these names. */
bool fields_beyond(const struct fields *f, const char *const *names);
/* What was chosen of a value, in the arena. */
const struct json *fields_of(struct arena *a, const struct fields *f, const struct json *v);
