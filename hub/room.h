/* The room of a case as one viewer may know it: who takes part and how each stands, the embargo, what is known of the world, statuses of systems, tasks,
 * and what this viewer may do next. Its tables are changed by acts (hub/act.h, hub/case/).
 *
 * Who sees what: coordinators all; parties each other, by the names that they have in the case (persons behind an alias or their organization), what each
 * says of itself, the embargo and the facts, but no participant who is only proposed, nor why somebody takes part; who is only asked in: the embargo's state,
 * end and terms, and their own row; the public: nothing. */
#pragma once
#include "hub/act.h"
#include "hub/disclose.h"

struct room_participant {
	struct str subject;           /* what acts name as "for"; "" for a person whom this viewer does not know by it */
	struct str name;              /* as this viewer is told */
	struct str part, duty, access, reason;
	bool organization, supplies;
	bool mine;                    /* the viewer is it, or speaks for it */
	char report_state;            /* RM */
	struct str report_name, consent;
	moment report_since, consent_since;
	moment aware, fix_ready, fix_deployed; /* 0: no */
	moment asked, notified, answered;      /* answered 0: never */
	struct str statement;
	int64_t unread;               /* coordinators: of the newest 100 messages to all, those that nobody of it has read; -1 not told */
};
struct room_status {
	struct str party;             /* name of who says so */
	struct str subject;           /* likewise, as above */
	struct glimpse system;
	struct str status;            /* "" : has not answered */
	struct str versions, justification, mitigation, fix;
	moment at;
};
struct room_proposal {
	int64_t id;
	struct str by, reason, terms, zone, outcome; /* by: name; "" the coordinators, or not told to who is only asked in */
	moment until, at;
	struct str *accepted, *rejected;             /* names */
	size_t accepted_n, rejected_n;
};
struct room_fact {
	const char *name;             /* "public", "exploit-public", "attacks" */
	moment since;                 /* 0: nobody says so */
	bool confirmed;
};
struct room_task {
	int64_t id;
	struct str text, who;         /* name; "" the coordinators */
	struct str subject;
	moment due, done;
	bool mine;
};
struct room {
	char embargo;                 /* EM */
	struct str embargo_name, zone, exit_reason, terms;
	moment until, since, exited;
	struct room_proposal *proposals; /* newest first; the open one, if any, is the first */
	size_t proposals_n;
	struct room_fact facts[3];
	struct room_participant *participants;  /* reporters, then vendors, then others; each by name */
	size_t participants_n;
	struct room_status *statuses; /* of each supplier that takes part and each system: also those who have not answered */
	size_t statuses_n, unanswered;
	struct room_task *tasks;      /* open ones first, by due date */
	size_t tasks_n;
	int64_t messages, unread;     /* that the viewer may read; and has not */
	bool asked_in;                /* the viewer is only asked in */
};
/* r: a case, as disclosed to the viewer. ERR_NOT_FOUND for the public, and for records that are no case. */
enum err_code disclose_room(const struct disclosing *d, const struct disclosed *r, struct room *out, struct err *e) must_use;

/* The acts that the viewer's roles allow on a record, in the order of their files. What a machine allows now is known when it is tried. */
enum err_code disclose_acts(const struct disclosing *d, const struct disclosed *r, const struct act ***out, size_t *n, struct err *e) must_use;
