#include "json.h"

/* RFC 7396 section 2. */
static const struct json *merge(struct arena *a, const struct json *target, const struct json *patch, int depth) {
	if (!json_is(patch, JSON_OBJECT)) return patch;
	if (depth == 0) {
		arena_fail(a);
		return NULL;
	}
	struct json_builder b = json_object_of(a);
	if (json_is(target, JSON_OBJECT)) {
		for (size_t i = 0; i < json_count(target); i++) {
			const struct json_member *m = json_member_at(target, i);
			const struct json *change = json_get(patch, m->name);
			if (!change) json_set(&b, m->name, &m->value);
			else if (!json_is(change, JSON_NULL)) json_set(&b, m->name, merge(a, &m->value, change, depth - 1));
		}
	}
	for (size_t i = 0; i < json_count(patch); i++) {
		const struct json_member *m = json_member_at(patch, i);
		if (json_is(&m->value, JSON_NULL) || json_get(target, m->name)) continue;
		json_set(&b, m->name, merge(a, NULL, &m->value, depth - 1));
	}
	return json_built(&b);
}

const struct json *json_merge_patch(struct arena *a, const struct json *target, const struct json *patch) {
	return merge(a, target, patch, JSON_NEST);
}
