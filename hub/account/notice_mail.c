#include "notice_mail.h"

#include <sodium.h>

#include "hub/account/inside.h"
#include "hub/mail.h"
#include "hub/seal.h"

enum { ACCOUNTS = 50, ROWS = 500, RECORDS = 50, TOKEN = 400 };
#define STALE (2 * DAY)

/* ---- words ---- */

static const struct {
	struct str subject, sentence, stop;
} said[NOTICE_SORTS + 1] = {
	[NOTICE_INVITATIONS] = {S_INIT("You are asked to take part"), S_INIT("Somebody asks you, or an organization of yours, to take part in something."),
		S_INIT("invitations")},
	[NOTICE_TERMS] = {S_INIT("A term"), S_INIT("A term, a task or an embargo that concerns you was set, changed or has come."), S_INIT("terms")},
	[NOTICE_MESSAGES] = {S_INIT("A new message"), S_INIT("There is a new message for you."), S_INIT("messages")},
	[NOTICE_REPORTS] = {S_INIT("A report"), S_INIT("Something happened to a report that concerns you."), S_INIT("reports")},
	[NOTICE_CASES] = {S_INIT("A case"), S_INIT("Something happened in a case that you take part in."), S_INIT("cases")},
	[NOTICE_DISPUTES] = {S_INIT("A dispute"), S_INIT("Something happened in a dispute that concerns you."), S_INIT("disputes")},
	[NOTICE_RECORDS] = {S_INIT("A record"), S_INIT("Something happened to a record that concerns you."), S_INIT("other records")},
	[NOTICE_SECURITY] = {S_INIT("Your account"), S_INIT("Something was done with your account."), S_INIT("the security of your account")},
	[NOTICE_SORTS] = {S_INIT("Digest"), S_INIT(""), S_INIT("digests")},
};

/* One line of text: what could begin another is a blank. */
static struct str line_of(struct arena *a, struct str s) {
	struct str out = arena_str(a, str_cut_utf8(s, 300));
	for (size_t i = 0; i < out.n; i++)
		if ((unsigned char)out.p[i] < 32 || out.p[i] == 127) ((char *)(uintptr_t)out.p)[i] = ' ';
	return str_trim(out);
}

/* ---- the link that ends them ---- */

enum err_code unsubscribe_make(const struct hub *h, struct str uid, enum notice_sort sort, struct arena *a, struct str *out, struct err *e) {
	struct str sealed, plain = arena_fmt(a, "polder unsubscribe 1\n%.*s\n%.*s", STR_ARG(uid), STR_ARG(notice_sort_name(sort)));
	enum err_code code = seal(h, plain, a, &sealed, e);
	if (code) return code;
	size_t room = sodium_base64_encoded_len(sealed.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *text = arena_alloc(a, room);
	if (!text) return err_set(e, ERR_MEMORY, "out of memory");
	sodium_bin2base64(text, room, (const unsigned char *)sealed.p, sealed.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	*out = str_of(text);
	return ERR_OK;
}

enum err_code unsubscribe_read(const struct hub *h, struct str text, struct arena *a, struct str *uid, enum notice_sort *sort, struct err *e) {
	unsigned char bytes[TOKEN];
	size_t n;
	struct str plain, head, who, rest;
	bool ok = text.n && text.n <= TOKEN && sodium_base642bin(bytes, sizeof bytes, text.p, text.n, NULL, &n, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
	enum err_code code = ok ? unseal(h, str_n(bytes, n), a, &plain, NULL) : ERR_UNSUPPORTED;
	if (code == ERR_UNSUPPORTED) return err_set(e, ERR_NOT_FOUND, "that address ends nothing; sign in to say what is mailed to you");
	if (code) return err_set(e, code, "it could not be read");
	rest = plain;
	ok = str_split(&rest, '\n', &head) && str_is(head, "polder unsubscribe 1") && str_split(&rest, '\n', &who) && rest.p;
	enum notice_sort which = ok ? notice_sort_named(rest) : NOTICE_SORTS;
	if (!ok || (which == NOTICE_SORTS && rest.n)) return err_set(e, ERR_NOT_FOUND, "that address ends nothing; sign in to say what is mailed to you");
	*uid = who;
	*sort = which;
	return ERR_OK;
}

struct ending {
	struct str uid;
	enum notice_sort sort;
};

static enum err_code end_them(struct db *db, void *arg, struct err *e) {
	const struct ending *c = arg;
	return c->sort == NOTICE_SORTS ? notice_digests_off(db, c->uid, e) : notice_sort_off(db, c->uid, c->sort, e);
}

enum err_code unsubscribe_use(struct hub *h, struct str text, enum notice_sort *sort, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct ending c;
	enum err_code code = unsubscribe_read(h, text, a, &c.uid, &c.sort, e);
	if (!code) code = account_write(h, end_them, &c, e);
	if (!code) *sort = c.sort;
	return code;
}

/* ---- what waits for one account ---- */

struct waiting_notice {
	int64_t id, event;
	enum notice_sort sort;
	moment at;
	bool read;
	struct str what;
};
/* What is mailed of one record. */
struct told {
	struct str uid, headline; /* headline: as the public is shown it; "" it is not public */
	enum notice_sort sort;    /* of the first */
	int64_t n;
};
struct mailing {
	struct hub *hub;
	struct str uid;
	bool now, daily, weekly;  /* what is to be mailed: at once, or in a digest */
	/* while it is done */
	struct db *db;
	struct arena *a;
	struct account account;
	int64_t left_out;         /* of records that no more room is for: counted alone */
};

static enum err_code read_waiting(struct mailing *m, struct waiting_notice *list, size_t *n, struct err *e) {
	struct db_query q = db_query(m->db,
		"SELECT id, event, sort, at, read, what FROM notice WHERE account = $1 AND mail <> '' AND mail IN ($2, $3, $4) ORDER BY id LIMIT 500");
	db_bind_str(&q, 1, m->uid);
	db_bind_str(&q, 2, m->now ? S("now") : STR_EMPTY);
	db_bind_str(&q, 3, m->daily ? S("daily") : STR_EMPTY);
	db_bind_str(&q, 4, m->weekly ? S("weekly") : STR_EMPTY);
	*n = 0;
	while (*n < ROWS && db_row(&q))
		list[(*n)++] = (struct waiting_notice){db_int(&q, 0), db_int(&q, 1), notice_sort_named(db_str(&q, 2)), db_int(&q, 3), db_int(&q, 4) != 0,
			arena_str(m->a, db_str(&q, 5))};
	return db_done(&q, e);
}

static enum err_code unmark(struct mailing *m, int64_t up_to, struct err *e) {
	struct db_query q = db_query(m->db, "UPDATE notice SET mail = '' WHERE account = $1 AND mail <> '' AND mail IN ($2, $3, $4) AND id <= $5");
	db_bind_str(&q, 1, m->uid);
	db_bind_str(&q, 2, m->now ? S("now") : STR_EMPTY);
	db_bind_str(&q, 3, m->daily ? S("daily") : STR_EMPTY);
	db_bind_str(&q, 4, m->weekly ? S("weekly") : STR_EMPTY);
	db_bind_int(&q, 5, up_to);
	return db_run(&q, e);
}

/* Adds it to what is told of its record, when its reader may still know of it. apart: notices of other sorts about the record get a line, and a mail, of
 * their own. */
static enum err_code add_told(struct mailing *m, const struct waiting_notice *w, bool apart, struct told *list, size_t *n, struct err *e) {
	autoarena struct arena *own = arena_new(64 << 20); /* bodies are read, and need not stay */
	if (!own) return err_set(e, ERR_MEMORY, "out of memory");
	struct disclosing d = {m->hub, m->db, account_viewer(&m->account), own};
	struct disclosed_event event;
	struct glimpse line;
	enum err_code code = disclose_event(&d, w->event, &event, &line, e);
	if (code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED) return ERR_OK;
	if (code) return code;
	for (size_t i = 0; i < *n; i++)
		if (str_eq(list[i].uid, line.uid) && (!apart || list[i].sort == w->sort)) {
			list[i].n++;
			return ERR_OK;
		}
	if (*n == ROWS) {
		m->left_out++;
		return ERR_OK;
	}
	struct str name = event.untold ? S("a term is overdue") : disclose_public_name(m->db, own, line.uid);
	list[(*n)++] = (struct told){arena_str(m->a, line.uid), str_eq(name, line.uid) ? STR_EMPTY : line_of(m->a, name), w->sort, 1};
	return ERR_OK;
}

/* ---- the mails ---- */

static enum err_code stop_address(struct mailing *m, enum notice_sort sort, struct str *out, struct err *e) {
	struct str token;
	*out = STR_EMPTY;
	if (!m->hub->base_url.n || sort == NOTICE_SECURITY) return ERR_OK;
	enum err_code code = unsubscribe_make(m->hub, m->uid, sort, m->a, &token, e);
	if (!code) *out = arena_fmt(m->a, "%.*s" UNSUBSCRIBE_PATH "%.*s", STR_ARG(m->hub->base_url), STR_ARG(token));
	return code;
}

static void add_record(const struct mailing *m, struct buf *b, const struct told *t, bool counted) {
	/* Without a uid: who must see to it that terms are kept, and may not read the record. */
	buf_fmt(b, "%.*s", STR_ARG(t->uid.n ? t->uid : S("A record that is not shown to you")));
	if (t->headline.n) buf_fmt(b, ": %.*s", STR_ARG(t->headline));
	if (counted) buf_fmt(b, " (%lld)", (long long)t->n);
	buf_add_char(b, '\n');
	if (m->hub->base_url.n && t->uid.n) buf_fmt(b, "    %.*s/r/%.*s\n", STR_ARG(m->hub->base_url), STR_ARG(t->uid));
	buf_add_char(b, '\n');
}

static void add_foot(const struct mailing *m, struct buf *b, enum notice_sort sort, struct str stop) {
	buf_fmt(b, "What exactly stands on the hub, for whoever may read it there.\n\n-- \n%.*s\n", STR_ARG(m->hub->name));
	if (!m->hub->base_url.n) return;
	buf_fmt(b, "What is mailed to you: %.*s/account/notices\n", STR_ARG(m->hub->base_url));
	if (stop.n) buf_fmt(b, "No more mails about %.*s: %.*s\n", STR_ARG(said[sort].stop), STR_ARG(stop));
}

static enum err_code queue(struct mailing *m, struct mail *mail, enum notice_sort sort, struct buf *b, struct err *e) {
	enum err_code code = stop_address(m, sort, &mail->stop, e);
	if (code) return code;
	add_foot(m, b, sort, mail->stop);
	if (b->failed) return err_set(e, ERR_TOO_LARGE, "a notice is too long to be mailed");
	mail->to = m->account.email;
	mail->of_list = true;
	mail->text = buf_str(b);
	return mail_queue(m->hub, m->db, mail, e);
}

static enum err_code mail_one(struct mailing *m, const struct told *t, struct err *e) {
	autobuf struct buf b = BUF(64 << 10);
	struct mail mail = {
		.subject = arena_fmt(m->a, "%.*s: %.*s", STR_ARG(said[t->sort].subject), STR_ARG(t->headline.n ? t->headline : t->uid)),
		.thread = arena_fmt(m->a, "%.*s %.*s", STR_ARG(m->uid), STR_ARG(t->uid)),
	};
	buf_fmt(&b, "%.*s\n\n", STR_ARG(said[t->sort].sentence));
	add_record(m, &b, t, false);
	return queue(m, &mail, t->sort, &b, e);
}

static enum err_code mail_account(struct mailing *m, struct str what, struct err *e) {
	autobuf struct buf b = BUF(64 << 10);
	struct str words = notice_account_words(what);
	struct mail mail = {.subject = words};
	buf_fmt(&b, "%.*s.\n\nIf that was not you, change your password and look at where you are signed in:\n\n    %.*s/account\n\n", STR_ARG(words),
		STR_ARG(m->hub->base_url));
	return words.n ? queue(m, &mail, NOTICE_SECURITY, &b, e) : ERR_OK;
}

static enum err_code mail_digest(struct mailing *m, const struct told *list, size_t n, int64_t of_account, struct err *e) {
	autobuf struct buf b = BUF(256 << 10);
	int64_t total = of_account + m->left_out;
	for (size_t i = 0; i < n; i++) total += list[i].n;
	if (!total) return ERR_OK;
	struct mail mail = {.subject = arena_fmt(m->a, "%lld %s", (long long)total, total == 1 ? "notice" : "notices")};
	buf_fmt(&b, "What happened that concerns you, and that you have not read yet:\n\n");
	for (size_t i = 0; i < n && i < RECORDS; i++) add_record(m, &b, &list[i], true);
	if (n > RECORDS) buf_fmt(&b, "and %s%zu further records.\n\n", m->left_out ? "more than " : "", n - RECORDS);
	if (of_account) buf_fmt(&b, "Your own account (%lld)\n\n", (long long)of_account);
	if (m->hub->base_url.n) buf_fmt(&b, "All of it: %.*s/inbox\n\n", STR_ARG(m->hub->base_url));
	return queue(m, &mail, NOTICE_SORTS, &b, e);
}

/* In a transaction: the mails of one account, and their marks. */
static enum err_code write_mails(struct db *db, void *arg, struct err *e) {
	struct mailing *m = arg;
	autoarena struct arena *a = arena_new(32 << 20);
	struct waiting_notice *list = a ? arena_array(a, ROWS, sizeof *list) : NULL;
	struct told *told = a ? arena_array(a, ROWS, sizeof *told) : NULL;
	if (!list || !told) return err_set(e, ERR_MEMORY, "out of memory");
	size_t n = 0, told_n = 0;
	int64_t of_account = 0;
	m->db = db;
	m->a = a;
	m->left_out = 0;
	enum err_code code = account_by_uid(db, m->uid, a, &m->account, e);
	do { /* a digest is one mail, however much it counts */
		if (!code) code = read_waiting(m, list, &n, e);
		for (size_t i = 0; i < n && !code; i++) {
			bool stale = m->now && list[i].at < now() - STALE;
			if (m->account.suspended || stale || list[i].read) continue;
			if (!list[i].what.n) code = add_told(m, &list[i], m->now, told, &told_n, e);
			else if (m->now) code = mail_account(m, list[i].what, e);
			else of_account++;
		}
		if (!code && n) code = unmark(m, list[n - 1].id, e);
	} while (!code && !m->now && n == ROWS);
	for (size_t i = 0; i < told_n && m->now && !code; i++) code = mail_one(m, &told[i], e);
	return code || m->now ? code : mail_digest(m, told, told_n, of_account, e);
}

/* ---- whose it is ---- */

static enum err_code mail_now(struct hub *h, struct db *db, const atomic_bool *cancelled, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 18);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct str uids[ACCOUNTS];
	size_t n = 0;
	struct db_query q = db_query(db, "SELECT DISTINCT account FROM notice WHERE mail <> '' AND mail = 'now' LIMIT 50");
	while (n < ACCOUNTS && db_row(&q)) uids[n++] = arena_str(a, db_str(&q, 0));
	enum err_code code = db_done(&q, e);
	for (size_t i = 0; i < n && !code && !(cancelled && atomic_load(cancelled)); i++) {
		struct mailing m = {.hub = h, .uid = uids[i], .now = true};
		code = account_write(h, write_mails, &m, e);
	}
	return code;
}

struct digest_of {
	struct str uid;
	bool daily, weekly; /* due */
};

/* The digest is due at the first such hour behind the oldest notice that waits for it: so nothing is kept about when the last one went. */
static enum err_code due_digests(struct db *db, struct arena *a, struct digest_of **out, size_t *n, struct err *e) {
	size_t room = 0;
	struct digest_of *list = NULL;
	struct db_query q = db_query(db,
		"SELECT n.account, n.mail, min(n.at), a.time_zone, coalesce(d.hour, 8), coalesce(d.weekday, 1) FROM notice n JOIN account a ON a.uid = n.account "
		"LEFT JOIN notice_digest d ON d.account = n.account WHERE n.mail <> '' AND n.mail IN ('daily', 'weekly') "
		"GROUP BY n.account, n.mail, a.time_zone, d.hour, d.weekday ORDER BY n.account");
	enum err_code code = ERR_OK;
	*n = 0;
	while (!code && db_row(&q)) {
		bool weekly = str_is(db_str(&q, 1), "weekly");
		moment due = notice_digest_next(db_str(&q, 3), (int)db_int(&q, 4), weekly ? (int)db_int(&q, 5) : 0, db_int(&q, 2));
		if (due > now()) continue;
		bool another = !*n || !str_eq(list[*n - 1].uid, db_str(&q, 0));
		if (another && *n == room) {
			struct digest_of *more = arena_array(a, room ? room * 2 : 64, sizeof *more);
			if (!more) code = err_set(e, ERR_MEMORY, "out of memory");
			else if (room) memcpy(more, list, room * sizeof *more);
			if (code) break;
			list = more;
			room = room ? room * 2 : 64;
		}
		if (another) list[(*n)++] = (struct digest_of){.uid = arena_str(a, db_str(&q, 0))};
		if (weekly) list[*n - 1].weekly = true;
		else list[*n - 1].daily = true;
	}
	enum err_code ended = db_done(&q, code ? NULL : e);
	*out = list;
	return code ? code : ended;
}

static enum err_code mail_digests(struct hub *h, struct db *db, const atomic_bool *cancelled, struct err *e) {
	autoarena struct arena *a = arena_new(64 << 20);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct digest_of *list;
	size_t n = 0;
	enum err_code code = due_digests(db, a, &list, &n, e);
	for (size_t i = 0; i < n && !code && !(cancelled && atomic_load(cancelled)); i++) {
		struct mailing m = {.hub = h, .uid = list[i].uid, .daily = list[i].daily, .weekly = list[i].weekly};
		code = account_write(h, write_mails, &m, e);
	}
	return code;
}

static enum err_code forget_marks(struct db *db, void *arg, struct err *e) {
	(void)arg;
	struct db_query q = db_query(db, "UPDATE notice SET mail = '' WHERE mail <> ''");
	return db_run(&q, e);
}

enum err_code notice_mail_due(struct hub *h, struct db *db, const atomic_bool *cancelled, struct err *e) {
	struct db_query q = db_query(db, "SELECT 1 FROM notice WHERE mail <> '' LIMIT 1");
	bool some = db_row(&q);
	enum err_code code = db_done(&q, e);
	if (code || !some) return code;
	if (!mail_configured(h)) return account_write(h, forget_marks, NULL, e);
	code = mail_now(h, db, cancelled, e);
	return code ? code : mail_digests(h, db, cancelled, e);
}
