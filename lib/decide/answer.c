#include "decide.h"

#include <math.h>

size_t decide_point_find(const struct decide_table *t, struct str name) {
	for (size_t i = 0; i < t->points_n; i++)
		if (str_eq(t->points[i].name, name) || str_eq(t->points[i].key, name)) return i;
	return DECIDE_NONE;
}

size_t decide_value_find(const struct decide_point *p, struct str name) {
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->values[i].name, name) || str_eq(p->values[i].key, name)) return i;
	return DECIDE_NONE;
}

struct decide_given decide_combination(const struct decide_table *t, size_t number) {
	struct decide_given g = decide_nothing();
	for (size_t i = t->points_n; i--;) {
		g.values[i] = (uint8_t)(number % t->points[i].n);
		number /= t->points[i].n;
	}
	return g;
}

size_t decide_number(const struct decide_table *t, const struct decide_given *g) {
	size_t number = 0;
	for (size_t i = 0; i < t->points_n; i++) number = number * t->points[i].n + g->values[i];
	return number;
}

/* ---- answers ---- */

/* At most what an error's message holds. */
static void list_values(const struct decide_point *p, char *out, size_t size) {
	size_t used = 0;
	out[0] = 0;
	for (size_t i = 0; i < p->n && used + p->values[i].name.n + 3 < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%.*s", i ? ", " : "", STR_ARG(p->values[i].name));
}

enum err_code decide_set(const struct decide_table *t, struct decide_given *g, struct str point, struct str value, struct err *e) {
	size_t i = decide_point_find(t, point);
	if (i == DECIDE_NONE) {
		char names[300];
		struct decide_value all[DECIDE_POINTS];
		for (size_t j = 0; j < t->points_n; j++) all[j] = (struct decide_value){.name = t->points[j].name};
		list_values(&(struct decide_point){.values = all, .n = t->points_n}, names, sizeof names);
		return err_set(e, ERR_INVALID, "%.*s asks nothing called \"%.*s\"; it asks: %s", STR_ARG(t->name), STR_ARG(str_cut_utf8(point, 40)), names);
	}
	size_t v = decide_value_find(&t->points[i], value);
	if (v == DECIDE_NONE) {
		char names[300];
		list_values(&t->points[i], names, sizeof names);
		err_set(e, ERR_INVALID, "\"%.*s\" is no answer to %.*s; it is one of: %s", STR_ARG(str_cut_utf8(value, 40)),
			STR_ARG(t->points[i].name), names);
		err_where(e, "%.*s", STR_ARG(t->points[i].name));
		return ERR_INVALID;
	}
	if (g->values[i] != DECIDE_OPEN && g->values[i] != v) {
		err_set(e, ERR_INVALID, "%.*s is answered twice", STR_ARG(t->points[i].name));
		err_where(e, "%.*s", STR_ARG(t->points[i].name));
		return ERR_INVALID;
	}
	g->values[i] = (uint8_t)v;
	return ERR_OK;
}

enum err_code decide_given_of(const struct decide_table *t, const struct json *values, struct decide_given *out, struct err *e) {
	struct decide_given g = decide_nothing();
	if (values && !json_is(values, JSON_OBJECT)) return err_set(e, ERR_INVALID, "expected an object with an answer for each point");
	for (size_t i = 0; i < json_count(values); i++) {
		const struct json_member *m = json_member_at(values, i);
		enum err_code code = decide_set(t, &g, m->name, json_string(&m->value), e);
		if (code) return code;
	}
	*out = g;
	return ERR_OK;
}

size_t decide_given_fitting(const struct decide_table *t, const struct json *values, struct decide_given *out) {
	size_t left_out = 0;
	*out = decide_nothing();
	for (size_t i = 0; i < json_count(values); i++) {
		const struct json_member *m = json_member_at(values, i);
		if (!m || decide_set(t, out, m->name, json_string(&m->value), NULL)) left_out++;
	}
	return left_out;
}

const struct json *decide_given_json(struct arena *a, const struct decide_table *t, const struct decide_given *g) {
	struct json_builder b = json_object_of(a);
	for (size_t i = 0; i < t->points_n; i++)
		if (g->values[i] != DECIDE_OPEN) json_set_str(&b, t->points[i].name, t->points[i].values[g->values[i]].name);
	return json_built(&b);
}

/* ---- what follows ---- */

/* Each combination that fits what is given, in order; *c is 0 at first. Goes by what is open, so it looks at no others. */
struct walk {
	const struct decide_table *t;
	struct decide_given g;
	unsigned open;
	bool done;
};

static struct walk walk_begin(const struct decide_table *t, const struct decide_given *given) {
	struct walk w = {.t = t, .g = *given};
	for (size_t i = 0; i < t->points_n && i < DECIDE_POINTS; i++) {
		if (given->values[i] != DECIDE_OPEN) continue;
		w.open |= 1u << i;
		w.g.values[i] = 0;
	}
	return w;
}

static void walk_on(struct walk *w) {
	for (size_t i = w->t->points_n; i--;) {
		if (!(w->open & 1u << i)) continue;
		if (++w->g.values[i] < w->t->points[i].n) return;
		w->g.values[i] = 0;
	}
	w->done = true;
}

static size_t count_outcomes(const struct decide_table *t, const struct decide_given *g, size_t counts[DECIDE_VALUES]) {
	size_t all = 0;
	memset(counts, 0, DECIDE_VALUES * sizeof *counts);
	for (struct walk w = walk_begin(t, g); !w.done; walk_on(&w)) {
		counts[t->map[decide_number(t, &w.g)]]++;
		all++;
	}
	return all;
}

/* Shannon's entropy of the outcomes, in bits, taking every combination that is left for equally likely. */
static double uncertainty(const size_t counts[DECIDE_VALUES], size_t all) {
	double bits = 0;
	for (size_t i = 0; i < DECIDE_VALUES; i++) {
		if (!counts[i]) continue;
		double share = (double)counts[i] / (double)all;
		bits -= share * log2(share);
	}
	return bits;
}

/* Whether some combination that is left would have another outcome with another value of this point. */
static bool makes_a_difference(const struct decide_table *t, const struct decide_given *g, size_t point) {
	struct decide_given fixed = *g;
	fixed.values[point] = 0;
	for (struct walk w = walk_begin(t, &fixed); !w.done; walk_on(&w)) {
		struct decide_given one = w.g;
		uint8_t first = t->map[decide_number(t, &one)];
		for (size_t v = 1; v < t->points[point].n; v++) {
			one.values[point] = (uint8_t)v;
			if (t->map[decide_number(t, &one)] != first) return true;
		}
	}
	return false;
}

void decide_answer(const struct decide_table *t, const struct decide_given *g, struct decide_answer *out) {
	*out = (struct decide_answer){.outcome = DECIDE_NONE, .next = DECIDE_NONE};
	count_outcomes(t, g, out->counts);
	for (size_t i = 0; i < t->outcome.n; i++) {
		if (!out->counts[i]) continue;
		out->possible |= 1u << i;
		out->possible_n++;
		out->outcome = i;
	}
	if (out->possible_n == 1) return;
	out->outcome = DECIDE_NONE;
	double least = (double)INFINITY;
	for (size_t i = 0; i < t->points_n; i++) {
		if (g->values[i] != DECIDE_OPEN || !makes_a_difference(t, g, i)) continue;
		out->relevant |= 1u << i;
		double expected = 0;
		for (size_t v = 0; v < t->points[i].n; v++) {
			struct decide_given with = *g;
			with.values[i] = (uint8_t)v;
			size_t counts[DECIDE_VALUES];
			size_t all = count_outcomes(t, &with, counts);
			expected += uncertainty(counts, all) / (double)t->points[i].n;
		}
		if (expected < least - 1e-9) {
			least = expected;
			out->next = i;
		}
	}
}

/* ---- more never leads to less ---- */

static bool declared(const struct decide_table *t, size_t point) {
	for (size_t i = 0; i < t->exceptions_n; i++)
		if (t->exceptions[i].point == point) return true;
	return false;
}

void decide_monotone(const struct decide_table *t, struct decide_monotony *out) {
	*out = (struct decide_monotony){0};
	/* Points of which it was declared come last, so that what was not stands first. */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < t->points_n; i++) {
			if (declared(t, i) != (pass == 1)) continue;
			for (size_t c = 0; c < t->combinations; c++) {
				struct decide_given g = decide_combination(t, c), more = g;
				if (g.values[i] + 1u >= t->points[i].n) continue;
				more.values[i]++;
				out->pairs++;
				if (t->map[decide_number(t, &more)] >= t->map[c]) continue;
				out->falls++;
				out->undeclared += pass == 0;
				if (out->first_n < lengthof(out->first)) out->first[out->first_n++] = (struct decide_fall){i, g, pass == 1};
			}
		}
	}
}

double decide_weight(const struct decide_table *t, size_t point) {
	size_t pairs = 0, differ = 0;
	for (size_t c = 0; c < t->combinations; c++) {
		struct decide_given g = decide_combination(t, c);
		if (g.values[point] + 1u >= t->points[point].n) continue;
		g.values[point]++;
		pairs++;
		differ += t->map[decide_number(t, &g)] != t->map[c];
	}
	return pairs ? (double)differ / (double)pairs : 0;
}
