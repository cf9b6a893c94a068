/* Files that are compiled into the program (style sheets, scripts, images, kinds). tools/embed writes the table at
 * build time; this is how it is read.
 *
 * Invariant: the bytes are followed by a NUL that is not counted; the files stand in byte order of their names; the
 * fingerprint is the first 16 hexadecimal digits of the SHA-256 of the bytes, so that an address which holds it
 * (/static/app.<fingerprint>.css) may be cached for ever. */
#pragma once
#include "str.h"

struct embedded_file {
	struct str name;        /* the file's name without folders: "app.css", "report.json" */
	struct str media_type;  /* "text/css; charset=utf-8", from the name's ending */
	struct str bytes;
	struct str fingerprint;
};

/* `embed --symbol static_files …` defines these; declare them like so:
 *	extern const struct embedded_file static_files[];
 *	extern const size_t static_files_n; */

/* NULL when there is none of that name. */
static inline const struct embedded_file *embedded_find(const struct embedded_file *files, size_t n, struct str name) {
	size_t low = 0, high = n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(files[middle].name, name);
		if (order == 0) return &files[middle];
		if (order < 0) low = middle + 1;
		else high = middle;
	}
	return NULL;
}
