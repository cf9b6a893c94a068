/* What a served hub does by itself: sends the mail that waits, and takes away what is over (sessions, codes, answers, keys that no record has …). One thread. */
#pragma once
#include "hub/hub.h"

struct chores;
enum err_code chores_start(struct hub *h, struct chores **out, struct err *e) must_use;
/* Returns when the thread has ended: what it was sending is left for the next time. */
void chores_stop(struct chores *c);
