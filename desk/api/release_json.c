#include "release_json.h"

static void at(struct json_writer *w, const char *name, moment t) {
	char text[MOMENT_TEXT];
	if (t) jw_field_str(w, str_of(name), moment_text(t, text));
}

static void put(struct json_writer *w, const char *name, struct str v) {
	if (v.n) jw_field_str(w, str_of(name), v);
}

static void begin_list(struct json_writer *w, const char *name) {
	jw_name(w, str_of(name));
	jw_array(w);
}

void release_line_json(struct json_writer *w, const struct hub *h, const struct release_line *l) {
	jw_object(w);
	jw_name(w, S("release"));
	glimpse_json(w, h, &l->line);
	put(w, "version", l->version);
	put(w, "system", l->system);
	put(w, "stage", l->stage);
	jw_field_int(w, S("begun"), l->present + 1);
	jw_field_int(w, S("stages"), l->stages);
	jw_field_bool(w, S("ended"), l->ended);
	jw_object_end(w);
}

static void check_json(struct json_writer *w, const struct hub *h, const struct release_check *c) {
	jw_object(w);
	jw_field_str(w, S("requirement"), str_of(release_need_name(c->need)));
	jw_field_str(w, S("title"), c->title);
	jw_field_bool(w, S("met"), c->met);
	put(w, "evidence", c->evidence);
	put(w, "missing", c->missing);
	put(w, "verdict", c->verdict);
	put(w, "report", c->report);
	if (c->safeguard.uid.n) {
		jw_name(w, S("safeguard"));
		glimpse_json(w, h, &c->safeguard);
	}
	jw_object_end(w);
}

static void stage_json(struct json_writer *w, const struct hub *h, const struct release_stage_view *s) {
	jw_object(w);
	jw_field_str(w, S("name"), s->name);
	jw_field_str(w, S("title"), s->title);
	jw_field_str(w, S("who"), s->who);
	jw_field_str(w, S("at"), s->at < 0 ? S("behind") : s->at ? S("ahead") : S("present"));
	begin_list(w, "checklist");
	for (size_t i = 0; i < s->n; i++) check_json(w, h, &s->checks[i]);
	jw_array_end(w);
	jw_object_end(w);
}

static void sign_json(struct json_writer *w, const struct release_sign *s) {
	jw_object(w);
	jw_field_str(w, S("stage"), s->stage);
	jw_field_str(w, S("name"), s->name);
	jw_field_str(w, S("as"), s->title);
	put(w, "by", s->who);
	put(w, "note", s->note);
	if (s->revision) jw_field_int(w, S("revision"), s->revision);
	at(w, "signed", s->at);
	jw_field_bool(w, S("holds"), s->holds);
	jw_object_end(w);
}

static void objection_json(struct json_writer *w, const struct release_objection *o) {
	jw_object(w);
	jw_field_int(w, S("objection"), o->id);
	put(w, "by", o->who);
	jw_field_str(w, S("reason"), o->reason);
	at(w, "made", o->at);
	jw_field_bool(w, S("open"), !o->over);
	put(w, "answer", o->answer);
	put(w, "answered_by", o->answered_by);
	jw_object_end(w);
}

void release_json(struct json_writer *w, const struct hub *h, const struct release_view *v) {
	jw_object(w);
	jw_name(w, S("release"));
	glimpse_json(w, h, &v->r.line);
	if (v->system.uid.n) {
		jw_name(w, S("system"));
		glimpse_json(w, h, &v->system);
	}
	put(w, "stage", json_get_str(v->r.body, S("stage")));
	at(w, "since", v->since);
	at(w, "observed_until", v->observed);
	jw_field_bool(w, S("ended"), v->ended);
	put(w, "plan", v->plan);
	put(w, "artifacts", v->artifacts);
	begin_list(w, "stages");
	for (size_t i = 0; i < v->stages_n; i++) stage_json(w, h, &v->stages[i]);
	jw_array_end(w);
	begin_list(w, "signoffs");
	for (size_t i = 0; i < v->signs_n; i++) sign_json(w, &v->signs[i]);
	jw_array_end(w);
	begin_list(w, "objections");
	for (size_t i = 0; i < v->objections_n; i++) objection_json(w, &v->objections[i]);
	jw_array_end(w);
	if (v->decisions) jw_field(w, S("decisions"), v->decisions);
	if (v->access) jw_field(w, S("access"), v->access);
	begin_list(w, "may");
	for (int i = 0; i < RELEASE_ACTS; i++) {
		bool told = i > RELEASE_PROCEED && i <= RELEASE_CANCEL && v->may & 1u << RELEASE_PROCEED; /* one act, four decisions */
		if (v->may & 1u << i && !told) jw_str(w, str_of(release_act_name((enum release_act)i)));
	}
	jw_array_end(w);
	begin_list(w, "may_sign");
	for (size_t i = 0; i < v->may_sign_n; i++) jw_str(w, v->may_sign[i]);
	jw_array_end(w);
	jw_object_end(w);
}

void access_held_json(struct json_writer *w, const struct disclosed *r, const struct access_held *h) {
	jw_object(w);
	jw_field_str(w, S("release"), r->line.uid);
	jw_field_bool(w, S("access"), h->by != ACCESS_NONE);
	jw_field_str(w, S("by"), str_of(access_by_what_name(h->by)));
	put(w, "stage", h->stage);
	at(w, "until", h->until);
	jw_field_str(w, S("reason"), h->why);
	put(w, "request", h->request);
	put(w, "request_state", h->state);
	jw_object_end(w);
}

void access_line_json(struct json_writer *w, const struct hub *h, const struct access_line *l) {
	jw_object(w);
	jw_field_str(w, S("id"), l->r.line.uid);
	jw_field_str(w, S("state"), l->state);
	if (l->release.uid.n) {
		jw_name(w, S("release"));
		glimpse_json(w, h, &l->release);
	}
	at(w, "asked", l->asked);
	at(w, "decided", l->decided);
	at(w, "until", l->until);
	put(w, "reason", l->reason);
	put(w, "name", l->name);
	put(w, "email", l->email);
	if (l->answers) jw_field(w, S("answers"), l->answers);
	put(w, "terms_sha256", l->terms);
	if (l->earlier) jw_field_int(w, S("earlier"), l->earlier);
	put(w, "like", l->like);
	begin_list(w, "may");
	for (int i = 0; i < ACCESS_MAYS; i++)
		if (l->may & 1u << i) jw_str(w, str_of(access_may_act((enum access_may)i)));
	jw_array_end(w);
	jw_object_end(w);
}
