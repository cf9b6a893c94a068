#include "checkpoint.h"
#include "text.h"

static enum err_code no_memory(struct err *e) {
	return err_set(e, ERR_MEMORY, "out of memory");
}

enum err_code tlog_checkpoint_text(struct arena *a, struct str origin, const struct tlog_head *head, struct str *out, struct err *e) {
	if (!tlog_name_valid(origin) || origin.n > TLOG_ORIGIN_BYTES)
		return err_set(e, ERR_INVALID, "a log's origin has 1 to %d bytes and neither white space nor '+'", TLOG_ORIGIN_BYTES);
	if (head->size > TLOG_SIZE_MOST) return err_set(e, ERR_INVALID, "no tree has that many leaves");
	autobuf struct buf b = BUF(TLOG_ORIGIN_BYTES + 128);
	buf_add(&b, origin);
	buf_add_char(&b, '\n');
	buf_add_int(&b, (int64_t)head->size);
	buf_add_char(&b, '\n');
	tlog_hash_line(&b, &head->root);
	struct str text = arena_str(a, buf_str(&b));
	if (b.failed || arena_failed(a)) return no_memory(e);
	*out = text;
	return ERR_OK;
}

enum err_code tlog_checkpoint_sign(struct arena *a, struct str origin, const struct tlog_head *head, const struct tlog_signer *signers, size_t n, int64_t time,
	struct str *out, struct err *e) {
	struct str text, lines = STR_EMPTY, line;
	enum err_code code = n ? tlog_checkpoint_text(a, origin, head, &text, e) : err_set(e, ERR_INVALID, "a checkpoint needs a signer");
	for (size_t i = 0; !code && i < n; i++) {
		code = tlog_note_sign(a, text, &signers[i], time, &line, e);
		if (!code) lines = arena_cat(a, lines, line);
	}
	if (code) return code;
	struct str note = tlog_note_make(a, text, lines);
	if (arena_failed(a)) return no_memory(e);
	*out = note;
	return ERR_OK;
}

static enum err_code no_checkpoint(struct err *e, const char *why) {
	return err_set(e, ERR_INVALID, "not a checkpoint: %s", why);
}

enum err_code tlog_checkpoint_parse(struct arena *a, struct str bytes, struct tlog_checkpoint *out, struct err *e) {
	struct tlog_checkpoint c = {.bytes = bytes};
	struct str rest, line;
	enum err_code code = tlog_note_parse(a, bytes, &c.note, e);
	if (code) return code;
	rest = c.note.text;
	if (!tlog_line(&rest, &c.origin) || !c.origin.n) return no_checkpoint(e, "it names no origin");
	if (c.origin.n > TLOG_ORIGIN_BYTES) return err_set(e, ERR_TOO_LARGE, "an origin of %zu bytes; at most %d are read", c.origin.n, TLOG_ORIGIN_BYTES);
	if (!tlog_line(&rest, &line) || !tlog_decimal_read(line, &c.head.size)) return no_checkpoint(e, "its size is no decimal number");
	if (!tlog_line(&rest, &line) || !tlog_hash_read(line, &c.head.root)) return no_checkpoint(e, "its root is not 32 bytes in base64");
	if (rest.n) return err_set(e, ERR_UNSUPPORTED, "the checkpoint has extension lines, which are not taken here");
	*out = c;
	return ERR_OK;
}

enum err_code tlog_cosign(struct arena *a, const struct tlog_checkpoint *c, const struct tlog_signer *s, int64_t time, struct str *line, struct err *e) {
	if (s->key.type != TLOG_COSIGNATURE) return err_set(e, ERR_INVALID, "cosignatures are made with a key of type 04");
	return tlog_note_sign(a, c->note.text, s, time, line, e);
}

static bool right_by_any(const struct tlog_note *n, const struct tlog_key *keys, size_t keys_n) {
	for (size_t i = 0; i < keys_n; i++)
		if (tlog_note_verify(n, &keys[i], NULL, NULL) == ERR_OK) return true;
	return false;
}

static bool has_line(const struct tlog_note *n, struct str line) {
	for (size_t i = 0; i < n->n; i++)
		if (str_eq(n->signatures[i].line, line)) return true;
	return false;
}

enum err_code tlog_checkpoint_join(
	struct arena *a, const struct tlog_checkpoint *c, struct str lines, const struct tlog_key *keys, size_t n, struct str *out, struct err *e) {
	struct tlog_note answer;
	enum err_code code = tlog_note_parse(a, tlog_note_make(a, c->note.text, lines), &answer, e);
	if (code) return code;
	/* An empty line among the lines would have made them part of another text. */
	if (!str_eq(answer.text, c->note.text)) return err_set(e, ERR_INVALID, "the answer of a witness is signature lines alone");
	autobuf struct buf b = BUF(TLOG_NOTE_BYTES);
	size_t taken = 0;
	buf_add(&b, c->bytes);
	for (size_t i = 0; i < answer.n; i++) {
		struct tlog_note one = {answer.text, &answer.signatures[i], 1};
		if (!right_by_any(&one, keys, n)) continue;
		taken++;
		if (!has_line(&c->note, one.signatures->line)) buf_add(&b, one.signatures->line);
	}
	if (!taken) return err_set(e, ERR_NOT_FOUND, "no cosignature by a known witness is in the answer");
	struct str joined = arena_str(a, buf_str(&b));
	if (b.failed || arena_failed(a)) return no_memory(e);
	*out = joined;
	return ERR_OK;
}

/* Whether this public key stands in the policy before this place, under any name. */
static bool counted_before(const struct tlog_policy *p, size_t at) {
	for (size_t i = 0; i < at; i++)
		if (memcmp(p->witnesses[i].bytes, p->witnesses[at].bytes, TLOG_KEY_BYTES) == 0) return true;
	return false;
}

static enum err_code check_policy(const struct tlog_policy *p, struct err *e) {
	size_t different = 0;
	if (!p->log_keys_n) return err_set(e, ERR_INVALID, "the policy has no key of the log");
	for (size_t i = 0; i < p->witnesses_n; i++) {
		if (p->witnesses[i].type != TLOG_COSIGNATURE) return err_set(e, ERR_INVALID, "the key of a witness must be of type 04");
		different += !counted_before(p, i);
	}
	if (different < p->quorum)
		return err_set(e, ERR_INVALID, "the policy wants %zu witnesses and knows %zu", p->quorum, different);
	return ERR_OK;
}

/* A public key that stands under several names counts once, whichever of them signed. */
static enum err_code count_witnesses(const struct tlog_note *n, const struct tlog_policy *p, struct tlog_trust *t, struct err *e) {
	for (size_t i = 0; i < p->witnesses_n; i++) {
		bool cosigned = false;
		if (counted_before(p, i)) continue;
		for (size_t j = i; j < p->witnesses_n; j++) {
			int64_t time;
			if (memcmp(p->witnesses[i].bytes, p->witnesses[j].bytes, TLOG_KEY_BYTES) != 0) continue;
			enum err_code code = tlog_note_verify(n, &p->witnesses[j], &time, e);
			if (code == ERR_NOT_FOUND) continue;
			if (code) return code;
			cosigned = true;
			if (t->first < 0 || time < t->first) t->first = time;
			if (time > t->latest) t->latest = time;
		}
		t->witnesses += cosigned;
	}
	return ERR_OK;
}

enum err_code tlog_checkpoint_verify(const struct tlog_checkpoint *c, const struct tlog_policy *p, struct tlog_trust *out, struct err *e) {
	struct tlog_trust trust = {.first = -1};
	size_t by_log = 0;
	enum err_code code = check_policy(p, e);
	if (code) return code;
	struct str origin = p->origin.n ? p->origin : p->log_keys[0].name;
	if (!str_eq(c->origin, origin)) return err_set(e, ERR_FORBIDDEN, "the checkpoint is of another log than %.*s", STR_ARG(origin));
	code = tlog_note_verify_all(&c->note, p->log_keys, p->log_keys_n, &by_log, e);
	if (code) return code;
	if (!by_log) return err_set(e, ERR_FORBIDDEN, "the log has not signed the checkpoint with a key that is known here");
	code = count_witnesses(&c->note, p, &trust, e);
	if (code) return code;
	if (trust.witnesses < p->quorum)
		return err_set(e, ERR_FORBIDDEN, "%zu of the known witnesses cosigned the checkpoint; %zu are needed", trust.witnesses, p->quorum);
	if (trust.first < 0) trust.first = 0;
	if (out) *out = trust;
	return ERR_OK;
}
