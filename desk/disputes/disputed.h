/* What a record's page says of its disputes. */
#pragma once
#include "desk/app.h"
#include "hub/dispute.h"

struct disputed_one {
	const struct dispute_line *d;
	struct str href, question, state, outcome, due; /* words */
};
struct disputed {
	const struct disputed_one *items; /* open ones first */
	size_t n, open;
	struct str file;                  /* where one is filed; "" not by this viewer */
};
enum err_code disputed_read(const struct disclosing *d, const struct disclosed *r, struct disputed *out, struct err *e) must_use;
route_fn show_dispute;

/* Words. */
struct str question_words(struct str question);
struct str outcome_words(struct str outcome);
struct str level_words(struct str level);
struct str sector_words(struct arena *a, struct str sector);
