/* Digests from last time, by what the file system says of a file: device, inode, size, times of modification and of change, in nanoseconds. Who may write the folder's files and set the clock can fool this, so it is
 * the caller's choice; a file that was touched in the last two seconds is never remembered, since it may change again within the same tick.
 *
 * The file is text: a first line "polder digests 1", then a line a file: five decimals and the digest in hexadecimal, in order. What can't be read is taken for empty. */
#pragma once
#include "manifest.h"

struct remembered;
struct remembered *remembered_read(struct arena *a, const char *path);
/* NULL when it isn't known. */
const struct sha256 *remembered_get(const struct remembered *r, const struct sign_item *item);
void remembered_add(struct remembered *r, const struct sign_item *item);
enum err_code remembered_write(const struct remembered *r, const char *path, struct err *e) must_use;
