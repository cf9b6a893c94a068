#include "routes.h"

#include "pages.h"

enum { ID = 300, WORD = 60, REASON = 4000, FORM = 1 << 20, REPORT = 5 << 20 };
#define ID_PATH {"id", PARAM_PATH, .length = ID, .help = "number, uid or another name of the record"}
#define CSRF {"csrf", PARAM_FORM, .length = 100, .help = "the form's proof"}
#define STATE {"state", .type = PARAM_ENUM, .choices = CHOICES("pending", "accepted", "rejected", "revoked", "expired", "retracted"), .help = "those alone"}

const struct route release_routes[] = {
	{"/releases", show_releases, ROUTE_PUBLIC, .name = "releases", .gives = GIVES_HTML, .flags = ROUTE_CACHEABLE,
		.help = "Releases that one may know of, and at which stage each is."},
	{"/account/access", show_my_access, MAY_SIGNED_IN, .name = "my-access", .gives = GIVES_HTML, .help = "What one asked for, and what came of it.",
		.params = PARAMS({"done", .length = WORD, .help = "what was just done"})},
	{"/r/{id}/access", show_ask, MAY_SIGNED_IN, .name = "access-form", .gives = GIVES_HTML, .help = "Where one asks for a release.", .params = PARAMS(ID_PATH)},
	{"/r/{id}/access", take_ask, MAY_SIGNED_IN, HTTP_POST, CSRF_TOKEN, .name = "access-send", .gives = GIVES_HTML | GIVES_REDIRECT, .flags = ROUTE_FORM,
		.body_max = FORM, .help = "Asks for it.", .params = PARAMS(ID_PATH, CSRF)},
	{"/r/{id}/requests", show_queue, MAY_SIGNED_IN, .name = "access-queue", .gives = GIVES_HTML, .help = "Who asked for a release, for its owners.",
		.params = PARAMS(ID_PATH, STATE, {"before", .type = PARAM_INT, .min = 0, .max = INT64_MAX, .otherwise = "0", .help = "from the page before"},
			{"done", .length = WORD, .help = "how many were just decided"})},
	{"/r/{id}/requests", take_queue, MAY_SIGNED_IN, HTTP_POST, CSRF_TOKEN, .name = "access-queue-send", .gives = GIVES_HTML | GIVES_REDIRECT,
		.body_max = 64 << 10, .help = "Decides about some of them.",
		.params = PARAMS(ID_PATH, CSRF, {"request", PARAM_FORM, .length = 40, .repeat = true}, {"reason", PARAM_FORM, PARAM_TEXT, .length = REASON},
			{"act", PARAM_FORM, PARAM_ENUM, .choices = CHOICES("access.accept", "access.reject", "access.revoke", "access.reopen")})},
	{"/r/{id}/requests/export", show_queue_export, MAY_SIGNED_IN, .name = "access-queue-export", .gives = GIVES_FILE, .help = "All of them as a file, for its owners.",
		.params = PARAMS(ID_PATH, STATE, {"format", .type = PARAM_ENUM, .choices = CHOICES("csv", "json"), .otherwise = "csv", .help = "of the file"})},
	{"/r/{id}/gate", take_gate, MAY_SIGNED_IN, HTTP_POST, CSRF_TOKEN, .name = "gate-send", .gives = GIVES_REDIRECT, .flags = ROUTE_FORM, .body_max = REPORT,
		.help = "Attaches the report of a gate.", .params = PARAMS(ID_PATH, CSRF)},
	ROUTE_END
};
