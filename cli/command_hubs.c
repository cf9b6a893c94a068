/* hubs, hubs add, hubs key, hubs remove */
#include <unistd.h>

#include "command.h"
#include "hub/account/account.h"
#include "desk/hubs/told.h"

enum { JSON_OUT = 8 << 20 };

/* ---- hubs ---- */

static void tell_one(const struct cli *c, const struct hubs_told *t) {
	out_styled(c, BOLD, t->p.name);
	out_fmt("  %.*s", STR_ARG(t->p.url));
	if (t->p.prefix.n) out_fmt("  %.*s", STR_ARG(t->p.prefix));
	if (t->clash) out_styled(c, RED, S("  (this hub's own prefix, too)"));
	out_fmt("\n    %.*s\n    since %.*s", STR_ARG(t->p.key), STR_ARG(moment_str(c->a, t->p.since)));
	for (size_t i = 0; i < t->n; i++)
		if (t->changes[i].replaces.n) out_fmt(", key changed %.*s", STR_ARG(moment_str(c->a, t->changes[i].at)));
	if (t->p.follows) out_fmt(", followed");
	if (t->p.failed.n) out_fmt("; the last time failed: %.*s", STR_ARG(t->p.failed));
	out_fmt("\n");
}

static enum err_code show_hubs(struct cli *c, struct err *e) {
	struct disclosing d = cli_disclosing(c);
	struct hubs_told *items;
	size_t n;
	enum err_code code = hubs_tell(&d, &items, &n, e);
	if (code) return code;
	if (!c->json && !n) out_fmt("There is no other hub in the directory: `polder hubs add URL --key KEY` puts one there.\n");
	for (size_t i = 0; i < n && !c->json; i++) tell_one(c, &items[i]);
	if (!c->json) return ERR_OK;
	autobuf struct buf b = BUF(JSON_OUT);
	struct json_writer w = json_writer_pretty(&b);
	jw_array(&w);
	for (size_t i = 0; i < n; i++) hubs_json(&w, c->a, &items[i]);
	jw_array_end(&w);
	return out_json(&b, e);
}
const struct command command_hubs = {
	.name = "hubs", .arguments = "", .summary = "list the other hubs that this one knows",
	.text = "Each with the key of its log, by which it is known here, since when, and whether it is followed. docs/MANY_HUBS.md says what being listed means.",
	.example = "polder hubs --hub myhub", .most = 0, .needs_hub = true, .run = show_hubs,
};

static enum err_code tell_changed(struct cli *c, const char *origin, const char *words, struct err *e) {
	if (!c->json) {
		out_fmt("%s %s. The log says so from now on.\n", origin, words);
		return ERR_OK;
	}
	autobuf struct buf b = BUF(1 << 16);
	struct json_writer w = json_writer_pretty(&b);
	jw_object(&w);
	jw_field_str(&w, S("origin"), str_of(origin));
	jw_field_str(&w, S("done"), str_of(words));
	jw_object_end(&w);
	return out_json(&b, e);
}

/* ---- hubs add ---- */

static enum err_code run_add(struct cli *c, struct err *e) {
	struct peer_entry given = {.url = str_of(c->arguments[0]), .key = str_of(cli_option(c, "key")), .prefix = str_of(cli_option(c, "prefix")),
		.name = str_of(cli_option(c, "name"))}, entry;
	struct str seen = STR_EMPTY;
	struct peer_done done;
	if (!given.key.n) return err_set(e, ERR_USAGE, "--key is missing: the key of its log, as its people tell it");
	enum err_code code = peer_check(c->a, &given, &entry, e);
	if (!code && !cli_switch(c, "offline")) {
		code = peer_look(c->a, &entry, &seen, e);
		if (code == ERR_BUSY) err_detail(e, "--offline lists it without looking at its log");
	}
	if (!code) code = peer_add(c->hub, &by_operator, &entry, seen, &done, e);
	if (code) return code;
	return tell_changed(c, entry.origin.p, !done.changed ? "is listed like this already" : done.listed ? "is listed" : "is changed", e);
}
static const struct option add_options[] = {
	{"key", "KEY", "the key of its log, as its people tell it: NAME+HEX+BASE64", false},
	{"prefix", "PREFIX", "of the numbers that it gives, as in NLHUB", false},
	{"name", "NAME", "for people; else the name of its log", false},
	{"offline", NULL, "do not look at its log first", false},
};
const struct command command_hubs_add = {
	.name = "hubs add", .arguments = "URL", .summary = "list another hub by the key of its log, or change what is said of it",
	.text = "Its log's signed state is fetched first and must be by that key. What is listed stands in this hub's own log, and in the directory that it signs. A hub that is listed "
			"already keeps its key: `polder hubs key` replaces that.",
	.example = "polder hubs add https://nl.example.org --key 'nl.example.org/log+470d951a+AcoU4guAs+4IBHxd9xUi6XDdrFSU3yzd4U2Ehf0WWMsU' --prefix NLHUB --offline --hub myhub",
	.options = add_options, .options_n = lengthof(add_options), .least = 1, .most = 1, .needs_hub = true, .run = run_add,
};

/* ---- hubs key ---- */

static enum err_code run_key(struct cli *c, struct err *e) {
	struct str key = str_of(c->arguments[1]), reason = str_of(cli_option(c, "reason"));
	struct peer p;
	struct peer_succession proven = {0};
	bool force = cli_switch(c, "force");
	if (force && !reason.n) return err_set(e, ERR_USAGE, "--force needs --reason, which is said to everybody");
	enum err_code code = peer_find(c->db, c->a, str_of(c->arguments[0]), &p, e);
	if (!code && !force) code = peer_succeeds(c->hub, c->a, &p, key, &proven, e);
	if (!code) code = peer_key(c->hub, &by_operator, p.origin, p.key, key, force ? NULL : &proven, reason, e);
	if (code) return code;
	return tell_changed(c, p.origin.p, force ? "has another key, by your word alone" :
		proven.vouched ? "has another key, as its log says and the old key signed" : "has another key, as its log says", e);
}
static const struct option key_options[] = {
	{"force", NULL, "without the other log's word for it", false},
	{"reason", "TEXT", "why, for everybody; must be said with --force", false},
};
const struct command command_hubs_key = {
	.name = "hubs key", .arguments = "ORIGIN KEY", .summary = "replace the key by which another hub is known",
	.text = "Its log is fetched and verified under the new key. It must say that this key replaces the one that is known here, and go on from what the old key signed. Compare the new key with what "
			"the hub's people say elsewhere, too: whoever holds its address and deceives you about the key can write such a log.",
	.example = "polder hubs key NLHUB 'nl.example.org/log+1fb38883+AXppl+4RXmfeVaZhJaO8xDVg6hgCF++L6201dnindL3H' --force --reason \"theirs was lost; told by telephone\" --hub myhub", .options = key_options, .options_n = lengthof(key_options),
	.least = 2, .most = 2, .needs_hub = true, .run = run_key,
};

/* ---- hubs remove ---- */

static enum err_code run_remove(struct cli *c, struct err *e) {
	const char *reason = cli_option(c, "reason");
	struct peer p;
	if (!reason) return err_set(e, ERR_USAGE, "--reason is missing: why, for everybody");
	enum err_code code = peer_find(c->db, c->a, str_of(c->arguments[0]), &p, e);
	if (!code) code = peer_remove(c->hub, &by_operator, p.origin, str_of(reason), e);
	return code ? code : tell_changed(c, p.origin.p, "is listed no more", e);
}
static const struct option remove_options[] = {
	{"reason", "TEXT", "why, for everybody", false},
};
const struct command command_hubs_remove = {
	.name = "hubs remove", .arguments = "ORIGIN", .summary = "take another hub from the directory",
	.text = "It is followed no more. What the log said of it stays there, and should it be listed again, then under the key that it had.",
	.example = "polder hubs remove nl.example.org/log --reason \"it was closed\" --hub myhub", .options = remove_options, .options_n = lengthof(remove_options),
	.least = 1, .most = 1, .needs_hub = true, .run = run_remove,
};
