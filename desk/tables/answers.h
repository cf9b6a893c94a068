/* Answers to a table's questions as a request brings them: a parameter for each question, or a vector. */
#pragma once
#include "desk/app.h"
#include "hub/table.h"

/* A copy of the route table in which each route that has a parameter named "vector" of that place also takes every question of the hub's tables, by name. */
const struct route *with_questions(struct arena *a, const struct hub *h, const struct route *table);
/* What was given; *any: anything was. ERR_INVALID (e->where the question) for an answer that there isn't. */
enum err_code answers_read(struct request *rq, const struct decide_table *t, struct decide_given *out, bool *any, struct err *e) must_use;
