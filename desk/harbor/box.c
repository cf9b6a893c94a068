/* What stands of safe harbor on the page of a policy, an organization and, for its owner, a report. */
#include "pages.h"

#include "desk/identify.h"

enum { OTHERS = 10, OFFERS = 20 };

static bool is(const struct disclosed *r, const char *kind) {
	return str_is(r->line.kind->name, kind);
}

static void read_policy(struct arena *a, const struct policy_record *p, struct harbor_box *box) {
	box->policy = p;
	box->line = line_of(a, &p->r.line);
	box->next = assessment_next(a, &p->assessment);
	box->issuers = issuers_words(a, p);
	box->api_href = arena_fmt(a, "/api/v1/policies/%.*s/assessment", STR_ARG(p->r.line.uid));
	box->compare_href = arena_fmt(a, "/policies/compare?id=%.*s", STR_ARG(p->r.line.uid));
}

/* Organizations that the record names as its issuers and that nobody who counts has confirmed. */
static enum err_code read_unconfirmed(const struct disclosing *d, const struct policy_record *p, struct harbor_box *box, struct err *e) {
	struct disclosed_links *groups;
	size_t n;
	enum err_code code = disclose_links(d, &p->r, OTHERS, &groups, &n, e);
	autobuf struct buf out = BUF(8192);
	for (size_t i = 0; i < n && !code; i++) {
		if (!str_is(groups[i].rel, "issued-by") || groups[i].inverse) continue;
		for (size_t j = 0; j < groups[i].n; j++) {
			bool counts = false;
			for (size_t k = 0; k < p->issuers_n; k++) counts |= str_eq(p->issuers[k].uid, groups[i].items[j].uid);
			if (!counts) buf_fmt(&out, "%s%.*s", out.n ? ", " : "", STR_ARG(groups[i].items[j].headline));
		}
	}
	box->unconfirmed = arena_str(d->a, buf_str(&out));
	return code;
}

/* What the viewer may see of a policy that is not public is assessed, too: whoever writes one sees how far it gets. */
static enum err_code box_of_policy(const struct disclosing *d, const struct disclosed *r, struct harbor_box *box, struct err *e) {
	struct policy_record *p = arena_new_of(d->a, struct policy_record);
	if (!p) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = r->is_public ? policy_record(d, r->line.uid, p, e) : ERR_OK;
	if (!r->is_public) {
		p->r = *r;
		policy_assess(r->body, &p->assessment);
	}
	if (code) return code;
	read_policy(d->a, p, box);
	if (!r->is_public) box->api_href = box->compare_href = STR_EMPTY;
	return r->is_public ? read_unconfirmed(d, p, box, e) : ERR_OK;
}

static enum err_code box_of_organization(struct request *rq, const struct disclosing *d, const struct disclosed *r, struct harbor_box *box, struct err *e) {
	struct policy_record *items;
	struct disclosed_rights rights;
	size_t n;
	enum err_code code = policy_records_of(d, r, &items, &n, e);
	if (!code) code = disclose_rights(d, r, &rights, e);
	if (code) return code;
	box->organization = true;
	if (n) read_policy(d->a, &items[0], box);
	struct line *others = arena_array(d->a, n + 1, sizeof *others);
	if (!others) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 1; i < n; i++) others[box->others_n++] = line_of(d->a, &items[i].r.line);
	box->others = others;
	box->level = policy_level_of_organization(r->body, n ? items[0].assessment.level : -1);
	box->security_txt = arena_fmt(d->a, "/organizations/%.*s/security.txt", STR_ARG(r->line.uid));
	if (rights.revise && rq->user) {
		box->csrf = desk_csrf(rq);
		box->paste = arena_fmt(d->a, "/organizations/%.*s/security-txt", STR_ARG(r->line.uid));
	}
	return ERR_OK;
}

static bool accepted(const struct harbor_box *box, const struct policy_record *p) {
	for (size_t i = 0; i < box->grants_n; i++)
		if (box->grants[i].policy_record == p->r.line.record && json_equal(box->grants[i].policy, p->r.body)) return true;
	return false;
}

/* csrf and path are set already: they are those of whoever looks. */
static enum err_code box_of_report(const struct disclosing *d, const struct disclosed *r, struct harbor_box *box, bool *any, struct err *e) {
	struct disclosed_rights rights;
	struct policy_record *items;
	struct harbor_grant *grants;
	size_t n;
	enum err_code code = disclose_rights(d, r, &rights, e);
	struct harbor_threat *threats;
	size_t threats_n;
	*any = false;
	if (code || !d->viewer.name.n || !(rights.roles & (ROLE_OWNER | ROLE_COORDINATOR))) return code;
	code = harbor_threats_of(d, r, &threats, &threats_n, e);
	if (code) return code;
	size_t open_n = 0;
	for (size_t i = 0; i < threats_n; i++)
		if (!threats[i].settled) threats[open_n++] = threats[i];
	box->report = true;
	box->threats = threat_lines(d->a, threats, open_n);
	box->threats_n = open_n;
	box->owner = rights.roles & ROLE_OWNER;
	box->coordinator = rights.roles & ROLE_COORDINATOR;
	*any = open_n > 0;
	if (!box->owner) return ERR_OK;
	code = harbor_grants_of(d, r, &grants, &box->grants_n, e);
	if (!code) code = policy_records_for(d, r, &items, &n, e);
	if (code) return code;
	box->grants = grants;
	struct harbor_offer *offers = arena_array(d->a, OFFERS, sizeof *offers);
	if (!offers) return err_set(e, ERR_MEMORY, "out of memory");
	bool open = !str_is(r->line.state->name, "draft") && !str_is(r->line.state->name, "withdrawn");
	for (size_t i = 0; i < n && open && box->offers_n < OFFERS; i++) {
		if (items[i].assessment.level < 3 || accepted(box, &items[i])) continue;
		offers[box->offers_n++] = (struct harbor_offer){&items[i], line_of(d->a, &items[i].r.line), issuers_words(d->a, &items[i]), false};
	}
	box->offers = offers;
	*any = open || open_n || box->grants_n;
	return ERR_OK;
}

enum err_code harbor_box(struct request *rq, const struct disclosed *r, const struct harbor_box **out, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct harbor_box *box = arena_new_of(d.a, struct harbor_box);
	*out = NULL;
	if (!box) return err_set(e, ERR_MEMORY, "out of memory");
	bool any = is(r, "policy") || (is(r, "organization") && r->is_public);
	enum err_code code = ERR_OK;
	if (is(r, "policy")) code = box_of_policy(&d, r, box, e);
	else if (any) code = box_of_organization(rq, &d, r, box, e);
	else if (is(r, "report") && rq->user) {
		box->csrf = desk_csrf(rq);
		box->path = record_path(d.a, &r->line);
		code = box_of_report(&d, r, box, &any, e);
	}
	if (!code && any) *out = box;
	return code;
}

enum err_code harbor_box_of_finder(const struct disclosing *d, const struct disclosed *r, struct str csrf, struct str path, const struct harbor_box **out,
	struct err *e) {
	struct harbor_box *box = arena_new_of(d->a, struct harbor_box);
	bool any = false;
	*out = NULL;
	if (!box) return err_set(e, ERR_MEMORY, "out of memory");
	box->csrf = csrf;
	box->path = path;
	enum err_code code = box_of_report(d, r, box, &any, e);
	if (!code && any) *out = box;
	return code;
}
