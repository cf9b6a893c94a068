/* Records that are encrypted, the rotation and the copies of keys. */
#include "test.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include "hub/account/draft.h"
#include "hub/erase.h"
#include "hub/keys.h"
#include "hub/root.h"
#include "hub/seal.h"

static const char *path(const char *name) {
	return arena_fmt(arena, "%s/%s", folder, name).p;
}
static struct str report(const char *title) {
	const char *body = arena_fmt(arena, "{'title':'%s','description':'It zqdescribez.','systems':[{'name':'X'}],'aliases':['zqaliasz']}", title).p;
	return create("report", body);
}
static void comment(struct str id, const char *text) {
	ok(apply((struct change){.op = CHANGE_COMMENT, .record = id, .reason = str_of(text)}));
}
static void sql(const char *text) {
	struct db *w;
	ok(db_open(&w, path("hub.db"), DB_WRITE, &test_err));
	ok(db_exec(w, text, &test_err));
	db_close(w);
}
static enum err_code look(struct str id) {
	struct disclosing d = as(viewer_operator);
	struct disclosed r;
	return disclose_record(&d, id, &r, &test_err);
}
static void must_read(struct str id, const char *title) {
	struct disclosed r = shown_to(viewer_operator, id);
	assert_str(json_get_str(r.body, S("title")), title);
}

static void a_report_is_encrypted_and_a_public_record_is_not(void **state) {
	(void)state;
	struct str id = report("zqtitlez");
	comment(id, "zqcommentz");
	revise(id, "{'title':'zqtitlez','description':'It zqagainz.','systems':[{'name':'X'}]}");
	struct str open = create_public("note", "{'title':'zqopenz'}");
	must_read(id, "zqtitlez");
	must_read(open, "zqopenz");
	assert_int_equal(sql_number("SELECT count(*) FROM record WHERE key_id IS NOT NULL"), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM revision WHERE key_id IS NOT NULL AND substr(body, 1, 1) = x'01' AND substr(salt_seed, 1, 1) = x'01'"), 2);
	assert_int_equal(sql_number("SELECT count(*) FROM event WHERE instr(detail, 'zq') > 0"), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM name WHERE instr(name, 'zq') > 0"), 0);
	check_whole();
}

static void what_is_created_in_public_stays_in_the_clear(void **state) {
	(void)state;
	ok(apply((struct change){.op = CHANGE_CREATE, .kind = S("report"), .state = S("published"),
		.body = json("{'title':'Open','description':'It is.','systems':[{'name':'X'}]}")}));
	assert_int_equal(sql_number("SELECT count(*) FROM record WHERE key_id IS NOT NULL"), 0);
	assert_false(file_exists(path("keys.db")));
}

static void no_blob_is_taken_for_anothers(void **state) {
	(void)state;
	struct str a = report("One"), b = report("Two");
	comment(a, "first");
	comment(a, "second");
	/* another record's body, with its key's name too */
	sql("CREATE TABLE kept AS SELECT record, body, key_id FROM revision");
	sql("UPDATE revision SET body = (SELECT body FROM kept k WHERE k.record <> revision.record AND k.record < 3), "
		"key_id = (SELECT key_id FROM kept k WHERE k.record <> revision.record AND k.record < 3)");
	fails(look(a), ERR_CORRUPT);
	fails(look(b), ERR_CORRUPT);
	sql("UPDATE revision SET body = (SELECT body FROM kept k WHERE k.record = revision.record), key_id = (SELECT key_id FROM kept k WHERE k.record = revision.record)");
	must_read(a, "One");
	/* a body in the clear is no body of theirs */
	sql("UPDATE revision SET body = '{\"title\":\"forged, and long enough to be a blob\"}' WHERE record = 1");
	fails(look(a), ERR_CORRUPT);
	sql("UPDATE revision SET body = (SELECT body FROM kept k WHERE k.record = revision.record)");
	/* one comment for another of the same record */
	sql("CREATE TABLE said AS SELECT seq, detail FROM event");
	sql("UPDATE event SET detail = (SELECT detail FROM event x WHERE x.record = 1 AND x.type = 'comment' ORDER BY seq LIMIT 1) WHERE record = 1 AND type = 'comment'");
	struct disclosing d = as(viewer_operator);
	struct disclosed r = shown_to(viewer_operator, a);
	struct disclosed_event *events;
	size_t n;
	fails(disclose_history(&d, &r, &events, &n, &test_err), ERR_CORRUPT);
	sql("UPDATE event SET detail = (SELECT detail FROM said s WHERE s.seq = event.seq)");
	sql("DROP TABLE said");
	sql("DROP TABLE kept");
	check_whole();
}

static void digests_of_what_is_encrypted_confirm_no_guess(void **state) {
	(void)state;
	report("Guess me");
	struct sha256 guess = sha256(S("{\"aliases\":[\"zqaliasz\"],\"description\":\"It zqdescribez.\",\"systems\":[{\"name\":\"X\"}],\"title\":\"Guess me\"}"));
	struct db_query q = db_query(db, "SELECT digest_after FROM event WHERE type = 'create'");
	assert_true(db_row(&q));
	assert_int_equal(db_str(&q, 0).n, SHA256_SIZE);
	assert_memory_not_equal(db_str(&q, 0).p, &guess, sizeof guess);
	ok(db_done(&q, &test_err));
}

static void names_are_written_down_with_publication(void **state) {
	(void)state;
	struct str id = create("case", "{'title':'A case','summary':'Of something.','aliases':['zq-alias']}");
	fails(look(S("zq-alias")), ERR_NOT_FOUND);
	sql("UPDATE record SET state = 'ready'");
	ok(move(id, "publish", ""));
	ok(look(S("zq-alias")));
	assert_true(is_shown(viewer_public, S("zq-alias")));
	check_whole();
}

static void files_are_encrypted_and_known_by_their_own_digest(void **state) {
	(void)state;
	struct str id = report("With a file"), bytes = S("zqbytesz of a file");
	struct change c = {.op = CHANGE_ATTACH, .record = id, .file_name = S("zqnamez.txt"), .media_type = S("text/plain"), .bytes = bytes};
	ok(apply(c));
	assert_true(result.changed);
	ok(apply(c));
	assert_false(result.changed); /* it is there already, though its ciphertext is another */
	c.file_name = S("other.txt");
	ok(apply(c));
	assert_true(result.changed);
	struct disclosing d = as(viewer_operator);
	struct disclosed r = shown_to(viewer_operator, id);
	struct disclosed_file *files;
	size_t n;
	char hex[SHA256_HEX], read_back[64];
	struct sha256 digest = sha256(bytes);
	ok(disclose_files(&d, &r, &files, &n, &test_err));
	assert_int_equal(n, 2);
	assert_str(files[0].name, "zqnamez.txt");
	assert_str(files[0].media_type, "text/plain");
	assert_true(str_eq(files[0].sha256, sha256_hex(&digest, hex)));
	assert_false(str_eq(files[0].stored, files[0].sha256));
	int fd;
	uint64_t size;
	ok(disclose_file_open(&d, &r, &files[0], &fd, &size, &test_err));
	assert_int_equal(size, bytes.n);
	assert_int_equal(read(fd, read_back, sizeof read_back), bytes.n);
	assert_memory_equal(read_back, bytes.p, bytes.n);
	close(fd);
	check_whole();
	/* one file in the other's place */
	struct disclosed_file wrong = files[1];
	wrong.stored = files[0].stored;
	wrong.sha256 = S("0000000000000000000000000000000000000000000000000000000000000000");
	fails(disclose_file_open(&d, &r, &wrong, &fd, &size, &test_err), ERR_CORRUPT);
	assert_int_equal(sql_number("SELECT count(*) FROM attachment WHERE instr(name, 'zq') > 0 OR media_type <> '' OR instr(sealed, 'zq') > 0"), 0);
}

static void without_its_key_a_record_says_so_and_everything_else_goes_on(void **state) {
	(void)state;
	struct str id = report("Lost"), open = create_public("note", "{'title':'Open'}");
	assert_int_equal(rename(path("keys.db"), path("aside.db")), 0);
	(void)rename(path("keys.db-wal"), path("aside.db-wal"));
	reopen();
	fails(look(id), ERR_UNSUPPORTED);
	assert_has(test_err.message, "key");
	fails(apply((struct change){.op = CHANGE_COMMENT, .record = id, .reason = S("x")}), ERR_UNSUPPORTED);
	assert_false(is_shown(viewer_public, id));
	must_read(open, "Open");
	must_read(report("New"), "New");
	struct disclosing d = as(viewer_operator);
	struct listed list;
	ok(disclose_list(&d, &(struct list_request){.limit = 10}, &list, &test_err));
	assert_int_equal(list.n, 2);
	struct keys_status s;
	ok(keys_status(hub, db, &s, &test_err));
	assert_int_equal(s.records, 2);
	assert_int_equal(s.missing, 1);
}

/* ---- rotating ---- */

static int stop_at;
static void stop(int step) {
	if (step == stop_at) _exit(7);
}

static void a_rotation_that_is_stopped_anywhere_leaves_all_readable_and_is_brought_to_its_end(void **state) {
	(void)state;
	struct str ids[5], draft_body = S("zqdraftz");
	sql("INSERT INTO account (uid, login, name, email, email_folded, time_zone, suspended, created, seen, totp_step) "
		"VALUES ('U-7KQ2-M9XD', 'bee', 'Bee', 'b@x', 'b@x', 'UTC', 0, 0, 0, 0)");
	ok(draft_save(hub, S("U-7KQ2-M9XD"), S("new/report"), draft_body, &test_err));
	for (int i = 0; i < 5; i++) ids[i] = report(arena_fmt(arena, "Number %d", i).p);
	unsigned char derived[ROOT_DERIVED];
	ok(root_derive(hub, "testing1", 1, derived, &test_err));
	struct str before, after;
	ok(file_read(arena, path("secret.key"), 4096, &before, &test_err));
	for (int step = 1; step <= 4; step++) {
		int status;
		pid_t child = fork();
		if (child == 0) {
			struct hub *own;
			struct keys_rotated r;
			stop_at = step;
			keys_step = stop;
			if (hub_open(&own, folder, NULL)) _exit(1);
			_exit(keys_rotate(own, &r, NULL) ? 2 : 3);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(WEXITSTATUS(status), 7);
		struct draft d;
		/* by the process that was there all the time, and by a new one */
		for (int fresh = 0; fresh < 2; fresh++) {
			for (int i = 0; i < 5; i++) must_read(ids[i], arena_fmt(arena, "Number %d", i).p);
			ok(draft_load(hub, db, S("U-7KQ2-M9XD"), S("new/report"), arena, &d, &test_err));
			assert_true(str_eq(d.body, draft_body));
			must_read(report("In between"), "In between");
			if (!fresh) reopen();
		}
	}
	struct keys_rotated r;
	ok(keys_rotate(hub, &r, &test_err));
	ok(keys_rotate(hub, &r, &test_err));
	assert_int_equal(r.sealed, 2); /* the draft, and the root secret */
	unsigned char same[ROOT_DERIVED];
	reopen();
	ok(root_derive(hub, "testing1", 1, same, &test_err));
	assert_memory_equal(derived, same, sizeof same);
	ok(file_read(arena, path("secret.key"), 4096, &after, &test_err));
	assert_int_equal(after.n, 2 * MASTER_BYTES);
	assert_null(memmem(after.p, after.n, before.p, before.n)); /* the first key is gone */
	for (int i = 0; i < 5; i++) must_read(ids[i], arena_fmt(arena, "Number %d", i).p);
	struct keys_status s;
	ok(keys_status(hub, db, &s, &test_err));
	assert_int_equal(s.missing, 0);
	assert_int_equal(s.store.unreadable, 0);
	struct stat st;
	assert_int_equal(stat(path("secret.key"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	check_whole();
}

/* ---- copies ---- */

static void copies_of_hub_and_keys_are_apart_and_together_they_are_the_whole(void **state) {
	(void)state;
	struct str id = report("Copied");
	const char *copy = arena_fmt(arena, "%s-copy", folder).p, *keys = arena_fmt(arena, "%s-keys", folder).p;
	ok(keys_backup(hub, keys, &test_err));
	fails(keys_backup(hub, keys, &test_err), ERR_EXISTS);
	ok(hub_backup(folder, copy, &test_err));
	assert_false(file_exists(arena_fmt(arena, "%s/keys.db", copy).p));
	assert_false(file_exists(arena_fmt(arena, "%s/secret.key", copy).p));
	snprintf(folder, sizeof folder, "%s", copy);
	reopen();
	fails(look(id), ERR_UNSUPPORTED);
	struct str later = report("Made meanwhile");
	int64_t added;
	fails(keys_restore(hub, "/nowhere", &added, &test_err), ERR_NOT_FOUND);
	ok(keys_restore(hub, keys, &added, &test_err));
	assert_int_equal(added, 1);
	must_read(id, "Copied");
	must_read(later, "Made meanwhile");
	ok(keys_restore(hub, keys, &added, &test_err));
	assert_int_equal(added, 0);
	struct keys_rotated r;
	ok(keys_rotate(hub, &r, &test_err));
	must_read(id, "Copied");
	must_read(later, "Made meanwhile");
}

static void a_key_that_was_destroyed_does_not_come_back_with_a_copy(void **state) {
	(void)state;
	struct str id = report("To be erased");
	const char *keys = arena_fmt(arena, "%s-keys", folder).p;
	ok(keys_backup(hub, keys, &test_err));
	struct db_query q = db_query(db, "SELECT key_id FROM record");
	assert_true(db_row(&q));
	struct str key_id = arena_str(arena, db_str(&q, 0));
	ok(db_done(&q, &test_err));
	ok(keystore_destroy(hub->keys, key_id, &test_err));
	int64_t added;
	ok(keys_restore(hub, keys, &added, &test_err));
	assert_int_equal(added, 0);
	fails(look(id), ERR_GONE);
}

/* ---- erasing ---- */

static enum err_code erase(struct str id, const char *reason) {
	enum err_code code = apply((struct change){.op = CHANGE_ERASE, .record = id, .reason = str_of(reason), .basis = S("Article 17")});
	if (!code) ok(erase_finish(hub, &test_err));
	return code;
}
static bool hub_holds(const char *word) {
	static const char *const names[] = {"hub.db", "hub.db-wal", "keys.db", "keys.db-wal"};
	for (size_t i = 0; i < lengthof(names); i++) {
		struct str bytes;
		if (!file_exists(path(names[i]))) continue;
		ok(file_read(arena, path(names[i]), 64 << 20, &bytes, &test_err));
		if (memmem(bytes.p, bytes.n, word, strlen(word))) return true;
	}
	return false;
}

static void what_is_erased_is_gone_from_every_file_and_stays_as_a_row(void **state) {
	(void)state;
	struct str id = report("zqreportz"), open = create_public("note", "{'title':'Zqopenz','text':'zqtextz','aliases':['zqalias-1']}");
	for (int i = 0; i < 50; i++) create_public("note", "{'title':'Another'}"); /* segments of the index beside its own */
	comment(open, "zqcommentz");
	comment(id, "zqhiddenz");
	struct change file = {.op = CHANGE_ATTACH, .record = open, .file_name = S("zqfilez.txt"), .media_type = S("text/plain"), .bytes = S("zqbytesz")};
	ok(apply(file));
	struct str number = arena_str(arena, str_of(result.public_id));
	struct db_query q = db_query(db, "SELECT sha256 FROM attachment");
	assert_true(db_row(&q));
	const char *stored = arena_fmt(arena, "%s/files/%.2s/%.*s", folder, db_str(&q, 0).p, STR_ARG(db_str(&q, 0))).p;
	ok(db_done(&q, &test_err));
	assert_true(file_exists(stored));
	assert_true(hub_holds("zqtextz"));
	assert_str(hits("zqtextz"), "Zqopenz");
	ok(erase(open, "asked for"));
	ok(erase(id, "asked for too"));
	static const char *const words[] = {"zqtextz", "Zqopenz", "zqopenz", "zqalias", "zqcommentz", "zqfilez", "zqreportz", "zqhiddenz"};
	for (size_t i = 0; i < lengthof(words); i++)
		if (hub_holds(words[i])) fail_msg("%s is still there", words[i]);
	assert_false(file_exists(stored));
	assert_int_equal(search("zqtextz").n, 0);
	assert_int_equal(search("another").n, 50);
	/* what it was stays */
	fails(look(id), ERR_GONE);
	assert_has(test_err.message, "asked for too");
	assert_has(test_err.message, "Article 17");
	fails(look(open), ERR_GONE);
	struct disclosing d = as(viewer_public);
	struct disclosed r;
	fails(disclose_record(&d, open, &r, &test_err), ERR_GONE);
	assert_null(strstr(test_err.message, "asked for"));
	fails(disclose_record(&d, number, &r, &test_err), ERR_GONE);
	fails(disclose_record(&d, id, &r, &test_err), ERR_NOT_FOUND);
	struct listed list;
	d = as(viewer_operator);
	ok(disclose_list(&d, &(struct list_request){.limit = 100}, &list, &test_err));
	assert_int_equal(list.n, 50);
	int64_t rebuilt;
	ok(change_rebuild(hub, db, &rebuilt, &test_err));
	check_whole();
}

static void nothing_is_done_to_a_record_that_was_erased(void **state) {
	(void)state;
	struct str id = report("One"), other = report("Two");
	static const struct actor stranger = {S_INIT("other"), ROLE_MEMBER}, administrator = {S_INIT("boss"), ROLE_MEMBER | ROLE_ADMINISTRATOR};
	struct change c = {.op = CHANGE_ERASE, .record = id, .actor = stranger, .reason = S("since")};
	fails(apply(c), ERR_NOT_FOUND);
	fails(erase(id, " "), ERR_INVALID);
	must_read(id, "One");
	struct change comment_later = {.op = CHANGE_COMMENT, .actor = actor_operator, .record = id, .reason = S("late")};
	struct prepared *p;
	ok(change_prepare(hub, db, &comment_later, arena, &p, &test_err));
	c.actor = administrator;
	ok(apply(c));
	ok(change_commit(hub, &p, 1, &result, &test_err));
	assert_int_equal(result.code, ERR_GONE);
	fails(erase(id, "again"), ERR_GONE);
	fails(apply((struct change){.op = CHANGE_REVISE, .record = id, .body = json("{'title':'x'}")}), ERR_GONE);
	fails(move(id, "triage", ""), ERR_GONE);
	fails(link_to(other, "related-to", id), ERR_NOT_FOUND);
	must_read(other, "Two");
	check_whole();
}

static void a_stopped_erasure_is_brought_to_its_end(void **state) {
	(void)state;
	struct str id = report("zqstopz");
	ok(apply((struct change){.op = CHANGE_ERASE, .record = id, .reason = S("since")}));
	assert_int_equal(sql_number("SELECT count(*) FROM erasing"), 1);
	struct keystore_status s;
	reopen();
	ok(erase_finish(hub, &test_err));
	assert_int_equal(sql_number("SELECT count(*) FROM erasing"), 0);
	ok(keystore_status(hub->keys, &s, &test_err));
	assert_int_equal(s.destroyed, 1);
	assert_int_equal(s.keys, 0);
}

static void a_copy_made_before_shows_nothing_with_the_keys_of_today(void **state) {
	(void)state;
	struct str id = report("zqcopyz"), kept = report("Kept");
	const char *copy = arena_fmt(arena, "%s-copy", folder).p;
	ok(hub_backup(folder, copy, &test_err));
	ok(erase(id, "since"));
	const char *keys = arena_fmt(arena, "%s-keys", folder).p;
	ok(keys_backup(hub, keys, &test_err));
	snprintf(folder, sizeof folder, "%s", copy);
	reopen();
	int64_t added;
	ok(keys_restore(hub, keys, &added, &test_err));
	must_read(kept, "Kept");
	fails(look(id), ERR_GONE);
	assert_false(hub_holds("zqcopyz"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		hub_test(a_report_is_encrypted_and_a_public_record_is_not),
		hub_test(what_is_created_in_public_stays_in_the_clear),
		hub_test(no_blob_is_taken_for_anothers),
		hub_test(digests_of_what_is_encrypted_confirm_no_guess),
		hub_test(names_are_written_down_with_publication),
		hub_test(files_are_encrypted_and_known_by_their_own_digest),
		hub_test(without_its_key_a_record_says_so_and_everything_else_goes_on),
		hub_test(a_rotation_that_is_stopped_anywhere_leaves_all_readable_and_is_brought_to_its_end),
		hub_test(copies_of_hub_and_keys_are_apart_and_together_they_are_the_whole),
		hub_test(a_key_that_was_destroyed_does_not_come_back_with_a_copy),
		hub_test(what_is_erased_is_gone_from_every_file_and_stays_as_a_row),
		hub_test(nothing_is_done_to_a_record_that_was_erased),
		hub_test(a_stopped_erasure_is_brought_to_its_end),
		hub_test(a_copy_made_before_shows_nothing_with_the_keys_of_today),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
