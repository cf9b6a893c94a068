/* report, receipt */
#include "body.h"
#include "report.h"

#include <fcntl.h>

#include "hub/attachment.h"

enum { ATTACHMENTS = 20, DRAFT = 2 << 20 };

/* ---- report ---- */

static enum err_code read_files(struct cli *c, struct report_file *out, size_t *n, struct err *e) {
	const struct given *given = cli_options(c, "attach");
	*n = 0;
	for (int i = 0; given && i < given->n; i++) {
		struct report_file *f = &out[(*n)++];
		f->path = given->values[i];
		f->name = file_name(str_of(f->path));
		enum err_code code = file_read(c->a, f->path, ATTACHMENT_BYTES, &f->bytes, e);
		if (code) return code;
	}
	return ERR_OK;
}

static enum err_code choose_how(struct cli *c, enum intake_how *how, struct err *e) {
	const char *token = getenv("POLDER_TOKEN");
	if (cli_switch(c, "anonymous") && cli_option(c, "pseudonym")) return err_set(e, ERR_USAGE, "--anonymous and --pseudonym exclude each other");
	*how = cli_switch(c, "anonymous") ? INTAKE_ANONYMOUS : cli_option(c, "pseudonym") ? INTAKE_PSEUDONYM :
		report_is_remote(c) && !(token && token[0]) ? INTAKE_ANONYMOUS : INTAKE_NAMED;
	return ERR_OK;
}

static enum err_code read_draft(struct cli *c, const struct json **out, struct err *e) {
	const char *path = cli_option(c, "draft");
	struct str text;
	*out = NULL;
	if (!path || !file_exists(path)) return ERR_OK;
	enum err_code code = file_read(c->a, path, DRAFT, &text, e);
	return code ? code : json_parse(c->a, text, NULL, out, e);
}

/* What was answered is not lost where it is not sent. */
static void keep_draft(struct cli *c, const struct json *body) {
	const char *path = cli_option(c, "draft");
	struct err e = {0};
	if (!path || !body) return;
	if (file_write(path, arena_cat(c->a, json_pretty(c->a, body), S("\n")), 0600, &e)) fprintf(stderr, "polder: %s: %s\n", path, e.message);
	else fprintf(stderr, "What you answered is kept in %s\n", path);
}

static enum err_code confirm(struct cli *c, enum intake_how how, const struct json *body, struct err *e) {
	static const char *const ways[] = {"", "by name", "by pseudonym", "anonymously"};
	struct str said;
	out_fmt("\nThis will be sent %s to %s:\n\n", ways[how], c->dir);
	out(json_pretty(c->a, body));
	if (report_line(c, "\n\nSend it? [yes/no] ", &said) && (str_eq_ascii_case(said, S("y")) || str_eq_ascii_case(said, S("yes")))) return ERR_OK;
	return err_set(e, ERR_CANCELLED, "nothing was sent");
}

static enum err_code keep_code(struct cli *c, struct str receipt, struct err *e) {
	const char *path = cli_option(c, "keep");
	if (!path || !receipt.n) return ERR_OK;
	return file_write(path, arena_cat(c->a, receipt, S("\n")), 0600, e);
}

static enum err_code tell_sent(struct cli *c, enum intake_how how, const struct report_sent *s, struct err *e) {
	autobuf struct buf b = BUF(1 << 16);
	if (c->json || !isatty(STDOUT_FILENO)) {
		struct json_writer w = json_writer_pretty(&b);
		jw_object(&w);
		jw_field_str(&w, S("id"), s->id);
		jw_field_str(&w, S("how"), str_of(intake_how_name(how)));
		if (s->receipt.n) jw_field_str(&w, S("receipt"), s->receipt);
		jw_field_bool(&w, S("again"), s->again);
		if (s->trouble.n) jw_field_str(&w, S("trouble"), s->trouble);
		jw_object_end(&w);
		return out_json(&b, e);
	}
	out_fmt("\nThe report has arrived as %.*s.\n", STR_ARG(s->id));
	if (s->trouble.n) out_fmt("A file was not taken: %.*s\n", STR_ARG(s->trouble));
	if (!s->receipt.n) return ERR_OK;
	out_fmt("\nReceipt code: ");
	out_styled(c, BOLD, s->receipt);
	out_fmt("\n\nIt is shown once and is the only way back: `polder receipt` reads answers and sends messages with it.\n");
	return ERR_OK;
}

static enum err_code check_gate(const struct report_sending *s, struct err *e) {
	/* Before anything leaves this machine; the hub says the same. */
	if (!s->files_n || !json_true(json_pointer(s->body, S("/classification/csam")))) return ERR_OK;
	return err_set(e, ERR_FORBIDDEN, "where sexual material of minors is involved no file is ever sent; tell the hotline of your country (https://www.inhope.org)");
}

static enum err_code run_report(struct cli *c, struct err *e) {
	struct report_file files[OPTION_VALUES];
	struct str systems[OPTION_VALUES];
	struct report_sending s = {.files = files, .systems = systems, .once = STR_EMPTY};
	struct report_sent sent = {.id = STR_EMPTY, .receipt = STR_EMPTY, .trouble = STR_EMPTY};
	const struct given *given = cli_options(c, "system");
	const struct json *start = NULL;
	bool asks = isatty(STDIN_FILENO) && !cli_option(c, "file") && !cli_options(c, "set");
	for (int i = 0; given && i < given->n; i++) systems[s.systems_n++] = str_of(given->values[i]);
	if (cli_option(c, "once")) s.once = str_of(cli_option(c, "once"));
	enum err_code code = choose_how(c, &s.how, e);
	if (!code) code = read_files(c, files, &s.files_n, e);
	if (!code) code = read_draft(c, &start, e);
	if (code) return code;
	bool from_draft = start && !asks && !cli_option(c, "file") && !cli_options(c, "set");
	if (from_draft) s.body = start;
	else code = asks ? report_ask(c, s.how, start, &s.body, e) : body_from_user(c, start, &s.body, e);
	if (!code && cli_option(c, "pseudonym") && str_utf8(str_of(cli_option(c, "pseudonym"))))
		s.body = json_with_pointer(c->a, s.body, S("/reporter/name"), json_str(c->a, str_of(cli_option(c, "pseudonym"))));
	if (!code) code = check_gate(&s, e);
	if (!code && asks) code = confirm(c, s.how, s.body, e);
	if (!code) code = report_send(c, &s, &sent, e);
	if (code) {
		keep_draft(c, s.body);
		return code;
	}
	code = keep_code(c, sent.receipt, e);
	enum err_code said = tell_sent(c, s.how, &sent, code ? NULL : e);
	return code ? code : said;
}

static const struct option report_options[] = {
	{"file", "FILE", "the report as JSON; - for standard input", false},
	{"set", "NAME=TEXT", "a field's text, or NAME:=JSON for any value; NAME may be a JSON pointer", true},
	{"anonymous", NULL, "nobody knows who you are; you get a receipt code", false},
	{"pseudonym", "NAME", "you are known by this name; you get a receipt code", false},
	{"attach", "FILE", "a file that goes with it", true},
	{"system", "ID", "a system that the hub knows and that is meant", true},
	{"draft", "FILE", "goes on from what this file holds; what you answered is kept there where it is not sent", false},
	{"keep", "FILE", "writes the receipt code there, for your eyes alone", false},
	{"once", "KEY", "a secret name for this report, at least 16 random letters, under which it is sent once however often", false},
};
const struct command command_report = {
	.name = "report", .arguments = "", .summary = "report a flaw or harm, by name, by pseudonym or anonymously",
	.text = "On a terminal it asks three questions first and then only what they make relevant, shows what will be sent, and sends it. Else the report comes from --file, --set or "
			"standard input, and the answer is JSON with id and receipt. --hub may be the folder of a hub or the address of another (https://…); there POLDER_TOKEN makes it a report by name, "
			"without it is anonymous.",
	.example = "polder report --file report.json --anonymous --keep code.txt --hub myhub", .options = report_options, .options_n = lengthof(report_options), .most = 0,
	.run = run_report,
};

/* ---- receipt ---- */

static enum err_code read_code(struct cli *c, struct str *out, struct err *e) {
	const char *path = cli_option(c, "code-file"), *known = getenv("POLDER_RECEIPT");
	if (c->arguments_n) return *out = str_of(c->arguments[0]), ERR_OK;
	if (path) {
		enum err_code code = file_read(c->a, path, 4096, out, e);
		if (!code) *out = str_trim(*out);
		return code;
	}
	if (known && known[0]) return *out = str_of(known), ERR_OK;
	if (report_line(c, isatty(STDIN_FILENO) ? "Receipt code: " : "", out) && out->n) return ERR_OK;
	return err_set(e, ERR_USAGE, "give the receipt code: as an argument, with --code-file, in POLDER_RECEIPT or on standard input");
}

static void tell_messages(const struct json *messages) {
	for (size_t i = 0; i < json_count(messages); i++) {
		const struct json *m = json_at(messages, i);
		bool own = json_true(json_get_lit(m, "own"));
		out_fmt("\n%.*s  %.*s%s\n", STR_ARG(own ? S("You") : json_get_str(m, S("author_name"))), STR_ARG(json_get_str(m, S("at"))),
			json_true(json_get_lit(m, "unread")) ? "  (new)" : "");
		out_wrapped(json_get_str(m, S("text")), 2);
		out_fmt("\n");
	}
}

static enum err_code tell_status(struct cli *c, const struct json *v, struct err *e) {
	if (c->json) {
		autobuf struct buf b = BUF(64 << 20);
		struct json_writer w = json_writer_pretty(&b);
		jw_value(&w, v);
		return out_json(&b, e);
	}
	out_styled(c, BOLD, json_get_str(v, S("title")));
	out_fmt("  %.*s\n", STR_ARG(json_get_str(v, S("id"))));
	out_wrapped(json_get_str(v, S("now")), 0);
	if (json_get_str(v, S("next")).n) {
		out_fmt("\n");
		out_wrapped(arena_cat(c->a, S("Next: "), json_get_str(v, S("next"))), 0);
	}
	out_fmt("\n");
	tell_messages(json_get_lit(v, "messages"));
	const struct json *cases = json_get_lit(v, "cases"), *disputes = json_get_lit(v, "disputes");
	for (size_t i = 0; i < json_count(cases); i++) {
		const struct json *one = json_at(cases, i);
		out_fmt("\nWorked on together: %.*s  %.*s, %.*s\n", STR_ARG(json_get_str(one, S("title"))), STR_ARG(json_get_str(one, S("id"))),
			STR_ARG(json_get_str(one, S("state"))));
		struct str until = json_get_str(one, S("until")), zone = json_get_str(one, S("time_zone"));
		out_fmt("Embargo: %.*s%s%.*s%s%.*s%s\n", STR_ARG(json_get_str(one, S("embargo"))), until.n ? " until " : "", STR_ARG(until), zone.n ? " (" : "",
			STR_ARG(zone), zone.n ? ")" : "");
		tell_messages(json_get_lit(one, "messages"));
	}
	for (size_t i = 0; i < json_count(disputes); i++) {
		const struct json *one = json_at(disputes, i);
		out_fmt("\nDisputed: %.*s  %.*s, %.*s\n", STR_ARG(json_get_str(one, S("question"))), STR_ARG(json_get_str(one, S("id"))), STR_ARG(json_get_str(one, S("state"))));
	}
	return ERR_OK;
}

static enum err_code save_receipt(struct cli *c, struct str receipt, struct err *e) {
	const char *path = cli_option(c, "save");
	const struct json *file;
	if (!path) return ERR_OK;
	enum err_code code = report_receipt(c, receipt, &file, e);
	return code ? code : file_write(path, arena_cat(c->a, json_pretty(c->a, file), S("\n")), 0600, e);
}

static enum err_code run_receipt(struct cli *c, struct err *e) {
	struct report_file files[OPTION_VALUES];
	struct str receipt = STR_EMPTY;
	const struct json *status = NULL;
	size_t n;
	enum err_code code = read_code(c, &receipt, e);
	if (!code) code = read_files(c, files, &n, e);
	if (!code && cli_option(c, "message")) code = report_message(c, receipt, str_of(cli_option(c, "message")), e);
	for (size_t i = 0; !code && i < n; i++) code = report_attach(c, receipt, &files[i], e);
	if (!code && cli_option(c, "withdraw")) code = report_withdraw(c, receipt, str_of(cli_option(c, "withdraw")), e);
	if (!code) code = save_receipt(c, receipt, e);
	if (!code) code = report_status(c, receipt, &status, e);
	return code ? code : tell_status(c, status, e);
}
static const struct option receipt_options[] = {
	{"code-file", "FILE", "a file that holds the code, so that it stands in no list of processes", false},
	{"message", "TEXT", "writes to the coordinators", false},
	{"attach", "FILE", "adds a file", true},
	{"withdraw", "REASON", "takes the report back", false},
	{"save", "FILE", "writes the receipt's file there, which proves that the hub took the report in", false},
};
const struct command command_receipt = {
	.name = "receipt", .arguments = "[CODE]", .summary = "look at a report with its receipt code, and answer",
	.text = "Without CODE it is read from --code-file, from POLDER_RECEIPT or from standard input. --hub may be a folder or an address, as for `polder report`.",
	.example = "polder receipt --code-file code.txt --message \"It still happens.\" --hub myhub", .options = receipt_options,
	.options_n = lengthof(receipt_options), .most = 1, .run = run_receipt,
};
