#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#include "hub/mirror/inside.h"
#include "hub/net.h"

enum { RUN_CAP = 1 << 30 };

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
		struct net_save s = {.url = m->r->url, .to = m->staging, .paths = wanted, .n = used, .max = max, .allow_http = m->r->allow_http};
		code = net_save(m->a, &s, told, e);
		for (size_t j = 0; j < used && !code; j++) statuses[of[j]] = told[j];
		used = 0;
	}
	return code;
}

/* ---- the checkpoints ---- */

static enum err_code read_theirs(struct mirroring *m) {
	struct str path = S("log/checkpoint"), bytes;
	struct tlog_policy policy = {.origin = m->key.name, .log_keys = &m->key, .log_keys_n = 1};
	int status = 0;
	unlink(file_join(m->a, m->staging, path.p));
	enum err_code code = mirror_fetch(m, &path, 1, TLOG_NOTE_BYTES, &status, m->e);
	if (!code && status != 200) code = err_set(m->e, ERR_BUSY, "%.*slog/checkpoint was answered with %d", STR_ARG(m->r->url), status);
	if (!code) code = file_read(m->a, file_join(m->a, m->staging, path.p), TLOG_NOTE_BYTES, &bytes, m->e);
	if (!code) code = tlog_checkpoint_parse(m->a, bytes, &m->theirs, m->e);
	if (code || !m->key.name.n) return code; /* without a key: mirror_settle_key looks at it when the log has said it */
	code = tlog_checkpoint_verify(&m->theirs, &policy, NULL, m->e);
	if (code == ERR_FORBIDDEN && !m->r->key.n)
		err_set(m->e, code, "the log is not signed by the key that was kept here: %.*s. If the hub's people say that it has another since, give that with --key",
			STR_ARG(tlog_key_text(m->a, &m->key)));
	return code;
}

static enum err_code read_checkpoints(struct mirroring *m) {
	struct tlog_checkpoint here;
	enum err_code code = mirror_read_here(m, &here);
	m->old = code ? (struct tlog_head){0, tlog_empty_root()} : here.head;
	if (code && code != ERR_NOT_FOUND) return err_prefix(m->e, "log/checkpoint"), code;
	code = read_theirs(m);
	if (code) return code;
	m->out->old_size = m->old.size;
	m->out->size = m->theirs.head.size;
	m->out->origin = arena_str(m->kept, m->theirs.origin);
	return ERR_OK;
}

static enum err_code put_checkpoint(struct mirroring *m) {
	return m->out->stale ? ERR_OK : file_write(mirror_path(m, "log/checkpoint"), m->theirs.bytes, 0644, m->e);
}

/* A key that is known lets the checkpoint in at once; one that the log must lead to is looked at before anything is replaced. mirror.json goes first, since the
 * keys before stay in it. */
static enum err_code take(struct mirroring *m) {
	bool known = m->key.name.n && !m->other;
	enum err_code code = known ? put_checkpoint(m) : ERR_OK;
	if (!code && known) code = mirror_write_kept(m);
	if (!code) code = mirror_records(m);
	if (!code) code = mirror_settle_key(m);
	m->said = m->out->size;
	if (!code) code = mirror_write_kept(m);
	return code || known ? code : put_checkpoint(m);
}

static enum err_code run(struct mirroring *m) {
	enum err_code code = file_make_dir(m->staging, m->e);
	if (!code) code = mirror_read_kept(m);
	if (!code) code = read_checkpoints(m);
	if (!code) code = mirror_log(m);
	if (code || m->out->forked) return code;
	code = take(m);
	if (!code) code = mirror_cosigned(m);
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
