/* Commands are declared as tables: from them come parsing, help, the manual page and shell completion.
 *
 * A command is a few lines: what it takes, what it says about itself with an example that works, and a function that calls one door and
 * prints. No rule lives here. */
#pragma once
#include "hub/search.h"

enum { OPTION_VALUES = 32 };

struct option {
	const char *name;      /* "listen": --listen */
	const char *argument;  /* "ADDR:PORT"; NULL: a switch */
	const char *help;
	bool many;             /* may be given more than once */
};

struct cli;
struct command {
	const char *name;      /* "search", or "admin check" */
	const char *arguments; /* "QUERY…" */
	const char *summary;
	const char *text;      /* a paragraph or more; may be NULL */
	const char *example;   /* lines that work as they stand */
	const struct option *options;
	size_t options_n;
	int least, most;       /* arguments; most -1: any number */
	bool needs_hub;
	enum err_code (*run)(struct cli *c, struct err *e);
};

struct given {
	const struct option *option;
	const char *values[OPTION_VALUES];
	int n;
};

struct cli {
	const struct command *command;
	const char **arguments;
	int arguments_n;
	struct given *given;
	size_t given_n;
	bool json, color;
	struct viewer viewer;  /* the operator, or what --as says */
	const char *dir;       /* of the hub */
	struct hub *hub;       /* open when the command needs one */
	struct db *db;
	struct arena *a;
	int exit_status;       /* when the command did its work and still has findings */
};

extern const struct command *const commands[];
extern const size_t commands_n;

/* The value of an option of this command or of all; NULL when it wasn't given. */
const char *cli_option(const struct cli *c, const char *name);
const struct given *cli_options(const struct cli *c, const char *name);
static inline bool cli_switch(const struct cli *c, const char *name) { return cli_option(c, name) != NULL; }
/* A whole number in a range, or ERR_USAGE. */
enum err_code cli_number(const struct cli *c, const char *name, int64_t least, int64_t most, int64_t otherwise, int64_t *out,
	struct err *e) must_use;
struct disclosing cli_disclosing(const struct cli *c);
struct actor cli_actor(const struct cli *c);

/* ---- reading the command line (parse.c) ---- */

/* The command that the words begin with, and how many of them are its name; NULL. */
const struct command *cli_find(char **words, int n, int *used);
/* ERR_USAGE: why the words that begin the line are no command. */
enum err_code cli_no_command(struct arena *a, const char *word, struct err *e);
/* Explains all commands that begin with the word, when --help is among the words. */
bool cli_help_group(const struct cli *c, char **words, int n);
enum err_code cli_parse(struct cli *c, char **words, int n, struct err *e) must_use;
enum err_code cli_check_arguments(const struct cli *c, struct err *e) must_use;
/* Says what went wrong: on standard error, or with --json as an object. */
void cli_complain(const struct cli *c, const struct err *e);

/* ---- output ---- */

/* Colours only on a terminal, and not with NO_COLOR. */
enum style { PLAIN, BOLD, DIM, GREEN, YELLOW, RED, CYAN };
void out_styled(const struct cli *c, enum style s, struct str text);
/* Text of records: control characters are shown as ?, so that none of it can drive the terminal. */
void out(struct str text);
void out_to(FILE *f, struct str text);
void out_fmt(const char *fmt, ...) printf_like(1, 2);
/* Wrapped at the terminal's width, with an indent. */
void out_wrapped(struct str text, int indent);
/* Prints what fn wrote, as one JSON text and a newline. */
enum err_code out_json(struct buf *b, struct err *e) must_use;
int terminal_width(void);

/* Help of one command, of all, the manual page (troff) and completions (bash). */
void help_command(const struct cli *c, const struct command *cmd);
void help_all(const struct cli *c);
void help_man(void);
void help_completion(void);
extern const struct option common_options[];
extern const size_t common_options_n;
