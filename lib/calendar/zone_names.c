#include "zone.h"

#include <ctype.h>
#include <pthread.h>

#include "zone_inside.h"

enum { LIST_MOST = 1 << 20, NAMES = 1200 };

static struct str names[NAMES];
static size_t names_n;
static char *names_text;

static int by_name(const void *a, const void *b) {
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

bool zone_name_fits(struct str s) {
	if (!s.n || s.n > ZONE_NAME || s.p[0] == '/' || str_find(s, S("..")) != STR_NONE) return false;
	for (size_t i = 0; i < s.n; i++)
		if (!isalnum((unsigned char)s.p[i]) && !strchr("/_+-", s.p[i])) return false;
	return true;
}

static void add_name(struct str s) {
	if (names_n < NAMES && zone_name_fits(s) && (str_find_char(s, '/') != STR_NONE || str_is(s, "UTC"))) names[names_n++] = s;
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
