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

/* Valid UTF-8 without control characters: what isn't becomes '?'. */
static struct str clean(struct arena *a, struct str s) {
	char *to = arena_raw(a, s.n + 1);
	if (!to) return STR_EMPTY;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool c1 = c == 0xC2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xA0;
		to[i] = c < 32 || c == 127 || c1 ? '?' : (char)c;
	}
	struct str out = str_n(to, s.n);
	if (str_utf8(out)) return out;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)to[i] >= 0x80) to[i] = '?';
	return out;
}

struct str shown(struct scan *s, struct str text) {
	struct str whole = clean(s->scratch, str_sub(text, 0, 400));
	struct str cut = str_cut_utf8(whole, 120);
	return cut.n < text.n ? arena_cat(s->scratch, cut, S("…")) : cut;
}

static bool same(const struct scan_finding *x, const struct scan_finding *y) {
	return x->rule == y->rule && str_eq(x->message, y->message) && str_eq(x->member, y->member);
}

static void keep(struct scan *s, const struct scan_finding *f) {
	struct scan_file *file = s->file;
	if (f->rule->verdict > file->verdict) file->verdict = f->rule->verdict;
	for (size_t i = 0; i < file->findings_n; i++)
		if (same(&file->findings[i], f)) return;
	/* The worst is always kept: one that is less bad makes room. */
	if (file->findings_n == SCAN_FINDINGS) {
		file->findings_left_out++;
		struct scan_finding *last = &file->findings[SCAN_FINDINGS - 1];
		if (last->rule->verdict < f->rule->verdict) *last = *f;
		return;
	}
	if (file->findings_n == s->room) {
		size_t room = s->room ? s->room * 2 : 4;
		struct scan_finding *bigger = arena_array(s->a, room, sizeof *bigger);
		if (!bigger) return;
		if (s->room) memcpy(bigger, file->findings, s->room * sizeof *bigger);
		file->findings = bigger;
		s->room = room;
	}
	file->findings[file->findings_n++] = *f;
}

__attribute__((format(printf, 5, 0)))
static void find(struct scan *s, enum rule rule, enum scan_severity severity, uint64_t offset, const char *fmt, va_list args) {
	char words[600];
	s->heard++;
	s->grave += scan_rule_table[rule].verdict >= SCAN_INCONCLUSIVE;
	if (s->silent) return;
	vsnprintf(words, sizeof words, fmt, args);
	struct scan_finding f = {&scan_rule_table[rule], severity, offset, arena_str(s->a, s->member), clean(s->a, str_cut_utf8(str_of(words), 500))};
	keep(s, &f);
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
	struct str cleaned = clean(s->scratch, str_sub(name, 0, 1000));
	s->member = s->member.n ? arena_fmt(s->scratch, "%.*s!%.*s", STR_ARG(s->member), STR_ARG(cleaned)) : cleaned;
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
