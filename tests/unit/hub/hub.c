/* A hub as a folder: made, opened, copied, checked; settings. */
#include "test.h"

static struct str path(const char *name) {
	return arena_fmt(arena, "%s/%s", folder, name);
}
static void put(const char *name, const char *text) {
	ok(file_put(path(name).p, str_of(text), 0644, &test_err));
}
static enum err_code try_to_open(void) {
	struct hub *h = NULL;
	enum err_code code = hub_open(&h, folder, &test_err);
	hub_close(h);
	return code;
}

static void a_folder_holds_one_hub_and_a_half_made_one_can_be_made_again(void **state) {
	(void)state;
	struct hub_settings s = {S("Again"), S("AGN")};
	fails(hub_init(folder, &s, &test_err), ERR_EXISTS);
	assert_int_equal(unlink(path("polder.conf").p), 0); /* as if it had been stopped before the end */
	fails(try_to_open(), ERR_NOT_FOUND);
	assert_has(test_err.message, "polder init");
	ok(hub_init(folder, &s, &test_err));
	struct str uid = arena_str(arena, hub->uid);
	reopen();
	assert_str(hub->name, "Again");
	assert_true(str_eq(hub->uid, uid)); /* its database is the one that was there */
}

static void names_and_prefixes_come_back_as_they_were_given(void **state) {
	(void)state;
	static const char *const names[] = {"Example hub", "Hub; with a semicolon", "Hub = equal", "[brackets]", "# hash", "Ünïcode 漢字", "'quotes\"", "a: b", ""};
	for (size_t i = 0; i < lengthof(names); i++) {
		struct str dir = arena_fmt(arena, "%s-name-%zu", folder, i);
		struct hub *h;
		struct hub_settings s = {str_of(names[i]), S("A1")};
		ok(hub_init(dir.p, &s, &test_err));
		ok(hub_open(&h, dir.p, &test_err));
		assert_str(h->name, names[i][0] ? names[i] : "Polder");
		assert_str(h->prefix, "A1");
		hub_close(h);
	}
}

static void settings_that_could_not_be_read_back_are_refused(void **state) {
	(void)state;
	static const char *const names[] = {"two\nlines", "cut ; here", "; all cut", " blank before", "blank behind ", "tab\there", "del\x7f", "bad \xFF"};
	static const char *const prefixes[] = {"", "A", "a1", "1A", "AB-", "ABCDEFGHIJK", "Ä1", "A B", "A\n"};
	char wide[400];
	memset(wide, 'x', sizeof wide);
	struct str dir = arena_fmt(arena, "%s-bad", folder);
	for (size_t i = 0; i <= lengthof(names); i++) {
		struct hub_settings s = {i < lengthof(names) ? str_of(names[i]) : str_n(wide, sizeof wide), S("TST")};
		fails(hub_init(dir.p, &s, &test_err), ERR_INVALID);
	}
	for (size_t i = 0; i < lengthof(prefixes); i++) {
		struct hub_settings s = {S("Hub"), str_of(prefixes[i])};
		fails(hub_init(dir.p, &s, &test_err), ERR_INVALID);
	}
	assert_false(file_exists(dir.p));
	struct hub_settings s = {S("Hub"), S("TST")};
	assert_int_not_equal(hub_init("", &s, &test_err), ERR_OK);
	put("file", "");
	assert_int_not_equal(hub_init(path("file").p, &s, &test_err), ERR_OK);
}

static void a_configuration_that_is_wrong_is_named_with_its_line(void **state) {
	(void)state;
	static const struct {
		const char *text, *words;
	} cases[] = {
		{"[hub]\nname = x\nprefix = TST\ncolour = red\n", "line 4"}, {"[hub]\nprefix = TST\nnonsense\n", "line 3"}, {"[hub\nprefix = TST\n", "line 1"},
		{"[hub]\nname = x\n", "prefix"}, {"[hub]\nprefix = tst\n", "prefix"}, {"[other]\nprefix = TST\n", "other"}, {"[hub]\nprefix = TST\nname = \xFF\n", "UTF-8"},
		{"", "prefix"},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		put("polder.conf", cases[i].text);
		fails(try_to_open(), ERR_INVALID);
		assert_has(test_err.message, "polder.conf");
		assert_has(test_err.message, cases[i].words);
	}
	ok(file_put(path("polder.conf").p, S("[hub]\nprefix = T\0ST\n"), 0644, &test_err));
	fails(try_to_open(), ERR_INVALID);
	put("polder.conf", "\xEF\xBB\xBF; with a mark at its beginning\r\n[hub]\r\nprefix = TST\r\nurl = https://example.org//\r\n");
	reopen();
	assert_str(hub->base_url, "https://example.org");
	assert_str(hub->prefix, "TST");
	static char large[(1 << 20) + 10];
	memset(large, ';', sizeof large - 1);
	put("polder.conf", large);
	assert_int_not_equal(try_to_open(), ERR_OK);
}

static void a_copy_is_the_whole_hub_and_can_be_opened(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'One'}");
	ok(apply((struct change){.op = CHANGE_ATTACH, .record = id, .file_name = S("a.txt"), .media_type = S("text/plain"), .bytes = S("abc"), .audiences = PUBLIC}));
	struct str copy = arena_fmt(arena, "%s-copy", folder), again = arena_fmt(arena, "%s-again", folder);
	ok(hub_backup(folder, copy.p, &test_err));
	fails(hub_backup(folder, copy.p, &test_err), ERR_EXISTS);
	create_public("note", "{'title':'Two'}"); /* not in the copy */
	ok(hub_restore(arena_fmt(arena, "%.*s///", STR_ARG(copy)).p, again.p, &test_err));
	fails(hub_restore(copy.p, again.p, &test_err), ERR_EXISTS);
	fails(hub_restore("/no/such/backup", arena_cat(arena, again, S("2")).p, &test_err), ERR_NOT_FOUND);
	db_close(db);
	hub_close(hub);
	ok(hub_open(&hub, again.p, &test_err));
	ok(hub_reader(hub, &db, &test_err));
	assert_int_equal(sql_number("SELECT count(*) FROM record"), 1);
	assert_str(shown_to(viewer_public, id).line.headline, "One");
	assert_str(hub->name, "Test hub");
	check_whole();
}

static void a_hub_of_a_newer_polder_is_left_alone(void **state) {
	(void)state;
	struct db *writer;
	ok(db_open(&writer, path("hub.db").p, DB_WRITE, &test_err));
	ok(db_exec(writer, "INSERT INTO migration (number, name, applied) VALUES (9999, 'from the future', 0)", &test_err));
	db_close(writer);
	fails(try_to_open(), ERR_UNSUPPORTED);
	assert_has(test_err.message, "newer");
}

static void findings(const char *sql, const char *words) {
	struct hub_findings f;
	ok(db_exec(db, "PRAGMA query_only = OFF", &test_err));
	ok(db_exec(db, sql, &test_err));
	ok(maintain_check(hub, db, arena, &f, &test_err));
	if (f.n == 0) fail_msg("not found: %s", sql);
	bool found = false;
	for (size_t i = 0; i < f.n; i++) found |= str_find(f.items[i], str_of(words)) != STR_NONE;
	if (!found) fail_msg("%s: %.*s", sql, STR_ARG(f.items[0]));
}

static void each_damage_is_found(void **state) {
	(void)state;
	static const struct {
		const char *damage, *words;
	} cases[] = {
		{"UPDATE revision SET body = CAST('{\"title\":\"Other\"}' AS BLOB)", "committed"},
		{"UPDATE revision SET body = CAST('{\"titel\":\"x\"}' AS BLOB)", "is missing"},
		{"UPDATE revision SET body = CAST('{' AS BLOB)", "ends too early"},
		{"DELETE FROM revision", "lost its body"},
		{"UPDATE public SET body = CAST('{\"title\":\"Other\"}' AS BLOB)", "is shown"},
		{"DELETE FROM public", "not shown"},
		{"INSERT INTO public SELECT r.id, p.kind, p.state, p.body, p.etag, p.headline, p.summary, p.excerpt, p.sort, p.published, p.updated FROM public p JOIN record r ON r.state = 'draft'", "should not be"},
		{"UPDATE facet_count SET n = n + 1", "counted"},
		{"UPDATE search_text SET title = 'other'", "search"},
		{"UPDATE record SET kind = 'unheard-of'", "unheard-of"},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		struct str dir = arena_fmt(arena, "%s-damaged-%zu", folder, i);
		if (i == 0) {
			create("note", "{'title':'Hidden'}");
			create_public("note", "{'title':'One','text':'words','color':'red'}");
			check_whole();
		}
		ok(hub_backup(folder, dir.p, &test_err));
		struct hub *whole = hub;
		struct db *whole_db = db;
		ok(hub_open(&hub, dir.p, &test_err));
		ok(hub_reader(hub, &db, &test_err));
		ok(db_exec(db, "PRAGMA foreign_keys = OFF", &test_err));
		findings(cases[i].damage, cases[i].words);
		db_close(db);
		hub_close(hub);
		hub = whole;
		db = whole_db;
	}
}

static void the_sequence_grows_with_every_change(void **state) {
	(void)state;
	int64_t before, after;
	ok(hub_sequence(db, &before, &test_err));
	struct str id = create("note", "{'title':'One'}");
	ok(hub_sequence(db, &after, &test_err));
	assert_true(after > before);
	before = after;
	revise(id, "{'title':'One'}"); /* nothing new */
	ok(hub_sequence(db, &after, &test_err));
	assert_int_equal(after, before);
}

static void rebuilding_makes_the_same_again_and_follows_a_changed_kind(void **state) {
	(void)state;
	for (int i = 0; i < 450; i++) {
		if (i % 2)
			create("note", "{'title':'Hidden','color':'blue'}");
		else
			create_public("note", "{'title':'Shown','color':'red','text':'words'}");
	}
	struct str id = create_public("note", "{'title':'One','secret':'s','color':'red','text':'words'}");
	struct disclosed before = shown_to(viewer_public, id);
	int64_t n;
	ok(change_rebuild(hub, db, &n, &test_err));
	assert_int_equal(n, 451);
	assert_true(str_eq(shown_to(viewer_public, id).etag, before.etag));
	assert_int_equal(counted("note", "color", "red"), 226);
	check_whole();
	const struct json *k = json(note_kind);
	k = json_with_pointer(arena, k, S("/visibility/public"), json("['/title','/secret']"));
	ok(file_put(path("kinds/note.json").p, json_pretty(arena, k), 0644, &test_err));
	reopen();
	struct hub_findings f;
	ok(maintain_check(hub, db, arena, &f, &test_err));
	assert_true(f.n > 0);
	assert_true(str_find(f.items[0], S("rebuild")) != STR_NONE);
	ok(change_rebuild(hub, db, &n, &test_err));
	check_whole();
	assert_true(json_equal(shown_to(viewer_public, id).body, json("{'title':'One','secret':'s'}")));
	assert_int_equal(counted("note", "color", "red"), 0);
	assert_str(hits("words"), "");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		hub_test(a_folder_holds_one_hub_and_a_half_made_one_can_be_made_again),
		hub_test(names_and_prefixes_come_back_as_they_were_given),
		hub_test(settings_that_could_not_be_read_back_are_refused),
		hub_test(a_configuration_that_is_wrong_is_named_with_its_line),
		hub_test(a_copy_is_the_whole_hub_and_can_be_opened),
		hub_test(a_hub_of_a_newer_polder_is_left_alone),
		hub_test(each_damage_is_found),
		hub_test(the_sequence_grows_with_every_change),
		hub_test(rebuilding_makes_the_same_again_and_follows_a_changed_kind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
