/* Chat templates: Jinja (jinja.palletsprojects.com, "Template Designer Documentation"), of which only what templates for chats need is taken for granted.
 *
 * A template can do harm through what an expression reaches by attributes (CVE-2024-34359, CVE-2026-5760), so attributes and names with two
 * underscores, the filter attr, and the globals that lead to functions are BLOCK; filters, functions, methods and statements that aren't listed are for REVIEW. */
#pragma once
#include "inside.h"

/* strict: also what is merely unlisted is said. `where` names the template in messages. */
void check_template(struct scan *s, struct str text, uint64_t offset, const char *where, bool strict);
/* True when a character that can be written as it is, such as an underscore, is written as an escape: \x5f, \u005f, \U0000005f, \137, \N{LOW LINE}. */
bool spells_plain_letters(struct str s);
/* True when text has an expression or a statement in it. */
bool has_template(struct str text);
