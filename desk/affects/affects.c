#include "pages.h"

#include "affects.t.h"
#include "desk/api/api.h"
#include "desk/identify.h"
#include "desk/site/site.h"
#include "desk/site/words.h"
#include "routes.h"

enum { NAMES = 20000, NAME = 500, VERSION = 200 };
#define VERSION_PARAM {"version", .length = VERSION, .help = "of the first; a package URL may have its own behind \"@\""}

const struct route affects_routes[] = {
	{"/affects", show_affects, ROUTE_PUBLIC, .name = "affects", .gives = GIVES_HTML, .flags = ROUTE_CACHEABLE,
		.help = "What is known of models, datasets and software that you use.",
		.params = PARAMS({"names", .type = PARAM_TEXT, .length = NAMES, .help = "one a line: owner/model, a package URL, an identifier, or a name in words"}, VERSION_PARAM)},
	{"/api/v1/affects", api_affects, ROUTE_PUBLIC, .name = "api-affects", .gives = GIVES_JSON, .flags = ROUTE_CACHEABLE | ROUTE_ANY_ORIGIN,
		.help = "What is known of models, datasets and software, and of what they are made from.",
		.params = PARAMS({"name", .repeat = true, .length = NAME, .help = "owner/model, a package URL, an identifier, or a name in words; up to 50"}, VERSION_PARAM),
		.more = OPERATION(.gives = "Affects", .example = "/api/v1/affects?name=pkg:pypi/example@1.0.2&name=example/base-model",
			.text = "Public advisories and incidents that are about what was named, or about what that was built on, adapted from, trained on or is part of.")},
	ROUTE_END
};

/* ---- the API ---- */

enum err_code api_affects(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct affects_request r = {.version = request_str(rq, "version")};
	struct affects found;
	r.names = request_strs(rq, "name", &r.names_n);
	enum err_code code = disclose_affects(&d, &r, &found, e);
	if (code) {
		err_where(e, "name");
		return code;
	}
	struct json_writer w = json_writer(response_json(rs));
	affects_json(&w, d.hub, &r, &found);
	return ERR_OK;
}

/* ---- the page ---- */

static size_t names_in(struct arena *a, struct str text, const struct str **out) {
	struct str *names = arena_array(a, AFFECTS_NAMES + 1, sizeof *names), line;
	size_t n = 0;
	*out = names;
	while (names && n <= AFFECTS_NAMES && text.n && str_split(&text, '\n', &line))
		if (str_trim(line).n) names[n++] = str_trim(line);
	return n;
}

static struct str how_words(struct arena *a, const struct affects *all, const struct affects_request *r, const struct affects_system *s) {
	if (!s->distance) return STR_EMPTY;
	return words_with(a, s->distance == 1 ? words.affects_base : words.affects_bases, r->names[s->name], all->systems[s->below].line.headline, number_words(a, s->distance));
}

static struct affects_row row_of(struct arena *a, const struct affects *all, const struct affects_request *r, const struct affects_item *item) {
	const struct affects_system *s = &all->systems[item->system];
	return (struct affects_row){
		.line = line_of(a, &item->line),
		.severity = item->severity.n ? value_words(a, item->severity) : STR_EMPTY,
		.about = s->line.headline,
		.about_href = record_path(a, &s->line),
		.how = how_words(a, all, r, s),
		.version = item->version == AFFECTS_YES ? words.affects_yes : item->version == AFFECTS_NO ? words.affects_no : NULL,
		.bad = item->version == AFFECTS_YES,
		.good = item->version == AFFECTS_NO,
		.withdrawn = item->withdrawn,
	};
}

static enum err_code look_up(const struct disclosing *d, struct affects_page *p, struct err *e) {
	struct affects_request r = {.version = p->version};
	struct affects found;
	struct affects_group *systems;
	struct affects_row *rows;
	r.names_n = names_in(d->a, p->names, &r.names);
	if (!r.names_n) return ERR_OK;
	enum err_code code = disclose_affects(d, &r, &found, e);
	if (code == ERR_INVALID) return p->refused = arena_str(d->a, str_of(e->message)), ERR_OK;
	if (code) return code;
	p->asked = true;
	p->systems = systems = arena_array(d->a, found.systems_n + 1, sizeof *systems);
	p->rows = rows = arena_array(d->a, found.items_n + 1, sizeof *rows);
	if (!systems || !rows) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < found.systems_n; i++)
		systems[p->systems_n++] = (struct affects_group){line_of(d->a, &found.systems[i].line), how_words(d->a, &found, &r, &found.systems[i])};
	for (size_t i = 0; i < found.items_n; i++) {
		rows[p->n++] = row_of(d->a, &found, &r, &found.items[i]);
		p->versioned |= rows[i].version != NULL;
	}
	p->unknown = found.unknown;
	p->unknown_n = found.unknown_n;
	p->more = found.more;
	return ERR_OK;
}

enum err_code show_affects(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct affects_page page = {.names = request_str(rq, "names"), .version = request_str(rq, "version")};
	enum err_code code = look_up(&d, &page, e);
	if (code) return code;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(words.affects), .description = str_of(words.affects_description), .here = SITE_BROWSE,
		.canonical = page.asked ? STR_EMPTY : S("/affects")});
	affects_body(out, &page);
	return site_end(rq, rs);
}
