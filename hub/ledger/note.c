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
	*one = (struct ledger_noted){.record = r->id, .uid = arena_str(s->a, r->uid), .kind = r->kind->name, .key_id = arena_str(s->a, r->key_id),
		.public_as = entry_type_of(r->kind->leaf)};
	return one;
}

static enum err_code no_memory(struct store *s) {
	return err_set(s->e, ERR_MEMORY, "out of memory");
}

enum err_code ledger_note_event(struct store *s, const struct stored *r, int64_t event, const char *type, struct str root) {
	struct ledger_noted *one = add(s, r);
	if (!one) return no_memory(s);
	one->event = event;
	one->first = strcmp(type, "create") == 0;
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

/* The last that was noted of a record; NULL none. */
static struct ledger_noted *last_of(struct store *s, int64_t record) {
	for (size_t i = s->noted.n; i > 0; i--)
		if (s->noted.items[i - 1].record == record) return &s->noted.items[i - 1];
	return NULL;
}

enum err_code ledger_note_public(struct store *s, const struct stored *r, struct str shown, bool was_shown) {
	struct ledger_noted *one = add(s, r);
	if (!one) return no_memory(s);
	one->shows = true;
	one->was_shown = was_shown;
	one->shown = arena_str(s->a, shown);
	one->id = arena_str(s->a, r->public_id);
	one->state = arena_str(s->a, r->state);
	const struct kind_state *state = kind_state(r->kind, r->state);
	one->withdrawn = state && state->withdrawn;
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

enum err_code ledger_note_struck(struct store *s, const struct stored *r, struct str shown, const struct json *fields, struct str basis) {
	struct ledger_noted *of = last_of(s, r->id);
	for (size_t i = s->noted.n; i > 0 && of && !of->event; i--)
		if (s->noted.items[i - 1].record == r->id && s->noted.items[i - 1].event) of = &s->noted.items[i - 1];
	if (!of || !of->event) return err_set(s->e, ERR_INTERNAL, "an erasure without its event");
	of->struck = fields;
	of->basis = arena_str(s->a, basis);
	/* Also where the public is shown now what it was shown before: it was shown more once. */
	return ledger_note_public(s, r, shown, true);
}

enum err_code ledger_note_reveal(struct store *s, const struct stored *r, struct str shown, const struct json *fields, const struct json *of) {
	struct ledger_noted *one = last_of(s, r->id);
	if (!one || !one->event) return err_set(s->e, ERR_INTERNAL, "a reveal without its event");
	one->revealed = fields;
	one->revealed_of = of;
	/* The public goes on reading what it read: the statement says so, so that the newest of them always tells what is public. */
	return ledger_note_public(s, r, shown, true);
}

/* ---- writing ---- */

static enum entry_type type_of(const struct ledger_noted *n) {
	if (n->gone) return n->was_shown ? ENTRY_TOMBSTONE : ENTRY_COMMIT;
	if (n->struck && n->shown.n) return ENTRY_TOMBSTONE;
	if (n->revealed && n->shown.n) return ENTRY_REVEAL;
	if (!n->shows || (!n->shown.n && !n->was_shown)) return ENTRY_COMMIT;
	if (!n->shown.n || n->withdrawn) return ENTRY_WITHDRAW;
	if (n->was_shown) return ENTRY_AMEND;
	return n->public_as;
}

/* Where a note of what the public sees belongs: with the last event of its record, else with the last such note; NULL: it is that itself. */
static struct ledger_noted *home_of(struct ledger_notes *l, size_t i) {
	struct ledger_noted *last = NULL;
	for (size_t j = l->n; j > 0; j--) {
		struct ledger_noted *one = &l->items[j - 1];
		if (one->record != l->items[i].record) continue;
		if (one->event) return one;
		if (!last && j - 1 > i) last = one;
	}
	return last;
}

/* Of several the newest holds, with what was shown before the first; what comes to nothing goes. */
static void join(struct ledger_notes *l) {
	for (size_t i = 0; i < l->n; i++) {
		struct ledger_noted *from = &l->items[i], *to = from->record && !from->event ? home_of(l, i) : NULL;
		if (!to) continue;
		bool was_shown = to->shows && to->event ? to->was_shown : from->was_shown;
		if (to->event) {
			to->shows = true;
			to->shown = from->shown;
			to->id = from->id;
			to->state = from->state;
			to->withdrawn = from->withdrawn;
		}
		to->was_shown = was_shown;
		*from = (struct ledger_noted){0};
	}
	for (size_t i = 0; i < l->n; i++)
		if (!l->items[i].event && type_of(&l->items[i]) == ENTRY_COMMIT) l->items[i] = (struct ledger_noted){0};
}

/* The commitment of the record's last entry, or of its last with a statement; "" none. */
static enum err_code last_stored(struct store *s, const char *sql, int64_t record, struct str *out) {
	struct db_query q = db_query(s->db, sql);
	db_bind_int(&q, 1, record);
	if (db_row(&q)) *out = arena_str(s->a, db_str(&q, 0));
	return db_done(&q, s->e);
}

/* Those that this change has written come first; of a record that it made, there are no others. */
static enum err_code before(struct store *s, const struct ledger_noted *n, struct str *prev, struct str *stated) {
	bool made = false;
	*prev = *stated = STR_EMPTY;
	for (const struct ledger_noted *one = s->noted.items; one < s->noted.items + s->noted.n; one++) {
		if (one->record != n->record) continue;
		made |= one->first;
		if (one >= n) continue;
		*prev = sha256_str(&one->commitment);
		if (type_of(one) != ENTRY_COMMIT) *stated = *prev;
	}
	if (made) return ERR_OK;
	enum err_code code = prev->n ? ERR_OK : last_stored(s, "SELECT commitment FROM entry WHERE record = $1 ORDER BY id DESC LIMIT 1", n->record, prev);
	if (code || stated->n || type_of(n) == ENTRY_COMMIT) return code;
	return last_stored(s, "SELECT commitment FROM entry WHERE record = $1 AND type <> 1 ORDER BY id DESC LIMIT 1", n->record, stated);
}

static enum err_code statement(struct store *s, const struct ledger_noted *n, struct str seed, struct str prev, struct str *out) {
	struct entry_statement st = {.type = type_of(n), .at = s->at, .record = n->uid, .kind = n->kind, .id = n->id, .state = n->state, .prev = prev};
	struct sha256 root, salt = entry_salt(seed, "public");
	*out = STR_EMPTY;
	if (st.type == ENTRY_COMMIT) return ERR_OK;
	/* In what state it is while nobody sees it is for those who do. */
	if (!n->shown.n) st.state = STR_EMPTY;
	st.basis = n->basis;
	st.fields = n->revealed ? n->revealed : n->struck;
	st.of = n->revealed_of;
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
	struct db_query q = db_query(s->db, "UPDATE entry SET seed = NULL, salts = NULL, statement = NULL WHERE record = $1");
	db_bind_int(&q, 1, record);
	return db_run(&q, s->e);
}

static enum err_code insert(struct store *s, const struct ledger_noted *n, struct str seed, struct str said, struct str prev) {
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
	db_bind_bytes(&q, 7, sha256_str(&n->commitment));
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
	n->commitment = entry_commitment_of(seed, event, said);
	if (arena_failed(s->a)) return no_memory(s);
	return insert(s, n, seed, said, prev);
}

static void tell(const struct ledger_noted *n, struct change_result *result, bool *made) {
	if (!result || !n->event || n->record != result->record || *made) return;
	*made = n->first;
	result->sealed = (struct change_sealed){n->of.at, type_of(n), n->commitment};
}

enum err_code ledger_write(struct store *s, struct change_result *result) {
	enum err_code code = ERR_OK;
	bool made = false;
	join(&s->noted);
	for (size_t i = 0; i < s->noted.n && !code; i++) {
		struct ledger_noted *n = &s->noted.items[i];
		if (!n->record) continue;
		code = write_one(s, n);
		if (!code) tell(n, result, &made);
	}
	s->noted = (struct ledger_notes){0};
	return code;
}
