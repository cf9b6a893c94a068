/* From the copy of a hub's log into this hub: what was said last of each record since the last time, through the door in. */
#include "hub/copied.h"
#include "hub/follow/inside.h"

enum { BATCH = 1024, RUN_CAP = 1 << 30, BATCH_CAP = 512 << 20, BATCH_BYTES = 64 << 20, LINKS = 2000, MAPPING = 1, STRUCK = 16 };

/* What was said last of a record. */
struct said {
	struct mirror_said last; /* without its line */
	moment first;            /* when the public could read it first */
	struct str struck[STRUCK]; /* fields that were erased there while it lives on: "/description" */
	size_t struck_n;
};

struct taking {
	struct hub *hub;
	struct db *db;
	const struct take_request *t;
	struct follow_report *report;
	struct arena *a;         /* of the run */
	struct map by_uid;
	struct said **list;
	size_t n, room;
	struct actor actor;

	/* The batch under way. */
	struct arena *batch;
	struct change changes[BATCH];
	struct change_result results[BATCH];
	struct prepared *prepared[BATCH];
	const struct said *of[BATCH];
	int64_t *counts[BATCH];  /* of what it is one more, when it goes in */
	size_t used;
	struct kept_out out[2 * BATCH + 1];
	size_t out_n;
	bool some_out;           /* something stayed out before */
};

/* ---- what was said ---- */

static enum err_code remember(const struct mirror_said *one, void *arg, struct err *e) {
	struct taking *x = arg;
	if (!one->uid.n) return ERR_OK; /* of the hub's own */
	struct said *s = map_get(&x->by_uid, one->uid);
	if (!s) {
		if (x->n == x->room) {
			size_t room = x->room ? x->room * 2 : 1024;
			struct said **list = arena_array(x->a, room, sizeof *list);
			if (!list) return err_set(e, ERR_MEMORY, "out of memory");
			if (x->n) memcpy(list, x->list, x->n * sizeof *list);
			x->list = list;
			x->room = room;
		}
		s = arena_new_of(x->a, struct said);
		void **slot = s ? map_at(&x->by_uid, arena_str(x->a, one->uid)) : NULL;
		if (!slot) return err_set(e, ERR_MEMORY, "out of memory");
		*slot = x->list[x->n++] = s;
	}
	s->last = *one;
	s->last.line = NULL;
	if (s->last.struck) s->last.struck = json_null(x->a); /* that it lives on is all that is asked of it */
	struct str *const texts[] = {&s->last.uid, &s->last.kind, &s->last.id, &s->last.state, &s->last.hub, &s->last.basis, &s->last.root, &s->last.seed};
	for (size_t i = 0; i < lengthof(texts); i++) *texts[i] = arena_str(x->a, *texts[i]);
	if (!s->first && one->root.n) s->first = one->at;
	for (size_t i = 0; i < json_count(one->struck) && s->struck_n < STRUCK; i++) {
		struct str field = json_string(json_at(one->struck, i));
		if (field.n) s->struck[s->struck_n++] = str_starts(field, S("/")) ? arena_str(x->a, field) : arena_cat(x->a, S("/"), field);
	}
	return arena_failed(x->a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

/* What others are linked to comes first. */
static int rank_of(struct str kind) {
	static const char *const first[] = {"use", "organization", "system"};
	for (int i = 0; i < (int)lengthof(first); i++)
		if (str_is(kind, first[i])) return i;
	return (int)lengthof(first);
}

static int by_turn(const void *x, const void *y) {
	const struct said *a = *(const struct said *const *)x, *b = *(const struct said *const *)y;
	int difference = rank_of(a->last.kind) - rank_of(b->last.kind);
	return difference ? difference : (a->last.leaf > b->last.leaf) - (a->last.leaf < b->last.leaf);
}

/* ---- the batch ---- */

static void stays_out(struct taking *x, const struct said *s, const char *reason, const char *words) {
	x->out[x->out_n++] = (struct kept_out){s->last.uid, str_of(reason), arena_str(x->batch, str_cut_utf8(str_of(words), 300)), (int64_t)s->last.leaf};
	x->report->kept_out++;
}

/* Where nothing stays out, which is usual, there is nothing to write. */
static void stays_out_no_more(struct taking *x, const struct said *s) {
	if (x->some_out) x->out[x->out_n++] = (struct kept_out){.uid = s->last.uid};
}

static bool fatal(enum err_code code) {
	return code == ERR_STORAGE || code == ERR_BUSY || code == ERR_CORRUPT || code == ERR_MEMORY || code == ERR_INTERNAL || code == ERR_CANCELLED;
}

static enum err_code flush(struct taking *x, struct err *e) {
	enum err_code code = x->used ? change_commit(x->hub, x->prepared, x->used, x->results, e) : ERR_OK;
	for (size_t i = 0; i < x->used && !code; i++) {
		const struct change_result *r = &x->results[i];
		if (fatal(r->code)) code = err_set(e, r->code, "%s", r->err.message);
		else if (r->code == ERR_GONE) x->report->unchanged++;
		else if (r->code) stays_out(x, x->of[i], r->code == ERR_EXISTS ? "taken" : r->code == ERR_CONFLICT ? "behind" : "body", r->err.message);
		else ++*x->counts[i], stays_out_no_more(x, x->of[i]);
	}
	if (!code) code = follow_put_kept_out(x->hub, x->t->peer, x->out, x->out_n, e);
	x->used = x->out_n = 0;
	arena_clear(x->batch);
	return code;
}

static enum err_code add(struct taking *x, const struct said *s, const struct change *c, int64_t *count, struct err *e) {
	struct err why = {0};
	x->changes[x->used] = *c;
	enum err_code code = change_prepare(x->hub, x->db, &x->changes[x->used], x->batch, &x->prepared[x->used], &why);
	if (fatal(code)) return err_set(e, code, "%s", why.message);
	if (code == ERR_GONE) return x->report->unchanged++, ERR_OK;
	if (code) return stays_out(x, s, code == ERR_EXISTS ? "taken" : code == ERR_CONFLICT ? "behind" : "body", why.message), ERR_OK;
	x->of[x->used] = s;
	x->counts[x->used++] = count;
	return ERR_OK;
}

/* ---- one record ---- */

/* Whose it is: where this is a copy of the hub itself, what that copied says so. */
static struct str hub_of(const struct taking *x, const struct said *s) {
	return x->t->as_is ? s->last.hub : x->t->folder.origin;
}

static struct change_copied *copied_of(struct taking *x, const struct said *s) {
	struct change_copied *c = arena_new_of(x->batch, struct change_copied);
	bool named = copied_id_fits(s->last.id);
	if (!c) return NULL;
	*c = (struct change_copied){.peer = x->t->peer, .hub = hub_of(x, s), .leaf = (int64_t)s->last.leaf, .id = named ? s->last.id : s->last.uid, .unlinks = true};
	if (x->t->as_is) {
		moment at = now();
		c->updated = s->last.at && s->last.at < at ? s->last.at : at;
		c->published = s->first && s->first < c->updated ? s->first : c->updated;
	}
	return c;
}

static void read_links(struct taking *x, const struct json *record, struct change_copied *c) {
	const struct json *list = json_get_lit(record, "links");
	size_t n = json_is(list, JSON_ARRAY) ? json_count(list) : 0;
	struct change_link *links = arena_array(x->batch, (n < LINKS ? n : LINKS) + 1, sizeof *links);
	for (size_t i = 0; links && i < n && c->links_n < LINKS; i++) {
		char uid[UID_SIZE];
		struct str rel = json_get_str(json_at(list, i), S("rel"));
		if (!rel.n || !uid_parse(json_get_str(json_at(list, i), S("to")), uid)) continue;
		links[c->links_n++] = (struct change_link){rel, arena_str(x->batch, str_of(uid))};
	}
	c->links = links;
}

/* Behind the name of its hub; in a copy of that very hub, as it is called there. */
static void name_it(struct taking *x, const struct said *s, const struct kind *kind, const struct json *body, struct change *c) {
	struct change_name *names = arena_array(x->batch, 2, sizeof *names);
	struct str id = c->copied->id, origin = x->t->folder.origin;
	int64_t seq;
	int year;
	if (!names) return;
	c->names = names;
	if (!x->t->as_is) {
		c->public_id = copied_name(x->batch, origin, id);
		names[c->names_n++] = (struct change_name){S("source"), c->public_id};
		if (!str_eq(id, s->last.uid)) names[c->names_n++] = (struct change_name){S("source"), copied_name(x->batch, origin, s->last.uid)};
		return;
	}
	c->public_id = id;
	if (s->last.hub.n) names[c->names_n++] = (struct change_name){S("source"), id};
	else if (kind->number_form.n && number_parse(kind->number_form, id, &seq, &year)) c->number = id;
	else if (!str_eq(id, s->last.uid)) names[c->names_n++] = (struct change_name){S("source"), id};
	struct str source = json_get_str(json_get_lit(body, "source"), S("id"));
	if (!s->last.hub.n && source.n && !str_eq(source, id)) names[c->names_n++] = (struct change_name){S("source"), source};
}

/* Where a record goes that its hub shows no more: nobody but coordinators sees it there. */
static struct str hidden_state(const struct kind *kind) {
	static const char *const better[] = {"withdrawn", "hidden", "cancelled", "closed"};
	for (size_t i = 0; i < kind->states_n; i++)
		if (kind->states[i].withdrawn && !kind->states[i].is_public && !kind->states[i].follows.n) return kind->states[i].name;
	for (size_t i = 0; i < lengthof(better); i++) {
		const struct kind_state *s = kind_state(kind, str_of(better[i]));
		if (s && !s->is_public && !s->follows.n) return s->name;
	}
	const struct kind_state *first = kind_state(kind, kind->initial);
	return first && !first->is_public && !first->follows.n ? first->name : STR_EMPTY;
}

static enum err_code erase(struct taking *x, const struct said *s, struct err *e) {
	struct change c = {.op = CHANGE_ERASE, .actor = x->actor, .record = s->last.uid, .copied = copied_of(x, s), .basis = s->last.basis};
	c.reason = arena_fmt(x->batch, "%.*s erased it", STR_ARG(copied_hub(x->t->folder.origin)));
	return add(x, s, &c, &x->report->erased, e);
}

/* ERR_GONE for one that leaves: what is public no more is nobody's business here but the coordinators'. */
static enum err_code hide(struct taking *x, const struct said *s, const struct known_copy *known, struct err *e) {
	const struct kind *kind = kind_find(x->hub->kinds, s->last.kind);
	struct str to = kind ? hidden_state(kind) : STR_EMPTY;
	if (!to.n) return erase(x, s, e);
	if (!known->is_public) return x->report->unchanged++, ERR_OK;
	struct change_copied *copied = copied_of(x, s);
	if (copied) copied->unlinks = false;
	return add(x, s, &(struct change){.op = CHANGE_REVISE, .actor = x->actor, .record = s->last.uid, .copied = copied, .state = to}, &x->report->hidden, e);
}

static enum err_code show(struct taking *x, const struct said *s, const struct known_copy *known, struct err *e) {
	const struct kind *kind = kind_find(x->hub->kinds, s->last.kind);
	const struct kind_state *state = kind ? kind_state(kind, s->last.state) : NULL;
	const struct json *record, *body;
	struct str text;
	struct err why = {0};
	bool right = false;
	if (!kind) return stays_out(x, s, "kind", arena_cstr(x->batch, s->last.kind)), ERR_OK;
	if (kind->follows.n) return stays_out(x, s, "follows", arena_cstr(x->batch, kind->title)), ERR_OK;
	if (!state || !state->is_public) return stays_out(x, s, "state", arena_cstr(x->batch, s->last.state)), ERR_OK;
	enum err_code code = mirror_record(x->batch, &x->t->folder, &s->last, &text, &record, &right, e);
	if (code == ERR_NOT_FOUND || (!code && !right)) return stays_out(x, s, "behind", ""), ERR_OK;
	if (code == ERR_TOO_LARGE) return stays_out(x, s, "body", "it is too large"), ERR_OK;
	struct change_copied *copied = code ? NULL : copied_of(x, s);
	struct change_origin *origin = arena_new_of(x->batch, struct change_origin);
	if (!code && (!copied || !origin)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	code = copied_fits(x->batch, kind, json_get_lit(record, "body"), &body, &copied->left_out, &why);
	if (code) return stays_out(x, s, "body", why.message), ERR_OK;
	read_links(x, record, copied);
	*origin = (struct change_origin){x->t->folder.origin, s->last.uid, MAPPING, text, json_get_str(json_get_lit(body, "source"), S("licence"))};
	struct change c = {.op = known->record ? CHANGE_REVISE : CHANGE_CREATE, .actor = x->actor, .kind = kind->name, .body = body, .imported = true, .state = state->name,
		.uid = s->last.uid, .origin = origin, .copied = copied};
	if (known->record) c.record = s->last.uid;
	name_it(x, s, kind, body, &c);
	return add(x, s, &c, known->record ? &x->report->revised : &x->report->created, e);
}

/* What its hub erased of it goes from all that it said here, before it says what is left. */
static enum err_code strike(struct taking *x, const struct said *s, struct err *e) {
	struct err why = {0};
	struct change_result result;
	for (size_t i = 0; i < s->struck_n; i++) {
		struct change c = {.op = CHANGE_ERASE, .actor = x->actor, .record = s->last.uid, .copied = copied_of(x, s), .basis = s->last.basis, .fields = &s->struck[i], .fields_n = 1};
		c.reason = arena_fmt(x->batch, "%.*s erased it", STR_ARG(copied_hub(x->t->folder.origin)));
		enum err_code code = change_apply(x->hub, x->db, &c, &result, &why);
		if (fatal(code)) return err_set(e, code, "%s", why.message);
	}
	return ERR_OK; /* a field that is not here needs nothing */
}

static enum err_code take_one(struct taking *x, const struct said *s, struct err *e) {
	struct known_copy known;
	enum err_code code = follow_known(x->db, x->batch, s->last.uid, &known, e);
	if (code) return code;
	bool from_elsewhere = s->last.hub.n && !x->t->as_is, whole = s->last.type == ENTRY_TOMBSTONE && !s->last.struck, gone = whole || !s->last.root.n;
	bool ours = known.record && known.peer == x->t->peer && str_eq(known.hub, hub_of(x, s));
	if (from_elsewhere && !gone) return stays_out(x, s, "copied", ""), ERR_OK;
	if (known.record && !ours && !gone) return stays_out(x, s, "taken", ""), ERR_OK;
	if (gone && !ours) return stays_out_no_more(x, s), ERR_OK;
	if (known.erased || known.leaf >= (int64_t)s->last.leaf) return x->report->unchanged++, ERR_OK;
	if (whole) return erase(x, s, e);
	if (s->struck_n) code = strike(x, s, e);
	if (code) return code;
	return s->last.root.n ? show(x, s, &known, e) : hide(x, s, &known, e);
}

/* One that takes more memory than there is for a batch is tried alone, and then stays out: it must not keep the others. */
static enum err_code take_within(struct taking *x, const struct said *s, struct err *e) {
	size_t used = x->used, out_n = x->out_n;
	enum err_code code = take_one(x, s, e);
	if (!arena_failed(x->batch)) return code;
	x->used = used;
	x->out_n = out_n;
	bool alone = !used && !out_n;
	code = flush(x, e);
	if (code) return code;
	if (!alone) return take_within(x, s, e);
	stays_out(x, s, "body", "it is too large");
	return ERR_OK;
}

/* ---- all ---- */

static enum err_code take_all(struct taking *x, struct err *e) {
	enum err_code code = ERR_OK;
	if (x->n) qsort(x->list, x->n, sizeof *x->list, by_turn);
	for (size_t i = 0; i < x->n && !code; i++) {
		if (x->t->cancelled && atomic_load(x->t->cancelled)) return err_set(e, ERR_CANCELLED, "stopped");
		code = take_within(x, x->list[i], e);
		if (!code && (x->used == BATCH || x->out_n >= BATCH || arena_used(x->batch) > BATCH_BYTES)) code = flush(x, e);
	}
	return code ? code : flush(x, e);
}

static enum err_code take(struct taking *x, struct err *e) {
	int64_t first;
	enum err_code code = follow_first_kept_out(x->db, x->t->peer, true, &first, e);
	x->some_out = first != INT64_MAX;
	if (!code) code = mirror_walk(&x->t->folder, (uint64_t)x->t->leaf, x->t->folder.said, remember, x, e);
	if (!code) code = take_all(x, e);
	return code ? code : follow_put_leaf(x->hub, x->t->peer, (int64_t)x->t->folder.said, e);
}

enum err_code follow_take(struct hub *h, struct db *db, const struct take_request *t, struct follow_report *report, struct err *e) {
	moment began = stopwatch();
	autoarena struct arena *a = arena_new(RUN_CAP), *batch = arena_new(BATCH_CAP);
	struct taking *x = a ? arena_new_of(a, struct taking) : NULL;
	if (!x || !batch) return err_set(e, ERR_MEMORY, "out of memory");
	*x = (struct taking){.hub = h, .db = db, .t = t, .report = report, .a = a, .batch = batch, .by_uid = {.arena = a}};
	x->actor = (struct actor){arena_fmt(a, "follow:%.*s", STR_ARG(copied_hub(t->folder.origin))), ROLE_ANYONE | ROLE_MEMBER | ROLE_COORDINATOR};
	enum err_code code = take(x, e);
	report->seconds += (double)(stopwatch() - began) / SECOND;
	return code;
}
