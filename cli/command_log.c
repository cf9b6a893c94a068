/* log, log run, log resume, log proof */
#include "command.h"
#include "hub/ledger/cosign.h"

struct log_status {
	struct str origin, held;
	struct tlog_key *keys;
	size_t keys_n;
	struct tlog_head head;      /* of the database */
	struct ledger_signed newest; /* size 0: none */
	int64_t said, sealed;       /* that wait */
	struct cosign_status cosigned;
};

static enum err_code read_status(struct cli *c, struct log_status *s, struct err *e) {
	*s = (struct log_status){0};
	enum err_code code = ledger_origin(c->hub, c->db, c->a, &s->origin, e);
	if (!code) code = ledger_keys(c->db, c->a, &s->keys, &s->keys_n, e);
	if (!code) code = ledger_head(c->db, &s->head, e);
	if (!code) code = ledger_waiting(c->db, &s->said, &s->sealed, e);
	if (!code) code = ledger_held(c->db, c->a, &s->held, e);
	if (!code) code = cosign_status(c->hub, c->db, c->a, &s->cosigned, e);
	if (!code) code = ledger_signed(c->hub, c->a, &s->newest, e);
	return code == ERR_NOT_FOUND ? ERR_OK : code;
}

static void witness_json(struct json_writer *w, struct cli *c, const struct cosign_witness *one) {
	jw_object(w);
	jw_field_str(w, S("key"), one->witness->text);
	jw_field_str(w, S("url"), one->witness->url);
	jw_field_bool(w, S("newest"), one->newest);
	if (one->size) jw_field_int(w, S("size"), (int64_t)one->size);
	if (one->size) jw_field_str(w, S("at"), moment_str(c->a, one->at));
	if (one->asked) jw_field_str(w, S("asked"), moment_str(c->a, one->asked));
	if (one->refused) jw_field_str(w, S("refused"), moment_str(c->a, one->refused));
	if (one->failed.n) jw_field_str(w, S("failed"), one->failed);
	jw_object_end(w);
}

static void witnesses_json(struct json_writer *w, struct cli *c, const struct cosign_status *s) {
	jw_name(w, S("witnesses"));
	jw_object(w);
	jw_field_int(w, S("quorum"), s->quorum);
	jw_field_bool(w, S("holds"), s->holds);
	jw_field_int(w, S("size"), (int64_t)s->cosigned.head.size);
	jw_name(w, S("items"));
	jw_array(w);
	for (size_t i = 0; i < s->n; i++) witness_json(w, c, &s->items[i]);
	jw_array_end(w);
	jw_object_end(w);
}

static void tell_witness(struct cli *c, const struct cosign_witness *w) {
	struct str name = w->witness->key.name;
	if (w->refused) {
		out_fmt("%-10s %.*s: ", "", STR_ARG(name));
		out_styled(c, RED, arena_fmt(c->a, "it knows another history of this log: %.*s; since %.*s\n", STR_ARG(w->failed), STR_ARG(moment_str(c->a, w->refused))));
	} else if (w->failed.n) {
		out_fmt("%-10s %.*s: ", "", STR_ARG(name));
		out_styled(c, YELLOW, arena_fmt(c->a, "gave no cosignature: %.*s; asked %.*s\n", STR_ARG(w->failed), STR_ARG(moment_str(c->a, w->asked))));
	}
	if (w->size) out_fmt("%-10s %.*s: %llu leaves, %.*s\n", "", STR_ARG(name), (unsigned long long)w->size, STR_ARG(moment_str(c->a, w->at)));
	else if (!w->failed.n) out_fmt("%-10s %.*s: was not asked yet\n", "", STR_ARG(name));
}

static void tell_witnesses(struct cli *c, const struct cosign_status *s) {
	if (!s->n) return;
	out_fmt("%-10s %zu of %zu cosigned what was signed last; the hub wants %lld: ", "Witnesses", s->newest_by, s->n, (long long)s->quorum);
	out_styled(c, s->holds ? GREEN : YELLOW, s->holds ? S("enough\n") : S("not enough yet\n"));
	if (!s->holds && s->cosigned.head.size) out_fmt("%-10s enough cosigned %llu leaves\n", "", (unsigned long long)s->cosigned.head.size);
	for (size_t i = 0; i < s->n; i++) tell_witness(c, &s->items[i]);
}

static void status_json(struct json_writer *w, struct cli *c, const struct log_status *s) {
	jw_object(w);
	jw_field_str(w, S("origin"), s->origin);
	jw_name(w, S("keys"));
	jw_array(w);
	for (size_t i = 0; i < s->keys_n; i++) jw_str(w, tlog_key_text(c->a, &s->keys[i]));
	jw_array_end(w);
	jw_field_int(w, S("size"), (int64_t)s->head.size);
	jw_field_str(w, S("root"), entry_hex(c->a, sha256_str(&s->head.root)));
	jw_field_int(w, S("signed_size"), (int64_t)s->newest.head.size);
	if (s->newest.at) jw_field_str(w, S("signed"), moment_str(c->a, s->newest.at));
	if (s->newest.at) jw_field_str(w, S("checkpoint"), s->newest.bytes);
	jw_name(w, S("waiting"));
	jw_object(w);
	jw_field_int(w, S("said"), s->said);
	jw_field_int(w, S("sealed"), s->sealed);
	jw_object_end(w);
	if (s->held.n) jw_field_str(w, S("held"), s->held);
	if (s->cosigned.n) witnesses_json(w, c, &s->cosigned);
	jw_object_end(w);
}

static void tell_status(struct cli *c, const struct log_status *s) {
	out_fmt("%-10s %.*s\n", "Log", STR_ARG(s->origin));
	for (size_t i = 0; i < s->keys_n; i++) out_fmt("%-10s %.*s\n", i ? "before" : "Key", STR_ARG(tlog_key_text(c->a, &s->keys[i])));
	if (s->newest.at) out_fmt("%-10s %llu leaves, %.*s\n", "Signed", (unsigned long long)s->newest.head.size, STR_ARG(moment_str(c->a, s->newest.at)));
	else out(S("Signed     nothing yet\n"));
	if (s->head.size > s->newest.head.size) out_fmt("%-10s %llu leaves are to be signed\n", "", (unsigned long long)(s->head.size - s->newest.head.size));
	out_fmt("%-10s %lld that are told, %lld that are sealed until the epoch of %lld seconds ends\n", "Waiting", (long long)s->said, (long long)s->sealed,
		(long long)(c->hub->log.epoch / SECOND));
	tell_witnesses(c, &s->cosigned);
	if (s->held.n) out_styled(c, RED, arena_fmt(c->a, "Held up since %.*s: the hub was restored from a backup, and nothing is signed\n", STR_ARG(s->held)));
	if (s->newest.at) out_fmt("\n%.*s", STR_ARG(s->newest.bytes));
}

static enum err_code show_status(struct cli *c, struct err *e) {
	struct log_status s;
	enum err_code code = read_status(c, &s, e);
	if (code) return code;
	if (!c->json) {
		tell_status(c, &s);
		return ERR_OK;
	}
	autobuf struct buf b = BUF(1 << 20);
	struct json_writer w = json_writer_pretty(&b);
	status_json(&w, c, &s);
	return out_json(&b, e);
}
const struct command command_log = {
	.name = "log", .arguments = "", .summary = "how the hub's transparency log stands",
	.text = "Its name and keys, what was signed last, and what waits. docs/LEDGER.md says what it is and proves.",
	.example = "polder log --hub myhub", .most = 0, .needs_hub = true, .run = show_status,
};

static enum err_code run_log_run(struct cli *c, struct err *e) {
	enum err_code code = ledger_run(c->hub, c->db, e);
	return code ? code : show_status(c, e);
}
const struct command command_log_run = {
	.name = "log run", .arguments = "", .summary = "put what waits into the log and sign it, once",
	.text = "A served hub does so every second by itself. What is sealed enters once an epoch.",
	.example = "polder log run --hub myhub", .most = 0, .needs_hub = true, .run = run_log_run,
};

static enum err_code run_log_cosign(struct cli *c, struct err *e) {
	enum err_code code = cosign_newest(c->hub, e);
	if (!c->hub->log.witnesses_n && !c->json) out(S("polder.conf names no witness: nobody is asked.\n"));
	for (size_t i = 0; i < c->hub->log.witnesses_n && !code; i++) {
		enum cosigned asked;
		code = cosign_ask(c->hub, c->db, i, NULL, &asked, e);
		if (!code && asked == COSIGN_FAILED) c->exit_status = 1;
	}
	return code ? code : show_status(c, e);
}
const struct command command_log_cosign = {
	.name = "log cosign", .arguments = "", .summary = "ask the witnesses to cosign what was signed last, once",
	.text = "One after the other; a served hub asks them by itself. Ends with 1 where one of them gave no cosignature, and says why.",
	.example = "polder log cosign --hub myhub", .most = 0, .needs_hub = true, .run = run_log_cosign,
};

static enum err_code run_log_resume(struct cli *c, struct err *e) {
	int64_t adopted = 0;
	enum err_code code = ledger_resume(c->hub, c->db, cli_option(c, "from"), &adopted, e);
	if (code) return code;
	if (!c->json && adopted) out_fmt("%lld entries that others saw are taken over.\n", (long long)adopted);
	return run_log_run(c, e);
}
static const struct option resume_options[] = {
	{"from", "DIR", "a folder with the log as others have it: of `polder mirror`, or the hub's own log/ of before", false},
};
const struct command command_log_resume = {
	.name = "log resume", .arguments = "", .summary = "say how the log goes on after a restoration",
	.text = "A hub that was restored signs nothing by itself. With --from the entries that the backup lacks are taken over as others saw them; without it you say that nothing was "
			"published after the backup: if that is not so, the log forks, and whoever remembers the longer one will see it. A hub that was not restored goes on as it is.",
	.example = "polder log resume --hub myhub", .options = resume_options, .options_n = lengthof(resume_options), .most = 0, .needs_hub = true, .run = run_log_resume,
};

/* ---- keys ---- */

static void keys_json(struct json_writer *w, struct cli *c, const struct ledger_key_status *s, const struct tlog_key *keys, size_t n) {
	jw_object(w);
	if (s->key.n) jw_field_str(w, S("key"), s->key);
	if (s->key.n) jw_field_str(w, S("since"), moment_str(c->a, s->since));
	if (s->before.n) jw_field_str(w, S("signs_too"), s->before);
	if (s->before.n) jw_field_str(w, S("until"), moment_str(c->a, s->until));
	jw_name(w, S("keys"));
	jw_array(w);
	for (size_t i = 0; i < n; i++) jw_str(w, tlog_key_text(c->a, &keys[i]));
	jw_array_end(w);
	jw_object_end(w);
}

static enum err_code show_keys(struct cli *c, struct err *e) {
	struct ledger_key_status s;
	struct tlog_key *keys;
	size_t n;
	enum err_code code = ledger_key_status(c->hub, c->db, c->a, &s, e);
	if (!code) code = ledger_keys(c->db, c->a, &keys, &n, e);
	if (code) return code;
	if (c->json) {
		autobuf struct buf b = BUF(1 << 20);
		struct json_writer w = json_writer_pretty(&b);
		keys_json(&w, c, &s, keys, n);
		return out_json(&b, e);
	}
	if (!s.key.n) out(S("The log did not begin yet: a served hub, or `polder log run`, begins it.\n"));
	else out_fmt("%-10s %.*s, since %.*s\n", "Key", STR_ARG(s.key), STR_ARG(moment_str(c->a, s.since)));
	if (s.before.n) out_fmt("%-10s %.*s, until %.*s\n", "Signs too", STR_ARG(s.before), STR_ARG(moment_str(c->a, s.until)));
	for (size_t i = s.before.n ? 2 : 1; i < n; i++) out_fmt("%-10s %.*s\n", "Before", STR_ARG(tlog_key_text(c->a, &keys[i])));
	return ERR_OK;
}

static enum err_code run_log_key(struct cli *c, struct err *e) {
	if (!c->arguments_n) return show_keys(c, e);
	if (strcmp(c->arguments[0], "rotate") != 0) return err_set(e, ERR_USAGE, "`polder log key` shows the keys, `polder log key rotate` makes a new one");
	enum err_code code = ledger_rotate(c->hub, c->db, e);
	return code ? code : show_keys(c, e);
}
const struct command command_log_key = {
	.name = "log key", .arguments = "[rotate]", .summary = "the keys that sign the log; with the word rotate, a new one",
	.text = "A new key enters the log as the one that takes the other's place, and both sign for the overlap that polder.conf names (30 days): in that time mirrors follow by "
			"themselves, and witnesses must be given the new key by their people. Then the old key's file goes. What it signed stays good. A copy of log.key that you keep elsewhere is to be made anew.",
	.example = "polder log key --hub myhub", .most = 1, .needs_hub = true, .run = run_log_key,
};

/* ---- proof ---- */

static enum err_code leaf_of_record(struct cli *c, int64_t *leaf, struct err *e) {
	struct disclosing d = cli_disclosing(c);
	struct disclosed r;
	enum err_code code = disclose_record(&d, str_of(c->arguments[0]), &r, e);
	if (!code) code = disclose_logged(&d, &r, leaf, e);
	if (!code && *leaf == LOG_WAITS) code = err_set(e, ERR_NOT_FOUND, "it is not in the log yet: `polder log run`, or a served hub, puts it there");
	if (!code && *leaf == LOG_NOTHING) code = err_set(e, ERR_NOT_FOUND, "the log says nothing of it to everybody");
	return code;
}

static enum err_code run_log_proof(struct cli *c, struct err *e) {
	int64_t leaf;
	struct str proof;
	enum err_code code = str_int(str_of(c->arguments[0]), &leaf) && leaf >= 0 ? ERR_OK : leaf_of_record(c, &leaf, e);
	if (!code) code = ledger_proof(c->hub, c->a, leaf, NULL, &proof, e);
	if (code) return code;
	fwrite(proof.p, 1, proof.n, stdout);
	return ERR_OK;
}
const struct command command_log_proof = {
	.name = "log proof", .arguments = "RECORD|LEAF", .summary = "the proof that a leaf is in the log",
	.text = "Of the newest that the log says of a record to everybody, or of the leaf with that number; a file as c2sp.org/tlog-proof has it.",
	.example = "polder log proof 0 --hub myhub > leaf.tlog-proof", .least = 1, .most = 1, .needs_hub = true, .run = run_log_proof,
};
