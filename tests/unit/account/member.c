/* Memberships, invitations and resets: who may give them, and that a code does one thing once. */
#include "test_account.h"

#include <pthread.h>

#include "hub/account/identity.h"

static struct account owner, bee, wasp;
static struct str hive;

static int start(void **state) {
	if (start_accounts(state)) return -1;
	owner = person("owner", MEMBER_OWNER);
	bee = person("bee", MEMBER_MEMBER);
	wasp = person("wasp", MEMBER_MEMBER);
	hive = create_public("organization", "{'name': 'Hive', 'type': 'company'}");
	return 0;
}
#define member_test(fn) cmocka_unit_test_setup_teardown(fn, start, end_accounts)

static enum err_code set(struct by by, struct str organization, struct account who, enum member_role role) {
	return member_set(hub, db, &by, organization, who.uid, role, &test_err);
}

/* ---- memberships ---- */

static void the_hub_keeps_an_owner_who_can_sign_in(void **state) {
	(void)state;
	bool yes = true;
	fails(set(by_operator, HUB, owner, MEMBER_MEMBER), ERR_CONFLICT);
	fails(set(by_operator, HUB, owner, MEMBER_NONE), ERR_CONFLICT);
	fails(set(as_person(owner), HUB, owner, MEMBER_NONE), ERR_CONFLICT);
	fails(account_edit(hub, &by_operator, owner.uid, &(struct account_edit){.suspended = &yes}, &test_err), ERR_CONFLICT);
	assert_int_equal(member_role(db, HUB, owner.uid), MEMBER_OWNER);
	assert_false(again(owner.uid).suspended);
	ok(set(as_person(owner), HUB, bee, MEMBER_OWNER));
	ok(account_edit(hub, &by_operator, owner.uid, &(struct account_edit){.suspended = &yes}, &test_err));
	fails(set(by_operator, HUB, bee, MEMBER_COORDINATOR), ERR_CONFLICT); /* the other is suspended */
}

static void roles_of_the_hub_are_given_by_its_owners(void **state) {
	(void)state;
	ok(set(as_person(owner), HUB, bee, MEMBER_COORDINATOR));
	assert_int_equal(again(bee.uid).hub_roles, 1u << MEMBER_COORDINATOR);
	fails(set(as_person(again(bee.uid)), HUB, wasp, MEMBER_COORDINATOR), ERR_FORBIDDEN);
	fails(set(as_person(bee), HUB, bee, MEMBER_OWNER), ERR_FORBIDDEN);
	fails(set((struct by){.actor = S(""), .address = S("")}, HUB, wasp, MEMBER_OWNER), ERR_FORBIDDEN);
	assert_int_equal(audited(bee.uid, "member.set"), 2);
	struct account nobody = {.uid = S("U-0000-0000")};
	fails(set(by_operator, HUB, nobody, MEMBER_MEMBER), ERR_NOT_FOUND);
}

static void memberships_of_an_organization_are_given_by_its_owners_and_coordinators(void **state) {
	(void)state;
	fails(set(as_person(bee), hive, bee, MEMBER_OWNER), ERR_FORBIDDEN);
	ok(set(as_person(owner), hive, bee, MEMBER_OWNER));
	ok(set(as_person(bee), hive, wasp, MEMBER_MEMBER));
	fails(set(as_person(wasp), hive, owner, MEMBER_MEMBER), ERR_FORBIDDEN);
	ok(set(as_person(bee), hive, wasp, MEMBER_COORDINATOR));
	fails(set(as_person(wasp), hive, owner, MEMBER_MEMBER), ERR_FORBIDDEN); /* the organization's, not the hub's */
	ok(set(as_person(owner), HUB, wasp, MEMBER_COORDINATOR));
	ok(set(as_person(wasp), hive, owner, MEMBER_MEMBER));
	fails(set(by_operator, hive, bee, MEMBER_ADJUDICATOR), ERR_INVALID);
	fails(set(by_operator, S("R-0000-0000"), bee, MEMBER_MEMBER), ERR_NOT_FOUND);
	fails(set(by_operator, create_public("note", "{'title': 'x'}"), bee, MEMBER_MEMBER), ERR_NOT_FOUND);
	ok(set(as_person(again(bee.uid)), hive, bee, MEMBER_NONE)); /* everybody may leave */
	assert_int_equal(member_role(db, hive, bee.uid), MEMBER_NONE);
}

static void memberships_are_listed_from_both_ends(void **state) {
	(void)state;
	struct membership *list;
	size_t n;
	ok(set(by_operator, hive, wasp, MEMBER_MEMBER));
	ok(set(by_operator, hive, bee, MEMBER_OWNER));
	ok(member_list(db, hive, arena, &list, &n, &test_err));
	assert_int_equal(n, 2);
	assert_str(list[0].login, "bee");
	assert_int_equal(list[0].role, MEMBER_OWNER);
	assert_str(list[0].organization_name, "Hive");
	assert_str(list[1].name, "Name of wasp");
	ok(member_of(db, bee.uid, arena, &list, &n, &test_err));
	assert_int_equal(n, 2);
	assert_str(list[0].organization, "");
	assert_true(str_eq(list[1].organization, hive));
	ok(member_list(db, HUB, arena, &list, &n, &test_err));
	assert_int_equal(n, 3);
}

/* ---- invitations ---- */

static char code[CODE_TEXT];
static const struct account_new jan = {.login = S_INIT("jan"), .name = S_INIT("Jan Steen"), .email = S_INIT("other@example.org"),
	.password = S_INIT("storks on the chimney"), .role = MEMBER_OWNER};

static enum err_code invite(struct by by, struct str organization, enum member_role role) {
	return invitation_create(hub, db, &by, S("jan@example.org"), organization, role, arena, code, &test_err);
}
static enum err_code accept_new(struct account *out) {
	return invitation_accept_new(hub, str_of(code), &jan, S("192.0.2.9"), arena, out, &test_err);
}

static void an_invitation_makes_an_account_with_its_own_address_and_role(void **state) {
	(void)state;
	struct invitation v;
	struct account made;
	ok(invite(as_person(owner), HUB, MEMBER_COORDINATOR));
	ok(invitation_find(db, str_of(code), arena, &v, &test_err));
	assert_str(v.email, "jan@example.org");
	assert_str(v.inviter, "Name of owner");
	assert_int_equal(v.role, MEMBER_COORDINATOR);
	assert_int_equal(v.expires, clock_now + INVITATION_LASTS);
	ok(accept_new(&made));
	assert_str(made.email, "jan@example.org"); /* not what the form said */
	assert_int_equal(made.hub_roles, 1u << MEMBER_COORDINATOR);
	assert_int_equal(audited(made.uid, "invitation.accept"), 1);
	fails(accept_new(&made), ERR_NOT_FOUND);
	fails(invitation_find(db, str_of(code), arena, &v, &test_err), ERR_NOT_FOUND);
	char token[SESSION_TOKEN];
	struct session s;
	ok(sign_in(S("jan"), jan.password, token, &s));
}

static void whoever_is_invited_by_an_organization_is_a_guest_of_the_hub(void **state) {
	(void)state;
	struct account made;
	ok(set(by_operator, hive, bee, MEMBER_OWNER));
	fails(invite(as_person(bee), HUB, MEMBER_MEMBER), ERR_FORBIDDEN);
	fails(invite(as_person(wasp), hive, MEMBER_MEMBER), ERR_FORBIDDEN);
	fails(invite(as_person(bee), hive, MEMBER_ADJUDICATOR), ERR_INVALID);
	fails(invite(as_person(bee), hive, MEMBER_NONE), ERR_INVALID);
	ok(invite(as_person(bee), hive, MEMBER_MEMBER));
	ok(accept_new(&made));
	assert_int_equal(made.hub_roles, 1u << MEMBER_GUEST);
	assert_int_equal(member_role(db, hive, made.uid), MEMBER_MEMBER);
}

static void somebody_signed_in_accepts_and_keeps_what_is_more(void **state) {
	(void)state;
	ok(invite(by_operator, HUB, MEMBER_GUEST));
	struct by bees = as_person(bee), nobody = {.actor = S(""), .address = S("")};
	fails(invitation_accept(hub, str_of(code), &nobody, &test_err), ERR_FORBIDDEN);
	ok(invitation_accept(hub, str_of(code), &bees, &test_err));
	assert_int_equal(member_role(db, HUB, bee.uid), MEMBER_MEMBER);
	fails(invitation_accept(hub, str_of(code), &bees, &test_err), ERR_NOT_FOUND);
	ok(invite(by_operator, HUB, MEMBER_COORDINATOR));
	ok(invitation_accept(hub, str_of(code), &bees, &test_err));
	assert_int_equal(member_role(db, HUB, bee.uid), MEMBER_COORDINATOR);
}

static void an_invitation_is_over_after_two_weeks_when_revoked_and_when_its_inviter_has_gone(void **state) {
	(void)state;
	struct invitation *list;
	size_t n;
	struct account made;
	ok(invite(by_operator, HUB, MEMBER_MEMBER));
	clock_now += INVITATION_LASTS;
	fails(accept_new(&made), ERR_NOT_FOUND);
	ok(set(by_operator, hive, bee, MEMBER_OWNER));
	ok(invite(as_person(bee), hive, MEMBER_MEMBER));
	ok(invitation_list(db, hive, arena, &list, &n, &test_err));
	assert_int_equal(n, 1);
	struct by wasps = as_person(wasp), bees = as_person(bee);
	fails(invitation_revoke(hub, db, &wasps, list[0].id, &test_err), ERR_NOT_FOUND);
	ok(invitation_revoke(hub, db, &bees, list[0].id, &test_err));
	fails(accept_new(&made), ERR_NOT_FOUND);
	ok(invite(as_person(bee), hive, MEMBER_MEMBER));
	ok(set(by_operator, hive, bee, MEMBER_MEMBER)); /* who may not invite any more */
	fails(accept_new(&made), ERR_NOT_FOUND);
	assert_int_equal(sql_number("SELECT count(*) FROM account"), 3);
}

static void a_form_that_is_wrong_does_not_use_an_invitation_up(void **state) {
	(void)state;
	struct account made;
	struct account_new n = jan;
	ok(invite(by_operator, HUB, MEMBER_MEMBER));
	n.login = S("bee");
	fails(invitation_accept_new(hub, str_of(code), &n, S(""), arena, &made, &test_err), ERR_EXISTS);
	n.login = S("jan");
	n.password = S("");
	fails(invitation_accept_new(hub, str_of(code), &n, S(""), arena, &made, &test_err), ERR_INVALID);
	assert_string_equal(test_err.where, "password");
	ok(accept_new(&made));
}

struct racing {
	struct str login;
	enum err_code code;
};

static void *race(void *arg) {
	struct racing *r = arg;
	struct account_new n = jan;
	struct account made;
	struct err e = {0};
	autoarena struct arena *a = arena_new(1 << 20);
	n.login = r->login;
	r->code = invitation_accept_new(hub, str_of(code), &n, S(""), a, &made, &e);
	return NULL;
}

static void of_two_who_use_a_code_at_once_one_gets_in(void **state) {
	(void)state;
	for (int round = 0; round < 3; round++) {
		struct racing r[2] = {{arena_fmt(arena, "one%d", round), ERR_OK}, {arena_fmt(arena, "two%d", round), ERR_OK}};
		pthread_t threads[2];
		ok(invitation_create(hub, db, &by_operator, arena_fmt(arena, "r%d@example.org", round), HUB, MEMBER_MEMBER, arena, code, &test_err));
		for (int i = 0; i < 2; i++) assert_int_equal(pthread_create(&threads[i], NULL, race, &r[i]), 0);
		for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
		assert_true((r[0].code == ERR_OK && r[1].code == ERR_NOT_FOUND) || (r[1].code == ERR_OK && r[0].code == ERR_NOT_FOUND));
	}
	assert_int_equal(sql_number("SELECT count(*) FROM account"), 6);
}

/* ---- resets ---- */

static void a_reset_says_the_same_whoever_asks(void **state) {
	(void)state;
	ok(reset_request(hub, S("bee@example.org"), S("192.0.2.1"), &test_err));
	ok(reset_request(hub, S("nobody@example.org"), S("192.0.2.1"), &test_err));
	ok(reset_request(hub, S("nonsense"), S("192.0.2.1"), &test_err));
	assert_int_equal(sql_number("SELECT count(*) FROM audit WHERE action = 'reset.request'"), 3);
	assert_int_equal(audited(bee.uid, "reset.request"), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM code"), 0); /* a hub without mail can't send one */
}

static void three_resets_an_hour_for_an_address_and_twenty_from_one(void **state) {
	(void)state;
	for (int i = 0; i < 3; i++) ok(reset_request(hub, S("bee@example.org"), arena_fmt(arena, "192.0.2.%d", i), &test_err));
	fails(reset_request(hub, S("BEE@example.org "), S("192.0.2.99"), &test_err), ERR_BUSY);
	for (int i = 0; i < 20; i++) ok(reset_request(hub, arena_fmt(arena, "x%d@example.org", i), S("192.0.2.77"), &test_err));
	fails(reset_request(hub, S("y@example.org"), S("192.0.2.77"), &test_err), ERR_BUSY);
}

static void a_code_sets_a_password_once_and_ends_all_sessions(void **state) {
	(void)state;
	char reset[CODE_TEXT], other[CODE_TEXT], token[SESSION_TOKEN];
	struct session s;
	struct account found;
	struct by bees = as_person(bee);
	fails(reset_create(hub, &bees, bee.uid, reset, &test_err), ERR_FORBIDDEN);
	ok(reset_create(hub, &by_operator, bee.uid, reset, &test_err));
	ok(reset_create(hub, &by_operator, bee.uid, other, &test_err));
	ok(sign_in(S("bee"), GOOD, token, &s));
	ok(reset_find(db, str_of(reset), arena, &found, &test_err));
	assert_str(found.login, "bee");
	fails(reset_use(hub, str_of(reset), S("password123"), S("192.0.2.1"), &test_err), ERR_INVALID);
	ok(reset_use(hub, str_of(reset), S("storks on the chimney"), S("192.0.2.1"), &test_err));
	assert_false(is_session(str_of(token)));
	fails(reset_use(hub, str_of(reset), S("cows in the meadow"), S("192.0.2.1"), &test_err), ERR_NOT_FOUND);
	fails(reset_use(hub, str_of(other), S("cows in the meadow"), S("192.0.2.1"), &test_err), ERR_NOT_FOUND); /* all that were asked for */
	fails(sign_in(S("bee"), GOOD, token, &s), ERR_FORBIDDEN);
	ok(sign_in(S("bee"), S("storks on the chimney"), token, &s));
	ok(reset_create(hub, &by_operator, bee.uid, reset, &test_err));
	bool yes = true;
	ok(account_edit(hub, &by_operator, bee.uid, &(struct account_edit){.suspended = &yes}, &test_err));
	fails(reset_find(db, str_of(reset), arena, &found, &test_err), ERR_NOT_FOUND);
	fails(reset_create(hub, &by_operator, bee.uid, reset, &test_err), ERR_CONFLICT);
}

static void an_invitation_is_no_reset_and_a_reset_no_invitation(void **state) {
	(void)state;
	char reset[CODE_TEXT];
	struct account found;
	struct invitation v;
	ok(invite(by_operator, HUB, MEMBER_MEMBER));
	ok(reset_create(hub, &by_operator, bee.uid, reset, &test_err));
	fails(reset_find(db, str_of(code), arena, &found, &test_err), ERR_NOT_FOUND);
	fails(invitation_find(db, str_of(reset), arena, &v, &test_err), ERR_NOT_FOUND);
	fails(reset_use(hub, str_of(code), S("storks on the chimney"), S(""), &test_err), ERR_NOT_FOUND);
}

/* ---- identities ---- */

static void an_identity_is_one_accounts(void **state) {
	(void)state;
	struct account found;
	struct identity *list;
	size_t n;
	struct str issuer = S("https://id.example.org");
	struct by bees = as_person(bee), wasps = as_person(wasp);
	fails(identity_find(db, issuer, S("123"), arena, &found, &test_err), ERR_NOT_FOUND);
	fails(identity_link(hub, &wasps, bee.uid, issuer, S("123"), &test_err), ERR_FORBIDDEN);
	fails(identity_link(hub, &bees, bee.uid, issuer, S(""), &test_err), ERR_INVALID);
	ok(identity_link(hub, &bees, bee.uid, issuer, S("123"), &test_err));
	ok(identity_link(hub, &bees, bee.uid, issuer, S("123"), &test_err));
	fails(identity_link(hub, &wasps, wasp.uid, issuer, S("123"), &test_err), ERR_EXISTS);
	ok(identity_find(db, issuer, S("123"), arena, &found, &test_err));
	assert_true(str_eq(found.uid, bee.uid));
	fails(identity_find(db, S("https://other.example.org"), S("123"), arena, &found, &test_err), ERR_NOT_FOUND);
	ok(identity_list(db, bee.uid, arena, &list, &n, &test_err));
	assert_int_equal(n, 1);
	fails(identity_unlink(hub, &wasps, bee.uid, issuer, S("123"), &test_err), ERR_FORBIDDEN);
	ok(identity_unlink(hub, &bees, bee.uid, issuer, S("123"), &test_err));
	fails(identity_unlink(hub, &bees, bee.uid, issuer, S("123"), &test_err), ERR_NOT_FOUND);
	assert_int_equal(audited(bee.uid, "identity.link"), 1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		member_test(the_hub_keeps_an_owner_who_can_sign_in),
		member_test(roles_of_the_hub_are_given_by_its_owners),
		member_test(memberships_of_an_organization_are_given_by_its_owners_and_coordinators),
		member_test(memberships_are_listed_from_both_ends),
		member_test(an_invitation_makes_an_account_with_its_own_address_and_role),
		member_test(whoever_is_invited_by_an_organization_is_a_guest_of_the_hub),
		member_test(somebody_signed_in_accepts_and_keeps_what_is_more),
		member_test(an_invitation_is_over_after_two_weeks_when_revoked_and_when_its_inviter_has_gone),
		member_test(a_form_that_is_wrong_does_not_use_an_invitation_up),
		member_test(of_two_who_use_a_code_at_once_one_gets_in),
		member_test(a_reset_says_the_same_whoever_asks),
		member_test(three_resets_an_hour_for_an_address_and_twenty_from_one),
		member_test(a_code_sets_a_password_once_and_ends_all_sessions),
		member_test(an_invitation_is_no_reset_and_a_reset_no_invitation),
		member_test(an_identity_is_one_accounts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
