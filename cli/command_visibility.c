/* visibility */
#include "command.h"
#include "hub/change.h"
#include "hub/redaction.h"

enum { RULES_BYTES = 1 << 20 };

static struct str joined(struct arena *a, const struct json *names) {
	struct str out = STR_EMPTY;
	for (size_t i = 0; i < json_count(names); i++) {
		struct str one = json_string(json_at(names, i));
		out = arena_fmt(a, "%.*s%s%.*s", STR_ARG(out), i ? ", " : "", STR_ARG(one));
	}
	return out.n ? out : S("nobody");
}

static enum err_code show(struct cli *c, const struct disclosing *d, const struct disclosed *r, struct err *e) {
	struct disclosed_visibility v;
	enum err_code code = disclose_visibility(d, r, &v, e);
	if (code) return code;
	if (c->json) {
		autobuf struct buf b = BUF(8 << 20);
		struct json_writer w = json_writer_pretty(&b);
		jw_object(&w);
		jw_field(&w, S("rules"), v.rules);
		if (v.level.n) jw_field_str(&w, S("level"), v.level);
		jw_object_end(&w);
		return out_json(&b, e);
	}
	const struct kind_redaction *l = kind_redaction(r->line.kind, v.level);
	if (l && json_count(v.rules)) out_fmt("%.*s: %.*s\n", STR_ARG(l->title), STR_ARG(l->description));
	if (!json_count(v.rules)) out_fmt("as its kind says: `polder kinds %.*s` shows how\n", STR_ARG(r->line.kind->name));
	for (size_t i = 0; i < json_count(v.rules); i++) {
		const struct json_member *m = json_member_at(v.rules, i);
		struct str readers = joined(c->a, &m->value);
		out_fmt("%.*s: %.*s\n", STR_ARG(m->name), STR_ARG(readers));
	}
	return ERR_OK;
}

static enum err_code show_as(struct cli *c, const struct disclosing *d, const struct disclosed *r, const struct json *rules, struct err *e) {
	const struct json *body;
	const char *name = cli_option(c, "preview");
	unsigned as = audience_of(str_of(name));
	if (!as) return err_set(e, ERR_USAGE, "--preview: there is no audience \"%s\"", name);
	enum err_code code = disclose_as(d, r, rules, as, &body, e);
	if (code) return code;
	autobuf struct buf b = BUF(64 << 20);
	struct json_writer w = json_writer_pretty(&b);
	jw_value(&w, body);
	return out_json(&b, e);
}

static enum err_code read_rules(struct cli *c, const struct disclosed *r, const struct json **out, struct err *e) {
	const char *file = cli_option(c, "set"), *level = cli_option(c, "level");
	struct str text;
	*out = NULL;
	if (file && level) return err_set(e, ERR_USAGE, "--set or --level, not both");
	if (level) return redaction_level(c->a, r->line.kind, str_of(level), out, e);
	if (!file) return ERR_OK;
	enum err_code code = file_read(c->a, file, RULES_BYTES, &text, e);
	return code ? code : json_parse(c->a, text, NULL, out, e);
}

static enum err_code run_visibility(struct cli *c, struct err *e) {
	struct disclosing d = cli_disclosing(c);
	struct disclosed r;
	const struct json *rules;
	struct change_result result;
	enum err_code code = disclose_record(&d, str_of(c->arguments[0]), &r, e);
	if (!code) code = read_rules(c, &r, &rules, e);
	if (code) return code;
	if (cli_option(c, "preview")) return show_as(c, &d, &r, rules, e);
	if (!rules) return show(c, &d, &r, e);
	struct change change = {.op = CHANGE_REVISE, .actor = cli_actor(c), .record = r.line.uid, .body = r.body, .expected = r.revision, .visibility = rules,
		.reason = str_of(cli_option(c, "note"))};
	code = change_apply(c->hub, c->db, &change, &result, e);
	if (code) return code;
	if (!c->json) out_fmt("%s %s\n", result.public_id, result.changed ? "is shown by these rules" : "is so already");
	return c->json ? show(c, &d, &r, e) : ERR_OK;
}
static const struct option visibility_options[] = {
	{"set", "FILE", "rules in place of those before, as JSON: {\"/description\": [\"parties\"]}; {} for none", false},
	{"level", "NAME", "the rules of a level of redaction of its kind: full, no-exploit, summary-only", false},
	{"preview", "AUDIENCE", "show the record as they will read it, by its rules or by those of --set or --level, and change nothing", false},
	{"note", "TEXT", "why, for the history", false},
};
const struct command command_visibility = {
	.name = "visibility", .arguments = "ID", .summary = "say, or set, who reads which field of a record",
	.text = "A place is a JSON pointer, with * for every item of a list. What no rule names is as the kind says.",
	.example = "polder visibility CUE-0001 --level full --preview public --hub myhub", .options = visibility_options,
	.options_n = lengthof(visibility_options), .least = 1, .most = 1, .needs_hub = true, .run = run_visibility,
};
