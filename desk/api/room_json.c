#include "room_json.h"

static void field_moment(struct json_writer *w, const char *name, moment at) {
	char text[MOMENT_TEXT];
	if (at) jw_field_str(w, str_of(name), moment_text(at, text));
}

static void field_text(struct json_writer *w, const char *name, struct str text) {
	if (text.n) jw_field_str(w, str_of(name), text);
}

static void names(struct json_writer *w, const char *name, const struct str *items, size_t n) {
	jw_name(w, str_of(name));
	jw_array(w);
	for (size_t i = 0; i < n; i++) jw_str(w, items[i]);
	jw_array_end(w);
}

static void proposal_json(struct json_writer *w, const struct room_proposal *p) {
	jw_object(w);
	jw_field_int(w, S("id"), p->id);
	field_text(w, "by", p->by);
	field_moment(w, "at", p->at);
	field_moment(w, "until", p->until);
	field_text(w, "time_zone", p->zone);
	field_text(w, "reason", p->reason);
	field_text(w, "terms", p->terms);
	field_text(w, "outcome", p->outcome);
	names(w, "accepted", p->accepted, p->accepted_n);
	names(w, "rejected", p->rejected, p->rejected_n);
	jw_object_end(w);
}

static void embargo_json(struct json_writer *w, const struct room *room) {
	jw_object(w);
	jw_field_str(w, S("state"), room->embargo_name);
	field_moment(w, "until", room->until);
	field_text(w, "time_zone", room->zone);
	field_moment(w, "since", room->since);
	field_moment(w, "exited", room->exited);
	field_text(w, "exit_reason", room->exit_reason);
	field_text(w, "terms", room->terms);
	jw_name(w, S("proposals"));
	jw_array(w);
	for (size_t i = 0; i < room->proposals_n; i++) proposal_json(w, &room->proposals[i]);
	jw_array_end(w);
	jw_object_end(w);
}

static void participant_json(struct json_writer *w, const struct room_participant *p) {
	jw_object(w);
	field_text(w, "subject", p->subject);
	jw_field_str(w, S("name"), p->name);
	jw_field_str(w, S("part"), p->part);
	jw_field_str(w, S("duty"), p->duty);
	jw_field_str(w, S("access"), p->access);
	field_text(w, "reason", p->reason);
	jw_field_bool(w, S("organization"), p->organization);
	jw_field_bool(w, S("supplies"), p->supplies);
	jw_field_bool(w, S("mine"), p->mine);
	jw_field_str(w, S("report_state"), p->report_name);
	field_moment(w, "report_since", p->report_since);
	jw_field_str(w, S("consent"), p->consent);
	field_moment(w, "consent_since", p->consent_since);
	field_moment(w, "aware", p->aware);
	field_moment(w, "fix_ready", p->fix_ready);
	field_moment(w, "fix_deployed", p->fix_deployed);
	field_moment(w, "asked", p->asked);
	field_moment(w, "notified", p->notified);
	field_moment(w, "answered", p->answered);
	field_text(w, "statement", p->statement);
	if (p->unread >= 0) jw_field_int(w, S("unread"), p->unread);
	jw_object_end(w);
}

static void status_json(struct json_writer *w, const struct room_status *s) {
	jw_object(w);
	jw_field_str(w, S("party"), s->party);
	field_text(w, "subject", s->subject);
	jw_field_str(w, S("system"), s->system.id);
	jw_field_str(w, S("system_name"), s->system.headline);
	jw_field_bool(w, S("answered"), s->status.n > 0);
	jw_field_str(w, S("status"), s->status.n ? s->status : S("unknown"));
	field_text(w, "versions", s->versions);
	field_text(w, "justification", s->justification);
	field_text(w, "mitigation", s->mitigation);
	field_text(w, "fix", s->fix);
	field_moment(w, "at", s->at);
	jw_object_end(w);
}

static void task_json(struct json_writer *w, const struct room_task *t) {
	jw_object(w);
	jw_field_int(w, S("id"), t->id);
	jw_field_str(w, S("text"), t->text);
	field_text(w, "who", t->who);
	field_text(w, "subject", t->subject);
	field_moment(w, "due", t->due);
	field_moment(w, "done", t->done);
	jw_field_bool(w, S("mine"), t->mine);
	jw_object_end(w);
}

void room_json(struct json_writer *w, const struct room *room) {
	jw_object(w);
	jw_field_bool(w, S("asked_in"), room->asked_in);
	jw_name(w, S("embargo"));
	embargo_json(w, room);
	jw_name(w, S("facts"));
	jw_array(w);
	for (size_t i = 0; i < lengthof(room->facts); i++) {
		if (!room->facts[i].since) continue;
		jw_object(w);
		jw_field_str(w, S("fact"), str_of(room->facts[i].name));
		field_moment(w, "since", room->facts[i].since);
		jw_field_bool(w, S("confirmed"), room->facts[i].confirmed);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_name(w, S("participants"));
	jw_array(w);
	for (size_t i = 0; i < room->participants_n; i++) participant_json(w, &room->participants[i]);
	jw_array_end(w);
	jw_name(w, S("statuses"));
	jw_array(w);
	for (size_t i = 0; i < room->statuses_n; i++) status_json(w, &room->statuses[i]);
	jw_array_end(w);
	jw_field_int(w, S("unanswered"), (int64_t)room->unanswered);
	jw_name(w, S("tasks"));
	jw_array(w);
	for (size_t i = 0; i < room->tasks_n; i++) task_json(w, &room->tasks[i]);
	jw_array_end(w);
	jw_field_int(w, S("messages"), room->messages);
	jw_field_int(w, S("unread"), room->unread);
	jw_object_end(w);
}

void message_json(struct json_writer *w, const struct message *m) {
	jw_object(w);
	jw_field_int(w, S("id"), m->id);
	jw_field_int(w, S("thread"), m->thread);
	field_moment(w, "at", m->at);
	field_text(w, "author", m->author);
	jw_field_str(w, S("author_name"), m->author_name);
	jw_field_str(w, S("text"), m->text);
	jw_name(w, S("audiences"));
	jw_array(w);
	for (unsigned bit = PUBLIC; bit <= INVITED; bit <<= 1)
		if (m->audiences & bit) jw_str(w, audience_name((enum audience)bit));
	jw_array_end(w);
	names(w, "to", m->to, m->to_n);
	jw_field_bool(w, S("unread"), m->unread);
	jw_field_bool(w, S("own"), m->own);
	jw_object_end(w);
}

void act_json(struct json_writer *w, struct arena *a, const struct act *act) {
	jw_object(w);
	jw_field_str(w, S("act"), act->name);
	jw_field_str(w, S("title"), act->title);
	jw_field_str(w, S("help"), act->help);
	names(w, "kinds", act->kinds.items, act->kinds.n);
	jw_field_str(w, S("who"), act->by_hub ? S("the hub") : role_words(a, act->who));
	jw_field(w, S("args"), act->schema_document);
	jw_object_end(w);
}
