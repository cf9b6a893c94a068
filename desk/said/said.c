#include "desk/said/said.h"

#include "desk/site/words.h"

enum { STATEMENT = 600 };

/* In the words that the kind has for it. */
static struct str said_words(struct arena *a, const struct kind *kind, const char *member, struct str value) {
	return choice_words(a, json_pointer(kind->schema_document, arena_fmt(a, "/properties/%s/x-choices", member)), value);
}

static enum err_code line_from(const struct disclosing *d, const struct said *s, struct said_line *out, struct err *e) {
	struct arena *a = d->a;
	*out = (struct said_line){.href = arena_cat(a, S("/r/"), s->line.uid), .by = s->by, .says = s->inverse ? str_of(words.said_duplicate_inverse) : said_words(a, s->line.kind, "says", s->says),
		.why = s->justification.n ? said_words(a, s->line.kind, "justification", s->justification) : STR_EMPTY, .of = s->systems, .when = day_words(a, s->at), .datetime = moment_str(a, s->at), .where = s->hub_name,
		.state = s->withdrawn ? s->line.state->title : STR_EMPTY, .statement = str_cut_utf8(s->statement, STATEMENT), .action = str_cut_utf8(s->action, STATEMENT),
		.inverse = s->inverse, .more = s->statement.n > STATEMENT || s->action.n > STATEMENT, .other = s->other};
	if (s->organization.n) {
		struct str name;
		enum err_code code = disclose_said_path(d, STR_EMPTY, s->organization, &out->by_href, &name, e);
		if (code) return code;
	}
	struct str headline;
	enum err_code code = s->other.n ? disclose_said_path(d, s->other_hub, s->other, &out->other_href, &headline, e) : ERR_OK;
	if (!code && s->other.n && headline.n) out->other = headline;
	return code;
}

/* Whoever reads must see at once that not all say the same. */
static bool conflicts(const struct said *items, size_t n) {
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			if (!items[i].withdrawn && !items[j].withdrawn && !items[i].inverse && !items[j].inverse && !str_eq(items[i].says, items[j].says)) return true;
	return false;
}

/* Members of an organization say what it says; records that say something are spoken of by disputes. */
static bool may_add(const struct disclosing *d, const struct disclosed *r) {
	const struct kind *kind = kind_find(d->hub->kinds, S("assertion"));
	return kind && kind->says.by.n && r->is_public && !r->line.kind->says.by.n && d->viewer.roles & kind->create;
}

static enum err_code read_own(const struct disclosing *d, const struct disclosed *r, struct said_part *out, struct err *e) {
	const struct kind_says *s = &r->line.kind->says;
	struct str hub, name, headline;
	if (!s->by.n) return ERR_OK;
	const struct json *by = json_get(r->body, str_from(s->by, 1));
	out->by = json_get_str(by, S("name"));
	enum err_code code = disclose_said_path(d, STR_EMPTY, json_get_str(by, S("organization")), &out->by_href, NULL, e);
	if (!code) code = disclose_said_of(d, r, s->about, &hub, &name, e);
	if (!code) code = disclose_said_path(d, hub, name, &out->about_href, &headline, e);
	if (code) return code;
	out->about = headline.n ? headline : name;
	out->about_hub = hub;
	/* Where its hub is not listed, its own word is all there is. */
	struct str url = json_get_str(json_get(r->body, str_from(s->about, 1)), S("url"));
	if (!out->about_href.n && (str_starts(url, S("https://")) || str_starts(url, S("http://")))) out->about_href = url;
	code = disclose_said_of(d, r, s->duplicate, &hub, &name, e);
	if (!code && name.n) code = disclose_said_path(d, hub, name, &out->same_href, &headline, e);
	if (!code && name.n) out->same = headline.n ? headline : name;
	return code;
}

enum err_code said_read(const struct disclosing *d, const struct disclosed *r, struct said_part *out, struct err *e) {
	struct said *said;
	size_t n;
	*out = (struct said_part){0};
	enum err_code code = disclose_said(d, r, &said, &n, e);
	struct said_line *items = code ? NULL : arena_array(d->a, n + 1, sizeof *items);
	if (!code && !items) code = err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n && !code; i++) {
		code = line_from(d, &said[i], &items[i], e);
		out->standing += !said[i].withdrawn;
	}
	if (!code) code = read_own(d, r, out, e);
	if (code) return code;
	out->items = items;
	out->n = n;
	out->conflict = conflicts(said, n);
	if (may_add(d, r)) out->add = arena_cat(d->a, S("/new/assertion?about="), r->line.uid);
	return ERR_OK;
}

/* ---- JSON ---- */

static void one_json(struct json_writer *w, const struct disclosing *d, const struct said *s) {
	jw_object(w);
	jw_field_str(w, S("id"), s->line.id);
	jw_field_str(w, S("url"), arena_fmt(d->a, "%.*s/r/%.*s", STR_ARG(d->hub->base_url), STR_ARG(s->line.uid)));
	jw_field_str(w, S("by"), s->by);
	if (s->organization.n) jw_field_str(w, S("organization"), s->organization);
	jw_field_str(w, S("says"), s->says);
	if (s->justification.n) jw_field_str(w, S("justification"), s->justification);
	if (s->action.n) jw_field_str(w, S("action"), s->action);
	if (s->statement.n) jw_field_str(w, S("statement"), s->statement);
	if (s->systems.n) jw_field_str(w, S("systems"), s->systems);
	if (s->other.n) {
		jw_name(w, s->inverse ? S("duplicate") : S("duplicate_of"));
		jw_object(w);
		if (s->other_hub.n) jw_field_str(w, S("hub"), s->other_hub);
		jw_field_str(w, S("record"), s->other);
		jw_object_end(w);
	}
	if (s->hub.n) jw_field_str(w, S("hub"), s->hub);
	jw_field_str(w, S("state"), s->line.state->name);
	jw_field_str(w, S("published"), moment_str(d->a, s->at));
	jw_object_end(w);
}

enum err_code said_json(struct json_writer *w, const struct disclosing *d, const struct disclosed *r, struct err *e) {
	struct said *said;
	size_t n;
	enum err_code code = disclose_said(d, r, &said, &n, e);
	if (code || !n) return code;
	jw_name(w, S("said"));
	jw_array(w);
	for (size_t i = 0; i < n; i++) one_json(w, d, &said[i]);
	jw_array_end(w);
	return ERR_OK;
}
