/* Reading a mapped file that somebody cuts short, or whose disk fails, while it is read: the kernel then sends SIGBUS, which would end the program.
 *
 * Invariant: between guard_begin and guard_end this thread may read the mapping and lives; from the first page that can't be had on it reads zeros, and guard_end says so.
 * The handler is the process's, and passes on what isn't about a guarded mapping. Guards don't nest; each thread has its own. */
#pragma once
#include "base/base.h"

void guard_begin(const void *mapping, size_t n);
/* False when a part of the mapping could not be read. */
bool guard_end(void) must_use;
