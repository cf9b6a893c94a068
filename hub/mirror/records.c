/* What the log says to everybody, and the records that it says it of. */
#include <errno.h>
#include <unistd.h>

#include "hub/commitment.h"
#include "hub/identifier.h"
#include "hub/ledger/entry.h"
#include "hub/mirror/inside.h"
#include "lib/tlog/bundle.h"

enum { BATCH = 400, STATEMENTS_MOST = 8 << 20, RECORD_MOST = 32 << 20 };

/* The last statement of a record. */
struct said {
	struct str uid, root, seed; /* hexadecimal; root "": public no more */
	bool tombstone;
};
struct walking {
	struct mirroring *m;
	struct map last;             /* uid to struct said */
	struct said **list;
	size_t n, room;
	struct buf bundle;
	struct str entries[TLOG_TILE_WIDTH];
};

/* ---- statements ---- */

static enum err_code lied(struct mirroring *m, uint64_t leaf, const char *words) {
	return err_set(m->e, ERR_CORRUPT, "statement of leaf %llu: %s", (unsigned long long)leaf, words);
}

static enum err_code note(struct walking *w, const struct json *line) {
	struct mirroring *m = w->m;
	const struct json *st = json_get_lit(line, "statement");
	char uid[UID_SIZE];
	if (!uid_parse(json_get_str(st, S("record")), uid)) return ERR_OK; /* of the hub's own */
	struct said *one = map_get(&w->last, str_of(uid));
	if (!one) {
		if (w->n == w->room) {
			size_t room = w->room ? w->room * 2 : 1024;
			struct said **list = arena_array(m->a, room, sizeof *list);
			if (!list) return err_set(m->e, ERR_MEMORY, "out of memory");
			if (w->n) memcpy(list, w->list, w->n * sizeof *list);
			w->list = list;
			w->room = room;
		}
		one = w->list[w->n] = arena_new_of(m->a, struct said);
		if (!one) return err_set(m->e, ERR_MEMORY, "out of memory");
		one->uid = arena_str(m->a, str_of(uid));
		void **slot = map_at(&w->last, one->uid);
		if (!slot) return err_set(m->e, ERR_MEMORY, "out of memory");
		*slot = one;
		w->n++;
	}
	one->root = arena_str(m->a, json_get_str(st, S("root")));
	one->seed = arena_str(m->a, json_get_str(line, S("fields_seed")));
	one->tombstone = str_is(json_get_str(st, S("type")), "tombstone");
	return ERR_OK;
}

/* The leaf that a line is of must be the log's. */
static enum err_code check_line(struct walking *w, uint64_t index, struct str text) {
	struct mirroring *m = w->m;
	const struct json *line;
	struct sha256 salt, event = {{0}};
	unsigned char bytes[ENTRY_LEAF];
	if (json_parse(m->a, text, NULL, &line, m->e)) return lied(m, index * TLOG_TILE_WIDTH, "is no JSON");
	int64_t leaf = json_integer(json_get_lit(line, "leaf"), -1);
	struct str hex = json_get_str(line, S("event")), type = json_get_str(line, S("type"));
	if (leaf < 0 || (uint64_t)leaf / TLOG_TILE_WIDTH != index) return lied(m, index * TLOG_TILE_WIDTH, "stands where it does not belong");
	if ((uint64_t)leaf >= m->theirs.head.size) return ERR_OK; /* the log has grown meanwhile: it comes with the next checkpoint */
	if (entry_unhex(json_get_str(line, S("statement_salt")), salt.byte, SHA256_SIZE, m->e) || (hex.n && entry_unhex(hex, event.byte, SHA256_SIZE, m->e)))
		return lied(m, (uint64_t)leaf, "has no salt");
	struct sha256 statement = entry_part("statement", &salt, json_canonical(m->a, json_get_lit(line, "statement")));
	struct sha256 commitment = entry_commitment(&event, &statement);
	if (!entry_type_of(type) || !str_eq(entry_leaf(entry_type_of(type), &commitment, bytes), w->entries[leaf % TLOG_TILE_WIDTH]))
		return lied(m, (uint64_t)leaf, "is not what the log committed to");
	m->out->statements++;
	return (uint64_t)leaf < m->said ? ERR_OK : note(w, line); /* what was here before was taken before */
}

static enum err_code take_statements(struct walking *w, uint64_t index, struct str path) {
	struct mirroring *m = w->m;
	struct tlog_folder folder = {.path = mirror_path(m, "log")};
	struct tlog_reader reader = tlog_folder_reader(&folder);
	struct tlog_tile t = {TLOG_ENTRIES, tlog_tile_width(0, index, m->theirs.head.size), index};
	struct str text, line;
	const char *from = file_join(m->a, m->staging, path.p), *to = mirror_path(m, path.p);
	buf_clear(&w->bundle);
	enum err_code code = tlog_read_bundle(&reader, t, &w->bundle, w->entries, m->e);
	if (!code) code = file_read(m->a, from, STATEMENTS_MOST, &text, m->e);
	while (!code && text.n)
		if (str_split(&text, '\n', &line) && line.n) code = check_line(w, index, line);
	if (!code && rename(from, to) != 0) code = err_errno(m->e, errno, "%s", to);
	return code;
}

static enum err_code fetch_statements(struct walking *w) {
	struct mirroring *m = w->m;
	uint64_t bundles = (m->theirs.head.size + TLOG_TILE_WIDTH - 1) / TLOG_TILE_WIDTH;
	enum err_code code = file_make_dir(mirror_path(m, "log/statements"), m->e);
	for (uint64_t first = m->said / TLOG_TILE_WIDTH; first < bundles && !code; first += BATCH) {
		struct str paths[BATCH];
		int statuses[BATCH];
		size_t n = bundles - first < BATCH ? (size_t)(bundles - first) : BATCH;
		for (size_t i = 0; i < n; i++) paths[i] = arena_fmt(m->a, "log/statements/%llu", (unsigned long long)(first + i));
		code = mirror_fetch(m, paths, n, STATEMENTS_MOST, statuses, m->e);
		for (size_t i = 0; i < n && !code; i++) {
			if (statuses[i] != 200) code = err_set(m->e, ERR_BUSY, "%.*s%.*s was answered with %d", STR_ARG(m->r->url), STR_ARG(paths[i]), statuses[i]);
			if (!code) code = take_statements(w, first + i, paths[i]);
		}
	}
	return code;
}

/* ---- records ---- */

static struct str record_path(struct mirroring *m, struct str uid) {
	return arena_cat(m->a, S("log/records/"), uid);
}

/* Whether the file holds what was committed to. */
static enum err_code holds(struct mirroring *m, const struct said *s, const char *path, bool *out) {
	struct str text;
	const struct json *record;
	unsigned char seed[SHA256_SIZE], root[SHA256_SIZE];
	struct sha256 made;
	*out = false;
	enum err_code code = file_read(m->a, path, RECORD_MOST, &text, m->e);
	if (!code && (json_parse(m->a, text, NULL, &record, m->e) || entry_unhex(s->seed, seed, sizeof seed, m->e) || entry_unhex(s->root, root, sizeof root, m->e)))
		return ERR_OK;
	if (!code) code = commitment_root(m->a, json_get_lit(record, "body"), str_n(seed, sizeof seed), &made, m->e);
	if (!code) *out = memcmp(made.byte, root, SHA256_SIZE) == 0;
	return code;
}

static enum err_code take_record(struct mirroring *m, const struct said *s, int status, struct buf *behind) {
	struct str path = record_path(m, s->uid);
	const char *from = file_join(m->a, m->staging, path.p), *to = mirror_path(m, path.p);
	bool right = false, gone = status == 404 || status == 410;
	/* What is here stays where the hub only could not say what there is. */
	if (status != 200 && !gone) return err_set(m->e, ERR_BUSY, "%.*s%.*s was answered with %d", STR_ARG(m->r->url), STR_ARG(path), status);
	enum err_code code = gone ? ERR_OK : holds(m, s, from, &right);
	if (code) return code;
	if (right) {
		m->out->fetched++;
		return rename(from, to) == 0 ? ERR_OK : err_errno(m->e, errno, "%s", to);
	}
	/* It has changed since, or was taken away: what is here is not what the hub says any more. */
	unlink(from);
	unlink(to);
	m->out->behind++;
	struct json_builder b = json_object_of(m->a);
	json_set_str(&b, S("uid"), s->uid);
	json_set_str(&b, S("root"), s->root);
	json_set_str(&b, S("fields_seed"), s->seed);
	buf_add(behind, json_text(m->a, json_built(&b)));
	buf_add_char(behind, '\n');
	return ERR_OK;
}

static enum err_code fetch_records(struct walking *w, struct buf *behind) {
	struct mirroring *m = w->m;
	enum err_code code = file_make_dir(mirror_path(m, "log/records"), m->e);
	const struct said *batch[BATCH];
	struct str paths[BATCH];
	int statuses[BATCH];
	size_t used = 0;
	for (size_t i = 0; i <= w->n && !code; i++) {
		const struct said *one = i < w->n ? w->list[i] : NULL;
		if (one && one->root.n) {
			batch[used] = one;
			paths[used++] = record_path(m, one->uid);
		} else if (one && unlink(mirror_path(m, record_path(m, one->uid).p)) == 0) {
			m->out->removed++;
		}
		if (!used || (used < BATCH && one)) continue;
		code = mirror_fetch(m, paths, used, RECORD_MOST, statuses, m->e);
		for (size_t j = 0; j < used && !code; j++) code = take_record(m, batch[j], statuses[j], behind);
		used = 0;
	}
	return code;
}

/* ---- what was not right the last time, and what was erased ---- */

static enum err_code add_behind(struct walking *w) {
	struct mirroring *m = w->m;
	struct str text, line;
	enum err_code code = file_read(m->a, mirror_path(m, "behind"), STATEMENTS_MOST, &text, m->e);
	if (code == ERR_NOT_FOUND) return ERR_OK;
	while (!code && text.n) {
		const struct json *v;
		struct json_builder b = json_object_of(m->a), st = json_object_of(m->a);
		(void)str_split(&text, '\n', &line);
		if (!line.n || json_parse(m->a, line, NULL, &v, NULL)) continue;
		json_set_str(&st, S("record"), json_get_str(v, S("uid")));
		json_set_str(&st, S("root"), json_get_str(v, S("root")));
		json_set(&b, S("statement"), json_built(&st));
		json_set_str(&b, S("fields_seed"), json_get_str(v, S("fields_seed")));
		code = note(w, json_built(&b));
	}
	return code;
}

static bool is_erased(struct walking *w, struct str line) {
	const struct json *v;
	if (json_parse(w->m->a, line, NULL, &v, NULL)) return false;
	const struct json *st = json_get_lit(v, "statement");
	const struct said *one = map_get(&w->last, json_get_str(st, S("record")));
	return one && one->tombstone && !str_is(json_get_str(st, S("type")), "tombstone");
}

/* What was said of a record before it was erased goes here as it went there. */
static enum err_code forget_erased(struct walking *w) {
	struct mirroring *m = w->m;
	struct file_list files;
	bool any = false;
	for (size_t i = 0; i < w->n; i++) any |= w->list[i]->tombstone;
	enum err_code code = any ? file_walk(m->a, mirror_path(m, "log/statements"), "", &files, m->e) : ERR_OK;
	for (size_t i = 0; any && i < files.n && !code; i++) {
		struct str text, line;
		autobuf struct buf rest = BUF(STATEMENTS_MOST);
		bool gone = false;
		code = file_read(m->a, files.paths[i], STATEMENTS_MOST, &text, m->e);
		while (!code && text.n) {
			(void)str_split(&text, '\n', &line);
			bool goes = line.n && is_erased(w, line);
			gone |= goes;
			if (goes || !line.n) continue;
			buf_add(&rest, line);
			buf_add_char(&rest, '\n');
		}
		if (!code && gone) code = file_write(files.paths[i], buf_str(&rest), 0644, m->e);
	}
	return code;
}

static int64_t count_records(struct mirroring *m) {
	struct file_list files = {0};
	struct err why;
	return file_walk(m->a, mirror_path(m, "log/records"), "", &files, &why) ? 0 : (int64_t)files.n;
}

enum err_code mirror_records(struct mirroring *m) {
	struct walking *w = arena_new_of(m->a, struct walking);
	autobuf struct buf behind = BUF(STATEMENTS_MOST);
	if (!w) return err_set(m->e, ERR_MEMORY, "out of memory");
	*w = (struct walking){.m = m, .last = {.arena = m->a}, .bundle = BUF(TLOG_BUNDLE_BYTES)};
	enum err_code code = add_behind(w);
	if (!code) code = fetch_statements(w);
	buf_free(&w->bundle);
	if (!code) code = fetch_records(w, &behind);
	if (!code) code = forget_erased(w);
	if (!code) code = file_write(mirror_path(m, "behind"), buf_str(&behind), 0644, m->e);
	m->out->records = count_records(m);
	return code;
}
