/* A compiled schema: nodes linked by pointers, read-only once made, so that threads may share them.
 *
 * A node has what is asked of any value (its types, enum, references, allOf …) and, behind a pointer that is NULL
 * when nothing is asked, what is asked of values of one type. The schema true is a node that allows all types and nothing
 * else; false allows no type. */
#pragma once
#include "names.h"
#include "pattern.h"
#include "schema.h"

/* A value has one of these. */
enum {
	TYPE_NULL = 1,
	TYPE_BOOL = 2,
	TYPE_INTEGER = 4,  /* 1 and 1.0 */
	TYPE_FRACTION = 8, /* other numbers */
	TYPE_STRING = 16,
	TYPE_ARRAY = 32,
	TYPE_OBJECT = 64,
	TYPE_ANY = 127,
};

enum format {
	FORMAT_NONE,
	FORMAT_DATE_TIME,
	FORMAT_DATE,
	FORMAT_TIME,
	FORMAT_EMAIL,
	FORMAT_URI,
	FORMAT_URI_REFERENCE,
	FORMAT_UUID,
	FORMAT_REGEX,
	FORMAT_IPV4,
	FORMAT_IPV6,
	FORMAT_HOSTNAME,
	FORMAT_JSON_POINTER,
};

struct nodes {
	const struct node **p;
	size_t n;
};

struct text_rules {
	size_t min, max; /* characters */
	const struct pattern *pattern;
	enum format format;
};

/* An exact decimal: digits × 10^power. */
struct decimal {
	uint64_t digits;
	int power;
};

struct number_rules {
	bool has_min, has_max, min_excluded, max_excluded, has_step;
	struct json min, max;
	struct decimal step;
	struct json step_value;
	bool plain_step; /* an integer: step_value.integer */
};

struct array_rules {
	size_t min, max, min_contains, max_contains;
	struct nodes prefix;
	const struct node *items, *contains; /* may be NULL */
	bool unique;
};

struct property {
	struct str name;
	const struct node *schema; /* NULL: only required */
	bool required;
};
struct pattern_property {
	const struct pattern *pattern;
	const struct node *schema;
};
struct dependency { /* when this member is there … */
	struct str name;
	const struct str *required;
	size_t n_required;
	const struct node *schema; /* may be NULL */
	const char *keyword;
};

/* What stands beside a name in the table of an object: that it is required; the types of value that need no further
 * look (not TYPE_INTEGER alone: a real may be one). The value is the schema's node, NULL for a name that is only
 * required. */
enum { NOTE_REQUIRED, NOTE_PLAIN };

struct object_rules {
	size_t min, max;
	struct names names; /* of properties */
	struct property *properties;
	size_t n_properties, n_required;
	struct str some_required; /* one of them */
	struct pattern_property *patterns;
	size_t n_patterns;
	struct dependency *dependencies;
	size_t n_dependencies;
	const struct node *additional, *property_names; /* may be NULL */
	bool members; /* something is asked of the members one by one … */
	bool single;  /* … but only of one, by its name, which is looked for instead */
};

struct value_rules { /* enum and const */
	struct names strings;
	struct str only;           /* where there is one string */
	const struct json *others; /* what is no string */
	size_t n_others;
	const struct json *source; /* the array of enum; the value of const */
	bool is_const;
};

struct dynamic_target {
	uint32_t resource;
	const struct node *node;
};
struct dynamic_ref {
	const struct node *fallback; /* where nothing in the dynamic scope has the anchor */
	struct dynamic_target *targets;
	size_t n;
};

struct logic_rules {
	const struct node *ref;
	const struct dynamic_ref *dynamic;
	struct nodes all, any, one;
	const struct node *not, *when, *then, *otherwise;
	const struct node *unevaluated_items, *unevaluated_properties;
};

struct node {
	uint8_t types;
	bool plain;        /* nothing but the type is asked */
	bool scoped;       /* `resource` matters to a $dynamicRef somewhere */
	bool special;      /* scoped, or has unevaluatedProperties or unevaluatedItems */
	bool only_member;  /* of an object nothing is asked but one member, whatever its value */
	uint32_t resource; /* number of the schema resource that the node stands in */
	const struct text_rules *text;
	const struct number_rules *number;
	const struct array_rules *array;
	const struct object_rules *object;
	const struct value_rules *values;
	const struct logic_rules *logic;
	struct str place; /* URI and JSON pointer */
};

struct schema {
	struct arena *arena;
	const struct node *root;
	uint32_t root_resource;
};

enum format format_of(struct str name);
bool format_holds(enum format f, struct str s);
const char *format_words(enum format f);

/* RFC 3986. */
bool uri_valid(struct str s, bool needs_scheme);
/* Section 5.2, without the fragment of base. */
struct str uri_resolve(struct arena *a, struct str base, struct str reference);

bool decimal_of(const struct json *v, struct decimal *out);
/* Exactly, in decimal arithmetic: 0.3 is a multiple of 0.1. */
bool decimal_is_multiple(struct decimal v, struct decimal step);
/* < 0, 0, > 0; exact between integers and doubles. */
int number_cmp(const struct json *a, const struct json *b);

/* Two items that are equal, or false. */
enum unique { UNIQUE, NOT_UNIQUE, UNIQUE_NO_MEMORY };
enum unique find_equal_items(const struct json *array, struct arena *a, size_t *first, size_t *second);

/* The documents of the 2020-12 dialect, by URI; "" for others. */
struct str metaschema_text(struct str uri);
#define METASCHEMA_BASE "https://json-schema.org/draft/2020-12/"
