#include "gate.h"

static void finding_json(struct json_writer *w, const struct gate_finding *f) {
	jw_object(w);
	jw_field_str(w, S("verdict"), str_of(gate_verdict_name(f->verdict)));
	jw_field_str(w, S("rule"), f->rule);
	jw_field_str(w, S("subject"), f->subject);
	jw_field_str(w, S("message"), f->message);
	jw_field_str(w, S("advice"), f->advice);
	if (f->url.n) jw_field_str(w, S("url"), f->url);
	jw_field_bool(w, S("accepted"), f->accepted);
	jw_object_end(w);
}

static void check_json(struct json_writer *w, enum gate_name name, const struct gate_check *c) {
	jw_object(w);
	jw_field_str(w, S("check"), str_of(gate_check_name(name)));
	jw_field_bool(w, S("done"), c->done);
	jw_field_str(w, S("verdict"), str_of(gate_verdict_name(c->verdict)));
	jw_field_str(w, S("words"), c->words);
	jw_name(w, S("findings"));
	jw_array(w);
	for (size_t i = 0; i < c->n; i++) finding_json(w, &c->findings[i]);
	jw_array_end(w);
	jw_object_end(w);
}

void gate_json(struct json_writer *w, const struct gate_shown *g) {
	jw_object(w);
	jw_field_str(w, S("verdict"), str_of(gate_verdict_name(g->gate->verdict)));
	jw_field_str(w, S("model"), g->model);
	if (g->version.n) jw_field_str(w, S("version"), g->version);
	if (g->hub.n) jw_field_str(w, S("hub"), g->hub);
	jw_name(w, S("accepted"));
	jw_array(w);
	for (size_t i = 0; i < g->accepted_n; i++) jw_str(w, g->accepted[i]);
	jw_array_end(w);
	jw_field_str(w, S("unused"), g->gate->unused);
	jw_name(w, S("checks"));
	jw_array(w);
	for (enum gate_name n = 0; n < GATE_CHECKS; n++) check_json(w, n, &g->gate->checks[n]);
	jw_array_end(w);
	jw_name(w, S("files"));
	jw_array(w);
	for (size_t i = 0; i < g->files_n; i++) {
		jw_object(w);
		jw_field_str(w, S("path"), g->files[i].path);
		jw_field_str(w, S("sha256"), g->files[i].sha256);
		jw_field_int(w, S("bytes"), g->files[i].size);
		jw_field_str(w, S("verdict"), g->files[i].verdict);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

/* A page of the hub has no style of its own, as its content policy wants it; this one is no page of a hub, and has nothing to fetch a style sheet from. */
void gate_style(struct html *out) {
	html_literal(out,
		"<style>\n"
		":root { color-scheme: light dark; }\n"
		"body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }\n"
		"h1 { font-size: 1.5rem; overflow-wrap: anywhere; }\n"
		"h2 { font-size: 1.15rem; margin-top: 2rem; }\n"
		"h1 span, h2 span { padding: 0.1rem 0.6rem; border-radius: 0.4rem; font-size: 0.85em; }\n"
		"ul { list-style: none; padding: 0; }\n"
		"li { margin: 0.7rem 0; padding: 0.2rem 0 0.2rem 0.9rem; border-left: 4px solid #888; overflow-wrap: anywhere; }\n"
		"li p { margin: 0.15rem 0; }\n"
		"li.BLOCK { border-color: #b3261e; }\n"
		"li.REVIEW, li.INCONCLUSIVE { border-color: #b26a00; }\n"
		"li.PASS { border-color: #2e7d32; }\n"
		"li.accepted { opacity: 0.75; }\n"
		"span.BLOCK { background: #b3261e; color: #fff; }\n"
		"span.REVIEW, span.INCONCLUSIVE { background: #8a5200; color: #fff; }\n"
		"span.PASS { background: #226126; color: #fff; }\n"
		"span.skipped { background: #666; color: #fff; }\n"
		".advice { opacity: 0.85; }\n"
		"code, td { font-size: 0.85rem; }\n"
		"td { padding: 0.15rem 0.8rem 0.15rem 0; vertical-align: top; overflow-wrap: anywhere; }\n"
		"th { text-align: left; font-size: 0.85rem; padding-right: 0.8rem; }\n"
		"</style>\n");
}
