/* MITRE ATLAS (Adversarial Threat Landscape for AI Systems): ATLAS.yaml with its tactics, techniques, mitigations and case studies.
 *
 * Tactics and techniques become uses, mitigations safeguards, case studies incidents. Texts keep their Markdown; links that start at the
 * root of the site are made whole, so that they lead somewhere from here too. */
#include "format.h"
#include "pieces.h"
#include "slug.h"
#include "hub/identifier.h"
#include "lib/yaml/yaml.h"

#define SITE "https://atlas.mitre.org"

/* Links are searched for doubles one by one; no schema allows that many. */
enum { DEFINITION = 4000, LINKS = 2000 };

struct reading {
	struct drafts *d;
	struct arena *a;
	struct str version;
	struct map names; /* identifier → name, as a const struct json * */
	struct map seen;
};

/* One object under reading. */
struct entry {
	struct reading *g;
	const struct json *from;
	struct draft *draft;
	struct take take;
	struct json_builder body;
	struct str id, folder; /* "techniques", of its address */
};

/* "[Name](/techniques/AML.T0005)" with the address in full. */
static struct str whole_links(struct arena *a, struct str s) {
	size_t at = str_find(s, S("](/"));
	if (at == STR_NONE) return s;
	autobuf struct buf out = BUF(8 * s.n);
	for (; at != STR_NONE; at = str_find(s, S("](/"))) {
		buf_add(&out, str_sub(s, 0, at));
		buf_add(&out, S("](" SITE));
		s = str_from(s, at + 2);
	}
	buf_add(&out, s);
	if (out.failed) arena_fail(a);
	return arena_str(a, buf_str(&out));
}

static void link_to(struct entry *x, const char *rel, struct str id) {
	if (x->draft->links_n < LINKS) draft_link(x->g->d, x->draft, str_of(rel), id);
}

/* Incidents and vulnerabilities of other collections to whose pages the text leads. */
static void link_addresses(struct entry *x, struct str text) {
	for (size_t at; (at = str_find(text, S("https://"))) != STR_NONE;) {
		text = str_from(text, at);
		size_t n = 0;
		while (n < text.n && !one_of(text.p[n], " \t\n()[]<>\"")) n++;
		struct str id = identifier_at(x->g->a, str_sub(text, 0, n));
		if (!str_eq(id, x->id)) link_to(x, "related-to", id);
		text = str_from(text, n);
	}
}

static struct str text_of(struct entry *x, const struct json *object, struct str name) {
	struct str text = str_trim(take_str(&x->take, object, name));
	link_addresses(x, text);
	return whole_links(x->g->a, text);
}

/* Up to the first empty line. */
static struct str first_paragraph(struct str s) {
	size_t at = str_find(s, S("\n\n"));
	return str_trim(str_cut_utf8(str_sub(s, 0, at), DEFINITION));
}

static struct str first_sentence(struct str s) {
	s = first_paragraph(s);
	for (size_t i = 0; i + 1 < s.n; i++) {
		bool end = s.p[i] == '.' || s.p[i] == '!' || s.p[i] == '?', space = s.p[i + 1] == ' ' || s.p[i + 1] == '\n';
		bool abbreviation = i >= 2 && s.p[i - 2] == '.'; /* "e.g." */
		if (end && space && !abbreviation) return str_sub(s, 0, i + 1);
	}
	return s;
}

static struct json_builder class_of(struct reading *g, struct str id) {
	struct json_builder c = json_object_of(g->a);
	json_set_str(&c, S("scheme"), S("ATLAS"));
	json_set_str(&c, S("id"), id);
	json_put_str(&c, S("label"), json_string(map_get(&g->names, id)));
	return c;
}

/* ---- what several sorts of objects have ---- */

static void read_references(struct entry *x) {
	const struct json *list = json_get_lit(x->from, "references");
	struct json_builder out = json_array_of(x->g->a);
	for (size_t i = 0; json_is(list, JSON_ARRAY) && i < list->n; i++) {
		struct json_builder r = json_object_of(x->g->a);
		take_is(&x->take, json_at(list, i), S("title"), STR_EMPTY); /* many are, and mean nothing */
		json_put_str(&r, S("title"), take_str(&x->take, json_at(list, i), S("title")));
		struct str url = take_str(&x->take, json_at(list, i), S("url"));
		link_addresses(x, url);
		json_put_str(&r, S("url"), url);
		add_object(&out, &r);
	}
	put_list(&x->body, S("references"), &out);
}

static void read_crosswalk(struct entry *x) {
	const struct json *from = json_get_lit(x->from, "ATT&CK-reference");
	struct str id = take_str(&x->take, from, S("id"));
	if (!id.n) return;
	struct json_builder c = json_object_of(x->g->a), list = json_array_of(x->g->a);
	json_set_str(&c, S("scheme"), S("ATT&CK"));
	json_set_str(&c, S("id"), id);
	json_set_str(&c, S("relation"), S("exact"));
	json_put_str(&c, S("url"), take_str(&x->take, from, S("url")));
	add_object(&list, &c);
	put_list(&x->body, S("crosswalks"), &list);
}

static void read_dates(struct entry *x) {
	json_put_str(&x->body, S("published"), take_str_if(&x->take, x->from, S("created_date"), when_fits));
	json_put_str(&x->body, S("modified"), take_str_if(&x->take, x->from, S("modified_date"), when_fits));
}

/* ---- the sorts of objects ---- */

static bool maturity_fits(struct str s) {
	return str_is(s, "feasible") || str_is(s, "demonstrated") || str_is(s, "realized");
}

static void read_use(struct entry *x) {
	struct str type = take_str(&x->take, x->from, S("object-type")), description = text_of(x, x->from, S("description"));
	struct str definition = first_paragraph(description), name = json_get_str(x->from, S("name"));
	json_set_str(&x->body, S("definition"), definition.n ? definition : name);
	if (description.n > definition.n) json_set_str(&x->body, S("description"), description);
	json_set_str(&x->body, S("scheme"), S("ATLAS"));
	json_set_str(&x->body, S("external_id"), x->id);
	json_set_str(&x->body, S("object_type"), type);
	json_set_str(&x->body, S("intention"), S("malicious"));
	json_put_str(&x->body, S("maturity"), take_str_if(&x->take, x->from, S("maturity"), maturity_fits));
	read_crosswalk(x);
	read_references(x);
	const struct json *tactics = take_strings(&x->take, x->from, S("tactics"));
	for (size_t i = 0; i < json_count(tactics); i++) link_to(x, "follows-tactic", json_string(json_at(tactics, i)));
	link_to(x, "broader", take_str(&x->take, x->from, S("subtechnique-of")));
}

/* How the mitigation is applied to one technique: {id, use}. */
static void read_application(struct entry *x, const struct json *from, struct json_builder *list) {
	struct str id = take_str(&x->take, from, S("id"));
	if (!id.n) return;
	struct json_builder b = json_object_of(x->g->a);
	json_set_str(&b, S("use"), id);
	json_put_str(&b, S("text"), text_of(x, from, S("use")));
	add_object(list, &b);
	link_to(x, "mitigates", id);
}

static void read_safeguard(struct entry *x) {
	struct arena *a = x->g->a;
	struct str description = text_of(x, x->from, S("description"));
	take_is(&x->take, x->from, S("object-type"), S("mitigation"));
	json_put_str(&x->body, S("summary"), first_sentence(description));
	json_put_str(&x->body, S("description"), description);
	const struct json *categories = take_strings(&x->take, x->from, S("category"));
	struct str type = STR_EMPTY;
	for (size_t i = 0; i < json_count(categories); i++) {
		struct str c = json_string(json_at(categories, i));
		if (str_starts(c, S("Technical"))) type = S("technical");
		else if (!type.n && str_is(c, "Policy")) type = S("policy");
	}
	json_put_str(&x->body, S("type"), type);
	json_put(&x->body, S("categories"), categories);

	struct json_builder stages = json_array_of(a), applications = json_array_of(a);
	const struct json *techniques = json_get_lit(x->from, "techniques"), *lifecycle = json_get_lit(x->from, "ml-lifecycle");
	for (size_t i = 0; json_is(techniques, JSON_ARRAY) && i < techniques->n; i++) read_application(x, json_at(techniques, i), &applications);
	for (size_t i = 0; json_is(lifecycle, JSON_ARRAY) && i < lifecycle->n; i++) {
		const struct json *v = json_at(lifecycle, i);
		/* In places an application stands among the stages. */
		if (json_is(v, JSON_OBJECT)) read_application(x, v, &applications);
		if (!json_string(v).n) continue;
		struct json_builder stage = json_object_of(a);
		json_set_str(&stage, S("scheme"), S("ATLAS lifecycle"));
		json_set_str(&stage, S("label"), json_string(v));
		take_note(&x->take, v);
		add_object(&stages, &stage);
	}
	put_list(&x->body, S("lifecycle"), &stages);
	put_list(&x->body, S("applications"), &applications);
	read_crosswalk(x);
	read_references(x);
}

static bool day_fits(struct str s) {
	return s.n == 10 && when_fits(s);
}

/* The date as far as it is meant: 2020-01-01 with the granularity YEAR is 2020. */
static void read_date(struct entry *x) {
	struct str date = take_str_if(&x->take, x->from, S("incident-date"), day_fits);
	if (!date.n) return;
	size_t n = date.n;
	if (take_is(&x->take, x->from, S("incident-date-granularity"), S("YEAR"))) n = 4;
	else if (take_is(&x->take, x->from, S("incident-date-granularity"), S("MONTH"))) n = 7;
	else take_is(&x->take, x->from, S("incident-date-granularity"), S("DATE"));
	json_set_str(&x->body, S("date"), str_sub(date, 0, n));
}

static void read_steps(struct entry *x) {
	const struct json *procedure = json_get_lit(x->from, "procedure");
	struct json_builder steps = json_array_of(x->g->a);
	for (size_t i = 0; json_is(procedure, JSON_ARRAY) && i < procedure->n; i++) {
		const struct json *from = json_at(procedure, i);
		struct json_builder step = json_object_of(x->g->a);
		struct str text = text_of(x, from, S("description"));
		struct str tactic = take_str(&x->take, from, S("tactic")), technique = take_str(&x->take, from, S("technique"));
		if (!text.n && !tactic.n && !technique.n) continue;
		struct str name = json_string(map_get(&x->g->names, technique));
		json_set_str(&step, S("text"), text.n ? text : name.n ? name : technique.n ? technique : tactic);
		struct json_builder aim = class_of(x->g, tactic), way = class_of(x->g, technique);
		if (tactic.n) json_set(&step, S("tactic"), json_built(&aim));
		if (technique.n) json_set(&step, S("technique"), json_built(&way));
		add_object(&steps, &step);
		link_to(x, "concerns", technique);
	}
	put_list(&x->body, S("steps"), &steps);
}

/* Whom it was aimed at: people, an authority, mostly a system. Some entries name none, but how many or what sort. */
static void link_target(struct entry *x, struct str target) {
	target = str_trim(str_sub(target, 0, str_find(target, S(" (")))); /* "ClawdBot (now OpenClaw)" */
	static const struct str authorities[] = {S_INIT("Department"), S_INIT("Ministry"), S_INIT(" sector")};
	bool population = slug_is_population(name_key(x->g->a, target)), organization = population;
	for (size_t i = 0; i < lengthof(authorities); i++) organization |= str_find(target, authorities[i]) != STR_NONE;
	bool no_name = str_starts(target, S("Multiple ")) || (target.n && target.p[0] >= '0' && target.p[0] <= '9');
	if (no_name) return;
	if (organization) {
		struct str key = draft_organization(x->g->d, target, population);
		if (population) draft_population(x->g->d, key);
		link_to(x, "harmed", key);
	} else link_to(x, "affects", draft_system(x->g->d, STR_EMPTY, target, S("application"), STR_EMPTY));
}

static void read_parties(struct entry *x) {
	struct str target = take_str(&x->take, x->from, S("target")), reporter = take_str(&x->take, x->from, S("reporter"));
	json_put_str(&x->body, S("actor"), take_str(&x->take, x->from, S("actor")));
	json_put_str(&x->body, S("target"), target);
	json_put_str(&x->body, S("reporter"), reporter);
	link_target(x, str_trim(target));
	link_to(x, "reported-by", draft_organization(x->g->d, reporter, false));
}

static void read_incident(struct entry *x) {
	take_is(&x->take, x->from, S("object-type"), S("case-study"));
	json_put_str(&x->body, S("description"), text_of(x, x->from, S("summary")));
	if (take_is(&x->take, x->from, S("case-study-type"), S("exercise"))) json_set_str(&x->body, S("nature"), S("exercise"));
	else if (take_is(&x->take, x->from, S("case-study-type"), S("incident"))) json_set_str(&x->body, S("nature"), S("event"));
	read_date(x);
	read_parties(x);
	read_steps(x);
	read_references(x);
}

/* ---- lists of objects ---- */

static const struct sort {
	struct str list, prefix, kind, folder;
	void (*read)(struct entry *x);
} sorts[] = {
	{S_INIT("tactics"), S_INIT("AML.TA"), S_INIT("use"), S_INIT("tactics"), read_use},
	{S_INIT("techniques"), S_INIT("AML.T"), S_INIT("use"), S_INIT("techniques"), read_use},
	{S_INIT("mitigations"), S_INIT("AML.M"), S_INIT("safeguard"), S_INIT("mitigations"), read_safeguard},
	{S_INIT("case-studies"), S_INIT("AML.CS"), S_INIT("incident"), S_INIT("studies"), read_incident},
};

/* Why the object can't be taken; "" it can. */
static const char *unfit(const struct sort *sort, const struct json *from) {
	if (!json_is(from, JSON_OBJECT)) return "expected an object";
	struct str id = json_get_str(from, S("id")), type = json_get_str(from, S("object-type"));
	if (!id.n) return "id: missing";
	if (!str_starts(id, sort->prefix) || !identifier_fits(id)) return "id: not one of this list";
	if (!str_trim(json_get_str(from, S("name"))).n) return "name: missing";
	bool use = sort->read == read_use;
	if (use && !str_is(type, "tactic") && !str_is(type, "technique")) return "object-type: expected tactic or technique";
	return "";
}

static void read_object(struct reading *g, const struct sort *sort, const struct json *from, size_t i) {
	struct str id = json_get_str(from, S("id")), place = arena_fmt(g->a, "%.*s/%zu", STR_ARG(sort->list), i);
	const char *why = unfit(sort, from);
	void **seen = *why ? NULL : map_at(&g->seen, id);
	if (seen && *seen) why = "it stands in the file already";
	if (seen) *seen = g;
	if (*why) {
		draft_reject(g->d, place, str_cut_utf8(id, 100), "%s", why);
		return;
	}
	struct entry x = {.g = g, .from = from, .draft = draft_new(g->d, sort->kind), .take.a = g->a, .id = id};
	if (!x.draft) return;
	x.body = json_object_of(g->a);
	json_set_str(&x.body, S("title"), str_trim(take_str(&x.take, from, S("name"))));
	sort->read(&x);
	read_dates(&x);
	struct json_builder aliases = json_array_of(g->a);
	json_add(&aliases, json_str(g->a, take_str(&x.take, from, S("id"))));
	put_list(&x.body, S("aliases"), &aliases);

	struct origin o = {.system = S("ATLAS"), .id = id, .version = g->version, .licence = S("Apache-2.0")};
	o.url = arena_fmt(g->a, SITE "/%.*s/%.*s", STR_ARG(sort->folder), STR_ARG(id));
	o.extra = take_rest(&x.take, from);
	x.draft->place = place;
	draft_finish(g->d, x.draft, &x.body, &o, json_canonical(g->a, from));
}

static void note_names(struct reading *g, const struct json *list) {
	for (size_t i = 0; json_is(list, JSON_ARRAY) && i < list->n; i++) {
		struct str id = json_get_str(json_at(list, i), S("id"));
		void **at = id.n ? map_at(&g->names, id) : NULL;
		if (at) *at = (void *)(uintptr_t)json_get_lit(json_at(list, i), "name");
	}
}

static void read_list(struct reading *g, const struct json *holder, const struct sort *sort) {
	const struct json *list = json_get(holder, sort->list);
	if (!list) return;
	if (list->type != JSON_ARRAY) {
		draft_reject(g->d, sort->list, STR_EMPTY, "expected an array");
		return;
	}
	for (size_t i = 0; i < list->n; i++) read_object(g, sort, json_at(list, i), i);
}

static enum err_code read_atlas(const struct import_file *files, size_t n, struct drafts *d, struct err *e) {
	for (size_t i = 0; i < n; i++) {
		const struct json *v;
		enum err_code code = yaml_parse(d->a, files[i].bytes, NULL, &v, e);
		if (code) return code;
		/* What aliases share is told apart, since what was read of a value is known by its address. */
		v = json_copy(d->a, v);
		if (!v) return err_set(e, ERR_MEMORY, "out of memory");
		const struct json *matrices = json_get_lit(v, "matrices");
		if (!json_is(matrices, JSON_ARRAY)) return err_set(e, ERR_INVALID, "no ATLAS document: matrices is missing");
		struct reading g = {.d = d, .a = d->a, .names.arena = d->a, .seen.arena = d->a};
		const struct json *version = json_get_lit(v, "version");
		g.version = json_is(version, JSON_STRING) || !version ? json_string(version) : json_text(d->a, version);
		for (size_t m = 0; m < matrices->n; m++)
			for (size_t s = 0; s < lengthof(sorts); s++) note_names(&g, json_get(json_at(matrices, m), sorts[s].list));
		for (size_t s = 0; s < lengthof(sorts); s++) {
			for (size_t m = 0; m < matrices->n; m++) read_list(&g, json_at(matrices, m), &sorts[s]);
			read_list(&g, v, &sorts[s]);
		}
	}
	return arena_failed(d->a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

static bool wants(struct str name) {
	return str_eq_ascii_case(str_sub(name, 0, 5), S("ATLAS"));
}

extern const struct format format_atlas;
const struct format format_atlas = {
	.name = "atlas",
	.title = "MITRE ATLAS: tactics, techniques, mitigations and case studies",
	.suffix = ".yaml",
	.mapping = 2,
	.wants = wants,
	.read = read_atlas,
};
