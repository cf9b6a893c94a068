/* Directories of hubs that anybody may bring: what is read is what would be written, whatever is in it can be listed, and none is signed by a key that did not sign it. */
#include "tlog_known.h"

#include "hub/peer/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)64 << 20);
	struct peer_file f;
	struct str text;
	struct err e = {.code = ERR_OK};
	if (!a || size > 1 << 21) return 0;
	enum err_code code = peer_file_parse(a, str_n(data, size), &f, &e);
	if (code) {
		MUST(code == e.code && e.message[0]);
		return 0;
	}
	MUST(!peer_file_text(a, &f, &text, &e) && str_eq(text, f.note.text));
	for (size_t i = 0; i < f.n; i++) {
		struct peer_entry fine;
		MUST(!peer_check(a, &f.items[i], &fine, &e) && str_eq(fine.origin, f.items[i].origin) && str_eq(fine.url, f.items[i].url));
		MUST(str_starts(fine.url, S("https://")) || str_starts(fine.url, S("http://")));
	}
	struct tlog_key log = known_key(LOG_KEY);
	MUST(peer_file_verify(&f, &log, &e) != ERR_OK);
	return 0;
}
