/* What whoever asks for a release must say: the fields that its owners set (kinds/release.json, /access), after the convention of model hubs, and what is a
 * right answer to them. Pure: no database.
 *
 * A field is text, checkbox, date_picker (2026-11-25), country (code of ISO 3166-1) or select (one of its options). Answers are kept with the question as it
 * was read, each as text; a tick is "yes" or "no". */
#pragma once
#include "lib/json/json.h"

struct access_country {
	struct str code, name;
};
extern const struct access_country access_countries[]; /* by code */
extern const size_t access_countries_n;
/* "Netherlands" of "NL"; "" for what is no code. */
struct str access_country_name(struct str code);

enum access_mode { ACCESS_MANUAL, ACCESS_AUTOMATIC, ACCESS_OPEN };
/* Of /access; where nothing is said, manual. */
enum access_mode access_mode(const struct json *access);

enum { ACCESS_TEXT = 8000, ACCESS_FIELDS = 40 };

/* A name of small letters, digits, hyphens and underscores that begins with a letter. */
bool access_name_ok(struct str name);
/* What a schema can't say of /access. ERR_INVALID with e->where. */
enum err_code access_check(const struct json *access, struct err *e) must_use;
/* given: name → text, or true and false for a checkbox. *out: the list that a request keeps, in the order of the fields; what was left out is left out. ERR_INVALID with
 * e->where "/answers/NAME". */
enum err_code access_answers(struct arena *a, const struct json *access, const struct json *given, const struct json **out, struct err *e) must_use;
/* The other way: such a list as an object. */
const struct json *access_given(struct arena *a, const struct json *answers);
