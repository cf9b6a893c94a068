/* Many files: what stands below the given paths, and scanning all of it with several threads.
 *
 * Invariants: the list is in byte order of the shown paths and holds each once; folders are entered, links to folders are not (each is in the list as a link); nothing
 * is passed over for its name. A path is shown as it was given, and below a folder with what leads there from it; an absolute path is shown by its last part. */
#pragma once
#include "scan.h"

struct scan_entry {
	const char *path; /* to open */
	struct str shown; /* UTF-8 */
	bool folder_link; /* a symbolic link to a folder */
	bool absolute;    /* a symbolic link inside a folder to an absolute path */
	bool leaves;      /* the same, to a place outside of the folder that was given */
};
struct scan_tree {
	struct scan_entry *entries;
	size_t n;
};

/* ERR_NOT_FOUND and the like for a path that was given and isn't there. */
enum err_code scan_tree(struct arena *a, const char *const *paths, size_t n, struct scan_tree *out, struct err *e) must_use;

/* Called from one thread at a time after each file. */
struct scan_progress {
	void (*fn)(void *context, size_t done, size_t of);
	void *context;
};

/* Scans all entries with up to `jobs` threads. *files: one for each entry, in its order; they live until the arena is freed. */
enum err_code scan_all(struct arena *a, const struct scan_options *o, const struct scan_tree *tree, unsigned jobs, const struct scan_progress *progress, struct scan_file **files,
	struct err *e) must_use;
