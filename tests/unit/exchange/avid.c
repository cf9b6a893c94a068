#include "loss.h"

extern const struct format format_avid;

static struct drafts real(const char *folder) {
	size_t n;
	struct import_file *files = real_files(folder, &n);
	return read_all(&format_avid, files, n);
}

/* Otherwise told: languages with two letters, labels without the identifier that stands before them. */
static const struct retelling retold[] = {
	{"data_type", "AVID", NULL}, {"lang", "eng", "en"}, {"type", NULL, NULL}, {NULL, NULL, NULL}};

static bool is_view(struct str member) {
	return str_is(member, "sep_view") || str_is(member, "lifecycle_view");
}

/* nothing_is_lost, with the views ("S0403: Adversarial Example") taken apart. */
static void check_loss(const struct draft *r) {
	struct map told = {.arena = arena};
	gather_scalars(r->body, &told);
	const struct json *avid = json_pointer(parsed(r->fetched), S("/impact/avid"));
	for (size_t i = 0; i < json_count(avid); i++)
		for (size_t k = 0; is_view(avid->members[i].name) && k < json_count(&avid->members[i].value); k++) {
			struct str view = json_string(json_at(&avid->members[i].value, k));
			size_t colon = str_find(view, S(": "));
			assert_true(colon != STR_NONE);
			assert_non_null(map_get(&told, str_sub(view, 0, colon)));
			assert_non_null(map_get(&told, str_from(view, colon + 2)));
			*map_at(&told, view) = &told;
		}
	check_scalars(r->source_id, STR_EMPTY, parsed(r->fetched), retold, &told);
}

static void every_report_and_vulnerability_validates(void **state) {
	(void)state;
	struct drafts reports = real("avid/reports"), vulnerabilities = real("avid/vulnerabilities");
	all_validate(&reports);
	all_validate(&vulnerabilities);
	assert_int_equal(reports.n, 633);
	assert_int_equal(vulnerabilities.n, 20);
	for (size_t i = 0; i < reports.n; i++) assert_true(str_is(reports.items[i]->kind, "report"));
	for (size_t i = 0; i < vulnerabilities.n; i++) assert_true(str_is(vulnerabilities.items[i]->kind, "advisory"));
}

static void nothing_of_any_document_is_lost(void **state) {
	(void)state;
	struct drafts d = real("avid");
	for (size_t i = 0; i < d.n; i++) check_loss(d.items[i]);
}

static void every_document_comes_back_as_it_was(void **state) {
	(void)state;
	struct drafts d = real("avid");
	for (size_t i = 0; i < d.n; i++) comes_back(&format_avid, d.items[i]);
	assert_int_equal(d.n, 653);
}

static void what_has_no_home_is_kept_for_everyone(void **state) {
	(void)state;
	struct drafts d = real("avid");
	for (size_t i = 0; i < d.n; i++) {
		bool has = json_pointer(d.items[i]->body, S("/source/extra")) != NULL;
		assert_int_equal(has, d.items[i]->visibility != NULL);
		if (has) assert_string_equal(json_text(arena, d.items[i]->visibility).p, "{\"/source/extra\":[\"public\"]}");
	}
	body_has(draft_of(&d, "AVID-2022-V004"), "/source/extra/reports", "nothing");
	body_has(draft_of(&d, "AVID-2023-V006"), "/source/extra", "{\"reports\":null,\"credit\":null}");
}

static void a_report_is_mapped_field_by_field(void **state) {
	(void)state;
	struct drafts d = real("avid/reports");
	const struct draft *r = draft_of(&d, "AVID-2022-R0001");
	body_has(r, "/systems", "[{\"name\":\"bert-base-uncased\",\"type\":\"model\",\"deployer\":\"HuggingFace\"}]");
	body_has(r, "/classifications/0",
		"{\"scheme\":\"AVID\",\"id\":\"E0101\",\"label\":\"Group fairness\",\"version\":\"0.1\"}");
	body_has(r, "/measurements/0/features/sensitive", "\"gender\"");
	body_has(r, "/finding", "\"detection\"");
	body_has(r, "/reported", "\"2022-11-09\"");
	body_has(r, "/language", "\"en\"");
	body_has(r, "/source", "{\"system\":\"AVID\",\"id\":\"AVID-2022-R0001\",\"version\":\"0.1\",\"licence\":\"MIT\"}");
	assert_true(str_is(r->public_id, "AVID-2022-R0001"));
	assert_true(links_to(r, "affects", "system:bert-base-uncased"));
	assert_true(links_to(r, "deployer", "organization:huggingface"));
	assert_true(links_to(r, "concerns", "crosswalk:avid/e0101"));
	assert_true(links_to(r, "related-to", "AVID-2022-V001"));
}

static void a_vulnerability_rests_on_its_reports(void **state) {
	(void)state;
	struct drafts d = real("avid/vulnerabilities");
	const struct draft *v = draft_of(&d, "AVID-2022-V001");
	assert_true(links_to(v, "evidenced-by", "AVID-2022-R0001"));
	assert_true(links_to(v, "evidenced-by", "AVID-2022-R0003"));
	assert_int_equal(links_of(v, "evidenced-by"), 2);
	body_has(v, "/related_ids", "[\"AVID-2022-R0001\",\"AVID-2022-R0003\"]");
	body_has(v, "/published", "\"2022-12-23\"");
	body_has(v, "/affected/0/name", "\"bert-base-uncased\"");
}

static void a_document_about_another_collections_record_links_to_it(void **state) {
	(void)state;
	struct drafts d = real("avid");
	assert_true(links_to(draft_of(&d, "AVID-2022-V004"), "about", "AIID-72"));
	assert_true(links_to(draft_of(&d, "AVID-2023-V006"), "about", "AML.CS0005"));
	assert_true(links_to(draft_of(&d, "AVID-2026-R0003"), "related-to", "CVE-2024-10273"));
	/* Whatever it stands for itself. */
	assert_true(links_to(draft_of(&d, "AVID-2022-V013"), "about", "AIID-6"));
	assert_true(links_to(draft_of(&d, "AVID-2022-V013"), "about", "AML.CS0009"));
	assert_true(links_to(draft_of(&d, "AVID-2026-R0214"), "related-to", "GHSA-mc68-q9jw-2h3v"));
}

static void the_only_developer_of_the_only_system_has_made_it(void **state) {
	(void)state;
	struct drafts d = real("avid/reports");
	const struct draft *one = draft_of(&d, "AVID-2026-R0003"), *many = draft_of(&d, "AVID-2026-R0067");
	body_has(one, "/systems/0/developer", "\"lunary-ai\"");
	assert_int_equal(party_of(&d, "system:lunaryai/lunary-ai-lunary")->links_n, 1);
	body_has(many, "/systems/0", "{\"name\":\"Alibaba Qwen Max\",\"type\":\"system\"}");
	body_has(many, "/source/extra/affects/developer", "[\"DeepSeek\"]");
	assert_true(links_to(many, "developer", "organization:deepseek"));
	assert_int_equal(links_of(many, "affects"), 19);
}

static void systems_are_called_as_other_sources_call_them(void **state) {
	(void)state;
	struct drafts d = real("avid/reports");
	/* A CVE entry as the CVE record, by its vendor. */
	assert_true(links_to(draft_of(&d, "AVID-2026-R0051"), "affects", "system:mozilla/firefox"));
	assert_true(links_to(draft_of(&d, "AVID-2026-R0047"), "affects", "system:pytorch"));
	assert_int_equal(party_of(&d, "system:nvidia/gpu-operator")->links_n, 1);
	/* A maker that is said twice, and one that stands before the name. */
	assert_true(links_to(draft_of(&d, "AVID-2026-R0078"), "affects", "system:deepseek-r1"));
	assert_true(links_to(draft_of(&d, "AVID-2026-R0078"), "affects", "system:mistral-large"));
	assert_string_equal(json_text(arena, party_of(&d, "system:google-gemini-2-0-flash")->body).p,
		"{\"name\":\"Google Gemini 2.0 Flash\",\"type\":\"application\"}");
	const struct draft_party *p = party_of(&d, "system:google-gemini-2-0-flash");
	assert_int_equal(p->links_n, 1);
	assert_true(str_is(p->links[0].target, "organization:google"));
}

static void ratings_and_weaknesses_come_from_the_impact(void **state) {
	(void)state;
	struct drafts d = real("avid/reports");
	const struct draft *r = draft_of(&d, "AVID-2026-R0003"), *odin = draft_of(&d, "AVID-2026-R0067");
	body_has(r, "/severity", "\"medium\"");
	body_has(r, "/scores/0/value", "6.5");
	body_has(r, "/scores/0/values/scope", "\"UNCHANGED\"");
	body_has(r, "/weaknesses/0/id", "\"CWE-863\"");
	body_has(odin, "/classifications/0/path", "[\"Stratagems\",\"Meta Prompting\",\"Deceptive Formatting\"]");
	body_has(odin, "/scores/0/system", "\"0DIN social impact\"");
	body_has(odin, "/measurements/0/tables/0/name", "\"Test Scores\"");
}

static void an_edited_body_shows_in_what_is_written(void **state) {
	(void)state;
	struct drafts d = real("avid/reports");
	for (size_t i = 0; i < d.n; i++) {
		const struct draft *r = d.items[i];
		const struct json *body = json_with(arena, r->body, S("title"), json_str(arena, S("A new title")));
		body = json_with(arena, body, S("reported"), json_str(arena, S("2026-11-23")));
		const struct json *want = json_with_pointer(arena, parsed(r->fetched), S("/problemtype/description/value"),
			json_str(arena, S("A new title")));
		want = json_with(arena, want, S("reported_date"), json_str(arena, S("2026-11-23")));
		if (!json_equal(written(&format_avid, "report", "x", body), want))
			fail_msg("%.*s: the edit does not show alone", STR_ARG(r->source_id));
	}
}

static void a_report_that_was_born_here_is_written_as_avid(void **state) {
	(void)state;
	const struct json *body = parsed(S("{\"title\":\"It leaks\",\"description\":\"Names leak.\","
		"\"systems\":[{\"name\":\"M\",\"type\":\"model\",\"developer\":\"D\",\"deployer\":\"P\"},{\"name\":\"App\","
		"\"type\":\"application\",\"developer\":\"D\"}],\"classifications\":[{\"scheme\":\"AVID\",\"id\":\"S0301\","
		"\"label\":\"Information Leak\"},{\"scheme\":\"ATLAS\",\"id\":\"x\"}],\"credits\":[{\"organization\":\"Somebody\"}],"
		"\"references\":[{\"url\":\"https://example.org/\",\"type\":\"article\"}],\"reported\":\"2026-01-02\","
		"\"language\":\"nl\"}"));
	assert_string_equal(json_text(arena, written(&format_avid, "report", "R-7KQ2-M9XD", body)).p,
		"{\"data_type\":\"AVID\",\"data_version\":\"0.3.3\",\"metadata\":{\"report_id\":\"R-7KQ2-M9XD\"},"
			"\"affects\":{\"developer\":[\"D\"],\"deployer\":[\"P\"],\"artifacts\":[{\"type\":\"Model\",\"name\":\"M\"},"
			"{\"type\":\"System\",\"name\":\"App\"}]},\"problemtype\":{\"classof\":\"Undefined\","
			"\"description\":{\"lang\":\"nl\",\"value\":\"It leaks\"}},\"references\":[{\"type\":\"article\",\"label\":\"\","
			"\"url\":\"https://example.org/\"}],\"description\":{\"lang\":\"nl\",\"value\":\"Names leak.\"},"
			"\"impact\":{\"avid\":{\"risk_domain\":[],\"sep_view\":[\"S0301: Information Leak\"],\"lifecycle_view\":[],"
			"\"taxonomy_version\":\"\"}},\"credit\":[{\"lang\":\"eng\",\"value\":\"Somebody\"}],"
			"\"reported_date\":\"2026-01-02\"}");
}

static void only_its_own_and_ours_are_written(void **state) {
	(void)state;
	assert_true(format_avid.kind_fits(S("report"), S("AVID")));
	assert_true(format_avid.kind_fits(S("advisory"), STR_EMPTY));
	assert_false(format_avid.kind_fits(S("advisory"), S("CVE")));
	assert_false(format_avid.kind_fits(S("incident"), STR_EMPTY));
	const struct json *out = NULL;
	struct err e = {0};
	assert_int_equal(format_avid.write(arena, S("incident"), S("x"), parsed(S("{}")), &out, &e), ERR_UNSUPPORTED);
	assert_null(out);
}

static void another_format_is_refused_whole(void **state) {
	(void)state;
	refused_whole(&format_avid, "{}", "no AVID document: data_type is missing");
	refused_whole(&format_avid, "[]", "no AVID document: data_type is missing");
	refused_whole(&format_avid, "{\"data_type\":\"CVE\"}", "no AVID document: data_type is not AVID");
	refused_whole(&format_avid, "{\"data_type\":4}", "no AVID document: data_type is not AVID");
}

static void a_missing_or_malformed_identifier_is_a_rejection(void **state) {
	(void)state;
	const char *want = "metadata: expected a report_id or a vuln_id, and not both";
	refuses(&format_avid, "{\"data_type\":\"AVID\"}", want);
	refuses(&format_avid, "{\"data_type\":\"AVID\",\"metadata\":{\"report_id\":7}}", want);
	refuses(&format_avid, "{\"data_type\":\"AVID\",\"metadata\":{\"report_id\":\"a\",\"vuln_id\":\"b\"}}", want);
	refuses(&format_avid, "{\"data_type\":\"AVID\",\"metadata\":{\"report_id\":\"a b c\"}}",
		"metadata.report_id: expected an identifier such as AVID-2023-R0001");
	refuses(&format_avid, "{\"data_type\":\"AVID\",\"metadata\":{\"vuln_id\":\"ab\\u0000\"}}",
		"metadata.vuln_id: expected an identifier such as AVID-2023-V001");
}

static void wrong_types_are_kept_and_come_back(void **state) {
	(void)state;
	static const char *const texts[] = {
		"{\"data_type\":\"AVID\",\"metadata\":{\"report_id\":\"AVID-1\",\"more\":1},\"affects\":{\"artifacts\":{\"0\":1},"
			"\"developer\":\"me\",\"deployer\":[1,{}]},\"problemtype\":[],\"references\":{\"url\":1},\"description\":\"text\","
			"\"impact\":7,\"credit\":[[],\"x\"],\"metrics\":{\"results\":[]},\"reported_date\":false}",
		"{\"data_type\":\"AVID\",\"data_version\":2,\"metadata\":{\"vuln_id\":\"AVID-2\"},\"affects\":[],"
			"\"metrics\":[{\"results\":{\"a\":[1],\"b\":[{\"c\":[]}],\"absent\":[{\"d\":1}],\"0 of 1\":[{}],\"\":[{\"e\":2}]}},"
			"3],\"impact\":{\"avid\":{\"sep_view\":\"S\",\"lifecycle_view\":[1,\"\",\"L\"],\"risk_domain\":{}},\"cvss\":[],"
			"\"cwe\":[{\"cweId\":1},{}],\"odin\":{\"JailbreakTaxonomy\":[{\"Category\":\"a\"},5],\"SocialImpactScore\":[]}},"
			"\"reports\":[{\"report_id\":\"AVID-2022-R0001\"},{\"report_id\":\"?\"},1],\"published_date\":\"soon\","
			"\"absent\":[\"metadata\"],\"absent_\":1}"};
	for (size_t i = 0; i < lengthof(texts); i++) {
		struct drafts d = read_text(&format_avid, texts[i]);
		all_validate(&d);
		assert_int_equal(d.n, 1);
		comes_back(&format_avid, d.items[0]);
	}
}

static void a_title_is_found_where_there_is_none(void **state) {
	(void)state;
	struct drafts d = read_text(&format_avid, "{\"data_type\":\"AVID\",\"metadata\":{\"report_id\":\"AVID-1\"},"
		"\"description\":{\"value\":\"  It is so. Very much.\"}}");
	body_has(d.items[0], "/title", "\"It is so\"");
	comes_back(&format_avid, d.items[0]);
	d = read_text(&format_avid, "{\"data_type\":\"AVID\",\"metadata\":{\"report_id\":\"AVID-1\"}}");
	body_has(d.items[0], "/title", "\"AVID-1\"");
	comes_back(&format_avid, d.items[0]);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(every_report_and_vulnerability_validates),
		TEST(nothing_of_any_document_is_lost),
		TEST(every_document_comes_back_as_it_was),
		TEST(what_has_no_home_is_kept_for_everyone),
		TEST(a_report_is_mapped_field_by_field),
		TEST(a_vulnerability_rests_on_its_reports),
		TEST(a_document_about_another_collections_record_links_to_it),
		TEST(the_only_developer_of_the_only_system_has_made_it),
		TEST(systems_are_called_as_other_sources_call_them),
		TEST(ratings_and_weaknesses_come_from_the_impact),
		TEST(an_edited_body_shows_in_what_is_written),
		TEST(a_report_that_was_born_here_is_written_as_avid),
		TEST(only_its_own_and_ours_are_written),
		TEST(another_format_is_refused_whole),
		TEST(a_missing_or_malformed_identifier_is_a_rejection),
		TEST(wrong_types_are_kept_and_come_back),
		TEST(a_title_is_found_where_there_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
