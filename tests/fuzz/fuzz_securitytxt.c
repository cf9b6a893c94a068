/* Whatever is read, what is said of it stays within its bounds; a field whose value was found good is written and read again as the same; a file without an
 * error keeps none when it is written anew from its fields. */
#include "fuzz.h"
#include "lib/securitytxt/securitytxt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)16 << 20);
	struct securitytxt s, again;
	struct str in = str_n(data, size);
	if (!a || size > SECURITYTXT_BYTES) return 0;
	MUST(securitytxt_read(a, in, 0, &s, NULL) == ERR_OK);
	MUST(s.n <= SECURITYTXT_FIELDS && s.findings_n <= SECURITYTXT_FINDINGS);
	for (size_t i = 0; i < s.findings_n; i++) MUST(s.findings[i].line <= size + 1 && s.findings[i].words.n > 0);
	autobuf struct buf out = BUF((size_t)4 * SECURITYTXT_BYTES);
	bool whole = true;
	for (size_t i = 0; i < s.n; i++) {
		char name[80];
		bool fits = s.fields[i].name.n < sizeof name && s.fields[i].value.n <= 2000;
		if (fits) snprintf(name, sizeof name, "%.*s", STR_ARG(s.fields[i].name));
		bool good = !securitytxt_wrong(s.fields[i].name, s.fields[i].value), written = fits && securitytxt_write(&out, name, s.fields[i].value);
		MUST(!fits || good == written);
		whole &= written;
	}
	if (s.errors || !whole || s.n == SECURITYTXT_FIELDS) return 0;
	MUST(securitytxt_read(a, buf_str(&out), 0, &again, NULL) == ERR_OK);
	MUST(again.errors == 0 && again.n == s.n && again.expires == s.expires);
	for (size_t i = 0; i < s.n; i++) MUST(str_eq(s.fields[i].name, again.fields[i].name) && str_eq(s.fields[i].value, again.fields[i].value));

	struct str mail = securitytxt_mailto(a, str_sub(in, 0, 300)), tel = securitytxt_tel(a, str_sub(in, 0, 100));
	if (mail.n) MUST(!securitytxt_wrong(S("Contact"), mail));
	if (tel.n) MUST(!securitytxt_wrong(S("Contact"), tel));
	struct str back = securitytxt_address(a, mail);
	if (mail.n && back.n) MUST(str_eq(back, str_trim(str_sub(in, 0, 300))));
	return 0;
}
