#include "plan.h"

#include <float.h>
#include <math.h>

#include "hub/access/form.h"
#include "lib/calendar/duration.h"
#include "lib/digest/digest.h"

static const char *const decided[] = {"stage", "since", "decisions"};

static struct str hex_of(struct arena *a, const struct json *v) {
	char hex[SHA256_HEX];
	struct sha256 digest = sha256(json_canonical(a, v));
	return arena_str(a, sha256_hex(&digest, hex));
}

struct str plan_digest(struct arena *a, const struct json *body) {
	for (size_t i = 0; i < lengthof(decided); i++)
		if (json_get(body, str_of(decided[i]))) body = json_with(a, body, str_of(decided[i]), NULL);
	return hex_of(a, body);
}

struct str plan_artifacts(struct arena *a, const struct json *body) {
	struct json_builder b = json_object_of(a);
	json_put(&b, S("artifacts"), json_get_lit(body, "artifacts"));
	json_put(&b, S("manifest"), json_get_lit(body, "manifest"));
	return hex_of(a, json_built(&b));
}

bool plan_has_artifacts(const struct json *body) {
	return json_count(json_get_lit(body, "artifacts")) || json_get_lit(body, "manifest");
}

int plan_stage(const struct json *body, struct str name) {
	const struct json *stages = json_get_lit(body, "stages");
	for (size_t i = 0; i < json_count(stages); i++)
		if (name.n && str_eq(json_get_str(json_at(stages, i), S("name")), name)) return (int)i;
	return -1;
}

const struct json *plan_stage_at(const struct json *body, int i) {
	return i < 0 ? NULL : json_at(json_get_lit(body, "stages"), (size_t)i);
}

struct str plan_title(const struct json *part) {
	struct str title = json_get_str(part, S("title"));
	return title.n ? title : json_get_str(part, S("name"));
}

const struct json *plan_part(const struct json *stage, const char *list, struct str name) {
	const struct json *items = json_get(stage, str_of(list));
	for (size_t i = 0; i < json_count(items); i++)
		if (str_eq(json_get_str(json_at(items, i), S("name")), name)) return json_at(items, i);
	return NULL;
}

bool plan_same_decisions(const struct json *a, const struct json *b) {
	for (size_t i = 0; i < lengthof(decided); i++) {
		const struct json *before = json_get(a, str_of(decided[i])), *after = json_get(b, str_of(decided[i]));
		if (before != after && !(before && after && json_equal(before, after))) return false;
	}
	return true;
}

bool plan_risk_managed(const struct json *risk) {
	const struct json *residual = json_get_lit(risk, "residual");
	if (!residual) return false;
	double threshold = json_number(json_get_lit(risk, "threshold"), 0), margin = json_number(json_get_lit(risk, "margin"), 0);
	double left = threshold - margin - json_number(residual, 0);
	double size = fmax(fmax(fabs(threshold), fabs(margin)), fabs(json_number(residual, 0)));
	return left >= -4 * DBL_EPSILON * size;
}

/* ---- what a schema can't say ---- */

static enum err_code wrong(struct err *e, struct str words, size_t stage, const char *list, size_t i, const char *member) {
	err_set(e, ERR_INVALID, "%.*s", STR_ARG(words));
	if (*list) err_where(e, "/stages/%zu/%s/%zu/%s", stage, list, i, member);
	else err_where(e, "/stages/%zu/%s", stage, member);
	return ERR_INVALID;
}

static enum err_code check_names(const struct json *stage, size_t at, const char *list, struct err *e) {
	const struct json *items = json_get(stage, str_of(list));
	for (size_t i = 0; i < json_count(items); i++) {
		struct str name = json_get_str(json_at(items, i), S("name"));
		if (!access_name_ok(name)) return wrong(e, S("a name is small letters, digits and hyphens, and begins with a letter"), at, list, i, "name");
		for (size_t j = 0; j < i; j++)
			if (str_eq(name, json_get_str(json_at(items, j), S("name")))) return wrong(e, S("this name stands there twice"), at, list, i, "name");
	}
	return ERR_OK;
}

static enum err_code check_signoffs(const struct json *stage, size_t at, struct err *e) {
	const struct json *items = json_get_lit(stage, "signoffs");
	for (size_t i = 0; i < json_count(items); i++) {
		const struct json *one = json_at(items, i);
		if (!json_get_str(one, S("role")).n && !json_get_str(one, S("subject")).n)
			return wrong(e, S("say by whom: a role, or a person or organization"), at, "signoffs", i, "role");
	}
	return ERR_OK;
}

static enum err_code check_stage(const struct json *stages, size_t i, struct err *e) {
	const struct json *stage = json_at(stages, i);
	struct str name = json_get_str(stage, S("name")), observe = json_get_str(stage, S("observe"));
	struct duration d;
	if (!access_name_ok(name)) return wrong(e, S("a name is small letters, digits and hyphens, and begins with a letter"), i, "", 0, "name");
	for (size_t j = 0; j < i; j++)
		if (str_eq(name, json_get_str(json_at(stages, j), S("name")))) return wrong(e, S("another stage has this name"), i, "", 0, "name");
	if (observe.n && !duration_parse(observe, &d)) return wrong(e, S("expected a time such as P14D"), i, "", 0, "observe");
	enum err_code code = check_names(stage, i, "signoffs", e);
	if (!code) code = check_names(stage, i, "gates", e);
	return code ? code : check_signoffs(stage, i, e);
}

static enum err_code check_artifacts(const struct json *body, struct err *e) {
	const struct json *items = json_get_lit(body, "artifacts");
	autoarena struct arena *a = arena_new(4 << 20);
	struct map seen = {.arena = a};
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < json_count(items); i++) {
		void **at = map_at(&seen, json_get_str(json_at(items, i), S("name")));
		if (!at) return err_set(e, ERR_MEMORY, "out of memory");
		if (*at) {
			err_set(e, ERR_INVALID, "another artifact has this name");
			err_where(e, "/artifacts/%zu/name", i);
			return ERR_INVALID;
		}
		*at = a;
	}
	return ERR_OK;
}

enum err_code plan_check(const struct json *body, struct err *e) {
	const struct json *stages = json_get_lit(body, "stages");
	enum err_code code = check_artifacts(body, e);
	for (size_t i = 0; i < json_count(stages) && !code; i++) code = check_stage(stages, i, e);
	return code ? code : access_check(json_get_lit(body, "access"), e);
}
