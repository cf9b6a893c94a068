/* Folding: of any bytes it makes words of small letters, one space between, and it makes the same of them again. */
#include "fuzz.h"
#include "hub/fold.h"
#include "hub/identifier.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct str text = str_n(data, size > 4096 ? 4096 : size);
	autobuf struct buf once = BUF(1 << 20), twice = BUF(1 << 20), word = BUF(1 << 16);
	fold_words(&once, text);
	MUST(!once.failed && str_utf8(buf_str(&once)));
	struct str words = buf_str(&once);
	for (size_t i = 0; i < words.n; i++) {
		unsigned char c = (unsigned char)words.p[i];
		MUST(c >= 128 || c == ' ' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
		MUST(c != ' ' || (i > 0 && words.p[i - 1] != ' '));
	}
	MUST(words.n == 0 || words.p[words.n - 1] == ' ');
	fold_words(&twice, words);
	MUST(str_eq(buf_str(&twice), words));

	/* Words are found in places that follow one another and lie between characters. */
	size_t at = 0, from, to, before = 0;
	while (fold_next(text, &at, &word, &from, &to)) {
		MUST(from >= before && from < to && to <= text.n && at >= to);
		MUST(word.n > 0 && str_utf8(str_sub(text, from, to - from)));
		before = to;
	}

	autoarena struct arena *a = arena_new(1 << 20);
	if (!a) return 0;
	struct str key = name_key(a, text);
	MUST(key.n <= 120 && str_utf8(key) && str_eq(name_key(a, key), key));
	char uid[UID_SIZE], again[UID_SIZE];
	MUST(!uid_parse(text, uid) || (uid_parse(str_of(uid), again) && strcmp(uid, again) == 0));
	int64_t seq;
	int year;
	(void)number_parse(S("{prefix}-{year}-{seq:4}"), text, &seq, &year);
	return 0;
}
