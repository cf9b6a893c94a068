/* Asking a witness, and what its answer becomes. */
#include "hub/ledger/cosign.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "hub/net.h"
#include "hub/writer.h"
#include "lib/tlog/witness.h"

#define ASKED "checkpoint.asked"
#define ROUND (15 * SECOND)      /* for which one checkpoint is asked of, where too few cosign it */
#define AHEAD HOUR               /* that a witness's clock may be */
enum { COSIGN_CAP = 64 << 20, QUESTIONS = 3, WORDS = 300 };

struct asking {
	struct hub *hub;
	struct db *db;
	struct arena *a;
	const struct log_witness *witness;
	const atomic_bool *cancelled;
	struct tlog_policy policy;
	struct tlog_checkpoint c;   /* that is asked of */
	/* its row, and what becomes of it */
	uint64_t known, size;
	moment at, refused;
	struct str failed;          /* "" it did not */
	struct err *e;
};

/* ---- files ---- */

/* Replaced without another time: that of `checkpoint` says when it was signed, that of the other since when it is asked of. */
static enum err_code put(struct asking *q, const char *name, struct str bytes, bool keep_time, bool durable) {
	const char *path = file_join(q->a, ledger_folder(q->a, q->hub), name);
	struct stat st;
	bool kept = keep_time && stat(path, &st) == 0;
	enum err_code code = durable ? file_write(path, bytes, 0644, q->e) : file_put(path, bytes, 0644, q->e);
	const struct timespec times[2] = {{0, UTIME_OMIT}, kept ? st.st_mtim : (struct timespec){0, UTIME_OMIT}};
	if (!code && kept) (void)utimensat(AT_FDCWD, path, times, 0);
	return code;
}

static bool same(const struct tlog_checkpoint *x, const struct tlog_checkpoint *y) {
	return str_eq(x->note.text, y->note.text);
}

static bool enough(const struct asking *q, const struct tlog_checkpoint *c) {
	return tlog_checkpoint_verify(c, &q->policy, NULL, NULL) == ERR_OK;
}

/* Whether another may be asked of: this one is through, or had its time. */
static bool through(struct asking *q, const struct tlog_checkpoint *c) {
	struct tlog_policy all = q->policy;
	struct stat st;
	all.quorum = all.witnesses_n;
	if (q->policy.quorum ? enough(q, c) : tlog_checkpoint_verify(c, &all, NULL, NULL) == ERR_OK) return true;
	if (stat(file_join(q->a, ledger_folder(q->a, q->hub), ASKED), &st) != 0) return true;
	struct timespec clock;
	clock_gettime(CLOCK_REALTIME, &clock);
	return clock.tv_sec - st.st_mtim.tv_sec > ROUND / SECOND || clock.tv_sec < st.st_mtim.tv_sec;
}

/* Which checkpoint all are asked of: the one that was, else the newest. *found false: nothing was signed yet. */
static enum err_code take_round(struct asking *q, bool *found) {
	struct tlog_checkpoint newest, asked;
	bool is_asked = false;
	struct err why;
	enum err_code code = cosign_read(q->hub, q->a, "checkpoint", &newest, found, q->e);
	if (code || !*found) return code;
	if (cosign_read(q->hub, q->a, ASKED, &asked, &is_asked, &why)) is_asked = false; /* it is written without waiting for the disk, and asked anew */
	bool stays = is_asked && asked.head.size <= newest.head.size && str_eq(asked.origin, newest.origin) && (same(&asked, &newest) || !through(q, &asked));
	q->c = stays ? asked : newest;
	return stays ? ERR_OK : put(q, ASKED, newest.bytes, false, false);
}

static enum err_code join_one(struct asking *q, const char *name, struct str lines, bool durable) {
	struct tlog_checkpoint c;
	bool found;
	struct str joined;
	struct err why;
	if (cosign_read(q->hub, q->a, name, &c, &found, &why) || !found || !same(&c, &q->c)) return ERR_OK;
	enum err_code code = tlog_checkpoint_join(q->a, &c, lines, &q->witness->key, 1, &joined, q->e);
	return code ? code : put(q, name, joined, true, durable);
}

/* The one that was asked of takes the place of the cosigned one when enough did. */
static enum err_code promote(struct asking *q) {
	struct tlog_checkpoint asked, cosigned;
	bool is_asked, is_cosigned;
	enum err_code code = cosign_read(q->hub, q->a, ASKED, &asked, &is_asked, q->e);
	if (!code) code = cosign_read(q->hub, q->a, LEDGER_COSIGNED, &cosigned, &is_cosigned, q->e);
	if (code || !is_asked || !q->policy.quorum || !enough(q, &asked)) return code;
	if (is_cosigned && (cosigned.head.size > asked.head.size || str_eq(cosigned.bytes, asked.bytes))) return ERR_OK;
	return put(q, LEDGER_COSIGNED, asked.bytes, false, true);
}

static enum err_code join_locked(struct asking *q, struct str lines) {
	enum err_code code = join_one(q, ASKED, lines, false);
	if (!code) code = join_one(q, "checkpoint", lines, true);
	if (!code) code = join_one(q, LEDGER_COSIGNED, lines, true);
	return code ? code : promote(q);
}

/* ---- its row ---- */

static enum err_code read_row(struct asking *q) {
	struct db_query r = db_query(q->db, "SELECT known, size, at, refused FROM witness WHERE key = $1");
	db_bind_str(&r, 1, q->witness->text);
	if (db_row(&r)) {
		q->known = (uint64_t)db_int(&r, 0);
		q->size = (uint64_t)db_int(&r, 1);
		q->at = db_int(&r, 2);
		q->refused = db_int(&r, 3);
	}
	return db_done(&r, q->e);
}

static enum err_code write_row(struct db *db, void *arg, struct err *e) {
	const struct asking *q = arg;
	struct db_query r = db_query(db,
		"INSERT INTO witness (key, known, size, at, asked, refused, failed) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key) DO UPDATE SET "
		"known = excluded.known, size = excluded.size, at = excluded.at, asked = excluded.asked, refused = excluded.refused, failed = excluded.failed");
	db_bind_str(&r, 1, q->witness->text);
	db_bind_int(&r, 2, (int64_t)q->known);
	db_bind_int(&r, 3, (int64_t)q->size);
	db_bind_int(&r, 4, q->at);
	db_bind_int(&r, 5, now());
	db_bind_int(&r, 6, q->refused);
	db_bind_opt(&r, 7, q->failed);
	return db_run(&r, e);
}

/* ---- a question ---- */

static void fail(struct asking *q, struct str words) {
	char *line = arena_raw(q->a, WORDS);
	words = str_cut_utf8(words, WORDS);
	for (size_t i = 0; line && i < words.n; i++) line[i] = (unsigned char)words.p[i] < 32 || words.p[i] == 127 ? ' ' : words.p[i];
	q->failed = line && words.n ? str_n(line, words.n) : S("no reason");
}

/* It says that what it saw does not go on to what it is shown now, whose proof was verified here. */
static void refuse(struct asking *q, const char *words) {
	fail(q, str_of(words));
	if (!q->refused) q->refused = now();
}

/* The checkpoint as the log alone signed it. */
static struct str log_signed(struct asking *q) {
	struct str lines = STR_EMPTY;
	const struct tlog_note *n = &q->c.note;
	for (size_t i = 0; i < n->n; i++)
		for (size_t j = 0; j < q->policy.log_keys_n; j++)
			if (n->signatures[i].key_id == q->policy.log_keys[j].id && str_eq(n->signatures[i].name, q->policy.log_keys[j].name)) {
				lines = arena_cat(q->a, lines, n->signatures[i].line);
				break;
			}
	return tlog_note_make(q->a, n->text, lines);
}

static enum err_code question(struct asking *q, uint64_t old, struct str *out) {
	struct tlog_folder folder = {.path = ledger_folder(q->a, q->hub)};
	struct tlog_reader reader = tlog_folder_reader(&folder);
	struct tlog_add_checkpoint r = {.old = old, .checkpoint = q->c};
	r.checkpoint.bytes = log_signed(q);
	enum err_code code = tlog_prove_consistency(&reader, &q->c.head, old, &r.proof, NULL, q->e);
	return code ? code : tlog_add_checkpoint_write(q->a, &r, out, q->e);
}

static struct str header(const struct net_answer *answer, const char *name) {
	for (size_t i = 0; i < answer->headers_n; i++)
		if (str_is(answer->headers[i].name, name)) return answer->headers[i].value;
	return STR_EMPTY;
}

/* Its time must be one that can be: it is shown, and compared by others. */
static enum err_code read_time(struct asking *q, struct str lines, int64_t *out, struct err *why) {
	struct str joined;
	struct tlog_checkpoint c;
	enum err_code code = tlog_checkpoint_join(q->a, &q->c, lines, &q->witness->key, 1, &joined, why);
	if (!code) code = tlog_checkpoint_parse(q->a, joined, &c, why);
	if (!code) code = tlog_note_verify(&c.note, &q->witness->key, out, why);
	if (!code && *out > (now() + AHEAD) / SECOND) code = err_set(why, ERR_INVALID, "its clock is more than an hour ahead");
	return code;
}

static enum err_code take_cosignature(struct asking *q, struct str lines) {
	autofd int locked = -1;
	int64_t time;
	struct err why = {0};
	if (read_time(q, lines, &time, &why)) {
		fail(q, str_of(why.message));
		return ERR_OK;
	}
	enum err_code code = ledger_lock(q->hub, q->a, &locked, q->e);
	if (!code) code = join_locked(q, lines);
	if (code) return code;
	if (q->c.head.size >= q->size) q->size = q->c.head.size, q->at = time * SECOND;
	q->known = q->c.head.size;
	q->refused = 0;
	q->failed = STR_EMPTY;
	return ERR_OK;
}

/* It knows more than it was asked of: of what was signed since, or of what was never signed here. */
static void take_larger(struct asking *q, uint64_t size) {
	struct tlog_checkpoint newest;
	bool found;
	struct err why;
	if (cosign_read(q->hub, q->a, "checkpoint", &newest, &found, &why) || !found || size > newest.head.size) {
		refuse(q, arena_fmt(q->a, "it knows %llu leaves of this log, and fewer were signed here", (unsigned long long)size).p);
		return;
	}
	q->known = size;
	unlink(file_join(q->a, ledger_folder(q->a, q->hub), ASKED)); /* all are asked of the newest then */
	fail(q, S("it knows a newer checkpoint than it was asked of"));
}

/* 409: the size that it knows. *again: it is asked from there. */
static void take_size(struct asking *q, const struct net_answer *answer, uint64_t *old, bool *again) {
	uint64_t size;
	struct str type = header(answer, "content-type");
	if (!str_eq(str_trim(str_sub(type, 0, str_find_char(type, ';'))), S(TLOG_SIZE_TYPE)) || !tlog_witness_size(answer->body, &size))
		fail(q, S("it answered 409 without the size that it knows"));
	else if (size > q->c.head.size)
		take_larger(q, size);
	else if (size == *old && size == q->c.head.size)
		refuse(q, "it knows another tree of the same size");
	else if (size == *old)
		fail(q, S("it was asked from the size that it said, and says it again"));
	else {
		q->known = *old = size;
		*again = true;
	}
}

static enum err_code ask_once(struct asking *q, uint64_t *old, bool *again) {
	struct str body;
	struct net_answer answer;
	struct err why = {0};
	const struct net_header headers[] = {{S("content-type"), S("text/plain; charset=utf-8")}};
	*again = false;
	enum err_code code = question(q, *old, &body);
	if (code) return code;
	struct net_fetch f = {.url = arena_cat(q->a, q->witness->url, S("add-checkpoint")), .method = S("POST"), .headers = headers, .headers_n = lengthof(headers),
		.body = body, .allow_http = true, .cancelled = q->cancelled};
	code = net_fetch(q->a, &f, &answer, &why);
	if (code == ERR_CANCELLED || code == ERR_MEMORY) return err_set(q->e, code, "%s", why.message);
	if (code) {
		fail(q, str_of(why.message));
		return ERR_OK;
	}
	if (answer.status == 200) return take_cosignature(q, answer.body);
	if (answer.status == 409) take_size(q, &answer, old, again);
	else if (answer.status == 422) refuse(q, "it says that the log does not go on from what it saw");
	else fail(q, arena_fmt(q->a, "it answered %d: %.*s", answer.status, STR_ARG(str_trim(str_cut_utf8(answer.body, 200)))));
	return ERR_OK;
}

static enum err_code ask(struct asking *q, enum cosigned *out) {
	bool again = true;
	enum err_code code = read_row(q);
	uint64_t old = q->known < q->c.head.size ? q->known : q->c.head.size;
	for (int i = 0; i < QUESTIONS && again && !code; i++) code = ask_once(q, &old, &again);
	if (code) return code;
	if (again) fail(q, S("it says another size each time"));
	*out = q->failed.n ? COSIGN_FAILED : COSIGN_DONE;
	return writer_change(q->hub->writer, write_row, q, q->e);
}

enum err_code cosign_newest(struct hub *h, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	autofd int locked = -1;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	const char *path = file_join(a, ledger_folder(a, h), ASKED);
	enum err_code code = ledger_lock(h, a, &locked, e);
	if (!code && unlink(path) != 0 && errno != ENOENT) code = err_errno(e, errno, "%s", path);
	return code;
}

enum err_code cosign_ask(struct hub *h, struct db *db, size_t witness, const atomic_bool *cancelled, enum cosigned *out, struct err *e) {
	autoarena struct arena *a = arena_new(COSIGN_CAP);
	autofd int locked = -1;
	struct str held;
	bool found = false;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct asking q = {.hub = h, .db = db, .a = a, .witness = &h->log.witnesses[witness], .cancelled = cancelled, .failed = STR_EMPTY, .e = e};
	*out = COSIGN_NOTHING;
	enum err_code code = ledger_held(db, a, &held, e);
	if (code || held.n) return code;
	code = cosign_policy(h, db, a, &q.policy, e);
	if (code || !q.policy.log_keys_n) return code;
	code = ledger_lock(h, a, &locked, e);
	if (!code) code = take_round(&q, &found);
	if (locked >= 0) close(locked);
	locked = -1;
	if (code || !found || tlog_note_verify(&q.c.note, &q.witness->key, NULL, NULL) == ERR_OK) return code;
	return ask(&q, out);
}
