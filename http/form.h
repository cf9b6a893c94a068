/* The fields of a form, whatever they are called: for forms whose fields are not known when the table is written. Declared PARAM_FORM
 * parameters are read from the same body and stay the way for all others.
 *
 * Takes application/x-www-form-urlencoded and multipart/form-data (RFC 7578). Bounded: FORM_FIELDS fields, names of FORM_NAME bytes,
 * FORM_TEXT bytes of fields that are not files. The route must have ROUTE_FORM.
 *
 * Values of a multipart body are not copied: they point into it, and a body that was spooled to a file is mapped into memory, so an
 * upload costs no memory of its own. */
#pragma once
#include "http/request.h"

enum { FORM_FIELDS = 5000, FORM_NAME = 300, FORM_TEXT = 4 << 20 };

struct form_field {
	struct str name;
	struct str value;      /* UTF-8 without NUL; of a file its bytes, whatever they are */
	bool is_file;
	struct str file_name;  /* the last part of what the browser said; "" when no file was chosen */
	struct str media_type; /* of a file: "application/octet-stream" when the client said none */
};
/* In the order of the body; none when there is no body. ERR_INVALID for what is not a form, with words; ERR_TOO_LARGE; ERR_UNSUPPORTED
 * for another media type. */
enum err_code request_form(struct request *rq, const struct form_field **out, size_t *n, struct err *e) must_use;
/* The first of that name that is no file; "" when there is none. */
struct str form_value(const struct form_field *fields, size_t n, const char *name);

/* The same from a body and its Content-Type. The fields live in the arena and point into the body. */
enum err_code form_parse(struct arena *a, struct str content_type, struct str body, const struct form_field **out, size_t *n,
	struct err *e) must_use;
