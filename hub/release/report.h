/* The report of a gate: what `polder scan --json` and `polder gate` write, or any program that writes the same. Pure: no database.
 *
 *     {"files": [{"path", "verdict", "sha256", …}], "summary": {…}}      "artifacts" may stand for "files", "digest": "sha256:…" for "sha256"
 *
 * Verdicts, the worst last: pass, review, inconclusive, invalid, block, in whatever case; a word that is none of these counts as block. A verdict of the whole
 * counts beside those of the files. A report is evidence for the digests that it names and for nothing else. */
#pragma once
#include "lib/json/json.h"

enum gate_verdict { GATE_PASS, GATE_REVIEW, GATE_INCONCLUSIVE, GATE_INVALID, GATE_BLOCK };
const char *gate_verdict_name(enum gate_verdict v);
/* GATE_BLOCK for what is none. */
enum gate_verdict gate_verdict_of(struct str name);

struct gate_report {
	enum gate_verdict verdict;  /* the worst of the artifacts' files, and of the whole */
	size_t files;               /* that it names */
};
/* Whether it is a report, and names each of the release's artifacts by its digest. ERR_INVALID says what is missing. */
enum err_code gate_report_read(struct arena *a, const struct json *report, const struct json *body, struct gate_report *out, struct err *e) must_use;
/* What the plan lets through: "pass", also where nothing is said, or "review". */
bool gate_lets_through(struct str accepts, enum gate_verdict v);
