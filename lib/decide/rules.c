/* Rules: each takes, point by point, some values, and gives an outcome. That every combination is met once is counted, not argued. */
#include "inside.h"

enum { UNMET = 0xff };

/* "*", a value, or several: "N|P". */
static enum err_code read_set(const struct decide_point *p, struct str words, struct str at, uint16_t *out, struct err *e) {
	*out = 0;
	if (str_is(words, "*")) {
		*out = (uint16_t)((1u << p->n) - 1);
		return ERR_OK;
	}
	struct str rest = words, word;
	while (rest.p && str_split(&rest, '|', &word)) {
		size_t i = decide_value_find(p, word);
		if (i == DECIDE_NONE)
			return decide_wrong(e, at, "\"%.*s\" is no value of %.*s", STR_ARG(str_cut_utf8(word, 40)), STR_ARG(p->name));
		if (*out & 1u << i) return decide_wrong(e, at, "\"%.*s\" stands twice", STR_ARG(word));
		*out |= (uint16_t)(1u << i);
	}
	return ERR_OK;
}

static enum err_code read_rule(struct arena *a, const struct decide_table *t, const struct json *v, struct str at, struct decide_rule *out,
	struct err *e) {
	if (!json_is(v, JSON_ARRAY) || v->n != t->points_n + 1)
		return decide_wrong(e, at, "expected %zu texts: the values of each point, then the outcome", t->points_n + 1);
	uint16_t *sets = arena_array(a, t->points_n, sizeof *sets);
	if (!sets) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < t->points_n; i++) {
		enum err_code code = read_set(&t->points[i], json_string(&v->items[i]), arena_fmt(a, "%.*s/%zu", STR_ARG(at), i), &sets[i], e);
		if (code) return code;
	}
	struct str outcome = json_string(&v->items[t->points_n]);
	size_t found = decide_value_find(&t->outcome, outcome);
	if (found == DECIDE_NONE)
		return decide_wrong(e, arena_fmt(a, "%.*s/%zu", STR_ARG(at), t->points_n), "\"%.*s\" is no outcome",
			STR_ARG(str_cut_utf8(outcome, 40)));
	*out = (struct decide_rule){sets, (uint8_t)found};
	return ERR_OK;
}

static struct str combination_words(struct arena *a, const struct decide_table *t, size_t number) {
	struct decide_given g = decide_combination(t, number);
	struct str words = STR_EMPTY;
	for (size_t i = 0; i < t->points_n; i++)
		words = arena_fmt(a, "%.*s%s%.*s %.*s", STR_ARG(words), i ? ", " : "", STR_ARG(t->points[i].name),
			STR_ARG(t->points[i].values[g.values[i]].name));
	return words;
}

/* Marks every combination that the rule takes, by counting through its own values alone. */
static enum err_code apply(struct arena *a, const struct decide_table *t, size_t number, struct str at, uint8_t *map, struct err *e) {
	const struct decide_rule *rule = &t->rules[number];
	struct decide_given g = decide_nothing();
	for (size_t i = 0; i < t->points_n; i++) g.values[i] = (uint8_t)__builtin_ctz(rule->sets[i]);
	for (;;) {
		size_t c = decide_number(t, &g);
		if (map[c] != UNMET)
			return decide_wrong(e, at, "an earlier rule has this combination already: %.*s",
				STR_ARG(str_cut_utf8(combination_words(a, t, c), 300)));
		map[c] = rule->outcome;
		size_t i = t->points_n;
		while (i) {
			unsigned above = rule->sets[i - 1] & ~((2u << g.values[i - 1]) - 1);
			if (above) {
				g.values[i - 1] = (uint8_t)__builtin_ctz(above);
				break;
			}
			i--;
			g.values[i] = (uint8_t)__builtin_ctz(rule->sets[i]);
		}
		if (!i) return ERR_OK;
	}
}

enum err_code decide_read_rules(struct arena *a, struct decide_table *t, struct err *e) {
	const struct json *list = json_get_lit(t->document, "rules");
	if (!json_is(list, JSON_ARRAY) || !list->n) return decide_wrong(e, S("/rules"), "expected a list of rules");
	if (list->n > DECIDE_RULES) return decide_wrong(e, S("/rules"), "more than %d rules", DECIDE_RULES);
	struct decide_rule *rules = arena_array(a, list->n, sizeof *rules);
	uint8_t *map = arena_raw(a, t->combinations);
	if (!rules || !map) return err_set(e, ERR_MEMORY, "out of memory");
	memset(map, UNMET, t->combinations);
	t->rules = rules;
	t->rules_n = list->n;
	for (size_t i = 0; i < list->n; i++) {
		struct str at = arena_fmt(a, "/rules/%zu", i);
		enum err_code code = read_rule(a, t, &list->items[i], at, &rules[i], e);
		if (!code) code = apply(a, t, i, at, map, e);
		if (code) return code;
	}
	for (size_t c = 0; c < t->combinations; c++)
		if (map[c] == UNMET)
			return decide_wrong(e, S("/rules"), "no rule has this combination: %.*s", STR_ARG(str_cut_utf8(combination_words(a, t, c), 300)));
	t->map = map;
	return ERR_OK;
}
