/* new, edit, move, link, unlink, comment, attach, erase */
#include "body.h"
#include "command.h"
#include "hub/attachment.h"
#include "hub/change.h"
#include "hub/erase.h"

static enum err_code done(struct cli *c, const struct change_result *r, const char *verb, struct err *e) {
	if (c->json) {
		autobuf struct buf b = BUF(1 << 16);
		struct json_writer w = json_writer_pretty(&b);
		jw_object(&w);
		jw_field_str(&w, S("id"), str_of(r->public_id));
		jw_field_str(&w, S("uid"), str_of(r->uid));
		jw_field_str(&w, S("state"), str_of(r->state));
		jw_field_int(&w, S("revision"), r->revision);
		jw_field_bool(&w, S("changed"), r->changed);
		jw_object_end(&w);
		return out_json(&b, e);
	}
	out_fmt("%s %s", r->public_id, r->changed ? verb : "is so already");
	out_fmt(r->changed ? " (%s)\n" : "\n", r->state);
	return ERR_OK;
}

static enum err_code apply(struct cli *c, struct change *change, const char *verb, struct err *e) {
	struct change_result result;
	change->actor = cli_actor(c);
	enum err_code code = change_apply(c->hub, c->db, change, &result, e);
	return code ? code : done(c, &result, verb, e);
}

static enum err_code read_rules(struct cli *c, const struct json **out, struct err *e) {
	const char *text = cli_option(c, "visibility");
	*out = NULL;
	return text ? json_parse(c->a, str_of(text), NULL, out, e) : ERR_OK;
}

static enum err_code run_new(struct cli *c, struct err *e) {
	struct change change = {.op = CHANGE_CREATE, .kind = str_of(c->arguments[0])};
	enum err_code code = ERR_OK;
	if (!kind_find(c->hub->kinds, change.kind))
		code = err_set(e, ERR_NOT_FOUND, "there is no kind \"%s\"; `polder kinds` lists them", c->arguments[0]);
	if (!code) code = body_from_user(c, NULL, &change.body, e);
	if (!code) code = read_rules(c, &change.visibility, e);
	if (!code) code = apply(c, &change, "was made", e);
	body_settle(code == ERR_OK);
	return code;
}
static const struct option new_options[] = {
	{"file", "FILE", "the body as JSON; - for standard input", false},
	{"set", "NAME=TEXT", "a field's text, or NAME:=JSON for any value; NAME may be a JSON pointer", true},
	{"visibility", "JSON", "rules of its own: {\"/description\": [\"parties\"]}", false},
};
const struct command command_new = {
	.name = "new", .arguments = "KIND", .summary = "make a record",
	.text = "The body comes from --file, from --set, from standard input, or from your editor. It begins in its kind's first state.",
	.example = "polder new organization --set name=\"Example Lab\" --set type=company --hub myhub", .options = new_options,
	.options_n = lengthof(new_options), .least = 1, .most = 1, .needs_hub = true, .run = run_new,
};

static enum err_code expected(struct cli *c, struct change *change, struct err *e) {
	return cli_number(c, "revision", 1, INT64_MAX, 0, &change->expected, e);
}

static enum err_code run_edit(struct cli *c, struct err *e) {
	struct change change = {.op = CHANGE_REVISE, .record = str_of(c->arguments[0]), .reason = str_of(cli_option(c, "note"))};
	struct disclosing d = cli_disclosing(c);
	struct disclosed r;
	/* What --set says can be said again of a record that somebody else changed meanwhile; a whole body can't. */
	bool again = cli_option(c, "set") && !cli_option(c, "file") && !cli_option(c, "revision");
	enum err_code code;
	for (int attempt = 0;; attempt++) {
		code = disclose_record(&d, change.record, &r, e);
		if (!code) code = expected(c, &change, e);
		if (!code && !change.expected) change.expected = r.revision;
		if (!code) code = body_from_user(c, r.body, &change.body, e);
		if (!code) code = read_rules(c, &change.visibility, e);
		if (!code) code = apply(c, &change, "was revised", e);
		if (code != ERR_CONFLICT || !again || attempt == 20) break;
	}
	body_settle(code == ERR_OK);
	return code;
}
static const struct option edit_options[] = {
	{"file", "FILE", "the new body as JSON; - for standard input", false},
	{"set", "NAME=TEXT", "a field's new text (empty: taken away), or NAME:=JSON for any value", true},
	{"note", "TEXT", "why, for the history", false},
	{"revision", "N", "the revision you saw; another is refused", false},
	{"visibility", "JSON", "rules of its own, in place of those before; {} for none", false},
};
const struct command command_edit = {
	.name = "edit", .arguments = "ID", .summary = "revise a record",
	.text = "Every revision is kept; `polder history` shows what changed.",
	.example = "polder edit CUE-0001 --set tags:='[\"reviewed\"]' --note \"yearly review\" --hub myhub", .options = edit_options,
	.options_n = lengthof(edit_options), .least = 1, .most = 1, .needs_hub = true, .run = run_edit,
};

static enum err_code run_move(struct cli *c, struct err *e) {
	struct change change = {.op = CHANGE_MOVE, .record = str_of(c->arguments[0]), .move = str_of(c->arguments[1]),
		.reason = str_of(cli_option(c, "reason"))};
	enum err_code code = expected(c, &change, e);
	return code ? code : apply(c, &change, "was moved", e);
}
static const struct option move_options[] = {
	{"reason", "TEXT", "why; some moves want one, and it becomes part of the history", false},
	{"revision", "N", "the revision you saw; another is refused", false},
};
const struct command command_move = {
	.name = "move", .arguments = "ID MOVE", .summary = "take a record from one state to another",
	.text = "`polder kinds KIND` lists a kind's moves.",
	.example = "polder move CUE-0001 deprecate --reason \"merged into another entry\" --hub myhub", .options = move_options,
	.options_n = lengthof(move_options), .least = 2, .most = 2, .needs_hub = true, .run = run_move,
};

static enum err_code run_link(struct cli *c, struct err *e) {
	struct change change = {.op = CHANGE_LINK, .record = str_of(c->arguments[0]), .rel = str_of(c->arguments[1]),
		.target = str_of(c->arguments[2])};
	return apply(c, &change, "was linked", e);
}
const struct command command_link = {
	.name = "link", .arguments = "A REL B", .summary = "link two records",
	.text = "`polder kinds KIND` lists the links that a record may have.",
	.example = "polder link CUE-0002 related-to CUE-0003 --hub myhub", .least = 3, .most = 3, .needs_hub = true, .run = run_link,
};

static enum err_code run_unlink(struct cli *c, struct err *e) {
	struct change change = {.op = CHANGE_UNLINK, .record = str_of(c->arguments[0]), .rel = str_of(c->arguments[1]),
		.target = str_of(c->arguments[2])};
	return apply(c, &change, "is linked no more", e);
}
const struct command command_unlink = {
	.name = "unlink", .arguments = "A REL B", .summary = "take a link away",
	.example = "polder unlink CUE-0002 related-to CUE-0003 --hub myhub", .least = 3, .most = 3, .needs_hub = true, .run = run_unlink,
};

static enum err_code read_audiences(struct cli *c, unsigned *out, struct err *e) {
	const char *text = cli_option(c, "for");
	*out = COORDINATORS;
	if (!text) return ERR_OK;
	*out = audience_of(str_of(text)) | COORDINATORS;
	return *out == COORDINATORS && strcmp(text, "coordinators") != 0 ? err_set(e, ERR_USAGE, "--for: there is no audience \"%s\"", text) : ERR_OK;
}

static enum err_code run_comment(struct cli *c, struct err *e) {
	struct change change = {.op = CHANGE_COMMENT, .record = str_of(c->arguments[0]), .reason = str_of(c->arguments[1])};
	enum err_code code = read_audiences(c, &change.audiences, e);
	return code ? code : apply(c, &change, "has the comment", e);
}
static const struct option audience_options[] = {
	{"for", "AUDIENCE", "who may see it: public, parties, owner, coordinators (which it is without this)", false},
};
const struct command command_comment = {
	.name = "comment", .arguments = "ID TEXT", .summary = "add a line to a record's history",
	.example = "polder comment CUE-0001 \"discussed at the yearly review\" --for public --hub myhub", .options = audience_options,
	.options_n = lengthof(audience_options), .least = 2, .most = 2, .needs_hub = true, .run = run_comment,
};

static enum err_code run_attach(struct cli *c, struct err *e) {
	struct change change = {.op = CHANGE_ATTACH, .record = str_of(c->arguments[0])};
	change.file_name = file_name(str_of(c->arguments[1]));
	change.media_type = attachment_media_type(change.file_name);
	enum err_code code = read_audiences(c, &change.audiences, e);
	if (!code) code = file_read(c->a, c->arguments[1], ATTACHMENT_BYTES, &change.bytes, e);
	return code ? code : apply(c, &change, "has the file", e);
}
static enum err_code run_erase(struct cli *c, struct err *e) {
	const char *reason = cli_option(c, "reason"), *basis = cli_option(c, "basis");
	struct change change = {.op = CHANGE_ERASE, .record = str_of(c->arguments[0]), .reason = str_of(reason ? reason : ""), .basis = str_of(basis ? basis : "")};
	struct change_result result;
	struct err rest = {0};
	struct str fields[OPTION_VALUES];
	const struct given *given = cli_options(c, "field");
	for (int i = 0; given && i < given->n; i++) fields[change.fields_n++] = str_of(given->values[i]);
	change.fields = fields;
	change.actor = cli_actor(c);
	enum err_code code = change_apply(c->hub, c->db, &change, &result, e);
	if (code) return code;
	/* It is erased; what is left of it in files and logs goes now, or within the hour by the server. */
	if (erase_finish(c->hub, &rest)) fprintf(stderr, "polder: %s\n", rest.message);
	return done(c, &result, change.fields_n ? "lives on without what was erased" : "was erased", e);
}
static const struct option erase_options[] = {
	{"field", "/NAME", "this field alone, of all versions; the record lives on without it", true},
	{"reason", "TEXT", "why; it stays, and is shown to those who could see the record", false},
	{"basis", "TEXT", "the law or rule by which", false},
};
const struct command command_erase = {
	.name = "erase", .arguments = "ID", .summary = "take away for good what a record says",
	.text = "Body, comments, files, names and every revision go; that there was a record, when it was erased and why stays. A record that is encrypted is erased by destroying "
			"its key, so no copy of the hub shows it again. With --field a record loses what it says in that field, in every version and wherever its timeline repeats it word by word; where "
			"its kind asks for a text, \"[erased]\" stands there. There is no way back.",
	.example = "polder erase R-REPT-0001 --field /description --reason \"it named a person\" --basis \"GDPR Article 17\" --hub myhub\n"
			   "polder erase CUE-0003 --reason \"asked for by the person concerned\" --basis \"GDPR Article 17\" --hub myhub", .options = erase_options,
	.options_n = lengthof(erase_options), .least = 1, .most = 1, .needs_hub = true, .run = run_erase,
};

const struct command command_attach = {
	.name = "attach", .arguments = "ID FILE", .summary = "put a file with a record",
	.text = "The file is kept under its SHA-256; the same file twice takes its room once.",
	.example = "polder attach CUE-0001 README.md --for public --hub myhub", .options = audience_options,
	.options_n = lengthof(audience_options), .least = 2, .most = 2, .needs_hub = true, .run = run_attach,
};
