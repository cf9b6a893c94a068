#include "zip.h"

#include <zlib.h>

#include "formats.h"
#include "pickle.h"
#include "unpack.h"

enum {
	END_SIZE = 22, END64_SIZE = 56, LOCATOR_SIZE = 20, CENTRAL_SIZE = 46, LOCAL_SIZE = 30, COMMENT_MOST = 65535, CRC_MOST = 64 << 20,
	FLAG_ENCRYPTED = 1, FLAG_DESCRIPTOR = 8, FLAG_UTF8 = 1 << 11, METHOD_STORED = 0, METHOD_DEFLATE = 8, METHOD_BZIP2 = 12, METHOD_ZSTD = 93, METHOD_XZ = 95,
};

static const uint8_t *at(const struct zip *z, uint64_t offset) {
	return (const uint8_t *)z->bytes.p + offset;
}

static bool holds(const struct zip *z, uint64_t offset, uint64_t n) {
	return offset <= z->bytes.n && n <= z->bytes.n - offset;
}

/* ---- the end of the archive ---- */

/* The last place where an end record stands whose comment ends with the file, or (exact false) fits into it; STR_NONE. */
static size_t find_end(struct str b, bool exact) {
	size_t least = b.n > END_SIZE + COMMENT_MOST ? b.n - END_SIZE - COMMENT_MOST : 0;
	for (size_t i = b.n < END_SIZE ? 0 : b.n - END_SIZE + 1; i-- > least;) {
		const uint8_t *p = (const uint8_t *)b.p + i;
		if (p[0] != 'P' || memcmp(p, "PK\5\6", 4) != 0) continue;
		size_t comment = le16(p + 20);
		if (exact ? i + END_SIZE + comment == b.n : i + END_SIZE + comment <= b.n) return i;
	}
	return STR_NONE;
}

bool zip_ends(struct str b) {
	size_t end = find_end(b, true);
	if (end == STR_NONE) return false;
	const uint8_t *p = (const uint8_t *)b.p + end;
	uint64_t size = le32(p + 12);
	if (size > end || size < CENTRAL_SIZE) return false;
	return memcmp(p - size, "PK\1\2", 4) == 0;
}

struct end_record {
	uint64_t entries, size, offset, begins; /* begins: where the end records begin */
};

static bool read_end64(struct zip *z, size_t end, struct end_record *e) {
	if (end < LOCATOR_SIZE + END64_SIZE || memcmp(at(z, end - LOCATOR_SIZE), "PK\6\7", 4) != 0) return false;
	/* Where the locator says, or (with something before the archive) right before the locator. */
	uint64_t offset = le64(at(z, end - LOCATOR_SIZE + 8));
	if (!holds(z, offset, END64_SIZE) || memcmp(at(z, offset), "PK\6\6", 4) != 0) offset = end - LOCATOR_SIZE - END64_SIZE;
	const uint8_t *p = at(z, offset);
	if (memcmp(p, "PK\6\6", 4) != 0) return false;
	*e = (struct end_record){le64(p + 32), le64(p + 40), le64(p + 48), offset};
	return true;
}

static bool read_end(struct zip *z, struct end_record *e) {
	struct scan *s = z->s;
	size_t end = find_end(z->bytes, true);
	if (end == STR_NONE) {
		end = find_end(z->bytes, false);
		if (end != STR_NONE) found(s, RULE_ZIP_AMBIGUOUS, end, "bytes stand behind the end of the zip file");
	}
	if (end == STR_NONE) return false;
	const uint8_t *p = at(z, end);
	struct end_record e32 = {le16(p + 10), le32(p + 12), le32(p + 16), end}, e64;
	bool wide = e32.entries == UINT16_MAX || e32.size == UINT32_MAX || e32.offset == UINT32_MAX;
	*e = e32;
	z->end = end + END_SIZE + le16(p + 20);
	if (read_end64(z, end, &e64)) {
		if ((e32.entries != UINT16_MAX && e32.entries != e64.entries) || (e32.size != UINT32_MAX && e32.size != e64.size) || (e32.offset != UINT32_MAX && e32.offset != e64.offset))
			found(s, RULE_ZIP_AMBIGUOUS, end, "the two end records of the zip file differ");
		*e = e64;
	} else if (wide && (e32.size == UINT32_MAX || e32.offset == UINT32_MAX)) {
		found(s, RULE_ZIP_DAMAGED, end, "an end record of 64 bits is missing");
		return false;
	}
	if (le16(p + 4) || le16(p + 6)) found(s, RULE_ZIP_AMBIGUOUS, end, "a zip file of several disks");
	range_add(&z->ranges, end, END_SIZE, RANGE_PARSED);
	struct str comment = str_n(p + END_SIZE, z->end - end - END_SIZE);
	range_add(&z->ranges, end + END_SIZE, comment.n, str_utf8(comment) ? RANGE_PARSED : RANGE_UNACCOUNTED);
	range_add(&z->ranges, e->begins, end - e->begins, RANGE_PARSED);
	return true;
}

/* Another end record behind the directory would be taken by some readers. */
static void look_for_other_ends(struct zip *z) {
	uint64_t from = z->directory, n = 0;
	for (; from + END_SIZE <= z->bytes.n; from++) {
		const uint8_t *p = memchr(at(z, from), 'P', z->bytes.n - from - END_SIZE + 1);
		if (!p) break;
		from = (uint64_t)(p - (const uint8_t *)z->bytes.p);
		n += memcmp(p, "PK\5\6", 4) == 0;
	}
	if (n > 1) found(z->s, RULE_ZIP_AMBIGUOUS, z->directory, "the zip file has several ends");
}

/* ---- the central directory ---- */

/* Sizes and offset of 64 bits, which an extra field holds in this order where the record has all ones. */
static bool read_extra(struct str extra, uint64_t *size, uint64_t *packed, uint64_t *offset) {
	uint64_t *const wide[] = {size, packed, offset};
	const uint8_t *p = (const uint8_t *)extra.p;
	for (size_t i = 0; i + 4 <= extra.n; i += 4 + (size_t)le16(p + i + 2)) {
		size_t n = le16(p + i + 2);
		if (le16(p + i) != 1) continue;
		if (i + 4 + n > extra.n) return false;
		for (size_t k = 0, from = i + 4; k < lengthof(wide); k++) {
			if (!wide[k] || *wide[k] != UINT32_MAX) continue;
			if (from + 8 > i + 4 + n) return false;
			*wide[k] = le64(p + from);
			from += 8;
		}
		return true;
	}
	return true;
}

static bool read_entry(struct zip *z, uint64_t offset, struct zip_entry *e, uint64_t *next) {
	uint64_t end = z->directory + z->directory_size;
	if (offset + CENTRAL_SIZE > end || memcmp(at(z, offset), "PK\1\2", 4) != 0) return false;
	const uint8_t *p = at(z, offset);
	uint64_t name = le16(p + 28), extra = le16(p + 30), comment = le16(p + 32);
	*next = offset + CENTRAL_SIZE + name + extra + comment;
	if (*next > end) return false;
	*e = (struct zip_entry){
		.name = str_n(p + CENTRAL_SIZE, name), .extra = str_n(p + CENTRAL_SIZE + name, extra), .packed = le32(p + 20), .size = le32(p + 24), .header = le32(p + 42), .crc = le32(p + 16),
		.attributes = le32(p + 38), .method = le16(p + 10), .flags = le16(p + 8), .made_by = le16(p + 4),
	};
	if (!read_extra(str_n(p + CENTRAL_SIZE + name, extra), &e->size, &e->packed, &e->header)) return false;
	return !__builtin_add_overflow(e->header, z->prefix, &e->header);
}

static bool read_directory(struct zip *z, const struct end_record *end) {
	uint64_t offset = z->directory, room = end->size / CENTRAL_SIZE;
	if (room > z->s->limits.members) {
		over_budget(z->s, offset, "over %llu members of archives", (unsigned long long)z->s->limits.members);
		return false;
	}
	z->entries = arena_array(z->s->scratch, room + 1, sizeof *z->entries);
	if (!z->entries) return false;
	while (offset < z->directory + z->directory_size) {
		if (!read_entry(z, offset, &z->entries[z->n], &offset)) {
			found(z->s, RULE_ZIP_DAMAGED, offset, "the central directory is damaged");
			return false;
		}
		z->n++;
	}
	if (z->n != end->entries) found(z->s, RULE_ZIP_AMBIGUOUS, z->directory, "the central directory has %zu entries and claims %llu", z->n, (unsigned long long)end->entries);
	return true;
}

/* ---- local headers ---- */

/* A second name (Info-ZIP's Unicode path, 0x7075), which some readers take instead of the first. */
static bool has_other_name(struct str extra, struct str name) {
	const uint8_t *p = (const uint8_t *)extra.p;
	for (size_t i = 0; i + 4 <= extra.n; i += 4 + (size_t)le16(p + i + 2)) {
		size_t n = le16(p + i + 2);
		if (le16(p + i) == 0x7075 && (i + 4 + n > extra.n || n < 5 || !str_eq(str_n(p + i + 9, n - 5), name))) return true;
	}
	return false;
}

static void differs(struct zip *z, const struct zip_entry *e, const char *what) {
	found(z->s, RULE_ZIP_AMBIGUOUS, e->header, "local header and central directory differ over %s of \"%.*s\"", what, SHOWN(z->s, e->name));
}

/* What stands behind the data of an entry whose sizes weren't known when its header was written; its bytes. */
static uint64_t descriptor(struct zip *z, const struct zip_entry *e, uint64_t offset) {
	for (unsigned wide = 0; wide < 2; wide++)
		for (unsigned sign = 0; sign < 2; sign++) {
			unsigned n = 4 * sign + 4 + (wide ? 16 : 8);
			if (!holds(z, offset, n) || (sign && memcmp(at(z, offset), "PK\7\10", 4) != 0)) continue;
			const uint8_t *p = at(z, offset + 4 * sign);
			uint64_t packed = wide ? le64(p + 4) : le32(p + 4), size = wide ? le64(p + 12) : le32(p + 8);
			if (le32(p) == e->crc && packed == e->packed && size == e->size) return n;
		}
	return 0;
}

static bool check_local(struct zip *z, struct zip_entry *e) {
	if (!holds(z, e->header, LOCAL_SIZE) || memcmp(at(z, e->header), "PK\3\4", 4) != 0) {
		found(z->s, RULE_ZIP_DAMAGED, e->header, "\"%.*s\" has no local header", SHOWN(z->s, e->name));
		return false;
	}
	const uint8_t *p = at(z, e->header);
	uint64_t name = le16(p + 26), extra = le16(p + 28), size = le32(p + 22), packed = le32(p + 18);
	if (!holds(z, e->header, LOCAL_SIZE + name + extra)) return false;
	struct str local = str_n(p + LOCAL_SIZE, name);
	bool later = le16(p + 6) & FLAG_DESCRIPTOR;
	e->data = e->header + LOCAL_SIZE + name + extra;
	if (!read_extra(str_n(p + LOCAL_SIZE + name, extra), &size, &packed, NULL)) differs(z, e, "the extra field");
	if (!str_eq(local, e->name) || has_other_name(str_n(p + LOCAL_SIZE + name, extra), e->name) || has_other_name(e->extra, e->name)) differs(z, e, "the name");
	if (le16(p + 8) != e->method) differs(z, e, "the method");
	if ((le16(p + 6) ^ e->flags) & (FLAG_ENCRYPTED | FLAG_DESCRIPTOR | FLAG_UTF8)) differs(z, e, "the flags");
	bool empty = later && !size && !packed;
	if (!empty && (size != e->size || packed != e->packed)) differs(z, e, "the sizes");
	if (le32(p + 14) != e->crc && !(later && !le32(p + 14))) differs(z, e, "the checksum");
	if (!holds(z, e->data, e->packed)) {
		found(z->s, RULE_ZIP_DAMAGED, e->header, "\"%.*s\" reaches beyond the file", SHOWN(z->s, e->name));
		return false;
	}
	range_add(&z->ranges, e->header, e->data - e->header, RANGE_PARSED);
	if (later) range_add(&z->ranges, e->data + e->packed, descriptor(z, e, e->data + e->packed), RANGE_PARSED);
	return true;
}

static bool is_link(const struct zip_entry *e) {
	return e->made_by >> 8 == 3 && (e->attributes >> 16 & 0170000) == 0120000;
}

static void check_names(struct zip *z) {
	struct map seen = {.arena = z->s->scratch};
	for (size_t i = 0; i < z->n; i++) {
		struct zip_entry *e = &z->entries[i];
		void **place = map_at(&seen, e->name);
		if (!place) return;
		if (*place) found(z->s, RULE_ZIP_AMBIGUOUS, e->header, "\"%.*s\" stands twice in the archive", SHOWN(z->s, e->name));
		*place = e;
		if (str_find_char(e->name, 0) != STR_NONE) found(z->s, RULE_ZIP_AMBIGUOUS, e->header, "the name of an entry holds a NUL");
		if (path_leaves(e->name)) found(z->s, RULE_MEMBER_NAME, e->header, "\"%.*s\" would be written outside the folder", SHOWN(z->s, e->name));
		if (is_link(e)) found(z->s, RULE_LINK, e->header, "\"%.*s\" is a symbolic link", SHOWN(z->s, e->name));
	}
}

/* ---- entries ---- */

static enum packing packing(const struct zip_entry *e) {
	return e->method == METHOD_DEFLATE ? PACK_DEFLATE : e->method == METHOD_BZIP2 ? PACK_BZIP2 : e->method == METHOD_ZSTD ? PACK_ZSTD : e->method == METHOD_XZ ? PACK_XZ : PACK_NONE;
}

/* Its bytes are there, if nobody can read them; or it only claims to be encrypted, and a careless reader reads it. */
static bool is_closed(struct zip *z, const struct zip_entry *e) {
	if (!(e->flags & FLAG_ENCRYPTED)) return false;
	found(z->s, RULE_ENCRYPTED, e->header, "\"%.*s\" is encrypted", SHOWN(z->s, e->name));
	return e->method != METHOD_STORED || !pickle_begins(z->s, str_n(at(z, e->data), e->packed));
}

bool zip_open(struct zip *z, const struct zip_entry *e, struct zip_reader *out) {
	out->entry = e;
	if (!e->usable || !count_member(z->s, e->header)) return false;
	enum packing p = packing(e);
	bool closed = is_closed(z, e);
	if (!closed && p == PACK_NONE && e->method != METHOD_STORED) found(z->s, RULE_UNSUPPORTED, e->header, "\"%.*s\" is compressed by method %u", SHOWN(z->s, e->name), e->method);
	if (closed || (p == PACK_NONE && e->method != METHOD_STORED)) {
		range_add(&z->ranges, e->data, e->packed, RANGE_UNACCOUNTED);
		return false;
	}
	out->in = reader_memory(str_n(at(z, e->data), e->packed));
	out->r = p == PACK_NONE ? &out->in : &out->out;
	return p == PACK_NONE || unpack_open(z->s, &out->in, p, &out->out);
}

static void damaged(struct zip *z, const struct zip_entry *e, const char *what) {
	found(z->s, RULE_ZIP_DAMAGED, e->header, "\"%.*s\" %s", SHOWN(z->s, e->name), what);
}

/* The checksum of all that comes out; compressed entries are read once more for it, so large ones are left out. */
static void check_sum(struct zip *z, const struct zip_entry *e) {
	if (e->size > CRC_MOST || e->packed > CRC_MOST || z->s->over) return;
	struct reader in = reader_memory(str_n(at(z, e->data), e->packed)), out, *r = &in;
	uLong crc = crc32(0, NULL, 0);
	if (packing(e) != PACK_NONE) {
		if (!unpack_open(z->s, &in, packing(e), &out)) return;
		r = &out;
	}
	for (; !reader_at_end(r); r->at = r->end) crc = crc32_z(crc, r->at, reader_have(r));
	if (!r->fault && crc != e->crc) damaged(z, e, "has another checksum than the archive says");
	unpack_close(r);
}

void zip_close(struct zip *z, struct zip_reader *r, const struct tally *t, uint64_t unaccounted) {
	const struct zip_entry *e = r->entry;
	uint64_t left = reader_drain(r->r), size = reader_offset(r->r);
	bool faulty = r->r->fault;
	stream_fault(z->s, r->r);
	if (!faulty && !z->s->over) {
		if (size != e->size) damaged(z, e, "has another length than the archive says");
		else if (r->r->unpack && unpack_taken(r->r) != e->packed) damaged(z, e, "is followed by bytes of its own that nobody reads");
		else check_sum(z, e);
	}
	member_range(&z->ranges, e->data, e->packed, t, unaccounted + left);
	if (r->r->unpack) unpack_close(r->r);
}

void zip_examine(struct zip *z, const struct zip_entry *e) {
	struct zip_reader r;
	struct tally t = {0};
	if (!zip_open(z, e, &r)) return;
	uint64_t rest = examine_member(z->s, e->name, e->header, r.r, &t);
	zip_close(z, &r, &t, rest);
}

/* ---- the archive ---- */

static bool is_npz(const struct zip *z) {
	for (size_t i = 0; i < z->n; i++)
		if (!str_ends(z->entries[i].name, S(".npy"))) return false;
	return z->n > 0;
}

static bool has_name(const struct zip *z, const char *name) {
	for (size_t i = 0; i < z->n; i++)
		if (str_is(z->entries[i].name, name)) return true;
	return false;
}

static void look_at_gaps(struct zip *z, uint64_t overlap, uint64_t gap) {
	if (overlap != UINT64_MAX) found(z->s, RULE_ZIP_DAMAGED, 0, "entries of the zip file lie over each other");
	if (gap == UINT64_MAX) return;
	bool entry = holds(z, gap, 4) && memcmp(at(z, gap), "PK\3\4", 4) == 0;
	if (entry) found(z->s, RULE_ZIP_AMBIGUOUS, gap, "an entry stands in the zip file that its directory doesn't have");
}

static int by_header(const void *x, const void *y) {
	const struct zip_entry *a = *(const struct zip_entry *const *)x, *b = *(const struct zip_entry *const *)y;
	return a->header < b->header ? -1 : a->header > b->header;
}

/* Entries that share their bytes make a small file a vast one: none of them is examined. */
static void refuse_overlaps(struct zip *z) {
	struct zip_entry **order = arena_array(z->s->scratch, z->n + 1, sizeof *order);
	size_t n = 0;
	bool overlap = false;
	for (size_t i = 0; order && i < z->n; i++)
		if (z->entries[i].usable) order[n++] = &z->entries[i];
	if (n) qsort(order, n, sizeof *order, by_header);
	for (size_t i = 1; i < n; i++) overlap |= order[i]->header != order[i - 1]->header && order[i - 1]->data + order[i - 1]->packed > order[i]->header;
	for (size_t i = 0; overlap && i < n; i++) order[i]->usable = false;
	if (overlap) found(z->s, RULE_ZIP_DAMAGED, 0, "entries of the zip file lie over each other");
}

static void examine_entries(struct zip *z) {
	z->s->file->format = is_npz(z) ? "npz" : has_name(z, "config.json") && has_name(z, "metadata.json") && has_name(z, "model.weights.h5") ? "keras" : "zip";
	if (parse_torch_zip(z)) return;
	for (size_t i = 0; i < z->n; i++) zip_examine(z, &z->entries[i]);
}

void parse_zip(struct scan *s, struct reader *r, struct tally *t) {
	struct zip z = {.s = s, .bytes = reader_window(r), .ranges = {.a = s->scratch}};
	struct end_record end;
	uint64_t overlap, gap;
	s->file->format = "zip";
	if (!read_end(&z, &end)) {
		found(s, RULE_TRUNCATED, 0, "the zip file has no end");
		return;
	}
	if (end.size > end.begins || end.offset > end.begins - end.size) {
		found(s, RULE_ZIP_DAMAGED, end.begins, "the central directory lies outside the file");
		return;
	}
	z.directory = end.begins - end.size;
	z.directory_size = end.size;
	z.prefix = z.directory - end.offset;
	if (z.prefix) found(s, RULE_ZIP_AMBIGUOUS, 0, "%llu bytes stand before the zip file", (unsigned long long)z.prefix);
	range_add(&z.ranges, z.directory, z.directory_size, RANGE_PARSED);
	look_for_other_ends(&z);
	if (!read_directory(&z, &end)) return;
	for (size_t i = 0; i < z.n && !time_is_up(s); i++) z.entries[i].usable = check_local(&z, &z.entries[i]);
	check_names(&z);
	refuse_overlaps(&z);
	examine_entries(&z);
	ranges_close(&z.ranges, z.bytes.n, t, &overlap, &gap);
	look_at_gaps(&z, overlap, gap);
}
