#include "import_inside.h"

#include <time.h>

enum { FILE_MAX = 64 << 20, QUEUE = 256, BATCH = 1024, REPORT_CAP = 64 << 20 };

/* ---- one reader ---- */

/* By the first bytes of gzip, Zstandard, bzip2, xz and ZIP. */
static bool is_compressed(struct str bytes) {
	static const struct str marks[] = {S_INIT("\x1f\x8b"), S_INIT("\x28\xb5\x2f\xfd"), S_INIT("BZh"), S_INIT("\xfd" "7zXZ"), S_INIT("PK\x03\x04")};
	for (size_t i = 0; i < lengthof(marks); i++)
		if (str_starts(bytes, marks[i])) return true;
	return false;
}

static enum err_code take_files(struct reader *r, const char *const *paths, size_t n) {
	struct arena *a = r->item->a;
	struct import_file *files = arena_array(a, n, sizeof *files);
	if (!files) return err_set(&r->e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		files[i].path = paths[i];
		enum err_code code = file_read(a, paths[i], FILE_MAX, &files[i].bytes, &r->e);
		/* The message names the path already, and so does the report. */
		if (code) {
			size_t skip = strlen(paths[i]) + 2;
			if (strncmp(r->e.message, paths[i], skip - 2) == 0 && strlen(r->e.message) > skip)
				memmove(r->e.message, r->e.message + skip, strlen(r->e.message + skip) + 1);
			return code;
		}
		if (is_compressed(files[i].bytes)) return err_set(&r->e, ERR_INVALID, "the file is compressed: unpack it first");
	}
	struct drafts drafts = {.a = a};
	enum err_code code = r->im->format->read(files, n, &drafts, &r->e);
	if (!code && arena_failed(a)) code = err_set(&r->e, ERR_TOO_LARGE, "the file is too large");
	struct claimed *claimed = arena_array(a, drafts.parties_n + 1, sizeof *claimed);
	if (!claimed) return err_set(&r->e, ERR_TOO_LARGE, "the file is too large");
	if (code) return code;
	import_claim_in_turn(r, drafts.parties, drafts.parties_n, claimed, n);
	for (size_t i = 0; i < drafts.parties_n; i++) {
		code = import_party(r, drafts.parties[i], claimed[i], paths[0]);
		if (import_fatal(code)) return code;
		if (code) import_reject(r, paths[0], drafts.parties[i]->key, &r->e);
	}
	for (size_t i = 0; i < drafts.n; i++) {
		code = import_record(r, drafts.items[i], paths[0]);
		if (import_fatal(code)) return code;
		if (code) import_reject(r, paths[0], drafts.items[i]->place, &r->e);
	}
	return arena_failed(a) ? err_set(&r->e, ERR_TOO_LARGE, "the file is too large") : ERR_OK;
}

/* Hands the item over; waits while the writer is behind. */
static void hand_over(struct reader *r) {
	struct import *im = r->im;
	pthread_mutex_lock(&im->lock);
	while (im->queued >= QUEUE && !im->stop) pthread_cond_wait(&im->changed, &im->lock);
	*im->last = r->item;
	im->last = &r->item->next;
	im->queued++;
	r->item = NULL;
	if (im->queued == 1 || im->queued == QUEUE / 2) pthread_cond_broadcast(&im->changed);
	pthread_mutex_unlock(&im->lock);
}

static bool next_files(struct import *im, const char *const **paths, size_t *n) {
	pthread_mutex_lock(&im->lock);
	bool any = !im->stop && im->next_file < im->files.n;
	if (any) {
		*paths = &im->files.paths[im->next_file];
		*n = im->format->together ? im->files.n : 1;
		im->next_file += *n;
	}
	pthread_mutex_unlock(&im->lock);
	return any;
}

static struct item *item_new(void) {
	struct item *item = calloc(1, sizeof *item);
	if (item && !(item->a = arena_new(ITEM_CAP))) {
		free(item);
		item = NULL;
	}
	return item;
}

static void item_free(struct item *item) {
	if (!item) return;
	arena_free(item->a);
	free(item);
}

static void read_all(struct reader *r) {
	const char *const *paths;
	size_t n;
	enum err_code code = ERR_OK;
	while (!import_fatal(code) && next_files(r->im, &paths, &n)) {
		r->item = item_new();
		if (!r->item) {
			code = err_set(&r->e, ERR_STORAGE, "out of memory");
			break;
		}
		r->item->files = n;
		r->e = (struct err){0};
		r->file = (size_t)(paths - r->im->files.paths);
		code = take_files(r, paths, n);
		if (!import_fatal(code)) import_claim_in_turn(r, NULL, 0, NULL, n);
		if (code && !import_fatal(code)) {
			/* Nothing of it was handed over: the file is refused as a whole. A cap that was reached leaves room for the words. */
			struct err why = r->e;
			arena_clear(r->item->a);
			r->item->steps = NULL;
			r->item->n = r->item->room = 0;
			import_reject(r, paths[0], STR_EMPTY, &why);
		}
		if (!import_fatal(code)) hand_over(r);
	}
	item_free(r->item);
	struct import *im = r->im;
	pthread_mutex_lock(&im->lock);
	if (import_fatal(code) && !im->code) {
		im->code = code;
		im->err = r->e;
		im->stop = true;
	}
	im->readers--;
	pthread_cond_broadcast(&im->changed);
	pthread_mutex_unlock(&im->lock);
}

static void *reader_main(void *arg) {
	struct reader r = {.im = arg};
	enum err_code code = hub_reader(r.im->hub, &r.db, &r.e);
	if (code) {
		pthread_mutex_lock(&r.im->lock);
		if (!r.im->code) {
			r.im->code = code;
			r.im->err = r.e;
		}
		r.im->stop = true;
		r.im->readers--;
		pthread_cond_broadcast(&r.im->changed);
		pthread_mutex_unlock(&r.im->lock);
		return NULL;
	}
	read_all(&r);
	db_close(r.db);
	return NULL;
}

/* ---- the writer ---- */

static void note_rejection(struct import_report *r, const char *path, const char *reason) {
	r->rejected++;
	if ((r->rejections_n & (r->rejections_n - 1)) == 0) {
		struct rejection *more = arena_array(r->a, r->rejections_n ? r->rejections_n * 2 : 1, sizeof *more);
		if (!more) return;
		if (r->rejections_n) memcpy(more, r->rejections, r->rejections_n * sizeof *more);
		r->rejections = more;
	}
	r->rejections[r->rejections_n++] =
		(struct rejection){arena_cstr(r->a, str_of(path)), arena_cstr(r->a, str_of(reason))};
}

static void count(struct import_report *r, const struct step *s, const struct change_result *result) {
	char words[sizeof result->err.message + sizeof result->err.where + 4];
	if (result && result->code) {
		snprintf(words, sizeof words, "%s%s%s", result->err.where, result->err.where[0] ? ": " : "", result->err.message);
		note_rejection(r, s->path, words);
		return;
	}
	switch (s->outcome) {
	case CREATED: r->created++; break;
	case REVISED: *(result->changed ? &r->updated : &r->unchanged) += 1; break;
	case UNCHANGED: r->unchanged++; break;
	case REJECTED: note_rejection(r, s->path, s->reason); break;
	case PARTY: r->parties += result->changed; break;
	}
}

/* Another process wrote the same record since this one looked: look again, and see what is left to do. */
static enum err_code once_more(struct import *im, struct step *s, struct change_result *result, struct err *e) {
	struct reader r = {.im = im, .item = item_new()};
	const struct draft *draft = s->draft;
	struct sha256 digest = sha256(draft->fetched);
	const char *path = s->path;
	enum err_code code = r.item ? hub_reader(im->hub, &r.db, e) : err_set(e, ERR_MEMORY, "out of memory");
	for (int attempt = 0; !code && result->code && attempt < 3; attempt++) {
		r.item->n = 0;
		*result = (struct change_result){0};
		result->code = import_known(&r, draft, &digest, path);
		result->err = r.e;
		if (result->code) break;
		*s = r.item->steps[0];
		if (s->prepared) code = change_commit(im->hub, &s->prepared, 1, result, e);
		if (result->code != ERR_CONFLICT && result->code != ERR_EXISTS) break;
	}
	*s = (struct step){s->outcome, NULL, path, NULL, NULL};
	db_close(r.db);
	item_free(r.item);
	return code;
}

struct batch {
	struct prepared *prepared[BATCH];
	struct step steps[BATCH];
	size_t n;
};

static enum err_code flush(struct import *im, struct batch *b, struct err *e) {
	static const size_t size = BATCH * sizeof(struct change_result);
	if (b->n == 0) return ERR_OK;
	autofree struct change_result *results = malloc(size);
	if (!results) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = change_commit(im->hub, b->prepared, b->n, results, e);
	for (size_t i = 0; i < b->n && !code; i++) {
		bool lost = results[i].code == ERR_CONFLICT || results[i].code == ERR_EXISTS;
		if (lost && b->steps[i].draft) code = once_more(im, &b->steps[i], &results[i], e);
		if (!code) count(im->report, &b->steps[i], &results[i]);
	}
	b->n = 0;
	return code;
}

/* Writes a list of items: batches go over the borders of items, for few commits. */
static enum err_code write_items(struct import *im, struct item *items, struct err *e) {
	struct batch batch = {.n = 0};
	enum err_code code = ERR_OK;
	for (struct item *item = items; item && !code; item = item->next) {
		for (size_t i = 0; i < item->n && !code; i++) {
			const struct step *s = &item->steps[i];
			if (!s->prepared) {
				count(im->report, s, NULL);
				continue;
			}
			batch.prepared[batch.n] = s->prepared;
			batch.steps[batch.n++] = *s;
			if (batch.n == BATCH) code = flush(im, &batch, e);
		}
	}
	return code ? code : flush(im, &batch, e);
}

static void free_items(struct item *items) {
	while (items) {
		struct item *next = items->next;
		item_free(items);
		items = next;
	}
}

/* Until there is a commit's worth, or what there is has waited a quarter of a second; the lock is held. */
static void wait_for_items(struct import *im) {
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 250000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (im->readers && im->queued < QUEUE / 2) {
		if (!im->first)
			pthread_cond_wait(&im->changed, &im->lock);
		else if (pthread_cond_timedwait(&im->changed, &im->lock, &until) != 0)
			break;
	}
}

static enum err_code write_loop(struct import *im, struct err *e) {
	enum err_code code = ERR_OK;
	for (;;) {
		pthread_mutex_lock(&im->lock);
		wait_for_items(im);
		struct item *items = im->first;
		im->first = NULL;
		im->last = &im->first;
		im->queued = 0;
		pthread_cond_broadcast(&im->changed);
		pthread_mutex_unlock(&im->lock);
		if (!items) return code;
		if (!code) code = write_items(im, items, e);
		for (struct item *i = items; i; i = i->next) im->files_done += i->files;
		free_items(items);
		if (code) {
			pthread_mutex_lock(&im->lock);
			im->stop = true;
			pthread_cond_broadcast(&im->changed);
			pthread_mutex_unlock(&im->lock);
		}
		if (im->options->progress)
			im->options->progress(im->options->arg, (int64_t)im->files_done, (int64_t)im->files.n, im->report);
	}
}

static enum err_code write_later(struct import *im, struct err *e) {
	struct db *db;
	if (!im->later) return ERR_OK;
	enum err_code code = hub_reader(im->hub, &db, e);
	if (code) return code;
	for (struct later *l = im->later; l && !code; l = l->next) {
		struct change_result result;
		autoarena struct arena *a = arena_new(ITEM_CAP);
		if (!a) return db_close(db), err_set(e, ERR_MEMORY, "out of memory");
		if (l->name.n && !import_correct_name(im, db, a, l)) continue;
		code = change_apply(im->hub, db, &l->change, &result, e);
		/* What was merged meanwhile may not allow the move any more; the record itself is in. */
		if (code && !import_fatal(code)) code = ERR_OK;
	}
	db_close(db);
	return code;
}

static enum err_code run_threads(struct import *im, struct err *e) {
	pthread_t threads[64];
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int wanted = im->options->threads ? im->options->threads : (int)processors, started = 0;
	if (wanted > (int)lengthof(threads)) wanted = (int)lengthof(threads);
	if (im->format->together || (size_t)wanted > im->files.n) wanted = im->format->together ? 1 : (int)im->files.n;
	im->readers = wanted;
	for (; started < wanted; started++)
		if (pthread_create(&threads[started], NULL, reader_main, im) != 0) break;
	pthread_mutex_lock(&im->lock);
	im->readers -= wanted - started;
	pthread_mutex_unlock(&im->lock);
	if (!started) return err_set(e, ERR_MEMORY, "no thread could be started");
	enum err_code code = write_loop(im, e);
	for (int i = 0; i < started; i++) pthread_join(threads[i], NULL);
	free_items(im->first);
	if (!code && im->code) {
		code = im->code;
		if (e) *e = im->err;
	}
	return code ? code : write_later(im, e);
}

static enum err_code find_files(struct import *im, struct arena *a, const char *const *paths, size_t n, struct err *e) {
	struct file_list all = {0};
	size_t room = 0, passed_over = 0;
	for (size_t i = 0; i < n; i++) {
		struct file_list some;
		enum err_code code = file_walk(a, paths[i], im->format->suffix, &some, e);
		if (code) return code;
		bool folder = file_is_dir(paths[i]);
		for (size_t j = 0; j < some.n; j++) {
			if (folder && im->format->wants && !im->format->wants(file_name(str_of(some.paths[j])))) {
				passed_over++;
				continue;
			}
			if (all.n == room) {
				room = room ? room * 2 : 256;
				const char **bigger = arena_array(a, room, sizeof *bigger);
				if (!bigger) return err_set(e, ERR_MEMORY, "too many files");
				if (all.n) memcpy(bigger, all.paths, all.n * sizeof *bigger);
				all.paths = bigger;
			}
			all.paths[all.n++] = some.paths[j];
		}
	}
	if (!all.n && passed_over)
		return err_set(e, ERR_NOT_FOUND, "%s: of the files that end in %s there, none is named as those of %s are; name the files themselves",
			paths[0], im->format->suffix, im->format->title);
	if (!all.n) return err_set(e, ERR_NOT_FOUND, "%s: there is no file that ends in %s", paths[0], im->format->suffix);
	im->files = all;
	return ERR_OK;
}

enum err_code import_run(struct hub *h, const struct format *format, const char *const *paths, size_t n,
	const struct import_options *options, struct import_report *out, struct err *e) {
	static const struct import_options none;
	moment began = stopwatch();
	*out = (struct import_report){.a = arena_new(REPORT_CAP)};
	struct import im = {.hub = h, .format = format, .options = options ? options : &none, .report = out,
		.shared = arena_new(ITEM_CAP)};
	if (!out->a || !im.shared) {
		arena_free(im.shared);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	im.claimed.arena = im.ids.arena = im.shared;
	im.last = &im.first;
	im.actor = arena_fmt(out->a, "import:%s", format->name);
	pthread_mutex_init(&im.lock, NULL);
	pthread_cond_init(&im.changed, NULL);
	enum err_code code = find_files(&im, out->a, paths, n, e);
	if (!code) code = run_threads(&im, e);
	pthread_mutex_destroy(&im.lock);
	pthread_cond_destroy(&im.changed);
	arena_free(im.shared);
	out->read = out->created + out->updated + out->unchanged + out->rejected;
	out->seconds = (double)(stopwatch() - began) / SECOND;
	return code;
}

void import_report_free(struct import_report *r) {
	arena_free(r->a);
	r->a = NULL;
}
