/* Decision tables: for each combination of answers to a few questions, exactly one outcome.
 *
 * Invariant: a table that was loaded is whole: its rules cover every combination of values once and only once, names and keys are unique where they
 * are looked up, and it never changes, so threads share it. The questions ("decision points") and their form follow SSVC, Stakeholder-Specific
 * Vulnerability Categorization (CERT/CC): values are ordered from least to most. The file is described in tables/README.md. */
#pragma once
#include "lib/json/json.h"

enum {
	DECIDE_BYTES = 1 << 20,       /* of a file */
	DECIDE_POINTS = 12,
	DECIDE_VALUES = 16,           /* of a point or of the outcome */
	DECIDE_COMBINATIONS = 1 << 14,
	DECIDE_RULES = 4096,
	DECIDE_VECTOR = 400,          /* bytes of a vector, with what may stand in it */
};

struct decide_value {
	struct str key;               /* short, for vectors: [A-Za-z0-9*]{1,12} */
	struct str name;              /* [a-z0-9][a-z0-9-]* */
	struct str title, description;
	struct str follows;           /* outcome: what is done then; "" */
	struct str tier;              /* outcome of a table that gives tiers; "" */
};

struct decide_point {
	struct str key, name, version, title, description;
	struct str table;             /* name of the table that works this one out; "" none */
	const struct decide_value *values; /* from least to most */
	size_t n;
};

struct decide_exception {
	size_t point;
	struct str reason;
};

struct decide_rule {
	const uint16_t *sets;         /* for each point the values that it takes, as bits */
	uint8_t outcome;
};

struct decide_table {
	struct str name, version, title, description;
	struct str source, source_address, source_licence; /* of the specification; "" none */
	const struct decide_point *points;
	size_t points_n;
	struct decide_point outcome;
	bool tiers;                   /* its outcomes are tiers */
	const struct str *kinds;      /* sorts of things that it is for, as its file names them */
	size_t kinds_n;
	const struct decide_exception *exceptions; /* points of which the table itself says that more may lead to less */
	size_t exceptions_n;
	const struct decide_rule *rules;
	size_t rules_n;
	const uint8_t *map;           /* outcome of each combination; the last point runs fastest */
	size_t combinations;
	const struct json *document;  /* the file */
};

/* Reads a table from JSON text and checks all of it. ERR_INVALID with the place in e->where (a JSON pointer, or line and column), ERR_TOO_LARGE,
 * ERR_MEMORY. The table lives in the arena; text need not outlive the call. */
enum err_code decide_load(struct arena *a, struct str text, const struct decide_table **out, struct err *e) must_use;

/* "1.2.3", as in Semantic Versioning 2.0.0, without pre-release and build. */
bool decide_version(struct str s);

/* ---- looking ---- */

#define DECIDE_NONE SIZE_MAX
/* By name or key; DECIDE_NONE. */
size_t decide_point_find(const struct decide_table *t, struct str name);
size_t decide_value_find(const struct decide_point *p, struct str name);

/* ---- deciding ---- */

enum { DECIDE_OPEN = 0xff };
/* Some answers: for each point the index of its value, or DECIDE_OPEN. */
struct decide_given {
	uint8_t values[DECIDE_POINTS];
};
static inline struct decide_given decide_nothing(void) {
	struct decide_given g;
	memset(g.values, DECIDE_OPEN, sizeof g.values);
	return g;
}

/* Sets one answer, point and value by name or key. ERR_INVALID says which there are; e->where is the point's name. */
enum err_code decide_set(const struct decide_table *t, struct decide_given *g, struct str point, struct str value, struct err *e) must_use;
/* From an object {point: value}. ERR_INVALID. */
enum err_code decide_given_of(const struct decide_table *t, const struct json *values, struct decide_given *out, struct err *e) must_use;
/* Likewise, leaving out what does not fit this table: for answers that were given to another version. Returns how many were left out. */
size_t decide_given_fitting(const struct decide_table *t, const struct json *values, struct decide_given *out);
/* The same back: names, in the order of the table, without what is open. */
const struct json *decide_given_json(struct arena *a, const struct decide_table *t, const struct decide_given *g);

struct decide_answer {
	unsigned possible;            /* outcomes that may still follow, as bits */
	size_t possible_n;
	size_t counts[DECIDE_VALUES]; /* how many of the combinations that are left lead to each */
	size_t outcome;               /* the one that is left, or DECIDE_NONE */
	unsigned relevant;            /* open points that may still make a difference, as bits */
	size_t next;                  /* the one among them that is expected to leave least open, or DECIDE_NONE */
};
void decide_answer(const struct decide_table *t, const struct decide_given *g, struct decide_answer *out);

/* ---- whether more never leads to less ---- */

struct decide_fall {
	size_t point;                 /* whose next value, all else equal, leads to a lesser outcome */
	struct decide_given from;     /* the combination with the lesser value */
	bool declared;                /* the table says so of this point */
};
struct decide_monotony {
	size_t pairs;                 /* neighbouring combinations that were compared */
	size_t falls, undeclared;
	struct decide_fall first[8];  /* undeclared ones before declared ones */
	size_t first_n;
};
void decide_monotone(const struct decide_table *t, struct decide_monotony *out);

/* How much each point decides: of all pairs of combinations that differ only in it, by one step, the share whose outcomes differ. 0 to 1. */
double decide_weight(const struct decide_table *t, size_t point);

/* The combination with this number, and back; every value must be given for the latter. */
struct decide_given decide_combination(const struct decide_table *t, size_t number);
size_t decide_number(const struct decide_table *t, const struct decide_given *g);

/* ---- vectors ----
 * A decision in a line: "harm-tier/1.0.0/P:H/S:G", a part for each answer, by keys, in the order of the table; what is open is left out. */

struct str decide_vector(struct arena *a, const struct decide_table *t, const struct decide_given *g);
/* What stands before the answers; rest->p is NULL where there are none. False where it is no vector. */
bool decide_vector_head(struct str vector, struct str *name, struct str *version, struct str *rest);
/* ERR_INVALID for what is no vector, another table's, a point named twice or unknown; ERR_UNSUPPORTED where it is of another version. */
enum err_code decide_vector_read(const struct decide_table *t, struct str vector, struct decide_given *out, struct err *e) must_use;
