/* What the tests of releases share: who makes one, who signs, who asks. */
#pragma once
#include "test_account.h"
#include "hub/access.h"
#include "hub/release.h"

static struct account maker, colleague, signer, coordinator, stranger, tester;
static struct str makers, a_release, a_safeguard, weak_safeguard __attribute__((unused));
static const struct json *plan __attribute__((unused));

#define DIGEST_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

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
static inline enum err_code act_on(struct str record, struct account by, const char *name, const char *args) {
	return apply((struct change){.op = CHANGE_ACT, .actor = acting_as(by), .record = record, .act = str_of(name), .args = json(args)});
}
static inline enum err_code act(struct account by, const char *name, const char *args) {
	return act_on(a_release, by, name, args);
}
static inline struct release_view view(struct viewer by) {
	struct disclosing d = as(by);
	struct release_view v;
	ok(disclose_release(&d, a_release, &v, &test_err));
	return v;
}
static inline struct str stage_now(void) {
	return json_get_str(view(viewer_operator).r.body, S("stage"));
}
static inline struct str state_now(void) {
	return view(viewer_operator).r.line.state->name;
}
static inline enum err_code proceed(struct account by) {
	return act(by, "release.decide", "{'decision': 'proceed', 'rationale': 'all is met'}");
}
static inline enum err_code move_release(struct account by, const char *move) {
	return apply((struct change){.op = CHANGE_MOVE, .actor = acting_as(by), .record = a_release, .move = str_of(move)});
}
static inline enum err_code rewrite(struct account by, const struct json *body) {
	return apply((struct change){.op = CHANGE_REVISE, .actor = acting_as(by), .record = a_release, .body = body});
}
/* The whole body as it stands, with a member changed. */
static inline const struct json *body_with(const char *pointer, const char *value) {
	return json_with_pointer(arena, view(viewer_operator).r.body, str_of(pointer), value ? json(value) : NULL);
}
static inline struct str attach(struct account by, const char *text) {
	struct str bytes = json_text(arena, json(text));
	char hex[SHA256_HEX];
	struct sha256 digest = sha256(bytes);
	ok(apply((struct change){.op = CHANGE_ATTACH, .actor = acting_as(by), .record = a_release, .file_name = S("report.json"), .media_type = S("application/json"),
		.bytes = bytes, .audiences = PARTIES | OWNER | COORDINATORS}));
	return arena_str(arena, sha256_hex(&digest, hex));
}
static inline enum err_code gate(struct account by, const char *report) {
	return act(by, "release.gate", arena_fmt(arena, "{'gate': 'scan', 'file': '%.*s'}", STR_ARG(attach(by, report))).p);
}
/* How many requirements of the next stage are open. */
static inline size_t open_checks(void) {
	struct release_view v = view(viewer_operator);
	for (size_t i = 0; i < v.stages_n; i++)
		if ((int)i == v.present + 1) return v.stages[i].n - v.stages[i].met;
	return 0;
}
#define PASSES "{'files': [{'path': 'model', 'verdict': 'PASS', 'sha256': '" DIGEST_A "'}], 'summary': {'files': 1}}"

static inline struct str make_release(const char *stages, const char *access) {
	const char *body = arena_fmt(arena, "{'title': 'Tulip 2', 'version': '2.0', 'summary': 'In stages', 'artifacts': [{'name': 'model', 'size': 3, 'sha256': '" DIGEST_A
		"'}], 'stages': %s%s%s}", stages, access ? ", 'access': " : "", access ? access : "").p;
	return a_release = created((struct change){.actor = acting_as(maker), .kind = S("release"), .body = json(body), .organization = makers});
}
static inline int start_releases(void **state) {
	if (start_accounts(state)) return -1;
	maker = person("maker", MEMBER_MEMBER);
	colleague = person("colleague", MEMBER_MEMBER);
	signer = person("signer", MEMBER_MEMBER);
	coordinator = person("coordinator", MEMBER_COORDINATOR);
	stranger = person("stranger", MEMBER_MEMBER);
	tester = person("tester", MEMBER_GUEST);
	makers = create_public("organization", "{'name': 'Makers', 'type': 'company'}");
	ok(member_set(hub, db, &by_operator, makers, maker.uid, MEMBER_MEMBER, &test_err));
	ok(member_set(hub, db, &by_operator, makers, colleague.uid, MEMBER_MEMBER, &test_err));
	a_safeguard = create_public("safeguard", "{'title': 'A filter', 'description': 'x', 'evidence': [{'date': '2024-05', 'text': 'It held.'}, {'text': 'no day'}]}");
	weak_safeguard = create_public("safeguard", "{'title': 'A promise', 'description': 'x', 'evidence': [{'text': 'no day'}, {'date': '2999', 'text': 'to come'}]}");
	return 0;
}
#define release_test(fn) cmocka_unit_test_setup_teardown(fn, start_releases, end_accounts)
