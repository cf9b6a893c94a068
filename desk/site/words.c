#include "words.h"

#include "lib/json/json.h"

const struct words words = {
	.language = "en",
	.months = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
		"November", "December"},
	.thousands = ",",
	.bytes = {"B", "kB", "MB", "GB"},
	.yes = "Yes",
	.no = "No",
	.browse = "Browse",
	.uses = "Uses",
	.kinds = "Kinds",
	.about = "About",
	.search = "Search",
	.search_description = "Search incidents, flaw reports, advisories, systems, safeguards and uses of AI by words, phrases and facets.",
	.search_for = "Search: {1}",
	.history_of = "History of {1}",
	.what_concerns = "What was published or changed that concerns {1}",
	.feed_of = "Feed: {1}",
	.published = "Published",
	.created = "Created",
	.revised = "Revised",
	.moved = "Moved on",
	.withheld = "Withheld from view",
	.linked = "Link added",
	.unlinked = "Link removed",
	.commented = "Comment",
	.acted = "Something was done",
	.attached = "File attached",
	.revealed = "Shown with proof from when it was sealed",
	.added = "added",
	.removed = "removed",
	.changed = "changed",
	.file_not_found = "this record has no such file",
	.cite = "{1} ({2}). {3}, {4}. {5}",
	.amended = "Amended: {1}. {2}",
	.cite_no_date = "{1} ({2}). {3}. {5}",
	.audience_public = "everyone",
	.audience_parties = "parties to the record",
	.audience_owner = "its owner",
	.audience_coordinators = "coordinators",
	.audience_panel = "the panel",
	.audience_regulator = "the regulator",
	.audience_downstream = "downstream developers",
	.audience_sealed = "named recipients",
	.audience_invited = "those asked in",
	.audience_nobody = "nobody",
	.no_such_facet = "is no filter of {1}",
	.no_such_kind = "there is no kind \"{1}\"",
	.too_many_filters = "at most {1} filters at once",
	.no_such_page = "there is nothing at this address",
	.no_such_scheme = "there is no vocabulary of that name here",
	.home_description =
		"Incidents, flaw reports, advisories and safeguards of AI systems, tied together by one list of uses.",
	.year = "Year",
	.records = "Records",
	.other_kinds = "Other kinds",
	.by_year = "{1} by year",
	.by_kind_and_year = "Records by kind and year",
	.concerning_by_year = "What concerns {1}, by year",
	.chart_description = "{1} from {2} to {3}, most of them in {4}: {5}.",
	.chart_early = "{1} before {2} are in the table",
	.chart_undated = "{1} have no date",
	.affects = "Does it affect me?",
	.affects_description = "Advisories and incidents about the models, datasets and software that you use, and about what they are made from.",
	.affects_yes = "Affected",
	.affects_no = "Not affected",
	.affects_base = "{2} is made from it.",
	.affects_bases = "{2} is made from it, {3} steps up from {1}.",
	.statistics = "Statistics",
	.statistics_description = "Reports, terms, embargoes and disputes of this hub, in numbers.",
	.statistics_reports = "Reports",
	.statistics_cases = "Cases and embargoes",
	.statistics_terms = "Terms",
	.statistics_disputes = "Disputes",
	.statistics_longest = "From {1} to {2}, the longest time in {3}: {4} days.",
	.in_days = "{1}, in days",
	.type_text = "text",
	.type_choice = "one of a list",
	.type_url = "web address",
	.type_date = "date",
	.type_moment = "date and time",
	.type_list = "list",
	.type_list_of_groups = "rows",
	.type_group = "group",
	.type_boolean = "yes or no",
	.type_integer = "whole number",
	.type_number = "number",
	.policies = "Disclosure policies",
	.policies_description = "Who invites reports of flaws in AI systems, and how far they protect those who report.",
	.compare_policies = "Compare policies",
	.compare_protection = "Protection",
	.compare_clocks = "What happens by when",
	.compare_publication = "Publication",
	.compare_scope = "Scope",
	.compare_reporting = "Reporting",
	.grant_title = "Safe harbor grant",
	.no_such_grant = "there is no such grant here",
	.threats = "Finders who are threatened",
	.policy_same = "The policy reads today as it did then.",
	.policy_changed = "The policy was changed since. What was accepted stands below and is still binding for this report.",
	.policy_ended = "The policy is no longer in force. What was accepted stands below and is still binding for this report.",
	.policy_withdrawn = "The policy was withdrawn since. What was accepted stands below and is still binding for this report.",
	.policy_gone = "The policy is no longer public here. What was accepted stands below and is still binding for this report.",
	.log = "Log",
	.log_description = "The hub’s log: what it is, what it proves and what it does not, and where a receipt is checked.",
	.receipt_holds = "This receipt holds",
	.receipt_wrong = "This receipt does not hold",
	.hubs = "Other hubs",
	.hubs_description = "The other hubs that this one knows: who they are, by which keys, and since when.",
	.hub_listed = "Listed",
	.hub_changed = "Changed: name, address or prefix",
	.hub_rekeyed = "Another key",
	.hub_removed = "Listed no more",
	.hub_followed = "Its public records are copied here.",
	.hub_followed_at = "Its public records are copied here, last {1}.",
	.no_directory = "nothing is signed here yet",
	.said_duplicate_inverse = "There is another record of the same:",
	.receipts_of = "Your receipts: {1}",
	.reveal_of = "Reveal what was sealed: {1}",
	.log_of = "In the log: {1}",
	.stated_publish = "Published",
	.stated_amend = "Amended",
	.stated_withdraw = "Withdrawn",
	.stated_dispute = "Disputed",
	.stated_tombstone = "Erased",
	.stated_reveal = "Revealed",
	.stated_assert = "Asserted",
	.done_create = "Made the record",
	.done_revise = "Changed what it says",
	.done_move = "Moved it to another state",
	.done_link = "Linked it",
	.done_unlink = "Took a link away",
	.done_comment = "Wrote a message",
	.done_attach = "Added a file",
	.done_invite = "Invited somebody",
	.done_dismiss = "Dismissed somebody",
	.done_act = "Did something to it",
	.done_erase = "Erased it",
	.done_strike = "Erased fields of it",
	.done_reveal = "Revealed what was sealed",
	.sign_in_first = "Please sign in first",
	.needs_token = "this address wants a token of the API: Authorization: Bearer …",
	.bad_token = "the token is unknown, revoked or over",
	.wrong_scope = "the token was not made for this; make one with a further scope",
	.not_for_you = "your account may not do this here",
	.form_too_old = "this form is from another session; go back, load the page again and send it once more",
	.advice_401 = "Sign in, then try again.",
	.advice_403 = "Ask a coordinator of this hub if you think that you should be able to.",
	.advice_410 = "What it said is gone for good; that it was here stays known.",
	.advice_404 =
		"It may have been moved, withdrawn or never been here. An identifier such as CUE-0026 or AVID-2023-V001 can be "
		"typed into the search box.",
	.advice_400 = "Something in the address is not understood. Go back and try again, or search.",
	.advice_503 = "There are more requests than can be answered just now. Try again in a moment.",
	.advice_500 = "This is a fault of ours, and it has been noted. Try again later; what was saved is safe.",
	.advice_405 = "The address exists, but can't be used in this way.",
	.advice_other = "Go back and try again, or search.",
};

struct str words_with_(struct arena *a, const char *pattern, const struct str *values, size_t n) {
	autobuf struct buf out = BUF(16 << 10);
	for (const char *p = pattern; *p; p++) {
		bool place = p[0] == '{' && p[1] >= '1' && p[1] <= '9' && p[2] == '}';
		if (!place) {
			buf_add_char(&out, *p);
			continue;
		}
		size_t i = (size_t)(p[1] - '1');
		if (i < n) buf_add(&out, values[i]);
		p += 2;
	}
	return arena_str(a, buf_str(&out));
}

static bool digits(struct str s, size_t from, size_t n, int *out) {
	if (s.n < from + n) return false;
	*out = 0;
	for (size_t i = from; i < from + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9') return false;
		*out = *out * 10 + (s.p[i] - '0');
	}
	return true;
}

struct str date_words(struct arena *a, struct str date) {
	int year, month, day;
	if (!digits(date, 0, 4, &year)) return date;
	bool has_month = date.n >= 7 && date.p[4] == '-' && digits(date, 5, 2, &month) && month >= 1 && month <= 12;
	if (date.n == 4) return date;
	if (!has_month) return date;
	if (date.n == 7) return arena_fmt(a, "%s %d", words.months[month - 1], year);
	if (date.n < 10 || date.p[7] != '-' || !digits(date, 8, 2, &day)) return date;
	struct str text = arena_fmt(a, "%d %s %d", day, words.months[month - 1], year);
	if (date.n == 10) return text;
	/* A time of midnight is what collections write that only know the day. */
	int hour, minute;
	if (date.n < 16 || !digits(date, 11, 2, &hour) || !digits(date, 14, 2, &minute) || (!hour && !minute)) return text;
	bool utc = str_ends(date, S("Z")) || str_ends(date, S("+00:00"));
	struct str zone = utc ? S(" UTC") : STR_EMPTY;
	size_t sign = str_rfind_char(date, '+');
	if (!utc && sign != STR_NONE) zone = arena_cat(a, S(" UTC"), str_from(date, sign));
	return arena_fmt(a, "%.*s, %02d:%02d%.*s", STR_ARG(text), hour, minute, STR_ARG(zone));
}

struct str moment_words(struct arena *a, moment t) {
	char text[MOMENT_TEXT];
	return date_words(a, arena_str(a, moment_text(t, text)));
}

struct str day_words(struct arena *a, moment t) {
	char text[MOMENT_TEXT];
	return date_words(a, arena_str(a, str_sub(moment_text(t, text), 0, 10)));
}

struct str number_words(struct arena *a, int64_t n) {
	struct str plain = arena_fmt(a, "%lld", (long long)n);
	if (plain.n <= 4 || n < 0) return plain;
	autobuf struct buf out = BUF(64);
	for (size_t i = 0; i < plain.n; i++) {
		if (i && (plain.n - i) % 3 == 0) buf_add(&out, str_of(words.thousands));
		buf_add_char(&out, plain.p[i]);
	}
	return arena_str(a, buf_str(&out));
}

struct str size_words(struct arena *a, int64_t bytes) {
	double v = (double)bytes;
	size_t unit = 0;
	while (v >= 1000 && unit + 1 < lengthof(words.bytes)) {
		v /= 1000;
		unit++;
	}
	return arena_fmt(a, unit && v < 10 ? "%.1f %s" : "%.0f %s", v, words.bytes[unit]);
}

struct str value_words(struct arena *a, struct str value) {
	char *p = arena_alloc(a, value.n + 1);
	if (!p) return STR_EMPTY;
	for (size_t i = 0; i < value.n; i++) p[i] = value.p[i] == '-' || value.p[i] == '_' ? ' ' : value.p[i];
	if (value.n && p[0] >= 'a' && p[0] <= 'z') p[0] = (char)(p[0] - 'a' + 'A');
	return str_n(p, value.n);
}

struct str choice_words(struct arena *a, const struct json *choices, struct str value) {
	struct str told = json_get_str(choices, value);
	return told.n ? told : value_words(a, value);
}

struct named_words {
	const char *name, *const *words;
};

static struct str words_named(struct arena *a, const struct named_words *list, size_t n, struct str name) {
	for (size_t i = 0; i < n; i++)
		if (str_is(name, list[i].name)) return str_of(*list[i].words);
	return value_words(a, name);
}

struct str statement_words(struct arena *a, struct str type) {
	static const struct named_words list[] = {{"publish", &words.stated_publish}, {"amend", &words.stated_amend}, {"withdraw", &words.stated_withdraw},
		{"dispute", &words.stated_dispute}, {"tombstone", &words.stated_tombstone}, {"reveal", &words.stated_reveal}, {"assert", &words.stated_assert}};
	return words_named(a, list, lengthof(list), type);
}

struct str happened_words(struct arena *a, struct str type) {
	static const struct named_words list[] = {{"create", &words.done_create}, {"revise", &words.done_revise}, {"move", &words.done_move}, {"link", &words.done_link},
		{"unlink", &words.done_unlink}, {"comment", &words.done_comment}, {"attach", &words.done_attach}, {"invite", &words.done_invite},
		{"dismiss", &words.done_dismiss}, {"act", &words.done_act}, {"erase", &words.done_erase}, {"erase-field", &words.done_strike}, {"reveal", &words.done_reveal}};
	return words_named(a, list, lengthof(list), type);
}

struct str sentence_words(struct arena *a, struct str s) {
	if (!s.n) return s;
	char *p = arena_alloc(a, s.n + 2);
	if (!p) return STR_EMPTY;
	memcpy(p, s.p, s.n);
	if (p[0] >= 'a' && p[0] <= 'z') p[0] = (char)(p[0] - 'a' + 'A');
	size_t n = s.n;
	if (!strchr(".!?", p[n - 1])) p[n++] = '.';
	return str_n(p, n);
}
