/* What organizations say of records: by whom it can be said, of what, that nothing of another's record is changed by it, and that it is found from there. */
#include "test_account.h"

#include "hub/ledger/ledger.h"
#include "hub/peer/peer.h"
#include "hub/says.h"
#include "lib/tlog/key.h"

static struct account bee, wasp, fly, coco;
static struct str organization, other, about;

static struct actor actor_of(struct account a) {
	a = again(a.uid);
	struct viewer v = account_viewer(&a);
	return (struct actor){v.name, v.roles};
}

static void list_hub(const char *origin, const char *prefix) {
	struct tlog_signer signer;
	struct peer_done done;
	unsigned char seed[TLOG_KEY_BYTES] = {7};
	ok(tlog_signer_make(str_of(origin), TLOG_ED25519, seed, &signer, &test_err));
	struct peer_entry one = {.key = tlog_key_text(arena, &signer.key), .url = S("https://nl.example.org"), .prefix = str_of(prefix)};
	ok(peer_add(hub, &by_operator, &one, STR_EMPTY, &done, &test_err));
}

/* bee and wasp belong to one organization, coco coordinates, fly belongs to none; there is a public record, and another hub. */
static int start(void **state) {
	if (start_accounts(state)) return -1;
	bee = person("bee", MEMBER_MEMBER);
	wasp = person("wasp", MEMBER_MEMBER);
	fly = person("fly", MEMBER_MEMBER);
	coco = person("coco", MEMBER_COORDINATOR);
	organization = create_public("organization", "{'name': 'Hive', 'type': 'company'}");
	other = create_public("organization", "{'name': 'Nest', 'type': 'company'}");
	ok(member_set(hub, db, &by_operator, organization, bee.uid, MEMBER_MEMBER, &test_err));
	ok(member_set(hub, db, &by_operator, organization, wasp.uid, MEMBER_OWNER, &test_err));
	about = create_public("note", "{'title': 'A flaw'}");
	list_hub("nl.example.org/log", "NLHUB");
	return 0;
}
#define says_test(fn) cmocka_unit_test_setup_teardown(fn, start, end_accounts)

static enum err_code say_as(struct account a, struct str by, const char *body) {
	return apply((struct change){.op = CHANGE_CREATE, .actor = actor_of(a), .kind = S("assertion"), .organization = by, .body = json(body), .move = S("publish")});
}
static struct str say(const char *body) {
	ok(say_as(bee, organization, body));
	return arena_str(arena, str_of(result.uid));
}
static const char *fixed(struct str record) {
	return arena_fmt(arena, "{'about': {'record': '%.*s'}, 'says': 'fixed'}", STR_ARG(record)).p;
}
static const struct json *said_body(struct str uid) {
	return shown_to(viewer_public, uid).body;
}
static size_t said_of(struct str record, struct said **out) {
	struct disclosing d = as(viewer_public);
	struct disclosed r;
	size_t n;
	ok(disclose_record(&d, record, &r, &test_err));
	ok(disclose_said(&d, &r, out, &n, &test_err));
	return n;
}
/* A copy of another hub's record, as it comes from following it. */
static struct str copied(const char *kind, const char *source_id, const char *body) {
	struct change_origin origin = {.system = S("nl.example.org/log"), .source_id = str_of(source_id), .mapping = 1, .fetched = S("{}")};
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = actor_operator, .kind = str_of(kind), .imported = true, .origin = &origin, .body = json(body)}));
	return arena_str(arena, str_of(result.uid));
}

static void an_organization_says_it_by_its_members_alone(void **state) {
	(void)state;
	fails(say_as(fly, organization, fixed(about)), ERR_FORBIDDEN);
	fails(say_as(coco, organization, fixed(about)), ERR_FORBIDDEN);
	fails(say_as(bee, other, fixed(about)), ERR_FORBIDDEN);
	fails(say_as(bee, STR_EMPTY, fixed(about)), ERR_INVALID);
	assert_string_equal(test_err.where, "organization");
	fails(say_as(bee, about, fixed(about)), ERR_NOT_FOUND);
	/* Nobody claims to be another. */
	struct str uid = say(arena_fmt(arena, "{'about': {'record': '%.*s'}, 'says': 'fixed', 'by': {'name': 'Nest', 'organization': '%.*s'}}", STR_ARG(about), STR_ARG(other)).p);
	assert_str(json_get_str(json_get_lit(said_body(uid), "by"), S("name")), "Hive");
	assert_true(str_eq(json_get_str(json_get_lit(said_body(uid), "by"), S("organization")), organization));
	assert_int_equal(sql_number("SELECT count(*) FROM link WHERE rel = 'said-by'"), 1);
	fails(apply((struct change){.op = CHANGE_UNLINK, .actor = actor_of(bee), .record = uid, .rel = S("said-by"), .target = organization}), ERR_FORBIDDEN);
	fails(apply((struct change){.op = CHANGE_LINK, .actor = actor_of(bee), .record = uid, .rel = S("said-by"), .target = other}), ERR_FORBIDDEN);
}

static void what_is_said_needs_its_reasons(void **state) {
	(void)state;
	static const char *const wrong[] = {"not_affected", "affected", "disputed", "duplicate_of", "other"};
	for (size_t i = 0; i < lengthof(wrong); i++)
		fails(say_as(bee, organization, arena_fmt(arena, "{'about': {'record': '%.*s'}, 'says': '%s'}", STR_ARG(about), wrong[i]).p), ERR_INVALID);
	struct str uid = say(arena_fmt(arena, "{'about': {'record': '%.*s'}, 'says': 'not_affected', 'justification': 'component_not_present'}", STR_ARG(about)).p);
	assert_has(shown_to(viewer_public, uid).line.headline.p, "Not affected: ");
	say(arena_fmt(arena, "{'about': {'record': '%.*s'}, 'says': 'affected', 'action': 'Switch it off', 'title': 'Our own title'}", STR_ARG(about)).p);
	fails(say_as(bee, organization, arena_fmt(arena, "{'about': {'record': '%.*s'}, 'says': 'duplicate_of', 'duplicate_of': {'record': '%.*s'}}", STR_ARG(about),
		STR_ARG(about)).p), ERR_INVALID);
}

static void what_nobody_may_know_of_is_not_spoken_of(void **state) {
	(void)state;
	struct str hidden = create("note", "{'title': 'Hidden'}");
	fails(say_as(bee, organization, fixed(hidden)), ERR_NOT_FOUND);
	char words[480];
	snprintf(words, sizeof words, "%s", test_err.message);
	fails(say_as(bee, organization, fixed(S("R-0000-0000"))), ERR_NOT_FOUND);
	assert_int_equal(strncmp(words, test_err.message, strlen("there is no record called")), 0);
	assert_string_equal(test_err.where, "/about/record");
	assert_int_equal(sql_number("SELECT count(*) FROM record WHERE kind = 'assertion'"), 0);
}

static void it_is_found_from_the_record_and_leaves_that_alone(void **state) {
	(void)state;
	struct said *said;
	struct str before = shown_to(viewer_public, about).etag;
	assert_int_equal(said_of(about, &said), 0);
	struct str number = shown_to(viewer_public, about).line.id;
	struct str uid = say(fixed(number));
	/* By whatever name it was called: it keeps one. */
	assert_true(str_eq(json_get_str(json_get_lit(said_body(uid), "about"), S("record")), about));
	assert_int_equal(said_of(about, &said), 1);
	assert_str(said[0].by, "Hive");
	assert_str(said[0].says, "fixed");
	assert_true(!said[0].withdrawn && !said[0].hub.n && !said[0].inverse);
	assert_true(str_eq(shown_to(viewer_public, about).etag, before));
	clock_now += HOUR;
	ok(apply((struct change){.op = CHANGE_MOVE, .actor = actor_of(wasp), .record = uid, .move = S("withdraw"), .reason = S("it was not")}));
	say(arena_fmt(arena, "{'about': {'record': '%.*s'}, 'says': 'affected', 'action': 'Wait', 'systems': [{'name': 'A', 'versions': 'before 3'}, {'name': 'B'}]}", STR_ARG(about)).p);
	assert_int_equal(said_of(about, &said), 2);
	assert_str(said[0].says, "affected");
	assert_str(said[0].systems, "A (before 3), B");
	assert_true(said[1].withdrawn);
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE type = 5"), 2);
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE type = 7"), 1);
}

static void a_draft_shows_to_nobody(void **state) {
	(void)state;
	struct said *said;
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = actor_of(bee), .kind = S("assertion"), .organization = organization, .body = json(fixed(about))}));
	struct str uid = arena_str(arena, str_of(result.uid));
	assert_int_equal(said_of(about, &said), 0);
	fails(apply((struct change){.op = CHANGE_MOVE, .actor = actor_of(fly), .record = uid, .move = S("publish")}), ERR_NOT_FOUND);
	ok(apply((struct change){.op = CHANGE_MOVE, .actor = actor_of(wasp), .record = uid, .move = S("publish")}));
	assert_int_equal(said_of(about, &said), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE type = 5"), 1);
}

static void who_left_the_organization_speaks_for_it_no_more(void **state) {
	(void)state;
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = actor_of(bee), .kind = S("assertion"), .organization = organization, .body = json(fixed(about))}));
	struct str uid = arena_str(arena, str_of(result.uid));
	ok(member_set(hub, db, &by_operator, organization, bee.uid, MEMBER_NONE, &test_err));
	fails(apply((struct change){.op = CHANGE_MOVE, .actor = actor_of(bee), .record = uid, .move = S("publish")}), ERR_FORBIDDEN);
	fails(apply((struct change){.op = CHANGE_REVISE, .actor = actor_of(bee), .record = uid, .body = json(fixed(about))}), ERR_FORBIDDEN);
	ok(apply((struct change){.op = CHANGE_MOVE, .actor = actor_of(wasp), .record = uid, .move = S("publish")}));
	fails(apply((struct change){.op = CHANGE_MOVE, .actor = actor_of(bee), .record = uid, .move = S("withdraw"), .reason = S("x")}), ERR_FORBIDDEN);
	ok(apply((struct change){.op = CHANGE_MOVE, .actor = actor_of(coco), .record = uid, .move = S("withdraw"), .reason = S("by order")}));
}

static void what_it_is_about_and_by_whom_stay(void **state) {
	(void)state;
	struct str uid = say(fixed(about)), more = create_public("note", "{'title': 'Another flaw'}");
	struct change c = {.op = CHANGE_REVISE, .actor = actor_of(bee), .record = uid, .reason = S("more words")};
	c.body = json(fixed(more));
	fails(apply(c), ERR_INVALID);
	assert_string_equal(test_err.where, "/about");
	c.body = json(arena_fmt(arena, "{'about': {'record': '%.*s'}, 'says': 'fixed', 'statement': 'In version 3.', 'by': {'name': 'Nest'}}", STR_ARG(about)).p);
	ok(apply(c));
	assert_str(json_get_str(json_get_lit(said_body(uid), "by"), S("name")), "Hive");
	assert_str(json_get_str(said_body(uid), S("statement")), "In version 3.");
	c.actor = actor_of(coco);
	fails(apply(c), ERR_FORBIDDEN);
}

static void a_duplicate_shows_on_both(void **state) {
	(void)state;
	struct said *said;
	struct str more = create_public("note", "{'title': 'Another flaw'}");
	say(arena_fmt(arena, "{'about': {'record': '%.*s'}, 'says': 'duplicate_of', 'duplicate_of': {'record': '%.*s'}}", STR_ARG(about), STR_ARG(more)).p);
	assert_int_equal(said_of(about, &said), 1);
	assert_true(!said[0].inverse && str_eq(said[0].other, more) && !said[0].other_hub.n);
	assert_int_equal(said_of(more, &said), 1);
	assert_true(said[0].inverse && str_eq(said[0].other, about));
}

static void a_record_of_another_hub_is_spoken_of_by_its_hub_and_name(void **state) {
	(void)state;
	struct said *said;
	static const char *const names[] = {"NLHUB", "nl.example.org/log", "https://nl.example.org/"};
	for (size_t i = 0; i < lengthof(names); i++) {
		struct str uid = say(arena_fmt(arena, "{'about': {'record': 'NLHUB-2026-0001', 'hub': '%s'}, 'says': 'fixed'}", names[i]).p);
		assert_str(json_get_str(json_get_lit(said_body(uid), "about"), S("hub")), "nl.example.org/log");
	}
	/* Without its hub, by the prefix. */
	struct str uid = say("{'about': {'record': 'NLHUB-2026-0001'}, 'says': 'fixed'}");
	assert_str(json_get_str(json_get_lit(said_body(uid), "about"), S("hub")), "nl.example.org/log");
	fails(say_as(bee, organization, "{'about': {'record': 'a/b', 'hub': 'NLHUB'}, 'says': 'fixed'}"), ERR_INVALID);
	fails(say_as(bee, organization, "{'about': {'record': 'x', 'hub': 'not a hub'}, 'says': 'fixed'}"), ERR_INVALID);
	say("{'about': {'record': 'R-7777-7777', 'hub': 'elsewhere.example.org'}, 'says': 'fixed'}");
	/* When a copy comes, it is found from there; and the copy itself may be named. */
	struct str copy = copied("note", "R-8888-8888", "{'title': 'From there'}");
	say("{'about': {'record': 'R-8888-8888', 'hub': 'NLHUB'}, 'says': 'fixed'}");
	uid = say(fixed(copy));
	assert_str(json_get_str(json_get_lit(said_body(uid), "about"), S("hub")), "nl.example.org/log");
	assert_str(json_get_str(json_get_lit(said_body(uid), "about"), S("record")), "R-8888-8888");
	assert_int_equal(said_of(copy, &said), 2);
}

static void what_was_said_elsewhere_means_the_hub_where_it_was_said(void **state) {
	(void)state;
	struct said *said;
	struct str own;
	ok(ledger_origin(hub, db, arena, &own, &test_err));
	struct str copy = copied("note", "R-8888-8888", "{'title': 'From there'}");
	/* Of a record there, without naming its hub, which is that hub; of one here, by this hub's log; and of one there that is called as one here. */
	copied("assertion", "R-9999-0001", "{'title': 't', 'by': {'name': 'Their vendor', 'organization': 'R-1111-1111'}, 'about': {'record': 'R-8888-8888'}, 'says': 'fixed'}");
	copied("assertion", "R-9999-0003", fixed(about));
	assert_int_equal(said_of(copy, &said), 1);
	assert_str(said[0].by, "Their vendor");
	assert_str(said[0].organization, "");
	assert_str(said[0].hub, "nl.example.org/log");
	assert_int_equal(said_of(about, &said), 0);
	copied("assertion", "R-9999-0002", arena_fmt(arena, "{'title': 't', 'by': {'name': 'Their vendor'}, 'about': {'record': '%.*s', 'hub': '%.*s'}, 'says': 'fixed'}", STR_ARG(about),
		STR_ARG(own)).p);
	assert_int_equal(said_of(about, &said), 1);
	assert_str(said[0].hub, "nl.example.org/log");
	assert_str(said[0].hub_name, "nl.example.org/log");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		says_test(an_organization_says_it_by_its_members_alone),
		says_test(what_is_said_needs_its_reasons),
		says_test(what_nobody_may_know_of_is_not_spoken_of),
		says_test(it_is_found_from_the_record_and_leaves_that_alone),
		says_test(a_draft_shows_to_nobody),
		says_test(who_left_the_organization_speaks_for_it_no_more),
		says_test(what_it_is_about_and_by_whom_stay),
		says_test(a_duplicate_shows_on_both),
		says_test(a_record_of_another_hub_is_spoken_of_by_its_hub_and_name),
		says_test(what_was_said_elsewhere_means_the_hub_where_it_was_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
