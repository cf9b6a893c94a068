/* Organizations and systems that sources name: one key for one party, and the best of its names. */
#include "reading.h"
#include "exchange/pieces.h"

static struct str key(const char *name) {
	return draft_party_key(arena, S("organization"), STR_EMPTY, str_of(name));
}

static void one_organization_has_one_key_however_it_is_written(void **state) {
	(void)state;
	static const char *const same[][3] = {
		{"Red Hat", "redhat", "Red Hat, Inc."}, {"D-Link", "dlink", "D-Link Corporation"}, {"SAP", "SAP_SE", "SAP SE"},
		{"Moonshot AI", "moonshot-ai", "Moonshot AI Co., Ltd."}, {"Google", "google", "Google LLC"}, {"Pak'nSave", "pak-n-save", "Pak 'N' Save"},
	};
	for (size_t i = 0; i < lengthof(same); i++)
		for (size_t k = 1; k < lengthof(same[i]); k++) assert_true(str_eq(key(same[i][0]), key(same[i][k])));
	static const char *const apart[][2] = {
		{"Does 1-25", "Does 125"}, {"Inc", "Ltd"}, {"Meta", "Meta AI"}, {"Denver, CO", "Denver"}, {"Eclipse", "Eclipse Foundation"}};
	for (size_t i = 0; i < lengthof(apart); i++) assert_false(str_eq(key(apart[i][0]), key(apart[i][1])));
	assert_int_equal(key("!?").n, 0);
}

static void a_product_goes_by_its_vendor_unless_it_is_called_so_too(void **state) {
	(void)state;
	static const struct {
		const char *vendor, *product, *key;
	} cases[] = {
		{"", "GPT-4o mini", "system:gpt-4o-mini"}, {"Red Hat, Inc.", "Linux", "system:redhat/linux"}, {"GitLab", "GitLab", "system:gitlab"},
		{"Everest Themes", "everest-themes", "system:everest-themes"}, {"n", "", ""},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		struct str k = draft_party_key(arena, S("system"), str_of(cases[i].vendor), str_of(cases[i].product));
		assert_string_equal(arena_cstr(arena, k), cases[i].key);
	}
}

static void the_best_name_is_shown_whoever_tells_it_first(void **state) {
	(void)state;
	static const char *const better[][2] = {
		{"Google LLC", "Google"}, {"openclaw", "OpenClaw"}, {"enterprise_linux", "Enterprise Linux"}, {"SAP_SE", "SAP"}};
	for (size_t i = 0; i < lengthof(better); i++) {
		assert_int_equal(draft_name_rank(str_of(better[i][0]), false), 1);
		assert_int_equal(draft_name_rank(str_of(better[i][1]), false), 2);
		assert_int_equal(draft_name_rank(str_of(better[i][1]), true), 0);
		for (int turned = 0; turned < 2; turned++) {
			struct drafts d = {.a = arena};
			struct str k = draft_system(&d, STR_EMPTY, S("x"), STR_EMPTY, STR_EMPTY);
			for (int n = 0; n < 2; n++) k = draft_organization(&d, str_of(better[i][n != turned]), false);
			const struct draft_party *p = map_get(&d.party_by_key, k);
			assert_true(str_is(json_get_str(p->body, S("name")), better[i][1]));
		}
	}
}

static void an_address_in_a_known_collection_names_a_record(void **state) {
	(void)state;
	static const struct {
		const char *url, *id;
	} cases[] = {
		{"https://incidentdatabase.ai/cite/6", "AIID-6"}, {"https://incidentdatabase.ai/cite/731/#r2", "AIID-731"},
		{"https://incidentdatabase.ai/cite/latest", ""}, {"https://incidentdatabase.ai/cite/", ""}, {"https://incidentdatabase.ai/", ""},
		{"https://www.cve.org/CVERecord?id=CVE-2021-3129", "CVE-2021-3129"}, {"https://nvd.nist.gov/vuln/detail/CVE-2021-3129", "CVE-2021-3129"},
		{"https://nvd.nist.gov/vuln/detail/other", ""}, {"https://atlas.mitre.org/studies/AML.CS0009/", "AML.CS0009"},
		{"https://avidml.org/database/avid-2022-v013/", "AVID-2022-V013"}, {"https://github.com/advisories/GHSA-1-2-3", "GHSA-1-2-3"},
		{"https://github.com/a/b/security/advisories/GHSA-1-2-3", "GHSA-1-2-3"}, {"https://github.com/a/b/security/advisories/new", ""},
		{"https://osv.dev/vulnerability/GO-2024-1", "GO-2024-1"}, {"https://example.org/cite/6", ""}, {"", ""}, {"://", ""},
	};
	for (size_t i = 0; i < lengthof(cases); i++)
		assert_string_equal(arena_cstr(arena, identifier_at(arena, str_of(cases[i].url))), cases[i].id);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(one_organization_has_one_key_however_it_is_written),
		TEST(a_product_goes_by_its_vendor_unless_it_is_called_so_too),
		TEST(the_best_name_is_shown_whoever_tells_it_first),
		TEST(an_address_in_a_known_collection_names_a_record),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
