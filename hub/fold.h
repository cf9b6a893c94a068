/* Words as they are searched: one folding for every engine, done here and nowhere else.
 *
 * Text becomes words of small letters without marks (Unicode NFKD, marks taken away, case folded, by utf8proc), one space between them.
 * A word is a run of letters and digits. Where a script writes without spaces (Han, Kana, Hangul syllables, Thai, Lao, Khmer, Myanmar),
 * each character is a word, and a phrase finds them in a row. */
#pragma once
#include "base/base.h"

/* Adds the words of the text, each followed by one space. Anything that is not well-formed UTF-8 ends the text. */
void fold_words(struct buf *out, struct str text);

/* Goes over the words of a text in their places, for highlighting: *at is an offset that begins at 0; word receives the folded word (in
 * `folded`, which is cleared each time), and from/to its place in the text. False at the end. */
bool fold_next(struct str text, size_t *at, struct buf *folded, size_t *from, size_t *to);
