/* reveal */
#include "command.h"
#include "hub/change.h"
#include "hub/disclose.h"

static void tell_names(const struct str *names, size_t n) {
	for (size_t i = 0; i < n; i++) out_fmt("%s%.*s", i ? ", " : "", STR_ARG(names[i]));
	out(S("\n"));
}

static enum err_code list(struct cli *c, const struct disclosing *d, const struct disclosed *r, struct err *e) {
	struct disclosed_sealed_version *versions;
	struct disclosed_reveal *done;
	size_t n, done_n;
	enum err_code code = disclose_revealable(d, r, &versions, &n, e);
	if (!code) code = disclose_reveals(d, r, &done, &done_n, e);
	if (code) return code;
	if (c->json) {
		autobuf struct buf b = BUF(1 << 20);
		struct json_writer w = json_writer_pretty(&b);
		jw_array(&w);
		for (size_t i = 0; i < n; i++) {
			jw_object(&w);
			jw_field_int(&w, S("revision"), versions[i].number);
			jw_field_str(&w, S("at"), moment_str(c->a, versions[i].at));
			jw_field_int(&w, S("leaf"), versions[i].leaf);
			jw_name(&w, S("fields"));
			jw_array(&w);
			for (size_t j = 0; j < versions[i].fields_n; j++) jw_str(&w, versions[i].fields[j]);
			jw_array_end(&w);
			jw_object_end(&w);
		}
		jw_array_end(&w);
		return out_json(&b, e);
	}
	for (size_t i = 0; i < n; i++) {
		out_fmt("%lld  sealed %.*s, leaf %lld: ", (long long)versions[i].number, STR_ARG(moment_str(c->a, versions[i].at)), (long long)versions[i].leaf);
		tell_names(versions[i].fields, versions[i].fields_n);
	}
	for (size_t i = 0; i < done_n; i++) {
		out_fmt("revealed already: leaf %lld: ", (long long)done[i].of);
		tell_names(done[i].fields, done[i].fields_n);
	}
	if (!n) out(S("nothing of it may be revealed\n"));
	return ERR_OK;
}

static enum err_code read_fields(struct cli *c, struct str *fields, size_t *n, struct err *e) {
	const char *given = cli_option(c, "fields");
	struct str rest = str_of(given ? given : ""), one;
	for (*n = 0; rest.n && str_split(&rest, ',', &one);) {
		if (*n == OPTION_VALUES) return err_set(e, ERR_USAGE, "at most %d fields", OPTION_VALUES);
		if (str_trim(one).n) fields[(*n)++] = str_trim(one);
	}
	return ERR_OK;
}

static enum err_code run_reveal(struct cli *c, struct err *e) {
	struct disclosing d = cli_disclosing(c);
	struct disclosed r;
	struct str fields[OPTION_VALUES];
	struct change change = {.op = CHANGE_REVEAL, .record = str_of(c->arguments[0]), .fields = fields, .actor = cli_actor(c)};
	enum err_code code = disclose_record(&d, change.record, &r, e);
	if (!code) code = cli_number(c, "event", 1, INT64_MAX, 0, &change.version, e);
	if (!code) code = read_fields(c, fields, &change.fields_n, e);
	if (code || !change.version) return code ? code : list(c, &d, &r, e);
	struct change_result result;
	const struct json *shown;
	code = disclose_reveal_preview(&d, &r, change.version, fields, change.fields_n, &shown, e);
	if (code) return code;
	if (!cli_switch(c, "yes")) {
		struct str text = arena_cat(c->a, json_pretty(c->a, shown), S("\n"));
		fwrite(text.p, 1, text.n, stdout);
		fprintf(stderr, "polder: this is what everybody would read; say --yes to reveal it\n");
		return ERR_OK;
	}
	code = change_apply(c->hub, c->db, &change, &result, e);
	if (!code) out_fmt("%s shows what was sealed of it\n", result.public_id);
	return code;
}
static const struct option reveal_options[] = {
	{"event", "N", "the version that was sealed, by its number in the list", false},
	{"fields", "NAME,…", "what of it is shown", false},
	{"yes", NULL, "show it to everybody; without, only you are shown what that would be", false},
};
const struct command command_reveal = {
	.name = "reveal", .arguments = "ID", .summary = "show what a public record said while it was sealed, with the proof",
	.text = "Before a record is public the log commits to each version of it without a word. To reveal one is to show everybody that it was there then, and what some of its "
			"fields said; of all others a hash stays. Only fields that are public now are shown, never under an embargo, and there is no way back. Without --event the versions "
			"are listed that may be revealed.",
	.example = "polder reveal CUE-0001 --hub myhub", .options = reveal_options,
	.options_n = lengthof(reveal_options), .least = 1, .most = 1, .needs_hub = true, .run = run_reveal,
};
