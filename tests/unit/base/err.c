#include "check.h"

#include <errno.h>

static void a_message_is_set_and_the_code_returned(void **state) {
	(void)state;
	struct err e;
	memset(&e, 'x', sizeof e);
	assert_int_equal(err_set(&e, ERR_INVALID, "%s is %d", "it", 5), ERR_INVALID);
	assert_int_equal(e.code, ERR_INVALID);
	assert_string_equal(e.message, "it is 5");
	assert_string_equal(e.detail, "");
	assert_string_equal(e.where, "");
	assert_int_equal(err_set(NULL, ERR_BUSY, "nobody reads this"), ERR_BUSY);
}

static void words_may_come_from_the_error_itself(void **state) {
	(void)state;
	struct err e;
	err_set(&e, ERR_INVALID, "first");
	err_where(&e, "line 3");
	err_set(&e, ERR_CONFLICT, "%s, %s", e.where, e.message);
	assert_string_equal(e.message, "line 3, first");
}

/* Every length of message around the size of the field, in characters of one to four bytes. */
static void messages_are_cut_between_characters(void **state) {
	(void)state;
	static const char *const characters[] = {"a", "é", "漢", "😀"};
	for (size_t c = 0; c < lengthof(characters); c++) {
		for (size_t shift = 0; shift < 5; shift++) {
			struct buf b = BUF(1000);
			for (size_t i = 0; i < shift; i++) buf_add_char(&b, 'x');
			while (b.n < 900) buf_add(&b, str_of(characters[c]));
			struct err e;
			err_set(&e, ERR_INVALID, "%s", b.p);
			assert_true(str_utf8(str_of(e.message)));
			assert_in_range(strlen(e.message), sizeof e.message - 9, sizeof e.message - 1);
			err_detail(&e, "%s", b.p);
			err_where(&e, "%s", b.p);
			assert_true(str_utf8(str_of(e.detail)) && str_utf8(str_of(e.where)));
			buf_free(&b);
		}
	}
}

static void a_prefix_stands_before_and_the_whole_is_cut_between_characters(void **state) {
	(void)state;
	struct err e;
	err_set(&e, ERR_STORAGE, "disk full");
	assert_int_equal(err_prefix(&e, "%s", "file.json"), ERR_STORAGE);
	assert_string_equal(e.message, "file.json: disk full");
	for (size_t shift = 0; shift < 6; shift++) {
		struct buf b = BUF(1000);
		for (size_t i = 0; i < 470; i += 2) buf_add(&b, S("é"));
		err_set(&e, ERR_INVALID, "%s", b.p);
		buf_clear(&b);
		for (size_t i = 0; i < 20 + shift; i++) buf_add_char(&b, 'p');
		err_prefix(&e, "%s", b.p);
		assert_true(str_utf8(str_of(e.message)));
		assert_true(str_starts(str_of(e.message), buf_str(&b)));
		buf_free(&b);
	}
}

static void a_prefix_too_long_leaves_the_message(void **state) {
	(void)state;
	struct err e;
	static char wide[2000];
	memset(wide, 'w', sizeof wide - 1);
	err_set(&e, ERR_INVALID, "the reason");
	err_prefix(&e, "%s", wide);
	assert_true(strlen(e.message) < sizeof e.message);
	assert_true(str_utf8(str_of(e.message)));
	assert_int_equal(err_prefix(NULL, "x"), ERR_INTERNAL);
}

static void errno_becomes_what_the_caller_may_do_about_it(void **state) {
	(void)state;
	static const struct {
		int number;
		enum err_code code;
	} cases[] = {
		{ENOENT, ERR_NOT_FOUND}, {ENOTDIR, ERR_NOT_FOUND}, {EACCES, ERR_FORBIDDEN}, {EPERM, ERR_FORBIDDEN}, {ENOSPC, ERR_STORAGE},
		{EIO, ERR_STORAGE}, {EROFS, ERR_STORAGE}, {EDQUOT, ERR_STORAGE}, {EFBIG, ERR_STORAGE}, {EEXIST, ERR_EXISTS}, {ENOMEM, ERR_MEMORY},
		{EAGAIN, ERR_BUSY}, {EADDRINUSE, ERR_BUSY},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		struct err e;
		assert_int_equal(err_errno(&e, cases[i].number, "opening %s", "x"), cases[i].code);
		assert_true(str_starts(str_of(e.message), S("opening x: ")));
		assert_int_equal(err_errno(NULL, cases[i].number, "x"), cases[i].code);
	}
}

static void every_code_has_its_status_name_and_title(void **state) {
	(void)state;
	for (int code = 0; code >= ERR_GONE; code--) {
		assert_in_range(err_http_status((enum err_code)code), 200, 599);
		assert_in_range(err_exit_status((enum err_code)code), 0, 3);
		assert_int_equal(err_exit_status((enum err_code)code) == 0, code == 0);
		assert_true(err_name((enum err_code)code)[0] && err_title((enum err_code)code)[0]);
		for (int other = code - 1; other >= ERR_GONE; other--)
			assert_string_not_equal(err_name((enum err_code)code), err_name((enum err_code)other));
	}
	assert_int_equal(err_http_status((enum err_code)-999), 500);
	assert_int_equal(err_exit_status(ERR_USAGE), 2);
	assert_int_equal(err_exit_status(ERR_STORAGE), 3);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_set_and_the_code_returned),
		cmocka_unit_test(words_may_come_from_the_error_itself),
		cmocka_unit_test(messages_are_cut_between_characters),
		cmocka_unit_test(a_prefix_stands_before_and_the_whole_is_cut_between_characters),
		cmocka_unit_test(a_prefix_too_long_leaves_the_message),
		cmocka_unit_test(errno_becomes_what_the_caller_may_do_about_it),
		cmocka_unit_test(every_code_has_its_status_name_and_title),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
