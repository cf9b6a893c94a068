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
#define GRANT_PARAM(name) {name, PARAM_PATH, .length = GRANT, .help = "the grant's"}
#define ACTION(path, fn, id, words, ...) \
	{path, fn, MAY_SIGNED_IN, HTTP_POST, CSRF_TOKEN, .name = id, .gives = GIVES_REDIRECT, .body_max = 256 << 10, .help = words, \
		.params = PARAMS({"csrf", PARAM_FORM, .length = 100, .help = "the form's proof"}, __VA_ARGS__)}
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
		.help = "Up to four policies side by side.", .params = COMPARE_PARAMS, .more = OPERATION(.gives = "Comparison", .example = "/api/v1/policies/compare?id=policy:polder-default")},
	{"/api/v1/policies/{id}/assessment", api_assessment, ROUTE_PUBLIC, .name = "api-assessment", .gives = GIVES_JSON, .flags = OPEN,
		.help = "How far a policy protects finders, point by point.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.gives = "Assessment", .example = "/api/v1/policies/policy:polder-default/assessment",
			.text = "Computed from the policy's public fields, whatever it says of itself.")},
	{"/api/v1/records/{id}/grants", api_grants, MAY_SIGNED_IN, .name = "api-grants", .gives = GIVES_JSON,
		.help = "The safe harbor grants of a report, with what opens them, and the policies that cover it: for who made it.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.gives = "Grants", .example = "/api/v1/records/CUE-0001/grants", .text = "A policy is accepted by the act harbor.accept. For others both lists are empty.")},
	{"/harbor/{id}", show_grant, ROUTE_PUBLIC, .name = "grant", .gives = GIVES_HTML, .flags = ROUTE_PRIVATE,
		.help = "A safe harbor grant, for whoever was given its address.", .params = PARAMS(GRANT_PARAM("id"))},
	{"/harbor/{id}.json", show_grant_json, ROUTE_PUBLIC, .name = "grant-json", .gives = GIVES_FILE, .flags = ROUTE_PRIVATE,
		.help = "The same as a file that can be checked without the hub.", .params = PARAMS(GRANT_PARAM("id"))},
	{"/r/{id}/harbor/{grant}.json", show_opening, MAY_SIGNED_IN, .name = "grant-opening", .gives = GIVES_FILE, .flags = ROUTE_PRIVATE,
		.help = "What proves which report a grant is about: for who made it.", .params = PARAMS(ID_PARAM, GRANT_PARAM("grant"))},
	ACTION("/r/{id}/harbor", take_accept, "harbor-accept", "Accepts a policy for a report.", ID_PARAM,
		{"policy", PARAM_FORM, .length = ID, .required = true}),
	ACTION("/r/{id}/threatened", take_threatened, "harbor-threatened", "Tells coordinators that the finder is threatened.", ID_PARAM,
		{"text", PARAM_FORM, PARAM_TEXT, .length = 4000, .required = true}),
	ACTION("/r/{id}/settled", take_settled, "harbor-settled", "Notes that this is settled.", ID_PARAM,
		{"note", PARAM_FORM, PARAM_TEXT, .length = 4000, .required = true}),
	{"/threats", show_threats, MAY_COORDINATE, .name = "threats", .gives = GIVES_HTML, .help = "Finders who are threatened."},
	{"/.well-known/polder.json", show_hub_document, ROUTE_PUBLIC, .name = "hub-document", .gives = GIVES_JSON,
		.flags = ROUTE_SAME_FOR_ALL | ROUTE_ANY_ORIGIN, .help = "What this hub is, and the keys with which it signs."},
	{"/.well-known/security.txt", show_security, ROUTE_PUBLIC, .name = "security-txt", .gives = GIVES_FILE,
		.flags = ROUTE_SAME_FOR_ALL | ROUTE_ANY_ORIGIN, .help = "Where flaws of the hub itself are told (RFC 9116)."},
	{"/organizations/{id}/security.txt", show_organization_security, ROUTE_PUBLIC, .name = "organization-security-txt", .gives = GIVES_FILE,
		.flags = ROUTE_SAME_FOR_ALL | ROUTE_ANY_ORIGIN, .help = "Where flaws of an organization's systems are told (RFC 9116).", .params = PARAMS(ID_PARAM)},
	ACTION("/organizations/{id}/security-txt", take_security_paste, "security-txt-paste", "Takes contacts from a security.txt into an organization.", ID_PARAM,
		{"text", PARAM_FORM, PARAM_TEXT, .length = 60000, .required = true}),
	ROUTE_END
};
