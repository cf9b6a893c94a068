/* A request that is read is written again: the same bytes. A witness cosigns nothing but the checkpoint that the log signed, and says what it knows where that
 * is something else. */
#include "lib/tlog/witness.h"
#include "tlog_known.h"

static void try_decision(struct arena *a, const struct tlog_add_checkpoint *r, const struct tlog_signer *s, uint64_t size) {
	struct tlog_key log = known_key(LOG_KEY);
	struct tlog_witnessed known = {.origin = S(LOG), .keys = &log, .keys_n = 1, .head = {.size = size}};
	struct tlog_witness_answer answer;
	uint64_t said;
	MUST(!tlog_witness_decide(a, r, &known, s, 1, 1700000000, &answer, NULL));
	MUST(answer.status == 200 || answer.status == 400 || answer.status == 403 || answer.status == 404 || answer.status == 409 || answer.status == 422);
	if (answer.status == 200) MUST(str_is(r->checkpoint.note.text, LOG_TEXT) && answer.head.size == 15 && !size && r->old == size);
	if (answer.status == 409) MUST(tlog_witness_size(answer.body, &said) && said == size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	static const unsigned char seed[TLOG_KEY_BYTES];
	autoarena struct arena *a = arena_new((size_t)32 << 20);
	struct str in = str_n(data, size), again = STR_EMPTY;
	struct tlog_add_checkpoint r;
	struct tlog_signer s;
	uint64_t said;
	struct err e = {.code = ERR_OK};
	if (!a || tlog_signer_make(S("w"), TLOG_COSIGNATURE, seed, &s, NULL)) return 0;
	if (tlog_witness_size(in, &said)) MUST(str_eq(arena_fmt(a, "%llu\n", (unsigned long long)said), in));
	enum err_code code = tlog_add_checkpoint_parse(a, in, &r, &e);
	if (code) {
		MUST(code == e.code && e.message[0] && tlog_witness_refuse(a, &e).status == 400);
		return 0;
	}
	if (!tlog_add_checkpoint_write(a, &r, &again, &e)) MUST(str_eq(again, in));
	else MUST(r.old > r.checkpoint.head.size);
	try_decision(a, &r, &s, 0);
	try_decision(a, &r, &s, 7);
	return 0;
}
