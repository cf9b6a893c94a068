#include "gate.h"

enum { FINDINGS = 2000 };

struct judging {
	struct arena *a;
	const struct gate_given *g;
	struct gate *out;
	struct gate_check *check; /* the present one */
	size_t room;
	bool *used;               /* of each that is accepted */
	struct err *e;
};

const char *gate_verdict_name(enum gate_verdict v) {
	static const char *const names[] = {"PASS", "REVIEW", "INCONCLUSIVE", "BLOCK"};
	return names[v];
}

const char *gate_check_name(enum gate_name n) {
	static const char *const names[] = {"scan", "card", "known", "signature"};
	return names[n];
}

/* ---- findings ---- */

static bool is_accepted(struct judging *j, struct str rule, struct str subject) {
	bool found = false;
	for (size_t i = 0; i < j->g->accepted_n; i++) {
		struct str one = j->g->accepted[i];
		bool this = str_eq(one, rule) || (subject.n && str_eq_ascii_case(one, subject));
		j->used[i] |= this;
		found |= this;
	}
	return found;
}

static void find(struct judging *j, struct gate_finding f) {
	struct gate_check *c = j->check;
	if (c->n == j->room) {
		size_t room = j->room ? j->room * 2 : 16;
		struct gate_finding *more = arena_array(j->a, room, sizeof *more);
		if (!more) return;
		if (c->n) memcpy(more, c->findings, c->n * sizeof *more);
		c->findings = more;
		j->room = room;
	}
	f.accepted = is_accepted(j, f.rule, f.subject);
	if (!f.accepted && f.verdict > c->verdict) c->verdict = f.verdict;
	c->findings[c->n++] = f;
}

/* Those that count first, worst first; those of one verdict stay as they were found. */
static int by_weight(const struct gate_finding *x, const struct gate_finding *y) {
	if (x->accepted != y->accepted) return x->accepted - y->accepted;
	return (int)y->verdict - (int)x->verdict;
}
static void sort(struct gate_check *c) {
	for (size_t i = 1; i < c->n; i++) {
		struct gate_finding one = c->findings[i];
		size_t to = i;
		for (; to && by_weight(&c->findings[to - 1], &one) > 0; to--) c->findings[to] = c->findings[to - 1];
		c->findings[to] = one;
	}
}

static void begin(struct judging *j, enum gate_name name) {
	j->check = &j->out->checks[name];
	*j->check = (struct gate_check){.done = true, .words = STR_EMPTY};
	j->room = 0;
}

/* ---- the scan ---- */

static enum gate_verdict of_scan(struct str word) {
	if (str_is(word, "PASS")) return GATE_PASS;
	if (str_is(word, "REVIEW")) return GATE_REVIEW;
	if (str_is(word, "BLOCK") || str_is(word, "INVALID")) return GATE_BLOCK;
	return GATE_INCONCLUSIVE;
}

/* A file that does not pass, with its worst finding; what has a verdict and no finding says so itself. */
static void judge_file(struct judging *j, const struct json *file) {
	const struct json *findings = json_get_lit(file, "findings"), *worst = json_at(findings, 0);
	struct str word = json_get_str(file, S("verdict")), path = json_get_str(file, S("path")), rule = json_get_str(worst, S("rule"));
	enum gate_verdict v = of_scan(word);
	if (v == GATE_PASS || j->check->n >= FINDINGS) return;
	find(j, (struct gate_finding){v, arena_fmt(j->a, "scan-%.*s", STR_ARG(rule.n ? rule : S("verdict"))), path,
		worst ? json_get_str(worst, S("message")) : arena_fmt(j->a, "The scanner's verdict is %.*s.", STR_ARG(word)), json_get_str(worst, S("advice")), STR_EMPTY, false});
}

static enum err_code judge_scan(struct judging *j) {
	const struct json *files = json_get_lit(j->g->scan, "files");
	size_t n = json_count(files);
	begin(j, GATE_SCAN);
	if (!j->g->scan) {
		j->check->words = S("The files could not be scanned.");
		find(j, (struct gate_finding){GATE_INCONCLUSIVE, S("scan-failed"), STR_EMPTY, j->g->scan_failed, S("Run `polder scan` by itself and see."), STR_EMPTY, false});
		return ERR_OK;
	}
	if (!json_is(files, JSON_ARRAY)) return err_set(j->e, ERR_INVALID, "the scan's report has no files");
	for (size_t i = 0; i < n; i++) judge_file(j, json_at(files, i));
	j->check->words = j->check->n ? arena_fmt(j->a, "%zu of %zu files %s not pass.", j->check->n, n, j->check->n == 1 ? "does" : "do") : n == 1 ? S("The one file passes.") : arena_fmt(j->a, "All %zu files pass.", n);
	if (!n) find(j, (struct gate_finding){GATE_BLOCK, S("scan-nothing"), STR_EMPTY, S("There are no files."), S("Name the folder that holds the model."), STR_EMPTY, false});
	return ERR_OK;
}

/* ---- the card ---- */

static enum err_code judge_card(struct judging *j) {
	const struct card_finding *findings;
	size_t n;
	begin(j, GATE_CARD);
	if (!j->g->card) {
		j->check->words = S("There is no card that could be read.");
		find(j, (struct gate_finding){GATE_BLOCK, S("card-unreadable"), S("README.md"), j->g->card_failed, S("Write a README.md that says what it is, for what it is meant and under which licence."), STR_EMPTY, false});
		return ERR_OK;
	}
	enum err_code code = card_check(j->a, j->g->card, j->g->kind, &findings, &n, j->e);
	if (code) return code;
	for (size_t i = 0; i < n; i++)
		find(j, (struct gate_finding){findings[i].grade == CARD_ADVICE ? GATE_PASS : GATE_BLOCK, arena_fmt(j->a, "card-%s", findings[i].rule), findings[i].where, findings[i].message,
			findings[i].advice, STR_EMPTY, false});
	const struct licence *l = &j->g->card->licence;
	j->check->words = l->id.n ? arena_fmt(j->a, "Its licence is %.*s%s.", STR_ARG(l->id), l->marks & LICENCE_USES ? ", which restricts for what it may be used" : "") : S("It names no licence.");
	return ERR_OK;
}

/* ---- what a hub knows ---- */

/* Steps from the thing itself: what was asked for by a base's name is one step away from the start. */
static int64_t steps(const struct judging *j, const struct json *system) {
	return json_integer(json_get_lit(system, "distance"), 0) + (!j->g->own.n || !str_eq(json_get_str(system, S("name")), j->g->own));
}

static const struct json *system_of(const struct judging *j, struct str uid) {
	const struct json *systems = json_get_lit(j->g->known, "systems");
	for (size_t i = 0; i < json_count(systems); i++)
		if (str_eq(json_get_str(json_get_lit(json_at(systems, i), "line"), S("uid")), uid)) return json_at(systems, i);
	return NULL;
}

/* A hub that was not told its own address gives paths. */
static struct str address_of(const struct judging *j, const struct json *line) {
	struct str url = json_get_str(line, S("url")), hub = j->g->hub;
	while (hub.n && hub.p[hub.n - 1] == '/') hub.n--;
	return str_starts(url, S("/")) && str_starts(hub, S("http")) ? arena_cat(j->a, hub, url) : url;
}

static bool is_grave(struct str severity) {
	return str_is(severity, "high") || str_is(severity, "critical");
}

/* Of the thing itself: what is said to affect this version stops it, what may is looked at. Of what it is made from nobody knows the version: what is grave is looked at. */
static void judge_item(struct judging *j, const struct json *item) {
	const struct json *line = json_get_lit(item, "line");
	struct str version = json_get_str(item, S("version")), severity = json_get_str(item, S("severity")), id = json_get_str(line, S("id"));
	bool base = steps(j, system_of(j, json_get_str(item, S("about")))) > 0;
	bool advisory = str_is(json_get_str(line, S("kind")), "advisory");
	enum gate_verdict v = GATE_REVIEW;
	const char *rule = "known-about";
	if (json_true(json_get_lit(item, "withdrawn")) || j->check->n >= FINDINGS) return;
	if (base) {
		v = advisory && is_grave(severity) ? GATE_REVIEW : GATE_PASS;
		rule = "known-base";
	} else if (str_is(version, "affected")) {
		v = GATE_BLOCK;
		rule = "known-affected";
	} else if (str_is(version, "not-affected")) {
		v = GATE_PASS;
		rule = "known-not-affected";
	}
	find(j, (struct gate_finding){v, str_of(rule), id, json_get_str(line, S("title")),
		v == GATE_BLOCK ? S("Use a version that is not affected, or what the advisory advises.") : S("Read it, and accept it by its identifier if it does not concern you."),
		address_of(j, line), false});
}

/* Whether the card's licence keeps what the licence of a base demands. */
static void judge_base(struct judging *j, const struct json *system) {
	const struct json *line = json_get_lit(system, "line"), *licence = json_get_lit(system, "licence");
	struct str rel = json_get_str(system, S("rel"));
	bool base = steps(j, system) > 0 && (!rel.n || str_is(rel, "built-on") || str_is(rel, "adapted-from")), unsure;
	if (!base || !licence || !j->g->card) return;
	struct licence theirs = licence_of(j->a, json_get_str(licence, S("id")));
	bool carries = json_true(json_get_lit(licence, "carries_over")), restricts = str_is(json_get_str(licence, S("type")), "responsible-use") || json_count(json_get_lit(licence, "restrictions"));
	if (restricts && carries) theirs.marks |= LICENCE_USES;
	struct str drops = licence_drops(theirs, j->g->card->licence, &unsure);
	if (!drops.n && carries && restricts && !(j->g->card->licence.marks & LICENCE_USES))
		drops = S("What it is made from restricts its uses, and those who pass it on must hand that on: this licence is not known to do so.");
	if (drops.n)
		find(j, (struct gate_finding){unsure ? GATE_REVIEW : GATE_BLOCK, S("known-licence-dropped"), json_get_str(line, S("title")), drops, S("Pass the terms of what it is made from on."),
			address_of(j, line), false});
}

static enum err_code judge_known(struct judging *j) {
	const struct json *known = j->g->known, *items = json_get_lit(known, "items"), *systems = json_get_lit(known, "systems");
	begin(j, GATE_KNOWN);
	if (j->g->known_failed.n) {
		j->check->words = S("The hub could not be asked.");
		find(j, (struct gate_finding){GATE_INCONCLUSIVE, S("known-failed"), j->g->hub, j->g->known_failed, S("Try again when it can be reached."), STR_EMPTY, false});
		return ERR_OK;
	}
	if (!known) {
		j->check->done = false;
		j->check->words = S("No hub was asked; --hub names one.");
		return ERR_OK;
	}
	if (!json_is(items, JSON_ARRAY) || !json_is(systems, JSON_ARRAY)) return err_set(j->e, ERR_INVALID, "the hub's answer is not what it should be");
	for (size_t i = 0; i < systems->n; i++) judge_base(j, json_at(systems, i));
	for (size_t i = 0; i < items->n; i++) judge_item(j, json_at(items, i));
	j->check->words = systems->n ? arena_fmt(j->a, "The hub knows %zu %s about it and what it is made from.", (size_t)items->n, items->n == 1 ? "record" : "records")
								 : S("The hub does not know it, nor what it is made from.");
	if (json_true(json_get_lit(known, "more")))
		find(j, (struct gate_finding){GATE_REVIEW, S("known-more"), j->g->hub, S("The hub knows more than it told."), S("Look it up on its page."), STR_EMPTY, false});
	return ERR_OK;
}

/* ---- the signature ---- */

static void judge_signature(struct judging *j) {
	static const struct {
		enum gate_verdict verdict;
		const char *rule, *words, *advice;
	} cases[] = {
		[GATE_NOT_SIGNED] = {GATE_PASS, "signature-none", "It is not signed.", "Sign it with `polder sign`."},
		[GATE_NOT_CHECKED] = {GATE_REVIEW, "signature-unchecked", "It is signed, and nobody said whose signature it must be.", "Give the key or certificate of who should have signed."},
		[GATE_SIGNED] = {GATE_PASS, "signature-good", "The signature is good and covers all files.", ""},
		[GATE_SIGNATURE_WRONG] = {GATE_BLOCK, "signature-wrong", "The signature does not hold.", "Fetch it again from who signed it; if that does not help, do not use it."},
	};
	enum gate_signed s = j->g->signature;
	begin(j, GATE_SIGNATURE);
	j->check->done = s != GATE_NOT_SIGNED || j->g->signature_required;
	j->check->words = j->g->signature_words.n ? j->g->signature_words : str_of(cases[s].words);
	bool wanting = j->g->signature_required && s != GATE_SIGNED;
	enum gate_verdict v = wanting ? GATE_BLOCK : cases[s].verdict;
	if (v != GATE_PASS) find(j, (struct gate_finding){v, str_of(cases[s].rule), STR_EMPTY, j->check->words, str_of(cases[s].advice), STR_EMPTY, false});
}

static void tell_unused(struct judging *j) {
	struct str out = STR_EMPTY;
	for (size_t i = 0; i < j->g->accepted_n; i++)
		if (!j->used[i]) out = arena_fmt(j->a, "%.*s%s%.*s", STR_ARG(out), out.n ? ", " : "", STR_ARG(j->g->accepted[i]));
	j->out->unused = out;
}

enum err_code gate_judge(struct arena *a, const struct gate_given *g, struct gate *out, struct err *e) {
	struct judging j = {.a = a, .g = g, .out = out, .e = e, .used = arena_array(a, g->accepted_n + 1, sizeof *j.used)};
	*out = (struct gate){.unused = STR_EMPTY};
	if (!j.used) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = judge_scan(&j);
	if (!code) code = judge_card(&j);
	if (!code) code = judge_known(&j);
	if (code) return code;
	judge_signature(&j);
	tell_unused(&j);
	for (size_t i = 0; i < GATE_CHECKS; i++) {
		sort(&out->checks[i]);
		if (out->checks[i].done && out->checks[i].verdict > out->verdict) out->verdict = out->checks[i].verdict;
	}
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}
