/* Requests for access, and who has access, as one viewer may know them. */
#include "hub/access.h"

#include "hub/access/access.h"
#include "hub/account/member.h"
#include "hub/disclose_private.h"
#include "hub/fold.h"
#include "hub/release/plan.h"

enum { LIKE_LEAST = 12, EXPORT_REASON = 4000 };

/* ---- who has access ---- */

const char *access_by_what_name(enum access_by_what by) {
	static const char *const names[] = {"none", "everybody", "accepted", "named", "owner"};
	return names[by];
}

static enum err_code is_named(const struct disclosing *d, const struct json *body, int present, bool *out, struct err *e) {
	*out = false;
	for (int i = 0; i <= present; i++) {
		const struct json *list = json_get_lit(plan_stage_at(body, i), "subjects");
		for (size_t j = 0; j < json_count(list); j++) {
			struct str subject = str_trim(json_get_str(json_at(list, j), S("subject")));
			if (!subject.n) continue;
			*out = str_eq(subject, d->viewer.name) || member_role(d->db, subject, d->viewer.name) > MEMBER_NONE;
			if (*out) return ERR_OK;
		}
	}
	(void)e;
	return ERR_OK;
}

/* How wide it is open: everybody, those who were accepted, or neither. */
static void reached(const struct json *body, int present, bool *everybody, bool *gated) {
	*everybody = *gated = false;
	for (int i = 0; i <= present; i++) {
		struct str who = json_get_str(plan_stage_at(body, i), S("who"));
		*everybody |= str_is(who, "everybody");
		*gated |= str_is(who, "gated");
	}
	if (*gated && access_mode(json_get_lit(body, "access")) == ACCESS_OPEN) *everybody = true;
}

static bool has_artifact(const struct json *body, struct str sha256) {
	const struct json *list = json_get_lit(body, "artifacts");
	if (!sha256.n || str_eq_ascii_case(json_string(json_pointer(body, S("/manifest/sha256"))), sha256)) return true;
	for (size_t i = 0; i < json_count(list); i++)
		if (str_eq_ascii_case(json_get_str(json_at(list, i), S("sha256")), sha256)) return true;
	return false;
}

static void because(struct access_held *h, enum access_by_what by, struct str why) {
	h->by = by;
	h->why = why;
}

static void by_request(const struct access_row *row, struct access_held *h, moment at) {
	bool lapsed = str_is(row->state, "accepted") && row->until && row->until <= at;
	if (!row->record) because(h, ACCESS_NONE, S("ask for access"));
	else if (lapsed || str_is(row->state, "expired")) because(h, ACCESS_NONE, S("your access has ended: you may ask again"));
	else if (str_is(row->state, "pending")) because(h, ACCESS_NONE, S("your request waits for a decision"));
	else if (str_is(row->state, "rejected")) because(h, ACCESS_NONE, S("your request was rejected"));
	else if (str_is(row->state, "revoked")) because(h, ACCESS_NONE, S("your access was revoked"));
	else if (!str_is(row->state, "accepted")) because(h, ACCESS_NONE, S("ask for access"));
	else {
		because(h, ACCESS_ACCEPTED, S("your request was accepted"));
		h->until = row->until;
	}
}

static enum err_code weigh(const struct disclosing *d, const struct stored *s, const struct json *body, unsigned roles, struct access_held *h, struct err *e) {
	struct access_row row = {0};
	bool everybody, gated, named = false;
	int present = plan_stage(body, json_get_str(body, S("stage")));
	bool runs = str_is(s->state, "running") || str_is(s->state, "published");
	enum err_code code = d->viewer.name.n ? access_row_newest(d->db, d->a, s->id, d->viewer.name, &row, e) : ERR_OK;
	if (code) return code;
	h->state = row.state;
	if (row.record) {
		struct glimpse g;
		if (!disclose_glimpse(d, row.record, &g, NULL)) h->request = g.uid;
	}
	reached(body, present, &everybody, &gated);
	if (!runs) return because(h, ACCESS_NONE, S("this release is not given out")), ERR_OK;
	if (d->viewer.name.n && roles & ROLE_OWNER) return because(h, ACCESS_OWNER, S("the release is yours")), ERR_OK;
	if (present < 0) return because(h, ACCESS_NONE, S("no stage has begun yet")), ERR_OK;
	if (everybody) return because(h, ACCESS_EVERYBODY, S("it is open to all")), ERR_OK;
	if (d->viewer.name.n) code = is_named(d, body, present, &named, e);
	if (code) return code;
	if (named) return because(h, ACCESS_NAMED, S("you, or an organization of yours, are named for this stage")), ERR_OK;
	if (!gated) return because(h, ACCESS_NONE, S("it is at no stage yet at which you could get it")), ERR_OK;
	if (!d->viewer.name.n) return because(h, ACCESS_NONE, S("sign in, and ask for access")), ERR_OK;
	by_request(&row, h, now());
	return ERR_OK;
}

enum err_code disclose_access(const struct disclosing *d, const struct disclosed *r, struct str sha256, struct access_held *out, struct err *e) {
	struct stored s;
	const struct json *body;
	unsigned roles;
	struct access_held h = {0};
	if (!str_is(r->line.kind->name, "release")) return store_unknown(r->line.uid, e);
	enum err_code code = store_read(d->hub, d->db, d->a, r->line.record, &s, e);
	if (!code) code = store_roles(d->db, &s, (struct actor){d->viewer.name, d->viewer.roles}, &roles, e);
	if (!code) code = store_body(d->hub, d->db, d->a, &s, &body, e);
	if (!code) code = weigh(d, &s, body, roles, &h, e);
	if (code) return code;
	if (h.by != ACCESS_NONE && !has_artifact(body, sha256)) because(&h, ACCESS_NONE, S("that file is none of this release"));
	/* As much of where it stands as the viewer reads. */
	h.stage = json_get_str(r->body, S("stage"));
	h.title = plan_title(plan_stage_at(r->body, plan_stage(r->body, h.stage)));
	if (h.by == ACCESS_NONE) h.until = 0;
	*out = h;
	return ERR_OK;
}

/* ---- requests ---- */

static const struct {
	const char *act;
} mays[] = {{"access.accept"}, {"access.reject"}, {"access.revoke"}, {"access.reopen"}, {"access.retract"}};

const char *access_may_act(enum access_may m) {
	return mays[m].act;
}

static enum err_code read_reason(const struct disclosing *d, int64_t event, struct str *out, struct err *e) {
	struct event_row v;
	if (!event) return ERR_OK;
	enum err_code code = event_read(d, event, &v, e);
	if (!code) *out = json_get_str(v.detail, S("reason"));
	return code;
}

static enum err_code count_earlier(const struct disclosing *d, const struct access_row *row, int64_t *out, struct err *e) {
	struct db_query q = db_query(d->db, "SELECT count(*) FROM access_request WHERE release = $1 AND account = $2 AND record < $3 AND state <> 'erased'");
	db_bind_int(&q, 1, row->release);
	db_bind_str(&q, 2, row->account);
	db_bind_int(&q, 3, row->record);
	*out = db_row(&q) ? db_int(&q, 0) : 0;
	return db_done(&q, e);
}

/* ERR_NOT_FOUND where the viewer may not know of it. */
static enum err_code read_line(const struct disclosing *d, const struct access_row *row, struct access_line *out, struct err *e) {
	struct glimpse g;
	struct access_line l = {.state = row->state, .asked = row->asked, .decided = row->decided, .until = row->until,
		.mine = d->viewer.name.n && str_eq(row->account, d->viewer.name)};
	enum err_code code = disclose_glimpse(d, row->record, &g, e);
	if (!code) code = disclose_record(d, g.uid, &l.r, e);
	if (!code && disclose_glimpse(d, row->release, &l.release, NULL)) l.release = (struct glimpse){0};
	if (!code) code = read_reason(d, row->event, &l.reason, e);
	if (!code) code = count_earlier(d, row, &l.earlier, e);
	if (code) return code;
	/* What ended a moment ago is over, whether or not the clock has come by. */
	if (str_is(l.state, "accepted") && l.until && l.until <= now()) l.state = S("expired");
	const struct kind_state *state = kind_state(l.r.line.kind, l.state);
	l.title = state ? state->title : l.state;
	l.name = json_string(json_pointer(l.r.body, S("/requester/name")));
	l.email = json_string(json_pointer(l.r.body, S("/requester/email")));
	l.answers = json_get_lit(l.r.body, "answers");
	l.terms = json_string(json_pointer(l.r.body, S("/terms/sha256")));
	for (int i = 0; i < ACCESS_MAYS; i++)
		if (!access_refusal(access_step(str_of(mays[i].act)), l.state, l.mine ? ACCESS_BY_HOLDER : ACCESS_BY_OWNER)) l.may |= 1u << i;
	*out = l;
	return ERR_OK;
}

enum err_code disclose_access_line(const struct disclosing *d, const struct disclosed *r, struct access_line *out, struct err *e) {
	struct access_row row;
	enum err_code code = access_row_read(d->db, d->a, r->line.record, &row, e);
	if (!code) code = read_line(d, &row, out, e);
	/* Why it was decided so is for whoever reads what was asked. */
	if (!code && !(r->audiences & OWNER)) out->reason = STR_EMPTY;
	return code;
}

static enum err_code owns(const struct disclosing *d, const struct disclosed *release, struct err *e) {
	struct disclosed_rights rights;
	if (!str_is(release->line.kind->name, "release")) return store_unknown(release->line.uid, e);
	enum err_code code = disclose_rights(d, release, &rights, e);
	if (!code && !(d->viewer.name.n && rights.roles & ROLE_OWNER))
		code = err_set(e, ERR_FORBIDDEN, "requests for access are read by the owners of the release");
	return code;
}

#define ROW "SELECT record, release, account, state, asked, decided, until, event, tell FROM access_request "

static struct access_row row_of(const struct disclosing *d, struct db_query *q) {
	return (struct access_row){.record = db_int(q, 0), .release = db_int(q, 1), .account = arena_str(d->a, db_str(q, 2)), .state = arena_str(d->a, db_str(q, 3)),
		.asked = db_int(q, 4), .decided = db_int(q, 5), .until = db_int(q, 6), .event = db_int(q, 7), .tell = db_int(q, 8) != 0};
}

static enum err_code read_rows(const struct disclosing *d, const struct access_row *rows, size_t rows_n, struct access_line **out, size_t *n, struct err *e) {
	struct access_line *items = arena_array(d->a, rows_n + 1, sizeof *items);
	enum err_code code = items ? ERR_OK : err_set(e, ERR_MEMORY, "out of memory");
	*n = 0;
	for (size_t i = 0; i < rows_n && !code; i++) {
		code = read_line(d, &rows[i], &items[*n], e);
		if (!code) (*n)++;
		if (code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED || code == ERR_GONE) code = ERR_OK;
	}
	*out = items;
	return code;
}

/* ---- one person twice ---- */

struct known {
	struct map seen; /* what somebody said → the request that says it */
	struct arena *a;
};

static struct str folded(struct arena *a, struct str text) {
	autobuf struct buf b = BUF(ACCESS_TEXT * 4);
	fold_words(&b, text);
	return arena_str(a, buf_str(&b));
}

static enum err_code meet(struct known *k, struct access_line *l, struct str text, struct err *e) {
	struct str key = folded(k->a, text);
	if (key.n < LIKE_LEAST) return ERR_OK;
	void **at = map_at(&k->seen, key);
	if (!at) return err_set(e, ERR_MEMORY, "out of memory");
	struct access_line *other = *at;
	if (other && other != l) {
		if (!l->like.n) l->like = other->r.line.uid;
		if (!other->like.n) other->like = l->r.line.uid;
	}
	if (!other) *at = l;
	return ERR_OK;
}

/* The same address, or a long answer in the same words, by another account. */
static enum err_code find_like(const struct disclosing *d, struct access_line *items, size_t n, struct err *e) {
	struct known k = {{.arena = d->a}, d->a};
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < n && !code; i++) {
		code = meet(&k, &items[i], items[i].email, e);
		for (size_t j = 0; j < json_count(items[i].answers) && !code; j++) {
			const struct json *one = json_at(items[i].answers, j);
			if (str_is(json_get_str(one, S("type")), "text")) code = meet(&k, &items[i], json_get_str(one, S("value")), e);
		}
	}
	return code;
}

/* ---- lists ---- */

enum err_code disclose_access_queue(const struct disclosing *d, const struct disclosed *release, const struct access_request *ask, struct access_line **out,
	size_t *n, int64_t *next, struct err *e) {
	size_t limit = ask->limit && ask->limit < ACCESS_PAGE ? ask->limit : ACCESS_PAGE, rows_n = 0;
	struct access_row *rows = arena_array(d->a, limit + 1, sizeof *rows);
	if (!rows) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = owns(d, release, e);
	if (code) return code;
	struct db_query q = db_query(d->db, ROW "WHERE release = $1 AND ($2 = '' OR state = $2) AND state <> 'erased' AND ($3 = 0 OR record < $3) ORDER BY record DESC LIMIT 101");
	db_bind_int(&q, 1, release->line.record);
	db_bind_str(&q, 2, ask->state);
	db_bind_int(&q, 3, ask->before);
	while (rows_n <= limit && db_row(&q)) rows[rows_n++] = row_of(d, &q);
	code = db_done(&q, e);
	*next = rows_n > limit ? rows[limit - 1].record : 0;
	if (rows_n > limit) rows_n = limit;
	if (!code) code = read_rows(d, rows, rows_n, out, n, e);
	return code ? code : find_like(d, *out, *n, e);
}

enum err_code disclose_access_counts(const struct disclosing *d, const struct disclosed *release, struct access_counts *out, struct err *e) {
	struct access_counts c = {0};
	enum err_code code = owns(d, release, e);
	if (code) return code;
	struct db_query q = db_query(d->db, "SELECT state, count(*) FROM access_request WHERE release = $1 GROUP BY state");
	db_bind_int(&q, 1, release->line.record);
	while (db_row(&q)) {
		struct str state = db_str(&q, 0);
		int64_t *at = str_is(state, "pending") ? &c.pending : str_is(state, "accepted") ? &c.accepted : str_is(state, "rejected") ? &c.rejected :
			str_is(state, "revoked") ? &c.revoked : str_is(state, "expired") ? &c.expired : str_is(state, "retracted") ? &c.retracted : NULL;
		if (at) *at = db_int(&q, 1);
	}
	code = db_done(&q, e);
	if (!code) *out = c;
	return code;
}

enum err_code disclose_access_mine(const struct disclosing *d, struct access_line **out, size_t *n, struct err *e) {
	struct access_row *rows = arena_array(d->a, ACCESS_PAGE, sizeof *rows);
	size_t rows_n = 0;
	if (!rows) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(d->db, ROW "WHERE account = $1 AND state <> 'erased' ORDER BY record DESC LIMIT 100");
	db_bind_str(&q, 1, d->viewer.name);
	while (d->viewer.name.n && rows_n < ACCESS_PAGE && db_row(&q)) rows[rows_n++] = row_of(d, &q);
	enum err_code code = db_done(&q, e);
	return code ? code : read_rows(d, rows, rows_n, out, n, e);
}

/* ---- export ---- */

/* RFC 4180; what a spreadsheet would take for a formula is made text by an apostrophe. */
static void cell(struct buf *out, struct str text, bool first) {
	if (!first) buf_add_char(out, ',');
	buf_add_char(out, '"');
	if (text.n && strchr("=+-@\t\r\n|%", text.p[0])) buf_add_char(out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"') buf_add_char(out, '"');
		buf_add_char(out, text.p[i]);
	}
	buf_add_char(out, '"');
}

static struct str moment_or_not(struct arena *a, moment t) {
	return t ? moment_str(a, t) : STR_EMPTY;
}

struct exporting {
	const struct disclosing *d;
	struct buf *out;
	struct json_writer w;
	const struct str *columns;
	size_t columns_n;
	bool csv;
};

static void write_csv(struct exporting *x, struct arena *a, const struct access_line *l) {
	const struct str fixed[] = {l->r.line.uid, l->state, moment_or_not(a, l->asked), moment_or_not(a, l->decided), moment_or_not(a, l->until), l->name, l->email, l->reason};
	const struct json *given = access_given(a, l->answers);
	for (size_t i = 0; i < lengthof(fixed); i++) cell(x->out, fixed[i], i == 0);
	for (size_t i = 0; i < x->columns_n; i++) cell(x->out, json_get_str(given, x->columns[i]), false);
	buf_add(x->out, S("\r\n"));
}

static void write_json(struct exporting *x, struct arena *a, const struct access_line *l) {
	struct json_writer *w = &x->w;
	jw_object(w);
	jw_field_str(w, S("id"), l->r.line.uid);
	jw_field_str(w, S("state"), l->state);
	jw_field_str(w, S("asked"), moment_str(a, l->asked));
	if (l->decided) jw_field_str(w, S("decided"), moment_str(a, l->decided));
	if (l->until) jw_field_str(w, S("until"), moment_str(a, l->until));
	jw_field_str(w, S("name"), l->name);
	jw_field_str(w, S("email"), l->email);
	if (l->reason.n) jw_field_str(w, S("reason"), l->reason);
	if (l->terms.n) jw_field_str(w, S("terms_sha256"), l->terms);
	if (l->answers) jw_field(w, S("answers"), l->answers);
	jw_object_end(w);
}

static void head(struct exporting *x) {
	static const char *const fixed[] = {"id", "state", "asked", "decided", "until", "name", "email", "reason"};
	if (!x->csv) {
		x->w = json_writer_pretty(x->out);
		jw_array(&x->w);
		return;
	}
	for (size_t i = 0; i < lengthof(fixed); i++) cell(x->out, str_of(fixed[i]), i == 0);
	for (size_t i = 0; i < x->columns_n; i++) cell(x->out, arena_cat(x->d->a, S("answer_"), x->columns[i]), false);
	buf_add(x->out, S("\r\n"));
}

/* Questions that were asked at some time stand behind those that are asked now. */
static enum err_code add_column(struct str *columns, size_t *n, struct str name) {
	for (size_t i = 0; i < *n; i++)
		if (str_eq(columns[i], name)) return ERR_OK;
	if (*n < ACCESS_FIELDS * 4) columns[(*n)++] = name;
	return ERR_OK;
}

static enum err_code each(const struct disclosing *d, const int64_t *ids, size_t n, void (*fn)(void *arg, struct arena *a, const struct access_line *l), void *arg,
	struct err *e) {
	autoarena struct arena *a = arena_new(16 << 20);
	struct disclosing one = *d;
	enum err_code code = a ? ERR_OK : err_set(e, ERR_MEMORY, "out of memory");
	one.a = a;
	for (size_t i = 0; i < n && !code; i++) {
		struct access_row row;
		struct access_line l;
		code = access_row_read(d->db, a, ids[i], &row, e);
		if (!code) code = read_line(&one, &row, &l, e);
		if (!code) fn(arg, a, &l);
		if (code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED || code == ERR_GONE) code = ERR_OK;
		arena_clear(a);
	}
	return code;
}

struct columns {
	struct arena *a;
	struct str *names;
	size_t n;
};
static void take_columns(void *arg, struct arena *a, const struct access_line *l) {
	struct columns *c = arg;
	(void)a;
	for (size_t i = 0; i < json_count(l->answers); i++) {
		struct str name = json_get_str(json_at(l->answers, i), S("name"));
		size_t j = 0;
		while (j < c->n && !str_eq(c->names[j], name)) j++;
		if (j == c->n) (void)!add_column(c->names, &c->n, arena_str(c->a, name));
	}
}
static void put_line(void *arg, struct arena *a, const struct access_line *l) {
	struct exporting *x = arg;
	if (x->csv) write_csv(x, a, l);
	else write_json(x, a, l);
}

enum err_code disclose_access_export(const struct disclosing *d, const struct disclosed *release, bool csv, struct str state, struct buf *out, struct err *e) {
	int64_t *ids = arena_array(d->a, ACCESS_EXPORT, sizeof *ids);
	struct columns c = {d->a, arena_array(d->a, ACCESS_FIELDS * 4, sizeof *c.names), 0};
	size_t n = 0;
	if (!ids || !c.names) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = owns(d, release, e);
	if (code) return code;
	struct db_query q = db_query(d->db, "SELECT record FROM access_request WHERE release = $1 AND ($2 = '' OR state = $2) AND state <> 'erased' ORDER BY record LIMIT 100000");
	db_bind_int(&q, 1, release->line.record);
	db_bind_str(&q, 2, state);
	while (n < ACCESS_EXPORT && db_row(&q)) ids[n++] = db_int(&q, 0);
	code = db_done(&q, e);
	const struct json *fields = json_pointer(release->body, S("/access/fields"));
	for (size_t i = 0; i < json_count(fields) && !code; i++) code = add_column(c.names, &c.n, json_get_str(json_at(fields, i), S("name")));
	if (!code && csv) code = each(d, ids, n, take_columns, &c, e);
	struct exporting x = {.d = d, .out = out, .columns = c.names, .columns_n = c.n, .csv = csv};
	if (!code) head(&x);
	if (!code) code = each(d, ids, n, put_line, &x, e);
	if (!code && !csv) jw_array_end(&x.w);
	if (!code && out->failed) code = err_set(e, ERR_TOO_LARGE, "the export is too large: take one state at a time");
	return code;
}
