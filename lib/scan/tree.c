#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "inside.h"

enum { DEEP = 200, JOBS_MOST = 64 };
#define RESULTS ((size_t)2 << 30)

struct walk {
	struct arena *a;
	struct scan_entry *entries;
	size_t n, room;
};

/* Paths are bytes; what isn't UTF-8 is shown with '?'. */
static struct str shown_path(struct arena *a, struct str path) {
	char *to = arena_raw(a, path.n + 1);
	if (!to) return STR_EMPTY;
	bool good = str_utf8(path);
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];
		to[i] = c < 32 || c == 127 || (!good && c >= 128) ? '?' : (char)c;
	}
	return str_n(to, path.n);
}

static enum err_code add(struct walk *w, const char *path, struct str shown, bool folder_link, struct err *e) {
	if (w->n == w->room) {
		size_t room = w->room ? w->room * 2 : 64;
		struct scan_entry *bigger = arena_array(w->a, room, sizeof *bigger);
		if (!bigger) return err_set(e, ERR_MEMORY, "out of memory");
		if (w->n) memcpy(bigger, w->entries, w->n * sizeof *bigger);
		w->entries = bigger;
		w->room = room;
	}
	w->entries[w->n++] = (struct scan_entry){.path = path, .shown = shown_path(w->a, shown), .folder_link = folder_link};
	return arena_failed(w->a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

static enum err_code folder(struct walk *w, const char *path, struct str shown, int depth, struct err *e);

/* Where a link leads, by its words: `depth` folders below the one that was given. */
static void note_link(struct scan_entry *entry, int depth) {
	char target[4096];
	ssize_t n = readlink(entry->path, target, sizeof target);
	struct str rest = str_n(target, n > 0 ? (size_t)n : 0), part;
	entry->absolute = rest.n && rest.p[0] == '/';
	while (rest.n && str_split(&rest, '/', &part)) {
		if (str_is(part, "..")) depth--;
		else if (part.n && !str_is(part, ".")) depth++;
		entry->leaves |= depth < 0;
	}
}

static enum err_code below(struct walk *w, const char *path, struct str shown, unsigned char type, int depth, struct err *e) {
	struct stat st;
	if (type == DT_UNKNOWN) type = lstat(path, &st) != 0 ? DT_REG : S_ISDIR(st.st_mode) ? DT_DIR : S_ISLNK(st.st_mode) ? DT_LNK : DT_REG;
	if (type == DT_DIR) return folder(w, path, shown, depth + 1, e);
	enum err_code code = add(w, path, shown, type == DT_LNK && stat(path, &st) == 0 && S_ISDIR(st.st_mode), e);
	if (!code && type == DT_LNK) note_link(&w->entries[w->n - 1], depth);
	return code;
}

static enum err_code folder(struct walk *w, const char *path, struct str shown, int depth, struct err *e) {
	DIR *dir = depth < DEEP ? opendir(path) : NULL;
	if (!dir) return add(w, path, shown, false, e); /* scan_path says why it can't be read */
	enum err_code code = ERR_OK;
	for (struct dirent *d; !code && (d = readdir(dir));) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0) continue;
		struct str name = str_of(d->d_name);
		struct str inner = shown.n ? arena_fmt(w->a, "%.*s/%.*s", STR_ARG(shown), STR_ARG(name)) : arena_str(w->a, name);
		code = below(w, file_join(w->a, path, d->d_name), inner, d->d_type, depth, e);
	}
	closedir(dir);
	return code;
}

static int by_shown(const void *x, const void *y) {
	const struct scan_entry *a = x, *b = y;
	int order = str_cmp(a->shown, b->shown);
	return order ? order : strcmp(a->path, b->path);
}

/* "./a/" is shown as "a", "/x/y" as "y", "." as nothing before what is in it. */
static struct str shown_root(const char *path) {
	struct str s = str_of(path);
	while (str_starts(s, S("./"))) s = str_from(s, 2);
	while (s.n > 1 && s.p[s.n - 1] == '/') s.n--;
	if (str_is(s, ".")) return STR_EMPTY;
	return s.n && (s.p[0] == '/' || str_starts(s, S(".."))) ? file_name(s) : s;
}

enum err_code scan_tree(struct arena *a, const char *const *paths, size_t n, struct scan_tree *out, struct err *e) {
	struct walk w = {.a = a};
	for (size_t i = 0; i < n; i++) {
		struct stat st;
		enum err_code code;
		if (strcmp(paths[i], "-") == 0) code = add(&w, "-", S("-"), false, e);
		else if (stat(paths[i], &st) != 0) code = lstat(paths[i], &st) == 0 ? add(&w, paths[i], shown_root(paths[i]), false, e) : err_errno(e, errno, "%s", paths[i]);
		else if (S_ISDIR(st.st_mode)) code = folder(&w, paths[i], shown_root(paths[i]), 0, e);
		else code = add(&w, paths[i], shown_root(paths[i]), false, e);
		if (code) return code;
	}
	if (w.n) qsort(w.entries, w.n, sizeof *w.entries, by_shown);
	size_t kept = 0;
	for (size_t i = 0; i < w.n; i++)
		if (!kept || by_shown(&w.entries[i], &w.entries[kept - 1]) != 0) w.entries[kept++] = w.entries[i];
	*out = (struct scan_tree){w.entries, kept};
	return ERR_OK;
}

/* ---- scanning them ---- */

struct pool {
	const struct scan_options *options;
	const struct scan_tree *tree;
	struct scan_file *files;
	const struct scan_progress *progress;
	atomic_size_t next, done;
	pthread_mutex_t lock; /* of progress and error */
	enum err_code code;
	struct err err;
};
struct worker {
	struct pool *pool;
	struct arena *a;
	pthread_t thread;
	bool running;
};

static enum err_code scan_entry(struct worker *w, size_t i, struct err *e) {
	const struct scan_entry *entry = &w->pool->tree->entries[i];
	struct scan_file *file = &w->pool->files[i];
	enum err_code code = scan_path(w->a, w->pool->options, entry->path, file, e);
	if (code) return code;
	if (entry->absolute && !entry->folder_link) code = scan_add(w->a, file, RULE_LINK, "it is a link to an absolute path", e);
	else if (entry->leaves && !entry->folder_link) code = scan_add(w->a, file, RULE_LINK_OUTSIDE, "it is a link that leads out of the folder", e);
	if (code) return code;
	if (entry->folder_link) file->findings[0].message = S("it is a link to a folder, which is not followed");
	file->path = entry->shown;
	return ERR_OK;
}

static void *work(void *p) {
	struct worker *w = p;
	struct pool *pool = w->pool;
	for (size_t i; (i = atomic_fetch_add(&pool->next, 1)) < pool->tree->n;) {
		struct err e = {0};
		enum err_code code = scan_entry(w, i, &e);
		size_t done = atomic_fetch_add(&pool->done, 1) + 1;
		if (!code && !pool->progress) continue;
		pthread_mutex_lock(&pool->lock);
		if (code && !pool->code) {
			pool->code = code;
			pool->err = e;
			atomic_store(&pool->next, pool->tree->n);
		}
		if (pool->progress) pool->progress->fn(pool->progress->context, done, pool->tree->n);
		pthread_mutex_unlock(&pool->lock);
	}
	return NULL;
}

/* ---- files that others refer to ---- */

enum { FILL_MOST = 64 << 10 }; /* bytes between two tensors, which are aligned */

static struct str folder_of(struct str path) {
	size_t slash = str_rfind_char(path, '/');
	return slash == STR_NONE ? STR_EMPTY : str_sub(path, 0, slash + 1);
}

/* The path of what is referred to from the file at `path`. */
static struct str target_of(struct arena *a, struct str path, struct str name) {
	if (!str_starts(name, S("*"))) return arena_cat(a, folder_of(path), name);
	size_t dot = str_rfind_char(path, '.');
	return arena_cat(a, str_sub(path, 0, dot), str_from(name, 1));
}

static int by_place(const void *x, const void *y) {
	const struct scan_reference *a = x, *b = y;
	int order = str_cmp(a->name, b->name);
	return order ? order : a->from < b->from ? -1 : a->from > b->from;
}

/* What the file itself is: a link or something else than a file could be anything by the time that it is read; *size is UINT64_MAX where there is none. */
static bool is_plain_file(const char *path, uint64_t *size) {
	struct stat st;
	*size = UINT64_MAX;
	if (lstat(path, &st) != 0) return true;
	*size = (uint64_t)st.st_size;
	return S_ISREG(st.st_mode) && st.st_nlink == 1;
}

/* A file of no known format is data when all of it is what another file says that its tensors are. */
static void settle_target(struct scan_file *target, bool covered) {
	bool unknown = target->findings_n == 1 && target->findings[0].rule == &scan_rule_table[RULE_UNKNOWN];
	if (!covered || !unknown) return;
	target->format = "data of a model";
	target->verdict = SCAN_PASS;
	target->findings_n = 0;
	target->opaque = target->size;
	target->unaccounted = 0;
}

static struct scan_file *file_of(struct pool *pool, struct str shown) {
	size_t low = 0, high = pool->tree->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(pool->tree->entries[middle].shown, shown);
		if (!order) return &pool->files[middle];
		if (order < 0) low = middle + 1;
		else high = middle;
	}
	return NULL;
}

/* The references of file i to one other file: r[0] to r[n - 1], in their order. */
static enum err_code settle_one(struct pool *pool, struct arena *a, size_t i, const struct scan_reference *r, size_t n, struct err *e) {
	const struct scan_entry *entry = &pool->tree->entries[i];
	uint64_t size, done = 0;
	const char *path = arena_cstr(a, target_of(a, str_of(entry->path), r->name));
	if (!is_plain_file(path, &size)) return scan_add(a, &pool->files[i], RULE_OUTSIDE_DATA, "data lie in a link, a file with several names, or no file", e);
	if (size == UINT64_MAX) return ERR_OK;
	bool covered = true;
	for (size_t k = 0; k < n; k++) {
		uint64_t end = r[k].n == UINT64_MAX ? size : r[k].from + r[k].n;
		if (r[k].from > size || end < r[k].from || end > size) return scan_add(a, &pool->files[i], RULE_OUTSIDE_DATA, "data lie beyond the end of their file", e);
		covered &= r[k].from <= done + FILL_MOST;
		if (end > done) done = end;
	}
	struct scan_file *target = file_of(pool, target_of(a, entry->shown, r->name));
	if (target) settle_target(target, covered && size <= done + FILL_MOST);
	return ERR_OK;
}

static enum err_code settle(struct pool *pool, struct arena *a, struct err *e) {
	for (size_t i = 0; i < pool->tree->n; i++) {
		struct scan_file *f = &pool->files[i];
		if (!f->references_n || strcmp(pool->tree->entries[i].path, "-") == 0) continue;
		qsort(f->references, f->references_n, sizeof *f->references, by_place);
		for (size_t from = 0, to; from < f->references_n; from = to) {
			for (to = from + 1; to < f->references_n && str_eq(f->references[from].name, f->references[to].name); to++) {}
			enum err_code code = settle_one(pool, a, i, f->references + from, to - from, e);
			if (code) return code;
		}
	}
	return ERR_OK;
}

static void free_arena(void *p) {
	arena_free(p);
}

enum err_code scan_all(struct arena *a, const struct scan_options *o, const struct scan_tree *tree, unsigned jobs, const struct scan_progress *progress, struct scan_file **files,
	struct err *e) {
	struct worker workers[JOBS_MOST] = {0};
	struct pool pool = {.options = o, .tree = tree, .progress = progress, .lock = PTHREAD_MUTEX_INITIALIZER};
	pool.files = arena_array(a, tree->n + 1, sizeof *pool.files);
	if (!pool.files) return err_set(e, ERR_MEMORY, "out of memory");
	if (jobs > JOBS_MOST) jobs = JOBS_MOST;
	if (jobs > tree->n) jobs = (unsigned)tree->n;
	for (unsigned i = 0; i < jobs; i++) {
		workers[i] = (struct worker){.pool = &pool, .a = arena_new(RESULTS)};
		if (!workers[i].a || !arena_defer(a, free_arena, workers[i].a)) return err_set(e, ERR_MEMORY, "out of memory");
	}
	/* The first worker is this thread; a thread that can't be had is no reason to fail. */
	for (unsigned i = 1; i < jobs; i++) workers[i].running = pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0;
	if (jobs) work(&workers[0]);
	for (unsigned i = 1; i < jobs; i++)
		if (workers[i].running) pthread_join(workers[i].thread, NULL);
	pthread_mutex_destroy(&pool.lock);
	if (pool.code && e) *e = pool.err;
	if (pool.code) return pool.code;
	*files = pool.files;
	return settle(&pool, a, e);
}
