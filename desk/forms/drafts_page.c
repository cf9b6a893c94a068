#include "pages.h"

#include "desk/forms/ask.h"
#include "desk/forms/words.h"
#include "desk/identify.h"
#include "forms.t.h"
#include "hub/account/draft.h"

/* "new/report" is the form for a new report, "edit/R-7KQ2-M9XD" that of a record. One whose record can't be seen any more is called by
 * what its name says. */
static struct draft_line line_of_draft(const struct disclosing *d, const struct draft *draft) {
	struct draft_line out = {.name = draft->name, .when = moment_words(d->a, draft->updated), .kind = STR_EMPTY, .title = draft->name};
	if (str_starts(draft->name, S("new/"))) {
		/* "new/proposal/R-…" is about that record. */
		struct str rest = str_from(draft->name, 4), name;
		str_split(&rest, '/', &name);
		const struct kind *kind = kind_find(d->hub->kinds, name);
		out.href = rest.p ? arena_fmt(d->a, "/new/%.*s?about=%.*s", STR_ARG(name), STR_ARG(rest)) : arena_cat(d->a, S("/"), draft->name);
		if (kind) out.title = words_with(d->a, form_words.new_title, small_first(d->a, kind->title));
	} else if (str_starts(draft->name, S("edit/"))) {
		struct disclosed r;
		if (disclose_record(d, str_from(draft->name, 5), &r, NULL)) return out;
		out.href = arena_cat(d->a, record_path(d->a, &r.line), S("/edit"));
		out.title = r.line.headline;
		out.kind = r.line.kind->title;
	}
	return out;
}

enum err_code show_drafts(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct draft *drafts;
	size_t n;
	enum err_code code = draft_list(rq->worker, desk_user(rq)->account.uid, d.a, &drafts, &n, e);
	if (code) return code;
	struct draft_line *lines = arena_array(d.a, n + 1, sizeof *lines);
	if (!lines) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) lines[i] = line_of_draft(&d, &drafts[i]);
	struct drafts_page page = {.csrf = desk_csrf(rq), .lines = lines, .n = n};
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(form_words.drafts), .here = SITE_NOWHERE});
	form_drafts(out, &page);
	return site_end(rq, rs);
}

enum err_code take_drafts(struct request *rq, struct response *rs, struct err *e) {
	enum err_code code = draft_delete(desk_hub(rq), desk_user(rq)->account.uid, request_str(rq, "name"), e);
	if (!code) response_redirect(rs, 303, S("/drafts"));
	return code;
}
