/* Whatever is changed in the database behind the hub's back is found by verifying it against the log. */
#include "test_damage.h"

#include "hub/ledger/verify.h"
#include "hub/peer/peer.h"

/* A hub with a public record that was amended, one with hidden fields, a file, a link, one that was erased; all of it in the log. */
static void fill(void) {
	struct str one = create_public("note", "{'title':'One','text':'words','color':'red'}"), two = create("note", "{'title':'Two','secret':'s'}");
	ok(apply((struct change){.op = CHANGE_REVISE, .record = one, .body = json("{'title':'One','text':'other words'}")}));
	ok(apply((struct change){.op = CHANGE_REVISE, .record = two, .body = json("{'title':'Two','secret':'t'}")}));
	ok(apply((struct change){.op = CHANGE_COMMENT, .record = two, .reason = S("seen")}));
	ok(apply((struct change){.op = CHANGE_ATTACH, .record = one, .file_name = S("a.txt"), .media_type = S("text/plain"), .bytes = S("bytes"), .audiences = PUBLIC}));
	struct str gone = create_public("note", "{'title':'Gone'}");
	ok(apply((struct change){.op = CHANGE_ERASE, .record = gone, .reason = S("asked for"), .basis = S("GDPR Art. 17")}));
	struct tlog_signer signer;
	struct peer_done done;
	unsigned char seed[TLOG_KEY_BYTES] = {1}, next[TLOG_KEY_BYTES] = {2};
	ok(tlog_signer_make(S("peer.example.org"), TLOG_ED25519, seed, &signer, &test_err));
	struct peer_entry other = {.key = tlog_key_text(arena, &signer.key), .url = S("https://peer.example.org"), .prefix = S("PEER")};
	ok(peer_add(hub, &by_operator, &other, STR_EMPTY, &done, &test_err));
	ok(tlog_signer_make(S("peer.example.org"), TLOG_ED25519, next, &signer, &test_err));
	ok(peer_key(hub, &by_operator, S("peer.example.org"), other.key, tlog_key_text(arena, &signer.key), NULL, S("lost"), &test_err));
	keep_log();
	end_epoch();
}

static void each_change_behind_its_back_is_found(void **state) {
	(void)state;
	static const char *const damages[] = {
		"DELETE FROM entry WHERE id = 2",
		"DELETE FROM event WHERE seq = 2",
		"DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)",
		"DELETE FROM revision WHERE number = 1",
		"DELETE FROM public",
		"DELETE FROM head WHERE size = (SELECT min(size) FROM head); UPDATE head SET root = zeroblob(32)",
		"UPDATE event SET type = 'move' WHERE type = 'revise'",
		"UPDATE event SET actor = 'somebody' WHERE seq = 1",
		"UPDATE event SET at = at + 1 WHERE seq = 1",
		"UPDATE event SET state = 'draft' WHERE state = 'published'",
		"UPDATE event SET revision = revision + 1 WHERE seq = (SELECT max(seq) FROM event WHERE type = 'comment')",
		"UPDATE event SET detail = CAST('{\"reason\":\"other\"}' AS BLOB) WHERE type = 'comment'",
		"UPDATE event SET detail = NULL WHERE type = 'attach'",
		"UPDATE revision SET body = CAST('{\"title\":\"Other\"}' AS BLOB) WHERE number = 1",
		"UPDATE revision SET body_root = zeroblob(32) WHERE number = 2",
		"UPDATE revision SET salt_seed = zeroblob(32) WHERE number = 2",
		"UPDATE revision SET salt_seed = x'', body = CAST('{\"title\":\"Other\"}' AS BLOB) WHERE number = 1",
		"UPDATE revision SET salt_seed = x'' WHERE number = 2",
		"UPDATE revision SET actor = 'somebody'",
		"UPDATE revision SET at = at - 1",
		"UPDATE entry SET commitment = zeroblob(32) WHERE id = 3",
		"UPDATE entry SET seed = zeroblob(32) WHERE id = 3",
		"UPDATE entry SET seed = NULL, statement = NULL WHERE event IS NOT NULL AND id < 4",
		"UPDATE entry SET statement = CAST('{\"type\":\"publish\"}' AS BLOB) WHERE statement IS NOT NULL",
		"UPDATE entry SET prev = NULL WHERE prev IS NOT NULL",
		"UPDATE entry SET type = 3 WHERE type = 4",
		"UPDATE entry SET leaf = leaf + 1000000 WHERE leaf = 2",
		"UPDATE entry SET event = NULL WHERE event = 2",
		"UPDATE public SET body = CAST('{\"title\":\"Other\"}' AS BLOB)",
		"UPDATE public SET state = 'other'",
		"UPDATE record SET state = 'draft' WHERE state = 'published'",
		"UPDATE record SET revision = 1",
		"UPDATE record SET public_id = 'Other' WHERE state = 'published'",
		"UPDATE head SET root = zeroblob(32)",
		"UPDATE attachment SET sha256 = '0000000000000000000000000000000000000000000000000000000000000000'",
		"INSERT INTO revision (record, number, body, body_root, salt_seed, actor, at) SELECT record, 9, body, body_root, salt_seed, actor, at FROM revision LIMIT 1",
		"DELETE FROM peer",
		"INSERT INTO peer (origin, key, name, url, state, follows, since) SELECT 'x', key, name, url, state, follows, since FROM peer",
		"UPDATE peer SET origin = 'x'",
		"UPDATE peer SET key = replace(key, 'peer', 'pear')",
		"UPDATE peer SET name = 'x'",
		"UPDATE peer SET url = 'https://x.example.org'",
		"UPDATE peer SET prefix = NULL",
		"UPDATE peer SET state = 'removed'",
		"UPDATE peer SET since = since + 1",
		"DELETE FROM entry WHERE id = (SELECT max(id) FROM entry WHERE type = 10)",
		"INSERT INTO event (record, type, actor, at, revision, state) SELECT record, 'move', actor, at, revision, state FROM event LIMIT 1",
	};
	fill();
	for (size_t i = 0; i < lengthof(damages); i++) damaged(i, damages[i]);
}

static void a_file_that_holds_other_bytes_is_found(void **state) {
	(void)state;
	fill();
	struct str sha256 = sql_text("SELECT sha256 FROM attachment LIMIT 1");
	const char *path = arena_fmt(arena, "%s/files/%.2s/%.*s", folder, sha256.p, STR_ARG(sha256)).p;
	assert_int_equal(findings(), 0);
	ok(file_write(path, S("bites"), 0640, &test_err));
	assert_int_not_equal(findings(), 0);
	ok(file_write(path, S("bytes"), 0640, &test_err));
	assert_int_equal(findings(), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		account_test(each_change_behind_its_back_is_found),
		account_test(a_file_that_holds_other_bytes_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
