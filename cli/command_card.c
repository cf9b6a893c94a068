/* card check */
#include <sys/stat.h>

#include "command.h"
#include "lib/card/card.h"

static struct str grade_name(enum card_grade g) {
	static const struct str names[] = {S_INIT("wrong"), S_INIT("missing"), S_INIT("advice")};
	return names[g];
}

/* Of a folder its README.md, which is where cards stand. */
static enum err_code card_path(const struct cli *c, const char **out, struct err *e) {
	const char *path = c->arguments[0];
	*out = file_is_dir(path) ? file_join(c->a, path, "README.md") : path;
	return *out ? ERR_OK : err_set(e, ERR_MEMORY, "out of memory");
}

static enum err_code card_json(const struct cli *c, const struct card *card, const struct card_finding *f, size_t n, struct err *e) {
	static const struct {
		unsigned mark;
		const char *name;
	} marks[] = {{LICENCE_USES, "uses"}, {LICENCE_NONCOMMERCIAL, "noncommercial"}, {LICENCE_NO_DERIVATIVES, "no-derivatives"}, {LICENCE_SHARE_ALIKE, "share-alike"},
		{LICENCE_TERMS, "terms"}};
	struct json_builder all = json_object_of(c->a), findings = json_array_of(c->a), licence = json_object_of(c->a), restricts = json_array_of(c->a), says = json_array_of(c->a);
	for (size_t i = 0; i < lengthof(marks); i++)
		if (card->licence.marks & marks[i].mark) json_add(&restricts, json_str(c->a, str_of(marks[i].name)));
	json_set_str(&licence, S("id"), card->licence.id);
	json_set_bool(&licence, S("known"), card->licence.known);
	json_set(&licence, S("restricts"), json_built(&restricts));
	for (enum card_topic t = 0; t < CARD_TOPICS; t++)
		if (card->said & 1u << t) json_add(&says, json_str(c->a, card_topic_name(t)));
	for (size_t i = 0; i < n; i++) {
		struct json_builder one = json_object_of(c->a);
		json_set_str(&one, S("grade"), grade_name(f[i].grade));
		json_set_str(&one, S("rule"), str_of(f[i].rule));
		json_set_str(&one, S("where"), f[i].where);
		json_set_str(&one, S("message"), f[i].message);
		json_set_str(&one, S("advice"), f[i].advice);
		json_add(&findings, json_built(&one));
	}
	json_set_bool(&all, S("complete"), !c->exit_status);
	json_put(&all, S("metadata"), card->metadata);
	json_set(&all, S("licence"), json_built(&licence));
	json_set(&all, S("says"), json_built(&says));
	json_set(&all, S("findings"), json_built(&findings));
	autobuf struct buf b = BUF(64 << 20);
	struct json_writer w = json_writer_pretty(&b);
	jw_value(&w, json_built(&all));
	return out_json(&b, e);
}

static void card_words(const struct cli *c, const struct card *card, const struct card_finding *f, size_t n) {
	static const enum style styles[] = {RED, YELLOW, DIM};
	for (size_t i = 0; i < n; i++) {
		out_styled(c, styles[f[i].grade], arena_fmt(c->a, "%-8.*s", STR_ARG(grade_name(f[i].grade))));
		out_fmt("%.*s%.*s%.*s\n", STR_ARG(f[i].where), f[i].where.n ? 2 : 0, ": ", STR_ARG(f[i].message));
		out_wrapped(f[i].advice, 8);
	}
	if (card->licence.marks & LICENCE_USES) out_fmt("The licence %.*s restricts for what it may be used.\n", STR_ARG(card->licence.id));
	if (!c->exit_status) out_styled(c, GREEN, S("The card says what a user must know.\n"));
}

static enum err_code run_card_check(struct cli *c, struct err *e) {
	const char *path;
	struct str text;
	struct card card;
	const struct card_finding *findings;
	size_t n;
	enum err_code code = card_path(c, &path, e);
	if (!code) code = file_read(c->a, path, CARD_BYTES + 1, &text, e);
	if (!code && (code = card_read(c->a, text, &card, e))) err_prefix(e, "%s", path);
	if (!code) code = card_check(c->a, &card, cli_switch(c, "dataset") ? CARD_DATASET : CARD_MODEL, &findings, &n, e);
	if (code) return code;
	for (size_t i = 0; i < n; i++)
		if (findings[i].grade != CARD_ADVICE) c->exit_status = 1;
	if (c->json) return card_json(c, &card, findings, n, e);
	card_words(c, &card, findings, n);
	return ERR_OK;
}
static const struct option card_options[] = {
	{"dataset", NULL, "it is of a dataset, not of a model", false},
};
const struct command command_card_check = {
	.name = "card check", .arguments = "FILE|DIR", .summary = "check the card of a model or dataset",
	.text = "Reads README.md (- is standard input): whether its metadata can be used, which licence it names and whether that restricts uses, whether the text says for what "
			"the model is meant and for what it is not. Exit status 1 where something is wrong or missing; advice alone leaves it at 0.",
	.example = "polder card check model/", .options = card_options, .options_n = lengthof(card_options), .least = 1, .most = 1, .run = run_card_check,
};
