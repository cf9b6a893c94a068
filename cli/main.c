/* polder-hub: all commands that work on a hub. `polder` itself (front.c) is small and execs this one. */
#include <errno.h>
#include <signal.h>

#include "command.h"

enum { COMMAND_CAP = 512 << 20 };

struct disclosing cli_disclosing(const struct cli *c) {
	return (struct disclosing){c->hub, c->db, c->viewer, c->a};
}

struct actor cli_actor(const struct cli *c) {
	return (struct actor){c->viewer.name, c->viewer.roles};
}

static enum err_code choose_viewer(struct cli *c, struct err *e) {
	const char *as = cli_option(c, "as");
	c->viewer = viewer_operator;
	if (!as || strcmp(as, "operator") == 0) return ERR_OK;
	if (strcmp(as, "public") == 0) {
		c->viewer = viewer_public;
		return ERR_OK;
	}
	unsigned role = role_of(str_of(as));
	if (!role) return err_set(e, ERR_USAGE, "--as: there is no role \"%s\"", as);
	c->viewer = (struct viewer){arena_fmt(c->a, "operator-as-%s", as), ROLE_ANYONE | role};
	return ERR_OK;
}

static enum err_code run(struct cli *c, struct err *e) {
	enum err_code code = cli_check_arguments(c, e);
	if (!code) code = choose_viewer(c, e);
	if (code) return code;
	const char *dir = cli_option(c, "hub");
	if (!dir) dir = getenv("POLDER_HUB");
	c->dir = dir && dir[0] ? dir : ".";
	if (c->command->needs_hub) {
		code = hub_open(&c->hub, c->dir, e);
		if (!code) code = hub_reader(c->hub, &c->db, e);
		if (code == ERR_NOT_FOUND && !(dir && dir[0]))
			err_set(e, code, "there is no hub in this folder; name one with --hub DIR or POLDER_HUB, or make one with `polder init DIR`");
	}
	if (!code) code = c->command->run(c, e);
	db_close(c->db);
	hub_close(c->hub);
	return code;
}

int main(int argc, char **argv) {
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a limit on files is an error like a full disk, not the end of the process in mid-air */
	struct err e = {0};
	autoarena struct arena *a = arena_new(COMMAND_CAP);
	if (!a) return 3;
	struct cli c = {.a = a, .color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR")};
	int used = 0;
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		help_all(&c);
		return argc < 2 ? 2 : 0;
	}
	c.command = cli_find(argv + 1, argc - 1, &used);
	for (int i = 1; i < argc; i++) c.json |= strcmp(argv[i], "--json") == 0;
	if (!c.command && cli_help_group(&c, argv + 1, argc - 1)) return 0;
	enum err_code code = c.command ? cli_parse(&c, argv + 1 + used, argc - 1 - used, &e) :
		cli_no_command(a, argv[1], &e);
	if (!code && cli_switch(&c, "help")) {
		help_command(&c, c.command);
		return 0;
	}
	if (!code) code = run(&c, &e);
	if (!code && fflush(stdout) != 0 && errno != EPIPE) code = err_errno(&e, errno, "writing the answer");
	if (code) cli_complain(&c, &e);
	return code ? err_exit_status(code) : c.exit_status;
}
