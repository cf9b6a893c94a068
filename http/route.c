#include "inside.h"

#include "base/map.h"

struct node;
struct branch {
	struct branch *next;
	struct str text;
	struct node *node;
};
struct node {
	struct branch *literals;
	struct branch *endings; /* the longer first */
	struct node *any;
	int32_t here[HTTP_METHODS], rest[HTTP_METHODS]; /* index of a plan and 1; 0: none */
};

struct router {
	struct arena *arena;
	struct plan *plans;
	size_t n;
	struct node *root;
	struct map names;
};

const char *http_method_name(enum http_method m) {
	static const char *const names[HTTP_METHODS] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
	return (unsigned)m < HTTP_METHODS ? names[m] : "?";
}

/* ---- checking a route ---- */

static bool is_read(const struct route *r) {
	return r->method == HTTP_GET;
}

static enum err_code check_params(const struct route *r, struct err *e) {
	for (const struct param *p = r->params; p && p->name; p++) {
		enum err_code code = param_declared_well(p, e);
		if (code) return code;
		for (const struct param *q = r->params; q < p; q++) {
			if (str_eq(str_of(p->name), str_of(q->name))) {
				return err_set(e, ERR_INVALID, "the parameter %s is declared twice", p->name);
			}
		}
		if (p->in == PARAM_FORM && (is_read(r) || !r->body_max)) {
			return err_set(e, ERR_INVALID, "the parameter %s stands in a body, but the route takes none", p->name);
		}
	}
	return ERR_OK;
}

static enum err_code check_route(const struct route *r, struct err *e) {
	if (!r->run) return err_set(e, ERR_INVALID, "the route has no handler");
	if (r->path[0] != '/') return err_set(e, ERR_INVALID, "the path does not begin with a slash");
	if (r->permission < ROUTE_PUBLIC) return err_set(e, ERR_INVALID, "the route has no permission");
	if (r->method == HTTP_HEAD || r->method == HTTP_OPTIONS || (unsigned)r->method >= HTTP_METHODS) {
		return err_set(e, ERR_INVALID, "HEAD and OPTIONS are not declared");
	}
	if (!is_read(r) && r->csrf == CSRF_UNSET) {
		return err_set(e, ERR_INVALID, "a route that changes things needs a CSRF rule");
	}
	if (is_read(r) && r->body_max) return err_set(e, ERR_INVALID, "GET takes no body");
	if ((r->flags & ROUTE_FORM) && !r->body_max) return err_set(e, ERR_INVALID, "the route takes a form, but no body");
	if ((r->flags & ROUTE_CACHEABLE) && (!is_read(r) || r->permission != ROUTE_PUBLIC)) {
		return err_set(e, ERR_INVALID, "only public GET routes can be cached");
	}
	return check_params(r, e);
}

/* ---- building ---- */

static struct node *branch_to(struct arena *a, struct branch **list, struct str text, bool longest_first) {
	struct branch **at = list;
	for (; *at; at = &(*at)->next) {
		if (str_eq((*at)->text, text)) return (*at)->node;
		if (longest_first && (*at)->text.n < text.n) break;
	}
	struct branch *b = arena_new_of(a, struct branch);
	struct node *node = arena_new_of(a, struct node);
	if (!b || !node) return NULL;
	*b = (struct branch){*at, text, node};
	*at = b;
	return node;
}

static struct node *step(struct arena *a, struct node *node, bool parameter, struct str text) {
	if (!parameter) return branch_to(a, &node->literals, text, false);
	if (text.n) return branch_to(a, &node->endings, text, true);
	if (!node->any) node->any = arena_new_of(a, struct node);
	return node->any;
}

static int path_param(const struct route *r, struct str name) {
	for (int i = 0; r->params && r->params[i].name; i++) {
		if (r->params[i].in == PARAM_PATH && str_is(name, r->params[i].name)) return i;
	}
	return -1;
}

/* One segment of a pattern: "{name}ending" gives name and ending, anything else is literal. */
static enum err_code read_segment(struct str segment, struct str *name, struct str *text, bool *rest, struct err *e) {
	*rest = false;
	*name = (struct str){0};
	*text = segment;
	if (str_starts(segment, S("{"))) {
		size_t end = str_find_char(segment, '}');
		if (end == STR_NONE) return err_set(e, ERR_INVALID, "a brace is not closed");
		*name = str_sub(segment, 1, end - 1);
		*text = str_from(segment, end + 1);
		if (str_ends(*name, S("..."))) {
			*rest = true;
			name->n -= 3;
		}
	}
	if (str_find_char(*text, '{') != STR_NONE || str_find_char(*text, '}') != STR_NONE) {
		return err_set(e, ERR_INVALID, "a segment holds at most one {name}, at its start");
	}
	bool empty = name->p ? !name->n : !text->n;
	return empty ? err_set(e, ERR_INVALID, "a segment or name is empty") : ERR_OK;
}

static enum err_code add_route(struct router *r, const struct route *route, struct err *e) {
	struct plan *plan = &r->plans[r->n];
	*plan = (struct plan){.route = route};
	plan->strict = (route->flags & ROUTE_STRICT_QUERY) || path_in_api(str_of(route->path));
	while (route->params && route->params[plan->n_params].name) plan->n_params++;
	struct node *node = r->root;
	struct str pattern = str_from(str_of(route->path), 1), segment;
	bool rest = false;
	size_t segments = 0;
	while (pattern.n && str_split(&pattern, '/', &segment)) {
		struct str name, text;
		if (rest) return err_set(e, ERR_INVALID, "nothing can follow {name...}");
		if (++segments > PATH_SEGMENTS) return err_set(e, ERR_INVALID, "the path has too many segments");
		enum err_code code = read_segment(segment, &name, &text, &rest, e);
		if (code) return code;
		if (name.p) {
			int param = path_param(route, name);
			if (param < 0) return err_set(e, ERR_INVALID, "{%.*s} is not declared", STR_ARG(name));
			for (size_t i = 0; i < plan->n_path; i++) {
				if (plan->path_params[i] == param) return err_set(e, ERR_INVALID, "{%.*s} comes twice", STR_ARG(name));
			}
			plan->path_params[plan->n_path++] = (unsigned short)param;
		}
		if (rest && text.n) return err_set(e, ERR_INVALID, "{name...} takes no ending");
		if (!rest) node = step(r->arena, node, name.p, text);
		if (!node) return err_set(e, ERR_MEMORY, "out of memory");
		if (!pattern.n && pattern.p) return err_set(e, ERR_INVALID, "the path ends with a slash");
	}
	size_t declared = 0;
	for (size_t i = 0; i < plan->n_params; i++) declared += route->params[i].in == PARAM_PATH;
	if (declared != plan->n_path) {
		return err_set(e, ERR_INVALID, "a path parameter is declared that the path does not have");
	}
	int32_t *slot = rest ? &node->rest[route->method] : &node->here[route->method];
	if (*slot) return err_set(e, ERR_INVALID, "the route clashes with %s", r->plans[*slot - 1].route->path);
	*slot = (int32_t)++r->n;
	return ERR_OK;
}

static enum err_code add_name(struct router *r, const struct route *route, struct err *e) {
	if (!route->name) return ERR_OK;
	void **at = map_at(&r->names, str_of(route->name));
	if (!at) return err_set(e, ERR_MEMORY, "out of memory");
	if (*at) return err_set(e, ERR_INVALID, "the name %s is taken", route->name);
	*at = (void *)(uintptr_t)route;
	return ERR_OK;
}

static size_t count_routes(const struct route *const *tables, size_t n) {
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		for (const struct route *r = tables[i]; r->path; r++) count++;
	}
	return count;
}

enum err_code router_new(const struct route *const *tables, size_t n, struct router **out, struct err *e) {
	struct arena *a = arena_new(16 << 20);
	struct router *r = a ? arena_new_of(a, struct router) : NULL;
	if (r) {
		*r = (struct router){.arena = a, .names = {.arena = a}};
		r->plans = arena_array(a, count_routes(tables, n) + 1, sizeof *r->plans);
		r->root = arena_new_of(a, struct node);
	}
	if (!r || arena_failed(a)) {
		arena_free(a);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	for (size_t i = 0; i < n; i++) {
		for (const struct route *route = tables[i]; route->path; route++) {
			enum err_code code = check_route(route, e);
			if (!code) code = add_name(r, route, e);
			if (!code) code = add_route(r, route, e);
			if (code) {
				err_where(e, "%s %s", http_method_name(route->method), route->path);
				arena_free(a);
				return code;
			}
		}
	}
	*out = r;
	return ERR_OK;
}

void router_free(struct router *r) {
	if (r) arena_free(r->arena);
}

const struct route *router_at(const struct router *r, size_t i) {
	return i < r->n ? r->plans[i].route : NULL;
}

const struct plan *router_plan(const struct router *r, size_t i) {
	return &r->plans[i];
}

/* ---- finding ---- */

struct search {
	const struct router *router;
	const struct path *path;
	enum http_method method;
	struct route_match *out;
};

/* Takes the node's route if it has one for the method; notes the others for Allow. */
static bool take(struct search *s, const int32_t slots[HTTP_METHODS], size_t n) {
	for (unsigned m = 0; m < HTTP_METHODS; m++) {
		if (slots[m]) s->out->allow |= 1u << m;
	}
	if (!slots[s->method]) return false;
	s->out->index = (size_t)slots[s->method] - 1;
	s->out->route = s->router->plans[s->out->index].route;
	s->out->n = n;
	return true;
}

/* `at` segments are behind us, which gave n values. */
static bool walk(struct search *s, const struct node *node, size_t at, size_t n) {
	const struct path *path = s->path;
	if (at == path->n) return take(s, node->here, n);
	struct str segment = path->segments[at];
	for (const struct branch *b = node->literals; b; b = b->next) {
		if (str_eq(b->text, segment) && walk(s, b->node, at + 1, n)) return true;
	}
	for (const struct branch *b = node->endings; b; b = b->next) {
		if (segment.n <= b->text.n || !str_ends(segment, b->text)) continue;
		s->out->values[n] = str_sub(segment, 0, segment.n - b->text.n);
		if (walk(s, b->node, at + 1, n + 1)) return true;
	}
	if (node->any) {
		s->out->values[n] = segment;
		if (walk(s, node->any, at + 1, n + 1)) return true;
	}
	struct str last = path->segments[path->n - 1];
	s->out->values[n] = str_n(segment.p, (size_t)(last.p + last.n - segment.p));
	return take(s, node->rest, n + 1);
}

void router_find(const struct router *r, enum http_method method, const struct path *path, struct route_match *out) {
	*out = (struct route_match){0};
	struct search s = {r, path, method == HTTP_HEAD ? HTTP_GET : method, out};
	walk(&s, r->root, 0, 0);
	if (out->allow & 1u << HTTP_GET) out->allow |= 1u << HTTP_HEAD;
	if (out->allow) out->allow |= 1u << HTTP_OPTIONS;
}

struct str allow_text(struct arena *a, unsigned allow) {
	autobuf struct buf text = BUF(128);
	for (unsigned m = 0; m < HTTP_METHODS; m++) {
		if (!(allow & 1u << m)) continue;
		if (text.n) buf_add(&text, S(", "));
		buf_add(&text, str_of(http_method_name(m)));
	}
	return arena_str(a, buf_str(&text));
}
