#include "keras.h"

void keras_string(struct keras_object *o, struct str key, struct str value) {
	if (str_is(key, "class_name")) o->class_name = value;
	if (str_is(key, "module")) o->module = value;
	if (str_is(key, "registered_name")) o->registered = value;
	if (str_is(key, "config")) o->function = value;
	if (str_is(key, "vocabulary") && value.n) o->vocabulary = true;
	keras_value(o, key);
}

void keras_value(struct keras_object *o, struct str key) {
	if (str_is(key, "config")) o->config = true;
}

static bool among(const char *const *words, size_t n, struct str w) {
	for (size_t i = 0; i < n; i++)
		if (str_is(w, words[i])) return true;
	return false;
}

/* "keras.layers.core" is in keras.layers. */
static bool below(struct str module, const char *package) {
	struct str p = str_of(package);
	return str_starts(module, p) && (module.n == p.n || module.p[p.n] == '.');
}

static bool module_is_known(struct str module) {
	static const char *const packages[] = {"layers", "models", "optimizers", "initializers", "regularizers", "constraints", "losses", "metrics", "activations", "dtype_policies", "quantizers",
		"random", "saving", "engine", "mixed_precision", "backend", "callbacks", "applications"};
	static const char *const roots[] = {"keras.", "keras.src.", "tf_keras.", "tf_keras.src.", "tensorflow.keras.", "tensorflow.python.keras."};
	if (str_is(module, "keras") || str_is(module, "tf_keras") || str_is(module, "keras.src")) return true;
	if (below(module, "keras_hub") || below(module, "keras_cv") || below(module, "keras_nlp")) return true;
	for (size_t i = 0; i < lengthof(roots); i++)
		for (size_t k = 0; k < lengthof(packages); k++) {
			char package[80];
			snprintf(package, sizeof package, "%s%s", roots[i], packages[k]);
			if (below(module, package)) return true;
		}
	return false;
}

static bool is_class(struct str name) {
	static const char *const marks[] = {"function", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__none__", "__slice__", "__tuple__", "__typespec__", "__keras_tensor__", "__class__"};
	struct str last = name;
	size_t arrow = str_rfind_char(name, '>');
	if (arrow != STR_NONE) last = str_from(name, arrow + 1);
	return among(marks, lengthof(marks), name) || (last.n && last.p[0] >= 'A' && last.p[0] <= 'Z') || (last.n > 1 && last.p[0] == '_' && last.p[1] >= 'A' && last.p[1] <= 'Z');
}

void keras_check(struct scan *s, const struct keras_object *o, uint64_t offset) {
	static const char *const code[] = {"__lambda__", "Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"};
	if (o->vocabulary) found(s, RULE_KERAS_FILE, offset, "a vocabulary is read from a path that the configuration names");
	if (!o->class_name.n || !o->config) return;
	struct str last = o->class_name;
	size_t arrow = str_rfind_char(last, '>');
	if (arrow != STR_NONE) last = str_from(last, arrow + 1);
	if (among(code, lengthof(code), last)) {
		found(s, RULE_KERAS_CODE, offset, "a layer %.*s", SHOWN(s, o->class_name));
	} else if (o->module.n && str_is(o->module, "builtins")) {
		found(s, RULE_KERAS_REVIEW, offset, "a function of whoever loads it, \"%.*s\"", SHOWN(s, o->function));
	} else if (o->module.n && !module_is_known(o->module)) {
		found(s, RULE_KERAS_MODULE, offset, "an object of %.*s.%.*s", SHOWN(s, o->module), SHOWN(s, o->class_name));
	} else if (!is_class(o->class_name)) {
		if (o->module.n) found(s, RULE_KERAS_MODULE, offset, "%.*s.%.*s is no class", SHOWN(s, o->module), SHOWN(s, o->class_name));
	} else if (str_find_char(o->registered, '>') != STR_NONE && !str_starts(o->registered, S("keras"))) {
		found(s, RULE_KERAS_REVIEW, offset, "a class of whoever loads it, \"%.*s\"", SHOWN(s, o->registered));
	}
}
