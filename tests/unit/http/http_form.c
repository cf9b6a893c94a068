#include "test.h"

#include "http/form.h"
#include "http/route.h"

static struct arena *a;
static const struct form_field *fields;
static size_t n;
static struct err err;

static int setup(void **state) {
	(void)state;
	a = arena_new(8 << 20);
	return !a;
}

static int teardown(void **state) {
	(void)state;
	arena_free(a);
	return 0;
}

static enum err_code parse(const char *type, struct str body) {
	err = (struct err){0};
	fields = NULL;
	n = 0;
	return form_parse(a, str_of(type), body, &fields, &n, &err);
}

#define MULTIPART "multipart/form-data; boundary=XYZ"
#define PART(name) "--XYZ\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n"
#define FILE_PART(name, file) "--XYZ\r\nContent-Disposition: form-data; name=\"" name "\"; filename=\"" file "\"\r\n"
#define END "\r\n--XYZ--\r\n"

static void takes(struct str body, size_t count) {
	enum err_code code = parse(MULTIPART, body);
	if (code) fail_msg("%s", err.message);
	assert_int_equal(n, count);
}

static void refuses(const char *type, struct str body, const char *words) {
	assert_int_equal(parse(type, body), ERR_INVALID);
	assert_has(str_of(err.message), words);
}

static void an_encoded_form_gives_its_fields_in_order(void **state) {
	(void)state;
	assert_int_equal(parse("application/x-www-form-urlencoded; charset=UTF-8", S("b=1&a=x+y%26z&&b=2&c&d=")), ERR_OK);
	assert_int_equal(n, 5);
	assert_str(fields[0].name, "b");
	assert_str(fields[1].value, "x y&z");
	assert_str(fields[2].value, "2");
	assert_str(fields[3].name, "c");
	assert_str(fields[3].value, "");
	assert_str(form_value(fields, n, "b"), "1");
	assert_str(form_value(fields, n, "zz"), "");
}

static void a_multipart_form_gives_texts_and_files(void **state) {
	(void)state;
	takes(S(PART("title") "Grüße\r\nzwei" "\r\n" FILE_PART("doc", "a.pdf") "Content-Type: application/pdf; x=y\r\n\r\n%PDF\0\xff" "\r\n"
		FILE_PART("none", "") "\r\n" END), 3);
	assert_str(fields[0].value, "Grüße\r\nzwei");
	assert_false(fields[0].is_file);
	assert_true(fields[1].is_file);
	assert_str(fields[1].file_name, "a.pdf");
	assert_str(fields[1].media_type, "application/pdf");
	assert_int_equal(fields[1].value.n, 6);
	assert_true(fields[2].is_file);
	assert_str(fields[2].file_name, "");
	assert_int_equal(fields[2].value.n, 0);
	assert_str(fields[2].media_type, "application/octet-stream");
	assert_str(form_value(fields, n, "doc"), "");
}

static void duplicate_names_are_all_given(void **state) {
	(void)state;
	takes(S(PART("x") "1\r\n" PART("x") "2\r\n" PART("x") "3" END), 3);
	assert_str(fields[2].value, "3");
	assert_str(form_value(fields, n, "x"), "1");
}

static void no_body_is_no_fields(void **state) {
	(void)state;
	assert_int_equal(parse("", S("")), ERR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(parse("application/x-www-form-urlencoded", S("")), ERR_OK);
	takes(S("--XYZ--"), 0);
	takes(S("\r\n--XYZ--\r\nan epilogue"), 0);
}

static void other_media_types_are_not_forms(void **state) {
	(void)state;
	assert_int_equal(parse("application/json", S("{}")), ERR_UNSUPPORTED);
	assert_int_equal(parse("", S("a=b")), ERR_UNSUPPORTED);
	assert_int_equal(parse("multipart/mixed; boundary=XYZ", S("--XYZ--")), ERR_UNSUPPORTED);
}

static void content_that_looks_like_a_boundary_stays_content(void **state) {
	(void)state;
	takes(S(PART("x") "--XYZ\n\r\n--XY\r\n-XYZ\r\nXYZ--" END), 1);
	assert_str(fields[0].value, "--XYZ\n\r\n--XY\r\n-XYZ\r\nXYZ--");
}

static void white_space_behind_a_boundary_is_padding(void **state) {
	(void)state;
	takes(S("--XYZ \t\r\nContent-Disposition:form-data ;  name = \"x\"\r\n\r\n1\r\n--XYZ--"), 1);
	assert_str(fields[0].value, "1");
}

static void boundaries_are_read_quoted_and_plain(void **state) {
	(void)state;
	assert_int_equal(parse("Multipart/Form-Data; charset=utf-8; BOUNDARY=\"a b?\"", S("--a b?--")), ERR_OK);
	refuses("multipart/form-data", S("--XYZ--"), "separates");
	refuses("multipart/form-data; boundary=", S("--XYZ--"), "separates");
	refuses("multipart/form-data; boundary=\"a ", S("--XYZ--"), "separates");
	refuses("multipart/form-data; boundary=\"a \"", S("--a --"), "separates");
	refuses("multipart/form-data; boundary=a; boundary=b", S("--a--"), "two boundaries");
	refuses("multipart/form-data; boundary=\"a\xc3\xa4\"", S("--a--"), "character");
	refuses("multipart/form-data; boundary=12345678901234567890123456789012345678901234567890123456789012345678901", S("--x--"), "separates");
}

static void broken_boundaries_are_refused(void **state) {
	(void)state;
	refuses(MULTIPART, S("preamble\r\n" PART("x") "1" END), "begin");
	refuses(MULTIPART, S("--XYZA\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1" END), "line end");
	refuses(MULTIPART, S(PART("x") "1\r\n--XYZZY\r\n"), "line end");
	refuses(MULTIPART, S(PART("x") "1\r\n--XYZ-\r\n"), "line end");
	refuses(MULTIPART, S("--XYZ\nContent-Disposition: form-data; name=\"x\"\n\n1\n--XYZ--\n"), "line end");
}

static void every_truncation_is_refused_or_whole(void **state) {
	(void)state;
	struct str whole = S(PART("x") "1\r\n" FILE_PART("f", "a.txt") "Content-Type: text/plain\r\n\r\nabc" END);
	for (size_t i = 0; i < whole.n; i++) {
		arena_clear(a);
		enum err_code code = parse(MULTIPART, str_sub(whole, 0, i));
		if (i + 2 >= whole.n) assert_int_equal(code, ERR_OK); /* all but the last line end */
		else assert_int_equal(code, i ? ERR_INVALID : ERR_INVALID);
	}
}

static void parts_need_a_name_and_only_one(void **state) {
	(void)state;
	refuses(MULTIPART, S("--XYZ\r\n\r\n1" END), "called");
	refuses(MULTIPART, S("--XYZ\r\nContent-Type: text/plain\r\n\r\n1" END), "called");
	refuses(MULTIPART, S("--XYZ\r\nContent-Disposition: form-data\r\n\r\n1" END), "called");
	refuses(MULTIPART, S("--XYZ\r\nContent-Disposition: attachment; name=\"x\"\r\n\r\n1" END), "form-data");
	refuses(MULTIPART, S("--XYZ\r\nContent-Disposition: form-data; name=\"x\"; name=\"y\"\r\n\r\n1" END), "twice");
	refuses(MULTIPART, S("--XYZ\r\nContent-Disposition: form-data; name=\"x\"\r\nContent-Disposition: form-data; name=\"y\"\r\n\r\n1" END), "twice");
	refuses(MULTIPART, S("--XYZ\r\nContent-Disposition: form-data; name=\"x\r\n\r\n1" END), "called");
	refuses(MULTIPART, S(PART("") "1" END), "name has 1 to 300");
}

static void parts_with_odd_headers_are_refused(void **state) {
	(void)state;
	refuses(MULTIPART, S("--XYZ\r\nContent-Disposition: form-data; name=x\r\nno colon\r\n\r\n1" END), "header is none");
	refuses(MULTIPART, S("--XYZ\r\nContent-Disposition: form-data; name=x\r\n folded: y\r\n\r\n1" END), "header is none");
	refuses(MULTIPART, S("--XYZ\r\nContent-Disposition: form-data; name=x\r\nX: a\0b\r\n\r\n1" END), "header is none");
	refuses(MULTIPART, S("--XYZ\r\nContent-Disposition: form-data; name=x\r\nContent-Transfer-Encoding: base64\r\n\r\nMQ==" END), "encoded");
}

static void forms_in_forms_are_refused(void **state) {
	(void)state;
	refuses(MULTIPART, S("--XYZ\r\nContent-Disposition: form-data; name=files\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
		"--B\r\nContent-Disposition: file; filename=a\r\n\r\n1\r\n--B--" END), "forms in forms");
}

static void text_is_utf8_without_nul(void **state) {
	(void)state;
	refuses(MULTIPART, S(PART("x") "a\0b" END), "NUL");
	refuses(MULTIPART, S(PART("x") "\xff" END), "UTF-8");
	refuses(MULTIPART, S(PART("\xc3") "1" END), "UTF-8");
	refuses(MULTIPART, S(FILE_PART("f", "\xc0\xaf") "\r\n1" END), "UTF-8");
	refuses("application/x-www-form-urlencoded", S("a=%00"), "NUL");
	refuses("application/x-www-form-urlencoded", S("a%00=1"), "NUL");
	refuses("application/x-www-form-urlencoded", S("a=%ff"), "UTF-8");
	refuses("application/x-www-form-urlencoded", S("a=%f"), "percent");
}

static void file_names_lose_their_folders(void **state) {
	(void)state;
	static const struct {
		const char *given, *name;
	} names[] = {
		{"../../etc/passwd", "passwd"}, {"C:\\\\Users\\\\me\\\\a.txt", "a.txt"}, {"C:\\Users\\me\\a b.txt", "a b.txt"}, {"..", ".."},
		{"a/", ""}, {"say %22hi%22.txt", "say \"hi\".txt"}, {"say \\\"hi\\\".txt", "say \"hi\".txt"}, {"100%.txt", "100%.txt"},
		{"a%2Fb", "a%2Fb"}, {"Прывітанне.txt", "Прывітанне.txt"},
	};
	for (size_t i = 0; i < lengthof(names); i++) {
		struct str body = arena_fmt(a, "--XYZ\r\nContent-Disposition: form-data; name=f; filename=\"%s\"\r\n\r\n1" END, names[i].given);
		takes(body, 1);
		assert_true(fields[0].is_file);
		assert_str(fields[0].file_name, names[i].name);
	}
	refuses(MULTIPART, S(FILE_PART("f", "a%0Ab") "\r\n1" END), "control");
	refuses(MULTIPART, S(FILE_PART("f", "a\x1b") "\r\n1" END), "control");
}

static void too_much_of_anything_is_refused(void **state) {
	(void)state;
	autobuf struct buf many = BUF(4 << 20), encoded = BUF(1 << 20), headers = BUF(1 << 20), name = BUF(1 << 20), text = BUF(16 << 20);
	for (int i = 0; i <= FORM_FIELDS; i++) {
		buf_add(&many, S(PART("x") "1\r\n"));
		buf_add(&encoded, S("x=1&"));
	}
	buf_add(&many, S("--XYZ--"));
	assert_int_equal(parse(MULTIPART, buf_str(&many)), ERR_TOO_LARGE);
	assert_int_equal(parse("application/x-www-form-urlencoded", buf_str(&encoded)), ERR_TOO_LARGE);
	buf_add(&headers, S("--XYZ\r\nContent-Disposition: form-data; name=x\r\nX: "));
	while (headers.n < 9000) buf_add_char(&headers, 'a');
	buf_add(&headers, S("\r\n\r\n1" END));
	refuses(MULTIPART, buf_str(&headers), "too long");
	buf_clear(&headers);
	buf_add(&headers, S("--XYZ\r\nContent-Disposition: form-data; name=x\r\n"));
	for (int i = 0; i < 20; i++) buf_add(&headers, S("X: y\r\n"));
	buf_add(&headers, S("\r\n1" END));
	refuses(MULTIPART, buf_str(&headers), "too long");
	for (int i = 0; i < FORM_NAME + 1; i++) buf_add_char(&name, 'n');
	buf_add(&name, S("=1"));
	refuses("application/x-www-form-urlencoded", buf_str(&name), "name has 1 to");
	buf_add(&text, S(PART("x")));
	while (text.n < FORM_TEXT + 100) buf_add(&text, S("0123456789012345678901234567890123456789"));
	buf_add(&text, S(END));
	assert_int_equal(parse(MULTIPART, buf_str(&text)), ERR_TOO_LARGE);
}

static enum err_code run(struct request *rq, struct response *rs, struct err *e) {
	(void)rq, (void)rs, (void)e;
	return ERR_OK;
}

static void a_route_that_takes_a_form_takes_a_body(void **state) {
	(void)state;
	static const struct route bad[] = {{"/x", run, ROUTE_PUBLIC, HTTP_POST, CSRF_API, .flags = ROUTE_FORM}, ROUTE_END};
	const struct route *const tables[] = {bad};
	struct router *r;
	assert_int_equal(router_new(tables, 1, &r, &err), ERR_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(an_encoded_form_gives_its_fields_in_order),
		TEST(a_multipart_form_gives_texts_and_files),
		TEST(duplicate_names_are_all_given),
		TEST(no_body_is_no_fields),
		TEST(other_media_types_are_not_forms),
		TEST(content_that_looks_like_a_boundary_stays_content),
		TEST(white_space_behind_a_boundary_is_padding),
		TEST(boundaries_are_read_quoted_and_plain),
		TEST(broken_boundaries_are_refused),
		TEST(every_truncation_is_refused_or_whole),
		TEST(parts_need_a_name_and_only_one),
		TEST(parts_with_odd_headers_are_refused),
		TEST(forms_in_forms_are_refused),
		TEST(text_is_utf8_without_nul),
		TEST(file_names_lose_their_folders),
		TEST(too_much_of_anything_is_refused),
		TEST(a_route_that_takes_a_form_takes_a_body),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
