/* What hub/harbor*.c share. */
#pragma once
#include "harbor.h"

#include "lib/digest/digest.h"

#define HARBOR_TYPE "polder-harbor-grant"

/* In hexadecimal; at: RFC 3339, to the second. */
struct str harbor_commitment(struct arena *a, struct str salt, struct str at, struct str uid);

/* A grant that was signed and is not written yet. */
struct harbor_prepared {
	char id[HARBOR_ID + 1];
	int64_t report, policy;
	struct sha256 digest;          /* of body: the policy's public text */
	struct str policy_uid, title, body, salt, statement, key_id, signature;
	moment at;
};
/* Both within the writer's transaction, of which d->db is the connection. */
enum err_code harbor_prepare(struct hub *h, const struct disclosing *d, const struct disclosed *report, struct str policy, struct harbor_prepared **out,
	struct err *e) must_use;
/* *made false: there was one already for this text of the policy. */
enum err_code harbor_write(struct db *db, const struct harbor_prepared *g, bool *made, struct err *e) must_use;
