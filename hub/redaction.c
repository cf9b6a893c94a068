#include "redaction.h"

/* Whoever reads what the public reads, and who is left where the public is taken away. */
#define OTHERS ((unsigned)(PARTIES | OWNER | COORDINATORS | PANEL | REGULATOR | DOWNSTREAM))

const struct json *redaction_audiences(struct arena *a, unsigned audiences) {
	struct json_builder list = json_array_of(a);
	for (unsigned one = 1; one <= INVITED; one <<= 1)
		if (audiences & one) json_add(&list, json_str(a, audience_name((enum audience)one)));
	return json_built(&list);
}

/* ---- who may ---- */

static enum err_code check_rule(struct str pointer, struct err *e) {
	struct str rest = pointer.n ? str_from(pointer, 1) : STR_EMPTY, segment;
	const char *wrong = pointer.n < 2 || pointer.p[0] != '/' ? "is no JSON pointer to a field" : NULL;
	while (!wrong && str_split(&rest, '/', &segment)) {
		size_t digits = 0;
		while (digits < segment.n && segment.p[digits] >= '0' && segment.p[digits] <= '9') digits++;
		if (segment.n && digits == segment.n) wrong = "names an item of a list by its number, which is another item after the next change: write * for all";
	}
	if (!wrong) return ERR_OK;
	err_set(e, ERR_INVALID, "visibility: %.*s %s", STR_ARG(str_cut_utf8(pointer, 200)), wrong);
	err_where(e, "/visibility");
	return ERR_INVALID;
}

struct comparing {
	const struct visibility *kind, *before, *after;
	unsigned audiences;
	struct err *e;
};

static enum err_code compare(const struct comparing *c, struct str pointer) {
	unsigned was = visibility_of(c->before, pointer), is = visibility_of(c->after, pointer);
	/* What the public reads everybody does. */
	if (was & PUBLIC) was = ~0u;
	if (!(is & ~was) || was & c->audiences) return ERR_OK;
	/* What was hidden even from coordinators they open again, where their kind lets them read it. */
	if (c->audiences & COORDINATORS && visibility_of(c->kind, pointer) & (COORDINATORS | PUBLIC)) return ERR_OK;
	return err_set(c->e, ERR_FORBIDDEN, "visibility: %.*s is not for you to open: you may not read it yourself", STR_ARG(str_cut_utf8(pointer, 200)));
}

static enum err_code compare_members(const struct comparing *c, const struct json *rules) {
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < json_count(rules) && !code; i++) code = compare(c, json_member_at(rules, i)->name);
	return code;
}

/* Between two of the pointers that any of the rules name nothing changes: so these are all the places to look at. */
enum err_code redaction_may(struct arena *a, const struct kind *kind, const struct json *old, const struct json *fresh, unsigned audiences,
	struct err *e) {
	struct comparing c = {.kind = kind->visibility, .audiences = audiences, .e = e};
	enum err_code code = json_count(fresh) > REDACTION_RULES ? err_set(e, ERR_INVALID, "visibility: more than %d rules", REDACTION_RULES) : ERR_OK;
	if (!code) code = visibility_override(a, kind->visibility, old, &c.before, e);
	if (!code) code = visibility_override(a, kind->visibility, fresh, &c.after, e);
	for (size_t i = 0; i < json_count(fresh) && !code; i++) code = check_rule(json_member_at(fresh, i)->name, e);
	const struct json *of_kind = json_get_lit(kind->definition, "visibility");
	for (size_t i = 0; i < json_count(of_kind) && !code; i++) {
		const struct json *pointers = &json_member_at(of_kind, i)->value;
		for (size_t j = 0; j < json_count(pointers) && !code; j++) code = compare(&c, json_string(json_at(pointers, j)));
	}
	if (!code) code = compare_members(&c, old);
	return code ? code : compare_members(&c, fresh);
}

/* ---- levels ---- */

static unsigned without(unsigned readers, unsigned from) {
	return (readers & PUBLIC ? readers | OTHERS : readers) & ~from;
}

static bool below(struct str pointer, struct str above) {
	return str_starts(pointer, above) && (pointer.n == above.n || pointer.p[above.n] == '/');
}

static bool covered(const struct kind_redaction *l, struct str pointer) {
	for (size_t i = 0; i < l->show.n; i++)
		if (below(pointer, l->show.items[i])) return true;
	return false;
}

void redaction_narrow(struct arena *a, const struct kind *kind, struct json_builder *rules, struct str pointer, unsigned readers) {
	const struct json *of_kind = json_get_lit(kind->definition, "visibility");
	json_set(rules, pointer, redaction_audiences(a, readers & PUBLIC ? (unsigned)PUBLIC : readers));
	for (size_t i = 0; i < json_count(of_kind); i++) {
		const struct json *pointers = &json_member_at(of_kind, i)->value;
		for (size_t j = 0; j < json_count(pointers); j++) {
			struct str inner = json_string(json_at(pointers, j));
			unsigned those = visibility_of(kind->visibility, inner);
			if (inner.n == pointer.n || !below(inner, pointer) || those & PUBLIC) continue;
			json_set(rules, inner, redaction_audiences(a, readers & PUBLIC ? those : those & readers));
		}
	}
}

static void hide(struct arena *a, const struct kind *kind, struct json_builder *rules, struct str pointer, unsigned from) {
	redaction_narrow(a, kind, rules, pointer, without(visibility_of(kind->visibility, pointer), from));
}

/* All that the public reads but what the level shows; where that is a part of a field, the rest of the field is hidden. */
static void show_only(struct arena *a, const struct kind *kind, const struct kind_redaction *l, struct json_builder *rules) {
	const struct json *open = json_get_lit(json_get_lit(kind->definition, "visibility"), "public");
	for (size_t i = 0; i < json_count(open); i++) {
		struct str pointer = json_string(json_at(open, i));
		if (covered(l, pointer)) continue;
		hide(a, kind, rules, pointer, l->from);
		for (size_t j = 0; j < l->show.n; j++)
			if (below(l->show.items[j], pointer))
				json_set(rules, l->show.items[j], redaction_audiences(a, visibility_of(kind->visibility, l->show.items[j])));
	}
}

static const struct json *level_rules(struct arena *a, const struct kind *kind, const struct kind_redaction *l) {
	struct json_builder rules = json_object_of(a);
	for (size_t i = 0; i < l->hide.n; i++) hide(a, kind, &rules, l->hide.items[i], l->from);
	if (l->show.n) show_only(a, kind, l, &rules);
	return json_built(&rules);
}

enum err_code redaction_level(struct arena *a, const struct kind *kind, struct str name, const struct json **out, struct err *e) {
	const struct kind_redaction *l = kind_redaction(kind, name);
	static const struct kind_redaction full;
	if (!l && str_is(name, "full")) l = &full;
	if (!l) return err_set(e, ERR_NOT_FOUND, "the kind %.*s has no level of redaction \"%.*s\"", STR_ARG(kind->name), STR_ARG(str_cut_utf8(name, 60)));
	*out = level_rules(a, kind, l);
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

struct str redaction_named(struct arena *a, const struct kind *kind, const struct json *rules) {
	struct json_builder none = json_object_of(a);
	if (!rules) rules = json_built(&none);
	for (size_t i = 0; i < kind->redactions_n; i++)
		if (json_equal(level_rules(a, kind, &kind->redactions[i]), rules)) return kind->redactions[i].name;
	return json_count(rules) ? STR_EMPTY : S("full");
}
