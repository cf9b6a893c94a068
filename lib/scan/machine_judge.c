#include "machine.h"

/* A name of more is nobody's; the rest isn't looked at. */
enum { NAME_MOST = 300 };

/* ---- imports ---- */

static bool is_added(const struct machine *m, struct str module, struct str name) {
	for (size_t i = 0; i < m->s->options->allow_n; i++) {
		struct str one = m->s->options->allow[i];
		if (one.n == module.n + 1 + name.n && str_starts(one, module) && one.p[module.n] == '.' && str_ends(one, name)) return true;
	}
	return false;
}

/* What the C++ reader of TorchScript archives takes by itself (torch/csrc/jit/serialization/unpickler.cpp). */
static bool is_script(struct str module, struct str name) {
	if (str_starts(module, S("__torch__"))) return true;
	return str_is(module, "torch.jit._pickle") && (str_starts(name, S("build_")) || str_is(name, "restore_type_tag"));
}

static void judge(struct machine *m, struct import *i) {
	unsigned profiles = m->s->options->profiles ? m->s->options->profiles : SCAN_ALL_PROFILES;
	i->ok = profile_allows(profiles, i->module, i->name, &i->allowed);
	if (!i->ok && (is_added(m, i->module, i->name) || (m->run->place == PICKLE_TORCHSCRIPT && is_script(i->module, i->name)))) {
		i->ok = true;
		i->allowed = (struct allowed){.flags = ALLOW_BOTH | ALLOW_NAME | ALLOW_PAIRS | ALLOW_LIST};
	}
	if (!i->ok) {
		i->denied = profile_denies(i->module, i->name);
		m->run->denied += i->denied;
		m->run->blocked++;
	}
	i->wrapper = str_is(i->name, "NumpyArrayWrapper");
	if (i->wrapper) m->run->joblib = true;
}

static struct import *new_import(struct machine *m, struct str module, struct str name, uint64_t offset) {
	if (m->imports_n == IMPORTS) {
		if (!m->s->silent) over_budget(m->s, offset, "a pickle with over %d different imports", IMPORTS);
		m->run->end = PICKLE_OVER;
		return NULL;
	}
	if (m->imports_n == m->imports_room) {
		uint32_t room = m->imports_room ? m->imports_room * 2 : 16;
		struct import *bigger = arena_array(m->s->scratch, room, sizeof *bigger);
		if (!bigger) return NULL;
		if (m->imports_n) memcpy(bigger, m->imports, m->imports_n * sizeof *bigger);
		m->imports = bigger;
		m->imports_room = room;
	}
	struct import *i = &m->imports[m->imports_n];
	*i = (struct import){.module = module, .name = name, .offset = offset};
	judge(m, i);
	return i;
}

bool import(struct machine *m, struct str module, struct str name, uint64_t offset) {
	m->run->imports++;
	char key[2 * NAME_MOST + 2];
	module = str_sub(module, 0, NAME_MOST);
	name = str_sub(name, 0, NAME_MOST);
	memcpy(key, module.p, module.n);
	key[module.n] = 0;
	memcpy(key + module.n + 1, name.p, name.n);
	struct str whole = str_n(key, module.n + 1 + name.n);
	uint32_t number = (uint32_t)(uintptr_t)map_get(&m->by_name, whole);
	if (!number) {
		struct str kept = arena_str(m->s->scratch, whole);
		struct import *i = new_import(m, str_sub(kept, 0, module.n), str_from(kept, module.n + 1), offset);
		void **at = i ? map_at(&m->by_name, kept) : NULL;
		if (!at) {
			m->run->end = PICKLE_OVER;
			return false;
		}
		number = ++m->imports_n;
		*at = (void *)(uintptr_t)number;
	}
	return push(m, v_of(V_IMPORT, number - 1));
}

static struct import *import_of(struct machine *m, value v) {
	return v_kind(v) == V_IMPORT || v_kind(v) == V_RESULT ? &m->imports[v_payload(v)] : NULL;
}

/* Says once for each import that it is used as it should not be. */
static void refuse(struct machine *m, struct import *i, enum rule rule, const char *what) {
	m->run->blocked++;
	if (!i) {
		found(m->s, rule, reader_offset(m->r), "%s", what);
		return;
	}
	if (!i->ok || i->refused) return; /* the import is the root cause, or it was said */
	i->refused = true;
	found(m->s, rule, reader_offset(m->r), "%.*s.%.*s: %s", SHOWN(m->s, i->module), SHOWN(m->s, i->name), what);
}

/* ---- arguments ---- */

static value item(const struct tuple *t, uint32_t i) {
	return t && i < t->n && i < TUPLE_ITEMS ? t->items[i] : v_of(V_LOST, 0);
}

static struct import *class_of(struct machine *m, value v) {
	struct import *i = v_kind(v) == V_IMPORT ? import_of(m, v) : NULL;
	return i && (!i->ok || i->allowed.flags & ALLOW_CLASS) ? i : NULL;
}

/* (str, "lower"): a type of builtins that only holds data, and a plain name. */
static bool is_method(struct machine *m, const struct tuple *t) {
	static const char *const types[] = {"str", "bytes", "bytearray", "list", "dict", "set", "frozenset", "tuple", "int", "float"};
	const struct import *i = v_kind(item(t, 0)) == V_IMPORT ? import_of(m, item(t, 0)) : NULL;
	struct str name, module;
	if (!i || !t || t->n != 2 || !string_of(m, item(t, 1), &name) || !name.n || name.p[0] == '_') return false;
	module = i->module;
	for (size_t k = 0; k < lengthof(types); k++)
		if (str_is(i->name, types[k])) return str_is(module, "builtins") || str_is(module, "__builtin__");
	return false;
}

static bool is_codec(struct machine *m, const struct tuple *t) {
	static const char *const plain[] = {"latin1", "latin-1", "iso-8859-1", "utf-8", "utf8", "ascii"};
	struct str name;
	if (!t || t->n == 0 || t->n > 2) return false;
	if (t->n == 1) return true;
	for (size_t i = 0; string_of(m, item(t, 1), &name) && i < lengthof(plain); i++)
		if (str_is(name, plain[i])) return true;
	return false;
}

/* The first argument stands in the pickle as it is: what it costs to take it was paid in bytes. */
static bool is_held(struct machine *m, const struct tuple *t) {
	if (!t || !t->n) return t != NULL;
	enum kind k = v_kind(t->items[0]);
	const struct import *of = k == V_RESULT ? import_of(m, t->items[0]) : NULL;
	if (of && (!of->ok || of->allowed.check == CHECK_CODEC || of->allowed.check == CHECK_HELD)) return true;
	return k == V_STRING || k == V_BYTES || k == V_TUPLE || k == V_CONTAINER || k == V_MEMOIZED;
}

static bool arguments_fit(struct machine *m, const struct import *f, const struct tuple *t, int depth) {
	struct import *i;
	switch (f->allowed.check) {
	case CHECK_ANY:
	case CHECK_DTYPE: return true;
	case CHECK_CLASS_FIRST:
	case CHECK_RECONSTRUCTOR: return class_of(m, item(t, 0)) != NULL;
	case CHECK_METHOD: return is_method(m, t);
	case CHECK_HELD: return is_held(m, t);
	case CHECK_ONE: return t && t->n == 1;
	case CHECK_CODEC: return is_codec(m, t);
	case CHECK_BYTES_TORCH: return v_kind(item(t, 0)) == V_BYTES && v_payload(item(t, 0)) == 1;
	case CHECK_STORAGE: return v_kind(item(t, 0)) == V_STORAGE || v_kind(item(t, 0)) == V_TENSOR || v_kind(item(t, 0)) == V_RESULT;
	case CHECK_FACTORY:
		return t && (t->n == 0 || v_kind(item(t, 0)) == V_PLAIN || class_of(m, item(t, 0)) || (v_kind(item(t, 0)) == V_RESULT));
	case CHECK_PARTIAL: return v_kind(item(t, 0)) == V_IMPORT;
	case CHECK_REBUILD_TYPE:
		i = v_kind(item(t, 0)) == V_IMPORT ? import_of(m, item(t, 0)) : NULL;
		if (!i || !class_of(m, item(t, 1)) || depth > 2) return false;
		if (!i->ok) return true; /* found as an import */
		i->called = true;
		return (i->allowed.flags & ALLOW_CALL) && tuple_at(m, item(t, 2)) && arguments_fit(m, i, tuple_at(m, item(t, 2)), depth + 1);
	}
	return false;
}

/* ---- calls ---- */

/* "f8", "<i4", "U12", "M8[ns]": a letter and bytes an item; 'O' holds objects. */
static value dtype_value(struct machine *m, const struct tuple *t) {
	struct str s;
	if (!string_of(m, item(t, 0), &s)) return v_of(V_DTYPE, 0);
	while (s.n && (s.p[0] == '<' || s.p[0] == '>' || s.p[0] == '=' || s.p[0] == '|')) s = str_from(s, 1);
	if (!s.n) return v_of(V_DTYPE, 0);
	char letter = s.p[0];
	uint32_t width = 0;
	for (s = str_from(s, 1); s.n && s.p[0] >= '0' && s.p[0] <= '9' && width < 100000; s = str_from(s, 1)) width = width * 10 + (uint32_t)(s.p[0] - '0');
	if (letter == 'U') width *= 4;
	if (letter == '?') width = 1;
	return v_of(V_DTYPE, (uint32_t)(uint8_t)letter << 20 | (width < 1u << 20 ? width : 0));
}

static value result_of(struct machine *m, value callable, const struct import *f, const struct tuple *t) {
	if (!f->ok) return v_of(V_RESULT, v_payload(callable));
	if (f->allowed.check == CHECK_DTYPE) return dtype_value(m, t);
	if (f->allowed.check == CHECK_RECONSTRUCTOR) return v_of(V_RESULT, v_payload(item(t, 0)));
	if (f->allowed.check == CHECK_STORAGE) return v_of(V_TENSOR, 0);
	return v_of(V_RESULT, v_payload(callable));
}

/* Numbers, texts and containers are not: the unpickler raises an error. */
static bool can_be_called(value v) {
	return v_kind(v) == V_IMPORT || v_kind(v) == V_RESULT || v_kind(v) == V_LOST;
}

bool call(struct machine *m, value callable, value args) {
	struct import *f = v_kind(callable) == V_IMPORT ? import_of(m, callable) : NULL;
	if (!can_be_called(callable)) return broken(m, "what is called is no function");
	m->run->calls++;
	if (!f) {
		/* What came of a call that was refused is no root cause. */
		struct import *of = import_of(m, callable);
		if (!of || of->ok) refuse(m, NULL, RULE_PICKLE_INDIRECT, "calls what is not a function by its name");
		return push(m, v_of(V_LOST, 0));
	}
	const struct tuple *t = tuple_at(m, args);
	f->called = true;
	bool fits = !f->ok || (f->allowed.flags & ALLOW_CALL && arguments_fit(m, f, t, 0));
	if (f->ok && !(f->allowed.flags & ALLOW_CALL)) refuse(m, f, RULE_PICKLE_INDIRECT, "is called, which no pickler does");
	else if (!fits) refuse(m, f, RULE_PICKLE_ARGUMENTS, "is called with other arguments than a pickler gives it");
	return push(m, fits ? result_of(m, callable, f, t) : v_of(V_RESULT, v_payload(callable)));
}

bool call_slots(struct machine *m, value callable, uint32_t from) {
	value args;
	return tuple_from(m, from) && pop(m, &args) && call(m, callable, args);
}

bool make(struct machine *m, value cls, value args) {
	struct import *c = v_kind(cls) == V_IMPORT ? import_of(m, cls) : NULL;
	if (!can_be_called(cls)) return broken(m, "an object is made of what is no class");
	m->run->calls++;
	if (!c) {
		struct import *of = import_of(m, cls);
		if (!of || of->ok) refuse(m, NULL, RULE_PICKLE_INDIRECT, "makes an object of what is not a class by its name");
		return push(m, v_of(V_LOST, 0));
	}
	c->called = true;
	if (c->ok && !(c->allowed.flags & ALLOW_CLASS)) refuse(m, c, RULE_PICKLE_INDIRECT, "is used as a class, which it is not");
	if (c->ok && c->allowed.check == CHECK_PARTIAL && !arguments_fit(m, c, tuple_at(m, args), 0)) refuse(m, c, RULE_PICKLE_ARGUMENTS, "is made with other arguments than a pickler gives it");
	return push(m, v_of(V_RESULT, v_payload(cls)));
}

/* A record's flags (numpy/core/src/multiarray/descriptor.c, arraydescr_setstate: the eighth item) say whether it holds objects. The memo's value learns it too. */
static void learn_record(struct machine *m, value record, const struct tuple *state) {
	if (v_payload(record) >> 20 != 'V' || !state || state->n < 8 || state->numbers[7] < 0) return;
	value known = v_of(V_DTYPE, (uint32_t)(state->numbers[7] & 1 ? 'O' : 'v') << 20 | (v_payload(record) & 0xFFFFF));
	set_top(m, known);
	for (uint32_t i = m->records; i-- > 0 && i + RECORDS > m->records;) {
		uint32_t at = m->record_memo[i % RECORDS];
		if (at >= m->memo_room || m->memo[at] != record) continue;
		m->memo[at] = known;
		return;
	}
}

bool build(struct machine *m, value object, value state) {
	switch (v_kind(object)) {
	case V_DTYPE: learn_record(m, object, tuple_at(m, state)); return true;
	case V_RESULT:
	case V_TENSOR: return true;
	case V_IMPORT: refuse(m, import_of(m, object), RULE_PICKLE_INDIRECT, "is changed by a state, which no pickler does"); return true;
	case V_LOST: return true; /* found already */
	case V_PLAIN:
	case V_STRING:
	case V_BYTES:
	case V_TUPLE:
	case V_CONTAINER:
	case V_MEMOIZED:
	case V_STORAGE: return broken(m, "a state is given to what takes none");
	}
	return true;
}

/* Items of an object that came of a call. */
static void fill_result(struct machine *m, value object, bool pairs) {
	struct import *i = import_of(m, object);
	if (i && i->ok && !(i->allowed.flags & (pairs ? ALLOW_PAIRS : ALLOW_LIST))) refuse(m, i, RULE_PICKLE_INDIRECT, pairs ? "gets items, which no pickler does" : "gets values, which no pickler does");
}

/* An attribute by which the unpickler, or Python itself, calls what it finds there: as a key beside something that can be called. */
static bool is_hook(struct str key) {
	static const char *const hooks[] = {"__setstate__", "__class__", "__dict__", "__reduce__", "__reduce_ex__", "__getattr__", "__getattribute__", "__call__", "__new__", "__init__", "__setitem__", "__del__"};
	for (size_t i = 0; key.n > 6 && key.p[0] == '_' && i < lengthof(hooks); i++)
		if (str_is(key, hooks[i])) return true;
	return false;
}

static void check_pair(struct machine *m, value key, value v) {
	struct str name;
	bool callable = v_kind(v) == V_IMPORT || v_kind(v) == V_LOST || (v_kind(v) == V_RESULT && (import_of(m, v)->allowed.check == CHECK_PARTIAL || import_of(m, v)->allowed.check == CHECK_METHOD));
	if (!callable) return;
	if (v_kind(key) == V_LOST || (v_kind(key) == V_RESULT && v_kind(v) != V_LOST) || (string_of(m, key, &name) && is_hook(name)))
		refuse(m, NULL, RULE_PICKLE_INDIRECT, "puts something that can be called where Python looks for what to call");
}

void check_pairs(struct machine *m, uint32_t from) {
	value key = v_of(V_PLAIN, 1);
	bool have = false;
	for (uint32_t i = from; i < m->n; i++) {
		bool many = v_kind(m->stack[i]) == V_PLAIN && v_payload(m->stack[i]) > 1;
		if (have && !many) check_pair(m, key, m->stack[i]);
		/* Of an even number of plain values in one slot keys and values alternate as before. */
		if (many ? v_payload(m->stack[i]) % 2 == 0 : false) continue;
		have = !have;
		key = m->stack[i];
	}
}

bool fill(struct machine *m, value object, uint32_t from, bool pairs) {
	if (pairs) check_pairs(m, from);
	switch (v_kind(object)) {
	case V_MEMOIZED: add_weight(m, object, weigh(m, from)); break;
	case V_CONTAINER: {
		uint64_t sum = (uint64_t)v_payload(object) + weigh(m, from);
		cut(m, from);
		set_top(m, v_of(V_CONTAINER, sum < PAYLOAD ? (uint32_t)sum : PAYLOAD - 1));
		return true;
	}
	case V_IMPORT: refuse(m, import_of(m, object), RULE_PICKLE_INDIRECT, "gets items, which no pickler does"); break;
	case V_RESULT: fill_result(m, object, pairs); break;
	case V_LOST: break;
	case V_PLAIN:
	case V_STRING:
	case V_BYTES:
	case V_TUPLE:
	case V_DTYPE:
	case V_STORAGE:
	case V_TENSOR: return broken(m, "items are given to what takes none");
	}
	cut(m, from);
	return true;
}

/* ---- storages ---- */

static bool note_storage(struct machine *m, struct str key, int64_t count, unsigned width) {
	struct pickle_run *run = m->run;
	for (size_t i = run->storages_n; i-- > 0 && i + 8 > run->storages_n;)
		if (str_eq(run->storages[i].key, key)) return true;
	if (run->storages_n == m->storages_room) {
		size_t room = m->storages_room ? m->storages_room * 2 : 32;
		struct pickle_storage *bigger = room < 4 << 20 ? arena_array(m->s->scratch, room, sizeof *bigger) : NULL;
		if (!bigger) return false;
		if (run->storages_n) memcpy(bigger, run->storages, run->storages_n * sizeof *bigger);
		run->storages = bigger;
		m->storages_room = room;
	}
	run->storages[run->storages_n++] = (struct pickle_storage){arena_str(m->s->scratch, key), (uint64_t)count, width};
	return true;
}

/* ("storage", type, key, place, count), and in legacy files ("module", class, file, source). */
static bool torch_id(struct machine *m, const struct tuple *t) {
	struct str word, key;
	if (!t || !string_of(m, item(t, 0), &word)) return false;
	struct import *type = v_kind(item(t, 1)) == V_IMPORT ? import_of(m, item(t, 1)) : NULL;
	if (str_is(word, "module")) return type != NULL;
	if (!str_is(word, "storage") || (t->n != 5 && t->n != 6) || !type || !string_of(m, item(t, 2), &key)) return false;
	if (!type->ok || !type->allowed.width) return !type->ok;
	return t->numbers[4] >= 0 && note_storage(m, key, t->numbers[4], type->allowed.width);
}

bool persistent(struct machine *m, value id) {
	const struct tuple *t = tuple_at(m, id);
	bool torch = m->run->place == PICKLE_TORCH || m->run->place == PICKLE_TORCHSCRIPT;
	if (torch && torch_id(m, t)) {
		struct str word;
		return push(m, string_of(m, item(t, 0), &word) && str_is(word, "module") ? item(t, 1) : v_of(V_STORAGE, 0));
	}
	if (torch) refuse(m, NULL, RULE_PICKLE_ARGUMENTS, "a persistent id that is no storage");
	else found(m->s, RULE_PICKLE_PERSISTENT, reader_offset(m->r), "an object is left to the loader, by a persistent id");
	return push(m, v_of(torch ? V_LOST : V_STORAGE, 0));
}

/* ---- arrays of joblib ---- */

static uint64_t product(const struct tuple *t) {
	uint64_t n = 1;
	for (uint32_t i = 0; t && i < t->n; i++) {
		if (i >= TUPLE_ITEMS || t->numbers[i] < 0) return UINT64_MAX;
		if (__builtin_mul_overflow(n, (uint64_t)t->numbers[i], &n)) return UINT64_MAX;
	}
	return t ? n : UINT64_MAX;
}

static void note_pair(struct machine *m, struct str key, value v) {
	struct array_state *a = &m->array;
	if (str_is(key, "shape")) {
		a->count = product(tuple_at(m, v));
		a->has_shape = true;
	} else if (str_is(key, "dtype")) {
		a->has_dtype = v_kind(v) == V_DTYPE;
		a->letter = (char)(v_payload(v) >> 20);
		a->width = v_payload(v) & 0xFFFFF;
	} else if (str_is(key, "numpy_array_alignment_bytes")) {
		a->aligned = true;
	}
}

void note_state(struct machine *m, uint32_t from) {
	struct str key;
	/* Keys and values alternate, so a slot that holds several plain values would be a key that isn't a string: joblib has none. */
	for (uint32_t i = from; i + 1 < m->n; i++)
		if (string_of(m, m->stack[i], &key)) note_pair(m, key, m->stack[i + 1]);
}

/* ---- what is said in the end ---- */

void report_imports(struct machine *m) {
	for (uint32_t n = 0; n < m->imports_n; n++) {
		const struct import *i = &m->imports[n];
		if (i->ok) continue;
		enum rule rule = i->called ? (i->denied ? RULE_PICKLE_CALL_DENIED : RULE_PICKLE_CALL_UNLISTED) :
			i->denied ? RULE_PICKLE_IMPORT_DENIED : RULE_PICKLE_IMPORT_UNLISTED;
		struct str module = i->module, name = i->name;
		profile_python3(&module, &name);
		found(m->s, rule, i->offset, "%s %.*s.%.*s%s", i->called ? "calls" : "imports", SHOWN(m->s, i->module), SHOWN(m->s, i->name),
			str_eq(module, i->module) ? "" : " (a name of Python 2)");
	}
}
