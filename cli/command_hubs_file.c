/* hubs check, hubs import: directories as files */
#include <unistd.h>

#include "command.h"
#include "hub/account/account.h"
#include "hub/ledger/ledger.h"
#include "hub/peer/file.h"
#include "report.h"

enum { JSON_OUT = 8 << 20 };

static enum err_code read_file(struct cli *c, struct peer_file *out, struct err *e) {
	struct str bytes;
	struct tlog_key key;
	const char *given = cli_option(c, "key");
	if (!given) return err_set(e, ERR_USAGE, "--key is missing: the key of the log of the hub whose directory it is");
	enum err_code code = tlog_key_parse(str_of(given), &key, e);
	if (code) return err_prefix(e, "--key"), ERR_USAGE;
	code = file_read(c->a, c->arguments[0], PEER_FILE_BYTES, &bytes, e);
	if (!code) code = peer_file_parse(c->a, bytes, out, e);
	if (!code) code = peer_file_verify(out, &key, e);
	if (code) err_prefix(e, "%s", c->arguments[0]);
	return code;
}

static void entry_json(struct json_writer *w, const struct peer_entry *one) {
	jw_field_str(w, S("origin"), one->origin);
	jw_field_str(w, S("key"), one->key);
	jw_field_str(w, S("url"), one->url);
	if (one->prefix.n) jw_field_str(w, S("prefix"), one->prefix);
	jw_field_str(w, S("name"), one->name);
}

static enum err_code file_json(const struct cli *c, const struct peer_file *f, struct err *e) {
	autobuf struct buf b = BUF(JSON_OUT);
	struct json_writer w = json_writer_pretty(&b);
	jw_object(&w);
	jw_field_str(&w, S("origin"), f->origin);
	jw_field_int(&w, S("size"), (int64_t)f->size);
	jw_field_str(&w, S("signed"), moment_str(c->a, f->at));
	jw_name(&w, S("hubs"));
	jw_array(&w);
	for (size_t i = 0; i < f->n; i++) {
		jw_object(&w);
		entry_json(&w, &f->items[i]);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	return out_json(&b, e);
}

static enum err_code run_check(struct cli *c, struct err *e) {
	struct peer_file f;
	enum err_code code = read_file(c, &f, e);
	if (code) return code;
	if (c->json) return file_json(c, &f, e);
	out_styled(c, GREEN, S("The signature holds"));
	out_fmt(": the directory of %.*s, by what its log said in its first %llu leaves, signed %.*s.\n", STR_ARG(f.origin), (unsigned long long)f.size,
		STR_ARG(moment_str(c->a, f.at)));
	for (size_t i = 0; i < f.n; i++) {
		const struct peer_entry *one = &f.items[i];
		out_fmt("%-10.*s ", STR_ARG(one->prefix));
		out_styled(c, BOLD, one->name);
		out_fmt("  %.*s\n           %.*s\n", STR_ARG(one->url), STR_ARG(one->key));
	}
	return ERR_OK;
}
static const struct option check_options[] = {
	{"key", "KEY", "the key of the log of the hub whose directory it is", false},
};
const struct command command_hubs_check = {
	.name = "hubs check", .arguments = "FILE", .summary = "check a signed directory of hubs, and show it",
	.text = "The file is what a hub gives at /.well-known/polder-hubs. Nothing but the file and the key is needed: no hub, and no connection.",
	.example = "polder hubs check polder-hubs --key 'hub.example.org/log+c58389e2+AW4Gb+pA3q7h6ZgmhoTnseyEEnOFO4JtwR5FKwQ0BQ13'", .options = check_options, .options_n = lengthof(check_options),
	.least = 1, .most = 1, .run = run_check,
};

/* ---- import ---- */

enum doing { NOTHING, LIST, CHANGE, REKEY, REFUSED };
static const char *const doing_words[] = {"as it is here", "new", "changed", "another key", "refused"};

struct step {
	const struct peer_entry *entry;
	struct peer here;      /* where it is known */
	enum doing doing;
	const char *why;       /* refused */
};

static struct step plan_one(struct cli *c, const struct peer_entry *one, struct str own, const struct peer *known, size_t known_n) {
	struct step s = {.entry = one, .doing = LIST};
	if (str_eq(one->origin, own)) s.doing = NOTHING;
	for (size_t i = 0; i < known_n && s.doing == LIST; i++) {
		const struct peer *p = &known[i];
		if (str_eq(p->origin, one->origin)) s.here = *p;
		else if (p->listed && one->prefix.n && str_eq(p->prefix, one->prefix)) s.doing = REFUSED, s.why = arena_fmt(c->a, "its prefix %.*s is that of %.*s here", STR_ARG(one->prefix), STR_ARG(p->origin)).p;
	}
	if (s.doing == LIST && one->prefix.n && str_eq(one->prefix, c->hub->prefix)) s.doing = REFUSED, s.why = "its prefix is this hub's own";
	if (s.doing != LIST || !s.here.origin.n) return s;
	if (!s.here.listed) s.doing = REFUSED, s.why = "it was removed here: `polder hubs add` lists it again";
	else if (!str_eq(s.here.key, one->key)) s.doing = REKEY;
	else s.doing = str_eq(s.here.url, one->url) && str_eq(s.here.prefix, one->prefix) && str_eq(s.here.name, one->name) ? NOTHING : CHANGE;
	return s;
}

static enum err_code plan(struct cli *c, const struct peer_file *f, struct step **out, struct err *e) {
	struct peer *known;
	size_t n;
	struct str own;
	struct step *steps = arena_array(c->a, f->n + 1, sizeof *steps);
	if (!steps) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = peer_list(c->db, c->a, true, &known, &n, e);
	if (!code) code = ledger_origin(c->hub, c->db, c->a, &own, e);
	for (size_t i = 0; i < f->n && !code; i++) steps[i] = plan_one(c, &f->items[i], own, known, n);
	*out = steps;
	return code;
}

static void tell_difference(const char *what, struct str here, struct str there) {
	if (!str_eq(here, there)) out_fmt("    %s: %.*s → %.*s\n", what, STR_ARG(here), STR_ARG(there));
}

static void tell_step(const struct cli *c, const struct step *s) {
	if (s->doing == NOTHING) return;
	out_styled(c, s->doing == REFUSED ? RED : s->doing == REKEY ? YELLOW : GREEN, str_of(doing_words[s->doing]));
	out_fmt("  %.*s", STR_ARG(s->entry->origin));
	if (s->why) out_fmt(": %s", s->why);
	out_fmt("\n");
	if (s->doing == LIST) out_fmt("    %.*s  %.*s\n    %.*s\n", STR_ARG(s->entry->url), STR_ARG(s->entry->prefix), STR_ARG(s->entry->key));
	if (s->doing != CHANGE && s->doing != REKEY) return;
	tell_difference("key", s->here.key, s->entry->key);
	tell_difference("address", s->here.url, s->entry->url);
	tell_difference("prefix", s->here.prefix, s->entry->prefix);
	tell_difference("name", s->here.name, s->entry->name);
}

/* A new key is taken as `polder hubs key` takes it: by the word of the log that it is of, never by that of whoever signed the file. */
static enum err_code take_key(struct cli *c, const struct step *s, struct err *e) {
	struct peer_succession proven;
	struct peer p;
	enum err_code code = peer_find(c->db, c->a, s->entry->origin, &p, e);
	if (!code) code = peer_succeeds(c->hub, c->a, &p, s->entry->key, &proven, e);
	return code ? code : peer_key(c->hub, &by_operator, p.origin, p.key, s->entry->key, &proven, STR_EMPTY, e);
}

static enum err_code carry_out(struct cli *c, const struct step *s, struct err *e) {
	struct peer_done done;
	struct str seen = STR_EMPTY;
	enum err_code code = s->doing == REKEY ? take_key(c, s, e) : s->doing == LIST ? peer_look(c->a, s->entry, &seen, e) : ERR_OK;
	/* One that does not answer now is listed by the file's word; one that answers by another key is not. */
	if (s->doing == LIST && code == ERR_BUSY) code = ERR_OK;
	return code ? code : peer_add(c->hub, &by_operator, s->entry, seen, &done, e);
}

static bool agrees(struct cli *c) {
	struct str answer;
	if (cli_switch(c, "yes")) return true;
	return isatty(STDIN_FILENO) && !c->json && report_line(c, "Take this over? (yes/no) ", &answer) && (str_is(answer, "yes") || str_is(answer, "y"));
}

static enum err_code steps_json(const struct peer_file *f, const struct step *steps, bool done, struct err *e) {
	autobuf struct buf b = BUF(JSON_OUT);
	struct json_writer w = json_writer_pretty(&b);
	jw_object(&w);
	jw_field_str(&w, S("origin"), f->origin);
	jw_field_bool(&w, S("done"), done);
	jw_name(&w, S("hubs"));
	jw_array(&w);
	for (size_t i = 0; i < f->n; i++) {
		jw_object(&w);
		entry_json(&w, &f->items[i]);
		jw_field_str(&w, S("difference"), str_of(doing_words[steps[i].doing]));
		if (steps[i].why) jw_field_str(&w, S("why"), str_of(steps[i].why));
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	return out_json(&b, e);
}

static enum err_code run_import(struct cli *c, struct err *e) {
	struct peer_file f;
	struct step *steps = NULL;
	size_t todo = 0;
	enum err_code code = read_file(c, &f, e);
	if (!code) code = plan(c, &f, &steps, e);
	if (code) return code;
	for (size_t i = 0; i < f.n; i++) {
		if (!c->json) tell_step(c, &steps[i]);
		todo += steps[i].doing == LIST || steps[i].doing == CHANGE || steps[i].doing == REKEY;
		c->exit_status |= steps[i].doing == REFUSED;
	}
	bool agreed = todo && agrees(c);
	for (size_t i = 0; i < f.n && agreed; i++) {
		struct err why = {0};
		if (steps[i].doing == NOTHING || steps[i].doing == REFUSED) continue;
		if (!carry_out(c, &steps[i], &why)) continue;
		/* One that cannot be taken over keeps no other back. */
		steps[i].doing = REFUSED;
		steps[i].why = arena_str(c->a, str_of(why.message)).p;
		c->exit_status = 1;
		if (!c->json) tell_step(c, &steps[i]);
	}
	if (c->json) return steps_json(&f, steps, agreed, e);
	if (!todo) out_fmt("Nothing is to be taken over.\n");
	else out_fmt(agreed ? "Taken over. What is listed here and not there stays.\n" : "Nothing was taken over; --yes does.\n");
	return ERR_OK;
}
static const struct option import_options[] = {
	{"key", "KEY", "the key of the log of the hub whose directory it is", false},
	{"yes", NULL, "take it over without asking", false},
};
const struct command command_hubs_import = {
	.name = "hubs import", .arguments = "FILE", .summary = "take over what another hub's signed directory says",
	.text = "Shows the differences first. Hubs that are not in the file stay. Of a hub that is known here under another key the new one is taken only where its own log says so, as `polder hubs key` does. "
			"Ends with 1 where something was refused.",
	.example = "polder hubs import polder-hubs --key 'hub.example.org/log+c58389e2+AW4Gb+pA3q7h6ZgmhoTnseyEEnOFO4JtwR5FKwQ0BQ13' --hub myhub", .options = import_options, .options_n = lengthof(import_options),
	.least = 1, .most = 1, .needs_hub = true, .run = run_import,
};
