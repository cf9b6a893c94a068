#include "rank.h"

#include <sqlite3.h>

enum { COLUMNS = 8, PHRASES = 32 };

static void rank_fields(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *out, int argc,
	sqlite3_value **argv) {
	int columns = api->xColumnCount(fts), phrases = api->xPhraseCount(fts), hits = 0;
	if (columns > COLUMNS) columns = COLUMNS;
	if (phrases > PHRASES) phrases = PHRASES;
	int count[PHRASES][COLUMNS] = {{0}};
	int rc = api->xInstCount(fts, &hits);
	for (int i = 0; rc == SQLITE_OK && i < hits; i++) {
		int phrase, column, offset;
		rc = api->xInst(fts, i, &phrase, &column, &offset);
		if (rc == SQLITE_OK && phrase < phrases && column < columns) count[phrase][column]++;
	}
	double score = 0;
	for (int c = 0; rc == SQLITE_OK && c < columns && 2 * c + 1 < argc; c++) {
		double weight = sqlite3_value_double(argv[2 * c]), typical = sqlite3_value_double(argv[2 * c + 1]);
		if (weight <= 0 || typical <= 0) continue;
		int length = -1;
		for (int p = 0; p < phrases; p++) {
			if (!count[p][c]) continue;
			if (length < 0) rc = api->xColumnSize(fts, c, &length);
			double tf = count[p][c];
			score += weight * tf / (tf + 1.2 * (0.25 + 0.75 * length / typical));
		}
	}
	if (rc == SQLITE_OK)
		sqlite3_result_double(out, score);
	else
		sqlite3_result_error_code(out, rc);
}

enum err_code rank_register(struct sqlite3 *handle, struct err *e) {
	fts5_api *api = NULL;
	sqlite3_stmt *stmt = NULL;
	if (sqlite3_prepare_v2(handle, "SELECT fts5(?1)", -1, &stmt, NULL) == SQLITE_OK) {
		sqlite3_bind_pointer(stmt, 1, &api, "fts5_api_ptr", NULL);
		sqlite3_step(stmt);
	}
	sqlite3_finalize(stmt);
	if (!api || api->xCreateFunction(api, "rank_fields", NULL, rank_fields, NULL) != SQLITE_OK)
		return err_set(e, ERR_UNSUPPORTED, "this SQLite has no full-text search (FTS5)");
	return ERR_OK;
}
