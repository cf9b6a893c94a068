/* What affects what somebody uses, as its template wants it. */
#pragma once
#include "desk/registry/lines.h"
#include "hub/affects.h"

struct affects_row {
	struct line line;
	struct str severity, about, about_href;
	struct str how;           /* "itself", or by how many steps it is made from what that is about */
	const char *version;      /* "Affected", "Not affected"; NULL not known */
	bool bad, good, withdrawn;
};
struct affects_group {
	struct line line;
	struct str how;
};
struct affects_page {
	struct str names, version; /* as they were typed */
	struct str refused;        /* why they could not be looked up; "" they were, or nothing was typed */
	bool asked, versioned, more;
	const struct affects_group *systems;
	size_t systems_n;
	const struct affects_row *rows;
	size_t n;
	const struct str *unknown;
	size_t unknown_n;
	struct str api;
};
route_fn show_affects, api_affects;

/* {names, unknown, systems, items, more} */
void affects_json(struct json_writer *w, const struct hub *h, const struct affects_request *r, const struct affects *a);
