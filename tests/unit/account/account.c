/* Accounts and passwords. */
#include "test_account.h"

static enum err_code create_with(struct account_new n) {
	struct account a;
	if (!n.login.n) n.login = S("bee");
	if (!n.email.n) n.email = S("bee@example.org");
	return account_create(hub, &by_operator, &n, arena, &a, &test_err);
}

static void an_account_is_found_by_uid_login_and_address_in_any_case(void **state) {
	(void)state;
	struct account_new n = {.login = S("Bee"), .name = S("  Bea Vermeer "), .email = S("Bee@Example.org"), .password = GOOD, .role = MEMBER_MEMBER};
	struct account a, found;
	ok(account_create(hub, &by_operator, &n, arena, &a, &test_err));
	assert_str(a.login, "bee");
	assert_str(a.name, "Bea Vermeer");
	assert_str(a.email, "Bee@Example.org");
	assert_str(a.time_zone, "UTC");
	assert_true(a.has_password && !a.has_totp && !a.suspended && a.created == clock_now && a.seen == 0);
	assert_int_equal(a.hub_roles, 1u << MEMBER_MEMBER);
	assert_true(a.uid.n == 11 && str_starts(a.uid, S("U-")));
	const struct str names[] = {a.uid, name_folded(arena, a.uid), S("bee"), S(" BEE "), S("bee@example.org"), S("BEE@EXAMPLE.ORG")};
	for (size_t i = 0; i < lengthof(names); i++) {
		ok(account_find(db, names[i], arena, &found, &test_err));
		assert_true(str_eq(found.uid, a.uid));
	}
	fails(account_find(db, S("wasp"), arena, &found, &test_err), ERR_NOT_FOUND);
	fails(account_find(db, S(""), arena, &found, &test_err), ERR_NOT_FOUND);
}

static void login_and_address_belong_to_one_account_alone(void **state) {
	(void)state;
	ok(create_with((struct account_new){.login = S("bee"), .email = S("bee@example.org")}));
	fails(create_with((struct account_new){.login = S("BEE"), .email = S("other@example.org")}), ERR_EXISTS);
	assert_string_equal(test_err.where, "login");
	fails(create_with((struct account_new){.login = S("other"), .email = S("BEE@example.org")}), ERR_EXISTS);
	assert_string_equal(test_err.where, "email");
}

static void what_can_be_no_login_address_or_name_is_refused_at_its_place(void **state) {
	(void)state;
	const struct str logins[] = {S("a"), S("-bee"), S("be e"), S("bee@x"), S("b\xc3\xa9"), S("operator"), S("Operator"), S("U-7KQ2-M9XD"),
		S("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")};
	const struct str emails[] = {S("bee"), S("@example.org"), S("bee@"), S("a b@example.org"), S("a@b@c"), S("bee@example.org\r\nBcc: x@y"),
		S("a@exa..mple"), S("<a@b.c>"), S("a,b@c.d"), S("a@b.c\xc2\x85"), S("a@b\xff.c"), S("h\xc3\xbc@example.org")};
	const struct str names[] = {S("a\nb"), S("a\x7f"), S("\xff")};
	for (size_t i = 0; i < lengthof(logins); i++) {
		fails(create_with((struct account_new){.login = logins[i]}), ERR_INVALID);
		assert_string_equal(test_err.where, "login");
	}
	for (size_t i = 0; i < lengthof(emails); i++) {
		fails(create_with((struct account_new){.email = emails[i]}), ERR_INVALID);
		assert_string_equal(test_err.where, "email");
	}
	for (size_t i = 0; i < lengthof(names); i++) {
		fails(create_with((struct account_new){.name = names[i]}), ERR_INVALID);
		assert_string_equal(test_err.where, "name");
	}
	assert_int_equal(sql_number("SELECT count(*) FROM account"), 0);
}

static void only_administrators_make_accounts(void **state) {
	(void)state;
	struct account bee = person("bee", MEMBER_COORDINATOR), made;
	struct account_new n = {.login = S("wasp"), .email = S("wasp@example.org")};
	struct by bees = as_person(bee), nobody = {.actor = S(""), .address = S("")};
	fails(account_create(hub, &bees, &n, arena, &made, &test_err), ERR_FORBIDDEN);
	fails(account_create(hub, &nobody, &n, arena, &made, &test_err), ERR_FORBIDDEN);
	struct account owner = person("owner", MEMBER_OWNER);
	struct by owners = as_person(owner);
	ok(account_create(hub, &owners, &n, arena, &made, &test_err));
	assert_int_equal(audited(made.uid, "account.create"), 1);
	assert_false(made.has_password);
}

static void weak_passwords_are_refused_and_sentences_taken(void **state) {
	(void)state;
	const struct str weak[] = {S("short"), S("ninechars"), S("password12"), S("P4ssw0rd2024!"), S("$unshine1999"), S("1234567890"), S("0987654321"),
		S("aaaaaaaaaaaa"), S("abcabcabcabc"), S("qwertyuiop"), S("Qwertyuiop123!"), S("iloveyou2023"), S("passwordpassword"), S("abcdefghijkl"),
		S("correct horse battery staple"), S("Welcome2024!!"), S("wachtwoord1"), S("changeme123"), S("letmein12345"), S("bee@example.org"),
		S("Bea Vermeer"), S("beavermeer"), S("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), {"tulips\0over the dike", 20}};
	const struct str fine[] = {S("tulips over the dike"), S("zw4n-kl0mp-m0len"), S("\xe6\xb0\xb4\xe5\x9c\xb0\xe9\xa2\xa8\xe8\xbb\x8a\xe5\xa0\xa4\xe9\x98\xb2\xe8\x8a\xb1\xe7\x94\xb0\xe5\xb8\x82\xe6\xb9\xbe"),
		S("passwords are overrated"), S("xK9#mQ2$vL")};
	for (size_t i = 0; i < lengthof(weak); i++) {
		enum err_code code = password_check(weak[i], S("bee"), S("bee@example.org"), S("Bea Vermeer"), &test_err);
		if (code != ERR_INVALID) print_error("taken: %.*s\n", STR_ARG(weak[i]));
		assert_int_equal(code, ERR_INVALID);
		assert_string_equal(test_err.where, "password");
	}
	for (size_t i = 0; i < lengthof(fine); i++) ok(password_check(fine[i], S("bee"), S("bee@example.org"), S("Bea Vermeer"), &test_err));
	char *x = arena_alloc(arena, PASSWORD_MOST + 1);
	random_bytes(x, PASSWORD_MOST + 1);
	for (size_t i = 0; i <= PASSWORD_MOST; i++) x[i] = (char)('a' + (unsigned char)x[i] % 26);
	ok(password_check(str_n(x, PASSWORD_MOST), S("bee"), S("b@c.d"), S(""), &test_err));
	fails(password_check(str_n(x, PASSWORD_MOST + 1), S("bee"), S("b@c.d"), S(""), &test_err), ERR_INVALID);
}

static void a_password_is_right_however_its_letters_were_composed(void **state) {
	(void)state;
	char hash[PASSWORD_HASH];
	ok(password_hash(S("caf\xc3\xa9 aan de gracht"), hash, &test_err));
	assert_true(password_matches(S("cafe\xcc\x81 aan de gracht"), str_of(hash)));
	assert_false(password_matches(S("cafe aan de gracht"), str_of(hash)));
	assert_false(password_matches(S(""), str_of(hash)));
	assert_false(password_matches(S("caf\xc3\xa9 aan de gracht"), S("")));
	assert_false(password_is_dated(str_of(hash)));
	assert_true(str_starts(str_of(hash), S("$argon2id$")));
}

/* What is compared with for an unknown account costs as much as any account's: same algorithm, same limits. */
static void an_unknown_account_costs_the_same_hash(void **state) {
	(void)state;
	struct account bee = person("bee", MEMBER_MEMBER);
	struct account_new without = {.login = S("wasp"), .email = S("wasp@example.org")};
	struct account wasp;
	ok(account_create(hub, &by_operator, &without, arena, &wasp, &test_err));
	moment times[4];
	const struct str uids[] = {bee.uid, S("U-0000-0000"), wasp.uid, bee.uid};
	for (size_t i = 0; i < lengthof(uids); i++) {
		moment start = stopwatch();
		fails(account_check_password(db, uids[i], S("not the password"), &test_err), ERR_FORBIDDEN);
		times[i] = stopwatch() - start;
	}
	/* A hash takes tens of milliseconds, all else microseconds: a quarter tells them apart on whatever machine. */
	for (size_t i = 0; i < lengthof(uids); i++) assert_true(times[i] > times[3] / 4);
	ok(account_check_password(db, bee.uid, GOOD, &test_err));
}

static void a_new_password_ends_the_other_sessions(void **state) {
	(void)state;
	struct account bee = person("bee", MEMBER_MEMBER);
	char one[SESSION_TOKEN], two[SESSION_TOKEN];
	struct session s;
	ok(sign_in(S("bee"), GOOD, one, &s));
	ok(sign_in(S("bee"), GOOD, two, &s));
	struct by by = as_person(bee);
	fails(account_set_password(hub, &by, bee.uid, S("bee@example.org"), str_of(one), &test_err), ERR_INVALID);
	assert_true(is_session(str_of(two)));
	ok(account_set_password(hub, &by, bee.uid, S("windmills in the mist"), str_of(one), &test_err));
	assert_true(is_session(str_of(one)));
	assert_false(is_session(str_of(two)));
	fails(account_check_password(db, bee.uid, GOOD, &test_err), ERR_FORBIDDEN);
	ok(account_check_password(db, bee.uid, S("windmills in the mist"), &test_err));
	assert_int_equal(audited(bee.uid, "account.password"), 1);
}

static void a_person_changes_their_own_account_and_an_administrator_anybodys(void **state) {
	(void)state;
	struct account bee = person("bee", MEMBER_MEMBER), wasp = person("wasp", MEMBER_MEMBER), owner = person("owner", MEMBER_OWNER);
	struct by bees = as_person(bee), owners = as_person(owner);
	struct str name = S("Bea"), zone = S("Europe/Amsterdam"), taken = S("WASP@example.org");
	bool yes = true;
	ok(account_edit(hub, &bees, bee.uid, &(struct account_edit){.name = &name, .time_zone = &zone}, &test_err));
	assert_str(again(bee.uid).name, "Bea");
	assert_str(again(bee.uid).time_zone, "Europe/Amsterdam");
	fails(account_edit(hub, &bees, wasp.uid, &(struct account_edit){.name = &name}, &test_err), ERR_NOT_FOUND);
	fails(account_edit(hub, &bees, bee.uid, &(struct account_edit){.email = &taken}, &test_err), ERR_EXISTS);
	fails(account_edit(hub, &bees, bee.uid, &(struct account_edit){.suspended = &yes}, &test_err), ERR_FORBIDDEN);
	zone = S("../../etc/passwd");
	fails(account_edit(hub, &bees, bee.uid, &(struct account_edit){.time_zone = &zone}, &test_err), ERR_INVALID);
	ok(account_edit(hub, &owners, wasp.uid, &(struct account_edit){.name = &name}, &test_err));
	assert_int_equal(audited(wasp.uid, "account.edit"), 1);
	assert_str(account_actor_name(db, arena, wasp.uid), "Bea");
	assert_str(account_actor_name(db, arena, S("operator")), "operator");
}

static void a_suspended_account_can_do_nothing_and_comes_back(void **state) {
	(void)state;
	struct account bee = person("bee", MEMBER_MEMBER);
	struct by bees = as_person(bee);
	char session[SESSION_TOKEN], text[TOKEN_TEXT];
	struct session s;
	struct token t;
	struct account found;
	unsigned scopes;
	ok(sign_in(S("bee"), GOOD, session, &s));
	ok(token_create(hub, &bees, bee.uid, S("build"), SCOPE_WRITE, now() + DAY, arena, text, &t, &test_err));
	bool yes = true, no = false;
	ok(account_edit(hub, &by_operator, bee.uid, &(struct account_edit){.suspended = &yes}, &test_err));
	assert_true(again(bee.uid).suspended);
	assert_false(is_session(str_of(session)));
	fails(token_find(hub, db, str_of(text), arena, &found, &scopes, &test_err), ERR_NOT_FOUND);
	fails(sign_in(S("bee"), GOOD, session, &s), ERR_FORBIDDEN);
	assert_string_equal(test_err.message, "name or password are not right");
	fails(session_begin_for(hub, db, bee.uid, S("oidc"), S(""), S(""), arena, session, &s, &test_err), ERR_FORBIDDEN);
	fails(account_check_password(db, bee.uid, GOOD, &test_err), ERR_FORBIDDEN);
	assert_int_equal(member_role(db, HUB, bee.uid), MEMBER_NONE);
	ok(account_edit(hub, &by_operator, bee.uid, &(struct account_edit){.suspended = &no}, &test_err));
	ok(sign_in(S("bee"), GOOD, session, &s));
}

static void accounts_are_listed_by_login_page_by_page(void **state) {
	(void)state;
	person("wasp", MEMBER_NONE);
	person("ant", MEMBER_NONE);
	person("bee", MEMBER_NONE);
	struct account *list;
	size_t n;
	ok(account_list(db, S(""), 2, arena, &list, &n, &test_err));
	assert_int_equal(n, 2);
	assert_str(list[0].login, "ant");
	assert_str(list[1].login, "bee");
	ok(account_list(db, list[1].login, 2, arena, &list, &n, &test_err));
	assert_int_equal(n, 1);
	assert_str(list[0].login, "wasp");
}

static void roles_of_the_hub_become_roles_of_the_viewer(void **state) {
	(void)state;
	const struct {
		enum member_role role;
		unsigned has;
	} expected[] = {{MEMBER_GUEST, ROLE_GUEST}, {MEMBER_MEMBER, ROLE_MEMBER}, {MEMBER_ADJUDICATOR, ROLE_MEMBER | ROLE_ADJUDICATOR},
		{MEMBER_COORDINATOR, ROLE_MEMBER | ROLE_COORDINATOR}, {MEMBER_OWNER, ROLE_MEMBER | ROLE_ADMINISTRATOR}, {MEMBER_NONE, 0}};
	for (size_t i = 0; i < lengthof(expected); i++) {
		struct account a = {.uid = S("U-7KQ2-M9XD"), .hub_roles = expected[i].role ? 1u << expected[i].role : 0};
		struct viewer v = account_viewer(&a);
		assert_int_equal(v.roles, expected[i].has | ROLE_ANYONE);
		assert_true(str_eq(v.name, a.uid));
	}
	assert_int_equal(member_role_of(S("coordinator")), MEMBER_COORDINATOR);
	assert_int_equal(member_role_of(S("")), MEMBER_NONE);
	assert_int_equal(member_role_of(S("king")), MEMBER_NONE);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		account_test(an_account_is_found_by_uid_login_and_address_in_any_case),
		account_test(login_and_address_belong_to_one_account_alone),
		account_test(what_can_be_no_login_address_or_name_is_refused_at_its_place),
		account_test(only_administrators_make_accounts),
		account_test(weak_passwords_are_refused_and_sentences_taken),
		account_test(a_password_is_right_however_its_letters_were_composed),
		account_test(an_unknown_account_costs_the_same_hash),
		account_test(a_new_password_ends_the_other_sessions),
		account_test(a_person_changes_their_own_account_and_an_administrator_anybodys),
		account_test(a_suspended_account_can_do_nothing_and_comes_back),
		account_test(accounts_are_listed_by_login_page_by_page),
		account_test(roles_of_the_hub_become_roles_of_the_viewer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
