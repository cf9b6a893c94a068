/* Messages: the comments of a record, in threads, to all who read the record's audiences or to some; unread per person.
 *
 * Sent through the door in (CHANGE_COMMENT with parent and to). Who reads one: whoever belongs to its audiences; where it goes to some, those subjects
 * (for an organization its members), its author, and coordinators. An anonymous finder is a subject like others. */
#pragma once
#include "hub/disclose.h"

struct message {
	int64_t id;               /* event; what `parent` and marks name */
	int64_t thread;           /* id of the message that began it */
	moment at;
	struct str author;        /* subject; "" where this viewer is not told who it is */
	struct str author_name;   /* as this viewer may know them: "Finder 1", "Coordinator", an organization's or a person's name */
	struct str text;
	unsigned audiences;
	struct str *to;           /* names of those who alone read it */
	size_t to_n;
	bool unread, own;
};
struct message_request {
	int64_t thread;           /* 0: all */
	int64_t before;           /* id to begin below; 0 the newest */
	size_t limit;             /* 1 … 200 */
};
/* Oldest first among the newest `limit`; *more: there are older ones. */
enum err_code disclose_messages(const struct disclosing *d, const struct disclosed *r, const struct message_request *m, struct message **out,
	size_t *n, bool *more, struct err *e) must_use;
/* Messages by others that this viewer may read and has not. */
enum err_code disclose_unread(const struct disclosing *d, const struct disclosed *r, int64_t *out, struct err *e) must_use;
/* All that this viewer may read. */
enum err_code disclose_message_count(const struct disclosing *d, const struct disclosed *r, int64_t *out, struct err *e) must_use;
/* By whoever is signed in, or an anonymous finder; not a change to the record. */
enum err_code message_mark_read(struct hub *h, const struct disclosing *d, const struct disclosed *r, int64_t up_to, struct err *e) must_use;
