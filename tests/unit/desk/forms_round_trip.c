#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk/forms/form.h"
#include "exchange/format.h"

static struct arena *lasting;
static struct kinds *kinds;
static struct plans *plans;

static int begin(void **state) {
	(void)state;
	struct err e;
	lasting = arena_new(64 << 20);
	return !lasting || kinds_load(&kinds, NULL, &e) || plans_new(lasting, kinds, &plans, &e);
}

static int end(void **state) {
	(void)state;
	arena_free(lasting);
	kinds_free(kinds);
	return 0;
}

/* Body to form to answers to body, as a browser that changes nothing does it. */
static void comes_back(const char *kind_name, struct str name, const struct json *body, const struct asking *as) {
	autoarena struct arena *a = arena_new((size_t)512 << 20);
	const struct kind *kind = kind_find(kinds, str_of(kind_name));
	struct filled f, again;
	struct questions q;
	struct answer *answers;
	size_t n;
	struct err e = {0};
	if (!a || !kind || form_begin(plan_of(plans, kind), a, body, &f, &e) || form_questions(&f, as, &q, &e)
		|| form_answers(&q, a, &answers, &n, &e) || form_read(plan_of(plans, kind), a, answers, n, S("save"), &again, &e))
		fail_msg("%s %.*s: %s", kind_name, STR_ARG(name), e.message);
	if (again.errors_n) fail_msg("%s %.*s: %.*s: %.*s", kind_name, STR_ARG(name), STR_ARG(again.errors[0].where), STR_ARG(again.errors[0].words));
	if (!json_equal(body, again.body))
		fail_msg("%s %.*s: %.*s", kind_name, STR_ARG(name), STR_ARG(str_cut_utf8(json_text(a, json_diff(a, body, again.body)), 1500)));
	assert_true(str_eq(json_canonical(a, body), json_text(a, again.body)));
}

static size_t bodies_of(const char *format_name, struct str folder, bool all) {
	const struct format *format = format_find(str_of(format_name));
	autoarena struct arena *a = arena_new((size_t)1 << 30);
	struct file_list list;
	struct err e = {0};
	if (!format || !a || file_walk(a, arena_cstr(a, folder), format->suffix, &list, &e)) fail_msg("%s: %s", format_name, e.message);
	struct import_file *files = arena_array(a, list.n + 1, sizeof *files);
	size_t files_n = 0, bodies = 0;
	for (size_t i = 0; i < list.n; i++) {
		if (format->wants && !format->wants(str_of(strrchr(list.paths[i], '/') + 1))) continue;
		files[files_n].path = list.paths[i];
		if (file_read(a, list.paths[i], 64 << 20, &files[files_n++].bytes, &e)) fail_msg("%s", e.message);
	}
	for (size_t i = 0; i < files_n; i += format->together ? files_n : 1) {
		struct drafts d = {.a = a};
		if (format->read(files + i, format->together ? files_n : 1, &d, &e)) continue;
		for (size_t j = 0; j < d.n; j++) {
			if (d.items[j]->rejected.n || (!all && (i + j) % 7)) continue;
			comes_back(arena_cstr(a, d.items[j]->kind), d.items[j]->source_id, d.items[j]->body, &(struct asking){.rows = j % 3});
			bodies++;
		}
		for (size_t j = 0; j < d.parties_n; j++, bodies++)
			comes_back(arena_cstr(a, d.parties[j]->kind), d.parties[j]->key, d.parties[j]->body, &(struct asking){0});
	}
	return bodies;
}

static struct str data_folder(const char *name) {
	const char *data = getenv("POLDER_DATA");
	return arena_fmt(lasting, "%s/%s", data ? data : "../shared/data", name);
}

static void every_record_of_the_starter_content_comes_back_equal(void **state) {
	(void)state;
	const char *root = getenv("POLDER_SOURCE");
	assert_true(bodies_of("polder", arena_fmt(lasting, "%s/starter", root ? root : "."), true) > 100);
}

static void records_of_real_sources_come_back_equal(void **state) {
	(void)state;
	static const char *const sources[] = {"aiid", "atlas", "avid", "csaf", "cve", "osv"};
	for (size_t i = 0; i < lengthof(sources); i++)
		if (!bodies_of(sources[i], data_folder(sources[i]), false)) fail_msg("no record of %s was read", sources[i]);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_record_of_the_starter_content_comes_back_equal),
		cmocka_unit_test(records_of_real_sources_come_back_equal),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
