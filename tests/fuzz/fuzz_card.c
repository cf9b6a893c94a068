/* Whatever is read: sections lie in order and are counted within the text, findings are graded and say something, and the same bytes give the same card. */
#include "fuzz.h"
#include "lib/card/card.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)128 << 20);
	struct card c, again;
	const struct card_finding *findings;
	size_t n;
	struct str in = str_n(data, size), *bases;
	if (!a || size > 200000) return 0;
	if (card_read(a, in, &c, NULL)) return 0;
	MUST(c.text.p >= in.p && c.text.p + c.text.n == in.p + in.n && c.line >= 1 && c.line <= size + 1);
	MUST(c.sections_n >= 1 && c.sections_n <= CARD_SECTIONS && c.sections[0].level == 0);
	for (size_t i = 0; i < c.sections_n; i++) MUST(c.sections[i].level <= 6 && c.sections[i].words <= size && str_utf8(c.sections[i].title));
	for (int kind = CARD_MODEL; kind <= CARD_DATASET; kind++) {
		if (card_check(a, &c, (enum card_kind)kind, &findings, &n, NULL)) return 0;
		MUST(n <= CARD_FINDINGS);
		for (size_t i = 0; i < n; i++) {
			MUST(findings[i].message.n && findings[i].advice.n && findings[i].rule[0]);
			MUST(i == 0 || findings[i - 1].grade <= findings[i].grade);
		}
	}
	(void)card_bases(a, &c, &bases);
	if (card_read(a, in, &again, NULL)) return 0;
	MUST(again.said == c.said && again.sections_n == c.sections_n && again.placeholders == c.placeholders && str_eq(again.licence.id, c.licence.id));
	return 0;
}
