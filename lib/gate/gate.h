/* One verdict over a model before it is used or let go: what the scan of its files says, what its card says, what a hub knows of it and of what it is made from, and whose
 * signature it bears. Pure: whoever calls has scanned, read and asked. */
#pragma once
#include "lib/card/card.h"

/* The worst of its findings is a check's verdict, and the worst of the checks' the gate's. */
enum gate_verdict {
	GATE_PASS,
	GATE_REVIEW,       /* a person should look */
	GATE_INCONCLUSIVE, /* it could not be judged: the scan did not come to an end, the hub did not answer */
	GATE_BLOCK,
};
const char *gate_verdict_name(enum gate_verdict v); /* "PASS" … */

struct gate_finding {
	enum gate_verdict verdict;
	struct str rule;     /* "card-licence-missing", "scan-pickle-call-denied", "known-affected" … */
	struct str subject;  /* a file, an advisory, a place in the card; may be "" */
	struct str message, advice;
	struct str url;      /* of the advisory; "" none */
	bool accepted;       /* the caller said that it may be; it counts for nothing */
};
enum gate_name { GATE_SCAN, GATE_CARD, GATE_KNOWN, GATE_SIGNATURE, GATE_CHECKS };
struct gate_check {
	bool done;           /* false: not asked for */
	enum gate_verdict verdict;
	struct str words;    /* in a sentence what was looked at, or why it was not */
	struct gate_finding *findings; /* worst first */
	size_t n;
};
const char *gate_check_name(enum gate_name n); /* "scan", "card", "known", "signature" */

enum gate_signed { GATE_NOT_SIGNED, GATE_NOT_CHECKED /* there is one, and nobody said whose */, GATE_SIGNED, GATE_SIGNATURE_WRONG };

struct gate_given {
	const struct json *scan;  /* as `polder scan --json` gives it; NULL: it failed, see scan_failed */
	struct str scan_failed;
	const struct card *card;  /* NULL: there is none, or it can't be read, see card_failed */
	struct str card_failed;
	enum card_kind kind;
	const struct json *known; /* as GET /api/v1/affects gives it; NULL: no hub was asked, or see known_failed */
	struct str known_failed;
	struct str hub;           /* its address */
	struct str own;           /* by which name it was asked for the thing itself; all others are names of what it is made from; "" none */
	enum gate_signed signature;
	struct str signature_words;
	bool signature_required;
	const struct str *accepted; /* rules ("card-scope-missing"), or an advisory's identifier */
	size_t accepted_n;
};
struct gate {
	enum gate_verdict verdict;
	struct gate_check checks[GATE_CHECKS];
	struct str unused;        /* accepted, and met by nothing: a stale exception; names joined by commas */
};
/* ERR_INVALID: scan or known is not what it should be; ERR_MEMORY. Strings point into what was given or the arena. */
enum err_code gate_judge(struct arena *a, const struct gate_given *g, struct gate *out, struct err *e) must_use;
