/* Connections and their deadlines: what keeps a client from holding a connection for ever by sending or taking a byte
 * now and then. (libmicrohttpd's own timeout only counts silence.)
 *
 * Invariant: a socket that is in the list is open; the polling thread takes it out before it is closed. A connection
 * over its deadline is shut down by the watching thread; the polling thread then sees its end and cleans up. */
#pragma once
#include "base/base.h"

struct watch;
struct watched;

enum err_code watch_start(struct watch **out, struct err *e) must_use;
void watch_stop(struct watch *w); /* and free; the list must be empty */
/* NULL when memory is out. */
struct watched *watch_add(struct watch *w, int fd);
void watch_remove(struct watch *w, struct watched *c);
/* By the stopwatch; 0: none. */
void watch_until(struct watched *c, moment deadline);
size_t watch_count(const struct watch *w);
/* Shuts all connections down: for the end. */
void watch_shut_all(struct watch *w);
