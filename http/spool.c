#include "inside.h"

#include <errno.h>
#include <fcntl.h>

enum err_code body_to_file(struct body *b, const char *dir, bool keep, struct err *e) {
	if (b->fd < 0) {
		b->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
		if (b->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) { /* a file system without nameless files */
			char name[4096];
			int n = snprintf(name, sizeof name, "%s/polder-body-XXXXXX", dir);
			if (n > 0 && (size_t)n < sizeof name) b->fd = mkostemp(name, O_CLOEXEC);
			if (b->fd >= 0) unlink(name);
		}
		if (b->fd < 0) {
			b->failed = true;
			return err_errno(e, errno, "the upload can't be kept");
		}
	}
	enum err_code code = fd_write_all(b->fd, buf_str(&b->memory), e);
	if (code) {
		b->failed = true;
		return code;
	}
	b->in_file += b->memory.n;
	if (!keep) buf_clear(&b->memory);
	return ERR_OK;
}

void body_free(struct body *b) {
	buf_free(&b->memory);
	if (b->fd >= 0) close(b->fd);
	b->fd = -1;
}
