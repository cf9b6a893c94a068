#include "desk/api/json.h"

#include "pages.h"

static void strings(struct json_writer *w, const char *name, const struct str *items, size_t n) {
	jw_name(w, str_of(name));
	jw_array(w);
	for (size_t i = 0; i < n; i++) jw_str(w, items[i]);
	jw_array_end(w);
}

static const char *version_word(enum affects_version v) {
	return v == AFFECTS_YES ? "affected" : v == AFFECTS_NO ? "not-affected" : "unsure";
}

void affects_json(struct json_writer *w, const struct hub *h, const struct affects_request *r, const struct affects *a) {
	jw_object(w);
	strings(w, "names", r->names, r->names_n);
	strings(w, "unknown", a->unknown, a->unknown_n);
	jw_name(w, S("systems"));
	jw_array(w);
	for (size_t i = 0; i < a->systems_n; i++) {
		const struct affects_system *s = &a->systems[i];
		jw_object(w);
		jw_name(w, S("line"));
		glimpse_json(w, h, &s->line);
		jw_field_str(w, S("name"), r->names[s->name]);
		jw_field_int(w, S("distance"), s->distance);
		if (s->distance) {
			jw_field_str(w, S("rel"), s->rel);
			jw_field_str(w, S("below"), a->systems[s->below].line.uid);
		}
		if (s->licence) jw_field(w, S("licence"), s->licence);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_name(w, S("items"));
	jw_array(w);
	for (size_t i = 0; i < a->items_n; i++) {
		const struct affects_item *item = &a->items[i];
		jw_object(w);
		jw_name(w, S("line"));
		glimpse_json(w, h, &item->line);
		if (item->severity.n) jw_field_str(w, S("severity"), item->severity);
		jw_field_bool(w, S("withdrawn"), item->withdrawn);
		jw_field_str(w, S("about"), a->systems[item->system].line.uid);
		jw_field_int(w, S("distance"), a->systems[item->system].distance);
		jw_field_str(w, S("version"), str_of(version_word(item->version)));
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_field_bool(w, S("more"), a->more);
	jw_object_end(w);
}
