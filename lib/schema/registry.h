/* The documents that a schema may refer to, and what in them has a name: resources ($id), anchors, places.
 *
 * A spot is a place in a document where a schema stands. Documents are copied before they are read, so that the address
 * of a value tells its spot. A source is read when a reference asks for it. */
#pragma once
#include "keywords.h"
#include "node.h"

enum dialect { DIALECT_2020_12, DIALECT_7 };

struct spot;
struct resource {
	struct str uri; /* absolute, without fragment; "" for a root without $id */
	uint32_t number;
	enum dialect dialect;
	struct str metaschema;        /* $schema, own or inherited */
	unsigned vocabularies;        /* 0: not worked out yet */
	struct spot *root;
	struct map dynamic;           /* $dynamicAnchor → spot */
	bool reached;                 /* a node stands in it */
};

struct spot {
	const struct json *schema;
	struct resource *resource;
	struct str place;
	struct node *node;            /* NULL: not asked for yet */
	struct spot *next;            /* in the order in which they were met */
};

struct source {
	struct str uri;
	const struct json *document;
	bool read;
};

struct registry {
	struct arena *a;         /* what the compiled schema keeps */
	struct arena *temporary; /* what only compiling needs */
	struct map spots;        /* address of a value → spot */
	struct map resources;    /* URI → resource */
	struct map anchors;      /* URI#name → spot */
	struct spot *first, *last;
	struct resource **all;
	uint32_t n, room;
	struct source *sources;
	size_t n_sources;
};

/* Reads the document as the one that is to be compiled. */
enum err_code registry_root(struct registry *r, const struct json *document, struct spot **out, struct err *e) must_use;
/* Where the reference leads from a resource. *dynamic: it names a $dynamicAnchor; then *name is that. */
enum err_code registry_follow(struct registry *r, struct resource *from, struct str reference, struct spot **out,
	bool *dynamic, struct str *name, struct err *e) must_use;
/* The spot of a subschema; one that no walk met stands in its parent's resource. NULL when memory is out. */
struct spot *registry_child(
	struct registry *r, const struct spot *parent, const struct json *schema, struct str keyword, struct str name);
/* Works out the vocabularies of the resource. */
enum err_code registry_vocabularies(struct registry *r, struct resource *of, struct err *e) must_use;
/* place/keyword or place/keyword/name, escaped. name.p may be NULL. */
struct str place_below(struct arena *a, struct str place, struct str keyword, struct str name);
