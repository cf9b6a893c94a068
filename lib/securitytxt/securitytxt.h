/* security.txt (RFC 9116): reading, checking against its grammar and rules, writing.
 *
 * Invariants: the reader takes any bytes and says what is wrong with them, line by line; a file without an error among its findings is one that the RFC
 * allows. The writer writes no field whose value the reader would find wrong. An OpenPGP cleartext signature (section 2.3) is taken off and not verified:
 * whose key it is nobody here can know. */
#pragma once
#include "base/base.h"

enum { SECURITYTXT_BYTES = 256 << 10, SECURITYTXT_FIELDS = 1000, SECURITYTXT_FINDINGS = 100 };

struct securitytxt_field {
	struct str name;  /* as the RFC spells it, where it knows it; else as it stands there */
	struct str value; /* without blanks at its end */
	size_t line;      /* from 1 */
	bool known;
};
struct securitytxt_finding {
	size_t line;      /* 0: the file as a whole */
	bool error;       /* it breaks a MUST or the grammar; else it is against a recommendation */
	struct str words; /* a sentence */
};
struct securitytxt {
	const struct securitytxt_field *fields;     /* in their order, also those that are wrong */
	size_t n;
	const struct securitytxt_finding *findings; /* by line, those of the whole last */
	size_t findings_n, errors;
	bool is_signed;
	moment expires;   /* 0: not said, or wrongly */
};

/* at: the moment at which it is judged whether the file has expired; 0: not judged. Strings point into text or the arena. ERR_TOO_LARGE over the limits,
 * ERR_MEMORY. */
enum err_code securitytxt_read(struct arena *a, struct str text, moment at, struct securitytxt *out, struct err *e) must_use;

/* The i-th value of a field ("Contact"), from 0; "" when there are not so many. */
struct str securitytxt_value(const struct securitytxt *s, const char *name, size_t i);

/* What is wrong with a value of this field, as a sentence; NULL nothing. A field that the RFC does not know may hold any line of text. */
const char *securitytxt_wrong(struct str name, struct str value);

/* Adds "Name: value" and a line end; false, and nothing added, where the value is wrong. */
bool securitytxt_write(struct buf *out, const char *name, struct str value);

/* A mail address or telephone number as the URI that Contact wants (RFC 6068, RFC 3966), in the arena; "" where it is none. */
struct str securitytxt_mailto(struct arena *a, struct str address);
struct str securitytxt_tel(struct arena *a, struct str number);
/* The address in a mailto: URI, decoded and without what stands behind a question mark; "" where it is none or holds what is no text. */
struct str securitytxt_address(struct arena *a, struct str mailto);
