#include "value.h"

#include "lib/calendar/zone.h"
#include "desk/forms/words.h"

enum { ITEMS = 5000, NUMBER = 400 };

struct str value_lines(struct arena *a, struct str text) {
	if (str_find_char(text, '\r') == STR_NONE) return text;
	char *p = arena_alloc(a, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; p && i < text.n; i++) {
		if (text.p[i] != '\r') p[n++] = text.p[i];
		else if (i + 1 == text.n || text.p[i + 1] != '\n') p[n++] = '\n';
	}
	return str_n(p, n);
}

struct str place_title(struct arena *a, const struct place *at, struct str name) {
	return at->title.n ? at->title : name_words(a, name);
}

static struct str title_of(const struct place *at) {
	return at->title.n ? at->title : str_of(form_words.this);
}

/* Around such values blanks mean nothing. */
static bool is_trimmed(const struct place *at) {
	static const char *const defs[] = {"url", "web-address", "partial-date", "when", "time-zone", "language"};
	for (size_t i = 0; i < lengthof(defs); i++)
		if (str_is(at->def, defs[i])) return true;
	return place_keyword(at, S("format")) || place_choices(at);
}

bool place_is_moment(const struct place *at) {
	return place_types(at) == PLACE_STRING && (str_is(at->def, "moment") || str_is(json_string(place_keyword(at, S("format"))), "date-time"));
}

bool place_takes_commas(const struct place *at) {
	return str_is(at->def, "tags");
}

/* What HTML can't carry: controls but tab and line end. */
static bool is_plain(struct str s) {
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f) return false;
		if (c == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xa0) return false;   /* C1 controls */
		if (c == 0xef && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0xbf && (unsigned char)s.p[i + 2] >= 0xbe) return false;
		if (c == 0xef && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0xb7) return false; /* U+FDC0 … with the non-characters FDD0 … FDEF */
		if (c == 0xf0 || c == 0xf1 || c == 0xf2 || c == 0xf3 || c == 0xf4) {
			/* U+nFFFE and U+nFFFF */
			if (i + 3 < s.n && ((unsigned char)s.p[i + 1] & 0x0f) == 0x0f && (unsigned char)s.p[i + 2] == 0xbf && (unsigned char)s.p[i + 3] >= 0xbe)
				return false;
		}
	}
	return true;
}

/* ---- one value ---- */

static enum value_read wrong(struct str *out, struct str sentence) {
	*out = sentence;
	return VALUE_WRONG;
}

static enum value_read read_boolean(struct arena *a, const struct place *at, struct str s, const struct json **out, struct str *words_out) {
	bool yes = str_is(s, "true") || str_is(s, "on");
	if (!yes && !str_is(s, "false")) return wrong(words_out, words_with(a, form_words.not_boolean, title_of(at)));
	*out = json_bool(a, yes);
	return VALUE_GOOD;
}

/* One JSON value, when the whole of the text is one. */
static const struct json *literal(struct arena *a, struct str s) {
	const struct json *v;
	if (s.n > NUMBER && s.p[0] != '"') return NULL;
	return json_parse(a, s, &(struct json_limits){.depth = 1}, &v, NULL) ? NULL : v;
}

static enum value_read read_number(struct arena *a, const struct place *at, struct str s, const struct json **out, struct str *words_out) {
	bool whole = !(place_types(at) & PLACE_NUMBER);
	const struct json *v = literal(a, s);
	if (!whole && (!v || (v->type != JSON_INT && v->type != JSON_REAL)))
		return wrong(words_out, words_with(a, form_words.not_number, title_of(at), str_cut_utf8(s, 60)));
	if (!v || (whole && !json_is_integer(v))) return wrong(words_out, words_with(a, form_words.not_whole, title_of(at), s));
	*out = v;
	return VALUE_GOOD;
}

static bool type_fits(unsigned types, const struct json *v) {
	switch (v->type) {
	case JSON_NULL: return types & PLACE_NULL;
	case JSON_BOOL: return types & PLACE_BOOL;
	case JSON_INT: return types & (PLACE_INTEGER | PLACE_NUMBER);
	case JSON_REAL: return types & PLACE_NUMBER;
	case JSON_STRING: return types & PLACE_STRING;
	case JSON_ARRAY: case JSON_OBJECT: return false;
	}
	return false;
}

enum value_read value_read(struct arena *a, const struct place *at, struct str text, const struct json **out, struct str *words_out) {
	unsigned types = place_types(at) & PLACE_SCALAR;
	struct str s = str_trim(text);
	if (!text.n) return VALUE_ABSENT;
	if (types == PLACE_BOOL) return read_boolean(a, at, s, out, words_out);
	if (types && !(types & ~(unsigned)(PLACE_INTEGER | PLACE_NUMBER))) return s.n ? read_number(a, at, s, out, words_out) : VALUE_ABSENT;
	if (types != PLACE_STRING) {
		/* Several types: what is a number, true, false, null or a quoted text is that. */
		const struct json *v = literal(a, s);
		if (v && type_fits(types, v)) return *out = v, VALUE_GOOD;
		if (!(types & PLACE_STRING)) return wrong(words_out, words_with(a, form_words.no_value, title_of(at)));
	}
	s = value_lines(a, is_trimmed(at) ? s : text);
	if (!s.n) return VALUE_ABSENT;
	*out = json_str_checked(a, s);
	return *out ? VALUE_GOOD : VALUE_ABSENT;
}

static struct str scalar_text(struct arena *a, unsigned types, const struct json *v) {
	char real[JSON_REAL_TEXT];
	switch (v->type) {
	case JSON_NULL: return S("null");
	case JSON_BOOL: return v->boolean ? S("true") : S("false");
	case JSON_INT: return arena_fmt(a, "%lld", (long long)v->integer);
	case JSON_REAL: return arena_str(a, json_real_text(v->real, real));
	case JSON_STRING: {
		const struct json *other = types == PLACE_STRING ? NULL : literal(a, str_trim(v->string));
		return other && type_fits(types, other) ? json_text(a, v) : v->string;
	}
	case JSON_ARRAY: case JSON_OBJECT: break;
	}
	return STR_EMPTY;
}

bool value_text(struct arena *a, const struct place *at, const struct json *v, struct str *out) {
	const struct json *again;
	struct str ignored;
	if (v->type == JSON_ARRAY || v->type == JSON_OBJECT) return false;
	struct str s = scalar_text(a, place_types(at) & PLACE_SCALAR, v);
	if (!s.n || !is_plain(s) || value_read(a, at, s, &again, &ignored) != VALUE_GOOD || !json_equal(again, v)) return false;
	*out = s;
	return true;
}

/* ---- lists ---- */

enum value_read value_read_list(struct arena *a, const struct place *at, struct str text, bool commas, const struct json **out,
	struct str *words_out) {
	struct json_builder list = json_array_of(a);
	text = value_lines(a, text);
	char separator = commas && str_find_char(text, '\n') == STR_NONE ? ',' : '\n';
	struct str rest = text, line;
	size_t n = 0;
	while (rest.p && str_split(&rest, separator, &line)) {
		const struct json *v;
		line = str_trim(line);
		enum value_read read = line.n ? value_read(a, at, line, &v, words_out) : VALUE_ABSENT;
		if (read == VALUE_WRONG) return read;
		if (read == VALUE_ABSENT) continue;
		if (++n > ITEMS) return wrong(words_out, words_with(a, form_words.too_many_lines, title_of(at)));
		json_add(&list, v);
	}
	*out = json_built(&list);
	return n ? VALUE_GOOD : VALUE_ABSENT;
}

bool value_list_text(struct arena *a, const struct place *item, const struct json *v, bool commas, struct str *out) {
	autobuf struct buf text = BUF(4 << 20);
	const struct json *again;
	struct str ignored;
	for (size_t i = 0; i < v->n; i++) {
		struct str s;
		if (!value_text(a, item, &v->items[i], &s)) return false;
		if (i) buf_add_char(&text, '\n');
		buf_add(&text, s);
	}
	/* A comma of its own is told from one that separates by a line end. */
	if (commas && v->n == 1 && str_find_char(buf_str(&text), ',') != STR_NONE) buf_add_char(&text, '\n');
	if (text.failed || !v->n) return false;
	struct str s = arena_str(a, buf_str(&text));
	if (value_read_list(a, item, s, commas, &again, &ignored) != VALUE_GOOD || !json_equal(again, v)) return false;
	*out = s;
	return true;
}

/* ---- moments ---- */

static bool two_digits(struct str s, size_t at, int most, int *out) {
	if (at + 2 > s.n || s.p[at] < '0' || s.p[at] > '9' || s.p[at + 1] < '0' || s.p[at + 1] > '9') return false;
	*out = (s.p[at] - '0') * 10 + (s.p[at + 1] - '0');
	return *out <= most;
}

/* "9:05", "09:05", "09:05:30", "09:05:30.25" → with seconds */
static bool read_time(struct arena *a, struct str s, struct str *out, int *seconds) {
	int hour, minute, second = 0;
	if (s.n >= 4 && s.p[1] == ':') s = arena_cat(a, S("0"), s);
	if (s.n < 5 || s.p[2] != ':' || !two_digits(s, 0, 23, &hour) || !two_digits(s, 3, 59, &minute)) return false;
	if (s.n > 5 && (s.p[5] != ':' || !two_digits(s, 6, 60, &second))) return false;
	for (size_t i = 8; i < s.n; i++)
		if (i == 8 ? s.p[i] != '.' || s.n == 9 || s.n > 20 : s.p[i] < '0' || s.p[i] > '9') return false;
	*out = s.n == 5 ? arena_cat(a, s, S(":00")) : s;
	*seconds = hour * 3600 + minute * 60 + second;
	return true;
}

/* "+02:00" */
static bool is_offset(struct str s) {
	int hour, minute;
	return s.n == 6 && (s.p[0] == '+' || s.p[0] == '-') && two_digits(s, 1, 23, &hour) && s.p[3] == ':' && two_digits(s, 4, 59, &minute);
}

static bool offset_text(struct arena *a, struct str zone, int64_t local, struct str *out) {
	if (str_is(zone, "UTC") || str_is(zone, "Z")) return *out = S("Z"), true;
	if (is_offset(zone)) return *out = zone, true;
	int seconds;
	if (!zone_offset(zone, local, &seconds)) return false;
	int minutes = (seconds < 0 ? -seconds : seconds) / 60;
	*out = arena_fmt(a, "%c%02d:%02d", seconds < 0 ? '-' : '+', minutes / 60, minutes % 60);
	return true;
}

enum value_read value_read_moment(struct arena *a, const struct place *at, const struct moment_text *t, const struct json **out,
	struct str *words_out) {
	struct str date = str_trim(t->date), time = str_trim(t->time), zone = str_trim(t->zone), clock, offset;
	int64_t year;
	int month, day, seconds;
	moment ignored;
	if (!date.n && !time.n) return VALUE_ABSENT;
	if (!date_full(date)) return wrong(words_out, words_with(a, form_words.not_day, title_of(at)));
	if (!time.n) return wrong(words_out, words_with(a, form_words.no_time, title_of(at)));
	if (!read_time(a, time, &clock, &seconds)) return wrong(words_out, words_with(a, form_words.not_time, title_of(at)));
	if (!zone.n) return wrong(words_out, words_with(a, form_words.no_zone, title_of(at)));
	int64_t y;
	if (!str_int(str_sub(date, 0, 4), &y) || !two_digits(date, 5, 12, &month) || !two_digits(date, 8, 31, &day))
		return wrong(words_out, words_with(a, form_words.not_day, title_of(at)));
	year = y;
	if (!offset_text(a, zone, days_from_date(year, month, day) * 86400 + seconds, &offset))
		return wrong(words_out, words_with(a, form_words.not_zone, str_cut_utf8(zone, 60)));
	struct str text = arena_fmt(a, "%.*sT%.*s%.*s", STR_ARG(date), STR_ARG(clock), STR_ARG(offset));
	if (!moment_parse(text, &ignored)) return wrong(words_out, words_with(a, form_words.not_day, title_of(at)));
	*out = json_str(a, text);
	return VALUE_GOOD;
}

bool value_moment_text(struct arena *a, const struct place *at, struct str value, struct str zone, struct moment_text *out) {
	const struct json *again;
	struct str ignored;
	if (value.n < 20 || !is_plain(value)) return false;
	struct moment_text t = {.date = str_sub(value, 0, 10), .zone = zone};
	struct str rest = str_from(value, 11);
	size_t end = rest.n - (rest.p[rest.n - 1] == 'Z' ? 1 : 6);
	if (end > rest.n) return false;
	t.time = str_sub(rest, 0, end);
	if (str_ends(t.time, S(":00")) && t.time.n == 8) t.time.n = 5;
	if (!zone.n) t.zone = end + 1 == rest.n ? S("UTC") : str_from(rest, end);
	if (value_read_moment(a, at, &t, &again, &ignored) != VALUE_GOOD || !str_eq(again->string, value)) return false;
	*out = t;
	return true;
}
