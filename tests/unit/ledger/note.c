/* What each change says in the log, and what it leaves unsaid. */
#include "test_ledger.h"

static void a_public_creation_is_one_leaf(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'One','secret':'s'}");
	assert_str(types_of(id), "publish");
	const struct json *said = said_last(id);
	assert_str(json_get_str(said, S("record")), arena_cstr(arena, id));
	assert_str(json_get_str(said, S("id")), result.public_id);
	assert_str(json_get_str(said, S("state")), "published");
	assert_str(json_get_str(said, S("kind")), "note");
	assert_null(json_get_lit(said, "prev"));
	assert_int_equal(json_get_str(said, S("root")).n, 64);
}

static void what_nobody_sees_is_a_leaf_that_says_nothing(void **state) {
	(void)state;
	struct str draft = create("note", "{'title':'One'}"), open = create_public("note", "{'title':'Two','secret':'s'}");
	revise(open, "{'title':'Two','secret':'t'}");
	ok(apply((struct change){.op = CHANGE_COMMENT, .record = open, .reason = S("among us")}));
	assert_str(types_of(draft), "commit");
	assert_str(types_of(open), "publish commit commit");
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE type = 1 AND statement IS NOT NULL"), 0);
}

static void each_change_that_the_public_sees_has_its_type(void **state) {
	(void)state;
	struct str id = create("note", "{'title':'One'}");
	ok(move(id, "publish", ""));
	revise(id, "{'title':'Two'}");
	ok(move(id, "withdraw", "wrong"));
	assert_str(json_get_str(said_last(id), S("state")), "withdrawn");
	assert_non_null(json_get_lit(said_last(id), "root"));
	ok(move(id, "hide", ""));
	/* What it is while nobody sees it, nobody is told. */
	assert_null(json_get_lit(said_last(id), "state"));
	assert_null(json_get_lit(said_last(id), "root"));
	ok(move(id, "publish", ""));
	assert_str(types_of(id), "commit publish amend withdraw withdraw publish");
	ok(apply((struct change){.op = CHANGE_ERASE, .record = id, .reason = S("asked for"), .basis = S("Article 17")}));
	assert_str(types_of(id), "commit publish amend withdraw withdraw publish tombstone");
	assert_str(json_get_str(said_last(id), S("basis")), "Article 17");
	assert_null(json_get_lit(said_last(id), "root"));
	assert_null(json_get_lit(said_last(id), "reason"));
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE statement IS NOT NULL"), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE seed IS NOT NULL"), 1);
}

static void what_was_never_public_is_erased_without_a_word(void **state) {
	(void)state;
	struct str id = create("note", "{'title':'One'}");
	ok(apply((struct change){.op = CHANGE_ERASE, .record = id, .reason = S("asked for"), .basis = S("Article 17")}));
	assert_str(types_of(id), "commit commit");
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE statement IS NOT NULL"), 0);
}

static void a_statement_leads_to_the_one_before_it_over_what_is_unsaid(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'One'}");
	struct str first = sql_text("SELECT commitment FROM entry ORDER BY id DESC LIMIT 1");
	revise(id, "{'title':'One','secret':'t'}");
	struct str hidden = sql_text("SELECT commitment FROM entry ORDER BY id DESC LIMIT 1");
	revise(id, "{'title':'Two','secret':'t'}");
	assert_true(str_eq(json_get_str(said_last(id), S("prev")), entry_hex(arena, first)));
	assert_true(str_eq(sql_text("SELECT prev FROM entry ORDER BY id DESC LIMIT 1"), hidden));
	/* What an event says of the one before it leads nobody to that one's leaf. */
	struct ledger_entry entry;
	struct str text;
	ok(ledger_entry_of(hub, db, arena, sql_number("SELECT max(seq) FROM event"), &entry, &test_err));
	ok(ledger_event_text(hub, db, arena, &entry, &text, NULL, &test_err));
	assert_int_equal(str_find(text, entry_hex(arena, hidden)), STR_NONE);
}

static void what_happens_within_one_change_takes_no_leaf_from_another(void **state) {
	(void)state;
	/* A link by a shared alias comes after what the public sees has changed; of a record that is made, before its creation is an event. */
	struct str a = create_public("note", "{'title':'One','aliases':['shared']}"), b = create_public("note", "{'title':'Two'}");
	revise(b, "{'title':'Two','aliases':['shared']}");
	struct str c = create_public("note", "{'title':'Three','aliases':['shared']}");
	assert_str(types_of(a), "publish");
	assert_str(types_of(b), "publish commit amend");
	assert_int_equal(entries_of(c), 3); /* two links and its creation */
	assert_int_equal(sql_number("SELECT count(*) FROM entry"), sql_number("SELECT count(*) FROM event"));
	check_whole();
}

static void what_is_refused_leaves_no_entry(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'One'}");
	int64_t before = sql_number("SELECT count(*) FROM entry");
	fails(apply((struct change){.op = CHANGE_CREATE, .kind = S("note"), .body = json("{'color':'red'}")}), ERR_INVALID);
	fails(move(id, "submit", ""), ERR_CONFLICT);
	fails(link_to(id, "related-to", id), ERR_INVALID);
	assert_int_equal(sql_number("SELECT count(*) FROM entry"), before);
}

static void of_a_group_those_that_are_refused_leave_no_entry(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'One'}");
	struct change list[3] = {
		{.op = CHANGE_REVISE, .actor = actor_operator, .record = id, .body = json("{'title':'Two'}")},
		{.op = CHANGE_REVISE, .actor = actor_operator, .record = id, .body = json("{'title':'Three'}")}, /* of what the first made of it */
		{.op = CHANGE_CREATE, .actor = actor_operator, .kind = S("note"), .body = json("{'title':'Four'}"), .state = S("published")},
	};
	struct prepared *p[3];
	struct change_result results[3];
	for (size_t i = 0; i < 3; i++) ok(change_prepare(hub, db, &list[i], arena, &p[i], &test_err));
	ok(change_commit(hub, p, 3, results, &test_err));
	assert_int_equal(results[0].code, ERR_OK);
	assert_int_equal(results[1].code, ERR_CONFLICT);
	assert_int_equal(results[2].code, ERR_OK);
	assert_str(types_of(id), "publish amend");
	assert_str(types_of(str_of(results[2].uid)), "publish");
	check_whole();
}

static void a_link_that_waited_is_an_entry_of_the_record_that_it_leads_from(void **state) {
	(void)state;
	struct change_link link = {S("related-to"), S("name-to-come")};
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = importer, .kind = S("note"), .body = json("{'title':'One'}"), .state = S("published"), .links = &link,
		.links_n = 1}));
	struct str id = arena_str(arena, str_of(result.uid)), other = create_public("note", "{'title':'Two','aliases':['name-to-come']}");
	assert_str(types_of(id), "publish commit");
	assert_str(types_of(other), "publish");
}

static void a_kind_that_was_changed_amends_what_is_shown_otherwise(void **state) {
	(void)state;
	struct str colored = create_public("note", "{'title':'One','color':'red'}"), plain = create_public("note", "{'title':'Two'}");
	struct str changed = arena_str(arena, str_of(note_kind));
	size_t at = str_find(changed, S("'/color', '/aliases'"));
	assert_int_not_equal(at, STR_NONE);
	memset((char *)(uintptr_t)changed.p + at, ' ', strlen("'/color',"));
	write_kind(folder, "note", arena_cstr(arena, changed));
	reopen();
	int64_t records;
	ok(change_rebuild(hub, db, &records, &test_err));
	assert_str(types_of(colored), "publish amend");
	assert_str(types_of(plain), "publish");
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE record IS NOT NULL AND event IS NULL"), 1);
	check_whole();
}

int main(void) {
	const struct CMUnitTest tests[] = {
		account_test(a_public_creation_is_one_leaf),
		account_test(what_nobody_sees_is_a_leaf_that_says_nothing),
		account_test(each_change_that_the_public_sees_has_its_type),
		account_test(what_was_never_public_is_erased_without_a_word),
		account_test(a_statement_leads_to_the_one_before_it_over_what_is_unsaid),
		account_test(what_happens_within_one_change_takes_no_leaf_from_another),
		account_test(what_is_refused_leaves_no_entry),
		account_test(of_a_group_those_that_are_refused_leave_no_entry),
		account_test(a_link_that_waited_is_an_entry_of_the_record_that_it_leads_from),
		account_test(a_kind_that_was_changed_amends_what_is_shown_otherwise),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
