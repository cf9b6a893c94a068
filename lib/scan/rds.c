/* R's serialization in XDR form (R Internals, "Serialization Formats"; src/main/serialize.c, versions 2 and 3), as in .rds files and, behind a line of their own, .RData files.
 *
 * A promise that wasn't evaluated runs its code as soon as somebody looks at the object that holds it (CVE-2024-27322): BLOCK. Functions run only when they are called: REVIEW. */
#include "formats.h"

enum {
	SYM = 1, LIST = 2, CLO = 3, ENV = 4, PROM = 5, LANG = 6, SPECIAL = 7, BUILTIN = 8, CHAR = 9, LGL = 10, INT = 13, REAL = 14, CPLX = 15, STR = 16, DOT = 17, VEC = 19, EXPR = 20, BCODE = 21, EXTPTR = 22,
	WEAKREF = 23, RAW = 24, S4 = 25, ALTREP = 238, ATTRLIST = 239, ATTRLANG = 240, BASEENV = 241, EMPTYENV = 242, BCREPREF = 243, BCREPDEF = 244, BASENAMESPACE = 247, PERSIST = 248, NAMESPACE = 249,
	PACKAGE = 250, MISSING = 251, UNBOUND = 252, GLOBALENV = 253, NIL = 254, REF = 255, HAS_ATTRIBUTES = 1 << 9, HAS_TAG = 1 << 10, DEPTH = 400,
};

struct rds {
	struct scan *s;
	struct reader *r;
	struct tally *t;
	int depth, environments; /* of items inside each other; how many of them are environments */
	bool function;
};

static bool bad(struct rds *d, const char *what) {
	if (d->r->fault == READER_FINE && !d->s->over && d->depth >= 0) found(d->s, RULE_RDS_INVALID, reader_offset(d->r), "%s", what);
	d->depth = -DEPTH * 2; /* said once */
	return false;
}

static bool word(struct rds *d, uint32_t *out) {
	const uint8_t *p = reader_take(d->r, 4);
	if (!p) return bad(d, "the object ends too early");
	d->t->parsed += 4;
	*out = be32(p);
	return true;
}

static bool length(struct rds *d, uint64_t *out) {
	uint32_t n, high, low;
	if (!word(d, &n)) return false;
	*out = n;
	if (n != UINT32_MAX) return n <= INT32_MAX || bad(d, "a negative length");
	if (!word(d, &high) || !word(d, &low)) return false;
	*out = (uint64_t)high << 32 | low;
	return high < 1 << 20 || bad(d, "a length that is too large");
}

static bool data(struct rds *d, uint64_t n, bool text) {
	uint64_t passed = reader_skip(d->r, n);
	*(text ? &d->t->parsed : &d->t->opaque) += passed;
	return passed == n || bad(d, "the object ends too early");
}

static bool item(struct rds *d, uint32_t *type_out);

static bool items(struct rds *d, uint64_t n) {
	uint32_t type;
	for (uint64_t i = 0; i < n; i++)
		if (!item(d, &type)) return false;
	return true;
}

static bool vector(struct rds *d, unsigned width) {
	uint64_t n;
	if (!length(d, &n)) return false;
	if (!width) return items(d, n);
	return data(d, n * width, false);
}

static bool text(struct rds *d) {
	uint32_t n;
	if (!word(d, &n)) return false;
	return n == UINT32_MAX || (n <= INT32_MAX ? data(d, n, true) : bad(d, "a negative length"));
}

static bool strings(struct rds *d) {
	uint32_t zero, n;
	if (!word(d, &zero) || !word(d, &n)) return false;
	return n <= INT32_MAX ? items(d, n) : bad(d, "a negative length");
}

/* ---- byte code ---- */

static bool code_constants(struct rds *d);

/* The types of a pair's parts stand before them; lists go on in their second part. */
static bool code_language(struct rds *d, uint32_t type) {
	uint32_t n, again;
	if (++d->depth > DEPTH) return bad(d, "too deep");
	for (;;) {
		if (type == BCREPREF) {
			d->depth--;
			return word(d, &n);
		}
		if (type == BCREPDEF && (!word(d, &n) || !word(d, &type))) return false;
		if (type != LANG && type != LIST && type != ATTRLANG && type != ATTRLIST) {
			d->depth--;
			return item(d, &again);
		}
		if ((type == ATTRLANG || type == ATTRLIST) && !item(d, &again)) return false;
		if (!item(d, &again) || !word(d, &type) || !code_language(d, type) || !word(d, &type)) return false;
		if (time_is_up(d->s)) return bad(d, "it took too long");
	}
}

static bool code_body(struct rds *d) {
	uint32_t type;
	if (++d->depth > DEPTH) return bad(d, "too deep");
	bool ok = item(d, &type) && code_constants(d);
	d->depth--;
	return ok;
}

static bool code_constants(struct rds *d) {
	uint32_t n, type;
	if (!word(d, &n)) return false;
	for (uint32_t i = 0; i < n; i++) {
		if (!word(d, &type)) return false;
		bool language = type == LANG || type == LIST || type == BCREPDEF || type == BCREPREF || type == ATTRLANG || type == ATTRLIST;
		if (!(type == BCODE ? code_body(d) : language ? code_language(d, type) : item(d, &type))) return false;
	}
	return true;
}

static bool byte_code(struct rds *d) {
	uint32_t shared;
	return word(d, &shared) && code_body(d);
}

/* ---- items ---- */

/* Attributes, tag, first part; the second part is an item that the caller reads on with. */
static bool pair(struct rds *d, uint32_t flags) {
	uint32_t type = NIL;
	uint64_t at = reader_offset(d->r);
	if (flags & HAS_ATTRIBUTES && !item(d, &type)) return false;
	if (flags & HAS_TAG && !item(d, &type)) return false;
	if (!item(d, &type)) return false;
	/* In an environment a promise may be an argument that nobody needed yet, or wait for whoever looks at the variable: a person must tell. */
	if ((flags & 255) == PROM && type == UNBOUND) found(d->s, d->environments ? RULE_RDS_FUNCTION : RULE_RDS_CODE, at, "a promise that wasn't evaluated");
	if ((flags & 255) == CLO && !d->function) {
		d->function = true;
		found(d->s, RULE_RDS_FUNCTION, at, "a function");
	}
	return true;
}

static bool is_pair(uint32_t type) {
	return type == LIST || type == LANG || type == CLO || type == PROM || type == DOT;
}

/* Whether it is locked; the one around it, its variables, a table of them, attributes. */
static bool environment(struct rds *d) {
	uint32_t locked;
	d->environments++;
	bool ok = word(d, &locked) && items(d, 4);
	d->environments--;
	return ok;
}

static bool contents(struct rds *d, uint32_t flags) {
	uint32_t n, type = flags & 255;
	switch (type) {
	case NIL: case EMPTYENV: case BASEENV: case GLOBALENV: case UNBOUND: case MISSING: case BASENAMESPACE: return true;
	case REF: return flags >> 8 || word(d, &n);
	case PERSIST: case NAMESPACE: case PACKAGE: return strings(d);
	case SYM: return items(d, 1);
	case ENV: return environment(d);
	case EXTPTR: return items(d, 2);
	case WEAKREF: case S4: return true;
	case SPECIAL: case BUILTIN: case CHAR: return text(d);
	case LGL: case INT: return vector(d, 4);
	case REAL: return vector(d, 8);
	case CPLX: return vector(d, 16);
	case RAW: return vector(d, 1);
	case STR: case VEC: case EXPR: return vector(d, 0);
	case BCODE: return byte_code(d);
	case ALTREP: return items(d, 3);
	default: return bad(d, "an item of a type that R doesn't have");
	}
}

static bool item(struct rds *d, uint32_t *type_out) {
	uint32_t flags, inner;
	bool first = true;
	if (++d->depth > DEPTH) return bad(d, "too deep");
	for (;; first = false) {
		if (time_is_up(d->s) || !word(d, &flags)) return false;
		if (first) *type_out = flags & 255;
		if (!is_pair(flags & 255)) break;
		if (!pair(d, flags)) return false;
	}
	uint32_t type = flags & 255;
	if (!contents(d, flags)) return false;
	bool no_attributes = type >= ALTREP || type == SYM || type == ENV || type == SPECIAL || type == BUILTIN;
	if (flags & HAS_ATTRIBUTES && !no_attributes && !item(d, &inner)) return false;
	d->depth--;
	return true;
}

bool is_rds(struct str b) {
	const uint8_t *p = (const uint8_t *)b.p;
	bool saved = str_starts(b, S("RDX2\n")) || str_starts(b, S("RDX3\n"));
	if (saved) return b.n > 7;
	return b.n >= 14 && str_starts(b, S("X\n")) && p[2] == 0 && p[3] == 0 && p[4] == 0 && (p[5] == 2 || p[5] == 3);
}

void parse_rds(struct scan *s, struct reader *r, struct tally *t) {
	struct rds d = {.s = s, .r = r, .t = t};
	uint32_t version, n, type;
	s->file->format = "r-serialization";
	if (str_starts(reader_window(r), S("RDX"))) t->parsed += reader_skip(r, 5);
	const uint8_t *p = reader_take(r, 2);
	if (!p || p[0] != 'X' || p[1] != '\n') {
		found(s, RULE_UNSUPPORTED, 0, "R's serialization in another form than XDR");
		return;
	}
	t->parsed += 2;
	if (!word(&d, &version) || !word(&d, &n) || !word(&d, &n)) return;
	if (version != 2 && version != 3) bad(&d, "a version that isn't known");
	else if (version == 2 || text(&d)) item(&d, &type);
}
