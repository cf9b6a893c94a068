#include "key.h"
#include "text.h"

#include <sodium.h>

enum { HEX = 8, TYPED = 1 + TLOG_KEY_BYTES };

static const char private_key[] = "PRIVATE+KEY+";

/* White space as Unicode has it (property White_Space), beyond ASCII: U+0085, U+00A0, U+1680, U+2000 … U+200A, U+2028, U+2029, U+202F, U+205F, U+3000. */
static bool has_wide_space(struct str s) {
	static const struct str spaces[] = {S_INIT("\xC2\x85"), S_INIT("\xC2\xA0"), S_INIT("\xE1\x9A\x80"), S_INIT("\xE2\x80\xA8"), S_INIT("\xE2\x80\xA9"),
		S_INIT("\xE2\x80\xAF"), S_INIT("\xE2\x81\x9F"), S_INIT("\xE3\x80\x80")};
	for (size_t i = 0; i < lengthof(spaces); i++)
		if (str_find(s, spaces[i]) != STR_NONE) return true;
	for (size_t i = 0; i + 2 < s.n; i++)
		if (s.p[i] == '\xE2' && s.p[i + 1] == '\x80' && (unsigned char)s.p[i + 2] >= 0x80 && (unsigned char)s.p[i + 2] <= 0x8A) return true;
	return false;
}

bool tlog_name_valid(struct str name) {
	if (!name.n || !str_utf8(name)) return false;
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] <= ' ' || name.p[i] == '+') return false;
	return !has_wide_space(name);
}

static bool known_type(int type) {
	return type == TLOG_ED25519 || type == TLOG_COSIGNATURE;
}

static uint32_t id_of(const struct tlog_key *k) {
	const char type = (char)k->type;
	const struct str parts[] = {k->name, S("\n"), {&type, 1}, {(const char *)k->bytes, TLOG_KEY_BYTES}};
	struct sha256 d = sha256_parts(parts, lengthof(parts));
	return (uint32_t)d.byte[0] << 24 | (uint32_t)d.byte[1] << 16 | (uint32_t)d.byte[2] << 8 | d.byte[3];
}

enum err_code tlog_key_make(struct str name, enum tlog_key_type type, const unsigned char bytes[TLOG_KEY_BYTES], struct tlog_key *out, struct err *e) {
	struct tlog_key k = {.name = name, .type = type};
	if (sodium_init() < 0) return err_set(e, ERR_INTERNAL, "libsodium can't be used");
	if (!tlog_name_valid(name) || name.n > TLOG_NAME_BYTES)
		return err_set(e, ERR_INVALID, "a key's name has 1 to %d bytes and neither white space nor '+'", TLOG_NAME_BYTES);
	if (!known_type((int)type)) return err_set(e, ERR_UNSUPPORTED, "keys of type %d are not used here", (int)type);
	memcpy(k.bytes, bytes, TLOG_KEY_BYTES);
	k.id = id_of(&k);
	*out = k;
	return ERR_OK;
}

/* name+hex8+base64(type || 32 bytes), of either half. */
static enum err_code take_apart(struct str text, struct str *name, struct str *hex, unsigned char typed[TYPED], struct err *e) {
	struct str rest = text;
	size_t n = 0;
	if (!str_split(&rest, '+', name) || !rest.p || !str_split(&rest, '+', hex) || !rest.p || hex->n != HEX)
		return err_set(e, ERR_INVALID, "a key is written name+ID+base64");
	/* The type by itself, since keys of other types have other lengths. */
	if (!tlog_base64_read(str_sub(rest, 0, 4), typed, TYPED, &n) || !n) return err_set(e, ERR_INVALID, "the key is not a type and bytes in base64");
	if (!known_type(typed[0])) return err_set(e, ERR_UNSUPPORTED, "keys of type %d are not used here", typed[0]);
	if (!tlog_base64_read(rest, typed, TYPED, &n) || n != TYPED) return err_set(e, ERR_INVALID, "the key is not %d bytes in base64", TLOG_KEY_BYTES);
	return ERR_OK;
}

static bool is_id(struct str hex, uint32_t id) {
	char text[HEX + 1];
	snprintf(text, sizeof text, "%08x", id);
	return str_is(hex, text);
}

enum err_code tlog_key_parse(struct str text, struct tlog_key *out, struct err *e) {
	struct str name, hex;
	unsigned char typed[TYPED];
	struct tlog_key k;
	enum err_code code = take_apart(text, &name, &hex, typed, e);
	if (!code) code = tlog_key_make(name, (enum tlog_key_type)typed[0], typed + 1, &k, e);
	if (!code && !is_id(hex, k.id)) code = err_set(e, ERR_INVALID, "the key's ID is not the one of this key");
	if (!code) *out = k;
	return code;
}

static void add_key(struct buf *b, const struct tlog_key *k, const unsigned char half[TLOG_KEY_BYTES]) {
	unsigned char typed[TYPED] = {(unsigned char)k->type};
	memcpy(typed + 1, half, TLOG_KEY_BYTES);
	buf_fmt(b, "%.*s+%08x+", STR_ARG(k->name), k->id);
	tlog_base64_add(b, typed, sizeof typed);
	sodium_memzero(typed, sizeof typed);
}

struct str tlog_key_text(struct arena *a, const struct tlog_key *k) {
	autobuf struct buf b = BUF(TLOG_NAME_BYTES + 128);
	add_key(&b, k, k->bytes);
	if (b.failed) arena_fail(a);
	return arena_str(a, buf_str(&b));
}

bool tlog_key_eq(const struct tlog_key *a, const struct tlog_key *b) {
	return a->type == b->type && str_eq(a->name, b->name) && memcmp(a->bytes, b->bytes, TLOG_KEY_BYTES) == 0;
}

enum err_code tlog_signer_make(struct str name, enum tlog_key_type type, const unsigned char seed[TLOG_KEY_BYTES], struct tlog_signer *out, struct err *e) {
	struct tlog_signer s;
	unsigned char public[crypto_sign_PUBLICKEYBYTES];
	crypto_sign_seed_keypair(public, s.secret, seed);
	enum err_code code = tlog_key_make(name, type, public, &s.key, e);
	if (!code) *out = s;
	tlog_signer_wipe(&s);
	return code;
}

enum err_code tlog_signer_parse(struct str text, struct tlog_signer *out, struct err *e) {
	struct str name, hex;
	unsigned char typed[TYPED];
	struct tlog_signer s;
	if (!str_starts(text, str_of(private_key))) return err_set(e, ERR_INVALID, "a signer key begins with %s", private_key);
	enum err_code code = take_apart(str_from(text, sizeof private_key - 1), &name, &hex, typed, e);
	if (!code) {
		code = tlog_signer_make(name, (enum tlog_key_type)typed[0], typed + 1, &s, e);
		if (!code && !is_id(hex, s.key.id)) code = err_set(e, ERR_INVALID, "the key's ID is not the one of this key");
		if (!code) *out = s;
		tlog_signer_wipe(&s);
	}
	sodium_memzero(typed, sizeof typed);
	return code;
}

struct str tlog_signer_text(struct arena *a, const struct tlog_signer *s) {
	autobuf struct buf b = BUF(TLOG_NAME_BYTES + 128);
	if (!buf_room(&b, TLOG_NAME_BYTES + 127)) { /* so that it never moves and leaves a copy behind */
		arena_fail(a);
		return STR_EMPTY;
	}
	buf_add(&b, str_of(private_key));
	add_key(&b, &s->key, s->secret);
	struct str text = arena_str(a, buf_str(&b));
	sodium_memzero(b.p, b.cap);
	return text;
}

void tlog_signer_wipe(struct tlog_signer *s) {
	sodium_memzero(s->secret, sizeof s->secret);
}
