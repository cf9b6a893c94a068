#include "json.h"
#include "write.h"

struct json_writer json_writer(struct buf *out) {
	return (struct json_writer){.out = out, .first = true};
}

struct json_writer json_writer_pretty(struct buf *out) {
	return (struct json_writer){.out = out, .first = true, .indent = 2};
}

static bool in_object(const struct json_writer *w) {
	int level = w->depth - 1;
	return level >= 0 && (w->objects[level / 64] >> (level % 64) & 1);
}

static void new_line(struct json_writer *w) {
	if (!w->indent) return;
	buf_add_char(w->out, '\n');
	size_t n = (size_t)w->indent * (size_t)w->depth;
	if (!buf_room(w->out, n)) return;
	memset(w->out->p + w->out->n, ' ', n);
	w->out->n += n;
	w->out->p[w->out->n] = 0;
}

/* What stands before a value. False, and failed, where no value may stand. */
static bool before_value(struct json_writer *w) {
	if (w->named) {
		w->named = false;
		return true;
	}
	if (in_object(w) || (w->depth == 0 && !w->first)) {
		w->out->failed = true;
		return false;
	}
	if (w->depth) {
		if (!w->first) buf_add_char(w->out, ',');
		new_line(w);
	}
	w->first = false;
	return true;
}

static void open_level(struct json_writer *w, char bracket, bool object) {
	if (!before_value(w)) return;
	if (w->depth >= JSON_NEST) {
		w->out->failed = true;
		return;
	}
	buf_add_char(w->out, bracket);
	uint64_t bit = (uint64_t)1 << (w->depth % 64), *word = &w->objects[w->depth / 64];
	*word = object ? *word | bit : *word & ~bit;
	w->depth++;
	w->first = true;
}

static void close_level(struct json_writer *w, char bracket, bool object) {
	if (w->depth == 0 || w->named || in_object(w) != object) {
		w->out->failed = true;
		return;
	}
	w->depth--;
	if (!w->first) new_line(w);
	w->first = false;
	buf_add_char(w->out, bracket);
}

void jw_object(struct json_writer *w) {
	open_level(w, '{', true);
}

void jw_object_end(struct json_writer *w) {
	close_level(w, '}', true);
}

void jw_array(struct json_writer *w) {
	open_level(w, '[', false);
}

void jw_array_end(struct json_writer *w) {
	close_level(w, ']', false);
}

/* RFC 8785 section 3.2.2.2: the two-character escapes, \u00xx for other control characters, nothing else. */
static const char escape_of[256] = {
	['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
	[0x00] = 'u', [0x01] = 'u', [0x02] = 'u', [0x03] = 'u', [0x04] = 'u', [0x05] = 'u', [0x06] = 'u', [0x07] = 'u',
	[0x0B] = 'u', [0x0E] = 'u', [0x0F] = 'u', [0x10] = 'u', [0x11] = 'u', [0x12] = 'u', [0x13] = 'u', [0x14] = 'u',
	[0x15] = 'u', [0x16] = 'u', [0x17] = 'u', [0x18] = 'u', [0x19] = 'u', [0x1A] = 'u', [0x1B] = 'u', [0x1C] = 'u',
	[0x1D] = 'u', [0x1E] = 'u', [0x1F] = 'u',
};

void json_quote(struct buf *out, struct str s) {
	static const char hex[] = "0123456789abcdef";
	if (!buf_room(out, s.n <= SIZE_MAX - 2 ? s.n + 2 : s.n)) return;
	buf_add_char(out, '"');
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		char escape = escape_of[c];
		if (!escape) continue;
		buf_add(out, str_sub(s, from, i - from));
		from = i + 1;
		if (escape == 'u')
			buf_add(out, str_n((char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6));
		else
			buf_add(out, str_n((char[]){'\\', escape}, 2));
	}
	buf_add(out, str_from(s, from));
	buf_add_char(out, '"');
}

void jw_name(struct json_writer *w, struct str name) {
	if (w->named || !in_object(w)) {
		w->out->failed = true;
		return;
	}
	if (!w->first) buf_add_char(w->out, ',');
	new_line(w);
	json_quote(w->out, name);
	buf_add(w->out, w->indent ? S(": ") : S(":"));
	w->first = false;
	w->named = true;
}

void jw_null(struct json_writer *w) {
	jw_raw(w, S("null"));
}

void jw_bool(struct json_writer *w, bool v) {
	jw_raw(w, v ? S("true") : S("false"));
}

void jw_int(struct json_writer *w, int64_t v) {
	if (before_value(w)) buf_add_int(w->out, v);
}

void jw_real(struct json_writer *w, double v) {
	char text[JSON_REAL_TEXT];
	jw_raw(w, json_real_text(v, text));
}

void jw_str(struct json_writer *w, struct str v) {
	if (before_value(w)) json_quote(w->out, v);
}

void jw_raw(struct json_writer *w, struct str json) {
	if (before_value(w)) buf_add(w->out, json);
}

/* As deep as open_level allows. */
void jw_value(struct json_writer *w, const struct json *v) {
	if (!v) {
		jw_null(w);
		return;
	}
	switch (v->type) {
	case JSON_NULL: jw_null(w); break;
	case JSON_BOOL: jw_bool(w, v->boolean); break;
	case JSON_INT: jw_int(w, v->integer); break;
	case JSON_REAL: jw_real(w, v->real); break;
	case JSON_STRING: jw_str(w, v->string); break;
	case JSON_ARRAY:
		jw_array(w);
		for (size_t i = 0; i < v->n && !w->out->failed; i++) jw_value(w, &v->items[i]);
		jw_array_end(w);
		break;
	case JSON_OBJECT:
		jw_object(w);
		for (size_t i = 0; i < v->n && !w->out->failed; i++) jw_field(w, v->members[i].name, &v->members[i].value);
		jw_object_end(w);
		break;
	}
}

void jw_field_str(struct json_writer *w, struct str name, struct str v) {
	jw_name(w, name);
	jw_str(w, v);
}

void jw_field_int(struct json_writer *w, struct str name, int64_t v) {
	jw_name(w, name);
	jw_int(w, v);
}

void jw_field_bool(struct json_writer *w, struct str name, bool v) {
	jw_name(w, name);
	jw_bool(w, v);
}

void jw_field(struct json_writer *w, struct str name, const struct json *v) {
	jw_name(w, name);
	jw_value(w, v);
}

/* ---- whole texts ---- */

enum { TEXT_MOST = 1 << 29 };

static struct str finish(struct arena *a, const struct buf *out) {
	if (!out->failed) return arena_str(a, buf_str(out));
	arena_fail(a);
	return STR_EMPTY;
}

struct str json_text(struct arena *a, const struct json *v) {
	autobuf struct buf out = BUF(TEXT_MOST);
	struct json_writer w = json_writer(&out);
	jw_value(&w, v);
	return finish(a, &out);
}

struct str json_pretty(struct arena *a, const struct json *v) {
	autobuf struct buf out = BUF(TEXT_MOST);
	struct json_writer w = json_writer_pretty(&out);
	jw_value(&w, v);
	return finish(a, &out);
}

struct str json_canonical(struct arena *a, const struct json *v) {
	autobuf struct buf out = BUF(TEXT_MOST);
	json_canonical_to(&out, v);
	return finish(a, &out);
}
