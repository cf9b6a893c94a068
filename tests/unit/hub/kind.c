/* The kind loader: what it takes, and that it refuses each mistake with words that say where and what. */
#include "test.h"

static char dir[64];

static int start(void **state) {
	char name[] = "/tmp/polder-kinds-XXXXXX";
	if (start_arena(state) || !mkdtemp(name)) return -1;
	snprintf(dir, sizeof dir, "%s", name);
	return 0;
}
static int end(void **state) {
	char command[100];
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return system(command) == 0 ? end_arena(state) : -1;
}
#define kind_test(fn) cmocka_unit_test_setup_teardown(fn, start, end)

static void put(const char *name, struct str text) {
	ok(file_put(arena_fmt(arena, "%s/%s", dir, name).p, text, 0644, &test_err));
}

/* The tests' own kind with the value at a pointer replaced (NULL: taken away). */
static struct str note_with(const char *pointer, const char *value) {
	return json_pretty(arena, json_with_pointer(arena, json(note_kind), str_of(pointer), value ? json(value) : NULL));
}

static void the_built_in_kinds_load(void **state) {
	(void)state;
	struct kinds *k;
	ok(kinds_load(&k, NULL, &test_err));
	static const char *const names[] = {"use", "system", "organization", "safeguard", "incident", "policy", "report", "case", "advisory", "lesson"};
	for (size_t i = 0; i < lengthof(names); i++) {
		const struct kind *kind = kind_find(k, str_of(names[i]));
		if (!kind) fail_msg("%s is missing", names[i]);
		assert_true(kind->builtin);
		assert_ptr_equal(kind_by_path(k, kind->path), kind);
		assert_non_null(kind_state(kind, kind->initial));
		assert_non_null(kind_state(kind, kind->imported));
	}
	assert_null(kind_find(k, S("common")));
	kinds_free(k);
	ok(kinds_load(&k, "/no/such/folder", &test_err));
	kinds_free(k);
}

/* No field of a built-in kind is forgotten by its visibility, no pointer leads beside the schema, and nothing that is searched or shown in lists
 * is a field that the public never sees. */
static bool leads_somewhere(const struct json *schema, const struct json *common, struct str pointer) {
	struct str ref = json_get_str(schema, S("$ref"));
	for (int i = 0; i < 10 && ref.n; i++) {
		size_t hash = str_find_char(ref, '#');
		schema = json_pointer(common, str_from(ref, hash + 1));
		ref = json_get_str(schema, S("$ref"));
	}
	if (!pointer.n) return schema != NULL;
	struct str rest = str_from(pointer, 1), segment;
	str_split(&rest, '/', &segment);
	struct str below = rest.p ? arena_cat(arena, S("/"), rest) : STR_EMPTY;
	const struct json *items = json_get_lit(schema, "items");
	if (str_is(segment, "*") && items) return leads_somewhere(items, common, below);
	const struct json *property = json_get(json_get_lit(schema, "properties"), segment);
	if (property && leads_somewhere(property, common, below)) return true;
	const struct json *additional = json_get_lit(schema, "additionalProperties");
	if (json_is(additional, JSON_OBJECT) && leads_somewhere(additional, common, below)) return true;
	static const char *const ways[] = {"allOf", "anyOf", "oneOf"};
	for (size_t w = 0; w < lengthof(ways); w++) {
		const struct json *list = json_get(schema, str_of(ways[w]));
		for (size_t i = 0; i < json_count(list); i++)
			if (leads_somewhere(json_at(list, i), common, pointer)) return true;
	}
	return str_is(segment, "extra"); /* whatever a source has besides */
}

static void every_pointer_of_the_built_in_kinds_leads_to_a_field(void **state) {
	(void)state;
	struct kinds *k;
	ok(kinds_load(&k, NULL, &test_err));
	for (size_t i = 0; i < k->n; i++) {
		const struct kind *kind = &k->items[i];
		const struct json *visibility = json_get_lit(kind->definition, "visibility");
		struct buf wrong = BUF(10000);
		for (size_t a = 0; a < json_count(visibility); a++)
			for (size_t p = 0; p < json_count(&visibility->members[a].value); p++) {
				struct str pointer = json_string(json_at(&visibility->members[a].value, p));
				if (!leads_somewhere(kind->schema_document, k->common, pointer)) buf_fmt(&wrong, " visibility %.*s", STR_ARG(pointer));
			}
		const struct kind_pointers all[] = {kind->search_title, kind->search_high, kind->search_text};
		for (size_t s = 0; s < lengthof(all); s++)
			for (size_t p = 0; p < all[s].n; p++) {
				if (!leads_somewhere(kind->schema_document, k->common, all[s].items[p])) buf_fmt(&wrong, " search %.*s", STR_ARG(all[s].items[p]));
			}
		for (size_t m = 0; m < kind->moves_n; m++)
			for (size_t p = 0; p < kind->moves[m].requires_.n; p++)
				if (!leads_somewhere(kind->schema_document, k->common, kind->moves[m].requires_.items[p]))
					buf_fmt(&wrong, " requires %.*s", STR_ARG(kind->moves[m].requires_.items[p]));
		for (size_t f = 0; f < kind->facets_n; f++)
			if (!leads_somewhere(kind->schema_document, k->common, kind->facets[f].pointer)) buf_fmt(&wrong, " facet %.*s", STR_ARG(kind->facets[f].pointer));
		const struct str lines[] = {kind->headline, kind->summary, kind->date};
		for (size_t l = 0; l < lengthof(lines); l++) {
			if (lines[l].n && !leads_somewhere(kind->schema_document, k->common, lines[l])) buf_fmt(&wrong, " line %.*s", STR_ARG(lines[l]));
			if (lines[l].n && !(visibility_of(kind->visibility, lines[l]) & PUBLIC)) buf_fmt(&wrong, " hidden line %.*s", STR_ARG(lines[l]));
		}
		const struct json *properties = json_get_lit(kind->schema_document, "properties");
		for (size_t p = 0; p < json_count(properties); p++) {
			struct str pointer = arena_cat(arena, S("/"), properties->members[p].name);
			bool covered = visibility_of(kind->visibility, pointer) != 0;
			for (size_t a = 0; a < json_count(visibility); a++)
				for (size_t v = 0; v < json_count(&visibility->members[a].value); v++)
					covered |= str_starts(json_string(json_at(&visibility->members[a].value, v)), arena_cat(arena, pointer, S("/")));
			if (!covered) buf_fmt(&wrong, " uncovered %.*s", STR_ARG(pointer));
		}
		if (wrong.n) fail_msg("%.*s:%s", STR_ARG(kind->name), wrong.p);
		buf_free(&wrong);
	}
	kinds_free(k);
}

static void a_kind_of_ones_own_is_added_and_one_may_be_replaced(void **state) {
	(void)state;
	struct kinds *k, *before;
	put("note.json", note_with("/description", "'mine'"));
	put("README.txt", S("no kind"));
	ok(kinds_load(&before, NULL, &test_err));
	ok(kinds_load(&k, dir, &test_err));
	assert_int_equal(k->n, before->n + 1);
	assert_false(kind_find(k, S("note"))->builtin);
	assert_int_equal(kind_find(k, S("note"))->links[3].audiences, COORDINATORS | OWNER);
	kinds_free(k);
	const struct json *own = json_with(arena, kind_find(before, S("lesson"))->definition, S("title"), json("'Teaching'"));
	put("lesson.json", json_pretty(arena, own));
	ok(kinds_load(&k, dir, &test_err));
	assert_int_equal(k->n, before->n + 1);
	assert_str(kind_find(k, S("lesson"))->title, "Teaching");
	assert_false(kind_find(k, S("lesson"))->builtin);
	kinds_free(k);
	kinds_free(before);
}

static void each_mistake_is_refused_with_words_that_name_it(void **state) {
	(void)state;
	static const struct {
		const char *pointer, *value, *words;
	} cases[] = {
		{"/kind", NULL, "kind"}, {"/kind", "'Note'", "kind"}, {"/kind", "'other'", "name of the file"}, {"/title", NULL, "title"}, {"/plural", NULL, "plural"},
		{"/path", "'a/b'", "path"}, {"/path", "'incidents'", "address of another kind"}, {"/headline", NULL, "headline"}, {"/headline", "'title'", "headline"},
		{"/summary", "'summary'", "summary"}, {"/date", "'date'", "date"},
		{"/schema", NULL, "schema"}, {"/schema/properties/title/type", "'sting'", "schema"}, {"/schema/properties/title", "{'$ref':'urn:polder:common#/$defs/nothing'}", "schema"},
		{"/schema/properties/title", "{'pattern':'('}", "schema"},
		{"/visibility/everyone", "['/title']", "everyone"}, {"/visibility/public", "['title']", "title"}, {"/visibility/public", "'/title'", "public"}, {"/visibility", "['/title']", "visibility"},
		{"/number/form", "'N-{year}'", "number"}, {"/number/form", "'N-{seq}'", "number"}, {"/number", "{}", "number"}, {"/number/form", "'N'", "number"},
		{"/links/parent/title", NULL, "parent"}, {"/links/parent/inverse", NULL, "parent"}, {"/links/quiet/visibility", "['everyone']", "quiet"}, {"/links/parent/to", "['No Such']", "parent"},
		{"/links", "[1]", "links"},
		{"/lifecycle", NULL, "lifecycle"}, {"/lifecycle/initial", NULL, "initial"}, {"/lifecycle/initial", "'nowhere'", "initial"}, {"/lifecycle/imported", "'nowhere'", "imported"},
		{"/lifecycle/states", "[]", "initial"}, {"/lifecycle/states", "[1]", "states"}, {"/lifecycle/moves/hide/to", "'nowhere'", "hide"}, {"/lifecycle/moves/hide/to", NULL, "hide"}, {"/lifecycle/moves/hide/from", NULL, "hide"},
		{"/lifecycle/moves/hide/from", "['nowhere']", "nowhere"}, {"/lifecycle/moves/hide/who", "['king']", "king"}, {"/lifecycle/moves/check/requires", "['text']", "check"},
		{"/lifecycle/moves", "[1]", "moves"}, {"/lifecycle/create", "['king']", "king"}, {"/lifecycle/revise", "['king']", "king"},
		{"/lifecycle/clocks", "[{'name':'c','start':'nowhere','limit':'P1D'}]", "clock"}, {"/lifecycle/clocks", "[{'name':'c','start':'draft'}]", "clock"},
		{"/lifecycle/clocks", "[{'name':'c','start':'draft','limit':'P1D','stop':['nowhere']}]", "nowhere"}, {"/lifecycle/clocks", "[{'name':'c','start':'draft','limit':'three days'}]", "limit"},
		{"/lifecycle/clocks", "[{'name':'c','start':'draft','limit':'P1D','who':'king'}]", "king"},
		{"/search/title", "['title']", "search"}, {"/search/text", "[5]", "search"}, {"/facets/color", "{'title':'Colour'}", "color"}, {"/facets/color/field", "'color'", "color"}, {"/facets", "[1]", "facets"},
		{"/leaf", "'key'", "leaf"}, {"/leaf", "5", "leaf"}, {"/says", "{'by': '/title'}", "says"}, {"/says", "{'by': '/title', 'about': 'text'}", "says"},
		{"/says", "{'by': '/title', 'about': '/text/deeper'}", "says"}, {"/says", "{'by': '/title', 'about': '/text', 'link': 'nowhere'}", "says"}, {"/says", "{}", "says"},
		{"/attachments", "{'refuse':{'type':'sting'}}", "attachments"},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		struct kinds *k = NULL;
		put("note.json", note_with(cases[i].pointer, cases[i].value));
		enum err_code code = kinds_load(&k, dir, &test_err);
		if (!code) fail_msg("%s = %s was taken", cases[i].pointer, cases[i].value ? cases[i].value : "nothing");
		assert_int_equal(code, ERR_INVALID);
		assert_null(k);
		assert_has(test_err.message, "note.json");
		assert_has(test_err.message, cases[i].words);
		assert_string_equal(test_err.where, ""); /* the place stands in the words, once */
	}
	struct kinds *k;
	put("note.json", note_with("/lifecycle/clocks", "[{'name':'c','start':'draft','limit':'P1Y2M3W4DT5H6M7S','stop':['review'],'who':'owner'}]"));
	ok(kinds_load(&k, dir, &test_err));
	kinds_free(k);
}

static void a_file_that_is_no_json_is_named_with_its_place(void **state) {
	(void)state;
	struct kinds *k = NULL;
	static const char *const bad[] = {"", "{", "{\"kind\": \"note\",\n \"title\" }", "[]", "null", "{\"kind\":\"note\",\"kind\":\"note\"}", "\xFF"};
	for (size_t i = 0; i < lengthof(bad); i++) {
		put("note.json", str_of(bad[i]));
		fails(kinds_load(&k, dir, &test_err), ERR_INVALID);
		assert_has(test_err.message, "note.json");
	}
	put("note.json", S("{\"kind\": \"note\",\n \"title\" }"));
	fails(kinds_load(&k, dir, &test_err), ERR_INVALID);
	assert_has(test_err.message, "line 2");
	static char large[(1 << 20) + 10];
	memset(large, ' ', sizeof large);
	put("note.json", str_n(large, sizeof large));
	assert_int_not_equal(kinds_load(&k, dir, &test_err), ERR_OK);
	assert_has(test_err.message, "note.json");
}

static void values_are_found_at_pointers_with_stars(void **state) {
	(void)state;
	const struct json *body = json("{'a':[{'x':1},{'x':null},{'y':2}],'o':{'k':{'x':''},'m':{'x':'z'}},'e':[],'f':false,'n':{}}");
	static const struct {
		const char *pointer;
		bool there;
	} cases[] = {
		{"/a", true}, {"/a/*/x", true}, {"/a/*/z", false}, {"/a/1/x", false}, {"/o/*/x", true}, {"/o/k/x", false}, {"/e", false}, {"/e/*", false}, {"/f", true}, {"/n", false},
		{"/n/*", false}, {"/zz", false}, {"/zz/*/x", false}, {"/*/k", true}, {"/*/*/x", true}, {"", true},
	};
	for (size_t i = 0; i < lengthof(cases); i++)
		if (kind_has_value(body, str_of(cases[i].pointer)) != cases[i].there) fail_msg("%s", cases[i].pointer);
}

static void words_for_audiences_and_roles_go_both_ways(void **state) {
	(void)state;
	for (unsigned bit = PUBLIC; bit <= SEALED; bit <<= 1) assert_int_equal(audience_of(audience_name((enum audience)bit)), bit);
	assert_int_equal(audience_of(S("nobody")), 0);
	assert_int_equal(role_of(S("nobody")), 0);
	assert_str(role_words(arena, ROLE_OWNER | ROLE_COORDINATOR), "owner or coordinator");
	assert_str(role_words(arena, 0), "");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		kind_test(the_built_in_kinds_load),
		kind_test(every_pointer_of_the_built_in_kinds_leads_to_a_field),
		kind_test(a_kind_of_ones_own_is_added_and_one_may_be_replaced),
		kind_test(each_mistake_is_refused_with_words_that_name_it),
		kind_test(a_file_that_is_no_json_is_named_with_its_place),
		kind_test(values_are_found_at_pointers_with_stars),
		kind_test(words_for_audiences_and_roles_go_both_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
