/* The rows of hubs that are followed. */
#include "hub/account/account.h"
#include "hub/copied.h"
#include "hub/follow/inside.h"
#include "hub/peer/peer.h"
#include "hub/writer.h"

enum { PEERS = 1000, REASONS = 16 };

#define COLUMNS "p.id, p.origin, p.key, p.name, p.url, f.folder, p.follows, f.leaf, p.size, p.looked_at, f.next, f.failures, p.failed, f.forked, f.evidence, " \
	"(SELECT count(*) FROM copied c JOIN record r ON r.id = c.record WHERE c.peer = p.id AND r.erased IS NULL), " \
	"(SELECT count(*) FROM kept_out k WHERE k.peer = p.id)"

static struct followed read_row(const struct hub *h, struct arena *a, struct db_query *q) {
	struct followed f = {.peer = db_int(q, 0), .origin = arena_str(a, db_str(q, 1)), .key = arena_str(a, db_str(q, 2)), .name = arena_str(a, db_str(q, 3)),
		.url = arena_str(a, db_str(q, 4)), .follows = db_int(q, 6) != 0, .leaf = db_int(q, 7), .size = db_int(q, 8), .looked_at = db_int(q, 9), .next = db_int(q, 10),
		.failures = db_int(q, 11), .failed = arena_str(a, db_str(q, 12)), .forked = db_int(q, 13), .evidence = arena_str(a, db_str(q, 14)), .records = db_int(q, 15),
		.kept_out = db_int(q, 16)};
	f.folder = arena_fmt(a, "%s/peers/%.*s", h->dir, STR_ARG(db_str(q, 5)));
	return f;
}

enum err_code follow_list(const struct hub *h, struct db *db, struct arena *a, struct followed **out, size_t *n, struct err *e) {
	struct followed *list = arena_array(a, PEERS, sizeof *list);
	if (!list) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(db, "SELECT " COLUMNS " FROM peer p JOIN follow f ON f.peer = p.id ORDER BY p.origin LIMIT 1000");
	for (*n = 0; *n < PEERS && db_row(&q); ++*n) list[*n] = read_row(h, a, &q);
	enum err_code code = db_done(&q, e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (!code) *out = list;
	return code;
}

static bool is_called(const struct followed *f, struct str name) {
	while (name.n && name.p[name.n - 1] == '/') name.n--;
	return str_eq(name, f->origin) || str_eq(name, copied_hub(f->origin)) || str_eq(name, f->url) || str_eq(name, f->name);
}

enum err_code follow_find(const struct hub *h, struct db *db, struct arena *a, struct str name, struct followed *out, struct err *e) {
	struct followed *list;
	size_t n;
	enum err_code code = follow_list(h, db, a, &list, &n, e);
	for (size_t i = 0; i < n && !code; i++)
		if (is_called(&list[i], name)) return *out = list[i], ERR_OK;
	return code ? code : err_set(e, ERR_NOT_FOUND, "no hub \"%.*s\" is followed; `polder follow` lists them", STR_ARG(str_cut_utf8(name, 100)));
}

enum err_code follow_reasons(struct db *db, struct arena *a, int64_t peer, struct follow_reason **out, size_t *n, struct err *e) {
	struct follow_reason *list = arena_array(a, REASONS, sizeof *list);
	if (!list) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(db, "SELECT reason, count(*), max(words) FROM kept_out WHERE peer = $1 GROUP BY reason ORDER BY reason");
	db_bind_int(&q, 1, peer);
	for (*n = 0; *n < REASONS && db_row(&q); ++*n)
		list[*n] = (struct follow_reason){.reason = arena_str(a, db_str(&q, 0)), .n = db_int(&q, 1), .words = arena_str(a, db_str(&q, 2))};
	*out = list;
	return db_done(&q, e);
}

struct str follow_reason_words(struct str reason) {
	static const struct {
		const char *reason;
		struct str words;
	} all[] = {
		{"behind", S_INIT("changed there while it was copied: it comes with the next run")},
		{"body", S_INIT("its text does not fit its kind as it is here")},
		{"copied", S_INIT("copied there from another hub, which can be followed itself")},
		{"follows", S_INIT("about another record and not to be read without that hub: disputes")},
		{"kind", S_INIT("of a kind that this hub does not know")},
		{"state", S_INIT("in a state that its kind does not have here")},
		{"taken", S_INIT("its uid is another record here, which stays what it is")},
	};
	for (size_t i = 0; i < lengthof(all); i++)
		if (str_is(reason, all[i].reason)) return all[i].words;
	return reason;
}

/* ---- writing ---- */

struct putting {
	const struct followed *f;
	int64_t peer, leaf;
	moment until;
	bool taken;
	const struct kept_out *list;
	size_t n;
};

static enum err_code put(struct db *db, void *arg, struct err *e) {
	struct putting *p = arg;
	struct db_query q = db_query(db, "INSERT INTO follow (peer, folder, leaf, next, failures, told) VALUES ($1, $2, 0, 0, 0, 1) ON CONFLICT (peer) DO UPDATE SET next = 0, told = follow.told + 1");
	db_bind_int(&q, 1, p->peer);
	db_bind_str(&q, 2, file_name(p->f->folder));
	return db_run(&q, e);
}

/* It comes into the directory under the key that it was copied by; where it is listed already, its name, prefix and key stay what they are. */
static enum err_code list_it(struct hub *h, const struct followed *f, const struct peer *known, struct err *e) {
	struct peer_entry entry = {.origin = f->origin, .key = known->listed ? known->key : f->key, .url = f->url, .prefix = known->prefix,
		.name = known->listed ? known->name : f->name};
	struct peer_done done;
	return peer_add(h, &by_operator, &entry, STR_EMPTY, &done, e);
}

enum err_code follow_put(struct hub *h, struct db *db, struct arena *a, const struct followed *f, int64_t *peer, struct err *e) {
	struct putting p = {.f = f};
	struct peer known = {0};
	struct err why;
	enum err_code code = peer_get(db, a, f->origin, &known, &why);
	if (code && code != ERR_NOT_FOUND) return err_set(e, code, "%s", why.message);
	code = list_it(h, f, &known, e);
	if (!code) code = peer_follow(h, &by_operator, f->origin, true, e);
	if (!code) code = peer_get(db, a, f->origin, &known, e);
	p.peer = known.id;
	if (!code) code = writer_change(h->writer, put, &p, e);
	if (!code) *peer = p.peer;
	return code;
}

static enum err_code put_result(struct db *db, void *arg, struct err *e) {
	const struct followed *f = ((struct putting *)arg)->f;
	struct db_query q = db_query(db, "UPDATE follow SET next = $2, failures = $3, forked = $4, evidence = $5, told = told + 1 WHERE peer = $1");
	db_bind_int(&q, 1, f->peer);
	db_bind_int(&q, 2, f->next);
	db_bind_int(&q, 3, f->failures);
	f->forked ? db_bind_int(&q, 4, f->forked) : db_bind_null(&q, 4);
	db_bind_opt(&q, 5, f->evidence);
	return db_run(&q, e);
}

enum err_code follow_put_result(struct hub *h, const struct followed *f, struct str checkpoint, struct err *e) {
	struct peer_looked looked = {.at = f->looked_at, .size = f->size, .checkpoint = checkpoint, .failed = f->failed};
	enum err_code code = peer_looked(h, f->origin, &looked, e);
	return code ? code : writer_change(h->writer, put_result, &(struct putting){.f = f}, e);
}

static enum err_code put_leaf(struct db *db, void *arg, struct err *e) {
	const struct putting *p = arg;
	struct db_query q = db_query(db, "UPDATE follow SET leaf = $2 WHERE peer = $1");
	db_bind_int(&q, 1, p->peer);
	db_bind_int(&q, 2, p->leaf);
	return db_run(&q, e);
}

enum err_code follow_put_leaf(struct hub *h, int64_t peer, int64_t leaf, struct err *e) {
	return writer_change(h->writer, put_leaf, &(struct putting){.peer = peer, .leaf = leaf}, e);
}

static enum err_code lease(struct db *db, void *arg, struct err *e) {
	struct putting *p = arg;
	struct db_query q = db_query(db, "UPDATE follow SET next = $3 WHERE peer = $1 AND next = $2");
	db_bind_int(&q, 1, p->f->peer);
	db_bind_int(&q, 2, p->f->next);
	db_bind_int(&q, 3, p->until);
	enum err_code code = db_run(&q, e);
	p->taken = !code && db_changes(db) == 1;
	return code;
}

enum err_code follow_lease(struct hub *h, const struct followed *f, moment until, bool *taken, struct err *e) {
	struct putting p = {.f = f, .until = until};
	enum err_code code = writer_change(h->writer, lease, &p, e);
	*taken = !code && p.taken;
	return code;
}

static enum err_code stop(struct db *db, void *arg, struct err *e) {
	struct db_query q = db_query(db, "UPDATE follow SET told = told + 1 WHERE peer = $1");
	db_bind_int(&q, 1, ((struct putting *)arg)->f->peer);
	return db_run(&q, e);
}

enum err_code follow_stop(struct hub *h, const struct followed *f, struct err *e) {
	enum err_code code = peer_follow(h, &by_operator, f->origin, false, e);
	return code ? code : writer_change(h->writer, stop, &(struct putting){.f = f}, e);
}

/* ---- what stays out ---- */

static enum err_code put_kept_out(struct db *db, void *arg, struct err *e) {
	const struct putting *p = arg;
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < p->n && !code; i++) {
		const struct kept_out *one = &p->list[i];
		struct db_query q = one->reason.n
			? db_query(db, "INSERT INTO kept_out (peer, uid, leaf, reason, words) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (peer, uid) DO UPDATE SET "
				"leaf = excluded.leaf, reason = excluded.reason, words = excluded.words")
			: db_query(db, "DELETE FROM kept_out WHERE peer = $1 AND uid = $2");
		db_bind_int(&q, 1, p->peer);
		db_bind_str(&q, 2, one->uid);
		if (one->reason.n) {
			db_bind_int(&q, 3, one->leaf);
			db_bind_str(&q, 4, one->reason);
			db_bind_str(&q, 5, one->words);
		}
		code = db_run(&q, e);
	}
	return code;
}

enum err_code follow_put_kept_out(struct hub *h, int64_t peer, const struct kept_out *list, size_t n, struct err *e) {
	struct putting p = {.peer = peer, .list = list, .n = n};
	return n ? writer_change(h->writer, put_kept_out, &p, e) : ERR_OK;
}

enum err_code follow_first_kept_out(struct db *db, int64_t peer, bool all, int64_t *leaf, struct err *e) {
	struct db_query q = db_query(db, "SELECT min(leaf) FROM kept_out WHERE peer = $1 AND ($2 = 1 OR reason = 'behind')");
	db_bind_int(&q, 1, peer);
	db_bind_int(&q, 2, all);
	*leaf = db_row(&q) && !db_is_null(&q, 0) ? db_int(&q, 0) : INT64_MAX;
	return db_done(&q, e);
}

enum err_code follow_known(struct db *db, struct arena *a, struct str uid, struct known_copy *out, struct err *e) {
	struct db_query q = db_query(db,
		"SELECT r.id, r.hub, r.state, r.erased, c.peer, c.leaf, p.record IS NOT NULL FROM record r "
		"LEFT JOIN copied c ON c.record = r.id LEFT JOIN public p ON p.record = r.id WHERE r.uid = $1");
	db_bind_str(&q, 1, uid);
	*out = (struct known_copy){.leaf = -1};
	if (db_row(&q))
		*out = (struct known_copy){.record = db_int(&q, 0), .hub = arena_str(a, db_str(&q, 1)), .state = arena_str(a, db_str(&q, 2)), .erased = !db_is_null(&q, 3),
			.peer = db_int(&q, 4), .leaf = db_is_null(&q, 5) ? -1 : db_int(&q, 5), .is_public = db_int(&q, 6) != 0};
	return db_done(&q, e);
}
