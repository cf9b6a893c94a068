/* Pickles (Python's pickle and pickletools modules, protocols 0 to 5; PEP 307, PEP 3154, PEP 574), run by a machine whose values are symbols.
 *
 * The machine does what the C unpickler of CPython does to its stack, marks and memo, and stops where that one would. It holds four bytes a
 * value: what kind it is, and for imports and what came of calling them which import. Every import and every call is judged; nothing that
 * isn't in a profile is passed over. Memory is bounded by the budgets, whatever is unpickled: of strings it keeps those that could be names,
 * of tuples the last few hundred with up to eight items, which is where the arguments of a call are found. What it no longer knows it
 * treats as hidden. */
#pragma once
#include "inside.h"

enum pickle_end {
	PICKLE_STOPPED,   /* STOP with a value */
	PICKLE_BROKEN,    /* the unpickler raises an error here */
	PICKLE_TRUNCATED, /* the bytes end before STOP */
	PICKLE_OVER,      /* a budget */
};

enum pickle_place {
	PICKLE_PLAIN,
	PICKLE_TORCH,       /* persistent ids are storages */
	PICKLE_TORCHSCRIPT, /* besides, __torch__ names the archive's own code */
};

/* A tensor's storage that a persistent id names. */
struct pickle_storage {
	struct str key;
	uint64_t count;
	unsigned width; /* bytes of an item; 0: of no known type */
};

struct pickle_run {
	enum pickle_place place; /* in */
	bool want_strings;       /* in: fill `strings` */
	enum pickle_end end;
	uint64_t offset;         /* where it ended */
	const char *why;         /* for BROKEN */
	uint64_t opcodes;
	unsigned imports, calls, denied; /* denied: imports that are known to be bad */
	unsigned blocked;                /* findings that block */
	bool torch_magic;                /* the value was the number that begins a legacy PyTorch file */
	bool joblib;                     /* arrays of joblib stood in it */
	struct pickle_storage *storages; /* in the scratch arena, in the order of their first mention */
	size_t storages_n;
	struct str *strings;             /* items of a list of strings that was the value, as far as they fit: the keys of a legacy PyTorch file */
	size_t strings_n;
};

/* Runs one stream, up to and with its STOP; adds its bytes to the tally and says what it found. */
void pickle_stream(struct scan *s, struct reader *r, struct pickle_run *run, struct tally *t);

/* True when the bytes begin like a pickle: a protocol opcode and another opcode behind it, or (text protocols) what runs up to STOP, to a call, or to an import that is
 * known to be bad. */
bool pickle_begins(struct scan *s, struct str head);

/* A file of pickles: one or several streams, a legacy PyTorch file, a joblib file. */
void parse_pickle(struct scan *s, struct reader *r, struct tally *t);
