/* Tar archives (POSIX.1-2001 pax, ustar, GNU's long names and numbers), read forward. A member is examined by its contents; links and devices are what an archive of models has no use for. */
#include "formats.h"

enum { BLOCK = 512, NAME_MOST = 32 << 10 };

struct tar {
	struct scan *s;
	struct reader *r;
	struct tally *t;
	struct str name;   /* from a long name or pax record before the member; "" none */
	bool sized;
	uint64_t size;     /* from a pax record */
};

static bool octal(const uint8_t *p, size_t n, uint64_t *out) {
	size_t i = 0;
	*out = 0;
	if (p[0] & 0x80) { /* GNU: a number of 256 to the base */
		for (i = 0; i < n; i++) {
			if (*out >> 56) return false;
			*out = *out << 8 | (i ? p[i] : p[i] & 0x7F);
		}
		return true;
	}
	while (i < n && p[i] == ' ') i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++) *out = *out << 3 | (uint64_t)(p[i] - '0');
	return i == n || p[i] == 0 || p[i] == ' ';
}

static bool has_sum(const uint8_t *p) {
	uint64_t want, sum = 0, signed_sum = 0;
	for (size_t i = 0; i < BLOCK; i++) {
		uint8_t b = i >= 148 && i < 156 ? ' ' : p[i];
		sum += b;
		signed_sum += (uint64_t)(int64_t)(int8_t)b;
	}
	return octal(p + 148, 8, &want) && (want == sum || want == signed_sum);
}

bool is_tar(struct str head) {
	return head.n >= BLOCK && head.p[0] && has_sum((const uint8_t *)head.p);
}

static struct str field(const uint8_t *p, size_t n) {
	const uint8_t *end = memchr(p, 0, n);
	return str_n(p, end ? (size_t)(end - p) : n);
}

static struct str member_name(struct tar *a, const uint8_t *p) {
	struct str name = field(p, 100), prefix = field(p + 345, 155);
	if (a->name.n) return a->name;
	name = arena_str(a->s->scratch, name);
	if (memcmp(p + 257, "ustar\0", 6) != 0 || !prefix.n) return name;
	return arena_fmt(a->s->scratch, "%.*s/%.*s", STR_ARG(prefix), STR_ARG(name));
}

bool path_leaves(struct str name) {
	struct str rest = name, part;
	if (name.n && (name.p[0] == '/' || name.p[0] == '\\')) return true;
	if (name.n > 1 && name.p[1] == ':') return true;
	while (str_split(&rest, '/', &part)) {
		struct str inner = part, one;
		while (str_split(&inner, '\\', &one))
			if (str_is(one, "..")) return true;
	}
	return false;
}

/* "25 path=folder/name\n" … */
static void read_records(struct tar *a, struct str text) {
	while (text.n) {
		size_t space = str_find_char(text, ' ');
		int64_t n;
		if (space == STR_NONE || !str_int(str_sub(text, 0, space), &n) || n < 1 || (size_t)n <= space || (size_t)n > text.n) return;
		struct str record = str_sub(text, space + 1, (size_t)n - space - 2);
		size_t equals = str_find_char(record, '=');
		struct str key = str_sub(record, 0, equals), v = equals == STR_NONE ? STR_EMPTY : str_from(record, equals + 1);
		int64_t size;
		if (str_is(key, "path")) a->name = arena_str(a->s->scratch, v);
		if (str_is(key, "size") && str_int(v, &size) && size >= 0) {
			a->sized = true;
			a->size = (uint64_t)size;
		}
		if (str_starts(key, S("GNU.sparse"))) found(a->s, RULE_UNSUPPORTED, reader_offset(a->r), "a sparse member");
		text = str_from(text, (size_t)n);
	}
}

/* The contents of a member that describes the next: a long name, or pax records. */
static bool read_special(struct tar *a, uint64_t size, bool records) {
	const uint8_t *p = size <= NAME_MOST ? reader_take(a->r, size) : NULL;
	if (!p) {
		found(a->s, size > NAME_MOST ? RULE_UNSUPPORTED : RULE_TRUNCATED, reader_offset(a->r), "a header of %llu bytes", (unsigned long long)size);
		return false;
	}
	a->t->parsed += size;
	struct str text = arena_str(a->s->scratch, str_n(p, size));
	if (records) read_records(a, text);
	else a->name = field((const uint8_t *)text.p, text.n);
	return true;
}

static void check_member(struct tar *a, struct str name, const uint8_t *p, char type) {
	struct str target = field(p + 157, 100);
	uint64_t at = reader_offset(a->r) - BLOCK;
	if (path_leaves(name)) found(a->s, RULE_MEMBER_NAME, at, "\"%.*s\" would be written outside the folder", SHOWN(a->s, name));
	if (type == '1' || type == '2') {
		if (path_leaves(target)) found(a->s, RULE_MEMBER_NAME, at, "\"%.*s\" is a link to \"%.*s\"", SHOWN(a->s, name), SHOWN(a->s, target));
		else found(a->s, RULE_LINK, at, "\"%.*s\" is a link", SHOWN(a->s, name));
	}
	if (type == '3' || type == '4' || type == '6') found(a->s, RULE_MEMBER_NAME, at, "\"%.*s\" is a device", SHOWN(a->s, name));
	if (!strchr("01234567xgLK", type) && type) found(a->s, RULE_UNSUPPORTED, at, "\"%.*s\" is a member of type %u", SHOWN(a->s, name), (unsigned)(uint8_t)type);
}

static bool read_contents(struct tar *a, struct str name, uint64_t size) {
	uint64_t before = reader_limit(a->r, size), at = reader_offset(a->r);
	examine_member(a->s, name, at, a->r, a->t);
	reader_unlimit(a->r, before);
	if (reader_offset(a->r) - at == size) return true;
	if (!a->r->fault) found(a->s, RULE_TRUNCATED, at, "\"%.*s\" is cut short", SHOWN(a->s, name));
	return false;
}

/* Members are filled up to whole blocks. */
static void fill_up(struct tar *a, uint64_t size) {
	a->t->parsed += reader_skip(a->r, -size & (BLOCK - 1));
}

static bool read_member(struct tar *a, const uint8_t *p) {
	uint64_t size;
	char type = (char)p[156];
	if (!has_sum(p) || !octal(p + 124, 12, &size)) {
		found(a->s, RULE_TRUNCATED, reader_offset(a->r), "a damaged header of the tar file");
		return false;
	}
	bool special = type == 'x' || type == 'g' || type == 'L' || type == 'K';
	if (!special && a->sized) size = a->size;
	struct str name = member_name(a, p);
	reader_skip(a->r, BLOCK);
	a->t->parsed += BLOCK;
	check_member(a, name, p, type);
	if (!count_member(a->s, reader_offset(a->r))) return false;
	if (special) {
		if (!read_special(a, size, type == 'x' || type == 'g')) return false;
		fill_up(a, size);
		return true;
	}
	a->name = STR_EMPTY;
	a->sized = false;
	bool empty = type == '5' || (type >= '1' && type <= '6');
	if (empty) return true;
	bool ok = read_contents(a, name, size);
	fill_up(a, size);
	return ok;
}

static bool is_zero(const uint8_t *p) {
	for (size_t i = 0; i < BLOCK; i++)
		if (p[i]) return false;
	return true;
}

void parse_tar(struct scan *s, struct reader *r, struct tally *t) {
	struct tar a = {.s = s, .r = r, .t = t, .name = STR_EMPTY};
	uint8_t header[BLOCK];
	s->file->format = "tar";
	for (const uint8_t *p; (p = reader_peek(r, BLOCK)) && !is_zero(p);) {
		memcpy(header, p, BLOCK);
		if (!read_member(&a, header)) return;
		s->file->format = "tar";
	}
	/* Behind the end nothing but zeros, up to the size of a record. */
	for (const uint8_t *p; (p = reader_peek(r, BLOCK)) && is_zero(p);) {
		reader_skip(r, BLOCK);
		t->parsed += BLOCK;
	}
}
