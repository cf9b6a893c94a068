/* Within lib/card/. */
#pragma once
#include "lib/card/card.h"

/* text.c: sections, placeholders and topics of out->text. */
enum err_code card_read_text(struct arena *a, struct card *out, struct err *e) must_use;
