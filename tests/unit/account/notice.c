/* Of which sort a notice is, how it is mailed, when a digest comes, and what a mail of one says. */
#include "test_account.h"

#include "lib/calendar/zone.h"
#include "hub/account/notice_mail.h"
#include "hub/mail.h"
#include "hub/seal.h"

static moment at(const char *text) {
	moment t;
	assert_true(moment_parse(str_of(text), &t));
	return t;
}
static void next_is(const char *zone, int hour, int weekday, const char *after, const char *expected) {
	char got[MOMENT_TEXT];
	moment_text(notice_digest_next(str_of(zone), hour, weekday, at(after)), got);
	assert_string_equal(got, expected);
}

static void a_sort_follows_from_kind_event_and_whom_it_asks(void **state) {
	(void)state;
	assert_int_equal(notice_sort_of(S("case"), S("move"), S(""), false), NOTICE_CASES);
	assert_int_equal(notice_sort_of(S("report"), S("revise"), S(""), false), NOTICE_REPORTS);
	assert_int_equal(notice_sort_of(S("lesson"), S("move"), S(""), false), NOTICE_RECORDS);
	assert_int_equal(notice_sort_of(S("case"), S("comment"), S(""), false), NOTICE_MESSAGES);
	assert_int_equal(notice_sort_of(S("case"), S("act"), S("embargo.propose"), false), NOTICE_TERMS);
	assert_int_equal(notice_sort_of(S("case"), S("act"), S("clock.overdue"), false), NOTICE_TERMS);
	assert_int_equal(notice_sort_of(S("case"), S("act"), S("publication.announced"), false), NOTICE_TERMS);
	assert_int_equal(notice_sort_of(S("case"), S("act"), S("panel.vote"), false), NOTICE_DISPUTES);
	assert_int_equal(notice_sort_of(S("case"), S("act"), S("status.set"), false), NOTICE_CASES);
	assert_int_equal(notice_sort_of(S("dispute"), S("move"), S(""), false), NOTICE_DISPUTES);
	assert_int_equal(notice_sort_of(S("case"), S("act"), S("participant.ask"), true), NOTICE_INVITATIONS);
	for (int s = 0; s < NOTICE_SORTS; s++) assert_int_equal(notice_sort_named(notice_sort_name((enum notice_sort)s)), s);
	assert_int_equal(notice_sort_named(S("")), NOTICE_SORTS);
}

static void a_digest_comes_at_the_hour_of_its_reader_also_when_clocks_change(void **state) {
	(void)state;
	next_is("UTC", 8, 0, "2026-03-01T07:59:59Z", "2026-03-01T08:00:00Z");
	next_is("UTC", 8, 0, "2026-03-01T08:00:00Z", "2026-03-02T08:00:00Z");
	next_is("Europe/Amsterdam", 8, 0, "2026-03-28T12:00:00Z", "2026-03-29T06:00:00Z"); /* summer time began that night */
	next_is("Europe/Amsterdam", 8, 0, "2026-03-27T12:00:00Z", "2026-03-28T07:00:00Z");
	next_is("Europe/Amsterdam", 2, 0, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"); /* 02:00 was left out: when the clocks jump to 03:00 */
	next_is("Europe/Amsterdam", 2, 0, "2026-10-24T12:00:00Z", "2026-10-25T00:00:00Z"); /* 02:00 comes twice: the first */
	next_is("Europe/Amsterdam", 2, 0, "2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z"); /* and not the second */
	next_is("America/New_York", 23, 0, "2026-11-01T00:00:00Z", "2026-11-01T03:00:00Z");
	next_is("Pacific/Auckland", 0, 0, "2026-07-01T00:00:00Z", "2026-07-01T12:00:00Z");
	next_is("Pacific/Kiritimati", 8, 0, "2026-07-01T17:59:00Z", "2026-07-01T18:00:00Z");
	next_is("no/such", 8, 0, "2026-03-01T00:00:00Z", "2026-03-01T08:00:00Z");
}

static void a_weekly_digest_comes_on_its_day(void **state) {
	(void)state;
	next_is("UTC", 8, 1, "2026-03-01T00:00:00Z", "2026-03-02T08:00:00Z"); /* a Sunday */
	next_is("UTC", 8, 1, "2026-03-02T08:00:00Z", "2026-03-09T08:00:00Z");
	next_is("UTC", 8, 7, "2026-03-01T00:00:00Z", "2026-03-01T08:00:00Z");
	next_is("Pacific/Auckland", 8, 1, "2026-06-28T00:00:00Z", "2026-06-28T20:00:00Z"); /* Monday there */
}

static void each_digest_follows_the_one_before_by_a_day(void **state) {
	(void)state;
	static const char *const zones[] = {"UTC", "Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"};
	for (size_t z = 0; z < lengthof(zones); z++)
		for (int hour = 0; hour < 24; hour += 3) {
			moment t = at("2026-01-01T00:00:00Z");
			for (int day = 0; day < 400; day++) {
				moment next = notice_digest_next(str_of(zones[z]), hour, 0, t);
				assert_true(next > t && next - t <= 25 * HOUR);
				if (day) assert_true(next - t >= 23 * HOUR);
				t = next;
			}
		}
}

static void settings_are_kept_and_what_is_wrong_is_named(void **state) {
	(void)state;
	struct account jan = person("jan", MEMBER_MEMBER);
	struct notice_settings s, got;
	ok(notice_settings_read(db, jan.uid, &s, &test_err));
	assert_int_equal(s.mail[NOTICE_INVITATIONS], NOTICE_MAIL_NOW);
	assert_int_equal(s.mail[NOTICE_TERMS], NOTICE_MAIL_NOW);
	assert_int_equal(s.mail[NOTICE_CASES], NOTICE_MAIL_DAILY);
	s.mail[NOTICE_CASES] = NOTICE_MAIL_WEEKLY;
	s.hour = 23;
	s.weekday = 7;
	ok(notice_settings_write(hub, jan.uid, &s, &test_err));
	ok(notice_settings_read(db, jan.uid, &got, &test_err));
	assert_memory_equal(&s, &got, sizeof s);
	s.hour = 24;
	fails(notice_settings_write(hub, jan.uid, &s, &test_err), ERR_INVALID);
	assert_string_equal(test_err.where, "hour");
	s.hour = 0;
	s.weekday = 0;
	fails(notice_settings_write(hub, jan.uid, &s, &test_err), ERR_INVALID);
	s.weekday = 1;
	s.mail[NOTICE_TERMS] = NOTICE_MAILS;
	fails(notice_settings_write(hub, jan.uid, &s, &test_err), ERR_INVALID);
	assert_string_equal(test_err.where, "terms");
}

/* ---- mails ---- */

static struct account jan, piet;
static struct str a_lesson;

static int start(void **state) {
	if (start_accounts(state)) return -1;
	jan = person("jan", MEMBER_MEMBER);
	piet = person("piet", MEMBER_COORDINATOR);
	hub->mail.server = S("smtp://127.0.0.1:1");
	hub->mail.from = S("hub@example.org");
	hub->base_url = S("https://hub.example");
	struct viewer v = account_viewer(&jan);
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = {v.name, v.roles}, .kind = S("lesson"), .body = json("{'title': 'the-title', 'lesson': 'x'}")}));
	a_lesson = arena_str(arena, str_of(result.uid));
	return 0;
}
#define mail_test(fn) cmocka_unit_test_setup_teardown(fn, start, end_accounts)

static void comment(void) {
	struct viewer v = account_viewer(&piet);
	ok(apply((struct change){.op = CHANGE_COMMENT, .actor = {v.name, v.roles}, .record = a_lesson, .reason = S("the-comment"), .audiences = OWNER}));
}
static void set(enum notice_sort sort, enum notice_mail way) {
	struct notice_settings s;
	ok(notice_settings_read(db, jan.uid, &s, &test_err));
	s.mail[sort] = way;
	ok(notice_settings_write(hub, jan.uid, &s, &test_err));
}
static int64_t mails(void) {
	ok(notice_mail_due(hub, db, NULL, &test_err));
	return sql_number("SELECT count(*) FROM mail");
}
/* The newest mail that waits. */
static const struct json *mail(void) {
	struct db_query q = db_query(db, "SELECT message FROM mail ORDER BY id DESC LIMIT 1");
	assert_true(db_row(&q));
	struct str plain, sealed = arena_str(arena, db_str(&q, 0));
	const struct json *v;
	ok(db_done(&q, &test_err));
	ok(unseal(hub, sealed, arena, &plain, &test_err));
	ok(json_parse(arena, plain, NULL, &v, &test_err));
	return v;
}

static void a_mail_says_where_and_never_what(void **state) {
	(void)state;
	set(NOTICE_MESSAGES, NOTICE_MAIL_NOW);
	comment();
	assert_int_equal(mails(), 1);
	assert_int_equal(mails(), 1); /* once */
	struct str text = json_get_str(mail(), S("text"));
	assert_has(text.p, "https://hub.example/r/R-");
	assert_has(text.p, "There is a new message for you.");
	assert_int_equal(str_find(text, S("the-")), STR_NONE);
	assert_str(json_get_str(mail(), S("to")), "jan@example.org");
	/* Once it is public it is called as the public knows it. */
	ok(move(a_lesson, "publish", ""));
	comment();
	assert_int_equal(mails(), 2);
	assert_has(json_get_str(mail(), S("text")).p, "the-title");
	assert_int_equal(str_find(json_get_str(mail(), S("text")), S("the-comment")), STR_NONE);
}

static void what_was_read_or_may_no_longer_be_known_is_not_mailed(void **state) {
	(void)state;
	set(NOTICE_MESSAGES, NOTICE_MAIL_NOW);
	comment();
	ok(notice_mark_all_read(hub, jan.uid, 0, &test_err));
	assert_int_equal(mails(), 0);
	/* Somebody who was a party while it happened. */
	struct account kees = person("kees", MEMBER_MEMBER);
	ok(apply((struct change){.op = CHANGE_INVITE, .record = a_lesson, .subject = kees.uid, .role = S("party")}));
	ok(apply((struct change){.op = CHANGE_DISMISS, .record = a_lesson, .subject = kees.uid}));
	assert_int_equal(mails(), 0);
	/* Who was suspended gets none. */
	comment();
	bool yes = true;
	ok(account_edit(hub, &by_operator, jan.uid, &(struct account_edit){.suspended = &yes}, &test_err));
	assert_int_equal(mails(), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM notice WHERE mail <> ''"), 0);
}

static void what_is_two_days_late_is_not_mailed_at_once(void **state) {
	(void)state;
	set(NOTICE_MESSAGES, NOTICE_MAIL_NOW);
	comment();
	clock_now += 2 * DAY + SECOND;
	assert_int_equal(mails(), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM notice WHERE read = 0"), 1);
}

static void a_digest_comes_once_at_its_hour_also_after_a_pause(void **state) {
	(void)state;
	clock_now = at("2026-03-04T12:00:00Z");
	comment();
	comment();
	assert_int_equal(mails(), 0);
	clock_now = at("2026-03-05T07:59:59Z");
	assert_int_equal(mails(), 0);
	clock_now = at("2026-03-09T15:00:00Z"); /* the hub was down for days */
	assert_int_equal(mails(), 1);
	assert_str(json_get_str(mail(), S("subject")), "2 notices");
	assert_int_equal(str_find(json_text(arena, mail()), S("the-")), STR_NONE);
	comment();
	assert_int_equal(mails(), 1);
	clock_now = at("2026-03-10T08:00:00Z");
	assert_int_equal(mails(), 2);
	clock_now = at("2026-03-20T08:00:00Z");
	assert_int_equal(mails(), 2); /* nothing happened */
}

static void a_digest_is_one_mail_however_much_it_counts(void **state) {
	(void)state;
	clock_now = at("2026-03-04T12:00:00Z");
	for (int i = 0; i < 1203; i++) comment();
	clock_now = at("2026-03-05T08:00:00Z");
	assert_int_equal(mails(), 1);
	assert_str(json_get_str(mail(), S("subject")), "1203 notices");
	assert_int_equal(mails(), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM notice WHERE mail <> ''"), 0);
}

static void what_waits_goes_the_way_that_is_chosen_meanwhile(void **state) {
	(void)state;
	clock_now = at("2026-03-04T12:00:00Z"); /* a Wednesday */
	comment();
	set(NOTICE_MESSAGES, NOTICE_MAIL_WEEKLY);
	clock_now = at("2026-03-05T12:00:00Z");
	assert_int_equal(mails(), 0);
	clock_now = at("2026-03-09T08:00:00Z");
	assert_int_equal(mails(), 1);
	comment();
	set(NOTICE_MESSAGES, NOTICE_MAIL_OFF);
	clock_now += 30 * DAY;
	assert_int_equal(mails(), 1);
}

static void a_mail_that_can_not_be_queued_leaves_its_notice_waiting(void **state) {
	(void)state;
	set(NOTICE_MESSAGES, NOTICE_MAIL_NOW);
	comment();
	const char *key = file_join(arena, folder, "secret.key");
	struct str bytes;
	ok(file_read(arena, key, 100, &bytes, &test_err));
	ok(file_write(key, S("no key"), 0600, &test_err));
	assert_true(notice_mail_due(hub, db, NULL, &test_err) != ERR_OK);
	assert_int_equal(sql_number("SELECT count(*) FROM mail"), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM notice WHERE mail = 'now'"), 1);
	ok(file_write(key, bytes, 0600, &test_err));
	assert_int_equal(mails(), 1);
}

static void a_hub_without_mail_keeps_no_marks(void **state) {
	(void)state;
	hub->mail.server = S("");
	comment();
	assert_int_equal(mails(), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM notice WHERE mail <> ''"), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM notice"), 1);
}

static void the_link_of_a_mail_ends_that_sort_and_nothing_else(void **state) {
	(void)state;
	struct str token, uid;
	enum notice_sort sort;
	struct notice_settings before, after;
	ok(notice_settings_read(db, jan.uid, &before, &test_err));
	ok(unsubscribe_make(hub, jan.uid, NOTICE_TERMS, arena, &token, &test_err));
	ok(unsubscribe_read(hub, token, arena, &uid, &sort, &test_err));
	assert_true(str_eq(uid, jan.uid) && sort == NOTICE_TERMS);
	ok(unsubscribe_use(hub, token, &sort, &test_err));
	ok(notice_settings_read(db, jan.uid, &after, &test_err));
	before.mail[NOTICE_TERMS] = NOTICE_MAIL_OFF;
	assert_memory_equal(&before, &after, sizeof before);
	for (size_t i = 0; i < token.n; i++) {
		struct str other = arena_str(arena, token);
		((char *)(uintptr_t)other.p)[i] = token.p[i] == 'A' ? 'B' : 'A';
		fails(unsubscribe_use(hub, other, &sort, &test_err), ERR_NOT_FOUND);
	}
	struct str sealed;
	ok(seal(hub, S("polder unsubscribe 2\nx\n"), arena, &sealed, &test_err));
	fails(unsubscribe_use(hub, S(""), &sort, &test_err), ERR_NOT_FOUND);
	fails(unsubscribe_use(hub, S("!!"), &sort, &test_err), ERR_NOT_FOUND);
}

static void what_is_done_with_an_account_is_told_to_its_owner(void **state) {
	(void)state;
	struct by self = as_person(jan);
	ok(account_set_password(hub, &self, jan.uid, S("another dike of tulips"), STR_EMPTY, &test_err));
	assert_int_equal(mails(), 1);
	assert_str(json_get_str(mail(), S("subject")), "Your password was changed");
	struct str email = S("other@example.org"), zone = S("Europe/Amsterdam");
	ok(account_edit(hub, &self, jan.uid, &(struct account_edit){.time_zone = &zone}, &test_err));
	assert_int_equal(mails(), 1);
	ok(account_edit(hub, &self, jan.uid, &(struct account_edit){.email = &email}, &test_err));
	assert_int_equal(mails(), 3);
	assert_int_equal(sql_number("SELECT count(*) FROM notice WHERE sort = 'security'"), 2);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sort_follows_from_kind_event_and_whom_it_asks),
		cmocka_unit_test(a_digest_comes_at_the_hour_of_its_reader_also_when_clocks_change),
		cmocka_unit_test(a_weekly_digest_comes_on_its_day),
		cmocka_unit_test(each_digest_follows_the_one_before_by_a_day),
		account_test(settings_are_kept_and_what_is_wrong_is_named),
		mail_test(a_mail_says_where_and_never_what),
		mail_test(what_was_read_or_may_no_longer_be_known_is_not_mailed),
		mail_test(what_is_two_days_late_is_not_mailed_at_once),
		mail_test(a_digest_comes_once_at_its_hour_also_after_a_pause),
		mail_test(a_digest_is_one_mail_however_much_it_counts),
		mail_test(what_waits_goes_the_way_that_is_chosen_meanwhile),
		mail_test(a_mail_that_can_not_be_queued_leaves_its_notice_waiting),
		mail_test(a_hub_without_mail_keeps_no_marks),
		mail_test(the_link_of_a_mail_ends_that_sort_and_nothing_else),
		mail_test(what_is_done_with_an_account_is_told_to_its_owner),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
