/* The pages of intake, as their templates want them, and the handlers that prepare them. */
#pragma once
#include "desk/disputes/pages.h"
#include "desk/forms/pages.h"
#include "desk/intake/finder.h"
#include "hub/intake.h"

/* What all pages of intake say of the hub: whom to turn to in need, and which promise holds. */
struct intake_help {
	struct str contact;        /* of the hub; "" none */
	struct str policy, policy_title; /* address and headline of the hub's own policy with its safe harbor; "" none */
	bool https;
};
struct intake_help intake_help_of(struct request *rq);

/* ---- start.c ---- */
struct intake_start {
	struct intake_help help;
	bool signed_in;
	struct str anonymous, pseudonym; /* addresses of the form */
	struct str by_name;
	struct str about_name;     /* what it is about; "" nothing in particular */
};
route_fn show_report_start, lost_report;

/* ---- form.c ---- */
struct intake_review {
	struct str title, summary; /* of the report */
	const struct shown_section *sections;
	size_t n;
	const struct line *alike;
	const struct str *alike_uids;
	size_t alike_n;
	const struct intake_match {
		struct str name;       /* as typed */
		struct line line;
		struct str uid;
		bool chosen;
	} *matches;
	size_t matches_n;
	struct str no_files;       /* why none are taken; "" they are */
};
struct intake_form {
	struct form_page form;
	enum intake_how how;
	struct intake_help help;
	struct str code;           /* a receipt that was just given for the draft; "" none */
	struct str draft_code;     /* one that this browser holds for the draft: "" none */
	bool csam;
	bool ready;                /* the three questions are answered */
	struct str pasted;         /* systems as they were pasted, where they could not be taken */
	const struct intake_review *review; /* NULL: the form */
};
struct intake_receipt {
	struct str code;           /* "" for who reported by name */
	struct str uid;
	bool again, differs;
	size_t files;
	struct str trouble;        /* a file that was not taken */
	struct intake_help help;
	bool csam;
};
/* The questions of a report's form as a finder gets them: what must be answered first, the rest folded; what this way of reporting does not hold is left out. */
void intake_fit(struct arena *a, enum intake_how how, struct questions *q);
route_fn show_report_form, take_report_form, show_report_sent;

/* ---- follow.c ---- */
struct intake_event {          /* a message, or what was done */
	struct str when, datetime, who, text;
	bool mine, fresh;
};
struct intake_thread {         /* the messages of the report, or of a case that it is worked on in */
	struct str record, title, state; /* of the case; title "" the report itself */
	const struct intake_event *messages;
	size_t n;
	size_t fresh;              /* messages that are new */
	struct str embargo, until; /* of the case: its state in words, and its end while it holds */
	struct str proposed, proposed_by, proposed_why; /* another end, or a first one, that waits for answers; "" none */
	bool bound, may_answer;    /* bound: the finder has consented */
	int64_t last;              /* id of the newest message: what a reply answers; 0 none */
};
struct intake_step {
	const char *title, *now, *next;
};
struct intake_follow {
	struct str csrf, uid, title;
	struct str state, now, next, due;
	const struct intake_thread *threads; /* the first is the report's own */
	size_t threads_n, fresh;
	const struct intake_event *events;
	size_t events_n;
	const struct record_file *files;
	size_t files_n;
	const struct shown_section *sections;
	size_t sections_n;
	struct str no_files;
	bool revise, withdraw, claim;
	struct str claimer;        /* login of who is signed in too */
	struct str done, trouble;
	struct str credit, embargo;
	struct str joined;         /* state of what it was joined to; "" nothing */
	struct str public_path;    /* where it is public; "" it is not */
	const struct harbor_box *harbor; /* policies that cover it, grants, threats; NULL nothing to say */
	struct disputed disputes;  /* of the report; .file: where one is filed */
	struct intake_help help;
	bool csam;
};
struct intake_dispute {            /* one dispute, for a finder who has no account */
	struct dispute_page page;
	struct str csrf, trouble;
	bool done;
};
route_fn show_finder_dispute_form, take_finder_dispute_form, show_finder_dispute, take_finder_dispute;
struct intake_enter {
	struct str typed, trouble;
};
route_fn show_receipt, take_receipt, show_follow, lost_receipt, show_finder_receipt, take_finder_receipt;
/* Shows the page again with a line; status of the answer. */
enum err_code put_follow(struct request *rq, struct response *rs, const struct finder *f, struct str trouble, int status, struct err *e) must_use;

/* ---- replies.c ---- */
route_fn take_message, take_files, take_withdrawal, take_claim, take_finder_accept, take_finder_threatened, take_finder_embargo, show_finder_opening, take_leave, show_change, take_change, show_finder_file;

/* For the other files of this folder that take what a finder sends: the finder, if the form is theirs; *done: the answer is written already. */
enum err_code reply_begin(struct request *rq, struct response *rs, struct str csrf, const struct finder **out, bool *done, struct err *e) must_use;

/* ---- words.c ---- */
struct intake_words {
	const char *start, *form[4], *lede[4], *about[4], *review, *sent, *receipt, *follow, *change;
	const char *draft_kept, *draft_gone, *not_kept, *conflict;
	const char *too_many_systems, *pseudonym_missing, *confirm;
	const char *you, *hub;
	const char *sent_event, *withdrawn_event, *file_event; /* file_event: {1} name */
	const char *done_message, *done_files, *done_withdrawn, *done_changed, *done_claimed, *done_accepted, *done_told, *done_answered;
	const char *dispute;
	const char *anonymous_help, *pseudonym_help;
	const char *business_days, *days;
	const char *no_file, *no_receipt, *not_sent;
};
extern const struct intake_words intake_words;
/* In plain words what a state means to the finder; never NULL. */
const struct intake_step *intake_step_of(const struct kind_state *state);
