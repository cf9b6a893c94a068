#include "report.h"

static const char *const verdicts[] = {"pass", "review", "inconclusive", "invalid", "block"};

const char *gate_verdict_name(enum gate_verdict v) {
	return verdicts[v];
}

enum gate_verdict gate_verdict_of(struct str name) {
	for (size_t i = 0; i < lengthof(verdicts); i++)
		if (str_eq_ascii_case(name, str_of(verdicts[i]))) return (enum gate_verdict)i;
	return GATE_BLOCK;
}

bool gate_lets_through(struct str accepts, enum gate_verdict v) {
	return v <= (str_is(accepts, "review") ? GATE_REVIEW : GATE_PASS);
}

/* In small letters; "" where there is none. */
static struct str digest_of(struct arena *a, const struct json *file) {
	struct str v = json_get_str(file, S("sha256"));
	if (!v.n) v = json_get_str(file, S("digest"));
	if (str_starts(v, S("sha256:"))) v = str_from(v, 7);
	char hex[64];
	if (v.n != sizeof hex) return STR_EMPTY;
	for (size_t i = 0; i < v.n; i++) hex[i] = v.p[i] >= 'A' && v.p[i] <= 'F' ? (char)(v.p[i] - 'A' + 'a') : v.p[i];
	return arena_str(a, str_n(hex, sizeof hex));
}

static enum err_code named(const struct map *found, const struct json *artifact, struct err *e) {
	struct str digest = json_get_str(artifact, S("sha256"));
	if (map_get(found, digest)) return ERR_OK;
	return err_set(e, ERR_INVALID, "the report names no file with the digest of %.*s (%.*s): it is about other files, or gives no digests",
		STR_ARG(str_cut_utf8(json_get_str(artifact, S("name")), 200)), STR_ARG(digest));
}

enum err_code gate_report_read(struct arena *a, const struct json *report, const struct json *body, struct gate_report *out, struct err *e) {
	const struct json *files = json_get_lit(report, "files"), *artifacts = json_get_lit(body, "artifacts"), *manifest = json_get_lit(body, "manifest");
	struct map found = {.arena = a};
	struct gate_report r = {GATE_PASS, 0};
	if (!json_is(files, JSON_ARRAY)) files = json_get_lit(report, "artifacts");
	if (!json_is(report, JSON_OBJECT) || !json_is(files, JSON_ARRAY))
		return err_set(e, ERR_INVALID, "this is no report of a gate: expected an object with \"files\", each with path, verdict and sha256");
	for (size_t i = 0; i < json_count(files); i++) {
		const struct json *file = json_at(files, i);
		enum gate_verdict v = gate_verdict_of(json_get_str(file, S("verdict")));
		struct str digest = digest_of(a, file);
		if (v > r.verdict) r.verdict = v;
		void **at = digest.n ? map_at(&found, digest) : NULL;
		if (digest.n && !at) return err_set(e, ERR_MEMORY, "out of memory");
		if (at) *at = a;
		r.files++;
	}
	const struct json *whole = json_get_lit(report, "verdict");
	if (whole && gate_verdict_of(json_string(whole)) > r.verdict) r.verdict = gate_verdict_of(json_string(whole));
	enum err_code code = ERR_OK;
	if (!json_count(artifacts) && !manifest) code = err_set(e, ERR_INVALID, "the release lists no artifacts yet that a report could be about");
	for (size_t i = 0; i < json_count(artifacts) && !code; i++) code = named(&found, json_at(artifacts, i), e);
	if (!code && manifest) code = named(&found, manifest, e);
	if (!code) *out = r;
	return code;
}
