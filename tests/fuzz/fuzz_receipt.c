/* A receipt code that was read is written and read again: the same. One letter of it changed is told. */
#include "fuzz.h"
#include "hub/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct receipt_code code, again;
	struct err e;
	char text[RECEIPT_TEXT];
	if (receipt_parse(str_n(data, size), &code, &e)) {
		MUST(e.message[0]);
		return 0;
	}
	struct str written = receipt_text(&code, text);
	MUST(written.n == RECEIPT_TEXT - 1);
	MUST(!receipt_parse(written, &again, &e) && !memcmp(&code, &again, sizeof code));
	char *letter = &text[(data[0] % 6u) * 5];
	*letter = *letter == '7' ? '8' : '7';
	MUST(receipt_parse(written, &again, &e) == ERR_INVALID);
	return 0;
}
