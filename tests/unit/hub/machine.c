/* The machines of coordinated disclosure, every move of them and none besides. */
#include "test.h"

#include "hub/case/machine.h"

/* Of all pairs of states, those that the table leads between by each verb. */
static void only_these_moves(const struct machine_move *table, size_t n, struct str (*name)(char), const char *states, const char *const *verbs,
	const char *const *expected) {
	size_t found = 0, told = 0;
	while (expected[told]) told++;
	for (const char *from = states; *from; from++) {
		for (const char *const *verb = verbs; *verb; verb++) {
			struct err e = {0};
			char to = machine_next(table, n, name, *from, *verb, &e);
			if (!to) {
				assert_int_equal(e.code, ERR_CONFLICT);
				assert_has(str_of(e.message).p, "there is no");
				continue;
			}
			char move[64];
			snprintf(move, sizeof move, "%c %s %c", *from, *verb, to);
			bool known = false;
			for (size_t i = 0; i < told; i++) known |= strcmp(expected[i], move) == 0;
			if (!known) print_error("not expected: %s\n", move);
			assert_true(known);
			found++;
		}
	}
	assert_int_equal(found, told);
}

static void report_management_has_its_eleven_moves(void **state) {
	(void)state;
	static const char *const verbs[] = {"receive", "validate", "invalidate", "accept", "defer", "close", "reset", NULL};
	static const char *const moves[] = {"S receive R", "R validate V", "R invalidate I", "I validate V", "I close C", "V accept A", "V defer D",
		"A defer D", "A close C", "D accept A", "D close C", NULL};
	assert_int_equal(rm_moves_n, 11);
	only_these_moves(rm_moves, rm_moves_n, rm_name, "SRIVDAC", verbs, moves);
}

static void embargo_management_has_its_ten_moves(void **state) {
	(void)state;
	static const char *const verbs[] = {"propose", "reject", "accept", "end", "close", NULL};
	static const char *const moves[] = {"N propose P", "P propose P", "P reject N", "P accept A", "A propose R", "A end X", "R propose R", "R accept A",
		"R reject A", "R end X", NULL};
	assert_int_equal(em_moves_n, 10);
	only_these_moves(em_moves, em_moves_n, em_name, "NPARX", verbs, moves);
}

static void consent_is_given_lapses_and_ends(void **state) {
	(void)state;
	static const char *const verbs[] = {"invite", "accept", "decline", "revise", "reset", NULL};
	static const char *const moves[] = {"N invite I", "L invite I", "D invite I", "N accept S", "I accept S", "L accept S", "N decline D", "I decline D",
		"L decline D", "S revise L", "N reset N", "I reset N", "S reset N", "L reset N", "D reset N", NULL};
	only_these_moves(consent_moves, consent_moves_n, consent_name, "NISLD", verbs, moves);
	for (const char *c = "NISLD"; *c; c++) assert_int_equal(consent_of(consent_name(*c)), *c);
	assert_int_equal(consent_of(S("whatever")), 0);
}

static void a_refusal_says_what_there_is(void **state) {
	(void)state;
	struct err e = {0};
	assert_int_equal(rm_next('R', "accept", &e), 0);
	assert_string_equal(e.message, "from \"received\" there is no \"accept\"; there is: validate, invalidate");
	assert_int_equal(em_next('X', "propose", &e), 0);
	assert_string_equal(e.message, "from \"exited\" there is no \"propose\"; there is: nothing");
}

/* ---- the states of a case ---- */

static const enum case_fact all_facts[] = {VENDOR_AWARE, FIX_READY, FIX_DEPLOYED, PUBLIC_AWARE, EXPLOIT_PUBLIC, ATTACKS_OBSERVED};

static int histories(unsigned facts) {
	int n = facts == 63;
	for (size_t i = 0; i < lengthof(all_facts); i++)
		if (case_state_may(facts, all_facts[i])) n += histories(facts | all_facts[i]);
	return n;
}

static void a_case_has_32_states_58_transitions_and_70_histories(void **state) {
	(void)state;
	int states = 0, transitions = 0;
	for (unsigned facts = 0; facts < 64; facts++) {
		if (!case_state_valid(facts)) continue;
		states++;
		for (size_t i = 0; i < lengthof(all_facts); i++) transitions += case_state_may(facts, all_facts[i]);
	}
	assert_int_equal(states, 32);
	assert_int_equal(transitions, 58);
	assert_int_equal(histories(0), 70);
}

static void what_the_public_knows_the_vendor_knows(void **state) {
	(void)state;
	assert_int_equal(case_state_forced(PUBLIC_AWARE), VENDOR_AWARE);
	assert_int_equal(case_state_forced(EXPLOIT_PUBLIC), PUBLIC_AWARE);
	assert_int_equal(case_state_forced(EXPLOIT_PUBLIC | PUBLIC_AWARE), VENDOR_AWARE);
	assert_int_equal(case_state_forced(ATTACKS_OBSERVED), 0);
	assert_false(case_state_may(PUBLIC_AWARE, ATTACKS_OBSERVED));
	assert_false(case_state_may(0, FIX_READY));
	assert_false(case_state_may(VENDOR_AWARE, FIX_DEPLOYED));
	assert_true(case_state_ends_embargo(VENDOR_AWARE | ATTACKS_OBSERVED));
	assert_false(case_state_ends_embargo(VENDOR_AWARE | FIX_READY | FIX_DEPLOYED));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_management_has_its_eleven_moves), cmocka_unit_test(embargo_management_has_its_ten_moves),
		cmocka_unit_test(consent_is_given_lapses_and_ends), cmocka_unit_test(a_refusal_says_what_there_is),
		cmocka_unit_test(a_case_has_32_states_58_transitions_and_70_histories), cmocka_unit_test(what_the_public_knows_the_vendor_knows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
