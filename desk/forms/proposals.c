/* Proposals for the vocabulary, the open ones first. */
#include "pages.h"

#include "desk/forms/words.h"
#include "proposals.t.h"

enum { PROPOSALS = 100 };

static enum err_code read_state(const struct disclosing *d, const struct kind *kind, const struct kind_state *state, struct proposals_group *out,
	struct err *e) {
	struct list_filter filter = {S("state"), state->name};
	struct list_request request = {.kind = kind, .filters = &filter, .filters_n = 1, .limit = PROPOSALS};
	struct listed listed;
	enum err_code code = disclose_list(d, &request, &listed, e);
	if (code) return code;
	*out = (struct proposals_group){.title = state->title, .description = state->description, .lines = lines_of(d->a, listed.items, listed.n),
		.n = listed.n};
	return ERR_OK;
}

enum err_code show_proposals(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	const struct kind *kind = kind_find(d.hub->kinds, S("proposal"));
	if (!kind) return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	struct proposals_group *groups = arena_array(d.a, kind->states_n + 1, sizeof *groups);
	struct proposals_page page = {.groups = groups, .kind = kind, .copy = ((const struct desk_app *)rq->app)->copy != NULL};
	if (!groups) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < kind->states_n; i++) {
		if (!kind->states[i].is_public) continue;
		enum err_code code = read_state(&d, kind, &kind->states[i], &groups[page.n], e);
		if (code) return code;
		if (groups[page.n].n || !page.n) page.n++;
	}
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = kind->plural, .here = SITE_USES, .description = kind->description});
	proposals_body(out, &page);
	return site_end(rq, rs);
}
