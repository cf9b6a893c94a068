/* A deterministic automaton over bytes for patterns without look-around, references and word boundaries, which are most
 * of them: one table look-up a byte, whatever the pattern, so none of them can be made to take long. */
#pragma once
#include "base/base.h"

/* A state is the place of its row in the table: a column for each class of byte, and one that says whether the text may
 * end here. Two states are not left: no match can follow (the first row), and `yes`. */
struct dfa {
	const uint32_t *table;
	uint8_t class_of[256];
	uint32_t start, yes, end; /* end: the last column */
};

/* NULL when the pattern is beyond it, would take too many states, or the arena is out. source has been found to be a
 * regular expression. */
const struct dfa *dfa_compile(struct arena *a, struct str source);

static inline bool dfa_match(const struct dfa *d, struct str text) {
	const unsigned char *p = (const unsigned char *)text.p, *end = p + text.n;
	uint32_t state = d->start;
	while (p < end && state > d->yes) state = d->table[state + d->class_of[*p++]];
	return d->table[state + d->end];
}
