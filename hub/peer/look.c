/* Looking at another hub's log: its checkpoint, and whether a new key follows on the one that is known. */
#include "hub/peer/inside.h"

#include "hub/identifier.h"
#include "hub/mirror/mirror.h"
#include "hub/net.h"
#include "lib/tlog/folder.h"
#include "lib/tlog/proof.h"

enum { STATEMENTS_MOST = 8 << 20, WALK_CAP = 64 << 20, BUNDLE = 256 };

/* ---- the checkpoint ---- */

static enum err_code signed_by(struct arena *a, struct str bytes, struct str key_text, struct tlog_checkpoint *out, struct err *e) {
	struct tlog_key key;
	enum err_code code = tlog_key_parse(key_text, &key, e);
	if (!code) code = tlog_checkpoint_parse(a, bytes, out, e);
	struct tlog_policy policy = {.origin = key.name, .log_keys = &key, .log_keys_n = 1};
	return code ? code : tlog_checkpoint_verify(out, &policy, NULL, e);
}

enum err_code peer_look(struct arena *a, const struct peer_entry *entry, struct str *checkpoint, struct err *e) {
	struct peer_entry fine;
	struct net_answer answer;
	struct tlog_checkpoint c;
	enum err_code code = peer_check(a, entry, &fine, e);
	if (code) return code;
	struct net_fetch f = {.url = arena_cat(a, fine.url, S("/log/checkpoint")), .allow_http = peer_is_here(fine.url)};
	code = net_fetch(a, &f, &answer, e);
	if (!code && answer.status != 200) code = err_set(e, ERR_BUSY, "%.*s was answered with %d", STR_ARG(f.url), answer.status);
	if (!code) code = signed_by(a, answer.body, fine.key, &c, e);
	if (code) return err_prefix(e, "%.*s", STR_ARG(fine.url)), code;
	*checkpoint = arena_str(a, answer.body);
	return ERR_OK;
}

/* ---- statements of keys ---- */

struct following {
	const struct peer *p;
	struct str key;            /* that is to follow */
	const char *folder;        /* with the copy */
	struct arena *a, *kept;
	struct tlog_checkpoint now;
	struct str holds;          /* which key holds after the statements that were read */
	int64_t first, last;       /* leaves of the first and the last statement that led there; -1 */
	struct peer_succession *out;
	struct err *e;
};

/* The lines of a copy were compared with their leaves when it was made. */
static void note_key(struct following *f, struct arena *row, struct str text) {
	const struct json *line;
	if (!text.n || json_parse(row, text, NULL, &line, NULL)) return;
	const struct json *said = json_get_lit(line, "statement");
	if (!str_is(json_get_str(line, S("type")), "key") || !str_is(json_get_str(said, S("type")), "key")) return;
	if (!str_eq(json_get_str(said, S("replaces")), f->holds)) return;
	f->holds = arena_str(f->a, json_get_str(said, S("key")));
	f->last = json_integer(json_get_lit(line, "leaf"), -1);
	if (f->first < 0) f->first = f->last;
}

static enum err_code read_keys(struct following *f) {
	autoarena struct arena *row = arena_new(WALK_CAP);
	enum err_code code = row ? ERR_OK : err_set(f->e, ERR_MEMORY, "out of memory");
	for (uint64_t i = 0; !code && i * BUNDLE < f->now.head.size; i++) {
		struct str text, line;
		arena_clear(row);
		code = file_read(row, file_join(row, f->folder, arena_fmt(row, "log/statements/%llu", (unsigned long long)i).p), STATEMENTS_MOST, &text, f->e);
		while (!code && text.n && str_split(&text, '\n', &line)) note_key(f, row, line);
	}
	return code;
}

/* ---- the old key's word ---- */

/* Whether the log holds the state that was seen here. */
static enum err_code check_seen(struct following *f) {
	struct tlog_folder folder = {.path = file_join(f->a, f->folder, "log")};
	struct tlog_reader reader = tlog_folder_reader(&folder);
	struct tlog_checkpoint seen;
	struct tlog_proof proof;
	struct sha256 root;
	if (!f->p->seen.n) return ERR_OK;
	enum err_code code = signed_by(f->a, f->p->seen, f->p->key, &seen, f->e);
	if (code) return err_set(f->e, ERR_CORRUPT, "the checkpoint that was kept of %.*s is not by its key", STR_ARG(f->p->origin));
	if (seen.head.size <= f->now.head.size && seen.head.size) code = tlog_prove_consistency(&reader, &f->now.head, seen.head.size, &proof, &root, f->e);
	if (code) return code;
	bool same = !seen.head.size || (seen.head.size <= f->now.head.size && tlog_hash_eq(&root, &seen.head.root));
	if (!same) return err_set(f->e, ERR_FORBIDDEN, "the log at %.*s is not a continuation of the one that the old key signed", STR_ARG(f->p->url));
	f->out->continues = true;
	f->out->vouched |= f->first >= 0 && (uint64_t)f->first < seen.head.size;
	return ERR_OK;
}

static void check_vouched(struct following *f) {
	struct tlog_key old;
	struct err why;
	if (!tlog_key_parse(f->p->key, &old, &why) && !tlog_note_verify(&f->now.note, &old, NULL, &why)) f->out->vouched = true;
}

static enum err_code judge(struct following *f) {
	struct str bytes;
	enum err_code code = file_read(f->a, file_join(f->a, f->folder, "log/checkpoint"), TLOG_NOTE_BYTES, &bytes, f->e);
	if (!code) code = signed_by(f->a, bytes, f->key, &f->now, f->e);
	if (!code) code = read_keys(f);
	if (code) return code;
	if (f->first < 0 || !str_eq(f->holds, f->key))
		return err_set(f->e, ERR_FORBIDDEN, "the log of %.*s does not say that this key replaces the one that is known here", STR_ARG(f->p->origin));
	code = check_seen(f);
	if (code) return code;
	check_vouched(f);
	f->out->leaf = f->last;
	f->out->checkpoint = arena_str(f->kept, bytes);
	if (!f->out->continues && !f->out->vouched)
		return err_set(f->e, ERR_FORBIDDEN, "nothing that the old key of %.*s signed was ever seen here, so the new key's word is all there is", STR_ARG(f->p->origin));
	return ERR_OK;
}

enum err_code peer_succeeds(const struct hub *h, struct arena *kept, const struct peer *p, struct str key, struct peer_succession *out, struct err *e) {
	autoarena struct arena *a = arena_new(WALK_CAP);
	struct mirror_result copied;
	char uid[UID_SIZE];
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	*out = (struct peer_succession){.leaf = -1};
	uid_make(uid);
	const char *folder = file_join(a, file_join(a, h->dir, "peers"), uid);
	struct mirror_request r = {.url = p->url, .dir = folder, .key = key, .allow_http = peer_is_here(p->url), .log_alone = true};
	struct following f = {.p = p, .key = key, .folder = folder, .a = a, .kept = kept, .holds = p->key, .first = -1, .last = -1, .out = out, .e = e};
	enum err_code code = file_make_dir(folder, e);
	if (!code) code = mirror_run(a, &r, &copied, e);
	if (!code) code = judge(&f);
	mirror_remove_tree(folder);
	return code;
}
