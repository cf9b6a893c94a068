#include "limits.h"

#include <arpa/inet.h>

#include "hub/account/throttle.h"

/* A network of IPv6 is one caller: whoever has it has 2^64 addresses. */
struct str api_address_key(struct arena *a, struct str address) {
	unsigned char bytes[16];
	if (str_find_char(address, ':') == STR_NONE || inet_pton(AF_INET6, arena_cstr(a, address), bytes) != 1) return address;
	return arena_cat(a, S("net:"), str_n(bytes, 8));
}

static struct str caller(struct request *rq, bool *known) {
	struct str token = request_header(rq, "authorization");
	*known = rq->user != NULL;
	if (!*known) return api_address_key(rq->arena, request_remote(rq));
	return arena_fmt(rq->arena, "%.*s %.*s", STR_ARG(desk_user(rq)->account.uid), STR_ARG(token)); /* which the throttle keeps as a hash */
}

static void tell(struct response *rs, const char *name, int64_t n) {
	char text[24];
	snprintf(text, sizeof text, "%lld", (long long)n);
	response_header_once(rs, name, str_of(text));
}

static int64_t seconds_up(moment t) {
	return t <= 0 ? 0 : (t + SECOND - 1) / SECOND;
}

bool api_admit(struct request *rq, struct response *rs) {
	struct throttle *throttle = ((struct desk_app *)rq->app)->throttle;
	const struct hub_limits *limits = &desk_hub(rq)->limits;
	bool known, reads = rq->method == HTTP_GET, api = str_starts(rq->path, S("/api/"));
	if (!throttle || (reads && !api)) return true; /* pages are read freely: most come from the cache */
	struct str key = caller(rq, &known);
	int64_t limit = !reads ? limits->writes : known ? limits->reads : limits->reads_anonymous;
	if (!limit) return true;
	struct throttle_rule rule = {!reads ? "writes" : known ? "reads" : "reads of anybody", (double)limit, MINUTE / limit};
	moment wait = 0;
	bool fine = throttle_take(throttle, &rule, key, &wait);
	double left = throttle_left(throttle, &rule, key);
	if (!fine) left = 0;
	if (!fine) {
		response_problem(rs, &(struct problem){.status = 429, .type = S("too-many-requests"),
			.detail = arena_fmt(rq->arena, "No more than %lld %s a minute; try again in %lld s.", (long long)limit,
				reads ? "requests" : "changes", (long long)seconds_up(wait))});
		tell(rs, "Retry-After", seconds_up(wait) ? seconds_up(wait) : 1);
	}
	if (!api) return fine;
	tell(rs, "RateLimit-Limit", limit);
	tell(rs, "RateLimit-Remaining", (int64_t)left);
	tell(rs, "RateLimit-Reset", seconds_up((moment)(((double)limit - left) * (double)rule.refill)));
	return fine;
}
