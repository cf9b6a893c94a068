/* A release's body, and, each behind a NUL, a gate's report and answers: what the rules make of them. A report that is taken names every artifact, answers that are taken fit the
 * questions, and of a checklist each line says either by what it is met or what is missing. */
#include "fuzz.h"
#include "hub/access/form.h"
#include "hub/release/rules.h"

static const struct json *next(struct arena *a, struct str *rest) {
	const struct json *v = NULL;
	struct str one;
	if (!rest->p || !str_split(rest, 0, &one)) return NULL;
	return json_parse(a, one, &(struct json_limits){.bytes = 1 << 16}, &v, NULL) ? NULL : v;
}

static bool names(const struct json *report, struct str digest) {
	struct str text = STR_EMPTY;
	autoarena struct arena *a = arena_new(8 << 20);
	if (a) text = json_canonical(a, report);
	for (size_t i = 0; i + digest.n <= text.n; i++)
		if (str_eq_ascii_case(str_sub(text, i, digest.n), digest)) return true;
	return false;
}

static void try_report(struct arena *a, const struct json *report, const struct json *body) {
	struct release_report r;
	struct err e = {.code = ERR_OK};
	enum err_code code = release_report_read(a, report, body, &r, &e);
	if (code) {
		MUST(e.message[0]);
		return;
	}
	const struct json *list = json_get_lit(body, "artifacts");
	MUST(r.verdict <= REPORT_BLOCK);
	for (size_t i = 0; i < json_count(list); i++) MUST(names(report, json_get_str(json_at(list, i), S("sha256"))));
}

static void try_answers(struct arena *a, const struct json *access, const struct json *given) {
	const struct json *out, *again;
	struct err e = {.code = ERR_OK};
	enum err_code code = access_answers(a, access, given, &out, &e);
	if (code) {
		MUST(e.message[0]);
		return;
	}
	MUST(json_count(out) <= json_count(json_get_lit(access, "fields")));
	/* What is kept, asked again, is what is kept. */
	MUST(access_answers(a, access, access_given(a, out), &again, &e) == ERR_OK && json_equal(out, again));
}

static void try_rules(struct arena *a, const struct json *body) {
	struct release_word words[2] = {{.id = 1, .stage = json_get_str(plan_stage_at(body, 0), S("name")), .account = S("U-1"), .at = 1}, {.id = 2, .account = S("U-2"), .at = 1}};
	struct release_facts f = {.body = body, .state = S("published"), .plan = plan_digest(a, body), .artifacts = plan_artifacts(a, body), .maker = S("U-1"), .at = SECOND,
		.words = words, .words_n = 2, .hold = S("modify"), .hold_plan = S("x"), .observed = 2 * SECOND};
	words[0].name = json_get_str(json_at(json_get_lit(plan_stage_at(body, 0), "signoffs"), 0), S("name"));
	words[0].plan = f.plan;
	words[0].artifacts = f.artifacts;
	for (int i = -1; i <= plan_stages(body); i++) {
		struct release_item *items;
		size_t n;
		if (release_checklist(a, &f, i, &items, &n, NULL)) return;
		for (size_t j = 0; j < n; j++) MUST(items[j].title.n && items[j].met == !items[j].missing.n && (!items[j].met || items[j].evidence.n));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct str rest = str_n(data, size);
	autoarena struct arena *a = arena_new(64 << 20);
	struct err e = {.code = ERR_OK};
	if (!a) return 0;
	const struct json *body = next(a, &rest), *report = next(a, &rest), *given = next(a, &rest);
	if (!json_is(body, JSON_OBJECT)) return 0;
	enum err_code code = plan_check(body, &e);
	MUST(!code || e.message[0]);
	try_report(a, report, body);
	try_answers(a, json_get_lit(body, "access"), given);
	if (!code) try_rules(a, body);
	struct release_safeguard g = {0};
	release_evidence(a, report, SECOND, &g);
	MUST(!g.pieces == !g.evidence.n);
	return 0;
}
