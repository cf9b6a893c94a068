#include "form.h"

#include "lib/calendar/duration.h"

struct str access_country_name(struct str code) {
	for (size_t i = 0; i < access_countries_n; i++)
		if (str_eq(access_countries[i].code, code)) return access_countries[i].name;
	return STR_EMPTY;
}

enum access_mode access_mode(const struct json *access) {
	struct str mode = json_get_str(access, S("mode"));
	return str_is(mode, "open") ? ACCESS_OPEN : str_is(mode, "automatic") ? ACCESS_AUTOMATIC : ACCESS_MANUAL;
}

bool access_name_ok(struct str name) {
	if (!name.n || name.n > 40 || name.p[0] < 'a' || name.p[0] > 'z') return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) return false;
	}
	return true;
}

static enum err_code wrong(struct err *e, const char *words, size_t i, const char *member) {
	err_set(e, ERR_INVALID, "%s", words);
	err_where(e, "/access/fields/%zu%s%s", i, *member ? "/" : "", member);
	return ERR_INVALID;
}

/* What is typed must be seen: no controls, no turning of the direction of writing. */
static bool plain(struct str s) {
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < 32 || c == 127) return false;
		if (c == 0xe2 && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0x80 && (unsigned char)s.p[i + 2] >= 0xaa && (unsigned char)s.p[i + 2] <= 0xae) return false;
	}
	return str_trim(s).n > 0;
}

static enum err_code check_options(const struct json *field, size_t i, struct err *e) {
	const struct json *options = json_get_lit(field, "options");
	if (str_is(json_get_str(field, S("type")), "select") && !json_count(options)) return wrong(e, "a select needs choices", i, "options");
	for (size_t j = 0; j < json_count(options); j++) {
		struct str one = json_string(json_at(options, j));
		if (!plain(one) || !str_eq(one, str_trim(one))) return wrong(e, "a choice is text in one line, with no space at its ends", i, "options");
		for (size_t k = 0; k < j; k++)
			if (str_eq(one, json_string(json_at(options, k)))) return wrong(e, "a choice stands there twice", i, "options");
	}
	return ERR_OK;
}

enum err_code access_check(const struct json *access, struct err *e) {
	const struct json *fields = json_get_lit(access, "fields");
	struct str after = json_get_str(access, S("expires_after"));
	struct duration d;
	if (after.n && (!duration_parse(after, &d) || str_is(after, "P0D") || str_is(after, "PT0S"))) {
		err_set(e, ERR_INVALID, "expected a time such as P90D");
		err_where(e, "/access/expires_after");
		return ERR_INVALID;
	}
	for (size_t i = 0; i < json_count(fields); i++) {
		const struct json *field = json_at(fields, i);
		struct str name = json_get_str(field, S("name"));
		if (!access_name_ok(name)) return wrong(e, "a name is small letters, digits, hyphens and underscores, and begins with a letter", i, "name");
		if (!plain(json_get_str(field, S("label")))) return wrong(e, "a question is text in one line", i, "label");
		for (size_t j = 0; j < i; j++)
			if (str_eq(name, json_get_str(json_at(fields, j), S("name")))) return wrong(e, "another question has this name", i, "name");
		enum err_code code = check_options(field, i, e);
		if (code) return code;
	}
	return ERR_OK;
}

/* ---- answers ---- */

static enum err_code refuse(struct err *e, struct str name, const char *words) {
	err_set(e, ERR_INVALID, "%s", words);
	err_where(e, "/answers/%.*s", STR_ARG(str_cut_utf8(name, 60)));
	return ERR_INVALID;
}

static bool is_option(const struct json *field, struct str value) {
	const struct json *options = json_get_lit(field, "options");
	for (size_t i = 0; i < json_count(options); i++)
		if (str_eq(json_string(json_at(options, i)), value)) return true;
	return false;
}

/* "": nothing was said. */
static enum err_code one_answer(const struct json *field, const struct json *given, struct str *out, struct err *e) {
	struct str name = json_get_str(field, S("name")), type = json_get_str(field, S("type")), value = str_trim(json_string(given));
	bool must = json_true(json_get_lit(field, "required"));
	*out = STR_EMPTY;
	if (str_is(type, "checkbox")) {
		bool ticked = json_true(given) || str_is(value, "yes"), said = ticked || json_is(given, JSON_BOOL) || str_is(value, "no") || !given || !value.n;
		if (!said) return refuse(e, name, "expected true or false");
		if (must && !ticked) return refuse(e, name, "this must be ticked");
		*out = ticked ? S("yes") : S("no");
		return ERR_OK;
	}
	if (given && !json_is(given, JSON_STRING) && !json_is(given, JSON_NULL)) return refuse(e, name, "expected text");
	if (!value.n) return must ? refuse(e, name, "this must be answered") : ERR_OK;
	if (value.n > ACCESS_TEXT) return refuse(e, name, "the answer is too long");
	if (memchr(value.p, 0, value.n)) return refuse(e, name, "the answer holds a character that is none");
	if (str_is(type, "date_picker") && !date_full(value)) return refuse(e, name, "expected a day such as 2026-11-25");
	if (str_is(type, "country") && !access_country_name(value).n) return refuse(e, name, "expected the code of a country (ISO 3166-1) such as NL");
	if (str_is(type, "select") && !is_option(field, value)) return refuse(e, name, "this is none of the choices");
	*out = value;
	return ERR_OK;
}

static bool is_asked(const struct json *fields, struct str name) {
	for (size_t i = 0; i < json_count(fields); i++)
		if (str_eq(json_get_str(json_at(fields, i), S("name")), name)) return true;
	return false;
}

enum err_code access_answers(struct arena *a, const struct json *access, const struct json *given, const struct json **out, struct err *e) {
	const struct json *fields = json_get_lit(access, "fields");
	struct json_builder list = json_array_of(a);
	for (size_t i = 0; i < json_count(given); i++) {
		struct str name = json_member_at(given, i) ? json_member_at(given, i)->name : STR_EMPTY;
		if (!is_asked(fields, name)) return refuse(e, name, "this is not asked");
	}
	for (size_t i = 0; i < json_count(fields); i++) {
		const struct json *field = json_at(fields, i);
		struct str value, name = json_get_str(field, S("name"));
		enum err_code code = one_answer(field, json_get(given, name), &value, e);
		if (code) return code;
		if (!value.n) continue;
		struct json_builder one = json_object_of(a);
		json_set_str(&one, S("name"), name);
		json_set_str(&one, S("label"), json_get_str(field, S("label")));
		json_set_str(&one, S("type"), json_get_str(field, S("type")));
		json_set_str(&one, S("value"), value);
		json_add(&list, json_built(&one));
	}
	*out = json_built(&list);
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

const struct json *access_given(struct arena *a, const struct json *answers) {
	struct json_builder b = json_object_of(a);
	for (size_t i = 0; i < json_count(answers); i++) {
		const struct json *one = json_at(answers, i);
		json_set_str(&b, json_get_str(one, S("name")), json_get_str(one, S("value")));
	}
	return json_built(&b);
}
