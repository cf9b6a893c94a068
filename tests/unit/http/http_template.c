/* The template compiler: the program itself on files that it takes and files that it refuses, and what the compiled
 * templates write. */
#include "test.h"

#include "http/html.h"
#include "page.t.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char folder[64];
static struct arena *arena;

static int setup(void **state) {
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/polder-template-XXXXXX");
	arena = arena_new(8 << 20);
	return !arena || !mkdtemp(folder) || !getenv("TEMPLATEC") || !getenv("POLDER_TEMPLATES");
}

static int teardown(void **state) {
	(void)state;
	static const char *const names[] = {"in.html", "out.c", "out.h", "errors"};
	for (size_t i = 0; i < lengthof(names); i++) unlink(file_join(arena, folder, names[i]));
	rmdir(folder);
	arena_free(arena);
	return 0;
}

/* Exit status; the words on standard error in *words. */
static int compile_file(const char *cwd, const char *path, struct str *words) {
	const char *errors = file_join(arena, folder, "errors"), *program = getenv("TEMPLATEC");
	posix_spawn_file_actions_t files;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 2, errors, O_CREAT | O_WRONLY | O_TRUNC, 0600);
	if (cwd) posix_spawn_file_actions_addchdir_np(&files, cwd);
	char *argv[] = {(char *)(uintptr_t)program, (char *)(uintptr_t)path,
		(char *)(uintptr_t)file_join(arena, folder, "out.c"), (char *)(uintptr_t)file_join(arena, folder, "out.h"), NULL};
	pid_t child;
	int status;
	assert_int_equal(posix_spawn(&child, program, &files, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&files);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(file_read(arena, errors, 1 << 16, words, NULL), ERR_OK);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int compile_text(const char *text, struct str *words) {
	const char *path = file_join(arena, folder, "in.html");
	assert_int_equal(file_write(path, str_of(text), 0600, NULL), ERR_OK);
	return compile_file(NULL, path, words);
}

/* Refused at that line of the template body (its first is line 2), with these words. */
static void refused(int line, const char *body, const char *why) {
	struct str words;
	const char *text = arena_cstr(arena, arena_cat(arena, S("%template t(struct str x, int n)\n"), str_of(body)));
	unlink(file_join(arena, folder, "out.c"));
	if (compile_text(text, &words) != 1) fail_msg("not refused: %s", body);
	assert_has(words, why);
	assert_has(words, arena_fmt(arena, "in.html:%d: ", line).p);
	assert_false(file_exists(file_join(arena, folder, "out.c")));
}

static void taken(const char *body) {
	struct str words;
	const char *text = arena_cstr(arena, arena_cat(arena, S("%template t(struct str x, int n)\n"), str_of(body)));
	if (compile_text(text, &words) != 0) fail_msg("refused: %s\n%.*s", body, STR_ARG(words));
}

static void the_compiled_source_is_as_expected(void **state) {
	(void)state;
	struct str words, made, golden;
	assert_int_equal(compile_file(getenv("POLDER_TEMPLATES"), "page.html", &words), 0);
	const char *golden_path = file_join(arena, getenv("POLDER_TEMPLATES"), "page.golden");
	assert_int_equal(file_read(arena, file_join(arena, folder, "out.c"), 1 << 20, &made, NULL), ERR_OK);
	assert_int_equal(file_read(arena, golden_path, 1 << 20, &golden, NULL), ERR_OK);
	assert_str(made, golden.p);
}

static void a_template_writes_each_value_escaped_for_its_place(void **state) {
	(void)state;
	const struct thing things[] = {
		{S("A&\"B\" <i>"), "javascript:alert(1)", 1},
		{S("it's"), "/x?a=1&b=2", 2},
	};
	autohtml struct html h = HTML(1 << 16);
	page(&h, S("</title><script>"), things, 2, html_safe_literal("<b>safe</b>"));
	assert_false(html_failed(&h));
	assert_str(html_str(&h),
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>&lt;/title&gt;&lt;script&gt; – Things</title></head>\n<body>\n"
		"<!-- a comment of the page -->\n"
		"<p><a href=\"#\" title='A&amp;&quot;B&quot; &lt;i&gt;'\nclass=\"first\"\n>A&amp;\"B\" &lt;i&gt;</a> "
		"<a href=\"/things/A%26%22B%22%20%3Ci%3E?n=1#A%26%22B%22%20%3Ci%3E\">1</a>\n"
		"<a href=\"mailto:A%26%22B%22%20%3Ci%3E\" data-x=\"aA&amp;&quot;B&quot; &lt;i&gt;b\">A%26%22B%22%20%3Ci%3E</a>\n"
		"one\n</p>\n"
		"<p><a href=\"/x?a=1&amp;b=2\" title='it&#39;s'\n>it's</a> "
		"<a href=\"/things/it%27s?n=2#it%27s\">2</a>\n"
		"<a href=\"mailto:it%27s\" data-x=\"ait&#39;sb\">it%27s</a>\n"
		"many } 2\n</p>\n"
		"<p>2 things</p>\n<b>safe</b>\n% is a percent sign, { and {x} are braces.\nonetwo\n"
		"<pre>\n  kept &lt;/title&gt;&lt;script&gt;\n\n    as it is\n</pre>\n"
		"<textarea name=\"text\">\n&lt;/title&gt;&lt;script&gt;</textarea>\n</body>\n</html>\n");
}

static void expressions_where_nothing_can_be_escaped_are_refused(void **state) {
	(void)state;
	refused(2, "<a href={= x}>", "without quotes");
	refused(2, "<a href=/a{= x}>", "without quotes");
	refused(3, "<p>\n<{= x}>", "tag's name");
	refused(2, "<h{= n}>", "tag's name");
	refused(2, "</h{= n}>", "tag's name");
	refused(2, "<a {= x}>", "attribute's name");
	refused(2, "<a data-{= x}=\"1\">", "attribute's name");
	refused(2, "<a title=\"a\"{= x}>", "attribute's name");
	refused(2, "<a title {= x}>", "attribute's name");
	refused(2, "<script>{= x}</script>", "<script>");
	refused(2, "<iframe>{= x}</iframe>", "<script> or another");
	refused(2, "<style>{= x}</style>", "<style>");
	refused(2, "<!-- {= x} -->", "comment");
	refused(2, "<!DOCTYPE {= x}>", "declaration");
	refused(2, "<a onclick=\"{= x}\">", "event handler");
	refused(2, "<a OnClick='{= x}'>", "event handler");
	refused(2, "<a style=\"{= x}\">", "style attribute");
	refused(2, "<iframe srcdoc=\"{= x}\">", "srcdoc");
	refused(2, "<img srcset=\"{= x}\">", "this attribute");
	refused(2, "<a ping=\"{= x}\">", "this attribute");
	refused(2, "<base href=\"{= x}\">", "this element");
	refused(2, "<set to=\"{= x}\">", "this element");
	refused(2, "<meta http-equiv=\"refresh\" content=\"{= x}\">", "http-equiv");
	refused(2, "<meta content=\"{= x}\" http-equiv=\"refresh\">", "http-equiv");
	refused(2, "<title>a</{= x}</title>", "end tag");
}

static void urls_whose_scheme_an_expression_could_make_are_refused(void **state) {
	(void)state;
	refused(2, "<a href=\"x{= x}\">", "inside a URL");
	refused(2, "<a href=\"/x/{= x}\">", "inside a URL");
	refused(2, "<a href=\"{= x}{= x}\">", "inside a URL");
	refused(2, "<a href=\"{= x}:alert(1)\">", "colon");
	refused(2, "<a href=\"{? x}:alert(1)\">", "colon");
	refused(2, "<a href=\"java{? x}\">", "scheme");
	refused(2, "<a href=\"javascript:{? x}\">", "scheme");
	refused(2, "<a href=\"javascript:void(0)\">", "scheme");
	refused(2, "<img src=\"data:image/png;base64,{? x}\">", "data:");
	taken("<a href=\"{= x}/more?a={? x}\">a</a>");
	taken("<a href=\"{? x}/b:c\">a</a>");
	taken("<a href=\"https://{? x}/{? n}\">a</a>");
	taken("<img src=\"data:image/png;base64,AAAA\" alt=\"\">");
}

static void scripts_and_styles_in_the_page_are_refused(void **state) {
	(void)state;
	refused(2, "<script>alert(1)</script>", "script");
	refused(3, "<script>\n  x", "script");
	refused(2, "<p style=\"color: red\">", "style");
	refused(2, "<p onclick=\"x()\">", "event handler");
	refused(2, "<svg><style>a{}</style></svg>", "<style>");
	taken("<script src=\"{= x}\" defer></script>");
	taken("<script src=\"/static/x.js\">\n</script >");
}

static void markup_that_browsers_read_differently_is_refused(void **state) {
	(void)state;
	refused(2, "<a title=\"a\"href=\"b\">", "no blank");
	refused(2, "<a \"x\">", "name is due");
	refused(2, "<a b<c>", "'<' in an attribute's name");
	refused(2, "<a b=c\"d>", "without quotes");
	refused(2, "<a b=>", "without its value");
	refused(2, "<?php", "<?");
	refused(2, "</ p>", "without a name");
	refused(2, "</p class=x>", "end tag");
}

static void a_template_must_end_where_it_began(void **state) {
	(void)state;
	refused(2, "<a href=\"x", "ends inside");
	refused(2, "<a", "ends inside");
	refused(2, "<!-- x", "ends inside");
	refused(2, "<title>x", "ends inside");
	refused(4, "<p>\n<textarea>\n%template u()\n", "ends inside");
	refused(2, "% if (n) {", "not closed");
	refused(2, "{! x", "not closed");
}

static void branches_must_leave_html_where_it_was(void **state) {
	(void)state;
	refused(4, "% if (n) {\n<a\n% }\n>", "stood at the opening brace");
	refused(4, "% if (n) {\n<pre>\n% }", "stood at the opening brace");
	refused(4, "% if (n) {\n<title>\n% } else {\n</title>\n% }", "stood at the opening brace");
	refused(5, "<p\n% while (n) {\n>\n% break;\n<p\n% }\n>", "elsewhere");
	refused(3, "<p\n% return;\n>", "a jump out");
	refused(3, "<title>\n% return;\n</title>", "a jump out");
	refused(2, "% goto end;", "goto");
	refused(2, "% }", "not opened");
	taken("<p\n% if (n) {\n class=\"a\"\n% } else if (n > 2) {\n hidden\n% }\n>a</p>");
	taken("% while (n--) {\n% if (n == 2) { continue; }\n<p>a</p>\n% }");
	taken("<title>\n% for (int i = 0; i < n; i++) {\n{= x}\n% }\n</title>");
}

static void text_does_not_slip_into_half_a_statement(void **state) {
	(void)state;
	refused(3, "% if (n)\n<p>a</p>", "whole statement");
	refused(3, "% int i = n\n{= x}", "whole statement");
	refused(4, "% if (n) {\n% } else\n<p>a</p>", "whole statement");
	refused(3, "% t(out,\n<p>a</p>", "whole statement");
	taken("% t(out,\n%   x,\n%   n); // words\n<p>a</p>");
	taken("% /* { */ const char *s = \"}{\\\"\"; char c = '}';\n{= s}{= n + c}");
}

static void c_where_html_cannot_take_it_is_refused(void **state) {
	(void)state;
	refused(3, "<a href=\"\n% n++;\n\">", "inside an attribute's value");
	refused(3, "<!--\n% n++;\n-->", "line of C");
	refused(3, "<p\n% t(out, x, n);\n>", "writes text");
	refused(3, "<title>\n% t(out, x, n);\n</title>", "writes text");
	refused(2, "% #define x", "preprocessor");
	refused(2, "% /* no end", "comment");
	refused(2, "% char *s = \"a", "string");
	refused(2, "% n = (n));", "parenthesis");
}

static void broken_expressions_are_refused(void **state) {
	(void)state;
	refused(2, "{= }", "empty");
	refused(2, "{= x", "does not end");
	refused(2, "{= (x}", "brackets");
	refused(2, "{= x); evil((x}", "brackets");
	refused(2, "{= \"x}", "does not end");
	refused(2, "{= x // }", "does not end");
	refused(2, "{= x /* }", "does not end");
	taken("{= \"}\"}{= (n)}{= n > 1 ? \"'\" : \"{=\"}");
}

static void files_that_are_not_templates_are_refused(void **state) {
	(void)state;
	struct str words;
	assert_int_equal(compile_text("<p>text</p>\n", &words), 1);
	assert_has(words, "in.html:1: text before");
	assert_int_equal(compile_text("% int x;\n", &words), 1);
	assert_has(words, "before the first");
	assert_int_equal(compile_text("\n{! nothing !}\n", &words), 1);
	assert_has(words, "no %template");
	assert_int_equal(compile_text("%template x\n", &words), 1);
	assert_has(words, "name(type arg");
	assert_int_equal(compile_text("%template a-b()\n", &words), 1);
	assert_has(words, "C name");
	assert_int_equal(compile_text("%include nothing\n", &words), 1);
	assert_has(words, "%include wants");
	assert_int_equal(compile_text("%template a()\n%include \"x.h\"\n", &words), 1);
	assert_has(words, "before the first");
	assert_int_equal(compile_text("%template a()\n\xff\n", &words), 1);
	assert_has(words, "UTF-8");
	assert_int_equal(compile_file(NULL, "/nonexistent/x.html", &words), 1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_compiled_source_is_as_expected),
		cmocka_unit_test(a_template_writes_each_value_escaped_for_its_place),
		cmocka_unit_test(expressions_where_nothing_can_be_escaped_are_refused),
		cmocka_unit_test(urls_whose_scheme_an_expression_could_make_are_refused),
		cmocka_unit_test(scripts_and_styles_in_the_page_are_refused),
		cmocka_unit_test(markup_that_browsers_read_differently_is_refused),
		cmocka_unit_test(a_template_must_end_where_it_began),
		cmocka_unit_test(branches_must_leave_html_where_it_was),
		cmocka_unit_test(text_does_not_slip_into_half_a_statement),
		cmocka_unit_test(c_where_html_cannot_take_it_is_refused),
		cmocka_unit_test(broken_expressions_are_refused),
		cmocka_unit_test(files_that_are_not_templates_are_refused),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
