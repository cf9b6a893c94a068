/* What the writers share. */
#pragma once
#include "json.h"

/* The string in quotes, escaped as RFC 8785 section 3.2.2.2 has it. */
void json_quote(struct buf *out, struct str s);
