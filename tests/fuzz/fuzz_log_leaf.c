/* A leaf of a log is read as it was written, or refused. */
#include "fuzz.h"
#include "hub/ledger/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct sha256 commitment;
	struct err e = {.code = ERR_OK};
	enum entry_type type;
	unsigned char again[ENTRY_LEAF], bytes[ENTRY_SEED];
	struct str input = str_n(data, size);
	enum err_code code = entry_leaf_parse(input, &type, &commitment, &e);
	if (code) {
		MUST((code == ERR_INVALID || code == ERR_UNSUPPORTED) && e.message[0]);
	} else {
		MUST(entry_type_of(entry_type_name(type)) == type);
		MUST(str_eq(entry_leaf(type, &commitment, again), input));
	}
	autoarena struct arena *a = arena_new(1 << 20);
	size_t half = size / 2;
	if (a && half <= sizeof bytes && !entry_unhex(input, bytes, half, &e)) MUST(str_eq(entry_hex(a, str_n(bytes, half)), input));
	return 0;
}
