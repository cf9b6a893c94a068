/* security.txt of the hub and of each organization (RFC 9116), and the hub's own document. Only lines that the RFC allows are written: what is not fit for
 * one (an address with http:, say) is left out. */
#include "pages.h"

#include "desk/site/words.h"
#include "lib/securitytxt/securitytxt.h"

static const char plain[] = "text/plain; charset=utf-8";
enum { VALID_DAYS = 180 };

struct file {
	struct arena *a;
	struct buf *out;
	struct origin origin;
	size_t contacts;
	bool languages;
};

/* Once each, whichever way it comes. */
static void add(struct file *f, const char *name, struct str value) {
	struct str line = arena_fmt(f->a, "%s: %.*s\n", name, STR_ARG(str_trim(value)));
	if (!value.n || str_find(buf_str(f->out), line) != STR_NONE) return;
	bool written = securitytxt_write(f->out, name, value);
	f->contacts += written && strcmp(name, "Contact") == 0;
}

static void add_all(struct file *f, const char *name, const struct json *values) {
	for (size_t i = 0; i < json_count(values); i++) add(f, name, json_string(json_at(values, i)));
}

static void add_path(struct file *f, const char *name, struct str path) {
	if (f->origin.base.n) add(f, name, arena_cat(f->a, f->origin.base, path));
}

/* By the day, so that the answer stays the same for as long. */
static void add_expires(struct file *f, const struct json *policy) {
	moment expires = now() / DAY * DAY + VALID_DAYS * DAY, said;
	struct str own = json_string(json_pointer(policy, S("/security_txt/expires")));
	if (own.n && moment_parse(own, &said) && said > now() && said < expires) expires = said;
	add(f, "Expires", moment_str(f->a, expires));
}

static void add_languages(struct file *f, const struct json *list) {
	autobuf struct buf tags = BUF(1000);
	for (size_t i = 0; i < json_count(list); i++) buf_fmt(&tags, "%s%.*s", i ? ", " : "", STR_ARG(json_string(json_at(list, i))));
	if (!tags.n || tags.failed || f->languages) return;
	f->languages = securitytxt_write(f->out, "Preferred-Languages", buf_str(&tags));
}

static void add_policy(struct file *f, const struct disclosed *policy) {
	const struct json *own = json_get_lit(policy->body, "security_txt");
	add_all(f, "Encryption", json_get_lit(own, "encryption"));
	add_all(f, "Acknowledgments", json_get_lit(own, "acknowledgments"));
	add(f, "Acknowledgments", json_string(json_pointer(policy->body, S("/recognition/hall_of_fame"))));
	add_path(f, "Policy", record_path(f->a, &policy->line));
	add(f, "Policy", json_get_str(policy->body, S("url")));
	add_all(f, "Policy", json_get_lit(own, "policy"));
	add_all(f, "Hiring", json_get_lit(own, "hiring"));
	add_all(f, "CSAF", json_get_lit(own, "csaf"));
	add_languages(f, json_get_lit(own, "preferred_languages"));
}

static enum err_code send(struct response *rs, const struct file *f, struct err *e) {
	if (!f->contacts) return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	feeds_finish(rs, &f->origin);
	if (f->origin.own) response_public(rs, 3600);
	return ERR_OK;
}

/* ---- the hub's ---- */

/* The record that the setting names; without one, the only public policy that the hub has. */
static enum err_code find_policy(struct request *rq, struct disclosed *out, bool *found, struct err *e) {
	struct disclosing d = feeds_disclosing(rq);
	struct str name = d.hub->policy;
	const struct kind *kind = kind_find(d.hub->kinds, S("policy"));
	enum err_code code = ERR_OK;
	*found = false;
	if (!name.n && kind) {
		struct listed list;
		code = disclose_list(&d, &(struct list_request){.kind = kind, .limit = 1}, &list, e);
		if (!code && list.n == 1 && !list.next.n) name = list.items[0].uid;
	}
	if (code || !name.n) return code;
	code = disclose_record(&d, name, out, e);
	*found = !code;
	return code == ERR_NOT_FOUND ? ERR_OK : code;
}

enum err_code show_security(struct request *rq, struct response *rs, struct err *e) {
	const struct hub *hub = desk_hub(rq);
	if (!hub->contact.n) return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	struct disclosed policy = {0};
	bool found;
	enum err_code code = find_policy(rq, &policy, &found, e);
	if (code) return code;
	struct file f = {.a = rq->arena, .origin = feeds_origin(rq), .out = response_buf(rs, plain)};
	add(&f, "Contact", hub->contact);
	add_expires(&f, policy.body);
	if (f.origin.own) add_path(&f, "Canonical", S("/.well-known/security.txt"));
	if (found) {
		add_policy(&f, &policy);
		struct json_builder language = json_array_of(rq->arena);
		struct str own = json_get_str(policy.body, S("language"));
		if (own.n) json_add(&language, json_str(rq->arena, own));
		add_languages(&f, json_built(&language));
	}
	return send(rs, &f, e);
}

/* ---- an organization's ---- */

/* Where flaws are reported: its public contacts for that, then what its policies name. */
static void add_contacts(struct file *f, const struct json *body) {
	const struct json *contacts = json_get_lit(body, "contacts");
	for (size_t i = 0; i < json_count(contacts); i++) {
		const struct json *one = json_at(contacts, i);
		struct str type = json_get_str(one, S("type"));
		if (!str_is(type, "security") && !str_is(type, "ai-flaws")) continue;
		add(f, "Contact", json_get_str(one, S("url")));
		add(f, "Contact", securitytxt_mailto(f->a, json_get_str(one, S("email"))));
		add(f, "Contact", securitytxt_tel(f->a, json_get_str(one, S("phone"))));
	}
}

static void add_channels(struct file *f, const struct json *body) {
	const struct json *channels = json_get_lit(body, "channels");
	for (size_t i = 0; i < json_count(channels); i++) {
		const struct json *one = json_at(channels, i);
		struct str type = json_get_str(one, S("type")), address = str_trim(json_get_str(one, S("address")));
		if (str_is(type, "email")) add(f, "Contact", str_starts(address, S("mailto:")) ? address : securitytxt_mailto(f->a, address));
		else if (str_is(type, "telephone")) add(f, "Contact", securitytxt_tel(f->a, address));
		else add(f, "Contact", address);
	}
	add_all(f, "Contact", json_pointer(body, S("/security_txt/contact")));
}

static void add_keys(struct file *f, const struct json *list) {
	for (size_t i = 0; i < json_count(list); i++) add(f, "Encryption", json_get_str(json_at(list, i), S("key")));
}

enum err_code show_organization_security(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = feeds_disclosing(rq);
	struct disclosed r;
	struct policy_record *policies = NULL;
	size_t n = 0;
	enum err_code code = disclose_record(&d, request_str(rq, "id"), &r, e);
	if (!code && !str_is(r.line.kind->name, "organization")) code = err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	if (!code) code = policy_records_of(&d, &r, &policies, &n, e);
	if (code) return code;
	struct file f = {.a = d.a, .origin = feeds_origin(rq), .out = response_buf(rs, plain)};
	add_contacts(&f, r.body);
	for (size_t i = 0; i < n; i++) add_channels(&f, policies[i].r.body);
	/* Who has no address of its own can be reached through the hub. */
	if (!f.contacts) add_path(&f, "Contact", arena_cat(d.a, S("/report?organization="), r.line.uid));
	add_expires(&f, n ? policies[0].r.body : NULL);
	add(&f, "Canonical", json_get_str(r.body, S("security_txt_url")));
	if (f.origin.own) add_path(&f, "Canonical", arena_fmt(d.a, "/organizations/%.*s/security.txt", STR_ARG(r.line.uid)));
	add_keys(&f, json_get_lit(r.body, "contacts"));
	for (size_t i = 0; i < n; i++) {
		add_keys(&f, json_get_lit(policies[i].r.body, "channels"));
		add_policy(&f, &policies[i].r);
	}
	add(&f, "Policy", json_get_str(r.body, S("policy_url")));
	return send(rs, &f, e);
}

/* ---- the hub's document ---- */

enum err_code show_hub_document(struct request *rq, struct response *rs, struct err *e) {
	const struct json *document;
	enum err_code code = signing_document(desk_hub(rq), rq->worker, rq->arena, &document, e);
	if (code) return code;
	response_bytes(rs, S("application/json"), json_pretty(rq->arena, document));
	response_public(rs, 300);
	return ERR_OK;
}
