/* The door out: lists and their cursors, facets, history. */
#include "test.h"

#include "hub/project.h"

static struct listed list(struct viewer viewer, struct list_request r) {
	struct disclosing d = as(viewer);
	struct listed out;
	ok(disclose_list(&d, &r, &out, &test_err));
	return out;
}

/* Walks a list by its cursors and says how often each record came. */
static size_t walk(struct viewer viewer, struct list_request r, unsigned char *times, size_t room) {
	size_t n = 0, pages = 0;
	do {
		struct listed page = list(viewer, r);
		assert_true(page.n <= r.limit);
		for (size_t i = 0; i < page.n; i++, n++) {
			assert_in_range(page.items[i].record, 1, room - 1);
			times[page.items[i].record]++;
		}
		r.cursor = page.next;
		assert_true(++pages < 1000);
	} while (r.cursor.n);
	return n;
}

static void cursors_lead_over_everything_exactly_once(void **state) {
	(void)state;
	enum { N = 60 };
	for (int i = 0; i < N; i++) {
		/* Many on one day, some with a month or a year only, some without a date, every seventh hidden. */
		static const char *const dates[] = {"'2024-05-05'", "'2024-05-05'", "'2024-05'", "'2024'", "'1999-12-31'", "''"};
		struct str body = arena_fmt(arena, "{'title':'Note %d','date':%s,'color':'%s'}", i, dates[i % 6], i % 2 ? "red" : "blue");
		if (i % 7 == 0)
			create("note", body.p);
		else
			create_public("note", body.p);
	}
	create_public("organization", "{'name':'Acme','type':'company'}");
	const struct kind *note = kind_find(hub->kinds, S("note"));
	struct list_filter red = {S("color"), S("red")}, both[] = {{S("color"), S("red")}, {S("year"), S("2024")}};
	const struct {
		struct viewer viewer;
		struct list_request request;
		size_t expected;
	} cases[] = {
		{viewer_public, {.kind = note}, N - 9}, {viewer_public, {.kind = NULL}, N - 9 + 1}, {viewer_public, {.kind = note, .filters = &red, .filters_n = 1}, 26},
		{viewer_public, {.filters = &red, .filters_n = 1}, 26}, {viewer_public, {.kind = note, .filters = both, .filters_n = 2}, 0},
		{viewer_operator, {.kind = note}, N}, {viewer_operator, {.kind = NULL}, N + 1}, {viewer_of("member", ROLE_MEMBER), {.kind = note}, N - 9},
	};
	for (size_t c = 0; c < lengthof(cases); c++)
		for (size_t limit = 1; limit <= 200; limit = limit * 3 + 1) {
			unsigned char times[100] = {0};
			struct list_request r = cases[c].request;
			r.limit = limit > 200 ? 200 : limit;
			size_t n = walk(cases[c].viewer, r, times, sizeof times);
			if (cases[c].expected) assert_int_equal(n, cases[c].expected);
			for (size_t i = 0; i < sizeof times; i++) assert_true(times[i] <= 1);
			struct listed first = list(cases[c].viewer, r);
			if (first.total >= 0) assert_int_equal(first.total, n);
		}
}

static void lists_are_in_order_of_date_newest_first(void **state) {
	(void)state;
	static const char *const dates[] = {"2024-05-05", "1999-12-31", "2024-05", "2024-06-01", "2024"};
	for (size_t i = 0; i < lengthof(dates); i++) create_public("note", arena_fmt(arena, "{'title':'%s','date':'%s'}", dates[i], dates[i]).p);
	struct listed l = list(viewer_public, (struct list_request){.limit = 10});
	static const char *const expected[] = {"2024-06-01", "2024-05-05", "2024-05", "2024", "1999-12-31"};
	for (size_t i = 0; i < lengthof(expected); i++) assert_str(l.items[i].headline, expected[i]);
}

static void a_cursor_tells_nothing_of_how_many_records_there_are(void **state) {
	(void)state;
	for (int i = 0; i < 30; i++) create("note", "{'title':'Hidden'}");
	for (int i = 0; i < 3; i++) create_public("note", "{'title':'Shown','date':'2024-01-01'}");
	struct listed l = list(viewer_public, (struct list_request){.limit = 1});
	assert_true(l.next.n > 0);
	for (int n = 29; n < 35; n++) assert_true(str_find(l.next, arena_fmt(arena, "_%d", n)) == STR_NONE);
	assert_true(str_find(l.next, l.items[0].uid) != STR_NONE);
}

static void what_is_no_cursor_is_refused(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'One'}");
	static const char *const bad[] = {"x", "_", "_1", "2024-01-01_5", "2024-01-01_R-0000-0000", "'_R-0000-0000", "%_R-7KQ2-M9XD", "2024-01-01", "____", "2024-01-01_ _"};
	struct disclosing d = as(viewer_public);
	struct listed l;
	for (size_t i = 0; i < lengthof(bad); i++)
		fails(disclose_list(&d, &(struct list_request){.limit = 5, .cursor = str_of(bad[i])}, &l, &test_err), ERR_INVALID);
	fails(disclose_list(&d, &(struct list_request){.limit = 5, .cursor = arena_fmt(arena, "x_%.*s", STR_ARG(id))}, &l, &test_err), ERR_INVALID);
	fails(disclose_list(&d, &(struct list_request){.limit = 0}, &l, &test_err), ERR_INVALID);
	fails(disclose_list(&d, &(struct list_request){.limit = 201}, &l, &test_err), ERR_INVALID);
}

static void a_kind_whose_file_is_gone_does_not_cut_a_list_short(void **state) {
	(void)state;
	const struct json *k = json_with(arena, json_with(arena, json(note_kind), S("kind"), json("'lost'")), S("path"), json("'lost'"));
	ok(file_put(arena_fmt(arena, "%s/kinds/lost.json", folder).p, json_pretty(arena, k), 0644, &test_err));
	reopen();
	for (int i = 0; i < 12; i++) create_public(i % 3 ? "lost" : "note", "{'title':'One','date':'2024-01-01'}");
	assert_int_equal(unlink(arena_fmt(arena, "%s/kinds/lost.json", folder).p), 0);
	reopen();
	for (size_t limit = 1; limit < 14; limit++) {
		unsigned char times[50] = {0};
		assert_int_equal(walk(viewer_public, (struct list_request){.limit = limit}, times, sizeof times), 4);
		assert_int_equal(walk(viewer_operator, (struct list_request){.limit = limit}, times, sizeof times), 4);
	}
}

static void facets_count_what_is_public_and_follow_every_change(void **state) {
	(void)state;
	struct str a = create_public("note", "{'title':'A','color':'red','tags':['x','y','x'],'date':'2024-01-01'}");
	create_public("note", "{'title':'B','color':'red','tags':['y'],'date':'2023-01-01'}");
	struct str c = create("note", "{'title':'C','color':'red','tags':['z']}");
	assert_int_equal(counted("note", "color", "red"), 2);
	assert_int_equal(counted("note", "tag", "x"), 1);
	assert_int_equal(counted("note", "tag", "y"), 2);
	assert_int_equal(counted("note", "tag", "z"), 0);
	assert_int_equal(counted("note", "year", "2024"), 1);
	assert_int_equal(counted("note", "state", "published"), 2);
	revise(a, "{'title':'A','color':'green','tags':['y'],'date':'2022'}");
	assert_int_equal(counted("note", "color", "red"), 1);
	assert_int_equal(counted("note", "color", "green"), 1);
	assert_int_equal(counted("note", "tag", "x"), 0);
	assert_int_equal(counted("note", "year", "2024"), 0);
	assert_int_equal(counted("note", "year", "2022"), 1);
	ok(move(c, "publish", ""));
	assert_int_equal(counted("note", "color", "red"), 2);
	ok(move(a, "withdraw", "why"));
	assert_int_equal(counted("note", "state", "published"), 2);
	assert_int_equal(counted("note", "state", "withdrawn"), 1);
	ok(move(a, "hide", ""));
	assert_int_equal(counted("note", "color", "green"), 0);
	hide(c, "{'/color':[]}");
	assert_int_equal(counted("note", "color", "red"), 1);
	check_whole();
}

struct story {
	struct disclosed_event *events;
	size_t n;
};
static struct story history(struct viewer viewer, struct str id) {
	struct disclosing d = as(viewer);
	struct disclosed r = shown_to(viewer, id);
	struct story s;
	ok(disclose_history(&d, &r, &s.events, &s.n, &test_err));
	return s;
}

static void the_history_shows_each_viewer_what_it_could_see(void **state) {
	(void)state;
	struct str id = create("note", "{'title':'Draft words','secret':'a'}");
	revise(id, "{'title':'Other draft words','secret':'a'}");
	ok(move(id, "publish", ""));
	revise(id, "{'title':'Other draft words','secret':'b'}");
	revise(id, "{'title':'Published words','secret':'b'}");
	ok(move(id, "withdraw", "It was wrong."));
	struct story s = history(viewer_public, id);
	assert_int_equal(s.n, 3);
	assert_str(s.events[0].type, "published");
	assert_null(s.events[0].diff);
	assert_int_equal(s.events[0].revision, 1);
	assert_str(s.events[1].type, "revised");
	assert_int_equal(s.events[1].revision, 2);
	assert_true(json_equal(s.events[1].diff, json("[{'op':'replace','path':'/title','from':'Other draft words','to':'Published words'}]")));
	assert_str(s.events[2].type, "moved");
	assert_str(s.events[2].reason, "It was wrong.");
	for (size_t i = 0; i < s.n; i++) assert_str(s.events[i].actor, "");
	s = history(viewer_operator, id);
	assert_int_equal(s.n, 6);
	assert_str(s.events[0].type, "created");
	assert_str(s.events[0].actor, "operator");
	assert_int_equal(s.events[5].revision, 4);
}

static void comments_show_to_their_audience_and_only_while_the_record_did(void **state) {
	(void)state;
	struct str id = create("note", "{'title':'One'}");
	struct change c = {.op = CHANGE_COMMENT, .record = id, .reason = S("before"), .audiences = PUBLIC};
	ok(apply(c));
	ok(move(id, "publish", ""));
	c.reason = S("for all");
	ok(apply(c));
	c.reason = S("for us");
	c.audiences = COORDINATORS;
	ok(apply(c));
	struct story s = history(viewer_public, id);
	assert_int_equal(s.n, 2);
	assert_str(s.events[1].reason, "for all");
	assert_int_equal(history(viewer_operator, id).n, 5);
}

static void a_time_out_of_sight_is_told_without_what_happened_in_it(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'One'}");
	ok(move(id, "hide", ""));
	revise(id, "{'title':'Secret title'}");
	revise(id, "{'title':'Two'}");
	ok(move(id, "publish", ""));
	struct story s = history(viewer_public, id);
	assert_int_equal(s.n, 3);
	assert_str(s.events[1].type, "withheld");
	assert_str(s.events[2].type, "published");
	for (size_t i = 0; i < s.n; i++)
		if (s.events[i].diff) assert_true(str_find(json_text(arena, s.events[i].diff), S("Secret")) == STR_NONE);
}

static void the_newest_five_hundred_events_are_told(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'One'}");
	for (int i = 0; i < 520; i++) ok(apply((struct change){.op = CHANGE_COMMENT, .record = id, .reason = arena_fmt(arena, "%d", i), .audiences = PUBLIC}));
	struct story s = history(viewer_public, id);
	assert_int_equal(s.n, 500);
	assert_str(s.events[499].reason, "519");
}

static void an_etag_says_whether_the_viewers_picture_changed(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'One','secret':'a'}");
	struct str p = shown_to(viewer_public, id).etag, o = shown_to(viewer_operator, id).etag;
	assert_int_equal(p.n, 32);
	assert_false(str_eq(p, o));
	revise(id, "{'title':'One','secret':'b'}");
	assert_true(str_eq(shown_to(viewer_public, id).etag, p));
	assert_false(str_eq(shown_to(viewer_operator, id).etag, o));
	ok(move(id, "withdraw", "why"));
	assert_false(str_eq(shown_to(viewer_public, id).etag, p)); /* the state is part of it */
}

static void headlines_are_one_line_and_never_empty(void **state) {
	(void)state;
	static const struct {
		const char *title, *headline;
	} cases[] = {{"  two\\n\\tlines  ", "two lines"}, {" ", "(untitled)"}};
	for (size_t i = 0; i < 2; i++) {
		struct str id = create_public("note", arena_fmt(arena, "{'title':'%s'}", cases[i].title).p);
		assert_str(shown_to(viewer_public, id).line.headline, cases[i].headline);
	}
	struct buf wide = BUF(2000);
	while (wide.n < 1000) buf_add(&wide, S("漢字 "));
	struct json_builder b = json_object_of(arena);
	json_set(&b, S("title"), json_str(arena, arena_str(arena, buf_str(&wide))));
	buf_free(&wide);
	struct str cut = project_headline(arena, kind_find(hub->kinds, S("note")), json_built(&b));
	assert_true(cut.n <= 303 && str_utf8(cut) && str_ends(cut, S("…")));
}

static void a_hidden_record_and_none_are_the_same_to_whoever_may_not_know(void **state) {
	(void)state;
	struct str id = create("note", "{'title':'Hidden','aliases':['CVE-2026-7']}");
	const struct str names[] = {id, S("CVE-2026-7"), S("R-0000-0000"), S("CVE-0000-0")};
	for (size_t i = 0; i < lengthof(names); i++) {
		struct disclosing d = as(i % 2 ? viewer_public : viewer_of("member", ROLE_MEMBER));
		struct disclosed r;
		fails(disclose_record(&d, names[i], &r, &test_err), ERR_NOT_FOUND);
		assert_str(arena_fmt(arena, "there is no record called \"%.*s\"", STR_ARG(names[i])), test_err.message);
	}
	struct disclosing d = as(viewer_public);
	struct disclosed_origin origin;
	const struct json *base, *whole;
	fails(disclose_origin(&d, S("test"), S("1"), true, &origin, &test_err), ERR_NOT_FOUND);
	fails(disclose_imported(&d, 1, &base, &whole, &test_err), ERR_NOT_FOUND);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		hub_test(cursors_lead_over_everything_exactly_once),
		hub_test(lists_are_in_order_of_date_newest_first),
		hub_test(a_cursor_tells_nothing_of_how_many_records_there_are),
		hub_test(what_is_no_cursor_is_refused),
		hub_test(a_kind_whose_file_is_gone_does_not_cut_a_list_short),
		hub_test(facets_count_what_is_public_and_follow_every_change),
		hub_test(the_history_shows_each_viewer_what_it_could_see),
		hub_test(comments_show_to_their_audience_and_only_while_the_record_did),
		hub_test(a_time_out_of_sight_is_told_without_what_happened_in_it),
		hub_test(the_newest_five_hundred_events_are_told),
		hub_test(an_etag_says_whether_the_viewers_picture_changed),
		hub_test(headlines_are_one_line_and_never_empty),
		hub_test(a_hidden_record_and_none_are_the_same_to_whoever_may_not_know),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
