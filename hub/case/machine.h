/* The machines of coordinated disclosure, each one table (Householder, "Designing Vultron", CERT/CC 2022; the consent of participants as CERT/CC's
 * reference implementation has it; the states of a case: Householder and Spring, "A State-Based Model for Multi-Party Coordinated Vulnerability
 * Disclosure", 2021). Nothing here knows a database.
 *
 * Report management, per participant: S start, R received, I invalid, V valid, D deferred, A accepted, C closed. A duplicate passes through V.
 * Embargo management, per case: N none, P proposed, A active, R revise, X exited.
 * Consent, per participant: to the embargo that is in force or proposed.
 * Case states: per vendor v/V aware, f/F fix ready, d/D fix deployed; per case p/P public aware, x/X exploit public, a/A attacks observed. */
#pragma once
#include "base/base.h"

struct machine_move {
	char from;
	const char *by;   /* what is done */
	char to;
};
extern const struct machine_move rm_moves[], em_moves[], consent_moves[];
extern const size_t rm_moves_n, em_moves_n, consent_moves_n; /* 11, 10, 11 */

/* Consent as one letter, as the tables have it. */
enum consent { CONSENT_NONE = 'N', CONSENT_INVITED = 'I', CONSENT_SIGNATORY = 'S', CONSENT_LAPSED = 'L', CONSENT_DECLINED = 'D' };
struct str consent_name(char consent);  /* "no-embargo" … */
char consent_of(struct str name);       /* 0 */
struct str rm_name(char state);         /* "received" … */
struct str em_name(char state);         /* "none" … */

/* The state that follows; 0 where the table has no such move, and then e says from where what can be done. */
char machine_next(const struct machine_move *table, size_t n, struct str (*name)(char), char from, const char *by, struct err *e);
#define rm_next(from, by, e) machine_next(rm_moves, rm_moves_n, rm_name, from, by, e)
#define em_next(from, by, e) machine_next(em_moves, em_moves_n, em_name, from, by, e)
#define consent_next(from, by, e) machine_next(consent_moves, consent_moves_n, consent_name, from, by, e)

/* ---- case states ---- */

enum case_fact {
	VENDOR_AWARE = 1 << 0,
	FIX_READY = 1 << 1,
	FIX_DEPLOYED = 1 << 2,
	PUBLIC_AWARE = 1 << 3,
	EXPLOIT_PUBLIC = 1 << 4,
	ATTACKS_OBSERVED = 1 << 5,
};
/* 32 of the 64 sets are states: a fix is ready only where the vendor is aware, and deployed only where it is ready. */
bool case_state_valid(unsigned facts);
/* The facts that must be noted before any other: where the public knows, so does the vendor; where an exploit is public, the flaw is. 0: none. */
unsigned case_state_forced(unsigned facts);
/* Whether a fact may come next (58 such transitions). */
bool case_state_may(unsigned facts, enum case_fact fact);
/* Whether an embargo can't go on: public, exploited or attacked. */
static inline bool case_state_ends_embargo(unsigned facts) { return (facts & (PUBLIC_AWARE | EXPLOIT_PUBLIC | ATTACKS_OBSERVED)) != 0; }
