/* What is wrong with a card, or missing from it. */
#include <pthread.h>

#include "inside.h"
#include "lib/card/metadata.h"
#include "lib/schema/schema.h"

struct checking {
	struct arena *a;
	const struct card *card;
	enum card_kind kind;
	struct card_finding *items;
	size_t n;
};

static void find(struct checking *c, enum card_grade grade, const char *rule, struct str where, struct str message, struct str advice) {
	if (c->n == CARD_FINDINGS) return;
	c->items[c->n++] = (struct card_finding){grade, rule, where, message, advice};
}

static const struct json *said(const struct checking *c, const char *name) {
	return json_get(c->card->metadata, str_of(name));
}

/* ---- shape ---- */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct schema *shapes;

static void compile(void) {
	autoarena struct arena *a = arena_new(4 << 20);
	const struct json *document;
	struct err e;
	if (!a || json_parse(a, card_schemas[0].bytes, NULL, &document, &e) || schema_compile(&shapes, document, NULL, &e)) shapes = NULL;
}

static enum err_code check_shape(struct checking *c, struct err *e) {
	struct schema_errors errors = {0};
	pthread_once(&once, compile);
	if (!shapes) return err_set(e, ERR_MEMORY, "the rules for metadata of cards could not be read");
	if (schema_valid(shapes, c->card->metadata, c->a, &errors)) return ERR_OK;
	for (size_t i = 0; i < errors.n; i++) {
		const struct schema_error *one = &errors.items[i];
		const char *rule = str_starts(one->instance, S("/model-index")) ? "results-wrong" : "metadata-wrong";
		find(c, CARD_WRONG, rule, one->instance, one->message, S("Readers of the metadata leave it out, or stop, where it has another shape."));
	}
	return ERR_OK;
}

/* ---- licence ---- */

static void check_licence(struct checking *c) {
	const struct licence *l = &c->card->licence;
	bool other = str_is(l->id, "other");
	if (!l->id.n || str_is(l->id, "unknown")) {
		find(c, CARD_MISSING, "licence-missing", S("/license"), S("No licence is named: nobody may use it, and nobody knows what is restricted."),
			S("Add \"license:\" with its identifier, or \"other\" with license_name and license_link."));
		return;
	}
	if (!l->known && !other)
		find(c, CARD_WRONG, "licence-unknown", S("/license"), arena_fmt(c->a, "\"%.*s\" is no identifier of a licence.", STR_ARG(str_cut_utf8(l->id, 100))),
			S("Use the identifier that the registry lists, or \"other\" with license_name and license_link."));
	if (other && !json_string(said(c, "license_name")).n)
		find(c, CARD_WRONG, "licence-name-missing", S("/license_name"), S("The licence is \"other\" and has no name."), S("Add \"license_name:\" with a name for it."));
	if (other && !json_string(said(c, "license_link")).n)
		find(c, CARD_MISSING, "licence-link-missing", S("/license_link"), S("The licence is \"other\" and its text is nowhere."),
			S("Add \"license_link:\" with the address of its text, or the name of the file beside the card."));
	if (l->marks & LICENCE_USES && !(c->card->said & 1u << CARD_OUT_OF_SCOPE))
		find(c, CARD_MISSING, "restrictions-unsaid", S("text"), S("The licence restricts for what it may be used, and the text says nothing of it."),
			S("Say in a section \"Out-of-scope use\" what the licence forbids, where users read it."));
}

/* ---- what it is made from ---- */

static bool is_path(struct str s) {
	bool drive = s.n > 2 && s.p[1] == ':' && (s.p[2] == '\\' || s.p[2] == '/');
	return str_starts(s, S("/")) || str_starts(s, S("./")) || str_starts(s, S("../")) || str_starts(s, S("~")) || drive;
}

static void check_bases(struct checking *c) {
	struct str *bases;
	size_t n = card_bases(c->a, c->card, &bases);
	for (size_t i = 0; i < n; i++)
		if (is_path(bases[i]))
			find(c, CARD_WRONG, "base-local", S("/base_model"), arena_fmt(c->a, "\"%.*s\" is a path on somebody's machine.", STR_ARG(str_cut_utf8(bases[i], 100))),
				S("Name the model as others can find it: who publishes it, a slash, its name."));
	if (!n && said(c, "base_model_relation"))
		find(c, CARD_WRONG, "base-missing", S("/base_model"), S("base_model_relation says how it was made from another, and base_model does not say from which."), S("Add \"base_model:\"."));
}

/* ---- languages ---- */

/* ISO 639 with what may follow it (BCP 47), or the two words that registries take for "many" and "programs". */
static bool is_language(struct str s) {
	size_t n = 0;
	while (n < s.n && s.p[n] >= 'a' && s.p[n] <= 'z') n++;
	if (str_is(s, "multilingual") || str_is(s, "code")) return true;
	if (n < 2 || n > 3) return false;
	for (; n < s.n; n++) {
		bool fits = s.p[n] == '-' || s.p[n] == '_' || (s.p[n] >= '0' && s.p[n] <= '9') || (s.p[n] >= 'a' && s.p[n] <= 'z') || (s.p[n] >= 'A' && s.p[n] <= 'Z');
		if (!fits) return false;
	}
	return true;
}

static void check_languages(struct checking *c) {
	const struct json *list = said(c, "language");
	size_t n = json_is(list, JSON_ARRAY) ? list->n : list ? 1 : 0;
	for (size_t i = 0; i < n; i++) {
		struct str one = json_string(json_is(list, JSON_ARRAY) ? json_at(list, i) : list);
		if (one.n && !is_language(one))
			find(c, CARD_ADVICE, "language-code", S("/language"), arena_fmt(c->a, "\"%.*s\" is no code of a language.", STR_ARG(str_cut_utf8(one, 60))),
				S("Use ISO 639 codes: en, de, nl …"));
	}
}

/* ---- the text ---- */

static void check_text(struct checking *c) {
	static const struct {
		enum card_topic topic;
		enum card_grade grade;
		const char *rule, *message, *advice;
	} wanted[] = {
		{CARD_INTENT, CARD_MISSING, "intent-missing", "The text does not say for what it is meant.", "Add a section \"Intended use\": who should use it, and for what."},
		{CARD_OUT_OF_SCOPE, CARD_MISSING, "scope-missing", "The text does not say for what it is not meant.",
			"Add a section \"Out-of-scope use\": misuse that is foreseen, and uses for which it is not good enough."},
		{CARD_LIMITS, CARD_ADVICE, "limits-missing", "The text says nothing of limits, biases and risks.", "Add a section \"Bias, risks and limitations\"."},
		{CARD_TRAINING, CARD_ADVICE, "training-missing", "The text does not say on what it was trained, or how the data were collected.", "Add a section \"Training data\"."},
		{CARD_EVALUATION, CARD_ADVICE, "evaluation-missing", "Neither the text nor the metadata says how it was evaluated.", "Add a section \"Evaluation\", or model-index to the metadata."},
	};
	for (size_t i = 0; i < lengthof(wanted); i++) {
		enum card_topic t = wanted[i].topic;
		bool elsewhere = t == CARD_EVALUATION && (c->kind == CARD_DATASET || json_count(said(c, "model-index")));
		elsewhere |= t == CARD_TRAINING && json_count(said(c, "datasets"));
		elsewhere |= t == CARD_OUT_OF_SCOPE && c->card->licence.marks & LICENCE_USES; /* told already */
		if (elsewhere || c->card->said & 1u << t) continue;
		find(c, wanted[i].grade, wanted[i].rule, S("text"), str_of(wanted[i].message), str_of(wanted[i].advice));
	}
	if (c->card->placeholders)
		find(c, CARD_ADVICE, "placeholder", S("text"), arena_fmt(c->a, "A template's blanks are left in it, in %zu places.", c->card->placeholders), S("Fill them in, or take them out."));
}

/* By grade; those of one grade stay as they were found. */
static void sort(struct checking *c) {
	for (size_t i = 1; i < c->n; i++) {
		struct card_finding one = c->items[i];
		size_t to = i;
		for (; to && c->items[to - 1].grade > one.grade; to--) c->items[to] = c->items[to - 1];
		c->items[to] = one;
	}
}

enum err_code card_check(struct arena *a, const struct card *card, enum card_kind kind, const struct card_finding **out, size_t *n, struct err *e) {
	struct checking c = {.a = a, .card = card, .kind = kind, .items = arena_array(a, CARD_FINDINGS, sizeof *c.items)};
	enum err_code code = ERR_OK;
	if (!c.items) return err_set(e, ERR_MEMORY, "out of memory");
	if (!card->metadata)
		find(&c, CARD_MISSING, "metadata-missing", STR_EMPTY, S("The card has no metadata."), S("Begin the file with a line \"---\", then \"license: …\" and what else there is to say, then \"---\"."));
	else code = check_shape(&c, e);
	if (code) return code;
	if (card->metadata) check_licence(&c);
	check_bases(&c);
	check_languages(&c);
	check_text(&c);
	sort(&c);
	*out = c.items;
	*n = c.n;
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}
