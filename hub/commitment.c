#include "commitment.h"

static int by_name(const void *x, const void *y) {
	return str_cmp((*(const struct json_member *const *)x)->name, (*(const struct json_member *const *)y)->name);
}

static struct sha256 node(struct sha256 left, struct sha256 right) {
	struct str parts[] = {S("\x01"), sha256_str(&left), sha256_str(&right)};
	return sha256_parts(parts, lengthof(parts));
}

/* RFC 6962 section 2.1: split at the largest power of two below n. */
static struct sha256 tree(const struct sha256 *leaves, size_t n) {
	if (n == 0) return sha256(STR_EMPTY);
	if (n == 1) return leaves[0];
	size_t k = 1;
	while (k * 2 < n) k *= 2;
	return node(tree(leaves, k), tree(leaves + k, n - k));
}

enum err_code commitment_root(struct arena *a, const struct json *body, struct str seed, struct sha256 *out, struct err *e) {
	size_t n = json_is(body, JSON_OBJECT) ? body->n : 0;
	const struct json_member **members = arena_array(a, n + 1, sizeof *members);
	struct sha256 *leaves = arena_array(a, n + 1, sizeof *leaves);
	if (!members || !leaves) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) members[i] = &body->members[i];
	qsort(members, n, sizeof *members, by_name);
	autobuf struct buf value = BUF(JSON_BYTES);
	for (size_t i = 0; i < n; i++) {
		buf_clear(&value);
		json_canonical_to(&value, &members[i]->value);
		struct str salt_parts[] = {S("polder/salt/v1"), seed, members[i]->name};
		struct sha256 salt = sha256_parts(salt_parts, lengthof(salt_parts));
		struct str zero = str_n("", 1);
		struct str parts[] = {zero, S("polder/field/v1"), sha256_str(&salt), members[i]->name, zero, buf_str(&value)};
		leaves[i] = sha256_parts(parts, lengthof(parts));
	}
	if (value.failed) return err_set(e, ERR_TOO_LARGE, "the record is too large");
	*out = tree(leaves, n);
	return ERR_OK;
}

enum err_code commitment_make(struct arena *a, const struct json *body, struct commitment *out, struct err *e) {
	struct commitment c;
	random_bytes(c.seed, sizeof c.seed);
	enum err_code code = commitment_root(a, body, str_n(c.seed, sizeof c.seed), &c.root, e);
	if (!code) *out = c;
	return code;
}
