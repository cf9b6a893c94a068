/* The fields of a form, whatever they are called: for forms whose fields are not known when the table is written. Declared PARAM_FORM
 * parameters are read from the same body and stay the way for all others.
 *
 * Takes application/x-www-form-urlencoded and multipart/form-data (RFC 7578). Bounded: FORM_FIELDS fields, names of FORM_NAME bytes. */
#pragma once
#include "http/request.h"

enum { FORM_FIELDS = 5000, FORM_NAME = 300 };

struct form_field {
	struct str name;
	struct str value;      /* UTF-8 without NUL; of a file its bytes, whatever they are */
	bool is_file;
	struct str file_name;  /* the last part of what the browser said; "" when no file was chosen */
	struct str media_type;
};
/* In the order of the body. ERR_INVALID for what is not a form, with words; ERR_TOO_LARGE; ERR_UNSUPPORTED for another media type. */
enum err_code request_form(struct request *rq, const struct form_field **out, size_t *n, struct err *e) must_use;
/* The first of that name that is no file; "" when there is none. */
struct str form_value(const struct form_field *fields, size_t n, const char *name);
