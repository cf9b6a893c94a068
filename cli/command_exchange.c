/* import, export */
#include "command.h"
#include "exchange/export.h"

struct bar {
	moment last;
	bool shown;
};

static void progress(void *arg, int64_t done, int64_t files, const struct import_report *r) {
	struct bar *bar = arg;
	moment at = stopwatch();
	if (at - bar->last < SECOND / 10 && done != files) return;
	bar->last = at;
	bar->shown = true;
	fprintf(stderr, "\r%lld of %lld files, %lld new, %lld refused\033[K", (long long)done, (long long)files, (long long)r->created,
		(long long)r->rejected);
	fflush(stderr);
}

static enum err_code report_json(const struct import_report *r, struct err *e) {
	autobuf struct buf b = BUF(64 << 20);
	struct json_writer w = json_writer_pretty(&b);
	jw_object(&w);
	jw_field_int(&w, S("read"), r->read);
	jw_field_int(&w, S("created"), r->created);
	jw_field_int(&w, S("updated"), r->updated);
	jw_field_int(&w, S("unchanged"), r->unchanged);
	jw_field_int(&w, S("rejected"), r->rejected);
	jw_name(&w, S("seconds"));
	jw_real(&w, (double)(int64_t)(r->seconds * 1000) / 1000);
	jw_field_int(&w, S("parties"), r->parties);
	jw_name(&w, S("rejections"));
	jw_array(&w);
	for (size_t i = 0; i < r->rejections_n; i++) {
		jw_object(&w);
		jw_field_str(&w, S("path"), str_of(r->rejections[i].path));
		struct str reason = str_of(r->rejections[i].reason);
		jw_field_str(&w, S("reason"), str_utf8(reason) ? reason : S("(not text)"));
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	return out_json(&b, e);
}

static void report_text(const struct cli *c, const struct import_report *r) {
	for (size_t i = 0; i < r->rejections_n; i++) {
		out_styled(c, RED, str_of(r->rejections[i].path));
		out_fmt(": %s\n", r->rejections[i].reason);
	}
	out_fmt("%lld read: %lld created, %lld updated, %lld unchanged, %lld rejected; %.2f s\n", (long long)r->read, (long long)r->created,
		(long long)r->updated, (long long)r->unchanged, (long long)r->rejected, r->seconds);
	if (r->parties) out_fmt("%lld organizations and systems became records on the way\n", (long long)r->parties);
}

static enum err_code find_format(const char *name, const struct format **out, struct err *e) {
	*out = format_find(str_of(name));
	if (*out) return ERR_OK;
	autobuf struct buf words = BUF(1000);
	for (size_t i = 0; i < formats_n; i++) buf_fmt(&words, "%s%s", i ? ", " : "", formats[i]->name);
	return err_set(e, ERR_USAGE, "there is no format \"%s\"; there are %s", name, words.p);
}

static enum err_code run_import(struct cli *c, struct err *e) {
	const struct format *format;
	int64_t threads;
	enum err_code code = find_format(c->arguments[0], &format, e);
	if (!code) code = cli_number(c, "threads", 1, 64, 0, &threads, e);
	if (code) return code;
	struct bar bar = {0};
	struct import_options options = {.threads = (int)threads, .arg = &bar,
		.progress = isatty(STDERR_FILENO) && !c->json ? progress : NULL};
	struct import_report r;
	code = import_run(c->hub, format, c->arguments + 1, (size_t)c->arguments_n - 1, &options, &r, e);
	if (bar.shown) fprintf(stderr, "\r\033[K");
	if (!code && c->json)
		code = report_json(&r, e);
	else if (!code || r.read)
		report_text(c, &r);
	if (!code && r.rejected) c->exit_status = 1;
	import_report_free(&r);
	return code;
}
static const struct option import_options_list[] = {
	{"threads", "N", "how many files are read at once (as many as processors)", false},
};
const struct command command_import = {
	.name = "import", .arguments = "FORMAT PATH…", .summary = "take in records from another system",
	.text = "FORMAT is avid, aiid, atlas, osv, cve, csaf, or polder (Polder's own, as in starter/). PATH is a file or a folder. Importing again changes "
			"nothing but what changed at its source. A file that can't be taken is named with its reason, the others go in, and the exit status is 1.",
	.example = "polder import polder starter/ --hub myhub\npolder import avid avid-db/reports --hub myhub", .options = import_options_list,
	.options_n = lengthof(import_options_list), .least = 2, .most = -1, .needs_hub = true, .run = run_import,
};

static enum err_code run_export(struct cli *c, struct err *e) {
	const struct format *format;
	enum err_code code = find_format(c->arguments[0], &format, e);
	bool all = cli_switch(c, "all");
	const char *dir = cli_option(c, "out");
	if (!code && all == (c->arguments_n > 1))
		code = err_set(e, ERR_USAGE, "name the records to export, or say --all");
	if (!code && !dir) code = err_set(e, ERR_USAGE, "--out DIR is missing: where should the files go?");
	if (code) return code;
	struct export_report r;
	code = export_run(c->hub, c->db, format, all ? NULL : c->arguments + 1, (size_t)c->arguments_n - 1, dir, c->a, &r, e);
	if (code) return code;
	c->exit_status = r.rejections_n ? 1 : 0;
	if (c->json) {
		autobuf struct buf b = BUF(64 << 20);
		struct json_writer w = json_writer_pretty(&b);
		jw_object(&w);
		jw_field_int(&w, S("written"), r.written);
		jw_name(&w, S("rejections"));
		jw_array(&w);
		for (size_t i = 0; i < r.rejections_n; i++) {
			jw_object(&w);
			jw_field_str(&w, S("id"), str_of(r.rejections[i].path));
			jw_field_str(&w, S("reason"), str_of(r.rejections[i].reason));
			jw_object_end(&w);
		}
		jw_array_end(&w);
		jw_object_end(&w);
		return out_json(&b, e);
	}
	for (size_t i = 0; i < r.rejections_n; i++) out_fmt("%s: %s\n", r.rejections[i].path, r.rejections[i].reason);
	out_fmt("%lld written to %s\n", (long long)r.written, dir);
	return ERR_OK;
}
static const struct option export_options[] = {
	{"all", NULL, "every public record that can be told in the format", false},
	{"out", "DIR", "the folder for the files; made if it is not there", false},
};
const struct command command_export = {
	.name = "export", .arguments = "FORMAT [ID…]", .summary = "write public records in another system's format",
	.text = "FORMAT is avid, osv, or polder. One file a record, named after its identifier.",
	.example = "polder export osv --all --out osv-out --hub myhub", .options = export_options, .options_n = lengthof(export_options),
	.least = 1, .most = -1, .needs_hub = true, .run = run_export,
};
