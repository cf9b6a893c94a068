/* Tiles, and the checkpoint over them. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/ledger/ledger.h"
#include "lib/tlog/builder.h"

enum { PUBLISH_CAP = 4 << 20 };

struct publishing {
	struct hub *hub;
	struct db *db;
	struct arena *a;
	struct str origin;
	struct tlog_folder folder;
	struct tlog_head head; /* what is to be signed */
	struct err *e;
};

static const char *checkpoint_path(struct arena *a, const struct hub *h) {
	return file_join(a, ledger_folder(a, h), "checkpoint");
}

enum err_code ledger_checkpoint(const struct hub *h, struct arena *a, struct str *out, struct err *e) {
	return file_read(a, checkpoint_path(a, h), TLOG_NOTE_BYTES, out, e);
}

enum err_code ledger_signed(const struct hub *h, struct arena *a, struct ledger_signed *out, struct err *e) {
	struct str bytes;
	struct tlog_checkpoint c;
	struct stat st;
	const char *path = checkpoint_path(a, h);
	enum err_code code = ledger_checkpoint(h, a, &bytes, e);
	if (!code) code = tlog_checkpoint_parse(a, bytes, &c, e);
	if (!code && stat(path, &st) != 0) code = err_errno(e, errno, "%s", path);
	if (!code) *out = (struct ledger_signed){c.bytes, c.origin, c.head, (moment)st.st_mtim.tv_sec * SECOND + st.st_mtim.tv_nsec / 1000};
	return code;
}

/* ---- tiles ---- */

static enum err_code add_entries(struct publishing *p, struct tlog_builder *b) {
	struct tlog_writer to = tlog_folder_writer(&p->folder);
	struct db_query q = db_query(p->db, "SELECT leaf, type, commitment FROM entry WHERE leaf >= $1 AND leaf < $2 ORDER BY leaf");
	db_bind_int(&q, 1, (int64_t)b->frontier.size);
	db_bind_int(&q, 2, (int64_t)p->head.size);
	enum err_code code = ERR_OK;
	while (!code && db_row(&q)) {
		unsigned char bytes[ENTRY_LEAF];
		struct sha256 commitment = {{0}};
		struct str stored = db_str(&q, 2);
		if (stored.n == SHA256_SIZE) memcpy(commitment.byte, stored.p, SHA256_SIZE);
		if ((uint64_t)db_int(&q, 0) != b->frontier.size) break; /* the root says so below */
		code = tlog_builder_add(b, entry_leaf((enum entry_type)db_int(&q, 1), &commitment, bytes), &to, p->e);
	}
	enum err_code ended = db_done(&q, code ? NULL : p->e);
	if (!code) code = ended;
	if (!code) code = tlog_builder_flush(b, &to, p->e);
	struct tlog_head made = tlog_frontier_head(&b->frontier);
	if (!code && (made.size != p->head.size || !tlog_hash_eq(&made.root, &p->head.root)))
		code = err_set(p->e, ERR_CORRUPT, "the entries don't make the head that is to be signed: nothing is signed; `polder verify` says more");
	return code;
}

/* From where the last checkpoint ended; from the beginning where its tiles are missing or damaged, since all of them follow from the entries. */
static enum err_code write_tiles(struct publishing *p, const struct tlog_head *from) {
	struct tlog_reader reader = tlog_folder_reader(&p->folder);
	struct tlog_builder *b = arena_new_of(p->a, struct tlog_builder);
	struct err why;
	if (!b) return err_set(p->e, ERR_MEMORY, "out of memory");
	enum err_code code = from->size ? tlog_builder_open(b, true, &reader, from, &why) : ERR_NOT_FOUND;
	if (code) tlog_builder_init(b, true);
	code = add_entries(p, b);
	tlog_builder_free(b);
	return code;
}

/* ---- the checkpoint ---- */

/* What was signed last, where it was this log. */
static enum err_code signed_before(struct publishing *p, struct tlog_head *out) {
	struct str bytes;
	struct tlog_checkpoint c;
	*out = (struct tlog_head){0, tlog_empty_root()};
	enum err_code code = ledger_checkpoint(p->hub, p->a, &bytes, p->e);
	if (code == ERR_NOT_FOUND) return ERR_OK;
	if (!code) code = tlog_checkpoint_parse(p->a, bytes, &c, p->e);
	if (code) return err_prefix(p->e, "log/checkpoint"), code;
	if (!str_eq(c.origin, p->origin))
		return err_set(p->e, ERR_CONFLICT, "log/checkpoint is of the log %.*s, and this hub's is %.*s", STR_ARG(c.origin), STR_ARG(p->origin));
	*out = c.head;
	return ERR_OK;
}

static enum err_code same_history(struct publishing *p, const struct tlog_head *before) {
	if (before->size > p->head.size)
		return err_set(p->e, ERR_CONFLICT,
			"the log in log/ has %llu entries and the database knows %llu of them: it is older, and nothing is signed. `polder log resume` says how to go on",
			(unsigned long long)before->size, (unsigned long long)p->head.size);
	struct db_query q = db_query(p->db, "SELECT 1 FROM head WHERE size = $1 AND root = $2");
	db_bind_int(&q, 1, (int64_t)before->size);
	db_bind_bytes(&q, 2, sha256_str(&before->root));
	bool known = before->size == 0 || db_row(&q);
	enum err_code code = db_done(&q, p->e);
	return code || known ? code : err_set(p->e, ERR_CONFLICT, "log/checkpoint is of another history than the database: nothing is signed. `polder verify` says more");
}

/* By the keys that the log says in this very tree. Where it says none of those that are here, the next run will have put that right. */
static enum err_code sign(struct publishing *p) {
	struct ledger_signers signers;
	struct str bytes;
	enum err_code code = ledger_signers(p->hub, p->db, p->a, p->origin, p->head.size, &signers, p->e);
	if (code || !signers.n) return code;
	code = tlog_checkpoint_sign(p->a, p->origin, &p->head, signers.list, signers.n, 0, &bytes, p->e);
	ledger_signers_wipe(&signers);
	return code ? code : file_write(checkpoint_path(p->a, p->hub), bytes, 0644, p->e);
}

static enum err_code publish_locked(struct publishing *p) {
	struct str held;
	struct tlog_head before;
	enum err_code code = ledger_held(p->db, p->a, &held, p->e);
	if (!code && held.n) return err_set(p->e, ERR_CONFLICT, "the hub was restored from a backup: `polder log resume` says how its log goes on");
	if (!code) code = ledger_retire(p->hub, p->db, p->a, p->origin, p->e);
	if (!code) code = ledger_head(p->db, &p->head, p->e);
	if (!code) code = signed_before(p, &before);
	if (!code) code = same_history(p, &before);
	if (code || !p->head.size || p->head.size == before.size) return code;
	code = write_tiles(p, &before);
	return code ? code : sign(p);
}

/* One at a time, whatever the process, so that no older checkpoint takes the place of a newer one. */
enum err_code ledger_lock(const struct hub *h, struct arena *a, int *out, struct err *e) {
	const char *folder = ledger_folder(a, h), *path = file_join(a, folder, ".lock");
	enum err_code code = file_make_dir(folder, e);
	if (code) return code;
	*out = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (*out < 0) return err_errno(e, errno, "%s", path);
	while (flock(*out, LOCK_EX) != 0)
		if (errno != EINTR) return err_errno(e, errno, "%s", path);
	return ERR_OK;
}

enum err_code ledger_publish(struct hub *h, struct db *db, struct err *e) {
	autoarena struct arena *a = arena_new(PUBLISH_CAP);
	autofd int locked = -1;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct publishing p = {.hub = h, .db = db, .a = a, .e = e, .folder = {.path = ledger_folder(a, h), .durable = true, .tidy = true}};
	enum err_code code = ledger_origin(h, db, a, &p.origin, e);
	if (!code) code = ledger_lock(h, a, &locked, e);
	return code ? code : publish_locked(&p);
}

/* ---- proofs ---- */

static enum err_code read_signed(const struct hub *h, struct arena *a, const char *name, struct tlog_checkpoint *out, struct err *e) {
	struct str bytes;
	enum err_code code = file_read(a, file_join(a, ledger_folder(a, h), name), TLOG_NOTE_BYTES, &bytes, e);
	return code ? code : tlog_checkpoint_parse(a, bytes, out, e);
}

enum err_code ledger_proof(const struct hub *h, struct arena *a, int64_t leaf, const struct tlog_key *by, struct str *out, struct err *e) {
	static const char *const names[] = {LEDGER_COSIGNED, "checkpoint"};
	struct tlog_proof_file f = {.index = (uint64_t)leaf};
	struct tlog_folder folder = {.path = ledger_folder(a, h)};
	struct tlog_reader reader = tlog_folder_reader(&folder);
	for (size_t i = 0; i < lengthof(names); i++) {
		enum err_code code = read_signed(h, a, names[i], &f.checkpoint, e);
		if (code == ERR_NOT_FOUND) continue;
		if (!code && ((uint64_t)leaf >= f.checkpoint.head.size || (by && tlog_note_verify(&f.checkpoint.note, by, NULL, NULL)))) continue;
		if (!code) code = tlog_prove_inclusion(&reader, &f.checkpoint.head, (uint64_t)leaf, &f.proof, NULL, e);
		return code ? code : tlog_proof_write(a, &f, out, e);
	}
	return err_set(e, ERR_NOT_FOUND, "it is not under a signed checkpoint yet");
}
