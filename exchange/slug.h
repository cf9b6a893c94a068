/* Names that a source gives as slugs ("keolis-north-america"), made fit to read. */
#pragma once
#include "base/base.h"

/* "Keolis North America": capitals, blanks for hyphens, and some names and acronyms as they are written. Small letters again, and
 * hyphens for blanks, give the slug back. */
struct str slug_readable(struct arena *a, struct str slug);

/* True where the slug names a group of people ("facebook-users", "women-of-color", "victims-of-…") rather than a party that can be
 * written to. A guess by its head word: false for what it does not know. */
bool slug_is_population(struct str slug);
