#include "describe.h"

#include "desk/site/words.h"

enum { REFERENCES = 8 };

static const struct json *follow(const struct describing *d, struct str reference, struct str *def) {
	static const struct str common = S_INIT("urn:polder:common#");
	size_t hash = str_find_char(reference, '#');
	if (hash == STR_NONE) return NULL;
	struct str pointer = str_from(reference, hash + 1);
	bool in_common = str_starts(reference, common);
	if (!in_common && hash != 0) return NULL;
	const struct json *found = in_common ? NULL : json_pointer(d->kind->schema_document, pointer);
	if (!found) {
		found = json_pointer(d->kinds->common, pointer);
		in_common = true;
	}
	if (found && in_common && str_starts(pointer, S("/$defs/"))) *def = str_from(pointer, 7);
	return found;
}

struct described describe(const struct describing *d, const struct json *schema) {
	struct described out = {.title = STR_EMPTY, .description = STR_EMPTY, .def = STR_EMPTY};
	for (int i = 0; schema && i < REFERENCES; i++) {
		if (!out.title.n) out.title = json_get_str(schema, S("title"));
		if (!out.description.n) out.description = json_get_str(schema, S("description"));
		out.schema = schema;
		struct str reference = json_get_str(schema, S("$ref"));
		if (!reference.n) break;
		schema = follow(d, reference, &out.def);
	}
	out.choices = json_get_lit(out.schema, "enum");
	return out;
}

struct described describe_member(const struct describing *d, const struct described *object, struct str name) {
	const struct json *schema = json_get(json_get_lit(object->schema, "properties"), name);
	if (!schema) schema = json_get_lit(object->schema, "additionalProperties");
	struct described out = describe(d, json_is(schema, JSON_OBJECT) ? schema : NULL);
	if (!out.title.n) out.title = name;
	const struct json *required = json_get_lit(object->schema, "required");
	for (size_t i = 0; i < json_count(required); i++) out.required |= str_eq(json_string(json_at(required, i)), name);
	return out;
}

struct described describe_item(const struct describing *d, const struct described *array) {
	return describe(d, json_get_lit(array->schema, "items"));
}

static bool is_number(struct str s) {
	int64_t n;
	return str_int(s, &n) && n >= 0;
}

/* One step down; *counts says that the step was into an array. */
static struct described step(const struct describing *d, const struct described *at, struct str part, bool *counts) {
	*counts = (is_number(part) || str_is(part, "*")) && json_get_lit(at->schema, "items");
	return *counts ? describe_item(d, at) : describe_member(d, at, part);
}

static struct str unescape(struct arena *a, struct str part) {
	if (str_find_char(part, '~') == STR_NONE || !a) return part;
	char *p = arena_alloc(a, part.n + 1);
	size_t n = 0;
	for (size_t i = 0; p && i < part.n; i++) {
		if (part.p[i] == '~' && i + 1 < part.n) p[n++] = part.p[++i] == '1' ? '/' : '~';
		else p[n++] = part.p[i];
	}
	return str_n(p, n);
}

struct described describe_pointer(const struct describing *d, struct str pointer) {
	struct described at = describe(d, d->kind->schema_document);
	struct str part;
	bool counts;
	if (pointer.n) pointer = str_from(pointer, 1);
	else return at;
	while (str_split(&pointer, '/', &part)) at = step(d, &at, part, &counts);
	return at;
}

struct str describe_path(const struct describing *d, struct arena *a, struct str pointer) {
	struct described at = describe(d, d->kind->schema_document);
	autobuf struct buf out = BUF(2000);
	struct str part;
	bool counts;
	if (pointer.n) pointer = str_from(pointer, 1);
	while (pointer.p && str_split(&pointer, '/', &part)) {
		part = unescape(a, part);
		at = step(d, &at, part, &counts);
		if (out.n) buf_add(&out, S(" › "));
		int64_t n;
		if (counts && str_int(part, &n)) buf_add_int(&out, n + 1);
		else buf_add(&out, at.title.n && !str_eq(at.title, part) ? at.title : name_words(a, part));
	}
	return arena_str(a, buf_str(&out));
}

bool described_is(const struct described *d, const char *type) {
	const struct json *t = json_get_lit(d->schema, "type");
	if (json_is(t, JSON_STRING)) return str_is(t->string, type);
	for (size_t i = 0; i < json_count(t); i++)
		if (str_is(json_string(json_at(t, i)), type)) return true;
	return false;
}
