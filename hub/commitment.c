#include "commitment.h"

#include "hub/ledger/entry.h"
#include "lib/tlog/hash.h"

static int by_name(const void *x, const void *y) {
	return str_cmp((*(const struct json_member *const *)x)->name, (*(const struct json_member *const *)y)->name);
}

struct sha256 commitment_salt(struct str seed, struct str name) {
	struct str parts[] = {S("polder/salt/v1"), seed, name};
	return sha256_parts(parts, lengthof(parts));
}

struct sha256 commitment_leaf(const struct sha256 *salt, struct str name, struct str value) {
	struct str zero = str_n("", 1), parts[] = {zero, S("polder/field/v1"), sha256_str(salt), name, zero, value};
	return sha256_parts(parts, lengthof(parts));
}

static enum err_code root_of(struct arena *a, const struct commitment_field *fields, size_t n, struct str seed, struct sha256 *out, struct err *e) {
	struct sha256 *leaves = arena_array(a, n + 1, sizeof *leaves);
	if (!leaves) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		struct sha256 salt = commitment_salt(seed, fields[i].name);
		leaves[i] = commitment_leaf(&salt, fields[i].name, fields[i].value);
	}
	*out = tlog_root(leaves, n);
	return ERR_OK;
}

enum err_code commitment_fields(struct arena *a, const struct json *body, struct commitment_field **out, size_t *count, struct err *e) {
	size_t n = json_is(body, JSON_OBJECT) ? body->n : 0;
	const struct json_member **members = arena_array(a, n + 1, sizeof *members);
	struct commitment_field *fields = arena_array(a, n + 1, sizeof *fields);
	if (!members || !fields) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) members[i] = &body->members[i];
	qsort(members, n, sizeof *members, by_name);
	for (size_t i = 0; i < n; i++) fields[i] = (struct commitment_field){members[i]->name, json_canonical(a, &members[i]->value)};
	*out = fields;
	*count = n;
	return arena_failed(a) ? err_set(e, ERR_TOO_LARGE, "the record is too large") : ERR_OK;
}

enum err_code commitment_root(struct arena *a, const struct json *body, struct str seed, struct sha256 *out, struct err *e) {
	struct commitment_field *fields;
	size_t n;
	enum err_code code = commitment_fields(a, body, &fields, &n, e);
	return code ? code : root_of(a, fields, n, seed, out, e);
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
static bool cut(struct str text, struct commitment_field *fields, size_t n, size_t *count) {
	size_t at = 1, used = 0;
	for (; used < n && at < text.n && text.p[at] == '"'; used++) {
		size_t colon = string_end(text, at), end = value_end(text, colon + 1);
		struct str name = str_sub(text, at + 1, colon - at - 2);
		for (size_t i = 0; i < name.n; i++)
			if (name.p[i] == '\\' || (unsigned char)name.p[i] >= 0x80) return false;
		fields[used] = (struct commitment_field){name, str_sub(text, colon + 1, end - colon - 1)};
		at = end + 1;
	}
	*count = used;
	return at == text.n || (used == 0 && str_is(text, "{}"));
}

enum err_code commitment_make_from(struct arena *a, const struct json *body, struct str canonical, struct commitment *out,
	struct err *e) {
	size_t n = json_is(body, JSON_OBJECT) ? body->n : 0;
	struct commitment_field *fields = arena_array(a, n + 1, sizeof *fields);
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
	struct commitment_field fields[CUT];
	const struct json *body;
	size_t n;
	if (cut(canonical, fields, CUT, &n)) return root_of(a, fields, n, seed, out, e);
	enum err_code code = json_parse(a, canonical, NULL, &body, e);
	return code ? code : commitment_root(a, body, seed, out, e);
}

/* ---- salts that were written down ---- */

static const struct json *one_hex(struct arena *a, const char *what, const struct sha256 *bytes) {
	struct json_builder b = json_object_of(a);
	json_set_str(&b, str_of(what), entry_hex(a, sha256_str(bytes)));
	return json_built(&b);
}

enum err_code commitment_salts(struct arena *a, const struct json *body, struct str seed, const struct json **out, struct err *e) {
	struct json_builder b = json_object_of(a);
	for (size_t i = 0; i < json_count(body); i++) {
		struct sha256 salt = commitment_salt(seed, json_member_at(body, i)->name);
		json_set(&b, json_member_at(body, i)->name, one_hex(a, "salt", &salt));
	}
	*out = json_built(&b);
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

bool commitment_is_erased(const struct json *salts, struct str name) {
	return json_get_lit(json_get(salts, name), "leaf") != NULL;
}

static enum err_code not_fitting(struct str name, struct err *e) {
	return err_set(e, ERR_CORRUPT, "its salts are not those of its field \"%.*s\"", STR_ARG(str_cut_utf8(name, 60)));
}

/* The leaf as it is written down, or from the salt that is and the value. */
static enum err_code salted_leaf(struct arena *a, const struct json *body, const struct json *salts, struct str name, struct sha256 *out, struct err *e) {
	const struct json *one = json_get(salts, name), *value = json_get(body, name);
	struct sha256 salt;
	if (json_get_lit(one, "leaf")) {
		if (value && !str_is(json_string(value), COMMITMENT_ERASED)) return err_set(e, ERR_CORRUPT, "\"%.*s\" was erased, and says something", STR_ARG(name));
		return entry_unhex(json_get_str(one, S("leaf")), out->byte, SHA256_SIZE, e) ? not_fitting(name, e) : ERR_OK;
	}
	if (!value || entry_unhex(json_get_str(one, S("salt")), salt.byte, SHA256_SIZE, e)) return not_fitting(name, e);
	*out = commitment_leaf(&salt, name, json_canonical(a, value));
	return ERR_OK;
}

enum err_code commitment_erase(struct arena *a, const struct json *body, const struct json *salts, struct str name, const struct json **out, struct err *e) {
	struct sha256 leaf;
	if (!json_get(body, name) || commitment_is_erased(salts, name)) return *out = salts, ERR_OK;
	enum err_code code = salted_leaf(a, body, salts, name, &leaf, e);
	if (!code) *out = json_with(a, salts, name, one_hex(a, "leaf", &leaf));
	return code || !arena_failed(a) ? code : err_set(e, ERR_MEMORY, "out of memory");
}

enum err_code commitment_names(struct arena *a, const struct json *salts, struct str **out, size_t *n, struct err *e) {
	struct commitment_field *fields;
	enum err_code code = commitment_fields(a, salts, &fields, n, e);
	struct str *names = code ? NULL : arena_array(a, *n + 1, sizeof *names);
	if (!code && !names) code = err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; !code && i < *n; i++) names[i] = fields[i].name;
	if (!code) *out = names;
	return code;
}

enum err_code commitment_root_salted(struct arena *a, const struct json *body, const struct json *salts, struct sha256 *out, struct err *e) {
	struct str *names;
	size_t n;
	for (size_t i = 0; i < json_count(body); i++)
		if (!json_get(salts, json_member_at(body, i)->name)) return not_fitting(json_member_at(body, i)->name, e);
	enum err_code code = commitment_names(a, salts, &names, &n, e);
	struct sha256 *leaves = code ? NULL : arena_array(a, n + 1, sizeof *leaves);
	if (!code && !leaves) code = err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; !code && i < n; i++) code = salted_leaf(a, body, salts, names[i], &leaves[i], e);
	if (!code) *out = tlog_root(leaves, n);
	return code;
}
