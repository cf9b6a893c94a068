/* What a document that we tell lacks of the original: how a format is written back without loss.
 *
 * A reader maps the original into a body, tells the body again in the same format, and keeps the residue under
 * source.extra. Whoever exports later tells the body as it is then and lays the residue over it: unchanged parts come
 * out as they came, edited ones edited.
 *
 * The residue is a tree of the members, by name, that the told document lacks or has with another value. Two sorts of
 * names are reserved in it: "absent" holds the names of members that are told but were not in the original, "2 of 5"
 * stands for the third item of an array of five, and is passed over when the array has another length by then. A member
 * of the original that goes by such a name gets an underscore behind it.
 *
 * Invariant: residue_over(told, residue_of(original, told)) equals the original (json_equal), whatever the two objects
 * are. */
#pragma once
#include "lib/json/json.h"

/* NULL when there is no difference. Both must be objects. */
const struct json *residue_of(struct arena *a, const struct json *original, const struct json *told);
/* residue may be NULL. */
const struct json *residue_over(struct arena *a, const struct json *told, const struct json *residue);
