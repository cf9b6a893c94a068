/* A report asked for on a terminal. */
#include "report.h"

#include "body.h"

enum { LINE = 8000 };

enum sort { ASK_YES_NO, ASK_LINE, ASK_TEXT, ASK_CHOICE, ASK_SEVERAL, ASK_SYSTEMS };
enum when { ALWAYS, HARM = 1, ACTOR = 2, HAZARD = 4, SHOWN = 8 /* may be shown: no minors */, MINORS = 16, EMBARGO = 32, PSEUDONYM = 64 };

struct ask {
	enum sort sort;
	const char *pointer, *words;
	const char *choices; /* separated by spaces */
	unsigned when;       /* all of these hold */
	bool needed;
};

/* The members that a report needs, in the order of its form (kinds/report.json); the rest can be added with --set or on the page. */
static const struct ask asks[] = {
	{ASK_YES_NO, "/classification/real_world_harm", "Has somebody been harmed?", NULL, ALWAYS, true},
	{ASK_YES_NO, "/classification/malicious_actor", "Is somebody misusing it, or could they?", NULL, ALWAYS, true},
	{ASK_YES_NO, "/classification/csam", "Does it involve sexual material of minors?", NULL, ALWAYS, true},
	{ASK_YES_NO, "/classification/csam_acknowledged",
		"Nothing of such material is taken in: no files, no prompts or steps that make it, no links to it.\nThe material itself is for a hotline: https://www.inhope.org "
		"finds that of your country; https://report.cybertip.org (United States), https://report.iwf.org.uk (United Kingdom).\nDo you understand?", NULL, MINORS, true},
	{ASK_LINE, "/title", "The flaw or harm in a line", NULL, ALWAYS, true},
	{ASK_TEXT, "/description", "What is wrong, in your own words", NULL, ALWAYS, true},
	{ASK_SYSTEMS, "/systems", "Which systems show it? One a line (name; version; developer), an empty line ends the list", NULL, ALWAYS, true},
	{ASK_CHOICE, "/relationship", "Your part in it", "harmed witness relative user employee researcher journalist operator representative other", HARM, true},
	{ASK_TEXT, "/harm_narrative", "What happened to whom, and what it led to (never public)", NULL, HARM, true},
	{ASK_SEVERAL, "/harm_types", "Kinds of harm, separated by spaces",
		"physical psychological financial reputational rights discrimination misinformation privacy security property environment society other", HARM, true},
	{ASK_LINE, "/attacker/objectives", "What does the one who misuses it want, or would?", NULL, ACTOR, true},
	{ASK_TEXT, "/steps_to_reproduce", "Steps to see it again (never public)", NULL, ACTOR | SHOWN, false},
	{ASK_LINE, "/statistics/claim", "What shows that it is a hazard: how often does it happen, under which conditions?", NULL, HAZARD, true},
	{ASK_CHOICE, "/severity", "How bad is it, or would it be", "not-sure negligible low medium high critical", ALWAYS, true},
	{ASK_CHOICE, "/disclosure/intent", "Will you publish it yourself", "yes no undecided already", ALWAYS, true},
	{ASK_YES_NO, "/disclosure/embargo_wanted", "Should it stay secret until some moment?", NULL, ALWAYS, false},
	{ASK_LINE, "/disclosure/embargo_until", "Until when, as in 2026-03-01T17:00:00+01:00", NULL, EMBARGO, true},
	{ASK_LINE, "/disclosure/time_zone", "In which time zone, as in Europe/Amsterdam", NULL, EMBARGO, true},
	{ASK_LINE, "/reporter/name", "The name that you want to be known by", NULL, PSEUDONYM, true},
	{ASK_YES_NO, "/confirmed", "Have you told what you know, in good faith?", NULL, ALWAYS, true},
};

bool report_line(struct cli *c, const char *prompt, struct str *out) {
	char line[LINE];
	fputs(prompt, stdout);
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin)) return false;
	*out = arena_str(c->a, str_trim(str_of(line)));
	return true;
}

static bool yes(const struct json *body, const char *pointer) {
	return json_true(json_pointer(body, str_of(pointer)));
}

static bool holds(const struct json *body, enum intake_how how, unsigned when) {
	bool harm = yes(body, "/classification/real_world_harm"), actor = yes(body, "/classification/malicious_actor"), minors = yes(body, "/classification/csam");
	if (when & HARM && !harm) return false;
	if (when & ACTOR && !actor) return false;
	if (when & HAZARD && (harm || actor)) return false;
	if (when & SHOWN && minors) return false;
	if (when & MINORS && !minors) return false;
	if (when & EMBARGO && !yes(body, "/disclosure/embargo_wanted")) return false;
	return !(when & PSEUDONYM) || how == INTAKE_PSEUDONYM;
}

static bool is_choice(const char *choices, struct str word) {
	struct str rest = str_of(choices), one;
	while (rest.p && str_split(&rest, ' ', &one))
		if (str_eq(one, word)) return true;
	return false;
}

static const struct json *systems_of(struct cli *c, bool *ended) {
	struct json_builder list = json_array_of(c->a);
	static const char *const members[] = {"name", "version", "developer"};
	struct str line;
	while (!(*ended = !report_line(c, "  > ", &line)) && line.n) {
		struct json_builder one = json_object_of(c->a);
		struct str part;
		for (size_t i = 0; i < lengthof(members) && line.p && str_split(&line, ';', &part); i++)
			if (str_trim(part).n) json_set(&one, str_of(members[i]), json_str_checked(c->a, str_trim(part)));
		json_add(&list, json_built(&one));
	}
	return json_built(&list);
}

/* NULL: nothing that fits was said; *again: ask once more. */
static const struct json *value_of(struct cli *c, const struct ask *q, struct str said, bool *again) {
	struct json_builder list = json_array_of(c->a);
	struct str rest = said, word;
	*again = false;
	switch (q->sort) {
	case ASK_YES_NO:
		if (str_eq_ascii_case(said, S("y")) || str_eq_ascii_case(said, S("yes"))) return json_bool(c->a, true);
		if (str_eq_ascii_case(said, S("n")) || str_eq_ascii_case(said, S("no"))) return json_bool(c->a, false);
		break;
	case ASK_CHOICE:
		if (said.n && is_choice(q->choices, said)) return json_str(c->a, said);
		break;
	case ASK_SEVERAL:
		while (rest.n && str_split(&rest, ' ', &word))
			if (word.n && !is_choice(q->choices, word)) return *again = true, NULL;
			else if (word.n) json_add(&list, json_str(c->a, word));
		if (json_count(json_built(&list))) return json_built(&list);
		break;
	case ASK_LINE: case ASK_TEXT:
		if (said.n && str_utf8(said)) return json_str(c->a, said);
		break;
	case ASK_SYSTEMS: break;
	}
	*again = said.n || q->needed;
	return NULL;
}

static enum err_code ask_one(struct cli *c, const struct ask *q, const struct json **body, struct err *e) {
	struct str at = str_of(q->pointer), said;
	const struct json *before = json_pointer(*body, at), *value = NULL;
	bool again = true, ended = false;
	const char *hint = q->sort == ASK_YES_NO ? " [yes/no]" : q->sort == ASK_TEXT ? " (a line; or nothing, to write it in your editor)" : "";
	while (again) {
		printf("\n%s%s\n", q->words, hint);
		if (q->choices) printf("  %s\n", q->choices);
		if (before && q->sort != ASK_SYSTEMS) out_fmt("  until now: %.*s (nothing keeps it)\n", STR_ARG(str_cut_utf8(json_text(c->a, before), 200)));
		if (q->sort == ASK_SYSTEMS) {
			value = systems_of(c, &ended);
			if (!json_count(value)) value = before;
			again = !value && !ended;
			if (ended && !value) return err_set(e, ERR_CANCELLED, "nothing was sent");
			continue;
		}
		if (!report_line(c, "  > ", &said)) return err_set(e, ERR_CANCELLED, "nothing was sent");
		if (!said.n && before) return ERR_OK;
		if (!said.n && q->sort == ASK_TEXT && q->needed) {
			enum err_code code = body_text_from_editor(c, q->words, &said, e);
			if (code && code != ERR_CANCELLED) return code;
			if (code) said = STR_EMPTY;
		}
		value = value_of(c, q, said, &again);
	}
	if (value) *body = json_with_pointer(c->a, *body, at, value);
	return *body ? ERR_OK : err_set(e, ERR_INVALID, "%s: there is no such place in the report", q->pointer);
}

enum err_code report_ask(struct cli *c, enum intake_how how, const struct json *start, const struct json **out, struct err *e) {
	struct json_builder empty = json_object_of(c->a);
	const struct json *body = start ? start : json_built(&empty);
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < lengthof(asks) && !code; i++) {
		if (holds(body, how, asks[i].when)) code = ask_one(c, &asks[i], &body, e);
		if (body) *out = body;
	}
	return code;
}
