/* CVSS vectors of versions 2.0, 3.0, 3.1 (with their scores) and 4.0 (well-formedness alone).
 *
 * Formulas and weights: FIRST, "A Complete Guide to the Common Vulnerability Scoring System Version 2.0", section 3.2;
 * "Common Vulnerability Scoring System v3.0 / v3.1: Specification Document", sections 7 and 8 (appendix A of 3.1:
 * rounding). */
#pragma once
#include "base/base.h"

enum { CVSS_METRICS = 32 };

struct cvss {
	int version; /* 20, 30, 31, 40 */
	struct str metric[CVSS_METRICS], value[CVSS_METRICS]; /* as written, in order: "AV", "N" */
	size_t n;
};

/* False when it is no vector of a known version, lacks a base metric, repeats a metric or gives one a value that it
 * can't have. A vector of version 2.0 has no prefix. */
bool cvss_read(struct str vector, struct cvss *out);
/* The value of a metric; "" when the vector does not set it. */
struct str cvss_value(const struct cvss *c, const char *metric);

/* Scores, rounded to one decimal as the version says; negative for version 4.0. An unset temporal or environmental
 * metric counts as not defined. */
double cvss_base(const struct cvss *c);
double cvss_temporal(const struct cvss *c);
double cvss_environmental(const struct cvss *c);
/* NONE, LOW, MEDIUM, HIGH or CRITICAL by the qualitative scale of 3.x; LOW, MEDIUM or HIGH for 2.0. */
struct str cvss_severity(int version, double score);
