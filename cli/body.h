/* Bodies from the command line: a file, standard input, --set NAME=VALUE, an editor. For `new` and `edit`. */
#pragma once
#include "command.h"

/* start: the body to begin with, or NULL. Order: --file (or standard input when it isn't a terminal and nothing else was given), then each
 * --set; with none of these on a terminal, $VISUAL or $EDITOR on a temporary file. ERR_CANCELLED when the editor left it as it was. */
enum err_code body_from_user(struct cli *c, const struct json *start, const struct json **out, struct err *e) must_use;

/* A text written in the editor, which shows what is asked for; without the lines that begin with #. ERR_CANCELLED when nothing was written. */
enum err_code body_text_from_editor(struct cli *c, const char *asked, struct str *out, struct err *e) must_use;

/* Says how it went with what body_from_user gave: what was typed in an editor is thrown away once it was taken, and else kept, told where. */
void body_settle(bool taken);
