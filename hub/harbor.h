/* Safe harbor grants: that a report was made under a policy, signed by the hub, for the finder to show to whoever threatens them.
 *
 * Invariants. A grant stays as it is and stays good whatever becomes of the policy: the policy's public text of that day is kept with it. One is made only
 * for a policy in force that applies to the report and that counts as its issuer's own (hub/policy_record.h), once for each text of it.
 *
 * What is shown betrays nothing of the report: neither its uid, nor its title, nor its finder, nor the hour. The statement has the day, and a commitment:
 * SHA-256 over "polder/harbor-report/v1", a zero byte, the salt (32 random bytes), the moment of acceptance (RFC 3339) and the report's uid, each
 * of these two with a zero byte behind it. The finder alone is given the opening (salt, moment, uid) and can prove by it, to whom they choose, which report
 * it was and when to the second.
 *
 * The statement is canonical JSON (RFC 8785), signed for the purpose "harbor-grant" (hub/signing.h):
 *     {"type": "polder-harbor-grant", "version": 1, "grant": ID, "hub": {"uid", "name", "url"?}, "accepted": "2026-11-25",
 *      "policy": {"uid", "id", "title", "revision", "sha256"}, "issuers": [{"uid", "name", "basis"}], "report": {"commitment"}} */
#pragma once
#include "hub/policy_record.h"
#include "hub/signing.h"

enum { HARBOR_ID = 22 }; /* letters of a grant's id: 128 bits in base64url */

struct harbor_grant {
	struct str id;
	struct str statement;        /* the bytes that were signed */
	const struct json *said;     /* the same, parsed */
	struct str key_id, signature;
	const struct json *policy;   /* the public body of the policy as accepted */
	int64_t report, policy_record;
	moment at;
	struct str salt;
};

/* ---- making one ---- */

/* By the act "harbor.accept" (hub/acts/harbor.json) of whoever owns the report: CHANGE_ACT of the door in, with {"policy": name}. ERR_NOT_FOUND (a policy
 * that nobody may know of), ERR_CONFLICT (a draft; a policy that is not in force or does not apply to this report). Doing it again for the same text changes
 * nothing. */

/* ---- showing one ---- */

/* By its id, to whoever has that. ERR_NOT_FOUND. */
enum err_code harbor_grant(const struct disclosing *d, struct str id, struct harbor_grant *out, struct err *e) must_use;
/* Those of a report, oldest first; for its owners (others: none, without a word). */
enum err_code harbor_grants_of(const struct disclosing *d, const struct disclosed *report, struct harbor_grant **out, size_t *n, struct err *e) must_use;

/* ---- threats ---- */

/* A finder said that somebody threatens them (act "harbor.threatened"); coordinators are told at once and see it until one of them says that it is settled
 * (act "harbor.settled"). */
struct harbor_threat {
	int64_t event;
	moment at, settled;          /* settled 0: not yet */
	struct str text;
	struct glimpse report;
};
/* Of a report, newest first; for its owners and coordinators (others: none, without a word). */
enum err_code harbor_threats_of(const struct disclosing *d, const struct disclosed *report, struct harbor_threat **out, size_t *n, struct err *e)
	must_use;
/* All that are not settled, oldest first; for coordinators (others: none). */
enum err_code harbor_threats(const struct disclosing *d, struct harbor_threat **out, size_t *n, struct err *e) must_use;

/* What has become of the policy since. */
enum harbor_policy_now { HARBOR_SAME, HARBOR_CHANGED, HARBOR_ENDED, HARBOR_WITHDRAWN, HARBOR_GONE };
enum err_code harbor_policy_now(const struct disclosing *d, const struct harbor_grant *g, enum harbor_policy_now *out, struct err *e) must_use;

/* The file that can be checked without the hub: {"polder": "harbor-grant", "statement", "signature": {"key", "algorithm", "value"}, "policy", "hub"}. */
enum err_code harbor_file(struct hub *h, const struct disclosing *d, const struct harbor_grant *g, const struct json **out, struct err *e) must_use;
/* What the finder keeps: {"polder": "harbor-opening", "grant", "report", "at", "salt"}. uid: of the report. */
const struct json *harbor_opening(struct arena *a, const struct harbor_grant *g, struct str uid);

/* ---- checking one, offline ---- */

enum harbor_verdict {
	HARBOR_VALID,         /* by a key that the hub's document lists, in its period */
	HARBOR_UNCONFIRMED,   /* whole, by the key that the file itself brings: whose that is, it can't say */
	HARBOR_MALFORMED,
	HARBOR_TAMPERED,      /* the signature is not on this statement */
	HARBOR_OTHER_POLICY,  /* the policy's text is not the one that was accepted */
	HARBOR_UNKNOWN_KEY,   /* the hub's document does not list the key */
	HARBOR_WRONG_HUB,     /* the document is another hub's */
	HARBOR_WRONG_TIME,    /* the key did not sign at that time */
};
struct harbor_check {
	enum harbor_verdict verdict;
	struct str words;              /* in a sentence or two */
	const struct json *statement;  /* NULL where there is none to speak of */
	const struct json *policy;
};
/* Pure. document: the hub's (signing_document), fetched by whoever checks; NULL: the one in the file. */
enum err_code harbor_check(struct arena *a, const struct json *file, const struct json *document, struct harbor_check *out, struct err *e) must_use;
/* Whether an opening belongs to a grant: the report that it names was the one. */
bool harbor_opens(struct arena *a, const struct json *file, const struct json *opening);
/* "valid", "tampered" … */
const char *harbor_verdict_name(enum harbor_verdict v);
