/* What comes in from a followed hub, what stays out, and what it can never do: take over, hide, rename or link what is not its own. */
#include "test_peer.h"

#include "hub/attachment.h"
#include "hub/ledger/receipt.h"

#define HUB S("hub.example.org/log")
static const char one[] = "R-0NE0-0NE0", two[] = "R-2W02-2W02", three[] = "R-3333-3333";

/* ---- coming in ---- */

static void a_record_comes_under_its_uid_and_the_name_of_its_hub(void **state) {
	(void)state;
	begin_peer(HUB);
	says((struct peer_says){.uid = one, .id = "TST-2026-001", .body = "{'title':'Theirs','color':'red'}"});
	take();
	struct disclosed r = shown_to(viewer_public, str_of(one));
	assert_str(r.line.id, "hub.example.org/TST-2026-001");
	assert_str(r.line.hub, "hub.example.org");
	assert_str(r.line.headline, "Theirs");
	assert_int_equal(peer.report.created, 1);
	assert_true(proof_holds(one));
	assert_true(is_shown(viewer_public, S("hub.example.org/TST-2026-001")) && is_shown(viewer_public, S("HUB.example.org/R-0NE0-0NE0")));
	assert_str(hits("theirs"), "Theirs");
	assert_int_equal(counted("note", "hub", "hub.example.org"), 1);
}

static void what_was_taken_over_is_not_taken_over_again(void **state) {
	(void)state;
	begin_peer(HUB);
	publishes(one, "{'title':'Theirs'}");
	take();
	int64_t events = sql_number("SELECT count(*) FROM event");
	take();
	ok(take_again(true));
	assert_int_equal(peer.report.unchanged, 1);
	assert_int_equal(sql_number("SELECT count(*) FROM event"), events);
	publishes(two, "{'title':'New'}");
	take();
	assert_int_equal(peer.report.created, 1);
	assert_int_equal(peer.report.unchanged, 0);
}

static void a_change_a_withdrawal_and_an_erasure_come_along(void **state) {
	(void)state;
	begin_peer(HUB);
	publishes(one, "{'title':'First','text':'words'}");
	take();
	says((struct peer_says){.type = ENTRY_AMEND, .uid = one, .id = "N-7", .body = "{'title':'Second'}"});
	take();
	struct disclosed r = shown_to(viewer_public, str_of(one));
	assert_str(r.line.headline, "Second");
	assert_str(r.line.id, "hub.example.org/N-7");
	assert_true(is_shown(viewer_public, S("hub.example.org/R-0NE0-0NE0")));
	assert_true(proof_holds(one));
	says((struct peer_says){.type = ENTRY_WITHDRAW, .uid = one, .id = "N-7", .state = "withdrawn", .body = "{'title':'Second'}"});
	take();
	assert_str(shown_to(viewer_public, str_of(one)).line.state->name, "withdrawn");
	assert_int_equal(sql_number("SELECT count(*) FROM revision"), 2);
	says((struct peer_says){.type = ENTRY_TOMBSTONE, .uid = one, .basis = "GDPR Art. 17"});
	take();
	struct disclosing d = as(viewer_operator);
	struct disclosed gone;
	fails(disclose_record(&d, str_of(one), &gone, &test_err), ERR_GONE);
	assert_has(test_err.message, "hub.example.org erased it; GDPR Art. 17");
	assert_int_equal(sql_number("SELECT count(*) FROM origin WHERE length(fetched) > 0"), 0);
	take();
	assert_str(stays_out_for(one), "");
}

static void what_is_public_no_more_there_is_hidden_here_and_may_come_back(void **state) {
	(void)state;
	begin_peer(HUB);
	publishes(one, "{'title':'Now here'}");
	take();
	says((struct peer_says){.type = ENTRY_WITHDRAW, .uid = one});
	take();
	assert_int_equal(peer.report.hidden, 1);
	assert_false(is_shown(viewer_public, str_of(one)));
	assert_str(hits("here"), "");
	publishes(one, "{'title':'Now here'}");
	take();
	assert_str(shown_to(viewer_public, str_of(one)).line.headline, "Now here");
	assert_true(proof_holds(one));
}

static void a_field_that_was_erased_there_goes_from_all_that_was_said_here(void **state) {
	(void)state;
	begin_peer(HUB);
	publishes(one, "{'text':'the private words','title':'Lives on'}");
	take();
	says((struct peer_says){.type = ENTRY_AMEND, .uid = one, .body = "{'text':'the private words again','title':'Lives on'}"});
	take();
	says((struct peer_says){.type = ENTRY_TOMBSTONE, .uid = one, .body = "{'title':'Lives on'}", .struck = "['text']", .basis = "GDPR Art. 17"});
	take();
	struct disclosed r = shown_to(viewer_public, str_of(one));
	assert_str(r.body_text, "{\"title\":\"Lives on\"}");
	assert_int_equal(sql_number("SELECT count(*) FROM revision WHERE CAST(body AS TEXT) LIKE '%private words%'"), 0);
	assert_true(proof_holds(one));
	says((struct peer_says){.type = ENTRY_AMEND, .uid = one, .body = "{'title':'Lives on, amended'}"});
	take();
	assert_str(shown_to(viewer_public, str_of(one)).line.headline, "Lives on, amended");
	assert_true(proof_holds(one));
	/* What is erased here of it does not come back either, and then nothing can be proved. */
	says((struct peer_says){.type = ENTRY_AMEND, .uid = one, .body = "{'summary':'more','title':'With more'}"});
	take();
	struct str field = S("/summary");
	ok(apply((struct change){.op = CHANGE_ERASE, .record = str_of(one), .reason = S("a court said so"), .fields = &field, .fields_n = 1}));
	says((struct peer_says){.type = ENTRY_AMEND, .uid = one, .body = "{'summary':'more still','title':'With more'}"});
	take();
	assert_str(shown_to(viewer_public, str_of(one)).body_text, "{\"title\":\"With more\"}");
	assert_int_equal(sql_number("SELECT count(*) FROM origin WHERE length(fetched) > 0"), 0);
	assert_false(proof_holds(one));
}

/* ---- staying out ---- */

static void what_the_hub_does_not_know_stays_out_and_comes_when_it_does(void **state) {
	(void)state;
	begin_peer(HUB);
	says((struct peer_says){.uid = one, .kind = "recipe", .body = "{'title':'Soup'}"});
	says((struct peer_says){.uid = two, .state = "archived", .body = "{'title':'Old'}"});
	says((struct peer_says){.uid = three, .state = "draft", .body = "{'title':'Should not be public'}"});
	says((struct peer_says){.uid = "R-4444-4444", .kind = "dispute", .state = "filed", .body = "{'title':'On it'}"});
	says((struct peer_says){.uid = "R-5555-5555", .body = "{'title':7}"});
	says((struct peer_says){.uid = "R-6666-6666", .body = "{'text':'no title'}"});
	take();
	assert_int_equal(peer.report.created, 0);
	assert_int_equal(peer.report.kept_out, 6);
	assert_str(stays_out_for(one), "kind");
	assert_str(stays_out_for(two), "state");
	assert_str(stays_out_for(three), "state");
	assert_str(stays_out_for("R-4444-4444"), "follows");
	assert_str(stays_out_for("R-5555-5555"), "body");
	assert_str(stays_out_for("R-6666-6666"), "body");
	struct follow_reason *reasons;
	size_t n;
	ok(follow_reasons(db, arena, peer.row, &reasons, &n, &test_err));
	assert_int_equal(n, 4);
	struct str kind = str_of(note_kind);
	size_t at = str_find(kind, S("'note'"));
	write_kind(folder, "recipe", arena_fmt(arena, "%.*s'recipe'%.*s", (int)at, kind.p, STR_ARG(str_from(kind, at + 6))).p);
	ok(file_put(arena_fmt(arena, "%s/kinds/recipe.json", folder).p, json_text(arena, json_with(arena, json(arena_fmt(arena, "%.*s'recipe'%.*s", (int)at, kind.p,
		STR_ARG(str_from(kind, at + 6))).p), S("path"), json_str(arena, S("recipes")))), 0644, &test_err));
	reopen();
	ok(take_again(true));
	assert_str(shown_to(viewer_public, str_of(one)).line.headline, "Soup");
	assert_str(stays_out_for(one), "");
}

static void of_what_it_tells_more_than_the_kind_knows_the_rest_is_shown_and_said(void **state) {
	(void)state;
	begin_peer(HUB);
	publishes(one, "{'title':'Ahead','novelty':{'a':1},'tags':'no list','text':'kept'}");
	publishes(two, "{'title':'Redacted','people':[{'name':'A'}]}");
	take();
	struct disclosed r = shown_to(viewer_public, str_of(one));
	assert_str(r.body_text, "{\"text\":\"kept\",\"title\":\"Ahead\"}");
	struct disclosing d = as(viewer_public);
	struct disclosed_copy c;
	ok(disclose_copy(&d, &r, &c, &test_err));
	assert_str(c.left_out, "novelty,tags");
	assert_true(proof_holds(one) && proof_holds(two));
	struct hub_findings f;
	ok(maintain_check(hub, db, arena, &f, &test_err));
	assert_int_equal(f.n, 0);
}

static void all_that_is_public_there_is_public_here_whatever_the_kind_says(void **state) {
	(void)state;
	begin_peer(HUB);
	publishes(one, "{'secret':'told by their rules','title':'Open'}");
	take();
	assert_str(shown_to(viewer_public, str_of(one)).body_text, "{\"secret\":\"told by their rules\",\"title\":\"Open\"}");
}

static void what_it_copied_itself_is_not_copied_again(void **state) {
	(void)state;
	struct str ours = create_public("note", "{'title':'Ours'}");
	begin_peer(HUB);
	says((struct peer_says){.uid = one, .hub = "other.example.org/log", .body = "{'title':'Of a third'}"});
	says((struct peer_says){.uid = ours.p, .hub = "us.example.org/log", .body = "{'title':'Ours, come back'}"});
	take();
	assert_str(stays_out_for(one), "copied");
	assert_str(stays_out_for(ours.p), "copied");
	assert_str(shown_to(viewer_public, ours).line.headline, "Ours");
	/* What this hub copied is said to be that in its own log. */
	publishes(two, "{'title':'Theirs'}");
	take();
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE CAST(statement AS TEXT) LIKE '%\"hub\":\"hub.example.org/log\"%'"), 1);
}

/* ---- what it can't do ---- */

static void a_uid_that_is_somebody_elses_stays_theirs(void **state) {
	(void)state;
	struct str ours = create_public("note", "{'title':'Ours'}"), hidden = create("note", "{'title':'Our draft'}");
	begin_peer(HUB);
	publishes(ours.p, "{'title':'Taken'}");
	publishes(hidden.p, "{'title':'Taken too'}");
	publishes(one, "{'title':'Theirs'}");
	take();
	assert_str(stays_out_for(ours.p), "taken");
	assert_str(stays_out_for(hidden.p), "taken");
	assert_str(shown_to(viewer_public, ours).line.headline, "Ours");
	assert_str(shown_to(viewer_operator, hidden).line.headline, "Our draft");
	says((struct peer_says){.type = ENTRY_TOMBSTONE, .uid = ours.p, .basis = "none"});
	says((struct peer_says){.type = ENTRY_WITHDRAW, .uid = hidden.p});
	take();
	assert_str(shown_to(viewer_public, ours).line.headline, "Ours");
	/* Nor another hub's. */
	begin_peer(S("other.example.org/log"));
	publishes(one, "{'title':'Taken from a third'}");
	take();
	assert_str(stays_out_for(one), "taken");
	says((struct peer_says){.type = ENTRY_TOMBSTONE, .uid = one});
	take();
	assert_str(shown_to(viewer_public, str_of(one)).line.headline, "Theirs");
}

static void numbers_and_names_are_never_taken(void **state) {
	(void)state;
	struct str ours = create_public("note", "{'title':'Ours'}");
	struct str number = shown_to(viewer_public, ours).line.id;
	begin_peer(HUB);
	says((struct peer_says){.uid = one, .id = number.p, .body = arena_fmt(arena, "{'title':'Same number','aliases':['%.*s','TST-2026-002','ALIAS-9','other.example.org/X']}",
		STR_ARG(number)).p});
	take();
	struct disclosed r = shown_to(viewer_public, number);
	assert_str(r.line.uid, ours.p);
	assert_false(is_shown(viewer_public, S("ALIAS-9")) || is_shown(viewer_operator, S("ALIAS-9")) || is_shown(viewer_public, S("other.example.org/X")));
	assert_int_equal(sql_number(arena_fmt(arena, "SELECT count(*) FROM record WHERE number = '%.*s'", STR_ARG(number)).p), 1);
	/* The next number is the next, and its record is found by it. */
	struct str next = create_public("note", "{'title':'Next'}");
	assert_str(shown_to(viewer_public, shown_to(viewer_public, next).line.id).line.uid, next.p);
	/* What may be the same is told. */
	struct disclosing d = as(viewer_public);
	struct disclosed copied = shown_to(viewer_public, str_of(one));
	struct glimpse *same;
	size_t n;
	ok(disclose_known_as(&d, &copied, &same, &n, &test_err));
	assert_true(n >= 1);
	assert_str(same[0].uid, ours.p);
	assert_int_equal(linked(viewer_public, ours, "same-as", true) + linked(viewer_public, ours, "same-as", false), 0);
}

static void a_link_that_waits_for_a_name_does_not_go_to_who_only_calls_itself_so(void **state) {
	(void)state;
	struct change_link waiting = {S("related-to"), S("ALIAS-9")};
	ok(apply((struct change){.op = CHANGE_CREATE, .kind = S("note"), .body = json("{'title':'Waits'}"), .imported = true, .links = &waiting, .links_n = 1, .actor = importer}));
	struct str ours = arena_str(arena, str_of(result.uid));
	int64_t events = sql_number("SELECT count(*) FROM event");
	begin_peer(HUB);
	publishes(one, "{'title':'Says so','aliases':['ALIAS-9'],'crosswalks':[{'scheme':'MIT','id':'1','relation':'exact'}]}");
	take();
	assert_int_equal(linked(viewer_public, ours, "related-to", false), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM event"), events + 1);
	assert_int_equal(sql_number("SELECT count(*) FROM name WHERE role IN ('alias', 'crosswalk', 'number')"), 1); /* our own number */
	/* By the name of its hub it is meant. */
	ok(link_to(ours, "related-to", S("hub.example.org/R-0NE0-0NE0")));
	assert_int_equal(linked(viewer_public, ours, "related-to", false), 1);
}

static void hostile_names_go_by_the_uid(void **state) {
	(void)state;
	static const char *const bad[] = {"", "with blank", "line\nbreak", "\x7f", "tab\there"};
	begin_peer(HUB);
	for (size_t i = 0; i < lengthof(bad); i++) says((struct peer_says){.uid = arena_fmt(arena, "R-AAAA-AAA%zu", i).p, .id = bad[i], .body = "{'title':'T'}"});
	take();
	assert_int_equal(peer.report.created, lengthof(bad));
	for (size_t i = 0; i < lengthof(bad); i++) {
		struct str uid = arena_fmt(arena, "R-AAAA-AAA%zu", i);
		assert_true(str_eq(shown_to(viewer_public, uid).line.id, arena_cat(arena, S("hub.example.org/"), uid)));
	}
	assert_false(copied_hub_fits(S("here")) || copied_hub_fits(S("/log")) || copied_hub_fits(S("a b")) || copied_hub_fits(S("x\ny")) || copied_hub_fits(S("\xd1\x85ub.org")));
	assert_true(copied_hub_fits(HUB) && copied_hub_fits(S("127.0.0.1:8420/log")) && copied_hub_fits(S("[::1]:80/log")));
}

static void links_lead_where_both_ends_are_public_and_change_nothing_else(void **state) {
	(void)state;
	struct str ours = create_public("note", "{'title':'Ours'}"), draft = create("note", "{'title':'Draft'}"), o = create_public("organization", "{'name':'Org'}");
	begin_peer(HUB);
	says((struct peer_says){.uid = one, .body = "{'title':'Links'}", .links = arena_fmt(arena, "[{'rel':'related-to','to':'%s'},{'rel':'related-to','to':'%s'},{'rel':'related-to','to':"
		"'R-9999-9999'},{'rel':'related-to','to':'%s'},{'rel':'quiet','to':'%s'},{'rel':'no-such','to':'%s'},{'rel':'parent','to':'%s'},7,{}]", ours.p, two, draft.p, o.p, ours.p, ours.p).p});
	publishes(two, "{'title':'Comes later'}");
	take();
	assert_int_equal(linked(viewer_public, str_of(one), "related-to", false), 2);
	assert_int_equal(linked(viewer_operator, str_of(one), "quiet", false), 0);
	assert_int_equal(linked(viewer_operator, draft, "related-to", true), 0);
	publishes("R-9999-9999", "{'title':'Last'}");
	take();
	assert_int_equal(linked(viewer_public, str_of(one), "related-to", false), 3);
	says((struct peer_says){.type = ENTRY_AMEND, .uid = one, .body = "{'title':'Links less'}", .links = arena_fmt(arena, "[{'rel':'related-to','to':'%s'}]", two).p});
	take();
	assert_int_equal(linked(viewer_public, str_of(one), "related-to", false), 1);
	assert_int_equal(linked(viewer_public, ours, "related-to", true), 0);
}

/* ---- the door ---- */

static void only_its_own_hub_changes_a_copied_record(void **state) {
	(void)state;
	struct str ours = create_public("note", "{'title':'Ours'}");
	begin_peer(HUB);
	publishes(one, "{'title':'Theirs'}");
	take();
	struct str id = str_of(one);
	fails(apply((struct change){.op = CHANGE_REVISE, .record = id, .body = json("{'title':'Ours now'}")}), ERR_FORBIDDEN);
	assert_has(test_err.message, "hub.example.org");
	fails(move(id, "withdraw", "because"), ERR_FORBIDDEN);
	fails(apply((struct change){.op = CHANGE_ATTACH, .record = id, .file_name = S("a.txt"), .media_type = S("text/plain"), .bytes = S("x")}), ERR_FORBIDDEN);
	fails(apply((struct change){.op = CHANGE_INVITE, .record = id, .subject = S("U-0000-0000"), .role = S("owner")}), ERR_FORBIDDEN);
	ok(link_to(id, "related-to", ours));
	ok(apply((struct change){.op = CHANGE_COMMENT, .record = id, .reason = S("Look at this"), .audiences = PUBLIC}));
	struct disclosing d = as(viewer_operator);
	struct disclosed r = shown_to(viewer_operator, id);
	struct disclosed_rights rights;
	struct disclosed_move *moves;
	size_t n;
	ok(disclose_rights(&d, &r, &rights, &test_err));
	ok(disclose_moves(&d, &r, &moves, &n, &test_err));
	assert_true(!rights.revise && rights.link && rights.comment && rights.erase && n == 0);
	/* A link that was made here stays when theirs change. */
	says((struct peer_says){.type = ENTRY_AMEND, .uid = one, .body = "{'title':'Theirs still'}"});
	take();
	assert_int_equal(linked(viewer_public, id, "related-to", false), 1);
}

static void what_was_erased_here_does_not_come_back(void **state) {
	(void)state;
	begin_peer(HUB);
	publishes(one, "{'title':'Against the law here'}");
	take();
	ok(apply((struct change){.op = CHANGE_ERASE, .record = str_of(one), .reason = S("a court said so")}));
	says((struct peer_says){.type = ENTRY_AMEND, .uid = one, .body = "{'title':'Again'}"});
	take();
	ok(take_again(true));
	assert_int_equal(peer.report.created + peer.report.revised, 0);
	assert_false(sql_number("SELECT count(*) FROM public") != 0);
}

/* ---- damage ---- */

static void a_record_that_is_not_what_was_said_waits_until_it_is(void **state) {
	(void)state;
	begin_peer(HUB);
	publishes(one, "{'title':'Said'}");
	const char *file = in_peer("log/records/R-0NE0-0NE0");
	ok(file_put(file, S("{\"body\":{\"title\":\"Another\"}}"), 0644, &test_err));
	take();
	assert_str(stays_out_for(one), "behind");
	ok(file_put(file, S("no json"), 0644, &test_err));
	take();
	assert_str(stays_out_for(one), "behind");
	ok(file_put(file, S("{\"body\":{\"title\":\"Said\"}}"), 0644, &test_err));
	take();
	assert_str(shown_to(viewer_public, str_of(one)).line.headline, "Said");
	assert_str(stays_out_for(one), "");
}

static void a_statement_that_the_log_did_not_commit_to_stops_all(void **state) {
	(void)state;
	begin_peer(HUB);
	publishes(one, "{'title':'Said'}");
	publishes(two, "{'title':'Said too'}");
	struct str text = arena_str(arena, buf_str(&peer.lines));
	size_t at = str_find(text, S("published"));
	buf_clear(&peer.lines);
	buf_fmt(&peer.lines, "%.*swithdrawn%.*s", (int)at, text.p, STR_ARG(str_from(text, at + 9)));
	fails(take_again(false), ERR_CORRUPT);
	assert_has(test_err.message, "leaf 0: is not what the log committed to");
	assert_int_equal(sql_number("SELECT count(*) FROM record"), 0);
	buf_clear(&peer.lines);
	buf_add(&peer.lines, S("{}\n"));
	fails(take_again(false), ERR_CORRUPT);
	buf_clear(&peer.lines);
	buf_add(&peer.lines, text);
	take();
	assert_int_equal(peer.report.created, 2);
}

/* ---- proofs ---- */

static void a_proof_shows_every_change_that_somebody_makes_to_it(void **state) {
	(void)state;
	begin_peer(HUB);
	publishes(one, "{'title':'Proved','color':'red'}");
	publishes(two, "{'title':'Another'}");
	take();
	struct disclosing d = as(viewer_public);
	struct disclosed r = shown_to(viewer_public, str_of(one));
	const struct json *file;
	struct receipt_checked checked;
	/* The folder as disclose_copy knows it. */
	ok(rename(peer.dir, arena_fmt(arena, "%s/peers/%s", folder, strrchr(peer.dir, '/') + 1).p) ? ERR_STORAGE : ERR_OK);
	ok(disclose_proof(&d, &r, &file, &test_err));
	ok(receipt_check(arena, json_text(arena, file), &peer.signer.key, 1, NULL, 0, &checked, &test_err));
	assert_true(checked.statement && checked.logged && checked.trusted && checked.leaf == 0);
	assert_str(checked.record, one);
	static const struct {
		const char *pointer, *value;
	} changes[] = {{"/fields/0/value", "'blue'"}, {"/fields/1/value", "'Forged'"}, {"/statement/state", "'withdrawn'"}, {"/statement/record", "'R-2W02-2W02'"},
		{"/statement_salt", "'00'"}, {"/type", "'amend'"}, {"/event", "'0101010101010101010101010101010101010101010101010101010101010101'"}, {"/hub/origin", "'x/log'"},
		{"/proof", "'c2sp.org/tlog-proof@v1'"}, {"/polder", "'receipt'"}, {"/version", "2"}};
	for (size_t i = 0; i < lengthof(changes); i++) {
		const struct json *forged = json_with_pointer(arena, file, str_of(changes[i].pointer), json(changes[i].value));
		if (receipt_check(arena, json_text(arena, forged), NULL, 0, NULL, 0, &checked, &test_err)) continue;
		print_error("%s was not seen\n", changes[i].pointer);
		fail();
	}
	/* With one field kept back it holds still. */
	struct str keep = S("title");
	const struct json *shown;
	ok(receipt_redact(arena, file, &keep, 1, false, &shown, &test_err));
	ok(receipt_check(arena, json_text(arena, shown), NULL, 0, NULL, 0, &checked, &test_err));
	assert_int_equal(checked.hidden, 1);
}

static void lists_tell_apart_what_is_ours(void **state) {
	(void)state;
	(void)create_public("note", "{'title':'Before'}");
	assert_int_equal(counted("note", "hub", "here"), 0);
	begin_peer(HUB);
	publishes(one, "{'title':'Theirs'}");
	take();
	struct str later = create_public("note", "{'title':'After'}");
	assert_int_equal(counted("note", "hub", "here"), 2);
	assert_int_equal(counted("note", "hub", "hub.example.org"), 1);
	ok(move(later, "hide", ""));
	assert_int_equal(counted("note", "hub", "here"), 1);
	int64_t records;
	ok(change_rebuild(hub, db, &records, &test_err));
	assert_int_equal(counted("note", "hub", "here"), 1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		peer_test(a_record_comes_under_its_uid_and_the_name_of_its_hub),
		peer_test(what_was_taken_over_is_not_taken_over_again),
		peer_test(a_change_a_withdrawal_and_an_erasure_come_along),
		peer_test(what_is_public_no_more_there_is_hidden_here_and_may_come_back),
		peer_test(a_field_that_was_erased_there_goes_from_all_that_was_said_here),
		peer_test(what_the_hub_does_not_know_stays_out_and_comes_when_it_does),
		peer_test(of_what_it_tells_more_than_the_kind_knows_the_rest_is_shown_and_said),
		peer_test(all_that_is_public_there_is_public_here_whatever_the_kind_says),
		peer_test(what_it_copied_itself_is_not_copied_again),
		peer_test(a_uid_that_is_somebody_elses_stays_theirs),
		peer_test(numbers_and_names_are_never_taken),
		peer_test(a_link_that_waits_for_a_name_does_not_go_to_who_only_calls_itself_so),
		peer_test(hostile_names_go_by_the_uid),
		peer_test(links_lead_where_both_ends_are_public_and_change_nothing_else),
		peer_test(only_its_own_hub_changes_a_copied_record),
		peer_test(what_was_erased_here_does_not_come_back),
		peer_test(a_record_that_is_not_what_was_said_waits_until_it_is),
		peer_test(a_statement_that_the_log_did_not_commit_to_stops_all),
		peer_test(a_proof_shows_every_change_that_somebody_makes_to_it),
		peer_test(lists_tell_apart_what_is_ours),
	};
	return cmocka_run_group_tests_name("hub/follow", tests, NULL, NULL);
}
