/* The commitment to a body: a Merkle root over its fields, so that later one field can be revealed, or erased, alone.
 *
 *     salt  = SHA-256("polder/salt/v1" ‖ seed ‖ name)
 *     leaf  = SHA-256(00 ‖ "polder/field/v1" ‖ salt ‖ name ‖ 00 ‖ canonical JSON of the value)
 *     root  = Merkle tree hash of RFC 6962 section 2.1 over the leaves, in byte order of the names (tlog_root)
 *
 * A field is a member of the body. The seed is random and secret; whoever is given the salt of one field learns nothing of another.
 * Erasing one field first writes down the other salts, and then the seed goes: what stands in its place are salts, {name: {"salt": hexadecimal}}, and of a field
 * that was erased {name: {"leaf": hexadecimal}}, from which no value can be guessed. The root stays what it was. */
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

/* ---- for erasing one field and not another ---- */

/* What stands in the body where a kind asks for a text that was erased. */
#define COMMITMENT_ERASED "[erased]"
/* The salts of a body's fields, written down from its seed. ERR_MEMORY. */
enum err_code commitment_salts(struct arena *a, const struct json *body, struct str seed, const struct json **out, struct err *e) must_use;
/* The same salts with the leaf of that field in the place of its salt; as they are where it has no value any more. ERR_CORRUPT: they are not of this body. */
enum err_code commitment_erase(struct arena *a, const struct json *body, const struct json *salts, struct str name, const struct json **out, struct err *e) must_use;
/* The root from salts and what is left of the body. ERR_CORRUPT: a field has no salt, or one is not in the body, or what was erased says something. */
enum err_code commitment_root_salted(struct arena *a, const struct json *body, const struct json *salts, struct sha256 *out, struct err *e) must_use;
/* Their names in the order of the tree. */
enum err_code commitment_names(struct arena *a, const struct json *salts, struct str **out, size_t *n, struct err *e) must_use;
/* Whether a field was erased. */
bool commitment_is_erased(const struct json *salts, struct str name);
