/* How far a disclosure policy protects those who keep to it: computed from its body, point by point, never taken from what it says of itself.
 *
 * The ladder is the maturity model of disclose.io (CC0, 2026): 0 not present, 1 contact, 2 disclosure policy, 3 partial safe harbor, 4 full safe
 * harbor, 5 full safe harbor with coordinated disclosure. A policy stands on the highest level of which, and of all below which, every point is met.
 * Full safe harbor is four tests: research counts as authorised under laws against intrusion, no claim for circumvention, terms of service give way,
 * and the research is held to be lawful and in good faith. A policy that says of its safe harbor that it is "none" promises nothing, whatever else it says.
 *
 * Pure: it sees the body that it is given and nothing else, so an assessment tells a viewer nothing that the body did not. What stands only in running
 * text is not counted: nobody could say afterwards by which words. */
#pragma once
#include "lib/json/json.h"

enum { POLICY_TESTS = 4, POLICY_POINTS = 15, POLICY_TECHNICAL = 3, POLICY_LEVELS = 6 };

struct policy_point {
	int level;          /* of which it is a point; 0: of none */
	const char *name;   /* in JSON: "anti-hacking" */
	const char *title;  /* "Access is authorised" */
	bool met;
	const char *field;  /* pointer into the body: what meets it, or what would */
	const char *why;    /* in a sentence: what meets it, or what is missing */
	struct str text;    /* the promise in the policy's own words; "" none */
};

struct policy_assessment {
	int level;
	int stated;                                        /* what the body says of itself in /maturity; -1 nothing */
	struct policy_point points[POLICY_POINTS];         /* in the order of the levels; the four tests among those of level 4 */
	const struct policy_point *tests[POLICY_TESTS];
	int tests_met;
	struct policy_point technical[POLICY_TECHNICAL];   /* no suspension, reasons, appeal */
	int technical_met;
	struct policy_point independent;                   /* good faith is judged by somebody other than the organization */
	struct str judge;                                  /* who that is, where it is said */
};

/* body may be NULL: no policy, level 0. The strings live as long as the body. *out holds pointers into itself: copy it not. */
void policy_assess(const struct json *body, struct policy_assessment *out);

/* "Full safe harbor", and what that gives to a finder, in a sentence. level 0 to 5. */
const char *policy_level_title(int level);
const char *policy_level_words(int level);

/* What an organization offers, by its public body and the best level among its policies (-1: it has none here): a public contact for flaws is level 1. */
int policy_level_of_organization(const struct json *body, int best);

/* In force on that day ("2026-11-25"), by the body's first and last day, which may be a month or a year. */
bool policy_in_force(const struct json *body, struct str day);
