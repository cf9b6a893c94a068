#include "manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include "remembered.h"

enum { DEEP = 200, BLOCK = 1 << 20, ITEMS_MOST = 4 << 20 };

struct walk {
	struct arena *a;
	struct sign_manifest *m;
	struct remembered *known;
	size_t room;
	char *block;
};

/* '/' is the smallest character, so a folder's files stay together as they do in a list of parts. */
static int path_order(struct str x, struct str y) {
	for (size_t i = 0; i < x.n && i < y.n; i++) {
		unsigned char p = (unsigned char)x.p[i], q = (unsigned char)y.p[i];
		if (p == q) continue;
		if (p == '/') return -1;
		if (q == '/') return 1;
		return p < q ? -1 : 1;
	}
	return x.n < y.n ? -1 : x.n > y.n;
}

static int by_path(const void *x, const void *y) {
	return path_order(((const struct sign_item *)x)->path, ((const struct sign_item *)y)->path);
}

bool sign_path_ok(struct str path) {
	struct str rest = path, part;
	if (str_is(path, ".")) return true;
	if (!path.n || path.n > 4096 || !str_utf8(path) || path.p[path.n - 1] == '/') return false;
	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] < 32 || path.p[i] == 127) return false;
	while (str_split(&rest, '/', &part))
		if (!part.n || str_is(part, ".") || str_is(part, "..")) return false;
	return true;
}

bool sign_digest_read(struct str hex, struct sha256 *out) {
	if (hex.n != SHA256_HEX - 1) return false;
	for (size_t i = 0; i < hex.n; i++) {
		char c = hex.p[i];
		unsigned v = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
		if (v > 15) return false;
		out->byte[i / 2] = (unsigned char)(i % 2 ? out->byte[i / 2] << 4 | v : v);
	}
	return true;
}

enum err_code sign_manifest_finish(struct sign_manifest *m, struct err *e) {
	if (m->n) qsort(m->items, m->n, sizeof *m->items, by_path);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok = c && EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1;
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < m->n && ok; i++) {
		if (i && str_eq(m->items[i].path, m->items[i - 1].path)) code = err_set(e, ERR_INVALID, "the file \"%.*s\" stands twice", STR_ARG(m->items[i].path));
		ok = EVP_DigestUpdate(c, m->items[i].digest.byte, SHA256_SIZE) == 1;
	}
	ok = ok && EVP_DigestFinal_ex(c, m->root.byte, NULL) == 1;
	EVP_MD_CTX_free(c);
	return ok ? code : err_set(e, ERR_MEMORY, "out of memory");
}

/* ---- a file ---- */

static int64_t nanoseconds(struct timespec t) {
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void stat_to(struct sign_item *item, const struct stat *st) {
	item->device = (uint64_t)st->st_dev;
	item->inode = (uint64_t)st->st_ino;
	item->size = (uint64_t)st->st_size;
	item->modified = nanoseconds(st->st_mtim);
	item->changed = nanoseconds(st->st_ctim);
}

static bool same_file(const struct sign_item *x, const struct sign_item *y) {
	return x->device == y->device && x->inode == y->inode && x->size == y->size && x->modified == y->modified && x->changed == y->changed;
}

static enum err_code hash_fd(struct walk *w, int fd, struct sha256 *out, struct str shown, struct err *e) {
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok = c && EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1;
	enum err_code code = ok ? ERR_OK : err_set(e, ERR_MEMORY, "out of memory");
	while (!code) {
		ssize_t n = read(fd, w->block, BLOCK);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) code = err_errno(e, errno, "reading \"%.*s\"", STR_ARG(shown));
		if (n <= 0) break;
		if (EVP_DigestUpdate(c, w->block, (size_t)n) != 1) code = err_set(e, ERR_INTERNAL, "hashing failed");
	}
	if (!code && EVP_DigestFinal_ex(c, out->byte, NULL) != 1) code = err_set(e, ERR_INTERNAL, "hashing failed");
	EVP_MD_CTX_free(c);
	return code;
}

static enum err_code add_file(struct walk *w, const char *path, struct str relative, struct err *e) {
	struct stat st, after;
	struct sign_item item = {.path = relative}, end = item;
	if (!sign_path_ok(relative)) return err_set(e, ERR_INVALID, "a file has a name that can't be signed (control characters, or no UTF-8)");
	if (w->m->n == ITEMS_MOST) return err_set(e, ERR_TOO_LARGE, "over %d files", ITEMS_MOST);
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (w->m->links ? 0 : O_NOFOLLOW));
	if (fd < 0) return err_errno(e, errno, "opening \"%.*s\"", STR_ARG(relative));
	if (fstat(fd, &st) != 0) return err_errno(e, errno, "\"%.*s\"", STR_ARG(relative));
	if (!S_ISREG(st.st_mode)) return err_set(e, ERR_INVALID, "\"%.*s\" is neither a file nor a folder", STR_ARG(relative));
	stat_to(&item, &st);
	const struct sha256 *known = w->known ? remembered_get(w->known, &item) : NULL;
	if (known) item.digest = *known;
	else {
		enum err_code code = hash_fd(w, fd, &item.digest, relative, e);
		if (code) return code;
		if (fstat(fd, &after) != 0) return err_errno(e, errno, "\"%.*s\"", STR_ARG(relative));
		stat_to(&end, &after);
		if (!same_file(&item, &end)) return err_set(e, ERR_CONFLICT, "\"%.*s\" changed while it was read", STR_ARG(relative));
	}
	if (w->known) remembered_add(w->known, &item);
	if (w->m->n == w->room) {
		w->room = w->room ? w->room * 2 : 64;
		struct sign_item *bigger = arena_array(w->a, w->room, sizeof *bigger);
		if (!bigger) return err_set(e, ERR_MEMORY, "out of memory");
		if (w->m->n) memcpy(bigger, w->m->items, w->m->n * sizeof *bigger);
		w->m->items = bigger;
	}
	w->m->items[w->m->n++] = item;
	return ERR_OK;
}

/* ---- a folder ---- */

static bool is_ignored(const struct sign_manifest *m, struct str path) {
	for (size_t i = 0; i < m->ignore_n; i++) {
		struct str g = m->ignore[i];
		if (g.n && str_starts(path, g) && (path.n == g.n || path.p[g.n] == '/')) return true;
	}
	return false;
}

static enum err_code add_folder(struct walk *w, const char *path, struct str relative, int depth, struct err *e);

static enum err_code add_entry(struct walk *w, const char *path, struct str relative, int depth, struct err *e) {
	struct stat st;
	if (is_ignored(w->m, relative)) return ERR_OK;
	if (lstat(path, &st) != 0) return err_errno(e, errno, "\"%.*s\"", STR_ARG(relative));
	if (S_ISLNK(st.st_mode)) {
		if (!w->m->links) return err_set(e, ERR_INVALID, "\"%.*s\" is a link, which is signed only with --allow-links", STR_ARG(relative));
		if (stat(path, &st) != 0) return err_errno(e, errno, "\"%.*s\"", STR_ARG(relative));
	}
	return S_ISDIR(st.st_mode) ? add_folder(w, path, relative, depth + 1, e) : add_file(w, path, relative, e);
}

static enum err_code add_folder(struct walk *w, const char *path, struct str relative, int depth, struct err *e) {
	if (depth > DEEP) return err_set(e, ERR_TOO_LARGE, "folders are over %d deep inside each other, or a link leads back", DEEP);
	DIR *dir = opendir(path);
	if (!dir) return err_errno(e, errno, "the folder \"%.*s\"", STR_ARG(relative));
	enum err_code code = ERR_OK;
	errno = 0;
	for (struct dirent *d; !code && (d = readdir(dir));) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0) continue;
		struct str name = relative.n ? arena_fmt(w->a, "%.*s/%s", STR_ARG(relative), d->d_name) : arena_str(w->a, str_of(d->d_name));
		code = add_entry(w, file_join(w->a, path, d->d_name), name, depth, e);
	}
	closedir(dir);
	return code;
}

static struct str name_of(struct arena *a, const char *folder) {
	char *whole = realpath(folder, NULL);
	struct str name = whole ? arena_str(a, file_name(str_of(whole))) : STR_EMPTY;
	free(whole);
	return name;
}

enum err_code sign_manifest_make(struct arena *a, const char *folder, const struct str *ignore, size_t ignore_n, bool links, struct remembered *known, struct sign_manifest *out, struct err *e) {
	struct sign_manifest m = {.name = name_of(a, folder), .ignore = ignore, .ignore_n = ignore_n, .links = links};
	struct walk w = {.a = a, .m = &m, .known = known, .block = arena_raw(a, BLOCK)};
	struct stat st;
	if (!w.block) return err_set(e, ERR_MEMORY, "out of memory");
	if (stat(folder, &st) != 0) return err_errno(e, errno, "%s", folder);
	if (!str_utf8(m.name)) return err_set(e, ERR_INVALID, "the folder's name is no UTF-8");
	enum err_code code = S_ISDIR(st.st_mode) ? add_folder(&w, folder, STR_EMPTY, 0, e) : add_file(&w, folder, S("."), e);
	if (!code && !m.n) code = err_set(e, ERR_INVALID, "there is no file to sign in %s", folder);
	if (!code) code = sign_manifest_finish(&m, e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (!code) *out = m;
	return code;
}

enum err_code sign_manifest_unchanged(struct arena *a, const char *folder, const struct sign_manifest *m, struct err *e) {
	for (size_t i = 0; i < m->n; i++) {
		const struct sign_item *was = &m->items[i];
		struct sign_item is = {.path = was->path};
		struct stat st;
		const char *path = str_is(was->path, ".") ? folder : file_join(a, folder, arena_cstr(a, was->path));
		if (stat(path, &st) != 0) return err_errno(e, errno, "\"%.*s\"", STR_ARG(was->path));
		stat_to(&is, &st);
		if (!same_file(was, &is)) return err_set(e, ERR_CONFLICT, "\"%.*s\" changed meanwhile", STR_ARG(was->path));
	}
	return ERR_OK;
}

enum err_code sign_compare(struct arena *a, const struct sign_manifest *was, const struct sign_manifest *is, struct sign_difference **out, size_t *n, struct err *e) {
	struct sign_difference *list = arena_array(a, was->n + is->n + 1, sizeof *list);
	size_t i = 0, k = 0, count = 0;
	if (!list) return err_set(e, ERR_MEMORY, "out of memory");
	while (i < was->n || k < is->n) {
		int order = i == was->n ? 1 : k == is->n ? -1 : path_order(was->items[i].path, is->items[k].path);
		if (order < 0) list[count++] = (struct sign_difference){SIGN_MISSING, was->items[i++].path};
		else if (order > 0) list[count++] = (struct sign_difference){SIGN_ADDED, is->items[k++].path};
		else {
			if (memcmp(was->items[i].digest.byte, is->items[k].digest.byte, SHA256_SIZE) != 0) list[count++] = (struct sign_difference){SIGN_CHANGED, was->items[i].path};
			i++;
			k++;
		}
	}
	*out = list;
	*n = count;
	return ERR_OK;
}
