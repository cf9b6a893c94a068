/* The scanner of model artifacts: says of a file whether loading it can do more than load it.
 *
 * Invariants:
 *  - Content decides. A name, an extension or a file beside it changes nothing.
 *  - Default deny. What a loader would call is compared with lists of what is allowed (profiles); lists of what is known to be bad only
 *    raise a severity. What isn't understood, is encrypted, cut short or over a budget is INCONCLUSIVE and never PASS.
 *  - Every byte is accounted for: parsed (its meaning was judged), opaque (data of a known type and length, such as a tensor's numbers), or
 *    unaccounted. parsed + opaque + unaccounted is the file's size; unaccounted > 0 is not PASS.
 *  - Nothing is executed, nothing is written to disk, nothing that is scanned is taken as policy.
 *  - The same bytes and options give the same report, on every machine; only the time budget can break that, and then the report says so.
 *
 * A file inside another (a member of an archive, a pickle inside an array) is examined the same way; its findings stand with the file that
 * holds it and say in which member. */
#pragma once
#include "base/base.h"

/* In order: a file's verdict is the greatest of its findings'. */
enum scan_verdict {
	SCAN_PASS,         /* understood to the last byte, and nothing found */
	SCAN_REVIEW,       /* a person should look at it */
	SCAN_INCONCLUSIVE, /* it could not be judged */
	SCAN_INVALID,      /* it breaks its format's rules, so readers may differ over what it is */
	SCAN_BLOCK,        /* loading it runs code, or reaches out of the file */
};
enum scan_severity { SCAN_LOW, SCAN_MEDIUM, SCAN_HIGH, SCAN_CRITICAL };
const char *scan_verdict_name(enum scan_verdict v); /* "PASS" … */
const char *scan_severity_name(enum scan_severity s);

struct scan_rule {
	const char *id;      /* "pickle-call-denied"; never changes its meaning */
	enum scan_verdict verdict;
	enum scan_severity severity;
	const char *title;   /* what it is about, in a few words */
	const char *advice;  /* what to do */
};
/* All rules in order of their ids, for documentation and SARIF. */
const struct scan_rule *scan_rules(size_t *n);

struct scan_finding {
	const struct scan_rule *rule;
	enum scan_severity severity;
	uint64_t offset;     /* in the member, or in the file where member is "" */
	struct str member;   /* "archive/data.pkl", "inner.zip!a.pkl"; "" is the file itself */
	struct str message;  /* UTF-8 without control characters */
};

/* Data of a file that lie in another, as ONNX has it. */
struct scan_reference {
	struct str name;   /* relative to the folder of the file that refers to it; one that begins with '*' goes on where that file's own name has its last '.' */
	uint64_t from, n;  /* bytes; n UINT64_MAX: up to the end */
};

struct scan_file {
	struct str path;     /* as it is shown */
	enum scan_verdict verdict;
	const char *format;  /* "pickle", "pytorch-zip", …; "unknown" */
	uint64_t size;
	uint64_t parsed, opaque, unaccounted;
	struct scan_finding *findings; /* worst first, then by member and offset */
	size_t findings_n;
	size_t findings_left_out;      /* over SCAN_FINDINGS */
	struct scan_reference *references;
	size_t references_n;
};
enum { SCAN_FINDINGS = 200, SCAN_REFERENCES = 1 << 20 };

/* Of one file; 0 means the standing value (scan_limits_standing). */
struct scan_limits {
	uint64_t input;    /* bytes that are read from a pipe or standard input */
	uint64_t unpacked; /* bytes that come out of decompressors, in all */
	uint64_t ratio;    /* of a compressed stream, once it gave 64 MB */
	uint64_t memory;   /* bytes of a compressed member whose format needs them all at once */
	uint64_t depth;    /* archives and pickles inside each other */
	uint64_t opcodes;  /* of pickles, in all */
	uint64_t memo;     /* entries of a pickle's memo */
	uint64_t members;  /* of archives, in all */
	uint64_t seconds;
};
struct scan_limits scan_limits_standing(void);

/* Sets of what a pickle may import and call. */
enum scan_profile {
	SCAN_PLAIN = 1 << 0,   /* Python's own types that hold data */
	SCAN_NUMPY = 1 << 1,
	SCAN_TORCH = 1 << 2,   /* tensors and the modules of torch.nn */
	SCAN_SKLEARN = 1 << 3, /* with SciPy's types and joblib's arrays */
	SCAN_PANDAS = 1 << 4,
	SCAN_XGBOOST = 1 << 5, /* and LightGBM, CatBoost */
	SCAN_ALL_PROFILES = (1 << 6) - 1,
};
/* 0 when there is none of that name. */
unsigned scan_profile_of(struct str name);
const char *scan_profile_name(unsigned profile);

struct scan_options {
	struct scan_limits limits;
	unsigned profiles;        /* 0: all */
	const struct str *allow;  /* "module.name" that may be imported and called besides; the caller's addition, which the report repeats */
	size_t allow_n;
};

/* The formats that are told apart, in the order in which they are tried. */
size_t scan_formats_n(void);
const char *scan_format_name(size_t i);

/* Examines bytes. *out and what it points to live in the arena; out->path is left to the caller. Nothing that the bytes say can make this
 * fail but ERR_MEMORY. Thread-safe: threads share options and nothing else. */
enum err_code scan_bytes(struct arena *a, const struct scan_options *o, struct str bytes, struct scan_file *out, struct err *e) must_use;

/* Examines a file, through the page cache; "-" is standard input. What can't be opened, or isn't a regular file, has a finding that says so and is INCONCLUSIVE. */
enum err_code scan_path(struct arena *a, const struct scan_options *o, const char *path, struct scan_file *out, struct err *e) must_use;
