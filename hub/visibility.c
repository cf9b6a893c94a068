#include "visibility.h"

/* A trie over the segments of the pointers. */
struct visibility {
	struct str segment;
	const struct visibility *next;   /* sibling */
	const struct visibility *child;  /* first of those below */
	const struct visibility *any;    /* below `*` */
	unsigned audiences;
	bool declared;
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

/* The node for a pointer, made where it is missing. Nodes on the way are copied once, so that a trie which others use stays as it is:
 * `root` is a copy already. */
static struct visibility *reach(struct arena *a, struct visibility *root, struct str pointer) {
	struct visibility *at = root;
	if (pointer.n == 0) return at;
	struct str rest = str_from(pointer, 1), segment;
	while (at && str_split(&rest, '/', &segment)) {
		bool star = str_eq(segment, S("*"));
		segment = unescape(a, segment);
		const struct visibility *old = at->any;
		if (!star)
			for (old = at->child; old && !str_eq(old->segment, segment);) old = old->next;
		struct visibility *copy = arena_new_of(a, struct visibility);
		if (!copy) return NULL;
		if (old) *copy = *old;
		copy->segment = segment;
		if (star) {
			at->any = copy;
		} else {
			/* The copy takes the old one's place; siblings before it are copied too, since they point at it. */
			const struct visibility *after = old ? old->next : at->child;
			struct visibility *first = copy;
			if (old)
				for (const struct visibility *s = at->child; s != old; s = s->next) {
					struct visibility *sibling = arena_new_of(a, struct visibility);
					if (!sibling) return NULL;
					*sibling = *s;
					sibling->next = first;
					first = sibling;
				}
			copy->next = after;
			at->child = first;
		}
		at = copy;
	}
	return at;
}

static enum err_code check_pointer(struct str pointer, struct err *e) {
	if (pointer.n && pointer.p[0] != '/')
		return err_set(e, ERR_INVALID, "visibility: \"%.*s\" is no JSON pointer", STR_ARG(pointer));
	return ERR_OK;
}

enum err_code visibility_compile(struct arena *a, const struct json *definition, const struct visibility **out, struct err *e) {
	struct visibility *root = arena_new_of(a, struct visibility);
	for (size_t i = 0; root && i < json_count(definition); i++) {
		const struct json_member *m = json_member_at(definition, i);
		unsigned audience = m ? audience_of(m->name) : 0;
		if (!audience) return err_set(e, ERR_INVALID, "visibility: there is no such audience");
		for (size_t j = 0; j < json_count(&m->value); j++) {
			struct str pointer = json_string(json_at(&m->value, j));
			enum err_code code = check_pointer(pointer, e);
			if (code) return code;
			struct visibility *node = reach(a, root, pointer);
			if (!node) break;
			node->declared = true;
			node->audiences |= audience;
		}
	}
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	*out = root;
	return ERR_OK;
}

enum err_code visibility_override(struct arena *a, const struct visibility *base, const struct json *overrides,
	const struct visibility **out, struct err *e) {
	if (json_count(overrides) == 0) {
		*out = base;
		return ERR_OK;
	}
	struct visibility *root = arena_new_of(a, struct visibility);
	if (root) *root = *base;
	for (size_t i = 0; root && i < json_count(overrides); i++) {
		const struct json_member *m = json_member_at(overrides, i);
		if (!m) return err_set(e, ERR_INVALID, "visibility: expected an object of pointers");
		enum err_code code = check_pointer(m->name, e);
		if (code) return code;
		struct visibility *node = reach(a, root, m->name);
		if (!node) break;
		/* An override speaks for all that lies below it. */
		struct str segment = node->segment;
		const struct visibility *next = node->next;
		*node = (struct visibility){.segment = segment, .next = next, .declared = true};
		for (size_t j = 0; j < json_count(&m->value); j++) {
			unsigned audience = audience_of(json_string(json_at(&m->value, j)));
			if (!audience) return err_set(e, ERR_INVALID, "visibility: %.*s: there is no such audience", STR_ARG(m->name));
			node->audiences |= audience;
		}
	}
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	*out = root;
	return ERR_OK;
}

static const struct visibility *below(const struct visibility *v, struct str name) {
	for (const struct visibility *c = v->child; c; c = c->next)
		if (str_eq(c->segment, name)) return c;
	return v->any;
}

static const struct json *project(struct arena *a, const struct visibility *v, const struct json *value, unsigned audiences,
	unsigned inherited) {
	unsigned readers = v && v->declared ? v->audiences : inherited;
	bool shown = readers & audiences;
	bool deeper = v && (v->child || v->any);
	if (!deeper || json_count(value) == 0) return shown ? value : NULL;
	bool object = value->type == JSON_OBJECT;
	struct json_builder b = object ? json_object_of(a) : json_array_of(a);
	for (size_t i = 0; i < value->n; i++) {
		const struct json *item;
		if (object) {
			const struct json_member *m = &value->members[i];
			item = project(a, below(v, m->name), &m->value, audiences, readers);
			if (item) json_set(&b, m->name, item);
		} else {
			/* An item that is hidden is left out: its place would tell that it exists. */
			char index[24];
			int n = snprintf(index, sizeof index, "%zu", i);
			item = project(a, below(v, str_n(index, (size_t)n)), &value->items[i], audiences, readers);
			if (item) json_add(&b, item);
		}
	}
	const struct json *out = json_built(&b);
	return shown || json_count(out) ? out : NULL;
}

const struct json *visibility_project(struct arena *a, const struct visibility *v, const struct json *body, unsigned audiences) {
	return body ? project(a, v, body, audiences, 0) : NULL;
}

unsigned visibility_of(const struct visibility *v, struct str pointer) {
	unsigned audiences = v->declared ? v->audiences : 0;
	if (pointer.n == 0) return audiences;
	struct str rest = str_from(pointer, 1), segment;
	while (v && str_split(&rest, '/', &segment)) {
		v = below(v, segment);
		if (v && v->declared) audiences = v->audiences;
	}
	return audiences;
}
