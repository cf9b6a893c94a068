#include "pages.h"

#include "desk/api/json.h"
#include "desk/registry/concerns.h"
#include "desk/forms/pages.h"
#include "desk/cases/pages.h"
#include "desk/intake/similar.h"
#include "desk/log/pages.h"
#include "desk/harbor/pages.h"
#include "desk/copy/copy.h"
#include "desk/releases/pages.h"
#include "desk/site/words.h"
#include "desk/tables/pages.h"
#include "http/markdown.h"
#include "record.t.h"

enum { NOTE = 140, LINKS_EACH = 30, LINKS_FIRST = 8, LINKS_TOLD = 3, EVENTS = 5, COMMENTS = 200, LONG_TITLE = 90, SUMMARY_BYTES = 18 << 10 };

/* ---- finding ---- */

enum err_code record_by_path(
	struct request *rq, struct response *rs, const char *suffix, struct disclosed *out, bool *done, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct str name = request_str(rq, "id");
	struct disclosed r;
	enum err_code code = disclose_record(&d, name, &r, e);
	if (code) return code;
	*done = !str_eq(name, record_name(&r.line));
	if (*done) {
		response_redirect(rs, 301, arena_cat(d.a, record_path(d.a, &r.line), str_of(suffix)));
		desk_public(rq, rs);
	}
	*out = r;
	return ERR_OK;
}

/* ---- parts of the page ---- */

/* Where the whole of a long group stands: the list of the other kind, narrowed to this record. */
static struct str all_of_group(struct arena *a, const struct disclosed *r, const struct disclosed_links *g) {
	if (!gathers(r->line.kind) || !g->n) return STR_EMPTY;
	autobuf struct buf url = BUF(4096);
	buf_add(&url, S("/browse/"));
	url_encode(&url, g->items[0].kind->path);
	buf_fmt(&url, "?%.*s=", STR_ARG(r->line.kind->name));
	url_encode(&url, record_name(&r->line));
	return arena_str(a, buf_str(&url));
}

static struct record_links links_of(struct arena *a, const struct disclosed *r, const struct disclosed_links *g) {
	struct record_links out = {.title = g->title,
		.total = g->total,
		.n = g->n,
		.first = g->n < LINKS_FIRST + 2 ? g->n : LINKS_FIRST,
		.lines = lines_of(a, g->items, g->n)};
	for (size_t i = 1; i < g->n; i++) out.with_kind |= g->items[i].kind != g->items[0].kind;
	if (g->total > (int64_t)g->n) out.all = all_of_group(a, r, g);
	return out;
}

static enum err_code read_links(
	const struct disclosing *d, const struct disclosed *r, struct record_page *page, struct err *e) {
	struct disclosed_links *groups;
	size_t n;
	enum err_code code = disclose_links(d, r, LINKS_EACH, &groups, &n, e);
	if (code) return code;
	struct record_links *links = arena_array(d->a, n + 1, sizeof *links);
	if (!links) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		links[i] = links_of(d->a, r, &groups[i]);
		/* What stands above in "What concerns it" need not be long here. */
		bool told = page->concerns.n && groups[i].inverse && concerns_kind(groups[i].items[0].kind);
		if (told && links[i].n > LINKS_TOLD + 2) links[i].first = LINKS_TOLD;
	}
	page->links = links;
	page->links_n = n;
	return ERR_OK;
}

static enum err_code read_amendments(const struct disclosing *d, const struct disclosed *r, const struct disclosed_event *events, size_t n,
	struct record_page *page, struct err *e) {
	struct record_event *shown = arena_array(d->a, EVENTS, sizeof *shown);
	if (!r->line.kind->amend_note || !r->is_public) return ERR_OK;
	if (!shown) return err_set(e, ERR_MEMORY, "out of memory");
	page->version = 1;
	for (size_t i = n; i > 0; i--) {
		if (!str_is(events[i - 1].type, "revised") || !events[i - 1].state || !events[i - 1].state->is_public) continue;
		page->version++;
		if (page->amendments_n < EVENTS) shown[page->amendments_n++] = event_words(d, r, &events[i - 1]);
	}
	page->amendments = shown;
	return ERR_OK;
}

static enum err_code read_events(
	const struct disclosing *d, const struct disclosed *r, struct record_page *page, struct err *e) {
	struct disclosed_event *events;
	size_t n;
	enum err_code code = disclose_history(d, r, &events, &n, e);
	if (code) return code;
	struct record_event *shown = arena_array(d->a, EVENTS, sizeof *shown);
	if (!shown) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = n; i > 0 && page->events_n < EVENTS; i--) {
		/* What was linked shows in the links; the few lines here are for what befell the record itself. */
		if (str_is(events[i - 1].type, "linked")) continue;
		struct record_event one = event_words(d, r, &events[i - 1]);
		if (one.note.n > NOTE) one.note = arena_cat(d->a, str_cut_utf8(one.note, NOTE), S(" …"));
		shown[page->events_n++] = one;
	}
	page->events = shown;
	struct record_event *comments = arena_array(d->a, COMMENTS, sizeof *comments);
	/* What is said in a case that is worked on stands in its room, with whom it was said to. */
	bool elsewhere = str_is(r->line.kind->name, "case") && !r->is_public;
	for (size_t i = 0; comments && i < n && !elsewhere; i++)
		if (str_is(events[i].type, "commented") && page->comments_n < COMMENTS) comments[page->comments_n++] = event_words(d, r, &events[i]);
	page->comments = comments;
	code = read_amendments(d, r, events, n, page, e);
	for (size_t i = n; page->line.state.n && i > 0 && !page->reason.n; i--)
		if (str_is(events[i - 1].type, "moved")) page->reason = events[i - 1].reason;
	return code;
}

static enum err_code read_files(
	const struct disclosing *d, const struct disclosed *r, struct record_page *page, struct err *e) {
	struct disclosed_file *files;
	size_t n;
	enum err_code code = disclose_files(d, r, &files, &n, e);
	if (code) return code;
	struct record_file *shown = arena_array(d->a, n + 1, sizeof *shown);
	if (!shown) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++)
		shown[i] =
			(struct record_file){arena_fmt(d->a, "%.*s/files/%.*s", STR_ARG(page->line.href), STR_ARG(files[i].sha256)),
				files[i].name, size_words(d->a, files[i].size), files[i].media_type, files[i].sha256};
	page->files = shown;
	page->files_n = n;
	return ERR_OK;
}

/* Identifiers under which it is known, without those that the page shows anyway. */
static void read_names(struct arena *a, const struct disclosed *r, struct record_page *page) {
	const struct json *aliases = json_get_lit(r->body, "aliases");
	struct str *names = arena_array(a, json_count(aliases) + 2, sizeof *names);
	if (!names) return;
	if (!str_eq(r->line.uid, r->line.id)) names[page->names_n++] = r->line.uid;
	for (size_t i = 0; i < json_count(aliases); i++) {
		struct str alias = json_string(json_at(aliases, i));
		if (alias.n && !str_eq(alias, r->line.id)) names[page->names_n++] = alias;
	}
	page->names = names;
}

static void read_source(struct arena *a, const struct disclosed *r, struct record_page *page) {
	const struct json *source = json_get_lit(r->body, "source");
	page->source = json_get_str(source, S("system"));
	page->source_id = json_get_str(source, S("id"));
	/* "polder:incident/2024-arup" and "CVE-2024-1234" say already where they are from. */
	bool said = str_starts(page->source_id, arena_cat(a, page->source, S(":")))
		|| str_starts(page->source_id, arena_cat(a, page->source, S("-")));
	if (page->source.n && said) page->source = STR_EMPTY;
	if (str_is(page->source, "polder")) page->source = S("Polder");
	page->source_url = json_get_str(source, S("url"));
	if (!str_starts(page->source_url, S("http"))) page->source_url = STR_EMPTY;
	page->source_licence = json_get_str(source, S("licence"));
	page->source_retrieved = date_words(a, json_get_str(source, S("retrieved")));
}

static void read_citation(const struct disclosing *d, const struct disclosed *r, struct record_page *page) {
	struct str date = r->published ? day_words(d->a, r->published) : STR_EMPTY;
	page->published = date;
	if (r->published) page->published_day = str_sub(moment_str(d->a, r->published), 0, 10);
	/* What is cited is what its own hub says. */
	const struct record_copy *c = page->copy;
	page->cite = words_with(d->a, date.n ? words.cite : words.cite_no_date, r->line.headline, c ? c->id : r->line.id, c ? c->hub : d->hub->name,
		date, c && c->url.n ? c->url : arena_cat(d->a, d->hub->base_url, page->line.href));
}

/* copied: the log is that of the hub that all this is a copy of. */
static enum err_code read_log(const struct disclosing *d, const struct disclosed *r, bool copied, struct record_page *page, struct err *e) {
	int64_t leaf;
	bool has;
	enum err_code code = disclose_logged(d, r, &leaf, e);
	if (!code) code = disclose_has_receipts(d, r, &has, e);
	if (code) return code;
	struct disclosed_copy c;
	if (copied) {
		code = disclose_copy(d, r, &c, e);
		leaf = code ? LOG_NOTHING : c.leaf;
	}
	if (code) return code;
	if (leaf != LOG_NOTHING) page->log_href = arena_cat(d->a, page->line.href, S("/log"));
	if (leaf >= 0) page->leaf = number_words(d->a, leaf);
	if (has) page->receipts_href = arena_cat(d->a, page->line.href, S("/receipts"));
	return ERR_OK;
}

static enum err_code read_copy(const struct disclosing *d, const struct disclosed *r, struct record_page *page, struct err *e) {
	struct disclosed_copy c;
	bool holds;
	struct str why;
	if (!r->line.hub.n) return ERR_OK;
	enum err_code code = disclose_copy(d, r, &c, e);
	if (!code) code = disclose_copy_holds(d, r, &c, &holds, &why, e);
	struct record_copy *copy = arena_new_of(d->a, struct record_copy);
	if (code || !copy) return code ? code : err_set(e, ERR_MEMORY, "out of memory");
	*copy = (struct record_copy){.hub = c.hub, .id = c.id, .url = c.url, .leaf = number_words(d->a, c.leaf), .follows = c.follows, .left_out = c.left_out,
		.proof = arena_fmt(d->a, "/r/%.*s/proof.json", STR_ARG(r->line.uid)), .why = holds ? STR_EMPTY : sentence_words(d->a, why)};
	if (c.url.n) copy->log = arena_cat(d->a, c.url, S("/log"));
	if (c.looked_at) copy->as_of = moment_words(d->a, c.looked_at);
	if (c.forked) copy->forked = moment_words(d->a, c.forked);
	page->copy = copy;
	return ERR_OK;
}

static enum err_code read_known(const struct disclosing *d, const struct disclosed *r, struct record_page *page, struct err *e) {
	struct glimpse *items;
	enum err_code code = disclose_known_as(d, r, &items, &page->known_n, e);
	if (!code) page->known = lines_of(d->a, items, page->known_n);
	return code;
}

static enum err_code read_revealed(const struct disclosing *d, const struct disclosed *r, struct record_page *page, struct err *e) {
	struct disclosed_reveal *items;
	struct disclosed_sealed_version *versions;
	size_t n, versions_n = 0;
	enum err_code code = disclose_reveals(d, r, &items, &n, e);
	if (!code && page->receipts_href.n) code = disclose_revealable(d, r, &versions, &versions_n, e);
	struct record_revealed *shown = code ? NULL : arena_array(d->a, n + 1, sizeof *shown);
	if (!code && !shown) code = err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; !code && i < n; i++) {
		struct record_revealed *one = &shown[page->revealed_n++];
		*one = (struct record_revealed){moment_words(d->a, items[i].sealed), moment_str(d->a, items[i].sealed), STR_EMPTY,
			items[i].leaf < 0 ? STR_EMPTY : arena_fmt(d->a, "/log/revealed/%lld", (long long)items[i].leaf), number_words(d->a, items[i].of)};
		for (size_t j = 0; j < items[i].fields_n; j++)
			one->fields = arena_fmt(d->a, "%.*s%s%.*s", STR_ARG(one->fields), j ? ", " : "", STR_ARG(items[i].fields[j]));
	}
	page->revealed = shown;
	page->reveals = versions_n > 0;
	return code;
}

/* ---- the page ---- */

enum err_code show_record(struct request *rq, struct response *rs, struct err *e) {
	struct disclosed r;
	bool done;
	enum err_code code = record_by_path(rq, rs, "", &r, &done, e);
	if (code || done) return code;
	if (str_is(r.line.kind->name, "dispute")) return show_dispute(rq, rs, e);
	struct disclosing d = desk_disclosing(rq);
	const struct desk_app *app = rq->app;
	const struct kind *kind = r.line.kind;
	struct record_page page = {.r = &r, .line = line_of(d.a, &r.line), .links_first = gathers(kind),
		.long_title = r.line.headline.n > LONG_TITLE};
	if (!json_string(json_pointer(r.body, kind->date)).n) page.line.date = STR_EMPTY;
	struct shown_section *sections;
	code = concerns_read(&d, &r, &page.concerns, e);
	if (!code) code = read_links(&d, &r, &page, e);
	if (!code) code = read_events(&d, &r, &page, e);
	if (!code) code = read_files(&d, &r, &page, e);
	if (!code) code = record_tools(rq, &r, &page.tools, e);
	if (!code) code = disputed_read(&d, &r, &page.disputed, e);
	if (!code) code = said_read(&d, &r, &page.said, e);
	if (!code) code = decisions_part(rq, &r, &page.decisions, e);
	if (!code) code = terms_part(rq, &r, &page.terms, e);
	if (!code) code = case_box(rq, &r, &page.case_box, e);
	if (!code) code = similar_box(rq, &r, &page.similar, e);
	if (!code) code = harbor_box(rq, &r, &page.harbor, e);
	if (!code) code = release_box(rq, &r, &page.release, e);
	if (!code && page.release && page.release->request) page.line.state = STR_EMPTY; /* it says more of that */
	if (!code) code = read_log(&d, &r, desk_copied(rq) != NULL, &page, e);
	if (!code) code = read_copy(&d, &r, &page, e);
	if (!code) code = read_known(&d, &r, &page, e);
	if (!code) code = read_revealed(&d, &r, &page, e);
	if (code) return code;
	if (!desk_copied(rq) && (str_is(kind->name, "system") || str_is(kind->name, "organization")))
		page.report_href = arena_fmt(d.a, "/report?%.*s=%.*s", STR_ARG(kind->name), STR_ARG(r.line.uid));
	present_body(app->reading, kind, r.body, d.a, &sections, &page.sections_n);
	page.sections = sections;
	size_t left = SUMMARY_BYTES;
	page.summary = markdown(d.a, present_cut(present_summary(app->reading, kind, r.body), &left, &page.summary_cut), 2);
	read_names(d.a, &r, &page);
	read_source(d.a, &r, &page);
	read_citation(&d, &r, &page);
	page.is = schema_org(kind, r.body);
	page.hub_name = d.hub->name;
	if (r.is_public) {
		page.jsonld = arena_cat(d.a, page.line.href, S(".jsonld"));
		page.cite_bib = arena_cat(d.a, page.line.href, S(".bib"));
		page.cite_csl = arena_cat(d.a, page.line.href, S(".csl.json"));
		if (gathers(kind)) page.feed = arena_cat(d.a, page.line.href, S("/feed.atom"));
	}
	page.kind_href = arena_cat(d.a, S("/browse/"), kind->path);
	page.history_href = arena_cat(d.a, page.line.href, S("/history"));
	page.api_href = arena_cat(d.a, S("/api/v1/records/"), str_from(page.line.href, 3));
	page.schema_href = arena_fmt(d.a, "/api/v1/kinds/%.*s/schema", STR_ARG(kind->name));
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = r.line.headline, .here = SITE_NOWHERE,
		.description = r.line.summary, .canonical = page.line.href, .elsewhere = page.copy ? page.copy->url : STR_EMPTY, .api = page.api_href, .feed = page.feed,
		.jsonld = page.jsonld, .article = true, .forms = page.tools != NULL});
	record_body(out, &page);
	code = site_end(rq, rs);
	/* Its leaf comes without a change of the hub, by which answers are kept. */
	if ((page.log_href.n && !page.leaf.n) || (page.release && page.release->timed)) rs->cache = CACHE_NO_STORE;
	return code;
}

/* ---- files ---- */

static enum err_code send_file(struct request *rq, struct response *rs, const struct disclosing *d, const struct disclosed *r,
	const struct disclosed_file *f, struct err *e) {
	int fd;
	uint64_t size;
	enum err_code code = disclose_file_open(d, r, f, &fd, &size, e);
	if (code) return code;
	response_file(rs, fd, size, f->media_type, f->name.n ? f->name : f->sha256);
	rs->etag = f->sha256;
	desk_public(rq, rs);
	return ERR_OK;
}

enum err_code send_record_file(struct request *rq, struct response *rs, const struct disclosing *d, const struct disclosed *r, struct str sha256,
	struct err *e) {
	struct disclosed_file *files;
	size_t n;
	enum err_code code = disclose_files(d, r, &files, &n, e);
	if (code) return code;
	for (size_t i = 0; i < n; i++)
		if (str_eq_ascii_case(files[i].sha256, sha256)) return send_file(rq, rs, d, r, &files[i], e);
	return err_set(e, ERR_NOT_FOUND, "%s", words.file_not_found);
}

enum err_code show_record_file(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	enum err_code code = disclose_record(&d, request_str(rq, "id"), &r, e);
	return code ? code : send_record_file(rq, rs, &d, &r, request_str(rq, "sha256"), e);
}
