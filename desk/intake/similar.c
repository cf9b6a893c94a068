#include "similar.h"

#include "desk/identify.h"
#include "hub/intake.h"

static struct str reasons_of(struct arena *a, const struct similar *s) {
	autobuf struct buf out = BUF(3000);
	if (s->same_system) buf_add(&out, S("same system"));
	if (s->same_harm) buf_fmt(&out, "%ssame kind of harm", out.n ? "; " : "");
	if (s->words.n) buf_fmt(&out, "%ssame words: %.*s", out.n ? "; " : "", STR_ARG(s->words));
	return arena_str(a, buf_str(&out));
}

enum err_code similar_box(struct request *rq, const struct disclosed *r, const struct similar_box **out, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct similar found[SIMILAR];
	size_t n;
	*out = NULL;
	if (!str_is(r->line.kind->name, "report") || !(d.viewer.roles & ROLE_COORDINATOR)) return ERR_OK;
	enum err_code code = disclose_similar(&d, r, found, &n, e);
	if (code || !n) return code;
	struct similar_box *box = arena_new_of(d.a, struct similar_box);
	struct similar_line *lines = arena_array(d.a, n, sizeof *lines);
	if (!box || !lines) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		bool joins = str_is(found[i].line.kind->name, "report") || str_is(found[i].line.kind->name, "case");
		lines[i] = (struct similar_line){line_of(d.a, &found[i].line), found[i].line.uid, reasons_of(d.a, &found[i]), (int)(100 * found[i].likeness + 0.5), joins};
	}
	*box = (struct similar_box){desk_csrf(rq), record_path(d.a, &r->line), lines, n};
	*out = box;
	return ERR_OK;
}

enum err_code take_duplicate(struct request *rq, struct response *rs, struct err *e) {
	struct str id = request_str(rq, "id");
	enum err_code code = intake_join(desk_hub(rq), rq->worker, desk_actor(rq), id, request_str(rq, "of"), e);
	if (!code) response_redirect(rs, 303, arena_fmt(rq->arena, "/r/%.*s?done=linked", STR_ARG(id)));
	return code;
}
