/* How changes come into the log: for change*.c alone. What happens within one change is noted as it happens and written when the change is done, in its own
 * transaction: one entry for each event, and with the last event of a record what the public sees of it from now on, where that changed; so a change that
 * the public sees is one leaf, and one that it does not see is a leaf that says nothing (ENTRY_COMMIT). */
#pragma once
#include "hub/ledger/entry.h"

struct change_result;
struct store;
struct stored;

struct ledger_noted {
	int64_t record, event;      /* event 0: none */
	struct str uid, kind, key_id;
	enum entry_type public_as;  /* when it becomes public: as its kind says */
	struct entry_event of;
	bool first;                 /* the record was made by it */
	struct sha256 commitment;   /* when it is written */
	/* What the public sees, where that changed. */
	bool shows, was_shown, withdrawn, gone; /* withdrawn: its state says so; gone: erased */
	struct str shown, id, state; /* canonical projection; "" where it is shown no more */
	struct str basis;
	const struct json *struck;   /* names of fields that were erased and that the public may know of; NULL none */
	const struct json *revealed, *revealed_of; /* names of fields of what was sealed, and {commitment, leaf} of that; NULL none */
};
/* Of one change; empty at its beginning. Lives in its arena. */
struct ledger_notes {
	struct ledger_noted *items;
	size_t n, room;
};

/* An event was written; its detail may follow. root: "" where it is of no body. */
enum err_code ledger_note_event(struct store *s, const struct stored *r, int64_t event, const char *type, struct str root) must_use;
void ledger_note_detail(struct store *s, int64_t event, struct str detail);
/* It was taken away again: nothing happened. */
void ledger_note_dropped(struct store *s, int64_t event);
/* What the public sees of r is `shown` now ("" nothing), and was_shown says whether it saw anything before. */
enum err_code ledger_note_public(struct store *s, const struct stored *r, struct str shown, bool was_shown) must_use;
/* The record is erased: its entries before this one say nothing any more. */
enum err_code ledger_note_erased(struct store *s, const struct stored *r, bool was_shown, struct str basis) must_use;
/* Fields of the record were erased that the public could read: it is told so, and shown what is left. */
enum err_code ledger_note_struck(struct store *s, const struct stored *r, struct str shown, const struct json *fields, struct str basis) must_use;
/* What was sealed of it is shown; shown: what the public reads of it, before and after. */
enum err_code ledger_note_reveal(struct store *s, const struct stored *r, struct str shown, const struct json *fields, const struct json *of) must_use;
/* hub/ledger/strike.c: all entries of a record of which fields were erased. Those with a statement lose what public fields could be tried with, but for the newest
 * unless another one follows (says); those of events whose details were rewritten lose the detail's salt; all are sealed with the new key. */
struct ledger_rewritten {
	int64_t event;
	struct str before; /* the detail as it was committed to */
};
enum err_code ledger_strike(struct store *s, const struct stored *was, const struct stored *is, bool says, const struct ledger_rewritten *list, size_t n) must_use;
/* Writes what was noted, and forgets it. At the end of each change; result, which may be NULL, is told what was sealed of its record. */
enum err_code ledger_write(struct store *s, struct change_result *result) must_use;
