#include "mail.h"

#include "hub/seal.h"
#include "lib/json/json.h"

bool mail_configured(const struct hub *h) {
	return h->mail.server.n > 0;
}

enum err_code mail_queue(const struct hub *h, struct db *db, const struct mail *m, struct err *e) {
	if (!mail_configured(h)) return ERR_OK;
	autoarena struct arena *a = arena_new(4 << 20);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct json_builder b = json_object_of(a);
	json_set_str(&b, S("to"), m->to);
	json_set_str(&b, S("subject"), m->subject);
	json_set_str(&b, S("text"), m->text);
	struct str sealed, plain = json_text(a, json_built(&b));
	if (arena_failed(a)) return err_set(e, ERR_TOO_LARGE, "the message is too large");
	enum err_code code = seal(h, plain, a, &sealed, e);
	if (code) return code;
	struct db_query q = db_query(db, "INSERT INTO mail (message, created, due, attempts, problem) VALUES ($1, $2, $2, 0, '')");
	db_bind_bytes(&q, 1, sealed);
	db_bind_int(&q, 2, now());
	return db_run(&q, e);
}

enum err_code mail_send_due(struct hub *h, struct db *db, int64_t *left, struct err *e) {
	(void)h;
	struct db_query q = db_query(db, "SELECT count(*) FROM mail");
	if (db_row(&q)) *left = db_int(&q, 0);
	return db_done(&q, e);
}
