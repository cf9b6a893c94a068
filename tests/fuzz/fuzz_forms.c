/* What a form was sent with, against a kind: line 1 a kind, line 2 the action, then lines NAME=VALUE with \n for a line end in VALUE. Whatever
 * comes, the body that is read shows again as a form whose answers give that body. */
#include "fuzz.h"
#include "desk/forms/form.h"

static struct kinds *kinds;
static struct plans *plans;

static void begin(void) {
	static struct arena *a;
	struct err e = {0};
	a = arena_new(64 << 20);
	MUST(a && !kinds_load(&kinds, NULL, &e) && !plans_new(a, kinds, &plans, &e));
}

static struct str with_lines(struct arena *a, struct str s) {
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;
	MUST(p);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] == 'n') p[n++] = '\n', i++;
		else p[n++] = s.p[i];
	}
	return str_n(p, n);
}

static void shows_again(const struct plan *p, struct arena *a, struct filled *f, size_t rows) {
	struct questions q;
	struct answer *answers;
	struct filled again;
	size_t n;
	struct err e = {0};
	struct str before = json_text(a, f->body);
	enum err_code code = form_questions(f, &(struct asking){.roles = ROLE_MEMBER, .rows = rows}, &q, &e);
	if (code) {
		MUST(e.message[0] && (code == ERR_MEMORY || code == ERR_TOO_LARGE));
		return;
	}
	if (form_answers(&q, a, &answers, &n, &e)) return;
	MUST(form_read(p, a, answers, n, S("save"), &again, &e) == ERR_OK);
	/* What could not be read holds its place with something that is no value; all else must come back. */
	/* Line ends of another sort are written anew where a place is opened because something is wrong with it. */
	bool other_ends = str_find(before, S("\\r")) != STR_NONE && f->errors_n;
	if (!f->raw.count && !other_ends) MUST(str_eq(before, json_text(a, again.body)));
	MUST(again.raw.count == f->raw.count || f->errors_n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct str rest = str_n(data, size), line, kind = STR_EMPTY, action = STR_EMPTY;
	autoarena struct arena *a = arena_new(256 << 20);
	struct answer answers[400];
	size_t n = 0;
	struct filled f;
	struct err e = {0};
	if (!kinds) begin();
	if (!a || size > 20000) return 0;
	str_split(&rest, '\n', &kind);
	if (rest.p) str_split(&rest, '\n', &action);
	while (rest.p && n < lengthof(answers) && str_split(&rest, '\n', &line)) {
		size_t equals = str_find_char(line, '=');
		if (equals == STR_NONE) continue;
		answers[n++] = (struct answer){str_sub(line, 0, equals), with_lines(a, str_from(line, equals + 1))};
	}
	const struct kind *k = kind_find(kinds, kind);
	if (!k) k = &kinds->items[kind.n % kinds->n];
	const struct plan *p = plan_of(plans, k);
	if (form_read(p, a, answers, n, action, &f, &e)) {
		MUST(e.message[0]);
		return 0;
	}
	MUST(json_is(f.body, JSON_OBJECT) && str_eq(json_canonical(a, f.body), json_text(a, f.body)));
	form_settle(&f);
	bool good = form_check(&f);
	MUST(good == !f.errors_n);
	MUST(!good || schema_valid(k->schema, f.body, a, NULL));
	for (size_t i = 0; i < f.errors_n; i++) MUST(str_utf8(f.errors[i].words) && f.errors[i].words.n);
	shows_again(p, a, &f, size % 3);
	return 0;
}
