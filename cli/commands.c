#include "scan.h"

#define COMMAND(name) extern const struct command command_##name;
#include "commands.inc"
#undef COMMAND

#define COMMAND(name) &command_##name,
const struct command *const commands[] = {
#include "commands.inc"
};
#undef COMMAND
const size_t commands_n = lengthof(commands);

/* The front answers it without starting this program; here it is for the help, and for who starts this program himself. */
static enum err_code run_version(struct cli *c, struct err *e) {
	(void)e;
	printf(c->json ? "{\"version\": \"" POLDER_VERSION "\"}\n" : "polder " POLDER_VERSION "\n");
	return ERR_OK;
}
const struct command command_version = {
	.name = "version", .arguments = "", .summary = "say which version this is", .example = "polder version", .most = 0, .run = run_version,
};

static enum err_code run_help(struct cli *c, struct err *e) {
	if (cli_switch(c, "man")) {
		help_man();
		return ERR_OK;
	}
	if (cli_switch(c, "completion")) {
		help_completion();
		return ERR_OK;
	}
	if (c->arguments_n == 0) {
		help_all(c);
		return ERR_OK;
	}
	const char *name = c->arguments_n == 2 ? arena_fmt(c->a, "%s %s", c->arguments[0], c->arguments[1]).p : c->arguments[0];
	bool found = false;
	size_t n = strlen(name);
	for (size_t i = 0; i < commands_n; i++) {
		bool below = strncmp(commands[i]->name, name, n) == 0 && commands[i]->name[n] == ' ';
		if (strcmp(commands[i]->name, name) != 0 && !below) continue;
		if (found) printf("\n");
		help_command(c, commands[i]);
		found = true;
	}
	return found ? ERR_OK : err_set(e, ERR_USAGE, "there is no command \"%s\"; `polder help` lists them", name);
}
static const struct option help_options[] = {
	{"man", NULL, "the manual page", false},
	{"completion", NULL, "completion for bash", false},
};
const struct command command_help = {
	.name = "help", .arguments = "[COMMAND]", .summary = "say what there is, or what a command does",
	.example = "polder help import", .options = help_options, .options_n = lengthof(help_options), .most = 2, .run = run_help,
};
