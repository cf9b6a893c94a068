/* Base32 that was read is written and read again: the same bytes. An otpauth address holds nothing that needs quoting, whatever goes into it; a code is only
 * found where it is one. */
#include "fuzz.h"
#include "lib/otp/otp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)16 << 20);
	struct str in = str_n(data, size), bytes, again;
	if (!a || size > 4096) return 0;
	if (base32_decode(a, in, &bytes)) {
		MUST(bytes.n <= in.n * 5 / 8);
		struct str text = base32_encode(a, bytes);
		MUST(base32_decode(a, text, &again) && str_eq(again, bytes));
	}
	struct str text = base32_encode(a, in);
	MUST(base32_decode(a, text, &again) && str_eq(again, in));

	struct str half = str_sub(in, 0, size / 2), rest = str_from(in, size / 2);
	struct str address = otp_address(a, str_sub(half, 0, 300), str_sub(rest, 0, 300), str_sub(in, 0, 100));
	for (size_t i = 0; i < address.n; i++) MUST(address.p[i] > 32 && address.p[i] < 127 && !strchr("\"'<>\\#", address.p[i]));

	int64_t step = otp_find(S("12345678901234567890"), in, 1000, 1, 999);
	MUST(step == -1 || (step >= 1000 && step <= 1001));
	return 0;
}
