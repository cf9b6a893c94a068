#include "routes.h"

#include "desk/intake/pages.h"
#include "desk/intake/similar.h"

enum { ID = 300, TEXT = 4000, REASON = 2000, STATEMENT = 20000, WORD = 40 };
#define UNSEEN (ROUTE_PRIVATE | ROUTE_UNTRACED)
#define CSRF {"csrf", PARAM_FORM, .length = 100, .help = "the form's proof"}
#define PAGE(path_, handler, name_, help_, ...) \
	{path_, handler, ROUTE_PUBLIC, .name = name_, .gives = GIVES_HTML, .flags = UNSEEN, .help = help_, .params = PARAMS(__VA_ARGS__)}
/* By CSRF_ORIGIN and, where a receipt is held, its own proof: whoever is signed in as well has nothing to do with it. */
#define FORM(path_, handler, name_, body_, flags_, help_, ...) \
	{path_, handler, ROUTE_PUBLIC, HTTP_POST, CSRF_ORIGIN, .name = name_, .flags = UNSEEN | (flags_), .gives = GIVES_HTML | GIVES_REDIRECT, \
		.body_max = body_, .help = help_, .params = PARAMS(__VA_ARGS__)}

const struct route intake_routes[] = {
	PAGE("/report", show_report_start, "report", "Where one begins to report a flaw.", {"system", .length = ID, .help = "the record that it is about"},
		{"organization", .length = ID, .help = "the record that it is about"}),
	PAGE("/report/new", show_report_form, "report-form", "The form of a report.",
		{"how", .type = PARAM_ENUM, .choices = CHOICES("anonymous", "pseudonym", "name"), .otherwise = "anonymous", .help = "by name or not"},
		{"system", .length = ID, .help = "the record that it is about"}, {"organization", .length = ID, .help = "the record that it is about"},
		{"kept", .length = FORM_KEY, .help = "key of what was typed before signing in again"}, {"fresh", .type = PARAM_BOOL, .help = "not from the draft"}),
	FORM("/report/new", take_report_form, "report-send", FORM_FILES, ROUTE_FORM, "Shows the form again, keeps a draft, or sends the report.", {0}),
	{"/report/sent", show_report_sent, MAY_SIGNED_IN, .name = "report-sent", .gives = GIVES_HTML, .flags = UNSEEN, .help = "The receipt of a report by name.",
		.params = PARAMS({"id", .length = ID, .help = "uid of the report"}, {"files", .type = PARAM_BOOL, .help = "whether all were taken"})},
	PAGE("/receipt", show_receipt, "receipt", "Where a receipt code is entered.", {0}),
	FORM("/receipt", take_receipt, "receipt-send", 4 << 10, 0, "Opens a report by its receipt code.",
		{"code", PARAM_FORM, .length = 200, .help = "as typed"}),
	PAGE("/receipt/report", show_follow, "follow", "A report as its finder sees it.", {"done", .length = 20, .help = "what was just done"}),
	PAGE("/receipt/change", show_change, "follow-change", "The form of a report for its finder.", {0}),
	FORM("/receipt/change", take_change, "follow-change-send", FORM_BODY, ROUTE_FORM, "Changes a report, or shows the form again.", {0}),
	FORM("/receipt/message", take_message, "follow-message", 64 << 10, 0, "A message to the coordinators.", CSRF,
		{"text", PARAM_FORM, PARAM_TEXT, .length = TEXT, .help = "as typed"}, {"record", PARAM_FORM, .length = ID, .help = "the report, or a case that it is in"},
		{"parent", PARAM_FORM, PARAM_INT, .min = 0, .max = INT64_MAX, .otherwise = "0", .help = "the message that it answers"}),
	FORM("/receipt/files", take_files, "follow-files", FORM_FILES, ROUTE_FORM, "Adds files to a report.", {0}),
	{"/receipt/receipt.json", show_finder_receipt, ROUTE_PUBLIC, .name = "follow-receipt", .gives = GIVES_FILE | GIVES_REDIRECT, .flags = UNSEEN,
		.help = "What proves that the hub took the report in, as a file for its finder."},
	FORM("/receipt/receipt.json", take_finder_receipt, "follow-receipt-send", 4 << 10, 0, "The same for whoever has the receipt code.",
		{"code", PARAM_FORM, .length = 200, .help = "as typed"}),
	{"/receipt/files/{sha256}", show_finder_file, ROUTE_PUBLIC, .name = "follow-file", .gives = GIVES_FILE, .flags = UNSEEN, .help = "A file of a report for its finder.",
		.params = PARAMS({"sha256", PARAM_PATH, .length = 64, .help = "in hexadecimal"})},
	FORM("/receipt/harbor", take_finder_accept, "follow-harbor", 4 << 10, 0, "Accepts a policy for a report.", CSRF,
		{"policy", PARAM_FORM, .length = ID, .required = true, .help = "a policy that covers it"}),
	FORM("/receipt/embargo", take_finder_embargo, "follow-embargo", 16 << 10, 0, "Answers to the embargo of a case that the report is in.", CSRF,
		{"record", PARAM_FORM, .length = ID, .required = true, .help = "the case"},
		{"answer", PARAM_FORM, PARAM_ENUM, .choices = CHOICES("accept", "reject"), .otherwise = "accept"},
		{"reason", PARAM_FORM, PARAM_TEXT, .length = REASON, .help = "why not"}),
	FORM("/receipt/threatened", take_finder_threatened, "follow-threatened", 64 << 10, 0, "Tells coordinators that the finder is threatened.", CSRF,
		{"text", PARAM_FORM, PARAM_TEXT, .length = TEXT, .help = "as typed"}),
	PAGE("/receipt/dispute", show_finder_dispute_form, "follow-dispute", "Where a finder disputes what was decided about their report.", {0}),
	FORM("/receipt/dispute", take_finder_dispute_form, "follow-dispute-send", 128 << 10, 0, "Files a dispute about the report.", CSRF,
		{"question", PARAM_FORM, .length = WORD}, {"statement", PARAM_FORM, PARAM_TEXT, .length = STATEMENT}, {"wants", PARAM_FORM, PARAM_TEXT, .length = TEXT},
		{"remedy", PARAM_FORM, .length = WORD}, {"procedure", PARAM_FORM, .length = WORD}, {"against", PARAM_FORM, .length = WORD},
		{"behalf", PARAM_FORM, .length = WORD, .help = "is passed over: a finder speaks for themselves"}),
	PAGE("/receipt/disputes/{id}", show_finder_dispute, "follow-disputed", "A dispute about the report, for its finder.",
		{"id", PARAM_PATH, .length = ID, .help = "uid of the dispute"}, {"done", .length = 20, .help = "what was just done"}),
	FORM("/receipt/disputes/{id}", take_finder_dispute, "follow-disputed-send", 128 << 10, 0, "What a finder does in a dispute about the report.", CSRF,
		{"id", PARAM_PATH, .length = ID, .help = "uid of the dispute"}, {"act", PARAM_FORM, .length = WORD, .required = true, .help = "such as dispute.state"},
		{"text", PARAM_FORM, PARAM_TEXT, .length = STATEMENT, .help = "as typed"}, {"member", PARAM_FORM, .length = WORD, .help = "of the panel, who is challenged"}),
	{"/receipt/harbor/{grant}.json", show_finder_opening, ROUTE_PUBLIC, .name = "follow-opening", .gives = GIVES_FILE, .flags = UNSEEN,
		.help = "What proves which report a grant is about: for its finder.", .params = PARAMS({"grant", PARAM_PATH, .length = 40, .help = "the grant's"})},
	FORM("/receipt/withdraw", take_withdrawal, "follow-withdraw", 64 << 10, 0, "Takes a report back.", CSRF,
		{"reason", PARAM_FORM, PARAM_TEXT, .length = REASON, .help = "as typed"}),
	FORM("/receipt/claim", take_claim, "follow-claim", 4 << 10, 0, "Adds a report to the account that is signed in.", CSRF),
	FORM("/receipt/leave", take_leave, "follow-leave", 4 << 10, 0, "The browser forgets the code.", CSRF),
	PAGE("/receipt/{rest...}", lost_receipt, "receipt-lost", "To the page where a code is entered.", {"rest", PARAM_PATH, .length = 500, .help = "anything"}),
	PAGE("/report/{rest...}", lost_report, "report-lost", "To the page where one begins.", {"rest", PARAM_PATH, .length = 500, .help = "anything"}),
	{"/r/{id}/duplicate", take_duplicate, MAY_COORDINATE, HTTP_POST, CSRF_TOKEN, .name = "record-duplicate", .gives = GIVES_REDIRECT, .body_max = 4 << 10,
		.help = "Says that a report tells of the same as another, or as a case.", .params = PARAMS(CSRF,
			{"id", PARAM_PATH, .length = ID, .help = "number, uid or another name of the record"}, {"of", PARAM_FORM, .length = ID, .required = true, .help = "the other"})},
	ROUTE_END
};
