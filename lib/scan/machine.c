#include "machine.h"
#include "unpack.h"

/* Opcodes by their names in pickletools. */
enum opcode {
	OP_MARK = '(', OP_STOP = '.', OP_POP = '0', OP_POP_MARK = '1', OP_DUP = '2', OP_FLOAT = 'F', OP_INT = 'I', OP_BININT = 'J', OP_BININT1 = 'K', OP_LONG = 'L', OP_BININT2 = 'M',
	OP_NONE = 'N', OP_PERSID = 'P', OP_BINPERSID = 'Q', OP_REDUCE = 'R', OP_STRING = 'S', OP_BINSTRING = 'T', OP_SHORT_BINSTRING = 'U', OP_UNICODE = 'V', OP_BINUNICODE = 'X',
	OP_APPEND = 'a', OP_BUILD = 'b', OP_GLOBAL = 'c', OP_DICT = 'd', OP_EMPTY_DICT = '}', OP_APPENDS = 'e', OP_GET = 'g', OP_BINGET = 'h', OP_INST = 'i', OP_LONG_BINGET = 'j',
	OP_LIST = 'l', OP_EMPTY_LIST = ']', OP_OBJ = 'o', OP_PUT = 'p', OP_BINPUT = 'q', OP_LONG_BINPUT = 'r', OP_SETITEM = 's', OP_TUPLE = 't', OP_EMPTY_TUPLE = ')', OP_SETITEMS = 'u',
	OP_BINFLOAT = 'G', OP_BINBYTES = 'B', OP_SHORT_BINBYTES = 'C', OP_PROTO = 0x80, OP_NEWOBJ, OP_EXT1, OP_EXT2, OP_EXT4, OP_TUPLE1, OP_TUPLE2, OP_TUPLE3, OP_NEWTRUE, OP_NEWFALSE,
	OP_LONG1, OP_LONG4, OP_SHORT_BINUNICODE, OP_BINUNICODE8, OP_BINBYTES8, OP_EMPTY_SET, OP_ADDITEMS, OP_FROZENSET, OP_NEWOBJ_EX, OP_STACK_GLOBAL, OP_MEMOIZE, OP_FRAME, OP_BYTEARRAY8,
	OP_NEXT_BUFFER, OP_READONLY_BUFFER,
};
enum { PROTOCOL_MOST = 5, OPAQUE_FROM = 32, LATIN1_MOST = 1 << 20, STRINGS_MOST = 1 << 20, PROBE = 1 << 16 };

/* ---- frames and the window ---- */

static void frame_wrong(struct machine *m, uint64_t at, const char *what) {
	if (!m->frame_wrong && !m->run->blocked) found(m->s, RULE_PICKLE_FRAME, at, "%s", what);
	m->frame_wrong = true;
}

/* Called where `watch` says: sees to the frame, and has the window filled. False at the end of the bytes. */
static bool mind(struct machine *m) {
	struct reader *r = m->r;
	uint64_t at = reader_offset(r);
	if (m->frame < at) frame_wrong(m, at, "an operation reaches over the end of a frame");
	if (m->frame <= at) m->frame = UINT64_MAX;
	if (!reader_fill(r, 64) && r->at == r->end) return cut_short(m);
	m->watch = r->end - (reader_in_memory(r) || reader_have(r) < 64 ? 0 : 32);
	if (m->frame != UINT64_MAX && m->frame - at < (uint64_t)(m->watch - r->at)) m->watch = r->at + (m->frame - at);
	if (m->watch == r->at) m->watch++;
	return true;
}

static bool op_frame(struct machine *m) {
	const uint8_t *p = reader_take(m->r, 8);
	if (!p) return cut_short(m);
	uint64_t at = reader_offset(m->r), n = le64(p);
	if (m->frame != UINT64_MAX && m->frame > at) frame_wrong(m, at, "a frame begins inside another");
	if (n > UINT64_MAX / 2) return broken(m, "a frame is too long");
	m->frame = at + n;
	m->watch = m->r->at;
	return true;
}

static bool is_utf8_name(struct str s) {
	return s.n && s.n < 2000 && str_utf8(s);
}

static bool op_global(struct machine *m, bool inst) {
	struct str module, name;
	value callable;
	uint32_t from = 0;
	uint64_t at = reader_offset(m->r) - 1;
	if (!text_line(m, &module)) return false;
	module = arena_str(m->s->scratch, str_sub(module, 0, 2000)); /* reading on may move the window */
	if (!text_line(m, &name)) return false;
	if (!is_utf8_name(module) || !is_utf8_name(name)) return broken(m, "an import without a name");
	if (inst && !unmark(m, &from)) return false;
	if (!import(m, module, name, at)) return false;
	return !inst || (pop(m, &callable) && call_slots(m, callable, from));
}

/* ---- strings and bytes with a length ---- */

static bool length(struct machine *m, unsigned bytes, uint64_t *out) {
	const uint8_t *p = reader_take(m->r, bytes);
	if (!p) return cut_short(m);
	*out = bytes == 1 ? p[0] : bytes == 4 ? le32(p) : le64(p);
	return true;
}

/* A pickle as text of one character a byte (protocol 2 writes bytes so): UTF-8 of characters below 256. */
static void look_into_latin1(struct machine *m, struct str s, uint64_t at) {
	if (s.n > LATIN1_MOST || m->s->silent > 1 || !str_starts(s, S("\xC2\x80"))) return;
	char *to = arena_raw(m->s->scratch, s.n);
	size_t n = 0;
	for (size_t i = 0; to && i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];
		if (c >= 0x80 && ((c != 0xC2 && c != 0xC3) || i + 1 >= s.n)) return;
		to[n++] = (char)(c < 0x80 ? c : (c & 3) << 6 | (s.p[++i] & 0x3F));
	}
	if (!to || !pickle_begins(m->s, str_n(to, n))) return;
	struct reader in = reader_memory(str_n(to, n));
	struct tally ignored = {0};
	examine_member(m->s, arena_fmt(m->s->scratch, "text at %llu", (unsigned long long)at), at, &in, &ignored);
}

static bool op_text(struct machine *m, unsigned bytes) {
	uint64_t n = 0, at = reader_offset(m->r);
	value v = v_of(V_STRING, STRING_LOST);
	if (!length(m, bytes, &n)) return false;
	if (n <= STRING_BYTES) {
		const uint8_t *p = reader_take(m->r, n);
		if (!p) return cut_short(m);
		v = string_value(m, str_n(p, n));
		look_into_latin1(m, str_n(p, n), at);
		return push(m, v);
	}
	if (n <= reader_have(m->r)) look_into_latin1(m, str_n(m->r->at, n), at);
	return reader_skip(m->r, n) == n ? push(m, v) : cut_short(m);
}

/* True when compressed bytes unpack to the beginning of a file that can do harm; what else is compressed is data. */
static bool packs_a_file(struct machine *m, struct str head) {
	struct reader in = reader_memory(head), out;
	enum packing p = packing_of(head);
	if (p == PACK_NONE || p == PACK_LZMA || !unpack_open(m->s, &in, p, &out)) return false;
	reader_fill(&out, READER_PEEK);
	struct str first = reader_window(&out);
	bool is = str_starts(first, S("PK\3\4")) || executable_format(first) || pickle_begins(m->s, first) || (packing_of(first) != PACK_NONE && packing_of(first) != PACK_LZMA);
	unpack_close(&out);
	return is;
}

/* True when the bytes that come next are a file of their own, which is then examined. */
static bool look_into_bytes(struct machine *m, uint64_t n) {
	struct reader *r = m->r;
	if (n < 4 || m->s->silent > 1) return false;
	reader_fill(r, n < READER_PEEK ? n : READER_PEEK);
	struct str head = str_sub(reader_window(r), 0, n);
	bool archive = str_starts(head, S("PK\3\4")) || str_starts(head, S("\x93NUMPY"));
	if (!archive && !executable_format(head) && !pickle_begins(m->s, head) && !packs_a_file(m, head)) return false;
	uint64_t at = reader_offset(r);
	struct str name = arena_fmt(m->s->scratch, "bytes at %llu", (unsigned long long)at);
	struct tally ignored = {0};
	if (reader_have(r) >= n) {
		struct reader in = reader_memory(str_n(r->at, n));
		examine_member(m->s, name, at, &in, &ignored);
	} else {
		uint64_t before = reader_limit(r, n);
		examine_member(m->s, name, at, r, &ignored);
		reader_drain(r);
		reader_unlimit(r, before);
	}
	return true;
}

static bool op_bytes(struct machine *m, unsigned bytes) {
	uint64_t n = 0;
	if (!length(m, bytes, &n)) return false;
	uint64_t at = reader_offset(m->r);
	bool examined = look_into_bytes(m, n);
	n -= reader_offset(m->r) - at;
	if (reader_skip(m->r, n) != n) return cut_short(m);
	uint64_t passed = reader_offset(m->r) - at;
	if (passed >= OPAQUE_FROM && !examined) m->t->opaque += passed;
	m->watch = m->r->at;
	return push(m, v_of(V_BYTES, examined));
}

/* Protocol 5, PEP 574: bytes that the loader is given beside the pickle. */
static bool op_next_buffer(struct machine *m) {
	found(m->s, RULE_PICKLE_PERSISTENT, reader_offset(m->r), "data that lie outside of the pickle");
	return push(m, v_of(V_BYTES, 0));
}

static bool op_long(struct machine *m, unsigned bytes) {
	static const uint8_t magic[] = {0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19};
	uint64_t n = 0;
	if (!length(m, bytes, &n)) return false;
	if (n > INT32_MAX) return broken(m, "a number has a negative length");
	if (n > 10) return reader_skip(m->r, n) == n ? push_plain(m) : cut_short(m);
	const uint8_t *p = reader_take(m->r, n);
	if (!p) return cut_short(m);
	int64_t v = 0;
	for (uint64_t i = n; i-- > 0 && n <= 7;) v = v << 8 | p[i];
	m->run->torch_magic = n == sizeof magic && memcmp(p, magic, n) == 0;
	return push_number(m, n <= 7 && !(n && p[n - 1] & 0x80) ? v : INT64_MIN);
}

static bool op_small(struct machine *m, unsigned bytes) {
	const uint8_t *p = reader_take(m->r, bytes);
	if (!p) return cut_short(m);
	return push_number(m, bytes == 1 ? p[0] : bytes == 2 ? le16(p) : (int32_t)le32(p));
}

/* ---- imports, calls, objects ---- */

static bool op_stack_global(struct machine *m) {
	value module, name;
	struct str a, b;
	if (!pop(m, &name) || !pop(m, &module)) return false;
	if (string_of(m, module, &a) && string_of(m, name, &b)) {
		/* They may lie in the ring of recent strings; import copies what it keeps. */
		return is_utf8_name(a) && is_utf8_name(b) ? import(m, a, b, reader_offset(m->r) - 1) : broken(m, "an import without a name");
	}
	m->run->blocked++;
	if (v_kind(module) != V_STRING && v_kind(name) != V_STRING && v_kind(module) != V_LOST && v_kind(name) != V_LOST) return broken(m, "an import by what is no name");
	found(m->s, RULE_PICKLE_NAME, reader_offset(m->r) - 1, "imports something whose name is no plain text of at most %d bytes", STRING_BYTES);
	return push(m, v_of(V_LOST, 0));
}

static bool op_extension(struct machine *m, unsigned bytes) {
	const uint8_t *p = reader_take(m->r, bytes);
	if (!p) return cut_short(m);
	unsigned code = bytes == 1 ? p[0] : bytes == 2 ? le16(p) : le32(p);
	m->run->blocked++;
	found(m->s, RULE_PICKLE_EXTENSION, reader_offset(m->r), "uses extension %u of the process's registry", code);
	return push(m, v_of(V_LOST, 0));
}

static bool op_reduce(struct machine *m, bool newobj) {
	value args, callable;
	if (!pop(m, &args) || !pop(m, &callable)) return false;
	if (v_kind(args) != V_TUPLE && v_kind(args) != V_LOST && v_kind(args) != V_RESULT) return broken(m, "arguments are no tuple");
	return newobj ? make(m, callable, args) : call(m, callable, args);
}

static bool op_newobj_ex(struct machine *m) {
	value keywords, args, cls;
	return pop(m, &keywords) && pop(m, &args) && pop(m, &cls) && make(m, cls, args);
}

/* OBJ: the class is the first above the mark. */
static bool op_obj(struct machine *m) {
	uint32_t from;
	if (!unmark(m, &from)) return false;
	if (from >= m->n) return broken(m, "there is no class");
	value cls = m->stack[from];
	if (v_kind(cls) == V_PLAIN) return broken(m, "a class is none");
	memmove(m->stack + from, m->stack + from + 1, (m->n - from - 1) * sizeof *m->stack);
	m->n--;
	return call_slots(m, cls, from);
}

static void run(struct machine *m);

/* Runs a copy of the machine over bytes that this reader takes for data; true when it would call or import what isn't allowed. */
static bool runs_evil(struct machine *m, struct str bytes, bool lenient) {
	struct machine other;
	struct reader r = reader_memory(bytes);
	struct tally ignored = {0};
	struct pickle_run run_ = {.place = m->run->place};
	if (lenient) other = (struct machine){.s = m->s, .by_name = {.arena = m->s->scratch}, .lenient = true};
	else if (!machine_copy(m, &other)) return false;
	other.r = &r;
	other.run = &run_;
	other.t = &ignored;
	other.frame = UINT64_MAX;
	other.watch = r.at;
	m->s->silent += 2; /* nor are bytes in it looked into */
	run(&other);
	m->s->silent -= 2;
	machine_free(&other);
	return run_.denied || (run_.calls && run_.blocked);
}

/* pickle.load doesn't know joblib's arrays and goes on with their bytes as if they were opcodes. What would come of that is tried, first roughly and then exactly. */
static void try_as_opcodes(struct machine *m, uint64_t offset) {
	reader_fill(m->r, READER_PEEK);
	struct str bytes = str_sub(reader_window(m->r), 0, PROBE);
	if (m->s->silent > 1 || !runs_evil(m, bytes, true) || !runs_evil(m, bytes, false)) return;
	m->run->blocked++;
	found(m->s, RULE_PICKLE_INDIRECT, offset, "the numbers of an array are opcodes that run when the file is read with pickle instead of joblib");
}

/* An array of joblib: its numbers stand behind the object that describes it, or a pickle when they are objects. */
static bool read_array(struct machine *m) {
	struct array_state a = m->array;
	struct reader *r = m->r;
	const uint8_t *pad = NULL;
	if (m->frame == reader_offset(r)) m->frame = UINT64_MAX;
	m->array = (struct array_state){0};
	if (a.letter != 'O') try_as_opcodes(m, reader_offset(r));
	if (a.has_dtype && a.letter == 'O') {
		struct pickle_run run = {.place = m->run->place};
		pickle_stream(m->s, r, &run, m->t);
		m->watch = r->at;
		m->run->end = run.end;
		m->run->why = run.why;
		return run.end == PICKLE_STOPPED;
	}
	uint64_t bytes;
	if (!a.has_shape || !a.has_dtype || a.letter == 'V' || !a.width || __builtin_mul_overflow(a.count, (uint64_t)a.width, &bytes)) {
		found(m->s, RULE_UNSUPPORTED, reader_offset(r), "an array whose length can't be told");
		m->run->end = PICKLE_OVER;
		return false;
	}
	if (a.aligned && (!(pad = reader_take(r, 1)) || reader_skip(r, *pad) != *pad)) return cut_short(m);
	opaque_data(m->s, str_sub(reader_window(r), 0, bytes), reader_offset(r), "an array");
	uint64_t passed = reader_skip(r, bytes);
	m->t->opaque += passed;
	m->watch = r->at;
	return passed == bytes || cut_short(m);
}

static bool op_build(struct machine *m) {
	value state, object;
	if (!pop(m, &state) || !top(m, &object) || !build(m, object, state)) return false;
	return v_kind(object) == V_RESULT && m->imports[v_payload(object)].wrapper ? read_array(m) : true;
}

/* ---- containers ---- */

static bool keep_strings(struct machine *m, uint32_t from) {
	struct pickle_run *run = m->run;
	struct str s;
	for (uint32_t i = from; i < m->n; i++) {
		if (!string_of(m, m->stack[i], &s)) continue;
		if (run->strings_n == m->strings_room) {
			size_t room = m->strings_room ? m->strings_room * 2 : 64;
			struct str *bigger = room <= STRINGS_MOST ? arena_array(m->s->scratch, room, sizeof *bigger) : NULL;
			if (!bigger) return false;
			if (run->strings_n) memcpy(bigger, run->strings, run->strings_n * sizeof *bigger);
			run->strings = bigger;
			m->strings_room = room;
		}
		run->strings[run->strings_n++] = arena_str(m->s->scratch, s);
	}
	return true;
}

static bool op_fill(struct machine *m, bool pairs) {
	uint32_t from;
	value object;
	if (!unmark(m, &from)) return false;
	if (from <= m->floor) return broken(m, "the stack has too little");
	object = m->stack[from - 1];
	if (v_kind(object) == V_PLAIN) return broken(m, "items are given to what takes none");
	if (pairs && m->run->joblib) note_state(m, from);
	if (m->run->want_strings && !keep_strings(m, from)) return cut_short(m);
	return fill(m, object, from, pairs);
}

/* APPEND, SETITEM: the last one or two values. */
static bool op_fill_one(struct machine *m, unsigned n) {
	value items[2], object;
	for (unsigned i = 0; i < n; i++)
		if (!pop(m, &items[i])) return false;
	if (!top(m, &object)) return false;
	uint32_t from = m->n;
	for (unsigned i = n; i-- > 0;)
		if (!push(m, items[i])) return false;
	if (n == 2 && m->run->joblib) note_state(m, from);
	if (m->run->want_strings && !keep_strings(m, from)) return cut_short(m);
	return fill(m, object, from, n == 2);
}

static bool op_container(struct machine *m, bool pairs) {
	uint32_t from;
	if (!unmark(m, &from)) return false;
	if (pairs) check_pairs(m, from);
	if (m->run->joblib) note_state(m, from);
	value v = v_of(V_CONTAINER, weigh(m, from));
	cut(m, from);
	return push(m, v);
}

static bool op_pop(struct machine *m) {
	value v;
	uint32_t from;
	bool marked = m->marks_n && m->marks[m->marks_n - 1] == m->n;
	return marked ? unmark(m, &from) : pop(m, &v);
}

static bool op_dup(struct machine *m) {
	value v;
	if (!top(m, &v)) return false;
	return v_kind(v) == V_PLAIN ? push_plain(m) : push(m, v);
}

static bool op_persistent(struct machine *m, bool text) {
	struct str s;
	value id = v_of(V_LOST, 0);
	if (text ? !text_line(m, &s) : !pop(m, &id)) return false;
	return persistent(m, id);
}

static bool op_protocol(struct machine *m) {
	const uint8_t *p = reader_take(m->r, 1);
	if (!p) return cut_short(m);
	if (*p > PROTOCOL_MOST) return broken(m, "a protocol that isn't known");
	m->protocol = *p;
	return true;
}

static bool op_stop(struct machine *m) {
	value v;
	if (!pop(m, &v)) return false;
	uint64_t at = reader_offset(m->r);
	if (m->frame != UINT64_MAX && m->frame != at) frame_wrong(m, at, m->frame > at ? "the pickle ends inside a frame" : "an operation reaches over the end of a frame");
	m->run->end = PICKLE_STOPPED;
	return false;
}

/* A fixed number of bytes behind the opcode as the index of a memo. */
static bool op_memo(struct machine *m, unsigned bytes, bool put) {
	uint64_t i = 0;
	if (!length(m, bytes, &i)) return false;
	return put ? memo_put(m, i) : memo_get(m, i);
}

static bool op_memo_line(struct machine *m, bool put) {
	uint64_t i = 0;
	return text_index(m, &i) && (put ? memo_put(m, i) : memo_get(m, i));
}

/* One operation; false when the stream ends here. */
static bool step(struct machine *m, uint8_t op) {
	uint32_t from;
	switch ((enum opcode)op) {
	case OP_MARK: return mark(m);
	case OP_STOP: return op_stop(m);
	case OP_POP: return op_pop(m);
	case OP_POP_MARK:
		if (!unmark(m, &from)) return false;
		cut(m, from);
		return true;
	case OP_DUP: return op_dup(m);
	case OP_FLOAT: return text_float(m);
	case OP_INT:
	case OP_LONG: return text_number(m);
	case OP_BININT: return op_small(m, 4);
	case OP_BININT1: return op_small(m, 1);
	case OP_BININT2: return op_small(m, 2);
	case OP_NONE: return push_number(m, INT64_MIN);
	case OP_NEWTRUE:
	case OP_NEWFALSE: return push_plain(m);
	case OP_PERSID: return op_persistent(m, true);
	case OP_BINPERSID: return op_persistent(m, false);
	case OP_REDUCE: return op_reduce(m, false);
	case OP_NEWOBJ: return op_reduce(m, true);
	case OP_NEWOBJ_EX: return op_newobj_ex(m);
	case OP_STRING: return text_string(m, true);
	case OP_UNICODE: return text_string(m, false);
	case OP_SHORT_BINSTRING:
	case OP_SHORT_BINUNICODE: return op_text(m, 1);
	case OP_BINSTRING:
	case OP_BINUNICODE: return op_text(m, 4);
	case OP_BINUNICODE8: return op_text(m, 8);
	case OP_SHORT_BINBYTES: return op_bytes(m, 1);
	case OP_BINBYTES: return op_bytes(m, 4);
	case OP_BINBYTES8:
	case OP_BYTEARRAY8: return op_bytes(m, 8);
	case OP_APPEND: return op_fill_one(m, 1);
	case OP_SETITEM: return op_fill_one(m, 2);
	case OP_APPENDS:
	case OP_ADDITEMS: return op_fill(m, false);
	case OP_SETITEMS: return op_fill(m, true);
	case OP_BUILD: return op_build(m);
	case OP_GLOBAL: return op_global(m, false);
	case OP_INST: return op_global(m, true);
	case OP_STACK_GLOBAL: return op_stack_global(m);
	case OP_OBJ: return op_obj(m);
	case OP_DICT: return op_container(m, true);
	case OP_LIST:
	case OP_FROZENSET: return op_container(m, false);
	case OP_EMPTY_DICT:
	case OP_EMPTY_LIST:
	case OP_EMPTY_SET: return push(m, v_of(V_CONTAINER, 1));
	case OP_TUPLE: return unmark(m, &from) && tuple_from(m, from);
	case OP_EMPTY_TUPLE: return push(m, v_of(V_TUPLE, 0));
	case OP_TUPLE1: return tuple_of(m, 1);
	case OP_TUPLE2: return tuple_of(m, 2);
	case OP_TUPLE3: return tuple_of(m, 3);
	case OP_GET: return op_memo_line(m, false);
	case OP_PUT: return op_memo_line(m, true);
	case OP_BINGET: return op_memo(m, 1, false);
	case OP_LONG_BINGET: return op_memo(m, 4, false);
	case OP_BINPUT: return op_memo(m, 1, true);
	case OP_LONG_BINPUT: return op_memo(m, 4, true);
	case OP_MEMOIZE: return memo_put(m, m->memo_set);
	case OP_BINFLOAT: return reader_take(m->r, 8) ? push_plain(m) : cut_short(m);
	case OP_LONG1: return op_long(m, 1);
	case OP_LONG4: return op_long(m, 4);
	case OP_EXT1: return op_extension(m, 1);
	case OP_EXT2: return op_extension(m, 2);
	case OP_EXT4: return op_extension(m, 4);
	case OP_PROTO: return op_protocol(m);
	case OP_FRAME: return op_frame(m);
	case OP_NEXT_BUFFER: return op_next_buffer(m);
	case OP_READONLY_BUFFER: return m->n > m->floor ? true : broken(m, "the stack has too little");
	}
	return broken(m, "an opcode that isn't known");
}

/* ---- the run ---- */

static void run(struct machine *m) {
	struct scan *s = m->s;
	for (;;) {
		if (m->r->at >= m->watch && !mind(m)) break;
		m->ops++;
		if (m->ops % 65536 == 0) {
			s->opcodes += 65536;
			s->work |= 255; /* look at the clock */
			if (s->opcodes > s->limits.opcodes) over_budget(s, reader_offset(m->r), "over %llu operations of pickles", (unsigned long long)s->limits.opcodes);
			if (time_is_up(s)) {
				m->run->end = PICKLE_OVER;
				break;
			}
		}
		if (!step(m, *m->r->at++)) break;
	}
	s->opcodes += m->ops % 65536;
}

static void report_end(struct machine *m) {
	struct pickle_run *run = m->run;
	struct scan *s = m->s;
	report_imports(m);
	if (run->end == PICKLE_BROKEN && !run->blocked) found(s, RULE_PICKLE_BROKEN, run->offset, "the pickle breaks: %s", run->why ? run->why : "");
	if (run->end == PICKLE_TRUNCATED && !run->blocked && m->r->fault == READER_FINE) found(s, RULE_TRUNCATED, run->offset, "the pickle ends before its STOP");
	if (m->heaviest >= PAYLOAD - 1 || m->heaviest > 1000 * m->ops + 10000000)
		found(s, RULE_PICKLE_EXPANSION, m->began, "%llu operations make lists inside lists in which a walk would meet over %u values", (unsigned long long)m->ops, m->heaviest);
}

void pickle_stream(struct scan *s, struct reader *r, struct pickle_run *run_, struct tally *t) {
	struct machine m = {.s = s, .r = r, .run = run_, .t = t, .began = reader_offset(r), .watch = r->at, .frame = UINT64_MAX, .by_name = {.arena = s->scratch}};
	uint64_t opaque = t->opaque;
	run_->end = PICKLE_TRUNCATED;
	memset(m.numbers, 0xFF, sizeof m.numbers);
	uint64_t began = m.began;
	struct tally inner = {0};
	m.t = &inner;
	run(&m);
	run_->offset = reader_offset(r);
	run_->opcodes = m.ops;
	t->opaque = opaque + inner.opaque;
	t->parsed += run_->offset - began - inner.opaque;
	report_end(&m);
	machine_free(&m);
}

/* ---- is it one? ---- */

static bool is_text(struct str s) {
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < 32 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 27) return false;
	}
	return str_utf8(str_cut_utf8(s, s.n));
}

bool pickle_begins(struct scan *s, struct str head) {
	const uint8_t *p = (const uint8_t *)head.p;
	if (head.n < 2 || !p[0] || !strchr("(]})lcdiINSVUXTKJMGFLCP\x80\x85\x88\x89\x82\x83\x84\x8A\x8B\x8C\x8D\x8E\x8F\x95\x96", (char)p[0])) return false;
	/* The first letter of a zip file is an opcode too, by which an unpickler asks its caller for an object; a header ends with a line, and an array of objects goes on as a pickle. */
	if (str_starts(head, S("PK\3\4")) || str_starts(head, S("PK\5\6"))) return false;
	bool protocol = p[0] == OP_PROTO && p[1] <= PROTOCOL_MOST;
	if (p[0] == OP_PROTO && !protocol) return false;
	/* What claims a protocol shows soon what it is. Of the others a first string may be longer than any part of the file that one would look at. */
	struct reader r = reader_memory(protocol ? str_sub(head, 0, PROBE) : head);
	struct tally t = {0};
	uint64_t ops = 0;
	bool is = false;
	s->silent++;
	for (unsigned streams = 0; streams < 64 && !is; streams++) {
		struct pickle_run one = {.place = PICKLE_PLAIN};
		pickle_stream(s, &r, &one, &t);
		ops += one.opcodes;
		bool whole = one.end == PICKLE_STOPPED && str_trim(reader_window(&r)).n == 0;
		is = (one.calls && (one.imports || protocol)) || one.denied || whole || (ops >= 64 && one.end != PICKLE_BROKEN && !is_text(head)) || (protocol && (one.imports || one.end == PICKLE_STOPPED || one.end == PICKLE_OVER || (one.end == PICKLE_TRUNCATED && ops >= (head.n >= PROBE ? 2 : 4))));
		if (one.end != PICKLE_STOPPED) break;
	}
	s->silent--;
	/* A file that claims a protocol is a pickle, also one that breaks soon; but bytes of a picture may begin so too. */
	return is || (protocol && !is_text(head) && ops >= 4);
}
