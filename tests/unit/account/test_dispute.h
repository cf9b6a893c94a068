/* What the tests of disputes share: two sides, coordinators, and people with seats. */
#pragma once
#include "test_account.h"
#include "hub/dispute.h"

enum { SEATED = 15 }; /* three of each sector: with one recused and another asked, one is left */
static struct account coordinator, maker, finder, stranger, seated[SEATED];
static struct str makers, a_report, an_advisory, a_dispute __attribute__((unused));

static inline struct viewer viewing(struct account a) {
	a = again(a.uid);
	return account_viewer(&a);
}
static inline struct actor acting_as(struct account a) {
	struct viewer v = viewing(a);
	return (struct actor){v.name, v.roles};
}
static inline struct str created(struct change c) {
	c.op = CHANGE_CREATE;
	ok(apply(c));
	return arena_str(arena, str_of(result.uid));
}
/* args: JSON in which ' stands for ". */
static inline enum err_code act(struct account by, const char *name, const char *args) {
	return apply((struct change){.op = CHANGE_ACT, .actor = acting_as(by), .record = a_dispute, .act = str_of(name), .args = json(args)});
}
static inline enum err_code file_as(struct account by, struct str target, const char *question, const char *procedure) {
	struct dispute_filing f = {.target = target, .question = str_of(question), .statement = S("the-statement"), .procedure = str_of(procedure)};
	enum err_code code = dispute_file(hub, db, acting_as(by), &f, &result, &test_err);
	if (!code) a_dispute = arena_str(arena, str_of(result.uid));
	return code;
}
static inline struct dispute_view view(struct account by) {
	struct disclosing d = as(viewing(by));
	struct dispute_view v;
	ok(disclose_dispute(&d, a_dispute, &v, &test_err));
	return v;
}
static inline struct str state_of(void) { return shown_to(viewer_operator, a_dispute).line.state->name; }
static inline bool may(struct account by, enum dispute_act one) { return view(by).may & 1u << one; }
static inline struct str last(const char *member) {
	const struct json *rulings = json_get_lit(shown_to(viewer_operator, a_dispute).body, "rulings");
	return json_get_str(json_at(rulings, json_count(rulings) - 1), str_of(member));
}
#define assert_in(text, what) assert_true(str_find((text), S(what)) != STR_NONE)
static inline void chores_run(void) { ok(dispute_escalate_overdue(hub, db, &test_err)); }

static inline struct account account_called(struct str uid) { return again(uid); }
/* Members of the present panel in a state, as a coordinator sees them. */
static inline size_t members(const char *state, struct account *out) {
	struct dispute_view v = view(coordinator);
	size_t n = 0;
	for (size_t i = 0; i < v.members_n; i++)
		if (str_is(v.members[i].state, state)) out[n++] = account_called(v.members[i].account);
	return n;
}
static inline size_t all_declare(struct account *out) {
	size_t n = members("asked", out);
	for (size_t i = 0; i < n; i++) ok(act(out[i], "seat.declare", "{'conflict': false}"));
	return n;
}
static inline enum err_code vote(struct account by, const char *choice) {
	return act(by, "panel.vote", arena_fmt(arena, "{'choice': '%s', 'reasons': 'since %s', 'dissent': 'named'}", choice, choice).p);
}

static inline int start_disputes(void **state) {
	static const char *const sectors[] = {"academia", "civil-society", "industry", "government", "affected-communities"};
	if (start_accounts(state)) return -1;
	coordinator = person("coordinator", MEMBER_COORDINATOR);
	maker = person("maker", MEMBER_MEMBER);
	finder = person("finder", MEMBER_MEMBER);
	stranger = person("stranger", MEMBER_MEMBER);
	makers = create_public("organization", "{'name': 'Makers', 'type': 'company'}");
	ok(member_set(hub, db, &by_operator, makers, maker.uid, MEMBER_MEMBER, &test_err));
	for (int i = 0; i < SEATED; i++) {
		seated[i] = person(arena_fmt(arena, "seat%d", i).p, MEMBER_ADJUDICATOR);
		ok(seat_set(hub, db, S("operator"), true, seated[i].uid, str_of(sectors[i % 5]), 0, &test_err));
	}
	a_report = created((struct change){.actor = acting_as(finder), .kind = S("report"),
		.body = json("{'title': 'It leaks', 'summary': 'In short', 'proof_of_concept': 'the-proof'}"), .state = S("received")});
	an_advisory = created((struct change){.actor = acting_as(maker), .kind = S("advisory"), .body = json("{'title': 'An advisory', 'summary': 'In short'}"),
		.state = S("published"), .organization = makers});
	return 0;
}
#define dispute_test(fn) cmocka_unit_test_setup_teardown(fn, start_disputes, end_accounts)
