/* What was erased and by which law, for statistics alone: no record is told of. */
#pragma once
#include "hub/hub.h"

/* Sorts of bases, by words in what was said when it was erased (Article 17 of Regulation (EU) 2016/679, an order of a court, rights of an author, material
 * of minors); BASIS_NONE: none was said. */
enum erasure_basis { BASIS_PRIVACY, BASIS_COURT, BASIS_RIGHTS, BASIS_MINORS, BASIS_OTHER, BASIS_NONE };
enum erasure_basis erasure_basis_of(struct str basis);

struct erasure {
	moment at;
	enum erasure_basis basis;
	bool fields; /* of fields alone */
};
/* All before `until`, the oldest first, without those of records that an open embargo covers, or whose key is not here. */
enum err_code disclose_erasures(const struct hub *h, struct db *db, struct arena *a, moment until, struct erasure **out, size_t *n, struct err *e) must_use;
