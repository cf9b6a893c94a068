/* A log in a folder: each tile and bundle in the file that tlog_tile_path names, as a static web server hands it out.
 *
 * Invariant: under its name a file is whole, or the older whole one. `durable` has every file on the disk before its write returns; without it the caller
 * has made durable elsewhere what the files can be made from again. */
#pragma once
#include "builder.h"

struct tlog_folder {
	const char *path;
	bool durable;
	bool tidy; /* when a full tile was written, its partial ones go: older checkpoints are then verified with the full one's beginning */
};

/* Both keep the pointer. Reading a partial tile or bundle that isn't there gives the beginning of the full one. ERR_NOT_FOUND: neither is. */
struct tlog_reader tlog_folder_reader(const struct tlog_folder *f);
/* Makes the folders that are missing. */
struct tlog_writer tlog_folder_writer(const struct tlog_folder *f);
