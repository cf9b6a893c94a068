#include "receipt_json.h"

#include "hub/dispute.h"
#include "hub/room.h"

enum { MESSAGES = 200, CASES = 5 };

void receipt_messages_json(struct json_writer *w, struct arena *a, const struct message *list, size_t n) {
	jw_name(w, S("messages"));
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		jw_object(w);
		jw_field_int(w, S("id"), list[i].id);
		jw_field_str(w, S("at"), moment_str(a, list[i].at));
		jw_field_str(w, S("author_name"), list[i].author_name);
		jw_field_str(w, S("text"), list[i].text);
		jw_field_bool(w, S("own"), list[i].own);
		jw_field_bool(w, S("unread"), list[i].unread);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static enum err_code case_json(struct json_writer *w, const struct disclosing *d, const struct disclosed *c, struct err *e) {
	struct room room;
	struct message *messages;
	size_t n;
	bool more;
	enum err_code code = disclose_room(d, c, &room, e);
	if (!code) code = disclose_messages(d, c, &(struct message_request){.limit = MESSAGES}, &messages, &n, &more, e);
	if (code) return code == ERR_NOT_FOUND ? ERR_OK : code; /* over, and public by now */
	jw_object(w);
	jw_field_str(w, S("id"), c->line.uid);
	jw_field_str(w, S("title"), c->line.headline);
	jw_field_str(w, S("state"), c->line.state->name);
	jw_field_str(w, S("embargo"), room.embargo_name);
	if (room.until) {
		jw_field_str(w, S("until"), moment_str(d->a, room.until));
		jw_field_str(w, S("time_zone"), room.zone);
	}
	receipt_messages_json(w, d->a, messages, n);
	jw_object_end(w);
	return ERR_OK;
}

static void dispute_json(struct json_writer *w, struct arena *a, const struct dispute_line *v) {
	jw_object(w);
	jw_field_str(w, S("id"), v->line.uid);
	jw_field_str(w, S("question"), v->question);
	jw_field_str(w, S("state"), v->line.state->name);
	jw_field_bool(w, S("open"), v->open);
	jw_field_str(w, S("statement"), v->statement);
	if (v->answer.n) jw_field_str(w, S("answer"), v->answer);
	if (v->outcome.n) jw_field_str(w, S("outcome"), v->outcome);
	if (v->due) jw_field_str(w, S("due"), moment_str(a, v->due));
	jw_object_end(w);
}

enum err_code receipt_more_json(struct json_writer *w, const struct disclosing *d, const struct disclosed *report, struct err *e) {
	struct disclosed_links *groups;
	struct dispute_line *disputes;
	size_t n, disputes_n;
	enum err_code code = disclose_links(d, report, CASES, &groups, &n, e);
	if (!code) code = disclose_disputes_of(d, report->line.record, &disputes, &disputes_n, e);
	if (code) return code;
	jw_name(w, S("cases"));
	jw_array(w);
	for (size_t i = 0; i < n && !code; i++) {
		if (!groups[i].inverse || !str_is(groups[i].rel, "handles")) continue;
		for (size_t j = 0; j < groups[i].n && !code; j++) {
			struct disclosed c;
			if (!disclose_record(d, groups[i].items[j].uid, &c, NULL)) code = case_json(w, d, &c, e);
		}
	}
	jw_array_end(w);
	jw_name(w, S("disputes"));
	jw_array(w);
	for (size_t i = 0; i < disputes_n; i++) dispute_json(w, d->a, &disputes[i]);
	jw_array_end(w);
	return code;
}
