#include "exchange/cvss.h"
#include "loss.h"

#include <math.h>

static void scores(const char *vector, double base, double temporal, double environmental) {
	struct cvss c;
	if (!cvss_read(str_of(vector), &c)) fail_msg("%s is not read", vector);
	double got[] = {cvss_base(&c), cvss_temporal(&c), cvss_environmental(&c)}, want[] = {base, temporal, environmental};
	for (size_t i = 0; i < 3; i++)
		if (fabs(got[i] - want[i]) > 0.001) fail_msg("%s: score %zu is %g, not %g", vector, i, got[i], want[i]);
}

static void refused(const char *vector) {
	struct cvss c;
	if (cvss_read(str_of(vector), &c)) fail_msg("%s was read", vector);
}

/* The examples of the guide to version 2.0, section 3.3. */
static void version_2_scores_as_in_its_guide(void **state) {
	(void)state;
	scores("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H", 7.8, 6.4, 9.2);
	scores("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:N/TD:N/CR:M/IR:M/AR:H", 7.8, 6.4, 0);
	scores("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:L", 10, 8.3, 9);
	scores("AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:M", 6.2, 4.9, 7.5);
}

static void version_3_scores_as_in_its_examples(void **state) {
	(void)state;
	scores("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, 6.1, 6.1);
	scores("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4, 6.4, 6.4);
	scores("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1, 3.1, 3.1);
	scores("CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9, 9.9, 9.9);
	scores("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0, 0, 0);
	scores("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:L/E:P/RL:U/RC:R", 5.3, 4.8, 4.8);
	scores("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:C/C:L/I:L/A:N/E:U/RL:W/RC:U", 4.7, 3.9, 3.9);
}

static void a_modified_metric_takes_the_place_of_the_base_metric(void **state) {
	(void)state;
	scores("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/MAV:P", 9.8, 9.8, 6.8);
	scores("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N/MAV:N/MAC:L/MPR:N/MUI:N/MC:H/MI:H/MA:H", 0, 0, 9.8);
	scores("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/MAV:X/MS:X", 9.8, 9.8, 9.8);
}

static void metrics_may_stand_in_any_order(void **state) {
	(void)state;
	scores("CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N", 9.8, 9.8, 9.8);
}

static void version_4_is_read_and_not_scored(void **state) {
	(void)state;
	scores("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/U:Clear", -1, -1, -1);
}

static void malformed_vectors_are_refused(void **state) {
	(void)state;
	refused("");
	refused("/");
	refused("CVSS:3.1/");
	refused("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H");             /* no A */
	refused("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/A:H");     /* twice */
	refused("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X");         /* no such value */
	refused("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/");        /* nothing behind it */
	refused("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/ZZ:H");    /* no such metric */
	refused("CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");         /* no such version */
	refused("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");                  /* no prefix */
	refused("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N");
}

static void scores_have_words(void **state) {
	(void)state;
	assert_true(str_is(cvss_severity(31, 0), "NONE"));
	assert_true(str_is(cvss_severity(31, 3.9), "LOW"));
	assert_true(str_is(cvss_severity(31, 6.9), "MEDIUM"));
	assert_true(str_is(cvss_severity(30, 8.9), "HIGH"));
	assert_true(str_is(cvss_severity(30, 9), "CRITICAL"));
	assert_true(str_is(cvss_severity(20, 10), "HIGH"));
}

struct tally {
	size_t all, same;
};

static void compare(const struct json *v, struct tally *t) {
	struct cvss c;
	struct str vector = json_get_str(v, S("vectorString"));
	const struct json *base = json_get_lit(v, "baseScore");
	if (json_is(v, JSON_OBJECT) && vector.n && cvss_read(vector, &c) && c.version != 40 &&
		(json_is(base, JSON_REAL) || json_is(base, JSON_INT))) {
		t->all++;
		t->same += fabs(cvss_base(&c) - json_number(base, -1)) < 0.001;
	}
	for (size_t i = 0; i < json_count(v); i++) compare(v->type == JSON_ARRAY ? &v->items[i] : &v->members[i].value, t);
}

/* The rest of the published scores are a temporal score given as the base score, or wrong. */
static void published_scores_are_computed_from_their_vectors(void **state) {
	(void)state;
	size_t n;
	struct import_file *files = real_files("cve", &n);
	struct tally t = {0};
	for (size_t i = 0; i < n; i++) compare(parsed(files[i].bytes), &t);
	print_message("%zu of %zu base scores agree\n", t.same, t.all);
	assert_true(t.all > 1100);
	assert_true(t.same * 100 >= t.all * 97);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(version_2_scores_as_in_its_guide),
		TEST(version_3_scores_as_in_its_examples),
		TEST(a_modified_metric_takes_the_place_of_the_base_metric),
		TEST(metrics_may_stand_in_any_order),
		TEST(version_4_is_read_and_not_scored),
		TEST(malformed_vectors_are_refused),
		TEST(scores_have_words),
		TEST(published_scores_are_computed_from_their_vectors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
