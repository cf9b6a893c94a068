#include "site.h"

#include "base/embed.h"
#include "desk/copy/copy.h"
#include "desk/identify.h"
#include "desk/site/words.h"
#include "error.t.h"
#include "layout.t.h"

extern const struct embedded_file static_files[];
extern const size_t static_files_n;

enum { DESCRIPTION = 300 };

struct str site_static(struct arena *a, struct str name) {
	const struct embedded_file *f = embedded_find(static_files, static_files_n, name);
	size_t dot = str_rfind_char(name, '.');
	if (!f || dot == STR_NONE) return STR_EMPTY;
	return arena_fmt(a, "/static/%.*s.%.*s%.*s", STR_ARG(str_sub(name, 0, dot)), STR_ARG(f->fingerprint),
		STR_ARG(str_from(name, dot)));
}

/* ---- the frame ---- */

static void of_copy(struct request *rq, const struct site_page *page, struct layout_frame *f) {
	moment at = atomic_load(&desk_copied(rq)->as_of);
	f->copy = desk_copied(rq);
	f->as_of = moment_str(rq->arena, at - at % SECOND);
	f->as_of_words = moment_words(rq->arena, at);
	f->size = number_words(rq->arena, atomic_load(&f->copy->size));
	if (page->canonical.n) f->canonical = copy_address(rq->arena, f->copy, page->canonical);
}

static struct layout_frame frame_of(struct request *rq, const struct site_page *page) {
	const struct hub *hub = desk_hub(rq);
	struct arena *a = rq->arena;
	struct layout_frame f = {
		.page = page,
		.user = desk_user(rq),
		.hub = hub->name,
		.title = page->title.n ? arena_fmt(a, "%.*s · %.*s", STR_ARG(page->title), STR_ARG(hub->name)) : hub->name,
		.style = site_static(a, S("style.css")),
		.script = site_static(a, S("app.js")),
		.forms = page->forms ? site_static(a, S("forms.js")) : STR_EMPTY,
		.icon = site_static(a, S("favicon.svg")),
	};
	if (f.user) f.csrf = desk_csrf(rq);
	if (page->canonical.n && hub->base_url.n) f.canonical = arena_cat(a, hub->base_url, page->canonical);
	if (desk_copied(rq)) of_copy(rq, page, &f);
	if (page->elsewhere.n) f.canonical = page->elsewhere;
	size_t ending = str_find(page->feed, S("/feed.atom"));
	if (page->feed.n && ending != STR_NONE) {
		f.feed_json = arena_fmt(a, "%.*s/feed.json%.*s", STR_ARG(str_sub(page->feed, 0, ending)),
			STR_ARG(str_from(page->feed, ending + sizeof "/feed.atom" - 1)));
		f.feed_title = words_with(a, words.feed_of, page->title.n ? page->title : hub->name);
	}
	f.description = str_cut_utf8(page->description, DESCRIPTION);
	return f;
}

struct html *site_begin(struct request *rq, struct response *rs, const struct site_page *page) {
	struct html *out = response_html(rs);
	struct layout_frame frame = frame_of(rq, page);
	layout_head(out, &frame);
	return out;
}

enum err_code site_end(struct request *rq, struct response *rs) {
	layout_foot(&rs->body, desk_hub(rq)->name, desk_copied(rq) != NULL);
	desk_public(rq, rs);
	return ERR_OK;
}

/* ---- errors ---- */

static const char *advice(int status) {
	switch (status) {
	case 401: return words.advice_401;
	case 403: return words.advice_403;
	case 400: case 422: return words.advice_400;
	case 404: return words.advice_404;
	case 410: return words.advice_410;
	case 405: return words.advice_405;
	case 429: case 503: return words.advice_503;
	default: return status >= 500 ? words.advice_500 : words.advice_other;
	}
}

void site_error_page(struct request *rq, struct response *rs, const struct problem *p) {
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = p->title, .own_search = true});
	struct error_page page = {.problem = p, .detail = sentence_words(rq->arena, p->detail), .advice = desk_copied(rq) && p->status == 403 ? words.advice_copy : advice(p->status)};
	error_body(out, &page);
	layout_foot(out, desk_hub(rq)->name, desk_copied(rq) != NULL);
}

/* ---- files ---- */

/* "style.0123456789abcdef.css" → "style.css" and the fingerprint */
static const struct embedded_file *static_file(struct arena *a, struct str name) {
	size_t end = str_rfind_char(name, '.');
	if (end == STR_NONE) return NULL;
	size_t dot = str_rfind_char(str_sub(name, 0, end), '.');
	if (dot == STR_NONE) return NULL;
	struct str plain = arena_cat(a, str_sub(name, 0, dot), str_from(name, end));
	const struct embedded_file *f = embedded_find(static_files, static_files_n, plain);
	return f && str_eq(f->fingerprint, str_sub(name, dot + 1, end - dot - 1)) ? f : NULL;
}

static enum err_code show_static(struct request *rq, struct response *rs, struct err *e) {
	const struct embedded_file *f = static_file(rq->arena, request_str(rq, "file"));
	if (!f) return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	response_fixed(rs, f->media_type, f->bytes);
	rs->cache = CACHE_IMMUTABLE;
	return ERR_OK;
}

const struct route site_routes[] = {
	{"/static/{file}", show_static, ROUTE_PUBLIC, .name = "static-file", .gives = GIVES_FILE,
		.help = "A style sheet, script or picture of the pages.", .flags = ROUTE_CACHEABLE | ROUTE_SAME_FOR_ALL | ROUTE_UNTRACED, /* they are asked for together with a page that may be */
		.params = PARAMS({"file", PARAM_PATH, .length = 100, .help = "name with its fingerprint"})},
	ROUTE_END
};
