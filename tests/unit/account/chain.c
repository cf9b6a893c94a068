/* From a report to a case, along the supply chain. */
#include "test_account.h"

#include "hub/case_open.h"
#include "hub/room.h"

static struct account coordinator, finder, second;
static struct str developer, base_developer, data_provider, host, deployer, derivative_developer, model;

static struct viewer viewing(struct account a) {
	a = again(a.uid);
	return account_viewer(&a);
}
static struct actor acting_as(struct account a) {
	struct viewer v = viewing(a);
	return (struct actor){v.name, v.roles};
}
static struct str organization(const char *name) {
	return create_public("organization", arena_fmt(arena, "{'name': '%s', 'type': 'company'}", name).p);
}
static struct str system_of(const char *name) {
	return create_public("system", arena_fmt(arena, "{'name': '%s', 'type': 'model'}", name).p);
}

static int start(void **state) {
	if (start_accounts(state)) return -1;
	coordinator = person("coordinator", MEMBER_COORDINATOR);
	finder = person("finder", MEMBER_MEMBER);
	second = person("second", MEMBER_MEMBER);
	developer = organization("Developer");
	base_developer = organization("Base developer");
	data_provider = organization("Data provider");
	host = organization("Host");
	deployer = organization("Deployer");
	derivative_developer = organization("Derivative developer");
	model = system_of("Model");
	struct str base = system_of("Base"), data = system_of("Data"), derivative = system_of("Derivative");
	ok(link_to(model, "developed-by", developer));
	ok(link_to(model, "adapted-from", base));
	ok(link_to(base, "developed-by", base_developer));
	ok(link_to(base, "trained-on", data));
	ok(link_to(data, "developed-by", data_provider));
	ok(link_to(model, "hosted-by", host));
	ok(link_to(model, "deployed-by", deployer));
	ok(link_to(derivative, "built-on", model));
	ok(link_to(derivative, "developed-by", derivative_developer));
	return 0;
}
#define chain_test(fn) cmocka_unit_test_setup_teardown(fn, start, end_accounts)

static struct str report_by(struct account a, const char *more) {
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = acting_as(a), .kind = S("report"),
		.body = json(arena_fmt(arena, "{'title': 'It leaks', 'proof_of_concept': 'the-proof'%s}", more).p)}));
	struct str uid = arena_str(arena, str_of(result.uid));
	ok(link_to(uid, "affects", model));
	return uid;
}
static struct str open_case(struct str report) {
	struct actor a = acting_as(coordinator);
	ok(case_open(hub, db, &a, report, S(""), &result, &test_err));
	return arena_str(arena, str_of(result.uid));
}
static struct room room_of(struct account a, struct str a_case) {
	struct room room;
	struct disclosing d = as(viewing(a));
	struct disclosed r = shown_to(d.viewer, a_case);
	ok(disclose_room(&d, &r, &room, &test_err));
	return room;
}
static const struct room_participant *named(const struct room *room, const char *name) {
	for (size_t i = 0; i < room->participants_n; i++)
		if (str_is(room->participants[i].name, name)) return &room->participants[i];
	return NULL;
}
static void proposed(const struct room *room, const char *name, const char *part, const char *duty) {
	const struct room_participant *p = named(room, name);
	assert_non_null(p);
	assert_str(p->access, "proposed");
	assert_str(p->part, part);
	assert_str(p->duty, duty);
}

static void a_report_on_a_derivative_proposes_everybody_along_the_chain(void **state) {
	(void)state;
	struct room room = room_of(coordinator, open_case(report_by(finder, "")));
	assert_int_equal(room.participants_n, 7);
	proposed(&room, "Developer", "developer", "responsible");
	proposed(&room, "Base developer", "base-model-developer", "consulted");
	proposed(&room, "Data provider", "dataset-provider", "consulted");
	proposed(&room, "Host", "hosting-platform", "consulted");
	proposed(&room, "Deployer", "deployer", "informed");
	proposed(&room, "Derivative developer", "downstream-developer", "informed");
	assert_str(named(&room, "Host")->reason, "hosts Model");
	assert_str(named(&room, "Name of finder")->part, "reporter");
	assert_str(named(&room, "Name of finder")->access, "in");
}

static void whoever_is_only_proposed_knows_nothing(void **state) {
	(void)state;
	struct str a_case = open_case(report_by(finder, ""));
	struct account insider = person("insider", MEMBER_MEMBER);
	ok(member_set(hub, db, &by_operator, developer, insider.uid, MEMBER_OWNER, &test_err));
	assert_false(is_shown(viewing(insider), a_case));
	struct room room = room_of(finder, a_case);
	assert_int_equal(room.participants_n, 1);
}

static void whom_the_finder_does_not_want_told_is_not_proposed(void **state) {
	(void)state;
	struct room room = room_of(coordinator, open_case(report_by(finder, ", 'disclosure': {'intent': 'no', 'not_recipients': ['host']}")));
	assert_null(named(&room, "Host"));
	assert_non_null(named(&room, "Developer"));
}

static void the_finders_wish_for_an_embargo_is_proposed_in_their_name(void **state) {
	(void)state;
	struct str until = moment_str(arena, clock_now + 30 * DAY);
	struct str a_case = open_case(report_by(finder,
		arena_fmt(arena, ", 'disclosure': {'intent': 'yes', 'embargo_wanted': true, 'embargo_until': '%.*s', 'time_zone': 'Europe/Paris'}", STR_ARG(until)).p));
	struct room room = room_of(finder, a_case);
	assert_int_equal(room.embargo, 'P');
	assert_int_equal(room.proposals[0].until, clock_now + 30 * DAY);
	assert_str(room.proposals[0].zone, "Europe/Paris");
	assert_str(room.participants[0].consent, "signatory");
}

static void a_report_has_one_case(void **state) {
	(void)state;
	struct str report = report_by(finder, ""), first = open_case(report);
	assert_true(str_eq(open_case(report), first));
	assert_false(result.changed);
	struct actor a = acting_as(finder);
	fails(case_open(hub, db, &a, report, S(""), &result, &test_err), ERR_FORBIDDEN);
	a = acting_as(coordinator);
	fails(case_open(hub, db, &a, model, S(""), &result, &test_err), ERR_INVALID);
}

static void a_second_finder_joins_with_a_report_of_their_own(void **state) {
	(void)state;
	struct str one = report_by(finder, ""), two = report_by(second, ""), a_case = open_case(one);
	struct account insider = person("insider", MEMBER_MEMBER);
	struct actor a = acting_as(coordinator);
	ok(member_set(hub, db, &by_operator, developer, insider.uid, MEMBER_OWNER, &test_err));
	ok(apply((struct change){.op = CHANGE_ACT, .actor = a, .record = a_case, .act = S("participant.ask"),
		.args = json(arena_fmt(arena, "{'subject': '%.*s', 'part': 'developer'}", STR_ARG(developer)).p)}));
	ok(case_join(hub, db, &a, two, a_case, &result, &test_err));
	struct room room = room_of(insider, a_case);
	assert_non_null(named(&room, "Finder"));
	assert_non_null(named(&room, "Finder 2"));
	assert_true(is_shown(viewing(insider), one) && is_shown(viewing(insider), two));
	/* Finders read no report but their own. */
	assert_true(is_shown(viewing(second), two) && !is_shown(viewing(second), one));
	assert_true(is_shown(viewing(finder), one) && !is_shown(viewing(finder), two));
	fails(case_join(hub, db, &a, two, open_case(report_by(finder, "")), &result, &test_err), ERR_CONFLICT);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		chain_test(a_report_on_a_derivative_proposes_everybody_along_the_chain), chain_test(whoever_is_only_proposed_knows_nothing),
		chain_test(whom_the_finder_does_not_want_told_is_not_proposed), chain_test(the_finders_wish_for_an_embargo_is_proposed_in_their_name),
		chain_test(a_report_has_one_case), chain_test(a_second_finder_joins_with_a_report_of_their_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
