#include "dfa.h"

/* States that are not left. */
enum { DFA_NO, DFA_YES };

/* ---- the nondeterministic automaton (Thompson's construction), over bytes of UTF-8 ---- */

enum kind { BYTES, SPLIT, EMPTY, BEGIN, END, ACCEPT };

struct step {
	uint8_t kind, low, high; /* BYTES: what is read */
	uint16_t next, other;    /* SPLIT has two */
};

struct part {
	uint16_t first, last; /* last is EMPTY, its next not set */
};

enum { STEPS = 3000, RANGES = 128, STATES = 1000, DEPTH = 50, WORK = 4000000 };

struct range {
	uint32_t low, high;
};

struct builder {
	struct str s;
	size_t i;
	struct step *steps;
	size_t n;
	int depth;
	bool beyond; /* not for us */
	struct range ranges[RANGES];
	size_t n_ranges;
};

static uint16_t add(struct builder *b, struct step s) {
	if (b->n >= STEPS) {
		b->beyond = true;
		return 0;
	}
	b->steps[b->n] = s;
	return (uint16_t)b->n++;
}

static struct part single(struct builder *b, struct step s) {
	uint16_t last = add(b, (struct step){.kind = EMPTY});
	s.next = last;
	return (struct part){add(b, s), last};
}

static struct part nothing(struct builder *b) {
	uint16_t at = add(b, (struct step){.kind = EMPTY});
	return (struct part){at, at};
}

static struct part in_turn(struct builder *b, struct part x, struct part y) {
	b->steps[x.last].next = y.first;
	return (struct part){x.first, y.last};
}

static struct part either(struct builder *b, struct part x, struct part y) {
	uint16_t last = add(b, (struct step){.kind = EMPTY});
	b->steps[x.last].next = b->steps[y.last].next = last;
	return (struct part){add(b, (struct step){.kind = SPLIT, .next = x.first, .other = y.first}), last};
}

static struct part optional(struct builder *b, struct part x) {
	return either(b, x, nothing(b));
}

static struct part repeated(struct builder *b, struct part x) {
	uint16_t last = add(b, (struct step){.kind = EMPTY});
	uint16_t split = add(b, (struct step){.kind = SPLIT, .next = x.first, .other = last});
	b->steps[x.last].next = split;
	return (struct part){split, last};
}

/* ---- sets of characters ---- */

static int encode(uint32_t c, uint8_t out[4]) {
	if (c < 0x80) return out[0] = (uint8_t)c, 1;
	int n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (int i = n - 1; i > 0; i--, c >>= 6) out[i] = (uint8_t)(0x80 | (c & 0x3F));
	out[0] = (uint8_t)(c | (n == 2 ? 0xC0 : n == 3 ? 0xE0 : 0xF0));
	return n;
}

struct choice {
	struct part part;
	bool any;
};

/* Characters from low to high as sequences of ranges of bytes: cut where the length changes, then where the later bytes
 * would not take all their values. */
static void add_range(struct builder *b, uint32_t low, uint32_t high, struct choice *out) {
	static const uint32_t longest[] = {0x7F, 0x7FF, 0xFFFF};
	for (size_t i = 0; i < lengthof(longest); i++)
		if (low <= longest[i] && high > longest[i]) {
			add_range(b, low, longest[i], out);
			add_range(b, longest[i] + 1, high, out);
			return;
		}
	for (int bits = 6; bits <= 18 && high >= 0x80; bits += 6) {
		uint32_t mask = ((uint32_t)1 << bits) - 1;
		if ((low & ~mask) == (high & ~mask)) continue;
		if (low & mask) {
			add_range(b, low, low | mask, out);
			add_range(b, (low | mask) + 1, high, out);
			return;
		}
		if ((high & mask) != mask) {
			add_range(b, low, (high & ~mask) - 1, out);
			add_range(b, high & ~mask, high, out);
			return;
		}
	}
	uint8_t from[4] = {0}, to[4] = {0};
	int n = encode(low, from);
	encode(high, to);
	struct part p = single(b, (struct step){.kind = BYTES, .low = from[0], .high = to[0]});
	for (int i = 1; i < n; i++)
		p = in_turn(b, p, single(b, (struct step){.kind = BYTES, .low = from[i], .high = to[i]}));
	out->part = out->any ? either(b, out->part, p) : p;
	out->any = true;
}

static void put_range(struct builder *b, uint32_t low, uint32_t high) {
	if (low > high || b->n_ranges == RANGES)
		b->beyond = true;
	else
		b->ranges[b->n_ranges++] = (struct range){low, high};
}

static int by_low(const void *x, const void *y) {
	const struct range *a = x, *b = y;
	return (a->low > b->low) - (a->low < b->low);
}

/* Sorted, without overlaps; or what they leave. */
static void arrange(struct builder *b, size_t from, bool negated) {
	struct range *r = b->ranges + from;
	size_t n = b->n_ranges - from, kept = 0;
	qsort(r, n, sizeof *r, by_low);
	for (size_t i = 0; i < n; i++) {
		if (kept && r[i].low <= r[kept - 1].high + 1)
			r[kept - 1].high = r[i].high > r[kept - 1].high ? r[i].high : r[kept - 1].high;
		else
			r[kept++] = r[i];
	}
	b->n_ranges = from + kept;
	if (!negated) return;
	struct range rest[RANGES + 1];
	size_t n_rest = 0;
	uint32_t next = 0;
	for (size_t i = 0; i < kept; i++) {
		if (r[i].low > next) rest[n_rest++] = (struct range){next, r[i].low - 1};
		next = r[i].high + 1;
	}
	if (next <= 0x10FFFF) rest[n_rest++] = (struct range){next, 0x10FFFF};
	b->n_ranges = from;
	for (size_t i = 0; i < n_rest; i++) put_range(b, rest[i].low, rest[i].high);
}

static struct part one_of_ranges(struct builder *b) {
	struct choice c = {.any = false};
	for (size_t i = 0; i < b->n_ranges && !b->beyond; i++) add_range(b, b->ranges[i].low, b->ranges[i].high, &c);
	b->n_ranges = 0;
	/* Of an empty set there is no character: a range that no byte is in. */
	return c.any ? c.part : single(b, (struct step){.kind = BYTES, .low = 1, .high = 0});
}

/* ---- reading the pattern ---- */

static int peek(const struct builder *b) {
	return b->i < b->s.n ? (unsigned char)b->s.p[b->i] : -1;
}

static uint32_t character(struct builder *b) {
	uint32_t c = (uint32_t)peek(b);
	b->i++;
	if (c < 0x80) return c;
	c &= c < 0xE0 ? 0x1F : c < 0xF0 ? 0x0F : 0x07;
	for (; peek(b) >= 0x80 && peek(b) < 0xC0; b->i++) c = c << 6 | ((uint32_t)peek(b) & 0x3F);
	return c;
}

static int hex_digit(int c) {
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static uint32_t hex(struct builder *b, int n) {
	uint32_t v = 0;
	for (; n; n--, b->i++) {
		int digit = hex_digit(peek(b));
		if (digit < 0) {
			b->beyond = true;
			return 0;
		}
		v = v << 4 | (uint32_t)digit;
	}
	return v;
}

/* Behind a backslash. True for a set, whose ranges were added; else *c. */
static bool escape(struct builder *b, uint32_t *c) {
	static const struct range words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
	static const struct range spaces[] = {{9, 13}, {32, 32}, {0xA0, 0xA0}, {0x1680, 0x1680}, {0x2000, 0x200A},
		{0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};
	int e = peek(b);
	const struct range *set = e == 's' || e == 'S' ? spaces : words;
	size_t n = e == 's' || e == 'S' ? lengthof(spaces) : e == 'd' || e == 'D' ? 1 : lengthof(words), from = b->n_ranges;
	*c = (uint32_t)e;
	b->i++;
	switch (e) {
	case 'd':
	case 'D':
	case 'w':
	case 'W':
	case 's':
	case 'S':
		for (size_t i = 0; i < n; i++) put_range(b, set[i].low, set[i].high);
		if (e < 'a') arrange(b, from, true);
		return true;
	case 't': *c = '\t'; return false;
	case 'n': *c = '\n'; return false;
	case 'v': *c = '\v'; return false;
	case 'f': *c = '\f'; return false;
	case 'r': *c = '\r'; return false;
	case 'x': *c = hex(b, 2); return false;
	case 'u': *c = hex(b, 4); break;
	default:
		if (e < 0 || e >= 0x80 || (e >= '0' && e <= '9') || (e >= 'a' && e <= 'z') || (e >= 'A' && e <= 'Z'))
			b->beyond = true;
		return false;
	}
	if (*c >= 0xD800 && *c <= 0xDFFF) b->beyond = true;
	return false;
}

/* Behind the opening bracket. */
static struct part class(struct builder *b) {
	bool negated = peek(b) == '^';
	b->i += negated;
	while (!b->beyond && peek(b) != ']') {
		uint32_t low = 0, high = 0;
		bool is_set = false;
		if (peek(b) < 0) {
			b->beyond = true;
			break;
		}
		if (peek(b) == '\\') {
			b->i++;
			if (peek(b) == 'b') b->beyond = true;
			is_set = escape(b, &low);
		} else {
			low = character(b);
		}
		bool range = peek(b) == '-' && b->i + 1 < b->s.n && b->s.p[b->i + 1] != ']';
		if (is_set || !range) {
			if (range) b->beyond = true; /* a range that begins in a set */
			if (!is_set) put_range(b, low, low);
			continue;
		}
		b->i++;
		if (peek(b) == '\\') {
			b->i++;
			if (peek(b) == 'b' || escape(b, &high)) b->beyond = true;
		} else {
			high = character(b);
		}
		if (!b->beyond) put_range(b, low, high);
	}
	b->i++;
	if (b->beyond) return (struct part){0, 0};
	arrange(b, 0, negated);
	return one_of_ranges(b);
}

static struct part alternatives(struct builder *b);

static struct part atom(struct builder *b) {
	struct part p;
	uint32_t c;
	switch (peek(b)) {
	case '(':
		b->i++;
		if (peek(b) == '?') {
			b->i++;
			if (peek(b) != ':') b->beyond = true;
			b->i++;
		}
		p = alternatives(b);
		b->i++;
		return p;
	case '[':
		b->i++;
		return class(b);
	case '^':
		b->i++;
		return single(b, (struct step){.kind = BEGIN});
	case '$':
		b->i++;
		return single(b, (struct step){.kind = END});
	case '.':
		b->i++;
		put_range(b, '\n', '\n');
		put_range(b, '\r', '\r');
		put_range(b, 0x2028, 0x2029);
		arrange(b, 0, true);
		return one_of_ranges(b);
	case '\\':
		b->i++;
		if (!escape(b, &c)) put_range(b, c, c);
		return b->beyond ? (struct part){0, 0} : one_of_ranges(b);
	default:
		c = character(b);
		put_range(b, c, c);
		return one_of_ranges(b);
	}
}

static bool number(struct builder *b, unsigned *out) {
	size_t from = b->i;
	*out = 0;
	for (; peek(b) >= '0' && peek(b) <= '9'; b->i++)
		if (*out <= STEPS) *out = *out * 10 + (unsigned)(peek(b) - '0');
	return b->i > from;
}

/* {n}, {n,}, {n,m}; false and i unmoved when it is none. */
static bool braces(struct builder *b, unsigned *least, unsigned *most) {
	size_t from = b->i++;
	bool ok = number(b, least);
	*most = *least;
	if (ok && peek(b) == ',') {
		b->i++;
		if (!number(b, most)) *most = UINT32_MAX;
	}
	ok = ok && peek(b) == '}';
	b->i = ok ? b->i + 1 : from;
	return ok;
}

static struct part term(struct builder *b) {
	size_t from = b->i;
	struct part p = atom(b);
	unsigned least = 1, most = 1;
	switch (peek(b)) {
	case '*': least = 0, most = UINT32_MAX; break;
	case '+': most = UINT32_MAX; break;
	case '?': least = 0; break;
	case '{':
		if (!braces(b, &least, &most)) return p;
		b->i--;
		break;
	default: return p;
	}
	b->i++;
	if (peek(b) == '?') b->i++; /* lazy: the same texts match */
	if (b->beyond || most < least || least > STEPS || (most != UINT32_MAX && most > STEPS)) {
		b->beyond = true;
		return p;
	}
	/* Copies are made by reading the atom again. */
	size_t behind = b->i;
	struct part all = nothing(b);
	for (unsigned k = 0; k < least && !b->beyond; k++) {
		b->i = from;
		all = in_turn(b, all, k ? atom(b) : p);
	}
	if (most == UINT32_MAX) {
		b->i = from;
		all = in_turn(b, all, repeated(b, least ? atom(b) : p));
	}
	for (unsigned k = least; most != UINT32_MAX && k < most && !b->beyond; k++) {
		b->i = from;
		all = in_turn(b, all, optional(b, k ? atom(b) : p));
	}
	b->i = behind;
	return all;
}

static struct part alternatives(struct builder *b) {
	struct part all = {0, 0};
	if (++b->depth > DEPTH) b->beyond = true;
	for (bool first = true; !b->beyond; first = false) {
		struct part one = nothing(b);
		while (!b->beyond && peek(b) >= 0 && peek(b) != '|' && peek(b) != ')') one = in_turn(b, one, term(b));
		all = first ? one : either(b, all, one);
		if (peek(b) != '|') break;
		b->i++;
	}
	b->depth--;
	return all;
}

/* ---- the deterministic one: its states are sets of steps ---- */

struct set {
	const uint16_t *p; /* ascending */
	size_t n;
	bool accepts, made;
};

struct maker {
	struct arena *temporary;
	const struct step *steps;
	size_t n, words, work;
	uint16_t first;
	uint64_t *member, *met; /* bits by step: in the set being made; looked at */
	uint16_t *list, *stack;
	bool accepts;
	struct set *reached;    /* by step: what is reached from it without reading */
	struct map known;       /* bytes of a set → its place in sets */
	struct set sets[STATES];
	size_t n_states;
	uint8_t first_of_class[256];
	unsigned classes;
};

static void begin_set(struct maker *m) {
	memset(m->member, 0, m->words * sizeof *m->member);
	m->accepts = false;
}

static bool add_bit(uint64_t *bits, uint16_t at) {
	uint64_t bit = (uint64_t)1 << (at % 64);
	if (bits[at / 64] & bit) return false;
	bits[at / 64] |= bit;
	return true;
}

/* Adds to the set a step and what is reached from it without reading: the steps that read, and $ where it may still
 * hold. */
static void reach(struct maker *m, uint16_t from, bool at_begin, bool at_end) {
	size_t depth = 0;
	memset(m->met, 0, m->words * sizeof *m->met);
	m->stack[depth++] = from;
	while (depth) {
		uint16_t at = m->stack[--depth];
		if (!add_bit(m->met, at)) continue;
		m->work++;
		const struct step *s = &m->steps[at];
		switch ((enum kind)s->kind) {
		case BYTES: add_bit(m->member, at); break;
		case END:
			add_bit(m->member, at);
			if (at_end) m->stack[depth++] = s->next;
			break;
		case BEGIN:
			if (at_begin) m->stack[depth++] = s->next;
			break;
		case SPLIT:
			m->stack[depth++] = s->other;
			m->stack[depth++] = s->next;
			break;
		case EMPTY: m->stack[depth++] = s->next; break;
		case ACCEPT: m->accepts = true; break;
		}
	}
}

/* The members of the set in m->list, ascending. */
static size_t listed(struct maker *m) {
	size_t n = 0;
	for (size_t w = 0; w < m->words; w++)
		for (uint64_t bits = m->member[w]; bits; bits &= bits - 1)
			m->list[n++] = (uint16_t)(w * 64 + (size_t)__builtin_ctzll(bits));
	m->work += n + m->words;
	return n;
}

static const uint16_t *kept(struct maker *m, size_t n) {
	uint16_t *copy = arena_array(m->temporary, n + 1, sizeof *copy);
	if (copy) memcpy(copy, m->list, n * sizeof *copy);
	return copy;
}

/* The state of the set; a new one if need be. DFA_NO also when there are too many. */
static uint16_t state_of_set(struct maker *m) {
	size_t n = m->accepts ? 0 : listed(m);
	if (m->accepts) return DFA_YES;
	if (!n) return DFA_NO;
	struct set *known = map_get(&m->known, str_n(m->list, n * sizeof *m->list));
	if (known) return (uint16_t)(known - m->sets);
	const uint16_t *copy = kept(m, n);
	void **at = copy ? map_at(&m->known, str_n(copy, n * sizeof *copy)) : NULL;
	if (!at || m->n_states >= STATES) {
		m->work = WORK + 1;
		return DFA_NO;
	}
	m->sets[m->n_states] = (struct set){.p = copy, .n = n};
	*at = &m->sets[m->n_states];
	return (uint16_t)m->n_states++;
}

/* As reach in the midst of the text; what is found is kept for the next time. */
static void reach_again(struct maker *m, uint16_t from) {
	struct set *r = &m->reached[from];
	if (!r->made) {
		uint64_t *outer = m->member;
		bool accepts = m->accepts;
		m->member = m->met + m->words;
		begin_set(m);
		reach(m, from, false, false);
		size_t n = listed(m);
		*r = (struct set){.p = kept(m, n), .n = n, .accepts = m->accepts, .made = true};
		m->member = outer;
		m->accepts = accepts;
	}
	for (size_t i = 0; r->p && i < r->n; i++) add_bit(m->member, r->p[i]);
	m->accepts |= r->accepts;
	m->work += r->n + 1;
}

static void find_classes(struct maker *m, uint8_t class_of[256]) {
	bool begins[257] = {true};
	for (size_t i = 0; i < m->n; i++) {
		if (m->steps[i].kind != BYTES || m->steps[i].low > m->steps[i].high) continue;
		begins[m->steps[i].low] = true;
		begins[m->steps[i].high + 1] = true;
	}
	for (unsigned c = 0; c < 256; c++) {
		if (begins[c]) m->first_of_class[m->classes++] = (uint8_t)c;
		class_of[c] = (uint8_t)(m->classes - 1);
	}
}

static uint16_t follow(struct maker *m, const struct set *from, uint8_t byte) {
	begin_set(m);
	for (size_t i = 0; i < from->n && !m->accepts; i++) {
		const struct step *s = &m->steps[from->p[i]];
		if (s->kind == BYTES && byte >= s->low && byte <= s->high) reach_again(m, s->next);
	}
	m->work += from->n;
	reach_again(m, m->first); /* a match may begin anywhere */
	return state_of_set(m);
}

/* May the text end here? Once more, this time through the END steps. */
static bool may_end(struct maker *m, const struct set *s, bool at_begin) {
	begin_set(m);
	for (size_t i = 0; i < s->n; i++)
		if (m->steps[s->p[i]].kind == END) reach(m, m->steps[s->p[i]].next, at_begin, true);
	return m->accepts;
}

static const struct dfa *determine(struct arena *a, struct maker *m) {
	struct dfa *d = arena_new_of(a, struct dfa);
	m->words = m->n / 64 + 1;
	m->member = arena_array(m->temporary, m->words, sizeof *m->member);
	m->met = arena_array(m->temporary, m->words * 2, sizeof *m->met);
	m->list = arena_array(m->temporary, m->n, sizeof *m->list);
	m->stack = arena_array(m->temporary, m->n * 2 + 2, sizeof *m->stack);
	m->reached = arena_array(m->temporary, m->n, sizeof *m->reached);
	if (!d || !m->member || !m->met || !m->list || !m->stack || !m->reached) return NULL;
	find_classes(m, d->class_of);
	uint32_t row = m->classes + 1;
	uint32_t *table = arena_array(m->temporary, (size_t)STATES * row, sizeof *table);
	if (!table) return NULL;
	for (uint32_t c = 0; c < row; c++) table[DFA_YES * row + c] = DFA_YES * row;
	m->n_states = DFA_YES + 1;
	begin_set(m);
	reach(m, m->first, true, false);
	uint16_t start = state_of_set(m);
	/* A later state may have the steps of the first one, but behind its $ no ^ would hold: rare, and left to others. */
	if (start > DFA_YES && may_end(m, &m->sets[start], true) != may_end(m, &m->sets[start], false)) return NULL;
	for (size_t i = DFA_YES + 1; i < m->n_states; i++) {
		struct set from = m->sets[i];
		for (unsigned c = 0; c < m->classes; c++) table[i * row + c] = follow(m, &from, m->first_of_class[c]) * row;
		table[i * row + m->classes] = may_end(m, &from, false);
		if (m->work > WORK || arena_failed(m->temporary)) return NULL;
	}
	uint32_t *copy = arena_array(a, m->n_states * row, sizeof *copy);
	if (!copy) return NULL;
	memcpy(copy, table, m->n_states * row * sizeof *copy);
	d->table = copy;
	d->start = start * row;
	d->yes = DFA_YES * row;
	d->end = m->classes;
	return d;
}

const struct dfa *dfa_compile(struct arena *a, struct str source) {
	autoarena struct arena *temporary = arena_new(32 << 20);
	struct builder *b = temporary ? arena_new_of(temporary, struct builder) : NULL;
	struct maker *m = b ? arena_new_of(temporary, struct maker) : NULL;
	if (!m) return NULL;
	b->s = source;
	b->steps = arena_array(temporary, STEPS, sizeof *b->steps);
	if (!b->steps) return NULL;
	struct part all = alternatives(b);
	uint16_t accept = add(b, (struct step){.kind = ACCEPT});
	if (b->beyond || b->i < source.n) return NULL;
	b->steps[all.last].next = accept;
	m->temporary = temporary;
	m->known.arena = temporary;
	m->steps = b->steps;
	m->n = b->n;
	m->first = all.first;
	return determine(a, m);
}
