/* The 2020-12 dialect's own schemas, in our words: the rules of JSON Schema Core and Validation 2020-12 for what a
 * schema looks like, under the URIs that the standard gives them, so that a reference to the metaschema or one of its
 * vocabularies works without fetching anything. Titles and other annotations are left out. */
#include "node.h"

#define HEAD(name) \
	"{\"$schema\":\"" METASCHEMA_BASE "schema\",\"$id\":\"" METASCHEMA_BASE name \
	"\",\"$dynamicAnchor\":\"meta\",\"type\":[\"object\",\"boolean\"],"
#define SCHEMA      "{\"$dynamicRef\":\"#meta\"}"
#define SCHEMAS     "{\"$ref\":\"#/$defs/schemaArray\"}"
#define SCHEMA_MAP  "{\"type\":\"object\",\"additionalProperties\":" SCHEMA "}"
#define DEF(name)   "{\"$ref\":\"#/$defs/" name "\"}"
#define STRING      "{\"type\":\"string\"}"
#define NUMBER      "{\"type\":\"number\"}"
#define BOOLEAN     "{\"type\":\"boolean\"}"
#define LIST        "{\"type\":\"array\"}"

static const struct {
	const char *name, *text;
} documents[] = {
	{"schema",
		HEAD("schema")
		"\"$vocabulary\":{"
		"\"" METASCHEMA_BASE "vocab/core\":true,\"" METASCHEMA_BASE "vocab/applicator\":true,"
		"\"" METASCHEMA_BASE "vocab/unevaluated\":true,\"" METASCHEMA_BASE "vocab/validation\":true,"
		"\"" METASCHEMA_BASE "vocab/meta-data\":true,\"" METASCHEMA_BASE "vocab/format-annotation\":true,"
		"\"" METASCHEMA_BASE "vocab/content\":true},"
		"\"allOf\":[{\"$ref\":\"meta/core\"},{\"$ref\":\"meta/applicator\"},{\"$ref\":\"meta/unevaluated\"},"
		"{\"$ref\":\"meta/validation\"},{\"$ref\":\"meta/meta-data\"},{\"$ref\":\"meta/format-annotation\"},"
		"{\"$ref\":\"meta/content\"}],"
		"\"properties\":{\"definitions\":" SCHEMA_MAP ",\"dependencies\":{\"type\":\"object\",\"additionalProperties\":"
		"{\"anyOf\":[" SCHEMA ",{\"$ref\":\"meta/validation#/$defs/stringArray\"}]}},"
		"\"$recursiveAnchor\":{\"$ref\":\"meta/core#/$defs/anchorString\"},"
		"\"$recursiveRef\":{\"$ref\":\"meta/core#/$defs/uriReferenceString\"}}}"},
	{"meta/core",
		HEAD("meta/core")
		"\"properties\":{\"$id\":{\"$ref\":\"#/$defs/uriReferenceString\",\"pattern\":\"^[^#]*#?$\"},"
		"\"$schema\":" DEF("uriString") ",\"$ref\":" DEF("uriReferenceString") ",\"$anchor\":" DEF("anchorString") ","
		"\"$dynamicRef\":" DEF("uriReferenceString") ",\"$dynamicAnchor\":" DEF("anchorString") ","
		"\"$vocabulary\":{\"type\":\"object\",\"propertyNames\":" DEF("uriString") ",\"additionalProperties\":" BOOLEAN "},"
		"\"$comment\":" STRING ",\"$defs\":" SCHEMA_MAP "},"
		"\"$defs\":{\"anchorString\":{\"type\":\"string\",\"pattern\":\"^[A-Za-z_][-A-Za-z0-9._]*$\"},"
		"\"uriString\":{\"type\":\"string\",\"format\":\"uri\"},"
		"\"uriReferenceString\":{\"type\":\"string\",\"format\":\"uri-reference\"}}}"},
	{"meta/applicator",
		HEAD("meta/applicator")
		"\"properties\":{\"prefixItems\":" SCHEMAS ",\"items\":" SCHEMA ",\"contains\":" SCHEMA ","
		"\"additionalProperties\":" SCHEMA ",\"properties\":" SCHEMA_MAP ","
		"\"patternProperties\":{\"type\":\"object\",\"additionalProperties\":" SCHEMA
		",\"propertyNames\":{\"format\":\"regex\"}},"
		"\"dependentSchemas\":" SCHEMA_MAP ",\"propertyNames\":" SCHEMA ",\"if\":" SCHEMA ",\"then\":" SCHEMA ","
		"\"else\":" SCHEMA ",\"allOf\":" SCHEMAS ",\"anyOf\":" SCHEMAS ",\"oneOf\":" SCHEMAS ",\"not\":" SCHEMA "},"
		"\"$defs\":{\"schemaArray\":{\"type\":\"array\",\"minItems\":1,\"items\":" SCHEMA "}}}"},
	{"meta/unevaluated",
		HEAD("meta/unevaluated")
		"\"properties\":{\"unevaluatedItems\":" SCHEMA ",\"unevaluatedProperties\":" SCHEMA "}}"},
	{"meta/validation",
		HEAD("meta/validation")
		"\"properties\":{\"type\":{\"anyOf\":[" DEF("simpleTypes") ",{\"type\":\"array\",\"items\":" DEF("simpleTypes")
		",\"minItems\":1,\"uniqueItems\":true}]},"
		"\"enum\":" LIST ",\"multipleOf\":{\"type\":\"number\",\"exclusiveMinimum\":0},"
		"\"maximum\":" NUMBER ",\"exclusiveMaximum\":" NUMBER ",\"minimum\":" NUMBER ",\"exclusiveMinimum\":" NUMBER ","
		"\"maxLength\":" DEF("nonNegativeInteger") ",\"minLength\":" DEF("nonNegativeIntegerDefault0") ","
		"\"pattern\":{\"type\":\"string\",\"format\":\"regex\"},"
		"\"maxItems\":" DEF("nonNegativeInteger") ",\"minItems\":" DEF("nonNegativeIntegerDefault0") ","
		"\"uniqueItems\":" BOOLEAN ",\"maxContains\":" DEF("nonNegativeInteger") ","
		"\"minContains\":" DEF("nonNegativeInteger") ",\"maxProperties\":" DEF("nonNegativeInteger") ","
		"\"minProperties\":" DEF("nonNegativeIntegerDefault0") ",\"required\":" DEF("stringArray") ","
		"\"dependentRequired\":{\"type\":\"object\",\"additionalProperties\":" DEF("stringArray") "}},"
		"\"$defs\":{\"nonNegativeInteger\":{\"type\":\"integer\",\"minimum\":0},"
		"\"nonNegativeIntegerDefault0\":" DEF("nonNegativeInteger") ","
		"\"simpleTypes\":{\"enum\":[\"array\",\"boolean\",\"integer\",\"null\",\"number\",\"object\",\"string\"]},"
		"\"stringArray\":{\"type\":\"array\",\"items\":" STRING ",\"uniqueItems\":true}}}"},
	{"meta/meta-data",
		HEAD("meta/meta-data")
		"\"properties\":{\"title\":" STRING ",\"description\":" STRING ",\"deprecated\":" BOOLEAN ","
		"\"readOnly\":" BOOLEAN ",\"writeOnly\":" BOOLEAN ",\"examples\":" LIST "}}"},
	{"meta/format-annotation", HEAD("meta/format-annotation") "\"properties\":{\"format\":" STRING "}}"},
	{"meta/format-assertion", HEAD("meta/format-assertion") "\"properties\":{\"format\":" STRING "}}"},
	{"meta/content",
		HEAD("meta/content")
		"\"properties\":{\"contentEncoding\":" STRING ",\"contentMediaType\":" STRING ",\"contentSchema\":" SCHEMA "}}"},
};

struct str metaschema_text(struct str uri) {
	if (!str_starts(uri, S(METASCHEMA_BASE))) return STR_EMPTY;
	for (size_t i = 0; i < lengthof(documents); i++)
		if (str_is(str_from(uri, sizeof METASCHEMA_BASE - 1), documents[i].name)) return str_of(documents[i].text);
	return STR_EMPTY;
}
