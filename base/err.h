/* Errors: a code that says what the caller may do about it, and words for whoever has to.
 *
 * Functions that can fail return `enum err_code`: ERR_OK (0) or a negative code, and take a `struct err *` that
 * receives the words. Outputs are written only on success. The struct may be NULL where nobody will read it. */
#pragma once
#include "attr.h"
#include "str.h"

enum err_code {
	ERR_OK = 0,
	ERR_INVALID = -1,      /* the input breaks a rule; the message says which */
	ERR_NOT_FOUND = -2,    /* nothing by that name, or nothing that this viewer may know of */
	ERR_FORBIDDEN = -3,    /* known, but not for this actor */
	ERR_CONFLICT = -4,     /* the record changed meanwhile, or the state does not allow the move */
	ERR_EXISTS = -5,       /* a name is taken */
	ERR_TOO_LARGE = -6,    /* over a declared maximum */
	ERR_UNSUPPORTED = -7,  /* valid, but not something that this build or hub does */
	ERR_BUSY = -8,         /* another process or too many requests; trying again may help */
	ERR_STORAGE = -9,      /* disk full, read-only or failing */
	ERR_CORRUPT = -10,     /* our own stored data contradict themselves */
	ERR_MEMORY = -11,      /* an allocation failed, or an arena reached its cap */
	ERR_INTERNAL = -12,    /* a bug of ours */
	ERR_USAGE = -13,       /* a command line that means nothing */
	ERR_CANCELLED = -14,   /* stopped by the user or by shutdown */
	ERR_GONE = -15,        /* it was here, and was erased; nothing brings it back */
};

struct err {
	enum err_code code;
	char message[480]; /* for the person who made the request; no internals, no secrets */
	char detail[480];  /* for the log: library messages, paths; may be empty */
	char where[96];    /* file, JSON pointer, line or column that the message is about; may be empty */
};

/* Sets code and message (printf form) and clears detail and where. Returns code, so that
 * `return err_set(e, ERR_INVALID, "…");` reads as one thing. A NULL e only returns code. */
enum err_code err_set(struct err *e, enum err_code code, const char *fmt, ...) printf_like(3, 4);

/* Adds the words for the log, or the place, to an error that is set. */
void err_detail(struct err *e, const char *fmt, ...) printf_like(2, 3);
void err_where(struct err *e, const char *fmt, ...) printf_like(2, 3);

/* Puts "prefix: " before the message: who was at work when it happened. Returns e's code. */
enum err_code err_prefix(struct err *e, const char *fmt, ...) printf_like(2, 3);

/* errno as an error: ENOSPC and EIO become ERR_STORAGE, ENOENT ERR_NOT_FOUND, EACCES ERR_FORBIDDEN … */
enum err_code err_errno(struct err *e, int errnum, const char *fmt, ...) printf_like(3, 4);

/* One table maps a code to everything outside: HTTP status, exit status, a short name ("not-found")
 * that stands in problem documents and in --json output. */
int err_http_status(enum err_code code);
int err_exit_status(enum err_code code);   /* 0 done, 1 refused, 2 usage, 3 failure */
const char *err_name(enum err_code code);
const char *err_title(enum err_code code); /* a few words for a heading */
