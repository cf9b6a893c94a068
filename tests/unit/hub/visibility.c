#include "test.h"

static const struct visibility *rules(const char *definition) {
	const struct visibility *v;
	ok(visibility_compile(arena, json(definition), &v, &test_err));
	return v;
}
static const struct visibility *with(const struct visibility *base, const char *overrides) {
	const struct visibility *v;
	ok(visibility_override(arena, base, json(overrides), &v, &test_err));
	return v;
}
static struct str shown(const struct visibility *v, const char *body, unsigned audiences) {
	const struct json *out = visibility_project(arena, v, json(body), audiences);
	struct str text = out ? json_text(arena, out) : S("nothing");
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '"') ((char *)(uintptr_t)text.p)[i] = '\'';
	return text;
}

static void each_projection_is_what_the_table_says(void **state) {
	(void)state;
	static const struct {
		const char *rules, *body;
		unsigned audiences;
		const char *expected;
	} cases[] = {
		/* denied by default */
		{"{}", "{'a':1}", PUBLIC, "nothing"},
		{"{'public':['/a']}", "{'a':1,'b':2}", PUBLIC, "{'a':1}"},
		{"{'public':['/a']}", "{'b':2}", PUBLIC, "nothing"},
		{"{'public':['/a']}", "{'a':1}", OWNER, "nothing"},
		{"{'public':['']}", "{'a':1}", PUBLIC, "{'a':1}"},
		{"{'public':['']}", "{}", PUBLIC, "{}"},
		/* what lies below is covered */
		{"{'public':['/a']}", "{'a':{'b':[1,{'c':2}]}}", PUBLIC, "{'a':{'b':[1,{'c':2}]}}"},
		/* the longest wins, in both directions */
		{"{'public':['/a'],'owner':['/a/b']}", "{'a':{'b':1,'c':2}}", PUBLIC, "{'a':{'c':2}}"},
		{"{'public':['/a'],'owner':['/a/b']}", "{'a':{'b':1,'c':2}}", OWNER, "{'a':{'b':1}}"},
		{"{'public':['/a'],'owner':['/a/b']}", "{'a':{'b':1,'c':2}}", OWNER | PUBLIC, "{'a':{'b':1,'c':2}}"},
		{"{'owner':['/a'],'public':['/a/b']}", "{'a':{'b':1,'c':2}}", PUBLIC, "{'a':{'b':1}}"},
		{"{'public':['/a','/a/b/c'],'owner':['/a/b']}", "{'a':{'b':{'c':1,'d':2},'e':3}}", PUBLIC, "{'a':{'b':{'c':1},'e':3}}"},
		{"{'public':['/a'],'owner':['/a/b']}", "{'a':{'b':1}}", PUBLIC, "{'a':{}}"},
		{"{'owner':['/a'],'public':['/a/b']}", "{'a':{'c':1}}", PUBLIC, "nothing"},
		/* several audiences for one field */
		{"{'owner':['/a'],'panel':['/a']}", "{'a':1}", PANEL, "{'a':1}"},
		{"{'owner':['/a'],'panel':['/a']}", "{'a':1}", PARTIES, "nothing"},
		/* stars */
		{"{'public':['/l/*/x']}", "{'l':[{'x':1,'y':2},{'y':3},{'x':4}]}", PUBLIC, "{'l':[{'x':1},{'x':4}]}"},
		{"{'public':['/o/*/x']}", "{'o':{'k':{'x':1,'y':2},'m':{'y':3}}}", PUBLIC, "{'o':{'k':{'x':1}}}"},
		{"{'public':['/l'],'owner':['/l/*/y']}", "{'l':[{'x':1,'y':2},5]}", PUBLIC, "{'l':[{'x':1},5]}"},
		{"{'public':['/l'],'owner':['/l/*']}", "{'l':[1,2]}", PUBLIC, "{'l':[]}"},
		{"{'public':['/*/x']}", "{'a':{'x':1},'b':{'y':2}}", PUBLIC, "{'a':{'x':1}}"},
		{"{'public':['/a/*/*']}", "{'a':[[1,2],[3]]}", PUBLIC, "{'a':[[1,2],[3]]}"},
		/* a name beside a star: the rules below the star hold for it too */
		{"{'public':['/l','/l/0/x'],'owner':['/l/*/y']}", "{'l':[{'x':1,'y':2},{'y':3}]}", PUBLIC, "{'l':[{'x':1},{}]}"},
		{"{'public':['/l'],'owner':['/l/*/y','/l/0/z']}", "{'l':[{'w':0,'y':2,'z':3},{'z':4}]}", PUBLIC, "{'l':[{'w':0},{'z':4}]}"},
		{"{'owner':['/l/*/y'],'public':['/l','/l/0/y']}", "{'l':[{'y':2},{'y':3}]}", PUBLIC, "{'l':[{'y':2},{}]}"},
		{"{'owner':['/*/b/c'],'public':['/a','/a/b/d']}", "{'a':{'b':{'c':1,'d':2}}}", PUBLIC, "{'a':{'b':{'d':2}}}"},
		{"{'owner':['/a/*/c'],'public':['/*/b/c','/a','/a/b/d']}", "{'a':{'b':{'c':1}}}", PUBLIC, "{'a':{'b':{}}}"},
		/* members with names of their own */
		{"{'public':['/a~1b','/c~0d','/']}", "{'a/b':1,'c~d':2,'':3,'a':4}", PUBLIC, "{'a/b':1,'c~d':2,'':3}"},
		{"{'public':['/*']}", "{'*':1,'a':2}", PUBLIC, "{'*':1,'a':2}"},
		/* a pointer into something that is no container */
		{"{'public':['/a'],'owner':['/a/b']}", "{'a':'text'}", PUBLIC, "{'a':'text'}"},
		{"{'owner':['/a'],'public':['/a/b']}", "{'a':'text'}", PUBLIC, "nothing"},
		/* null, false and empty values are values */
		{"{'public':['/a','/b','/c','/d']}", "{'a':null,'b':false,'c':'','d':[]}", PUBLIC, "{'a':null,'b':false,'c':'','d':[]}"},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		struct str got = shown(rules(cases[i].rules), cases[i].body, cases[i].audiences);
		if (!str_is(got, cases[i].expected)) fail_msg("case %zu: %s of %s gives %.*s", i, cases[i].rules, cases[i].body, STR_ARG(got));
	}
}

static void a_records_own_rules_decide_all_that_they_cover(void **state) {
	(void)state;
	static const struct {
		const char *rules, *own, *body, *expected;
	} cases[] = {
		{"{'public':['/a','/b']}", "{'/a':['parties']}", "{'a':1,'b':2}", "{'b':2}"},
		{"{'public':['/a']}", "{'/a':[]}", "{'a':1}", "nothing"},
		{"{'owner':['/a']}", "{'/a':['owner','public']}", "{'a':1}", "{'a':1}"},
		{"{'public':['/a']}", "{'':[]}", "{'a':1}", "nothing"},
		{"{'public':['/a']}", "{'':[],'/a/b':['public']}", "{'a':{'b':1,'c':2}}", "{'a':{'b':1}}"},
		/* they speak for what lies below, whatever the kind says of it */
		{"{'public':['/a','/a/b']}", "{'/a':['owner']}", "{'a':{'b':1}}", "nothing"},
		{"{'public':['/a/b/c']}", "{'/a':['owner']}", "{'a':{'b':{'c':1}}}", "nothing"},
		{"{'owner':['/a/b']}", "{'/a':['public']}", "{'a':{'b':1}}", "{'a':{'b':1}}"},
		/* stars in the one and names in the other */
		{"{'public':['/c/email','/c/phone']}", "{'/c/*':[]}", "{'c':{'email':'x','phone':'y'}}", "nothing"},
		{"{'public':['/c']}", "{'/c/*':[]}", "{'c':{'email':'x'}}", "{'c':{}}"},
		{"{'public':['/l'],'owner':['/l/*/s']}", "{'/l/0/v':[]}", "{'l':[{'s':1,'v':2,'x':3},{'s':4,'v':5}]}", "{'l':[{'x':3},{'v':5}]}"},
		{"{'public':['/l'],'owner':['/l/*/s']}", "{'/l/1':[]}", "{'l':[{'s':1,'x':3},{'x':5}]}", "{'l':[{'x':3}]}"},
		{"{'public':['/l'],'owner':['/l/*/s']}", "{'/l/0':['public']}", "{'l':[{'s':1},{'s':5}]}", "{'l':[{'s':1},{}]}"},
		{"{'public':['/*/x']}", "{'/a':[]}", "{'a':{'x':1},'b':{'x':2}}", "{'b':{'x':2}}"},
		{"{'public':['/a']}", "{}", "{'a':1}", "{'a':1}"},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		const struct visibility *base = rules(cases[i].rules);
		struct str before = shown(base, cases[i].body, PUBLIC);
		struct str got = shown(with(base, cases[i].own), cases[i].body, PUBLIC);
		if (!str_is(got, cases[i].expected)) fail_msg("case %zu: %s with %s gives %.*s", i, cases[i].rules, cases[i].own, STR_ARG(got));
		assert_true(str_eq(shown(base, cases[i].body, PUBLIC), before)); /* the kind's are as they were */
	}
}

static void a_fields_audiences_are_told_as_it_is_projected(void **state) {
	(void)state;
	const struct visibility *v = rules("{'public':['/a','/l/*/x'],'owner':['/a/b','/l']}");
	assert_int_equal(visibility_of(v, S("")), 0);
	assert_int_equal(visibility_of(v, S("/a")), PUBLIC);
	assert_int_equal(visibility_of(v, S("/a/b")), OWNER);
	assert_int_equal(visibility_of(v, S("/a/b/c")), OWNER);
	assert_int_equal(visibility_of(v, S("/a/c")), PUBLIC);
	assert_int_equal(visibility_of(v, S("/l/17/x/y")), PUBLIC);
	assert_int_equal(visibility_of(v, S("/l/17")), OWNER);
	assert_int_equal(visibility_of(v, S("/z")), 0);
	assert_int_equal(visibility_of(with(v, "{'/a':['panel']}"), S("/a/b")), PANEL);
}

static void rules_that_mean_nothing_are_refused(void **state) {
	(void)state;
	static const char *const bad[] = {"{'everybody':['/a']}", "{'public':['a']}", "{'public':'/a'}", "{'public':{'/a':1}}", "{'public':[1]}", "[]", "['public']",
		"'public'"};
	static const char *const bad_own[] = {"{'/a':['everybody']}", "{'a':['public']}", "{'/a':'public'}", "{'/a':[1]}", "{'/a':null}", "['/a']", "'/a'", "5"};
	const struct visibility *v = NULL, *base = rules("{'public':['/a']}");
	for (size_t i = 0; i < lengthof(bad); i++) {
		fails(visibility_compile(arena, json(bad[i]), &v, &test_err), ERR_INVALID);
		assert_has(test_err.message, "visibility: ");
	}
	for (size_t i = 0; i < lengthof(bad_own); i++) {
		if (visibility_override(arena, base, json(bad_own[i]), &v, &test_err) != ERR_INVALID) fail_msg("%s was taken", bad_own[i]);
		assert_has(test_err.message, "visibility: ");
	}
	assert_null(v);
}

static void when_too_many_rules_fit_nobody_reads(void **state) {
	(void)state;
	/* A name or a star in each of five places: all 32 fit the path of five members named a. */
	struct json_builder list = json_array_of(arena);
	for (int i = 0; i < 32; i++) {
		struct str pointer = STR_EMPTY;
		for (int bit = 0; bit < 5; bit++) pointer = arena_fmt(arena, "%.*s/%s", STR_ARG(pointer), i >> bit & 1 ? "a" : "*");
		json_add(&list, json_str(arena, pointer));
	}
	struct json_builder definition = json_object_of(arena);
	json_set(&definition, S("public"), json_built(&list));
	const struct visibility *v;
	ok(visibility_compile(arena, json_built(&definition), &v, &test_err));
	assert_str(shown(v, "{'a':{'a':{'a':{'a':{'a':1}}}}}", PUBLIC), "nothing");
	assert_str(shown(v, "{'b':{'b':{'b':{'b':{'b':1}}}}}", PUBLIC), "{'b':{'b':{'b':{'b':{'b':1}}}}}");
}

/* ---- putting back what a writer could not see ---- */

static void what_a_writer_could_not_see_is_put_back(void **state) {
	(void)state;
	static const char kind[] = "{'public':['/a','/l','/o'],'owner':['/s','/l/*/s','/o/s','/h']}";
	static const struct {
		const char *old, *fresh, *expected;
	} cases[] = {
		{"{'a':1,'s':2}", "{'a':5}", "{'a':5,'s':2}"},
		{"{'a':1,'s':2}", "{}", "{'s':2}"},
		{"{'a':1,'s':2}", "{'a':1,'s':7}", "{'a':1,'s':7}"}, /* said outright */
		{"{'a':1}", "{'a':1,'s':7}", "{'a':1,'s':7}"},
		{"{'o':{'x':1,'s':2}}", "{'o':{'x':3}}", "{'o':{'x':3,'s':2}}"},
		{"{'o':{'x':1,'s':2}}", "{}", "{'o':{'s':2}}"},
		{"{'o':{'x':1}}", "{}", "{}"},
		{"{'h':{'x':[1]}}", "{}", "{'h':{'x':[1]}}"},
		/* lists: an item is known again by what was shown of it */
		{"{'l':[{'n':1,'s':'a'},{'n':2,'s':'b'}]}", "{'l':[{'n':2},{'n':1}]}", "{'l':[{'n':2,'s':'b'},{'n':1,'s':'a'}]}"},
		{"{'l':[{'n':1,'s':'a'},{'n':2,'s':'b'}]}", "{'l':[{'n':2}]}", "{'l':[{'n':2,'s':'b'}]}"},
		{"{'l':[{'n':1,'s':'a'},{'n':2,'s':'b'}]}", "{'l':[{'n':1},{'n':3}]}", "{'l':[{'n':1,'s':'a'},{'n':3,'s':'b'}]}"},
		{"{'l':[{'n':1,'s':'a'}]}", "{'l':[{'n':1},{'n':2}]}", "{'l':[{'n':1,'s':'a'},{'n':2}]}"},
		{"{'l':[{'n':1,'s':'a'},{'n':1,'s':'b'}]}", "{'l':[{'n':1},{'n':1}]}", "{'l':[{'n':1,'s':'a'},{'n':1,'s':'b'}]}"},
		{"{'l':[{'n':1,'s':'a'}]}", "{'l':[]}", "{'l':[]}"},
		{"{'l':[1,2]}", "{'l':[2,3,4]}", "{'l':[2,3,4]}"},
		{"{'l':[{'n':1,'s':'a'}]}", "{'l':'text'}", "{'l':'text'}"},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		const struct json *out = NULL;
		ok(visibility_restore(arena, rules(kind), json(cases[i].old), json(cases[i].fresh), PUBLIC, &out, &test_err));
		if (!json_equal(out, json(cases[i].expected))) {
			struct str got = json_text(arena, out);
			fail_msg("case %zu: %.*s", i, STR_ARG(got));
		}
	}
}

static void items_that_nobody_was_shown_stay(void **state) {
	(void)state;
	const struct visibility *v = with(rules("{'public':['/l']}"), "{'/l/0':['owner']}");
	const struct json *out;
	ok(visibility_restore(arena, v, json("{'l':['hidden','a','b']}"), json("{'l':['b']}"), PUBLIC, &out, &test_err));
	assert_true(json_equal(out, json("{'l':['b','hidden']}")));
}

static void where_a_hidden_part_belongs_can_be_unclear(void **state) {
	(void)state;
	const struct visibility *v = rules("{'public':['/l'],'owner':['/l/*/s']}");
	const struct json *out = NULL;
	fails(visibility_restore(arena, v, json("{'l':[{'n':1,'s':'a'},{'n':2,'s':'b'},{'n':3,'s':'c'}]}"), json("{'l':[{'n':1},{'n':33}]}"), PUBLIC, &out,
		&test_err), ERR_CONFLICT);
	assert_null(out);
	ok(visibility_restore(arena, v, json("{'l':[{'n':1},{'n':2},{'n':3}]}"), json("{'l':[{'n':1},{'n':33}]}"), PUBLIC, &out, &test_err));
	assert_true(json_equal(out, json("{'l':[{'n':1},{'n':33}]}")));
}

static void who_sees_all_puts_back_nothing(void **state) {
	(void)state;
	const struct json *out;
	ok(visibility_restore(arena, rules("{'public':['']}"), json("{'a':1,'l':[1,2]}"), json("{'b':2}"), PUBLIC, &out, &test_err));
	assert_true(json_equal(out, json("{'b':2}")));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		arena_test(each_projection_is_what_the_table_says),
		arena_test(a_records_own_rules_decide_all_that_they_cover),
		arena_test(a_fields_audiences_are_told_as_it_is_projected),
		arena_test(rules_that_mean_nothing_are_refused),
		arena_test(when_too_many_rules_fit_nobody_reads),
		arena_test(what_a_writer_could_not_see_is_put_back),
		arena_test(items_that_nobody_was_shown_stay),
		arena_test(where_a_hidden_part_belongs_can_be_unclear),
		arena_test(who_sees_all_puts_back_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
