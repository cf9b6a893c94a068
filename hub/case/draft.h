/* What a draft is made of: parts of a case as one viewer sees it, each with where it came from, so that whoever publishes it knows what to look at.
 *
 * Nothing is read but through the door out. Never taken: how to do it again (a report's steps, proof of concept, evidence, sessions, exact behaviour), who
 * the finder is but by their own wish to be thanked, messages, analyses, the parties' timeline. Persons are named in no part but the thanks. */
#pragma once
#include "hub/case/case.h"
#include "hub/room.h"

struct drafting {
	const struct disclosing *d;
	const struct disclosed *r;   /* the case */
	const struct room *room;
	const struct disclosed_links *links; /* of the case */
	size_t links_n;
	struct json_builder body, review;    /* review: [{field, from}] */
	struct err *e;
};

/* Notes where a field of the draft came from, in words. */
void draft_note(struct drafting *x, const char *field, const char *from);
/* Takes a member of the case as it stands, under the same name. */
void draft_take(struct drafting *x, const char *member, const char *from);

/* draft_parts.c: each sets its members of the body. */
void draft_affected(struct drafting *x);
void draft_statements(struct drafting *x);
enum err_code draft_timeline(struct drafting *x) must_use;
enum err_code draft_credits(struct drafting *x) must_use;
void draft_notices(struct drafting *x);
