#include "mail.h"

#include "hub/mail_message.h"
#include "hub/net.h"
#include "hub/seal.h"
#include "hub/writer.h"
#include "lib/digest/digest.h"

enum { MESSAGE_CAP = 64 << 20, PART = 20, PROBLEM = 300, PASSWORD = 4096 };
#define CLAIMED (10 * MINUTE) /* who took a message and did not say how it went is given up */

static const moment again[] = {1 * MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 12 * HOUR};

bool mail_configured(const struct hub *h) {
	return h->mail.server.n > 0;
}

/* ---- queueing ---- */

enum err_code mail_queue(const struct hub *h, struct db *db, const struct mail *m, struct err *e) {
	if (!mail_configured(h)) return ERR_OK;
	autoarena struct arena *a = arena_new(MESSAGE_CAP);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct json_builder b = json_object_of(a);
	json_set(&b, S("to"), json_str_checked(a, m->to));
	json_set(&b, S("subject"), json_str_checked(a, m->subject));
	json_set(&b, S("text"), json_str_checked(a, m->text));
	if (m->of_list) json_set_bool(&b, S("list"), true);
	if (m->thread.n) json_set(&b, S("thread"), json_str_checked(a, m->thread));
	if (m->stop.n) json_set(&b, S("stop"), json_str_checked(a, m->stop));
	struct str sealed, plain = json_text(a, json_built(&b));
	if (arena_failed(a)) return err_set(e, ERR_INVALID, "the message is too large, or no UTF-8 text");
	enum err_code code = seal(h, plain, a, &sealed, e);
	if (code) return code;
	struct db_query q = db_query(db, "INSERT INTO mail (message, created, due, attempts, problem) VALUES ($1, $2, $2, 0, '')");
	db_bind_bytes(&q, 1, sealed);
	db_bind_int(&q, 2, now());
	return db_run(&q, e);
}

/* ---- sending ---- */

struct waiting {
	int64_t id, attempts;
	moment due, created;
	struct str sealed;
	bool claimed;
	bool sent;
	bool refused; /* for good */
	struct str problem;
};

/* Two servers on one hub must not both send it. */
static enum err_code claim(struct db *db, void *arg, struct err *e) {
	struct waiting *w = arg;
	struct db_query q = db_query(db, "UPDATE mail SET due = $3 WHERE id = $1 AND due = $2");
	db_bind_int(&q, 1, w->id);
	db_bind_int(&q, 2, w->due);
	db_bind_int(&q, 3, now() + CLAIMED);
	enum err_code code = db_run(&q, e);
	w->claimed = !code && db_changes(db) > 0;
	return code;
}

static enum err_code settle(struct db *db, void *arg, struct err *e) {
	const struct waiting *w = arg;
	bool over = w->sent || w->refused || w->attempts >= (int64_t)lengthof(again);
	struct db_query q = over ? db_query(db, "DELETE FROM mail WHERE id = $1") :
		db_query(db, "UPDATE mail SET due = $2, attempts = attempts + 1, problem = $3 WHERE id = $1");
	db_bind_int(&q, 1, w->id);
	if (!over) db_bind_int(&q, 2, now() + again[w->attempts]);
	if (!over) db_bind_str(&q, 3, w->problem);
	return db_run(&q, e);
}

static enum err_code password_of(const struct hub *h, struct arena *a, struct str *out, struct err *e) {
	*out = STR_EMPTY;
	if (!h->mail.user.n || !h->mail.password_file.n) return ERR_OK;
	const char *path = arena_cstr(a, h->mail.password_file);
	if (path[0] != '/') path = file_join(a, h->dir, path);
	enum err_code code = file_read(a, path, PASSWORD, out, e);
	*out = str_trim(*out);
	return code;
}

/* A name for what belongs together that tells nobody what. */
static struct str thread_id(const struct hub *h, struct arena *a, struct str thread, struct str domain) {
	struct sha256 digest = sha256_parts((const struct str[]){S("polder thread 1 "), h->uid, S(" "), thread}, 4);
	char hex[SHA256_HEX];
	sha256_hex(&digest, hex);
	return arena_fmt(a, "%.32s@%.*s", hex, STR_ARG(domain));
}

static enum err_code deliver(const struct hub *h, struct arena *a, struct waiting *w, const atomic_bool *cancelled, struct str *to,
	struct err *e) {
	struct str plain, password = STR_EMPTY, message = STR_EMPTY;
	const struct json *v;
	struct mail_message m = {.date = w->created};
	struct mail_address from;
	enum err_code code = unseal(h, w->sealed, a, &plain, e);
	if (!code) code = json_parse(a, plain, NULL, &v, e);
	if (!code) code = mail_address_read(h->mail.from, &from, e);
	if (code) return code;
	*to = json_get_str(v, S("to"));
	m.from = from;
	m.to = (struct mail_address){STR_EMPTY, *to};
	m.subject = json_get_str(v, S("subject"));
	m.text = json_get_str(v, S("text"));
	/* The same name at every attempt, so that a message that was taken after all is not shown twice. */
	struct sha256 digest = sha256(w->sealed);
	char hex[SHA256_HEX];
	sha256_hex(&digest, hex);
	struct str domain = str_from(from.address, str_find_char(from.address, '@') + 1), thread = json_get_str(v, S("thread"));
	m.id = arena_fmt(a, "%.32s@%.*s", hex, STR_ARG(domain));
	if (thread.n) m.references = thread_id(h, a, thread, domain);
	if (json_true(json_get_lit(v, "list"))) m.list_id = arena_fmt(a, "notices.%.*s", STR_ARG(domain));
	m.stop = json_get_str(v, S("stop"));
	code = mail_message_write(a, &m, &message, e);
	if (!code) code = password_of(h, a, &password, e);
	if (code) return code;
	struct net_mail mail = {h->mail.server, from.address, *to, h->mail.user, password, message};
	return net_mail(a, &mail, cancelled, &w->refused, e);
}

static enum err_code send_one(struct hub *h, struct waiting *w, const atomic_bool *cancelled, struct err *e) {
	autoarena struct arena *a = arena_new(MESSAGE_CAP);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct err why = {0};
	struct str to = S("somebody");
	enum err_code code = writer_run(h->writer, claim, w, e);
	if (code || !w->claimed) return code;
	code = deliver(h, a, w, cancelled, &to, &why);
	w->sent = !code;
	w->problem = str_cut_utf8(str_of(why.message), PROBLEM);
	if (code && w->refused)
		fprintf(stderr, "polder: a message to %.*s was refused for good and given up: %s\n", STR_ARG(to), why.message);
	else if (code && w->attempts >= (int64_t)lengthof(again))
		fprintf(stderr, "polder: a message to %.*s could not be sent and was given up: %s\n", STR_ARG(to), why.message);
	else if (code && code != ERR_CANCELLED)
		fprintf(stderr, "polder: a message to %.*s could not be sent: %s\n", STR_ARG(to), why.message);
	if (code == ERR_CANCELLED) return ERR_OK; /* its claim passes */
	return writer_run(h->writer, settle, w, e);
}

static enum err_code read_due(struct db *db, struct arena *a, struct waiting *list, size_t *n, struct err *e) {
	struct db_query q = db_query(db, "SELECT id, attempts, due, created, message FROM mail WHERE due <= $1 ORDER BY due, id LIMIT 20");
	db_bind_int(&q, 1, now());
	*n = 0;
	while (*n < PART && db_row(&q))
		list[(*n)++] = (struct waiting){.id = db_int(&q, 0), .attempts = db_int(&q, 1), .due = db_int(&q, 2), .created = db_int(&q, 3),
			.sealed = arena_str(a, db_str(&q, 4))};
	return db_done(&q, e);
}

enum err_code mail_send_until(struct hub *h, struct db *db, const atomic_bool *cancelled, int64_t *left, struct err *e) {
	struct waiting list[PART];
	size_t n = 0;
	enum err_code code = ERR_OK;
	do {
		autoarena struct arena *a = arena_new(MESSAGE_CAP);
		if (!a) return err_set(e, ERR_MEMORY, "out of memory");
		n = 0;
		if (mail_configured(h)) code = read_due(db, a, list, &n, e);
		for (size_t i = 0; i < n && !code && !(cancelled && atomic_load(cancelled)); i++) code = send_one(h, &list[i], cancelled, e);
	} while (!code && n == PART && !(cancelled && atomic_load(cancelled)));
	if (code) return code;
	struct db_query q = db_query(db, "SELECT count(*) FROM mail");
	int64_t waiting = db_row(&q) ? db_int(&q, 0) : 0;
	code = db_done(&q, e);
	if (!code) *left = waiting;
	return code;
}

enum err_code mail_send_due(struct hub *h, struct db *db, int64_t *left, struct err *e) {
	return mail_send_until(h, db, NULL, left, e);
}

/* ---- after a rotation of the keys ---- */

enum err_code mail_seal_again(struct hub *h, struct db *db, struct arena *a, int64_t *n, struct err *e) {
	for (int64_t id = 0;;) {
		struct str sealed = STR_EMPTY, fresh;
		bool changed = false;
		struct db_query q = db_query(db, "SELECT id, message FROM mail WHERE id > $1 ORDER BY id LIMIT 1");
		db_bind_int(&q, 1, id);
		bool found = db_row(&q);
		if (found) {
			id = db_int(&q, 0);
			sealed = arena_str(a, db_str(&q, 1));
		}
		enum err_code code = db_done(&q, e);
		if (code || !found) return code;
		code = seal_again(h, sealed, a, &fresh, &changed, e);
		if (code == ERR_UNSUPPORTED) code = ERR_OK; /* of a key that is lost: it was unreadable before */
		if (!code && changed) {
			q = db_query(db, "UPDATE mail SET message = $2 WHERE id = $1");
			db_bind_int(&q, 1, id);
			db_bind_bytes(&q, 2, fresh);
			code = db_run(&q, e);
			(*n)++;
		}
		if (code) return code;
		arena_clear(a);
	}
}
