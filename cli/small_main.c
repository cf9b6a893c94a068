/* The main function of the programs that have a command or two of their own and know no hub: polder-scan, polder-sign. Which commands they have says scan_main.c or sign_main.c. */
#include <errno.h>
#include <signal.h>

#include "small.h"

#define COMMAND_CAP ((size_t)4 << 30)

int main(int argc, char **argv) {
	signal(SIGPIPE, SIG_IGN);
	struct err e = {0};
	autoarena struct arena *a = arena_new(COMMAND_CAP);
	if (!a) return 3;
	struct cli c = {.a = a, .color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR")};
	int used = 0;
	for (int i = 1; i < argc; i++) c.json |= strcmp(argv[i], "--json") == 0;
	c.command = argc > 1 ? cli_find(argv + 1, argc - 1, &used) : NULL;
	enum err_code code = c.command ? cli_parse(&c, argv + 1 + used, argc - 1 - used, &e) : err_set(&e, ERR_USAGE, "start it as `polder %s`", commands[0]->name);
	if (!code && cli_switch(&c, "help")) {
		help_command(&c, c.command);
		return 0;
	}
	if (!code) code = cli_check_arguments(&c, &e);
	if (!code) code = c.command->run(&c, &e);
	if (!code && fflush(stdout) != 0 && errno != EPIPE) code = err_errno(&e, errno, "writing the answer");
	if (code) cli_complain(&c, &e);
	return code ? status_of_error(code) : c.exit_status;
}
