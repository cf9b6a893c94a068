/* A model as a list of files: what is signed.
 *
 * Invariants: items are in the order of their paths, folder by folder (as if '/' were the smallest character), each once; the root digest is SHA-256 over the digests' bytes in that order.
 * A path is relative, with '/', UTF-8, and leads nowhere else; a model that is one file has the path ".". Links are refused unless they are allowed, and then followed for what they hold;
 * what is neither file nor folder is refused. A file that changes while it is read is an error. */
#pragma once
#include "lib/digest/digest.h"

struct sign_item {
	struct str path;
	struct sha256 digest;
	uint64_t device, inode, size;
	int64_t modified, changed; /* nanoseconds since 1970; of items that were read from the disk */
};
struct sign_manifest {
	struct str name;           /* the folder's, for people */
	struct sign_item *items;
	size_t n;
	struct sha256 root;
	const struct str *ignore;  /* relative paths that are left out, with all below them */
	size_t ignore_n;
	bool links;                /* links were followed */
};

struct remembered;
/* Reads all files below `folder`. `known` may be NULL; digests that were computed are added to it. */
enum err_code sign_manifest_make(struct arena *a, const char *folder, const struct str *ignore, size_t ignore_n, bool links, struct remembered *known, struct sign_manifest *out, struct err *e) must_use;
/* Whether the files are still what they were by size, times and number; ERR_CONFLICT. */
enum err_code sign_manifest_unchanged(struct arena *a, const char *folder, const struct sign_manifest *m, struct err *e) must_use;

/* Sorts items and computes the root of them in that order. ERR_INVALID for a path twice. */
enum err_code sign_manifest_finish(struct sign_manifest *m, struct err *e) must_use;
/* 64 small hexadecimal digits. */
bool sign_digest_read(struct str hex, struct sha256 *out) must_use;
/* False for a path that no item may have. */
bool sign_path_ok(struct str path);

enum sign_change { SIGN_MISSING, SIGN_ADDED, SIGN_CHANGED };
struct sign_difference {
	enum sign_change change;
	struct str path;
};
/* How `is` differs from `was`, in the order of paths. */
enum err_code sign_compare(struct arena *a, const struct sign_manifest *was, const struct sign_manifest *is, struct sign_difference **out, size_t *n, struct err *e) must_use;
