#include "import.h"

#include <pthread.h>
#include <time.h>

#include "hub/disclose.h"
#include "lib/digest/digest.h"

enum { FILE_MAX = 64 << 20, ITEM_CAP = 1 << 30, QUEUE = 256, BATCH = 1024, REPORT_CAP = 64 << 20 };

/* ---- what a reader's thread hands to the writer ---- */

enum outcome { CREATED, REVISED, UNCHANGED, REJECTED, PARTY };

struct step {
	enum outcome outcome;      /* as far as it is known before the commit */
	struct prepared *prepared; /* NULL: nothing to write */
	const char *path;
	const char *reason;
	const struct draft *draft; /* of a record; NULL: a party */
};

struct item {
	struct arena *a;
	struct step *steps;
	size_t n, room;
	struct item *next;
	size_t files;
};

/* A change that must wait until all else is written. */
struct later {
	struct change change;
	struct str name;           /* instead: what the organization or system of the key change.record is properly called */
	struct later *next;
};

struct seen {
	struct sha256 digest;
	const char *path;
};

struct import {
	struct hub *hub;
	const struct format *format;
	const struct import_options *options;
	struct file_list files;
	struct str actor;
	struct import_report *report;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t next_file, files_done;
	size_t turn;               /* of the file whose parties may be claimed: in the order of the files, whatever thread is faster */
	int readers;               /* still at work */
	struct item *first, **last;
	int queued;
	bool stop;
	enum err_code code;        /* of a reader that could not go on */
	struct err err;
	struct arena *shared;      /* under the lock: what follows */
	struct map claimed;        /* party keys of this run */
	struct map ids;            /* source ids of this run → struct seen */
	struct later *later;
};

/* One reader's thread. */
struct reader {
	struct import *im;
	struct db *db;
	struct item *item;
	size_t file;               /* its number; SIZE_MAX once its turn is over */
	struct err e;
};

static struct step *add_step(struct reader *r, enum outcome outcome, struct prepared *p, const char *path, const char *reason) {
	struct item *item = r->item;
	if (item->n == item->room) {
		size_t room = item->room ? item->room * 2 : 16;
		struct step *steps = arena_array(item->a, room, sizeof *steps);
		if (!steps) return NULL;
		if (item->n) memcpy(steps, item->steps, item->n * sizeof *steps);
		item->steps = steps;
		item->room = room;
	}
	item->steps[item->n] = (struct step){outcome, p, path, reason, NULL};
	return &item->steps[item->n++];
}

static void reject(struct reader *r, const char *path, struct str place, const struct err *e) {
	struct arena *a = r->item->a;
	const char *where = place.n ? arena_fmt(a, "%s: %.*s", path, STR_ARG(place)).p : path;
	add_step(r, REJECTED, NULL, where, arena_fmt(a, "%s%s%s", e->where, e->where[0] ? ": " : "", e->message).p);
}

static struct disclosing operators_view(struct reader *r) {
	return (struct disclosing){r->im->hub, r->db, viewer_operator, r->item->a};
}

/* ---- parties ---- */

struct claimed {
	bool mine, again;
};

static int rank_of(const struct json *body) {
	return draft_name_rank(json_get_str(body, S("name")), json_true(json_get_lit(body, "provisional")));
}

/* True when this run meets the party for the first time, or for the first time under a better name (draft_name_rank); *again tells the
 * second from the first. */
static bool claim(struct reader *r, const struct draft_party *p, int rank, bool *again) {
	struct import *im = r->im;
	static const char ranks[] = "012"; /* the map holds addresses into it */
	pthread_mutex_lock(&im->lock);
	const char *before = map_get(&im->claimed, p->key);
	bool first = !before || before < &ranks[rank];
	if (first) {
		void **at = map_at(&im->claimed, before ? p->key : arena_str(im->shared, p->key));
		if (at) *at = (void *)(uintptr_t)&ranks[rank];
	}
	pthread_mutex_unlock(&im->lock);
	*again = before != NULL;
	return first;
}

/* Claims all parties of a file when its turn has come, and lets the next file have its own. Once a file, also for one that has none or
 * could not be read. */
static void claim_in_turn(struct reader *r, struct draft_party *const *parties, size_t n, struct claimed *out, size_t files) {
	struct import *im = r->im;
	if (r->file == SIZE_MAX) return;
	pthread_mutex_lock(&im->lock);
	while (im->turn != r->file && !im->stop) pthread_cond_wait(&im->changed, &im->lock);
	pthread_mutex_unlock(&im->lock);
	for (size_t i = 0; i < n; i++) out[i].mine = claim(r, parties[i], rank_of(parties[i]->body), &out[i].again);
	pthread_mutex_lock(&im->lock);
	im->turn = r->file + files;
	r->file = SIZE_MAX;
	pthread_cond_broadcast(&im->changed);
	pthread_mutex_unlock(&im->lock);
}

static void put_off(struct reader *r, struct change c, struct str name) {
	struct import *im = r->im;
	pthread_mutex_lock(&im->lock);
	struct later *l = arena_new_of(im->shared, struct later);
	if (l) {
		c.actor.name = im->actor;
		c.record = arena_str(im->shared, c.record);
		c.move = arena_str(im->shared, c.move);
		c.reason = arena_str(im->shared, c.reason);
		c.rel = arena_str(im->shared, c.rel);
		c.target = arena_str(im->shared, c.target);
		if (c.body) c.body = json_copy(im->shared, c.body);
		*l = (struct later){c, arena_str(im->shared, name), im->later};
		im->later = l;
	}
	pthread_mutex_unlock(&im->lock);
}

static struct change change_of(struct reader *r, enum change_op op) {
	return (struct change){.op = op, .actor = {r->im->actor, ROLE_MEMBER | ROLE_COORDINATOR}};
}

static const struct change_link *links_of(struct arena *a, const struct draft_link *links, size_t n) {
	struct change_link *out = arena_array(a, n + 1, sizeof *out);
	for (size_t i = 0; out && i < n; i++) out[i] = (struct change_link){links[i].rel, links[i].target};
	return out;
}

static enum err_code prepare(struct reader *r, const struct change *c, enum outcome outcome, const char *path) {
	struct change *kept = arena_new_of(r->item->a, struct change);
	if (!kept) return err_set(&r->e, ERR_MEMORY, "the file is too large");
	*kept = *c;
	struct prepared *p;
	enum err_code code = change_prepare(r->im->hub, r->db, kept, r->item->a, &p, &r->e);
	if (!code) add_step(r, outcome, p, path, NULL);
	return code;
}

/* True when this run has not had this link of a party yet. */
static bool claim_link(struct reader *r, const struct draft_party *p, const struct draft_link *l) {
	struct import *im = r->im;
	struct str name = arena_fmt(r->item->a, "%.*s %.*s %.*s", STR_ARG(p->key), STR_ARG(l->rel), STR_ARG(l->target));
	pthread_mutex_lock(&im->lock);
	bool first = !map_get(&im->claimed, name);
	void **at = first ? map_at(&im->claimed, arena_str(im->shared, name)) : NULL;
	if (at) *at = im;
	pthread_mutex_unlock(&im->lock);
	return first;
}

/* Whether the record has the link, or had it until somebody took it away. */
static enum err_code had_link(struct reader *r, const struct disclosed *known, const struct draft_link *l, bool *had) {
	struct disclosing view = operators_view(r);
	struct disclosed target;
	struct disclosed_links *groups;
	struct disclosed_event *events;
	size_t n;
	enum err_code code = disclose_record(&view, l->target, &target, &r->e);
	*had = false;
	if (code) return code == ERR_NOT_FOUND ? ERR_OK : code;
	code = disclose_links(&view, known, 64, &groups, &n, &r->e);
	for (size_t i = 0; i < n && !code; i++)
		for (size_t k = 0; k < groups[i].n && !groups[i].inverse && str_eq(groups[i].rel, l->rel); k++)
			*had |= groups[i].items[k].record == target.line.record;
	if (code || *had) return code;
	code = disclose_history(&view, known, &events, &n, &r->e);
	for (size_t i = 0; i < n && !code; i++)
		*had |= str_is(events[i].type, "unlinked") && str_eq(events[i].rel, l->rel) && events[i].other.record == target.line.record;
	return code;
}

/* Links of a party that is here already, or that another file has named: a system whose developer only this one tells. */
static enum err_code add_links(struct reader *r, const struct draft_party *p) {
	struct disclosing view = operators_view(r);
	for (size_t i = 0; i < p->links_n; i++) {
		struct disclosed known;
		bool had = false;
		if (!claim_link(r, p, &p->links[i])) continue;
		enum err_code code = disclose_record(&view, p->key, &known, &r->e);
		if (!code) code = had_link(r, &known, &p->links[i], &had);
		if (code && code != ERR_NOT_FOUND) return code;
		struct change c = change_of(r, CHANGE_LINK);
		c.record = p->key;
		c.rel = p->links[i].rel;
		c.target = p->links[i].target;
		if (!had) put_off(r, c, STR_EMPTY);
	}
	return ERR_OK;
}

static enum err_code take_party(struct reader *r, const struct draft_party *p, struct claimed claimed, const char *path) {
	if (!claimed.mine) return add_links(r, p);
	struct disclosing d = operators_view(r);
	struct disclosed known;
	enum err_code code = disclose_record(&d, p->key, &known, &r->e);
	if (code && code != ERR_NOT_FOUND) return code;
	/* Somebody who writes the name properly corrects one that was derived from a slug, also where that is only about to be written. */
	int rank = rank_of(p->body);
	if (rank && (code ? claimed.again : rank > rank_of(known.body))) {
		struct change c = change_of(r, CHANGE_REVISE);
		c.record = p->key;
		put_off(r, c, json_get_str(p->body, S("name")));
	}
	if (!code || claimed.again) return add_links(r, p);
	for (size_t i = 0; i < p->links_n; i++) claim_link(r, p, &p->links[i]);
	struct arena *a = r->item->a;
	struct change c = change_of(r, CHANGE_CREATE);
	struct change_name *names = arena_array(a, 1, sizeof *names);
	if (!names) return err_set(&r->e, ERR_MEMORY, "the file is too large");
	names[0] = (struct change_name){S("key"), p->key};
	c.kind = p->kind;
	c.body = p->body;
	c.imported = true;
	c.if_absent = p->key;
	c.names = names;
	c.names_n = 1;
	c.links = links_of(a, p->links, p->links_n);
	c.links_n = p->links_n;
	return prepare(r, &c, PARTY, path);
}

/* ---- records ---- */

/* False when this run has had the same identifier; *same says whether it said the same. */
static bool first_time(struct reader *r, struct str id, const struct sha256 *digest, const char *path, bool *same, const char **other) {
	struct import *im = r->im;
	pthread_mutex_lock(&im->lock);
	struct seen *s = map_get(&im->ids, id);
	bool first = !s;
	if (s) {
		*same = memcmp(&s->digest, digest, sizeof *digest) == 0;
		*other = s->path;
	} else if ((s = arena_new_of(im->shared, struct seen))) {
		*s = (struct seen){*digest, path};
		void **at = map_at(&im->ids, arena_str(im->shared, id));
		if (at) *at = s;
	}
	pthread_mutex_unlock(&im->lock);
	return first;
}

static struct change creation(struct reader *r, const struct draft *d) {
	struct arena *a = r->item->a;
	struct change c = change_of(r, CHANGE_CREATE);
	struct change_name *names = arena_array(a, 2, sizeof *names);
	struct change_origin *origin = arena_new_of(a, struct change_origin);
	if (!names || !origin) return c;
	*origin = (struct change_origin){str_of(r->im->format->name), d->source_id, r->im->format->mapping, d->fetched, d->licence};
	names[c.names_n++] = (struct change_name){S("source"), d->public_id.n ? d->public_id : d->source_id};
	if (d->key.n) names[c.names_n++] = (struct change_name){S("key"), d->key};
	c.kind = d->kind;
	c.body = d->body;
	c.visibility = d->visibility;
	c.imported = true;
	c.state = d->state;
	c.number = d->number;
	c.uid = d->uid;
	c.public_id = d->public_id;
	c.origin = origin;
	c.names = names;
	c.links = links_of(a, d->links, d->links_n);
	c.links_n = d->links_n;
	return c;
}

/* Whether a list tells nothing that the other does not. */
static bool says_no_more(const struct json *less, const struct json *more) {
	if (!json_is(less, JSON_ARRAY) || !json_is(more, JSON_ARRAY)) return false;
	for (size_t i = 0; i < less->n; i++) {
		size_t k = 0;
		while (k < more->n && !json_equal(&less->items[i], &more->items[k])) k++;
		if (k == more->n) return false;
	}
	return true;
}

/* What a part of a source says, filled up with what its whole said before. */
static const struct json *fill_up(struct arena *a, const struct json *part, const struct json *before) {
	struct json_builder b = json_object_of(a);
	for (size_t i = 0; i < json_count(before); i++) {
		const struct json_member *m = json_member_at(before, i);
		const struct json *is = json_get(part, m->name);
		json_set(&b, m->name, !is || says_no_more(is, &m->value) ? &m->value : is);
	}
	for (size_t i = 0; i < json_count(part); i++)
		if (!json_get(before, part->members[i].name)) json_set(&b, part->members[i].name, &part->members[i].value);
	return json_built(&b);
}

/* Three ways: what the source said last time, what it says now, what stands here. Members changed here stay as they are here. */
static const struct json *merge(struct arena *a, const struct json *base, const struct json *theirs, const struct json *ours) {
	struct json_builder b = json_object_of(a);
	for (size_t i = 0; i < json_count(ours); i++) {
		const struct json_member *m = json_member_at(ours, i);
		const struct json *was = json_get(base, m->name), *is = json_get(theirs, m->name);
		bool touched = was ? !json_equal(was, &m->value) : true;
		if (touched)
			json_set(&b, m->name, &m->value);
		else if (is)
			json_set(&b, m->name, is);
	}
	for (size_t i = 0; i < json_count(theirs); i++) {
		const struct json_member *m = json_member_at(theirs, i);
		bool removed_here = json_get(base, m->name) && !json_get(ours, m->name);
		if (!removed_here && !json_get(ours, m->name)) json_set(&b, m->name, &m->value);
	}
	return json_built(&b);
}

/* outcome: of the revision. */
static enum err_code take_again(struct reader *r, const struct draft *d, struct str uid, enum outcome outcome, const char *path) {
	struct disclosing view = operators_view(r);
	struct disclosed now_here;
	const struct json *base, *ours;
	enum err_code code = disclose_record(&view, uid, &now_here, &r->e);
	if (!code) code = disclose_imported(&view, now_here.line.record, &base, &ours, &r->e);
	if (code) return code;
	struct change c = creation(r, d);
	c.op = CHANGE_REVISE;
	c.record = uid;
	c.expected = now_here.revision;
	const struct json *theirs = d->partial && base ? fill_up(r->item->a, d->body, base) : d->body;
	c.body = merge(r->item->a, base, theirs, ours);
	/* What came in whole is kept as it came, unless the part says something new. */
	if (d->partial && json_equal(c.body, ours)) c.origin = NULL;
	/* Rules that somebody made here stay; rules that came before were for the same fields. */
	if (now_here.overridden || json_pointer(base, S("/source/extra"))) c.visibility = NULL;
	c.reason = outcome == CREATED ? S("told by a source of its own") : S("changed at its source");
	code = prepare(r, &c, outcome, path);
	const struct kind *k = now_here.line.kind;
	if (code || !d->state.n || str_eq(d->state, now_here.line.state->name)) return code;
	for (size_t i = 0; i < k->moves_n; i++) {
		if (!str_eq(k->moves[i].to, d->state) || !kind_move_from(&k->moves[i], now_here.line.state->name)) continue;
		struct change m = change_of(r, CHANGE_MOVE);
		m.record = uid;
		m.move = k->moves[i].name;
		m.reason = S("as its source says");
		put_off(r, m, STR_EMPTY);
		break;
	}
	return ERR_OK;
}

/* The record that stands for an organization or system because others named it, when this is its own entry. */
static enum err_code find_named(struct reader *r, const struct draft *d, struct str *uid) {
	struct disclosing view = operators_view(r);
	struct disclosed here;
	*uid = STR_EMPTY;
	if (!d->key.n) return ERR_OK;
	enum err_code code = disclose_record(&view, d->key, &here, &r->e);
	if (!code && str_eq(here.line.kind->name, d->kind) && !json_get_lit(here.body, "source")) *uid = here.line.uid;
	return code == ERR_NOT_FOUND ? ERR_OK : code;
}

/* New, known or changed? */
static enum err_code take_known(struct reader *r, const struct draft *d, const struct sha256 *digest, const char *where) {
	struct disclosing view = operators_view(r);
	struct disclosed_origin known;
	struct str uid;
	enum err_code code = disclose_origin(&view, str_of(r->im->format->name), d->source_id, false, &known, &r->e);
	if (code == ERR_NOT_FOUND) {
		code = find_named(r, d, &uid);
		if (code) return code;
		if (uid.n) return take_again(r, d, uid, CREATED, where);
		struct change c = creation(r, d);
		return prepare(r, &c, CREATED, where);
	}
	if (code) return code;
	if (memcmp(known.digest, digest->byte, sizeof digest->byte) == 0 && known.mapping >= r->im->format->mapping) {
		add_step(r, UNCHANGED, NULL, where, NULL);
		return ERR_OK;
	}
	return take_again(r, d, known.uid, REVISED, where);
}

static enum err_code take_draft(struct reader *r, const struct draft *d, const char *path) {
	const char *where = d->place.n ? arena_fmt(r->item->a, "%s: %.*s", path, STR_ARG(d->place)).p : path;
	if (d->rejected.n) return err_set(&r->e, ERR_INVALID, "%.*s", STR_ARG(d->rejected));
	if (!d->source_id.n || d->source_id.n > 500) return err_set(&r->e, ERR_INVALID, "it has no identifier");
	struct sha256 digest = sha256(d->fetched);
	const char *other = NULL;
	bool same = false;
	if (!first_time(r, d->source_id, &digest, where, &same, &other)) {
		if (!same) return err_set(&r->e, ERR_EXISTS, "%.*s stands in %s too, and says something else", STR_ARG(d->source_id), other);
		add_step(r, UNCHANGED, NULL, where, NULL);
		return ERR_OK;
	}
	size_t before = r->item->n;
	enum err_code code = take_known(r, d, &digest, where);
	if (!code && r->item->n > before) r->item->steps[before].draft = d;
	return code;
}

/* ---- one reader ---- */

/* Errors that end the import, rather than one file. */
static bool fatal(enum err_code code) {
	return code == ERR_STORAGE || code == ERR_BUSY || code == ERR_CORRUPT || code == ERR_INTERNAL;
}

/* By the first bytes of gzip, Zstandard, bzip2, xz and ZIP. */
static bool is_compressed(struct str bytes) {
	static const struct str marks[] = {S_INIT("\x1f\x8b"), S_INIT("\x28\xb5\x2f\xfd"), S_INIT("BZh"), S_INIT("\xfd" "7zXZ"), S_INIT("PK\x03\x04")};
	for (size_t i = 0; i < lengthof(marks); i++)
		if (str_starts(bytes, marks[i])) return true;
	return false;
}

static enum err_code take_files(struct reader *r, const char *const *paths, size_t n) {
	struct arena *a = r->item->a;
	struct import_file *files = arena_array(a, n, sizeof *files);
	if (!files) return err_set(&r->e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		files[i].path = paths[i];
		enum err_code code = file_read(a, paths[i], FILE_MAX, &files[i].bytes, &r->e);
		/* The message names the path already, and so does the report. */
		if (code) {
			size_t skip = strlen(paths[i]) + 2;
			if (strncmp(r->e.message, paths[i], skip - 2) == 0 && strlen(r->e.message) > skip)
				memmove(r->e.message, r->e.message + skip, strlen(r->e.message + skip) + 1);
			return code;
		}
		if (is_compressed(files[i].bytes)) return err_set(&r->e, ERR_INVALID, "the file is compressed: unpack it first");
	}
	struct drafts drafts = {.a = a};
	enum err_code code = r->im->format->read(files, n, &drafts, &r->e);
	if (!code && arena_failed(a)) code = err_set(&r->e, ERR_TOO_LARGE, "the file is too large");
	struct claimed *claimed = arena_array(a, drafts.parties_n + 1, sizeof *claimed);
	if (!claimed) return err_set(&r->e, ERR_TOO_LARGE, "the file is too large");
	if (code) return code;
	claim_in_turn(r, drafts.parties, drafts.parties_n, claimed, n);
	for (size_t i = 0; i < drafts.parties_n; i++) {
		code = take_party(r, drafts.parties[i], claimed[i], paths[0]);
		if (fatal(code)) return code;
		if (code) reject(r, paths[0], drafts.parties[i]->key, &r->e);
	}
	for (size_t i = 0; i < drafts.n; i++) {
		code = take_draft(r, drafts.items[i], paths[0]);
		if (fatal(code)) return code;
		if (code) reject(r, paths[0], drafts.items[i]->place, &r->e);
	}
	return arena_failed(a) ? err_set(&r->e, ERR_TOO_LARGE, "the file is too large") : ERR_OK;
}

/* Hands the item over; waits while the writer is behind. */
static void hand_over(struct reader *r) {
	struct import *im = r->im;
	pthread_mutex_lock(&im->lock);
	while (im->queued >= QUEUE && !im->stop) pthread_cond_wait(&im->changed, &im->lock);
	*im->last = r->item;
	im->last = &r->item->next;
	im->queued++;
	r->item = NULL;
	if (im->queued == 1 || im->queued == QUEUE / 2) pthread_cond_broadcast(&im->changed);
	pthread_mutex_unlock(&im->lock);
}

static bool next_files(struct import *im, const char *const **paths, size_t *n) {
	pthread_mutex_lock(&im->lock);
	bool any = !im->stop && im->next_file < im->files.n;
	if (any) {
		*paths = &im->files.paths[im->next_file];
		*n = im->format->together ? im->files.n : 1;
		im->next_file += *n;
	}
	pthread_mutex_unlock(&im->lock);
	return any;
}

static struct item *item_new(void) {
	struct item *item = calloc(1, sizeof *item);
	if (item && !(item->a = arena_new(ITEM_CAP))) {
		free(item);
		item = NULL;
	}
	return item;
}

static void item_free(struct item *item) {
	if (!item) return;
	arena_free(item->a);
	free(item);
}

static void read_all(struct reader *r) {
	const char *const *paths;
	size_t n;
	enum err_code code = ERR_OK;
	while (!fatal(code) && next_files(r->im, &paths, &n)) {
		r->item = item_new();
		if (!r->item) {
			code = err_set(&r->e, ERR_STORAGE, "out of memory");
			break;
		}
		r->item->files = n;
		r->e = (struct err){0};
		r->file = (size_t)(paths - r->im->files.paths);
		code = take_files(r, paths, n);
		if (!fatal(code)) claim_in_turn(r, NULL, 0, NULL, n);
		if (code && !fatal(code)) {
			/* Nothing of it was handed over: the file is refused as a whole. A cap that was reached leaves room for the words. */
			struct err why = r->e;
			arena_clear(r->item->a);
			r->item->steps = NULL;
			r->item->n = r->item->room = 0;
			reject(r, paths[0], STR_EMPTY, &why);
		}
		if (!fatal(code)) hand_over(r);
	}
	item_free(r->item);
	struct import *im = r->im;
	pthread_mutex_lock(&im->lock);
	if (fatal(code) && !im->code) {
		im->code = code;
		im->err = r->e;
		im->stop = true;
	}
	im->readers--;
	pthread_cond_broadcast(&im->changed);
	pthread_mutex_unlock(&im->lock);
}

static void *reader_main(void *arg) {
	struct reader r = {.im = arg};
	enum err_code code = hub_reader(r.im->hub, &r.db, &r.e);
	if (code) {
		pthread_mutex_lock(&r.im->lock);
		if (!r.im->code) {
			r.im->code = code;
			r.im->err = r.e;
		}
		r.im->stop = true;
		r.im->readers--;
		pthread_cond_broadcast(&r.im->changed);
		pthread_mutex_unlock(&r.im->lock);
		return NULL;
	}
	read_all(&r);
	db_close(r.db);
	return NULL;
}

/* ---- the writer ---- */

static void note_rejection(struct import_report *r, const char *path, const char *reason) {
	r->rejected++;
	if ((r->rejections_n & (r->rejections_n - 1)) == 0) {
		struct rejection *more = arena_array(r->a, r->rejections_n ? r->rejections_n * 2 : 1, sizeof *more);
		if (!more) return;
		if (r->rejections_n) memcpy(more, r->rejections, r->rejections_n * sizeof *more);
		r->rejections = more;
	}
	r->rejections[r->rejections_n++] =
		(struct rejection){arena_cstr(r->a, str_of(path)), arena_cstr(r->a, str_of(reason))};
}

static void count(struct import_report *r, const struct step *s, const struct change_result *result) {
	char words[sizeof result->err.message + sizeof result->err.where + 4];
	if (result && result->code) {
		snprintf(words, sizeof words, "%s%s%s", result->err.where, result->err.where[0] ? ": " : "", result->err.message);
		note_rejection(r, s->path, words);
		return;
	}
	switch (s->outcome) {
	case CREATED: r->created++; break;
	case REVISED: *(result->changed ? &r->updated : &r->unchanged) += 1; break;
	case UNCHANGED: r->unchanged++; break;
	case REJECTED: note_rejection(r, s->path, s->reason); break;
	case PARTY: r->parties += result->changed; break;
	}
}

/* Another process wrote the same record since this one looked: look again, and see what is left to do. */
static enum err_code once_more(struct import *im, struct step *s, struct change_result *result, struct err *e) {
	struct reader r = {.im = im, .item = item_new()};
	const struct draft *draft = s->draft;
	struct sha256 digest = sha256(draft->fetched);
	const char *path = s->path;
	enum err_code code = r.item ? hub_reader(im->hub, &r.db, e) : err_set(e, ERR_MEMORY, "out of memory");
	for (int attempt = 0; !code && result->code && attempt < 3; attempt++) {
		r.item->n = 0;
		*result = (struct change_result){0};
		result->code = take_known(&r, draft, &digest, path);
		result->err = r.e;
		if (result->code) break;
		*s = r.item->steps[0];
		if (s->prepared) code = change_commit(im->hub, &s->prepared, 1, result, e);
		if (result->code != ERR_CONFLICT && result->code != ERR_EXISTS) break;
	}
	*s = (struct step){s->outcome, NULL, path, NULL, NULL};
	db_close(r.db);
	item_free(r.item);
	return code;
}

struct batch {
	struct prepared *prepared[BATCH];
	struct step steps[BATCH];
	size_t n;
};

static enum err_code flush(struct import *im, struct batch *b, struct err *e) {
	static const size_t size = BATCH * sizeof(struct change_result);
	if (b->n == 0) return ERR_OK;
	autofree struct change_result *results = malloc(size);
	if (!results) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = change_commit(im->hub, b->prepared, b->n, results, e);
	for (size_t i = 0; i < b->n && !code; i++) {
		bool lost = results[i].code == ERR_CONFLICT || results[i].code == ERR_EXISTS;
		if (lost && b->steps[i].draft) code = once_more(im, &b->steps[i], &results[i], e);
		if (!code) count(im->report, &b->steps[i], &results[i]);
	}
	b->n = 0;
	return code;
}

/* Writes a list of items: batches go over the borders of items, for few commits. */
static enum err_code write_items(struct import *im, struct item *items, struct err *e) {
	struct batch batch = {.n = 0};
	enum err_code code = ERR_OK;
	for (struct item *item = items; item && !code; item = item->next) {
		for (size_t i = 0; i < item->n && !code; i++) {
			const struct step *s = &item->steps[i];
			if (!s->prepared) {
				count(im->report, s, NULL);
				continue;
			}
			batch.prepared[batch.n] = s->prepared;
			batch.steps[batch.n++] = *s;
			if (batch.n == BATCH) code = flush(im, &batch, e);
		}
	}
	return code ? code : flush(im, &batch, e);
}

static void free_items(struct item *items) {
	while (items) {
		struct item *next = items->next;
		item_free(items);
		items = next;
	}
}

/* Until there is a commit's worth, or what there is has waited a quarter of a second; the lock is held. */
static void wait_for_items(struct import *im) {
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 250000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (im->readers && im->queued < QUEUE / 2) {
		if (!im->first)
			pthread_cond_wait(&im->changed, &im->lock);
		else if (pthread_cond_timedwait(&im->changed, &im->lock, &until) != 0)
			break;
	}
}

static enum err_code write_loop(struct import *im, struct err *e) {
	enum err_code code = ERR_OK;
	for (;;) {
		pthread_mutex_lock(&im->lock);
		wait_for_items(im);
		struct item *items = im->first;
		im->first = NULL;
		im->last = &im->first;
		im->queued = 0;
		pthread_cond_broadcast(&im->changed);
		pthread_mutex_unlock(&im->lock);
		if (!items) return code;
		if (!code) code = write_items(im, items, e);
		for (struct item *i = items; i; i = i->next) im->files_done += i->files;
		free_items(items);
		if (code) {
			pthread_mutex_lock(&im->lock);
			im->stop = true;
			pthread_cond_broadcast(&im->changed);
			pthread_mutex_unlock(&im->lock);
		}
		if (im->options->progress)
			im->options->progress(im->options->arg, (int64_t)im->files_done, (int64_t)im->files.n, im->report);
	}
}

/* The record as it stands, under its proper name. False when there is nothing to correct any more, or the name was written here. */
static bool correct_name(struct import *im, struct db *db, struct arena *a, struct later *l) {
	struct disclosing d = {im->hub, db, viewer_operator, a};
	struct disclosed r;
	const struct json *imported, *whole;
	if (disclose_record(&d, l->change.record, &r, NULL) || rank_of(r.body) >= draft_name_rank(l->name, false)) return false;
	if (!json_true(json_get_lit(r.body, "provisional"))) {
		if (json_get_lit(r.body, "source") || disclose_imported(&d, r.line.record, &imported, &whole, NULL)) return false;
		if (!str_eq(json_get_str(imported, S("name")), json_get_str(r.body, S("name")))) return false;
	}
	l->change.body = json_with(a, json_with(a, r.body, S("name"), json_str(a, l->name)), S("provisional"), NULL);
	return !arena_failed(a);
}

static enum err_code write_later(struct import *im, struct err *e) {
	struct db *db;
	if (!im->later) return ERR_OK;
	enum err_code code = hub_reader(im->hub, &db, e);
	if (code) return code;
	for (struct later *l = im->later; l && !code; l = l->next) {
		struct change_result result;
		autoarena struct arena *a = arena_new(ITEM_CAP);
		if (!a) return db_close(db), err_set(e, ERR_MEMORY, "out of memory");
		if (l->name.n && !correct_name(im, db, a, l)) continue;
		code = change_apply(im->hub, db, &l->change, &result, e);
		/* What was merged meanwhile may not allow the move any more; the record itself is in. */
		if (code && !fatal(code)) code = ERR_OK;
	}
	db_close(db);
	return code;
}

static enum err_code run_threads(struct import *im, struct err *e) {
	pthread_t threads[64];
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int wanted = im->options->threads ? im->options->threads : (int)processors, started = 0;
	if (wanted > (int)lengthof(threads)) wanted = (int)lengthof(threads);
	if (im->format->together || (size_t)wanted > im->files.n) wanted = im->format->together ? 1 : (int)im->files.n;
	im->readers = wanted;
	for (; started < wanted; started++)
		if (pthread_create(&threads[started], NULL, reader_main, im) != 0) break;
	pthread_mutex_lock(&im->lock);
	im->readers -= wanted - started;
	pthread_mutex_unlock(&im->lock);
	if (!started) return err_set(e, ERR_MEMORY, "no thread could be started");
	enum err_code code = write_loop(im, e);
	for (int i = 0; i < started; i++) pthread_join(threads[i], NULL);
	free_items(im->first);
	if (!code && im->code) {
		code = im->code;
		if (e) *e = im->err;
	}
	return code ? code : write_later(im, e);
}

static enum err_code find_files(struct import *im, struct arena *a, const char *const *paths, size_t n, struct err *e) {
	struct file_list all = {0};
	size_t room = 0, passed_over = 0;
	for (size_t i = 0; i < n; i++) {
		struct file_list some;
		enum err_code code = file_walk(a, paths[i], im->format->suffix, &some, e);
		if (code) return code;
		bool folder = file_is_dir(paths[i]);
		for (size_t j = 0; j < some.n; j++) {
			if (folder && im->format->wants && !im->format->wants(file_name(str_of(some.paths[j])))) {
				passed_over++;
				continue;
			}
			if (all.n == room) {
				room = room ? room * 2 : 256;
				const char **bigger = arena_array(a, room, sizeof *bigger);
				if (!bigger) return err_set(e, ERR_MEMORY, "too many files");
				if (all.n) memcpy(bigger, all.paths, all.n * sizeof *bigger);
				all.paths = bigger;
			}
			all.paths[all.n++] = some.paths[j];
		}
	}
	if (!all.n && passed_over)
		return err_set(e, ERR_NOT_FOUND, "%s: of the files that end in %s there, none is named as those of %s are; name the files themselves",
			paths[0], im->format->suffix, im->format->title);
	if (!all.n) return err_set(e, ERR_NOT_FOUND, "%s: there is no file that ends in %s", paths[0], im->format->suffix);
	im->files = all;
	return ERR_OK;
}

enum err_code import_run(struct hub *h, const struct format *format, const char *const *paths, size_t n,
	const struct import_options *options, struct import_report *out, struct err *e) {
	static const struct import_options none;
	moment began = stopwatch();
	*out = (struct import_report){.a = arena_new(REPORT_CAP)};
	struct import im = {.hub = h, .format = format, .options = options ? options : &none, .report = out,
		.shared = arena_new(ITEM_CAP)};
	if (!out->a || !im.shared) {
		arena_free(im.shared);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	im.claimed.arena = im.ids.arena = im.shared;
	im.last = &im.first;
	im.actor = arena_fmt(out->a, "import:%s", format->name);
	pthread_mutex_init(&im.lock, NULL);
	pthread_cond_init(&im.changed, NULL);
	enum err_code code = find_files(&im, out->a, paths, n, e);
	if (!code) code = run_threads(&im, e);
	pthread_mutex_destroy(&im.lock);
	pthread_cond_destroy(&im.changed);
	arena_free(im.shared);
	out->read = out->created + out->updated + out->unchanged + out->rejected;
	out->seconds = (double)(stopwatch() - began) / SECOND;
	return code;
}

void import_report_free(struct import_report *r) {
	arena_free(r->a);
	r->a = NULL;
}
