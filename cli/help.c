#include "command.h"

const struct option common_options[] = {
	{"hub", "DIR", "the hub's folder; else POLDER_HUB, else this folder", false},
	{"as", "ROLE", "see and act as public, member, coordinator, panel (you are the operator, who may do all)", false},
	{"json", NULL, "answer in JSON", false},
	{"help", NULL, "say what a command does", false},
};
const size_t common_options_n = lengthof(common_options);

static void options_help(const struct cli *c, const struct option *options, size_t n) {
	for (size_t i = 0; i < n; i++) {
		char head[80];
		snprintf(head, sizeof head, "--%s%s%s", options[i].name, options[i].argument ? " " : "",
			options[i].argument ? options[i].argument : "");
		printf("  ");
		out_styled(c, CYAN, str_of(head));
		printf("%*s%s%s\n", (int)(strlen(head) < 22 ? 24 - strlen(head) : 2), "", options[i].help,
			options[i].many ? " (may be given more than once)" : "");
	}
}

void help_command(const struct cli *c, const struct command *cmd) {
	out_styled(c, BOLD, S("polder "));
	out_styled(c, BOLD, str_of(cmd->name));
	printf("%s%s\n\n", cmd->arguments[0] ? " " : "", cmd->arguments);
	out_wrapped(str_of(cmd->summary), 2);
	if (cmd->text) {
		putchar('\n');
		out_wrapped(str_of(cmd->text), 2);
	}
	if (cmd->options_n) {
		printf("\nOptions\n");
		options_help(c, cmd->options, cmd->options_n);
	}
	printf("\nFor every command\n");
	options_help(c, common_options, common_options_n);
	printf("\nExample\n");
	struct str lines = str_of(cmd->example), line;
	while (str_split(&lines, '\n', &line)) printf("  %.*s\n", STR_ARG(line));
}

void help_all(const struct cli *c) {
	out_styled(c, BOLD, S("polder"));
	printf(" COMMAND [ARGUMENT…] [--OPTION…]\n\n  A hub for managing the misuse risk of AI models together.\n\nCommands\n");
	for (size_t i = 0; i < commands_n; i++) {
		printf("  ");
		out_styled(c, CYAN, str_of(commands[i]->name));
		printf("%*s%s\n", (int)(strlen(commands[i]->name) < 20 ? 22 - strlen(commands[i]->name) : 2), "", commands[i]->summary);
	}
	printf("\nFor every command\n");
	options_help(c, common_options, common_options_n);
	printf("\n`polder help COMMAND` says more, with an example.\n"
		   "Exit status: 0 done, 1 refused or findings, 2 the command line means nothing, 3 failure.\n");
}

/* ---- the manual page ---- */

static void troff(const char *text) {
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text);
		if (*text == '\n' && (text[1] == '.' || text[1] == '\'')) fputs("\\&", stdout);
	}
}

static void troff_options(const struct option *options, size_t n) {
	for (size_t i = 0; i < n; i++) {
		printf(".TP\n\\fB\\-\\-");
		troff(options[i].name);
		printf("\\fR");
		if (options[i].argument) {
			printf(" \\fI");
			troff(options[i].argument);
			printf("\\fR");
		}
		putchar('\n');
		troff(options[i].help);
		putchar('\n');
	}
}

void help_man(void) {
	printf(".TH POLDER 1 \"\" \"Polder\" \"User Commands\"\n.SH NAME\npolder \\- a hub for managing the misuse risk of AI models together\n"
		   ".SH SYNOPSIS\n.B polder\n.I COMMAND\n[\\fIARGUMENT\\fR…] [\\fB\\-\\-OPTION\\fR…]\n.SH COMMANDS\n");
	for (size_t i = 0; i < commands_n; i++) {
		const struct command *cmd = commands[i];
		printf(".SS \"");
		troff(cmd->name);
		putchar(' ');
		troff(cmd->arguments);
		printf("\"\n");
		troff(cmd->summary);
		printf("\n");
		if (cmd->text) {
			printf(".PP\n");
			troff(cmd->text);
			printf("\n");
		}
		troff_options(cmd->options, cmd->options_n);
		printf(".PP\n.nf\n.RS\n");
		troff(cmd->example);
		printf("\n.RE\n.fi\n");
	}
	printf(".SH OPTIONS FOR EVERY COMMAND\n");
	troff_options(common_options, common_options_n);
	printf(".SH EXIT STATUS\n0 done; 1 refused or findings; 2 the command line means nothing; 3 failure.\n"
		   ".SH ENVIRONMENT\n.TP\n.B POLDER_HUB\nthe hub's folder\n.TP\n.B NO_COLOR\nno colours, whatever the terminal\n");
}

/* ---- completion ---- */

/* The first word of a command of two, where it stands there for the first time; its length. */
static size_t first_word(size_t i) {
	const char *space = strchr(commands[i]->name, ' ');
	size_t n = space ? (size_t)(space - commands[i]->name) : 0;
	for (size_t j = 0; j < i; j++)
		if (n && strncmp(commands[j]->name, commands[i]->name, n + 1) == 0) return 0;
	return n;
}
static void complete_second_words(size_t i, size_t n) {
	printf("    %.*s) COMPREPLY=($(compgen -W \"", (int)n, commands[i]->name);
	for (size_t j = 0; j < commands_n; j++)
		if (strncmp(commands[j]->name, commands[i]->name, n + 1) == 0) printf("%s ", commands[j]->name + n + 1);
	printf("\" -- \"$current\")) ;;\n");
}
void help_completion(void) {
	printf("_polder() {\n  local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}\n  local common=\"");
	for (size_t i = 0; i < common_options_n; i++) printf("--%s ", common_options[i].name);
	printf("\"\n  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -W \"");
	for (size_t i = 0; i < commands_n; i++)
		if (!strchr(commands[i]->name, ' ')) printf(" %s", commands[i]->name);
	for (size_t i = 0; i < commands_n; i++)
		if (first_word(i)) printf(" %.*s", (int)first_word(i), commands[i]->name);
	printf("\" -- \"$current\"))\n    return\n  fi\n  case $current in\n  -*) case $command in\n");
	for (size_t i = 0; i < commands_n; i++) {
		if (strchr(commands[i]->name, ' ') || !commands[i]->options_n) continue;
		printf("    %s) COMPREPLY=($(compgen -W \"$common", commands[i]->name);
		for (size_t j = 0; j < commands[i]->options_n; j++) printf(" --%s", commands[i]->options[j].name);
		printf("\" -- \"$current\")) ;;\n");
	}
	printf("    *) COMPREPLY=($(compgen -W \"$common\" -- \"$current\")) ;;\n    esac ;;\n");
	/* A second word where one is due; behind it, and behind a command of one word, files. */
	printf("  *) case $([ \"$COMP_CWORD\" -eq 2 ] && echo \"$command\") in\n");
	for (size_t i = 0; i < commands_n; i++)
		if (first_word(i)) complete_second_words(i, first_word(i));
	printf("    *) COMPREPLY=($(compgen -f -- \"$current\")) ;;\n    esac ;;\n  esac\n}\ncomplete -o filenames -F _polder polder\n");
}
