/* Contacts of an organization, taken from a security.txt that somebody pastes. */
#include "pages.h"

#include "lib/securitytxt/securitytxt.h"

enum { CONTACTS = 50 };

/* A Contact as the record's own form: mail address, telephone number or page. */
static const struct json *contact_of(struct arena *a, struct str uri, struct str key, const char **member, struct str *value) {
	struct json_builder b = json_object_of(a);
	json_set_str(&b, S("type"), S("security"));
	*value = securitytxt_address(a, uri);
	*member = "email";
	if (!value->n && str_starts(uri, S("https:"))) *member = "url", *value = uri;
	if (!value->n && str_starts(uri, S("tel:"))) *member = "phone", *value = str_from(uri, 4);
	if (!value->n) return NULL;
	json_set_str(&b, str_of(*member), *value);
	if (strcmp(*member, "email") == 0 && str_starts(key, S("https:"))) json_set_str(&b, S("key"), key);
	return json_built(&b);
}

static bool there(const struct json *contacts, const char *member, struct str value) {
	for (size_t i = 0; i < json_count(contacts); i++)
		if (str_eq(json_get_str(json_at(contacts, i), str_of(member)), value)) return true;
	return false;
}

static const struct json *filled(struct arena *a, const struct json *body, const struct securitytxt *s) {
	const struct json *before = json_get_lit(body, "contacts");
	struct json_builder contacts = json_array_of(a);
	size_t n = json_count(before);
	for (size_t i = 0; i < n; i++) json_add(&contacts, json_at(before, i));
	for (size_t i = 0; n < CONTACTS && securitytxt_value(s, "Contact", i).n; i++) {
		const char *member;
		struct str value;
		const struct json *one = contact_of(a, securitytxt_value(s, "Contact", i), securitytxt_value(s, "Encryption", 0), &member, &value);
		if (!one || there(before, member, value)) continue;
		json_add(&contacts, one);
		n++;
	}
	const struct json *out = n ? json_with(a, body, S("contacts"), json_built(&contacts)) : body;
	static const char *const links[][2] = {{"Policy", "policy_url"}, {"Canonical", "security_txt_url"}};
	for (size_t i = 0; i < lengthof(links); i++) {
		struct str value = securitytxt_value(s, links[i][0], 0);
		if (str_starts(value, S("https:")) && !json_get(body, str_of(links[i][1]))) out = json_with(a, out, str_of(links[i][1]), json_str(a, value));
	}
	return out;
}

static enum err_code first_error(const struct securitytxt *s, struct err *e) {
	for (size_t i = 0; i < s->findings_n; i++) {
		const struct securitytxt_finding *f = &s->findings[i];
		if (!f->error) continue;
		if (!f->line) return err_set(e, ERR_INVALID, "the security.txt is not valid. %.*s", STR_ARG(f->words));
		return err_set(e, ERR_INVALID, "the security.txt is not valid. Line %zu: %.*s", f->line, STR_ARG(f->words));
	}
	return ERR_OK;
}

enum err_code take_security_paste(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	struct securitytxt s;
	struct change_result result;
	/* Forms give line ends as carriage return and line feed, and often none behind the last line. */
	struct str text = arena_cat(d.a, request_str(rq, "text"), S("\n"));
	enum err_code code = disclose_record(&d, request_str(rq, "id"), &r, e);
	if (!code && !str_is(r.line.kind->name, "organization")) code = err_set(e, ERR_INVALID, "only organizations have a security.txt");
	if (!code) code = securitytxt_read(d.a, text, now(), &s, e);
	if (!code) code = first_error(&s, e);
	if (code) return code;
	struct change c = {.op = CHANGE_REVISE, .actor = desk_actor(rq), .record = r.line.uid, .expected = r.revision, .body = filled(d.a, r.body, &s),
		.reason = S("from its security.txt")};
	code = change_apply(desk_hub(rq), rq->worker, &c, &result, e);
	if (code) return code;
	response_redirect(rs, 303, arena_cat(d.a, record_path(d.a, &r.line), S("?done=saved#protection")));
	return ERR_OK;
}
