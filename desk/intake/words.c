#include "pages.h"

const struct intake_words intake_words = {
	.start = "Report a flaw or harm",
	.form = {"", "Report by name", "Report by pseudonym", "Report anonymously"},
	.lede = {"",
		"Your account is named as the finder to the coordinators. Answer three questions first; then only what they make relevant is asked.",
		"You are known by the name that you choose. No account and no address is kept. Answer three questions first; then only what they make relevant is asked.",
		"Nothing that you don't write yourself tells who you are. Answer three questions first; then only what they make relevant is asked."},
	.about = {"", "How you are reached", "How you are known and reached", "Your wishes"},
	.review = "Check and send",
	.sent = "Your report has arrived",
	.receipt = "Come back to a report",
	.follow = "Your report",
	.change = "Change what you wrote",
	.draft_kept = "What you typed is kept.",
	.draft_gone = "The draft was thrown away.",
	.not_kept = "Not kept on the hub yet.",
	.conflict = "The report was changed at the same moment. What you typed stands below; look at it once more and save again.",
	.too_many_systems = "A report names at most 100 systems; the list below holds more.",
	.pseudonym_missing = "Choose the name that you want to be known by.",
	.confirm = "Say that you have told what you know, in good faith.",
	.you = "You",
	.hub = "Coordinators",
	.sent_event = "You sent the report",
	.withdrawn_event = "You took the report back",
	.file_event = "File added: {1}",
	.done_message = "Your message has arrived.",
	.done_files = "The files have arrived.",
	.done_withdrawn = "The report is withdrawn.",
	.done_changed = "Your changes are saved.",
	.done_accepted = "Accepted. What you can show stands under “Safe harbor”.",
	.done_answered = "Your answer is noted; all who take part see it.",
	.done_told = "The coordinators were told.",
	.dispute = "A dispute about your report",
	.done_claimed = "The report now belongs to your account, too.",
	.anonymous_help = "You report anonymously: nothing here is asked that names you or tells how to reach you. The receipt is how you hear from us.",
	.pseudonym_help = "You report by pseudonym. Only coordinators see what you write here; your receipt works whether or not you give an address.",
	.business_days = "within {1} business days",
	.days = "within {1} days",
	.no_file = "choose a file first",
	.not_sent = "no report was sent with this code yet",
	.no_receipt = "you have not entered a receipt code in this browser, or it was half an hour ago; enter it again",
};

/* By the names of the report's states; a kind of a hub's own may have others, which speak for themselves. */
static const struct {
	const char *state;
	struct intake_step step;
} steps[] = {
	{"draft", {"Not sent yet", "Nobody has seen this report yet.", "Send it when it is ready."}},
	{"received", {"It has arrived", "Your report is stored and waits for a coordinator to read it.", "A coordinator reads it and tells you so here."}},
	{"acknowledged", {"A coordinator has it", "Somebody has read your report and is finding out whether it holds.", "You are told what was found, and asked where something is unclear."}},
	{"valid", {"Found to hold", "The coordinators could confirm what you told.", "They decide whether it is worked on now, and with whom."}},
	{"accepted", {"Being worked on", "Those who can repair it are being told and work on it.", "You hear when there is an answer, a repair or a day of publication."}},
	{"deferred", {"Put off", "It holds, and is not worked on for now.", "It is looked at again; say so here if it gets worse."}},
	{"invalid", {"Not found to hold", "With what is known so far it could not be confirmed as a flaw.", "Read the reason below. If something is missing, add it: it can be taken up again."}},
	{"closed", {"Closed", "Nothing more is being done with it.", "Read the reason below. You may still write to the coordinators."}},
	{"withdrawn", {"Withdrawn", "You have taken it back.", "Nothing more happens with it. You may still write to the coordinators."}},
	{"published", {"Public", "The public part can be read by anyone; who you are and how it is done stay closed.", "Nothing more is needed from you."}},
	{"retracted", {"Retracted", "It was published and is no longer held to be true; the reason stays with it.", "You may still write to the coordinators."}},
};

const struct intake_step *intake_step_of(const struct kind_state *state) {
	static const struct intake_step other = {"In progress", "", ""};
	for (size_t i = 0; state && i < lengthof(steps); i++)
		if (str_is(state->name, steps[i].state)) return &steps[i].step;
	return &other;
}
