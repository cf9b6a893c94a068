#include "machine.h"

void machine_free(struct machine *m) {
	free(m->stack);
	free(m->marks);
	free(m->memo);
	free(m->kept);
	free(m->pool);
	free(m->slots);
	free(m->recent);
	free(m->tuples);
}

static bool copy(void *to, const void *from, uint64_t n, size_t size) {
	void *p = n ? malloc(n * size) : NULL;
	if (p) memcpy(p, from, n * size);
	memcpy(to, &p, sizeof p);
	return p || !n;
}

bool machine_copy(const struct machine *m, struct machine *out) {
	*out = *m;
	bool ok = copy(&out->stack, m->stack, m->room, sizeof *m->stack);
	ok &= copy(&out->marks, m->marks, m->marks_room, sizeof *m->marks);
	ok &= copy(&out->memo, m->memo, m->memo_room, sizeof *m->memo);
	ok &= copy(&out->kept, m->kept, m->kept_room, sizeof *m->kept);
	ok &= copy(&out->pool, m->pool, m->pool_room, 1);
	ok &= copy(&out->slots, m->slots, m->slots_n, sizeof *m->slots);
	ok &= copy(&out->recent, m->recent, m->recent ? RECENT : 0, sizeof *m->recent);
	ok &= copy(&out->tuples, m->tuples, m->tuples ? TUPLES : 0, sizeof *m->tuples);
	out->imports = arena_array(m->s->scratch, (uint64_t)m->imports_n + 1, sizeof *m->imports);
	if (out->imports && m->imports_n) memcpy(out->imports, m->imports, m->imports_n * sizeof *m->imports);
	out->imports_room = m->imports_n + 1;
	out->by_name = (struct map){.arena = m->s->scratch};
	if (!ok) machine_free(out);
	return ok && out->imports;
}

bool broken(struct machine *m, const char *why) {
	m->run->end = PICKLE_BROKEN;
	m->run->why = why;
	return false;
}

bool cut_short(struct machine *m) {
	m->run->end = m->s->over ? PICKLE_OVER : PICKLE_TRUNCATED;
	return false;
}

static bool over(struct machine *m, const char *what) {
	if (!m->s->silent) over_budget(m->s, reader_offset(m->r), "%s", what);
	m->run->end = PICKLE_OVER;
	return false;
}

/* Grows an array of items of `size` bytes to hold at least `need`. */
static bool grow(void **items, uint32_t *room, uint64_t need, size_t size, uint64_t most) {
	if (need <= *room) return true;
	uint64_t bigger = *room ? (uint64_t)*room * 2 : 64;
	while (bigger < need) bigger *= 2;
	if (bigger > most) bigger = most;
	if (bigger < need) return false;
	void *p = realloc(*items, bigger * size);
	if (!p) return false;
	*items = p;
	*room = (uint32_t)bigger;
	return true;
}
#define GROW(array, room, need, most) grow((void **)&(array), &(room), (need), sizeof *(array), (most))

/* ---- stack ---- */

bool push_slow(struct machine *m, value v) {
	if (!GROW(m->stack, m->room, (uint64_t)m->n + 1, m->s->limits.memo)) return over(m, "a pickle with too large a stack");
	m->stack[m->n++] = v;
	return true;
}

bool push_number(struct machine *m, int64_t n) {
	m->numbers[m->ops % NUMBERS].op = m->ops;
	m->numbers[m->ops % NUMBERS].value = n;
	return push_plain(m);
}

/* What a look at bytes takes for a value that isn't there. */
static bool lost(value *out) {
	*out = v_of(V_LOST, 0);
	return true;
}

bool pop(struct machine *m, value *out) {
	if (m->n <= m->floor && m->lenient) return lost(out);
	if (m->n <= m->floor) return broken(m, "the stack has too little");
	value *last = &m->stack[m->n - 1];
	if (v_kind(*last) == V_PLAIN && v_payload(*last) > 1) {
		--*last;
		*out = v_of(V_PLAIN, 1);
	} else {
		*out = *last;
		m->n--;
	}
	return true;
}

bool top(struct machine *m, value *out) {
	if (m->n <= m->floor && m->lenient && !push(m, v_of(V_LOST, 0))) return false;
	if (m->n <= m->floor) return broken(m, "the stack has too little");
	*out = m->stack[m->n - 1];
	if (v_kind(*out) == V_PLAIN) *out = v_of(V_PLAIN, 1);
	return true;
}

void set_top(struct machine *m, value v) {
	m->stack[m->n - 1] = v;
}

bool mark(struct machine *m) {
	if (!GROW(m->marks, m->marks_room, (uint64_t)m->marks_n + 1, m->s->limits.memo)) return over(m, "a pickle with too many marks");
	m->marks[m->marks_n++] = m->n;
	m->floor = m->n;
	return true;
}

bool unmark(struct machine *m, uint32_t *from) {
	if (!m->marks_n && m->lenient) {
		*from = m->n;
		return true;
	}
	if (!m->marks_n) return broken(m, "there is no mark");
	*from = m->marks[--m->marks_n];
	m->floor = m->marks_n ? m->marks[m->marks_n - 1] : 0;
	return true;
}

/* ---- how much a walk through a value meets ---- */

static uint32_t added(uint32_t x, uint32_t y) {
	return x + y < PAYLOAD ? x + y : PAYLOAD - 1;
}

static uint32_t weight_of(struct machine *m, value v) {
	const struct tuple *t;
	switch (v_kind(v)) {
	case V_PLAIN:
	case V_CONTAINER: return v_payload(v);
	case V_MEMOIZED: {
		value kept = v_payload(v) < m->memo_room ? m->memo[v_payload(v)] : V_NEVER;
		return v_kind(kept) == V_CONTAINER && kept != V_NEVER ? v_payload(kept) : 1;
	}
	case V_TUPLE:
		t = tuple_at(m, v);
		return t ? t->weight : 1;
	case V_STRING:
	case V_BYTES:
	case V_IMPORT:
	case V_RESULT:
	case V_DTYPE:
	case V_STORAGE:
	case V_TENSOR:
	case V_LOST: return 1;
	}
	return 1;
}

uint32_t weigh(struct machine *m, uint32_t from) {
	uint32_t sum = 1;
	for (uint32_t i = from; i < m->n; i++) sum = added(sum, weight_of(m, m->stack[i]));
	if (sum > m->heaviest) m->heaviest = sum;
	return sum;
}

void add_weight(struct machine *m, value container, uint32_t weight) {
	if (v_kind(container) != V_MEMOIZED || v_payload(container) >= m->memo_room) return;
	value *kept = &m->memo[v_payload(container)];
	if (*kept != V_NEVER && v_kind(*kept) == V_CONTAINER) {
		*kept = v_of(V_CONTAINER, added(v_payload(*kept), weight));
		if (v_payload(*kept) > m->heaviest) m->heaviest = v_payload(*kept);
	}
}

/* ---- memo ---- */

bool memo_put(struct machine *m, uint64_t index) {
	value v;
	if (!top(m, &v)) return false;
	if (index >= m->memo_room) {
		/* The unpickler makes room for every index below: one far beyond those in use is there to exhaust memory. */
		uint32_t before = m->memo_room;
		bool sane = index < 4096 + 16 * (uint64_t)m->memo_set + m->ops;
		if (!sane || !GROW(m->memo, m->memo_room, index + 1, m->s->limits.memo)) return over(m, "a pickle with too large a memo");
		memset(m->memo + before, 0xFF, (m->memo_room - before) * sizeof *m->memo);
	}
	if (m->memo[index] == V_NEVER) m->memo_set++;
	if (v_kind(v) == V_DTYPE) m->record_memo[m->records++ % RECORDS] = (uint32_t)index;
	if (v_kind(v) == V_CONTAINER && index < PAYLOAD) {
		m->memo[index] = v;
		set_top(m, v_of(V_MEMOIZED, (uint32_t)index));
	} else if (v_kind(v) == V_MEMOIZED && index != v_payload(v)) {
		m->memo[index] = v;
	} else if (v_kind(v) != V_MEMOIZED) {
		m->memo[index] = v;
	}
	return true;
}

bool memo_get(struct machine *m, uint64_t index) {
	bool known = index < m->memo_room && m->memo[index] != V_NEVER;
	if (!known && m->lenient) return push(m, v_of(V_LOST, 0));
	if (!known) return broken(m, "the memo has no such entry");
	value v = m->memo[index];
	if (v_kind(v) == V_CONTAINER) v = v_of(V_MEMOIZED, (uint32_t)index);
	return v_kind(v) == V_PLAIN ? push_plain(m) : push(m, v);
}

/* ---- strings that may be names ---- */

static uint32_t hash_of(struct str s) {
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < s.n; i++) h = (h ^ (uint8_t)s.p[i]) * 16777619u;
	return h ^ h >> 15;
}

static bool grow_slots(struct machine *m) {
	uint32_t n = m->slots_n ? m->slots_n * 2 : 64;
	uint32_t *slots = malloc(n * sizeof *slots);
	if (!slots) return false;
	memset(slots, 0xFF, n * sizeof *slots);
	for (uint32_t i = 0; i < m->kept_n; i++) {
		uint32_t at = m->kept[i].hash & (n - 1);
		while (slots[at] != UINT32_MAX) at = (at + 1) & (n - 1);
		slots[at] = i;
	}
	free(m->slots);
	m->slots = slots;
	m->slots_n = n;
	return true;
}

/* The first strings are kept for good, once each. */
static bool keep(struct machine *m, struct str s, uint32_t *number) {
	uint32_t hash = hash_of(s), at = 0;
	if (m->kept_n * 2 >= m->slots_n && m->kept_n < KEPT_STRINGS && !grow_slots(m)) return false;
	for (at = hash & (m->slots_n - 1); m->slots[at] != UINT32_MAX; at = (at + 1) & (m->slots_n - 1)) {
		const struct kept *k = &m->kept[m->slots[at]];
		if (k->hash == hash && k->n == s.n && memcmp(m->pool + k->at, s.p, s.n) == 0) {
			*number = m->slots[at];
			return true;
		}
	}
	if (m->kept_n >= KEPT_STRINGS || !GROW(m->kept, m->kept_room, (uint64_t)m->kept_n + 1, KEPT_STRINGS) ||
		!GROW(m->pool, m->pool_room, (uint64_t)m->pool_n + s.n + 1, 4 << 20))
		return false;
	m->kept[m->kept_n] = (struct kept){m->pool_n, hash, (uint8_t)s.n};
	memcpy(m->pool + m->pool_n, s.p, s.n);
	m->pool_n += (uint32_t)s.n;
	m->slots[at] = m->kept_n;
	*number = m->kept_n++;
	return true;
}

/* The others for a while: a name stands shortly before it is used. */
static value keep_recent(struct machine *m, struct str s) {
	if (!m->recent) m->recent = calloc(RECENT, sizeof *m->recent);
	if (!m->recent) return v_of(V_STRING, STRING_LOST);
	m->strings = m->strings < KEPT_STRINGS || m->strings + 1 >= STRING_LOST ? KEPT_STRINGS : m->strings + 1;
	struct recent *slot = &m->recent[m->strings % RECENT];
	slot->number = m->strings;
	slot->n = (uint8_t)s.n;
	memcpy(slot->bytes, s.p, s.n);
	return v_of(V_STRING, m->strings);
}

value string_value(struct machine *m, struct str s) {
	uint32_t number;
	if (s.n > STRING_BYTES) return v_of(V_STRING, STRING_LOST);
	return keep(m, s, &number) ? v_of(V_STRING, number) : keep_recent(m, s);
}

bool string_of(struct machine *m, value v, struct str *out) {
	uint32_t number = v_payload(v);
	if (v_kind(v) != V_STRING || number == STRING_LOST) return false;
	if (number < KEPT_STRINGS) {
		*out = str_n(m->pool + m->kept[number].at, m->kept[number].n);
		return true;
	}
	const struct recent *slot = &m->recent[number % RECENT];
	if (slot->number != number) return false;
	*out = str_n(slot->bytes, slot->n);
	return true;
}

/* ---- tuples ---- */

/* The numbers of the last n operations, when each of them pushed one. */
static void note_numbers(struct machine *m, struct tuple *t) {
	for (uint32_t i = 0; i < TUPLE_ITEMS; i++) t->numbers[i] = INT64_MIN;
	for (uint32_t i = t->n; i-- > 0;) {
		uint64_t back = t->n - i;
		if (back > m->ops || m->numbers[(m->ops - back) % NUMBERS].op != m->ops - back) break;
		t->numbers[i] = m->numbers[(m->ops - back) % NUMBERS].value;
	}
}

static struct tuple *new_tuple(struct machine *m, value *v) {
	if (!m->tuples) m->tuples = calloc(TUPLES, sizeof *m->tuples);
	if (!m->tuples) return NULL;
	m->tuple_next = m->tuple_next >= PAYLOAD ? 1 : m->tuple_next + 1;
	struct tuple *t = &m->tuples[m->tuple_next % TUPLES];
	t->number = m->tuple_next;
	*v = v_of(V_TUPLE, m->tuple_next);
	return t;
}

bool tuple_from(struct machine *m, uint32_t from) {
	value v, items[TUPLE_ITEMS];
	uint64_t n = 0;
	for (uint32_t i = from; i < m->n; i++) {
		uint32_t times = v_kind(m->stack[i]) == V_PLAIN ? v_payload(m->stack[i]) : 1;
		for (uint32_t j = 0; j < times && n + j < TUPLE_ITEMS; j++) items[n + j] = times > 1 ? v_of(V_PLAIN, 1) : m->stack[i];
		n += times;
	}
	if (!n) {
		cut(m, from);
		return push(m, v_of(V_TUPLE, 0));
	}
	struct tuple *t = new_tuple(m, &v);
	if (!t) return over(m, "out of memory");
	t->n = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
	t->weight = weigh(m, from);
	memcpy(t->items, items, (n < TUPLE_ITEMS ? n : TUPLE_ITEMS) * sizeof *items);
	if (n <= TUPLE_ITEMS) note_numbers(m, t);
	cut(m, from);
	return push(m, v);
}

bool tuple_of(struct machine *m, uint32_t n) {
	value v, items[3] = {0};
	for (uint32_t i = n; i-- > 0;)
		if (!pop(m, &items[i])) return false;
	struct tuple *t = new_tuple(m, &v);
	if (!t) return over(m, "out of memory");
	t->n = n;
	t->weight = 1;
	for (uint32_t i = 0; i < n; i++) {
		t->items[i] = items[i];
		t->weight = added(t->weight, weight_of(m, items[i]));
	}
	if (t->weight > m->heaviest) m->heaviest = t->weight;
	note_numbers(m, t);
	return push(m, v);
}

const struct tuple *tuple_at(struct machine *m, value v) {
	static const struct tuple empty;
	if (v_kind(v) != V_TUPLE) return NULL;
	if (!v_payload(v)) return &empty;
	const struct tuple *t = &m->tuples[v_payload(v) % TUPLES];
	return t->number == v_payload(v) ? t : NULL;
}
