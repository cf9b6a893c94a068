/* A message made of any bytes is refused, or has the headers that it should have and no others, in ASCII lines that are not too long. The input: names, subject
 * and text with a line of its own each. */
#include "fuzz.h"
#include "hub/mail_message.h"

static size_t headers_of(struct str message, struct str *rest) {
	size_t n = 0;
	struct str line;
	while (str_split(&message, '\n', &line)) {
		MUST(line.n && line.p[line.n - 1] == '\r');
		if (line.n == 1) break;
		n += line.p[0] != ' ';
	}
	*rest = message;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)64 << 20);
	struct str in = str_n(data, size), part[4] = {STR_EMPTY, STR_EMPTY, STR_EMPTY, STR_EMPTY}, out, rest, line;
	struct mail_message m = {.date = (moment)size * DAY, .id = S("1@example.org")};
	if (!a || size > 1 << 16) return 0;
	for (size_t i = 0; i < 3; i++) {
		size_t end = str_find_char(in, 0);
		part[i] = str_sub(in, 0, end);
		in = end == STR_NONE ? STR_EMPTY : str_from(in, end + 1);
	}
	part[3] = in;
	if (mail_address_read(part[0], &m.from, NULL)) m.from = (struct mail_address){part[0], S("hub@example.org")};
	if (mail_address_read(part[1], &m.to, NULL)) m.to = (struct mail_address){part[1], S("jan@example.org")};
	m.subject = part[2];
	m.text = part[3];
	if (mail_message_write(a, &m, &out, NULL)) return 0;
	for (size_t i = 0; i < out.n; i++) MUST((out.p[i] >= 32 && out.p[i] < 127) || out.p[i] == '\r' || out.p[i] == '\n' || out.p[i] == '\t');
	MUST(headers_of(out, &rest) == 9);
	while (str_split(&rest, '\n', &line)) {
		if (!rest.p && !line.n) break;
		MUST(line.n && line.p[line.n - 1] == '\r' && line.n <= 78 && str_find_char(str_sub(line, 0, line.n - 1), '\r') == STR_NONE);
		MUST(line.p[0] != '.');
	}
	return 0;
}
