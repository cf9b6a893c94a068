/* What lies beside a SavedModel: the index of a checkpoint (tensorflow/core/util/tensor_bundle, a table in LevelDB's format, doc/table_format.md), which says what the bytes of its data files are, and fingerprint.pb
 * (tensorflow/core/protobuf/fingerprint.proto). Neither holds anything that runs. */
#include "formats.h"
#include "proto.h"

enum { FOOTER = 48, TRAILER = 5, SHARDS_MOST = 99999, ENTRIES_MOST = 1 << 20 };
#define MAGIC 0xdb4775248b80fb57u

struct table {
	struct scan *s;
	struct str b;
	uint64_t shards;
	size_t entries;
	bool bad;
};

static bool bad(struct table *t, const char *what) {
	if (!t->bad) found(t->s, RULE_TF_INVALID, 0, "the index of the checkpoint: %s", what);
	t->bad = true;
	return false;
}

static bool varint(struct str *s, uint64_t *out) {
	*out = 0;
	for (unsigned i = 0; i < 10 && i < s->n; i++) {
		*out |= (uint64_t)((uint8_t)s->p[i] & 0x7F) << (7 * i);
		if ((uint8_t)s->p[i] & 0x80) continue;
		*s = str_from(*s, i + 1);
		return true;
	}
	return false;
}

static bool handle(struct table *t, struct str *from, struct str *block) {
	uint64_t at, n;
	if (!varint(from, &at) || !varint(from, &n) || at > t->b.n || n > t->b.n - at || t->b.n - at - n < TRAILER) return bad(t, "a block outside the file");
	if (t->b.p[at + n]) return bad(t, "a block is compressed");
	*block = str_sub(t->b, at, n);
	return true;
}

/* Calls each with key and value of every entry of a block. Keys share their beginnings with the one before. */
static bool entries(struct table *t, struct str block, bool (*each)(struct table *, struct str, struct str)) {
	char key[4096];
	size_t key_n = 0;
	if (block.n < 4) return bad(t, "a block is cut short");
	uint64_t restarts = le32((const uint8_t *)block.p + block.n - 4);
	if (restarts > (block.n - 4) / 4) return bad(t, "a block is damaged");
	block.n -= 4 + 4 * restarts;
	while (block.n) {
		uint64_t shared, own, n;
		if (!varint(&block, &shared) || !varint(&block, &own) || !varint(&block, &n)) return bad(t, "an entry is damaged");
		if (shared > key_n || own > sizeof key - shared || own > block.n || n > block.n - own) return bad(t, "an entry is damaged");
		memcpy(key + shared, block.p, own);
		key_n = shared + own;
		if (++t->entries > ENTRIES_MOST || time_is_up(t->s) || !each(t, str_n(key, key_n), str_sub(block, own, n))) return false;
		block = str_from(block, own + n);
	}
	return true;
}

/* A tensor's place, or (with an empty key) how many data files there are. */
static bool read_tensor(struct table *t, struct str key, struct str value) {
	struct proto_value v;
	uint64_t shard = 0, at = 0, n = 0;
	while (value.n) {
		if (!proto_next(&value, &v)) return bad(t, "an entry is damaged");
		if (!key.n && v.number == 1) t->shards = v.integer;
		if (v.number == 3) shard = v.integer;
		if (v.number == 4) at = v.integer;
		if (v.number == 5) n = v.integer;
	}
	if (!key.n) return (t->shards && t->shards <= SHARDS_MOST) || bad(t, "too many data files");
	if (!t->shards || shard >= t->shards) return bad(t, "a data file that there isn't");
	char name[64];
	snprintf(name, sizeof name, "*.data-%05u-of-%05u", (unsigned)shard, (unsigned)t->shards);
	note_reference(t->s, str_of(name), at, n);
	return true;
}

static bool read_block(struct table *t, struct str key, struct str value) {
	struct str block;
	(void)key;
	return handle(t, &value, &block) && entries(t, block, read_tensor);
}

bool is_tensorflow_index(struct str b) {
	return b.n > FOOTER && le64((const uint8_t *)b.p + b.n - 8) == MAGIC;
}

void parse_tensorflow_index(struct scan *s, struct reader *r, struct tally *t) {
	struct table table = {.s = s, .b = reader_window(r)};
	struct str meta, index, footer;
	s->file->format = "tensorflow-checkpoint-index";
	if (!is_tensorflow_index(table.b)) return;
	footer = str_sub(table.b, table.b.n - FOOTER, FOOTER - 8);
	if (handle(&table, &footer, &meta) && handle(&table, &footer, &index) && entries(&table, index, read_block)) t->parsed += table.b.n;
}

/* Five hashes, a version, an identifier. */
bool is_tensorflow_fingerprint(struct str b) {
	struct proto_value v;
	unsigned last = 0;
	if (b.n < 12 || b.n > 300) return false;
	while (b.n) {
		if (!proto_next(&b, &v) || v.number <= last || v.number > 7 || v.wire != (v.number <= 5 ? 0 : 2)) return false;
		last = v.number;
	}
	return last >= 5;
}

void parse_tensorflow_fingerprint(struct scan *s, struct reader *r, struct tally *t) {
	s->file->format = "tensorflow-fingerprint";
	if (is_tensorflow_fingerprint(reader_window(r))) t->parsed += reader_have(r);
}
