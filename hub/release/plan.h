/* A release's body as its rules read it (kinds/release.json). Pure: no database.
 *
 * The plan is the body without what decisions set (stage, since, decisions). Whoever signs, signs one plan with one list of artifacts, each by its digest, so another
 * plan makes every sign-off void. */
#pragma once
#include "lib/json/json.h"

/* SHA-256 in hexadecimal over the canonical JSON (RFC 8785) of the plan; of {"artifacts", "manifest"}. */
struct str plan_digest(struct arena *a, const struct json *body);
struct str plan_artifacts(struct arena *a, const struct json *body);
/* Whether there is anything by a digest at all. */
bool plan_has_artifacts(const struct json *body);

/* The place of a stage by its name; -1 none. */
int plan_stage(const struct json *body, struct str name);
const struct json *plan_stage_at(const struct json *body, int i);
static inline int plan_stages(const struct json *body) { return (int)json_count(json_get_lit(body, "stages")); }
/* Its title, else its name. */
struct str plan_title(const struct json *stage_or_part);
/* A part of a stage by its name ("signoffs", "safety"); NULL none. */
const struct json *plan_part(const struct json *stage, const char *list, struct str name);

/* What a schema can't say. ERR_INVALID with e->where. */
enum err_code plan_check(const struct json *body, struct err *e) must_use;
/* Whether both say the same of what decisions set. */
bool plan_same_decisions(const struct json *a, const struct json *b);

/* threshold - margin >= residual, as decimals are meant: 0.3 - 0.1 is not less than 0.2. False where nothing is said of what remains. */
bool plan_risk_managed(const struct json *risk);
