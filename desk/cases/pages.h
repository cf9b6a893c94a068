/* The room of a case as its template wants it, and the handlers. */
#pragma once
#include "desk/harbor/pages.h"
#include "desk/registry/pages.h"
#include "desk/tables/pages.h"
#include "hub/message.h"
#include "hub/room.h"

struct room_button {               /* one click */
	struct str act, words;
	struct str field, value;       /* a further argument; "" none */
	bool strong;
};
struct room_link {                 /* a form of its own */
	struct str href, words;
};
struct room_part {                 /* a participant */
	const struct room_participant *p;
	struct str part, duty, report, consent; /* words */
	struct str aware, ready, deployed, answered, asked;
	bool silent;                   /* was told, and never answered */
	const struct room_link *links;
	size_t links_n;
};
struct room_mine {                 /* what a party of the viewer may do now */
	const struct room_part *part;
	bool waits;                    /* agreed to the end that is proposed, which nobody has agreed to for the case yet */
	const struct room_button *buttons;
	size_t buttons_n;
	const struct room_link *links;
	size_t links_n;
};
struct room_state {
	const struct room_status *s;
	struct str href, status, at;
	struct room_link set;          /* href "" not for this viewer */
};
struct room_said {                 /* a message */
	const struct message *m;
	struct str when, datetime, to; /* to: names, "" all; for coordinators alone where notes */
	bool note;
};
struct room_proposed {
	const struct room_proposal *p;
	struct str until, at, accepted, rejected, outcome;
};
struct room_known {
	const struct room_fact *f;
	struct str title, since;
	const struct room_button *buttons;
	size_t buttons_n;
	const struct room_link *links;
	size_t links_n;
};
struct room_job {
	const struct room_task *t;
	struct str due, done;
	bool late;
};
struct room_recipient {
	struct str subject, name;
};
struct room_page {
	const struct disclosed *r;
	const struct room *room;
	const struct terms_part *terms; /* NULL none */
	struct line line;
	struct str path, csrf, done, wrong;
	bool coordinates, speaks;
	struct str embargo, embargo_class, until, left, exited; /* in words */
	const struct room_proposed *proposals;
	size_t proposals_n;
	const struct room_button *embargo_buttons;
	size_t embargo_buttons_n;
	const struct room_link *embargo_links;
	size_t embargo_links_n;
	struct room_known facts[3];
	const struct room_mine *mine;
	size_t mine_n;
	const struct room_part *parts;
	size_t parts_n, silent_n;
	const struct room_state *states;
	size_t states_n;
	const struct room_said *messages;
	size_t messages_n;
	struct str older;              /* address of what was said before; "" nothing */
	int64_t newest;                /* message up to which "read" marks */
	const struct room_recipient *recipients;
	size_t recipients_n;
	const struct room_job *tasks;
	size_t tasks_n;
	const struct room_link *about;  /* reports that it handles, systems that it is about */
	size_t about_n;
	struct str plan, plan_moment;  /* of publication: its mode and moment; "" none is made, or the viewer is told of none */
	const struct room_link *published; /* what it publishes */
	size_t published_n;
	struct str moves;              /* what moves the case on, in words; "" nothing that the viewer may do */
	const struct room_link *tools;
	size_t tools_n;
	const struct record_event *events;
	size_t events_n;
	const struct decisions_part *decisions; /* NULL none that are told */
};
/* "Under embargo" … for the letter of an embargo's state. */
struct str room_embargo_words(char state);
route_fn show_room, take_room_act, take_room_message, take_room_read;

/* ---- desk.c: what waits for coordinators ---- */
struct desk_line {
	struct str href, id, headline, age;
	struct str severity, about, due; /* "" none */
	bool overdue;
	int64_t parties, silent;
	struct str until;              /* of an embargo; "" none */
	bool proposed;
};
struct desk_group {
	struct str title, description;
	const struct desk_line *lines;
	size_t n;
	bool more;
};
struct desk_part {
	struct str title;
	const struct desk_group *groups;
	size_t n, total;
};
struct desk_page {
	struct desk_part parts[6];
	size_t n;
	struct str order;              /* oldest, severity, due */
	const struct threat_line *threats;
	size_t threats_n;
};
/* From a report to its case, on the report's page; where there is none yet, for coordinators. NULL nothing to show. */
struct case_box {
	struct str csrf, path;
	struct str room, headline;     /* of the case that handles it; "" none yet */
};
enum err_code case_box(struct request *rq, const struct disclosed *r, const struct case_box **out, struct err *e) must_use;
route_fn show_desk, take_case;

/* ---- terms.c ---- */
struct term_line {
	struct str title, description, whose, due, left, rung, why;
	struct str href, record, kind; /* in the list of all */
	struct str extend;             /* where it is put off; "" not for this viewer */
	bool running, overdue, late;
};
struct terms_part {
	const struct term_line *lines;
	size_t n;
};
struct clocks_page {
	const struct term_line *lines;
	size_t n;
	enum terms_shown { TERMS_ALL, TERMS_OVERDUE, TERMS_WEEK, TERMS_MINE } shown;
	bool more;
};
/* NULL in *out where there are none, or none that this viewer is told. */
enum err_code terms_part(struct request *rq, const struct disclosed *r, const struct terms_part **out, struct err *e) must_use;
/* As clocks in that zone show it: "1 March 2027, 17:00 (Europe/Amsterdam)"; "" for 0. */
struct str moment_in_zone(struct arena *a, moment t, struct str zone);
/* "3 days", "5 hours", "12 minutes", without a sign. */
struct str span_words(struct arena *a, moment span);
route_fn show_clocks;
