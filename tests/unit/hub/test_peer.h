/* A hub that does not exist, as its mirror would stand in a folder: its log says whatever a test wants, and is signed all the same. */
#pragma once
#include "test.h"

#include "hub/copied.h"
#include "hub/follow/inside.h"
#include "lib/tlog/builder.h"

static struct peer {
	const char *dir;
	struct str origin;
	int64_t row;
	struct tlog_signer signer;
	struct tlog_builder *builder;
	struct buf lines; /* of statements, of the first bundle: tests say less than 256 things */
	struct follow_report report;
} peer;

static inline const char *in_peer(const char *name) {
	return arena_fmt(arena, "%s/%s", peer.dir, name).p;
}
static inline void forget_peer(void) {
	buf_free(&peer.lines);
	if (peer.builder) tlog_builder_free(peer.builder);
	peer = (struct peer){0};
}
static inline void begin_peer(struct str origin) {
	forget_peer();
	static unsigned char seed[TLOG_KEY_BYTES] = {7};
	peer = (struct peer){.dir = arena_fmt(arena, "%s/peers/%.*s", folder, STR_ARG(name_key(arena, origin))).p, .origin = origin, .lines = BUF(1 << 22)};
	seed[1]++;
	ok(tlog_signer_make(origin, TLOG_ED25519, seed, &peer.signer, &test_err));
	peer.builder = arena_new_of(arena, struct tlog_builder);
	tlog_builder_init(peer.builder, true);
	ok(file_make_dir(in_peer("log/statements"), &test_err));
	ok(file_make_dir(in_peer("log/records"), &test_err));
	struct followed f = {.origin = origin, .key = tlog_key_text(arena, &peer.signer.key), .name = copied_hub(origin), .url = arena_cat(arena, S("https://"), copied_hub(origin)),
		.folder = str_of(peer.dir)};
	ok(follow_put(hub, db, arena, &f, &peer.row, &test_err));
	ok(change_mark_own(hub, &test_err));
}

/* What it says of a record: of what the public reads (body; "" nothing), by its links ("" none). */
struct peer_says {
	enum entry_type type; /* 0: publish */
	const char *uid, *kind, *id, *state, *hub, *body, *links, *basis, *struck;
};
static inline struct str or_else(const char *text, const char *otherwise) {
	return str_of(text ? text : otherwise);
}
static inline uint64_t says(struct peer_says s) {
	unsigned char random[ENTRY_SEED], bytes[ENTRY_LEAF];
	struct tlog_folder at = {.path = in_peer("log")};
	struct tlog_writer writer = tlog_folder_writer(&at);
	const struct json *body = s.body && *s.body ? json(s.body) : NULL;
	struct sha256 root, fields;
	random_bytes(random, sizeof random);
	struct str seed = str_n(random, sizeof random);
	struct entry_statement st = {.type = s.type ? s.type : ENTRY_PUBLISH, .at = now(), .record = str_of(s.uid), .kind = or_else(s.kind, "note"), .id = or_else(s.id, s.uid),
		.state = body ? or_else(s.state, "published") : STR_EMPTY, .hub = or_else(s.hub, ""), .basis = or_else(s.basis, ""), .fields = s.struck ? json(s.struck) : NULL};
	fields = entry_salt(seed, "public");
	if (body) ok(commitment_root(arena, body, sha256_str(&fields), &root, &test_err));
	if (body) st.root = sha256_str(&root);
	struct str text = entry_statement_text(arena, &st);
	struct sha256 commitment = entry_commitment_of(seed, STR_EMPTY, text), salt = entry_salt(seed, "statement");
	uint64_t leaf = peer.builder->frontier.size;
	ok(tlog_builder_add(peer.builder, entry_leaf(st.type, &commitment, bytes), &writer, &test_err));
	buf_fmt(&peer.lines, "{\"leaf\":%llu,\"type\":\"%.*s\",\"statement\":%.*s,\"statement_salt\":\"%.*s\",\"fields_seed\":\"%.*s\"}\n", (unsigned long long)leaf,
		STR_ARG(entry_type_name(st.type)), STR_ARG(text), STR_ARG(entry_hex(arena, sha256_str(&salt))), STR_ARG(entry_hex(arena, sha256_str(&fields))));
	const char *path = arena_fmt(arena, "%s/log/records/%s", peer.dir, s.uid).p;
	if (!body) return unlink(path), leaf;
	struct str links = s.links ? json_text(arena, json(s.links)) : S("[]");
	ok(file_put(path, arena_fmt(arena, "{\"uid\":\"%s\",\"body\":%.*s,\"links\":%.*s}", s.uid, STR_ARG(json_text(arena, body)), STR_ARG(links)), 0644, &test_err));
	return leaf;
}
static inline uint64_t publishes(const char *uid, const char *body) {
	return says((struct peer_says){.uid = uid, .body = body});
}

/* Signs what was said so far. */
static inline void sign_peer(void) {
	struct tlog_folder at = {.path = in_peer("log")};
	struct tlog_writer writer = tlog_folder_writer(&at);
	ok(tlog_builder_flush(peer.builder, &writer, &test_err));
	struct tlog_head head = tlog_frontier_head(&peer.builder->frontier);
	struct str note;
	ok(tlog_checkpoint_sign(arena, peer.origin, &head, &peer.signer, 1, 0, &note, &test_err));
	ok(file_put(in_peer("log/checkpoint"), note, 0644, &test_err));
	ok(file_put(in_peer("log/statements/0"), buf_str(&peer.lines), 0644, &test_err));
	ok(file_put(in_peer("mirror.json"), arena_fmt(arena, "{\"origin\":\"%.*s\",\"key\":\"%.*s\",\"url\":\"https://%.*s/\",\"said\":%llu}", STR_ARG(peer.origin),
		STR_ARG(tlog_key_text(arena, &peer.signer.key)), STR_ARG(copied_hub(peer.origin)), (unsigned long long)head.size), 0644, &test_err));
}
static inline enum err_code take_again(bool again) {
	struct take_request t = {.peer = peer.row, .leaf = again ? 0 : sql_number(arena_fmt(arena, "SELECT leaf FROM follow WHERE peer = %lld", (long long)peer.row).p)};
	int64_t first;
	peer.report = (struct follow_report){0};
	sign_peer();
	enum err_code code = mirror_open(arena, peer.dir, &t.folder, &test_err);
	ok(follow_first_kept_out(db, peer.row, false, &first, &test_err));
	if (first < t.leaf) t.leaf = first;
	return code ? code : follow_take(hub, db, &t, &peer.report, &test_err);
}
static inline void take(void) {
	ok(take_again(false));
}
static inline int end_peer(void **state) {
	forget_peer();
	return end_hub(state);
}
#define peer_test(fn) cmocka_unit_test_setup_teardown(fn, start_hub, end_peer)

/* Why a record stays out; "" it does not. */
static inline struct str stays_out_for(const char *uid) {
	struct db_query q = db_query(db, "SELECT reason FROM kept_out WHERE uid = $1");
	db_bind_str(&q, 1, str_of(uid));
	struct str out = db_row(&q) ? arena_str(arena, db_str(&q, 0)) : STR_EMPTY;
	ok(db_done(&q, &test_err));
	return out;
}
static inline bool proof_holds(const char *uid) {
	struct disclosing d = as(viewer_public);
	struct disclosed r = shown_to(viewer_public, str_of(uid));
	struct disclosed_copy c;
	struct str why;
	bool holds;
	ok(disclose_copy(&d, &r, &c, &test_err));
	c.folder = str_of(peer.dir);
	ok(disclose_copy_holds(&d, &r, &c, &holds, &why, &test_err));
	if (!holds) print_error("%.*s\n", STR_ARG(why));
	return holds;
}
