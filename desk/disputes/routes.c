#include "routes.h"

#include "pages.h"

enum { ID = 300, TEXT = 20000, WANTS = 4000, WORD = 40 };
#define ID_PATH {"id", PARAM_PATH, .length = ID, .help = "number, uid or another name of the record"}
#define CSRF {"csrf", PARAM_FORM, .length = 100, .help = "the form's proof"}

#define CHOICE {"choice", PARAM_FORM, .length = 200}
#define REASONS {"reasons", PARAM_FORM, PARAM_TEXT, .length = TEXT}

const struct route dispute_routes[] = {
	{"/disputes", show_disputes, ROUTE_PUBLIC, .name = "disputes", .gives = GIVES_HTML, .flags = ROUTE_CACHEABLE,
		.help = "Disputes that one may know of, with their outcomes."},
	{"/desk/panel", show_panel, MAY_SIGNED_IN, .name = "panel", .gives = GIVES_HTML, .help = "Disputes that one is to judge.",
		.params = PARAMS({"done", .length = WORD, .help = "what was just done"})},
	{"/r/{id}/dispute", show_file_dispute, MAY_SIGNED_IN, .name = "dispute-file", .gives = GIVES_HTML, .help = "Where a record is disputed.",
		.params = PARAMS(ID_PATH)},
	{"/r/{id}/dispute", take_file_dispute, MAY_SIGNED_IN, HTTP_POST, CSRF_TOKEN, .name = "dispute-file-send", .gives = GIVES_HTML | GIVES_REDIRECT,
		.body_max = 128 << 10, .help = "Files a dispute.",
		.params = PARAMS(ID_PATH, CSRF, {"question", PARAM_FORM, .length = WORD}, {"statement", PARAM_FORM, PARAM_TEXT, .length = TEXT},
			{"wants", PARAM_FORM, PARAM_TEXT, .length = WANTS}, {"remedy", PARAM_FORM, .length = WORD}, {"procedure", PARAM_FORM, .length = WORD},
			{"against", PARAM_FORM, .length = WORD}, {"behalf", PARAM_FORM, .length = WORD, .help = "uid of an organization; left out: oneself"})},
	{"/r/{id}/vote", show_vote, MAY_SIGNED_IN, .name = "vote", .gives = GIVES_HTML, .help = "Where a member of a panel votes.", .params = PARAMS(ID_PATH)},
	{"/r/{id}/vote", take_vote, MAY_SIGNED_IN, HTTP_POST, CSRF_TOKEN, .name = "vote-send", .gives = GIVES_HTML | GIVES_REDIRECT, .body_max = 64 << 10,
		.help = "Casts a vote.", .params = PARAMS(ID_PATH, CSRF, CHOICE, REASONS, {"dissent", PARAM_FORM, .length = WORD}, {"C", PARAM_FORM, .length = 1},
			{"S", PARAM_FORM, .length = 1}, {"E", PARAM_FORM, .length = 1})},
	{"/r/{id}/decide", show_decide, MAY_SIGNED_IN, .name = "decide", .gives = GIVES_HTML, .help = "Where a dispute is decided on its first levels.",
		.params = PARAMS(ID_PATH)},
	{"/r/{id}/decide", take_decide, MAY_SIGNED_IN, HTTP_POST, CSRF_TOKEN, .name = "decide-send", .gives = GIVES_HTML | GIVES_REDIRECT,
		.body_max = 128 << 10, .help = "Decides it.", .params = PARAMS(ID_PATH, CSRF, CHOICE, REASONS, {"dissent", PARAM_FORM, .length = WORD},
			{"C", PARAM_FORM, .length = 1}, {"S", PARAM_FORM, .length = 1}, {"E", PARAM_FORM, .length = 1})},
	{"/admin/seats", show_seats, MAY_ADMINISTER, .name = "seats", .gives = GIVES_HTML, .help = "Who may sit on panels.",
		.params = PARAMS({"done", .length = WORD, .help = "what was just done"})},
	{"/admin/seats", take_seat, MAY_ADMINISTER, HTTP_POST, CSRF_TOKEN, .name = "seat-send", .gives = GIVES_HTML | GIVES_REDIRECT, .body_max = 16 << 10,
		.help = "Gives a seat, or takes it.",
		.params = PARAMS(CSRF, {"person", PARAM_FORM, .length = ID}, {"sector", PARAM_FORM, .length = WORD},
			{"until", PARAM_FORM, PARAM_DATE, .help = "the last day; left out: without end"}, {"take", PARAM_FORM, .length = WORD})},
	ROUTE_END
};
