/* The commitment to a body: a Merkle root over its fields, so that later one field can be revealed, or erased, alone.
 *
 *     salt  = SHA-256("polder/salt/v1" ‖ seed ‖ name)
 *     leaf  = SHA-256(00 ‖ "polder/field/v1" ‖ salt ‖ name ‖ 00 ‖ canonical JSON of the value)
 *     root  = Merkle tree hash of RFC 6962 section 2.1 over the leaves, in byte order of the names (tlog_root)
 *
 * A field is a member of the body. The seed is random and secret; whoever is given the salt of one field learns nothing of another.
 * Erasing one field first writes down the other salts, and then the seed goes. */
#pragma once
#include "lib/digest/digest.h"
#include "lib/json/json.h"

struct commitment {
	struct sha256 root;
	unsigned char seed[SHA256_SIZE];
};

/* Draws a seed and commits. ERR_MEMORY. */
enum err_code commitment_make(struct arena *a, const struct json *body, struct commitment *out, struct err *e) must_use;
/* The same, where the body's canonical text is there already: its fields are cut out of that instead of being written once more. */
enum err_code commitment_make_from(struct arena *a, const struct json *body, struct str canonical, struct commitment *out, struct err *e)
	must_use;
/* The root for a given seed. */
enum err_code commitment_root(struct arena *a, const struct json *body, struct str seed, struct sha256 *out, struct err *e) must_use;
/* The same of a body's canonical text. */
enum err_code commitment_root_text(struct arena *a, struct str canonical, struct str seed, struct sha256 *out, struct err *e) must_use;

/* ---- for showing one field and not another ---- */

struct sha256 commitment_salt(struct str seed, struct str name);
/* value: canonical JSON. */
struct sha256 commitment_leaf(const struct sha256 *salt, struct str name, struct str value);
/* The members of a body in the order of the tree: name and canonical JSON. */
struct commitment_field {
	struct str name, value;
};
enum err_code commitment_fields(struct arena *a, const struct json *body, struct commitment_field **out, size_t *n, struct err *e) must_use;
