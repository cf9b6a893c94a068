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

struct field {
	struct str name, value; /* canonical JSON of the value */
};

static struct sha256 leaf(struct str seed, const struct field *f) {
	struct str zero = str_n("", 1);
	struct str salt_parts[] = {S("polder/salt/v1"), seed, f->name};
	struct sha256 salt = sha256_parts(salt_parts, lengthof(salt_parts));
	struct str parts[] = {zero, S("polder/field/v1"), sha256_str(&salt), f->name, zero, f->value};
	return sha256_parts(parts, lengthof(parts));
}

static enum err_code root_of(struct arena *a, const struct field *fields, size_t n, struct str seed, struct sha256 *out, struct err *e) {
	struct sha256 *leaves = arena_array(a, n + 1, sizeof *leaves);
	if (!leaves) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) leaves[i] = leaf(seed, &fields[i]);
	*out = tree(leaves, n);
	return ERR_OK;
}

enum err_code commitment_root(struct arena *a, const struct json *body, struct str seed, struct sha256 *out, struct err *e) {
	size_t n = json_is(body, JSON_OBJECT) ? body->n : 0;
	const struct json_member **members = arena_array(a, n + 1, sizeof *members);
	struct field *fields = arena_array(a, n + 1, sizeof *fields);
	if (!members || !fields) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) members[i] = &body->members[i];
	qsort(members, n, sizeof *members, by_name);
	for (size_t i = 0; i < n; i++) fields[i] = (struct field){members[i]->name, json_canonical(a, &members[i]->value)};
	if (arena_failed(a)) return err_set(e, ERR_TOO_LARGE, "the record is too large");
	return root_of(a, fields, n, seed, out, e);
}

enum err_code commitment_make(struct arena *a, const struct json *body, struct commitment *out, struct err *e) {
	struct commitment c;
	random_bytes(c.seed, sizeof c.seed);
	enum err_code code = commitment_root(a, body, str_n(c.seed, sizeof c.seed), &c.root, e);
	if (!code) *out = c;
	return code;
}

/* The end of the string that begins at text.p[at] with a quotation mark. */
static size_t string_end(struct str text, size_t at) {
	for (at++; at < text.n && text.p[at] != '"'; at++) at += text.p[at] == '\\';
	return at + 1;
}

static size_t value_end(struct str text, size_t at) {
	int depth = 0;
	while (at < text.n) {
		char c = text.p[at];
		if (c == '"') {
			at = string_end(text, at);
			continue;
		}
		if (c == '{' || c == '[') depth++;
		if ((c == ',' && depth == 0) || ((c == '}' || c == ']') && depth-- == 0)) break;
		at++;
	}
	return at;
}

/* The members of a canonical object, in its order, which for plain names is that of the bytes; false where a name is not plain, or there are more than n. */
static bool cut(struct str text, struct field *fields, size_t n, size_t *count) {
	size_t at = 1, used = 0;
	for (; used < n && at < text.n && text.p[at] == '"'; used++) {
		size_t colon = string_end(text, at), end = value_end(text, colon + 1);
		struct str name = str_sub(text, at + 1, colon - at - 2);
		for (size_t i = 0; i < name.n; i++)
			if (name.p[i] == '\\' || (unsigned char)name.p[i] >= 0x80) return false;
		fields[used] = (struct field){name, str_sub(text, colon + 1, end - colon - 1)};
		at = end + 1;
	}
	*count = used;
	return at == text.n || (used == 0 && str_is(text, "{}"));
}

enum err_code commitment_make_from(struct arena *a, const struct json *body, struct str canonical, struct commitment *out,
	struct err *e) {
	size_t n = json_is(body, JSON_OBJECT) ? body->n : 0;
	struct field *fields = arena_array(a, n + 1, sizeof *fields);
	size_t found;
	if (!fields || !cut(canonical, fields, n, &found) || found != n) return commitment_make(a, body, out, e);
	struct commitment c;
	random_bytes(c.seed, sizeof c.seed);
	enum err_code code = root_of(a, fields, n, str_n(c.seed, sizeof c.seed), &c.root, e);
	if (!code) *out = c;
	return code;
}

enum { CUT = 200 };

enum err_code commitment_root_text(struct arena *a, struct str canonical, struct str seed, struct sha256 *out, struct err *e) {
	struct field fields[CUT];
	const struct json *body;
	size_t n;
	if (cut(canonical, fields, CUT, &n)) return root_of(a, fields, n, seed, out, e);
	enum err_code code = json_parse(a, canonical, NULL, &body, e);
	return code ? code : commitment_root(a, body, seed, out, e);
}
