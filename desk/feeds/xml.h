/* Text in XML 1.0. Our own tags stand in the source as literals; whatever comes from a record goes through here. */
#pragma once
#include "base/base.h"

/* Text or a quoted attribute's value. What XML 1.0 forbids (section 2.2: controls but tab and line ends, U+FFFE, U+FFFF, and bytes that are
 * not UTF-8) becomes U+FFFD. */
void xml_text(struct buf *out, struct str s);
/* <name>text</name>; nothing when the text is empty. */
void xml_element(struct buf *out, const char *name, struct str text);
/* The moment in RFC 3339 as an element's text. */
void xml_moment(struct buf *out, const char *name, moment t);
