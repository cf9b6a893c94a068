#include "hub/follow/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "hub/copied.h"
#include "hub/follow/inside.h"
#include "hub/ledger/ledger.h"
#include "hub/peer/peer.h"

enum { DOUBLINGS = 6, FOLDER = 100 };
#define LONGEST DAY
#define LEASE (2 * HOUR)

/* ---- folders ---- */

/* Letters that mean nothing to a file system, and a digest, since two names may be one without the rest. */
static const char *folder_of(const struct hub *h, struct arena *a, struct str origin) {
	char hex[SHA256_HEX];
	struct sha256 digest = sha256(origin);
	struct str name = str_cut_utf8(copied_hub(origin), FOLDER);
	char *to = arena_alloc(a, name.n + 1);
	for (size_t i = 0; to && i < name.n; i++) {
		char c = name.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || (c == '.' && i > 0);
		to[i] = plain ? c : '_';
	}
	return arena_fmt(a, "%s/peers/%.*s-%.8s", h->dir, (int)name.n, to ? to : "", sha256_hex(&digest, hex).p).p;
}

/* One at a time, whatever the process. */
static enum err_code lock(struct arena *a, const char *folder, int *out, struct err *e) {
	const char *path = file_join(a, folder, ".lock");
	enum err_code code = file_make_dir(folder, e);
	if (code) return code;
	*out = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (*out < 0) return err_errno(e, errno, "%s", path);
	if (flock(*out, LOCK_EX | LOCK_NB) == 0) return ERR_OK;
	return errno == EWOULDBLOCK ? err_set(e, ERR_BUSY, "this hub is being copied at this moment") : err_errno(e, errno, "%s", path);
}

/* ---- one run ---- */

static enum err_code take_over(struct hub *h, struct db *db, struct arena *a, const struct followed *f, bool again, const atomic_bool *cancelled,
	struct follow_report *report, struct err *e) {
	struct take_request t = {.peer = f->peer, .leaf = f->leaf, .cancelled = cancelled};
	int64_t first = INT64_MAX;
	enum err_code code = mirror_open(a, arena_cstr(a, f->folder), &t.folder, e);
	if (!code && !mirror_knows(&t.folder, f->key))
		code = err_set(e, ERR_FORBIDDEN, "the directory lists it by a key that its log, as it was copied, never named: `polder hubs`");
	if (!code) code = follow_first_kept_out(db, f->peer, again, &first, e);
	if (first < t.leaf) t.leaf = first;
	return code ? code : follow_take(h, db, &t, report, e);
}

static enum err_code copy(struct hub *h, struct db *db, struct arena *a, const struct followed *f, bool again, const atomic_bool *cancelled,
	struct follow_report *report, struct err *e) {
	/* A copy that is there knows its key, and those that took its place since. */
	const char *folder = arena_cstr(a, f->folder);
	bool there = file_exists(file_join(a, folder, "mirror.json"));
	struct mirror_request r = {.url = f->url, .dir = folder, .key = there ? STR_EMPTY : f->key, .allow_http = true, .cancelled = cancelled};
	enum err_code code = mirror_run(a, &r, &report->mirror, e);
	if (code || report->mirror.forked) return code;
	return take_over(h, db, a, f, again, cancelled, report, e);
}

/* A tenth more or less, so that those who began together do not go on together. */
static moment jittered(moment span) {
	uint32_t random;
	random_bytes(&random, sizeof random);
	return span - span / 10 + (moment)((uint64_t)(span / 5) * random / UINT32_MAX);
}

static moment wait_for(const struct hub *h, int64_t failures) {
	moment span = h->follow.interval << (failures < DOUBLINGS ? failures : DOUBLINGS);
	return jittered(span < LONGEST || h->follow.interval > LONGEST ? span : LONGEST);
}

static void note_result(const struct hub *h, struct arena *a, struct followed *f, enum err_code code, const struct follow_report *report, const struct err *why) {
	moment at = now();
	f->failed = code ? arena_str(a, str_of(why->message)) : STR_EMPTY;
	f->failures = code ? f->failures + 1 : 0;
	if (!code || report->mirror.size) f->size = (int64_t)report->mirror.size;
	if (!code && report->mirror.forked) {
		f->forked = at;
		f->evidence = arena_str(a, report->mirror.evidence);
		f->failed = S("it showed two histories");
		f->size = (int64_t)report->mirror.old_size;
	} else if (!code) {
		f->forked = 0;
		f->evidence = STR_EMPTY;
	}
	if (!code) f->looked_at = at;
	f->next = at + wait_for(h, f->failures);
}

enum err_code follow_run(struct hub *h, struct db *db, struct arena *a, const struct followed *f, bool again, const atomic_bool *cancelled, struct follow_report *report,
	struct err *e) {
	struct followed row = *f;
	struct err why = {0};
	*report = (struct follow_report){0};
	autofd int locked = -1;
	enum err_code code = lock(a, arena_cstr(a, f->folder), &locked, e);
	if (code) return code; /* whoever is at it says how it went */
	report->began = true;
	if (again) code = change_mark_own(h, &why);
	if (!code) code = copy(h, db, a, f, again, cancelled, report, &why);
	if (code == ERR_CANCELLED) row.next = 0;
	else note_result(h, a, &row, code, report, &why);
	struct str seen = STR_EMPTY;
	/* The copy goes on under the key that the log leads to; the directory has another only when somebody says so (`polder hubs key`). */
	if (!code && !row.failed.n && str_eq(report->mirror.key, f->key) && file_read(a, file_join(a, f->folder.p, "log/checkpoint"), TLOG_NOTE_BYTES, &seen, NULL)) seen = STR_EMPTY;
	enum err_code put = follow_put_result(h, &row, seen, code ? NULL : e);
	return code ? err_set(e, code, "%s", why.message) : put;
}

/* ---- beginning ---- */

static struct str without_slash(struct str url) {
	while (url.n && url.p[url.n - 1] == '/') url.n--;
	return url;
}

/* A log may call itself what it likes; it may stand before names here when its address is what it says, or somebody vouches for its key. */
static enum err_code check_name(const struct hub *h, struct db *db, struct arena *a, struct str origin, struct str url, bool vouched, struct err *e) {
	struct str own, hub = copied_hub(origin), rest = str_from(url, str_find(url, S("://")) == STR_NONE ? 0 : str_find(url, S("://")) + 3);
	struct followed *list;
	size_t n = 0;
	if (!copied_hub_fits(origin))
		return err_set(e, ERR_INVALID, "the log calls itself \"%.*s\", which can't stand before names of records", STR_ARG(str_cut_utf8(origin, 100)));
	bool says_address = str_eq(rest, hub) || (str_starts(rest, hub) && rest.n > hub.n && rest.p[hub.n] == '/');
	if (!vouched && !says_address)
		return err_set(e, ERR_FORBIDDEN, "the log at %.*s calls itself %.*s: if that is right, give its key with --key", STR_ARG(url), STR_ARG(origin));
	enum err_code code = ledger_origin(h, db, a, &own, e);
	if (!code && str_eq(copied_hub(own), hub)) return err_set(e, ERR_INVALID, "%.*s is this hub itself", STR_ARG(hub));
	if (!code) code = follow_list(h, db, a, &list, &n, e);
	for (size_t i = 0; i < n && !code; i++)
		if (!str_eq(list[i].origin, origin) && str_eq(copied_hub(list[i].origin), hub))
			code = err_set(e, ERR_EXISTS, "another hub is called %.*s: %.*s", STR_ARG(hub), STR_ARG(list[i].origin));
	return code;
}

/* The first copy of a log whose name nobody knows yet stands beside the others until it has one. */
static enum err_code first_copy(struct hub *h, struct arena *a, struct str url, struct str key, const atomic_bool *cancelled, struct mirror_result *done, const char **folder,
	struct err *e) {
	char hex[SHA256_HEX];
	struct sha256 digest = sha256(url);
	*folder = arena_fmt(a, "%s/peers/.%.16s", h->dir, sha256_hex(&digest, hex).p).p;
	struct mirror_request r = {.url = url, .dir = *folder, .key = key, .allow_http = true, .cancelled = cancelled};
	return mirror_run(a, &r, done, e);
}

static enum err_code into_place(const char *from, const char *to, struct err *e) {
	if (!file_exists(to)) return rename(from, to) == 0 ? ERR_OK : err_errno(e, errno, "%s", to);
	mirror_remove(from); /* it is here already */
	return ERR_OK;
}

static enum err_code key_of_row(struct db *db, struct arena *a, struct str origin, struct str *key, struct err *e) {
	struct db_query q = db_query(db, "SELECT key FROM peer WHERE origin = $1");
	db_bind_str(&q, 1, origin);
	*key = db_row(&q) ? arena_str(a, db_str(&q, 0)) : STR_EMPTY;
	return db_done(&q, e);
}

/* Whether the log, as it was just copied, has or had this key. */
static bool leads_from(struct arena *a, const char *folder, struct str key) {
	struct mirror_folder f;
	return !mirror_open(a, folder, &f, NULL) && mirror_knows(&f, key);
}

/* By which key the directory knows the hub at that address, where nobody gave one. */
static enum err_code listed_key(struct db *db, struct arena *a, struct str url, struct str *key, struct err *e) {
	struct peer p;
	struct err why = {0};
	enum err_code code = key->n ? ERR_NOT_FOUND : peer_find(db, a, url, &p, &why);
	if (!code) *key = p.key;
	return code && code != ERR_NOT_FOUND ? err_set(e, code, "%s", why.message) : ERR_OK;
}

enum err_code follow_add(struct hub *h, struct db *db, struct arena *a, struct str url, struct str key, const atomic_bool *cancelled, struct followed *out,
	struct follow_report *report, struct err *e) {
	struct mirror_result first;
	const char *folder = NULL;
	struct str known;
	url = without_slash(url);
	*report = (struct follow_report){0};
	if (!str_starts(url, S("https://")) && !str_starts(url, S("http://"))) return err_set(e, ERR_INVALID, "a hub's address begins with https://");
	enum err_code code = listed_key(db, a, url, &key, e);
	if (!code) code = first_copy(h, a, url, key, cancelled, &first, &folder, e);
	if (code) return code;
	if (first.forked) return err_set(e, ERR_CORRUPT, "the hub showed two histories: %.*s", STR_ARG(first.evidence));
	code = check_name(h, db, a, first.origin, url, key.n > 0, e);
	if (!code) code = key_of_row(db, a, first.origin, &known, e);
	if (!code && known.n && !leads_from(a, folder, known))
		code = err_set(e, ERR_FORBIDDEN, "%.*s is known here by another key: %.*s", STR_ARG(first.origin), STR_ARG(known));
	if (code) return mirror_remove(folder), code;
	struct followed f = {.origin = first.origin, .key = first.key, .name = copied_hub(first.origin), .url = url, .folder = str_of(folder_of(h, a, first.origin))};
	code = into_place(folder, f.folder.p, e);
	if (!code) code = follow_put(h, db, a, &f, &f.peer, e);
	if (!code) code = follow_find(h, db, a, f.origin, &f, e);
	if (!code) code = follow_run(h, db, a, &f, true, cancelled, report, e);
	report->mirror.first = first.first;
	report->mirror.old_size = first.old_size;
	return code ? code : follow_find(h, db, a, f.origin, out, e);
}

/* ---- the chore ---- */

static enum err_code run_due(struct hub *h, struct db *db, struct arena *a, const struct followed *f, const atomic_bool *cancelled, bool *did, struct err *e) {
	struct follow_report report;
	struct err why = {0};
	moment until = now() + LEASE;
	bool again;
	enum err_code code = follow_lease(h, f, until, did, e);
	if (code || !*did) return code;
	code = follow_run(h, db, a, f, false, cancelled, &report, &why);
	if (code == ERR_BUSY && !report.began) return follow_lease(h, &(struct followed){.peer = f->peer, .next = until}, now() + jittered(h->follow.interval), &again, e);
	/* What it fails at time and again is said once. */
	if (code && code != ERR_CANCELLED && f->failures == 0) return err_set(e, code, "%.*s: %s", STR_ARG(f->name), why.message);
	if (!code && report.mirror.forked) return err_set(e, ERR_CORRUPT, "%.*s showed two histories: %.*s", STR_ARG(f->name), STR_ARG(report.mirror.evidence));
	return ERR_OK;
}

enum err_code follow_due(struct hub *h, struct db *db, const atomic_bool *cancelled, bool *did, struct err *e) {
	autoarena struct arena *a = arena_new((size_t)1 << 30);
	struct followed *list;
	size_t n;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	*did = false;
	enum err_code code = follow_list(h, db, a, &list, &n, e);
	for (size_t i = 0; i < n && !code && !*did; i++)
		if (list[i].follows && !list[i].forked && list[i].next <= now()) code = run_due(h, db, a, &list[i], cancelled, did, e);
	return code;
}
