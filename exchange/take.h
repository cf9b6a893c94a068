/* What of a source document was read, so that the rest can be kept.
 *
 * A reader gets each value through a `take`, which notes it when it is of the sort that was asked for; a value of
 * another sort is not given and not noted. In the end take_rest tells what nobody could use, under the names that it
 * has in the document; it goes to source.extra, and nothing is lost. Empty strings, arrays and objects count as not
 * read, since bodies hold none.
 *
 * A value is known by its address, so all of this works on the document as json_parse gave it, not on copies. All but
 * take_strings and take_rest accept a NULL take, and then note nothing. When memory is out the arena has failed. */
#pragma once
#include "lib/json/json.h"

struct take {
	struct arena *a;
	const struct json **seen; /* open addressing */
	size_t n, size;           /* size is 0 or a power of two */
};
/* `struct take t = {.a = arena};` has read nothing. */

/* Notes v and all that is below it. */
void take_note(struct take *t, const struct json *v);
bool take_noted(const struct take *t, const struct json *v);

/* A member that is a string and not empty; else "". */
struct str take_str(struct take *t, const struct json *object, struct str name);
/* The same, where only some strings will do. */
struct str take_str_if(struct take *t, const struct json *object, struct str name, bool (*fits)(struct str));
/* True, and noted, when the member is this very string. */
bool take_is(struct take *t, const struct json *object, struct str name, struct str expected);
/* A member that is a number, or a boolean; else NULL. */
const struct json *take_number(struct take *t, const struct json *object, struct str name);
const struct json *take_bool(struct take *t, const struct json *object, struct str name);
/* The strings of a member that is an array, without empty ones (an array of ours); what else it holds is not noted.
 * NULL when there are none. */
const struct json *take_strings(struct take *t, const struct json *object, struct str name);

/* What was not noted of v: v itself where nothing of it was, an object of the members that were not, or for a part of
 * an array an object of the items that were not by their number ("0", "7"). NULL when all was. */
const struct json *take_rest(struct take *t, const struct json *v);
