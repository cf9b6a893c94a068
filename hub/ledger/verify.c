#include "verify.h"

#include <stdarg.h>

void ledger_found(struct verifying *v, const char *fmt, ...) {
	char words[600];
	va_list args;
	va_start(args, fmt);
	vsnprintf(words, sizeof words, fmt, args);
	va_end(args);
	if (v->r->n < LEDGER_FINDINGS) v->r->findings[v->r->n++] = arena_str(v->kept, str_of(words));
}

enum err_code ledger_verify(const struct hub *h, struct db *db, struct arena *a, const struct tlog_key *trusted, size_t trusted_n, struct ledger_report *out,
	struct err *e) {
	*out = (struct ledger_report){.findings = arena_array(a, LEDGER_FINDINGS, sizeof *out->findings)};
	struct verifying v = {h, db, a, trusted, trusted_n, out, e};
	if (!out->findings) return err_set(e, ERR_MEMORY, "out of memory");
	/* One state of the database; the log on the disk may be ahead of it by then, never behind what is in it. */
	enum err_code code = db_read_begin(db, e);
	if (code) return code;
	code = verify_log(&v);
	if (!code) code = verify_records(&v);
	if (!code) code = verify_peers(&v);
	db_read_end(db);
	return code;
}
