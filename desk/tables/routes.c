#include "routes.h"

#include "answers.h"
#include "pages.h"

enum { ID = 300, NAME = 60, NOTE = 10000, FORM_BYTES = 64 << 10 };
#define ID_PATH    {"id", PARAM_PATH, .length = ID, .help = "number, uid or another name of the record"}
#define TABLE_PATH {"table", PARAM_PATH, .length = NAME, .help = "a table's name"}
#define VECTOR     "the answers in a line; or one by one, by the names of the questions"

static const struct route routes[] = {
	{"/tables", show_tables, ROUTE_PUBLIC, .name = "tables", .gives = GIVES_HTML, .flags = ROUTE_CACHEABLE, .help = "The hub's decision tables."},
	{"/tables/{table}", show_table, ROUTE_PUBLIC, .name = "table", .gives = GIVES_HTML,
		.help = "A decision table: what it asks, how to tell, the whole of it, and a try-out.",
		.params = PARAMS(TABLE_PATH, {"vector", .length = DECIDE_VECTOR, .help = VECTOR})},
	{"/tables/{table}.csv", send_table, ROUTE_PUBLIC, .name = "table-csv", .gives = GIVES_FILE, .flags = ROUTE_CACHEABLE,
		.help = "Every combination of a table with its outcome, as CSV.", .params = PARAMS(TABLE_PATH)},
	{"/r/{id}/triage", show_triage, MAY_SIGNED_IN, .name = "triage", .gives = GIVES_HTML, .help = "What was decided about a report or case by tables.",
		.params = PARAMS(ID_PATH, {"table", .length = NAME, .help = "the table to decide by"}, {"done", .type = PARAM_BOOL, .help = "it was just decided"})},
	{"/r/{id}/triage", take_triage, MAY_SIGNED_IN, HTTP_POST, CSRF_TOKEN, .name = "triage-decide", .gives = GIVES_HTML | GIVES_REDIRECT,
		.body_max = FORM_BYTES, .help = "Works out a table for a report or case, or records the decision.",
		.params = PARAMS(ID_PATH, {"csrf", PARAM_FORM, .length = 100, .help = "the form's proof"},
			{"table", PARAM_FORM, .length = NAME, .required = true, .help = "the table"},
			{"version", PARAM_FORM, .length = 20, .help = "of the table whose questions were shown"},
			{"do", PARAM_FORM, PARAM_ENUM, .choices = CHOICES("work", "record"), .otherwise = "work", .help = "work it out, or record it"},
			{"note", PARAM_FORM, PARAM_TEXT, .length = NOTE, .help = "for coordinators"}, {"vector", PARAM_FORM, .length = DECIDE_VECTOR, .help = VECTOR})},
	ROUTE_END
};

const struct route *table_routes(struct arena *a, const struct desk_app *app) { return with_questions(a, app->hub, routes); }
