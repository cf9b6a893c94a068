#include <stdarg.h>

#include "inside.h"

const struct scan_rule scan_rule_table[RULES] = {
#define RULE(symbol, id, verdict, severity, title, advice) {id, SCAN_##verdict, SCAN_##severity, title, advice},
#include "rules.inc"
#undef RULE
};

const struct scan_rule *scan_rules(size_t *n) {
	*n = RULES;
	return scan_rule_table;
}

const char *scan_verdict_name(enum scan_verdict v) {
	static const char *const names[] = {"PASS", "REVIEW", "INCONCLUSIVE", "INVALID", "BLOCK"};
	return names[v];
}

const char *scan_severity_name(enum scan_severity s) {
	static const char *const names[] = {"low", "medium", "high", "critical"};
	return names[s];
}

struct scan_limits scan_limits_standing(void) {
	return (struct scan_limits){
		.input = (uint64_t)1 << 30,
		.unpacked = (uint64_t)16 << 30,
		.ratio = 1000,
		.memory = (uint64_t)512 << 20,
		.depth = 12,
		.opcodes = (uint64_t)2 << 30,
		.memo = (uint64_t)64 << 20,
		.members = 200000,
		.seconds = 120,
	};
}

/* ---- findings ---- */

/* Valid UTF-8 without control characters, in place: what isn't becomes '?'. */
static struct str clean(char *p, size_t n) {
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		bool c1 = c == 0xC2 && i + 1 < n && (unsigned char)p[i + 1] < 0xA0;
		if (c < 32 || c == 127 || c1) p[i] = '?';
	}
	for (size_t i = 0; !str_utf8(str_n(p, n)) && i < n; i++)
		if ((unsigned char)p[i] >= 0x80) p[i] = '?';
	return str_n(p, n);
}

/* In the arena. */
static struct str cleaned(struct arena *a, struct str s) {
	char *to = arena_raw(a, s.n + 1);
	if (!to) return STR_EMPTY;
	memcpy(to, s.p, s.n);
	return clean(to, s.n);
}

struct str shown(struct scan *s, struct str text) {
	enum { SHOWN_MOST = 120, BUFFERS = 8 };
	static _Thread_local char ring[BUFFERS][SHOWN_MOST + 8];
	static _Thread_local unsigned next;
	(void)s;
	char *to = ring[next++ % BUFFERS];
	struct str cut = str_cut_utf8(text, SHOWN_MOST);
	memcpy(to, cut.p, cut.n);
	struct str out = clean(to, cut.n);
	if (cut.n == text.n) return out;
	memcpy(to + out.n, "…", 3);
	return str_n(to, out.n + 3);
}

static bool same(const struct scan_finding *x, const struct scan_finding *y) {
	return x->rule == y->rule && str_eq(x->message, y->message) && str_eq(x->member, y->member);
}

/* Where the finding goes, or NULL: it stands there already, or there are too many and it is no worse than the last. */
static struct scan_finding *place_for(struct scan *s, const struct scan_finding *f) {
	struct scan_file *file = s->file;
	for (size_t i = 0; i < file->findings_n; i++)
		if (same(&file->findings[i], f)) return NULL;
	if (file->findings_n == SCAN_FINDINGS) {
		file->findings_left_out++;
		struct scan_finding *last = &file->findings[SCAN_FINDINGS - 1];
		return last->rule->verdict < f->rule->verdict ? last : NULL;
	}
	if (file->findings_n == s->room) {
		size_t room = s->room ? s->room * 2 : 4;
		struct scan_finding *bigger = arena_array(s->a, room, sizeof *bigger);
		if (!bigger) return NULL;
		if (s->room) memcpy(bigger, file->findings, s->room * sizeof *bigger);
		file->findings = bigger;
		s->room = room;
	}
	return &file->findings[file->findings_n++];
}

__attribute__((format(printf, 5, 0)))
static void find(struct scan *s, enum rule rule, enum scan_severity severity, uint64_t offset, const char *fmt, va_list args) {
	char words[600];
	s->heard++;
	s->grave += scan_rule_table[rule].verdict >= SCAN_INCONCLUSIVE;
	if (s->silent) return;
	vsnprintf(words, sizeof words, fmt, args);
	struct scan_finding f = {&scan_rule_table[rule], severity, offset, s->member, clean(words, str_cut_utf8(str_of(words), 500).n)};
	if (f.rule->verdict > s->file->verdict) s->file->verdict = f.rule->verdict;
	struct scan_finding *place = place_for(s, &f);
	if (!place) return;
	f.member = arena_str(s->a, f.member);
	f.message = arena_str(s->a, f.message);
	*place = f;
}

void found(struct scan *s, enum rule rule, uint64_t offset, const char *fmt, ...) {
	va_list args;
	va_start(args, fmt);
	find(s, rule, scan_rule_table[rule].severity, offset, fmt, args);
	va_end(args);
}

void found_severe(struct scan *s, enum rule rule, enum scan_severity severity, uint64_t offset, const char *fmt, ...) {
	va_list args;
	va_start(args, fmt);
	find(s, rule, severity, offset, fmt, args);
	va_end(args);
}

/* ---- other files ---- */

void note_reference(struct scan *s, struct str name, uint64_t from, uint64_t n) {
	struct scan_file *file = s->file;
	if (s->depth || s->silent) return;
	if (file->references_n == s->references_room) {
		size_t room = s->references_room ? s->references_room * 2 : 16;
		struct scan_reference *bigger = room <= SCAN_REFERENCES ? arena_array(s->a, room, sizeof *bigger) : NULL;
		if (!bigger) return;
		if (s->references_room) memcpy(bigger, file->references, s->references_room * sizeof *bigger);
		file->references = bigger;
		s->references_room = room;
	}
	struct str before = file->references_n ? file->references[file->references_n - 1].name : STR_EMPTY;
	file->references[file->references_n++] = (struct scan_reference){str_eq(before, name) ? before : arena_str(s->a, name), from, n};
}

/* ---- budgets ---- */

void over_budget(struct scan *s, uint64_t offset, const char *fmt, ...) {
	va_list args;
	if (s->over) return;
	s->over = true;
	va_start(args, fmt);
	unsigned silent = s->silent;
	s->silent = 0;
	find(s, RULE_BUDGET, scan_rule_table[RULE_BUDGET].severity, offset, fmt, args);
	s->silent = silent;
	va_end(args);
}

bool time_is_up(struct scan *s) {
	if (!s->over && s->work++ % 256 == 0 && stopwatch() > s->deadline) over_budget(s, 0, "it took over %llu seconds", (unsigned long long)s->limits.seconds);
	return s->over;
}

bool count_member(struct scan *s, uint64_t offset) {
	if (++s->members > s->limits.members) over_budget(s, offset, "over %llu members of archives", (unsigned long long)s->limits.members);
	return !time_is_up(s);
}

bool go_inside(struct scan *s, struct inside *in, struct str name, uint64_t offset) {
	*in = (struct inside){s->member, s->file->format};
	if (s->depth >= s->limits.depth) {
		found(s, RULE_BUDGET, offset, "over %llu archives or pickles inside each other", (unsigned long long)s->limits.depth);
		return false;
	}
	s->depth++;
	struct str inner = cleaned(s->scratch, str_sub(name, 0, 1000));
	s->member = s->member.n ? arena_fmt(s->scratch, "%.*s!%.*s", STR_ARG(s->member), STR_ARG(inner)) : inner;
	return true;
}

void come_back(struct scan *s, struct inside *in) {
	s->member = in->member;
	s->file->format = in->format;
	s->depth--;
}

/* ---- ranges ---- */

bool range_add(struct ranges *r, uint64_t from, uint64_t n, enum range_kind kind) {
	if (!n) return true;
	/* Most come in order; one that continues the last makes it longer. */
	if (r->n && r->items[r->n - 1].to == from && r->items[r->n - 1].kind == kind) {
		r->items[r->n - 1].to += n;
		return true;
	}
	if (r->n == r->room) {
		size_t room = r->room ? r->room * 2 : 64;
		struct range *bigger = arena_array(r->a, room, sizeof *bigger);
		if (!bigger) return false;
		if (r->n) memcpy(bigger, r->items, r->n * sizeof *bigger);
		r->items = bigger;
		r->room = room;
	}
	r->items[r->n++] = (struct range){from, from + n, kind};
	return true;
}

static int by_from(const void *x, const void *y) {
	const struct range *a = x, *b = y;
	if (a->from != b->from) return a->from < b->from ? -1 : 1;
	return a->to < b->to ? -1 : a->to > b->to;
}

void ranges_close(struct ranges *r, uint64_t size, struct tally *t, uint64_t *overlap, uint64_t *gap) {
	*overlap = *gap = UINT64_MAX;
	if (r->n) qsort(r->items, r->n, sizeof *r->items, by_from);
	uint64_t done = 0;
	for (size_t i = 0; i < r->n; i++) {
		uint64_t from = r->items[i].from, to = r->items[i].to < size ? r->items[i].to : size;
		if (from < done && *overlap == UINT64_MAX) *overlap = from;
		if (from > done && *gap == UINT64_MAX) *gap = done;
		if (from < done) from = done;
		if (to <= from) continue;
		if (r->items[i].kind == RANGE_PARSED) t->parsed += to - from;
		if (r->items[i].kind == RANGE_OPAQUE) t->opaque += to - from;
		done = to;
	}
	if (done < size && *gap == UINT64_MAX) *gap = done;
}

void member_range(struct ranges *ranges, uint64_t from, uint64_t n, const struct tally *t, uint64_t unaccounted) {
	uint64_t total = t->parsed + t->opaque + unaccounted;
	if (!total) {
		range_add(ranges, from, n, RANGE_PARSED);
		return;
	}
	uint64_t opaque = (uint64_t)((double)n * ((double)t->opaque / (double)total)), none = (uint64_t)((double)n * ((double)unaccounted / (double)total));
	if (opaque > n) opaque = n;
	if (unaccounted && !none) none = 1;
	if (none > n - opaque) none = n - opaque;
	range_add(ranges, from, n - opaque - none, RANGE_PARSED);
	range_add(ranges, from + n - opaque - none, opaque, RANGE_OPAQUE);
	range_add(ranges, from + n - none, none, RANGE_UNACCOUNTED);
}
