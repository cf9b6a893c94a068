/* The command line as the tables of commands have it: finding the command, reading options and arguments. Used by every program that has commands. */
#include "command.h"

const char *cli_option(const struct cli *c, const char *name) {
	const struct given *g = cli_options(c, name);
	return g ? g->values[0] : NULL;
}

const struct given *cli_options(const struct cli *c, const char *name) {
	for (size_t i = 0; i < c->given_n; i++)
		if (strcmp(c->given[i].option->name, name) == 0) return &c->given[i];
	return NULL;
}

enum err_code cli_number(const struct cli *c, const char *name, int64_t least, int64_t most, int64_t otherwise, int64_t *out,
	struct err *e) {
	const char *value = cli_option(c, name);
	*out = otherwise;
	if (!value || (str_int(str_of(value), out) && *out >= least && *out <= most)) return ERR_OK;
	return err_set(e, ERR_USAGE, "--%s: expected a whole number from %lld to %lld", name, (long long)least, (long long)most);
}

/* ---- the command line ---- */

const struct command *cli_find(char **words, int n, int *used) {
	const struct command *found = NULL;
	for (size_t i = 0; i < commands_n; i++) {
		const char *name = commands[i]->name, *space = strchr(name, ' ');
		size_t first = space ? (size_t)(space - name) : strlen(name);
		if (n < 1 || strlen(words[0]) != first || strncmp(words[0], name, first) != 0) continue;
		if (space && (n < 2 || strcmp(words[1], space + 1) != 0)) continue;
		if (found && !space) continue; /* "receipt check" is another command than "receipt" */
		found = commands[i];
		*used = space ? 2 : 1;
	}
	return found;
}

/* Why the words that begin the line are no command. */
enum err_code cli_no_command(struct arena *a, const char *word, struct err *e) {
	if (word[0] == '-') return err_set(e, ERR_USAGE, "the command comes first: polder COMMAND %s …", word);
	autobuf struct buf more = BUF(1000);
	size_t n = strlen(word);
	for (size_t i = 0; i < commands_n; i++)
		if (strncmp(commands[i]->name, word, n) == 0 && commands[i]->name[n] == ' ')
			buf_fmt(&more, "%s`%s`", more.n ? ", " : "", commands[i]->name);
	if (more.n) return err_set(e, ERR_USAGE, "`%s` wants one more word: there are %s", word, arena_cstr(a, buf_str(&more)));
	/* "webhooks" alone, or a part of it: whoever types that means the one that has it in its name. */
	for (size_t i = 0; i < commands_n && n > 3; i++)
		if (strstr(commands[i]->name, word)) buf_fmt(&more, "%s`%s`", more.n ? ", " : "", commands[i]->name);
	return more.n ? err_set(e, ERR_USAGE, "there is no command \"%s\"; there is %s", word, arena_cstr(a, buf_str(&more))) :
		err_set(e, ERR_USAGE, "there is no command \"%s\"; `polder help` lists them", word);
}

/* "polder case --help": what the words that begin commands have in common is explained command by command. */
bool cli_help_group(const struct cli *c, char **words, int n) {
	bool asked = false, any = false;
	size_t length = strlen(words[0]);
	for (int i = 1; i < n; i++) asked |= strcmp(words[i], "--help") == 0;
	for (size_t i = 0; asked && i < commands_n; i++) {
		if (strncmp(commands[i]->name, words[0], length) != 0 || commands[i]->name[length] != ' ') continue;
		if (any) printf("\n");
		help_command(c, commands[i]);
		any = true;
	}
	return any;
}

static const struct option *find_option(const struct command *cmd, struct str name) {
	for (size_t i = 0; i < cmd->options_n; i++)
		if (str_is(name, cmd->options[i].name)) return &cmd->options[i];
	for (size_t i = 0; i < common_options_n; i++)
		if (str_is(name, common_options[i].name)) return &common_options[i];
	return NULL;
}

static enum err_code note_option(struct cli *c, const struct option *o, const char *value, struct err *e) {
	struct given *g = NULL;
	for (size_t i = 0; i < c->given_n; i++)
		if (c->given[i].option == o) g = &c->given[i];
	if (!g) g = &c->given[c->given_n++];
	if (g->n && !o->many) return err_set(e, ERR_USAGE, "--%s is given twice", o->name);
	if (g->n == OPTION_VALUES) return err_set(e, ERR_USAGE, "--%s is given more than %d times", o->name, OPTION_VALUES);
	g->option = o;
	g->values[g->n++] = value;
	return ERR_OK;
}

enum err_code cli_parse(struct cli *c, char **words, int n, struct err *e) {
	size_t most = c->command->options_n + common_options_n;
	c->given = arena_array(c->a, most, sizeof *c->given);
	c->arguments = arena_array(c->a, (size_t)n + 1, sizeof *c->arguments);
	if (!c->given || !c->arguments) return err_set(e, ERR_MEMORY, "out of memory");
	bool only_arguments = false;
	for (int i = 0; i < n; i++) {
		if (only_arguments || strncmp(words[i], "--", 2) != 0) {
			if (!only_arguments && words[i][0] == '-' && words[i][1] && !(words[i][1] >= '0' && words[i][1] <= '9') &&
				!(c->command->most < 0))
				return err_set(e, ERR_USAGE, "there is no option %s; they begin with two hyphens", words[i]);
			c->arguments[c->arguments_n++] = words[i];
			continue;
		}
		if (strcmp(words[i], "--") == 0) {
			only_arguments = true;
			continue;
		}
		struct str name = str_of(words[i] + 2);
		size_t equals = str_find_char(name, '=');
		const struct option *o = find_option(c->command, str_sub(name, 0, equals));
		if (!o) return err_set(e, ERR_USAGE, "`polder %s` has no option --%.*s", c->command->name, STR_ARG(str_sub(name, 0, equals)));
		const char *value = "";
		if (o->argument && equals != STR_NONE)
			value = words[i] + 2 + equals + 1;
		else if (o->argument && i + 1 < n)
			value = words[++i];
		else if (o->argument || equals != STR_NONE)
			return err_set(e, ERR_USAGE, o->argument ? "--%s wants %s" : "--%s takes no value%s", o->name, o->argument ? o->argument : "");
		enum err_code code = note_option(c, o, value, e);
		if (code) return code;
	}
	return ERR_OK;
}

enum err_code cli_check_arguments(const struct cli *c, struct err *e) {
	if (c->arguments_n < c->command->least)
		return err_set(e, ERR_USAGE, "something is missing: polder %s %s", c->command->name, c->command->arguments);
	if (c->command->most >= 0 && c->arguments_n > c->command->most)
		return err_set(e, ERR_USAGE, "there is too much: polder %s %s", c->command->name, c->command->arguments);
	return ERR_OK;
}

void cli_complain(const struct cli *c, const struct err *e) {
	if (c->json) {
		autobuf struct buf b = BUF(1 << 16);
		struct json_writer w = json_writer_pretty(&b);
		jw_object(&w);
		jw_name(&w, S("error"));
		jw_object(&w);
		jw_field_str(&w, S("code"), str_of(err_name(e->code)));
		jw_field_str(&w, S("message"), str_of(e->message));
		if (e->where[0]) jw_field_str(&w, S("where"), str_of(e->where));
		jw_object_end(&w);
		jw_object_end(&w);
		if (!out_json(&b, NULL)) return;
	}
	fflush(stdout);
	/* The words may hold a record's: nothing in them may drive the terminal. */
	autobuf struct buf words = BUF(1 << 12);
	buf_fmt(&words, "polder: %s%s%s\n", e->where, e->where[0] ? ": " : "", e->message);
	if (e->detail[0] && e->code != ERR_INVALID) buf_fmt(&words, "        (%s)\n", e->detail);
	out_to(stderr, buf_str(&words));
}
