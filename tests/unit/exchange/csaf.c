#include "loss.h"

extern const struct format format_csaf;

/* The documents that the standard's own list calls valid, or not. */
static struct import_file *documents(bool valid, const char **tests, size_t *n) {
	const struct json *list = json_get_lit(parsed(real_file("csaf/testcases.json").bytes), "tests");
	struct import_file *files = arena_array(arena, 300, sizeof *files);
	*n = 0;
	for (size_t i = 0; i < json_count(list); i++) {
		static const char *const keys[] = {"failures", "valid"};
		const struct json *test = json_at(list, i);
		for (size_t k = 0; k < lengthof(keys) && str_is(json_get_str(test, S("group")), "mandatory"); k++) {
			const struct json *these = json_get(test, str_of(keys[k]));
			for (size_t f = 0; f < json_count(these); f++) {
				if (json_true(json_get_lit(json_at(these, f), "valid")) != valid) continue;
				if (tests) tests[*n] = arena_cstr(arena, json_get_str(test, S("id")));
				files[(*n)++] = real_file(arena_fmt(arena, "csaf/%.*s", STR_ARG(json_get_str(json_at(these, f), S("name")))).p);
			}
		}
	}
	return files;
}

/* Otherwise told: labels lose their underscores. */
static const struct retelling retold[] = {
	{"category", NULL, NULL}, {"status", NULL, NULL}, {"label", NULL, NULL}, {NULL, NULL, NULL}};

static void every_valid_document_is_taken_and_validates(void **state) {
	(void)state;
	size_t n;
	struct import_file *files = documents(true, NULL, &n);
	struct drafts d = read_all(&format_csaf, files, n);
	assert_int_equal(n, 60);
	assert_int_equal(d.n, 60);
	all_validate(&d);
}

static void nothing_of_any_document_is_lost(void **state) {
	(void)state;
	size_t n;
	struct import_file *files = documents(true, NULL, &n);
	struct drafts d = read_all(&format_csaf, files, n);
	for (size_t i = 0; i < d.n; i++) {
		nothing_is_lost(d.items[i], retold);
		body_has(d.items[i], "/source/extra", "nothing");
	}
}

/* By the standard's own schema, and by all mandatory tests. */
static void an_advisory_of_ours_is_a_valid_document(void **state) {
	(void)state;
	static const char *const bodies[] = {
		"{'title': 'It leaks'}",
		"{'title': 'It leaks', 'summary': 'Told', 'description': 'More', 'affected': [{'name': 'Model', 'statuses': ['unknown'], 'vendor': 'Host'}]}",
		"{'title': 'It leaks', 'summary': 'Told', 'description': 'More', 'language': 'en', 'aliases': ['CVE-2026-0001'], 'root_cause': 'No test',"
		" 'contributing_factors': [{'text': 'Haste', 'type': 'organization'}], 'timeline': [{'date': '2026-01-02', 'text': 'It was reported.'}],"
		" 'affected': [{'id': 'a', 'name': 'Model', 'vendor': 'Makers', 'versions': ['1'], 'statuses': ['fixed']},"
		"  {'id': 'b', 'name': 'Service', 'vendor': 'Host', 'statuses': ['affected']}, {'id': 'c', 'name': 'Other', 'statuses': ['not-affected']}],"
		" 'remediations': [{'category': 'vendor fix', 'text': 'Use 2', 'date': '2026-01-03', 'products': ['a', 'gone']}, {'text': 'Turn it off'}],"
		" 'credits': [{'name': 'tulip', 'role': 'finder'}, {}], 'references': [{'url': 'https://example.org/'}, {'title': 'a book'}],"
		" 'card_changes': [{'change': 'Names the risk', 'system': 'Model'}], 'publisher': {'name': 'Hub', 'category': 'coordinator', 'url': 'https://hub.example'},"
		" 'published': '2026-01-05', 'revisions': [{'date': '2026-01-05T10:00:00Z'}, {'date': '2026-01-09T10:00:00Z', 'summary': 'Version 1 too'}]}",
	};
	struct schema *schema;
	struct err e = {0};
	struct schema_source cvss[3];
	static const char *const names[] = {"cvss-v2.0.json", "cvss-v3.0.json", "cvss-v3.1.json"};
	for (size_t i = 0; i < 3; i++) cvss[i] = (struct schema_source){arena_fmt(arena, "https://www.first.org/cvss/%s", names[i]), parsed(S("{}"))};
	struct schema_options options = {.sources = cvss, .n = 3, .assert_format = true};
	if (schema_compile(&schema, parsed(real_file("csaf/schema/csaf_json_schema.json").bytes), &options, &e)) fail_msg("%s %s", e.where, e.message);
	for (size_t i = 0; i < lengthof(bodies); i++) {
		char *text = arena_fmt(arena, "%s", bodies[i]).n ? (char *)(uintptr_t)arena_fmt(arena, "%s", bodies[i]).p : NULL;
		for (char *p = text; *p; p++)
			if (*p == '\'') *p = '"';
		const struct json *doc;
		assert_true(format_csaf.kind_fits(S("advisory"), STR_EMPTY) && !format_csaf.kind_fits(S("advisory"), S("OSV")));
		assert_int_equal(format_csaf.write(arena, S("advisory"), S("TST-2026-0001"), parsed(str_of(text)), &doc, &e), ERR_OK);
		if (schema_check(schema, doc, arena, &e)) fail_msg("body %zu: %s %s", i, e.where, e.message);
		struct import_file file = {"out.json", json_text(arena, doc)};
		struct drafts d = read_all(&format_csaf, &file, 1);
		assert_int_equal(d.n, 1);
		if (d.items[0]->rejected.n) fail_msg("body %zu: %.*s", i, STR_ARG(d.items[0]->rejected));
		all_validate(&d);
	}
	schema_free(schema);
}

static void every_invalid_document_is_rejected_by_the_test_that_it_was_made_for(void **state) {
	(void)state;
	size_t n;
	const char *tests[300];
	struct import_file *files = documents(false, tests, &n);
	assert_int_equal(n, 87);
	for (size_t i = 0; i < n; i++) {
		struct drafts d = read_all(&format_csaf, &files[i], 1);
		assert_int_equal(d.n, 1);
		struct str reason = d.items[0]->rejected;
		if (str_find(reason, arena_fmt(arena, " %s (", tests[i])) == STR_NONE)
			fail_msg("%s fails %s: %.*s", files[i].path, tests[i], STR_ARG(reason));
		assert_true(str_starts(d.items[0]->source_id, S("https://csaf.io")));
	}
}

/* A document that is valid, with these members of it at the top and in its `document`. */
static const char *document(const char *of_document, const char *of_top) {
	return arena_fmt(arena, "{\"document\":{\"category\":\"csaf_base\",\"csaf_version\":\"2.0\",\"title\":\"T\","
		"\"publisher\":{\"category\":\"vendor\",\"name\":\"Acme\",\"namespace\":\"https://acme.example\"},"
		"\"tracking\":{\"id\":\"ACME-1\",\"status\":\"final\",\"version\":\"1\","
		"\"current_release_date\":\"2026-01-01T00:00:00Z\",\"initial_release_date\":\"2026-01-01T00:00:00Z\","
		"\"revision_history\":[{\"date\":\"2026-01-01T00:00:00Z\",\"number\":\"1\",\"summary\":\"S\"}]}%s}%s}", of_document,
			of_top).p;
}

#define ROCKET \
	"{\"product_id\":\"R1\",\"name\":\"Acme Rocket 1\",\"product_identification_helper\":{" \
	"\"cpe\":\"cpe:/a:acme:rocket:1\",\"skus\":[\"a\",\"b\"],\"x_generic_uris\":[{" \
	"\"namespace\":\"https://n.example\",\"uri\":\"https://u.example\"}]}}"
#define TREE \
	",\"product_tree\":{\"branches\":[{\"category\":\"vendor\",\"name\":\"Acme\",\"branches\":[{\"category\":" \
	"\"product_name\",\"name\":\"Rocket\",\"branches\":[{\"category\":\"product_version\",\"name\":\"1\",\"product\":" \
	ROCKET "}]}]}],\"full_product_names\":[{\"product_id\":\"OS\",\"name\":\"Orbit OS\"}],\"relationships\":[{" \
	"\"category\":\"installed_on\",\"product_reference\":\"R1\",\"relates_to_product_reference\":\"OS\"," \
	"\"full_product_name\":{\"product_id\":\"R1OS\",\"name\":\"Rocket on Orbit OS\"}}]," \
	"\"product_groups\":[{\"group_id\":\"G\",\"product_ids\":[\"R1\",\"R1OS\"]}]}"

static struct drafts taken(const char *text) {
	struct drafts d = read_text(&format_csaf, text);
	all_validate(&d);
	assert_int_equal(d.n, 1);
	nothing_is_lost(d.items[0], retold);
	return d;
}

static void a_document_goes_by_its_publisher_and_number(void **state) {
	(void)state;
	struct drafts d = taken(document("", ""));
	assert_true(str_is(d.items[0]->source_id, "https://acme.example#ACME-1"));
	assert_true(str_is(d.items[0]->public_id, "ACME-1"));
	body_has(d.items[0], "/source", "{\"system\":\"CSAF\",\"id\":\"ACME-1\",\"version\":\"2.0\"}");
	body_has(d.items[0], "/aliases", "[\"ACME-1\"]");
	assert_true(links_to(d.items[0], "issued-by", "organization:acme"));
}

static void the_product_tree_becomes_affected_items(void **state) {
	(void)state;
	struct drafts d = taken(document("", TREE));
	const struct draft *r = d.items[0];
	body_has(r, "/affected/0", "{\"id\":\"R1\",\"name\":\"Acme Rocket 1\",\"vendor\":\"Acme\","
		"\"path\":[{\"category\":\"vendor\",\"name\":\"Acme\"},{\"category\":\"product name\",\"name\":\"Rocket\"},"
		"{\"category\":\"product version\",\"name\":\"1\"}],\"identifiers\":[{\"scheme\":\"cpe\","
		"\"id\":\"cpe:/a:acme:rocket:1\"},{\"scheme\":\"sku\",\"id\":\"a\"},{\"scheme\":\"sku\",\"id\":\"b\"},"
		"{\"scheme\":\"https://n.example\",\"id\":\"https://u.example\"}],\"groups\":[\"G\"]}");
	body_has(r, "/affected/2/relation", "{\"category\":\"installed on\",\"product\":\"R1\",\"to\":\"OS\"}");
	body_has(r, "/product_groups", "[{\"id\":\"G\",\"products\":[\"R1\",\"R1OS\"]}]");
	assert_true(links_to(r, "affects", "system:acme/rocket"));
	assert_true(links_to(r, "affects", "system:orbit-os"));
	assert_true(links_to(r, "developer", "organization:acme"));
	assert_int_equal(links_of(r, "affects"), 2);
}

static void the_only_vulnerability_stands_at_the_top(void **state) {
	(void)state;
	struct drafts d = taken(document("", TREE ",\"vulnerabilities\":[{\"cve\":\"CVE-2026-0001\",\"title\":\"V\","
		"\"cwe\":{\"id\":\"CWE-79\",\"name\":\"Improper Neutralization of Input During Web Page Generation ('Cross-site "
		"Scripting')\"},\"ids\":[{\"system_name\":\"Bugs\",\"text\":\"7\"}],\"product_status\":{\"known_affected\":[\"R1\"],"
		"\"known_not_affected\":[\"OS\"]},\"flags\":[{\"label\":\"component_not_present\",\"product_ids\":[\"OS\"]}],"
		"\"scores\":[{\"products\":[\"R1\"],\"cvss_v3\":{\"version\":\"3.1\","
		"\"vectorString\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\",\"baseScore\":9.8,"
		"\"baseSeverity\":\"CRITICAL\"}}],\"remediations\":[{\"category\":\"vendor_fix\",\"details\":\"Update.\","
		"\"group_ids\":[\"G\"],\"restart_required\":{\"category\":\"vulnerable_component\"}}],"
		"\"acknowledgments\":[{\"names\":[\"A\",\"B\"],\"organization\":\"O\",\"urls\":[\"https://o.example\"]}],"
		"\"release_date\":\"2026-01-01T00:00:00Z\"}]"));
	const struct draft *r = d.items[0];
	body_has(r, "/vulnerabilities", "nothing");
	body_has(r, "/aliases", "[\"ACME-1\",\"CVE-2026-0001\"]");
	body_has(r, "/summary", "\"V\"");
	body_has(r, "/severity", "\"critical\"");
	body_has(r, "/tracking_ids", "[{\"scheme\":\"Bugs\",\"id\":\"7\"}]");
	body_has(r, "/affected/0/statuses", "[\"affected\"]");
	body_has(r, "/affected/1/justifications", "[{\"label\":\"component not present\"}]");
	body_has(r, "/scores/0/products", "[\"R1\"]");
	body_has(r, "/remediations/0",
		"{\"category\":\"vendor fix\",\"text\":\"Update.\",\"groups\":[\"G\"],"
			"\"restart\":{\"category\":\"vulnerable component\"}}");
	body_has(r, "/credits/1", "{\"name\":\"B\",\"organization\":\"O\",\"contact\":[\"https://o.example\"]}");
	body_has(r, "/made_public", "\"2026-01-01T00:00:00Z\"");
	/* What is known not to be affected is not linked. */
	assert_true(links_to(r, "affects", "system:acme/rocket"));
	assert_int_equal(links_of(r, "affects"), 1);
}

static void several_vulnerabilities_stand_one_by_one_and_can_be_found(void **state) {
	(void)state;
	struct drafts d = taken(document("", TREE ",\"vulnerabilities\":[{\"cve\":\"CVE-2026-0001\","
		"\"product_status\":{\"fixed\":[\"R1\"]},\"cwe\":{\"id\":\"CWE-20\",\"name\":\"Improper Input Validation\"}},"
		"{\"cve\":\"CVE-2026-0002\",\"title\":\"Two\",\"product_status\":{\"known_not_affected\":[\"R1\",\"OS\"]},"
		"\"notes\":[{\"category\":\"legal_disclaimer\",\"text\":\"N\"}]}]"));
	const struct draft *r = d.items[0];
	body_has(r, "/aliases", "[\"ACME-1\",\"CVE-2026-0001\",\"CVE-2026-0002\"]");
	body_has(r, "/weaknesses/0/id", "\"CWE-20\"");
	body_has(r, "/affected/0/statuses", "nothing");
	body_has(r, "/vulnerabilities/0/affected", "[{\"id\":\"R1\",\"statuses\":[\"fixed\"]}]");
	body_has(r, "/vulnerabilities/1", "{\"title\":\"Two\",\"aliases\":[\"CVE-2026-0002\"],\"affected\":[{\"id\":\"R1\","
		"\"statuses\":[\"not-affected\"]},{\"id\":\"OS\",\"statuses\":[\"not-affected\"]}],"
		"\"notes\":[{\"category\":\"legal disclaimer\",\"text\":\"N\"}]}");
	assert_int_equal(links_of(r, "affects"), 1);
}

static void members_of_the_document_have_their_fields(void **state) {
	(void)state;
	struct drafts d = taken(document(",\"lang\":\"en-GB\",\"source_lang\":\"nl\",\"distribution\":{\"text\":\"D\","
		"\"tlp\":{\"label\":\"WHITE\"}},\"aggregate_severity\":{\"text\":\"Important\"},"
		"\"references\":[{\"category\":\"self\",\"summary\":\"Here\",\"url\":\"https://acme.example/1\"}],"
		"\"acknowledgments\":[{\"summary\":\"All\"},{\"urls\":[\"https://lost.example\"]}],\"x\":{\"y\":1}", ""));
	const struct draft *r = d.items[0];
	body_has(r, "/language", "\"en-GB\"");
	body_has(r, "/translated_from", "\"nl\"");
	body_has(r, "/distribution", "{\"tlp\":\"WHITE\",\"text\":\"D\"}");
	body_has(r, "/scores", "[{\"system\":\"aggregate\",\"label\":\"Important\"}]");
	body_has(r, "/severity", "\"high\"");
	body_has(r, "/source/url", "\"https://acme.example/1\"");
	body_has(r, "/credits", "[{\"note\":\"All\"}]");
	body_has(r, "/source/extra",
		"{\"document\":{\"acknowledgments\":{\"1\":{\"urls\":[\"https://lost.example\"]}},\"x\":{\"y\":1}}}");
	assert_int_equal(r->state.n, 0);
	assert_non_null(r->visibility);
}

static void what_may_not_be_passed_on_does_not_become_public(void **state) {
	(void)state;
	struct drafts d = taken(document(",\"distribution\":{\"tlp\":{\"label\":\"AMBER\"}}", ""));
	assert_true(str_is(d.items[0]->state, "draft"));
}

static void a_document_of_wrong_shape_is_rejected_with_the_place(void **state) {
	(void)state;
	refuses(&format_csaf, "{\"document\":{\"csaf_version\":\"2.0\"}}", "document.category: is missing");
	refuses(&format_csaf, "{\"document\":{\"category\":\"c\",\"csaf_version\":\"2.1\"}}",
		"document.csaf_version: expected 2.0");
	refuses(&format_csaf, document("", ",\"product_tree\":[]"), "product_tree: expected an object");
	refuses(&format_csaf, document("", ",\"vulnerabilities\":[[]]"), "vulnerabilities.0: expected an object");
	refuses(&format_csaf, document("", ",\"vulnerabilities\":[{\"product_status\":{\"fixed\":[7]}}]"),
		"vulnerabilities.0.product_status.fixed.0: expected a text");
	refuses(&format_csaf, document("", ",\"vulnerabilities\":[{\"discovery_date\":\"today\"}]"),
		"vulnerabilities.0.discovery_date: expected a date and time with a zone");
	refuses(&format_csaf, document("", ",\"product_tree\":{\"branches\":[{\"category\":\"vendor\",\"name\":\"a\","
		"\"branches\":[{\"category\":\"kind\",\"name\":\"b\"}]}]}"), "product_tree.branches.0.branches.0.category: expected "
		"one of architecture, host_name, language, legacy, patch_level, product_family, product_name, product_version,"
		" product_version_range, service_pack, specification, vendor");
	refuses(&format_csaf, document(",\"notes\":[]", ""), "document.notes: expected at least one item");
	refuses(&format_csaf, document(",\"distribution\":{\"tlp\":{\"label\":\"GREEN RED\"}}", ""),
		"document.distribution.tlp.label: expected one of AMBER, GREEN, RED, WHITE");
}

static void another_format_is_refused_whole(void **state) {
	(void)state;
	refused_whole(&format_csaf, "{}", "no CSAF document: document.csaf_version is missing");
	refused_whole(&format_csaf, "[]", "no CSAF document: document.csaf_version is missing");
	refused_whole(&format_csaf, "{\"document\":[]}", "no CSAF document: document.csaf_version is missing");
}

/* ---- rules that the standard's documents don't try ---- */

static void fails(const char *text, const char *reasons) {
	refuses(&format_csaf, text, arena_fmt(arena, "fails mandatory tests of CSAF 2.0: %s", reasons).p);
}

static const char *relationship(const char *id, const char *of, const char *to) {
	return arena_fmt(arena, "{\"category\":\"installed_on\",\"product_reference\":\"%s\","
		"\"relates_to_product_reference\":\"%s\",\"full_product_name\":{\"product_id\":\"%s\",\"name\":\"n\"}}", of, to,
		id).p;
}

static void a_long_circle_of_relationships_is_found(void **state) {
	(void)state;
	fails(document("", arena_fmt(arena, ",\"product_tree\":{\"full_product_names\":[{\"product_id\":\"P\","
		"\"name\":\"n\"}],\"relationships\":[%s,%s,%s]}", relationship("A", "P", "B"), relationship("B", "P", "C"),
		relationship("C", "A",
			"P")).p),
		"6.1.3 (the definition of A leads back to itself)");
}

static void products_that_share_a_part_are_no_circle(void **state) {
	(void)state;
	taken(document("", arena_fmt(arena, ",\"product_tree\":{\"full_product_names\":[{\"product_id\":\"P\","
		"\"name\":\"n\"}],\"relationships\":[%s,%s,%s]}", relationship("A", "P", "B"), relationship("B", "P", "P"),
		relationship("C", "A",
			"B")).p));
}

static void a_chain_of_thousands_of_relationships_is_followed(void **state) {
	(void)state;
	autobuf struct buf b = BUF(16 << 20);
	for (int i = 0; i < 9000; i++)
		buf_fmt(&b, "%s%s", i ? "," : "", relationship(arena_fmt(arena, "A%d", i).p, "P", arena_fmt(arena, "A%d", i + 1).p));
	fails(document("", arena_fmt(arena, ",\"product_tree\":{\"full_product_names\":[{\"product_id\":\"P\","
		"\"name\":\"n\"}],\"relationships\":[%s]}", b.p).p), "6.1.1 (the product A9000 is not defined)");
}

static void several_failed_tests_are_told_together(void **state) {
	(void)state;
	fails(document(",\"lang\":\"xx\",\"source_lang\":\"XX\"",
		",\"vulnerabilities\":[{\"flags\":[{\"label\":\"component_not_present\",\"product_ids\":[\"X\"]}],"
			"\"scores\":[{\"products\":[\"X\"],\"cvss_v3\":{\"version\":\"3.1\",\"baseScore\":11}}]}]"),
		"6.1.1 (the product X is not defined), 6.1.8 (vectorString is missing), 6.1.12 (lang: xx is no language),"
			" 6.1.28 (lang and source_lang are both xx)");
}

static void pre_release_parts_are_compared_by_semantic_versioning(void **state) {
	(void)state;
	const char *text = "{\"document\":{\"category\":\"csaf_base\",\"csaf_version\":\"2.0\",\"title\":\"T\","
		"\"publisher\":{\"category\":\"vendor\",\"name\":\"Acme\",\"namespace\":\"https://acme.example\"},"
		"\"tracking\":{\"id\":\"A-1\",\"status\":\"draft\",\"version\":\"%s\","
		"\"current_release_date\":\"2026-01-01T00:00:00Z\",\"initial_release_date\":\"2026-01-01T00:00:00Z\","
		"\"revision_history\":[{\"date\":\"2026-01-01T00:00:00Z\",\"number\":\"0.9.0\",\"summary\":\"S\"},"
		"{\"date\":\"2026-01-01T01:00:00+01:00\",\"number\":\"1.0.0\",\"summary\":\"S\"}]}}}";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	struct drafts d = taken(arena_fmt(arena, text, "1.0.0-rc.2+build.7").p);
	assert_true(str_is(d.items[0]->state, "draft"));
	refuses(&format_csaf, arena_fmt(arena, text, "1.0").p, "document.tracking.version: expected a version such as 1 or "
		"1.0.0");
	refuses(&format_csaf, arena_fmt(arena, text, "01.0.0").p, "document.tracking.version: expected a version such as 1 "
		"or 1.0.0");
	fails(arena_fmt(arena, text, "1.1.0").p, "6.1.16 (the version is 1.1.0, the latest revision 1.0.0)");
#pragma GCC diagnostic pop
}

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(every_valid_document_is_taken_and_validates),
		TEST(nothing_of_any_document_is_lost),
		TEST(an_advisory_of_ours_is_a_valid_document), TEST(every_invalid_document_is_rejected_by_the_test_that_it_was_made_for),
		TEST(a_document_goes_by_its_publisher_and_number),
		TEST(the_product_tree_becomes_affected_items),
		TEST(the_only_vulnerability_stands_at_the_top),
		TEST(several_vulnerabilities_stand_one_by_one_and_can_be_found),
		TEST(members_of_the_document_have_their_fields),
		TEST(what_may_not_be_passed_on_does_not_become_public),
		TEST(a_document_of_wrong_shape_is_rejected_with_the_place),
		TEST(another_format_is_refused_whole),
		TEST(a_long_circle_of_relationships_is_found),
		TEST(products_that_share_a_part_are_no_circle),
		TEST(a_chain_of_thousands_of_relationships_is_followed),
		TEST(several_failed_tests_are_told_together),
		TEST(pre_release_parts_are_compared_by_semantic_versioning),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
