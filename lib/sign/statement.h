/* In-toto statements (in-toto/attestation, spec/v1/statement.md) about a model: one subject, which is the model's name and its root digest.
 *
 * The signature's predicate (sigstore/model-transparency, "https://model_signing/signature/v1.0") has the way of serializing and the files with their digests. The scanner's predicate is Polder's own: the verdict,
 * and the report as `polder scan --json` gives it; being bound to the same root digest it speaks of the same bytes. */
#pragma once
#include "lib/json/json.h"
#include "manifest.h"

#define SIGN_PREDICATE "https://model_signing/signature/v1.0"
#define SIGN_SCAN_PREDICATE "urn:polder:model-scan:v1"

/* JSON text. */
struct str statement_of_manifest(struct arena *a, const struct sign_manifest *m);
struct str statement_of_scan(struct arena *a, const struct sign_manifest *m, const struct json *predicate);

struct statement {
	struct str name;
	struct sha256 root;             /* the subject's */
	const struct json *predicate;
	bool is_scan;
	struct sign_manifest manifest;  /* where it isn't */
};
/* Reads what was signed; everything is checked: the digests make the root, paths lead nowhere. ERR_INVALID, ERR_UNSUPPORTED (digests of parts of files, other algorithms). */
enum err_code statement_read(struct arena *a, struct str text, struct statement *out, struct err *e) must_use;
