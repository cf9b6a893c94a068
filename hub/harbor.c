#include "harbor.h"

#include "hub/harbor_private.h"
#include "lib/digest/digest.h"
#include "lib/jwt/jwt.h"

enum { SALT = 32, GRANTS = 50 };

/* ---- the commitment ---- */

struct str harbor_commitment(struct arena *a, struct str salt, struct str at, struct str uid) {
	static const char label[] = "polder/harbor-report/v1";
	char hex[SHA256_HEX];
	const struct str zero = {"", 1}, parts[] = {str_n(label, sizeof label), salt, at, zero, uid, zero};
	struct sha256 digest = sha256_parts(parts, lengthof(parts));
	return arena_str(a, sha256_hex(&digest, hex));
}

static struct str second_of(struct arena *a, moment at) {
	return moment_str(a, at / SECOND * SECOND);
}

/* ---- making one ---- */

static const char *basis_name(enum policy_basis b) {
	return b == POLICY_KEPT ? "kept" : b == POLICY_RECORDED ? "recorded" : "claimed";
}

static const struct json *issuers_json(struct arena *a, const struct policy_record *p) {
	struct json_builder list = json_array_of(a);
	for (size_t i = 0; i < p->issuers_n; i++) {
		struct json_builder one = json_object_of(a);
		json_set_str(&one, S("uid"), p->issuers[i].uid);
		json_set_str(&one, S("name"), p->issuers[i].name);
		json_set_str(&one, S("basis"), str_of(basis_name(p->issuers[i].basis)));
		json_add(&list, json_built(&one));
	}
	return json_built(&list);
}

static struct str statement_of(const struct disclosing *d, const struct harbor_prepared *g, const struct policy_record *p, int64_t revision,
	struct str report_uid) {
	struct arena *a = d->a;
	char hex[SHA256_HEX];
	struct json_builder s = json_object_of(a), hub = json_object_of(a), policy = json_object_of(a), report = json_object_of(a);
	json_set_str(&hub, S("uid"), d->hub->uid);
	json_set_str(&hub, S("name"), d->hub->name);
	json_put_str(&hub, S("url"), d->hub->base_url);
	json_set_str(&policy, S("uid"), p->r.line.uid);
	json_set_str(&policy, S("id"), p->r.line.id);
	json_set_str(&policy, S("title"), p->r.line.headline);
	json_set_int(&policy, S("revision"), revision);
	json_set_str(&policy, S("sha256"), arena_str(a, sha256_hex(&g->digest, hex)));
	json_set_str(&report, S("commitment"), harbor_commitment(a, g->salt, second_of(a, g->at), report_uid));
	json_set_str(&s, S("type"), S(HARBOR_TYPE));
	json_set_int(&s, S("version"), 1);
	json_set_str(&s, S("grant"), str_of(g->id));
	json_set(&s, S("hub"), json_built(&hub));
	json_set_str(&s, S("accepted"), str_sub(second_of(a, g->at), 0, 10));
	json_set(&s, S("policy"), json_built(&policy));
	json_set(&s, S("issuers"), issuers_json(a, p));
	json_set(&s, S("report"), json_built(&report));
	return json_canonical(a, json_built(&s));
}

/* The policy, where it is one of those that apply. */
static enum err_code find_applying(const struct disclosing *d, const struct disclosed *report, struct str name, const struct policy_record **out,
	struct err *e) {
	struct policy_record *asked = arena_new_of(d->a, struct policy_record), *items;
	size_t n;
	if (!asked) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = policy_record(d, name, asked, e);
	if (!code) code = policy_records_for(d, report, &items, &n, e);
	if (code) return code;
	for (size_t i = 0; i < n; i++) {
		if (items[i].r.line.record != asked->r.line.record) continue;
		*out = &items[i];
		return ERR_OK;
	}
	return err_set(e, ERR_CONFLICT, asked->in_force ? "this policy does not cover the systems of the report" : "this policy is not in force");
}

enum err_code harbor_prepare(struct hub *h, const struct disclosing *d, const struct disclosed *report, struct str policy, struct harbor_prepared **out,
	struct err *e) {
	const struct policy_record *p = NULL;
	struct harbor_prepared *g = arena_new_of(d->a, struct harbor_prepared);
	unsigned char *salt = arena_alloc(d->a, SALT), random[16];
	int64_t revision = 0;
	if (!g || !salt) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = find_applying(d, report, policy, &p, e);
	if (!code) code = policy_revision(d, &p->r, &revision, e);
	if (code) return code;
	random_bytes(random, sizeof random);
	random_bytes(salt, SALT);
	struct str id = base64url_encode(d->a, str_n(random, sizeof random));
	if (id.n != HARBOR_ID) return err_set(e, ERR_MEMORY, "out of memory");
	memcpy(g->id, id.p, HARBOR_ID);
	g->report = report->line.record;
	g->policy = p->r.line.record;
	g->policy_uid = p->r.line.uid;
	g->title = p->r.line.headline;
	g->body = p->r.body_text;
	g->digest = sha256(g->body);
	g->salt = str_n(salt, SALT);
	g->at = now();
	g->statement = statement_of(d, g, p, revision, report->line.uid);
	if (arena_failed(d->a)) return err_set(e, ERR_MEMORY, "out of memory");
	code = signing_sign_within(h, d->db, d->a, SIGNING_HARBOR_GRANT, g->statement, &g->key_id, &g->signature, e);
	if (!code) *out = g;
	return code;
}

static enum err_code find_stored(struct db *db, const struct harbor_prepared *g, bool *found, struct err *e) {
	struct db_query q = db_query(db, "SELECT 1 FROM harbor_grant WHERE report = $1 AND policy = $2 AND digest = $3");
	db_bind_int(&q, 1, g->report);
	db_bind_int(&q, 2, g->policy);
	db_bind_bytes(&q, 3, sha256_str(&g->digest));
	*found = db_row(&q);
	return db_done(&q, e);
}

enum err_code harbor_write(struct db *db, const struct harbor_prepared *g, bool *made, struct err *e) {
	bool found;
	enum err_code code = find_stored(db, g, &found, e);
	*made = !code && !found;
	if (code || found) return code;
	struct db_query q = db_query(db, "INSERT INTO harbor_policy (digest, body) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING");
	db_bind_bytes(&q, 1, sha256_str(&g->digest));
	db_bind_bytes(&q, 2, g->body);
	code = db_run(&q, e);
	if (code) return code;
	q = db_query(db, "INSERT INTO harbor_grant (id, report, policy, digest, at, salt, statement, key_id, signature) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
	db_bind_str(&q, 1, str_of(g->id));
	db_bind_int(&q, 2, g->report);
	db_bind_int(&q, 3, g->policy);
	db_bind_bytes(&q, 4, sha256_str(&g->digest));
	db_bind_int(&q, 5, g->at);
	db_bind_bytes(&q, 6, g->salt);
	db_bind_bytes(&q, 7, g->statement);
	db_bind_str(&q, 8, g->key_id);
	db_bind_bytes(&q, 9, g->signature);
	return db_run(&q, e);
}

/* ---- showing one ---- */

#define GRANT_COLUMNS \
	"SELECT g.id, g.report, g.policy, g.at, g.salt, g.statement, g.key_id, g.signature, p.body FROM harbor_grant g " \
	"JOIN harbor_policy p ON p.digest = g.digest "

static enum err_code read_row(const struct disclosing *d, struct db_query *q, struct harbor_grant *g, struct err *e) {
	struct arena *a = d->a;
	g->id = arena_str(a, db_str(q, 0));
	g->report = db_int(q, 1);
	g->policy_record = db_int(q, 2);
	g->at = db_int(q, 3);
	g->salt = arena_str(a, db_str(q, 4));
	g->statement = arena_str(a, db_str(q, 5));
	g->key_id = arena_str(a, db_str(q, 6));
	g->signature = arena_str(a, db_str(q, 7));
	enum err_code code = json_parse(a, db_str(q, 8), NULL, &g->policy, e);
	if (!code) code = json_parse(a, g->statement, NULL, &g->said, e);
	return code;
}

enum err_code harbor_grant(const struct disclosing *d, struct str id, struct harbor_grant *out, struct err *e) {
	struct harbor_grant g;
	struct db_query q = db_query(d->db, GRANT_COLUMNS "WHERE g.id = $1");
	db_bind_str(&q, 1, id);
	bool found = id.n == HARBOR_ID && db_row(&q);
	enum err_code code = found ? read_row(d, &q, &g, e) : ERR_OK, ended = db_done(&q, code ? NULL : e);
	if (code || ended) return code ? code : ended;
	if (!found) return err_set(e, ERR_NOT_FOUND, "there is no such grant here");
	*out = g;
	return ERR_OK;
}

enum err_code harbor_grants_of(const struct disclosing *d, const struct disclosed *report, struct harbor_grant **out, size_t *n, struct err *e) {
	struct disclosed_rights rights;
	struct harbor_grant *items = arena_array(d->a, GRANTS, sizeof *items);
	size_t used = 0;
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = disclose_rights(d, report, &rights, e);
	if (code) return code;
	*out = items;
	*n = 0;
	if (!d->viewer.name.n || !(rights.roles & ROLE_OWNER)) return ERR_OK;
	struct db_query q = db_query(d->db, GRANT_COLUMNS "WHERE g.report = $1 ORDER BY g.at, g.id");
	db_bind_int(&q, 1, report->line.record);
	while (!code && used < GRANTS && db_row(&q)) code = read_row(d, &q, &items[used++], e);
	enum err_code ended = db_done(&q, code ? NULL : e);
	if (code || ended) return code ? code : ended;
	*n = used;
	return ERR_OK;
}

enum err_code harbor_policy_now(const struct disclosing *d, const struct harbor_grant *g, enum harbor_policy_now *out, struct err *e) {
	struct policy_record *p = arena_new_of(d->a, struct policy_record);
	if (!p) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = policy_record(d, json_string(json_pointer(g->said, S("/policy/uid"))), p, e);
	if (code && code != ERR_NOT_FOUND) return code;
	if (code) *out = HARBOR_GONE;
	else if (str_is(p->r.line.state->name, "withdrawn")) *out = HARBOR_WITHDRAWN;
	else if (!p->in_force) *out = HARBOR_ENDED;
	else *out = json_equal(p->r.body, g->policy) ? HARBOR_SAME : HARBOR_CHANGED;
	return ERR_OK;
}

/* ---- as files ---- */

enum err_code harbor_file(struct hub *h, const struct disclosing *d, const struct harbor_grant *g, const struct json **out, struct err *e) {
	struct arena *a = d->a;
	const struct json *document;
	enum err_code code = signing_document(h, d->db, a, &document, e);
	if (code) return code;
	struct json_builder file = json_object_of(a), signature = json_object_of(a);
	json_set_str(&signature, S("key"), g->key_id);
	json_set_str(&signature, S("algorithm"), S("Ed25519"));
	json_set_str(&signature, S("value"), base64url_encode(a, g->signature));
	json_set_str(&file, S("polder"), S("harbor-grant"));
	json_set(&file, S("statement"), g->said);
	json_set(&file, S("signature"), json_built(&signature));
	json_set(&file, S("policy"), g->policy);
	json_set(&file, S("hub"), document);
	*out = json_built(&file);
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

const struct json *harbor_opening(struct arena *a, const struct harbor_grant *g, struct str uid) {
	struct json_builder o = json_object_of(a);
	json_set_str(&o, S("polder"), S("harbor-opening"));
	json_set_str(&o, S("grant"), g->id);
	json_set_str(&o, S("report"), uid);
	json_set_str(&o, S("at"), second_of(a, g->at));
	json_set_str(&o, S("salt"), base64url_encode(a, g->salt));
	return json_built(&o);
}
