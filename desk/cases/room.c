#include "pages.h"

#include "desk/forms/pages.h"
#include "desk/identify.h"
#include "desk/site/words.h"
#include "hub/case/machine.h"
#include "room.t.h"

enum { SHOWN_MESSAGES = 30, SHOWN_EVENTS = 25, BUTTONS = 12, LINKS = 12, ABOUT = 10 };

struct showing {
	struct request *rq;
	struct disclosing d;
	struct arena *a;
	const struct disclosed *r;
	const struct room *room;
	struct room_page *page;
	struct str zone;               /* the viewer's */
	const struct act **acts;
	size_t acts_n;
	int64_t before;                /* message to begin below; 0 the newest */
	struct err *e;
};

static bool may(const struct showing *s, const char *act) {
	for (size_t i = 0; i < s->acts_n; i++)
		if (str_is(s->acts[i]->name, act)) return true;
	return false;
}

/* ---- buttons and links ---- */

struct choices {
	struct room_button *buttons;
	struct room_link *links;
	size_t buttons_n, links_n;
};

static bool choices_new(struct showing *s, struct choices *c) {
	*c = (struct choices){arena_array(s->a, BUTTONS, sizeof *c->buttons), arena_array(s->a, LINKS, sizeof *c->links), 0, 0};
	return c->buttons && c->links;
}

static void button(struct showing *s, struct choices *c, const char *act, const char *text, const char *field, const char *value, bool strong) {
	if (c->buttons_n < BUTTONS && may(s, act))
		c->buttons[c->buttons_n++] = (struct room_button){str_of(act), str_of(text), str_of(field), str_of(value), strong};
}

/* query: "&for=…", or "". */
static void form_link(struct showing *s, struct choices *c, const char *act, const char *text, struct str query) {
	if (c->links_n == LINKS || !may(s, act)) return;
	if (query.n && query.p[0] == '&') query = str_from(query, 1);
	c->links[c->links_n++] = (struct room_link){
		arena_fmt(s->a, "%.*s/act/%s%s%.*s", STR_ARG(s->page->line.href), act, query.n ? "?" : "", STR_ARG(query)), str_of(text)};
}

static struct str query_for(struct showing *s, const struct room_participant *p) {
	return p->subject.n ? arena_fmt(s->a, "&for=%.*s", STR_ARG(p->subject)) : STR_EMPTY;
}

/* ---- participants ---- */

static struct str report_words(const struct room_participant *p) {
	switch (p->report_state) {
	case 'S': return S("not received yet");
	case 'R': return S("received");
	case 'I': return S("says it is not valid");
	case 'V': return S("says it is valid");
	case 'D': return S("put off");
	case 'A': return S("works on it");
	case 'C': return S("closed");
	}
	return STR_EMPTY;
}

static struct str consent_words(const struct room_participant *p) {
	if (str_is(p->consent, "signatory")) return S("bound by the embargo");
	if (str_is(p->consent, "invited")) return S("asked to consent");
	if (str_is(p->consent, "lapsed")) return S("consent lapsed: new terms");
	if (str_is(p->consent, "declined")) return S("declined");
	return STR_EMPTY;
}

static struct room_part part_of(struct showing *s, const struct room_participant *p) {
	struct choices c;
	bool proposed = str_is(p->access, "proposed"), out = str_is(p->access, "out");
	struct room_part part = {
		.p = p, .part = value_words(s->a, p->part), .duty = value_words(s->a, p->duty),
		.report = proposed ? S("proposed, not asked yet") : out ? S("left the case") : str_is(p->access, "invited") ? S("asked in") : report_words(p),
		.consent = consent_words(p),
		.aware = p->aware ? day_words(s->a, p->aware) : STR_EMPTY, .ready = p->fix_ready ? day_words(s->a, p->fix_ready) : STR_EMPTY,
		.deployed = p->fix_deployed ? day_words(s->a, p->fix_deployed) : STR_EMPTY,
		.answered = p->answered ? day_words(s->a, p->answered) : STR_EMPTY, .asked = p->asked ? day_words(s->a, p->asked) : STR_EMPTY,
		.silent = p->asked && !p->answered && !out && !str_is(p->part, "observer"),
	};
	if (!s->page->coordinates || !choices_new(s, &c)) return part;
	struct str subject = arena_fmt(s->a, "&subject=%.*s", STR_ARG(p->subject));
	if (proposed || out) form_link(s, &c, "participant.ask", "Ask in", arena_fmt(s->a, "%.*s&part=%.*s", STR_ARG(subject), STR_ARG(p->part)));
	form_link(s, &c, "participant.change", "Change", arena_fmt(s->a, "%.*s&part=%.*s", STR_ARG(subject), STR_ARG(p->part)));
	if (!proposed && !out) {
		form_link(s, &c, "report.judge", "Note its judgement", query_for(s, p));
		if (p->supplies) form_link(s, &c, "fix.progress", "Note its progress", query_for(s, p));
		form_link(s, &c, "statement.set", "Note its statement", query_for(s, p));
		form_link(s, &c, "participant.dismiss", "Dismiss", subject);
	}
	part.links = c.links;
	part.links_n = c.links_n;
	return part;
}

/* What comes next for a party, most pressing first. */
static struct room_mine mine_of(struct showing *s, const struct room_part *part) {
	const struct room_participant *p = part->p;
	struct choices c;
	struct room_mine mine = {.part = part};
	if (!choices_new(s, &c)) return mine;
	bool open = s->room->proposals_n && str_is(s->room->proposals[0].outcome, "open");
	bool holds = s->room->embargo == 'A' || s->room->embargo == 'R';
	mine.waits = open && s->room->embargo == 'P' && str_is(p->consent, "signatory");
	bool to_consent = (open || s->room->embargo == 'A' || s->room->embargo == 'R') && !str_is(p->consent, "signatory");
	if (to_consent || (open && s->room->embargo == 'R')) button(s, &c, "embargo.accept", open ? "Accept the proposed end" : "Consent to the embargo", "", "", true);
	if (open) form_link(s, &c, "embargo.reject", "Reject it …", query_for(s, p));
	if (s->room->embargo != 'X') form_link(s, &c, "embargo.propose", open || holds ? "Propose another end …" : "Propose an embargo …", query_for(s, p));
	if (!s->room->asked_in) {
		if (p->report_state == 'R') {
			button(s, &c, "report.judge", "The report is valid", "move", "validate", !to_consent);
			form_link(s, &c, "report.judge", "It is not valid …", arena_fmt(s->a, "&move=invalidate%.*s", STR_ARG(query_for(s, p))));
		}
		if (p->report_state == 'I') button(s, &c, "report.judge", "It is valid after all", "move", "validate", false);
		if (p->report_state == 'V' || p->report_state == 'D') button(s, &c, "report.judge", "We work on it", "move", "accept", !to_consent);
		if (p->report_state == 'V' || p->report_state == 'A')
			form_link(s, &c, "report.judge", "Put it off …", arena_fmt(s->a, "&move=defer%.*s", STR_ARG(query_for(s, p))));
		if (p->report_state == 'I' || p->report_state == 'A' || p->report_state == 'D')
			form_link(s, &c, "report.judge", "Close it for us …", arena_fmt(s->a, "&move=close%.*s", STR_ARG(query_for(s, p))));
		if (p->supplies && !p->fix_ready) button(s, &c, "fix.progress", "A fix is ready", "step", "fix-ready", false);
		if (p->supplies && p->fix_ready && !p->fix_deployed) button(s, &c, "fix.progress", "The fix is deployed", "step", "fix-deployed", false);
		form_link(s, &c, "statement.set", p->statement.n ? "Change our public statement …" : "Give a public statement …", query_for(s, p));
	}
	mine.buttons = c.buttons;
	mine.buttons_n = c.buttons_n;
	mine.links = c.links;
	mine.links_n = c.links_n;
	return mine;
}

static enum err_code read_parts(struct showing *s) {
	struct room_page *page = s->page;
	struct room_part *parts = arena_array(s->a, s->room->participants_n + 1, sizeof *parts);
	struct room_mine *mine = arena_array(s->a, s->room->participants_n + 1, sizeof *mine);
	struct room_recipient *to = arena_array(s->a, s->room->participants_n + 1, sizeof *to);
	if (!parts || !mine || !to) return err_set(s->e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < s->room->participants_n; i++) {
		const struct room_participant *p = &s->room->participants[i];
		parts[i] = part_of(s, p);
		page->silent_n += parts[i].silent;
		if (p->mine && !str_is(p->access, "out") && !str_is(p->access, "proposed")) mine[page->mine_n++] = mine_of(s, &parts[i]);
		if (str_is(p->access, "in") && p->subject.n && !p->mine) to[page->recipients_n++] = (struct room_recipient){p->subject, p->name};
	}
	page->parts = parts;
	page->parts_n = s->room->participants_n;
	page->mine = mine;
	page->speaks = page->mine_n > 0;
	page->recipients = to;
	return ERR_OK;
}

/* ---- the embargo ---- */

static struct str joined(struct arena *a, const struct str *names, size_t n) {
	struct str out = STR_EMPTY;
	for (size_t i = 0; i < n; i++) out = arena_fmt(a, "%.*s%s%.*s", STR_ARG(out), i ? ", " : "", STR_ARG(names[i]));
	return out;
}

struct str room_embargo_words(char state) {
	switch (state) {
	case 'P': return S("Embargo proposed");
	case 'A': return S("Under embargo");
	case 'R': return S("Under embargo; another end is proposed");
	case 'X': return S("The embargo has ended");
	}
	return S("No embargo");
}

static struct str exit_words(struct str reason) {
	static const struct {
		const char *reason;
		struct str words;
	} all[] = {{"reached", S_INIT("its hour had come")}, {"agreed", S_INIT("all agreed")}, {"public", S_INIT("the flaw is public")},
		{"exploit-public", S_INIT("an exploit is public")}, {"attacks", S_INIT("attacks were observed")}, {"breach", S_INIT("it was broken")},
		{"refused", S_INIT("it was refused")}};
	for (size_t i = 0; i < lengthof(all); i++)
		if (str_is(reason, all[i].reason)) return all[i].words;
	return reason;
}

static enum err_code read_embargo(struct showing *s) {
	struct room_page *page = s->page;
	const struct room *room = s->room;
	struct choices c;
	struct room_proposed *list = arena_array(s->a, room->proposals_n + 1, sizeof *list);
	if (!choices_new(s, &c) || !list) return err_set(s->e, ERR_MEMORY, "out of memory");
	bool holds = room->embargo == 'A' || room->embargo == 'R', open = room->proposals_n && str_is(room->proposals[0].outcome, "open");
	page->embargo = room_embargo_words(room->embargo);
	page->embargo_class = holds ? S("holds") : room->embargo == 'P' ? S("proposed") : S("none");
	if (holds) {
		page->until = moment_in_zone(s->a, room->until, room->zone);
		page->left = room->until > now() ? arena_cat(s->a, S("in "), span_words(s->a, room->until - now())) : S("now");
	}
	if (room->embargo == 'X')
		page->exited = arena_fmt(s->a, "%.*s%s%.*s", STR_ARG(moment_in_zone(s->a, room->exited, s->zone)), room->exit_reason.n ? ", because " : "",
			STR_ARG(room->exit_reason.n ? exit_words(room->exit_reason) : STR_EMPTY));
	for (size_t i = 0; i < room->proposals_n; i++) {
		const struct room_proposal *p = &room->proposals[i];
		list[i] = (struct room_proposed){p, moment_in_zone(s->a, p->until, p->zone), day_words(s->a, p->at), joined(s->a, p->accepted, p->accepted_n),
			joined(s->a, p->rejected, p->rejected_n), value_words(s->a, p->outcome)};
	}
	page->proposals = list;
	page->proposals_n = room->proposals_n;
	if (page->coordinates) {
		if (open) button(s, &c, "embargo.accept", "Agree to it for the case", "", "", true);
		if (open) form_link(s, &c, "embargo.reject", "Reject it …", STR_EMPTY);
		if (room->embargo != 'X') form_link(s, &c, "embargo.propose", open || holds ? "Propose another end …" : "Propose an embargo …", STR_EMPTY);
		if (holds) form_link(s, &c, "embargo.end", "End it now …", STR_EMPTY);
	}
	page->embargo_buttons = c.buttons;
	page->embargo_buttons_n = c.buttons_n;
	page->embargo_links = c.links;
	page->embargo_links_n = c.links_n;
	return ERR_OK;
}

static enum err_code read_facts(struct showing *s) {
	static const char *const titles[] = {"The flaw is publicly known", "An exploit is public", "Attacks are observed"};
	for (size_t i = 0; i < 3; i++) {
		const struct room_fact *f = &s->room->facts[i];
		struct choices c;
		if (!choices_new(s, &c)) return err_set(s->e, ERR_MEMORY, "out of memory");
		struct str query = arena_fmt(s->a, "&fact=%s", f->name);
		if (!f->confirmed) {
			if (s->page->coordinates) form_link(s, &c, "fact.confirm", f->since ? "Confirm …" : "Note it as confirmed …", query);
			if (s->page->coordinates && f->since) form_link(s, &c, "fact.dismiss", "It is not so …", query);
			if (!f->since && !s->page->coordinates) form_link(s, &c, "fact.report", "Report it …", query);
		}
		s->page->facts[i] = (struct room_known){f, str_of(titles[i]), f->since ? day_words(s->a, f->since) : STR_EMPTY, c.buttons, c.buttons_n, c.links, c.links_n};
	}
	return ERR_OK;
}

/* ---- statuses, messages, tasks, timeline ---- */

static enum err_code read_states(struct showing *s) {
	struct room_state *states = arena_array(s->a, s->room->statuses_n + 1, sizeof *states);
	if (!states) return err_set(s->e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < s->room->statuses_n; i++) {
		const struct room_status *one = &s->room->statuses[i];
		states[i] = (struct room_state){one, record_path(s->a, &one->system), one->status.n ? value_words(s->a, one->status) : STR_EMPTY,
			one->at ? day_words(s->a, one->at) : STR_EMPTY, {STR_EMPTY, STR_EMPTY}};
		bool mine = false;
		for (size_t j = 0; j < s->room->participants_n && !mine; j++)
			mine = s->room->participants[j].mine && str_eq(s->room->participants[j].subject, one->subject);
		if (may(s, "status.set") && (mine || s->page->coordinates))
			states[i].set = (struct room_link){arena_fmt(s->a, "%.*s/act/status.set?for=%.*s&system=%.*s", STR_ARG(s->page->line.href),
				STR_ARG(one->subject), STR_ARG(one->system.uid)), one->status.n ? S("Change") : S("State it")};
	}
	s->page->states = states;
	s->page->states_n = s->room->statuses_n;
	return ERR_OK;
}

static enum err_code read_messages(struct showing *s) {
	struct message *list;
	size_t n;
	bool more;
	struct message_request ask = {.before = s->before, .limit = SHOWN_MESSAGES};
	enum err_code code = disclose_messages(&s->d, s->r, &ask, &list, &n, &more, s->e);
	struct room_said *said = arena_array(s->a, n + 1, sizeof *said);
	if (!code && !said) code = err_set(s->e, ERR_MEMORY, "out of memory");
	if (code) return code;
	/* The newest stands on top. */
	for (size_t i = 0; i < n; i++) {
		const struct message *m = &list[n - 1 - i];
		char text[MOMENT_TEXT];
		said[i] = (struct room_said){m, moment_in_zone(s->a, m->at, s->zone), arena_str(s->a, moment_text(m->at, text)), joined(s->a, m->to, m->to_n),
			!m->to_n && !(m->audiences & PARTIES)};
	}
	s->page->messages = said;
	s->page->messages_n = n;
	s->page->newest = n ? list[n - 1].id : 0;
	if (more) s->page->older = arena_fmt(s->a, "%.*s?before=%lld#messages", STR_ARG(s->page->path), (long long)list[0].id);
	return ERR_OK;
}

static enum err_code read_tasks(struct showing *s) {
	struct room_job *jobs = arena_array(s->a, s->room->tasks_n + 1, sizeof *jobs);
	if (!jobs) return err_set(s->e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < s->room->tasks_n; i++) {
		const struct room_task *t = &s->room->tasks[i];
		jobs[i] = (struct room_job){t, moment_in_zone(s->a, t->due, s->zone), t->done ? day_words(s->a, t->done) : STR_EMPTY, t->due && !t->done && t->due < now()};
	}
	s->page->tasks = jobs;
	s->page->tasks_n = s->room->tasks_n;
	return ERR_OK;
}

static enum err_code read_timeline(struct showing *s) {
	struct disclosed_event *events;
	size_t n;
	enum err_code code = disclose_latest(&s->d, s->r, SHOWN_EVENTS, &events, &n, s->e);
	struct record_event *shown = arena_array(s->a, n + 1, sizeof *shown);
	if (!code && !shown) code = err_set(s->e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n && !code; i++) shown[i] = event_words(&s->d, s->r, &events[i]);
	s->page->events = shown;
	s->page->events_n = n;
	return code;
}

/* What it is about, and what moves it on: both are done elsewhere. */
static enum err_code read_about(struct showing *s) {
	struct disclosed_links *groups;
	struct disclosed_move *moves;
	size_t n, moves_n;
	enum err_code code = disclose_links(&s->d, s->r, ABOUT, &groups, &n, s->e);
	if (!code) code = disclose_moves(&s->d, s->r, &moves, &moves_n, s->e);
	struct room_link *links = arena_array(s->a, 2 * ABOUT, sizeof *links);
	if (!code && !links) code = err_set(s->e, ERR_MEMORY, "out of memory");
	if (code) return code;
	static const char *const rels[] = {"handles", "affects"};
	for (size_t k = 0; k < lengthof(rels); k++)
		for (size_t i = 0; i < n; i++) {
			if (groups[i].inverse || !str_is(groups[i].rel, rels[k])) continue;
			for (size_t j = 0; j < groups[i].n && s->page->about_n < 2 * ABOUT; j++)
				links[s->page->about_n++] = (struct room_link){record_path(s->a, &groups[i].items[j]),
					arena_fmt(s->a, "%.*s: %.*s", STR_ARG(groups[i].items[j].kind->title), STR_ARG(groups[i].items[j].headline))};
		}
	s->page->about = links;
	s->page->plan = json_string(json_pointer(s->r->body, S("/publication/mode")));
	moment at;
	if (moment_parse(json_string(json_pointer(s->r->body, S("/publication/moment"))), &at))
		s->page->plan_moment = moment_in_zone(s->a, at, json_string(json_pointer(s->r->body, S("/publication/time_zone"))));
	struct room_link *published = arena_array(s->a, ABOUT, sizeof *published);
	if (!published) return err_set(s->e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; !groups[i].inverse && str_is(groups[i].rel, "publishes") && j < groups[i].n && s->page->published_n < ABOUT; j++)
			published[s->page->published_n++] = (struct room_link){record_path(s->a, &groups[i].items[j]),
				arena_fmt(s->a, "%.*s (%.*s)", STR_ARG(groups[i].items[j].headline), STR_ARG(groups[i].items[j].state->title))};
	s->page->published = published;
	for (size_t i = 0; i < moves_n; i++)
		s->page->moves = arena_fmt(s->a, "%.*s%s%.*s", STR_ARG(s->page->moves), i ? ", " : "", STR_ARG(moves[i].move->title));
	return ERR_OK;
}

static enum err_code read_tools(struct showing *s) {
	struct choices c;
	if (!choices_new(s, &c)) return err_set(s->e, ERR_MEMORY, "out of memory");
	form_link(s, &c, "participant.ask", "Ask somebody in …", STR_EMPTY);
	if (!s->page->coordinates) form_link(s, &c, "participant.propose", "Propose a participant …", STR_EMPTY);
	form_link(s, &c, "task.add", "Add a task …", STR_EMPTY);
	s->page->tools = c.links;
	s->page->tools_n = c.links_n;
	return ERR_OK;
}

/* ---- the page ---- */

static struct str done_words(struct str what) {
	if (str_is(what, "acted")) return S("Done.");
	if (str_is(what, "sent")) return S("Your message was sent.");
	if (str_is(what, "read")) return S("Marked as read.");
	return STR_EMPTY;
}

static enum err_code put_page(struct request *rq, struct response *rs, int64_t before, struct str done, struct str wrong, struct err *e) {
	struct disclosed r;
	struct room room;
	struct room_page page = {.wrong = wrong, .done = done};
	struct showing s = {.rq = rq, .d = desk_disclosing(rq), .r = &r, .room = &room, .page = &page, .before = before, .e = e};
	s.a = s.d.a;
	s.zone = desk_user(rq)->account.time_zone;
	enum err_code code = disclose_record(&s.d, request_str(rq, "id"), &r, e);
	if (!code) code = disclose_room(&s.d, &r, &room, e);
	if (!code) code = disclose_acts(&s.d, &r, &s.acts, &s.acts_n, e);
	if (code) return code;
	page.r = &r;
	page.room = &room;
	page.line = line_of(s.a, &r.line);
	page.path = arena_cat(s.a, page.line.href, S("/room"));
	page.csrf = desk_csrf(rq);
	page.coordinates = (r.audiences & COORDINATORS) != 0;
	code = read_parts(&s);
	if (!code) code = read_embargo(&s);
	if (!code && !room.asked_in) code = read_facts(&s);
	if (!code && !room.asked_in) code = read_states(&s);
	if (!code && !room.asked_in) code = read_messages(&s);
	if (!code && !room.asked_in) code = read_tasks(&s);
	if (!code && !room.asked_in) code = read_timeline(&s);
	if (!code && !room.asked_in) code = read_about(&s);
	if (!code && !room.asked_in) code = read_tools(&s);
	if (!code && !room.asked_in) code = terms_part(rq, &r, &page.terms, e);
	if (!code && !room.asked_in) code = decisions_part(rq, &r, &page.decisions, e);
	if (code) return code;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = r.line.headline, .here = SITE_NOWHERE,
		.api = arena_fmt(s.a, "/api/v1/records/%.*s/room", STR_ARG(r.line.uid))});
	room_body(out, &page);
	return site_end(rq, rs);
}

enum err_code show_room(struct request *rq, struct response *rs, struct err *e) {
	return put_page(rq, rs, request_int(rq, "before"), done_words(request_str(rq, "done")), STR_EMPTY, e);
}

/* ---- what it sends ---- */

/* The case that is meant. */
static enum err_code find_case(struct request *rq, struct disclosing *d, struct disclosed *r, struct err *e) {
	*d = desk_disclosing(rq);
	enum err_code code = disclose_record(d, request_str(rq, "id"), r, e);
	if (!code && !act_find(d->hub->acts, r->line.kind, S("participant.ask"))) code = err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	return code;
}

static enum err_code back(struct request *rq, struct response *rs, const char *done) {
	response_redirect(rs, 303, arena_fmt(rq->arena, "/r/%.*s/room?done=%s", STR_ARG(request_str(rq, "id")), done));
	return ERR_OK;
}

/* What can't be done is said where it was tried. */
static enum err_code refused(struct request *rq, struct response *rs, enum err_code code, struct err *e) {
	if (code != ERR_INVALID && code != ERR_CONFLICT && code != ERR_FORBIDDEN) return code;
	struct str wrong = sentence_words(rq->arena, arena_str(rq->arena, str_of(e->message)));
	enum err_code shown = put_page(rq, rs, 0, STR_EMPTY, wrong, e);
	if (!shown) rs->status = err_http_status(code);
	return shown;
}

enum err_code take_room_act(struct request *rq, struct response *rs, struct err *e) {
	static const char *const texts[] = {"for", "fact", "move", "step", "subject", "part"};
	struct json_builder args = json_object_of(rq->arena);
	struct change c = {.op = CHANGE_ACT, .actor = desk_actor(rq), .record = request_str(rq, "id"), .act = request_str(rq, "act")};
	struct change_result result;
	int64_t task;
	for (size_t i = 0; i < lengthof(texts); i++) json_put_str(&args, str_of(texts[i]), request_str(rq, texts[i]));
	if (str_int(request_str(rq, "task"), &task)) json_set_int(&args, S("task"), task);
	c.args = json_built(&args);
	enum err_code code = change_apply(desk_hub(rq), rq->worker, &c, &result, e);
	return code ? refused(rq, rs, code, e) : back(rq, rs, "acted");
}

enum err_code take_room_message(struct request *rq, struct response *rs, struct err *e) {
	struct change c = {.op = CHANGE_COMMENT, .actor = desk_actor(rq), .record = request_str(rq, "id"), .reason = request_str(rq, "text"),
		.parent = request_int(rq, "parent"), .audiences = PARTIES | OWNER | COORDINATORS};
	struct change_result result;
	struct disclosing d;
	struct disclosed r;
	size_t n;
	const struct str *named = request_strs(rq, "to", &n);
	struct str *to = arena_array(rq->arena, n + 1, sizeof *to);
	if (!to) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		struct str one = named[i];
		if (str_is(one, "coordinators")) c.audiences = COORDINATORS;
		else if (!str_is(one, "all") && one.n) to[c.to_n++] = one;
	}
	c.to = to;
	enum err_code code = find_case(rq, &d, &r, e);
	if (!code) code = change_apply(desk_hub(rq), rq->worker, &c, &result, e);
	return code ? refused(rq, rs, code, e) : back(rq, rs, "sent");
}

enum err_code take_room_read(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	enum err_code code = find_case(rq, &d, &r, e);
	if (!code) code = message_mark_read(desk_hub(rq), &d, &r, request_int(rq, "up_to"), e);
	return code ? code : back(rq, rs, "read");
}
