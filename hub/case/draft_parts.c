#include "draft.h"

enum { LINES = 400, TEXT = 20000 };

static struct str day(struct drafting *x, moment at) { return str_sub(moment_str(x->d->a, at), 0, 10); }

/* ---- who is affected ---- */

/* Silence is unknown. */
static struct str status_or_unknown(struct str said) { return said.n ? said : S("unknown"); }

static void add_remedy(struct drafting *x, struct json_builder *list, const char *category, struct str text, struct str item, moment at) {
	struct json_builder one = json_object_of(x->d->a), products = json_array_of(x->d->a);
	if (!text.n) return;
	json_add(&products, json_str(x->d->a, item));
	json_set_str(&one, S("category"), str_of(category));
	json_set_str(&one, S("text"), text);
	json_set_str(&one, S("date"), day(x, at));
	json_set(&one, S("products"), json_built(&products));
	json_add(list, json_built(&one));
}

static const struct json *one_of(struct drafting *x, struct str text) {
	struct json_builder list = json_array_of(x->d->a);
	json_add(&list, json_str(x->d->a, text));
	return json_built(&list);
}

static const struct json *affected_item(struct drafting *x, const struct room_status *s, struct str item) {
	struct json_builder one = json_object_of(x->d->a);
	json_set_str(&one, S("id"), item);
	json_set_str(&one, S("name"), s->system.headline);
	json_put_str(&one, S("vendor"), s->party);
	json_set(&one, S("statuses"), one_of(x, status_or_unknown(s->status)));
	if (s->versions.n && (str_is(s->status, "affected") || str_is(s->status, "fixed"))) json_set(&one, S("versions"), one_of(x, s->versions));
	if (!s->status.n) {
		json_set_str(&one, S("statement"), S("Has not answered."));
	} else if (str_is(s->status, "not-affected") && s->justification.n) {
		struct json_builder why = json_object_of(x->d->a), list = json_array_of(x->d->a);
		json_set_str(&why, S("text"), s->justification);
		json_set_str(&why, S("date"), day(x, s->at));
		json_add(&list, json_built(&why));
		json_set(&one, S("justifications"), json_built(&list));
	} else {
		json_put_str(&one, S("statement"), s->justification);
	}
	return json_built(&one);
}

void draft_affected(struct drafting *x) {
	struct json_builder affected = json_array_of(x->d->a), remedies = json_array_of(x->d->a);
	for (size_t i = 0; i < x->room->statuses_n; i++) {
		const struct room_status *s = &x->room->statuses[i];
		struct str item = arena_fmt(x->d->a, "%.*s (%.*s)", STR_ARG(str_cut_utf8(s->system.headline, 300)), STR_ARG(str_cut_utf8(s->party, 150)));
		json_add(&affected, affected_item(x, s, item));
		add_remedy(x, &remedies, "vendor fix", s->fix, item, s->at);
		add_remedy(x, &remedies, "mitigation", s->mitigation, item, s->at);
	}
	const struct json *list = json_built(&affected), *fixes = json_built(&remedies);
	json_put(&x->body, S("affected"), list);
	json_put(&x->body, S("remediations"), fixes);
	if (json_count(list)) draft_note(x, "affected", "what each party states of its systems; who has not answered is unknown");
	if (json_count(fixes)) draft_note(x, "remediations", "fixes and mitigations as the parties state them");
}

/* ---- what the parties say ---- */

static bool speaks(const struct room_participant *p) { return p->organization && p->supplies && str_is(p->access, "in"); }

/* What a party says of all its systems: one status where it says the same of each. */
static struct str status_of(const struct drafting *x, const struct room_participant *p) {
	struct str status = STR_EMPTY;
	bool any = false;
	for (size_t i = 0; i < x->room->statuses_n; i++) {
		const struct room_status *s = &x->room->statuses[i];
		if (!str_eq(s->subject, p->subject)) continue;
		if (any && !str_eq(status, s->status)) return STR_EMPTY;
		status = s->status;
		any = true;
	}
	return any && !status.n && !p->statement.n ? S("no-answer") : status;
}

void draft_statements(struct drafting *x) {
	struct json_builder list = json_array_of(x->d->a);
	for (size_t i = 0; i < x->room->participants_n; i++) {
		const struct room_participant *p = &x->room->participants[i];
		if (!speaks(p)) continue;
		struct json_builder one = json_object_of(x->d->a);
		struct str status = status_of(x, p);
		if (!status.n && !p->statement.n) continue;
		json_set_str(&one, S("party"), p->name);
		json_put_str(&one, S("status"), status);
		json_put_str(&one, S("text"), p->statement);
		if (p->answered) json_set_str(&one, S("date"), day(x, p->answered));
		json_add(&list, json_built(&one));
	}
	const struct json *statements = json_built(&list);
	json_put(&x->body, S("statements"), statements);
	if (json_count(statements)) draft_note(x, "statements", "what the parties want told to the public, in their words");
}

/* ---- the course of events ---- */

struct happened {
	moment at;
	const char *type;
	struct str text;
};

struct course {
	struct happened items[LINES];
	size_t n;
};

static void add(struct course *c, moment at, const char *type, struct str text) {
	if (at && c->n < LINES) c->items[c->n++] = (struct happened){at, type, text};
}

static int by_time(const void *x, const void *y) {
	const struct happened *a = x, *b = y;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* When the first of the reports came in; they themselves say nothing here. */
static enum err_code first_report(struct drafting *x, moment *out) {
	*out = 0;
	for (size_t i = 0; i < x->links_n; i++) {
		const struct disclosed_links *g = &x->links[i];
		if (g->inverse || !str_is(g->rel, "handles")) continue;
		for (size_t j = 0; j < g->n && j < 50; j++) {
			struct disclosed report;
			struct disclosed_event *events;
			size_t n;
			enum err_code code = disclose_record(x->d, g->items[j].uid, &report, x->e);
			if (!code) code = disclose_history(x->d, &report, &events, &n, x->e);
			if (code) return code;
			for (size_t k = 0; k < n; k++) {
				bool arrived = str_is(events[k].type, "created") || (str_is(events[k].type, "moved") && str_is(events[k].move, "submit"));
				if (arrived && (!*out || events[k].at < *out)) *out = events[k].at;
			}
		}
	}
	return ERR_OK;
}

static void add_parties(struct drafting *x, struct course *c) {
	for (size_t i = 0; i < x->room->participants_n; i++) {
		const struct room_participant *p = &x->room->participants[i];
		if (!speaks(p)) continue;
		add(c, p->notified, "told", arena_fmt(x->d->a, "%.*s was told.", STR_ARG(p->name)));
		add(c, p->fix_ready, "fix-ready", arena_fmt(x->d->a, "%.*s had a fix ready.", STR_ARG(p->name)));
		add(c, p->fix_deployed, "fix-deployed", arena_fmt(x->d->a, "%.*s deployed its fix.", STR_ARG(p->name)));
	}
}

static void add_embargo(struct drafting *x, struct course *c) {
	const struct room *room = x->room;
	static const char *const known[] = {"It became publicly known.", "A way to exploit it became public.", "Attacks were seen."};
	if (room->since) add(c, room->since, "embargo", arena_fmt(x->d->a, "The parties agreed to keep it among them until %.*s.", STR_ARG(day(x, room->until))));
	if (room->exited)
		add(c, room->exited, "embargo", str_is(room->exit_reason, "reached") ? S("The agreed term ended.") : S("The embargo was ended early."));
	for (size_t i = 0; i < 3; i++)
		if (room->facts[i].confirmed) add(c, room->facts[i].since, "known", str_of(known[i]));
}

enum err_code draft_timeline(struct drafting *x) {
	struct course *c = arena_new_of(x->d->a, struct course);
	moment first;
	if (!c) return err_set(x->e, ERR_MEMORY, "out of memory");
	enum err_code code = first_report(x, &first);
	if (code) return code;
	add(c, first, "reported", S("It was reported."));
	add_parties(x, c);
	add_embargo(x, c);
	qsort(c->items, c->n, sizeof *c->items, by_time);
	struct json_builder list = json_array_of(x->d->a);
	for (size_t i = 0; i < c->n; i++) {
		struct json_builder one = json_object_of(x->d->a);
		json_set_str(&one, S("date"), day(x, c->items[i].at));
		json_set_str(&one, S("text"), c->items[i].text);
		json_set_str(&one, S("type"), str_of(c->items[i].type));
		json_add(&list, json_built(&one));
	}
	json_put(&x->body, S("timeline"), json_built(&list));
	if (c->n) draft_note(x, "timeline", "milestones of the case, by the day; its own timeline is for the parties and was not taken");
	return ERR_OK;
}

/* ---- thanks and notices ---- */

static void thank(struct drafting *x, struct json_builder *list, struct str name) {
	struct json_builder one = json_object_of(x->d->a);
	if (!name.n) return;
	json_set_str(&one, S("name"), name);
	json_set_str(&one, S("role"), S("finder"));
	json_add(list, json_built(&one));
}

/* Whoever may not read a report's wish learns of no name. */
static enum err_code thank_reporters(struct drafting *x, struct json_builder *list) {
	for (size_t i = 0; i < x->links_n; i++) {
		const struct disclosed_links *g = &x->links[i];
		for (size_t j = 0; !g->inverse && str_is(g->rel, "handles") && j < g->n; j++) {
			struct disclosed report;
			enum err_code code = disclose_record(x->d, g->items[j].uid, &report, x->e);
			if (code) return code;
			const struct json *reporter = json_get_lit(report.body, "reporter");
			struct str wish = json_get_str(reporter, S("credit")), as = json_get_str(reporter, S("credit_name"));
			if (str_is(wish, "by-name")) thank(x, list, as.n ? as : json_get_str(reporter, S("name")));
			else if (str_is(wish, "by-handle")) thank(x, list, as);
			else if (str_is(wish, "anonymous")) thank(x, list, S("An anonymous finder"));
		}
	}
	return ERR_OK;
}

enum err_code draft_credits(struct drafting *x) {
	struct json_builder list = json_array_of(x->d->a);
	const struct json *known = json_get_lit(x->r->body, "credits");
	for (size_t i = 0; i < json_count(known); i++) json_add(&list, json_at(known, i));
	enum err_code code = thank_reporters(x, &list);
	const struct json *credits = json_built(&list);
	json_put(&x->body, S("credits"), credits);
	if (!code && json_count(credits)) draft_note(x, "credits", "the case, and what finders wish in their reports");
	return code;
}

void draft_notices(struct drafting *x) {
	static const char *const names[] = {"regime", "authority", "country", "initial", "complete", "reference"};
	const struct json *duties = json_get_lit(x->r->body, "regulatory");
	struct json_builder list = json_array_of(x->d->a);
	for (size_t i = 0; i < json_count(duties); i++) {
		const struct json *duty = json_at(duties, i);
		struct json_builder one = json_object_of(x->d->a);
		if (!json_get_str(duty, S("initial")).n && !json_get_str(duty, S("complete")).n) continue;
		for (size_t j = 0; j < lengthof(names); j++) json_put_str(&one, str_of(names[j]), json_get_str(duty, str_of(names[j])));
		json_put_str(&one, S("by"), json_get_str(duty, S("who")));
		json_add(&list, json_built(&one));
	}
	const struct json *notices = json_built(&list);
	json_put(&x->body, S("regulatory_notices"), notices);
	if (json_count(notices)) draft_note(x, "regulatory_notices", "duties of the case to which notice was given");
}
