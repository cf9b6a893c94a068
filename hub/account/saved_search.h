/* Searches that somebody comes back to, by a name of their own. Nobody else sees them. */
#pragma once
#include "hub/account/account.h"

enum { SAVED_SEARCHES = 200, SAVED_SEARCH_NAME = 100, SAVED_SEARCH_QUERY = 2000 };

struct saved_search {
	int64_t id;
	struct str name;
	struct str query;      /* as in the address of the search's page, without the question mark: "q=deepfake&kind=incident" */
	moment created, seen;  /* seen: when its results were last looked at */
};
/* Replaces the query of one of the same name. ERR_INVALID with e->where "name" or "query"; ERR_CONFLICT when there are too many. */
enum err_code saved_search_save(struct hub *h, struct str uid, struct str name, struct str query, int64_t *id, struct err *e) must_use;
/* By name. */
enum err_code saved_search_list(struct db *db, struct str uid, struct arena *a, struct saved_search **out, size_t *n, struct err *e) must_use;
enum err_code saved_search_find(struct db *db, struct str uid, int64_t id, struct arena *a, struct saved_search *out, struct err *e)
	must_use; /* ERR_NOT_FOUND */
/* Its results were looked at now. ERR_NOT_FOUND. */
enum err_code saved_search_looked_at(struct hub *h, struct str uid, int64_t id, struct err *e) must_use;
enum err_code saved_search_delete(struct hub *h, struct str uid, int64_t id, struct err *e) must_use; /* ERR_NOT_FOUND */
