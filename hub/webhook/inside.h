/* For hub/webhook alone. */
#pragma once
#include "hub/account/audit.h"
#include "hub/webhook.h"
#include "hub/writer.h"
#include "lib/digest/digest.h"

enum { WEBHOOK_ID = 40 };
/* prefix and 18 random bytes in base64url, without what could be taken for the end of a sentence. */
void webhook_id(const char *prefix, char out[WEBHOOK_ID]);
enum err_code webhook_none(struct err *e); /* ERR_NOT_FOUND */
/* The owner, as the door out is asked: a person, an organization, the public. ERR_NOT_FOUND for a person who can't sign in. */
enum err_code webhook_viewer(struct db *db, struct arena *a, struct str owner, struct viewer *out, struct err *e) must_use;
/* Whether a list of names with commas holds one, or what it begins with (and ".*"); "" holds all. */
bool webhook_wants(struct str list, struct str name);
/* The owner is told that it was switched off: a person, an organization's owners, the hub's. In a transaction of the writer. */
enum err_code webhook_tell_owner(struct db *db, struct str owner, struct err *e) must_use;
/* type and payload of an event for a viewer, from the door out. ERR_NOT_FOUND: it does not show. */
struct webhook_message {
	struct str type, payload, kind;
};
enum err_code webhook_message(struct hub *h, struct db *db, struct viewer viewer, int64_t event, struct arena *a, struct webhook_message *out, struct err *e)
	must_use;
/* A call that waits, to be made at once. In a transaction of the writer. */
struct delivery_new {
	struct str webhook, id, type, payload;
	int64_t record, event; /* 0: a test */
};
enum err_code delivery_write(struct db *db, const struct delivery_new *d, struct err *e) must_use;
