/* What somebody who holds a receipt reads besides the report itself, as JSON: one form for the API and for the command line. */
#pragma once
#include "hub/disclose.h"
#include "hub/message.h"
#include "lib/json/json.h"

/* A member "messages" of the object that is open. */
void receipt_messages_json(struct json_writer *w, struct arena *a, const struct message *list, size_t n);
/* Members "cases" (those that the finder takes part in with the report: {id, title, state, embargo, until, time_zone, messages}) and "disputes" (of the report:
 * {id, question, state, open, statement, answer, outcome, due}) of the object that is open. d is asked as the finder. */
enum err_code receipt_more_json(struct json_writer *w, const struct disclosing *d, const struct disclosed *report, struct err *e) must_use;
