#include "loss.h"

extern const struct format format_avid, format_cve, format_osv;

static struct drafts real(const struct format *format, const char *folder) {
	size_t n;
	struct import_file *files = real_files(folder, &n);
	return read_all(format, files, n);
}

/* Types are told in small letters; a range without an end says so with a "*". */
static const struct retelling retold[] = {{"type", NULL, NULL}, {NULL, NULL, NULL}};

static const struct schema *osv_schema(void) {
	struct schema *s;
	struct err e = {0};
	if (schema_compile(&s, parsed(real_file("schemas/osv-1.schema.json").bytes), NULL, &e)) fail_msg("%s", e.message);
	assert_true(arena_defer(arena, free_schema, s));
	return s;
}

static void every_record_validates(void **state) {
	(void)state;
	struct drafts d = real(&format_osv, "osv");
	all_validate(&d);
	assert_int_equal(d.n, 500);
}

static void nothing_of_any_record_is_lost(void **state) {
	(void)state;
	struct drafts d = real(&format_osv, "osv");
	for (size_t i = 0; i < d.n; i++) nothing_is_lost(d.items[i], retold);
}

static void every_record_comes_back_as_it_was(void **state) {
	(void)state;
	struct drafts d = real(&format_osv, "osv");
	for (size_t i = 0; i < d.n; i++) comes_back(&format_osv, d.items[i]);
}

static void the_mapping_leaves_nothing_over_of_these_records_but_dates_that_nobody_knows(void **state) {
	(void)state;
	struct drafts d = real(&format_osv, "osv");
	size_t unknown = 0;
	for (size_t i = 0; i < d.n; i++) {
		const struct json *extra = json_pointer(d.items[i]->body, S("/source/extra"));
		assert_false(str_starts(json_get_str(d.items[i]->body, S("published")), S("0001-")));
		for (size_t k = 0; k < json_count(extra); k++) {
			assert_true(str_is(extra->members[k].name, "published") || str_is(extra->members[k].name, "modified"));
			assert_true(str_starts(json_string(&extra->members[k].value), S("0001-01-01T")));
			unknown++;
		}
	}
	assert_true(unknown > 500);
}

static void a_record_is_mapped_field_by_field(void **state) {
	(void)state;
	struct drafts d = real(&format_osv, "osv");
	const struct draft *r = draft_of(&d, "GO-2020-0009");
	body_has(r, "/title", "\"Integer overflow in github.com/square/go-jose\"");
	body_has(r, "/aliases", "[\"GO-2020-0009\",\"CVE-2016-9123\",\"GHSA-3fx4-7f69-5mmg\"]");
	body_has(r, "/affected/0/ecosystem", "\"Go\"");
	body_has(r, "/affected/0/package", "\"github.com/square/go-jose\"");
	body_has(r, "/affected/0/type", "\"package\"");
	body_has(r, "/affected/0/components/0/symbols/0", "\"cbcAEAD.Open\"");
	body_has(r, "/review_status", "\"REVIEWED\"");
	body_has(r, "/source/url", "\"https://pkg.go.dev/vuln/GO-2020-0009\"");
	body_has(r, "/published", "\"2021-04-14T20:04:52Z\"");
	assert_true(str_is(r->licence, "CC-BY-4.0"));
	assert_true(str_is(r->public_id, "GO-2020-0009"));
	assert_true(links_to(r, "affects", "system:go/github-com-square-go-jose"));
	body_has(&(struct draft){.body = party_of(&d, "system:go/github-com-square-go-jose")->body}, "/type", "\"package\"");
}

static void a_withdrawn_record_is_withdrawn(void **state) {
	(void)state;
	struct drafts d = real(&format_osv, "osv");
	size_t withdrawn = 0;
	for (size_t i = 0; i < d.n; i++) {
		bool has = json_get_lit(d.items[i]->body, "withdrawn") != NULL;
		assert_int_equal(has, str_is(d.items[i]->state, "withdrawn"));
		withdrawn += has;
	}
	assert_int_equal(withdrawn, 1);
}

/* One record of one package with these ranges and more. */
static struct drafts with_affected(const char *affected) {
	struct drafts d = read_text(&format_osv, arena_fmt(arena, "{\"id\":\"GHSA-1\",\"modified\":\"2024-01-01T00:00:00Z\","
		"\"summary\":\"S\",\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"p\"},%s}]}", affected).p);
	all_validate(&d);
	assert_int_equal(d.n, 1);
	comes_back(&format_osv, d.items[0]);
	return d;
}

static void each_pair_of_events_is_a_range(void **state) {
	(void)state;
	struct drafts d = with_affected("\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},"
		"{\"fixed\":\"1.2\"},{\"introduced\":\"2.0\"}]},{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"3\"},"
		"{\"last_affected\":\"4\"}]}]");
	body_has(d.items[0], "/affected/0/ranges", "[{\"type\":\"ecosystem\",\"status\":\"affected\",\"from\":\"0\","
		"\"before\":\"1.2\"},{\"type\":\"ecosystem\",\"status\":\"affected\",\"from\":\"2.0\",\"before\":\"*\"},"
		"{\"type\":\"semver\",\"status\":\"affected\",\"from\":\"3\",\"through\":\"4\"}]");
	body_has(d.items[0], "/source/extra", "nothing");
}

static void commits_that_do_not_pair_up_are_changes_of_one_range(void **state) {
	(void)state;
	struct drafts d = with_affected("\"ranges\":[{\"type\":\"GIT\",\"repo\":\"https://example.org/r\","
		"\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"aa\"},{\"fixed\":\"bb\"}]}]");
	body_has(d.items[0], "/affected/0/ranges", "[{\"type\":\"git\",\"repository\":\"https://example.org/r\","
		"\"changes\":[{\"at\":\"0\",\"status\":\"affected\"},{\"at\":\"aa\",\"status\":\"not-affected\"},{\"at\":\"bb\","
		"\"status\":\"not-affected\"}]}]");
	body_has(d.items[0], "/source/extra", "nothing");
}

static void what_ranges_can_not_hold_is_kept(void **state) {
	(void)state;
	with_affected("\"ranges\":[{\"type\":\"GIT\",\"events\":[{\"limit\":\"aa\"},"
		"{\"introduced\":\"0\",\"fixed\":\"1\"}]}]");
	with_affected("\"ranges\":[{\"type\":\"GIT\",\"events\":[]},{\"events\":[{\"fixed\":4}]},7],\"versions\":[1,\"\","
		"\"2\"]");
	with_affected("\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"}]},{\"type\":\"SEMVER\","
		"\"events\":[{\"introduced\":\"0\"}],\"database_specific\":{\"x\":1}}]");
	with_affected("\"ecosystem_specific\":{\"custom_ranges\":[{\"type\":\"ECOSYSTEM\","
		"\"events\":[{\"introduced\":\"0\"}]}],\"imports\":[{\"path\":\"a\",\"goos\":[\"windows\",\"amd64\"],"
		"\"goarch\":[\"linux\"]},{}]}");
}

static void a_vector_gives_value_and_severity(void **state) {
	(void)state;
	struct drafts d = read_text(&format_osv, "{\"id\":\"GHSA-1\",\"modified\":\"2024-01-01T00:00:00Z\","
		"\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"},"
		"{\"type\":\"CVSS_V2\",\"score\":\"AV:N/AC:L/Au:N/C:N/I:N/A:P\"},{\"type\":\"Ubuntu\",\"score\":\"low\"},"
		"{\"type\":\"CVSS_V4\",\"score\":\"?\"}]}");
	all_validate(&d);
	comes_back(&format_osv, d.items[0]);
	body_has(d.items[0], "/severity", "\"critical\"");
	body_has(d.items[0], "/scores/0", "{\"system\":\"CVSS\",\"version\":\"3.1\","
		"\"vector\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\",\"value\":9.8,\"label\":\"CRITICAL\"}");
	body_has(d.items[0], "/scores/1/version", "\"2.0\"");
	body_has(d.items[0], "/scores/2", "{\"system\":\"Ubuntu\",\"label\":\"low\"}");
}

static void an_edited_body_shows_in_what_is_written(void **state) {
	(void)state;
	struct drafts d = real(&format_osv, "osv");
	for (size_t i = 0; i < d.n; i++) {
		const struct draft *r = d.items[i];
		const struct json *body = json_with(arena, r->body, S("title"), json_str(arena, S("A new title")));
		const struct json *want = json_with(arena, parsed(r->fetched), S("summary"), json_str(arena, S("A new title")));
		if (!json_equal(written(&format_osv, "advisory", "x", body), want))
			fail_msg("%.*s: the edit does not show alone", STR_ARG(r->source_id));
	}
}

static void records_are_written_after_the_schema_wherever_they_come_from(void **state) {
	(void)state;
	const struct schema *schema = osv_schema();
	struct drafts all[] = {real(&format_osv, "osv"), real(&format_cve, "cve"), real(&format_avid, "avid/vulnerabilities")};
	for (size_t l = 0; l < lengthof(all); l++)
		for (size_t i = 0; i < all[l].n; i++) {
			const struct draft *r = all[l].items[i];
			const char *id = arena_cstr(arena, r->source_id);
			must_validate(schema, r->source_id, written(&format_osv, "advisory", id, r->body));
			const struct json *born_here = json_with(arena, r->body, S("source"), NULL);
			must_validate(schema, r->source_id, written(&format_osv, "advisory", id, born_here));
		}
}

static void an_advisory_that_was_born_here_is_written_as_osv(void **state) {
	(void)state;
	const struct json *body = parsed(S("{\"title\":\"T\",\"summary\":\"S\",\"aliases\":[\"CVE-2026-1\"],"
		"\"severity\":\"high\",\"published\":\"2026-01-02\",\"affected\":[{\"name\":\"p\",\"package\":\"p\","
		"\"ecosystem\":\"PyPI\",\"ranges\":[{\"status\":\"affected\",\"type\":\"ecosystem\",\"from\":\"1\","
		"\"before\":\"2\"},{\"status\":\"not-affected\",\"from\":\"3\"},{\"from\":\"0.9\"}]},{\"name\":\"M\","
		"\"vendor\":\"V\",\"type\":\"model\"}],\"references\":[{\"url\":\"https://example.org/\",\"tags\":[\"patch\"]},"
		"{\"url\":\"relative\"},{\"title\":\"none\"}],\"credits\":[{\"name\":\"N\",\"role\":\"author\"}],"
		"\"weaknesses\":[{\"scheme\":\"CWE\",\"id\":\"CWE-20\"},{\"label\":\"x\"}]}"));
	const struct json *out = written(&format_osv, "advisory", "POL-2026-0001", body);
	must_validate(osv_schema(), S("born here"), out);
	assert_string_equal(json_text(arena, out).p, "{\"schema_version\":\"1.7.0\",\"id\":\"x_POL-2026-0001\","
		"\"modified\":\"2026-01-02T00:00:00Z\",\"published\":\"2026-01-02T00:00:00Z\",\"aliases\":[\"CVE-2026-1\"],"
		"\"summary\":\"T\",\"details\":\"S\",\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"p\"},"
		"\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"1\"},{\"fixed\":\"2\"}]}],\"versions\":[\"0.9\"],"
		"\"database_specific\":{\"ranges\":[{\"status\":\"not-affected\",\"from\":\"3\"}]}},"
		"{\"database_specific\":{\"name\":\"M\",\"vendor\":\"V\",\"type\":\"model\"}}],\"references\":[{\"type\":\"FIX\","
		"\"url\":\"https://example.org/\"}],\"credits\":[{\"name\":\"N\",\"type\":\"OTHER\"}],"
		"\"database_specific\":{\"severity\":\"high\",\"cwe_ids\":[\"CWE-20\"]}}");
}

static void only_advisories_are_written(void **state) {
	(void)state;
	assert_true(format_osv.kind_fits(S("advisory"), S("CVE")));
	assert_true(format_osv.kind_fits(S("advisory"), STR_EMPTY));
	assert_false(format_osv.kind_fits(S("report"), S("OSV")));
	const struct json *out = NULL;
	struct err e = {0};
	assert_int_equal(format_osv.write(arena, S("report"), S("x"), parsed(S("{}")), &out, &e), ERR_UNSUPPORTED);
}

static void another_format_is_refused_whole(void **state) {
	(void)state;
	refused_whole(&format_osv, "{\"id\":\"x\"}", "no OSV record: modified is missing");
	refused_whole(&format_osv, "\"modified\"", "no OSV record: modified is missing");
}

static void relatives_are_linked(void **state) {
	(void)state;
	struct import_file f = text_file("x", "{\"id\":\"A-1\",\"modified\":\"2024-01-01T00:00:00Z\",\"related\":[\"CVE-2024-1\",\"no name\"],"
		"\"upstream\":[\"CVE-2024-2\"]}");
	struct drafts d = read_all(&format_osv, &f, 1);
	assert_true(links_to(d.items[0], "related-to", "CVE-2024-1"));
	assert_true(links_to(d.items[0], "related-to", "CVE-2024-2"));
	assert_int_equal(d.items[0]->links_n, 2);
	body_has(d.items[0], "/related_ids", "[\"CVE-2024-1\",\"no name\"]");
}

static void a_missing_or_malformed_identifier_is_a_rejection(void **state) {
	(void)state;
	const char *want = "id: expected an identifier such as GO-2024-0001";
	refuses(&format_osv, "{\"modified\":1}", want);
	refuses(&format_osv, "{\"modified\":1,\"id\":[]}", want);
	refuses(&format_osv, "{\"modified\":1,\"id\":\"a/b/c\"}", want);
}

static void wrong_types_are_kept_and_come_back(void **state) {
	(void)state;
	struct drafts d = read_text(&format_osv, "{\"id\":\"GO-1\",\"modified\":{\"a\":1},\"published\":\"soon\","
		"\"withdrawn\":\"\",\"summary\":[],\"details\":7,\"aliases\":\"a\",\"related\":[1,[]],\"upstream\":{\"0\":1},"
		"\"severity\":[3,{\"type\":\"x\"}],\"affected\":[null,{},{\"package\":7},{\"package\":{\"name\":\"n\"},"
		"\"versions\":{},\"severity\":null}],\"references\":[{},{\"url\":\"u\",\"type\":3},{\"type\":\"NEWS\","
		"\"url\":\"v\"}],\"credits\":[{\"contact\":[\"c\"]},{\"name\":\"n\",\"type\":\"X\"}],\"database_specific\":[1],"
		"\"schema_version\":2,\"absent\":{\"id\":1}}");
	all_validate(&d);
	comes_back(&format_osv, d.items[0]);
	body_has(d.items[0], "/title", "\"GO-1\"");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(every_record_validates),
		TEST(nothing_of_any_record_is_lost),
		TEST(every_record_comes_back_as_it_was),
		TEST(the_mapping_leaves_nothing_over_of_these_records_but_dates_that_nobody_knows),
		TEST(a_record_is_mapped_field_by_field),
		TEST(a_withdrawn_record_is_withdrawn),
		TEST(each_pair_of_events_is_a_range),
		TEST(commits_that_do_not_pair_up_are_changes_of_one_range),
		TEST(what_ranges_can_not_hold_is_kept),
		TEST(a_vector_gives_value_and_severity),
		TEST(an_edited_body_shows_in_what_is_written),
		TEST(records_are_written_after_the_schema_wherever_they_come_from),
		TEST(an_advisory_that_was_born_here_is_written_as_osv),
		TEST(only_advisories_are_written),
		TEST(another_format_is_refused_whole),
		TEST(relatives_are_linked),
		TEST(a_missing_or_malformed_identifier_is_a_rejection),
		TEST(wrong_types_are_kept_and_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
