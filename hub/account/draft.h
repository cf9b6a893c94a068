/* What somebody typed in a form and did not finish: kept for the next time, on whatever machine. Nobody else sees it; it is
 * sealed (hub/seal.h), since it may be a report that is not sent yet. */
#pragma once
#include "hub/account/account.h"

enum { DRAFTS = 200, DRAFT_BYTES = 2 << 20, DRAFT_NAME = 300 };
#define DRAFT_LASTS (365 * DAY)

struct draft {
	struct str name;  /* of the form, with the record's where it is about one: "new/report", "edit/R-7KQ2-M9XD" */
	struct str body;  /* whatever bytes the form wants back; "" in lists */
	int64_t bytes;
	moment updated;
};
/* Replaces one of the same name. ERR_INVALID (name), ERR_TOO_LARGE, ERR_CONFLICT when there are DRAFTS of others. */
enum err_code draft_save(struct hub *h, struct str uid, struct str name, struct str body, struct err *e) must_use;
enum err_code draft_load(const struct hub *h, struct db *db, struct str uid, struct str name, struct arena *a, struct draft *out, struct err *e) must_use; /* ERR_NOT_FOUND; ERR_UNSUPPORTED: the key is another */
/* One that is not there is gone already. */
enum err_code draft_delete(struct hub *h, struct str uid, struct str name, struct err *e) must_use;
/* The newest first, without bodies. */
enum err_code draft_list(struct db *db, struct str uid, struct arena *a, struct draft **out, size_t *n, struct err *e) must_use;
/* What anybody began to write about a record. In a transaction of the writer. */
enum err_code draft_forget_record(struct db *db, struct str record, struct err *e) must_use;
