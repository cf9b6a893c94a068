/* What the log says to everybody, and the records that it says it of. */
#include <errno.h>
#include <unistd.h>

#include "hub/commitment.h"
#include "hub/identifier.h"
#include "hub/ledger/entry.h"
#include "hub/ledger/receipt.h"
#include "hub/mirror/inside.h"
#include "lib/tlog/bundle.h"

enum { BATCH = 400, STATEMENTS_MOST = 8 << 20, RECORD_MOST = 32 << 20 };

/* The last statement of a record. */
struct said {
	struct str uid, root, seed; /* hexadecimal; root "": public no more */
	int64_t leaf;
	bool tombstone;             /* all of it was erased */
};
struct walking {
	struct mirroring *m;
	struct map last;             /* uid to struct said */
	struct map revealed;         /* paths of what statements say is shown */
	bool again;                  /* something was said of a record that had been said of before */
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
	one->leaf = json_integer(json_get_lit(line, "leaf"), -1);
	w->again |= json_get_lit(st, "prev") != NULL;
	one->root = arena_str(m->a, json_get_str(st, S("root")));
	one->seed = arena_str(m->a, json_get_str(line, S("fields_seed")));
	/* Of one that lives on without some fields a root stays. */
	one->tombstone = str_is(json_get_str(st, S("type")), "tombstone") && !json_get_lit(st, "fields");
	return ERR_OK;
}

/* The leaf that a line is of must be the log's. *later: it came after the checkpoint, and is for the next run. */
static enum err_code check_line(struct walking *w, uint64_t index, struct str text, bool *later) {
	struct mirroring *m = w->m;
	const struct json *line;
	struct sha256 salt, event = {{0}};
	unsigned char bytes[ENTRY_LEAF];
	if (json_parse(m->a, text, NULL, &line, m->e)) return lied(m, index * TLOG_TILE_WIDTH, "is no JSON");
	int64_t leaf = json_integer(json_get_lit(line, "leaf"), -1);
	*later = leaf >= 0 && (uint64_t)leaf >= m->theirs.head.size;
	if (*later) return ERR_OK;
	struct str hex = json_get_str(line, S("event")), type = json_get_str(line, S("type"));
	if (leaf < 0 || (uint64_t)leaf / TLOG_TILE_WIDTH != index) return lied(m, index * TLOG_TILE_WIDTH, "stands where it does not belong");
	if (entry_unhex(json_get_str(line, S("statement_salt")), salt.byte, SHA256_SIZE, m->e) || (hex.n && entry_unhex(hex, event.byte, SHA256_SIZE, m->e)))
		return lied(m, (uint64_t)leaf, "has no salt");
	struct sha256 statement = entry_part("statement", &salt, json_canonical(m->a, json_get_lit(line, "statement")));
	struct sha256 commitment = entry_commitment(&event, &statement);
	if (!entry_type_of(type) || !str_eq(entry_leaf(entry_type_of(type), &commitment, bytes), w->entries[leaf % TLOG_TILE_WIDTH]))
		return lied(m, (uint64_t)leaf, "is not what the log committed to");
	m->out->statements++;
	if ((uint64_t)leaf >= m->said) mirror_follow(m, json_get_lit(line, "statement"));
	return (uint64_t)leaf < m->said ? ERR_OK : note(w, line); /* what was here before was taken before */
}

static enum err_code take_statements(struct walking *w, uint64_t index, struct str path) {
	struct mirroring *m = w->m;
	struct tlog_folder folder = {.path = mirror_path(m, "log")};
	struct tlog_reader reader = tlog_folder_reader(&folder);
	struct tlog_tile t = {TLOG_ENTRIES, tlog_tile_width(0, index, m->theirs.head.size), index};
	struct str text = STR_EMPTY, line;
	const char *from = file_join(m->a, m->staging, path.p), *to = mirror_path(m, path.p);
	buf_clear(&w->bundle);
	enum err_code code = tlog_read_bundle(&reader, t, &w->bundle, w->entries, m->e);
	if (!code) code = file_read(m->a, from, STATEMENTS_MOST, &text, m->e);
	struct str taken = text;
	bool cut = false;
	while (!code && text.n) {
		bool later = false;
		(void)str_split(&text, '\n', &line);
		if (line.n) code = check_line(w, index, line, &later);
		/* They stand in the order of their leaves: nothing behind it is earlier. */
		if (later) taken = str_sub(taken, 0, (size_t)(line.p - taken.p)), text = STR_EMPTY, cut = true;
	}
	if (!code && cut) code = file_write(from, taken, 0644, m->e);
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
	json_set_int(&b, S("leaf"), s->leaf);
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
		json_set(&b, S("leaf"), json_int(m->a, json_integer(json_get_lit(v, "leaf"), -1)));
		json_set(&b, S("statement"), json_built(&st));
		json_set_str(&b, S("fields_seed"), json_get_str(v, S("fields_seed")));
		code = note(w, json_built(&b));
	}
	return code;
}

/* What the hub gives out of a line since more was said of its record: of one that was erased nothing, of others no seed, with which anybody could try what was
 * amended away. "" nothing. */
static struct str still_said(struct walking *w, struct str line, struct arena *a) {
	const struct json *v;
	if (json_parse(a, line, NULL, &v, NULL)) return line;
	const struct said *one = map_get(&w->last, json_get_str(json_get_lit(v, "statement"), S("record")));
	if (!one || json_integer(json_get_lit(v, "leaf"), -1) >= one->leaf) return line;
	if (one->tombstone) return STR_EMPTY;
	return json_get_lit(v, "fields_seed") ? json_text(a, json_with(a, v, S("fields_seed"), NULL)) : line;
}

static enum err_code forget_in(struct walking *w, const char *path) {
	autoarena struct arena *a = arena_new(16 * (size_t)STATEMENTS_MOST);
	autobuf struct buf rest = BUF(STATEMENTS_MOST);
	struct str text = STR_EMPTY, line;
	if (!a) return err_set(w->m->e, ERR_MEMORY, "out of memory");
	enum err_code code = file_read(a, path, STATEMENTS_MOST, &text, w->m->e);
	struct str before = text;
	while (!code && text.n) {
		(void)str_split(&text, '\n', &line);
		struct str left = line.n ? still_said(w, line, a) : STR_EMPTY;
		if (!left.n) continue;
		buf_add(&rest, left);
		buf_add_char(&rest, '\n');
	}
	if (!code && (rest.failed || arena_failed(a))) code = err_set(w->m->e, ERR_MEMORY, "out of memory");
	return code || str_eq(before, buf_str(&rest)) ? code : file_write(path, buf_str(&rest), 0644, w->m->e);
}

/* What was said before goes here as it went there. */
static enum err_code forget_earlier(struct walking *w) {
	struct mirroring *m = w->m;
	struct file_list files;
	enum err_code code = w->again ? file_walk(m->a, mirror_path(m, "log/statements"), "", &files, m->e) : ERR_OK;
	for (size_t i = 0; w->again && i < files.n && !code; i++) code = forget_in(w, files.paths[i]);
	return code;
}

/* ---- what was sealed and is shown ---- */

static struct str revealed_path(struct mirroring *m, int64_t leaf) {
	return arena_fmt(m->a, "log/revealed/%lld", (long long)leaf);
}

/* The document is a receipt of the leaf that the statement names, by the log's key. */
static enum err_code shows(struct mirroring *m, const struct json *line, const char *path, bool *out) {
	struct str text;
	struct receipt_checked checked;
	const struct json *of = json_get_lit(json_get_lit(line, "statement"), "of");
	*out = false;
	enum err_code code = file_read(m->a, path, RECEIPT_FILE_BYTES, &text, m->e);
	if (code) return code;
	code = receipt_check(m->a, text, &m->key, 1, NULL, 0, &checked, m->e);
	if (code) return code == ERR_MEMORY ? code : ERR_OK;
	*out = checked.logged && (int64_t)checked.leaf == json_integer(json_get_lit(of, "leaf"), -1) &&
		str_eq(entry_hex(m->a, sha256_str(&checked.commitment)), json_get_str(of, S("commitment")));
	return ERR_OK;
}

static enum err_code take_revealed(struct mirroring *m, const struct json *line, struct str path, int status) {
	const char *from = file_join(m->a, m->staging, path.p), *to = mirror_path(m, path.p);
	bool right = false;
	if (status != 200 && status != 404 && status != 410) return err_set(m->e, ERR_BUSY, "%.*s%.*s was answered with %d", STR_ARG(m->r->url), STR_ARG(path), status);
	enum err_code code = status == 200 ? shows(m, line, from, &right) : ERR_OK;
	if (code) return code;
	if (right) return rename(from, to) == 0 ? ERR_OK : err_errno(m->e, errno, "%s", to);
	unlink(from);
	unlink(to);
	return ERR_OK;
}

/* Of the records that something was said of: those that were shown before are fetched again, since what was erased is not in them any more. */
static enum err_code fetch_revealed_in(struct walking *w, const char *file) {
	struct mirroring *m = w->m;
	struct str text = STR_EMPTY, rest, line;
	enum err_code code = file_read(m->a, file, STATEMENTS_MOST, &text, m->e);
	for (rest = text; !code && rest.n;) {
		const struct json *v;
		int status;
		(void)str_split(&rest, '\n', &line);
		if (str_find(line, S("\"type\":\"reveal\"")) == STR_NONE || json_parse(m->a, line, NULL, &v, NULL)) continue;
		struct str path = revealed_path(m, json_integer(json_get_lit(v, "leaf"), -1));
		if (!map_at(&w->revealed, path)) return err_set(m->e, ERR_MEMORY, "out of memory");
		*map_at(&w->revealed, path) = w;
		if (!map_get(&w->last, json_get_str(json_get_lit(v, "statement"), S("record")))) continue;
		code = file_make_dir(mirror_path(m, "log/revealed"), m->e);
		if (!code) code = mirror_fetch(m, &path, 1, RECEIPT_FILE_BYTES, &status, m->e);
		if (!code) code = take_revealed(m, v, path, status);
	}
	return code;
}

/* What no statement speaks of any more goes. */
static enum err_code forget_revealed(struct walking *w) {
	struct file_list files;
	const char *folder = mirror_path(w->m, "log/revealed");
	enum err_code code = file_exists(folder) ? file_walk(w->m->a, folder, "", &files, w->m->e) : ERR_NOT_FOUND;
	if (code) return code == ERR_NOT_FOUND ? ERR_OK : code;
	for (size_t i = 0; i < files.n; i++) {
		struct str name = str_of(files.paths[i]);
		name = str_from(name, strlen(folder) + 1);
		if (!map_get(&w->revealed, arena_cat(w->m->a, S("log/revealed/"), name))) unlink(files.paths[i]);
	}
	return ERR_OK;
}

static enum err_code fetch_revealed(struct walking *w) {
	struct file_list files;
	enum err_code code = w->again ? file_walk(w->m->a, mirror_path(w->m, "log/statements"), "", &files, w->m->e) : ERR_OK;
	for (size_t i = 0; w->again && i < files.n && !code; i++) code = fetch_revealed_in(w, files.paths[i]);
	return code || !w->again ? code : forget_revealed(w);
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
	*w = (struct walking){.m = m, .last = {.arena = m->a}, .revealed = {.arena = m->a}, .bundle = BUF(TLOG_BUNDLE_BYTES)};
	enum err_code code = add_behind(w);
	if (!code) code = fetch_statements(w);
	buf_free(&w->bundle);
	if (!code && !m->r->log_alone) code = fetch_records(w, &behind);
	if (!code) code = forget_earlier(w);
	if (!code && !m->r->log_alone) code = fetch_revealed(w);
	if (!code) code = file_write(mirror_path(m, "behind"), buf_str(&behind), 0644, m->e);
	m->out->records = count_records(m);
	return code;
}
