#include "copied.h"

#include "hub/project.h"

enum { ROUNDS = 12, NAME = 100, HUB = 120 };

/* ---- bodies ---- */

/* The member of the body that an error is about; "" the body itself. */
static struct str member_of(struct arena *a, struct str pointer) {
	struct str rest = str_from(pointer, 1), name;
	if (!pointer.n || !str_split(&rest, '/', &name)) return STR_EMPTY;
	char *to = arena_alloc(a, name.n + 1);
	size_t n = 0;
	for (size_t i = 0; to && i < name.n; i++) to[n++] = name.p[i] == '~' && i + 1 < name.n ? (name.p[++i] == '1' ? '/' : '~') : name.p[i];
	return str_n(to, to ? n : 0);
}

/* Of members that a schema does not know, some errors name the member and some the object. */
static bool known(const struct kind *kind, struct str name) {
	return json_get(json_get_lit(kind->schema_document, "properties"), name) != NULL;
}

static const struct json *without_unknown(struct arena *a, const struct kind *kind, const struct json *body, struct str *left_out) {
	const struct json *out = body;
	for (size_t i = 0; i < json_count(body); i++) {
		struct str name = json_member_at(body, i)->name;
		if (known(kind, name)) continue;
		*left_out = arena_fmt(a, "%.*s%s%.*s", STR_ARG(*left_out), left_out->n ? "," : "", STR_ARG(str_cut_utf8(name, NAME)));
		out = json_with(a, out, name, NULL);
	}
	return out;
}

static bool is_missing(const struct schema_error *one) {
	return str_is(one->keyword, "required") || str_is(one->keyword, "dependentRequired");
}

/* What is wrong beside what is missing, one round; *wrong: something was. */
static const struct json *one_round(struct arena *a, const struct kind *kind, const struct json *body, struct str *left_out, bool *wrong, bool *hopeless) {
	struct schema_errors errors = {0};
	*wrong = *hopeless = false;
	if (schema_valid(kind->schema, body, a, &errors)) return body;
	for (size_t i = 0; i < errors.n; i++) {
		if (is_missing(&errors.items[i])) continue;
		*wrong = true;
		struct str name = member_of(a, errors.items[i].instance);
		if (!name.n) *hopeless = true;
		if (!name.n || !json_get(body, name)) continue;
		*left_out = arena_fmt(a, "%.*s%s%.*s", STR_ARG(*left_out), left_out->n ? "," : "", STR_ARG(str_cut_utf8(name, NAME)));
		body = json_with(a, body, name, NULL);
		*hopeless = false;
	}
	return body;
}

enum err_code copied_fits(struct arena *a, const struct kind *kind, const struct json *body, const struct json **out, struct str *left_out, struct err *e) {
	bool wrong = true, hopeless = false;
	*left_out = STR_EMPTY;
	if (!json_is(body, JSON_OBJECT)) return err_set(e, ERR_INVALID, "its body is no object");
	body = without_unknown(a, kind, body, left_out);
	for (int i = 0; i < ROUNDS && wrong && !hopeless; i++) body = one_round(a, kind, body, left_out, &wrong, &hopeless);
	if (arena_failed(a)) return err_set(e, ERR_TOO_LARGE, "its body is too large");
	if (wrong) return err_set(e, ERR_INVALID, "its body does not fit the kind %.*s as it is here", STR_ARG(kind->name));
	if (!json_string(json_pointer(body, kind->headline)).n) return err_set(e, ERR_INVALID, "it has no title that can be shown here");
	*out = body;
	return ERR_OK;
}

enum err_code copied_check(struct arena *a, const struct kind *kind, const struct json *body, struct err *e) {
	struct schema_errors errors = {0};
	if (!json_is(body, JSON_OBJECT)) return err_set(e, ERR_INVALID, "its body is no object");
	if (schema_valid(kind->schema, body, a, &errors)) return ERR_OK;
	for (size_t i = 0; i < errors.n; i++) {
		if (is_missing(&errors.items[i])) continue;
		err_set(e, ERR_INVALID, "%.*s", STR_ARG(errors.items[i].message));
		err_where(e, "%.*s", STR_ARG(errors.items[i].instance));
		return ERR_INVALID;
	}
	return ERR_OK;
}

/* ---- names ---- */

struct str copied_hub(struct str origin) {
	return str_ends(origin, S("/log")) ? str_sub(origin, 0, origin.n - 4) : origin;
}

static bool seen(struct str s, size_t most) {
	if (!s.n || s.n > most || !str_utf8(s)) return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 127) return false;
	return true;
}

bool copied_hub_fits(struct str origin) {
	struct str hub = copied_hub(origin);
	bool letters = seen(hub, HUB);
	/* As a name of a host and a path; nothing that looks like one and is another. */
	for (size_t i = 0; i < hub.n && letters; i++)
		letters = (hub.p[i] >= 'a' && hub.p[i] <= 'z') || (hub.p[i] >= '0' && hub.p[i] <= '9') || strchr(".-_:/~[]", hub.p[i]) || (hub.p[i] >= 'A' && hub.p[i] <= 'Z');
	return letters && !str_is(hub, "here") && hub.p[0] != '/' && hub.p[hub.n - 1] != '/';
}

bool copied_id_fits(struct str id) {
	return seen(id, NAME);
}

struct str copied_name(struct arena *a, struct str origin, struct str id) {
	struct str hub = copied_hub(origin);
	return arena_fmt(a, "%.*s/%.*s", STR_ARG(hub), STR_ARG(id));
}
