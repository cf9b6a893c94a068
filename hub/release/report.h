/* The report of a gate: what `polder gate --json` writes, or any program that writes the same. Pure: no database.
 *
 *     {"files": [{"path", "verdict", "sha256", …}], "summary": {…}}      "artifacts" may stand for "files", "digest": "sha256:…" for "sha256"
 *
 * Verdicts, the worst last: pass, review, inconclusive, invalid, block, in whatever case; a word that is none of these counts as block. A verdict of the whole
 * counts beside those of the files. A report is evidence for the digests that it names and for nothing else. */
#pragma once
#include "lib/json/json.h"

enum report_verdict { REPORT_PASS, REPORT_REVIEW, REPORT_INCONCLUSIVE, REPORT_INVALID, REPORT_BLOCK };
const char *report_verdict_name(enum report_verdict v);
/* REPORT_BLOCK for what is none. */
enum report_verdict report_verdict_of(struct str name);

struct release_report {
	enum report_verdict verdict;  /* the worst of the artifacts' files, and of the whole */
	size_t files;               /* that it names */
};
/* Whether it is a report, and names each of the release's artifacts by its digest. ERR_INVALID says what is missing. */
enum err_code release_report_read(struct arena *a, const struct json *report, const struct json *body, struct release_report *out, struct err *e) must_use;
/* What the plan lets through: "pass", also where nothing is said, or "review". */
bool report_lets_through(struct str accepts, enum report_verdict v);
