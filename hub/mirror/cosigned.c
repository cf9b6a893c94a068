/* The newest checkpoint that enough witnesses of the hub cosigned, beside the log's own: it is the hub's, so it must be of the same history. */
#include <unistd.h>

#include "hub/ledger/ledger.h"
#include "hub/mirror/inside.h"
#include "lib/tlog/proof.h"

#define PATH "log/" LEDGER_COSIGNED

/* The keys that the log had signs it: it may be older than the present one. */
static enum err_code check_signature(struct mirroring *m, const struct tlog_checkpoint *c) {
	struct tlog_key *keys = arena_array(m->a, m->before_n + 1, sizeof *keys);
	struct tlog_policy policy = {.origin = m->out->origin, .log_keys = keys};
	if (!keys) return err_set(m->e, ERR_MEMORY, "out of memory");
	enum err_code code = tlog_key_parse(m->now, &keys[policy.log_keys_n++], m->e);
	for (size_t i = 0; i < m->before_n && !code; i++) code = tlog_key_parse(m->before[i], &keys[policy.log_keys_n++], m->e);
	return code ? code : tlog_checkpoint_verify(c, &policy, NULL, m->e);
}

static enum err_code same_history(struct mirroring *m, const struct tlog_head *head, bool *same) {
	struct tlog_folder folder = {.path = mirror_path(m, "log")};
	struct tlog_reader reader = tlog_folder_reader(&folder);
	struct tlog_proof proof;
	struct sha256 root = m->theirs.head.root;
	enum err_code code = head->size < m->theirs.head.size ? tlog_prove_consistency(&reader, &m->theirs.head, head->size, &proof, &root, m->e) : ERR_OK;
	if (!code) *same = tlog_hash_eq(&root, &head->root);
	return code;
}

enum err_code mirror_cosigned(struct mirroring *m) {
	struct str path = S(PATH), bytes;
	struct tlog_checkpoint c;
	const char *fetched = file_join(m->a, m->staging, PATH);
	int status = 0;
	bool same = true;
	if (m->out->stale) return ERR_OK;
	unlink(fetched);
	enum err_code code = mirror_fetch(m, &path, 1, TLOG_NOTE_BYTES, &status, m->e);
	if (code || status != 200) return code; /* there is none, or not now */
	code = file_read(m->a, fetched, TLOG_NOTE_BYTES, &bytes, m->e);
	if (!code) code = tlog_checkpoint_parse(m->a, bytes, &c, m->e);
	if (!code) code = check_signature(m, &c);
	if (code) return err_prefix(m->e, PATH), code;
	if (!c.head.size || c.head.size > m->theirs.head.size) return ERR_OK; /* it grew a moment ago: with the next run */
	code = same_history(m, &c.head, &same);
	if (!code && !same) return mirror_keep_fork(m, c.bytes);
	return code ? code : file_write(mirror_path(m, PATH), c.bytes, 0644, m->e);
}
