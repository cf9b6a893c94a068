/* Forms as a client may send them: the first line is the Content-Type, the rest the body. */
#include "fuzz.h"
#include "http/inside.h"

/* What is given of a multipart body points into it; of a file it may be any bytes. */
static void look(const struct form_field *f, struct str body, bool multipart) {
	MUST(f->name.n >= 1 && f->name.n <= FORM_NAME && str_utf8(f->name));
	MUST(f->is_file || str_utf8(f->value));
	MUST(f->is_file || !f->value.n || !memchr(f->value.p, 0, f->value.n));
	MUST(str_utf8(f->file_name) && str_find_char(f->file_name, '/') == STR_NONE && str_find_char(f->file_name, '\\') == STR_NONE);
	MUST(f->is_file == (f->media_type.n > 0));
	if (multipart) MUST(f->value.p >= body.p && f->value.p + f->value.n <= body.p + body.n);
	/* so that a sanitizer sees all of it read */
	unsigned sum = 0;
	for (size_t i = 0; i < f->value.n; i++) sum += (unsigned char)f->value.p[i];
	MUST(sum <= 255 * f->value.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct str type = str_n(data, size), body = STR_EMPTY;
	size_t line = str_find_char(type, '\n');
	if (line != STR_NONE) {
		body = str_from(type, line + 1);
		type = str_sub(type, 0, line);
	}
	struct arena *a = arena_new(1 << 20);
	if (!a) return 0;
	const struct form_field *fields;
	size_t n;
	struct err e = {0};
	enum err_code code = form_parse(a, type, body, &fields, &n, &e);
	MUST(code == ERR_OK || code == e.code);
	MUST(code == ERR_OK || code == ERR_INVALID || code == ERR_TOO_LARGE || code == ERR_UNSUPPORTED || code == ERR_MEMORY);
	bool multipart = type.n > 9 && str_eq_ascii_case(str_sub(type, 0, 9), S("multipart"));
	for (size_t i = 0; !code && i < n; i++) look(&fields[i], body, multipart);
	arena_free(a);
	return 0;
}
