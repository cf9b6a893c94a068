/* What a file is, by its bytes, and the way through it. */
#include "formats.h"
#include "pickle.h"
#include "template.h"
#include "unpack.h"

#include <sys/mman.h>

enum { HEAD = 1024 };

struct head {
	struct str bytes;  /* the first of the file: at most READER_PEEK of a stream, all of what is in memory */
	uint64_t size;     /* UINT64_MAX: not known */
	struct scan *s;
};

struct format {
	const char *name;
	bool (*is)(const struct head *h);
	bool whole;
	void (*parse)(struct scan *s, struct reader *r, struct tally *t);
};

/* ---- signs ---- */

static bool begins(const struct head *h, struct str sign) {
	return str_starts(h->bytes, sign);
}
static bool is_zip(const struct head *h) {
	return begins(h, S("PK\3\4")) || begins(h, S("PK\5\6")) || begins(h, S("PK\7\10PK\3\4"));
}
static bool is_npy(const struct head *h) {
	return begins(h, S("\x93NUMPY"));
}
static bool is_gguf(const struct head *h) {
	return begins(h, S("GGUF"));
}
static bool is_json_text(const struct head *h) {
	return is_json(h->bytes);
}
static bool is_hdf5(const struct head *h) {
	uint64_t at;
	return hdf5_begins(h->bytes, &at);
}
static bool is_archive(const struct head *h) {
	return is_tar(h->bytes);
}
/* Messages without a magic: what is fully in memory, or as far as it is seen. */
static bool is_onnx_model(const struct head *h) {
	return is_onnx(h->bytes);
}
static bool is_saved(const struct head *h) {
	return is_saved_model(h->bytes);
}
static bool is_graph(const struct head *h) {
	return is_tensorflow_graph(h->bytes);
}
static bool is_coreml_model(const struct head *h) {
	return is_coreml(h->bytes);
}
static bool is_lite(const struct head *h) {
	return is_tflite(h->bytes);
}
static bool is_r(const struct head *h) {
	return is_rds(h->bytes);
}
static bool is_7z(const struct head *h) {
	return begins(h, S("7z\xBC\xAF\x27\x1C"));
}
/* Known, and not examined. */
static bool is_unsupported(const struct head *h) {
	return begins(h, S("Rar!\x1A\7")) || begins(h, S("MSCF\0\0\0\0")) || begins(h, S("!<arch>\n")) || begins(h, S("A\n2\n")) || begins(h, S("A\n3\n")) || begins(h, S("RDA2\n")) || begins(h, S("RDA3\n")) || begins(h, S("SQLite format 3")) || begins(h, S("\xCA\xFE\xBA\xBE")) ||
		begins(h, S("\0asm"));
}
static bool is_media(const struct head *h) {
	return is_picture(h->bytes);
}
static bool is_vocabulary(const struct head *h) {
	return is_sentencepiece(h->bytes);
}
static bool is_metadata(const struct head *h) {
	return is_keras_metadata(h->bytes);
}
static bool is_weights(const struct head *h) {
	return is_coreml_weights(h->bytes);
}
static bool is_index(const struct head *h) {
	return h->size != UINT64_MAX && is_tensorflow_index(h->bytes);
}
static bool is_fingerprint(const struct head *h) {
	return h->size != UINT64_MAX && is_tensorflow_fingerprint(h->bytes);
}
static bool is_cbm(const struct head *h) {
	return is_catboost(h->bytes);
}
static bool is_binary_json(const struct head *h) {
	return is_ubjson(h->bytes);
}
static bool is_packed(const struct head *h) {
	return packing_of(h->bytes) != PACK_NONE;
}
static bool is_tensors(const struct head *h) {
	return is_safetensors(h->bytes, h->size);
}
static bool is_pickle(const struct head *h) {
	return pickle_begins(h->s, h->bytes);
}
static bool is_program(const struct head *h) {
	return executable_format(h->bytes) != NULL;
}

const char *executable_format(struct str b) {
	const uint8_t *p = (const uint8_t *)b.p;
	if (b.n >= 20 && str_starts(b, S("\x7F" "ELF")) && (p[4] == 1 || p[4] == 2) && (p[5] == 1 || p[5] == 2) && p[6] == 1) return "ELF";
	if (b.n >= 64 && str_starts(b, S("MZ"))) {
		uint32_t pe = le32(p + 60);
		if (pe <= b.n - 4 && memcmp(p + pe, "PE\0\0", 4) == 0) return "PE";
	}
	if (b.n >= 16) {
		uint32_t magic = le32(p), cpu = le32(p + 4) & 0xFFFFFF;
		if ((magic == 0xFEEDFACE || magic == 0xFEEDFACF) && (cpu == 7 || cpu == 12)) return "Mach-O";
	}
	return NULL;
}

static void parse_program(struct scan *s, struct reader *r, struct tally *t) {
	found(s, RULE_EXECUTABLE, reader_offset(r), "a program (%s)", executable_format(reader_window(r)));
	t->opaque += reader_drain(r);
}

static void parse_unsupported(struct scan *s, struct reader *r, struct tally *t) {
	(void)t;
	found(s, RULE_UNSUPPORTED, reader_offset(r), "a file that begins with \"%.*s\"", SHOWN(s, str_sub(reader_window(r), 0, 8)));
}

void only_heads(struct str bytes) {
	enum { LARGE = 4 << 20, PAGE = 4096 };
	if (bytes.n < LARGE) return;
	uintptr_t from = ((uintptr_t)bytes.p + PAGE - 1) & ~(uintptr_t)(PAGE - 1), to = ((uintptr_t)bytes.p + bytes.n) & ~(uintptr_t)(PAGE - 1);
	posix_madvise((void *)from, to - from, POSIX_MADV_RANDOM);
}

void opaque_data(struct scan *s, struct str bytes, uint64_t offset, const char *what) {
	const char *program = executable_format(bytes);
	if (program) found(s, RULE_EXECUTABLE, offset, "%s that is a program (%s)", what, program);
}

/* In the order in which they are tried. That more than one fits is itself a finding. */
static const struct format formats[] = {
	{"zip", is_zip, true, parse_zip},
	{"npy", is_npy, false, parse_npy},
	{"gguf", is_gguf, false, parse_gguf},
	{"hdf5", is_hdf5, true, parse_hdf5},
	{"tar", is_archive, false, parse_tar},
	{"r-serialization", is_r, false, parse_rds},
	{"7z", is_7z, true, parse_7z},
	{"picture", is_media, false, parse_picture},
	{"sentencepiece", is_vocabulary, true, parse_sentencepiece},
	{"catboost", is_cbm, false, parse_catboost},
	{"unsupported", is_unsupported, false, parse_unsupported},
	{"tflite", is_lite, true, parse_tflite},
	{"onnx", is_onnx_model, true, parse_onnx},
	{"tensorflow-savedmodel", is_saved, true, parse_saved_model},
	{"tensorflow-graph", is_graph, true, parse_tensorflow_graph},
	{"keras-metadata", is_metadata, true, parse_keras_metadata},
	{"coreml-weights", is_weights, false, parse_coreml_weights},
	{"tensorflow-checkpoint-index", is_index, true, parse_tensorflow_index},
	{"tensorflow-fingerprint", is_fingerprint, true, parse_tensorflow_fingerprint},
	{"coreml", is_coreml_model, true, parse_coreml},
	{"program", is_program, false, parse_program},
	{"safetensors", is_tensors, false, parse_safetensors},
	{"pickle", is_pickle, false, parse_pickle},
	{"ubjson", is_binary_json, false, parse_ubjson},
	{"json", is_json_text, true, parse_json},
	{"compressed", is_packed, false, parse_packed},
};

size_t scan_formats_n(void) {
	return lengthof(formats);
}

const char *scan_format_name(size_t i) {
	return formats[i].name;
}

/* ---- what none of them is ---- */

static bool is_text(struct str s) {
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < 32 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != '\b' && c != 27) return false;
	}
	return true;
}

/* Letters of an older character set, as Latin-1: no control characters, and mostly ASCII. Anything shorter could be anything. */
static bool is_older_text(struct str s) {
	enum { LEAST = 32 };
	size_t high = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c >= 0x80 && c < 0xA0) return false;
		high += c >= 0x80;
	}
	return s.n >= LEAST && high <= s.n / 4 && is_text(s);
}

static void parse_text(struct scan *s, struct reader *r, struct tally *t) {
	s->file->format = "text";
	if (str_starts(reader_window(r), S("#!"))) found(s, RULE_SCRIPT, 0, "it begins with #! and names an interpreter");
	reader_fill(r, READER_PEEK);
	struct str head = str_trim(reader_window(r));
	if (str_starts(head, S("{%")) || str_starts(head, S("{{")) || str_starts(head, S("{#"))) {
		s->file->format = "template";
		check_template(s, reader_window(r), 0, "the template", true);
	}
	check_yaml(s, reader_window(r));
	/* Of a text that doesn't fit a window the first part is looked at; source of that length is nobody's. */
	if (check_python(s, reader_window(r))) s->file->format = "python";
	while (reader_fill(r, 4) || !reader_at_end(r)) {
		/* A window may end inside a character. */
		struct str part = reader_window(r), whole = reader_in_memory(r) ? part : str_cut_utf8(part, part.n - (part.n > 4));
		if (!is_text(whole) || (!str_utf8(whole) && !is_older_text(whole))) return;
		t->opaque += reader_skip(r, whole.n);
	}
}

/* A text is held in memory whole: only then it is certain that it isn't a pickle of a text protocol whose first string is long. */
static void parse_text_whole(struct scan *s, struct reader *r, struct tally *t) {
	struct held held;
	if (!all_bytes(s, r, &held)) return;
	struct reader memory = reader_memory(held.bytes);
	if (held.copy && pickle_begins(s, held.bytes)) parse_pickle(s, &memory, t);
	else parse_text(s, &memory, t);
	if (held.copy) drop_bytes(s, &held);
}

static void parse_unknown(struct scan *s, struct reader *r, struct tally *t) {
	reader_fill(r, HEAD);
	struct str head = reader_window(r);
	if (!head.n) {
		s->file->format = "empty";
	} else if (is_text(str_sub(head, 0, 4 * HEAD)) && (str_utf8(str_cut_utf8(head, 4 * HEAD)) || is_older_text(str_sub(head, 0, 4 * HEAD)))) {
		parse_text_whole(s, r, t);
	} else {
		s->file->format = "unknown";
		found(s, RULE_UNKNOWN, 0, "a file of a format that isn't known, which begins with \"%.*s\"", SHOWN(s, str_sub(head, 0, 8)));
	}
}

/* ---- compressed files ---- */

void parse_packed(struct scan *s, struct reader *r, struct tally *t) {
	struct reader out;
	struct tally inner = {0};
	enum packing p = packing_of(reader_window(r));
	s->file->format = packing_name(p);
	if (!unpack_open(s, r, p, &out)) return;
	uint64_t rest = examine_member(s, str_of(packing_name(p)), reader_offset(r), &out, &inner), overlap, gap;
	stream_fault(s, &out);
	struct ranges ranges = {.a = s->scratch};
	member_range(&ranges, 0, unpack_taken(&out), &inner, rest);
	ranges_close(&ranges, unpack_taken(&out), t, &overlap, &gap);
	unpack_close(&out);
}

/* ---- the way through ---- */

bool all_bytes(struct scan *s, struct reader *r, struct held *out) {
	*out = (struct held){reader_window(r), NULL};
	if (reader_in_memory(r)) {
		r->at = r->end;
		return true;
	}
	struct buf b = BUF(s->limits.memory > s->held ? s->limits.memory - s->held : 1);
	for (; !reader_at_end(r); r->at = r->end) {
		buf_add(&b, reader_window(r));
		if (!b.failed) continue;
		found(s, RULE_BUDGET, reader_offset(r), "over %llu bytes of a compressed file would be needed at once", (unsigned long long)s->limits.memory);
		buf_free(&b);
		return false;
	}
	*out = (struct held){buf_str(&b), b.p};
	s->held += b.n;
	return true;
}

void drop_bytes(struct scan *s, struct held *h) {
	if (!h->copy) return;
	s->held -= h->bytes.n;
	free(h->copy);
	h->copy = NULL;
}

static const struct format *detect(struct scan *s, const struct head *h) {
	const struct format *is = NULL;
	for (size_t i = 0; i < lengthof(formats); i++) {
		if (!formats[i].is(h)) continue;
		/* Weak signs come last, and say nothing beside a strong one. */
		if (is && formats[i].parse != parse_packed) found(s, RULE_POLYGLOT, 0, "it is %s and %s at once", is->name, formats[i].name);
		if (!is) is = &formats[i];
	}
	return is;
}

static void parse_whole(struct scan *s, const struct format *f, struct reader *r, struct tally *t) {
	struct held held;
	if (!all_bytes(s, r, &held)) return;
	struct reader memory = reader_memory(held.bytes);
	f->parse(s, &memory, t);
	drop_bytes(s, &held);
}

uint64_t examine(struct scan *s, struct reader *r, struct tally *t) {
	struct tally own = {0};
	uint64_t began = reader_offset(r);
	reader_fill(r, READER_PEEK);
	struct str window = reader_window(r);
	struct head h = {window, reader_in_memory(r) ? window.n : UINT64_MAX, s};
	unsigned grave = s->grave;
	const struct format *f = time_is_up(s) ? NULL : detect(s, &h);
	bool tail = reader_in_memory(r) && (!f || f->parse != parse_zip) && zip_ends(window);
	if (!f && tail) f = &formats[0];
	/* TFLite's own tools append a model's files as a zip file. */
	else if (tail && f->parse != parse_tflite) found(s, RULE_POLYGLOT, 0, "a zip file ends where the %s ends", f->name);
	if (f) s->file->format = f->name;
	if (s->over) reader_drain(r);
	else if (!f) parse_unknown(s, r, &own);
	else if (f->whole) parse_whole(s, f, r, &own);
	else f->parse(s, r, &own);
	if (tail && f->parse != parse_zip && !s->over) {
		struct reader again = reader_memory(window);
		struct tally ignored = {0};
		const char *format = s->file->format;
		parse_zip(s, &again, &ignored);
		s->file->format = format;
	}
	uint64_t at = reader_offset(r), size = at + reader_drain(r) - began, known = own.parsed + own.opaque;
	t->parsed += own.parsed;
	t->opaque += own.opaque;
	uint64_t rest = size > known ? size - known : 0;
	if (rest && s->grave == grave && r->fault == READER_FINE)
		found(s, RULE_UNACCOUNTED, at - began < size ? at : 0, "%llu bytes are no part of the %s", (unsigned long long)rest, s->file->format);
	return rest;
}

uint64_t examine_member(struct scan *s, struct str name, uint64_t offset, struct reader *r, struct tally *t) {
	struct inside in;
	uint64_t rest = 0;
	if (go_inside(s, &in, name, offset)) {
		rest = examine(s, r, t);
		come_back(s, &in);
	} else {
		rest = reader_drain(r);
	}
	return rest;
}
