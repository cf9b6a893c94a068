/* Cards of models and datasets: a README.md whose front says in YAML what it is, and whose Markdown says for what it is meant. The format is the hub convention
 * (huggingface/hub-docs, modelcard.md and datasetcard.md; the same front matter is read by model registries elsewhere).
 *
 *     ---
 *     license: apache-2.0
 *     base_model: example/base
 *     ---
 *     # Name
 *     ## Uses …
 *
 * What is judged: whether the metadata is there and of the right shape; which licence it is, and whether that restricts uses; whether the text says for what the
 * model is meant, for what it is not, where its limits are, on what it was trained and how it was measured. What is written in it is not judged. */
#pragma once
#include "lib/card/licence.h"
#include "lib/json/json.h"

enum { CARD_BYTES = 4 << 20, CARD_SECTIONS = 2000, CARD_FINDINGS = 100 };

/* What a card's text should speak of. */
enum card_topic { CARD_INTENT, CARD_OUT_OF_SCOPE, CARD_LIMITS, CARD_TRAINING, CARD_EVALUATION, CARD_TOPICS };
/* "intended uses" … */
struct str card_topic_name(enum card_topic t);

struct card_section {
	struct str title;  /* plain text; "" before the first heading */
	unsigned level;    /* of its heading, 1 … 6; 0 before the first */
	size_t words;      /* in it and in the sections below it, placeholders and comments left out */
};
struct card {
	const struct json *metadata; /* an object; NULL: there is none */
	struct str text;             /* the Markdown */
	size_t line;                 /* on which the text begins, from 1 */
	const struct card_section *sections;
	size_t sections_n;
	size_t placeholders;         /* places in the text that a template left for its author to fill in */
	unsigned said;               /* 1 << enum card_topic: the text has a section, or a sentence, on it */
	struct licence licence;      /* of metadata; by name "" where none is said */
};
/* Strings point into file or the arena. ERR_INVALID with the line in e->where: the metadata does not end, is no YAML or no object, or the file is no UTF-8;
 * ERR_TOO_LARGE over the limits; ERR_MEMORY. */
enum err_code card_read(struct arena *a, struct str file, struct card *out, struct err *e) must_use;

enum card_kind { CARD_MODEL, CARD_DATASET };
enum card_grade {
	CARD_WRONG,   /* a reader of the metadata can't use it, or would be misled */
	CARD_MISSING, /* what a user must know is not said */
	CARD_ADVICE,  /* it would help */
};
struct card_finding {
	enum card_grade grade;
	const char *rule;   /* "licence-missing"; README.md lists them */
	struct str where;   /* JSON pointer into the metadata, or "text" */
	struct str message; /* sentences */
	struct str advice;
};
/* Worst first, then in the order of the card. At most CARD_FINDINGS. ERR_MEMORY. */
enum err_code card_check(struct arena *a, const struct card *c, enum card_kind kind, const struct card_finding **out, size_t *n, struct err *e) must_use;

/* The models or datasets that it was made from: base_model of a model, whether one or a list; strings of the metadata. */
size_t card_bases(struct arena *a, const struct card *c, struct str **out);
