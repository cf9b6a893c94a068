/* verify, mirror */
#include "command.h"
#include "hub/ledger/verify.h"
#include "hub/mirror/mirror.h"

enum { KEYS = 32 };

static enum err_code trusted_keys(const struct cli *c, struct tlog_key keys[KEYS], size_t *n, struct err *e) {
	const struct given *given = cli_options(c, "key");
	enum err_code code = ERR_OK;
	*n = 0;
	for (int i = 0; given && i < given->n && *n < KEYS && !code; i++) code = tlog_key_parse(str_of(given->values[i]), &keys[(*n)++], e);
	return code ? (err_prefix(e, "--key"), ERR_USAGE) : ERR_OK;
}

static enum err_code report_json(const struct ledger_report *r, struct err *e) {
	const struct {
		const char *name;
		int64_t n;
	} counts[] = {{"leaves", r->leaves}, {"signed", (int64_t)r->signed_head.size}, {"waiting", r->waiting}, {"entries", r->entries}, {"events", r->events},
		{"records", r->records}, {"revisions", r->revisions}, {"files", r->files}, {"peers", r->peers}, {"fill", r->fill}, {"erased", r->erased}, {"unreadable", r->unreadable}};
	autobuf struct buf b = BUF(1 << 20);
	struct json_writer w = json_writer_pretty(&b);
	jw_object(&w);
	jw_field_str(&w, S("origin"), r->origin);
	if (r->key.n) jw_field_str(&w, S("key"), r->key);
	for (size_t i = 0; i < lengthof(counts); i++) jw_field_int(&w, str_of(counts[i].name), counts[i].n);
	jw_name(&w, S("findings"));
	jw_array(&w);
	for (size_t i = 0; i < r->n; i++) jw_str(&w, r->findings[i]);
	jw_array_end(&w);
	jw_object_end(&w);
	return out_json(&b, e);
}

static void report_words(const struct cli *c, const struct ledger_report *r) {
	for (size_t i = 0; i < r->n; i++) {
		out_styled(c, RED, r->findings[i]);
		out(S("\n"));
	}
	out_fmt("The log %.*s: %lld entries, %llu of them signed", STR_ARG(r->origin), (long long)(r->leaves + r->waiting), (unsigned long long)r->signed_head.size);
	if (r->waiting) out_fmt(", %lld wait", (long long)r->waiting);
	out_fmt(".\n%lld records, %lld events, %lld revisions, %lld files are compared with it.\n", (long long)r->records, (long long)r->events, (long long)r->revisions,
		(long long)r->files);
	if (r->peers) out_fmt("So is the directory of %lld other hubs.\n", (long long)r->peers);
	if (r->erased) out_fmt("%lld entries were erased: their commitments alone are left.\n", (long long)r->erased);
	if (r->unreadable) out_fmt("%lld entries can't be read here: this hub does not have the keys of their records.\n", (long long)r->unreadable);
	out_styled(c, r->n ? RED : GREEN, r->n ? S("They differ") : S("They agree"));
	out_fmt(r->n == LEDGER_FINDINGS ? "; there may be more differences than these %zu.\n" : r->n ? ": %zu differences.\n" : ".\n", r->n);
}

static enum err_code run_verify(struct cli *c, struct err *e) {
	struct tlog_key keys[KEYS];
	struct ledger_report r;
	size_t n;
	enum err_code code = trusted_keys(c, keys, &n, e);
	if (!code) code = ledger_verify(c->hub, c->db, c->a, keys, n, &r, e);
	if (code) return code;
	c->exit_status = r.n ? 1 : 0;
	if (c->json) return report_json(&r, e);
	report_words(c, &r);
	return ERR_OK;
}
static const struct option verify_options[] = {
	{"key", "KEY", "the log's key as you know it from elsewhere; else the one that the log names itself", true},
};
const struct command command_verify = {
	.name = "verify", .arguments = "", .summary = "prove that what is stored is what was committed to in the log",
	.text = "Reads all of the log and all records: every hash, the signature, every event, body, public page and file against its commitment. Says the first "
			"difference first and ends with 1 where there is one. What nothing was committed to is looked at by `polder admin check`.",
	.example = "polder verify --hub myhub", .options = verify_options, .options_n = lengthof(verify_options), .most = 0, .needs_hub = true, .run = run_verify,
};

static enum err_code mirror_json(const struct mirror_result *r, struct err *e) {
	const struct {
		const char *name;
		int64_t n;
	} counts[] = {{"old_size", (int64_t)r->old_size}, {"size", (int64_t)r->size}, {"statements", r->statements}, {"records", r->records}, {"fetched", r->fetched},
		{"removed", r->removed}, {"behind", r->behind}};
	autobuf struct buf b = BUF(1 << 16);
	struct json_writer w = json_writer_pretty(&b);
	jw_object(&w);
	jw_field_str(&w, S("origin"), r->origin);
	jw_field_str(&w, S("key"), r->key);
	jw_field_bool(&w, S("first"), r->first);
	if (r->replaced.n) jw_field_str(&w, S("replaced"), r->replaced);
	for (size_t i = 0; i < lengthof(counts); i++) jw_field_int(&w, str_of(counts[i].name), counts[i].n);
	jw_field_bool(&w, S("stale"), r->stale);
	jw_field_bool(&w, S("forked"), r->forked);
	if (r->forked) jw_field_str(&w, S("evidence"), r->evidence);
	jw_object_end(&w);
	return out_json(&b, e);
}

static void mirror_words(const struct cli *c, const struct mirror_result *r) {
	if (r->forked) {
		out_styled(c, RED, S("The hub showed two histories.\n"));
		out_fmt("What was here stays. The proof is in %.*s: tell others.\n", STR_ARG(r->evidence));
		return;
	}
	if (r->first) out_fmt("Its key was seen for the first time: %.*s\nCompare it with what the hub's people say elsewhere.\n", STR_ARG(r->key));
	if (r->replaced.n) out_fmt("Its key is %.*s now: the log says so under the one before.\n", STR_ARG(r->key));
	if (r->stale) out_fmt("The hub showed an older checkpoint than is here, of the same history.\n");
	out_fmt("The log %.*s: %llu entries, %llu of them new; %lld records are here, %lld came, %lld went.\n", STR_ARG(r->origin), (unsigned long long)r->size,
		(unsigned long long)(r->size - r->old_size), (long long)r->records, (long long)r->fetched, (long long)r->removed);
	if (r->behind) out_fmt("%lld records changed meanwhile: they come with the next run.\n", (long long)r->behind);
}

static enum err_code run_mirror(struct cli *c, struct err *e) {
	const char *key = cli_option(c, "key");
	struct mirror_request r = {.url = str_of(c->arguments[0]), .dir = c->arguments[1], .key = str_of(key ? key : ""), .allow_http = true};
	struct mirror_result done;
	enum err_code code = mirror_run(c->a, &r, &done, e);
	if (code) return code;
	c->exit_status = done.forked ? 1 : 0;
	if (c->json) return mirror_json(&done, e);
	mirror_words(c, &done);
	return ERR_OK;
}
static const struct option mirror_options[] = {
	{"key", "KEY", "the log's key as you know it from elsewhere; else the one that was kept, or the log's own word for the first time", false},
};
const struct command command_mirror = {
	.name = "mirror", .arguments = "URL DIR", .summary = "keep a verified copy of a hub's log and of all that it says in public",
	.text = "Run it again, by cron for instance: only what is new is fetched, and what the hub erased goes here too. Any web server can hand the folder out. Should the "
			"hub ever show two histories, the proof is kept in DIR/evidence and the command ends with 1.",
	.example = "polder mirror https://hub.example.org/ hub-mirror", .options = mirror_options, .options_n = lengthof(mirror_options), .least = 2, .most = 2,
	.run = run_mirror,
};
