#include "witness.h"
#include "text.h"

static const struct str old_word = S_INIT("old ");
static const char plain[] = "text/plain; charset=utf-8";

enum err_code tlog_add_checkpoint_write(struct arena *a, const struct tlog_add_checkpoint *r, struct str *out, struct err *e) {
	if (r->old > r->checkpoint.head.size || r->proof.n > TLOG_PROOF_HASHES)
		return err_set(e, ERR_INVALID, "the proof is not one that leads to the checkpoint");
	autobuf struct buf b = BUF(TLOG_WITNESS_BYTES);
	buf_add(&b, old_word);
	buf_add_int(&b, (int64_t)r->old);
	buf_add_char(&b, '\n');
	tlog_hashes_add(&b, &r->proof);
	buf_add(&b, r->checkpoint.bytes);
	struct str text = arena_str(a, buf_str(&b));
	if (b.failed || arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	*out = text;
	return ERR_OK;
}

static enum err_code bad_request(struct err *e, const char *why) {
	return err_set(e, ERR_INVALID, "not a request to add a checkpoint: %s", why);
}

enum err_code tlog_add_checkpoint_parse(struct arena *a, struct str body, struct tlog_add_checkpoint *out, struct err *e) {
	struct tlog_add_checkpoint r = {.old = 0};
	struct str rest = body, line;
	if (body.n > TLOG_WITNESS_BYTES) return err_set(e, ERR_TOO_LARGE, "a request of %zu bytes; at most %d are read", body.n, TLOG_WITNESS_BYTES);
	if (!tlog_line(&rest, &line) || !str_starts(line, old_word) || !tlog_decimal_read(str_from(line, old_word.n), &r.old))
		return bad_request(e, "its first line is not \"old\" and a size");
	const char *wrong = tlog_hashes_read(&rest, &r.proof);
	if (wrong) return bad_request(e, wrong);
	enum err_code code = tlog_checkpoint_parse(a, rest, &r.checkpoint, e);
	if (!code) *out = r;
	return code;
}

static struct tlog_witness_answer answer(int status, const char *sentence) {
	return (struct tlog_witness_answer){.status = status, .content_type = plain, .body = str_of(sentence)};
}

struct tlog_witness_answer tlog_witness_refuse(struct arena *a, const struct err *why) {
	return answer(400, arena_cstr(a, arena_cat(a, str_of(why->message), S("\n"))));
}

static struct tlog_witness_answer conflict(struct arena *a, uint64_t size) {
	return (struct tlog_witness_answer){.status = 409, .content_type = TLOG_SIZE_TYPE, .body = arena_fmt(a, "%llu\n", (unsigned long long)size)};
}

/* Everything besides signing, in the order of the specification. */
static struct tlog_witness_answer judge(struct arena *a, const struct tlog_add_checkpoint *r, const struct tlog_witnessed *known) {
	const struct tlog_head *head = &r->checkpoint.head;
	struct tlog_head seen;
	if (!known || !str_eq(known->origin, r->checkpoint.origin)) return answer(404, "This witness does not know the log.\n");
	struct tlog_policy policy = {.origin = known->origin, .log_keys = known->keys, .log_keys_n = known->keys_n};
	if (tlog_checkpoint_verify(&r->checkpoint, &policy, NULL, NULL)) return answer(403, "No known key of the log has signed the checkpoint.\n");
	if (r->old > head->size) return answer(400, "The old size is over the size of the checkpoint.\n");
	seen = known->head;
	if (!seen.size) seen.root = tlog_empty_root();
	if (r->old != seen.size) return conflict(a, seen.size);
	if (r->old == head->size) {
		if (!tlog_hash_eq(&seen.root, &head->root)) return conflict(a, seen.size);
		if (r->proof.n) return answer(422, "Between equal sizes the proof must be empty.\n");
	} else if (!r->old) {
		if (r->proof.n) return answer(422, "From size 0 the proof must be empty.\n");
	} else if (!tlog_verify_consistency(&seen, head, r->proof.hash, r->proof.n)) {
		return answer(422, "The consistency proof does not hold.\n");
	}
	return (struct tlog_witness_answer){.status = 200, .content_type = plain, .body = STR_EMPTY, .head = *head};
}

enum err_code tlog_witness_decide(struct arena *a, const struct tlog_add_checkpoint *r, const struct tlog_witnessed *known, const struct tlog_signer *signers,
	size_t signers_n, int64_t time, struct tlog_witness_answer *out, struct err *e) {
	if (!signers_n) return err_set(e, ERR_INVALID, "a witness needs a signer");
	struct tlog_witness_answer made = judge(a, r, known);
	for (size_t i = 0; made.status == 200 && i < signers_n; i++) {
		struct str line;
		enum err_code code = tlog_cosign(a, &r->checkpoint, &signers[i], time, &line, e);
		if (code) return code;
		made.body = arena_cat(a, made.body, line);
	}
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	*out = made;
	return ERR_OK;
}

bool tlog_witness_size(struct str body, uint64_t *out) {
	return str_ends(body, S("\n")) && tlog_decimal_read(str_sub(body, 0, body.n - 1), out);
}
