/* Fractal heaps and B-trees of version 2 (HDF5 File Format Specification 3.0, III.A.2 and III.G): where links and attributes lie when an object has many. */
#include "hdf5.h"

enum { TREE_DEPTH = 16, LINK_NAMES = 5, ATTRIBUTE_NAMES = 8 };

struct heap {
	struct hdf5 *h;
	unsigned id_size, offset_bytes, length_bytes;
	uint64_t width, first_size, most_direct, root;
	unsigned rows, block_offset_bytes;
	bool plain;   /* without filters */
};

static void unsupported(struct hdf5 *h, uint64_t at, const char *what) {
	found(h->s, RULE_UNSUPPORTED, at, "%s", what);
}

static unsigned bytes_for(uint64_t v) {
	unsigned n = 1;
	while (v >>= 8) n++;
	return n;
}

static bool read_heap(struct hdf5 *h, uint64_t at, struct heap *out) {
	unsigned o = h->offset_size, l = h->length_size;
	const uint8_t *p = hdf5_at(h, at, 22 + 3 * o + 12 * l);
	if (!p || memcmp(p, "FRHP", 4) != 0) return false;
	unsigned table = 14 + l + o + l + o + 8 * l; /* of the doubling table's width */
	p = hdf5_at(h, at, table + 8 + 2 * l + o);
	if (!p) return false;
	uint64_t biggest = le32(p + 10);
	unsigned bits = le16(p + table + 2 + 2 * l);
	*out = (struct heap){
		.h = h, .id_size = le16(p + 5), .plain = le16(p + 7) == 0, .width = le16(p + table), .first_size = hdf5_number(p + table + 2, l), .most_direct = hdf5_number(p + table + 2 + l, l),
		.root = hdf5_number(p + table + 6 + 2 * l, o), .rows = le16(p + table + 6 + 2 * l + o), .block_offset_bytes = (bits + 7) / 8, .offset_bytes = (bits + 7) / 8,
		.length_bytes = bytes_for(biggest),
	};
	return out->width && out->width <= 4096 && out->first_size && out->first_size <= (uint64_t)1 << 32 && out->offset_bytes <= 8 && bits <= 64;
}

static uint64_t row_size(const struct heap *p, unsigned row) {
	return row > 1 ? (row > 40 ? UINT64_MAX : p->first_size << (row - 1)) : p->first_size;
}

/* Where the byte at `offset` of the heap's space lies in the file; UINT64_MAX. */
static uint64_t locate(struct heap *p, uint64_t offset) {
	struct hdf5 *h = p->h;
	uint64_t block = p->root, begins = 0;
	unsigned rows = p->rows;
	if (!rows) return block == UINT64_MAX ? block : block + offset;
	for (int depth = 0; depth < 8; depth++) {
		const uint8_t *b = hdf5_at(h, block, 5 + h->offset_size + p->block_offset_bytes);
		if (!b || memcmp(b, "FHIB", 4) != 0) return UINT64_MAX;
		uint64_t entries = block + 5 + h->offset_size + p->block_offset_bytes, at = begins;
		bool inner = false;
		for (unsigned row = 0; row < rows && !inner; row++) {
			uint64_t size = row_size(p, row), all;
			if (size == UINT64_MAX || __builtin_mul_overflow(size, p->width, &all)) return UINT64_MAX;
			if (offset - at >= all) {
				at += all;
				continue;
			}
			uint64_t column = (offset - at) / size;
			b = hdf5_at(h, entries + (row * p->width + column) * h->offset_size, h->offset_size);
			if (!b) return UINT64_MAX;
			block = hdf5_number(b, h->offset_size);
			begins = at + column * size;
			if (block == UINT64_MAX) return block;
			if (size <= p->most_direct) return block + (offset - begins);
			inner = true;
			unsigned inner_rows = 1;
			for (uint64_t sum = p->first_size * p->width; sum < size && inner_rows < 64; inner_rows++) sum += row_size(p, inner_rows) * p->width;
			rows = inner_rows;
		}
		if (!inner) return UINT64_MAX;
	}
	return UINT64_MAX;
}

struct tree {
	struct hdf5 *h;
	struct heap *heap;
	unsigned type, record, node;
	uint64_t most[TREE_DEPTH], all[TREE_DEPTH]; /* records of a node, and of all below it, by level */
	int depth;
	void (*each)(struct hdf5 *, struct str, uint64_t, int);
};

static void read_record(struct tree *t, const uint8_t *p, uint64_t at) {
	struct heap *heap = t->heap;
	const uint8_t *id = t->type == LINK_NAMES ? p + 4 : p;
	if ((id[0] & 0x30) != 0 || heap->id_size < 1 + heap->offset_bytes + heap->length_bytes) {
		unsupported(t->h, at, "a link or attribute that is stored by itself");
		return;
	}
	uint64_t offset = hdf5_number(id + 1, heap->offset_bytes), n = hdf5_number(id + 1 + heap->offset_bytes, heap->length_bytes);
	uint64_t place = locate(heap, offset);
	const uint8_t *m = place == UINT64_MAX ? NULL : hdf5_at(t->h, place, n);
	if (m) t->each(t->h, str_n(m, n), place, t->depth);
	else unsupported(t->h, at, "a link or attribute that can't be found in its heap");
}

static void read_node(struct tree *t, uint64_t at, uint64_t records, unsigned level) {
	struct hdf5 *h = t->h;
	const uint8_t *p = hdf5_at(h, at, t->node);
	if (!p || h->bad || time_is_up(h->s) || !count_member(h->s, at)) return;
	bool leaf = level == 0;
	if (memcmp(p, leaf ? "BTLF" : "BTIN", 4) != 0 || p[5] != t->type || records > t->most[level]) {
		unsupported(h, at, "a damaged tree of names");
		return;
	}
	for (uint64_t i = 0; i < records && !h->bad; i++) read_record(t, p + 6 + i * t->record, at);
	if (leaf) return;
	unsigned count = bytes_for(t->most[level - 1]), total = level > 1 ? bytes_for(t->all[level - 1]) : 0, step = h->offset_size + count + total;
	const uint8_t *child = p + 6 + records * t->record;
	for (uint64_t i = 0; i <= records && !h->bad; i++, child += step) read_node(t, hdf5_number(child, h->offset_size), hdf5_number(child + h->offset_size, count), level - 1);
}

void hdf5_dense(struct hdf5 *h, uint64_t heap_at, uint64_t tree_at, int depth, void (*each)(struct hdf5 *, struct str, uint64_t, int)) {
	struct heap heap;
	struct tree t = {.h = h, .heap = &heap, .depth = depth, .each = each};
	const uint8_t *p = hdf5_at(h, tree_at, 22u + h->offset_size + h->length_size);
	if (!p || memcmp(p, "BTHD", 4) != 0 || !read_heap(h, heap_at, &heap) || !heap.plain) {
		unsupported(h, tree_at, "links or attributes in a heap that isn't understood");
		return;
	}
	t.type = p[5];
	t.node = le32(p + 6);
	t.record = le16(p + 10);
	unsigned levels = le16(p + 12), least = t.type == LINK_NAMES ? 4 + heap.id_size : heap.id_size;
	if ((t.type != LINK_NAMES && t.type != ATTRIBUTE_NAMES) || t.record < least || t.node < 64 || t.node > 1 << 20 || levels >= TREE_DEPTH || t.record > t.node / 2) {
		unsupported(h, tree_at, "a tree of names that isn't understood");
		return;
	}
	t.most[0] = t.all[0] = (t.node - 10) / t.record;
	for (unsigned i = 1; i <= levels; i++) {
		unsigned pointer = h->offset_size + bytes_for(t.most[i - 1]) + (i > 1 ? bytes_for(t.all[i - 1]) : 0);
		if (t.node < 10 + pointer + t.record + pointer) return;
		t.most[i] = (t.node - 10 - pointer) / (t.record + pointer);
		if (__builtin_mul_overflow(t.most[i] + 1, t.all[i - 1], &t.all[i]) || __builtin_add_overflow(t.all[i], t.most[i], &t.all[i])) return;
	}
	uint64_t root = hdf5_number(p + 16, h->offset_size), records = le16(p + 16 + h->offset_size);
	if (root != UINT64_MAX) read_node(&t, root, records, levels);
}
