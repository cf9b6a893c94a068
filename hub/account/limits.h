/* How often may be tried what can be guessed; for hub/account alone. */
#pragma once
#include "hub/account/throttle.h"
#include "hub/hub.h"

extern const struct throttle_rule limit_login, limit_address, limit_second_factor, limit_provider, limit_reset_email, limit_reset_address;

/* ERR_BUSY with when to try again. A key that is empty (no address: the command line) is not counted. */
enum err_code limit_take(struct hub *h, const struct throttle_rule *rule, struct str key, struct err *e) must_use;
/* It was no failure. */
void limit_forgive(struct hub *h, const struct throttle_rule *rule, struct str key);
