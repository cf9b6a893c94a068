/* What the tests of cases share: people, organizations, and a case that handles a report and affects a system. */
#pragma once
#include "test_account.h"

#include "hub/account/notice.h"
#include "hub/message.h"
#include "hub/room.h"

static struct account coordinator, maker, host, finder, stranger;
static struct str makers, hosts, a_case, a_report, a_system;

static inline struct viewer viewing(struct account a) {
	a = again(a.uid);
	return account_viewer(&a);
}
static inline struct actor acting_as(struct account a) {
	struct viewer v = viewing(a);
	return (struct actor){v.name, v.roles};
}
static inline struct str moment_in(moment later) { return moment_str(arena, clock_now + later); }

/* args: JSON in which ' stands for ". */
static inline enum err_code act(struct account by, const char *name, const char *args) {
	return apply((struct change){.op = CHANGE_ACT, .actor = acting_as(by), .record = a_case, .act = str_of(name), .args = json(args)});
}
static inline enum err_code ask(struct str who, const char *part) {
	return act(coordinator, "participant.ask", arena_fmt(arena, "{'subject': '%.*s', 'part': '%s'}", STR_ARG(who), part).p);
}
static inline enum err_code propose(struct account by, moment later) {
	struct str until = moment_in(later);
	return act(by, "embargo.propose",
		arena_fmt(arena, "{'until': '%.*s', 'time_zone': 'Europe/Amsterdam', 'reason': 'a fix takes time', 'terms': 'TLP:AMBER'}", STR_ARG(until)).p);
}
static inline struct room room_of(struct account a) {
	struct room room;
	struct disclosing d = as(viewing(a));
	struct disclosed r = shown_to(d.viewer, a_case);
	ok(disclose_room(&d, &r, &room, &test_err));
	return room;
}
static inline const struct room_participant *participant(const struct room *room, const char *name) {
	for (size_t i = 0; i < room->participants_n; i++)
		if (str_is(room->participants[i].name, name)) return &room->participants[i];
	return NULL;
}
static inline bool sees(struct account a) { return is_shown(viewing(a), a_case); }

static inline int start_case(void **state) {
	if (start_accounts(state)) return -1;
	coordinator = person("coordinator", MEMBER_COORDINATOR);
	maker = person("maker", MEMBER_MEMBER);
	host = person("host", MEMBER_MEMBER);
	finder = person("finder", MEMBER_MEMBER);
	stranger = person("stranger", MEMBER_MEMBER);
	makers = create_public("organization", "{'name': 'Makers', 'type': 'company'}");
	hosts = create_public("organization", "{'name': 'Hosts', 'type': 'company'}");
	ok(member_set(hub, db, &by_operator, makers, maker.uid, MEMBER_MEMBER, &test_err));
	ok(member_set(hub, db, &by_operator, hosts, host.uid, MEMBER_OWNER, &test_err));
	a_system = create_public("system", "{'name': 'Model', 'type': 'model'}");
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = acting_as(finder), .kind = S("report"),
		.body = json("{'title': 'It leaks', 'proof_of_concept': 'the-proof'}")}));
	a_report = arena_str(arena, str_of(result.uid));
	a_case = create("case", "{'title': 'A case', 'analysis': 'the-analysis'}");
	ok(link_to(a_case, "handles", a_report));
	ok(link_to(a_case, "affects", a_system));
	return 0;
}
#define case_test(fn) cmocka_unit_test_setup_teardown(fn, start_case, end_accounts)
