/* Kinds, as their files describe them: for whoever fills one in, reads one or writes a program. */
#include "pages.h"

#include "desk/harbor/pages.h"
#include "desk/site/words.h"
#include "hub/visibility.h"
#include "kinds.t.h"

enum { DEPTH = 3, FIELDS = 600, CHOICES = 400, TEMPLATE = 64 << 10 };

/* ---- fields ---- */

struct walker {
	struct describing d;
	struct arena *a;
	struct kind_field *fields;
	size_t n;
};

static const char *audience_words(enum audience one) {
	switch (one) {
	case PUBLIC: return words.audience_public;
	case PARTIES: return words.audience_parties;
	case OWNER: return words.audience_owner;
	case COORDINATORS: return words.audience_coordinators;
	case PANEL: return words.audience_panel;
	case REGULATOR: return words.audience_regulator;
	case DOWNSTREAM: return words.audience_downstream;
	case SEALED: return words.audience_sealed;
	case INVITED: return words.audience_invited;
	}
	return "";
}

static struct str readers_of(struct arena *a, unsigned audiences) {
	if (audiences & PUBLIC) return str_of(words.audience_public);
	if (!audiences) return str_of(words.audience_nobody);
	autobuf struct buf out = BUF(400);
	for (unsigned bit = PARTIES; bit <= INVITED; bit <<= 1) {
		if (!(audiences & bit)) continue;
		if (out.n) buf_add(&out, S(", "));
		buf_add(&out, str_of(audience_words((enum audience)bit)));
	}
	return arena_str(a, buf_str(&out));
}

static struct str type_of(struct walker *w, const struct described *of) {
	if (of->choices) return str_of(words.type_choice);
	if (str_is(of->def, "url") || str_is(of->def, "web-address")) return str_of(words.type_url);
	if (str_is(of->def, "when") || str_is(of->def, "partial-date")) return str_of(words.type_date);
	if (str_is(of->def, "moment")) return str_of(words.type_moment);
	if (described_is(of, "array")) {
		struct described item = describe_item(&w->d, of);
		return described_is(&item, "object") ? str_of(words.type_list_of_groups) : str_of(words.type_list);
	}
	if (described_is(of, "object")) return str_of(words.type_group);
	if (described_is(of, "boolean")) return str_of(words.type_boolean);
	if (described_is(of, "integer")) return str_of(words.type_integer);
	if (described_is(of, "number")) return str_of(words.type_number);
	return str_of(words.type_text);
}

static struct str choices_of(struct walker *w, const struct described *of) {
	const struct json *choices = of->choices;
	struct described item = describe_item(&w->d, of);
	if (!choices) choices = item.choices;
	autobuf struct buf out = BUF(CHOICES * 8);
	for (size_t i = 0; i < json_count(choices); i++) {
		if (out.n > CHOICES) {
			buf_add(&out, S(", …"));
			break;
		}
		if (i) buf_add(&out, S(", "));
		buf_add(&out, json_string(json_at(choices, i)));
	}
	return arena_str(w->a, buf_str(&out));
}

static void walk(struct walker *w, const struct described *object, struct str pointer, int depth) {
	const struct json *properties = json_get_lit(object->schema, "properties");
	for (size_t i = 0; i < json_count(properties) && w->n < FIELDS; i++) {
		struct str name = json_member_at(properties, i)->name;
		struct described of = describe_member(&w->d, object, name);
		struct str at = arena_fmt(w->a, "%.*s/%.*s", STR_ARG(pointer), STR_ARG(name));
		w->fields[w->n++] = (struct kind_field){.name = name,
			.title = of.title,
			.description = of.description,
			.depth = depth,
			.type = type_of(w, &of),
			.choices = choices_of(w, &of),
			.required = of.required,
			.readers = readers_of(w->a, visibility_of(w->d.kind->visibility, at))};
		if (depth + 1 >= DEPTH) continue;
		struct described item = describe_item(&w->d, &of);
		bool group = described_is(&of, "object"), rows = described_is(&of, "array") && described_is(&item, "object");
		if (group) walk(w, &of, at, depth + 1);
		/* A rule with a star stands for every item; any number asks for it. */
		else if (rows) walk(w, &item, arena_cat(w->a, at, S("/0")), depth + 1);
	}
}

/* ---- lifecycle and links ---- */

static struct str joined(struct arena *a, struct kind_pointers p,
	struct str (*name)(const struct kind *k, struct str s), const struct kind *k) {
	autobuf struct buf out = BUF(2000);
	for (size_t i = 0; i < p.n; i++) {
		if (i) buf_add(&out, S(", "));
		buf_add(&out, name(k, p.items[i]));
	}
	return arena_str(a, buf_str(&out));
}

static struct str state_title(const struct kind *k, struct str s) {
	const struct kind_state *state = kind_state(k, s);
	return state ? state->title : s;
}

static struct str pointer_name(const struct kind *k, struct str s) {
	(void)k;
	return str_starts(s, S("/")) ? str_from(s, 1) : s;
}

/* "high: 45 days, critical: 7 days" */
static struct str tiers_of(struct arena *a, const struct json *by_tier, struct str days) {
	autobuf struct buf out = BUF(2000);
	for (size_t i = 0; i < json_count(by_tier); i++) {
		const struct json_member *m = json_member_at(by_tier, i);
		buf_fmt(&out, "%s%.*s: %.*s", i ? ", " : "", STR_ARG(m->name), STR_ARG(duration_words(a, json_get_str(by_tier, m->name), days)));
	}
	return arena_str(a, buf_str(&out));
}

static void read_moves(struct arena *a, const struct kind *k, struct kind_page *page) {
	struct kind_move_line *moves = arena_array(a, k->moves_n + 1, sizeof *moves);
	for (size_t i = 0; moves && i < k->moves_n; i++) {
		const struct kind_move *m = &k->moves[i];
		moves[i] = (struct kind_move_line){m->title, m->description, joined(a, m->from, state_title, k),
			state_title(k, m->to), role_words(a, m->who), joined(a, m->requires_, pointer_name, k), m->reason};
	}
	page->moves = moves;
	struct kind_clock_line *clocks = arena_array(a, k->clocks_n + 1, sizeof *clocks);
	for (size_t i = 0; clocks && i < k->clocks_n; i++) {
		const struct kind_clock *c = &k->clocks[i];
		struct str days = c->business ? S("business") : STR_EMPTY;
		clocks[i] = (struct kind_clock_line){c->title, c->description, state_title(k, c->start), joined(a, c->stop, state_title, k),
			duration_words(a, c->limit, days), value_words(a, c->who), joined(a, c->cancel, state_title, k), joined(a, c->promise, pointer_name, k),
			tiers_of(a, c->by_tier, days)};
	}
	page->clocks = clocks;
}

static void read_links(struct arena *a, const struct kind *k, struct kind_page *page) {
	struct kind_link_line *links = arena_array(a, k->links_n + 1, sizeof *links);
	for (size_t i = 0; links && i < k->links_n; i++) {
		const struct kind_link *l = &k->links[i];
		links[i] = (struct kind_link_line){l->title, l->inverse, l->rel, joined(a, l->to, pointer_name, k),
			readers_of(a, l->audiences), l->max};
	}
	page->links = links;
}

/* ---- the template to fill in ---- */

static void write_empty(struct walker *w, struct json_writer *out, const struct described *of, int depth) {
	if (of->choices) {
		jw_str(out, json_string(json_at(of->choices, 0)));
	} else if (described_is(of, "array")) {
		struct described item = describe_item(&w->d, of);
		jw_array(out);
		if (depth < 2 && described_is(&item, "object")) write_empty(w, out, &item, depth + 1);
		jw_array_end(out);
	} else if (described_is(of, "object")) {
		const struct json *properties = json_get_lit(of->schema, "properties");
		jw_object(out);
		for (size_t i = 0; i < json_count(properties) && depth < 3; i++) {
			struct str name = json_member_at(properties, i)->name;
			struct described member = describe_member(&w->d, of, name);
			if (depth == 0 && str_is(name, "source")) continue; /* importers write it */
			jw_name(out, name);
			write_empty(w, out, &member, depth + 1);
		}
		jw_object_end(out);
	} else if (described_is(of, "boolean")) {
		jw_bool(out, false);
	} else if (described_is(of, "integer") || described_is(of, "number")) {
		jw_int(out, 0);
	} else {
		jw_str(out, STR_EMPTY);
	}
}

static struct str template_of(struct walker *w, const struct described *root) {
	autobuf struct buf text = BUF(TEMPLATE);
	struct json_writer out = json_writer_pretty(&text);
	jw_object(&out);
	jw_field_str(&out, S("kind"), w->d.kind->name);
	jw_name(&out, S("body"));
	write_empty(w, &out, root, 0);
	jw_object_end(&out);
	return text.failed ? STR_EMPTY : arena_str(w->a, buf_str(&text));
}

/* ---- pages ---- */

enum err_code show_kind(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	const struct kind *k = kind_find(d.hub->kinds, request_str(rq, "kind"));
	if (!k) return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	struct walker w = {.d = {d.hub->kinds, k}, .a = d.a, .fields = arena_array(d.a, FIELDS, sizeof *w.fields)};
	if (!w.fields) return err_set(e, ERR_MEMORY, "out of memory");
	struct listed list;
	enum err_code code = disclose_list(&d, &(struct list_request){.kind = k, .limit = 1}, &list, e);
	if (code) return code;
	struct described root = describe(&w.d, k->schema_document);
	walk(&w, &root, STR_EMPTY, 0);
	struct kind_page page = {.kind = k,
		.hub = d.hub,
		.fields = w.fields,
		.fields_n = w.n,
		.create = role_words(d.a, k->create),
		.revise = role_words(d.a, k->revise),
		.template_text = template_of(&w, &root),
		.total = number_words(d.a, list.total > 0 ? list.total : 0)};
	read_moves(d.a, k, &page);
	read_links(d.a, k, &page);
	struct html *out = site_begin(rq, rs,
		&(struct site_page){.title = k->title,
			.here = SITE_KINDS,
			.description = k->description,
			.canonical = rq->path,
			.api = arena_cat(d.a, S("/api/v1/kinds/"), k->name)});
	kind_body(out, &page);
	return site_end(rq, rs);
}

enum err_code show_kinds(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct kinds_page page = {0};
	struct kind_card *cards;
	int64_t total;
	enum err_code code = kind_cards(&d, &cards, &page.n, &total, e);
	if (code) return code;
	page.cards = cards;
	struct html *out = site_begin(rq, rs,
		&(struct site_page){
			.title = str_of(words.kinds), .here = SITE_KINDS, .canonical = rq->path, .api = S("/api/v1/kinds")});
	kinds_body(out, &page);
	return site_end(rq, rs);
}

enum err_code show_about(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	struct html *out = site_begin(rq, rs,
		&(struct site_page){
			.title = str_of(words.about), .here = SITE_ABOUT, .canonical = rq->path, .api = S("/api/v1")});
	about_body(out, desk_hub(rq));
	return site_end(rq, rs);
}
