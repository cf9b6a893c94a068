#include "erasures.h"

#include "hub/change_store.h"

/* ---- bases ---- */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c; }

static bool is_word(char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80; }

/* As whole words: "AVG" is a law and "average" is none. */
static bool says(struct str folded, const char *words) {
	struct str rest = folded, what = str_of(words);
	for (size_t at; (at = str_find(rest, what)) != STR_NONE; rest = str_from(rest, at + 1)) {
		bool begins = at == 0 || !is_word(rest.p[at - 1]), ends = at + what.n == rest.n || !is_word(rest.p[at + what.n]);
		if (begins && ends) return true;
	}
	return false;
}

enum erasure_basis erasure_basis_of(struct str basis) {
	static const struct {
		const char *words;
		enum erasure_basis of;
	} known[] = {
		{"csam", BASIS_MINORS}, {"minor", BASIS_MINORS}, {"minors", BASIS_MINORS}, {"child", BASIS_MINORS}, {"2011/93", BASIS_MINORS},
		{"court", BASIS_COURT}, {"judgment", BASIS_COURT}, {"judgement", BASIS_COURT}, {"injunction", BASIS_COURT}, {"ruling", BASIS_COURT},
		{"copyright", BASIS_RIGHTS}, {"dmca", BASIS_RIGHTS}, {"2019/790", BASIS_RIGHTS}, {"trade secret", BASIS_RIGHTS}, {"trade secrets", BASIS_RIGHTS},
		{"gdpr", BASIS_PRIVACY}, {"2016/679", BASIS_PRIVACY}, {"avg", BASIS_PRIVACY}, {"dsgvo", BASIS_PRIVACY}, {"rgpd", BASIS_PRIVACY}, {"rodo", BASIS_PRIVACY},
		{"ccpa", BASIS_PRIVACY}, {"data protection", BASIS_PRIVACY}, {"privacy", BASIS_PRIVACY}, {"article 17", BASIS_PRIVACY}, {"art. 17", BASIS_PRIVACY},
		{"art 17", BASIS_PRIVACY}};
	char folded[400];
	struct str text = str_sub(str_trim(basis), 0, sizeof folded);
	if (!text.n) return BASIS_NONE;
	for (size_t i = 0; i < text.n; i++) folded[i] = lower(text.p[i]);
	for (size_t i = 0; i < lengthof(known); i++)
		if (says(str_n(folded, text.n), known[i].words)) return known[i].of;
	return BASIS_OTHER;
}

/* ---- events ---- */

static enum err_code read_one(const struct hub *h, struct arena *a, struct db_query *q, struct erasure *out, bool *readable, struct err *e) {
	struct stored r = {.uid = db_str(q, 3), .key_id = db_str(q, 4)};
	const struct json *detail;
	enum err_code code = store_detail(h, a, &r, db_int(q, 0), db_str(q, 2), &detail, e);
	*readable = !code;
	if (code == ERR_GONE || code == ERR_UNSUPPORTED) return ERR_OK;
	*out = (struct erasure){db_int(q, 1), erasure_basis_of(json_get_str(detail, S("basis"))), str_is(db_str(q, 5), "erase-field")};
	return code;
}

enum err_code disclose_erasures(const struct hub *h, struct db *db, struct arena *a, moment until, struct erasure **out, size_t *n, struct err *e) {
	size_t room = 64;
	struct erasure *list = arena_array(a, room, sizeof *list);
	struct db_query q = db_query(db,
		"WITH embargoed AS (SELECT record FROM case_state WHERE embargo IN ('P', 'A', 'R')), covered AS (SELECT record FROM embargoed UNION SELECT l.target FROM "
		"embargoed e JOIN link l ON l.source = e.record UNION SELECT l.source FROM embargoed e JOIN link l ON l.target = e.record) "
		"SELECT v.seq, v.at, v.detail, r.uid, r.key_id, v.type FROM event v JOIN record r ON r.id = v.record WHERE v.type IN ('erase', 'erase-field') AND v.at < $1 AND "
		"r.id NOT IN (SELECT record FROM covered) ORDER BY v.at, v.seq");
	enum err_code code = list ? ERR_OK : err_set(e, ERR_MEMORY, "out of memory");
	db_bind_int(&q, 1, until);
	*n = 0;
	while (!code && db_row(&q)) {
		bool readable;
		if (*n == room) {
			struct erasure *more = arena_array(a, room *= 2, sizeof *more);
			if (more) memcpy(more, list, *n * sizeof *list);
			else code = err_set(e, ERR_MEMORY, "out of memory");
			list = more;
		}
		if (!code) code = read_one(h, a, &q, &list[*n], &readable, e);
		if (!code && readable) (*n)++;
	}
	enum err_code ended = db_done(&q, code ? NULL : e);
	*out = list;
	return code ? code : ended;
}
