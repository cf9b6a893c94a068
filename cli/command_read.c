/* show, search, list, history, kinds */
#include "command.h"
#include "desk/affects/pages.h"
#include "desk/api/json.h"
#include "hub/peer/peer.h"

enum { JSON_OUT = 128 << 20 };

/* ---- show ---- */

static struct str label_of(const struct json *schema, struct str name) {
	struct str title = json_get_str(json_get(json_get_lit(schema, "properties"), name), S("title"));
	return title.n ? title : name;
}

static void show_value(const struct json *v, int indent);

static void show_member(struct str name, const struct json *v, int indent) {
	printf("%*s", indent, "");
	out(name);
	if (v->type == JSON_ARRAY || v->type == JSON_OBJECT || (v->type == JSON_STRING && (v->string.n > 60 || str_find_char(v->string, '\n') != STR_NONE))) {
		printf("\n");
		show_value(v, indent + 2);
	} else {
		printf(": ");
		show_value(v, 0);
	}
}

static void show_value(const struct json *v, int indent) {
	switch (v->type) {
	case JSON_STRING: out_wrapped(v->string, indent); break;
	case JSON_NULL: printf("%*snone\n", indent, ""); break;
	case JSON_BOOL: printf("%*s%s\n", indent, "", v->boolean ? "yes" : "no"); break;
	case JSON_INT: printf("%*s%lld\n", indent, "", (long long)v->integer); break;
	case JSON_REAL: printf("%*s%g\n", indent, "", v->real); break;
	case JSON_ARRAY:
		for (size_t i = 0; i < v->n; i++) {
			const struct json *item = &v->items[i];
			if (item->type == JSON_OBJECT && item->n) {
				printf("%*s- ", indent, "");
				show_member(item->members[0].name, &item->members[0].value, 0);
				for (size_t j = 1; j < item->n; j++) show_member(item->members[j].name, &item->members[j].value, indent + 2);
			} else {
				show_value(item, indent);
			}
		}
		break;
	case JSON_OBJECT:
		for (size_t i = 0; i < v->n; i++) show_member(v->members[i].name, &v->members[i].value, indent);
		break;
	}
}

static void show_field(const struct cli *c, const struct disclosed *r, struct str name) {
	printf("\n");
	out_styled(c, CYAN, label_of(r->line.kind->schema_document, name));
	printf("\n");
	show_value(json_get(r->body, name), 2);
}

/* The field that an entry of a form is about, when it is a member of the body and has a value. */
static struct str form_field(const struct disclosed *r, const struct json *entry) {
	struct str pointer = json_is(entry, JSON_OBJECT) ? json_get_str(entry, S("field")) : json_string(entry);
	struct str name = pointer.n ? str_from(pointer, 1) : STR_EMPTY;
	return json_get(r->body, name) ? name : STR_EMPTY;
}

/* In the order of the kind's form; what no form mentions comes last. */
static void show_fields(struct cli *c, const struct disclosed *r) {
	struct map shown = {.arena = c->a};
	for (size_t i = 0; i < json_count(r->line.kind->form); i++) {
		const struct json *fields = json_get_lit(json_at(r->line.kind->form, i), "fields");
		for (size_t j = 0; j < json_count(fields); j++) {
			struct str name = form_field(r, json_at(fields, j));
			void **at = name.n ? map_at(&shown, name) : NULL;
			if (!at || *at) continue;
			*at = c;
			show_field(c, r, name);
		}
	}
	for (size_t i = 0; i < json_count(r->body); i++)
		if (!map_get(&shown, json_member_at(r->body, i)->name)) show_field(c, r, json_member_at(r->body, i)->name);
}

static enum err_code show_text(struct cli *c, const struct disclosing *d, const struct disclosed *r, struct err *e) {
	out_styled(c, BOLD, r->line.headline);
	printf("\n");
	out_styled(c, DIM, arena_fmt(c->a, "%.*s  %.*s  %.*s", STR_ARG(r->line.id), STR_ARG(r->line.kind->title), STR_ARG(r->line.state->title)));
	printf("\n");
	show_fields(c, r);
	struct disclosed_links *links;
	size_t n;
	enum err_code code = disclose_links(d, r, 20, &links, &n, e);
	for (size_t i = 0; i < n && !code; i++) {
		printf("\n");
		out_styled(c, CYAN, links[i].title);
		printf("\n");
		for (size_t j = 0; j < links[i].n; j++)
			out_fmt("  %.*s  %.*s\n", STR_ARG(links[i].items[j].id), STR_ARG(links[i].items[j].headline));
		if ((int64_t)links[i].n < links[i].total) printf("  … and %lld more\n", (long long)links[i].total - (long long)links[i].n);
	}
	return code;
}

/* A number that another hub gives is not here for that reason. */
static enum err_code no_such_record(struct cli *c, struct str number, struct err *e) {
	struct peer p;
	struct err why;
	if (peer_of_number(c->db, c->a, number, &p, &why)) return ERR_NOT_FOUND;
	return err_set(e, ERR_NOT_FOUND, "numbers like this are given by %.*s, and the record is not here: %.*s/r/%.*s", STR_ARG(p.name), STR_ARG(p.url), STR_ARG(number));
}

static enum err_code run_show(struct cli *c, struct err *e) {
	struct disclosing d = cli_disclosing(c);
	struct disclosed r;
	enum err_code code = disclose_record(&d, str_of(c->arguments[0]), &r, e);
	if (code == ERR_NOT_FOUND) return no_such_record(c, str_of(c->arguments[0]), e);
	if (code) return code;
	if (!c->json) return show_text(c, &d, &r, e);
	autobuf struct buf b = BUF(JSON_OUT);
	struct json_writer w = json_writer_pretty(&b);
	code = record_json(&w, &d, &r, e);
	return code ? code : out_json(&b, e);
}
const struct command command_show = {
	.name = "show", .arguments = "ID", .summary = "show a record",
	.text = "ID is a uid (R-7KQ2-M9XD), a number (CUE-0001), or what its source calls it (CVE-2023-31634, AVID-2026-R0128). With --as public you see "
			"what the public sees.",
	.example = "polder show CUE-0001 --hub myhub", .least = 1, .most = 1, .needs_hub = true, .run = run_show,
};

/* ---- search and list ---- */

/* --kind advisory, --year 2023, --facet severity=high */
static enum err_code read_filters(struct cli *c, struct list_filter **out, size_t *n, struct err *e) {
	static const char *const names[] = {"kind", "state", "year", "use", "system", "organization"};
	struct list_filter *f = arena_array(c->a, lengthof(names) + OPTION_VALUES, sizeof *f);
	if (!f) return err_set(e, ERR_MEMORY, "out of memory");
	*n = 0;
	for (size_t i = 0; i < lengthof(names); i++) {
		const char *value = cli_option(c, names[i]);
		if (value) f[(*n)++] = (struct list_filter){str_of(names[i]), str_of(value)};
	}
	const struct given *more = cli_options(c, "facet");
	for (int i = 0; more && i < more->n; i++) {
		struct str s = str_of(more->values[i]);
		size_t equals = str_find_char(s, '=');
		if (equals == STR_NONE || equals == 0) return err_set(e, ERR_USAGE, "--facet %s: expected NAME=VALUE", more->values[i]);
		f[(*n)++] = (struct list_filter){str_sub(s, 0, equals), str_from(s, equals + 1)};
	}
	*out = f;
	return ERR_OK;
}

static void print_hit(const struct cli *c, const struct search_hit *hit) {
	out_styled(c, CYAN, hit->line.id);
	printf("  ");
	for (size_t i = 0; i < hit->title_n; i++) out_styled(c, hit->title[i].match ? BOLD : PLAIN, hit->title[i].text);
	printf("\n    ");
	out_styled(c, DIM, arena_fmt(c->a, "%.*s%s%.*s", STR_ARG(hit->line.kind->title), hit->line.dated ? ", " : "",
		STR_ARG(hit->line.dated ? hit->line.sort : STR_EMPTY)));
	if (hit->snippet_n) printf("\n    ");
	for (size_t i = 0; i < hit->snippet_n; i++) {
		/* A snippet is one line. */
		struct str text = arena_str(c->a, hit->snippet[i].text);
		for (size_t j = 0; j < text.n; j++)
			if (text.p[j] == '\n') ((char *)(uintptr_t)text.p)[j] = ' ';
		out_styled(c, hit->snippet[i].match ? BOLD : PLAIN, text);
	}
	printf("\n");
}

/* The groups that every kind has, and a kind's own where all hits are of one kind. --json has them all. */
static void print_facets(const struct cli *c, const struct search_result *r) {
	static const char *const common[] = {"kind", "use", "system", "organization", "year"};
	bool one_kind = false;
	for (size_t i = 0; i < r->facets_n; i++) one_kind |= str_is(r->facets[i].name, "kind") && r->facets[i].distinct == 1;
	printf("\n");
	for (size_t i = 0; i < r->facets_n; i++) {
		bool wanted = one_kind;
		for (size_t j = 0; j < lengthof(common); j++) wanted |= str_is(r->facets[i].name, common[j]);
		if (!wanted || (r->facets[i].distinct < 2 && !str_is(r->facets[i].name, "kind"))) continue;
		out_styled(c, CYAN, r->facets[i].title);
		for (size_t j = 0; j < r->facets[i].n && j < 5; j++)
			out_fmt("  %.*s %lld", STR_ARG(r->facets[i].values[j].label), (long long)r->facets[i].values[j].n);
		printf(r->facets[i].distinct > 5 ? "  …\n" : "\n");
	}
}

static enum err_code run_search(struct cli *c, struct err *e) {
	struct disclosing d = cli_disclosing(c);
	struct search_request request = {0};
	struct list_filter *filters;
	int64_t limit, offset;
	enum err_code code = read_filters(c, &filters, &request.filters_n, e);
	for (size_t i = 0; i < request.filters_n && !code; i++)
		if (str_is(filters[i].name, "kind") && !kind_find(c->hub->kinds, filters[i].value))
			code = err_set(e, ERR_NOT_FOUND, "there is no kind \"%.*s\"", STR_ARG(filters[i].value));
	if (!code) code = cli_number(c, "limit", 1, 100, 10, &limit, e);
	if (!code) code = cli_number(c, "offset", 0, SEARCH_CANDIDATES, 0, &offset, e);
	if (code) return code;
	for (int i = 0; i < c->arguments_n; i++)
		request.query = i ? arena_fmt(c->a, "%.*s %s", STR_ARG(request.query), c->arguments[i]) : str_of(c->arguments[i]);
	request.filters = filters;
	request.limit = (size_t)limit;
	request.offset = (size_t)offset;
	struct search_result r;
	code = disclose_search(&d, &request, &r, e);
	if (code) return code;
	if (c->json) {
		autobuf struct buf b = BUF(JSON_OUT);
		struct json_writer w = json_writer_pretty(&b);
		search_json(&w, c->hub, &r);
		return out_json(&b, e);
	}
	for (size_t i = 0; i < r.n; i++) print_hit(c, &r.items[i]);
	if (!r.n) printf("Nothing was found. Fewer words, or the beginning of one with a * behind it, find more.\n");
	if (r.n) print_facets(c, &r);
	printf("\n%s%lld found%s\n", r.at_least ? "at least " : "", (long long)r.total,
		(int64_t)(request.offset + r.n) < r.total ? "; --offset and --limit show more" : "");
	return ERR_OK;
}
static const struct option search_options[] = {
	{"kind", "KIND", "of this kind only", false},
	{"state", "STATE", "in this state only", false},
	{"year", "YEAR", "of this year only", false},
	{"use", "ID", "tied to this use (CUE entry)", false},
	{"system", "ID", "tied to this system", false},
	{"organization", "ID", "tied to this organization", false},
	{"facet", "NAME=VALUE", "any other facet of a kind", true},
	{"limit", "N", "how many to show (10)", false},
	{"offset", "N", "how many to pass over (0)", false},
};
const struct command command_search = {
	.name = "search", .arguments = "QUERY…", .summary = "search what is public",
	.text = "All words must be there. \"a phrase\" in quotation marks; jailb* for words that begin so; -word for records without it; kind:advisory, "
			"state:published, year:2023 narrow.",
	.example = "polder search prompt injection --kind report --hub myhub\npolder search '\"facial recognition\" arrest*' --hub myhub",
	.options = search_options, .options_n = lengthof(search_options), .least = 1, .most = -1, .needs_hub = true, .run = run_search,
};

static enum err_code run_list(struct cli *c, struct err *e) {
	struct disclosing d = cli_disclosing(c);
	struct list_request request = {.cursor = str_of(cli_option(c, "cursor"))};
	struct list_filter *filters;
	int64_t limit;
	enum err_code code = read_filters(c, &filters, &request.filters_n, e);
	if (!code) code = cli_number(c, "limit", 1, 200, 50, &limit, e);
	if (code) return code;
	size_t kept = 0;
	for (size_t i = 0; i < request.filters_n; i++) {
		if (!str_is(filters[i].name, "kind")) {
			/* Facets are kept of what is public; over all records they would quietly find nothing. */
			if (c->viewer.roles && !str_is(filters[i].name, "state"))
				return err_set(e, ERR_USAGE, "--%s narrows what is public: say --as public too",
					cli_option(c, arena_cstr(c->a, filters[i].name)) ? arena_cstr(c->a, filters[i].name) : "facet");
			filters[kept++] = filters[i];
			continue;
		}
		request.kind = kind_find(c->hub->kinds, filters[i].value);
		if (!request.kind) return err_set(e, ERR_NOT_FOUND, "there is no kind \"%.*s\"", STR_ARG(filters[i].value));
	}
	request.filters = filters;
	request.filters_n = kept;
	request.limit = (size_t)limit;
	struct listed list;
	code = disclose_list(&d, &request, &list, e);
	if (code) return code;
	if (c->json) {
		autobuf struct buf b = BUF(JSON_OUT);
		struct json_writer w = json_writer_pretty(&b);
		list_json(&w, c->hub, &list);
		return out_json(&b, e);
	}
	for (size_t i = 0; i < list.n; i++) {
		const struct glimpse *g = &list.items[i];
		out_styled(c, CYAN, g->id);
		out_fmt("  %.*s", STR_ARG(g->headline));
		out_styled(c, DIM, arena_fmt(c->a, "  %.*s, %.*s", STR_ARG(g->kind->title), STR_ARG(g->state->title)));
		printf("\n");
	}
	if (!list.n) printf("There are none.\n");
	if (list.next.n) out_fmt("There are more: --cursor %.*s\n", STR_ARG(list.next));
	return ERR_OK;
}
static const struct option list_options[] = {
	{"kind", "KIND", "of this kind only", false},
	{"state", "STATE", "in this state only", false},
	{"year", "YEAR", "of this year only (as public)", false},
	{"use", "ID", "tied to this use (as public)", false},
	{"system", "ID", "tied to this system (as public)", false},
	{"organization", "ID", "tied to this organization (as public)", false},
	{"facet", "NAME=VALUE", "any other facet of a kind (as public)", true},
	{"limit", "N", "how many to show (50)", false},
	{"cursor", "CURSOR", "where the list before this one ended", false},
};
const struct command command_list = {
	.name = "list", .arguments = "", .summary = "list records, also those that are not public",
	.text = "The newest first. With --as public: what is public, by date, and narrowed by any facet.",
	.example = "polder list --kind report --state draft --hub myhub", .options = list_options, .options_n = lengthof(list_options),
	.most = 0, .needs_hub = true, .run = run_list,
};

/* ---- history ---- */

static void print_diff(const struct cli *c, const struct json *diff) {
	for (size_t i = 0; i < json_count(diff); i++) {
		const struct json *change = json_at(diff, i), *from = json_get_lit(change, "from"), *to = json_get_lit(change, "to");
		out_fmt("    %.*s\n", STR_ARG(json_get_str(change, S("path"))));
		if (from) out_styled(c, RED, arena_fmt(c->a, "      - %.*s\n", STR_ARG(str_cut_utf8(json_text(c->a, from), 300))));
		if (to) out_styled(c, GREEN, arena_fmt(c->a, "      + %.*s\n", STR_ARG(str_cut_utf8(json_text(c->a, to), 300))));
	}
}

static enum err_code run_history(struct cli *c, struct err *e) {
	struct disclosing d = cli_disclosing(c);
	struct disclosed r;
	struct disclosed_event *events = NULL;
	size_t n = 0;
	enum err_code code = disclose_record(&d, str_of(c->arguments[0]), &r, e);
	if (!code) code = disclose_history(&d, &r, &events, &n, e);
	if (code) return code;
	if (c->json) {
		autobuf struct buf b = BUF(JSON_OUT);
		struct json_writer w = json_writer_pretty(&b);
		history_json(&w, c->hub, events, n);
		return out_json(&b, e);
	}
	for (size_t i = 0; i < n; i++) {
		const struct disclosed_event *v = &events[i];
		char at[MOMENT_TEXT];
		out_styled(c, CYAN, moment_text(v->at, at));
		out_fmt("  %.*s", STR_ARG(v->type));
		if (v->move.n) out_fmt(" by %.*s", STR_ARG(v->move));
		if (v->state) out_fmt(", %.*s", STR_ARG(v->state->title));
		if (v->rel.n) out_fmt(": %.*s %.*s", STR_ARG(v->rel), STR_ARG(v->other.id));
		if (v->actor.n) out_fmt("  (%.*s)", STR_ARG(v->actor));
		printf("\n");
		if (v->reason.n) out_wrapped(v->reason, 4);
		print_diff(c, v->diff);
	}
	return ERR_OK;
}
const struct command command_history = {
	.name = "history", .arguments = "ID", .summary = "show what happened to a record, field by field",
	.example = "polder history CUE-0001 --hub myhub", .least = 1, .most = 1, .needs_hub = true, .run = run_history,
};

/* ---- kinds ---- */

static int64_t count_of(const struct facet_group *counts, struct str kind) {
	for (size_t i = 0; i < counts->n; i++)
		if (str_eq(counts->values[i].value, kind)) return counts->values[i].n;
	return 0;
}

static void print_kind(const struct cli *c, const struct kind *k) {
	out_styled(c, BOLD, k->title);
	printf("\n");
	out_wrapped(k->description, 2);
	const struct json *properties = json_get_lit(k->schema_document, "properties");
	printf("\nFields\n");
	for (size_t i = 0; i < json_count(properties); i++) {
		const struct json_member *m = json_member_at(properties, i);
		printf("  ");
		out_styled(c, CYAN, m->name);
		out_fmt("%*s%.*s\n", (int)(m->name.n < 24 ? 26 - m->name.n : 2), "", STR_ARG(json_get_str(&m->value, S("title"))));
	}
	printf("\nMoves\n");
	for (size_t i = 0; i < k->moves_n; i++) {
		printf("  ");
		out_styled(c, CYAN, k->moves[i].name);
		out_fmt(" to %.*s, by %.*s\n", STR_ARG(k->moves[i].to), STR_ARG(role_words(c->a, k->moves[i].who)));
	}
	printf("\nLinks\n");
	for (size_t i = 0; i < k->links_n; i++) {
		printf("  ");
		out_styled(c, CYAN, k->links[i].rel);
		out_fmt("  %.*s\n", STR_ARG(k->links[i].title));
	}
}

static enum err_code run_kinds(struct cli *c, struct err *e) {
	struct disclosing d = cli_disclosing(c);
	struct facet_group *counts;
	size_t n;
	enum err_code code = disclose_facets(&d, NULL, &counts, &n, e);
	if (code) return code;
	const struct kind *one = c->arguments_n ? kind_find(c->hub->kinds, str_of(c->arguments[0])) : NULL;
	if (c->arguments_n && !one) return err_set(e, ERR_NOT_FOUND, "there is no kind \"%s\"", c->arguments[0]);
	bool schema = cli_switch(c, "schema");
	if (schema && !one) return err_set(e, ERR_USAGE, "--schema: of which kind?");
	if (c->json || schema) {
		autobuf struct buf b = BUF(JSON_OUT);
		struct json_writer w = json_writer_pretty(&b);
		if (schema) {
			jw_value(&w, one->schema_document);
		} else if (one) {
			jw_value(&w, one->definition);
		} else {
			jw_array(&w);
			for (size_t i = 0; i < c->hub->kinds->n; i++)
				kind_json(&w, c->hub, &c->hub->kinds->items[i], count_of(counts, c->hub->kinds->items[i].name));
			jw_array_end(&w);
		}
		return out_json(&b, e);
	}
	if (one) {
		print_kind(c, one);
		return ERR_OK;
	}
	for (size_t i = 0; i < c->hub->kinds->n; i++) {
		const struct kind *k = &c->hub->kinds->items[i];
		out_styled(c, CYAN, k->name);
		out_fmt("%*s%6lld public  %.*s\n", (int)(k->name.n < 18 ? 18 - k->name.n : 1), "", (long long)count_of(counts, k->name),
			STR_ARG(k->title));
	}
	return ERR_OK;
}
static const struct option kinds_options[] = {{"schema", NULL, "the JSON Schema of the kind's bodies, alone", false}};
const struct command command_kinds = {
	.name = "kinds", .arguments = "[KIND]", .summary = "list the kinds of records, or say what one is made of",
	.example = "polder kinds incident --hub myhub\npolder kinds incident --schema --hub myhub", .options = kinds_options, .options_n = lengthof(kinds_options), .most = 1,
	.needs_hub = true, .run = run_kinds,
};

/* ---- affects ---- */

static enum err_code run_affects(struct cli *c, struct err *e) {
	struct disclosing d = cli_disclosing(c);
	const char *version = cli_option(c, "version");
	struct str *names = arena_array(c->a, (size_t)c->arguments_n, sizeof *names);
	struct affects_request r = {.names = names, .names_n = (size_t)c->arguments_n, .version = str_of(version)};
	struct affects found;
	if (!names) return err_set(e, ERR_MEMORY, "out of memory");
	for (int i = 0; i < c->arguments_n; i++) names[i] = str_of(c->arguments[i]);
	enum err_code code = disclose_affects(&d, &r, &found, e);
	if (code) return code;
	if (c->json) {
		autobuf struct buf b = BUF(JSON_OUT);
		struct json_writer w = json_writer_pretty(&b);
		affects_json(&w, c->hub, &r, &found);
		return out_json(&b, e);
	}
	for (size_t i = 0; i < found.items_n; i++) {
		const struct affects_item *item = &found.items[i];
		const struct affects_system *s = &found.systems[item->system];
		out_styled(c, item->version == AFFECTS_YES ? RED : item->version == AFFECTS_NO ? GREEN : YELLOW,
			item->version == AFFECTS_YES ? S("affected     ") : item->version == AFFECTS_NO ? S("not affected ") : S("see          "));
		out_styled(c, BOLD, item->line.id);
		out_fmt(" %s%.*s%s", item->withdrawn ? "(withdrawn) " : "", STR_ARG(item->severity), item->severity.n ? "  " : "");
		out(item->line.headline);
		out_fmt("\n             about ");
		out(s->line.headline);
		if (s->distance) out_fmt(", %d %s up the chain of %.*s", s->distance, s->distance == 1 ? "step" : "steps", STR_ARG(r.names[s->name]));
		out(S("\n"));
	}
	out_fmt("%zu %s about %zu %s%s.\n", found.items_n, found.items_n == 1 ? "record" : "records", found.systems_n, found.systems_n == 1 ? "system" : "systems", found.more ? ", and more" : "");
	for (size_t i = 0; i < found.unknown_n; i++) {
		out(S("Nothing here is called "));
		out(found.unknown[i]);
		out(S(".\n"));
	}
	return ERR_OK;
}
static const struct option affects_options[] = {
	{"version", "VERSION", "of the first; a package URL may have its own behind \"@\"", false},
};
const struct command command_affects = {
	.name = "affects", .arguments = "NAME…", .summary = "say what is known of models, datasets and software that you use",
	.text = "NAME is owner/model, a package URL (pkg:pypi/name@1.2), an identifier, or a name in words. Public advisories and incidents about it, and about what it is built "
			"on, adapted from, trained on or part of.",
	.example = "polder affects pkg:pypi/transformers@4.30.0 --hub myhub", .options = affects_options, .options_n = lengthof(affects_options), .least = 1, .most = AFFECTS_NAMES, .needs_hub = true,
	.run = run_affects,
};
