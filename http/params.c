#include "inside.h"

/* ---- one value ---- */

static bool has_control(struct str s, bool lines) {
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if ((c < 0x20 && !(lines && (c == '\n' || c == '\r' || c == '\t'))) || c == 0x7f) return true;
	}
	return false;
}

static bool is_cursor(struct str s) {
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
		if (!fine) return false;
	}
	return s.n > 0;
}

static int read_bool(struct str s) {
	if (str_is(s, "true") || str_is(s, "1") || str_is(s, "on")) return 1;
	if (str_is(s, "false") || str_is(s, "0") || str_is(s, "off")) return 0;
	return -1;
}

static int read_choice(const struct param *p, struct str s) {
	for (int i = 0; p->choices[i]; i++) {
		if (str_is(s, p->choices[i])) return i;
	}
	return -1;
}

static enum err_code check_int(const struct param *p, struct str s, struct err *e) {
	int64_t v;
	bool bounded = p->min || p->max;
	if (str_int(s, &v) && (!bounded || (v >= p->min && v <= p->max))) return ERR_OK;
	if (!bounded) return err_set(e, ERR_INVALID, "must be a whole number");
	return err_set(e, ERR_INVALID, "must be a whole number from %lld to %lld", (long long)p->min, (long long)p->max);
}

static enum err_code check_choice(const struct param *p, struct str s, struct err *e) {
	if (read_choice(p, s) >= 0) return ERR_OK;
	autobuf struct buf list = BUF(300);
	for (int i = 0; p->choices[i]; i++) {
		if (i) buf_add(&list, S(", "));
		buf_add(&list, str_of(p->choices[i]));
	}
	return err_set(e, ERR_INVALID, "must be one of: %.*s%s", STR_ARG(buf_str(&list)), list.failed ? ", …" : "");
}

enum err_code param_check(const struct param *p, struct str s, struct err *e) {
	size_t most = p->length ? p->length : PARAM_LENGTH;
	if (s.n > most) return err_set(e, ERR_INVALID, "must not be longer than %zu bytes", most);
	if (!str_utf8(s)) return err_set(e, ERR_INVALID, "must be UTF-8");
	switch (p->type) {
	case PARAM_STRING:
		return has_control(s, false) ? err_set(e, ERR_INVALID, "must not hold control characters") : ERR_OK;
	case PARAM_TEXT:
		return has_control(s, true) ? err_set(e, ERR_INVALID, "must not hold control characters") : ERR_OK;
	case PARAM_INT: return check_int(p, s, e);
	case PARAM_BOOL: return read_bool(s) >= 0 ? ERR_OK : err_set(e, ERR_INVALID, "must be true or false");
	case PARAM_ENUM: return check_choice(p, s, e);
	case PARAM_CURSOR:
		return is_cursor(s) ? ERR_OK : err_set(e, ERR_INVALID, "must be a value that an earlier page gave");
	case PARAM_DATE:
		return date_valid(s) ? ERR_OK : err_set(e, ERR_INVALID, "must be a date such as 2026-11-23");
	}
	return err_set(e, ERR_INTERNAL, "has a type that nobody knows");
}

static enum err_code bad_declaration(const struct param *p, struct err *e, const char *words) {
	return err_set(e, ERR_INVALID, "the parameter %s %s", p->name, words);
}

enum err_code param_declared_well(const struct param *p, struct err *e) {
	if (!token_valid(str_of(p->name))) return bad_declaration(p, e, "has a name that is not a token");
	if (p->type == PARAM_ENUM && (!p->choices || !p->choices[0])) return bad_declaration(p, e, "has no choices");
	if (p->min > p->max) return bad_declaration(p, e, "has a minimum over its maximum");
	if (p->repeat && p->in != PARAM_QUERY && p->in != PARAM_FORM) return bad_declaration(p, e, "can't repeat");
	if (!p->otherwise) return ERR_OK;
	if (p->required || p->in == PARAM_PATH) return bad_declaration(p, e, "is required and has a value for its absence");
	enum err_code code = param_check(p, str_of(p->otherwise), e);
	return code ? err_prefix(e, "the parameter %s, otherwise \"%s\"", p->name, p->otherwise) : ERR_OK;
}

/* ---- all values of a request ---- */

struct reader {
	struct exchange *x;
	struct problems *problems;
	bool failed; /* memory */
};

static void complain(struct reader *r, struct str where, struct str words) {
	struct problems *p = r->problems;
	if (p->n < lengthof(p->items)) p->items[p->n++] = (struct problem_item){where, words};
}

static void complain_of(struct reader *r, const struct param *p, const char *words) {
	complain(r, str_of(p->name), arena_str(r->x->memory, str_of(words)));
}

static void add_value(struct reader *r, size_t index, struct str value) {
	const struct param *p = &r->x->plan->route->params[index];
	struct param_values *v = &r->x->values[index];
	/* What a browser sends for a field that was left empty. */
	bool left_empty = !value.n && p->type != PARAM_STRING && p->type != PARAM_TEXT && !r->x->plan->strict;
	if (left_empty && p->in != PARAM_PATH) return;
	size_t most = p->repeat ? PARAM_REPEAT : 1;
	if (v->n == most) {
		complain_of(r, p, p->repeat ? "comes too many times" : "comes more than once");
		return;
	}
	struct err e = {0};
	if (param_check(p, value, &e)) {
		complain_of(r, p, e.message);
		return;
	}
	if (!v->values) v->values = arena_array(r->x->memory, most, sizeof *v->values);
	if (!v->values) return;
	v->values[v->n++] = value;
	v->given = true;
}

static const struct param *plan_param_named(const struct plan *plan, struct str name, size_t *index) {
	for (size_t i = 0; i < plan->n_params; i++) {
		if (!str_is(name, plan->route->params[i].name)) continue;
		*index = i;
		return &plan->route->params[i];
	}
	return NULL;
}

/* The arguments of a query: name=value&name=value, '+' for a space. */
static void read_arguments(struct reader *r, struct str text, bool strict) {
	struct arena *a = r->x->memory;
	struct str piece;
	while (text.p && str_split(&text, '&', &piece)) {
		if (!piece.n) continue;
		size_t equals = str_find_char(piece, '='), name_n, value_n;
		struct str raw_name = equals == STR_NONE ? piece : str_sub(piece, 0, equals);
		struct str raw_value = equals == STR_NONE ? STR_EMPTY : str_from(piece, equals + 1);
		char *decoded = arena_alloc(a, piece.n + 2);
		if (!decoded) return;
		if (!percent_decode(raw_name, true, decoded, &name_n)
			|| !percent_decode(raw_value, true, decoded + name_n + 1, &value_n)) {
			complain(r, STR_EMPTY, S("a percent sign lacks its two hexadecimal digits"));
			continue;
		}
		struct str name = str_n(decoded, name_n), value = str_n(decoded + name_n + 1, value_n);
		size_t index;
		const struct param *p = plan_param_named(r->x->plan, name, &index);
		if (p && p->in == PARAM_QUERY) {
			add_value(r, index, value);
		} else if (strict) {
			complain(r, str_utf8(name) ? str_cut_utf8(name, 80) : S("?"), S("is not a parameter of this address"));
		}
	}
}

static void finish(struct reader *r, enum param_in from, enum param_in to) {
	const struct plan *plan = r->x->plan;
	for (size_t i = 0; i < plan->n_params; i++) {
		const struct param *p = &plan->route->params[i];
		struct param_values *v = &r->x->values[i];
		if (v->n || p->in < from || p->in > to) continue;
		if (p->required) {
			bool known = false;
			for (size_t j = 0; j < r->problems->n; j++) known |= str_is(r->problems->items[j].where, p->name);
			if (!known) complain_of(r, p, "is required");
		} else if (p->otherwise) {
			v->values = arena_new_of(r->x->memory, struct str);
			if (v->values) v->values[v->n++] = str_of(p->otherwise);
		}
	}
}

bool params_read(struct exchange *x, struct problems *out) {
	struct reader r = {.x = x, .problems = out};
	const struct plan *plan = x->plan;
	*out = (struct problems){0};
	x->values = arena_array(x->memory, plan->n_params + 1, sizeof *x->values);
	if (!x->values) return false;
	for (size_t i = 0; i < plan->n_path; i++) add_value(&r, plan->path_params[i], x->match.values[i]);
	for (size_t i = 0; i < plan->n_params; i++) {
		const struct param *p = &plan->route->params[i];
		if (p->in != PARAM_HEADER || !header_count(x, str_of(p->name))) continue;
		add_value(&r, i, header_of(x, str_of(p->name)));
	}
	read_arguments(&r, x->query, plan->strict);
	finish(&r, PARAM_QUERY, PARAM_HEADER);
	return !arena_failed(x->memory);
}

bool params_read_form(struct exchange *x, const struct form_field *fields, size_t n, struct problems *out) {
	struct reader r = {.x = x, .problems = out};
	*out = (struct problems){0};
	for (size_t i = 0; i < n; i++) {
		size_t index;
		const struct param *p = plan_param_named(x->plan, fields[i].name, &index);
		if (!p || p->in != PARAM_FORM) continue;
		if (fields[i].is_file) complain_of(&r, p, "must not be a file");
		else add_value(&r, index, fields[i].value);
	}
	finish(&r, PARAM_FORM, PARAM_FORM);
	return !arena_failed(x->memory);
}

/* ---- what handlers ask ---- */

const struct param *plan_param(const struct plan *plan, const char *name, size_t *index) {
	for (size_t i = 0; i < plan->n_params; i++) {
		if (strcmp(plan->route->params[i].name, name)) continue;
		*index = i;
		return &plan->route->params[i];
	}
	return NULL;
}

static const struct param_values *values_of(const struct request *rq, const char *name, const struct param **param) {
	static const struct param_values none;
	struct exchange *x = exchange_of(rq);
	size_t index;
	const struct param *p = x->plan ? plan_param(x->plan, name, &index) : NULL;
	if (param) *param = p;
	if (!p) x->misused = name;
	return p && x->values ? &x->values[index] : &none;
}

bool request_has(const struct request *rq, const char *name) {
	return values_of(rq, name, NULL)->given;
}

struct str request_str(struct request *rq, const char *name) {
	const struct param_values *v = values_of(rq, name, NULL);
	return v->n ? v->values[0] : STR_EMPTY;
}

int64_t request_int(struct request *rq, const char *name) {
	int64_t v;
	return str_int(request_str(rq, name), &v) ? v : 0;
}

bool request_bool(struct request *rq, const char *name) {
	return read_bool(request_str(rq, name)) == 1;
}

int request_choice(struct request *rq, const char *name) {
	const struct param *p;
	const struct param_values *v = values_of(rq, name, &p);
	if (p && p->type != PARAM_ENUM) exchange_of(rq)->misused = name;
	return p && p->type == PARAM_ENUM && v->n ? read_choice(p, v->values[0]) : -1;
}

const struct str *request_strs(struct request *rq, const char *name, size_t *n) {
	const struct param_values *v = values_of(rq, name, NULL);
	*n = v->n;
	return v->values;
}

static void add_pair(struct buf *out, const char *name, struct str value) {
	buf_add_char(out, str_find_char(buf_str(out), '?') == STR_NONE ? '?' : '&');
	url_encode(out, str_of(name));
	buf_add_char(out, '=');
	url_encode(out, value);
}

struct str request_url_with(struct request *rq, const char *name, struct str value) {
	struct exchange *x = exchange_of(rq);
	autobuf struct buf url = BUF(256 << 10);
	buf_add(&url, rq->path);
	bool placed = false;
	for (size_t i = 0; x->plan && x->values && i < x->plan->n_params; i++) {
		const struct param *p = &x->plan->route->params[i];
		if (p->in != PARAM_QUERY) continue;
		if (name && !strcmp(p->name, name)) {
			if (value.p) add_pair(&url, name, value);
			placed = true;
			continue;
		}
		for (size_t j = 0; x->values[i].given && j < x->values[i].n; j++) add_pair(&url, p->name, x->values[i].values[j]);
	}
	if (name && !placed) x->misused = name;
	if (url.failed) arena_fail(rq->arena);
	return arena_str(rq->arena, buf_str(&url));
}

struct str request_url(struct request *rq) {
	return request_url_with(rq, NULL, (struct str){0});
}
