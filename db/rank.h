/* The ranking of full-text hits in SQLite: an auxiliary function for FTS5 tables.
 *
 * rank_fields(table, weight and typical length in words of column 1, of column 2, …): the higher the better. Each phrase of the
 * query adds, for each column, weight × tf / (tf + k (1 - b + b × length / typical)) with k = 1.2, b = 0.75: Okapi BM25's
 * saturation and length norm (Robertson & Zaragoza 2009, section 3.4) without its inverse document frequency, which would cost a
 * pass over all documents that hold the word, and against a typical length that is given. */
#pragma once
#include "base/base.h"

struct sqlite3;
enum err_code rank_register(struct sqlite3 *handle, struct err *e) must_use;
