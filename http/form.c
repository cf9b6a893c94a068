#include "form.h"

#include "inside.h"

enum { BOUNDARY = 70, PART_HEADERS = 16, PART_HEADER_BYTES = 8 << 10, MEDIA_TYPE = 100 };

struct fields {
	struct arena *a;
	struct form_field *items;
	size_t n, room;
	size_t text; /* bytes of fields that are not files */
};

static enum err_code broken(struct err *e, const char *words) {
	return err_set(e, ERR_INVALID, "the form is broken: %s", words);
}

static enum err_code add_field(struct fields *f, const struct form_field *one, struct err *e) {
	if (f->n == FORM_FIELDS) return err_set(e, ERR_TOO_LARGE, "a form may have at most %d fields", FORM_FIELDS);
	if (!one->name.n || one->name.n > FORM_NAME) return err_set(e, ERR_INVALID, "a field's name has 1 to %d bytes", FORM_NAME);
	if (!one->is_file && (f->text += one->value.n) > FORM_TEXT)
		return err_set(e, ERR_TOO_LARGE, "the fields of a form may have at most %d MB", FORM_TEXT >> 20);
	struct str words[] = {one->name, one->file_name, one->is_file ? STR_EMPTY : one->value};
	for (size_t i = 0; i < lengthof(words); i++)
		if (!str_utf8(words[i]) || (words[i].n && memchr(words[i].p, 0, words[i].n)))
			return broken(e, "text is not UTF-8, or holds a NUL");
	if (f->n == f->room) {
		size_t room = f->room ? f->room * 2 : 32;
		struct form_field *items = arena_array(f->a, room, sizeof *items);
		if (!items) return err_set(e, ERR_MEMORY, "out of memory");
		if (f->n) memcpy(items, f->items, f->n * sizeof *items);
		f->items = items;
		f->room = room;
	}
	f->items[f->n++] = *one;
	return ERR_OK;
}

/* ---- application/x-www-form-urlencoded ---- */

static enum err_code parse_encoded(struct fields *f, struct str body, struct err *e) {
	if (body.n > 3 * (size_t)FORM_TEXT) return err_set(e, ERR_TOO_LARGE, "the fields of a form may have at most %d MB", FORM_TEXT >> 20);
	char *to = arena_raw(f->a, body.n + 1); /* decoded it is never longer */
	if (!to) return err_set(e, ERR_MEMORY, "out of memory");
	struct str piece;
	while (body.p && str_split(&body, '&', &piece)) {
		if (!piece.n) continue;
		size_t equals = str_find_char(piece, '='), name_n, value_n;
		struct str name = equals == STR_NONE ? piece : str_sub(piece, 0, equals);
		struct str value = equals == STR_NONE ? STR_EMPTY : str_from(piece, equals + 1);
		if (!percent_decode(name, true, to, &name_n) || !percent_decode(value, true, to + name_n, &value_n))
			return broken(e, "a percent sign lacks its two hexadecimal digits");
		struct form_field one = {str_n(to, name_n), str_n(to + name_n, value_n), false, STR_EMPTY, STR_EMPTY};
		to += name_n + value_n;
		enum err_code code = add_field(f, &one, e);
		if (code) return code;
	}
	return ERR_OK;
}

/* ---- parameters of a header (RFC 9110 section 5.6.6) ---- */

static struct str before_semicolon(struct str s) {
	size_t at = str_find_char(s, ';');
	return str_trim(at == STR_NONE ? s : str_sub(s, 0, at));
}

/* Takes `; name=value` from the front of *rest; a quoted value is given without its quotes and with its escapes. 1: one was there, 0: the
 * end, -1: it is none of both. */
static int next_parameter(struct str *rest, struct str *name, struct str *value, bool *quoted) {
	struct str s = str_trim(*rest);
	while (s.n && s.p[0] == ';') s = str_trim(str_from(s, 1));
	if (!s.n) return 0;
	size_t equals = str_find_char(s, '=');
	if (equals == STR_NONE) return -1;
	*name = str_trim(str_sub(s, 0, equals));
	if (!token_valid(*name)) return -1;
	s = str_trim(str_from(s, equals + 1));
	*quoted = s.n && s.p[0] == '"';
	size_t end = 0;
	if (*quoted) {
		/* A backslash escapes only a quote or itself: some browsers write the folders of Windows with single ones. */
		for (end = 1; end < s.n && s.p[end] != '"'; end++)
			if (s.p[end] == '\\' && end + 1 < s.n && (s.p[end + 1] == '"' || s.p[end + 1] == '\\')) end++;
		if (end >= s.n) return -1;
		*value = str_sub(s, 1, end - 1);
		s = str_trim(str_from(s, end + 1));
		if (s.n && s.p[0] != ';') return -1;
	} else {
		end = str_find_char(s, ';');
		*value = str_trim(end == STR_NONE ? s : str_sub(s, 0, end));
		s = end == STR_NONE ? STR_EMPTY : str_from(s, end);
		if (!token_valid(*value)) return -1;
	}
	*rest = s;
	return 1;
}

/* What a browser puts in place of a quote or a line end (HTML standard, "multipart/form-data encoding algorithm"), and the backslash of
 * older ones. */
static struct str unescaped(struct arena *a, struct str s) {
	if (!s.n || (!memchr(s.p, '%', s.n) && !memchr(s.p, '\\', s.n))) return s;
	char *p = arena_raw(a, s.n + 1);
	if (!p) return STR_EMPTY;
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		struct str three = str_sub(s, i, 3);
		if (s.p[i] == '\\' && i + 1 < s.n && (s.p[i + 1] == '"' || s.p[i + 1] == '\\')) {
			p[n++] = s.p[++i];
		} else if (str_is(three, "%22") || str_eq_ascii_case(three, S("%0D")) || str_eq_ascii_case(three, S("%0A"))) {
			p[n++] = s.p[i + 1] == '2' ? '"' : s.p[i + 2] == 'D' || s.p[i + 2] == 'd' ? '\r' : '\n';
			i += 2;
		} else {
			p[n++] = s.p[i];
		}
	}
	return str_n(p, n);
}

/* ---- multipart/form-data (RFC 7578, RFC 2046 section 5.1) ---- */

static enum err_code read_boundary(struct str content_type, struct str *out, struct err *e) {
	struct str rest = str_from(content_type, before_semicolon(content_type).n), name, value;
	bool found = false, quoted;
	int more;
	while ((more = next_parameter(&rest, &name, &value, &quoted)) > 0) {
		if (!str_eq_ascii_case(name, S("boundary"))) continue;
		if (found) return broken(e, "it has two boundaries");
		found = true;
		*out = value;
	}
	if (more < 0 || !found || !out->n || out->n > BOUNDARY || out->p[out->n - 1] == ' ')
		return broken(e, "the Content-Type does not say what separates its parts");
	for (size_t i = 0; i < out->n; i++) {
		char c = out->p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!plain && !(c && strchr("'()+_,-./:=? ", c))) return broken(e, "its boundary holds a character that none may");
	}
	return ERR_OK;
}

static bool media_type_valid(struct str s) {
	size_t slash = str_find_char(s, '/');
	return slash != STR_NONE && s.n <= MEDIA_TYPE && token_valid(str_sub(s, 0, slash)) && token_valid(str_from(s, slash + 1));
}

/* Browsers may send a whole path; what stands behind the last slash of either kind is the file's name. */
static enum err_code set_file_name(struct form_field *f, struct str s, struct err *e) {
	for (size_t i = s.n; i > 0; i--) {
		if (s.p[i - 1] != '/' && s.p[i - 1] != '\\') continue;
		s = str_from(s, i);
		break;
	}
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f) return broken(e, "a file's name holds control characters");
	f->is_file = true;
	f->file_name = s;
	return ERR_OK;
}

static enum err_code read_disposition(struct arena *a, struct str value, struct form_field *f, struct err *e) {
	if (!str_eq_ascii_case(before_semicolon(value), S("form-data"))) return broken(e, "a part is not form-data");
	size_t at = str_find_char(value, ';');
	struct str rest = at == STR_NONE ? STR_EMPTY : str_from(value, at), name, text;
	bool named = false, quoted;
	int more;
	while ((more = next_parameter(&rest, &name, &text, &quoted)) > 0) {
		bool is_name = str_eq_ascii_case(name, S("name")), is_file = str_eq_ascii_case(name, S("filename"));
		if ((is_name && named) || (is_file && f->is_file)) return broken(e, "a part says twice what it is called");
		if (!is_name && !is_file) continue; /* filename* too: RFC 7578 section 4.2 */
		if (quoted) text = unescaped(a, text);
		if (is_name) {
			f->name = text;
			named = true;
		} else {
			enum err_code code = set_file_name(f, text, e);
			if (code) return code;
		}
	}
	return more < 0 || !named ? broken(e, "a part does not say what it is called") : ERR_OK;
}

/* The lines up to the empty one. *at is moved behind it. */
static enum err_code read_part_headers(struct arena *a, struct str body, size_t *at, struct form_field *f, struct err *e) {
	bool disposed = false;
	struct str rest = str_sub(body, *at, PART_HEADER_BYTES);
	for (int lines = 0;; lines++) {
		size_t end = str_find(rest, S("\r\n"));
		if (end == STR_NONE || lines > PART_HEADERS) {
			bool cut = end == STR_NONE && *at + rest.n == body.n;
			return broken(e, cut ? "it is cut off" : "a part's headers are too long");
		}
		struct str line = str_sub(rest, 0, end);
		rest = str_from(rest, end + 2);
		*at += end + 2;
		if (!line.n) break;
		size_t colon = str_find_char(line, ':');
		if (colon == STR_NONE || !token_valid(str_sub(line, 0, colon)) || memchr(line.p, 0, line.n) || memchr(line.p, '\n', line.n)
			|| memchr(line.p, '\r', line.n))
			return broken(e, "a part's header is none");
		struct str name = str_sub(line, 0, colon), value = str_trim(str_from(line, colon + 1));
		enum err_code code = ERR_OK;
		if (str_eq_ascii_case(name, S("Content-Disposition"))) {
			if (disposed) return broken(e, "a part says twice what it is called");
			disposed = true;
			code = read_disposition(a, value, f, e);
		} else if (str_eq_ascii_case(name, S("Content-Type"))) {
			f->media_type = before_semicolon(value);
			if (f->media_type.n > 10 && str_eq_ascii_case(str_sub(f->media_type, 0, 10), S("multipart/")))
				return broken(e, "forms in forms are not taken; give each file a part of its own");
		} else if (str_eq_ascii_case(name, S("Content-Transfer-Encoding"))) {
			/* RFC 7578 section 4.7: not used by anybody who sends forms today */
			if (!str_eq_ascii_case(value, S("binary")) && !str_eq_ascii_case(value, S("8bit")) && !str_eq_ascii_case(value, S("7bit")))
				return broken(e, "a part is encoded in a way that forms are not");
		}
		if (code) return code;
	}
	return disposed ? ERR_OK : broken(e, "a part does not say what it is called");
}

/* Behind a delimiter: 1 when a part follows, 0 when it was the last, -1 when it is no delimiter. */
static int behind_delimiter(struct str body, size_t *at) {
	if (str_starts(str_from(body, *at), S("--"))) return 0;
	size_t i = *at;
	while (i < body.n && (body.p[i] == ' ' || body.p[i] == '\t')) i++;
	if (!str_starts(str_from(body, i), S("\r\n"))) return -1;
	*at = i + 2;
	return 1;
}

static enum err_code parse_multipart(struct fields *f, struct str content_type, struct str body, struct err *e) {
	struct str boundary;
	enum err_code code = read_boundary(content_type, &boundary, e);
	if (code) return code;
	struct str delimiter = arena_cat(f->a, S("\r\n--"), boundary);
	if (str_starts(body, S("\r\n"))) body = str_from(body, 2);
	if (!str_starts(body, str_from(delimiter, 2))) return broken(e, "it does not begin with its boundary");
	size_t at = delimiter.n - 2;
	int more;
	while ((more = behind_delimiter(body, &at)) > 0) {
		struct form_field one = {.name = STR_EMPTY, .file_name = STR_EMPTY, .media_type = STR_EMPTY};
		code = read_part_headers(f->a, body, &at, &one, e);
		if (code) return code;
		struct str rest = str_from(body, at);
		const char *end = rest.n >= delimiter.n ? memmem(rest.p, rest.n, delimiter.p, delimiter.n) : NULL;
		if (!end) return broken(e, "it is cut off");
		one.value = str_n(rest.p, (size_t)(end - rest.p));
		at += one.value.n + delimiter.n;
		if (!one.is_file) one.media_type = STR_EMPTY;
		else if (!media_type_valid(one.media_type)) one.media_type = S("application/octet-stream");
		code = add_field(f, &one, e);
		if (code) return code;
	}
	return more < 0 ? broken(e, at >= body.n ? "it is cut off" : "what follows a boundary is no line end") : ERR_OK;
}

/* ---- either ---- */

enum err_code form_parse(struct arena *a, struct str content_type, struct str body, const struct form_field **out, size_t *n,
	struct err *e) {
	struct fields f = {.a = a};
	struct str type = before_semicolon(content_type);
	enum err_code code;
	if (!body.n && !type.n) code = ERR_OK;
	else if (str_eq_ascii_case(type, S("application/x-www-form-urlencoded"))) code = parse_encoded(&f, body, e);
	else if (str_eq_ascii_case(type, S("multipart/form-data"))) code = parse_multipart(&f, content_type, body, e);
	else code = err_set(e, ERR_UNSUPPORTED, "the body must be application/x-www-form-urlencoded or multipart/form-data");
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "the form takes more memory than one request may have");
	if (code) return code;
	*out = f.items;
	*n = f.n;
	return ERR_OK;
}

/* Parsed once, whoever asks first. */
enum err_code exchange_form(struct exchange *x, struct err *e) {
	if (x->form_read) return ERR_OK;
	struct str body;
	enum err_code code = request_body_map(&x->rq, &body, e);
	if (!code) code = form_parse(x->rq.arena, header_of(x, S("content-type")), body, &x->form, &x->form_n, e);
	x->form_read = !code;
	return code;
}

enum err_code request_form(struct request *rq, const struct form_field **out, size_t *n, struct err *e) {
	struct exchange *x = exchange_of(rq);
	if (!rq->route || !(rq->route->flags & ROUTE_FORM)) x->misused = "request_form";
	enum err_code code = exchange_form(x, e);
	if (code) return code;
	*out = x->form;
	*n = x->form_n;
	return ERR_OK;
}

struct str form_value(const struct form_field *fields, size_t n, const char *name) {
	for (size_t i = 0; i < n; i++)
		if (!fields[i].is_file && str_is(fields[i].name, name)) return fields[i].value;
	return STR_EMPTY;
}
