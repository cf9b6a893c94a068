#include "hub/follow/view.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/copied.h"
#include "hub/follow/inside.h"
#include "lib/tlog/verify.h"

enum { VIEW_CAP = 64 << 20 };

const char *view_mirror(struct arena *a, const struct hub *h) {
	return file_join(a, h->dir, "..");
}

/* ---- the mirror ---- */

static enum err_code verify(struct mirror_folder *f, struct err *e) {
	struct tlog_key key;
	struct tlog_policy policy = {.origin = f->origin, .log_keys = &key, .log_keys_n = 1};
	struct tlog_log log = {.reader = tlog_folder_reader(&f->log), .entries = true, .policy = &policy, .checkpoints = &f->checkpoint, .checkpoints_n = 1};
	struct tlog_verified done;
	enum err_code code = tlog_key_parse(f->signed_by, &key, e);
	return code || !f->checkpoint.head.size ? code : tlog_verify_log(&log, &done, e);
}

/* When it last asked the hub: the file is written with each run. */
static moment asked(struct arena *a, const char *dir) {
	struct stat s;
	return stat(file_join(a, dir, "mirror.json"), &s) == 0 ? (moment)s.st_mtim.tv_sec * SECOND + s.st_mtim.tv_nsec / 1000 : 0;
}

/* ---- the view ---- */

static enum err_code make(const char *view, const struct mirror_folder *f, struct err *e) {
	struct hub_settings s = {.name = copied_hub(f->origin), .prefix = S("COPY")};
	if (file_exists(view)) mirror_remove(view);
	return hub_init(view, &s, e);
}

static enum err_code row_of(const struct hub *h, struct db *db, struct arena *a, struct followed *out, struct err *e) {
	struct followed *list;
	size_t n;
	enum err_code code = follow_list(h, db, a, &list, &n, e);
	if (!code && n != 1) code = err_set(e, ERR_NOT_FOUND, "the view is of nothing yet");
	if (!code) *out = list[0];
	return code;
}

/* Of this log, and not further than it. */
static bool fits(const struct hub *h, struct arena *a, const struct mirror_folder *f) {
	struct followed row;
	struct db *db;
	if (hub_reader(h, &db, NULL)) return false;
	bool right = !row_of(h, db, a, &row, NULL) && str_eq(row.origin, f->origin) && mirror_knows(f, row.key) && row.leaf <= (int64_t)f->said;
	db_close(db);
	return right;
}

static enum err_code begin(struct hub *h, struct arena *a, const struct mirror_folder *f, struct err *e) {
	struct str url = f->url;
	struct db *db;
	int64_t peer;
	while (url.n && url.p[url.n - 1] == '/') url.n--;
	struct followed row = {.origin = f->origin, .key = f->key, .name = copied_hub(f->origin), .url = url, .folder = S("..")};
	enum err_code code = hub_reader(h, &db, e);
	if (code) return code;
	code = follow_put(h, db, a, &row, &peer, e);
	db_close(db);
	return code;
}

static enum err_code refresh(struct hub *h, const char *dir, struct err *e) {
	struct db *db;
	bool broken;
	(void)dir;
	enum err_code code = hub_reader(h, &db, e);
	if (code) return code;
	code = view_refresh(h, db, &broken, e);
	db_close(db);
	return code;
}

enum err_code view_open(const char *dir, struct hub **out, struct err *e) {
	autoarena struct arena *a = arena_new(VIEW_CAP);
	struct mirror_folder f;
	struct hub *h = NULL;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	const char *view = file_join(a, dir, "view");
	enum err_code code = mirror_open(a, dir, &f, e);
	if (!code && !copied_hub_fits(f.origin)) code = err_set(e, ERR_INVALID, "the log calls itself something that can't stand before names of records");
	if (code) return code;
	bool there = file_exists(file_join(a, view, "polder.conf")) && !hub_open(&h, view, e);
	if (there && !fits(h, a, &f)) hub_close(h), there = false;
	if (!there) {
		h = NULL;
		code = make(view, &f, e);
		if (!code) code = hub_open(&h, view, e);
		if (!code) code = begin(h, a, &f, e);
	}
	if (!code) code = refresh(h, dir, e);
	if (code) hub_close(h);
	else *out = h;
	return code;
}

/* ---- bringing it up to date ---- */

static bool of_mirror(enum err_code code) {
	return code == ERR_CORRUPT || code == ERR_FORBIDDEN || code == ERR_INVALID || code == ERR_NOT_FOUND;
}

static enum err_code take(struct hub *h, struct db *db, struct arena *a, struct followed *row, const char *dir, bool *broken, struct err *e) {
	struct follow_report report = {0};
	struct take_request t = {.peer = row->peer, .leaf = row->leaf, .as_is = true};
	int64_t first = INT64_MAX;
	enum err_code code = mirror_open(a, dir, &t.folder, e);
	if (!code && (!str_eq(t.folder.origin, row->origin) || !mirror_knows(&t.folder, row->key)))
		code = err_set(e, ERR_CORRUPT, "the mirror is of another log now: %.*s", STR_ARG(t.folder.origin));
	if (!code && (int64_t)t.folder.said < row->leaf) code = err_set(e, ERR_CORRUPT, "the mirror's log is shorter than it was");
	if (!code) code = verify(&t.folder, e);
	*broken = of_mirror(code);
	if (!code) code = follow_first_kept_out(db, row->peer, false, &first, e);
	if (first < t.leaf) t.leaf = first;
	if (!code) code = follow_take(h, db, &t, &report, e);
	*broken |= code == ERR_CORRUPT;
	if (code) return code;
	row->size = (int64_t)t.folder.checkpoint.head.size;
	row->key = t.folder.key;
	return ERR_OK;
}

enum err_code view_refresh(struct hub *h, struct db *db, bool *broken, struct err *e) {
	autoarena struct arena *a = arena_new(VIEW_CAP);
	autofd int locked = -1;
	struct followed row;
	*broken = false;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	const char *dir = view_mirror(a, h);
	moment at = asked(a, dir);
	locked = open(file_join(a, h->dir, ".lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (locked < 0) return err_errno(e, errno, "%s/.lock", h->dir);
	if (flock(locked, LOCK_EX) != 0) return err_errno(e, errno, "%s/.lock", h->dir);
	enum err_code code = row_of(h, db, a, &row, e);
	if (code || (row.looked_at == at && row.size)) return code;
	code = take(h, db, a, &row, dir, broken, e);
	row.looked_at = at;
	row.failed = STR_EMPTY;
	return code ? code : follow_put_result(h, &row, STR_EMPTY, e);
}

enum err_code view_state(const struct hub *h, struct db *db, struct arena *a, struct view_state *out, struct err *e) {
	struct followed row;
	enum err_code code = row_of(h, db, a, &row, e);
	if (code) return code;
	bool link = str_starts(row.url, S("https://")) || str_starts(row.url, S("http://"));
	*out = (struct view_state){.hub = copied_hub(row.origin), .origin = row.origin, .key = row.key, .url = link ? row.url : STR_EMPTY, .size = row.size,
		.records = row.records, .kept_out = row.kept_out, .as_of = row.looked_at};
	return ERR_OK;
}
