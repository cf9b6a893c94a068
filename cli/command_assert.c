/* assert */
#include "command.h"

enum { JSON_OUT = 1 << 16 };

/* HUB/ID: the hub by its log's name, which may hold slashes, by prefix or address; ID alone is here, or is found by its prefix. */
static const struct json *other_of(struct cli *c, struct str name) {
	struct json_builder b = json_object_of(c->a);
	size_t slash = str_rfind_char(name, '/');
	json_set_str(&b, S("record"), slash == STR_NONE ? name : str_from(name, slash + 1));
	if (slash != STR_NONE && slash > 0) json_set_str(&b, S("hub"), str_sub(name, 0, slash));
	return json_built(&b);
}

/* NAME, or NAME=VERSIONS */
static const struct json *systems_of(struct cli *c) {
	const struct given *given = cli_options(c, "system");
	struct json_builder list = json_array_of(c->a);
	for (int i = 0; given && i < given->n; i++) {
		struct json_builder b = json_object_of(c->a);
		struct str text = str_of(given->values[i]);
		size_t equals = str_rfind_char(text, '=');
		json_set_str(&b, S("name"), str_trim(str_sub(text, 0, equals)));
		if (equals != STR_NONE) json_put_str(&b, S("versions"), str_trim(str_from(text, equals + 1)));
		json_add(&list, json_built(&b));
	}
	return json_built(&list);
}

static const struct json *evidence_of(struct cli *c) {
	const struct given *given = cli_options(c, "evidence");
	struct json_builder list = json_array_of(c->a);
	for (int i = 0; given && i < given->n; i++) {
		struct json_builder b = json_object_of(c->a);
		json_set_str(&b, S("url"), str_of(given->values[i]));
		json_add(&list, json_built(&b));
	}
	return json_built(&list);
}

static enum err_code body_of(struct cli *c, const struct json **out, struct err *e) {
	static const char *const texts[] = {"says", "justification", "action", "statement", "title"};
	struct json_builder b = json_object_of(c->a);
	for (size_t i = 0; i < lengthof(texts); i++) {
		const char *value = cli_option(c, texts[i]);
		if (value && !str_utf8(str_of(value))) return err_set(e, ERR_USAGE, "--%s is not UTF-8", texts[i]);
		if (value) json_set_str(&b, str_of(texts[i]), str_of(value));
	}
	json_set(&b, S("about"), other_of(c, str_of(c->arguments[0])));
	const char *same = cli_option(c, "duplicate-of");
	if (same) json_set(&b, S("duplicate_of"), other_of(c, str_of(same)));
	json_put(&b, S("systems"), systems_of(c));
	json_put(&b, S("references"), evidence_of(c));
	*out = json_built(&b);
	return arena_failed(c->a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

static enum err_code tell(struct cli *c, const struct change_result *r, struct err *e) {
	if (!c->json) {
		out_fmt("%s says so now (%s).%s\n", r->public_id, r->state, str_is(str_of(r->state), "draft") ? " Nobody else sees it before `polder move … publish`." : "");
		return ERR_OK;
	}
	autobuf struct buf b = BUF(JSON_OUT);
	struct json_writer w = json_writer_pretty(&b);
	jw_object(&w);
	jw_field_str(&w, S("id"), str_of(r->public_id));
	jw_field_str(&w, S("uid"), str_of(r->uid));
	jw_field_str(&w, S("state"), str_of(r->state));
	jw_object_end(&w);
	return out_json(&b, e);
}

static enum err_code run_assert(struct cli *c, struct err *e) {
	const char *by = cli_option(c, "by");
	struct disclosing d = cli_disclosing(c);
	struct disclosed r;
	struct change_result result;
	struct change change = {.op = CHANGE_CREATE, .actor = cli_actor(c), .kind = S("assertion"), .move = cli_switch(c, "draft") ? STR_EMPTY : S("publish")};
	if (!by) return err_set(e, ERR_USAGE, "--by is missing: the organization that says it");
	if (!cli_option(c, "says")) return err_set(e, ERR_USAGE, "--says is missing: not_affected, affected, fixed, under_investigation, disputed, duplicate_of");
	enum err_code code = disclose_record(&d, str_of(by), &r, e);
	if (!code) code = body_of(c, &change.body, e);
	change.organization = r.line.uid;
	if (!code) code = change_apply(c->hub, c->db, &change, &result, e);
	return code ? code : tell(c, &result, e);
}
static const struct option assert_options[] = {
	{"by", "ORGANIZATION", "the organization that says it, by any name of its record", false},
	{"says", "WHAT", "not_affected, affected, fixed, under_investigation, disputed, duplicate_of", false},
	{"justification", "WHY", "of not_affected: one of the five words of VEX, see above", false},
	{"action", "TEXT", "of affected: what whoever uses the systems should do", false},
	{"duplicate-of", "[HUB/]ID", "of duplicate_of: the record that it is the same as", false},
	{"system", "NAME[=VERSIONS]", "which systems and versions; else all of theirs", true},
	{"statement", "TEXT", "how they know, in their own words", false},
	{"evidence", "URL", "a page that shows it", true},
	{"title", "TEXT", "in a line; else put together", false},
	{"draft", NULL, "do not publish it yet", false},
};
const struct command command_assert = {
	.name = "assert", .arguments = "[HUB/]ID", .summary = "say of a record how it concerns an organization's systems",
	.text = "The record may be of this hub, or of another: then its hub stands before it, by the name of its log, its prefix or its address. What is said stands beside the record, under "
			"the organization's name; the record itself stays as it is. `polder move ID withdraw --reason …` takes it back, and shows that. The reasons of not_affected are component_not_present, vulnerable_code_not_present, vulnerable_code_not_in_execute_path, "
			"vulnerable_code_cannot_be_controlled_by_adversary and inline_mitigations_already_exist.",
	.example = "polder assert CUE-0001 --says not_affected --justification component_not_present --system \"Shop assistant=2.1 to 2.4\" --by R-ORGA-0001 --hub myhub",
	.options = assert_options, .options_n = lengthof(assert_options), .least = 1, .most = 1, .needs_hub = true, .run = run_assert,
};
