/* The commitment against a second computation, written from its description and on another library's hash functions than the first. */
#include "test.h"

#include <openssl/sha.h>

#include "hub/commitment.h"

static const unsigned char seed[SHA256_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32};

static int by_bytes(const void *a, const void *b) {
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void merkle(unsigned char (*leaves)[32], size_t n, unsigned char out[32]) {
	if (n == 0) {
		SHA256((const unsigned char *)"", 0, out);
	} else if (n == 1) {
		memcpy(out, leaves[0], 32);
	} else {
		size_t k = 1;
		unsigned char node[65] = {1};
		while (k << 1 < n) k <<= 1;
		merkle(leaves, k, node + 1);
		merkle(leaves + k, n - k, node + 33);
		SHA256(node, sizeof node, out);
	}
}

/* names and values: parallel, values in canonical form. */
static void expected_root(const char **names, const char *(*value)(const char *name), size_t n, unsigned char out[32]) {
	static unsigned char leaves[64][32];
	qsort(names, n, sizeof *names, by_bytes);
	for (size_t i = 0; i < n; i++) {
		unsigned char salt[32];
		struct buf b = BUF(10000);
		buf_add(&b, S("polder/salt/v1"));
		buf_add(&b, str_n(seed, sizeof seed));
		buf_add(&b, str_of(names[i]));
		SHA256((unsigned char *)b.p, b.n, salt);
		buf_clear(&b);
		buf_add_char(&b, 0);
		buf_add(&b, S("polder/field/v1"));
		buf_add(&b, str_n(salt, sizeof salt));
		buf_add(&b, str_of(names[i]));
		buf_add_char(&b, 0);
		buf_add(&b, str_of(value(names[i])));
		SHA256((unsigned char *)b.p, b.n, leaves[i]);
		buf_free(&b);
	}
	merkle(leaves, n, out);
}

static const char *value_of(const char *name) {
	if (strcmp(name, "list") == 0) return "[1,{\"a\":\"é\",\"b\":1.5}]";
	if (strcmp(name, "text") == 0) return "\"a\\nb\"";
	return "7";
}

static void the_root_is_what_the_description_gives_for_any_number_of_fields(void **state) {
	(void)state;
	for (size_t n = 0; n < 40; n++) {
		const char *names[40];
		struct json_builder b = json_object_of(arena);
		for (size_t i = 0; i < n; i++) {
			names[i] = i == 0 ? "list" : i == 1 ? "text" : arena_fmt(arena, "f%zu", n - i).p;
			const struct json *v = i == 0 ? json("[1.0,{'b':1.5,'a':'é'}]") : i == 1 ? json("'a\\nb'") : json("7");
			json_set(&b, str_of(names[i]), v);
		}
		unsigned char expected[32];
		struct sha256 root;
		expected_root(names, value_of, n, expected);
		ok(commitment_root(arena, json_built(&b), str_n(seed, sizeof seed), &root, &test_err));
		assert_memory_equal(root.byte, expected, 32);
	}
}

static void the_order_of_members_does_not_matter_and_every_value_does(void **state) {
	(void)state;
	struct sha256 a, b, c, d;
	struct str s = str_n(seed, sizeof seed);
	ok(commitment_root(arena, json("{'x':1,'y':{'p':1,'q':2}}"), s, &a, &test_err));
	ok(commitment_root(arena, json("{'y':{'q':2,'p':1},'x':1}"), s, &b, &test_err));
	ok(commitment_root(arena, json("{'y':{'q':2,'p':1},'x':2}"), s, &c, &test_err));
	ok(commitment_root(arena, json("{'x':1,'y':{'p':1,'q':2}}"), str_sub(s, 0, 31), &d, &test_err));
	assert_memory_equal(&a, &b, sizeof a);
	assert_memory_not_equal(&a, &c, sizeof a);
	assert_memory_not_equal(&a, &d, sizeof a);
}

static void a_name_can_not_be_taken_for_a_part_of_a_value(void **state) {
	(void)state;
	/* What parts them is a NUL, and no name holds one. */
	const struct json *v = NULL;
	fails(json_parse(arena, S("{\"a\\u0000b\":1}"), NULL, &v, &test_err), ERR_INVALID);
	assert_null(v);
	struct sha256 a, b;
	struct str s = str_n(seed, sizeof seed);
	ok(commitment_root(arena, json("{'a':12}"), s, &a, &test_err));
	ok(commitment_root(arena, json("{'a1':2}"), s, &b, &test_err));
	assert_memory_not_equal(&a, &b, sizeof a);
}

static void seeds_are_drawn_anew_and_give_their_root(void **state) {
	(void)state;
	struct commitment x, y;
	struct sha256 root;
	const struct json *body = json("{'a':1}");
	ok(commitment_make(arena, body, &x, &test_err));
	ok(commitment_make(arena, body, &y, &test_err));
	assert_memory_not_equal(x.seed, y.seed, sizeof x.seed);
	ok(commitment_root(arena, body, str_n(x.seed, sizeof x.seed), &root, &test_err));
	assert_memory_equal(&root, &x.root, sizeof root);
}

static void cut_out_of_canonical_text_it_is_the_same(void **state) {
	(void)state;
	/* Names and values that look like what parts them, and names that JSON orders otherwise than bytes do. */
	static const char *const bodies[] = {"{}", "{'a':1}", "{'b':[1,{'x':'}'}],'a':{'c':[],'d':{}},'c':','}", "{'a':'\\\"','b':'\\\\','c':'x'}", "{'a,b':1,'a:b':'{','':2}",
		"{'a\\n':1,'a\\'':2,'z':3}", "{'é':1,'z':2,'漢':[true,null,-1.5e300]}", "{'\uFF61':1,'\U00010000':2,'a':3}", "{'a':'\\u0001','b':'a\\tb'}"};
	for (size_t i = 0; i < lengthof(bodies); i++) {
		const struct json *body = json(bodies[i]);
		struct commitment c;
		struct sha256 root;
		ok(commitment_make_from(arena, body, json_canonical(arena, body), &c, &test_err));
		ok(commitment_root(arena, body, str_n(c.seed, sizeof c.seed), &root, &test_err));
		assert_memory_equal(&root, &c.root, sizeof root);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		arena_test(the_root_is_what_the_description_gives_for_any_number_of_fields),
		arena_test(the_order_of_members_does_not_matter_and_every_value_does),
		arena_test(a_name_can_not_be_taken_for_a_part_of_a_value),
		arena_test(cut_out_of_canonical_text_it_is_the_same),
		arena_test(seeds_are_drawn_anew_and_give_their_root),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
