#include "hub/mirror/said.h"

#include "hub/commitment.h"
#include "hub/identifier.h"
#include "lib/tlog/proof_file.h"

enum { KEPT = 1 << 20, PART_CAP = 64 << 20 };

bool mirror_knows(const struct mirror_folder *f, struct str key) {
	bool known = str_eq(f->key, key);
	for (size_t i = 0; i < f->before_n; i++) known |= str_eq(f->before[i], key);
	return known;
}

static bool signs(const struct mirror_folder *f, struct str text, struct err *e) {
	struct tlog_key key;
	struct tlog_policy policy = {.origin = f->origin, .log_keys = &key, .log_keys_n = 1};
	return !tlog_key_parse(text, &key, e) && !tlog_checkpoint_verify(&f->checkpoint, &policy, NULL, e);
}

/* By the key of now, or where the hub has not been asked since, by one before. */
static enum err_code find_signer(struct mirror_folder *f, struct err *e) {
	struct err why = {0};
	if (signs(f, f->key, &why)) f->signed_by = f->key;
	for (size_t i = 0; i < f->before_n && !f->signed_by.n; i++)
		if (signs(f, f->before[i], NULL)) f->signed_by = f->before[i];
	return f->signed_by.n ? ERR_OK : err_set(e, why.code ? why.code : ERR_FORBIDDEN, "log/checkpoint: %s", why.message);
}

enum err_code mirror_open(struct arena *a, const char *dir, struct mirror_folder *out, struct err *e) {
	struct mirror_folder f = {.dir = dir, .log = {.path = file_join(a, dir, "log")}};
	struct str text;
	const struct json *v;
	enum err_code code = file_read(a, file_join(a, dir, "mirror.json"), KEPT, &text, e);
	if (code == ERR_NOT_FOUND) return err_set(e, code, "%s: there is no mirror of a hub here; `polder mirror` makes one", dir);
	if (!code) code = json_parse(a, text, NULL, &v, e);
	if (code) return err_prefix(e, "mirror.json"), code;
	const struct json *before = json_get_lit(v, "before");
	f.origin = json_get_str(v, S("origin"));
	f.key = json_get_str(v, S("key"));
	f.url = json_get_str(v, S("url"));
	f.said = (uint64_t)json_integer(json_get_lit(v, "said"), 0);
	f.before = arena_array(a, json_count(before) + 1, sizeof *f.before);
	if (!f.before) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < json_count(before); i++) f.before[f.before_n++] = json_string(json_at(before, i));
	code = file_read(a, file_join(a, dir, "log/checkpoint"), TLOG_NOTE_BYTES, &text, e);
	if (!code) code = tlog_checkpoint_parse(a, text, &f.checkpoint, e);
	if (code) return err_prefix(e, "log/checkpoint"), code;
	code = find_signer(&f, e);
	/* What is said comes before its checkpoint where the key is another. */
	if (f.said > f.checkpoint.head.size) f.said = f.checkpoint.head.size;
	if (!code) *out = f;
	return code;
}

/* ---- statements ---- */

static enum err_code lied(struct err *e, uint64_t leaf, const char *words) {
	return err_set(e, ERR_CORRUPT, "statement of leaf %llu: %s", (unsigned long long)leaf, words);
}

static struct str bytes_of(struct arena *a, struct str hex) {
	unsigned char *to = arena_alloc(a, SHA256_SIZE);
	return hex.n && to && !entry_unhex(hex, to, SHA256_SIZE, NULL) ? str_n(to, SHA256_SIZE) : STR_EMPTY;
}

static void read_members(struct arena *a, const struct json *line, struct mirror_said *out) {
	const struct json *st = json_get_lit(line, "statement");
	char uid[UID_SIZE];
	if (uid_parse(json_get_str(st, S("record")), uid)) out->uid = arena_str(a, str_of(uid));
	out->kind = json_get_str(st, S("kind"));
	out->id = json_get_str(st, S("id"));
	out->state = json_get_str(st, S("state"));
	out->hub = json_get_str(st, S("hub"));
	out->basis = json_get_str(st, S("basis"));
	out->root = bytes_of(a, json_get_str(st, S("root")));
	out->seed = bytes_of(a, json_get_str(line, S("fields_seed")));
	if (out->type == ENTRY_TOMBSTONE) out->struck = json_get_lit(st, "fields");
	if (!moment_parse(json_get_str(st, S("at")), &out->at)) out->at = 0;
}

/* The leaf that a line is of must be the log's. */
static enum err_code read_line(struct arena *a, uint64_t index, struct str text, const struct str *entries, unsigned width, struct mirror_said *out, struct err *e) {
	struct sha256 salt, event = {{0}};
	unsigned char bytes[ENTRY_LEAF];
	const struct json *line;
	uint64_t first = index * TLOG_TILE_WIDTH;
	if (json_parse(a, text, NULL, &line, NULL)) return lied(e, first, "is no JSON");
	int64_t leaf = json_integer(json_get_lit(line, "leaf"), -1);
	struct str hex = json_get_str(line, S("event"));
	if (leaf < 0 || (uint64_t)leaf / TLOG_TILE_WIDTH != index) return lied(e, first, "stands where it does not belong");
	*out = (struct mirror_said){.leaf = (uint64_t)leaf};
	if ((uint64_t)leaf >= first + width) return ERR_OK; /* of a later checkpoint */
	*out = (struct mirror_said){.leaf = (uint64_t)leaf, .type = entry_type_of(json_get_str(line, S("type"))), .line = line};
	if (entry_unhex(json_get_str(line, S("statement_salt")), salt.byte, SHA256_SIZE, NULL) || (hex.n && entry_unhex(hex, event.byte, SHA256_SIZE, NULL)))
		return lied(e, out->leaf, "has no salt");
	struct sha256 statement = entry_part("statement", &salt, json_canonical(a, json_get_lit(line, "statement")));
	struct sha256 commitment = entry_commitment(&event, &statement);
	if (!out->type || !str_eq(entry_leaf(out->type, &commitment, bytes), entries[out->leaf - first])) return lied(e, out->leaf, "is not what the log committed to");
	read_members(a, line, out);
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

struct walk {
	const struct mirror_folder *f;
	struct arena *a;       /* of one bundle */
	struct buf bundle;
	struct str entries[TLOG_TILE_WIDTH];
	uint64_t from, until;
	enum err_code (*fn)(const struct mirror_said *one, void *arg, struct err *e);
	void *arg;
};

static enum err_code walk_part(struct walk *w, uint64_t index, struct err *e) {
	struct tlog_reader reader = tlog_folder_reader(&w->f->log);
	struct tlog_tile t = {TLOG_ENTRIES, tlog_tile_width(0, index, w->f->checkpoint.head.size), index};
	struct str text, line;
	buf_clear(&w->bundle);
	const char *path = arena_fmt(w->a, "%s/statements/%llu", w->f->log.path, (unsigned long long)index).p;
	enum err_code code = tlog_read_bundle(&reader, t, &w->bundle, w->entries, e);
	if (!code) code = file_read(w->a, path, MIRROR_STATEMENTS, &text, e);
	while (!code && text.n) {
		struct mirror_said one;
		if (!str_split(&text, '\n', &line) || !line.n) continue;
		code = read_line(w->a, index, line, w->entries, t.width, &one, e);
		if (!code && one.leaf >= w->from && one.leaf < w->until) code = w->fn(&one, w->arg, e);
	}
	arena_clear(w->a);
	return code;
}

enum err_code mirror_walk(const struct mirror_folder *f, uint64_t from, uint64_t until, enum err_code (*fn)(const struct mirror_said *one, void *arg, struct err *e),
	void *arg, struct err *e) {
	autoarena struct arena *a = arena_new(PART_CAP);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct walk *w = calloc(1, sizeof *w);
	if (!w) return err_set(e, ERR_MEMORY, "out of memory");
	*w = (struct walk){.f = f, .a = a, .bundle = BUF(TLOG_BUNDLE_BYTES), .from = from, .until = until, .fn = fn, .arg = arg};
	enum err_code code = ERR_OK;
	for (uint64_t i = from / TLOG_TILE_WIDTH; i * TLOG_TILE_WIDTH < until && !code; i++) code = walk_part(w, i, e);
	buf_free(&w->bundle);
	free(w);
	return code;
}

struct wanted {
	struct arena *a;
	struct mirror_said *out;
	bool found;
};

static enum err_code keep(const struct mirror_said *one, void *arg, struct err *e) {
	struct wanted *w = arg;
	w->found = true;
	*w->out = *one;
	w->out->line = json_copy(w->a, one->line);
	read_members(w->a, w->out->line, w->out);
	return arena_failed(w->a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

enum err_code mirror_statement(struct arena *a, const struct mirror_folder *f, uint64_t leaf, struct mirror_said *out, struct err *e) {
	struct wanted w = {.a = a, .out = out};
	if (leaf >= f->checkpoint.head.size) return err_set(e, ERR_NOT_FOUND, "the log has no leaf %llu", (unsigned long long)leaf);
	enum err_code code = mirror_walk(f, leaf, leaf + 1, keep, &w, e);
	return code || w.found ? code : err_set(e, ERR_NOT_FOUND, "leaf %llu says nothing to everybody", (unsigned long long)leaf);
}

/* ---- records and proofs ---- */

enum err_code mirror_record(struct arena *a, const struct mirror_folder *f, const struct mirror_said *said, struct str *text, const struct json **record, bool *right,
	struct err *e) {
	const char *path = arena_fmt(a, "%s/records/%.*s", f->log.path, STR_ARG(said->uid)).p;
	struct sha256 made;
	*right = false;
	enum err_code code = file_read(a, path, MIRROR_RECORD, text, e);
	if (code) return code;
	if (json_parse(a, *text, NULL, record, NULL) || !said->root.n || !said->seed.n || !json_is(json_get_lit(*record, "body"), JSON_OBJECT)) return ERR_OK;
	code = commitment_root(a, json_get_lit(*record, "body"), said->seed, &made, e);
	if (!code) *right = str_eq(sha256_str(&made), said->root);
	return code;
}

enum err_code mirror_proof(struct arena *a, const struct mirror_folder *f, uint64_t leaf, struct str *out, struct err *e) {
	struct tlog_reader reader = tlog_folder_reader(&f->log);
	struct tlog_proof_file p = {.index = leaf, .checkpoint = f->checkpoint};
	enum err_code code = tlog_prove_inclusion(&reader, &f->checkpoint.head, leaf, &p.proof, NULL, e);
	return code ? code : tlog_proof_write(a, &p, out, e);
}
