/* Does a value keep the rules? rules.inc holds them and is compiled twice: once to answer yes or no, once, where the
 * answer was no and somebody wants to know why, to tell. */
#include "run.h"

static void give_up(struct run *r, const char *why) {
	if (!r->broken) r->broken = why;
	r->steps = 0;
}

static inline void mark(struct seen *s, size_t i) {
	if (s) s->bits[i / 64] |= (uint64_t)1 << (i % 64);
}

static inline void mark_all(struct seen *s, size_t n) {
	for (size_t i = 0; s && i < s->words && i * 64 < n; i++) s->bits[i] = UINT64_MAX;
}

static inline bool is_marked(const struct seen *s, size_t i) {
	return s->bits[i / 64] >> (i % 64) & 1;
}

static bool seen_open(struct run *r, struct seen *s, size_t n) {
	*s = (struct seen){.words = (n + 63) / 64};
	s->bits = s->words <= lengthof(s->few) ? s->few : calloc(s->words, sizeof *s->bits);
	if (!s->bits) give_up(r, "there is not enough memory to check the value");
	return s->bits;
}

static void seen_close(struct seen *s) {
	if (s->bits != s->few) free(s->bits);
}

static inline bool is_false(const struct node *s) {
	return s->types == 0;
}

/* Equal, the lengths being the same. Short strings without a call. */
static inline bool same_text(const char *a, const char *b, size_t n) {
	if (n > 16) return memcmp(a, b, n) == 0;
	if (n >= 4) return name_same(a, b, n);
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i]) return false;
	return true;
}

/* The number of the member of that name, or STR_NONE. */
static inline size_t member_of(const struct json *v, struct str name) {
	if (v->n > JSON_INDEXED) {
		const struct json *value = json_get(v, name);
		if (!value) return STR_NONE;
		return (size_t)((const char *)value - (const char *)&v->members[0].value) / sizeof *v->members;
	}
	for (size_t i = 0; i < v->n; i++)
		if (v->members[i].name.n == name.n && same_text(v->members[i].name.p, name.p, name.n)) return i;
	return STR_NONE;
}

static bool value_listed(const struct value_rules *values, const struct json *v) {
	if (v->type == JSON_STRING) {
		if (values->strings.n == 1)
			return v->string.n == values->only.n && same_text(v->string.p, values->only.p, values->only.n);
		return values->strings.n && names_find(&values->strings, v->string);
	}
	for (size_t i = 0; i < values->n_others; i++)
		if (json_equal(&values->others[i], v)) return true;
	return false;
}

static bool is_multiple(const struct number_rules *n, const struct json *v) {
	if (n->plain_step && v->type == JSON_INT) return v->integer % n->step_value.integer == 0;
	struct decimal d;
	return decimal_of(v, &d) && decimal_is_multiple(d, n->step);
}

static const char *number_text(const struct json *v, char out[JSON_REAL_TEXT]) {
	if (v->type == JSON_INT)
		snprintf(out, JSON_REAL_TEXT, "%lld", (long long)v->integer);
	else
		json_real_text(v->real, out);
	return out;
}

/* The outermost resource of the dynamic scope that has the anchor (Core 2020-12, section 8.2.3.2). */
static const struct node *dynamic_target(const struct dynamic_ref *d, const struct scope *scope) {
	const struct node *found = d->fallback;
	if (d->n < 2) return found;
	for (; scope; scope = scope->up)
		for (size_t i = 0; i < d->n; i++)
			if (d->targets[i].resource == scope->resource) found = d->targets[i].node;
	return found;
}

/* What unevaluatedProperties or unevaluatedItems ask of the parts of v; NULL when nothing. */
static inline const struct node *rest_of(const struct node *s, const struct json *v) {
	if (!s->logic || (v->type != JSON_OBJECT && v->type != JSON_ARRAY)) return NULL;
	return v->type == JSON_OBJECT ? s->logic->unevaluated_properties : s->logic->unevaluated_items;
}

static bool branch(
	struct run *r, const struct node *s, const struct json *v, const struct scope *scope, struct seen *seen);
static size_t count_branches(struct run *r, const struct nodes *branches, const struct json *v,
	const struct scope *scope, struct seen *seen, size_t enough);
static void report_nearest(struct run *r, const struct node *s, const char *keyword, const struct nodes *branches,
	const struct json *v, const struct scope *scope, const struct place *at);

#define FULL 0
#define NAME(x) x##_quick
#include "rules.inc"
#undef FULL
#undef NAME
#define FULL 1
#define NAME(x) x##_full
#include "rules.inc"

/* Forms are mostly told apart by a member that one of them must have. */
static inline bool lacks_member(const struct node *s, const struct json *v) {
	return v->type == JSON_OBJECT && s->object && s->object->n_required &&
		member_of(v, s->object->some_required) == STR_NONE;
}

/* A schema that may fail without harm: what it has looked at counts only if it does not. */
static bool branch(
	struct run *r, const struct node *s, const struct json *v, const struct scope *scope, struct seen *seen) {
	if (lacks_member(s, v)) return false;
	if (s->only_member && v->type == JSON_OBJECT) return s->types & TYPE_OBJECT;
	if (!seen) return child_quick(r, s, v, scope, NULL, NULL);
	struct seen own;
	if (!seen_open(r, &own, v->n)) return false;
	bool ok = child_quick(r, s, v, scope, &own, NULL);
	for (size_t i = 0; ok && i < own.words; i++) seen->bits[i] |= own.bits[i];
	seen_close(&own);
	return ok;
}

/* Stops when `enough` branches match, unless all must be heard for what they look at. */
static size_t count_branches(struct run *r, const struct nodes *branches, const struct json *v,
	const struct scope *scope, struct seen *seen, size_t enough) {
	size_t n = 0;
	for (size_t i = 0; i < branches->n && (seen || n < enough); i++) n += branch(r, branches->p[i], v, scope, seen);
	return n;
}

static void report_nearest(struct run *r, const struct node *s, const char *keyword, const struct nodes *branches,
	const struct json *v, const struct scope *scope, const struct place *at) {
	uint8_t types = 0, type = type_bit(v);
	for (size_t i = 0; i < branches->n; i++) types |= branches->p[i]->types;
	if (!(types & type)) {
		report_types(r, s, keyword, at, types, v);
		return;
	}
	size_t depth = 0;
	for (const struct place *p = at; p; p = p->up) depth++;
	struct schema_errors *told = r->errors, best = {.n = 0};
	unsigned least = 0;
	for (size_t i = 0; i < branches->n; i++) {
		if (!(branches->p[i]->types & type)) continue;
		struct schema_errors errors = {.n = 0};
		r->errors = &errors;
		check_full(r, branches->p[i], v, scope, NULL, at);
		unsigned distance = errors_distance(&errors, depth);
		if (best.n && distance >= least) continue;
		best = errors;
		least = distance;
	}
	r->errors = told;
	report_all(r, &best);
}

bool schema_valid(const struct schema *s, const struct json *value, struct arena *a, struct schema_errors *errors) {
	struct scope root = {NULL, s->root_resource};
	struct run r = {.a = a, .steps = RUN_STEPS, .depth = RUN_DEPTH};
	if (errors) *errors = (struct schema_errors){.n = 0};
	bool ok = value && child_quick(&r, s->root, value, &root, NULL, NULL) && !r.broken;
	if (ok || !errors) return ok;
	const char *broken = r.broken;
	r = (struct run){.a = a, .errors = errors, .steps = RUN_STEPS, .depth = RUN_DEPTH};
	if (!value)
		report(&r, s->root, NULL, NULL, "there is no value");
	else if (!broken)
		check_full(&r, s->root, value, &root, NULL, NULL);
	if (broken || !errors->n)
		report(&r, s->root, NULL, NULL, "%s", broken ? broken : r.broken ? r.broken : "is not valid");
	return false;
}

enum err_code schema_check(const struct schema *s, const struct json *value, struct arena *a, struct err *e) {
	if (schema_valid(s, value, a, NULL)) return ERR_OK;
	struct schema_errors errors;
	if (schema_valid(s, value, a, &errors)) return ERR_OK;
	if (!errors.n) return err_set(e, ERR_MEMORY, "not enough memory to check the value");
	err_set(e, ERR_INVALID, "%.*s", STR_ARG(errors.items[0].message));
	err_where(e, "%.*s", STR_ARG(errors.items[0].instance));
	return ERR_INVALID;
}
