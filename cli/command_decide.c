/* tables, decide */
#include "command.h"
#include "desk/api/table_json.h"
#include "hub/change.h"

enum { JSON_OUT = 8 << 20 };

static enum err_code find(struct cli *c, const char *name, const struct decide_table **out, struct err *e) {
	*out = table_find(c->hub->tables, str_of(name));
	return *out ? ERR_OK : err_set(e, ERR_NOT_FOUND, "there is no table \"%s\"; `polder tables` lists them", name);
}

/* ---- tables ---- */

static void show_values(const struct cli *c, const struct decide_point *p) {
	printf("\n");
	out_styled(c, CYAN, p->title);
	out_fmt(" (%.*s, %.*s)\n", STR_ARG(p->name), STR_ARG(p->key));
	out_wrapped(p->description, 2);
	if (p->table.n) out_fmt("  Worked out by the table %.*s.\n", STR_ARG(p->table));
	for (size_t i = 0; i < p->n; i++) {
		const struct decide_value *v = &p->values[i];
		printf("  ");
		out_styled(c, BOLD, v->name);
		out_fmt(" (%.*s)\n", STR_ARG(v->key));
		out_wrapped(v->description, 6);
		if (v->follows.n) out_wrapped(v->follows, 6);
	}
}

static void show_monotony(const struct cli *c, const struct decide_table *t) {
	struct decide_monotony m;
	decide_monotone(t, &m);
	printf("\n");
	if (!m.falls) out_fmt("More never leads to less, in all %zu neighbouring pairs of combinations.\n", m.pairs);
	else out_fmt("More leads to less in %zu of %zu neighbouring pairs; in %zu of them the table does not say so itself:\n", m.falls, m.pairs, m.undeclared);
	for (size_t i = 0; i < m.first_n; i++) {
		const struct decide_fall *f = &m.first[i];
		out_fmt("  %.*s, at %.*s%s\n", STR_ARG(t->points[f->point].name), STR_ARG(decide_vector(c->a, t, &f->from)), f->declared ? " (declared)" : "");
	}
}

static void show_table(const struct cli *c, const struct decide_table *t) {
	out_styled(c, BOLD, t->title);
	out_fmt("\n%.*s %.*s, %zu combinations, %zu rules\n", STR_ARG(t->name), STR_ARG(t->version), t->combinations, t->rules_n);
	out_wrapped(t->description, 0);
	if (t->source.n) out_fmt("Source: %.*s\n", STR_ARG(t->source));
	for (size_t i = 0; i < t->points_n; i++) show_values(c, &t->points[i]);
	show_values(c, &t->outcome);
	show_monotony(c, t);
}

static enum err_code tell_table(const struct cli *c, const struct decide_table *t, struct err *e) {
	if (!c->json) {
		show_table(c, t);
		return ERR_OK;
	}
	autobuf struct buf b = BUF(JSON_OUT);
	struct json_writer w = json_writer_pretty(&b);
	table_json(&w, c->hub, t, true);
	return out_json(&b, e);
}

static enum err_code check_file(struct cli *c, const char *path, struct err *e) {
	struct str text;
	const struct decide_table *t = NULL;
	struct decide_monotony m;
	enum err_code code = file_read(c->a, path, DECIDE_BYTES, &text, e);
	if (!code) code = decide_load(c->a, text, &t, e);
	if (code) {
		char where[sizeof e->where];
		memcpy(where, e->where, sizeof where);
		err_prefix(e, "%s%s%s", path, where[0] ? ", " : "", where);
		e->where[0] = 0;
		return code;
	}
	decide_monotone(t, &m);
	c->exit_status = m.undeclared ? 1 : 0;
	return tell_table(c, t, e);
}

static enum err_code list_tables(struct cli *c, struct err *e) {
	struct tables *all = c->hub->tables;
	if (!c->json) {
		for (size_t i = 0; i < tables_n(all); i++) {
			const struct decide_table *t = tables_at(all, i);
			out_fmt("%-22.*s %-8.*s %.*s\n", STR_ARG(t->name), STR_ARG(t->version), STR_ARG(t->title));
		}
		return ERR_OK;
	}
	autobuf struct buf b = BUF(JSON_OUT);
	struct json_writer w = json_writer_pretty(&b);
	jw_object(&w);
	jw_name(&w, S("items"));
	jw_array(&w);
	for (size_t i = 0; i < tables_n(all); i++) table_json(&w, c->hub, tables_at(all, i), false);
	jw_array_end(&w);
	jw_object_end(&w);
	return out_json(&b, e);
}

static enum err_code run_tables(struct cli *c, struct err *e) {
	const char *file = cli_option(c, "check");
	const struct decide_table *t;
	if (file) return c->arguments_n ? err_set(e, ERR_USAGE, "--check takes a file, and no table is named beside it") : check_file(c, file, e);
	if (!c->arguments_n) return list_tables(c, e);
	enum err_code code = find(c, c->arguments[0], &t, e);
	if (code) return code;
	return tell_table(c, t, e);
}
static const struct option tables_options[] = {
	{"check", "FILE", "check a table's file before it goes into the hub's tables/", false},
};
const struct command command_tables = {
	.name = "tables", .arguments = "[TABLE]", .summary = "list decision tables, or explain one",
	.text = "With --check, it ends with 1 where more of something leads to less and the file does not declare it.",
	.example = "polder tables harm-tier --hub myhub", .options = tables_options, .options_n = lengthof(tables_options), .most = 1, .needs_hub = true,
	.run = run_tables,
};

/* ---- decide ---- */

static enum err_code read_answers(struct cli *c, const struct decide_table *t, struct decide_given *g, struct err *e) {
	const char *vector = cli_option(c, "vector");
	*g = decide_nothing();
	enum err_code code = vector ? decide_vector_read(t, str_of(vector), g, e) : ERR_OK;
	for (int i = 1; i < c->arguments_n && !code; i++) {
		struct str one = str_of(c->arguments[i]);
		size_t equals = str_find_char(one, '=');
		if (equals == STR_NONE || !equals) return err_set(e, ERR_USAGE, "%s: expected QUESTION=VALUE", c->arguments[i]);
		code = decide_set(t, g, str_sub(one, 0, equals), str_from(one, equals + 1), e);
	}
	return code;
}

static void show_open(const struct cli *c, const struct decide_table *t, size_t point, bool next) {
	const struct decide_point *p = &t->points[point];
	printf("  ");
	out_styled(c, next ? BOLD : PLAIN, p->name);
	out_fmt("  %.*s\n", STR_ARG(p->title));
	for (size_t v = 0; v < p->n; v++) out_fmt("      %.*s  %.*s\n", STR_ARG(p->values[v].name), STR_ARG(p->values[v].title));
}

static void show_answer(const struct cli *c, const struct decide_table *t, const struct decide_given *g) {
	struct decide_answer answer;
	decide_answer(t, g, &answer);
	if (answer.outcome != DECIDE_NONE) {
		const struct decide_value *v = &t->outcome.values[answer.outcome];
		out_styled(c, GREEN, v->title);
		printf("\n");
		out_wrapped(v->description, 2);
		if (v->follows.n) out_wrapped(v->follows, 2);
		out_fmt("%.*s\n", STR_ARG(decide_vector(c->a, t, g)));
		return;
	}
	printf("Still possible:");
	for (size_t i = 0; i < t->outcome.n; i++)
		if (answer.possible & 1u << i) out_fmt(" %.*s", STR_ARG(t->outcome.values[i].name));
	printf("\nWhat still makes a difference, the most telling first:\n");
	show_open(c, t, answer.next, true);
	for (size_t i = 0; i < t->points_n; i++)
		if (answer.relevant & 1u << i && i != answer.next) show_open(c, t, i, false);
}

static enum err_code record(struct cli *c, const struct decide_table *t, const struct decide_given *g, const char *id, struct err *e) {
	struct json_builder args = json_object_of(c->a);
	json_set_str(&args, S("table"), t->name);
	json_set_str(&args, S("version"), t->version);
	json_set(&args, S("values"), decide_given_json(c->a, t, g));
	json_put_str(&args, S("note"), str_of(cli_option(c, "note")));
	struct change change = {.op = CHANGE_ACT, .actor = cli_actor(c), .record = str_of(id), .act = S("triage.decide"), .args = json_built(&args)};
	struct change_result result;
	enum err_code code = change_apply(c->hub, c->db, &change, &result, e);
	if (!code && !c->json) out_fmt("%s %s\n", result.public_id, result.changed ? "has the decision" : "is decided so already");
	return code;
}

static enum err_code run_decide(struct cli *c, struct err *e) {
	const struct decide_table *t;
	struct decide_given given;
	const char *id = cli_option(c, "record");
	enum err_code code = find(c, c->arguments[0], &t, e);
	if (!code) code = read_answers(c, t, &given, e);
	if (!code && cli_option(c, "note") && !id) code = err_set(e, ERR_USAGE, "--note goes with --record");
	if (!code && id) code = record(c, t, &given, id, e);
	if (code) return code;
	if (!c->json) {
		show_answer(c, t, &given);
		return ERR_OK;
	}
	autobuf struct buf b = BUF(JSON_OUT);
	struct json_writer w = json_writer_pretty(&b);
	answer_json(&w, c->a, t, &given);
	return out_json(&b, e);
}
static const struct option decide_options[] = {
	{"vector", "TEXT", "answers in a line, such as harm-tier/1.0.0/S:3/P:1", false},
	{"record", "ID", "record the decision on this report or case", false},
	{"note", "TEXT", "with --record: what the answers rest on; for coordinators", false},
};
const struct command command_decide = {
	.name = "decide", .arguments = "TABLE [QUESTION=VALUE …]", .summary = "work out a decision table, and record the decision",
	.text = "Says the outcome once it follows, else what is still possible and which questions still make a difference. Questions and values go by name "
			"or key; `polder tables TABLE` explains them.",
	.example = "polder decide harm-tier severity=grave people=few --hub myhub", .options = decide_options, .options_n = lengthof(decide_options),
	.least = 1, .most = -1, .needs_hub = true, .run = run_decide,
};
