#include "pages.h"

#include "desk/site/words.h"
#include "hub/act.h"
#include "history.t.h"
#include "hub/act.h"

enum { COMPARED = 100 }; /* of the newest events the differences are shown */

static const char *type_words(struct str type) {
	static const struct {
		const char *type;
		const char *const *words;
	} table[] = {
		{"published", &words.published},
		{"created", &words.created},
		{"revised", &words.revised},
		{"moved", &words.moved},
		{"withheld", &words.withheld},
		{"linked", &words.linked},
		{"unlinked", &words.unlinked},
		{"commented", &words.commented},
		{"attached", &words.attached},
		{"revealed", &words.revealed},
	};
	for (size_t i = 0; i < lengthof(table); i++)
		if (str_is(type, table[i].type)) return *table[i].words;
	return NULL;
}

/* What was done, and for or to whom. */
static struct str act_words(const struct disclosing *d, const struct disclosed_event *v) {
	struct str title = v->act ? v->act->title : str_of(words.acted);
	return v->subject_name.n ? arena_fmt(d->a, "%.*s: %.*s", STR_ARG(title), STR_ARG(v->subject_name)) : title;
}

static struct str words_of(const struct disclosing *d, const struct disclosed *r, const struct disclosed_event *v) {
	if (str_is(v->type, "acted")) return act_words(d, v);
	const char *known = type_words(v->type);
	struct str base = known ? str_of(known) : value_words(d->a, v->type);
	if (v->act) return v->act->title;
	if (str_is(v->type, "moved") && v->state) {
		const struct kind_move *m = v->move.n ? kind_move(r->line.kind, v->move) : NULL;
		return arena_fmt(d->a, "%.*s → %.*s", STR_ARG(m ? m->title : base), STR_ARG(v->state->title));
	}
	if (v->rel.n) {
		const struct kind_link *l = kind_link(r->line.kind, v->rel);
		return arena_fmt(d->a, "%.*s: %.*s", STR_ARG(base), STR_ARG(l ? l->title : v->rel));
	}
	return base;
}

struct record_event event_words(
	const struct disclosing *d, const struct disclosed *r, const struct disclosed_event *v) {
	struct record_event out = {
		/* What is worked on in confidence is told to the minute. */
		.date = r->is_public ? day_words(d->a, v->at) : moment_words(d->a, v->at),
		.datetime = moment_str(d->a, v->at),
		.words = words_of(d, r, v),
		.who = v->actor_name,
		.note = v->reason,
	};
	if (v->rel.n) {
		out.href = record_path(d->a, &v->other);
		out.other = v->other.headline;
	}
	return out;
}

static size_t length_of(const struct field_change *changes, size_t n) {
	size_t bytes = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < changes[i].n; j++) bytes += changes[i].parts[j].text.n + 20;
	return bytes;
}

static struct history_entry entry_of(
	const struct disclosing *d, const struct disclosed *r, const struct disclosed_event *v, size_t *left) {
	struct history_entry out = {.event = event_words(d, r, v), .revision = v->revision};
	out.event.date = moment_words(d->a, v->at);
	struct field_change *changes = NULL;
	struct describing describing = {d->hub->kinds, r->line.kind};
	if (v->diff) diff_fields(&describing, d->a, v->diff, &changes, &out.n);
	out.changes = changes;
	bool cut;
	out.event.note = present_cut(out.event.note, left, &cut);
	size_t bytes = length_of(changes, out.n);
	out.left_out = bytes > *left;
	if (out.left_out) out.n = 0;
	else *left -= bytes;
	return out;
}

enum err_code show_history(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	bool done;
	struct disclosed_event *events;
	struct history_page page = {0};
	enum err_code code = record_by_path(rq, rs, "/history", &r, &done, e);
	if (code || done) return code;
	code = disclose_history(&d, &r, &events, &page.n, e);
	if (code) return code;
	struct history_entry *entries = arena_array(d.a, page.n + 1, sizeof *entries);
	if (!entries) return err_set(e, ERR_MEMORY, "out of memory");
	size_t left = PRESENT_BYTES;
	for (size_t i = 0; i < page.n; i++) {
		if (i >= COMPARED) events[page.n - 1 - i].diff = NULL;
		entries[i] = entry_of(&d, &r, &events[page.n - 1 - i], &left);
	}
	page.entries = entries;
	page.line = line_of(d.a, &r.line);
	page.api_href = arena_fmt(d.a, "/api/v1/records/%.*s/history", STR_ARG(str_from(page.line.href, 3)));
	struct html *out = site_begin(rq, rs,
		&(struct site_page){
			.title = words_with(d.a, words.history_of, r.line.headline), .canonical = rq->path, .api = page.api_href});
	history_body(out, &page);
	return site_end(rq, rs);
}
