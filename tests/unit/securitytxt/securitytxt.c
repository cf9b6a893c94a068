/* security.txt: files that RFC 9116 allows, and each way in which one is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/securitytxt/securitytxt.h"

#define AT ((moment)1800000000 * SECOND) /* 2027-01-15 */
#define GOOD "Contact: https://example.com/report\nExpires: 2027-06-01T00:00:00Z\n"

static struct arena *arena;
static struct err test_err;

static int make_arena(void **state) {
	(void)state;
	arena = arena_new(64 << 20);
	return arena ? 0 : -1;
}
static int drop_arena(void **state) {
	(void)state;
	arena_free(arena);
	return 0;
}
static struct securitytxt read_text(const char *text) {
	struct securitytxt s;
	assert_int_equal(securitytxt_read(arena, str_of(text), AT, &s, &test_err), ERR_OK);
	return s;
}
static void is_good(const char *text) {
	struct securitytxt s = read_text(text);
	for (size_t i = 0; i < s.findings_n; i++)
		if (s.findings[i].error) print_error("line %zu: %.*s\n", s.findings[i].line, STR_ARG(s.findings[i].words));
	assert_int_equal(s.errors, 0);
}
/* It is refused in that line for that reason, and for nothing else. */
static void is_wrong(const char *text, size_t line, const char *words) {
	struct securitytxt s = read_text(text);
	if (s.errors != 1) print_error("%s\n%zu errors\n", text, s.errors);
	assert_int_equal(s.errors, 1);
	for (size_t i = 0; i < s.findings_n; i++) {
		if (!s.findings[i].error) continue;
		if (str_find(s.findings[i].words, str_of(words)) == STR_NONE || s.findings[i].line != line)
			print_error("%s\nline %zu: %.*s\n", text, s.findings[i].line, STR_ARG(s.findings[i].words));
		assert_true(str_find(s.findings[i].words, str_of(words)) != STR_NONE);
		assert_int_equal(s.findings[i].line, line);
	}
}
static bool advises(const char *text, const char *words) {
	struct securitytxt s = read_text(text);
	for (size_t i = 0; i < s.findings_n; i++)
		if (!s.findings[i].error && str_find(s.findings[i].words, str_of(words)) != STR_NONE) return true;
	return false;
}

static void the_examples_of_the_rfc_are_read(void **state) {
	(void)state;
	static const char unsigned_[] =
		"# Our security address\nContact: mailto:security@example.com\n\n# Our OpenPGP key\nEncryption: https://example.com/pgp-key.txt\n\n"
		"# Our security policy\nPolicy: https://example.com/security-policy.html\n\n# Our security acknowledgments page\n"
		"Acknowledgments: https://example.com/hall-of-fame.html\n\nExpires: 2027-12-31T18:37:07z\n";
	is_good(unsigned_);
	struct securitytxt s = read_text(unsigned_);
	assert_int_equal(s.n, 5);
	assert_true(str_is(securitytxt_value(&s, "contact", 0), "mailto:security@example.com"));
	assert_true(s.expires > AT);
	is_good("Contact: mailto:security%2Buri%2Bencoded@example.com\nContact: tel:+1-201-555-0123\nContact: https://example.com/security-contact.html\n"
		"Encryption: dns:5d2d37ab76d47d36._openpgpkey.example.com?type=OPENPGPKEY\nEncryption: openpgp4fpr:5f2de5521c63a801ab59ccb603d49de44b29100f\n"
		"Expires: 2027-12-31T18:37:07z\nPreferred-Languages: en, es, fr\nCanonical: https://www.example.com/.well-known/security.txt\n"
		"Hiring: https://example.com/jobs.html\nCSAF: https://example.com/.well-known/csaf/provider-metadata.json\n");
}

static void what_the_grammar_leaves_open_is_taken(void **state) {
	(void)state;
	is_good("contact: https://example.com/\r\nEXPIRES: 2027-06-01T00:00:00+02:00  \r\n\r\n   \n");
	is_good(GOOD "Preferred-Languages: en , pt-BR,zh-Hant-TW, x-klingon\n");
	is_good(GOOD "X-Our-Own: anything at all, ünïcode too\n# a comment: with a colon\n#\n");
	is_good("Expires: 2027-06-01T00:00:00.5Z\nContact: https://[2001:db8::1]:8443/a?b=c#d\n");
	struct securitytxt s = read_text("contact: https://example.com/\nContact: tel:+31-20-1234567\nExpires: 2027-06-01T00:00:00Z\n");
	assert_true(str_is(s.fields[0].name, "Contact") && s.fields[0].known);
	assert_true(str_is(securitytxt_value(&s, "Contact", 1), "tel:+31-20-1234567"));
	assert_int_equal(securitytxt_value(&s, "Contact", 2).n, 0);
}

static void what_must_be_there_must_be_there(void **state) {
	(void)state;
	is_wrong("Expires: 2027-06-01T00:00:00Z\n", 0, "must be a Contact");
	is_wrong("Contact: https://example.com/\n", 0, "must be an Expires");
	is_wrong(GOOD "Expires: 2027-06-02T00:00:00Z\n", 3, "more than once");
	is_wrong(GOOD "Preferred-Languages: en\nPreferred-Languages: fr\n", 4, "more than once");
	is_wrong("Contact: https://example.com/\nExpires: 2026-06-01T00:00:00Z\n", 0, "expired");
	struct securitytxt s = read_text("");
	assert_int_equal(s.errors, 2);
}

static void each_value_is_checked(void **state) {
	(void)state;
	static const struct {
		const char *line, *words;
	} cases[] = {
		{"Contact: security@example.com", "mailto:"}, {"Contact: +1-201-555-0123", "tel:"}, {"Contact: example.com", "scheme"}, {"Contact: http://example.com", "https://"},
		{"Contact: HTTP://example.com", "https://"}, {"Contact: https://", "host"}, {"Contact: https:///path", "host"}, {"Contact: https:example.com", "host"},
		{"Contact: mailto:", "nothing behind"}, {"Contact: mailto:nobody", "no mail address"}, {"Contact: mailto:@example.com", "no mail address"},
		{"Contact: mailto:a@", "no mail address"}, {"Contact: tel:x", "no telephone"}, {"Contact: https://example.com/a b", "percent"},
		{"Contact: https://example.com/<x>", "percent"}, {"Contact: https://example.com/%zz", "percent"}, {"Contact: https://example.com/%2", "percent"},
		{"Contact: https://ex\xC3\xA4mple.com/", "percent"}, {"Policy: http://example.com", "https://"}, {"Encryption: no key", "scheme"},
		{"Canonical: http://example.com", "https://"}, {"Acknowledgments: x", "scheme"}, {"Hiring: http://x.example", "https://"}, {"CSAF: http://x.example", "https://"},
		{"Preferred-Languages: en,", "language"}, {"Preferred-Languages: englishlanguage", "language"}, {"Preferred-Languages: 12", "language"},
		{"Preferred-Languages: x", "language"}, {"Preferred-Languages: en--us", "language"}, {"Policy:", "no value"}, {"Policy: ", "no value"},
		{"Policy:https://example.com/", "space"}, {"Policy:  https://example.com/", "one space"}, {"Policy:\thttps://example.com/", "space"},
		{"no field", "neither"}, {": value", "neither"}, {" Policy: https://example.com/", "neither"}, {"Pol icy: https://example.com/", "neither"},
		{"X-Y: a\x01" "b", "no place"}, {"# a\x07" "b", "no place"}, {"X-Y: a\rb", "no place"},
	};
	for (size_t i = 0; i < lengthof(cases); i++) is_wrong(arena_fmt(arena, GOOD "%s\n", cases[i].line).p, 3, cases[i].words);
	static const char *const moments[] = {"2027-06-01", "tomorrow", "2027-06-01T00:00:00", "2027-13-01T00:00:00Z", "2027-06-01T25:00:00Z",
		"Tue, 01 Jun 2027 00:00:00 +0000"};
	for (size_t i = 0; i < lengthof(moments); i++) is_wrong(arena_fmt(arena, "Contact: tel:+1234567\nExpires: %s\n", moments[i]).p, 2, "date with a time");
}

static void the_file_as_a_whole_is_checked(void **state) {
	(void)state;
	is_wrong("Contact: tel:+1234567\nExpires: 2027-06-01T00:00:00Z", 2, "must have an end");
	is_wrong("\xEF\xBB\xBF" GOOD, 1, "byte order mark");
	is_wrong(GOOD "# \xFF\n", 0, "UTF-8");
	struct securitytxt s;
	struct str large = str_n(arena_alloc(arena, SECURITYTXT_BYTES + 1), SECURITYTXT_BYTES + 1);
	assert_int_equal(securitytxt_read(arena, large, AT, &s, &test_err), ERR_TOO_LARGE);
	large.n--;
	assert_int_equal(securitytxt_read(arena, large, AT, &s, &test_err), ERR_OK);
	memset((char *)(uintptr_t)large.p, '\n', large.n);
	assert_int_equal(securitytxt_read(arena, large, AT, &s, &test_err), ERR_OK);
	assert_int_equal(s.errors, 2);
	for (size_t i = 0; i + 4 <= large.n; i += 4) memcpy((char *)(uintptr_t)large.p + i, "a: b", 4);
	for (size_t i = 4; i < large.n; i += 5) ((char *)(uintptr_t)large.p)[i] = '\n';
	assert_int_equal(securitytxt_read(arena, large, AT, &s, &test_err), ERR_OK);
	assert_true(s.n <= SECURITYTXT_FIELDS && s.findings_n <= SECURITYTXT_FINDINGS);
}

static void what_is_against_advice_is_no_error(void **state) {
	(void)state;
	assert_true(advises("Contact: tel:+1234567\nExpires: 2029-06-01T00:00:00Z\n", "less than a year"));
	assert_false(advises(GOOD, "less than a year"));
	assert_true(advises("Contact: mailto:a@example.org\nExpires: 2027-06-01T00:00:00Z\n", "Encryption"));
	assert_false(advises("Contact: mailto:a@example.org\nExpires: 2027-06-01T00:00:00Z\nEncryption: https://example.org/k\n", "Encryption"));
	assert_true(advises(GOOD "Acknowledgements: https://example.org\n", "spelled"));
}

#define SIGNED(text) "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" text "-----BEGIN PGP SIGNATURE-----\nVersion: X\n\niQEzBAEB\n=abcd\n-----END PGP SIGNATURE-----\n"

static void the_wrapper_of_a_signature_is_taken_off(void **state) {
	(void)state;
	is_good(SIGNED(GOOD "Canonical: https://example.com/.well-known/security.txt\n"));
	is_good("-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256,SHA512\r\n\r\n- Contact: https://example.com/report\r\n- # - dashed\r\nExpires: 2027-06-01T00:00:00Z\r\n"
		"-----BEGIN PGP SIGNATURE-----\r\n\r\niQEzBAEB\r\n-----END PGP SIGNATURE-----\r\n");
	struct securitytxt s = read_text(SIGNED(GOOD));
	assert_true(s.is_signed);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.fields[0].line, 4);
	assert_true(advises(SIGNED(GOOD), "Canonical"));
}

static void a_broken_wrapper_is_told(void **state) {
	(void)state;
	is_wrong("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" GOOD, 0, "no signature");
	is_wrong("-----BEGIN PGP SIGNED MESSAGE-----\n\n" GOOD "-----BEGIN PGP SIGNATURE-----\nx\n-----END PGP SIGNATURE-----\n", 2, "Hash");
	is_wrong("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" GOOD "-----BEGIN PGP SIGNATURE-----\nx\n", 0, "no end");
	is_wrong("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" GOOD "-----BEGIN PGP SIGNATURE-----\n-----END PGP SIGNATURE-----\n", 7, "empty");
	/* What stands behind the signature is not signed: the contact of somebody else. */
	is_wrong(SIGNED(GOOD) "\nContact: https://evil.example/\n", 13, "Nothing may stand behind");
	struct securitytxt s = read_text(SIGNED(GOOD) "Contact: https://evil.example/\n");
	assert_int_equal(securitytxt_value(&s, "Contact", 1).n, 0);
	is_wrong(SIGNED(GOOD "-dash: x\n"), 6, "hyphen");
}

static void only_what_reads_well_is_written(void **state) {
	(void)state;
	autobuf struct buf out = BUF(10000);
	assert_true(securitytxt_write(&out, "Contact", S("mailto:a@example.org")));
	assert_false(securitytxt_write(&out, "Contact", S("a@example.org")));
	assert_false(securitytxt_write(&out, "Contact", S("https://example.org/\nContact: https://evil.example/")));
	assert_false(securitytxt_write(&out, "Policy", S("http://example.org/")));
	assert_false(securitytxt_write(&out, "Policy", S("")));
	assert_false(securitytxt_write(&out, "Preferred-Languages", S("en\xC2\xA0")));
	assert_true(securitytxt_write(&out, "Expires", S("2027-06-01T00:00:00Z")));
	assert_true(str_is(buf_str(&out), "Contact: mailto:a@example.org\nExpires: 2027-06-01T00:00:00Z\n"));
	is_good(arena_cstr(arena, buf_str(&out)));
}

static void addresses_become_uris(void **state) {
	(void)state;
	static const char *const mail[][2] = {{"a@example.org", "mailto:a@example.org"}, {"a+b@example.org", "mailto:a%2Bb@example.org"},
		{" a@example.org ", "mailto:a@example.org"}, {"a?cc=b@example.org", "mailto:a%3Fcc%3Db@example.org"}, {"nobody", ""}, {"", ""}, {"@x", ""},
		{"a\nb@example.org", "mailto:a%0Ab@example.org"}};
	for (size_t i = 0; i < lengthof(mail); i++) assert_true(str_is(securitytxt_mailto(arena, str_of(mail[i][0])), mail[i][1]));
	static const char *const tel[][2] = {{"+31 20 123 45 67", "tel:+31-20-123-45-67"}, {"+1 (201) 555-0123", "tel:+1-201-555-0123"}, {"020 1234567", ""},
		{"+31 CALL", ""}, {"+", ""}, {"", ""}, {"+31-20-1234567-", "tel:+31-20-1234567"}, {"+1+2345678", ""}};
	for (size_t i = 0; i < lengthof(tel); i++) {
		struct str got = securitytxt_tel(arena, str_of(tel[i][0]));
		if (!str_is(got, tel[i][1])) print_error("%s: %.*s\n", tel[i][0], STR_ARG(got));
		assert_true(str_is(got, tel[i][1]));
	}
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, make_arena, drop_arena)
int main(void) {
	const struct CMUnitTest tests[] = {
		T(the_examples_of_the_rfc_are_read), T(what_the_grammar_leaves_open_is_taken), T(what_must_be_there_must_be_there), T(each_value_is_checked),
		T(the_file_as_a_whole_is_checked), T(what_is_against_advice_is_no_error), T(the_wrapper_of_a_signature_is_taken_off), T(a_broken_wrapper_is_told),
		T(only_what_reads_well_is_written), T(addresses_become_uris),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
