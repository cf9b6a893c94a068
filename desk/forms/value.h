/* Single values as text, and back. For the files of desk/forms alone. */
#pragma once
#include "desk/forms/plan.h"

enum value_read { VALUE_ABSENT, VALUE_GOOD, VALUE_WRONG };

/* What somebody typed at a place for one value. VALUE_WRONG: *words says why, as a sentence with the place's title. */
enum value_read value_read(struct arena *a, const struct place *at, struct str text, const struct json **out, struct str *words);
/* The same for a list of which one item stands on a line; with `commas`, one line may hold several. */
enum value_read value_read_list(struct arena *a, const struct place *at, struct str text, bool commas, const struct json **out,
	struct str *words);
/* The text that reads back as v; false when there is none. */
bool value_text(struct arena *a, const struct place *at, const struct json *v, struct str *out);
bool value_list_text(struct arena *a, const struct place *at, const struct json *v, bool commas, struct str *out);

bool place_is_moment(const struct place *at);
bool place_takes_commas(const struct place *at);   /* tags */
struct moment_text { struct str date, time, zone; };
enum value_read value_read_moment(struct arena *a, const struct place *at, const struct moment_text *t, const struct json **out, struct str *words);
/* zone: the name that stands beside it; "" none. False when no parts give just this text. */
bool value_moment_text(struct arena *a, const struct place *at, struct str value, struct str zone, struct moment_text *out);

/* Without carriage returns; as it is when there are none. */
struct str value_lines(struct arena *a, struct str text);
/* The title of a place, or the name of a member as people read it. */
struct str place_title(struct arena *a, const struct place *at, struct str name);
