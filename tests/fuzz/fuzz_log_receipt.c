/* Receipts that anybody may bring: what is checked is refused with a reason or told without doubt, and what is kept back of one that is right stays right. */
#include "fuzz.h"
#include "hub/ledger/receipt.h"

static void check_kept_back(struct arena *a, const struct json *receipt, const struct receipt_checked *whole) {
	const struct json *less;
	struct receipt_checked c;
	struct err e = {.code = ERR_OK};
	enum err_code code = receipt_redact(a, receipt, NULL, 0, false, &less, &e);
	if (code) return;
	code = receipt_check(a, json_text(a, less), NULL, 0, NULL, 0, &c, &e);
	if (code == ERR_MEMORY) return;
	MUST(!code && !c.shown && c.hidden == whole->shown + whole->hidden);
	MUST(memcmp(&c.commitment, &whole->commitment, sizeof c.commitment) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)64 << 20);
	const struct json *v = NULL, *less = NULL;
	struct receipt_checked c;
	struct err e = {.code = ERR_OK};
	struct str text = str_n(data, size), keep[] = {S_INIT("title"), S_INIT("")};
	if (!a || size > 1 << 20) return 0;
	enum err_code code = receipt_check(a, text, NULL, 0, NULL, 0, &c, &e);
	MUST(code ? e.code == code && e.message[0] : c.promised || c.logged);
	if (json_parse(a, text, NULL, &v, NULL)) return 0;
	if (!code) check_kept_back(a, v, &c);
	for (size_t n = 0; n <= 2; n++) {
		enum err_code redacted = receipt_redact(a, v, keep, n, n == 1, &less, &e);
		MUST(redacted ? e.message[0] != 0 : less != NULL);
	}
	return 0;
}
