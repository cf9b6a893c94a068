/* Models of boosted trees that are no JSON and no text: XGBoost's Universal Binary JSON (ubjson.org, draft 12; numbers are big-endian) and CatBoost's own format. Neither holds code. */
#include "formats.h"

enum { DEPTH = 200, KEY_MOST = 4096 };

struct ubjson {
	struct scan *s;
	struct reader *r;
	struct tally *t;
	int depth;
	bool learner; /* XGBoost's */
};

static bool bad(struct ubjson *u, const char *what) {
	if (u->r->fault == READER_FINE && !u->s->over && u->depth >= 0) found(u->s, RULE_UBJSON_INVALID, reader_offset(u->r), "%s", what);
	u->depth = -DEPTH * 2; /* said once */
	return false;
}

static bool take(struct ubjson *u, size_t n, const uint8_t **out) {
	*out = reader_take(u->r, n);
	if (!*out) return bad(u, "it ends too early");
	u->t->parsed += n;
	return true;
}

/* Bytes of a number's type; 0 for what is none. */
static unsigned width_of(uint8_t type) {
	switch (type) {
	case 'i': case 'U': case 'C': case 'B': return 1;
	case 'I': return 2;
	case 'l': case 'd': return 4;
	case 'L': case 'D': return 8;
	default: return 0;
	}
}

static bool length(struct ubjson *u, uint64_t *out) {
	const uint8_t *p;
	if (!take(u, 1, &p)) return false;
	uint8_t type = *p;
	unsigned n = width_of(type);
	if (!n || !strchr("iUIlL", type)) return bad(u, "a length of no whole type");
	if (!take(u, n, &p)) return false;
	*out = 0;
	for (unsigned i = 0; i < n; i++) *out = *out << 8 | p[i];
	bool negative = type != 'U' && p[0] & 0x80;
	return !negative || bad(u, "a negative length");
}

static bool text(struct ubjson *u, uint64_t most) {
	uint64_t n;
	if (!length(u, &n)) return false;
	if (n > most) return bad(u, "a name that is too long");
	uint64_t passed = reader_skip(u->r, n);
	u->t->parsed += passed;
	return passed == n || bad(u, "it ends too early");
}

static bool value(struct ubjson *u, uint8_t type);

/* "$" and a type, "#" and a count, which may stand at the start of a container. */
static bool head(struct ubjson *u, uint8_t *type, uint64_t *count) {
	const uint8_t *p = reader_peek(u->r, 1), *q;
	*type = 0;
	*count = UINT64_MAX;
	if (p && *p == '$') {
		if (!take(u, 2, &p)) return false;
		*type = p[1];
		q = reader_peek(u->r, 1);
		if (!q || *q != '#') return bad(u, "a type without a count");
	}
	p = reader_peek(u->r, 1);
	if (p && *p == '#') return take(u, 1, &p) && length(u, count);
	return true;
}

static bool ends(struct ubjson *u, uint8_t with, bool *out) {
	const uint8_t *p = reader_peek(u->r, 1);
	if (!p) return bad(u, "it ends too early");
	*out = *p == with;
	return !*out || take(u, 1, &p);
}

static bool items(struct ubjson *u, uint8_t type, uint64_t count, uint8_t closing) {
	const uint8_t *p;
	for (uint64_t i = 0; i < count; i++) {
		bool end = false;
		if (time_is_up(u->s) || (count == UINT64_MAX && !ends(u, closing, &end))) return false;
		if (end) return true;
		if (closing == '}') {
			struct str name = str_sub(reader_fill(u->r, 16) ? reader_window(u->r) : STR_EMPTY, 0, 16);
			u->learner |= u->depth == 1 && str_find(name, S("learner")) != STR_NONE;
			if (!text(u, KEY_MOST)) return false;
		}
		uint8_t of = type;
		if (!of) {
			if (!take(u, 1, &p)) return false;
			of = *p;
		}
		if (!value(u, of)) return false;
	}
	return true;
}

static bool container(struct ubjson *u, uint8_t closing) {
	uint8_t type;
	uint64_t count, bytes;
	if (++u->depth > DEPTH) return bad(u, "too deep");
	if (!head(u, &type, &count)) return false;
	if (type && closing == ']' && width_of(type)) {
		if (__builtin_mul_overflow(count, (uint64_t)width_of(type), &bytes)) return bad(u, "a count that is too large");
		reader_fill(u->r, 64);
		opaque_data(u->s, str_sub(reader_window(u->r), 0, bytes), reader_offset(u->r), "an array");
		uint64_t passed = reader_skip(u->r, bytes);
		u->t->opaque += passed;
		if (passed < bytes) return bad(u, "it ends too early");
	} else if (type && !strchr("SH[{iUIlLdDC", type)) {
		/* Null, true and false take no byte each: a count of them would be a bomb. */
		return bad(u, "a container of a type that takes no bytes");
	} else if (!items(u, type, count, closing)) {
		return false;
	}
	u->depth--;
	return true;
}

static bool value(struct ubjson *u, uint8_t type) {
	const uint8_t *p;
	unsigned n = width_of(type);
	if (n) return take(u, n, &p);
	switch (type) {
	case 'Z': case 'T': case 'F': case 'N': return true;
	case 'S': case 'H': return text(u, UINT64_MAX);
	case '[': return container(u, ']');
	case '{': return container(u, '}');
	default: return bad(u, "a value of a type that isn't known");
	}
}

/* An object whose first name has a length and letters. */
bool is_ubjson(struct str b) {
	const uint8_t *p = (const uint8_t *)b.p;
	if (b.n < 8 || p[0] != '{') return false;
	size_t at = 1, width;
	if (p[at] == '#') {
		if (!strchr("iUIlL", p[at + 1]) || !p[at + 1]) return false;
		at += 2 + width_of(p[at + 1]);
		if (at >= b.n) return false;
	}
	width = p[at] && strchr("iUIlL", p[at]) ? width_of(p[at]) : 0;
	if (!width || at + 1 + width >= b.n) return false;
	uint64_t n = 0;
	for (size_t i = 0; i < width; i++) n = n << 8 | p[at + 1 + i];
	at += 1 + width;
	if (!n || n > 64 || n > b.n - at) return false;
	for (size_t i = 0; i < n; i++)
		if (p[at + i] <= 32 || p[at + i] >= 127) return false;
	return true;
}

void parse_ubjson(struct scan *s, struct reader *r, struct tally *t) {
	struct ubjson u = {.s = s, .r = r, .t = t};
	const uint8_t *p;
	s->file->format = "ubjson";
	if (take(&u, 1, &p) && value(&u, *p) && u.learner) s->file->format = "xgboost";
}

/* "CBM1", the length of the core in 32 bits, the core (a FlatBuffer with trees, borders and the training's parameters), then parts that the core names (catboost/libs/model/model.cpp). */
bool is_catboost(struct str b) {
	return b.n >= 16 && str_starts(b, S("CBM1"));
}

void parse_catboost(struct scan *s, struct reader *r, struct tally *t) {
	enum { HEAD = 8 };
	const uint8_t *p = reader_take(r, HEAD);
	s->file->format = "catboost";
	if (!p) return;
	uint64_t size = le32(p + 4), at = reader_offset(r);
	t->parsed += HEAD;
	const uint8_t *root = reader_peek(r, 4);
	if (!root || le32(root) >= size || size % 4) {
		found(s, RULE_CATBOOST_INVALID, at, "the core of the model is damaged");
		return;
	}
	uint64_t passed = reader_skip(r, size);
	t->opaque += passed;
	if (passed < size) found(s, RULE_TRUNCATED, at, "the model ends %llu bytes too early", (unsigned long long)(size - passed));
	else if (!reader_at_end(r)) found(s, RULE_UNSUPPORTED, reader_offset(r), "parts behind the trees (statistics of categories, texts)");
}
