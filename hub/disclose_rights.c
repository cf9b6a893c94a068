/* What a viewer may do with a record, and what it saw at an earlier revision: for forms that change records. */
#include "hub/disclose_private.h"

enum err_code disclose_rights(const struct disclosing *d, const struct disclosed *r, struct disclosed_rights *out, struct err *e) {
	struct stored s;
	const struct kind *k = r->line.kind;
	unsigned roles;
	const struct json *body;
	enum err_code code = store_read(d->hub, d->db, d->a, r->line.record, &s, e);
	if (!code) code = store_roles(d->db, &s, (struct actor){d->viewer.name, d->viewer.roles}, &roles, e);
	if (code) return code;
	struct disclosed_rights rights = {
		.roles = roles,
		.revise = (k->revise & roles) != 0 && !s.hub.n,
		.link = (k->revise & roles) != 0,
		.comment = (k->comment & roles) != 0,
		.erase = (roles & (ROLE_COORDINATOR | ROLE_ADMINISTRATOR)) != 0 || (k->answers_to.n && d->viewer.name.n && str_eq(s.created_by, d->viewer.name)),
		.no_files = STR_EMPTY,
	};
	if (rights.revise && k->refuse_files) {
		code = store_body(d->hub, d->db, d->a, &s, &body, e);
		if (code) return code;
		if (schema_valid(k->refuse_files, body, d->a, NULL))
			rights.no_files = k->refuse_files_reason.n ? k->refuse_files_reason : S("this record takes no files");
	}
	*out = rights;
	return ERR_OK;
}

enum err_code disclose_revision(const struct disclosing *d, const struct disclosed *r, int64_t number, const struct json **out, struct err *e) {
	struct stored s;
	unsigned audiences = 0;
	const struct json *body = NULL, *overrides = NULL, *shown;
	const struct visibility *v;
	enum err_code code = store_read(d->hub, d->db, d->a, r->line.record, &s, e);
	if (!code) code = disclose_audiences(d, &s, &audiences, e);
	if (code) return code;
	/* Numbers of revisions are told to nobody who only reads what is public. */
	if (!event_knows_closed(audiences)) return store_unknown(r->line.uid, e);
	if (number < 1 || number > s.revision) return err_set(e, ERR_NOT_FOUND, "the record has no such revision");
	struct stored then = s;
	then.revision = number;
	code = store_body(d->hub, d->db, d->a, &then, &body, e);
	if (!code && s.visibility.n) code = json_parse(d->a, s.visibility, NULL, &overrides, e);
	if (!code) code = visibility_override(d->a, s.kind->visibility, overrides, &v, e);
	if (code) return code;
	struct json_builder none = json_object_of(d->a);
	shown = visibility_project(d->a, v, body, audiences);
	*out = shown ? shown : json_built(&none);
	return arena_failed(d->a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

struct str disclose_owner(const struct disclosing *d, const struct disclosed *r) {
	struct stored s;
	if (!(r->audiences & COORDINATORS) || store_read(d->hub, d->db, d->a, r->line.record, &s, NULL)) return STR_EMPTY;
	return s.created_by;
}
