#include "zone.h"

#include <ctype.h>
#include <pthread.h>

enum { FILE_MOST = 64 << 10, LIST_MOST = 1 << 20, NAMES = 1200, TEXT_MOST = 64 };

static const char folder[] = "/usr/share/zoneinfo/";

/* ---- names ---- */

static struct str names[NAMES];
static size_t names_n;
static char *names_text;

static int by_name(const void *a, const void *b) {
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static bool fit_name(struct str s) {
	if (!s.n || s.n > TEXT_MOST || s.p[0] == '/' || str_find(s, S("..")) != STR_NONE) return false;
	for (size_t i = 0; i < s.n; i++)
		if (!isalnum((unsigned char)s.p[i]) && !strchr("/_+-", s.p[i])) return false;
	return true;
}

static void add_name(struct str s) {
	if (names_n < NAMES && fit_name(s) && (str_find_char(s, '/') != STR_NONE || str_is(s, "UTC"))) names[names_n++] = s;
}

/* "Z Europe/Berlin 0:53:28 - LMT 1893 Ap" names a zone, "L Europe/Berlin Europe/Stockholm" another name of one. */
static void read_names(void) {
	static const char *const few[] = {"Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "America/Chicago", "America/Los_Angeles",
		"America/New_York", "America/Sao_Paulo", "Asia/Dubai", "Asia/Kolkata", "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney",
		"Europe/Amsterdam", "Europe/Berlin", "Europe/London", "Europe/Paris", "UTC"};
	autofile FILE *f = fopen("/usr/share/zoneinfo/tzdata.zi", "re");
	names_text = f ? malloc(LIST_MOST) : NULL;
	struct str rest = str_n(names_text, names_text ? fread(names_text, 1, LIST_MOST, f) : 0), line;
	while (rest.p && str_split(&rest, '\n', &line)) {
		struct str first, second, third;
		if (!str_split(&line, ' ', &first) || !line.p || !str_split(&line, ' ', &second)) continue;
		if (str_is(first, "Z")) add_name(second);
		else if (str_is(first, "L") && line.p && str_split(&line, ' ', &third)) add_name(third);
	}
	add_name(S("UTC"));
	for (size_t i = 0; names_n <= 1 && i < lengthof(few); i++) names[i] = str_of(few[i]);
	if (names_n <= 1) names_n = lengthof(few);
	qsort(names, names_n, sizeof *names, by_name);
}

const struct str *zone_names(size_t *n) {
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, read_names);
	*n = names_n;
	return names;
}

/* ---- TZif ---- */

static int64_t big_endian(const unsigned char *p, int bytes) {
	uint64_t v = p[0] & 0x80 ? ~(uint64_t)0 : 0;
	for (int i = 0; i < bytes; i++) v = v << 8 | p[i];
	return (int64_t)v;
}

struct tzif {
	const unsigned char *times, *indexes, *types;
	int64_t transitions, types_n;
	struct str footer;  /* the rule after the last transition, as POSIX's TZ */
};

/* The second block of a version 2 file; counts in the order isut, isstd, leap, time, type, char. */
static bool tzif_read(struct str file, struct tzif *out) {
	enum { HEAD = 44 };
	const unsigned char *p = (const unsigned char *)file.p, *end = p + file.n;
	for (int block = 0, wide = 4; block < 2; block++, wide = 8) {
		if (end - p < HEAD || memcmp(p, "TZif", 4) || p[4] < '2') return false;
		int64_t n[6];
		for (int i = 0; i < 6; i++) {
			n[i] = big_endian(p + 20 + 4 * i, 4);
			if (n[i] < 0 || n[i] > FILE_MOST) return false;
		}
		p += HEAD;
		int64_t size = n[3] * wide + n[3] + n[4] * 6 + n[5] + n[2] * (wide + 4) + n[1] + n[0];
		if (end - p < size) return false;
		if (block == 1) {
			*out = (struct tzif){p, p + n[3] * 8, p + n[3] * 9, n[3], n[4], STR_EMPTY};
			for (int64_t i = 0; i < n[3]; i++)
				if (out->indexes[i] >= n[4]) return false;
		}
		p += size;
	}
	if (p < end && *p == '\n') {
		struct str rest = str_n(p + 1, (size_t)(end - p - 1));
		size_t line = str_find_char(rest, '\n');
		if (line != STR_NONE) out->footer = str_sub(rest, 0, line);
	}
	return out->types_n > 0;
}

static int type_offset(const struct tzif *z, int64_t type) {
	return (int)big_endian(z->types + type * 6, 4);
}

/* ---- the rule for later years: "CET-1CEST,M3.5.0,M10.5.0/3" ---- */

struct rule {
	bool summer;
	int standard, daylight;      /* seconds east */
	int month[2], week[2], day[2];
	int at[2];                   /* seconds into the day */
};

static bool take_number(const char **p, int *out) {
	if (!isdigit((unsigned char)**p)) return false;
	for (*out = 0; isdigit((unsigned char)**p) && *out < 100000; (*p)++) *out = *out * 10 + (**p - '0');
	return true;
}

static bool take_time(const char **p, int *seconds) {
	int sign = 1, part, unit = 3600;
	if (**p == '-' || **p == '+') sign = *(*p)++ == '-' ? -1 : 1;
	*seconds = 0;
	do {
		if (!take_number(p, &part) || part > 1000) return false;
		*seconds += part * unit;
		unit /= 60;
	} while (**p == ':' && unit > 0 && (*p)++);
	*seconds *= sign;
	return true;
}

static bool take_zone_name(const char **p) {
	const char *start = *p;
	if (**p == '<') {
		while (**p && **p != '>') (*p)++;
		return *(*p)++ == '>';
	}
	while (isalpha((unsigned char)**p)) (*p)++;
	return *p - start >= 3;
}

static bool rule_read(struct str text, struct rule *r) {
	char copy[128];
	if (!text.n || text.n >= sizeof copy) return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = 0;
	const char *p = copy;
	*r = (struct rule){0};
	if (!take_zone_name(&p) || !take_time(&p, &r->standard)) return false;
	r->standard = -r->standard;
	if (!*p) return true;
	if (!take_zone_name(&p)) return false;
	r->daylight = r->standard + 3600;
	if (*p != ',') {
		if (!take_time(&p, &r->daylight)) return false;
		r->daylight = -r->daylight;
	}
	for (int i = 0; i < 2; i++) {
		r->at[i] = 7200;
		if (*p++ != ',' || *p++ != 'M' || !take_number(&p, &r->month[i]) || *p++ != '.' || !take_number(&p, &r->week[i]) || *p++ != '.'
			|| !take_number(&p, &r->day[i]) || r->month[i] < 1 || r->month[i] > 12 || r->week[i] < 1 || r->week[i] > 5 || r->day[i] > 6)
			return false;
		if (*p == '/' && (p++, !take_time(&p, &r->at[i]))) return false;
	}
	r->summer = true;
	return true;
}

/* When the i-th change of a year comes, on the clock that shows until then. */
static int64_t change_at(const struct rule *r, int i, int64_t year) {
	int64_t first = days_from_date(year, r->month[i], 1);
	int weekday = (int)(((first + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
	int64_t day = first + (r->day[i] - weekday + 7) % 7 + 7 * (r->week[i] - 1);
	int64_t next = r->month[i] == 12 ? days_from_date(year + 1, 1, 1) : days_from_date(year, r->month[i] + 1, 1);
	while (day >= next) day -= 7;
	return day * 86400 + r->at[i];
}

static int rule_offset(const struct rule *r, int64_t local) {
	int64_t year;
	int month, day;
	if (!r->summer) return r->standard;
	date_from_days((local - (local % 86400 + 86400) % 86400) / 86400, &year, &month, &day);
	int64_t begins = change_at(r, 0, year), ends = change_at(r, 1, year);
	bool summer = begins < ends ? local >= begins && local < ends : local >= begins || local < ends;
	return summer ? r->daylight : r->standard;
}

/* ---- both ---- */

static int tzif_offset(const struct tzif *z, int64_t local) {
	int offset = type_offset(z, 0);
	for (int64_t i = 0; i < z->transitions; i++) {
		if (local - offset < big_endian(z->times + 8 * i, 8)) return offset;
		offset = type_offset(z, z->indexes[i]);
	}
	struct rule r;
	return rule_read(z->footer, &r) ? rule_offset(&r, local) : offset;
}

static size_t zone_file(struct str name, char *out) {
	char path[sizeof folder + TEXT_MOST + 1];
	if (!fit_name(name)) return 0;
	snprintf(path, sizeof path, "%s%.*s", folder, STR_ARG(name));
	autofile FILE *f = fopen(path, "re");
	return f ? fread(out, 1, FILE_MOST, f) : 0;
}

bool zone_offset(struct str name, int64_t local, int *seconds) {
	if (str_is(name, "UTC")) return *seconds = 0, true;
	autofree char *file = malloc(FILE_MOST);
	struct tzif z;
	size_t n = file ? zone_file(name, file) : 0;
	if (!n || !tzif_read(str_n(file, n), &z)) return false;
	*seconds = tzif_offset(&z, local);
	return true;
}

bool zone_known(struct str name) {
	int seconds;
	return zone_offset(name, 0, &seconds);
}
