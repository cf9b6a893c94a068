/* A checkpoint that is read has the text that would be written; only the one that the log signed meets the policy. Lines of a witness that are joined to it
 * leave it the checkpoint it was. */
#include "tlog_known.h"

static void try_join(struct arena *a, struct str lines) {
	struct tlog_checkpoint c, joined;
	struct tlog_key witness = known_key(WITNESS), log = known_key(LOG_KEY);
	struct tlog_policy p = {.log_keys = &log, .log_keys_n = 1, .witnesses = &witness, .witnesses_n = 1, .quorum = 1};
	struct str bytes;
	MUST(!tlog_checkpoint_parse(a, S(LOG_CHECKPOINT), &c, NULL));
	if (tlog_checkpoint_join(a, &c, lines, &witness, 1, &bytes, NULL)) return;
	MUST(str_starts(bytes, c.bytes) && !tlog_checkpoint_parse(a, bytes, &joined, NULL));
	MUST(!tlog_checkpoint_verify(&joined, &p, NULL, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)32 << 20);
	struct str in = str_n(data, size), text;
	struct tlog_checkpoint c;
	struct err e = {.code = ERR_OK};
	if (!a) return 0;
	try_join(a, in);
	enum err_code code = tlog_checkpoint_parse(a, in, &c, &e);
	if (code) {
		MUST(code == e.code && e.message[0]);
		return 0;
	}
	if (!tlog_checkpoint_text(a, c.origin, &c.head, &text, &e)) MUST(str_eq(text, c.note.text));
	else MUST(!tlog_name_valid(c.origin));
	struct tlog_key log = known_key(LOG_KEY);
	struct tlog_policy p = {.log_keys = &log, .log_keys_n = 1};
	if (!tlog_checkpoint_verify(&c, &p, NULL, &e)) MUST(str_is(c.note.text, LOG_TEXT));
	return 0;
}
