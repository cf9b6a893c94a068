/* RFC 4287, with the links between pages of RFC 5005. */
#include "feeds.h"

#include "desk/registry/lines.h"
#include "desk/site/words.h"
#include "xml.h"

static void link_to(struct buf *out, const struct feed *f, const char *rel, const char *type, struct str path) {
	if (!path.n) return;
	buf_fmt(out, "<link rel=\"%s\" type=\"%s\" href=\"", rel, type);
	xml_text(out, f->origin.base);
	xml_text(out, path);
	buf_add(out, S("\"/>\n"));
}

static void write_entry(struct buf *out, const struct feed *f, const struct glimpse *g) {
	struct str path = record_path(f->a, g);
	buf_add(out, S("<entry>\n"));
	xml_element(out, "id", feed_record_id(f->a, g));
	xml_element(out, "title", g->headline);
	xml_moment(out, "updated", g->updated);
	if (g->published) xml_moment(out, "published", g->published);
	link_to(out, f, "alternate", "text/html", path);
	link_to(out, f, "alternate", "application/json", arena_cat(f->a, S("/api/v1/records/"), str_from(path, 3)));
	buf_add(out, S("<category term=\""));
	xml_text(out, g->kind->name);
	buf_add(out, S("\" label=\""));
	xml_text(out, g->kind->title);
	buf_add(out, S("\"/>\n"));
	xml_element(out, "summary", feed_words(f, g));
	buf_add(out, S("</entry>\n"));
}

void atom_write(struct buf *out, const struct feed *f) {
	buf_add(out, S("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\""));
	buf_add(out, str_of(words.language));
	buf_add(out, S("\">\n"));
	xml_element(out, "id", f->id);
	xml_element(out, "title", f->title);
	xml_element(out, "subtitle", f->subtitle);
	xml_moment(out, "updated", f->updated);
	buf_add(out, S("<author>"));
	xml_element(out, "name", f->hub->name);
	buf_add(out, S("</author>\n"));
	xml_element(out, "generator", S("Polder"));
	link_to(out, f, "self", "application/atom+xml", f->self);
	link_to(out, f, "alternate", "text/html", f->page);
	link_to(out, f, "first", "application/atom+xml", f->first);
	link_to(out, f, "next", "application/atom+xml", f->next);
	link_to(out, f, "search", "application/opensearchdescription+xml", S("/opensearch.xml"));
	for (size_t i = 0; i < f->n; i++) write_entry(out, f, &f->items[i]);
	buf_add(out, S("</feed>\n"));
}
