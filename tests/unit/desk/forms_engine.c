#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk/forms/form.h"
#include "lib/calendar/zone.h"

static struct arena *lasting, *a;
static struct kinds *kinds;
static struct plans *plans;

static int begin(void **state) {
	(void)state;
	struct err e;
	lasting = arena_new(64 << 20);
	return !lasting || kinds_load(&kinds, NULL, &e) || plans_new(lasting, kinds, &plans, &e);
}

static int end(void **state) {
	(void)state;
	arena_free(lasting);
	kinds_free(kinds);
	return 0;
}

static int each_begin(void **state) {
	(void)state;
	return !(a = arena_new(256 << 20));
}

static int each_end(void **state) {
	(void)state;
	arena_free(a);
	return 0;
}
#define TEST(name) cmocka_unit_test_setup_teardown(name, each_begin, each_end)

/* "name=value" each, ended by NULL. */
static struct filled read_of(const char *kind, const char *action, const char *const *pairs) {
	struct answer answers[200];
	size_t n = 0;
	struct filled f;
	struct err e = {0};
	for (; pairs[n]; n++) {
		struct str s = str_of(pairs[n]);
		size_t equals = str_find_char(s, '=');
		answers[n] = (struct answer){str_sub(s, 0, equals), str_from(s, equals + 1)};
	}
	if (form_read(plan_of(plans, kind_find(kinds, str_of(kind))), a, answers, n, str_of(action), &f, &e)) fail_msg("%s", e.message);
	return f;
}
#define READ(kind, action, ...) read_of(kind, action, (const char *const[]){__VA_ARGS__, NULL})

static void holds(const struct filled *f, const char *json) {
	assert_string_equal(arena_cstr(a, json_text(a, f->body)), json);
}

static struct questions asked(struct filled *f) {
	struct questions q;
	struct err e = {0};
	if (form_questions(f, &(struct asking){.roles = ROLE_MEMBER}, &q, &e)) fail_msg("%s", e.message);
	return q;
}

static const struct question *among(const struct question *items, size_t n, const char *place) {
	for (size_t i = 0; i < n; i++) {
		if (str_is(items[i].place, place)) return &items[i];
		const struct question *found = among(items[i].items, items[i].n, place);
		if (found) return found;
	}
	return NULL;
}

static const struct question *question(const struct questions *q, const char *place) {
	for (size_t i = 0; i < q->n; i++) {
		const struct question *found = among(q->sections[i].items, q->sections[i].n, place);
		if (found) return found;
	}
	return NULL;
}

static void says(const struct filled *f, const char *where, const char *words) {
	for (size_t i = 0; i < f->errors_n; i++)
		if (str_is(f->errors[i].where, where) && str_is(f->errors[i].words, words)) return;
	for (size_t i = 0; i < f->errors_n; i++) print_message("%.*s: %.*s\n", STR_ARG(f->errors[i].where), STR_ARG(f->errors[i].words));
	fail_msg("no \"%s\" at %s", words, where);
}

static void types_come_from_the_schema_and_empty_text_is_absent(void **state) {
	(void)state;
	struct filled f = READ("incident", "", "/title=x", "/summary=", "/toll/deaths= 3 ", "/date_estimated=true", "/minors_involved=");
	holds(&f, "{\"date_estimated\":true,\"title\":\"x\",\"toll\":{\"deaths\":3}}");
}

static void rows_close_their_gaps_and_move(void **state) {
	(void)state;
	struct filled f = READ("incident", "", "/references/9/title=b", "/references/2/title=a", "/references/3/title=");
	holds(&f, "{\"references\":[{\"title\":\"a\"},{\"title\":\"b\"}]}");
	f = READ("incident", "up:/references/9", "/references/9/title=b", "/references/2/title=a");
	holds(&f, "{\"references\":[{\"title\":\"b\"},{\"title\":\"a\"}]}");
	f = READ("incident", "remove:/references/2", "/references/9/title=b", "/references/2/title=a");
	holds(&f, "{\"references\":[{\"title\":\"b\"}]}");
}

static void a_list_has_an_item_a_line_and_tags_take_commas(void **state) {
	(void)state;
	struct filled f = READ("incident", "", "/tags=a, b ,,c", "/aliases=x, y\r\nz\r\n");
	holds(&f, "{\"aliases\":[\"x, y\",\"z\"],\"tags\":[\"a\",\"b\",\"c\"]}");
	f = READ("incident", "", "/tags=one, with a comma\n");
	holds(&f, "{\"tags\":[\"one, with a comma\"]}");
}

static void what_can_not_be_read_shows_again_with_words(void **state) {
	(void)state;
	struct filled f = READ("report", "", "/classification/real_world_harm=false", "/classification/malicious_actor=false", "/classification/csam=false",
		"/statistics/trials=many", "/title=x");
	says(&f, "/statistics/trials", "Trials must be a whole number; “many” is none.");
	assert_false(form_check(&f));
	struct questions q = asked(&f);
	assert_true(str_is(question(&q, "/statistics/trials")->value, "many"));
	assert_true(question(&q, "/statistics/trials")->error.n > 0);
}

static void schema_errors_are_told_by_title_at_their_place(void **state) {
	(void)state;
	struct filled f = READ("incident", "", "/date=May", "/references/0/publisher=p", "/language=english language");
	assert_false(form_check(&f));
	says(&f, "/title", "Title is missing.");
	says(&f, "/date", "Date must be a day, a month or a year, as in 2024-05.");
	says(&f, "/references/0", "Sources 1 needs one of these: Address; Title.");
	says(&f, "/language", "Language must be a language's code, as in en or pt-BR.");
}

static void questions_follow_from_answers_and_what_was_said_is_kept(void **state) {
	(void)state;
	struct filled f = READ("report", "", "/title=x", "/harm_narrative=It fell.", "/classification/real_world_harm=false",
		"/classification/malicious_actor=true", "/classification/csam=false");
	form_settle(&f);
	struct questions q = asked(&f);
	assert_true(question(&q, "/attacker"));
	const struct question *kept = question(&q, "/harm_narrative");
	assert_true(kept && kept->sort == ASK_KEPT && kept->not_asked);
	assert_int_equal(question(&q, "/classification/type")->sort, ASK_FIXED);
	assert_true(str_is(question(&q, "/classification/type")->value, "Vulnerability"));
	assert_null(question(&q, "/classification/csam_acknowledged"));
}

static void what_the_schema_forbids_is_not_asked(void **state) {
	(void)state;
	struct filled f = READ("report", "", "/title=x", "/classification/csam=true", "/classification/real_world_harm=true",
		"/classification/malicious_actor=true", "/systems/0/name=s");
	struct questions q = asked(&f);
	assert_null(question(&q, "/evidence"));
	assert_null(question(&q, "/systems/0/settings"));
	assert_true(question(&q, "/systems/0/name"));
	assert_int_equal(question(&q, "/classification/csam_acknowledged")->sort, ASK_TICK);
}

static void what_the_next_move_needs_is_marked(void **state) {
	(void)state;
	struct filled f = READ("report", "", "/classification/real_world_harm=true", "/classification/malicious_actor=true", "/classification/csam=false");
	struct questions q = asked(&f);
	assert_true(question(&q, "/title")->required);
	assert_true(str_is(question(&q, "/severity")->needed, "Submit"));
	assert_true(str_is(question(&q, "/description")->needed, "Submit"));
	assert_false(question(&q, "/prevalence")->needed.n);
}

static void a_moment_is_told_in_the_zone_beside_it(void **state) {
	(void)state;
	struct filled f = READ("report", "", "/title=x", "/disclosure/embargo_wanted=true", "date:/disclosure/embargo_until=2026-12-24",
		"time:/disclosure/embargo_until=9:30", "/disclosure/time_zone=Europe/Amsterdam", "/classification/real_world_harm=true",
		"/classification/malicious_actor=true", "/classification/csam=false");
	assert_true(str_is(json_string(json_pointer(f.body, S("/disclosure/embargo_until"))), "2026-12-24T09:30:00+01:00"));
	struct questions q = asked(&f);
	const struct question *until = question(&q, "/disclosure/embargo_until");
	assert_true(str_is(until->time, "09:30") && str_is(until->zone, "Europe/Amsterdam") && str_is(until->zone_name, "/disclosure/time_zone"));
	f = READ("report", "", "date:/disclosure/embargo_until=2026-02-30", "time:/disclosure/embargo_until=9:30");
	says(&f, "/disclosure/embargo_until", "Embargo until must be a day that exists, as in 2024-05-17.");
}

static void zones_know_summer_and_years_behind_their_tables(void **state) {
	(void)state;
	int seconds;
	assert_true(zone_offset(S("Europe/Amsterdam"), days_from_date(2026, 7, 1) * 86400, &seconds) && seconds == 7200);
	assert_true(zone_offset(S("Europe/Amsterdam"), days_from_date(2026, 1, 1) * 86400, &seconds) && seconds == 3600);
	assert_true(zone_offset(S("America/New_York"), days_from_date(2085, 7, 1) * 86400, &seconds) && seconds == -4 * 3600);
	assert_true(zone_offset(S("Australia/Sydney"), days_from_date(2085, 1, 10) * 86400, &seconds) && seconds == 11 * 3600);
	assert_true(zone_offset(S("Asia/Kolkata"), days_from_date(2060, 1, 10) * 86400, &seconds) && seconds == 19800);
	assert_false(zone_known(S("../../etc/passwd")));
	assert_false(zone_known(S("Mars/Base")));
	assert_false(zone_known(S("zone.tab")));
	assert_false(zone_known(S("")));
}

static void unknown_places_are_told_and_take_nothing_away(void **state) {
	(void)state;
	struct filled f = READ("lesson", "", "/title=kept", "/nonsense=1", "/title/deeper=2", "no pointer=3", "//=4", "/references/-1/title=5", "_page=6");
	holds(&f, "{\"title\":\"kept\"}");
	assert_int_equal(f.errors_n, 5);
	for (size_t i = 0; i < f.errors_n; i++) assert_int_equal(f.errors[i].where.n, 0);
	assert_false(form_check(&f));
}

static void a_map_has_names_and_typed_values(void **state) {
	(void)state;
	struct filled f = READ("advisory", "", "/title=t", "/scores/0/system=SSVC", "key:/scores/0/values/0=Exploitation", "/scores/0/values/0=active",
		"key:/scores/0/values/1=Weight", "/scores/0/values/1=12", "key:/scores/0/values/2=Text", "/scores/0/values/2=\"12\"",
		"key:/scores/0/values/3=Weight", "/scores/0/values/3=13");
	holds(&f, "{\"scores\":[{\"system\":\"SSVC\",\"values\":{\"Exploitation\":\"active\",\"Text\":\"12\",\"Weight\":12}}],\"title\":\"t\"}");
	says(&f, "/scores/0/values", "The name “Weight” stands there twice.");
}

static void the_form_of_a_proposal_holds_the_form_of_a_use(void **state) {
	(void)state;
	struct filled f = READ("proposal", "", "/title=t", "/what=new", "/proposed/title=u", "/proposed/intention=sinister");
	struct questions q = asked(&f);
	assert_int_equal(question(&q, "/proposed/description")->sort, ASK_MARKDOWN);
	assert_false(form_check(&f));
	says(&f, "/proposed/definition", "Definition is missing.");
	says(&f, "/proposed/intention", "Intention must be one of the answers offered.");
}

static void thousands_of_rows_stay_closed_and_whole(void **state) {
	(void)state;
	struct json_builder rows = json_array_of(a), body = json_object_of(a);
	for (int i = 0; i < 3000; i++) {
		struct json_builder row = json_object_of(a);
		json_set_str(&row, S("title"), arena_fmt(a, "source %d", i));
		json_add(&rows, json_built(&row));
	}
	json_set_str(&body, S("title"), S("x"));
	json_set(&body, S("references"), json_built(&rows));
	struct filled f, again;
	struct err e = {0};
	const struct plan *p = plan_of(plans, kind_find(kinds, S("incident")));
	assert_int_equal(form_begin(p, a, json_built(&body), &f, &e), ERR_OK);
	struct questions q = asked(&f);
	struct answer *answers;
	size_t n;
	assert_int_equal(form_answers(&q, a, &answers, &n, &e), ERR_OK);
	assert_true(n < 5000);
	assert_int_equal(form_read(p, a, answers, n, S("open:/references/2000"), &again, &e), ERR_OK);
	assert_true(json_equal(f.body, again.body));
	q = asked(&again);
	assert_int_equal(question(&q, "/references/2000")->sort, ASK_GROUP);
	assert_int_equal(question(&q, "/references/2001")->sort, ASK_KEPT);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(types_come_from_the_schema_and_empty_text_is_absent),
		TEST(rows_close_their_gaps_and_move),
		TEST(a_list_has_an_item_a_line_and_tags_take_commas),
		TEST(what_can_not_be_read_shows_again_with_words),
		TEST(schema_errors_are_told_by_title_at_their_place),
		TEST(questions_follow_from_answers_and_what_was_said_is_kept),
		TEST(what_the_schema_forbids_is_not_asked),
		TEST(what_the_next_move_needs_is_marked),
		TEST(a_moment_is_told_in_the_zone_beside_it),
		TEST(zones_know_summer_and_years_behind_their_tables),
		TEST(unknown_places_are_told_and_take_nothing_away),
		TEST(a_map_has_names_and_typed_values),
		TEST(the_form_of_a_proposal_holds_the_form_of_a_use),
		TEST(thousands_of_rows_stay_closed_and_whole),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
