#include "duration.h"

bool duration_parse(struct str s, struct duration *out) {
	struct duration d = {0};
	int64_t *const dates[] = {&d.years, &d.months, &d.weeks, &d.days}, *const times[] = {&d.hours, &d.minutes, &d.seconds};
	struct str units = S("YMWD");
	bool any = false;
	if (s.n < 3 || s.n > 60 || s.p[0] != 'P') return false;
	for (size_t i = 1, unit = 0; i < s.n; i++) {
		if (s.p[i] == 'T' && !d.has_time) {
			d.has_time = true;
			units = S("HMS");
			unit = 0;
			any = false;
			continue;
		}
		int64_t n = 0;
		size_t digits = 0;
		for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && digits < 7; i++, digits++) n = n * 10 + (s.p[i] - '0');
		if (!digits || digits > 6 || i == s.n) return false;
		while (unit < units.n && units.p[unit] != s.p[i]) unit++;
		if (unit == units.n) return false;
		*(d.has_time ? times : dates)[unit++] = n;
		any = true;
	}
	if (!any) return false;
	*out = d;
	return true;
}
