#include "plan.h"

#include "hub/act.h"
#include "hub/identifier.h"

enum { REFERENCES = 8, DECIDING = 200, DEPTH = 64 };

struct planning {
	struct arena *a;
	struct plan *p;
	struct err *e;
	const char **deciding;
};

/* ---- conditions ---- */

static void free_schema(void *s) {
	schema_free(s);
}

static enum err_code compile(struct planning *x, const struct json *schema, struct schema **out, struct err *e) {
	const struct kinds *kinds = x->p->kinds;
	struct schema_source common = {S("urn:polder:common"), kinds->common};
	struct schema_options options = {.sources = &common, .n = kinds->common ? 1 : 0};
	enum err_code code = schema_compile(out, schema, &options, e);
	if (!code && !arena_defer(x->a, free_schema, *out)) {
		schema_free(*out);
		code = err_set(e, ERR_MEMORY, "out of memory");
	}
	return code;
}

static void note_deciding(struct planning *x, struct str name) {
	if (x->p->deciding_n == DECIDING || plan_decides(x->p, name)) return;
	x->deciding[x->p->deciding_n++] = arena_cstr(x->a, name);
}

/* The members that a condition speaks of, at whatever depth: the leaves of its `properties`. */
static void read_deciding(struct planning *x, const struct json *v, int depth) {
	if (depth > DEPTH) return;
	if (json_is(v, JSON_ARRAY)) {
		for (size_t i = 0; i < v->n; i++) read_deciding(x, &v->items[i], depth + 1);
	}
	for (size_t i = 0; json_is(v, JSON_OBJECT) && i < v->n; i++) {
		const struct json_member *m = &v->members[i];
		read_deciding(x, &m->value, depth + 1);
		for (size_t j = 0; str_is(m->name, "properties") && j < json_count(&m->value); j++) {
			const struct json_member *member = json_member_at(&m->value, j);
			if (!json_get_lit(&member->value, "properties")) note_deciding(x, member->name);
		}
	}
}

/* Every `if` of a schema. One that does not compile alone never holds. */
static void read_conditions(struct planning *x, const struct json *v, int depth) {
	if (depth > DEPTH) return;
	if (json_is(v, JSON_ARRAY)) {
		for (size_t i = 0; i < v->n; i++) read_conditions(x, &v->items[i], depth + 1);
	}
	for (size_t i = 0; json_is(v, JSON_OBJECT) && i < v->n; i++) read_conditions(x, &v->members[i].value, depth + 1);
	const struct json *condition = json_get_lit(v, "if");
	struct schema *schema;
	if (!json_is(condition, JSON_OBJECT) || compile(x, condition, &schema, NULL)) return;
	const struct json **key = arena_new_of(x->a, const struct json *);
	if (!key) return;
	*key = condition;
	void **at = map_at(&x->p->conditions, str_n(key, sizeof *key));
	if (at) *at = schema;
	read_deciding(x, condition, 0);
}

bool plan_decides(const struct plan *p, struct str member) {
	for (size_t i = 0; i < p->deciding_n; i++)
		if (str_is(member, p->deciding[i])) return true;
	return false;
}

/* ---- layouts ---- */

static enum err_code read_when(struct planning *x, const struct json *v, struct schema **out) {
	const struct json *when = json_get_lit(v, "when");
	if (!when) return ERR_OK;
	read_deciding(x, when, 0);
	return compile(x, when, out, x->e);
}

static enum err_code read_entries(struct planning *x, const struct json *list, int depth, const struct layout_entry **out, size_t *n) {
	struct layout_entry *entries = arena_array(x->a, json_count(list) + 1, sizeof *entries);
	if (!entries) return err_set(x->e, ERR_MEMORY, "out of memory");
	enum err_code code = ERR_OK;
	*n = 0;
	for (size_t i = 0; !code && depth < 8 && i < json_count(list); i++) {
		const struct json *v = json_at(list, i);
		struct layout_entry *entry = &entries[(*n)++];
		entry->pointer = json_is(v, JSON_STRING) ? v->string : json_get_str(v, S("field"));
		entry->widget = json_get_str(v, S("widget"));
		code = read_when(x, v, &entry->when);
		if (!code) code = read_entries(x, json_get_lit(v, "inside"), depth + 1, &entry->inside, &entry->n);
	}
	*out = entries;
	return code;
}

static enum err_code read_part(struct planning *x, const struct json *v, struct layout_part *out) {
	out->title = json_get_str(v, S("section"));
	out->help = json_get_str(v, S("help"));
	out->id = name_key(x->a, out->title);
	out->folded = json_true(json_get_lit(v, "folded"));
	const struct json *who = json_get_lit(v, "who");
	for (size_t i = 0; i < json_count(who); i++) out->who |= role_of(json_string(json_at(who, i)));
	enum err_code code = read_when(x, v, &out->when);
	return code ? code : read_entries(x, json_get_lit(v, "fields"), 0, &out->entries, &out->n);
}

static void flatten(struct planning *x) {
	struct plan *p = x->p;
	size_t most = 0;
	for (size_t i = 0; i < p->n; i++) most += p->parts[i].n;
	struct layout_entry *flat = arena_array(x->a, most + 1, sizeof *flat);
	for (size_t i = 0; flat && i < p->n; i++)
		for (size_t j = 0; j < p->parts[i].n; j++) flat[p->flat_n++] = p->parts[i].entries[j];
	p->flat = flat;
}

static enum err_code read_plan(struct planning *x) {
	struct plan *p = x->p;
	size_t n = json_count(p->kind->form);
	struct layout_part *parts = arena_array(x->a, n + 1, sizeof *parts);
	x->deciding = arena_array(x->a, DECIDING, sizeof *x->deciding);
	if (!parts || !x->deciding) return err_set(x->e, ERR_MEMORY, "out of memory");
	p->parts = parts;
	p->deciding = x->deciding;
	p->conditions.arena = x->a;
	read_conditions(x, p->kind->schema_document, 0);
	read_conditions(x, p->kinds->common, 0);
	for (size_t i = 0; i < n; i++) {
		enum err_code code = read_part(x, json_at(p->kind->form, i), &parts[p->n++]);
		if (code) return err_prefix(x->e, "the kind %.*s, section \"%.*s\"", STR_ARG(p->kind->name), STR_ARG(parts[p->n - 1].title));
	}
	flatten(x);
	return arena_failed(x->a) ? err_set(x->e, ERR_MEMORY, "out of memory") : ERR_OK;
}

enum err_code plans_new(struct arena *a, const struct kinds *kinds, struct plans **out, struct err *e) {
	struct plans *plans = arena_new_of(a, struct plans);
	struct plan *items = arena_array(a, kinds->n + 1, sizeof *items);
	if (!plans || !items) return err_set(e, ERR_MEMORY, "out of memory");
	*plans = (struct plans){.kinds = kinds, .items = items};
	for (size_t i = 0; i < kinds->n; i++) {
		items[i] = (struct plan){.all = plans, .kind = &kinds->items[i], .kinds = kinds};
		struct planning x = {.a = a, .p = &items[i], .e = e};
		enum err_code code = read_plan(&x);
		if (code) return code;
	}
	*out = plans;
	return ERR_OK;
}

/* What a page names that leads to the form, and nobody types. */
static bool is_named_by_link(struct str member) {
	static const char *const names[] = {"for", "system", "task", "clock"};
	for (size_t i = 0; i < lengthof(names); i++)
		if (str_is(member, names[i])) return true;
	return false;
}

/* The schema without these: what stands under such a name is kept as it came. */
static const struct json *asked_of(struct arena *a, const struct json *schema) {
	const struct json *properties = json_get_lit(schema, "properties");
	struct json_builder left = json_object_of(a);
	for (size_t i = 0; i < json_count(properties); i++) {
		const struct json_member *m = json_member_at(properties, i);
		if (!is_named_by_link(m->name)) json_set(&left, m->name, &m->value);
	}
	return json_with(a, schema, S("properties"), json_built(&left));
}

/* An act's arguments are asked like a body that is one group. */
static struct kind *kind_of_act(struct arena *a, const struct act *act, struct err *e) {
	struct kind *k = arena_new_of(a, struct kind);
	struct json_builder form = json_array_of(a), section = json_object_of(a), fields = json_array_of(a), visibility = json_object_of(a),
		all = json_array_of(a);
	const struct json *properties = json_get_lit(act->schema_document, "properties");
	for (size_t i = 0; i < json_count(properties); i++) json_add(&all, json_str(a, arena_cat(a, S("/"), json_member_at(properties, i)->name)));
	json_add(&fields, json_str(a, S("")));
	json_set_str(&section, S("section"), act->title);
	json_set(&section, S("fields"), json_built(&fields));
	json_add(&form, json_built(&section));
	json_set(&visibility, S("public"), json_built(&all));
	const struct visibility *readers;
	if (!k || visibility_compile(a, json_built(&visibility), &readers, e)) return NULL;
	*k = (struct kind){.name = act->name, .title = act->title, .schema_document = asked_of(a, act->schema_document), .schema = act->schema,
		.visibility = readers, .form = json_built(&form)};
	return k;
}

enum err_code plans_add_acts(struct arena *a, struct plans *p, const struct acts *acts, struct err *e) {
	struct plan *items = arena_array(a, acts->n + 1, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < acts->n; i++) {
		struct kind *k = kind_of_act(a, &acts->items[i], e);
		if (!k) return e && e->code ? e->code : err_set(e, ERR_MEMORY, "out of memory");
		items[i] = (struct plan){.all = p, .kind = k, .kinds = p->kinds};
		struct planning x = {.a = a, .p = &items[i], .e = e};
		enum err_code code = read_plan(&x);
		if (code) return code;
	}
	p->acts = items;
	p->of = acts;
	return ERR_OK;
}

const struct plan *plan_of_act(const struct plans *p, const struct act *act) {
	return &p->acts[act - p->of->items];
}

const struct plan *plan_of(const struct plans *p, const struct kind *kind) {
	return &p->items[kind - p->kinds->items];
}

/* ---- places ---- */

struct spreading {
	const struct plan *p;
	struct arena *a;
	const struct json *value;
	struct place *at;
	bool conditions;
};

static const struct json *follow(const struct plan *p, struct str reference, struct str *def) {
	size_t hash = str_find_char(reference, '#');
	if (hash == STR_NONE) return NULL;
	struct str pointer = str_from(reference, hash + 1);
	bool in_common = str_starts(reference, S("urn:polder:common#"));
	if (!in_common && hash != 0) return NULL;
	const struct json *found = in_common ? NULL : json_pointer(p->kind->schema_document, pointer);
	if (!found) {
		/* "#/…" inside a common definition means the common document. */
		found = json_pointer(p->kinds->common, pointer);
		in_common = true;
	}
	if (found && in_common && str_starts(pointer, S("/$defs/"))) *def = str_from(pointer, 7);
	return found;
}

static void spread(struct spreading *x, const struct json *schema, int depth) {
	struct place *at = x->at;
	if (json_is(schema, JSON_BOOL)) {
		at->forbidden |= !schema->boolean;
		at->exists |= schema->boolean;
		return;
	}
	if (!json_is(schema, JSON_OBJECT) || depth > PLACE_DEPTH || at->n == PLACE_PARTS) return;
	at->exists = true;
	at->parts[at->n++] = schema;
	if (!at->title.n) at->title = json_get_str(schema, S("title"));
	if (!at->description.n) at->description = json_get_str(schema, S("description"));
	struct str reference = json_get_str(schema, S("$ref"));
	if (reference.n) spread(x, follow(x->p, reference, &at->def), depth + 1);
	struct str embedded = json_get_str(schema, S("x-record-kind"));
	const struct kind *kind = embedded.n ? kind_find(x->p->kinds, embedded) : NULL;
	if (kind && depth < PLACE_DEPTH) spread(x, kind->schema_document, PLACE_DEPTH);
	const struct json *all = json_get_lit(schema, "allOf");
	for (size_t i = 0; i < json_count(all); i++) spread(x, json_at(all, i), depth + 1);
	const struct json *condition = json_get_lit(schema, "if");
	if (!condition || !x->conditions) return;
	const struct schema *compiled = map_get(&x->p->conditions, str_n(&condition, sizeof condition));
	if (!compiled || !x->value) return;
	spread(x, json_get(schema, schema_valid(compiled, x->value, x->a, NULL) ? S("then") : S("else")), depth + 1);
}

struct place place_root(const struct plan *p, struct arena *a, const struct json *body, bool with_conditions) {
	struct place out = {.title = STR_EMPTY, .description = STR_EMPTY, .def = STR_EMPTY};
	struct spreading x = {p, a, body, &out, with_conditions};
	spread(&x, p->kind->schema_document, 0);
	return out;
}

static bool lists(const struct json *names, struct str name) {
	for (size_t i = 0; i < json_count(names); i++)
		if (str_eq(json_string(json_at(names, i)), name)) return true;
	return false;
}

struct place place_member(const struct plan *p, struct arena *a, const struct place *at, struct str name, const struct json *value,
	bool with_conditions) {
	struct place out = {.title = STR_EMPTY, .description = STR_EMPTY, .def = STR_EMPTY};
	struct spreading x = {p, a, value, &out, with_conditions};
	bool listed = false;
	for (size_t i = 0; i < at->n; i++) {
		const struct json *schema = json_get(json_get_lit(at->parts[i], "properties"), name);
		listed |= schema != NULL;
		spread(&x, schema, 0);
		out.required |= lists(json_get_lit(at->parts[i], "required"), name);
	}
	for (size_t i = 0; !listed && i < at->n; i++) {
		const struct json *schema = json_get_lit(at->parts[i], "additionalProperties");
		if (json_is(schema, JSON_OBJECT) || json_true(schema)) spread(&x, schema, 0);
	}
	return out;
}

struct place place_item(const struct plan *p, struct arena *a, const struct place *at, const struct json *value, bool with_conditions) {
	struct place out = {.title = STR_EMPTY, .description = STR_EMPTY, .def = STR_EMPTY};
	struct spreading x = {p, a, value, &out, with_conditions};
	for (size_t i = 0; i < at->n; i++) spread(&x, json_get_lit(at->parts[i], "items"), 0);
	return out;
}

const struct json *place_keyword(const struct place *at, struct str keyword) {
	for (size_t i = 0; i < at->n; i++) {
		const struct json *v = json_get(at->parts[i], keyword);
		if (v) return v;
	}
	return NULL;
}

const struct kind *place_kind(const struct plan *p, const struct place *at) {
	struct str name = json_string(place_keyword(at, S("x-record-kind")));
	return name.n ? kind_find(p->kinds, name) : NULL;
}

static unsigned type_bit(struct str name) {
	static const struct {
		const char *name;
		unsigned bit;
	} types[] = {{"null", PLACE_NULL}, {"boolean", PLACE_BOOL}, {"integer", PLACE_INTEGER}, {"number", PLACE_NUMBER},
		{"string", PLACE_STRING}, {"array", PLACE_ARRAY}, {"object", PLACE_OBJECT}};
	for (size_t i = 0; i < lengthof(types); i++)
		if (str_is(name, types[i].name)) return types[i].bit;
	return 0;
}

unsigned place_types(const struct place *at) {
	const struct json *type = place_keyword(at, S("type"));
	unsigned bits = json_is(type, JSON_STRING) ? type_bit(type->string) : 0;
	for (size_t i = 0; i < json_count(type); i++) bits |= type_bit(json_string(json_at(type, i)));
	return bits ? bits : PLACE_SCALAR | PLACE_ARRAY | PLACE_OBJECT;
}

const struct json *place_choices(const struct place *at) {
	const struct json *v = place_keyword(at, S("enum"));
	for (size_t i = 0; i < json_count(v); i++)
		if (!json_is(json_at(v, i), JSON_STRING)) return NULL;
	return json_count(v) ? v : NULL;
}

bool place_is_map(const struct place *at) {
	if (place_types(at) != PLACE_OBJECT || json_count(place_keyword(at, S("properties")))) return false;
	const struct json *v = place_keyword(at, S("additionalProperties"));
	return json_is(v, JSON_OBJECT);
}

struct str *place_members(const struct place *at, struct arena *a, size_t *n) {
	size_t most = 0;
	for (size_t i = 0; i < at->n; i++) most += json_count(json_get_lit(at->parts[i], "properties"));
	struct str *names = arena_array(a, most + 1, sizeof *names);
	*n = 0;
	for (size_t i = 0; names && i < at->n; i++) {
		const struct json *properties = json_get_lit(at->parts[i], "properties");
		for (size_t j = 0; j < json_count(properties); j++) {
			struct str name = json_member_at(properties, j)->name;
			bool known = false;
			for (size_t k = 0; k < *n && !known; k++) known = str_eq(names[k], name);
			if (!known) names[(*n)++] = name;
		}
	}
	return names;
}
