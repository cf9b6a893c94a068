/* Policies as records: whose they are, how far they protect, and which apply to a report.
 *
 * Invariant: a policy speaks for an organization only where that organization, or whoever runs the hub, said so: who made the link "issued by", and who
 * last wrote the body, must each be a member of the organization, a coordinator, or the hub's own (operator, importer). Anybody may write a policy and
 * link it to whomever; that alone makes nobody's contact, promise or security.txt. Only public projections are looked at, whoever asks. */
#pragma once
#include "hub/disclose.h"
#include "hub/policy.h"

enum policy_basis {
	POLICY_CLAIMED,  /* somebody says so: it counts for nothing */
	POLICY_RECORDED, /* the hub's coordinators or importers wrote down what the organization published */
	POLICY_KEPT,     /* members of the organization keep it here */
};

struct policy_issuer {
	struct str uid, id, name;  /* uid of the organization, or of the hub itself */
	enum policy_basis basis;
	bool hub;
};

struct policy_record {
	struct disclosed r;
	struct policy_assessment assessment;
	const struct policy_issuer *issuers; /* those that count, at most 20 */
	size_t issuers_n;
	bool in_force;             /* its state says so and today is between its days */
};

/* A public policy by any of its names. ERR_NOT_FOUND, also for a record of another kind. *out must stay where it is: its assessment points into itself. */
enum err_code policy_record(const struct disclosing *d, struct str name, struct policy_record *out, struct err *e) must_use;

/* Policies in force that count as those of an organization, the most protective first; at most 20. */
enum err_code policy_records_of(const struct disclosing *d, const struct disclosed *organization, struct policy_record **out, size_t *n,
	struct err *e) must_use;

/* The hub's own policy (polder.conf, `policy`); *found false where it has none that is public and in force. */
enum err_code policy_record_of_hub(const struct disclosing *d, struct policy_record *out, bool *found, struct err *e) must_use;

/* Policies in force that apply to a report (or anything with the links affects and developer): those that cover the systems, those
 * of who developed them, the hub's own. Each once, at most 20; one without an issuer that counts is left out. */
enum err_code policy_records_for(const struct disclosing *d, const struct disclosed *report, struct policy_record **out, size_t *n,
	struct err *e) must_use;

/* Which of its public revisions this is: 1, 2, 3 …, as everybody counts them. */
enum err_code policy_revision(const struct disclosing *d, const struct disclosed *policy, int64_t *out, struct err *e) must_use;
