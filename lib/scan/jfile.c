/* JSON files: configurations, tokenizers, indexes. What is looked for are names of code to load (transformers: auto_map, custom_pipelines, trust_remote_code; diffusers: modules
 * of a pipeline), chat templates, and Keras' objects (keras/src/saving/serialization_lib.py).
 *
 * Every name counts wherever it stands and as often as it stands, so a reader that takes the first of two names and one that takes the last are both served. */
#include "formats.h"
#include "jtext.h"
#include "keras.h"
#include "profile.h"
#include "template.h"

struct level {
	struct str key;          /* the name whose value comes */
	uint64_t key_at;
	struct keras_object keras;
	struct str module, class_name; /* of skops: "__module__", "__class__" */
	bool loader;                   /* "__loader__" */
	bool in_auto_map;        /* in the value of auto_map, or of custom_pipelines */
	bool in_template;
};

struct config {
	struct scan *s;
	struct jtext j;
	uint64_t base;           /* offset of the text in the member */
	struct level levels[JTEXT_DEPTH + 1];
	bool diffusers;
	bool modules;            /* a list of objects, as modules.json of sentence-transformers is */
	bool notebook;           /* nbformat stands at the top */
};

static void remote_code(struct config *c, const char *key, struct str value) {
	found(c->s, RULE_CONFIG_CODE, c->base + c->j.from, "%s names \"%.*s\"", key, SHOWN(c->s, value));
}

/* In a pipeline of diffusers: "name": ["library", "Class"]. */
static void library(struct config *c, struct level *l, struct str value) {
	static const char *const known[] = {"diffusers", "transformers", "onnxruntime.training", "stable_diffusion", "k_diffusion", "kandinsky"};
	for (size_t i = 0; i < lengthof(known); i++)
		if (str_is(value, known[i])) return;
	if (str_starts(l->key, S("_"))) return;
	remote_code(c, "a part of the pipeline", value);
}

/* A name in a library that a model's loader is, or stands on. */
static bool is_ours(struct str name) {
	static const char *const libraries[] = {"transformers", "diffusers", "sentence_transformers", "torch", "timm", "peft", "torchvision", "open_clip"};
	for (size_t i = 0; i < lengthof(libraries); i++) {
		struct str l = str_of(libraries[i]);
		if (str_starts(name, l) && (name.n == l.n || name.p[l.n] == '.')) return true;
	}
	return false;
}

static void string(struct config *c, int depth) {
	struct level *l = &c->levels[depth];
	struct str v = jtext_string(&c->j, c->s->scratch);
	keras_string(&l->keras, l->key, v);
	if (str_is(l->key, "__module__")) l->module = v;
	if (str_is(l->key, "__class__")) l->class_name = v;
	if (str_is(l->key, "__loader__")) l->loader = true;
	if (l->in_auto_map) remote_code(c, "auto_map", v);
	if (str_is(l->key, "auto_map")) remote_code(c, "auto_map", v);
	if (str_is(l->key, "custom_pipeline") && v.n) remote_code(c, "custom_pipeline", v);
	if (str_is(l->key, "trust_remote_code") && !str_is(v, "false") && !str_is(v, "False") && v.n) remote_code(c, "trust_remote_code", v);
	/* PEFT imports the library by this name; sentence-transformers the class of a module. */
	if (str_is(l->key, "parent_library") && !is_ours(v)) remote_code(c, "parent_library", v);
	if (str_is(l->key, "type") && c->modules && str_find_char(v, '.') != STR_NONE && !is_ours(v)) remote_code(c, "a module's type", v);
	if (str_is(l->key, "_target_")) check_target(c->s, v, c->base + c->j.from);
	bool named = l->in_template || str_find(l->key, S("template")) != STR_NONE;
	if (has_template(v)) check_template(c->s, v, c->base + c->j.from + 1, "the template", named);
	if (c->diffusers && depth == 2 && !l->key.n && c->levels[1].key.n) {
		c->levels[depth].key = S("-");
		library(c, &c->levels[1], v);
	}
}

/* skops (skops/io/_utils.py): a node names the class or function that it is loaded with, as a pickle does. */
static void check_node(struct config *c, const struct level *l) {
	unsigned profiles = c->s->options->profiles ? c->s->options->profiles : SCAN_ALL_PROFILES;
	struct allowed a;
	if (!l->loader || !l->class_name.n || profile_allows(profiles, l->module, l->class_name, &a)) return;
	found(c->s, RULE_CONFIG_CODE, c->base + c->j.from, "a node of skops names \"%.*s.%.*s\"", SHOWN(c->s, l->module), SHOWN(c->s, l->class_name));
}

static void enter(struct config *c, int depth, bool array) {
	if (depth == 1) c->modules = array;
	const struct level *above = &c->levels[depth - 1];
	c->levels[depth] = (struct level){
		.in_auto_map = above->in_auto_map || str_is(above->key, "auto_map") || str_is(above->key, "custom_pipelines"),
		.in_template = above->in_template || str_find(above->key, S("template")) != STR_NONE,
	};
	keras_value(&c->levels[depth - 1].keras, above->key);
}

static bool walk(struct config *c) {
	for (enum jtoken token; (token = jtext_next(&c->j)) != J_END;) {
		struct level *l = &c->levels[c->j.depth];
		if (token == J_ERROR || time_is_up(c->s)) return false;
		switch (token) {
		case J_OBJECT:
		case J_ARRAY: enter(c, c->j.depth, token == J_ARRAY); break;
		case J_OBJECT_END:
			check_node(c, &c->levels[c->j.depth + 1]);
			keras_check(c->s, &c->levels[c->j.depth + 1].keras, c->base + c->j.from); break;
		case J_NAME:
			l->key = jtext_string(&c->j, c->s->scratch);
			if (c->j.depth == 1 && str_is(l->key, "_diffusers_version")) c->diffusers = true;
			if (c->j.depth == 1 && str_is(l->key, "nbformat")) c->notebook = true;
			break;
		case J_STRING: string(c, c->j.depth); break;
		case J_TRUE:
			if (str_is(l->key, "trust_remote_code")) remote_code(c, "trust_remote_code", S("true"));
			break;
		case J_NUMBER:
		case J_FALSE:
		case J_NULL: keras_value(&l->keras, l->key); break;
		case J_ARRAY_END:
		case J_END:
		case J_ERROR: break;
		}
	}
	return true;
}

/* One value, or several one after the other, as JSON lines have it. False at the first that isn't one; *end is how far it went. */
bool check_json(struct scan *s, struct str text, uint64_t base, size_t *end, const char **error) {
	size_t at = 0;
	while (at < text.n) {
		struct config c = {.s = s, .base = base + at, .j = jtext(str_from(text, at))};
		c.j.lenient = true;
		bool ok = walk(&c);
		bool another = !ok && c.j.done && !c.j.depth && c.j.more;
		*end = at + c.j.at;
		if (c.notebook) found(s, RULE_SCRIPT, base + at, "a notebook, whose cells are run one by one");
		if (ok) return true;
		if (!another || !c.j.at) {
			*error = c.j.error ? c.j.error : "";
			return false;
		}
		at += c.j.at;
	}
	return true;
}

bool is_json(struct str head) {
	struct str t = str_trim(head);
	if (t.n < 2) return false;
	struct str next = str_trim(str_sub(t, 1, 200));
	if (t.p[0] == '{') return next.n && (next.p[0] == '"' || next.p[0] == '}');
	if (t.p[0] != '[' || !next.n || !strchr("{[\"]-0123456789tfn", next.p[0])) return false;
	/* "[section]" and "[link](…)" are no JSON: the first value must be well-formed as far as it is seen. */
	struct jtext j = jtext(head);
	j.lenient = true;
	for (enum jtoken token; (token = jtext_next(&j)) != J_END;)
		if (token == J_ERROR) return j.at + 8 >= head.n || j.more;
	return true;
}

void parse_json(struct scan *s, struct reader *r, struct tally *t) {
	struct str text = reader_window(r);
	size_t end = 0;
	const char *error = "";
	s->file->format = "json";
	bool ok = check_json(s, text, 0, &end, &error);
	t->parsed += ok ? text.n : end;
	if (!ok && !s->over) found(s, RULE_JSON_INVALID, end, "%s", error);
}
