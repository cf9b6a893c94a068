/* Forms of records: creating, editing, drafts, moves, links, comments, files. */
#pragma once
#include "desk/app.h"

/* Fills in app->plans. ERR_INVALID for a kind's layout that can't be read. */
enum err_code forms_begin(struct arena *a, struct desk_app *app, struct err *e) must_use;
extern const struct route form_routes[];
