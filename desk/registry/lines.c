#include "lines.h"

#include "desk/site/words.h"
#include "http/html.h"

enum { SUMMARY = 240 };

struct str record_name(const struct glimpse *g) {
	/* What a record's address ends with when another form of it is asked for. */
	static const char *const endings[] = {".bib", ".csl.json", ".jsonld"};
	bool fits = g->id.n && !str_is(g->id, ".") && !str_is(g->id, "..");
	for (size_t i = 0; i < lengthof(endings); i++) fits &= !str_ends(g->id, str_of(endings[i]));
	for (size_t i = 0; i < g->id.n; i++) fits &= g->id.p[i] != '/' && g->id.p[i] != '\\';
	return fits ? g->id : g->uid;
}

struct str record_path(struct arena *a, const struct glimpse *g) {
	autobuf struct buf path = BUF(2048);
	buf_add(&path, S("/r/"));
	url_encode(&path, record_name(g));
	return arena_str(a, buf_str(&path));
}

bool gathers(const struct kind *kind) {
	return str_is(kind->name, "use") || str_is(kind->name, "system") || str_is(kind->name, "organization");
}

struct str unusual_state(const struct kind *kind, const struct kind_state *state) {
	return str_eq(state->name, kind->imported) ? STR_EMPTY : state->title;
}

static struct str shortened(struct arena *a, struct str s) {
	if (s.n <= SUMMARY) return s;
	struct str cut = str_cut_utf8(s, SUMMARY);
	size_t space = str_rfind_char(cut, ' ');
	if (space != STR_NONE && space > SUMMARY / 2) cut.n = space;
	return arena_cat(a, cut, S(" …"));
}

struct str record_called(struct arena *a, const struct glimpse *g) {
	if (!g->hub.n || !str_starts(g->id, g->hub) || g->id.n <= g->hub.n + 1 || g->id.p[g->hub.n] != '/') return g->id;
	return arena_fmt(a, "%.*s of %.*s", STR_ARG(str_from(g->id, g->hub.n + 1)), STR_ARG(g->hub));
}

struct line line_of(struct arena *a, const struct glimpse *g) {
	return (struct line){
		.href = record_path(a, g),
		.id = record_called(a, g),
		.kind = g->kind->title,
		/* Without a date of its own a record is sorted by the day it came here, which tells nobody anything. */
		.date = g->dated ? date_words(a, g->sort) : STR_EMPTY,
		.datetime = g->sort,
		.headline = g->headline,
		.summary = str_eq(g->summary, g->headline) ? STR_EMPTY : shortened(a, g->summary),
		.state = unusual_state(g->kind, g->state),
		.disputed = g->disputed && !str_is(g->state->name, "disputed"),
	};
}

struct line *lines_of(struct arena *a, const struct glimpse *items, size_t n) {
	struct line *lines = arena_array(a, n + 1, sizeof *lines);
	for (size_t i = 0; lines && i < n; i++) lines[i] = line_of(a, &items[i]);
	return lines;
}

struct line *lines_of_hits(struct arena *a, const struct search_hit *hits, size_t n) {
	struct line *lines = arena_array(a, n + 1, sizeof *lines);
	for (size_t i = 0; lines && i < n; i++) {
		lines[i] = line_of(a, &hits[i].line);
		lines[i].title_parts = hits[i].title;
		lines[i].title_n = hits[i].title_n;
		lines[i].parts = hits[i].snippet;
		lines[i].parts_n = hits[i].snippet_n;
	}
	return lines;
}
