#include <errno.h>
#include <sys/stat.h>

#include "lib/scan/tree.h"
#include "lib/scan/write.h"
#include "lib/sign/bundle.h"
#include "lib/sign/remembered.h"
#include "lib/sign/statement.h"
#include "sign.h"

enum { SIGNATURE_MODE = 0644, SCAN_JOBS = 4 };
#define BUNDLE_MOST ((size_t)512 << 20)

/* ---- what both commands have in common ---- */

static const char *signature_path(const struct cli *c) {
	const char *given = cli_option(c, "signature");
	return given ? given : file_join(c->a, c->arguments[0], "model.sig");
}

static const char *verdict_path(const struct cli *c) {
	return arena_cstr(c->a, arena_cat(c->a, str_of(signature_path(c)), S(".scan")));
}

/* The path below the folder, if the file lies there; else empty. Both are taken as they are on the disk. */
static struct str below(const struct cli *c, const char *folder, const char *path) {
	struct str whole = str_of(path);
	size_t slash = str_rfind_char(whole, '/');
	struct str dir = slash == STR_NONE ? S(".") : slash ? str_sub(whole, 0, slash) : S("/");
	char *f = realpath(folder, NULL), *d = realpath(arena_cstr(c->a, dir), NULL);
	struct str out = STR_EMPTY;
	if (f && d) {
		struct str root = str_of(f), in = str_of(d);
		bool inside = str_starts(in, root) && (in.n == root.n || in.p[root.n] == '/');
		if (inside) out = in.n == root.n ? arena_str(c->a, file_name(whole)) : arena_fmt(c->a, "%.*s/%.*s", STR_ARG(str_from(in, root.n + 1)), STR_ARG(file_name(whole)));
	}
	free(f);
	free(d);
	return out;
}

/* What is left out: the folders of version control, the signatures themselves, the digests that are remembered, and what is named. `more` comes first and may be NULL. */
static enum err_code ignored(struct cli *c, const struct str *more, size_t more_n, struct str **out, size_t *n, struct err *e) {
	static const char *const always[] = {".git", ".github", ".gitattributes", ".gitignore"};
	const struct given *g = cli_options(c, "ignore");
	const char *own[] = {signature_path(c), verdict_path(c), cli_option(c, "cache")};
	struct str *list = arena_array(c->a, more_n + lengthof(always) + lengthof(own) + (g ? (size_t)g->n : 0), sizeof *list);
	if (!list) return err_set(e, ERR_MEMORY, "out of memory");
	*n = 0;
	for (size_t i = 0; i < more_n; i++) list[(*n)++] = more[i];
	for (size_t i = 0; i < lengthof(always); i++) list[(*n)++] = str_of(always[i]);
	for (size_t i = 0; i < lengthof(own); i++) {
		struct str inside = own[i] ? below(c, c->arguments[0], own[i]) : STR_EMPTY;
		if (inside.n) list[(*n)++] = inside;
	}
	for (int i = 0; g && i < g->n; i++) {
		struct str one = str_of(g->values[i]);
		while (str_starts(one, S("./"))) one = str_from(one, 2);
		while (one.n > 1 && one.p[one.n - 1] == '/') one.n--;
		if (!sign_path_ok(one)) return err_set(e, ERR_USAGE, "--ignore: expected a path below the folder, as in notes/draft.txt");
		list[(*n)++] = one;
	}
	*out = list;
	return ERR_OK;
}

static enum err_code make_manifest(struct cli *c, const struct str *ignore, size_t n, bool links, struct sign_manifest *out, struct err *e) {
	const char *cache = cli_option(c, "cache");
	struct remembered *known = cache ? remembered_read(c->a, cache) : NULL;
	enum err_code code = sign_manifest_make(c->a, c->arguments[0], ignore, n, links, known, out, e);
	if (!code && known) code = remembered_write(known, cache, e);
	return code;
}

static struct str hex_of(struct arena *a, const struct sha256 *digest) {
	char hex[SHA256_HEX];
	return arena_str(a, sha256_hex(digest, hex));
}

/* ---- the scanner's verdict ---- */

static enum scan_verdict worst(const struct scan_report *r) {
	struct scan_summary s = scan_summarize(r);
	for (int v = SCAN_BLOCK; v > SCAN_PASS; v--)
		if (s.of[v]) return (enum scan_verdict)v;
	return SCAN_PASS;
}

/* Scans the model and says its verdict, with the report as JSON. */
static enum err_code scan_model(struct cli *c, enum scan_verdict *verdict, const struct json **predicate, struct err *e) {
	struct scan_options options = {0};
	struct scan_tree tree;
	struct scan_file *files;
	const struct json *report;
	autobuf struct buf b = BUF((size_t)1 << 30);
	enum err_code code = scan_tree(c->a, c->arguments, 1, &tree, e);
	if (!code) code = scan_all(c->a, &options, &tree, SCAN_JOBS, NULL, &files, e);
	if (code) return code;
	struct scan_report r = {files, tree.n, &options, POLDER_VERSION};
	struct json_writer w = json_writer(&b);
	scan_write_json(&w, &r);
	if (b.failed) return err_set(e, ERR_TOO_LARGE, "the report is too long to be signed");
	code = json_parse(c->a, buf_str(&b), NULL, &report, e);
	if (code) return code;
	*verdict = worst(&r);
	struct json_builder p = json_object_of(c->a);
	json_set_str(&p, S("verdict"), str_of(scan_verdict_name(*verdict)));
	json_set_str(&p, S("scanner"), S("polder scan"));
	json_set_str(&p, S("version"), S(POLDER_VERSION));
	json_set(&p, S("report"), report);
	*predicate = json_built(&p);
	return ERR_OK;
}

static enum err_code write_bundle(struct cli *c, const struct sign_key *key, struct str statement, const char *path, struct err *e) {
	struct str bundle;
	enum err_code code = bundle_make(c->a, key, statement, &bundle, e);
	return code ? code : file_write(path, bundle, SIGNATURE_MODE, e);
}

/* ---- sign ---- */

static enum err_code read_key(struct cli *c, struct sign_key **key, struct err *e) {
	const char *path = cli_option(c, "key"), *certificate = cli_option(c, "certificate");
	const struct given *chain = cli_options(c, "chain");
	if (!path) return err_set(e, ERR_USAGE, "--key is missing: the private key to sign with");
	if (chain && !certificate) return err_set(e, ERR_USAGE, "--chain goes with --certificate");
	return sign_key_read(c->a, path, certificate, chain ? chain->values : NULL, chain ? (size_t)chain->n : 0, key, e);
}

static enum err_code tell_signed(struct cli *c, const struct sign_manifest *m, const char *verdict, struct err *e) {
	struct str root = hex_of(c->a, &m->root);
	if (!c->json) {
		printf("%zu file%s signed, sha256:%.*s\n", m->n, m->n == 1 ? "" : "s", STR_ARG(root));
		out_fmt("signature: %s\n", signature_path(c));
		if (verdict) out_fmt("scanned: %s, signed in %s\n", verdict, verdict_path(c));
		return ERR_OK;
	}
	autobuf struct buf b = BUF(1 << 20);
	struct json_writer w = json_writer_pretty(&b);
	jw_object(&w);
	jw_field_str(&w, S("digest"), arena_cat(c->a, S("sha256:"), root));
	jw_field_int(&w, S("files"), (int64_t)m->n);
	jw_field_str(&w, S("signature"), str_of(signature_path(c)));
	if (verdict) jw_field_str(&w, S("verdict"), str_of(verdict));
	jw_object_end(&w);
	return out_json(&b, e);
}

enum err_code run_sign(struct cli *c, struct err *e) {
	struct sign_key *key;
	struct sign_manifest m;
	struct str *ignore;
	size_t n;
	enum scan_verdict verdict = SCAN_PASS;
	const struct json *predicate = NULL;
	bool scan = cli_switch(c, "scan");
	enum err_code code = read_key(c, &key, e);
	if (!code) code = ignored(c, NULL, 0, &ignore, &n, e);
	if (!code) code = make_manifest(c, ignore, n, cli_switch(c, "allow-links"), &m, e);
	if (!code && scan) code = scan_model(c, &verdict, &predicate, e);
	if (!code && verdict >= SCAN_INVALID) code = err_set(e, ERR_INVALID, "the scanner says %s, so it isn't signed; `polder scan %s` says why", scan_verdict_name(verdict), c->arguments[0]);
	/* What was scanned must be what was hashed. */
	if (!code && scan) code = sign_manifest_unchanged(c->a, c->arguments[0], &m, e);
	if (!code && scan) code = write_bundle(c, key, statement_of_scan(c->a, &m, predicate), verdict_path(c), e);
	if (!code) code = write_bundle(c, key, statement_of_manifest(c->a, &m), signature_path(c), e);
	return code ? code : tell_signed(c, &m, scan ? scan_verdict_name(verdict) : NULL, e);
}

/* ---- verify-model ---- */

static enum err_code read_trust(struct cli *c, struct sign_trust **out, struct err *e) {
	const char *key = cli_option(c, "key"), *at = cli_option(c, "at");
	const struct given *chain = cli_options(c, "chain");
	moment then = now();
	if (!key == !chain) return err_set(e, ERR_USAGE, "say whom to trust: --key FILE, or --chain FILE for certificates");
	if (at && key) return err_set(e, ERR_USAGE, "--at is about certificates, and goes with --chain");
	if (at && !moment_parse(str_of(at), &then)) return err_set(e, ERR_USAGE, "--at: expected a time as 2026-01-31T12:00:00Z");
	return key ? sign_trust_key(c->a, key, out, e) : sign_trust_certificates(c->a, chain->values, (size_t)chain->n, then, out, e);
}

struct opened {
	struct statement statement;
	struct str who;
};

static enum err_code open_bundle(struct cli *c, const char *path, const struct sign_trust *t, struct opened *out, struct err *e) {
	struct str text, payload;
	enum err_code code = file_read(c->a, path, BUNDLE_MOST, &text, e);
	if (!code) code = bundle_open(c->a, text, t, &payload, &out->who, e);
	return code ? code : statement_read(c->a, payload, &out->statement, e);
}

/* The verdict that was signed over the same digest. */
static enum err_code read_verdict(struct cli *c, const struct sign_trust *t, const struct sign_manifest *m, struct str *verdict, struct err *e) {
	struct opened o;
	enum err_code code = open_bundle(c, verdict_path(c), t, &o, e);
	if (code) return err_prefix(e, "the scanner's verdict");
	if (!o.statement.is_scan) return err_set(e, ERR_INVALID, "%s holds no verdict of the scanner", verdict_path(c));
	if (memcmp(o.statement.root.byte, m->root.byte, SHA256_SIZE) != 0) return err_set(e, ERR_INVALID, "the scanner's verdict is about other files");
	*verdict = json_get_str(o.statement.predicate, S("verdict"));
	return ERR_OK;
}

static const char *const changes[] = {[SIGN_MISSING] = "missing", [SIGN_ADDED] = "added", [SIGN_CHANGED] = "changed"};

struct outcome {
	const struct opened *signed_;
	const struct sign_difference *differences;
	size_t n;
	struct str verdict;
	bool ok;
};

static void print_outcome(const struct cli *c, const struct outcome *o) {
	const struct sign_manifest *m = &o->signed_->statement.manifest;
	for (size_t i = 0; i < o->n; i++) {
		out_styled(c, RED, arena_fmt(c->a, "%-8s", changes[o->differences[i].change]));
		out_fmt("  %.*s\n", STR_ARG(o->differences[i].path));
	}
	out_styled(c, o->ok ? GREEN : RED, o->n ? S("not what was signed") : S("as signed"));
	out_fmt(": %zu file%s, sha256:%.*s\nby %.*s\n", m->n, m->n == 1 ? "" : "s", STR_ARG(hex_of(c->a, &m->root)), STR_ARG(o->signed_->who));
	if (o->verdict.n) out_fmt("scanned when it was signed: %.*s\n", STR_ARG(o->verdict));
	if (m->ignore_n) {
		printf("left out by the signer:");
		for (size_t i = 0; i < m->ignore_n; i++) out_fmt(" %.*s", STR_ARG(m->ignore[i]));
		printf("\n");
	}
}

static enum err_code print_outcome_json(const struct cli *c, const struct outcome *o, struct err *e) {
	const struct sign_manifest *m = &o->signed_->statement.manifest;
	autobuf struct buf b = BUF((size_t)1 << 30);
	struct json_writer w = json_writer_pretty(&b);
	jw_object(&w);
	jw_field_bool(&w, S("ok"), o->ok);
	jw_field_str(&w, S("digest"), arena_cat(c->a, S("sha256:"), hex_of(c->a, &m->root)));
	jw_field_int(&w, S("files"), (int64_t)m->n);
	jw_field_str(&w, S("signer"), o->signed_->who);
	jw_name(&w, S("differences"));
	jw_array(&w);
	for (size_t i = 0; i < o->n; i++) {
		jw_object(&w);
		jw_field_str(&w, S("change"), str_of(changes[o->differences[i].change]));
		jw_field_str(&w, S("path"), o->differences[i].path);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_name(&w, S("left_out"));
	jw_array(&w);
	for (size_t i = 0; i < m->ignore_n; i++) jw_str(&w, m->ignore[i]);
	jw_array_end(&w);
	if (o->verdict.n) jw_field_str(&w, S("verdict"), o->verdict);
	jw_object_end(&w);
	return out_json(&b, e);
}

static bool verdict_blocks(struct str verdict) {
	return !str_is(verdict, "PASS") && !str_is(verdict, "REVIEW") && !str_is(verdict, "INCONCLUSIVE");
}

enum err_code run_verify_model(struct cli *c, struct err *e) {
	struct sign_trust *trust;
	struct opened signed_;
	struct sign_manifest is;
	struct sign_difference *differences;
	struct str *ignore;
	size_t ignore_n, n;
	struct outcome o = {.signed_ = &signed_, .verdict = STR_EMPTY};
	bool scan = cli_switch(c, "scan");
	enum err_code code = read_trust(c, &trust, e);
	if (!code) code = open_bundle(c, signature_path(c), trust, &signed_, e);
	if (!code && signed_.statement.is_scan) code = err_set(e, ERR_INVALID, "%s holds a verdict of the scanner, and no signature over files", signature_path(c));
	const struct sign_manifest *was = &signed_.statement.manifest;
	if (!code) code = ignored(c, was->ignore, was->ignore_n, &ignore, &ignore_n, e);
	if (!code) code = make_manifest(c, ignore, ignore_n, was->links, &is, e);
	if (!code) code = sign_compare(c->a, was, &is, &differences, &n, e);
	if (!code && scan) code = read_verdict(c, trust, was, &o.verdict, e);
	if (code) return code;
	o.differences = differences;
	o.n = n;
	o.ok = !n && !(scan && verdict_blocks(o.verdict));
	c->exit_status = o.ok ? 0 : 1;
	if (c->json) return print_outcome_json(c, &o, e);
	print_outcome(c, &o);
	return ERR_OK;
}
