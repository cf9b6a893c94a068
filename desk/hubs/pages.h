/* What the page of hubs shows, and the handlers. */
#pragma once
#include "desk/app.h"
#include "desk/hubs/told.h"

struct hubs_change {
	struct str what, when, datetime, reason, leaf; /* leaf "" it waits */
	struct str key;              /* of a change of keys; "" */
};
struct hubs_line {
	struct str name, url, origin, prefix, key, fingerprint, since, datetime, followed; /* followed: in words; "" it is not */
	bool clash;
	const struct hubs_change *changes;
	size_t n;
};
struct hubs_page {
	struct str hub, origin, key, fingerprint, prefix, address; /* of this hub; key "" before its log began, address "" not known */
	const struct hubs_line *items;
	size_t n;
};
route_fn show_hubs_page, show_there, show_hubs_file;
