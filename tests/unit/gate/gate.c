/* What the gate's verdict follows from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/gate/gate.h"

static struct arena *arena;
static struct err test_err;
static struct card card;

#define WHOLE "---\nlicense: %s\n---\nIt is intended for tests and should not be used for anything else. Known limitations: many. It was trained on tests. \n## Evaluation\nIt passed all tests.\n"

static struct card card_under(const char *licence) {
	struct card c;
	assert_int_equal(card_read(arena, arena_fmt(arena, WHOLE, licence), &c, &test_err), ERR_OK);
	return c;
}
static int begin(void **state) {
	(void)state;
	arena = arena_new(64 << 20);
	card = card_under("mit");
	return arena ? 0 : -1;
}
static int end(void **state) {
	(void)state;
	arena_free(arena);
	return 0;
}

/* JSON with ' for ". */
static const struct json *json_of(const char *text) {
	const struct json *v;
	char *copy = arena_alloc(arena, strlen(text) + 1);
	for (size_t i = 0; text[i]; i++) copy[i] = text[i] == '\'' ? '"' : text[i];
	assert_int_equal(json_parse(arena, str_of(copy), NULL, &v, &test_err), ERR_OK);
	return v;
}
static struct gate_given good(void) {
	return (struct gate_given){.scan = json_of("{'files':[{'path':'m/a','verdict':'PASS','findings':[]}]}"), .card = &card, .own = S("me/model")};
}
static struct gate judged(const struct gate_given *g) {
	struct gate out;
	assert_int_equal(gate_judge(arena, g, &out, &test_err), ERR_OK);
	return out;
}
static void gives(const struct gate_given *g, enum gate_name check, enum gate_verdict v, const char *rule) {
	struct gate out = judged(g);
	if (out.checks[check].verdict != v) fail_msg("%s: %s", rule, gate_verdict_name(out.checks[check].verdict));
	for (size_t i = 0; i < out.checks[check].n; i++)
		if (str_is(out.checks[check].findings[i].rule, rule)) return;
	fail_msg("no finding %s", rule);
}

static void what_is_all_right_passes(void **state) {
	(void)state;
	struct gate_given g = good();
	struct gate out = judged(&g);
	assert_int_equal(out.verdict, GATE_PASS);
	assert_true(out.checks[GATE_SCAN].done && out.checks[GATE_CARD].done);
	assert_false(out.checks[GATE_KNOWN].done || out.checks[GATE_SIGNATURE].done);
}

static void the_worst_file_is_the_scans_verdict(void **state) {
	(void)state;
	static const struct {
		const char *word;
		enum gate_verdict verdict;
	} cases[] = {{"PASS", GATE_PASS}, {"REVIEW", GATE_REVIEW}, {"INCONCLUSIVE", GATE_INCONCLUSIVE}, {"INVALID", GATE_BLOCK}, {"BLOCK", GATE_BLOCK}, {"SOMETHING", GATE_INCONCLUSIVE}};
	for (size_t i = 0; i < lengthof(cases); i++) {
		struct gate_given g = good();
		g.scan = json_of(arena_fmt(arena, "{'files':[{'path':'a','verdict':'PASS','findings':[]},{'path':'b','verdict':'%s','findings':[{'rule':'r','message':'m','advice':'a'}]}]}", cases[i].word).p);
		struct gate out = judged(&g);
		assert_int_equal(out.verdict, cases[i].verdict);
		assert_int_equal(out.checks[GATE_SCAN].n, cases[i].verdict != GATE_PASS);
	}
	struct gate_given g = good();
	g.scan = NULL;
	g.scan_failed = S("It broke.");
	gives(&g, GATE_SCAN, GATE_INCONCLUSIVE, "scan-failed");
	g.scan = json_of("{'files':[]}");
	gives(&g, GATE_SCAN, GATE_BLOCK, "scan-nothing");
	struct gate out;
	g.scan = json_of("{}");
	assert_int_equal(gate_judge(arena, &g, &out, &test_err), ERR_INVALID);
}

static void a_card_must_say_what_a_user_must_know(void **state) {
	(void)state;
	struct gate_given g = good();
	g.card = NULL;
	g.card_failed = S("There is none.");
	gives(&g, GATE_CARD, GATE_BLOCK, "card-unreadable");
	struct card bare;
	assert_int_equal(card_read(arena, S("---\nlicense: mit\n---\nIt is intended for tests.\n"), &bare, &test_err), ERR_OK);
	g.card = &bare;
	gives(&g, GATE_CARD, GATE_BLOCK, "card-scope-missing");
	gives(&g, GATE_CARD, GATE_BLOCK, "card-limits-missing"); /* a note among them */
	static const struct str accepted[] = {S_INIT("card-scope-missing"), S_INIT("never-met")};
	g.accepted = accepted;
	g.accepted_n = 2;
	gives(&g, GATE_CARD, GATE_PASS, "card-scope-missing");
	assert_true(str_is(judged(&g).unused, "never-met"));
}

/* ---- what a hub knows ---- */

#define SYSTEMS "'systems':[{'line':{'uid':'R-1','title':'Model'},'name':'me/model','distance':0},{'line':{'uid':'R-2','title':'Base'},'name':'me/model','distance':1,'rel':'built-on','licence':%s}," \
	"{'line':{'uid':'R-3','title':'Named base'},'name':'they/base','distance':0}]"

static const struct json *known(const char *licence, const char *items) {
	return json_of(arena_fmt(arena, "{" SYSTEMS ",'items':[%s],'more':false}", licence, items).p);
}

static void what_affects_this_version_stops_it(void **state) {
	(void)state;
	static const struct {
		const char *item, *rule;
		enum gate_verdict verdict;
	} cases[] = {
		{"{'line':{'id':'A-1','kind':'advisory'},'about':'R-1','withdrawn':false,'version':'affected'}", "known-affected", GATE_BLOCK},
		{"{'line':{'id':'A-1','kind':'advisory'},'about':'R-1','withdrawn':false,'version':'unsure'}", "known-about", GATE_REVIEW},
		{"{'line':{'id':'A-1','kind':'advisory'},'about':'R-1','withdrawn':false,'version':'not-affected'}", "known-not-affected", GATE_PASS},
		{"{'line':{'id':'I-1','kind':'incident'},'about':'R-1','withdrawn':false,'version':'unsure'}", "known-about", GATE_REVIEW},
		{"{'line':{'id':'A-1','kind':'advisory'},'about':'R-2','withdrawn':false,'version':'affected','severity':'critical'}", "known-base", GATE_REVIEW},
		{"{'line':{'id':'A-1','kind':'advisory'},'about':'R-2','withdrawn':false,'version':'unsure','severity':'low'}", "known-base", GATE_PASS},
		{"{'line':{'id':'A-1','kind':'advisory'},'about':'R-3','withdrawn':false,'version':'affected','severity':'high'}", "known-base", GATE_REVIEW},
		{"{'line':{'id':'I-1','kind':'incident'},'about':'R-3','withdrawn':false,'version':'unsure','severity':'high'}", "known-base", GATE_PASS},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		struct gate_given g = good();
		g.known = known("null", cases[i].item);
		gives(&g, GATE_KNOWN, cases[i].verdict, cases[i].rule);
		struct str accepted = S("a-1");
		g.accepted = &accepted;
		g.accepted_n = 1;
		if (strstr(cases[i].item, "A-1")) assert_int_equal(judged(&g).checks[GATE_KNOWN].verdict, GATE_PASS);
	}
	struct gate_given g = good();
	g.known = known("null", "{'line':{'id':'A-1','kind':'advisory'},'about':'R-1','withdrawn':true,'version':'affected'}");
	assert_int_equal(judged(&g).verdict, GATE_PASS);
	/* Without a name of its own all that is known is of what it is made from. */
	g.own = STR_EMPTY;
	g.known = known("null", "{'line':{'id':'A-1','kind':'advisory'},'about':'R-1','withdrawn':false,'version':'affected','severity':'low'}");
	assert_int_equal(judged(&g).verdict, GATE_PASS);
}

static void a_hub_that_does_not_answer_is_no_pass(void **state) {
	(void)state;
	struct gate_given g = good();
	g.known_failed = S("No connection.");
	gives(&g, GATE_KNOWN, GATE_INCONCLUSIVE, "known-failed");
	struct gate out;
	g.known_failed = STR_EMPTY;
	g.known = json_of("{'items':5}");
	assert_int_equal(gate_judge(arena, &g, &out, &test_err), ERR_INVALID);
	g.known = json_of("{" "'systems':[],'items':[],'more':true}");
	gives(&g, GATE_KNOWN, GATE_REVIEW, "known-more");
}

static void restrictions_of_what_it_is_made_from_are_handed_on(void **state) {
	(void)state;
	static const struct {
		const char *base, *licence;
		enum gate_verdict verdict;
	} cases[] = {
		{"{'id':'creativeml-openrail-m'}", "mit", GATE_BLOCK}, {"{'id':'creativeml-openrail-m'}", "creativeml-openrail-m", GATE_PASS}, {"{'id':'mit'}", "mit", GATE_PASS},
		{"{'type':'responsible-use','carries_over':true}", "mit", GATE_REVIEW}, {"{'type':'responsible-use','carries_over':true}", "openrail", GATE_PASS},
		{"{'type':'responsible-use','carries_over':false}", "mit", GATE_PASS}, {"{'restrictions':[{'text':'No.'}],'carries_over':true}", "apache-2.0", GATE_REVIEW}, {"null", "mit", GATE_PASS},
		{"{'id':'cc-by-nd-4.0'}", "other", GATE_REVIEW},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		struct card own = card_under(cases[i].licence);
		struct gate_given g = good();
		g.card = &own;
		g.known = known(cases[i].base, "");
		enum gate_verdict v = judged(&g).checks[GATE_KNOWN].verdict;
		if (v != cases[i].verdict) fail_msg("%s → %s: %s", cases[i].base, cases[i].licence, gate_verdict_name(v));
	}
}

static void a_signature_is_good_wrong_or_wanted(void **state) {
	(void)state;
	static const enum gate_verdict free[] = {GATE_PASS, GATE_REVIEW, GATE_PASS, GATE_BLOCK}, required[] = {GATE_BLOCK, GATE_BLOCK, GATE_PASS, GATE_BLOCK};
	for (int s = GATE_NOT_SIGNED; s <= GATE_SIGNATURE_WRONG; s++) {
		struct gate_given g = good();
		g.signature = (enum gate_signed)s;
		assert_int_equal(judged(&g).verdict, free[s]);
		g.signature_required = true;
		assert_int_equal(judged(&g).verdict, required[s]);
	}
}

#define gate_unit(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void) {
	const struct CMUnitTest tests[] = {
		gate_unit(what_is_all_right_passes),
		gate_unit(the_worst_file_is_the_scans_verdict),
		gate_unit(a_card_must_say_what_a_user_must_know),
		gate_unit(what_affects_this_version_stops_it),
		gate_unit(a_hub_that_does_not_answer_is_no_pass),
		gate_unit(restrictions_of_what_it_is_made_from_are_handed_on),
		gate_unit(a_signature_is_good_wrong_or_wanted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
