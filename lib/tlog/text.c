#include "text.h"

#include <sodium.h>

bool tlog_base64_read(struct str text, unsigned char *to, size_t room, size_t *n) {
	/* libsodium 1.0.18 takes the bytes AB and AF for '+' and '/'. */
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 0x80) return false;
	return sodium_base642bin(to, room, text.p, text.n, NULL, n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0;
}

bool tlog_hash_read(struct str text, struct sha256 *out) {
	struct sha256 hash;
	size_t n;
	if (text.n != TLOG_HASH_TEXT || !tlog_base64_read(text, hash.byte, sizeof hash.byte, &n) || n != SHA256_SIZE) return false;
	*out = hash;
	return true;
}

void tlog_base64_add(struct buf *to, const void *bytes, size_t n) {
	size_t text = sodium_base64_encoded_len(n, sodium_base64_VARIANT_ORIGINAL); /* with a NUL */
	if (!buf_room(to, text)) return;
	sodium_bin2base64(to->p + to->n, text, bytes, n, sodium_base64_VARIANT_ORIGINAL);
	to->n += text - 1;
}

void tlog_hash_line(struct buf *to, const struct sha256 *h) {
	tlog_base64_add(to, h->byte, SHA256_SIZE);
	buf_add_char(to, '\n');
}

void tlog_hashes_add(struct buf *to, const struct tlog_proof *p) {
	for (size_t i = 0; i < p->n; i++) tlog_hash_line(to, &p->hash[i]);
	buf_add_char(to, '\n');
}

const char *tlog_hashes_read(struct str *rest, struct tlog_proof *out) {
	struct str line;
	for (out->n = 0; tlog_line(rest, &line); out->n++) {
		if (!line.n) return NULL;
		if (out->n == TLOG_PROOF_HASHES) return "it has more than 63 hashes";
		if (!tlog_hash_read(line, &out->hash[out->n])) return "one of its lines is not 32 bytes in base64";
	}
	return "it is cut short";
}

bool tlog_decimal_read(struct str text, uint64_t *out) {
	int64_t value;
	if (!text.n || text.p[0] == '-' || (text.p[0] == '0' && text.n > 1) || !str_int(text, &value) || value < 0) return false;
	*out = (uint64_t)value;
	return true;
}

bool tlog_line(struct str *rest, struct str *line) {
	size_t end = str_find_char(*rest, '\n');
	if (end == STR_NONE) return false;
	*line = str_sub(*rest, 0, end);
	*rest = str_from(*rest, end + 1);
	return true;
}

bool tlog_text_valid(struct str text) {
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < 0x20 && text.p[i] != '\n') return false;
	return str_utf8(text);
}
