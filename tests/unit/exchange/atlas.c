#include "reading.h"

#include "lib/yaml/yaml.h"

extern const struct format format_atlas;

static struct drafts read_real(void) {
	struct import_file f = real_file("atlas/ATLAS.yaml");
	return read_all(&format_atlas, &f, 1);
}

static struct drafts read_text(const char *text) {
	struct import_file f = text_file("ATLAS.yaml", text);
	return read_all(&format_atlas, &f, 1);
}

static size_t count(const struct drafts *d, const char *kind, const char *type) {
	size_t n = 0;
	for (size_t i = 0; i < d->n; i++)
		n += str_is(d->items[i]->kind, kind) && (!type || str_is(json_get_str(d->items[i]->body, S("object_type")), type));
	return n;
}

static void what_a_text_leads_to_is_linked(void **state) {
	(void)state;
	struct drafts d = read_real();
	const struct draft *tay = draft_of(&d, "AML.CS0009");
	assert_true(links_to(tay, "related-to", "AIID-6"));
	assert_true(links_to(tay, "related-to", "AVID-2022-V013"));
	assert_true(links_to(draft_of(&d, "AML.CS0030"), "related-to", "AIID-898"));
	assert_true(links_to(draft_of(&d, "AML.CS0008"), "related-to", "CVE-2019-20634"));
	size_t incidents = 0;
	for (size_t i = 0; i < d.n; i++)
		for (size_t k = 0; k < d.items[i]->links_n; k++) incidents += str_starts(d.items[i]->links[k].target, S("AIID-"));
	assert_int_equal(incidents, 14);
}

static void whom_a_case_study_names_becomes_a_record(void **state) {
	(void)state;
	struct drafts d = read_real();
	assert_true(links_to(draft_of(&d, "AML.CS0009"), "reported-by", "organization:microsoft"));
	/* As AVID names it. */
	assert_true(links_to(draft_of(&d, "AML.CS0000"), "affects", "system:palo-alto-networks-malware-detection-system"));
	assert_true(links_to(draft_of(&d, "AML.CS0022"), "harmed", "organization:chatgptusers"));
	body_has(&(struct draft){.body = party_of(&d, "organization:chatgptusers")->body}, "/type", "\"population\"");
	assert_true(links_to(draft_of(&d, "AML.CS0017"), "harmed", "organization:californiaemploymentdevelopmentdepartment"));
	assert_int_equal(links_of(draft_of(&d, "AML.CS0023"), "affects"), 0); /* "Multiple systems" */
	assert_true(links_to(draft_of(&d, "AML.CS0048"), "affects", "system:clawdbot"));
}

static void the_whole_atlas_validates(void **state) {
	(void)state;
	struct drafts d = read_real();
	assert_int_equal(rejected(&d), 0);
	assert_int_equal(count(&d, "use", "tactic"), 16);
	assert_int_equal(count(&d, "use", "technique"), 170);
	assert_int_equal(count(&d, "safeguard", NULL), 35);
	assert_int_equal(count(&d, "incident", NULL), 57);
	assert_int_equal(d.n, 278);
	assert_int_equal(d.parties_n, 65);
	all_validate(&d);
	size_t broader = 0, tactics = 0, mitigates = 0, concerns = 0;
	for (size_t i = 0; i < d.n; i++) {
		const struct draft *r = d.items[i];
		assert_true(str_eq(r->public_id, r->source_id));
		assert_string_equal(arena_cstr(arena, r->licence), "Apache-2.0");
		body_has(r, "/source/version", "\"5.6.0\"");
		body_has(r, "/source/extra", "nothing");
		broader += links_of(r, "broader");
		tactics += links_of(r, "follows-tactic");
		mitigates += links_of(r, "mitigates");
		concerns += links_of(r, "concerns");
		/* Links lead to something in the file, to parties, or to other collections' records. */
		for (size_t k = 0; k < r->links_n; k++)
			if (!str_is(r->links[k].rel, "related-to") && !map_get(&d.party_by_key, r->links[k].target))
				draft_of(&d, arena_cstr(arena, r->links[k].target));
	}
	assert_int_equal(broader, 69);
	assert_int_equal(tactics, 111);
	assert_int_equal(mitigates, 246);
	assert_int_equal(concerns, 440);
}

static void a_technique_becomes_a_use_that_follows_its_tactic(void **state) {
	(void)state;
	struct drafts d = read_real();
	const struct draft *r = draft_of(&d, "AML.T0049");
	body_has(r, "/title", "\"Exploit Public-Facing Application\"");
	body_has(r, "/scheme", "\"ATLAS\"");
	body_has(r, "/external_id", "\"AML.T0049\"");
	body_has(r, "/object_type", "\"technique\"");
	body_has(r, "/maturity", "\"realized\"");
	body_has(r, "/aliases", "[\"AML.T0049\"]");
	body_has(r, "/published", "\"2023-02-28\"");
	body_has(r, "/crosswalks",
		"[{\"scheme\":\"ATT&CK\",\"id\":\"T1190\",\"relation\":\"exact\",\"url\":\"https://attack.mitre.org/techniques/T1190/\"}]");
	body_has(r, "/source/url", "\"https://atlas.mitre.org/techniques/AML.T0049\"");
	assert_true(links_to(r, "follows-tactic", "AML.TA0004"));
	assert_true(links_to(draft_of(&d, "AML.T0043.000"), "broader", "AML.T0043"));
	assert_int_equal(links_of(draft_of(&d, "AML.T0043.000"), "follows-tactic"), 0);
}

static void links_within_the_site_are_made_whole(void **state) {
	(void)state;
	struct drafts d = read_real();
	struct str text = json_get_str(draft_of(&d, "AML.T0043")->body, S("description"));
	assert_true(str_find(text, S("[Verify Attack](https://atlas.mitre.org/techniques/AML.T0042)")) != STR_NONE);
	for (size_t i = 0; i < d.n; i++) assert_true(str_find(json_text(arena, d.items[i]->body), S("](/")) == STR_NONE);
}

static void a_mitigation_becomes_a_safeguard_with_its_applications(void **state) {
	(void)state;
	struct drafts d = read_real();
	const struct draft *r = draft_of(&d, "AML.M0018");
	body_has(r, "/summary", "\"Educate AI model developers to on AI supply chain risks and potentially malicious AI artifacts.\"");
	body_has(r, "/type", "\"policy\"");
	body_has(r, "/categories", "[\"Policy\"]");
	body_has(r, "/lifecycle/1", "{\"scheme\":\"ATLAS lifecycle\",\"label\":\"Data Preparation\"}");
	assert_int_equal(json_count(json_get_lit(r->body, "applications")), links_of(r, "mitigates"));
	/* One that stands among the stages in the file. */
	assert_true(links_to(r, "mitigates", "AML.T0052.001"));
	assert_int_equal(json_count(json_get_lit(r->body, "lifecycle")), 6);
}

static void a_case_study_becomes_an_incident_with_its_steps(void **state) {
	(void)state;
	struct drafts d = read_real();
	const struct draft *r = draft_of(&d, "AML.CS0009");
	body_has(r, "/title", "\"Tay Poisoning\"");
	body_has(r, "/nature", "\"event\"");
	body_has(r, "/date", "\"2016-03-23\"");
	body_has(r, "/actor", "\"4chan Users\"");
	body_has(r, "/reporter", "\"Microsoft\"");
	body_has(r, "/steps/0/tactic", "{\"scheme\":\"ATLAS\",\"id\":\"AML.TA0000\",\"label\":\"AI Model Access\"}");
	assert_true(links_to(r, "concerns", "AML.T0020"));
	body_has(draft_of(&d, "AML.CS0000"), "/date", "\"2020\"");
	body_has(draft_of(&d, "AML.CS0000"), "/nature", "\"exercise\"");
	body_has(draft_of(&d, "AML.CS0000"), "/source/url", "\"https://atlas.mitre.org/studies/AML.CS0000\"");
}

/* ---- nothing is lost ---- */

static void note_strings(struct map *m, const struct json *v) {
	if (v->type == JSON_STRING) {
		void **at = map_at(m, v->string);
		assert_non_null(at);
		*at = m;
	}
	for (size_t i = 0; i < json_count(v); i++) note_strings(m, v->type == JSON_ARRAY ? &v->items[i] : &v->members[i].value);
}

/* The texts in which links are made whole and blanks at the ends go. */
static bool is_prose(struct str name) {
	return str_is(name, "description") || str_is(name, "summary") || str_is(name, "use");
}

static struct str told_prose(struct str s) {
	struct str out = STR_EMPTY;
	for (size_t at; (at = str_find(s, S("](/"))) != STR_NONE; s = str_from(s, at + 2))
		out = arena_fmt(arena, "%.*s%.*s](https://atlas.mitre.org", STR_ARG(out), STR_ARG(str_sub(s, 0, at)));
	return str_trim(arena_cat(arena, out, s));
}

/* The transformations, in full: a few words become ours (below), the date is cut, prose see above, identifiers of others become links
 * too. Empty strings go. */
static void must_be_told(const struct draft *r, const struct map *told, const struct json *v, struct str name) {
	for (size_t i = 0; i < json_count(v); i++)
		must_be_told(r, told, v->type == JSON_ARRAY ? &v->items[i] : &v->members[i].value,
			v->type == JSON_ARRAY ? name : v->members[i].name);
	if (v->type == JSON_ARRAY || v->type == JSON_OBJECT) return;
	assert_int_equal(v->type, JSON_STRING);
	struct str s = v->string;
	if (!s.n || str_is(name, "incident-date-granularity")) return;
	if (str_is(name, "object-type") && (str_is(s, "mitigation") || str_is(s, "case-study"))) return; /* the kind */
	if (str_is(name, "case-study-type")) s = str_is(s, "incident") ? S("event") : s;
	if (str_is(name, "incident-date")) {
		assert_true(str_starts(s, json_get_str(r->body, S("date"))));
		return;
	}
	if (str_is(name, "tactics") || str_is(name, "subtechnique-of")) {
		assert_true(links_to(r, str_is(name, "tactics") ? "follows-tactic" : "broader", arena_cstr(arena, s)));
		return;
	}
	if (is_prose(name)) s = told_prose(s);
	if (!map_get(told, s)) fail_msg("%.*s: %.*s is lost: %.*s", STR_ARG(r->source_id), STR_ARG(name), STR_ARG(str_sub(s, 0, 100)));
}

static void every_scalar_of_the_atlas_stands_in_a_body_or_a_link(void **state) {
	(void)state;
	struct drafts d = read_real();
	const struct json *v;
	struct err e = {0};
	assert_int_equal(yaml_parse(arena, real_file("atlas/ATLAS.yaml").bytes, NULL, &v, &e), ERR_OK);
	static const char *const lists[] = {
		"/matrices/0/tactics", "/matrices/0/techniques", "/matrices/0/mitigations", "/case-studies"};
	for (size_t i = 0; i < lengthof(lists); i++) {
		const struct json *list = json_pointer(v, str_of(lists[i]));
		for (size_t k = 0; k < json_count(list); k++) {
			const struct draft *r = draft_of(&d, arena_cstr(arena, json_get_str(json_at(list, k), S("id"))));
			struct map told = {.arena = arena};
			note_strings(&told, r->body);
			must_be_told(r, &told, json_at(list, k), STR_EMPTY);
			assert_true(str_eq(r->fetched, json_canonical(arena, json_at(list, k))));
		}
	}
}

/* ---- what is not as it should be ---- */

static void other_documents_are_refused_in_plain_words(void **state) {
	(void)state;
	refused_whole(&format_atlas, "a: b\n", "no ATLAS document: matrices is missing");
	refused_whole(&format_atlas, "", "no ATLAS document: matrices is missing");
	refused_whole(&format_atlas, "- a\n", "no ATLAS document: matrices is missing");
	refused_whole(&format_atlas, "matrices: {}\n", "no ATLAS document: matrices is missing");
	refused_whole(&format_atlas, "a: b\na: c\n", "the key \"a\" stands twice");
}

static void objects_that_cannot_be_taken_are_rejected_by_name(void **state) {
	(void)state;
	struct drafts d = read_text("matrices:\n"
		"- techniques:\n"
		"  - {name: x, object-type: technique}\n"
		"  - {id: AML.M0001, name: x, object-type: technique}\n"
		"  - {id: AML.T0001, object-type: technique}\n"
		"  - {id: AML.T0001, name: x, object-type: mitigation}\n"
		"  - text\n"
		"  - {id: AML.T0002, name: x, object-type: technique}\n"
		"  - {id: AML.T0002, name: y, object-type: technique}\n"
		"  mitigations: none\n"
		"- 7\n");
	assert_int_equal(rejected(&d), 7);
	rejects(&d, 0, "techniques/0", "id: missing");
	rejects(&d, 1, "techniques/1", "id: not one of this list");
	rejects(&d, 2, "techniques/2", "name: missing");
	rejects(&d, 3, "techniques/3", "object-type: expected tactic or technique");
	rejects(&d, 4, "techniques/4", "expected an object");
	rejects(&d, 5, "techniques/6", "it stands in the file already");
	rejects(&d, 6, "mitigations", "expected an array");
	draft_of(&d, "AML.T0002");
}

static void values_of_other_sorts_and_unknown_members_are_kept(void **state) {
	(void)state;
	struct drafts d = read_text("version: 6.0\n"
		"matrices:\n"
		"- techniques:\n"
		"  - id: AML.T0001\n"
		"    name: x\n"
		"    object-type: technique\n"
		"    description: [a, b]\n"
		"    maturity: unheard of\n"
		"    created_date: some day\n"
		"    tactics: {a: b}\n"
		"    references: [text, {url: 5, title: t}]\n"
		"    ATT&CK-reference: {id: T1, note: n}\n"
		"    colour: red\n"
		"  mitigations:\n"
		"  - {id: AML.M0001, name: y, techniques: [1, {id: AML.T0001, more: z}], ml-lifecycle: {}, category: [Other, 3]}\n"
		"case-studies:\n"
		"- {id: AML.CS0001, name: z, incident-date: 2020-01-01, incident-date-granularity: CENTURY, procedure: [{tactic: 1}, {technique: "
		"AML.T0001}]}\n");
	assert_int_equal(rejected(&d), 0);
	all_validate(&d);
	const struct draft *r = draft_of(&d, "AML.T0001");
	body_has(r, "/definition", "\"x\"");
	body_has(r, "/references", "[{\"title\":\"t\"}]");
	body_has(r, "/source/version", "\"6\"");
	body_has(r, "/source/extra", "{\"description\":[\"a\",\"b\"],\"maturity\":\"unheard of\",\"created_date\":\"some day\","
		"\"tactics\":{\"a\":\"b\"},\"references\":{\"0\":\"text\",\"1\":{\"url\":5}},\"ATT&CK-reference\":{\"note\":\"n\"},\"colour\":\"red\"}");
	assert_string_equal(json_text(arena, r->visibility).p, "{\"/source/extra\":[\"public\"]}");
	body_has(draft_of(&d, "AML.M0001"), "/source/extra",
		"{\"techniques\":{\"0\":1,\"1\":{\"more\":\"z\"}},\"ml-lifecycle\":{},\"category\":{\"1\":3}}");
	body_has(draft_of(&d, "AML.CS0001"), "/steps",
		"[{\"text\":\"x\",\"technique\":{\"scheme\":\"ATLAS\",\"id\":\"AML.T0001\",\"label\":\"x\"}}]");
	body_has(draft_of(&d, "AML.CS0001"), "/date", "\"2020-01-01\"");
	body_has(draft_of(&d, "AML.CS0001"), "/source/extra", "{\"incident-date-granularity\":\"CENTURY\",\"procedure\":{\"0\":{\"tactic\":1}}}");
}

static void what_an_alias_repeats_is_read_each_time(void **state) {
	(void)state;
	struct drafts d = read_text("matrices:\n"
		"- techniques:\n"
		"  - {id: AML.T0001, name: x, object-type: technique, references: &r [{url: u}]}\n"
		"  - {id: AML.T0002, name: x, object-type: technique, other: *r}\n");
	body_has(draft_of(&d, "AML.T0002"), "/source/extra", "{\"other\":[{\"url\":\"u\"}]}");
}

static void an_arena_that_is_full_is_an_error_and_no_crash(void **state) {
	(void)state;
	struct import_file f = real_file("atlas/ATLAS.yaml");
	survives_full_arenas(&format_atlas, &f, 1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(the_whole_atlas_validates),
		TEST(what_a_text_leads_to_is_linked),
		TEST(whom_a_case_study_names_becomes_a_record),
		TEST(a_technique_becomes_a_use_that_follows_its_tactic),
		TEST(links_within_the_site_are_made_whole),
		TEST(a_mitigation_becomes_a_safeguard_with_its_applications),
		TEST(a_case_study_becomes_an_incident_with_its_steps),
		TEST(every_scalar_of_the_atlas_stands_in_a_body_or_a_link),
		TEST(other_documents_are_refused_in_plain_words),
		TEST(objects_that_cannot_be_taken_are_rejected_by_name),
		TEST(values_of_other_sorts_and_unknown_members_are_kept),
		TEST(what_an_alias_repeats_is_read_each_time),
		TEST(an_arena_that_is_full_is_an_error_and_no_crash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
