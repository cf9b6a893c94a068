/* Who reads which field of a record, and the record as others will read it: for those who decide about it. */
#include "hub/disclose_private.h"
#include "hub/redaction.h"

static enum err_code stored_rules(const struct disclosing *d, const struct disclosed *r, struct stored *s, unsigned *audiences, const struct json **own,
	struct err *e) {
	*own = NULL;
	enum err_code code = store_read(d->hub, d->db, d->a, r->line.record, s, e);
	if (!code) code = disclose_audiences(d, s, audiences, e);
	if (!code && !(*audiences & (OWNER | COORDINATORS)))
		code = *audiences ? err_set(e, ERR_FORBIDDEN, "who reads which field is told to owners of the record and coordinators") :
			store_unknown(r->line.uid, e);
	if (!code && s->visibility.n) code = json_parse(d->a, s->visibility, NULL, own, e);
	return code;
}

enum err_code disclose_visibility(const struct disclosing *d, const struct disclosed *r, struct disclosed_visibility *out, struct err *e) {
	struct stored s;
	unsigned audiences = 0;
	const struct json *own;
	struct json_builder none = json_object_of(d->a);
	enum err_code code = stored_rules(d, r, &s, &audiences, &own, e);
	if (code) return code;
	*out = (struct disclosed_visibility){.rules = own ? own : json_built(&none), .level = redaction_named(d->a, s.kind, own),
		.may_change = (s.kind->revise & (audiences & COORDINATORS ? ROLE_COORDINATOR : ROLE_OWNER)) != 0};
	return ERR_OK;
}

enum err_code disclose_as(const struct disclosing *d, const struct disclosed *r, const struct json *rules, unsigned as, const struct json **out,
	struct err *e) {
	struct stored s;
	unsigned audiences = 0;
	const struct json *own, *body, *theirs, *mine, *both;
	const struct visibility *stands, *then;
	struct json_builder none = json_object_of(d->a);
	enum err_code code = stored_rules(d, r, &s, &audiences, &own, e);
	if (!code && rules && !str_eq(d->viewer.name, viewer_operator.name)) code = redaction_may(d->a, s.kind, own, rules, audiences, e);
	if (!code) code = visibility_override(d->a, s.kind->visibility, own, &stands, e);
	if (!code) code = visibility_override(d->a, s.kind->visibility, rules ? rules : own, &then, e);
	if (!code) code = store_body(d->hub, d->db, d->a, &s, &body, e);
	if (code) return code;
	/* Everybody reads what the public reads. */
	theirs = visibility_project(d->a, then, body, as | PUBLIC);
	mine = visibility_project(d->a, stands, body, audiences);
	both = visibility_project(d->a, then, mine, as | PUBLIC);
	if (arena_failed(d->a)) return err_set(e, ERR_MEMORY, "the record is too large to show");
	if (theirs ? !both || !json_equal(theirs, both) : both != NULL)
		return err_set(e, ERR_FORBIDDEN, "they read more of the record than you may");
	*out = theirs ? theirs : json_built(&none);
	return ERR_OK;
}
