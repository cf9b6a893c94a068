/* How this hub counts days: its time zone ([hub] time_zone in polder.conf; UTC where none is given) and its holidays. */
#pragma once
#include "hub/hub.h"
#include "lib/calendar/calendar.h"

/* In the arena. A zone that the system does not know is UTC. */
enum err_code working_days(const struct hub *h, struct db *db, struct arena *a, struct calendar *out, struct err *e) must_use;

struct holiday {
	struct str day, title;
};
enum err_code holiday_list(struct db *db, struct arena *a, struct holiday **out, size_t *n, struct err *e) must_use;
/* ERR_INVALID for what is no day. Terms that run already keep their end. */
enum err_code holiday_add(struct hub *h, struct str day, struct str title, struct err *e) must_use;
enum err_code holiday_remove(struct hub *h, struct str day, struct err *e) must_use; /* ERR_NOT_FOUND */
