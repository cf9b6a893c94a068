#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk/registry/pages.h"

static struct arena *a;
static struct kinds *kinds;
static struct describing incident;

static int begin(void **state) {
	(void)state;
	struct err e;
	a = arena_new(64 << 20);
	if (!a || kinds_load(&kinds, NULL, &e)) return 1;
	incident = (struct describing){kinds, kind_find(kinds, S("incident"))};
	return incident.kind == NULL;
}

static int end(void **state) {
	(void)state;
	kinds_free(kinds);
	arena_free(a);
	return 0;
}

/* "same [-out-][+in+]" */
static const char *marked(const struct word_part *parts, size_t n) {
	autobuf struct buf out = BUF(1 << 20);
	for (size_t i = 0; i < n; i++) {
		const char *marks[] = {"[-", "", "[+"}, *ends[] = {"-]", "", "+]"};
		buf_add(&out, str_of(marks[parts[i].change + 1]));
		buf_add(&out, parts[i].text);
		buf_add(&out, str_of(ends[parts[i].change + 1]));
	}
	return arena_cstr(a, buf_str(&out));
}

static const char *words_of(const char *from, const char *to) {
	struct word_part *parts;
	size_t n;
	diff_words(a, str_of(from), str_of(to), &parts, &n);
	return marked(parts, n);
}

static struct field_change *fields_of(const char *from, const char *to, size_t *n) {
	const struct json *x, *y;
	struct field_change *changes;
	struct err e;
	assert_int_equal(json_parse(a, str_of(from), NULL, &x, &e), ERR_OK);
	assert_int_equal(json_parse(a, str_of(to), NULL, &y, &e), ERR_OK);
	diff_fields(&incident, a, json_diff(a, x, y), &changes, n);
	return changes;
}

static void words_that_stay_are_not_marked(void **state) {
	(void)state;
	assert_string_equal(words_of("one two three", "one 2 three"), "one [-two -][+2 +]three");
	assert_string_equal(words_of("a b", "a b"), "a b");
	assert_string_equal(words_of("a", "a b"), "[-a-][+a b+]");
}

static void an_empty_text_is_wholly_put_in_or_taken_out(void **state) {
	(void)state;
	assert_string_equal(words_of("", "a b"), "[+a b+]");
	assert_string_equal(words_of("a b", ""), "[-a b-]");
	assert_string_equal(words_of("", ""), "");
}

static void a_text_of_very_many_words_is_shown_in_its_beginnings(void **state) {
	(void)state;
	char *many = arena_alloc(a, 20001);
	assert_non_null(many);
	for (int i = 0; i < 20000; i++) many[i] = i % 2 ? ' ' : 'a';
	const char *shown = words_of(many, "b");
	assert_true(strlen(shown) < 1000);
	assert_non_null(strstr(shown, "…"));
}

static void a_field_is_called_by_its_title(void **state) {
	(void)state;
	size_t n;
	struct field_change *changes = fields_of("{\"toll\": {\"people\": 1}}", "{\"toll\": {\"people\": 2}}", &n);
	assert_int_equal(n, 1);
	struct described toll = describe_pointer(&incident, S("/toll"));
	assert_true(str_starts(changes[0].path, toll.title));
	assert_non_null(strstr(arena_cstr(a, changes[0].path), " › "));
	assert_string_equal(marked(changes[0].parts, changes[0].n), "[-1-][+2+]");
}

static void an_item_of_a_list_is_counted_from_one(void **state) {
	(void)state;
	size_t n;
	struct field_change *changes = fields_of("{\"tags\": [\"a\", \"b\"]}", "{\"tags\": [\"a\", \"c\"]}", &n);
	assert_int_equal(n, 1);
	assert_string_equal(arena_cstr(a, changes[0].path), "Tags › 2");
}

static void of_a_list_that_grew_only_what_is_new_is_shown(void **state) {
	(void)state;
	size_t n;
	struct field_change *changes = fields_of("{\"tags\": [\"a\", \"b\"]}", "{\"tags\": [\"b\", \"c\", \"d\"]}", &n);
	assert_int_equal(n, 1);
	assert_true(changes[0].list);
	assert_string_equal(marked(changes[0].parts, changes[0].n), "[-a-][+c+][+d+]");
}

static void values_of_enumerations_and_dates_read_as_on_the_page(void **state) {
	(void)state;
	size_t n;
	struct field_change *changes =
		fields_of("{\"severity\": \"not-sure\"}", "{\"severity\": \"high\", \"date\": \"2023-03\"}", &n);
	assert_int_equal(n, 2);
	const char *first = marked(changes[0].parts, changes[0].n), *second = marked(changes[1].parts, changes[1].n);
	const char *both = arena_fmt(a, "%s%s", first, second).p;
	assert_non_null(strstr(both, "[-Not sure-][+High+]"));
	assert_non_null(strstr(both, "[+March 2023+]"));
}

static void a_field_that_the_schema_does_not_know_is_called_by_its_name(void **state) {
	(void)state;
	size_t n;
	struct field_change *changes = fields_of("{}", "{\"old_field\": {\"a/b\": 1}}", &n);
	assert_int_equal(n, 1);
	assert_string_equal(arena_cstr(a, changes[0].path), "Old field");
}

static void all_pointers_of_all_layouts_lead_to_a_field_with_a_title(void **state) {
	(void)state;
	for (size_t k = 0; k < kinds->n; k++) {
		const struct kind *kind = &kinds->items[k];
		struct describing d = {kinds, kind};
		for (size_t i = 0; i < json_count(kind->form); i++) {
			const struct json *fields = json_get_lit(json_at(kind->form, i), "fields");
			for (size_t j = 0; j < json_count(fields); j++) {
				const struct json *f = json_at(fields, j);
				struct str pointer = json_is(f, JSON_STRING) ? f->string : json_get_str(f, S("field"));
				struct described of = describe_pointer(&d, pointer);
				if (!of.schema || !of.title.n || !of.description.n)
					fail_msg("%.*s %.*s", STR_ARG(kind->name), STR_ARG(pointer));
			}
		}
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_that_stay_are_not_marked),
		cmocka_unit_test(an_empty_text_is_wholly_put_in_or_taken_out),
		cmocka_unit_test(a_text_of_very_many_words_is_shown_in_its_beginnings),
		cmocka_unit_test(a_field_is_called_by_its_title),
		cmocka_unit_test(an_item_of_a_list_is_counted_from_one),
		cmocka_unit_test(of_a_list_that_grew_only_what_is_new_is_shown),
		cmocka_unit_test(values_of_enumerations_and_dates_read_as_on_the_page),
		cmocka_unit_test(a_field_that_the_schema_does_not_know_is_called_by_its_name),
		cmocka_unit_test(all_pointers_of_all_layouts_lead_to_a_field_with_a_title),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
