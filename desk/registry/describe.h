/* What a kind's schema says of a place in a body: title, help, form. References into the schema itself and into the
 * common definitions are followed; what stands beside a reference wins over what it leads to. */
#pragma once
#include "hub/hub.h"

struct describing {
	const struct kinds *kinds;
	const struct kind *kind;
};

struct described {
	struct str title, description;
	struct str def;             /* name of the common definition that it leads to ("reference"); "" none */
	const struct json *schema;  /* behind all references; NULL where the schema says nothing */
	const struct json *choices; /* `enum`, or NULL */
	bool required;              /* by the object that it is a member of */
};

struct described describe(const struct describing *d, const struct json *schema);
/* A member of an object, by name; an item of an array. */
struct described describe_member(const struct describing *d, const struct described *object, struct str name);
struct described describe_item(const struct describing *d, const struct described *array);
/* A pointer into the body; '*' and numbers go into arrays, '*' also into maps. */
struct described describe_pointer(const struct describing *d, struct str pointer);
/* "Systems › 2 › Name": the titles on the way to a pointer, in the arena. */
struct str describe_path(const struct describing *d, struct arena *a, struct str pointer);

/* True when the schema allows the type ("string", "object" …). */
bool described_is(const struct described *d, const char *type);
