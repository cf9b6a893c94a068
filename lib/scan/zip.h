/* Zip archives (PKWARE APPNOTE.TXT 6.3.10), read by the central directory and held against the local headers.
 *
 * Invariants: an entry is examined once, from where the central directory has it; whatever a reader that goes by local headers, or that looks
 * further back for the end, would take differently is a finding. Every byte of the archive is a header, an entry's data, or a gap. */
#pragma once
#include "inside.h"

struct zip_entry {
	struct str name, extra; /* as the central directory has them */
	uint64_t packed, size; /* bytes */
	uint64_t header, data; /* offsets in the file */
	uint32_t crc, attributes;
	uint16_t method, flags, made_by;
	bool usable;           /* its local header fits, its data lie in the file */
};

struct zip {
	struct scan *s;
	struct str bytes;
	struct zip_entry *entries; /* in the order of the central directory */
	size_t n;
	uint64_t prefix;           /* bytes before what the archive calls offset 0 */
	uint64_t directory, directory_size, end;
	uint32_t crc;              /* of the entry that was read last */
	struct ranges ranges;
};

/* Opens an entry's contents: *r reads them, through *packed where they are compressed. False (and said) when it can't be read. Close with zip_close. */
struct zip_reader {
	struct reader in, out, *r;
	const struct zip_entry *entry;
};
bool zip_open(struct zip *z, const struct zip_entry *e, struct zip_reader *out) must_use;
/* Checks length and checksum of what was read (to its end), and accounts for it. */
void zip_close(struct zip *z, struct zip_reader *r, const struct tally *t, uint64_t unaccounted);

/* ---- torch.c ---- */
/* True when it is an archive of PyTorch; then its entries were examined. */
bool parse_torch_zip(struct zip *z);
/* Examines one entry by its contents. */
void zip_examine(struct zip *z, const struct zip_entry *e);
