#include "proto.h"

enum { DEPTH = 100 };

static bool varint(struct str *rest, uint64_t *out) {
	*out = 0;
	for (unsigned i = 0; i < 10 && i < rest->n; i++) {
		uint8_t b = (uint8_t)rest->p[i];
		if (i == 9 && b > 1) return false;
		*out |= (uint64_t)(b & 0x7F) << (7 * i);
		if (b & 0x80) continue;
		*rest = str_from(*rest, i + 1);
		return true;
	}
	return false;
}

bool proto_next(struct str *rest, struct proto_value *out) {
	struct str r = *rest;
	uint64_t key, n;
	if (!r.n || !varint(&r, &key) || key >> 3 == 0 || key >> 3 > UINT16_MAX) return false;
	*out = (struct proto_value){.number = (uint16_t)(key >> 3), .wire = key & 7, .bytes = STR_EMPTY};
	switch (out->wire) {
	case 0:
		if (!varint(&r, &out->integer)) return false;
		break;
	case 1:
	case 5:
		n = out->wire == 1 ? 8 : 4;
		if (r.n < n) return false;
		out->integer = n == 8 ? le64((const uint8_t *)r.p) : le32((const uint8_t *)r.p);
		r = str_from(r, n);
		break;
	case 2:
		if (!varint(&r, &n) || n > r.n) return false;
		out->bytes = str_sub(r, 0, n);
		r = str_from(r, n);
		break;
	default: return false;
	}
	*rest = r;
	return true;
}

bool proto_is_message(struct str bytes, uint32_t most) {
	struct proto_value v;
	while (bytes.n)
		if (!proto_next(&bytes, &v) || v.number > most) return false;
	return true;
}

static const struct proto_field *field_of(const struct proto_message *m, uint16_t number) {
	for (size_t i = 0; i < m->n; i++)
		if (m->fields[i].number == number) return &m->fields[i];
	return NULL;
}

static uint64_t offset(const struct proto *p, const char *at) {
	return (uint64_t)(at - p->whole.p);
}

/* A field's bytes: key and length always count as parsed, its contents by what they are. */
static bool take(struct proto *p, const struct proto_message *m, const struct proto_value *v, uint64_t all, int depth) {
	const struct proto_field *f = field_of(m, v->number);
	if (!f || (f->kind == PROTO_MESSAGE && v->wire != 2)) {
		p->unknown += all;
		return true;
	}
	p->t.parsed += all - v->bytes.n;
	if (f->kind == PROTO_TELL) p->tell(p, m, v);
	if (f->kind == PROTO_OPAQUE) {
		p->t.opaque += v->bytes.n;
		opaque_data(p->s, v->bytes, v->at, "data of the model");
	} else if (f->kind == PROTO_MESSAGE) {
		return proto_walk(p, f->message, v->bytes, depth + 1);
	} else {
		p->t.parsed += v->bytes.n;
	}
	return true;
}

bool proto_walk(struct proto *p, const struct proto_message *m, struct str bytes, int depth) {
	struct str rest = bytes;
	struct proto_value v;
	uint64_t at = offset(p, bytes.p);
	if (depth > DEPTH || p->malformed || time_is_up(p->s)) {
		p->malformed = true;
		return false;
	}
	if (p->begin) p->begin(p, m, at);
	while (rest.n) {
		const char *from = rest.p;
		if (!proto_next(&rest, &v)) {
			p->malformed = true;
			p->malformed_at = offset(p, from);
			return false;
		}
		v.at = v.wire == 2 ? offset(p, v.bytes.p) : offset(p, from);
		if (!take(p, m, &v, (uint64_t)(rest.p - from), depth)) return false;
	}
	if (p->end) p->end(p, m, at);
	return true;
}
