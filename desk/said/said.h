/* What others say of a record, for its page and its JSON; and what a record that says something is about. */
#pragma once
#include "desk/app.h"
#include "hub/says.h"
#include "lib/json/json.h"

struct said_line {
	struct str href, by, by_href;  /* by_href "" it has no page here */
	struct str says, why, of, when, datetime, where, state; /* where: the hub that it was said in, "" here; state "" it stands */
	struct str statement, action;
	struct str other, other_href;  /* of duplicates: the other record, as a name; href "" it can't be reached */
	bool inverse, more;            /* more: the statement is cut */
};
struct said_part {
	const struct said_line *items;
	size_t n, standing;
	bool conflict;                 /* those who say of the same that they are affected, and that they are not; or that it is disputed and that it is fixed: told side by side */
	struct str add;                /* where one's own is said; "" not by this viewer */
	/* Of a record that says something itself: */
	struct str by, by_href, about, about_href, about_hub; /* about_hub: "" this one; about "" it says nothing of others */
	struct str same, same_href;    /* "" it is no duplicate of anything */
};
enum err_code said_read(const struct disclosing *d, const struct disclosed *r, struct said_part *out, struct err *e) must_use;
/* "said": [{…}], where there is any. */
enum err_code said_json(struct json_writer *w, const struct disclosing *d, const struct disclosed *r, struct err *e) must_use;
