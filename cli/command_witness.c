/* witness init, serve, key, list, add, remove */
#include "command.h"
#include "desk/witness/witness.h"

static enum err_code open_it(struct cli *c, struct witness **out, struct err *e) {
	return witness_open(out, c->arguments[0], e);
}

static enum err_code tell_key(struct cli *c, struct str key, struct err *e) {
	if (!c->json) {
		out_fmt("%.*s\n", STR_ARG(key));
		return ERR_OK;
	}
	autobuf struct buf b = BUF(1 << 16);
	struct json_writer w = json_writer_pretty(&b);
	jw_object(&w);
	jw_field_str(&w, S("key"), key);
	jw_object_end(&w);
	return out_json(&b, e);
}

static enum err_code run_init(struct cli *c, struct err *e) {
	const char *name = cli_option(c, "name");
	struct str key;
	if (!name) return err_set(e, ERR_USAGE, "a witness has a name: --name witness.example.org/one");
	enum err_code code = witness_init(c->a, c->arguments[0], str_of(name), &key, e);
	return code ? code : tell_key(c, key, e);
}
static const struct option init_options[] = {{"name", "NAME", "its name in signatures, such as its address without https://; it never changes", false}};
const struct command command_witness_init = {
	.name = "witness init", .arguments = "DIR", .summary = "make a witness for the logs of others, in a folder",
	.text = "Makes its key and prints the verifier key, which the people of logs put into their configuration. A witness is never restored from a backup: what it "
			"forgot it could cosign a second time in another form. One that lost its folder is made anew, under a new key.",
	.example = "polder witness init mywitness --name witness.example.org/one", .options = init_options, .options_n = lengthof(init_options), .least = 1, .most = 1,
	.run = run_init,
};

static enum err_code run_key(struct cli *c, struct err *e) {
	struct witness *w;
	enum err_code code = open_it(c, &w, e);
	if (code) return code;
	code = tell_key(c, tlog_key_text(c->a, witness_key(w)), e);
	witness_close(w);
	return code;
}
const struct command command_witness_key = {
	.name = "witness key", .arguments = "DIR", .summary = "print a witness's verifier key",
	.example = "polder witness key mywitness", .least = 1, .most = 1, .run = run_key,
};

static enum err_code run_serve(struct cli *c, struct err *e) {
	struct witness *w;
	int64_t limit;
	const char *listen = cli_option(c, "listen");
	enum err_code code = cli_number(c, "limit", 0, 1000000, 600, &limit, e);
	if (!code) code = open_it(c, &w, e);
	if (code) return code;
	struct witness_serve_options o = {.listen = listen ? listen : "127.0.0.1:8421", .trusted_proxy = cli_option(c, "trusted-proxy"), .limit = limit,
		.https = cli_switch(c, "https"), .access_log = cli_switch(c, "log")};
	code = witness_serve(w, &o, e);
	if (code != ERR_CANCELLED) witness_close(w);
	return code;
}
static const struct option serve_options[] = {
	{"listen", "ADDR:PORT", "where to listen (127.0.0.1:8421); port 0 takes a free one", false},
	{"limit", "N", "checkpoints a minute of one address (600); 0: no limit", false},
	{"log", NULL, "a line for each request on standard error", false},
	{"trusted-proxy", "ADDR", "numeric address of a proxy whose X-Forwarded-For is believed", false},
	{"https", NULL, "visitors come by https, through a proxy in front", false},
};
const struct command command_witness_serve = {
	.name = "witness serve", .arguments = "DIR", .summary = "cosign what logs show, as long as they only grow",
	.text = "Logs send their checkpoints to /add-checkpoint (c2sp.org/tlog-witness); the page / says which logs are witnessed, and at what size. What is cosigned is on "
			"the disk before anybody gets the cosignature. Runs until it is stopped (SIGINT or SIGTERM).",
	.example = "polder witness serve mywitness --listen 127.0.0.1:8421", .options = serve_options, .options_n = lengthof(serve_options), .least = 1, .most = 1,
	.run = run_serve,
};

static enum err_code run_add(struct cli *c, struct err *e) {
	struct witness *w;
	const char *origin = cli_option(c, "origin");
	bool fresh = false;
	enum err_code code = open_it(c, &w, e);
	if (code) return code;
	code = witness_add(w, str_of(c->arguments[1]), str_of(origin ? origin : ""), &fresh, e);
	witness_close(w);
	if (!code) out_fmt(c->json ? "{\"added\": %s}\n" : "%s\n", c->json ? (fresh ? "true" : "false") : fresh ? "Added." : "It was there already.");
	return code;
}
static const struct option add_options[] = {{"origin", "TEXT", "the log's origin, where it is not the name of its key", false}};
const struct command command_witness_add = {
	.name = "witness add", .arguments = "DIR VKEY", .summary = "witness a log, by its verifier key",
	.text = "As the log's page /log or `polder log` shows it. A log that changes its key gets the second one beside the first. What was cosigned of a log before it was removed holds again.",
	.example = "polder witness add mywitness 'hub.example.org/log+085251fd+AWI7TebjHhMheqSkHDuMjZ6mLpa26EoKHItIEuiBwBk9'", .options = add_options, .options_n = lengthof(add_options),
	.least = 2, .most = 2, .run = run_add,
};

static enum err_code run_remove(struct cli *c, struct err *e) {
	struct witness *w;
	enum err_code code = open_it(c, &w, e);
	if (code) return code;
	code = witness_remove(w, str_of(c->arguments[1]), e);
	witness_close(w);
	if (!code) out_fmt(c->json ? "{\"removed\": true}\n" : "Removed.\n");
	return code;
}
const struct command command_witness_remove = {
	.name = "witness remove", .arguments = "DIR VKEY|ORIGIN", .summary = "take a key off the list, or a log with all its keys",
	.text = "What was cosigned of it is remembered.", .example = "polder witness remove mywitness hub.example.org/log", .least = 2, .most = 2, .run = run_remove,
};

static void list_json(struct json_writer *w, struct cli *c, const struct witness_log *logs, size_t n) {
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		jw_object(w);
		jw_field_str(w, S("origin"), logs[i].origin);
		jw_name(w, S("keys"));
		jw_array(w);
		for (size_t j = 0; j < logs[i].keys_n; j++) jw_str(w, logs[i].keys[j]);
		jw_array_end(w);
		jw_field_int(w, S("size"), (int64_t)logs[i].head.size);
		if (logs[i].at) jw_field_str(w, S("cosigned"), moment_str(c->a, logs[i].at));
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void list_words(struct cli *c, const struct witness_log *logs, size_t n) {
	for (size_t i = 0; i < n; i++) {
		out_styled(c, BOLD, logs[i].origin);
		if (logs[i].at) out_fmt("  %llu leaves, cosigned %.*s\n", (unsigned long long)logs[i].head.size, STR_ARG(moment_str(c->a, logs[i].at)));
		else out(S("  nothing was cosigned yet\n"));
		for (size_t j = 0; j < logs[i].keys_n; j++) out_fmt("  %.*s\n", STR_ARG(logs[i].keys[j]));
		if (!logs[i].keys_n) out(S("  not witnessed any more\n"));
	}
	if (!n) out(S("No log yet: polder witness add DIR VKEY\n"));
}

static enum err_code run_list(struct cli *c, struct err *e) {
	struct witness *w;
	struct witness_log *logs;
	struct db *db = NULL;
	size_t n;
	enum err_code code = open_it(c, &w, e);
	if (code) return code;
	code = witness_reader(w, &db, e);
	if (!code) code = witness_logs(db, c->a, &logs, &n, e);
	db_close(db);
	witness_close(w);
	if (code) return code;
	if (!c->json) {
		list_words(c, logs, n);
		return ERR_OK;
	}
	autobuf struct buf b = BUF(4 << 20);
	struct json_writer writer = json_writer_pretty(&b);
	list_json(&writer, c, logs, n);
	return out_json(&b, e);
}
const struct command command_witness_list = {
	.name = "witness list", .arguments = "DIR", .summary = "the logs that are witnessed, their keys, and what was cosigned last",
	.example = "polder witness list mywitness", .least = 1, .most = 1, .run = run_list,
};
