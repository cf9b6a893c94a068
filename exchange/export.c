#include "export.h"

#include "hub/dispute.h"

enum { EXPORT_BYTES = 64 << 20, RECORD_CAP = 256 << 20 };

/* What is disputed is not told as if it were not: both statements and the outcome, as the public may know them. */
static enum err_code with_disputes(const struct disclosing *d, const struct format *f, const struct disclosed *r, const struct json **out, struct err *e) {
	struct dispute_line *lines;
	size_t n = 0;
	if (!f->disputes) return ERR_OK;
	enum err_code code = disclose_disputes_of(d, r->line.record, &lines, &n, e);
	if (code || !n) return code;
	struct json_builder all = json_array_of(d->a), none = json_object_of(d->a);
	for (size_t i = 0; i < n; i++) {
		struct json_builder one = json_object_of(d->a);
		json_set_str(&one, S("id"), lines[i].line.id);
		json_set_bool(&one, S("open"), lines[i].open);
		json_set_str(&one, S("question"), lines[i].question);
		json_set_str(&one, S("statement"), lines[i].statement);
		json_put_str(&one, S("answer"), lines[i].answer);
		json_put_str(&one, S("outcome"), lines[i].outcome);
		if (d->hub->base_url.n) json_set_str(&one, S("url"), arena_fmt(d->a, "%.*s/r/%.*s", STR_ARG(d->hub->base_url), STR_ARG(lines[i].line.uid)));
		json_add(&all, json_built(&one));
	}
	const struct json *place = json_get(*out, str_of(f->disputes));
	if (!place) place = json_built(&none);
	*out = json_with(d->a, *out, str_of(f->disputes), json_with(d->a, place, S("disputed"), json_built(&all)));
	return ERR_OK;
}

static const struct json *as_note(struct arena *a, const struct dispute_line *v) {
	struct json_builder one = json_object_of(a);
	json_set_str(&one, S("category"), S("other"));
	json_set_str(&one, S("title"), v->open ? S("Disputed") : S("Was disputed"));
	json_set_str(&one, S("text"), arena_fmt(a, "Who disputes it: %.*s\n\nWho answers for it: %.*s%s%.*s", STR_ARG(v->statement),
		STR_ARG(v->answer.n ? v->answer : S("has not answered yet")), v->outcome.n ? "\n\nRuling: " : "", STR_ARG(v->outcome)));
	return json_built(&one);
}

static enum err_code with_dispute_notes(const struct disclosing *d, const struct disclosed *r, const struct json **out, struct err *e) {
	struct dispute_line *lines;
	size_t n = 0;
	enum err_code code = disclose_disputes_of(d, r->line.record, &lines, &n, e);
	if (code || !n) return code;
	const struct json *document = json_get_lit(*out, "document"), *before = json_get_lit(document, "notes");
	struct json_builder all = json_array_of(d->a);
	for (size_t i = 0; i < json_count(before); i++) json_add(&all, json_at(before, i));
	for (size_t i = 0; i < n; i++) json_add(&all, as_note(d->a, &lines[i]));
	*out = json_with(d->a, *out, S("document"), json_with(d->a, document, S("notes"), json_built(&all)));
	return ERR_OK;
}

/* What an advisory of this hub does not say of itself, since the hub knows it: who issued it, when, its versions, its withdrawal. */
static enum err_code complete(const struct disclosing *d, const struct disclosed *r, const struct json **body, struct err *e) {
	struct disclosed_event *events;
	size_t n;
	struct json_builder revisions = json_array_of(d->a), publisher = json_object_of(d->a);
	const struct hub *h = d->hub;
	enum err_code code = disclose_history(d, r, &events, &n, e);
	if (code) return code;
	const struct json *b = r->body;
	for (size_t i = 0; i < n; i++) {
		bool first = str_is(events[i].type, "published"), withdrawn = str_is(events[i].type, "moved") && str_is(events[i].move, "withdraw");
		if (withdrawn && !json_get_lit(b, "withdrawn") && str_is(r->line.state->name, "withdrawn")) {
			b = json_with(d->a, b, S("withdrawn"), json_str(d->a, moment_str(d->a, events[i].at)));
			b = json_with(d->a, b, S("withdrawn_reason"), json_str(d->a, events[i].reason));
		}
		if (!first && !withdrawn && !str_is(events[i].type, "revised")) continue;
		struct json_builder one = json_object_of(d->a);
		json_set_str(&one, S("date"), moment_str(d->a, events[i].at));
		json_put_str(&one, S("summary"), events[i].reason);
		json_add(&revisions, json_built(&one));
	}
	json_set_str(&publisher, S("name"), h->name);
	json_set_str(&publisher, S("category"), S("coordinator"));
	json_set_str(&publisher, S("url"), h->base_url.n ? h->base_url : arena_fmt(d->a, "urn:polder:%.*s", STR_ARG(h->uid)));
	const struct {
		struct str name;
		const struct json *value;
	} known[] = {{S("published"), json_str(d->a, moment_str(d->a, r->published))}, {S("modified"), json_str(d->a, moment_str(d->a, r->line.updated))},
		{S("publisher"), json_built(&publisher)}, {S("revisions"), json_built(&revisions)}};
	for (size_t i = 0; i < lengthof(known); i++)
		if (!json_get(b, known[i].name)) b = json_with(d->a, b, known[i].name, known[i].value);
	*body = b;
	return ERR_OK;
}

static enum err_code one(const struct disclosing *d, const struct format *f, struct str id, struct disclosed *r, struct str *text,
	struct err *e) {
	enum err_code code = disclose_record(d, id, r, e);
	if (code) return code;
	struct str system = json_get_str(json_get_lit(r->body, "source"), S("system"));
	if (!f->write || !f->kind_fits(r->line.kind->name, system))
		return err_set(e, ERR_UNSUPPORTED, "%.*s is a record of the kind %.*s%s%.*s, which %s can't tell", STR_ARG(r->line.id),
			STR_ARG(r->line.kind->name), system.n ? " from " : "", STR_ARG(system), f->name);
	const struct json *out, *body = r->body;
	if (!system.n && str_is(r->line.kind->name, "advisory") && r->published) code = complete(d, r, &body, e);
	if (!code) code = f->write(d->a, r->line.kind->name, r->line.id, body, &out, e);
	if (!code) code = with_disputes(d, f, r, &out, e);
	if (!code && f->dispute_notes) code = with_dispute_notes(d, r, &out, e);
	if (!code) *text = json_pretty(d->a, out);
	if (!code && arena_failed(d->a)) code = err_set(e, ERR_TOO_LARGE, "the record is too large");
	return code;
}

enum err_code export_text(const struct hub *h, struct db *db, const struct format *f, struct str id, struct arena *a, struct str *out,
	struct err *e) {
	struct disclosing d = {h, db, viewer_public, a};
	struct disclosed r;
	return one(&d, f, id, &r, out, e);
}

/* An identifier as the name of a file: nothing but letters, digits, dot, hyphen and underscore, and no dot at the beginning. */
static struct str file_name_of(struct arena *a, struct str id) {
	char *p = arena_alloc(a, id.n + 1);
	if (!p) return STR_EMPTY;
	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || (c == '.' && i);
		p[i] = plain ? c : '_';
	}
	return str_n(p, id.n);
}

struct exporting {
	const struct hub *hub;
	struct db *db;
	const struct format *format;
	const char *dir;
	struct arena *kept;
	struct export_report *report;
};

static void note(struct exporting *x, struct str id, const struct err *e) {
	struct export_report *r = x->report;
	if ((r->rejections_n & (r->rejections_n - 1)) == 0) {
		struct rejection *more = arena_array(x->kept, r->rejections_n ? r->rejections_n * 2 : 1, sizeof *more);
		if (!more) return;
		if (r->rejections_n) memcpy(more, r->rejections, r->rejections_n * sizeof *more);
		r->rejections = more;
	}
	r->rejections[r->rejections_n++] = (struct rejection){arena_cstr(x->kept, id), arena_cstr(x->kept, str_of(e->message))};
}

static enum err_code write_one(struct exporting *x, struct str id, bool asked, struct err *e) {
	autoarena struct arena *a = arena_new(RECORD_CAP);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct disclosing d = {x->hub, x->db, viewer_public, a};
	struct disclosed r;
	struct str text;
	struct err why = {0};
	enum err_code code = one(&d, x->format, id, &r, &text, &why);
	if (code == ERR_UNSUPPORTED && !asked) {
		x->report->unfit++;
		return ERR_OK;
	}
	if (code == ERR_UNSUPPORTED || code == ERR_NOT_FOUND || code == ERR_INVALID || code == ERR_TOO_LARGE) {
		note(x, id, &why);
		return ERR_OK;
	}
	if (code) {
		if (e) *e = why;
		return code;
	}
	const char *path = arena_fmt(a, "%s/%.*s.json", x->dir, STR_ARG(file_name_of(a, r.line.id))).p;
	code = file_put(path, arena_cat(a, text, S("\n")), 0644, e);
	x->report->written += !code;
	return code;
}

static enum err_code write_kind(struct exporting *x, const struct kind *k, struct err *e) {
	struct list_request request = {.kind = k, .limit = 200};
	autoarena struct arena *a = arena_new(RECORD_CAP);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code;
	do {
		struct listed list;
		struct disclosing d = {x->hub, x->db, viewer_public, a};
		code = disclose_list(&d, &request, &list, e);
		for (size_t i = 0; !code && i < list.n; i++) code = write_one(x, list.items[i].uid, false, e);
		request.cursor = code ? STR_EMPTY : arena_str(x->kept, list.next);
		arena_clear(a);
	} while (!code && request.cursor.n);
	return code;
}

enum err_code export_run(const struct hub *h, struct db *db, const struct format *format, const char *const *ids, size_t n, const char *dir,
	struct arena *a, struct export_report *out, struct err *e) {
	*out = (struct export_report){0};
	struct exporting x = {h, db, format, dir, a, out};
	if (!format->write) return err_set(e, ERR_UNSUPPORTED, "%s is read, not written", format->name);
	enum err_code code = file_make_dir(dir, e);
	if (!code) code = db_read_begin(db, e); /* one state of the hub for the whole export */
	if (code) return code;
	for (size_t i = 0; i < n && !code; i++) code = write_one(&x, str_of(ids[i]), true, e);
	for (size_t i = 0; !ids && i < h->kinds->n && !code; i++) code = write_kind(&x, &h->kinds->items[i], e);
	db_read_end(db);
	return code;
}
