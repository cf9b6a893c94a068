/* clocks, admin holidays, statistics */
#include "command.h"
#include "hub/clocks.h"
#include "hub/statistics.h"
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
	if (!code) code = one ? disclose_clocks(&d, &r, &clocks, &n, e) : disclose_running(&d, &(struct running_request){.overdue = cli_switch(c, "overdue")}, &clocks, &n, e);
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
		jw_field_str(&w, S("basis"), clocks[i].basis);
		jw_field_int(&w, S("rung"), clocks[i].rung);
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
	const char *from = cli_option(c, "import");
	if (remove) return holiday_remove(c->hub, str_of(remove), e);
	if (from) {
		struct str csv;
		enum err_code read = file_read(c->a, from, 4 << 20, &csv, e);
		if (!read) read = holiday_import(c->hub, csv, &n, e);
		if (!read) out_fmt("%zu holidays.\n", n);
		return read ? err_prefix(e, "%s", from), read : ERR_OK;
	}
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
	{"import", "FILE", "days from comma-separated values with the columns day and title", false},
};
const struct command command_admin_holidays = {
	.name = "admin holidays", .arguments = "[DAY]", .summary = "days on which nobody works",
	.text = "Without a day it lists them. Saturdays and Sundays need not be named. Terms that run already keep their end.",
	.example = "polder admin holidays 2026-12-25 --title Christmas --hub myhub", .options = holidays_options, .options_n = lengthof(holidays_options),
	.least = 0, .most = 1, .needs_hub = true, .run = run_holidays,
};

/* ---- statistics ---- */

static void print_statistics(struct cli *c, const struct statistics_table *t) {
	size_t most = t->label.n;
	for (size_t r = 0; r < t->rows_n; r++)
		if (t->rows[r].title.n > most) most = t->rows[r].title.n;
	out_styled(c, BOLD, t->title);
	out_fmt("\n  %-*.*s", (int)most, STR_ARG(t->label));
	for (size_t i = 0; i < t->columns_n; i++) out_fmt("  %.*s", STR_ARG(t->columns[i].title));
	out(S("\n"));
	for (size_t r = 0; r < t->rows_n; r++) {
		out_fmt("  %-*.*s", (int)most, STR_ARG(t->rows[r].title));
		for (size_t i = 0; i < t->columns_n; i++) {
			struct str words = statistics_words(c->a, t->columns[i].unit, t->rows[r].values[i]);
			int width = (int)t->columns[i].title.n, shown = str_is(words, "–") ? 1 : (int)words.n;
			out_fmt("  %*s%.*s", width > shown ? width - shown : 0, "", STR_ARG(words));
		}
		out(S("\n"));
	}
	out(S("\n"));
}

static enum err_code run_statistics(struct cli *c, struct err *e) {
	struct disclosing d = cli_disclosing(c);
	struct statistics s;
	char text[MOMENT_TEXT];
	const char *table = c->arguments_n ? c->arguments[0] : "";
	enum err_code code = cli_switch(c, "now") ? statistics_renew(c->hub, &d, NULL, e) : ERR_OK;
	if (!code) code = disclose_statistics_table(&d, str_of(table), &s, e);
	if (code) return code;
	autobuf struct buf b = BUF(16 << 20);
	if (c->json) {
		struct json_writer w = json_writer_pretty(&b);
		statistics_json(&w, &s);
		return out_json(&b, e);
	}
	if (cli_switch(c, "csv")) {
		if (table[0]) statistics_csv(&b, s.tables);
		else statistics_csv_all(&b, &s);
		if (b.failed) return err_set(e, ERR_TOO_LARGE, "the statistics are too large");
		fwrite(b.p, 1, b.n, stdout);
		return ERR_OK;
	}
	size_t told = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.tables[i].rows_n) print_statistics(c, &s.tables[i]);
		told += s.tables[i].rows_n;
	}
	if (!s.as_of) out(S("They were not worked out yet; --now does it.\n"));
	else if (!told) out_fmt("Of nothing there are five yet. As of %.*s.\n", STR_ARG(moment_text(s.as_of, text)));
	else out_fmt("As of %.*s, in fives; –: fewer than five.\n", STR_ARG(moment_text(s.as_of, text)));
	return ERR_OK;
}
static const struct option statistics_options[] = {
	{"now", NULL, "works them out first, as things stand now: for the operator and coordinators", false},
	{"csv", NULL, "prints them as CSV: a table, or a row for each value of all", false},
};
const struct command command_statistics = {
	.name = "statistics", .arguments = "[TABLE]", .summary = "what the disclosure desk does, in numbers",
	.text = "As anyone may see them: counts in fives, none of fewer, over all reports and over cases that no embargo holds. The server works them out once a day, as things stood at 03:00 UTC.",
	.example = "polder statistics reports-by-type --csv --hub myhub", .options = statistics_options, .options_n = lengthof(statistics_options), .least = 0, .most = 1,
	.needs_hub = true, .run = run_statistics,
};
