#include "json.h"

#include "desk/said/said.h"
#include "hub/act.h"

#include "http/html.h"

static void url_field(struct json_writer *w, const struct hub *h, const struct glimpse *g) {
	autobuf struct buf url = BUF(2048);
	buf_add(&url, h->base_url);
	buf_add(&url, S("/r/"));
	url_encode(&url, g->id);
	jw_field_str(w, S("url"), buf_str(&url));
}

struct str record_url(struct arena *a, const struct hub *h, const struct glimpse *g) {
	autobuf struct buf url = BUF(2048);
	buf_add(&url, h->base_url);
	buf_add(&url, S("/r/"));
	url_encode(&url, g->id);
	return arena_str(a, buf_str(&url));
}

static void field_moment(struct json_writer *w, struct str name, moment t) {
	char text[MOMENT_TEXT];
	jw_field_str(w, name, moment_text(t, text));
}

static void glimpse_members(struct json_writer *w, const struct hub *h, const struct glimpse *g) {
	jw_field_str(w, S("id"), g->id);
	jw_field_str(w, S("uid"), g->uid);
	jw_field_str(w, S("kind"), g->kind->name);
	jw_field_str(w, S("state"), g->state->name);
	jw_field_str(w, S("title"), g->headline);
	if (g->summary.n) jw_field_str(w, S("summary"), g->summary);
	if (g->dated || (g->sort.n && !g->kind->date.n)) jw_field_str(w, S("date"), g->sort);
	field_moment(w, S("updated"), g->updated);
	url_field(w, h, g);
}

void glimpse_json(struct json_writer *w, const struct hub *h, const struct glimpse *g) {
	jw_object(w);
	glimpse_members(w, h, g);
	if (g->disputed) jw_field_bool(w, S("in_dispute"), true);
	jw_object_end(w);
}

static void names_json(struct json_writer *w, struct str name, struct kind_pointers p) {
	jw_name(w, name);
	jw_array(w);
	for (size_t i = 0; i < p.n; i++) jw_str(w, p.items[i]);
	jw_array_end(w);
}

static void links_json(struct json_writer *w, const struct hub *h, const struct disclosed_links *groups, size_t n) {
	jw_name(w, S("links"));
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		jw_object(w);
		jw_field_str(w, S("rel"), groups[i].rel);
		jw_field_str(w, S("direction"), groups[i].inverse ? S("in") : S("out"));
		jw_field_str(w, S("title"), groups[i].title);
		jw_field_int(w, S("total"), groups[i].total);
		jw_name(w, S("items"));
		jw_array(w);
		for (size_t j = 0; j < groups[i].n; j++) glimpse_json(w, h, &groups[i].items[j]);
		jw_array_end(w);
		jw_object_end(w);
	}
	jw_array_end(w);
}

void file_json(struct json_writer *w, const struct disclosed_file *f) {
	jw_object(w);
	jw_field_str(w, S("name"), f->name);
	jw_field_str(w, S("media_type"), f->media_type);
	jw_field_str(w, S("sha256"), f->sha256);
	jw_field_int(w, S("size"), f->size);
	jw_object_end(w);
}

static void files_json(struct json_writer *w, const struct disclosed_file *files, size_t n) {
	jw_name(w, S("files"));
	jw_array(w);
	for (size_t i = 0; i < n; i++) file_json(w, &files[i]);
	jw_array_end(w);
}

void dispute_line_json(struct json_writer *w, const struct hub *h, const struct dispute_line *v) {
	jw_object(w);
	glimpse_members(w, h, &v->line);
	jw_field_bool(w, S("open"), v->open);
	jw_field_str(w, S("question"), v->question);
	jw_field_str(w, S("statement"), v->statement);
	if (v->answer.n) jw_field_str(w, S("answer"), v->answer);
	if (v->outcome.n) jw_field_str(w, S("outcome"), v->outcome);
	if (v->level.n) jw_field_str(w, S("level"), v->level);
	if (v->reasons.n) jw_field_str(w, S("reasons"), v->reasons);
	if (v->filed) field_moment(w, S("filed"), v->filed);
	if (v->due && v->open) field_moment(w, S("due"), v->due);
	jw_object_end(w);
}

enum { LINKS_EACH = 100 };

enum err_code record_json(struct json_writer *w, const struct disclosing *d, const struct disclosed *r, struct err *e) {
	struct disclosed_links *links;
	struct disclosed_file *files;
	struct dispute_line *disputes;
	size_t links_n, files_n, disputes_n;
	enum err_code code = disclose_links(d, r, LINKS_EACH, &links, &links_n, e);
	if (!code) code = disclose_disputes_of(d, r->line.record, &disputes, &disputes_n, e);
	if (!code) code = disclose_files(d, r, &files, &files_n, e);
	if (code) return code;
	jw_object(w);
	glimpse_members(w, d->hub, &r->line);
	if (r->published) field_moment(w, S("published"), r->published);
	jw_field_str(w, S("etag"), r->etag);
	jw_field_bool(w, S("public"), r->is_public);
	jw_name(w, S("audiences"));
	jw_array(w);
	for (unsigned bit = PUBLIC; bit <= SEALED; bit <<= 1)
		if (r->audiences & bit) jw_str(w, audience_name((enum audience)bit));
	jw_array_end(w);
	jw_name(w, S("body"));
	jw_raw(w, r->body_text);
	links_json(w, d->hub, links, links_n);
	files_json(w, files, files_n);
	if (disputes_n) {
		jw_name(w, S("disputed"));
		jw_array(w);
		for (size_t i = 0; i < disputes_n; i++) dispute_line_json(w, d->hub, &disputes[i]);
		jw_array_end(w);
	}
	code = said_json(w, d, r, e);
	jw_object_end(w);
	return code;
}

void moves_json(struct json_writer *w, const struct disclosed *r, const struct disclosed_move *moves, size_t n) {
	jw_object(w);
	jw_field_str(w, S("id"), r->line.id);
	jw_field_str(w, S("state"), r->line.state->name);
	jw_name(w, S("items"));
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		const struct kind_move *m = moves[i].move;
		jw_object(w);
		jw_field_str(w, S("move"), m->name);
		jw_field_str(w, S("title"), m->title);
		if (m->description.n) jw_field_str(w, S("description"), m->description);
		jw_field_str(w, S("to"), m->to);
		jw_field_bool(w, S("public"), moves[i].to && moves[i].to->is_public);
		jw_field_bool(w, S("reason"), m->reason);
		names_json(w, S("requires"), m->requires_);
		names_json(w, S("missing"), (struct kind_pointers){moves[i].missing, moves[i].missing_n});
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

void list_json(struct json_writer *w, const struct hub *h, const struct listed *l) {
	jw_object(w);
	if (l->total >= 0) jw_field_int(w, S("total"), l->total);
	jw_name(w, S("items"));
	jw_array(w);
	for (size_t i = 0; i < l->n; i++) glimpse_json(w, h, &l->items[i]);
	jw_array_end(w);
	if (l->next.n) jw_field_str(w, S("next"), l->next);
	jw_object_end(w);
}

void facets_json(struct json_writer *w, const struct facet_group *groups, size_t n) {
	jw_object(w);
	for (size_t i = 0; i < n; i++) {
		jw_name(w, groups[i].name);
		jw_object(w);
		jw_field_str(w, S("title"), groups[i].title);
		jw_field_int(w, S("distinct"), (int64_t)groups[i].distinct);
		jw_name(w, S("values"));
		jw_array(w);
		for (size_t j = 0; j < groups[i].n; j++) {
			jw_object(w);
			jw_field_str(w, S("value"), groups[i].values[j].value);
			jw_field_str(w, S("label"), groups[i].values[j].label);
			jw_field_int(w, S("count"), groups[i].values[j].n);
			jw_object_end(w);
		}
		jw_array_end(w);
		jw_object_end(w);
	}
	jw_object_end(w);
}

/* The snippet as plain text, and the places of its matches in characters: [start, length]. */
static void snippet_json(struct json_writer *w, const struct search_hit *hit) {
	autobuf struct buf text = BUF(1 << 16);
	for (size_t i = 0; i < hit->snippet_n; i++) buf_add(&text, hit->snippet[i].text);
	jw_field_str(w, S("snippet"), buf_str(&text));
	jw_name(w, S("highlights"));
	jw_array(w);
	int64_t at = 0;
	for (size_t i = 0; i < hit->snippet_n; i++) {
		int64_t n = (int64_t)str_characters(hit->snippet[i].text);
		if (hit->snippet[i].match) {
			jw_array(w);
			jw_int(w, at);
			jw_int(w, n);
			jw_array_end(w);
		}
		at += n;
	}
	jw_array_end(w);
}

void search_json(struct json_writer *w, const struct hub *h, const struct search_result *r) {
	jw_object(w);
	jw_field_int(w, S("total"), r->total);
	jw_field_bool(w, S("total_is_lower_bound"), r->at_least);
	jw_name(w, S("items"));
	jw_array(w);
	for (size_t i = 0; i < r->n; i++) {
		jw_object(w);
		glimpse_members(w, h, &r->items[i].line);
		jw_name(w, S("score"));
		jw_real(w, (double)(int64_t)(r->items[i].score * 1000) / 1000);
		snippet_json(w, &r->items[i]);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_name(w, S("facets"));
	facets_json(w, r->facets, r->facets_n);
	jw_object_end(w);
}

void history_json(struct json_writer *w, const struct hub *h, const struct disclosed_event *events, size_t n) {
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		const struct disclosed_event *v = &events[i];
		jw_object(w);
		field_moment(w, S("at"), v->at);
		jw_field_str(w, S("type"), v->type);
		jw_field_int(w, S("revision"), v->revision);
		if (v->state) jw_field_str(w, S("state"), v->state->name);
		if (v->actor.n) jw_field_str(w, S("actor"), v->actor);
		if (v->move.n) jw_field_str(w, S("move"), v->move);
		if (v->reason.n) jw_field_str(w, S("reason"), v->reason);
		if (v->act) jw_field_str(w, S("act"), v->act->name);
		if (v->detail) jw_field(w, S("detail"), v->detail);
		if (v->rel.n) {
			jw_field_str(w, S("rel"), v->rel);
			jw_name(w, S("other"));
			glimpse_json(w, h, &v->other);
		}
		if (v->diff) jw_field(w, S("diff"), v->diff);
		jw_object_end(w);
	}
	jw_array_end(w);
}

void kind_json(struct json_writer *w, const struct hub *h, const struct kind *k, int64_t count) {
	(void)h;
	jw_object(w);
	jw_field_str(w, S("kind"), k->name);
	jw_field_str(w, S("title"), k->title);
	jw_field_str(w, S("plural"), k->plural);
	jw_field_str(w, S("path"), k->path);
	jw_field_str(w, S("description"), k->description);
	if (k->area.n) jw_field_str(w, S("area"), k->area);
	jw_field_bool(w, S("builtin"), k->builtin);
	jw_field_int(w, S("count"), count);
	jw_name(w, S("states"));
	jw_array(w);
	for (size_t i = 0; i < k->states_n; i++) {
		jw_object(w);
		jw_field_str(w, S("name"), k->states[i].name);
		jw_field_str(w, S("title"), k->states[i].title);
		jw_field_bool(w, S("public"), k->states[i].is_public);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_name(w, S("moves"));
	jw_array(w);
	for (size_t i = 0; i < k->moves_n; i++) {
		jw_object(w);
		jw_field_str(w, S("name"), k->moves[i].name);
		jw_field_str(w, S("title"), k->moves[i].title);
		names_json(w, S("from"), k->moves[i].from);
		jw_field_str(w, S("to"), k->moves[i].to);
		names_json(w, S("requires"), k->moves[i].requires_);
		jw_field_bool(w, S("reason"), k->moves[i].reason);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_name(w, S("links"));
	jw_array(w);
	for (size_t i = 0; i < k->links_n; i++) {
		jw_object(w);
		jw_field_str(w, S("rel"), k->links[i].rel);
		jw_field_str(w, S("title"), k->links[i].title);
		jw_field_str(w, S("inverse"), k->links[i].inverse);
		names_json(w, S("to"), k->links[i].to);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}
