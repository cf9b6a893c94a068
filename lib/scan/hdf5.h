/* What hdf5.c and hdf5_heap.c share. */
#pragma once
#include "inside.h"

struct hdf5 {
	struct scan *s;
	struct str bytes;
	uint64_t base;
	uint8_t offset_size, length_size;
	struct map seen;   /* addresses that were come to */
	uint64_t parsed;
	bool bad;
};

/* n bytes at an address, or NULL (and said). */
const uint8_t *hdf5_at(struct hdf5 *h, uint64_t at, uint64_t n);
/* Little-endian; all ones is UINT64_MAX. */
uint64_t hdf5_number(const uint8_t *p, unsigned bytes);
/* Calls each with every object that a tree of names (B-tree version 2) finds in a fractal heap. */
void hdf5_dense(struct hdf5 *h, uint64_t heap, uint64_t tree, int depth, void (*each)(struct hdf5 *, struct str, uint64_t, int));
