/* Files of a record: what a viewer is told of them, and their bytes. */
#include "hub/disclose.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "hub/attachment.h"
#include "hub/disclose_private.h"

enum { FILES = 500 };

/* What the row of an encrypted file tells stands in `sealed`. */
static enum err_code unseal_row(const struct disclosing *d, const struct stored *r, struct str sealed, struct disclosed_file *f, struct err *e) {
	struct str text;
	const struct json *told;
	enum err_code code = store_open(d->hub, d->a, r->key_id, &(struct cipher_place){"attachment", r->uid, 0}, sealed, &text, e);
	if (!code) code = json_parse(d->a, text, NULL, &told, e);
	if (code) return code;
	f->name = json_get_str(told, S("name"));
	f->media_type = json_get_str(told, S("media_type"));
	f->sha256 = json_get_str(told, S("sha256"));
	return ERR_OK;
}

enum err_code disclose_files(const struct disclosing *d, const struct disclosed *r, struct disclosed_file **out, size_t *n,
	struct err *e) {
	struct stored s;
	struct disclosed_file *items = arena_array(d->a, FILES, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = store_read(d->hub, d->db, d->a, r->line.record, &s, e);
	if (code) return code;
	size_t used = 0;
	struct db_query q = db_query(d->db,
		"SELECT name, media_type, sha256, size, at, audiences, sealed FROM attachment WHERE record = $1 ORDER BY id");
	db_bind_int(&q, 1, r->line.record);
	while (!code && used < FILES && db_row(&q)) {
		if (!((unsigned)db_int(&q, 5) & r->audiences)) continue;
		struct disclosed_file *f = &items[used++];
		*f = (struct disclosed_file){.stored = arena_str(d->a, db_str(&q, 2)), .size = db_int(&q, 3), .at = db_int(&q, 4)};
		if (!db_is_null(&q, 6)) {
			f->encrypted = true;
			code = unseal_row(d, &s, db_str(&q, 6), f, e);
			continue;
		}
		f->name = arena_str(d->a, db_str(&q, 0));
		f->media_type = arena_str(d->a, db_str(&q, 1));
		f->sha256 = f->stored;
	}
	enum err_code ended = db_done(&q, code ? NULL : e);
	if (code || ended) return code ? code : ended;
	*out = items;
	*n = used;
	return ERR_OK;
}

/* In memory that is nobody else's and never a file with a name. */
static enum err_code decrypt(const struct disclosing *d, const struct stored *s, const struct disclosed_file *f, const char *path, int *fd, struct err *e) {
	autoarena struct arena *a = arena_new(2 * (size_t)ATTACHMENT_BYTES + (2 << 20));
	struct str blob, bytes;
	char hex[SHA256_HEX];
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = file_read(a, path, ATTACHMENT_BYTES + CIPHER_OVERHEAD, &blob, e);
	if (!code) code = store_open(d->hub, a, s->key_id, &(struct cipher_place){"file", s->uid, 0}, blob, &bytes, e);
	if (code) return code;
	struct sha256 digest = sha256(bytes); /* one file of the record is not shown as another */
	if (!str_eq(sha256_hex(&digest, hex), f->sha256)) return err_set(e, ERR_CORRUPT, "the file %.*s holds other bytes than it should", STR_ARG(f->name));
	int to = memfd_create("polder-file", MFD_CLOEXEC);
	if (to < 0) return err_errno(e, errno, "the file %.*s", STR_ARG(f->name));
	code = fd_write_all(to, bytes, e);
	if (!code && lseek(to, 0, SEEK_SET) != 0) code = err_errno(e, errno, "the file %.*s", STR_ARG(f->name));
	if (code) close(to);
	else *fd = to;
	return code;
}

enum err_code disclose_file_open(const struct disclosing *d, const struct disclosed *r, const struct disclosed_file *f, int *fd, uint64_t *size,
	struct err *e) {
	struct stored s;
	struct stat st;
	int opened = -1;
	const char *path = attachment_path(d->a, d->hub->dir, f->stored);
	enum err_code code = store_read(d->hub, d->db, d->a, r->line.record, &s, e);
	if (!code && f->encrypted) code = decrypt(d, &s, f, path, &opened, e);
	if (!code && !f->encrypted && (opened = open(path, O_RDONLY | O_CLOEXEC)) < 0) code = err_errno(e, errno, "the file %.*s", STR_ARG(f->name));
	if (code) return code;
	if (fstat(opened, &st) || st.st_size < 0) {
		close(opened);
		return err_set(e, ERR_STORAGE, "the file %.*s can't be read", STR_ARG(f->name));
	}
	*fd = opened;
	*size = (uint64_t)st.st_size;
	return ERR_OK;
}
