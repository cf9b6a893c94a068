/* receipt check, receipt redact, receipt get */
#include "command.h"
#include "desk/log/checked.h"

enum { JSON_OUT = 16 << 20 };

static enum err_code read_keys(struct cli *c, const char *option, struct tlog_key *out, size_t *n, struct err *e) {
	const struct given *given = cli_options(c, option);
	enum err_code code = ERR_OK;
	for (*n = 0; given && *n < (size_t)given->n && !code; ++*n) code = tlog_key_parse(str_of(given->values[*n]), &out[*n], e);
	return code ? err_prefix(e, "--%s", option), code : ERR_OK;
}

/* Text to a file for its owner's eyes alone, or to standard output. */
static enum err_code put(struct cli *c, const struct json *v, struct err *e) {
	const char *path = cli_option(c, "out");
	struct str text = arena_cat(c->a, json_pretty(c->a, v), S("\n"));
	if (arena_failed(c->a)) return err_set(e, ERR_MEMORY, "out of memory");
	if (path) return file_write(path, text, 0600, e);
	fwrite(text.p, 1, text.n, stdout);
	return ERR_OK;
}

/* ---- check ---- */

static void tell_fields(struct cli *c, const struct receipt_checked *r) {
	for (size_t i = 0; i < json_count(r->fields); i++) {
		const struct json_member *m = json_member_at(r->fields, i);
		struct str value = json_is(&m->value, JSON_STRING) ? m->value.string : json_text(c->a, &m->value);
		out_fmt("  %-18.*s %.*s\n", STR_ARG(m->name), STR_ARG(str_cut_utf8(value, 300)));
	}
	if (r->hidden) out_fmt("  %zu more are kept back\n", r->hidden);
	if (r->erased) out_fmt("  of which, as the hub says, %zu were erased there\n", r->erased);
}

static void tell(struct cli *c, const struct log_checked *v, bool keys) {
	const struct receipt_checked *r = &v->r;
	if (v->wrong.n) {
		out_styled(c, RED, S("does not hold\n"));
		out_wrapped(v->wrong, 2);
		out(S("\n"));
		return;
	}
	out_styled(c, v->ours ? GREEN : YELLOW, v->ours ? S("holds\n") : S("holds, by a key that you did not name\n"));
	out_fmt("  %-18s %.*s of %.*s by %.*s, %.*s\n", "What", STR_ARG(r->event), STR_ARG(r->record), STR_ARG(r->actor), STR_ARG(r->at));
	out_fmt("  %-18s %.*s\n", "State", STR_ARG(r->state));
	if (r->promised) out_fmt("  %-18s in the log by %.*s\n", "Promised", STR_ARG(r->by));
	if (r->logged) out_fmt("  %-18s leaf %llu of %llu, cosigned by %zu of the witnesses that you named\n", "In the log", (unsigned long long)r->leaf,
		(unsigned long long)r->size, r->witnesses);
	else out_fmt("  %-18s not proved: fetch the receipt again after that time\n", "In the log");
	out_fmt("  %-18s %.*s\n", "Key", STR_ARG(r->key));
	if (r->fields) out(S("Fields\n"));
	tell_fields(c, r);
	if (!keys) out(S("Whether the key is the hub's is for you to know: its page /log shows it. Name it with --key.\n"));
}

static enum err_code run_check(struct cli *c, struct err *e) {
	struct tlog_key keys[OPTION_VALUES], witnesses[OPTION_VALUES];
	size_t keys_n, witnesses_n;
	struct log_checked v = {0};
	struct str text;
	struct err why = {0};
	enum err_code code = read_keys(c, "key", keys, &keys_n, e);
	if (!code) code = read_keys(c, "witness", witnesses, &witnesses_n, e);
	if (!code) code = file_read(c->a, c->arguments[0], RECEIPT_FILE_BYTES, &text, e);
	if (code) return code;
	code = receipt_check(c->a, text, keys, keys_n, witnesses, witnesses_n, &v.r, &why);
	if (code) v.wrong = arena_fmt(c->a, "%s%s%s", why.message, why.where[0] ? ": " : "", why.where);
	v.ours = v.r.trusted;
	c->exit_status = code ? 1 : 0;
	if (!c->json) {
		tell(c, &v, keys_n > 0);
		return ERR_OK;
	}
	autobuf struct buf b = BUF(JSON_OUT);
	struct json_writer w = json_writer_pretty(&b);
	checked_json(&w, c->a, &v);
	return out_json(&b, e);
}
static const struct option check_options[] = {
	{"key", "VKEY", "a key of the hub's log, as its page /log shows it; the receipt must be by one of those named", true},
	{"witness", "VKEY", "a witness's key, to say how many of them cosigned", true},
};
const struct command command_receipt_check = {
	.name = "receipt check", .arguments = "FILE", .summary = "say whether a receipt holds, without any hub",
	.text = "Fields against the root that the hub committed to, that against its promise and against the proof from its log. - is standard input. Exit status 0: it holds; 1: it does not.",
	.example = "polder receipt check receipt.json", .options = check_options, .options_n = lengthof(check_options),
	.least = 1, .most = 1, .run = run_check,
};

/* ---- redact ---- */

static enum err_code run_redact(struct cli *c, struct err *e) {
	struct str keep[OPTION_VALUES], rest = cli_option(c, "keep") ? str_of(cli_option(c, "keep")) : STR_EMPTY, one, text;
	const struct json *receipt;
	size_t n = 0;
	while (rest.n && str_split(&rest, ',', &one)) {
		if (n == OPTION_VALUES) return err_set(e, ERR_USAGE, "--keep: at most %d fields", OPTION_VALUES);
		if (str_trim(one).n) keep[n++] = str_trim(one);
	}
	enum err_code code = file_read(c->a, c->arguments[0], RECEIPT_FILE_BYTES, &text, e);
	if (!code) code = json_parse(c->a, text, NULL, &receipt, e);
	if (!code) code = receipt_redact(c->a, receipt, keep, n, !cli_switch(c, "without-detail"), &receipt, e);
	return code ? code : put(c, receipt, e);
}
static const struct option redact_options[] = {
	{"keep", "NAMES", "fields of the record that stay, with commas; none without it", false},
	{"without-detail", NULL, "leaves out the detail of what was done, too", false},
	{"out", "FILE", "writes it there, for your eyes alone; else to standard output", false},
};
const struct command command_receipt_redact = {
	.name = "receipt redact", .arguments = "FILE", .summary = "a receipt that shows some fields alone and proves as much",
	.text = "Of the others the leaf stays, from which nobody learns what they say.",
	.example = "polder receipt redact receipt.json --keep title --without-detail --out shown.json", .options = redact_options, .options_n = lengthof(redact_options),
	.least = 1, .most = 1, .run = run_redact,
};

/* ---- get ---- */

static enum err_code run_get(struct cli *c, struct err *e) {
	struct disclosing d = cli_disclosing(c);
	struct disclosed r;
	const struct json *receipt;
	int64_t event = 0;
	if (c->arguments_n > 1 && !str_int(str_of(c->arguments[1]), &event)) return err_set(e, ERR_USAGE, "\"%s\" is no event's number", c->arguments[1]);
	enum err_code code = disclose_record(&d, str_of(c->arguments[0]), &r, e);
	if (!code) code = disclose_receipt(&d, &r, event, &receipt, e);
	return code ? code : put(c, receipt, e);
}
static const struct option get_options[] = {{"out", "FILE", "writes it there, for your eyes alone; else to standard output", false}};
const struct command command_receipt_get = {
	.name = "receipt get", .arguments = "RECORD [EVENT]", .summary = "the receipt of what you did to a record",
	.text = "Of its creation, where that was you, else of what you did last; or of the event with that number, as the API lists them. "
			"Whoever has a receipt code fetches theirs with `polder receipt --save FILE`.",
	.example = "polder receipt get R-REPT-0001 --out receipt.json --hub myhub", .options = get_options, .options_n = lengthof(get_options), .least = 1, .most = 2,
	.needs_hub = true, .run = run_get,
};
