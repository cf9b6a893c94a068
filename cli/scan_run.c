#include <sched.h>

#include "lib/scan/fence.h"
#include "lib/scan/tree.h"
#include "lib/scan/write.h"
#include "scan.h"

enum { JSON_OUT = 1 << 30, RULE_COLUMN = 30 };

static enum err_code read_profiles(struct cli *c, struct scan_options *o, struct err *e) {
	const struct given *g = cli_options(c, "profile");
	for (int i = 0; g && i < g->n; i++) {
		unsigned p = scan_profile_of(str_of(g->values[i]));
		if (!p) return err_set(e, ERR_USAGE, "--profile: there is no list \"%s\"; there are plain, numpy, torch, sklearn, pandas, xgboost", g->values[i]);
		o->profiles |= p;
	}
	return ERR_OK;
}

static enum err_code read_allowed(struct cli *c, struct scan_options *o, struct err *e) {
	const struct given *g = cli_options(c, "allow");
	if (!g) return ERR_OK;
	struct str *allow = arena_array(c->a, (size_t)g->n, sizeof *allow);
	if (!allow) return err_set(e, ERR_MEMORY, "out of memory");
	for (int i = 0; i < g->n; i++) {
		allow[i] = str_of(g->values[i]);
		if (str_find_char(allow[i], '.') == STR_NONE || !str_utf8(allow[i])) return err_set(e, ERR_USAGE, "--allow: expected MODULE.NAME, as in mypackage.model.Net");
	}
	o->allow = allow;
	o->allow_n = (size_t)g->n;
	return ERR_OK;
}

static enum err_code read_options(struct cli *c, struct scan_options *o, int64_t *jobs, struct err *e) {
	int64_t bytes, seconds;
	cpu_set_t cpus;
	int64_t processors = sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 1;
	*o = (struct scan_options){0};
	const char *fail = cli_option(c, "fail-on");
	if (fail && strcmp(fail, "review") != 0) return err_set(e, ERR_USAGE, "--fail-on: only review can be named; what is worse fails anyway");
	enum err_code code = cli_number(c, "jobs", 1, 64, processors, jobs, e);
	if (!code) code = cli_number(c, "max-bytes", 1, INT64_MAX, 0, &bytes, e);
	if (!code) code = cli_number(c, "max-seconds", 1, 1000000, 0, &seconds, e);
	if (!code) code = read_profiles(c, o, e);
	if (!code) code = read_allowed(c, o, e);
	if (code) return code;
	o->limits.unpacked = (uint64_t)bytes;
	o->limits.seconds = (uint64_t)seconds;
	return ERR_OK;
}

/* ---- the table ---- */

static enum style style_of(enum scan_verdict v) {
	return v == SCAN_PASS ? GREEN : v == SCAN_REVIEW || v == SCAN_INCONCLUSIVE ? YELLOW : RED;
}

static void print_finding(const struct cli *c, const struct scan_finding *f) {
	printf("    ");
	if (f->member.n) {
		out_styled(c, CYAN, f->member);
		printf(" ");
	}
	out_fmt("%s%llu: ", f->member.n ? "@" : "offset ", (unsigned long long)f->offset);
	out(f->message);
	out_styled(c, DIM, arena_fmt(c->a, "  [%s, %s]\n", f->rule->id, scan_severity_name(f->severity)));
}

/* What to do is said once for findings of one rule that follow each other. */
static void print_findings(const struct cli *c, const struct scan_file *f) {
	for (size_t i = 0; i < f->findings_n; i++) {
		print_finding(c, &f->findings[i]);
		if (i + 1 < f->findings_n && f->findings[i + 1].rule == f->findings[i].rule) continue;
		printf("      ");
		out_styled(c, DIM, str_of(f->findings[i].rule->advice));
		printf("\n");
	}
	if (f->findings_left_out) printf("    and %zu more\n", f->findings_left_out);
}

static void print_file(const struct cli *c, const struct scan_file *f) {
	out_styled(c, style_of(f->verdict), arena_fmt(c->a, "%-12s", scan_verdict_name(f->verdict)));
	printf("  ");
	out_styled(c, f->verdict == SCAN_PASS ? PLAIN : BOLD, f->path);
	out_styled(c, DIM, arena_fmt(c->a, "  %s, %llu bytes", f->format, (unsigned long long)f->size));
	if (f->unaccounted) out_fmt(" (%llu unaccounted)", (unsigned long long)f->unaccounted);
	printf("\n");
	print_findings(c, f);
}

static void print_table(const struct cli *c, const struct scan_report *r) {
	struct scan_summary s = scan_summarize(r);
	for (int v = SCAN_BLOCK; v >= SCAN_PASS; v--) {
		if (v == SCAN_PASS && cli_switch(c, "quiet")) break;
		for (size_t i = 0; i < r->n; i++)
			if ((int)r->files[i].verdict == v) print_file(c, &r->files[i]);
	}
	printf("%zu file%s:", s.files, s.files == 1 ? "" : "s");
	for (int v = SCAN_BLOCK; v >= SCAN_PASS; v--)
		if (s.of[v]) printf(" %zu %s", s.of[v], scan_verdict_name((enum scan_verdict)v));
	printf("\n");
	for (size_t i = 0; i < r->options->allow_n; i++) out_fmt("allowed besides: %.*s\n", STR_ARG(r->options->allow[i]));
}

static enum err_code print_rules(const struct cli *c) {
	size_t n;
	const struct scan_rule *rules = scan_rules(&n);
	for (size_t i = 0; i < n; i++) {
		out_styled(c, style_of(rules[i].verdict), arena_fmt(c->a, "%-*s", RULE_COLUMN, rules[i].id));
		printf("%-13s %-9s %s\n", scan_verdict_name(rules[i].verdict), scan_severity_name(rules[i].severity), rules[i].title);
	}
	return ERR_OK;
}

static void print_limit(const char *what, uint64_t n) {
	printf("  %-52s %llu\n", what, (unsigned long long)n);
}

static enum err_code print_about(struct fence fence) {
	struct scan_limits l = scan_limits_standing();
	size_t n = scan_formats_n();
	printf("Formats, told by their bytes:\n ");
	for (size_t i = 0; i < n; i++) printf(" %s%s", scan_format_name(i), i + 1 < n ? "," : "\n");
	printf("Most, of one file:\n");
	print_limit("bytes of a pipe", l.input);
	print_limit("bytes out of decompressors (--max-bytes)", l.unpacked);
	print_limit("times that a stream may grow", l.ratio);
	print_limit("bytes of a compressed member held at once", l.memory);
	print_limit("archives and pickles inside each other", l.depth);
	print_limit("opcodes of pickles", l.opcodes);
	print_limit("members of archives", l.members);
	print_limit("seconds (--max-seconds)", l.seconds);
	printf("While it reads:\n");
	printf("  nothing is written, started or fetched: %s\n", fence.calls && fence.landlock ? "the kernel sees to it (Landlock, seccomp)" : fence.calls ? "the kernel sees to it (seccomp)" :
		fence.landlock ? "the kernel sees to it for files (Landlock)" : "by the program alone; this kernel or build has no fence");
	return ERR_OK;
}

static enum err_code print_report(struct cli *c, const struct scan_report *r, struct err *e) {
	bool sarif = cli_switch(c, "sarif");
	if (!sarif && !c->json) {
		print_table(c, r);
		return ERR_OK;
	}
	autobuf struct buf b = BUF(JSON_OUT);
	struct json_writer w = json_writer_pretty(&b);
	if (sarif) scan_write_sarif(&w, r);
	else scan_write_json(&w, r);
	return out_json(&b, e);
}

/* ---- progress, on a terminal alone ---- */

static void show_progress(void *context, size_t done, size_t of) {
	moment *last = context;
	moment at = stopwatch();
	if (at - *last < SECOND / 10 && done < of) return;
	*last = at;
	fprintf(stderr, done < of ? "\r%zu of %zu files" : "\r\033[K", done, of);
	fflush(stderr);
}

static int exit_status(const struct cli *c, const struct scan_report *r) {
	struct scan_summary s = scan_summarize(r);
	if (s.of[SCAN_BLOCK] || s.of[SCAN_INVALID] || (s.of[SCAN_REVIEW] && cli_option(c, "fail-on"))) return 1;
	return s.of[SCAN_INCONCLUSIVE] ? 3 : 0;
}

enum err_code run_scan(struct cli *c, struct err *e) {
	struct scan_options options;
	struct scan_tree tree;
	struct scan_file *files;
	int64_t jobs;
	moment last = stopwatch();
	if (cli_switch(c, "rules")) return print_rules(c);
	if (cli_switch(c, "about")) return print_about(fence_close());
	if (!c->arguments_n) return err_set(e, ERR_USAGE, "something is missing: polder scan PATH…");
	if (cli_switch(c, "sarif") && c->json) return err_set(e, ERR_USAGE, "--json and --sarif exclude each other");
	enum err_code code = read_options(c, &options, &jobs, e);
	if (code) return code;
	fence_close();
	code = scan_tree(c->a, c->arguments, (size_t)c->arguments_n, &tree, e);
	if (code) return code;
	struct scan_progress progress = {show_progress, &last};
	bool shows = isatty(STDERR_FILENO) && !cli_switch(c, "quiet") && tree.n > 1;
	code = scan_all(c->a, &options, &tree, (unsigned)jobs, shows ? &progress : NULL, &files, e);
	if (code) return code;
	struct scan_report report = {files, tree.n, &options, POLDER_VERSION};
	c->exit_status = exit_status(c, &report);
	return print_report(c, &report, e);
}
