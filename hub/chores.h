/* What a served hub does by itself: sends the mail that waits, and takes away what is over (sessions, codes, answers, keys that no record has …),
 * once a day works out statistics (hub/statistics.h); in a second thread, so that it is
 * on time, ends embargoes at their hour and publishes by plan (hub/case/publication.h), ends access to releases (hub/access.h); in a third keeps the log (hub/ledger/ledger.h); in one more for each of
 * the log's witnesses asks it to cosign (hub/ledger/cosign.h); in two more copies what hubs that it follows say (hub/follow/follow.h). */
#pragma once
#include "hub/hub.h"

struct chores;
enum err_code chores_start(struct hub *h, struct chores **out, struct err *e) must_use;
/* Returns when the threads have ended: what it was sending is left for the next time. */
void chores_stop(struct chores *c);
