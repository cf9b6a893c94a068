#include "note.h"

#include "hub/change_store.h"
#include "hub/commitment.h"

/* ---- noting ---- */

static struct ledger_noted *add(struct store *s, const struct stored *r) {
	struct ledger_notes *l = &s->noted;
	if (l->n == l->room) {
		size_t room = l->room ? l->room * 2 : 8;
		struct ledger_noted *items = arena_array(s->a, room, sizeof *items);
		if (!items) return NULL;
		if (l->n) memcpy(items, l->items, l->n * sizeof *items);
		l->items = items;
		l->room = room;
	}
	struct ledger_noted *one = &l->items[l->n++];
	*one = (struct ledger_noted){.record = r->id, .uid = arena_str(s->a, r->uid), .kind = r->kind->name, .key_id = arena_str(s->a, r->key_id)};
	return one;
}

static enum err_code no_memory(struct store *s) {
	return err_set(s->e, ERR_MEMORY, "out of memory");
}

/* The last that was noted of a record; NULL none. */
static struct ledger_noted *last_of(struct store *s, int64_t record) {
	for (size_t i = s->noted.n; i > 0; i--)
		if (s->noted.items[i - 1].record == record) return &s->noted.items[i - 1];
	return NULL;
}

enum err_code ledger_note_event(struct store *s, const struct stored *r, int64_t event, const char *type, struct str root) {
	bool first = strcmp(type, "create") == 0 && !last_of(s, r->id);
	struct ledger_noted *one = add(s, r);
	if (!one) return no_memory(s);
	one->event = event;
	one->first = first;
	one->of = (struct entry_event){.record = one->uid, .type = str_of(type), .actor = arena_str(s->a, s->actor.name), .state = arena_str(s->a, r->state),
		.at = s->at, .revision = r->revision, .root = arena_str(s->a, root)};
	return ERR_OK;
}

static struct ledger_noted *of_event(struct store *s, int64_t event) {
	for (size_t i = s->noted.n; i > 0; i--)
		if (s->noted.items[i - 1].event == event) return &s->noted.items[i - 1];
	return NULL;
}

void ledger_note_detail(struct store *s, int64_t event, struct str detail) {
	struct ledger_noted *one = of_event(s, event);
	if (one) one->of.detail = arena_str(s->a, detail);
}

void ledger_note_dropped(struct store *s, int64_t event) {
	struct ledger_noted *one = of_event(s, event);
	if (one) *one = (struct ledger_noted){0};
}

enum err_code ledger_note_public(struct store *s, const struct stored *r, struct str shown, bool was_shown) {
	struct ledger_noted *one = add(s, r);
	if (!one) return no_memory(s);
	one->shows = true;
	one->was_shown = was_shown;
	one->shown = arena_str(s->a, shown);
	one->id = arena_str(s->a, r->public_id);
	one->state = arena_str(s->a, r->state);
	return ERR_OK;
}

enum err_code ledger_note_erased(struct store *s, const struct stored *r, bool was_shown, struct str basis) {
	struct ledger_noted *one = last_of(s, r->id);
	if (!one || !one->event) return err_set(s->e, ERR_INTERNAL, "an erasure without its event");
	one->gone = true;
	one->was_shown = was_shown;
	one->basis = arena_str(s->a, basis);
	return ERR_OK;
}

/* ---- writing ---- */

/* Where what the public sees of a record is told: with its last event, or else what was noted last. */
static struct ledger_noted *place_of(struct ledger_notes *l, int64_t record) {
	struct ledger_noted *shows = NULL;
	for (size_t i = l->n; i > 0; i--) {
		struct ledger_noted *one = &l->items[i - 1];
		if (one->record != record) continue;
		if (one->event) return one;
		if (!shows) shows = one;
	}
	return shows;
}

/* Of several the last holds, with what was shown before the first. */
static void join(struct ledger_notes *l) {
	for (size_t i = l->n; i > 0; i--) {
		struct ledger_noted *from = &l->items[i - 1], *to = place_of(l, from->record);
		if (!from->record || from->event || to == from) continue;
		if (!to->shows) {
			to->shows = true;
			to->shown = from->shown;
			to->id = from->id;
			to->state = from->state;
		}
		to->was_shown = from->was_shown;
		*from = (struct ledger_noted){0};
	}
}

static bool withdrawn(struct str state) {
	return str_is(state, "withdrawn") || str_is(state, "rejected") || str_is(state, "retracted");
}

static enum entry_type type_of(const struct ledger_noted *n) {
	if (n->gone) return n->was_shown ? ENTRY_TOMBSTONE : ENTRY_COMMIT;
	if (!n->shows || (!n->shown.n && !n->was_shown)) return ENTRY_COMMIT;
	if (!n->shown.n || withdrawn(n->state)) return ENTRY_WITHDRAW;
	if (n->was_shown) return ENTRY_AMEND;
	return str_is(n->kind, "dispute") ? ENTRY_DISPUTE : ENTRY_PUBLISH;
}

/* Commitments of the entries before: of the record's last, and of its last with a statement. */
static enum err_code before(struct store *s, const struct ledger_noted *n, struct str *prev, struct str *stated) {
	*prev = *stated = STR_EMPTY;
	if (n->first) return ERR_OK;
	struct db_query q = db_query(s->db, "SELECT commitment FROM entry WHERE record = $1 ORDER BY id DESC LIMIT 1");
	db_bind_int(&q, 1, n->record);
	if (db_row(&q)) *prev = arena_str(s->a, db_str(&q, 0));
	enum err_code code = db_done(&q, s->e);
	if (code || type_of(n) == ENTRY_COMMIT || !prev->n) return code;
	q = db_query(s->db, "SELECT commitment FROM entry WHERE record = $1 AND type <> 1 ORDER BY id DESC LIMIT 1");
	db_bind_int(&q, 1, n->record);
	if (db_row(&q)) *stated = arena_str(s->a, db_str(&q, 0));
	return db_done(&q, s->e);
}

static enum err_code statement(struct store *s, const struct ledger_noted *n, struct str seed, struct str prev, struct str *out) {
	struct entry_statement st = {.type = type_of(n), .at = s->at, .record = n->uid, .kind = n->kind, .id = n->id, .state = n->state, .prev = prev};
	struct sha256 root, salt = entry_salt(seed, "public");
	*out = STR_EMPTY;
	if (st.type == ENTRY_COMMIT) return ERR_OK;
	/* In what state it is while nobody sees it is for those who do. */
	if (!n->shown.n) st.state = STR_EMPTY;
	st.basis = n->basis;
	if (n->shown.n) {
		enum err_code code = commitment_root_text(s->a, n->shown, sha256_str(&salt), &root, s->e);
		if (code) return code;
		st.root = sha256_str(&root);
	}
	*out = entry_statement_text(s->a, &st);
	return ERR_OK;
}

/* What was said before the record was erased goes with it. */
static enum err_code silence(struct store *s, int64_t record) {
	struct db_query q = db_query(s->db, "UPDATE entry SET seed = NULL, statement = NULL WHERE record = $1");
	db_bind_int(&q, 1, record);
	return db_run(&q, s->e);
}

static enum err_code insert(struct store *s, const struct ledger_noted *n, struct str seed, struct str said, struct str prev,
	const struct sha256 *commitment) {
	struct stored r = {.uid = n->uid, .key_id = n->key_id};
	struct str closed;
	enum err_code code = store_close(s, &r, "entry", n->event, seed, &closed);
	if (code) return code;
	struct db_query q = db_query(s->db, "INSERT INTO entry (record, event, type, seed, statement, prev, commitment) VALUES ($1, $2, $3, $4, $5, $6, $7)");
	db_bind_int(&q, 1, n->record);
	n->event ? db_bind_int(&q, 2, n->event) : db_bind_null(&q, 2);
	db_bind_int(&q, 3, type_of(n));
	db_bind_bytes(&q, 4, closed);
	said.n ? db_bind_bytes(&q, 5, said) : db_bind_null(&q, 5);
	prev.n ? db_bind_bytes(&q, 6, prev) : db_bind_null(&q, 6);
	db_bind_bytes(&q, 7, sha256_str(commitment));
	return db_run(&q, s->e);
}

static enum err_code write_one(struct store *s, struct ledger_noted *n) {
	unsigned char *random = arena_alloc(s->a, ENTRY_SEED);
	struct str prev, stated, said;
	if (!random) return no_memory(s);
	random_bytes(random, ENTRY_SEED);
	struct str seed = str_n(random, ENTRY_SEED);
	enum err_code code = before(s, n, &prev, &stated);
	if (!code && n->gone) code = silence(s, n->record);
	if (!code) code = statement(s, n, seed, stated, &said);
	if (code) return code;
	n->of.prev = prev;
	struct str event = n->event ? entry_event_text(s->a, &n->of, seed) : STR_EMPTY;
	struct sha256 commitment = entry_commitment_of(seed, event, said);
	if (arena_failed(s->a)) return no_memory(s);
	return insert(s, n, seed, said, prev, &commitment);
}

enum err_code ledger_write(struct store *s) {
	enum err_code code = ERR_OK;
	join(&s->noted);
	for (size_t i = 0; i < s->noted.n && !code; i++) {
		struct ledger_noted *n = &s->noted.items[i];
		if (n->event || type_of(n) != ENTRY_COMMIT) code = write_one(s, n);
	}
	s->noted = (struct ledger_notes){0};
	return code;
}
