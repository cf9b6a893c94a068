#include "entry.h"

static const char *const names[ENTRY_TYPES] = {
	[ENTRY_COMMIT] = "commit", [ENTRY_REVEAL] = "reveal", [ENTRY_PUBLISH] = "publish", [ENTRY_AMEND] = "amend", [ENTRY_ASSERT] = "assert",
	[ENTRY_DISPUTE] = "dispute", [ENTRY_WITHDRAW] = "withdraw", [ENTRY_TOMBSTONE] = "tombstone", [ENTRY_KEY] = "key",
	[ENTRY_DELEGATION] = "delegation", [ENTRY_CLOCK] = "clock",
};

struct str entry_type_name(enum entry_type t) {
	return t >= ENTRY_COMMIT && t < ENTRY_TYPES ? str_of(names[t]) : STR_EMPTY;
}

enum entry_type entry_type_of(struct str name) {
	for (int t = ENTRY_COMMIT; t < ENTRY_TYPES; t++)
		if (str_is(name, names[t])) return (enum entry_type)t;
	return 0;
}

/* ---- commitments ---- */

static const struct str zero = S_INIT("\0");

struct sha256 entry_salt(struct str seed, const char *part) {
	struct str parts[] = {S("polder/entry-salt/v1"), zero, str_of(part), zero, seed};
	return sha256_parts(parts, lengthof(parts));
}

struct sha256 entry_part(const char *part, const struct sha256 *salt, struct str text) {
	struct str parts[] = {S("polder/"), str_of(part), S("/v1"), zero, sha256_str(salt), text};
	return sha256_parts(parts, lengthof(parts));
}

struct sha256 entry_commitment(const struct sha256 *event, const struct sha256 *statement) {
	struct str parts[] = {S("polder/entry/v1"), zero, sha256_str(event), sha256_str(statement)};
	return sha256_parts(parts, lengthof(parts));
}

static struct sha256 part_of(const char *part, struct str seed, struct str text) {
	if (!text.n) return (struct sha256){{0}};
	struct sha256 salt = entry_salt(seed, part);
	return entry_part(part, &salt, text);
}

struct sha256 entry_commitment_of(struct str seed, struct str event, struct str statement) {
	struct sha256 first = part_of("event", seed, event), second = part_of("statement", seed, statement);
	return entry_commitment(&first, &second);
}

/* ---- leaves ---- */

enum { VERSION = 1 };

struct str entry_leaf(enum entry_type t, const struct sha256 *commitment, unsigned char to[ENTRY_LEAF]) {
	to[0] = VERSION;
	to[1] = (unsigned char)t;
	memcpy(to + 2, commitment->byte, SHA256_SIZE);
	return str_n(to, ENTRY_LEAF);
}

enum err_code entry_leaf_parse(struct str leaf, enum entry_type *type, struct sha256 *commitment, struct err *e) {
	if (leaf.n != ENTRY_LEAF) return err_set(e, ERR_INVALID, "a leaf of %zu bytes, not of %d", leaf.n, ENTRY_LEAF);
	if (leaf.p[0] != VERSION) return err_set(e, ERR_UNSUPPORTED, "a leaf of version %u", (unsigned)(unsigned char)leaf.p[0]);
	unsigned char t = (unsigned char)leaf.p[1];
	if (t < ENTRY_COMMIT || t >= ENTRY_TYPES) return err_set(e, ERR_UNSUPPORTED, "a leaf of the unknown type %u", (unsigned)t);
	*type = (enum entry_type)t;
	memcpy(commitment->byte, leaf.p + 2, SHA256_SIZE);
	return ERR_OK;
}

/* ---- texts ---- */

struct str entry_hex(struct arena *a, struct str bytes) {
	static const char digit[] = "0123456789abcdef";
	char *to = arena_alloc(a, bytes.n * 2 + 1);
	if (!to) return STR_EMPTY;
	for (size_t i = 0; i < bytes.n; i++) {
		to[2 * i] = digit[(unsigned char)bytes.p[i] >> 4];
		to[2 * i + 1] = digit[(unsigned char)bytes.p[i] & 15];
	}
	return str_n(to, bytes.n * 2);
}

static int digit_value(char c) {
	if (c >= '0' && c <= '9') return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum err_code entry_unhex(struct str hex, unsigned char *to, size_t n, struct err *e) {
	bool right = hex.n == 2 * n;
	for (size_t i = 0; i < n && right; i++) {
		int high = digit_value(hex.p[2 * i]), low = digit_value(hex.p[2 * i + 1]);
		right = high >= 0 && low >= 0;
		if (right) to[i] = (unsigned char)(high << 4 | low);
	}
	return right ? ERR_OK : err_set(e, ERR_INVALID, "not %zu bytes in lowercase hexadecimal", n);
}

static void put_hex(struct json_builder *b, struct str name, struct str bytes) {
	if (bytes.n) json_set_str(b, name, entry_hex(b->a, bytes));
}

struct str entry_event_text(struct arena *a, const struct entry_event *v, struct str seed) {
	struct json_builder b = json_object_of(a);
	struct sha256 detail = part_of("detail", seed, v->detail), prev = part_of("prev", seed, v->prev);
	json_set_str(&b, S("actor"), v->actor);
	json_set_str(&b, S("at"), moment_str(a, v->at));
	if (v->detail.n) put_hex(&b, S("detail"), sha256_str(&detail));
	if (v->prev.n) put_hex(&b, S("prev"), sha256_str(&prev));
	json_set_str(&b, S("record"), v->record);
	json_set_int(&b, S("revision"), v->revision);
	put_hex(&b, S("root"), v->root);
	json_set_str(&b, S("state"), v->state);
	json_set_str(&b, S("type"), v->type);
	return json_canonical(a, json_built(&b));
}

struct str entry_statement_text(struct arena *a, const struct entry_statement *v) {
	struct json_builder b = json_object_of(a);
	json_set_str(&b, S("at"), moment_str(a, v->at));
	json_put_str(&b, S("basis"), v->basis);
	json_put_str(&b, S("hub"), v->hub);
	json_put_str(&b, S("id"), v->id);
	json_put_str(&b, S("key"), v->key);
	json_put_str(&b, S("kind"), v->kind);
	put_hex(&b, S("prev"), v->prev);
	json_put_str(&b, S("record"), v->record);
	json_put_str(&b, S("replaces"), v->replaces);
	put_hex(&b, S("root"), v->root);
	json_put_str(&b, S("state"), v->state);
	json_set_str(&b, S("type"), entry_type_name(v->type));
	return json_canonical(a, json_built(&b));
}
