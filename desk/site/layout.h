/* What the templates layout.html and error.html show. */
#pragma once
#include "desk/copy/copy.h"
#include "desk/site/site.h"

struct layout_frame {
	const struct site_page *page;
	const struct desk_user *user; /* NULL: nobody is signed in */
	struct str csrf, here;        /* here: this page's address, to come back to after signing in */
	struct str hub, title, description, canonical, style, script, forms, icon;
	struct str feed_title, feed_json;
	const struct desk_copy *copy; /* what this is a copy of; NULL: it is a hub */
	struct str as_of, as_of_words, size; /* of the copy */
};

struct error_page {
	const struct problem *problem;
	struct str detail;
	const char *advice;
};
