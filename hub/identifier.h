/* Names of records.
 *
 * A uid is random and safe to show: "R-" and two groups of four characters of Crockford's base 32 (no I, L, O, U), 40 bits. A number
 * counts ("CUE-0001", "POL-2026-0001") and is given at publication only, since a counter leaks how many are confidential. Sources'
 * own identifiers and aliases resolve too. All are compared without regard to ASCII case. */
#pragma once
#include "base/base.h"

enum { UID_SIZE = 12 };
/* "R-7KQ2-M9XD" and a NUL. */
void uid_make(char out[UID_SIZE]);
/* Reads a uid as people type it: small letters, O for 0, I and L for 1, hyphens left out. */
bool uid_parse(struct str s, char out[UID_SIZE]);

/* A form such as "{prefix}-{year}-{seq:4}" filled in. ERR_INVALID for a form with other words in braces. */
enum err_code number_format(struct arena *a, struct str form, struct str prefix, int year, int64_t seq, struct str *out, struct err *e)
	must_use;
/* True when s is a number of this form (any prefix of capital letters and digits where the form says {prefix}); *seq receives its
 * counter, *year its year or 0. */
bool number_parse(struct str form, struct str s, int64_t *seq, int *year);

/* The name as it is compared: ASCII small letters. */
struct str name_folded(struct arena *a, struct str name);

/* The natural key of a party or product by its name: folded to small letters without marks, anything else one hyphen:
 * "Moonshot AI" and "moonshot-ai" are the same. At most 120 bytes; "" when nothing is left. */
struct str name_key(struct arena *a, struct str name);
