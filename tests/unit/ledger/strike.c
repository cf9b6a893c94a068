/* Fields that are erased while their record lives on: what goes, what stays provable, and that whatever is changed afterwards behind the hub's back is found. */
#include "test_damage.h"

#include "hub/commitment.h"
#include "hub/erase.h"
#include "hub/keys.h"
#include "hub/ledger/receipt.h"
#include "lib/tlog/hash.h"

static enum err_code strike(struct str id, const char *field) {
	struct str names[] = {str_of(field)};
	enum err_code code = apply((struct change){.op = CHANGE_ERASE, .record = id, .fields = names, .fields_n = 1, .reason = S("asked for"), .basis = S("Article 17")});
	if (!code) ok(erase_finish(hub, &test_err));
	return code;
}

static bool hub_holds(const char *word) {
	static const char *const names[] = {"hub.db", "hub.db-wal"};
	for (size_t i = 0; i < lengthof(names); i++) {
		struct str bytes;
		const char *path = arena_fmt(arena, "%s/%s", folder, names[i]).p;
		if (!file_exists(path)) continue;
		ok(file_read(arena, path, 64 << 20, &bytes, &test_err));
		if (memmem(bytes.p, bytes.n, word, strlen(word))) return true;
	}
	return false;
}
static struct disclosed read_as(struct viewer v, struct str id) {
	struct disclosing d = as(v);
	struct disclosed r;
	ok(disclose_record(&d, id, &r, &test_err));
	return r;
}
static const struct json *receipt_of(struct str id, int64_t number) {
	struct disclosing d = as(viewer_operator);
	struct disclosed r = read_as(viewer_operator, id);
	const struct json *out;
	ok(disclose_receipt(&d, &r, number, &out, &test_err));
	return out;
}
static struct receipt_checked holds(const struct json *receipt) {
	struct receipt_checked checked;
	ok(receipt_check(arena, json_text(arena, receipt), NULL, 0, NULL, 0, &checked, &test_err));
	return checked;
}

/* ---- the commitment ---- */

static const struct json *random_body(void) {
	struct json_builder b = json_object_of(arena);
	int n = 1 + rand() % 12;
	for (int i = 0; i < n; i++) {
		struct str name = arena_fmt(arena, rand() % 5 ? "f%d" : "é%d/~", rand() % 40);
		const struct json *value = rand() % 3 ? json_str(arena, arena_fmt(arena, "value %d", rand())) : rand() % 2 ? json_int(arena, rand()) : json("{'a':[1,'x',null]}");
		json_set(&b, name, value);
	}
	return json_built(&b);
}

static void the_root_stays_whatever_is_erased_in_whatever_order(void **state) {
	(void)state;
	srand(7);
	for (int round = 0; round < 400; round++) {
		const struct json *body = random_body(), *left = body, *salts;
		struct commitment c;
		struct sha256 root;
		ok(commitment_make(arena, body, &c, &test_err));
		ok(commitment_salts(arena, body, str_n(c.seed, sizeof c.seed), &salts, &test_err));
		ok(commitment_root_salted(arena, left, salts, &root, &test_err));
		assert_memory_equal(&root, &c.root, sizeof root);
		for (int k = rand() % 14; k > 0; k--) {
			struct str name = json_member_at(body, (size_t)rand() % json_count(body))->name;
			ok(commitment_erase(arena, left, salts, name, &salts, &test_err));
			left = json_with(arena, left, name, rand() % 2 ? NULL : json_str(arena, S(COMMITMENT_ERASED)));
			assert_true(commitment_is_erased(salts, name));
			ok(commitment_root_salted(arena, left, salts, &root, &test_err));
			assert_memory_equal(&root, &c.root, sizeof root);
		}
		arena_clear(arena);
	}
}

static void what_was_erased_says_nothing_and_what_was_not_says_what_it_said(void **state) {
	(void)state;
	struct commitment c;
	struct sha256 root;
	const struct json *salts, *body = json("{'a':'one','b':'two','c':3}");
	ok(commitment_make(arena, body, &c, &test_err));
	ok(commitment_salts(arena, body, str_n(c.seed, sizeof c.seed), &salts, &test_err));
	ok(commitment_erase(arena, body, salts, S("b"), &salts, &test_err));
	fails(commitment_root_salted(arena, body, salts, &root, &test_err), ERR_CORRUPT);
	fails(commitment_root_salted(arena, json("{'a':'one'}"), salts, &root, &test_err), ERR_CORRUPT);
	fails(commitment_root_salted(arena, json("{'a':'one','c':3,'d':4}"), salts, &root, &test_err), ERR_CORRUPT);
	ok(commitment_root_salted(arena, json("{'a':'other','c':3}"), salts, &root, &test_err));
	assert_memory_not_equal(&root, &c.root, sizeof root);
	/* Nothing that is kept gives the salt with which a value could be tried. */
	struct sha256 salt = commitment_salt(str_n(c.seed, sizeof c.seed), S("b"));
	assert_int_equal(str_find(json_text(arena, salts), entry_hex(arena, sha256_str(&salt))), STR_NONE);
}

/* ---- records ---- */

static void a_field_goes_from_all_revisions_events_and_files(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'One','text':'zqnamez was there','color':'red'}");
	revise(id, "{'title':'Two','text':'zqnamez was there','summary':'kept'}");
	revise(id, "{'title':'Two','text':'zqotherz','summary':'kept'}");
	ok(apply((struct change){.op = CHANGE_COMMENT, .record = id, .audiences = PUBLIC, .reason = S("it says: zqnamez was there, and more")}));
	keep_log();
	assert_int_equal(search("zqotherz").n, 1);
	ok(strike(id, "/text"));
	assert_false(hub_holds("zqnamez"));
	assert_false(hub_holds("zqotherz"));
	assert_int_equal(search("zqotherz").n, 0);
	assert_int_equal(search("kept").n, 1);
	struct disclosed r = read_as(viewer_public, id);
	assert_str(json_text(arena, r.body), "{\"summary\":\"kept\",\"title\":\"Two\"}");
	assert_str(said_of(id), "publish amend amend tombstone");
	const struct json *said = said_last(id);
	assert_str(json_text(arena, json_get_lit(said, "fields")), "[\"text\"]");
	assert_str(json_get_str(said, S("basis")), "Article 17");
	assert_str(json_get_str(said, S("state")), "published");
	assert_null(json_get_lit(said, "reason"));
	struct disclosing d = as(viewer_public);
	struct disclosed_event *events;
	size_t n;
	ok(disclose_history(&d, &r, &events, &n, &test_err));
	assert_str(events[n - 1].reason, "Erased from all versions: text (Article 17)");
	bool quoted = false;
	for (size_t i = 0; i < n; i++) quoted |= str_is(events[i].reason, "it says: [erased], and more");
	assert_true(quoted);
	fails(strike(id, "/text"), ERR_INVALID);
	keep_log();
	end_epoch();
	assert_int_equal(findings(), 0);
	check_whole();
	/* It goes on. */
	revise(id, "{'title':'Three','text':'said anew'}");
	ok(strike(id, "title"));
	assert_str(json_get_str(read_as(viewer_public, id).body, S("title")), "[erased]");
	assert_int_equal(findings(), 0);
	check_whole();
}

static void nobody_can_try_what_was_said_before(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'One','text':'guess me'}");
	revise(id, "{'title':'One','text':'other'}");
	keep_log();
	struct disclosing d = as(viewer_public);
	const struct json **said;
	size_t n;
	struct disclosed r = read_as(viewer_public, id);
	ok(disclose_log(&d, &r, 0, INT64_MAX, 100, &said, &n, &test_err));
	assert_int_equal(n, 2);
	assert_non_null(json_get_lit(said[0], "fields_seed")); /* the newest first */
	assert_null(json_get_lit(said[1], "fields_seed"));
	ok(strike(id, "text"));
	keep_log();
	ok(disclose_log(&d, &r, 0, INT64_MAX, 100, &said, &n, &test_err));
	assert_int_equal(n, 3);
	assert_non_null(json_get_lit(said[0], "fields_seed"));
	/* The hub itself has nothing left to try with. */
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE statement IS NOT NULL AND record IS NOT NULL AND seed IS NOT NULL"), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE instr(salts, '\"public\"') > 0"), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM revision WHERE length(salt_seed) > 0"), 1);
}

static void receipts_from_before_hold_and_later_ones_show_the_leaf(void **state) {
	(void)state;
	struct str id = create("report", "{'title':'One','description':'It was said.','systems':[{'name':'X'}]}");
	revise(id, "{'title':'Two','description':'It was said.','systems':[{'name':'X'}]}");
	end_epoch();
	end_epoch();
	const struct json *before = receipt_of(id, 1);
	assert_int_equal(holds(before).hidden, 0);
	ok(strike(id, "/title"));
	end_epoch();
	end_epoch();
	assert_true(holds(before).logged);
	struct receipt_checked after = holds(receipt_of(id, 1)), revised = holds(receipt_of(id, 2)), last = holds(receipt_of(id, 3));
	struct receipt_checked was = holds(before);
	assert_memory_equal(&after.commitment, &was.commitment, sizeof after.commitment);
	assert_int_equal(after.erased, 1);
	assert_int_equal(after.hidden, 1);
	assert_null(json_get_lit(after.fields, "title"));
	assert_str(json_get_str(after.fields, S("description")), "It was said.");
	assert_int_equal(revised.erased, 1);
	assert_str(json_get_str(last.fields, S("title")), "[erased]");
	assert_int_equal(last.erased, 0);
	/* What is kept back of it further still says what was erased. */
	const struct json *shown;
	struct str keep[] = {S("description")}, gone[] = {S("title")};
	ok(receipt_redact(arena, receipt_of(id, 1), keep, 1, false, &shown, &test_err));
	assert_int_equal(holds(shown).erased, 1);
	fails(receipt_redact(arena, receipt_of(id, 1), gone, 1, false, &shown, &test_err), ERR_INVALID);
	assert_int_equal(findings(), 0);
}

static void a_copy_from_before_shows_nothing_of_a_record_with_a_key(void **state) {
	(void)state;
	struct str id = create("report", "{'title':'zqkeptz','description':'zqgonez','systems':[{'name':'X'}]}");
	struct change file = {.op = CHANGE_ATTACH, .record = id, .file_name = S("zqfilez.txt"), .media_type = S("text/plain"), .bytes = S("zqbytesz"), .audiences = OWNER};
	ok(apply(file));
	struct str old_file = sql_text("SELECT sha256 FROM attachment"), old_key = sql_text("SELECT key_id FROM record");
	const char *copy = arena_fmt(arena, "%s-copy", folder).p, *keys = arena_fmt(arena, "%s-keys", folder).p;
	ok(hub_backup(folder, copy, &test_err));
	ok(strike(id, "description"));
	end_epoch();
	assert_false(str_eq(sql_text("SELECT key_id FROM record"), old_key));
	assert_false(file_exists(arena_fmt(arena, "%s/files/%.2s/%.*s", folder, old_file.p, STR_ARG(old_file)).p));
	assert_int_equal(sql_number("SELECT count(*) FROM erasing"), 0);
	/* What stays is read as before, the file too. */
	struct disclosing d = as(viewer_operator);
	struct disclosed r = read_as(viewer_operator, id);
	assert_str(json_get_str(r.body, S("title")), "zqkeptz");
	assert_null(json_get_lit(r.body, "description"));
	struct disclosed_file *files;
	size_t n;
	int fd;
	uint64_t size;
	ok(disclose_files(&d, &r, &files, &n, &test_err));
	assert_int_equal(n, 1);
	assert_str(files[0].name, "zqfilez.txt");
	ok(disclose_file_open(&d, &r, &files[0], &fd, &size, &test_err));
	close(fd);
	assert_int_equal(findings(), 0);
	check_whole();
	ok(keys_backup(hub, keys, &test_err));
	snprintf(folder, sizeof folder, "%s", copy);
	reopen();
	int64_t added;
	ok(keys_restore(hub, keys, &added, &test_err));
	d = as(viewer_operator);
	fails(disclose_record(&d, id, &r, &test_err), ERR_GONE);
	assert_false(hub_holds("zqgonez"));
	wrote_itself = true; /* the key of what the copy has is gone */
}

static void a_field_that_the_public_never_read_goes_without_a_word(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'One','secret':'hidden word'}");
	revise(id, "{'title':'Two','secret':'hidden word'}");
	ok(strike(id, "secret"));
	keep_log();
	end_epoch();
	assert_str(types_of(id), "publish amend commit");
	struct disclosing d = as(viewer_public);
	struct disclosed r = read_as(viewer_public, id);
	struct disclosed_event *events;
	size_t n;
	ok(disclose_history(&d, &r, &events, &n, &test_err));
	for (size_t i = 0; i < n; i++) assert_int_equal(str_find(events[i].reason, S("rased")), STR_NONE);
	assert_false(hub_holds("hidden word"));
	assert_int_equal(findings(), 0);
}

static void what_an_importer_brings_back_stays_erased(void **state) {
	(void)state;
	struct change_origin from = {.system = S("avid"), .source_id = S("A-1"), .mapping = 1, .fetched = S("{\"text\":\"zqnamez\"}")};
	static const struct actor avid = {S_INIT("import:avid"), ROLE_MEMBER | ROLE_COORDINATOR | ROLE_OWNER};
	struct change c = {.op = CHANGE_CREATE, .kind = S("note"), .imported = true, .actor = avid, .origin = &from, .body = json("{'title':'One','text':'zqnamez'}")};
	ok(apply(c));
	struct str id = arena_str(arena, str_of(result.uid));
	ok(strike(id, "text"));
	ok(apply((struct change){.op = CHANGE_REVISE, .record = id, .actor = avid, .origin = &from, .body = json("{'title':'Two','text':'zqnamez'}")}));
	assert_str(json_text(arena, read_as(viewer_public, id).body), "{\"title\":\"Two\"}");
	assert_int_equal(sql_number("SELECT length(fetched) FROM origin"), 0);
	assert_false(hub_holds("zqnamez"));
	check_whole();
}

static void what_can_not_be_erased_alone_is_refused_in_words(void **state) {
	(void)state;
	struct str incident = create("incident", "{'title':'One','date':'2026-01-01'}"), id = create("report", "{'title':'One','description':'It.','systems':[{'name':'X'}]}");
	fails(strike(incident, "/date"), ERR_INVALID); /* needed, and no text stands for a day */
	assert_has(test_err.message, "erase the whole record");
	fails(strike(id, "/systems/0/name"), ERR_INVALID);
	fails(strike(id, "/"), ERR_INVALID);
	fails(strike(id, "/nothing"), ERR_INVALID);
	static const struct actor stranger = {S_INIT("other"), ROLE_MEMBER};
	struct str names[] = {S("description")};
	fails(apply((struct change){.op = CHANGE_ERASE, .actor = stranger, .record = id, .fields = names, .fields_n = 1, .reason = S("r")}), ERR_NOT_FOUND);
	assert_str(json_get_str(read_as(viewer_operator, id).body, S("description")), "It.");
	check_whole();
}

static void what_was_struck_is_erased_whole_later(void **state) {
	(void)state;
	struct str id = create_public("note", "{'title':'zqtitlez','text':'zqnamez'}");
	ok(strike(id, "text"));
	ok(apply((struct change){.op = CHANGE_ERASE, .record = id, .reason = S("all of it")}));
	ok(erase_finish(hub, &test_err));
	assert_false(hub_holds("zqtitlez"));
	keep_log();
	end_epoch();
	assert_int_equal(findings(), 0);
}

/* ---- changed behind its back ---- */

static void each_change_to_what_was_kept_is_found(void **state) {
	(void)state;
	static const char *const damages[] = {
		"UPDATE revision SET salts = replace(CAST(salts AS TEXT), 'leaf', 'salt') WHERE salts IS NOT NULL",
		"UPDATE revision SET salts = NULL WHERE number = 1",
		"UPDATE revision SET salts = CAST('{}' AS BLOB) WHERE number = 1",
		"UPDATE revision SET salts = CAST(replace(CAST(salts AS TEXT), '\"a', '\"b') AS BLOB), body = CAST(replace(CAST(body AS TEXT), 'One', 'Two') AS BLOB) WHERE number = 1",
		"UPDATE revision SET body = CAST('{\"text\":\"other\",\"title\":\"One\"}' AS BLOB) WHERE number = 1",
		"UPDATE revision SET body = CAST('{\"title\":\"Other\"}' AS BLOB) WHERE number = 1",
		"UPDATE revision SET salt_seed = zeroblob(32) WHERE number = 1",
		"UPDATE entry SET salts = NULL WHERE salts IS NOT NULL",
		"UPDATE entry SET salts = CAST(replace(CAST(salts AS TEXT), '\"event\":\"', '\"event\":\"00') AS BLOB) WHERE salts IS NOT NULL",
		"UPDATE entry SET salts = CAST(replace(CAST(salts AS TEXT), '\"statement\"', '\"statements\"') AS BLOB) WHERE salts IS NOT NULL",
		"UPDATE event SET detail = CAST('{\"audiences\":1,\"text\":\"other words\"}' AS BLOB) WHERE type = 'comment'",
		"UPDATE event SET detail = CAST('{\"fields\":[\"color\"],\"reason\":\"asked for\"}' AS BLOB) WHERE type = 'erase-field'",
		"UPDATE event SET type = 'revise' WHERE type = 'erase-field'",
		"DELETE FROM event WHERE type = 'erase-field'",
		"UPDATE entry SET statement = CAST(replace(CAST(statement AS TEXT), 'Article 17', 'Article 6') AS BLOB) WHERE type = 8",
		"UPDATE entry SET statement = CAST(replace(CAST(statement AS TEXT), '\"text\"', '\"date\"') AS BLOB) WHERE type = 8",
	};
	struct str id = create_public("note", "{'title':'One','text':'a long sentence'}");
	ok(apply((struct change){.op = CHANGE_COMMENT, .record = id, .audiences = PUBLIC, .reason = S("quoted: a long sentence")}));
	ok(strike(id, "text"));
	keep_log();
	end_epoch();
	assert_int_equal(findings(), 0);
	for (size_t i = 0; i < lengthof(damages); i++) damaged(i, damages[i]);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		arena_test(the_root_stays_whatever_is_erased_in_whatever_order),
		arena_test(what_was_erased_says_nothing_and_what_was_not_says_what_it_said),
		account_test(a_field_goes_from_all_revisions_events_and_files),
		account_test(nobody_can_try_what_was_said_before),
		account_test(receipts_from_before_hold_and_later_ones_show_the_leaf),
		account_test(a_copy_from_before_shows_nothing_of_a_record_with_a_key),
		account_test(a_field_that_the_public_never_read_goes_without_a_word),
		account_test(what_an_importer_brings_back_stays_erased),
		account_test(what_can_not_be_erased_alone_is_refused_in_words),
		account_test(what_was_struck_is_erased_whole_later),
		account_test(each_change_to_what_was_kept_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
