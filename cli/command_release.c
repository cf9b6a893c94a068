/* release show, sign-off, decide, gate; requests of it: list, accept, reject, revoke, export */
#include "command.h"
#include "desk/api/release_json.h"
#include "lib/digest/digest.h"

enum { OUT = 64 << 20, REPORT = 5 << 20 };

static enum err_code act(struct cli *c, const char *name, struct json_builder *args, struct change_result *result, struct err *e) {
	struct change change = {.op = CHANGE_ACT, .actor = cli_actor(c), .record = str_of(c->arguments[0]), .act = str_of(name), .args = json_built(args)};
	return change_apply(c->hub, c->db, &change, result, e);
}

static void put_option(struct cli *c, struct json_builder *args, const char *option, const char *member) {
	const char *v = cli_option(c, option);
	if (v) json_set(args, str_of(member), json_str_checked(c->a, str_of(v)));
}

static enum err_code told(struct cli *c, const struct change_result *result, const char *what, struct err *e) {
	if (c->json) {
		autobuf struct buf b = BUF(OUT);
		struct json_writer w = json_writer_pretty(&b);
		jw_object(&w);
		jw_field_str(&w, S("id"), str_of(result->public_id));
		jw_field_str(&w, S("uid"), str_of(result->uid));
		jw_field_str(&w, S("state"), str_of(result->state));
		jw_field_bool(&w, S("changed"), result->changed);
		jw_object_end(&w);
		return out_json(&b, e);
	}
	out_fmt("%s: %s\n", result->public_id, result->changed ? what : "it was so already");
	return ERR_OK;
}

/* ---- show ---- */

static void print_stage(struct cli *c, const struct release_stage_view *s) {
	out_styled(c, s->at == 0 ? GREEN : s->at < 0 ? PLAIN : DIM, arena_fmt(c->a, "%s %.*s", s->at < 0 ? "  behind " : s->at ? "  to come" : "> present", STR_ARG(s->title)));
	out_fmt("  (%.*s)\n", STR_ARG(s->who));
	for (size_t i = 0; i < s->n; i++) {
		const struct release_check *k = &s->checks[i];
		out_styled(c, k->met ? GREEN : RED, k->met ? S("      met   ") : S("      OPEN  "));
		out_fmt("%.*s  ", STR_ARG(k->title));
		out_styled(c, DIM, k->met ? k->evidence : k->missing);
		printf("\n");
	}
}

static void print_decisions(const struct json *list) {
	if (json_count(list)) printf("\nDecisions\n");
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *d = json_at(list, i);
		out_fmt("  %.*s  %.*s %.*s\n", STR_ARG(str_sub(json_get_str(d, S("at")), 0, 10)), STR_ARG(json_get_str(d, S("decision"))), STR_ARG(json_get_str(d, S("stage"))));
		out_wrapped(json_get_str(d, S("rationale")), 14);
	}
}

static enum err_code run_show(struct cli *c, struct err *e) {
	struct disclosing d = cli_disclosing(c);
	struct release_view v;
	enum err_code code = disclose_release(&d, str_of(c->arguments[0]), &v, e);
	if (code) return code;
	if (c->json) {
		autobuf struct buf b = BUF(OUT);
		struct json_writer w = json_writer_pretty(&b);
		release_json(&w, c->hub, &v);
		return out_json(&b, e);
	}
	out_styled(c, BOLD, v.r.line.headline);
	out_fmt("  %.*s, %.*s\n", STR_ARG(v.r.line.id), STR_ARG(v.r.line.state->title));
	for (size_t i = 0; i < v.stages_n; i++) print_stage(c, &v.stages[i]);
	for (size_t i = 0; i < v.signs_n; i++)
		out_fmt("%s  %.*s for %.*s: %.*s%s\n", i ? "" : "\nSign-offs\n", STR_ARG(v.signs[i].title), STR_ARG(v.signs[i].stage), STR_ARG(v.signs[i].who), v.signs[i].holds ? "" : " (void)");
	for (size_t i = 0; i < v.objections_n; i++)
		out_fmt("%s  %lld %s by %.*s: %.*s\n", i ? "" : "\nObjections\n", (long long)v.objections[i].id, v.objections[i].over ? "closed" : "OPEN", STR_ARG(v.objections[i].who),
			STR_ARG(v.objections[i].reason));
	print_decisions(v.decisions);
	return ERR_OK;
}
const struct command command_release_show = {
	.name = "release show", .arguments = "ID", .summary = "say at which stage a release is, and what must hold before the next",
	.example = "polder release show R-RELE-0001 --hub myhub", .least = 1, .most = 1, .needs_hub = true, .run = run_show,
};

/* ---- acts ---- */

static enum err_code run_sign(struct cli *c, struct err *e) {
	struct json_builder args = json_object_of(c->a);
	struct change_result result;
	json_set(&args, S("name"), json_str_checked(c->a, str_of(c->arguments[1])));
	put_option(c, &args, "stage", "stage");
	put_option(c, &args, "note", "note");
	if (cli_switch(c, "named")) json_set_bool(&args, S("named"), true);
	enum err_code code = act(c, "release.sign-off", &args, &result, e);
	return code ? code : told(c, &result, "signed", e);
}
static const struct option sign_options[] = {
	{"stage", "NAME", "a stage that is to come; without it the next", false}, {"note", "TEXT", "on what it rests", false},
	{"named", NULL, "your name stands with it in public", false},
};
const struct command command_release_sign_off = {
	.name = "release sign-off", .arguments = "ID NAME", .summary = "sign for a stage, as what the plan calls NAME",
	.text = "Of exactly the plan and the artifacts as they stand: when either is changed, what was signed is void.",
	.example = "polder release sign-off R-RELE-0001 safety --stage public --note \"Red team of May\" --hub myhub", .options = sign_options, .options_n = lengthof(sign_options),
	.least = 2, .most = 2, .needs_hub = true, .run = run_sign,
};

static enum err_code run_decide(struct cli *c, struct err *e) {
	struct json_builder args = json_object_of(c->a);
	struct change_result result;
	const char *until = cli_option(c, "until");
	moment at;
	if (!cli_option(c, "reason")) return err_set(e, ERR_USAGE, "say why: --reason \"…\"");
	if (until && !moment_parse(str_of(until), &at)) return err_set(e, ERR_USAGE, "--until: expected a moment such as 2027-03-01T09:00:00Z");
	json_set(&args, S("decision"), json_str_checked(c->a, str_of(c->arguments[1])));
	put_option(c, &args, "reason", "rationale");
	put_option(c, &args, "stage", "stage");
	put_option(c, &args, "until", "until");
	enum err_code code = act(c, "release.decide", &args, &result, e);
	return code ? code : told(c, &result, c->arguments[1], e);
}
static const struct option decide_options[] = {
	{"reason", "TEXT", "why; public as soon as the record is", false}, {"stage", "NAME", "the stage that is meant; another one than the next is refused", false},
	{"until", "MOMENT", "of a delay: not before", false},
};
const struct command command_release_decide = {
	.name = "release decide", .arguments = "ID DECISION", .summary = "decide on the next stage: proceed, modify, delay or cancel",
	.text = "Proceeding needs all that the plan requires; the refusal says what is open.",
	.example = "polder release decide R-RELE-0001 proceed --reason \"All is met\" --hub myhub", .options = decide_options, .options_n = lengthof(decide_options),
	.least = 2, .most = 2, .needs_hub = true, .run = run_decide,
};

static enum err_code run_gate(struct cli *c, struct err *e) {
	struct json_builder args = json_object_of(c->a);
	struct change_result result;
	struct str bytes;
	char hex[SHA256_HEX];
	enum err_code code = file_read(c->a, c->arguments[2], REPORT, &bytes, e);
	if (code) return code;
	struct sha256 digest = sha256(bytes);
	const char *name = strrchr(c->arguments[2], '/');
	struct change attach = {.op = CHANGE_ATTACH, .actor = cli_actor(c), .record = str_of(c->arguments[0]), .bytes = bytes, .media_type = S("application/json"),
		.file_name = strcmp(c->arguments[2], "-") ? str_of(name ? name + 1 : c->arguments[2]) : S("report.json"), .audiences = PARTIES | OWNER | COORDINATORS};
	code = change_apply(c->hub, c->db, &attach, &result, e);
	if (code) return code;
	json_set(&args, S("gate"), json_str_checked(c->a, str_of(c->arguments[1])));
	json_set_str(&args, S("file"), arena_str(c->a, sha256_hex(&digest, hex)));
	code = act(c, "release.gate", &args, &result, e);
	return code ? code : told(c, &result, "the report is attached", e);
}
const struct command command_release_gate = {
	.name = "release gate", .arguments = "ID GATE FILE", .summary = "attach the report of a gate",
	.text = "The report that `polder gate --json` writes, or another program in the same form; - is standard input. It counts for the artifacts whose SHA-256 it names: one "
			"that does not name all of the release's is refused.",
	.example = "polder release gate R-RELE-0001 scan scan.json --hub myhub", .least = 3, .most = 3, .needs_hub = true, .run = run_gate,
};

/* ---- requests ---- */

static enum err_code find(struct cli *c, struct disclosing *d, struct disclosed *r, struct err *e) {
	*d = cli_disclosing(c);
	enum err_code code = disclose_record(d, str_of(c->arguments[0]), r, e);
	if (!code && !str_is(r->line.kind->name, "release")) code = err_set(e, ERR_NOT_FOUND, "%.*s is no release", STR_ARG(r->line.id));
	return code;
}

static enum err_code known_state(const char *state, struct err *e) {
	static const char *const states[] = {"pending", "accepted", "rejected", "revoked", "expired", "retracted"};
	for (size_t i = 0; i < lengthof(states); i++)
		if (!state || !strcmp(state, states[i])) return ERR_OK;
	return err_set(e, ERR_USAGE, "--state: pending, accepted, rejected, revoked, expired or retracted");
}

static void print_request(struct cli *c, const struct access_line *l) {
	out_styled(c, str_is(l->state, "pending") ? YELLOW : PLAIN, arena_fmt(c->a, "%.*s  %-9.*s", STR_ARG(l->r.line.uid), STR_ARG(l->state)));
	out_fmt("  %.*s  %.*s <%.*s>%s\n", STR_ARG(str_sub(moment_str(c->a, l->asked), 0, 10)), STR_ARG(l->name), STR_ARG(l->email),
		l->earlier ? "  asked before" : l->like.n ? "  perhaps the same person as another" : "");
	for (size_t i = 0; i < json_count(l->answers); i++)
		out_fmt("    %.*s: %.*s\n", STR_ARG(json_get_str(json_at(l->answers, i), S("name"))), STR_ARG(json_get_str(json_at(l->answers, i), S("value"))));
}

static enum err_code run_requests(struct cli *c, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	struct access_line *lines;
	size_t n;
	const char *state = cli_option(c, "state");
	struct access_request ask = {.state = str_of(state)};
	autobuf struct buf b = BUF(OUT);
	struct json_writer w = json_writer_pretty(&b);
	enum err_code code = known_state(state, e);
	if (!code) code = find(c, &d, &r, e);
	if (c->json) jw_array(&w);
	for (size_t all = 0; !code; all += n) {
		code = disclose_access_queue(&d, &r, &ask, &lines, &n, &ask.before, e);
		for (size_t i = 0; i < n && !code; i++) {
			if (c->json) access_line_json(&w, c->hub, &lines[i]);
			else print_request(c, &lines[i]);
		}
		if (!code && !ask.before) {
			if (!c->json && !(all + n)) printf("Nobody.\n");
			break;
		}
	}
	if (code || !c->json) return code;
	jw_array_end(&w);
	return out_json(&b, e);
}
static const struct option requests_options[] = {{"state", "STATE", "those alone: pending, accepted, rejected, revoked, expired, retracted", false}};
const struct command command_release_requests = {
	.name = "release requests", .arguments = "ID", .summary = "list who asked for a release, with their answers",
	.text = "Answers are personal data: only whoever asked and the owners of the release read them, and whoever may read the hub's folder.",
	.example = "polder release requests R-RELE-0001 --state pending --hub myhub", .options = requests_options, .options_n = lengthof(requests_options), .least = 1, .most = 1,
	.needs_hub = true, .run = run_requests,
};

static enum err_code decide_all(struct cli *c, const char *name, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	struct access_decided list[ACCESS_BULK];
	const char *reason = cli_option(c, "reason");
	size_t n = (size_t)c->arguments_n - 1;
	enum err_code code = n > ACCESS_BULK ? err_set(e, ERR_USAGE, "at most %d requests at once", ACCESS_BULK) : find(c, &d, &r, e);
	if (code) return code;
	for (size_t i = 0; i < n; i++) list[i].uid = str_of(c->arguments[i + 1]);
	code = access_decide(c->hub, c->db, cli_actor(c), &r, str_of(name), str_of(reason), list, n, e);
	for (size_t i = 0; i < n && !code; i++) {
		if (list[i].result.code) c->exit_status = 1;
		if (list[i].result.code) out_fmt("%.*s: %s\n", STR_ARG(list[i].uid), list[i].result.err.message);
		else out_fmt("%.*s: %s\n", STR_ARG(list[i].uid), list[i].result.state);
	}
	return code;
}
static enum err_code run_accept(struct cli *c, struct err *e) { return decide_all(c, "access.accept", e); }
static enum err_code run_reject(struct cli *c, struct err *e) { return decide_all(c, "access.reject", e); }
static enum err_code run_revoke(struct cli *c, struct err *e) { return decide_all(c, "access.revoke", e); }
static const struct option reason_options[] = {{"reason", "TEXT", "whoever asked reads it; rejecting and revoking need one", false}};
const struct command command_release_accept = {
	.name = "release accept", .arguments = "ID REQUEST…", .summary = "accept requests for a release",
	.text = "One that is refused keeps no other; then the exit status is 1.", .example = "polder release accept R-GATE-0001 R-REQU-0001 --hub myhub", .options = reason_options,
	.options_n = lengthof(reason_options), .least = 2, .most = -1, .needs_hub = true, .run = run_accept,
};
const struct command command_release_reject = {
	.name = "release reject", .arguments = "ID REQUEST…", .summary = "reject requests for a release, with a reason",
	.text = "Whoever is rejected can't ask again unless it is reopened (`polder act REQUEST access.reopen`).",
	.example = "polder release reject R-GATE-0001 R-REQU-0002 --reason \"Say what for\" --hub myhub", .options = reason_options, .options_n = lengthof(reason_options),
	.least = 2, .most = -1, .needs_hub = true, .run = run_reject,
};
const struct command command_release_revoke = {
	.name = "release revoke", .arguments = "ID REQUEST…", .summary = "take access to a release back, with a reason",
	.example = "polder release revoke R-GATE-0001 R-REQU-0001 --reason \"Misused\" --hub myhub", .options = reason_options, .options_n = lengthof(reason_options),
	.least = 2, .most = -1, .needs_hub = true, .run = run_revoke,
};

static enum err_code run_export(struct cli *c, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	autobuf struct buf b = BUF(OUT);
	const char *state = cli_option(c, "state"), *to = cli_option(c, "out");
	enum err_code code = known_state(state, e);
	if (!code) code = find(c, &d, &r, e);
	if (!code) code = disclose_access_export(&d, &r, cli_switch(c, "csv"), str_of(state), &b, e);
	if (code) return code;
	if (to) return file_put(to, buf_str(&b), 0600, e);
	struct str bytes = buf_str(&b);
	if (fwrite(bytes.p, 1, bytes.n, stdout) != bytes.n) return err_set(e, ERR_STORAGE, "standard output can't be written");
	if (!cli_switch(c, "csv")) printf("\n");
	return ERR_OK;
}
static const struct option export_options[] = {
	{"csv", NULL, "a table (RFC 4180) in which no cell begins as a formula does; else JSON", false}, {"state", "STATE", "those alone", false},
	{"out", "FILE", "write it there, readable by you alone", false},
};
const struct command command_release_export = {
	.name = "release export", .arguments = "ID", .summary = "write all requests for a release as JSON or as a table",
	.example = "polder release export R-RELE-0001 --csv --out requests.csv --hub myhub", .options = export_options, .options_n = lengthof(export_options), .least = 1, .most = 1,
	.needs_hub = true, .run = run_export,
};
