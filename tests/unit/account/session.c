/* Signing in, the second factor, staying signed in, and what brings it to an end. */
#include "test_account.h"

#include "lib/otp/otp.h"

static struct account bee;
static char token[SESSION_TOKEN];
static struct session s;

static int start(void **state) {
	if (start_accounts(state)) return -1;
	bee = person("bee", MEMBER_MEMBER);
	return 0;
}
#define session_test(fn) cmocka_unit_test_setup_teardown(fn, start, end_accounts)

/* ---- signing in ---- */

static void name_or_address_and_password_begin_a_session(void **state) {
	(void)state;
	ok(sign_in(S("bee"), GOOD, token, &s));
	assert_int_equal(strlen(token), 43);
	assert_true(str_eq(s.account.uid, bee.uid) && !s.pending && s.created == clock_now && s.proven == clock_now);
	assert_str(s.address, "192.0.2.1");
	assert_str(s.agent, "Firefox on Linux");
	assert_str(s.second_factor, "");
	struct session found;
	ok(session_find(hub, db, str_of(token), arena, &found, &test_err));
	assert_true(str_eq(found.id, s.id) && str_eq(found.account.login, S("bee")));
	assert_int_equal(again(bee.uid).seen, clock_now);
	ok(sign_in(S(" BEE@example.org "), GOOD, token, &s));
	assert_int_equal(audited(bee.uid, "session.begin"), 2);
}

static void a_wrong_name_and_a_wrong_password_are_refused_in_the_same_words(void **state) {
	(void)state;
	char words[sizeof test_err.message];
	fails(sign_in(S("bee"), S("not the password"), token, &s), ERR_FORBIDDEN);
	memcpy(words, test_err.message, sizeof words);
	fails(sign_in(S("wasp"), S("not the password"), token, &s), ERR_FORBIDDEN);
	assert_string_equal(test_err.message, words);
	fails(sign_in(S(""), S(""), token, &s), ERR_FORBIDDEN);
	assert_string_equal(test_err.message, words);
	struct account_new n = {.login = S("ant"), .email = S("ant@example.org")}; /* without a password */
	struct account ant;
	ok(account_create(hub, &by_operator, &n, arena, &ant, &test_err));
	fails(sign_in(S("ant"), S(""), token, &s), ERR_FORBIDDEN);
	assert_string_equal(test_err.message, words);
	assert_int_equal(audited(bee.uid, "session.fail"), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM audit WHERE action = 'session.fail'"), 4);
	assert_int_equal(sql_number("SELECT count(*) FROM session"), 0);
}

static void ten_failures_of_a_name_are_enough(void **state) {
	(void)state;
	struct sign_in in = {.login = S("wasp"), .password = S("not the password"), .address = S("192.0.2.1")};
	for (int i = 0; i < 10; i++) fails(session_begin(hub, db, &in, arena, token, &s, &test_err), ERR_FORBIDDEN);
	in.address = S("192.0.2.2"); /* from wherever */
	in.login = S(" WASP");
	fails(session_begin(hub, db, &in, arena, token, &s, &test_err), ERR_BUSY);
	assert_has(test_err.message, "try again in ");
	in.login = S("bee");
	in.password = GOOD;
	ok(session_begin(hub, db, &in, arena, token, &s, &test_err));
}

static void a_busy_name_is_refused_before_anything_is_computed(void **state) {
	(void)state;
	for (int i = 0; i < 10; i++) assert_true(throttle_take(hub->throttle, &limit_login, S("bee"), NULL));
	int64_t before = sql_number("SELECT count(*) FROM audit");
	for (int i = 0; i < 100; i++) fails(sign_in(S("bee"), GOOD, token, &s), ERR_BUSY); /* a hundred hashes would take seconds */
	assert_int_equal(sql_number("SELECT count(*) FROM audit"), before);
}

static void an_address_is_counted_over_all_names_and_a_success_is_not_counted(void **state) {
	(void)state;
	for (int i = 0; i < 29; i++) assert_true(throttle_take(hub->throttle, &limit_address, S("192.0.2.1"), NULL));
	for (int i = 0; i < 5; i++) ok(sign_in(S("bee"), GOOD, token, &s));
	fails(sign_in(S("bee"), S("not the password"), token, &s), ERR_FORBIDDEN);
	fails(sign_in(S("bee"), GOOD, token, &s), ERR_BUSY);
}

/* ---- staying ---- */

static void a_session_ends_unused_and_at_its_longest(void **state) {
	(void)state;
	ok(sign_in(S("bee"), GOOD, token, &s));
	for (int i = 0; i < 5; i++) {
		clock_now += 13 * DAY - HOUR; /* used again and again */
		if (i < 4) assert_true(is_session(str_of(token)));
	}
	assert_false(is_session(str_of(token)));
	ok(sign_in(S("bee"), GOOD, token, &s));
	clock_now += SESSION_IDLE + SECOND;
	assert_false(is_session(str_of(token)));
	assert_int_equal(sql_number("SELECT count(*) FROM session"), 2);
	ok(session_sweep(hub, &test_err));
	assert_int_equal(sql_number("SELECT count(*) FROM session"), 0);
}

static void use_is_noted_to_five_minutes(void **state) {
	(void)state;
	struct session found;
	ok(sign_in(S("bee"), GOOD, token, &s));
	clock_now += 4 * MINUTE;
	ok(session_find(hub, db, str_of(token), arena, &found, &test_err));
	assert_int_equal(again(bee.uid).seen, clock_now - 4 * MINUTE);
	clock_now += 4 * MINUTE;
	ok(session_find(hub, db, str_of(token), arena, &found, &test_err));
	assert_int_equal(again(bee.uid).seen, clock_now);
}

static void what_is_no_token_is_nobody(void **state) {
	(void)state;
	struct session found;
	ok(sign_in(S("bee"), GOOD, token, &s));
	struct str almost = arena_str(arena, str_of(token));
	((char *)(uintptr_t)almost.p)[10] ^= 1;
	const struct str wrong[] = {S(""), S("x"), almost, str_sub(str_of(token), 0, 42), arena_cat(arena, str_of(token), S("x")), s.id};
	for (size_t i = 0; i < lengthof(wrong); i++) fails(session_find(hub, db, wrong[i], arena, &found, &test_err), ERR_NOT_FOUND);
}

static void sessions_are_listed_and_ended_by_their_owner(void **state) {
	(void)state;
	char one[SESSION_TOKEN], two[SESSION_TOKEN];
	struct session *list;
	size_t n;
	struct account wasp = person("wasp", MEMBER_MEMBER);
	struct by bees = as_person(bee), wasps = as_person(wasp);
	ok(sign_in(S("bee"), GOOD, one, &s));
	clock_now += SECOND;
	ok(sign_in(S("bee"), GOOD, two, &s));
	ok(session_list(db, bee.uid, arena, &list, &n, &test_err));
	assert_int_equal(n, 2);
	assert_true(str_eq(list[0].id, s.id));
	fails(session_end_by_id(hub, &wasps, bee.uid, list[1].id, &test_err), ERR_NOT_FOUND);
	ok(session_end_by_id(hub, &bees, bee.uid, list[1].id, &test_err));
	fails(session_end_by_id(hub, &bees, bee.uid, list[1].id, &test_err), ERR_NOT_FOUND);
	assert_false(is_session(str_of(one)));
	assert_true(is_session(str_of(two)));
	ok(session_end(hub, str_of(two), S("192.0.2.1"), &test_err));
	ok(session_end(hub, str_of(two), S("192.0.2.1"), &test_err)); /* gone already */
	assert_false(is_session(str_of(two)));
	assert_int_equal(audited(bee.uid, "session.end"), 2);
}

static void proving_again_notes_when(void **state) {
	(void)state;
	ok(sign_in(S("bee"), GOOD, token, &s));
	clock_now += HOUR;
	fails(session_prove(hub, db, str_of(token), S("not the password"), S("192.0.2.1"), &test_err), ERR_FORBIDDEN);
	ok(session_prove(hub, db, str_of(token), GOOD, S("192.0.2.1"), &test_err));
	ok(session_find(hub, db, str_of(token), arena, &s, &test_err));
	assert_int_equal(s.proven, clock_now);
	fails(session_prove(hub, db, S("nonsense"), GOOD, S("192.0.2.1"), &test_err), ERR_NOT_FOUND);
}

static void a_forms_token_is_the_sessions_and_not_its_token(void **state) {
	(void)state;
	struct str one = session_csrf(arena, S("token-one")), other = session_csrf(arena, S("token-two"));
	assert_int_equal(one.n, 43);
	assert_false(str_eq(one, other));
	assert_true(str_find(one, S("token")) == STR_NONE);
	assert_true(session_csrf_valid(S("token-one"), one));
	assert_false(session_csrf_valid(S("token-one"), other));
	assert_false(session_csrf_valid(S("token-one"), S("")));
	assert_false(session_csrf_valid(S("token-one"), str_sub(one, 0, 42)));
	assert_false(session_csrf_valid(S(""), session_csrf(arena, S(""))));
}

/* ---- the second factor ---- */

static struct str secret, codes[10];

static struct str code_now(int steps) {
	return arena_fmt(arena, "%06u", otp_code(secret, (uint64_t)(otp_step(clock_now, OTP_PERIOD) + steps), OTP_SHA1, 6));
}

static void set_up(void) {
	struct by by = as_person(bee);
	struct str text, uri;
	ok(totp_begin(hub, &by, bee.uid, arena, &text, &uri, &test_err));
	assert_true(base32_decode(arena, text, &secret));
	assert_true(str_starts(uri, S("otpauth://totp/Test%20hub:bee?secret=")));
	assert_false(again(bee.uid).has_totp); /* not before its first code */
	fails(totp_confirm(hub, &by, bee.uid, S("000000"), arena, codes, &test_err), ERR_INVALID);
	assert_string_equal(test_err.where, "code");
	ok(totp_confirm(hub, &by, bee.uid, code_now(0), arena, codes, &test_err));
	assert_true(again(bee.uid).has_totp);
}
static enum err_code second(struct str code) {
	return session_second_factor(hub, db, str_of(token), code, S("192.0.2.1"), arena, &s, &test_err);
}

static void with_a_second_factor_the_password_alone_is_half_of_it(void **state) {
	(void)state;
	set_up();
	clock_now += MINUTE;
	ok(sign_in(S("bee"), GOOD, token, &s));
	assert_true(s.pending);
	assert_int_equal(audited(bee.uid, "session.begin"), 0);
	fails(second(S("000000")), ERR_FORBIDDEN);
	ok(second(code_now(0)));
	assert_false(s.pending);
	assert_str(s.second_factor, "totp");
	assert_int_equal(s.proven, clock_now);
	/* half a session is over soon */
	ok(sign_in(S("bee"), GOOD, token, &s));
	clock_now += SESSION_PENDING + SECOND;
	assert_false(is_session(str_of(token)));
	fails(second(code_now(0)), ERR_NOT_FOUND);
}

static void a_step_is_used_once_and_none_before_it_again(void **state) {
	(void)state;
	set_up();
	ok(sign_in(S("bee"), GOOD, token, &s));
	fails(second(code_now(0)), ERR_FORBIDDEN); /* the one that confirmed it */
	clock_now += 30 * SECOND;
	ok(second(code_now(1)));                   /* a clock that is ahead */
	ok(sign_in(S("bee"), GOOD, token, &s));
	fails(second(code_now(1)), ERR_FORBIDDEN);
	fails(second(code_now(0)), ERR_FORBIDDEN); /* earlier than what was used */
	clock_now += 60 * SECOND;
	ok(second(code_now(0)));
}

static void five_wrong_codes_are_enough(void **state) {
	(void)state;
	set_up();
	clock_now += MINUTE;
	ok(sign_in(S("bee"), GOOD, token, &s));
	for (int i = 0; i < 5; i++) fails(second(S("000000")), ERR_FORBIDDEN);
	fails(second(code_now(0)), ERR_BUSY);
	ok(sign_in(S("bee"), GOOD, token, &s)); /* another session of the same account */
	fails(second(code_now(0)), ERR_BUSY);
	assert_int_equal(audited(bee.uid, "session.fail"), 5);
}

static void a_recovery_code_stands_in_once(void **state) {
	(void)state;
	int64_t left;
	set_up();
	for (size_t i = 0; i < 10; i++)
		for (size_t j = 0; j < i; j++) assert_false(str_eq(codes[i], codes[j]));
	ok(sign_in(S("bee"), GOOD, token, &s));
	ok(second(name_folded(arena, codes[3]))); /* in whatever case */
	assert_str(s.second_factor, "recovery");
	ok(totp_recovery_left(db, bee.uid, &left, &test_err));
	assert_int_equal(left, 9);
	ok(sign_in(S("bee"), GOOD, token, &s));
	fails(second(codes[3]), ERR_FORBIDDEN);
	ok(second(codes[4]));
	assert_int_equal(audited(bee.uid, "session.recovery"), 2);
}

static void only_its_owner_sets_a_second_factor_up_and_an_administrator_takes_it_away(void **state) {
	(void)state;
	struct account wasp = person("wasp", MEMBER_MEMBER);
	struct by wasps = as_person(wasp);
	struct str text, uri;
	set_up();
	fails(totp_begin(hub, &wasps, bee.uid, arena, &text, &uri, &test_err), ERR_FORBIDDEN);
	fails(totp_begin(hub, &by_operator, bee.uid, arena, &text, &uri, &test_err), ERR_FORBIDDEN);
	fails(totp_remove(hub, &wasps, bee.uid, &test_err), ERR_FORBIDDEN);
	ok(totp_remove(hub, &by_operator, bee.uid, &test_err));
	assert_false(again(bee.uid).has_totp);
	assert_int_equal(sql_number("SELECT count(*) FROM recovery"), 0);
	ok(sign_in(S("bee"), GOOD, token, &s));
	assert_false(s.pending);
	struct by bees = as_person(bee);
	fails(totp_confirm(hub, &bees, bee.uid, code_now(0), arena, codes, &test_err), ERR_CONFLICT);
}

static void another_authority_saw_to_the_second_factor_only_where_the_settings_say_so(void **state) {
	(void)state;
	set_up();
	ok(session_begin_for(hub, db, bee.uid, S("oidc"), S("192.0.2.1"), S(""), arena, token, &s, &test_err));
	assert_true(s.pending);
	hub->oidc.trust_second_factor = true;
	ok(session_begin_for(hub, db, bee.uid, S("oidc"), S("192.0.2.1"), S(""), arena, token, &s, &test_err));
	assert_false(s.pending);
	assert_str(s.second_factor, "oidc");
	ok(session_begin_for(hub, db, bee.uid, S("code"), S("192.0.2.1"), S(""), arena, token, &s, &test_err));
	assert_true(s.pending);
}

/* A restored hub has no key of the old one. */
static void without_the_key_the_error_is_clear_and_there_are_ways_out(void **state) {
	(void)state;
	set_up();
	clock_now += MINUTE;
	const char *path = file_join(arena, folder, "secret.key"), *aside = file_join(arena, folder, "aside.key");
	assert_int_equal(rename(path, aside), 0);
	ok(sign_in(S("bee"), GOOD, token, &s));
	fails(second(code_now(0)), ERR_UNSUPPORTED);
	assert_has(test_err.message, "administrator");
	assert_has(test_err.message, "recovery code");
	ok(second(codes[0]));
	/* the old key put back serves again */
	assert_int_equal(rename(aside, path), 0);
	ok(sign_in(S("bee"), GOOD, token, &s));
	ok(second(code_now(0)));
	assert_int_equal(unlink(path), 0);
	ok(totp_remove(hub, &by_operator, bee.uid, &test_err));
	ok(sign_in(S("bee"), GOOD, token, &s));
	assert_false(s.pending);
	set_up(); /* under the new key */
}

/* ---- secrets ---- */

static void nothing_secret_stands_in_the_database(void **state) {
	(void)state;
	char text[TOKEN_TEXT], invitation[CODE_TEXT], reset[CODE_TEXT];
	struct token t;
	set_up();
	struct by by = as_person(bee);
	ok(sign_in(S("bee"), GOOD, token, &s));
	fails(sign_in(S("hunter2-in-the-wrong-field"), S("not the password"), token, &s), ERR_FORBIDDEN);
	ok(token_create(hub, &by, bee.uid, S("build"), SCOPE_READ, now() + DAY, arena, text, &t, &test_err));
	ok(invitation_create(hub, db, &by_operator, S("jan@example.org"), HUB, MEMBER_MEMBER, arena, invitation, &test_err));
	ok(reset_create(hub, &by_operator, bee.uid, reset, &test_err));
	ok(sign_in(S("bee"), GOOD, token, &s));
	assert_true(stored_anywhere(bee.uid));
	assert_true(stored_anywhere(S("pldr_")));
	const struct str secrets[] = {GOOD, S("hunter2-in-the-wrong-field"), S("not the password"), str_of(token), str_of(text), str_from(str_of(text), 8),
		str_of(invitation), str_of(reset), secret, base32_encode(arena, secret), codes[0], codes[9], session_csrf(arena, str_of(token))};
	for (size_t i = 0; i < lengthof(secrets); i++) assert_false(stored_anywhere(secrets[i]));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		session_test(name_or_address_and_password_begin_a_session),
		session_test(a_wrong_name_and_a_wrong_password_are_refused_in_the_same_words),
		session_test(ten_failures_of_a_name_are_enough),
		session_test(a_busy_name_is_refused_before_anything_is_computed),
		session_test(an_address_is_counted_over_all_names_and_a_success_is_not_counted),
		session_test(a_session_ends_unused_and_at_its_longest),
		session_test(use_is_noted_to_five_minutes),
		session_test(what_is_no_token_is_nobody),
		session_test(sessions_are_listed_and_ended_by_their_owner),
		session_test(proving_again_notes_when),
		session_test(a_forms_token_is_the_sessions_and_not_its_token),
		session_test(with_a_second_factor_the_password_alone_is_half_of_it),
		session_test(a_step_is_used_once_and_none_before_it_again),
		session_test(five_wrong_codes_are_enough),
		session_test(a_recovery_code_stands_in_once),
		session_test(only_its_owner_sets_a_second_factor_up_and_an_administrator_takes_it_away),
		session_test(another_authority_saw_to_the_second_factor_only_where_the_settings_say_so),
		session_test(without_the_key_the_error_is_clear_and_there_are_ways_out),
		session_test(nothing_secret_stands_in_the_database),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
