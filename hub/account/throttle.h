/* Counts failures in memory, by process: of signing in by account and by address, of codes, of resets. What is asked is answered from buckets that fill again with
 * time (token bucket); a full table forgets the one that was longest unused. Thread-safe. Times are stopwatch(). */
#pragma once
#include "base/base.h"

struct throttle;
struct throttle_rule {
	const char *name;
	double burst;        /* that many at once … */
	moment refill;       /* … and one more each so many microseconds */
};
enum err_code throttle_new(struct throttle **out, size_t entries, struct err *e) must_use;
void throttle_free(struct throttle *t);
/* True and takes one; false and *wait says in how many microseconds there is one again. */
bool throttle_take(struct throttle *t, const struct throttle_rule *rule, struct str key, moment *wait);
/* How many are left, without taking. */
double throttle_left(struct throttle *t, const struct throttle_rule *rule, struct str key);
/* A success makes up for what was taken. */
void throttle_forgive(struct throttle *t, const struct throttle_rule *rule, struct str key);
