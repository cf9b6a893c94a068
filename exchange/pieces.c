#include "pieces.h"

/* ---- strings ---- */

bool one_of(char c, const char *set) {
	return c && strchr(set, c);
}

static bool digit(char c) {
	return c >= '0' && c <= '9';
}

static bool letter(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool identifier_fits(struct str s) {
	if (s.n < 3 || s.n > 100) return false;
	for (size_t i = 0; i < s.n; i++)
		if (!letter(s.p[i]) && !digit(s.p[i]) && !one_of(s.p[i], "._:-")) return false;
	return true;
}

/* Takes n digits from the front. */
static bool eat_digits(struct str *s, size_t n) {
	if (s->n < n) return false;
	for (size_t i = 0; i < n; i++)
		if (!digit(s->p[i])) return false;
	*s = str_from(*s, n);
	return true;
}

static bool eat(struct str *s, const char *any) {
	if (!s->n || !one_of(s->p[0], any)) return false;
	*s = str_from(*s, 1);
	return true;
}

static bool zone_fits(struct str s) {
	if (!s.n || (eat(&s, "Zz") && !s.n)) return true;
	if (!eat(&s, "+-") || !eat_digits(&s, 2)) return false;
	eat(&s, ":");
	return eat_digits(&s, 2) && !s.n;
}

bool when_fits(struct str s) {
	if (s.n > 50 || !eat_digits(&s, 4)) return false;
	if (!s.n) return true;
	if (!eat(&s, "-") || !eat_digits(&s, 2)) return false;
	if (!s.n) return true;
	if (!eat(&s, "-") || !eat_digits(&s, 2)) return false;
	if (!s.n) return true;
	if (!eat(&s, "Tt ") || !eat_digits(&s, 2) || !eat(&s, ":") || !eat_digits(&s, 2)) return false;
	if (eat(&s, ":")) {
		if (!eat_digits(&s, 2)) return false;
		if (eat(&s, ".")) {
			size_t n = 0;
			while (n < 12 && eat_digits(&s, 1)) n++;
			if (!n) return false;
		}
	}
	return zone_fits(s);
}

bool language_fits(struct str s) {
	struct str part;
	bool first = true;
	if (!s.n || s.n > 50) return false;
	while (str_split(&s, '-', &part)) {
		if (!part.n || part.n > 8) return false;
		for (size_t i = 0; i < part.n; i++)
			if (!letter(part.p[i]) && (first || !digit(part.p[i]))) return false;
		first = false;
	}
	return true;
}

struct str respelled(struct arena *a, struct str s, bool capitals, char from, char to) {
	char *p = s.n ? arena_alloc(a, s.n) : NULL;
	if (!p) return STR_EMPTY;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i] == from ? to : s.p[i];
		if (letter(c)) c = (char)(capitals ? c & ~0x20 : c | 0x20);
		p[i] = c;
	}
	return str_n(p, s.n);
}

enum { HEADLINE = 200, TITLE = 1000 };

/* Up to the end of the sentence or line, or as many words as fit. */
static struct str first_sentence(struct arena *a, struct str text) {
	text = str_trim(text);
	size_t end = 0;
	while (end < text.n && text.p[end] != '\n' && text.p[end] != '\r') {
		if (one_of(text.p[end], ".!?") && (end + 1 == text.n || one_of(text.p[end + 1], " \n\r\t"))) break;
		end++;
	}
	struct str s = str_trim(str_sub(text, 0, end));
	if (s.n <= HEADLINE) return s;
	s = str_cut_utf8(s, HEADLINE);
	size_t space = str_rfind_char(s, ' ');
	if (space != STR_NONE && space > HEADLINE / 2) s = str_sub(s, 0, space);
	return arena_cat(a, str_trim(s), S("…"));
}

struct str headline(struct arena *a, struct str title, struct str text, struct str identifier) {
	if (title.n <= TITLE && str_trim(title).n) return title;
	struct str s = first_sentence(a, title.n ? title : text);
	return s.n ? s : identifier;
}

struct str identifier_at(struct arena *a, struct str url) {
	static const struct {
		struct str address, begins, prefix; /* prefix: what stands before it here, not there */
	} pages[] = {
		{S_INIT("://www.cve.org/CVERecord?id="), S_INIT("CVE-"), S_INIT("")},
		{S_INIT("://nvd.nist.gov/vuln/detail/"), S_INIT("CVE-"), S_INIT("")},
		{S_INIT("://cve.mitre.org/cgi-bin/cvename.cgi?name="), S_INIT("CVE-"), S_INIT("")},
		{S_INIT("://incidentdatabase.ai/cite/"), S_INIT(""), S_INIT("AIID-")},
		{S_INIT("://atlas.mitre.org/studies/"), S_INIT("AML.CS"), S_INIT("")},
		{S_INIT("://avidml.org/database/"), S_INIT("AVID-"), S_INIT("")},
		{S_INIT("://github.com/advisories/"), S_INIT("GHSA-"), S_INIT("")},
		{S_INIT("://osv.dev/vulnerability/"), S_INIT(""), S_INIT("")},
	};
	size_t scheme = str_find(url, S("://"));
	if (scheme == STR_NONE) return STR_EMPTY;
	url = str_from(url, scheme);
	/* An advisory of one repository is known by the same identifier everywhere. */
	size_t advisory = str_starts(url, S("://github.com/")) ? str_find(url, S("/security/advisories/GHSA-")) : STR_NONE;
	if (advisory != STR_NONE) url = arena_cat(a, S("://github.com/advisories/"), str_from(url, advisory + 21));
	for (size_t i = 0; i < lengthof(pages); i++) {
		if (!str_starts(url, pages[i].address)) continue;
		struct str id = str_from(url, pages[i].address.n);
		size_t n = 0;
		while (n < id.n && !one_of(id.p[n], "/?#&")) n++;
		id = str_sub(id, 0, n);
		int64_t number;
		if (pages[i].prefix.n && !str_int(id, &number)) continue;
		id = arena_cat(a, pages[i].prefix, id);
		/* Addresses of AVID are in small letters. */
		if (str_is(pages[i].begins, "AVID-")) id = respelled(a, id, true, ' ', ' ');
		if (identifier_fits(id) && str_starts(id, pages[i].begins)) return id;
	}
	return STR_EMPTY;
}

struct str severity_of_word(struct str word) {
	static const struct {
		const char *theirs;
		struct str ours;
	} words[] = {
		{"none", S_INIT("negligible")}, {"negligible", S_INIT("negligible")}, {"low", S_INIT("low")},
		{"medium", S_INIT("medium")}, {"moderate", S_INIT("medium")}, {"high", S_INIT("high")},
		{"important", S_INIT("high")}, {"critical", S_INIT("critical")},
	};
	for (size_t i = 0; i < lengthof(words); i++)
		if (str_eq_ascii_case(word, str_of(words[i].theirs))) return words[i].ours;
	return STR_EMPTY;
}

/* ---- bodies ---- */

void add_object(struct json_builder *list, struct json_builder *object) {
	if (object->n) json_add(list, json_built(object));
}

void put_list(struct json_builder *body, struct str name, struct json_builder *list) {
	if (list->n) json_set(body, name, json_built(list));
}

const struct json *strings_of(struct arena *a, const struct json *array) {
	struct json_builder list = json_array_of(a);
	if (json_is(array, JSON_ARRAY))
		for (size_t i = 0; i < array->n; i++)
			if (json_string(&array->items[i]).n) json_add(&list, &array->items[i]);
	return list.n ? json_built(&list) : NULL;
}

const struct json *number_of(const struct json *object, struct str name) {
	return take_number(NULL, object, name);
}

static bool short_code(struct str s) {
	for (size_t i = 0; i < s.n; i++)
		if (!letter(s.p[i]) && !digit(s.p[i]) && !one_of(s.p[i], ".-_")) return false;
	return s.n > 0 && s.n <= 40;
}

struct json_builder classified(struct arena *a, struct str scheme, struct str text) {
	struct json_builder c = json_object_of(a);
	json_set_str(&c, S("scheme"), scheme);
	size_t colon = str_find(text, S(": "));
	if (colon != STR_NONE && short_code(str_sub(text, 0, colon)) && colon + 2 < text.n) {
		json_set_str(&c, S("id"), str_sub(text, 0, colon));
		json_set_str(&c, S("label"), str_from(text, colon + 2));
	} else {
		json_set_str(&c, S("label"), text);
	}
	return c;
}

enum { VALUES = 200, VALUE = 4000 };

struct json_builder cvss_score(struct arena *a, struct take *t, const struct json *cvss) {
	struct json_builder s = json_object_of(a), values = json_object_of(a);
	json_set_str(&s, S("system"), S("CVSS"));
	json_put_str(&s, S("version"), take_str(t, cvss, S("version")));
	json_put_str(&s, S("vector"), take_str(t, cvss, S("vectorString")));
	json_put(&s, S("value"), take_number(t, cvss, S("baseScore")));
	json_put_str(&s, S("label"), take_str(t, cvss, S("baseSeverity")));
	for (size_t i = 0; i < json_count(cvss) && i < VALUES; i++) {
		const struct json_member *m = json_member_at(cvss, i);
		bool said = false;
		static const struct str ours[] = {
			S_INIT("version"), S_INIT("vectorString"), S_INIT("baseScore"), S_INIT("baseSeverity")};
		for (size_t k = 0; k < lengthof(ours); k++) said |= str_eq(m->name, ours[k]);
		if (said || m->name.n > VALUES || m->value.type == JSON_ARRAY || m->value.type == JSON_OBJECT) continue;
		if (m->value.type == JSON_STRING && (!m->value.string.n || m->value.string.n > VALUE)) continue;
		take_note(t, &m->value);
		json_set(&values, m->name, &m->value);
	}
	put_list(&s, S("values"), &values);
	return s;
}

void draft_finish(struct drafts *d, struct draft *r, struct json_builder *body, const struct origin *o,
	struct str fetched) {
	struct json_builder source = json_object_of(d->a);
	json_set_str(&source, S("system"), o->system);
	json_put_str(&source, S("id"), o->id);
	json_put_str(&source, S("version"), o->version);
	json_put_str(&source, S("url"), o->url);
	json_put_str(&source, S("licence"), o->licence);
	json_set(body, S("source"), json_built(&source));
	r->body = json_built(body);
	if (!r->source_id.n) r->source_id = o->id;
	if (identifier_fits(o->id)) r->public_id = o->id;
	r->licence = o->licence;
	r->fetched = fetched;
	draft_extra(d, r, o->extra);
}

void draft_extra(struct drafts *d, struct draft *r, const struct json *extra) {
	if (!json_count(extra) || !r->body) return;
	struct json_builder rules = json_object_of(d->a), audience = json_array_of(d->a);
	r->body = json_with_pointer(d->a, r->body, S("/source/extra"), extra);
	json_add(&audience, json_str(d->a, S("public")));
	json_set(&rules, S("/source/extra"), json_built(&audience));
	r->visibility = json_built(&rules);
}

struct str when_utc(struct arena *a, struct str when) {
	moment t;
	if (when.n == 4) when = arena_cat(a, when, S("-01"));
	if (when.n == 7) when = arena_cat(a, when, S("-01"));
	if (when.n == 10) when = arena_cat(a, when, S("T00:00:00Z"));
	if (moment_parse(when, &t) || moment_parse(arena_cat(a, when, S("Z")), &t)) return moment_str(a, t);
	return STR_EMPTY;
}
