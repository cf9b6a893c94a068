/* What people type into the search field: whatever it is, the index understands what is made of it. */
#include <sqlite3.h>

#include "fuzz.h"
#include "hub/fold.h"
#include "hub/search.h"
#include "hub/search_query.h"

static sqlite3_stmt *search;

static void open_index(void) {
	sqlite3 *db;
	MUST(sqlite3_open(":memory:", &db) == SQLITE_OK);
	MUST(sqlite3_exec(db, "CREATE VIRTUAL TABLE search USING fts5 (title, high, body, marks, tokenize='ascii', prefix='3');"
		"INSERT INTO search VALUES ('a voice', 'cloned', 'the bank was called', '§kindnote §year2024')", NULL, NULL, NULL) == SQLITE_OK);
	MUST(sqlite3_prepare_v2(db, "SELECT rowid FROM search WHERE search MATCH ?1", -1, &search, NULL) == SQLITE_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new(4 << 20);
	struct search_query q;
	struct err e = {.code = ERR_OK};
	struct str text = str_n(data, size), expression;
	if (!a) return 0;
	if (!search) open_index();
	enum err_code code = search_query_read(a, text, &q, &e);
	if (code) {
		MUST(code == ERR_INVALID && e.message[0]);
		return 0;
	}
	MUST(size <= SEARCH_QUERY);
	/* A part of the input as a filter that came another way, as from an address. */
	struct list_filter filter = {S("kind"), str_sub(text, 0, 20)};
	for (size_t filters = 0; filters < 2; filters++) {
		MUST(search_query_fts5(a, &q, &filter, filters, &expression, &e) == ERR_OK);
		MUST(expression.n > 0 && str_utf8(expression));
		MUST(sqlite3_bind_text(search, 1, expression.p, (int)expression.n, SQLITE_STATIC) == SQLITE_OK);
		int rc = sqlite3_step(search);
		if (rc != SQLITE_ROW && rc != SQLITE_DONE) fprintf(stderr, "%.*s\n", STR_ARG(expression));
		MUST(rc == SQLITE_ROW || rc == SQLITE_DONE);
		sqlite3_reset(search);
	}
	autobuf struct buf word = BUF(1 << 12);
	size_t at = 0, from, to;
	while (fold_next(text, &at, &word, &from, &to)) (void)search_query_matches(a, &q, buf_str(&word));
	return 0;
}
