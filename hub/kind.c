#include "kind.h"

#include "base/embed.h"
#include "hub/identifier.h"
#include "hub/kinds_builtin.h"
#include "hub/visibility.h"
#include "lib/calendar/duration.h"

enum { KIND_BYTES = 1 << 20, KINDS_CAP = 64 << 20 };

static const struct {
	struct str name;
	unsigned bit;
} audiences[] = {
	{S_INIT("public"), PUBLIC}, {S_INIT("parties"), PARTIES}, {S_INIT("owner"), OWNER},
	{S_INIT("coordinators"), COORDINATORS}, {S_INIT("panel"), PANEL}, {S_INIT("regulator"), REGULATOR},
	{S_INIT("downstream"), DOWNSTREAM}, {S_INIT("sealed"), SEALED}, {S_INIT("invited"), INVITED},
}, roles[] = {
	{S_INIT("anyone"), ROLE_ANYONE}, {S_INIT("member"), ROLE_MEMBER}, {S_INIT("owner"), ROLE_OWNER},
	{S_INIT("party"), ROLE_PARTY}, {S_INIT("coordinator"), ROLE_COORDINATOR},
	{S_INIT("adjudicator"), ROLE_ADJUDICATOR}, {S_INIT("panel"), ROLE_PANEL}, {S_INIT("invited"), ROLE_INVITED},
};

unsigned audience_of(struct str name) {
	for (size_t i = 0; i < lengthof(audiences); i++)
		if (str_eq(audiences[i].name, name)) return audiences[i].bit;
	return 0;
}

struct str audience_name(enum audience one) {
	for (size_t i = 0; i < lengthof(audiences); i++)
		if (audiences[i].bit == one) return audiences[i].name;
	return STR_EMPTY;
}

unsigned role_of(struct str name) {
	for (size_t i = 0; i < lengthof(roles); i++)
		if (str_eq(roles[i].name, name)) return roles[i].bit;
	return 0;
}

struct str role_words(struct arena *a, unsigned set) {
	struct str words = STR_EMPTY;
	for (size_t i = 0; i < lengthof(roles); i++)
		if (set & roles[i].bit)
			words = arena_fmt(a, "%.*s%s%.*s", STR_ARG(words), words.n ? " or " : "", STR_ARG(roles[i].name));
	return words;
}

/* ---- reading one file ---- */

struct reader {
	struct arena *a;
	struct kind *kind;
	struct err *e;
};

struct kind_pointers kind_strings(struct arena *a, const struct json *list) {
	struct kind_pointers out = {NULL, 0};
	struct str *items = arena_array(a, json_count(list) + 1, sizeof *items);
	if (!items) return out;
	if (json_is(list, JSON_STRING)) items[out.n++] = json_string(list);
	for (size_t i = 0; i < json_count(list); i++) items[out.n++] = json_string(json_at(list, i));
	out.items = items;
	return out;
}

enum err_code kind_role_set(struct arena *a, const struct json *list, unsigned otherwise, unsigned *out, struct err *e) {
	struct kind_pointers names = kind_strings(a, list);
	*out = list ? 0 : otherwise;
	for (size_t i = 0; i < names.n; i++) {
		unsigned bit = role_of(names.items[i]);
		if (!bit) return err_set(e, ERR_INVALID, "there is no role \"%.*s\"", STR_ARG(names.items[i]));
		*out |= bit;
	}
	return ERR_OK;
}

enum err_code kind_audience_set(struct arena *a, const struct json *list, unsigned otherwise, unsigned *out, struct err *e) {
	struct kind_pointers names = kind_strings(a, list);
	*out = names.n ? 0 : otherwise;
	for (size_t i = 0; i < names.n; i++) {
		unsigned bit = audience_of(names.items[i]);
		if (!bit) return err_set(e, ERR_INVALID, "there is no audience \"%.*s\"", STR_ARG(names.items[i]));
		*out |= bit;
	}
	return ERR_OK;
}

static enum err_code check_pointers(struct reader *r, struct kind_pointers p, const char *where) {
	for (size_t i = 0; i < p.n; i++)
		if (p.items[i].n == 0 || p.items[i].p[0] != '/')
			return err_set(r->e, ERR_INVALID, "%s: \"%.*s\" is no JSON pointer", where, STR_ARG(p.items[i]));
	return ERR_OK;
}

static enum err_code read_links(struct reader *r, const struct json *links) {
	struct kind_link *out = arena_array(r->a, json_count(links) + 1, sizeof *out);
	if (!out) return ERR_MEMORY;
	for (size_t i = 0; i < json_count(links); i++) {
		const struct json_member *m = json_member_at(links, i);
		if (!m) return err_set(r->e, ERR_INVALID, "links: expected an object");
		struct kind_link *l = &out[i];
		l->rel = m->name;
		l->title = json_get_str(&m->value, S("title"));
		l->inverse = json_get_str(&m->value, S("inverse"));
		l->to = kind_strings(r->a, json_get(&m->value, S("to")));
		l->max = json_integer(json_get(&m->value, S("max")), INT64_MAX);
		enum err_code code = kind_audience_set(r->a, json_get(&m->value, S("visibility")), PUBLIC, &l->audiences, r->e);
		if (code) return err_prefix(r->e, "links: %.*s", STR_ARG(l->rel)), code;
		if (!l->title.n || !l->inverse.n)
			return err_set(r->e, ERR_INVALID, "links: %.*s needs title and inverse", STR_ARG(l->rel));
	}
	r->kind->links = out;
	r->kind->links_n = json_count(links);
	return ERR_OK;
}

/* A request: whoever owns what it is for decides about it. */
static enum err_code read_answers_to(struct reader *r, struct str rel) {
	const struct kind_link *l = rel.n ? kind_link(r->kind, rel) : NULL;
	if (rel.n && (!l || l->max != 1)) return err_set(r->e, ERR_INVALID, "answers_to: expected a relation of this kind with max 1");
	r->kind->answers_to = rel;
	return ERR_OK;
}

/* "with:REL": as public as the one record that the relation leads to. */
static enum err_code read_follows(struct reader *r, struct kind_state *state, struct str text) {
	if (!text.n) return ERR_OK;
	struct str rel = str_starts(text, S("with:")) ? str_from(text, 5) : STR_EMPTY;
	const struct kind_link *l = kind_link(r->kind, rel);
	if (!l || l->max != 1 || (r->kind->follows.n && !str_eq(r->kind->follows, rel)))
		return err_set(r->e, ERR_INVALID, "lifecycle: state %.*s: public: expected true, false, or \"with:\" and one relation of this kind with max 1, "
			"the same for all states", STR_ARG(state->name));
	state->follows = r->kind->follows = rel;
	return ERR_OK;
}

static enum err_code read_states(struct reader *r, const struct json *states) {
	struct kind *k = r->kind;
	struct kind_state *out = arena_array(r->a, json_count(states) + 1, sizeof *out);
	if (!out) return ERR_MEMORY;
	for (size_t i = 0; i < json_count(states); i++) {
		const struct json_member *m = json_member_at(states, i);
		if (!m) return err_set(r->e, ERR_INVALID, "lifecycle: states: expected an object");
		out[i] = (struct kind_state){
			.name = m->name,
			.title = json_get_str(&m->value, S("title")),
			.description = json_get_str(&m->value, S("description")),
			.is_public = json_true(json_get(&m->value, S("public"))),
			.withdrawn = json_true(json_get(&m->value, S("withdrawn"))),
		};
		if (!out[i].title.n) out[i].title = m->name;
		enum err_code code = read_follows(r, &out[i], json_string(json_get(&m->value, S("public"))));
		if (code) return code;
	}
	k->states = out;
	k->states_n = json_count(states);
	if (!kind_state(k, k->initial)) return err_set(r->e, ERR_INVALID, "lifecycle: initial is no state of this kind");
	if (!kind_state(k, k->imported)) return err_set(r->e, ERR_INVALID, "lifecycle: imported is no state of this kind");
	return ERR_OK;
}

static enum err_code read_moves(struct reader *r, const struct json *moves) {
	struct kind *k = r->kind;
	struct kind_move *out = arena_array(r->a, json_count(moves) + 1, sizeof *out);
	if (!out) return ERR_MEMORY;
	for (size_t i = 0; i < json_count(moves); i++) {
		const struct json_member *m = json_member_at(moves, i);
		if (!m) return err_set(r->e, ERR_INVALID, "lifecycle: moves: expected an object");
		struct kind_move *v = &out[i];
		v->name = m->name;
		v->title = json_get_str(&m->value, S("title"));
		v->description = json_get_str(&m->value, S("description"));
		v->to = json_get_str(&m->value, S("to"));
		v->from = kind_strings(r->a, json_get(&m->value, S("from")));
		v->requires_ = kind_strings(r->a, json_get(&m->value, S("requires")));
		v->reason = json_true(json_get(&m->value, S("reason")));
		v->carried_out = json_true(json_get(&m->value, S("carried_out")));
		enum err_code code = kind_role_set(r->a, json_get(&m->value, S("who")), ROLE_COORDINATOR, &v->who, r->e);
		if (!code) code = check_pointers(r, v->requires_, "requires");
		if (code) return err_prefix(r->e, "lifecycle: move %.*s", STR_ARG(v->name)), code;
		if (!kind_state(k, v->to) || !v->from.n)
			return err_set(r->e, ERR_INVALID, "lifecycle: move %.*s needs from, and a state to go to", STR_ARG(v->name));
		for (size_t j = 0; j < v->from.n; j++)
			if (!kind_state(k, v->from.items[j]))
				return err_set(r->e, ERR_INVALID, "lifecycle: move %.*s: there is no state \"%.*s\"", STR_ARG(v->name),
					STR_ARG(v->from.items[j]));
	}
	k->moves = out;
	k->moves_n = json_count(moves);
	return ERR_OK;
}

static enum err_code read_clocks(struct reader *r, const struct json *clocks) {
	struct kind *k = r->kind;
	struct kind_clock *out = arena_array(r->a, json_count(clocks) + 1, sizeof *out);
	if (!out) return ERR_MEMORY;
	for (size_t i = 0; i < json_count(clocks); i++) {
		const struct json *c = json_at(clocks, i);
		out[i] = (struct kind_clock){
			.name = json_get_str(c, S("name")),
			.title = json_get_str(c, S("title")),
			.description = json_get_str(c, S("description")),
			.start = json_get_str(c, S("start")),
			.limit = json_get_str(c, S("limit")),
			.who = json_get_str(c, S("who")),
			.stop = kind_strings(r->a, json_get(c, S("stop"))),
			.cancel = kind_strings(r->a, json_get(c, S("cancel"))),
			.promise = kind_strings(r->a, json_get(c, S("promise"))),
			.by_tier = json_get_lit(c, "by_tier"),
			.business = str_is(json_get_str(c, S("days")), "business"),
		};
		if (!kind_state(k, out[i].start) || !out[i].limit.n)
			return err_set(r->e, ERR_INVALID, "lifecycle: clock %.*s needs a state to start in and a limit", STR_ARG(out[i].name));
		const struct kind_pointers *ends[] = {&out[i].stop, &out[i].cancel};
		for (size_t j = 0; j < lengthof(ends); j++)
			for (size_t n = 0; n < ends[j]->n; n++)
				if (!kind_state(k, ends[j]->items[n]))
					return err_set(r->e, ERR_INVALID, "lifecycle: clock %.*s: there is no state \"%.*s\"", STR_ARG(out[i].name),
						STR_ARG(ends[j]->items[n]));
	}
	k->clocks = out;
	k->clocks_n = json_count(clocks);
	return ERR_OK;
}

static enum err_code read_redactions(struct reader *r, const struct json *levels) {
	struct kind_redaction *out = arena_array(r->a, json_count(levels) + 1, sizeof *out);
	enum err_code code = out ? ERR_OK : ERR_MEMORY;
	for (size_t i = 0; i < json_count(levels) && !code; i++) {
		const struct json_member *m = json_member_at(levels, i);
		if (!m) return err_set(r->e, ERR_INVALID, "redaction: expected an object");
		struct kind_redaction *l = &out[i];
		*l = (struct kind_redaction){.name = m->name, .title = json_get_str(&m->value, S("title")),
			.description = json_get_str(&m->value, S("description")), .hide = kind_strings(r->a, json_get(&m->value, S("hide"))),
			.show = kind_strings(r->a, json_get(&m->value, S("show")))};
		code = kind_audience_set(r->a, json_get(&m->value, S("from")), PUBLIC, &l->from, r->e);
		if (!code) code = check_pointers(r, l->hide, "hide");
		if (!code) code = check_pointers(r, l->show, "show");
		if (!code && !l->title.n) code = err_set(r->e, ERR_INVALID, "needs a title");
		if (code) return err_prefix(r->e, "redaction: %.*s", STR_ARG(l->name)), code;
	}
	r->kind->redactions = out;
	r->kind->redactions_n = json_count(levels);
	return code;
}

static enum err_code read_lifecycle(struct reader *r, const struct json *lifecycle) {
	struct kind *k = r->kind;
	k->initial = json_get_str(lifecycle, S("initial"));
	k->imported = json_get(lifecycle, S("imported")) ? json_get_str(lifecycle, S("imported")) : k->initial;
	k->amend_note = str_is(json_get_str(lifecycle, S("amend")), "note");
	enum err_code code = read_states(r, json_get(lifecycle, S("states")));
	if (!code) code = read_moves(r, json_get(lifecycle, S("moves")));
	if (!code) code = read_clocks(r, json_get(lifecycle, S("clocks")));
	if (!code) code = kind_role_set(r->a, json_get(lifecycle, S("create")), ROLE_MEMBER | ROLE_COORDINATOR, &k->create, r->e);
	if (!code) code = kind_role_set(r->a, json_get(lifecycle, S("revise")), ROLE_OWNER | ROLE_COORDINATOR, &k->revise, r->e);
	if (!code) code = kind_role_set(r->a, json_get(lifecycle, S("comment")), ROLE_OWNER | ROLE_PARTY | ROLE_COORDINATOR, &k->comment, r->e);
	return code;
}

static enum err_code read_search(struct reader *r, const struct json *definition) {
	struct kind *k = r->kind;
	const struct json *search = json_get(definition, S("search"));
	k->search_title = kind_strings(r->a, json_get(search, S("title")));
	k->search_high = kind_strings(r->a, json_get(search, S("high")));
	k->search_text = kind_strings(r->a, json_get(search, S("text")));
	enum err_code code = check_pointers(r, k->search_title, "search: title");
	if (!code) code = check_pointers(r, k->search_high, "search: high");
	if (!code) code = check_pointers(r, k->search_text, "search: text");
	if (code) return code;
	const struct json *facets = json_get(definition, S("facets"));
	struct kind_facet *out = arena_array(r->a, json_count(facets) + 1, sizeof *out);
	if (!out) return ERR_MEMORY;
	for (size_t i = 0; i < json_count(facets); i++) {
		const struct json_member *m = json_member_at(facets, i);
		if (!m) return err_set(r->e, ERR_INVALID, "facets: expected an object");
		out[i] = (struct kind_facet){m->name, json_get_str(&m->value, S("title")), json_get_str(&m->value, S("field"))};
		if (!out[i].pointer.n || out[i].pointer.p[0] != '/')
			return err_set(r->e, ERR_INVALID, "facets: %.*s needs a field", STR_ARG(m->name));
	}
	k->facets = out;
	k->facets_n = json_count(facets);
	return ERR_OK;
}

static bool name_ok(struct str s) {
	if (!s.n || s.n > 40 || s.p[0] < 'a' || s.p[0] > 'z') return false;
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-')) return false;
	return true;
}

/* Business days are counted in days; hours are those of every day. */
static enum err_code check_span(struct reader *r, const struct kind_clock *c, const char *where, struct str span) {
	struct duration d;
	if (!duration_parse(span, &d))
		return err_set(r->e, ERR_INVALID, "lifecycle: clock %.*s: %s: expected a duration such as \"P3D\"", STR_ARG(c->name), where);
	if (c->business && !duration_of_days(&d) && (d.years || d.months || d.weeks))
		return err_set(r->e, ERR_INVALID, "lifecycle: clock %.*s: %s: business days are days or hours, no weeks, months or years", STR_ARG(c->name), where);
	return ERR_OK;
}

static enum err_code check_clock(struct reader *r, const struct kind_clock *c) {
	enum err_code code = check_span(r, c, "limit", c->limit);
	for (size_t i = 0; i < json_count(c->by_tier) && !code; i++)
		code = check_span(r, c, "by_tier", json_is(c->by_tier, JSON_OBJECT) ? json_string(&json_member_at(c->by_tier, i)->value) : STR_EMPTY);
	if (!code && c->who.n && !role_of(c->who))
		code = err_set(r->e, ERR_INVALID, "lifecycle: clock %.*s: there is no role \"%.*s\"", STR_ARG(c->name), STR_ARG(c->who));
	return code;
}

/* What would be noticed only once a record is made, published or linked. */
static enum err_code check_rest(struct reader *r) {
	const struct kind *k = r->kind;
	struct str text;
	enum err_code code = check_pointers(r, (struct kind_pointers){&k->headline, 1}, "headline");
	if (!code && k->summary.n) code = check_pointers(r, (struct kind_pointers){&k->summary, 1}, "summary");
	if (!code && k->date.n) code = check_pointers(r, (struct kind_pointers){&k->date, 1}, "date");
	if (!code && k->number_form.n) code = number_format(r->a, k->number_form, S("AA"), 2000, 1, &text, r->e);
	if (code) return code;
	if (json_get(k->definition, S("number")) && str_find(k->number_form, S("{seq:")) == STR_NONE)
		return err_set(r->e, ERR_INVALID, "number: expected a form that counts, such as \"ABC-{seq:4}\"");
	for (size_t i = 0; i < k->links_n; i++)
		for (size_t j = 0; j < k->links[i].to.n; j++)
			if (!name_ok(k->links[i].to.items[j]) && !str_is(k->links[i].to.items[j], "*"))
				return err_set(r->e, ERR_INVALID, "links: %.*s: to: expected names of kinds", STR_ARG(k->links[i].rel));
	for (size_t i = 0; i < k->clocks_n && !code; i++) code = check_clock(r, &k->clocks[i]);
	return code;
}

/* Each is a member of the body, since the door in fills it in or looks it up. */
static enum err_code read_says(struct reader *r, const struct json *says) {
	struct kind_says *s = &r->kind->says;
	if (!says) return ERR_OK;
	*s = (struct kind_says){json_get_str(says, S("by")), json_get_str(says, S("about")), json_get_str(says, S("duplicate")), json_get_str(says, S("link"))};
	const struct str each[] = {s->by, s->about, s->duplicate};
	for (size_t i = 0; i < lengthof(each); i++) {
		bool member = each[i].n > 1 && each[i].p[0] == '/' && str_find_char(str_from(each[i], 1), '/') == STR_NONE && str_find_char(each[i], '~') == STR_NONE;
		if (!member && (each[i].n || i < 2)) return err_set(r->e, ERR_INVALID, "says: by, about and duplicate each point to a member of the body");
	}
	if (s->link.n && !kind_link(r->kind, s->link)) return err_set(r->e, ERR_INVALID, "says: link: there is no such link");
	return ERR_OK;
}

static enum err_code read_leaf(struct reader *r, const struct json *leaf) {
	struct kind *k = r->kind;
	k->leaf = leaf ? json_string(leaf) : S("publish");
	if (str_is(k->leaf, "publish") || str_is(k->leaf, "assert") || str_is(k->leaf, "dispute")) return ERR_OK;
	return err_set(r->e, ERR_INVALID, "leaf: expected \"publish\", \"assert\" or \"dispute\"");
}

static void free_schema(void *p) {
	schema_free(p);
}

static enum err_code compile(struct arena *a, const struct json *document, const struct json *common, struct schema **out, struct err *e) {
	struct schema_source source = {S("urn:polder:common"), common};
	struct schema_options options = {.sources = &source, .n = common ? 1 : 0, .assert_format = true};
	enum err_code code = schema_compile(out, document, &options, e);
	if (!code && !arena_defer(a, free_schema, *out)) {
		schema_free(*out);
		code = err_set(e, ERR_MEMORY, "out of memory");
	}
	return code;
}

static enum err_code read_kind(struct arena *a, const struct json *file, const struct json *common, struct kind *k, struct err *e) {
	struct reader r = {a, k, e};
	*k = (struct kind){
		.definition = file,
		.name = json_get_str(file, S("kind")),
		.title = json_get_str(file, S("title")),
		.plural = json_get_str(file, S("plural")),
		.path = json_get_str(file, S("path")),
		.description = json_get_str(file, S("description")),
		.area = json_get_str(file, S("area")),
		.headline = json_get_str(file, S("headline")),
		.summary = json_get_str(file, S("summary")),
		.date = json_get_str(file, S("date")),
		.number_form = json_get_str(json_get(file, S("number")), S("form")),
		.schema_document = json_get(file, S("schema")),
		.form = json_get(file, S("form")),
	};
	if (!name_ok(k->name)) return err_set(e, ERR_INVALID, "kind: expected a name of small letters, digits and hyphens");
	if (!k->title.n || !k->plural.n) return err_set(e, ERR_INVALID, "title and plural are missing");
	if (!k->path.n) k->path = k->name;
	if (!name_ok(k->path)) return err_set(e, ERR_INVALID, "path: expected small letters, digits and hyphens");
	if (!k->headline.n) return err_set(e, ERR_INVALID, "headline is missing: which field stands for the record in a list?");
	enum err_code code = compile(a, k->schema_document, common, &k->schema, e);
	if (code) return err_prefix(e, "schema"), code;
	const struct json *confidential = json_get(file, S("confidential"));
	if (confidential && !json_is(confidential, JSON_BOOL)) return err_set(e, ERR_INVALID, "confidential: expected true or false");
	k->confidential = confidential && confidential->boolean;
	const struct json *files = json_get(file, S("attachments"));
	if (json_get(files, S("refuse"))) {
		k->refuse_files_reason = json_get_str(files, S("reason"));
		code = compile(a, json_get(files, S("refuse")), common, &k->refuse_files, e);
		if (code) return err_prefix(e, "attachments"), code;
	}
	code = visibility_compile(a, json_get(file, S("visibility")), &k->visibility, e);
	if (!code) code = read_leaf(&r, json_get(file, S("leaf")));
	if (!code) code = read_redactions(&r, json_get(file, S("redaction")));
	if (!code) code = read_links(&r, json_get(file, S("links")));
	if (!code) code = read_answers_to(&r, json_get_str(file, S("answers_to")));
	if (!code) code = read_says(&r, json_get(file, S("says")));
	if (!code) code = read_lifecycle(&r, json_get(file, S("lifecycle")));
	if (!code) code = read_search(&r, file);
	return code ? code : check_rest(&r);
}

/* ---- all of them ---- */

struct loader {
	struct kinds *kinds;
	struct kind *items;
	size_t room;
	struct err *e;
};

static enum err_code add(struct loader *l, const struct json *file, bool builtin) {
	struct kind k;
	enum err_code code = read_kind(l->kinds->arena, file, l->kinds->common, &k, l->e);
	if (code) return code;
	k.builtin = builtin;
	size_t i = 0;
	while (i < l->kinds->n && !str_eq(l->items[i].name, k.name)) i++;
	if (i == l->room) return err_set(l->e, ERR_TOO_LARGE, "too many kinds");
	for (size_t j = 0; j < l->kinds->n; j++)
		if (j != i && str_eq(l->items[j].path, k.path))
			return err_set(l->e, ERR_INVALID, "path: %.*s is the address of another kind", STR_ARG(k.path));
	if (i == l->kinds->n) l->kinds->n++;
	l->items[i] = k;
	return ERR_OK;
}

static enum err_code load_builtin(struct loader *l) {
	for (int common = 1; common >= 0; common--) {
		for (size_t i = 0; i < kinds_builtin_n; i++) {
			const struct embedded_file *f = &kinds_builtin[i];
			if (str_eq(f->name, S("common.json")) != common) continue;
			const struct json *file;
			enum err_code code = json_parse(l->kinds->arena, f->bytes, NULL, &file, l->e);
			if (!code && common)
				l->kinds->common = file;
			else if (!code)
				code = add(l, file, true);
			if (code) return err_prefix(l->e, "kinds/%.*s (built in)", STR_ARG(f->name)), code;
		}
	}
	return ERR_OK;
}

static enum err_code load_folder(struct loader *l, const char *folder) {
	struct file_list files;
	enum err_code code = file_walk(l->kinds->arena, folder, ".json", &files, l->e);
	for (size_t i = 0; !code && i < files.n; i++) {
		struct str text;
		const struct json *file = NULL;
		code = file_read(l->kinds->arena, files.paths[i], KIND_BYTES, &text, l->e);
		if (code) break;
		code = json_parse(l->kinds->arena, text, NULL, &file, l->e);
		struct str name = file_name(str_of(files.paths[i]));
		if (!code && !str_eq(json_get_str(file, S("kind")), str_sub(name, 0, name.n - strlen(".json"))))
			code = err_set(l->e, ERR_INVALID, "kind: expected the name of the file without .json");
		if (!code) code = add(l, file, false);
		if (code) {
			char where[sizeof l->e->where];
			memcpy(where, l->e->where, sizeof where);
			err_prefix(l->e, "%s%s%s", files.paths[i], where[0] ? ", " : "", where);
			l->e->where[0] = 0; /* said now */
		}
	}
	return code;
}

/* Areas in the order in which DESIGN and the pages list them. */
static int area_rank(struct str area) {
	static const char *const order[] = {"vocabulary", "supply chain", "disclosure", "assurance", "governance", "release", "data",
		"transparency"};
	int i = 0;
	while (i < (int)lengthof(order) && !str_is(area, order[i])) i++;
	return i;
}

static int by_area(const void *x, const void *y) {
	const struct kind *a = x, *b = y;
	int difference = area_rank(a->area) - area_rank(b->area);
	return difference ? difference : str_cmp(a->name, b->name);
}

static enum err_code index_kinds(struct kinds *k, struct err *e) {
	struct str *followed = arena_array(k->arena, k->n + 1, sizeof *followed);
	if (!followed) return err_set(e, ERR_MEMORY, "out of memory");
	k->followed.items = followed;
	for (size_t i = 0; i < k->n; i++) {
		const struct kind *kind = &k->items[i];
		bool known = !kind->follows.n;
		for (size_t j = 0; j < k->followed.n && !known; j++) known = str_eq(followed[j], kind->follows);
		if (!known) followed[k->followed.n++] = kind->follows;
		void **at = map_at(&k->by_name, kind->name);
		if (!at) return err_set(e, ERR_MEMORY, "out of memory");
		*at = (void *)(uintptr_t)kind;
	}
	return ERR_OK;
}

enum err_code kinds_load(struct kinds **out, const char *folder, struct err *e) {
	struct arena *a = arena_new(KINDS_CAP);
	struct kinds *k = a ? arena_new_of(a, struct kinds) : NULL;
	struct loader l = {.kinds = k, .room = 200, .e = e};
	if (k) l.items = arena_array(a, l.room, sizeof *l.items);
	if (!l.items) {
		arena_free(a);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	*k = (struct kinds){.arena = a, .items = l.items, .by_name = {.arena = a}, .inverse = {.arena = a}};
	enum err_code code = load_builtin(&l);
	if (!code && folder && file_is_dir(folder)) code = load_folder(&l, folder);
	if (!code) {
		qsort(l.items, k->n, sizeof *l.items, by_area);
		code = index_kinds(k, e);
	}
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "the kinds are too large");
	if (code) {
		arena_free(a);
		return code;
	}
	*out = k;
	return ERR_OK;
}

void kinds_free(struct kinds *k) {
	if (k) arena_free(k->arena);
}

const struct kind *kind_find(const struct kinds *k, struct str name) {
	return map_get(&k->by_name, name);
}

const struct kind *kind_by_path(const struct kinds *k, struct str path) {
	for (size_t i = 0; i < k->n; i++)
		if (str_eq(k->items[i].path, path)) return &k->items[i];
	return NULL;
}

const struct kind_state *kind_state(const struct kind *k, struct str name) {
	for (size_t i = 0; i < k->states_n; i++)
		if (str_eq(k->states[i].name, name)) return &k->states[i];
	return NULL;
}

const struct kind_move *kind_move(const struct kind *k, struct str name) {
	for (size_t i = 0; i < k->moves_n; i++)
		if (str_eq(k->moves[i].name, name)) return &k->moves[i];
	return NULL;
}

const struct kind_link *kind_link(const struct kind *k, struct str rel) {
	for (size_t i = 0; i < k->links_n; i++)
		if (str_eq(k->links[i].rel, rel)) return &k->links[i];
	return NULL;
}

const struct kind_redaction *kind_redaction(const struct kind *k, struct str name) {
	for (size_t i = 0; i < k->redactions_n; i++)
		if (str_eq(k->redactions[i].name, name)) return &k->redactions[i];
	return NULL;
}

bool kind_move_from(const struct kind_move *m, struct str state) {
	for (size_t i = 0; i < m->from.n; i++)
		if (str_eq(m->from.items[i], state)) return true;
	return false;
}

void kind_each(const struct json *body, struct str pointer, void (*fn)(const struct json *v, void *arg), void *arg) {
	size_t star = str_find(pointer, S("/*"));
	if (star == STR_NONE || (star + 2 < pointer.n && pointer.p[star + 2] != '/')) {
		const struct json *v = json_pointer(body, pointer);
		if (v) fn(v, arg);
		return;
	}
	const struct json *many = json_pointer(body, str_sub(pointer, 0, star));
	struct str rest = str_from(pointer, star + 2);
	for (size_t i = 0; i < json_count(many); i++)
		kind_each(many->type == JSON_OBJECT ? &many->members[i].value : &many->items[i], rest, fn, arg);
}

static void note_value(const struct json *v, void *arg) {
	bool empty = v->type == JSON_NULL || (v->type == JSON_STRING && v->string.n == 0) ||
		((v->type == JSON_ARRAY || v->type == JSON_OBJECT) && v->n == 0);
	if (!empty) *(bool *)arg = true;
}

bool kind_has_value(const struct json *body, struct str pointer) {
	bool found = false;
	kind_each(body, pointer, note_value, &found);
	return found;
}

enum err_code kind_compile(const struct kinds *k, struct arena *a, const struct json *document, struct schema **out, struct err *e) {
	return compile(a, document, k->common, out, e);
}
