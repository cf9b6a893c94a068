#include "pages.h"

#include <qrencode.h>

#include "desk/site/words.h"

struct str safe_next(struct str next) {
	bool fine = next.n > 0 && next.p[0] == '/' && !str_starts(next, S("//")) && str_find_char(next, '\\') == STR_NONE;
	return fine ? next : S("/");
}

void place_error(struct arena *a, const struct err *e, struct outcome *outcome, struct form_line *const *lines, size_t n) {
	struct str said = sentence_words(a, str_of(e->message));
	for (size_t i = 0; i < n; i++) {
		if (!e->where[0] || strcmp(lines[i]->name, e->where) != 0) continue;
		lines[i]->wrong = said;
		lines[i]->focus = true;
		return;
	}
	outcome->wrong = said;
}

/* One square of a subpath a run of dark modules, row by row. */
struct str qr_path(struct arena *a, struct str text, int *size) {
	QRcode *code = QRcode_encodeString8bit(arena_cstr(a, text), 0, QR_ECLEVEL_M);
	autobuf struct buf path = BUF(256 << 10);
	if (!code) return STR_EMPTY;
	for (int y = 0; y < code->width; y++) {
		for (int x = 0; x < code->width; x++) {
			int run = 0;
			while (x + run < code->width && code->data[y * code->width + x + run] & 1) run++;
			if (run) buf_fmt(&path, "M%d %dh%dv1h-%dz", x, y, run, run);
			x += run;
		}
	}
	*size = code->width;
	QRcode_free(code);
	return arena_str(a, buf_str(&path));
}

static const char *first_of(struct str text, const char *const names[][2], size_t n) {
	for (size_t i = 0; i < n; i++)
		if (str_find(text, str_of(names[i][0])) != STR_NONE) return names[i][1];
	return NULL;
}

/* The order matters: most browsers claim to be others too. */
struct str agent_name(struct arena *a, struct str header) {
	static const char *const browsers[][2] = {{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chromium", "Chromium"},
		{"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"}};
	static const char *const systems[][2] = {{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"},
		{"Mac OS X", "macOS"}, {"Linux", "Linux"}};
	const char *browser = first_of(header, browsers, lengthof(browsers)), *system = first_of(header, systems, lengthof(systems));
	if (browser && system) return arena_fmt(a, "%s on %s", browser, system);
	return str_of(browser ? browser : system ? system : "");
}
