/* A secret of the hub that stands in a file of its own beside the database: random bytes, mode 0600, in no backup. Of two processes that make one at once
 * both go on with the same. */
#pragma once
#include "base/base.h"

/* Makes the file with n random bytes where there is none. ERR_STORAGE, ERR_FORBIDDEN. */
enum err_code key_file_make(const char *path, size_t n, struct err *e) must_use;
/* Makes it where there is none and reads it; whoever gets it forgets it with key_file_forget. ERR_CORRUPT: the file holds something else. */
enum err_code key_file_read(struct arena *a, const char *path, size_t n, struct str *out, struct err *e) must_use;
/* Reads what is there. ERR_NOT_FOUND: nothing is; ERR_CORRUPT. */
enum err_code key_file_peek(struct arena *a, const char *path, size_t n, struct str *out, struct err *e) must_use;
/* Writes one that is known. */
enum err_code key_file_keep(const char *path, struct str key, struct err *e) must_use;
/* Puts a new one in the place of what is there. */
enum err_code key_file_replace(const char *path, size_t n, struct err *e) must_use;
void key_file_forget(struct str key);
