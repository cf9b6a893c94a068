#include "schema_org.h"

struct schema_org schema_org(const struct kind *kind, const struct json *body) {
	static const struct {
		const char *kind;
		struct schema_org is;
	} table[] = {
		{"incident", {"Report", "headline", "abstract", "reportNumber", "temporalCoverage", true}},
		{"report", {"Report", "headline", "abstract", "reportNumber", "dateCreated", true}},
		{"advisory", {"Report", "headline", "abstract", "reportNumber", "dateCreated", true}},
		{"lesson", {"Article", "headline", "abstract", "identifier", NULL, true}},
		{"safeguard", {"Article", "headline", "abstract", "identifier", NULL, true}},
		{"policy", {"DigitalDocument", "name", "abstract", "identifier", "dateCreated", true}},
		{"system", {"SoftwareApplication", "name", "description", "identifier", "dateCreated", true}},
		{"organization", {"Organization", "name", "description", "identifier", NULL, false}},
		{"use", {"DefinedTerm", "name", "description", "termCode", NULL, false}},
	};
	struct schema_org out = {"CreativeWork", "name", "abstract", "identifier", NULL, true};
	for (size_t i = 0; i < lengthof(table); i++)
		if (str_is(kind->name, table[i].kind)) out = table[i].is;
	if (str_is(kind->name, "system") && str_is(json_get_str(body, S("type")), "dataset")) out.type = "Dataset";
	return out;
}
