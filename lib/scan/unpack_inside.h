/* Between reader.c and unpack.c. */
#pragma once
#include "reader.h"

/* Moves what is left to the start of the buffer and unpacks more behind it, up to r->filled; false when nothing more comes (r->fault). */
bool unpack_more(struct reader *r);
