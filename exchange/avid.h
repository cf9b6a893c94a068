/* Between the two halves of the AVID format: avid.c reads, avid_tell.c writes. */
#pragma once
#include "pieces.h"

/* Schemes and systems under which parts of a document stand in our bodies. */
#define AVID_TAXONOMY  S("AVID")
#define AVID_LIFECYCLE S("AVID lifecycle")
#define ODIN_TAXONOMY  S("0DIN jailbreak taxonomy")
#define ODIN_IMPACT    S("0DIN social impact")

/* AVID writes languages with three letters, we with two where there are two. */
struct str avid_language(struct str theirs);
/* "AVID-2022-R0001" (letter 'R') or "AVID-2022-V001" (letter 'V'). */
bool avid_identifier(struct str id, char letter);

/* The body as an AVID document: a vulnerability for an advisory, else a report. id: for a body that did not come from
 * AVID. What AVID has no member for is left out. */
const struct json *avid_tell(struct arena *a, bool advisory, struct str id, const struct json *body);
