/* Many changes in one request: each is checked and answered for itself, and all that are accepted go into one commit. */
#include "api.h"

#include "lib/schema/schema.h"

enum { OPERATIONS = 1000, PARSED_CAP = 192 << 20, CHANGES_CAP = 512 << 20 };

struct one {
	const struct json *asked_for;
	struct asked asked;
	struct outcome outcome;
};

struct bulk {
	struct request *rq;
	struct arena *a;        /* of what came in */
	struct one *items;
	size_t n;
	struct prepared **list; /* of those that were accepted, whose places are in `which` */
	size_t *which, list_n;
};

/* ---- what came in ---- */

static bool too_many(struct response *rs) {
	char words[80];
	snprintf(words, sizeof words, "There may be 1 to %d operations.", OPERATIONS);
	response_problem(rs, &(struct problem){.status = 422, .type = S("invalid"), .detail = str_of(words)});
	return false;
}

static void refuse_one(struct bulk *b, struct one *x, int status, const struct err *e, const struct schema_errors *told) {
	refusal_from(&x->outcome.refusal, b->rq->arena, e, told, STR_EMPTY);
	if (status) x->outcome.refusal.status = status;
}

static bool read_array(struct bulk *b, struct response *rs, struct str text, struct err *e) {
	const struct json *v;
	struct refusal r;
	if (json_parse(b->a, text, NULL, &v, e)) {
		refusal_from(&r, b->rq->arena, e, NULL, STR_EMPTY);
		if (e->code == ERR_INVALID) r.status = 400;
		api_refuse(rs, &r);
		return false;
	}
	if (!json_is(v, JSON_ARRAY) || json_count(v) < 1 || json_count(v) > OPERATIONS) return too_many(rs);
	b->n = json_count(v);
	for (size_t i = 0; i < b->n; i++) b->items[i].asked_for = json_at(v, i);
	return true;
}

/* A line that is no JSON is refused alone. */
static bool read_lines(struct bulk *b, struct response *rs, struct str text) {
	struct str line;
	while (text.p && str_split(&text, '\n', &line)) {
		if (!str_trim(line).n) continue;
		if (b->n == OPERATIONS) return too_many(rs);
		struct err e = {0};
		struct one *x = &b->items[b->n++];
		enum err_code code = json_parse(b->a, line, NULL, &x->asked_for, &e);
		if (code) refuse_one(b, x, code == ERR_INVALID ? 400 : 0, &e, NULL);
	}
	return b->n || too_many(rs);
}

static bool read_operations(struct bulk *b, struct response *rs, struct err *e) {
	struct str type = api_media_type(b->rq), text;
	bool lines = str_eq_ascii_case(type, S("application/x-ndjson")) || str_eq_ascii_case(type, S("application/jsonl"));
	if (!lines && !str_eq_ascii_case(type, S("application/json"))) {
		response_problem(rs, &(struct problem){.status = 415, .type = S("unsupported"),
			.detail = S("The body must be application/json or application/x-ndjson.")});
		return false;
	}
	if (request_body_map(b->rq, &text, e)) {
		response_error(rs, e);
		return false;
	}
	return lines ? read_lines(b, rs, text) : read_array(b, rs, text, e);
}

/* ---- from an operation to a change ---- */

static const struct {
	const char *name;
	enum change_op op;
	const char *needs[3]; /* members besides id */
} kinds_of_operation[] = {
	{"create", CHANGE_CREATE, {"kind", "body"}},
	{"revise", CHANGE_REVISE, {"body"}},
	{"patch", CHANGE_REVISE, {"body"}},
	{"move", CHANGE_MOVE, {"move"}},
	{"link", CHANGE_LINK, {"rel", "target"}},
	{"unlink", CHANGE_UNLINK, {"rel", "target"}},
	{"comment", CHANGE_COMMENT, {"text"}},
};

static bool misses(struct bulk *b, struct one *x, const char *member) {
	struct err e = {0};
	err_set(&e, ERR_INVALID, "this operation needs the member %s", member);
	err_where(&e, "/%s", member);
	refuse_one(b, x, 0, &e, NULL);
	return false;
}

static bool read_change(struct bulk *b, struct one *x, size_t kind) {
	const struct json *v = x->asked_for;
	enum change_op op = kinds_of_operation[kind].op;
	for (int i = 0; i < 3 && kinds_of_operation[kind].needs[i]; i++)
		if (!json_get(v, str_of(kinds_of_operation[kind].needs[i]))) return misses(b, x, kinds_of_operation[kind].needs[i]);
	if (op == CHANGE_CREATE) return asked_create(b->rq, v, &x->asked, &x->outcome.refusal);
	if (!json_get(v, S("id"))) return misses(b, x, "id");
	bool comments = op == CHANGE_COMMENT, patches = !strcmp(kinds_of_operation[kind].name, "patch");
	x->asked = (struct asked){.versioned = op == CHANGE_REVISE, .has_version = json_get(v, S("if_match")) != NULL,
		.version = json_get_str(v, S("if_match")), .place = S("/body"), .patch = patches ? json_get(v, S("body")) : NULL};
	/* A version stands here as it is told, or as in a header, between quotes. */
	if (x->asked.has_version && str_find_char(x->asked.version, '"') == STR_NONE)
		x->asked.version = arena_fmt(b->a, "\"%.*s\"", STR_ARG(x->asked.version));
	x->asked.change = (struct change){.op = op, .record = json_get_str(v, S("id")), .body = json_get(v, S("body")),
		.move = json_get_str(v, S("move")), .rel = json_get_str(v, S("rel")), .target = json_get_str(v, S("target")),
		.reason = json_get_str(v, comments ? S("text") : op == CHANGE_REVISE ? S("note") : S("reason")),
		.audiences = api_audiences(json_get(v, S("audiences")))};
	return true;
}

static bool read_one(struct bulk *b, struct one *x) {
	struct schema_errors errors = {0};
	if (x->outcome.refusal.status) return false;
	if (!schema_valid(api_schema_of(b->rq, "Operation"), x->asked_for, b->a, &errors)) {
		struct err e = {0};
		err_set(&e, ERR_INVALID, "the operation is not as this address takes it");
		refuse_one(b, x, 0, &e, &errors);
		return false;
	}
	struct str op = json_get_str(x->asked_for, S("op"));
	for (size_t i = 0; i < lengthof(kinds_of_operation); i++)
		if (str_is(op, kinds_of_operation[i].name)) return read_change(b, x, i);
	return false;
}

/* ---- doing them ---- */

static enum err_code run(struct bulk *b, struct arena *changes, struct err *e) {
	for (size_t i = 0; i < b->n && !request_cancelled(b->rq); i++) {
		struct one *x = &b->items[i];
		if (!read_one(b, x)) continue;
		x->asked.change.actor = desk_actor(b->rq);
		struct prepared *p = api_prepare(b->rq, &x->asked, changes, &x->outcome);
		if (!p) continue;
		b->which[b->list_n] = i;
		b->list[b->list_n++] = p;
	}
	struct change_result *results = arena_array(b->a, b->list_n + 1, sizeof *results);
	if (!results) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = change_commit(desk_hub(b->rq), b->list, b->list_n, results, e);
	for (size_t i = 0; i < b->list_n && !code; i++) {
		struct one *x = &b->items[b->which[i]];
		x->outcome.result = results[i];
		if (results[i].code) refuse_one(b, x, results[i].code == ERR_CONFLICT && x->asked.has_version ? 412 : 0, &results[i].err, NULL);
	}
	return code;
}

static int status_of(const struct one *x) {
	enum change_op op = x->asked.change.op;
	if (x->outcome.refusal.status) return x->outcome.refusal.status;
	return op == CHANGE_CREATE || op == CHANGE_COMMENT || (op == CHANGE_LINK && x->outcome.result.changed) ? 201 : 200;
}

static void answer(struct bulk *b, struct response *rs) {
	size_t refused = 0;
	for (size_t i = 0; i < b->n; i++) refused += b->items[i].outcome.refusal.status != 0;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_field_int(&w, S("done"), (int64_t)(b->n - refused));
	jw_field_int(&w, S("refused"), (int64_t)refused);
	jw_name(&w, S("items"));
	jw_array(&w);
	for (size_t i = 0; i < b->n; i++) {
		struct one *x = &b->items[i];
		struct problem p = refusal_problem(&x->outcome.refusal);
		jw_object(&w);
		jw_field_int(&w, S("status"), status_of(x));
		jw_name(&w, p.status ? S("problem") : S("result"));
		if (p.status) problem_json(&w, b->rq, &p);
		else written_json(&w, b->rq, &x->outcome, NULL);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
}

static enum err_code bulk(struct request *rq, struct response *rs, struct err *e) {
	struct bulk b = {.rq = rq, .a = api_memory(rq, PARSED_CAP)};
	autoarena struct arena *changes = arena_new(CHANGES_CAP);
	if (b.a) {
		b.items = arena_array(b.a, OPERATIONS, sizeof *b.items);
		b.list = arena_array(b.a, OPERATIONS, sizeof(struct prepared *));
		b.which = arena_array(b.a, OPERATIONS, sizeof *b.which);
	}
	if (!b.a || !changes || arena_failed(b.a)) return err_set(e, ERR_MEMORY, "out of memory");
	if (!read_operations(&b, rs, e)) return ERR_OK;
	enum err_code code = run(&b, changes, e);
	if (!code && request_cancelled(rq) && !b.list_n) code = err_set(e, ERR_CANCELLED, "this took too long");
	if (!code) answer(&b, rs);
	return code;
}

enum err_code api_bulk(struct request *rq, struct response *rs, struct err *e) {
	return api_once(rq, rs, bulk, e);
}
