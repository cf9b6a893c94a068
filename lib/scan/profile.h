/* What a pickle may import and call, and what is known to be bad.
 *
 * Invariant: a name that isn't listed is not allowed. Names are compared whole after Python 2's names were mapped to Python 3's (the tables of
 * Lib/_compat_pickle.py) and NumPy 2's private modules to NumPy 1's. A pattern allows the classes of a package by their shape (Capital), never its functions. */
#pragma once
#include "scan.h"

enum allowed_flag {
	ALLOW_CLASS = 1, /* may be made without its __init__ (NEWOBJ, copyreg._reconstructor), and be named as a type */
	ALLOW_CALL = 2,  /* may be called (REDUCE, INST, OBJ) */
	ALLOW_NAME = 4,  /* may be named, as a value */
	ALLOW_PAIRS = 8, /* a mapping: its objects may get items */
	ALLOW_LIST = 16, /* a sequence without attributes of its own: its objects may get values. (Of others the unpickler calls whatever attribute is named append, extend or add.) */
	ALLOW_BOTH = ALLOW_CLASS | ALLOW_CALL,
};

/* What the arguments of a call must be. */
enum allowed_check {
	CHECK_ANY,
	CHECK_CLASS_FIRST,  /* the first is an allowed class */
	CHECK_RECONSTRUCTOR,/* as copyreg._reconstructor: class, base, state; gives an object of the class */
	CHECK_ONE,          /* exactly one */
	CHECK_HELD,         /* nothing, or values that stand in the pickle: no number that is a length, no range */
	CHECK_CODEC,        /* text and the name of a codec that only maps characters */
	CHECK_DTYPE,        /* a NumPy type by its name */
	CHECK_METHOD,       /* one of Python's own types, and the name of a method of it: str.lower */
	CHECK_BYTES_TORCH,  /* bytes that hold a PyTorch file, which was examined */
	CHECK_STORAGE,      /* the first is a storage by persistent id, or what was made of one */
	CHECK_REBUILD_TYPE, /* function, type, arguments, state: the function is called */
	CHECK_FACTORY,      /* nothing, None or an allowed class */
	CHECK_PARTIAL,      /* the first is an allowed function or class */
};

struct allowed {
	unsigned flags;
	enum allowed_check check;
	unsigned width; /* for a type of storage: bytes of an item */
};

/* module and name as they stand in the pickle. False when no profile among `profiles` has it. */
bool profile_allows(unsigned profiles, struct str module, struct str name, struct allowed *out);
/* True for what is known to run code or reach out. */
bool profile_denies(struct str module, struct str name);
/* Python 2's name as Python 3 has it, NumPy 2's private module as NumPy 1 has it; else the same. */
void profile_python3(struct str *module, struct str *name);
