/* 7z archives (7-Zip, DOC/7zFormat.txt). The directory lies at the end and is usually compressed itself; the files of a folder are one stream after the other. Chains of one method, with or without a filter
 * for machine code before it, are read; everything else is INCONCLUSIVE. */
#include "formats.h"
#include "unpack.h"

enum {
	END = 0, HEADER = 1, ARCHIVE_PROPERTIES = 2, MAIN_STREAMS = 4, FILES = 5, PACK_INFO = 6, UNPACK_INFO = 7, SUBSTREAMS = 8, SIZE = 9, CRC = 10, FOLDER = 11, UNPACK_SIZE = 12, NUMBER_OF_STREAMS = 13, EMPTY_STREAM = 14,
	NAMES = 17, ENCODED_HEADER = 23, FOLDERS_MOST = 1 << 16, FILES_MOST = 1 << 20, CODERS = 4, START = 32,
};

struct coder {
	uint64_t id;
	struct str properties;
};
struct folder {
	struct coder coders[CODERS];
	unsigned coders_n;
	uint64_t sizes[CODERS];
	uint64_t size;        /* of what comes out */
	uint64_t streams;     /* files in it */
	unsigned packed_n;    /* streams that go in */
};

struct sevenz {
	struct scan *s;
	struct str bytes;     /* the archive */
	struct str header;    /* what is left of the directory */
	uint64_t pack_offset, *packed;
	size_t packed_n;
	struct folder *folders;
	size_t folders_n;
	uint64_t *sizes;      /* of files, folder by folder */
	size_t sizes_n;
	struct str *names;    /* of files that have bytes, in their order */
	size_t names_n;
	struct ranges ranges;
	bool bad;
};

static bool bad(struct sevenz *z, const char *what) {
	if (!z->bad) found(z->s, RULE_TRUNCATED, 0, "the directory of the 7z file: %s", what);
	z->bad = true;
	return false;
}

static bool byte(struct sevenz *z, unsigned *out) {
	if (!z->header.n) return bad(z, "it ends too early");
	*out = (uint8_t)z->header.p[0];
	z->header = str_from(z->header, 1);
	return true;
}

/* The bits of the first byte say how many bytes follow. */
static bool number(struct sevenz *z, uint64_t *out) {
	unsigned first, next;
	*out = 0;
	if (!byte(z, &first)) return false;
	for (unsigned i = 0, bit = 0x80; i < 8; i++, bit >>= 1) {
		if (!(first & bit)) {
			*out |= (uint64_t)(first & (bit - 1)) << (8 * i);
			return true;
		}
		if (!byte(z, &next)) return false;
		*out |= (uint64_t)next << (8 * i);
	}
	return true;
}

static bool take(struct sevenz *z, uint64_t n, struct str *out) {
	if (n > z->header.n) return bad(z, "it ends too early");
	*out = str_sub(z->header, 0, n);
	z->header = str_from(z->header, n);
	return true;
}

/* A bit each for n things, or one byte that says all; the digests of those that have one are passed over. */
static bool digests(struct sevenz *z, uint64_t n) {
	unsigned all;
	struct str bits;
	uint64_t defined = n;
	if (!byte(z, &all)) return false;
	if (!all) {
		if (!take(z, (n + 7) / 8, &bits)) return false;
		defined = 0;
		for (uint64_t i = 0; i < n; i++) defined += (uint8_t)bits.p[i / 8] >> (7 - i % 8) & 1;
	}
	return take(z, defined * 4, &bits);
}

static uint64_t *numbers(struct sevenz *z, uint64_t n) {
	if (n > FILES_MOST) {
		bad(z, "too many streams");
		return NULL;
	}
	uint64_t *v = arena_array(z->s->scratch, n + 1, sizeof *v);
	for (uint64_t i = 0; v && i < n; i++)
		if (!number(z, &v[i])) return NULL;
	return v;
}

static bool read_pack_info(struct sevenz *z) {
	uint64_t n, type;
	if (!number(z, &z->pack_offset) || !number(z, &n)) return false;
	for (;;) {
		if (!number(z, &type)) return false;
		if (type == END) return z->packed || !n || bad(z, "streams without sizes");
		if (type == SIZE) {
			if (!(z->packed = numbers(z, n))) return bad(z, "it ends too early");
			z->packed_n = n;
		} else if (type != CRC || !digests(z, n)) {
			return bad(z, "a field that isn't known");
		}
	}
}

static bool read_folder(struct sevenz *z, struct folder *f) {
	uint64_t coders, ins = 0, outs = 0, a, b;
	if (!number(z, &coders) || !coders || coders > CODERS) return bad(z, "too many methods");
	for (f->coders_n = 0; f->coders_n < coders; f->coders_n++) {
		unsigned flags;
		struct str id;
		struct coder *c = &f->coders[f->coders_n];
		uint64_t in = 1, out = 1, n = 0;
		c->properties = STR_EMPTY;
		if (!byte(z, &flags) || (flags & 15) > 8 || !take(z, flags & 15, &id)) return bad(z, "a method that isn't known");
		for (size_t i = 0; i < id.n; i++) c->id = c->id << 8 | (uint8_t)id.p[i];
		if (flags & 16 && (!number(z, &in) || !number(z, &out))) return false;
		if (flags & 32 && (!number(z, &n) || !take(z, n, &c->properties))) return false;
		if (in > 8 || out > 8) return bad(z, "a method with too many streams");
		ins += in;
		outs += out;
	}
	if (!outs || ins < outs - 1) return bad(z, "streams that don't fit");
	for (uint64_t i = 0; i + 1 < outs; i++)
		if (!number(z, &a) || !number(z, &b)) return false;
	f->packed_n = (unsigned)(ins - (outs - 1));
	for (unsigned i = 0; f->packed_n > 1 && i < f->packed_n; i++)
		if (!number(z, &a)) return false;
	if (outs != coders) return bad(z, "a method with several outputs");
	return true;
}

static bool read_unpack_info(struct sevenz *z) {
	uint64_t type, n;
	unsigned external;
	if (!number(z, &type) || type != FOLDER || !number(z, &n) || n > FOLDERS_MOST || !byte(z, &external) || external) return bad(z, "folders that can't be read");
	z->folders = arena_array(z->s->scratch, n + 1, sizeof *z->folders);
	if (!z->folders) return bad(z, "too many folders");
	for (z->folders_n = 0; z->folders_n < n; z->folders_n++)
		if (!read_folder(z, &z->folders[z->folders_n])) return false;
	if (!number(z, &type) || type != UNPACK_SIZE) return bad(z, "folders without sizes");
	for (size_t i = 0; i < n; i++) {
		struct folder *f = &z->folders[i];
		for (unsigned k = 0; k < f->coders_n; k++)
			if (!number(z, &f->sizes[k])) return false;
		f->size = f->sizes[0]; /* the first coder is the last to work, as 7-Zip writes it */
		f->streams = 1;
	}
	for (;;) {
		if (!number(z, &type)) return false;
		if (type == END) return true;
		if (type != CRC || !digests(z, n)) return bad(z, "a field that isn't known");
	}
}

/* How the stream of each folder is cut into files. The last file's size is what is left. */
static bool read_substreams(struct sevenz *z, bool present) {
	uint64_t type = END, all = 0;
	if (present && !number(z, &type)) return false;
	for (size_t i = 0; type == NUMBER_OF_STREAMS && i < z->folders_n; i++)
		if (!number(z, &z->folders[i].streams) || z->folders[i].streams > FILES_MOST) return bad(z, "too many files");
	if (type == NUMBER_OF_STREAMS && !number(z, &type)) return false;
	for (size_t i = 0; i < z->folders_n; i++) all += z->folders[i].streams;
	if (all > FILES_MOST || !(z->sizes = arena_array(z->s->scratch, all + 1, sizeof *z->sizes))) return bad(z, "too many files");
	for (size_t i = 0; i < z->folders_n; i++) {
		uint64_t left = z->folders[i].size;
		for (uint64_t k = 0; k < z->folders[i].streams; k++) {
			uint64_t size = left;
			if (k + 1 < z->folders[i].streams && (type != SIZE || !number(z, &size) || size > left)) return bad(z, "sizes that don't fit");
			z->sizes[z->sizes_n++] = size;
			left -= size;
		}
	}
	return true; /* digests may follow, of those files that have none yet */
}

static bool read_streams(struct sevenz *z) {
	uint64_t type;
	bool cut = false;
	for (;;) {
		if (!number(z, &type)) return false;
		if (type == END) return cut || read_substreams(z, false);
		if (type == PACK_INFO ? !read_pack_info(z) : type == UNPACK_INFO ? !read_unpack_info(z) : type == SUBSTREAMS ? !read_substreams(z, true) : !bad(z, "a field that isn't known")) return false;
		if (type != SUBSTREAMS) continue;
		cut = true;
		return true; /* digests follow; find_files looks for what is behind them */
	}
}

/* ---- reading a folder ---- */

static bool open_folder(struct sevenz *z, const struct folder *f, struct reader *in, struct reader *out) {
	enum { COPY = 0, LZMA2 = 0x21, LZMA = 0x030101, DEFLATE = 0x040108, BZIP2 = 0x040202, ZSTD = 0x04F71101, X86 = 0x03030103, AES = 0x06F10701 };
	const struct coder *last = &f->coders[f->coders_n - 1];
	bool filter = f->coders_n == 2 && f->coders[0].id == X86;
	for (unsigned i = 0; i < f->coders_n; i++)
		if (f->coders[i].id == AES) {
			found(z->s, RULE_ENCRYPTED, 0, "the 7z file is encrypted");
			return false;
		}
	if (f->packed_n == 1 && (f->coders_n == 1 || filter)) {
		if (last->id == LZMA || last->id == LZMA2) return unpack_open_raw(z->s, in, last->id == LZMA2, last->properties, filter, f->size, out);
		if (!filter && last->id == DEFLATE) return unpack_open(z->s, in, PACK_DEFLATE, out);
		if (!filter && last->id == BZIP2) return unpack_open(z->s, in, PACK_BZIP2, out);
		if (!filter && last->id == ZSTD) return unpack_open(z->s, in, PACK_ZSTD, out);
		if (!filter && last->id == COPY) {
			*out = *in;
			return true;
		}
	}
	found(z->s, RULE_UNSUPPORTED, 0, "the 7z file uses a method that isn't examined");
	return false;
}

static uint64_t packed_at(struct sevenz *z, size_t stream) {
	uint64_t at = START + z->pack_offset;
	for (size_t i = 0; i < stream; i++)
		if (__builtin_add_overflow(at, z->packed[i], &at)) return UINT64_MAX;
	return at;
}

static void examine_folder(struct sevenz *z, const struct folder *f, size_t stream, size_t file) {
	struct reader in, out;
	struct tally t = {0};
	uint64_t rest = 0, at = packed_at(z, stream), n = stream < z->packed_n ? z->packed[stream] : UINT64_MAX;
	if (at > z->bytes.n || n > z->bytes.n - at) {
		bad(z, "a stream outside the file");
		return;
	}
	in = reader_memory(str_sub(z->bytes, at, n));
	if (!open_folder(z, f, &in, &out)) {
		range_add(&z->ranges, at, n, RANGE_UNACCOUNTED);
		return;
	}
	for (uint64_t k = 0; k < f->streams && count_member(z->s, at); k++, file++) {
		struct str name = file < z->names_n ? z->names[file] : arena_fmt(z->s->scratch, "file %zu", file + 1);
		uint64_t before = reader_limit(&out, z->sizes[file]), from = reader_offset(&out);
		rest += examine_member(z->s, name, at, &out, &t);
		reader_unlimit(&out, before);
		if (reader_offset(&out) - from != z->sizes[file] && !out.fault) found(z->s, RULE_TRUNCATED, at, "\"%.*s\" is cut short", SHOWN(z->s, name));
	}
	rest += reader_drain(&out);
	stream_fault(z->s, &out);
	member_range(&z->ranges, at, n, &t, rest);
	if (out.unpack) unpack_close(&out);
}

/* ---- names ---- */

/* UTF-16 as the archive has it; what isn't ASCII is shown as '?', since names decide nothing. */
static struct str name_of(struct sevenz *z, struct str utf16) {
	char *to = arena_raw(z->s->scratch, utf16.n / 2 + 1);
	size_t n = 0;
	for (size_t i = 0; to && i + 1 < utf16.n; i += 2) {
		unsigned c = le16((const uint8_t *)utf16.p + i);
		to[n++] = c >= 32 && c < 127 ? (char)c : '?';
	}
	return to ? str_n(to, n) : STR_EMPTY;
}

static void read_names(struct sevenz *z, struct str names, struct str empty, uint64_t files) {
	z->names = arena_array(z->s->scratch, files + 1, sizeof *z->names);
	for (uint64_t i = 0; z->names && i < files && names.n >= 2; i++) {
		size_t n = 0;
		while (n + 1 < names.n && (names.p[n] || names.p[n + 1])) n += 2;
		struct str name = name_of(z, str_sub(names, 0, n));
		names = str_from(names, n + 2);
		if (path_leaves(name)) found(z->s, RULE_MEMBER_NAME, 0, "\"%.*s\" would be written outside the folder", SHOWN(z->s, name));
		bool has_none = i / 8 < empty.n && (uint8_t)empty.p[i / 8] >> (7 - i % 8) & 1;
		if (!has_none) z->names[z->names_n++] = name;
	}
}

static void read_files(struct sevenz *z) {
	uint64_t files, type, n;
	struct str empty = STR_EMPTY, names = STR_EMPTY, v;
	if (!number(z, &files) || files > FILES_MOST) return;
	while (z->header.n && number(z, &type) && type != END) {
		if (!number(z, &n) || n > z->header.n || !take(z, n, &v)) return;
		if (type == EMPTY_STREAM) empty = v;
		if (type == NAMES && v.n && !v.p[0]) names = str_from(v, 1);
	}
	read_names(z, names, empty, files);
}

/* Digests stand between the sizes and the end of the streams' part; the files' part begins where it can be read to its end. */
static void find_files(struct sevenz *z) {
	struct str all = z->header;
	bool was = z->bad;
	for (size_t i = 0; i + 2 < all.n && !z->names_n; i++) {
		if (all.p[i] != END || all.p[i + 1] != FILES) continue;
		z->header = str_from(all, i + 2);
		z->s->silent++;
		read_files(z);
		z->s->silent--;
		if (z->names_n != z->sizes_n) z->names_n = 0;
	}
	z->bad = was;
}

/* ---- the archive ---- */

static bool read_header(struct sevenz *z, struct held *held) {
	uint64_t type;
	for (int again = 0; again < 4; again++) {
		if (!number(z, &type)) return false;
		if (type == HEADER) return number(z, &type) && (type == MAIN_STREAMS ? read_streams(z) : type == END || type == FILES || bad(z, "a field that isn't known"));
		if (type != ENCODED_HEADER || !read_streams(z) || z->folders_n != 1) return bad(z, "it can't be read");
		struct reader in = reader_memory(str_sub(z->bytes, packed_at(z, 0), z->packed_n ? z->packed[0] : 0)), out;
		if (packed_at(z, 0) > z->bytes.n || !open_folder(z, &z->folders[0], &in, &out)) return bad(z, "it can't be read");
		uint64_t before = reader_limit(&out, z->folders[0].size);
		drop_bytes(z->s, held);
		bool ok = all_bytes(z->s, &out, held);
		reader_unlimit(&out, before);
		stream_fault(z->s, &out);
		if (out.unpack) unpack_close(&out);
		if (!ok) return false;
		range_add(&z->ranges, packed_at(z, 0), z->packed[0], RANGE_PARSED);
		z->header = held->bytes;
		z->folders_n = z->packed_n = z->sizes_n = 0;
		z->packed = NULL;
	}
	return bad(z, "it is compressed too often");
}

void parse_7z(struct scan *s, struct reader *r, struct tally *t) {
	struct sevenz z = {.s = s, .bytes = reader_window(r), .ranges = {.a = s->scratch}};
	struct held held = {.bytes = STR_EMPTY};
	uint64_t overlap, gap, offset, size;
	s->file->format = "7z";
	const uint8_t *p = (const uint8_t *)z.bytes.p;
	if (z.bytes.n < START) return;
	offset = le64(p + 12);
	size = le64(p + 20);
	range_add(&z.ranges, 0, START, RANGE_PARSED);
	if (offset > z.bytes.n - START || size > z.bytes.n - START - offset) {
		bad(&z, "it lies outside the file");
	} else if (size) {
		z.header = str_sub(z.bytes, START + offset, size);
		range_add(&z.ranges, START + offset, size, RANGE_PARSED);
		bool ok = read_header(&z, &held);
		if (ok) find_files(&z);
		for (size_t i = 0, stream = 0, file = 0; ok && i < z.folders_n && !z.bad; stream += z.folders[i].packed_n, file += z.folders[i].streams, i++) examine_folder(&z, &z.folders[i], stream, file);
	}
	ranges_close(&z.ranges, z.bytes.n, t, &overlap, &gap);
	drop_bytes(s, &held);
}
