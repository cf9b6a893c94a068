/* Who has a role on a record by themselves or by an organization, and who is told when it changes. */
#include "test_account.h"

#include "hub/account/notice.h"

static struct account bee, wasp, ant, fly;
static struct str organization;

static struct actor actor_of(struct account a) {
	a = again(a.uid);
	struct viewer v = account_viewer(&a);
	return (struct actor){v.name, v.roles};
}
static struct viewer viewing(struct account a) {
	a = again(a.uid);
	return account_viewer(&a);
}
static void join(struct account a, enum member_role role) {
	ok(member_set(hub, db, &by_operator, organization, a.uid, role, &test_err));
}

/* bee owns the organization, wasp is a member, ant a guest of it; fly has nothing to do with it. */
static int start(void **state) {
	if (start_accounts(state)) return -1;
	bee = person("bee", MEMBER_MEMBER);
	wasp = person("wasp", MEMBER_MEMBER);
	ant = person("ant", MEMBER_GUEST);
	fly = person("fly", MEMBER_MEMBER);
	organization = create("organization", "{'name': 'Hive', 'type': 'company'}");
	join(bee, MEMBER_OWNER);
	join(wasp, MEMBER_MEMBER);
	join(ant, MEMBER_GUEST);
	return 0;
}
#define party_test(fn) cmocka_unit_test_setup_teardown(fn, start, end_accounts)

static struct str note_by(struct account a, struct str on_behalf) {
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = actor_of(a), .kind = S("note"), .organization = on_behalf,
		.body = json("{'title': 'A note', 'secret': 'the-secret', 'panel': 'for-the-panel'}")}));
	return arena_str(arena, str_of(result.uid));
}
static enum err_code invite(struct account by, struct str record, struct str subject, const char *role) {
	return apply((struct change){.op = CHANGE_INVITE, .actor = actor_of(by), .record = record, .subject = subject, .role = str_of(role)});
}
static enum err_code dismiss(struct account by, struct str record, struct str subject) {
	return apply((struct change){.op = CHANGE_DISMISS, .actor = actor_of(by), .record = record, .subject = subject});
}
static enum err_code revise_by(struct account by, struct str record, const char *body) {
	return apply((struct change){.op = CHANGE_REVISE, .actor = actor_of(by), .record = record, .body = json(body)});
}
static enum err_code comment(struct account by, struct str record, unsigned audiences) {
	return apply((struct change){.op = CHANGE_COMMENT, .actor = actor_of(by), .record = record, .reason = S("words"), .audiences = audiences});
}
static unsigned audiences(struct account a, struct str record) {
	return is_shown(viewing(a), record) ? shown_to(viewing(a), record).audiences : 0;
}
static size_t notices(struct account a) {
	struct disclosing d = as(viewing(a));
	struct notice *list;
	size_t n;
	int64_t next;
	ok(notice_list(&d, &(struct notice_request){.before = 0, .limit = 100, .sort = NOTICE_SORTS}, &list, &n, &next, &test_err));
	return n;
}
static int64_t unread(struct account a) {
	int64_t n;
	ok(notice_unread(db, a.uid, &n, &test_err));
	return n;
}
static size_t parties(struct viewer v, struct str record, struct disclosed_party **out) {
	struct disclosing d = as(v);
	struct disclosed r = shown_to(v, record);
	size_t n;
	ok(disclose_parties(&d, &r, out, &n, &test_err));
	return n;
}

/* ---- roles ---- */

static void whoever_makes_a_record_owns_it_and_strangers_see_nothing(void **state) {
	(void)state;
	struct str id = note_by(bee, S(""));
	assert_int_equal(audiences(bee, id), OWNER | PARTIES | PUBLIC);
	assert_int_equal(audiences(wasp, id), 0);
	assert_false(is_shown(viewer_public, id));
	fails(revise_by(fly, id, "{'title': 'x'}"), ERR_NOT_FOUND);
}

static void what_is_made_on_behalf_of_an_organization_is_its_members(void **state) {
	(void)state;
	struct str id = note_by(wasp, organization);
	assert_int_equal(audiences(bee, id), OWNER | PARTIES | PUBLIC);
	ok(revise_by(bee, id, "{'title': 'B', 'secret': 's'}"));
	/* a guest is a party and no more */
	assert_int_equal(audiences(ant, id), PARTIES | PUBLIC);
	fails(revise_by(ant, id, "{'title': 'C'}"), ERR_FORBIDDEN);
	ok(comment(ant, id, PARTIES));
	assert_int_equal(audiences(fly, id), 0);
	/* who leaves sees nothing any more */
	join(bee, MEMBER_NONE);
	assert_int_equal(audiences(bee, id), 0);
	check_whole();
}

static void only_members_act_on_behalf_of_an_organization(void **state) {
	(void)state;
	struct change c = {.op = CHANGE_CREATE, .kind = S("note"), .body = json("{'title': 'A'}"), .organization = organization};
	c.actor = actor_of(fly);
	fails(apply(c), ERR_FORBIDDEN);
	c.actor = actor_of(ant);
	c.actor.roles |= ROLE_MEMBER;
	fails(apply(c), ERR_FORBIDDEN); /* a guest of it */
	c.actor = actor_of(wasp);
	c.organization = S("R-0000-0000");
	fails(apply(c), ERR_FORBIDDEN);
	assert_int_equal(sql_number("SELECT count(*) FROM record WHERE kind = 'note'"), 0);
	c.organization = organization;
	ok(apply(c));
	c.actor = actor_operator;
	ok(apply(c));
}

static void an_organizations_page_is_its_owners(void **state) {
	(void)state;
	assert_int_equal(audiences(bee, organization), OWNER | PARTIES | PUBLIC);
	ok(revise_by(bee, organization, "{'name': 'Hive 2', 'type': 'company'}"));
	fails(revise_by(wasp, organization, "{'name': 'Nest', 'type': 'company'}"), ERR_FORBIDDEN);
	assert_int_equal(audiences(ant, organization), PARTIES | PUBLIC);
	assert_int_equal(audiences(fly, organization), 0);
}

static void nobody_in_particular_owns_nothing(void **state) {
	(void)state;
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = {S(""), ROLE_MEMBER}, .kind = S("note"), .body = json("{'title': 'A'}")}));
	assert_false(is_shown((struct viewer){S(""), ROLE_ANYONE}, str_of(result.uid)));
	assert_false(is_shown((struct viewer){S(""), ROLE_MEMBER}, str_of(result.uid)));
}

/* ---- inviting ---- */

static void an_invited_person_is_a_party_until_they_are_dismissed(void **state) {
	(void)state;
	struct str id = note_by(bee, S(""));
	fails(invite(fly, id, fly.uid, "party"), ERR_NOT_FOUND);
	ok(invite(bee, id, fly.uid, "party"));
	assert_true(result.changed);
	assert_int_equal(audiences(fly, id), PARTIES | PUBLIC);
	fails(invite(fly, id, wasp.uid, "party"), ERR_FORBIDDEN);
	ok(invite(bee, id, fly.uid, "party"));
	assert_false(result.changed);
	ok(invite(bee, id, fly.uid, "owner"));
	assert_int_equal(audiences(fly, id), OWNER | PARTIES | PUBLIC);
	assert_int_equal(sql_number("SELECT count(*) FROM party"), 1);
	ok(invite(fly, id, wasp.uid, "party")); /* an owner may */
	ok(dismiss(bee, id, fly.uid));
	assert_int_equal(audiences(fly, id), 0);
	fails(dismiss(bee, id, fly.uid), ERR_NOT_FOUND);
	check_whole();
}

static void an_invited_organization_brings_its_members(void **state) {
	(void)state;
	struct str id = note_by(fly, S(""));
	/* fly knows nothing of an organization that is not public */
	fails(invite(fly, id, organization, "party"), ERR_NOT_FOUND);
	ok(apply((struct change){.op = CHANGE_INVITE, .record = id, .subject = organization, .role = S("party")}));
	assert_int_equal(audiences(bee, id), PARTIES | PUBLIC);
	assert_int_equal(audiences(wasp, id), PARTIES | PUBLIC);
	assert_int_equal(audiences(ant, id), PARTIES | PUBLIC);
}

static void what_can_be_no_party_is_refused(void **state) {
	(void)state;
	struct str id = note_by(bee, S("")), other = note_by(bee, S(""));
	fails(invite(bee, id, S("U-0000-0000"), "party"), ERR_NOT_FOUND);
	fails(invite(bee, id, S("bee"), "party"), ERR_NOT_FOUND);
	fails(invite(bee, id, S(""), "party"), ERR_NOT_FOUND);
	fails(invite(bee, id, other, "party"), ERR_INVALID);
	fails(invite(bee, id, fly.uid, "coordinator"), ERR_INVALID);
	fails(invite(bee, id, fly.uid, ""), ERR_INVALID);
	bool yes = true;
	ok(account_edit(hub, &by_operator, fly.uid, &(struct account_edit){.suspended = &yes}, &test_err));
	fails(invite(bee, id, fly.uid, "party"), ERR_NOT_FOUND);
}

static void parties_are_told_to_parties_and_coordinators_alone(void **state) {
	(void)state;
	struct str id = note_by(bee, organization);
	struct disclosed_party *list;
	ok(invite(bee, id, fly.uid, "party"));
	ok(move(id, "publish", ""));
	assert_int_equal(parties(viewing(bee), id, &list), 2);
	assert_true(str_eq(list[0].subject, organization) && list[0].organization);
	assert_str(list[0].role, "owner");
	assert_str(list[0].name, "Hive");
	assert_str(list[1].name, "Name of fly");
	/* fly may not read the organization's page: its name is not told either */
	assert_int_equal(parties(viewing(fly), id, &list), 2);
	assert_true(str_eq(list[0].name, organization));
	assert_int_equal(parties(viewer_operator, id, &list), 2);
	assert_int_equal(parties(viewer_public, id, &list), 0);
	struct account moth = person("moth", MEMBER_MEMBER);
	assert_int_equal(parties(viewing(moth), id, &list), 0);
}

static size_t events_of(struct viewer v, struct str id, const char *type, struct disclosed_event *last) {
	struct disclosing d = as(v);
	struct disclosed r = shown_to(v, id);
	struct disclosed_event *list;
	size_t n, found = 0;
	ok(disclose_history(&d, &r, &list, &n, &test_err));
	for (size_t i = 0; i < n; i++) {
		if (!str_is(list[i].type, type)) continue;
		found++;
		*last = list[i];
	}
	return found;
}

static void inviting_stands_in_the_history_of_those_who_may_know(void **state) {
	(void)state;
	struct str id = note_by(bee, S(""));
	struct disclosed_event v;
	ok(invite(bee, id, fly.uid, "party"));
	ok(dismiss(bee, id, fly.uid));
	ok(move(id, "publish", ""));
	assert_int_equal(events_of(viewing(bee), id, "invited", &v), 1);
	assert_str(v.subject_name, "Name of fly");
	assert_str(v.role, "party");
	assert_int_equal(events_of(viewing(bee), id, "dismissed", &v), 1);
	assert_int_equal(events_of(viewer_public, id, "invited", &v), 0);
	assert_int_equal(events_of(viewer_public, id, "dismissed", &v), 0);
}

/* ---- notices ---- */

static void a_change_is_told_to_owner_and_parties_but_not_to_whoever_made_it(void **state) {
	(void)state;
	struct str id = note_by(bee, organization);
	ok(invite(bee, id, fly.uid, "party"));
	assert_int_equal(notices(fly), 1);
	assert_int_equal(notices(wasp), 0);
	ok(revise_by(wasp, id, "{'title': 'Another title', 'secret': 'the-secret'}"));
	assert_int_equal(notices(bee), 1);
	assert_int_equal(notices(wasp), 0);
	/* title is public: shown to parties; a guest of the organization and the invited person are told */
	assert_int_equal(notices(ant), 1);
	assert_int_equal(notices(fly), 2);
	ok(comment(bee, id, PARTIES | OWNER));
	assert_int_equal(notices(wasp), 1);
	assert_int_equal(notices(fly), 3);
	ok(move(id, "publish", ""));
	assert_int_equal(notices(bee), 2);
	assert_int_equal(notices(fly), 4);
	check_whole();
}

static void nobody_is_told_of_what_they_may_not_see(void **state) {
	(void)state;
	struct str id = note_by(bee, S(""));
	ok(invite(bee, id, fly.uid, "party"));
	int64_t before = unread(fly);
	/* the secret is the owner's: nothing that fly sees changes */
	ok(apply((struct change){.op = CHANGE_REVISE, .record = id, .body = json("{'title': 'A note', 'secret': 'another', 'panel': 'for-the-panel'}")}));
	assert_int_equal(unread(fly), before);
	assert_int_equal(unread(bee), 1);
	/* nor are comments and files for others, nor links that fly may not see */
	ok(comment(bee, id, COORDINATORS));
	ok(apply((struct change){.op = CHANGE_ATTACH, .record = id, .file_name = S("a.txt"), .media_type = S("text/plain"), .bytes = S("abc")}));
	ok(link_to(id, "quiet", organization));
	ok(link_to(id, "about", organization)); /* the relation is public, the organization is not */
	assert_int_equal(unread(fly), before);
	struct str open = create_public("organization", "{'name': 'Open', 'type': 'company'}");
	ok(link_to(id, "about", open));
	assert_int_equal(unread(fly), before + 1);
}

static void a_notice_shows_only_what_may_be_seen_when_it_is_looked_at(void **state) {
	(void)state;
	struct str id = note_by(bee, S(""));
	struct disclosing d;
	struct notice *list;
	size_t n;
	int64_t next;
	ok(invite(bee, id, fly.uid, "party"));
	ok(comment(bee, id, PARTIES));
	d = as(viewing(fly));
	ok(notice_list(&d, &(struct notice_request){.before = 0, .limit = 10, .sort = NOTICE_SORTS}, &list, &n, &next, &test_err));
	assert_int_equal(n, 2);
	assert_str(list[0].event.type, "commented");
	assert_str(list[0].event.reason, "words");
	assert_str(list[0].event.actor, ""); /* as in the history */
	assert_str(list[0].record.headline, "A note");
	assert_false(list[0].read);
	assert_str(list[1].event.type, "invited");
	/* one's own notices, not another's */
	d = as(viewing(wasp));
	ok(notice_list(&d, &(struct notice_request){.before = 0, .limit = 10, .sort = NOTICE_SORTS}, &list, &n, &next, &test_err));
	assert_int_equal(n, 0);
	/* dismissed: what was told before goes too */
	ok(dismiss(bee, id, fly.uid));
	assert_int_equal(notices(fly), 0);
	assert_int_equal(unread(fly), 0);
	/* and who left the organization sees no more of it, though the rows stand */
	struct str theirs = note_by(bee, organization);
	ok(comment(bee, theirs, PARTIES));
	assert_int_equal(notices(wasp), 1);
	join(wasp, MEMBER_NONE);
	assert_int_equal(notices(wasp), 0);
	d = as(viewer_public);
	ok(notice_list(&d, &(struct notice_request){.before = 0, .limit = 10, .sort = NOTICE_SORTS}, &list, &n, &next, &test_err));
	assert_int_equal(n, 0);
}

static void notices_are_read_one_by_one_or_all(void **state) {
	(void)state;
	struct str id = note_by(bee, S(""));
	struct disclosing d = as(viewing(bee));
	struct notice *list;
	size_t n;
	int64_t next;
	ok(invite(bee, id, fly.uid, "party"));
	for (int i = 0; i < 5; i++) ok(comment(fly, id, PARTIES));
	assert_int_equal(unread(bee), 5);
	ok(notice_list(&d, &(struct notice_request){.before = 0, .limit = 3, .sort = NOTICE_SORTS}, &list, &n, &next, &test_err));
	assert_int_equal(n, 3);
	ok(notice_mark_read(hub, bee.uid, list[0].id, &test_err));
	fails(notice_mark_read(hub, fly.uid, list[0].id, &test_err), ERR_NOT_FOUND);
	assert_int_equal(unread(bee), 4);
	ok(notice_list(&d, &(struct notice_request){.before = next, .limit = 3, .sort = NOTICE_SORTS}, &list, &n, &next, &test_err));
	assert_int_equal(n, 2);
	assert_int_equal(next, 0);
	ok(notice_mark_all_read(hub, bee.uid, list[0].id, &test_err));
	assert_int_equal(unread(bee), 2);
	ok(notice_mark_all_read(hub, bee.uid, 0, &test_err));
	assert_int_equal(unread(bee), 0);
	assert_int_equal(notices(bee), 5);
}

static void importers_and_the_operator_tell_nobody_but_those_concerned(void **state) {
	(void)state;
	struct str id = create("note", "{'title': 'Of the operator'}");
	ok(move(id, "publish", ""));
	revise(id, "{'title': 'Changed'}");
	assert_int_equal(sql_number("SELECT count(*) FROM notice"), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		party_test(whoever_makes_a_record_owns_it_and_strangers_see_nothing),
		party_test(what_is_made_on_behalf_of_an_organization_is_its_members),
		party_test(only_members_act_on_behalf_of_an_organization),
		party_test(an_organizations_page_is_its_owners),
		party_test(nobody_in_particular_owns_nothing),
		party_test(an_invited_person_is_a_party_until_they_are_dismissed),
		party_test(an_invited_organization_brings_its_members),
		party_test(what_can_be_no_party_is_refused),
		party_test(parties_are_told_to_parties_and_coordinators_alone),
		party_test(inviting_stands_in_the_history_of_those_who_may_know),
		party_test(a_change_is_told_to_owner_and_parties_but_not_to_whoever_made_it),
		party_test(nobody_is_told_of_what_they_may_not_see),
		party_test(a_notice_shows_only_what_may_be_seen_when_it_is_looked_at),
		party_test(notices_are_read_one_by_one_or_all),
		party_test(importers_and_the_operator_tell_nobody_but_those_concerned),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
