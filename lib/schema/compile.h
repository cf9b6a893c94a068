/* What the files of the compiler share. */
#pragma once
#include "registry.h"

struct compiler {
	struct registry registry;
	struct arena *a, *temporary; /* the registry's */
	bool assert_format;
	struct node **nodes; /* all that were made; those from `done` on are still empty */
	struct spot **spots; /* of the nodes */
	size_t n, done, room;
	struct waiting { /* a $dynamicRef, linked when all resources are known */
		struct waiting *next;
		struct dynamic_ref *ref;
		struct str name;
		bool **targets;
	} *waiting;
	enum err_code code;
	struct err *e;
};

/* The keywords of one schema that are in force, by number. */
struct keyword_values {
	const struct json *v[K_COUNT];
};

/* Notes the first error; `place` may hold a keyword behind the schema's place. */
void compile_fails(struct compiler *c, enum err_code code, struct str place, const char *fmt, ...) printf_like(4, 5);
void compile_no_memory(struct compiler *c);

/* The node of a schema, now or later filled in. Never NULL: a node that allows nothing when something went wrong. A
 * schema that is nothing but a reference gives the node of its target, as long as that passes over no resource on the
 * way from `from` (NULL: never), since a $dynamicRef might look for it. */
const struct node *node_of(struct compiler *c, struct spot *s, const struct resource *from);
const struct node *node_below(struct compiler *c, const struct spot *s, enum keyword k, struct str name,
	const struct json *schema);
/* An array of schemas. */
struct nodes nodes_below(struct compiler *c, const struct spot *s, enum keyword k, const struct json *array);

/* Where a reference leads; NULL, and an error noted, when nowhere. */
struct spot *follow_reference(
	struct compiler *c, const struct spot *s, struct str reference, bool *dynamic, struct str *name);

/* The groups: NULL when no keyword of theirs is there. */
const struct text_rules *compile_text(struct compiler *c, const struct spot *s, const struct keyword_values *k);
const struct number_rules *compile_number(struct compiler *c, const struct keyword_values *k);
const struct array_rules *compile_array(struct compiler *c, const struct spot *s, const struct keyword_values *k);
const struct object_rules *compile_object(struct compiler *c, const struct spot *s, const struct keyword_values *k);
/* Once all nodes are filled. */
void annotate_names(const struct object_rules *r);
const struct value_rules *compile_values(struct compiler *c, const struct keyword_values *k);
const struct logic_rules *compile_logic(struct compiler *c, const struct spot *s, const struct keyword_values *k);

/* After all nodes are filled: gives $dynamicRef its targets (which may ask for new nodes: call until it says false). */
bool link_dynamic(struct compiler *c);
/* Refuses schemas that come back to themselves without going deeper into the value. */
void refuse_loops(struct compiler *c);
