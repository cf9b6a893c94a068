#include "reading.h"

#include "hub/identifier.h"

extern const struct format format_polder;

static struct drafts read_text(const char *text) {
	struct import_file f = text_file("x.json", text);
	return read_all(&format_polder, &f, 1);
}

static struct drafts read_starter(size_t *files) {
	const char *root = getenv("POLDER_SOURCE");
	struct file_list list;
	struct err e = {0};
	if (file_walk(arena, file_join(arena, root ? root : ".", "starter"), ".json", &list, &e)) fail_msg("%s", e.message);
	struct import_file *read = arena_array(arena, list.n, sizeof *read);
	assert_non_null(read);
	for (size_t i = 0; i < list.n; i++) {
		read[i].path = list.paths[i];
		if (file_read(arena, list.paths[i], 1 << 24, &read[i].bytes, &e)) fail_msg("%s", e.message);
	}
	*files = list.n;
	return read_all(&format_polder, read, list.n);
}

static void all_starter_content_validates_and_its_links_lead_somewhere(void **state) {
	(void)state;
	size_t files;
	struct drafts d = read_starter(&files);
	assert_true(files > 0 && d.n >= files);
	all_validate(&d);
	struct map ids = {.arena = arena}, keys = {.arena = arena};
	for (size_t i = 0; i < d.n; i++) {
		struct draft *r = d.items[i];
		void **at = map_at(&ids, r->source_id);
		assert_non_null(at);
		if (*at) fail_msg("%.*s stands twice", STR_ARG(r->source_id));
		*at = r;
		if (r->key.n) {
			at = map_at(&keys, r->key);
			assert_non_null(at);
			if (*at) fail_msg("two records are called %.*s", STR_ARG(r->key));
			*at = r;
		}
	}
	for (size_t i = 0; i < d.n; i++)
		for (size_t k = 0; k < d.items[i]->links_n; k++) {
			struct str target = d.items[i]->links[k].target;
			if (!map_get(&ids, target) && !str_starts(target, S("AML.")))
				fail_msg("%.*s: a link to %.*s, which is not there", STR_ARG(d.items[i]->source_id), STR_ARG(target));
		}
}

static void a_number_becomes_number_and_public_identifier(void **state) {
	(void)state;
	struct drafts d = read_text("[{\"kind\":\"use\",\"id\":\"CUE-0001\",\"state\":\"published\",\"body\":{\"title\":\"x\"}},"
		"{\"kind\":\"advisory\",\"id\":\"POL-2026-0007\",\"body\":{}},{\"kind\":\"incident\",\"id\":\"CUE-0002\",\"body\":{}},"
		"{\"kind\":\"use\",\"id\":\"fraud\",\"body\":{}}]");
	assert_int_equal(d.n, 4);
	assert_string_equal(arena_cstr(arena, d.items[0]->number), "CUE-0001");
	assert_string_equal(arena_cstr(arena, d.items[0]->public_id), "CUE-0001");
	assert_string_equal(arena_cstr(arena, d.items[0]->source_id), "CUE-0001");
	assert_string_equal(arena_cstr(arena, d.items[0]->state), "published");
	assert_string_equal(arena_cstr(arena, d.items[1]->number), "POL-2026-0007");
	assert_int_equal(d.items[2]->number.n + d.items[2]->public_id.n, 0);
	assert_int_equal(d.items[3]->number.n + d.items[3]->public_id.n, 0);
	assert_string_equal(arena_cstr(arena, d.items[3]->source_id), "fraud");
}

/* A kind that begins to have numbers must be told to the reader, which knows no kinds. */
static void the_numbers_of_all_kinds_are_known(void **state) {
	(void)state;
	const char *root = getenv("POLDER_SOURCE");
	struct file_list list;
	struct err e = {0};
	assert_int_equal(file_walk(arena, file_join(arena, root ? root : ".", "kinds"), ".json", &list, &e), ERR_OK);
	for (size_t i = 0; i < list.n; i++) {
		struct str text;
		const struct json *kind;
		assert_int_equal(file_read(arena, list.paths[i], 1 << 24, &text, &e), ERR_OK);
		assert_int_equal(json_parse(arena, text, NULL, &kind, &e), ERR_OK);
		struct str form = json_string(json_pointer(kind, S("/number/form"))), number;
		if (!form.n) continue;
		assert_int_equal(number_format(arena, form, S("POL"), 2026, 12, &number, &e), ERR_OK);
		struct str name = json_get_str(kind, S("kind"));
		struct drafts d = read_text(arena_fmt(arena, "{\"kind\":\"%.*s\",\"id\":\"%.*s\",\"body\":{}}", STR_ARG(name), STR_ARG(number)).p);
		if (!str_eq(d.items[0]->number, number)) fail_msg("%.*s: %.*s is not known for a number", STR_ARG(name), STR_ARG(number));
	}
}

static void a_record_of_another_collection_keeps_its_identifier_and_source(void **state) {
	(void)state;
	struct drafts d = read_text("[{\"kind\":\"advisory\",\"id\":\"CVE-2024-0001\",\"body\":{\"source\":{\"system\":\"CVE\",\"id\":"
		"\"CVE-2024-0001\",\"licence\":\"CC0-1.0\"}}},"
		"{\"kind\":\"incident\",\"id\":\"AIID-23\",\"body\":{\"aliases\":[\"AIID-23\"],\"source\":{\"system\":\"AIID\",\"id\":\"23\"}}},"
		"{\"kind\":\"advisory\",\"id\":\"POL-2026-0001\",\"body\":{\"source\":{\"system\":\"CVE\",\"id\":\"CVE-2024-0002\"}}}]");
	assert_int_equal(d.items[0]->number.n, 0);
	assert_string_equal(arena_cstr(arena, d.items[0]->public_id), "CVE-2024-0001");
	assert_string_equal(arena_cstr(arena, d.items[0]->licence), "CC0-1.0");
	body_has(d.items[0], "/source/system", "\"CVE\"");
	assert_string_equal(arena_cstr(arena, d.items[1]->public_id), "AIID-23");
	assert_string_equal(arena_cstr(arena, d.items[2]->number), "POL-2026-0001");
}

static void a_record_without_a_source_is_told_to_come_from_here(void **state) {
	(void)state;
	struct drafts d = read_text("{\"kind\":\"use\",\"id\":\"CUE-0001\",\"body\":{\"title\":\"x\"}}");
	body_has(d.items[0], "", "{\"title\":\"x\",\"source\":{\"system\":\"polder\",\"id\":\"CUE-0001\"}}");
}

static void links_state_visibility_and_uid_are_taken(void **state) {
	(void)state;
	struct drafts d = read_text("{\"kind\":\"incident\",\"id\":\"i\",\"uid\":\"r-7kq2-m9xd\",\"body\":{},\"visibility\":"
		"{\"/title\":[\"public\"]},\"links\":[{\"rel\":\"concerns\",\"to\":\"CUE-0001\"},{\"to\":\"org:x\",\"rel\":\"developer\"}]}");
	assert_int_equal(rejected(&d), 0);
	assert_string_equal(arena_cstr(arena, d.items[0]->uid), "R-7KQ2-M9XD");
	assert_string_equal(json_text(arena, d.items[0]->visibility).p, "{\"/title\":[\"public\"]}");
	assert_true(links_to(d.items[0], "concerns", "CUE-0001"));
	assert_true(links_to(d.items[0], "developer", "org:x"));
}

static void crosswalks_to_atlas_become_links_of_uses(void **state) {
	(void)state;
	struct drafts d = read_text("[{\"kind\":\"use\",\"id\":\"CUE-0001\",\"body\":{\"crosswalks\":[{\"scheme\":\"ATLAS\",\"id\":\"AML.T0051\"},"
		"{\"scheme\":\"CWE\",\"id\":\"CWE-1\"},7]}},{\"kind\":\"safeguard\",\"id\":\"s\",\"body\":{\"crosswalks\":[{\"scheme\":\"ATLAS\","
		"\"id\":\"AML.M0001\"}]}}]");
	assert_true(links_to(d.items[0], "related-to", "AML.T0051"));
	assert_int_equal(d.items[0]->links_n, 1);
	assert_int_equal(d.items[1]->links_n, 0);
}

static void organizations_and_systems_have_the_key_that_importers_use(void **state) {
	(void)state;
	struct drafts d = read_text("[{\"kind\":\"organization\",\"id\":\"org:x\",\"body\":{\"name\":\"Moonshot AI\"}},"
		"{\"kind\":\"system\",\"id\":\"sys:x\",\"body\":{\"name\":\"GPT-4o \"}},{\"kind\":\"use\",\"id\":\"u\",\"body\":{\"name\":\"x\"}},"
		"{\"kind\":\"system\",\"id\":\"sys:y\",\"body\":{\"name\":7}}]");
	struct drafts other = {.a = arena};
	assert_true(str_eq(d.items[0]->key, draft_organization(&other, S("moonshot-ai"), true)));
	assert_true(str_eq(d.items[1]->key, draft_system(&other, STR_EMPTY, S("gpt 4o"), STR_EMPTY, STR_EMPTY)));
	assert_int_equal(d.items[2]->key.n, 0);
	assert_int_equal(d.items[3]->key.n, 0);
}

static void what_is_no_record_is_rejected_with_its_reason(void **state) {
	(void)state;
	static const struct {
		const char *text, *reason;
	} wrong[] = {
		{"7", "expected an object"},
		{"{\"id\":\"x\",\"body\":{}}", "kind: missing"},
		{"{\"kind\":\"No Kind\",\"id\":\"x\",\"body\":{}}", "kind: expected the name of a kind"},
		{"{\"kind\":\"use\",\"body\":{}}", "id: missing"},
		{"{\"kind\":\"use\",\"id\":7,\"body\":{}}", "id: expected a name of at most 500 bytes"},
		{"{\"kind\":\"use\",\"id\":\" x\",\"body\":{}}", "id: expected a name of at most 500 bytes"},
		{"{\"kind\":\"use\",\"id\":\"x\"}", "body: missing"},
		{"{\"kind\":\"use\",\"id\":\"x\",\"body\":[]}", "body: expected an object"},
		{"{\"kind\":\"use\",\"id\":\"x\",\"body\":{},\"state\":7}", "state: expected the name of a state"},
		{"{\"kind\":\"use\",\"id\":\"x\",\"body\":{},\"uid\":\"R-1\"}", "uid: expected one such as R-7KQ2-M9XD"},
		{"{\"kind\":\"use\",\"id\":\"x\",\"body\":{},\"title\":\"y\"}",
			"title: no such member; there are kind, id, state, body, links, visibility, uid"},
		{"{\"kind\":\"use\",\"id\":\"x\",\"body\":{},\"links\":{}}", "links: expected an array"},
		{"{\"kind\":\"use\",\"id\":\"x\",\"body\":{},\"links\":[1]}", "links/0: expected an object with rel and to"},
		{"{\"kind\":\"use\",\"id\":\"x\",\"body\":{},\"links\":[{\"to\":\"y\"}]}", "links/0/rel: expected the name of a relation"},
		{"{\"kind\":\"use\",\"id\":\"x\",\"body\":{},\"links\":[{\"rel\":\"broader\"}]}", "links/0/to: expected the id of a record"},
		{"{\"kind\":\"use\",\"id\":\"x\",\"body\":{},\"links\":[{\"rel\":\"broader\",\"to\":\"y\",\"z\":1}]}",
			"links/0: only rel and to may stand there"},
		{"{\"kind\":\"use\",\"id\":\"x\",\"body\":{},\"visibility\":[]}", "visibility: expected an object"},
		{"{\"kind\":\"use\",\"id\":\"x\",\"body\":{},\"visibility\":{\"a\":[]}}", "visibility: names must be JSON pointers"},
		{"{\"kind\":\"use\",\"id\":\"x\",\"body\":{},\"visibility\":{\"/a\":[1]}}", "visibility: expected arrays of audiences"},
	};
	for (size_t i = 0; i < lengthof(wrong); i++) {
		struct drafts d = read_text(arena_fmt(arena, "[%s]", wrong[i].text).p);
		assert_int_equal(d.n, 1);
		assert_string_equal(arena_cstr(arena, d.items[0]->rejected), wrong[i].reason);
		assert_true(str_starts(d.items[0]->place, S("record 1")));
	}
	refused_whole(&format_polder, "7", "no records: expected an object or an array of objects");
}

static void what_is_written_is_read_again(void **state) {
	(void)state;
	size_t files;
	struct drafts d = read_starter(&files);
	for (size_t i = 0; i < d.n; i++) {
		const struct draft *r = d.items[i];
		const struct json *v;
		struct err e = {0};
		assert_true(format_polder.kind_fits(r->kind, STR_EMPTY));
		assert_int_equal(format_polder.write(arena, r->kind, r->source_id, r->body, &v, &e), ERR_OK);
		struct drafts again = read_text(json_text(arena, v).p);
		assert_int_equal(again.n, 1);
		assert_true(str_eq(again.items[0]->source_id, r->source_id) && str_eq(again.items[0]->number, r->number));
		assert_true(str_eq(again.items[0]->kind, r->kind) && json_equal(again.items[0]->body, r->body));
	}
}

static void an_arena_that_is_full_is_an_error_and_no_crash(void **state) {
	(void)state;
	struct import_file f = source_file("starter/uses/weapons.json");
	survives_full_arenas(&format_polder, &f, 1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(all_starter_content_validates_and_its_links_lead_somewhere),
		TEST(a_number_becomes_number_and_public_identifier),
		TEST(the_numbers_of_all_kinds_are_known),
		TEST(a_record_of_another_collection_keeps_its_identifier_and_source),
		TEST(a_record_without_a_source_is_told_to_come_from_here),
		TEST(links_state_visibility_and_uid_are_taken),
		TEST(crosswalks_to_atlas_become_links_of_uses),
		TEST(organizations_and_systems_have_the_key_that_importers_use),
		TEST(what_is_no_record_is_rejected_with_its_reason),
		TEST(what_is_written_is_read_again),
		TEST(an_arena_that_is_full_is_an_error_and_no_crash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
