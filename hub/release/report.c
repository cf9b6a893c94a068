#include "report.h"

static const char *const verdicts[] = {"pass", "review", "inconclusive", "invalid", "block"};

const char *report_verdict_name(enum report_verdict v) {
	return verdicts[v];
}

enum report_verdict report_verdict_of(struct str name) {
	for (size_t i = 0; i < lengthof(verdicts); i++)
		if (str_eq_ascii_case(name, str_of(verdicts[i]))) return (enum report_verdict)i;
	return REPORT_BLOCK;
}

bool report_lets_through(struct str accepts, enum report_verdict v) {
	return v <= (str_is(accepts, "review") ? REPORT_REVIEW : REPORT_PASS);
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

enum err_code release_report_read(struct arena *a, const struct json *report, const struct json *body, struct release_report *out, struct err *e) {
	const struct json *files = json_get_lit(report, "files"), *artifacts = json_get_lit(body, "artifacts"), *manifest = json_get_lit(body, "manifest");
	struct map found = {.arena = a};
	struct release_report r = {REPORT_PASS, 0};
	if (!json_is(files, JSON_ARRAY)) files = json_get_lit(report, "artifacts");
	if (!json_is(report, JSON_OBJECT) || !json_is(files, JSON_ARRAY))
		return err_set(e, ERR_INVALID, "this is no report of a gate: expected an object with \"files\", each with path, verdict and sha256");
	for (size_t i = 0; i < json_count(files); i++) {
		const struct json *file = json_at(files, i);
		enum report_verdict v = report_verdict_of(json_get_str(file, S("verdict")));
		struct str digest = digest_of(a, file);
		if (v > r.verdict) r.verdict = v;
		void **at = digest.n ? map_at(&found, digest) : NULL;
		if (digest.n && !at) return err_set(e, ERR_MEMORY, "out of memory");
		if (at) *at = a;
		r.files++;
	}
	const struct json *whole = json_get_lit(report, "verdict");
	if (whole && report_verdict_of(json_string(whole)) > r.verdict) r.verdict = report_verdict_of(json_string(whole));
	enum err_code code = ERR_OK;
	if (!json_count(artifacts) && !manifest) code = err_set(e, ERR_INVALID, "the release lists no artifacts yet that a report could be about");
	for (size_t i = 0; i < json_count(artifacts) && !code; i++) code = named(&found, json_at(artifacts, i), e);
	if (!code && manifest) code = named(&found, manifest, e);
	if (!code) *out = r;
	return code;
}
