/* When a stage may begin. Pure: no database; what it goes by is a struct, so that every case can be tried.
 *
 * A release goes through its stages in their order. A stage can begin once all that its plan requires is met: release_checklist says of each requirement
 * whether it is, by what evidence, or what is missing. Going back is possible at any time. */
#pragma once
#include "hub/kind.h"
#include "hub/release/plan.h"
#include "hub/release/report.h"

enum { RELEASE_WORDS = 1000, RELEASE_GATES = 500, RELEASE_DECISIONS = 200 };

/* ---- what may be done ---- */

enum release_act {
	RELEASE_SIGN, RELEASE_OBJECT, RELEASE_ANSWER, RELEASE_RELENT, RELEASE_GATE, RELEASE_PROCEED, RELEASE_MODIFY, RELEASE_DELAY, RELEASE_CANCEL,
	RELEASE_ROLL_BACK, RELEASE_WITHDRAW, RELEASE_ACTS,
};
struct release_standing {
	struct str state;          /* of the record */
	int stage, stages;         /* the present one, -1 before the first; how many there are */
};
/* NULL: it may be. Else why not. */
const char *release_refusal(enum release_act act, const struct release_standing *s);
/* RELEASE_ACTS for what is none: "proceed", "modify", "delay", "cancel". */
enum release_act release_decision_of(struct str name);

/* ---- what must hold ---- */

struct release_word {          /* a sign-off, or an objection (name "") */
	int64_t id, revision, event, answer;
	struct str stage, name, account, plan, artifacts;
	bool named;
	moment at, over;
};
struct release_gate {
	int64_t id, files, event;
	struct str name, artifacts, sha256, account;
	enum report_verdict verdict;
	moment at;
};
enum release_safeguard_is { SAFEGUARD_UNKNOWN, SAFEGUARD_OTHER_KIND, SAFEGUARD_NOT_IN_FORCE, SAFEGUARD_NO_EVIDENCE, SAFEGUARD_COUNTS };
struct release_safeguard {
	struct str name;           /* as the plan calls it */
	enum release_safeguard_is is;
	int64_t record;
	struct str uid, headline, state; /* headline "" unless it is public */
	struct str evidence;       /* day of the newest evidence; "" none */
	size_t pieces;             /* of dated evidence */
};
struct release_facts {
	const struct json *body;
	struct str state, plan, artifacts;
	struct str maker, planner; /* who made the record; who wrote the plan as it stands */
	struct str hold, hold_plan;
	moment hold_until;
	moment since, observed;    /* when the present stage began, and until when it is observed; 0: nothing is set */
	moment at;
	const struct release_word *words;
	size_t words_n;
	const struct release_gate *gates;
	size_t gates_n;
	const struct release_safeguard *safeguards;
	size_t safeguards_n;
};
static inline struct release_standing release_standing(const struct release_facts *f) {
	return (struct release_standing){f->state, plan_stage(f->body, json_get_str(f->body, S("stage"))), plan_stages(f->body)};
}

enum release_need {
	NEED_ARTIFACTS, NEED_PUBLIC, NEED_SAFEGUARD, NEED_GATE, NEED_SIGNOFF, NEED_SEPARATION, NEED_RISK, NEED_OBSERVED, NEED_NO_OBJECTION, NEED_NO_HOLD,
};
const char *release_need_name(enum release_need n);
struct release_item {
	enum release_need need;
	size_t i;                  /* which of the stage's safeguards, gates, sign-offs or risks */
	struct str title;          /* what must hold */
	struct str evidence;       /* met: by what */
	struct str missing;        /* not met: what is missing */
	const struct release_word *word;  /* that meets it, or the objection */
	const struct release_gate *gate;  /* the newest for these artifacts */
	const struct release_safeguard *safeguard;
	bool met;
};
/* Of one stage, in the order in which a page shows them. In the arena. ERR_MEMORY. */
enum err_code release_checklist(struct arena *a, const struct release_facts *f, int stage, struct release_item **out, size_t *n, struct err *e) must_use;
/* The sign-off that counts for a part; NULL none. */
const struct release_word *release_signed(const struct release_facts *f, struct str stage, struct str name);
/* The newest result of a gate for the present artifacts; NULL none. */
const struct release_gate *release_gate_result(const struct release_facts *f, struct str name);
static inline bool release_is_objection(const struct release_word *w) { return !w->name.n; }
/* It is of this very plan and these artifacts. */
static inline bool release_holds(const struct release_facts *f, const struct release_word *w) {
	return !w->over && str_eq(w->plan, f->plan) && str_eq(w->artifacts, f->artifacts);
}

/* Dated evidence of a safeguard's effect in its body: how many pieces, and the day of the newest. What is dated in the future counts for nothing. */
void release_evidence(struct arena *a, const struct json *safeguard, moment at, struct release_safeguard *out);
