/* Shapes that several formats share: how they become parts of our bodies (kinds/common.json).
 *
 * Functions that read take a `take` that may be NULL. Those that give a string give "" for nothing, those that give
 * JSON give NULL. */
#pragma once
#include "cvss.h"
#include "format.h"
#include "take.h"

/* ---- strings ---- */

/* Whether c is in the set; a NUL, which a string of JSON may hold, never is. */
bool one_of(char c, const char *set);
/* Good as the public identifier of a record: 3 to 100 of letters, digits, '.', '_', ':', '-'. */
bool identifier_fits(struct str s);
/* As the schemas of `when` and `language` in kinds/common.json. */
bool when_fits(struct str s);
bool language_fits(struct str s);
/* A `when` as a moment in UTC; a date counts from its first second, a time without a zone as UTC. "" for what is none. */
struct str when_utc(struct arena *a, struct str when);
/* The identifier of the record whose page in a public collection is at this address: "AIID-6", "CVE-2024-0001", "AML.CS0009",
 * "AVID-2022-V013", "GHSA-…"; "" for other addresses. */
struct str identifier_at(struct arena *a, struct str url);
/* A copy in small or capital ASCII letters, with one character put for another (' ' for '-'; the same twice: none). */
struct str respelled(struct arena *a, struct str s, bool capitals, char from, char to);
/* The title of a record: what the source calls it, else the first sentence of its text, else its identifier. */
struct str headline(struct arena *a, struct str title, struct str text, struct str identifier);
/* "CRITICAL", "Moderate", "important" … as our severity; "" for other words. */
struct str severity_of_word(struct str word);

/* ---- bodies ---- */

/* Adds the object to the list, or sets the list in the body, unless it is empty. */
void add_object(struct json_builder *list, struct json_builder *object);
void put_list(struct json_builder *body, struct str name, struct json_builder *list);
/* The strings of an array, without empty ones. */
const struct json *strings_of(struct arena *a, const struct json *array);
/* A member that is a number. */
const struct json *number_of(const struct json *object, struct str name);
/* {"scheme", "id", "label"} of an identifier in front of its name: "S0403: Adversarial Example". */
struct json_builder classified(struct arena *a, struct str scheme, struct str text);
/* A rating as the JSON schemas of CVSS write it, as a score of ours. */
struct json_builder cvss_score(struct arena *a, struct take *t, const struct json *cvss);

/* More affected items than a body may hold: a record that has them is not begun. */
enum { AFFECTED_MOST = 10000 };

/* What every imported body says of its source; sets body, identifiers and visibility of the draft. */
struct origin {
	struct str system, id, version, url, licence;
	const struct json *extra;
};
void draft_finish(struct drafts *d, struct draft *r, struct json_builder *body, const struct origin *o,
	struct str fetched);
/* Puts what had no home under source.extra of a finished draft, for everyone to read; nothing where it is NULL or
 * empty. */
void draft_extra(struct drafts *d, struct draft *r, const struct json *extra);
