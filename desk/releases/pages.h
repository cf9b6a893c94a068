/* Releases as their templates want them, and the handlers. */
#pragma once
#include "desk/registry/lines.h"
#include "desk/site/site.h"
#include "hub/access.h"
#include "hub/release.h"

/* ---- box.c: on the page of a release, or of a request ---- */

struct release_link {
	struct str href, words;
	bool strong;
};
struct release_decision {
	struct str title, stage, at, by, rationale, advice, until;
	const struct json *signed_, *met;
};
struct release_box {
	const struct release_view *v;   /* NULL: of a request: */
	const struct access_line *request;
	struct arena *a;
	struct str path, csrf;
	struct str since, observed, until, asked, decided; /* days in words */
	const struct release_stage_view *next;             /* NULL none */
	const struct release_link *links;
	size_t links_n;
	const struct release_decision *decisions;          /* newest first */
	size_t decisions_n;
	struct access_held held;
	struct str ask, requests;       /* addresses; "" not for this viewer */
	struct str ask_words;
	int64_t pending;
	const struct str *gates;        /* names of gates of stages to come, for who may attach a report */
	size_t gates_n;
	struct str release, release_href; /* of a request */
	bool timed;                     /* it says when something ends by itself */
};
/* NULL: it is neither. */
enum err_code release_box(struct request *rq, const struct disclosed *r, const struct release_box **out, struct err *e) must_use;
struct str release_who_words(struct str who);

/* ---- lists.c ---- */
struct releases_line {
	const struct release_line *l;
	struct str href, state;
};
struct releases_page {
	const struct releases_line *items;
	size_t n;
	bool may_make;
};
struct mine_line {
	const struct access_line *l;
	struct str href, release, release_href, asked, until;
};
struct mine_page {
	const struct mine_line *items;
	size_t n;
	struct str done;
};
route_fn show_releases, show_my_access;

/* ---- ask.c ---- */
struct asked_field {
	const struct json *field;
	struct str name, id, label, type, value, wrong;  /* value: as typed; wrong: "" */
	bool required;
};
struct ask_page {
	struct str path, action, csrf, headline, heading, wrong, wrong_terms;
	const struct json *access;
	struct asked_field *fields;
	size_t n;
	bool agreed;
	struct arena *a;
};
route_fn show_ask, take_ask;

/* ---- queue.c ---- */
struct queue_line {
	const struct access_line *l;
	struct str href, asked, decided, until, like_href;
};
struct queue_tab {
	struct str href, title;
	int64_t n;
	bool here;
};
struct queue_page {
	struct str path, action, csrf, headline, state, next, done, wrong, reason;
	struct queue_tab tabs[7];
	const struct queue_line *items;
	size_t n;
	unsigned may;                  /* acts that fit some of them: 1 << enum access_may */
	struct arena *a;
};
/* The requests of a release as a file, by the request's parameters format and state: for the queue's page and the API. */
enum err_code access_export(struct request *rq, struct response *rs, const struct disclosing *d, const struct disclosed *r, struct err *e) must_use;
route_fn show_queue, take_queue, show_queue_export, take_gate;
