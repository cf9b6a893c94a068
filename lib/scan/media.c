/* What lies beside models and does nothing: pictures (PNG, W3C Recommendation; JPEG, ITU-T T.81) and SentencePiece's vocabularies (google/sentencepiece, sentencepiece_model.proto). They are read so far that bytes which belong to nothing show. */
#include "formats.h"
#include "proto.h"

/* ---- PNG: chunks up to IEND ---- */

static void parse_png(struct scan *s, struct reader *r, struct tally *t) {
	t->parsed += reader_skip(r, 8);
	for (const uint8_t *p; (p = reader_take(r, 8)) && !time_is_up(s);) {
		uint64_t n = (uint64_t)be32(p) + 4;
		bool last = memcmp(p + 4, "IEND", 4) == 0;
		t->parsed += 8;
		uint64_t passed = reader_skip(r, n);
		t->opaque += passed;
		if (passed < n) found(s, RULE_TRUNCATED, reader_offset(r), "the picture is cut short");
		if (last || passed < n) return;
	}
}

/* ---- JPEG: segments, and after a start of scan data up to the next marker ---- */

static bool pass_scan(struct reader *r, struct tally *t) {
	for (;;) {
		if (!reader_fill(r, 2)) return false;
		const uint8_t *p = memchr(r->at, 0xFF, reader_have(r) - 1);
		size_t n = p ? (size_t)(p - r->at) : reader_have(r) - 1;
		t->opaque += reader_skip(r, n);
		if (!p) continue;
		uint8_t marker = r->at[1];
		if (marker && (marker < 0xD0 || marker > 0xD7)) return true;
		t->opaque += reader_skip(r, 2);
	}
}

static void parse_jpeg(struct scan *s, struct reader *r, struct tally *t) {
	t->parsed += reader_skip(r, 2);
	for (const uint8_t *p; (p = reader_peek(r, 2)) && p[0] == 0xFF && !time_is_up(s);) {
		uint8_t marker = p[1];
		t->parsed += reader_skip(r, 2);
		if (marker == 0xD9) return;
		if (!(p = reader_peek(r, 2))) break;
		uint64_t n = (uint64_t)p[0] << 8 | p[1];
		t->parsed += reader_skip(r, n);
		if (n < 2 || (marker == 0xDA && !pass_scan(r, t))) break;
	}
	found(s, RULE_TRUNCATED, reader_offset(r), "the picture is damaged or cut short");
}

bool is_picture(struct str head) {
	return str_starts(head, S("\x89PNG\r\n\x1A\n")) || str_starts(head, S("\xFF\xD8\xFF"));
}

void parse_picture(struct scan *s, struct reader *r, struct tally *t) {
	bool png = str_starts(reader_window(r), S("\x89PNG"));
	s->file->format = png ? "png" : "jpeg";
	if (png) parse_png(s, r, t);
	else parse_jpeg(s, r, t);
}

/* ---- SentencePiece ---- */

static const struct proto_field piece_fields[] = {{1, PROTO_VALUE, NULL}, {2, PROTO_VALUE, NULL}, {3, PROTO_VALUE, NULL}};
static const struct proto_message message_piece = {1, PROTO_FIELDS(piece_fields)};
static const struct proto_field model_fields[] = {{1, PROTO_MESSAGE, &message_piece}, {2, PROTO_ANY, NULL}, {3, PROTO_ANY, NULL}, {4, PROTO_ANY, NULL}, {5, PROTO_ANY, NULL}};
static const struct proto_message message_model = {0, PROTO_FIELDS(model_fields)};

/* A piece: its text, and its score as a number of four bytes. */
static bool is_piece(struct str b) {
	struct proto_value v;
	unsigned seen = 0;
	while (b.n) {
		if (!proto_next(&b, &v) || v.number > 3 || v.wire != (v.number == 1 ? 2 : v.number == 2 ? 5 : 0)) return false;
		if (v.number == 1 && !str_utf8(v.bytes)) return false;
		seen |= 1u << v.number;
	}
	return (seen & 6) == 6;
}

bool is_sentencepiece(struct str b) {
	struct proto_value v;
	if (b.n < 32 || b.p[0] != 0x0A) return false;
	for (int i = 0; i < 16 && b.n; i++)
		if (!proto_next(&b, &v) || v.wire != 2 || v.number > 5 || (v.number == 1 && !is_piece(v.bytes)) || (!i && v.number != 1)) return false;
	return true;
}

void parse_sentencepiece(struct scan *s, struct reader *r, struct tally *t) {
	struct proto p = {.s = s, .whole = reader_window(r)};
	s->file->format = "sentencepiece";
	if (!proto_walk(&p, &message_model, p.whole, 0) && !s->over) found(s, RULE_TRUNCATED, p.malformed_at, "a field is malformed");
	t->parsed += p.t.parsed;
	t->opaque += p.t.opaque;
}
