/* Search: what is found, in which order, and that nothing that is typed breaks it. */
#include "test.h"

#include "hub/search_query.h"

static void three_notes(void) {
	create_public("note", "{'title':'Voice cloning fraud','summary':'A bank was called.','text':'The voice of the director was cloned.','tags':['fraud'],'date':'2023-05-01'}");
	create_public("note", "{'title':'A bank robbed','text':'By voice cloning fraud, or so they said. Policies were changed.','date':'2024-05-01','color':'red'}");
	create_public("note", "{'title':'Nothing of it','text':'Only weather, and a policy.','date':'2024-06-01','color':'red'}");
}

static void all_words_must_be_there_and_the_title_weighs_most(void **state) {
	(void)state;
	three_notes();
	assert_str(hits("voice cloning"), "Voice cloning fraud,A bank robbed");
	assert_str(hits("bank"), "A bank robbed,Voice cloning fraud");
	assert_str(hits("voice weather"), "");
	assert_str(hits("VOICE CLONING"), "Voice cloning fraud,A bank robbed");
	assert_str(hits("weather"), "Nothing of it");
}

static void a_phrase_is_words_in_a_row(void **state) {
	(void)state;
	three_notes();
	assert_str(hits("\"cloning fraud\""), "Voice cloning fraud,A bank robbed");
	assert_str(hits("\"fraud cloning\""), "");
	assert_str(hits("\"voice of the director\""), "Voice cloning fraud");
	assert_str(hits("voice-cloning"), "Voice cloning fraud,A bank robbed"); /* what is written together is a phrase */
	assert_str(hits("\"voice clon\"*"), "Voice cloning fraud,A bank robbed");
}

static void a_star_finds_all_that_begin_so(void **state) {
	(void)state;
	three_notes();
	assert_str(hits("clon*"), "Voice cloning fraud,A bank robbed");
	assert_str(hits("rob*"), "A bank robbed");
	assert_str(hits("obbed*"), "");
	assert_str(hits("weathe* polic*"), "Nothing of it");
}

static void a_word_after_a_hyphen_must_not_be_there(void **state) {
	(void)state;
	three_notes();
	assert_str(hits("voice -weather"), "Voice cloning fraud,A bank robbed");
	assert_str(hits("voice -robbed"), "Voice cloning fraud");
	assert_str(hits("voice -director"), "A bank robbed"); /* also where it stands in the text alone */
	assert_str(hits("bank -called -robbed"), "");
	assert_str(hits("polic* -\"only weather\""), "A bank robbed");
	assert_str(hits("kind:note -voice"), "Nothing of it");
	struct search_query q;
	fails(search_query_read(arena, S("-voice"), &q, &test_err), ERR_INVALID);
}

static void singular_and_plural_find_each_other(void **state) {
	(void)state;
	three_notes();
	assert_str(hits("policy"), "Nothing of it,A bank robbed");
	assert_str(hits("policies"), "Nothing of it,A bank robbed");
	assert_str(hits("directors"), "Voice cloning fraud");
	assert_str(hits("banks"), "A bank robbed,Voice cloning fraud");
	static const char *const pairs[][2] = {{"policy", "policies"}, {"policies", "policy"}, {"bank", "banks"}, {"models", "model"}, {"display", "displays"},
		{"glass", ""}, {"virus", ""}, {"crisis", ""}, {"key", ""}, {"gpt4", ""}, {"straße", ""}};
	for (size_t i = 0; i < lengthof(pairs); i++) assert_str(search_other_number(arena, str_of(pairs[i][0])), pairs[i][1]);
}

static void kind_state_and_year_narrow(void **state) {
	(void)state;
	three_notes();
	create_public("organization", "{'name':'Voice bank','type':'company'}");
	assert_str(hits("voice kind:organization"), "Voice bank");
	assert_str(hits("voice kind:note year:2023"), "Voice cloning fraud");
	assert_str(hits("year:2024"), "Nothing of it,A bank robbed");
	assert_str(hits("voice year:2025"), "");
	assert_str(hits("voice state:published kind:note"), "Voice cloning fraud,A bank robbed");
	assert_str(hits("voice state:draft"), "");
	assert_str(hits("voice kind:\xC2\xA7note"), "");
	struct disclosing d = as(viewer_public);
	struct search_result r;
	struct list_filter filters[] = {{S("color"), S("red")}, {S("kind"), S("note")}};
	ok(disclose_search(&d, &(struct search_request){.query = S("voice"), .filters = filters, .filters_n = 2, .limit = 10}, &r, &test_err));
	assert_int_equal(r.n, 1);
	assert_int_equal(r.total, 1);
	assert_str(r.items[0].line.headline, "A bank robbed");
}

static void whoever_types_a_name_finds_that_record_first(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'Quiet','aliases':['CVE-2024-1234']}");
	create_public("note", "{'title':'CVE-2024-1234 in the title','text':'CVE-2024-1234'}");
	struct search_result r = search("cve-2024-1234");
	assert_int_equal(r.n, 2);
	assert_str(r.items[0].line.headline, "Quiet");
	r = search(arena_cstr(arena, id));
	assert_str(r.items[0].line.headline, "Quiet");
	assert_str(hits("CVE-2024-123"), "");
}

static void facets_of_a_search_count_its_hits(void **state) {
	(void)state;
	three_notes();
	struct search_result r = search("voice");
	bool found = false;
	for (size_t i = 0; i < r.facets_n; i++)
		for (size_t j = 0; j < r.facets[i].n; j++) {
			struct facet_value v = r.facets[i].values[j];
			if (str_is(r.facets[i].name, "kind")) assert_int_equal(v.n, 2);
			if (str_is(r.facets[i].name, "year")) assert_int_equal(v.n, 1);
			if (str_is(r.facets[i].name, "color")) {
				assert_int_equal(v.n, 1);
				found = true;
			}
		}
	assert_true(found);
	assert_int_equal(r.total, 2);
	assert_false(r.at_least);
}

static void many_notes(int n) {
	static struct change c[1000];
	static struct prepared *p[1000];
	static struct change_result r[1000];
	for (int i = 0; i < n; i++) {
		c[i] = (struct change){.op = CHANGE_CREATE, .actor = importer, .kind = S("note"), .state = S("published"),
			.body = json(arena_fmt(arena, "{'title':'Note %d','text':'common %s'}", i, i % 2 ? "odd" : "even").p)};
		ok(change_prepare(hub, db, &c[i], arena, &p[i], &test_err));
	}
	ok(change_commit(hub, p, (size_t)n, r, &test_err));
}

static void what_is_too_much_to_rank_is_said_to_be_a_lower_bound(void **state) {
	(void)state;
	many_notes(900);
	struct search_result r = search("common");
	assert_true(r.at_least);
	assert_in_range(r.total, SEARCH_CANDIDATES, 900);
	r = search("odd");
	assert_false(r.at_least);
	assert_int_equal(r.total, 450);
	r = search("note");
	assert_true(r.at_least);
	r = search("note odd"); /* in the title of all, in the text of half: all of them are known */
	assert_false(r.at_least);
	assert_int_equal(r.total, 450);
	/* paging gives each once */
	struct disclosing d = as(viewer_public);
	unsigned char times[1000] = {0};
	size_t n = 0;
	for (size_t at = 0; at < 450; at += 100) {
		ok(disclose_search(&d, &(struct search_request){.query = S("odd"), .offset = at, .limit = 100}, &r, &test_err));
		for (size_t i = 0; i < r.n; i++, n++) assert_int_equal(times[r.items[i].line.record]++, 0);
	}
	assert_int_equal(n, 450);
	ok(disclose_search(&d, &(struct search_request){.query = S("odd"), .offset = 600, .limit = 100}, &r, &test_err));
	assert_int_equal(r.n, 0);
	fails(disclose_search(&d, &(struct search_request){.query = S("odd"), .offset = 601, .limit = 1}, &r, &test_err), ERR_INVALID);
	fails(disclose_search(&d, &(struct search_request){.query = S("odd"), .limit = 0}, &r, &test_err), ERR_INVALID);
	fails(disclose_search(&d, &(struct search_request){.query = S("odd"), .limit = 101}, &r, &test_err), ERR_INVALID);
}

static void snippets_mark_what_was_found_in_its_own_letters(void **state) {
	(void)state;
	struct buf text = BUF(5000);
	while (text.n < 2000) buf_add(&text, S("lorem ipsum "));
	buf_add(&text, S("the Naïve Straße was found "));
	while (text.n < 4000) buf_add(&text, S("dolor sit "));
	create_public("note", arena_fmt(arena, "{'title':'Naïve','text':'%s'}", text.p).p);
	buf_free(&text);
	struct search_result r = search("naive strasse");
	assert_int_equal(r.n, 1);
	struct str whole = STR_EMPTY, matches = STR_EMPTY;
	for (size_t i = 0; i < r.items[0].snippet_n; i++) {
		struct snippet_part part = r.items[0].snippet[i];
		whole = arena_cat(arena, whole, part.text);
		if (part.match) matches = arena_fmt(arena, "%.*s[%.*s]", STR_ARG(matches), STR_ARG(part.text));
	}
	assert_str(matches, "[Naïve][Straße]");
	assert_true(str_utf8(whole) && whole.n < 300);
	assert_true(r.items[0].title[0].match);
}

static void snippets_of_texts_without_spaces_are_cut_between_characters(void **state) {
	(void)state;
	struct buf text = BUF(5000);
	while (text.n < 3000) buf_add(&text, S("漢字かな"));
	create_public("note", arena_fmt(arena, "{'title':'x','text':'%s末尾%s'}", text.p, text.p).p);
	buf_free(&text);
	struct search_result r = search("末尾");
	assert_int_equal(r.n, 1);
	for (size_t i = 0; i < r.items[0].snippet_n; i++) assert_true(str_utf8(r.items[0].snippet[i].text));
}

static void what_was_changed_is_found_anew_and_no_more_as_it_was(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'Before','text':'alpha'}");
	revise(id, "{'title':'After','text':'beta'}");
	assert_str(hits("alpha"), "");
	assert_str(hits("before"), "");
	assert_str(hits("beta"), "After");
	ok(move(id, "hide", ""));
	assert_str(hits("beta"), "");
	ok(move(id, "publish", ""));
	assert_str(hits("beta"), "After");
	assert_str(hits("state:published"), "After");
	check_whole();
}

static void nothing_that_is_typed_is_an_error_of_the_database(void **state) {
	(void)state;
	three_notes();
	static const char *const queries[] = {"\"", "\"\"", "\"\"\"", "*", "**", "a*b", "-", "--", "- a", "-\"", "(", ")", "a AND b", "a OR b", "NOT a", "a NOT b", "NEAR(a b)", "{title} : a",
		"title:a", "a:b", "kind:", "kind::", ":", "year:2024 year:2023", "a^b", "^a", "a + b", "'", "';--", "%", "_", "\\", "a\tb\nc", "\xC2\xA7kindnote", "\xEF\xB7\xBA", "rank:x", "search MATCH x",
		"a* b* c* d*", "\"a b\"* \"c", "-a -b c", "kind:note", "kind:\"note\"", "kind:*", "-kind:note voice", "a -b* -\"c d\"", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", "\xE2\x80\x8B", "\x01\x02"};
	struct disclosing d = as(viewer_public);
	for (size_t i = 0; i < lengthof(queries); i++) {
		struct search_result r;
		enum err_code code = disclose_search(&d, &(struct search_request){.query = str_of(queries[i]), .limit = 10}, &r, &test_err);
		if (code && code != ERR_INVALID) fail_msg("%s: %s (%s)", queries[i], test_err.message, test_err.detail);
	}
	char wide[SEARCH_QUERY + 2];
	memset(wide, 'x', sizeof wide);
	struct search_result r;
	ok(disclose_search(&d, &(struct search_request){.query = str_n(wide, SEARCH_QUERY), .limit = 10}, &r, &test_err));
	fails(disclose_search(&d, &(struct search_request){.query = str_n(wide, SEARCH_QUERY + 1), .limit = 10}, &r, &test_err), ERR_INVALID);
	fails(disclose_search(&d, &(struct search_request){.query = S("bad \xFF"), .limit = 10}, &r, &test_err), ERR_INVALID);
	fails(disclose_search(&d, &(struct search_request){.query = S(""), .limit = 10}, &r, &test_err), ERR_INVALID);
	fails(disclose_search(&d, &(struct search_request){.query = S("!?"), .limit = 10}, &r, &test_err), ERR_INVALID);
	/* characters that become many when folded */
	struct buf many = BUF(SEARCH_QUERY);
	while (many.n + 3 <= SEARCH_QUERY) buf_add(&many, S("\xEF\xB7\xBA"));
	enum err_code code = disclose_search(&d, &(struct search_request){.query = buf_str(&many), .limit = 10}, &r, &test_err);
	assert_true(code == ERR_OK || code == ERR_INVALID);
	buf_free(&many);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		hub_test(all_words_must_be_there_and_the_title_weighs_most),
		hub_test(a_phrase_is_words_in_a_row),
		hub_test(a_star_finds_all_that_begin_so),
		hub_test(a_word_after_a_hyphen_must_not_be_there),
		hub_test(singular_and_plural_find_each_other),
		hub_test(kind_state_and_year_narrow),
		hub_test(whoever_types_a_name_finds_that_record_first),
		hub_test(facets_of_a_search_count_its_hits),
		hub_test(what_is_too_much_to_rank_is_said_to_be_a_lower_bound),
		hub_test(snippets_mark_what_was_found_in_its_own_letters),
		hub_test(snippets_of_texts_without_spaces_are_cut_between_characters),
		hub_test(what_was_changed_is_found_anew_and_no_more_as_it_was),
		hub_test(nothing_that_is_typed_is_an_error_of_the_database),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
