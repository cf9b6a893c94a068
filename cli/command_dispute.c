/* admin seats: who may sit on panels, as the operator */
#include "command.h"
#include "hub/dispute.h"

enum { SEATS_OUT = 4 << 20 };

static enum err_code list_seats(struct cli *c, struct err *e) {
	struct seat *seats;
	size_t n;
	enum err_code code = seat_list(c->db, c->a, &seats, &n, e);
	if (code) return code;
	if (!c->json) {
		for (size_t i = 0; i < n; i++)
			out_fmt("%-14.*s  %-22.*s  %.*s%s\n", STR_ARG(seats[i].account), STR_ARG(seats[i].sector), STR_ARG(seats[i].name),
				seats[i].sitting ? "  sits on a panel" : "");
		if (!n) out_fmt("Nobody has a seat; give one with `polder admin seats LOGIN --sector academia`.\n");
		return ERR_OK;
	}
	autobuf struct buf b = BUF(SEATS_OUT);
	struct json_writer w = json_writer_pretty(&b);
	char text[MOMENT_TEXT];
	jw_object(&w);
	jw_name(&w, S("seats"));
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		jw_object(&w);
		jw_field_str(&w, S("account"), seats[i].account);
		jw_field_str(&w, S("name"), seats[i].name);
		jw_field_str(&w, S("sector"), seats[i].sector);
		jw_field_str(&w, S("since"), moment_text(seats[i].since, text));
		if (seats[i].until) jw_field_str(&w, S("until"), moment_text(seats[i].until, text));
		jw_field_int(&w, S("sitting"), seats[i].sitting);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	return out_json(&b, e);
}

static enum err_code run_seats(struct cli *c, struct err *e) {
	const char *sector = cli_option(c, "sector"), *last = cli_option(c, "until");
	bool take = cli_switch(c, "take");
	moment until = 0;
	if (!str_eq(c->viewer.name, viewer_operator.name)) return err_set(e, ERR_FORBIDDEN, "seats are given as the operator; leave --as out");
	if (!c->arguments_n) return sector || last || take ? err_set(e, ERR_USAGE, "whose seat? polder admin seats LOGIN") : list_seats(c, e);
	struct str login = str_of(c->arguments[0]);
	if (take == (sector != NULL)) return err_set(e, ERR_USAGE, "say either --sector or --take");
	/* The day that is named is the last. */
	if (last && !moment_parse(arena_fmt(c->a, "%sT00:00:00Z", last), &until)) return err_set(e, ERR_USAGE, "--until: expected a day such as 2027-12-31");
	if (last) until += DAY;
	enum err_code code = take ? seat_take(c->hub, c->db, viewer_operator.name, true, login, e) :
		seat_set(c->hub, c->db, viewer_operator.name, true, login, str_of(sector), until, e);
	return code ? code : list_seats(c, e);
}
static const struct option seats_options[] = {
	{"sector", "SECTOR", "give a seat: academia, civil-society, industry, government, affected-communities or other", false},
	{"until", "DAY", "its last day; without end", false},
	{"take", NULL, "take the seat away; panels that the person sits on stay as they are", false},
};
const struct command command_admin_seats = {
	.name = "admin seats", .arguments = "[LOGIN]", .summary = "list, give and take seats on the panels that rule on disputes",
	.text = "Panels are drawn by lot among the seats, so many of a sector, passing over whoever has a part in the matter. A seat is for an account with the "
			"role adjudicator. [panel] in polder.conf says how many sit on one.",
	.example = "polder admin seats --hub myhub", .options = seats_options, .options_n = lengthof(seats_options), .most = 1, .needs_hub = true,
	.run = run_seats,
};
