/* A table that loads is whole: every combination has an outcome, partial answers leave no more open than fewer did, and a vector reads back. */
#include "fuzz.h"
#include "lib/decide/decide.h"

static void check(struct arena *a, const struct decide_table *t) {
	MUST(t->points_n >= 1 && t->points_n <= DECIDE_POINTS && t->combinations <= DECIDE_COMBINATIONS && t->outcome.n <= DECIDE_VALUES);
	struct decide_given g = decide_nothing();
	struct decide_answer last, now;
	decide_answer(t, &g, &last);
	MUST(last.possible_n >= 1);
	for (size_t i = 0; i < t->points_n; i++) {
		g.values[i] = (uint8_t)(t->points[i].n - 1);
		decide_answer(t, &g, &now);
		MUST((now.possible & ~last.possible) == 0 && now.possible_n >= 1);
		MUST((now.outcome == DECIDE_NONE) == (now.relevant != 0) && (now.next == DECIDE_NONE) == (now.relevant == 0));
		struct decide_given again;
		struct err e;
		MUST(!decide_vector_read(t, decide_vector(a, t, &g), &again, &e));
		MUST(memcmp(&g, &again, sizeof g) == 0);
		last = now;
	}
	MUST(now.outcome == t->map[decide_number(t, &g)]);
	struct decide_monotony m;
	decide_monotone(t, &m);
	MUST(m.undeclared <= m.falls && m.falls <= m.pairs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)16 << 20);
	const struct decide_table *t = NULL;
	struct err e = {.code = ERR_OK};
	if (!a || size > 1 << 16) return 0;
	enum err_code code = decide_load(a, str_n(data, size), &t, &e);
	if (!code) check(a, t);
	else MUST(code == e.code && e.message[0] && !t);
	return 0;
}
