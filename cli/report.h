/* What `polder report` and `polder receipt` share: a report asked for on a terminal, and a hub that may be a folder here or an address elsewhere. */
#pragma once
#include "command.h"
#include "hub/intake.h"

/* ---- report_ask.c ---- */

/* Asks for a report: the three questions first, then what they make relevant; long texts in an editor where one wants. `start` holds answers that stand already, which are shown and may be
 * kept. ERR_CANCELLED where the input ends before the end; *out is what there is so far in any case. */
enum err_code report_ask(struct cli *c, enum intake_how how, const struct json *start, const struct json **out, struct err *e) must_use;
/* One line of the terminal, trimmed; false at its end. */
bool report_line(struct cli *c, const char *prompt, struct str *out);

/* ---- report_hub.c ---- */

struct report_file {
	const char *path;
	struct str name, bytes;
};
struct report_sending {
	enum intake_how how;
	const struct json *body;
	const struct report_file *files;
	size_t files_n;
	const struct str *systems;
	size_t systems_n;
	struct str once;
};
struct report_sent {
	struct str id, receipt; /* receipt "" by name */
	bool again;
	struct str trouble;     /* a file that was not taken; "" none */
};
/* To the folder or the address that --hub names; by name here means by whoever runs this hub, elsewhere by the token in POLDER_TOKEN. */
enum err_code report_send(struct cli *c, const struct report_sending *s, struct report_sent *out, struct err *e) must_use;
bool report_is_remote(const struct cli *c);

/* How a report stands, as the API tells it ("Receipt"). */
enum err_code report_status(struct cli *c, struct str code, const struct json **out, struct err *e) must_use;
/* The receipt as a file is made of it (hub/ledger/receipt.h). */
enum err_code report_receipt(struct cli *c, struct str code, const struct json **out, struct err *e) must_use;
enum err_code report_message(struct cli *c, struct str code, struct str text, struct err *e) must_use;
enum err_code report_attach(struct cli *c, struct str code, const struct report_file *file, struct err *e) must_use;
enum err_code report_withdraw(struct cli *c, struct str code, struct str reason, struct err *e) must_use;
