/* A proof file that is read is written again: the same bytes. It proves nothing about an entry that the published log does not have. */
#include "lib/tlog/proof_file.h"
#include "tlog_known.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)32 << 20);
	struct str in = str_n(data, size), again = STR_EMPTY;
	struct tlog_proof_file f;
	struct err e = {.code = ERR_OK};
	if (!a) return 0;
	enum err_code code = tlog_proof_parse(a, in, &f, &e);
	if (code) {
		MUST(code == e.code && e.message[0]);
		return 0;
	}
	MUST(!tlog_proof_write(a, &f, &again, &e) && str_eq(again, in));
	struct tlog_key log = known_key(LOG_KEY);
	struct tlog_policy p = {.log_keys = &log, .log_keys_n = 1};
	struct sha256 leaf = tlog_leaf_hash(S("what is in no log"));
	MUST(tlog_proof_verify(&f, &leaf, &p, NULL, &e) == ERR_FORBIDDEN);
	return 0;
}
