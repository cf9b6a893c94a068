/* A zone that is taken answers every question: an offset is within bounds, a local time that exists leads back to a moment that shows it, a day begins where
 * the clocks first show it. A duration that is taken has an end or is refused, and a longer one never ends sooner. The first byte says which is read. */
#include "fuzz.h"
#include "lib/calendar/calendar.h"

static void ask(const struct zone *z, int64_t utc) {
	int offset = zone_offset_at(z, utc);
	enum zone_fit fit;
	MUST(offset >= -26 * 3600 && offset <= 26 * 3600);
	int64_t back = zone_utc(z, utc + offset, &fit);
	if (fit != ZONE_NEVER) MUST(back + zone_offset_at(z, back) == utc + offset && back <= utc);
	int64_t day = (utc + offset) / 86400 - ((utc + offset) % 86400 < 0);
	(void)zone_day(z, day);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)16 << 20);
	if (!a || !size) return 0;
	struct str in = str_n(data + 1, size - 1);
	if (data[0] == 'P') {
		struct duration d;
		const struct zone *utc;
		MUST(zone_open(a, S("UTC"), &utc));
		struct calendar c = {utc, NULL, 0};
		if (!duration_parse(str_n(data, size), &d)) return 0;
		for (int how = TERM_CALENDAR; how <= TERM_LEGAL; how++) {
			moment end, longer;
			struct duration more = d;
			more.days++;
			if (!term_end(&c, 1795000000 * SECOND, &d, (enum term_days)how, &end)) continue;
			MUST(end >= 1795000000 * SECOND);
			if (term_end(&c, 1795000000 * SECOND, &more, (enum term_days)how, &longer)) MUST(longer >= end);
		}
		return 0;
	}
	const struct zone *z;
	if (!zone_read(a, in, &z)) return 0;
	for (int64_t year = 1890; year < 2120; year += 7)
		for (int month = 1; month <= 12; month++) ask(z, days_from_date(year, month, 1 + (int)(year % 28)) * 86400 + year * 13);
	return 0;
}
