#include "room.h"

#include "hub/account/member.h"
#include "hub/case/machine.h"
#include "hub/disclose_private.h"
#include "hub/message.h"

enum { PARTICIPANTS = 1000, STATUSES = 20000, PROPOSALS = 200, TASKS = 500, SYSTEMS = 200 };

struct looking {
	const struct disclosing *d;
	const struct disclosed *r;
	struct room *room;
	bool coordinates;
	struct err *e;
	struct map names;   /* subject → struct str *: asked for once */
	struct map mine;    /* organizations of the viewer */
};

static struct str name_of(struct looking *l, struct str subject) {
	if (!subject.n) return STR_EMPTY;
	struct str *known = map_get(&l->names, subject);
	if (known) return *known;
	struct str *name = arena_new_of(l->d->a, struct str);
	void **at = map_at(&l->names, subject);
	if (!name || !at) return STR_EMPTY;
	*name = disclose_name_on(l->d, l->r->line.kind, l->r->line.record, l->r->audiences, subject);
	*at = name;
	return *name;
}

static bool is_person(struct str subject) { return str_starts(subject, S("U-")) || str_starts(subject, S("A-")); }

static bool is_mine(const struct looking *l, struct str subject) {
	return l->d->viewer.name.n && (str_eq(subject, l->d->viewer.name) || map_get(&l->mine, subject));
}

/* What others are told to name somebody by in an act; of persons only themselves and coordinators. */
static struct str told_subject(const struct looking *l, struct str subject) {
	return l->coordinates || !is_person(subject) || is_mine(l, subject) ? subject : STR_EMPTY;
}

static enum err_code read_mine(struct looking *l) {
	static char yes;
	struct db_query q = db_query(l->d->db, "SELECT organization FROM membership WHERE account = $1 AND organization <> '' AND role <> 'guest'");
	db_bind_str(&q, 1, l->d->viewer.name);
	while (db_row(&q)) {
		void **at = map_at(&l->mine, arena_str(l->d->a, db_str(&q, 0)));
		if (at) *at = &yes;
	}
	return db_done(&q, l->e);
}

static enum err_code detail_of(struct looking *l, int64_t event, const struct json **out) {
	struct event_row v;
	*out = NULL;
	if (!event) return ERR_OK;
	enum err_code code = event_read(l->d, event, &v, l->e);
	if (!code) *out = v.detail;
	return code;
}

/* ---- the embargo and the world ---- */

static enum err_code read_state(struct looking *l) {
	struct room *room = l->room;
	static const char *const facts[] = {"public", "exploit-public", "attacks"};
	room->embargo = 'N';
	for (size_t i = 0; i < 3; i++) room->facts[i] = (struct room_fact){.name = facts[i]};
	struct db_query q = db_query(l->d->db,
		"SELECT embargo, until, zone, since, exited, exit_reason, public_aware, exploit_public, attacks_observed, confirmed FROM case_state "
		"WHERE record = $1");
	db_bind_int(&q, 1, l->r->line.record);
	if (db_row(&q)) {
		struct str em = db_str(&q, 0);
		unsigned confirmed = (unsigned)db_int(&q, 9);
		if (em.n) room->embargo = em.p[0];
		room->until = db_int(&q, 1);
		room->zone = arena_str(l->d->a, db_str(&q, 2));
		room->since = db_int(&q, 3);
		room->exited = db_int(&q, 4);
		if (!room->asked_in) room->exit_reason = arena_str(l->d->a, db_str(&q, 5));
		for (int i = 0; i < 3 && !room->asked_in; i++)
			room->facts[i] = (struct room_fact){facts[i], db_int(&q, 6 + i), (confirmed & (unsigned)PUBLIC_AWARE << i) != 0};
	}
	room->embargo_name = em_name(room->embargo);
	return db_done(&q, l->e);
}

static enum err_code read_answers(struct looking *l, struct room_proposal *p) {
	size_t room = 0;
	struct db_query q = db_query(l->d->db, "SELECT count(*) FROM embargo_answer WHERE proposal = $1");
	db_bind_int(&q, 1, p->id);
	if (db_row(&q)) room = (size_t)db_int(&q, 0);
	enum err_code code = db_done(&q, l->e);
	p->accepted = arena_array(l->d->a, room + 1, sizeof *p->accepted);
	p->rejected = arena_array(l->d->a, room + 1, sizeof *p->rejected);
	if (code) return code;
	if (!p->accepted || !p->rejected) return err_set(l->e, ERR_MEMORY, "out of memory");
	q = db_query(l->d->db, "SELECT subject, answer FROM embargo_answer WHERE proposal = $1 ORDER BY at, subject");
	db_bind_int(&q, 1, p->id);
	while (db_row(&q) && p->accepted_n + p->rejected_n < room) {
		struct str name = name_of(l, arena_str(l->d->a, db_str(&q, 0)));
		if (str_is(db_str(&q, 1), "accept")) p->accepted[p->accepted_n++] = name;
		else p->rejected[p->rejected_n++] = name;
	}
	return db_done(&q, l->e);
}

static enum err_code read_proposals(struct looking *l) {
	struct room *room = l->room;
	room->proposals = arena_array(l->d->a, PROPOSALS, sizeof *room->proposals);
	if (!room->proposals) return err_set(l->e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(l->d->db,
		"SELECT event, subject, until, zone, at, outcome FROM embargo_proposal WHERE record = $1 ORDER BY event DESC LIMIT 200");
	db_bind_int(&q, 1, l->r->line.record);
	while (room->proposals_n < PROPOSALS && db_row(&q)) {
		struct room_proposal *p = &room->proposals[room->proposals_n++];
		*p = (struct room_proposal){.id = db_int(&q, 0), .by = room->asked_in ? STR_EMPTY : name_of(l, arena_str(l->d->a, db_str(&q, 1))), .until = db_int(&q, 2),
			.zone = arena_str(l->d->a, db_str(&q, 3)), .at = db_int(&q, 4), .outcome = arena_str(l->d->a, db_str(&q, 5))};
	}
	enum err_code code = db_done(&q, l->e);
	for (size_t i = 0; i < room->proposals_n && !code; i++) {
		const struct json *detail;
		struct room_proposal *p = &room->proposals[i];
		code = detail_of(l, p->id, &detail);
		p->reason = json_get_str(detail, S("reason"));
		p->terms = json_get_str(detail, S("terms"));
		if (!code && !room->asked_in) code = read_answers(l, p);
		/* The terms are those of what holds, else of what is proposed. */
		bool holds = str_is(p->outcome, "accepted") || (room->embargo == 'P' && str_is(p->outcome, "open"));
		if (holds && !room->terms.n) room->terms = p->terms;
	}
	/* Who is asked in reads what they are asked, not what was said before. */
	if (room->asked_in) room->proposals_n = room->proposals_n && str_is(room->proposals[0].outcome, "open") ? 1 : 0;
	return code;
}

/* ---- who takes part ---- */

static int part_rank(const struct room_participant *p) {
	if (str_is(p->access, "proposed")) return 4;
	if (str_is(p->access, "out")) return 5;
	if (str_is(p->part, "reporter")) return 0;
	return p->supplies ? 1 : 2;
}

static int by_part(const void *x, const void *y) {
	const struct room_participant *a = x, *b = y;
	int rank = part_rank(a) - part_rank(b);
	return rank ? rank : str_cmp(a->name, b->name);
}

/* Systems are called by name. */
static struct str reason_of(struct looking *l, struct str reason) {
	struct str out = STR_EMPTY, word;
	while (reason.p && str_split(&reason, ' ', &word)) {
		struct str bare = str_ends(word, S(",")) ? str_sub(word, 0, word.n - 1) : word;
		char uid[UID_SIZE];
		if (uid_parse(bare, uid) && str_is(bare, uid)) word = arena_cat(l->d->a, name_of(l, arena_str(l->d->a, bare)), str_from(word, bare.n));
		out = arena_fmt(l->d->a, "%.*s%s%.*s", STR_ARG(out), out.n ? " " : "", STR_ARG(word));
	}
	return out;
}

static bool tells_of(const struct looking *l, struct str access, struct str subject) {
	if (l->coordinates) return true;
	if (l->room->asked_in) return is_mine(l, subject);
	return str_is(access, "in") || str_is(access, "invited");
}

static enum err_code read_participants(struct looking *l) {
	struct room *room = l->room;
	int64_t *statements = arena_array(l->d->a, PARTICIPANTS, sizeof *statements);
	room->participants = arena_array(l->d->a, PARTICIPANTS, sizeof *room->participants);
	if (!room->participants || !statements) return err_set(l->e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(l->d->db,
		"SELECT subject, part, duty, access, reason, supplies, report_state, report_since, consent, consent_since, aware, fix_ready, fix_deployed, "
		"asked, notified, answered, statement FROM participant WHERE record = $1 LIMIT 1000");
	db_bind_int(&q, 1, l->r->line.record);
	while (room->participants_n < PARTICIPANTS && db_row(&q)) {
		struct str subject = arena_str(l->d->a, db_str(&q, 0)), access = arena_str(l->d->a, db_str(&q, 3)), state = db_str(&q, 6);
		if (!tells_of(l, access, subject)) continue;
		statements[room->participants_n] = db_int(&q, 16);
		struct room_participant *p = &room->participants[room->participants_n++];
		*p = (struct room_participant){
			.subject = told_subject(l, subject), .name = name_of(l, subject), .part = arena_str(l->d->a, db_str(&q, 1)),
			.duty = arena_str(l->d->a, db_str(&q, 2)), .access = access, .reason = l->coordinates ? arena_str(l->d->a, db_str(&q, 4)) : STR_EMPTY,
			.organization = !is_person(subject), .supplies = db_int(&q, 5) != 0, .mine = is_mine(l, subject),
			.report_state = state.n ? state.p[0] : 'S', .report_since = db_int(&q, 7), .consent = arena_str(l->d->a, db_str(&q, 8)),
			.consent_since = db_int(&q, 9), .aware = db_int(&q, 10), .fix_ready = db_int(&q, 11), .fix_deployed = db_int(&q, 12),
			.asked = db_int(&q, 13), .notified = db_int(&q, 14), .answered = db_int(&q, 15), .unread = -1,
		};
		p->report_name = rm_name(p->report_state);
	}
	enum err_code code = db_done(&q, l->e);
	for (size_t i = 0; i < room->participants_n && !code; i++) {
		const struct json *detail;
		code = detail_of(l, statements[i], &detail);
		room->participants[i].statement = json_get_str(detail, S("text"));
		room->participants[i].reason = reason_of(l, room->participants[i].reason);
	}
	if (!code) qsort(room->participants, room->participants_n, sizeof *room->participants, by_part);
	return code;
}

/* ---- statuses ---- */

static struct str pair(struct looking *l, struct str subject, struct str system) {
	return arena_fmt(l->d->a, "%.*s %.*s", STR_ARG(subject), STR_ARG(system));
}

struct said {
	struct str subject, system, status;
	int64_t event;
	moment at;
};

static enum err_code read_said(struct looking *l, struct map *out) {
	struct db_query q = db_query(l->d->db, "SELECT subject, system, status, event, at FROM system_status WHERE record = $1 LIMIT 20000");
	db_bind_int(&q, 1, l->r->line.record);
	while (db_row(&q)) {
		struct said *s = arena_new_of(l->d->a, struct said);
		if (!s) break;
		*s = (struct said){arena_str(l->d->a, db_str(&q, 0)), arena_str(l->d->a, db_str(&q, 1)), arena_str(l->d->a, db_str(&q, 2)),
			db_int(&q, 3), db_int(&q, 4)};
		void **at = map_at(out, pair(l, s->subject, s->system));
		if (at) *at = s;
	}
	return db_done(&q, l->e);
}

static enum err_code read_systems(struct looking *l, struct glimpse *systems, size_t *n) {
	struct db_query q = db_query(l->d->db, "SELECT target FROM link WHERE source = $1 AND rel = 'affects' ORDER BY target LIMIT 200");
	db_bind_int(&q, 1, l->r->line.record);
	enum err_code code = ERR_OK;
	*n = 0;
	while (!code && *n < SYSTEMS && db_row(&q)) {
		code = disclose_glimpse(l->d, db_int(&q, 0), &systems[*n], l->e);
		if (!code) (*n)++;
		if (code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED) code = ERR_OK;
	}
	enum err_code ended = db_done(&q, code ? NULL : l->e);
	return code ? code : ended;
}

/* A supplier answers for the systems of the case that it develops, hosts or deploys; one to which none of them is so linked answers for all. */
static enum err_code read_answerable(struct looking *l, struct map *out) {
	static char yes;
	struct db_query q = db_query(l->d->db,
		"SELECT o.uid, s.uid FROM link a JOIN record s ON s.id = a.target JOIN link l ON l.source = a.target JOIN record o ON o.id = l.target "
		"WHERE a.source = $1 AND a.rel = 'affects' AND l.rel IN ('developed-by', 'deployed-by', 'hosted-by')");
	db_bind_int(&q, 1, l->r->line.record);
	while (db_row(&q)) {
		struct str organization = arena_str(l->d->a, db_str(&q, 0));
		void **any = map_at(out, organization);
		if (any) *any = &yes;
		void **one = map_at(out, pair(l, organization, db_str(&q, 1)));
		if (one) *one = &yes;
	}
	return db_done(&q, l->e);
}

static enum err_code add_status(struct looking *l, const struct room_participant *p, const struct glimpse *system, const struct said *s) {
	struct room *room = l->room;
	if (room->statuses_n == STATUSES) return ERR_OK;
	struct room_status *out = &room->statuses[room->statuses_n++];
	const struct json *detail = NULL;
	*out = (struct room_status){.party = p->name, .subject = p->subject, .system = *system, .status = s ? s->status : STR_EMPTY,
		.at = s ? s->at : 0};
	if (!s) {
		room->unanswered++;
		return ERR_OK;
	}
	enum err_code code = detail_of(l, s->event, &detail);
	out->versions = json_get_str(detail, S("versions"));
	out->justification = json_get_str(detail, S("justification"));
	out->mitigation = json_get_str(detail, S("mitigation"));
	out->fix = json_get_str(detail, S("fix"));
	return code;
}

static enum err_code read_statuses(struct looking *l) {
	struct map said = {.arena = l->d->a}, answerable = {.arena = l->d->a};
	struct glimpse *systems = arena_array(l->d->a, SYSTEMS, sizeof *systems);
	size_t systems_n = 0;
	if (!systems) return err_set(l->e, ERR_MEMORY, "out of memory");
	enum err_code code = read_systems(l, systems, &systems_n);
	if (!code) code = read_said(l, &said);
	if (!code) code = read_answerable(l, &answerable);
	size_t most = l->room->participants_n * systems_n;
	l->room->statuses = arena_array(l->d->a, (most < STATUSES ? most : STATUSES) + 1, sizeof *l->room->statuses);
	if (!code && !l->room->statuses) code = err_set(l->e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < l->room->participants_n && !code; i++) {
		const struct room_participant *p = &l->room->participants[i];
		if (!p->supplies || !p->organization || !str_is(p->access, "in")) continue;
		bool some = map_get(&answerable, p->subject) != NULL;
		for (size_t j = 0; j < systems_n && !code; j++) {
			struct str key = pair(l, p->subject, systems[j].uid);
			const struct said *s = map_get(&said, key);
			if (s || !some || map_get(&answerable, key)) code = add_status(l, p, &systems[j], s);
		}
	}
	return code;
}

/* ---- tasks ---- */

static enum err_code read_tasks(struct looking *l) {
	struct room *room = l->room;
	room->tasks = arena_array(l->d->a, TASKS, sizeof *room->tasks);
	if (!room->tasks) return err_set(l->e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(l->d->db,
		"SELECT event, subject, due, done FROM task WHERE record = $1 ORDER BY CASE WHEN done = 0 THEN 0 ELSE 1 END, "
		"CASE WHEN due = 0 THEN 1 ELSE 0 END, due, event LIMIT 500");
	db_bind_int(&q, 1, l->r->line.record);
	while (room->tasks_n < TASKS && db_row(&q)) {
		struct str subject = arena_str(l->d->a, db_str(&q, 1));
		if (!l->coordinates && !subject.n) continue; /* the coordinators' own */
		room->tasks[room->tasks_n++] = (struct room_task){.id = db_int(&q, 0), .who = name_of(l, subject), .subject = told_subject(l, subject),
			.due = db_int(&q, 2), .done = db_int(&q, 3), .mine = subject.n ? is_mine(l, subject) : l->coordinates};
	}
	enum err_code code = db_done(&q, l->e);
	for (size_t i = 0; i < room->tasks_n && !code; i++) {
		const struct json *detail;
		code = detail_of(l, room->tasks[i].id, &detail);
		room->tasks[i].text = json_get_str(detail, S("text"));
	}
	return code;
}

/* How many messages to all each has not read: for a coordinator, who wants to know whom nothing reaches. */
static enum err_code read_reach(struct looking *l) {
	struct room *room = l->room;
	struct map marks = {.arena = l->d->a};
	if (!l->coordinates) return ERR_OK;
	struct db_query q = db_query(l->d->db,
		"SELECT account, up_to FROM read_mark WHERE record = $1 UNION ALL SELECT m.organization, max(k.up_to) FROM read_mark k "
		"JOIN membership m ON m.account = k.account WHERE k.record = $1 GROUP BY m.organization");
	db_bind_int(&q, 1, l->r->line.record);
	while (db_row(&q)) {
		void **at = map_at(&marks, arena_str(l->d->a, db_str(&q, 0)));
		if (at) *at = (void *)(uintptr_t)db_int(&q, 1);
	}
	enum err_code code = db_done(&q, l->e);
	for (size_t i = 0; i < room->participants_n; i++) room->participants[i].unread = str_is(room->participants[i].access, "in") ? 0 : -1;
	if (code) return code;
	q = db_query(l->d->db, "SELECT event FROM message WHERE record = $1 AND audiences & 2 <> 0 ORDER BY event DESC LIMIT 100");
	db_bind_int(&q, 1, l->r->line.record);
	while (db_row(&q)) {
		int64_t event = db_int(&q, 0);
		for (size_t i = 0; i < room->participants_n; i++) {
			struct room_participant *p = &room->participants[i];
			if (p->unread >= 0 && (int64_t)(uintptr_t)map_get(&marks, p->subject) < event) p->unread++;
		}
	}
	return db_done(&q, l->e);
}

static enum err_code count_messages(struct looking *l) {
	enum err_code code = disclose_unread(l->d, l->r, &l->room->unread, l->e);
	return code ? code : disclose_message_count(l->d, l->r, &l->room->messages, l->e);
}

enum err_code disclose_room(const struct disclosing *d, const struct disclosed *r, struct room *out, struct err *e) {
	struct room room = {0};
	bool is_case = act_find(d->hub->acts, r->line.kind, S("participant.ask")) != NULL;
	if (!is_case || !(r->audiences & (PARTIES | OWNER | COORDINATORS | INVITED))) return store_unknown(r->line.uid, e);
	room.asked_in = !(r->audiences & (PARTIES | OWNER | COORDINATORS));
	struct looking l = {d, r, &room, (r->audiences & COORDINATORS) != 0, e, {.arena = d->a}, {.arena = d->a}};
	enum err_code code = read_mine(&l);
	if (!code) code = read_state(&l);
	if (!code) code = read_participants(&l);
	if (!code) code = read_proposals(&l);
	if (!code && !room.asked_in) code = read_statuses(&l);
	if (!code && !room.asked_in) code = read_tasks(&l);
	if (!code && !room.asked_in) code = read_reach(&l);
	if (!code && !room.asked_in) code = count_messages(&l);
	if (!code && arena_failed(d->a)) code = err_set(e, ERR_MEMORY, "the case is too large to show at once");
	if (!code) *out = room;
	return code;
}

enum err_code disclose_acts(const struct disclosing *d, const struct disclosed *r, const struct act ***out, size_t *n, struct err *e) {
	struct stored s;
	unsigned roles;
	const struct acts *acts = d->hub->acts;
	enum err_code code = store_read(d->hub, d->db, d->a, r->line.record, &s, e);
	if (!code) code = store_roles(d->db, &s, (struct actor){d->viewer.name, d->viewer.roles}, &roles, e);
	const struct act **items = arena_array(d->a, acts->n + 1, sizeof *items);
	if (!code && !items) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	size_t used = 0;
	for (size_t i = 0; i < acts->n; i++)
		if (act_fits(&acts->items[i], r->line.kind) && acts->items[i].who & roles && !acts->items[i].by_hub) items[used++] = &acts->items[i];
	*out = items;
	*n = used;
	return ERR_OK;
}
