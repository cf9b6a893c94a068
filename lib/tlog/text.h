/* For lib/tlog alone: the small forms that its text formats share, each with one spelling only. */
#pragma once
#include "proof.h"

enum { TLOG_HASH_TEXT = 44 }; /* characters of a hash in base64 */

/* Base64 (RFC 4648 section 4) with padding and no bits left over: *n bytes of at most `room`. */
bool tlog_base64_read(struct str text, unsigned char *to, size_t room, size_t *n) must_use;
bool tlog_hash_read(struct str text, struct sha256 *out) must_use;
void tlog_base64_add(struct buf *to, const void *bytes, size_t n);
void tlog_hash_line(struct buf *to, const struct sha256 *h);
/* The hashes of a proof, one a line, and the empty line that ends them. tlog_hashes_read gives what is wrong with them, or NULL. */
void tlog_hashes_add(struct buf *to, const struct tlog_proof *p);
const char *tlog_hashes_read(struct str *rest, struct tlog_proof *out) must_use;
/* ASCII decimal without leading zeros, at most TLOG_SIZE_MOST. */
bool tlog_decimal_read(struct str text, uint64_t *out) must_use;
/* The next line of *rest without its line feed; false where no line feed is left. */
bool tlog_line(struct str *rest, struct str *line) must_use;
/* UTF-8 without ASCII control characters other than the line feed. */
bool tlog_text_valid(struct str text);
