/* What is looked at before a text goes to jansson: things that it can't refuse, or that cost too much to find there. */
#pragma once
#include "json.h"

/* Refuses raw NUL, a byte order mark and nesting over depth. *strings gets an upper bound for the bytes of all strings
 * and a NUL behind each. *text may be replaced: an integer beyond 64 bits that is the writer's text of a double gets
 * ".0", so that jansson reads it as one. */
enum err_code json_scan(struct arena *a, struct str *text, int depth, size_t *strings, struct err *e) must_use;
/* "line 3, column 5" of a byte; columns count characters. */
void json_place(struct str text, size_t at, struct err *e);
