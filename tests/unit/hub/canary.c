/* A marker of its own in every free text of every kind, published and not: nothing that the public is given may hold one of a field that isn't
 * public. The bodies are made from the kinds' schemas, so a field that is added tomorrow is watched as well. */
#include "test.h"

enum { MARKS = 4000 };

struct mark {
	struct str word, pointer; /* "zqcanary17z", "/contact/email" */
	unsigned audiences;       /* who may read it, by the kind's rules, as this file reads them */
};

static struct mark marks[MARKS];
static size_t marks_n;
static const struct kind *kind;

static struct str new_mark(struct str pointer) {
	assert_true(marks_n < MARKS);
	static size_t serial; /* no word comes twice, whatever the kind */
	struct mark *m = &marks[marks_n++];
	*m = (struct mark){arena_fmt(arena, "zqcanary%zuz", ++serial), pointer, 0};
	return m->word;
}

/* ---- who may read a field: a second reading of docs/KINDS.md ---- */

/* Number of segments of the rule when it covers the pointer, -1 when it does not. names: how many of its segments are no stars, from the left. */
static int covers(struct str rule, struct str pointer, struct str *shape) {
	struct str a = rule.n ? str_from(rule, 1) : (struct str){NULL, 0}, b = pointer.n ? str_from(pointer, 1) : (struct str){NULL, 0}, x, y;
	int n = 0;
	*shape = STR_EMPTY;
	while (str_split(&a, '/', &x)) {
		if (!str_split(&b, '/', &y)) return -1;
		bool star = str_is(x, "*");
		if (!star && !str_eq(x, y)) return -1;
		*shape = arena_cat(arena, *shape, star ? S("1") : S("0"));
		n++;
	}
	return n;
}

static unsigned readers_of(struct str pointer) {
	const struct json *visibility = json_get_lit(kind->definition, "visibility");
	int best = -1;
	struct str best_shape = STR_EMPTY;
	unsigned audiences = 0;
	for (size_t i = 0; i < json_count(visibility); i++)
		for (size_t j = 0; j < json_count(&visibility->members[i].value); j++) {
			struct str shape;
			int n = covers(json_string(json_at(&visibility->members[i].value, j)), pointer, &shape);
			if (n < 0 || n < best || (n == best && str_cmp(shape, best_shape) > 0)) continue;
			if (n > best || !str_eq(shape, best_shape)) audiences = 0;
			best = n;
			best_shape = shape;
			audiences |= audience_of(visibility->members[i].name);
		}
	return audiences;
}

/* ---- a body from a schema ---- */

static const struct json *resolve(const struct json *schema) {
	for (int i = 0; i < 20; i++) {
		struct str ref = json_get_str(schema, S("$ref"));
		if (!ref.n) return schema;
		size_t hash = str_find_char(ref, '#');
		schema = json_pointer(str_starts(ref, S("urn:")) ? hub->kinds->common : kind->schema_document, str_from(ref, hash + 1));
	}
	return schema;
}

static bool fits(const struct json *schema, const struct json *value) {
	struct schema_source source = {S("urn:polder:common"), hub->kinds->common};
	struct schema_options options = {&source, 1, true};
	struct schema *s;
	if (schema_compile(&s, schema, &options, NULL)) return false;
	bool valid = schema_valid(s, value, arena, NULL);
	schema_free(s);
	return valid;
}

static const struct json *text_for(const struct json *schema, struct str pointer) {
	struct str mark = new_mark(pointer);
	const struct str candidates[] = {mark, arena_fmt(arena, "https://%.*s.example/x", STR_ARG(mark)), arena_fmt(arena, "%.*s@example.org", STR_ARG(mark)),
		S("2024-03-04"), S("2024-03-04T05:06:07Z"), S("P3D"), S("NL"), S("en"), S("CVE-2024-12345"), S("CWE-79"), S("1.0"), S("EUR"), S("+31201234567"), S("a"),
		S("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"), S("CUE-0001"), S("R-7KQ2-M9XD"), S("a-b")};
	for (size_t i = 0; i < lengthof(candidates); i++) {
		const struct json *v = json_str(arena, candidates[i]);
		if (fits(schema, v)) {
			if (i > 2) marks_n--; /* it holds no mark */
			return v;
		}
	}
	marks_n--;
	return NULL;
}

static const struct json *example(const struct json *schema, struct str pointer, int depth);

static void add_members(struct json_builder *b, const struct json *schema, struct str pointer, int depth) {
	const struct json *properties = json_get_lit(schema, "properties");
	for (size_t i = 0; i < json_count(properties); i++) {
		const struct json_member *m = &properties->members[i];
		const struct json *v = example(&m->value, arena_fmt(arena, "%.*s/%.*s", STR_ARG(pointer), STR_ARG(m->name)), depth + 1);
		if (v) json_set(b, m->name, v);
	}
	const struct json *all = json_get_lit(schema, "allOf");
	for (size_t i = 0; i < json_count(all); i++) add_members(b, resolve(json_at(all, i)), pointer, depth);
	const struct json *additional = json_get_lit(schema, "additionalProperties");
	if (!json_count(properties) && (!additional || json_true(additional) || json_is(additional, JSON_OBJECT))) {
		struct str name = S("extra-field");
		const struct json *v = json_is(additional, JSON_OBJECT) ? example(additional, arena_fmt(arena, "%.*s/%.*s", STR_ARG(pointer), STR_ARG(name)), depth + 1) :
			json_str(arena, new_mark(arena_fmt(arena, "%.*s/%.*s", STR_ARG(pointer), STR_ARG(name))));
		if (v) json_set(b, name, v);
	}
}

static const struct json *example(const struct json *schema, struct str pointer, int depth) {
	const struct json *resolved = resolve(schema);
	if (!resolved || depth > 8) return NULL;
	const struct json *fixed = json_get_lit(resolved, "const");
	if (fixed) return fixed;
	if (json_count(json_get_lit(resolved, "enum"))) return json_at(json_get_lit(resolved, "enum"), 0);
	static const char *const ways[] = {"anyOf", "oneOf"};
	for (size_t w = 0; w < lengthof(ways); w++) {
		const struct json *list = json_get(resolved, str_of(ways[w]));
		for (size_t i = 0; i < json_count(list) && !json_get_lit(resolved, "type"); i++) {
			const struct json *v = example(json_at(list, i), pointer, depth + 1);
			if (v) return v;
		}
	}
	struct str type = json_get_str(resolved, S("type"));
	if (!type.n) type = json_get_lit(resolved, "properties") || json_get_lit(resolved, "allOf") ? S("object") : S("string");
	if (str_is(type, "string")) return text_for(schema, pointer);
	if (str_is(type, "boolean")) return json_bool(arena, true);
	if (str_is(type, "integer") || str_is(type, "number")) {
		int64_t least = json_integer(json_get_lit(resolved, "minimum"), 1);
		return json_int(arena, least > 1 ? least : 1);
	}
	if (str_is(type, "array")) {
		struct json_builder b = json_array_of(arena);
		for (size_t i = 0; i < 2; i++) {
			const struct json *v = example(json_get_lit(resolved, "items"), arena_fmt(arena, "%.*s/%zu", STR_ARG(pointer), i), depth + 1);
			if (v) json_add(&b, v);
		}
		return b.n ? json_built(&b) : NULL;
	}
	struct json_builder b = json_object_of(arena);
	add_members(&b, resolved, pointer, depth);
	return b.n ? json_built(&b) : NULL;
}

static struct str parent_of(struct str pointer) {
	return str_sub(pointer, 0, str_rfind_char(pointer, '/'));
}

/* Takes away what the schema as a whole does not allow beside the rest, as little as there is. */
static const struct json *prune(const struct json *body) {
	for (int i = 0; i < 500; i++) {
		struct schema_errors errors;
		if (schema_valid(kind->schema, body, arena, &errors)) return body;
		struct str at = errors.items[0].instance;
		const struct json *target = json_pointer(body, at);
		/* An array with items that must differ keeps one of them. */
		if (json_is(target, JSON_ARRAY) && target->n > 1) {
			struct json_builder one = json_array_of(arena);
			json_add(&one, json_at(target, 0));
			body = json_with_pointer(arena, body, at, json_built(&one));
			continue;
		}
		struct str parent = parent_of(at);
		if (!at.n) fail_msg("%.*s: %.*s", STR_ARG(kind->name), STR_ARG(errors.items[0].message));
		const struct json *holder = json_pointer(body, parent);
		if (json_is(holder, JSON_ARRAY))
			body = json_with_pointer(arena, body, parent, NULL);
		else
			body = json_with_pointer(arena, body, at, NULL);
		assert_non_null(body);
	}
	fail_msg("%.*s: no valid body was found", STR_ARG(kind->name));
	return NULL;
}

static const struct json *full_body(void) {
	return prune(example(kind->schema_document, STR_EMPTY, 0));
}

/* ---- what the public is given ---- */

struct given {
	struct buf text;
};

static void give(struct given *g, struct str s) {
	buf_add(&g->text, s);
	buf_add_char(&g->text, '\n');
	assert_false(g->text.failed);
}
static void give_line(struct given *g, const struct glimpse *l) {
	give(g, l->id);
	give(g, l->headline);
	give(g, l->summary);
	give(g, l->sort);
	give(g, l->state->name);
}

static void give_record(struct given *g, const struct disclosing *d, struct str id) {
	struct disclosed r;
	ok(disclose_record(d, id, &r, &test_err));
	give_line(g, &r.line);
	give(g, r.body_text);
	give(g, json_text(arena, r.body));
	give(g, r.etag);
	struct disclosed_links *links;
	struct disclosed_event *events;
	struct disclosed_file *files;
	size_t n;
	ok(disclose_links(d, &r, 100, &links, &n, &test_err));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < links[i].n; j++) give_line(g, &links[i].items[j]);
	ok(disclose_history(d, &r, &events, &n, &test_err));
	for (size_t i = 0; i < n; i++) {
		give(g, events[i].type);
		give(g, events[i].actor);
		give(g, events[i].move);
		give(g, events[i].reason);
		give(g, events[i].rel);
		if (events[i].diff) give(g, json_text(arena, events[i].diff));
		if (events[i].rel.n) give_line(g, &events[i].other);
	}
	ok(disclose_files(d, &r, &files, &n, &test_err));
	for (size_t i = 0; i < n; i++) give(g, files[i].name);
}

static void give_lists(struct given *g, const struct disclosing *d) {
	struct listed list;
	struct facet_group *facets;
	size_t n;
	ok(disclose_list(d, &(struct list_request){.kind = kind, .limit = 200}, &list, &test_err));
	for (size_t i = 0; i < list.n; i++) give_line(g, &list.items[i]);
	give(g, list.next);
	ok(disclose_facets(d, kind, &facets, &n, &test_err));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < facets[i].n; j++) {
			give(g, facets[i].values[j].value);
			give(g, facets[i].values[j].label);
		}
	struct disclosed_tree tree;
	for (size_t l = 0; l < kind->links_n; l++) {
		enum err_code code = disclose_tree(d, kind, kind->links[l].rel, &tree, &test_err);
		for (size_t i = 0; !code && i < tree.n; i++) give_line(g, &tree.items[i]);
	}
}

static void give_search(struct given *g, const struct disclosing *d, const char *query) {
	struct search_result r;
	ok(disclose_search(d, &(struct search_request){.query = str_of(query), .limit = 100}, &r, &test_err));
	for (size_t i = 0; i < r.n; i++) {
		give_line(g, &r.items[i].line);
		for (size_t j = 0; j < r.items[i].snippet_n; j++) give(g, r.items[i].snippet[j].text);
		for (size_t j = 0; j < r.items[i].title_n; j++) give(g, r.items[i].title[j].text);
	}
	for (size_t i = 0; i < r.facets_n; i++)
		for (size_t j = 0; j < r.facets[i].n; j++) {
			give(g, r.facets[i].values[j].value);
			give(g, r.facets[i].values[j].label);
		}
}

/* And what stands in the tables of which public pages are made. */
static void give_tables(struct given *g) {
	static const char *const tables[] = {
		"SELECT kind || ' ' || state || ' ' || CAST(body AS TEXT) || ' ' || headline || ' ' || summary || ' ' || excerpt || ' ' || sort FROM public",
		"SELECT name || ' ' || value || ' ' || kind || ' ' || sort FROM facet",
		"SELECT kind || ' ' || name || ' ' || value FROM facet_count",
		"SELECT title || ' ' || high || ' ' || body || ' ' || marks FROM search_text",
		"SELECT n.name FROM name n JOIN public p ON p.record = n.record WHERE n.shown = 1 AND n.role <> 'crosswalk'",
	};
	for (size_t i = 0; i < lengthof(tables); i++) {
		struct db_query q = db_query(db, tables[i]);
		while (db_row(&q)) give(g, db_str(&q, 0));
		ok(db_done(&q, &test_err));
	}
}

static void look_for_hidden_marks(const struct given *g, unsigned audiences, const char *what) {
	for (size_t i = 0; i < marks_n; i++)
		if (!(marks[i].audiences & audiences) && str_find(buf_str(&g->text), marks[i].word) != STR_NONE)
			fail_msg("%.*s: %.*s shows to %s", STR_ARG(kind->name), STR_ARG(marks[i].pointer), what);
}

/* The moves of the shortest way from a state to a public one. */
static int way_to_the_public(struct str from, struct str *moves) {
	struct {
		struct str state;
		int from;
		struct str move;
	} queue[64] = {{from, -1, STR_EMPTY}};
	int n = 1;
	for (int at = 0; at < n; at++) {
		if (kind_state(kind, queue[at].state)->is_public) {
			int length = 0;
			for (int i = at; queue[i].from >= 0; i = queue[i].from) length++;
			int place = length;
			for (int i = at; queue[i].from >= 0; i = queue[i].from) moves[--place] = queue[i].move;
			return length;
		}
		for (size_t i = 0; i < kind->moves_n; i++) {
			bool seen = !kind_move_from(&kind->moves[i], queue[at].state) || n == 64;
			for (int j = 0; j < n; j++) seen |= str_eq(queue[j].state, kind->moves[i].to);
			if (seen) continue;
			queue[n].state = kind->moves[i].to;
			queue[n].from = at;
			queue[n++].move = kind->moves[i].name;
		}
	}
	fail_msg("%.*s can't become public", STR_ARG(kind->name));
	return 0;
}

/* A case is coordinated with somebody. */
static void take_part(struct str id) {
	struct json_builder args = json_object_of(arena);
	json_set_str(&args, S("subject"), create_public("organization", "{'name': 'Makers', 'type': 'company'}"));
	json_set_str(&args, S("part"), S("developer"));
	ok(apply((struct change){.op = CHANGE_ACT, .record = id, .act = S("participant.ask"), .args = json_built(&args)}));
}

/* Makes a record with marks everywhere and brings it to the public as people do. */
/* A kind of which nothing is ever public: who reads it is another test's (tests/unit/account/access.c, tests/integration/canary.test.mjs). */
static bool never_public(const struct kind *k) {
	for (size_t i = 0; i < k->states_n; i++)
		if (k->states[i].is_public || k->states[i].follows.n) return false;
	return true;
}

static struct str publish_full(const struct json **body) {
	marks_n = 0;
	*body = full_body();
	struct str text = json_text(arena, *body);
	size_t kept = 0;
	for (size_t i = 0; i < marks_n; i++) {
		if (str_find(text, marks[i].word) == STR_NONE) continue; /* pruned */
		marks[i].audiences = readers_of(marks[i].pointer);
		marks[kept++] = marks[i];
	}
	marks_n = kept;
	/* What is as public as another record is so from the beginning. */
	struct change_link with = {kind->follows, kind->follows.n ? create_public("incident", "{'title': 'An incident', 'date': '2024'}") : STR_EMPTY};
	ok(apply((struct change){.op = CHANGE_CREATE, .kind = kind->name, .body = *body, .state = kind->follows.n ? kind->initial : STR_EMPTY, .links = &with,
		.links_n = kind->follows.n ? 1 : 0}));
	struct str id = arena_str(arena, str_of(result.uid)), moves[64], reason = new_mark(S("(reason of a move before publication)"));
	if (str_is(kind->name, "case")) take_part(id);
	int n = kind->follows.n ? 0 : way_to_the_public(kind->initial, moves);
	for (int i = 0; i < n; i++) ok(apply((struct change){.op = CHANGE_MOVE, .record = id, .move = moves[i], .reason = reason}));
	ok(apply((struct change){.op = CHANGE_COMMENT, .record = id, .reason = new_mark(S("(comment)"))}));
	enum err_code code = apply((struct change){.op = CHANGE_ATTACH, .record = id, .file_name = new_mark(S("(file)")), .media_type = S("text/plain"), .bytes = S("x")});
	if (code != ERR_FORBIDDEN && code != ERR_INVALID) ok(code); /* some records take no files */
	assert_true(is_shown(viewer_public, id));
	return id;
}

static void nothing_that_is_not_public_shows_to_the_public(void **state) {
	(void)state;
	size_t hidden = 0, open = 0;
	for (size_t k = 0; k < hub->kinds->n; k++) {
		kind = &hub->kinds->items[k];
		if (never_public(kind)) continue;
		const struct json *body;
		struct str id = publish_full(&body);
		struct disclosing d = as(viewer_public);
		struct given g = {BUF(256 << 20)};
		give_record(&g, &d, id);
		size_t shown = 0;
		for (size_t i = 0; i < marks_n; i++) {
			bool is_public = marks[i].audiences & PUBLIC;
			hidden += !is_public;
			open += is_public;
			shown += is_public && str_find(buf_str(&g.text), marks[i].word) != STR_NONE;
			if (is_public && str_find(buf_str(&g.text), marks[i].word) == STR_NONE)
				fail_msg("%.*s: %.*s is public and does not show", STR_ARG(kind->name), STR_ARG(marks[i].pointer));
		}
		assert_true(shown > 0);
		give_lists(&g, &d);
		give_tables(&g);
		give_search(&g, &d, arena_fmt(arena, "kind:%.*s", STR_ARG(kind->name)).p);
		for (size_t i = 0; i < marks_n; i++) {
			give_search(&g, &d, marks[i].word.p);
			if (!(marks[i].audiences & PUBLIC)) {
				assert_int_equal(search(marks[i].word.p).n, 0);
				assert_false(is_shown(viewer_public, marks[i].word)); /* nor leads a hidden name to it */
			}
		}
		look_for_hidden_marks(&g, PUBLIC, "the public");
		buf_free(&g.text);
	}
	print_message("%zu hidden and %zu public fields were watched\n", hidden, open);
	assert_true(hidden > 100 && open > 500);
	check_whole();
}

static void each_role_is_shown_what_its_audiences_may_read(void **state) {
	(void)state;
	static const struct {
		const char *name;
		unsigned role, audiences;
	} viewers[] = {
		{"a member", ROLE_MEMBER, PUBLIC},
		{"a party", ROLE_PARTY, PUBLIC | PARTIES},
		{"an owner", ROLE_OWNER, PUBLIC | PARTIES | OWNER},
		{"a panel", ROLE_PANEL, PUBLIC | PANEL},
		{"a coordinator", ROLE_COORDINATOR, PUBLIC | PARTIES | COORDINATORS | REGULATOR | DOWNSTREAM},
	};
	for (size_t k = 0; k < hub->kinds->n; k++) {
		kind = &hub->kinds->items[k];
		if (never_public(kind)) continue;
		const struct json *body;
		struct str id = publish_full(&body);
		for (size_t v = 0; v < lengthof(viewers); v++) {
			struct disclosed r = shown_to(viewer_of("somebody", viewers[v].role), id);
			for (size_t i = 0; i < marks_n; i++) {
				bool may = marks[i].audiences & viewers[v].audiences, does = str_find(r.body_text, marks[i].word) != STR_NONE;
				if (may != does && marks[i].pointer.p[0] == '/')
					fail_msg("%.*s: %.*s %s to %s", STR_ARG(kind->name), STR_ARG(marks[i].pointer), does ? "shows" : "does not show", viewers[v].name);
			}
		}
	}
}

/* Replaces each mark that isn't public by another, in all strings. */
static const struct json *with_other_hidden_marks(const struct json *v) {
	if (v->type == JSON_STRING) {
		for (size_t i = 0; i < marks_n; i++) {
			size_t at = str_find(v->string, marks[i].word);
			if (at == STR_NONE || (marks[i].audiences & PUBLIC)) continue;
			struct str s = arena_fmt(arena, "%.*szqother%zu%.*s", STR_ARG(str_sub(v->string, 0, at)), i, STR_ARG(str_from(v->string, at + marks[i].word.n)));
			return json_str(arena, s);
		}
		return v;
	}
	if (v->type == JSON_ARRAY) {
		struct json_builder b = json_array_of(arena);
		for (size_t i = 0; i < v->n; i++) json_add(&b, with_other_hidden_marks(&v->items[i]));
		return json_built(&b);
	}
	if (v->type != JSON_OBJECT) return v;
	struct json_builder b = json_object_of(arena);
	for (size_t i = 0; i < v->n; i++) json_set(&b, v->members[i].name, with_other_hidden_marks(&v->members[i].value));
	return json_built(&b);
}

static void a_hidden_edit_leaves_no_trace(void **state) {
	(void)state;
	size_t edited = 0;
	for (size_t k = 0; k < hub->kinds->n; k++) {
		kind = &hub->kinds->items[k];
		if (never_public(kind)) continue;
		const struct json *body;
		struct str id = publish_full(&body);
		struct given g[2] = {{BUF(64 << 20)}, {BUF(64 << 20)}};
		struct disclosing d = as(viewer_public);
		struct disclosed before = shown_to(viewer_public, id), after;
		for (int round = 0; round < 2; round++) {
			give_record(&g[round], &d, id);
			give_lists(&g[round], &d);
			give_tables(&g[round]);
			give_search(&g[round], &d, arena_fmt(arena, "kind:%.*s", STR_ARG(kind->name)).p);
			if (round) break;
			ok(apply((struct change){.op = CHANGE_REVISE, .record = id, .body = with_other_hidden_marks(body), .reason = S("hidden things changed")}));
			edited += result.changed;
			ok(apply((struct change){.op = CHANGE_COMMENT, .record = id, .reason = S("among ourselves")}));
		}
		after = shown_to(viewer_public, id);
		assert_true(str_eq(before.etag, after.etag));
		assert_int_equal(before.line.updated, after.line.updated);
		if (!str_eq(buf_str(&g[0].text), buf_str(&g[1].text))) fail_msg("%.*s: what the public is given changed", STR_ARG(kind->name));
		buf_free(&g[0].text);
		buf_free(&g[1].text);
	}
	assert_true(edited >= 5); /* kinds that have something to hide */
	check_whole();
}

static void what_a_record_hides_of_its_own_shows_nowhere_either(void **state) {
	(void)state;
	for (size_t k = 0; k < hub->kinds->n; k++) {
		kind = &hub->kinds->items[k];
		if (never_public(kind)) continue;
		const struct json *body;
		struct str id = publish_full(&body);
		/* Every second public field, alone; headlines stay. */
		struct json_builder rules = json_object_of(arena), parties = json_array_of(arena);
		json_add(&parties, json_str(arena, S("parties")));
		const struct json *audience = json_built(&parties);
		for (size_t i = 0; i < marks_n; i++) {
			if (i % 2 || !(marks[i].audiences & PUBLIC) || str_eq(marks[i].pointer, kind->headline)) continue;
			json_set(&rules, marks[i].pointer, audience);
			marks[i].audiences = PARTIES;
		}
		ok(apply((struct change){.op = CHANGE_REVISE, .record = id, .body = body, .visibility = json_built(&rules),
			.reason = S("some is kept back")}));
		struct disclosing d = as(viewer_public);
		struct given g = {BUF(64 << 20)};
		give_record(&g, &d, id); /* the history speaks of the time before, and must not tell either */
		give_lists(&g, &d);
		give_tables(&g);
		for (size_t i = 0; i < marks_n; i++) give_search(&g, &d, marks[i].word.p);
		look_for_hidden_marks(&g, PUBLIC, "the public");
		for (size_t i = 0; i < marks_n; i++)
			if (!(marks[i].audiences & PUBLIC)) assert_false(is_shown(viewer_public, marks[i].word));
		buf_free(&g.text);
	}
	check_whole();
}

static void what_is_taken_away_is_gone_from_everywhere(void **state) {
	(void)state;
	size_t taken = 0;
	for (size_t k = 0; k < hub->kinds->n; k++) {
		kind = &hub->kinds->items[k];
		if (never_public(kind)) continue;
		const struct json *body;
		struct str id = publish_full(&body);
		struct disclosed r = shown_to(viewer_operator, id);
		const struct kind_move *away = NULL;
		for (size_t i = 0; i < kind->moves_n; i++)
			if (kind_move_from(&kind->moves[i], r.line.state->name) && !kind_state(kind, kind->moves[i].to)->is_public) away = &kind->moves[i];
		if (!away || kind->follows.n) continue; /* what follows goes with what it follows: tests/unit/account/dispute.c */
		taken++;
		ok(apply((struct change){.op = CHANGE_MOVE, .record = id, .move = away->name, .reason = S("it must go")}));
		assert_false(is_shown(viewer_public, id));
		struct disclosing d = as(viewer_public);
		struct given g = {BUF(64 << 20)};
		give_lists(&g, &d);
		give_tables(&g);
		for (size_t i = 0; i < marks_n; i++) {
			give_search(&g, &d, marks[i].word.p);
			assert_false(is_shown(viewer_public, marks[i].word));
			marks[i].audiences = 0;
		}
		look_for_hidden_marks(&g, PUBLIC, "the public");
		buf_free(&g.text);
	}
	assert_true(taken >= 1);
	check_whole();
}

int main(void) {
	const struct CMUnitTest tests[] = {
		hub_test(nothing_that_is_not_public_shows_to_the_public),
		hub_test(each_role_is_shown_what_its_audiences_may_read),
		hub_test(a_hidden_edit_leaves_no_trace),
		hub_test(what_a_record_hides_of_its_own_shows_nowhere_either),
		hub_test(what_is_taken_away_is_gone_from_everywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
