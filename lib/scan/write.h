/* A report as JSON and as SARIF 2.1.0 (OASIS, sarif-v2.1.0). Both are the same bytes for the same findings: no times, no places of this machine. */
#pragma once
#include "lib/json/json.h"
#include "scan.h"

struct scan_report {
	const struct scan_file *files; /* in byte order of their paths */
	size_t n;
	const struct scan_options *options;
	const char *version;           /* of the program */
};

struct scan_summary {
	size_t files, of[SCAN_BLOCK + 1]; /* by verdict */
	uint64_t bytes;
};
struct scan_summary scan_summarize(const struct scan_report *r);

void scan_write_json(struct json_writer *w, const struct scan_report *r);
void scan_write_sarif(struct json_writer *w, const struct scan_report *r);
