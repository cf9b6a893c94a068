/* A fence around the parsers: what the process may still do once it knows what to read. It may open files for reading, map them, make threads, write to standard output and standard error, and end.
 * It may not write or create a file, start a program, make memory executable, or speak with anybody.
 *
 * Two fences of the kernel, each where it has it: Landlock (Linux 5.13, Documentation/userspace-api/landlock.rst) takes away what changes files and TCP, and a filter of system calls (seccomp,
 * Documentation/userspace-api/seccomp_filter.rst; x86-64 and AArch64) answers "not permitted" to all that isn't listed. Both hold for this thread and those that it makes from here on, and can't be undone:
 * for programs that scan and nothing else. A program with sanitizers has no filter, since its reports need more. */
#pragma once
#include "base/base.h"

struct fence {
	bool landlock, calls;
};
/* What could be put up. It costs some 20 µs. */
struct fence fence_close(void);
