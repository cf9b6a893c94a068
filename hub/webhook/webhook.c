/* Whose webhooks there are, and what they ask for. */
#include "inside.h"

#include <sodium.h>

#include "hub/account/member.h"
#include "hub/account/notice.h"
#include "hub/act.h"
#include "hub/seal.h"

enum { LISTED = 500, NAMES = 2000, ORGANIZATIONS = 100 };

/* ---- who may ---- */

bool webhook_may(struct db *db, const struct by *by, struct str owner) {
	if (!by->actor.n) return false;
	if (str_eq(by->actor, by_operator.actor)) return true;
	if (!owner.n) return by->administrator;
	if (str_starts(owner, S("U-"))) return str_eq(owner, by->actor);
	return member_role(db, owner, by->actor) == MEMBER_OWNER;
}

enum err_code webhook_none(struct err *e) {
	return err_set(e, ERR_NOT_FOUND, "there is no such webhook");
}

enum err_code webhook_viewer(struct db *db, struct arena *a, struct str owner, struct viewer *out, struct err *e) {
	if (!owner.n) {
		*out = viewer_public;
		return ERR_OK;
	}
	if (!str_starts(owner, S("U-"))) {
		*out = (struct viewer){owner, ROLE_ANYONE};
		return ERR_OK;
	}
	struct account account;
	enum err_code code = account_find(db, owner, a, &account, e);
	if (!code && account.suspended) code = err_set(e, ERR_NOT_FOUND, "there is no such account");
	if (!code) *out = account_viewer(&account);
	return code;
}

enum err_code webhook_tell_owner(struct db *db, struct str owner, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 18);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct membership *members = NULL;
	size_t n = 0;
	if (str_starts(owner, S("U-"))) return notice_write_account(db, owner, S("webhook.off"), e);
	enum err_code code = member_list(db, owner, a, &members, &n, e);
	for (size_t i = 0; i < n && !code; i++)
		if (members[i].role == MEMBER_OWNER) code = notice_write_account(db, members[i].uid, S("webhook.off"), e);
	return code;
}

/* ---- what it asks for ---- */

static int by_name(const void *a, const void *b) {
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

enum err_code webhook_types(const struct hub *h, struct arena *a, struct str **out, size_t *n, struct err *e) {
	static const char *const records[] = {"published", "created", "revised", "moved", "linked", "unlinked", "commented", "attached", "invited", "dismissed", "revealed"};
	struct str *items = arena_array(a, lengthof(records) + h->acts->n, sizeof *items);
	size_t used = 0;
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < lengthof(records); i++) items[used++] = arena_fmt(a, "record.%s", records[i]);
	for (size_t i = 0; i < h->acts->n; i++) {
		struct str name = arena_cat(a, S("act."), h->acts->items[i].name);
		for (size_t j = 0; j < name.n; j++)
			if (name.p[j] == '-') ((char *)(uintptr_t)name.p)[j] = '_';
		items[used++] = name;
	}
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	qsort(items, used, sizeof *items, by_name);
	*out = items;
	*n = used;
	return ERR_OK;
}

bool webhook_wants(struct str list, struct str name) {
	struct str one;
	if (!list.n) return true;
	while (str_split(&list, ',', &one))
		if (str_eq(one, name) || (str_ends(one, S(".*")) && str_starts(name, str_sub(one, 0, one.n - 1)))) return true;
	return false;
}

static enum err_code wrong(struct err *e, const char *where, const char *words, struct str what) {
	what = str_cut_utf8(what, 60);
	err_set(e, ERR_INVALID, what.n ? "%s \"%.*s\"" : "%s%.*s", words, STR_ARG(what));
	err_where(e, "%s", where);
	return ERR_INVALID;
}

/* Lists as people type them, each name known, once, with commas alone. */
static enum err_code read_types(const struct hub *h, struct arena *a, struct str text, struct str *out, struct err *e) {
	struct str *types, part, list = STR_EMPTY;
	size_t n;
	enum err_code code = webhook_types(h, a, &types, &n, e);
	while (!code && str_split(&text, ',', &part)) {
		bool known = false;
		if (!(part = str_trim(part)).n || webhook_wants(list.n ? list : S(","), part)) continue;
		for (size_t i = 0; i < n; i++) known |= webhook_wants(part, types[i]);
		if (!known) return wrong(e, "types", "there is no type of event called", part);
		list = list.n ? arena_fmt(a, "%.*s,%.*s", STR_ARG(list), STR_ARG(part)) : part;
	}
	if (!code && list.n > NAMES) return wrong(e, "types", "that is too much", STR_EMPTY);
	*out = list;
	return code;
}

static enum err_code read_kinds(const struct hub *h, struct arena *a, struct str text, struct str *out, struct err *e) {
	struct str part, list = STR_EMPTY;
	while (str_split(&text, ',', &part)) {
		if (!(part = str_trim(part)).n || (list.n && webhook_wants(list, part))) continue;
		if (!kind_find(h->kinds, part)) return wrong(e, "kinds", "there is no kind of record called", part);
		list = list.n ? arena_fmt(a, "%.*s,%.*s", STR_ARG(list), STR_ARG(part)) : part;
	}
	*out = list;
	return ERR_OK;
}

/* What a URL leads to is judged where the connection is made; here, that it is one, and holds no secret that pages would show. */
static enum err_code check_url(const struct hub *h, struct str url, struct err *e) {
	bool here = str_starts(url, S("http://127.0.0.1")) || str_starts(url, S("http://localhost")) || str_starts(url, S("http://[::1]"));
	if (!str_starts(url, S("https://")) && !(h->webhooks.http_to_this_machine && here))
		return wrong(e, "url", "an address that is called begins with https://", STR_EMPTY);
	struct str rest = str_from(url, str_find(url, S("://")) + 3);
	size_t slash = str_find_char(rest, '/');
	struct str host = slash == STR_NONE ? rest : str_sub(rest, 0, slash);
	bool ok = host.n && url.n <= WEBHOOK_URL && str_find_char(url, '#') == STR_NONE;
	for (size_t i = 0; i < url.n; i++) ok &= (unsigned char)url.p[i] > 32 && (unsigned char)url.p[i] < 127 && !strchr("\"<>\\^`{|}", url.p[i]);
	if (!ok) return wrong(e, "url", "that is no address: write it in ASCII, at most 1000 characters, without #", STR_EMPTY);
	if (str_find_char(host, '@') != STR_NONE) return wrong(e, "url", "leave name and password out of the address: calls are signed", STR_EMPTY);
	return ERR_OK;
}

static enum err_code check_note(struct str note, struct err *e) {
	bool ok = note.n <= WEBHOOK_NOTE && str_utf8(note);
	for (size_t i = 0; i < note.n; i++) ok &= (unsigned char)note.p[i] >= 32 && note.p[i] != 127;
	return ok ? ERR_OK : wrong(e, "note", "a note is one line of at most 100 bytes", STR_EMPTY);
}

/* ---- reading ---- */

#define COLUMNS \
	"w.id, w.owner, w.url, w.note, w.types, w.kinds, w.enabled, w.problem, w.failing, w.secret_before_ends, w.missed, w.created, " \
	"(SELECT count(*) FROM delivery d WHERE d.webhook = w.id AND d.state = 'waiting')"

static struct webhook read_row(struct db_query *q, struct arena *a) {
	struct str s[6];
	for (int i = 0; i < 6; i++) s[i] = arena_str(a, db_str(q, i));
	moment ends = db_int(q, 9);
	return (struct webhook){.id = s[0], .owner = s[1], .url = s[2], .note = s[3], .types = s[4], .kinds = s[5], .enabled = db_int(q, 6) != 0,
		.problem = arena_str(a, db_str(q, 7)), .failing = db_int(q, 8), .old_secret_ends = ends > now() ? ends : 0, .missed = db_int(q, 10),
		.created = db_int(q, 11), .waiting = db_int(q, 12)};
}

static void name_owner(const struct hub *h, struct db *db, struct arena *a, struct webhook *w) {
	if (!w->owner.n) w->owner_name = h->name;
	else w->owner_name = str_starts(w->owner, S("U-")) ? account_actor_name(db, a, w->owner) : disclose_public_name(db, a, w->owner);
}

static enum err_code find_row(struct hub *h, struct db *db, const struct by *by, struct str id, struct arena *a, struct webhook *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT " COLUMNS " FROM webhook w WHERE w.id = $1");
	db_bind_str(&q, 1, id);
	struct webhook w = {0};
	bool found = db_row(&q);
	if (found) w = read_row(&q, a);
	enum err_code code = db_done(&q, e);
	if (!code && (!found || !webhook_may(db, by, w.owner))) return webhook_none(e);
	if (!code) name_owner(h, db, a, &w);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (!code) *out = w;
	return code;
}

enum err_code webhook_find(struct hub *h, struct db *db, const struct by *by, struct str id, struct arena *a, struct webhook *out, struct err *e) {
	return find_row(h, db, by, id, a, out, e);
}

enum err_code webhook_list(struct hub *h, struct db *db, const struct by *by, struct arena *a, struct webhook **out, size_t *n, struct err *e) {
	struct webhook *items = arena_array(a, LISTED, sizeof *items);
	size_t used = 0;
	bool all = str_eq(by->actor, by_operator.actor);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(db,
		"SELECT " COLUMNS " FROM webhook w WHERE $1 = 1 OR (w.owner = '' AND $2 = 1) OR (w.owner <> '' AND w.owner = $3) OR w.owner IN ("
		"SELECT organization FROM membership WHERE account = $3 AND role = 'owner' AND organization <> '') ORDER BY w.owner, w.created, w.id LIMIT 500");
	db_bind_int(&q, 1, all);
	db_bind_int(&q, 2, by->administrator);
	db_bind_str(&q, 3, by->actor);
	while (used < LISTED && db_row(&q)) items[used++] = read_row(&q, a);
	enum err_code code = db_done(&q, e);
	for (size_t i = 0; i < used && !code; i++) name_owner(h, db, a, &items[i]);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	*out = items;
	*n = used;
	return ERR_OK;
}

/* ---- writing ---- */

struct making {
	struct hub *hub;
	const struct by *by;
	struct str id;
	struct webhook_new what;   /* checked */
	const struct webhook_edit *edit;
	struct str sealed;
};

static enum err_code audit(struct db *db, const struct by *by, const char *action, struct str owner, struct str id, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct json_builder b = json_object_of(a);
	json_set_str(&b, S("webhook"), id);
	struct str detail = json_canonical(a, json_built(&b));
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : audit_write(db, by, action, owner, detail, e);
}

static void secret_fresh(char out[WEBHOOK_SECRET]) {
	unsigned char key[32];
	random_bytes(key, sizeof key);
	memcpy(out, "whsec_", 6);
	sodium_bin2base64(out + 6, WEBHOOK_SECRET - 6, key, sizeof key, sodium_base64_VARIANT_ORIGINAL);
	sodium_memzero(key, sizeof key);
}

static enum err_code insert(struct db *db, void *arg, struct err *e) {
	const struct making *c = arg;
	struct db_query q = db_query(db, "SELECT count(*) FROM webhook WHERE owner = $1");
	db_bind_str(&q, 1, c->what.owner);
	int64_t there = db_row(&q) ? db_int(&q, 0) : 0;
	enum err_code code = db_done(&q, e);
	if (code) return code;
	if (!webhook_may(db, c->by, c->what.owner)) return webhook_none(e);
	if (there >= WEBHOOKS) return err_set(e, ERR_CONFLICT, "there are %d webhooks already; remove one first", WEBHOOKS);
	q = db_query(db,
		"INSERT INTO webhook (id, owner, url, note, types, kinds, secret, secret_before, secret_before_ends, enabled, problem, seen, failing, busy, missed, "
		"created, created_by) SELECT $1, $2, $3, $4, $5, $6, $7, NULL, 0, 1, '', coalesce(max(seq), 0), 0, 0, 0, $8, $9 FROM event");
	db_bind_str(&q, 1, c->id);
	db_bind_str(&q, 2, c->what.owner);
	db_bind_str(&q, 3, c->what.url);
	db_bind_str(&q, 4, c->what.note);
	db_bind_str(&q, 5, c->what.types);
	db_bind_str(&q, 6, c->what.kinds);
	db_bind_bytes(&q, 7, c->sealed);
	db_bind_int(&q, 8, now());
	db_bind_str(&q, 9, c->by->actor);
	code = db_run(&q, e);
	return code ? code : audit(db, c->by, "webhook.create", c->what.owner, c->id, e);
}

static enum err_code check_owner(struct db *db, struct arena *a, const struct by *by, struct str owner, struct err *e) {
	struct viewer v;
	bool there = !owner.n || str_starts(owner, S("U-"));
	if (!there) {
		struct db_query q = db_query(db, "SELECT 1 FROM record WHERE uid = $1 AND kind = 'organization'");
		db_bind_str(&q, 1, owner);
		there = db_row(&q);
		enum err_code code = db_done(&q, e);
		if (code) return code;
	}
	if (!there || !webhook_may(db, by, owner))
		return err_set(e, ERR_NOT_FOUND, "there is no such owner of webhooks, or you do not manage its webhooks");
	return webhook_viewer(db, a, owner, &v, e);
}

enum err_code webhook_create(struct hub *h, struct db *db, const struct by *by, const struct webhook_new *n, struct arena *a, struct str *id,
	char secret[WEBHOOK_SECRET], struct err *e) {
	char name[WEBHOOK_ID], fresh[WEBHOOK_SECRET];
	struct making c = {.hub = h, .by = by, .what = {.owner = n->owner, .url = str_trim(n->url), .note = str_trim(n->note)}};
	enum err_code code = check_owner(db, a, by, n->owner, e);
	if (!code) code = check_url(h, c.what.url, e);
	if (!code) code = check_note(c.what.note, e);
	if (!code) code = read_types(h, a, n->types, &c.what.types, e);
	if (!code) code = read_kinds(h, a, n->kinds, &c.what.kinds, e);
	if (code) return code;
	webhook_id("wh_", name);
	secret_fresh(fresh);
	c.id = arena_str(a, str_of(name));
	code = seal(h, str_of(fresh), a, &c.sealed, e);
	if (!code) code = writer_change(h->writer, insert, &c, e);
	if (!code) memcpy(secret, fresh, sizeof fresh);
	if (!code) *id = c.id;
	sodium_memzero(fresh, sizeof fresh);
	return code;
}

static enum err_code update(struct db *db, void *arg, struct err *e) {
	const struct making *c = arg;
	autoarena struct arena *a = arena_new(1 << 18);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct webhook old;
	enum err_code code = find_row(c->hub, db, c->by, c->id, a, &old, e);
	if (code) return code;
	const struct webhook_edit *w = c->edit;
	bool enabled = w->enabled ? *w->enabled : old.enabled, on = enabled && !old.enabled;
	struct db_query q = db_query(db,
		"UPDATE webhook SET url = $2, note = $3, types = $4, kinds = $5, enabled = $6, problem = CASE WHEN $6 = 1 OR $7 = 1 THEN '' ELSE problem END, "
		"seen = CASE WHEN $8 = 1 THEN (SELECT coalesce(max(seq), 0) FROM event) ELSE seen END, failing = CASE WHEN $8 = 1 THEN 0 ELSE failing END, "
		"busy = CASE WHEN $8 = 1 THEN 0 ELSE busy END, missed = CASE WHEN $8 = 1 THEN 0 ELSE missed END WHERE id = $1");
	db_bind_str(&q, 1, c->id);
	db_bind_str(&q, 2, w->url ? c->what.url : old.url);
	db_bind_str(&q, 3, w->note ? c->what.note : old.note);
	db_bind_str(&q, 4, w->types ? c->what.types : old.types);
	db_bind_str(&q, 5, w->kinds ? c->what.kinds : old.kinds);
	db_bind_int(&q, 6, enabled);
	db_bind_int(&q, 7, w->enabled && !*w->enabled && old.enabled);
	db_bind_int(&q, 8, on);
	code = db_run(&q, e);
	if (!code && on) {
		q = db_query(db, "UPDATE delivery SET due = $2 WHERE webhook = $1 AND state = 'waiting'");
		db_bind_str(&q, 1, c->id);
		db_bind_int(&q, 2, now());
		code = db_run(&q, e);
	}
	return code ? code : audit(db, c->by, "webhook.edit", old.owner, c->id, e);
}

enum err_code webhook_edit(struct hub *h, struct db *db, const struct by *by, struct str id, const struct webhook_edit *what, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 20);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct webhook old;
	struct making c = {.hub = h, .by = by, .id = id, .edit = what};
	enum err_code code = find_row(h, db, by, id, a, &old, e);
	if (!code && what->url) code = check_url(h, c.what.url = str_trim(*what->url), e);
	if (!code && what->note) code = check_note(c.what.note = str_trim(*what->note), e);
	if (!code && what->types) code = read_types(h, a, *what->types, &c.what.types, e);
	if (!code && what->kinds) code = read_kinds(h, a, *what->kinds, &c.what.kinds, e);
	return code ? code : writer_change(h->writer, update, &c, e);
}

static enum err_code rotate(struct db *db, void *arg, struct err *e) {
	const struct making *c = arg;
	autoarena struct arena *a = arena_new(1 << 18);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct webhook old;
	enum err_code code = find_row(c->hub, db, c->by, c->id, a, &old, e);
	if (code) return code;
	struct db_query q = db_query(db, "UPDATE webhook SET secret_before = secret, secret_before_ends = $3, secret = $2 WHERE id = $1");
	db_bind_str(&q, 1, c->id);
	db_bind_bytes(&q, 2, c->sealed);
	db_bind_int(&q, 3, now() + WEBHOOK_OLD_SECRET);
	code = db_run(&q, e);
	return code ? code : audit(db, c->by, "webhook.secret", old.owner, c->id, e);
}

enum err_code webhook_rotate(struct hub *h, struct db *db, const struct by *by, struct str id, char secret[WEBHOOK_SECRET], struct err *e) {
	autoarena struct arena *a = arena_new(1 << 18);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	char fresh[WEBHOOK_SECRET];
	struct making c = {.hub = h, .by = by, .id = id};
	struct webhook old;
	secret_fresh(fresh);
	enum err_code code = find_row(h, db, by, id, a, &old, e);
	if (!code) code = seal(h, str_of(fresh), a, &c.sealed, e);
	if (!code) code = writer_change(h->writer, rotate, &c, e);
	if (!code) memcpy(secret, fresh, sizeof fresh);
	sodium_memzero(fresh, sizeof fresh);
	return code;
}

static enum err_code take_away(struct db *db, void *arg, struct err *e) {
	const struct making *c = arg;
	autoarena struct arena *a = arena_new(1 << 18);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct webhook old;
	enum err_code code = find_row(c->hub, db, c->by, c->id, a, &old, e);
	if (code) return code;
	struct db_query q = db_query(db, "DELETE FROM delivery WHERE webhook = $1");
	db_bind_str(&q, 1, c->id);
	code = db_run(&q, e);
	if (code) return code;
	q = db_query(db, "DELETE FROM webhook WHERE id = $1");
	db_bind_str(&q, 1, c->id);
	code = db_run(&q, e);
	return code ? code : audit(db, c->by, "webhook.remove", old.owner, c->id, e);
}

enum err_code webhook_remove(struct hub *h, struct db *db, const struct by *by, struct str id, struct err *e) {
	(void)db;
	struct making c = {.hub = h, .by = by, .id = id};
	return writer_change(h->writer, take_away, &c, e);
}

/* ---- after a rotation of the keys ---- */

enum err_code webhook_seal_again(struct hub *h, struct db *db, struct arena *a, int64_t *n, struct err *e) {
	static const struct {
		const char *select, *update;
	} columns[] = {
		{"SELECT id, secret FROM webhook WHERE id > $1 ORDER BY id LIMIT 1", "UPDATE webhook SET secret = $2 WHERE id = $1"},
		{"SELECT id, secret_before FROM webhook WHERE id > $1 AND secret_before IS NOT NULL ORDER BY id LIMIT 1",
			"UPDATE webhook SET secret_before = $2 WHERE id = $1"},
	};
	for (size_t i = 0; i < lengthof(columns); i++) {
		char last[WEBHOOK_ID] = "";
		for (;;) {
			struct str sealed = STR_EMPTY, fresh;
			bool changed = false;
			struct db_query q = db_query(db, columns[i].select);
			db_bind_str(&q, 1, str_of(last));
			bool found = db_row(&q);
			struct str id = found ? arena_str(a, db_str(&q, 0)) : STR_EMPTY;
			if (found) sealed = arena_str(a, db_str(&q, 1));
			enum err_code code = db_done(&q, e);
			if (code) return code;
			if (!found) break;
			snprintf(last, sizeof last, "%.*s", STR_ARG(id));
			code = seal_again(h, sealed, a, &fresh, &changed, e);
			if (code == ERR_UNSUPPORTED) code = ERR_OK; /* of a key that is lost: it was unreadable before */
			if (!code && changed) {
				q = db_query(db, columns[i].update);
				db_bind_str(&q, 1, id);
				db_bind_bytes(&q, 2, fresh);
				code = db_run(&q, e);
				(*n)++;
			}
			if (code) return code;
			arena_clear(a);
		}
	}
	return ERR_OK;
}
