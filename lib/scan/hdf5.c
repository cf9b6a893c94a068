/* HDF5 (The HDF Group, "HDF5 File Format Specification Version 3.0"): groups and datasets are walked for what leads out of the file (external links, external storage, virtual datasets, CVE-2026-1462) and
 * for attributes that hold a Keras configuration. Raw data, heaps and free space are opaque: they are typed by what refers to them. */
#include "hdf5.h"

#include "formats.h"
#include "pickle.h"

enum {
	M_DATASPACE = 1, M_LINK_INFO = 2, M_DATATYPE = 3, M_LINK = 6, M_EXTERNAL = 7, M_LAYOUT = 8, M_ATTRIBUTE = 12, M_CONTINUE = 16, M_SYMBOLS = 17, M_ATTRIBUTE_INFO = 21,
	DEPTH = 60, JSON_MOST = 64 << 20,
};
#define NOWHERE UINT64_MAX
#define LARGE ((uint64_t)4 << 30)

static bool bad(struct hdf5 *h, uint64_t at, const char *what) {
	if (!h->bad) found(h->s, RULE_HDF5_INVALID, at, "%s", what);
	h->bad = true;
	return false;
}

const uint8_t *hdf5_at(struct hdf5 *h, uint64_t at, uint64_t n) {
	if (at == NOWHERE || __builtin_add_overflow(at, h->base, &at) || at > h->bytes.n || n > h->bytes.n - at) {
		bad(h, 0, "an address outside the file");
		return NULL;
	}
	return (const uint8_t *)h->bytes.p + at;
}

uint64_t hdf5_number(const uint8_t *p, unsigned bytes) {
	uint64_t v = 0;
	bool ones = true;
	for (unsigned i = bytes; i-- > 0;) {
		v = v << 8 | p[i];
		ones &= p[i] == 0xFF;
	}
	return ones && bytes >= 4 ? NOWHERE : v;
}

static uint64_t address(struct hdf5 *h, const uint8_t *p) {
	return hdf5_number(p, h->offset_size);
}

/* True the first time that an address is come to. */
static bool first_time(struct hdf5 *h, uint64_t at) {
	struct str key = arena_str(h->s->scratch, str_n(&at, sizeof at));
	void **place = map_at(&h->seen, key);
	if (!place || *place) return false;
	*place = h;
	return count_member(h->s, at);
}

static void outside(struct hdf5 *h, uint64_t at, const char *what, struct str name) {
	found(h->s, RULE_HDF5_OUTSIDE, at, "%s \"%.*s\"", what, SHOWN(h->s, name));
}

/* ---- messages ---- */

struct object {
	uint64_t at, elements, width; /* of a dataset */
	int depth;
};

static void read_link(struct hdf5 *h, struct str m, uint64_t at, int depth);
static void read_object(struct hdf5 *h, uint64_t at, int depth);

static void read_dataspace(struct object *o, struct str m) {
	const uint8_t *p = (const uint8_t *)m.p;
	if (m.n < 4) return;
	size_t from = p[0] == 1 ? 8 : 4;
	o->elements = 1;
	for (size_t i = 0; i < p[1] && from + 8 * (i + 1) <= m.n; i++)
		if (__builtin_mul_overflow(o->elements, le64(p + from + 8 * i), &o->elements)) o->elements = UINT64_MAX;
}

static void read_layout(struct hdf5 *h, struct str m, uint64_t at) {
	const uint8_t *p = (const uint8_t *)m.p;
	if (m.n >= 2 && (p[0] == 3 || p[0] == 4 || p[0] == 5) && p[1] == 3) outside(h, at, "a virtual dataset reads other files", STR_EMPTY);
}

/* PyTables and pandas keep pickles in attributes, and load them. */
static void check_pickle(struct hdf5 *h, struct str text, uint64_t at) {
	struct reader r = reader_memory(text);
	struct tally ignored = {0};
	if (pickle_begins(h->s, text)) examine_member(h->s, arena_fmt(h->s->scratch, "attribute at %llu", (unsigned long long)at), at, &r, &ignored);
}

static void check_text(struct hdf5 *h, struct str text, uint64_t at) {
	size_t end;
	const char *error;
	struct str t = str_trim(text);
	while (t.n && !t.p[t.n - 1]) t.n--;
	if (t.n > 1 && t.p[0] != '{') check_pickle(h, t, at);
	if (t.n && t.p[0] == '{' && !check_json(h->s, t, at, &end, &error) && !h->s->over) found(h->s, RULE_JSON_INVALID, at + end, "an attribute: %s", error);
}

/* A text of variable length: where it lies in a global heap. */
static void read_heap_text(struct hdf5 *h, const uint8_t *p) {
	uint64_t heap = address(h, p + 4);
	uint32_t index = le32(p + 4 + h->offset_size);
	if (heap == NOWHERE || !heap) return;
	const uint8_t *c = hdf5_at(h, heap, 8 + h->length_size);
	if (!c || memcmp(c, "GCOL", 4) != 0) return;
	uint64_t size = hdf5_number(c + 8, h->length_size), step = 8 + (uint64_t)h->length_size;
	if (size == NOWHERE || !hdf5_at(h, heap, size)) return;
	for (uint64_t at = step; at <= size && step <= size - at;) {
		uint64_t n = hdf5_number(c + at + 8, h->length_size);
		if (n == NOWHERE || n > size - at - step) return;
		if (le16(c + at) == index) {
			check_text(h, str_n(c + at + step, n), heap + at + step);
			return;
		}
		if (!le16(c + at)) return;
		at += step + ((n + 7) & ~(uint64_t)7);
	}
}

/* ---- messages that stand elsewhere (IV.A.2, "Shared"): in an object of their own, or in the file's heap ---- */

/* The first message of a type in an object header of either version that isn't continued; empty. */
static struct str message_in(struct hdf5 *h, uint64_t at, unsigned wanted) {
	const uint8_t *p = hdf5_at(h, at, 16);
	if (!p) return STR_EMPTY;
	bool newer = memcmp(p, "OHDR", 4) == 0;
	uint64_t from = at + 16, n = le32(p + 8);
	unsigned head = 8;
	if (newer) {
		unsigned flags = p[5], skip = 6 + (flags & 32 ? 16 : 0) + (flags & 16 ? 4 : 0), bytes = 1u << (flags & 3);
		if (!(p = hdf5_at(h, at, skip + bytes))) return STR_EMPTY;
		n = hdf5_number(p + skip, bytes);
		from = at + skip + bytes;
		head = flags & 4 ? 6 : 4;
	}
	if (!(p = hdf5_at(h, from, n))) return STR_EMPTY;
	for (uint64_t i = 0; i + head <= n;) {
		unsigned type = newer ? p[i] : le16(p + i), size = newer ? le16(p + i + 1) : le16(p + i + 2);
		if (i + head + size > n) break;
		if (type == wanted) return str_n(p + i + head, size);
		i += head + size;
	}
	return STR_EMPTY;
}

/* The message that a shared one stands for; empty (and said) where it lies in a heap. */
static struct str shared_message(struct hdf5 *h, struct str m, uint64_t at, unsigned wanted) {
	const uint8_t *p = (const uint8_t *)m.p;
	size_t from = m.n && p[0] == 1 ? 8 : 2;
	bool in_object = m.n >= from + h->offset_size && (p[0] < 3 || p[1] == 2);
	struct str is = in_object ? message_in(h, address(h, p + from), wanted) : STR_EMPTY;
	if (!is.n) found(h->s, RULE_UNSUPPORTED, at, "a part of an object that lies in a shared heap");
	return is;
}

/* Its name, type, extent and value: only texts are looked at. */
static void read_attribute(struct hdf5 *h, struct str m, uint64_t at) {
	const uint8_t *p = (const uint8_t *)m.p;
	if (m.n < 8 || p[0] < 1 || p[0] > 3) return;
	size_t name = le16(p + 2), type = le16(p + 4), space = le16(p + 6), from = p[0] == 3 ? 9 : 8;
	if (p[0] == 1) {
		name = (name + 7) & ~(size_t)7;
		type = (type + 7) & ~(size_t)7;
		space = (space + 7) & ~(size_t)7;
	}
	if (from + name + type + space > m.n || type < 8) return;
	const uint8_t *kind = p + from + name, *v = kind + type + space;
	size_t left = m.n - (from + name + type + space);
	if (p[0] > 1 && p[1] & 1) {
		struct str own = shared_message(h, str_n(kind, type), at, M_DATATYPE);
		if (own.n < 8) return;
		kind = (const uint8_t *)own.p;
	}
	if ((kind[0] & 15) == 3) check_text(h, str_n(v, left), at + (uint64_t)(v - p));
	if ((kind[0] & 15) == 9)
		for (; left >= 8u + h->offset_size; left -= 8u + h->offset_size, v += 8u + h->offset_size) read_heap_text(h, v);
}

static void read_link(struct hdf5 *h, struct str m, uint64_t at, int depth) {
	const uint8_t *p = (const uint8_t *)m.p, *end = p + m.n;
	if (m.n < 4 || p[0] != 1) return;
	unsigned flags = p[1], type = 0, bytes = 1u << (flags & 3);
	p += 2;
	if (flags & 8) type = *p++;
	p += (flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0);
	if (p + bytes > end) return;
	uint64_t n = hdf5_number(p, bytes);
	p += bytes;
	if (n > (uint64_t)(end - p)) return;
	struct str name = str_n(p, n);
	p += n;
	if (type == 64) outside(h, at, "an external link", name);
	else if (type == 1) found(h->s, RULE_HDF5_SOFT, at, "a soft link \"%.*s\"", SHOWN(h->s, name));
	else if (type == 0 && p + h->offset_size <= end) read_object(h, address(h, p), depth + 1);
	else if (type > 1) found(h->s, RULE_UNSUPPORTED, at, "a link of type %u", type);
}

/* ---- groups of the old kind: a B-tree of symbol table nodes, names in a local heap ---- */

static void read_symbols(struct hdf5 *h, uint64_t at, int depth) {
	const uint8_t *p = hdf5_at(h, at, 8);
	if (!p || memcmp(p, "SNOD", 4) != 0) {
		bad(h, at, "a symbol table node is damaged");
		return;
	}
	unsigned n = le16(p + 6), size = 2u * h->offset_size + 24;
	if (!(p = hdf5_at(h, at + 8, (uint64_t)n * size))) return;
	for (unsigned i = 0; i < n && !h->bad; i++, p += size) {
		uint32_t cache = le32(p + 2 * h->offset_size);
		if (cache == 2) found(h->s, RULE_HDF5_SOFT, at, "a soft link");
		else read_object(h, address(h, p + h->offset_size), depth + 1);
	}
}

static void read_tree1(struct hdf5 *h, uint64_t at, int depth) {
	unsigned head = 8 + 2u * h->offset_size;
	if (depth > DEPTH || !first_time(h, at)) return;
	const uint8_t *p = hdf5_at(h, at, head);
	if (!p || memcmp(p, "TREE", 4) != 0 || p[4] != 0) {
		bad(h, at, "a group's tree is damaged");
		return;
	}
	unsigned level = p[5], n = le16(p + 6), step = (unsigned)h->length_size + h->offset_size;
	if (!(p = hdf5_at(h, at + head, (uint64_t)n * step + h->length_size))) return;
	for (unsigned i = 0; i < n && !h->bad; i++) {
		uint64_t child = address(h, p + (uint64_t)i * step + h->length_size);
		if (level) read_tree1(h, child, depth + 1);
		else read_symbols(h, child, depth);
	}
}

/* ---- groups and attributes of the new kind, where they are many (hdf5_heap.c) ---- */

static void dense_link(struct hdf5 *h, struct str m, uint64_t at, int depth) {
	read_link(h, m, at, depth);
}
static void dense_attribute(struct hdf5 *h, struct str m, uint64_t at, int depth) {
	(void)depth;
	read_attribute(h, m, at);
}

/* Link info and attribute info: flags, a counter that may be there, fractal heap, tree of names. */
static void read_info(struct hdf5 *h, struct str m, int depth, unsigned counter, void (*each)(struct hdf5 *, struct str, uint64_t, int)) {
	const uint8_t *p = (const uint8_t *)m.p;
	if (m.n < 2) return;
	size_t from = 2 + (p[1] & 1 ? counter : 0);
	if (m.n < from + 2u * h->offset_size) return;
	uint64_t heap = address(h, p + from), tree = address(h, p + from + h->offset_size);
	if (heap != NOWHERE && tree != NOWHERE) hdf5_dense(h, heap, tree, depth, each);
}

/* ---- objects ---- */

static bool read_messages(struct hdf5 *h, struct object *o, uint64_t at, uint64_t n, int version, bool ordered, int depth);

static void read_message(struct hdf5 *h, struct object *o, unsigned type, unsigned flags, struct str m, uint64_t at, int version, bool ordered, int depth) {
	const uint8_t *p = (const uint8_t *)m.p;
	if (flags & 2) {
		/* A dataset's type may be an object of its own; what else is shared could be an attribute that nobody sees. */
		if (type != M_DATATYPE && type != M_DATASPACE) found(h->s, RULE_UNSUPPORTED, at, "a part of an object that lies in a shared heap");
		return;
	}
	switch (type) {
	case M_DATASPACE: read_dataspace(o, m); break;
	case M_DATATYPE: o->width = m.n >= 8 ? le32(p + 4) : 0; break;
	case M_LINK_INFO: read_info(h, m, o->depth, 8, dense_link); break;
	case M_ATTRIBUTE_INFO: read_info(h, m, o->depth, 2, dense_attribute); break;
	case M_LINK: read_link(h, m, at, o->depth); break;
	case M_EXTERNAL: outside(h, at, "a dataset whose data lie in another file", STR_EMPTY); break;
	case M_LAYOUT: read_layout(h, m, at); break;
	case M_ATTRIBUTE: read_attribute(h, m, at); break;
	case M_SYMBOLS:
		if (m.n >= h->offset_size) read_tree1(h, address(h, p), o->depth);
		break;
	case M_CONTINUE: {
		if (m.n < (size_t)h->offset_size + h->length_size) break;
		uint64_t next = address(h, p), size = hdf5_number(p + h->offset_size, h->length_size);
		if (version == 1) read_messages(h, o, next, size, 1, false, depth + 1);
		else if (size >= 8 && hdf5_at(h, next, 4) && memcmp(hdf5_at(h, next, 4), "OCHK", 4) == 0) read_messages(h, o, next + 4, size - 8, 2, ordered, depth + 1);
		break;
	}
	default: break;
	}
}

static bool read_messages(struct hdf5 *h, struct object *o, uint64_t at, uint64_t n, int version, bool ordered, int depth) {
	unsigned head = version == 1 ? 8 : ordered ? 6 : 4;
	if (depth > DEPTH || time_is_up(h->s)) return bad(h, at, "an object header that goes on without end");
	const uint8_t *p = hdf5_at(h, at, n);
	if (!p) return false;
	h->parsed += n;
	for (uint64_t i = 0; i + head <= n && !h->bad;) {
		unsigned type = version == 1 ? le16(p + i) : p[i], size = version == 1 ? le16(p + i + 2) : le16(p + i + 1), flags = version == 1 ? p[i + 4] : p[i + 3];
		if (i + head + size > n) return version == 2 || bad(h, at + i, "a message reaches over its object header");
		read_message(h, o, type, flags, str_n(p + i + head, size), at + i + head, version, ordered, depth);
		i += head + size;
	}
	return !h->bad;
}

static bool read_header2(struct hdf5 *h, struct object *o) {
	const uint8_t *p = hdf5_at(h, o->at, 16);
	if (!p || p[4] != 2) return bad(h, o->at, "an object header of a version that isn't known");
	unsigned flags = p[5], from = 6 + (flags & 32 ? 16 : 0) + (flags & 16 ? 4 : 0), bytes = 1u << (flags & 3);
	if (!(p = hdf5_at(h, o->at, from + bytes))) return false;
	return read_messages(h, o, o->at + from + bytes, hdf5_number(p + from, bytes), 2, flags & 4, 0);
}

static void read_object(struct hdf5 *h, uint64_t at, int depth) {
	struct object o = {.at = at, .depth = depth};
	if (depth > DEPTH) {
		bad(h, at, "groups are too deep inside each other");
		return;
	}
	if (h->bad || !first_time(h, at)) return;
	const uint8_t *p = hdf5_at(h, at, 16);
	if (!p) return;
	uint64_t bytes;
	bool ok = memcmp(p, "OHDR", 4) == 0 ? read_header2(h, &o) : p[0] == 1 ? read_messages(h, &o, at + 16, le32(p + 8), 1, false, 0) : bad(h, at, "an object header is damaged");
	if (!ok || !o.width) return;
	if (__builtin_mul_overflow(o.elements, o.width, &bytes)) bytes = UINT64_MAX;
	if (bytes > LARGE && bytes / 1000 > h->bytes.n) found(h->s, RULE_BUDGET, at, "a dataset of %llu bytes in a file of %zu", (unsigned long long)bytes, h->bytes.n);
}

/* ---- the file ---- */

static bool read_superblock(struct hdf5 *h, uint64_t at, uint64_t *root, uint64_t *end) {
	const uint8_t *p = (const uint8_t *)h->bytes.p + at;
	if (h->bytes.n - at < 96) return bad(h, at, "the file ends inside its first block");
	bool old = p[8] <= 1;
	unsigned from = old ? (p[8] == 1 ? 28 : 24) : 12;
	h->offset_size = old ? p[13] : p[9];
	h->length_size = old ? p[14] : p[10];
	if (p[8] > 3 || h->offset_size < 4 || h->offset_size > 8 || h->length_size < 4 || h->length_size > 8) return bad(h, at, "a version or sizes that aren't known");
	h->base = hdf5_number(p + from, h->offset_size);
	*end = hdf5_number(p + from + 2 * h->offset_size, h->offset_size);
	*root = hdf5_number(p + from + (old ? 5 : 3) * h->offset_size, h->offset_size);
	if (h->base == NOWHERE || h->base > h->bytes.n) return bad(h, at, "a base address outside the file");
	return true;
}

bool hdf5_begins(struct str b, uint64_t *at) {
	for (*at = 0; *at + 8 <= b.n; *at = *at ? *at * 2 : 512)
		if (memcmp(b.p + *at, "\x89HDF\r\n\x1A\n", 8) == 0) return true;
	return false;
}

/* A user's block that nobody filled. */
static bool is_zeros(struct str s) {
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i]) return false;
	return true;
}

void parse_hdf5(struct scan *s, struct reader *r, struct tally *t) {
	struct hdf5 h = {.s = s, .bytes = reader_window(r), .seen = {.arena = s->scratch}};
	uint64_t at, root, end;
	s->file->format = "hdf5";
	if (!hdf5_begins(h.bytes, &at) || !read_superblock(&h, at, &root, &end)) return;
	/* With a block of the user's own before it, the library counts the end from the file's start. */
	if (end == h.bytes.n - h.base) end = h.bytes.n;
	if (end == NOWHERE || end > h.bytes.n) found(s, RULE_TRUNCATED, at, "the file is shorter than it says");
	read_object(&h, root, 0);
	if (h.bad) return;
	uint64_t known = end > h.bytes.n ? h.bytes.n : end < at ? at : end;
	if (is_zeros(str_sub(h.bytes, 0, at))) t->parsed += at;
	if (h.parsed > known - at) h.parsed = known - at;
	t->parsed += h.parsed;
	t->opaque += known - at - h.parsed;
}
