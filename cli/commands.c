#include "command.h"

extern const struct command command_init, command_import, command_serve, command_search, command_show, command_list, command_history,
	command_kinds, command_acts, command_act, command_case_open, command_case_join, command_room, command_clocks, command_statistics, command_new, command_edit, command_move, command_link, command_unlink, command_comment, command_attach, command_erase, command_export,
	command_verify, command_mirror, command_backup, command_restore, command_admin_check, command_admin_holidays, command_admin_keys, command_admin_rebuild, command_admin_create_user, command_admin_users, command_tables, command_decide, command_report, command_receipt, command_receipt_check, command_receipt_redact, command_receipt_get, command_log, command_log_run, command_log_resume, command_log_proof, command_visibility,
	command_admin_edit_user, command_admin_set_password, command_admin_set_role, command_admin_invite, command_admin_token, command_admin_webhooks, command_admin_audit,
	command_admin_routes, command_admin_seats, command_admin_rotate_key, command_policy_check, command_grant_check, command_securitytxt_check, command_release_show, command_release_sign_off, command_release_decide, command_release_gate, command_release_requests,
	command_release_accept, command_release_reject, command_release_revoke, command_release_export, command_help, command_version;

const struct command *const commands[] = {
	&command_init, &command_import, &command_serve, &command_search, &command_show, &command_list, &command_history, &command_kinds, &command_acts, &command_act, &command_case_open, &command_case_join, &command_room, &command_clocks, &command_statistics,
	&command_new, &command_edit, &command_move, &command_link, &command_unlink, &command_comment, &command_attach, &command_erase, &command_export,
	&command_verify, &command_mirror, &command_backup, &command_restore, &command_admin_check, &command_admin_holidays, &command_admin_keys, &command_admin_rebuild, &command_admin_create_user, &command_admin_users, &command_tables, &command_decide, &command_report, &command_receipt, &command_receipt_get, &command_receipt_check, &command_receipt_redact,
	&command_log, &command_log_run, &command_log_resume, &command_log_proof, &command_visibility,
	&command_admin_edit_user, &command_admin_set_password, &command_admin_set_role, &command_admin_invite, &command_admin_token, &command_admin_webhooks,
	&command_admin_audit, &command_admin_routes, &command_admin_seats, &command_admin_rotate_key, &command_policy_check, &command_grant_check, &command_securitytxt_check,
	&command_release_show, &command_release_sign_off, &command_release_decide, &command_release_gate, &command_release_requests, &command_release_accept,
	&command_release_reject, &command_release_revoke, &command_release_export,
	&command_version, &command_help,
};
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
