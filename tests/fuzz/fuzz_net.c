/* What polder-net answers is read without trust: it is a JSON answer, an error of one line, or told to be nonsense. */
#include "fuzz.h"
#include "hub/net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)64 << 20);
	const struct json *v = NULL;
	struct err e = {.code = ERR_OK};
	if (!a || size > 1 << 20) return 0;
	enum err_code code = net_read(a, str_n(data, size), &v, &e);
	if (code) {
		MUST((code == ERR_BUSY || code == ERR_UNSUPPORTED) && e.code == code && e.message[0] && str_utf8(str_of(e.message)));
		for (const char *p = e.message; *p; p++) MUST((unsigned char)*p >= 32 && *p != 127);
		return 0;
	}
	struct net_answer answer = net_answer_of(a, v);
	MUST(str_utf8(answer.body));
	for (size_t i = 0; i < answer.headers_n; i++) MUST(str_utf8(answer.headers[i].name) && str_utf8(answer.headers[i].value));
	return 0;
}
