#include "test.h"

#include "http/markdown.h"

static void renders(const char *text, const char *expected) {
	autohtml struct html h = HTML(1 << 20);
	struct err e = {0};
	assert_int_equal(markdown_add(&h, str_of(text), NULL, &e), ERR_OK);
	assert_str(html_str(&h), expected);
}

static void ordinary_text_is_rendered(void **state) {
	(void)state;
	renders("# Title\n\nA *b* **c** `d` ~~e~~  \nf\n", "<h1>Title</h1>\n<p>A <em>b</em> <strong>c</strong> <code>d</code> "
		"<del>e</del><br>\nf</p>\n");
	renders("> q\n\n- a\n- b\n\n3. c\n\n---\n", "<blockquote>\n<p>q</p>\n</blockquote>\n<ul>\n"
		"<li>a</li>\n<li>b</li>\n</ul>\n"
		"<ol start=\"3\">\n<li>c</li>\n</ol>\n<hr>\n");
	renders("```c++\nif (a < b)\n```\n", "<pre><code class=\"language-c++\">if (a &lt; b)\n</code></pre>\n");
	renders("|a|b|\n|---|---:|\n|1|2|\n", "<table>\n<thead>\n"
		"<tr><th>a</th><th class=\"align-right\">b</th></tr>\n</thead>\n"
		"<tbody>\n<tr><td>1</td><td class=\"align-right\">2</td></tr>\n</tbody>\n</table>\n");
	renders("", "");
	renders("a &copy; &#65; &amp; \\*b\\*\n", "<p>a &copy; &#65; &amp; *b*</p>\n");
}

static void headings_are_shifted_down_to_the_sixth_level(void **state) {
	(void)state;
	autohtml struct html h = HTML(1 << 16);
	struct markdown_options o = {.heading_shift = 2};
	assert_int_equal(markdown_add(&h, S("# a\n##### b\n"), &o, NULL), ERR_OK);
	assert_str(html_str(&h), "<h3>a</h3>\n<h6>b</h6>\n");
}

static void links_outside_are_marked_and_inside_not(void **state) {
	(void)state;
	renders("[a](https://example.org/?a=1&b=2 \"t\")", "<p><a href=\"https://example.org/?a=1&amp;b=2\" "
		"rel=\"nofollow noopener\" title=\"t\">a</a></p>\n");
	renders("[a](/records/x)", "<p><a href=\"/records/x\">a</a></p>\n");
	renders("see https://example.org now", "<p>see <a href=\"https://example.org\" rel=\"nofollow noopener\">"
		"https://example.org</a> now</p>\n");
	renders("<mailto:a@example.org>", "<p><a href=\"mailto:a@example.org\" rel=\"nofollow noopener\">"
		"mailto:a@example.org</a></p>\n");
}

static void an_image_becomes_a_link(void **state) {
	(void)state;
	renders("![alt *x*](/i.png)", "<p><a href=\"/i.png\">alt <em>x</em></a></p>\n");
	renders("[![alt](/i.png) b](/x)", "<p><a href=\"/x\">alt b</a></p>\n");
	renders("[*![a](/i.png) b* c](javascript:1)", "<p><em><a href=\"/i.png\">a</a> b</em> c</p>\n");
	renders("![a [b](/b) c](/i.png)", "<p><a href=\"/i.png\">a b c</a></p>\n");
}

static void raw_html_shows_as_text(void **state) {
	(void)state;
	renders("<script>alert(1)</script>\n", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n");
	renders("a <b onclick=x>c</b>", "<p>a &lt;b onclick=x&gt;c&lt;/b&gt;</p>\n");
	renders("`<sup>`", "<p><code>&lt;sup&gt;</code></p>\n");
	renders("<sup id=x>1</sup >", "<p>&lt;sup id=x&gt;1&lt;/sup &gt;</p>\n");
	renders("<!-- x -->", "<p>&lt;!-- x --&gt;</p>\n");
}

/* Nothing that a browser could run: no element or attribute but the few of the renderer. */
static void tags_that_markdown_has_no_sign_for_do_not_show(void **state) {
	(void)state;
	renders("so.[<sup>\\[1\\]</sup>](https://a.example) CO<sub>2</sub></sup>",
		"<p>so.<a href=\"https://a.example\" rel=\"nofollow noopener\">[1]</a> CO2</p>\n");
	renders("a<br>b<br />c", "<p>a<br>\nb<br>\nc</p>\n");
}

static void assert_harmless(struct str html, const char *source) {
	static const char *const allowed[] = {"<p>", "</p>", "<a href=\"", "</a>", "<em>", "</em>", "<strong>", "</strong>",
		"<code>", "</code>", "<pre>", "</pre>", "<br>", "<h1>", "</h1>", "<h2>", "</h2>", "<ul>", "</ul>", "<li>", "</li>",
		"<ol",
		"</ol>", "<blockquote>", "</blockquote>", "<hr>", "<del>", "</del>", "<table>", "</table>", "<thead>", "</thead>",
		"<tbody>", "</tbody>", "<tr>", "</tr>", "<th>", "</th>", "<td>", "</td>", "<code class=\"language-", "<h"};
	for (size_t i = 0; i < html.n; i++) {
		if (html.p[i] != '<') continue;
		bool known = false;
		for (size_t j = 0; j < lengthof(allowed); j++) known |= str_starts(str_from(html, i), str_of(allowed[j]));
		if (!known) fail_msg("%s\ngives %.*s", source, STR_ARG(html));
		size_t end = str_find_char(str_from(html, i), '>');
		struct str tag = str_sub(html, i, end), lowered = tag;
		char text[4096];
		assert_true(tag.n < sizeof text);
		for (size_t j = 0; j < tag.n; j++) text[j] = tag.p[j] >= 'A' && tag.p[j] <= 'Z' ? (char)(tag.p[j] + 32) : tag.p[j];
		lowered.p = text;
		if (str_starts(lowered, S("<a href=\""))) {
			struct str url = str_from(lowered, 9);
			url = str_sub(url, 0, str_find_char(url, '"'));
			assert_true(html_url_allowed(url));
		}
	}
}

static void hostile_text_gives_nothing_that_runs(void **state) {
	(void)state;
	static const char *const vectors[] = {
		"[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))", "[a]( javascript:alert(1))", "[a](<javascript:alert(1)>)",
		"[a](<java\tscript:alert(1)>)", "[a](java&#115;cript:alert(1))", "[a](javascript&#58;alert(1))",
		"[a](javascript&colon;alert(1))", "[a](javascript&#x3A;alert(1))", "[a](&#1;javascript:alert(1))",
		"[a](data:text/html;base64,PHNjcmlwdD4=)", "[a](vbscript:x)", "<javascript:alert(1)>", "<data:text/html,x>",
		"![a](javascript:alert(1))", "![a\"onerror=alert(1)](x)", "![a](x\"onerror=alert(1))",
		"[a](/x \"\\\" onmouseover=alert(1)\")", "[a](/x '\" onmouseover=\"alert(1)')", "[a](/x&quot;onclick=alert(1))",
		"[a]: javascript:alert(1)\n\n[a]", "[a]: <java script:x> \"t\"\n\n[a]",
		"`<script>`", "```<script>\n</code></pre><script>alert(1)</script>\n```", "```\" onclick=x\nx\n```",
		"```a\"b\nx\n```", "<<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</p><script>x</script>",
		"# <script>x</script>", "| <script> |\n|---|\n| </td><script> |", "- <svg/onload=alert(1)>",
		"&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;", "<https://a\"onclick=x>", "https://a\"onclick=x",
		"www.a.org/<script>", "http://a.org/'onclick='x", "a@b.org\"onclick", "<!--><script>x</script>-->",
		"<![CDATA[<script>]]>",
		"<?php <script>?>", "\\<script>", "*<script*>", "[<script>](/a)", "[a](/a)<script>", "&NotAnEntity;<b>",
		"[a](http://x.org/\xe2\x80\xae\"x)", "[x](//evil.example/\tx)", "~~<b>~~",
	};
	for (size_t i = 0; i < lengthof(vectors); i++) {
		autohtml struct html h = HTML(1 << 16);
		assert_int_equal(markdown_add(&h, str_of(vectors[i]), NULL, NULL), ERR_OK);
		assert_harmless(html_str(&h), vectors[i]);
	}
}

static void bad_utf8_is_refused_and_nul_replaced(void **state) {
	(void)state;
	autohtml struct html h = HTML(1 << 16);
	assert_int_equal(markdown_add(&h, S("a\xff"), NULL, NULL), ERR_INVALID);
	assert_int_equal(html_str(&h).n, 0);
	assert_int_equal(markdown_add(&h, S("a\0b"), NULL, NULL), ERR_OK);
	assert_str(html_str(&h), "<p>a\xef\xbf\xbd" "b</p>\n");
}

static void text_that_cannot_be_rendered_is_shown_as_it_is(void **state) {
	(void)state;
	autobuf struct buf deep = BUF(10000);
	for (int i = 0; i < 100; i++) buf_add(&deep, S("> "));
	buf_add(&deep, S("<b>"));
	autohtml struct html h = HTML(1 << 16);
	html_literal(&h, "before");
	assert_int_equal(markdown_add(&h, buf_str(&deep), NULL, NULL), ERR_OK);
	assert_true(str_starts(html_str(&h), S("before<pre>&gt; &gt; ")));
	assert_true(str_ends(html_str(&h), S("&lt;b&gt;</pre>\n")));
}

static void emphasis_that_a_bare_link_overlaps_stays_nested(void **state) {
	(void)state;
	renders("https://a.org/?*c** `d` ~~e~~ **f** x", "<p>https://a.org/?<em>c</em>* <code>d</code> <del>e</del> "
		"<strong>f</strong> x</p>\n");
}

static void output_over_the_maximum_leaves_what_was_there(void **state) {
	(void)state;
	autohtml struct html h = HTML(100);
	html_literal(&h, "before");
	autobuf struct buf text = BUF(1000);
	for (int i = 0; i < 200; i++) buf_add_char(&text, 'x');
	assert_int_equal(markdown_add(&h, buf_str(&text), NULL, NULL), ERR_TOO_LARGE);
	assert_str(html_str(&h), "before");
	assert_false(html_failed(&h));
}

static void the_arena_form_always_gives_something(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	assert_str(markdown(a, S("# x"), 1).bytes, "<h2>x</h2>\n");
	assert_has(markdown(a, S("\xff"), 1).bytes, "can't be shown");
}

/* Repeats of what is known to make Markdown parsers slow. That each ends within the test's time is the point. */
static void hostile_repetitions_end(void **state) {
	(void)state;
	static const char *const pieces[] = {">", "> ", "- ", "1. ", "[", "]", "![", "[a](", "[](", "*", "_", "**a ",
		"*a_ ", "`",
		"``a`",
		"<", "<a ", "<!--", "&", "&#", "\\", "|", "|a", "a|\n", "\n", "- \n", "~~", "~a", "www.", "http://a", "a@", "a@a.",
		"a.a@",
		"[a]: b\n", "[^", "#", "\t", "  - a\n", "[a][", "a**b", "_a*", "<a@", "***", "](", "\"", "(", "[a](<", "> - ",
		"- > ", "* a\n\n", "`a ``b ", "\xc3\xa9*", "www.a@", "://", "a.b.", "https://a.b(", "!["};
	for (size_t i = 0; i < lengthof(pieces); i++) {
		autobuf struct buf text = BUF(MARKDOWN_BYTES);
		size_t n = strlen(pieces[i]);
		while (text.n + n <= 60000) buf_add(&text, str_of(pieces[i]));
		autohtml struct html h = HTML(8 << 20);
		enum err_code code = markdown_add(&h, buf_str(&text), NULL, NULL);
		assert_true(code == ERR_OK || code == ERR_TOO_LARGE);
	}
}

static void ends(struct buf *text) {
	autohtml struct html h = HTML(8 << 20);
	assert_false(text->failed);
	enum err_code code = markdown_add(&h, buf_str(text), NULL, NULL);
	assert_true(code == ERR_OK || code == ERR_TOO_LARGE);
	buf_free(text);
}

/* Inputs that took seconds each before their kind was bounded. */
static void hostile_shapes_end(void **state) {
	(void)state;
	struct buf t = BUF(MARKDOWN_BYTES);
	for (int i = 0; i < 40000; i++) buf_add(&t, S("+ "));
	for (int i = 0; i < 160000; i++) buf_add_char(&t, '\n');
	ends(&t); /* deep lists that every later line is compared with */
	buf_add(&t, S("[a]: b \""));
	for (int i = 0; i < 1500; i++) buf_add(&t, S("a title of many lines, which stands again at each link\n"));
	buf_add(&t, S("\"\n\n"));
	for (int i = 0; i < 30000; i++) buf_add(&t, S("[a] "));
	ends(&t);
	for (int i = 0; i < 20000; i++) buf_add(&t, S("https://a.b("));
	ends(&t); /* each bare link is looked at up to the end of the word */
	for (int i = 0; i < 2000; i++) buf_add(&t, S("a|"));
	buf_add_char(&t, '\n');
	for (int i = 0; i < 2000; i++) buf_add(&t, S("---|"));
	for (int i = 0; i < 60000; i++) buf_add(&t, S("\na|"));
	ends(&t); /* short rows of a wide table, each filled up */
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ordinary_text_is_rendered),
		cmocka_unit_test(headings_are_shifted_down_to_the_sixth_level),
		cmocka_unit_test(links_outside_are_marked_and_inside_not),
		cmocka_unit_test(an_image_becomes_a_link),
		cmocka_unit_test(raw_html_shows_as_text),
		cmocka_unit_test(tags_that_markdown_has_no_sign_for_do_not_show),
		cmocka_unit_test(hostile_text_gives_nothing_that_runs),
		cmocka_unit_test(bad_utf8_is_refused_and_nul_replaced),
		cmocka_unit_test(text_that_cannot_be_rendered_is_shown_as_it_is),
		cmocka_unit_test(emphasis_that_a_bare_link_overlaps_stays_nested),
		cmocka_unit_test(output_over_the_maximum_leaves_what_was_there),
		cmocka_unit_test(the_arena_form_always_gives_something),
		cmocka_unit_test(hostile_repetitions_end),
		cmocka_unit_test(hostile_shapes_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
