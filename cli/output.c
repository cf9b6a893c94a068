#include <errno.h>
#include <stdarg.h>
#include <sys/ioctl.h>

#include "command.h"

int terminal_width(void) {
	struct winsize w;
	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 40) return w.ws_col;
	return 80;
}

void out_to(FILE *f, struct str text) {
	size_t from = 0;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool c1 = c == 0xC2 && i + 1 < text.n && (unsigned char)text.p[i + 1] < 0xA0;
		if ((c >= 32 && c != 127 && !c1) || c == '\n' || c == '\t') continue;
		fwrite(text.p + from, 1, i - from, f);
		fputc('?', f);
		i += c1;
		from = i + 1;
	}
	if (from < text.n) fwrite(text.p + from, 1, text.n - from, f);
}

void out(struct str text) {
	out_to(stdout, text);
}

void out_styled(const struct cli *c, enum style s, struct str text) {
	static const char *const codes[] = {"", "\033[1m", "\033[2m", "\033[32m", "\033[33m", "\033[31m", "\033[36m"};
	bool styled = c->color && s != PLAIN;
	if (styled) fputs(codes[s], stdout);
	out(text);
	if (styled) fputs("\033[0m", stdout);
}

void out_fmt(const char *fmt, ...) {
	char *text = NULL;
	va_list args;
	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) >= 0) out(str_of(text));
	va_end(args);
	free(text);
}

void out_wrapped(struct str text, int indent) {
	int width = terminal_width() - 1;
	if (width > 110) width = 110;
	struct str line;
	while (str_split(&text, '\n', &line)) {
		int at = 0;
		struct str word;
		line = str_trim(line);
		if (!line.n) {
			putchar('\n');
			continue;
		}
		while (str_split(&line, ' ', &word)) {
			int n = (int)str_characters(word);
			if (!n) continue;
			if (at && at + 1 + n > width - indent) {
				putchar('\n');
				at = 0;
			}
			printf("%*s", at ? 1 : indent, "");
			out(word);
			at += n + (at > 0);
		}
		putchar('\n');
	}
}

enum err_code out_json(struct buf *b, struct err *e) {
	if (b->failed) return err_set(e, ERR_TOO_LARGE, "the answer is too large to print");
	/* Some terminals obey U+0080 to U+009F and DEL too. They stand in strings alone, and there an escape means the same. */
	size_t from = 0;
	for (size_t i = 0; i < b->n; i++) {
		unsigned char c = (unsigned char)b->p[i];
		bool c1 = c == 0xC2 && i + 1 < b->n && (unsigned char)b->p[i + 1] < 0xA0;
		if (!c1 && c != 127) continue;
		fwrite(b->p + from, 1, i - from, stdout);
		printf("\\u%04x", c1 ? (unsigned char)b->p[i + 1] : 127u);
		i += c1;
		from = i + 1;
	}
	fwrite(b->p + from, 1, b->n - from, stdout);
	putchar('\n');
	/* Who reads no further, as `head` does, has what he wanted. */
	if (fflush(stdout) != 0 && errno != EPIPE) return err_errno(e, errno, "writing the answer");
	return ERR_OK;
}
