/* JSON Feed 1.1, https://www.jsonfeed.org/version/1.1/ */
#include "feeds.h"

#include "desk/site/words.h"
#include "lib/json/json.h"

static void address(struct json_writer *w, const struct feed *f, struct str name, struct str path) {
	if (path.n) jw_field_str(w, name, arena_cat(f->a, f->origin.base, path));
}

static void field_moment(struct json_writer *w, struct str name, moment t) {
	char text[MOMENT_TEXT];
	if (t) jw_field_str(w, name, moment_text(t, text));
}

static void write_item(struct json_writer *w, const struct feed *f, const struct glimpse *g) {
	struct str text = feed_words(f, g);
	jw_object(w);
	jw_field_str(w, S("id"), feed_record_id(f->a, g));
	jw_field_str(w, S("url"), feed_record_url(f, g));
	jw_field_str(w, S("title"), g->headline);
	jw_field_str(w, S("content_text"), text.n ? text : g->headline); /* an item must have a content */
	field_moment(w, S("date_published"), g->published);
	field_moment(w, S("date_modified"), g->updated);
	jw_name(w, S("tags"));
	jw_array(w);
	jw_str(w, g->kind->title);
	jw_array_end(w);
	jw_object_end(w);
}

void json_feed_write(struct buf *out, const struct feed *f) {
	struct json_writer writer = json_writer(out), *w = &writer;
	jw_object(w);
	jw_field_str(w, S("version"), S("https://jsonfeed.org/version/1.1"));
	jw_field_str(w, S("title"), f->title);
	if (f->subtitle.n) jw_field_str(w, S("description"), f->subtitle);
	address(w, f, S("home_page_url"), f->page);
	address(w, f, S("feed_url"), f->self);
	address(w, f, S("next_url"), f->next);
	jw_field_str(w, S("language"), str_of(words.language));
	jw_name(w, S("authors"));
	jw_array(w);
	jw_object(w);
	jw_field_str(w, S("name"), f->hub->name);
	address(w, f, S("url"), S("/"));
	jw_object_end(w);
	jw_array_end(w);
	jw_name(w, S("items"));
	jw_array(w);
	for (size_t i = 0; i < f->n; i++) write_item(w, f, &f->items[i]);
	jw_array_end(w);
	jw_object_end(w);
}
