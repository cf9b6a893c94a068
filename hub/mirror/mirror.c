#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#include "hub/ledger/entry.h"
#include "hub/mirror/inside.h"
#include "hub/net.h"

enum { RUN_CAP = 1 << 30, KEPT = 100 << 10 };

const char *mirror_path(struct mirroring *m, const char *below) {
	return file_join(m->a, m->r->dir, below);
}

void mirror_remove_tree(const char *path) {
	autoarena struct arena *a = arena_new(64 << 20);
	DIR *d = a ? opendir(path) : NULL;
	struct dirent *one;
	while (d && (one = readdir(d))) {
		if (!strcmp(one->d_name, ".") || !strcmp(one->d_name, "..")) continue;
		const char *below = file_join(a, path, one->d_name);
		if (unlink(below) != 0 && (errno == EISDIR || errno == EPERM)) mirror_remove_tree(below);
	}
	if (d) closedir(d);
	rmdir(path);
}

enum err_code mirror_fetch(struct mirroring *m, const struct str *paths, size_t n, size_t max, int *statuses, struct err *e) {
	struct str *wanted = arena_array(m->a, NET_SAVE, sizeof *wanted);
	int *told = arena_array(m->a, NET_SAVE, sizeof *told);
	size_t *of = arena_array(m->a, NET_SAVE, sizeof *of), used = 0;
	if (!wanted || !told || !of) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = ERR_OK;
	for (size_t i = 0; i <= n && !code; i++) {
		bool there = i < n && file_exists(file_join(m->a, m->staging, paths[i].p));
		if (there) statuses[i] = 200;
		if (i < n && !there) of[used] = i, wanted[used++] = paths[i];
		if (used == 0 || (used < NET_SAVE && i < n)) continue;
		struct net_save s = {.url = m->r->url, .to = m->staging, .paths = wanted, .n = used, .max = max, .allow_http = m->r->allow_http, .cancelled = m->r->cancelled};
		code = net_save(m->a, &s, told, e);
		for (size_t j = 0; j < used && !code; j++) statuses[of[j]] = told[j];
		used = 0;
	}
	return code;
}

/* ---- what is kept of the hub ---- */

static enum err_code read_kept(struct mirroring *m, struct str *key) {
	struct str text;
	const struct json *v;
	enum err_code code = file_read(m->a, mirror_path(m, "mirror.json"), KEPT, &text, m->e);
	*key = STR_EMPTY;
	if (code == ERR_NOT_FOUND) return ERR_OK;
	if (!code) code = json_parse(m->a, text, NULL, &v, m->e);
	if (code) return err_prefix(m->e, "mirror.json"), code;
	*key = json_get_str(v, S("key"));
	m->said = (uint64_t)json_integer(json_get_lit(v, "said"), 0);
	if (m->r->key.n && key->n && !str_eq(*key, m->r->key))
		return err_set(m->e, ERR_FORBIDDEN, "this folder holds the log of another key: %.*s", STR_ARG(*key));
	return ERR_OK;
}

static enum err_code write_kept(struct mirroring *m) {
	struct json_builder b = json_object_of(m->a);
	json_set_str(&b, S("polder"), S("mirror"));
	json_set_str(&b, S("url"), m->r->url);
	json_set_str(&b, S("origin"), m->key.name);
	json_set_str(&b, S("key"), m->out->key);
	json_set_int(&b, S("said"), (int64_t)m->said);
	return file_write(mirror_path(m, "mirror.json"), json_text(m->a, json_built(&b)), 0644, m->e);
}

/* The log's own word: the first of its statements is of its key. */
static enum err_code first_key(struct mirroring *m, struct str *key) {
	struct str path = S("log/statements/0"), text, line;
	const struct json *said;
	int status;
	enum err_code code = mirror_fetch(m, &path, 1, 8 << 20, &status, m->e);
	if (!code && status != 200) code = err_set(m->e, ERR_BUSY, "%.*slog/statements/0 was answered with %d", STR_ARG(m->r->url), status);
	if (!code) code = file_read(m->a, file_join(m->a, m->staging, "log/statements/0"), 8 << 20, &text, m->e);
	while (!code && text.n) {
		(void)str_split(&text, '\n', &line);
		if (json_parse(m->a, line, NULL, &said, NULL)) continue;
		const struct json *statement = json_get_lit(said, "statement");
		if (str_is(json_get_str(statement, S("type")), "key")) return *key = json_get_str(statement, S("key")), ERR_OK;
	}
	return code ? code : err_set(m->e, ERR_NOT_FOUND, "the log does not say with which key it is signed: give it with --key");
}

static enum err_code find_key(struct mirroring *m) {
	struct str kept;
	enum err_code code = read_kept(m, &kept);
	struct str key = m->r->key.n ? m->r->key : kept;
	if (!code && !key.n) {
		code = first_key(m, &key);
		m->out->first = true;
	}
	if (!code) code = tlog_key_parse(key, &m->key, m->e);
	m->out->key = arena_str(m->kept, key);
	m->out->origin = arena_str(m->kept, m->key.name);
	return code;
}

/* ---- the checkpoints ---- */

static enum err_code read_checkpoint(struct mirroring *m, const char *path, struct tlog_checkpoint *out) {
	struct str bytes;
	struct tlog_policy policy = {.origin = m->key.name, .log_keys = &m->key, .log_keys_n = 1};
	enum err_code code = file_read(m->a, path, TLOG_NOTE_BYTES, &bytes, m->e);
	if (!code) code = tlog_checkpoint_parse(m->a, bytes, out, m->e);
	return code ? code : tlog_checkpoint_verify(out, &policy, NULL, m->e);
}

static enum err_code read_checkpoints(struct mirroring *m) {
	struct str path = S("log/checkpoint");
	struct tlog_checkpoint here;
	int status = 0;
	unlink(file_join(m->a, m->staging, "log/checkpoint"));
	enum err_code code = read_checkpoint(m, mirror_path(m, "log/checkpoint"), &here);
	m->old = code ? (struct tlog_head){0, tlog_empty_root()} : here.head;
	if (code && code != ERR_NOT_FOUND) return err_prefix(m->e, "log/checkpoint"), code;
	code = mirror_fetch(m, &path, 1, TLOG_NOTE_BYTES, &status, m->e);
	if (!code && status != 200) code = err_set(m->e, ERR_BUSY, "%.*slog/checkpoint was answered with %d", STR_ARG(m->r->url), status);
	if (!code) code = read_checkpoint(m, file_join(m->a, m->staging, "log/checkpoint"), &m->theirs);
	m->out->old_size = m->old.size;
	m->out->size = m->theirs.head.size;
	return code;
}

static enum err_code run(struct mirroring *m) {
	enum err_code code = file_make_dir(m->staging, m->e);
	if (!code) code = find_key(m);
	if (!code) code = read_checkpoints(m);
	if (!code) code = mirror_log(m);
	if (code || m->out->forked) return code;
	if (!m->out->stale) code = file_write(mirror_path(m, "log/checkpoint"), m->theirs.bytes, 0644, m->e);
	if (!code) code = write_kept(m);
	if (!code) code = mirror_records(m);
	m->said = m->out->size;
	if (!code) code = write_kept(m);
	if (!code) mirror_remove_tree(m->staging);
	return code;
}

enum err_code mirror_run(struct arena *a, const struct mirror_request *r, struct mirror_result *out, struct err *e) {
	autoarena struct arena *own = arena_new(RUN_CAP);
	if (!own) return err_set(e, ERR_MEMORY, "out of memory");
	*out = (struct mirror_result){0};
	struct mirror_request asked = *r;
	if (!str_starts(asked.url, S("http"))) return err_set(e, ERR_INVALID, "a hub's address begins with https://");
	if (asked.url.p[asked.url.n - 1] != '/') asked.url = arena_cat(own, asked.url, S("/"));
	struct mirroring m = {.r = &asked, .out = out, .kept = a, .a = own, .staging = file_join(own, r->dir, "staging"), .e = e};
	return run(&m);
}

void mirror_remove(const char *dir) {
	mirror_remove_tree(dir);
}
