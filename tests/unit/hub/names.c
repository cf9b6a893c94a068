/* Names, aliases, and links to what is not there yet: in whatever order things come. */
#include "test.h"

static struct str import(const char *kind, const char *source_id, const char *body, const struct change_link *links, size_t n) {
	struct change_name *names = arena_array(arena, 1, sizeof *names);
	names[0] = (struct change_name){S("source"), str_of(source_id)};
	struct change_origin origin = {S("test"), str_of(source_id), 1, S("fetched"), S("CC0-1.0")};
	struct change c = {.op = CHANGE_CREATE, .actor = importer, .kind = str_of(kind), .body = json(body), .imported = true, .public_id = str_of(source_id),
		.names = names, .names_n = 1, .links = links, .links_n = n, .origin = &origin};
	ok(apply(c));
	return arena_str(arena, str_of(result.uid));
}
static struct str import_linked(const char *kind, const char *source_id, const char *body, const char *rel, const char *target) {
	struct change_link link = {str_of(rel), str_of(target)};
	return import(kind, source_id, body, &link, 1);
}

static void any_name_leads_to_the_record(void **state) {
	(void)state;
	struct str id = import("note", "SRC-1", "{'title':'One','aliases':['CVE-2024-1','Ünï/cöde name']}", NULL, 0);
	static const char *const names[] = {"SRC-1", "src-1", " SRC-1 ", "CVE-2024-1", "cve-2024-1", "Ünï/cöde name"};
	for (size_t i = 0; i < lengthof(names); i++) {
		assert_true(str_eq(shown_to(viewer_public, str_of(names[i])).line.uid, id));
		assert_true(str_eq(shown_to(viewer_operator, str_of(names[i])).line.uid, id));
	}
	assert_str(shown_to(viewer_public, id).line.id, "SRC-1");
	struct str typed = name_folded(arena, id);
	assert_true(str_eq(shown_to(viewer_public, typed).line.uid, id));
	assert_false(is_shown(viewer_public, S("")));
	assert_false(is_shown(viewer_public, S("CVE-2024-11")));
	char wide[600];
	memset(wide, 'x', sizeof wide);
	assert_false(is_shown(viewer_public, str_n(wide, sizeof wide)));
}

static void a_number_goes_before_a_source_and_a_source_before_an_alias(void **state) {
	(void)state;
	import("note", "A-1", "{'title':'By alias','aliases':['X-1']}", NULL, 0);
	assert_str(shown_to(viewer_public, S("X-1")).line.headline, "By alias");
	import("note", "X-1", "{'title':'By source'}", NULL, 0);
	assert_str(shown_to(viewer_public, S("X-1")).line.headline, "By source");
}

static void a_name_that_a_hidden_record_has_too_leads_to_the_one_that_may_be_seen(void **state) {
	(void)state;
	create("note", "{'title':'Hidden','aliases':['CVE-2024-9']}");
	struct viewer member = viewer_of("member", ROLE_MEMBER);
	assert_false(is_shown(viewer_public, S("CVE-2024-9")));
	assert_false(is_shown(member, S("CVE-2024-9")));
	create_public("note", "{'title':'Shown','aliases':['CVE-2024-9']}");
	assert_str(shown_to(viewer_public, S("CVE-2024-9")).line.headline, "Shown");
	assert_str(shown_to(member, S("CVE-2024-9")).line.headline, "Shown");
}

static void links_come_about_in_either_order(void **state) {
	(void)state;
	struct str early = import_linked("note", "N-1", "{'title':'Early'}", "related-to", "Later-1");
	assert_int_equal(linked(viewer_public, early, "related-to", false), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM awaited"), 1);
	struct str later = import("note", "later-1", "{'title':'Later'}", NULL, 0);
	assert_int_equal(linked(viewer_public, early, "related-to", false), 1);
	assert_int_equal(linked(viewer_public, later, "related-to", true), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM awaited"), 0);
	import_linked("note", "N-2", "{'title':'After'}", "related-to", "LATER-1");
	assert_int_equal(linked(viewer_public, later, "related-to", true), 2);
	check_whole();
}

/* In both orders of the record that has the name as an alias and the one whose own name it is. */
static void a_link_goes_over_from_an_alias_to_whose_own_name_it_is(void **state) {
	(void)state;
	for (int own_first = 0; own_first < 2; own_first++) {
		const char *name = own_first ? "X-1" : "X-2";
		const char *body = arena_fmt(arena, "{'title':'By alias','aliases':['%s']}", name).p;
		struct str own = STR_EMPTY;
		struct str early = import_linked("note", own_first ? "N-1" : "N-3", "{'title':'Early'}", "related-to", name);
		if (own_first) own = import("note", name, "{'title':'Its own'}", NULL, 0);
		struct str alias = create_public("note", body);
		struct str between = import_linked("note", own_first ? "N-2" : "N-4", "{'title':'Between'}", "related-to", name);
		assert_int_equal(linked(viewer_public, alias, "related-to", true), own_first ? 0 : 2);
		if (!own_first) own = import("note", name, "{'title':'Its own'}", NULL, 0);
		assert_int_equal(linked(viewer_public, own, "related-to", true), 2);
		assert_int_equal(linked(viewer_public, alias, "related-to", true), 0);
		assert_int_equal(linked(viewer_public, early, "related-to", false), 1);
		assert_int_equal(linked(viewer_public, between, "related-to", false), 1);
	}
	assert_int_equal(sql_number("SELECT count(*) FROM awaited"), 0);
	check_whole();
}

static void a_link_that_was_taken_away_does_not_come_back_with_the_alias(void **state) {
	(void)state;
	struct str from = import_linked("note", "N-1", "{'title':'From'}", "related-to", "X-1");
	struct str alias = create_public("note", "{'title':'By alias','aliases':['X-1']}");
	assert_int_equal(linked(viewer_public, from, "related-to", false), 1);
	ok(apply((struct change){.op = CHANGE_UNLINK, .record = from, .rel = S("related-to"), .target = alias}));
	revise(alias, "{'title':'Again','aliases':['X-1']}");
	import("note", "X-1", "{'title':'Its own'}", NULL, 0);
	assert_int_equal(linked(viewer_public, from, "related-to", false), 0);
	check_whole();
}

static void a_name_given_later_fulfils_what_waited_too(void **state) {
	(void)state;
	struct str from = import_linked("note", "N-1", "{'title':'From'}", "related-to", "CVE-2024-5");
	struct str to = create_public("note", "{'title':'To'}");
	revise(to, "{'title':'To','aliases':['CVE-2024-5']}");
	assert_int_equal(linked(viewer_public, from, "related-to", false), 1);
}

static void a_thousand_that_wait_for_one_name_are_all_linked(void **state) {
	(void)state;
	enum { N = 1000 };
	static struct change c[N];
	static struct change_link link = {S_INIT("about"), S_INIT("organization:acme")};
	static struct prepared *p[N];
	static struct change_result r[N];
	for (int i = 0; i < N; i++) {
		c[i] = (struct change){.op = CHANGE_CREATE, .actor = importer, .kind = S("note"), .body = json(arena_fmt(arena, "{'title':'Note %d'}", i).p),
			.imported = true, .links = &link, .links_n = 1};
		ok(change_prepare(hub, db, &c[i], arena, &p[i], &test_err));
	}
	ok(change_commit(hub, p, N, r, &test_err));
	const struct change_name key = {S("key"), S("organization:acme")};
	struct change org = {.op = CHANGE_CREATE, .actor = importer, .kind = S("organization"), .body = json("{'name':'Acme'}"), .imported = true, .names = &key, .names_n = 1};
	ok(apply(org));
	assert_int_equal(sql_number("SELECT count(*) FROM link"), N);
	assert_int_equal(sql_number("SELECT count(*) FROM awaited"), 0);
	assert_int_equal(counted("note", "organization", result.uid), N);
	check_whole();
}

static void every_record_that_stands_for_a_term_is_linked_in_either_order(void **state) {
	(void)state;
	struct str before = import_linked("note", "N-1", "{'title':'Before'}", "related-to", "crosswalk:avid/s0403");
	for (int i = 1; i <= 2; i++)
		create_public("note", arena_fmt(arena, "{'title':'Term %d','crosswalks':[{'scheme':'AVID','id':'S0403'}]}", i).p);
	create_public("note", "{'title':'Broader','crosswalks':[{'scheme':'AVID','id':'S0403','relation':'broad'}]}");
	struct str after = import_linked("note", "N-2", "{'title':'After'}", "related-to", "crosswalk:avid/s0403");
	assert_int_equal(linked(viewer_public, before, "related-to", false), 2);
	assert_int_equal(linked(viewer_public, after, "related-to", false), 2);
	assert_false(is_shown(viewer_public, S("crosswalk:avid/s0403"))); /* a term is no name */
	assert_false(is_shown(viewer_operator, S("crosswalk:avid/s0403")));
}

static void records_that_share_an_alias_are_the_same_in_either_order(void **state) {
	(void)state;
	struct str a = import("note", "GO-2024-1", "{'title':'A','aliases':['CVE-2024-1']}", NULL, 0);
	struct str b = import("note", "CVE-2024-1", "{'title':'B'}", NULL, 0); /* the other's alias is its own name */
	struct str c = import("note", "GHSA-1", "{'title':'C','aliases':['cve-2024-1']}", NULL, 0);
	struct str apart = import("note", "GO-2024-2", "{'title':'D','aliases':['CVE-2024-2']}", NULL, 0);
	const struct str all[] = {a, b, c};
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(linked(viewer_public, all[i], "same-as", false) + linked(viewer_public, all[i], "same-as", true), 2);
	assert_int_equal(linked(viewer_public, apart, "same-as", false) + linked(viewer_public, apart, "same-as", true), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM link WHERE rel = 'same-as'"), 3); /* one row a pair */
	revise(apart, "{'title':'D','aliases':['CVE-2024-2','GHSA-1']}"); /* an alias that comes later */
	assert_int_equal(linked(viewer_public, apart, "same-as", false), 1);
	check_whole();
}

static void records_of_different_kinds_are_not_the_same(void **state) {
	(void)state;
	struct str a = import("note", "X-1", "{'title':'A','aliases':['Acme']}", NULL, 0);
	create_public("organization", "{'name':'Acme','aliases':['X-1']}");
	assert_int_equal(linked(viewer_public, a, "same-as", false) + linked(viewer_public, a, "same-as", true), 0);
}

static void a_link_that_does_not_fit_is_refused_or_when_it_waited_forgotten(void **state) {
	(void)state;
	struct str note = create_public("note", "{'title':'Note'}"), other = create_public("note", "{'title':'Other'}");
	fails(link_to(note, "about", other), ERR_INVALID);
	fails(link_to(note, "no-such-relation", other), ERR_INVALID);
	fails(link_to(note, "related-to", note), ERR_INVALID);
	fails(link_to(note, "related-to", S("nobody")), ERR_NOT_FOUND);
	fails(link_to(S("nobody"), "related-to", note), ERR_NOT_FOUND);
	struct str waits = import_linked("note", "N-1", "{'title':'Waits'}", "about", "N-2");
	import("note", "N-2", "{'title':'Not what was expected'}", NULL, 0);
	assert_int_equal(linked(viewer_operator, waits, "about", false), 0);
	check_whole();
}

static void a_relation_may_have_a_maximum(void **state) {
	(void)state;
	struct str child = create_public("note", "{'title':'Child'}"), a = create_public("note", "{'title':'A'}"), b = create_public("note", "{'title':'B'}");
	ok(link_to(child, "parent", a));
	ok(link_to(child, "parent", a));
	assert_false(result.changed);
	fails(link_to(child, "parent", b), ERR_CONFLICT);
	ok(apply((struct change){.op = CHANGE_UNLINK, .record = child, .rel = S("parent"), .target = a}));
	fails(apply((struct change){.op = CHANGE_UNLINK, .record = child, .rel = S("parent"), .target = a}), ERR_NOT_FOUND);
	ok(link_to(child, "parent", b));
}

static void links_and_their_facets_show_where_both_ends_do(void **state) {
	(void)state;
	struct str note = create_public("note", "{'title':'Note'}"), org = create("organization", "{'name':'Acme','type':'company'}");
	ok(link_to(note, "about", org));
	assert_int_equal(linked(viewer_operator, note, "about", false), 1);
	assert_int_equal(linked(viewer_public, note, "about", false), 0);
	assert_int_equal(counted("note", "organization", arena_cstr(arena, org)), 0);
	ok(move(org, "publish", ""));
	assert_int_equal(linked(viewer_public, note, "about", false), 1);
	assert_int_equal(linked(viewer_public, org, "about", true), 1);
	assert_int_equal(counted("note", "organization", arena_cstr(arena, org)), 1);
	ok(move(note, "hide", ""));
	assert_int_equal(linked(viewer_public, org, "about", true), 0);
	assert_int_equal(counted("note", "organization", arena_cstr(arena, org)), 0);
	ok(move(note, "publish", ""));
	assert_int_equal(counted("note", "organization", arena_cstr(arena, org)), 1);
	ok(apply((struct change){.op = CHANGE_UNLINK, .record = note, .rel = S("about"), .target = org}));
	assert_int_equal(counted("note", "organization", arena_cstr(arena, org)), 0);
	check_whole();
}

static void a_relation_that_is_not_public_shows_to_its_audience_alone(void **state) {
	(void)state;
	struct str org = create_public("organization", "{'name':'Acme'}");
	for (int i = 0; i < 5; i++) {
		struct str note = create_public("note", arena_fmt(arena, "{'title':'Note %d'}", i).p);
		ok(link_to(note, "quiet", org));
		assert_int_equal(linked(viewer_public, note, "quiet", false), 0);
		assert_int_equal(linked(viewer_operator, note, "quiet", false), 1);
	}
	assert_int_equal(linked(viewer_public, org, "quiet", true), 0);
	assert_int_equal(linked(viewer_operator, org, "quiet", true), 5);
	assert_int_equal(counted("note", "organization", arena_cstr(arena, org)), 0);
	/* nor does a total tell of it, when two kinds share the relation's name and one of them hides it */
	struct json_builder k = json_object_of(arena);
	const struct json *open = json(note_kind);
	for (size_t i = 0; i < json_count(open); i++) json_set(&k, open->members[i].name, &open->members[i].value);
	json_set(&k, S("kind"), json("'openly'"));
	json_set(&k, S("path"), json("'openly'"));
	const struct json *kind = json_with_pointer(arena, json_built(&k), S("/links/quiet/visibility"), json("['public']"));
	ok(file_put(arena_fmt(arena, "%s/kinds/openly.json", folder).p, json_pretty(arena, kind), 0644, &test_err));
	reopen();
	for (int i = 0; i < 3; i++) ok(link_to(create_public("openly", arena_fmt(arena, "{'title':'Open %d'}", i).p), "quiet", org));
	struct disclosing d = as(viewer_public);
	struct disclosed r = shown_to(viewer_public, org);
	struct disclosed_links *groups;
	size_t n;
	ok(disclose_links(&d, &r, 2, &groups, &n, &test_err));
	assert_int_equal(n, 1);
	assert_int_equal(groups[0].n, 2);
	assert_int_equal(groups[0].total, 3);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		hub_test(any_name_leads_to_the_record),
		hub_test(a_number_goes_before_a_source_and_a_source_before_an_alias),
		hub_test(a_name_that_a_hidden_record_has_too_leads_to_the_one_that_may_be_seen),
		hub_test(links_come_about_in_either_order),
		hub_test(a_link_goes_over_from_an_alias_to_whose_own_name_it_is),
		hub_test(a_link_that_was_taken_away_does_not_come_back_with_the_alias),
		hub_test(a_name_given_later_fulfils_what_waited_too),
		hub_test(a_thousand_that_wait_for_one_name_are_all_linked),
		hub_test(every_record_that_stands_for_a_term_is_linked_in_either_order),
		hub_test(records_that_share_an_alias_are_the_same_in_either_order),
		hub_test(records_of_different_kinds_are_not_the_same),
		hub_test(a_link_that_does_not_fit_is_refused_or_when_it_waited_forgotten),
		hub_test(a_relation_may_have_a_maximum),
		hub_test(links_and_their_facets_show_where_both_ends_do),
		hub_test(a_relation_that_is_not_public_shows_to_its_audience_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
