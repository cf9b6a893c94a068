#include "unpack.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "unpack_inside.h"

enum { BUFFER = 256 << 10, DICTIONARY = 64 << 20, ZSTD_WINDOW_LOG = 26 };
#define RATIO_FROM ((uint64_t)64 << 20)

struct unpack {
	struct scan *s;
	struct reader *in;
	enum packing packing;
	uint64_t began, given; /* where `in` was; bytes that came out */
	bool open, ended;
	bool lzma2, x86;       /* of PACK_RAW, with its properties and what must come out */
	uint8_t properties[8];
	uint64_t size;
	union {
		z_stream z;
		bz_stream bz;
		lzma_stream xz;
		ZSTD_DStream *zstd;
		LZ4F_dctx *lz4;
	};
	uint8_t buffer[BUFFER];
};

/* One call of a library: what it took and gave, and whether the member ended. */
struct step {
	size_t took, gave;
	bool ended;
	enum reader_fault fault;
};

const char *packing_name(enum packing p) {
	static const char *const names[] = {"none", "gzip", "zlib", "deflate", "bzip2", "xz", "lzma", "zstd", "lz4", "lzma"};
	return names[p];
}

/* LZMA alone: properties below 225, a dictionary of 2^n or 2^n + 2^(n-1) bytes, a size that is unknown or below 256 GiB. */
static bool is_lzma_alone(const uint8_t *p, size_t n) {
	if (n < 13 || p[0] != 0x5D) return false;
	uint32_t dictionary = le32(p + 1), low = dictionary & (0u - dictionary);
	uint64_t size = le64(p + 5);
	bool round = dictionary == low || dictionary == 3 * (uint64_t)low || dictionary == UINT32_MAX;
	return dictionary >= 4096 && round && (size == UINT64_MAX || size < (uint64_t)1 << 38);
}

enum packing packing_of(struct str head) {
	const uint8_t *p = (const uint8_t *)head.p;
	if (str_starts(head, S("\x1F\x8B\x08"))) return PACK_GZIP;
	if (head.n >= 10 && str_starts(head, S("BZh")) && p[3] >= '1' && p[3] <= '9' &&
		(memcmp(p + 4, "1AY&SY", 6) == 0 || memcmp(p + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0))
		return PACK_BZIP2;
	if (str_starts(head, S("\xFD" "7zXZ\0"))) return PACK_XZ;
	if (str_starts(head, S("\x28\xB5\x2F\xFD"))) return PACK_ZSTD;
	if (str_starts(head, S("\x04\x22\x4D\x18"))) return PACK_LZ4;
	if (head.n >= 2 && (p[0] & 0x0F) == 8 && p[0] >> 4 <= 7 && p[0] >= 0x58 && (p[0] << 8 | p[1]) % 31 == 0 && !(p[1] & 0x20)) return PACK_ZLIB;
	return is_lzma_alone(p, head.n) ? PACK_LZMA : PACK_NONE;
}

/* ---- the libraries ---- */

/* The properties in a form that the library takes; what it allocates for them is freed at once. */
static enum reader_fault start_raw(struct unpack *u) {
	lzma_filter main_filter = {.id = u->lzma2 ? LZMA_FILTER_LZMA2 : LZMA_FILTER_LZMA1}, filters[3] = {{.id = LZMA_VLI_UNKNOWN}, {.id = LZMA_VLI_UNKNOWN}, {.id = LZMA_VLI_UNKNOWN}};
	u->xz = (lzma_stream)LZMA_STREAM_INIT;
	if (lzma_properties_decode(&main_filter, NULL, u->properties, u->lzma2 ? 1 : 5) != LZMA_OK) return READER_CORRUPT;
	if (u->x86) filters[0] = (lzma_filter){.id = LZMA_FILTER_X86};
	filters[u->x86] = main_filter;
	bool fits = lzma_raw_decoder_memusage(filters) <= DICTIONARY + (16 << 20);
	enum reader_fault fault = !fits || lzma_raw_decoder(&u->xz, filters) != LZMA_OK ? READER_MEMORY : READER_FINE;
	free(main_filter.options);
	return fault;
}

static enum reader_fault start(struct unpack *u) {
	switch (u->packing) {
	case PACK_GZIP:
	case PACK_ZLIB:
	case PACK_DEFLATE: {
		int bits = u->packing == PACK_GZIP ? 15 + 16 : u->packing == PACK_ZLIB ? 15 : -15;
		memset(&u->z, 0, sizeof u->z);
		return inflateInit2(&u->z, bits) == Z_OK ? READER_FINE : READER_MEMORY;
	}
	case PACK_BZIP2:
		memset(&u->bz, 0, sizeof u->bz);
		return BZ2_bzDecompressInit(&u->bz, 0, 0) == BZ_OK ? READER_FINE : READER_MEMORY;
	case PACK_XZ:
	case PACK_LZMA:
		u->xz = (lzma_stream)LZMA_STREAM_INIT;
		return (u->packing == PACK_XZ ? lzma_stream_decoder(&u->xz, DICTIONARY + (16 << 20), 0) : lzma_alone_decoder(&u->xz, DICTIONARY + (16 << 20))) == LZMA_OK ?
			READER_FINE : READER_MEMORY;
	case PACK_ZSTD:
		u->zstd = ZSTD_createDStream();
		if (!u->zstd) return READER_MEMORY;
		ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
		return READER_FINE;
	case PACK_LZ4: return LZ4F_isError(LZ4F_createDecompressionContext(&u->lz4, LZ4F_VERSION)) ? READER_MEMORY : READER_FINE;
	case PACK_RAW: return start_raw(u);
	case PACK_NONE: break;
	}
	return READER_UNSUPPORTED;
}

static void stop(struct unpack *u) {
	if (!u->open) return;
	u->open = false;
	switch (u->packing) {
	case PACK_GZIP:
	case PACK_ZLIB:
	case PACK_DEFLATE: inflateEnd(&u->z); break;
	case PACK_BZIP2: BZ2_bzDecompressEnd(&u->bz); break;
	case PACK_XZ:
	case PACK_LZMA:
	case PACK_RAW: lzma_end(&u->xz); break;
	case PACK_ZSTD: ZSTD_freeDStream(u->zstd); break;
	case PACK_LZ4: LZ4F_freeDecompressionContext(u->lz4); break;
	case PACK_NONE: break;
	}
}

static unsigned least32(size_t n) {
	return n > 1u << 30 ? 1u << 30 : (unsigned)n;
}

static struct step step_deflate(struct unpack *u, const uint8_t *in, size_t in_n, uint8_t *to, size_t to_n) {
	union {
		const uint8_t *from;
		uint8_t *to;
	} unconst = {in}; /* the library takes them as they are and doesn't write */
	u->z.next_in = unconst.to;
	u->z.avail_in = least32(in_n);
	u->z.next_out = to;
	u->z.avail_out = least32(to_n);
	int result = inflate(&u->z, Z_NO_FLUSH);
	struct step step = {least32(in_n) - u->z.avail_in, least32(to_n) - u->z.avail_out, result == Z_STREAM_END, READER_FINE};
	if (result == Z_MEM_ERROR) step.fault = READER_MEMORY;
	else if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) step.fault = READER_CORRUPT;
	return step;
}

static struct step step_bzip2(struct unpack *u, const uint8_t *in, size_t in_n, uint8_t *to, size_t to_n) {
	union {
		const uint8_t *from;
		char *to;
	} unconst = {in}; /* the library takes char * and doesn't write */
	u->bz.next_in = unconst.to;
	u->bz.avail_in = least32(in_n);
	u->bz.next_out = (char *)to;
	u->bz.avail_out = least32(to_n);
	int result = BZ2_bzDecompress(&u->bz);
	struct step step = {least32(in_n) - u->bz.avail_in, least32(to_n) - u->bz.avail_out, result == BZ_STREAM_END, READER_FINE};
	if (result == BZ_MEM_ERROR) step.fault = READER_MEMORY;
	else if (result != BZ_OK && result != BZ_STREAM_END) step.fault = READER_CORRUPT;
	return step;
}

static struct step step_lzma(struct unpack *u, const uint8_t *in, size_t in_n, uint8_t *to, size_t to_n) {
	u->xz.next_in = in;
	u->xz.avail_in = in_n;
	u->xz.next_out = to;
	u->xz.avail_out = to_n;
	lzma_ret result = lzma_code(&u->xz, LZMA_RUN);
	struct step step = {in_n - u->xz.avail_in, to_n - u->xz.avail_out, result == LZMA_STREAM_END, READER_FINE};
	if (result == LZMA_MEM_ERROR || result == LZMA_MEMLIMIT_ERROR) step.fault = READER_MEMORY;
	else if (result == LZMA_OPTIONS_ERROR) step.fault = READER_UNSUPPORTED;
	else if (result != LZMA_OK && result != LZMA_STREAM_END && result != LZMA_BUF_ERROR) step.fault = READER_CORRUPT;
	return step;
}

static struct step step_zstd(struct unpack *u, const uint8_t *in, size_t in_n, uint8_t *to, size_t to_n) {
	ZSTD_inBuffer from = {in, in_n, 0};
	ZSTD_outBuffer out = {to, to_n, 0};
	size_t result = ZSTD_decompressStream(u->zstd, &out, &from);
	bool failed = ZSTD_isError(result);
	return (struct step){from.pos, out.pos, !failed && result == 0, failed ? READER_CORRUPT : READER_FINE};
}

static struct step step_lz4(struct unpack *u, const uint8_t *in, size_t in_n, uint8_t *to, size_t to_n) {
	size_t took = in_n, gave = to_n;
	size_t result = LZ4F_decompress(u->lz4, to, &gave, in, &took, NULL);
	bool failed = LZ4F_isError(result);
	return (struct step){failed ? 0 : took, failed ? 0 : gave, !failed && result == 0, failed ? READER_CORRUPT : READER_FINE};
}

static struct step step(struct unpack *u, const uint8_t *in, size_t in_n, uint8_t *to, size_t to_n) {
	switch (u->packing) {
	case PACK_BZIP2: return step_bzip2(u, in, in_n, to, to_n);
	case PACK_XZ:
	case PACK_LZMA:
	case PACK_RAW: return step_lzma(u, in, in_n, to, to_n);
	case PACK_ZSTD: return step_zstd(u, in, in_n, to, to_n);
	case PACK_LZ4: return step_lz4(u, in, in_n, to, to_n);
	case PACK_GZIP:
	case PACK_ZLIB:
	case PACK_DEFLATE: return step_deflate(u, in, in_n, to, to_n);
	case PACK_NONE: break;
	}
	return (struct step){.fault = READER_UNSUPPORTED};
}

/* ---- the stream ---- */

/* Behind the end of a member: does another follow? gzip, bzip2, xz, zstd and lz4 files may be several, one after the other. */
static bool next_member(struct unpack *u) {
	if (u->packing == PACK_ZLIB || u->packing == PACK_DEFLATE || u->packing == PACK_LZMA || u->packing == PACK_RAW) return false;
	reader_fill(u->in, 16);
	return packing_of(reader_window(u->in)) == u->packing;
}

static enum reader_fault check_budget(struct unpack *u, size_t gave) {
	struct scan *s = u->s;
	u->given += gave;
	s->unpacked += gave;
	if (s->unpacked > s->limits.unpacked) return READER_BYTES;
	uint64_t in = reader_offset(u->in) - u->began;
	if (u->given > RATIO_FROM && u->given / s->limits.ratio > in) return READER_RATIO;
	return time_is_up(s) ? READER_BYTES : READER_FINE;
}

/* One step from what `in` has; false at the end or at a fault. */
static bool advance(struct unpack *u, struct reader *r, uint8_t *to, size_t room, size_t *gave) {
	reader_fill(u->in, 1);
	if (!u->open) {
		r->fault = start(u);
		if (r->fault) return false;
		u->open = true;
	}
	struct step done = step(u, u->in->at, reader_have(u->in), to, room);
	u->in->at += done.took;
	*gave = done.gave;
	r->fault = done.fault ? done.fault : check_budget(u, done.gave);
	if (u->packing == PACK_RAW && u->given >= u->size) u->ended = true;
	else if (!r->fault && done.ended) {
		stop(u);
		u->ended = !next_member(u);
	} else if (!r->fault && !done.took && !done.gave) {
		r->fault = u->in->fault ? u->in->fault : READER_TRUNCATED;
	}
	return !r->fault || done.gave;
}

bool unpack_more(struct reader *r) {
	struct unpack *u = r->unpack;
	if (u->ended || r->fault) return false;
	size_t left = (size_t)(r->filled - r->at);
	uint64_t filled = r->end_offset + (uint64_t)(r->filled - r->end);
	memmove(u->buffer, r->at, left);
	size_t gave = 0;
	while (!gave && !u->ended && !r->fault)
		if (!advance(u, r, u->buffer + left, BUFFER - left, &gave)) break;
	r->at = u->buffer;
	r->end = r->filled = u->buffer + left + gave;
	r->end_offset = filled + gave;
	return gave > 0;
}

bool unpack_open_raw(struct scan *s, struct reader *in, bool lzma2, struct str properties, bool x86, uint64_t size, struct reader *out) {
	if (properties.n != (lzma2 ? 1 : 5)) {
		found(s, RULE_UNSUPPORTED, reader_offset(in), "a compressed stream with properties that aren't known");
		return false;
	}
	if (!unpack_open(s, in, PACK_RAW, out)) return false;
	struct unpack *u = out->unpack;
	u->lzma2 = lzma2;
	u->x86 = x86;
	u->size = size;
	memcpy(u->properties, properties.p, properties.n);
	return true;
}

bool unpack_open(struct scan *s, struct reader *in, enum packing p, struct reader *out) {
	struct unpack *u = malloc(sizeof *u);
	if (!u) {
		over_budget(s, reader_offset(in), "out of memory");
		return false;
	}
	memset(u, 0, offsetof(struct unpack, buffer));
	u->s = s;
	u->in = in;
	u->packing = p;
	u->began = reader_offset(in);
	*out = (struct reader){.at = u->buffer, .end = u->buffer, .filled = u->buffer, .limit = UINT64_MAX, .unpack = u};
	return true;
}

void unpack_close(struct reader *out) {
	if (!out->unpack) return;
	stop(out->unpack);
	free(out->unpack);
	out->unpack = NULL;
	out->at = out->end = out->filled = NULL;
}

uint64_t unpack_taken(const struct reader *out) {
	return reader_offset(out->unpack->in) - out->unpack->began;
}

void stream_fault(struct scan *s, const struct reader *r) {
	const char *name = r->unpack ? packing_name(r->unpack->packing) : "";
	uint64_t at = reader_offset(r);
	switch (r->fault) {
	case READER_FINE: break;
	case READER_TRUNCATED: found(s, RULE_TRUNCATED, at, "the %s stream ends before it is complete", name); break;
	case READER_CORRUPT: found(s, RULE_TRUNCATED, at, "the %s stream is damaged", name); break;
	case READER_RATIO: over_budget(s, at, "the %s stream grows over %llu times", name, (unsigned long long)s->limits.ratio); break;
	case READER_BYTES: over_budget(s, at, "over %llu bytes come out of decompressors", (unsigned long long)s->limits.unpacked); break;
	case READER_MEMORY: found(s, RULE_BUDGET, at, "the %s stream needs more memory than it may have", name); break;
	case READER_UNSUPPORTED: found(s, RULE_UNSUPPORTED, at, "the %s stream uses options that aren't examined", name); break;
	}
}
