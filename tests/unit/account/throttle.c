/* Token buckets: how many at once, how they fill again, what a full table forgets. */
#include "test_account.h"

#include <pthread.h>

static struct throttle *throttle;
static const struct throttle_rule three = {"three", 3, HOUR}, quick = {"quick", 2, 20 * (SECOND / 1000)};

static int start(void **state) {
	if (start_arena(state)) return -1;
	ok(throttle_new(&throttle, 8, &test_err));
	return 0;
}
static int end(void **state) {
	throttle_free(throttle);
	return end_arena(state);
}
#define throttle_test(fn) cmocka_unit_test_setup_teardown(fn, start, end)

static void so_many_at_once_and_then_no_more(void **state) {
	(void)state;
	moment wait;
	for (int i = 0; i < 3; i++) {
		assert_true(throttle_take(throttle, &three, S("a"), &wait));
		assert_int_equal(wait, 0);
	}
	assert_false(throttle_take(throttle, &three, S("a"), &wait));
	assert_true(wait > HOUR - MINUTE && wait <= HOUR + 1);
	assert_true(throttle_take(throttle, &three, S("b"), &wait));
	assert_true(throttle_take(throttle, &quick, S("a"), &wait)); /* another rule counts for itself */
	assert_true(throttle_take(throttle, &three, S("A"), NULL));
}

static void a_bucket_fills_again_with_time(void **state) {
	(void)state;
	moment wait;
	assert_true(throttle_take(throttle, &quick, S("a"), &wait) && throttle_take(throttle, &quick, S("a"), &wait));
	assert_false(throttle_take(throttle, &quick, S("a"), &wait));
	assert_true(wait > 0 && wait <= 20 * (SECOND / 1000) + 1);
	usleep((useconds_t)wait);
	assert_true(throttle_take(throttle, &quick, S("a"), &wait));
	usleep(60000);
	assert_true(throttle_left(throttle, &quick, S("a")) <= 2); /* never over its burst */
}

static void a_success_gives_back_what_was_taken(void **state) {
	(void)state;
	for (int i = 0; i < 50; i++) {
		assert_true(throttle_take(throttle, &three, S("a"), NULL));
		throttle_forgive(throttle, &three, S("a"));
	}
	assert_true(throttle_left(throttle, &three, S("a")) > 2.9);
	throttle_forgive(throttle, &three, S("a"));
	throttle_forgive(throttle, &three, S("nobody"));
	assert_true(throttle_left(throttle, &three, S("a")) <= 3);
}

static void a_full_table_forgets_who_was_longest_unused(void **state) {
	(void)state;
	for (int i = 0; i < 3; i++) assert_true(throttle_take(throttle, &three, S("first"), NULL));
	for (int i = 0; i < 7; i++) assert_true(throttle_take(throttle, &three, arena_fmt(arena, "k%d", i), NULL));
	assert_false(throttle_take(throttle, &three, S("first"), NULL)); /* still known, and now the last used */
	assert_true(throttle_take(throttle, &three, S("new"), NULL));    /* k0 goes */
	assert_false(throttle_take(throttle, &three, S("first"), NULL));
	assert_true(throttle_left(throttle, &three, S("k0")) == 3);
	assert_true(throttle_left(throttle, &three, S("k1")) < 2.1);
	for (int i = 0; i < 1000; i++) assert_true(throttle_take(throttle, &three, arena_fmt(arena, "other%d", i), NULL));
	assert_true(throttle_left(throttle, &three, S("first")) == 3);
}

static void *take_many(void *arg) {
	size_t *granted = arg;
	static const struct throttle_rule rule = {"many", 1000, DAY};
	for (int i = 0; i < 1000; i++) *granted += throttle_take(throttle, &rule, S("shared"), NULL);
	return NULL;
}

static void threads_together_get_no_more_than_one_would(void **state) {
	(void)state;
	pthread_t threads[4];
	size_t granted[4] = {0};
	for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, take_many, &granted[i]), 0);
	for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
	assert_int_equal(granted[0] + granted[1] + granted[2] + granted[3], 1000);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		throttle_test(so_many_at_once_and_then_no_more),
		throttle_test(a_bucket_fills_again_with_time),
		throttle_test(a_success_gives_back_what_was_taken),
		throttle_test(a_full_table_forgets_who_was_longest_unused),
		throttle_test(threads_together_get_no_more_than_one_would),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
