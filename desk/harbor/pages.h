/* What the pages of this folder show, and the handlers that prepare it. */
#pragma once
#include "desk/feeds/feeds.h"
#include "desk/registry/lines.h"
#include "desk/registry/present.h"
#include "desk/site/site.h"
#include "hub/harbor.h"

/* ---- assessment.c ---- */

/* What is missing for the next level, of an assessment that is not at the highest. */
struct assessment_next {
	int level;
	const char *title;
	const struct policy_point *const *missing;
	size_t n;
};
struct assessment_next assessment_next(struct arena *a, const struct policy_assessment *as);
/* {id, uid …} of the policy, level, title, words, stated, in_force, issuers, tests, points, technical, independent, next; the form of API and command line.
 * policy: NULL where there is no record, only a body; full: with the points. */
void assessment_json(struct json_writer *w, struct arena *a, const struct hub *h, const struct policy_record *policy, const struct policy_assessment *as, bool full);
route_fn api_assessment;

/* ---- box.c: what stands of this on records' pages ---- */

struct harbor_offer {
	const struct policy_record *policy;
	struct line line;
	struct str issuers;              /* names */
	bool accepted;                   /* there is a grant for its present text */
};
struct harbor_box {
	/* on a policy, and on an organization with its best one */
	const struct policy_record *policy;
	struct line line;                /* of that policy */
	struct assessment_next next;
	struct str issuers, unconfirmed; /* unconfirmed: names that are linked without counting */
	struct str api_href, compare_href;
	/* on an organization */
	bool organization;
	int level;
	const struct line *others;
	size_t others_n;
	struct str security_txt, paste;  /* paths; "" none */
	struct str csrf;
	/* on a report, for its owner */
	bool report;
	struct str path;
	const struct harbor_offer *offers;
	size_t offers_n;
	const struct harbor_grant *grants;
	size_t grants_n;
	bool owner, coordinator;         /* of that report */
	const struct threat_line *threats; /* not settled */
	size_t threats_n;
};
/* NULL in *out where there is nothing to say. */
enum err_code harbor_box(struct request *rq, const struct disclosed *r, const struct harbor_box **out, struct err *e) must_use;
/* That of a report for a finder who is known in another way than by an account: d is asked as the finder, forms carry csrf and go to path + "/harbor" and
 * path + "/threatened". */
enum err_code harbor_box_of_finder(const struct disclosing *d, const struct disclosed *r, struct str csrf, struct str path, const struct harbor_box **out,
	struct err *e) must_use;
/* Answers with what opens that grant of a report; ERR_NOT_FOUND where d's viewer owns none of that id. */
enum err_code send_opening(struct response *rs, const struct disclosing *d, const struct disclosed *r, struct str id, struct err *e) must_use;

/* ---- directory.c ---- */

/* Names of those whose policy it is, with commas. */
struct str issuers_words(struct arena *a, const struct policy_record *p);

enum { DIRECTORY_MOST = 1000, DIRECTORY_PAGE = 50, COMPARE_MOST = 4 };
struct directory_query {
	struct str q, level, harbor, organization; /* level: the least, "3" */
};
struct directory_row {
	const struct policy_record *policy;
	struct line line;
	struct str issuers, acknowledge, publication, reward;
};
struct directory_page {
	struct directory_query query;
	const struct directory_row *rows;
	size_t n, total, all;            /* shown, that fit, of all */
	struct str next, previous;
	struct str api;
	bool narrowed;
};
route_fn show_directory, api_policies;

/* ---- compare.c ---- */

enum mark { MARK_NONE, MARK_YES, MARK_NO };
struct compare_cell {
	enum mark mark;
	struct str text;
	const struct str *items;
	size_t n;
};
struct compare_row {
	struct str group;                /* a heading before the row; "" none */
	struct str title;
	struct compare_cell cells[COMPARE_MOST];
};
struct compare_column {
	struct line line;
	struct str issuers, without;     /* address of the page without it */
	const struct policy_record *policy;
};
struct compare_page {
	struct compare_column columns[COMPARE_MOST];
	size_t n;
	const struct compare_row *rows;
	size_t rows_n;
	struct str api;
};
route_fn show_compare, api_compare;
/* "3 business days", "90 days", "24 hours", from an ISO 8601 duration; as it stands where it is none. days: "business", or anything else. */
struct str duration_words(struct arena *a, struct str duration, struct str days);

/* ---- grants.c ---- */

struct grant_page {
	const struct harbor_grant *grant;
	const char *signature_words;
	bool good;
	struct str id, day, policy_title, policy_href, issuers, hub_name, json_href, key_id, sha256, now_words;
	bool changed;
	int64_t revision;
	struct policy_assessment assessment;
	const struct shown_section *sections;
	size_t sections_n;
};
struct threat_line {
	struct line line;
	struct str when, text;
	bool settled;
};
struct threats_page {
	const struct threat_line *items;
	size_t n;
};
const struct threat_line *threat_lines(struct arena *a, const struct harbor_threat *threats, size_t n);
route_fn show_grant, show_grant_json, show_opening, api_grants, take_accept, take_threatened, take_settled, show_threats;

/* ---- well_known.c ---- */
route_fn show_security, show_organization_security, show_hub_document;

/* ---- paste.c ---- */
route_fn take_security_paste;
