/* The words of the forms, beside those of desk/site/words.h and as those: {1}, {2} … are values. */
#pragma once
#include "desk/site/words.h"

struct form_words {
	const char *this;              /* a place without a title */
	/* what is wrong with one answer; {1} title, {2} what was typed */
	const char *not_boolean, *not_number, *not_whole, *no_value, *not_day, *no_time, *not_time, *no_zone;
	const char *not_zone;          /* {1} what was typed */
	const char *too_many_lines;
	const char *unknown_place;     /* {1} name of the answer */
	const char *kept_damaged;      /* {1} title */
	const char *same_key;          /* {1} name that stands twice in a map */
	const char *no_key;
	/* what the schema says; {1} title, {2} {3} numbers or words */
	const char *missing, *too_long, *too_short, *too_many, *too_few, *too_small, *too_large, *not_of_list, *twice, *bad_date, *bad_when,
		*bad_moment, *bad_zone, *bad_language, *bad_url, *bad_web_address, *bad_email, *bad_form, *must_be, *not_taken, *one_of, *other;
	const char *more_errors;
	/* rows */
	const char *add;               /* {1} "a system" */
	const char *add_to;            /* {1} title */
	const char *row;               /* {1} title of one, {2} its number */
	/* who reads */
	const char *read_by;           /* {1} audiences */
	const char *not_public, *and_;
	const char *not_said;
	/* pages */
	const char *new_record, *new_title, *edit_title, *about_title, *other_kind; /* {1} kind, headline; {1} kind, {2} headline */
	const char *save, *save_changes, *drafts;
	const char *draft_saved;       /* {1} when */
	const char *kept_for_you, *other_session, *no_such_act, *may_not_edit;
	const char *merge_title, *merge_nothing;
	const char *redaction_title;   /* {1} headline */
	const char *level_full, *level_full_help;
	const char *one_entry, *entries; /* {1} how many */
	/* tools of a record */
	const char *done_saved, *done_moved, *done_acted, *done_linked, *done_unlinked, *done_commented, *done_attached, *done_invited, *done_dismissed,
		*done_accepted, *done_told, *done_settled, *done_drafted, *done_struck;
	const char *no_file_chosen, *no_field_chosen, *find_nothing, *any_kind, *no_such_party;
};
extern const struct form_words form_words;
