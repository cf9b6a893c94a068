/* A kind file, and, behind a NUL, a body for it: a kind that loads is whole, and what is projected for the public holds nothing that its rules deny. */
#include "fuzz.h"
#include "hub/project.h"

static char folder[] = "/tmp/polder-fuzz-kind-XXXXXX", path[80];

static void remove_folder(void) {
	unlink(path);
	rmdir(folder);
}

/* The file must be called like the kind. */
static bool put(struct str text) {
	static bool made;
	autoarena struct arena *a = arena_new(16 << 20);
	const struct json *v;
	if (!made) {
		MUST(mkdtemp(folder));
		atexit(remove_folder);
		made = true;
	}
	if (path[0]) unlink(path);
	struct str name = S("x");
	if (a && !json_parse(a, text, &(struct json_limits){.bytes = 1 << 16}, &v, NULL)) name = json_get_str(v, S("kind"));
	for (size_t i = 0; i < name.n; i++)
		if (!((name.p[i] >= 'a' && name.p[i] <= 'z') || name.p[i] == '-')) return false;
	if (!name.n || name.n > 20) return false;
	snprintf(path, sizeof path, "%s/%.*s.json", folder, STR_ARG(name));
	return !file_put(path, text, 0600, NULL);
}

static void use(struct arena *a, const struct kind *k, struct str text) {
	struct err e = {.code = ERR_OK};
	const struct json *body;
	struct projection p;
	MUST(kind_state(k, k->initial) && kind_state(k, k->imported));
	for (size_t i = 0; i < k->moves_n; i++) {
		MUST(kind_state(k, k->moves[i].to) && kind_move(k, k->moves[i].name));
		for (size_t j = 0; j < k->moves[i].from.n; j++) MUST(kind_state(k, k->moves[i].from.items[j]));
	}
	if (json_parse(a, text, &(struct json_limits){.bytes = 1 << 16}, &body, NULL) || !schema_valid(k->schema, body, a, NULL)) return;
	for (size_t i = 0; i < k->states_n; i++) {
		if (project(a, k, k->visibility, k->states[i].name, body, 0, &p, &e)) {
			MUST(e.message[0]);
			return;
		}
		MUST(p.is_public == (k->states[i].is_public || k->states[i].follows.n));
		if (!p.is_public) continue;
		MUST(str_utf8(p.shown) && str_utf8(p.headline) && p.headline.n && p.etag.n == 32 && p.sort.n >= 4);
		const struct json *all = visibility_project(a, k->visibility, body, PUBLIC | PARTIES | OWNER | COORDINATORS | PANEL | REGULATOR | DOWNSTREAM | SEALED);
		MUST(str_eq(p.shown, S("{}")) || all);
		/* Who was shown nothing takes nothing away. */
		const struct json *restored, *none;
		struct json_builder empty = json_object_of(a);
		none = json_built(&empty);
		if (body->type == JSON_OBJECT && !visibility_project(a, k->visibility, body, 0)) {
			MUST(visibility_restore(a, k->visibility, body, none, 0, &restored, &e) == ERR_OK);
			MUST(json_equal(restored, body));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct str input = str_n(data, size), file, body;
	size_t nul = str_find_char(input, 0);
	file = str_sub(input, 0, nul);
	body = nul == STR_NONE ? S("{\"title\":\"x\"}") : str_from(input, nul + 1);
	autoarena struct arena *a = arena_new(64 << 20);
	struct kinds *kinds = NULL;
	struct err e = {.code = ERR_OK};
	if (!a || !put(file)) return 0;
	enum err_code code = kinds_load(&kinds, folder, &e);
	if (code) {
		MUST(!kinds && e.code == code && e.message[0] && str_utf8(str_of(e.message)));
		return 0;
	}
	for (size_t i = 0; i < kinds->n; i++)
		if (!kinds->items[i].builtin) use(a, &kinds->items[i], body);
	kinds_free(kinds);
	return 0;
}
