/* Markdown (CommonMark with tables, strikethrough and bare links) as HTML that is safe to show.
 *
 * Invariants of the output: only elements from a fixed list, with attributes from a fixed list; no raw HTML (it shows
 * as text); links only where html_url_allowed, with rel="nofollow noopener" when they lead outside; an image is a
 * link to it; no id and no style; class only for a code's language and a cell's alignment. Elements are closed in the
 * right order, so the result can't break what stands around it.
 *
 * Time and size are bounded: text over MARKDOWN_BYTES is refused, so are output over `max` and nesting over
 * MARKDOWN_NEST; such text is given escaped in <pre> instead of rendered, as long as that fits. */
#pragma once
#include "html.h"

enum { MARKDOWN_BYTES = 256 << 10, MARKDOWN_NEST = 32 };

struct markdown_options {
	int heading_shift; /* added to each heading's level; at most h6 comes out */
	size_t max;        /* bytes of output; 0: eight times the input and 64 kB */
};

/* Adds to out. ERR_INVALID for bad UTF-8, ERR_TOO_LARGE when even the plain text does not fit: out is as before then.
 * options may be NULL. */
enum err_code markdown_add(struct html *out, struct str text, const struct markdown_options *options,
	struct err *e) must_use;

/* In the arena, for {= } in templates. Text that can't be shown at all gives a line that says so. */
struct safe_html markdown(struct arena *a, struct str text, int heading_shift);
