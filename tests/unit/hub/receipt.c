/* Receipts: codes as they are written and typed, what follows from them, drafts, sending once. */
#include "test.h"

#include "hub/disclose_similar.h"
#include "hub/intake.h"

static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static struct str text_of(const struct receipt_code *code) {
	char out[RECEIPT_TEXT];
	return arena_str(arena, receipt_text(code, out));
}

static void a_code_is_read_as_it_was_written(void **state) {
	(void)state;
	for (int i = 0; i < 2000; i++) {
		struct receipt_code code = receipt_make(), again;
		struct str text = text_of(&code);
		assert_int_equal(text.n, RECEIPT_TEXT - 1);
		ok(receipt_parse(text, &again, &test_err));
		assert_memory_equal(&code, &again, sizeof code);
		arena_clear(arena);
	}
}

static void a_code_is_read_as_people_type_it(void **state) {
	(void)state;
	struct receipt_code code = {{0, 1, 2, 3, 0x21, 0x08, 0x42}}, again;
	struct str text = text_of(&code);
	char typed[100];
	size_t n = 0;
	typed[n++] = ' ';
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == '-') c = i % 2 ? ' ' : '\t';
		if (c == '0') c = i % 2 ? 'O' : 'o';
		if (c == '1') c = i % 3 ? 'l' : 'I';
		if (c >= 'A' && c <= 'Z' && i % 2) c = (char)(c + 32);
		typed[n++] = c;
	}
	ok(receipt_parse(str_n(typed, n), &again, &test_err));
	assert_memory_equal(&code, &again, sizeof code);
}

static void every_single_mistake_and_every_exchange_of_two_letters_is_told(void **state) {
	(void)state;
	struct receipt_code code = receipt_make(), other;
	struct str text = text_of(&code);
	char typed[RECEIPT_TEXT];
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '-') continue;
		for (const char *c = letters; *c; c++) {
			memcpy(typed, text.p, text.n);
			typed[i] = *c;
			if (*c == text.p[i]) continue;
			fails(receipt_parse(str_n(typed, text.n), &other, &test_err), ERR_INVALID);
			assert_has(test_err.message, "typing error");
		}
		for (size_t j = 0; j < i; j++) {
			if (text.p[j] == '-' || text.p[j] == text.p[i]) continue;
			memcpy(typed, text.p, text.n);
			typed[i] = text.p[j];
			typed[j] = text.p[i];
			fails(receipt_parse(str_n(typed, text.n), &other, &test_err), ERR_INVALID);
		}
	}
}

static void what_is_no_code_is_refused_in_words(void **state) {
	(void)state;
	struct receipt_code code;
	static const struct { const char *typed, *words; } bad[] = {{"", "here are 0"}, {"K7QM-2XWD", "here are 8"}, {"0000-0000-0000-0000-0000-0000-00", "longer"},
		{"U000-0000-0000-0000-0000-0000-0", "never a U"}, {"0000-0000-0000-0000-0000-0000-!", "only digits and letters"}, {"\xC3\xA9", "only digits and letters"}};
	for (size_t i = 0; i < lengthof(bad); i++) {
		fails(receipt_parse(str_of(bad[i].typed), &code, &test_err), ERR_INVALID);
		assert_has(test_err.message, bad[i].words);
	}
	fails(receipt_parse(str_n("0000\0", 5), &code, &test_err), ERR_INVALID);
}

static void a_draft_is_sealed_and_opened_by_its_code_alone(void **state) {
	(void)state;
	struct receipt_code code = receipt_make(), other = receipt_make();
	struct str draft;
	ok(receipt_draft_save(hub, &code, S("what nobody knows"), &test_err));
	ok(receipt_draft_save(hub, &code, S("what nobody knows yet"), &test_err));
	ok(receipt_draft_load(hub, db, &code, arena, &draft, &test_err));
	assert_str(draft, "what nobody knows yet");
	fails(receipt_draft_load(hub, db, &other, arena, &draft, &test_err), ERR_NOT_FOUND);
	assert_int_equal(sql_number("SELECT count(*) FROM receipt WHERE instr(draft, 'nobody') > 0"), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM receipt"), 1);
	ok(receipt_draft_drop(hub, &code, &test_err));
	fails(receipt_draft_load(hub, db, &code, arena, &draft, &test_err), ERR_NOT_FOUND);
}

static moment much_later(void) {
	return (moment)365 * 60 * DAY;
}

static void drafts_that_nobody_touches_are_thrown_away(void **state) {
	(void)state;
	struct receipt_code code = receipt_make(), other = receipt_make();
	struct str draft;
	ok(receipt_draft_save(hub, &code, S("old"), &test_err));
	now_replace(much_later);
	ok(receipt_draft_save(hub, &other, S("new"), &test_err));
	now_replace(NULL);
	fails(receipt_draft_load(hub, db, &code, arena, &draft, &test_err), ERR_NOT_FOUND);
	ok(receipt_draft_load(hub, db, &other, arena, &draft, &test_err));
}

static void a_ticket_is_good_for_half_an_hour_and_for_this_hub(void **state) {
	(void)state;
	struct receipt_code code = receipt_make(), again;
	struct str ticket;
	ok(receipt_ticket(hub, &code, arena, &ticket, &test_err));
	assert_true(receipt_of_ticket(hub, ticket, arena, &again));
	assert_memory_equal(&code, &again, sizeof code);
	now_replace(much_later);
	assert_false(receipt_of_ticket(hub, ticket, arena, &again));
	now_replace(NULL);
	char *damaged = (char *)(uintptr_t)arena_str(arena, ticket).p;
	damaged[20] = damaged[20] == 'A' ? 'B' : 'A';
	assert_false(receipt_of_ticket(hub, str_n(damaged, ticket.n), arena, &again));
	assert_false(receipt_of_ticket(hub, S("nonsense"), arena, &again));
	assert_false(receipt_of_ticket(hub, STR_EMPTY, arena, &again));
}

static const char good[] = "{'title': 'A flaw', 'description': 'It is one.', 'classification': {'real_world_harm': false, 'malicious_actor': true, 'csam': false},"
	"'systems': [{'name': 'Example Chat'}], 'severity': 'low', 'steps_to_reproduce': 'Ask.', 'attacker': {'objectives': 'none'},"
	"'disclosure': {'intent': 'no'}, 'confirmed': true}";

static void sending_twice_under_one_name_makes_one_report_with_one_code(void **state) {
	(void)state;
	struct intake in = {.how = INTAKE_ANONYMOUS, .body = json(good), .once = S("0123456789abcdef")};
	struct intake_sent one, two, three;
	ok(intake_send(hub, db, &in, arena, &one, &test_err));
	ok(intake_send(hub, db, &in, arena, &two, &test_err));
	assert_string_equal(one.receipt, two.receipt);
	assert_string_equal(one.uid, two.uid);
	assert_true(!one.again && two.again);
	in.body = json_with(arena, in.body, S("title"), json_str(arena, S("Another")));
	ok(intake_send(hub, db, &in, arena, &three, &test_err));
	assert_true(three.differs && !three.again);
	assert_int_equal(sql_number("SELECT count(*) FROM record WHERE kind = 'report'"), 1);
	in.once = S("too short");
	fails(intake_send(hub, db, &in, arena, &three, &test_err), ERR_INVALID);
	check_whole();
}

static void a_report_that_is_refused_leaves_no_receipt(void **state) {
	(void)state;
	struct intake in = {.how = INTAKE_ANONYMOUS, .body = json("{'title': 'A flaw'}")};
	struct intake_sent sent;
	fails(intake_send(hub, db, &in, arena, &sent, &test_err), ERR_INVALID);
	in = (struct intake){.how = INTAKE_ANONYMOUS, .body = json(good), .systems = &S("nobody-knows"), .systems_n = 1};
	fails(intake_send(hub, db, &in, arena, &sent, &test_err), ERR_INVALID);
	assert_int_equal(sql_number("SELECT count(*) FROM receipt"), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM record WHERE kind = 'report'"), 0);
}

static void the_finder_owns_the_report_and_nobody_else_learns_of_it(void **state) {
	(void)state;
	struct intake in = {.how = INTAKE_PSEUDONYM, .body = json_with_pointer(arena, json(good), S("/reporter/name"), json_str(arena, S("watchful")))};
	struct intake_sent sent;
	struct receipt_code code;
	struct receipt r;
	ok(intake_send(hub, db, &in, arena, &sent, &test_err));
	ok(receipt_parse(str_of(sent.receipt), &code, &test_err));
	ok(receipt_find(hub, db, &code, arena, &r, &test_err));
	assert_str(r.record, sent.uid);
	assert_int_equal(strncmp(r.subject, "A-", 2), 0);
	assert_str(json_string(json_pointer(shown_to(receipt_viewer(&r), r.record).body, S("/reporter/name"))), "watchful");
	assert_false(is_shown(viewer_public, r.record));
	assert_false(is_shown(viewer_of("U-0000-0000", ROLE_MEMBER), r.record));
	struct change comment = {.op = CHANGE_COMMENT, .actor = receipt_actor(&r), .record = r.record, .reason = S("Hello")};
	ok(apply(comment));
	struct change accept = {.op = CHANGE_MOVE, .actor = receipt_actor(&r), .record = r.record, .move = S("validate")};
	fails(apply(accept), ERR_FORBIDDEN);
}

static void what_may_not_be_taken_in_is_cleaned_away(void **state) {
	(void)state;
	const struct json *body = json("{'title': 'A', 'classification': {'real_world_harm': true, 'malicious_actor': true, 'csam': true}, 'proof_of_concept': 'p',"
		"'evidence': [{'text': 'e'}], 'systems': [{'name': 'S', 'sessions': ['s'], 'settings': 't'}], 'disclosure': {'urls': ['u']}, 'reporter': {'email': 'a@b.example'}}");
	const struct json *clean = intake_clean(hub, arena, INTAKE_ANONYMOUS, body);
	assert_str(json_canonical(arena, clean), "{\"classification\":{\"csam\":true,\"malicious_actor\":true,\"real_world_harm\":true,\"type\":\"security-incident\"},"
		"\"disclosure\":{},\"systems\":[{\"name\":\"S\"}],\"title\":\"A\"}");
}

static void two_reports_in_other_words_about_one_system_are_alike_and_strangers_are_not(void **state) {
	(void)state;
	static const char *const bodies[] = {
		"{'title': 'Airline assistant promises refunds', 'description': 'It promised a refund after a funeral.', 'systems': [{'name': 'Skyways Helper'}]}",
		"{'title': 'Refund promised by the airline assistant', 'description': 'After a funeral it said there was a refund.', 'systems': [{'name': 'Skyways Helper 2'}]}",
		"{'title': 'Pictures of maps are upside down', 'description': 'North is below.', 'systems': [{'name': 'Mapmaker'}]}"};
	struct str uids[lengthof(bodies)];
	struct similar found[SIMILAR];
	size_t n;
	for (size_t i = 0; i < lengthof(bodies); i++) {
		ok(apply((struct change){.op = CHANGE_CREATE, .kind = S("report"), .body = json(bodies[i]), .state = S("received")}));
		uids[i] = arena_str(arena, str_of(result.uid));
	}
	struct disclosing d = as(viewer_operator);
	struct disclosed r = shown_to(viewer_operator, uids[0]);
	ok(disclose_similar(&d, &r, found, &n, &test_err));
	assert_int_equal(n, 1);
	assert_str(found[0].line.uid, uids[1].p);
	assert_true(found[0].same_system && found[0].likeness > 0.5);
	assert_has(arena_cstr(arena, found[0].words), "refund");
	/* Nobody but coordinators is told. */
	d.viewer = viewer_of("U-0000-0000", ROLE_MEMBER);
	ok(disclose_similar(&d, &r, found, &n, &test_err));
	assert_int_equal(n, 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		arena_test(a_code_is_read_as_it_was_written), arena_test(a_code_is_read_as_people_type_it),
		arena_test(every_single_mistake_and_every_exchange_of_two_letters_is_told), arena_test(what_is_no_code_is_refused_in_words),
		hub_test(a_draft_is_sealed_and_opened_by_its_code_alone), hub_test(drafts_that_nobody_touches_are_thrown_away),
		hub_test(a_ticket_is_good_for_half_an_hour_and_for_this_hub), hub_test(sending_twice_under_one_name_makes_one_report_with_one_code),
		hub_test(a_report_that_is_refused_leaves_no_receipt), hub_test(the_finder_owns_the_report_and_nobody_else_learns_of_it),
		hub_test(what_may_not_be_taken_in_is_cleaned_away), hub_test(two_reports_in_other_words_about_one_system_are_alike_and_strangers_are_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
