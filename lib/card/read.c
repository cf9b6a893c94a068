/* The front of a card, and what follows from it. */
#include "inside.h"
#include "lib/yaml/yaml.h"

/* Takes one line, without its end (LF, CR LF or CR). */
static bool line(struct str *rest, struct str *out) {
	if (!rest->n) return false;
	size_t n = 0;
	while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r') n++;
	*out = str_sub(*rest, 0, n);
	size_t end = n < rest->n && rest->p[n] == '\r' && n + 1 < rest->n && rest->p[n + 1] == '\n' ? 2 : n < rest->n ? 1 : 0;
	*rest = str_from(*rest, n + end);
	return true;
}

static bool fence(struct str s) {
	size_t n = s.n;
	while (n && (s.p[n - 1] == ' ' || s.p[n - 1] == '\t')) n--;
	return n == 3 && memcmp(s.p, "---", 3) == 0;
}

struct front {
	struct str yaml;
	size_t first; /* line of the YAML, from 1; 0: the file has no front */
	bool open;    /* it does not end */
};

/* What stands between two lines "---" at the file's beginning; empty lines may stand before it. Moves *rest behind it. */
static struct front front_of(struct str *rest, size_t *lines) {
	struct front f = {STR_EMPTY, 0, false};
	struct str left = *rest, one;
	size_t at = 0;
	do {
		at++;
		if (!line(&left, &one)) return f;
	} while (!str_trim(one).n);
	if (!fence(one)) return f;
	f.first = at + 1;
	f.yaml = left;
	f.open = true;
	while (f.open && line(&left, &one)) {
		at++;
		if (!fence(one)) continue;
		f.open = false;
		f.yaml = str_sub(f.yaml, 0, (size_t)(one.p - f.yaml.p));
	}
	if (f.open) return f;
	*rest = left;
	*lines = at;
	return f;
}

static enum err_code wrong_at(struct err *e, size_t line, const char *words) {
	err_set(e, ERR_INVALID, "%s", words);
	err_where(e, "line %zu", line);
	return ERR_INVALID;
}

/* The reader of YAML counts lines: as many as stand before it come before it there too. */
static struct str in_its_place(struct arena *a, const struct front *f) {
	char *lines = arena_alloc(a, f->first);
	if (!lines) return STR_EMPTY;
	memset(lines, '\n', f->first - 1);
	return arena_cat(a, str_n(lines, f->first - 1), f->yaml);
}

static enum err_code read_front(struct arena *a, struct str *rest, struct card *out, struct err *e) {
	struct front f = front_of(rest, &out->line);
	const struct json *metadata;
	if (!f.first) return ERR_OK;
	if (f.open) return wrong_at(e, f.first - 1, "the metadata begins with \"---\" and does not end with it");
	enum err_code code = yaml_parse(a, in_its_place(a, &f), &(struct yaml_limits){.bytes = 2 * CARD_BYTES}, &metadata, e);
	if (code) return err_prefix(e, "the metadata"), code;
	struct json_builder none = json_object_of(a);
	if (json_is(metadata, JSON_NULL)) metadata = json_built(&none);
	if (!json_is(metadata, JSON_OBJECT)) return wrong_at(e, f.first, "the metadata must be names with values, as in \"license: mit\"");
	out->metadata = metadata;
	return ERR_OK;
}

/* Of several each holds: what one of them restricts is restricted. */
static struct licence licence_in(struct arena *a, const struct json *metadata) {
	const struct json *said = json_get_lit(metadata, "license");
	if (!json_is(said, JSON_ARRAY)) return licence_of(a, json_string(said));
	struct licence all = {.id = STR_EMPTY, .known = said->n > 0};
	for (size_t i = 0; i < said->n; i++) {
		struct licence one = licence_of(a, json_string(json_at(said, i)));
		all.id = all.id.n ? arena_fmt(a, "%.*s, %.*s", STR_ARG(all.id), STR_ARG(one.id)) : one.id;
		all.known &= one.known;
		all.marks |= one.marks;
	}
	return all;
}

enum err_code card_read(struct arena *a, struct str file, struct card *out, struct err *e) {
	*out = (struct card){.text = file};
	if (file.n > CARD_BYTES) return err_set(e, ERR_TOO_LARGE, "a card has at most %d MB", CARD_BYTES >> 20);
	if (str_starts(file, S("\xef\xbb\xbf"))) out->text = str_from(file, 3);
	if (!str_utf8(out->text)) return err_set(e, ERR_INVALID, "the card is not UTF-8");
	enum err_code code = read_front(a, &out->text, out, e);
	out->line++;
	if (code) return code;
	out->licence = licence_in(a, out->metadata);
	return card_read_text(a, out, e);
}

size_t card_bases(struct arena *a, const struct card *c, struct str **out) {
	const struct json *said = json_get_lit(c->metadata, "base_model");
	size_t n = 0, room = json_is(said, JSON_ARRAY) ? said->n : 1;
	*out = arena_array(a, room + 1, sizeof **out);
	if (!*out) return 0;
	if (json_is(said, JSON_STRING)) (*out)[n++] = said->string;
	for (size_t i = 0; json_is(said, JSON_ARRAY) && i < said->n; i++)
		if (json_string(json_at(said, i)).n) (*out)[n++] = json_string(json_at(said, i));
	return n;
}
