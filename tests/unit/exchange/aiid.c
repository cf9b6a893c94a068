#include "reading.h"

#include "exchange/slug.h"
#include "lib/csv/csv.h"

extern const struct format format_aiid;

enum { TABLES = 5 };

static void real_tables(struct import_file files[TABLES]) {
	static const char *const names[TABLES] = {
		"classifications_CSETv1", "classifications_GMF", "classifications_MIT", "duplicates", "incidents"};
	for (size_t i = 0; i < TABLES; i++) files[i] = real_file(arena_fmt(arena, "aiid/%s.csv", names[i]).p);
}

static struct drafts read_real(void) {
	struct import_file files[TABLES];
	real_tables(files);
	return read_all(&format_aiid, files, TABLES);
}

static struct drafts read_texts(const char *incidents, const char *other) {
	const struct import_file files[] = {text_file("incidents.csv", incidents), text_file("other.csv", other)};
	return read_all(&format_aiid, files, other ? 2 : 1);
}

static void all_incidents_of_the_database_validate(void **state) {
	(void)state;
	struct drafts d = read_real();
	assert_int_equal(d.n, 639);
	assert_int_equal(rejected(&d), 0);
	all_validate(&d);
	size_t annotations = 0, concerns = 0, populations = 0;
	for (size_t i = 0; i < d.n; i++) {
		annotations += json_count(json_get_lit(d.items[i]->body, "annotations"));
		concerns += links_of(d.items[i], "concerns");
		assert_true(str_starts(d.items[i]->public_id, S("AIID-")));
		assert_true(d.items[i]->fetched.n > 0);
		assert_string_equal(json_text(arena, d.items[i]->visibility).p, "{\"/source/extra\":[\"public\"]}");
	}
	assert_int_equal(annotations, 639 + 319 + 214);
	assert_int_equal(concerns, 639);
	for (size_t i = 0; i < d.parties_n; i++) {
		assert_true(d.parties[i]->provisional && str_is(d.parties[i]->kind, "organization"));
		populations += str_is(json_get_str(d.parties[i]->body, S("type")), "population");
	}
	assert_in_range(populations, 400, 800);
}

static void a_row_becomes_an_incident_with_its_parties(void **state) {
	(void)state;
	struct drafts d = read_real();
	const struct draft *r = draft_of(&d, "23");
	assert_string_equal(arena_cstr(arena, r->public_id), "AIID-23");
	assert_string_equal(arena_cstr(arena, r->licence), "CC BY-SA 4.0");
	body_has(r, "/title", "\"Las Vegas Self-Driving Bus Involved in Accident\"");
	body_has(r, "/date", "\"2017-11-08\"");
	body_has(r, "/aliases", "[\"AIID-23\"]");
	body_has(r, "/report_ids/0", "\"242\"");
	body_has(r, "/report_ids/23", "\"2389\"");
	body_has(r, "/source", "{\"system\":\"AIID\",\"id\":\"23\",\"url\":\"https://incidentdatabase.ai/cite/23\",\"licence\":\"CC BY-SA 4.0\","
		"\"extra\":{\"_id\":\"ObjectId(625763de343edc875fe63a15)\"}}");
	assert_true(links_to(r, "developer", "organization:keolisnorthamerica"));
	assert_true(links_to(r, "deployer", "organization:navya"));
	assert_true(links_to(r, "harmed", "organization:buspassengers"));
	assert_string_equal(json_text(arena, party_of(&d, "organization:keolisnorthamerica")->body).p,
		"{\"name\":\"Keolis North America\",\"provisional\":true}");
	assert_string_equal(json_text(arena, party_of(&d, "organization:buspassengers")->body).p,
		"{\"name\":\"Bus Passengers\",\"provisional\":true,\"type\":\"population\"}");
}

static void classifications_fill_our_fields(void **state) {
	(void)state;
	struct drafts d = read_real();
	const struct draft *r = draft_of(&d, "1");
	body_has(r, "/domains", "[\"Discrimination and Toxicity\"]");
	body_has(r, "/classifications", "[{\"scheme\":\"MIT AI Risk Repository\",\"id\":\"1\",\"label\":\"Discrimination and Toxicity\"},"
		"{\"scheme\":\"MIT AI Risk Repository\",\"id\":\"1.2\",\"label\":\"Exposure to toxic content\"}]");
	body_has(r, "/causes", "{\"entity\":\"ai\",\"timing\":\"post-deployment\",\"intent\":\"unintentional\"}");
	assert_true(links_to(r, "concerns", draft_crosswalk(&d, S("MIT AI Risk Repository"), S("1.2")).p));
	body_has(r, "/technology/goals/0", "\"content moderation\"");
	body_has(r, "/technology/likely_methods/0", "\"Classification\"");
	body_has(draft_of(&d, "4"), "/toll/deaths", "1");
	body_has(draft_of(&d, "4"), "/locations", "[{\"city\":\"Tempe\",\"region\":\"AZ\",\"country\":\"US\",\"area\":\"North America\"}]");
	body_has(draft_of(&d, "4"), "/nature", "\"event\"");
}

static void a_number_found_to_be_another_incident_resolves_to_that(void **state) {
	(void)state;
	struct drafts d = read_real();
	body_has(draft_of(&d, "95"), "/aliases", "[\"AIID-95\",\"AIID-365\"]");
	assert_int_equal(draft_of(&d, "95")->state.n, 0);
}

static void a_duplicate_that_is_still_there_is_merged_into_the_true_incident(void **state) {
	(void)state;
	struct drafts d = read_real();
	const struct draft *r = draft_of(&d, "637");
	assert_string_equal(arena_cstr(arena, r->state), "merged");
	assert_true(links_to(r, "duplicate-of", "AIID-112"));
	body_has(draft_of(&d, "112"), "/aliases", "[\"AIID-112\"]");
}

/* ---- nothing is lost ---- */

static struct str joined(const struct json *list) {
	struct str s = STR_EMPTY;
	for (size_t i = 0; i < json_count(list); i++)
		s = arena_fmt(arena, "%.*s%s%.*s", STR_ARG(s), i ? ", " : "", STR_ARG(json_string(json_at(list, i))));
	return s;
}

static const struct json *answer_to(const struct json *annotation, struct str question) {
	const struct json *answers = json_get_lit(annotation, "answers");
	for (size_t i = 0; i < json_count(answers); i++)
		if (str_eq(json_get_str(json_at(answers, i), S("question")), question)) return json_at(answers, i);
	return NULL;
}

/* The transformations of a classification's cells, in full: blanks at the ends go; lists are split at commas; True and False of two
 * columns become booleans; notes, snippets and discussions stand beside the answer that they are about. */
static bool told(const struct json *n, struct str column, struct str s) {
	static const struct {
		const char *column, *ours;
	} own[] = {{"Namespace", "scheme"}, {"Annotation Status", "status"}, {"Annotator", "annotators"}, {"Peer Reviewer", "reviewers"}};
	struct str bit = str_is(s, "True") ? S("true") : S("false");
	for (size_t i = 0; i < lengthof(own); i++) {
		const struct json *v = json_get(n, str_of(own[i].ours));
		if (str_is(column, own[i].column)) return str_eq(json_is(v, JSON_ARRAY) ? joined(v) : json_string(v), s);
	}
	if (str_is(column, "Published")) return str_eq(json_text(arena, json_get_lit(n, "published")), bit);
	if (str_is(column, "Quality Control")) return str_eq(json_text(arena, json_get_lit(n, "quality_controlled")), bit);
	const char *part = "values";
	if (str_starts(column, S("Notes")) || str_ends(column, S(" Notes"))) part = "note";
	if (str_ends(column, S(" Snippets"))) part = "snippets", column.n -= strlen(" Snippets");
	if (str_ends(column, S(" Classification Discussion"))) part = "note", column.n -= strlen(" Classification Discussion");
	const struct json *v = json_get(answer_to(n, column), str_of(part));
	return str_eq(json_is(v, JSON_ARRAY) ? joined(v) : json_string(v), s);
}

static void every_cell_of_the_classifications_stands_in_an_annotation(void **state) {
	(void)state;
	struct drafts d = read_real();
	static const char *const names[] = {"CSETv1", "GMF", "MIT"};
	size_t cells = 0;
	for (size_t i = 0; i < lengthof(names); i++) {
		struct csv c;
		struct csv_row header, row;
		struct err e = {0};
		struct str text = real_file(arena_fmt(arena, "aiid/classifications_%s.csv", names[i]).p).bytes;
		assert_int_equal(csv_open(&c, arena, text, NULL, &e), ERR_OK);
		assert_int_equal(csv_header(&c, &header, &e), ERR_OK);
		for (;;) {
			assert_int_equal(csv_next(&c, &row, &e), ERR_OK);
			if (!row.n) break;
			struct str id = row.fields[csv_column(&header, S("Incident ID"))];
			const struct json *list = json_get_lit(draft_of(&d, arena_cstr(arena, id))->body, "annotations"), *n = NULL;
			for (size_t k = 0; k < json_count(list); k++)
				if (str_is(json_get_str(json_at(list, k), S("scheme")), names[i])) n = json_at(list, k);
			for (size_t k = 0; k < row.n; k++) {
				struct str s = str_trim(row.fields[k]), column = header.fields[k];
				if (!s.n || str_is(column, "Incident ID") || (str_is(column, "Incident Number") && str_eq(s, id))) continue;
				if (!told(n, column, s)) fail_msg("%s %.*s: %.*s is lost", names[i], STR_ARG(id), STR_ARG(column));
				cells++;
			}
		}
	}
	assert_int_equal(cells, 17836);
}

/* A party's name in small letters, with hyphens for blanks, is the slug. */
static struct str slug_of(struct str name) {
	char *p = (char *)(uintptr_t)arena_str(arena, name).p;
	for (size_t i = 0; i < name.n; i++) {
		if (p[i] >= 'A' && p[i] <= 'Z') p[i] = (char)(p[i] + 32);
		if (p[i] == ' ') p[i] = '-';
	}
	return str_n(p, name.n);
}

static bool has_party(const struct drafts *d, const struct draft *r, const char *rel, struct str slug) {
	for (size_t i = 0; i < r->links_n; i++) {
		if (!str_is(r->links[i].rel, rel)) continue;
		const struct draft_party *p = party_of(d, arena_cstr(arena, r->links[i].target));
		if (str_eq(slug_of(json_get_str(p->body, S("name"))), slug)) return true;
	}
	return false;
}

static void every_cell_of_the_incidents_stands_in_the_body_or_a_link(void **state) {
	(void)state;
	struct drafts d = read_real();
	struct csv c;
	struct csv_row header, row;
	struct err e = {0};
	assert_int_equal(csv_open(&c, arena, real_file("aiid/incidents.csv").bytes, NULL, &e), ERR_OK);
	assert_int_equal(csv_header(&c, &header, &e), ERR_OK);
	static const struct {
		const char *column, *pointer;
	} plain[] = {{"incident_id", "/source/id"}, {"date", "/date"}, {"title", "/title"}, {"description", "/description"},
		{"_id", "/source/extra/_id"}};
	static const struct {
		const char *column, *rel;
	} parties[] = {{"Alleged deployer of AI system", "deployer"}, {"Alleged developer of AI system", "developer"},
		{"Alleged harmed or nearly harmed parties", "harmed"}};
	size_t links = 0, nobody = 0;
	struct drafts scratch = {.a = arena};
	for (;;) {
		assert_int_equal(csv_next(&c, &row, &e), ERR_OK);
		if (!row.n) break;
		const struct draft *r = draft_of(&d, arena_cstr(arena, row.fields[csv_column(&header, S("incident_id"))]));
		for (size_t i = 0; i < lengthof(plain); i++) {
			struct str s = str_trim(row.fields[csv_column(&header, str_of(plain[i].column))]);
			assert_true(str_eq(json_string(json_pointer(r->body, str_of(plain[i].pointer))), s));
		}
		const struct json *reports, *slugs;
		assert_int_equal(json_parse(arena, row.fields[csv_column(&header, S("reports"))], NULL, &reports, &e), ERR_OK);
		for (size_t i = 0; i < json_count(reports); i++)
			assert_true(str_eq(json_text(arena, json_at(reports, i)),
				json_string(json_at(json_get_lit(r->body, "report_ids"), i))));
		for (size_t k = 0; k < lengthof(parties); k++) {
			struct str column = str_of(parties[k].column);
			assert_int_equal(json_parse(arena, row.fields[csv_column(&header, column)], NULL, &slugs, &e), ERR_OK);
			const struct json *extra = json_get(json_pointer(r->body, S("/source/extra")), column);
			for (size_t i = 0, n = 0; i < json_count(slugs); i++) {
				struct str slug = json_string(json_at(slugs, i));
				/* "unknown", "none", "unspecified" */
				if (!draft_organization(&scratch, slug, true).n) {
					assert_true(str_eq(json_string(json_at(extra, n++)), slug));
					nobody++;
				} else {
					if (!has_party(&d, r, parties[k].rel, slug)) fail_msg("%.*s is lost", STR_ARG(slug));
					links++;
				}
			}
		}
	}
	assert_int_equal(links, 2804);
	assert_int_equal(nobody, 124);
}

/* ---- what is not as it should be ---- */

#define COLUMNS "incident_id,date,reports,Alleged deployer of AI system,description,title\n"

static void classifications_alone_are_refused_in_plain_words(void **state) {
	(void)state;
	refused_whole(&format_aiid, "Namespace,Incident ID\nMIT,1\n",
		"incidents.csv is not among the files: classifications and duplicates mean nothing without it");
	refused_whole(&format_aiid, "duplicate_incident_number,true_incident_number\n1,2\n",
		"incidents.csv is not among the files: classifications and duplicates mean nothing without it");
}

static void other_tables_are_refused_in_plain_words(void **state) {
	(void)state;
	refused_whole(&format_aiid, "a,b\n1,2\n", "no table of the AI Incident Database: neither incident_id and title, nor Namespace and "
		"Incident ID, nor duplicate_incident_number and true_incident_number are among its columns");
	refused_whole(&format_aiid, "", "the table is empty");
	struct drafts d = {.a = arena};
	struct err e = {0};
	const struct import_file files[] = {text_file("/x/incidents.csv", COLUMNS), text_file("/x/classifications_X.csv", "a,b\n1\n")};
	assert_int_equal(format_aiid.read(files, 2, &d, &e), ERR_INVALID);
	assert_non_null(strstr(e.message, "classifications_X.csv: no table"));
}

static void a_classification_of_an_unknown_incident_is_rejected_by_name(void **state) {
	(void)state;
	struct drafts d = read_texts(COLUMNS "1,2020,,,,x\n", "Namespace,Incident ID,Risk Domain\nMIT,1,2. A\nMIT,700,2. A\n");
	assert_int_equal(rejected(&d), 1);
	rejects(&d, 0, "other.csv row 3", "incident 700 is not among the incidents");
}

static void duplicates_of_unknown_incidents_are_rejected(void **state) {
	(void)state;
	struct drafts d = read_texts(COLUMNS "1,2020,,,,x\n",
		"duplicate_incident_number,true_incident_number\n8,9\n2,1\n1,1\nx,1\n1,4\n1,5\n");
	assert_int_equal(rejected(&d), 4);
	rejects(&d, 0, "other.csv row 2", "neither 8 nor 9 is among the incidents");
	rejects(&d, 1, "other.csv row 4", "expected the numbers of two incidents");
	rejects(&d, 2, "other.csv row 5", "expected the numbers of two incidents");
	rejects(&d, 3, "other.csv row 7", "1 is a duplicate of 4 already");
	body_has(draft_of(&d, "1"), "/aliases", "[\"AIID-1\",\"AIID-2\"]");
	assert_true(links_to(draft_of(&d, "1"), "duplicate-of", "AIID-4"));
}

static void an_incident_without_a_number_or_with_one_that_is_taken_is_rejected(void **state) {
	(void)state;
	struct drafts d = read_texts(COLUMNS "1,2020,,,,x\n,2020,,,,x\n007,2020,,,,x\n1,2021,,,,y\n", NULL);
	assert_int_equal(rejected(&d), 3);
	rejects(&d, 0, "incidents.csv row 3", "incident_id: expected a number");
	rejects(&d, 1, "incidents.csv row 4", "incident_id: expected a number");
	rejects(&d, 2, "incidents.csv row 5", "incident 1 stands in row 2 already");
}

static void cells_that_are_no_list_are_kept_as_they_are(void **state) {
	(void)state;
	struct drafts d = read_texts(COLUMNS "1,2020,\"[1,\"\"a\"\"]\",tesla,Something happened. Then more.,\n", NULL);
	const struct draft *r = draft_of(&d, "1");
	body_has(r, "/source/extra", "{\"reports\":\"[1,\\\"a\\\"]\",\"Alleged deployer of AI system\":\"tesla\"}");
	body_has(r, "/title", "\"Something happened\"");
	assert_int_equal(r->links_n, 0);
}

static void unknown_columns_and_schemes_are_kept(void **state) {
	(void)state;
	struct drafts d = read_texts("incident_id,title,date,editor\n1,x,2020,somebody\n",
		"Namespace,Incident ID,Published,Colour,Colour Snippets,Notes (x)\nNEW,1,perhaps,red,as seen,well\n");
	const struct draft *r = draft_of(&d, "1");
	body_has(r, "/source/extra", "{\"editor\":\"somebody\"}");
	body_has(r, "/annotations", "[{\"scheme\":\"NEW\",\"answers\":[{\"question\":\"Published\",\"values\":[\"perhaps\"]},"
		"{\"question\":\"Colour\",\"values\":[\"red\"],\"snippets\":\"as seen\"},{\"question\":\"Notes (x)\",\"note\":\"well\"}]}]");
	all_validate(&d);
}

static void numbers_of_a_form_that_is_not_finished_are_not_taken_for_counts(void **state) {
	(void)state;
	struct drafts d = read_texts(COLUMNS "1,2020,,,,x\n2,2020,,,,x\n",
		"Namespace,Incident ID,Published,Lives Lost,Estimated Date,AI Task\nCSETv1,1,False,0,False,chat\nCSETv1,2,True,0,False,chat\n");
	body_has(draft_of(&d, "1"), "/toll", "nothing");
	body_has(draft_of(&d, "1"), "/date_estimated", "nothing");
	body_has(draft_of(&d, "1"), "/technology/goals", "[\"chat\"]");
	body_has(draft_of(&d, "1"), "/annotations/0/published", "false");
	body_has(draft_of(&d, "2"), "/toll/deaths", "0");
}

static void an_arena_that_is_full_is_an_error_and_no_crash(void **state) {
	(void)state;
	struct import_file files[TABLES];
	real_tables(files);
	survives_full_arenas(&format_aiid, files, TABLES);
}

static void lists_are_not_split_within_a_term(void **state) {
	(void)state;
	struct drafts d = read_texts(COLUMNS "1,2020,,,,x\n",
		"Namespace,Incident ID,Harm Distribution Basis,Sector of Deployment,AI Task\n"
		"CSETv1,1,\"race, nation of origin, citizenship, immigrant status, none\",\"Arts, entertainment and recreation, Education\","
		"\"driving (cars, trucks), DRIVING, chat\"\n");
	const struct draft *r = draft_of(&d, "1");
	body_has(r, "/protected_characteristics", "[\"race\",\"nation of origin, citizenship, immigrant status\"]");
	body_has(r, "/sectors", "[\"Arts, entertainment and recreation\",\"Education\"]");
	body_has(r, "/technology/goals", "[\"driving (cars, trucks)\",\"DRIVING\",\"chat\"]");
}

static void slugs_become_names(void **state) {
	(void)state;
	static const struct {
		const char *slug, *name;
	} names[] = {
		{"keolis-north-america", "Keolis North America"}, {"openai", "OpenAI"}, {"us-navy", "US Navy"}, {"covid-19-patients",
		"COVID-19 Patients"}, {"state-of-arizona", "State of Arizona"}, {"the-guardian", "The Guardian"}, {"15.ai", "15.ai"},
		{"@sweet-anita", "@sweet-anita"}, {"mcdonald's-customers", "McDonald's Customers"}, {"facebook's-users", "Facebook's Users"},
		{"scale-ai", "Scale AI"}, {"gpt-2's-makers", "GPT-2's Makers"}, {"david-m.-schwartz", "David M. Schwartz"},
		{"the-company-by-e.w.-gaze", "The Company by E.W. Gaze"}, {"x-(twitter)", "X (Twitter)"}, {"lgbtq+-community", "LGBTQ+ Community"},
		{"", ""}, {"--", ""},
	};
	for (size_t i = 0; i < lengthof(names); i++)
		assert_string_equal(slug_readable(arena, str_of(names[i].slug)).p, names[i].name);
}

static void groups_of_people_are_told_from_parties(void **state) {
	(void)state;
	static const char *const groups[] = {"facebook-users", "children", "women-of-color", "victims-of-crimes-documented-on-social-media",
		"kristin-livdahl's-family", "general-public", "teenagers-targeted-in-sextortion-scams"};
	static const char *const parties[] = {"facebook", "elaine-herzberg", "starbucks", "dubuque-police-department", "bank-of-america",
		"", "of", "unknown"};
	for (size_t i = 0; i < lengthof(groups); i++) assert_true(slug_is_population(str_of(groups[i])));
	for (size_t i = 0; i < lengthof(parties); i++) assert_false(slug_is_population(str_of(parties[i])));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(all_incidents_of_the_database_validate),
		TEST(a_row_becomes_an_incident_with_its_parties),
		TEST(classifications_fill_our_fields),
		TEST(a_number_found_to_be_another_incident_resolves_to_that),
		TEST(a_duplicate_that_is_still_there_is_merged_into_the_true_incident),
		TEST(every_cell_of_the_classifications_stands_in_an_annotation),
		TEST(every_cell_of_the_incidents_stands_in_the_body_or_a_link),
		TEST(classifications_alone_are_refused_in_plain_words),
		TEST(other_tables_are_refused_in_plain_words),
		TEST(a_classification_of_an_unknown_incident_is_rejected_by_name),
		TEST(duplicates_of_unknown_incidents_are_rejected),
		TEST(an_incident_without_a_number_or_with_one_that_is_taken_is_rejected),
		TEST(cells_that_are_no_list_are_kept_as_they_are),
		TEST(unknown_columns_and_schemes_are_kept),
		TEST(numbers_of_a_form_that_is_not_finished_are_not_taken_for_counts),
		TEST(an_arena_that_is_full_is_an_error_and_no_crash),
		TEST(lists_are_not_split_within_a_term),
		TEST(slugs_become_names),
		TEST(groups_of_people_are_told_from_parties),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
