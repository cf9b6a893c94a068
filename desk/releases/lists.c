/* Lists: of releases, and of one's own requests. */
#include "pages.h"

#include "desk/registry/pages.h"
#include "desk/site/words.h"
#include "release.t.h"

enum err_code show_releases(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct release_line *lines;
	struct releases_page page = {.may_make = (d.viewer.roles & (ROLE_MEMBER | ROLE_COORDINATOR)) != 0};
	enum err_code code = disclose_releases(&d, &lines, &page.n, e);
	struct releases_line *items = code ? NULL : arena_array(d.a, page.n + 1, sizeof *items);
	if (!code && !items) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	for (size_t i = 0; i < page.n; i++) items[i] = (struct releases_line){&lines[i], record_path(d.a, &lines[i].line), lines[i].line.state->title};
	page.items = items;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Releases"), .here = SITE_NOWHERE, .canonical = S("/releases"),
		.description = S("What is released in stages, who may get it now, and what was decided."), .api = S("/api/v1/releases")});
	releases_body(out, &page);
	return site_end(rq, rs);
}

enum err_code show_my_access(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct access_line *lines;
	struct mine_page page = {.done = str_is(request_str(rq, "done"), "asked") ? S("Your request was sent.") :
		str_is(request_str(rq, "done"), "accepted") ? S("You have access.") : STR_EMPTY};
	enum err_code code = disclose_access_mine(&d, &lines, &page.n, e);
	struct mine_line *items = code ? NULL : arena_array(d.a, page.n + 1, sizeof *items);
	if (!code && !items) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	for (size_t i = 0; i < page.n; i++) {
		items[i] = (struct mine_line){.l = &lines[i], .href = record_path(d.a, &lines[i].r.line), .asked = day_words(d.a, lines[i].asked),
			.until = lines[i].until ? day_words(d.a, lines[i].until) : STR_EMPTY};
		if (!lines[i].release.uid.n) continue;
		items[i].release = lines[i].release.headline;
		items[i].release_href = record_path(d.a, &lines[i].release);
	}
	page.items = items;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Your requests for access"), .here = SITE_ACCOUNT});
	my_access_body(out, &page);
	return site_end(rq, rs);
}
