/* JSON text to values: jansson parses, we copy its tree into the arena.
 *
 * jansson asks for memory some five times a value. While json_parse runs, its allocator serves from a block that the
 * thread keeps, and nothing is freed one by one; outside it is malloc and free, for other users of jansson. */
#include "jansson_names.h"

#include "index.h"
#include "scan.h"

#include <pthread.h>

enum { SCRATCH_ALIGN = 16, SCRATCH_FIRST = 256 << 10, SCRATCH_KEPT = 1 << 20, SCRATCH_LARGEST = 4 << 20 };
/* What jansson may take: a factor over the text's length ("{}," takes it some 70 bytes a byte), and in all. */
enum { SCRATCH_FACTOR = 96, SCRATCH_MOST = 1 << 30 };

struct chunk {
	struct chunk *next;
	size_t size;
	_Alignas(SCRATCH_ALIGN) unsigned char data[];
};

static _Thread_local struct scratch {
	struct chunk *chunks; /* the one being filled comes first */
	unsigned char *next, *end;
	size_t held, most;
	bool active;
} scratch;

static pthread_key_t at_thread_end;

static bool more_scratch(size_t need) {
	size_t size = scratch.chunks ? scratch.chunks->size * 2 : SCRATCH_FIRST;
	if (size > SCRATCH_LARGEST) size = SCRATCH_LARGEST;
	if (size < need) size = need;
	if (scratch.held && size > scratch.most - scratch.held) return false;
	struct chunk *c = malloc(sizeof *c + size);
	if (!c) return false;
	if (!scratch.chunks && pthread_setspecific(at_thread_end, &scratch) != 0) {
		free(c);
		return false;
	}
	c->next = scratch.chunks;
	c->size = size;
	scratch.chunks = c;
	scratch.held += size;
	scratch.next = c->data;
	scratch.end = c->data + size;
	return true;
}

static void *take(size_t n) {
	if (!scratch.active) return malloc(n);
	if (n > SCRATCH_MOST) return NULL;
	n = (n + SCRATCH_ALIGN - 1) & ~(size_t)(SCRATCH_ALIGN - 1);
	if ((size_t)(scratch.end - scratch.next) < n && !more_scratch(n)) return NULL;
	void *p = scratch.next;
	scratch.next += n;
	return p;
}

static void give_back(void *p) {
	if (!scratch.active) free(p);
}

static void free_chunks(struct chunk *c) {
	while (c) {
		struct chunk *next = c->next;
		free(c);
		c = next;
	}
}

static void thread_ends(void *p) {
	struct scratch *s = p;
	free_chunks(s->chunks);
	*s = (struct scratch){.chunks = NULL};
}

/* Before there are threads that might be inside jansson. */
__attribute__((constructor)) static void set_allocator(void) {
	if (pthread_key_create(&at_thread_end, thread_ends) == 0) json_set_alloc_funcs(take, give_back);
}

static void open_scratch(size_t text) {
	size_t most = text < SCRATCH_MOST / SCRATCH_FACTOR ? text * SCRATCH_FACTOR : SCRATCH_MOST;
	scratch.most = most < SCRATCH_LARGEST ? SCRATCH_LARGEST : most;
	scratch.active = true;
}

/* Keeps one chunk for the next time. */
static void close_scratch(void) {
	scratch.active = false;
	struct chunk *c = scratch.chunks;
	if (!c) return;
	bool keep = c->size <= SCRATCH_KEPT;
	free_chunks(keep ? c->next : c);
	c = scratch.chunks = keep ? c : NULL;
	scratch.held = 0;
	scratch.next = scratch.end = NULL;
	if (!c) return;
	c->next = NULL;
	scratch.held = c->size;
	scratch.next = c->data;
	scratch.end = c->data + c->size;
}

/* ---- jansson's tree to ours ---- */

struct copier {
	struct arena *a;
	char *strings; /* room for every string and a NUL behind it */
};

static struct str copy_string(struct copier *c, const char *p, size_t n) {
	struct str s = {c->strings, n};
	memcpy(c->strings, p, n);
	c->strings[n] = 0;
	c->strings += n + 1;
	return s;
}

/* As deep as json_scan allows. False when the arena is out. */
static bool copy_value(struct copier *c, json_t *from, struct json *to) {
	switch (json_typeof(from)) {
	case JANSSON_OBJECT: {
		size_t n = json_object_size(from), i = 0;
		struct json_member *members = n ? index_room(c->a, n) : NULL;
		if (n && !members) return false;
		for (void *at = json_object_iter(from); at && i < n; at = json_object_iter_next(from, at), i++) {
			members[i].name = copy_string(c, json_object_iter_key(at), json_object_iter_key_len(at));
			if (!copy_value(c, json_object_iter_value(at), &members[i].value)) return false;
		}
		index_fill(members, n);
		*to = (struct json){.type = JSON_OBJECT, .n = (uint32_t)n, .members = members};
		return true;
	}
	case JANSSON_ARRAY: {
		size_t n = json_array_size(from);
		struct json *items = n ? arena_array(c->a, n, sizeof *items) : NULL;
		if (n && (!items || n > UINT32_MAX)) return false;
		for (size_t i = 0; i < n; i++)
			if (!copy_value(c, json_array_get(from, i), &items[i])) return false;
		*to = (struct json){.type = JSON_ARRAY, .n = (uint32_t)n, .items = items};
		return true;
	}
	case JANSSON_STRING:
		*to = (struct json){
			.type = JSON_STRING, .string = copy_string(c, json_string_value(from), json_string_length(from))};
		return true;
	case JANSSON_INTEGER: *to = (struct json){.type = JSON_INT, .integer = json_integer_value(from)}; return true;
	case JANSSON_REAL: *to = (struct json){.type = JSON_REAL, .real = json_real_value(from)}; return true;
	case JANSSON_TRUE: *to = (struct json){.type = JSON_BOOL, .boolean = true}; return true;
	case JANSSON_FALSE: *to = (struct json){.type = JSON_BOOL}; return true;
	case JANSSON_NULL: *to = (struct json){.type = JSON_NULL}; return true;
	}
	return false;
}

/* jansson's messages end in "near '…'", which helps; its words before that are replaced where they are unclear. */
static enum err_code refuse(const json_error_t *j, struct err *e) {
	const char *words = NULL;
	enum json_error_code why = json_error_code(j);
	if (why == json_error_out_of_memory) return err_set(e, ERR_MEMORY, "not enough memory to read this JSON text");
	if (why == json_error_stack_overflow) return err_set(e, ERR_TOO_LARGE, "the JSON text is nested too deeply");
	if (why == json_error_invalid_utf8) words = "not well-formed UTF-8";
	if (why == json_error_premature_end_of_input) words = "the JSON text ends too early";
	if (why == json_error_end_of_input_expected) words = "something stands behind the end of the JSON text";
	if (why == json_error_null_byte_in_key) words = "a member's name holds \\u0000";
	if (why == json_error_duplicate_key) words = "two members of one object have the same name";
	if (why == json_error_numeric_overflow)
		words = strstr(j->text, "integer") ? "an integer does not fit 64 bits; write it as a string"
			: "a number is too large for a double";
	struct str text = str_of(j->text), near = STR_EMPTY;
	size_t at = str_find(text, S(" near '"));
	if (at != STR_NONE) {
		near = str_from(text, at);
		text = str_sub(text, 0, at);
	}
	if (words) text = str_of(words);
	if (!str_utf8(near) || !str_utf8(text)) near = STR_EMPTY;
	err_set(e, ERR_INVALID, words ? "%.*s%.*s" : "not JSON: %.*s%.*s", STR_ARG(text), STR_ARG(near));
	err_where(e, "line %d, column %d", j->line, j->column > 0 ? j->column : 1);
	return ERR_INVALID;
}

static enum err_code parse(struct arena *a, struct str text, size_t strings, const struct json **out, struct err *e) {
	json_error_t j;
	json_t *tree = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &j);
	if (!tree) return refuse(&j, e);
	struct copier c = {a, arena_alloc(a, strings)};
	struct json *v = arena_new_of(a, struct json);
	if (!c.strings || !v || !copy_value(&c, tree, v))
		return err_set(e, ERR_MEMORY, "not enough memory to read this JSON text");
	*out = v;
	return ERR_OK;
}

enum err_code json_parse(struct arena *a, struct str text, const struct json_limits *limits, const struct json **out,
	struct err *e) {
	size_t most = limits && limits->bytes ? limits->bytes : JSON_BYTES, strings = 0;
	int depth = limits && limits->depth > 0 ? limits->depth : JSON_DEPTH;
	if (depth > JSON_NEST) depth = JSON_NEST;
	if (text.n > most) return err_set(e, ERR_TOO_LARGE, "the JSON text is longer than %zu bytes", most);
	if (text.n == 0) return err_set(e, ERR_INVALID, "the JSON text is empty");
	enum err_code code = json_scan(a, &text, depth, &strings, e);
	if (code) return code;
	open_scratch(text.n);
	code = parse(a, text, strings, out, e);
	close_scratch();
	return code;
}
