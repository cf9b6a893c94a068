/* Intake: how a report comes in, by whatever face: by name, by pseudonym or anonymously, with a receipt for whoever has no account.
 *
 * A report that is sent is made and submitted in one transaction with its receipt: it arrives whole or not at all. What a face shows or asks is its
 * own; what is taken stands here and behind the door in:
 *  - anonymous reports hold nothing that names or reaches the finder, pseudonymous ones a handle and what ways to reach them the finder chose;
 *    neither is tied to an account, even of somebody who is signed in;
 *  - where sexual material of minors is involved the finder has said that they understand, and nothing that could hold, show or lead to such material is
 *    taken in: no file, no proof, no link (kinds/report.json says which members). */
#pragma once
#include "hub/receipt.h"
#include "lib/schema/schema.h"

enum intake_how { INTAKE_NONE, INTAKE_NAMED, INTAKE_PSEUDONYM, INTAKE_ANONYMOUS };
/* "name", "pseudonym", "anonymous"; INTAKE_NONE for another word. */
enum intake_how intake_how_of(struct str name);
const char *intake_how_name(enum intake_how how);

enum { INTAKE_FILES = 20, INTAKE_SYSTEMS = 100 };
struct intake_file {
	struct str name, media_type, bytes;
};
struct intake {
	enum intake_how how;
	struct actor actor;                /* INTAKE_NAMED: whose it is */
	const struct json *body;
	const struct str *systems;         /* records of systems that the finder says are meant: linked, "affects" */
	size_t systems_n;
	const struct str *same;            /* public records that the finder thinks tell of the same: linked, "related-to" */
	size_t same_n;
	const struct intake_file *files;
	size_t files_n;
	struct str once;                   /* a name for this request under which it is done once (receipt_of_request); "" none */
	const struct receipt_code *code;   /* of the draft that is sent; NULL: a new one */
	struct schema_errors *told;        /* where all that is wrong with the body goes, in `a` of intake_send; may be NULL */
};
struct intake_sent {
	char uid[UID_SIZE];
	char receipt[RECEIPT_TEXT];        /* "" by name */
	char subject[UID_SIZE];            /* who stands for the finder (hub/receipt.h); "" by name */
	struct change_sealed sealed;       /* of the report; at 0: it had been sent before */
	bool again;                        /* it had been sent before, in the same words */
	bool differs;                      /* it had been sent before, in other words; those were kept */
	size_t files;                      /* that were taken */
	struct err trouble;                /* of the first file that was not, though the report was; code ERR_OK: none */
};
/* ERR_INVALID (e->where is the pointer), ERR_FORBIDDEN (a file where none is taken), ERR_TOO_LARGE and what change_apply gives. */
enum err_code intake_send(struct hub *h, struct db *db, const struct intake *in, struct arena *a, struct intake_sent *out, struct err *e)
	must_use;

/* The body without what this way of reporting may not hold, and without what may not be taken in where minors are concerned; with the type that follows from the
 * answers. For a face that lets somebody change their mind: what was typed before is gone then, from drafts too. */
const struct json *intake_clean(const struct hub *h, struct arena *a, enum intake_how how, const struct json *body);
/* The type that follows from the answers; where they are not given, what the body says. Of the body; "" none. */
struct str intake_type(const struct json *body);
/* Pointers of a reporter's members that this way of reporting does not hold; ends with "". */
const struct str *intake_withheld(enum intake_how how);
/* True where no file is ever taken for this body; *reason says why (may be NULL). */
bool intake_refuses_files(const struct hub *h, struct arena *a, const struct json *body, struct str *reason);

/* ---- what is there already ---- */

/* Systems of this hub that the public knows and that a name may mean, best first. */
enum { INTAKE_HITS = 3 };
enum err_code intake_systems(const struct disclosing *d, struct str name, struct glimpse out[INTAKE_HITS], size_t *n, struct err *e) must_use;

/* ---- duplicates ---- */

/* A report tells of the same as another report, or as a case: it is linked to it, found valid (a duplicate passes through "valid"; as in the case protocol Vultron) where it was not yet, and where the
 * other is worked on in a case it becomes a part of that case and its finder takes part in it as a second finder, with a receipt of their own. For coordinators. ERR_INVALID for
 * what is no report or case; ERR_CONFLICT where it is a duplicate already. The one place where a finder joins a case. */
enum err_code intake_join(struct hub *h, struct db *db, struct actor by, struct str duplicate, struct str of, struct err *e) must_use;
