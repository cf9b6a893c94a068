/* What was sealed and is shown: to everybody, and to whoever is about to show it. */
#include "pages.h"

#include "desk/identify.h"
#include "desk/registry/pages.h"
#include "desk/site/words.h"
#include "log.t.h"

enum { SHOWN = 4000 };

enum err_code show_revealed(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = {.hub = desk_hub(rq), .db = rq->worker, .viewer = viewer_public, .a = rq->arena};
	const struct json *document;
	enum err_code code = disclose_revealed(&d, request_int(rq, "leaf"), &document, e);
	if (code) return code;
	response_bytes(rs, S("application/json"), arena_cat(d.a, json_pretty(d.a, document), S("\n")));
	response_public(rs, 0);
	return arena_failed(d.a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

static bool chosen(const struct str *fields, size_t n, struct str name) {
	for (size_t i = 0; i < n; i++)
		if (str_eq(fields[i], name)) return true;
	return false;
}

static void fill_version(struct arena *a, const struct disclosed_sealed_version *v, const struct str *fields, size_t n, struct reveal_version *out) {
	struct reveal_choice *choices = arena_array(a, v->fields_n + 1, sizeof *choices);
	*out = (struct reveal_version){number_words(a, v->number), arena_fmt(a, "%lld", (long long)v->number), moment_words(a, v->at), moment_str(a, v->at), number_words(a, v->leaf),
		choices, 0};
	for (size_t i = 0; choices && i < v->fields_n; i++) choices[out->n++] = (struct reveal_choice){v->fields[i], chosen(fields, n, v->fields[i])};
}

/* What a document shows, in the order of its tree. */
static void fill_preview(struct arena *a, const struct json *document, struct reveal_page *p) {
	const struct json *fields = json_get_lit(document, "fields"), *event = json_get_lit(document, "event");
	struct check_field *shown = arena_array(a, json_count(fields) + 1, sizeof *shown);
	int64_t hidden = 0;
	for (size_t i = 0; shown && i < json_count(fields); i++) {
		const struct json *one = json_at(fields, i), *value = json_get_lit(one, "value");
		hidden += !value;
		if (!value) continue;
		struct str text = json_is(value, JSON_STRING) ? value->string : json_text(a, value);
		if (text.n > SHOWN) text = arena_cat(a, str_cut_utf8(text, SHOWN), S(" …"));
		shown[p->shown_n++] = (struct check_field){json_get_str(one, S("name")), text};
	}
	p->shown = shown;
	p->kept_back = number_words(a, hidden);
	p->actor = json_get_str(event, S("actor"));
	p->state = value_words(a, json_get_str(event, S("state")));
	p->document = json_pretty(a, document);
	moment at;
	struct str text = json_get_str(event, S("at"));
	p->when = moment_parse(text, &at) ? moment_words(a, at) : text;
}

enum err_code show_reveal(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	struct disclosed_sealed_version *items;
	struct reveal_page page = {.csrf = desk_csrf(rq)};
	size_t n, fields_n = 0;
	bool done;
	int64_t revision = request_int(rq, "revision");
	enum err_code code = record_by_path(rq, rs, "/reveal", &r, &done, e);
	if (code || done) return code;
	const struct str *fields = request_strs(rq, "field", &fields_n);
	code = disclose_revealable(&d, &r, &items, &n, e);
	struct reveal_version *versions = code ? NULL : arena_array(d.a, n + 1, sizeof *versions);
	if (!code && !versions) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	page.line = line_of(d.a, &r.line);
	for (size_t i = 0; i < n; i++) fill_version(d.a, &items[i], items[i].number == revision ? fields : NULL, items[i].number == revision ? fields_n : 0, &versions[i]);
	page.versions = versions;
	page.n = n;
	if (revision && fields_n) {
		const struct json *document;
		struct err why = {0};
		code = disclose_reveal_preview(&d, &r, revision, fields, fields_n, &document, &why);
		if (code == ERR_MEMORY || code == ERR_STORAGE || code == ERR_BUSY) return err_set(e, code, "%s", why.message);
		if (code) page.trouble = sentence_words(d.a, arena_str(d.a, str_of(why.message)));
		else fill_preview(d.a, document, &page);
		page.revision = arena_fmt(d.a, "%lld", (long long)revision);
		page.fields = fields;
		page.fields_n = fields_n;
	}
	if (arena_failed(d.a)) return err_set(e, ERR_MEMORY, "out of memory");
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = words_with(d.a, words.reveal_of, r.line.headline)});
	reveal_body(out, &page);
	return site_end(rq, rs);
}

enum err_code take_reveal(struct request *rq, struct response *rs, struct err *e) {
	struct change c = {.op = CHANGE_REVEAL, .record = request_str(rq, "id"), .version = request_int(rq, "revision"), .actor = desk_actor(rq)};
	struct change_result result;
	c.fields = request_strs(rq, "field", &c.fields_n);
	enum err_code code = change_apply(desk_hub(rq), rq->worker, &c, &result, e);
	if (!code) response_redirect(rs, 303, arena_fmt(rq->arena, "/r/%s?done=revealed#sealed", result.public_id));
	return code;
}
