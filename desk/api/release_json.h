/* Releases and requests for access as JSON: one form for the API and for the command line. */
#pragma once
#include "desk/api/json.h"
#include "hub/access.h"
#include "hub/release.h"

/* A glimpse's members and version, stage, stages, system. */
void release_line_json(struct json_writer *w, const struct hub *h, const struct release_line *l);
/* Where it stands: stages with their checklists, sign-offs, objections, decisions, what the viewer may do. */
void release_json(struct json_writer *w, const struct hub *h, const struct release_view *v);
/* {access, by, stage, until, reason, request, request_state} */
void access_held_json(struct json_writer *w, const struct disclosed *r, const struct access_held *h);
void access_line_json(struct json_writer *w, const struct hub *h, const struct access_line *l);
