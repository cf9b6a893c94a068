/* Polder's own format: for the content that comes with it, and for moving records between hubs.
 *
 * A file holds one record or an array of them, each an object with these members:
 *
 *	kind        "use"
 *	id          what it is called: a number ("CUE-0001"), or any name, by which it is known again when it comes again
 *	state       of its lifecycle; absent: where imported records of the kind begin
 *	body        after the kind's schema
 *	links       [{"rel": "broader", "to": "CUE-0013"}], `to` being the id of a record in these files or here
 *	visibility  {"/pointer": ["public"]}, rules of its own
 *	uid         the uid that it has in the hub it comes from */
#include "format.h"
#include "hub/identifier.h"
#include "pieces.h"

enum { ID = 500, LINKS = 2000, RULES = 200 };

struct record {
	struct drafts *d;
	const struct json *from;
	struct str place, id;
};

static void reject(const struct record *x, const char *why) {
	draft_reject(x->d, x->place, str_cut_utf8(x->id, ID), "%s", why);
}

/* ---- checks: why it can't be taken, NULL it can ---- */

static const char *wrong_member(struct arena *a, const struct json *from) {
	static const char *const known[] = {"kind", "id", "state", "body", "links", "visibility", "uid"};
	for (size_t i = 0; i < json_count(from); i++) {
		struct str name = from->members[i].name;
		bool found = false;
		for (size_t k = 0; k < lengthof(known); k++) found |= str_is(name, known[k]);
		if (!found) return arena_fmt(a, "%.*s: no such member; there are kind, id, state, body, links, visibility, uid",
			STR_ARG(str_cut_utf8(name, 100))).p;
	}
	return NULL;
}

/* A name as kinds and states have it. */
static bool word(struct str s) {
	if (!s.n || s.n > 100 || s.p[0] < 'a' || s.p[0] > 'z') return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '-') return false;
	return true;
}

static const char *wrong_links(struct arena *a, const struct json *links) {
	if (!links) return NULL;
	if (links->type != JSON_ARRAY) return "links: expected an array";
	if (links->n > LINKS) return "links: too many";
	for (size_t i = 0; i < links->n; i++) {
		const struct json *l = json_at(links, i);
		if (!json_is(l, JSON_OBJECT)) return arena_fmt(a, "links/%zu: expected an object with rel and to", i).p;
		if (!word(json_get_str(l, S("rel")))) return arena_fmt(a, "links/%zu/rel: expected the name of a relation", i).p;
		struct str to = json_get_str(l, S("to"));
		if (!to.n || to.n > ID) return arena_fmt(a, "links/%zu/to: expected the id of a record", i).p;
		if (json_count(l) != 2) return arena_fmt(a, "links/%zu: only rel and to may stand there", i).p;
	}
	return NULL;
}

static const char *wrong_visibility(const struct json *rules) {
	if (!rules) return NULL;
	if (rules->type != JSON_OBJECT) return "visibility: expected an object";
	if (rules->n > RULES) return "visibility: too many rules";
	for (size_t i = 0; i < rules->n; i++) {
		const struct json_member *m = &rules->members[i];
		if (!str_starts(m->name, S("/"))) return "visibility: names must be JSON pointers";
		if (m->value.type != JSON_ARRAY) return "visibility: expected arrays of audiences";
		for (size_t k = 0; k < m->value.n; k++)
			if (!word(json_string(json_at(&m->value, k)))) return "visibility: expected arrays of audiences";
	}
	return NULL;
}

static const char *wrong(struct arena *a, const struct json *from, char uid[UID_SIZE]) {
	if (!json_is(from, JSON_OBJECT)) return "expected an object";
	const char *why = wrong_member(a, from);
	if (why) return why;
	const struct json *state = json_get_lit(from, "state"), *claimed = json_get_lit(from, "uid");
	struct str id = json_get_str(from, S("id"));
	if (!json_get_lit(from, "kind")) return "kind: missing";
	if (!word(json_get_str(from, S("kind")))) return "kind: expected the name of a kind";
	if (!json_get_lit(from, "id")) return "id: missing";
	if (!id.n || id.n > ID || str_trim(id).n != id.n) return "id: expected a name of at most 500 bytes";
	if (state && !word(json_string(state))) return "state: expected the name of a state";
	if (!json_get_lit(from, "body")) return "body: missing";
	if (!json_is(json_get_lit(from, "body"), JSON_OBJECT)) return "body: expected an object";
	if (claimed && !uid_parse(json_string(claimed), uid)) return "uid: expected one such as R-7KQ2-M9XD";
	why = wrong_links(a, json_get_lit(from, "links"));
	return why ? why : wrong_visibility(json_get_lit(from, "visibility"));
}

/* ---- what the id says ---- */

static const struct {
	const char *kind;
	struct str form;
} numbers[] = {
	{"use", S_INIT("CUE-{seq:4}")}, {"advisory", S_INIT("{prefix}-{year}-{seq:4}")},
};

static bool has_string(const struct json *array, struct str s) {
	for (size_t i = 0; i < json_count(array); i++)
		if (str_eq(json_string(json_at(array, i)), s)) return true;
	return false;
}

/* A record that came from another collection keeps what that calls it; its id there may look like a number of ours (CVE-2024-0001). */
static void name_it(struct draft *r, const struct json *body, struct str id) {
	const struct json *source = json_get_lit(body, "source");
	struct str system = json_get_str(source, S("system"));
	bool foreign = system.n && !str_is(system, "polder");
	bool of_source = foreign && (str_eq(json_get_str(source, S("id")), id) || has_string(json_get_lit(body, "aliases"), id));
	int64_t seq;
	int year;
	char uid[UID_SIZE];
	for (size_t i = 0; i < lengthof(numbers) && !of_source; i++)
		if (str_is(r->kind, numbers[i].kind) && number_parse(numbers[i].form, id, &seq, &year)) r->number = r->public_id = id;
	if (of_source && identifier_fits(id) && !uid_parse(id, uid)) r->public_id = id;
}

/* ---- records ---- */

static void read_links(const struct record *x, struct draft *r, const struct json *body) {
	const struct json *links = json_get_lit(x->from, "links"), *crosswalks = json_get_lit(body, "crosswalks");
	for (size_t i = 0; i < json_count(links); i++)
		draft_link(x->d, r, json_get_str(json_at(links, i), S("rel")), json_get_str(json_at(links, i), S("to")));
	if (!str_is(r->kind, "use") || !json_is(crosswalks, JSON_ARRAY)) return;
	/* ATLAS may be imported here too: then the two entries lead to each other. */
	for (size_t i = 0; i < crosswalks->n && i < LINKS; i++)
		if (str_is(json_get_str(json_at(crosswalks, i), S("scheme")), "ATLAS"))
			draft_link(x->d, r, S("related-to"), json_get_str(json_at(crosswalks, i), S("id")));
}

static void read_record(const struct record *x) {
	struct arena *a = x->d->a;
	char uid[UID_SIZE] = "";
	const char *why = wrong(a, x->from, uid);
	if (why) {
		reject(x, why);
		return;
	}
	const struct json *body = json_get_lit(x->from, "body");
	struct draft *r = draft_new(x->d, json_get_str(x->from, S("kind")));
	if (!r) return;
	r->source_id = x->id;
	r->place = x->place;
	r->uid = arena_str(a, str_of(uid));
	r->state = json_get_str(x->from, S("state"));
	r->visibility = json_get_lit(x->from, "visibility");
	r->fetched = json_canonical(a, x->from);
	name_it(r, body, x->id);
	read_links(x, r, body);
	if (str_is(r->kind, "organization") || str_is(r->kind, "system"))
		r->key = draft_party_key(a, r->kind, STR_EMPTY, json_get_str(body, S("name")));
	if (!json_get_lit(body, "source")) {
		struct json_builder source = json_object_of(a);
		json_set_str(&source, S("system"), S("polder"));
		json_set_str(&source, S("id"), x->id);
		body = json_with(a, body, S("source"), json_built(&source));
	}
	r->body = body;
	r->licence = json_get_str(json_get_lit(body, "source"), S("licence"));
}

static enum err_code read_polder(const struct import_file *files, size_t n, struct drafts *d, struct err *e) {
	for (size_t i = 0; i < n; i++) {
		const struct json *v;
		enum err_code code = json_parse(d->a, files[i].bytes, NULL, &v, e);
		if (code) return code;
		bool list = v->type == JSON_ARRAY;
		if (!list && v->type != JSON_OBJECT) return err_set(e, ERR_INVALID, "no records: expected an object or an array of objects");
		for (size_t k = 0; k < (list ? v->n : 1); k++) {
			const struct json *from = list ? json_at(v, k) : v;
			struct str id = json_get_str(from, S("id")), place = list ? arena_fmt(d->a, "record %zu", k + 1) : STR_EMPTY;
			if (id.n && list) place = arena_fmt(d->a, "record %zu (%.*s)", k + 1, STR_ARG(str_cut_utf8(id, 100)));
			read_record(&(struct record){d, from, place, id});
		}
	}
	return arena_failed(d->a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

static bool kind_fits(struct str kind, struct str source_system) {
	(void)kind;
	(void)source_system;
	return true;
}

static enum err_code write_polder(struct arena *a, struct str kind, struct str id, const struct json *body, const struct json **out,
	struct err *e) {
	struct json_builder b = json_object_of(a);
	json_set_str(&b, S("kind"), kind);
	json_set_str(&b, S("id"), id);
	json_set(&b, S("body"), body);
	const struct json *v = json_built(&b);
	if (!v || arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	*out = v;
	return ERR_OK;
}

extern const struct format format_polder;
const struct format format_polder = {
	.name = "polder",
	.title = "Polder's own format: records of any kind",
	.suffix = ".json",
	.mapping = 1,
	.read = read_polder,
	.kind_fits = kind_fits,
	.write = write_polder,
};
