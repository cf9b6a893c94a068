/* Every allocation fails once, in turn: what fails says so, and what succeeds is right. The linker leads malloc, calloc, realloc and strdup
 * here (--wrap). */
#include "check.h"

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);

static long left = -1; /* allocations until one fails; negative: none does */

static bool fails(void) {
	return left >= 0 && left-- == 0;
}
void *__wrap_malloc(size_t n) {
	return fails() ? NULL : __real_malloc(n);
}
void *__wrap_calloc(size_t n, size_t size) {
	return fails() ? NULL : __real_calloc(n, size);
}
void *__wrap_realloc(void *p, size_t n) {
	return fails() ? NULL : __real_realloc(p, n);
}
char *__wrap_strdup(const char *s) {
	return fails() ? NULL : __real_strdup(s);
}

/* Runs fn with the first, second, third … allocation failing, until one run needs no more. */
static void with_each_failure(bool (*fn)(void)) {
	for (long i = 0;; i++) {
		assert_true(i < 10000);
		left = i;
		bool succeeded = fn();
		bool failed = left < 0;
		left = -1;
		if (!failed) {
			assert_true(succeeded);
			return;
		}
		assert_false(succeeded);
	}
}

static bool fill_an_arena(void) {
	autoarena struct arena *a = arena_new(16 << 20);
	if (!a) return false;
	struct map m = {.arena = a};
	for (int i = 0; i < 2000; i++) {
		struct str key = arena_fmt(a, "%d", i);
		void **at = map_at(&m, key);
		if (at) *at = a;
	}
	if (!arena_alloc(a, 3 << 20)) return false;
	return !arena_failed(a) && m.count == 2000;
}

static bool fill_a_buffer(void) {
	autobuf struct buf b = BUF(1 << 20);
	for (int i = 0; i < 3000; i++) buf_fmt(&b, "%d,", i);
	return !b.failed;
}

static bool read_write_and_walk(void) {
	autoarena struct arena *a = arena_new(1 << 20);
	struct err e = {.code = ERR_OK};
	struct str text;
	struct file_list list;
	bool ok = a && !file_make_dir("/tmp/polder-memory-test/below", &e) &&
		!file_put("/tmp/polder-memory-test/below/x", S("text"), 0600, &e) &&
		!file_read(a, "/tmp/polder-memory-test/below/x", 100, &text, &e) && str_is(text, "text");
	/* opendir's own memory is the C library's, which is not led here. */
	return ok && !file_walk(a, "/tmp/polder-memory-test", "", &list, &e) && list.n == 1;
}

static void an_arena_and_a_map_say_so(void **state) {
	(void)state;
	with_each_failure(fill_an_arena);
}
static void a_buffer_says_so(void **state) {
	(void)state;
	with_each_failure(fill_a_buffer);
}
static void files_say_so_and_leave_nothing(void **state) {
	(void)state;
	with_each_failure(read_write_and_walk);
	struct err e;
	struct file_list list;
	autoarena struct arena *a = arena_new(1 << 20);
	assert_int_equal(file_walk(a, "/tmp/polder-memory-test", "", &list, &e), ERR_OK);
	assert_int_equal(list.n, 1); /* no temporary one */
	assert_int_equal(system("rm -rf /tmp/polder-memory-test"), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arena_and_a_map_say_so),
		cmocka_unit_test(a_buffer_says_so),
		cmocka_unit_test(files_say_so_and_leave_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
