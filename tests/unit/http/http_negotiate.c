#include "test.h"

#include "http/inside.h"

static int quality(const char *accept, const char *type) {
	bool named;
	return accept_quality(str_of(accept), str_of(type), &named);
}

static void the_most_specific_range_decides(void **state) {
	(void)state;
	const char *browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8";
	assert_int_equal(quality(browser, "text/html"), 1000);
	assert_int_equal(quality(browser, "application/json"), 800);
	assert_int_equal(quality("text/*;q=0.5, text/html;q=0", "text/html"), 0);
	assert_int_equal(quality("text/*;q=0.5, text/html;q=0", "text/plain"), 500);
	assert_int_equal(quality("application/json", "text/html"), 0);
	assert_int_equal(quality("", "text/html"), 1000);
	assert_int_equal(quality("Text/HTML; level=1; q=0.333", "text/html"), 333);
	assert_int_equal(quality("text/html;q=x", "text/html"), 0);
	assert_int_equal(quality(",, ;q=1 ,text/html;q=1.0,", "text/html"), 1000);
}

static void a_wildcard_for_all_is_not_a_wish(void **state) {
	(void)state;
	bool named;
	accept_quality(S("*/*"), S("text/html"), &named);
	assert_false(named);
	accept_quality(S("text/*"), S("text/html"), &named);
	assert_true(named);
}

static void gzip_is_taken_when_it_is_named_or_covered(void **state) {
	(void)state;
	assert_true(accepts_gzip(S("gzip, deflate, br")));
	assert_true(accepts_gzip(S("br;q=1.0, GZIP;q=0.1")));
	assert_true(accepts_gzip(S("*")));
	assert_false(accepts_gzip(S("*, gzip;q=0")));
	assert_false(accepts_gzip(S("identity")));
	assert_false(accepts_gzip(S("")));
	assert_false(accepts_gzip(S("gzip;q=0.000")));
}

static void entity_tags_are_found_in_lists(void **state) {
	(void)state;
	assert_true(etag_listed(S("\"a\""), S("a")));
	assert_true(etag_listed(S("W/\"a\""), S("a")));
	assert_true(etag_listed(S("\"x\" , W/\"y\",\"a\""), S("a")));
	assert_true(etag_listed(S("\"a-gz\""), S("a")));
	assert_true(etag_listed(S(" * "), S("a")));
	assert_true(etag_listed(S("\"a,b\""), S("a,b")));
	assert_false(etag_listed(S("\"a,b\""), S("b")));
	assert_false(etag_listed(S("a"), S("a")));
	assert_false(etag_listed(S("\"a"), S("a")));
	assert_false(etag_listed(S(""), S("a")));
}

static void http_dates_are_written_and_read(void **state) {
	(void)state;
	char text[HTTP_DATE];
	moment t = 784111777 * SECOND, again;
	assert_str(http_date(t, text), "Sun, 06 Nov 1994 08:49:37 GMT");
	assert_true(http_date_parse(S("Sun, 06 Nov 1994 08:49:37 GMT"), &again));
	assert_int_equal(again, t);
	assert_str(http_date(0, text), "Thu, 01 Jan 1970 00:00:00 GMT");
	assert_false(http_date_parse(S("Sunday, 06-Nov-94 08:49:37 GMT"), &again));
	assert_false(http_date_parse(S("Sun, 06 Nov 1994 08:49:37 UTC"), &again));
	assert_false(http_date_parse(S("Sun, -6 Nov 1994 08:49:37 GMT"), &again));
	assert_false(http_date_parse(S("Sun, 06 Foo 1994 08:49:37 GMT"), &again));
}

static void hosts_are_checked_for_form(void **state) {
	(void)state;
	static const char *const fine[] = {"example.org", "example.org:8080", "127.0.0.1", "[::1]:80", "[2001:db8::1]",
		"a_b.c"};
	static const char *const bad[] = {"", "a b", "a/b", "a@b", "a:b", "a:", "a:99999", ":80", "[::1", "[x]", "a,b", "a\"b",
		"[::1]80", "a:-1", "a:123456"};
	for (size_t i = 0; i < lengthof(fine); i++) assert_true(host_valid(str_of(fine[i])));
	for (size_t i = 0; i < lengthof(bad); i++) {
		if (host_valid(str_of(bad[i]))) fail_msg("%s", bad[i]);
	}
}

static void a_change_must_come_from_this_site(void **state) {
	(void)state;
	struct str host = S("polder.example:8080"), none = STR_EMPTY;
	assert_true(same_origin(S("same-origin"), none, host));
	assert_true(same_origin(S("same-origin"), S("https://polder.example:8080"), host));
	assert_true(same_origin(none, S("http://Polder.example:8080"), host));
	assert_true(same_origin(S("none"), none, host));
	assert_false(same_origin(none, none, host));
	assert_false(same_origin(S("cross-site"), none, host));
	assert_false(same_origin(S("same-site"), S("https://polder.example:8080"), host));
	assert_false(same_origin(S("same-origin"), S("https://evil.example"), host));
	assert_false(same_origin(none, S("null"), host));
	assert_false(same_origin(none, S("https://polder.example"), host));
	assert_false(same_origin(none, S("https://polder.example:8080.evil.example"), host));
}

static void gzip_makes_text_smaller_and_leaves_noise_alone(void **state) {
	(void)state;
	struct deflater *z = deflater_new();
	assert_non_null(z);
	char text[5000], noise[5000], *out;
	size_t n;
	uint32_t seed = 1;
	for (size_t i = 0; i < sizeof text; i++) {
		text[i] = (char)('a' + i % 7);
		seed = seed * 1664525 + 1013904223;
		noise[i] = (char)(seed >> 24);
	}
	for (int round = 0; round < 2; round++) {
		assert_true(deflate_whole(z, str_n(text, sizeof text), &out, &n));
		assert_true(n < 200);
		assert_memory_equal(out, "\x1f\x8b", 2);
		free(out);
		assert_false(deflate_whole(z, str_n(noise, sizeof noise), &out, &n));
	}
	deflater_free(z);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_specific_range_decides),
		cmocka_unit_test(a_wildcard_for_all_is_not_a_wish),
		cmocka_unit_test(gzip_is_taken_when_it_is_named_or_covered),
		cmocka_unit_test(entity_tags_are_found_in_lists),
		cmocka_unit_test(http_dates_are_written_and_read),
		cmocka_unit_test(hosts_are_checked_for_form),
		cmocka_unit_test(a_change_must_come_from_this_site),
		cmocka_unit_test(gzip_makes_text_smaller_and_leaves_noise_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
