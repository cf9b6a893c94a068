/* Files: read whole with a maximum, written so that a reader sees the old or the new and never half. */
#pragma once
#include "arena.h"
#include "err.h"
#include "str.h"

/* The whole of a file, in the arena. "-" is standard input. ERR_TOO_LARGE over max bytes, ERR_NOT_FOUND,
 * ERR_FORBIDDEN, ERR_INVALID for a directory, ERR_STORAGE. */
enum err_code file_read(struct arena *a, const char *path, size_t max, struct str *out, struct err *e) must_use;

/* Writes to a temporary name in the same folder, fsyncs, renames, fsyncs the folder. On an error the old file stays
 * and no temporary one is left. mode as for open(2). */
enum err_code file_write(const char *path, struct str bytes, unsigned mode, struct err *e) must_use;

/* The same without waiting for the disk: for what can be made again. */
enum err_code file_put(const char *path, struct str bytes, unsigned mode, struct err *e) must_use;

/* Creates a folder and those above it; existing ones are fine. */
enum err_code file_make_dir(const char *path, struct err *e) must_use;

bool file_exists(const char *path);
bool file_is_dir(const char *path);

/* All regular files under path whose names end in suffix (a file given as path itself counts whatever its name),
 * sorted by byte order. Symbolic links below path are not followed; names that begin with '.' are passed over. */
struct file_list {
	const char **paths;
	size_t n;
};
enum err_code file_walk(struct arena *a, const char *path, const char *suffix, struct file_list *out, struct err *e) must_use;

/* dir + "/" + name. */
const char *file_join(struct arena *a, const char *dir, const char *name);
/* What stands behind the last slash. */
struct str file_name(struct str path);

/* Writes all bytes or says why not. */
enum err_code fd_write_all(int fd, struct str bytes, struct err *e) must_use;
