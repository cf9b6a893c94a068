/* Exporting: public records written back in a foreign format, one file a record. */
#pragma once
#include "exchange/import.h"

struct export_report {
	int64_t written, unfit; /* unfit: can't be told in this format */
	struct rejection *rejections;
	size_t rejections_n;
};

/* ids NULL: every public record that fits. dir is made; files there of the same name are replaced. */
enum err_code export_run(const struct hub *h, struct db *db, const struct format *format, const char *const *ids, size_t n, const char *dir,
	struct arena *a, struct export_report *out, struct err *e) must_use;
/* One record as text. ERR_UNSUPPORTED when it does not fit. */
enum err_code export_text(const struct hub *h, struct db *db, const struct format *format, struct str id, struct arena *a, struct str *out,
	struct err *e) must_use;
