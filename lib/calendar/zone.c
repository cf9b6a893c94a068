#include "zone.h"

#include <ctype.h>

#include "zone_inside.h"

enum { FILE_MOST = 64 << 10, DAY_SECONDS = 86400, OFFSET_MOST = 26 * 3600, CHANGES = 32 };

/* ---- the rule for later years: "CET-1CEST,M3.5.0,M10.5.0/3" ---- */

enum day_form { DAY_OF_WEEK, DAY_WITHOUT_LEAP, DAY_WITH_LEAP }; /* Mm.w.d, Jn, n */
struct rule_day {
	enum day_form form;
	int month, week, day;
	int at;                      /* seconds into the day, may be negative or beyond it (section 3.3.1) */
};
struct rule {
	bool summer;
	int standard, daylight;      /* seconds east */
	struct rule_day begins, ends;
};

struct change {
	int64_t at;                  /* UTC */
	int offset;                  /* from then on */
};

struct zone {
	const struct change *changes; /* in order */
	size_t n;
	int first;                   /* offset before all of them */
	bool has_rule;
	struct rule rule;            /* after the last */
};

static bool take_number(const char **p, int *out) {
	if (!isdigit((unsigned char)**p)) return false;
	for (*out = 0; isdigit((unsigned char)**p) && *out < 100000; (*p)++) *out = *out * 10 + (**p - '0');
	return true;
}

/* hh[:mm[:ss]]; hours to 167, as version 3 of the format allows. */
static bool take_time(const char **p, int *seconds) {
	int sign = 1, part, unit = 3600;
	if (**p == '-' || **p == '+') sign = *(*p)++ == '-' ? -1 : 1;
	*seconds = 0;
	do {
		if (!take_number(p, &part) || part > (unit == 3600 ? 167 : 59)) return false;
		*seconds += part * unit;
		unit /= 60;
	} while (**p == ':' && unit > 0 && (*p)++);
	*seconds *= sign;
	return true;
}

static bool take_offset(const char **p, int *east) {
	if (!take_time(p, east) || *east > OFFSET_MOST || *east < -OFFSET_MOST) return false;
	*east = -*east;
	return true;
}

static bool take_zone_name(const char **p) {
	const char *start = *p;
	if (**p == '<') {
		while (**p && **p != '>') (*p)++;
		return *(*p)++ == '>' && *p - start > 2;
	}
	while (isalpha((unsigned char)**p)) (*p)++;
	return *p - start >= 3;
}

static bool take_day(const char **p, struct rule_day *d) {
	*d = (struct rule_day){.at = 7200};
	if (*(*p)++ != ',') return false;
	if (**p == 'M') {
		(*p)++;
		if (!take_number(p, &d->month) || *(*p)++ != '.' || !take_number(p, &d->week) || *(*p)++ != '.' || !take_number(p, &d->day)) return false;
		if (d->month < 1 || d->month > 12 || d->week < 1 || d->week > 5 || d->day > 6) return false;
	} else {
		d->form = **p == 'J' ? DAY_WITHOUT_LEAP : DAY_WITH_LEAP;
		if (**p == 'J') (*p)++;
		if (!take_number(p, &d->day) || d->day > 365 || (d->form == DAY_WITHOUT_LEAP && d->day < 1)) return false;
	}
	return **p != '/' || ((*p)++, take_time(p, &d->at));
}

static bool rule_read(struct str text, struct rule *r) {
	char copy[128];
	if (text.n >= sizeof copy || memchr(text.p, 0, text.n)) return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = 0;
	const char *p = copy;
	*r = (struct rule){0};
	if (!take_zone_name(&p) || !take_offset(&p, &r->standard)) return false;
	if (!*p) return true;
	if (!take_zone_name(&p)) return false;
	r->daylight = r->standard + 3600;
	if (*p != ',' && !take_offset(&p, &r->daylight)) return false;
	if (!take_day(&p, &r->begins) || !take_day(&p, &r->ends) || *p) return false;
	return r->summer = true;
}

static bool is_leap(int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

/* On the clock that shows until then. */
static int64_t rule_local(const struct rule_day *d, int64_t year) {
	if (d->form == DAY_WITH_LEAP) return (days_from_date(year, 1, 1) + d->day) * DAY_SECONDS + d->at;
	if (d->form == DAY_WITHOUT_LEAP) {
		int64_t day = d->day - 1 + (is_leap(year) && d->day > 59); /* 29 February is never counted */
		return (days_from_date(year, 1, 1) + day) * DAY_SECONDS + d->at;
	}
	int64_t first = days_from_date(year, d->month, 1);
	int weekday = (int)(((first + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
	int64_t day = first + (d->day - weekday + 7) % 7 + 7 * (d->week - 1);
	int64_t next = d->month == 12 ? days_from_date(year + 1, 1, 1) : days_from_date(year, d->month + 1, 1);
	while (day >= next) day -= 7;
	return day * DAY_SECONDS + d->at;
}

/* The changes of the rule from the year before a moment to the year after, in order; of two at the same moment the beginning of summer holds, which is how
 * a rule says that it is always summer (section 3.3.1). */
static size_t rule_changes(const struct rule *r, int64_t utc, struct change out[6]) {
	int64_t year, days = utc / DAY_SECONDS - (utc % DAY_SECONDS < 0);
	int month, day;
	size_t n = 0;
	date_from_days(days, &year, &month, &day);
	for (int64_t y = year - 1; y <= year + 1; y++) {
		out[n++] = (struct change){rule_local(&r->ends, y) - r->daylight, r->standard};
		out[n++] = (struct change){rule_local(&r->begins, y) - r->standard, r->daylight};
	}
	for (size_t i = 1; i < n; i++)
		for (size_t j = i; j > 0; j--) {
			bool wrong = out[j].at < out[j - 1].at || (out[j].at == out[j - 1].at && out[j - 1].offset == r->daylight && out[j].offset == r->standard);
			struct change one = out[j];
			if (!wrong) break;
			out[j] = out[j - 1];
			out[j - 1] = one;
		}
	return n;
}

static int rule_offset_at(const struct rule *r, int64_t utc) {
	struct change changes[6];
	if (!r->summer) return r->standard;
	size_t n = rule_changes(r, utc, changes);
	int offset = r->standard;
	for (size_t i = 0; i < n && changes[i].at <= utc; i++) offset = changes[i].offset;
	return offset;
}

/* ---- TZif ---- */

static int64_t big_endian(const unsigned char *p, int bytes) {
	uint64_t v = p[0] & 0x80 ? ~(uint64_t)0 : 0;
	for (int i = 0; i < bytes; i++) v = v << 8 | p[i];
	return (int64_t)v;
}

/* Changes before 1700 or after 2500 are none that a file of the database has, and would let sums overflow. */
static const int64_t earliest = -(int64_t)8520336000, latest = (int64_t)16725225600;

static bool read_changes(struct arena *a, const unsigned char *p, int64_t n, int64_t types_n, struct zone *z) {
	const unsigned char *indexes = p + n * 8, *types = indexes + n;
	struct change *changes = arena_array(a, (size_t)n + 1, sizeof *changes);
	if (!changes) return false;
	for (int64_t i = 0; i < types_n; i++) {
		int64_t offset = big_endian(types + i * 6, 4);
		if (offset < -OFFSET_MOST || offset > OFFSET_MOST) return false;
	}
	for (int64_t i = 0; i < n; i++) {
		int64_t at = big_endian(p + 8 * i, 8);
		if (indexes[i] >= types_n || (i && at <= changes[i - 1].at) || at > latest) return false;
		changes[i] = (struct change){at, (int)big_endian(types + indexes[i] * 6, 4)};
	}
	z->changes = changes;
	z->n = (size_t)n;
	z->first = (int)big_endian(types, 4);
	/* "-2^59": the beginning of all time, in files of some makers. */
	while (z->n && z->changes->at < earliest) z->first = z->changes->offset, z->changes++, z->n--;
	return true;
}

/* The second block and the footer of a file; counts stand in the order isut, isstd, leap, time, type, char. */
bool zone_read(struct arena *a, struct str bytes, const struct zone **out) {
	enum { HEAD = 44 };
	const unsigned char *p = (const unsigned char *)bytes.p, *end = p + bytes.n;
	struct zone *z = arena_new_of(a, struct zone);
	if (!z || bytes.n > FILE_MOST) return false;
	*z = (struct zone){0};
	for (int block = 0, wide = 4; block < 2; block++, wide = 8) {
		if (end - p < HEAD || memcmp(p, "TZif", 4) != 0 || p[4] < '2') return false;
		int64_t n[6];
		for (int i = 0; i < 6; i++) {
			n[i] = big_endian(p + 20 + 4 * i, 4);
			if (n[i] < 0 || n[i] > FILE_MOST) return false;
		}
		p += HEAD;
		int64_t size = n[3] * wide + n[3] + n[4] * 6 + n[5] + n[2] * (wide + 4) + n[1] + n[0];
		if (end - p < size) return false;
		if (block == 1 && (n[2] || n[4] < 1 || n[4] > 256 || !read_changes(a, p, n[3], n[4], z))) return false;
		p += size;
	}
	if (p >= end || *p != '\n') return false;
	struct str rest = str_n(p + 1, (size_t)(end - p - 1));
	size_t line = str_find_char(rest, '\n');
	if (line == STR_NONE) return false;
	z->has_rule = line > 0;
	if (z->has_rule && !rule_read(str_sub(rest, 0, line), &z->rule)) return false;
	*out = z;
	return true;
}

static size_t zone_file(struct str name, char *out) {
	static const char folder[] = "/usr/share/zoneinfo/";
	char path[sizeof folder + ZONE_NAME + 1];
	if (!zone_name_fits(name)) return 0;
	snprintf(path, sizeof path, "%s%.*s", folder, STR_ARG(name));
	autofile FILE *f = fopen(path, "re");
	return f ? fread(out, 1, FILE_MOST, f) : 0;
}

bool zone_open(struct arena *a, struct str name, const struct zone **out) {
	static const struct zone utc;
	if (str_is(name, "UTC")) return *out = &utc, true;
	autofree char *file = malloc(FILE_MOST);
	size_t n = file ? zone_file(name, file) : 0;
	return n > 0 && zone_read(a, str_n(file, n), out);
}

/* ---- what time it is ---- */

/* How many of the changes are past. */
static size_t past(const struct zone *z, int64_t utc) {
	size_t from = 0, to = z->n;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (z->changes[middle].at <= utc) from = middle + 1;
		else to = middle;
	}
	return from;
}

int zone_offset_at(const struct zone *z, int64_t utc) {
	size_t n = past(z, utc);
	if (n == z->n && z->has_rule) return rule_offset_at(&z->rule, utc);
	return n ? z->changes[n - 1].offset : z->first;
}

/* The offsets that hold at some time between two moments, in order. */
static size_t offsets_between(const struct zone *z, int64_t from, int64_t to, int out[CHANGES]) {
	size_t n = 0;
	out[n++] = zone_offset_at(z, from);
	for (size_t i = past(z, from); i < z->n && z->changes[i].at <= to && n < CHANGES - 8; i++) out[n++] = z->changes[i].offset;
	struct change later[6];
	size_t later_n = z->has_rule && z->rule.summer ? rule_changes(&z->rule, from, later) : 0;
	for (size_t i = 0; i < later_n; i++)
		if (later[i].at > from && later[i].at <= to && (!z->n || later[i].at > z->changes[z->n - 1].at)) out[n++] = later[i].offset;
	return n;
}

int64_t zone_utc(const struct zone *z, int64_t local, enum zone_fit *fit) {
	int offsets[CHANGES];
	size_t n = offsets_between(z, local - OFFSET_MOST, local + OFFSET_MOST, offsets);
	int64_t first = 0;
	enum zone_fit found = ZONE_NEVER;
	for (size_t i = 0; i < n; i++) {
		int64_t utc = local - offsets[i];
		if (zone_offset_at(z, utc) != offsets[i] || (found != ZONE_NEVER && utc == first)) continue;
		if (found == ZONE_NEVER || utc < first) first = utc;
		found = found == ZONE_NEVER ? ZONE_ONCE : ZONE_TWICE;
	}
	/* Left out: by the clock that was right before the change, the first after which the local time is past already. */
	for (size_t i = 0; found == ZONE_NEVER && i < n; i++) {
		first = local - offsets[i];
		if (i + 1 == n || first + zone_offset_at(z, first) > local) break;
	}
	if (fit) *fit = found;
	return first;
}

int64_t zone_day(const struct zone *z, int64_t day) {
	int64_t local = day * DAY_SECONDS, utc = zone_utc(z, local, NULL);
	/* Where midnight is left out, the day begins with the change: back to the first second that shows it. */
	int64_t early = utc - OFFSET_MOST;
	if (utc + zone_offset_at(z, utc) == local) return utc;
	while (early < utc) {
		int64_t middle = early + (utc - early) / 2;
		if (middle + zone_offset_at(z, middle) >= local) utc = middle;
		else early = middle + 1;
	}
	return utc;
}

bool zone_offset(struct str name, int64_t local, int *seconds) {
	autoarena struct arena *a = arena_new(1 << 20);
	const struct zone *z;
	if (!a || !zone_open(a, name, &z)) return false;
	*seconds = (int)(local - zone_utc(z, local, NULL));
	return true;
}

bool zone_known(struct str name) {
	autoarena struct arena *a = arena_new(1 << 20);
	const struct zone *z;
	return a && zone_open(a, name, &z);
}
