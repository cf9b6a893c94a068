#include "table.h"

#include <pthread.h>
#include <stdatomic.h>

#include "hub/tables_builtin.h"

enum { TABLES_CAP = 64 << 20, TABLES_MOST = 200 };

struct one {
	const struct decide_table *table;
	bool builtin;
	struct str file;
};

struct tables {
	struct arena *arena;
	struct one *items;
	size_t n;
	const char *folder;  /* with tables of the hub's own; NULL none */
	atomic_bool ready;   /* items are read, and stay as they are */
	pthread_mutex_t lock;
};

struct loader {
	struct arena *a;
	struct one *items;
	size_t n;
	struct err *e;
};

/* "FILE, PLACE: reason", as for kinds. */
static enum err_code name_place(struct loader *l, struct str file) {
	char where[sizeof l->e->where];
	if (!l->e) return ERR_INVALID;
	memcpy(where, l->e->where, sizeof where);
	err_prefix(l->e, "%.*s%s%s", STR_ARG(file), where[0] ? ", " : "", where);
	l->e->where[0] = 0;
	return l->e->code;
}

/* Questions become parameters of pages and of the API, beside these. */
static enum err_code check_names(const struct decide_table *t, struct err *e) {
	static const char *const taken[] = {"csrf", "do", "done", "id", "note", "table", "vector", "version"};
	for (size_t i = 0; i < t->points_n; i++)
		for (size_t j = 0; j < lengthof(taken); j++)
			if (str_is(t->points[i].name, taken[j])) {
				err_set(e, ERR_INVALID, "no point can be called \"%s\"", taken[j]);
				err_where(e, "/points/%zu/name", i);
				return ERR_INVALID;
			}
	return ERR_OK;
}

static enum err_code read_one(struct loader *l, struct str file, struct str bytes, bool builtin) {
	const struct decide_table *t = NULL;
	enum err_code code = decide_load(l->a, bytes, &t, l->e);
	struct str name = file_name(file);
	if (!code && !str_eq(t->name, str_sub(name, 0, name.n - strlen(".json"))))
		code = err_set(l->e, ERR_INVALID, "table: expected the name of the file without .json");
	if (!code) code = check_names(t, l->e);
	if (code) return name_place(l, file), code;
	size_t i = 0;
	while (i < l->n && !str_eq(l->items[i].table->name, t->name)) i++;
	if (i == l->n && l->n == TABLES_MOST) return err_set(l->e, ERR_TOO_LARGE, "%.*s: more than %d tables", STR_ARG(file), TABLES_MOST);
	if (i == l->n) l->n++;
	l->items[i] = (struct one){t, builtin, file};
	return ERR_OK;
}

static enum err_code read_folder(struct loader *l, const char *folder) {
	struct file_list files;
	enum err_code code = file_walk(l->a, folder, ".json", &files, l->e);
	for (size_t i = 0; !code && i < files.n; i++) {
		struct str text;
		code = file_read(l->a, files.paths[i], DECIDE_BYTES, &text, l->e);
		if (!code) code = read_one(l, str_of(files.paths[i]), text, false);
	}
	return code;
}

static int by_name(const void *x, const void *y) {
	return str_cmp(((const struct one *)x)->table->name, ((const struct one *)y)->table->name);
}

static const struct decide_table *named(const struct loader *l, struct str name) {
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->items[i].table->name, name)) return l->items[i].table;
	return NULL;
}

/* A point that another table works out has that table's outcomes. */
static enum err_code check_parts(struct loader *l, const struct one *one) {
	for (size_t i = 0; i < one->table->points_n; i++) {
		const struct decide_point *p = &one->table->points[i];
		const struct decide_table *by = p->table.n ? named(l, p->table) : NULL;
		if (!by) continue;
		bool same = by->outcome.n == p->n;
		for (size_t v = 0; same && v < p->n; v++) same = str_eq(by->outcome.values[v].name, p->values[v].name);
		if (!same)
			return err_set(l->e, ERR_INVALID, "%.*s, /points/%zu: its values are not the outcomes of the table \"%.*s\"", STR_ARG(one->file), i,
				STR_ARG(by->name));
	}
	return ERR_OK;
}

static enum err_code read_all(struct tables *t, struct err *e) {
	struct loader l = {.a = t->arena, .items = arena_array(t->arena, TABLES_MOST, sizeof *l.items), .e = e};
	if (!l.items) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < tables_builtin_n && !code; i++) code = read_one(&l, tables_builtin[i].name, tables_builtin[i].bytes, true);
	if (!code && t->folder) code = read_folder(&l, t->folder);
	if (!code) qsort(l.items, l.n, sizeof *l.items, by_name);
	for (size_t i = 0; i < l.n && !code; i++) code = check_parts(&l, &l.items[i]);
	if (!code && arena_failed(t->arena)) code = err_set(e, ERR_MEMORY, "the tables are too large");
	if (code) return code;
	t->items = l.items;
	t->n = l.n;
	atomic_store_explicit(&t->ready, true, memory_order_release);
	return ERR_OK;
}

enum err_code tables_load(struct tables **out, const char *folder, struct err *e) {
	struct arena *a = arena_new(TABLES_CAP);
	struct tables *t = a ? arena_new_of(a, struct tables) : NULL;
	if (!t || pthread_mutex_init(&t->lock, NULL) != 0) {
		arena_free(a);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	t->arena = a;
	struct file_list files = {0};
	enum err_code code = folder && file_is_dir(folder) ? file_walk(a, folder, ".json", &files, e) : ERR_OK;
	if (files.n) t->folder = arena_cstr(a, str_of(folder));
	if (!code && files.n) code = read_all(t, e);
	if (code) tables_free(t);
	else *out = t;
	return code;
}

void tables_free(struct tables *t) {
	if (!t) return;
	pthread_mutex_destroy(&t->lock);
	arena_free(t->arena);
}

/* What is built in can be read, or a test fails; but for want of memory, and then there are none. */
static size_t ready(struct tables *t) {
	if (!atomic_load_explicit(&t->ready, memory_order_acquire)) {
		pthread_mutex_lock(&t->lock);
		enum err_code code = atomic_load_explicit(&t->ready, memory_order_acquire) ? ERR_OK : read_all(t, NULL);
		pthread_mutex_unlock(&t->lock);
		if (code) return 0;
	}
	return t->n;
}

size_t tables_n(struct tables *t) { return ready(t); }

const struct decide_table *tables_at(struct tables *t, size_t i) { return i < ready(t) ? t->items[i].table : NULL; }

const struct decide_table *table_find(struct tables *t, struct str name) {
	for (size_t i = 0; i < ready(t); i++)
		if (str_eq(t->items[i].table->name, name)) return t->items[i].table;
	return NULL;
}

bool table_is_builtin(struct tables *t, const struct decide_table *one) {
	for (size_t i = 0; i < ready(t); i++)
		if (t->items[i].table == one) return t->items[i].builtin;
	return false;
}

bool table_is_for(const struct decide_table *t, struct str kind) {
	for (size_t i = 0; i < t->kinds_n; i++)
		if (str_eq(t->kinds[i], kind)) return true;
	return false;
}
