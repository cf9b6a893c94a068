/* How to cite a record, for programs that keep literature: BibTeX, and CSL-JSON (https://docs.citationstyles.org). What is cited is the
 * record here: the hub is its author and publisher, the day is that of its publication here. */
#include "feeds.h"

#include "desk/registry/lines.h"
#include "lib/json/json.h"

struct citation {
	struct disclosed r;
	struct origin origin;
	struct str url;
	int64_t year;
	int month, day;
};

static enum err_code read_citation(
	struct request *rq, struct response *rs, const char *suffix, struct citation *out, bool *done, struct err *e) {
	enum err_code code = feeds_record(rq, rs, suffix, &out->r, done, e);
	if (code || *done) return code;
	out->origin = feeds_origin(rq);
	out->url = arena_cat(rq->arena, out->origin.base, record_path(rq->arena, &out->r.line));
	date_from_days(out->r.published / DAY, &out->year, &out->month, &out->day);
	return ERR_OK;
}

/* ---- BibTeX ---- */

/* Braces are counted even where a backslash stands before them, so they are named. */
static void tex_text(struct buf *out, struct str s) {
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		switch (c) {
		case '\\': buf_add(out, S("{\\textbackslash}")); break;
		case '{': buf_add(out, S("{\\textbraceleft}")); break;
		case '}': buf_add(out, S("{\\textbraceright}")); break;
		case '~': buf_add(out, S("{\\textasciitilde}")); break;
		case '^': buf_add(out, S("{\\textasciicircum}")); break;
		case '#': case '$': case '%': case '&': case '_':
			buf_add_char(out, '\\');
			buf_add_char(out, c);
			break;
		default: buf_add_char(out, (unsigned char)c < 32 || c == 127 ? ' ' : c);
		}
	}
}

static void tex_field(struct buf *out, const char *name, const char *open, struct str value, const char *close) {
	buf_fmt(out, ",\n  %s = %s", name, open);
	tex_text(out, value);
	buf_add(out, str_of(close));
}

static void tex_key(struct buf *out, struct str id) {
	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
		buf_add_char(out, plain ? c : '-');
	}
}

enum err_code show_bibtex(struct request *rq, struct response *rs, struct err *e) {
	struct citation c;
	bool done;
	enum err_code code = read_citation(rq, rs, ".bib", &c, &done, e);
	if (code || done) return code;
	const struct hub *hub = desk_hub(rq);
	struct buf *out = response_buf(rs, "application/x-bibtex; charset=utf-8");
	buf_add(out, S("@misc{"));
	tex_key(out, c.r.line.id);
	tex_field(out, "title", "{{", c.r.line.headline, "}}");
	tex_field(out, "author", "{{", hub->name, "}}");
	buf_fmt(out, ",\n  year = {%04lld},\n  month = {%d},\n  date = {%04lld-%02d-%02d}", (long long)c.year, c.month, (long long)c.year, c.month,
		c.day);
	tex_field(out, "note", "{", arena_fmt(rq->arena, "%.*s %.*s", STR_ARG(c.r.line.kind->title), STR_ARG(c.r.line.id)), "}");
	/* An address holds no brace: they are percent-encoded. */
	buf_fmt(out, ",\n  url = {%.*s}\n}\n", STR_ARG(c.url));
	return feeds_finish(rs, &c.origin);
}

/* ---- CSL-JSON ---- */

static const char *csl_type(const struct disclosed *r) {
	struct str kind = r->line.kind->name;
	if (str_is(kind, "incident") || str_is(kind, "report") || str_is(kind, "advisory")) return "report";
	if (str_is(kind, "use")) return "entry-dictionary";
	if (str_is(kind, "system")) return str_is(json_get_str(r->body, S("type")), "dataset") ? "dataset" : "software";
	return "webpage";
}

enum err_code show_csl(struct request *rq, struct response *rs, struct err *e) {
	struct citation c;
	bool done;
	enum err_code code = read_citation(rq, rs, ".csl.json", &c, &done, e);
	if (code || done) return code;
	const struct hub *hub = desk_hub(rq);
	struct json_writer w = json_writer(response_buf(rs, "application/vnd.citationstyles.csl+json"));
	jw_array(&w);
	jw_object(&w);
	jw_field_str(&w, S("id"), c.r.line.id);
	jw_field_str(&w, S("type"), str_of(csl_type(&c.r)));
	jw_field_str(&w, S("title"), c.r.line.headline);
	jw_name(&w, S("author"));
	jw_array(&w);
	jw_object(&w);
	jw_field_str(&w, S("literal"), hub->name);
	jw_object_end(&w);
	jw_array_end(&w);
	jw_field_str(&w, S("publisher"), hub->name);
	jw_field_str(&w, S("number"), c.r.line.id);
	if (c.r.line.summary.n) jw_field_str(&w, S("abstract"), c.r.line.summary);
	struct str language = json_get_str(c.r.body, S("language"));
	if (language.n) jw_field_str(&w, S("language"), language);
	jw_name(&w, S("issued"));
	jw_object(&w);
	jw_name(&w, S("date-parts"));
	jw_array(&w);
	jw_array(&w);
	jw_int(&w, c.year);
	jw_int(&w, c.month);
	jw_int(&w, c.day);
	jw_array_end(&w);
	jw_array_end(&w);
	jw_object_end(&w);
	jw_field_str(&w, S("URL"), c.url);
	jw_object_end(&w);
	jw_array_end(&w);
	return feeds_finish(rs, &c.origin);
}
