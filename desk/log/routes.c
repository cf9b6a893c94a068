#include "routes.h"

#include "hub/ledger/receipt.h"
#include "pages.h"

enum { ID = 300 };
#define OPEN (ROUTE_SAME_FOR_ALL | ROUTE_ANY_ORIGIN)
#define ID_PARAM {"id", PARAM_PATH, .length = ID, .help = "number, uid or another name of the record"}

#define REVEAL_PARAMS(where) {"revision", where, PARAM_INT, .min = 1, .max = INT64_MAX, .help = "of which version"}, \
	{"field", where, .repeat = true, .length = ID, .help = "names of what is shown"}

/* Not cached by the hub's changes: the log grows without any, at the end of an epoch. */
const struct route log_routes[] = {
	{"/log", show_log, ROUTE_PUBLIC, .name = "log", .gives = GIVES_HTML, .help = "What the hub's log is and proves, how it stands, and where a receipt is checked."},
	{"/log/checkpoint", show_checkpoint, ROUTE_PUBLIC, .name = "log-checkpoint", .gives = GIVES_FILE, .flags = OPEN,
		.help = "The log's signed head (c2sp.org/tlog-checkpoint)."},
	{"/log/checkpoint.cosigned", show_cosigned, ROUTE_PUBLIC, .name = "log-checkpoint-cosigned", .gives = GIVES_FILE, .flags = OPEN,
		.help = "The newest signed head that enough witnesses cosigned; there is none where nobody is asked."},
	{"/log/tile/{path...}", show_tile, ROUTE_PUBLIC, .name = "log-tile", .gives = GIVES_FILE, .flags = OPEN,
		.help = "Its tiles and entry bundles (c2sp.org/tlog-tiles).", .params = PARAMS({"path", PARAM_PATH, .length = TLOG_PATH, .help = "as in 0/x001/234 or entries/000.p/17"})},
	{"/log/statements/{n}", show_statements, ROUTE_PUBLIC, .name = "log-statements", .gives = GIVES_FILE, .flags = OPEN,
		.help = "What 256 leaves say to everybody, a line of JSON each.",
		.params = PARAMS({"n", PARAM_PATH, PARAM_INT, .min = 0, .max = INT64_MAX / 512, .help = "leaves from 256 n on"})},
	{"/log/records/{uid}", show_logged_record, ROUTE_PUBLIC, .name = "log-logged-record", .gives = GIVES_FILE, .flags = OPEN | ROUTE_CACHEABLE,
		.help = "A public record's body, for comparing it with what the log says of it.", .params = PARAMS({"uid", PARAM_PATH, .length = 20, .help = "the record's uid"})},
	{"/log/revealed/{leaf}", show_revealed, ROUTE_PUBLIC, .name = "log-revealed", .gives = GIVES_FILE, .flags = OPEN,
		.help = "What was sealed and is shown: a receipt, which anybody checks without the hub.",
		.params = PARAMS({"leaf", PARAM_PATH, PARAM_INT, .min = 0, .max = INT64_MAX, .help = "the leaf that says so"})},
	{"/r/{id}/reveal", show_reveal, MAY_SIGNED_IN, .name = "record-reveal", .gives = GIVES_HTML | GIVES_REDIRECT,
		.help = "What was sealed of a record and may be shown, and exactly what everybody would read.", .params = PARAMS(ID_PARAM, REVEAL_PARAMS(PARAM_QUERY))},
	{"/r/{id}/reveal", take_reveal, MAY_SIGNED_IN, HTTP_POST, CSRF_TOKEN, .name = "record-reveal-send", .gives = GIVES_REDIRECT, .body_max = 64 << 10,
		.help = "Shows it, for good.", .params = PARAMS(ID_PARAM, {"csrf", PARAM_FORM, .length = 100, .help = "the form's proof"}, REVEAL_PARAMS(PARAM_FORM),
			{"sure", PARAM_FORM, PARAM_ENUM, .choices = CHOICES("yes"), .required = true})},
	{"/log/check", take_check, ROUTE_PUBLIC, HTTP_POST, CSRF_ORIGIN, .name = "log-check", .gives = GIVES_HTML, .flags = ROUTE_FORM | ROUTE_PRIVATE | ROUTE_UNTRACED,
		.body_max = RECEIPT_FILE_BYTES, .help = "Checks a receipt that was pasted or sent as a file; nothing of it is kept."},
	{"/r/{id}/log", show_record_log, ROUTE_PUBLIC, .name = "record-log", .gives = GIVES_HTML | GIVES_REDIRECT,
		.help = "What the log says of a record to everybody.", .params = PARAMS(ID_PARAM)},
	{"/r/{id}/receipts", show_receipts, MAY_SIGNED_IN, .name = "record-receipts", .gives = GIVES_HTML | GIVES_REDIRECT,
		.help = "Receipts of what you did to a record.", .params = PARAMS(ID_PARAM)},
	{"/r/{id}/receipts/{event}.json", show_receipt_file, MAY_SIGNED_IN, .name = "record-receipt-file", .gives = GIVES_FILE, .flags = ROUTE_PRIVATE,
		.help = "One of them, as a file that is checked without the hub.",
		.params = PARAMS(ID_PARAM, {"event", PARAM_PATH, PARAM_INT, .min = 0, .max = INT64_MAX, .help = "its number; 0: the record's creation"})},
	ROUTE_END
};
