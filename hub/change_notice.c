/* Who is told of an event: written with it, in the same transaction. */
#include "change_store.h"

#include "hub/account/account.h"
#include "hub/account/notice.h"
#include "hub/disclose_private.h"

struct recipient {
	struct account account;
	unsigned audiences;
	bool asked_in; /* it is they, or an organization of theirs, whom the event asks in */
};

static bool tells(const struct kind *kind, struct str type) {
	static const char *const types[] = {"revise", "move", "comment", "link", "attach", "invite", "act"};
	/* There the act that moved it says more. */
	if (kind->answers_to.n && str_is(type, "move")) return false;
	for (size_t i = 0; i < lengthof(types); i++)
		if (str_is(type, types[i])) return true;
	return false;
}

/* What finders and parties do in confidential matters, and what the hub does by itself, is for all coordinators; a draft is for nobody yet. A term is theirs
 * to keep whatever it is about. */
static bool concerns_coordinators(const struct store *s, const struct stored *r, const struct event_row *v) {
	bool by_others = !(s->actor.roles & ROLE_COORDINATOR) || str_is(s->actor.name, "hub");
	if (str_starts(json_get_str(v->detail, S("act")), S("clock."))) return by_others;
	if (r->kind->answers_to.n) return false; /* whoever owns what it is for answers it */
	return r->kind->confidential && by_others && !str_is(r->state, "draft");
}

/* Whose record it is, first; then parties and the members of those that are organizations. Who was invited alone is told of that. */
static enum err_code find_recipients(struct store *s, const struct stored *r, const struct event_row *v, struct str invited, struct recipient *list, size_t *n) {
	int64_t followed = 0; /* whose parties are this record's */
	enum err_code code = invited.n ? ERR_OK : store_followed(s->db, r, &followed, s->e);
	bool for_coordinators = followed || concerns_coordinators(s, r, v);
	if (!code && !invited.n && r->kind->answers_to.n) code = store_answers_to(s->db, r, &followed, s->e);
	if (code) return code;
	struct db_query q = invited.n ? db_query(s->db,
		"SELECT a.uid, (SELECT h.role FROM membership h WHERE h.account = a.uid AND h.organization = '') FROM ("
		"SELECT CAST($2 AS TEXT) AS uid UNION SELECT account AS uid FROM membership WHERE organization = $2) c "
		"JOIN account a ON a.uid = c.uid WHERE a.suspended = 0 AND a.uid <> $3 ORDER BY a.uid LIMIT 500") :
		db_query(s->db,
		"SELECT a.uid, (SELECT h.role FROM membership h WHERE h.account = a.uid AND h.organization = '') FROM ("
		"SELECT CAST($2 AS TEXT) AS uid UNION SELECT subject AS uid FROM party WHERE record = $1 UNION "
		"SELECT m.account AS uid FROM party p JOIN membership m ON m.organization = p.subject WHERE p.record = $1 UNION "
		"SELECT subject AS uid FROM participant WHERE record = $1 AND access = 'invited' UNION "
		"SELECT m.account AS uid FROM participant p JOIN membership m ON m.organization = p.subject WHERE p.record = $1 AND p.access = 'invited' UNION "
		"SELECT account AS uid FROM panel_member WHERE record = $1 AND state = 'asked' UNION "
		"SELECT created_by AS uid FROM record WHERE id = $4 UNION SELECT subject AS uid FROM party WHERE record = $4 UNION "
		"SELECT m.account AS uid FROM party p JOIN membership m ON m.organization = p.subject WHERE p.record = $4 UNION "
		"SELECT account AS uid FROM membership WHERE $5 = 1 AND organization = '' AND role = 'coordinator') c "
		"JOIN account a ON a.uid = c.uid WHERE a.suspended = 0 AND a.uid <> $3 "
		"ORDER BY CASE WHEN a.uid = $2 THEN 0 ELSE 1 END, a.uid LIMIT 500");
	if (!invited.n) db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, invited.n ? invited : r->created_by);
	db_bind_str(&q, 3, s->actor.name);
	if (!invited.n) db_bind_int(&q, 4, followed);
	if (!invited.n) db_bind_int(&q, 5, for_coordinators);
	*n = 0;
	while (*n < NOTICES && db_row(&q)) {
		enum member_role role = member_role_of(db_str(&q, 1));
		list[(*n)++].account = (struct account){.uid = arena_str(s->a, db_str(&q, 0)), .hub_roles = role ? 1u << role : 0};
	}
	return db_done(&q, s->e);
}

/* What was found for the same audiences before: but for links, whose other end is asked for each viewer, and what goes to some, they alone decide. */
static const bool *known(const struct recipient *list, const bool *shown, size_t n, unsigned audiences) {
	for (size_t i = 0; i < n; i++)
		if (list[i].audiences == audiences) return &shown[i];
	return NULL;
}

/* An act or an invitation whose detail names them as the one who is asked. */
static enum err_code mark_asked(struct store *s, const struct event_row *v, struct str subject, struct recipient *r) {
	struct str act = json_get_str(v->detail, S("act"));
	r->asked_in = str_is(v->type, "invite");
	if (r->asked_in || !str_is(act, "participant.ask")) return ERR_OK;
	r->asked_in = str_eq(subject, r->account.uid);
	if (r->asked_in) return ERR_OK;
	struct db_query q = db_query(s->db, "SELECT 1 FROM membership WHERE account = $1 AND organization = $2");
	db_bind_str(&q, 1, r->account.uid);
	db_bind_str(&q, 2, subject);
	r->asked_in = db_row(&q);
	return db_done(&q, s->e);
}

static enum err_code write_notice(struct store *s, const struct stored *r, const struct event_row *v, struct recipient *to) {
	enum err_code code = mark_asked(s, v, json_get_str(v->detail, S("subject")), to);
	enum notice_sort sort = notice_sort_of(r->kind->name, v->type, json_get_str(v->detail, S("act")), to->asked_in);
	return code ? code : notice_write(s->db, to->account.uid, sort, r->id, v->seq, s->at, s->e);
}

/* An overdue term that goes up the ladder (hub/clock.h) is told to whoever has that role on the hub; of the record they learn what they may read of it. */
static enum err_code tell_rung(struct store *s, const struct stored *r, const struct event_row *v) {
	struct str role = json_get_str(v->detail, S("told")), uids[NOTICES];
	size_t n = 0;
	if (!role.n || !str_is(json_get_str(v->detail, S("act")), "clock.escalate")) return ERR_OK;
	struct db_query q = db_query(s->db,
		"SELECT m.account FROM membership m JOIN account a ON a.uid = m.account WHERE m.organization = '' AND m.role = $1 AND a.suspended = 0 "
		"ORDER BY m.account LIMIT 500");
	db_bind_str(&q, 1, role);
	while (n < NOTICES && db_row(&q)) uids[n++] = arena_str(s->a, db_str(&q, 0));
	enum err_code code = db_done(&q, s->e);
	for (size_t i = 0; i < n && !code; i++) code = notice_write(s->db, uids[i], NOTICE_TERMS, r->id, v->seq, s->at, s->e);
	return code;
}

enum err_code store_notices(struct store *s, const struct stored *r, int64_t event, struct str type, struct str detail) {
	if (!tells(r->kind, type)) return ERR_OK;
	struct event_row v = {event, r->id, r->revision, s->at, type, s->actor.name, r->state, NULL};
	enum err_code code = detail.n ? json_parse(s->a, detail, NULL, &v.detail, s->e) : ERR_OK;
	struct recipient *list = arena_array(s->a, NOTICES, sizeof *list);
	bool *shown = arena_array(s->a, NOTICES, sizeof *shown), is_link = str_is(type, "link");
	bool some = json_count(json_get_lit(v.detail, "to")) > 0;
	size_t n = 0;
	if (!code && (!list || !shown)) code = err_set(s->e, ERR_MEMORY, "out of memory");
	if (!code) code = find_recipients(s, r, &v, str_is(type, "invite") ? json_get_str(v.detail, S("subject")) : STR_EMPTY, list, &n);
	for (size_t i = 0; i < n && !code; i++) {
		struct disclosing d = {s->hub, s->db, account_viewer(&list[i].account), s->a};
		code = disclose_audiences(&d, r, &list[i].audiences, s->e);
		const bool *before = is_link || some ? NULL : known(list, shown, i, list[i].audiences);
		if (code) break;
		if (before)
			shown[i] = *before;
		else
			code = event_shows(&d, r, list[i].audiences, &v, &shown[i], s->e);
		if (!code && shown[i]) code = write_notice(s, r, &v, &list[i]);
	}
	return code ? code : tell_rung(s, r, &v);
}
