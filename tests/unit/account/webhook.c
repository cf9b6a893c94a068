/* Signatures, pauses, what a webhook asks for, and which addresses are called. */
#include "test_account.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "hub/seal.h"
#include "hub/webhook.h"
#include "net/address.h"

/* ---- signatures ---- */

static const struct str secret = S_INIT("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

static void a_call_is_signed_as_the_reference_libraries_sign_it(void **state) {
	(void)state;
	char out[WEBHOOK_SIGNATURE];
	/* The known answer that the libraries of Standard Webhooks test themselves with. */
	ok(webhook_sign(secret, S("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330, S("{\"test\": 2432232314}"), out, &test_err));
	assert_string_equal(out, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void what_is_no_secret_signs_nothing(void **state) {
	(void)state;
	char out[WEBHOOK_SIGNATURE];
	const struct str wrong[] = {S(""), S("whsec_"), S("whsec_AAAA"), S("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), S("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!"),
		S("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")};
	for (size_t i = 0; i < lengthof(wrong); i++) fails(webhook_sign(wrong[i], S("id"), 0, S("{}"), out, &test_err), ERR_INVALID);
}

static void pauses_follow_the_schedule_and_differ_by_chance(void **state) {
	(void)state;
	const moment schedule[] = {5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR};
	for (int64_t i = 0; i < (int64_t)lengthof(schedule); i++) {
		assert_int_equal(webhook_pause(i + 1, 0), schedule[i]);
		for (unsigned chance = 0; chance < 5000; chance += 7) {
			moment pause = webhook_pause(i + 1, chance);
			assert_true(pause >= schedule[i] && pause <= schedule[i] + schedule[i] / 5);
		}
		assert_true(webhook_pause(i + 1, 999) > webhook_pause(i + 1, 1));
	}
	assert_int_equal(webhook_pause(0, 0), 0);
	assert_int_equal(webhook_pause(WEBHOOK_ATTEMPTS, 0), 0);
}

/* ---- addresses ---- */

static bool is_public(const char *text) {
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) return address_is_public((const struct sockaddr *)&v4);
	assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	return address_is_public((const struct sockaddr *)&v6);
}

static void only_addresses_of_the_public_internet_are_public(void **state) {
	(void)state;
	static const char *const open[] = {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
		"172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111",
		"2001:200::1", "2a00:1450:4001::1", "::ffff:1.1.1.1", "2400::1"};
	static const char *const closed[] = {"0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1", "127.255.255.255",
		"169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.0", "198.19.255.255", "198.51.100.1",
		"203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
		"::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:1:2::", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd12:3456::1",
		"fe80::1", "fec0::1", "ff02::1", "4000::1"};
	for (size_t i = 0; i < lengthof(open); i++) if (!is_public(open[i])) fail_msg("%s is public", open[i]);
	for (size_t i = 0; i < lengthof(closed); i++) if (is_public(closed[i])) fail_msg("%s is not public", closed[i]);
	struct sockaddr other = {.sa_family = AF_UNIX};
	assert_false(address_is_public(&other));
	assert_false(address_is_loopback(&other));
}

/* ---- webhooks ---- */

static struct account jan, piet;
static int start(void **state) {
	if (start_accounts(state)) return -1;
	jan = person("jan", MEMBER_MEMBER);
	piet = person("piet", MEMBER_COORDINATOR);
	return 0;
}
#define webhook_test_of(fn) cmocka_unit_test_setup_teardown(fn, start, end_accounts)

static struct str hook(struct account whose, struct webhook_new n) {
	struct by by = as_person(whose);
	struct str id;
	char made[WEBHOOK_SECRET];
	n.owner = whose.uid;
	if (!n.url.n) n.url = S("https://example.org/hook");
	ok(webhook_create(hub, db, &by, &n, arena, &id, made, &test_err));
	return id;
}
static int64_t calls(void) {
	ok(webhook_tell(hub, db, NULL, &test_err));
	return sql_number("SELECT count(*) FROM delivery");
}
static struct str a_lesson_of_jan(void) {
	struct viewer v = account_viewer(&jan);
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = {v.name, v.roles}, .kind = S("lesson"), .body = json("{'title': 'the-title', 'lesson': 'x'}")}));
	return arena_str(arena, str_of(result.uid));
}
static void comment(struct str record) {
	struct viewer v = account_viewer(&piet);
	ok(apply((struct change){.op = CHANGE_COMMENT, .actor = {v.name, v.roles}, .record = record, .reason = S("the-comment"), .audiences = OWNER}));
}

static void secrets_are_sealed_and_differ(void **state) {
	(void)state;
	struct by by = as_person(jan);
	struct str id;
	char one[WEBHOOK_SECRET], other[WEBHOOK_SECRET];
	struct webhook_new n = {.owner = jan.uid, .url = S("https://example.org/")};
	ok(webhook_create(hub, db, &by, &n, arena, &id, one, &test_err));
	ok(webhook_rotate(hub, db, &by, id, other, &test_err));
	assert_string_not_equal(one, other);
	assert_false(stored_anywhere(str_of(one)) || stored_anywhere(str_of(other)));
	assert_false(stored_anywhere(str_from(str_of(one), 6)));
	assert_int_equal(audited(jan.uid, "webhook.create"), 1);
	assert_int_equal(audited(jan.uid, "webhook.secret"), 1);
	clock_now += WEBHOOK_OLD_SECRET;
	ok(webhook_sweep(hub, &test_err));
	assert_int_equal(sql_number("SELECT count(*) FROM webhook WHERE secret_before IS NOT NULL"), 0);
}

static void each_event_is_told_once_however_often_one_looks(void **state) {
	(void)state;
	struct str lesson = a_lesson_of_jan();
	comment(lesson);
	hook(jan, (struct webhook_new){.note = S("new")});
	assert_int_equal(calls(), 0); /* of what happened before */
	comment(lesson);
	comment(lesson);
	assert_int_equal(calls(), 2);
	assert_int_equal(calls(), 2);
	for (int i = 0; i < 450; i++) comment(lesson); /* more than one batch */
	assert_int_equal(calls(), 452);
	assert_int_equal(sql_number("SELECT count(DISTINCT event) FROM delivery"), 452);
	assert_false(sql_number("SELECT count(*) FROM delivery WHERE CAST(payload AS TEXT) LIKE '%the-%'"));
}

static void one_that_does_not_keep_up_misses_some_and_says_how_many(void **state) {
	(void)state;
	struct by by = as_person(jan);
	struct str lesson = a_lesson_of_jan(), id = hook(jan, (struct webhook_new){.note = S("slow")});
	struct webhook w;
	for (int i = 0; i < WEBHOOK_WAITING + 5; i++) comment(lesson);
	assert_int_equal(calls(), WEBHOOK_WAITING);
	ok(webhook_find(hub, db, &by, id, arena, &w, &test_err));
	assert_int_equal(w.waiting, WEBHOOK_WAITING);
	assert_int_equal(w.missed, 5);
	struct str delivery;
	fails(webhook_test(hub, db, &by, id, arena, &delivery, &test_err), ERR_CONFLICT);
}

static void what_is_off_is_told_nothing_and_begins_anew(void **state) {
	(void)state;
	struct by by = as_person(jan);
	bool on = true, off = false;
	struct str lesson = a_lesson_of_jan(), id = hook(jan, (struct webhook_new){.types = S(" record.commented , record.commented,act.* ")});
	struct webhook w;
	ok(webhook_find(hub, db, &by, id, arena, &w, &test_err));
	assert_str(w.types, "record.commented,act.*");
	ok(webhook_edit(hub, db, &by, id, &(struct webhook_edit){.enabled = &off}, &test_err));
	comment(lesson);
	assert_int_equal(calls(), 0);
	ok(webhook_edit(hub, db, &by, id, &(struct webhook_edit){.enabled = &on}, &test_err));
	assert_int_equal(calls(), 0);
	comment(lesson);
	assert_int_equal(calls(), 1);
	ok(webhook_remove(hub, db, &by, id, &test_err));
	assert_int_equal(calls(), 0);
}

static void of_an_erased_record_no_call_stays(void **state) {
	(void)state;
	struct str lesson = a_lesson_of_jan();
	hook(jan, (struct webhook_new){.note = S("x")});
	comment(lesson);
	assert_int_equal(calls(), 1);
	ok(apply((struct change){.op = CHANGE_ERASE, .record = lesson, .reason = S("asked for")}));
	assert_int_equal(calls(), 0);
}

static void without_the_program_a_call_waits_and_its_webhook_fails(void **state) {
	(void)state;
	bool did;
	struct by by = as_person(jan);
	struct delivery *list;
	size_t n;
	struct str lesson = a_lesson_of_jan(), id = hook(jan, (struct webhook_new){.note = S("x")});
	comment(lesson);
	assert_int_equal(calls(), 1);
	setenv("POLDER_NET", "/no/such/program", 1);
	ok(webhook_call(hub, db, true, NULL, &did, &test_err));
	assert_true(did);
	ok(webhook_call(hub, db, true, NULL, &did, &test_err)); /* not yet again */
	assert_false(did);
	ok(webhook_deliveries(hub, db, &by, id, S("waiting"), 0, 10, arena, &list, &n, &test_err));
	assert_int_equal(n, 1);
	assert_int_equal(list[0].attempts, 1);
	assert_true(list[0].problem.n > 0 && list[0].due >= clock_now + 5 * SECOND);
	clock_now += 10 * SECOND;
	ok(webhook_call(hub, db, true, NULL, &did, &test_err)); /* it fails: not for those who call healthy ones alone */
	assert_false(did);
	ok(webhook_call(hub, db, false, NULL, &did, &test_err));
	assert_true(did);
	unsetenv("POLDER_NET");
}

static void who_may_not_manage_one_is_told_of_none(void **state) {
	(void)state;
	struct by other = as_person(piet);
	struct str id = hook(jan, (struct webhook_new){.note = S("x")}), delivery;
	struct webhook w, *list;
	size_t n;
	char made[WEBHOOK_SECRET];
	fails(webhook_find(hub, db, &other, id, arena, &w, &test_err), ERR_NOT_FOUND);
	fails(webhook_rotate(hub, db, &other, id, made, &test_err), ERR_NOT_FOUND);
	fails(webhook_remove(hub, db, &other, id, &test_err), ERR_NOT_FOUND);
	fails(webhook_test(hub, db, &other, id, arena, &delivery, &test_err), ERR_NOT_FOUND);
	ok(webhook_list(hub, db, &other, arena, &list, &n, &test_err));
	assert_int_equal(n, 0);
	struct webhook_new for_jan = {.owner = jan.uid, .url = S("https://example.org/")};
	fails(webhook_create(hub, db, &other, &for_jan, arena, &id, made, &test_err), ERR_NOT_FOUND);
	fails(webhook_create(hub, db, &other, &(struct webhook_new){.url = S("https://example.org/")}, arena, &id, made, &test_err), ERR_NOT_FOUND);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		arena_test(a_call_is_signed_as_the_reference_libraries_sign_it),
		arena_test(what_is_no_secret_signs_nothing),
		arena_test(pauses_follow_the_schedule_and_differ_by_chance),
		arena_test(only_addresses_of_the_public_internet_are_public),
		webhook_test_of(secrets_are_sealed_and_differ),
		webhook_test_of(each_event_is_told_once_however_often_one_looks),
		webhook_test_of(one_that_does_not_keep_up_misses_some_and_says_how_many),
		webhook_test_of(what_is_off_is_told_nothing_and_begins_anew),
		webhook_test_of(of_an_erased_record_no_call_stays),
		webhook_test_of(without_the_program_a_call_waits_and_its_webhook_fails),
		webhook_test_of(who_may_not_manage_one_is_told_of_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
