#include "limits.h"

const struct throttle_rule limit_login = {"sign-in of an account", 10, 15 * MINUTE / 10};
const struct throttle_rule limit_address = {"sign-in from an address", 30, 15 * MINUTE / 30};
const struct throttle_rule limit_second_factor = {"second factor", 5, 15 * MINUTE / 5};
const struct throttle_rule limit_provider = {"sign-in by a provider", 30, 15 * MINUTE / 30};
const struct throttle_rule limit_reset_email = {"reset of an address", 3, HOUR / 3};
const struct throttle_rule limit_reset_address = {"reset from an address", 20, HOUR / 20};

enum err_code limit_take(struct hub *h, const struct throttle_rule *rule, struct str key, struct err *e) {
	moment wait;
	if (!key.n || throttle_take(h->throttle, rule, key, &wait)) return ERR_OK;
	int64_t seconds = (wait + SECOND - 1) / SECOND, minutes = (seconds + 59) / 60;
	if (seconds < 60) return err_set(e, ERR_BUSY, "too many attempts; try again in %lld second%s", (long long)seconds, seconds == 1 ? "" : "s");
	return err_set(e, ERR_BUSY, "too many attempts; try again in %lld minute%s", (long long)minutes, minutes == 1 ? "" : "s");
}

void limit_forgive(struct hub *h, const struct throttle_rule *rule, struct str key) {
	if (key.n) throttle_forgive(h->throttle, rule, key);
}
