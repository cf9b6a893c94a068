#include "routes.h"

#include "pages.h"

enum { ID = 300, KIND = 60, REASON = 4000 };
#define ID_PATH {"id", PARAM_PATH, .length = ID, .help = "number, uid or another name of the record"}
#define ACT_PATH {"act", PARAM_PATH, .length = KIND, .help = "an act's name"}
#define ACT_ARGUMENTS(where) {"for", where, .length = KIND}, {"subject", where, .length = ID}, {"system", where, .length = KIND}, \
	{"fact", where, .length = KIND}, {"move", where, .length = KIND}, {"step", where, .length = KIND}, {"task", where, .length = KIND}, {"clock", where, .length = KIND}, \
	{"part", where, .length = KIND}, {"status", where, .length = KIND}, {"reason", where, .length = ID}, \
	{"name", where, .length = KIND}, {"stage", where, .length = KIND}, {"decision", where, .length = KIND}, {"objection", where, .length = KIND}
#define KIND_PATH {"kind", PARAM_PATH, .length = KIND, .help = "a kind's name"}
#define CSRF {"csrf", PARAM_FORM, .length = 100, .help = "the form's proof"}
#define KEPT {"kept", .length = FORM_KEY, .help = "key of what was typed before signing in again"}
#define ABOUT {"about", .length = ID, .help = "the record that it is about"}
#define FRESH {"fresh", .type = PARAM_BOOL, .help = "not from the draft"}

/* The long forms are taken from anybody and look for themselves who it is: somebody whose session ended while typing must not lose
 * what was typed. */
#define LONG_FORM(path, fn, id, words, ...) \
	{path, fn, ROUTE_PUBLIC, HTTP_POST, CSRF_ORIGIN, .name = id, .flags = ROUTE_FORM, .gives = GIVES_HTML | GIVES_REDIRECT, .body_max = FORM_BODY, \
		.help = words, .params = PARAMS(__VA_ARGS__)}
#define ACTION(path, fn, id, words, ...) \
	{path, fn, MAY_SIGNED_IN, HTTP_POST, CSRF_TOKEN, .name = id, .gives = GIVES_REDIRECT, .body_max = 64 << 10, .help = words, \
		.params = PARAMS(CSRF, __VA_ARGS__)}

const struct route form_routes[] = {
	{"/new", show_new, MAY_CONTRIBUTE, .name = "new", .gives = GIVES_HTML, .help = "The kinds of records that one may write."},
	{"/new/{kind}", show_new_kind, MAY_CONTRIBUTE, .name = "new-kind", .gives = GIVES_HTML, .help = "The form for a new record.",
		.params = PARAMS(KIND_PATH, KEPT, FRESH, ABOUT)},
	LONG_FORM("/new/{kind}", take_new_kind, "new-kind-send", "Makes a record, or shows the form again.", KIND_PATH, ABOUT),
	{"/r/{id}/edit", show_edit, MAY_SIGNED_IN, .name = "edit", .gives = GIVES_HTML, .help = "The form of a record.",
		.params = PARAMS(ID_PATH, KEPT, FRESH)},
	LONG_FORM("/r/{id}/edit", take_edit, "edit-send", "Changes a record, or shows the form again.", ID_PATH),
	{"/r/{id}/redaction", show_redaction, MAY_SIGNED_IN, .name = "redaction", .gives = GIVES_HTML,
		.help = "Who reads which field of a record, and the record as they will read it.",
		.params = PARAMS(ID_PATH, {"as", .help = "an audience"}, {"parts", .type = PARAM_BOOL, .help = "parts of fields too"},
			{"saved", .type = PARAM_BOOL, .help = "it was just saved"})},
	{"/r/{id}/redaction", take_redaction, MAY_SIGNED_IN, HTTP_POST, CSRF_TOKEN, .name = "redaction-send", .flags = ROUTE_FORM,
		.gives = GIVES_HTML | GIVES_REDIRECT, .body_max = 1 << 20, .help = "Sets that, or shows what it would be.", .params = PARAMS(ID_PATH, CSRF)},
	ACTION("/r/{id}/draft", take_draft, "record-draft", "Drafts an advisory or a lesson from a case.", ID_PATH,
		{"what", PARAM_FORM, PARAM_ENUM, .choices = CHOICES("advisory", "lesson"), .required = true}),
	{"/r/{id}/act/{act}", show_act, MAY_SIGNED_IN, .name = "act-form", .gives = GIVES_HTML, .help = "The form of something that is done to a record.",
		.params = PARAMS(ID_PATH, ACT_PATH, ACT_ARGUMENTS(PARAM_QUERY))},
	{"/r/{id}/act/{act}", take_act, MAY_SIGNED_IN, HTTP_POST, CSRF_ORIGIN, .name = "act-send", .flags = ROUTE_FORM, .gives = GIVES_HTML | GIVES_REDIRECT,
		.body_max = FORM_BODY, .help = "Does it, or shows the form again.", .params = PARAMS(ID_PATH, ACT_PATH)},
	{"/cue/proposals", show_proposals, ROUTE_PUBLIC, .name = "proposals", .gives = GIVES_HTML, .flags = ROUTE_CACHEABLE,
		.help = "Proposals for the vocabulary."},
	{"/drafts", show_drafts, MAY_SIGNED_IN, .name = "drafts", .gives = GIVES_HTML, .help = "One's own drafts."},
	ACTION("/drafts", take_drafts, "drafts-send", "Throws a draft away.", {"name", PARAM_FORM, .length = 300, .required = true}),
	ACTION("/r/{id}/move", take_move, "record-move", "A move of the lifecycle.", ID_PATH, {"move", PARAM_FORM, .required = true},
		{"reason", PARAM_FORM, PARAM_TEXT, .length = REASON}),
	ACTION("/r/{id}/invite", take_invite, "record-invite", "Makes somebody a party to a record.", ID_PATH,
		{"subject", PARAM_FORM, .length = ID, .required = true, .help = "a person's uid, login name or address; an organization's name"},
		{"role", PARAM_FORM, PARAM_ENUM, .choices = CHOICES("party", "owner"), .otherwise = "party"}),
	ACTION("/r/{id}/dismiss", take_dismiss, "record-dismiss", "Takes that away.", ID_PATH, {"subject", PARAM_FORM, .length = ID, .required = true}),
	{"/r/{id}/link", show_link, MAY_SIGNED_IN, .name = "record-link-find", .gives = GIVES_HTML, .help = "Looks for the other end of a link.",
		.params = PARAMS(ID_PATH, {"rel", .required = true, .help = "relation"}, {"q", .length = ID, .help = "words or a name"})},
	ACTION("/r/{id}/link", take_link, "record-link", "Links a record to another.", ID_PATH, {"rel", PARAM_FORM, .required = true},
		{"target", PARAM_FORM, .length = ID, .required = true}),
	ACTION("/r/{id}/unlink", take_unlink, "record-unlink", "Takes a link away.", ID_PATH, {"rel", PARAM_FORM, .required = true},
		{"target", PARAM_FORM, .length = ID, .required = true}),
	ACTION("/r/{id}/comment", take_comment, "record-comment", "Adds a comment to the timeline.", ID_PATH,
		{"text", PARAM_FORM, PARAM_TEXT, .length = REASON, .required = true}, {"audience", PARAM_FORM, PARAM_ENUM,
			.choices = CHOICES("coordinators", "parties", "public"), .otherwise = "coordinators"}),
	ACTION("/r/{id}/erase", take_erase, "record-erase", "Takes away for good what a record says.", ID_PATH,
		{"reason", PARAM_FORM, PARAM_TEXT, .length = REASON, .required = true}, {"basis", PARAM_FORM, .length = ID},
		{"what", PARAM_FORM, PARAM_ENUM, .choices = CHOICES("all", "fields"), .otherwise = "all"},
		{"field", PARAM_FORM, .length = ID, .repeat = true, .help = "these fields alone"},
		{"sure", PARAM_FORM, PARAM_ENUM, .choices = CHOICES("yes"), .required = true}),
	{"/r/{id}/attach", take_attach, MAY_SIGNED_IN, HTTP_POST, CSRF_TOKEN, .name = "record-attach", .flags = ROUTE_FORM, .gives = GIVES_REDIRECT,
		.body_max = FORM_FILES, .help = "Adds a file.", .params = PARAMS(ID_PATH, CSRF)},
	ROUTE_END
};

enum err_code forms_begin(struct arena *a, struct desk_app *app, struct err *e) {
	struct plans *plans;
	enum err_code code = plans_new(a, app->hub->kinds, &plans, e);
	if (!code) code = plans_add_acts(a, plans, app->hub->acts, e);
	if (!code) app->plans = plans;
	return code;
}
