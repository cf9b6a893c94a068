/* The words that C puts before a reader, in one place, so that a translation is a second table. What stands around
 * values on a page stands in the templates.
 *
 * Where a member holds {1}, {2} …, words_with puts values in their place, in whatever order a language wants; what they
 * are is told beside it. */
#pragma once
#include "base/base.h"

struct json;
struct words {
	const char *language;      /* that all this is in */
	/* dates and numbers */
	const char *months[12];
	const char *thousands;     /* what stands between three digits */
	const char *bytes[4];      /* "B", "kB" … */
	/* values */
	const char *yes, *no;
	/* pages */
	const char *browse, *uses, *kinds, *about, *search;
	const char *search_description;
	const char *search_for;    /* {1} query */
	const char *history_of;    /* {1} title of a record */
	const char *what_concerns; /* {1} title of a record */
	const char *feed_of;       /* {1} title of a page */
	/* events of a timeline */
	const char *published, *created, *revised, *moved, *withheld, *linked, *unlinked, *commented, *acted, *attached, *revealed;
	/* differences */
	const char *added, *removed, *changed;
	/* record */
	const char *file_not_found;
	const char *cite;          /* {1} title, {2} identifier, {3} hub, {4} date, {5} address */
	const char *amended;       /* {1} why, {2} summary */
	const char *cite_no_date;  /* the same without {4} */
	/* who may read a field */
	const char *audience_public, *audience_parties, *audience_owner, *audience_coordinators, *audience_panel,
		*audience_regulator, *audience_downstream, *audience_sealed, *audience_invited, *audience_nobody;
	/* the home page */
	const char *home_description;
	/* charts */
	const char *year, *records, *other_kinds;
	const char *by_year;            /* {1} what is counted: "Incidents by year" */
	const char *by_kind_and_year;
	const char *concerning_by_year; /* {1} title of a record */
	const char *chart_description;  /* {1} how many, {2} first and {3} last year, {4} the year with most, {5} how many in it */
	const char *chart_early;        /* {1} how many are not drawn, {2} first year that is */
	const char *chart_undated;      /* {1} how many have no date */
	/* affects */
	const char *affects, *affects_description, *affects_yes, *affects_no;
	const char *affects_base, *affects_bases; /* {1} what was named is made from it, {2} by way of, {3} steps */
	/* statistics */
	const char *statistics, *statistics_description;
	const char *statistics_reports, *statistics_cases, *statistics_terms, *statistics_disputes; /* headings */
	const char *statistics_longest; /* {1} first and {2} last quarter, {3} the quarter with the longest time, {4} days */
	const char *in_days;            /* {1} title of a chart of times */
	/* forms of a field */
	const char *type_text, *type_choice, *type_url, *type_date, *type_moment, *type_list, *type_list_of_groups,
		*type_group, *type_boolean, *type_integer, *type_number;
	/* refusals */
	const char *no_such_facet;      /* {1} kinds */
	const char *no_such_kind;       /* {1} what was given */
	const char *too_many_filters;   /* {1} how many there may be */
	const char *no_such_page, *no_such_scheme;
	/* policies and safe harbor */
	const char *policies, *policies_description, *compare_policies;
	const char *compare_protection, *compare_clocks, *compare_publication, *compare_scope, *compare_reporting;
	const char *grant_title, *no_such_grant, *threats;
	const char *policy_same, *policy_changed, *policy_ended, *policy_withdrawn, *policy_gone; /* since a grant */
	/* the log */
	const char *log, *log_description, *receipt_holds, *receipt_wrong;
	const char *hubs, *hubs_description, *hub_listed, *hub_changed, *hub_rekeyed, *hub_removed, *hub_followed, *no_directory;
	const char *hub_followed_at; /* {1} when */
	/* what others say of a record */
	const char *said_duplicate_inverse;
	const char *receipts_of, *log_of, *reveal_of; /* {1} title of a record */
	const char *stated_publish, *stated_amend, *stated_withdraw, *stated_dispute, *stated_tombstone, *stated_reveal, *stated_assert;
	const char *done_create, *done_revise, *done_move, *done_link, *done_unlink, *done_comment, *done_attach, *done_invite, *done_dismiss, *done_act, *done_erase, *done_strike, *done_reveal;
	/* accounts */
	const char *sign_in_first, *needs_token, *bad_token, *wrong_scope, *not_for_you, *form_too_old;
	/* what to do after an error, by status */
	const char *advice_401, *advice_403, *advice_404, *advice_410, *advice_400, *advice_503, *advice_500, *advice_405, *advice_other;
};
extern const struct words words;

/* A pattern with its values in place; at most 9. */
struct str words_with_(struct arena *a, const char *pattern, const struct str *values, size_t n);
#define words_with(a, pattern, ...) \
	words_with_((a), (pattern), (const struct str[]){__VA_ARGS__}, lengthof(((const struct str[]){__VA_ARGS__})))

/* "4 March 2023", "March 2023" or "2023" from a partial date, or a date with a time; what is none is given as it is. */
struct str date_words(struct arena *a, struct str date);
/* "4 March 2023, 14:05 UTC" */
struct str moment_words(struct arena *a, moment t);
/* The day alone, from a moment. */
struct str day_words(struct arena *a, moment t);
/* "12,345" */
struct str number_words(struct arena *a, int64_t n);
/* "1.4 MB" */
struct str size_words(struct arena *a, int64_t bytes);
/* A value of an enumeration as people read it: "policy-change" is "Policy change". */
struct str value_words(struct arena *a, struct str value);
/* The same where the schema of its place has words for it ("x-choices", which may be NULL). */
struct str choice_words(struct arena *a, const struct json *choices, struct str value);
/* Messages begin small, as a part of a sentence; a page shows a sentence. */
struct str sentence_words(struct arena *a, struct str message);
/* What an entry of the log says, by its type: "publish" is "Published"; and what somebody did, by the event's: "create" is "Made the record". */
struct str statement_words(struct arena *a, struct str type);
struct str happened_words(struct arena *a, struct str type);
/* The name of a member that has no title: "external_id" is "External id". */
static inline struct str name_words(struct arena *a, struct str name) {
	return value_words(a, name);
}
