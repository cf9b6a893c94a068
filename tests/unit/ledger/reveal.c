/* What was sealed is shown: by whom, what of it, and never more. */
#include "test_damage.h"

#include "hub/erase.h"
#include "hub/ledger/receipt.h"
#include "hub/reveal.h"

static const struct actor finder = {S_INIT("A-7KQ2-M9XD"), ROLE_ANYONE}, member = {S_INIT("U-7KQ2-M9XD"), ROLE_MEMBER}, stranger = {S_INIT("U-2222-3333"), ROLE_MEMBER},
	desk = {S_INIT("U-4444-5555"), ROLE_MEMBER | ROLE_COORDINATOR};

static enum err_code reveal(struct actor by, struct str id, int64_t version, const char *field) {
	struct str names[] = {str_of(field)};
	return apply((struct change){.op = CHANGE_REVEAL, .actor = by, .record = id, .version = version, .fields = names, .fields_n = field[0] ? 1 : 0});
}

/* A note that was sealed as a draft, revised and published. */
static struct str published_by(struct actor by) {
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = (struct actor){by.name, by.roles | ROLE_MEMBER}, .kind = S("note"),
		.body = json("{'title':'One','text':'it leaks','secret':'s'}")}));
	struct str id = arena_str(arena, str_of(result.uid));
	end_epoch();
	end_epoch();
	ok(move(id, "publish", ""));
	keep_log();
	return id;
}
static int64_t reveal_leaf(void) {
	keep_log();
	return sql_number("SELECT max(leaf) FROM entry WHERE type = 2");
}
static enum err_code shown(int64_t leaf, const struct json **out) {
	struct disclosing d = as(viewer_public);
	return disclose_revealed(&d, leaf, out, &test_err);
}

static void a_finder_shows_what_was_sealed_and_nothing_beside(void **state) {
	(void)state;
	struct str id = published_by(finder);
	const struct json *document;
	struct receipt_checked c;
	ok(reveal(finder, id, 1, "text"));
	assert_str(said_of(id), "publish reveal");
	int64_t leaf = reveal_leaf();
	const struct json *said = said_last(id);
	assert_str(json_text(arena, json_get_lit(said, "fields")), "[\"text\"]");
	ok(shown(leaf, &document));
	struct str text = json_text(arena, document);
	ok(receipt_check(arena, text, NULL, 0, NULL, 0, &c, &test_err));
	assert_true(c.logged);
	assert_int_equal(c.leaf, json_integer(json_get_lit(json_get_lit(said, "of"), "leaf"), -1));
	assert_str(entry_hex(arena, sha256_str(&c.commitment)), arena_cstr(arena, json_get_str(json_get_lit(said, "of"), S("commitment"))));
	assert_str(json_text(arena, c.fields), "{\"text\":\"it leaks\"}");
	assert_int_equal(c.hidden, 2);
	assert_str(c.actor, "A-7KQ2-M9XD");
	/* Neither the other fields, nor a detail, nor a salt by which another leaf could be found. */
	assert_int_equal(str_find(text, S("\"One\"")), STR_NONE);
	assert_int_equal(str_find(text, S("detail")), STR_NONE);
	assert_null(json_get_lit(document, "prev_salt"));
	struct disclosing d = as(viewer_public);
	struct disclosed r;
	struct disclosed_reveal *items;
	size_t n;
	ok(disclose_record(&d, id, &r, &test_err));
	ok(disclose_reveals(&d, &r, &items, &n, &test_err));
	assert_int_equal(n, 1);
	assert_int_equal(items[0].leaf, leaf);
	assert_true(items[0].sealed && items[0].sealed < items[0].at);
	end_epoch();
	assert_int_equal(findings(), 0);
	check_whole();
}

static void rules_hold_for_all(void **state) {
	(void)state;
	struct str id = published_by(finder), named = published_by(member);
	fails(reveal(stranger, id, 1, "text"), ERR_FORBIDDEN);
	fails(reveal(finder, id, 1, "secret"), ERR_INVALID); /* the public may not read it */
	fails(reveal(desk, id, 1, "secret"), ERR_INVALID);
	fails(reveal(finder, id, 1, "nothing"), ERR_INVALID);
	fails(reveal(finder, id, 1, ""), ERR_INVALID);
	fails(reveal(finder, id, 2, "text"), ERR_NOT_FOUND);
	fails(reveal(desk, named, 1, "text"), ERR_FORBIDDEN); /* the version names a person */
	ok(reveal(member, named, 1, "text"));
	ok(reveal(desk, id, 1, "title"));
	/* Said to everybody when it was made. */
	struct str open = create_public("note", "{'title':'Open'}");
	keep_log();
	fails(reveal(desk, open, 1, "title"), ERR_CONFLICT);
	/* Not public. */
	struct str draft = create("note", "{'title':'Draft'}");
	end_epoch();
	end_epoch();
	fails(reveal(actor_operator, draft, 1, "title"), ERR_CONFLICT);
	/* Not in the log yet. */
	struct str fresh = create("note", "{'title':'Fresh'}");
	ok(move(fresh, "publish", ""));
	fails(reveal(actor_operator, fresh, 1, "title"), ERR_CONFLICT);
	check_whole();
}

static void words_that_were_taken_out_are_shown_by_coordinators_alone(void **state) {
	(void)state;
	struct str id = published_by(finder);
	revise(id, "{'title':'One','text':'redacted','secret':'s'}");
	fails(reveal(finder, id, 1, "text"), ERR_FORBIDDEN);
	assert_has(test_err.message, "only coordinators");
	ok(reveal(finder, id, 1, "title"));
	ok(reveal(desk, id, 1, "text"));
	check_whole();
}

static void nothing_is_shown_under_an_embargo(void **state) {
	(void)state;
	struct str id = published_by(finder);
	static const char *const states[] = {"P", "A", "R"};
	struct str kase = create("case", "{'title':'A case'}");
	int64_t record = sql_number(arena_fmt(arena, "SELECT id FROM record WHERE uid = '%.*s'", STR_ARG(kase)).p);
	sql(arena_fmt(arena, "INSERT INTO link (source, rel, target, actor, at) SELECT %lld, 'handles', id, 'operator', 1 FROM record WHERE uid = '%.*s'", (long long)record,
		STR_ARG(id)).p);
	for (size_t i = 0; i < lengthof(states); i++) {
		sql(arena_fmt(arena, "DELETE FROM case_state; INSERT INTO case_state (record, embargo, until, since, exited, zone, exit_reason, proposal, public_aware, exploit_public, "
			"attacks_observed, confirmed) VALUES (%lld, '%s', 9000000000000000, 1, 0, 'UTC', '', 0, 0, 0, 0, 0)", (long long)record, states[i]).p);
		fails(reveal(finder, id, 1, "text"), ERR_CONFLICT);
		assert_has(test_err.message, "embargo");
	}
	sql("UPDATE case_state SET embargo = 'X'");
	ok(reveal(finder, id, 1, "text"));
	wrote_itself = true;
}

static void what_is_hidden_withdrawn_or_erased_later_is_shown_no_more(void **state) {
	(void)state;
	struct str id = published_by(finder), fields[] = {S("text"), S("title")};
	const struct json *document;
	struct receipt_checked c;
	ok(apply((struct change){.op = CHANGE_REVEAL, .actor = finder, .record = id, .version = 1, .fields = fields, .fields_n = 2}));
	int64_t leaf = reveal_leaf();
	/* A rule that hides it. */
	ok(apply((struct change){.op = CHANGE_REVISE, .record = id, .body = json("{'title':'One','text':'it leaks','secret':'s'}"), .visibility = json("{'/text':['owner']}")}));
	ok(shown(leaf, &document));
	ok(receipt_check(arena, json_text(arena, document), NULL, 0, NULL, 0, &c, &test_err));
	assert_str(json_text(arena, c.fields), "{\"title\":\"One\"}");
	ok(move(id, "hide", ""));
	fails(shown(leaf, &document), ERR_NOT_FOUND);
	ok(move(id, "publish", ""));
	ok(shown(leaf, &document));
	/* A field that is erased. */
	ok(apply((struct change){.op = CHANGE_ERASE, .record = id, .fields = &fields[1], .fields_n = 1, .reason = S("asked for")}));
	ok(shown(leaf, &document));
	ok(receipt_check(arena, json_text(arena, document), NULL, 0, NULL, 0, &c, &test_err));
	assert_int_equal(c.shown, 0);
	assert_int_equal(c.erased, 1);
	keep_log();
	end_epoch();
	assert_int_equal(findings(), 0);
	/* All of it. */
	ok(apply((struct change){.op = CHANGE_ERASE, .record = id, .reason = S("asked for")}));
	ok(erase_finish(hub, &test_err));
	fails(shown(leaf, &document), ERR_NOT_FOUND);
	check_whole();
}

static void each_change_to_what_is_shown_is_found(void **state) {
	(void)state;
	static const char *const damages[] = {
		"UPDATE entry SET statement = CAST(replace(CAST(statement AS TEXT), '\"text\"', '\"title\"') AS BLOB) WHERE type = 2",
		"UPDATE entry SET statement = CAST(replace(CAST(statement AS TEXT), '\"leaf\":', '\"leaf\":1') AS BLOB) WHERE type = 2",
		"UPDATE revision SET body = CAST(replace(CAST(body AS TEXT), 'leaks', 'holds') AS BLOB) WHERE number = 1",
		"UPDATE event SET at = at - 1000000 WHERE type = 'create'",
		"UPDATE event SET detail = CAST(replace(CAST(detail AS TEXT), 'text', 'title') AS BLOB) WHERE type = 'reveal'",
		"DELETE FROM entry WHERE type = 2",
	};
	struct str id = published_by(finder);
	ok(reveal(finder, id, 1, "text"));
	keep_log();
	end_epoch();
	assert_int_equal(findings(), 0);
	for (size_t i = 0; i < lengthof(damages); i++) damaged(i, damages[i]);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		account_test(a_finder_shows_what_was_sealed_and_nothing_beside),
		account_test(rules_hold_for_all),
		account_test(words_that_were_taken_out_are_shown_by_coordinators_alone),
		account_test(nothing_is_shown_under_an_embargo),
		account_test(what_is_hidden_withdrawn_or_erased_later_is_shown_no_more),
		account_test(each_change_to_what_is_shown_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
