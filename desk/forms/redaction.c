/* A record's own rules of who reads which field, as a table of ticks, and the record as each will read it. Rules and rights are hub/redaction.h's and the
 * doors'; here ticks become rules and back. */
#include "pages.h"

#include "desk/forms/words.h"
#include "desk/identify.h"
#include "http/form.h"
#include "hub/redaction.h"
#include "hub/visibility.h"
#include "redaction.t.h"

enum { ROWS = 600, LINE = 80, PREVIEW_LINE = 400 };
#define OTHERS ((unsigned)(DOWNSTREAM | REGULATOR | PARTIES | PANEL | OWNER | COORDINATORS))

static const struct redaction_audience audiences[] = {
	{PUBLIC, S_INIT("public"), S_INIT("Everyone")}, {DOWNSTREAM, S_INIT("downstream"), S_INIT("Downstream")},
	{REGULATOR, S_INIT("regulator"), S_INIT("Regulator")}, {PARTIES, S_INIT("parties"), S_INIT("Parties")},
	{PANEL, S_INIT("panel"), S_INIT("Panel")}, {OWNER, S_INIT("owner"), S_INIT("Owner")},
	{COORDINATORS, S_INIT("coordinators"), S_INIT("Coordinators")},
};

struct redacting {
	struct request *rq;
	struct disclosing d;
	struct disclosed r;
	const struct visibility *by;     /* rules that are shown */
	const struct json *rules, *stored;
	struct redaction_page page;
	struct redaction_row *rows;
	struct err *e;
};

/* ---- rows ---- */

/* What the public reads everybody does. */
static unsigned readers_of(const struct visibility *v, struct str pointer) {
	unsigned readers = visibility_of(v, pointer);
	return readers & PUBLIC ? readers | OTHERS : readers;
}

/* What stands there, in short. */
static struct str short_words(struct redacting *x, const struct described *of, const struct json *v) {
	if (v->type == JSON_OBJECT || (v->type == JSON_ARRAY && v->n && v->items[0].type == JSON_OBJECT))
		return words_with(x->d.a, v->n == 1 ? form_words.one_entry : form_words.entries, number_words(x->d.a, v->n));
	if (v->type != JSON_ARRAY) return present_line(x->d.a, of, v, LINE);
	autobuf struct buf out = BUF(1000);
	for (size_t i = 0; i < v->n && out.n < LINE; i++) {
		struct str one = present_line(x->d.a, &(struct described){0}, &v->items[i], LINE);
		if (i) buf_add(&out, S(", "));
		buf_add(&out, one);
	}
	return arena_str(x->d.a, str_cut_utf8(buf_str(&out), LINE));
}

static void add_row(struct redacting *x, struct str pointer, struct str title, const struct described *of, const struct json *v, bool part) {
	if (x->page.n == ROWS) return;
	x->rows[x->page.n++] = (struct redaction_row){.pointer = pointer, .title = title, .part = part, .readers = readers_of(x->by, pointer),
		.own = json_get(x->rules, pointer) != NULL, .line = short_words(x, of, v)};
}

static bool has_rule_below(const struct redacting *x, struct str pointer) {
	struct str prefix = arena_cat(x->d.a, pointer, S("/"));
	for (size_t i = 0; i < json_count(x->rules); i++)
		if (str_starts(json_member_at(x->rules, i)->name, prefix)) return true;
	return false;
}

/* A pointer's segment as RFC 6901 writes it. */
static struct str segment_of(struct arena *a, struct str name) {
	autobuf struct buf b = BUF(2000);
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '~') buf_add(&b, S("~0"));
		else if (name.p[i] == '/') buf_add(&b, S("~1"));
		else buf_add_char(&b, name.p[i]);
	}
	return arena_str(a, buf_str(&b));
}

/* The members that any item has, in the order in which they come. */
static void add_parts(struct redacting *x, struct str pointer, struct str title, const struct described *of, const struct json *v) {
	struct describing describing = {x->d.hub->kinds, x->r.line.kind};
	struct described inner = v->type == JSON_ARRAY ? describe_item(&describing, of) : *of;
	struct str base = v->type == JSON_ARRAY ? arena_cat(x->d.a, pointer, S("/*")) : pointer;
	struct map seen = {.arena = x->d.a};
	size_t items = v->type == JSON_ARRAY ? v->n : 1;
	for (size_t i = 0; i < items; i++) {
		const struct json *one = v->type == JSON_ARRAY ? &v->items[i] : v;
		for (size_t j = 0; json_is(one, JSON_OBJECT) && j < one->n; j++) {
			void **at = map_at(&seen, one->members[j].name);
			if (!at || *at) continue;
			*at = x;
			struct described member = describe_member(&describing, &inner, one->members[j].name);
			struct str called = member.title.n ? member.title : one->members[j].name;
			add_row(x, arena_fmt(x->d.a, "%.*s/%.*s", STR_ARG(base), STR_ARG(segment_of(x->d.a, one->members[j].name))),
				arena_fmt(x->d.a, "%.*s: %.*s", STR_ARG(title), STR_ARG(called)), &member, &one->members[j].value, true);
		}
	}
}

static bool filled(const struct json *v) {
	return v->type != JSON_NULL && !(v->type == JSON_STRING && !v->string.n) && !((v->type == JSON_ARRAY || v->type == JSON_OBJECT) && !v->n);
}

static enum err_code lay_out(struct redacting *x) {
	struct describing describing = {x->d.hub->kinds, x->r.line.kind};
	struct described whole = describe(&describing, x->r.line.kind->schema_document);
	const struct json *properties = json_get_lit(whole.schema, "properties");
	x->rows = arena_array(x->d.a, ROWS, sizeof *x->rows);
	if (!x->rows) return err_set(x->e, ERR_MEMORY, "out of memory");
	enum err_code code = visibility_override(x->d.a, x->r.line.kind->visibility, x->rules, &x->by, x->e);
	for (size_t i = 0; i < json_count(properties) && !code; i++) {
		struct str name = json_member_at(properties, i)->name, pointer = arena_cat(x->d.a, S("/"), segment_of(x->d.a, name));
		const struct json *v = json_get(x->r.body, name);
		if (!v || !filled(v)) continue;
		struct described of = describe_member(&describing, &whole, name);
		struct str title = of.title.n ? of.title : name;
		add_row(x, pointer, title, &of, v, false);
		if (json_count(v) && (x->page.parts || has_rule_below(x, pointer))) add_parts(x, pointer, title, &of, v);
	}
	x->page.rows = x->rows;
	return code;
}

/* ---- ticks ---- */

static bool is_row(const struct form_field *f) { return !f->is_file && str_is(f->name, "row"); }

static unsigned set_of(const struct json *names) {
	unsigned readers = 0;
	for (size_t i = 0; i < json_count(names); i++) readers |= audience_of(json_string(json_at(names, i)));
	return readers & PUBLIC ? readers | OTHERS : readers;
}

/* Who would read it without a rule of its own: as what stands above it was ticked; else as the kind has it. */
static unsigned without_rule(const struct redacting *x, const struct map *ruled, struct str pointer) {
	struct str above = pointer;
	for (size_t slash; (slash = str_rfind_char(above, '/')) != STR_NONE && slash > 0;) {
		above = str_sub(above, 0, slash);
		const struct json *names = map_get(ruled, above);
		if (names) return set_of(names);
	}
	return readers_of(x->r.line.kind->visibility, pointer);
}

static void keep_rule(struct redacting *x, struct map *ruled, struct json_builder *rules, struct str pointer, const struct json *names) {
	void **at = map_at(ruled, pointer);
	if (at) *at = (void *)(uintptr_t)names;
	redaction_narrow(x->d.a, x->r.line.kind, rules, pointer, set_of(names));
}

/* Rules from ticks, row by row: each row is followed by its ticks. Of the rules with which the page was sent those that no row is about stay. */
static enum err_code take_rules(struct redacting *x, const struct form_field *fields, size_t n) {
	const struct json *sent;
	struct json_builder rules = json_object_of(x->d.a);
	struct map rows = {.arena = x->d.a}, ruled = {.arena = x->d.a};
	for (size_t i = 0; i < n; i++) {
		void **at = is_row(&fields[i]) ? map_at(&rows, fields[i].value) : NULL;
		if (at) *at = x;
	}
	for (size_t i = 0; i < n; i++) {
		unsigned readers = 0;
		if (!is_row(&fields[i])) continue;
		for (size_t j = i + 1; j < n && str_is(fields[j].name, "tick"); j++) readers |= audience_of(fields[j].value);
		if (readers & PUBLIC) readers |= OTHERS;
		if (readers == (without_rule(x, &ruled, fields[i].value) & (OTHERS | PUBLIC))) continue;
		keep_rule(x, &ruled, &rules, fields[i].value, redaction_audiences(x->d.a, readers & PUBLIC ? (unsigned)PUBLIC : readers));
	}
	enum err_code code = json_parse(x->d.a, form_value(fields, n, "rules"), NULL, &sent, x->e);
	if (code) return code;
	for (size_t i = 0; json_is(sent, JSON_OBJECT) && i < sent->n; i++)
		if (!map_get(&rows, sent->members[i].name)) json_set(&rules, sent->members[i].name, &sent->members[i].value);
	x->rules = json_built(&rules);
	return ERR_OK;
}

/* ---- the page ---- */

static void read_levels(struct redacting *x) {
	const struct kind *kind = x->r.line.kind;
	struct redaction_level_line *lines = arena_array(x->d.a, kind->redactions_n + 1, sizeof *lines);
	struct str named = redaction_named(x->d.a, kind, x->rules);
	if (!lines) return;
	for (size_t i = 0; i < kind->redactions_n; i++)
		lines[x->page.levels_n++] = (struct redaction_level_line){kind->redactions[i].name, kind->redactions[i].title, kind->redactions[i].description,
			str_eq(kind->redactions[i].name, named)};
	if (!kind->redactions_n) lines[x->page.levels_n++] = (struct redaction_level_line){S("full"), str_of(form_words.level_full), str_of(form_words.level_full_help),
			str_is(named, "full")};
	x->page.levels = lines;
}

static void read_preview(struct redacting *x) {
	const struct kind *kind = x->r.line.kind;
	const struct desk_app *app = x->rq->app;
	const struct json *body;
	struct shown_section *sections;
	struct err why = {0};
	if (!x->page.as) return;
	if (disclose_as(&x->d, &x->r, x->page.unsaved ? x->rules : NULL, x->page.as, &body, &why)) {
		x->page.preview_trouble = sentence_words(x->d.a, arena_str(x->d.a, str_of(why.message)));
		return;
	}
	present_body(app->reading, kind, body, x->d.a, &sections, &x->page.sections_n);
	x->page.sections = sections;
	x->page.preview_headline = present_line(x->d.a, &(struct described){0}, json_pointer(body, kind->headline), PREVIEW_LINE);
	x->page.preview_summary = present_summary(app->reading, kind, body);
}

static enum err_code begin(struct redacting *x) {
	struct disclosed_visibility v;
	x->d = desk_disclosing(x->rq);
	enum err_code code = disclose_record(&x->d, request_str(x->rq, "id"), &x->r, x->e);
	if (!code) code = disclose_visibility(&x->d, &x->r, &v, x->e);
	if (code) return code;
	struct str path = record_path(x->d.a, &x->r.line);
	x->rules = x->stored = v.rules;
	x->page = (struct redaction_page){.back = path, .action = arena_cat(x->d.a, path, S("/redaction")), .headline = x->r.line.headline,
		.csrf = desk_csrf(x->rq), .revision = x->r.revision, .may_change = v.may_change, .audiences = audiences, .audiences_n = lengthof(audiences),
		.amends = x->r.line.kind->amend_note && x->r.is_public};
	return ERR_OK;
}

static enum err_code put(struct redacting *x, struct response *rs, int status) {
	x->page.unsaved = !json_equal(x->rules, x->stored);
	x->page.rules = json_text(x->d.a, x->rules);
	enum err_code code = lay_out(x);
	if (code) return code;
	read_levels(x);
	read_preview(x);
	struct html *out = site_begin(x->rq, rs, &(struct site_page){.title = words_with(x->d.a, form_words.redaction_title, x->r.line.headline),
		.here = SITE_NOWHERE, .forms = true});
	redaction_body(out, &x->page);
	code = site_end(x->rq, rs);
	rs->status = status;
	return code;
}

enum err_code show_redaction(struct request *rq, struct response *rs, struct err *e) {
	struct redacting x = {.rq = rq, .e = e};
	enum err_code code = begin(&x);
	if (code) return code;
	x.page.done = request_bool(rq, "saved");
	x.page.parts = request_bool(rq, "parts");
	x.page.as = audience_of(request_str(rq, "as"));
	return put(&x, rs, 200);
}

static enum err_code save(struct redacting *x, struct response *rs) {
	struct change c = {.op = CHANGE_REVISE, .actor = desk_actor(x->rq), .record = x->r.line.uid, .body = x->r.body, .visibility = x->rules,
		.reason = x->page.note, .expected = x->page.revision};
	struct change_result result;
	enum err_code code = change_apply(desk_hub(x->rq), x->rq->worker, &c, &result, x->e);
	if (code == ERR_INVALID || code == ERR_FORBIDDEN || code == ERR_CONFLICT || code == ERR_BUSY) {
		x->page.trouble = sentence_words(x->d.a, arena_str(x->d.a, str_of(x->e->message)));
		x->page.revision = x->r.revision;
		return put(x, rs, err_http_status(code));
	}
	if (code) return code;
	response_redirect(rs, 303, arena_cat(x->d.a, x->page.action, S("?saved=true&as=public")));
	return ERR_OK;
}

enum err_code take_redaction(struct request *rq, struct response *rs, struct err *e) {
	struct redacting x = {.rq = rq, .e = e};
	const struct form_field *fields;
	size_t n;
	int64_t revision;
	enum err_code code = request_form(rq, &fields, &n, e);
	if (!code) code = begin(&x);
	if (code) return code;
	struct str action = form_value(fields, n, "_do");
	x.page.parts = str_is(action, "parts") || (str_is(form_value(fields, n, "parts"), "1") && !str_is(action, "whole"));
	x.page.note = str_trim(form_value(fields, n, "note"));
	if (str_int(form_value(fields, n, "revision"), &revision) && revision > 0) x.page.revision = revision;
	if (x.page.may_change) code = take_rules(&x, fields, n);
	if (code) return code;
	if (str_starts(action, S("level:"))) {
		code = redaction_level(x.d.a, x.r.line.kind, str_from(action, 6), &x.rules, e);
		x.page.as = PUBLIC;
	}
	if (str_starts(action, S("as:"))) x.page.as = audience_of(str_from(action, 3));
	if (code) return code;
	return str_is(action, "save") ? save(&x, rs) : put(&x, rs, 200);
}
