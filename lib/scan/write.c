#include "write.h"

struct scan_summary scan_summarize(const struct scan_report *r) {
	struct scan_summary s = {.files = r->n};
	for (size_t i = 0; i < r->n; i++) {
		s.of[r->files[i].verdict]++;
		s.bytes += r->files[i].size;
	}
	return s;
}

static void field(struct json_writer *w, const char *name, const char *v) {
	jw_field_str(w, str_of(name), str_of(v));
}

static int64_t as_int(uint64_t v) {
	return v > INT64_MAX ? INT64_MAX : (int64_t)v;
}

/* ---- JSON ---- */

static void write_finding(struct json_writer *w, const struct scan_finding *f) {
	jw_object(w);
	field(w, "rule", f->rule->id);
	field(w, "verdict", scan_verdict_name(f->rule->verdict));
	field(w, "severity", scan_severity_name(f->severity));
	if (f->member.n) jw_field_str(w, S("member"), f->member);
	jw_field_int(w, S("offset"), as_int(f->offset));
	jw_field_str(w, S("message"), f->message);
	field(w, "advice", f->rule->advice);
	jw_object_end(w);
}

static void write_file(struct json_writer *w, const struct scan_file *f) {
	jw_object(w);
	jw_field_str(w, S("path"), f->path);
	field(w, "verdict", scan_verdict_name(f->verdict));
	field(w, "format", f->format);
	jw_name(w, S("findings"));
	jw_array(w);
	for (size_t i = 0; i < f->findings_n; i++) write_finding(w, &f->findings[i]);
	jw_array_end(w);
	if (f->findings_left_out) jw_field_int(w, S("findingsLeftOut"), (int64_t)f->findings_left_out);
	jw_name(w, S("bytes"));
	jw_object(w);
	jw_field_int(w, S("parsed"), as_int(f->parsed));
	jw_field_int(w, S("opaque"), as_int(f->opaque));
	jw_field_int(w, S("unaccounted"), as_int(f->unaccounted));
	jw_object_end(w);
	jw_object_end(w);
}

/* What the verdicts rest on: profiles, and what the caller allowed besides. */
static void write_policy(struct json_writer *w, const struct scan_options *o) {
	unsigned profiles = o->profiles ? o->profiles : SCAN_ALL_PROFILES;
	jw_name(w, S("policy"));
	jw_object(w);
	jw_name(w, S("profiles"));
	jw_array(w);
	for (unsigned p = 1; p < SCAN_ALL_PROFILES; p <<= 1)
		if (profiles & p) jw_str(w, str_of(scan_profile_name(p)));
	jw_array_end(w);
	jw_name(w, S("allowed"));
	jw_array(w);
	for (size_t i = 0; i < o->allow_n; i++) jw_str(w, o->allow[i]);
	jw_array_end(w);
	jw_object_end(w);
}

static void write_summary(struct json_writer *w, const struct scan_report *r) {
	static const char *const names[] = {"pass", "review", "inconclusive", "invalid", "block"};
	struct scan_summary s = scan_summarize(r);
	jw_name(w, S("summary"));
	jw_object(w);
	jw_field_int(w, S("files"), (int64_t)s.files);
	jw_field_int(w, S("bytes"), as_int(s.bytes));
	for (int v = SCAN_PASS; v <= SCAN_BLOCK; v++) jw_field_int(w, str_of(names[v]), (int64_t)s.of[v]);
	jw_object_end(w);
}

void scan_write_json(struct json_writer *w, const struct scan_report *r) {
	jw_object(w);
	jw_name(w, S("files"));
	jw_array(w);
	for (size_t i = 0; i < r->n; i++) write_file(w, &r->files[i]);
	jw_array_end(w);
	write_summary(w, r);
	write_policy(w, r->options);
	field(w, "version", r->version);
	jw_object_end(w);
}

/* ---- SARIF ---- */

static const char *level(enum scan_verdict v) {
	return v == SCAN_REVIEW ? "warning" : v == SCAN_PASS ? "note" : "error";
}

static void write_text(struct json_writer *w, const char *name, struct str text) {
	jw_name(w, str_of(name));
	jw_object(w);
	jw_field_str(w, S("text"), text);
	jw_object_end(w);
}

static void write_rule(struct json_writer *w, const struct scan_rule *r) {
	static const char *const scores[] = {"2.0", "5.0", "8.0", "9.5"}; /* GitHub's scale of security-severity */
	jw_object(w);
	field(w, "id", r->id);
	write_text(w, "shortDescription", str_of(r->title));
	write_text(w, "help", str_of(r->advice));
	jw_name(w, S("defaultConfiguration"));
	jw_object(w);
	field(w, "level", level(r->verdict));
	jw_object_end(w);
	jw_name(w, S("properties"));
	jw_object(w);
	field(w, "security-severity", scores[r->severity]);
	field(w, "verdict", scan_verdict_name(r->verdict));
	jw_object_end(w);
	jw_object_end(w);
}

/* A relative reference (RFC 3986): what isn't unreserved or a slash is escaped; no scheme can be read into it. */
static struct str uri_of(struct str path, char *to, size_t room) {
	static const char hex[] = "0123456789ABCDEF";
	size_t n = 0;
	for (size_t i = 0; i < path.n && n + 3 < room; i++) {
		unsigned char c = (unsigned char)path.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~/", c);
		if (plain && c) {
			to[n++] = (char)c;
			continue;
		}
		to[n++] = '%';
		to[n++] = hex[c >> 4];
		to[n++] = hex[c & 15];
	}
	return str_n(to, n);
}

static void write_result(struct json_writer *w, const struct scan_file *file, const struct scan_finding *f) {
	char uri[8192], message[1200];
	jw_object(w);
	field(w, "ruleId", f->rule->id);
	jw_field_int(w, S("ruleIndex"), f->rule - scan_rules(&(size_t){0}));
	field(w, "level", level(f->rule->verdict));
	int n = snprintf(message, sizeof message, "%s%.*s%s%.*s", "", STR_ARG(f->member), f->member.n ? ": " : "", STR_ARG(f->message));
	write_text(w, "message", str_cut_utf8(str_of(message), n > 0 ? sizeof message - 1 : 0));
	jw_name(w, S("locations"));
	jw_array(w);
	jw_object(w);
	jw_name(w, S("physicalLocation"));
	jw_object(w);
	jw_name(w, S("artifactLocation"));
	jw_object(w);
	jw_field_str(w, S("uri"), uri_of(file->path, uri, sizeof uri));
	jw_object_end(w);
	if (!f->member.n) {
		jw_name(w, S("region"));
		jw_object(w);
		jw_field_int(w, S("byteOffset"), as_int(f->offset));
		jw_field_int(w, S("byteLength"), 0);
		jw_object_end(w);
	}
	jw_object_end(w);
	jw_object_end(w);
	jw_array_end(w);
	jw_name(w, S("properties"));
	jw_object(w);
	field(w, "verdict", scan_verdict_name(f->rule->verdict));
	field(w, "severity", scan_severity_name(f->severity));
	if (f->member.n) jw_field_int(w, S("memberOffset"), as_int(f->offset));
	jw_object_end(w);
	jw_object_end(w);
}

void scan_write_sarif(struct json_writer *w, const struct scan_report *r) {
	size_t rules_n;
	const struct scan_rule *rules = scan_rules(&rules_n);
	jw_object(w);
	field(w, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	field(w, "version", "2.1.0");
	jw_name(w, S("runs"));
	jw_array(w);
	jw_object(w);
	jw_name(w, S("tool"));
	jw_object(w);
	jw_name(w, S("driver"));
	jw_object(w);
	field(w, "name", "polder scan");
	field(w, "version", r->version);
	jw_name(w, S("rules"));
	jw_array(w);
	for (size_t i = 0; i < rules_n; i++) write_rule(w, &rules[i]);
	jw_array_end(w);
	jw_object_end(w);
	jw_object_end(w);
	jw_name(w, S("results"));
	jw_array(w);
	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; k < r->files[i].findings_n; k++) write_result(w, &r->files[i], &r->files[i].findings[k]);
	jw_array_end(w);
	field(w, "columnKind", "utf16CodeUnits");
	jw_name(w, S("properties"));
	jw_object(w);
	write_policy(w, r->options);
	jw_object_end(w);
	jw_object_end(w);
	jw_array_end(w);
	jw_object_end(w);
}
