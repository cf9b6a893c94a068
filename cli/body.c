#include "body.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

enum { BODY_BYTES = 16 << 20 };

static enum err_code read_file(struct cli *c, const char *path, const struct json **out, struct err *e) {
	struct str text;
	enum err_code code = file_read(c->a, path, BODY_BYTES, &text, e);
	if (!code) code = json_parse(c->a, text, NULL, out, e);
	if (code == ERR_INVALID) {
		char where[sizeof e->where];
		memcpy(where, e->where, sizeof where);
		err_prefix(e, "%s%s%s", strcmp(path, "-") ? path : "standard input", where[0] ? ", " : "", where);
		e->where[0] = 0;
	}
	return code;
}

/* title=Text, /systems/0/version=2, severity:="high" (JSON) */
static enum err_code apply_set(struct cli *c, const char *text, const struct json **body, struct err *e) {
	struct str s = str_of(text);
	size_t equals = str_find_char(s, '=');
	if (equals == STR_NONE || equals == 0) return err_set(e, ERR_USAGE, "--set %s: expected NAME=TEXT or NAME:=JSON", text);
	bool json = s.p[equals - 1] == ':';
	struct str name = str_sub(s, 0, equals - json), value = str_from(s, equals + 1);
	if (name.n && name.p[0] != '/') name = arena_cat(c->a, S("/"), name);
	const struct json *v = NULL;
	if (json) {
		enum err_code code = json_parse(c->a, value, NULL, &v, e);
		if (code) return err_prefix(e, "--set %s", text), code;
	} else if (value.n) {
		if (!str_utf8(value)) return err_set(e, ERR_INVALID, "--set %.*s: the value is not UTF-8 text", STR_ARG(name));
		v = json_str(c->a, value);
	}
	*body = json_with_pointer(c->a, *body, name, v);
	return *body ? ERR_OK : err_set(e, ERR_INVALID, "--set %.*s: there is no such place in the record", STR_ARG(name));
}

static enum err_code run_editor(const char *path, struct err *e) {
	const char *editor = getenv("VISUAL");
	if (!editor || !editor[0]) editor = getenv("EDITOR");
	if (!editor || !editor[0]) editor = "vi";
	pid_t child = fork();
	if (child < 0) return err_errno(e, errno, "starting an editor");
	if (child == 0) {
		execl("/bin/sh", "sh", "-c", "exec $0 \"$1\"", editor, path, (char *)NULL);
		_exit(127);
	}
	int status;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR) return err_errno(e, errno, "waiting for the editor");
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? ERR_OK : err_set(e, ERR_CANCELLED, "%s ended with an error; nothing was changed", editor);
}

static char kept[] = "/tmp/polder-edit-XXXXXX.json"; /* what was typed, until it is taken */
static bool is_kept;

void body_settle(bool taken) {
	if (is_kept && taken) unlink(kept);
	if (is_kept && !taken) fprintf(stderr, "What you wrote is kept in %s\n", kept);
	is_kept = false;
}

/* Until it is JSON or given up: what was typed is never thrown away. */
static enum err_code edit(struct cli *c, const struct json *start, const struct json **out, struct err *e) {
	char *path = kept;
	autofd int fd = mkostemps(path, 5, O_CLOEXEC);
	if (fd < 0) return err_errno(e, errno, "%s", path);
	struct json_builder empty = json_object_of(c->a);
	struct str before = arena_cat(c->a, json_pretty(c->a, start ? start : json_built(&empty)), S("\n")), after;
	enum err_code code = fd_write_all(fd, before, e);
	while (!code) {
		code = run_editor(path, e);
		if (!code) code = file_read(c->a, path, BODY_BYTES, &after, e);
		if (code) break;
		if (str_eq(before, after)) {
			code = err_set(e, ERR_CANCELLED, "nothing was changed");
			break;
		}
		if (!json_parse(c->a, after, NULL, out, e)) {
			is_kept = true;
			return ERR_OK;
		}
		fprintf(stderr, "%s: %s\nEdit again? [Y/n] ", e->where, e->message);
		int answer = getchar();
		if (answer == 'n' || answer == 'N' || answer == EOF) {
			err_set(e, ERR_CANCELLED, "nothing was changed; what you wrote is kept in %s", path);
			return ERR_CANCELLED;
		}
	}
	unlink(path);
	return code;
}

enum err_code body_text_from_editor(struct cli *c, const char *asked, struct str *out, struct err *e) {
	char path[] = "/tmp/polder-text-XXXXXX";
	autofd int fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0) return err_errno(e, errno, "%s", path);
	struct str text = STR_EMPTY, line;
	enum err_code code = fd_write_all(fd, arena_fmt(c->a, "\n# %s\n# Lines that begin with # are left out.\n", asked), e);
	if (!code) code = run_editor(path, e);
	if (!code) code = file_read(c->a, path, BODY_BYTES, &text, e);
	unlink(path);
	if (code) return code;
	autobuf struct buf lines = BUF(BODY_BYTES);
	for (struct str rest = text; rest.p && str_split(&rest, '\n', &line);)
		if (!str_starts(line, S("#"))) {
			buf_add(&lines, line);
			buf_add_char(&lines, '\n');
		}
	*out = arena_str(c->a, str_trim(buf_str(&lines)));
	if (!str_utf8(*out)) return err_set(e, ERR_INVALID, "what you wrote is not UTF-8 text");
	return out->n ? ERR_OK : err_set(e, ERR_CANCELLED, "nothing was written");
}

enum err_code body_from_user(struct cli *c, const struct json *start, const struct json **out, struct err *e) {
	const char *file = cli_option(c, "file");
	const struct given *sets = cli_options(c, "set");
	if (!file && !sets && isatty(STDIN_FILENO)) return edit(c, start, out, e);
	struct json_builder empty = json_object_of(c->a);
	const struct json *body = start ? start : json_built(&empty);
	enum err_code code = ERR_OK;
	if (file || !sets) code = read_file(c, file ? file : "-", &body, e);
	for (int i = 0; sets && i < sets->n && !code; i++) code = apply_set(c, sets->values[i], &body, e);
	if (!code) *out = body;
	return code;
}
