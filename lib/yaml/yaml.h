/* YAML (1.2, by libyaml) as JSON values: a safe subset for data that others wrote.
 *
 * Plain scalars are null, booleans and numbers by the core schema of YAML 1.2 (section 10.3.2); everything else is a string, dates
 * included. What the core schema takes for a number and JSON has no number for stays the text that it was: .inf, .nan, integers beyond
 * 64 bits. `<<` is a key like any other.
 *
 * Refused: more than one document, tags other than those of the core schema, keys that are not scalars or hold a NUL (which JSON's
 * reader does not take either), duplicate keys, anchors on keys, aliases as keys and to what encloses them, nesting deeper than the
 * limit. An alias gives the value that its anchor gave; nothing is copied, yet every value that it stands for counts towards the limit
 * of nodes, so that no small text becomes a large value. */
#pragma once
#include "lib/json/json.h"

enum { YAML_BYTES = 16 << 20, YAML_DEPTH = 64, YAML_NODES = 1 << 20 };

struct yaml_limits {
	size_t bytes; /* of the text; 0: YAML_BYTES */
	int depth;    /* 0: YAML_DEPTH; at most JSON_NEST */
	size_t nodes; /* values in all, those behind aliases counted each time; 0: YAML_NODES */
};

/* One document; an empty text is JSON null. ERR_INVALID with line and column in e->where, ERR_TOO_LARGE over the limits, ERR_MEMORY.
 * limits may be NULL. *out points into the arena; text need not outlive the call. */
enum err_code yaml_parse(struct arena *a, struct str text, const struct yaml_limits *limits, const struct json **out, struct err *e)
	must_use;
