/* The layouts of all kinds, read once from their `form`. */
#include "present.h"

#include "desk/site/words.h"
#include "http/markdown.h"
#include "hub/identifier.h"

struct layout_field {
	struct str pointer;
	bool markdown;
	struct schema *when; /* NULL: always */
};

struct layout_section {
	struct str title, anchor;
	struct layout_field *fields;
	size_t n;
};

struct layout {
	struct layout_section *sections;
	size_t n;
	bool summary_is_text; /* it is a whole text of its own, not a sentence for the head of the page */
};

struct reading {
	const struct kinds *kinds;
	struct layout *layouts; /* one a kind, in their order */
};

/* ---- reading layouts ---- */

static void free_schema(void *s) {
	schema_free(s);
}

static enum err_code compile_when(
	struct arena *a, const struct hub *h, const struct json *when, struct schema **out, struct err *e) {
	struct schema_source common = {S("urn:polder:common"), h->kinds->common};
	struct schema_options options = {.sources = &common, .n = h->kinds->common ? 1 : 0};
	enum err_code code = schema_compile(out, when, &options, e);
	if (!code && !arena_defer(a, free_schema, *out)) {
		schema_free(*out);
		code = err_set(e, ERR_MEMORY, "out of memory");
	}
	return code;
}

static enum err_code read_field(
	struct arena *a, const struct hub *h, const struct json *v, struct layout_field *out, struct err *e) {
	*out = (struct layout_field){.pointer = json_is(v, JSON_STRING) ? v->string : json_get_str(v, S("field"))};
	out->markdown = str_is(json_get_str(v, S("widget")), "markdown");
	const struct json *when = json_get_lit(v, "when");
	return when ? compile_when(a, h, when, &out->when, e) : ERR_OK;
}

/* "What happened" → "what-happened" */
static struct str anchor_of(struct arena *a, struct str title) {
	return name_key(a, title);
}

static enum err_code read_layout(
	struct arena *a, const struct hub *h, const struct kind *kind, struct layout *out, struct err *e) {
	size_t n = json_count(kind->form);
	out->sections = arena_array(a, n + 1, sizeof *out->sections);
	if (!out->sections) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		const struct json *section = json_at(kind->form, i), *fields = json_get_lit(section, "fields");
		struct layout_section *s = &out->sections[out->n++];
		struct str title = json_get_str(section, S("read"));
		s->title = title.n ? title : json_get_str(section, S("section"));
		s->anchor = anchor_of(a, s->title);
		s->fields = arena_array(a, json_count(fields) + 1, sizeof *s->fields);
		for (size_t j = 0; s->fields && j < json_count(fields); j++) {
			enum err_code code = read_field(a, h, json_at(fields, j), &s->fields[s->n++], e);
			out->summary_is_text |= s->fields[j].markdown && str_eq(s->fields[j].pointer, kind->summary);
			if (code) return err_prefix(e, "the kind %.*s, section \"%.*s\"", STR_ARG(kind->name), STR_ARG(s->title));
		}
	}
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

enum err_code reading_new(struct arena *a, const struct hub *h, struct reading **out, struct err *e) {
	struct reading *r = arena_new_of(a, struct reading);
	if (r) *r = (struct reading){h->kinds, arena_array(a, h->kinds->n + 1, sizeof *r->layouts)};
	if (!r || !r->layouts) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < h->kinds->n; i++) {
		enum err_code code = read_layout(a, h, &h->kinds->items[i], &r->layouts[i], e);
		if (code) return code;
	}
	*out = r;
	return ERR_OK;
}

/* ---- showing ---- */

static bool stands_in_head(const struct layout *l, const struct kind *kind, struct str pointer) {
	if (str_eq(pointer, kind->summary)) return !l->summary_is_text;
	return str_eq(pointer, kind->headline) || str_is(pointer, "/aliases");
}

/* Collections that have no summary give the first sentences of the description as one. */
static bool begins_a_text(const struct layout *l, const struct json *body, struct str summary) {
	for (size_t i = 0; i < l->n; i++)
		for (size_t j = 0; j < l->sections[i].n; j++) {
			const struct layout_field *f = &l->sections[i].fields[j];
			if (f->markdown && str_starts(json_string(json_pointer(body, f->pointer)), summary)) return true;
		}
	return false;
}

struct str present_summary(const struct reading *r, const struct kind *kind, const struct json *body) {
	const struct layout *layout = &r->layouts[kind - r->kinds->items];
	struct str summary = kind->summary.n ? json_string(json_pointer(body, kind->summary)) : STR_EMPTY;
	if (str_eq(summary, json_string(json_pointer(body, kind->headline)))) return STR_EMPTY;
	return layout->summary_is_text || begins_a_text(layout, body, summary) ? STR_EMPTY : summary;
}

/* A record in the language of the pages need not say so. */
static bool goes_without_saying(const struct described *of, const struct json *v) {
	return str_is(of->def, "language") && str_is(json_string(v), words.language);
}

static struct shown field_of(
	const struct describing *d, struct arena *a, const struct layout_field *f, const struct json *v, size_t *left) {
	struct described of = describe_pointer(d, f->pointer);
	if (goes_without_saying(&of, v)) return (struct shown){.nothing = true};
	if (f->markdown && json_is(v, JSON_STRING)) {
		struct shown text = {.as = SHOWN_MARKUP, .label = of.title, .help = of.description};
		text.html = markdown(a, present_cut(v->string, left, &text.cut), 2);
		return text;
	}
	struct shown value = present_value(d, a, &of, v);
	present_fit(&value, left);
	return value;
}

static void show_section(const struct describing *d, struct arena *a, const struct layout *l,
	const struct layout_section *s, const struct json *body, size_t *left, struct shown_section *out) {
	struct shown *fields = arena_array(a, s->n + 1, sizeof *fields);
	*out = (struct shown_section){.title = s->title, .anchor = s->anchor, .fields = fields};
	for (size_t i = 0; fields && i < s->n; i++) {
		const struct layout_field *f = &s->fields[i];
		if (stands_in_head(l, d->kind, f->pointer) || !kind_has_value(body, f->pointer)) continue;
		if (f->when && !schema_valid(f->when, body, a, NULL)) continue;
		struct shown shown = field_of(d, a, f, json_pointer(body, f->pointer), left);
		if (!shown.nothing) fields[out->n++] = shown;
	}
	/* The first text of a section needs no heading of its own; nor does what is called as the section is. */
	for (size_t i = 0; i < out->n; i++)
		fields[i].unlabelled = (i == 0 && fields[i].as == SHOWN_MARKUP) || (out->n == 1 && !fields[i].in_line)
			|| str_eq(fields[i].label, s->title);
}

void present_body(const struct reading *r, const struct kind *kind, const struct json *body, struct arena *a,
	struct shown_section **out, size_t *n) {
	const struct layout *layout = &r->layouts[kind - r->kinds->items];
	struct describing d = {r->kinds, kind};
	struct shown_section *sections = arena_array(a, layout->n + 1, sizeof *sections);
	size_t left = PRESENT_BYTES;
	*n = 0;
	for (size_t i = 0; sections && i < layout->n; i++) {
		show_section(&d, a, layout, &layout->sections[i], body, &left, &sections[*n]);
		if (sections[*n].n) (*n)++;
	}
	*out = sections;
}
