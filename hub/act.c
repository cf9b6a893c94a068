#include "act.h"

#include "hub/act_private.h"
#include "hub/acts_builtin.h"

enum { ACTS_CAP = 16 << 20, ACTS_MOST = 200 };

struct loading {
	struct acts *acts;
	struct act *items;
	const struct kinds *kinds;
	struct err *e;
};

/* A list of names; or "clocks": all kinds whose lifecycle has clocks, also those that the hub added. */
static struct kind_pointers kinds_of(const struct loading *l, const struct json *v) {
	struct arena *a = l->acts->arena;
	if (!str_is(json_string(v), "clocks")) return kind_strings(a, v);
	struct str *names = arena_array(a, l->kinds->n + 1, sizeof *names);
	struct kind_pointers out = {names, 0};
	for (size_t i = 0; names && i < l->kinds->n; i++)
		if (l->kinds->items[i].clocks_n) names[out.n++] = l->kinds->items[i].name;
	return out;
}

static enum err_code read_act(struct loading *l, const struct json_member *m) {
	struct arena *a = l->acts->arena;
	const struct json *v = &m->value;
	if (l->acts->n == ACTS_MOST) return err_set(l->e, ERR_TOO_LARGE, "more than %d acts", ACTS_MOST);
	struct act *act = &l->items[l->acts->n++];
	*act = (struct act){
		.name = m->name,
		.title = json_get_str(v, S("title")),
		.help = json_get_str(v, S("help")),
		.kinds = kinds_of(l, json_get_lit(v, "kinds")),
		.by_hub = json_true(json_get_lit(v, "by_hub")),
		.schema_document = json_get_lit(v, "args"),
		.fn = act_function(m->name),
	};
	if (!act->title.n || !act->help.n || !act->kinds.n || !act->schema_document)
		return err_set(l->e, ERR_INVALID, "%.*s: needs title, help, kinds and args", STR_ARG(m->name));
	if (!act->fn) return err_set(l->e, ERR_INVALID, "%.*s: no function does it", STR_ARG(m->name));
	enum err_code code = kind_role_set(a, json_get_lit(v, "who"), ROLE_COORDINATOR, &act->who, l->e);
	if (!code) code = kind_audience_set(a, json_get_lit(v, "audiences"), PARTIES | OWNER | COORDINATORS, &act->audiences, l->e);
	if (!code) code = kind_compile(l->kinds, a, act->schema_document, &act->schema, l->e);
	if (code) return err_prefix(l->e, "%.*s", STR_ARG(m->name)), code;
	void **at = map_at(&l->acts->by_name, act->name);
	if (!at) return err_set(l->e, ERR_MEMORY, "out of memory");
	if (*at) return err_set(l->e, ERR_INVALID, "%.*s: is declared twice", STR_ARG(m->name));
	*at = act;
	return ERR_OK;
}

static enum err_code read_files(struct loading *l) {
	for (size_t i = 0; i < acts_builtin_n; i++) {
		const struct json *file;
		enum err_code code = json_parse(l->acts->arena, acts_builtin[i].bytes, NULL, &file, l->e);
		for (size_t j = 0; !code && j < json_count(file); j++) code = read_act(l, json_member_at(file, j));
		if (code) return err_prefix(l->e, "acts/%.*s", STR_ARG(acts_builtin[i].name)), code;
	}
	return ERR_OK;
}

enum err_code acts_load(struct acts **out, const struct kinds *kinds, struct err *e) {
	struct arena *a = arena_new(ACTS_CAP);
	struct acts *acts = a ? arena_new_of(a, struct acts) : NULL;
	struct act *items = acts ? arena_array(a, ACTS_MOST, sizeof *items) : NULL;
	if (!items) {
		arena_free(a);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	*acts = (struct acts){.arena = a, .items = items, .by_name = {.arena = a}};
	struct loading l = {acts, items, kinds, e};
	enum err_code code = read_files(&l);
	if (!code) code = act_functions_declared(acts, e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "the acts are too large");
	if (code) {
		arena_free(a);
		return code;
	}
	*out = acts;
	return ERR_OK;
}

void acts_free(struct acts *a) {
	if (a) arena_free(a->arena);
}

bool act_fits(const struct act *act, const struct kind *kind) {
	for (size_t i = 0; i < act->kinds.n; i++)
		if (str_eq(act->kinds.items[i], kind->name)) return true;
	return false;
}

const struct act *act_find(const struct acts *a, const struct kind *kind, struct str name) {
	const struct act *act = map_get(&a->by_name, name);
	return act && act_fits(act, kind) ? act : NULL;
}

moment act_moment(const struct acting *x, const char *name) {
	moment at = 0;
	return moment_parse(act_arg(x, name), &at) ? at : 0;
}
