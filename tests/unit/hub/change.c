/* The door in: making, revising, moving; rights; what is refused leaves nothing. */
#include "test.h"

#include <pthread.h>

static const struct actor nobody = {S_INIT(""), 0};
static const struct actor member = {S_INIT("member"), ROLE_MEMBER};
static const struct actor other = {S_INIT("other"), ROLE_MEMBER};

static enum err_code create_as(struct actor actor, const char *kind, const char *body) {
	struct change c = {.op = CHANGE_CREATE, .actor = actor, .kind = str_of(kind), .body = json(body)};
	return change_apply(hub, db, &c, &result, &test_err);
}
static enum err_code revise_as(struct actor actor, struct str id, const char *body, int64_t expected) {
	struct change c = {.op = CHANGE_REVISE, .actor = actor, .record = id, .body = json(body), .expected = expected};
	return change_apply(hub, db, &c, &result, &test_err);
}
static enum err_code move_as(struct actor actor, struct str id, const char *name) {
	struct change c = {.op = CHANGE_MOVE, .actor = actor, .record = id, .move = str_of(name), .reason = S("since it is so")};
	return change_apply(hub, db, &c, &result, &test_err);
}
static int64_t rows(void) {
	return sql_number("SELECT (SELECT count(*) FROM record) + (SELECT count(*) FROM revision) + (SELECT count(*) FROM event) + "
		"(SELECT count(*) FROM link) + (SELECT count(*) FROM name) + (SELECT count(*) FROM awaited) + (SELECT count(*) FROM public) + "
		"(SELECT count(*) FROM facet) + (SELECT count(*) FROM search_text) + (SELECT coalesce(sum(n), 0) FROM facet_count)");
}

static void a_record_begins_in_its_first_state_at_revision_one(void **state) {
	(void)state;
	struct str id = create("note", "{'title':'One','secret':'s'}");
	assert_string_equal(result.state, "draft");
	assert_int_equal(result.revision, 1);
	assert_true(result.changed);
	assert_string_equal(result.uid, result.public_id); /* no number before publication */
	struct disclosed r = shown_to(viewer_operator, id);
	assert_true(json_equal(r.body, json("{'title':'One','secret':'s'}")));
	assert_false(r.is_public);
	assert_false(is_shown(viewer_public, id));
	assert_int_equal(sql_number("SELECT count(*) FROM entry"), 1);
	check_whole();
}

static void what_breaks_the_schema_is_refused_with_its_place_and_leaves_nothing(void **state) {
	(void)state;
	int64_t before = rows();
	fails(create_as(actor_operator, "note", "{}"), ERR_INVALID);
	fails(create_as(actor_operator, "note", "{'title':5}"), ERR_INVALID);
	assert_string_equal(test_err.where, "/title");
	fails(create_as(actor_operator, "note", "{'title':'x','unknown':1}"), ERR_INVALID);
	fails(create_as(actor_operator, "note", "[]"), ERR_INVALID);
	fails(create_as(actor_operator, "nothing", "{}"), ERR_NOT_FOUND);
	assert_has(test_err.message, "nothing");
	assert_int_equal(rows(), before);
	struct str id = create("note", "{'title':'One'}");
	before = rows();
	fails(revise_as(actor_operator, id, "{'title':''}", 0), ERR_INVALID);
	fails(revise_as(actor_operator, S("R-0000-0000"), "{'title':'x'}", 0), ERR_NOT_FOUND);
	assert_int_equal(rows(), before);
}

static void a_body_that_is_missing_is_refused(void **state) {
	(void)state;
	struct change c = {.op = CHANGE_CREATE, .actor = actor_operator, .kind = S("note")};
	assert_int_not_equal(change_apply(hub, db, &c, &result, &test_err), ERR_OK);
}

static void who_may_create_revise_and_move_is_what_the_kind_says(void **state) {
	(void)state;
	fails(create_as(nobody, "note", "{'title':'x'}"), ERR_FORBIDDEN);
	ok(create_as(nobody, "report", "{'title':'Anyone may report','description':'It does harm.','systems':[{'name':'X'}]}"));
	ok(create_as(member, "note", "{'title':'Mine'}"));
	struct str id = arena_str(arena, str_of(result.uid));
	ok(revise_as(member, id, "{'title':'Mine still'}", 0)); /* who made it owns it */
	ok(revise_as(actor_operator, id, "{'title':'Checked'}", 0));
	fails(move_as(member, id, "publish"), ERR_FORBIDDEN);
	assert_has(test_err.message, "coordinator");
	ok(move_as(member, id, "submit"));
	ok(move_as(actor_operator, id, "publish"));
	fails(revise_as(other, id, "{'title':'Not mine'}", 0), ERR_FORBIDDEN); /* known to all by now, and not theirs */
	ok(move_as(member, id, "withdraw"));
}

static void who_may_not_know_of_a_record_is_told_that_there_is_none(void **state) {
	(void)state;
	struct str id = create("note", "{'title':'Hidden','aliases':['CVE-2026-1']}");
	static const char *const names[] = {"CVE-2026-1", "cve-2026-1"};
	struct err unknown;
	struct change c = {.op = CHANGE_MOVE, .actor = other, .record = S("R-0000-0000"), .move = S("publish")};
	fails(change_apply(hub, db, &c, &result, &unknown), ERR_NOT_FOUND);
	for (size_t i = 0; i <= lengthof(names); i++) {
		struct str name = i < lengthof(names) ? str_of(names[i]) : id;
		fails(move_as(other, name, "publish"), ERR_NOT_FOUND);
		struct str words = arena_fmt(arena, "there is no record called \"%.*s\"", STR_ARG(name));
		assert_str(words, test_err.message);
		fails(move_as(other, name, "nonsense"), ERR_NOT_FOUND);
		fails(revise_as(other, name, "{'title':'x'}", 0), ERR_NOT_FOUND);
		fails(revise_as(other, name, "{'title':'x'}", 77), ERR_NOT_FOUND);
		c = (struct change){.op = CHANGE_COMMENT, .actor = other, .record = name, .reason = S("hello")};
		fails(change_apply(hub, db, &c, &result, &test_err), ERR_NOT_FOUND);
		/* nor by linking to it */
		ok(create_as(other, "note", "{'title':'Mine'}"));
		c = (struct change){.op = CHANGE_LINK, .actor = other, .record = arena_str(arena, str_of(result.uid)), .rel = S("related-to"), .target = name};
		fails(change_apply(hub, db, &c, &result, &test_err), ERR_NOT_FOUND);
		assert_str(words, test_err.message);
		c.op = CHANGE_UNLINK;
		fails(change_apply(hub, db, &c, &result, &test_err), ERR_NOT_FOUND);
		assert_str(words, test_err.message);
	}
}

static void a_revision_that_says_the_same_is_none(void **state) {
	(void)state;
	struct str id = create("note", "{'title':'One','tags':['a']}");
	revise(id, "{'tags':['a'],'title':'One'}");
	assert_false(result.changed);
	assert_int_equal(result.revision, 1);
	revise(id, "{'title':'One','tags':['a','b']}");
	assert_true(result.changed);
	assert_int_equal(result.revision, 2);
	check_whole();
}

static void a_stale_revision_is_a_conflict(void **state) {
	(void)state;
	struct str id = create("note", "{'title':'One'}");
	ok(revise_as(actor_operator, id, "{'title':'Two'}", 1));
	fails(revise_as(actor_operator, id, "{'title':'Lost'}", 1), ERR_CONFLICT);
	assert_has(test_err.message, "revision 2");
	ok(revise_as(actor_operator, id, "{'title':'Three'}", 2));
	struct change c = {.op = CHANGE_MOVE, .actor = actor_operator, .record = id, .move = S("publish"), .expected = 2};
	fails(change_apply(hub, db, &c, &result, &test_err), ERR_CONFLICT);
	c.expected = 3;
	ok(change_apply(hub, db, &c, &result, &test_err));
}

static void what_was_prepared_from_a_state_that_is_gone_is_a_conflict(void **state) {
	(void)state;
	struct str id = create("note", "{'title':'One'}");
	struct change c = {.op = CHANGE_REVISE, .actor = actor_operator, .record = id, .body = json("{'title':'Mine'}")};
	struct prepared *p;
	ok(change_prepare(hub, db, &c, arena, &p, &test_err));
	revise(id, "{'title':'Theirs'}");
	struct change_result r;
	ok(change_commit(hub, &p, 1, &r, &test_err));
	assert_int_equal(r.code, ERR_CONFLICT);
	assert_str(shown_to(viewer_operator, id).line.headline, "Theirs");
	struct change m = {.op = CHANGE_MOVE, .actor = actor_operator, .record = id, .move = S("publish")};
	ok(change_prepare(hub, db, &m, arena, &p, &test_err));
	ok(move(id, "submit", ""));
	ok(change_commit(hub, &p, 1, &r, &test_err));
	assert_int_equal(r.code, ERR_CONFLICT);
	check_whole();
}

static void moves_go_only_where_the_lifecycle_leads(void **state) {
	(void)state;
	struct str id = create("note", "{'title':'One'}");
	fails(move(id, "withdraw", "why"), ERR_CONFLICT);
	assert_has(test_err.message, "submit, publish, check");
	fails(move(id, "no-such-move", ""), ERR_INVALID);
	ok(move(id, "publish", ""));
	fails(move(id, "publish", ""), ERR_CONFLICT);
	fails(move(id, "withdraw", ""), ERR_INVALID);
	assert_has(test_err.message, "reason");
	fails(move(id, "withdraw", " \n "), ERR_INVALID);
	ok(move(id, "withdraw", "It was wrong."));
	assert_string_equal(result.state, "withdrawn");
	assert_true(is_shown(viewer_public, id));
	ok(move(id, "hide", ""));
	assert_false(is_shown(viewer_public, id));
	check_whole();
}

static void what_a_move_requires_must_be_there(void **state) {
	(void)state;
	struct str id = create("note", "{'title':'One'}");
	fails(move(id, "check", ""), ERR_INVALID);
	assert_string_equal(test_err.where, "/text");
	revise(id, "{'title':'One','text':'','tags':['']}");
	fails(move(id, "check", ""), ERR_INVALID);
	assert_string_equal(test_err.where, "/text");
	revise(id, "{'title':'One','text':'x','tags':['']}");
	fails(move(id, "check", ""), ERR_INVALID);
	assert_string_equal(test_err.where, "/tags/*");
	revise(id, "{'title':'One','text':'x','tags':['','t']}");
	ok(move(id, "check", ""));
}

static void numbers_are_given_at_publication_and_never_again(void **state) {
	(void)state;
	struct str a = create("note", "{'title':'A'}"), b = create("note", "{'title':'B'}"), c = create("note", "{'title':'C'}");
	ok(move(b, "publish", ""));
	struct str number_b = arena_str(arena, str_of(result.public_id));
	assert_true(str_starts(number_b, S("TST-")) && str_ends(number_b, S("-001")));
	ok(move(b, "hide", ""));
	ok(move(a, "publish", ""));
	assert_true(str_ends(str_of(result.public_id), S("-002")));
	ok(move(b, "publish", "")); /* its own again */
	assert_str(number_b, result.public_id);
	ok(move(c, "publish", ""));
	assert_true(str_ends(str_of(result.public_id), S("-003")));
	assert_true(str_eq(shown_to(viewer_public, number_b).line.uid, b));
	assert_true(is_shown(viewer_public, name_folded(arena, number_b)));
}

static void a_number_fixed_beforehand_is_passed_over_by_the_counter(void **state) {
	(void)state;
	int64_t year;
	int month, day;
	date_from_days(now() / DAY, &year, &month, &day);
	for (int i = 1; i <= 3; i += 2) {
		struct change c = {.op = CHANGE_CREATE, .actor = importer, .kind = S("note"), .body = json("{'title':'Fixed'}"), .state = S("published"),
			.number = arena_fmt(arena, "TST-%d-00%d", (int)year, i)};
		ok(change_apply(hub, db, &c, &result, &test_err));
		fails(change_apply(hub, db, &c, &result, &test_err), ERR_EXISTS);
	}
	create_public("note", "{'title':'Second'}");
	assert_true(str_ends(str_of(result.public_id), S("-002")));
	create_public("note", "{'title':'Fourth'}");
	assert_true(str_ends(str_of(result.public_id), S("-004")));
	struct change wrong = {.op = CHANGE_CREATE, .actor = importer, .kind = S("note"), .body = json("{'title':'x'}"), .number = S("NOTE-1")};
	fails(change_apply(hub, db, &wrong, &result, &test_err), ERR_INVALID);
	check_whole();
}

static void comments_are_bounded_text(void **state) {
	(void)state;
	struct str id = create("note", "{'title':'One'}");
	struct change c = {.op = CHANGE_COMMENT, .record = id, .reason = S("  ")};
	fails(apply(c), ERR_INVALID);
	c.reason = S("bad \xFF");
	fails(apply(c), ERR_INVALID);
	char wide[20001];
	memset(wide, 'x', sizeof wide);
	c.reason = str_n(wide, sizeof wide);
	fails(apply(c), ERR_INVALID);
	c.reason = S("Seen.");
	ok(apply(c));
}

static void if_somebody_has_the_name_that_record_is_the_result(void **state) {
	(void)state;
	const struct change_name names[] = {{S("key"), S("organization:acme")}};
	struct change c = {.op = CHANGE_CREATE, .actor = importer, .kind = S("organization"), .body = json("{'name':'Acme'}"), .imported = true,
		.if_absent = S("organization:acme"), .names = names, .names_n = 1};
	ok(apply(c));
	struct str uid = arena_str(arena, str_of(result.uid));
	assert_true(result.changed);
	c.body = json("{'name':'ACME'}");
	ok(apply(c));
	assert_false(result.changed);
	assert_str(uid, result.uid);
	assert_str(shown_to(viewer_public, uid).line.headline, "Acme");
	/* also within one batch */
	c.if_absent = S("organization:new");
	const struct change_name fresh[] = {{S("key"), S("organization:new")}};
	c.names = fresh;
	struct prepared *p[2];
	struct change_result r[2];
	struct change d = c;
	ok(change_prepare(hub, db, &c, arena, &p[0], &test_err));
	ok(change_prepare(hub, db, &d, arena, &p[1], &test_err));
	ok(change_commit(hub, p, 2, r, &test_err));
	assert_true(r[0].changed && !r[1].changed);
	assert_string_equal(r[0].uid, r[1].uid);
	check_whole();
}

static void of_a_batch_the_good_go_in_and_the_bad_are_named(void **state) {
	(void)state;
	enum { N = 7 };
	struct change c[N];
	struct prepared *p[N];
	struct change_result r[N];
	for (int i = 0; i < N; i++) {
		c[i] = (struct change){.op = CHANGE_CREATE, .actor = importer, .kind = S("note"), .state = S("published"),
			.body = json(arena_fmt(arena, "{'title':'Note %d','color':'red'}", i).p), .number = i % 3 == 1 ? S("TST-2026-900") : STR_EMPTY};
		ok(change_prepare(hub, db, &c[i], arena, &p[i], &test_err));
	}
	ok(change_commit(hub, p, N, r, &test_err)); /* 1 and 4 want one number */
	for (int i = 0; i < N; i++) assert_int_equal(r[i].code, i == 4 ? ERR_EXISTS : ERR_OK);
	assert_int_equal(sql_number("SELECT count(*) FROM record"), N - 1);
	assert_int_equal(counted("note", "color", "red"), N - 1);
	check_whole();
}

static void visibility_rules_of_a_records_own_are_checked_and_kept(void **state) {
	(void)state;
	static const char *const bad[] = {"{'/title':['everyone']}", "{'title':['public']}", "{'/title':'public'}", "['/title']"};
	for (size_t i = 0; i < lengthof(bad); i++) {
		struct change c = {.op = CHANGE_CREATE, .kind = S("note"), .body = json("{'title':'x'}"), .visibility = json(bad[i])};
		fails(apply(c), ERR_INVALID);
	}
	struct str id = create_public("note", "{'title':'One','text':'t'}");
	hide(id, "{'/text':['owner']}");
	assert_int_equal(result.revision, 2); /* a rule is part of what a revision says */
	revise(id, "{'title':'Two','text':'t'}");
	assert_null(json_get_lit(shown_to(viewer_public, id).body, "text")); /* and stays when the body changes */
	hide(id, "{}");
	assert_non_null(json_get_lit(shown_to(viewer_public, id).body, "text"));
	check_whole();
}

static void a_writer_who_sees_a_part_does_not_take_away_the_rest(void **state) {
	(void)state;
	ok(create_as(member, "note", "{'title':'Mine','secret':'of owner and coordinators'}"));
	struct str id = arena_str(arena, str_of(result.uid));
	struct change c = {.op = CHANGE_REVISE, .actor = importer, .record = id,
		.body = json("{'title':'Mine','secret':'s','panel':'for the panel','undeclared':'for nobody','people':[{'name':'A','note':'n'},{'name':'B'}]}")};
	ok(change_apply(hub, db, &c, &result, &test_err));
	/* The owner reads it as it is shown to him, changes the title, and writes it back. */
	struct disclosed r = shown_to(viewer_of("member", ROLE_MEMBER), id);
	assert_null(json_get_lit(r.body, "panel"));
	assert_null(json_pointer(r.body, S("/people/0/note")));
	c = (struct change){.op = CHANGE_REVISE, .actor = member, .record = id, .body = json_with(arena, r.body, S("title"), json("'Mine again'"))};
	ok(change_apply(hub, db, &c, &result, &test_err));
	assert_true(json_equal(shown_to(viewer_operator, id).body,
		json("{'title':'Mine again','secret':'s','people':[{'name':'A','note':'n'},{'name':'B'}]}")));
	assert_str(json_get_str(shown_to(viewer_of("p", ROLE_PANEL | ROLE_PARTY), id).body, S("panel")), "for the panel");
	/* A seat on the panel opens no record by itself. */
	assert_false(is_shown(viewer_of("p", ROLE_PANEL), id));
	/* What nobody may read is kept for the day when somebody may. */
	r = shown_to(viewer_operator, id);
	c = (struct change){.op = CHANGE_REVISE, .actor = actor_operator, .record = id, .body = r.body, .visibility = json("{'/undeclared':['coordinators']}")};
	ok(change_apply(hub, db, &c, &result, &test_err));
	assert_str(json_get_str(shown_to(viewer_operator, id).body, S("undeclared")), "for nobody");
	check_whole();
}

static void a_field_that_was_hidden_from_everyone_comes_back(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'One','text':'to be hidden'}");
	hide(id, "{'/text':[]}");
	assert_null(json_get_lit(shown_to(viewer_operator, id).body, "text"));
	revise(id, "{'title':'Two'}"); /* by somebody who could not see it */
	hide(id, "{}");
	assert_str(json_get_str(shown_to(viewer_public, id).body, S("text")), "to be hidden");
}

static void records_of_a_kind_whose_file_changed_are_no_trap(void **state) {
	(void)state;
	struct str a = create_public("note", "{'title':'A'}"), b = create("note", "{'title':'B'}");
	ok(move(b, "submit", ""));
	/* The states they are in are no states any more. */
	struct json_builder none = json_object_of(arena);
	const struct json *k = json(note_kind);
	k = json_with_pointer(arena, k, S("/lifecycle/states"), json("{'draft':{},'shown':{'public':true}}"));
	k = json_with_pointer(arena, k, S("/lifecycle/imported"), json("'shown'"));
	k = json_with_pointer(arena, k, S("/lifecycle/moves"), json_built(&none));
	ok(file_put(arena_fmt(arena, "%s/kinds/note.json", folder).p, json_pretty(arena, k), 0644, &test_err));
	reopen();
	assert_false(is_shown(viewer_public, a)); /* nobody says any more that it may be */
	struct change c = {.op = CHANGE_REVISE, .record = b, .body = json("{'title':'B again'}")};
	ok(apply(c));
	fails(move(b, "publish", ""), ERR_INVALID);
	int64_t n;
	ok(change_rebuild(hub, db, &n, &test_err));
	assert_int_equal(sql_number("SELECT count(*) FROM public"), 0);
	/* Gone altogether: the rest of the hub goes on. */
	assert_int_equal(unlink(arena_fmt(arena, "%s/kinds/note.json", folder).p), 0);
	reopen();
	struct disclosing d = as(viewer_operator);
	struct disclosed r;
	fails(disclose_record(&d, a, &r, &test_err), ERR_UNSUPPORTED);
	fails(apply(c), ERR_UNSUPPORTED);
	create_public("organization", "{'name':'Acme'}");
	struct listed list;
	ok(disclose_list(&d, &(struct list_request){.limit = 10}, &list, &test_err));
	assert_int_equal(list.n, 1);
}

static void files_are_kept_under_their_digest_and_shown_to_their_audience(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'One'}");
	struct change c = {.op = CHANGE_ATTACH, .record = id, .file_name = S("a.txt"), .media_type = S("text/plain"), .bytes = S("abc"), .audiences = PUBLIC};
	ok(apply(c));
	c.file_name = S("b.txt");
	c.audiences = 0;
	ok(apply(c));
	ok(apply(c));
	assert_false(result.changed);
	static const struct {
		const char *name, *type;
	} bad[] = {{"", "text/plain"}, {"a/b", "text/plain"}, {".hidden", "text/plain"}, {"a\nb", "text/plain"}, {"a", "plain"}, {"a", "/"}, {"a", "a/b\n"}, {"\xFF", "a/b"}, {"..", "a/b"}};
	for (size_t i = 0; i < lengthof(bad); i++) {
		c.file_name = str_of(bad[i].name);
		c.media_type = str_of(bad[i].type);
		fails(apply(c), ERR_INVALID);
	}
	struct disclosed_file *files;
	size_t n;
	for (int as_public = 0; as_public < 2; as_public++) {
		struct disclosing d = as(as_public ? viewer_public : viewer_operator);
		struct disclosed r = shown_to(d.viewer, id);
		ok(disclose_files(&d, &r, &files, &n, &test_err));
		assert_int_equal(n, as_public ? 1 : 2);
		assert_str(files[0].sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
		assert_int_equal(files[0].size, 3);
	}
	check_whole();
	ok(file_put(arena_fmt(arena, "%s/files/ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", folder).p, S("abd"), 0644, &test_err));
	struct hub_findings f;
	ok(maintain_check(hub, db, arena, &f, &test_err));
	assert_int_equal(f.n, 1);
}

static void dates_of_publication_stay_and_hidden_edits_do_not_move_them(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'One','secret':'a'}");
	struct disclosed before = shown_to(viewer_public, id);
	ok(db_exec(db, "PRAGMA query_only = OFF", &test_err));
	ok(db_exec(db, "UPDATE public SET published = 1000000000000000, updated = 1000000000000000, sort = '2001-09-09'", &test_err));
	ok(db_exec(db, "UPDATE facet SET sort = '2001-09-09'; UPDATE facet SET value = '2001' WHERE name = 'year'; UPDATE facet_count SET value = '2001' WHERE name = 'year'", &test_err));
	revise(id, "{'title':'One','secret':'b'}");
	struct disclosed r = shown_to(viewer_public, id);
	assert_int_equal(r.line.updated, 1000000000000000);
	assert_true(str_eq(r.etag, before.etag));
	revise(id, "{'title':'Two','secret':'b'}");
	r = shown_to(viewer_public, id);
	assert_int_equal(r.published, 1000000000000000);
	assert_true(r.line.updated > 1000000000000000);
	assert_str(r.line.sort, "2001-09-09"); /* the day of publication, not of the revision */
	assert_int_equal(counted("note", "year", "2001"), 0); /* which is no year to narrow by */
	moment updated = r.line.updated;
	int64_t n;
	ok(change_rebuild(hub, db, &n, &test_err));
	r = shown_to(viewer_public, id);
	assert_str(r.line.sort, "2001-09-09");
	assert_int_equal(r.line.updated, updated); /* nothing that shows has changed */
	check_whole();
}

enum { WRITERS = 4, EACH = 25 };
static char no_reader[] = "no reader", not_shown[] = "not shown", refused[] = "refused";
static void *add_tags(void *arg) {
	struct str id = *(struct str *)arg;
	struct db *mine;
	struct err e;
	if (hub_reader(hub, &mine, &e)) return no_reader;
	for (int i = 0; i < EACH; i++) {
		autoarena struct arena *a = arena_new(16 << 20);
		struct disclosing d = {hub, mine, viewer_operator, a};
		enum err_code code;
		do {
			struct disclosed r;
			struct change_result done;
			if (disclose_record(&d, id, &r, &e)) return not_shown;
			struct json_builder tags = json_array_of(a);
			const struct json *old = json_get_lit(r.body, "tags");
			for (size_t k = 0; k < json_count(old); k++) json_add(&tags, json_at(old, k));
			json_add(&tags, json_str(a, S("t")));
			struct change c = {.op = CHANGE_REVISE, .actor = actor_operator, .record = id, .expected = r.revision,
				.body = json_with(a, r.body, S("tags"), json_built(&tags))};
			code = change_apply(hub, mine, &c, &done, &e);
		} while (code == ERR_CONFLICT);
		if (code) return refused;
	}
	db_close(mine);
	return NULL;
}

static void writers_who_say_what_they_saw_lose_nothing_to_each_other(void **state) {
	(void)state;
	struct str id = create("note", "{'title':'Shared'}");
	pthread_t threads[WRITERS];
	for (int i = 0; i < WRITERS; i++) assert_int_equal(pthread_create(&threads[i], NULL, add_tags, &id), 0);
	for (int i = 0; i < WRITERS; i++) {
		void *why;
		pthread_join(threads[i], &why);
		if (why) fail_msg("%s", (char *)why);
	}
	struct disclosed r = shown_to(viewer_operator, id);
	assert_int_equal(json_count(json_get_lit(r.body, "tags")), WRITERS * EACH);
	assert_int_equal(r.revision, WRITERS * EACH + 1);
	check_whole();
}

int main(void) {
	const struct CMUnitTest tests[] = {
		hub_test(a_record_begins_in_its_first_state_at_revision_one),
		hub_test(what_breaks_the_schema_is_refused_with_its_place_and_leaves_nothing),
		hub_test(a_body_that_is_missing_is_refused),
		hub_test(who_may_create_revise_and_move_is_what_the_kind_says),
		hub_test(who_may_not_know_of_a_record_is_told_that_there_is_none),
		hub_test(a_revision_that_says_the_same_is_none),
		hub_test(a_stale_revision_is_a_conflict),
		hub_test(what_was_prepared_from_a_state_that_is_gone_is_a_conflict),
		hub_test(moves_go_only_where_the_lifecycle_leads),
		hub_test(what_a_move_requires_must_be_there),
		hub_test(numbers_are_given_at_publication_and_never_again),
		hub_test(a_number_fixed_beforehand_is_passed_over_by_the_counter),
		hub_test(comments_are_bounded_text),
		hub_test(if_somebody_has_the_name_that_record_is_the_result),
		hub_test(of_a_batch_the_good_go_in_and_the_bad_are_named),
		hub_test(visibility_rules_of_a_records_own_are_checked_and_kept),
		hub_test(a_writer_who_sees_a_part_does_not_take_away_the_rest),
		hub_test(a_field_that_was_hidden_from_everyone_comes_back),
		hub_test(records_of_a_kind_whose_file_changed_are_no_trap),
		hub_test(files_are_kept_under_their_digest_and_shown_to_their_audience),
		hub_test(dates_of_publication_stay_and_hidden_edits_do_not_move_them),
		hub_test(writers_who_say_what_they_saw_lose_nothing_to_each_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
