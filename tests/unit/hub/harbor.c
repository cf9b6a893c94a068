/* Grants: what is signed, what breaks it, and whom it is given to. */
#include "test.h"

#include <sys/stat.h>

#include "hub/harbor.h"
#include "lib/jwt/jwt.h"

static const char policy_body[] =
	"{'title':'Policy','scope':{'text':'All.'},'channels':[{'type':'hub'}],'commitments':[{'what':'acknowledge','within':'P3D'}],"
	"'safe_harbor':{'level':'partial'}}";

static struct str organization, model, policy, report;

/* As an importer or operator would: the policy counts as the organization's. */
static void make_records(void) {
	organization = create_public("organization", "{'name':'Acme','type':'company'}");
	model = create_public("system", "{'name':'Model','type':'model'}");
	policy = create_public("policy", policy_body);
	ok(link_to(policy, "issued-by", organization));
	ok(link_to(policy, "governs", model));
}
static struct actor finder(const char *name) {
	return (struct actor){str_of(name), ROLE_MEMBER};
}
static struct str report_of(const char *name, const char *state) {
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = finder(name), .kind = S("report"), .body = json("{'title':'A secret flaw'}")}));
	struct str uid = arena_str(arena, str_of(result.uid));
	ok(apply((struct change){.op = CHANGE_LINK, .actor = finder(name), .record = uid, .rel = S("affects"), .target = model}));
	if (strcmp(state, "draft") == 0) return uid;
	/* The form's questions are not this test's matter. */
	ok(apply((struct change){.op = CHANGE_CREATE, .kind = S("report"), .body = json("{'title':'A secret flaw'}"), .state = str_of(state),
		.actor = (struct actor){str_of(name), ROLE_MEMBER | ROLE_COORDINATOR}}));
	uid = arena_str(arena, str_of(result.uid));
	ok(apply((struct change){.op = CHANGE_LINK, .actor = finder(name), .record = uid, .rel = S("affects"), .target = model}));
	return uid;
}
static enum err_code act(struct actor who, struct str record, const char *name, const char *args) {
	return apply((struct change){.op = CHANGE_ACT, .actor = who, .record = record, .act = str_of(name), .args = json(args)});
}
static enum err_code accept_as(struct actor who, struct str record, struct str of) {
	return act(who, record, "harbor.accept", arena_fmt(arena, "{'policy':'%.*s'}", STR_ARG(of)).p);
}
static struct viewer seer(const char *name) {
	return viewer_of(name, ROLE_MEMBER);
}
static size_t grants_of(struct viewer viewer, struct str record, struct harbor_grant **out) {
	struct disclosing d = as(viewer);
	struct disclosed r = shown_to(viewer, record);
	size_t n;
	ok(harbor_grants_of(&d, &r, out, &n, &test_err));
	return n;
}
/* One grant of a finder, as its file, with the hub's document. */
static const struct json *granted(const char *name, struct harbor_grant *out, const struct json **document) {
	struct harbor_grant *grants;
	struct disclosing d = as(viewer_public);
	const struct json *file;
	make_records();
	report = report_of(name, "received");
	ok(accept_as(finder(name), report, policy));
	assert_int_equal(grants_of(seer(name), report, &grants), 1);
	*out = grants[0];
	ok(harbor_file(hub, &d, out, &file, &test_err));
	ok(signing_document(hub, db, arena, document, &test_err));
	return file;
}
static enum harbor_verdict verdict(const struct json *file, const struct json *document) {
	struct harbor_check check;
	ok(harbor_check(arena, file, document, &check, &test_err));
	assert_true(check.words.n > 10);
	return check.verdict;
}
static const struct json *with(const struct json *v, const char *pointer, const struct json *value) {
	return json_with_pointer(arena, v, str_of(pointer), value);
}

static void a_grant_is_signed_and_says_nothing_of_its_report(void **state) {
	(void)state;
	struct harbor_grant g;
	const struct json *document, *file = granted("U-0000-0001", &g, &document);
	assert_int_equal(verdict(file, document), HARBOR_VALID);
	assert_int_equal(verdict(file, NULL), HARBOR_UNCONFIRMED);
	struct str text = json_text(arena, file);
	const struct str secrets[] = {report, S("secret"), S("U-0000-0001"), str_sub(moment_str(arena, g.at), 11, 5), base64url_encode(arena, g.salt)};
	for (size_t i = 0; i < lengthof(secrets); i++) assert_true(str_find(text, secrets[i]) == STR_NONE);
	assert_int_equal(g.id.n, HARBOR_ID);
	struct disclosing d = as(viewer_public);
	struct harbor_grant again;
	ok(harbor_grant(&d, g.id, &again, &test_err));
	assert_true(str_eq(again.statement, g.statement));
	fails(harbor_grant(&d, S("AAAAAAAAAAAAAAAAAAAAAA"), &again, &test_err), ERR_NOT_FOUND);
	fails(harbor_grant(&d, S(""), &again, &test_err), ERR_NOT_FOUND);
}

/* Every string and number of the statement, one after another, is made another. */
static size_t tamper(const struct json *file, const struct json *document, const struct json *v, struct str at) {
	size_t n = 0;
	if (v->type == JSON_OBJECT)
		for (size_t i = 0; i < v->n; i++)
			n += tamper(file, document, &v->members[i].value, arena_fmt(arena, "%.*s/%.*s", STR_ARG(at), STR_ARG(v->members[i].name)));
	else if (v->type == JSON_ARRAY)
		for (size_t i = 0; i < v->n; i++) n += tamper(file, document, &v->items[i], arena_fmt(arena, "%.*s/%zu", STR_ARG(at), i));
	else {
		const struct json *other = v->type == JSON_INT ? json_int(arena, v->integer + 1) : json_str(arena, arena_cat(arena, v->string, S("x")));
		struct str whole = arena_cat(arena, S("/statement"), at);
		/* What stands in a list is changed through the list. */
		const struct json *changed = NULL;
		if (str_find(at, S("/issuers/")) != STR_NONE) {
			struct json_builder list = json_array_of(arena);
			json_add(&list, json_with(arena, json_at(json_pointer(file, S("/statement/issuers")), 0), str_from(at, str_rfind_char(at, '/') + 1), other));
			changed = with(file, "/statement/issuers", json_built(&list));
		} else {
			changed = json_with_pointer(arena, file, whole, other);
		}
		enum harbor_verdict got = verdict(changed, document);
		if (got == HARBOR_VALID) print_error("%.*s\n", STR_ARG(at));
		assert_int_not_equal(got, HARBOR_VALID);
		n++;
	}
	return n;
}

static void whatever_is_changed_in_it_breaks_it(void **state) {
	(void)state;
	struct harbor_grant g;
	const struct json *document, *file = granted("U-0000-0001", &g, &document);
	assert_true(tamper(file, document, json_get_lit(file, "statement"), S("")) >= 14);
	assert_int_equal(verdict(with(file, "/statement/extra", json("'more'")), document), HARBOR_TAMPERED);
	assert_int_equal(verdict(with(file, "/statement/policy/title", json("'Better'")), document), HARBOR_TAMPERED);
	assert_int_equal(verdict(with(file, "/statement/accepted", json("'2001-01-01'")), document), HARBOR_TAMPERED);
	assert_int_equal(verdict(with(file, "/statement/hub/name", NULL), document), HARBOR_TAMPERED);
	assert_int_equal(verdict(with(file, "/statement/type", json("'other'")), document), HARBOR_MALFORMED);
	assert_int_equal(verdict(with(file, "/statement", NULL), document), HARBOR_MALFORMED);
	assert_int_equal(verdict(with(file, "/policy/title", json("'Better'")), document), HARBOR_OTHER_POLICY);
	assert_int_equal(verdict(with(file, "/policy", NULL), document), HARBOR_OTHER_POLICY);
	assert_int_equal(verdict(with(file, "/signature/value", json("'AAAA'")), document), HARBOR_TAMPERED);
	assert_int_equal(verdict(with(file, "/signature/value", json("'%%'")), document), HARBOR_MALFORMED);
	assert_int_equal(verdict(with(file, "/signature/algorithm", json("'none'")), document), HARBOR_MALFORMED);
	assert_int_equal(verdict(json("{}"), document), HARBOR_MALFORMED);
	assert_int_equal(verdict(json("[1]"), NULL), HARBOR_MALFORMED);
	assert_int_equal(verdict(file, json("{}")), HARBOR_MALFORMED);
}

static const struct json *one_key(const struct json *document, const char *member, const struct json *value) {
	struct json_builder list = json_array_of(arena);
	json_add(&list, json_with(arena, json_at(json_get_lit(document, "keys"), 0), str_of(member), value));
	return json_with(arena, document, S("keys"), json_built(&list));
}

static void keys_count_as_the_hubs_document_has_them(void **state) {
	(void)state;
	struct harbor_grant g;
	const struct json *document, *file = granted("U-0000-0001", &g, &document);
	assert_int_equal(verdict(file, with(document, "/uid", json("'R-0000-0000'"))), HARBOR_WRONG_HUB);
	assert_int_equal(verdict(file, with(document, "/keys", json("[]"))), HARBOR_UNKNOWN_KEY);
	assert_int_equal(verdict(file, one_key(document, "until", json("'2001-01-01'"))), HARBOR_WRONG_TIME);
	assert_int_equal(verdict(file, one_key(document, "from", json("'2999-01-01'"))), HARBOR_WRONG_TIME);
	/* Another key under the known key's name is found out by the name. */
	assert_int_equal(verdict(file, one_key(document, "public_key", json("'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'"))), HARBOR_UNKNOWN_KEY);
	/* The file's own document is not asked where another was given. */
	assert_int_equal(verdict(with(file, "/hub", NULL), document), HARBOR_VALID);
	assert_int_equal(verdict(with(file, "/hub", NULL), NULL), HARBOR_WRONG_HUB);
}

static void what_was_signed_stays_good_under_the_next_key(void **state) {
	(void)state;
	struct harbor_grant g;
	const struct json *document, *file = granted("U-0000-0001", &g, &document), *later;
	struct signing_key key, *keys;
	size_t n;
	ok(signing_rotate(hub, db, arena, &key, &test_err));
	ok(signing_keys(hub, db, arena, &keys, &n, &test_err));
	assert_int_equal(n, 2);
	assert_true(str_eq(keys[0].id, key.id) && keys[0].until == 0 && keys[1].until >= keys[1].from && keys[1].until > 0);
	ok(signing_document(hub, db, arena, &later, &test_err));
	assert_int_equal(verdict(file, later), HARBOR_VALID);
	struct str second = report_of("U-0000-0002", "received");
	ok(accept_as(finder("U-0000-0002"), second, policy));
	struct harbor_grant *grants;
	struct disclosing d = as(viewer_public);
	assert_int_equal(grants_of(seer("U-0000-0002"), second, &grants), 1);
	assert_str(grants[0].key_id, arena_cstr(arena, key.id));
	ok(harbor_file(hub, &d, &grants[0], &file, &test_err));
	assert_int_equal(verdict(file, later), HARBOR_VALID);
	assert_int_equal(verdict(file, document), HARBOR_UNKNOWN_KEY);
	struct stat st;
	assert_int_equal(stat(arena_fmt(arena, "%s/signing.key", folder).p, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_signature_is_good_for_one_purpose_alone(void **state) {
	(void)state;
	struct str id, signature;
	struct signing_key *keys;
	size_t n;
	ok(signing_sign(hub, db, arena, "one", S("message"), &id, &signature, &test_err));
	ok(signing_keys(hub, db, arena, &keys, &n, &test_err));
	assert_true(signing_verify(keys[0].public_, "one", S("message"), signature));
	assert_false(signing_verify(keys[0].public_, "other", S("message"), signature));
	assert_false(signing_verify(keys[0].public_, "one", S("messagE"), signature));
	assert_false(signing_verify(keys[0].public_, "on", S("e/v1message"), signature));
	assert_false(signing_verify(S("short"), "one", S("message"), signature));
	assert_false(signing_verify(keys[0].public_, "one", S("message"), S("short")));
}

static void the_finder_alone_can_prove_which_report_it_was(void **state) {
	(void)state;
	struct harbor_grant g;
	const struct json *document, *file = granted("U-0000-0001", &g, &document), *opening = harbor_opening(arena, &g, report);
	assert_true(harbor_opens(arena, file, opening));
	assert_false(harbor_opens(arena, file, json_with(arena, opening, S("report"), json("'R-0000-0000'"))));
	assert_false(harbor_opens(arena, file, json_with(arena, opening, S("at"), json("'2026-01-01T00:00:00Z'"))));
	assert_false(harbor_opens(arena, file, json_with(arena, opening, S("salt"), json("'AAAA'"))));
	assert_false(harbor_opens(arena, file, json_with(arena, opening, S("grant"), json("'x'"))));
	assert_false(harbor_opens(arena, file, json("{}")));
	struct harbor_grant *grants;
	assert_int_equal(grants_of(viewer_of("coordinator", ROLE_COORDINATOR), report, &grants), 0);
	assert_false(is_shown(seer("U-0000-0009"), report));
}

static void who_has_no_name_is_granted_one_too(void **state) {
	(void)state;
	struct harbor_grant g;
	const struct json *document, *file = granted("A-7KQ2-M9XD", &g, &document);
	assert_int_equal(verdict(file, document), HARBOR_VALID);
	assert_true(str_find(json_text(arena, file), S("A-7KQ2")) == STR_NONE);
}

static void only_the_owner_of_a_submitted_report_accepts_a_policy_that_covers_it(void **state) {
	(void)state;
	make_records();
	report = report_of("U-0000-0001", "received");
	struct str draft = report_of("U-0000-0001", "draft"), other = create_public("policy", policy_body);
	fails(accept_as(finder("U-0000-0002"), report, policy), ERR_NOT_FOUND);
	fails(accept_as((struct actor){S("U-0000-0003"), ROLE_MEMBER | ROLE_COORDINATOR}, report, policy), ERR_FORBIDDEN);
	fails(accept_as(finder("U-0000-0001"), draft, policy), ERR_CONFLICT);
	fails(accept_as(finder("U-0000-0001"), report, other), ERR_CONFLICT);
	fails(accept_as(finder("U-0000-0001"), report, S("R-0000-0000")), ERR_NOT_FOUND);
	fails(accept_as(finder("U-0000-0001"), report, model), ERR_NOT_FOUND);
	fails(act(finder("U-0000-0001"), report, "harbor.accept", "{}"), ERR_INVALID);
	assert_int_equal(sql_number("SELECT count(*) FROM harbor_grant"), 0);
	ok(accept_as(finder("U-0000-0001"), report, policy));
	assert_true(result.changed);
	ok(accept_as(finder("U-0000-0001"), report, policy));
	assert_false(result.changed);
	assert_int_equal(sql_number("SELECT count(*) FROM harbor_grant"), 1);
	check_whole();
}

static void a_grant_outlives_what_becomes_of_the_policy(void **state) {
	(void)state;
	struct harbor_grant g;
	const struct json *document, *file = granted("U-0000-0001", &g, &document);
	struct disclosing d = as(viewer_public);
	enum harbor_policy_now now_;
	ok(harbor_policy_now(&d, &g, &now_, &test_err));
	assert_int_equal(now_, HARBOR_SAME);
	ok(apply((struct change){.op = CHANGE_REVISE, .record = policy, .body = json_with(arena, json(policy_body), S("title"), json("'Worse'"))}));
	ok(harbor_policy_now(&d, &g, &now_, &test_err));
	assert_int_equal(now_, HARBOR_CHANGED);
	ok(accept_as(finder("U-0000-0001"), report, policy));
	assert_true(result.changed);
	ok(move(policy, "expire", "over"));
	ok(harbor_policy_now(&d, &g, &now_, &test_err));
	assert_int_equal(now_, HARBOR_ENDED);
	fails(accept_as(finder("U-0000-0001"), report, policy), ERR_CONFLICT);
	ok(move(policy, "withdraw", "regret"));
	ok(harbor_policy_now(&d, &g, &now_, &test_err));
	assert_int_equal(now_, HARBOR_WITHDRAWN);
	hide(policy, "{'/title':['coordinators']}");
	struct harbor_grant *grants;
	assert_int_equal(grants_of(seer("U-0000-0001"), report, &grants), 2);
	assert_str(json_get_str(grants[0].policy, S("title")), "Policy");
	assert_str(json_get_str(grants[1].policy, S("title")), "Worse");
	assert_int_equal(json_integer(json_pointer(grants[1].said, S("/policy/revision")), 0), 2);
	assert_int_equal(verdict(file, document), HARBOR_VALID);
}

static void a_policy_that_anybody_wrote_covers_nothing(void **state) {
	(void)state;
	make_records();
	report = report_of("U-0000-0001", "received");
	struct actor stranger = finder("U-0000-0007");
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = stranger, .kind = S("policy"), .body = json(policy_body)}));
	struct str evil = arena_str(arena, str_of(result.uid));
	ok(apply((struct change){.op = CHANGE_LINK, .actor = stranger, .record = evil, .rel = S("issued-by"), .target = organization}));
	ok(apply((struct change){.op = CHANGE_LINK, .actor = stranger, .record = evil, .rel = S("governs"), .target = model}));
	ok(apply((struct change){.op = CHANGE_MOVE, .actor = stranger, .record = evil, .move = S("publish")}));
	fails(accept_as(finder("U-0000-0001"), report, evil), ERR_CONFLICT);
	struct disclosing d = as(viewer_public);
	struct policy_record *p = arena_new_of(arena, struct policy_record), *items;
	size_t n;
	ok(policy_record(&d, evil, p, &test_err));
	assert_int_equal(p->issuers_n, 0);
	struct disclosed o = shown_to(viewer_public, organization);
	ok(policy_records_of(&d, &o, &items, &n, &test_err));
	assert_int_equal(n, 1);
	/* Nor does one that they may write in: what they put there is not the organization's word. */
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = stranger, .kind = S("policy"), .body = json(policy_body)}));
	struct str shared = arena_str(arena, str_of(result.uid));
	ok(link_to(shared, "issued-by", organization));
	ok(move(shared, "publish", ""));
	ok(policy_record(&d, shared, p, &test_err));
	assert_int_equal(p->issuers_n, 0);
	revise(shared, policy_body);
	ok(apply((struct change){.op = CHANGE_REVISE, .record = shared, .body = json_with(arena, json(policy_body), S("summary"), json("'As they publish it.'"))}));
	ok(policy_record(&d, shared, p, &test_err));
	assert_int_equal(p->issuers_n, 1);
	assert_int_equal(p->issuers[0].basis, POLICY_RECORDED);
	ok(apply((struct change){.op = CHANGE_REVISE, .actor = stranger, .record = shared, .body = json(policy_body)}));
	ok(policy_record(&d, shared, p, &test_err));
	assert_int_equal(p->issuers_n, 0);
}

static void a_threat_is_heard_until_it_is_settled(void **state) {
	(void)state;
	make_records();
	report = report_of("U-0000-0001", "received");
	struct viewer coordinator = viewer_of("U-0000-0003", ROLE_COORDINATOR);
	struct disclosing d = as(coordinator);
	struct harbor_threat *threats;
	size_t n;
	ok(harbor_threats(&d, &threats, &n, &test_err));
	assert_int_equal(n, 0);
	fails(act(finder("U-0000-0001"), report, "harbor.threatened", "{'text':'  '}"), ERR_INVALID);
	fails(act((struct actor){S("U-0000-0003"), ROLE_COORDINATOR}, report, "harbor.threatened", "{'text':'x'}"), ERR_FORBIDDEN);
	ok(act(finder("U-0000-0001"), report, "harbor.threatened", "{'text':'A letter came.'}"));
	ok(harbor_threats(&d, &threats, &n, &test_err));
	assert_int_equal(n, 1);
	assert_str(threats[0].text, "A letter came.");
	struct disclosing member = as(seer("U-0000-0001"));
	ok(harbor_threats(&member, &threats, &n, &test_err));
	assert_int_equal(n, 0);
	fails(act(finder("U-0000-0001"), report, "harbor.settled", "{'note':'x'}"), ERR_FORBIDDEN);
	ok(act((struct actor){S("U-0000-0003"), ROLE_COORDINATOR}, report, "harbor.settled", "{'note':'They gave in.'}"));
	fails(act((struct actor){S("U-0000-0003"), ROLE_COORDINATOR}, report, "harbor.settled", "{'note':'x'}"), ERR_CONFLICT);
	ok(harbor_threats(&d, &threats, &n, &test_err));
	assert_int_equal(n, 0);
	struct disclosed r = shown_to(seer("U-0000-0001"), report);
	ok(harbor_threats_of(&member, &r, &threats, &n, &test_err));
	assert_int_equal(n, 1);
	assert_true(threats[0].settled > 0);
	check_whole();
}

int main(void) {
	const struct CMUnitTest tests[] = {
		hub_test(a_grant_is_signed_and_says_nothing_of_its_report), hub_test(whatever_is_changed_in_it_breaks_it),
		hub_test(keys_count_as_the_hubs_document_has_them), hub_test(what_was_signed_stays_good_under_the_next_key),
		hub_test(a_signature_is_good_for_one_purpose_alone), hub_test(the_finder_alone_can_prove_which_report_it_was),
		hub_test(who_has_no_name_is_granted_one_too), hub_test(only_the_owner_of_a_submitted_report_accepts_a_policy_that_covers_it),
		hub_test(a_grant_outlives_what_becomes_of_the_policy), hub_test(a_policy_that_anybody_wrote_covers_nothing),
		hub_test(a_threat_is_heard_until_it_is_settled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
