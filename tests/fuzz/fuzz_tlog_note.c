/* A note or a key that is read is written again: the same bytes. Nothing but what was signed verifies. */
#include "tlog_known.h"

static void try_keys(struct arena *a, struct str in) {
	struct tlog_key k;
	struct tlog_signer s;
	if (!tlog_key_parse(in, &k, NULL)) {
		MUST(str_eq(tlog_key_text(a, &k), in) && tlog_name_valid(k.name));
	}
	if (!tlog_signer_parse(in, &s, NULL)) {
		MUST(str_eq(tlog_signer_text(a, &s), in));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)32 << 20);
	struct str in = str_n(data, size), lines = STR_EMPTY;
	struct tlog_note n;
	struct err e = {.code = ERR_OK};
	if (!a) return 0;
	try_keys(a, in);
	enum err_code code = tlog_note_parse(a, in, &n, &e);
	if (code) {
		MUST(code == e.code && e.message[0]);
		return 0;
	}
	MUST(n.n >= 1 && n.n <= TLOG_NOTE_SIGNATURES && str_ends(n.text, S("\n")));
	for (size_t i = 0; i < n.n; i++) {
		MUST(tlog_name_valid(n.signatures[i].name) && n.signatures[i].bytes.n);
		lines = arena_cat(a, lines, n.signatures[i].line);
	}
	MUST(str_eq(tlog_note_make(a, n.text, lines), in));
	struct tlog_key peter = known_key(PETER), witness = known_key(WITNESS);
	if (!tlog_note_verify(&n, &peter, NULL, &e)) MUST(str_is(n.text, PETER_TEXT));
	if (!tlog_note_verify(&n, &witness, NULL, &e)) MUST(str_is(n.text, LOG_TEXT));
	return 0;
}
