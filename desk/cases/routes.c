#include "routes.h"

#include "desk/app.h"
#include "pages.h"

enum { ID = 300, NAME = 60, TEXT = 20000, TO = 60 };
#define ID_PATH {"id", PARAM_PATH, .length = ID, .help = "number, uid or another name of the case"}
#define CSRF {"csrf", PARAM_FORM, .length = 100, .help = "the form's proof"}
#define ARGUMENT(name) {name, PARAM_FORM, .length = NAME}

const struct route case_routes[] = {
	{"/r/{id}/room", show_room, MAY_SIGNED_IN, .name = "room", .gives = GIVES_HTML, .help = "The room of a case.",
		.params = PARAMS(ID_PATH, {"before", .type = PARAM_INT, .min = 0, .max = INT64_MAX, .otherwise = "0", .help = "messages older than that"},
			{"done", .length = NAME, .help = "what was just done"})},
	{"/r/{id}/room/act", take_room_act, MAY_SIGNED_IN, HTTP_POST, CSRF_TOKEN, .name = "room-act", .gives = GIVES_REDIRECT | GIVES_HTML, .body_max = 64 << 10,
		.help = "Does what takes one click in a case.", .params = PARAMS(ID_PATH, CSRF, {"act", PARAM_FORM, .length = NAME, .required = true},
			ARGUMENT("for"), ARGUMENT("fact"), ARGUMENT("move"), ARGUMENT("step"), ARGUMENT("task"), ARGUMENT("subject"), ARGUMENT("part"))},
	{"/r/{id}/room/message", take_room_message, MAY_SIGNED_IN, HTTP_POST, CSRF_TOKEN, .name = "room-message", .gives = GIVES_REDIRECT, .body_max = 256 << 10,
		.help = "Sends a message to all in a case, or to some.",
		.params = PARAMS(ID_PATH, CSRF, {"text", PARAM_FORM, PARAM_TEXT, .length = TEXT, .required = true},
			{"to", PARAM_FORM, .length = TO, .repeat = true, .help = "\"all\", \"coordinators\", or uids"},
			{"parent", PARAM_FORM, PARAM_INT, .min = 0, .max = INT64_MAX, .otherwise = "0", .help = "the message that it answers"})},
	{"/r/{id}/room/read", take_room_read, MAY_SIGNED_IN, HTTP_POST, CSRF_TOKEN, .name = "room-read", .gives = GIVES_REDIRECT, .body_max = 4 << 10,
		.help = "Notes that a case's messages were read.",
		.params = PARAMS(ID_PATH, CSRF, {"up_to", PARAM_FORM, PARAM_INT, .min = 1, .max = INT64_MAX, .required = true})},
	{"/desk", show_desk, MAY_COORDINATE, .name = "desk", .gives = GIVES_HTML, .help = "What waits for coordinators.",
		.params = PARAMS({"order", .type = PARAM_ENUM, .choices = CHOICES("oldest", "severity", "due"), .otherwise = "oldest"})},
	{"/desk/clocks", show_clocks, MAY_COORDINATE, .name = "clocks", .gives = GIVES_HTML, .help = "Terms that run, of all records.",
		.params = PARAMS({"show", .type = PARAM_ENUM, .choices = CHOICES("all", "overdue", "week", "mine"), .otherwise = "all"})},
	{"/r/{id}/case", take_case, MAY_COORDINATE, HTTP_POST, CSRF_TOKEN, .name = "report-case", .gives = GIVES_REDIRECT, .body_max = 16 << 10,
		.help = "Opens a case from a report, or joins it to one.",
		.params = PARAMS(ID_PATH, CSRF, {"title", PARAM_FORM, .length = ID, .help = "of a new case"}, {"case", PARAM_FORM, .length = ID, .help = "one that is there"})},
	ROUTE_END
};
