#include "note.h"
#include "text.h"

#include <sodium.h>

enum { ID = 4, TIME = 8, HEADER = 64 };

static const struct str dash = S_INIT("\xE2\x80\x94 "); /* U+2014 and a space */

static enum err_code no_note(struct err *e, const char *why) {
	return err_set(e, ERR_INVALID, "not a signed note: %s", why);
}

static enum err_code read_signature(struct arena *a, struct str line, struct tlog_signature *out, struct err *e) {
	struct str rest = str_from(line, dash.n), name;
	if (!str_starts(line, dash) || !str_split(&rest, ' ', &name) || !rest.p) return no_note(e, "a line behind its text is no signature");
	if (!tlog_name_valid(name)) return no_note(e, "the name of a signature's key is none");
	size_t room = rest.n / 4 * 3, n;
	unsigned char *bytes = arena_raw(a, room + 1);
	if (!bytes) return err_set(e, ERR_MEMORY, "out of memory");
	if (!tlog_base64_read(rest, bytes, room, &n) || n <= ID) return no_note(e, "a signature is not a key ID and bytes in base64");
	*out = (struct tlog_signature){
		.name = name,
		.key_id = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3],
		.bytes = str_n(bytes + ID, n - ID),
		.line = {line.p, line.n + 1},
	};
	return ERR_OK;
}

/* Where the last empty line begins; STR_NONE when there is none. */
static size_t last_empty_line(struct str s) {
	for (size_t i = s.n; i >= 2; i--)
		if (s.p[i - 1] == '\n' && s.p[i - 2] == '\n') return i - 1;
	return STR_NONE;
}

enum err_code tlog_note_parse(struct arena *a, struct str bytes, struct tlog_note *out, struct err *e) {
	if (bytes.n > TLOG_NOTE_BYTES) return err_set(e, ERR_TOO_LARGE, "a note of %zu bytes; at most %d are read", bytes.n, TLOG_NOTE_BYTES);
	if (!tlog_text_valid(bytes)) return no_note(e, "it is not UTF-8, or holds control characters");
	size_t end = last_empty_line(bytes);
	if (end == STR_NONE) return no_note(e, "no empty line parts text and signatures");
	struct tlog_note n = {.text = str_sub(bytes, 0, end)};
	struct str rest = str_from(bytes, end + 1), line;
	size_t lines = 0;
	for (size_t i = 0; i < rest.n; i++) lines += rest.p[i] == '\n';
	if (!lines || rest.p[rest.n - 1] != '\n') return no_note(e, "it does not end in a signature line");
	if (lines > TLOG_NOTE_SIGNATURES) return err_set(e, ERR_TOO_LARGE, "a note with %zu signatures; at most %d are read", lines, TLOG_NOTE_SIGNATURES);
	n.signatures = arena_array(a, lines, sizeof *n.signatures);
	if (!n.signatures) return err_set(e, ERR_MEMORY, "out of memory");
	while (tlog_line(&rest, &line)) {
		enum err_code code = read_signature(a, line, &n.signatures[n.n++], e);
		if (code) return code;
	}
	*out = n;
	return ERR_OK;
}

/* What Ed25519 signs, for either type, in `to`. */
static bool message_of(const struct tlog_key *k, struct str text, int64_t time, struct buf *to, struct str *out) {
	*out = text;
	if (k->type == TLOG_ED25519) return true;
	buf_fmt(to, "cosignature/v1\ntime %lld\n", (long long)time);
	buf_add(to, text);
	*out = buf_str(to);
	return !to->failed;
}

/* ERR_MEMORY, or whether it is right. */
static enum err_code verify_one(struct str text, const struct tlog_signature *s, const struct tlog_key *k, int64_t *time) {
	const unsigned char *bytes = (const unsigned char *)s->bytes.p;
	size_t n = s->bytes.n;
	uint64_t seconds = 0;
	if (k->type == TLOG_COSIGNATURE) {
		if (n != TIME + crypto_sign_BYTES) return ERR_FORBIDDEN;
		for (int i = 0; i < TIME; i++) seconds = seconds << 8 | bytes[i];
		if (seconds > INT64_MAX) return ERR_FORBIDDEN;
		bytes += TIME;
		n -= TIME;
	}
	autobuf struct buf b = BUF(TLOG_NOTE_BYTES + HEADER);
	struct str message;
	if (!message_of(k, text, (int64_t)seconds, &b, &message)) return ERR_MEMORY;
	if (n != crypto_sign_BYTES || crypto_sign_verify_detached(bytes, (const unsigned char *)message.p, message.n, k->bytes) != 0) return ERR_FORBIDDEN;
	*time = (int64_t)seconds;
	return ERR_OK;
}

enum err_code tlog_note_verify(const struct tlog_note *n, const struct tlog_key *k, int64_t *time, struct err *e) {
	size_t found = 0;
	int64_t latest = 0;
	for (size_t i = 0; i < n->n; i++) {
		const struct tlog_signature *s = &n->signatures[i];
		int64_t at;
		if (s->key_id != k->id || !str_eq(s->name, k->name)) continue;
		enum err_code code = verify_one(n->text, s, k, &at);
		if (code == ERR_MEMORY) return err_set(e, ERR_MEMORY, "out of memory");
		if (code) return err_set(e, ERR_FORBIDDEN, "the signature by %.*s is wrong", STR_ARG(k->name));
		if (!found++ || at > latest) latest = at;
	}
	if (!found) return err_set(e, ERR_NOT_FOUND, "%.*s has not signed it", STR_ARG(k->name));
	if (time) *time = latest;
	return ERR_OK;
}

enum err_code tlog_note_verify_all(const struct tlog_note *n, const struct tlog_key *keys, size_t keys_n, size_t *signers, struct err *e) {
	size_t found = 0;
	for (size_t i = 0; i < keys_n; i++) {
		enum err_code code = tlog_note_verify(n, &keys[i], NULL, e);
		if (code && code != ERR_NOT_FOUND) return code;
		found += !code;
	}
	*signers = found;
	return ERR_OK;
}

enum err_code tlog_note_sign(struct arena *a, struct str text, const struct tlog_signer *s, int64_t time, struct str *line, struct err *e) {
	unsigned char bytes[ID + TIME + crypto_sign_BYTES];
	const struct tlog_key *k = &s->key;
	size_t n = 0;
	if (!str_ends(text, S("\n")) || !tlog_text_valid(text) || text.n > TLOG_NOTE_BYTES / 2)
		return err_set(e, ERR_INVALID, "what is signed must be text that ends in a line feed");
	if (time < 0) return err_set(e, ERR_INVALID, "a cosignature's time is not before 1970");
	for (int i = ID - 1; i >= 0; i--) bytes[n++] = (unsigned char)(k->id >> 8 * i);
	if (k->type == TLOG_COSIGNATURE)
		for (int i = TIME - 1; i >= 0; i--) bytes[n++] = (unsigned char)((uint64_t)time >> 8 * i);
	autobuf struct buf b = BUF(TLOG_NOTE_BYTES), message_bytes = BUF(TLOG_NOTE_BYTES);
	struct str message;
	if (!message_of(k, text, time, &message_bytes, &message)) return err_set(e, ERR_MEMORY, "out of memory");
	crypto_sign_detached(bytes + n, NULL, (const unsigned char *)message.p, message.n, s->secret);
	n += crypto_sign_BYTES;
	buf_add(&b, dash);
	buf_add(&b, k->name);
	buf_add_char(&b, ' ');
	tlog_base64_add(&b, bytes, n);
	buf_add_char(&b, '\n');
	struct str out = arena_str(a, buf_str(&b));
	if (b.failed || arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	*line = out;
	return ERR_OK;
}

struct str tlog_note_make(struct arena *a, struct str text, struct str lines) {
	return arena_cat(a, arena_cat(a, text, S("\n")), lines);
}
