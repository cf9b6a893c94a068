/* What the tests of terms share: reports that were sent, and how their terms stand. */
#pragma once
#include "test_case.h"

#include "hub/account/notice.h"
#include "hub/clocks.h"
#include "hub/working_days.h"

static inline struct str new_report(void) {
	struct change c = {.op = CHANGE_CREATE, .actor = acting_as(finder), .kind = S("report"), .body = json(
		"{'title': 'It leaks', 'description': 'Much', 'systems': [{'name': 'Model'}], 'severity': 'low', 'disclosure': {'intent': 'no'}, 'confirmed': true,"
		" 'classification': {'real_world_harm': false, 'malicious_actor': false, 'csam': false}, 'statistics': {'claim': 'often'}}")};
	ok(apply(c));
	struct str uid = arena_str(arena, str_of(result.uid));
	ok(apply((struct change){.op = CHANGE_MOVE, .actor = acting_as(finder), .record = uid, .move = S("submit")}));
	return uid;
}
static inline const struct disclosed_clock *clock_for(struct account a, struct str uid, const char *name) {
	struct disclosing d = as(viewing(a));
	struct disclosed r = shown_to(d.viewer, uid);
	struct disclosed_clock *list;
	size_t n;
	ok(disclose_clocks(&d, &r, &list, &n, &test_err));
	for (size_t i = 0; i < n; i++)
		if (str_is(list[i].name, name)) return &list[i];
	return NULL;
}
static inline const struct disclosed_clock *clock_of(struct str uid, const char *name) { return clock_for(coordinator, uid, name); }
static inline moment at(const char *text) {
	moment t = 0;
	assert_true(moment_parse(str_of(text), &t));
	return t;
}
static inline size_t told(struct account a, struct str uid, const char *act) {
	struct disclosing d = as(viewing(a));
	struct notice *list;
	size_t n, found = 0;
	int64_t next;
	ok(notice_list(&d, &(struct notice_request){.limit = 200, .sort = NOTICE_SORTS}, &list, &n, &next, &test_err));
	for (size_t i = 0; i < n; i++) found += str_eq(list[i].record.uid, uid) && list[i].event.act && str_is(list[i].event.act->name, act);
	return found;
}
