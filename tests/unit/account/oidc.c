/* Signing in by OpenID Connect, as far as it can be seen without a provider: time, keys, settings, the last way in. A script stands for polder-net; it knows what
 * a provider says of itself and takes no code. */
#include "test_account.h"

#include "hub/account/identity.h"
#include "hub/account/oidc.h"
#include "hub/account/provider.h"

#define ISSUER "https://id.example.org"

static const char script[] =
	"#!/bin/sh\n"
	"case $(cat) in\n"
	"*well-known*) printf '%s' '{\"ok\":true,\"status\":200,\"headers\":{},\"body\":\"{\\\"issuer\\\":\\\"" ISSUER "\\\",\\\"authorization_endpoint\\\":\\\"" ISSUER "/a?x=1\\\","
	"\\\"token_endpoint\\\":\\\"" ISSUER "/t\\\",\\\"jwks_uri\\\":\\\"" ISSUER "/k\\\"}\"}';;\n"
	"*) printf '%s' '{\"ok\":true,\"status\":400,\"headers\":{},\"body\":\"{\\\"error\\\":\\\"invalid_grant\\\"}\"}';;\n"
	"esac\n";

static int start_oidc(void **state) {
	if (start_accounts(state)) return -1;
	const char *path = file_join(arena, folder, "net");
	ok(file_write(path, str_of(script), 0700, &test_err));
	setenv("POLDER_NET", path, 1);
	hub->base_url = S("https://hub.example.org");
	hub->oidc = (struct hub_oidc){.issuer = S(ISSUER), .client_id = S("polder & co")};
	ok(oidc_check_settings(hub, &test_err));
	ok(provider_cache_new(&hub->provider, &test_err));
	return 0;
}
static int end_oidc(void **state) {
	unsetenv("POLDER_NET");
	return end_accounts(state);
}

static struct str begin(struct oidc_start s, struct str *address) {
	struct str cookie, to;
	if (!s.next.n) s.next = S("/inbox");
	ok(oidc_begin(hub, &s, arena, &to, &cookie, &test_err));
	if (address) *address = to;
	return cookie;
}
static struct str state_of(struct str address) {
	return str_sub(str_from(address, str_find(address, S("&state=")) + 7), 0, 43);
}
static enum err_code finish(struct str cookie, struct str state, struct oidc_result *out) {
	struct oidc_answer answer = {.cookie = cookie, .state = state, .code = S("c"), .error = S(""), .issuer = S(""), .account = S(""), .address = S("192.0.2.1")};
	return oidc_finish(hub, db, &answer, arena, out, &test_err);
}

static void the_browser_is_sent_with_all_that_the_provider_needs(void **state) {
	(void)state;
	struct str address, other;
	begin((struct oidc_start){0}, &address);
	begin((struct oidc_start){0}, &other);
	assert_true(str_starts(address, S(ISSUER "/a?x=1&response_type=code&client_id=polder%20%26%20co&redirect_uri=https%3A%2F%2Fhub.example.org%2Fsign-in%2Fcallback&scope="
		"openid%20profile%20email&state=")));
	assert_true(str_ends(address, S("&code_challenge_method=S256")));
	assert_false(str_eq(state_of(address), state_of(other)));
	/* Nothing was written for that. */
	assert_int_equal(sql_number("SELECT count(*) FROM code"), 0);
}

static void a_sign_in_holds_ten_minutes(void **state) {
	(void)state;
	struct str address, late;
	struct oidc_result r;
	struct str cookie = begin((struct oidc_start){0}, &address), other = begin((struct oidc_start){0}, &late);
	clock_now += OIDC_LASTS - 1;
	fails(finish(cookie, state_of(address), &r), ERR_FORBIDDEN); /* the provider takes no code */
	assert_has(test_err.message, "did not confirm");
	assert_has(test_err.detail, "invalid_grant");
	assert_str(r.next, "/inbox");
	clock_now += 1;
	fails(finish(other, state_of(late), &r), ERR_CONFLICT);
	assert_has(test_err.message, "over");
	assert_int_equal(sql_number("SELECT count(*) FROM code WHERE purpose = 'sign-in'"), 1);
}

static void a_state_serves_once_and_only_with_its_cookie(void **state) {
	(void)state;
	struct str address, another;
	struct oidc_result r;
	struct str cookie = begin((struct oidc_start){0}, &address);
	begin((struct oidc_start){0}, &another);
	fails(finish(cookie, state_of(another), &r), ERR_CONFLICT);
	fails(finish(S(""), state_of(address), &r), ERR_CONFLICT);
	fails(finish(cookie, S(""), &r), ERR_CONFLICT);
	fails(finish(cookie, state_of(address), &r), ERR_FORBIDDEN);
	fails(finish(cookie, state_of(address), &r), ERR_CONFLICT);
	/* What is over is swept away in the end. */
	clock_now += 2 * DAY;
	ok(session_sweep(hub, &test_err));
	assert_int_equal(sql_number("SELECT count(*) FROM code"), 0);
}

static void a_cookie_says_nothing_and_can_not_be_made(void **state) {
	(void)state;
	struct str address;
	struct oidc_result r;
	struct str cookie = begin((struct oidc_start){.purpose = OIDC_JOIN, .invitation = S("an invitation's code")}, &address);
	assert_true(cookie.n < 3000 && str_find(cookie, state_of(address)) == STR_NONE);
	for (size_t i = 0; i < cookie.n; i += 37) {
		char *bent = arena_alloc(arena, cookie.n);
		memcpy(bent, cookie.p, cookie.n);
		bent[i] = bent[i] == 'A' ? 'B' : 'A';
		fails(finish(str_n(bent, cookie.n), state_of(address), &r), ERR_CONFLICT);
	}
	/* Another authority in the settings since: what the old one vouched for is over. */
	hub->oidc.issuer = S("https://other.example.org");
	fails(finish(cookie, state_of(address), &r), ERR_CONFLICT);
}

static void settings_are_checked(void **state) {
	(void)state;
	static const struct {
		struct hub_oidc settings;
		const char *words;
	} wrong[] = {
		{{.issuer = S_INIT("http://id.example.org"), .client_id = S_INIT("x")}, "issuer"},
		{{.issuer = S_INIT("ftp://id.example.org"), .client_id = S_INIT("x")}, "issuer"},
		{{.issuer = S_INIT("https://"), .client_id = S_INIT("x")}, "issuer"},
		{{.issuer = S_INIT("https://a@id.example.org"), .client_id = S_INIT("x")}, "issuer"},
		{{.issuer = S_INIT("https://id.example.org/#x"), .client_id = S_INIT("x")}, "issuer"},
		{{.issuer = S_INIT("http://localhost.example.org"), .client_id = S_INIT("x")}, "issuer"},
		{{.issuer = S_INIT("https://id.example.org")}, "client_id"},
		{{.issuer = S_INIT("https://id.example.org"), .client_id = S_INIT("x"), .scopes = S_INIT("profile openidx")}, "openid"},
	};
	for (size_t i = 0; i < lengthof(wrong); i++) {
		hub->oidc = wrong[i].settings;
		fails(oidc_check_settings(hub, &test_err), ERR_INVALID);
		assert_has(test_err.message, wrong[i].words);
	}
	static const char *const here[] = {"http://127.0.0.1", "http://127.0.0.1:8080/realm", "http://[::1]:1", "http://localhost/"};
	for (size_t i = 0; i < lengthof(here); i++) {
		hub->oidc = (struct hub_oidc){.issuer = str_of(here[i]), .client_id = S("x")};
		ok(oidc_check_settings(hub, &test_err));
	}
	hub->base_url = S("");
	fails(oidc_check_settings(hub, &test_err), ERR_INVALID);
	hub->oidc = (struct hub_oidc){.issuer = S("")};
	ok(oidc_check_settings(hub, &test_err));
	struct str to, cookie;
	fails(oidc_begin(hub, &(struct oidc_start){.next = S("/")}, arena, &to, &cookie, &test_err), ERR_NOT_FOUND);
}

static void the_last_way_to_sign_in_stays(void **state) {
	(void)state;
	struct account a, bee = person("bee", MEMBER_MEMBER);
	struct account_new n = {.login = S("wasp"), .email = S("wasp@example.org"), .role = MEMBER_GUEST};
	ok(account_create(hub, &by_operator, &n, arena, &a, &test_err));
	struct by self = as_person(a), bees = as_person(bee);
	ok(identity_link(hub, &self, a.uid, S(ISSUER), S("1"), &test_err));
	ok(identity_link(hub, &self, a.uid, S(ISSUER), S("2"), &test_err));
	ok(identity_link(hub, &self, a.uid, S("https://old.example.org"), S("3"), &test_err));
	ok(identity_unlink(hub, &self, a.uid, S(ISSUER), S("1"), &test_err));
	fails(identity_unlink(hub, &self, a.uid, S(ISSUER), S("2"), &test_err), ERR_CONFLICT);
	ok(identity_unlink(hub, &self, a.uid, S("https://old.example.org"), S("3"), &test_err));
	ok(account_set_password(hub, &self, a.uid, GOOD, S(""), &test_err));
	ok(identity_unlink(hub, &self, a.uid, S(ISSUER), S("2"), &test_err));
	assert_int_equal(audited(a.uid, "identity.unlink"), 3);
	/* With a password there is another. */
	ok(identity_link(hub, &bees, bee.uid, S(ISSUER), S("4"), &test_err));
	ok(identity_unlink(hub, &bees, bee.uid, S(ISSUER), S("4"), &test_err));
}

#define oidc_test(fn) cmocka_unit_test_setup_teardown(fn, start_oidc, end_oidc)
int main(void) {
	const struct CMUnitTest tests[] = {
		oidc_test(the_browser_is_sent_with_all_that_the_provider_needs),
		oidc_test(a_sign_in_holds_ten_minutes),
		oidc_test(a_state_serves_once_and_only_with_its_cookie),
		oidc_test(a_cookie_says_nothing_and_can_not_be_made),
		oidc_test(settings_are_checked),
		oidc_test(the_last_way_to_sign_in_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
