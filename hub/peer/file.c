#include "hub/peer/file.h"

#include "hub/peer/inside.h"

static enum err_code add_line(struct arena *a, struct buf *to, const struct peer_entry *one, struct str before, struct err *e) {
	struct peer_entry fine;
	enum err_code code = peer_check(a, one, &fine, e);
	if (code) return code;
	bool as_is = str_eq(fine.url, one->url) && str_eq(fine.name, one->name) && str_eq(fine.origin, one->origin);
	if (!as_is) return err_set(e, ERR_INVALID, "the line of %.*s is not as it would be written", STR_ARG(fine.origin));
	if (before.n && str_cmp(before, fine.origin) >= 0) return err_set(e, ERR_INVALID, "%.*s is out of order", STR_ARG(fine.origin));
	struct str parts[] = {fine.origin, fine.key, fine.url, fine.prefix.n ? fine.prefix : S("-"), fine.name};
	for (size_t i = 0; i < lengthof(parts); i++) {
		if (i) buf_add_char(to, ' ');
		buf_add(to, parts[i]);
	}
	buf_add_char(to, '\n');
	return ERR_OK;
}

enum err_code peer_file_text(struct arena *a, const struct peer_file *f, struct str *out, struct err *e) {
	autobuf struct buf b = BUF(PEER_FILE_BYTES);
	char at[MOMENT_TEXT];
	enum err_code code = ERR_OK;
	if (!tlog_name_valid(f->origin)) return err_set(e, ERR_INVALID, "that is no name of a log");
	if (f->at % SECOND) return err_set(e, ERR_INVALID, "the moment is not one of whole seconds");
	buf_add(&b, S(PEER_FILE_FIRST "\n"));
	buf_add(&b, f->origin);
	buf_fmt(&b, "\n%llu\n", (unsigned long long)f->size);
	buf_add(&b, moment_text(f->at, at));
	buf_add_char(&b, '\n');
	for (size_t i = 0; i < f->n && !code; i++) code = add_line(a, &b, &f->items[i], i ? f->items[i - 1].origin : STR_EMPTY, e);
	if (code) return code;
	if (b.failed) return err_set(e, ERR_TOO_LARGE, "a directory has at most %d bytes", PEER_FILE_BYTES);
	*out = arena_str(a, buf_str(&b));
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

/* ---- reading ---- */

static bool word(struct str *rest, struct str *out) {
	return str_split(rest, ' ', out) && rest->p && out->n;
}

static bool read_line(struct str line, struct peer_entry *out) {
	struct str prefix;
	*out = (struct peer_entry){0};
	if (!word(&line, &out->origin) || !word(&line, &out->key) || !word(&line, &out->url) || !word(&line, &prefix)) return false;
	out->prefix = str_is(prefix, "-") ? STR_EMPTY : prefix;
	out->name = line;
	return line.n > 0;
}

static enum err_code read_head(struct str *rest, struct peer_file *out, struct err *e) {
	struct str first = STR_EMPTY, size = STR_EMPTY, at = STR_EMPTY;
	int64_t n;
	bool whole = str_split(rest, '\n', &first);
	if (whole && str_starts(first, S("polder/hubs/")) && !str_is(first, PEER_FILE_FIRST)) return err_set(e, ERR_UNSUPPORTED, "a directory of a later version");
	whole = whole && str_is(first, PEER_FILE_FIRST) && str_split(rest, '\n', &out->origin) && str_split(rest, '\n', &size) && str_split(rest, '\n', &at);
	if (!whole || !str_int(size, &n) || n < 0 || !moment_parse(at, &out->at)) return err_set(e, ERR_INVALID, "that is no directory of hubs");
	out->size = (uint64_t)n;
	return ERR_OK;
}

static enum err_code read_items(struct arena *a, struct str rest, struct peer_file *out, struct err *e) {
	struct peer_entry *items = arena_array(a, PEERS_MOST + 1, sizeof *items);
	struct str line;
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	for (out->n = 0; rest.n && str_split(&rest, '\n', &line); out->n++) {
		if (out->n > PEERS_MOST) return err_set(e, ERR_TOO_LARGE, "a directory holds %d hubs at most", PEERS_MOST);
		if (!read_line(line, &items[out->n])) {
			err_set(e, ERR_INVALID, "a hub's line has an origin, a key, an address, a prefix and a name");
			return err_where(e, "line %zu", out->n + 5), ERR_INVALID;
		}
	}
	out->items = items;
	return ERR_OK;
}

enum err_code peer_file_parse(struct arena *a, struct str bytes, struct peer_file *out, struct err *e) {
	struct str again;
	struct peer_file f = {0};
	if (bytes.n > PEER_FILE_BYTES) return err_set(e, ERR_TOO_LARGE, "a directory has at most %d bytes", PEER_FILE_BYTES);
	enum err_code code = tlog_note_parse(a, bytes, &f.note, e);
	struct str rest = f.note.text;
	if (!code) code = read_head(&rest, &f, e);
	if (!code) code = read_items(a, rest, &f, e);
	if (!code) code = peer_file_text(a, &f, &again, e);
	if (!code && !str_eq(again, f.note.text)) code = err_set(e, ERR_INVALID, "the directory is not as it would be written");
	if (!code) *out = f;
	return code;
}

enum err_code peer_file_verify(const struct peer_file *f, const struct tlog_key *key, struct err *e) {
	if (!str_eq(key->name, f->origin)) return err_set(e, ERR_FORBIDDEN, "the directory is that of %.*s, and the key of %.*s", STR_ARG(f->origin), STR_ARG(key->name));
	enum err_code code = tlog_note_verify(&f->note, key, NULL, e);
	return code == ERR_NOT_FOUND ? err_set(e, ERR_FORBIDDEN, "the directory is not signed by this key") : code;
}
