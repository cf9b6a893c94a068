/* Between the files of lib/decide. */
#pragma once
#include "decide.h"

/* Reads /rules and works out the map. */
enum err_code decide_read_rules(struct arena *a, struct decide_table *t, struct err *e) must_use;
/* Sets an error and its place: a pointer below the document. Returns ERR_INVALID. */
enum err_code decide_wrong(struct err *e, struct str pointer, const char *fmt, ...) printf_like(3, 4);
