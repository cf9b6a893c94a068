/* Who holds a receipt in this browser.
 *
 * A cookie of the browser's session alone (no Max-Age, HttpOnly, SameSite=Strict) holds the code, sealed with the hub's key and good for half an hour from the
 * last page; nothing of it is stored here. It is looked at by the pages of this folder only and is never an account: who is signed in as well stays two. */
#pragma once
#include "desk/app.h"
#include "hub/receipt.h"

struct finder {
	struct receipt_code code;
	struct receipt receipt;
	struct str csrf;
};
/* NULL in *out: nobody. Renews the cookie. */
enum err_code finder_find(struct request *rq, struct response *rs, const struct finder **out, struct err *e) must_use;
/* From now on this browser holds it. */
enum err_code finder_begin(struct request *rq, struct response *rs, const struct receipt_code *code, struct err *e) must_use;
void finder_end(struct request *rq, struct response *rs);
/* What the door out is asked with. */
struct disclosing finder_disclosing(struct request *rq, const struct finder *f);
/* A form's proof; ERR_FORBIDDEN. */
enum err_code finder_check(const struct finder *f, struct str csrf, struct err *e) must_use;
