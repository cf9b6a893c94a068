/* What a leaf commits to, against values that were worked out from the description with another program. */
#include "../hub/test.h"

static unsigned char seed_bytes[ENTRY_SEED], a32[SHA256_SIZE], b32[SHA256_SIZE];
static const char expected_event[] =
	"{\"actor\":\"U-AAAA-BBBB\",\"at\":\"2026-11-23T10:00:00.25Z\",\"detail\":\"ffc7f8b19b9afa4f8c83240d4a1294f394409fdcc1e90bdea4726e8635f5b91d\","
	"\"prev\":\"162361675d29308d4d8aeea976ed893bd75208740885666586fba9cebb9d65aa\",\"record\":\"R-0000-0000\",\"revision\":7,"
	"\"root\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\",\"state\":\"draft\",\"type\":\"revise\"}";
static const char expected_statement[] =
	"{\"at\":\"2026-11-23T10:00:00Z\",\"id\":\"TST-2026-001\",\"kind\":\"note\",\"prev\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
	"\"record\":\"R-0000-0000\",\"root\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\",\"state\":\"published\",\"type\":\"amend\"}";

static moment at(const char *text) {
	moment t = 0;
	assert_true(moment_parse(str_of(text), &t));
	return t;
}

static struct str seed(void) {
	for (int i = 0; i < ENTRY_SEED; i++) seed_bytes[i] = (unsigned char)(i + 1);
	memset(a32, 0xAA, sizeof a32);
	memset(b32, 0xBB, sizeof b32);
	return str_n(seed_bytes, ENTRY_SEED);
}

static struct str event_text(void) {
	struct str s = seed();
	struct entry_event v = {.record = S("R-0000-0000"), .type = S("revise"), .actor = S("U-AAAA-BBBB"), .state = S("draft"), .at = at("2026-11-23T10:00:00.25Z"),
		.revision = 7, .detail = S("{\"text\":\"é\"}"), .root = str_n(b32, sizeof b32), .prev = str_n(a32, sizeof a32)};
	return entry_event_text(arena, &v, s);
}

static struct str statement_text(void) {
	(void)seed();
	struct entry_statement v = {.type = ENTRY_AMEND, .at = at("2026-11-23T10:00:00Z"), .record = S("R-0000-0000"), .kind = S("note"), .id = S("TST-2026-001"),
		.state = S("published"), .root = str_n(b32, sizeof b32), .prev = str_n(a32, sizeof a32)};
	return entry_statement_text(arena, &v);
}

static void assert_hash(const struct sha256 *h, const char *hex) {
	assert_str(entry_hex(arena, sha256_str(h)), hex);
}

static void texts_are_canonical_and_say_what_is_described(void **state) {
	(void)state;
	assert_str(event_text(), expected_event);
	assert_str(statement_text(), expected_statement);
	struct entry_event first = {.record = S("R-1"), .type = S("create"), .actor = S("a"), .state = S("draft"), .revision = 1};
	assert_str(entry_event_text(arena, &first, seed()),
		"{\"actor\":\"a\",\"at\":\"1970-01-01T00:00:00Z\",\"record\":\"R-1\",\"revision\":1,\"state\":\"draft\",\"type\":\"create\"}");
	struct entry_statement clock = {.type = ENTRY_CLOCK};
	assert_str(entry_statement_text(arena, &clock), "{\"at\":\"1970-01-01T00:00:00Z\",\"type\":\"clock\"}");
}

static void commitments_are_those_of_the_description(void **state) {
	(void)state;
	struct str s = seed(), event = event_text(), statement = statement_text();
	struct sha256 salt = entry_salt(s, "event"), both = entry_commitment_of(s, event, statement), alone = entry_commitment_of(s, event, STR_EMPTY),
		said = entry_commitment_of(s, STR_EMPTY, statement), neither = entry_commitment_of(s, STR_EMPTY, STR_EMPTY);
	assert_hash(&salt, "d672dcc548c6e72b6e35a585185452d8928dc2f85eb4601454956b7714e90465");
	assert_hash(&both, "56dfe7caed844375feaf6216cbd7969d09a32a2f00231f9e32c3021069b18a41");
	assert_hash(&alone, "9be89e765f66b7417c478958187cb65927a300292147ebe483229e5d699b6376");
	assert_hash(&said, "458a173b5844a6538db9f8405c10e3be46ec5b1a4204ceeb6cb854e3d9b7f2f8");
	assert_hash(&neither, "7d6c7640f6bab5c283718f7a554190746288e073f197f3301cafa78b5a3921d8");
}

static void a_leaf_is_read_as_it_was_written_and_others_are_refused(void **state) {
	(void)state;
	struct sha256 commitment = entry_commitment_of(seed(), event_text(), statement_text()), read;
	unsigned char bytes[ENTRY_LEAF + 1];
	enum entry_type type;
	struct sha256 hash = tlog_leaf_hash(entry_leaf(ENTRY_AMEND, &commitment, bytes));
	assert_hash(&hash, "5cfd5cd72d200aab59f0b26a512e73b1ca565c20e62755a7650d846fdd221f0a");
	for (int t = 0; t < 256; t++) {
		bytes[1] = (unsigned char)t;
		if (t >= ENTRY_COMMIT && t < ENTRY_TYPES) {
			ok(entry_leaf_parse(str_n(bytes, ENTRY_LEAF), &type, &read, &test_err));
			assert_int_equal(type, t);
			assert_memory_equal(&read, &commitment, sizeof read);
			assert_int_equal(entry_type_of(entry_type_name(type)), t);
		} else {
			fails(entry_leaf_parse(str_n(bytes, ENTRY_LEAF), &type, &read, &test_err), ERR_UNSUPPORTED);
		}
	}
	bytes[1] = ENTRY_AMEND;
	for (size_t n = 0; n <= ENTRY_LEAF + 1; n++)
		if (n != ENTRY_LEAF) fails(entry_leaf_parse(str_n(bytes, n), &type, &read, &test_err), ERR_INVALID);
	bytes[0] = 2;
	fails(entry_leaf_parse(str_n(bytes, ENTRY_LEAF), &type, &read, &test_err), ERR_UNSUPPORTED);
}

static void hexadecimal_is_read_in_one_spelling(void **state) {
	(void)state;
	unsigned char bytes[2] = {7, 7};
	ok(entry_unhex(S("00fa"), bytes, 2, &test_err));
	assert_int_equal(bytes[0] << 8 | bytes[1], 0x00fa);
	static const char *const wrong[] = {"", "00", "00f", "00fa0", "00fA", "00fg", " 0fa", "0x00"};
	for (size_t i = 0; i < lengthof(wrong); i++) fails(entry_unhex(str_of(wrong[i]), bytes, 2, &test_err), ERR_INVALID);
	assert_int_equal(entry_type_of(S("")), 0);
	assert_int_equal(entry_type_of(S("commits")), 0);
	assert_int_equal(entry_type_name(ENTRY_TYPES).n, 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		arena_test(texts_are_canonical_and_say_what_is_described),
		arena_test(commitments_are_those_of_the_description),
		arena_test(a_leaf_is_read_as_it_was_written_and_others_are_refused),
		arena_test(hexadecimal_is_read_in_one_spelling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
