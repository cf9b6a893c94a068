#include "password.h"

#include <errno.h>
#include <fcntl.h>
#include <termios.h>

enum { PASSWORD_INPUT = 4096 };

/* One line from the terminal, which shows nothing of it meanwhile. */
static enum err_code ask(struct cli *c, int terminal, const char *prompt, struct str *out, struct err *e) {
	struct termios before, quiet;
	char line[PASSWORD_INPUT];
	size_t n = 0;
	if (tcgetattr(terminal, &before) != 0) return err_errno(e, errno, "the terminal");
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	if (tcsetattr(terminal, TCSAFLUSH, &quiet) != 0) return err_errno(e, errno, "the terminal");
	enum err_code code = fd_write_all(terminal, str_of(prompt), e);
	bool ended = false;
	while (!code && !ended && n < sizeof line) {
		ssize_t got = read(terminal, line + n, 1);
		if (got < 0 && errno == EINTR) continue;
		ended = got <= 0 || line[n] == '\n';
		if (!ended) n++;
	}
	tcsetattr(terminal, TCSAFLUSH, &before);
	if (!code) code = fd_write_all(terminal, S("\n"), e);
	if (!code) *out = arena_str(c->a, str_n(line, n));
	explicit_bzero(line, sizeof line);
	return code;
}

static enum err_code from_terminal(struct cli *c, struct str *out, struct err *e) {
	autofd int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (terminal < 0) return err_errno(e, errno, "the terminal");
	struct str first, second;
	enum err_code code = ask(c, terminal, "Password: ", &first, e);
	if (!code) code = ask(c, terminal, "Once more: ", &second, e);
	if (!code && !str_eq(first, second)) code = err_set(e, ERR_INVALID, "the two were not the same; nothing was changed");
	if (!code) *out = first;
	return code;
}

enum err_code password_from_user(struct cli *c, struct str *out, struct err *e) {
	const char *file = cli_option(c, "password-file");
	if (!file && isatty(STDIN_FILENO)) return from_terminal(c, out, e);
	struct str text;
	enum err_code code = file_read(c->a, file ? file : "-", PASSWORD_INPUT, &text, e);
	if (code) return code;
	/* What an editor or echo puts behind it is no part of it. */
	text = str_sub(text, 0, str_find_char(text, '\n'));
	if (text.n && text.p[text.n - 1] == '\r') text.n--;
	if (!text.n) return err_set(e, ERR_INVALID, "there is no password in %s", file ? file : "standard input");
	*out = text;
	return ERR_OK;
}
