#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static const struct {
	enum err_code code;
	int http, exit;
	const char *name, *title;
} table[] = {
	{ERR_OK, 200, 0, "ok", "Done"},
	{ERR_INVALID, 422, 1, "invalid", "The input breaks a rule"},
	{ERR_NOT_FOUND, 404, 1, "not-found", "Nothing here"},
	{ERR_FORBIDDEN, 403, 1, "forbidden", "Not allowed"},
	{ERR_CONFLICT, 409, 1, "conflict", "It conflicts with the present state"},
	{ERR_EXISTS, 409, 1, "exists", "The name is taken"},
	{ERR_TOO_LARGE, 413, 1, "too-large", "Too large"},
	{ERR_UNSUPPORTED, 501, 1, "unsupported", "Not supported"},
	{ERR_BUSY, 503, 3, "busy", "Busy; try again"},
	{ERR_STORAGE, 507, 3, "storage", "Storage failed"},
	{ERR_CORRUPT, 500, 3, "corrupt", "Stored data are damaged"},
	{ERR_MEMORY, 503, 3, "memory", "Out of memory"},
	{ERR_INTERNAL, 500, 3, "internal", "Internal error"},
	{ERR_USAGE, 400, 2, "usage", "The request could not be understood"},
	{ERR_CANCELLED, 503, 3, "cancelled", "Stopped"},
	{ERR_GONE, 410, 1, "gone", "Erased"},
};

static size_t row(enum err_code code) {
	for (size_t i = 0; i < lengthof(table); i++)
		if (table[i].code == code) return i;
	return row(ERR_INTERNAL);
}

int err_http_status(enum err_code code) {
	return table[row(code)].http;
}
int err_exit_status(enum err_code code) {
	return table[row(code)].exit;
}
const char *err_name(enum err_code code) {
	return table[row(code)].name;
}
const char *err_title(enum err_code code) {
	return table[row(code)].title;
}

/* Cuts at a character boundary, so that a message stays valid UTF-8 when it was too long. */
__attribute__((format(printf, 3, 0)))
static void print(char *to, size_t size, const char *fmt, va_list args) {
	int n = vsnprintf(to, size, fmt, args);
	if (n >= 0 && (size_t)n >= size) {
		size_t end = size - 1;
		while (end > 0 && ((unsigned char)to[end - 1] & 0xC0) == 0x80) end--;
		if (end > 0 && ((unsigned char)to[end - 1] & 0xC0) == 0xC0) end--;
		to[end] = 0;
	}
}

#define PRINT(to, fmt) \
	do { \
		va_list args; \
		va_start(args, fmt); \
		print(to, sizeof to, fmt, args); \
		va_end(args); \
	} while (0)

enum err_code err_set(struct err *e, enum err_code code, const char *fmt, ...) {
	if (!e) return code;
	char message[sizeof e->message]; /* the arguments may stand in *e itself */
	PRINT(message, fmt);
	e->code = code;
	memcpy(e->message, message, sizeof message);
	e->detail[0] = e->where[0] = 0;
	return code;
}

void err_detail(struct err *e, const char *fmt, ...) {
	if (e) PRINT(e->detail, fmt);
}

void err_where(struct err *e, const char *fmt, ...) {
	if (e) PRINT(e->where, fmt);
}

enum err_code err_prefix(struct err *e, const char *fmt, ...) {
	if (!e) return ERR_INTERNAL;
	char prefix[sizeof e->message], message[sizeof e->message];
	PRINT(prefix, fmt);
	memcpy(message, e->message, sizeof message);
	int n = snprintf(e->message, sizeof e->message, "%s: ", prefix);
	if (n < 0 || (size_t)n >= sizeof e->message) n = 0;
	struct str rest = str_cut_utf8(str_of(message), sizeof e->message - 1 - (size_t)n);
	memcpy(e->message + n, rest.p, rest.n + 1);
	e->message[(size_t)n + rest.n] = 0;
	return e->code;
}

enum err_code err_errno(struct err *e, int errnum, const char *fmt, ...) {
	enum err_code code = ERR_STORAGE;
	switch (errnum) {
	case ENOENT:
	case ENOTDIR: code = ERR_NOT_FOUND; break;
	case EACCES:
	case EPERM: code = ERR_FORBIDDEN; break;
	case EEXIST: code = ERR_EXISTS; break;
	case ENOMEM: code = ERR_MEMORY; break;
	case EAGAIN:
	case EADDRINUSE: code = ERR_BUSY; break;
	default: break;
	}
	if (!e) return code;
	char words[sizeof e->message];
	PRINT(words, fmt);
	return err_set(e, code, "%s: %s", words, strerror(errnum));
}
