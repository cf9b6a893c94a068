#include "pages.h"

static struct str level_of(struct arena *a, const struct decide_table *t, size_t outcome) {
	static const char *const tiers[] = {"low", "medium", "high", "critical"};
	for (size_t i = 0; i < lengthof(tiers); i++)
		if (str_is(t->outcome.values[outcome].tier, tiers[i])) return arena_fmt(a, "%zu", i + 1);
	return arena_fmt(a, "%zu", t->outcome.n < 2 ? 1 : 1 + 3 * outcome / (t->outcome.n - 1));
}

static struct str possible_words(struct arena *a, const struct decide_table *t, unsigned possible) {
	autobuf struct buf out = BUF(4000);
	for (size_t i = 0; i < t->outcome.n; i++) {
		if (!(possible & 1u << i)) continue;
		bool last = !(possible >> (i + 1));
		if (out.n) buf_add(&out, last ? S(" or ") : S(", "));
		buf_add(&out, t->outcome.values[i].title);
	}
	return arena_str(a, buf_str(&out));
}

/* One answer at a time by one step, where that changes what follows. */
static void read_turns(struct arena *a, const struct decide_table *t, const struct decide_given *g, size_t outcome, struct asked *q) {
	struct asked_turn *turns = arena_array(a, DECIDE_POINTS * 2, sizeof *turns);
	for (size_t i = 0; turns && i < t->points_n; i++) {
		if (g->values[i] == DECIDE_OPEN) continue;
		for (int step = -1; step <= 1; step += 2) {
			struct decide_given other = *g;
			struct decide_answer answer;
			int value = (int)g->values[i] + step;
			if (value < 0 || value >= (int)t->points[i].n) continue;
			other.values[i] = (uint8_t)value;
			decide_answer(t, &other, &answer);
			if (answer.outcome == outcome) continue;
			turns[q->turns_n++] = (struct asked_turn){t->points[i].title, t->points[i].values[value].title,
				answer.outcome == DECIDE_NONE ? possible_words(a, t, answer.possible) : t->outcome.values[answer.outcome].title};
		}
	}
	q->turns = turns;
}

static bool read_values(struct arena *a, const struct decide_point *p, uint8_t given, struct str suggested, struct asked_point *out) {
	struct asked_value *values = arena_array(a, p->n, sizeof *values);
	if (!values) return false;
	size_t hint = suggested.n && given == DECIDE_OPEN ? decide_value_find(p, suggested) : DECIDE_NONE;
	for (size_t i = 0; i < p->n; i++)
		values[i] = (struct asked_value){&p->values[i], arena_fmt(a, "%.*s-%.*s", STR_ARG(p->name), STR_ARG(p->values[i].name)),
			given == i || hint == i, hint == i};
	out->values = values;
	out->n = p->n;
	return hint != DECIDE_NONE;
}

enum err_code asked_of(struct arena *a, const struct hub *h, const struct decide_table *t, const struct decide_given *g, const struct json *suggestions,
	struct asked *out, struct err *e) {
	struct decide_answer answer;
	struct asked_point *points = arena_array(a, t->points_n, sizeof *points);
	if (!points) return err_set(e, ERR_MEMORY, "out of memory");
	decide_answer(t, g, &answer);
	*out = (struct asked){.t = t, .points = points, .n = t->points_n, .vector = decide_vector(a, t, g), .wrong = out->wrong};
	for (size_t i = 0; i < t->points_n; i++) {
		const struct decide_point *p = &t->points[i];
		bool open = g->values[i] == DECIDE_OPEN;
		points[i] = (struct asked_point){.p = p, .answered = !open, .next = answer.next == i, .idle = open && !(answer.relevant & 1u << i),
			.share = (int)(decide_weight(t, i) * 100 + 0.5), .by_table = p->table.n && table_find(h->tables, p->table)};
		bool suggested = read_values(a, p, g->values[i], json_get_str(suggestions, p->name), &points[i]);
		points[i].unknown = open && !suggested;
		out->suggested |= suggested;
		out->any |= !open;
	}
	out->possible = possible_words(a, t, answer.possible);
	if (answer.next != DECIDE_NONE) out->next = &t->points[answer.next];
	if (answer.outcome != DECIDE_NONE) {
		out->outcome = &t->outcome.values[answer.outcome];
		out->level = level_of(a, t, answer.outcome);
		read_turns(a, t, g, answer.outcome, out);
	}
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}
