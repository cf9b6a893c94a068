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

static struct sha256 part_of(const char *part, const struct sha256 *salt, struct str text) {
	return text.n ? entry_part(part, salt, text) : (struct sha256){{0}};
}

struct sha256 entry_commitment_salted(const struct entry_salts *s, struct str event, struct str statement) {
	struct sha256 first = part_of("event", &s->event, event), second = part_of("statement", &s->statement, statement);
	return entry_commitment(&first, &second);
}

struct sha256 entry_commitment_of(struct str seed, struct str event, struct str statement) {
	struct entry_salts salts = entry_salts_of(seed);
	return entry_commitment_salted(&salts, event, statement);
}

/* ---- salts ---- */

struct entry_salts entry_salts_of(struct str seed) {
	return (struct entry_salts){.event = entry_salt(seed, "event"), .statement = entry_salt(seed, "statement"), .prev = entry_salt(seed, "prev"),
		.detail = entry_salt(seed, "detail"), .open = entry_salt(seed, "public"), .has_detail = true, .has_public = true};
}

static void put_salt(struct json_builder *b, struct str name, const struct sha256 *salt) {
	json_set_str(b, name, entry_hex(b->a, sha256_str(salt)));
}

struct str entry_salts_text(struct arena *a, const struct entry_salts *s) {
	static const struct sha256 none;
	struct json_builder b = json_object_of(a);
	if (s->has_detail) put_salt(&b, S("detail"), &s->detail);
	if (!s->has_detail && memcmp(&s->detail_digest, &none, sizeof none) != 0) put_salt(&b, S("detail_digest"), &s->detail_digest);
	put_salt(&b, S("event"), &s->event);
	put_salt(&b, S("prev"), &s->prev);
	if (s->has_public) put_salt(&b, S("public"), &s->open);
	put_salt(&b, S("statement"), &s->statement);
	return json_canonical(a, json_built(&b));
}

enum err_code entry_salts_read(struct arena *a, struct str text, struct entry_salts *out, struct err *e) {
	const struct json *v;
	struct entry_salts s = {0};
	enum err_code code = json_parse(a, text, NULL, &v, e);
	if (!code) code = entry_unhex(json_get_str(v, S("event")), s.event.byte, SHA256_SIZE, e);
	if (!code) code = entry_unhex(json_get_str(v, S("prev")), s.prev.byte, SHA256_SIZE, e);
	if (!code) code = entry_unhex(json_get_str(v, S("statement")), s.statement.byte, SHA256_SIZE, e);
	s.has_detail = !entry_unhex(json_get_str(v, S("detail")), s.detail.byte, SHA256_SIZE, NULL);
	s.has_public = !entry_unhex(json_get_str(v, S("public")), s.open.byte, SHA256_SIZE, NULL);
	struct str digest = json_get_str(v, S("detail_digest"));
	if (!code && digest.n) code = entry_unhex(digest, s.detail_digest.byte, SHA256_SIZE, e);
	if (code) return err_set(e, ERR_CORRUPT, "its salts are damaged");
	*out = s;
	return ERR_OK;
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
	struct entry_salts salts = entry_salts_of(seed);
	return entry_event_salted(a, v, &salts);
}

struct str entry_event_salted(struct arena *a, const struct entry_event *v, const struct entry_salts *s) {
	struct json_builder b = json_object_of(a);
	struct sha256 detail = s->has_detail ? part_of("detail", &s->detail, v->detail) : s->detail_digest, prev = part_of("prev", &s->prev, v->prev);
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
	json_put(&b, S("fields"), v->fields);
	json_put_str(&b, S("id"), v->id);
	json_put_str(&b, S("key"), v->key);
	json_put_str(&b, S("kind"), v->kind);
	json_put_str(&b, S("name"), v->name);
	json_put_str(&b, S("origin"), v->origin);
	json_put_str(&b, S("prefix"), v->prefix);
	json_put(&b, S("of"), v->of);
	put_hex(&b, S("prev"), v->prev);
	json_put_str(&b, S("reason"), v->reason);
	json_put_str(&b, S("record"), v->record);
	json_put_str(&b, S("replaces"), v->replaces);
	put_hex(&b, S("root"), v->root);
	json_put_str(&b, S("state"), v->state);
	json_set_str(&b, S("type"), entry_type_name(v->type));
	json_put_str(&b, S("url"), v->url);
	return json_canonical(a, json_built(&b));
}
