/* The log itself: fetched as entry bundles, from which every hash is made here. */
#include <errno.h>
#include <unistd.h>

#include "hub/mirror/inside.h"
#include "lib/tlog/builder.h"
#include "lib/tlog/bundle.h"
#include "lib/tlog/proof.h"

enum { BATCH = 400, BUNDLE_MOST = 1 << 20 };

/* What is made lies beside the log until its root is proved to be the checkpoint's. */
struct building {
	struct mirroring *m;
	struct tlog_folder here, fresh;
	struct tlog_writer writer;
	struct tlog_builder builder;
	struct buf room;
};

static struct str bundle_path(struct mirroring *m, uint64_t index, struct tlog_tile *t) {
	char below[TLOG_PATH];
	*t = (struct tlog_tile){TLOG_ENTRIES, tlog_tile_width(0, index, m->theirs.head.size), index};
	return arena_cat(m->a, S("log/"), tlog_tile_path(*t, below));
}

static enum err_code add_bundle(struct building *b, struct tlog_tile t) {
	struct mirroring *m = b->m;
	struct tlog_folder fetched = {.path = file_join(m->a, m->staging, "log")};
	struct tlog_reader reader = tlog_folder_reader(&fetched);
	struct str entries[TLOG_TILE_WIDTH];
	enum err_code code = tlog_read_bundle(&reader, t, &b->room, entries, m->e);
	for (unsigned i = (unsigned)(b->builder.frontier.size % TLOG_TILE_WIDTH); i < t.width && !code; i++)
		code = tlog_builder_add(&b->builder, entries[i], &b->writer, m->e);
	return code;
}

static enum err_code fetch_bundles(struct building *b, uint64_t first, size_t n) {
	struct mirroring *m = b->m;
	struct str paths[BATCH];
	struct tlog_tile tiles[BATCH];
	int statuses[BATCH];
	for (size_t i = 0; i < n; i++) paths[i] = bundle_path(m, first + i, &tiles[i]);
	enum err_code code = mirror_fetch(m, paths, n, BUNDLE_MOST, statuses, m->e);
	for (size_t i = 0; i < n && !code; i++) {
		if (statuses[i] != 200) code = err_set(m->e, ERR_BUSY, "%.*s%.*s was answered with %d", STR_ARG(m->r->url), STR_ARG(paths[i]), statuses[i]);
		if (!code) code = add_bundle(b, tiles[i]);
	}
	return code;
}

static enum err_code build(struct building *b) {
	struct mirroring *m = b->m;
	uint64_t bundles = (m->theirs.head.size + TLOG_TILE_WIDTH - 1) / TLOG_TILE_WIDTH;
	enum err_code code = ERR_OK;
	for (uint64_t i = m->old.size / TLOG_TILE_WIDTH; i < bundles && !code; i += BATCH) {
		code = fetch_bundles(b, i, bundles - i < BATCH ? (size_t)(bundles - i) : BATCH);
	}
	return code ? code : tlog_builder_flush(&b->builder, &b->writer, m->e);
}

/* ---- into its place ---- */

static enum err_code move_files(struct mirroring *m, const char *from, const char *to) {
	struct file_list files;
	enum err_code code = file_walk(m->a, from, "", &files, m->e);
	size_t skip = strlen(from) + 1;
	for (size_t i = 0; i < files.n && !code; i++) {
		const char *target = file_join(m->a, to, files.paths[i] + skip), *slash = strrchr(target, '/');
		code = file_make_dir(arena_cstr(m->a, str_n(target, (size_t)(slash - target))), m->e);
		if (!code && rename(files.paths[i], target) != 0) code = err_errno(m->e, errno, "%s", target);
	}
	return code;
}

/* ---- two histories ---- */

struct remote {
	struct mirroring *m;
	const char *to;
};

/* Tiles of the hub, as they are needed to show it; they stay as evidence. */
static enum err_code read_remote(void *ctx, struct tlog_tile t, struct buf *to, struct err *e) {
	struct remote *r = ctx;
	struct mirroring *m = r->m;
	char below[TLOG_PATH];
	struct str path = arena_cat(m->a, S("log/"), tlog_tile_path(t, below)), bytes;
	int status;
	const char *kept = m->staging;
	m->staging = r->to;
	enum err_code code = mirror_fetch(m, &path, 1, BUNDLE_MOST, &status, e);
	m->staging = kept;
	if (!code && status != 200) code = err_set(e, ERR_NOT_FOUND, "the hub has no %.*s", STR_ARG(path));
	if (!code) code = file_read(m->a, file_join(m->a, r->to, path.p), BUNDLE_MOST, &bytes, e);
	if (!code) buf_add(to, bytes);
	return code;
}

static enum err_code keep_evidence(struct mirroring *m, const char *folder, struct str theirs) {
	struct str here;
	enum err_code code = file_read(m->a, mirror_path(m, "log/checkpoint"), TLOG_NOTE_BYTES, &here, m->e);
	if (!code) code = file_write(file_join(m->a, folder, "checkpoint-here"), here, 0644, m->e);
	if (!code) code = file_write(file_join(m->a, folder, "checkpoint-there"), theirs, 0644, m->e);
	m->out->evidence = arena_str(m->kept, str_of(folder));
	return code;
}

static bool same_head(const struct tlog_head *x, const struct tlog_head *y) {
	return x->size == y->size && tlog_hash_eq(&x->root, &y->root);
}

/* The hub's tree, as its own tiles and signature have it, does not begin with the tree that it signed before: or it does, and something else is wrong. */
static enum err_code judge(struct mirroring *m, const struct tlog_reader *reader, const struct tlog_head *longer, const struct tlog_head *shorter, bool *forked) {
	struct tlog_proof proof;
	struct sha256 root;
	*forked = false;
	if (!shorter->size) return ERR_OK;
	if (longer->size == shorter->size) return *forked = !same_head(longer, shorter), ERR_OK;
	enum err_code code = tlog_prove_consistency(reader, longer, shorter->size, &proof, &root, m->e);
	if (!code) *forked = !tlog_hash_eq(&root, &shorter->root);
	return code;
}

static enum err_code is_fork(struct mirroring *m) {
	char at[MOMENT_TEXT];
	const char *folder = arena_fmt(m->a, "%s/evidence/%.*s", m->r->dir, STR_ARG(moment_text(now(), at))).p;
	struct remote remote = {m, folder};
	struct tlog_reader reader = {read_remote, &remote, NULL};
	bool forked;
	enum err_code code = file_make_dir(folder, m->e);
	if (!code) code = judge(m, &reader, &m->theirs.head, &m->old, &forked);
	if (code || !forked) {
		mirror_remove_tree(folder);
		return code ? code : err_set(m->e, ERR_CORRUPT, "the entries that the hub gives don't make its checkpoint");
	}
	m->out->forked = true;
	return keep_evidence(m, folder, m->theirs.bytes);
}

/* ---- */

static enum err_code extend(struct mirroring *m) {
	struct building *b = arena_new_of(m->a, struct building);
	if (!b) return err_set(m->e, ERR_MEMORY, "out of memory");
	*b = (struct building){.m = m, .here = {.path = mirror_path(m, "log")}, .fresh = {.path = file_join(m->a, m->staging, "made")}, .room = BUF(TLOG_BUNDLE_BYTES)};
	struct tlog_reader reader = tlog_folder_reader(&b->here);
	b->writer = tlog_folder_writer(&b->fresh);
	mirror_remove_tree(b->fresh.path);
	tlog_builder_init(&b->builder, true);
	enum err_code code = m->old.size ? tlog_builder_open(&b->builder, true, &reader, &m->old, m->e) : ERR_OK;
	if (code) err_prefix(m->e, "the log that is here is damaged");
	if (!code) code = build(b);
	struct tlog_head made = tlog_frontier_head(&b->builder.frontier);
	tlog_builder_free(&b->builder);
	buf_free(&b->room);
	if (code) return code;
	if (!same_head(&made, &m->theirs.head)) {
		/* What was fetched is of no use to the next run. */
		mirror_remove_tree(file_join(m->a, m->staging, "log"));
		return is_fork(m);
	}
	return move_files(m, b->fresh.path, b->here.path);
}

enum err_code mirror_keep_fork(struct mirroring *m, struct str theirs) {
	char at[MOMENT_TEXT];
	const char *folder = arena_fmt(m->a, "%s/evidence/%.*s", m->r->dir, STR_ARG(moment_text(now(), at))).p;
	m->out->forked = true;
	enum err_code code = file_make_dir(folder, m->e);
	return code ? code : keep_evidence(m, folder, theirs);
}

/* An older checkpoint than is here: from a cache perhaps, if it is of the same history. */
static enum err_code look_back(struct mirroring *m) {
	struct tlog_folder folder = {.path = mirror_path(m, "log")};
	struct tlog_reader reader = tlog_folder_reader(&folder);
	bool forked;
	enum err_code code = judge(m, &reader, &m->old, &m->theirs.head, &forked);
	if (code) return code;
	m->out->stale = !forked;
	m->out->forked = forked;
	m->out->size = m->old.size;
	if (!forked) return ERR_OK;
	char at[MOMENT_TEXT];
	const char *to = arena_fmt(m->a, "%s/evidence/%.*s", m->r->dir, STR_ARG(moment_text(now(), at))).p;
	code = file_make_dir(to, m->e);
	return code ? code : keep_evidence(m, to, m->theirs.bytes);
}

enum err_code mirror_log(struct mirroring *m) {
	if (same_head(&m->old, &m->theirs.head)) return ERR_OK;
	return m->theirs.head.size > m->old.size ? extend(m) : look_back(m);
}
