/* The pages with forms of records, as their templates want them, and the handlers that prepare them. */
#pragma once
#include "desk/forms/form.h"
#include "desk/registry/pages.h"

enum { FORM_BODY = 8 << 20, FORM_FILES = 66 << 20, FORM_KEY = 33 };

/* ---- the form itself: pages.c ---- */

struct form_extra {            /* hidden fields of the page */
	struct str name, value;
};
struct form_page {
	struct arena *a;
	const struct plan *plan;
	struct filled f;
	struct questions q;
	struct str title, lede, action, csrf;
	struct str back, back_words;   /* where one comes from */
	struct str done;               /* a line about what was just done; "" nothing */
	struct str trouble;            /* a line about what went wrong as a whole; "" nothing */
	struct str draft_since;        /* when the draft that is shown was saved; "" it is none */
	struct str fresh;              /* where one begins anew */
	struct str save;               /* words of the button */
	int64_t revision;              /* that it started from; 0: a new record */
	bool preview;
	bool amends;                   /* what is public: a reason is asked for */
	struct str note;
	const struct form_extra *extras;
	size_t extras_n;
	bool for_organization;         /* a new one is said by an organization: by one of these, name its uid and value what it is called */
	const struct form_extra *organizations;
	size_t organizations_n;
	struct str organization;       /* the one chosen */
};

struct kinds_to_write {
	const struct kind *const *kinds;
	size_t n;
};

route_fn show_new, show_new_kind, take_new_kind, show_edit, take_edit;

/* ---- drafts_page.c ---- */
struct draft_line {
	struct str href, title, kind, when, name;
};
struct drafts_page {
	struct str csrf;
	const struct draft_line *lines;
	size_t n;
};
route_fn show_drafts, take_drafts;

/* ---- merge.c: two who changed the same ---- */
struct merge_field {
	struct str name, title;        /* member of the body */
	struct str before, theirs, yours;
	const struct word_part *their_parts, *your_parts;
	size_t their_n, your_n;
	struct str theirs_json, yours_json; /* "": it is not there on that side */
	bool choose;                   /* changed on both sides */
	bool chosen_theirs;
};
struct merge_page {
	struct str title, action, csrf, back;
	int64_t revision;
	const struct merge_field *fields;
	size_t n, conflicts;
	const struct form_extra *kept; /* what nobody changed, or both alike */
	size_t kept_n;
};
/* Three bodies by their top-level members. */
enum err_code merge_fields(const struct plan *p, struct arena *a, const struct json *before, const struct json *theirs,
	const struct json *yours, struct merge_page *out, struct err *e) must_use;
/* What a merge page sent, as answers that form_read takes: choices become kept values. */
enum err_code merge_answers(struct arena *a, const struct answer *in, size_t n, struct answer **out, size_t *out_n, struct err *e) must_use;

/* ---- tools.c: what a viewer may do with a record, on its page ---- */
struct tool_move {
	struct str name, title, description, to;
	bool reason, publishes;        /* publishes: shows to everybody what was confidential */
	const struct tool_missing { struct str title, href; } *missing;
	size_t missing_n;
};
struct tool_link {
	struct str rel, title;
	struct str kinds;              /* names, separated by commas; "" any */
	struct str words;              /* of the kinds, for a reader */
};
struct tool_linked {
	struct str rel, title, target, headline;
};
struct record_tools {
	struct str csrf, path, edit;
	bool revise, comment, attach, erase, in_public; /* in_public: comments are meant for everyone */
	const struct str *fields;      /* that may be erased alone */
	size_t fields_n;
	struct str no_files;           /* why none are taken */
	const struct tool_move *moves;
	size_t moves_n;
	const struct tool_link *links;
	size_t links_n;
	const struct tool_linked *linked;
	size_t linked_n;
	bool invite;                   /* may make others parties */
	const struct disclosed_party *parties;
	size_t parties_n;
	struct str done;
	bool redact;                   /* decides who reads which field */
	bool drafts;                   /* may draft an advisory from it; a lesson too, where they coordinate */
	bool drafts_lesson;
	struct str room;               /* of a case; "" none */
	struct str propose;            /* where a change of a use is proposed; "" nowhere */
};
/* NULL in *out for who may do nothing. */
enum err_code record_tools(struct request *rq, const struct disclosed *r, const struct record_tools **out, struct err *e) must_use;

/* ---- redaction.c: who reads which field ---- */
struct redaction_audience {
	enum audience bit;
	struct str name, title;
};
struct redaction_level_line {
	struct str name, title, description;
	bool chosen;
};
struct redaction_row {
	struct str pointer, title, line; /* line: what stands there, in short */
	unsigned readers;
	bool part, own;
};
struct redaction_page {
	struct str back, action, headline, csrf;
	int64_t revision;
	struct str rules;                /* as JSON, those that the rows do not show too */
	bool may_change, amends, parts, unsaved, done;
	struct str trouble, note;
	const struct redaction_audience *audiences;
	size_t audiences_n;
	const struct redaction_level_line *levels;
	size_t levels_n;
	const struct redaction_row *rows;
	size_t n;
	unsigned as;                     /* enum audience; 0: no preview */
	struct str preview_trouble, preview_headline, preview_summary;
	const struct shown_section *sections;
	size_t sections_n;
};
route_fn show_redaction, take_redaction;
/* ---- act_page.c: the forms of acts (hub/act.h) ---- */
route_fn show_act, take_act;
/* Where one goes after an act on such a record: a case's room, else its page. */
struct str act_return(struct arena *a, const struct glimpse *record);
/* Who is meant by a uid, a login name, or an organization's name. ERR_NOT_FOUND. */
enum err_code find_subject(struct request *rq, struct str name, struct str *out, struct err *e) must_use;

/* ---- actions.c: what those tools send ---- */
route_fn take_move, take_invite, take_dismiss, take_link, take_unlink, take_comment, take_attach, take_erase, take_draft, show_link;

struct link_hit {
	struct line line;
	struct str target;
};
struct link_page {
	struct str csrf, action, back, headline, rel, rel_title, query;
	const struct link_hit *hits;
	size_t n;
	bool asked;
	struct str wrong;
};

/* ---- proposals.c ---- */
struct proposals_group {
	struct str title, description;
	const struct line *lines;
	size_t n;
};
struct proposals_page {
	const struct kind *kind;
	const struct proposals_group *groups;
	size_t n;
};
route_fn show_proposals;

/* ---- sent.c: a posted form, and one whose session was over ---- */
struct sent {
	const struct form_field *fields;
	size_t fields_n;
	struct answer *answers;    /* without files */
	size_t n;
	struct str action;         /* "_do" */
	bool refresh, automatic;   /* a script asks: shown again; kept as a draft */
};
struct form_field;
enum err_code sent_read(struct request *rq, struct sent *out, struct err *e) must_use;
struct str sent_value(const struct sent *s, const char *name);
/* The form's proof is this session's. */
bool sent_is_ours(struct request *rq, const struct sent *s);
/* Nobody is signed in any more: keeps what was typed and sends to sign in, from where one comes back to it. */
enum err_code sent_keep(struct request *rq, struct response *rs, const struct sent *s, struct str path, struct err *e) must_use;
/* What was kept so, once. */
bool sent_kept(struct arena *a, struct str key, struct answer **out, size_t *n);

/* Answers as text, and back: how drafts are kept. */
struct str answers_text(struct arena *a, const struct answer *answers, size_t n, int64_t revision);
bool answers_of_text(struct arena *a, struct str text, struct answer **out, size_t *n, int64_t *revision);
