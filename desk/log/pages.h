/* What the pages of the log show, and the handlers that prepare it. */
#pragma once
#include "desk/log/checked.h"
#include "desk/registry/lines.h"
#include "desk/site/site.h"
#include "hub/ledger/cosign.h"

/* ---- files.c ---- */
route_fn show_checkpoint, show_cosigned, show_tile, show_statements, show_logged_record;
/* A receipt as a file for its holder. */
enum err_code send_receipt(struct response *rs, const struct disclosing *d, const struct disclosed *r, int64_t event, struct err *e) must_use;

/* ---- log_page.c ---- */
struct log_line {
	struct str what, when, datetime;
	struct str name, href;    /* of the record; href "" where there is nothing to read any more */
	struct str state, leaf, root;
};
struct log_witness_line {
	struct str name, key, href, size, when, datetime; /* size "" it cosigned nothing yet */
	bool newest, refuses;
};
struct log_page {
	struct str hub, origin, key, size, signed_words, signed_at; /* signed_at "" nothing was signed yet */
	const struct str *before; /* keys that it had, newest first */
	size_t before_n;
	struct str signs_too;     /* until when the first of those does; "" it does not */
	struct str address;       /* of the hub; "" not known */
	const struct log_witness_line *witnesses;
	size_t witnesses_n;
	struct str quorum, cosigned; /* how many are wanted; leaves that so many cosigned, "" none */
	bool holds;
	const struct log_line *lines;
	size_t n;
};
struct record_log_page {
	struct line line;
	const struct log_line *lines;
	size_t n;
	bool waits;               /* the newest statement is not in the log yet */
	struct str api;
};
route_fn show_log, show_record_log;

/* ---- check.c ---- */
struct check_field {
	struct str name, value;
};
struct check_page {
	bool good, ours, own_origin; /* own_origin: it says that it is of this hub's log */
	struct str wrong;
	struct str done, record, href, actor, when, datetime, state, revision;
	const struct check_field *fields;
	size_t n;
	struct str kept_back;     /* how many; "" none */
	struct str promised, leaf, size, witnesses, origin, key;
};
route_fn take_check;

/* ---- reveal.c ---- */
struct reveal_choice {
	struct str name;
	bool chosen;
};
struct reveal_version {
	struct str words, number, when, datetime, leaf; /* number: for addresses */
	const struct reveal_choice *fields;
	size_t n;
};
struct reveal_page {
	struct line line;
	struct str csrf, trouble;
	const struct reveal_version *versions;
	size_t n;
	struct str revision, document; /* what was chosen and, "" nothing yet, what everybody would read */
	const struct str *fields;
	size_t fields_n;
	const struct check_field *shown;
	size_t shown_n;
	struct str kept_back, actor, state, when;
};
route_fn show_revealed, show_reveal, take_reveal;

/* ---- receipts.c ---- */
struct receipt_line {
	struct str what, when, datetime, href, leaf; /* leaf "" it waits */
};
struct receipts_page {
	struct line line;
	const struct receipt_line *items;
	size_t n;
};
route_fn show_receipts, show_receipt_file;
