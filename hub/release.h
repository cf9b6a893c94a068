/* Releases as a viewer may know them: where one stands, what must hold before the next stage, who signed, what was decided (hub/release/rules.h has the rules).
 *
 * Everybody who reads the record reads its stages, the requirements that stand in what they may read of the plan, whether each is met and by what, and all decisions with
 * their reasons. Who signed, what was noted with it, objections and their answers are for those who take part; the public is told names only of those who wish it. All
 * that is done is an act (hub/acts/release.json): CHANGE_ACT of the door in. */
#pragma once
#include "hub/disclose.h"
#include "hub/release/rules.h"

struct release_check {             /* a requirement */
	enum release_need need;
	struct str title, evidence, missing;
	bool met;
	struct glimpse safeguard;      /* uid "" where the viewer may not know of it, or it is none */
	struct str report;             /* gate: SHA-256 of the report, for who may read the file; "" */
	struct str verdict;            /* gate: "" none */
};
struct release_stage_view {
	const struct json *stage;      /* as the viewer reads it */
	struct str name, title, who;   /* who: named, gated, everybody */
	int at;                        /* -1 behind, 0 present, 1 to come */
	const struct release_check *checks;
	size_t n, met;
};
struct release_sign {
	struct str stage, name, title; /* as what */
	struct str who;                /* name; "" not told to this viewer */
	struct str note;               /* those who take part */
	int64_t revision;              /* of the record, with which what was signed came; 0 not told */
	moment at;
	bool holds, mine;
};
struct release_objection {
	int64_t id;
	struct str who, reason, answer, answered_by;
	moment at, over;               /* over 0: it is open */
	bool mine;
};
struct release_view {
	struct disclosed r;
	struct glimpse system;         /* uid "" none */
	const struct release_stage_view *stages;
	size_t stages_n;
	int present;                   /* -1 none has begun */
	moment since, observed;        /* observed: until when the present stage is; 0 nothing is set */
	bool ended;                    /* cancelled, dropped, withdrawn */
	bool takes_part;               /* is told of sign-offs and objections one by one */
	struct str plan, artifacts;    /* digests, in hexadecimal */
	const struct release_sign *signs;      /* newest first; of those that hold alone for who takes no part */
	size_t signs_n;
	const struct release_objection *objections; /* newest first; none for who takes no part */
	size_t objections_n;
	const struct json *decisions;  /* newest last */
	const struct json *access;     /* as the viewer reads it; NULL none */
	unsigned may;                  /* 1 << enum release_act */
	const struct str *may_sign;    /* names of sign-offs of the next stage that the viewer could give now */
	size_t may_sign_n;
	bool may_review;               /* reads requests for access */
};
/* ERR_NOT_FOUND where it is none. */
enum err_code disclose_release(const struct disclosing *d, struct str name, struct release_view *out, struct err *e) must_use;
/* "release.sign-off" … as acts are called. */
const char *release_act_name(enum release_act a);

/* A line of a list. */
struct release_line {
	struct glimpse line;
	struct str version, stage, system;  /* stage: title of the present one; "" none */
	int present, stages;
	bool ended;
};
/* Those that the viewer may know of: public ones, and for whoever is signed in their own and those that they take part in; newest first, at most RELEASE_LINES. */
enum { RELEASE_LINES = 200 };
enum err_code disclose_releases(const struct disclosing *d, struct release_line **out, size_t *n, struct err *e) must_use;
