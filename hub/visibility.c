#include "visibility.h"

/* A trie over the segments of the pointers. */
struct rule {
	struct str segment;
	struct rule *next;   /* sibling */
	struct rule *child;  /* first of those below */
	struct rule *any;    /* below `*` */
	unsigned audiences;
	bool declared;
};

/* What a record's own rules speak of they decide alone; the kind's decide the rest. */
struct visibility {
	const struct rule *kind, *own;
};

/* Undoes ~1 and ~0 (RFC 6901 section 4). */
static struct str unescape(struct arena *a, struct str segment) {
	if (str_find_char(segment, '~') == STR_NONE) return segment;
	char *out = arena_alloc(a, segment.n + 1);
	if (!out) return STR_EMPTY;
	size_t n = 0;
	for (size_t i = 0; i < segment.n; i++) {
		bool escape = segment.p[i] == '~' && i + 1 < segment.n;
		out[n++] = escape ? (segment.p[++i] == '1' ? '/' : '~') : segment.p[i];
	}
	return str_n(out, n);
}

/* The node for a pointer, made where it is missing. */
static struct rule *reach(struct arena *a, struct rule *at, struct str pointer) {
	struct str rest = pointer.n ? str_from(pointer, 1) : (struct str){NULL, 0}, segment;
	while (at && str_split(&rest, '/', &segment)) {
		bool star = str_eq(segment, S("*"));
		struct rule **place = star ? &at->any : &at->child;
		segment = unescape(a, segment);
		while (!star && *place && !str_eq((*place)->segment, segment)) place = &(*place)->next;
		if (!*place && (*place = arena_new_of(a, struct rule))) (*place)->segment = segment;
		at = *place;
	}
	return at;
}

static enum err_code check_pointer(struct str pointer, struct err *e) {
	if (pointer.n && pointer.p[0] != '/')
		return err_set(e, ERR_INVALID, "visibility: \"%.*s\" is no JSON pointer", STR_ARG(pointer));
	return ERR_OK;
}

static enum err_code add_rule(struct arena *a, struct rule *root, struct str pointer, unsigned audiences, struct err *e) {
	enum err_code code = check_pointer(pointer, e);
	struct rule *rule = code ? NULL : reach(a, root, pointer);
	if (!rule) return code ? code : err_set(e, ERR_MEMORY, "out of memory");
	rule->declared = true;
	rule->audiences |= audiences;
	return ERR_OK;
}

enum err_code visibility_compile(struct arena *a, const struct json *definition, const struct visibility **out, struct err *e) {
	struct visibility *v = arena_new_of(a, struct visibility);
	struct rule *root = arena_new_of(a, struct rule);
	if (definition && definition->type != JSON_OBJECT)
		return err_set(e, ERR_INVALID, "visibility: expected an object of audiences, each with a list of pointers");
	for (size_t i = 0; i < json_count(definition); i++) {
		const struct json_member *m = json_member_at(definition, i);
		unsigned audience = audience_of(m->name);
		if (!audience) return err_set(e, ERR_INVALID, "visibility: there is no audience \"%.*s\"", STR_ARG(str_cut_utf8(m->name, 60)));
		if (m->value.type != JSON_ARRAY)
			return err_set(e, ERR_INVALID, "visibility: %.*s: expected a list of pointers", STR_ARG(m->name));
		for (size_t j = 0; j < m->value.n; j++) {
			if (m->value.items[j].type != JSON_STRING)
				return err_set(e, ERR_INVALID, "visibility: %.*s: expected a list of pointers", STR_ARG(m->name));
			enum err_code code = root ? add_rule(a, root, m->value.items[j].string, audience, e) : ERR_OK;
			if (code) return code;
		}
	}
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	*v = (struct visibility){.kind = root};
	*out = v;
	return ERR_OK;
}

enum err_code visibility_override(struct arena *a, const struct visibility *base, const struct json *overrides,
	const struct visibility **out, struct err *e) {
	if (overrides && overrides->type != JSON_OBJECT && overrides->type != JSON_NULL)
		return err_set(e, ERR_INVALID, "visibility: expected an object of pointers, each with a list of audiences");
	if (json_count(overrides) == 0) {
		*out = base;
		return ERR_OK;
	}
	struct visibility *v = arena_new_of(a, struct visibility);
	struct rule *root = arena_new_of(a, struct rule);
	for (size_t i = 0; root && i < overrides->n; i++) {
		const struct json_member *m = json_member_at(overrides, i);
		unsigned audiences = 0;
		if (m->value.type != JSON_ARRAY)
			return err_set(e, ERR_INVALID, "visibility: %.*s: expected a list of audiences", STR_ARG(str_cut_utf8(m->name, 200)));
		for (size_t j = 0; j < m->value.n; j++) {
			unsigned audience = audience_of(json_string(&m->value.items[j]));
			if (!audience)
				return err_set(e, ERR_INVALID, "visibility: %.*s: there is no such audience", STR_ARG(str_cut_utf8(m->name, 200)));
			audiences |= audience;
		}
		enum err_code code = add_rule(a, root, m->name, audiences, e);
		if (code) return code;
	}
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	*v = (struct visibility){.kind = base->kind, .own = root};
	*out = v;
	return ERR_OK;
}

/* ---- following a path ---- */

enum { WIDTH = 16 };

/* The rules that a path has reached in one trie: more than one where `*` and a name both fit. Those with names come before those with `*`,
 * from the left. */
struct reached {
	const struct rule *at[WIDTH];
	size_t n;
	bool lost;          /* more fit than there is room for: nobody reads what lies here and below */
	bool declared;      /* by one that was passed or reached */
	unsigned audiences;
};

struct place {
	struct reached kind, own;
};

static void arrive(struct reached *r) {
	for (size_t i = 0; i < r->n; i++)
		if (r->at[i]->declared) {
			r->declared = true;
			r->audiences = r->at[i]->audiences;
			return;
		}
}

static struct reached begin(const struct rule *root) {
	struct reached r = {.at = {root}, .n = root ? 1 : 0};
	arrive(&r);
	return r;
}

static void reach_one(struct reached *r, const struct rule *rule) {
	if (rule && r->n < WIDTH)
		r->at[r->n++] = rule;
	else if (rule)
		r->lost = true;
}

static struct reached step(const struct reached *from, struct str name) {
	struct reached to = {.lost = from->lost, .declared = from->declared, .audiences = from->audiences};
	for (size_t i = 0; i < from->n; i++) {
		const struct rule *child = from->at[i]->child;
		while (child && !str_eq(child->segment, name)) child = child->next;
		reach_one(&to, child);
		reach_one(&to, from->at[i]->any);
	}
	if (to.lost) return (struct reached){.lost = true, .declared = true};
	arrive(&to);
	return to;
}

static struct place below(const struct place *p, struct str name) {
	return (struct place){step(&p->kind, name), step(&p->own, name)};
}

static struct place below_index(const struct place *p, size_t i) {
	char index[24];
	int n = snprintf(index, sizeof index, "%zu", i);
	return below(p, str_n(index, (size_t)n));
}

static struct place whole(const struct visibility *v) {
	return (struct place){begin(v->kind), begin(v->own)};
}

static unsigned readers(const struct place *p) {
	return p->own.declared ? p->own.audiences : p->kind.audiences;
}

/* True when rules may decide otherwise about what lies below. */
static bool deeper(const struct place *p) {
	for (size_t i = 0; i < p->own.n; i++)
		if (p->own.at[i]->child || p->own.at[i]->any) return true;
	for (size_t i = 0; !p->own.declared && i < p->kind.n; i++)
		if (p->kind.at[i]->child || p->kind.at[i]->any) return true;
	return false;
}

static const struct json *project(struct arena *a, const struct place *p, const struct json *value, unsigned audiences) {
	bool shown = readers(p) & audiences;
	if (json_count(value) == 0 || !deeper(p)) return shown ? value : NULL;
	bool object = value->type == JSON_OBJECT;
	struct json_builder b = object ? json_object_of(a) : json_array_of(a);
	bool same = shown;
	for (size_t i = 0; i < value->n; i++) {
		/* An item that is hidden is left out: its place would tell that it exists. */
		struct place next = object ? below(p, value->members[i].name) : below_index(p, i);
		const struct json *whole_item = object ? &value->members[i].value : &value->items[i];
		const struct json *item = project(a, &next, whole_item, audiences);
		same &= item == whole_item;
		if (item && object)
			json_set(&b, value->members[i].name, item);
		else if (item)
			json_add(&b, item);
	}
	if (same) return value;
	const struct json *out = json_built(&b);
	return shown || json_count(out) ? out : NULL;
}

const struct json *visibility_project(struct arena *a, const struct visibility *v, const struct json *body, unsigned audiences) {
	struct place p = whole(v);
	return body ? project(a, &p, body, audiences) : NULL;
}

unsigned visibility_of(const struct visibility *v, struct str pointer) {
	struct place p = whole(v);
	struct str rest = pointer.n ? str_from(pointer, 1) : (struct str){NULL, 0}, segment;
	while (str_split(&rest, '/', &segment)) p = below(&p, segment);
	return readers(&p);
}

/* ---- putting back what a writer could not see ---- */

struct restoring {
	struct arena *a;
	unsigned audiences;
	bool unclear; /* whose hidden parts would go where can't be told */
};

static const struct json *restore(struct restoring *r, const struct place *p, const struct json *old, const struct json *fresh);

static const struct json *restore_object(struct restoring *r, const struct place *p, const struct json *old, const struct json *fresh) {
	struct json_builder b = json_object_of(r->a);
	for (size_t i = 0; i < json_count(fresh); i++) {
		const struct json_member *m = &fresh->members[i];
		struct place next = below(p, m->name);
		json_set(&b, m->name, restore(r, &next, json_get(old, m->name), &m->value));
	}
	for (size_t i = 0; i < old->n; i++) {
		const struct json_member *m = &old->members[i];
		if (json_get(fresh, m->name)) continue;
		struct place next = below(p, m->name);
		const struct json *kept = restore(r, &next, &m->value, NULL);
		if (kept) json_set(&b, m->name, kept);
	}
	const struct json *out = json_built(&b);
	return fresh || json_count(out) ? out : NULL;
}

struct item {
	const struct json *shown; /* of an old item; NULL: nothing */
	size_t partner;           /* of a new item: which old one it was, or STR_NONE */
	bool used;
};

/* An item that came back as it was shown is the one that was shown, wherever it stands now; where the list is as long as it was, the others
 * are those that stood in their places. */
static void find_partners(struct restoring *r, const struct json *old, const struct json *fresh, struct item *olds, struct item *news) {
	size_t visible = 0, place = 0, n = json_count(fresh);
	for (size_t j = 0; j < n; j++) {
		news[j].partner = STR_NONE;
		for (size_t i = 0; i < old->n && news[j].partner == STR_NONE; i++)
			if (!olds[i].used && olds[i].shown && json_equal(olds[i].shown, &fresh->items[j])) {
				news[j].partner = i;
				olds[i].used = true;
			}
	}
	for (size_t i = 0; i < old->n; i++) visible += olds[i].shown != NULL;
	for (size_t i = 0; i < old->n; i++) {
		if (!olds[i].shown) continue;
		size_t j = place++; /* where it stood in what was shown */
		if (olds[i].used) continue;
		if (n == visible && news[j].partner == STR_NONE) news[j].partner = i;
		/* Taken away or changed? It has parts that the one who did it could not see. */
		for (size_t k = 0; n && n != visible && k < n; k++)
			r->unclear |= news[k].partner == STR_NONE && !json_equal(olds[i].shown, &old->items[i]);
	}
}

/* Items that the writer was not shown stay, behind the rest. */
static const struct json *restore_array(struct restoring *r, const struct place *p, const struct json *old, const struct json *fresh) {
	size_t n = json_count(fresh);
	struct item *olds = arena_array(r->a, old->n + 1, sizeof *olds), *news = arena_array(r->a, n + 1, sizeof *news);
	if (!olds || !news) return NULL;
	for (size_t i = 0; i < old->n; i++) {
		struct place next = below_index(p, i);
		olds[i].shown = project(r->a, &next, &old->items[i], r->audiences);
	}
	find_partners(r, old, fresh, olds, news);
	struct json_builder b = json_array_of(r->a);
	for (size_t j = 0; j < n; j++) {
		size_t i = news[j].partner;
		struct place next = below_index(p, i);
		json_add(&b, i == STR_NONE ? &fresh->items[j] : restore(r, &next, &old->items[i], &fresh->items[j]));
	}
	for (size_t i = 0; i < old->n; i++)
		if (!olds[i].shown) json_add(&b, &old->items[i]);
	const struct json *out = json_built(&b);
	return fresh || json_count(out) ? out : NULL;
}

static const struct json *restore(struct restoring *r, const struct place *p, const struct json *old, const struct json *fresh) {
	bool shown = readers(p) & r->audiences;
	if (!old) return fresh;
	if (json_count(old) == 0 || !deeper(p)) return fresh || shown ? fresh : old;
	if (fresh && fresh->type != old->type) return fresh;
	return old->type == JSON_OBJECT ? restore_object(r, p, old, fresh) : restore_array(r, p, old, fresh);
}

enum err_code visibility_restore(struct arena *a, const struct visibility *v, const struct json *old, const struct json *fresh,
	unsigned audiences, const struct json **out, struct err *e) {
	struct place p = whole(v);
	struct restoring r = {a, audiences, false};
	const struct json *body = restore(&r, &p, old, fresh);
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	if (r.unclear)
		return err_set(e, ERR_CONFLICT, "items of a list have parts that you may not see: change them in one revision, and add or take away in "
			"another");
	*out = body;
	return ERR_OK;
}
