#include "message.h"

#include "hub/account/account.h"
#include "hub/account/member.h"
#include "hub/disclose_private.h"

static struct str first(const struct disclosing *d, struct db_query *q) {
	struct str found = db_row(q) ? arena_str(d->a, db_str(q, 0)) : STR_EMPTY;
	db_cancel(q);
	return found;
}

static struct str alias_of(const struct disclosing *d, int64_t record, struct str subject) {
	struct db_query q = db_query(d->db, "SELECT alias FROM participant WHERE record = $1 AND subject = $2");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, subject);
	return first(d, &q);
}

/* The organization for which a person takes part. */
static struct str represents(const struct disclosing *d, int64_t record, struct str person) {
	struct db_query q = db_query(d->db,
		"SELECT m.organization FROM membership m JOIN participant p ON p.subject = m.organization WHERE p.record = $1 AND m.account = $2 "
		"UNION SELECT m.organization FROM membership m JOIN party p ON p.subject = m.organization WHERE p.record = $1 AND m.account = $2 "
		"ORDER BY 1 LIMIT 1");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, person);
	return first(d, &q);
}

/* "panel" for who judges a dispute about it, "owner" for who made it; "" none. */
static struct str role_on(const struct disclosing *d, int64_t record, struct str person) {
	struct db_query q = db_query(d->db,
		"SELECT role FROM party WHERE record = $1 AND subject = $2 UNION SELECT 'owner' FROM record WHERE id = $1 AND created_by = $2 "
		"ORDER BY 1 LIMIT 1"); /* owner, panel, party: a finder stays one whatever else they are */
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, person);
	return first(d, &q);
}

struct str disclose_name_on(const struct disclosing *d, const struct kind *kind, int64_t record, unsigned audiences, struct str subject) {
	bool person = str_starts(subject, S("U-")), finder = str_starts(subject, S("A-"));
	struct str alias = alias_of(d, record, subject);
	if (str_is(subject, "operator") || str_is(subject, "hub")) return subject;
	if (finder) return alias.n ? alias : S("Finder");
	if (!person || !kind->confidential || audiences & COORDINATORS || str_eq(subject, d->viewer.name)) return disclose_subject_name(d, subject);
	if (alias.n) return alias;
	struct str organization = represents(d, record, subject);
	if (organization.n) return disclose_subject_name(d, organization);
	enum member_role role = member_role(d->db, HUB, subject);
	if (role == MEMBER_COORDINATOR || role == MEMBER_OWNER) return S("Coordinator");
	struct str part = role_on(d, record, subject);
	if (kind->answers_to.n) return str_is(part, "owner") ? disclose_subject_name(d, subject) : S("Who decides");
	if (str_is(part, "owner")) return S("Finder");
	return str_is(part, "panel") || (!part.n && role == MEMBER_ADJUDICATOR) ? S("Member of the panel") : S("A participant");
}

/* ---- messages ---- */

/* Those that a viewer may read: $1 record, $2 audiences, $3 viewer. */
#define READABLE "m.record = $1 AND (m.audiences & $2 <> 0 OR m.author = $3 OR (m.some = 1 AND EXISTS (SELECT 1 FROM message_to t WHERE " \
	"t.message = m.event AND (t.subject = $3 OR t.subject IN (SELECT organization FROM membership WHERE account = $3)))))"

static int64_t read_up_to(const struct disclosing *d, int64_t record) {
	struct db_query q = db_query(d->db, "SELECT up_to FROM read_mark WHERE record = $1 AND account = $2");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, d->viewer.name);
	int64_t up_to = db_row(&q) ? db_int(&q, 0) : 0;
	db_cancel(&q);
	return up_to;
}

static bool reads_messages(const struct disclosing *d, const struct disclosed *r) {
	return d->viewer.name.n && event_knows_closed(r->audiences);
}

static enum err_code fill(const struct disclosing *d, const struct disclosed *r, struct message *m, struct err *e) {
	struct event_row v;
	enum err_code code = event_read(d, m->id, &v, e);
	if (code) return code;
	const struct json *to = json_get_lit(v.detail, "to");
	m->text = json_get_str(v.detail, S("text"));
	m->author_name = disclose_name_on(d, r->line.kind, r->line.record, r->audiences, v.actor);
	m->own = str_eq(v.actor, d->viewer.name);
	if (r->audiences & COORDINATORS || m->own) m->author = v.actor;
	m->to = arena_array(d->a, json_count(to) + 1, sizeof *m->to);
	for (size_t i = 0; m->to && i < json_count(to); i++)
		m->to[m->to_n++] = disclose_name_on(d, r->line.kind, r->line.record, r->audiences, json_string(json_at(to, i)));
	return ERR_OK;
}

enum err_code disclose_messages(const struct disclosing *d, const struct disclosed *r, const struct message_request *m, struct message **out,
	size_t *n, bool *more, struct err *e) {
	*n = 0;
	*more = false;
	*out = NULL;
	if (m->limit < 1 || m->limit > 200) return err_set(e, ERR_INVALID, "limit: expected 1 to 200");
	if (!reads_messages(d, r)) return ERR_OK;
	struct message *items = arena_array(d->a, m->limit, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	int64_t up_to = read_up_to(d, r->line.record);
	size_t used = 0;
	struct db_query q = db_query(d->db,
		"SELECT m.event, m.thread, m.audiences, m.at FROM message m WHERE " READABLE " AND m.event < $4 AND ($5 = 0 OR m.thread = $5) "
		"ORDER BY m.event DESC");
	db_bind_int(&q, 1, r->line.record);
	db_bind_int(&q, 2, r->audiences);
	db_bind_str(&q, 3, d->viewer.name);
	db_bind_int(&q, 4, m->before > 0 ? m->before : INT64_MAX);
	db_bind_int(&q, 5, m->thread);
	while (db_row(&q)) {
		if (used == m->limit) {
			*more = true;
			break;
		}
		items[used] = (struct message){.id = db_int(&q, 0), .thread = db_int(&q, 1), .audiences = (unsigned)db_int(&q, 2), .at = db_int(&q, 3)};
		items[used].unread = items[used].id > up_to;
		used++;
	}
	enum err_code code = db_done(&q, e);
	for (size_t i = 0; i < used && !code; i++) {
		code = fill(d, r, &items[i], e);
		items[i].unread &= !items[i].own;
	}
	if (!code && arena_failed(d->a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	for (size_t i = 0; i < used / 2; i++) {
		struct message other = items[i];
		items[i] = items[used - 1 - i];
		items[used - 1 - i] = other;
	}
	*out = items;
	*n = used;
	return ERR_OK;
}

enum err_code disclose_unread(const struct disclosing *d, const struct disclosed *r, int64_t *out, struct err *e) {
	*out = 0;
	if (!reads_messages(d, r)) return ERR_OK;
	struct db_query q = db_query(d->db, "SELECT count(*) FROM message m WHERE " READABLE " AND m.event > $4 AND m.author <> $3");
	db_bind_int(&q, 1, r->line.record);
	db_bind_int(&q, 2, r->audiences);
	db_bind_str(&q, 3, d->viewer.name);
	db_bind_int(&q, 4, read_up_to(d, r->line.record));
	if (db_row(&q)) *out = db_int(&q, 0);
	return db_done(&q, e);
}

enum err_code disclose_message_count(const struct disclosing *d, const struct disclosed *r, int64_t *out, struct err *e) {
	*out = 0;
	if (!reads_messages(d, r)) return ERR_OK;
	struct db_query q = db_query(d->db, "SELECT count(*) FROM message m WHERE " READABLE);
	db_bind_int(&q, 1, r->line.record);
	db_bind_int(&q, 2, r->audiences);
	db_bind_str(&q, 3, d->viewer.name);
	if (db_row(&q)) *out = db_int(&q, 0);
	return db_done(&q, e);
}
