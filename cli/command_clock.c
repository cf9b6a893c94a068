/* clocks, admin holidays */
#include "command.h"
#include "hub/clocks.h"
#include "hub/working_days.h"

static void print_clock(struct cli *c, const struct disclosed_clock *k) {
	char due[MOMENT_TEXT];
	struct str at = moment_text(k->due, due);
	out_styled(c, k->overdue ? RED : PLAIN, k->overdue ? S("overdue  ") : k->running ? S("runs     ") : arena_fmt(c->a, "%-9.*s", STR_ARG(k->state)));
	out_fmt("%.*s  %.*s", STR_ARG(at), STR_ARG(k->title));
	if (k->record.kind) out_fmt("  %.*s  %.*s", STR_ARG(k->record.uid), STR_ARG(k->record.headline));
	out(S("\n"));
}

static enum err_code run_clocks(struct cli *c, struct err *e) {
	struct disclosing d = cli_disclosing(c);
	struct disclosed r;
	struct disclosed_clock *clocks = NULL;
	size_t n = 0;
	bool one = c->arguments_n > 0;
	enum err_code code = one ? disclose_record(&d, str_of(c->arguments[0]), &r, e) : ERR_OK;
	if (!code) code = one ? disclose_clocks(&d, &r, &clocks, &n, e) : disclose_running(&d, cli_switch(c, "overdue") ? now() : 0, &clocks, &n, e);
	if (code) return code;
	autobuf struct buf b = BUF(4 << 20);
	struct json_writer w = json_writer_pretty(&b);
	if (c->json) jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		char text[MOMENT_TEXT];
		if (!c->json) {
			print_clock(c, &clocks[i]);
			continue;
		}
		jw_object(&w);
		jw_field_int(&w, S("id"), clocks[i].id);
		jw_field_str(&w, S("name"), clocks[i].name);
		jw_field_str(&w, S("state"), clocks[i].state);
		jw_field_bool(&w, S("overdue"), clocks[i].overdue);
		jw_field_str(&w, S("due"), moment_text(clocks[i].due, text));
		if (clocks[i].record.kind) jw_field_str(&w, S("record"), clocks[i].record.uid);
		jw_object_end(&w);
	}
	if (!c->json) return n ? ERR_OK : (out(S("No terms.\n")), ERR_OK);
	jw_array_end(&w);
	return out_json(&b, e);
}
static const struct option clocks_options[] = {{"overdue", NULL, "those alone whose end has passed", false}};
const struct command command_clocks = {
	.name = "clocks", .arguments = "[ID]", .summary = "terms: of a record, or all that run",
	.text = "The most urgent first. `polder act ID clock.extend` puts one off.",
	.example = "polder clocks --overdue --hub myhub", .options = clocks_options, .options_n = lengthof(clocks_options), .least = 0, .most = 1,
	.needs_hub = true, .run = run_clocks,
};

static enum err_code run_holidays(struct cli *c, struct err *e) {
	struct holiday *list;
	size_t n;
	const char *title = cli_option(c, "title"), *remove = cli_option(c, "remove");
	if (remove) return holiday_remove(c->hub, str_of(remove), e);
	if (c->arguments_n) return holiday_add(c->hub, str_of(c->arguments[0]), title ? str_of(title) : STR_EMPTY, e);
	enum err_code code = holiday_list(c->db, c->a, &list, &n, e);
	if (code) return code;
	autobuf struct buf b = BUF(1 << 20);
	struct json_writer w = json_writer_pretty(&b);
	if (c->json) jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		if (!c->json) {
			out_fmt("%.*s  %.*s\n", STR_ARG(list[i].day), STR_ARG(list[i].title));
			continue;
		}
		jw_object(&w);
		jw_field_str(&w, S("day"), list[i].day);
		jw_field_str(&w, S("title"), list[i].title);
		jw_object_end(&w);
	}
	if (!c->json) return ERR_OK;
	jw_array_end(&w);
	return out_json(&b, e);
}
static const struct option holidays_options[] = {
	{"title", "TEXT", "what the day is", false},
	{"remove", "DAY", "takes a day away", false},
};
const struct command command_admin_holidays = {
	.name = "admin holidays", .arguments = "[DAY]", .summary = "days on which nobody works",
	.text = "Without a day it lists them. Saturdays and Sundays need not be named. Terms that run already keep their end.",
	.example = "polder admin holidays 2026-12-25 --title Christmas --hub myhub", .options = holidays_options, .options_n = lengthof(holidays_options),
	.least = 0, .most = 1, .needs_hub = true, .run = run_holidays,
};
