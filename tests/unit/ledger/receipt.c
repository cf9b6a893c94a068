/* Receipts as they are made, kept back, and checked by whoever has nothing but the file. */
#include "test_ledger.h"

#include "hub/ledger/receipt.h"

static const struct actor finder = {S_INIT("finder"), ROLE_MEMBER};

static struct disclosing finding(void) { return as(viewer_of("finder", ROLE_MEMBER)); }

static struct str finders(const char *body) {
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = finder, .kind = S("note"), .body = json(body)}));
	return arena_str(arena, str_of(result.uid));
}

static enum err_code receipt(struct viewer viewer, struct str id, int64_t event, const struct json **out) {
	struct disclosing d = as(viewer);
	struct disclosed r;
	enum err_code code = disclose_record(&d, id, &r, &test_err);
	return code ? code : disclose_receipt(&d, &r, event, out, &test_err);
}
static const struct json *receipt_of(struct str id, int64_t event) {
	const struct json *v = NULL;
	ok(receipt(finding().viewer, id, event, &v));
	return v;
}
static enum err_code check(const struct json *v, struct receipt_checked *out) {
	return receipt_check(arena, json_text(arena, v), NULL, 0, NULL, 0, out, &test_err);
}

static void a_promise_at_once_and_a_proof_when_it_is_signed(void **state) {
	(void)state;
	keep_log();
	struct str id = finders("{'title':'One','secret':'s','tags':['a','b']}");
	struct receipt_checked c;
	ok(check(receipt_of(id, 0), &c));
	assert_true(c.promised);
	assert_false(c.logged || c.trusted);
	assert_int_equal(c.shown, 3);
	assert_int_equal(c.hidden, 0);
	assert_true(json_equal(c.fields, json("{'title':'One','secret':'s','tags':['a','b']}")));
	assert_true(str_eq(c.record, id));
	assert_str(c.actor, "finder");
	assert_str(c.event, "create");
	moment by;
	assert_true(moment_parse(c.by, &by));
	assert_in_range(by - clock_now, hub->log.epoch, 2 * hub->log.epoch);
	end_epoch();
	ok(check(receipt_of(id, 0), &c));
	assert_true(c.promised && c.logged);
	assert_int_equal(c.size, checkpoint().head.size);
	assert_int_equal(c.leaf, sql_number("SELECT leaf FROM entry WHERE event = 1"));
	/* Before the end that was promised. */
	assert_true(clock_now <= by);
}

static void only_a_key_that_is_trusted_is_enough_where_one_is_given(void **state) {
	(void)state;
	keep_log();
	struct str id = finders("{'title':'One'}"), text = json_text(arena, receipt_of(id, 0));
	struct tlog_key *keys, other;
	size_t n;
	struct receipt_checked c;
	ok(ledger_keys(db, arena, &keys, &n, &test_err));
	ok(receipt_check(arena, text, keys, n, NULL, 0, &c, &test_err));
	assert_true(c.trusted);
	other = keys[0];
	other.bytes[0] ^= 1;
	fails(receipt_check(arena, text, &other, 1, NULL, 0, &c, &test_err), ERR_FORBIDDEN);
}

/* ---- whatever is changed is told ---- */

static bool free_text(struct str name) {
	return str_is(name, "name") || str_is(name, "url");
}

static struct str other_text(struct str s, size_t at) {
	struct str copy = arena_str(arena, s);
	char *c = (char *)(uintptr_t)copy.p + at;
	*c = *c == 'a' ? 'b' : 'a';
	return copy;
}

/* Gives the receipt with one value changed to `try`, for each value and, in strings, each byte of it. */
struct flipping {
	const struct json *receipt;
	size_t tried;
};

struct place {
	const struct place *outer;
	const struct json *in; /* object or array */
	size_t at;
};

static const struct json *with_changed(const struct place *p, const struct json *value) {
	for (; p; p = p->outer) {
		if (json_is(p->in, JSON_OBJECT)) {
			value = json_with(arena, p->in, p->in->members[p->at].name, value);
			continue;
		}
		struct json_builder b = json_array_of(arena);
		for (size_t i = 0; i < json_count(p->in); i++) json_add(&b, i == p->at ? value : json_at(p->in, i));
		value = json_built(&b);
	}
	return value;
}

static void refused(struct flipping *f, const struct place *p, const struct json *value) {
	struct receipt_checked c;
	struct arena *kept = arena;
	f->tried++;
	arena = arena_new(16 << 20);
	enum err_code code = check(with_changed(p, value), &c);
	if (!code) print_error("taken: %.*s\n", STR_ARG(json_text(arena, with_changed(p, value))));
	assert_true(code == ERR_INVALID || code == ERR_FORBIDDEN || code == ERR_UNSUPPORTED);
	arena_free(arena);
	arena = kept;
}

static void flip_each(struct flipping *f, const struct place *outer, const struct json *v) {
	struct str s = json_string(v);
	if (json_is(v, JSON_STRING))
		for (size_t i = 0; i < s.n; i++) refused(f, outer, json_str(arena, other_text(s, i)));
	else if (json_is(v, JSON_OBJECT))
		for (size_t i = 0; i < v->n; i++) {
			struct place p = {outer, v, i};
			bool hub_itself = outer && !outer->outer && str_is(f->receipt->members[outer->at].name, "hub");
			if (!hub_itself || !free_text(v->members[i].name)) flip_each(f, &p, &v->members[i].value);
		}
	else if (json_is(v, JSON_ARRAY))
		for (size_t i = 0; i < json_count(v); i++) {
			struct place p = {outer, v, i};
			flip_each(f, &p, json_at(v, i));
			struct json_builder less = json_array_of(arena);
			for (size_t j = 0; j < json_count(v); j++)
				if (j != i) json_add(&less, json_at(v, j));
			refused(f, outer, json_built(&less));
		}
	else
		refused(f, outer, json("12345"));
}

static void a_receipt_of_which_anything_was_changed_is_refused(void **state) {
	(void)state;
	struct str id = finders("{'title':'One','date':'2026','people':[{'name':'A','note':null},{'x':1.5,'y':true}],'text':''}");
	struct disclosing d = finding();
	struct disclosed r;
	ok(disclose_record(&d, id, &r, &test_err));
	ok(apply((struct change){.op = CHANGE_REVISE, .actor = finder, .record = id, .body = json_with(arena, r.body, S("title"), json("'Two'"))}));
	end_epoch();
	end_epoch();
	for (int64_t event = 1; event <= 2; event++) {
		struct flipping f = {.receipt = receipt_of(id, event)};
		struct receipt_checked c;
		ok(check(f.receipt, &c));
		assert_true(c.logged);
		flip_each(&f, NULL, f.receipt);
		assert_true(f.tried > 1000);
	}
}

static void without_promise_and_proof_it_is_none(void **state) {
	(void)state;
	const struct json *v = receipt_of(finders("{'title':'One'}"), 0);
	struct receipt_checked c;
	fails(check(json_with(arena, v, S("promise"), NULL), &c), ERR_INVALID);
	fails(check(json("[]"), &c), ERR_INVALID);
	fails(check(json("{}"), &c), ERR_INVALID);
	fails(check(json_with(arena, v, S("event"), NULL), &c), ERR_INVALID);
	fails(receipt_check(arena, S("{"), NULL, 0, NULL, 0, &c, &test_err), ERR_INVALID);
	/* Anybody's promise is signed by anybody's key: another receipt's is of another entry. */
	const struct json *other = receipt_of(finders("{'title':'One'}"), 0);
	fails(check(json_with(arena, v, S("promise"), json_get_lit(other, "promise")), &c), ERR_INVALID);
	fails(check(json_with(arena, v, S("fields"), json_get_lit(other, "fields")), &c), ERR_INVALID);
	/* The promise is of the leaf, and that has a type. */
	fails(check(json_with(arena, v, S("type"), json("'publish'")), &c), ERR_INVALID);
}

/* ---- what is in it ---- */

static void fields_are_kept_back_and_the_rest_can_be_checked(void **state) {
	(void)state;
	const struct json *v = receipt_of(finders("{'title':'One','secret':'zqsecret','text':'zqtext'}"), 0), *less, *none;
	struct str keep[] = {S_INIT("title")}, gone[] = {S_INIT("text")};
	struct receipt_checked c;
	ok(receipt_redact(arena, v, keep, 1, false, &less, &test_err));
	ok(check(less, &c));
	assert_int_equal(c.shown, 1);
	assert_int_equal(c.hidden, 2);
	assert_true(json_equal(c.fields, json("{'title':'One'}")));
	struct str text = json_text(arena, less);
	for (size_t i = 0; i < 3; i++) {
		const struct json *field = json_at(json_get_lit(v, "fields"), i);
		struct str name = json_get_str(field, S("name")), salt = json_get_str(field, S("salt"));
		assert_int_equal(str_find(text, salt) != STR_NONE, str_is(name, "title"));
	}
	assert_int_equal(str_find(text, S("zq")), STR_NONE);
	assert_int_equal(str_find(text, S("secret")), STR_NONE);
	fails(receipt_redact(arena, less, gone, 1, false, &none, &test_err), ERR_INVALID);
	ok(receipt_redact(arena, less, NULL, 0, false, &none, &test_err));
	ok(check(none, &c));
	assert_int_equal(c.shown, 0);
	assert_int_equal(c.hidden, 3);
}

static void a_detail_is_shown_or_kept_back(void **state) {
	(void)state;
	struct str id = finders("{'title':'One'}");
	ok(apply((struct change){.op = CHANGE_COMMENT, .actor = finder, .record = id, .reason = S("zqwords")}));
	const struct json *v = receipt_of(id, 2), *less;
	struct receipt_checked c;
	ok(check(v, &c));
	assert_has(arena_cstr(arena, json_get_str(v, S("detail"))), "zqwords");
	assert_null(json_get_lit(v, "fields"));
	ok(receipt_redact(arena, v, NULL, 0, false, &less, &test_err));
	ok(check(less, &c));
	assert_int_equal(str_find(json_text(arena, less), S("zqwords")), STR_NONE);
}

/* By hand, for bodies that no kind of the tests allows. */
static const struct json *made_of(const struct json *body) {
	struct commitment m;
	struct receipt_parts p = {.type = ENTRY_COMMIT, .origin = S("example.org/log"), .body = body};
	struct tlog_signer signer;
	unsigned char key[TLOG_KEY_BYTES] = {1}, seed[ENTRY_SEED] = {2};
	struct str line;
	const struct json *out;
	ok(commitment_make(arena, body, &m, &test_err));
	p.body_seed = arena_str(arena, str_n(m.seed, sizeof m.seed));
	p.seed = arena_str(arena, str_n(seed, sizeof seed));
	struct entry_event v = {.record = S("R-1"), .type = S("create"), .actor = S("a"), .state = S("draft"), .revision = 1, .root = sha256_str(&m.root)};
	p.event = entry_event_text(arena, &v, p.seed);
	struct sha256 commitment = entry_commitment_of(p.seed, p.event, STR_EMPTY);
	ok(tlog_signer_make(p.origin, TLOG_ED25519, key, &signer, &test_err));
	struct str text = receipt_promise_text(arena, p.origin, p.type, &commitment, 0);
	ok(tlog_note_sign(arena, text, &signer, 0, &line, &test_err));
	p.key = tlog_key_text(arena, &signer.key);
	p.promise = tlog_note_make(arena, text, line);
	ok(receipt_write(arena, &p, &out, &test_err));
	return out;
}

static void names_may_be_odd_and_bodies_empty_or_large(void **state) {
	(void)state;
	static const char *const bodies[] = {"{}", "{'':1}", "{'a/b':1,'a~b':2,'é':3,'\\n':4,'漢':null,'\\'':5}", "{'name':'x','salt':'y','value':'z','leaf':'w'}",
		"{'\uFF61':1,'\U00010000':2,'a':3}"};
	struct receipt_checked c;
	for (size_t i = 0; i < lengthof(bodies); i++) {
		const struct json *body = json(bodies[i]);
		ok(check(made_of(body), &c));
		assert_true(json_equal(c.fields, body));
		assert_int_equal(c.shown, json_count(body));
	}
	struct json_builder b = json_object_of(arena);
	for (int i = 0; i < 5000; i++) json_set_int(&b, arena_fmt(arena, "field %d", i), i);
	ok(check(made_of(json_built(&b)), &c));
	assert_int_equal(c.shown, 5000);
	b = json_object_of(arena);
	char *text = arena_alloc(arena, 4 << 20);
	memset(text, 'x', 4 << 20);
	json_set_str(&b, S("text"), str_n(text, 4 << 20));
	ok(check(made_of(json_built(&b)), &c));
}

/* ---- who gets which ---- */

static void a_receipt_is_for_whoever_did_it(void **state) {
	(void)state;
	struct str id = finders("{'title':'One'}");
	ok(apply((struct change){.op = CHANGE_REVISE, .record = id, .body = json("{'title':'Two'}")}));
	ok(move(id, "publish", ""));
	const struct json *v;
	fails(receipt(viewer_public, id, 0, &v), ERR_NOT_FOUND);
	fails(receipt(viewer_public, id, 1, &v), ERR_NOT_FOUND);
	fails(receipt(finding().viewer, id, 2, &v), ERR_NOT_FOUND);
	ok(receipt(viewer_operator, id, 2, &v)); /* numbers are each one's own */
	fails(receipt(viewer_operator, id, 3, &v), ERR_NOT_FOUND);
	struct str other = finders("{'title':'Other'}");
	fails(receipt(finding().viewer, other, 2, &v), ERR_NOT_FOUND); /* and on each record */
	struct disclosing d = finding();
	struct disclosed r = shown_to(d.viewer, id);
	struct disclosed_receipt *list;
	size_t n;
	ok(disclose_receipts(&d, &r, &list, &n, &test_err));
	assert_int_equal(n, 1);
	assert_int_equal(list[0].event, 1);
}

static void of_what_somebody_revised_they_are_told_what_they_may_read(void **state) {
	(void)state;
	static const struct actor panelist = {S_INIT("finder"), ROLE_MEMBER};
	struct str id = finders("{'title':'One'}");
	/* What the panel alone reads, and somebody else wrote. */
	ok(apply((struct change){.op = CHANGE_REVISE, .actor = importer, .origin = &(struct change_origin){.system = S("x"), .source_id = S("1"), .fetched = S("x")},
		.record = id, .body = json("{'title':'One','panel':'zqpanel'}")}));
	struct disclosed r = shown_to(finding().viewer, id);
	assert_null(json_get_lit(r.body, "panel"));
	ok(apply((struct change){.op = CHANGE_REVISE, .actor = panelist, .record = id, .body = json("{'title':'Two'}")}));
	const struct json *v = receipt_of(id, 2);
	struct receipt_checked c;
	ok(check(v, &c));
	assert_true(json_equal(c.fields, json("{'title':'Two'}")));
	assert_int_equal(c.hidden, 1);
	assert_int_equal(str_find(json_text(arena, v), S("zqpanel")), STR_NONE);
}

static void a_link_that_came_of_a_name_is_told_only_where_it_shows(void **state) {
	(void)state;
	struct change_link link = {S("quiet"), S("quietly")};
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = importer, .kind = S("note"), .body = json("{'title':'One'}"), .state = S("published"), .links = &link,
		.links_n = 1}));
	struct str id = arena_str(arena, str_of(result.uid));
	struct change_name name = {S("alias"), S("quietly")};
	static const struct actor maker = {S_INIT("finder"), ROLE_MEMBER};
	struct change c = {.op = CHANGE_CREATE, .actor = maker, .kind = S("organization"), .body = json("{'name':'O','type':'company'}"), .names = &name, .names_n = 1};
	c.actor.roles |= ROLE_COORDINATOR;
	ok(apply(c));
	assert_int_equal(sql_number("SELECT count(*) FROM event WHERE type = 'link' AND actor = 'finder'"), 1);
	struct disclosing d = finding();
	struct disclosed r = shown_to(d.viewer, id);
	struct disclosed_receipt *list;
	size_t n;
	const struct json *v;
	ok(disclose_receipts(&d, &r, &list, &n, &test_err));
	assert_int_equal(n, 0);
	fails(receipt(d.viewer, id, 1, &v), ERR_NOT_FOUND);
}

static void of_what_was_erased_there_is_none(void **state) {
	(void)state;
	struct str id = finders("{'title':'One'}");
	struct disclosing d = finding();
	struct disclosed r = shown_to(d.viewer, id);
	const struct json *v;
	ok(disclose_receipt(&d, &r, 0, &v, &test_err));
	end_epoch();
	struct receipt_checked c;
	const struct json *kept = receipt_of(id, 0);
	ok(apply((struct change){.op = CHANGE_ERASE, .record = id, .reason = S("asked for")}));
	end_epoch();
	fails(disclose_receipt(&d, &r, 0, &v, &test_err), ERR_GONE);
	/* Who kept theirs can still show it. */
	ok(check(kept, &c));
	assert_true(c.logged);
}

/* ---- for everybody ---- */

static void what_the_log_says_leads_to_its_leaves(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'One','secret':'s'}");
	create("note", "{'title':'Hidden'}");
	end_epoch();
	struct disclosing d = as(viewer_public);
	const struct json **said;
	size_t n, of_record = 0;
	ok(disclose_log(&d, NULL, 0, 1000, 100, &said, &n, &test_err));
	assert_int_equal(n, 3); /* key, what was published, the end of the epoch */
	for (size_t i = 0; i < n; i++) {
		struct sha256 salt, event = {{0}}, commitment;
		struct str text = json_canonical(arena, json_get_lit(said[i], "statement"));
		ok(entry_unhex(json_get_str(said[i], S("statement_salt")), salt.byte, SHA256_SIZE, &test_err));
		if (json_get_lit(said[i], "event")) ok(entry_unhex(json_get_str(said[i], S("event")), event.byte, SHA256_SIZE, &test_err));
		struct sha256 statement = entry_part("statement", &salt, text);
		commitment = entry_commitment(&event, &statement);
		assert_true(str_eq(json_get_str(said[i], S("commitment")), entry_hex(arena, sha256_str(&commitment))));
		if (!str_is(json_get_str(said[i], S("type")), "publish")) continue;
		of_record++;
		/* The root is of what the public is shown. */
		struct disclosed r = shown_to(viewer_public, id);
		struct sha256 seed, root;
		ok(entry_unhex(json_get_str(said[i], S("fields_seed")), seed.byte, SHA256_SIZE, &test_err));
		ok(commitment_root(arena, r.body, sha256_str(&seed), &root, &test_err));
		assert_true(str_eq(json_get_str(json_get_lit(said[i], "statement"), S("root")), entry_hex(arena, sha256_str(&root))));
	}
	assert_int_equal(of_record, 1);
	struct disclosed r = shown_to(viewer_public, id);
	ok(disclose_log(&d, &r, 0, 1000, 100, &said, &n, &test_err));
	assert_int_equal(n, 1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		account_test(a_promise_at_once_and_a_proof_when_it_is_signed),
		account_test(only_a_key_that_is_trusted_is_enough_where_one_is_given),
		account_test(a_receipt_of_which_anything_was_changed_is_refused),
		account_test(without_promise_and_proof_it_is_none),
		account_test(fields_are_kept_back_and_the_rest_can_be_checked),
		account_test(a_detail_is_shown_or_kept_back),
		account_test(names_may_be_odd_and_bodies_empty_or_large),
		account_test(a_receipt_is_for_whoever_did_it),
		account_test(of_what_somebody_revised_they_are_told_what_they_may_read),
		account_test(a_link_that_came_of_a_name_is_told_only_where_it_shows),
		account_test(of_what_was_erased_there_is_none),
		account_test(what_the_log_says_leads_to_its_leaves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
