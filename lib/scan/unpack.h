/* Decompressors as readers: gzip (RFC 1952), zlib (RFC 1950), raw deflate (RFC 1951), bzip2, xz and LZMA alone, Zstandard (RFC 8878), LZ4 frames.
 *
 * Invariants: memory is bounded (a window of 256 kB and what the library needs, at most 64 MB of dictionary); the bytes that come out count
 * against the budget of the file and against the ratio; members or frames that follow each other are one stream, as the tools have it; what
 * stands behind the last one is left in `in`. */
#pragma once
#include "inside.h"

enum packing { PACK_NONE, PACK_GZIP, PACK_ZLIB, PACK_DEFLATE, PACK_BZIP2, PACK_XZ, PACK_LZMA, PACK_ZSTD, PACK_LZ4, PACK_RAW };

/* Which compression bytes begin with; PACK_NONE when none. LZMA alone has no magic and is told by a plausible header. */
enum packing packing_of(struct str head);
const char *packing_name(enum packing p);

/* A reader of what comes out of `in`, which must live as long. False when memory is out (and said). */
bool unpack_open(struct scan *s, struct reader *in, enum packing p, struct reader *out) must_use;
/* LZMA or LZMA2 as 7z has it: without header, its properties beside it, perhaps with the filter for x86 code; size bytes come out. */
bool unpack_open_raw(struct scan *s, struct reader *in, bool lzma2, struct str properties, bool x86, uint64_t size, struct reader *out) must_use;
/* Gives the buffer back; *out can't be used any more. */
void unpack_close(struct reader *out);
/* Of a closed or open stream: bytes that went in. */
uint64_t unpack_taken(const struct reader *out);
