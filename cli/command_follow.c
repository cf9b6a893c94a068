/* follow, follow run */
#include "command.h"
#include "hub/copied.h"
#include "hub/follow/follow.h"

static struct str moment_or(struct cli *c, moment at, const char *otherwise) {
	return at ? moment_str(c->a, at) : str_of(otherwise);
}

/* ---- one hub ---- */

static enum err_code reasons_json(struct json_writer *w, struct cli *c, int64_t peer, struct err *e) {
	struct follow_reason *list;
	size_t n;
	enum err_code code = follow_reasons(c->db, c->a, peer, &list, &n, e);
	jw_name(w, S("kept_out"));
	jw_object(w);
	for (size_t i = 0; i < n && !code; i++) jw_field_int(w, list[i].reason, list[i].n);
	jw_object_end(w);
	return code;
}

static enum err_code followed_json(struct json_writer *w, struct cli *c, const struct followed *f, struct err *e) {
	jw_object(w);
	jw_field_str(w, S("hub"), copied_hub(f->origin));
	jw_field_str(w, S("origin"), f->origin);
	jw_field_str(w, S("key"), f->key);
	jw_field_str(w, S("url"), f->url);
	jw_field_bool(w, S("follows"), f->follows);
	jw_field_int(w, S("size"), f->size);
	jw_field_int(w, S("records"), f->records);
	if (f->looked_at) jw_field_str(w, S("looked_at"), moment_str(c->a, f->looked_at));
	if (f->next) jw_field_str(w, S("next"), moment_str(c->a, f->next));
	if (f->failed.n) jw_field_str(w, S("failed"), f->failed);
	if (f->forked) jw_field_str(w, S("forked"), moment_str(c->a, f->forked));
	if (f->forked) jw_field_str(w, S("evidence"), f->evidence);
	jw_field_str(w, S("folder"), f->folder);
	enum err_code code = reasons_json(w, c, f->peer, e);
	jw_object_end(w);
	return code;
}

static enum err_code followed_words(struct cli *c, const struct followed *f, struct err *e) {
	struct follow_reason *list;
	size_t n;
	out_styled(c, BOLD, copied_hub(f->origin));
	out_fmt("  %.*s%s\n", STR_ARG(f->url), f->follows ? "" : "  not followed any more");
	out_fmt("  %-10s %lld entries verified, %lld records here; last looked at %.*s\n", "Copy", (long long)f->size, (long long)f->records,
		STR_ARG(moment_or(c, f->looked_at, "never")));
	out_fmt("  %-10s %.*s\n", "Key", STR_ARG(f->key));
	if (f->forked)
		out_styled(c, RED, arena_fmt(c->a, "  %-10s It showed two histories on %.*s. What was copied stays as it was; the proof is in %.*s\n", "Stopped",
			STR_ARG(moment_str(c->a, f->forked)), STR_ARG(f->evidence)));
	else if (f->failed.n)
		out_styled(c, YELLOW, arena_fmt(c->a, "  %-10s %.*s (%lld times; again %.*s)\n", "Failed", STR_ARG(f->failed), (long long)f->failures, STR_ARG(moment_or(c, f->next, "soon"))));
	enum err_code code = follow_reasons(c->db, c->a, f->peer, &list, &n, e);
	for (size_t i = 0; i < n && !code; i++)
		out_fmt("  %-10s %lld %.*s\n", i ? "" : "Not here", (long long)list[i].n, STR_ARG(follow_reason_words(list[i].reason)));
	return code;
}

/* ---- a run ---- */

static void report_json(struct json_writer *w, const struct follow_report *r) {
	const struct {
		const char *name;
		int64_t n;
	} counts[] = {{"created", r->created}, {"revised", r->revised}, {"hidden", r->hidden}, {"erased", r->erased}, {"unchanged", r->unchanged},
		{"stayed_out", r->kept_out}, {"old_size", (int64_t)r->mirror.old_size}, {"size", (int64_t)r->mirror.size}};
	jw_object(w);
	for (size_t i = 0; i < lengthof(counts); i++) jw_field_int(w, str_of(counts[i].name), counts[i].n);
	jw_name(w, S("seconds"));
	jw_real(w, (double)(int64_t)(r->seconds * 1000) / 1000);
	jw_field_bool(w, S("forked"), r->mirror.forked);
	jw_object_end(w);
}

static void report_words(struct cli *c, const struct followed *f, const struct follow_report *r) {
	struct str hub = copied_hub(f->origin);
	if (r->mirror.forked) {
		out_styled(c, RED, arena_fmt(c->a, "%.*s showed two histories.\n", STR_ARG(hub)));
		out_fmt("What was copied stays as it was, and it is not followed any further. The proof is in %.*s: tell others.\n", STR_ARG(r->mirror.evidence));
		return;
	}
	if (r->mirror.first) out_fmt("Its key was seen for the first time: %.*s\nCompare it with what the hub's people say elsewhere.\n", STR_ARG(r->mirror.key));
	out_fmt("%.*s: %llu entries, %llu of them new; %lld records came, %lld changed, %lld are public no more, %lld were erased (%.1f s)\n", STR_ARG(hub),
		(unsigned long long)r->mirror.size, (unsigned long long)(r->mirror.size - r->mirror.old_size), (long long)r->created, (long long)r->revised,
		(long long)r->hidden, (long long)r->erased, r->seconds);
}

static enum err_code tell_run(struct cli *c, const struct followed *f, const struct follow_report *r, struct err *e) {
	if (r->mirror.forked) c->exit_status = 1;
	if (!c->json) {
		report_words(c, f, r);
		struct followed now_is;
		enum err_code code = follow_find(c->hub, c->db, c->a, f->origin, &now_is, e);
		return code ? code : followed_words(c, &now_is, e);
	}
	autobuf struct buf b = BUF(1 << 20);
	struct json_writer w = json_writer_pretty(&b);
	report_json(&w, r);
	return out_json(&b, e);
}

/* ---- the commands ---- */

static enum err_code list(struct cli *c, struct err *e) {
	struct followed *all;
	size_t n;
	autobuf struct buf b = BUF(16 << 20);
	struct json_writer w = json_writer_pretty(&b);
	enum err_code code = follow_list(c->hub, c->db, c->a, &all, &n, e);
	if (code) return code;
	if (!c->json && !n) out(S("No other hub is followed. Begin with: polder follow https://hub.example.org\n"));
	if (c->json) jw_array(&w);
	for (size_t i = 0; i < n && !code; i++) code = c->json ? followed_json(&w, c, &all[i], e) : followed_words(c, &all[i], e);
	if (c->json) jw_array_end(&w);
	return code || !c->json ? code : out_json(&b, e);
}

static enum err_code stop(struct cli *c, const char *name, struct err *e) {
	struct followed f;
	enum err_code code = follow_find(c->hub, c->db, c->a, str_of(name), &f, e);
	if (!code) code = follow_stop(c->hub, &f, e);
	if (!code && !c->json) out_fmt("%.*s is not followed any more. Its %lld records stay as they are.\n", STR_ARG(copied_hub(f.origin)), (long long)f.records);
	return code || !c->json ? code : (c->json ? list(c, e) : ERR_OK);
}

static enum err_code run_follow(struct cli *c, struct err *e) {
	const char *ends = cli_option(c, "stop"), *key = cli_option(c, "key");
	struct followed f;
	struct follow_report report;
	if (ends && (c->arguments_n || key)) return err_set(e, ERR_USAGE, "--stop stands alone");
	if (ends) return stop(c, ends, e);
	if (!c->arguments_n) return key ? err_set(e, ERR_USAGE, "--key wants the address of the hub that it is of") : list(c, e);
	enum err_code code = follow_add(c->hub, c->db, c->a, str_of(c->arguments[0]), str_of(key ? key : ""), NULL, &f, &report, e);
	return code ? code : tell_run(c, &f, &report, e);
}
static const struct option follow_options[] = {
	{"key", "KEY", "the log's key as you know it from elsewhere; else the log's own word for the first time, if its name is its address", false},
	{"stop", "NAME", "follow this hub no more; what was copied stays as it is", false},
};
const struct command command_follow = {
	.name = "follow", .arguments = "[URL]", .summary = "copy another hub's public records here, and keep them up to date",
	.text = "Without an address: lists the hubs that are followed, with how far they are, what stays out and why. A served hub goes on by itself ([follow] interval in "
			"polder.conf). Copied records keep their uid, are called hub.example.org/ID here, and are changed by their own hub alone. docs/MANY_HUBS.md says the rest.",
	.example = "polder follow https://hub.example.org --hub myhub\npolder follow --hub myhub\npolder follow --stop hub.example.org --hub myhub",
	.options = follow_options, .options_n = lengthof(follow_options), .most = 1, .needs_hub = true, .run = run_follow,
};

static enum err_code run_one(struct cli *c, const struct followed *f, struct err *e) {
	struct follow_report report;
	struct err why = {0};
	enum err_code code = follow_run(c->hub, c->db, c->a, f, true, NULL, &report, &why);
	if (!code) return tell_run(c, f, &report, e);
	if (code == ERR_MEMORY || code == ERR_STORAGE) return err_set(e, code, "%s", why.message);
	/* One that is not there keeps no other. */
	c->exit_status = 1;
	fprintf(stderr, "polder: %.*s: %s\n", STR_ARG(f->name), why.message);
	return ERR_OK;
}

static enum err_code run_follow_run(struct cli *c, struct err *e) {
	struct followed *all, one;
	size_t n = 1;
	enum err_code code = c->arguments_n ? follow_find(c->hub, c->db, c->a, str_of(c->arguments[0]), &one, e) : follow_list(c->hub, c->db, c->a, &all, &n, e);
	if (c->arguments_n) all = &one;
	for (size_t i = 0; i < n && !code; i++)
		if (all[i].follows) code = run_one(c, &all[i], e);
	return code;
}
const struct command command_follow_run = {
	.name = "follow run", .arguments = "[NAME]", .summary = "copy now what the hubs that are followed have that is new",
	.text = "What stayed out before is tried once more, and a hub that showed two histories is looked at again.",
	.example = "polder follow run --hub myhub", .most = 1, .needs_hub = true, .run = run_follow_run,
};
