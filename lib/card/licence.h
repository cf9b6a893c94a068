/* Licences as cards name them (identifiers of the hub convention, docs "Licenses"; where there is an SPDX identifier, it is that in lowercase), and what of them matters
 * to who gates a release. Not legal advice: a licence may say more than these marks do. */
#pragma once
#include "base/base.h"

enum {
	LICENCE_USES = 1,          /* restricts for what it may be used, as RAIL and "acceptable use" licences do; must be handed on to derivatives */
	LICENCE_NONCOMMERCIAL = 2,
	LICENCE_NO_DERIVATIVES = 4,
	LICENCE_SHARE_ALIKE = 8,   /* derivatives under the same licence */
	LICENCE_TERMS = 16,        /* terms of its author's own, to be read: size of company, attribution, names */
};
struct licence {
	struct str id;       /* lowercase; "" none */
	bool known;          /* it is one of the identifiers; "other" and "unknown" are not */
	unsigned marks;
};
/* By its identifier, in whatever case; also by the name or SPDX identifier that stands for the same. */
struct licence licence_of(struct arena *a, struct str id);
/* Whether a derivative under `of` keeps what `base` demands of derivatives. "" it does; else what it drops, as a sentence. What a licence that is not known demands can't
 * be judged: `unsure` is set. */
struct str licence_drops(struct licence base, struct licence of, bool *unsure);
/* All that are known, for documentation and tests; NULL-terminated. */
const char *const *licence_ids(void);
