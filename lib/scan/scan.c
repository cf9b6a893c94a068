#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "guard.h"
#include "inside.h"

enum { SMALL = 128 << 10 };
#define SCRATCH ((size_t)1 << 30)

static uint64_t limit_or(uint64_t given, uint64_t standing) {
	return given ? given : standing;
}

static struct scan_limits limits_of(const struct scan_limits *g) {
	struct scan_limits l = scan_limits_standing();
	return (struct scan_limits){
		limit_or(g->input, l.input), limit_or(g->unpacked, l.unpacked), limit_or(g->ratio, l.ratio), limit_or(g->memory, l.memory), limit_or(g->depth, l.depth),
		limit_or(g->opcodes, l.opcodes), limit_or(g->memo, l.memo), limit_or(g->members, l.members), limit_or(g->seconds, l.seconds),
	};
}

static int worst_first(const void *x, const void *y) {
	const struct scan_finding *a = x, *b = y;
	if (a->rule->verdict != b->rule->verdict) return a->rule->verdict > b->rule->verdict ? -1 : 1;
	if (a->severity != b->severity) return a->severity > b->severity ? -1 : 1;
	int order = str_cmp(a->member, b->member);
	if (order) return order;
	if (a->offset != b->offset) return a->offset < b->offset ? -1 : 1;
	if (a->rule != b->rule) return a->rule < b->rule ? -1 : 1;
	return str_cmp(a->message, b->message);
}

enum err_code scan_bytes(struct arena *a, const struct scan_options *o, struct str bytes, struct scan_file *out, struct err *e) {
	autoarena struct arena *scratch = arena_new(SCRATCH);
	struct scan_file file = {.format = "unknown", .size = bytes.n};
	if (!scratch) return err_set(e, ERR_MEMORY, "out of memory");
	struct scan s = {.a = a, .scratch = scratch, .options = o, .limits = limits_of(&o->limits), .file = &file, .member = STR_EMPTY};
	s.deadline = stopwatch() + (moment)s.limits.seconds * SECOND;
	struct reader r = reader_memory(bytes);
	struct tally t = {0};
	examine(&s, &r, &t);
	if (arena_failed(scratch) && !s.over) over_budget(&s, 0, "what it describes needs too much memory");
	file.parsed = t.parsed;
	file.opaque = t.opaque;
	/* A parser that counted too much would hide bytes: then nothing is known. */
	if (file.parsed > file.size || file.opaque > file.size - file.parsed) file.parsed = file.opaque = 0;
	file.unaccounted = file.size - file.parsed - file.opaque;
	if (file.unaccounted && file.verdict < SCAN_INCONCLUSIVE) found(&s, RULE_UNACCOUNTED, 0, "%llu bytes are no part of the %s", (unsigned long long)file.unaccounted, file.format);
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	if (file.findings_n) qsort(file.findings, file.findings_n, sizeof *file.findings, worst_first);
	*out = file;
	return ERR_OK;
}

enum err_code scan_add(struct arena *a, struct scan_file *file, enum rule rule, const char *message, struct err *e) {
	struct scan_finding *bigger = arena_array(a, file->findings_n + 1, sizeof *bigger);
	if (!bigger) return err_set(e, ERR_MEMORY, "out of memory");
	if (file->findings_n) memcpy(bigger, file->findings, file->findings_n * sizeof *bigger);
	const struct scan_rule *r = &scan_rule_table[rule];
	bigger[file->findings_n++] = (struct scan_finding){r, r->severity, 0, STR_EMPTY, str_of(message)};
	file->findings = bigger;
	if (r->verdict > file->verdict) file->verdict = r->verdict;
	qsort(bigger, file->findings_n, sizeof *bigger, worst_first);
	return ERR_OK;
}

/* ---- files ---- */

static enum err_code not_scanned(struct arena *a, enum rule rule, const char *why, struct scan_file *out, struct err *e) {
	*out = (struct scan_file){.format = "unknown", .verdict = SCAN_INCONCLUSIVE};
	out->findings = arena_array(a, 1, sizeof *out->findings);
	if (!out->findings) return err_set(e, ERR_MEMORY, "out of memory");
	out->findings_n = 1;
	*out->findings = (struct scan_finding){&scan_rule_table[rule], scan_rule_table[rule].severity, 0, STR_EMPTY, arena_str(a, str_of(why))};
	return ERR_OK;
}

/* What comes from a pipe, in memory. */
static enum err_code scan_pipe(struct arena *a, const struct scan_options *o, int fd, struct scan_file *out, struct err *e) {
	autobuf struct buf b = BUF(limits_of(&o->limits).input);
	for (;;) {
		if (!buf_room(&b, SMALL)) return not_scanned(a, RULE_BUDGET, "more comes in than may be read", out, e);
		ssize_t n = read(fd, b.p + b.n, SMALL);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return not_scanned(a, RULE_UNREADABLE, strerror(errno), out, e);
		if (!n) break;
		b.n += (size_t)n;
	}
	return scan_bytes(a, o, buf_str(&b), out, e);
}

/* A small file is read, a large one mapped. */
static enum err_code scan_open(struct arena *a, const struct scan_options *o, int fd, size_t size, struct scan_file *out, struct err *e) {
	static _Thread_local char small[SMALL];
	if (size <= SMALL) {
		size_t n = 0;
		while (n < size) {
			ssize_t part = pread(fd, small + n, size - n, (off_t)n);
			if (part < 0 && errno == EINTR) continue;
			if (part < 0) return not_scanned(a, RULE_UNREADABLE, strerror(errno), out, e);
			if (!part) break;
			n += (size_t)part;
		}
		return scan_bytes(a, o, str_n(small, n), out, e);
	}
	void *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED) return not_scanned(a, RULE_UNREADABLE, strerror(errno), out, e);
	guard_begin(p, size);
	enum err_code code = scan_bytes(a, o, str_n(p, size), out, e);
	bool whole = guard_end();
	munmap(p, size);
	if (!code && !whole) code = not_scanned(a, RULE_UNREADABLE, "a part of it could not be read: it became shorter, or the disk failed", out, e);
	return code;
}

/* True when somebody wrote to the file since. */
static bool changed(int fd, const struct stat *was) {
	struct stat is;
	if (fstat(fd, &is) != 0) return true;
	return is.st_size != was->st_size || is.st_mtim.tv_sec != was->st_mtim.tv_sec || is.st_mtim.tv_nsec != was->st_mtim.tv_nsec;
}

enum err_code scan_path(struct arena *a, const struct scan_options *o, const char *path, struct scan_file *out, struct err *e) {
	struct stat st;
	if (strcmp(path, "-") == 0) return scan_pipe(a, o, STDIN_FILENO, out, e);
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) return not_scanned(a, errno == ELOOP || errno == ENXIO ? RULE_LINK : RULE_UNREADABLE, strerror(errno), out, e);
	if (fstat(fd, &st) != 0) return not_scanned(a, RULE_UNREADABLE, strerror(errno), out, e);
	if (!S_ISREG(st.st_mode)) return not_scanned(a, RULE_LINK, "it is no regular file", out, e);
	enum err_code code = scan_open(a, o, fd, (size_t)st.st_size, out, e);
	if (!code && changed(fd, &st)) code = scan_add(a, out, RULE_UNREADABLE, "it changed while it was read", e);
	return code;
}
