#include "folder.h"

#include <errno.h>
#include <fcntl.h>

static char *path_of(const struct tlog_folder *f, struct tlog_tile t, struct err *e) {
	char below[TLOG_PATH], *path;
	(void)tlog_tile_path(t, below);
	if (asprintf(&path, "%s/%s", f->path, below) >= 0) return path;
	err_set(e, ERR_MEMORY, "out of memory");
	return NULL;
}

static enum err_code read_file(const char *path, struct buf *to, struct err *e) {
	enum { PART = 64 << 10 };
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return err_errno(e, errno, "%s", path);
	for (;;) {
		/* One byte more than the maximum tells a file that just fits from one that is too large. */
		char more;
		size_t left = to->max - to->n, part = left < PART ? left : PART;
		if (part && !buf_room(to, part)) return err_set(e, ERR_MEMORY, "%s: out of memory", path);
		ssize_t got = read(fd, part ? to->p + to->n : &more, part ? part : 1);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) return err_errno(e, errno, "%s", path);
		if (got == 0) break;
		if (!part) return err_set(e, ERR_CORRUPT, "%s is larger than such a file can be", path);
		to->n += (size_t)got;
	}
	if (to->p) to->p[to->n] = 0;
	return ERR_OK;
}

/* Leaves the beginning of a full tile or bundle. */
static enum err_code cut(struct tlog_tile t, struct buf *b, struct err *e) {
	struct str entries[TLOG_TILE_WIDTH];
	size_t n = (size_t)t.width * SHA256_SIZE;
	if (t.level == TLOG_ENTRIES) {
		enum err_code code = tlog_bundle_parse(buf_str(b), TLOG_TILE_WIDTH, entries, e);
		if (code) return code;
		n = (size_t)(entries[t.width].p - 2 - b->p); /* before the length of the first that is not wanted */
	} else if (b->n != TLOG_TILE_BYTES) {
		return err_set(e, ERR_CORRUPT, "a full tile has %zu bytes", b->n);
	}
	b->n = n;
	return ERR_OK;
}

static enum err_code folder_read(void *ctx, struct tlog_tile t, struct buf *to, struct err *e) {
	const struct tlog_folder *f = ctx;
	autofree char *path = path_of(f, t, e);
	if (!path) return ERR_MEMORY;
	enum err_code code = read_file(path, to, e);
	if (code != ERR_NOT_FOUND || t.width == TLOG_TILE_WIDTH) return code;
	struct tlog_tile full = {t.level, TLOG_TILE_WIDTH, t.index};
	autofree char *full_path = path_of(f, full, e);
	if (!full_path) return ERR_MEMORY;
	struct err of_full;
	enum err_code full_code = read_file(full_path, to, &of_full);
	if (full_code == ERR_NOT_FOUND) return code; /* with the words about the partial one */
	if (!full_code) return cut(t, to, e);
	return err_set(e, full_code, "%s", of_full.message);
}

/* Partial ones are of no use to anybody once the full one is there; what is left behind of them does no harm. */
static void forget_partial(const char *full) {
	autofree char *folder = NULL;
	if (asprintf(&folder, "%s.p", full) < 0) return;
	if (rmdir(folder) == 0 || errno == ENOENT) return;
	for (int width = 1; width < TLOG_TILE_WIDTH; width++) {
		autofree char *path = NULL;
		if (asprintf(&path, "%s/%d", folder, width) >= 0) unlink(path);
	}
	rmdir(folder);
}

static enum err_code folder_write(void *ctx, struct tlog_tile t, struct str bytes, struct err *e) {
	const struct tlog_folder *f = ctx;
	enum err_code (*write)(const char *, struct str, unsigned, struct err *) = f->durable ? file_write : file_put;
	autofree char *path = path_of(f, t, e), *folder = path ? strdup(path) : NULL;
	if (!folder) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = write(path, bytes, 0644, e);
	if (code == ERR_NOT_FOUND) {
		*strrchr(folder, '/') = 0;
		code = file_make_dir(folder, e);
		if (!code) code = write(path, bytes, 0644, e);
	}
	if (!code && f->tidy && t.width == TLOG_TILE_WIDTH) forget_partial(path);
	return code;
}

static void folder_expect(void *ctx, struct tlog_tile t) {
	struct err unheard;
	autofree char *path = path_of(ctx, t, &unheard);
	autofd int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd >= 0) (void)posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED);
}

struct tlog_reader tlog_folder_reader(const struct tlog_folder *f) {
	return (struct tlog_reader){folder_read, (void *)(uintptr_t)f, folder_expect};
}

struct tlog_writer tlog_folder_writer(const struct tlog_folder *f) {
	return (struct tlog_writer){folder_write, (void *)(uintptr_t)f};
}
