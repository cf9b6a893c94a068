#include "test.h"

#include "http/cache.h"

static int released;

static void release(void *value) {
	released++;
	free(value);
}

static struct cache *fresh(size_t max) {
	released = 0;
	struct cache *c = cache_new(max, release);
	assert_non_null(c);
	return c;
}

static bool put(struct cache *c, const char *key, int64_t sequence, size_t cost) {
	char *value = malloc(16);
	assert_non_null(value);
	snprintf(value, 16, "%.15s", key);
	return cache_put(c, str_of(key), sequence, value, cost);
}

static void what_was_put_is_found_and_the_rest_is_not(void **state) {
	(void)state;
	struct cache *c = fresh(1 << 20);
	assert_true(put(c, "a", 1, 100));
	assert_string_equal(cache_get(c, S("a"), 1), "a");
	assert_null(cache_get(c, S("b"), 1));
	struct cache_stats s;
	cache_get_stats(c, &s);
	assert_int_equal(s.hits, 1);
	assert_int_equal(s.misses, 1);
	assert_int_equal(s.entries, 1);
	cache_free(c);
	assert_int_equal(released, 1);
}

static void a_change_makes_entries_stale_and_releases_them(void **state) {
	(void)state;
	struct cache *c = fresh(1 << 20);
	put(c, "a", 1, 100);
	assert_null(cache_get(c, S("a"), 2));
	assert_int_equal(released, 1);
	struct cache_stats s;
	cache_get_stats(c, &s);
	assert_int_equal(s.stale, 1);
	assert_int_equal(s.bytes, 0);
	cache_free(c);
}

static void an_entry_for_ever_survives_changes(void **state) {
	(void)state;
	struct cache *c = fresh(1 << 20);
	put(c, "a", CACHE_FOREVER, 100);
	assert_non_null(cache_get(c, S("a"), 7));
	assert_non_null(cache_get(c, S("a"), 8));
	cache_free(c);
}

static void a_second_value_replaces_the_first(void **state) {
	(void)state;
	struct cache *c = fresh(1 << 20);
	put(c, "a", 1, 100);
	put(c, "a", 2, 100);
	assert_int_equal(released, 1);
	assert_non_null(cache_get(c, S("a"), 2));
	cache_free(c);
	assert_int_equal(released, 2);
}

static void the_least_recently_used_goes_first(void **state) {
	(void)state;
	struct cache *c = fresh(16000);
	for (char key[2] = "a"; key[0] <= 'h'; key[0]++) assert_true(put(c, key, 1, 1800));
	assert_non_null(cache_get(c, S("a"), 1)); /* used again: now b is the oldest */
	struct cache_stats s;
	cache_get_stats(c, &s);
	assert_int_equal(s.evicted, 0);
	assert_true(put(c, "z", 1, 1800));
	assert_non_null(cache_get(c, S("a"), 1));
	assert_null(cache_get(c, S("b"), 1));
	cache_get_stats(c, &s);
	assert_int_equal(s.evicted, 1);
	cache_free(c);
}

static void a_value_over_an_eighth_is_refused_and_released(void **state) {
	(void)state;
	struct cache *c = fresh(8000);
	assert_false(put(c, "a", 1, 1001));
	assert_int_equal(released, 1);
	assert_null(cache_get(c, S("a"), 1));
	cache_free(c);
}

static void bytes_never_pass_the_maximum_over_many_entries(void **state) {
	(void)state;
	struct cache *c = fresh(100000);
	int kept = 0;
	for (int i = 0; i < 20000; i++) {
		char key[32];
		snprintf(key, sizeof key, "key-%d", i * 7919 % 3000);
		kept += put(c, key, 1, (size_t)(i * 31 % 2000));
		struct cache_stats s;
		cache_get_stats(c, &s);
		assert_true(s.bytes <= 100000);
	}
	assert_int_equal(kept, 20000);
	cache_clear(c);
	struct cache_stats s;
	cache_get_stats(c, &s);
	assert_int_equal(s.bytes, 0);
	assert_int_equal(s.entries, 0);
	assert_int_equal(released, 20000);
	cache_free(c);
}

static void thousands_of_small_entries_are_all_found(void **state) {
	(void)state;
	struct cache *c = fresh(64 << 20);
	char key[32];
	for (int i = 0; i < 5000; i++) {
		snprintf(key, sizeof key, "k%d", i);
		put(c, key, 3, 10);
	}
	for (int i = 0; i < 5000; i++) {
		snprintf(key, sizeof key, "k%d", i);
		assert_string_equal(cache_get(c, str_of(key), 3), key);
	}
	cache_free(c);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_is_found_and_the_rest_is_not),
		cmocka_unit_test(a_change_makes_entries_stale_and_releases_them),
		cmocka_unit_test(an_entry_for_ever_survives_changes),
		cmocka_unit_test(a_second_value_replaces_the_first),
		cmocka_unit_test(the_least_recently_used_goes_first),
		cmocka_unit_test(a_value_over_an_eighth_is_refused_and_released),
		cmocka_unit_test(bytes_never_pass_the_maximum_over_many_entries),
		cmocka_unit_test(thousands_of_small_entries_are_all_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
