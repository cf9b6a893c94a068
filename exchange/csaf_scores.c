#include "csaf.h"

#include <math.h>

/* ---- 6.1.8 and 6.1.10: what a CVSS object holds ---- */

/* The property of CVSS' JSON schemas and the metric of the vector. */
static const struct property {
	const char *name, *metric;
} properties_3[] = {
	{"attackVector", "AV"}, {"attackComplexity", "AC"}, {"privilegesRequired", "PR"}, {"userInteraction", "UI"},
	{"scope", "S"}, {"confidentialityImpact", "C"}, {"integrityImpact", "I"}, {"availabilityImpact", "A"},
	{"exploitCodeMaturity", "E"}, {"remediationLevel", "RL"}, {"reportConfidence", "RC"},
	{"confidentialityRequirement", "CR"}, {"integrityRequirement", "IR"}, {"availabilityRequirement", "AR"},
	{"modifiedAttackVector", "MAV"}, {"modifiedAttackComplexity", "MAC"}, {"modifiedPrivilegesRequired", "MPR"},
	{"modifiedUserInteraction", "MUI"}, {"modifiedScope", "MS"}, {"modifiedConfidentialityImpact", "MC"},
	{"modifiedIntegrityImpact", "MI"}, {"modifiedAvailabilityImpact", "MA"}, {0},
}, properties_2[] = {
	{"accessVector", "AV"}, {"accessComplexity", "AC"}, {"authentication", "Au"},
	{"confidentialityImpact", "C"}, {"integrityImpact", "I"}, {"availabilityImpact", "A"}, {"exploitability", "E"},
	{"remediationLevel", "RL"}, {"reportConfidence", "RC"}, {"collateralDamagePotential", "CDP"},
	{"targetDistribution", "TD"}, {"confidentialityRequirement", "CR"}, {"integrityRequirement", "IR"},
	{"availabilityRequirement", "AR"}, {0},
};

/* "PROOF_OF_CONCEPT" is P in a vector of 3.x and POC in one of 2.0. */
static struct str abbreviated(struct arena *a, int version, struct str metric, struct str word) {
	if (str_is(word, "NOT_DEFINED")) return version == 20 ? S("ND") : S("X");
	if (str_is(metric, "RC") && str_is(word, "UNCONFIRMED")) return S("UC");
	if (str_is(metric, "RC") && str_is(word, "UNCORROBORATED")) return S("UR");
	/* Both stand for one letter, though of two words. */
	if (version != 20 || str_is(word, "ADJACENT_NETWORK")) return str_sub(word, 0, 1);
	struct str initials = STR_EMPTY, part;
	while (str_split(&word, '_', &part)) initials = arena_cat(a, initials, str_sub(part, 0, 1));
	return initials;
}

static void test_properties(struct csaf *c, const struct json *cvss, const struct cvss *vector) {
	for (const struct property *p = vector->version == 20 ? properties_2 : properties_3; p->name; p++) {
		struct str word = json_get_str(cvss, str_of(p->name)), said = cvss_value(vector, p->metric);
		if (!word.n) continue;
		if (!said.n) said = vector->version == 20 ? S("ND") : S("X");
		if (!str_eq(said, abbreviated(c->a, vector->version, str_of(p->metric), word)))
			csaf_fail(c, "6.1.10", "%s is %.*s, the vector says %s:%.*s", p->name, STR_ARG(word), p->metric, STR_ARG(said));
	}
}

/* ---- 6.1.9: computation ---- */

static void test_score(struct csaf *c, const struct json *cvss, const struct cvss *vector, const char *name,
	const char *severity, double computed) {
	const struct json *told = json_get(cvss, str_of(name));
	struct str word = json_get_str(cvss, str_of(severity));
	if (told && fabs(json_number(told, -1) - computed) > 0.01)
		csaf_fail(c, "6.1.9", "%s is %g, the vector gives %g", name, json_number(told, -1), computed);
	if (word.n && !str_eq_ascii_case(word, cvss_severity(vector->version, computed)))
		csaf_fail(c, "6.1.9", "%s is %.*s, the vector gives %.*s", severity, STR_ARG(word),
			STR_ARG(cvss_severity(vector->version, computed)));
}

static void test_cvss(struct csaf *c, const struct json *cvss, bool third) {
	struct str version = json_get_str(cvss, S("version")), text = json_get_str(cvss, S("vectorString"));
	struct cvss vector;
	int number = str_is(version, "2.0") ? 20 : str_is(version, "3.0") ? 30 : str_is(version, "3.1") ? 31 : 0;
	if (!number || third != (number != 20)) {
		csaf_fail(c, "6.1.8", "version: expected %s", third ? "3.0 or 3.1" : "2.0");
		return;
	}
	if (!text.n) {
		csaf_fail(c, "6.1.8", "vectorString is missing");
		return;
	}
	if (!cvss_read(text, &vector) || vector.version != number) {
		csaf_fail(c, "6.1.8", "%.*s is no vector of version %.*s", STR_ARG(str_cut_utf8(text, 80)), STR_ARG(version));
		return;
	}
	double score = json_number(json_get_lit(cvss, "baseScore"), -1);
	if (!(score >= 0 && score <= 10)) csaf_fail(c, "6.1.8", "baseScore: expected a number from 0 to 10");
	if (third && !json_get_str(cvss, S("baseSeverity")).n) csaf_fail(c, "6.1.8", "baseSeverity is missing");
	test_score(c, cvss, &vector, "baseScore", "baseSeverity", cvss_base(&vector));
	test_score(c, cvss, &vector, "temporalScore", "temporalSeverity", cvss_temporal(&vector));
	test_score(c, cvss, &vector, "environmentalScore", "environmentalSeverity", cvss_environmental(&vector));
	test_properties(c, cvss, &vector);
}

/* ---- 6.1.7: one score of a version for a product ---- */

static void test_repeated(struct csaf *c, struct map *seen, const struct json *score, const struct json *cvss) {
	struct str id, version = json_get_str(cvss, S("version"));
	for (struct csaf_names n = csaf_names(c, score); csaf_name(&n, &id);) {
		void **slot = map_at(seen, arena_fmt(c->a, "%.*s %.*s", STR_ARG(version), STR_ARG(id)));
		if (!slot) return;
		if (*slot) csaf_fail(c, "6.1.7", "the product %.*s has two scores of CVSS %.*s", STR_ARG(id), STR_ARG(version));
		*slot = c;
	}
}

/* ---- 6.1.11: CWE ---- */

/* Names of common weaknesses. Not the catalogue: a name that stands here for another number is wrong, others can't be
 * judged. Source: MITRE, Common Weakness Enumeration. */
static const struct {
	int id;
	const char *name;
} weaknesses[] = {
	{20, "Improper Input Validation"},
	{22, "Improper Limitation of a Pathname to a Restricted Directory ('Path Traversal')"},
	{77, "Improper Neutralization of Special Elements used in a Command ('Command Injection')"},
	{78, "Improper Neutralization of Special Elements used in an OS Command ('OS Command Injection')"},
	{79, "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')"},
	{89, "Improper Neutralization of Special Elements used in an SQL Command ('SQL Injection')"},
	{94, "Improper Control of Generation of Code ('Code Injection')"},
	{119, "Improper Restriction of Operations within the Bounds of a Memory Buffer"},
	{120, "Buffer Copy without Checking Size of Input ('Classic Buffer Overflow')"},
	{121, "Stack-based Buffer Overflow"}, {122, "Heap-based Buffer Overflow"}, {125, "Out-of-bounds Read"},
	{190, "Integer Overflow or Wraparound"}, {191, "Integer Underflow (Wrap or Wraparound)"},
	{200, "Exposure of Sensitive Information to an Unauthorized Actor"}, {203, "Observable Discrepancy"},
	{269, "Improper Privilege Management"}, {276, "Incorrect Default Permissions"}, {284, "Improper Access Control"},
	{285, "Improper Authorization"}, {287, "Improper Authentication"}, {290, "Authentication Bypass by Spoofing"},
	{295, "Improper Certificate Validation"}, {306, "Missing Authentication for Critical Function"},
	{307, "Improper Restriction of Excessive Authentication Attempts"}, {311, "Missing Encryption of Sensitive Data"},
	{312, "Cleartext Storage of Sensitive Information"}, {319, "Cleartext Transmission of Sensitive Information"},
	{327, "Use of a Broken or Risky Cryptographic Algorithm"}, {345, "Insufficient Verification of Data Authenticity"},
	{347, "Improper Verification of Cryptographic Signature"}, {352, "Cross-Site Request Forgery (CSRF)"},
	{369, "Divide By Zero"}, {384, "Session Fixation"}, {400, "Uncontrolled Resource Consumption"},
	{401, "Missing Release of Memory after Effective Lifetime"}, {415, "Double Free"}, {416, "Use After Free"},
	{426, "Untrusted Search Path"}, {427, "Uncontrolled Search Path Element"},
	{434, "Unrestricted Upload of File with Dangerous Type"}, {476, "NULL Pointer Dereference"},
	{502, "Deserialization of Untrusted Data"}, {522, "Insufficiently Protected Credentials"},
	{532, "Insertion of Sensitive Information into Log File"},
	{601, "URL Redirection to Untrusted Site ('Open Redirect')"},
	{611, "Improper Restriction of XML External Entity Reference"}, {613, "Insufficient Session Expiration"},
	{617, "Reachable Assertion"}, {639, "Authorization Bypass Through User-Controlled Key"}, {667, "Improper Locking"},
	{693, "Protection Mechanism Failure"}, {732, "Incorrect Permission Assignment for Critical Resource"},
	{754, "Improper Check for Unusual or Exceptional Conditions"},
	{770, "Allocation of Resources Without Limits or Throttling"}, {787, "Out-of-bounds Write"},
	{798, "Use of Hard-coded Credentials"}, {835, "Loop with Unreachable Exit Condition ('Infinite Loop')"},
	{843, "Access of Resource Using Incompatible Type ('Type Confusion')"}, {862, "Missing Authorization"},
	{863, "Incorrect Authorization"}, {908, "Use of Uninitialized Resource"},
	{918, "Server-Side Request Forgery (SSRF)"},
	{1321, "Improperly Controlled Modification of Object Prototype Attributes ('Prototype Pollution')"},
	{1333, "Inefficient Regular Expression Complexity"},
};

static void test_cwe(struct csaf *c, const struct json *cwe) {
	struct str id = json_get_str(cwe, S("id")), name = str_trim(json_get_str(cwe, S("name")));
	int64_t number;
	if (!cwe) return;
	if (!str_starts(id, S("CWE-")) || !str_int(str_from(id, 4), &number) || number < 1) {
		csaf_fail(c, "6.1.11", "%.*s is no CWE identifier", STR_ARG(str_cut_utf8(id, 40)));
		return;
	}
	for (size_t i = 0; i < lengthof(weaknesses); i++)
		if (weaknesses[i].id != number && str_eq_ascii_case(name, str_of(weaknesses[i].name)))
			csaf_fail(c, "6.1.11", "%.*s is the name of CWE-%d, not of %.*s", STR_ARG(name), weaknesses[i].id, STR_ARG(id));
}

void csaf_test_scores(struct csaf *c) {
	for (size_t i = 0; i < json_count(c->vulnerabilities); i++) {
		const struct json *v = json_at(c->vulnerabilities, i), *scores = json_get_lit(v, "scores");
		struct map seen = {.arena = c->a};
		for (size_t k = 0; k < json_count(scores); k++) {
			const struct json *score = json_at(scores, k);
			const struct json *second = json_get_lit(score, "cvss_v2"), *third = json_get_lit(score, "cvss_v3");
			if (second) test_cvss(c, second, false);
			if (third) test_cvss(c, third, true);
			if (second) test_repeated(c, &seen, score, second);
			if (third) test_repeated(c, &seen, score, third);
		}
		test_cwe(c, json_get_lit(v, "cwe"));
	}
}
