/* Canonical form: of one value there is one, whatever the order of its members and however often it is taken. */
#include "fuzz.h"
#include "lib/json/json.h"

/* The same value with all members in the opposite order. */
static const struct json *reversed(struct arena *a, const struct json *v) {
	struct json_builder b = v->type == JSON_ARRAY ? json_array_of(a) : json_object_of(a);
	if (v->type != JSON_ARRAY && v->type != JSON_OBJECT) return v;
	for (size_t i = 0; i < v->n; i++) {
		if (v->type == JSON_ARRAY)
			json_add(&b, reversed(a, &v->items[i]));
		else
			json_set(&b, v->members[v->n - 1 - i].name, reversed(a, &v->members[v->n - 1 - i].value));
	}
	return json_built(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)64 << 20);
	const struct json *v, *again = NULL;
	if (!a || json_parse(a, str_n(data, size), &(struct json_limits){.bytes = 1 << 16}, &v, NULL)) return 0;
	struct str text = json_canonical(a, v);
	MUST(!arena_failed(a) && str_utf8(text));
	MUST(json_parse(a, text, NULL, &again, NULL) == ERR_OK);
	MUST(json_equal(v, again));
	MUST(str_eq(json_canonical(a, again), text));
	MUST(str_eq(json_text(a, again), text));
	MUST(str_eq(json_canonical(a, reversed(a, v)), text));
	MUST(!arena_failed(a));
	return 0;
}
