/* The project's tables: row by row what SSVC says, and what docs/HARM_TIERS.md says. */
#include "lib/csv/csv.h"
#include "test_decide.h"

/* "Report Public v1.0.0" or "CISA Levels v1.1.0 (cisa)". */
static bool heads(struct str column, const struct decide_point *p) {
	struct str head = arena_fmt(arena, "%.*s v%.*s", STR_ARG(p->title), STR_ARG(p->version));
	return str_starts(column, head) && (column.n == head.n || str_is(str_from(column, head.n), " (cisa)"));
}

static uint8_t value_of(const struct decide_point *p, struct str title) {
	for (size_t i = 0; i < p->n; i++)
		if (str_eq_ascii_case(p->values[i].title, title)) return (uint8_t)i;
	fail_msg("%.*s has no value \"%.*s\"", STR_ARG(p->title), STR_ARG(title));
	return 0;
}

static size_t agrees(const char *name, const char *file) {
	const char *data = getenv("POLDER_DATA");
	if (!data) fail_msg("POLDER_DATA does not name the folder of test data");
	const struct decide_table *t = project_table(name);
	struct str text;
	struct csv c;
	struct csv_row row;
	if (file_read(arena, arena_fmt(arena, "%s/ssvc/csvs/%s", data, file).p, 1 << 20, &text, &err)) fail_msg("%s", err.message);
	assert_int_equal(csv_open(&c, arena, text, NULL, &err), ERR_OK);
	assert_int_equal(csv_next(&c, &row, &err), ERR_OK);
	assert_int_equal(row.n, t->points_n + 2);
	for (size_t i = 0; i < t->points_n; i++)
		if (!heads(row.fields[i + 1], &t->points[i])) fail_msg("%s, column %zu is %.*s", name, i + 1, STR_ARG(row.fields[i + 1]));
	assert_true(heads(row.fields[t->points_n + 1], &t->outcome));
	size_t rows = 0;
	for (; !csv_next(&c, &row, &err) && row.n; rows++) {
		struct decide_given g = decide_nothing();
		for (size_t i = 0; i < t->points_n; i++) g.values[i] = value_of(&t->points[i], row.fields[i + 1]);
		if (answer(t, &g).outcome != value_of(&t->outcome, row.fields[t->points_n + 1])) fail_msg("%s, line %zu differs", file, row.line);
	}
	assert_int_equal(rows, t->combinations);
	return rows;
}

static void coordinator_and_cisa_tables_agree_with_ssvc_in_all_255_rows(void **state) {
	(void)state;
	size_t rows = agrees("coordinator-triage", "coordinator_triage_1_0_0.csv") +
		agrees("coordinator-publish", "coordinator_publish_decision_table_1_0_0.csv") + agrees("cisa-coordinator", "cisa/cisa_coordinator_2_0_3.csv");
	assert_int_equal(rows, 255);
}

static void derived_supplier_and_deployer_tables_agree_with_ssvc(void **state) {
	(void)state;
	assert_int_equal(agrees("utility", "utility_1_0_0.csv"), 4);
	assert_int_equal(agrees("public-safety-impact", "public_safety_impact_1_0_0.csv"), 4);
	assert_int_equal(agrees("human-impact", "human_impact_1_0_0.csv"), 16);
	assert_int_equal(agrees("supplier-priority", "supplier_patch_development_priority_1_0_0.csv"), 36);
	assert_int_equal(agrees("deployer-priority", "deployer_patch_application_priority_1_0_0.csv"), 72);
}

static const char *const all[] = {"cisa-coordinator", "coordinator-publish", "coordinator-triage", "deployer-priority", "harm-tier", "human-impact",
	"public-safety-impact", "supplier-priority", "utility"};

static void a_worse_value_never_gives_a_lesser_outcome(void **state) {
	(void)state;
	for (size_t i = 0; i < lengthof(all); i++) {
		struct decide_monotony m;
		decide_monotone(project_table(all[i]), &m);
		if (m.falls) fail_msg("%s: %zu of %zu", all[i], m.falls, m.pairs);
	}
}

static void a_question_that_a_table_works_out_has_its_outcomes(void **state) {
	(void)state;
	size_t found = 0;
	for (size_t i = 0; i < lengthof(all); i++) {
		const struct decide_table *t = project_table(all[i]);
		for (size_t p = 0; p < t->points_n; p++) {
			if (!t->points[p].table.n) continue;
			const struct decide_table *by = project_table(t->points[p].table.p);
			assert_int_equal(by->outcome.n, t->points[p].n);
			for (size_t v = 0; v < by->outcome.n; v++) assert_true(str_eq(by->outcome.values[v].name, t->points[p].values[v].name));
			found++;
		}
	}
	assert_int_equal(found, 5);
}

/* ---- the harm tier, as docs/HARM_TIERS.md puts it ---- */

static size_t tier_by_the_document(const uint8_t v[5]) {
	static const size_t grid[4][4] = {{0, 0, 1, 1}, {0, 1, 1, 2}, {1, 2, 2, 3}, {2, 3, 3, 3}}; /* severity, people */
	int weight = (int)v[2] - 1 + (int)v[3] - 1 + (int)v[4] - 1;
	int tier = (int)grid[v[0]][v[1]] + (weight >= 2 ? 1 : weight <= -2 ? -1 : 0);
	tier = tier < 0 ? 0 : tier > 3 ? 3 : tier;
	if (v[0] == 0 && tier > 1) tier = 1;
	if (v[4] == 0) return tier > 1 ? 1 : (size_t)tier;
	if (v[0] == 3 && tier < 2) tier = 2;
	if (v[0] == 2 && tier < 1) tier = 1;
	return (size_t)tier;
}

static void every_harm_tier_is_what_the_document_says(void **state) {
	(void)state;
	const struct decide_table *t = project_table("harm-tier");
	assert_int_equal(t->combinations, 576);
	assert_true(t->tiers);
	for (size_t c = 0; c < t->combinations; c++) {
		struct decide_given g = decide_combination(t, c);
		if (t->map[c] != tier_by_the_document(g.values)) fail_msg("%s", decide_vector(arena, t, &g).p);
	}
}

static void the_examples_of_the_document_come_out_as_it_says(void **state) {
	(void)state;
	const struct decide_table *t = project_table("harm-tier");
	struct str text, line;
	if (file_read(arena, arena_fmt(arena, "%s/docs/HARM_TIERS.md", getenv("POLDER_SOURCE")).p, 1 << 20, &text, &err)) fail_msg("%s", err.message);
	size_t examples = 0;
	while (text.p && str_split(&text, '\n', &line)) {
		size_t at = str_find(line, S("`harm-tier/"));
		if (!str_starts(line, S("| ")) || at == STR_NONE) continue;
		struct str rest = str_from(line, at + 1), vector, tier;
		assert_true(str_split(&rest, '`', &vector));
		assert_true(str_split(&rest, '|', &tier) && str_split(&rest, '|', &tier));
		struct decide_given g;
		if (decide_vector_read(t, vector, &g, &err)) fail_msg("%s", err.message);
		struct decide_answer a = answer(t, &g);
		if (a.outcome == DECIDE_NONE || !str_eq(t->outcome.values[a.outcome].name, str_trim(tier))) fail_msg("%.*s", STR_ARG(line));
		examples++;
	}
	assert_true(examples >= 10);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(coordinator_and_cisa_tables_agree_with_ssvc_in_all_255_rows),
		cmocka_unit_test(derived_supplier_and_deployer_tables_agree_with_ssvc),
		cmocka_unit_test(a_worse_value_never_gives_a_lesser_outcome),
		cmocka_unit_test(a_question_that_a_table_works_out_has_its_outcomes),
		cmocka_unit_test(every_harm_tier_is_what_the_document_says),
		cmocka_unit_test(the_examples_of_the_document_come_out_as_it_says),
	};
	return cmocka_run_group_tests(tests, start, end);
}
