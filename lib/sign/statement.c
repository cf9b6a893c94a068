#include "statement.h"

#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"
enum { RESOURCES_MOST = 4 << 20 };

static const struct json *subject_of(struct arena *a, const struct sign_manifest *m) {
	char hex[SHA256_HEX];
	struct json_builder digest = json_object_of(a), one = json_object_of(a), all = json_array_of(a);
	json_set_str(&digest, S("sha256"), arena_str(a, sha256_hex(&m->root, hex)));
	json_set_str(&one, S("name"), m->name);
	json_set(&one, S("digest"), json_built(&digest));
	json_add(&all, json_built(&one));
	return json_built(&all);
}

static struct str statement(struct arena *a, const struct sign_manifest *m, struct str type, const struct json *predicate) {
	struct json_builder s = json_object_of(a);
	json_set_str(&s, S("_type"), S(STATEMENT_TYPE));
	json_set(&s, S("subject"), subject_of(a, m));
	json_set_str(&s, S("predicateType"), type);
	json_set(&s, S("predicate"), predicate);
	return json_text(a, json_built(&s));
}

struct str statement_of_manifest(struct arena *a, const struct sign_manifest *m) {
	struct json_builder way = json_object_of(a), ignore = json_array_of(a), files = json_array_of(a), predicate = json_object_of(a);
	json_set_str(&way, S("method"), S("files"));
	json_set_str(&way, S("hash_type"), S("sha256"));
	json_set_bool(&way, S("allow_symlinks"), m->links);
	for (size_t i = 0; i < m->ignore_n; i++) json_add(&ignore, json_str(a, m->ignore[i]));
	json_set(&way, S("ignore_paths"), json_built(&ignore));
	for (size_t i = 0; i < m->n; i++) {
		char hex[SHA256_HEX];
		struct json_builder file = json_object_of(a);
		json_set_str(&file, S("name"), m->items[i].path);
		json_set_str(&file, S("algorithm"), S("sha256"));
		json_set_str(&file, S("digest"), arena_str(a, sha256_hex(&m->items[i].digest, hex)));
		json_add(&files, json_built(&file));
	}
	json_set(&predicate, S("serialization"), json_built(&way));
	json_set(&predicate, S("resources"), json_built(&files));
	return statement(a, m, S(SIGN_PREDICATE), json_built(&predicate));
}

struct str statement_of_scan(struct arena *a, const struct sign_manifest *m, const struct json *predicate) {
	return statement(a, m, S(SIGN_SCAN_PREDICATE), predicate);
}

/* ---- reading ---- */

static enum err_code read_ignored(struct arena *a, const struct json *list, struct sign_manifest *m, struct err *e) {
	size_t n = json_count(list);
	struct str *paths = arena_array(a, n + 1, sizeof *paths);
	if (!paths) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		paths[i] = json_string(json_at(list, i));
		if (!sign_path_ok(paths[i]) || str_is(paths[i], ".")) return err_set(e, ERR_INVALID, "the signature leaves out a path that leads elsewhere");
	}
	m->ignore = paths;
	m->ignore_n = n;
	return ERR_OK;
}

static enum err_code read_files(struct arena *a, const struct json *list, struct sign_manifest *m, struct err *e) {
	size_t n = json_count(list);
	if (!json_is(list, JSON_ARRAY) || !n || n > RESOURCES_MOST) return err_set(e, ERR_INVALID, "the signature lists no files");
	m->items = arena_array(a, n, sizeof *m->items);
	if (!m->items) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		const struct json *one = json_at(list, i);
		struct sign_item *item = &m->items[i];
		*item = (struct sign_item){.path = json_get_str(one, S("name"))};
		if (!str_is(json_get_str(one, S("algorithm")), "sha256")) return err_set(e, ERR_UNSUPPORTED, "a file's digest is not SHA-256");
		if (!sign_path_ok(item->path)) return err_set(e, ERR_INVALID, "the signature lists a path that leads elsewhere");
		if (!sign_digest_read(json_get_str(one, S("digest")), &item->digest)) return err_set(e, ERR_INVALID, "\"%.*s\" has a digest that isn't one", STR_ARG(item->path));
	}
	m->n = n;
	return ERR_OK;
}

/* The root in the order in which the signature has them: other writers may order otherwise, and it is their order that the root stands for. */
static enum err_code check_root(const struct sign_manifest *m, const struct sha256 *root, struct arena *a, struct err *e) {
	struct str *parts = arena_array(a, m->n, sizeof *parts);
	if (!parts) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < m->n; i++) parts[i] = sha256_str(&m->items[i].digest);
	struct sha256 made = sha256_parts(parts, m->n);
	return memcmp(made.byte, root->byte, SHA256_SIZE) == 0 ? ERR_OK : err_set(e, ERR_INVALID, "the files that the signature lists don't make the digest that it is about");
}

static enum err_code read_manifest(struct arena *a, struct statement *s, struct err *e) {
	const struct json *way = json_get(s->predicate, S("serialization"));
	struct sign_manifest *m = &s->manifest;
	*m = (struct sign_manifest){.name = s->name, .links = json_true(json_get(way, S("allow_symlinks")))};
	if (!str_is(json_get_str(way, S("method")), "files")) return err_set(e, ERR_UNSUPPORTED, "the signature is over parts of files, which isn't supported");
	if (!str_is(json_get_str(way, S("hash_type")), "sha256")) return err_set(e, ERR_UNSUPPORTED, "the signature's digests are not SHA-256");
	enum err_code code = read_ignored(a, json_get(way, S("ignore_paths")), m, e);
	if (!code) code = read_files(a, json_get(s->predicate, S("resources")), m, e);
	if (!code) code = check_root(m, &s->root, a, e);
	if (!code) code = sign_manifest_finish(m, e);
	if (!code) m->root = s->root;
	return code;
}

enum err_code statement_read(struct arena *a, struct str text, struct statement *out, struct err *e) {
	const struct json *v;
	struct statement s = {.name = STR_EMPTY};
	enum err_code code = json_parse(a, text, NULL, &v, e);
	if (code) return err_prefix(e, "what was signed");
	const struct json *subjects = json_get(v, S("subject")), *subject = json_at(subjects, 0);
	struct str type = json_get_str(v, S("predicateType"));
	if (!str_is(json_get_str(v, S("_type")), STATEMENT_TYPE) || json_count(subjects) != 1) return err_set(e, ERR_INVALID, "what was signed is no statement about one model");
	s.name = json_get_str(subject, S("name"));
	s.predicate = json_get(v, S("predicate"));
	s.is_scan = str_is(type, SIGN_SCAN_PREDICATE);
	if (!s.is_scan && !str_is(type, SIGN_PREDICATE)) return err_set(e, ERR_UNSUPPORTED, "a statement of another kind, \"%.*s\"", STR_ARG(type));
	if (!sign_digest_read(json_get_str(json_get(subject, S("digest")), S("sha256")), &s.root)) return err_set(e, ERR_INVALID, "the statement has no SHA-256 of the model");
	if (!s.is_scan) code = read_manifest(a, &s, e);
	if (!code) *out = s;
	return code;
}
