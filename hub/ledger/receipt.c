#include "receipt.h"

#include "hub/commitment.h"
#include "lib/tlog/hash.h"

enum { FIELDS = 10000 };

/* ---- making ---- */

static const struct json *field_json(struct arena *a, struct str seed, const struct commitment_field *f, struct err *e) {
	struct json_builder b = json_object_of(a);
	struct sha256 salt = commitment_salt(seed, f->name);
	const struct json *value;
	if (json_parse(a, f->value, NULL, &value, e)) return NULL;
	json_set_str(&b, S("name"), f->name);
	json_set_str(&b, S("salt"), entry_hex(a, sha256_str(&salt)));
	json_set(&b, S("value"), value);
	return json_built(&b);
}

static enum err_code fields_json(struct arena *a, const struct receipt_parts *p, struct json_builder *to, struct err *e) {
	struct commitment_field *fields;
	size_t n;
	struct json_builder list = json_array_of(a);
	enum err_code code = commitment_fields(a, p->body, &fields, &n, e);
	for (size_t i = 0; i < n && !code; i++) {
		const struct json *one = field_json(a, p->body_seed, &fields[i], e);
		if (!one) return err_set(e, ERR_TOO_LARGE, "the record is too large for a receipt");
		json_add(&list, one);
	}
	json_set(to, S("fields"), json_built(&list));
	return code;
}

static const struct json *erased_json(struct arena *a, const struct json *salt) {
	struct json_builder b = json_object_of(a);
	json_set_bool(&b, S("erased"), true);
	json_set(&b, S("leaf"), json_get_lit(salt, "leaf"));
	return json_built(&b);
}

/* The same where a field was erased since. */
static enum err_code salted_json(struct arena *a, const struct receipt_parts *p, struct json_builder *to, struct err *e) {
	struct str *names;
	size_t n;
	struct json_builder list = json_array_of(a);
	enum err_code code = commitment_names(a, p->body_salts, &names, &n, e);
	for (size_t i = 0; i < n && !code; i++) {
		struct json_builder b = json_object_of(a);
		const struct json *salt = json_get(p->body_salts, names[i]);
		if (commitment_is_erased(p->body_salts, names[i])) {
			json_add(&list, erased_json(a, salt));
			continue;
		}
		json_set_str(&b, S("name"), names[i]);
		json_set(&b, S("salt"), json_get_lit(salt, "salt"));
		json_set(&b, S("value"), json_get(p->body, names[i]));
		json_add(&list, json_built(&b));
	}
	json_set(to, S("fields"), json_built(&list));
	return code;
}

static void put_salt(struct json_builder *b, struct str name, const struct sha256 *salt) {
	json_set_str(b, name, entry_hex(b->a, sha256_str(salt)));
}

enum err_code receipt_write(struct arena *a, const struct receipt_parts *p, const struct json **out, struct err *e) {
	struct json_builder b = json_object_of(a), hub = json_object_of(a);
	const struct json *event;
	struct entry_salts salts = p->salts ? *p->salts : entry_salts_of(p->seed);
	enum err_code code = json_parse(a, p->event, NULL, &event, e);
	if (code) return code;
	json_set_str(&hub, S("origin"), p->origin);
	json_put_str(&hub, S("name"), p->name);
	json_put_str(&hub, S("url"), p->url);
	json_set_str(&hub, S("key"), p->key);
	json_set_str(&b, S("polder"), S("receipt"));
	json_set_int(&b, S("version"), 1);
	json_set(&b, S("hub"), json_built(&hub));
	json_set_str(&b, S("type"), entry_type_name(p->type));
	json_set(&b, S("event"), event);
	put_salt(&b, S("event_salt"), &salts.event);
	if (p->statement.n) {
		struct sha256 digest = entry_part("statement", &salts.statement, p->statement);
		json_set_str(&b, S("statement"), entry_hex(a, sha256_str(&digest)));
	}
	if (p->detail.n && salts.has_detail) {
		json_set_str(&b, S("detail"), p->detail);
		put_salt(&b, S("detail_salt"), &salts.detail);
	}
	if (p->body) code = p->body_salts ? salted_json(a, p, &b, e) : fields_json(a, p, &b, e);
	json_put_str(&b, S("promise"), p->promise);
	json_put_str(&b, S("proof"), p->proof);
	*out = json_built(&b);
	return code ? code : arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

struct str receipt_promise_text(struct arena *a, struct str origin, enum entry_type type, const struct sha256 *commitment, moment by) {
	unsigned char leaf[ENTRY_LEAF];
	struct str hex = entry_hex(a, entry_leaf(type, commitment, leaf));
	return arena_fmt(a, RECEIPT_PROMISE "\n%.*s\n%.*s\nby %.*s\n", STR_ARG(origin), STR_ARG(hex), STR_ARG(moment_str(a, by)));
}

/* ---- keeping back ---- */

static bool wanted(struct str name, const struct str *keep, size_t n) {
	for (size_t i = 0; i < n; i++)
		if (str_eq(keep[i], name)) return true;
	return false;
}

/* The leaf of a field that is shown; its leaf as it stands where it is kept back. */
static enum err_code leaf_of(struct arena *a, const struct json *field, struct sha256 *out, struct err *e) {
	struct str name = json_get_str(field, S("name"));
	const struct json *value = json_get_lit(field, "value");
	if (!value) return entry_unhex(json_get_str(field, S("leaf")), out->byte, SHA256_SIZE, e);
	struct sha256 salt;
	enum err_code code = entry_unhex(json_get_str(field, S("salt")), salt.byte, SHA256_SIZE, e);
	if (!code) *out = commitment_leaf(&salt, name, json_canonical(a, value));
	return code;
}

static const struct json *without(struct arena *a, const struct json *object, const char *const *names, size_t n) {
	for (size_t i = 0; i < n; i++) object = json_with(a, object, str_of(names[i]), NULL);
	return object;
}

static const struct json *hidden(struct arena *a, const struct sha256 *leaf) {
	struct json_builder b = json_object_of(a);
	json_set_str(&b, S("leaf"), entry_hex(a, sha256_str(leaf)));
	return json_built(&b);
}

enum err_code receipt_redact(struct arena *a, const struct json *receipt, const struct str *keep, size_t keep_n, bool detail, const struct json **out,
	struct err *e) {
	static const char *const of_detail[] = {"detail", "detail_salt"};
	const struct json *fields = json_get_lit(receipt, "fields");
	struct json_builder list = json_array_of(a);
	size_t found = 0;
	for (size_t i = 0; i < json_count(fields); i++) {
		const struct json *field = json_at(fields, i);
		struct sha256 leaf;
		bool stays = json_get_lit(field, "value") && wanted(json_get_str(field, S("name")), keep, keep_n);
		enum err_code code = leaf_of(a, field, &leaf, e);
		if (code) return code;
		found += stays;
		json_add(&list, stays || json_get_lit(field, "erased") ? field : hidden(a, &leaf));
	}
	if (found != keep_n) return err_set(e, ERR_INVALID, "the receipt does not show all of the fields that are to be kept");
	if (fields) receipt = json_with(a, receipt, S("fields"), json_built(&list));
	if (!detail) receipt = without(a, receipt, of_detail, lengthof(of_detail));
	*out = receipt;
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

/* ---- checking ---- */

struct checking {
	struct arena *a;
	const struct json *receipt, *event;
	struct str event_text;
	enum entry_type type;
	struct tlog_key key;
	const struct tlog_key *witnesses;
	size_t witnesses_n;
	struct tlog_note signed_; /* the checkpoint of the proof; n 0: there is none */
	struct receipt_checked *out;
	struct err *e;
};

static enum err_code wrong(struct checking *c, const char *words) {
	return err_set(c->e, ERR_INVALID, "%s", words);
}

static enum err_code check_head(struct checking *c) {
	const struct json *hub = json_get_lit(c->receipt, "hub");
	if (!str_is(json_get_str(c->receipt, S("polder")), "receipt")) return wrong(c, "this is no receipt");
	if (json_integer(json_get_lit(c->receipt, "version"), 0) != 1) return err_set(c->e, ERR_UNSUPPORTED, "a receipt of another version than 1");
	c->event = json_get_lit(c->receipt, "event");
	c->type = entry_type_of(json_get_str(c->receipt, S("type")));
	if (!json_is(c->event, JSON_OBJECT) || !c->type) return wrong(c, "the receipt does not say what it is for");
	struct receipt_checked *o = c->out;
	o->origin = json_get_str(hub, S("origin"));
	o->key = json_get_str(hub, S("key"));
	enum err_code code = tlog_key_parse(o->key, &c->key, c->e);
	if (code) return err_prefix(c->e, "the hub's key"), code;
	if (!str_eq(c->key.name, o->origin)) return wrong(c, "the hub's key is not that of the log that it names");
	c->event_text = json_canonical(c->a, c->event);
	o->record = json_get_str(c->event, S("record"));
	o->actor = json_get_str(c->event, S("actor"));
	o->event = json_get_str(c->event, S("type"));
	o->state = json_get_str(c->event, S("state"));
	o->at = json_get_str(c->event, S("at"));
	o->revision = json_integer(json_get_lit(c->event, "revision"), 0);
	return ERR_OK;
}

static enum err_code check_fields(struct checking *c) {
	const struct json *fields = json_get_lit(c->receipt, "fields");
	size_t n = json_count(fields);
	struct sha256 *leaves = arena_array(c->a, n + 1, sizeof *leaves), root, said;
	struct json_builder shown = json_object_of(c->a);
	struct str text = json_get_str(c->event, S("root"));
	if (!fields) return ERR_OK;
	if (!leaves || n > FIELDS) return err_set(c->e, ERR_TOO_LARGE, "a receipt of too many fields");
	for (size_t i = 0; i < n; i++) {
		const struct json *field = json_at(fields, i), *value = json_get_lit(field, "value");
		enum err_code code = leaf_of(c->a, field, &leaves[i], c->e);
		if (code) return err_prefix(c->e, "field %zu", i + 1), code;
		if (value) json_set(&shown, json_get_str(field, S("name")), value);
		value ? c->out->shown++ : c->out->hidden++;
		c->out->erased += !value && json_true(json_get_lit(field, "erased"));
	}
	root = tlog_root(leaves, n);
	if (entry_unhex(text, said.byte, SHA256_SIZE, c->e)) return wrong(c, "the event is of no body, and the receipt shows one");
	if (!tlog_hash_eq(&root, &said)) return wrong(c, "the fields are not those that were committed to");
	c->out->fields = json_built(&shown);
	return ERR_OK;
}

static enum err_code check_detail(struct checking *c) {
	struct str detail = json_get_str(c->receipt, S("detail"));
	struct sha256 salt, said, made;
	if (!detail.n) return ERR_OK;
	enum err_code code = entry_unhex(json_get_str(c->receipt, S("detail_salt")), salt.byte, SHA256_SIZE, c->e);
	if (!code) code = entry_unhex(json_get_str(c->event, S("detail")), said.byte, SHA256_SIZE, c->e);
	if (code) return wrong(c, "the detail can't be checked");
	made = entry_part("detail", &salt, detail);
	return tlog_hash_eq(&made, &said) ? ERR_OK : wrong(c, "the detail is not what was committed to");
}

static enum err_code check_commitment(struct checking *c) {
	struct sha256 salt, statement = {{0}};
	struct str said = json_get_str(c->receipt, S("statement"));
	enum err_code code = entry_unhex(json_get_str(c->receipt, S("event_salt")), salt.byte, SHA256_SIZE, c->e);
	if (!code && said.n) code = entry_unhex(said, statement.byte, SHA256_SIZE, c->e);
	if (code) return wrong(c, "the receipt's salt or statement is not in hexadecimal");
	struct sha256 event = entry_part("event", &salt, c->event_text);
	c->out->commitment = entry_commitment(&event, &statement);
	return ERR_OK;
}

/* What stands behind a line's beginning; false where it has another. */
static bool line_of(struct str *rest, const char *begins, struct str *out) {
	bool right = str_split(rest, '\n', out) && str_starts(*out, str_of(begins));
	*out = str_from(*out, strlen(begins));
	return right;
}

static enum err_code check_promise(struct checking *c) {
	struct str note = json_get_str(c->receipt, S("promise")), line, by;
	struct tlog_note n;
	unsigned char bytes[ENTRY_LEAF];
	if (!note.n) return ERR_OK;
	struct str leaf = entry_hex(c->a, entry_leaf(c->type, &c->out->commitment, bytes));
	enum err_code code = tlog_note_parse(c->a, note, &n, c->e);
	if (!code) code = tlog_note_verify(&n, &c->key, NULL, c->e);
	if (code == ERR_NOT_FOUND) return err_set(c->e, ERR_FORBIDDEN, "the promise is not signed by the hub's key");
	if (code) return err_prefix(c->e, "the promise"), code;
	struct str rest = n.text;
	bool right = line_of(&rest, RECEIPT_PROMISE, &line) && !line.n && str_split(&rest, '\n', &line) && str_eq(line, c->out->origin) &&
		str_split(&rest, '\n', &line) && str_eq(line, leaf) && line_of(&rest, "by ", &by) && !rest.n;
	if (!right) return wrong(c, "the promise is not of what the receipt shows");
	c->out->promised = true;
	c->out->by = by;
	return ERR_OK;
}

static enum err_code check_proof(struct checking *c) {
	struct str text = json_get_str(c->receipt, S("proof"));
	struct tlog_proof_file f;
	struct tlog_trust trust;
	unsigned char bytes[ENTRY_LEAF];
	struct tlog_policy policy = {.origin = c->out->origin, .log_keys = &c->key, .log_keys_n = 1, .witnesses = c->witnesses, .witnesses_n = c->witnesses_n};
	if (!text.n) return ERR_OK;
	enum err_code code = tlog_proof_parse(c->a, text, &f, c->e);
	struct sha256 leaf = tlog_leaf_hash(entry_leaf(c->type, &c->out->commitment, bytes));
	if (!code) code = tlog_proof_verify(&f, &leaf, &policy, &trust, c->e);
	if (code) return err_prefix(c->e, "the proof"), code;
	c->out->logged = true;
	c->signed_ = f.checkpoint.note;
	c->out->leaf = f.index;
	c->out->size = f.checkpoint.head.size;
	c->out->witnesses = trust.witnesses;
	return ERR_OK;
}

/* Also by a key that the hub had before, while that signs the log beside the one that promised. */
static bool vouches(const struct checking *c, const struct tlog_key *k) {
	if (tlog_key_eq(k, &c->key)) return true;
	return c->signed_.n && k->type == TLOG_ED25519 && str_eq(k->name, c->out->origin) && tlog_note_verify(&c->signed_, k, NULL, NULL) == ERR_OK;
}

static enum err_code check_trust(struct checking *c, const struct tlog_key *trusted, size_t n) {
	for (size_t i = 0; i < n; i++) c->out->trusted |= vouches(c, &trusted[i]);
	if (n && !c->out->trusted) return err_set(c->e, ERR_FORBIDDEN, "the receipt is by another key than those that are trusted");
	return ERR_OK;
}

enum err_code receipt_check(struct arena *a, struct str text, const struct tlog_key *trusted, size_t trusted_n, const struct tlog_key *witnesses,
	size_t witnesses_n, struct receipt_checked *out, struct err *e) {
	*out = (struct receipt_checked){0};
	struct checking c = {.a = a, .witnesses = witnesses, .witnesses_n = witnesses_n, .out = out, .e = e};
	if (text.n > RECEIPT_FILE_BYTES) return err_set(e, ERR_TOO_LARGE, "a receipt has at most %d MB", RECEIPT_FILE_BYTES >> 20);
	enum err_code code = json_parse(a, text, NULL, &c.receipt, e);
	if (!code) code = check_head(&c);
	if (!code) code = check_fields(&c);
	if (!code) code = check_detail(&c);
	if (!code) code = check_commitment(&c);
	if (!code) code = check_promise(&c);
	if (!code) code = check_proof(&c);
	if (!code) code = check_trust(&c, trusted, trusted_n);
	if (!code && !out->promised && !out->logged) code = wrong(&c, "the receipt has neither a promise nor a proof: nothing shows that the hub gave it");
	return code ? code : arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}
