#include "table_json.h"

static void field_text(struct json_writer *w, const char *name, struct str text) {
	if (text.n) jw_field_str(w, str_of(name), text);
}

static void value_json(struct json_writer *w, const struct decide_value *v, bool whole) {
	jw_object(w);
	jw_field_str(w, S("name"), v->name);
	jw_field_str(w, S("title"), v->title);
	if (whole) {
		jw_field_str(w, S("key"), v->key);
		jw_field_str(w, S("description"), v->description);
		field_text(w, "follows", v->follows);
	}
	field_text(w, "tier", v->tier);
	jw_object_end(w);
}

static void point_json(struct json_writer *w, const struct decide_point *p, bool whole) {
	jw_object(w);
	jw_field_str(w, S("name"), p->name);
	jw_field_str(w, S("title"), p->title);
	if (whole) {
		jw_field_str(w, S("key"), p->key);
		jw_field_str(w, S("version"), p->version);
		jw_field_str(w, S("description"), p->description);
		field_text(w, "table", p->table);
	}
	jw_name(w, S("values"));
	jw_array(w);
	for (size_t i = 0; i < p->n; i++) value_json(w, &p->values[i], whole);
	jw_array_end(w);
	jw_object_end(w);
}

static void monotony_json(struct json_writer *w, const struct decide_table *t) {
	struct decide_monotony m;
	decide_monotone(t, &m);
	jw_object(w);
	jw_field_int(w, S("pairs"), (int64_t)m.pairs);
	jw_field_int(w, S("falls"), (int64_t)m.falls);
	jw_field_int(w, S("undeclared"), (int64_t)m.undeclared);
	jw_object_end(w);
}

/* Of what its file says, in its words. */
static void copied(struct json_writer *w, const struct decide_table *t, const char *name) {
	const struct json *v = json_get(t->document, str_of(name));
	if (v) jw_field(w, str_of(name), v);
}

void table_json(struct json_writer *w, const struct hub *h, const struct decide_table *t, bool whole) {
	jw_object(w);
	jw_field_str(w, S("table"), t->name);
	jw_field_str(w, S("version"), t->version);
	jw_field_str(w, S("title"), t->title);
	jw_field_str(w, S("description"), t->description);
	jw_name(w, S("kinds"));
	jw_array(w);
	for (size_t i = 0; i < t->kinds_n; i++) jw_str(w, t->kinds[i]);
	jw_array_end(w);
	jw_field_bool(w, S("tiers"), t->tiers);
	jw_field_bool(w, S("builtin"), table_is_builtin(h->tables, t));
	jw_field_int(w, S("combinations"), (int64_t)t->combinations);
	jw_name(w, S("points"));
	jw_array(w);
	for (size_t i = 0; i < t->points_n; i++) point_json(w, &t->points[i], whole);
	jw_array_end(w);
	jw_name(w, S("outcome"));
	point_json(w, &t->outcome, whole);
	if (whole) {
		copied(w, t, "source");
		copied(w, t, "rules");
		copied(w, t, "exceptions");
		jw_name(w, S("monotony"));
		monotony_json(w, t);
	}
	jw_object_end(w);
}

void answer_json(struct json_writer *w, struct arena *a, const struct decide_table *t, const struct decide_given *g) {
	struct decide_answer answer;
	decide_answer(t, g, &answer);
	jw_object(w);
	jw_field_str(w, S("table"), t->name);
	jw_field_str(w, S("version"), t->version);
	jw_field_str(w, S("vector"), decide_vector(a, t, g));
	jw_field(w, S("values"), decide_given_json(a, t, g));
	if (answer.outcome != DECIDE_NONE) {
		jw_name(w, S("outcome"));
		value_json(w, &t->outcome.values[answer.outcome], true);
		field_text(w, "tier", t->outcome.values[answer.outcome].tier);
	}
	jw_name(w, S("possible"));
	jw_array(w);
	for (size_t i = 0; i < t->outcome.n; i++) {
		if (!(answer.possible & 1u << i)) continue;
		jw_object(w);
		jw_field_str(w, S("name"), t->outcome.values[i].name);
		jw_field_str(w, S("title"), t->outcome.values[i].title);
		jw_field_int(w, S("combinations"), (int64_t)answer.counts[i]);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_name(w, S("open"));
	jw_array(w);
	for (size_t i = 0; i < t->points_n; i++)
		if (answer.relevant & 1u << i) jw_str(w, t->points[i].name);
	jw_array_end(w);
	if (answer.next != DECIDE_NONE) jw_field_str(w, S("next"), t->points[answer.next].name);
	jw_object_end(w);
}

void decision_json(struct json_writer *w, const struct decision *d) {
	char at[MOMENT_TEXT];
	jw_object(w);
	jw_field_int(w, S("id"), d->id);
	jw_field_str(w, S("table"), d->table);
	jw_field_str(w, S("title"), d->title);
	jw_field_str(w, S("version"), d->version);
	jw_field_str(w, S("at"), moment_text(d->at, at));
	jw_field_str(w, S("by"), d->by);
	jw_field_str(w, S("vector"), d->vector);
	jw_field(w, S("values"), d->values);
	jw_field_str(w, S("outcome"), d->outcome);
	field_text(w, "tier", d->tier);
	field_text(w, "note", d->note);
	jw_field_bool(w, S("current"), d->current);
	jw_field_bool(w, S("outdated"), d->outdated);
	jw_object_end(w);
}
