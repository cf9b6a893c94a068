/* Records that say something of others: who says it is the organization on whose behalf they were made, and cannot be claimed; what they are about is called by the name
 * that it keeps for good, and has to be there for everybody. */
#include "change_store.h"

#include "hub/account/member.h"
#include "hub/ledger/ledger.h"
#include "hub/peer/peer.h"

enum { TITLE = 300 };

struct saying {
	const struct hub *hub;
	struct db *db;
	struct arena *a;
	const struct kind *kind;
	const struct change *c;
	struct err *e;
	struct str name; /* of what it is about, for the title */
};

static enum err_code at(struct saying *y, struct str pointer, enum err_code code) {
	err_where(y->e, "%.*s", STR_ARG(pointer));
	return code;
}

/* ---- by whom ---- */

static enum err_code by_whom(struct saying *y, const struct json *given, const struct json **out) {
	struct str name = STR_EMPTY, uid = y->c->organization;
	/* Who may read the hub's folder may bring what was said elsewhere. */
	if (!uid.n && given && str_eq(y->c->actor.name, actor_operator.name)) return *out = given, ERR_OK;
	if (!uid.n) {
		err_set(y->e, ERR_INVALID, "this is said by an organization: say on behalf of which, of those that you belong to");
		return err_where(y->e, "organization"), ERR_INVALID;
	}
	struct db_query q = db_query(y->db, "SELECT p.headline FROM public p JOIN record r ON r.id = p.record WHERE r.uid = $1 AND r.kind = 'organization'");
	db_bind_str(&q, 1, uid);
	bool found = db_row(&q);
	if (found) name = arena_str(y->a, db_str(&q, 0));
	enum err_code code = db_done(&q, y->e);
	if (code) return code;
	if (!found) return err_set(y->e, ERR_NOT_FOUND, "there is no organization \"%.*s\" that everybody may know of", STR_ARG(str_cut_utf8(uid, 40)));
	struct json_builder b = json_object_of(y->a);
	json_set_str(&b, S("organization"), uid);
	json_set_str(&b, S("name"), name);
	*out = json_built(&b);
	return ERR_OK;
}

/* Whoever made it may have left the organization since. */
enum err_code store_may_say(struct db *db, const struct kind *kind, struct actor actor, const struct json *body, struct err *e) {
	struct str uid = json_get_str(json_get(body, str_from(kind->says.by, 1)), S("organization"));
	if (!kind->says.by.n || actor.roles & ROLE_OWNER || (uid.n && member_role(db, uid, actor.name) >= MEMBER_MEMBER)) return ERR_OK;
	return err_set(e, ERR_FORBIDDEN, "you do not belong to the organization that says this");
}

/* ---- of what ---- */

/* A record that everybody may read here: by its uid, or by hub and uid where it is a copy. */
static enum err_code of_here(struct saying *y, struct str name, struct str *hub, struct str *record) {
	int64_t id;
	struct str origin = STR_EMPTY, source = STR_EMPTY, title = STR_EMPTY, uid = STR_EMPTY;
	struct err why;
	enum err_code code = store_resolve(y->db, y->a, name, &id, &why);
	if (code == ERR_NOT_FOUND) return store_unknown(name, y->e);
	if (code) return err_set(y->e, code, "%s", why.message);
	struct db_query q = db_query(y->db, "SELECT r.uid, r.public_id, o.system, o.source_id FROM public p JOIN record r ON r.id = p.record "
		"LEFT JOIN (origin o JOIN peer h ON h.origin = o.system) ON o.record = r.id WHERE r.id = $1");
	db_bind_int(&q, 1, id);
	bool found = db_row(&q);
	if (found) {
		uid = arena_str(y->a, db_str(&q, 0));
		title = arena_str(y->a, db_str(&q, 1));
		origin = arena_str(y->a, db_str(&q, 2));
		source = arena_str(y->a, db_str(&q, 3));
	}
	code = db_done(&q, y->e);
	if (code) return code;
	/* Nothing is told of one that not everybody may know of. */
	if (!found) return store_unknown(name, y->e);
	*hub = origin;
	*record = origin.n ? source : uid;
	if (!y->name.n) y->name = title;
	return ERR_OK;
}

static enum err_code name_fits(struct saying *y, struct str name) {
	bool ok = name.n > 0 && str_utf8(name);
	for (size_t i = 0; i < name.n; i++) ok &= (unsigned char)name.p[i] > ' ' && name.p[i] != 127 && name.p[i] != '/';
	return ok ? ERR_OK : err_set(y->e, ERR_INVALID, "a record of another hub is called by its number or uid, without spaces and slashes");
}

static enum err_code of_there(struct saying *y, struct str *hub, struct str record) {
	struct peer p;
	struct err why;
	enum err_code code = peer_find(y->db, y->a, *hub, &p, &why);
	if (!code) *hub = p.origin;
	else if (code != ERR_NOT_FOUND) return err_set(y->e, code, "%s", why.message);
	else if (!tlog_name_valid(*hub)) return err_set(y->e, ERR_INVALID, "no hub by that name is listed here, and it is no name of a log either");
	if (!y->name.n) y->name = record;
	return name_fits(y, record);
}

/* {hub?, record, …}: called by what it keeps. */
static enum err_code of_what(struct saying *y, struct str pointer, const struct json *given, const struct json **out) {
	struct str hub = str_trim(json_get_str(given, S("hub"))), record = str_trim(json_get_str(given, S("record"))), own;
	struct peer p;
	struct err why;
	*out = given;
	if (!json_is(given, JSON_OBJECT) || !record.n) return ERR_OK; /* the schema says so */
	enum err_code code = ledger_origin(y->hub, y->db, y->a, &own, y->e);
	if (code) return code;
	if (str_eq(hub, own) || str_eq(hub, y->hub->prefix) || (hub.n && str_eq(hub, y->hub->base_url))) hub = STR_EMPTY;
	if (!hub.n) {
		code = of_here(y, record, &hub, &record);
		/* A number that another hub gives. */
		if (code == ERR_NOT_FOUND && !peer_of_number(y->db, y->a, record, &p, &why)) {
			hub = p.origin;
			if (!y->name.n) y->name = record;
			code = name_fits(y, record);
		}
	} else {
		code = of_there(y, &hub, record);
	}
	if (code) return at(y, arena_cat(y->a, pointer, S("/record")), code);
	const struct json *v = json_with(y->a, given, S("record"), json_str_checked(y->a, record));
	*out = json_with(y->a, v, S("hub"), hub.n ? json_str_checked(y->a, hub) : NULL);
	return ERR_OK;
}

static bool same_record(const struct json *a, const struct json *b) {
	return str_eq(json_get_str(a, S("record")), json_get_str(b, S("record"))) && str_eq(json_get_str(a, S("hub")), json_get_str(b, S("hub")));
}

/* ---- all of it ---- */

/* "Not affected: POL-2026-0001" */
static struct str made_title(struct saying *y, const struct json *body) {
	struct str says = json_get_str(body, S("says"));
	char *words = arena_alloc(y->a, says.n + 1);
	if (!words || !says.n) return STR_EMPTY;
	for (size_t i = 0; i < says.n; i++) words[i] = says.p[i] == '_' ? ' ' : says.p[i];
	if (words[0] >= 'a' && words[0] <= 'z') words[0] = (char)(words[0] - 'a' + 'A');
	return str_cut_utf8(arena_fmt(y->a, "%.*s: %.*s", (int)says.n, words, STR_ARG(y->name)), TITLE);
}

static enum err_code put(struct saying *y, struct str pointer, const struct json *old, const struct json **body) {
	struct str member = str_from(pointer, 1);
	const struct json *given = json_get(*body, member), *v = given;
	enum err_code code = given ? of_what(y, pointer, given, &v) : ERR_OK;
	if (!code && old && !same_record(v, json_get(old, member))) {
		err_set(y->e, ERR_INVALID, "what it is about stays: withdraw it, and make another");
		return at(y, pointer, ERR_INVALID);
	}
	if (!code && given) *body = json_with(y->a, *body, member, v);
	return code;
}

enum err_code store_says(const struct hub *h, struct db *db, struct arena *a, const struct kind *kind, const struct change *c, const struct json *old,
	const struct json *body, const struct json **out, struct err *e) {
	const struct kind_says *s = &kind->says;
	struct saying y = {.hub = h, .db = db, .a = a, .kind = kind, .c = c, .e = e};
	const struct json *by = json_get(old, str_from(s->by, 1));
	*out = body;
	/* What comes from elsewhere was said there. */
	if (!s->by.n || c->origin || c->copied || !json_is(body, JSON_OBJECT)) return ERR_OK;
	if (!db) return err_set(e, ERR_INTERNAL, "what is said of a record needs a database to find it in");
	enum err_code code = old ? store_may_say(db, kind, c->actor, old, e) : by_whom(&y, json_get(body, str_from(s->by, 1)), &by);
	if (!code) code = put(&y, s->about, old, &body);
	if (!code && s->duplicate.n) code = put(&y, s->duplicate, NULL, &body);
	if (code) return code;
	body = json_with(a, body, str_from(s->by, 1), by);
	const struct json *about = json_get(body, str_from(s->about, 1)), *duplicate = s->duplicate.n ? json_get(body, str_from(s->duplicate, 1)) : NULL;
	if (about && duplicate && same_record(about, duplicate)) {
		err_set(e, ERR_INVALID, "a record is no duplicate of itself");
		return at(&y, s->duplicate, ERR_INVALID);
	}
	struct str title = kind_has_value(body, kind->headline) ? STR_EMPTY : made_title(&y, body);
	if (title.n) body = json_with(a, body, str_from(kind->headline, 1), json_str_checked(a, title));
	*out = body;
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

enum err_code store_may_link(const struct kind *kind, struct str rel, struct err *e) {
	if (!kind->says.link.n || !str_eq(kind->says.link, rel)) return ERR_OK;
	return err_set(e, ERR_FORBIDDEN, "who says this is settled when it is made: nobody links it to another");
}

enum err_code store_said_by(struct store *s, const struct stored *r, const struct change *c) {
	if (!r->kind->says.link.n || !c->organization.n || c->origin) return ERR_OK;
	return store_link(s, r, r->kind->says.link, c->organization, NULL);
}
