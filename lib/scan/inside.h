/* What the scanner's files share: one file being examined, its findings and the account of its bytes. Not for users of lib/scan. */
#pragma once
#include "reader.h"
#include "scan.h"

enum rule {
#define RULE(symbol, id, verdict, severity, title, advice) RULE_##symbol,
#include "rules.inc"
#undef RULE
	RULES
};
extern const struct scan_rule scan_rule_table[RULES];

/* Bytes of what is examined. The caller of a parser knows the size; what the parser doesn't add is unaccounted. */
struct tally {
	uint64_t parsed, opaque;
};

/* One file of the command line, with all that is inside it. */
struct scan {
	struct arena *a;          /* of the report */
	struct arena *scratch;    /* of the file; gone when it is done */
	const struct scan_options *options;
	struct scan_limits limits;
	struct scan_file *file;
	struct str member;        /* which is being examined; "" the file itself */
	uint64_t depth;           /* of nesting; 0 the file itself */
	uint64_t unpacked, opcodes, members, work; /* spent of the budgets */
	uint64_t held;            /* bytes that all_bytes copied and nobody gave back */
	moment deadline;
	bool over;                /* a budget of the whole file is spent: everybody stops */
	unsigned silent;          /* > 0: findings are counted in `heard` and not kept: for trying what a file may be */
	unsigned heard;
	unsigned grave;           /* findings of INCONCLUSIVE and worse, so far */
	size_t room, references_room; /* of file->findings, file->references */
};

/* A finding; the message is cleaned of control characters and bad UTF-8. One that stands already with the same rule, member and message
 * is not repeated. */
void found(struct scan *s, enum rule rule, uint64_t offset, const char *fmt, ...) printf_like(4, 5);
/* Adds a finding about the file as it lies on the disk to one that was examined. */
enum err_code scan_add(struct arena *a, struct scan_file *file, enum rule rule, const char *message, struct err *e) must_use;
/* With a severity above the rule's own. */
void found_severe(struct scan *s, enum rule rule, enum scan_severity severity, uint64_t offset, const char *fmt, ...) printf_like(5, 6);
/* Text of the file for a message: printable, at most 120 bytes; good until the eighth call from there. */
struct str shown(struct scan *s, struct str text);
#define SHOWN(s, text) STR_ARG(shown((s), (text)))

/* True when the file's time is up, which it then says. Cheap: looks at the clock every 256 calls. */
bool time_is_up(struct scan *s);
/* Says that a budget is spent, and stops the file. */
void over_budget(struct scan *s, uint64_t offset, const char *fmt, ...) printf_like(3, 4);
/* Counts a member of an archive; false over the budget. */
bool count_member(struct scan *s, uint64_t offset);

/* The file says that data of its own lie in another: n bytes from there on, UINT64_MAX: up to its end. */
void note_reference(struct scan *s, struct str name, uint64_t from, uint64_t n);

/* ---- what is inside ---- */

/* Going into a member and back: `struct inside in; if (go_inside(s, &in, name, offset)) { … } come_back(s, &in);`. False (and said) when it is too deep. */
struct inside {
	struct str member;
	const char *format;
};
bool go_inside(struct scan *s, struct inside *in, struct str name, uint64_t offset) must_use;
void come_back(struct scan *s, struct inside *in);

/* Examines all that the reader gives, whatever it is, and names its format in s->file->format. Bytes that belong to nothing are found here. Returns what was left unaccounted. */
uint64_t examine(struct scan *s, struct reader *r, struct tally *t);
/* The same for a member, under its name. */
uint64_t examine_member(struct scan *s, struct str name, uint64_t offset, struct reader *r, struct tally *t);
/* All that the reader still gives: where it lies in memory already, or copied. False (and said) over the budget. Give it back with drop_bytes. */
struct held {
	struct str bytes;
	char *copy;
};
bool all_bytes(struct scan *s, struct reader *r, struct held *out) must_use;
void drop_bytes(struct scan *s, struct held *h);
/* Says what went wrong with the stream that a reader unpacks, if anything did. */
void stream_fault(struct scan *s, const struct reader *r);

/* Data of a known length and no structure, such as a tensor's numbers: looks for what has no business there (programs, archives). */
void opaque_data(struct scan *s, struct str bytes, uint64_t offset, const char *what);
/* Of these bytes only the first of each part will be looked at: the system need not read ahead. */
void only_heads(struct str bytes);
/* Name of the executable format that bytes begin with, or NULL. */
const char *executable_format(struct str bytes);

/* ---- ranges of a file ----
 * Formats that are read by offsets say which bytes they understood; gaps and overlaps come out when all are known. */
enum range_kind { RANGE_PARSED, RANGE_OPAQUE, RANGE_UNACCOUNTED };
struct range {
	uint64_t from, to;
	enum range_kind kind;
};
struct ranges {
	struct arena *a;
	struct range *items;
	size_t n, room;
};
bool range_add(struct ranges *r, uint64_t from, uint64_t n, enum range_kind kind);
/* Sorts, adds to the tally (a byte counts once), and gives the first overlap and the first gap below size (UINT64_MAX: none). */
void ranges_close(struct ranges *r, uint64_t size, struct tally *t, uint64_t *overlap, uint64_t *gap);
/* Adds the bytes that a member takes in its archive to the ranges, in the proportion of what was made of its contents. */
void member_range(struct ranges *ranges, uint64_t from, uint64_t n, const struct tally *t, uint64_t unaccounted);
