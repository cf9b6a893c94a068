#include "proof_file.h"
#include "text.h"

static const struct str first_line = S_INIT("c2sp.org/tlog-proof@v1"), extra_word = S_INIT("extra "), index_word = S_INIT("index ");

enum err_code tlog_proof_write(struct arena *a, const struct tlog_proof_file *f, struct str *out, struct err *e) {
	if (f->extra.n > TLOG_EXTRA_BYTES) return err_set(e, ERR_TOO_LARGE, "extra data of %zu bytes; at most %d are taken", f->extra.n, TLOG_EXTRA_BYTES);
	if (f->index >= f->checkpoint.head.size || f->proof.n > TLOG_PROOF_HASHES) return err_set(e, ERR_INVALID, "the proof is not one of the checkpoint's tree");
	autobuf struct buf b = BUF(TLOG_PROOF_FILE_BYTES);
	buf_add(&b, first_line);
	buf_add_char(&b, '\n');
	if (f->extra.n) {
		buf_add(&b, extra_word);
		tlog_base64_add(&b, f->extra.p, f->extra.n);
		buf_add_char(&b, '\n');
	}
	buf_add(&b, index_word);
	buf_add_int(&b, (int64_t)f->index);
	buf_add_char(&b, '\n');
	tlog_hashes_add(&b, &f->proof);
	buf_add(&b, f->checkpoint.bytes);
	struct str text = arena_str(a, buf_str(&b));
	if (b.failed || arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	*out = text;
	return ERR_OK;
}

static enum err_code no_proof(struct err *e, const char *why) {
	return err_set(e, ERR_INVALID, "not a log proof: %s", why);
}

static enum err_code read_extra(struct arena *a, struct str text, struct str *out, struct err *e) {
	size_t room = text.n / 4 * 3, n;
	unsigned char *bytes = arena_raw(a, room + 1);
	if (!bytes) return err_set(e, ERR_MEMORY, "out of memory");
	if (!tlog_base64_read(text, bytes, room, &n) || !n) return no_proof(e, "its extra data are not bytes in base64");
	if (n > TLOG_EXTRA_BYTES) return err_set(e, ERR_TOO_LARGE, "the proof's extra data are over %d bytes", TLOG_EXTRA_BYTES);
	*out = str_n(bytes, n);
	return ERR_OK;
}

enum err_code tlog_proof_parse(struct arena *a, struct str bytes, struct tlog_proof_file *out, struct err *e) {
	struct tlog_proof_file f = {.index = 0};
	struct str rest = bytes, line;
	if (bytes.n > TLOG_PROOF_FILE_BYTES) return err_set(e, ERR_TOO_LARGE, "a proof of %zu bytes; at most %d are read", bytes.n, TLOG_PROOF_FILE_BYTES);
	if (!tlog_line(&rest, &line) || !str_eq(line, first_line)) return no_proof(e, "its first line is not c2sp.org/tlog-proof@v1");
	if (!tlog_line(&rest, &line)) return no_proof(e, "it is cut short");
	if (str_starts(line, extra_word)) {
		enum err_code code = read_extra(a, str_from(line, extra_word.n), &f.extra, e);
		if (code) return code;
		if (!tlog_line(&rest, &line)) return no_proof(e, "it is cut short");
	}
	if (!str_starts(line, index_word) || !tlog_decimal_read(str_from(line, index_word.n), &f.index)) return no_proof(e, "it says no index");
	const char *wrong = tlog_hashes_read(&rest, &f.proof);
	if (wrong) return no_proof(e, wrong);
	enum err_code code = tlog_checkpoint_parse(a, rest, &f.checkpoint, e);
	if (code) return code;
	if (f.index >= f.checkpoint.head.size) return no_proof(e, "its index is not in the checkpoint's tree");
	*out = f;
	return ERR_OK;
}

enum err_code tlog_proof_verify(
	const struct tlog_proof_file *f, const struct sha256 *leaf, const struct tlog_policy *p, struct tlog_trust *trust, struct err *e) {
	struct tlog_trust t;
	enum err_code code = tlog_checkpoint_verify(&f->checkpoint, p, &t, e);
	if (code) return code;
	if (f->proof.n > TLOG_PROOF_HASHES || !tlog_verify_inclusion(&f->checkpoint.head, f->index, leaf, f->proof.hash, f->proof.n))
		return err_set(e, ERR_FORBIDDEN, "the proof does not lead from the entry to the checkpoint's root");
	if (trust) *trust = t;
	return ERR_OK;
}
