/* act, acts, case open, case join, room */
#include "body.h"
#include "command.h"
#include "desk/api/room_json.h"
#include "hub/act.h"
#include "hub/case_open.h"
#include "hub/change.h"
#include "hub/message.h"
#include "hub/room.h"
#include "lib/calendar/zone.h"

/* ---- acts ---- */

static enum err_code run_acts(struct cli *c, struct err *e) {
	const struct acts *acts = c->hub->acts;
	struct str kind = c->arguments_n ? str_of(c->arguments[0]) : STR_EMPTY;
	const struct kind *k = kind.n ? kind_find(c->hub->kinds, kind) : NULL;
	if (kind.n && !k) return err_set(e, ERR_NOT_FOUND, "there is no kind \"%s\"; `polder kinds` lists them", c->arguments[0]);
	autobuf struct buf b = BUF(4 << 20);
	struct json_writer w = json_writer_pretty(&b);
	if (c->json) jw_array(&w);
	for (size_t i = 0; i < acts->n; i++) {
		const struct act *act = &acts->items[i];
		if (k && !act_fits(act, k)) continue;
		if (c->json) {
			act_json(&w, c->a, act);
			continue;
		}
		out_styled(c, BOLD, act->name);
		out_fmt("  %.*s\n", STR_ARG(act->title));
		out_wrapped(act->help, 4);
		struct str takes = STR_EMPTY;
		const struct json *properties = json_get_lit(act->schema_document, "properties"), *required = json_get_lit(act->schema_document, "required");
		for (size_t j = 0; j < json_count(properties); j++) {
			struct str name = json_member_at(properties, j)->name;
			bool must = false;
			for (size_t l = 0; l < json_count(required); l++) must |= str_eq(json_string(json_at(required, l)), name);
			takes = arena_fmt(c->a, "%.*s%s%s%.*s%s", STR_ARG(takes), takes.n ? " " : "", must ? "" : "[", STR_ARG(name), must ? "" : "]");
		}
		if (takes.n) out_wrapped(takes, 4);
	}
	if (!c->json) return ERR_OK;
	jw_array_end(&w);
	return out_json(&b, e);
}
const struct command command_acts = {
	.name = "acts", .arguments = "[KIND]", .summary = "what may be done to records beside their body and state",
	.text = "Acts keep what moves often: who takes part in a case, embargoes, statuses, tasks, decisions. `polder act` does one.",
	.example = "polder acts case --hub myhub", .least = 0, .most = 1, .needs_hub = true, .run = run_acts,
};

static enum err_code done(struct cli *c, const struct change_result *r, const char *words, struct err *e) {
	if (c->json) {
		autobuf struct buf b = BUF(1 << 16);
		struct json_writer w = json_writer_pretty(&b);
		jw_object(&w);
		jw_field_str(&w, S("id"), str_of(r->public_id));
		jw_field_str(&w, S("uid"), str_of(r->uid));
		jw_field_bool(&w, S("changed"), r->changed);
		jw_object_end(&w);
		return out_json(&b, e);
	}
	out_fmt("%s %s\n", r->public_id, words);
	return ERR_OK;
}

static enum err_code run_act(struct cli *c, struct err *e) {
	struct json_builder none = json_object_of(c->a);
	struct change change = {.op = CHANGE_ACT, .actor = cli_actor(c), .record = str_of(c->arguments[0]), .act = str_of(c->arguments[1]),
		.args = json_built(&none)};
	struct change_result result;
	enum err_code code = ERR_OK;
	if (cli_option(c, "set") || cli_option(c, "file")) code = body_from_user(c, NULL, &change.args, e);
	if (!code) code = change_apply(c->hub, c->db, &change, &result, e);
	return code ? code : done(c, &result, result.changed ? "done" : "is so already", e);
}
static const struct option act_options[] = {
	{"file", "FILE", "what the act needs, as JSON; - for standard input", false},
	{"set", "NAME=TEXT", "one of it, or NAME:=JSON for any value", true},
};
const struct command command_act = {
	.name = "act", .arguments = "ID ACT", .summary = "do something to a record beside its body and state",
	.text = "`polder acts` says what there is and what each needs.",
	.example = "polder act R-CASE-0001 task.add --set text=\"Call them\" --hub myhub",
	.options = act_options, .options_n = lengthof(act_options), .least = 2, .most = 2, .needs_hub = true, .run = run_act,
};

/* ---- cases ---- */

static enum err_code run_open(struct cli *c, struct err *e) {
	struct actor actor = cli_actor(c);
	struct change_result result;
	const char *title = cli_option(c, "title");
	enum err_code code = case_open(c->hub, c->db, &actor, str_of(c->arguments[0]), title ? str_of(title) : STR_EMPTY, &result, e);
	return code ? code : done(c, &result, result.changed ? "was opened" : "handles it already", e);
}
static const struct option open_options[] = {{"title", "TEXT", "one that gives nothing away", false}};
const struct command command_case_open = {
	.name = "case open", .arguments = "REPORT", .summary = "open a case from a report",
	.text = "The finder takes part under an alias, the embargo that they wish for is proposed in their name, and whoever has a part along the supply chain "
		"is proposed for you to ask in.",
	.example = "polder case open R-REPT-0001 --title \"Case of the open door\" --hub myhub", .options = open_options, .options_n = lengthof(open_options),
	.least = 1, .most = 1, .needs_hub = true, .run = run_open,
};

static enum err_code run_join(struct cli *c, struct err *e) {
	struct actor actor = cli_actor(c);
	struct disclosing d = cli_disclosing(c);
	struct disclosed r;
	struct change_result result;
	enum err_code code = disclose_record(&d, str_of(c->arguments[1]), &r, e);
	if (!code) code = case_join(c->hub, c->db, &actor, str_of(c->arguments[0]), r.line.uid, &result, e);
	return code ? code : done(c, &result, "has it", e);
}
const struct command command_case_join = {
	.name = "case join", .arguments = "REPORT CASE", .summary = "bring a second finder's report into a case",
	.example = "polder case join R-REPT-0002 R-CASE-0001 --hub myhub", .least = 2, .most = 2, .needs_hub = true, .run = run_join,
};

/* "2027-03-01 17:00 (Europe/Amsterdam)": the hour that was agreed, by the clocks that were meant. */
static struct str in_zone(struct arena *a, moment t, struct str zone) {
	const struct zone *z;
	char text[MOMENT_TEXT];
	if (!zone.n || !zone_open(a, zone, &z)) return moment_str(a, t);
	struct str at = moment_text(t + (moment)zone_offset_at(z, t / SECOND) * SECOND, text);
	return arena_fmt(a, "%.*s %.*s (%.*s)", STR_ARG(str_sub(at, 0, 10)), STR_ARG(str_sub(at, 11, 5)), STR_ARG(zone));
}

static void print_room(struct cli *c, const struct disclosed *r, const struct room *room) {
	out_styled(c, BOLD, r->line.headline);
	out_fmt("  %.*s, %.*s\nEmbargo: %.*s", STR_ARG(r->line.uid), STR_ARG(r->line.state->title), STR_ARG(room->embargo_name));
	if (room->until) out_fmt(" until %.*s", STR_ARG(in_zone(c->a, room->until, room->zone)));
	out(S("\n"));
	for (size_t i = 0; i < lengthof(room->facts); i++)
		if (room->facts[i].since) out_fmt("Known outside: %s%s\n", room->facts[i].name, room->facts[i].confirmed ? ", confirmed" : ", not confirmed");
	for (size_t i = 0; i < room->participants_n; i++) {
		const struct room_participant *p = &room->participants[i];
		out_fmt("  %-30.*s %-22.*s %-10.*s %-12.*s %s%.*s\n", STR_ARG(p->name), STR_ARG(p->part), STR_ARG(p->report_name), STR_ARG(p->consent),
			str_is(p->access, "in") ? "" : "access: ", STR_ARG(str_is(p->access, "in") ? S("") : p->access));
		if (p->asked && !p->answered) out(S("    has not answered\n"));
	}
	for (size_t i = 0; i < room->statuses_n; i++)
		out_fmt("  %.*s, says %.*s: %.*s\n", STR_ARG(room->statuses[i].system.headline), STR_ARG(room->statuses[i].party),
			STR_ARG(room->statuses[i].status.n ? room->statuses[i].status : S("has not answered")));
	out_fmt("%lld messages\n", (long long)room->messages);
}

static enum err_code run_room(struct cli *c, struct err *e) {
	struct disclosing d = cli_disclosing(c);
	struct disclosed r;
	struct room room;
	enum err_code code = disclose_record(&d, str_of(c->arguments[0]), &r, e);
	if (!code) code = disclose_room(&d, &r, &room, e);
	if (code) return code;
	if (!c->json) return print_room(c, &r, &room), ERR_OK;
	autobuf struct buf b = BUF(16 << 20);
	struct json_writer w = json_writer_pretty(&b);
	room_json(&w, &room);
	return out_json(&b, e);
}
const struct command command_room = {
	.name = "room", .arguments = "CASE", .summary = "how things stand in a case",
	.text = "Who takes part, the embargo, what is known outside, which systems are affected.",
	.example = "polder room R-CASE-0001 --hub myhub", .least = 1, .most = 1, .needs_hub = true, .run = run_room,
};
