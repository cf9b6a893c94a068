/* gate */
#include "base/child.h"
#include "command.h"
#include "desk/affects/pages.h"
#include "desk/gate/gate.h"
#include "hub/net.h"

enum { REPORT = 256 << 20, PAGE = 64 << 20, NAMES = AFFECTS_NAMES, FILES = 1 << 20, SHOWN = 12 };

struct gating {
	struct cli *c;
	const char *dir;
	struct gate_given given;
	struct gate gate;
	struct gate_shown shown;
	struct card card;
};

/* ---- the files ---- */

/* By polder-scan in a process of its own, which parses what may be hostile and can do nothing else (cli/scan_main.c). */
static enum err_code scan_files(struct gating *g, struct err *e) {
	struct arena *a = g->c->a;
	const struct given *allow = cli_options(g->c, "allow");
	const char **arguments = arena_array(a, (size_t)(allow ? allow->n : 0) * 2 + 6, sizeof *arguments);
	size_t n = 0;
	if (!arguments) return err_set(e, ERR_MEMORY, "out of memory");
	arguments[n++] = "scan";
	arguments[n++] = "--json";
	for (int i = 0; allow && i < allow->n; i++) {
		arguments[n++] = "--allow";
		arguments[n++] = allow->values[i];
	}
	arguments[n++] = "--";
	arguments[n++] = g->dir;
	struct child c = {.path = child_beside(a, "POLDER_SCAN", "polder-scan"), .arguments = arguments, .max = REPORT};
	struct child_ended ended;
	struct err why = {0};
	enum err_code code = child_run(a, &c, &ended, &why);
	if (!code) code = json_parse(a, ended.output, &(struct json_limits){.bytes = REPORT}, &g->given.scan, &why);
	struct str said = json_get_str(json_get_lit(g->given.scan, "error"), S("message"));
	if (code || said.n) {
		g->given.scan = NULL;
		g->given.scan_failed = said.n ? said : arena_str(a, str_of(why.message));
	}
	return code == ERR_MEMORY ? err_set(e, code, "out of memory") : ERR_OK;
}

/* The scanner names files from the folder's own name on. */
static const char *path_of(const struct gating *g, struct str shown) {
	struct str dir = str_of(g->dir);
	while (dir.n > 1 && dir.p[dir.n - 1] == '/') dir.n--;
	size_t slash = str_find_char(shown, '/');
	if (!file_is_dir(g->dir) || slash == STR_NONE) return g->dir;
	return arena_fmt(g->c->a, "%.*s%.*s", STR_ARG(dir), STR_ARG(str_from(shown, slash))).p;
}

static enum err_code hash_files(struct gating *g, struct err *e) {
	const struct json *files = json_get_lit(g->given.scan, "files");
	size_t n = json_count(files);
	struct gate_file *out = arena_array(g->c->a, n + 1, sizeof *out);
	if (!out || n > FILES) return err_set(e, ERR_MEMORY, "too many files");
	for (size_t i = 0; i < n; i++) {
		const struct json *one = json_at(files, i);
		struct sha256 digest;
		char hex[SHA256_HEX];
		out[i] = (struct gate_file){json_get_str(one, S("path")), json_get_str(one, S("verdict")), STR_EMPTY, 0};
		if (!sha256_file(path_of(g, out[i].path), &digest, &out[i].size, NULL)) out[i].sha256 = arena_str(g->c->a, sha256_hex(&digest, hex));
	}
	g->shown.files = out;
	g->shown.files_n = n;
	return ERR_OK;
}

/* ---- the card ---- */

static enum err_code read_card(struct gating *g, struct err *e) {
	struct arena *a = g->c->a;
	const char *given = cli_option(g->c, "card"), *path = given ? given : file_is_dir(g->dir) ? file_join(a, g->dir, "README.md") : NULL;
	struct str text;
	struct err why = {0};
	g->given.kind = cli_switch(g->c, "dataset") ? CARD_DATASET : CARD_MODEL;
	g->given.card_failed = S("There is no README.md beside the files.");
	if (!path) return ERR_OK;
	enum err_code code = file_read(a, path, CARD_BYTES + 1, &text, &why);
	if (!code) code = card_read(a, text, &g->card, &why);
	if (!code) g->given.card = &g->card;
	else if (code != ERR_NOT_FOUND) g->given.card_failed = arena_fmt(a, "%s%s%s", why.where, why.where[0] ? ": " : "", why.message);
	return code == ERR_MEMORY ? err_set(e, code, "out of memory") : ERR_OK;
}

/* ---- the hub ---- */

static bool is_address(const char *hub) {
	return str_starts(str_of(hub), S("https://")) || str_starts(str_of(hub), S("http://"));
}

static enum err_code ask_address(struct gating *g, struct affects_request *r, struct err *e) {
	struct arena *a = g->c->a;
	autobuf struct buf url = BUF(64 << 10);
	struct str base = g->given.hub;
	struct net_answer answer;
	while (base.n && base.p[base.n - 1] == '/') base.n--;
	buf_fmt(&url, "%.*s/api/v1/affects?version=", STR_ARG(base));
	url_encode(&url, r->version);
	for (size_t i = 0; i < r->names_n; i++) {
		buf_add(&url, S("&name="));
		url_encode(&url, r->names[i]);
	}
	const struct net_header accept = {S("accept"), S("application/json")};
	enum err_code code = url.failed ? err_set(e, ERR_TOO_LARGE, "too many names to ask for") : ERR_OK;
	if (!code) code = net_fetch(a, &(struct net_fetch){.url = buf_str(&url), .headers = &accept, .headers_n = 1, .allow_http = true}, &answer, e);
	if (!code && answer.status != 200) code = err_set(e, ERR_BUSY, "the hub answered with status %d", answer.status);
	return code ? code : json_parse(a, answer.body, NULL, &g->given.known, e);
}

static enum err_code ask_folder(struct gating *g, const char *dir, const struct affects_request *r, struct err *e) {
	struct hub *h = NULL;
	struct db *db = NULL;
	struct affects found;
	autobuf struct buf b = BUF(PAGE);
	struct json_writer w = json_writer(&b);
	enum err_code code = hub_open(&h, dir, e);
	if (!code) code = hub_reader(h, &db, e);
	struct disclosing d = {h, db, viewer_public, g->c->a};
	if (!code) code = disclose_affects(&d, r, &found, e);
	if (!code) affects_json(&w, h, r, &found);
	if (db) db_close(db);
	if (h) hub_close(h);
	return code ? code : json_parse(g->c->a, buf_str(&b), NULL, &g->given.known, e);
}

/* Its own names come first; what its card names as its base after them. */
static size_t names_for(struct gating *g, struct str *names) {
	const struct given *own = cli_options(g->c, "name");
	struct str *bases;
	size_t n = 0, bases_n = g->given.card ? card_bases(g->c->a, g->given.card, &bases) : 0;
	for (int i = 0; own && i < own->n && n < NAMES; i++) names[n++] = str_of(own->values[i]);
	if (n) g->given.own = names[0];
	for (size_t i = 0; i < bases_n && n < NAMES; i++) names[n++] = bases[i];
	return n;
}

static enum err_code ask_hub(struct gating *g, struct err *e) {
	const char *hub = cli_option(g->c, "hub"), *version = cli_option(g->c, "version");
	struct str *names = arena_array(g->c->a, NAMES, sizeof *names);
	struct affects_request r = {.names = names, .version = str_of(version)};
	struct err why = {0};
	if (!names) return err_set(e, ERR_MEMORY, "out of memory");
	r.names_n = names_for(g, names);
	if (!hub) return ERR_OK;
	g->given.hub = str_of(hub);
	if (!r.names_n) {
		g->given.known_failed = S("Nobody said what it is called, and its card names no base model: the hub can't be asked. --name says it.");
		return ERR_OK;
	}
	enum err_code code = is_address(hub) ? ask_address(g, &r, &why) : ask_folder(g, hub, &r, &why);
	if (code == ERR_MEMORY) return err_set(e, code, "out of memory");
	if (code) g->given.known_failed = arena_str(g->c->a, str_of(why.message));
	return ERR_OK;
}

/* ---- the signature ---- */

static bool is_signed(const struct gating *g) {
	const char *given = cli_option(g->c, "signature");
	return file_exists(given ? given : file_join(g->c->a, g->dir, "model.sig"));
}

static struct str differences_words(struct arena *a, const struct json *said) {
	const struct json *list = json_get_lit(said, "differences"), *first = json_at(list, 0);
	size_t n = json_count(list);
	if (!first) return S("The signature is not by whom it should be.");
	return arena_fmt(a, "%.*s was %.*s since it was signed%s.", STR_ARG(json_get_str(first, S("path"))), STR_ARG(json_get_str(first, S("change"))),
		n > 1 ? arena_fmt(a, ", and so were %zu more", n - 1).p : "");
}

/* By polder-sign, a program of its own. */
static enum err_code check_signature(struct gating *g, struct err *e) {
	static const char *const handed_on[] = {"key", "chain", "signature"};
	struct arena *a = g->c->a;
	const char *arguments[3 * 2 * OPTION_VALUES + 4] = {"verify-model", "--json"};
	const struct json *said = NULL;
	struct child_ended ended = {0};
	struct err why = {0};
	size_t n = 2;
	bool whom = cli_options(g->c, "key") || cli_options(g->c, "chain");
	g->given.signature_required = cli_switch(g->c, "signed");
	g->given.signature = is_signed(g) ? GATE_NOT_CHECKED : GATE_NOT_SIGNED;
	if (!whom || g->given.signature == GATE_NOT_SIGNED) {
		g->given.signature_required |= whom;
		return ERR_OK;
	}
	for (size_t i = 0; i < lengthof(handed_on); i++) {
		const struct given *given = cli_options(g->c, handed_on[i]);
		for (int v = 0; given && v < given->n; v++) {
			arguments[n++] = arena_fmt(a, "--%s", handed_on[i]).p;
			arguments[n++] = given->values[v];
		}
	}
	arguments[n++] = "--";
	arguments[n++] = g->dir;
	struct child c = {.path = child_beside(a, "POLDER_SIGN", "polder-sign"), .arguments = arguments, .max = REPORT};
	enum err_code code = child_run(a, &c, &ended, &why);
	if (!code) code = json_parse(a, ended.output, &(struct json_limits){.bytes = REPORT}, &said, &why);
	if (code == ERR_MEMORY) return err_set(e, code, "out of memory");
	struct str refused = json_get_str(json_get_lit(said, "error"), S("message"));
	bool good = !code && !ended.status && json_true(json_get_lit(said, "ok"));
	g->given.signature = good ? GATE_SIGNED : GATE_SIGNATURE_WRONG;
	g->given.signature_words = code ? arena_str(a, str_of(why.message)) : refused.n ? refused
		: good ? arena_fmt(a, "Signed by %.*s, %lld files.", STR_ARG(json_get_str(said, S("signer"))), (long long)json_integer(json_get_lit(said, "files"), 0)) : differences_words(a, said);
	return ERR_OK;
}

/* ---- the verdict ---- */

static void accept_rules(struct gating *g) {
	const struct given *accepted = cli_options(g->c, "accept");
	size_t n = accepted ? (size_t)accepted->n : 0;
	struct str *list = arena_array(g->c->a, n + 1, sizeof *list);
	if (!list) return;
	for (size_t i = 0; i < n; i++) list[i] = str_of(accepted->values[i]);
	g->given.accepted = g->shown.accepted = list;
	g->given.accepted_n = g->shown.accepted_n = n;
}

static enum style style_of(enum gate_verdict v) {
	return v == GATE_PASS ? GREEN : v == GATE_BLOCK ? RED : YELLOW;
}

static void print_finding(const struct cli *c, const struct gate_finding *f) {
	out(S("  "));
	out_styled(c, f->accepted || f->verdict == GATE_PASS ? DIM : style_of(f->verdict), arena_fmt(c->a, "%-13s", f->accepted ? "accepted" : f->verdict == GATE_PASS ? "note" : gate_verdict_name(f->verdict)));
	if (f->subject.n) {
		out(f->subject);
		out(S(": "));
	}
	out(f->message);
	out(S("\n"));
	if (f->advice.n && !f->accepted) out_wrapped(f->advice, 15);
	if (f->url.n) {
		out(S("               "));
		out(f->url);
		out(S("\n"));
	}
	out_styled(c, DIM, arena_fmt(c->a, "               %.*s\n", STR_ARG(f->rule)));
}

static void print_gate(const struct gating *g) {
	static const char *const titles[] = {"Files", "Card", "Known", "Signature"};
	for (size_t i = 0; i < GATE_CHECKS; i++) {
		const struct gate_check *k = &g->gate.checks[i];
		out_styled(g->c, BOLD, arena_fmt(g->c->a, "%-10s", titles[i]));
		out_styled(g->c, k->done ? style_of(k->verdict) : DIM, arena_fmt(g->c->a, "%-14s", k->done ? gate_verdict_name(k->verdict) : "–"));
		out(k->words);
		out(S("\n"));
		for (size_t f = 0; f < k->n && f < SHOWN; f++) print_finding(g->c, &k->findings[f]);
		if (k->n > SHOWN) out_fmt("  and %zu more; --json and --page tell all\n", k->n - SHOWN);
	}
	if (g->gate.unused.n) {
		out(S("Accepted, and met by nothing: "));
		out(g->gate.unused);
		out(S("\n"));
	}
	out_styled(g->c, style_of(g->gate.verdict), arena_fmt(g->c->a, "%s\n", gate_verdict_name(g->gate.verdict)));
}

static enum err_code write_page(const struct gating *g, struct err *e) {
	const char *path = cli_option(g->c, "page");
	autohtml struct html page = HTML(PAGE);
	if (!path) return ERR_OK;
	gate_page(&page, &g->shown);
	return html_failed(&page) ? err_set(e, ERR_TOO_LARGE, "the page became too large") : file_write(path, html_str(&page), 0644, e);
}

static int status_of(const struct cli *c, enum gate_verdict v) {
	const char *fail_on = cli_option(c, "fail-on");
	bool strict = fail_on && strcmp(fail_on, "review") == 0;
	return v == GATE_BLOCK || (v == GATE_REVIEW && strict) ? 1 : v == GATE_INCONCLUSIVE ? 3 : 0;
}

static enum err_code run_gate(struct cli *c, struct err *e) {
	struct gating g = {.c = c, .dir = c->arguments[0]};
	const char *fail_on = cli_option(c, "fail-on"), *name = cli_option(c, "name");
	if (fail_on && strcmp(fail_on, "review") != 0) return err_set(e, ERR_USAGE, "--fail-on takes \"review\"");
	if (!file_exists(g.dir)) return err_set(e, ERR_NOT_FOUND, "%s: there is no such file or folder", g.dir);
	accept_rules(&g);
	enum err_code code = scan_files(&g, e);
	if (!code) code = hash_files(&g, e);
	if (!code) code = read_card(&g, e);
	if (!code) code = ask_hub(&g, e);
	if (!code) code = check_signature(&g, e);
	if (!code) code = gate_judge(c->a, &g.given, &g.gate, e);
	if (code) return code;
	const char *slash = strrchr(g.dir, '/');
	g.shown.gate = &g.gate;
	g.shown.model = str_of(name ? name : slash && slash[1] ? slash + 1 : g.dir);
	g.shown.version = str_of(cli_option(c, "version"));
	g.shown.hub = g.given.hub;
	c->exit_status = status_of(c, g.gate.verdict);
	code = write_page(&g, e);
	if (code) return code;
	if (!c->json) return print_gate(&g), ERR_OK;
	autobuf struct buf b = BUF(REPORT);
	struct json_writer w = json_writer_pretty(&b);
	gate_json(&w, &g.shown);
	return out_json(&b, e);
}
static const struct option gate_options[] = {
	{"name", "NAME", "what it is called where it comes from: owner/model, a package URL, an identifier at the hub", true},
	{"version", "VERSION", "of it", false},
	{"card", "FILE", "its card, where that is not README.md beside the files", false},
	{"key", "FILE", "the public key of who must have signed it, in PEM", false},
	{"chain", "FILE", "certificates to trust, in PEM; the signer's must lead to one of them", true},
	{"signature", "FILE", "the signature; else model.sig in DIR", false},
	{"signed", NULL, "it must be signed", false},
	{"dataset", NULL, "it is a dataset, not a model", false},
	{"allow", "MODULE.NAME", "what a pickle may import and call besides; stands in the scan's report", true},
	{"accept", "RULE", "a finding that may be: by its rule, or an advisory's identifier; stands in the verdict", true},
	{"fail-on", "VERDICT", "review: end with 1 where a person should look", false},
	{"page", "FILE", "write the verdict as a page of HTML that stands alone", false},
};
const struct command command_gate = {
	.name = "gate", .arguments = "DIR", .summary = "decide whether a model may be used or let go",
	.text = "One verdict over the scan of the files in DIR, the model's card, what a hub knows of it and of what it is made from, and its signature. --hub is the address of a hub, or its "
			"folder. Exit status 0: PASS or REVIEW; 1: BLOCK, with --fail-on review REVIEW too; 2: the command line; 3: INCONCLUSIVE. Nothing in DIR changes what is judged.",
	.example = "polder gate model/ --name example/model --hub myhub", .options = gate_options, .options_n = lengthof(gate_options), .least = 1, .most = 1, .run = run_gate,
};
