/* What links nodes that stand for the same value: references, allOf and its like, $dynamicRef. */
#include "compile.h"

static const struct node *single(
	struct compiler *c, const struct spot *s, const struct keyword_values *k, enum keyword which) {
	return k->v[which] ? node_below(c, s, which, (struct str){NULL, 0}, k->v[which]) : NULL;
}

static void compile_dynamic(struct compiler *c, const struct spot *s, struct str reference, struct logic_rules *r) {
	bool dynamic;
	struct str name;
	struct spot *to = follow_reference(c, s, reference, &dynamic, &name);
	if (!to) return;
	const struct node *fallback = node_of(c, to, s->resource);
	struct dynamic_ref *ref = arena_new_of(c->a, struct dynamic_ref);
	if (!ref) return;
	*ref = (struct dynamic_ref){.fallback = fallback};
	r->dynamic = ref;
	if (!dynamic) return;
	struct waiting *w = arena_new_of(c->temporary, struct waiting);
	if (!w) return;
	*w = (struct waiting){.next = c->waiting, .ref = ref, .name = name};
	c->waiting = w;
}

const struct logic_rules *compile_logic(struct compiler *c, const struct spot *s, const struct keyword_values *k) {
	struct logic_rules r = {.ref = NULL};
	bool dynamic;
	struct str name;
	if (k->v[K_REF]) {
		struct spot *to = follow_reference(c, s, k->v[K_REF]->string, &dynamic, &name);
		if (to) r.ref = node_of(c, to, s->resource);
	}
	if (k->v[K_DYNAMIC_REF]) compile_dynamic(c, s, k->v[K_DYNAMIC_REF]->string, &r);
	r.all = nodes_below(c, s, K_ALL_OF, k->v[K_ALL_OF]);
	r.any = nodes_below(c, s, K_ANY_OF, k->v[K_ANY_OF]);
	r.one = nodes_below(c, s, K_ONE_OF, k->v[K_ONE_OF]);
	r.not = single(c, s, k, K_NOT);
	if (k->v[K_IF]) {
		r.when = single(c, s, k, K_IF);
		r.then = single(c, s, k, K_THEN);
		r.otherwise = single(c, s, k, K_ELSE);
	}
	r.unevaluated_items = single(c, s, k, K_UNEVALUATED_ITEMS);
	r.unevaluated_properties = single(c, s, k, K_UNEVALUATED_PROPERTIES);
	bool any = r.ref || r.dynamic || r.all.n || r.any.n || r.one.n || r.not || r.when || r.unevaluated_items ||
		r.unevaluated_properties;
	struct logic_rules *kept = any ? arena_new_of(c->a, struct logic_rules) : NULL;
	if (kept) *kept = r;
	return kept;
}

/* ---- $dynamicRef ---- */

bool link_dynamic(struct compiler *c) {
	size_t before = c->n;
	for (struct waiting *w = c->waiting; w; w = w->next) {
		struct dynamic_target *targets = arena_array(c->a, c->registry.n, sizeof *targets);
		if (!targets) {
			compile_no_memory(c);
			return false;
		}
		size_t n = 0;
		for (uint32_t i = 0; i < c->registry.n; i++) {
			struct resource *r = c->registry.all[i];
			struct spot *s = r->reached ? map_get(&r->dynamic, w->name) : NULL;
			if (s) targets[n++] = (struct dynamic_target){r->number, node_of(c, s, NULL)};
		}
		w->ref->targets = targets;
		w->ref->n = n;
	}
	if (c->n != before) return true;
	bool scoped = false;
	for (struct waiting *w = c->waiting; w; w = w->next) scoped |= w->ref->n > 1;
	for (size_t i = 0; scoped && i < c->n; i++) c->nodes[i]->scoped = c->nodes[i]->special = true;
	return false;
}

/* ---- loops ---- */

/* The i-th node that is asked about the same value; *end when there are no more. A $dynamicRef and dependentSchemas are
 * left out: whether they loop shows only while validating, where the depth is bounded. */
static const struct node *same_value(const struct node *n, size_t i, bool *end) {
	const struct logic_rules *l = n->logic;
	if (!l) goto none;
	const struct nodes lists[] = {
		{(const struct node *[]){l->ref, l->not, l->when, l->then, l->otherwise}, 5}, l->all, l->any, l->one};
	for (size_t k = 0; k < lengthof(lists); k++) {
		if (i < lists[k].n) return lists[k].p[i];
		i -= lists[k].n;
	}
none:
	*end = true;
	return NULL;
}

struct visit {
	const struct node *node;
	size_t next;
};

enum { FRESH, OPEN, DONE };

static unsigned char *state_of(const struct map *m, const struct node *n) {
	return map_get(m, str_n(&n, sizeof n));
}

void refuse_loops(struct compiler *c) {
	struct map states = {.arena = c->temporary};
	unsigned char *state = arena_alloc(c->temporary, c->n);
	struct visit *stack = arena_array(c->temporary, c->n + 1, sizeof *stack);
	for (size_t i = 0; state && stack && i < c->n; i++) {
		void **at = map_at(&states, str_n(&c->nodes[i], sizeof c->nodes[i]));
		if (!at) {
			compile_no_memory(c);
			return;
		}
		*at = &state[i];
	}
	for (size_t i = 0; state && stack && i < c->n; i++) {
		if (state[i] != FRESH) continue;
		size_t depth = 0;
		stack[depth++] = (struct visit){c->nodes[i], 0};
		state[i] = OPEN;
		while (depth) {
			struct visit *v = &stack[depth - 1];
			bool end = false;
			const struct node *next = same_value(v->node, v->next++, &end);
			if (end) {
				*state_of(&states, v->node) = DONE;
				depth--;
				continue;
			}
			unsigned char *s = next ? state_of(&states, next) : NULL;
			if (s && *s == OPEN) {
				compile_fails(c, ERR_INVALID, next->place,
					"the schema comes back to itself without going deeper into the value, so it would never end");
				return;
			}
			if (!s || *s == DONE) continue;
			*s = OPEN;
			stack[depth++] = (struct visit){next, 0};
		}
	}
	if (!state || !stack) compile_no_memory(c);
}
