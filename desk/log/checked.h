/* A receipt as somebody brings it, checked. Nothing of it is kept. */
#pragma once
#include "desk/app.h"
#include "hub/ledger/receipt.h"
#include "lib/json/json.h"

struct log_checked {
	struct receipt_checked r;
	struct str wrong;  /* what is; "" it holds */
	bool ours;         /* it is signed by a key of this hub's log */
	struct str followed; /* hub that this one follows, whose log's key it is; "" none */
};
enum err_code log_check(const struct disclosing *d, struct str text, struct log_checked *out, struct err *e) must_use;
/* What was checked: {good, wrong?, ours?, origin, key, record, event, actor, at, state, revision, fields, kept_back, promised_by?, leaf?, size?, witnesses?, commitment}.
 * The form of API and command line. The arena is for text. */
void checked_json(struct json_writer *w, struct arena *a, const struct log_checked *c);
