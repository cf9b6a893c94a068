#include "finder.h"

#include "desk/site/words.h"

static const char *cookie_name(const struct request *rq) {
	return ((const struct desk_app *)rq->app)->https ? "__Host-polder-receipt" : "polder-receipt";
}

static void set_cookie(struct request *rq, struct response *rs, struct str value, bool over) {
	bool https = ((const struct desk_app *)rq->app)->https;
	response_header(rs, "Set-Cookie", arena_fmt(rq->arena, "%s=%.*s; Path=/; HttpOnly; SameSite=Strict%s%s", cookie_name(rq), STR_ARG(value),
		over ? "; Max-Age=0" : "", https ? "; Secure" : ""));
}

enum err_code finder_begin(struct request *rq, struct response *rs, const struct receipt_code *code, struct err *e) {
	struct str ticket;
	enum err_code failed = receipt_ticket(desk_hub(rq), code, rq->arena, &ticket, e);
	if (!failed) set_cookie(rq, rs, ticket, false);
	return failed;
}

void finder_end(struct request *rq, struct response *rs) {
	set_cookie(rq, rs, STR_EMPTY, true);
}

enum err_code finder_find(struct request *rq, struct response *rs, const struct finder **out, struct err *e) {
	struct str ticket = request_cookie(rq, cookie_name(rq));
	struct finder *f = arena_new_of(rq->arena, struct finder);
	struct err unknown = {0};
	*out = NULL;
	if (!f) return err_set(e, ERR_MEMORY, "out of memory");
	if (!ticket.n) return ERR_OK;
	bool holds = receipt_of_ticket(desk_hub(rq), ticket, rq->arena, &f->code);
	enum err_code code = holds ? receipt_find(desk_hub(rq), rq->worker, &f->code, rq->arena, &f->receipt, &unknown) : ERR_NOT_FOUND;
	if (code == ERR_NOT_FOUND) {
		finder_end(rq, rs);
		return ERR_OK;
	}
	if (code) {
		if (e) *e = unknown;
		return code;
	}
	f->csrf = receipt_csrf(desk_hub(rq), &f->code, rq->arena);
	code = finder_begin(rq, rs, &f->code, e);
	if (!code) *out = f;
	return code;
}

struct disclosing finder_disclosing(struct request *rq, const struct finder *f) {
	return (struct disclosing){desk_hub(rq), rq->worker, receipt_viewer(&f->receipt), rq->arena};
}

enum err_code finder_check(const struct finder *f, struct str csrf, struct err *e) {
	unsigned char differ = f->csrf.n == csrf.n && csrf.n ? 0 : 1;
	for (size_t i = 0; !differ && i < csrf.n; i++) differ |= (unsigned char)(csrf.p[i] ^ f->csrf.p[i]);
	return differ ? err_set(e, ERR_FORBIDDEN, "%s", words.form_too_old) : ERR_OK;
}
