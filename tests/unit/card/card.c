/* Cards: what is read of them, and what is found wrong or missing. The cards of POLDER_DATA/cards are the hub convention's own examples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/card/card.h"

static struct arena *arena;
static struct err test_err;

static int make_arena(void **state) {
	(void)state;
	arena = arena_new(256 << 20);
	return arena ? 0 : -1;
}
static int drop_arena(void **state) {
	(void)state;
	arena_free(arena);
	return 0;
}

static struct card read_str(struct str text) {
	struct card c;
	if (card_read(arena, text, &c, &test_err)) fail_msg("%s (%s)", test_err.message, test_err.where);
	return c;
}
static struct card read_card(const char *text) {
	return read_str(str_of(text));
}
static void refused(const char *text, enum err_code code, const char *where) {
	struct card c;
	assert_int_equal(card_read(arena, str_of(text), &c, &test_err), code);
	assert_string_equal(test_err.where, where);
}

static const struct card_finding *found;
static size_t found_n;
static void check(const struct card *c, enum card_kind kind) {
	assert_int_equal(card_check(arena, c, kind, &found, &found_n, &test_err), ERR_OK);
}
/* Rules in their order, with blanks between. */
static const char *rules_of(const char *text) {
	struct card c = read_card(text);
	struct str out = STR_EMPTY;
	check(&c, CARD_MODEL);
	for (size_t i = 0; i < found_n; i++) out = arena_fmt(arena, "%.*s%s%s", STR_ARG(out), i ? " " : "", found[i].rule);
	return out.p;
}
static bool has(const char *rules, const char *rule) {
	return strstr(rules, rule) != NULL;
}
static struct str from_data(const char *name) {
	const char *data = getenv("POLDER_DATA");
	struct str text = STR_EMPTY;
	if (!data || file_read(arena, arena_fmt(arena, "%s/cards/%s", data, name).p, CARD_BYTES, &text, &test_err)) fail_msg("POLDER_DATA/cards/%s is not there", name);
	return text;
}

#define SAYS "\n# Name\n## Intended use\nFor summaries of public reports.\n## Out-of-scope use\nNot for decisions about people.\n## Limitations\nIt invents sources at times.\n" \
	"## Training data\nReports of three public bodies.\n## Evaluation\nRouge of 0.41 on held out reports.\n"

static void a_whole_card_has_nothing_wrong(void **state) {
	(void)state;
	assert_string_equal(rules_of("---\nlicense: apache-2.0\nlanguage: [en, pt-BR, zh_Hant]\nbase_model: example/base\n---" SAYS), "");
	assert_string_equal(rules_of("---\r\nlicense: mit\r\n---\r\n" SAYS), "");
	assert_string_equal(rules_of("\xef\xbb\xbf\n\n---  \nlicense: MIT\n--- " SAYS), "");
}

static void the_front_is_what_stands_between_the_lines(void **state) {
	(void)state;
	struct card c = read_card("---\nlicense: mit\n---\nText.\n---\nmore\n");
	assert_true(str_is(c.text, "Text.\n---\nmore\n"));
	assert_int_equal(c.line, 4);
	assert_true(str_is(json_get_str(c.metadata, S("license")), "mit"));
	c = read_card("# Name\n---\nlicense: mit\n---\n");
	assert_null(c.metadata);
	assert_int_equal(c.line, 1);
	c = read_card("---\n---\nText");
	assert_non_null(c.metadata);
	assert_int_equal(json_count(c.metadata), 0);
	assert_true(str_is(c.text, "Text"));
	c = read_card("----\nText");
	assert_null(c.metadata);
	c = read_card("");
	assert_null(c.metadata);
	assert_int_equal(c.sections_n, 1);
	/* A line of dashes within a value that goes over several lines is inside the YAML only where it is indented. */
	c = read_card("---\ntitle: |\n  ---\n  x\n---\nText");
	assert_true(str_is(json_get_str(c.metadata, S("title")), "---\nx\n"));
}

static void what_is_no_metadata_is_refused_with_its_line(void **state) {
	(void)state;
	refused("---\nlicense: mit\n# Name\n", ERR_INVALID, "line 1");
	refused("---\n[]\n---\n", ERR_INVALID, "line 2");
	refused("\n---\nplain\n---\n", ERR_INVALID, "line 3");
	refused("---\na: 1\na: 2\n---\n", ERR_INVALID, "line 3, column 1");
	refused("---\na: [1\n---\n", ERR_INVALID, "line 3, column 1");
	refused("---\na: \xff\n---\n", ERR_INVALID, "");
	struct card c;
	assert_int_equal(card_read(arena, str_n(arena_alloc(arena, CARD_BYTES + 1), CARD_BYTES + 1), &c, &test_err), ERR_TOO_LARGE);
}

/* ---- licences ---- */

static void licences_are_known_by_their_identifiers(void **state) {
	(void)state;
	size_t n = 0;
	for (const char *const *id = licence_ids(); *id; id++, n++) assert_true(licence_of(arena, str_of(*id)).known);
	assert_in_range(n, 80, 200);
	assert_true(licence_of(arena, S(" Apache-2.0 ")).known);
	assert_true(str_is(licence_of(arena, S("GPL-3.0-or-later")).id, "gpl-3.0"));
	assert_false(licence_of(arena, S("other")).known);
	assert_false(licence_of(arena, S("unknown")).known);
	assert_false(licence_of(arena, STR_EMPTY).known);
	assert_int_equal(licence_of(arena, S("creativeml-openrail-m")).marks, LICENCE_USES);
	assert_int_equal(licence_of(arena, S("cc-by-nc-sa-4.0")).marks, LICENCE_NONCOMMERCIAL | LICENCE_SHARE_ALIKE);
	/* The OpenRAIL family restricts uses, all of it; licences of the OSI and Creative Commons don't. */
	for (const char *const *id = licence_ids(); *id; id++) {
		bool rail = strstr(*id, "rail") != NULL, cc = strncmp(*id, "cc", 2) == 0;
		if (rail) assert_true(licence_of(arena, str_of(*id)).marks & LICENCE_USES);
		if (cc) assert_false(licence_of(arena, str_of(*id)).marks & LICENCE_USES);
	}
}

static void what_a_licence_asks_of_derivatives_is_kept_or_not(void **state) {
	(void)state;
	static const struct {
		const char *base, *of;
		bool kept, unsure;
	} cases[] = {
		{"apache-2.0", "mit", true, false}, {"mit", "openrail", true, false}, {"creativeml-openrail-m", "apache-2.0", false, false},
		{"creativeml-openrail-m", "creativeml-openrail-m", true, false}, {"creativeml-openrail-m", "bigscience-openrail-m", true, false}, {"llama3", "mit", false, false},
		{"cc-by-nc-4.0", "mit", false, false}, {"cc-by-nc-4.0", "cc-by-nc-sa-4.0", true, false}, {"cc-by-nd-4.0", "mit", false, false}, {"gpl-3.0", "mit", false, false},
		{"gpl-3.0", "GPL-3.0-only", true, false}, {"other", "mit", true, true}, {"openrail", "other", true, true}, {"cc-by-nd-4.0", "other", false, true}, {"", "mit", true, true},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		bool unsure;
		struct str drops = licence_drops(licence_of(arena, str_of(cases[i].base)), licence_of(arena, str_of(cases[i].of)), &unsure);
		if ((drops.n == 0) != cases[i].kept || unsure != cases[i].unsure) fail_msg("%s → %s: %.*s", cases[i].base, cases[i].of, STR_ARG(drops));
	}
}

static void a_licence_must_be_named_and_known(void **state) {
	(void)state;
	assert_string_equal(rules_of("---\ntags: [a]\n---" SAYS), "licence-missing");
	assert_string_equal(rules_of("---\nlicense: unknown\n---" SAYS), "licence-missing");
	assert_string_equal(rules_of("---\nlicense: my-own\n---" SAYS), "licence-unknown");
	assert_string_equal(rules_of("---\nlicense: other\n---" SAYS), "licence-name-missing licence-link-missing");
	assert_string_equal(rules_of("---\nlicense: other\nlicense_name: mine-1.0\nlicense_link: LICENSE\n---" SAYS), "");
	assert_string_equal(rules_of("---\nlicense: [mit, cc-by-4.0]\n---" SAYS), "");
	assert_string_equal(rules_of("---\nlicense: [mit, nobody-knows]\n---" SAYS), "licence-unknown");
	assert_string_equal(rules_of("---\nlicense: openrail\n---\n# Name\n## Intended use\nFor summaries of reports.\n"),
		"restrictions-unsaid limits-missing training-missing evaluation-missing");
	struct card c = read_card("---\nlicense: [openrail, cc-by-nc-4.0]\n---\n");
	assert_int_equal(c.licence.marks, LICENCE_USES | LICENCE_NONCOMMERCIAL);
	assert_true(c.licence.known);
}

/* ---- metadata ---- */

static void metadata_of_another_shape_is_wrong(void **state) {
	(void)state;
	static const struct {
		const char *yaml, *rule, *where;
	} cases[] = {
		{"tags: 5", "metadata-wrong", "/tags"}, {"tags: [a, 5]", "metadata-wrong", "/tags/1"}, {"library_name: [x]", "metadata-wrong", "/library_name"},
		{"base_model: example/a\nbase_model_relation: cousin", "metadata-wrong", "/base_model_relation"}, {"co2_eq_emissions: much", "metadata-wrong", "/co2_eq_emissions"},
		{"model-index: {}", "results-wrong", "/model-index"}, {"model-index:\n- name: x", "results-wrong", "/model-index/0"},
		{"model-index:\n- name: x\n  results:\n  - task: {type: t}\n    metrics: []", "results-wrong", "/model-index/0/results/0"},
		{"model-index:\n- name: x\n  results:\n  - task: {type: t}\n    dataset: {type: d, name: D}\n    metrics: [{type: f1}]", "results-wrong", "/model-index/0/results/0/metrics/0"},
		{"model-index:\n- name: x\n  results:\n  - task: {type: t}\n    dataset: {type: d, name: D}\n    metrics: []\n    source: {name: n}", "results-wrong",
			"/model-index/0/results/0/source"},
		{"base_model: ../mine", "base-local", "/base_model"}, {"base_model: 'C:\\models\\x'", "base-local", "/base_model"}, {"base_model_relation: finetune", "base-missing", "/base_model"},
		{"language: English", "language-code", "/language"}, {"language: [en, e]", "language-code", "/language"},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		const char *rules = rules_of(arena_fmt(arena, "---\nlicense: mit\n%s\n---" SAYS, cases[i].yaml).p);
		if (strcmp(rules, cases[i].rule) != 0) fail_msg("%s: %s", cases[i].yaml, rules);
		if (!str_is(found[0].where, cases[i].where)) fail_msg("%s: at %.*s", cases[i].yaml, STR_ARG(found[0].where));
	}
	assert_string_equal(rules_of("---\nlicense: mit\nco2_eq_emissions: {emissions: 3.5, source: mlco2}\nlanguage: [multilingual, code, 'no']\nwidget: [{text: x}]\n---" SAYS), "");
}

static void bases_are_one_or_several(void **state) {
	(void)state;
	struct str *bases;
	struct card c = read_card("---\nbase_model: example/a\n---\n");
	assert_int_equal(card_bases(arena, &c, &bases), 1);
	assert_true(str_is(bases[0], "example/a"));
	c = read_card("---\nbase_model:\n- example/a\n- 5\n- example/b\n---\n");
	assert_int_equal(card_bases(arena, &c, &bases), 2);
	assert_true(str_is(bases[1], "example/b"));
	c = read_card("no metadata");
	assert_int_equal(card_bases(arena, &c, &bases), 0);
}

/* ---- text ---- */

static const char *text_rules(const char *text) {
	return rules_of(arena_fmt(arena, "---\nlicense: mit\n---\n%s", text).p);
}

static void headings_count_where_something_stands_below_them(void **state) {
	(void)state;
	assert_true(has(text_rules("# Name\n## Intended use\n"), "intent-missing"));
	assert_true(has(text_rules("# Name\n## Intended use\n[More Information Needed]\n"), "intent-missing"));
	assert_true(has(text_rules("# Name\n## Intended use\n<!-- say for what it is meant, please -->\n"), "intent-missing"));
	assert_true(has(text_rules("# Name\n## Intended use\n{{ direct_use | default(\"[More Information Needed]\", true) }}\n"), "intent-missing"));
	assert_true(has(text_rules("# Name\n## Intended use\n```\nload the model and run it\n```\n"), "intent-missing"));
	assert_false(has(text_rules("# Name\n## Intended use\nSummaries of public reports.\n"), "intent-missing"));
	assert_false(has(text_rules("Name\n====\nIntended use\n------------\nSummaries of public reports.\n"), "intent-missing"));
	assert_false(has(text_rules("# Name\n## Uses\n### Direct use\n\nSummaries of *public* reports.\n"), "intent-missing"));
	assert_false(has(text_rules("# Name\n## Uses\n#### Whatever\nSummaries of public reports.\n"), "intent-missing"));
	assert_false(has(text_rules("<h1>Name</h1>\n\n## 用途\n\n用于公共报告的摘要和分析。\n"), "intent-missing"));
	/* Below another heading of the same level it is not below this one. */
	assert_true(has(text_rules("# Name\n## Uses\n## Install\nSummaries of public reports.\n"), "intent-missing"));
	assert_true(has(text_rules("# Name\n```\n## Intended use\nSummaries of public reports.\n```\n"), "intent-missing"));
	/* Words within others are not those words. */
	assert_true(has(text_rules("# Name\n## Because users\nSummaries of public reports.\n"), "intent-missing"));
}

static void sentences_count_as_well(void **state) {
	(void)state;
	assert_false(has(text_rules("This model is intended for research, and should not be used to judge people.\n"), "intent-missing"));
	assert_false(has(text_rules("This model is intended for research, and should not be used to judge people.\n"), "scope-missing"));
	assert_true(has(text_rules("This model is nice.\n"), "scope-missing"));
}

static void a_template_that_was_not_filled_in_says_nothing(void **state) {
	(void)state;
	struct card c;
	struct str text = from_data("modelcard_template.md");
	/* Its front is a template too. */
	assert_int_equal(card_read(arena, text, &c, &test_err), ERR_INVALID);
	size_t end = str_find(text, S("\n---\n"));
	c = read_str(arena_cat(arena, S("---\nlicense: mit\n---\n"), str_from(text, end + 5)));
	assert_in_range(c.placeholders, 20, 100);
	assert_false(c.said & 1u << CARD_INTENT);
	assert_false(c.said & 1u << CARD_OUT_OF_SCOPE);
	assert_false(c.said & 1u << CARD_TRAINING);
}

static void real_cards_are_read(void **state) {
	(void)state;
	static const struct {
		const char *name, *rules;
	} cases[] = {
		{"sample_simple.md", "intent-missing scope-missing limits-missing evaluation-missing"},
		{"sample_simple_model_index.md", "intent-missing scope-missing limits-missing"},
		{"sample_invalid_model_index.md", "results-wrong intent-missing scope-missing limits-missing"},
		{"sample_no_metadata.md", "metadata-missing intent-missing scope-missing limits-missing training-missing evaluation-missing"},
		{"sample_windows_line_breaks.md", "intent-missing scope-missing limits-missing training-missing evaluation-missing"},
		{"Stable_Diffusion_v1_Model_Card.md", "metadata-missing"},
		{"whisper-model-card.md", "metadata-missing"},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		const char *rules = rules_of(arena_str(arena, from_data(cases[i].name)).p);
		if (strcmp(rules, cases[i].rules) != 0) fail_msg("%s: %s", cases[i].name, rules);
	}
	struct card c;
	assert_int_equal(card_read(arena, from_data("sample_invalid_card_data.md"), &c, &test_err), ERR_INVALID);
	struct card dataset = read_str(from_data("sample_datasetcard_simple.md"));
	check(&dataset, CARD_DATASET);
	for (size_t i = 0; i < found_n; i++) assert_string_not_equal(found[i].rule, "evaluation-missing");
}

/* ---- bounds ---- */

static void hostile_texts_end_in_time(void **state) {
	(void)state;
	static const char *const parts[] = {"#", "# ", "[", "](", "<!--", "*_", "> ", "`", "|-|\n", "- ", "{{", "<a ", "[more information needed", "\n\n---\n", "&", "# x\n"};
	for (size_t i = 0; i < lengthof(parts); i++) {
		autobuf struct buf b = BUF(1 << 20);
		while (b.n < 200000) buf_add(&b, str_of(parts[i]));
		struct card c;
		moment from = stopwatch();
		enum err_code code = card_read(arena, buf_str(&b), &c, &test_err);
		assert_true(code == ERR_OK || code == ERR_TOO_LARGE || code == ERR_INVALID);
		/* No measurement: a quadratic reader would need minutes. */
		assert_true(stopwatch() - from < 20 * SECOND);
	}
}

#define card_unit(f) cmocka_unit_test_setup_teardown(f, make_arena, drop_arena)

int main(void) {
	const struct CMUnitTest tests[] = {
		card_unit(a_whole_card_has_nothing_wrong),
		card_unit(the_front_is_what_stands_between_the_lines),
		card_unit(what_is_no_metadata_is_refused_with_its_line),
		card_unit(licences_are_known_by_their_identifiers),
		card_unit(what_a_licence_asks_of_derivatives_is_kept_or_not),
		card_unit(a_licence_must_be_named_and_known),
		card_unit(metadata_of_another_shape_is_wrong),
		card_unit(bases_are_one_or_several),
		card_unit(headings_count_where_something_stands_below_them),
		card_unit(sentences_count_as_well),
		card_unit(a_template_that_was_not_filled_in_says_nothing),
		card_unit(real_cards_are_read),
		card_unit(hostile_texts_end_in_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
