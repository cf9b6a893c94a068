/* policy check, grant check, securitytxt check, admin rotate-key */
#include "command.h"
#include "desk/harbor/pages.h"
#include "lib/securitytxt/securitytxt.h"

enum { JSON_OUT = 8 << 20, FILE_BYTES = 4 << 20 };

static enum err_code read_json(struct cli *c, const char *path, const struct json **out, struct err *e) {
	struct str bytes;
	enum err_code code = file_read(c->a, path, FILE_BYTES, &bytes, e);
	if (!code) code = json_parse(c->a, bytes, NULL, out, e);
	return code ? err_prefix(e, "%s", path) : ERR_OK;
}

static enum err_code print_json(const struct json *v, struct err *e) {
	autobuf struct buf b = BUF(JSON_OUT);
	struct json_writer w = json_writer_pretty(&b);
	jw_value(&w, v);
	return out_json(&b, e);
}

/* ---- policy check ---- */

static void print_point(const struct cli *c, const struct policy_point *p) {
	out_styled(c, p->met ? GREEN : RED, p->met ? S("  yes  ") : S("  no   "));
	out_fmt("%s  ", p->title);
	out_styled(c, DIM, str_of(p->why));
	printf("\n");
}

static void print_assessment(struct cli *c, const struct policy_assessment *as) {
	out_styled(c, BOLD, arena_fmt(c->a, "Level %d of 5: %s\n", as->level, policy_level_title(as->level)));
	out_wrapped(str_of(policy_level_words(as->level)), 2);
	if (as->stated >= 0 && as->stated != as->level) printf("  It says of itself %d.\n", as->stated);
	printf("\nFour tests\n");
	for (size_t i = 0; i < POLICY_TESTS; i++) print_point(c, as->tests[i]);
	printf("\nAccounts and access\n");
	for (size_t i = 0; i < POLICY_TECHNICAL; i++) print_point(c, &as->technical[i]);
	printf("\nWho judges\n");
	print_point(c, &as->independent);
	struct assessment_next next = assessment_next(c->a, as);
	if (!next.level) return;
	printf("\nMissing for level %d, %s\n", next.level, next.title);
	for (size_t i = 0; i < next.n; i++) print_point(c, next.missing[i]);
}

/* A file holds a body, or records as `polder import polder` takes them. */
static enum err_code body_of_file(struct cli *c, const char *path, const struct json **out, struct err *e) {
	const struct json *v;
	enum err_code code = read_json(c, path, &v, e);
	if (code) return code;
	if (json_is(v, JSON_ARRAY)) v = json_at(v, 0);
	*out = json_get_lit(v, "body") ? json_get_lit(v, "body") : v;
	return json_is(*out, JSON_OBJECT) ? ERR_OK : err_set(e, ERR_INVALID, "%s: holds no policy", path);
}

static enum err_code run_policy_check(struct cli *c, struct err *e) {
	struct policy_record *p = arena_new_of(c->a, struct policy_record);
	const char *name = c->arguments[0];
	const struct json *body;
	struct policy_assessment own, *as = &own;
	if (!p) return err_set(e, ERR_MEMORY, "out of memory");
	bool file = file_exists(name) || strcmp(name, "-") == 0;
	enum err_code code = file ? body_of_file(c, name, &body, e) : ERR_OK;
	if (!code && file) policy_assess(body, &own);
	if (!code && !file) {
		struct hub *hub = NULL;
		struct db *db = NULL;
		code = hub_open(&hub, c->dir, e);
		if (!code) code = hub_reader(hub, &db, e);
		struct disclosing d = {.hub = hub, .db = db, .viewer = viewer_public, .a = c->a};
		if (!code) code = policy_record(&d, str_of(name), p, e);
		as = &p->assessment;
		if (!code && c->json) {
			autobuf struct buf b = BUF(JSON_OUT);
			struct json_writer w = json_writer_pretty(&b);
			assessment_json(&w, c->a, hub, p, as, true);
			code = out_json(&b, e);
		} else if (!code) {
			out_fmt("%.*s  %.*s\n", STR_ARG(p->r.line.id), STR_ARG(p->r.line.headline));
			print_assessment(c, as);
		}
		db_close(db);
		hub_close(hub);
		return code;
	}
	if (code) return code;
	if (!c->json) {
		print_assessment(c, as);
		return ERR_OK;
	}
	autobuf struct buf b = BUF(JSON_OUT);
	struct json_writer w = json_writer_pretty(&b);
	assessment_json(&w, c->a, NULL, NULL, as, true);
	return out_json(&b, e);
}
const struct command command_policy_check = {
	.name = "policy check", .arguments = "ID|FILE", .summary = "say how far a policy protects those who report, and what is missing",
	.text = "A file holds the body of a policy as JSON, or records as `polder import polder` takes them, of which the first counts; - is standard input. "
			"Anything else is the name of a public policy of the hub.",
	.example = "polder policy check policy:polder-default --hub myhub", .least = 1, .most = 1, .run = run_policy_check,
};

/* ---- grant check ---- */

static void print_grant(struct cli *c, const struct harbor_check *check, enum style s) {
	out_styled(c, s, str_of(harbor_verdict_name(check->verdict)));
	printf("\n");
	out_wrapped(check->words, 2);
	if (!check->statement) return;
	static const char *const lines[][2] = {{"Hub", "/hub/name"}, {"Hub's address", "/hub/url"}, {"Accepted", "/accepted"}, {"Policy", "/policy/title"},
		{"Its identifier", "/policy/id"}, {"SHA-256 of its text", "/policy/sha256"}, {"Grant", "/grant"}};
	printf("\n%s\n", s == RED ? "What the file says, for what it is worth:" : "What it says:");
	for (size_t i = 0; i < lengthof(lines); i++) {
		struct str v = json_string(json_pointer(check->statement, str_of(lines[i][1])));
		if (v.n) out_fmt("  %-20s %.*s\n", lines[i][0], STR_ARG(v));
	}
	const struct json *issuers = json_get_lit(check->statement, "issuers");
	for (size_t i = 0; i < json_count(issuers); i++)
		out_fmt("  %-20s %.*s\n", i ? "" : "Issued by", STR_ARG(json_get_str(json_at(issuers, i), S("name"))));
}

static enum err_code run_grant_check(struct cli *c, struct err *e) {
	const char *document_path = cli_option(c, "hub-document"), *opening_path = cli_option(c, "opening");
	const struct json *file, *document = NULL, *opening = NULL;
	struct harbor_check check;
	enum err_code code = read_json(c, c->arguments[0], &file, e);
	if (!code && document_path) code = read_json(c, document_path, &document, e);
	if (!code && opening_path) code = read_json(c, opening_path, &opening, e);
	if (!code) code = harbor_check(c->a, file, document, &check, e);
	if (code) return code;
	bool opens = opening && check.statement && harbor_opens(c->a, file, opening);
	if (check.verdict != HARBOR_VALID || (opening && !opens)) c->exit_status = 1;
	if (c->json) {
		struct json_builder b = json_object_of(c->a);
		json_set_str(&b, S("verdict"), str_of(harbor_verdict_name(check.verdict)));
		json_set_str(&b, S("words"), check.words);
		json_put(&b, S("statement"), check.statement);
		if (opening) json_set_bool(&b, S("opens"), opens);
		return print_json(json_built(&b), e);
	}
	print_grant(c, &check, check.verdict == HARBOR_VALID ? GREEN : check.verdict == HARBOR_UNCONFIRMED ? YELLOW : RED);
	if (opening) {
		printf("\n");
		out_styled(c, opens ? GREEN : RED, opens ? S("The opening fits: ") : S("The opening does not belong to this grant.\n"));
		if (opens) out_fmt("it was report %.*s, accepted at %.*s\n", STR_ARG(json_get_str(opening, S("report"))), STR_ARG(json_get_str(opening, S("at"))));
	}
	return ERR_OK;
}
static const struct option grant_options[] = {
	{"hub-document", "FILE", "the hub's own /.well-known/polder.json, fetched from the hub", false},
	{"opening", "FILE", "what the finder keeps: proves which report it was", false},
};
const struct command command_grant_check = {
	.name = "grant check", .arguments = "FILE", .summary = "check a safe harbor grant, without the hub",
	.text = "FILE is what a grant's page gives as JSON. The verdict is valid; unconfirmed (whole, but no document of the hub was given to compare the key with); "
			"tampered; other-policy (the policy's text was exchanged); unknown-key; wrong-hub; wrong-time; malformed. Exit status 0 for valid alone.",
	.example = "polder grant check grant.json --hub-document polder.json", .options = grant_options, .options_n = lengthof(grant_options), .least = 1, .most = 1,
	.run = run_grant_check,
};

/* ---- securitytxt check ---- */

static enum err_code run_securitytxt_check(struct cli *c, struct err *e) {
	struct str text;
	struct securitytxt s;
	enum err_code code = file_read(c->a, c->arguments[0], SECURITYTXT_BYTES + 1, &text, e);
	if (!code) code = securitytxt_read(c->a, text, now(), &s, e);
	if (code) return code;
	if (s.errors) c->exit_status = 1;
	if (c->json) {
		struct json_builder b = json_object_of(c->a), fields = json_array_of(c->a), findings = json_array_of(c->a);
		bool whole = str_utf8(text); /* what is not UTF-8 has no place in JSON */
		for (size_t i = 0; i < s.n && whole; i++) {
			struct json_builder one = json_object_of(c->a);
			json_set_str(&one, S("name"), s.fields[i].name);
			json_set_str(&one, S("value"), s.fields[i].value);
			json_set_int(&one, S("line"), (int64_t)s.fields[i].line);
			json_add(&fields, json_built(&one));
		}
		for (size_t i = 0; i < s.findings_n; i++) {
			struct json_builder one = json_object_of(c->a);
			json_set_bool(&one, S("error"), s.findings[i].error);
			if (s.findings[i].line) json_set_int(&one, S("line"), (int64_t)s.findings[i].line);
			json_set_str(&one, S("words"), s.findings[i].words);
			json_add(&findings, json_built(&one));
		}
		json_set_bool(&b, S("valid"), s.errors == 0);
		json_set_bool(&b, S("signed"), s.is_signed);
		if (s.expires) json_set_str(&b, S("expires"), moment_str(c->a, s.expires));
		json_set(&b, S("fields"), json_built(&fields));
		json_set(&b, S("findings"), json_built(&findings));
		return print_json(json_built(&b), e);
	}
	for (size_t i = 0; i < s.findings_n; i++) {
		const struct securitytxt_finding *f = &s.findings[i];
		out_styled(c, f->error ? RED : YELLOW, f->error ? S("wrong  ") : S("advice ") );
		if (f->line) out_fmt("line %zu: ", f->line);
		out_fmt("%.*s\n", STR_ARG(f->words));
	}
	if (!s.errors) out_styled(c, GREEN, S("It is as RFC 9116 wants it.\n"));
	if (s.is_signed) printf("It is signed; the signature was not verified, since only you can say whose key you trust.\n");
	return ERR_OK;
}
const struct command command_securitytxt_check = {
	.name = "securitytxt check", .arguments = "FILE", .summary = "check a security.txt file (RFC 9116)",
	.text = "- is standard input. Exit status 1 where something is wrong; advice alone leaves it at 0.",
	.example = "polder securitytxt check security.txt", .least = 1, .most = 1,
	.run = run_securitytxt_check,
};

/* ---- admin rotate-key ---- */

static enum err_code run_rotate_key(struct cli *c, struct err *e) {
	struct signing_key key;
	enum err_code code = signing_rotate(c->hub, c->db, c->a, &key, e);
	if (code) return code;
	if (c->json) {
		struct json_builder b = json_object_of(c->a);
		json_set_str(&b, S("key"), key.id);
		json_set_str(&b, S("from"), moment_str(c->a, key.from));
		return print_json(json_built(&b), e);
	}
	out_fmt("From now on the hub signs with %.*s. What was signed before stays good.\n", STR_ARG(key.id));
	return ERR_OK;
}
const struct command command_admin_rotate_key = {
	.name = "admin rotate-key", .arguments = "", .summary = "make another key for what the hub signs",
	.text = "Old public keys stay listed at /.well-known/polder.json with the period in which they signed.",
	.example = "polder admin rotate-key --hub myhub", .most = 0, .needs_hub = true, .run = run_rotate_key,
};
