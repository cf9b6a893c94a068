/* Records that were copied from other hubs: what may come in, and what they are called. Pure.
 *
 * What a hub tells the public of a record need not be all that its kind asks for: what is required may be hidden there. And it may tell more than the kind
 * has here, where that hub is ahead. So of a copied body what is missing is let pass, and what does not fit is left out, member by member, and said. */
#pragma once
#include "hub/kind.h"

/* All that came is public. */
#define COPIED_RULES "{\"\":[\"public\"]}"

/* The body as it can be shown here, and the members that were left out, with commas between ("" none; of very many the first, then "…"). ERR_INVALID: nothing that could be shown is left of it. */
enum err_code copied_fits(struct arena *a, const struct kind *kind, const struct json *body, const struct json **out, struct str *left_out, struct err *e) must_use;
/* ERR_INVALID where something in it does not fit; of what is missing nothing is said. */
enum err_code copied_check(struct arena *a, const struct kind *kind, const struct json *body, struct err *e) must_use;

/* Whether the body has none of these fields (a JSON array of names): what was erased here. */
bool copied_without(struct arena *a, const struct json *body, struct str names);

/* A copied record stands where it stands in its own hub, by whatever move it came there. *state: where it is, then where it goes (to "": it stays); *detail: of the
 * event, "" where it stays. ERR_INVALID: its kind has no such state. */
enum err_code copied_move(struct arena *a, const struct kind *kind, struct str *state, struct str to, struct str *detail, struct err *e) must_use;

/* What a hub is called by the name of its log: "hub.example.org" of "hub.example.org/log". A view of it. */
struct str copied_hub(struct str origin);
/* Whether the name of a log may stand before names of records ("hub.example.org/CUE-0001"): no white space, nothing that is not seen, not too long. */
bool copied_hub_fits(struct str origin);
/* The same of what a record is called there; "" and others go by their uid. */
bool copied_id_fits(struct str id);
/* "hub.example.org/CUE-0001" */
struct str copied_name(struct arena *a, struct str origin, struct str id);
