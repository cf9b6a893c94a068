#include "copied.h"

#include "hub/project.h"

enum { ROUNDS = 12, NAME = 100, HUB = 120, LEFT_OUT = 2000 };

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

/* Of very many the first are named. */
static void leave_out(struct buf *left_out, struct str name) {
	name = str_cut_utf8(name, NAME);
	if (left_out->n + name.n + 5 > LEFT_OUT) {
		if (!str_ends(buf_str(left_out), S(",…"))) buf_add(left_out, S(",…"));
		return;
	}
	if (left_out->n) buf_add_char(left_out, ',');
	buf_add(left_out, name);
}

static const struct json *without_unknown(struct arena *a, const struct kind *kind, const struct json *body, struct buf *left_out) {
	struct json_builder b = json_object_of(a);
	size_t gone = 0;
	for (size_t i = 0; i < json_count(body); i++) {
		const struct json_member *m = json_member_at(body, i);
		if (known(kind, m->name)) json_set(&b, m->name, &m->value);
		else leave_out(left_out, m->name), gone++;
	}
	return gone ? json_built(&b) : body;
}

static bool is_missing(const struct schema_error *one) {
	return str_is(one->keyword, "required") || str_is(one->keyword, "dependentRequired");
}

/* What is wrong beside what is missing, one round; *wrong: something was. */
static const struct json *one_round(struct arena *a, const struct kind *kind, const struct json *body, struct buf *left_out, bool *wrong, bool *hopeless) {
	struct schema_errors errors = {0};
	*wrong = *hopeless = false;
	if (schema_valid(kind->schema, body, a, &errors)) return body;
	for (size_t i = 0; i < errors.n; i++) {
		if (is_missing(&errors.items[i])) continue;
		*wrong = true;
		struct str name = member_of(a, errors.items[i].instance);
		if (!name.n) *hopeless = true;
		if (!name.n || !json_get(body, name)) continue;
		leave_out(left_out, name);
		body = json_with(a, body, name, NULL);
		*hopeless = false;
	}
	return body;
}

enum err_code copied_fits(struct arena *a, const struct kind *kind, const struct json *body, const struct json **out, struct str *left_out, struct err *e) {
	bool wrong = true, hopeless = false;
	autobuf struct buf names = BUF(LEFT_OUT);
	if (!json_is(body, JSON_OBJECT)) return err_set(e, ERR_INVALID, "its body is no object");
	body = without_unknown(a, kind, body, &names);
	for (int i = 0; i < ROUNDS && wrong && !hopeless; i++) body = one_round(a, kind, body, &names, &wrong, &hopeless);
	if (arena_failed(a)) return err_set(e, ERR_TOO_LARGE, "its body is too large");
	if (wrong) return err_set(e, ERR_INVALID, "its body does not fit the kind %.*s as it is here", STR_ARG(kind->name));
	if (!json_string(json_pointer(body, kind->headline)).n) return err_set(e, ERR_INVALID, "it has no title that can be shown here");
	*left_out = arena_str(a, buf_str(&names));
	*out = body;
	return arena_failed(a) ? err_set(e, ERR_TOO_LARGE, "its body is too large") : ERR_OK;
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

bool copied_without(struct arena *a, const struct json *body, struct str names) {
	const struct json *list;
	if (json_parse(a, names, NULL, &list, NULL)) return false;
	for (size_t i = 0; i < json_count(list); i++)
		if (json_get(body, json_string(json_at(list, i)))) return false;
	return true;
}

enum err_code copied_move(struct arena *a, const struct kind *kind, struct str *state, struct str to, struct str *detail, struct err *e) {
	*detail = STR_EMPTY;
	if (!to.n || str_eq(to, *state)) return ERR_OK;
	if (!kind_state(kind, to)) return err_set(e, ERR_INVALID, "the kind %.*s has no state \"%.*s\"", STR_ARG(kind->name), STR_ARG(to));
	struct json_builder b = json_object_of(a);
	json_set_str(&b, S("from"), *state);
	for (size_t i = 0; i < kind->moves_n; i++)
		if (kind_move_from(&kind->moves[i], *state) && str_eq(kind->moves[i].to, to)) json_set_str(&b, S("move"), kind->moves[i].name);
	*detail = json_text(a, json_built(&b));
	*state = to;
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
