/* What the end of an embargo, or a planned moment, publishes: what the case's plan names ("/publication" and the links "publishes"), and nothing else. */
#pragma once
#include "hub/hub.h"

/* Ends the embargoes whose hour has come, tells the parties of what is near where the plan wants it ("/publication/notify_days"), then publishes by every plan that is due: each record that the plan names and that is not public makes its kind's
 * move "publish" as the hub, in the order of their linking; then the case itself if it is ready. What can't be published is told to coordinators once, and
 * tried again after a change of the case or of one of them, or an hour later. Where the plan leaves it to a coordinator, that is said once.
 *
 * Each step is a change of its own and passes over what is done already: it may be broken off anywhere and called again, also by two at once. Cheap where
 * nothing is due. db: a connection of the calling thread. */
enum err_code publication_run(struct hub *h, struct db *db, struct err *e) must_use;
