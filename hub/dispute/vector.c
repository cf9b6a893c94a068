#include "vector.h"

const struct vector_part vector_parts[3] = {
	{'S', "Significance", "Does what is reported go against the model card as it stands?",
		{{'L', "Low", "Neither a concern nor a violation."},
			{'C', "Concern", "Worrying, and yet no statement of the card is shown to be wrong."},
			{'V', "Violation", "A statement of the card is shown to be wrong or missing: the card, or the model, should change."}}},
	{'C', "Consistency", "Is there a published evaluation that speaks to it?",
		{{'I', "Inconsistent", "The outputs contradict how the model is known to behave by evaluations that are trusted."},
			{'C', "Consistent", "The outputs fit what such evaluations show; so weigh whether the card says it well enough."},
			{'U', "Unknown", "The behaviour lies well outside what was evaluated and published."}}},
	{'E', "Evidence", "Does the report argue well?",
		{{'I', "Inadequate or unsound", "The data set is not made well, or its statistic does not support the claim."},
			{'M', "Mixed", "It points that way and does not settle it."},
			{'A', "Adequate and sound", "The data set is made soundly and its statistic supports the claim."}}},
};

static bool one_of(char c, const char *all) {
	return c && strchr(all, c) != NULL;
}

bool vector_parse(struct str text, struct vector *out) {
	if (text.n != 11 || memcmp(text.p, "C:", 2) || memcmp(text.p + 3, "/S:", 3) || memcmp(text.p + 7, "/E:", 3)) return false;
	struct vector v = {text.p[2], text.p[6], text.p[10]};
	if (!one_of(v.consistency, "ICU") || !one_of(v.significance, "LCV") || !one_of(v.evidence, "AMI")) return false;
	*out = v;
	return true;
}

struct str vector_text(struct vector v, char out[VECTOR_TEXT]) {
	snprintf(out, VECTOR_TEXT, "C:%c/S:%c/E:%c", v.consistency, v.significance, v.evidence);
	return str_of(out);
}

const char *vector_falls(struct vector v) {
	if (v.significance != 'V') return "significance";
	if (v.consistency == 'I') return "consistency";
	return v.evidence != 'A' ? "evidence" : "";
}

bool vector_accepted(struct vector v) {
	return !*vector_falls(v);
}

/* The lower median of letters that stand in order, the least first. */
static char median(const size_t counts[3], const char order[3], size_t n) {
	size_t seen = 0;
	for (int i = 0; i < 3; i++) {
		seen += counts[i];
		if (seen * 2 >= n) return order[i];
	}
	return order[2];
}

struct vector vector_together(const struct vector *all, size_t n) {
	size_t s[3] = {0}, e[3] = {0}, c[3] = {0};
	for (size_t i = 0; i < n; i++) {
		s[all[i].significance == 'L' ? 0 : all[i].significance == 'C' ? 1 : 2]++;
		e[all[i].evidence == 'I' ? 0 : all[i].evidence == 'M' ? 1 : 2]++;
		c[all[i].consistency == 'I' ? 0 : all[i].consistency == 'C' ? 1 : 2]++;
	}
	return (struct vector){
		.consistency = c[0] * 2 >= n ? 'I' : c[2] > c[1] ? 'U' : 'C',
		.significance = median(s, "LCV", n),
		.evidence = median(e, "IMA", n),
	};
}
