/* Records, lists and searches as JSON: one form for the API and for the command line's --json. */
#pragma once
#include "hub/dispute.h"
#include "hub/search.h"

/* {id, uid, kind, state, title, summary, date, updated, url}; url is below base ("" when the hub has none: then a path). */
void glimpse_json(struct json_writer *w, const struct hub *h, const struct glimpse *g);
/* A glimpse's members and published, etag, visibility ("public" or the viewer's audiences), body, links, files. */
enum err_code record_json(struct json_writer *w, const struct disclosing *d, const struct disclosed *r, struct err *e) must_use;
/* A glimpse's members and open, question, statement, answer, outcome, level, reasons, filed, due. */
void dispute_line_json(struct json_writer *w, const struct hub *h, const struct dispute_line *v);
/* {name, media_type, sha256, size} */
void file_json(struct json_writer *w, const struct disclosed_file *f);
/* {id, state, items: [{move, title, to, public, reason, requires, missing}]} */
void moves_json(struct json_writer *w, const struct disclosed *r, const struct disclosed_move *moves, size_t n);
/* {total, items, next} */
void list_json(struct json_writer *w, const struct hub *h, const struct listed *l);
/* {total, total_is_lower_bound, items: [glimpse, score, snippet, highlights], facets} */
void search_json(struct json_writer *w, const struct hub *h, const struct search_result *r);
/* {name: {title, distinct, values: [{value, label, count}]}} */
void facets_json(struct json_writer *w, const struct facet_group *groups, size_t n);
/* [{at, type, revision, state, …, diff}] */
void history_json(struct json_writer *w, const struct hub *h, const struct disclosed_event *events, size_t n);
/* {kind, title, plural, description, area, path, states, moves, links, facets, count} of one kind; without its schema. */
void kind_json(struct json_writer *w, const struct hub *h, const struct kind *k, int64_t count);
/* The address of a record's page, in the arena. */
struct str record_url(struct arena *a, const struct hub *h, const struct glimpse *g);
