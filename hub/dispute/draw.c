/* Who sits on a panel: drawn by lot among the seats, so many of a sector, nobody who has a part in the matter. */
#include "dispute.h"

#include <sodium.h>

struct candidate {
	struct str account, sector;
};
enum { CANDIDATES = 500 };

/* No conflict that the hub knows of: no side or party themselves, nor of an organization that is one or that the record names, nor on an earlier panel
 * of this dispute; nor a coordinator where the hub is a side. */
static enum err_code find_candidates(struct store *s, const struct stored *r, const struct dispute *d, struct candidate *out, size_t *n) {
	*n = 0;
	struct db_query q = db_query(s->db,
		"SELECT t.account, t.sector FROM seat t JOIN account a ON a.uid = t.account AND a.suspended = 0 "
		"JOIN membership h ON h.account = t.account AND h.organization = '' AND h.role = 'adjudicator' "
		"WHERE t.since <= $5 AND (t.until = 0 OR t.until > $5) AND t.account NOT IN ($3, $4, $6) "
		"AND t.account NOT IN (SELECT account FROM panel_member WHERE record = $1) "
		"AND t.account NOT IN (SELECT created_by FROM record WHERE id = $2) "
		"AND t.account NOT IN (SELECT subject FROM party WHERE record = $2 AND role IN ('owner', 'party')) "
		"AND t.account NOT IN (SELECT subject FROM participant WHERE access <> 'out' AND (record = $2 OR record IN (SELECT source FROM link WHERE target = $2))) "
		"AND NOT EXISTS (SELECT 1 FROM membership m WHERE m.account = t.account AND m.organization <> '' AND (m.organization IN ($3, $4) "
		"OR m.organization IN (SELECT subject FROM party WHERE record = $2) "
		"OR m.organization IN (SELECT o.uid FROM link l JOIN record o ON o.id = l.target WHERE l.source = $2 AND o.kind = 'organization') "
		"OR m.organization IN (SELECT subject FROM participant WHERE access <> 'out' AND (record = $2 OR record IN (SELECT source FROM link WHERE "
		"target = $2))))) ORDER BY t.account LIMIT 500");
	db_bind_int(&q, 1, r->id);
	db_bind_int(&q, 2, d->target);
	db_bind_str(&q, 3, d->claimant);
	db_bind_str(&q, 4, d->respondent);
	db_bind_int(&q, 5, s->at);
	db_bind_str(&q, 6, r->created_by);
	while (*n < CANDIDATES && db_row(&q)) out[(*n)++] = (struct candidate){arena_str(s->a, db_str(&q, 0)), arena_str(s->a, db_str(&q, 1))};
	return db_done(&q, s->e);
}

static enum err_code ask(struct store *s, const struct stored *r, int64_t panel, const struct candidate *c) {
	struct db_query q = db_query(s->db,
		"INSERT INTO panel_member (panel, account, record, sector, state, at, event) VALUES ($1, $2, $3, $4, 'asked', $5, 0)");
	db_bind_int(&q, 1, panel);
	db_bind_str(&q, 2, c->account);
	db_bind_int(&q, 3, r->id);
	db_bind_str(&q, 4, c->sector);
	db_bind_int(&q, 5, s->at);
	return db_run(&q, s->e);
}

static size_t of_sector(const struct panel_member *all, size_t n, struct str sector) {
	size_t found = 0;
	for (size_t i = 0; i < n; i++)
		found += str_eq(all[i].sector, sector) && (str_is(all[i].state, "asked") || str_is(all[i].state, "sitting"));
	return found;
}

enum err_code panel_fill(struct store *s, const struct stored *r, const struct dispute *d, struct str sector) {
	struct candidate *list = arena_array(s->a, CANDIDATES, sizeof *list);
	struct panel p;
	struct panel_member *all;
	size_t n = 0, members, active = 0, added = 0;
	if (!list) return err_set(s->e, ERR_MEMORY, "out of memory");
	enum err_code code = panel_read(s->db, s->a, d->panel, &p, s->e);
	if (!code) code = panel_members(s->db, s->a, d->panel, &all, &members, s->e);
	if (!code) code = find_candidates(s, r, d, list, &n);
	if (code) return code;
	for (size_t i = 0; i < members; i++) active += str_is(all[i].state, "asked") || str_is(all[i].state, "sitting");
	for (size_t i = n; i > 1; i--) {
		size_t j = randombytes_uniform((uint32_t)i);
		struct candidate moved = list[i - 1];
		list[i - 1] = list[j];
		list[j] = moved;
	}
	for (int any = 0; any < 2 && !code; any++)
		for (size_t i = 0; i < n && active < (size_t)p.seats && members < MEMBERS && !code; i++) {
			if (!list[i].account.n || (!any && sector.n && !str_eq(list[i].sector, sector))) continue;
			if (of_sector(all, members, list[i].sector) >= (size_t)s->hub->panel.per_sector) continue;
			code = ask(s, r, p.id, &list[i]);
			all[members++] = (struct panel_member){.account = list[i].account, .sector = list[i].sector, .state = S("asked")};
			list[i].account = STR_EMPTY;
			active++;
			added++;
		}
	if (code || !added) return code;
	struct json_builder b = json_object_of(s->a);
	json_set_str(&b, S("act"), S("panel.draw"));
	json_set_int(&b, S("asked"), (int64_t)added);
	json_set_int(&b, S("audiences"), PARTIES | OWNER | COORDINATORS | PANEL | INVITED);
	return store_event(s, r, "act", json_text(s->a, json_built(&b)), NULL, NULL);
}

enum err_code panel_draw(struct store *s, const struct stored *r, struct dispute *d, bool appeal) {
	struct db_query q = db_query(s->db,
		"INSERT INTO panel (record, appeal, seats, quorum, drawn, closed, outcome, vector) VALUES ($1, $2, $3, $4, $5, 0, '', '')");
	db_bind_int(&q, 1, r->id);
	db_bind_int(&q, 2, appeal);
	db_bind_int(&q, 3, s->hub->panel.seats);
	db_bind_int(&q, 4, s->hub->panel.quorum);
	db_bind_int(&q, 5, s->at);
	enum err_code code = db_run(&q, s->e);
	if (code) return code;
	d->panel = db_last_id(s->db);
	d->challenged = 0;
	d->due = business_days_after(s, s->at, s->hub->panel.days);
	return panel_fill(s, r, d, STR_EMPTY);
}

enum err_code panel_member_state(struct store *s, int64_t panel, struct str account, const char *state, int64_t event) {
	struct db_query q = db_query(s->db,
		"UPDATE panel_member SET state = $3, event = CASE WHEN $4 > 0 THEN $4 ELSE event END WHERE panel = $1 AND account = $2");
	db_bind_int(&q, 1, panel);
	db_bind_str(&q, 2, account);
	db_bind_str(&q, 3, str_of(state));
	db_bind_int(&q, 4, event);
	return db_run(&q, s->e);
}

/* ---- reading ---- */

enum err_code panel_let_in(struct store *s, const struct stored *r, const struct dispute *d, struct str account) {
	struct stored target;
	bool changed;
	enum err_code code = store_read(s->hub, s->db, s->a, d->target, &target, s->e);
	if (!code) code = store_put_party(s, r, account, S("panel"), &changed);
	return code ? code : store_put_party(s, &target, account, S("panel"), &changed);
}

enum err_code panel_let_out(struct store *s, const struct stored *r, const struct dispute *d, struct str account) {
	struct stored target;
	bool changed, elsewhere;
	enum err_code code = store_read(s->hub, s->db, s->a, d->target, &target, s->e);
	if (!code) code = store_take_party(s, r, account, S("panel"), &changed);
	if (code) return code;
	struct db_query q = db_query(s->db,
		"SELECT 1 FROM panel_member m JOIN dispute o ON o.record = m.record AND o.panel = m.panel WHERE m.account = $1 AND m.state = 'sitting' "
		"AND o.target = $2 AND o.record <> $3");
	db_bind_str(&q, 1, account);
	db_bind_int(&q, 2, d->target);
	db_bind_int(&q, 3, r->id);
	elsewhere = db_row(&q);
	code = db_done(&q, s->e);
	return code || elsewhere ? code : store_take_party(s, &target, account, S("panel"), &changed);
}

enum err_code panel_let_out_all(struct store *s, const struct stored *r, const struct dispute *d) {
	struct panel_member *all;
	size_t n = 0;
	enum err_code code = d->panel ? panel_members(s->db, s->a, d->panel, &all, &n, s->e) : ERR_OK;
	for (size_t i = 0; i < n && !code; i++) {
		if (!str_is(all[i].state, "asked") && !str_is(all[i].state, "sitting")) continue;
		code = panel_member_state(s, d->panel, all[i].account, "done", 0);
		if (!code) code = panel_let_out(s, r, d, all[i].account);
	}
	return code;
}
