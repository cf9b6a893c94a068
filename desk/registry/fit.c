/* Keeps a page within what a slow line bears: PRESENT_BYTES of text in all, whatever a record holds. Short facts always stay. */
#include "present.h"

/* One text may take two thirds of what is left, so that what follows is not lost behind it. */
static size_t most_of(size_t left) {
	return left / 3 * 2;
}

struct str present_cut(struct str text, size_t *left, bool *cut) {
	struct str out = text.n > most_of(*left) ? str_cut_utf8(text, most_of(*left)) : text;
	*cut = out.n < text.n;
	*left -= out.n;
	return out;
}

static void take(size_t *left, size_t n) {
	*left -= n < *left ? n : *left;
}

static void fit(struct shown *s, size_t *left) {
	enum { TAGS = 40, SHORT = 300 };
	take(left, TAGS + s->label.n + s->url.n + s->note.n);
	if (s->as == SHOWN_LONG || s->text.n > SHORT) s->text = present_cut(s->text, left, &s->cut);
	else take(left, s->text.n);
	struct shown *items = (struct shown *)(uintptr_t)s->items;
	size_t kept = 0;
	while (kept < s->n && *left > SHORT) {
		/* Of references and events what stands beside them is shown too. */
		bool with_help = s->as == SHOWN_REFERENCES || s->as == SHOWN_TIMELINE;
		if (with_help) items[kept].help = present_cut(items[kept].help, left, &items[kept].cut);
		fit(&items[kept++], left);
	}
	size_t each = s->as == SHOWN_TABLE && s->columns_n ? s->columns_n : 1;
	kept -= kept % each;
	s->more += (s->n - kept) / each;
	s->n = kept;
}

void present_fit(struct shown *s, size_t *left) {
	if (s->as != SHOWN_MARKUP) fit(s, left);
}
