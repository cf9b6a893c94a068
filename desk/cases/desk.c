/* The coordinators' desk: what waits; and from a report to a case. */
#include "pages.h"

#include "desk/forms/pages.h"
#include "desk/identify.h"
#include "desk/site/words.h"
#include "hub/case_open.h"
#include "hub/queue.h"
#include "desk.t.h"

static struct str age_words(struct arena *a, moment since) {
	int64_t days = (now() - since) / DAY, hours = (now() - since) / HOUR;
	if (days >= 2) return arena_fmt(a, "%lld days", (long long)days);
	return hours >= 1 ? arena_fmt(a, "%lld h", (long long)hours) : S("new");
}

static struct str due_words(struct arena *a, moment due) {
	moment left = due + SECOND - now();
	return arena_cat(a, left < 0 ? S("overdue by ") : S("due in "), span_words(a, left));
}

static int rank(struct str severity) {
	static const char *const all[] = {"critical", "high", "medium", "low"};
	for (int i = 0; i < (int)lengthof(all); i++)
		if (str_is(severity, all[i])) return i;
	return (int)lengthof(all);
}

static int oldest_first(const struct queued *a, const struct queued *b) {
	return (a->made > b->made) - (a->made < b->made);
}
static int by_severity(const void *x, const void *y) {
	const struct queued *a = x, *b = y;
	int one = rank(a->severity), other = rank(b->severity);
	return one != other ? one - other : oldest_first(a, b);
}
static int by_due(const void *x, const void *y) {
	const struct queued *a = x, *b = y;
	if (!a->due != !b->due) return a->due ? -1 : 1;
	return a->due != b->due ? (a->due > b->due) - (a->due < b->due) : oldest_first(a, b);
}

static enum err_code read_kind(struct disclosing *d, const char *name, struct str order, struct desk_part *part, struct err *e) {
	const struct kind *kind = kind_find(d->hub->kinds, str_of(name));
	struct queue_group *groups;
	size_t n;
	if (!kind) return ERR_OK;
	enum err_code code = disclose_queue(d, kind, &groups, &n, e);
	struct desk_group *shown = arena_array(d->a, n + 1, sizeof *shown);
	if (!code && !shown) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	for (size_t i = 0; i < n; i++) {
		if (str_is(order, "severity")) qsort(groups[i].items, groups[i].n, sizeof *groups[i].items, by_severity);
		if (str_is(order, "due")) qsort(groups[i].items, groups[i].n, sizeof *groups[i].items, by_due);
		struct desk_line *lines = arena_array(d->a, groups[i].n + 1, sizeof *lines);
		if (!lines) return err_set(e, ERR_MEMORY, "out of memory");
		for (size_t j = 0; j < groups[i].n; j++) {
			const struct queued *q = &groups[i].items[j];
			struct str path = act_return(d->a, &q->line);
			lines[j] = (struct desk_line){.href = path, .id = q->line.uid, .headline = q->line.headline, .age = age_words(d->a, q->made),
				.severity = q->severity.n ? value_words(d->a, q->severity) : STR_EMPTY, .about = q->about,
				.due = q->due ? due_words(d->a, q->due) : STR_EMPTY, .overdue = q->due && q->due < now(), .parties = q->parties, .silent = q->silent,
				.until = q->embargo == 'A' || q->embargo == 'R' ? day_words(d->a, q->until) : STR_EMPTY, .proposed = q->embargo == 'P'};
		}
		shown[i] = (struct desk_group){groups[i].state->title, groups[i].state->description, lines, groups[i].n, groups[i].more};
		part->total += groups[i].n;
	}
	*part = (struct desk_part){kind->plural, shown, n, part->total};
	return ERR_OK;
}

enum err_code show_desk(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct desk_page page = {.order = request_str(rq, "order")};
	static const char *const kinds[] = {"report", "case", "dispute", "advisory", "proposal"};
	for (size_t i = 0; i < lengthof(kinds); i++) {
		enum err_code code = read_kind(&d, kinds[i], page.order, &page.parts[page.n], e);
		if (code) return code;
		page.n += page.parts[page.n].n > 0;
	}
	struct harbor_threat *threats;
	enum err_code code = harbor_threats(&d, &threats, &page.threats_n, e);
	if (code) return code;
	page.threats = threat_lines(d.a, threats, page.threats_n);
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Desk"), .here = SITE_DESK});
	desk_body(out, &page);
	return site_end(rq, rs);
}

/* ---- a report's case ---- */

enum err_code case_box(struct request *rq, const struct disclosed *r, const struct case_box **out, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed_links *groups;
	size_t n;
	*out = NULL;
	const struct desk_user *u = desk_user(rq);
	if (!str_is(r->line.kind->name, "report") || !u || u->pending || !u->session.n || r->is_public) return ERR_OK;
	struct case_box *box = arena_new_of(d.a, struct case_box);
	enum err_code code = disclose_links(&d, r, 5, &groups, &n, e);
	if (!code && !box) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	*box = (struct case_box){.csrf = desk_csrf(rq), .path = record_path(d.a, &r->line)};
	for (size_t i = 0; i < n; i++)
		if (groups[i].inverse && str_is(groups[i].rel, "handles") && groups[i].n)
			box->room = act_return(d.a, &groups[i].items[0]), box->headline = groups[i].items[0].headline;
	/* Parties are led to the room; a case is opened by coordinators. */
	if (box->room.n || r->audiences & COORDINATORS) *out = box;
	return ERR_OK;
}

enum err_code take_case(struct request *rq, struct response *rs, struct err *e) {
	struct actor actor = desk_actor(rq);
	struct change_result result;
	struct str joined = str_trim(request_str(rq, "case"));
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	enum err_code code = joined.n ? disclose_record(&d, joined, &r, e) : ERR_OK;
	if (!code && joined.n) code = case_join(desk_hub(rq), rq->worker, &actor, request_str(rq, "id"), r.line.uid, &result, e);
	if (!code && !joined.n) code = case_open(desk_hub(rq), rq->worker, &actor, request_str(rq, "id"), request_str(rq, "title"), &result, e);
	if (!code) response_redirect(rs, 303, arena_fmt(rq->arena, "/r/%s/room?done=acted", result.uid));
	return code;
}
