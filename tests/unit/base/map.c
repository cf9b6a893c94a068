#include "check.h"

enum { MANY = 100000 };

static void a_hundred_thousand_keys_are_all_found(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(64 << 20);
	struct map m = {.arena = a};
	static int values[MANY];
	for (int i = 0; i < MANY; i++) {
		void **at = map_at(&m, arena_fmt(a, "key %d", i));
		assert_non_null(at);
		assert_null(*at);
		*at = &values[i];
	}
	assert_int_equal(m.count, MANY);
	for (int i = 0; i < MANY; i++) {
		char key[32];
		snprintf(key, sizeof key, "key %d", i);
		assert_ptr_equal(map_get(&m, str_of(key)), &values[i]);
		snprintf(key, sizeof key, "kez %d", i);
		assert_null(map_get(&m, str_of(key)));
	}
	for (int i = 0; i < MANY; i++) {
		char key[32];
		snprintf(key, sizeof key, "key %d", i);
		assert_ptr_equal(*map_at(&m, str_of(key)), &values[i]);
	}
	assert_int_equal(m.count, MANY);
}

static void going_over_it_meets_each_entry_once(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(64 << 20);
	struct map m = {.arena = a};
	static unsigned char met[5000];
	for (size_t i = 0; i < lengthof(met); i++) *map_at(&m, arena_fmt(a, "%zu", i)) = &met[i];
	size_t i = 0, n = 0;
	for (struct map_slot *s; (s = map_next(&m, &i)); n++) ++*(unsigned char *)s->value;
	assert_int_equal(n, lengthof(met));
	for (i = 0; i < lengthof(met); i++) assert_int_equal(met[i], 1);
}

static void an_empty_map_answers(void **state) {
	(void)state;
	struct map m = {.arena = NULL};
	size_t i = 0;
	assert_null(map_get(&m, S("x")));
	assert_null(map_next(&m, &i));
}

static void the_empty_key_is_a_key(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	struct map m = {.arena = a};
	static int value;
	assert_null(map_get(&m, (struct str){NULL, 0}));
	*map_at(&m, (struct str){NULL, 0}) = &value;
	*map_at(&m, S("x")) = &m;
	assert_ptr_equal(map_get(&m, STR_EMPTY), &value);
	assert_ptr_equal(map_get(&m, (struct str){NULL, 0}), &value);
	assert_int_equal(m.count, 2);
}

static void keys_that_differ_in_one_byte_are_kept_apart(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(16 << 20);
	struct map m = {.arena = a};
	for (size_t n = 1; n < 40; n++)
		for (size_t at = 0; at < n; at++) {
			char *key = arena_alloc(a, n);
			key[at] = 1;
			void **place = map_at(&m, str_n(key, n));
			assert_null(*place);
			*place = key;
		}
	assert_int_equal(m.count, 39 * 40 / 2);
}

static void when_memory_is_out_there_is_no_place_and_the_rest_stays(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(4096);
	struct map m = {.arena = a};
	static char keys[1000][8];
	static int value;
	int n = 0;
	for (; n < 1000; n++) {
		snprintf(keys[n], sizeof keys[n], "%d", n);
		void **at = map_at(&m, str_of(keys[n]));
		if (!at) break;
		*at = &value;
	}
	assert_in_range(n, 1, 999);
	assert_true(arena_failed(a));
	for (int i = 0; i < n; i++) assert_ptr_equal(map_get(&m, str_of(keys[i])), &value);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hundred_thousand_keys_are_all_found),
		cmocka_unit_test(going_over_it_meets_each_entry_once),
		cmocka_unit_test(an_empty_map_answers),
		cmocka_unit_test(the_empty_key_is_a_key),
		cmocka_unit_test(keys_that_differ_in_one_byte_are_kept_apart),
		cmocka_unit_test(when_memory_is_out_there_is_no_place_and_the_rest_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
