/* Keras' objects in JSON (keras/src/saving/serialization_lib.py): {"module", "class_name", "config", "registered_name"}. A Lambda holds code; a module outside Keras is imported; a few classes load other
 * things (CVE-2025-1550, 8747, 9905, 9906, 49655, CVE-2026-1462). */
#pragma once
#include "inside.h"

/* What an object said of itself so far; zeroed at its start. */
struct keras_object {
	struct str class_name, module, registered, function;
	bool config, vocabulary; /* vocabulary: a text, hence a path */
};
void keras_string(struct keras_object *o, struct str key, struct str value);
/* A value that is no text. */
void keras_value(struct keras_object *o, struct str key);
void keras_check(struct scan *s, const struct keras_object *o, uint64_t offset);
