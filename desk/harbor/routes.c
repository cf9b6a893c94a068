#include "routes.h"

#include "desk/api/operation.h"
#include "desk/harbor/pages.h"

enum { ID = 300, GRANT = 40 };
#define OPEN (ROUTE_CACHEABLE | ROUTE_ANY_ORIGIN | ROUTE_SAME_FOR_ALL)
#define ID_PARAM {"id", PARAM_PATH, .length = ID, .help = "number, uid or another name of the record"}
#define DIRECTORY_PARAMS \
	{"q", .length = SEARCH_QUERY, .help = "words"}, \
	{"level", .type = PARAM_ENUM, .choices = CHOICES("", "0", "1", "2", "3", "4", "5"), .help = "at least this level"}, \
	{"harbor", .type = PARAM_ENUM, .choices = CHOICES("", "none", "partial", "full"), .help = "what it says of its safe harbor"}, \
	{"organization", .length = ID, .help = "who issued it"}, \
	{"page", .type = PARAM_INT, .min = 1, .max = 100, .otherwise = "1", .help = "of the list"}
#define COMPARE_PARAMS PARAMS({"id", .repeat = true, .length = ID, .help = "a policy; up to four"})

const struct route harbor_routes[] = {
	{"/policies", show_directory, ROUTE_PUBLIC, .name = "policies", .gives = GIVES_HTML, .flags = ROUTE_CACHEABLE,
		.help = "Disclosure policies, the most protective first.", .params = PARAMS(DIRECTORY_PARAMS)},
	{"/policies/compare", show_compare, ROUTE_PUBLIC, .name = "policies-compare", .gives = GIVES_HTML, .flags = ROUTE_CACHEABLE,
		.help = "Up to four policies side by side.", .params = COMPARE_PARAMS},
	{"/api/v1/policies", api_policies, ROUTE_PUBLIC, .name = "api-policies", .gives = GIVES_JSON, .flags = OPEN,
		.help = "Public policies with what each of them protects, the most protective first.",
		.params = PARAMS(DIRECTORY_PARAMS, {"limit", .type = PARAM_INT, .min = 1, .max = 200, .otherwise = "50", .help = "policies a page"}),
		.more = OPERATION(.gives = "Policies", .example = "/api/v1/policies?level=4")},
	{"/api/v1/policies/compare", api_compare, ROUTE_PUBLIC, .name = "api-policies-compare", .gives = GIVES_JSON, .flags = OPEN,
		.help = "Up to four policies side by side.", .params = COMPARE_PARAMS, .more = OPERATION(.gives = "Comparison")},
	{"/api/v1/policies/{id}/assessment", api_assessment, ROUTE_PUBLIC, .name = "api-assessment", .gives = GIVES_JSON, .flags = OPEN,
		.help = "How far a policy protects finders, point by point.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.gives = "Assessment", .text = "Computed from the policy's public fields, whatever it says of itself.")},
	ROUTE_END
};
