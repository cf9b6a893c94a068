/* The symbolic pickle machine, for its own files: machine.c (opcodes), machine_text.c (lines of the text protocols), machine_values.c (stack, memo, strings, tuples), machine_judge.c (imports and calls).
 *
 * A value is 32 bits: what it is in the upper four, and a number in the lower 28 that depends on it. Values without interest that follow each
 * other on the stack are one slot with a count, so a tuple of ten million numbers costs nothing. */
#pragma once
#include "pickle.h"
#include "profile.h"

typedef uint32_t value;
enum kind {
	V_PLAIN,     /* numbers, None, booleans: how many follow each other */
	V_STRING,    /* number of the string; STRING_LOST when it is too long for a name */
	V_BYTES,     /* 1: it held a file that was examined; 0 */
	V_TUPLE,     /* its number; 0 is () */
	V_CONTAINER, /* list, dict or set: how many values a walk through it would meet */
	V_MEMOIZED,  /* the same, and the number stands in the memo at this index */
	V_IMPORT,    /* number of the import */
	V_RESULT,    /* an object that came of calling this import, or of making its class */
	V_DTYPE,     /* a NumPy type: letter << 20 | bytes; 'V' a record of which isn't known whether it holds objects, 'v' one that holds none */
	V_STORAGE,   /* what a persistent id stands for */
	V_TENSOR,    /* what was made of one */
	V_LOST,      /* nobody knows */
};
enum { PAYLOAD = 0x0FFFFFFF, STRING_LOST = PAYLOAD, TUPLE_ITEMS = 8, TUPLES = 512, STRING_BYTES = 80, RECENT = 1024, KEPT_STRINGS = 128 << 10, IMPORTS = 20000, NUMBERS = 16, RECORDS = 16 };
static inline value v_of(enum kind k, uint32_t payload) { return (uint32_t)k << 28 | payload; }
static inline enum kind v_kind(value v) { return (enum kind)(v >> 28); }
static inline uint32_t v_payload(value v) { return v & PAYLOAD; }

struct tuple {
	uint32_t number, n, weight; /* n items; those past TUPLE_ITEMS are not kept */
	value items[TUPLE_ITEMS];
	int64_t numbers[TUPLE_ITEMS]; /* of items that were written as whole numbers; else INT64_MIN */
};

struct import {
	struct str module, name;
	uint64_t offset;
	struct allowed allowed;
	bool ok, denied, called, refused; /* refused: found already to be used as it should not */
	bool wrapper;                     /* joblib's NumpyArrayWrapper */
};

struct kept { /* a string */
	uint32_t at, hash;
	uint8_t n;
};
struct recent {
	uint32_t number;
	uint8_t n;
	char bytes[STRING_BYTES];
};

/* What the state of a joblib array says. */
struct array_state {
	bool has_shape, has_dtype, aligned;
	uint64_t count;
	char letter;
	uint32_t width;
};

struct machine {
	struct scan *s;
	struct reader *r;
	struct pickle_run *run;
	struct tally *t;
	uint64_t began, ops;
	const uint8_t *watch;  /* where mind() has to look: the end of a frame or of the window */
	uint64_t frame;        /* offset of the end of the open frame; UINT64_MAX none */
	bool frame_wrong;
	int protocol;

	value *stack;
	uint32_t n, room, floor; /* floor: below it stands what belongs to an open mark */
	uint32_t *marks, marks_n, marks_room;
	value *memo;
	uint32_t memo_n, memo_room, memo_set;

	struct kept *kept;
	char *pool;
	uint32_t *slots, kept_n, kept_room, slots_n, pool_n, pool_room, strings; /* strings: number of the next */
	struct recent *recent;
	struct tuple *tuples;
	uint32_t tuple_next;
	struct {
		uint64_t op;
		int64_t value;
	} numbers[NUMBERS];      /* whole numbers of the last operations */
	struct map by_name;
	struct import *imports;
	uint32_t imports_n, imports_room;
	uint32_t heaviest;
	uint32_t record_memo[RECORDS], records; /* where the memo has the last records */
	struct array_state array;
	bool lenient;          /* what isn't there is V_LOST: for a first look at bytes of which only some readers make a pickle */
	size_t storages_room, strings_room;
};
#define V_NEVER 0xFFFFFFFFu /* a memo entry that is not set */

/* ---- machine_values.c ---- */
void machine_free(struct machine *m);
/* A machine of its own in the same state; false when memory is out. */
bool machine_copy(const struct machine *m, struct machine *out) must_use;
/* Stops the machine: the unpickler raises an error, or a budget is spent. False, for `return broken(…)`. */
bool broken(struct machine *m, const char *why);
/* The same where the bytes end. */
bool cut_short(struct machine *m);
bool push_slow(struct machine *m, value v);
static inline bool push(struct machine *m, value v) {
	if (m->n == m->room) return push_slow(m, v);
	m->stack[m->n++] = v;
	return true;
}
static inline bool push_plain(struct machine *m) {
	if (m->n > m->floor && v_kind(m->stack[m->n - 1]) == V_PLAIN && v_payload(m->stack[m->n - 1]) < PAYLOAD) {
		m->stack[m->n - 1]++;
		return true;
	}
	return push(m, v_of(V_PLAIN, 1));
}
bool push_number(struct machine *m, int64_t n);
bool pop(struct machine *m, value *out);
bool top(struct machine *m, value *out);
void set_top(struct machine *m, value v);
bool mark(struct machine *m);
/* Takes the last mark away; the slots above it are at stack[*from] up to stack[m->n - 1] and stay until cut(m, *from). */
bool unmark(struct machine *m, uint32_t *from);
static inline void cut(struct machine *m, uint32_t n) { m->n = n; }
uint32_t weigh(struct machine *m, uint32_t from);    /* of the slots from there on */
void add_weight(struct machine *m, value container, uint32_t weight);
bool memo_put(struct machine *m, uint64_t index);
bool memo_get(struct machine *m, uint64_t index);
value string_value(struct machine *m, struct str s);
/* False when it isn't a string that is still known. */
bool string_of(struct machine *m, value v, struct str *out);
/* Of slots from `from` on, or of the last n values (which are taken off). */
bool tuple_from(struct machine *m, uint32_t from);
bool tuple_of(struct machine *m, uint32_t n);
/* NULL when it isn't a tuple that is still known. */
const struct tuple *tuple_at(struct machine *m, value v);

/* ---- machine_text.c ---- */
/* The rest of the line, in the window; its line feed is taken. */
bool text_line(struct machine *m, struct str *out);
bool text_index(struct machine *m, uint64_t *out);
/* These push what they read. */
bool text_number(struct machine *m);
bool text_float(struct machine *m);
bool text_string(struct machine *m, bool quoted);

/* ---- machine_judge.c ---- */
bool import(struct machine *m, struct str module, struct str name, uint64_t offset);
/* callable(*args): pushes what comes of it. args: a tuple. */
bool call(struct machine *m, value callable, value args);
/* The same for the slots above a mark (INST, OBJ); they are cut. */
bool call_slots(struct machine *m, value callable, uint32_t from);
/* cls.__new__(cls, *args) */
bool make(struct machine *m, value cls, value args);
/* obj gets a state, items, or values. False only where the machine breaks. */
bool build(struct machine *m, value object, value state);
bool fill(struct machine *m, value object, uint32_t from, bool pairs);
/* Keys and values above `from`: refuses those that would make Python call something. */
void check_pairs(struct machine *m, uint32_t from);
bool persistent(struct machine *m, value id);
/* Looks at the pairs of a state for what a joblib array says of itself. */
void note_state(struct machine *m, uint32_t from);
/* Reports what was imported and is not allowed. */
void report_imports(struct machine *m);
