/* A filled form against its kind: what follows from other answers, and what is wrong, in words. */
#include "form.h"

#include "desk/forms/value.h"
#include "desk/forms/words.h"

/* ---- what follows ---- */

static const struct json *settled(struct filled *f, const struct place *at, const struct json *v, int depth) {
	if (!json_is(v, JSON_OBJECT) || depth > FORM_NESTING) return v;
	size_t n;
	struct str *names = place_members(at, f->a, &n);
	for (size_t i = 0; names && i < n; i++) {
		const struct json *member = json_get(v, names[i]);
		struct place place = place_member(f->plan, f->a, at, names[i], member, true);
		const struct json *fixed = place_choices(&place) ? place_keyword(&place, S("const")) : NULL;
		const struct json *to = json_is(fixed, JSON_STRING) ? fixed : json_is(member, JSON_OBJECT) ? settled(f, &place, member, depth + 1) : member;
		if (to && to != member) v = json_with(f->a, v, names[i], to);
	}
	return v;
}

void form_settle(struct filled *f) {
	struct place root = place_root(f->plan, f->a, f->body, true);
	const struct json *v = settled(f, &root, f->body, 0), *sorted;
	if (v == f->body || json_parse(f->a, json_canonical(f->a, v), NULL, &sorted, NULL)) return;
	f->body = sorted;
}

/* ---- errors in words ---- */

struct finding {
	struct filled *f;
	struct place at;
	const struct json *v;
	struct str title;
};

static struct str unescape(struct arena *a, struct str s) {
	autobuf struct buf out = BUF(4000);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '~' && i + 1 < s.n) buf_add_char(&out, s.p[++i] == '1' ? '/' : '~');
		else buf_add_char(&out, s.p[i]);
	}
	return arena_str(a, buf_str(&out));
}

/* The place that a pointer leads to, conditions included, and what it is called: "Address" of row 2 is "Sources 2, address". */
static struct finding find(struct filled *f, struct str pointer) {
	struct finding out = {.f = f, .v = f->body};
	struct arena *a = f->a;
	out.at = place_root(f->plan, a, f->body, true);
	struct str rest = pointer.n ? str_from(pointer, 1) : STR_EMPTY, part, group = STR_EMPTY;
	while (pointer.n && rest.p && str_split(&rest, '/', &part)) {
		int64_t n;
		part = unescape(a, part);
		if (json_is(out.v, JSON_ARRAY) && str_int(part, &n)) {
			out.v = json_at(out.v, (size_t)n);
			out.at = place_item(f->plan, a, &out.at, out.v, true);
			group = words_with(a, form_words.row, out.title, arena_fmt(a, "%lld", (long long)n + 1));
			out.title = group;
			continue;
		}
		out.v = json_get(out.v, part);
		out.at = place_member(f->plan, a, &out.at, part, out.v, true);
		out.title = place_title(a, &out.at, part);
		if (group.n) out.title = arena_fmt(a, "%.*s, %.*s", STR_ARG(group), STR_ARG(out.title));
	}
	if (!out.title.n) out.title = str_of(form_words.this);
	return out;
}

static struct str number(struct arena *a, int64_t n) {
	return number_words(a, n);
}

static int64_t limit(const struct finding *x, const char *keyword) {
	return json_integer(place_keyword(&x->at, str_of(keyword)), 0);
}

static struct str number_limit(const struct finding *x, const char *keyword) {
	const struct json *v = place_keyword(&x->at, str_of(keyword));
	return v ? json_text(x->f->a, v) : S("0");
}

/* "one of these: Address, Title" from an anyOf of `required`. */
static struct str alternatives(const struct finding *x) {
	const struct json *any = place_keyword(&x->at, S("anyOf"));
	autobuf struct buf out = BUF(2000);
	for (size_t i = 0; i < json_count(any); i++) {
		const struct json *required = json_get_lit(json_at(any, i), "required");
		if (!json_count(required)) return STR_EMPTY;
		if (i) buf_add(&out, S("; "));
		for (size_t j = 0; j < required->n; j++) {
			struct str name = json_string(json_at(required, j));
			struct place member = place_member(x->f->plan, x->f->a, &x->at, name, NULL, false);
			if (j) buf_add(&out, S(" + "));
			buf_add(&out, place_title(x->f->a, &member, name));
		}
	}
	return arena_str(x->f->a, buf_str(&out));
}

static struct str format_words(const struct finding *x) {
	static const struct {
		const char *def, *format;
		size_t words;
	} table[] = {
		{"partial-date", "date", offsetof(struct form_words, bad_date)},
		{"when", "", offsetof(struct form_words, bad_when)},
		{"moment", "date-time", offsetof(struct form_words, bad_moment)},
		{"time-zone", "", offsetof(struct form_words, bad_zone)},
		{"language", "", offsetof(struct form_words, bad_language)},
		{"web-address", "", offsetof(struct form_words, bad_web_address)},
		{"url", "uri", offsetof(struct form_words, bad_url)},
		{"", "email", offsetof(struct form_words, bad_email)},
	};
	struct str format = json_string(place_keyword(&x->at, S("format")));
	for (size_t i = 0; i < lengthof(table); i++)
		if ((x->at.def.n && str_is(x->at.def, table[i].def)) || (format.n && str_is(format, table[i].format)))
			return words_with(x->f->a, *(const char *const *)((const char *)&form_words + table[i].words), x->title);
	return words_with(x->f->a, form_words.bad_form, x->title);
}

static struct str small_start(struct str s) {
	return s.n && s.p[s.n - 1] == '.' ? str_sub(s, 0, s.n - 1) : s;
}

static struct str sentence_of(const struct finding *x, const struct schema_error *error) {
	struct arena *a = x->f->a;
	struct str k = error->keyword, t = x->title;
	size_t length = json_is(x->v, JSON_STRING) ? str_characters(x->v->string) : json_count(x->v);
	struct str n = number(a, (int64_t)length);
	if (str_is(k, "maxLength")) return words_with(a, form_words.too_long, t, number(a, limit(x, "maxLength")), n);
	if (str_is(k, "minLength")) return words_with(a, form_words.too_short, t, number(a, limit(x, "minLength")));
	if (str_is(k, "maxItems") || str_is(k, "maxProperties"))
		return words_with(a, form_words.too_many, t, number(a, limit(x, str_is(k, "maxItems") ? "maxItems" : "maxProperties")), n);
	if (str_is(k, "minItems") || str_is(k, "minProperties"))
		return words_with(a, form_words.too_few, t, number(a, limit(x, str_is(k, "minItems") ? "minItems" : "minProperties")));
	if (str_is(k, "minimum")) return words_with(a, form_words.too_small, t, number_limit(x, "minimum"));
	if (str_is(k, "maximum")) return words_with(a, form_words.too_large, t, number_limit(x, "maximum"));
	if (str_is(k, "enum")) return words_with(a, form_words.not_of_list, t);
	if (str_is(k, "uniqueItems")) return words_with(a, form_words.twice, t);
	if (str_is(k, "pattern") || str_is(k, "format")) return format_words(x);
	if (str_is(k, "const")) {
		const struct json *v = place_keyword(&x->at, S("const"));
		struct str is = json_is(v, JSON_BOOL) ? str_of(v->boolean ? words.yes : words.no) : value_words(a, json_string(v));
		if (is.n) return words_with(a, form_words.must_be, t, is);
	}
	if (str_is(k, "false") || str_is(k, "additionalProperties") || str_is(k, "not")) return words_with(a, form_words.not_taken, t);
	if (str_is(k, "anyOf")) {
		struct str names = alternatives(x);
		if (names.n) return words_with(a, form_words.one_of, t, names);
	}
	return words_with(a, form_words.other, t, small_start(error->message));
}

static bool is_known(const struct filled *f, struct str where, struct str sentence) {
	for (size_t i = 0; i < f->errors_n; i++)
		if (str_eq(f->errors[i].where, where) && (!sentence.n || str_eq(f->errors[i].words, sentence))) return true;
	return false;
}

static bool raw_below(const struct filled *f, struct str where) {
	for (size_t i = 0; i < f->errors_n; i++) {
		struct str e = f->errors[i].where;
		if (e.n > where.n && str_starts(e, where) && e.p[where.n] == '/') return true;
	}
	return false;
}

/* Each member that must be there and is not is an error at its own place. */
static void tell_missing(const struct finding *x, struct str pointer, size_t typed) {
	struct filled *f = x->f;
	for (size_t i = 0; i < x->at.n; i++) {
		const struct json *required = json_get_lit(x->at.parts[i], "required");
		for (size_t j = 0; j < json_count(required); j++) {
			struct str name = json_string(json_at(required, j));
			if (json_get(x->v, name)) continue;
			struct str where = arena_fmt(f->a, "%.*s/%.*s", STR_ARG(pointer), STR_ARG(form_escaped(f->a, name)));
			if (is_known(f, where, STR_EMPTY) || (typed && raw_below(f, where))) continue;
			struct finding missing = find(f, where);
			form_error(f, where, words_with(f->a, form_words.missing, missing.title));
		}
	}
}

/* Bodies of other kinds that stand in this one are held to their own kind's schema. */
static bool check_embedded(struct filled *f, struct schema_errors *errors) {
	struct place root = place_root(f->plan, f->a, f->body, true);
	struct schema_error *items = arena_array(f->a, 2 * SCHEMA_ERRORS + 1, sizeof *items);
	if (!items) return true;
	if (errors->n) memcpy(items, errors->items, errors->n * sizeof *items);
	errors->items = items;
	for (size_t i = 0; i < json_count(f->body); i++) {
		const struct json_member *m = json_member_at(f->body, i);
		struct place at = place_member(f->plan, f->a, &root, m->name, &m->value, true);
		const struct kind *kind = place_kind(f->plan, &at);
		struct schema_errors inside = {0};
		if (!kind || schema_valid(kind->schema, &m->value, f->a, &inside)) continue;
		for (size_t j = 0; j < inside.n && errors->n < 2 * SCHEMA_ERRORS; j++) {
			struct schema_error *error = &items[errors->n++];
			*error = inside.items[j];
			error->instance = arena_fmt(f->a, "/%.*s%.*s", STR_ARG(form_escaped(f->a, m->name)), STR_ARG(inside.items[j].instance));
		}
	}
	return errors->n == 0;
}

bool form_check(struct filled *f) {
	struct schema_errors errors = {0};
	size_t typed = f->errors_n;
	bool good = schema_valid(f->plan->kind->schema, f->body, f->a, &errors);
	if (check_embedded(f, &errors) && good) return !typed;
	for (size_t i = 0; i < errors.n; i++) {
		const struct schema_error *error = &errors.items[i];
		struct finding x = find(f, error->instance);
		size_t before = f->errors_n;
		if (str_is(error->keyword, "required")) {
			/* One branch of an anyOf names what would do for it: the alternatives say more. */
			bool branch = str_find(error->schema, S("/anyOf/")) != STR_NONE;
			struct str names = branch ? alternatives(&x) : STR_EMPTY;
			if (names.n && !is_known(f, error->instance, STR_EMPTY))
				form_error(f, error->instance, words_with(f->a, form_words.one_of, x.title, names));
			if (!branch) tell_missing(&x, error->instance, typed);
			if (names.n || !branch || f->errors_n > before) continue;
		}
		/* What was typed and is no value was told already. */
		if (is_known(f, error->instance, STR_EMPTY) && typed) continue;
		struct str sentence = sentence_of(&x, error);
		if (!is_known(f, error->instance, sentence)) form_error(f, error->instance, sentence);
	}
	if (errors.more) form_error(f, STR_EMPTY, str_of(form_words.more_errors));
	/* Everything was passed over: say at least the first. */
	if (!f->errors_n && errors.n) form_error(f, errors.items[0].instance, errors.items[0].message);
	return false;
}
