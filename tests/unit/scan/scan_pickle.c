/* Pickles: what the machine does, what is allowed, and each way to hide from it. */
#include "test_scan.h"

#include "lib/scan/pickle.h"
#include "lib/scan/profile.h"

#define OS_SYSTEM "\x8C\2os\x8C\6system\x93"
#define ECHO      "(\x8C\4echotR"

static void data_of_every_protocol_pass(void **state) {
	(void)state;
	PASSES("(lp0\nI1\naF1.5\naS'a\\'b'\np1\naVtext\np2\naL5L\naI01\naNa.");
	PASSES("]q\0(K\1K\2G?\xF0\0\0\0\0\0\0U\3abcq\1e.");
	PASSES("\x80\2}q\0(X\1\0\0\0aq\1K\1\x88\x89\x8A\1\xFFu.");
	PASSES("\x80\3C\3abcq\0.");
	PASSES("\x80\4\x95\x0B\0\0\0\0\0\0\0]\x94(K\1K\2K\3e.");
	PASSES("\x80\5\x96\3\0\0\0\0\0\0\0abc\x94.");
	PASSES("\x80\4(K\1\x91.");
	PASSES("\x80\4\x8F\x94(K\1\x90.");
}

static void calls_that_profiles_list_pass(void **state) {
	(void)state;
	PASSES("\x80\2" "ccollections\nOrderedDict\nq\0)Rq\1X\1\0\0\0aK\1s.");
	PASSES("\x80\2" "ccopy_reg\n_reconstructor\n(ccollections\nOrderedDict\nc__builtin__\nobject\nNtR.");
	PASSES("\x80\2" "cnumpy\ndtype\nX\2\0\0\0f8K\0K\1\x87R(K\3X\1\0\0\0<NNNJ\xFF\xFF\xFF\xFFJ\xFF\xFF\xFF\xFFK\0tb.");
	PASSES("\x80\2" "c_codecs\nencode\nX\1\0\0\0aX\6\0\0\0latin1\x86R.");
}

static void what_no_list_has_is_blocked(void **state) {
	(void)state;
	FOUND(PICKLE_CALL_UNLISTED, "\x80\4\x8C\7package\x8C\10function\x93)R.");
	FOUND(PICKLE_IMPORT_UNLISTED, "\x80\4\x8C\7package\x8C\5thing\x93.");
	FOUND(PICKLE_CALL_DENIED, "\x80\4" OS_SYSTEM ECHO ".");
	FOUND(PICKLE_IMPORT_DENIED, "\x80\4" OS_SYSTEM ".");
	assert_int_equal(file.findings_n, 1);
	assert_int_equal(file.findings[0].offset, 2 + 4 + 8);
}

static void an_addition_allows_one_name(void **state) {
	(void)state;
	static const struct str allow[] = {S_INIT("package.function")};
	options.allow = allow;
	options.allow_n = 1;
	PASSES("\x80\4\x8C\7package\x8C\10function\x93)R.");
	FOUND(PICKLE_CALL_UNLISTED, "\x80\4\x8C\7package\x8C\11function2\x93)R.");
}

static void profiles_can_be_chosen(void **state) {
	(void)state;
	options.profiles = SCAN_PLAIN;
	FOUND(PICKLE_IMPORT_UNLISTED, "\x80\2" "cnumpy\nndarray\n.");
	PASSES("\x80\2" "ccollections\nOrderedDict\n)R.");
}

static void names_are_found_however_they_are_written(void **state) {
	(void)state;
	FOUND(PICKLE_CALL_DENIED, "cos\nsystem\n(S'echo'\ntR.");
	FOUND(PICKLE_CALL_DENIED, "(S'echo'\nios\nsystem\n.");
	FOUND(PICKLE_CALL_DENIED, "(cos\nsystem\nS'echo'\no.");
	FOUND(PICKLE_CALL_DENIED, "V\\u006fs\nS'sys\\x74em'\n\x93(S'echo'\ntR.");
	FOUND(PICKLE_CALL_DENIED, "\x80\4\x8C\2os\x94\x8C\6system\x94" "00h\0h\1\x93" ECHO ".");
	FOUND(PICKLE_CALL_DENIED, "\x80\4\x8C\1xq\0" "0\x8C\2osq\0" "0\x8C\6system\x94" "0h\0h\1\x93" ECHO ".");
	FOUND(PICKLE_NAME, "\x80\4" "ccollections\nOrderedDict\n)R\x8C\6system\x93.");
	FOUND(PICKLE_EXTENSION, "\x80\2\x82\1.");
}

static void a_call_is_found_wherever_it_goes(void **state) {
	(void)state;
	FOUND(PICKLE_CALL_DENIED, "\x80\4" OS_SYSTEM ECHO "0N.");
	FOUND(PICKLE_CALL_DENIED, "\x80\4(" OS_SYSTEM ECHO "1N.");
	FOUND(PICKLE_CALL_DENIED, "\x80\4" OS_SYSTEM ECHO "\xFF\xFF");
	FOUND(PICKLE_CALL_DENIED, "\x80\4N.\x80\4" OS_SYSTEM ECHO ".");
	FOUND(PICKLE_CALL_DENIED, "\x80\4" "C\x19\x80\4" OS_SYSTEM ECHO "..");
}

static void only_functions_by_name_are_called_and_nothing_named_is_changed(void **state) {
	(void)state;
	FOUND(PICKLE_INDIRECT, "\x80\2" "ccollections\nOrderedDict\n)R)R.");
	FOUND(PICKLE_INDIRECT, "\x80\2" "ccollections\nOrderedDict\n}X\1\0\0\0aK\1sb.");
	FOUND(PICKLE_INDIRECT, "\x80\2" "ccollections\nOrderedDict\nX\1\0\0\0aK\1s.");
	FOUND(PICKLE_INDIRECT, "\x80\2" "ctorch\nfloat32\n)R.");
	FOUND(PICKLE_ARGUMENTS, "\x80\2" "c_codecs\nencode\nX\1\0\0\0aX\3\0\0\0zip\x86R.");
	FOUND(PICKLE_ARGUMENTS, "\x80\2" "cbuiltins\ntype\nX\1\0\0\0A)}\x87R.");
}

static void a_pickle_that_breaks_is_invalid_and_one_that_ends_is_inconclusive(void **state) {
	(void)state;
	FOUND(PICKLE_BROKEN, "\x80\4K\1K\2h\5K\1.");
	FOUND(PICKLE_BROKEN, "\x80\4]K\1K\2\x85\x85\xFF");
	FOUND(TRUNCATED, "\x80\4]\x94(K\1K\2");
	assert_int_equal(file.verdict, SCAN_INCONCLUSIVE);
	FOUND(PICKLE_FRAME, "\x80\4\x95\3\0\0\0\0\0\0\0\x8C\4abcd.");
	FOUND(UNACCOUNTED, "\x80\4K\1.\x01\x02\x03");
	assert_int_equal(file.unaccounted, 3);
}

static void memory_is_bounded_by_budgets(void **state) {
	(void)state;
	FOUND(BUDGET, "\x80\2Nr\xFF\xFF\xFF\x7F.");
	autobuf struct buf b = BUF(4096);
	buf_add(&b, S("\x80\4]\x94"));
	for (int i = 0; i < 40; i++) {
		buf_add(&b, S("]\x94("));
		for (int k = 0; k < 10; k++) {
			buf_add_char(&b, 'h');
			buf_add_char(&b, (char)i);
		}
		buf_add_char(&b, 'e');
	}
	buf_add_char(&b, '.');
	is_found(buf_str(&b), RULE_PICKLE_EXPANSION);
	options.limits.opcodes = 1;
	static char many[200000];
	memset(many, 'N', sizeof many);
	memcpy(many, "\x80\2", 2);
	is_found(str_n(many, sizeof many), RULE_BUDGET);
}

/* A name far behind two hundred thousand other strings is still known. */
static void names_are_known_among_very_many_strings(void **state) {
	(void)state;
	autobuf struct buf b = BUF(8 << 20);
	buf_add(&b, S("\x80\4"));
	for (int i = 0; i < 200000; i++) buf_fmt(&b, "\x8C\10%08d0", i);
	buf_add(&b, S(OS_SYSTEM ECHO "."));
	is_found(buf_str(&b), RULE_PICKLE_CALL_DENIED);
}

static void storages_must_be_what_pytorch_writes(void **state) {
	(void)state;
	struct scan s = {.a = arena, .scratch = arena, .options = &options, .limits = scan_limits_standing(), .file = &file, .member = STR_EMPTY, .deadline = stopwatch() + 60 * SECOND};
	file = (struct scan_file){0};
	struct reader r = reader_memory(S("\x80\2(X\7\0\0\0storagectorch\nHalfStorage\nX\1\0\0\0" "0X\3\0\0\0cpuK\6tQ."));
	struct pickle_run run = {.place = PICKLE_TORCH};
	struct tally t = {0};
	pickle_stream(&s, &r, &run, &t);
	assert_int_equal(run.end, PICKLE_STOPPED);
	assert_int_equal(run.storages_n, 1);
	assert_int_equal(run.storages[0].count, 6);
	assert_int_equal(run.storages[0].width, 2);
	r = reader_memory(S("\x80\2X\4\0\0\0evilQ."));
	run = (struct pickle_run){.place = PICKLE_TORCH};
	pickle_stream(&s, &r, &run, &t);
	assert_true(found_rule(RULE_PICKLE_ARGUMENTS));
}

static void python_2_names_are_those_of_python_3(void **state) {
	(void)state;
	struct allowed a;
	assert_true(profile_allows(SCAN_ALL_PROFILES, S("copy_reg"), S("_reconstructor"), &a));
	assert_true(profile_allows(SCAN_ALL_PROFILES, S("numpy._core.multiarray"), S("_reconstruct"), &a));
	assert_true(profile_denies(S("__builtin__"), S("eval")));
	assert_false(profile_allows(SCAN_ALL_PROFILES, S("__builtin__"), S("eval"), &a));
}

static void patterns_allow_classes_and_no_functions(void **state) {
	(void)state;
	struct allowed a;
	assert_true(profile_allows(SCAN_ALL_PROFILES, S("sklearn.tree._classes"), S("DecisionTreeClassifier"), &a));
	assert_true(profile_allows(SCAN_ALL_PROFILES, S("torch.nn.modules.linear"), S("Linear"), &a));
	assert_false(a.flags & ALLOW_CALL);
	assert_false(profile_allows(SCAN_ALL_PROFILES, S("sklearn.tree._classes"), S("check_random_state"), &a));
	assert_false(profile_allows(SCAN_ALL_PROFILES, S("sklearn.treeish"), S("Tree"), &a));
	assert_false(profile_allows(SCAN_ALL_PROFILES, S("sklearn.tree.tests.test_tree"), S("Evil"), &a));
	assert_false(profile_allows(SCAN_ALL_PROFILES, S("sklearn.tree"), S("Tree.__init__"), &a));
	assert_false(profile_allows(SCAN_ALL_PROFILES, S(""), S(""), &a));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		T(data_of_every_protocol_pass), T(calls_that_profiles_list_pass), T(what_no_list_has_is_blocked), T(an_addition_allows_one_name), T(profiles_can_be_chosen),
		T(names_are_found_however_they_are_written), T(a_call_is_found_wherever_it_goes), T(only_functions_by_name_are_called_and_nothing_named_is_changed),
		T(a_pickle_that_breaks_is_invalid_and_one_that_ends_is_inconclusive), T(memory_is_bounded_by_budgets), T(names_are_known_among_very_many_strings), T(storages_must_be_what_pytorch_writes),
		T(python_2_names_are_those_of_python_3), T(patterns_allow_classes_and_no_functions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
