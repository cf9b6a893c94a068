/* Messages as they go over the wire, what is sealed, and what polder-net answers. */
#include "test_account.h"

#include "hub/mail.h"
#include "hub/mail_message.h"
#include "hub/net.h"
#include "hub/seal.h"

static struct str written(struct mail_message m) {
	struct str out;
	if (!m.from.address.n) m.from = (struct mail_address){S("Hub"), S("hub@example.org")};
	if (!m.to.address.n) m.to.address = S("jan@example.org");
	m.id = S("1@example.org");
	ok(mail_message_write(arena, &m, &out, &test_err));
	return out;
}
static size_t count_of(struct str text, const char *what) {
	size_t n = 0, at;
	for (; (at = str_find(text, str_of(what))) != STR_NONE; n++) text = str_from(text, at + 1);
	return n;
}

static void a_plain_message_is_written_as_it_is(void **state) {
	(void)state;
	struct str got = written((struct mail_message){.subject = S("Hello"), .text = S("One line.\nAnother = line.\n"), .date = 1700000000 * SECOND});
	assert_string_equal(got.p,
		"Date: Tue, 14 Nov 2023 22:13:20 +0000\r\nFrom: \"Hub\"\r\n <hub@example.org>\r\nTo: <jan@example.org>\r\nMessage-ID: <1@example.org>\r\n"
		"Subject: Hello\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n\r\nOne line.\r\nAnother =3D line.\r\n");
}

static void no_line_is_too_long_and_none_ends_early(void **state) {
	(void)state;
	char *text = arena_alloc(arena, 4000);
	for (size_t i = 0; i < 4000; i++) text[i] = "abc.F = \xc3\xa9"[i % 10];
	struct str subject = S("A subject with many, many words that has to be folded somewhere, since headers should not be wider than a terminal of old was");
	struct str line, rest = written((struct mail_message){.subject = subject, .text = str_n(text, 4000)});
	while (str_split(&rest, '\n', &line)) {
		if (!rest.p) break;
		assert_true(line.n && line.p[line.n - 1] == '\r' && line.n <= 79);
		assert_false(str_is(line, ".\r"));
	}
}

static void what_would_be_another_header_stays_in_its_own(void **state) {
	(void)state;
	struct str got = written((struct mail_message){.subject = S("Hi\r\nBcc: everybody@example.org\r\n\r\nbody"), .text = S("x"),
		.from = {S("Hub\r\nX-Evil: 1\r\n"), S("hub@example.org")}});
	assert_int_equal(count_of(got, "\r\nBcc:"), 0);
	assert_int_equal(count_of(got, "\r\nX-Evil:"), 0);
	assert_int_equal(count_of(got, "\r\n\r\n"), 1);
	struct mail_message m = {.from = {S(""), S("hub@example.org")}, .subject = S("x"), .text = S("x"), .id = S("1@x")};
	const struct str wrong[] = {S(""), S("jan"), S("jan@x>\r\nRCPT TO:<y@z"), S("jan@x\r\nBcc: y@z"), S("a b@c"), S("@"), S("a@"), S("<a@b>"), S("a@b\xff"), S("h\xc3\xbc@b")};
	for (size_t i = 0; i < lengthof(wrong); i++) {
		struct str out;
		m.to.address = wrong[i];
		fails(mail_message_write(arena, &m, &out, &test_err), ERR_INVALID);
	}
}

static void what_is_not_ascii_is_spelt_out(void **state) {
	(void)state;
	struct str name = S("Dijkgraaf \xc3\xa9\xc3\xa9n van het hoogheemraadschap van Delfland en Schieland");
	struct str got = written((struct mail_message){.subject = name, .text = S(".dot\nFrom here\ntab\t \n\xe2\x82\xac"),
		.from = {S("D\xc3\xadjk, \"B.V.\""), S("hub@example.org")}});
	for (size_t i = 0; i < got.n; i++) assert_true((unsigned char)got.p[i] < 127);
	assert_true(count_of(got, "=?UTF-8?B?") >= 3);
	assert_has(got.p, "\r\n=2Edot\r\n=46rom here\r\ntab\t=20\r\n=E2=82=AC\r\n");
	got = written((struct mail_message){.subject = S("x"), .text = S("x"), .from = {S("A \"quoted\" \\ name"), S("hub@example.org")}});
	assert_has(got.p, "From: \"A \\\"quoted\\\" \\\\ name\"\r\n");
}

static void an_address_is_read_with_and_without_a_name(void **state) {
	(void)state;
	struct mail_address m;
	ok(mail_address_read(S("hub@example.org"), &m, &test_err));
	assert_str(m.address, "hub@example.org");
	assert_str(m.name, "");
	ok(mail_address_read(S(" \"Example, hub\" <hub@example.org> "), &m, &test_err));
	assert_str(m.address, "hub@example.org");
	assert_str(m.name, "Example, hub");
	fails(mail_address_read(S("Example hub"), &m, &test_err), ERR_INVALID);
	fails(mail_address_read(S("Example <hub>"), &m, &test_err), ERR_INVALID);
}

/* ---- the queue ---- */

static enum err_code queue(struct db *writer, void *arg, struct err *e) {
	return mail_queue(hub, writer, arg, e);
}

static void what_waits_is_sealed_and_a_failure_waits_longer_each_time_until_it_is_given_up(void **state) {
	(void)state;
	int64_t left;
	struct mail m = {.to = S("jan@example.org"), .subject = S("the-subject"), .text = S("the-text-with-a-code")};
	ok(writer_run(hub->writer, queue, &m, &test_err));
	assert_int_equal(sql_number("SELECT count(*) FROM mail"), 0); /* a hub that sends none keeps none */
	assert_false(mail_configured(hub));
	hub->mail.server = S("smtp://127.0.0.1:1");
	hub->mail.from = S("hub@example.org");
	setenv("POLDER_NET", "/bin/false", 1);
	ok(writer_run(hub->writer, queue, &m, &test_err));
	const struct str parts[] = {m.to, m.subject, m.text};
	for (size_t i = 0; i < lengthof(parts); i++) assert_false(stored_anywhere(parts[i]));
	const moment waits[] = {MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 12 * HOUR};
	for (size_t i = 0; i < lengthof(waits); i++) {
		ok(mail_send_due(hub, db, &left, &test_err));
		assert_int_equal(left, 1);
		assert_int_equal(sql_number("SELECT attempts FROM mail"), i + 1);
		assert_int_equal(sql_number("SELECT due FROM mail"), clock_now + waits[i]);
		clock_now += waits[i] - SECOND;
		ok(mail_send_due(hub, db, &left, &test_err)); /* not yet */
		assert_int_equal(sql_number("SELECT attempts FROM mail"), i + 1);
		clock_now += SECOND;
	}
	ok(mail_send_due(hub, db, &left, &test_err));
	assert_int_equal(left, 0);
	unsetenv("POLDER_NET");
}

static void what_was_sealed_is_opened_by_the_same_key_and_whole_alone(void **state) {
	(void)state;
	struct str sealed, other, plain;
	ok(seal(hub, S("a secret"), arena, &sealed, &test_err));
	ok(seal(hub, S("a secret"), arena, &other, &test_err));
	assert_false(str_eq(sealed, other)); /* a nonce of its own */
	ok(unseal(hub, sealed, arena, &plain, &test_err));
	assert_str(plain, "a secret");
	for (size_t i = 0; i < sealed.n; i++) {
		struct str damaged = arena_str(arena, sealed);
		((char *)(uintptr_t)damaged.p)[i] ^= 1;
		fails(unseal(hub, damaged, arena, &plain, &test_err), ERR_UNSUPPORTED);
		fails(unseal(hub, str_sub(sealed, 0, i), arena, &plain, &test_err), ERR_UNSUPPORTED);
	}
	ok(seal(hub, S(""), arena, &sealed, &test_err));
	ok(unseal(hub, sealed, arena, &plain, &test_err));
	assert_str(plain, "");
	ok(file_write(file_join(arena, folder, "secret.key"), S("short"), 0600, &test_err));
	fails(seal(hub, S("x"), arena, &sealed, &test_err), ERR_CORRUPT);
}

/* ---- what polder-net answers ---- */

static void an_answer_is_read_and_nonsense_is_told_apart(void **state) {
	(void)state;
	const struct json *v;
	ok(net_read(arena, S("{\"ok\": true, \"status\": 200, \"headers\": {\"etag\": \"x\"}, \"body\": \"hi\"}"), &v, &test_err));
	struct net_answer got = net_answer_of(arena, v);
	assert_int_equal(got.status, 200);
	assert_int_equal(got.headers_n, 1);
	assert_str(got.headers[0].value, "x");
	assert_str(got.body, "hi");
	fails(net_read(arena, S("{\"error\": {\"message\": \"no\\nconnection\"}}"), &v, &test_err), ERR_BUSY);
	assert_string_equal(test_err.message, "no connection");
	fails(net_read(arena, S("{}"), &v, &test_err), ERR_BUSY);
	assert_string_equal(test_err.message, "no reason");
	const struct str nonsense[] = {S(""), S("x"), S("{\"ok\": tru"), S("[[[[[[[[[[[[]]]]]]]]]]]]")};
	for (size_t i = 0; i < lengthof(nonsense); i++) fails(net_read(arena, nonsense[i], &v, &test_err), ERR_UNSUPPORTED);
	ok(net_read(arena, S("{\"ok\": true, \"status\": \"x\", \"headers\": 3, \"body\": []}"), &v, &test_err));
	got = net_answer_of(arena, v);
	assert_int_equal(got.status, 0);
	assert_int_equal(got.headers_n, 0);
	assert_str(got.body, "");
}

static void a_program_that_is_missing_or_answers_nothing_is_told(void **state) {
	(void)state;
	struct net_answer v;
	struct net_fetch f = {.url = S("https://example.org/")};
	setenv("POLDER_NET", "/no/such/program", 1);
	fails(net_fetch(arena, &f, &v, &test_err), ERR_UNSUPPORTED);
	setenv("POLDER_NET", "/bin/true", 1);
	fails(net_fetch(arena, &f, &v, &test_err), ERR_UNSUPPORTED);
	setenv("POLDER_NET", "/bin/cat", 1); /* what was asked is no answer */
	fails(net_fetch(arena, &f, &v, &test_err), ERR_BUSY);
	unsetenv("POLDER_NET");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		arena_test(a_plain_message_is_written_as_it_is),
		arena_test(no_line_is_too_long_and_none_ends_early),
		arena_test(what_would_be_another_header_stays_in_its_own),
		arena_test(what_is_not_ascii_is_spelt_out),
		arena_test(an_address_is_read_with_and_without_a_name),
		account_test(what_waits_is_sealed_and_a_failure_waits_longer_each_time_until_it_is_given_up),
		account_test(what_was_sealed_is_opened_by_the_same_key_and_whole_alone),
		arena_test(an_answer_is_read_and_nonsense_is_told_apart),
		arena_test(a_program_that_is_missing_or_answers_nothing_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
