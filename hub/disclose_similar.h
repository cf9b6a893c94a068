/* What may tell of the same flaw, for whoever sorts reports and for whoever is about to send one. Through the door out: nobody learns of a record that they
 * may not know of, not even that there is one.
 *
 * Likeness of two records, 0 to 1, over what the viewer sees of both:
 *
 *     0.55 · W + 0.35 · S + 0.10 · H
 *
 *  W  words of title, summary and the beginning of the description, of three letters or more but the emptiest, folded (hub/fold.h), each once: how many they share, by the
 *     smaller number of the two, but by 8 at least, so that few words prove little (overlap coefficient, Szymkiewicz-Simpson, with a floor)
 *  S  1 where some system has the same words in its name in both; half where it shares half of them or more
 *  H  kinds of harm and weaknesses that both name, by those that either names (Jaccard)
 *
 * Below SIMILAR_LEAST nothing is said. */
#pragma once
#include "hub/disclose.h"

enum { SIMILAR = 8, SIMILAR_RANGE = 2000, ALIKE = 5 };
#define SIMILAR_LEAST 0.30

struct similar {
	struct glimpse line;
	double likeness;
	bool same_system, same_harm;
	struct str words;   /* that both use, at most six, separated by commas */
};
/* The likest of the newest SIMILAR_RANGE reports, cases and incidents that the viewer may see, best first; without r itself and what it is linked to as a duplicate already. For
 * coordinators; none for anybody else. */
enum err_code disclose_similar(const struct disclosing *d, const struct disclosed *r, struct similar out[SIMILAR], size_t *n, struct err *e) must_use;

/* Public reports, incidents and advisories that may tell of the same as a body that is not sent yet, by words of title, systems and kinds of harm: from the search
 * index alone, best first. */
enum err_code disclose_alike(const struct disclosing *d, const struct json *body, struct glimpse out[ALIKE], size_t *n, struct err *e) must_use;

/* Where the report r, which the viewer owns, was joined to another as a duplicate: the state of that other, and nothing else of it. *out NULL where it was not. The one place
 * that says what the finder of a duplicate learns of the work on what it repeats. */
enum err_code disclose_joined(const struct disclosing *d, const struct disclosed *r, const struct kind_state **out, struct err *e) must_use;
