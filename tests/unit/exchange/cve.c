#include "loss.h"

extern const struct format format_cve;

/* The real records are read once for all tests. */
static struct arena *kept;
static struct drafts records;

static int read_once(void **state) {
	size_t n;
	if (set_up(state)) return -1;
	struct import_file *files = real_files("cve", &n);
	records = read_all(&format_cve, files, n);
	kept = arena;
	return 0;
}

static int let_go(void **state) {
	(void)state;
	arena_free(kept);
	return 0;
}

static struct drafts real(void) {
	return records;
}

static void every_record_validates(void **state) {
	(void)state;
	struct drafts d = real();
	all_validate(&d);
	assert_int_equal(d.n, 1500);
}

/* Otherwise told: the state is the draft's; statuses, roles and the options of SSVC are words of ours; a relation of a
 * taxonomy is one note; the format CVSS is the scheme of a score. */
static const struct retelling retold[] = {
	{"dataType", "CVE_RECORD", NULL}, {"state", "PUBLISHED", NULL}, {"state", "REJECTED", NULL}, {"format", "CVSS",
		"CVSS"},
	{"status", "unaffected", "not-affected"}, {"defaultStatus", "unaffected", "not-affected"}, {"discovery", NULL, NULL},
	{"type", "cwe", "CWE"}, {"type", "ssvc", "SSVC"}, {"type", "kev", "KEV"}, {"type", NULL, NULL},
	{"Exploitation", NULL, NULL}, {"Automatable", NULL, NULL}, {"Technical Impact", NULL, NULL},
	{"relationshipName", "mitigated by", "mitigated by M0801"}, {"relationshipValue", "M0801", "mitigated by M0801"},
	{NULL, NULL, NULL}};

static void nothing_of_any_record_is_lost(void **state) {
	(void)state;
	struct drafts d = real();
	for (size_t i = 0; i < d.n; i++) nothing_is_lost(d.items[i], retold);
}

/* Names of what had no home, above those of the old format. */
static void only_what_has_no_home_is_left_over(void **state) {
	(void)state;
	struct drafts d = real();
	size_t with = 0;
	for (size_t i = 0; i < d.n; i++) {
		const struct json *extra = json_pointer(d.items[i]->body, S("/source/extra"));
		const struct json *cna = json_pointer(extra, S("/containers/cna"));
		with += extra != NULL;
		assert_int_equal(extra != NULL, d.items[i]->visibility != NULL);
		assert_true(!extra || (extra->n == 1 && cna && json_count(json_get_lit(extra, "containers")) == 1));
		for (size_t k = 0; k < json_count(cna); k++) {
			struct str name = cna->members[k].name;
			if (!str_starts(name, S("x_")) && !str_is(name, "affected") && !str_is(name, "metrics"))
				fail_msg("%.*s: %.*s is left", STR_ARG(d.items[i]->source_id), STR_ARG(name));
		}
	}
	assert_true(with < 700);
}

static void a_record_is_mapped_field_by_field(void **state) {
	(void)state;
	struct drafts d = real();
	const struct draft *r = draft_of(&d, "CVE-2023-23376");
	body_has(r, "/aliases", "[\"CVE-2023-23376\"]");
	body_has(r, "/severity", "\"high\"");
	body_has(r, "/scores/0/vector", "\"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C\"");
	body_has(r, "/scores/0/by", "\"microsoft\"");
	body_has(r, "/affected/0/vendor", "\"Microsoft\"");
	body_has(r, "/affected/0/ranges/0",
		"{\"status\":\"affected\",\"type\":\"custom\",\"from\":\"10.0.0\",\"before\":\"10.0.17763.4010\"}");
	body_has(r, "/affected/0/identifiers/0/scheme", "\"cpe\"");
	body_has(r, "/contributors/0/role", "\"assigner\"");
	body_has(r, "/contributors/1/role", "\"numbering-authority\"");
	body_has(r, "/contributors/2/role", "\"enricher\"");
	body_has(r, "/source/version", "\"5.1\"");
	assert_true(str_is(r->public_id, "CVE-2023-23376"));
	assert_int_equal(r->state.n, 0);
}

static void a_known_exploited_vulnerability_is_exploited(void **state) {
	(void)state;
	struct drafts d = real();
	const struct draft *r = draft_of(&d, "CVE-2023-23376");
	body_has(r, "/exploitation", "\"active\"");
	body_has(r, "/scores/1/system", "\"KEV\"");
	body_has(r, "/scores/1/date", "\"2023-02-14\"");
	size_t active = 0;
	for (size_t i = 0; i < d.n; i++) active += str_is(json_get_str(d.items[i]->body, S("exploitation")), "active");
	assert_int_equal(active, 10);
}

static void labels_of_ssvc_are_in_small_letters(void **state) {
	(void)state;
	struct drafts d = real();
	size_t n = 0;
	for (size_t i = 0; i < d.n; i++) {
		const struct json *scores = json_get_lit(d.items[i]->body, "scores");
		for (size_t k = 0; k < json_count(scores); k++) {
			const struct json *s = json_at(scores, k), *values = json_get_lit(s, "values");
			if (!str_is(json_get_str(s, S("system")), "SSVC")) continue;
			n++;
			assert_int_equal(json_count(values), 3);
			for (size_t v = 0; v < values->n; v++)
				for (size_t c = 0; c < values->members[v].value.string.n; c++)
					assert_false(values->members[v].value.string.p[c] >= 'A' && values->members[v].value.string.p[c] <= 'Z');
		}
	}
	assert_int_equal(n, 1497);
}

static void rejected_and_disputed_records_are_in_that_state(void **state) {
	(void)state;
	struct drafts d = real();
	size_t rejections = 0, disputes = 0;
	for (size_t i = 0; i < d.n; i++) {
		const struct draft *r = d.items[i];
		rejections += str_is(r->state, "rejected");
		disputes += str_is(r->state, "disputed");
		if (!str_is(r->state, "rejected")) continue;
		assert_true(json_get_str(r->body, S("withdrawn_reason")).n > 0);
		assert_true(json_get_str(r->body, S("withdrawn")).n > 0);
	}
	assert_int_equal(rejections, 3);
	assert_int_equal(disputes, 10);
}

static void other_languages_and_media_are_renditions(void **state) {
	(void)state;
	struct drafts d = real();
	size_t german = 0, html = 0, base64 = 0;
	for (size_t i = 0; i < d.n; i++) {
		const struct json *list = json_get_lit(d.items[i]->body, "renditions");
		for (size_t k = 0; k < json_count(list); k++) {
			german += str_is(json_get_str(json_at(list, k), S("language")), "de");
			html += str_is(json_get_str(json_at(list, k), S("media_type")), "text/html");
			base64 += json_true(json_get_lit(json_at(list, k), "base64"));
		}
	}
	assert_int_equal(german, 37);
	assert_true(html > 600);
	assert_int_equal(base64, 5);
}

/* A published record with these members of its cna container. */
static struct drafts with_cna(const char *cna, const char *adp) {
	return read_text(&format_cve, arena_fmt(arena, "{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\","
		"\"cveMetadata\":{\"cveId\":\"CVE-2026-0001\",\"assignerOrgId\":\"o\",\"state\":\"PUBLISHED\"},"
		"\"containers\":{\"cna\":{\"title\":\"T\",%s},\"adp\":[%s]}}", cna, adp).p);
}

static void vendors_and_products_become_organizations_and_systems(void **state) {
	(void)state;
	struct drafts d = with_cna("\"affected\":[{\"vendor\":\"Acme Inc.\",\"product\":\"Rocket\"},"
		"{\"vendor\":\"Acme Inc.\",\"product\":\"Rocket\"},{\"vendor\":\"Acme Inc.\",\"product\":\"Anvil\"}]",
		"{\"affected\":[{\"vendor\":\"acme\",\"product\":\"rocket\"}]}");
	all_validate(&d);
	assert_int_equal(d.parties_n, 3);
	assert_int_equal(d.items[0]->links_n, 3);
	assert_true(links_to(d.items[0], "developer", "organization:acme"));
	assert_true(links_to(d.items[0], "affects", "system:acme/rocket"));
	assert_true(links_to(d.items[0], "affects", "system:acme/anvil"));
	assert_int_equal(party_of(&d, "system:acme/rocket")->links_n, 1);
	assert_false(party_of(&d, "organization:acme")->provisional);
	body_has(d.items[0], "/affected/3/name", "\"rocket\"");
}

static void names_that_mean_nothing_become_nothing(void **state) {
	(void)state;
	struct drafts d = with_cna("\"affected\":[{\"vendor\":\"n/a\",\"product\":\"n/a\"},{\"vendor\":\"Unknown\","
		"\"product\":\"Plugin\"}]", "");
	assert_int_equal(d.parties_n, 1);
	assert_true(links_to(d.items[0], "affects", "system:plugin"));
	assert_int_equal(links_of(d.items[0], "developer"), 0);
	body_has(d.items[0], "/affected/0/vendor", "\"n/a\"");
}

static void an_enricher_names_the_product_where_the_authority_does_not(void **state) {
	(void)state;
	struct drafts d = with_cna("\"affected\":[{\"vendor\":\"n/a\",\"product\":\"n/a\"}]",
		"{\"affected\":[{\"vendor\":\"acme\",\"product\":\"rocket\"}]},{\"affected\":[{\"vendor\":\"other\","
			"\"product\":\"x\"}]}");
	assert_int_equal(d.parties_n, 2);
	assert_true(links_to(d.items[0], "affects", "system:acme/rocket"));
	assert_true(party_of(&d, "organization:acme")->provisional);
}

static void the_newest_cvss_gives_the_severity(void **state) {
	(void)state;
	struct drafts d = with_cna("\"metrics\":[{\"cvssV2_0\":{\"version\":\"2.0\",\"baseScore\":10}},"
		"{\"cvssV3_1\":{\"version\":\"3.1\",\"baseScore\":2,\"baseSeverity\":\"LOW\"}},"
		"{\"cvssV4_0\":{\"baseSeverity\":\"medium\"}},{\"cvssV4_0\":{\"baseSeverity\":\"HIGH\"}}]", "");
	body_has(d.items[0], "/severity", "\"medium\"");
	d = with_cna("\"metrics\":[{\"cvssV2_0\":{\"version\":\"2.0\",\"baseScore\":10}}]", "");
	body_has(d.items[0], "/severity", "\"high\"");
	d = with_cna("\"metrics\":[{\"other\":{\"type\":\"words\",\"content\":{\"text\":\"Moderate\",\"n\":1,\"o\":{}}}}]",
		"");
	body_has(d.items[0], "/severity", "\"medium\"");
	body_has(d.items[0], "/scores/0", "{\"system\":\"words\",\"label\":\"Moderate\",\"values\":{\"n\":1}}");
	body_has(d.items[0], "/source/extra/containers",
		"{\"cna\":{\"metrics\":{\"0\":{\"other\":{\"content\":{\"o\":{}}}}}},\"adp\":[]}");
}

static void a_title_is_the_first_sentence_where_there_is_none(void **state) {
	(void)state;
	struct drafts d = real();
	for (size_t i = 0; i < d.n; i++) {
		struct str title = json_get_str(d.items[i]->body, S("title"));
		assert_true(title.n > 0);
		const struct json *theirs = json_pointer(parsed(d.items[i]->fetched), S("/containers/cna/title"));
		if (theirs) assert_true(str_eq(title, json_string(theirs)));
		else assert_true(title.n <= 203);
	}
}

static void a_record_that_was_replaced_leads_on(void **state) {
	(void)state;
	const char *text = "{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\","
		"\"cveMetadata\":{\"cveId\":\"CVE-2026-0001\",\"state\":\"REJECTED\"},"
		"\"containers\":{\"cna\":{\"rejectedReasons\":[{\"lang\":\"de\",\"value\":\"Doppelt.\"},{\"lang\":\"en\","
		"\"value\":\"Twice.\"}],\"replacedBy\":[\"CVE-2026-0002\"]}}}";
	struct drafts d = read_text(&format_cve, text);
	all_validate(&d);
	assert_true(links_to(d.items[0], "replaced-by", "CVE-2026-0002"));
	body_has(d.items[0], "/replaced_by", "[\"CVE-2026-0002\"]");
	body_has(d.items[0], "/withdrawn_reason", "\"Twice.\"");
	body_has(d.items[0], "/renditions", "[{\"field\":\"withdrawn_reason\",\"language\":\"de\",\"text\":\"Doppelt.\"}]");
	body_has(d.items[0], "/title", "\"CVE-2026-0001\"");
}

static void another_format_is_refused_whole(void **state) {
	(void)state;
	refused_whole(&format_cve, "{}", "no CVE record: dataType is missing");
	refused_whole(&format_cve, "[{\"dataType\":\"CVE_RECORD\"}]", "no CVE record: dataType is missing");
	refused_whole(&format_cve, "{\"dataType\":\"CVE\"}", "no CVE record: dataType is not CVE_RECORD");
	assert_true(format_cve.wants(S("CVE-2024-0001.json")));
	assert_false(format_cve.wants(S("delta.json")));
}

static void a_record_without_what_it_needs_is_rejected(void **state) {
	(void)state;
	refuses(&format_cve, "{\"dataType\":\"CVE_RECORD\"}", "dataVersion: expected 5.x,"
		" this is another version of the format");
	refuses(&format_cve, "{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.0\",\"cveMetadata\":{\"cveId\":\"CVE-1-2\"}}",
		"cveMetadata.cveId: expected an identifier such as CVE-2024-0001");
	refuses(&format_cve, "{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.0\","
		"\"cveMetadata\":{\"cveId\":\"CVE-2024-0001\"}}",
		"cveMetadata.state: expected PUBLISHED or REJECTED");
	refuses(&format_cve, "{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.0\","
		"\"cveMetadata\":{\"cveId\":\"CVE-2024-0001\",\"state\":\"PUBLISHED\"},\"containers\":{\"cna\":[]}}",
		"containers.cna: expected an object");
	refuses(&format_cve, "{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.0\","
		"\"cveMetadata\":{\"cveId\":\"CVE-2024-0001\",\"state\":\"PUBLISHED\"},\"containers\":{\"cna\":{},\"adp\":{}}}",
		"containers.adp: expected an array");
}

static void wrong_types_are_kept(void **state) {
	(void)state;
	struct drafts d = with_cna("\"affected\":[7,{\"vendor\":[],\"versions\":[{\"status\":\"maybe\"},\"1\"],"
		"\"cpes\":\"c\"}],\"descriptions\":{\"lang\":\"en\"},\"metrics\":[{\"cvssV3_1\":\"x\"},"
		"{\"other\":{\"type\":\"ssvc\",\"content\":[]}}],\"references\":[{\"tags\":[\"t\"]},{\"url\":\"u\",\"tags\":{}}],"
		"\"problemTypes\":\"none\",\"timeline\":[{\"time\":\"soon\",\"value\":\"v\"}],\"credits\":[{\"value\":\"c\","
		"\"type\":\"hero\"}],\"source\":\"s\",\"tags\":\"t\",\"impacts\":[{\"capecId\":\"CAPEC-1\"}],\"providerMetadata\":1",
		"null,{\"title\":\"x\"},\"y\"");
	all_validate(&d);
	const struct draft *r = d.items[0];
	body_has(r, "/attack_patterns", "[{\"scheme\":\"CAPEC\",\"id\":\"CAPEC-1\"}]");
	body_has(r, "/timeline", "[{\"text\":\"v\"}]");
	nothing_is_lost(r, retold);
	body_has(r, "/source/extra/containers/cna/affected/0", "7");
	body_has(r, "/source/extra/containers/cna/affected/1/versions", "[{\"status\":\"maybe\"},\"1\"]");
	body_has(r, "/source/extra/containers/cna/credits", "{\"0\":{\"type\":\"hero\"}}");
}

static void a_record_with_many_products_takes_no_time(void **state) {
	(void)state;
	autobuf struct buf b = BUF(4 << 20);
	for (int i = 0; i < 3000; i++) buf_fmt(&b, "%s{\"vendor\":\"V%d\",\"product\":\"P%d\"}", i ? "," : "", i % 100, i);
	moment start = stopwatch();
	struct drafts d = with_cna(arena_fmt(arena, "\"affected\":[%s]", b.p).p, "");
	assert_int_equal(links_of(d.items[0], "affects"), 3000);
	assert_int_equal(links_of(d.items[0], "developer"), 100);
	assert_true(stopwatch() - start < 20 * SECOND);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(every_record_validates),
		TEST(nothing_of_any_record_is_lost),
		TEST(only_what_has_no_home_is_left_over),
		TEST(a_record_is_mapped_field_by_field),
		TEST(a_known_exploited_vulnerability_is_exploited),
		TEST(labels_of_ssvc_are_in_small_letters),
		TEST(rejected_and_disputed_records_are_in_that_state),
		TEST(other_languages_and_media_are_renditions),
		TEST(vendors_and_products_become_organizations_and_systems),
		TEST(names_that_mean_nothing_become_nothing),
		TEST(an_enricher_names_the_product_where_the_authority_does_not),
		TEST(the_newest_cvss_gives_the_severity),
		TEST(a_title_is_the_first_sentence_where_there_is_none),
		TEST(a_record_that_was_replaced_leads_on),
		TEST(another_format_is_refused_whole),
		TEST(a_record_without_what_it_needs_is_rejected),
		TEST(wrong_types_are_kept),
		TEST(a_record_with_many_products_takes_no_time),
	};
	return cmocka_run_group_tests(tests, read_once, let_go);
}
