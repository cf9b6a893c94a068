/* Seats, and who of those asked onto a panel may sit on it: conflicts of interest declared by themselves, and challenges by the sides. */
#include "dispute.h"

#include "hub/account/audit.h"
#include "hub/account/member.h"
#include "hub/writer.h"

const char *const seat_sectors[] = {"academia", "civil-society", "industry", "government", "affected-communities", "other", NULL};

/* ---- seats of the hub ---- */

struct setting {
	struct str by, account, sector;
	moment until;
	bool take;
};

static enum err_code write_seat(struct db *db, void *arg, struct err *e) {
	struct setting *c = arg;
	struct db_query q = c->take ? db_query(db, "DELETE FROM seat WHERE account = $1") :
		db_query(db,
		"INSERT INTO seat (account, sector, since, until, by_whom) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account) DO UPDATE SET sector = excluded.sector, "
		"until = excluded.until, by_whom = excluded.by_whom");
	db_bind_str(&q, 1, c->account);
	if (!c->take) {
		db_bind_str(&q, 2, c->sector);
		db_bind_int(&q, 3, now());
		db_bind_int(&q, 4, c->until);
		db_bind_str(&q, 5, c->by);
	}
	enum err_code code = db_run(&q, e);
	if (!code && c->take && !db_changes(db)) code = err_set(e, ERR_NOT_FOUND, "they have no seat");
	return code;
}

static enum err_code refused(struct err *e, const char *where, const char *words) {
	err_set(e, ERR_INVALID, "%s", words);
	err_where(e, "%s", where);
	return ERR_INVALID;
}

static enum err_code only_administrators(bool administrator, struct err *e) {
	return administrator ? ERR_OK : err_set(e, ERR_FORBIDDEN, "seats are given by owners of the hub");
}

enum err_code seat_set(struct hub *h, struct db *db, struct str by, bool administrator, struct str account, struct str sector, moment until,
	struct err *e) {
	autoarena struct arena *a = arena_new(1 << 20);
	struct account person;
	bool known = false;
	enum err_code code = only_administrators(administrator, e);
	if (!code && !a) code = err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; seat_sectors[i]; i++) known |= str_is(sector, seat_sectors[i]);
	if (!code && !known) code = refused(e, "sector", "expected academia, civil-society, industry, government, affected-communities or other");
	if (!code && until && until <= now()) code = refused(e, "until", "it would be over already");
	if (!code) code = account_find(db, account, a, &person, e);
	if (!code && member_role(db, HUB, person.uid) != MEMBER_ADJUDICATOR)
		code = refused(e, "account", "a seat is for an account with the role adjudicator: give that first");
	if (code) return code;
	struct setting c = {by, person.uid, sector, until, false};
	return writer_run(h->writer, write_seat, &c, e);
}

enum err_code seat_take(struct hub *h, struct db *db, struct str by, bool administrator, struct str account, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 20);
	struct account person;
	enum err_code code = only_administrators(administrator, e);
	if (!code && !a) code = err_set(e, ERR_MEMORY, "out of memory");
	if (!code) code = account_find(db, account, a, &person, e);
	if (code) return code;
	struct setting c = {.by = by, .account = person.uid, .take = true};
	return writer_run(h->writer, write_seat, &c, e);
}

enum err_code seat_list(struct db *db, struct arena *a, struct seat **out, size_t *n, struct err *e) {
	enum { SEATS = 500 };
	struct seat *items = arena_array(a, SEATS, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	*n = 0;
	struct db_query q = db_query(db,
		"SELECT s.account, a.name, s.sector, s.since, s.until, (SELECT count(*) FROM panel_member m WHERE m.account = s.account AND m.state IN ('asked', "
		"'sitting')) FROM seat s JOIN account a ON a.uid = s.account ORDER BY s.sector, a.name, s.account LIMIT 500");
	while (*n < SEATS && db_row(&q))
		items[(*n)++] = (struct seat){arena_str(a, db_str(&q, 0)), arena_str(a, db_str(&q, 1)), arena_str(a, db_str(&q, 2)), db_int(&q, 3), db_int(&q, 4),
			db_int(&q, 5)};
	*out = items;
	return db_done(&q, e);
}

/* ---- declaring ---- */

/* A conflict recuses: they are shown nothing more, and somebody else is asked, of the same sector where there is one. */
static enum err_code declare(struct acting *x) {
	struct disputing g;
	enum err_code code = dispute_begin(x, SEAT_DECLARE, &g);
	if (code) return code;
	bool conflict = json_true(json_get_lit(x->args, "conflict")), sat = str_is(g.member.state, "sitting");
	struct str what = str_trim(act_arg(x, "what"));
	if (conflict && !what.n) {
		err_set(x->s->e, ERR_INVALID, "say what the conflict is: coordinators alone read it");
		err_where(x->s->e, "what");
		return ERR_INVALID;
	}
	if (!conflict && sat) return err_set(x->s->e, ERR_CONFLICT, "you have declared that already");
	json_set_bool(&x->detail, S("conflict"), conflict);
	json_put_str(&x->detail, S("private"), what);
	x->audiences = PARTIES | OWNER | COORDINATORS | PANEL;
	code = panel_member_state(x->s, g.p.id, g.member.account, conflict ? "recused" : "sitting", x->event);
	if (!code && !conflict) return panel_let_in(x->s, x->r, &g.d, g.member.account);
	if (!code && sat) code = panel_let_out(x->s, x->r, &g.d, g.member.account);
	if (!code) code = panel_fill(x->s, x->r, &g.d, g.member.sector);
	return code ? code : panel_count(x->s, x->r, &g.d, false);
}

/* ---- challenges ---- */

static enum err_code find_member(struct disputing *g, struct str account, struct panel_member *out) {
	struct panel_member *all;
	size_t n = 0;
	struct store *s = g->x->s;
	enum err_code code = panel_members(s->db, s->a, g->p.id, &all, &n, s->e);
	for (size_t i = 0; i < n && !code; i++)
		if (str_eq(all[i].account, account) && (str_is(all[i].state, "asked") || str_is(all[i].state, "sitting"))) return *out = all[i], ERR_OK;
	if (code) return code;
	err_set(s->e, ERR_INVALID, "they don't sit on this panel");
	err_where(s->e, "member");
	return ERR_INVALID;
}

static enum err_code put_challenge(struct acting *x, int64_t panel, struct str account, struct str voter, bool uphold) {
	struct db_query q = db_query(x->s->db,
		"INSERT INTO panel_challenge (panel, account, voter, uphold, event) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (panel, account, voter) DO UPDATE SET "
		"uphold = excluded.uphold, event = excluded.event");
	db_bind_int(&q, 1, panel);
	db_bind_str(&q, 2, account);
	db_bind_str(&q, 3, voter);
	db_bind_int(&q, 4, uphold);
	db_bind_int(&q, 5, x->event);
	return db_run(&q, x->s->e);
}

static enum err_code challenge(struct acting *x) {
	struct disputing g;
	struct panel_member m;
	struct str account = act_arg(x, "member");
	enum err_code code = dispute_begin(x, SEAT_CHALLENGE, &g);
	if (!code) code = find_member(&g, account, &m);
	if (code) return code;
	if (m.voted) return err_set(x->s->e, ERR_CONFLICT, "they have voted already");
	g.d.challenged |= g.z.sides;
	json_put_str(&x->detail, S("reason"), str_trim(act_arg(x, "reason")));
	x->audiences = PARTIES | OWNER | COORDINATORS | PANEL;
	code = put_challenge(x, g.p.id, account, STR_EMPTY, true);
	return code ? code : dispute_write(x->s, x->r->id, &g.d);
}

static enum err_code count_challenge(struct acting *x, int64_t panel, struct str account, int64_t *there, int64_t *up, int64_t *down) {
	struct db_query q = db_query(x->s->db,
		"SELECT sum(CASE WHEN voter = '' THEN 1 ELSE 0 END), sum(CASE WHEN voter <> '' AND uphold = 1 THEN 1 ELSE 0 END), "
		"sum(CASE WHEN voter <> '' AND uphold = 0 THEN 1 ELSE 0 END) FROM panel_challenge WHERE panel = $1 AND account = $2");
	db_bind_int(&q, 1, panel);
	db_bind_str(&q, 2, account);
	if (db_row(&q)) {
		*there = db_int(&q, 0);
		*up = db_int(&q, 1);
		*down = db_int(&q, 2);
	}
	return db_done(&q, x->s->e);
}

static enum err_code end_challenge(struct acting *x, int64_t panel, struct str account) {
	struct db_query q = db_query(x->s->db, "DELETE FROM panel_challenge WHERE panel = $1 AND account = $2");
	db_bind_int(&q, 1, panel);
	db_bind_str(&q, 2, account);
	return db_run(&q, x->s->e);
}

/* The rest of those who sit say whether a member stays: more than half of them must want them to go. */
static enum err_code judge(struct acting *x) {
	struct disputing g;
	struct panel_member m, *all;
	size_t n = 0;
	int64_t there = 0, up = 0, down = 0, rest = 0;
	struct str account = act_arg(x, "member");
	enum err_code code = dispute_begin(x, SEAT_JUDGE, &g);
	if (!code && str_eq(account, x->s->actor.name)) code = err_set(x->s->e, ERR_FORBIDDEN, "the rest of the panel says so, not you");
	if (!code) code = find_member(&g, account, &m);
	if (!code) code = count_challenge(x, g.p.id, account, &there, &up, &down);
	if (!code && !there) code = err_set(x->s->e, ERR_CONFLICT, "nobody has challenged that member");
	if (!code) code = put_challenge(x, g.p.id, account, x->s->actor.name, json_true(json_get_lit(x->args, "uphold")));
	if (!code) code = count_challenge(x, g.p.id, account, &there, &up, &down);
	if (!code) code = panel_members(x->s->db, x->s->a, g.p.id, &all, &n, x->s->e);
	if (code) return code;
	for (size_t i = 0; i < n; i++) rest += str_is(all[i].state, "sitting") && !str_eq(all[i].account, account);
	x->audiences = PANEL | COORDINATORS;
	if (up * 2 > rest) {
		json_set_str(&x->detail, S("outcome"), S("removed"));
		x->audiences |= PARTIES | OWNER;
		code = panel_member_state(x->s, g.p.id, account, "removed", x->event);
		if (!code) code = panel_let_out(x->s, x->r, &g.d, account);
		if (!code) code = end_challenge(x, g.p.id, account);
		if (!code) code = panel_fill(x->s, x->r, &g.d, m.sector);
		return code ? code : panel_count(x->s, x->r, &g.d, false);
	}
	if (down * 2 >= rest) {
		json_set_str(&x->detail, S("outcome"), S("stays"));
		x->audiences |= PARTIES | OWNER;
		return end_challenge(x, g.p.id, account);
	}
	return ERR_OK;
}

const struct act_function seat_functions[] = {{"seat.declare", declare}, {"seat.challenge", challenge}, {"seat.judge", judge}};
const size_t seat_functions_n = lengthof(seat_functions);
