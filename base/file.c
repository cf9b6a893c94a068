#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static enum err_code read_all(struct arena *a, int fd, const char *path, size_t max, struct str *out, struct err *e) {
	struct stat st;
	if (fstat(fd, &st) != 0) return err_errno(e, errno, "%s", path);
	if (S_ISDIR(st.st_mode)) return err_set(e, ERR_INVALID, "%s: is a folder", path);
	size_t room = S_ISREG(st.st_mode) ? (size_t)st.st_size + 1 : 64 << 10, n = 0;
	if (S_ISREG(st.st_mode) && (uintmax_t)st.st_size > max) goto too_large;
	char *p = arena_raw(a, room + 1);
	while (p) {
		if (n == room) {
			char *bigger = arena_raw(a, room * 2 + 1);
			if (bigger) memcpy(bigger, p, n);
			p = bigger;
			room *= 2;
			continue;
		}
		ssize_t got = read(fd, p + n, room - n);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) return err_errno(e, errno, "%s", path);
		if (got == 0) break;
		n += (size_t)got;
		if (n > max) goto too_large;
	}
	if (!p) return err_set(e, ERR_MEMORY, "%s: not enough memory to read it", path);
	p[n] = 0;
	*out = str_n(p, n);
	return ERR_OK;
too_large:
	return err_set(e, ERR_TOO_LARGE, "%s: larger than the %zu bytes that are read", path, max);
}

enum err_code file_read(struct arena *a, const char *path, size_t max, struct str *out, struct err *e) {
	if (strcmp(path, "-") == 0) return read_all(a, STDIN_FILENO, "standard input", max, out, e);
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) return err_errno(e, errno, "%s", path);
	/* O_NONBLOCK was for the opening alone, which would wait for somebody to write into a pipe; who writes already is waited for. */
	int flags = fcntl(fd, F_GETFL);
	if (flags >= 0) (void)fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
	return read_all(a, fd, path, max, out, e);
}

enum err_code fd_write_all(int fd, struct str bytes, struct err *e) {
	while (bytes.n) {
		ssize_t put = write(fd, bytes.p, bytes.n);
		if (put < 0 && errno == EINTR) continue;
		if (put < 0) return err_errno(e, errno, "writing");
		bytes = str_from(bytes, (size_t)put);
	}
	return ERR_OK;
}

/* A rename is durable only when its folder is on the disk. */
static enum err_code sync_dir_of(const char *path, struct err *e) {
	autofree char *dir = strdup(path);
	if (!dir) return err_set(e, ERR_MEMORY, "%s: out of memory", path);
	char *slash = strrchr(dir, '/');
	if (slash) slash[slash == dir] = 0;
	autofd int fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0) return err_errno(e, errno, "%s", path);
	return ERR_OK;
}

static enum err_code replace(const char *path, struct str bytes, unsigned mode, bool durable, struct err *e) {
	autofree char *temporary = NULL;
	if (asprintf(&temporary, "%s.tmp-XXXXXX", path) < 0) {
		temporary = NULL;
		return err_set(e, ERR_MEMORY, "%s: out of memory", path);
	}
	autofd int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) return err_errno(e, errno, "%s", path);
	enum err_code code = fd_write_all(fd, bytes, e);
	if (code) err_prefix(e, "%s", path);
	if (!code && (fchmod(fd, mode) != 0 || (durable && fsync(fd) != 0))) code = err_errno(e, errno, "%s", path);
	if (!code && rename(temporary, path) != 0) code = err_errno(e, errno, "%s", path);
	if (code) unlink(temporary);
	return code || !durable ? code : sync_dir_of(path, e);
}

enum err_code file_write(const char *path, struct str bytes, unsigned mode, struct err *e) {
	return replace(path, bytes, mode, true, e);
}

enum err_code file_put(const char *path, struct str bytes, unsigned mode, struct err *e) {
	return replace(path, bytes, mode, false, e);
}

enum err_code file_make_dir(const char *path, struct err *e) {
	if (!path[0]) return err_set(e, ERR_INVALID, "a folder needs a name");
	autofree char *p = strdup(path);
	if (!p) return err_set(e, ERR_MEMORY, "%s: out of memory", path);
	for (char *slash = p + 1;; slash++) {
		if (*slash && *slash != '/') continue;
		char kept = *slash;
		*slash = 0;
		if (mkdir(p, 0777) != 0 && errno != EEXIST) return err_errno(e, errno, "%s", p);
		*slash = kept;
		if (!kept) break;
	}
	return file_is_dir(path) ? ERR_OK : err_set(e, ERR_EXISTS, "%s: is there and is not a folder", path);
}

bool file_exists(const char *path) {
	struct stat st;
	return stat(path, &st) == 0;
}

bool file_is_dir(const char *path) {
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

const char *file_join(struct arena *a, const char *dir, const char *name) {
	size_t n = strlen(dir);
	return arena_fmt(a, "%s%s%s", dir, n && dir[n - 1] == '/' ? "" : "/", name).p;
}

struct str file_name(struct str path) {
	size_t slash = str_rfind_char(path, '/');
	return slash == STR_NONE ? path : str_from(path, slash + 1);
}

struct walk {
	struct arena *a;
	const char *suffix;
	struct file_list list;
	size_t room;
};

static bool walk_add(struct walk *w, const char *path) {
	if (w->list.n == w->room) {
		size_t room = w->room ? w->room * 2 : 64;
		const char **paths = arena_array(w->a, room, sizeof *paths);
		if (!paths) return false;
		if (w->list.n) memcpy(paths, w->list.paths, w->list.n * sizeof *paths);
		w->list.paths = paths;
		w->room = room;
	}
	w->list.paths[w->list.n++] = path;
	return true;
}

enum { WALK_DEPTH = 64 };

static enum err_code walk_dir(struct walk *w, const char *path, int depth, struct err *e) {
	if (depth > WALK_DEPTH) return err_set(e, ERR_TOO_LARGE, "%s: folders nested over %d deep", path, WALK_DEPTH);
	DIR *dir = opendir(path);
	if (!dir) return err_errno(e, errno, "%s", path);
	enum err_code code = ERR_OK;
	for (struct dirent *d; !code && (d = readdir(dir));) {
		if (d->d_name[0] == '.') continue;
		const char *full = file_join(w->a, path, d->d_name);
		unsigned char type = d->d_type;
		if (type == DT_UNKNOWN) {
			struct stat st;
			if (lstat(full, &st) != 0) continue;
			type = S_ISDIR(st.st_mode) ? DT_DIR : S_ISREG(st.st_mode) ? DT_REG : DT_UNKNOWN;
		}
		if (type == DT_DIR)
			code = walk_dir(w, full, depth + 1, e);
		else if (type == DT_REG && str_ends(str_of(d->d_name), str_of(w->suffix)) && !walk_add(w, full))
			code = err_set(e, ERR_MEMORY, "%s: too many files", path);
	}
	closedir(dir);
	return code;
}

static int by_bytes(const void *a, const void *b) {
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum err_code file_walk(struct arena *a, const char *path, const char *suffix, struct file_list *out, struct err *e) {
	struct walk w = {.a = a, .suffix = suffix};
	enum err_code code = ERR_OK;
	if (file_is_dir(path))
		code = walk_dir(&w, path, 0, e);
	else if (strcmp(path, "-") != 0 && !file_exists(path))
		code = err_errno(e, errno, "%s", path);
	else if (!walk_add(&w, arena_cstr(a, str_of(path))))
		code = ERR_MEMORY;
	if (code) return code;
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "%s: too many files", path);
	if (w.list.n) qsort(w.list.paths, w.list.n, sizeof *w.list.paths, by_bytes);
	*out = w.list;
	return ERR_OK;
}
