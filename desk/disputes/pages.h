/* Pages of disputes as their templates want them, and the handlers. */
#pragma once
#include "desk/disputes/disputed.h"
#include "desk/registry/lines.h"
#include "desk/site/site.h"

struct dispute_link {
	struct str href, words;
	bool strong;
};
struct dispute_step {            /* of the ladder */
	const char *title;
	int at;                      /* -1 behind, 0 here, 1 not reached */
};
struct dispute_ruling {
	struct str by, outcome, reasons, vector, at, carried_out, votes;
	const struct json *dissents;
	struct str card, commit, before, after;
};
struct dispute_page {
	const struct dispute_view *v;
	struct str path, question, state, due, filed, procedure, target, target_href;
	bool overdue;
	struct dispute_step steps[5];
	const struct dispute_ruling *rulings; /* newest first */
	size_t rulings_n;
	const struct dispute_link *links;     /* what the viewer may do now, most pressing first */
	size_t links_n;
	const struct str *sectors;            /* of members, in words */
	struct str challenge;                 /* beginning of the address where a member is challenged; "" not by this viewer */
	struct str judge;
	struct str history;
	struct str room;                      /* messages: "" none */
};

/* A dispute as its page shows it, at that path and with what the viewer may do; links of a viewer without an account are not made (with_links). */
enum err_code dispute_page_read(const struct disclosing *d, const struct dispute_view *v, struct str path, bool with_links, struct dispute_page *out,
	struct err *e) must_use;

struct dispute_file_page {
	struct str action, csrf, path, headline, wrong, wrong_where;
	const struct str *questions;
	size_t questions_n;
	struct str question, statement, wants, remedy, procedure, against, behalf; /* as typed */
	const struct disclosed_party *mine;    /* organizations that the viewer may speak for in this */
	size_t mine_n;
	const struct str *remedies;
	size_t remedies_n;
	const struct disclosed_party *parties; /* organizations that good faith may be about */
	size_t parties_n;
	bool report, is_public;
};
/* For whoever shows that form; path, action and csrf are theirs. ERR_NOT_FOUND where there is nothing that the viewer could dispute. */
enum err_code dispute_form_begin(const struct disclosing *d, const struct disclosed *r, struct dispute_file_page *p, struct err *e) must_use;
/* What was typed. */
void dispute_form_read(struct request *rq, struct dispute_file_page *p);
enum err_code dispute_form_put(struct request *rq, struct response *rs, const struct dispute_file_page *p, const struct disclosed *r, enum site_place here,
	int status) must_use;
enum err_code dispute_form_send(struct request *rq, const struct dispute_file_page *p, const struct disclosed *r, struct actor actor,
	struct change_result *out, struct err *e) must_use;
route_fn show_file_dispute, take_file_dispute;

struct ballot_page {
	struct dispute_view v;
	struct str path, action, csrf, wrong;
	bool vote, grt2;                       /* vote: of a panel; else a decision on the ladder */
	struct str choice, reasons, dissent, parts[3]; /* as typed; parts in the order of vector_parts */
};
route_fn show_vote, take_vote, show_decide, take_decide;

struct disputes_line {
	const struct dispute_row *row;
	struct str href, question, state, outcome, about, about_href, when, seat;
};
struct disputes_page {
	const struct disputes_line *items;
	size_t n;
	bool panel, all, desk, done;         /* done: just ended one's part in one */
};
route_fn show_disputes, show_panel;

struct seats_page {
	const struct seat *seats;
	size_t n;
	struct arena *a;
	struct str csrf, done, wrong, person, sector, until;
};
route_fn show_seats, take_seat;
